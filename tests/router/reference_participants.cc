// The reference's verbs of those who take part in a ticket besides its owner.
#include <algorithm>
#include <string>
#include <utility>

#include "router/limits.h"
#include "tests/router/reference_router.h"

namespace tandem::router {
namespace {

using TicketData = ReferenceRouter::TicketData;
using Participant = ReferenceRouter::Participant;

const Participant* Find(const TicketData& ticket, const std::string& agent) {
  for (const Participant& participant : ticket.participants) {
    if (participant.agent == agent) return &participant;
  }
  return nullptr;
}

}  // namespace

// -------------------------------------------------------------------------------------------------
// looking

bool ReferenceRouter::Takes(const TicketData& ticket, const std::string& agent) {
  if (ticket.agent == agent) return true;
  const Participant* participant = Find(ticket, agent);
  return participant != nullptr && participant->role != AssignmentRole::kMonitor;
}

bool ReferenceRouter::WorksOn(const TicketData& ticket, const std::string& agent) {
  if (ticket.agent == agent) return ticket.state != TicketState::kOffered;
  const Participant* participant = Find(ticket, agent);
  return participant != nullptr && participant->role != AssignmentRole::kMonitor &&
         !participant->until.IsSet();
}

uint32_t ReferenceRouter::NextOffer(const TicketData& ticket) {
  return std::max(ticket.offer_number, ticket.last_invitation) + 1;
}

Time ReferenceRouter::InvitationEndsAt(const TicketData& ticket) {
  Time at = kEndOfTime;
  for (const Participant& participant : ticket.participants) {
    if (participant.until.IsSet()) at = std::min(at, participant.until);
  }
  return at;
}

ReferenceRouter::Participant* ReferenceRouter::FindInvitation(const OfferId& offer) {
  TicketData* ticket = FindTicket(offer.ticket);
  if (ticket == nullptr) return nullptr;
  for (Participant& participant : ticket->participants) {
    if (participant.until.IsSet() && participant.offer_number == offer.number) return &participant;
  }
  return nullptr;
}

WorkView ReferenceRouter::ViewOf(const TicketData& ticket, const std::string& agent) const {
  WorkView view{ticket.id,
                ticket.state,
                ticket.contact.channel,
                ticket.contact.client,
                ticket.contact.process_type,
                ticket.queue,
                {},
                {},
                false};
  if (ticket.hand_off) view.hand_off = *ticket.hand_off;
  view.reviews = ticket.reviews;
  if (ticket.agent == agent) {
    if (ticket.by_offer) view.offer = {ticket.id, ticket.offer_number};
    view.until = ticket.until;
    view.interrupted = ticket.interrupted_since.IsSet();
  } else {
    const Participant& own = *Find(ticket, agent);
    view.role = own.role;
    if (own.offer_number != 0) view.offer = {ticket.id, own.offer_number};
    view.participants.push_back({ticket.agent, AssignmentRole::kOwner, false});
  }
  for (const Participant& other : ticket.participants) {
    if (other.role == AssignmentRole::kMonitor || other.agent == agent) continue;
    view.participants.push_back({other.agent, other.role, other.until.IsSet()});
  }
  ViewConsultation(ticket, view);
  return view;
}

// -------------------------------------------------------------------------------------------------
// changes

EventRow& ReferenceRouter::EmitAbout(EventType type, const TicketData& ticket,
                                     const Participant& participant) {
  EventRow& event = Emit(type, ticket, participant.agent);
  event.offer_number = participant.offer_number;
  event.number = static_cast<int64_t>(participant.role);
  return event;
}

ReferenceRouter::Participant ReferenceRouter::Drop(TicketData& ticket, const std::string& agent) {
  const Participant dropped = *Find(ticket, agent);
  std::erase_if(ticket.participants,
                [&](const Participant& other) { return other.agent == agent; });
  return dropped;
}

void ReferenceRouter::EndInvitation(TicketData& ticket, const std::string& agent,
                                    const std::string& reason) {
  EmitAbout(EventType::kInvitationEnded, ticket, Drop(ticket, agent)).reason = reason;
  workspace_->gained.insert(agent);
  NoteIfDrained(workspace_->agents.at(agent));
  LookAtIdle();
}

void ReferenceRouter::EndPart(TicketData& ticket, const std::string& agent,
                              const std::string& reason) {
  const Participant left = Drop(ticket, agent);
  EmitAbout(EventType::kParticipantLeft, ticket, left).reason = reason;
  if (left.role == AssignmentRole::kMonitor) return;
  workspace_->agents.at(agent).idle_since = now_;
  workspace_->gained.insert(agent);
  NoteIfDrained(workspace_->agents.at(agent));
  LookAtIdle();
}

void ReferenceRouter::EndParticipants(TicketData& ticket, const std::string& reason) {
  while (!ticket.participants.empty()) {
    const Participant first = ticket.participants.front();
    if (first.until.IsSet()) {
      EndInvitation(ticket, first.agent, reason);
    } else {
      EndPart(ticket, first.agent, reason);
    }
  }
  EndConsultation(ticket, reason);
}

// Of the agent: invitations, or all else in which it takes part; by arrival of the tickets.
std::vector<ReferenceRouter::TicketData*> ReferenceRouter::JoinedBy(const std::string& agent,
                                                                    bool invited) {
  std::vector<TicketData*> joined;
  for (auto& [id, ticket] : workspace_->tickets) {
    const Participant* participant = Find(ticket, agent);
    if (participant != nullptr && participant->until.IsSet() == invited) joined.push_back(&ticket);
  }
  std::sort(joined.begin(), joined.end(),
            [](const TicketData* a, const TicketData* b) { return a->arrival < b->arrival; });
  return joined;
}

void ReferenceRouter::MissInvitation(TicketData& ticket) {
  const Time due = InvitationEndsAt(ticket);
  const auto missed =
      std::find_if(ticket.participants.begin(), ticket.participants.end(),
                   [&](const Participant& participant) { return participant.until == due; });
  AgentState& agent = workspace_->agents.at(missed->agent);
  if (ticket.state == TicketState::kOffered) return Miss(ticket, agent.id);
  EndInvitation(ticket, agent.id, "MISSED");
  agent.misses += 1;
  if (agent.misses >= ChannelOf(ticket).misses_allowed) {
    SetStatus(agent, {AgentStatus::kNotResponding}, "AGENT_NOT_RESPONDING");
  }
}

Outcome ReferenceRouter::AcceptInvitation(const AcceptOffer& command) {
  Participant& invited = *FindInvitation(command.offer);
  invited.until = Time{};
  const TicketData& ticket = *FindTicket(command.offer.ticket);
  EmitAbout(EventType::kParticipantJoined, ticket, invited);
  AgentState& agent = workspace_->agents.at(invited.agent);
  agent.idle_since = now_;
  agent.misses = 0;
  return Reply{StateReached{ticket.state}};
}

Outcome ReferenceRouter::DeclineInvitation(const DeclineOffer& command) {
  const Participant invited = *FindInvitation(command.offer);
  const bool device = command.cause == DeclineCause::kDevice;
  EndInvitation(*FindTicket(command.offer.ticket), invited.agent, device ? "FAILED" : "DECLINED");
  if (device) FailDevice(workspace_->agents.at(invited.agent));
  return Reply{Done{}};
}

// -------------------------------------------------------------------------------------------------
// verbs

// The ticket that the session's agent owns, or why there is none.
ReferenceRouter::Refusal ReferenceRouter::CheckOwner(const SessionRef& session, TicketId id) {
  if (const Refusal refusal = CheckSession(session)) return refusal;
  const TicketData* ticket = FindTicket(id);
  if (ticket == nullptr) return Reason::kTicketNotFound;
  const bool owner = ticket->agent == session.agent && ticket->state != TicketState::kOffered;
  if (!owner) return Reason::kNotOwner;
  return std::nullopt;
}

ReferenceRouter::Refusal ReferenceRouter::CheckJoining(const TicketData& ticket,
                                                       const std::string& agent) const {
  if (ticket.state != TicketState::kActive) return Reason::kTicketStateForbids;
  if (ticket.agent == agent || Find(ticket, agent) != nullptr) return Reason::kAlreadyParticipant;
  const size_t asked = ticket.consultation.IsSet() ? 1 : 0;
  if (ticket.participants.size() + asked >= kMaxParticipants) return Reason::kTooManyParticipants;
  return std::nullopt;
}

ReferenceRouter::Refusal ReferenceRouter::CheckNever(const TicketData& ticket,
                                                     const std::string& agent) const {
  const std::string why = WhyNot(workspace_->agents.at(agent), ticket);
  if (why == "EXCLUDED" || why == "CLIENT") return Reason::kAgentMayNotTake;
  return std::nullopt;
}

ReferenceRouter::Refusal ReferenceRouter::CheckConsulted(const SessionRef& session, TicketId id,
                                                         const std::string& agent) {
  if (const Refusal refusal = CheckOwner(session, id)) return refusal;
  if (!workspace_->agents.contains(agent)) return Reason::kAgentNotFound;
  const Participant* participant = Find(*FindTicket(id), agent);
  if (participant == nullptr || participant->role == AssignmentRole::kMonitor) {
    return Reason::kNotParticipant;
  }
  if (participant->until.IsSet()) return Reason::kParticipantRoleForbids;
  return std::nullopt;
}

Outcome ReferenceRouter::Do(const InviteParticipant& command) {
  if (const Refusal refusal = CheckOwner(command.session, command.ticket)) return Refuse(*refusal);
  const auto it = workspace_->agents.find(command.agent);
  if (it == workspace_->agents.end()) return Refuse(Reason::kAgentNotFound);
  TicketData& ticket = *FindTicket(command.ticket);
  AgentState& agent = it->second;
  if (const Refusal refusal = CheckJoining(ticket, agent.id)) return Refuse(*refusal);
  if (ticket.consultation.IsSet()) return Refuse(Reason::kConsultationOpen);
  if (const Refusal refusal = CheckNever(ticket, agent.id)) return Refuse(*refusal);
  if (agent.status != AgentStatus::kAvailable || !IsReadyFor(agent, ticket)) {
    return Refuse(Reason::kAgentStatusForbids);
  }
  if (!IsReady(agent)) return Refuse(Reason::kAgentStatusForbids);
  if (!HasCapacity(agent, ticket)) return Refuse(Reason::kAgentBusy);
  LeaveReserve(agent);
  ticket.last_invitation = NextOffer(ticket);
  const Time until = now_ + QueueOf(ticket).offer_timeout;
  ticket.participants.push_back(
      {agent.id, AssignmentRole::kConsult, ticket.last_invitation, until});
  EventRow& event = EmitAbout(EventType::kParticipantInvited, ticket, ticket.participants.back());
  event.until = until;
  event.reason = ticket.agent;
  LookAtIdle();
  return Reply{Done{}};
}

Outcome ReferenceRouter::Do(const EndParticipation& command) {
  if (const Refusal refusal = CheckSession(command.session)) return Refuse(*refusal);
  TicketData* ticket = FindTicket(command.ticket);
  if (ticket == nullptr) return Refuse(Reason::kTicketNotFound);
  const bool own = command.agent.empty() || command.agent == command.session.agent;
  const std::string agent = own ? command.session.agent : command.agent;
  if (!workspace_->agents.contains(agent)) return Refuse(Reason::kAgentNotFound);
  if (!own) {
    if (const Refusal refusal = CheckOwner(command.session, command.ticket)) {
      return Refuse(*refusal);
    }
  }
  const Participant* participant = Find(*ticket, agent);
  const bool hidden =
      participant != nullptr && participant->role == AssignmentRole::kMonitor && !own;
  if (participant == nullptr || hidden || IsOfferedTo(*ticket, agent)) {
    return Refuse(Reason::kNotParticipant);
  }
  if (participant->until.IsSet()) {
    EndInvitation(*ticket, agent, own ? "DECLINED" : "REMOVED");
  } else {
    EndPart(*ticket, agent, own ? "LEFT" : "REMOVED");
  }
  return Reply{Done{}};
}

Outcome ReferenceRouter::Do(const SetParticipantRole& command) {
  const Refusal refusal = CheckConsulted(command.session, command.ticket, command.agent);
  if (refusal) return Refuse(*refusal);
  TicketData& ticket = *FindTicket(command.ticket);
  for (Participant& participant : ticket.participants) {
    if (participant.agent != command.agent || participant.role == command.role) continue;
    participant.role = command.role;
    EmitAbout(EventType::kParticipantRoleChanged, ticket, participant);
  }
  return Reply{Done{}};
}

Outcome ReferenceRouter::Do(const HandOverTicket& command) {
  if (const Refusal refusal = CheckConsulted(command.session, command.ticket, command.agent)) {
    return Refuse(*refusal);
  }
  TicketData& ticket = *FindTicket(command.ticket);
  if (const Refusal refusal = CheckNever(ticket, command.agent)) return Refuse(*refusal);
  AgentState& agent = workspace_->agents.at(command.agent);
  if (agent.session_lost) return Refuse(Reason::kAgentStatusForbids);
  AgentState& former = workspace_->agents.at(ticket.agent);
  Drop(ticket, agent.id);
  Emit(EventType::kOwnerChanged, ticket, agent.id).reason = former.id;
  ticket.agent = agent.id;
  ticket.interrupted_since = Time{};
  if (ticket.leased) ticket.until = now_ + QueueOf(ticket).lease_duration;
  agent.idle_since = former.idle_since = now_;
  if (command.stay) {
    ticket.participants.push_back({former.id, AssignmentRole::kConference, 0, Time{}});
    EmitAbout(EventType::kParticipantJoined, ticket, ticket.participants.back());
  } else {
    workspace_->gained.insert(former.id);
    NoteIfDrained(former);
  }
  EndConsultation(ticket, "OWNER_CHANGED");
  LookAtIdle();
  return Reply{Done{}};
}

Outcome ReferenceRouter::Do(const MonitorTicket& command) {
  if (const Refusal refusal = CheckSession(command.session)) return Refuse(*refusal);
  TicketData* ticket = FindTicket(command.ticket);
  if (ticket == nullptr) return Refuse(Reason::kTicketNotFound);
  const std::string& agent = command.session.agent;
  if (const Refusal refusal = CheckJoining(*ticket, agent)) return Refuse(*refusal);
  if (const Refusal refusal = CheckNever(*ticket, agent)) return Refuse(*refusal);
  ticket->participants.push_back({agent, AssignmentRole::kMonitor, 0, Time{}});
  EmitAbout(EventType::kParticipantJoined, *ticket, ticket->participants.back());
  return Reply{Done{}};
}

}  // namespace tandem::router
