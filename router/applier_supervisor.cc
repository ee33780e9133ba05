// What supervisors do with tickets and agents.
#include "router/applier.h"
#include "router/applier_change_agent.h"
#include "router/snapshot.h"

namespace tandem::router {

void Applier::TicketAssigned(TicketIndex index, const Assignment& assignment) {
  Ticket& ticket = TicketAt(index);
  const AgentIndex agent = assignment.agent;
  LeaveQueue(index);
  UncountWaiting(ticket);
  CloseInterval(agent, now_);
  BeginSegment(ticket, agent);
  // Media is reported under it, as under an offer that was accepted.
  ticket.offer_number = NextOffer(ticket);
  ChangeAgent(agent, [&](AgentState& state) {
    Hold(agent, index);
    state.idle_since = now_;
  });
  EventRow& event = RecordTicket(EventType::kTicketAssigned, ticket);
  event.offer_number = ticket.offer_number;
  event.reason = assignment.supervisor;
  event.number = (assignment.over_capacity ? 1 : 0) + (assignment.against_requirement ? 2 : 0);
  BeginHandling(index);
  NotifyWork(index, agent, false);
  NoteRearranged(agent);
}

void Applier::TicketRequeued(TicketIndex index, const std::vector<AgentIndex>& agents,
                             const std::string& supervisor) {
  Ticket& ticket = TicketAt(index);
  EventRow& event = RecordTicket(EventType::kTicketRequeued, ticket);
  event.agent = workspace_.AgentName(agents.front());
  event.reason = supervisor;
  event.until = now_ + workspace_.cool_down;
  for (const AgentIndex agent : agents) AddCoolDown(index, agent, workspace_.cool_down);
  if (ticket.state == TicketState::kQueued) {
    SetTimer(index);
    MarkDirty(index);
    return;
  }
  LeaveAgent(index, SegmentOutcome::kReleased, "", true);
  EnterQueue(index, EntryReason::kReleased);
}

void Applier::AgentStatusOrdered(AgentIndex agent, const std::string& supervisor) {
  RecordAgent(EventType::kAgentStatusOrdered, agent).reason = supervisor;
}

}  // namespace tandem::router
