#include "server/store/postgres_connection.h"

#include <map>
#include <memory>
#include <stdexcept>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include <libpq-fe.h>

#include "pqxx/except"

namespace tandem::store {
namespace {

// A peer that is gone without a word is noticed within about 15 s, on both ends.
constexpr std::pair<const char*, const char*> kDefaults[] = {
    {"connect_timeout", "5"},       {"keepalives", "1"},       {"keepalives_idle", "5"},
    {"keepalives_interval", "3"},   {"keepalives_count", "3"}, {"tcp_user_timeout", "15000"},
    {"application_name", "tandem"},
};

constexpr char kCommonSettings[] =
    "-c client_min_messages=warning -c datestyle=ISO -c timezone=UTC -c jit=off "
    "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3 "
    "-c tcp_user_timeout=15000 -c idle_in_transaction_session_timeout=60s";

using ConninfoOptions = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

std::map<std::string, std::string> ParseConninfo(const std::string& url) {
  char* error = nullptr;
  const ConninfoOptions options(PQconninfoParse(url.c_str(), &error), PQconninfoFree);
  if (!options) {
    // The message may quote the password.
    PQfreemem(error);
    throw std::invalid_argument(
        "expected a PostgreSQL URL or key-value string, but it has another form");
  }
  std::map<std::string, std::string> values;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) values[option->keyword] = option->val;
  }
  return values;
}

}  // namespace

std::string ConnectionString(const std::string& url, const std::string& settings) {
  std::map<std::string, std::string> values = ParseConninfo(url);
  for (const auto& [key, value] : kDefaults) values.try_emplace(key, value);
  // These two are no matter of taste: our code reads and writes UTF-8, and names its settings first
  // so that the caller's can differ.
  values["client_encoding"] = "UTF8";
  values["options"] = absl::StrCat(kCommonSettings, " ", settings, " ", values["options"]);
  std::string text;
  for (const auto& [key, value] : values) {
    absl::StrAppend(&text, text.empty() ? "" : " ", key, "='",
                    absl::StrReplaceAll(value, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
  }
  return text;
}

absl::StatusCode ToStatusCode(std::string_view sqlstate) {
  const std::string_view state_class = sqlstate.substr(0, 2);
  // Connection, authorisation (a restarting proxy), rollback, resources, locks, operator, system,
  // read-only standby.
  for (const char* transient : {"08", "28", "40", "53", "55", "57", "58", "25"}) {
    if (state_class == transient) return absl::StatusCode::kUnavailable;
  }
  if (state_class == "42" || state_class == "3F") return absl::StatusCode::kFailedPrecondition;
  return absl::StatusCode::kInternal;
}

bool IsConnectionLost(const std::exception& error) {
  if (dynamic_cast<const pqxx::broken_connection*>(&error) != nullptr) return true;
  const auto* sql = dynamic_cast<const pqxx::sql_error*>(&error);
  return sql != nullptr && (sql->sqlstate().starts_with("57P") || sql->sqlstate().empty());
}

absl::Status ToStatus(const std::exception& error) {
  if (dynamic_cast<const CorruptValue*>(&error) != nullptr)
    return absl::DataLossError(error.what());
  if (dynamic_cast<const std::invalid_argument*>(&error) != nullptr) {
    return absl::InvalidArgumentError(error.what());
  }
  if (IsConnectionLost(error) || dynamic_cast<const pqxx::in_doubt_error*>(&error) != nullptr) {
    return absl::UnavailableError(error.what());
  }
  if (const auto* sql = dynamic_cast<const pqxx::sql_error*>(&error)) {
    return {ToStatusCode(sql->sqlstate()), absl::StrCat(sql->sqlstate(), ": ", sql->what())};
  }
  if (dynamic_cast<const pqxx::transaction_rollback*>(&error) != nullptr) {
    return absl::UnavailableError(error.what());
  }
  return absl::InternalError(error.what());
}

pqxx::connection& PostgresConnection::Get() {
  if (!connection_) {
    auto connection = std::make_unique<pqxx::connection>(connection_string_);
    for (const Statement& statement : prepared_) {
      connection->prepare(statement.name, statement.sql);
    }
    connection_ = std::move(connection);
    counted_.emplace(lost_one_);
  }
  return *connection_;
}

absl::Status PostgresConnection::Fail(const std::exception& error) {
  PostgresFigures& figures = FiguresOfPostgres();
  if (!is_open()) {
    figures.connect_failures.Add();
  } else if (IsConnectionLost(error)) {
    figures.lost.Add();
    lost_one_ = true;
  } else {
    figures.refused.Add();
    lost_one_ = true;  // it is dropped all the same
  }
  Drop();
  return ToStatus(error);
}

bool WarningCatcher::operator()(const char[]) noexcept {
  seen_ = true;
  return true;
}

}  // namespace tandem::store
