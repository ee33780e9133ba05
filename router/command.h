// What can be asked of the router: one struct per verb, and the reply that each gives.
//
// A command carries everything that its decision needs from the outside world (law 4): ids of what
// it may create are fields, the instant is an argument of Router::Execute. Values are checked by
// router/check.h before they come here; what depends on state (does the queue exist?) is checked by
// the router.
#ifndef TANDEM_ROUTER_COMMAND_H_
#define TANDEM_ROUTER_COMMAND_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "router/contact.h"
#include "router/explanation.h"
#include "router/ids.h"
#include "router/model.h"
#include "router/plan.h"
#include "router/rare.h"
#include "router/rejection.h"
#include "router/ticket_rows.h"
#include "router/time.h"

namespace tandem::router {

// On whose behalf a verb is called.
struct SessionRef {
  std::string agent;
  int64_t generation = 0;
};

// --- configuration ---

// The revision expected of a workspace that has no configuration yet.
inline constexpr int64_t kNotConfigured = -1;

// Reply: ConfigurationApplied. The configuration has passed CheckConfiguration and FillDefaults.
struct ApplyConfiguration {
  Configuration configuration;
  int64_t expected_revision = 0;  // 0: any; kNotConfigured: none yet
  bool validate_only = false;
};

// Reply: ResourceChanged. The resource is checked, and its defaults filled in, by the router: both
// need what else is configured.
struct CreateResource {
  Resource resource;
  bool validate_only = false;
};
// Reply: ResourceChanged.
struct UpdateResource {
  Resource resource;                // its id, and values for `fields`
  std::vector<std::string> fields;  // names as in router/resources.h
  int64_t expected_revision = 0;    // of the resource; 0: any
  bool validate_only = false;
};
// Reply: ResourceChanged, without a resource.
struct DeleteResource {
  ResourceKind kind = ResourceKind::kClient;
  std::string id;
  int64_t expected_revision = 0;  // of the resource; 0: any
  bool validate_only = false;
};
// Reply: ResourceChanged, with the settings.
struct UpdateWorkspaceSettings {
  WorkspaceSettings settings;
  std::vector<std::string> fields;
  int64_t expected_revision = 0;  // of the configuration; 0: any
  bool validate_only = false;
};

// --- tickets ---

// Reply: ContactIngested. `new_ticket` and `new_contact` are fresh UUIDv7; the ticket's is unused
// when the contact joins an open ticket.
struct IngestContact {
  NewContact contact;
  TicketId new_ticket;
  ContactId new_contact;
};

// What would become of a contact. Reply: ContactClassified. Changes nothing.
struct ClassifyContact {
  NewContact contact;
};
// Reply: Done.
struct CancelTicket {
  TicketId ticket;
  std::string reason;
};
// Reply: Done.
struct AbandonTicket {
  TicketId ticket;
};
// What comes in when a ticket is completed, and belongs to it. `new_ticket` and `new_contact` are
// fresh UUIDv7.
struct FollowUp {
  NewContact contact;           // without a parent
  std::vector<uint32_t> after;  // which of the command's must be closed before: earlier ones
  TicketId new_ticket{};
  ContactId new_contact{};
};
// Reply: Done; StateReached, COMPLETED, with the tickets of its follow-ups; StateReached, QUEUED:
// an automated agent is not sure enough, and handed it off; or StateReached, IN_REVIEW, with the
// tickets of its follow-ups.
struct CompleteTicket {
  TicketId ticket;
  SessionRef session;
  std::string disposition;                     // empty: NOT_SET
  std::optional<uint32_t> confidence_milli{};  // of an automated agent; unset: it does not say
  std::string summary{};                       // for people, should it become a hand-off
  std::vector<FollowUp> follow_ups{};
  // Of a review, and only of one: what it finds, and why, as a note; empty: it does not say.
  std::optional<ReviewVerdict> verdict{};
  std::string comment{};
};
// Reply: Done.
struct ReleaseTicket {
  TicketId ticket;
  SessionRef session;
  // By an automated agent: it is for people from then on. Who and when are for the router to say.
  std::optional<HandOff> hand_off{};
};
// Reply: Done.
struct TransferTicket {
  TicketId ticket;
  std::string queue;    // empty, with an agent: the one that it is in
  std::string agent{};  // for whom it is kept; empty: for nobody
  Duration wait{};      // how long; 0: as work is kept for its last agent
};
// Reply: Done.
struct RescheduleTicket {
  TicketId ticket;
  Time not_before;  // unset, or past: it enters its queue at once
};
// Reply: StateReached: QUEUED, or SCHEDULED until when.
struct RequestCallback {
  TicketId ticket;
  Time not_before;  // the agreed time; unset, or past: at once
  Time not_after;   // it is not attempted from then on; unset: no end
};
// Reply: StateReached: COMPLETED, EXPIRED, or SCHEDULED until when.
struct EndCallbackAttempt {
  TicketId ticket;
  SessionRef session;
  CallbackOutcome outcome = CallbackOutcome::kNone;
  std::string disposition;  // empty: NOT_SET
  Time next_attempt_at;     // unset: as the queue's policy says
};
// Reply: Done.
struct ParkTicket {
  TicketId ticket;
  SessionRef session;
  std::string reason;  // empty: none is given
  Time until;          // unset: no time resumes it
  bool until_children_closed = false;
};
// Reply: Done.
struct ResumeTicket {
  TicketId ticket;
};
// Reply: Explanation. Changes nothing.
struct ExplainTicket {
  TicketId ticket;
  std::string queue{};  // not empty: the first that waits there instead
};
// Reply: AgentExplanation. Changes nothing.
struct ExplainAgent {
  std::string agent;
};
// Reply: TicketRevised. What is not set stays as it is.
struct UpdateTicket {
  TicketId ticket;
  int64_t expected_revision = 0;  // 0: any
  std::optional<uint32_t> priority;
  Time due_at;
  std::string customer_id, customer_segment, subject;
  // By key, each once; without a value: to be taken away.
  std::vector<std::pair<std::string, std::optional<std::string>>> attributes;
  std::vector<ExternalReference> remove_references, add_references;
  // Canonical: in place of the contact's, on top of what process type and language ask.
  std::optional<Requirement> requirement{};
  // It is classified again, when its contact is given: as that came in, and was filled in then.
  bool reclassify = false;
  std::optional<NewContact> contact{};
};

// What the caller knows of a closed ticket, which the router doesn't: read from the store after the
// router had not found it. A closed ticket changes by being reopened alone, so that this is
// outdated only when it was, and was closed again since; its counts may be.
struct ClosedTicket {
  TicketState state = TicketState::kCompleted;
  std::string queue, client, channel, process_type;
  std::string agent;  // that had it last
  std::string trace_parent;
  uint32_t notes = 0, messages = 0, scores = 0;
  std::vector<TicketRows> rows{};  // one, when it may be reopened: it is COMPLETED; else none
};

// Reply: Recorded. `closed` counts for a ticket that is not open, in this and in the next three.
struct AddNote {
  TicketId ticket;
  std::string agent;  // empty: no agent wrote it
  std::string text;
  std::optional<ClosedTicket> closed;
};
// Reply: Recorded.
struct AddMessage {
  TicketId ticket;
  Direction direction = Direction::kInbound;
  Party author = Party::kCustomer;
  std::string agent;  // empty: no agent wrote it
  Time sent_at;       // unset: now
  std::string text;
  std::string external_id;
  std::optional<ClosedTicket> closed;
};
// Reply: Done. Requires that it is COMPLETED.
struct ReopenTicket {
  TicketId ticket;
  std::optional<ClosedTicket> closed;
};
// Reply: Done. Each measure once.
struct RecordSurvey {
  TicketId ticket;
  std::vector<SurveyScore> scores;
  Time answered_at;  // unset: now
  std::optional<ClosedTicket> closed;
};

// --- agents ---

// Reply: AgentSnapshot.
struct OpenSession {
  std::string agent;
  std::string session_id;
  Time shift_ends_at{};  // unset: as it is known; past: it has no end
};
// Reply: Done.
struct CloseSession {
  SessionRef session;
};
// The stream ended or heartbeats stopped; from the engine. Reply: Done, also when a newer session
// took over.
struct LoseSession {
  SessionRef session;
};
// Reply: AgentSnapshot. Changes nothing.
struct GetAgent {
  SessionRef session;
};
// A status to go to.
struct StatusChange {
  AgentStatus status = AgentStatus::kOffline;
  std::string reason{};  // of NOT_READY
  // What follows DRAINING when the last work ends: OFFLINE, or NOT_READY with a reason.
  AgentStatus next_status = AgentStatus::kOffline;
  std::string next_reason{};
  // AVAILABLE: for these capacity groups alone, as bits; 0: for all.
  uint32_t groups = 0;
};
// Reply: Done.
struct SetAgentStatus {
  SessionRef session;
  StatusChange to;
};
// Reply: StateReached.
struct AcceptOffer {
  SessionRef session;
  OfferId offer;
};
enum class DeclineCause : uint8_t { kAgent = 1, kDevice = 2 };
// Reply: Done.
struct DeclineOffer {
  SessionRef session;
  OfferId offer;
  DeclineCause cause = DeclineCause::kAgent;
};
// Reply: Done.
struct StartTicket {
  SessionRef session;
  TicketId ticket;
};
// Reply: StateReached.
struct FinishTicket {
  SessionRef session;
  TicketId ticket;
};

// Reply: ContactStarted. `new_ticket` and `new_contact` are fresh UUIDv7.
struct StartAgentContact {
  SessionRef session;
  NewContact contact;
  TicketId new_ticket;
  ContactId new_contact;
};

// --- who takes part in a ticket besides its owner ---

// The owner asks an agent to consult. Reply: Done.
struct InviteParticipant {
  TicketId ticket;
  SessionRef session;
  std::string agent;
};
// The owner asks for somebody of a queue to consult. Reply: ConsultationRequested. `new_ticket` and
// `new_contact` are fresh UUIDv7.
struct ConsultQueue {
  TicketId ticket;
  SessionRef session;
  std::string queue;
  Duration time_limit{};  // then nobody is looked for any more; 0: kConsultationLimit
  TicketId new_ticket{};
  ContactId new_contact{};
};
// The owner takes that back. Reply: Done.
struct CancelConsultation {
  TicketId ticket;
  SessionRef session;
};
// By the owner, or by who takes part. Reply: Done.
struct EndParticipation {
  TicketId ticket;
  SessionRef session;
  std::string agent;  // whose; empty: the session's own
};
// By the owner. Reply: Done.
struct SetParticipantRole {
  TicketId ticket;
  SessionRef session;
  std::string agent;
  AssignmentRole role = AssignmentRole::kConference;  // CONSULT or CONFERENCE
};
// By the owner: who takes part owns it from now on. Reply: Done.
struct HandOverTicket {
  TicketId ticket;
  SessionRef session;
  std::string agent;
  bool stay = false;  // the former owner goes on in CONFERENCE
};
// The session's agent listens. Reply: Done.
struct MonitorTicket {
  TicketId ticket;
  SessionRef session;
};

// --- supervisors: `supervisor` is who acts, by the caller's own name, and is not empty ---

// Reply: StateReached.
struct AssignTicket {
  TicketId ticket;
  std::string agent;
  std::string supervisor;
  bool override_capacity = false;
  bool override_requirement = false;
};
// Reply: Done.
struct RequeueTicket {
  TicketId ticket;
  std::string supervisor;
};
// Reply: Done.
struct OverrideAgentStatus {
  std::string agent;
  std::string supervisor;
  StatusChange to;
};
// Reply: Done.
struct SetShiftEnd {
  std::string agent;
  std::string supervisor;
  Time ends_at{};  // unset, or past: it has none
};

// --- back office ---

// Reply: TicketsClaimed.
struct ClaimTickets {
  SessionRef session;
  uint32_t max_tickets = 1;
  std::string queue;  // empty: every queue that the profile marks pull
  TicketId ticket{};  // this one, whatever goes before it; unset: the first ones
};
// Reply: LeasesExtended.
struct ExtendLeases {
  SessionRef session;
  std::vector<TicketId> tickets;  // empty: all
};

// --- media ---

enum class MediaEventType : uint8_t {
  kConnected = 1,
  kConnectFailed = 2,
  kHeld = 3,
  kRetrieved = 4,
  kDisconnected = 5,
  kRinging = 6,
};
// Reply: MediaReported.
struct ReportMediaEvent {
  TicketId ticket;
  OfferId offer;  // unset: before any offer
  MediaEventType type = MediaEventType::kConnected;
  Time occurred_at;  // unset: now
  Party party = Party::kUnknown;
};

// --- from the engine, not from callers ---

// When a calendar is open, worked out from its revision `hours.of_revision`; changes nothing when
// there is no such calendar, or when it was changed since. What is in force goes on being in force
// until then. `hours.is_open` is ignored. Reply: Done.
struct SetOpenHours {
  std::string calendar;
  OpenHours hours;
};

// Does what has a deadline at or before now, the earliest first, up to its slice. Reply: Done.
// `workspace` of the command is ignored.
struct AdvanceTime {};
// Goes on with routing that an earlier command left unfinished. Reply: Done. `workspace` is
// ignored.
struct ContinueRouting {};
// We stood still for `lost`: moves the deadlines of offers, media connections, leases, cool-downs,
// wrap-ups, graces and the return of work, so that nothing expires because we were away. Reply:
// Done. `workspace` is ignored.
struct TimeLost {
  Duration lost;
};

using Action = std::variant<
    ApplyConfiguration, CreateResource, UpdateResource, DeleteResource, UpdateWorkspaceSettings,
    IngestContact, ClassifyContact, CancelTicket, AbandonTicket, CompleteTicket, ReleaseTicket,
    TransferTicket, RescheduleTicket, RequestCallback, EndCallbackAttempt, ParkTicket, ResumeTicket,
    ExplainTicket, ExplainAgent, UpdateTicket, AddNote, AddMessage, ReopenTicket, RecordSurvey,
    OpenSession, CloseSession, LoseSession, GetAgent, SetAgentStatus, AcceptOffer, DeclineOffer,
    StartTicket, FinishTicket, StartAgentContact, InviteParticipant, ConsultQueue,
    CancelConsultation, EndParticipation, SetParticipantRole, HandOverTicket, MonitorTicket,
    AssignTicket, RequeueTicket, OverrideAgentStatus, SetShiftEnd, ClaimTickets, ExtendLeases,
    ReportMediaEvent, SetOpenHours, AdvanceTime, ContinueRouting, TimeLost>;

struct Command {
  std::string workspace;
  Action action;
};

// --- replies ---

struct Done {};

// Numbers as tandem.v1.ChangeType.
enum class ChangeType : uint8_t { kCreated = 1, kUpdated = 2, kDeleted = 3 };

// One difference between two configurations.
struct ConfigurationChange {
  ResourceKind kind = ResourceKind::kClient;
  std::string id;  // empty for the settings
  ChangeType type = ChangeType::kCreated;
  std::vector<std::string> fields;  // the different ones, of kUpdated
};

struct ConfigurationApplied {
  int64_t revision = 0;
  uint32_t created = 0, updated = 0, deleted = 0;
  // As they are listed for callers: at most kMaxListedChanges. Not kept with a request id.
  std::vector<ConfigurationChange> changes{};
};

struct ContactIngested {
  TicketId ticket;
  ContactId contact;
  bool joined = false;
  bool unroutable = false;
  bool duplicate = false;  // set by the engine only
  // Of a new ticket that waits, as routing left it; not kept with a request id.
  size_t position = 0;  // from 1; 0: it does not wait
  std::optional<Duration> estimated_wait{};
};

struct StateReached {
  TicketState state = TicketState::kActive;
  Time enters_at{};  // of SCHEDULED
  std::vector<TicketId> follow_ups{};
};

struct TicketsClaimed {
  std::vector<TicketId> tickets;  // most urgent first
};

struct LeasesExtended {
  std::vector<std::pair<TicketId, Time>> leases;
};

struct MediaReported {
  bool applied = false;  // for kRinging, which changes nothing: whether it is still wanted
};

// What a desktop shows of an offer: routing facts only, no personal data.
struct OfferView {
  OfferId offer;
  std::string channel, client, process_type, queue, language;
  uint32_t priority = 0;
  Time queued_at, target, expires_at;
  AssignmentRole role = AssignmentRole::kOwner;  // in which the agent would have the ticket
  std::string invited_by{};                      // its owner; empty: a queue brought it
  Rare<HandOff> hand_off{};                      // but for the summary; unset: it was not
  TicketId consults{};  // about which the queue was asked for somebody; unset: none
  TicketId reviews{};   // whose work is to be judged; unset: it is no review
};

// Another agent who takes part in a ticket, or is invited to. Nobody is told of a MONITOR.
struct ParticipantView {
  std::string agent;
  AssignmentRole role = AssignmentRole::kConsult;
  bool invited = false;  // and did not answer yet
};

// What a desktop shows of a ticket that its agent owns, or takes part in.
struct WorkView {
  TicketId ticket;
  TicketState state = TicketState::kActive;
  std::string channel, client, process_type, queue;
  OfferId offer;  // unset for claims
  Time until;     // limit of the state: connecting, lease or wrap-up; unset when there is none
  bool interrupted = false;                      // waits for other work of the agent
  AssignmentRole role = AssignmentRole::kOwner;  // of the agent
  std::vector<ParticipantView>
      participants{};        // the others: the owner first, if it is not the agent
  Rare<HandOff> hand_off{};  // unset: it was not
  // The request for somebody to consult, and the queue in which it is; unset: none is open.
  TicketId consultation{};
  std::string consulted_queue{};
  TicketId reviews{};  // whose work it judges; unset: it is no review
};

struct AgentStateView {
  AgentStatus status = AgentStatus::kOffline;
  std::string reason;
  Time since;
  AgentStatus next_status = AgentStatus::kOffline;  // what follows DRAINING
  std::string next_reason{};
  uint32_t groups = 0;   // AVAILABLE: for these capacity groups alone, as bits; 0: for all
  Time shift_ends_at{};  // unset: not known
};

// Everything that a desktop shows when it starts.
struct AgentSnapshot {
  int64_t generation = 0;
  Time now;
  AgentStateView state;
  std::vector<OfferView> offers;  // oldest offer first
  std::vector<WorkView> work;     // by ticket id
  std::vector<std::string> not_ready_reasons;
  std::vector<std::string> dispositions;
  std::vector<std::string> parking_reasons;
};

struct TicketRevised {
  int64_t revision = 0;
};

// A note or a message.
struct Recorded {
  int64_t sequence = 0;  // of its event
  // Where a message left the ticket, and whether it reopened it. Unset for a note.
  std::optional<TicketState> state{};
  bool reopened = false;
};

struct ContactStarted {
  TicketId ticket;
  ContactId contact;
  TicketState state = TicketState::kActive;
};

// What became of one resource, or of the settings.
struct ResourceChanged {
  int64_t revision = 0;  // of the configuration, after it
  // As it is now, or would be; unset when it was deleted. Not kept with a request id.
  std::optional<Resource> resource;
  std::optional<WorkspaceSettings> settings;
};

struct ConsultationRequested {
  TicketId request;
};

using Reply = std::variant<Done, ConfigurationApplied, ContactIngested, StateReached,
                           TicketsClaimed, LeasesExtended, MediaReported, AgentSnapshot,
                           Explanation, TicketRevised, Recorded, ContactStarted, ResourceChanged,
                           ContactClassified, ConsultationRequested, AgentExplanation>;

// What a command gave: a reply, or why it was refused.
using Outcome = std::variant<Reply, Rejection>;

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_COMMAND_H_
