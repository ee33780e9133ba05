// Taking over rows: the state that they describe, without events.
#include <algorithm>

#include "router/applier.h"
#include "router/applier_change_agent.h"
#include "router/invariant.h"
#include "router/snapshot.h"

namespace tandem::router {

void Applier::AdoptAgent(AgentIndex index, const AgentRow& row) {
  AgentState& agent = AgentAt(index);
  if (agent.gained) AgentSettled(index);
  if (agent.ring_gained) AgentRingsSettled(index);
  UncountInTeam(index);
  ChangeAgent(index, [&](AgentState& state) {
    state.ordinal = row.ordinal;
    state.status = row.status;
    state.reason = row.reason;
    state.next_status = row.next_status;
    state.next_reason = row.next_reason;
    state.ready_groups = row.ready_groups;
    state.status_since = row.status_since;
    state.idle_since = row.idle_since;
    state.misses = row.misses;
    state.turn = row.turn;
    state.session_id = row.session_id;
    state.generation = row.generation;
    state.session_open = row.session_open;
    state.session_lost_at = row.session_lost_at;
    state.grace_until = row.grace_until;
    state.away_since = row.away_since;
    state.shift_ends_at = row.shift_ends_at;
    state.interval_since = row.interval_since;
  });
  workspace_.last_turn = std::max(workspace_.last_turn, row.turn);
  CountInTeam(index);
  SetTimer(index);
  if (agent.Ready()) Gain(index);
}

void Applier::AdoptTicketDetail(TicketIndex index, const TicketDetail& detail) {
  Ticket& ticket = TicketAt(index);
  ticket.detail = std::make_unique<TicketDetail>(detail);
  if (detail.due_at.IsSet()) ticket.due_at = detail.due_at;
  if (detail.reclassified) {
    FollowRules(ticket, detail.reclassified->rules);
    if (detail.reclassified->plan) AdoptPlan(ticket, *detail.reclassified);
  }
  if (detail.requirement) {
    AskFor(ticket, detail.requirement->asked);
  } else if (detail.hand_off) {
    ChangeClass(ticket, RequirementOf(workspace_, ticket));
  }
}

namespace {

// The running visit and segment.
void AdoptSpans(Ticket& ticket, const TicketStateRow& row) {
  ticket.visit_number = row.visit_number;
  ticket.visit_entered_at = row.visit_entered_at;
  ticket.visit_entry_reason = row.visit_entry_reason;
  ticket.visit_estimate = row.visit_estimate;
  ticket.segment_number = row.segment_number;
  ticket.segment_began_at = row.segment_began_at;
  ticket.accepted_at = row.accepted_at;
  ticket.connected_at = row.connected_at;
  ticket.held_since = row.held_since;
  ticket.held = row.held;
  ticket.interrupted_since = row.interrupted_since;
  ticket.interrupted = row.interrupted;
  ticket.disconnected_at = row.disconnected_at;
  ticket.disconnected_by = row.disconnected_by;
  ticket.finished_at = row.finished_at;
}

}  // namespace

void Applier::AdoptTicketState(TicketIndex index, const TicketStateRow& row) {
  Ticket& ticket = TicketAt(index);
  ticket.state = row.state;
  ticket.priority = static_cast<uint16_t>(row.priority);
  ticket.queued_at = row.queued_at;
  ticket.target = row.target;
  ticket.key = row.key;
  ticket.leased = row.leased;
  ticket.offer_number = row.offer_number;
  ticket.until = row.until;
  ticket.answered_at = row.answered_at;
  ticket.contact_count = row.contact_count;
  if (row.callback != Callback{}) CallbackOf(ticket) = row.callback;
  if (!row.channel.empty()) {
    UseChannel(ticket, workspace_.channel_ids.Find(row.channel));
    ChangeClass(ticket, AskedAnew(workspace_, ticket));
  }
  ticket.reopen_count = row.reopen_count;
  ticket.silent_until = row.silent_until;
  ticket.reply_by = row.reply_by;
  for (const CoolDown& cool_down : row.cool_downs) {
    const AgentIndex agent = workspace_.agent_ids.Intern(cool_down.agent);
    workspace_.agents.resize(workspace_.agent_ids.size());
    ticket.cool_downs.push_back({agent, cool_down.until});
    ++AgentAt(agent).cooling;
  }
  ticket.plan_step = row.plan_step;
  ticket.plan_skipped = row.plan_skipped;
  ticket.plan_since = row.plan_since;
  ticket.plan_waited = row.plan_waited;
  if (row.plan_step > 0) ChangeClass(ticket, AskedByPlan(workspace_, ticket));
  if (row.state == TicketState::kParked) {
    ticket.parking = std::make_unique<Parking>(
        Parking{row.parked_at, row.parking_reason, row.clock_stopped, row.until_children_closed});
  }
  if (!row.last_agent.empty()) {
    const AgentIndex last = workspace_.agent_ids.Intern(row.last_agent);
    workspace_.agents.resize(workspace_.agent_ids.size());
    ticket.last_agent = last;
    if (row.kept_until.IsSet()) KeepFor(ticket, last, row.kept_until);
  }
  AdoptSpans(ticket, row);
  if (row.reviewed) {
    Reviewing& reviewing = ReviewingOf(ticket);
    reviewing.reviewed = *row.reviewed;
    if (row.state == TicketState::kInReview) reviewing.disposition = row.disposition;
  }
  if (row.participants) AdoptParticipants(index, *row.participants);
  if (Workspace::IsConsultation(ticket)) AdoptConsultation(index);
  if (row.state == TicketState::kQueued) {
    EnterQueue(index, row.visit_entry_reason);
    return;
  }
  if (IsSetAside(row.state)) {
    // They came before it, and so they are loaded.
    for (const TicketId& id : row.blocked_by) WaitFor(index, workspace_.FindTicket(id));
    SetTimer(index);
    return;
  }
  if (row.state == TicketState::kOffered) CountWaiting(ticket);
  const AgentIndex agent = workspace_.agent_ids.Find(row.agent);
  TANDEM_INVARIANT(agent.IsSet() && AgentAt(agent).configured,
                   "the agent of a ticket that is held is configured: " + row.agent);
  ticket.agent = agent;
  ChangeAgent(agent, [&](AgentState&) { Hold(agent, index); });
  FollowRings(index);
  SetTimer(index);
  FollowAbsence(agent);
}

// Also of a queue that is not configured any more: it may come back.
void Applier::AdoptVisit(const std::string& queue, const EndedVisit& visit) {
  const QueueIndex index = workspace_.queue_ids.Intern(queue);
  workspace_.queues.resize(workspace_.queue_ids.size());
  workspace_.queues[index.value].recent.Add(visit);
}

}  // namespace tandem::router
