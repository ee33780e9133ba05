// The one place that changes a workspace's state: one function per event. Internal to router/.
//
// Each function records its event, changes the state, and notes what follows from it: rows to
// write, facts that ended, notices to sessions, agents and tickets that routing must look at. It
// decides nothing: whether the event may happen was decided by its caller, and what can't be is an
// invariant here.
#ifndef TANDEM_ROUTER_APPLIER_H_
#define TANDEM_ROUTER_APPLIER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "router/classification.h"
#include "router/command.h"
#include "router/ids.h"
#include "router/model.h"
#include "router/rows.h"
#include "router/state.h"
#include "router/time.h"

namespace tandem::router {

// Everything that a new ticket is made of.
struct NewTicket {
  TicketRow row;  // but for arrival and unroutable, which the applier fills in
  ContactRow contact;
  QueueIndex queue;
  uint32_t priority = 0;
  Time target, key;
  Time not_before;                // unset: it enters its queue now
  Time reply_by;                  // unset: nothing limits it
  QueueIndex instead_of{};        // the closed queue that it would have entered; unset: none
  std::optional<QueueDraw> draw;  // its queue is one of a rule's several
  Time not_after{};               // of a call-back
  // It is BLOCKED until all of them are closed.
  std::vector<TicketIndex> waits_for{};
};

// What a ticket that was set aside is ordered by once it is queued.
struct Entry {
  Time queued_at, target, key;
};

// How a ticket comes back to its queue.
struct Return {
  Entry entry;
  Time due_at;          // unset: it has none
  AgentIndex keep_for;  // unset: anybody may take it
  Time kept_until;
};

// How a parked ticket is queued again.
struct Unparking {
  Return back;
  Duration clock_stopped;   // how long its clock stood
  bool plan_anew = false;   // its plan begins anew
  bool reopened = false;    // it was not parked, but ReopenClosed took it in
  const char* reason = "";  // MESSAGE, REQUEST, TIME, CHILDREN_CLOSED or ASSIGNED
};

// Where a transferred ticket goes, and what it is ordered by there.
struct Transfer {
  QueueIndex queue;
  Time queued_at, target, key;
  AgentIndex keep_for{};  // unset: anybody may take it
  Time kept_until{};
};

// What is agreed of a call-back that was not one before, or for another time.
struct CallbackAgreement {
  Time at;                  // unset: it is queued at once, as it was
  Time not_after;           // unset: no end
  const char* reason = "";  // REQUEST or PLAN
};

// How an attempt to call a customer back ended.
struct EndedAttempt {
  CallbackOutcome outcome = CallbackOutcome::kNone;
  std::string disposition;
  Time next_at;  // of the next attempt; unset: there is none
};

// Who gave an agent a ticket, and what was overridden for it.
struct Assignment {
  AgentIndex agent;
  const std::string& supervisor;
  bool over_capacity = false;
  bool against_requirement = false;
};

// What an update makes of a ticket.
struct TicketUpdate {
  TicketDetail detail;     // but for the revision, which the applier counts
  bool asks_anew = false;  // its requirement was changed
  bool reclassified = false;
  bool changes_plan = false;  // to that in `detail`
  std::optional<QueueDraw> draw{};
  uint32_t priority = 0;
  Time due_at, target, key;
  std::string what;  // changed, as the event tells
};

// A ticket that something is added to.
struct TicketRef {
  TicketId id;
  TicketIndex open;  // unset: it is closed
  std::string client, queue, trace_parent;
};

enum class OfferEnd : uint8_t { kDeclined, kMissed, kFailed, kRescinded };
// kRing: it is offered to others already.
enum class OfferReason : uint8_t { kArrived, kAgentFree, kRing };

class Applier {
 public:
  // All references must outlive the applier, which lives for one command.
  Applier(Workspace& workspace, Changes& changes, size_t& open_tickets, Time now)
      : workspace_(workspace), changes_(changes), open_tickets_(open_tickets), now_(now) {}

  Time now() const { return now_; }

