// What is said of a ticket, and added to it, after it came in.
#include <utility>

#include "router/applier.h"
#include "router/snapshot.h"

namespace tandem::router {

TicketDetail& Applier::DetailOf(TicketIndex index) {
  Ticket& ticket = TicketAt(index);
  if (ticket.detail == nullptr) ticket.detail = std::make_unique<TicketDetail>();
  ticket.detail_dirty = true;
  List(index);
  return *ticket.detail;
}

void Applier::AskFor(Ticket& ticket, const Requirement& asked) {
  if (ticket.plan.IsSet()) {
    const Plan steps = workspace_.plans[ticket.plan].steps;
    workspace_.plans.Remove(std::exchange(ticket.plan, workspace_.plans.Add(asked, steps)));
  }
  ChangeClass(ticket, asked);
}

void Applier::GivePlan(Ticket& ticket, Reclassified& reclassified) {
  reclassified.begins_with = ticket.detail->requirement ? ticket.detail->requirement->asked
                             : ticket.plan.IsSet()      ? workspace_.plans[ticket.plan].base
                                                        : RequirementOf(workspace_, ticket);
  // Of a ticket that had none it begins now.
  const Time since = ticket.plan_since.IsSet() ? ticket.plan_since : now_;
  const Duration waited = ticket.plan_waited;
  RestartPlan(ticket);
  AdoptPlan(ticket, reclassified);
  if (!ticket.plan.IsSet()) return;
  ticket.plan_since = since;
  ticket.plan_waited = waited;
}

void Applier::AdoptPlan(Ticket& ticket, const Reclassified& reclassified) {
  workspace_.plans.Remove(std::exchange(
      ticket.plan, workspace_.plans.Add(reclassified.begins_with, *reclassified.plan)));
  ChangeClass(ticket, AskedOf(ticket, reclassified.begins_with));
}

void Applier::FollowRules(Ticket& ticket, const std::vector<std::string>& rules) {
  ticket.rules.reset();
  if (!rules.empty()) ticket.rules = std::make_unique<std::vector<std::string>>(rules);
}

void Applier::TicketUpdated(TicketIndex index, TicketUpdate&& update) {
  Ticket& ticket = TicketAt(index);
  LiftFromLine(index);
  ticket.priority = static_cast<uint16_t>(update.priority);
  ticket.due_at = update.due_at;
  ticket.target = update.target;
  ticket.key = update.key;
  TicketDetail& detail = DetailOf(index);
  const int64_t revision = detail.revision + 1;
  detail = std::move(update.detail);
  detail.revision = revision;
  if (update.reclassified) {
    FollowRules(ticket, detail.reclassified->rules);
    if (update.draw) SettleDraw(*std::move(update.draw));
    if (update.changes_plan) {
      // It asks what it asked at first, of anybody whom that lets in.
      PassLastAgent(ticket);
      GivePlan(ticket, *detail.reclassified);
    }
  }
  if (update.asks_anew) {
    // One that names agents itself is for these, so it is kept for nobody.
    if (ticket.kept_until.IsSet()) ForgetLastAgent(ticket);
    AskFor(ticket, detail.requirement->asked);
  }
  MarkDirty(index);
  PutBackInLine(index);
  if (update.asks_anew || update.changes_plan) SetTimer(index);
  EventRow& event = RecordTicket(EventType::kTicketUpdated, ticket);
  event.agent.clear();
  event.number = revision;
  event.until = ticket.target;
  event.reason = std::move(update.what);
  if (IsOwned(ticket)) NotifyWork(index, ticket.agent, false);
}

EventRow& Applier::RecordAddition(EventType type, const TicketRef& to, const std::string& agent) {
  EventRow& event = Record(type);
  event.ticket = to.id;
  event.client = to.client;
  event.queue = to.queue;
  event.trace_parent = to.trace_parent;
  event.agent = agent;
  return event;
}

int64_t Applier::NoteAdded(const TicketRef& to, NoteRow&& note) {
  note.workspace = workspace_.id;
  note.ticket = to.id;
  note.sequence = RecordAddition(EventType::kNoteAdded, to, note.agent).sequence;
  if (to.open.IsSet()) ++DetailOf(to.open).notes;
  changes_.notes.push_back(std::move(note));
  return changes_.notes.back().sequence;
}

int64_t Applier::MessageAdded(const TicketRef& to, MessageRow&& message) {
  EventRow& event = RecordAddition(EventType::kMessageAdded, to, message.agent);
  event.reason = ToString(message.author);
  message.workspace = workspace_.id;
  message.ticket = to.id;
  message.sequence = event.sequence;
  changes_.messages.push_back(std::move(message));
  const int64_t sequence = changes_.messages.back().sequence;
  if (!to.open.IsSet()) return sequence;
  ++DetailOf(to.open).messages;
  const Ticket& ticket = TicketAt(to.open);
  if (IsOwned(ticket)) NotifyWork(to.open, ticket.agent, false);
  return sequence;
}

int64_t Applier::SurveyRecorded(const TicketRef& to, std::vector<SurveyRow>&& scores) {
  EventRow& event = RecordAddition(EventType::kSurveyRecorded, to, scores.front().agent);
  event.number = static_cast<int64_t>(scores.size());
  if (to.open.IsSet()) DetailOf(to.open).scores += static_cast<uint32_t>(scores.size());
  for (SurveyRow& row : scores) {
    row.workspace = workspace_.id;
    row.ticket = to.id;
    row.sequence = event.sequence;
    changes_.surveys.push_back(std::move(row));
  }
  return event.sequence;
}

}  // namespace tandem::router
