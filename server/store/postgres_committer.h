// The hot path: a batch as one transaction in one round trip, over libpq's pipeline mode.
//
// What goes over the wire: BEGIN, the epoch check with the commit row, one set-based statement for
// each kind of row that the batch has, COMMIT. All of it is sent before the first answer is read,
// so the server writes the rows of one statement while those of the next are encoded; when a
// statement fails, it skips the rest, COMMIT included.
//
// Thread rule: one thread.
#ifndef TANDEM_SERVER_STORE_POSTGRES_COMMITTER_H_
#define TANDEM_SERVER_STORE_POSTGRES_COMMITTER_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

#include "server/store/postgres_connection.h"
#include "server/store/postgres_figures.h"
#include "server/store/store.h"

namespace tandem::store {

class PostgresCommitter {
 public:
  explicit PostgresCommitter(const std::string& url);
  PostgresCommitter(const PostgresCommitter&) = delete;
  PostgresCommitter& operator=(const PostgresCommitter&) = delete;

  // See Store::Commit. Every result but kCommitted drops the connection.
  CommitResult Commit(const Batch& batch);

 private:
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  // True when the connection can be used; opens one if there is none, or if it was lost while it
  // lay idle.
  bool Connect();
  void Drop();
  bool Prepare();
  // Encodes the batch and hands it to libpq, statement by statement. False when one before COMMIT
  // could not be, so that nothing can have happened. Throws UnstorableValue, and nothing can have
  // happened either.
  bool Send(const Batch& batch);
  // One statement with its parameters, all in binary format.
  bool SendOne(const char* statement, const std::vector<std::string>& parameters);
  // Reads the answers to what was sent, of which the last is COMMIT's.
  CommitResult Receive();
  static void OnNotice(void* self, const PGresult* notice);

  const std::string connection_string_;
  const std::vector<Statement> statements_;
  std::unique_ptr<PGconn, Finish> connection_;
  std::optional<OpenConnection> counted_;  // while there is a connection that can be used
  bool had_one_ = false;
  size_t sent_ = 0;      // statements of the commit under way
  bool warned_ = false;  // a warning came since it began
};

// What a definite error says of a transaction: an answer of the server to a statement before
// COMMIT, or to COMMIT itself with the severity ERROR. `constraint` is empty when the error is of
// no constraint.
CommitResult Classify(std::string_view sqlstate, std::string_view table,
                      std::string_view constraint);

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_POSTGRES_COMMITTER_H_
