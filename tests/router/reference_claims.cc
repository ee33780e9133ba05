// The reference's claims and leases, and how an agent came to a ticket.
#include <algorithm>
#include <string>
#include <vector>

#include "tests/router/reference_router.h"

namespace tandem::router {
void ReferenceRouter::Claim(TicketData& ticket, AgentState& agent, const char* reason) {
  LeaveReserve(agent);
  StopPlanClock(ticket);
  ticket.kept_for.clear();
  ticket.kept_until = Time{};
  ticket.state = TicketState::kAssigned;
  CountPick(ticket);
  ticket.agent = agent.id;
  ticket.leased = true;
  ticket.until = now_ + QueueOf(ticket).lease_duration;
  agent.idle_since = now_;
  agent.misses = 0;
  EventRow& event = Emit(EventType::kTicketClaimed, ticket, agent.id);
  event.until = ticket.until;
  event.reason = reason;
  LookAtIdle();
}

Outcome ReferenceRouter::Do(const ClaimTickets& command) {
  if (const Refusal refusal = CheckSession(command.session)) return Refuse(*refusal);
  AgentState& agent = workspace_->agents.at(command.session.agent);
  if (command.ticket.IsSet()) return Pick(agent, command.ticket);
  if (!command.queue.empty() && FindQueue(command.queue) == nullptr) {
    return Refuse(Reason::kQueueNotFound);
  }
  TicketsClaimed claimed;
  while (claimed.tickets.size() < command.max_tickets) {
    TicketData* ticket = BestTicket(agent, command.queue, /*claiming=*/true);
    if (ticket == nullptr) break;
    if (ticket->consults.IsSet()) {
      claimed.tickets.push_back(ticket->consults);
      TakeRequest(*ticket, agent);
      continue;
    }
    Claim(*ticket, agent, "");
    claimed.tickets.push_back(ticket->id);
  }
  return Reply{claimed};
}

// This ticket, whatever goes before it and whomever it rings.
Outcome ReferenceRouter::Pick(AgentState& agent, TicketId id) {
  TicketData* ticket = FindTicket(id);
  if (ticket == nullptr) return Refuse(Reason::kTicketNotFound);
  if (ticket->state != TicketState::kQueued && ticket->state != TicketState::kOffered) {
    return Refuse(Reason::kTicketStateForbids);
  }
  bool pulls = false;
  for (const auto& entry : FindProfile(FindAgent(agent.id)->routing_profile)->queues) {
    if (entry.queue == ticket->queue) pulls = entry.pull;
  }
  if (!WhyNot(agent, *ticket).empty() || !pulls) return Refuse(Reason::kAgentMayNotTake);
  const bool rung = IsOfferedTo(*ticket, agent.id);
  const bool for_another = !ticket->kept_for.empty() && ticket->kept_for != agent.id;
  if (!IsReady(agent) || !IsReadyFor(agent, *ticket) || !FitsShift(agent, *ticket) ||
      (!rung && (!HasCapacity(agent, *ticket) || IsReserved(agent, *ticket))) || for_another ||
      DelayedUntil(agent, *ticket).IsSet()) {
    return Refuse(Reason::kAgentCannotTakeNow);
  }
  if (ticket->state == TicketState::kOffered) Rescind(*ticket, "PICKED");
  if (ticket->consults.IsSet()) {
    const TicketId consulted = ticket->consults;
    TakeRequest(*ticket, agent);
    return Reply{TicketsClaimed{{consulted}}};
  }
  Claim(*ticket, agent, "PICKED");
  PassOverSteps(*ticket);
  return Reply{TicketsClaimed{{id}}};
}

Outcome ReferenceRouter::Do(const ExtendLeases& command) {
  if (const Refusal refusal = CheckSession(command.session)) return Refuse(*refusal);
  std::vector<TicketData*> extended;
  for (const TicketId& id : command.tickets) {
    TicketData* ticket = FindTicket(id);
    if (ticket == nullptr) return Refuse(Reason::kTicketNotFound);
    if (ticket->agent != command.session.agent || ticket->state == TicketState::kOffered) {
      return Refuse(Reason::kNotOwner);
    }
    if (!ticket->leased) return Refuse(Reason::kNotLeased);
    extended.push_back(ticket);
  }
  if (command.tickets.empty()) {
    for (auto& [id, ticket] : workspace_->tickets) {
      if (ticket.agent == command.session.agent && ticket.leased) extended.push_back(&ticket);
    }
    std::sort(extended.begin(), extended.end(),
              [](const TicketData* a, const TicketData* b) { return a->arrival < b->arrival; });
  }
  LeasesExtended reply;
  for (TicketData* ticket : extended) {
    ticket->until = now_ + QueueOf(*ticket).lease_duration;
    Emit(EventType::kLeaseExtended, *ticket, ticket->agent).until = ticket->until;
    reply.leases.emplace_back(ticket->id, ticket->until);
  }
  return Reply{reply};
}

Explanation::Choice ReferenceRouter::ChoiceOf(const TicketData& ticket,
                                              const std::string& id) const {
  const AgentState& agent = workspace_->agents.at(id);
  const std::vector<std::string>& named = ticket.requirement.agents;
  Explanation::Choice choice;
  choice.agent = id;
  choice.offered = ticket.state == TicketState::kOffered;
  choice.claimed = ticket.leased;
  choice.kept = !ticket.kept_for.empty();
  choice.named = std::find(named.begin(), named.end(), id) != named.end();
  choice.mode = QueueOf(ticket).distribution_mode;
  TicketData anybody = ticket;
  anybody.requirement.agents.clear();
  const bool fits = Qualifies(*FindAgent(id), anybody);
  const int64_t weight = WeightOf(agent, ticket);
  if (choice.mode == DistributionMode::kLongestIdle && choice.offered) {
    choice.idle_since = agent.idle_since;
  }
  if (choice.mode == DistributionMode::kLeastLoaded) choice.load = weight;
  if (choice.mode == DistributionMode::kBestMatch && fits) {
    choice.score = static_cast<uint32_t>(-weight);
  }
  if (choice.mode == DistributionMode::kLowestCost) choice.cost_per_hour_milli = weight;
  return choice;
}

}  // namespace tandem::router
