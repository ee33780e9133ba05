// What supervisors do over the heads of agents and of the order in which tickets wait.
#include <string_view>

#include "router/commands.h"
#include "router/snapshot.h"

namespace tandem::router {
namespace {

// Why the agent may not be given the ticket, with what may be overridden; nothing when they may.
std::optional<Rejection> CheckAssignment(const Workspace& workspace, const Ticket& ticket,
                                         AgentIndex index, const AssignTicket& command,
                                         Assignment& assignment) {
  const AgentState& agent = workspace.agent(index);
  if (auto rejection = CheckMayBegin(agent)) return rejection;
  if (agent.session_lost_at.IsSet()) {
    return Refuse(Reason::kNoSession,
                  "expected an open session of agent '" + command.agent + "', but it is lost");
  }
  const TicketClass& ticket_class = workspace.matching.ClassOf(ticket.ticket_class);
  TicketClass::Agents agents = ticket_class.groups[ticket.group].agents;
  // That it is kept for another agent is no demand of its own.
  if (ticket.kept_until.IsSet()) agents.named.clear();
  const char* why = WhyNot(workspace, ticket_class, agents, index);
  if (why != nullptr) {
    const bool hard = std::string_view(why) == kWhyExcluded || std::string_view(why) == kWhyClient;
    if (hard || !command.override_requirement) return RefuseAgent(command.agent, why);
    assignment.against_requirement = true;
  }
  // An offer of this very ticket takes the place that the ticket will.
  if (!Workspace::IsOfferedTo(ticket, index) &&
      !agent.HasRoom(ticket_class.group, workspace.UrgencyOf(ticket))) {
    if (!command.override_capacity) return RefuseBusy(workspace.channel_ids.Name(ticket.channel));
    assignment.over_capacity = true;
  }
  return std::nullopt;
}

}  // namespace

Outcome Decide(Context& context, const AssignTicket& command) {
  const Workspace& workspace = context.workspace;
  const auto found = FindTicket(workspace, command.ticket);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const TicketIndex index = std::get<TicketIndex>(found);
  const Ticket& ticket = workspace.ticket(index);
  if (Workspace::IsConsultation(ticket)) return RefuseConsultation();
  if (ticket.state != TicketState::kQueued && ticket.state != TicketState::kOffered &&
      ticket.state != TicketState::kParked) {
    return RefuseState(ticket, "QUEUED, OFFERED or PARKED");
  }
  const auto agent = FindAgent(workspace, command.agent);
  if (const auto* rejection = std::get_if<Rejection>(&agent)) return *rejection;
  Assignment assignment{std::get<AgentIndex>(agent), command.supervisor};
  if (auto rejection = CheckAssignment(workspace, ticket, assignment.agent, command, assignment)) {
    return *std::move(rejection);
  }
  if (ticket.state == TicketState::kOffered) {
    context.apply.OffersRescinded(index, "ASSIGNED");
  }
  ResumeForAssignment(context, index);
  context.apply.TicketAssigned(index, assignment);
  PassOverSteps(context, index);
  return Reply(StateReached{workspace.ticket(index).state});
}

Outcome Decide(Context& context, const RequeueTicket& command) {
  const Workspace& workspace = context.workspace;
  const auto found = FindTicket(workspace, command.ticket);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const TicketIndex index = std::get<TicketIndex>(found);
  const Ticket& ticket = workspace.ticket(index);
  if (workspace.MediaConnected(ticket)) return RefuseConnected();
  if (ticket.state != TicketState::kOffered && ticket.state != TicketState::kAssigned &&
      ticket.state != TicketState::kActive) {
    return RefuseState(ticket, "OFFERED, ASSIGNED or ACTIVE");
  }
  std::vector<AgentIndex> agents = {ticket.agent};
  if (ticket.state == TicketState::kOffered) {
    agents = OfferedTo(ticket);
    context.apply.OffersRescinded(index, "REQUEUED");
  }
  context.apply.TicketRequeued(index, agents, command.supervisor);
  return Reply(Done{});
}

Outcome Decide(Context& context, const OverrideAgentStatus& command) {
  const auto found = FindAgent(context.workspace, command.agent);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const AgentIndex index = std::get<AgentIndex>(found);
  const AgentState& agent = context.workspace.agent(index);
  if (auto rejection = CheckStatus(context.workspace, command.to)) return *std::move(rejection);
  const StatusChange to = Canonical(command.to);
  if (!IsChange(agent, to)) return Reply(Done{});
  if (!agent.session_open) {
    return Refuse(Reason::kNoSession,
                  "expected an open session of agent '" + command.agent + "', but there is none");
  }
  context.apply.AgentStatusOrdered(index, command.supervisor);
  ChangeStatus(context, index, to);
  return Reply(Done{});
}

Outcome Decide(Context& context, const SetShiftEnd& command) {
  const auto found = FindAgent(context.workspace, command.agent);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  FollowShiftEnd(context, std::get<AgentIndex>(found), command.ends_at, command.supervisor);
  return Reply(Done{});
}

}  // namespace tandem::router
