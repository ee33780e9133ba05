// Tickets that are set aside: SCHEDULED for their time, PARKED until somebody or something resumes
// them. They hold no capacity and wait in no queue.
#include <utility>

#include "router/applier.h"
#include "router/applier_change_agent.h"
#include "router/snapshot.h"

namespace tandem::router {

void Applier::TicketRescheduled(TicketIndex index, Time not_before, Time target) {
  Ticket& ticket = TicketAt(index);
  WaitForNone(index);
  ticket.state = TicketState::kScheduled;
  ticket.until = not_before;
  ticket.target = target;
  SetTimer(index);
  MarkDirty(index);
  RecordTicket(EventType::kTicketScheduled, ticket).until = not_before;
}

void Applier::TicketEntered(TicketIndex index, const Entry& entry, const char* reason) {
  Ticket& ticket = TicketAt(index);
  WaitForNone(index);
  SetEntry(ticket, entry);
  EventRow& event = RecordTicket(EventType::kTicketEntered, ticket);
  event.until = ticket.target;
  event.reason = reason;
  EnterQueue(index, EntryReason::kScheduled);
}

void Applier::TicketParked(TicketIndex index, const std::string& reason, Time until,
                           Time silent_until, bool until_children_closed) {
  Ticket& ticket = TicketAt(index);
  EventRow& event = RecordTicket(EventType::kTicketParked, ticket);
  event.reason = reason;
  event.until = until;
  const AgentIndex agent = ticket.agent;
  LeaveAgent(index, SegmentOutcome::kParked, "", true);
  EndVisit(ticket, ExitReason::kParked);
  ticket.state = TicketState::kParked;
  ticket.agent = AgentIndex{};
  ticket.leased = false;
  ticket.until = until;
  ticket.silent_until = silent_until;
  const auto configured = workspace_.parking_reasons.find(reason);
  const bool stops_clock = configured != workspace_.parking_reasons.end() && configured->second;
  ticket.parking =
      std::make_unique<Parking>(Parking{now_, reason, stops_clock, until_children_closed});
  ticket.last_agent = agent;
  SetTimer(index);
  MarkDirty(index);
}

void Applier::TicketUnparked(TicketIndex index, const Unparking& unparking) {
  Ticket& ticket = TicketAt(index);
  SetEntry(ticket, unparking.back.entry);
  SetDueTime(index, unparking.back.due_at);
  EventRow& event = RecordTicket(
      unparking.reopened ? EventType::kTicketReopened : EventType::kTicketUnparked, ticket);
  event.agent = workspace_.AgentName(ticket.last_agent);
  event.until = ticket.target;
  event.reason = unparking.reason;
  event.number = unparking.reopened ? ticket.reopen_count : unparking.clock_stopped.us;
  ticket.parking = nullptr;
  ticket.silent_until = Time{};
  ComeBack(index, unparking.back, unparking.plan_anew,
           unparking.reopened ? EntryReason::kReopened : EntryReason::kResumed);
}

void Applier::SetEntry(Ticket& ticket, const Entry& entry) {
  ticket.queued_at = entry.queued_at;
  ticket.target = entry.target;
  ticket.key = entry.key;
}

void Applier::SetDueTime(TicketIndex index, Time due_at) {
  if (TicketAt(index).due_at == due_at) return;
  TicketAt(index).due_at = due_at;
  DetailOf(index).due_at = due_at;
}

void Applier::ComeBack(TicketIndex index, const Return& back, bool plan_anew, EntryReason reason) {
  Ticket& ticket = TicketAt(index);
  ForgetLastAgent(ticket);
  if (plan_anew && ticket.plan.IsSet()) {
    RestartPlan(ticket);
    ChangeClass(ticket, AskedAnew(workspace_, ticket));
  }
  if (back.keep_for.IsSet()) KeepFor(ticket, back.keep_for, back.kept_until);
  EnterQueue(index, reason);
}

void Applier::LastAgentPassed(TicketIndex index) {
  Ticket& ticket = TicketAt(index);
  RecordTicket(EventType::kLastAgentPassed, ticket).agent = workspace_.AgentName(ticket.last_agent);
  // An offer that is out stays out.
  LiftFromLine(index);
  PassLastAgent(ticket);
  PutBackInLine(index);
  SetTimer(index);
  MarkDirty(index);
}

void Applier::KeepFor(Ticket& ticket, AgentIndex agent, Time until) {
  Requirement asked = RequirementOf(workspace_, ticket);
  ticket.last_agent = agent;
  ticket.kept_until = until;
  ChangeClass(ticket, asked);
}

void Applier::ForgetLastAgent(Ticket& ticket) {
  ticket.last_agent = AgentIndex{};
  ticket.kept_until = Time{};
}

void Applier::PassLastAgent(Ticket& ticket) {
  if (!ticket.kept_until.IsSet()) return;
  Requirement asked = RequirementOf(workspace_, ticket);
  ForgetLastAgent(ticket);
  ChangeClass(ticket, asked);
}

void Applier::RestartPlan(Ticket& ticket) {
  ticket.plan_step = ticket.plan_skipped = 0;
  ticket.plan_since = Time{};
  ticket.plan_waited = Duration{};
  if (ticket.detail == nullptr || !ticket.detail->requirement) return;
  // Every step counts again. The caller lists the ticket, whose state changes.
  ticket.detail_dirty = ticket.detail_dirty || ticket.detail->requirement->plan_step != 0;
  ticket.detail->requirement->plan_step = 0;
}

}  // namespace tandem::router