  // Whose verb is being decided; unset for nobody's. Its changes are noted as that agent's own.
  void SetActing(AgentIndex agent) { acting_ = agent; }

  // Configuration and time.
  // `rows` are those of the resources that are written or removed by it.
  void ConfigurationApplied(Configuration configuration, std::vector<ResourceRow> rows);
  // Each gives the resource as it is now, with its revision.
  Resource ResourceCreated(Resource resource);
  // `fields`: those that are different now; at least one.
  Resource ResourceUpdated(Resource resource, const std::vector<std::string>& fields);
  void ResourceDeleted(ResourceKind kind, const std::string& id);
  void WorkspaceSettingsUpdated(WorkspaceSettings settings);
  // Requires that the calendar is configured. `is_open` is not looked at.
  void OpenHoursSet(const std::string& calendar, OpenHours hours);
  // It opens, or closes, by the time that passed.
  void CalendarTurned(const std::string& calendar);
  void TimeLost(Duration lost);
  void CoolDownsEnded(TicketIndex ticket);
  // A delay of its queue has passed, or its target: more agents may take it now, or it goes after
  // punctual work. Requires that it is QUEUED, or wants further rings.
  void TicketAged(TicketIndex ticket);
  // Something waits for the end of its offers: it rings nobody else.
  void RingsEnded(TicketIndex ticket);
  // Both, of all tickets of which they are so.
  void TicketsAged();

  // Tickets.
  TicketIndex TicketCreated(NewTicket&& created);
  void ContactJoined(TicketIndex ticket, ContactRow&& contact);
  void TicketResumed(TicketIndex ticket);
  void TicketTransferred(TicketIndex ticket, const Transfer& transfer);
  // Requires that it is SCHEDULED or BLOCKED; it is SCHEDULED then.
  void TicketRescheduled(TicketIndex ticket, Time not_before, Time target);
  // Its due time counts from when it enters its queue, which is known now. TicketRescheduled or
  // TicketEntered follows.
  void DueTimeBegan(TicketIndex ticket, Time due_at);
  void TicketEntered(TicketIndex ticket, const Entry& entry, const char* reason);
  // `silent_until`: when the customer's silence completes it; unset: never.
  void TicketParked(TicketIndex ticket, const std::string& reason, Time until, Time silent_until,
                    bool until_children_closed = false);
  void TicketUnparked(TicketIndex ticket, const Unparking& unparking);
  void LastAgentPassed(TicketIndex ticket);
  // Requires that it is QUEUED.
  void CallbackRequested(TicketIndex ticket, const CallbackAgreement& agreement);
  // With an outcome that is retried it leaves its agent, for a next attempt or for its end.
  void CallbackAttemptEnded(TicketIndex ticket, const EndedAttempt& attempt);
  void TicketCanceled(TicketIndex ticket, const std::string& reason);
  void TicketAbandoned(TicketIndex ticket);
  void TicketUpdated(TicketIndex ticket, TicketUpdate&& update);
  // `priority` and `key`: as they are from then on, in the queue that it is in.
  void PlanStepTaken(TicketIndex ticket, uint32_t priority, Time key);
  void PlanStepSkipped(TicketIndex ticket, const char* reason);
  // Requires that it is QUEUED. `key`: in the new queue. The event says
  // `why`, and behind it the queue that it leaves. Empty: a step of its plan.
  void TicketOverflowed(TicketIndex ticket, QueueIndex queue, Time key, const char* why);
  // Requires that it is QUEUED or set aside.
  void TicketExpired(TicketIndex ticket, const std::string& reason);
  TicketIndex AgentContactStarted(NewTicket&& created, AgentIndex agent);
  void AgentContactUnanswered(TicketIndex ticket, const char* reason);

  // What is added to a ticket: rows without workspace, ticket and sequence. Each gives the event's
  // sequence.
  int64_t NoteAdded(const TicketRef& to, NoteRow&& note);
  int64_t MessageAdded(const TicketRef& to, MessageRow&& message);
  int64_t SurveyRecorded(const TicketRef& to, std::vector<SurveyRow>&& scores);

