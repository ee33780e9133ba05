// The reference's requests for somebody of a queue to consult.
#include <algorithm>
#include <string>
#include <utility>

#include "router/limits.h"
#include "tests/router/reference_router.h"

namespace tandem::router {
void ReferenceRouter::ViewConsultation(const TicketData& ticket, WorkView& view) const {
  if (!ticket.consultation.IsSet()) return;
  view.consultation = ticket.consultation;
  view.consulted_queue = workspace_->tickets.at(ticket.consultation).queue;
}

// Nobody came, and the ticket that it is about goes on.
void ReferenceRouter::NoteRequestClosed(const TicketData& request, const char* reason) {
  if (!request.consults.IsSet()) return;
  TicketData& about = *FindTicket(request.consults);
  if (!about.consultation.IsSet()) return;
  about.consultation = {};
  Emit(EventType::kConsultationEnded, about).reason = reason;
}

void ReferenceRouter::EndConsultation(TicketData& about, const std::string& reason) {
  if (!about.consultation.IsSet()) return;
  TicketData& request = *FindTicket(std::exchange(about.consultation, {}));
  Emit(EventType::kConsultationEnded, about).reason = reason;
  if (request.state == TicketState::kOffered) Rescind(request, reason.c_str());
  Emit(EventType::kTicketCanceled, request).reason = reason;
  Close(request, "CANCELED");
}

// The agent, to whom the request is offered or who claims it, consults. It is gone afterwards.
void ReferenceRouter::TakeRequest(TicketData& request, AgentState& agent) {
  if (request.state == TicketState::kOffered) {
    for (const std::string& other : OfferedTo(request)) {
      if (other == agent.id) continue;
      EndOffer(request, other, EventType::kOfferRescinded, "ANSWERED_ELSEWHERE");
    }
    EmitAboutOffer(EventType::kOfferAccepted, request);
  } else {
    LeaveReserve(agent);
    CountPick(request);
    request.agent = agent.id;
  }
  Emit(EventType::kTicketCompleted, request, agent.id).reason = "CONSULTED";
  EndVisit(request, VisitEnd::kAnswered);
  TicketData& about = *FindTicket(request.consults);
  about.consultation = {};
  Emit(EventType::kConsultationEnded, about, agent.id).reason = "JOINED";
  const auto& others = about.participants;
  if (std::any_of(others.begin(), others.end(),
                  [&](const Participant& other) { return other.agent == agent.id; })) {
    EmitAbout(EventType::kParticipantLeft, about, Drop(about, agent.id)).reason = "CONSULTED";
  }
  about.participants.push_back({agent.id, AssignmentRole::kConsult, 0, Time{}});
  EmitAbout(EventType::kParticipantJoined, about, about.participants.back());
  workspace_->gained.insert(agent.id);
  agent.idle_since = now_;
  agent.misses = 0;
  request.completed_at = now_;
  workspace_->completed[request.id] = request;
  workspace_->arrived.erase(request.id);
  workspace_->ring_arrived.erase(request.id);
  workspace_->tickets.erase(request.id);
  LookAtIdle();
}

Outcome ReferenceRouter::Do(const ConsultQueue& command) {
  if (const Refusal refusal = CheckOwner(command.session, command.ticket)) return Refuse(*refusal);
  const TicketData about = *FindTicket(command.ticket);
  if (about.state != TicketState::kActive) return Refuse(Reason::kTicketStateForbids);
  const bool asked = about.consultation.IsSet();
  if (about.participants.size() + (asked ? 1 : 0) >= kMaxParticipants) {
    return Refuse(Reason::kTooManyParticipants);
  }
  if (asked) return Refuse(Reason::kConsultationOpen);
  NewContact contact;
  contact.channel = about.contact.channel;
  contact.client = about.contact.client;
  contact.process_type = about.contact.process_type;
  contact.queue = command.queue;
  contact.priority = about.contact.priority;
  contact.direction = Direction::kInternal;
  contact.initiated_by = Party::kAgent;
  contact.excluded_agents = about.contact.excluded_agents;
  contact.excluded_agents.push_back(about.agent);
  for (const Participant& other : about.participants) {
    if (other.role == AssignmentRole::kMonitor) continue;
    contact.excluded_agents.push_back(other.agent);
  }
  PlanStep end;
  end.after = command.time_limit.us != 0 ? command.time_limit : Minutes(2);
  end.expire = PlanExpiry{"NOBODY_CAME"};
  contact.plan = Plan{end};
  Arrival arrival;
  if (const Refusal refusal = Arrive(contact, arrival)) return Refuse(*refusal);
  if (arrival.queue->urgency != Urgency::kLive || QueueOf(about).urgency != Urgency::kLive) {
    return Refuse(Reason::kQueueNotLive);
  }
  if (arrival.enters_at > now_) return Refuse(Reason::kQueueClosed);

  TicketData& request = AddTicket(command.new_ticket, contact, *arrival.queue, arrival.defaults);
  request.contact.language = about.contact.language;
  request.base = request.requirement = Requirement{};
  if (request.answer_target.us == 0) request.answer_target = Seconds(20);
  request.target = After(*arrival.queue, now_, request.answer_target);
  SetKey(request);
  request.consults = about.id;
  EventRow& event = Emit(EventType::kTicketCreated, request);
  event.contact = command.new_contact;
  event.until = request.target;
  if (!arrival.instead_of.empty()) event.reason = "QUEUE_CLOSED:" + arrival.instead_of;
  EnterQueue(request);
  NoteWhetherUnroutable(request);
  FindTicket(about.id)->consultation = request.id;
  EventRow& asked_for = Emit(EventType::kConsultationRequested, about, about.agent);
  asked_for.reason = request.queue;
  asked_for.contact = command.new_contact;
  asked_for.until = now_ + end.after;
  return Reply{ConsultationRequested{request.id}};
}

Outcome ReferenceRouter::Do(const CancelConsultation& command) {
  if (const Refusal refusal = CheckOwner(command.session, command.ticket)) return Refuse(*refusal);
  const TicketId id = FindTicket(command.ticket)->consultation;
  if (!id.IsSet()) return Refuse(Reason::kNoConsultation);
  return Do(CancelTicket{id, ""});
}

}  // namespace tandem::router
