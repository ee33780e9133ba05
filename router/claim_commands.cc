#include <algorithm>

#include "router/commands.h"
#include "router/obstacle.h"
#include "router/snapshot.h"

namespace tandem::router {
namespace {

// What keeps the agent, who may claim it, from the ticket now, in the enum's order. A cool-down
// does not: it keeps routing from coming back with it, and here the agent comes for it.
std::vector<Obstacle> ObstaclesTo(const Workspace& workspace, const Ticket& ticket,
                                  AgentIndex index) {
  const AgentState& agent = workspace.agent(index);
  const TicketClass& of = workspace.matching.ClassOf(ticket.ticket_class);
  const Urgency urgency = workspace.UrgencyOf(ticket);
  // An offer of this very ticket takes the place that the ticket will.
  const bool has_place = Workspace::IsOfferedTo(ticket, index);
  const Passing passing = workspace.matching.Test(workspace, of, agent.profile);
  const Obstacle of_agent = ObstacleOf(agent);
  std::vector<Obstacle> obstacles;
  const auto note = [&](bool holds, Obstacle obstacle) {
    if (holds) obstacles.push_back(obstacle);
  };
  note(of_agent != Obstacle::kNone, of_agent);
  note(of_agent == Obstacle::kNone && !agent.IsReadyFor(of.group), Obstacle::kNotReady);
  note(!has_place && !agent.HasRoom(of.group, urgency), Obstacle::kBusy);
  note(!has_place && urgency == Urgency::kDeferrable &&
           !workspace.ReserveAllows(agent, ticket.queue, of.group),
       Obstacle::kLiveReserve);
  note(ticket.kept_until.IsSet() && ticket.last_agent != index, Obstacle::kKeptForLastAgent);
  note(!agent.FitsShift(workspace.now + ticket.expected_handling_time), Obstacle::kShift);
  note(DelayedUntil(workspace, ticket, passing.delay).IsSet(), Obstacle::kDelayed);
  return obstacles;
}

Rejection RefuseNow(const std::string& agent, const std::vector<Obstacle>& obstacles) {
  std::string names;
  for (const Obstacle obstacle : obstacles) {
    names += (names.empty() ? "" : ",") + std::string(ToString(obstacle));
  }
  return Refuse(Reason::kAgentCannotTakeNow,
                "expected an agent who can take the ticket now, but '" + agent +
                    "' can't, because of: " + names,
                {{"obstacles", names}});
}

// Why the agent may not have the ticket by claiming it; nothing when it may.
std::optional<Rejection> CheckPick(const Workspace& workspace, const Ticket& ticket,
                                   AgentIndex agent) {
  const TicketClass& of = workspace.matching.ClassOf(ticket.ticket_class);
  TicketClass::Agents agents = of.groups[ticket.group].agents;
  // That it is kept for another agent is no demand of its own, and passes.
  if (ticket.kept_until.IsSet()) agents.named.clear();
  const std::string& name = workspace.AgentName(agent);
  if (const char* why = WhyNot(workspace, of, agents, agent)) return RefuseAgent(name, why);
  if (!workspace.matching.Test(workspace, of, workspace.agent(agent).profile).pull) {
    return RefuseAgent(name, "QUEUE");
  }
  const std::vector<Obstacle> obstacles = ObstaclesTo(workspace, ticket, agent);
  if (obstacles.empty()) return std::nullopt;
  return RefuseNow(name, obstacles);
}

// Gives it to the agent; who takes a request for somebody to consult gets what it is about.
TicketId Take(Context& context, TicketIndex index, AgentIndex agent, bool picked) {
  const Ticket& ticket = context.workspace.ticket(index);
  if (Workspace::IsConsultation(ticket)) {
    const TicketId consulted = ticket.participants->consults;
    context.apply.ConsultationTaken(index, agent);
    return consulted;
  }
  context.apply.TicketClaimed(index, agent, picked);
  if (picked) PassOverSteps(context, index);
  return ticket.id;
}

// The agent picks one ticket, over the order in which they wait. Whom it rings loses it.
Outcome Pick(Context& context, AgentIndex agent, const TicketId& id) {
  const auto found = FindTicket(context.workspace, id);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const TicketIndex index = std::get<TicketIndex>(found);
  const Ticket& ticket = context.workspace.ticket(index);
  if (ticket.state != TicketState::kQueued && ticket.state != TicketState::kOffered) {
    return RefuseState(ticket, "QUEUED or OFFERED");
  }
  if (auto rejection = CheckPick(context.workspace, ticket, agent)) return *std::move(rejection);
  if (ticket.state == TicketState::kOffered) context.apply.OffersRescinded(index, "PICKED");
  return Reply(TicketsClaimed{{Take(context, index, agent, /*picked=*/true)}});
}

}  // namespace

Outcome Decide(Context& context, const ClaimTickets& command) {
  const Workspace& workspace = context.workspace;
  const auto found = FindSession(workspace, command.session);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const AgentIndex agent = std::get<AgentIndex>(found);
  if (command.ticket.IsSet()) return Pick(context, agent, command.ticket);
  QueueIndex only;
  if (!command.queue.empty()) {
    only = workspace.queue_ids.Find(command.queue);
    if (!only.IsSet() || workspace.queue(only).configured == nullptr) {
      return Refuse(Reason::kQueueNotFound,
                    "expected a configured queue, but there is no '" + command.queue + "'");
    }
  }
  TicketsClaimed claimed;
  while (claimed.tickets.size() < command.max_tickets && workspace.agent(agent).Ready()) {
    const TicketIndex ticket = workspace.matching.BestTicket(workspace, agent, Mode::kPull, only);
    if (!ticket.IsSet()) break;
    claimed.tickets.push_back(Take(context, ticket, agent, /*picked=*/false));
  }
  return Reply(std::move(claimed));
}

Outcome Decide(Context& context, const ExtendLeases& command) {
  const Workspace& workspace = context.workspace;
  const auto found = FindSession(workspace, command.session);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const AgentIndex agent = std::get<AgentIndex>(found);
  std::vector<TicketIndex> extended;
  if (command.tickets.empty()) {
    for (const TicketIndex held : HeldInOrder(workspace, workspace.agent(agent))) {
      if (Workspace::UnderLease(workspace.ticket(held))) extended.push_back(held);
    }
  }
  for (const TicketId& id : command.tickets) {
    const auto owned = FindOwned(workspace, command.session, id);
    if (const auto* rejection = std::get_if<Rejection>(&owned)) return *rejection;
    extended.push_back(std::get<TicketIndex>(owned));
    if (!Workspace::UnderLease(workspace.ticket(extended.back()))) {
      return Refuse(Reason::kNotLeased,
                    "expected a ticket under a lease, but ticket " + ToString(id) + " has none");
    }
  }
  LeasesExtended reply;
  for (const TicketIndex ticket : extended) {
    context.apply.LeaseExtended(ticket);
    reply.leases.emplace_back(workspace.ticket(ticket).id, workspace.ticket(ticket).until);
  }
  return Reply(std::move(reply));
}

}  // namespace tandem::router
