// The deciders: one function per command. Internal to router/.
//
// A decider reads the state, checks the command in a fixed order, and either refuses it, having
// changed nothing, or says through the Applier which events happen. The state that it reads is up
// to date after every event.
#ifndef TANDEM_ROUTER_COMMANDS_H_
#define TANDEM_ROUTER_COMMANDS_H_

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "router/applier.h"
#include "router/command.h"
#include "router/rejection.h"
#include "router/router.h"
#include "router/state.h"

namespace tandem::router {

// What a decider works with.
struct Context {
  const Workspace& workspace;
  Applier& apply;
  const RouterOptions& options;
  size_t open_tickets;  // of all workspaces
  Time now;
};

Outcome Decide(Context& context, ApplyConfiguration& command);
Outcome Decide(Context& context, CreateResource& command);
Outcome Decide(Context& context, const UpdateResource& command);
Outcome Decide(Context& context, const DeleteResource& command);
Outcome Decide(Context& context, const UpdateWorkspaceSettings& command);
Outcome Decide(Context& context, IngestContact& command);
Outcome Decide(Context& context, const CancelTicket& command);
Outcome Decide(Context& context, const AbandonTicket& command);
Outcome Decide(Context& context, const CompleteTicket& command);
Outcome Decide(Context& context, const ReleaseTicket& command);
Outcome Decide(Context& context, const TransferTicket& command);
Outcome Decide(Context& context, const RescheduleTicket& command);
Outcome Decide(Context& context, const ParkTicket& command);
Outcome Decide(Context& context, const ResumeTicket& command);
Outcome Decide(Context& context, const ExplainTicket& command);
Outcome Decide(Context& context, UpdateTicket& command);
Outcome Decide(Context& context, AddNote& command);
Outcome Decide(Context& context, AddMessage& command);
Outcome Decide(Context& context, const RecordSurvey& command);
Outcome Decide(Context& context, const OpenSession& command);
Outcome Decide(Context& context, const CloseSession& command);
Outcome Decide(Context& context, const LoseSession& command);
Outcome Decide(Context& context, const GetAgent& command);
Outcome Decide(Context& context, const SetAgentStatus& command);
Outcome Decide(Context& context, const AcceptOffer& command);
Outcome Decide(Context& context, const DeclineOffer& command);
Outcome Decide(Context& context, const StartTicket& command);
Outcome Decide(Context& context, const FinishTicket& command);
Outcome Decide(Context& context, StartAgentContact& command);
Outcome Decide(Context& context, const ClaimTickets& command);
Outcome Decide(Context& context, const ExtendLeases& command);
Outcome Decide(Context& context, const ReportMediaEvent& command);

// Sees to deadlines of the workspace that are at or before now, the earliest first, to `budget` of
// them at most, which it takes from `budget`.
void RunTimers(Context& context, uint32_t& budget);
// Parts of it that live with the commands of their kind.
void EndGrace(Context& context, AgentIndex agent);
void TimeOutConnection(Context& context, TicketIndex ticket);
void EndSetAside(Context& context, TicketIndex ticket);

// The next step of the ticket's plan, which is due, is taken or skipped.
void TakePlanStep(Context& context, TicketIndex ticket);
// So are those of tickets that came back to their queues with one due, before they are routed.
void TakeOverdueSteps(Context& context);
// The agent takes the offer. Steps that waited for its end are passed over.
void Accept(Context& context, TicketIndex ticket);

// Routes until quiet, with at most `budget` offers, which it takes from `budget`.
void RouteUntilQuiet(Context& context, uint32_t& budget);

// --- shared by the deciders ---

// A refusal with "expected …, but …" as its message.
Rejection Refuse(Reason reason, std::string message,
                 std::vector<std::pair<std::string, std::string>> metadata = {});
Rejection RefuseState(const Ticket& ticket, const char* expected);

// Whether the configuration in force has the resource.
bool IsConfigured(const Workspace& workspace, ResourceKind kind, std::string_view id);

// The agent of a session, or why the session may not act.
std::variant<AgentIndex, Rejection> FindSession(const Workspace& workspace,
                                                const SessionRef& session);
// An open ticket, or that there is none.
std::variant<TicketIndex, Rejection> FindTicket(const Workspace& workspace, const TicketId& id);
// An open ticket that the session's agent owns.
std::variant<TicketIndex, Rejection> FindOwned(const Workspace& workspace,
                                               const SessionRef& session, const TicketId& id);

// Takes back every offer of an agent who can't answer it any more.
void RescindOffers(Context& context, AgentIndex agent, const char* reason);
// Media could not reach the agent: NOT_READY(device), and no more offers.
void MarkDeviceFailed(Context& context, AgentIndex agent);
// Handling is over: wrap-up, or completion when the ticket has none. Returns the state reached.
TicketState EndHandling(Context& context, TicketIndex ticket);
// A customer wrote: a ticket without media that is in WRAP_UP is ACTIVE again.
void ResumeFromWrapUp(Context& context, TicketIndex ticket);
// Whether one more ticket may wait in the queue, in which it counts for `already` places.
bool HasRoom(const QueueState& queue, size_t already);
// Why the next step of the ticket's plan would be skipped if it was due now, as the event tells;
// null when it would be taken. Requires that there is one.
const char* WhySkipped(const Workspace& workspace, const Ticket& ticket, Time now);
// Whether a message or a contact is what a customer wrote.
bool IsOfCustomer(Direction direction, Party author);
// A customer wrote: a ticket that is PARKED is queued again.
void ResumeParked(Context& context, TicketIndex ticket);
// By when the ticket should be answered, or started to be done in time, when it enters the queue at
// an instant.
Time TargetOfVisit(const Queue& queue, const Ticket& ticket, Time entered_at);
// What a ticket is ordered by in a queue.
Time KeyIn(const Queue& queue, Time queued_at, Time target, uint32_t priority);

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_COMMANDS_H_
