#include "router/census.h"

#include <algorithm>

#include "router/core.h"

namespace tandem::router {
namespace {

void CountAgent(const Workspace& workspace, const AgentState& agent, WorkspaceCensus& to,
                std::vector<uint64_t>& in_service) {
  if (agent.configured) ++to.agents[static_cast<size_t>(agent.status)];
  for (const TicketIndex index : agent.held) {
    const Ticket& ticket = workspace.ticket(index);
    // One that was begun by hand has no queue.
    if (ticket.state == TicketState::kOffered || !ticket.queue.IsSet()) continue;
    if (ticket.queue.value >= in_service.size()) in_service.resize(ticket.queue.value + 1);
    ++in_service[ticket.queue.value];
  }
}

void CountQueues(const Workspace& workspace, std::vector<uint64_t>& in_service,
                 WorkspaceCensus& to) {
  in_service.resize(workspace.queues.size());
  for (size_t i = 0; i < workspace.queues.size(); ++i) {
    const QueueState& queue = workspace.queues[i];
    if (queue.configured == nullptr && queue.open == 0) continue;
    QueueCensus& counted = to.queues.emplace_back();
    counted.queue = workspace.queue_ids.Name(QueueIndex{static_cast<uint32_t>(i)});
    counted.waiting = queue.waiting.size();
    if (!queue.waiting.empty()) counted.oldest_queued_at = queue.waiting.First().key;
    counted.in_service = in_service[i];
  }
  to.open_tickets = workspace.open_tickets;
}

}  // namespace

bool Router::Core::TakeCensus(Census& census, size_t most_agents) const {
  Census::Position& at = census.position;
  for (;;) {
    // The one at work may have gone meanwhile; then the next one begins.
    auto found = at.begun ? workspaces_.find(at.workspace) : workspaces_.end();
    if (found == workspaces_.end()) {
      found = at.workspace.empty() ? workspaces_.begin() : workspaces_.upper_bound(at.workspace);
      if (found == workspaces_.end()) return true;
      census.workspaces.push_back(
          {.workspace = found->first, .open_tickets = 0, .agents = {}, .queues = {}});
      at = {.workspace = found->first, .begun = true, .next_agent = 0, .in_service = {}};
    }
    const Workspace& workspace = *found->second;
    const size_t end = std::min(workspace.agents.size(), at.next_agent + most_agents);
    most_agents -= end - std::min(end, at.next_agent);
    for (; at.next_agent < end; ++at.next_agent) {
      CountAgent(workspace, workspace.agents[at.next_agent], census.workspaces.back(),
                 at.in_service);
    }
    if (at.next_agent < workspace.agents.size()) return false;
    CountQueues(workspace, at.in_service, census.workspaces.back());
    at.begun = false;
    // Queues are work, too, and a workspace may have thousands.
    most_agents -= std::min(most_agents, workspace.queues.size() + 1);
    if (most_agents == 0) return false;
  }
}

}  // namespace tandem::router
