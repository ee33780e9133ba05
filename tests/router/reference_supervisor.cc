// The reference's verbs of supervisors, and what goes on when an agent's last work ends.
#include <algorithm>
#include <string>
#include <utility>

#include "tests/router/reference_router.h"

namespace tandem::router {
namespace {

bool Contains(const std::vector<std::string>& list, const std::string& id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

}  // namespace

// -------------------------------------------------------------------------------------------------
// statuses

ReferenceRouter::Refusal ReferenceRouter::CheckStatus(const StatusChange& to) const {
  if (to.status == AgentStatus::kNotResponding) return Reason::kStatusNotSettable;
  if (to.status == AgentStatus::kNotReady && !IsReason(to.reason)) {
    return Reason::kNotReadyReasonUnknown;
  }
  if (to.status != AgentStatus::kDraining) return std::nullopt;
  if (to.next_status == AgentStatus::kOffline) return std::nullopt;
  if (to.next_status != AgentStatus::kNotReady) return Reason::kStatusNotSettable;
  if (!IsReason(to.next_reason)) return Reason::kNotReadyReasonUnknown;
  return std::nullopt;
}

uint32_t ReferenceRouter::GroupsOf(const StatusChange& to) {
  return to.status == AgentStatus::kAvailable && to.groups % 16 != 15 ? to.groups % 16 : 0;
}

bool ReferenceRouter::IsStatus(const AgentState& agent, const StatusChange& to) {
  if (agent.status != to.status) return false;
  if (to.status == AgentStatus::kNotReady) return agent.reason == to.reason;
  if (to.status == AgentStatus::kAvailable) return agent.groups == GroupsOf(to);
  if (to.status != AgentStatus::kDraining) return true;
  if (agent.next_status != to.next_status) return false;
  return to.next_status != AgentStatus::kNotReady || agent.next_reason == to.next_reason;
}

bool ReferenceRouter::IsPause(const StatusChange& to) const {
  StatusChange last = to;
  if (to.status == AgentStatus::kDraining) last = {to.next_status, to.next_reason};
  if (last.status != AgentStatus::kNotReady) return false;
  for (const NotReadyReason& reason : workspace_->configuration.not_ready_reasons) {
    if (reason.id == last.reason) return !reason.exempt;
  }
  return false;
}

bool ReferenceRouter::MayPause(const AgentState& agent, const StatusChange& to) const {
  const auto pauses = [&](const AgentState& one) {
    return IsPause({one.status, one.reason, one.next_status, one.next_reason});
  };
  const std::string& team = FindAgent(agent.id)->team;
  if (team.empty() || !IsPause(to) || pauses(agent)) return true;
  uint32_t paused = 0;
  uint32_t signed_in = 0;
  for (const auto& [id, other] : workspace_->agents) {
    if (FindAgent(id)->team != team) continue;
    if (pauses(other)) ++paused;
    if (other.status != AgentStatus::kOffline || id == agent.id) ++signed_in;
  }
  for (const Team& configured : workspace_->configuration.teams) {
    if (configured.id != team) continue;
    const uint32_t share = std::max(signed_in * configured.max_paused_percent / 100, 1U);
    if (configured.max_paused != 0 && paused >= configured.max_paused) return false;
    if (configured.max_paused_percent != 0 && paused >= share) return false;
  }
  return true;
}

bool ReferenceRouter::HasWork(const AgentState& agent) const {
  return std::any_of(workspace_->tickets.begin(), workspace_->tickets.end(),
                     [&](const auto& entry) { return Takes(entry.second, agent.id); });
}

void ReferenceRouter::NoteIfDrained(const AgentState& agent) {
  if (agent.status != AgentStatus::kDraining || HasWork(agent)) return;
  workspace_->drained.push_back(agent.id);
}

void ReferenceRouter::EndDraining() {
  for (const std::string& id : std::exchange(workspace_->drained, {})) {
    AgentState& agent = workspace_->agents.at(id);
    if (agent.status != AgentStatus::kDraining || HasWork(agent)) continue;
    SetStatus(agent, {agent.next_status, agent.next_reason}, "");
  }
}

Outcome ReferenceRouter::Do(const OverrideAgentStatus& command) {
  const auto it = workspace_->agents.find(command.agent);
  if (it == workspace_->agents.end()) return Refuse(Reason::kAgentNotFound);
  AgentState& agent = it->second;
  if (const Refusal refusal = CheckStatus(command.to)) return Refuse(*refusal);
  if (IsStatus(agent, command.to)) return Reply{Done{}};
  if (!agent.session_open) return Refuse(Reason::kNoSession);
  EventRow& event = Emit(EventType::kAgentStatusOrdered);
  event.agent = agent.id;
  event.reason = command.supervisor;
  SetStatus(agent, command.to, "AGENT_NOT_AVAILABLE");
  return Reply{Done{}};
}

// -------------------------------------------------------------------------------------------------
// tickets

std::string ReferenceRouter::WhyNot(const AgentState& agent, const TicketData& ticket) const {
  const Agent& configured = *FindAgent(agent.id);
  if (Contains(ticket.contact.excluded_agents, agent.id)) return "EXCLUDED";
  if (!Contains(configured.clients, ticket.contact.client)) return "CLIENT";
  TicketData anybody = ticket;
  anybody.requirement.agents.clear();
  if (!Qualifies(configured, anybody)) return "OTHER";
  const auto& named = ticket.requirement.agents;
  return named.empty() || Contains(named, agent.id) ? "" : "OTHER";
}

Outcome ReferenceRouter::Do(const AssignTicket& command) {
  TicketData* ticket = FindTicket(command.ticket);
  if (ticket == nullptr) return Refuse(Reason::kTicketNotFound);
  if (ticket->consults.IsSet()) return Refuse(Reason::kTicketIsConsultation);
  if (ticket->state != TicketState::kQueued && ticket->state != TicketState::kOffered &&
      ticket->state != TicketState::kParked) {
    return Refuse(Reason::kTicketStateForbids);
  }
  const auto it = workspace_->agents.find(command.agent);
  if (it == workspace_->agents.end()) return Refuse(Reason::kAgentNotFound);
  AgentState& agent = it->second;
  if (agent.status != AgentStatus::kAvailable && agent.status != AgentStatus::kNotReady) {
    return Refuse(Reason::kAgentStatusForbids);
  }
  if (agent.session_lost) return Refuse(Reason::kNoSession);
  const std::string why = WhyNot(agent, *ticket);
  if (!why.empty() && (why != "OTHER" || !command.override_requirement)) {
    return Refuse(Reason::kAgentMayNotTake);
  }
  const bool over = !IsOfferedTo(*ticket, agent.id) && !HasCapacity(agent, *ticket);
  if (over && !command.override_capacity) return Refuse(Reason::kAgentBusy);

  if (ticket->state == TicketState::kOffered) Rescind(*ticket, "ASSIGNED");
  if (ticket->state == TicketState::kParked) Unpark(*ticket, "ASSIGNED");
  LeaveReserve(agent);
  ticket->agent = agent.id;
  ticket->offer_number = NextOffer(*ticket);
  EventRow& event = EmitAboutOffer(EventType::kTicketAssigned, *ticket);
  event.reason = command.supervisor;
  event.number = (over ? 1 : 0) + (why.empty() ? 0 : 2);
  Handle(*ticket, agent);
  LookAtIdle();
  PassOverSteps(*ticket);
  return Reply{StateReached{ticket->state}};
}

Outcome ReferenceRouter::Do(const RequeueTicket& command) {
  TicketData* ticket = FindTicket(command.ticket);
  if (ticket == nullptr) return Refuse(Reason::kTicketNotFound);
  if (ticket->connected) return Refuse(Reason::kMediaConnected);
  if (ticket->state != TicketState::kOffered && ticket->state != TicketState::kAssigned &&
      ticket->state != TicketState::kActive) {
    return Refuse(Reason::kTicketStateForbids);
  }
  const bool offered = ticket->state == TicketState::kOffered;
  const std::vector<std::string> agents =
      offered ? OfferedTo(*ticket) : std::vector<std::string>{ticket->agent};
  if (offered) Rescind(*ticket, "REQUEUED");
  EventRow& event = Emit(EventType::kTicketRequeued, *ticket, agents.front());
  event.reason = command.supervisor;
  event.until = now_ + workspace_->configuration.cool_down.value_or(Duration{});
  for (const std::string& agent : agents) AddCoolDown(*ticket, agent);
  EndParticipants(*ticket, "RELEASED");
  if (!offered) Requeue(*ticket);
  return Reply{Done{}};
}

}  // namespace tandem::router
