#include <algorithm>

#include "router/commands.h"
#include "router/snapshot.h"

namespace tandem::router {

Outcome Decide(Context& context, const ClaimTickets& command) {
  const Workspace& workspace = context.workspace;
  const auto found = FindSession(workspace, command.session);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const AgentIndex agent = std::get<AgentIndex>(found);
  QueueIndex only;
  if (!command.queue.empty()) {
    only = workspace.queue_ids.Find(command.queue);
    if (!only.IsSet() || workspace.queue(only).configured == nullptr) {
      return Refuse(Reason::kQueueNotFound,
                    "expected a configured queue, but there is no '" + command.queue + "'");
    }
  }
  TicketsClaimed claimed;
  while (claimed.tickets.size() < command.max_tickets && workspace.agent(agent).Ready()) {
    const TicketIndex ticket = workspace.matching.BestTicket(workspace, agent, Mode::kPull, only);
    if (!ticket.IsSet()) break;
    claimed.tickets.push_back(workspace.ticket(ticket).id);
    context.apply.TicketClaimed(ticket, agent);
  }
  return Reply(std::move(claimed));
}

Outcome Decide(Context& context, const ExtendLeases& command) {
  const Workspace& workspace = context.workspace;
  const auto found = FindSession(workspace, command.session);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const AgentIndex agent = std::get<AgentIndex>(found);
  std::vector<TicketIndex> extended;
  if (command.tickets.empty()) {
    for (const TicketIndex held : HeldInOrder(workspace, workspace.agent(agent))) {
      if (Workspace::UnderLease(workspace.ticket(held))) extended.push_back(held);
    }
  }
  for (const TicketId& id : command.tickets) {
    const auto owned = FindOwned(workspace, command.session, id);
    if (const auto* rejection = std::get_if<Rejection>(&owned)) return *rejection;
    extended.push_back(std::get<TicketIndex>(owned));
    if (!Workspace::UnderLease(workspace.ticket(extended.back()))) {
      return Refuse(Reason::kNotLeased,
                    "expected a ticket under a lease, but ticket " + ToString(id) + " has none");
    }
  }
  LeasesExtended reply;
  for (const TicketIndex ticket : extended) {
    context.apply.LeaseExtended(ticket);
    reply.leases.emplace_back(workspace.ticket(ticket).id, workspace.ticket(ticket).until);
  }
  return Reply(std::move(reply));
}

}  // namespace tandem::router
