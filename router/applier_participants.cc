// Who takes part in a ticket besides its owner.
#include <algorithm>
#include <utility>

#include "router/applier.h"
#include "router/applier_change_agent.h"
#include "router/invariant.h"
#include "router/snapshot.h"

namespace tandem::router {

// --- numbers ---

// Offers and segments of those who take part are numbered with the ticket's own, which go on in
// their fields: that of a connection names it as long as it lasts.
Participants& Applier::ParticipantsOf(Ticket& ticket) {
  if (ticket.participants == nullptr) ticket.participants = std::make_unique<Participants>();
  Participants& participants = *ticket.participants;
  participants.last_offer = std::max(participants.last_offer, ticket.offer_number);
  participants.last_segment = std::max(participants.last_segment, ticket.segment_number);
  return participants;
}

uint32_t Applier::NextOffer(const Ticket& ticket) {
  const uint32_t other = ticket.participants == nullptr ? 0 : ticket.participants->last_offer;
  return std::max(ticket.offer_number, other) + 1;
}

uint32_t Applier::NextSegment(const Ticket& ticket) {
  const uint32_t other = ticket.participants == nullptr ? 0 : ticket.participants->last_segment;
  return std::max(ticket.segment_number, other) + 1;
}

// --- coming, going ---

void Applier::Join(AgentIndex index, TicketIndex ticket, AssignmentRole role) {
  AgentState& agent = AgentAt(index);
  agent.joined.push_back(ticket);
  if (TakesCapacity(role)) {
    ++agent.assisted;
    CountGroup(agent, TicketAt(ticket), +1);
  }
}

void Applier::Part(AgentIndex index, TicketIndex ticket, AssignmentRole role) {
  AgentState& agent = AgentAt(index);
  const auto place = std::find(agent.joined.begin(), agent.joined.end(), ticket);
  TANDEM_INVARIANT(place != agent.joined.end(),
                   "an agent knows the tickets in which it takes part");
  agent.joined.erase(place);
  if (TakesCapacity(role)) {
    --agent.assisted;
    CountGroup(agent, TicketAt(ticket), -1);
  }
}

Participant& Applier::AddParticipant(Ticket& ticket, AgentIndex agent, AssignmentRole role) {
  Participants& participants = ParticipantsOf(ticket);
  Participant added;
  added.agent = agent;
  added.role = role;
  added.segment_number = ++participants.last_segment;
  added.began_at = now_;
  return participants.all.emplace_back(added);
}

Participant& Applier::ParticipantAt(TicketIndex index, AgentIndex agent) {
  Ticket& ticket = TicketAt(index);
  const Participant* found = Workspace::FindParticipant(ticket, agent);
  TANDEM_INVARIANT(found != nullptr, "who is changed takes part in the ticket");
  return ticket.participants->all[static_cast<size_t>(found - ticket.participants->all.data())];
}

Participant Applier::TakeParticipant(TicketIndex index, AgentIndex agent) {
  const Participant taken = ParticipantAt(index, agent);
  std::erase_if(TicketAt(index).participants->all,
                [&](const Participant& other) { return other.agent == agent; });
  return taken;
}

void Applier::EndSegment(const Ticket& ticket, const Participant& participant,
                         SegmentOutcome outcome) {
  SegmentRow& row = SegmentOf(ticket, participant.segment_number, participant.agent, outcome);
  row.role = participant.role;
  row.began_at = participant.began_at;
  row.accepted_at = row.connected_at = participant.accepted_at;
  if (participant.accepted_at.IsSet()) row.finished_at = now_;
}

EventRow& Applier::RecordParticipant(EventType type, const Ticket& ticket,
                                     const Participant& participant) {
  EventRow& event = RecordTicket(type, ticket);
  event.agent = workspace_.AgentName(participant.agent);
  event.offer_number = participant.offer_number;
  event.number = static_cast<int64_t>(participant.role);
  return event;
}

// The owner, and those who know of each other.
void Applier::NotifyParticipants(TicketIndex index) {
  const Ticket& ticket = TicketAt(index);
  NotifyWork(index, ticket.agent, false);
  for (const Participant& participant : ticket.participants->all) {
    if (!participant.IsInvited()) NotifyWork(index, participant.agent, false);
  }
}

// The work of one who takes capacity begins or ends.
void Applier::NoteAssisted(AgentIndex index) {
  ChangeAgent(index, [&](AgentState& state) { state.idle_since = now_; });
  MarkDirty(index);
  NoteRearranged(index);
}

// --- events ---

void Applier::ParticipantInvited(TicketIndex index, AgentIndex agent) {
  Ticket& ticket = TicketAt(index);
  Participant& invited = AddParticipant(ticket, agent, AssignmentRole::kConsult);
  invited.offer_number = ++ticket.participants->last_offer;
  invited.until = now_ + QueueOf(ticket).offer_timeout;
  ChangeAgent(agent, [&](AgentState&) { Join(agent, index, AssignmentRole::kConsult); });
  SetTimer(index);
  MarkDirty(index);
  EventRow& event = RecordParticipant(EventType::kParticipantInvited, ticket, invited);
  event.until = invited.until;
  event.reason = workspace_.AgentName(ticket.agent);
  Notify(agent, OfferMade{OfferViewOf(workspace_, ticket, invited)});
  NotifyParticipants(index);
}

void Applier::InvitationAccepted(TicketIndex index, AgentIndex agent) {
  Participant& participant = ParticipantAt(index, agent);
  participant.until = Time{};
  participant.accepted_at = now_;
  SetTimer(index);
  MarkDirty(index);
  RecordParticipant(EventType::kParticipantJoined, TicketAt(index), participant);
  NoteAssisted(agent);
  ForgiveMisses(agent);
  NotifyParticipants(index);
}

void Applier::InvitationEnded(TicketIndex index, AgentIndex agent, OfferEnd end,
                              const char* reason) {
  Withdraw(index, agent, end, reason);
  NotifyParticipants(index);
}

void Applier::Withdraw(TicketIndex index, AgentIndex agent, OfferEnd end, const char* reason) {
  struct Kind {
    SegmentOutcome outcome;
    const char* name;
  };
  const Kind kinds[] = {{SegmentOutcome::kDeclined, "DECLINED"},
                        {SegmentOutcome::kMissed, "MISSED"},
                        {SegmentOutcome::kFailed, "FAILED"},
                        {SegmentOutcome::kRescinded, reason}};
  const Kind& kind = kinds[static_cast<size_t>(end)];
  Ticket& ticket = TicketAt(index);
  const Participant invited = TakeParticipant(index, agent);
  RecordParticipant(EventType::kInvitationEnded, ticket, invited).reason = kind.name;
  EndSegment(ticket, invited, kind.outcome);
  Notify(agent, router::OfferEnded{{ticket.id, invited.offer_number}, kind.name});
  ChangeAgent(agent, [&](AgentState&) { Part(agent, index, invited.role); });
  Gain(agent);
  NoteIfDrained(agent);
  if (end == OfferEnd::kMissed) {
    ++AgentAt(agent).misses;
    MarkDirty(agent);
  }
  SetTimer(index);
  MarkDirty(index);
}

void Applier::MonitorJoined(TicketIndex index, AgentIndex agent) {
  Ticket& ticket = TicketAt(index);
  Participant& monitor = AddParticipant(ticket, agent, AssignmentRole::kMonitor);
  monitor.accepted_at = now_;
  Join(agent, index, monitor.role);
  MarkDirty(index);
  RecordParticipant(EventType::kParticipantJoined, ticket, monitor);
  NotifyWork(index, agent, false);
}

void Applier::ParticipantRoleChanged(TicketIndex index, AgentIndex agent, AssignmentRole role) {
  Ticket& ticket = TicketAt(index);
  Participant& participant = ParticipantAt(index, agent);
  EndSegment(ticket, participant, SegmentOutcome::kRoleChanged);
  participant.role = role;
  participant.segment_number = ++ParticipantsOf(ticket).last_segment;
  participant.began_at = participant.accepted_at = now_;
  MarkDirty(index);
  RecordParticipant(EventType::kParticipantRoleChanged, ticket, participant);
  NotifyParticipants(index);
}

// Of one who takes part: an invitation ends otherwise.
void Applier::Depart(TicketIndex index, AgentIndex agent, const char* reason) {
  Ticket& ticket = TicketAt(index);
  // What its desktop showed of it until now, as somebody's who takes part.
  NotifyWork(index, agent, true);
  const Participant left = TakeParticipant(index, agent);
  RecordParticipant(EventType::kParticipantLeft, ticket, left).reason = reason;
  EndSegment(ticket, left, SegmentOutcome::kLeft);
  ChangeAgent(agent, [&](AgentState&) { Part(agent, index, left.role); });
  MarkDirty(index);
  if (!TakesCapacity(left.role)) return;
  NoteAssisted(agent);
  Gain(agent);
  NoteIfDrained(agent);
}

void Applier::ParticipantLeft(TicketIndex index, AgentIndex agent, const char* reason) {
  const bool silent = ParticipantAt(index, agent).role == AssignmentRole::kMonitor;
  Depart(index, agent, reason);
  if (!silent) NotifyParticipants(index);
}

// In the order in which they came.
void Applier::EndParticipants(TicketIndex index, const char* reason) {
  const auto& participants = TicketAt(index).participants;
  if (participants == nullptr) return;
  while (!participants->all.empty()) {
    const Participant& first = participants->all.front();
    if (first.IsInvited()) {
      Withdraw(index, first.agent, OfferEnd::kRescinded, reason);
    } else {
      Depart(index, first.agent, reason);
    }
  }
  EndConsultation(index, reason);
}

// The ticket's state goes on, and so does its connection.
void Applier::OwnerChanged(TicketIndex index, AgentIndex agent, bool stays) {
  Ticket& ticket = TicketAt(index);
  const AgentIndex former = ticket.agent;
  if (!stays) NotifyWork(index, former, true);
  const Participant taken = TakeParticipant(index, agent);
  EventRow& event = RecordTicket(EventType::kOwnerChanged, ticket);
  event.agent = workspace_.AgentName(agent);
  event.reason = workspace_.AgentName(former);
  EndSegment(ticket, taken, SegmentOutcome::kRoleChanged);
  CloseInterval(former, now_);
  CloseInterval(agent, now_);
  const bool on_hold = ticket.held_since.IsSet();
  RetrieveFromHold(ticket, now_);
  EndInterruption(ticket);
  EndSegment(ticket, SegmentOutcome::kTransferred, "");
  ChangeAgent(former, [&](AgentState& state) {
    Unhold(former, index);
    if (stays) Join(former, index, AssignmentRole::kConference);
    state.idle_since = now_;
  });
  BeginSegment(ticket, agent);
  ticket.accepted_at = ticket.connected_at = now_;
  if (on_hold) ticket.held_since = now_;
  if (ticket.leased) ticket.until = now_ + QueueOf(ticket).lease_duration;
  ChangeAgent(agent, [&](AgentState& state) {
    Part(agent, index, taken.role);
    Hold(agent, index);
    state.idle_since = now_;
  });
  if (stays) {
    Participant& conference = AddParticipant(ticket, former, AssignmentRole::kConference);
    conference.accepted_at = now_;
    RecordParticipant(EventType::kParticipantJoined, ticket, conference);
  } else {
    Gain(former);
    NoteIfDrained(former);
  }
  NoteRearranged(former);
  NoteRearranged(agent);
  EndConsultation(index, "OWNER_CHANGED");
  SetTimer(index);
  MarkDirty(index);
  NotifyParticipants(index);
}

// --- loading ---

void Applier::AdoptParticipants(TicketIndex index, const ParticipantRows& rows) {
  Ticket& ticket = TicketAt(index);
  if (ticket.participants == nullptr) ticket.participants = std::make_unique<Participants>();
  ticket.participants->last_offer = rows.last_offer;
  ticket.participants->last_segment = rows.last_segment;
  for (const ParticipantRow& row : rows.all) {
    const AgentIndex agent = workspace_.agent_ids.Find(row.agent);
    TANDEM_INVARIANT(agent.IsSet() && AgentAt(agent).configured,
                     "an agent who takes part in a ticket is configured: " + row.agent);
    ticket.participants->all.push_back({agent, row.role, row.offer_number, row.segment_number,
                                        row.until, row.began_at, row.accepted_at});
    ChangeAgent(agent, [&](AgentState&) { Join(agent, index, row.role); });
  }
}

}  // namespace tandem::router
