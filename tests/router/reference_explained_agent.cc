// Why an agent gets no more than it has, looked up ticket by ticket.
#include <algorithm>

#include "tests/router/reference_router.h"

namespace tandem::router {
namespace {

Obstacle ObstacleTo(const ReferenceRouter::AgentState& agent) {
  if (!agent.session_open || agent.status == AgentStatus::kOffline) return Obstacle::kOffline;
  if (agent.session_lost) return Obstacle::kSessionLost;
  switch (agent.status) {
    case AgentStatus::kNotReady:
    case AgentStatus::kDraining:
      return Obstacle::kNotReady;
    case AgentStatus::kNotResponding:
      return Obstacle::kNotResponding;
    default:
      return Obstacle::kNone;
  }
}

}  // namespace

Outcome ReferenceRouter::Do(const ExplainAgent& command) {
  const Agent* configured = FindAgent(command.agent);
  if (configured == nullptr) return Rejection{Reason::kAgentNotFound, {}, {}, {}};
  const AgentState& agent = workspace_->agents.at(command.agent);
  AgentExplanation explanation;
  explanation.status = agent.status;
  explanation.reason = agent.reason;
  explanation.status_since = agent.status_since;
  explanation.obstacle = ObstacleTo(agent);
  for (size_t i = 0; i < kCapacityGroups; ++i) {
    AgentExplanation::OfGroup of;
    of.group = static_cast<CapacityGroup>(i);
    of.max = configured->capacity ? configured->capacity->groups[i].max : 1;
    of.ready = agent.groups == 0 || (agent.groups & BitOf(of.group)) != 0;
    for (const auto& [id, ticket] : workspace_->tickets) {
      if (Takes(ticket, agent.id) && ChannelOf(ticket).group == of.group) ++of.held;
    }
    if (of.max != 0) explanation.groups.push_back(of);
  }
  for (const RoutingProfileQueue& of : FindProfile(configured->routing_profile)->queues) {
    explanation.queues.push_back(Explain(agent, of));
  }
  std::stable_sort(explanation.queues.begin(), explanation.queues.end(),
                   [](const auto& a, const auto& b) { return a.rank < b.rank; });
  return Reply{explanation};
}

AgentExplanation::OfQueue ReferenceRouter::Explain(const AgentState& agent,
                                                   const RoutingProfileQueue& served) const {
  AgentExplanation::OfQueue of;
  of.queue = served.queue;
  of.rank = served.rank;
  of.push = !served.no_push;
  of.pull = served.pull;
  of.delay = served.delay;
  const TicketData* first = nullptr;
  for (const auto& [id, ticket] : workspace_->tickets) {
    if (ticket.state != TicketState::kQueued || ticket.queue != served.queue) continue;
    ++of.waiting;
    const auto& excluded = ticket.contact.excluded_agents;
    const bool kept_out = std::count(excluded.begin(), excluded.end(), agent.id) > 0 ||
                          (!ticket.kept_for.empty() && ticket.kept_for != agent.id);
    if (kept_out || !Qualifies(*FindAgent(agent.id), ticket)) continue;
    ++of.qualified;
    if (first == nullptr || PlaceInQueue(ticket) < PlaceInQueue(*first)) first = &ticket;
  }
  if (first == nullptr) return of;
  of.first = first->id;
  of.obstacle = ObstacleOf(agent, *first);
  if (of.obstacle == Obstacle::kDelayed) of.delayed_until = DelayedUntil(agent, *first);
  return of;
}

}  // namespace tandem::router
