// What is said, or not said, in a ticket's conversation: silence, and tickets that are reopened.
#include <algorithm>
#include <string>
#include <utility>

#include "router/applier.h"
#include "router/limits.h"

namespace tandem::router {

void Applier::SilenceBegan(TicketIndex index, Time silent_until) {
  Ticket& ticket = TicketAt(index);
  if (ticket.silent_until == silent_until) return;
  ticket.silent_until = silent_until;
  SetTimer(index);
  MarkDirty(index);
}

void Applier::SilenceBroken(TicketIndex index, Time reply_by) {
  Ticket& ticket = TicketAt(index);
  if (!ticket.silent_until.IsSet() && ticket.reply_by >= reply_by) return;
  ticket.silent_until = Time{};
  ticket.reply_by = std::max(ticket.reply_by, reply_by);
  SetTimer(index);
  MarkDirty(index);
}

// No agent has it, and its last segment ended when it was parked.
void Applier::SilentTicketCompleted(TicketIndex index) {
  Ticket& ticket = TicketAt(index);
  const std::string last_agent = workspace_.AgentName(ticket.last_agent);
  EventRow& event = RecordTicket(EventType::kTicketCompleted, ticket);
  event.agent = last_agent;
  event.reason = kDispositionSilent;
  if (Workspace::IsReview(ticket)) {
    CloseReview(ticket, ticket.last_agent, ToString(TicketState::kCompleted));
  }
  Close(index, TicketState::kCompleted);
  changes_.ticket_states.back().agent = last_agent;
  changes_.ticket_states.back().disposition = kDispositionSilent;
}

TicketIndex Applier::ReopenClosed(const ClosedTicket& closed) {
  const TicketRows& rows = closed.rows.front();
  TicketStateRow state = rows.state;
  state.state = TicketState::kParked;
  state.parked_at = now_;
  state.last_agent = std::exchange(state.agent, "");
  state.leased = false;
  state.plan_step = state.plan_skipped = 0;
  state.plan_since = Time{};
  state.plan_waited = Duration{};
  const TicketIndex index = NewPlace();
  AdoptTicket(index, rows.ticket, workspace_.queue_ids.Find(state.queue));
  Ticket& ticket = TicketAt(index);
  if (rows.detail) AdoptTicketDetail(index, *rows.detail);
  if (rows.detail && rows.detail->requirement) DetailOf(index).requirement->plan_step = 0;
  if (rows.detail || closed.notes + closed.messages + closed.scores > 0) {
    TicketDetail& detail = DetailOf(index);
    detail.notes = closed.notes;
    detail.messages = closed.messages;
    detail.scores = closed.scores;
  }
  AdoptTicketState(index, state);
  ++ticket.reopen_count;
  changes_.reopened.push_back(rows.ticket);
  return index;
}

void Applier::NoteClosedAgain(const Ticket& ticket) {
  auto& closed = workspace_.closed_again;
  while (!closed.empty() && closed.front().at <= now_ - kClosedAgainWindow) closed.pop_front();
  closed.push_back({ticket.id, ticket.reopen_count, now_});
}

}  // namespace tandem::router
