// MemoryStore as a PolicyStore.
#include "router/limits.h"
#include "server/store/memory_store.h"

namespace tandem::store {

absl::StatusOr<std::vector<ServiceLevelPolicy>> MemoryStore::ListPolicies(
    const std::string& workspace) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  std::vector<ServiceLevelPolicy> policies;
  for (const auto& [key, policy] : contents_.policies) {
    if (key.first == workspace) policies.push_back(policy);
  }
  return policies;
}

absl::StatusOr<ServiceLevelPolicy> MemoryStore::GetPolicy(const std::string& workspace,
                                                          const std::string& id) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  const auto found = contents_.policies.find({workspace, id});
  if (found == contents_.policies.end()) return absl::NotFoundError("no such policy");
  return found->second;
}

absl::StatusOr<PolicyChange> MemoryStore::PutPolicy(const std::string& workspace,
                                                    const ServiceLevelPolicy& policy,
                                                    int64_t expected_revision) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  const auto found = contents_.policies.find({workspace, policy.id});
  const ServiceLevelPolicy held =
      found == contents_.policies.end() ? ServiceLevelPolicy{} : found->second;
  ServiceLevelPolicy wanted = policy;
  wanted.revision = held.revision;
  if (wanted == held) return PolicyChange{.done = true, .policy = held};
  if (expected_revision != 0 && expected_revision != held.revision) {
    return PolicyChange{.done = false, .policy = held};
  }
  if (held.revision == 0) {
    if (!contents_.workspaces.contains(workspace)) return absl::NotFoundError("no such workspace");
    const auto others = std::ranges::count_if(
        contents_.policies, [&](const auto& entry) { return entry.first.first == workspace; });
    if (others >= static_cast<std::ptrdiff_t>(router::kMaxServiceLevelPolicies)) {
      return absl::ResourceExhaustedError("the workspace has as many policies as it may");
    }
  }
  ++wanted.revision;
  contents_.policies[{workspace, policy.id}] = wanted;
  return PolicyChange{.done = true, .policy = wanted};
}

absl::StatusOr<PolicyChange> MemoryStore::DeletePolicy(const std::string& workspace,
                                                       const std::string& id,
                                                       int64_t expected_revision) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  const auto found = contents_.policies.find({workspace, id});
  if (found == contents_.policies.end()) return absl::NotFoundError("no such policy");
  const ServiceLevelPolicy held = found->second;
  if (expected_revision != 0 && expected_revision != held.revision) {
    return PolicyChange{.done = false, .policy = held};
  }
  contents_.policies.erase(found);
  return PolicyChange{.done = true, .policy = held};
}

}  // namespace tandem::store
