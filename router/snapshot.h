// Rows and views of the state as it is at this moment. Internal to router/.
#ifndef TANDEM_ROUTER_SNAPSHOT_H_
#define TANDEM_ROUTER_SNAPSHOT_H_

#include "router/command.h"
#include "router/rows.h"
#include "router/state.h"

namespace tandem::router {

// The row must be as one that was just made: rows are large, so they are filled in where they stay.
void FillStateRow(const Workspace& workspace, const Ticket& ticket, TicketStateRow& row);
// Who takes part in it besides its owner.
std::vector<ParticipantRow> ParticipantRowsOf(const Workspace& workspace, const Ticket& ticket);
// Requires that the ticket has a detail.
TicketDetailRow DetailRowOf(const Workspace& workspace, const Ticket& ticket);
AgentRow AgentRowOf(const Workspace& workspace, AgentIndex agent);
WorkspaceRow WorkspaceRowOf(const Workspace& workspace);

OfferView OfferViewOf(const Workspace& workspace, const Ticket& ticket);
// Of an invitation.
OfferView OfferViewOf(const Workspace& workspace, const Ticket& ticket, const Participant& invited);
// To whom the ticket, which is OFFERED, is offered: the oldest offer first.
std::vector<AgentIndex> OfferedTo(const Ticket& ticket);
// As its agent sees it: the owner, or one who takes part.
WorkView WorkViewOf(const Workspace& workspace, const Ticket& ticket, AgentIndex agent);
AgentStateView AgentStateViewOf(const AgentState& agent);
AgentSnapshot SnapshotOf(const Workspace& workspace, AgentIndex agent, Time now);

// What the ticket asks of an agent.
Requirement RequirementOf(const Workspace& workspace, const Ticket& ticket);
// The same once its plan begins anew.
Requirement AskedAnew(const Workspace& workspace, const Ticket& ticket);
// What its plan, its change by hand and its hand-off make of what it came in with. Requires that it
// has a plan.
Requirement AskedByPlan(const Workspace& workspace, const Ticket& ticket);
// How it was handed off to people; null: it was not.
const HandOff* HandOffOf(const Ticket& ticket);
// What is asked of agents for the ticket when its contact, or its plan, asks this.
Requirement AskedOf(const Ticket& ticket, Requirement requirement);
// The queue in which the step would leave the ticket: its own, when the step does not move it.
// Unset when there is no such queue, or it takes another client only.
QueueIndex OverflowQueueOf(const Workspace& workspace, const Ticket& ticket, const PlanStep& step);
// The same for a ticket of the client in the queue.
QueueIndex QueueAfter(const Workspace& workspace, const PlanStep& step, QueueIndex queue,
                      ClientIndex client);
// The configured queue of the id, if it takes tickets of the client; else unset.
QueueIndex QueueFor(const Workspace& workspace, const std::string& queue, ClientIndex client);
// The agent's tickets in order of arrival; those in which it takes part, or is invited to.
std::vector<TicketIndex> HeldInOrder(const Workspace& workspace, const AgentState& agent);
std::vector<TicketIndex> JoinedInOrder(const Workspace& workspace, const AgentState& agent);
// When the first of the ticket's invitations expires; the end of time when there is none.
Time InvitationEndsAt(const Ticket& ticket);
// Whether the ticket is the agent's own work, not just offered.
bool IsOwned(const Ticket& ticket);

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_SNAPSHOT_H_
