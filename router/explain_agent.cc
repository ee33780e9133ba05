// Why an agent gets no more than it has. Looks at the classes of what waits in its queues, and
// changes nothing.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "router/commands.h"
#include "router/obstacle.h"

namespace tandem::router {
namespace {

std::vector<AgentExplanation::OfGroup> GroupsOf(const AgentState& agent) {
  std::vector<AgentExplanation::OfGroup> groups;
  for (size_t i = 0; i < kCapacityGroups; ++i) {
    const uint32_t max = agent.capacity.groups[i].max;
    if (max == 0) continue;
    const auto group = static_cast<CapacityGroup>(i);
    groups.push_back({.group = group,
                      .held = agent.held_in_group[i],
                      .max = max,
                      .ready = agent.IsReadyFor(group),
                      .takes_live = agent.HasOpen(group, Urgency::kLive),
                      .takes_deferrable = agent.HasOpen(group, Urgency::kDeferrable)});
  }
  return groups;
}

AgentExplanation::OfQueue OfQueue(const Workspace& workspace, AgentIndex agent,
                                  const RoutingProfileQueue& served) {
  AgentExplanation::OfQueue of;
  of.queue = served.queue;
  of.rank = served.rank;
  of.push = !served.no_push;
  of.pull = served.pull;
  of.delay = served.delay;
  const QueueIndex queue = workspace.queue_ids.Find(served.queue);
  of.waiting = workspace.matching.PlaceIn(queue, WaitKey{}).all;
  const Matching::Prospects prospects = workspace.matching.ProspectsOf(workspace, queue, agent);
  of.qualified = prospects.tickets;
  if (!prospects.first.IsSet()) return of;
  const Ticket& first = workspace.ticket(prospects.first);
  of.first = first.id;
  of.obstacle = ObstacleOf(workspace, first, agent, prospects.passing);
  if (of.obstacle == Obstacle::kDelayed) {
    of.delayed_until = DelayedUntil(workspace, first, served.delay);
  }
  return of;
}

}  // namespace

Outcome Decide(Context& context, const ExplainAgent& command) {
  const Workspace& workspace = context.workspace;
  const auto found = FindAgent(workspace, command.agent);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const AgentIndex index = std::get<AgentIndex>(found);
  const AgentState& agent = workspace.agent(index);
  AgentExplanation explanation;
  explanation.status = agent.status;
  explanation.reason = agent.reason;
  explanation.status_since = agent.status_since;
  explanation.obstacle = ObstacleOf(agent);
  explanation.groups = GroupsOf(agent);
  const RoutingProfileState& profile = workspace.routing_profiles[agent.routing_profile.value];
  for (const RoutingProfileQueue& served : profile.configured->queues) {
    explanation.queues.push_back(OfQueue(workspace, index, served));
  }
  std::stable_sort(explanation.queues.begin(), explanation.queues.end(),
                   [](const auto& a, const auto& b) { return a.rank < b.rank; });
  return Reply(std::move(explanation));
}

}  // namespace tandem::router
