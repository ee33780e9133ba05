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
Outcome Decide(Context& context, ClassifyContact& command);
Outcome Decide(Context& context, const CancelTicket& command);
Outcome Decide(Context& context, const AbandonTicket& command);
Outcome Decide(Context& context, CompleteTicket& command);
Outcome Decide(Context& context, const ReleaseTicket& command);
Outcome Decide(Context& context, const TransferTicket& command);
Outcome Decide(Context& context, const RescheduleTicket& command);
Outcome Decide(Context& context, const RequestCallback& command);
Outcome Decide(Context& context, const EndCallbackAttempt& command);
Outcome Decide(Context& context, const ParkTicket& command);
Outcome Decide(Context& context, const ResumeTicket& command);
Outcome Decide(Context& context, const ExplainTicket& command);
Outcome Decide(Context& context, const ExplainAgent& command);
Outcome Decide(Context& context, UpdateTicket& command);
Outcome Decide(Context& context, AddNote& command);
Outcome Decide(Context& context, AddMessage& command);
Outcome Decide(Context& context, const ReopenTicket& command);
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
Outcome Decide(Context& context, const InviteParticipant& command);
Outcome Decide(Context& context, const ConsultQueue& command);
Outcome Decide(Context& context, const CancelConsultation& command);
Outcome Decide(Context& context, const EndParticipation& command);
Outcome Decide(Context& context, const SetParticipantRole& command);
Outcome Decide(Context& context, const HandOverTicket& command);
Outcome Decide(Context& context, const MonitorTicket& command);
Outcome Decide(Context& context, const AssignTicket& command);
Outcome Decide(Context& context, const RequeueTicket& command);
Outcome Decide(Context& context, const OverrideAgentStatus& command);
Outcome Decide(Context& context, const SetShiftEnd& command);
Outcome Decide(Context& context, const ClaimTickets& command);
Outcome Decide(Context& context, const ExtendLeases& command);
Outcome Decide(Context& context, const ReportMediaEvent& command);
Outcome Decide(Context& context, SetOpenHours& command);

// Sees to deadlines of the workspace that are at or before now, the earliest first, to `budget` of
// them at most, which it takes from `budget`.
void RunTimers(Context& context, uint32_t& budget);
// Parts of it that live with the commands of their kind.
void EndGrace(Context& context, AgentIndex agent);
void EndShift(Context& context, AgentIndex agent);
void ReturnWork(Context& context, AgentIndex agent, uint32_t& budget);
void TimeOutConnection(Context& context, TicketIndex ticket);
void EndSetAside(Context& context, TicketIndex ticket);
void EndSilence(Context& context, TicketIndex ticket);
// The first of the ticket's invitations that is due was not answered.
void MissInvitation(Context& context, TicketIndex ticket);

// A SCHEDULED or BLOCKED ticket enters its queue, by REQUEST, as its TIME came or UNBLOCKED.
void EnterScheduled(Context& context, TicketIndex ticket, const char* reason);
// It is SCHEDULED for an instant that is to come.
void ScheduleFor(Context& context, TicketIndex ticket, Time at);
// A PARKED ticket is queued again, if it waits for its children and none is open.
void ResumeWithoutChildren(Context& context, TicketIndex ticket);

// --- call-backs ---

// The first instant from `at` on at which customers of the queue may be called.
Time CallableFrom(const Workspace& workspace, QueueIndex queue, Time at);
// Why a call-back whose window ends so can't be attempted at an instant; nothing when it can.
std::optional<Rejection> CheckCallbackWindow(Time not_after, Time at);
// A step of its plan converts a QUEUED ticket.
void CallBackByPlan(Context& context, TicketIndex ticket);
// An attempt ended, of a call-back that an agent has. `next_at` is unset: as the policy says.
StateReached EndAttempt(Context& context, TicketIndex ticket, CallbackOutcome outcome,
                        const std::string& disposition, Time next_at);
// A SCHEDULED call-back is moved to a time, or queued when that has passed.
std::optional<Rejection> RescheduleCallback(Context& context, TicketIndex ticket, Time not_before);
// The time of a SCHEDULED call-back has come.
void CallScheduled(Context& context, TicketIndex ticket, const char* reason = "TIME");

// --- reviews ---

// The work of the ticket, which an agent has, is done: COMPLETED, or IN_REVIEW where its process
// type has it reviewed. Returns the state reached. An empty disposition: NOT_SET.
TicketState CompleteWork(Context& context, TicketIndex ticket, const std::string& disposition);
// Why the ticket can't be completed with this verdict, or without one; nothing when it can.
std::optional<Rejection> CheckVerdict(const Workspace& workspace, const Ticket& ticket,
                                      const CompleteTicket& command);
