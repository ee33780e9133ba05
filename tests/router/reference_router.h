// The router again, as naive as can be: maps by id, a scan for every decision, nothing kept that
// can be computed.
//
// It is written from router/*.h and the protos alone and shares no code with the router but the
// values of commands, replies and events. Where the two differ, one of them misreads the rules. It
// keeps no facts (segments, intervals, messages; of visits what estimates are made of): outcomes,
// events, deadlines and what waits for routing are what it answers for.
//
// Thread rule: one thread at a time.
#ifndef TANDEM_TESTS_ROUTER_REFERENCE_ROUTER_H_
#define TANDEM_TESTS_ROUTER_REFERENCE_ROUTER_H_

#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "router/command.h"
#include "router/router.h"
#include "router/rows.h"
#include "router/time.h"

namespace tandem::router {

class ReferenceRouter {
 public:
  struct AgentState {
    std::string id;
    uint64_t ordinal = 0;
    AgentStatus status = AgentStatus::kOffline;
    std::string reason;
    AgentStatus next_status = AgentStatus::kOffline;  // after DRAINING
    std::string next_reason;
    uint32_t groups = 0;  // AVAILABLE: for these capacity groups alone; 0: for all
    Time status_since;
    Time idle_since;
    uint32_t misses = 0;
    int64_t turn = 0;
    int64_t generation = 0;
    bool session_open = false;
    bool session_lost = false;
    Time grace_until;
    Time away_since;     // set while there is no session, or a lost one
    Time shift_ends_at;  // as last said
  };

  // Who takes part in a ticket besides its owner; or, as OWNER, whom it rings besides the first.
  struct Participant {
    std::string agent;
    AssignmentRole role = AssignmentRole::kConsult;
    uint32_t offer_number = 0;  // 0: was not invited
    Time until;                 // set while the invitation is open
    Time offered_at{};          // of a ring
  };

  static constexpr OfferPolicy kNoPolicy{Duration{}, 0, 0, 0};

  struct TicketData {
    TicketId id;
    uint64_t arrival = 0;
    NewContact contact;
    Requirement requirement, base;
    Plan plan;
    size_t plan_step = 0;  // steps behind it
    Time plan_since;       // set while its clock runs
    Duration plan_waited;
    Duration answer_target;
    Time due_at;
    Duration handling_time;
    Duration wrap_up_limit;
    bool unroutable = false;
    std::vector<std::string> rules;
    // What its caller said, and what that and rules made of it last. Changes of attributes since.
    NewContact said;
    std::string ruled_queue;
    uint32_t ruled_priority = 0;
    Requirement ruled_own, own;  // the latter as it was changed by hand, too
    std::optional<Plan> ruled_plan;
    std::map<std::string, std::optional<std::string>> changed_attributes;

    TicketState state = TicketState::kQueued;
    std::string queue;
    Time queued_at, target, key;
    OfferPolicy by_plan = kNoPolicy;  // what steps of its plan say of offers
    Duration waited;                  // when delays were looked at last
    bool late = false;                // so was whether its target had passed
    bool rings_over = false;          // and whether something waited for the end of its offers
    std::string agent;
    bool leased = false;     // the owner claimed it, and the lease runs
    bool by_offer = false;   // the owner accepted the offer `offer_number`
    bool by_hand = false;    // an agent began it, and it was in no queue since
    bool connected = false;  // media between customer and owner
    bool held = false;
    Time interrupted_since;  // unset: it is not
    uint32_t offer_number = 0;
    Time offered_at;
    Time until;
    std::vector<CoolDown> cool_downs;

    Time parked_at;  // while PARKED
    bool clock_stopped = false;
    bool until_children_closed = false;
    std::string parking_reason, parked_by;
    std::vector<TicketId> waits_for;          // while BLOCKED
    std::string said_customer, said_segment;  // by UpdateTicket
    Time silent_until, reply_by;
    uint32_t reopen_count = 0;
    Time completed_at;  // of one that is closed