  // Conversations.
  // The customer was written to: silence until then ends its state; unset: it does not.
  void SilenceBegan(TicketIndex ticket, Time silent_until);
  // The customer wrote. `reply_by` unset: the channel has no limit.
  void SilenceBroken(TicketIndex ticket, Time reply_by);
  // Requires that it is PARKED.
  void SilentTicketCompleted(TicketIndex ticket);
  // Takes a completed ticket in as if it was PARKED by its last agent, without an event: it is for
  // TicketUnparked to reopen it. `closed` counts what was added to it.
  TicketIndex ReopenClosed(const ClosedTicket& closed);

  // Offers. Requires that the ticket is QUEUED, or wants further rings.
  void TicketOffered(TicketIndex ticket, AgentIndex agent, OfferReason reason);
  // All others are rescinded.
  void OfferAccepted(TicketIndex ticket, AgentIndex agent);
  // The ticket stays OFFERED while others have it. `cool_down` of zero: none.
  void OfferEnded(TicketIndex ticket, AgentIndex agent, OfferEnd end, Duration cool_down,
                  const char* reason);
  // Whoever has them.
  void OffersRescinded(TicketIndex ticket, const char* reason);

  // Who takes part besides the owner. Requires that the ticket is ACTIVE, and, but for the two who
  // come, that the agent takes part, or is invited.
  void ParticipantInvited(TicketIndex ticket, AgentIndex agent);
  void InvitationAccepted(TicketIndex ticket, AgentIndex agent);
  void InvitationEnded(TicketIndex ticket, AgentIndex agent, OfferEnd end, const char* reason);
  void MonitorJoined(TicketIndex ticket, AgentIndex agent);
  void ParticipantRoleChanged(TicketIndex ticket, AgentIndex agent, AssignmentRole role);
  void ParticipantLeft(TicketIndex ticket, AgentIndex agent, const char* reason);
  // `stays`: the former owner goes on in CONFERENCE.
  void OwnerChanged(TicketIndex ticket, AgentIndex agent, bool stays);

  // Requests for somebody to consult. Requires of the ticket that it is ACTIVE, and has none open.
  void ConsultationRequested(TicketIndex ticket, NewTicket&& request);
  // The agent takes part in the ticket that the request, which is offered to it or QUEUED, is
  // about.
  void ConsultationTaken(TicketIndex request, AgentIndex agent);

  // Reviews.
  // How far the process type's next review is, of a completion that was looked at.
  void CompletionCounted(ProcessTypeIndex type, uint32_t credit_milli);
  // Its agent completes it: no review of it, now or later, comes to them.
  void MakerNoted(TicketIndex ticket);
  // Its agent completed it so; an empty disposition: NOT_SET. `review`: the ticket that judges it.
  void TicketSentToReview(TicketIndex ticket, const std::string& disposition, NewTicket&& review);
  // By the agent who has the review. What it finds is for TicketApproved or TicketSentBack to do.
  void ReviewJudged(TicketIndex review, ReviewVerdict verdict);
  // Requires of both that the ticket is IN_REVIEW, and its review over.
  void TicketApproved(TicketIndex ticket);
  // `how` its review ended.
  void TicketSentBack(TicketIndex ticket, const Return& back, const char* how);
  std::vector<EndedReview> TakeEndedReviews();

  // Supervisors.
  // Requires that it is QUEUED.
  void TicketAssigned(TicketIndex ticket, const Assignment& assignment);
  // `agents` were offered it until now, or one holds it still.
  void TicketRequeued(TicketIndex ticket, const std::vector<AgentIndex>& agents,
                      const std::string& supervisor);
  // The change itself is an event of its own, and follows.
  void AgentStatusOrdered(AgentIndex agent, const std::string& supervisor);
  // `ends_at` unset: the shift has no known end. `supervisor` empty: a session says so. Requires
  // that it changes.
  void ShiftEndSet(AgentIndex agent, Time ends_at, const std::string& supervisor);