// What a verdict that was checked makes of a review, whose agent completes it, and of the ticket
// that it judges.
void JudgeWork(Context& context, TicketIndex review, const CompleteTicket& command);
// Tickets whose reviews ended without a verdict are queued again.
void EndReviews(Context& context);
Rejection RefuseReview();

// The next step of the ticket's plan, which is due, is taken or skipped.
void TakePlanStep(Context& context, TicketIndex ticket);
// So are all that are due, of a ticket that is QUEUED or OFFERED.
void TakeDueSteps(Context& context, TicketIndex ticket);
// So are those of tickets that came back to their queues with one due, before they are routed; and
// what waited for tickets that were closed goes on.
void TakeOverdueSteps(Context& context);
// BLOCKED tickets that wait for nothing more enter their queue, and PARKED ones whose children are
// closed are resumed.
void WakeTickets(Context& context);
// The agent takes the offer. Steps that waited for its end are passed over.
void Accept(Context& context, TicketIndex ticket, AgentIndex agent);
// An agent has the ticket now: steps that waited for the end of an offer are not taken any more.
void PassOverSteps(Context& context, TicketIndex ticket);
// Agents whose last work ended while they were DRAINING go to the status that follows.
void EndDraining(Context& context);

// Moves what waits in closed queues to where it overflows to, `budget` tickets at most, which it
// takes from `budget`.
void OverflowClosedQueues(Context& context, uint32_t& budget);

// Routes until quiet, with at most `budget` offers, which it takes from `budget`.
void RouteUntilQuiet(Context& context, uint32_t& budget);

// --- shared by the deciders ---

// Why an agent may not take a ticket, whatever is overridden.
inline constexpr const char* kWhyExcluded = "EXCLUDED";
inline constexpr const char* kWhyClient = "CLIENT";
// What keeps the agent from tickets of the class that name and exclude these agents: the first of
// EXCLUDED, CLIENT, PROCESS_TYPE, QUEUE, REQUIREMENT and NAMED_AGENTS. Null: nothing does, be it by
// offer or by claim.
const char* WhyNot(const Workspace& workspace, const TicketClass& ticket_class,
                   const TicketClass::Agents& agents, AgentIndex agent);
// The first two of these alone: why the agent may have no part in the ticket, whoever asks for it.
const char* WhyNever(const Workspace& workspace, const Ticket& ticket, AgentIndex agent);
// WhyNot of the ticket as it would be in the queue, with what would be asked then; whom that
// names is for the caller to see to.
const char* WhyNotIn(const Workspace& workspace, const Ticket& ticket, QueueIndex queue,
                     Requirement asked, AgentIndex agent);
// Whether a ticket that comes back to its queue waits for the agent who had it: somebody who is
// there, with time for it, and may take it by what it asks. One that names agents is for these.
bool IsWorthKeeping(const Workspace& workspace, const Ticket& ticket, AgentIndex agent,
                    Requirement asked);
Rejection RefuseAgent(const std::string& agent, const char* why);
// Whether the routing profile has the queue.
bool ServesQueue(const Workspace& workspace, const Traits& traits, QueueIndex queue);
// Whether the agent may begin work that no queue brought, by what the status says.
std::optional<Rejection> CheckMayBegin(const AgentState& agent);
Rejection RefuseBusy(const std::string& channel);

// A refusal with "expected …, but …" as its message.
Rejection Refuse(Reason reason, std::string message,
                 std::vector<std::pair<std::string, std::string>> metadata = {});
Rejection RefuseState(const Ticket& ticket, const char* expected);
Rejection RefuseState(TicketState state, const char* expected);
// Of verbs that would cut somebody off.
Rejection RefuseConnected();
// Of verbs for work that an agent may own.
Rejection RefuseConsultation();
// Empty: none is chosen, which is fine.
std::optional<Rejection> CheckDisposition(const Workspace& workspace,
                                          const std::string& disposition);

// Whether the configuration in force has the resource.
bool IsConfigured(const Workspace& workspace, ResourceKind kind, std::string_view id);

// A configured agent, or that there is none.
std::variant<AgentIndex, Rejection> FindAgent(const Workspace& workspace, const std::string& id);
// The agent of a session, or why the session may not act.
std::variant<AgentIndex, Rejection> FindSession(const Workspace& workspace,
                                                const SessionRef& session);
// An open ticket, or that there is none.
std::variant<TicketIndex, Rejection> FindTicket(const Workspace& workspace, const TicketId& id);
// An open ticket that the session's agent owns.
std::variant<TicketIndex, Rejection> FindOwned(const Workspace& workspace,
                                               const SessionRef& session, const TicketId& id);

