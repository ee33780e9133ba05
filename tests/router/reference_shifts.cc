// The reference's agents who are away, and shifts that end.
#include <algorithm>
#include <map>
#include <string>

#include "tests/router/reference_router.h"

namespace tandem::router {

bool ReferenceRouter::FitsShift(const AgentState& agent, const TicketData& ticket) const {
  return !agent.shift_ends_at.IsSet() || now_ + ticket.handling_time <= agent.shift_ends_at;
}

// Whether the agent is gone, or goes when the work at hand ends.
bool ReferenceRouter::Leaves(const AgentState& agent) {
  if (agent.status == AgentStatus::kOffline) return true;
  return agent.status == AgentStatus::kDraining && agent.next_status == AgentStatus::kOffline;
}

Duration ReferenceRouter::ReturnLimitOf(const Workspace& workspace, const TicketData& ticket) {
  for (const Channel& channel : workspace.configuration.channels) {
    if (channel.id != ticket.contact.channel) continue;
    const auto group = static_cast<size_t>(channel.group);
    return workspace.configuration.return_after[group].value_or(Duration{});
  }
  return Duration{};
}

// When an agent who stays away loses the ticket.
Time ReferenceRouter::ReturnsAt(const Workspace& workspace, const TicketData& ticket) {
  if (ticket.connected || ticket.agent.empty()) return kEndOfTime;
  if (ticket.state != TicketState::kAssigned && ticket.state != TicketState::kActive) {
    return kEndOfTime;
  }
  const AgentState& agent = workspace.agents.at(ticket.agent);
  if (!agent.away_since.IsSet()) return kEndOfTime;
  Time at = kEndOfTime;
  const Duration limit = ReturnLimitOf(workspace, ticket);
  if (limit.us != 0) at = agent.away_since + limit;
  if (!agent.shift_ends_at.IsSet()) return at;
  const Time shift = std::max(agent.shift_ends_at, agent.away_since);
  return std::min(at, agent.session_lost ? std::max(agent.grace_until, shift) : shift);
}

Time ReferenceRouter::DeadlineOf(const Workspace& workspace, const AgentState& agent) {
  Time deadline = agent.session_lost ? agent.grace_until : kEndOfTime;
  if (agent.shift_ends_at.IsSet() && !Leaves(agent)) {
    deadline = std::min(deadline, agent.shift_ends_at);
  }
  for (const auto& [id, ticket] : workspace.tickets) {
    if (ticket.agent == agent.id) deadline = std::min(deadline, ReturnsAt(workspace, ticket));
  }
  return deadline;
}

void ReferenceRouter::NoteShiftEnd(AgentState& agent, Time ends_at, const std::string& supervisor) {
  if (ends_at <= now_) ends_at = Time{};
  if (agent.shift_ends_at == ends_at) return;
  agent.shift_ends_at = ends_at;
  EventRow& event = Emit(EventType::kShiftEndSet);
  event.agent = agent.id;
  event.until = ends_at;
  event.reason = supervisor;
  if (IsReady(agent)) workspace_->gained.insert(agent.id);
}

Outcome ReferenceRouter::Do(const SetShiftEnd& command) {
  const auto it = workspace_->agents.find(command.agent);
  if (it == workspace_->agents.end()) return Rejection{Reason::kAgentNotFound, {}, {}, {}};
  NoteShiftEnd(it->second, command.ends_at, command.supervisor);
  return Reply{Done{}};
}

// The first thing that is due of the agent.
void ReferenceRouter::ExpireAgent(AgentState& agent) {
  const Time deadline = DeadlineOf(*workspace_, agent);
  if (agent.session_lost && agent.grace_until <= deadline) return EndSession(agent);
  if (agent.shift_ends_at.IsSet() && !Leaves(agent) && agent.shift_ends_at <= deadline) {
    EventRow& event = Emit(EventType::kShiftEnded);
    event.agent = agent.id;
    event.until = agent.shift_ends_at;
    return SetStatus(agent, {AgentStatus::kDraining}, "AGENT_NOT_AVAILABLE");
  }
  TicketData* first = nullptr;
  for (auto& [id, ticket] : workspace_->tickets) {
    if (ticket.agent != agent.id || ReturnsAt(*workspace_, ticket) > deadline) continue;
    if (first == nullptr || ticket.arrival < first->arrival) first = &ticket;
  }
  if (first != nullptr) ReturnTicket(*first, agent);
}

void ReferenceRouter::ReturnTicket(TicketData& ticket, const AgentState& agent) {
  const Time deadline = DeadlineOf(*workspace_, agent);
  const Duration limit = ReturnLimitOf(*workspace_, ticket);
  const bool limited = limit.us != 0 && agent.away_since + limit <= deadline;
  EventRow& event = Emit(EventType::kTicketReturned, ticket, agent.id);
  event.reason = limited ? "AGENT_AWAY" : "SHIFT_ENDED";
  event.number = (now_ - agent.away_since).us;
  const Duration wait = QueueOf(ticket).last_agent_wait.value_or(Duration{});
  const bool may_come_back = agent.session_lost && agent.grace_until > now_;
  const bool keep = wait.us != 0 && may_come_back && WouldKeep(ticket, agent.id);
  const Time kept_until = keep ? std::min(now_ + wait, agent.grace_until) : Time{};
  event.until = kept_until;
  EndParticipants(ticket, "AGENT_GONE");
  Requeue(ticket);
  if (!keep) return;
  ticket.kept_for = agent.id;
  ticket.kept_until = kept_until;
}

}  // namespace tandem::router
