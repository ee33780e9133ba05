// The store over PostgreSQL 15 or later.
//
// Three connections: one for Commit, which is never cancelled; one for LookUp, which the other
// thread uses; one for the rest. Each is opened when it is first needed and again after it was
// lost.
//
// A COMMIT that waits for a synchronous replica waits as long as the database makes it wait, and
// Commit, Acquire and Resolve with it: to give up earlier would only mean not to know.
#ifndef TANDEM_SERVER_STORE_POSTGRES_STORE_H_
#define TANDEM_SERVER_STORE_POSTGRES_STORE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "server/store/postgres_committer.h"
#include "server/store/postgres_connection.h"
#include "server/store/store.h"

namespace tandem::store {

class PostgresStore : public Store {
 public:
  // Connects to nothing yet. Throws std::invalid_argument for a URL that can't be read.
  explicit PostgresStore(const std::string& url);

  absl::StatusOr<Acquired> Acquire(Shard shard, const std::string& owner) override;
  absl::StatusOr<Loaded> Load(Shard shard, int64_t epoch) override;
  CommitResult Commit(const Batch& batch) override;
  absl::StatusOr<Resolution> Resolve(const Batch& batch) override;
  absl::StatusOr<LookUpHits> LookUp(const LookUpKeys& keys) override;
  absl::Status Maintain(router::Time now) override;

 private:
  const std::string connection_string_;
  PostgresConnection connection_;
  PostgresConnection look_up_connection_;
  PostgresCommitter committer_;
  // Marks the shard's row as ours, so that a second Resolve knows an epoch that the first one
  // raised. Of the last Acquire; empty before.
  std::string writer_;
};

// INVALID_ARGUMENT for a URL that can't be read. The database need not be there yet.
absl::StatusOr<std::unique_ptr<Store>> OpenPostgresStore(const std::string& url);

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_POSTGRES_STORE_H_
