// Offers of tickets: to one agent, or to several of whom the first who accepts has it.
#include <algorithm>
#include <utility>

#include "router/applier.h"
#include "router/applier_change_agent.h"
#include "router/snapshot.h"

namespace tandem::router {

// --- further rings ---

// Of a ticket that is offered to several, the oldest offer is the ticket's own: its agent, number,
// limit and segment. The others are Participants who are invited to own it, in the order in which
// they were rung; when the first ends, the next takes its place.

void Applier::SetOffer(Ticket& ticket, const Participant& ring) {
  ticket.agent = ring.agent;
  ticket.offer_number = ring.offer_number;
  ticket.until = ring.until;
  ticket.segment_number = ring.segment_number;
  ticket.segment_began_at = ring.began_at;
}

// Who holds the ticket has as much of it as who is rung: no index of agents changes.
void Applier::PutFirst(TicketIndex index, AgentIndex agent) {
  Ticket& ticket = TicketAt(index);
  const Participant ring = TakeParticipant(index, agent);
  Participant first;
  first.agent = ticket.agent;
  first.role = AssignmentRole::kOwner;
  first.offer_number = ticket.offer_number;
  first.segment_number = ticket.segment_number;
  first.until = ticket.until;
  first.began_at = ticket.segment_began_at;
  ticket.participants->all.insert(ticket.participants->all.begin(), first);
  Unhold(first.agent, index);
  Join(first.agent, index, first.role);
  Part(agent, index, ring.role);
  SetOffer(ticket, ring);
  Hold(agent, index);
}

void Applier::PromoteRing(TicketIndex index) {
  Ticket& ticket = TicketAt(index);
  const Participant ring = TakeParticipant(index, ticket.participants->all.front().agent);
  Part(ring.agent, index, ring.role);
  SetOffer(ticket, ring);
  Hold(ring.agent, index);
}

void Applier::FollowRings(TicketIndex index) {
  LeaveRings(index);
  Ticket& ticket = TicketAt(index);
  if (!workspace_.WantsRings(ticket) || workspace_.OffersAwaitedAt(ticket) <= now_) return;
  FollowAge(ticket);
  ticket.ringing = true;
  workspace_.matching.AddRinging(index, ticket, workspace_.WaitKeyOf(ticket));
  AddFreshRing(index);
}

void Applier::LeaveRings(TicketIndex index) {
  Ticket& ticket = TicketAt(index);
  if (!ticket.ringing) return;
  workspace_.matching.RemoveRinging(index, ticket);
  workspace_.fresh_rings.Forget(FreshOf(index));
  ticket.ringing = false;
}

void Applier::AddFreshRing(TicketIndex index) {
  workspace_.fresh_rings.Add(FreshOf(index),
                             workspace_.queue(TicketAt(index).queue).priority_first);
}

void Applier::FreshRingTaken() {
  workspace_.fresh_rings.Forget(workspace_.fresh_rings.First());
}

void Applier::AgentMayRing(AgentIndex index) {
  AgentState& agent = AgentAt(index);
  if (agent.ring_gained) return;
  agent.ring_gained = true;
  workspace_.ring_gained_agents.insert(KeyOf(ReadyOrder::kIdle, index, agent));
}

void Applier::AgentRingsSettled(AgentIndex index) {
  AgentState& agent = AgentAt(index);
  agent.ring_gained = false;
  workspace_.ring_gained_agents.erase(KeyOf(ReadyOrder::kIdle, index, agent));
}

void Applier::LeaveLine(TicketIndex index) {
  if (TicketAt(index).state == TicketState::kQueued) {
    LeaveQueue(index);
  } else {
    LeaveRings(index);
  }
}

void Applier::JoinLine(TicketIndex index) {
  if (TicketAt(index).state == TicketState::kQueued) {
    Wait(index);
  } else {
    FollowRings(index);
    SetTimer(index);
  }
}

void Applier::LiftFromLine(TicketIndex index) {
  if (TicketAt(index).state == TicketState::kQueued) {
    workspace_.matching.LiftWaiting(index, TicketAt(index));
    ForgetFresh(index);
  } else {
    LeaveRings(index);
  }
}

void Applier::PutBackInLine(TicketIndex index) {
  Ticket& ticket = TicketAt(index);
  if (ticket.state != TicketState::kQueued) return JoinLine(index);
  if (FollowAge(ticket)) SetTimer(index);
  workspace_.matching.PutBackWaiting(index, ticket, workspace_.WaitKeyOf(ticket));
  AddFresh(index);
}

// --- late work ---

// Picks are counted while late work waits behind them, up to its turn.
void Applier::CountPick(const Ticket& ticket) {
  QueueState& queue = workspace_.queues[ticket.queue.value];
  if (!queue.late_last || *queue.configured->late_work.every == 0) return;
  const bool late = workspace_.IsInLateClass(ticket);
  if (!late && queue.late_turn) return;
  const uint32_t before = queue.configured->late_picks.punctual;
  if (late ? before == 0 : !workspace_.matching.HasLate(ticket.queue)) return;
  auto& queues = workspace_.configuration.queues;
  Queue& configured = queues[static_cast<size_t>(queue.configured - queues.data())];
  configured.late_picks = {late ? 0 : before + 1, /*counted=*/true};
  workspace_.picks_counted = true;
  FollowLateTurn(queue);
}

void Applier::FollowLateTurn(QueueState& queue) {
  if (queue.configured == nullptr) return;
  const auto& [order, every] = queue.configured->late_work;
  queue.late_turn = order == LateOrder::kAfterPunctual && *every != 0 &&
                    queue.configured->late_picks.punctual + 1 >= *every;
}

// --- events ---

// Of this no row tells, and no event: it follows from its plan and the time.
void Applier::RingsEnded(TicketIndex index) {
  LeaveRings(index);
  SetTimer(index);
}

void Applier::TicketOffered(TicketIndex index, AgentIndex agent, OfferReason reason) {
  constexpr const char* kReasons[] = {"ARRIVED", "AGENT_FREE", "RING"};
  Ticket& ticket = TicketAt(index);
  LeaveLine(index);
  const bool rings = reason == OfferReason::kRing;
  const uint32_t number = NextOffer(ticket);
  const Time until = now_ + workspace_.OfferPolicyOf(ticket).timeout;
  if (rings) {
    Participant& ring = AddParticipant(ticket, agent, AssignmentRole::kOwner);
    ring.offer_number = ticket.participants->last_offer = number;
    ring.until = until;
  } else {
    BeginSegment(ticket, agent);
    ticket.state = TicketState::kOffered;
    ticket.offer_number = number;
    ticket.until = until;
    CountPick(ticket);
  }
  FollowRings(index);
  SetTimer(index);
  MarkDirty(index);
  const bool takes_turn = QueueOf(ticket).distribution_mode == DistributionMode::kRoundRobin;
  if (takes_turn) {
    // Near the clock, so that nothing rests on turns of agents who went away.
    workspace_.last_turn = std::max(now_.us, workspace_.last_turn + 1);
    MarkDirty(agent);
  }
  ChangeAgent(agent, [&](AgentState& state) {
    if (rings) {
      Join(agent, index, AssignmentRole::kOwner);
    } else {
      Hold(agent, index);
    }
    if (takes_turn) state.turn = workspace_.last_turn;
  });
  EventRow& event = RecordTicket(EventType::kTicketOffered, ticket);
  if (rings) event.agent = workspace_.AgentName(agent);
  event.offer_number = number;
  event.until = until;
  event.reason = kReasons[static_cast<size_t>(reason)];
  Notify(agent, OfferMade{rings ? OfferViewOf(workspace_, ticket, ticket.participants->all.back())
                                : OfferViewOf(workspace_, ticket)});
}

// Whom it is offered to besides the agent who accepts.
void Applier::RescindOthers(TicketIndex index, AgentIndex agent) {
  if (TicketAt(index).participants == nullptr) return;
  for (const AgentIndex other : OfferedTo(TicketAt(index))) {
    if (other == agent) continue;
    OfferEnded(index, other, OfferEnd::kRescinded, Duration{}, "ANSWERED_ELSEWHERE");
  }
}

void Applier::OfferAccepted(TicketIndex index, AgentIndex agent) {
  Ticket& ticket = TicketAt(index);
  RescindOthers(index, agent);
  LeaveRings(index);
  UncountWaiting(ticket);
  CloseInterval(agent, now_);
  RecordTicket(EventType::kOfferAccepted, ticket).offer_number = ticket.offer_number;
  BeginHandling(index);
  ChangeAgent(agent, [&](AgentState& state) { state.idle_since = now_; });
  ForgiveMisses(agent);
  NotifyWork(index, agent, false);
  NoteRearranged(agent);
}

void Applier::OfferEnded(TicketIndex index, AgentIndex agent, OfferEnd end, Duration cool_down,
                         const char* reason) {
  struct Kind {
    EventType event;
    SegmentOutcome outcome;
    const char* name;
  };
  const Kind kinds[] = {
      {EventType::kOfferDeclined, SegmentOutcome::kDeclined, "DECLINED"},
      {EventType::kOfferMissed, SegmentOutcome::kMissed, "MISSED"},
      {EventType::kOfferFailed, SegmentOutcome::kFailed, "FAILED"},
      {EventType::kOfferRescinded, SegmentOutcome::kRescinded, reason},
  };
  const Kind& kind = kinds[static_cast<size_t>(end)];
  Ticket& ticket = TicketAt(index);
  LeaveRings(index);
  if (ticket.agent != agent) PutFirst(index, agent);
  const bool is_last = Workspace::OffersOf(ticket) == 1;
  const bool rescinded = end == OfferEnd::kRescinded;
  EventRow& event = RecordTicket(kind.event, ticket);
  event.offer_number = ticket.offer_number;
  if (rescinded) {
    event.reason = reason;
  } else {
    event.until = now_ + cool_down;
    AddCoolDown(index, agent, cool_down);
  }
  Notify(agent, router::OfferEnded{{ticket.id, ticket.offer_number}, kind.name});
  LeaveAgent(index, kind.outcome, "", false);
  PassLastAgent(ticket);
  if (end == OfferEnd::kMissed) {
    ++AgentAt(agent).misses;
    MarkDirty(agent);
  }
  if (is_last) {
    EnterQueue(index, EntryReason::kCreated);
    return;
  }
  PromoteRing(index);
  FollowRings(index);
  SetTimer(index);
  MarkDirty(index);
}

void Applier::OffersRescinded(TicketIndex index, const char* reason) {
  for (const AgentIndex agent : OfferedTo(TicketAt(index))) {
    OfferEnded(index, agent, OfferEnd::kRescinded, Duration{}, reason);
  }
}

}  // namespace tandem::router