    std::string kept_for;  // the only agent who may take it before `kept_until`; empty: anybody
    Time kept_until;

    Time visit_at;  // since when it is in its queue
    std::optional<Duration> visit_estimate;
    std::string came_over;  // the channel of its contact; that is the one that it has now
    Time not_after;         // of a call-back
    uint32_t attempts = 0;
    CallbackOutcome last_outcome = CallbackOutcome::kNone;

    std::vector<Participant> participants;  // in the order in which they came
    uint32_t last_invitation = 0;           // among the numbers of offers
    TicketId consultation;  // the request for somebody to consult; unset: none is open
    TicketId consults;      // of a request: the ticket that it is about

    TicketId reviews;              // of a review: the ticket that it judges
    TicketId review;               // while IN_REVIEW: what judges it
    std::string maker_said;        // and the disposition
    std::set<std::string> makers;  // whose work was reviewed
    uint32_t rework_count = 0;

    int64_t revision = 1;
    std::optional<HandOff> hand_off;  // the last one
  };

  // A visit that was answered or abandoned.
  struct Decided {
    std::string queue;
    Time left, entered;
    TicketId ticket;
    bool answered = false, in_target = false;
  };

  struct Workspace {
    std::string id;
    Configuration configuration;
    int64_t revision = 0;
    int64_t last_sequence = 0;
    uint64_t last_arrival = 0;
    uint64_t next_ordinal = 1;
    std::map<std::string, AgentState> agents;
    std::map<TicketId, TicketData> tickets;    // the open ones
    std::map<TicketId, TicketData> completed;  // as they were when they were COMPLETED
    std::set<std::string> gained;              // agents of step 1
    std::set<TicketId> arrived;                // tickets of step 2
    std::set<std::string> ring_gained;         // agents of step 3
    std::set<TicketId> ring_arrived;           // tickets of step 4
    std::vector<TicketId> returned;    // tickets that came to a queue, by the command at work
    std::vector<std::string> drained;  // DRAINING agents whose last work ended, by it
    std::vector<TicketId> woken;       // tickets of which something they waited for ended, by it
    std::vector<TicketId> entered;     // tickets that came to a queue, by it
    std::vector<Decided> decided;      // in the order in which they ended
    std::map<std::string, uint32_t> idle;     // by routing profile, as last looked at
    std::map<std::string, uint32_t> on_back;  // the same of those with BACK-office work
    std::map<std::string, OpenHours> hours;   // by calendar, of those that are known
    int64_t last_turn = 0;
    // How far each queue of a classification rule is behind its share.
    std::map<std::string, std::map<std::string, int64_t>> credits;
    // How far the next review of each process type is, in thousandths.
    std::map<std::string, uint32_t> review_credits;
    // Punctual picks of each queue since the last late one, while late work waited.
    std::map<std::string, uint32_t> punctual_picks;
  };

  explicit ReferenceRouter(RouterOptions options = {}) : options_(options) {}

  // As Router::Execute. The messages of refusals are empty; explanations have no texts of clauses.
  Outcome Execute(const Command& command, Time now);
  // What happened since the last call.
  std::vector<EventRow> TakeEvents();

  bool HasPendingRouting() const;
  Time NextDeadline() const;

  const std::map<std::string, Workspace>& workspaces() const { return workspaces_; }

 private:
  using Refusal = std::optional<Reason>;

  static bool HasPendingRouting(const Workspace& workspace);

  // reference_verbs.cc and reference_agents.cc: one for each command.
  Outcome Do(const ApplyConfiguration& command);
  Outcome Do(const CreateResource& command);
  Outcome Do(const UpdateResource& command);
  Outcome Do(const DeleteResource& command);
  Outcome Do(const UpdateWorkspaceSettings& command);
  Outcome Do(const IngestContact& command);
  Outcome Do(const ClassifyContact& command);
  Outcome Do(const CancelTicket& command);
  Outcome Do(const AbandonTicket& command);
  Outcome Do(const CompleteTicket& command);
  Outcome Do(const ReleaseTicket& command);
  // reference_hand_off.cc
  uint32_t MinConfidence(const TicketData& ticket) const;
  void HandOffToPeople(TicketData& ticket, HandOff hand_off);
  // People may take it, whatever kind was asked for, and none of them is named.
  static void AskPeople(Requirement& requirement);

