// Call-backs: customers who are called instead of waiting, in attempts, within a window.
#include <algorithm>
#include <utility>

#include "router/commands.h"
#include "router/open_hours.h"

namespace tandem::router {
namespace {

bool EndsBefore(Time not_after, Time at) {
  return not_after.IsSet() && at >= not_after;
}

Time NotAfter(const Ticket& ticket) {
  return ticket.callback != nullptr ? ticket.callback->not_after : Time{};
}

Rejection RefuseWindow() {
  return Refuse(Reason::kCallbackWindowEnded,
                "expected a time before the end of the call-back's window, but it is over by then");
}

}  // namespace

Time CallableFrom(const Workspace& workspace, QueueIndex queue, Time at) {
  // Another queue calls them while this one is closed.
  if (workspace.queue(queue).configured->when_closed == WhenClosed::kOverflow) return at;
  const OpenHours* hours = workspace.HoursOf(queue);
  const Time opening = hours != nullptr ? NextOpening(*hours, at) : Time{};
  return opening.IsSet() ? opening : at;
}

std::optional<Rejection> CheckCallbackWindow(Time not_after, Time at) {
  if (EndsBefore(not_after, at)) return RefuseWindow();
  return std::nullopt;
}

Outcome Decide(Context& context, const RequestCallback& command) {
  const Workspace& workspace = context.workspace;
  const auto found = FindTicket(workspace, command.ticket);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const TicketIndex index = std::get<TicketIndex>(found);
  const Ticket& ticket = workspace.ticket(index);
  if (Workspace::IsConsultation(ticket)) return RefuseConsultation();
  if (Workspace::IsReview(ticket)) return RefuseReview();
  if (ticket.state != TicketState::kQueued && ticket.state != TicketState::kOffered) {
    return RefuseState(ticket, "QUEUED or OFFERED");
  }
  const Time at = CallableFrom(workspace, ticket.queue, std::max(command.not_before, context.now));
  if (auto rejection = CheckCallbackWindow(command.not_after, at)) return *std::move(rejection);
  if (ticket.state == TicketState::kOffered) {
    context.apply.OffersRescinded(index, "CALLBACK");
  }
  const Time later = at > context.now ? at : Time{};
  context.apply.CallbackRequested(index, {later, command.not_after, "REQUEST"});
  return Reply(StateReached{ticket.state, later});
}

void CallBackByPlan(Context& context, TicketIndex index) {
  const Time at =
      CallableFrom(context.workspace, context.workspace.ticket(index).queue, context.now);
  context.apply.CallbackRequested(index, {at > context.now ? at : Time{}, Time{}, "PLAN"});
}

Outcome Decide(Context& context, const EndCallbackAttempt& command) {
  const Workspace& workspace = context.workspace;
  const auto found = FindOwned(workspace, command.session, command.ticket);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const TicketIndex index = std::get<TicketIndex>(found);
  const Ticket& ticket = workspace.ticket(index);
  if (!workspace.IsCallback(ticket)) {
    return Refuse(Reason::kTicketIsNoCallback,
                  "expected a call-back, but the ticket's channel is '" +
                      workspace.channel_ids.Name(ticket.channel) + "'");
  }
  if (workspace.MediaConnected(ticket)) return RefuseConnected();
  const bool connected = command.outcome == CallbackOutcome::kConnected;
  const bool connecting = ticket.state == TicketState::kConnecting;
  if (ticket.state == TicketState::kAssigned || (connecting && connected)) {
    return RefuseState(ticket, connected ? "ACTIVE or WRAP_UP" : "CONNECTING, ACTIVE or WRAP_UP");
  }
  if (auto rejection = CheckDisposition(workspace, command.disposition)) {
    return *std::move(rejection);
  }
  return Reply(
      EndAttempt(context, index, command.outcome, command.disposition, command.next_attempt_at));
}

StateReached EndAttempt(Context& context, TicketIndex index, CallbackOutcome outcome,
                        const std::string& disposition, Time next_at) {
  const Workspace& workspace = context.workspace;
  const Ticket& ticket = workspace.ticket(index);
  if (!IsRetried(outcome)) {
    context.apply.CallbackAttemptEnded(index, {outcome, disposition, Time{}});
    context.apply.TicketCompleted(index, disposition);
    return {TicketState::kCompleted};
  }
  const CallbackPolicy& policy = workspace.queue(ticket.queue).configured->callbacks;
  const uint32_t attempts = ticket.callback != nullptr ? ticket.callback->attempts : 0;
  const Time wanted =
      next_at.IsSet() ? std::max(next_at, context.now) : context.now + policy.retry_delay;
  const Time at = CallableFrom(workspace, ticket.queue, wanted);
  const char* over = attempts + 1 >= policy.max_attempts ? "ATTEMPTS_USED_UP"
                     : EndsBefore(NotAfter(ticket), at)  ? "WINDOW_ENDED"
                                                         : nullptr;
  context.apply.CallbackAttemptEnded(index, {outcome, disposition, over != nullptr ? Time{} : at});
  if (over != nullptr) {
    context.apply.TicketExpired(index, over);
    return {TicketState::kExpired};
  }
  context.apply.TicketRescheduled(index, at, at);
  return {TicketState::kScheduled, at};
}

std::optional<Rejection> RescheduleCallback(Context& context, TicketIndex index, Time not_before) {
  const Ticket& ticket = context.workspace.ticket(index);
  const Time at = CallableFrom(context.workspace, ticket.queue, std::max(not_before, context.now));
  if (EndsBefore(NotAfter(ticket), at)) return RefuseWindow();
  if (at > context.now) {
    ScheduleFor(context, index, at);
  } else {
    EnterScheduled(context, index, "REQUEST");
  }
  return std::nullopt;
}

void CallScheduled(Context& context, TicketIndex index, const char* reason) {
  const Ticket& ticket = context.workspace.ticket(index);
  const Time at =
      CallableFrom(context.workspace, ticket.queue, std::max(ticket.until, context.now));
  if (EndsBefore(NotAfter(ticket), at)) {
    context.apply.TicketExpired(index, "WINDOW_ENDED");
  } else if (at > context.now) {
    ScheduleFor(context, index, at);
  } else {
    EnterScheduled(context, index, reason);
  }
}

}  // namespace tandem::router
