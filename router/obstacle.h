// What keeps agents from work. Internal to router/.
#ifndef TANDEM_ROUTER_OBSTACLE_H_
#define TANDEM_ROUTER_OBSTACLE_H_

#include "router/command.h"
#include "router/ids.h"
#include "router/time.h"

namespace tandem::router {

struct AgentState;
struct Passing;
struct Ticket;
struct Workspace;

// What keeps the agent from all work, whatever waits; kNone: nothing.
Obstacle ObstacleOf(const AgentState& agent);

// The first thing, in the order of tandem.v1.ObstacleKind, that keeps an agent who qualifies from
// the ticket. `passing`: how its profile passes the ticket's class.
Obstacle ObstacleOf(const Workspace& workspace, const Ticket& ticket, AgentIndex agent,
                    const Passing& passing);

// When agents with this delay may take the ticket; unset: as soon as they can.
Time DelayedUntil(const Workspace& workspace, const Ticket& ticket, Duration delay);

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_OBSTACLE_H_