  // reference_relax.cc
  static void Relax(Requirement& requirement, const Relaxation& relax);
  bool HandOffIfUnsure(TicketData& ticket, std::optional<uint32_t> confidence_milli,
                       const std::string& summary);
  Outcome Do(const TransferTicket& command);
  Outcome Do(const RescheduleTicket& command);
  Outcome Do(const RequestCallback& command);
  Outcome Do(const EndCallbackAttempt& command);
  Outcome Do(const ParkTicket& command);
  Outcome Do(const ResumeTicket& command);
  Outcome Do(const ExplainTicket& command);
  Outcome Do(const ExplainAgent& command);
  AgentExplanation::OfQueue Explain(const AgentState& agent, const RoutingProfileQueue& of) const;
  Outcome Do(const UpdateTicket& command);
  Outcome Do(const AddNote& command);
  Outcome Do(const AddMessage& command);
  Outcome Do(const ReopenTicket& command);
  Outcome Do(const RecordSurvey& command);
  Outcome Do(const OpenSession& command);
  Outcome Do(const CloseSession& command);
  Outcome Do(const LoseSession& command);
  Outcome Do(const GetAgent& command);
  Outcome Do(const SetAgentStatus& command);
  Outcome Do(const AcceptOffer& command);
  Outcome Do(const DeclineOffer& command);
  Outcome Do(const StartTicket& command);
  Outcome Do(const FinishTicket& command);
  Outcome Do(const StartAgentContact& command);
  Outcome Do(const InviteParticipant& command);
  Outcome Do(const ConsultQueue& command);
  Outcome Do(const CancelConsultation& command);
  Outcome Do(const EndParticipation& command);
  Outcome Do(const SetParticipantRole& command);
  Outcome Do(const HandOverTicket& command);
  Outcome Do(const MonitorTicket& command);
  Outcome Do(const AssignTicket& command);
  Outcome Do(const RequeueTicket& command);
  Outcome Do(const OverrideAgentStatus& command);
  Outcome Do(const SetShiftEnd& command);
  Outcome Do(const ClaimTickets& command);
  Outcome Do(const ExtendLeases& command);
  Outcome Do(const ReportMediaEvent& command);
  Outcome Do(const SetOpenHours& command);
  Outcome Do(const AdvanceTime& command);
  Outcome Do(const ContinueRouting& command);
  Outcome Do(const TimeLost& command);

  // Looking things up in the workspace of the command; null when there is none.
  const Queue* FindQueue(const std::string& id) const;
  const Channel* FindChannel(const std::string& id) const;
  const ProcessType* FindProcessType(const std::string& id) const;
  const RoutingProfile* FindProfile(const std::string& id) const;
  const Agent* FindAgent(const std::string& id) const;
  TicketData* FindTicket(TicketId id);
  // The latest one that is open; and unless it is IN_REVIEW, when nothing joins it.
  TicketData* LatestOf(const NewContact& contact);
  TicketData* FindConversation(const NewContact& contact);
  void BelongToReviewed(NewContact& contact);
  bool IsReason(const std::string& reason) const;
  const Queue& QueueOf(const TicketData& ticket) const { return *FindQueue(ticket.queue); }
  const Channel& ChannelOf(const TicketData& ticket) const {
    return *FindChannel(ticket.contact.channel);
  }

  // Configurations, whole or resource by resource.
  void NumberResources(Configuration& next);
  Outcome Adopt(Configuration next, EventType type, ResourceKind kind, const std::string& id,
                bool validate_only);
  void AdoptAgents();
  void LookAtAges(const Configuration& before);
  void GainFrom(Configuration& before, ResourceKind kind, const std::string& id);

