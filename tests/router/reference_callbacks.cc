// The reference's call-backs: conversions, attempts, windows.
#include <algorithm>
#include <string>

#include "tests/router/reference_router.h"

namespace tandem::router {
bool ReferenceRouter::IsCallback(const TicketData& ticket) {
  return ticket.contact.channel == "callback";
}

// Of one that waits; the end of time: never.
Time ReferenceRouter::WindowEndsAt(const TicketData& ticket) {
  const bool ends = ticket.state == TicketState::kQueued && ticket.not_after.IsSet();
  return ends ? ticket.not_after : kEndOfTime;
}

// The queue's hours, as far as they are known, say when anybody may be called, unless others call
// them then.
Time ReferenceRouter::CallableFrom(const Queue& queue, Time at) const {
  const OpenHours* hours = HoursOf(queue);
  if (hours == nullptr || queue.when_closed == WhenClosed::kOverflow) return at;
  for (const TimeSpan& open : hours->open) {
    if (open.to > at) return std::max(open.from, at);
  }
  return at;
}

// -------------------------------------------------------------------------------------------------
// agreed on

Outcome ReferenceRouter::Do(const RequestCallback& command) {
  TicketData* ticket = FindTicket(command.ticket);
  if (ticket == nullptr) return Refuse(Reason::kTicketNotFound);
  if (ticket->consults.IsSet()) return Refuse(Reason::kTicketIsConsultation);
  if (ticket->reviews.IsSet()) return Refuse(Reason::kTicketIsReview);
  if (ticket->state != TicketState::kQueued && ticket->state != TicketState::kOffered) {
    return Refuse(Reason::kTicketStateForbids);
  }
  const Time at = CallableFrom(QueueOf(*ticket), std::max(command.not_before, now_));
  if (command.not_after.IsSet() && at >= command.not_after) {
    return Refuse(Reason::kCallbackWindowEnded);
  }
  if (ticket->state == TicketState::kOffered) Rescind(*ticket, "CALLBACK");
  CallBack(*ticket, at, command.not_after, "REQUEST");
  return Reply{StateReached{ticket->state, ticket->until}};
}

// Now, with the place that it has; or later, with one of its own.
void ReferenceRouter::CallBack(TicketData& ticket, Time at, Time not_after, const char* reason) {
  EventRow& event = Emit(EventType::kCallbackRequested, ticket);
  event.reason = reason;
  if (at > now_) event.until = at;
  EndVisit(ticket, VisitEnd::kOther);
  ticket.contact.channel = "callback";
  ticket.not_after = not_after;
  if (at > now_) {
    ScheduleAnew(ticket, at);
  } else {
    Requeue(ticket);
  }
}

// For nobody, with its plan anew.
void ReferenceRouter::ScheduleAnew(TicketData& ticket, Time at) {
  Leave(ticket);
  ticket.by_hand = false;
  ticket.kept_for.clear();
  ticket.kept_until = Time{};
  ticket.requirement = ticket.base;
  ticket.plan_step = 0;
  ticket.by_plan = kNoPolicy;
  ticket.plan_waited = Duration{};
  ticket.plan_since = Time{};
  Schedule(ticket, at);
}

void ReferenceRouter::CallScheduled(TicketData& ticket, const char* reason) {
  const Time at = CallableFrom(QueueOf(ticket), std::max(ticket.until, now_));
  if (ticket.not_after.IsSet() && at >= ticket.not_after) {
    Expire(ticket, "WINDOW_ENDED");
  } else if (at > now_) {
    Schedule(ticket, at);
  } else {
    Enter(ticket, reason);
  }
}

// `ticket` is gone afterwards.
void ReferenceRouter::Expire(TicketData& ticket, const std::string& reason) {
  Emit(EventType::kTicketExpired, ticket).reason = reason;
  NoteRequestClosed(ticket, "EXPIRED");
  TicketData* reviewed = NoteReviewEnded(ticket, "", "EXPIRED");
  Close(ticket, "EXPIRED");
  if (reviewed != nullptr) SendBack(*reviewed, "EXPIRED");
}

// -------------------------------------------------------------------------------------------------
// attempted

Outcome ReferenceRouter::Do(const EndCallbackAttempt& command) {
  if (const Refusal refusal = CheckSession(command.session)) return Refuse(*refusal);
  TicketData* ticket = FindTicket(command.ticket);
  if (ticket == nullptr) return Refuse(Reason::kTicketNotFound);
  if (ticket->agent != command.session.agent || ticket->state == TicketState::kOffered) {
    return Refuse(Reason::kNotOwner);
  }
  if (!IsCallback(*ticket)) return Refuse(Reason::kTicketIsNoCallback);
  if (ticket->connected) return Refuse(Reason::kMediaConnected);
  if (ticket->state == TicketState::kAssigned) return Refuse(Reason::kTicketStateForbids);
  if (ticket->state == TicketState::kConnecting && command.outcome == CallbackOutcome::kConnected) {
    return Refuse(Reason::kTicketStateForbids);
  }
  const auto& known = workspace_->configuration.dispositions;
  const bool configured = std::any_of(known.begin(), known.end(), [&](const Disposition& one) {
    return one.id == command.disposition;
  });
  if (!command.disposition.empty() && !configured) return Refuse(Reason::kDispositionUnknown);
  return Reply{EndAttempt(*ticket, command.outcome, command.disposition, command.next_attempt_at)};
}

// `ticket` may be gone afterwards.
StateReached ReferenceRouter::EndAttempt(TicketData& ticket, CallbackOutcome outcome,
                                         const std::string& disposition, Time next_at) {
  static const char* const names[] = {"",        "CONNECTED",    "BUSY",       "NO_ANSWER",
                                      "MACHINE", "WRONG_NUMBER", "DO_NOT_CALL"};
  const CallbackPolicy& policy = QueueOf(ticket).callbacks;
  ticket.attempts += 1;
  ticket.last_outcome = outcome;
  EventRow& event = Emit(EventType::kCallbackAttemptEnded, ticket, ticket.agent);
  if (ticket.by_offer) event.offer_number = ticket.offer_number;
  event.reason = names[static_cast<size_t>(outcome)];
  event.number = ticket.attempts;
  if (outcome != CallbackOutcome::kConnected) EndVisit(ticket, VisitEnd::kOther);
  const bool again = outcome == CallbackOutcome::kBusy || outcome == CallbackOutcome::kNoAnswer ||
                     outcome == CallbackOutcome::kMachine;
  if (!again) {
    return {Complete(ticket, disposition)};
  }
  const Time wanted = next_at.IsSet() ? std::max(now_, next_at) : now_ + policy.retry_delay;
  const Time at = CallableFrom(QueueOf(ticket), wanted);
  std::string over;
  if (ticket.not_after.IsSet() && at >= ticket.not_after) over = "WINDOW_ENDED";
  if (ticket.attempts >= policy.max_attempts) over = "ATTEMPTS_USED_UP";
  if (over.empty()) event.until = at;
  EndParticipants(ticket, "UNREACHED");
  if (over.empty()) {
    ScheduleAnew(ticket, at);
    return {TicketState::kScheduled, at};
  }
  Leave(ticket);
  Expire(ticket, over);
  return {TicketState::kExpired};
}

}  // namespace tandem::router