// Takes back every offer of an agent who can't answer it any more, invitations among them.
// Of these groups, as bits.
void RescindOffers(Context& context, AgentIndex agent, const char* reason,
                   uint32_t groups = kAllCapacityGroups);
// The agent takes part in nothing any more: the session that would tell of it is over.
void EndParticipations(Context& context, AgentIndex agent);
// So many offers in a row were missed that nobody seems to be there: NOT_RESPONDING.
void MarkNotResponding(Context& context, AgentIndex agent, uint32_t misses_allowed);
// Why an agent can't be set to the status; nothing when they can.
std::optional<Rejection> CheckStatus(const Workspace& workspace, const StatusChange& to);
// Without reasons that the statuses don't have.
StatusChange Canonical(StatusChange to);
// Whether going to the status, which is canonical, changes anything.
bool IsChange(const AgentState& agent, const StatusChange& to);
// The agent goes to the status; who is not AVAILABLE keeps no offers. Requires that it is a change.
void ChangeStatus(Context& context, AgentIndex agent, const StatusChange& to);
// The agent's shift ends then; past: it has no known end. An empty supervisor: a session says so.
void FollowShiftEnd(Context& context, AgentIndex agent, Time ends_at,
                    const std::string& supervisor);
// Media could not reach the agent: NOT_READY(device), and no more offers.
void MarkDeviceFailed(Context& context, AgentIndex agent);
// Its handling ended, and nobody said how: completed; QUEUED for people, when an automated agent
// would have to be sure.
TicketState CompleteUnsaid(Context& context, TicketIndex ticket);
// Handling is over: wrap-up, or what CompleteUnsaid does when the ticket has none. Returns the
// state reached.
TicketState EndHandling(Context& context, TicketIndex ticket);
// A customer wrote: a ticket without media that is in WRAP_UP is ACTIVE again.
void ResumeFromWrapUp(Context& context, TicketIndex ticket);
// Whether one more ticket may wait in the queue, in which it counts for `already` places.
bool HasRoom(const QueueState& queue, size_t already);
// Why the next step of the ticket's plan would be skipped if it was due now, as the event tells;
// null when it would be taken. Requires that there is one.
const char* WhySkipped(const Workspace& workspace, const Ticket& ticket, Time now);
// Which of its queue's tickets it is that is handed out, from 1: behind those that are offered and
// those that are more urgent. 0 when it waits in none.
size_t PositionOf(const Workspace& workspace, const Ticket& ticket);
// How long it may wait from now on; nothing when that can't be known, as when nobody is there who
// may take it. See router/estimate.h.
std::optional<Duration> EstimateWait(const Workspace& workspace, const Ticket& ticket, Time now);
// Why that can't be known; kNone when it can, or when the ticket does not wait.
NoEstimate WhyNoEstimate(const Workspace& workspace, const Ticket& ticket, Time now);
// Of visits that began in this command: how long each may wait, as routing left it.
void EstimateWaits(Context& context);
// Fills in who could take a ticket that is like this, had it come in.
void Foretell(const Workspace& workspace, const NewTicket& created, ContactClassified& told);
// Whether a message or a contact is what a customer wrote.
bool IsOfCustomer(Direction direction, Party author);
// Something that was said in a ticket's conversation, be it a message or a contact.
struct Said {
  Direction direction = Direction::kInbound;
  Party author = Party::kCustomer;
  Time at;  // its author's clock
};
Said SaidBy(const NewContact& contact, Time now);
// The open ticket of the contact's conversation that it joins, if there is one. Work that is
// IN_REVIEW is as its maker left it: what the customer writes meanwhile makes a ticket of its own.
TicketIndex FindConversation(const Workspace& workspace, const NewContact& contact);
// Which belongs to the one IN_REVIEW, unless too many do: nobody is turned away for that.
void BelongToReviewed(const Workspace& workspace, NewContact& contact);
Rejection RefuseConversation(const Ticket& open);
// What it makes of the open ticket: a customer's takes it back from WRAP_UP, queues it again when
// it is PARKED and says by when to reply; an answer begins the customer's silence.
void FollowMessage(Context& context, TicketIndex ticket, const Said& said);
// By when what the customer said then has to be answered; unset: the channel has no limit.
Time ReplyBy(const Workspace& workspace, const std::string& channel, Time said_at);
// When the customer's silence completes a ticket that is parked now for the reason; unset: never.
Time SilentUntil(const Context& context, const Ticket& ticket, const std::string& parking_reason);
// A customer wrote: a ticket that is PARKED is queued again.
void ResumeParked(Context& context, TicketIndex ticket);
// A ticket that ReopenClosed took in is queued on a new visit.
void EnterReopened(Context& context, TicketIndex ticket, const char* reason);
// Why a closed ticket can't be reopened; nothing when it can.
std::optional<Rejection> CheckReopening(const Context& context, const ClosedTicket& closed);
// An agent is about to get it: a ticket that is PARKED is queued again.
void ResumeForAssignment(Context& context, TicketIndex ticket);
// By when the ticket should be answered, or started to be done in time, when it enters the queue at
// an instant.
Time TargetOfVisit(const Context& context, QueueIndex queue, const Ticket& ticket, Time entered_at);
// The same for one that is due then; unset: as its process type says.
Time TargetWhenDue(const Context& context, QueueIndex queue, const Ticket& ticket, Time due_at,
                   Time entered_at);