  // Checks shared by verbs.
  Refusal CheckSession(const SessionRef& session) const;
  // reference_classification.cc: a contact with what rules and its entry point say of it.
  struct Completion {
    NewContact said, contact;
    // The queues that it stays in where a rule shares out, the first of them.
    std::vector<std::string> stays_in;
    std::string keeps_type;  // whichever a rule fills in; empty: it takes that
    std::vector<ContactClassified::TriedRule> tried;
    std::vector<std::string> rules;  // that filled something in
    bool plan_of_rule = false;
    std::string drawn_rule;  // whose queue was drawn; empty: no rule's
    std::map<std::string, int64_t> credits;
  };
  Completion Completed(const NewContact& said, const std::vector<std::string>& stays_in = {},
                       const std::string& keeps_type = "") const;
  bool Shares(const ClassificationRule& rule, const std::string& id,
              const std::string& client) const;
  bool Holds(const ContactCondition& condition, const NewContact& contact,
             const EntryPoint* entry_point) const;
  std::string DrawQueue(const ClassificationRule& rule, const NewContact& contact,
                        std::map<std::string, int64_t>& credits) const;
  std::vector<std::string> FillIn(const ClassificationRule& rule, Completion& completion) const;
  void Keep(const Completion& completion, TicketData& ticket);
  void ForgetCredits(const Configuration& before);
  // reference_reclassify.cc: what is different when a ticket that waits is classified again.
  struct ClassifiedAgain {
    Completion completion;
    const Queue* queue = nullptr;    // it moves there; null: it stays
    std::optional<Requirement> own;  // it asks for something else
    std::optional<Plan> plan;
  };
  NewContact SaidNow(const TicketData& ticket, const UpdateTicket& command) const;
  Refusal Reclassify(const TicketData& ticket, const UpdateTicket& command,
                     ClassifiedAgain& again) const;
  void TakeStepsAtOnce(TicketId id);
  static bool IsHeldUp(const TicketData& ticket);
  void FollowRules(TicketData& ticket, const ClassifiedAgain& again);
  Plan PlanFor(const NewContact& contact, const ProcessTypeDefaults& defaults,
               const Queue& queue) const;
  void LeaveFor(TicketData& ticket, const Queue& queue);
  Cefr LevelOf(const std::string& language) const;
  Refusal CheckReferences(const Completion& completion) const;
  Refusal CheckPlan(const Plan& plan, const std::string& client) const;
  Refusal CheckRequirement(const Requirement& requirement) const;
  Refusal CheckAuthor(const std::string& agent) const;
  // Where the contact's ticket belongs.
  Refusal FindPlace(const NewContact& contact, const Queue** queue,
                    ProcessTypeDefaults* defaults) const;
  // Where its ticket goes now, or why it can't.
  struct Arrival {
    const Queue* queue = nullptr;
    ProcessTypeDefaults defaults;
    std::string instead_of;  // the closed queue that it overflows from
    Time enters_at;          // now, or later
    bool blocked = false;    // it waits for other tickets first
  };
  Refusal Arrive(const NewContact& contact, Arrival& arrival) const;
  bool TooManyOpen() const;
  Refusal CheckInUse(const Configuration& next) const;
  bool IsFull(const Queue& queue, TicketId except) const;