  // Work.
  // Requires that it is QUEUED. `picked`: the agent asked for this very one.
  void TicketClaimed(TicketIndex ticket, AgentIndex agent, bool picked);
  void LeaseExtended(TicketIndex ticket);
  void LeaseExpired(TicketIndex ticket);
  void TicketStarted(TicketIndex ticket);
  void TicketFinished(TicketIndex ticket);
  void TicketReleased(TicketIndex ticket);
  // From then on only people may take it, in the queue, where `key` is its place. Requires that the
  // hand-off says all.
  void TicketHandedOff(TicketIndex ticket, HandOff&& hand_off, QueueIndex queue, Time key);
  // An empty disposition: NOT_SET.
  void TicketCompleted(TicketIndex ticket, const std::string& disposition);

  // Media. `occurred_at` is unset or at most now.
  void MediaConnected(TicketIndex ticket, Time occurred_at);
  void MediaConnectFailed(TicketIndex ticket, const char* reason);
  void MediaHeld(TicketIndex ticket, Time occurred_at);
  void MediaRetrieved(TicketIndex ticket, Time occurred_at);
  void MediaDisconnected(TicketIndex ticket, Time occurred_at, Party by);

  // Agents.
  void AgentStatusChanged(AgentIndex agent, const StatusChange& to);
  void SessionOpened(AgentIndex agent, const std::string& session_id);
  void SessionLost(AgentIndex agent);
  void SessionClosed(AgentIndex agent);
  void ShiftEnded(AgentIndex agent);
  // Its agent stays away. `reason`: AGENT_AWAY or SHIFT_ENDED. `kept_until`: for this agent; unset:
  // it is not.
  void TicketReturned(TicketIndex ticket, const char* reason, Time kept_until);

  // Loading: the same without events.
  void AdoptConfiguration(Configuration configuration);
  void AdoptTicket(TicketIndex ticket, const TicketRow& row, QueueIndex queue);
  void AdoptTicketDetail(TicketIndex ticket, const TicketDetail& detail);
  void AdoptTicketState(TicketIndex ticket, const TicketStateRow& row);
  void AdoptConsultation(TicketIndex request);
  void AdoptAgent(AgentIndex agent, const AgentRow& row);
  void AdoptVisit(const std::string& queue, const EndedVisit& visit);

  // Routing's own book-keeping: the agent, or the ticket, has nothing more to gain.
  void AgentSettled(AgentIndex agent);
  void FreshTicketTaken();
  // The same of further rings; the first is asked for when nothing waits for the agent.
  void AgentMayRing(AgentIndex agent);
  void AgentRingsSettled(AgentIndex agent);
  void FreshRingTaken();
  // Nothing of the closed queue is to be moved.
  void OverflowSettled(const std::string& queue);
  std::vector<TicketIndex> TakeOverdueTickets();
  std::vector<TicketIndex> TakeWokenTickets();
  std::vector<AgentIndex> TakeDrainedAgents();
  // Interrupts tickets, and lets interrupted ones go on, of agents whose work changed.
  void RearrangeWork();
  // Looks for BACK-office work for whom it is not kept from any more.
  void SeeToLoweredProfiles();
  // Of the visit that began.
  void WaitEstimated(TicketIndex ticket, Duration wait);
  void EnteredTicketsSeen() { workspace_.entered_tickets.clear(); }

 private:
  Ticket& TicketAt(TicketIndex index) { return workspace_.tickets[index.value]; }
  AgentState& AgentAt(AgentIndex index) { return workspace_.agents[index.value]; }
  const Queue& QueueOf(const Ticket& ticket) const {
    return *workspace_.queue(ticket.queue).configured;
  }

  EventRow& Record(EventType type);
  EventRow& RecordTicket(EventType type, const Ticket& ticket);
  EventRow& RecordAgent(EventType type, AgentIndex agent);
  // MarkDirty: its state is to be written; List: something of it is.
  void MarkDirty(TicketIndex ticket);
  void List(TicketIndex ticket);
  void MarkDirty(AgentIndex agent);
  void SetTimer(TicketIndex ticket);
  void SetTimer(AgentIndex agent);
  void SetTimer(const Calendar& calendar);

