// Call-backs: what becomes of a ticket whose customer is to be called, and of each attempt.
#include <memory>
#include <utility>

#include "router/applier.h"
#include "router/snapshot.h"

namespace tandem::router {

Callback& Applier::CallbackOf(Ticket& ticket) {
  if (ticket.callback == nullptr) ticket.callback = std::make_unique<Callback>();
  return *ticket.callback;
}

// Its class is for the caller to change. The channel that it came over stays in use, because its
// conversation does.
void Applier::UseChannel(Ticket& ticket, ChannelIndex channel) {
  if (ticket.channel == channel) return;
  ticket.channel = channel;
  ++workspace_.channels[channel.value].open;
}

// It is nobody's, waits in no queue, and will begin a visit of its own, with its plan anew.
void Applier::ScheduleAnew(TicketIndex index) {
  Ticket& ticket = TicketAt(index);
  Requirement asked = AskedAnew(workspace_, ticket);
  RestartPlan(ticket);
  ForgetLastAgent(ticket);
  ChangeClass(ticket, asked);
  ticket.state = TicketState::kScheduled;
  ticket.agent = AgentIndex{};
  ticket.leased = false;
  ticket.queued_at = Time{};
}

void Applier::CallbackRequested(TicketIndex index, const CallbackAgreement& agreement) {
  Ticket& ticket = TicketAt(index);
  EventRow& event = RecordTicket(EventType::kCallbackRequested, ticket);
  event.until = agreement.at;
  event.reason = agreement.reason;
  LeaveQueue(index);
  UncountWaiting(ticket);
  EndVisit(ticket, ExitReason::kCallback);
  UseChannel(ticket, workspace_.channel_ids.Find(kCallbackChannel));
  if (agreement.not_after.IsSet() || ticket.callback != nullptr) {
    CallbackOf(ticket).not_after = agreement.not_after;
  }
  if (agreement.at.IsSet()) {
    ScheduleAnew(index);
    TicketRescheduled(index, agreement.at, agreement.at);
    return;
  }
  Requirement asked = RequirementOf(workspace_, ticket);
  ForgetLastAgent(ticket);
  ChangeClass(ticket, asked);
  EnterQueue(index, EntryReason::kCallback);
}

void Applier::CallbackAttemptEnded(TicketIndex index, const EndedAttempt& attempt) {
  Ticket& ticket = TicketAt(index);
  Callback& callback = CallbackOf(ticket);
  ++callback.attempts;
  callback.last_outcome = attempt.outcome;
  EventRow& event = RecordTicket(EventType::kCallbackAttemptEnded, ticket);
  event.offer_number = ticket.leased ? 0 : ticket.offer_number;
  event.reason = ToString(attempt.outcome);
  event.until = attempt.next_at;
  event.number = callback.attempts;
  MarkDirty(index);
  if (attempt.outcome != CallbackOutcome::kConnected) EndVisit(ticket, ExitReason::kUnreached);
  if (!IsRetried(attempt.outcome)) return;
  LeaveAgent(index, SegmentOutcome::kUnreached, attempt.disposition, /*now_idle=*/true);
  ScheduleAnew(index);
  ticket.until = attempt.next_at;
}

}  // namespace tandem::router