  // Rules of router.h.
  bool IsReady(const AgentState& agent) const;
  bool IsReadyFor(const AgentState& agent, const TicketData& ticket) const;
  bool IsIdle(const AgentState& agent) const;
  bool HasCapacity(const AgentState& agent, const TicketData& ticket) const;
  // Whether one ticket of the agent waits while it has the other.
  bool Interrupts(const AgentState& agent, const TicketData& ticket, const TicketData& other) const;
  bool InterruptsAny(const AgentState& agent, const TicketData& ticket) const;
  bool Yields(const AgentState& agent, const TicketData& ticket) const;
  void RearrangeWork();
  bool Passes(const Agent& agent, const Clause& clause, LanguageMode mode) const;
  bool Has(const Agent& agent, const PredicateKind& kind, LanguageMode mode) const;
  bool Qualifies(const Agent& agent, const TicketData& ticket) const;
  bool IsCoolingDown(const AgentState& agent, const TicketData& ticket) const;
  bool IsReserved(const AgentState& agent, const TicketData& ticket) const;
  bool MayTake(const AgentState& agent, const TicketData& ticket, bool claiming) const;
  uint32_t CountIdle(const std::string& profile) const;
  // What orders tickets that wait in one queue, and what orders those of several queues.
  using Place = std::tuple<bool, uint32_t, Time, uint64_t>;
  Place PlaceInQueue(const TicketData& ticket) const;
  Place PlaceInTurn(const TicketData& ticket) const;
  static std::tuple<bool, Time, uint64_t> AmongQueues(const Place& place);
  // reference_late.cc
  void BecomeLate(TicketData& ticket);
  bool IsAfterPunctual(const TicketData& ticket) const;
  bool IsLateTurn(const Queue& queue) const;
  void CountPick(const TicketData& picked);
  void ForgetPicks(const Configuration& before);
  // reference_shares.cc
  bool IsOnBack(const AgentState& agent) const;
  uint32_t CountOnBack(const std::string& profile) const;
  bool BackGoesFirst(const AgentState& agent) const;
  void LookAtBackFloors();
  void KeepBackCounts();
  std::optional<FairShare> FairShareOf(const std::string& client) const;
  uint64_t CountInHand(const std::string& client) const;
  std::optional<Explanation::Share> ShareOf(const TicketData& ticket) const;
  ClientTier TierOf(const TicketData& ticket) const;
  // Of those that wait; `rings`: of those that want further rings.
  TicketData* BestTicket(const AgentState& agent, const std::string& queue, bool claiming,
                         bool rings = false);
  uint32_t ScoreOf(const Agent& agent, const TicketData& ticket) const;
  int64_t WeightOf(const AgentState& agent, const TicketData& ticket) const;
  AgentState* BestAgent(const TicketData& ticket);
  uint32_t Route(uint32_t budget);
  AgentState* FirstGained(const std::set<std::string>& gained);
  // The first of the tickets, but for those that look for no agent any more, which it drops.
  TicketData* FirstArrived(std::set<TicketId>& arrived, bool rings);
  bool RingFurther();
  void MakeOffer(TicketData& ticket, AgentState& agent, const char* reason);

