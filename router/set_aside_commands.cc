// Tickets that are set aside: SCHEDULED for their time, PARKED until a customer's message, a time
// or a caller resumes them.
#include <algorithm>

#include "router/commands.h"
#include "router/requirement.h"
#include "router/snapshot.h"

namespace tandem::router {
namespace {

Entry EnterAt(const Context& context, const Ticket& ticket, Time queued_at, Time target) {
  const Queue& queue = *context.workspace.queue(ticket.queue).configured;
  return {queued_at, target, KeyIn(queue, queued_at, target, ticket.priority)};
}

// A customer who writes begins a new visit; else the ticket is as old as it was, but for the time
// for which its clock stood.
void Unpark(Context& context, TicketIndex index, const char* reason, bool new_visit,
            bool reopened = false) {
  const Workspace& workspace = context.workspace;
  const Ticket& ticket = workspace.ticket(index);
  Unparking unparking;
  unparking.reason = reason;
  unparking.plan_anew = new_visit;
  unparking.reopened = reopened;
  if (ticket.parking->clock_stopped) unparking.clock_stopped = context.now - ticket.parking->at;
  Time due_at = ticket.due_at;
  if (due_at.IsSet()) due_at = due_at + unparking.clock_stopped;
  if (reopened) due_at = DueAgain(context, ticket, due_at);
  if (new_visit) {
    unparking.back = ReturnAnew(context, ticket, due_at);
  } else {
    const Time target =
        CappedTarget(ticket.target + unparking.clock_stopped, ticket.reply_by, context.now);
    unparking.back.entry = EnterAt(context, ticket, ticket.queued_at, target);
    unparking.back.due_at = due_at;
  }
  KeepForLastAgent(context, ticket,
                   new_visit ? AskedAnew(workspace, ticket) : RequirementOf(workspace, ticket),
                   unparking.back);
  context.apply.TicketUnparked(index, unparking);
}

// What is BLOCKED is not due at any time unless somebody said so: it counts from its entry.
void BeginDueTime(Context& context, TicketIndex index, Time enters_at) {
  const Ticket& ticket = context.workspace.ticket(index);
  const bool back = context.workspace.queue(ticket.queue).IsBack();
  if (ticket.state != TicketState::kBlocked || !back || ticket.due_at.IsSet()) return;
  context.apply.DueTimeBegan(index, DueAnew(context, ticket, enters_at));
}

}  // namespace

Time DueAgain(const Context& context, const Ticket& ticket, Time due_at) {
  const bool begins_anew = context.workspace.queue(ticket.queue).IsBack() && due_at <= context.now;
  return begins_anew ? DueAnew(context, ticket, context.now) : due_at;
}

Return ReturnAnew(const Context& context, const Ticket& ticket, Time due_at) {
  const Time target = TargetWhenDue(context, ticket.queue, ticket, due_at, context.now);
  return {EnterAt(context, ticket, context.now, target), due_at, /*keep_for=*/{},
          /*kept_until=*/{}};
}

void KeepForLastAgent(const Context& context, const Ticket& ticket, Requirement asked,
                      Return& back) {
  const Duration wait = *context.workspace.queue(ticket.queue).configured->last_agent_wait;
  if (wait.us == 0) return;
  if (!IsWorthKeeping(context.workspace, ticket, ticket.last_agent, std::move(asked))) return;
  back.keep_for = ticket.last_agent;
  back.kept_until = context.now + wait;
}

bool IsWorthKeeping(const Workspace& workspace, const Ticket& ticket, AgentIndex agent,
                    Requirement asked) {
  if (!agent.IsSet()) return false;
  const AgentState& last = workspace.agent(agent);
  return last.IsPresent() && last.FitsShift(workspace.now + ticket.expected_handling_time) &&
         asked.agents.empty() &&
         WhyNotIn(workspace, ticket, ticket.queue, std::move(asked), agent) == nullptr;
}

// A call-back is to be there at the time that was agreed on.
void EnterScheduled(Context& context, TicketIndex index, const char* reason) {
  BeginDueTime(context, index, context.now);
  const Ticket& ticket = context.workspace.ticket(index);
  const Time target = context.workspace.IsCallback(ticket) && ticket.until.IsSet()
                          ? std::min(ticket.until, context.now)
                          : TargetOfVisit(context, ticket.queue, ticket, context.now);
  context.apply.TicketEntered(index, EnterAt(context, ticket, context.now, target), reason);
}

void ScheduleFor(Context& context, TicketIndex index, Time at) {
  BeginDueTime(context, index, at);
  const Ticket& ticket = context.workspace.ticket(index);
  const Time target =
      context.workspace.IsCallback(ticket) ? at : TargetOfVisit(context, ticket.queue, ticket, at);
  context.apply.TicketRescheduled(index, at, target);
}

Outcome Decide(Context& context, const RescheduleTicket& command) {
  const auto found = FindTicket(context.workspace, command.ticket);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const TicketIndex index = std::get<TicketIndex>(found);
  const Ticket& ticket = context.workspace.ticket(index);
  if (ticket.state != TicketState::kScheduled && ticket.state != TicketState::kBlocked) {
    return RefuseState(ticket, "SCHEDULED or BLOCKED");
  }
  if (context.workspace.IsCallback(ticket)) {
    auto rejection = RescheduleCallback(context, index, command.not_before);
    if (rejection) return *std::move(rejection);
  } else if (command.not_before > context.now) {
    ScheduleFor(context, index, command.not_before);
  } else {
    EnterScheduled(context, index, "REQUEST");
  }
  return Reply(Done{});
}

Outcome Decide(Context& context, const ParkTicket& command) {
  const auto found = FindOwned(context.workspace, command.session, command.ticket);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const TicketIndex index = std::get<TicketIndex>(found);
  const Ticket& ticket = context.workspace.ticket(index);
  if (context.workspace.MediaConnected(ticket)) return RefuseConnected();
  if (ticket.state != TicketState::kAssigned && ticket.state != TicketState::kActive) {
    return RefuseState(ticket, "ASSIGNED or ACTIVE");
  }
  if (!command.reason.empty() && !context.workspace.parking_reasons.contains(command.reason)) {
    return Refuse(Reason::kParkingReasonUnknown,
                  "expected a configured parking reason, but there is no '" + command.reason + "'");
  }
  if (command.until_children_closed) {
    auto rejection = CheckWaitForChildren(context.workspace, index);
    if (rejection) return *std::move(rejection);
  }
  context.apply.TicketParked(index, command.reason, command.until,
                             SilentUntil(context, ticket, command.reason),
                             command.until_children_closed);
  return Reply(Done{});
}

Outcome Decide(Context& context, const ResumeTicket& command) {
  const auto found = FindTicket(context.workspace, command.ticket);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const TicketIndex index = std::get<TicketIndex>(found);
  const Ticket& ticket = context.workspace.ticket(index);
  if (ticket.state != TicketState::kParked) return RefuseState(ticket, "PARKED");
  Unpark(context, index, "REQUEST", /*new_visit=*/false);
  return Reply(Done{});
}

void ResumeWithoutChildren(Context& context, TicketIndex index) {
  const Ticket& ticket = context.workspace.ticket(index);
  const bool waits = ticket.parking->until_children_closed;
  if (!waits || context.workspace.OpenChildrenOf(ticket.id) != 0) return;
  Unpark(context, index, "CHILDREN_CLOSED", /*new_visit=*/false);
}

void ResumeParked(Context& context, TicketIndex index) {
  if (context.workspace.ticket(index).state != TicketState::kParked) return;
  Unpark(context, index, "MESSAGE", /*new_visit=*/true);
}

void EnterReopened(Context& context, TicketIndex index, const char* reason) {
  Unpark(context, index, reason, /*new_visit=*/true, /*reopened=*/true);
}

void ResumeForAssignment(Context& context, TicketIndex index) {
  if (context.workspace.ticket(index).state != TicketState::kParked) return;
  Unpark(context, index, "ASSIGNED", /*new_visit=*/false);
}

// The time that it was set aside for has come, from AdvanceTime.
void EndSetAside(Context& context, TicketIndex index) {
  if (context.workspace.ticket(index).state == TicketState::kParked) {
    Unpark(context, index, "TIME", /*new_visit=*/false);
  } else if (context.workspace.IsCallback(context.workspace.ticket(index))) {
    CallScheduled(context, index);
  } else {
    EnterScheduled(context, index, "TIME");
  }
}

}  // namespace tandem::router
