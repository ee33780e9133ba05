#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"

#include "router/commands.h"
#include "router/snapshot.h"

namespace tandem::router {
namespace {

using IdSet = absl::flat_hash_set<std::string_view>;

template <typename Resource>
IdSet IdsOf(const std::vector<Resource>& resources) {
  IdSet ids;
  ids.reserve(resources.size());
  for (const Resource& resource : resources) ids.insert(resource.id);
  return ids;
}

// Collects what is in use and would disappear.
class InUse {
 public:
  template <typename Resource, typename IsUsed>
  void Find(const char* kind, const std::vector<Resource>& before,
            const std::vector<Resource>& after, IsUsed is_used) {
    const IdSet stays = IdsOf(after);
    for (const Resource& resource : before) {
      if (!stays.contains(resource.id) && is_used(resource.id)) Add(kind, resource.id);
    }
  }

  std::optional<Rejection> Take() {
    if (count_ == 0) return std::nullopt;
    return Refuse(Reason::kResourceInUse,
                  "expected to drop only what no open ticket and no logged-in agent needs, but " +
                      std::to_string(count_) + " are in use: " + list_,
                  {{"in_use", list_}});
  }

 private:
  void Add(const char* kind, const std::string& id) {
    constexpr size_t kListed = 20;
    if (count_++ >= kListed) return;
    if (!list_.empty()) list_ += ", ";
    list_ += std::string(kind) + " " + id;
  }

  size_t count_ = 0;
  std::string list_;
};

std::optional<Rejection> CheckInUse(const Workspace& workspace, const Configuration& after) {
  const Configuration& before = workspace.configuration;
  InUse in_use;
  in_use.Find("queue", before.queues, after.queues, [&](const std::string& id) {
    return workspace.queue(workspace.queue_ids.Find(id)).open > 0;
  });
  in_use.Find("client", before.clients, after.clients, [&](const std::string& id) {
    return workspace.clients[workspace.client_ids.Find(id).value].open > 0;
  });
  in_use.Find("channel", before.channels, after.channels, [&](const std::string& id) {
    return workspace.channels[workspace.channel_ids.Find(id).value].open > 0;
  });
  in_use.Find(
      "process type", before.process_types, after.process_types, [&](const std::string& id) {
        return workspace.open_of_process_type[workspace.process_type_ids.Find(id).value] > 0;
      });
  in_use.Find("agent", before.agents, after.agents, [&](const std::string& id) {
    const AgentState& agent = workspace.agent(workspace.agent_ids.Find(id));
    return agent.session_open || !agent.held.empty();
  });
  return in_use.Take();
}

}  // namespace

Outcome Decide(Context& context, ApplyConfiguration& command) {
  const Workspace& workspace = context.workspace;
  if (command.expected_revision != 0 && command.expected_revision != workspace.revision) {
    return Refuse(Reason::kRevisionStale,
                  "expected revision " + std::to_string(command.expected_revision) +
                      ", but revision " + std::to_string(workspace.revision) + " is in force",
                  {{"expected", std::to_string(command.expected_revision)},
                   {"actual", std::to_string(workspace.revision)}});
  }
  if (auto rejection = CheckInUse(workspace, command.configuration)) return *std::move(rejection);
  if (!command.validate_only) {
    context.apply.ConfigurationApplied(std::move(command.configuration));
  }
  return Reply(router::ConfigurationApplied{workspace.revision});
}

}  // namespace tandem::router