  // Changes an agent, keeping every index of it right. What its row must say is for the caller to
  // mark as dirty.
  template <typename Change>
  void ChangeAgent(AgentIndex index, Change change);
  // From now on the agent is there for these groups, as bits.
  void FollowAvailability(AgentState& agent, uint32_t groups);
  void SetIdle(AgentIndex index, AgentState& agent, bool idle);
  void FollowBackWork(AgentIndex agent);
  void CountBackWork(AgentIndex agent);
  void Gain(AgentIndex index);
  void Hold(AgentIndex agent, TicketIndex ticket);
  void Unhold(AgentIndex agent, TicketIndex ticket);
  void CountLoad(AgentIndex agent);
  // What is DEFERRABLE changed, for agents of whom it is counted.
  void CountDeferrable();
  // One ticket more, or less, that takes the agent's capacity.
  void CountGroup(AgentState& agent, const Ticket& ticket, int by);
  void Join(AgentIndex agent, TicketIndex ticket, AssignmentRole role);
  void Part(AgentIndex agent, TicketIndex ticket, AssignmentRole role);
  // Ends the running interval and begins the next. From then on the agent is idle since
  // `idle_since`, which the caller sets: a row keeps it, so that the agent's own needs no writing.
  void CloseInterval(AgentIndex agent, Time idle_since);
  void ForgiveMisses(AgentIndex agent);
  void NoteIfDrained(AgentIndex agent);
  // What it holds changed, or what becomes of it while it is away.
  void FollowAbsence(AgentIndex agent);
  // What it owns changed.
  void NoteRearranged(AgentIndex agent);
  void RearrangeWork(AgentIndex agent);
  void EndInterruption(Ticket& ticket);
  // Counts the agent in its team as what it is now; uncounts it.
  void CountInTeam(AgentIndex agent);
  void UncountInTeam(AgentIndex agent);

