// Service-level policies: how a workspace reckons its service levels.
//
// A policy is applied when a report is asked for and decides nothing else, so it goes past the
// engine: no batch, no epoch. One row is one policy, and a change of it is one transaction.
//
// Thread rule: safe from any thread. No function throws.
#ifndef TANDEM_SERVER_STORE_POLICIES_H_
#define TANDEM_SERVER_STORE_POLICIES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "router/time.h"

namespace tandem::store {

// What abandons do to a service level. Names and numbers as tandem.v1.AbandonTreatment.
enum class AbandonTreatment : uint8_t { kIgnored = 1, kNegative = 2, kPositive = 3 };

struct ServiceLevelPolicy {
  std::string id;
  std::string display_name;
  router::Duration threshold;
  AbandonTreatment abandons = AbandonTreatment::kNegative;
  router::Duration short_abandon_limit;  // 0: no abandon is short
  // For which visits it counts by itself; see tandem.v1.ServiceLevelPolicy.
  std::string client;               // empty: of every client
  std::vector<std::string> queues;  // empty: in every queue
  router::Time effective_from;      // unset: only where it is named
  int64_t revision = 0;             // grows by one with each change; 0: never stored
  friend bool operator==(const ServiceLevelPolicy&, const ServiceLevelPolicy&) = default;
};

// What became of a change.
struct PolicyChange {
  bool done = false;          // false: the revision was not the expected one, nothing changed
  ServiceLevelPolicy policy;  // as it is now, or was deleted; revision 0: there is none
};

// Every function: UNAVAILABLE when the database can't be reached.
class PolicyStore {
 public:
  virtual ~PolicyStore() = default;

  // By id.
  virtual absl::StatusOr<std::vector<ServiceLevelPolicy>> ListPolicies(
      const std::string& workspace) = 0;

  // NOT_FOUND when there is none.
  virtual absl::StatusOr<ServiceLevelPolicy> GetPolicy(const std::string& workspace,
                                                       const std::string& id) = 0;

  // Makes the policy or replaces it; the same content again changes nothing. `expected_revision` 0:
  // whatever it is now. NOT_FOUND when the workspace has no configuration, RESOURCE_EXHAUSTED when
  // it has router::kMaxServiceLevelPolicies others.
  virtual absl::StatusOr<PolicyChange> PutPolicy(const std::string& workspace,
                                                 const ServiceLevelPolicy& policy,
                                                 int64_t expected_revision) = 0;

  // NOT_FOUND when there is none.
  virtual absl::StatusOr<PolicyChange> DeletePolicy(const std::string& workspace,
                                                    const std::string& id,
                                                    int64_t expected_revision) = 0;
};

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_POLICIES_H_
