// Requests for somebody to consult: tickets of their own, each of which is about another.
#include <utility>

#include "router/applier.h"
#include "router/applier_change_agent.h"
#include "router/invariant.h"
#include "router/snapshot.h"

namespace tandem::router {

void Applier::ConsultationRequested(TicketIndex index, NewTicket&& created) {
  const ContactId contact = created.row.contact;
  const TicketIndex request = TicketCreated(std::move(created));
  Ticket& ticket = TicketAt(index);
  ParticipantsOf(ticket).consultation = request;
  MarkDirty(index);
  EventRow& event = RecordTicket(EventType::kConsultationRequested, ticket);
  event.reason = workspace_.queue_ids.Name(TicketAt(request).queue);
  event.contact = contact;
  event.until = workspace_.NextStepAt(TicketAt(request));
  NotifyParticipants(index);
}

TicketIndex Applier::ConsultedBy(const Ticket& request) const {
  const TicketIndex consulted = workspace_.FindTicket(request.participants->consults);
  TANDEM_INVARIANT(consulted.IsSet(), "a request for a consultation ends before its ticket does");
  return consulted;
}

// Before the request itself is closed. `agent`: who came, if somebody did.
void Applier::NoteConsultationEnded(const Ticket& request, AgentIndex agent, const char* reason) {
  const TicketIndex consulted = ConsultedBy(request);
  Ticket& ticket = TicketAt(consulted);
  ticket.participants->consultation = {};
  MarkDirty(consulted);
  EventRow& event = RecordTicket(EventType::kConsultationEnded, ticket);
  event.agent = workspace_.AgentName(agent);
  event.reason = reason;
}

void Applier::CloseRequest(const Ticket& request, TicketState state) {
  const TicketIndex consulted = ConsultedBy(request);
  // Unless it ends with that.
  if (!Workspace::ConsultationOf(TicketAt(consulted)).IsSet()) return;
  NoteConsultationEnded(request, {}, ToString(state));
  NotifyParticipants(consulted);
}

void Applier::EndConsultation(TicketIndex index, const char* reason) {
  const TicketIndex request = Workspace::ConsultationOf(TicketAt(index));
  if (!request.IsSet()) return;
  NoteConsultationEnded(TicketAt(request), {}, reason);
  if (TicketAt(request).state == TicketState::kOffered) OffersRescinded(request, reason);
  TicketCanceled(request, reason);
}

// It leaves where it waited: its queue, or those to whom it was offered, but for the agent.
void Applier::TakeRequest(TicketIndex index, AgentIndex agent) {
  Ticket& request = TicketAt(index);
  if (request.state == TicketState::kQueued) {
    LeaveQueue(index);
    CountPick(request);
    request.agent = agent;
    request.segment_began_at = now_;
  } else {
    RescindOthers(index, agent);
    LeaveRings(index);
    RecordTicket(EventType::kOfferAccepted, request).offer_number = request.offer_number;
  }
  UncountWaiting(request);
  RecordTicket(EventType::kTicketCompleted, request).reason = kDispositionConsulted;
  EndVisit(request, ExitReason::kAnswered);
}

void Applier::ConsultationTaken(TicketIndex index, AgentIndex agent) {
  Ticket& request = TicketAt(index);
  const bool offered = request.state == TicketState::kOffered;
  const TicketIndex consulted = ConsultedBy(request);
  TakeRequest(index, agent);
  NoteConsultationEnded(request, agent, "JOINED");
  Ticket& ticket = TicketAt(consulted);
  // One who listened does not do so besides.
  if (Workspace::FindParticipant(ticket, agent) != nullptr) {
    Depart(consulted, agent, kDispositionConsulted);
  }
  Participant& participant = AddParticipant(ticket, agent, AssignmentRole::kConsult);
  participant.began_at = request.segment_began_at;
  participant.accepted_at = now_;
  RecordParticipant(EventType::kParticipantJoined, ticket, participant);
  ChangeAgent(agent, [&](AgentState&) {
    if (offered) Unhold(agent, index);
    Join(agent, consulted, AssignmentRole::kConsult);
  });
  Gain(agent);  // the ticket's queue may have become DEFERRABLE, and LIVE work interrupt it
  request.segment_began_at = Time{};
  // The work that follows is of another ticket, so nothing else says so.
  if (offered) Notify(agent, router::OfferEnded{{request.id, request.offer_number}, "JOINED"});
  Close(index, TicketState::kCompleted);
  changes_.ticket_states.back().disposition = kDispositionConsulted;
  NoteAssisted(agent);
  ForgiveMisses(agent);
  NotifyParticipants(consulted);
}

// --- loading ---

// The ticket that it is about came before it.
void Applier::AdoptConsultation(TicketIndex index) {
  const TicketIndex consulted = ConsultedBy(TicketAt(index));
  ParticipantsOf(TicketAt(consulted)).consultation = index;
}

}  // namespace tandem::router
