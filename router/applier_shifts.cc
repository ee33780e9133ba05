// Agents who are away, and shifts that end.
#include "router/applier.h"
#include "router/applier_change_agent.h"
#include "router/snapshot.h"

namespace tandem::router {

void Applier::ShiftEndSet(AgentIndex index, Time ends_at, const std::string& supervisor) {
  MarkDirty(index);
  AgentAt(index).shift_ends_at = ends_at;
  SetTimer(index);
  EventRow& event = RecordAgent(EventType::kShiftEndSet, index);
  event.until = ends_at;
  event.reason = supervisor;
  // There may be time for more than before.
  if (AgentAt(index).Ready()) Gain(index);
  Notify(index, StateChanged{AgentStateViewOf(AgentAt(index))});
}

// Its status follows.
void Applier::ShiftEnded(AgentIndex index) {
  RecordAgent(EventType::kShiftEnded, index).until = AgentAt(index).shift_ends_at;
}

void Applier::TicketReturned(TicketIndex index, const char* reason, Time kept_until) {
  Ticket& ticket = TicketAt(index);
  const AgentIndex agent = ticket.agent;
  EventRow& event = RecordTicket(EventType::kTicketReturned, ticket);
  event.reason = reason;
  event.number = (now_ - AgentAt(agent).away_since).us;
  event.until = kept_until;
  LeaveAgent(index, SegmentOutcome::kAgentGone, "", true);
  if (kept_until.IsSet()) KeepFor(ticket, agent, kept_until);
  EnterQueue(index, EntryReason::kAgentGone);
}

// The limits, or the groups of channels, are others now.
void Applier::FollowReturnLimits() {
  for (uint32_t i = 0; i < workspace_.agents.size(); ++i) {
    if (workspace_.agents[i].configured) FollowAbsence(AgentIndex{i});
  }
}

}  // namespace tandem::router
