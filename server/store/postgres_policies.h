// The policies in PostgreSQL, over one connection that callers take in turn.
#ifndef TANDEM_SERVER_STORE_POSTGRES_POLICIES_H_
#define TANDEM_SERVER_STORE_POSTGRES_POLICIES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "server/store/policies.h"
#include "server/store/postgres_connection.h"

namespace tandem::store {

class PostgresPolicies : public PolicyStore {
 public:
  // Connects to nothing yet. Throws std::invalid_argument for a URL that can't be read.
  explicit PostgresPolicies(const std::string& url);

  absl::StatusOr<std::vector<ServiceLevelPolicy>> ListPolicies(
      const std::string& workspace) override;
  absl::StatusOr<ServiceLevelPolicy> GetPolicy(const std::string& workspace,
                                               const std::string& id) override;
  absl::StatusOr<PolicyChange> PutPolicy(const std::string& workspace,
                                         const ServiceLevelPolicy& policy,
                                         int64_t expected_revision) override;
  absl::StatusOr<PolicyChange> DeletePolicy(const std::string& workspace, const std::string& id,
                                            int64_t expected_revision) override;

 private:
  absl::Mutex mutex_;
  PostgresConnection connection_ ABSL_GUARDED_BY(mutex_);
};

// INVALID_ARGUMENT for a URL that can't be read. The database need not be there yet.
absl::StatusOr<std::unique_ptr<PolicyStore>> OpenPostgresPolicies(const std::string& url);

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_POSTGRES_POLICIES_H_
