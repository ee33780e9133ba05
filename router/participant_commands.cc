// Who takes part in a ticket besides its owner: by invitation, or to listen.
#include "router/commands.h"
#include "router/snapshot.h"

namespace tandem::router {
namespace {

struct Found {
  TicketIndex ticket;
  AgentIndex agent;
};

// The owner's ticket, and the agent whom the owner names.
std::variant<Found, Rejection> FindNamed(const Workspace& workspace, const SessionRef& session,
                                         const TicketId& ticket, const std::string& agent) {
  const auto owned = FindOwned(workspace, session, ticket);
  if (const auto* rejection = std::get_if<Rejection>(&owned)) return *rejection;
  const auto named = FindAgent(workspace, agent);
  if (const auto* rejection = std::get_if<Rejection>(&named)) return *rejection;
  return Found{std::get<TicketIndex>(owned), std::get<AgentIndex>(named)};
}

// Who may be told of it: of a MONITOR nobody is.
const Participant* FindKnown(const Ticket& ticket, AgentIndex agent) {
  const Participant* found = Workspace::FindParticipant(ticket, agent);
  return found != nullptr && found->role != AssignmentRole::kMonitor ? found : nullptr;
}

Rejection RefuseNotParticipant(const std::string& agent) {
  return Refuse(Reason::kNotParticipant,
                "expected an agent who takes part in the ticket, but '" + agent + "' does not");
}

// One who was invited and accepted, among those of whom the owner knows.
std::variant<Found, Rejection> FindConsulted(const Workspace& workspace, const SessionRef& session,
                                             const TicketId& id, const std::string& agent) {
  auto found = FindNamed(workspace, session, id, agent);
  if (std::holds_alternative<Rejection>(found)) return found;
  const auto [index, named] = std::get<Found>(found);
  const Participant* participant = FindKnown(workspace.ticket(index), named);
  if (participant == nullptr) return RefuseNotParticipant(agent);
  if (participant->IsInvited()) {
    return Refuse(Reason::kParticipantRoleForbids,
                  "expected an agent who accepted, but '" + agent + "' is only invited",
                  {{"role", ToString(participant->role)}});
  }
  return found;
}

// Whether one more may come, and this one.
std::optional<Rejection> CheckRoom(const Workspace& workspace, const Ticket& ticket,
                                   AgentIndex agent) {
  if (ticket.state != TicketState::kActive) return RefuseState(ticket, "ACTIVE");
  const std::string& name = workspace.AgentName(agent);
  if (ticket.agent == agent) {
    return Refuse(Reason::kAlreadyParticipant,
                  "expected an agent who takes no part in the ticket, but '" + name + "' owns it",
                  {{"role", ToString(AssignmentRole::kOwner)}});
  }
  if (const Participant* participant = Workspace::FindParticipant(ticket, agent)) {
    const char* role = ToString(participant->role);
    return Refuse(
        Reason::kAlreadyParticipant,
        "expected an agent who takes no part in the ticket, but '" + name + "' does, as " + role,
        {{"role", role}});
  }
  return CheckRoomForOne(ticket);
}

// NO_SESSION would tell the caller that its own one is gone.
Rejection RefuseLost(const std::string& agent) {
  return Refuse(Reason::kAgentStatusForbids,
                "expected an open session of agent '" + agent + "', but it is lost",
                {{"status", "SESSION_LOST"}});
}

// Whether an offer may be made to the agent now.
std::optional<Rejection> CheckReady(const Workspace& workspace, const Ticket& ticket,
                                    const AgentState& agent, const std::string& name) {
  const CapacityGroup group = workspace.channel_of(ticket).group;
  if (agent.status != AgentStatus::kAvailable || !agent.IsReadyFor(group)) {
    return Refuse(Reason::kAgentStatusForbids,
                  "expected an agent who is AVAILABLE for " + std::string(ToString(group)) +
                      ", but '" + name + "' is " + ToString(agent.status) +
                      (agent.status == AgentStatus::kAvailable ? " for other groups" : ""),
                  {{"status", ToString(agent.status)}});
  }
  if (!agent.Ready()) return RefuseLost(name);
  if (!agent.HasRoom(group, workspace.UrgencyOf(ticket))) {
    return RefuseBusy(workspace.channel_ids.Name(ticket.channel));
  }
  return std::nullopt;
}

}  // namespace

std::optional<Rejection> CheckRoomForOne(const Ticket& ticket) {
  if (ticket.state != TicketState::kActive) return RefuseState(ticket, "ACTIVE");
  if (ticket.participants == nullptr) return std::nullopt;
  // For whom a queue is asked has a place, too.
  const size_t asked = Workspace::ConsultationOf(ticket).IsSet() ? 1 : 0;
  if (ticket.participants->all.size() + asked < kMaxParticipants) return std::nullopt;
  const std::string most = std::to_string(kMaxParticipants);
  return Refuse(Reason::kTooManyParticipants,
                "expected fewer than " + most + " to take part, but there are as many",
                {{"limit", most}});
}

Outcome Decide(Context& context, const InviteParticipant& command) {
  const Workspace& workspace = context.workspace;
  const auto found = FindNamed(workspace, command.session, command.ticket, command.agent);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const auto [index, agent] = std::get<Found>(found);
  const Ticket& ticket = workspace.ticket(index);
  if (auto rejection = CheckRoom(workspace, ticket, agent)) return *std::move(rejection);
  if (auto rejection = CheckNoneAsked(workspace, ticket)) return *std::move(rejection);
  if (const char* why = WhyNever(workspace, ticket, agent)) return RefuseAgent(command.agent, why);
  if (auto rejection = CheckReady(workspace, ticket, workspace.agent(agent), command.agent)) {
    return *std::move(rejection);
  }
  context.apply.ParticipantInvited(index, agent);
  return Reply(Done{});
}

Outcome Decide(Context& context, const EndParticipation& command) {
  const Workspace& workspace = context.workspace;
  const auto session = FindSession(workspace, command.session);
  if (const auto* rejection = std::get_if<Rejection>(&session)) return *rejection;
  const AgentIndex acting = std::get<AgentIndex>(session);
  const auto found = FindTicket(workspace, command.ticket);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const TicketIndex index = std::get<TicketIndex>(found);
  const Ticket& ticket = workspace.ticket(index);
  const bool own = command.agent.empty() || command.agent == command.session.agent;
  AgentIndex agent = acting;
  if (!own) {
    const auto named = FindAgent(workspace, command.agent);
    if (const auto* rejection = std::get_if<Rejection>(&named)) return *rejection;
    agent = std::get<AgentIndex>(named);
    if (!IsOwned(ticket) || ticket.agent != acting) {
      return Refuse(Reason::kNotOwner,
                    "expected the ticket's owner, or the one who takes part, "
                    "but it is another agent");
    }
  }
  const Participant* participant =
      own ? Workspace::FindParticipant(ticket, agent) : FindKnown(ticket, agent);
  // Who is rung declines the offer.
  if (participant == nullptr || participant->IsRing()) {
    return RefuseNotParticipant(workspace.AgentName(agent));
  }
  if (participant->IsInvited()) {
    context.apply.InvitationEnded(index, agent, own ? OfferEnd::kDeclined : OfferEnd::kRescinded,
                                  "REMOVED");
  } else {
    context.apply.ParticipantLeft(index, agent, own ? "LEFT" : "REMOVED");
  }
  return Reply(Done{});
}

Outcome Decide(Context& context, const SetParticipantRole& command) {
  const auto found =
      FindConsulted(context.workspace, command.session, command.ticket, command.agent);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const auto [index, agent] = std::get<Found>(found);
  const Ticket& ticket = context.workspace.ticket(index);
  if (Workspace::FindParticipant(ticket, agent)->role != command.role) {
    context.apply.ParticipantRoleChanged(index, agent, command.role);
  }
  return Reply(Done{});
}

Outcome Decide(Context& context, const HandOverTicket& command) {
  const Workspace& workspace = context.workspace;
  const auto found = FindConsulted(workspace, command.session, command.ticket, command.agent);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const auto [index, agent] = std::get<Found>(found);
  // What is configured may have changed since the invitation.
  if (const char* why = WhyNever(workspace, workspace.ticket(index), agent)) {
    return RefuseAgent(command.agent, why);
  }
  if (workspace.agent(agent).session_lost_at.IsSet()) return RefuseLost(command.agent);
  context.apply.OwnerChanged(index, agent, command.stay);
  return Reply(Done{});
}

Outcome Decide(Context& context, const MonitorTicket& command) {
  const Workspace& workspace = context.workspace;
  const auto session = FindSession(workspace, command.session);
  if (const auto* rejection = std::get_if<Rejection>(&session)) return *rejection;
  const AgentIndex agent = std::get<AgentIndex>(session);
  const auto found = FindTicket(workspace, command.ticket);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const TicketIndex index = std::get<TicketIndex>(found);
  const Ticket& ticket = workspace.ticket(index);
  if (auto rejection = CheckRoom(workspace, ticket, agent)) return *std::move(rejection);
  if (const char* why = WhyNever(workspace, ticket, agent)) {
    return RefuseAgent(command.session.agent, why);
  }
  context.apply.MonitorJoined(index, agent);
  return Reply(Done{});
}

void EndParticipations(Context& context, AgentIndex agent) {
  const Workspace& workspace = context.workspace;
  for (const TicketIndex joined : JoinedInOrder(workspace, workspace.agent(agent))) {
    context.apply.ParticipantLeft(joined, agent, "AGENT_GONE");
  }
}

// As of any offer that nobody answered, further rings among them. Of several that are due at once
// the first that was made.
void MissInvitation(Context& context, TicketIndex index) {
  const Ticket& ticket = context.workspace.ticket(index);
  const Time due = InvitationEndsAt(ticket);
  AgentIndex missing;
  for (const Participant& participant : ticket.participants->all) {
    if (missing.IsSet() || participant.until != due) continue;
    missing = participant.agent;
  }
  const uint32_t allowed = context.workspace.channel_of(ticket).misses_allowed;
  if (ticket.state == TicketState::kOffered) {
    context.apply.OfferEnded(index, missing, OfferEnd::kMissed, context.workspace.cool_down, "");
  } else {
    context.apply.InvitationEnded(index, missing, OfferEnd::kMissed, "");
  }
  MarkNotResponding(context, missing, allowed);
}

}  // namespace tandem::router