// When it would be due had it come in to enter its queue then.
Time DueAnew(const Context& context, const Ticket& ticket, Time entered_at);
// When work that is done again is due: as before, unless that has passed.
Time DueAgain(const Context& context, const Ticket& ticket, Time due_at);
// How a ticket comes back to its queue on a new visit now, kept for nobody.
Return ReturnAnew(const Context& context, const Ticket& ticket, Time due_at);
// Kept for who had it last, if the queue waits for them and they may take what is asked.
void KeepForLastAgent(const Context& context, const Ticket& ticket, Requirement asked,
                      Return& back);
// No later than the customer has to be answered; once that has passed, it caps nothing.
Time CappedTarget(Time target, Time reply_by, Time entered_at);
// How a ticket of this priority goes to the queue: with its age, and with its target unless that is
// of the other office.
Transfer TransferTo(const Context& context, const Ticket& ticket, QueueIndex to, uint32_t priority);
// What a contact would become, or why it would be refused. Requires that its references are right.
std::variant<NewTicket, Rejection> NewTicketOf(const Context& context, NewContact&& contact,
                                               const TicketId& ticket, const ContactId& id);
// Takes over what the contact leaves out and the ticket that it belongs to says; why that is no
// parent.
std::optional<Rejection> InheritFromParent(const Workspace& workspace, NewContact& contact);
// What comes in by the same command before a contact, and is not applied yet.
struct EarlierTickets {
  size_t tickets = 0;
  std::vector<QueueIndex> entered;   // the queue of each that enters one now
  std::vector<TicketId> waited_for;  // by each of them
  std::vector<QueueDraw> draws;
};
// Whether the contact's parent, and what it is to wait for, may be that. Requires that its client
// is known.
std::optional<Rejection> CheckLinks(const Workspace& workspace, const NewContact& contact,
                                    const EarlierTickets& earlier);
// Why the ticket can't wait for its children: none is open, or one of them would wait for its own
// end. Nothing when it can.
std::optional<Rejection> CheckWaitForChildren(const Workspace& workspace, TicketIndex ticket);
// Why a follow-up would be refused; nothing when it wouldn't, and then it is noted in `earlier`.
// `blocked`: it waits for one that comes before it.
std::optional<Rejection> CheckFollowUp(const Context& context, NewContact contact, bool blocked,
                                       EarlierTickets& earlier);
// What it becomes. Requires that it was checked, and that those which come before it are there.
NewTicket FollowUpOf(const Context& context, FollowUp&& follow_up);
// Why what comes in with the completion of the ticket would be refused; nothing when it wouldn't.
std::optional<Rejection> CheckFollowUps(const Context& context, const Ticket& ticket,
                                        std::vector<FollowUp>& follow_ups);
// Makes them, which were checked. Gives their ids, in order.
std::vector<TicketId> MakeFollowUps(Context& context, std::vector<FollowUp>& follow_ups);
// The ticket of a contact that names its queue, whether that has room, is open and takes its
// client, or not. Requires that its references are right.
NewTicket NewTicketIn(const Context& context, NewContact&& contact, const TicketId& ticket,
                      const ContactId& id);
// Whether one more may take part in the ticket, which must be ACTIVE.
std::optional<Rejection> CheckRoomForOne(const Ticket& ticket);
// Whether no queue is asked for somebody to consult already.
std::optional<Rejection> CheckNoneAsked(const Workspace& workspace, const Ticket& ticket);
// Why nothing may come to the queue now: it is closed, and refuses.
std::optional<Rejection> CheckOpen(const Workspace& workspace, QueueIndex queue, Time now);
// The open queue with room that tickets of a closed one overflow to. Unset: they stay.
QueueIndex OverflowTo(const Workspace& workspace, QueueIndex queue);
// Whose open hours say the target of a ticket that enters the queue: that of where it overflows to,
// when it is closed.
QueueIndex QueueOfTarget(const Context& context, QueueIndex queue, Time entered_at);
// What a ticket is ordered by in a queue.
Time KeyIn(const Queue& queue, Time queued_at, Time target, uint32_t priority);

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_COMMANDS_H_