  TicketIndex NewPlace();
  TicketIndex AddTicket(NewTicket& created);
  void AddContact(ContactRow&& contact, int64_t sequence);
  void SettleDraw(QueueDraw&& draw);
  TicketDetail& DetailOf(TicketIndex ticket);
  EventRow& RecordAddition(EventType type, const TicketRef& to, const std::string& agent);
  // An agent has it now: to be connected when the channel has media, else answered.
  void BeginHandling(TicketIndex ticket);
  void JoinClass(Ticket& ticket, const Requirement& requirement);
  // From one class to another; waits in neither.
  void ChangeClass(Ticket& ticket, const Requirement& requirement);
  // To the class of its like for whom this is the longest delay that has passed, and who are late
  // or not; waits in neither.
  void SetAge(Ticket& ticket, Duration waited, bool late);
  bool FollowAge(Ticket& ticket);
  void ChangeQueue(Ticket& ticket, QueueIndex queue, const Requirement& requirement);
  bool IsRoutable(Ticket& ticket);
  // Only the agent may take it from now on; waits in no class. Forget: anybody, from the next class
  // on that it joins. Pass: anybody, from now on.
  void KeepFor(Ticket& ticket, AgentIndex agent, Time until);
  void SetEntry(Ticket& ticket, const Entry& entry);
  void SetDueTime(TicketIndex ticket, Time due_at);
  // What is left to do of a return, once its event is recorded: the last agent, the plan, the
  // queue.
  void ComeBack(TicketIndex ticket, const Return& back, bool plan_anew, EntryReason reason);
  static void ForgetLastAgent(Ticket& ticket);
  // Its events from this one on, which were recorded before it changed its queue.
  void TellNewQueue(const Ticket& ticket, size_t first);
  void PassLastAgent(Ticket& ticket);
  static Callback& CallbackOf(Ticket& ticket);
  void UseChannel(Ticket& ticket, ChannelIndex channel);
  void ScheduleAnew(TicketIndex ticket);
  void RestartPlan(Ticket& ticket);
  // What its plan begins with, and what it asks until the next step: waits in no class.
  void AskFor(Ticket& ticket, const Requirement& asked);
  // What the step of its plan asks, which changes that: waits in no class.
  void AskAsStep(Ticket& ticket, uint32_t at);
  // It has another plan from now on, whose clock has run as long as that of the one before.
  void GivePlan(Ticket& ticket, Reclassified& reclassified);
  void AdoptPlan(Ticket& ticket, const Reclassified& reclassified);
  static void FollowRules(Ticket& ticket, const std::vector<std::string>& rules);
  void StopPlanClock(Ticket& ticket);
  std::vector<AgentIndex> InternAgents(const std::vector<std::string>& names);
  void LeaveQueue(TicketIndex ticket);
  void ForgetFresh(TicketIndex ticket);
  void EnterQueue(TicketIndex ticket, EntryReason reason);
  void Wait(TicketIndex ticket);
  // An agent gets the ticket, which has left its queue, by an offer or a claim.
  void CountPick(const Ticket& ticket);
  FreshTicket FreshOf(TicketIndex ticket) const;
  // To be looked at by routing, if anybody has room for any work.
  void AddFresh(TicketIndex ticket);
  void AddFreshRing(TicketIndex ticket);
  // Among those that want further rings, or not, as it does now; not, in any case.
  void FollowRings(TicketIndex ticket);
  void LeaveRings(TicketIndex ticket);
  // Not where agents look, while it waits or wants further rings; and there, as it is then.
  void LeaveLine(TicketIndex ticket);
  void JoinLine(TicketIndex ticket);
  // The same of one that stays in its queue, which counts it all the while.
  void LiftFromLine(TicketIndex ticket);
  void PutBackInLine(TicketIndex ticket);
  // The agent's ring, or the oldest, is the first offer from now on.
  void PutFirst(TicketIndex ticket, AgentIndex agent);
  void PromoteRing(TicketIndex ticket);
  void RescindOthers(TicketIndex ticket, AgentIndex agent);
  static void SetOffer(Ticket& ticket, const Participant& ring);
  // Counts it among those that wait in its queue, from its `queued_at` on, if it is not.
  void CountWaiting(Ticket& ticket);
  void UncountWaiting(Ticket& ticket);
  void AddCoolDown(TicketIndex ticket, AgentIndex agent, Duration cool_down);
  void DropCoolDown(Ticket& ticket, size_t position);
  // The segment ends, and the ticket is no longer its agent's. `now_idle`: counts as finished work.
  void LeaveAgent(TicketIndex ticket, SegmentOutcome outcome, const std::string& disposition,
                  bool now_idle);
  void BeginSegment(Ticket& ticket, AgentIndex agent);
  void EndSegment(const Ticket& ticket, SegmentOutcome outcome, const std::string& disposition);
  void EndSegment(const Ticket& ticket, const Participant& participant, SegmentOutcome outcome);
  // One that ends now, with what the ticket says.
  SegmentRow& SegmentOf(const Ticket& ticket, uint32_t number, AgentIndex agent,
                        SegmentOutcome outcome);

