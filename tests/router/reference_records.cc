// The reference's verbs about what is said of a ticket, and added to it, after it came in. Limits
// of what a ticket may hold are not its business: random commands never reach them.
#include <string>

#include "tests/router/reference_router.h"

namespace tandem::router {
ReferenceRouter::Refusal ReferenceRouter::CheckAuthor(const std::string& agent) const {
  if (agent.empty() || FindAgent(agent) != nullptr) return std::nullopt;
  return Reason::kAgentNotFound;
}

Outcome ReferenceRouter::Do(const UpdateTicket& command) {
  TicketData* ticket = FindTicket(command.ticket);
  if (ticket == nullptr) return Refuse(Reason::kTicketNotFound);
  if (command.expected_revision != 0 && command.expected_revision != ticket->revision) {
    return Refuse(Reason::kRevisionStale);
  }
  if ((command.requirement || command.reclassify) && ticket->consults.IsSet()) {
    return Refuse(Reason::kTicketIsConsultation);
  }
  if (command.requirement) {
    if (!command.requirement->agents.empty() && ticket->hand_off) {
      return Refuse(Reason::kTicketIsForPeople);
    }
    if (const Refusal refusal = CheckRequirement(*command.requirement)) return Refuse(*refusal);
  }
  std::optional<uint32_t> priority = command.priority;
  std::optional<Requirement> own = command.requirement;
  ClassifiedAgain again;
  if (command.reclassify) {
    if (ticket->reviews.IsSet()) return Refuse(Reason::kTicketIsReview);
    if (ticket->state != TicketState::kQueued && ticket->state != TicketState::kOffered) {
      return Refuse(Reason::kTicketStateForbids);
    }
    if (!command.contact) return Refuse(Reason::kTicketNotFound);
    if (const Refusal refusal = Reclassify(*ticket, command, again)) return Refuse(*refusal);
    const NewContact& contact = again.completion.contact;
    const bool differs = contact.priority.value_or(0) != ticket->ruled_priority;
    if (!priority && differs) priority = contact.priority;
    if (!own) own = again.own;
    FollowRules(*ticket, again);
  }
  std::string what;
  const auto changed = [&](const char* name) {
    if (!what.empty()) what += ",";
    what += name;
  };
  if (priority) {
    ticket->contact.priority = *priority;
    changed("PRIORITY");
  }
  if (command.due_at.IsSet()) {
    ticket->due_at = command.due_at;
    changed("DUE_AT");
  }
  const bool moves_target = command.due_at.IsSet() && QueueOf(*ticket).office == Office::kBack;
  if (moves_target) {
    ticket->target = Before(QueueOf(*ticket), ticket->due_at, ticket->handling_time);
    Cap(*ticket, now_);
  }
  if (priority || moves_target) SetKey(*ticket);
  if (!command.customer_id.empty()) ticket->said_customer = command.customer_id;
  if (!command.customer_segment.empty()) ticket->said_segment = command.customer_segment;
  if (!command.customer_id.empty() || !command.customer_segment.empty()) changed("CUSTOMER");
  if (!command.subject.empty()) changed("SUBJECT");
  for (const auto& [key, value] : command.attributes) ticket->changed_attributes[key] = value;
  if (!command.attributes.empty()) changed("ATTRIBUTES");
  if (!command.add_references.empty() || !command.remove_references.empty()) {
    changed("EXTERNAL_REFERENCES");
  }
  if (command.reclassify) changed("CLASSIFICATION");
  if (again.plan) changed("PLAN");
  if (own) {
    NewContact came = ticket->contact;
    came.channel = ticket->came_over;
    const ProcessTypeDefaults* defaults = DefaultsOf(came);
    Ask(*ticket, *own, defaults == nullptr ? ProcessTypeDefaults{} : *defaults);
    ticket->kept_for.clear();
    ticket->kept_until = Time{};
    changed("REQUIREMENT");
  }
  const int64_t revision = ++ticket->revision;
  EventRow& event = Emit(EventType::kTicketUpdated, *ticket);
  event.number = ticket->revision;
  event.until = ticket->target;
  event.reason = what;
  Arrive(*ticket);
  if (again.queue != nullptr) {
    LeaveFor(*ticket, *again.queue);
    EndParticipants(*ticket, "TRANSFERRED");
    EnterQueue(*ticket);
  } else if (again.plan) {
    TakeStepsAtOnce(command.ticket);
  }
  return Reply{TicketRevised{revision}};
}

Outcome ReferenceRouter::Do(const AddNote& command) {
  const TicketData* ticket = FindTicket(command.ticket);
  if (ticket == nullptr && !command.closed) return Refuse(Reason::kTicketNotFound);
  if (const Refusal refusal = CheckAuthor(command.agent)) return Refuse(*refusal);
  EventRow& event = Emit(EventType::kNoteAdded);
  event.ticket = command.ticket;
  event.queue = ticket != nullptr ? ticket->queue : command.closed->queue;
  event.agent = command.agent;
  return Reply{Recorded{event.sequence}};
}

Outcome ReferenceRouter::Do(const RecordSurvey& command) {
  const TicketData* ticket = FindTicket(command.ticket);
  if (ticket == nullptr && !command.closed) return Refuse(Reason::kTicketNotFound);
  const bool in_review = ticket != nullptr && ticket->state == TicketState::kInReview;
  if (ticket != nullptr && ticket->state != TicketState::kWrapUp && !in_review) {
    return Refuse(Reason::kTicketStateForbids);
  }
  EventRow& event = Emit(EventType::kSurveyRecorded);
  event.ticket = command.ticket;
  event.queue = ticket != nullptr ? ticket->queue : command.closed->queue;
  event.agent = ticket == nullptr ? command.closed->agent
                : in_review       ? ticket->parked_by
                                  : ticket->agent;
  event.number = static_cast<int64_t>(command.scores.size());
  return Reply{Done{}};
}

}  // namespace tandem::router