  // Changes shared by verbs. Each appends the events that it is named for.
  EventRow& Emit(EventType type);
  EventRow& Emit(EventType type, const TicketData& ticket);
  EventRow& Emit(EventType type, const TicketData& ticket, const std::string& agent);
  EventRow& EmitAboutOffer(EventType type, const TicketData& ticket);
  void LookAtIdle();
  void LeaveReserve(const AgentState& agent);
  void Leave(TicketData& ticket);
  void Requeue(TicketData& ticket);
  Cefr LevelAsked(const NewContact& contact, const ProcessTypeDefaults& defaults) const;
  void Ask(TicketData& ticket, const Requirement& own, const ProcessTypeDefaults& defaults) const;
  TicketData& AddTicket(TicketId id, const NewContact& contact, const Queue& queue,
                        const ProcessTypeDefaults& defaults);
  // When the contact's ticket enters its queue: now or later.
  Time EntersAt(const NewContact& contact, const Queue& queue) const;
  void EnterLater(TicketData& ticket, Time at, const Queue& queue,
                  const ProcessTypeDefaults& defaults);
  static std::string Joined(const std::vector<std::string>& ids);
  void NoteWhetherUnroutable(TicketData& ticket);
  void SetKey(TicketData& ticket);
  void Resume(TicketData& ticket);
  // reference_calendars.cc
  bool IsOpen(const Queue& queue) const;
  bool IsClosed(const Queue& queue) const;
  const OpenHours* HoursOf(const Queue& queue) const;
  void Turn(const std::string& calendar);
  Time NextTurn(const std::string& calendar) const;
  std::string FirstToTurn() const;
  void KeepHours();
  Time After(const Queue& queue, Time from, Duration span) const;
  Time Before(const Queue& queue, Time until, Duration span) const;
  const Queue* OverflowOf(const Queue& from) const;
  bool Refuses(const Queue& queue) const;
  TicketData* FirstToOverflow();
  void Overflow(TicketData& ticket);
  // Whose hours say the target of a ticket that enters the queue.
  const Queue& HoursQueueOf(const Queue& queue, Time entered_at) const;
  // reference_callbacks.cc
  static bool IsCallback(const TicketData& ticket);
  static Time WindowEndsAt(const TicketData& ticket);
  Time CallableFrom(const Queue& queue, Time at) const;
  void CallBack(TicketData& ticket, Time at, Time not_after, const char* reason);
  void CallScheduled(TicketData& ticket, const char* reason = "TIME");
  void ScheduleAnew(TicketData& ticket, Time at);
  void Expire(TicketData& ticket, const std::string& reason);
  StateReached EndAttempt(TicketData& ticket, CallbackOutcome outcome,
                          const std::string& disposition, Time next_at);
  // reference_conversations.cc
  const ProcessTypeDefaults* DefaultsOf(const NewContact& contact) const;
  void Hear(TicketData& ticket, Direction direction, Party author, Time at);
  void NoteReplyBy(TicketData& ticket, Time at);
  void Cap(TicketData& ticket, Time entered_at);
  Time SilentFor(const TicketData& ticket, bool parked) const;
  void EndSilence(TicketData& ticket);
  bool ReopensClosed(const ClosedTicket& closed, const TicketData* completed) const;
  Refusal CheckReopening(const ClosedTicket& closed, const TicketData* completed);
  TicketData& TakeIn(TicketId id);
  // reference_participants.cc
  // Whether the ticket takes the agent's capacity; and whether it is work, not just offered.
  static bool Takes(const TicketData& ticket, const std::string& agent);
  static bool WorksOn(const TicketData& ticket, const std::string& agent);
  static uint32_t NextOffer(const TicketData& ticket);
  static Time InvitationEndsAt(const TicketData& ticket);
  // Or ring.
  Participant* FindInvitation(const OfferId& offer);
  // reference_claims.cc
  void Claim(TicketData& ticket, AgentState& agent, const char* reason);
  Outcome Pick(AgentState& agent, TicketId id);
  Explanation::Choice ChoiceOf(const TicketData& ticket, const std::string& agent) const;
  // reference_rings.cc
  static bool WantsRings(const Configuration& configuration, const TicketData& ticket);
  static OfferPolicy PolicyOf(const Configuration& configuration, const TicketData& ticket);
  static std::vector<std::string> OfferedTo(const TicketData& ticket);
  static bool IsOfferedTo(const TicketData& ticket, const std::string& agent);
  Refusal CheckOffer(const SessionRef& session, const OfferId& offer);
  void DropOffer(TicketData& ticket, const std::string& agent);
  WorkView ViewOf(const TicketData& ticket, const std::string& agent) const;
  EventRow& EmitAbout(EventType type, const TicketData& ticket, const Participant& participant);
  static Participant Drop(TicketData& ticket, const std::string& agent);
  void EndInvitation(TicketData& ticket, const std::string& agent, const std::string& reason);
  void EndPart(TicketData& ticket, const std::string& agent, const std::string& reason);
  void EndParticipants(TicketData& ticket, const std::string& reason);
  std::vector<TicketData*> JoinedBy(const std::string& agent, bool invited);
  void MissInvitation(TicketData& ticket);
  Outcome AcceptInvitation(const AcceptOffer& command);
  Outcome DeclineInvitation(const DeclineOffer& command);
  Refusal CheckOwner(const SessionRef& session, TicketId id);
  Refusal CheckJoining(const TicketData& ticket, const std::string& agent) const;
  Refusal CheckNever(const TicketData& ticket, const std::string& agent) const;
  Refusal CheckConsulted(const SessionRef& session, TicketId id, const std::string& agent);
  // reference_consultations.cc
  void ViewConsultation(const TicketData& ticket, WorkView& view) const;
  void NoteRequestClosed(const TicketData& request, const char* reason);
  void EndConsultation(TicketData& about, const std::string& reason);
  void TakeRequest(TicketData& request, AgentState& agent);
  // reference_links.cc
  uint32_t CountChildren(TicketId parent) const;
  std::vector<TicketData*> DependentsOf(TicketId other);
  NewContact Inherited(NewContact contact) const;
  // Comes before everything else about a contact; CheckLinks after its references.
  Refusal CheckParent(const NewContact& contact);
  Refusal CheckLinks(const NewContact& contact);
  Refusal CheckWaitForChildren(const TicketData& ticket) const;
  std::set<TicketId> NeverBefore(TicketId first) const;
  void NoteChild(const TicketData& child, ContactId contact);
  static std::string Origins(const TicketData& ticket, const std::string& instead_of);
  void Block(TicketData& ticket, Time no_earlier);
  void BeginDueTime(TicketData& ticket, Time at);
  void TellOfEnd(const TicketData& gone, const std::string& how);
  void Wake();
  Outcome MakeFollowUps(const CompleteTicket& command);
  Refusal MakeFollowUp(const NewContact& said, const FollowUp& follow_up,
                       const std::vector<TicketId>& made, const Workspace& before);
  // A contact's ticket. `after`: others that it waits for besides those that it names.
  TicketData& Make(const Completion& completion, const Arrival& arrival, TicketId id,
                   ContactId contact, const std::vector<TicketId>& after);
  // reference_reviews.cc
  bool DrawReview(TicketData& ticket, const std::string& how);
  void ForgetReviewCredits(const Configuration& before);
  void BeginReview(TicketData& ticket, const std::string& how);
  TicketData* NoteReviewEnded(const TicketData& review, const std::string& agent,
                              const std::string& how);
  void EndReviewOf(TicketData& ticket);
  void SendBack(TicketData& ticket, const std::string& how);
  void Judge(TicketData& review, const CompleteTicket& command);
  // reference_shifts.cc
  bool FitsShift(const AgentState& agent, const TicketData& ticket) const;
  static bool Leaves(const AgentState& agent);
  // After how long the ticket leaves an agent who stays away; 0: not for this alone.
  static Duration ReturnLimitOf(const Workspace& workspace, const TicketData& ticket);
  static Time ReturnsAt(const Workspace& workspace, const TicketData& ticket);
  static Time DeadlineOf(const Workspace& workspace, const AgentState& agent);
  void NoteShiftEnd(AgentState& agent, Time ends_at, const std::string& supervisor);
  void ExpireAgent(AgentState& agent);
  void ReturnTicket(TicketData& ticket, const AgentState& agent);
  // reference_set_aside.cc
  void Schedule(TicketData& ticket, Time not_before);
  void Enter(TicketData& ticket, const char* reason);
  void Unpark(TicketData& ticket, const char* reason, bool reopened = false);
  bool WouldKeep(const TicketData& ticket, const std::string& last) const;
  void PassLastAgent(TicketData& ticket);
  void EnterQueue(TicketData& ticket);
  void SetTarget(TicketData& ticket);
  void AddCoolDown(TicketData& ticket, const std::string& agent);
  void Close(TicketData& ticket, const std::string& how);
  // COMPLETED, or IN_REVIEW.
  TicketState Complete(TicketData& ticket, const std::string& disposition);
  TicketState FinishWork(TicketData& ticket);
  void Accept(TicketData& ticket, AgentState& agent);
  void PassOverSteps(TicketData& ticket);
  void Handle(TicketData& ticket, AgentState& agent);
  // The agent's offer of the ticket ends; rescinded: for this reason.
  void EndOffer(TicketData& ticket, const std::string& agent, EventType type,
                const char* reason = "");
  // All of the ticket's are.
  void Rescind(TicketData& ticket, const char* reason);
  void RescindAll(const AgentState& agent, const char* reason);
  void SetStatus(AgentState& agent, StatusChange to, const char* rescind_reason);
  Refusal CheckStatus(const StatusChange& to) const;
  static uint32_t GroupsOf(const StatusChange& to);
  static bool IsStatus(const AgentState& agent, const StatusChange& to);
  bool IsPause(const StatusChange& to) const;
  bool MayPause(const AgentState& agent, const StatusChange& to) const;
  bool HasWork(const AgentState& agent) const;
  void NoteIfDrained(const AgentState& agent);
  void EndDraining();
  // Whether, and why not, the agent may ever take the ticket where it is, as it asks.
  std::string WhyNot(const AgentState& agent, const TicketData& ticket) const;
  void EndSession(AgentState& agent);
  void FailDevice(AgentState& agent);
  void FailConnection(TicketData& ticket, const char* reason);
  void Abandon(TicketData& ticket);
  bool ReportDisconnected(TicketData& ticket, Party party);
  bool ExpireNext();
  void ExpireTicket(TicketData& ticket);
  void Miss(TicketData& ticket, const std::string& agent);
  static Time DeadlineOf(const Workspace& workspace, const TicketData& ticket);
  static Time NextStepAt(const TicketData& ticket);
  static Time OffersAwaitedAt(const TicketData& ticket);
  static Time NextDelayAt(const Configuration& configuration, const TicketData& ticket);
  static Time LateAt(const Configuration& configuration, const TicketData& ticket);
  // It waits, or wants further rings, from now or still: who may take it is looked at anew. It does
  // neither: nobody.
  void Arrive(TicketData& ticket);
  std::string WhySkipped(const TicketData& ticket) const;
  void SkipStep(TicketData& ticket, const std::string& reason);
  void TakeStep(TicketData& ticket);
  void TakeStepsOfReturned();
  void StopPlanClock(TicketData& ticket);
  // reference_estimates.cc
  enum class VisitEnd { kAnswered, kAbandoned, kOther };
  void EndVisit(TicketData& ticket, VisitEnd end);
  std::vector<Decided> DecidedIn(const std::string& queue) const;
  size_t PositionOf(const TicketData& ticket) const;
  std::optional<Duration> EstimateOf(const TicketData& ticket) const;
  NoEstimate WhyNoEstimate(const TicketData& ticket) const;
  uint32_t CountAvailable(const TicketData& ticket) const;
  std::optional<uint32_t> ServiceLevelOf(const std::string& queue) const;
  void EstimateWaits();
  void TellEstimate(Outcome& outcome);
  Explanation Explain(const TicketData& ticket) const;
  std::vector<Explanation::ClauseCount> CountClauses(const TicketData& ticket) const;
  Time DelayedUntil(const AgentState& agent, const TicketData& ticket) const;
  Obstacle ObstacleOf(const AgentState& agent, const TicketData& ticket) const;
  AgentSnapshot Snapshot(const AgentState& agent) const;

  RouterOptions options_;
  std::map<std::string, Workspace> workspaces_;
  std::vector<EventRow> events_;

  // Of the command at work.
  std::string workspace_id_;
  Workspace* workspace_ = nullptr;
  Time now_;
};

// Whether the value of an attribute is a number within the bounds. Small ones, which a double holds
// exactly.
inline bool IsWithin(const AttributePredicate& asked, const std::string& value) {
  char* end = nullptr;
  const double number = std::strtod(value.c_str(), &end);
  if (value.empty() || *end != '\0') return false;
  return (!asked.min || number >= static_cast<double>(asked.min->milli) / 1'000) &&
         (!asked.max || number <= static_cast<double>(asked.max->milli) / 1'000);
}

inline Outcome Refuse(Reason reason) {
  return Rejection{reason, {}, {}, {}};
}

}  // namespace tandem::router

#endif  // TANDEM_TESTS_ROUTER_REFERENCE_ROUTER_H_