  static Participants& ParticipantsOf(Ticket& ticket);
  static uint32_t NextOffer(const Ticket& ticket);
  static uint32_t NextSegment(const Ticket& ticket);
  Participant& AddParticipant(Ticket& ticket, AgentIndex agent, AssignmentRole role);
  Participant& ParticipantAt(TicketIndex ticket, AgentIndex agent);
  Participant TakeParticipant(TicketIndex ticket, AgentIndex agent);
  EventRow& RecordParticipant(EventType type, const Ticket& ticket, const Participant& participant);
  void NotifyParticipants(TicketIndex ticket);
  void NoteAssisted(AgentIndex agent);
  // Without telling the others.
  void Withdraw(TicketIndex ticket, AgentIndex agent, OfferEnd end, const char* reason);
  void Depart(TicketIndex ticket, AgentIndex agent, const char* reason);
  // The ticket is ACTIVE no more.
  void EndParticipants(TicketIndex ticket, const char* reason);
  void AdoptParticipants(TicketIndex ticket, const ParticipantRows& rows);
  TicketIndex ConsultedBy(const Ticket& request) const;
  // The request of the ticket ends with it, if there is one.
  void EndConsultation(TicketIndex ticket, const char* reason);
  void NoteConsultationEnded(const Ticket& request, AgentIndex agent, const char* reason);
  // Nobody came, and the ticket that it is about goes on.
  void CloseRequest(const Ticket& request, TicketState state);
  void TakeRequest(TicketIndex request, AgentIndex agent);
  static Links& LinksOf(Ticket& ticket);
  // The ticket came in as one that belongs to another, which knows of it if it is open.
  void NoteChild(TicketIndex ticket, const ContactId& contact);
  void Block(TicketIndex ticket, const NewTicket& created);
  void WaitFor(TicketIndex ticket, TicketIndex other);
  // It is BLOCKED no more, whoever says so.
  void WaitForNone(TicketIndex ticket);
  // Before it is forgotten: its parent and those that wait for it know how it ended.
  void EndLinks(TicketIndex ticket, TicketState state);
  Reviewing& ReviewingOf(Ticket& ticket);
  // Of what the review, which is about to be closed, judges. `agent`: who had it; unset: nobody.
  void NoteReviewEnded(TicketIndex reviewed, AgentIndex agent, const char* how);
  // The review is closed without a verdict: its ticket is to be sent back.
  void CloseReview(const Ticket& review, AgentIndex agent, const char* how);
  // The ticket, which is IN_REVIEW, is called off, and its review with it.
  void EndReview(TicketIndex ticket);
  // Contacts of its conversation join it, or the latest of several.
  void JoinConversation(const std::string& conversation, TicketIndex ticket);
  void LeaveConversation(const std::string& conversation, TicketIndex ticket);
  void EndVisit(Ticket& ticket, ExitReason reason);
  void Answer(Ticket& ticket, Time at);
  void Close(TicketIndex ticket, TicketState state);
  void NoteClosedAgain(const Ticket& ticket);
  void CloseUnfinished(TicketIndex ticket, EventType type, TicketState state,
                       const std::string& reason);
  void RetrieveFromHold(Ticket& ticket, Time at);
  Time Occurred(const Ticket& ticket, Time occurred_at) const;

  void Notify(AgentIndex agent, decltype(Notice::message)&& message);
  void NotifyWork(TicketIndex ticket, AgentIndex agent, bool gone);

  // Parts of ConfigurationApplied and its like.
  void IndexResources();
  void IndexCalendars();
  void FollowCalendars();
  void NoteOverflowing();
  void SeeToCalendar(Calendar& calendar);
  void GainServing(const Calendar& calendar);
  std::vector<std::vector<Duration>> DelaysOfQueues() const;
  void FollowFairShares();
  void FollowBackFloors();
  void FollowDelaysAndOrders();
  void FollowLateTurn(QueueState& queue);
  void UseReadyOrders();
  void FollowReturnLimits();
  void IndexAgents(std::vector<Agent> agents);
  AgentIndex ConfigureAgent(Agent agent);
  void EnterIndexes(AgentIndex index);
  void LeaveIndexes(AgentIndex index);
  void RetireAgent(AgentIndex index);
  EventRow& RecordResource(EventType type, ResourceKind kind, const std::string& id);
  template <typename R>
  void Put(R resource);
  void Put(Agent agent);
  void MatchCreated(ResourceKind kind, bool returns);
  void RouteAgain(ResourceKind kind, const std::string& id, const std::vector<std::string>& fields);
  void GainReady(RoutingProfileIndex only);
  void CountPauses();
  Traits TraitsOf(const Agent& agent);

  Workspace& workspace_;
  Changes& changes_;
  size_t& open_tickets_;  // of all workspaces
  const Time now_;
  AgentIndex acting_;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_APPLIER_H_
