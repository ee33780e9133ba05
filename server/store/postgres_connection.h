// Connections to PostgreSQL, and what their errors mean for a caller.
//
// A connection is opened when it is first needed and dropped after an error; the next use opens a
// new one. Exceptions of libpqxx end here: they become an absl::Status, whose text is for the log.
#ifndef TANDEM_SERVER_STORE_POSTGRES_CONNECTION_H_
#define TANDEM_SERVER_STORE_POSTGRES_CONNECTION_H_

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

#include "pqxx/binarystring"
#include "pqxx/connection"
#include "pqxx/errorhandler"
#include "pqxx/result"
#include "pqxx/row"
#include "server/store/postgres_arrays.h"
#include "server/store/postgres_figures.h"

namespace tandem::store {

struct Statement {
  std::string name;
  std::string sql;
};

// The caller's URL or key-value string with our time-outs and session settings added; what the
// caller says itself holds. `settings`: more session settings, such as "-c lock_timeout=5s". Throws
// std::invalid_argument.
std::string ConnectionString(const std::string& url, const std::string& settings);

// What an exception of a database call, or of reading its rows, means. UNAVAILABLE: try again
// later. DATA_LOSS: rows that we could not have written. FAILED_PRECONDITION: the schema is not
// ours.
absl::Status ToStatus(const std::exception& error);
// The same for an SQLSTATE.
absl::StatusCode ToStatusCode(std::string_view sqlstate);

// True when the connection, not the statement, failed.
bool IsConnectionLost(const std::exception& error);

class PostgresConnection {
 public:
  PostgresConnection(std::string connection_string, std::vector<Statement> prepared)
      : connection_string_(std::move(connection_string)), prepared_(std::move(prepared)) {}

  // Opens the connection if there is none. Throws what libpqxx throws.
  pqxx::connection& Get();
  bool is_open() const { return connection_ != nullptr; }
  void Drop() {
    connection_.reset();
    counted_.reset();
  }

  // Runs `use(connection)`, which gives an absl::StatusOr, once.
  //
  // When the connection breaks during a statement, the statement's result stays behind for good,
  // about 2 KB: libpqxx 6.4 asks for the encoding of the connection before it owns the result, and
  // that throws. It comes once for each connection that is lost so, and is not ours to free.
  template <typename Function>
  auto Run(Function use) -> decltype(use(std::declval<pqxx::connection&>())) {
    try {
      return use(Get());
    } catch (const std::exception& error) {
      return Fail(error);
    }
  }

  // The same for reads: when a connection that lay idle turns out to be lost, once more on a new
  // one.
  template <typename Function>
  auto Read(Function use) -> decltype(use(std::declval<pqxx::connection&>())) {
    if (is_open()) {
      try {
        return use(Get());
      } catch (const std::exception& error) {
        absl::Status status = Fail(error);
        if (!IsConnectionLost(error)) return status;
      }
    }
    return Run(std::move(use));
  }

 private:
  // Counts the failure and drops the connection.
  absl::Status Fail(const std::exception& error);

  const std::string connection_string_;
  const std::vector<Statement> prepared_;
  std::unique_ptr<pqxx::connection> connection_;
  std::optional<OpenConnection> counted_;  // while there is a connection
  bool lost_one_ = false;
};

// Notices a warning while it lives. The one that matters: a commit that returns although no
// synchronous replica confirmed it. No other is expected, so any counts, in whichever language it
// comes.
class WarningCatcher : public pqxx::errorhandler {
 public:
  explicit WarningCatcher(pqxx::connection& connection) : pqxx::errorhandler(connection) {}
  bool operator()(const char message[]) noexcept override;
  bool seen() const { return seen_; }

 private:
  bool seen_ = false;
};

// What is durable here, but on no synchronous replica yet.
inline absl::Status UnconfirmedByReplica(const char* what) {
  return absl::UnavailableError(absl::StrCat("a synchronous replica did not confirm ", what));
}

// At the start of a transaction whose COMMIT has to mean durable. Turned off, it would lie; any
// other setting is the operator's.
inline constexpr char kDurably[] =
    "SELECT set_config('synchronous_commit', 'on', true)"
    " WHERE current_setting('synchronous_commit') = 'off'";

inline Cell CellOf(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return std::string_view(field.c_str(), field.size());
}

// Access to the cells of a row, for Decode.
inline auto CellsOf(const pqxx::row& row) {
  return [&row](size_t column) { return CellOf(row[static_cast<pqxx::row::size_type>(column)]); };
}

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_POSTGRES_CONNECTION_H_
