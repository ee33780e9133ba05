#include "router/obstacle.h"

#include <cstdlib>

#include "router/matching.h"
#include "router/state.h"

namespace tandem::router {

const char* ToString(Obstacle obstacle) {
  switch (obstacle) {
    case Obstacle::kExcluded:
      return "EXCLUDED";
    case Obstacle::kOffline:
      return "OFFLINE";
    case Obstacle::kSessionLost:
      return "SESSION_LOST";
    case Obstacle::kNotReady:
      return "NOT_READY";
    case Obstacle::kNotResponding:
      return "NOT_RESPONDING";
    case Obstacle::kBusy:
      return "BUSY";
    case Obstacle::kCoolingDown:
      return "COOLING_DOWN";
    case Obstacle::kLiveReserve:
      return "LIVE_RESERVE";
    case Obstacle::kPullOnly:
      return "PULL_ONLY";
    case Obstacle::kNone:
      return "NONE";
    case Obstacle::kKeptForLastAgent:
      return "KEPT_FOR_LAST_AGENT";
    case Obstacle::kShift:
      return "SHIFT";
    case Obstacle::kDelayed:
      return "DELAYED";
    case Obstacle::kOfferedToOthers:
      return "OFFERED_TO_OTHERS";
    case Obstacle::kInReview:
      return "IN_REVIEW";
  }
  std::abort();
}

Time DelayedUntil(const Workspace& workspace, const Ticket& ticket, Duration delay) {
  const bool waits = ticket.state == TicketState::kQueued || ticket.state == TicketState::kOffered;
  const Time until = ticket.queued_at + delay;
  return !waits || ticket.kept_until.IsSet() || until <= workspace.now ? Time{} : until;
}

Obstacle ObstacleOf(const AgentState& agent) {
  if (agent.status == AgentStatus::kOffline || !agent.session_open) return Obstacle::kOffline;
  if (agent.session_lost_at.IsSet()) return Obstacle::kSessionLost;
  if (agent.status == AgentStatus::kNotReady || agent.status == AgentStatus::kDraining) {
    return Obstacle::kNotReady;
  }
  if (agent.status == AgentStatus::kNotResponding) return Obstacle::kNotResponding;
  return Obstacle::kNone;
}

Obstacle ObstacleOf(const Workspace& workspace, const Ticket& ticket, AgentIndex index,
                    const Passing& passing) {
  const AgentState& agent = workspace.agent(index);
  const TicketClass& ticket_class = workspace.matching.ClassOf(ticket.ticket_class);
  if (ticket_class.groups[ticket.group].agents.Exclude(index)) return Obstacle::kExcluded;
  if (ticket.agent == index || Workspace::IsOfferedTo(ticket, index)) return Obstacle::kNone;
  if (ticket.state == TicketState::kInReview) return Obstacle::kInReview;
  if (ticket.kept_until.IsSet() && ticket.last_agent != index) return Obstacle::kKeptForLastAgent;
  const Obstacle of_agent = ObstacleOf(agent);
  if (of_agent != Obstacle::kNone) return of_agent;
  if (!agent.IsReadyFor(ticket_class.group)) return Obstacle::kNotReady;
  if (!agent.FitsShift(workspace.now + ticket.expected_handling_time)) return Obstacle::kShift;
  const Urgency urgency = workspace.UrgencyOf(ticket);
  if (!agent.HasOpen(ticket_class.group, urgency)) return Obstacle::kBusy;
  if (Workspace::IsCooling(ticket, index)) return Obstacle::kCoolingDown;
  const bool deferrable = urgency == Urgency::kDeferrable;
  if (deferrable && !workspace.ReserveAllows(agent, ticket.queue, ticket_class.group)) {
    return Obstacle::kLiveReserve;
  }
  if (DelayedUntil(workspace, ticket, passing.delay).IsSet()) return Obstacle::kDelayed;
  if (!passing.push || !workspace.Offers(ticket.queue, ticket.channel)) return Obstacle::kPullOnly;
  const bool rings_no_more = ticket.state == TicketState::kOffered && !ticket.ringing;
  return rings_no_more ? Obstacle::kOfferedToOthers : Obstacle::kNone;
}

}  // namespace tandem::router
