// The reference's verbs about tickets that are SCHEDULED or PARKED.
#include <algorithm>
#include <string>

#include "tests/router/reference_router.h"

namespace tandem::router {
// -------------------------------------------------------------------------------------------------
// scheduled

void ReferenceRouter::Schedule(TicketData& ticket, Time not_before) {
  BeginDueTime(ticket, not_before);
  ticket.waits_for.clear();
  ticket.state = TicketState::kScheduled;
  ticket.until = not_before;
  ticket.queued_at = not_before;
  SetTarget(ticket);
  if (IsCallback(ticket)) ticket.target = not_before;
  ticket.queued_at = Time{};
  Emit(EventType::kTicketScheduled, ticket).until = not_before;
}

void ReferenceRouter::Enter(TicketData& ticket, const char* reason) {
  BeginDueTime(ticket, now_);
  ticket.waits_for.clear();
  ticket.queued_at = now_;
  SetTarget(ticket);
  if (IsCallback(ticket) && ticket.until.IsSet()) ticket.target = std::min(ticket.until, now_);
  EventRow& event = Emit(EventType::kTicketEntered, ticket);
  event.until = ticket.target;
  event.reason = reason;
  EnterQueue(ticket);
}

Outcome ReferenceRouter::Do(const RescheduleTicket& command) {
  TicketData* ticket = FindTicket(command.ticket);
  if (ticket == nullptr) return Refuse(Reason::kTicketNotFound);
  if (ticket->state != TicketState::kScheduled && ticket->state != TicketState::kBlocked) {
    return Refuse(Reason::kTicketStateForbids);
  }
  Time at = std::max(command.not_before, now_);
  if (IsCallback(*ticket)) at = CallableFrom(QueueOf(*ticket), at);
  if (ticket->not_after.IsSet() && at >= ticket->not_after) {
    return Refuse(Reason::kCallbackWindowEnded);
  }
  if (at > now_) {
    Schedule(*ticket, at);
  } else {
    Enter(*ticket, "REQUEST");
  }
  return Reply{Done{}};
}

// -------------------------------------------------------------------------------------------------
// parked

Outcome ReferenceRouter::Do(const ParkTicket& command) {
  if (const Refusal refusal = CheckSession(command.session)) return Refuse(*refusal);
  TicketData* ticket = FindTicket(command.ticket);
  if (ticket == nullptr) return Refuse(Reason::kTicketNotFound);
  if (ticket->agent != command.session.agent || ticket->state == TicketState::kOffered) {
    return Refuse(Reason::kNotOwner);
  }
  if (ticket->connected) return Refuse(Reason::kMediaConnected);
  if (ticket->state != TicketState::kAssigned && ticket->state != TicketState::kActive) {
    return Refuse(Reason::kTicketStateForbids);
  }
  bool known = command.reason.empty();
  bool stops_clock = false;
  for (const ParkingReason& reason : workspace_->configuration.parking_reasons) {
    if (reason.id != command.reason) continue;
    known = true;
    stops_clock = reason.stops_clock;
  }
  if (!known) return Refuse(Reason::kParkingReasonUnknown);
  if (command.until_children_closed) {
    if (const Refusal refusal = CheckWaitForChildren(*ticket)) return Refuse(*refusal);
  }
  EventRow& event = Emit(EventType::kTicketParked, *ticket, ticket->agent);
  event.reason = command.reason;
  event.until = command.until;
  EndParticipants(*ticket, "PARKED");
  ticket->parked_by = ticket->agent;
  EndVisit(*ticket, VisitEnd::kOther);
  Leave(*ticket);
  ticket->state = TicketState::kParked;
  ticket->until = command.until;
  ticket->parked_at = now_;
  ticket->parking_reason = command.reason;
  ticket->clock_stopped = stops_clock;
  ticket->until_children_closed = command.until_children_closed;
  if (command.reason == "customer_silent") {
    ticket->silent_until = SilentFor(*ticket, /*parked=*/true);
  }
  return Reply{Done{}};
}

Outcome ReferenceRouter::Do(const ResumeTicket& command) {
  TicketData* ticket = FindTicket(command.ticket);
  if (ticket == nullptr) return Refuse(Reason::kTicketNotFound);
  if (ticket->state != TicketState::kParked) return Refuse(Reason::kTicketStateForbids);
  Unpark(*ticket, "REQUEST");
  return Reply{Done{}};
}

// Whether its last agent is signed in and may take it, and it is for nobody else.
bool ReferenceRouter::WouldKeep(const TicketData& ticket, const std::string& last) const {
  const auto it = workspace_->agents.find(last);
  if (it == workspace_->agents.end()) return false;
  const auto& excluded = ticket.contact.excluded_agents;
  return it->second.session_open && it->second.status != AgentStatus::kOffline &&
         it->second.status != AgentStatus::kDraining && ticket.requirement.agents.empty() &&
         std::count(excluded.begin(), excluded.end(), last) == 0 && FitsShift(it->second, ticket) &&
         Qualifies(*FindAgent(last), ticket);
}

// Also one that was never parked, but completed, and is reopened.
void ReferenceRouter::Unpark(TicketData& ticket, const char* reason, bool reopened) {
  const bool new_visit = reopened || std::string(reason) == "MESSAGE";
  const Duration stopped = ticket.clock_stopped ? now_ - ticket.parked_at : Duration{};
  if (ticket.due_at.IsSet()) ticket.due_at = ticket.due_at + stopped;
  if (new_visit) {
    ticket.queued_at = now_;
    const Queue& queue = QueueOf(ticket);
    if (reopened && queue.office == Office::kBack && ticket.due_at <= now_) {
      const ProcessTypeDefaults* defaults = DefaultsOf(ticket.contact);
      ticket.due_at = After(HoursQueueOf(queue, now_), now_,
                            defaults == nullptr ? Hours(8) : defaults->due_after);
    }
    SetTarget(ticket);
    ticket.requirement = ticket.base;
    ticket.plan_step = 0;
    ticket.by_plan = kNoPolicy;
    ticket.plan_waited = Duration{};
  } else {
    ticket.target = ticket.target + stopped;
    Cap(ticket, now_);
  }
  EventRow& event = Emit(reopened ? EventType::kTicketReopened : EventType::kTicketUnparked, ticket,
                         ticket.parked_by);
  event.until = ticket.target;
  event.reason = reason;
  event.number = reopened ? ticket.reopen_count : stopped.us;
  const bool keep = WouldKeep(ticket, ticket.parked_by);
  ticket.until_children_closed = false;
  const std::string last_agent = ticket.parked_by;
  ticket.parked_by.clear();
  EnterQueue(ticket);
  const Duration wait = QueueOf(ticket).last_agent_wait.value_or(Duration{});
  if (!keep || wait.us == 0) return;
  ticket.kept_for = last_agent;
  ticket.kept_until = now_ + wait;
}

void ReferenceRouter::PassLastAgent(TicketData& ticket) {
  Emit(EventType::kLastAgentPassed, ticket, ticket.kept_for);
  ticket.kept_for.clear();
  ticket.kept_until = Time{};
  Arrive(ticket);
}

}  // namespace tandem::router
