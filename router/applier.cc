#include "router/applier.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "router/applier_change_agent.h"
#include "router/fetch.h"
#include "router/invariant.h"
#include "router/snapshot.h"

namespace tandem::router {

// --- recording ---

EventRow& Applier::Record(EventType type) {
  EventRow& event = changes_.events.emplace_back();
  event.workspace = workspace_.id;
  event.sequence = ++workspace_.last_event;
  event.type = type;
  event.at = now_;
  return event;
}

EventRow& Applier::RecordTicket(EventType type, const Ticket& ticket) {
  EventRow& event = Record(type);
  event.ticket = ticket.id;
  event.client = workspace_.client_ids.Name(ticket.client);
  event.queue = workspace_.queue_ids.Name(ticket.queue);
  if (ticket.trace_parent != nullptr) event.trace_parent = *ticket.trace_parent;
  event.agent = workspace_.AgentName(ticket.agent);
  return event;
}

EventRow& Applier::RecordAgent(EventType type, AgentIndex agent) {
  EventRow& event = Record(type);
  event.agent = workspace_.AgentName(agent);
  return event;
}

void Applier::MarkDirty(TicketIndex index) {
  TicketAt(index).state_dirty = true;
  List(index);
}

void Applier::List(TicketIndex index) {
  Ticket& ticket = TicketAt(index);
  if (ticket.dirty) return;
  ticket.dirty = true;
  workspace_.dirty_tickets.push_back(index);
}

void Applier::MarkDirty(AgentIndex index) {
  AgentState& agent = AgentAt(index);
  if (agent.dirty) return;
  agent.dirty = true;
  workspace_.dirty_agents.push_back(index);
}

void Applier::SetTimer(TicketIndex index) {
  Ticket& ticket = TicketAt(index);
  const bool limited = ticket.until.IsSet() && ticket.state != TicketState::kBlocked;
  Time at = ticket.in_use && limited ? ticket.until : kEndOfTime;
  if (ticket.in_use) {
    if (!workspace_.NextStepWaits(ticket)) at = std::min(at, workspace_.NextStepAt(ticket));
    if (ticket.kept_until.IsSet()) at = std::min(at, ticket.kept_until);
    at = std::min(at, Workspace::CallbackEndsAt(ticket));
    if (ticket.silent_until.IsSet()) at = std::min(at, ticket.silent_until);
    if (ticket.participants != nullptr) at = std::min(at, InvitationEndsAt(ticket));
    at = std::min({at, workspace_.AgesAt(ticket), workspace_.RingsEndAt(ticket)});
    for (const CoolDownState& cool_down : ticket.cool_downs) at = std::min(at, cool_down.until);
  }
  if (at == ticket.timer_at) return;
  workspace_.timers.MoveOfTicket(index, ticket.arrival, ticket.timer_at, at);
  ticket.timer_at = at;
}

void Applier::SetTimer(AgentIndex index) {
  AgentState& agent = AgentAt(index);
  Time at = agent.grace_until.IsSet() ? agent.grace_until : kEndOfTime;
  at = std::min(at, std::min(Workspace::ShiftEndOf(agent), workspace_.NextReturnOf(agent)));
  if (at == agent.timer_at) return;
  workspace_.timers.MoveOfAgent(index, agent.ordinal, agent.timer_at, at);
  agent.timer_at = at;
}

void Applier::Notify(AgentIndex index, decltype(Notice::message)&& message) {
  const AgentState& agent = AgentAt(index);
  if (!agent.session_open || agent.session_lost_at.IsSet()) return;
  // A status may change as a consequence that the answer does not tell, as after a failed device.
  const bool own = index == acting_ && std::holds_alternative<WorkChanged>(message);
  changes_.notices.push_back({.workspace = workspace_.id,
                              .agent = workspace_.AgentName(index),
                              .generation = agent.generation,
                              .own = own,
                              .message = std::move(message)});
}

void Applier::NotifyWork(TicketIndex ticket, AgentIndex agent, bool gone) {
  Notify(agent, WorkChanged{WorkViewOf(workspace_, TicketAt(ticket), agent), gone});
}

// --- agents ---

void Applier::SetIdle(AgentIndex index, AgentState& agent, bool idle) {
  if (agent.idle == idle) return;
  agent.idle = idle;
  RoutingProfileState& pool = workspace_.routing_profiles[agent.routing_profile.value];
  if (idle) {
    agent.idle_position = static_cast<uint32_t>(pool.idle_agents.size());
    pool.idle_agents.push_back(index);
    // Now the reserve stands, and each of the idle agents above it may take DEFERRABLE work.
    if (pool.idle_agents.size() == size_t{pool.configured->live_reserve} + 1) {
      for (const AgentIndex other : pool.idle_agents) {
        if (other != index) Gain(other);
      }
    }
    return;
  }
  // Work frees an agent whom the reserve held back: only idle ones are kept for LIVE work.
  if (agent.Ready() && pool.idle_agents.size() <= pool.configured->live_reserve) Gain(index);
  const AgentIndex last = pool.idle_agents.back();
  pool.idle_agents[agent.idle_position] = last;
  AgentAt(last).idle_position = agent.idle_position;
  pool.idle_agents.pop_back();
}

void Applier::Gain(AgentIndex index) {
  AgentState& agent = AgentAt(index);
  if (agent.gained) return;
  agent.gained = true;
  workspace_.gained_agents.insert(KeyOf(ReadyOrder::kIdle, index, agent));
}

void Applier::AgentSettled(AgentIndex index) {
  AgentState& agent = AgentAt(index);
  agent.gained = false;
  workspace_.gained_agents.erase(KeyOf(ReadyOrder::kIdle, index, agent));
}

void Applier::FreshTicketTaken() {
  workspace_.fresh_tickets.Forget(workspace_.fresh_tickets.First());
}

void Applier::CountLoad(AgentIndex index) {
  AgentState& agent = AgentAt(index);
  agent.held_in_group.fill(0);
  agent.deferrable_in_group.fill(0);
  agent.units_used = 0;
  for (const TicketIndex ticket : agent.held) CountGroup(agent, TicketAt(ticket), +1);
  for (const TicketIndex ticket : agent.joined) {
    if (!TakesCapacity(Workspace::FindParticipant(TicketAt(ticket), index)->role)) continue;
    CountGroup(agent, TicketAt(ticket), +1);
  }
}

void Applier::CountGroup(AgentState& agent, const Ticket& ticket, int by) {
  const CapacityGroup of = workspace_.channel_of(ticket).group;
  const auto group = static_cast<size_t>(of);
  const uint32_t units = agent.capacity.groups[group].units_per_ticket;
  const bool live_interrupts = (agent.capacity.live_interrupts & BitOf(of)) != 0;
  const bool deferrable = live_interrupts && workspace_.UrgencyOf(ticket) == Urgency::kDeferrable;
  if (by > 0) {
    ++agent.held_in_group[group];
    agent.units_used += units;
    if (deferrable) ++agent.deferrable_in_group[group];
  } else {
    --agent.held_in_group[group];
    agent.units_used -= units;
    if (deferrable) --agent.deferrable_in_group[group];
  }
}

void Applier::Hold(AgentIndex agent, TicketIndex index) {
  AgentState& state = AgentAt(agent);
  Ticket& ticket = TicketAt(index);
  ticket.held_position = static_cast<uint32_t>(state.held.size());
  state.held.push_back(index);
  CountGroup(state, ticket, +1);
  if (workspace_.shares.any()) workspace_.shares.CountInHand(ticket.client, +1);
}

void Applier::Unhold(AgentIndex agent, TicketIndex index) {
  AgentState& state = AgentAt(agent);
  const Ticket& ticket = TicketAt(index);
  TANDEM_INVARIANT(state.held.at(ticket.held_position) == index,
                   "an agent holds the tickets that name it");
  const TicketIndex last = state.held.back();
  state.held[ticket.held_position] = last;
  TicketAt(last).held_position = ticket.held_position;
  state.held.pop_back();
  CountGroup(state, ticket, -1);
  if (workspace_.shares.any()) workspace_.shares.CountInHand(ticket.client, -1);
  FollowAbsence(agent);
}

void Applier::FollowAbsence(AgentIndex index) {
  if (AgentAt(index).away_since.IsSet()) SetTimer(index);
}

void Applier::CloseInterval(AgentIndex index, Time idle_since) {
  AgentState& agent = AgentAt(index);
  if (agent.interval_since == now_) {
    MarkDirty(index);  // no row of an interval will say what changes now
  } else {
    AgentIntervalRow& row = changes_.agent_intervals.emplace_back();
    row.workspace = workspace_.id;
    row.agent = workspace_.AgentName(index);
    row.began_at = agent.interval_since;
    row.ended_at = now_;
    row.status = agent.status;
    row.reason = agent.reason;
    row.generation = agent.session_open ? agent.generation : 0;
    ClientIndex client;
    bool one_client = true;
    for (const TicketIndex held : agent.held) {
      const Ticket& ticket = TicketAt(held);
      if (!IsOwned(ticket)) continue;
      ++row.load[static_cast<size_t>(workspace_.channel_of(ticket).group)];
      one_client = one_client && (!client.IsSet() || client == ticket.client);
      client = ticket.client;
    }
    if (one_client) row.client = workspace_.client_ids.Name(client);
    row.idle_since = idle_since;
    row.cost_per_hour_milli = agent.cost_per_hour_milli;
  }
  agent.interval_since = now_;
}

void Applier::ForgiveMisses(AgentIndex index) {
  AgentState& agent = AgentAt(index);
  if (agent.misses == 0) return;
  agent.misses = 0;
  MarkDirty(index);
}

void Applier::AgentStatusChanged(AgentIndex index, const StatusChange& to) {
  CloseInterval(index, AgentAt(index).idle_since);
  MarkDirty(index);
  const auto text = [](AgentStatus status, const std::string& reason) {
    return ToString(status) + (status == AgentStatus::kNotReady ? ":" + reason : "");
  };
  const bool was_available = AgentAt(index).status == AgentStatus::kAvailable;
  EventRow& event = RecordAgent(EventType::kAgentStatusChanged, index);
  event.reason = text(to.status, to.reason);
  if (to.status == AgentStatus::kDraining) {
    event.reason += ":" + text(to.next_status, to.next_reason);
  }
  for (uint32_t left = to.groups; left != 0; left &= left - 1) {
    event.reason += left == to.groups ? ":" : ",";
    event.reason += ToString(static_cast<CapacityGroup>(std::countr_zero(left)));
  }
  ChangeAgent(index, [&](AgentState& agent) {
    agent.status = to.status;
    agent.reason = to.reason;
    agent.next_status = to.next_status;
    agent.next_reason = to.next_reason;
    agent.ready_groups = to.groups;
    agent.status_since = now_;
    if (to.status == AgentStatus::kAvailable && !was_available) {
      agent.idle_since = now_;
      agent.misses = 0;
    }
    // Who goes on behind its end works on, for as long as may be.
    if (agent.shift_ends_at <= now_ && !agent.Leaves()) agent.shift_ends_at = Time{};
  });
  SetTimer(index);
  if (to.status == AgentStatus::kAvailable) Gain(index);
  CountInTeam(index);
  NoteIfDrained(index);
  Notify(index, StateChanged{AgentStateViewOf(AgentAt(index))});
}

void Applier::NoteIfDrained(AgentIndex index) {
  if (AgentAt(index).IsDrained()) workspace_.drained_agents.push_back(index);
}

std::vector<AgentIndex> Applier::TakeDrainedAgents() {
  return std::exchange(workspace_.drained_agents, {});
}

void Applier::SessionOpened(AgentIndex index, const std::string& session_id) {
  CloseInterval(index, AgentAt(index).idle_since);
  MarkDirty(index);
  Notify(index, SessionEnded{.fenced = true});
  ChangeAgent(index, [&](AgentState& agent) {
    agent.session_id = session_id;
    ++agent.generation;
    agent.session_open = true;
    agent.session_lost_at = agent.grace_until = agent.away_since = Time{};
    if (agent.shift_ends_at <= now_) agent.shift_ends_at = Time{};
  });
  SetTimer(index);
  RecordAgent(EventType::kSessionOpened, index).number = AgentAt(index).generation;
  if (AgentAt(index).Ready()) Gain(index);
}

void Applier::SessionLost(AgentIndex index) {
  MarkDirty(index);
  ChangeAgent(index, [&](AgentState& agent) {
    agent.session_lost_at = agent.away_since = now_;
    agent.grace_until = now_ + workspace_.session_grace;
  });
  SetTimer(index);
  EventRow& event = RecordAgent(EventType::kSessionLost, index);
  event.number = AgentAt(index).generation;
  event.until = AgentAt(index).grace_until;
}

void Applier::SessionClosed(AgentIndex index) {
  CloseInterval(index, AgentAt(index).idle_since);
  MarkDirty(index);
  RecordAgent(EventType::kSessionClosed, index).number = AgentAt(index).generation;
  Notify(index, SessionEnded{.fenced = false});
  ChangeAgent(index, [&](AgentState& agent) {
    agent.session_open = false;
    if (!agent.away_since.IsSet()) agent.away_since = now_;
    agent.session_lost_at = agent.grace_until = Time{};
  });
  SetTimer(index);
}

// --- visits, queue ---

void Applier::JoinClass(Ticket& ticket, const Requirement& requirement) {
  std::optional<Requirement> of_people;
  if (HandOffOf(ticket) != nullptr) of_people = OfPeople(requirement);
  const Requirement& asked = of_people ? *of_people : requirement;
  TicketClass::Agents agents{InternAgents(asked.agents), InternAgents(ticket.excluded_agents)};
  if (ticket.kept_until.IsSet()) agents.named = {ticket.last_agent};
  const ClassView view{.queue = ticket.queue,
                       .channel = ticket.channel,
                       .client = ticket.client,
                       .process_type = ticket.process_type,
                       .requirement = asked,
                       .handling_time = ticket.expected_handling_time};
  ticket.ticket_class = workspace_.matching.AddToClass(workspace_, view);
  ticket.group = workspace_.matching.AddToGroup(ticket.ticket_class, std::move(agents));
}

void Applier::ChangeClass(Ticket& ticket, const Requirement& requirement) {
  const ClassIndex before = ticket.ticket_class;
  const uint32_t group = ticket.group;
  JoinClass(ticket, requirement);
  workspace_.matching.RemoveFromClass(before, group);
}

void Applier::SetAge(Ticket& ticket, Duration waited, bool late) {
  Matching& matching = workspace_.matching;
  const TicketClass& before = matching.ClassOf(ticket.ticket_class);
  if (before.spec.waited == waited && before.spec.late == late) return;
  const ClassSpec& spec = before.spec;
  const ClassView view{spec.queue,       spec.channel,       spec.client, spec.process_type,
                       spec.requirement, spec.handling_time, waited,      late};
  TicketClass::Agents agents = before.groups[ticket.group].agents;
  matching.RemoveFromClass(ticket.ticket_class, ticket.group);
  ticket.ticket_class = matching.AddToClass(workspace_, view);
  ticket.group = matching.AddToGroup(ticket.ticket_class, std::move(agents));
}

void Applier::ChangeQueue(Ticket& ticket, QueueIndex queue, const Requirement& requirement) {
  --workspace_.queues[ticket.queue.value].open;
  ++workspace_.queues[queue.value].open;
  ticket.queue = queue;
  ChangeClass(ticket, requirement);
}

void Applier::StopPlanClock(Ticket& ticket) {
  if (!ticket.plan_since.IsSet()) return;
  ticket.plan_waited = ticket.plan_waited + (now_ - ticket.plan_since);
  ticket.plan_since = Time{};
}

// Sorted and without repeats.
std::vector<AgentIndex> Applier::InternAgents(const std::vector<std::string>& names) {
  std::vector<AgentIndex> agents;
  agents.reserve(names.size());
  for (const std::string& name : names) agents.push_back(workspace_.agent_ids.Intern(name));
  std::sort(agents.begin(), agents.end());
  agents.erase(std::unique(agents.begin(), agents.end()), agents.end());
  workspace_.agents.resize(workspace_.agent_ids.size());
  return agents;
}

void Applier::LeaveQueue(TicketIndex index) {
  const Ticket& ticket = TicketAt(index);
  const ClassIndex of = ticket.ticket_class;
  const bool was_first = workspace_.matching.FirstOf(of) == index;
  workspace_.matching.RemoveWaiting(index, ticket);
  // Of its class the next one will be looked for, which may have come long ago.
  const TicketIndex next = was_first ? workspace_.matching.FirstOf(of) : TicketIndex{};
  if (next.IsSet()) FetchAhead(&workspace_.ticket(next), 1);
  if (workspace_.shares.any()) workspace_.shares.CountWaiting(ticket.client, -1);
  ForgetFresh(index);
}

// One that is gone, or elsewhere from now on, must not stand for its queue.
void Applier::ForgetFresh(TicketIndex index) {
  if (!workspace_.queue(TicketAt(index).queue).priority_first) return;
  workspace_.fresh_tickets.Forget(FreshOf(index));
}

void Applier::EnterQueue(TicketIndex index, EntryReason reason) {
  Ticket& ticket = TicketAt(index);
  CountWaiting(ticket);
  ticket.state = TicketState::kQueued;
  ticket.agent = AgentIndex{};
  ticket.leased = false;
  ticket.until = Time{};
  if (ticket.plan.IsSet() && !ticket.plan_since.IsSet()) ticket.plan_since = now_;
  if (!ticket.visit_entered_at.IsSet()) {
    ++ticket.visit_number;
    ticket.visit_entered_at = now_;
    ticket.visit_entry_reason = reason;
  }
  Wait(index);
  SetTimer(index);
  MarkDirty(index);
  if (std::min(workspace_.NextStepAt(ticket), Workspace::CallbackEndsAt(ticket)) <= now_) {
    workspace_.overdue_tickets.push_back(index);
  }
  const QueueState& queue = workspace_.queue(ticket.queue);
  if (queue.closed && queue.configured->when_closed == WhenClosed::kOverflow) {
    workspace_.overflowing_queues.insert(queue.configured->id);
  }
  if (ticket.visit_entered_at == now_) workspace_.entered_tickets.push_back(index);
}

void Applier::WaitEstimated(TicketIndex index, Duration wait) {
  TicketAt(index).visit_estimate = wait;
  MarkDirty(index);
}

void Applier::CountWaiting(Ticket& ticket) {
  if (ticket.age_slot != RankedKeys::kNone) {
    TANDEM_INVARIANT(ticket.state == TicketState::kOffered, "it was counted since it waits");
    return;
  }
  QueueState& queue = workspace_.queues[ticket.queue.value];
  ticket.age_slot = queue.waiting.Insert(AgeOf(ticket.queued_at, ticket.arrival));
}

void Applier::UncountWaiting(Ticket& ticket) {
  QueueState& queue = workspace_.queues[ticket.queue.value];
  const uint32_t most = queue.configured->max_waiting;
  if (most != 0 && queue.waiting.size() >= most) NoteOverflowing();
  queue.waiting.Erase(AgeOf(ticket.queued_at, ticket.arrival),
                      std::exchange(ticket.age_slot, RankedKeys::kNone));
}

std::vector<TicketIndex> Applier::TakeOverdueTickets() {
  return std::exchange(workspace_.overdue_tickets, {});
}

// To the class of its age. Whether that can change in its queue.
bool Applier::FollowAge(Ticket& ticket) {
  const QueueState& queue = workspace_.queue(ticket.queue);
  if (queue.delays.empty() && !queue.late_last) return false;
  SetAge(ticket, workspace_.WaitedFor(ticket, now_), workspace_.IsLate(ticket, now_));
  return true;
}

// In its place by its key and by its age; routing will look at it, if anybody has room.
void Applier::Wait(TicketIndex index) {
  Ticket& ticket = TicketAt(index);
  if (FollowAge(ticket)) SetTimer(index);
  workspace_.matching.AddWaiting(index, ticket, workspace_.WaitKeyOf(ticket));
  if (workspace_.shares.any()) workspace_.shares.CountWaiting(ticket.client, +1);
  AddFresh(index);
}

FreshTicket Applier::FreshOf(TicketIndex index) const {
  const Ticket& ticket = workspace_.ticket(index);
  return {QueueOf(ticket).urgency, ticket.queue, workspace_.WaitKeyOf(ticket), index};
}

void Applier::AddFresh(TicketIndex index) {
  // Whoever comes to have room looks for itself.
  if (!workspace_.matching.AnyReady()) return;
  workspace_.fresh_tickets.Add(FreshOf(index),
                               workspace_.queue(TicketAt(index).queue).priority_first);
}

void Applier::EndVisit(Ticket& ticket, ExitReason reason) {
  if (!ticket.visit_entered_at.IsSet()) return;
  VisitRow& row = changes_.visits.emplace_back();
  row.workspace = workspace_.id;
  row.ticket = ticket.id;
  row.visit_number = ticket.visit_number;
  row.queue = workspace_.queue_ids.Name(ticket.queue);
  row.client = workspace_.client_ids.Name(ticket.client);
  row.channel = workspace_.channel_ids.Name(ticket.channel);
  row.process_type = workspace_.process_type_ids.Name(ticket.process_type);
  row.entered_at = ticket.visit_entered_at;
  row.left_at = now_;
  row.entry_reason = ticket.visit_entry_reason;
  row.exit_reason = reason;
  row.target = ticket.target;
  row.estimated_wait = ticket.visit_estimate;
  if (reason == ExitReason::kAnswered) row.agent = workspace_.AgentName(ticket.agent);
  if (IsDecided(row)) workspace_.queues[ticket.queue.value].recent.Add(ToEndedVisit(row));
  ticket.visit_entered_at = Time{};
  ticket.visit_estimate.reset();
}

void Applier::AddCoolDown(TicketIndex index, AgentIndex agent, Duration cool_down) {
  if (cool_down.us == 0) return;
  Ticket& ticket = TicketAt(index);
  const auto it = std::find_if(ticket.cool_downs.begin(), ticket.cool_downs.end(),
                               [&](const CoolDownState& c) { return c.agent == agent; });
  if (it == ticket.cool_downs.end()) {
    ticket.cool_downs.push_back({agent, now_ + cool_down});
    ++AgentAt(agent).cooling;
  } else {
    it->until = now_ + cool_down;
  }
}

void Applier::DropCoolDown(Ticket& ticket, size_t position) {
  --AgentAt(ticket.cool_downs[position].agent).cooling;
  ticket.cool_downs.erase(ticket.cool_downs.begin() + static_cast<std::ptrdiff_t>(position));
}

void Applier::CoolDownsEnded(TicketIndex index) {
  Ticket& ticket = TicketAt(index);
  for (size_t i = ticket.cool_downs.size(); i-- > 0;) {
    if (ticket.cool_downs[i].until <= now_) DropCoolDown(ticket, i);
  }
  if (ticket.state == TicketState::kQueued) AddFresh(index);
  if (ticket.ringing) AddFreshRing(index);
  SetTimer(index);
  MarkDirty(index);
}

// Of this no row tells, and no event: it follows from the ticket's age. That it is late lets nobody
// take it who could not before.
void Applier::TicketAged(TicketIndex index) {
  const bool waits = TicketAt(index).state == TicketState::kQueued;
  FreshTickets& fresh = waits ? workspace_.fresh_tickets : workspace_.fresh_rings;
  const bool looked_at =
      workspace_.NextDelayAt(TicketAt(index)) > now_ && !fresh.Has(FreshOf(index));
  LiftFromLine(index);
  PutBackInLine(index);
  if (looked_at) fresh.Forget(FreshOf(index));
}

void Applier::TicketsAged() {
  for (uint32_t i = 0; i < workspace_.tickets.size(); ++i) {
    const Ticket& ticket = workspace_.tickets[i];
    if (!ticket.in_use) continue;
    if (workspace_.AgesAt(ticket) <= now_) TicketAged(TicketIndex{i});
    if (workspace_.RingsEndAt(ticket) <= now_) RingsEnded(TicketIndex{i});
  }
}

// --- segments ---

void Applier::BeginSegment(Ticket& ticket, AgentIndex agent) {
  ticket.agent = agent;
  ticket.segment_number = NextSegment(ticket);
  ticket.segment_began_at = now_;
  ticket.accepted_at = ticket.connected_at = ticket.held_since = Time{};
  ticket.disconnected_at = ticket.finished_at = Time{};
  ticket.held = ticket.interrupted = Duration{};
  ticket.interrupted_since = Time{};
  ticket.disconnected_by = Party::kUnknown;
}

SegmentRow& Applier::SegmentOf(const Ticket& ticket, uint32_t number, AgentIndex agent,
                               SegmentOutcome outcome) {
  SegmentRow& row = changes_.segments.emplace_back();
  row.workspace = workspace_.id;
  row.ticket = ticket.id;
  row.segment_number = number;
  row.agent = workspace_.AgentName(agent);
  row.queue = workspace_.queue_ids.Name(ticket.queue);
  row.client = workspace_.client_ids.Name(ticket.client);
  row.channel = workspace_.channel_ids.Name(ticket.channel);
  row.process_type = workspace_.process_type_ids.Name(ticket.process_type);
  row.ended_at = now_;
  row.outcome = outcome;
  row.cost_per_hour_milli = AgentAt(agent).cost_per_hour_milli;
  row.automated = AgentAt(agent).automated;
  return row;
}

void Applier::EndSegment(const Ticket& ticket, SegmentOutcome outcome,
                         const std::string& disposition) {
  SegmentRow& row = SegmentOf(ticket, ticket.segment_number, ticket.agent, outcome);
  row.began_at = ticket.segment_began_at;
  row.claimed = ticket.leased;
  row.accepted_at = ticket.accepted_at;
  row.connected_at = ticket.connected_at;
  row.held = ticket.held;
  row.interrupted = ticket.interrupted;
  row.disconnected_at = ticket.disconnected_at;
  row.disconnected_by = ticket.disconnected_by;
  row.finished_at = ticket.finished_at;
  if (Workspace::IsConsultation(ticket)) row.role = AssignmentRole::kConsult;
  row.disposition = disposition;
  const auto it = workspace_.dispositions.find(disposition);
  row.resolved = it != workspace_.dispositions.end() && it->second;
}

void Applier::LeaveAgent(TicketIndex index, SegmentOutcome outcome, const std::string& disposition,
                         bool now_idle) {
  Ticket& ticket = TicketAt(index);
  const AgentIndex agent = ticket.agent;
  const bool owned = IsOwned(ticket);
  if (owned && ticket.participants != nullptr) EndParticipants(index, ToString(outcome));
  const Time idle_since = now_idle ? now_ : AgentAt(agent).idle_since;
  if (owned) {
    CloseInterval(agent, idle_since);
  } else if (now_idle) {
    MarkDirty(agent);
  }
  RetrieveFromHold(ticket, now_);
  EndInterruption(ticket);
  EndSegment(ticket, outcome, disposition);
  if (owned) NotifyWork(index, agent, true);
  ChangeAgent(agent, [&](AgentState& state) {
    Unhold(agent, index);
    state.idle_since = idle_since;
  });
  Gain(agent);
  NoteIfDrained(agent);
  if (owned) NoteRearranged(agent);
  ticket.segment_began_at = ticket.silent_until = Time{};
}

void Applier::Answer(Ticket& ticket, Time at) {
  ticket.connected_at = at;
  if (!ticket.answered_at.IsSet()) ticket.answered_at = at;
  EndVisit(ticket, ExitReason::kAnswered);
}

void Applier::RetrieveFromHold(Ticket& ticket, Time at) {
  if (!ticket.held_since.IsSet()) return;
  ticket.held = ticket.held + (std::max(at, ticket.held_since) - ticket.held_since);
  ticket.held_since = Time{};
}

Time Applier::Occurred(const Ticket& ticket, Time occurred_at) const {
  if (!occurred_at.IsSet()) return now_;
  return std::clamp(occurred_at, std::max(ticket.accepted_at, ticket.connected_at), now_);
}

// What a ticket was comes first, then what is left of it is forgotten.
void Applier::Close(TicketIndex index, TicketState state) {
  Ticket& ticket = TicketAt(index);
  StopPlanClock(ticket);
  TicketStateRow& row = changes_.ticket_states.emplace_back();
  FillStateRow(workspace_, ticket, row);
  row.state = state;
  row.until = Time{};
  row.parked_at = row.kept_until = row.silent_until = Time{};
  row.parking_reason.clear();
  row.clock_stopped = row.until_children_closed = false;
  row.blocked_by.clear();
  row.last_agent.clear();
  row.closed_at = now_;
  row.cool_downs.clear();
  if (ticket.detail_dirty) changes_.ticket_details.push_back(DetailRowOf(workspace_, ticket));
  while (!ticket.cool_downs.empty()) DropCoolDown(ticket, ticket.cool_downs.size() - 1);
  if (ticket.reopen_count > 0) NoteClosedAgain(ticket);
  EndLinks(index, state);
  ticket.in_use = false;
  SetTimer(index);
  --workspace_.queues[ticket.queue.value].open;
  --workspace_.channels[ticket.channel.value].open;
  if (Workspace::BecameCallback(ticket)) --workspace_.channels[ticket.came_over.value].open;
  --workspace_.clients[ticket.client.value].open;
  --workspace_.open_of_process_type[ticket.process_type.value];
  --workspace_.open_tickets;
  --open_tickets_;
  workspace_.matching.RemoveFromClass(ticket.ticket_class, ticket.group);
  workspace_.ticket_by_id.erase(ticket.id);
  const std::string conversation = ConversationKey(workspace_.client_ids.Name(ticket.client),
                                                   workspace_.channel_ids.Name(ticket.came_over),
                                                   ticket.entry_point, ticket.conversation_key);
  if (!conversation.empty()) LeaveConversation(conversation, index);
  workspace_.plans.Remove(ticket.plan);
  const bool dirty = ticket.dirty;
  ticket = Ticket{};
  ticket.dirty = dirty;  // still listed; TakeChanges passes it over, and frees the place
  if (!dirty) workspace_.free_tickets.push_back(index);
}

}  // namespace tandem::router
