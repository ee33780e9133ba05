// What is persisted: the router's state and history as plain rows, by the caller's ids.
//
// Every field that can alter a decision is in a row here or follows from rows, so that a router
// loaded from them decides exactly as the one that wrote them (the test: dump(Load(rows)) = dump).
// Two kinds:
//   - state rows (WorkspaceRow, AgentRow, TicketStateRow, TicketDetailRow) replace the row of the
//     same key;
//   - append rows (everything else) are written once and never change.
// Rows are values and own their text. Those that a ticket is made of are in router/ticket_rows.h,
// because commands bring them along for closed ones.
#ifndef TANDEM_ROUTER_ROWS_H_
#define TANDEM_ROUTER_ROWS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "router/command.h"
#include "router/estimate.h"
#include "router/ids.h"
#include "router/model.h"
#include "router/ticket_rows.h"
#include "router/time.h"

namespace tandem::router {

// --- state rows ---

// Key: workspace. Written when the configuration changes. The counter of events is not here: at
// Load it follows from the rows (greatest event sequence). That of agents is, because an agent can
// be removed.
struct WorkspaceRow {
  std::string workspace;
  int64_t revision = 0;
  // Defaults filled in. When it is written, the settings alone: resources are rows of their own.
  // When it is read, everything, the resources of each kind by position.
  Configuration configuration;
  uint64_t next_agent_ordinal = 1;
};

// Key: workspace, kind and id of the resource. One for each that is configured.
struct ResourceRow {
  std::string workspace;
  Resource resource;     // defaults filled in, with its revision and position
  bool removed = false;  // true: the row is to be deleted, and all but the key is empty
};

// Key: workspace, agent. One for each configured agent; removed with the agent.
struct AgentRow {
  std::string workspace;
  std::string agent;
  uint64_t ordinal = 0;  // order of first configuration; breaks ties of idle time
  bool removed = false;  // true: the row is to be deleted

  AgentStatus status = AgentStatus::kOffline;
  std::string reason;  // of NOT_READY
  // What follows DRAINING, and its reason; else OFFLINE.
  AgentStatus next_status = AgentStatus::kOffline;
  std::string next_reason;
  uint32_t ready_groups = 0;  // AVAILABLE: for these capacity groups alone, as bits; 0: for all
  Time status_since;
  Time idle_since;      // became AVAILABLE, accepted or finished last; see Continue
  uint32_t misses = 0;  // offers missed in a row
  int64_t turn = 0;     // of the last offer of a ROUND_ROBIN queue; 0: none yet

  std::string session_id;  // of the last session
  int64_t generation = 0;  // 0: never had one
  bool session_open = false;
  Time session_lost_at;  // set while the session is open but lost
  Time grace_until;      // when lost: then the agent is OFFLINE
  Time away_since;       // set while there is no session, or a lost one: since when
  Time shift_ends_at;    // as last said; may have passed. Unset: not known

  // The interval that is running (it becomes an AgentIntervalRow when status, reason, session or
  // load change); see Continue.
  Time interval_since;
};

// Key: workspace, ticket. What was said of a ticket after it came in. Written when that changes
// first; most tickets have none.
struct TicketDetailRow {
  std::string workspace;
  TicketId ticket;
  TicketDetail detail;
};

// --- append rows ---

// Key: workspace, contact. Personal data lives here and nowhere else.
struct ContactRow {
  std::string workspace;
  ContactId contact;
  TicketId ticket;
  NewContact content;
  Time received_at;  // the caller's clock
  Time queued_at;    // ours
  // Whether it joined a ticket. Unset when it was not let in by IngestContact: then its external id
  // is a label, and no later contact is the same.
  std::optional<bool> joined;
};

// Names and numbers as tandem.v1.EventType.
enum class EventType : uint8_t {
  kConfigurationApplied = 1,
  kTicketCreated = 2,
  kContactJoined = 3,
  kTicketOffered = 4,
  kOfferAccepted = 5,
  kOfferDeclined = 6,
  kOfferMissed = 7,
  kOfferFailed = 8,
  kOfferRescinded = 9,
  kMediaConnecting = 10,
  kMediaConnected = 11,
  kMediaConnectFailed = 12,
  kMediaHeld = 13,
  kMediaRetrieved = 14,
  kMediaDisconnected = 15,
  kTicketClaimed = 16,
  kLeaseExtended = 17,
  kLeaseExpired = 18,
  kTicketStarted = 19,
  kTicketFinished = 20,
  kTicketResumed = 21,
  kTicketReleased = 22,
  kTicketTransferred = 23,
  kTicketCompleted = 24,
  kTicketCanceled = 25,
  kTicketAbandoned = 26,
  kAgentStatusChanged = 27,
  kSessionOpened = 28,
  kSessionLost = 29,
  kSessionClosed = 30,
  kTimeLost = 31,
  kTicketUpdated = 32,
  kNoteAdded = 33,
  kMessageAdded = 34,
  kSurveyRecorded = 35,
  kAgentContactStarted = 36,
  kAgentContactUnanswered = 37,
  kResourceCreated = 38,
  kResourceUpdated = 39,
  kResourceDeleted = 40,
  kPlanStepTaken = 41,
  kPlanStepSkipped = 42,
  kTicketOverflowed = 43,
  kTicketExpired = 44,
  kTicketScheduled = 47,
  kTicketEntered = 48,
  kTicketParked = 49,
  kTicketUnparked = 50,
  kLastAgentPassed = 51,
  kTicketKept = 52,
  kTicketAssigned = 53,
  kTicketRequeued = 54,
  kAgentStatusOrdered = 55,
  kOpenHoursSet = 58,
  kCalendarOpened = 59,
  kCalendarClosed = 60,
  kCallbackRequested = 61,
  kCallbackAttemptEnded = 62,
  kTicketReopened = 66,
  kTicketInterrupted = 71,
  kInterruptionEnded = 72,
  kParticipantInvited = 73,
  kInvitationEnded = 74,
  kParticipantJoined = 75,
  kParticipantRoleChanged = 76,
  kParticipantLeft = 77,
  kOwnerChanged = 78,
  kTicketReturned = 82,
  kShiftEndSet = 83,
  kShiftEnded = 84,
  kConsultationRequested = 85,
  kConsultationEnded = 86,
  kTicketHandedOff = 87,
  kTicketBlocked = 88,
  kDependencyClosed = 89,
  kChildCreated = 90,
  kChildClosed = 91,
  kTicketInReview = 92,
  kReviewEnded = 93,
  kTicketSentBack = 94,
};
inline constexpr EventType kLastEventType = EventType::kTicketSentBack;
const char* ToString(EventType type);  // "TICKET_CREATED"; empty for a number that no type has

// Key: workspace, sequence. What happened; fields as tandem.v1.Event.
struct EventRow {
  std::string workspace;
  int64_t sequence = 0;
  EventType type = EventType::kTicketCreated;
  Time at;
  TicketId ticket;
  std::string agent;
  std::string queue;
  uint32_t offer_number = 0;
  ContactId contact;
  std::string reason;
  Time until;
  int64_t number = 0;
  // Of the ticket. Not columns: they never change, so who reads events back finds them at the
  // ticket.
  std::string client, trace_parent;
};

// Key: workspace, ticket, visit_number. One stay in one queue.
struct VisitRow {
  std::string workspace;
  TicketId ticket;
  uint32_t visit_number = 0;
  std::string queue, client, channel, process_type;
  Time entered_at, left_at;
  EntryReason entry_reason = EntryReason::kCreated;
  ExitReason exit_reason = ExitReason::kAnswered;
  Time target;
  std::string agent;                       // who answered; else empty
  std::optional<Duration> estimated_wait;  // as it was when it began; unset: couldn't be known
};
// Whether it counts among a queue's recent visits, and as what.
inline bool IsDecided(const VisitRow& row) {
  return row.exit_reason == ExitReason::kAnswered || row.exit_reason == ExitReason::kAbandoned;
}
inline EndedVisit ToEndedVisit(const VisitRow& row) {
  const bool answered = row.exit_reason == ExitReason::kAnswered;
  const bool in_target = answered && row.target.IsSet() && row.left_at <= row.target;
  return {row.left_at, row.entered_at, row.ticket, answered, in_target};
}

// Key: workspace, ticket, segment_number. One agent with one ticket in one role, from offer or
// claim to the end.
struct SegmentRow {
  std::string workspace;
  TicketId ticket;
  uint32_t segment_number = 0;
  std::string agent, queue, client, channel, process_type;
  Time began_at;  // offered or claimed
  bool claimed = false;
  Time accepted_at;   // unset: never
  Time connected_at;  // connected or started; unset: never
  Duration held;
  Duration interrupted;  // by other work of the agent
  Time disconnected_at;  // media ended; unset: no media, or never connected
  Party disconnected_by = Party::kUnknown;
  Time finished_at;  // handling ended; unset: never
  Time ended_at;
  SegmentOutcome outcome = SegmentOutcome::kCompleted;
  AssignmentRole role = AssignmentRole::kOwner;
  bool resolved = false;
  std::string disposition;
  int64_t cost_per_hour_milli = 0;  // the agent's when it ended; 0: none was configured
  bool automated = false;           // so was the agent
};

// One stretch of an agent's day in which status, reason, session, load and cost did not change.
struct AgentIntervalRow {
  std::string workspace;
  std::string agent;
  Time began_at, ended_at;
  AgentStatus status = AgentStatus::kOffline;
  std::string reason;
  // Tickets owned (accepted or claimed) per group.
  std::array<uint32_t, kCapacityGroups> load{};
  std::string client;               // when all owned tickets are of one client; else empty
  int64_t generation = 0;           // of the session; 0: none open
  Time idle_since;                  // the agent's when the next interval begins
  int64_t cost_per_hour_milli = 0;  // the agent's; 0: none was configured
};

// What changes with every ticket, an agent's idle_since and interval_since, is kept by the row of
// the interval that ended then; the agent's own row is written when something else changes. So a
// load continues each AgentRow with the intervals that began at its interval_since or later, in
// their order. Others are from before the row was written and change nothing.
inline void Continue(AgentRow& agent, const AgentIntervalRow& interval) {
  if (interval.began_at < agent.interval_since) return;
  agent.interval_since = interval.ended_at;
  agent.idle_since = interval.idle_since;
}

// One message of a conversation.
struct MessageRow {
  std::string workspace;
  TicketId ticket;
  int64_t sequence = 0;  // of the event that tells of it
  ContactId contact;     // unset: it came without a contact
  Direction direction = Direction::kInbound;
  Party author = Party::kCustomer;
  Time at;            // the author's clock
  std::string agent;  // who wrote it, if an agent did
  std::string text;
  std::string external_id;
};

// Key: workspace, ticket, sequence. What somebody wrote about a ticket.
struct NoteRow {
  std::string workspace;
  TicketId ticket;
  int64_t sequence = 0;  // of its event
  Time at;
  std::string agent;  // who wrote it, if an agent did
  std::string text;
};

// Key: workspace, ticket, sequence, measure. One answer of a customer, and who and what it judges.
struct SurveyRow {
  std::string workspace;
  TicketId ticket;
  int64_t sequence = 0;  // of the event, which all scores of one call share
  SurveyScore score;
  Time at;                                                  // the customer's clock
  std::string agent, queue, client, channel, process_type;  // that served the customer last
};

// --- notices ---

// What an agent's open session is told. Not persisted: a session that missed one starts from a
// snapshot.
struct OfferMade {
  OfferView offer;
};
struct OfferEnded {
  OfferId offer;
  std::string reason;
};
struct WorkChanged {
  WorkView work;
  bool gone = false;
};
struct StateChanged {
  AgentStateView state;
};
// The session was fenced by a newer one, or closed; nothing follows.
struct SessionEnded {
  bool fenced = false;
};

struct Notice {
  std::string workspace;
  std::string agent;
  int64_t generation = 0;  // of the session it is for
  // A verb of this very session made the change, and the verb's answer tells of it, too.
  bool own = false;
  std::variant<OfferMade, OfferEnded, WorkChanged, StateChanged, SessionEnded> message;
};

// --- changes ---

// Everything that a run of commands changed. Persist all of it in one transaction, and only then
// send replies and notices (law 3).
struct Changes {
  std::vector<WorkspaceRow> workspaces;  // state: at most one per workspace
  std::vector<ResourceRow> resources;    // state: at most one per resource
  std::vector<AgentRow> agents;  // state: at most one per agent, ordered by workspace and ordinal
  // State: at most one per ticket; those that were closed first, then by workspace and arrival.
  std::vector<TicketStateRow> ticket_states;
  std::vector<TicketDetailRow> ticket_details;  // state: at most one per ticket
  std::vector<TicketRow> tickets;
  std::vector<ContactRow> contacts;
  std::vector<EventRow> events;
  std::vector<VisitRow> visits;
  std::vector<SegmentRow> segments;
  std::vector<AgentIntervalRow> agent_intervals;
  std::vector<MessageRow> messages;
  std::vector<NoteRow> notes;
  std::vector<SurveyRow> surveys;
  std::vector<Notice> notices;  // not persisted
  // Not persisted: they were once. For whoever follows, what those tickets are that were closed.
  std::vector<TicketRow> reopened;

  // How many rows there are to persist.
  size_t rows() const {
    return workspaces.size() + resources.size() + agents.size() + ticket_states.size() +
           ticket_details.size() + tickets.size() + contacts.size() + events.size() +
           visits.size() + segments.size() + agent_intervals.size() + messages.size() +
           notes.size() + surveys.size();
  }
  bool empty() const { return rows() == 0; }
};

// Everything of a shard that the router needs to go on: the open tickets only.
struct LoadedState {
  // Counters of a workspace, which follow from rows that are not loaded.
  struct Counters {
    std::string workspace;
    int64_t last_event_sequence = 0;
  };
  std::vector<WorkspaceRow> workspaces;
  std::vector<AgentRow> agents;
  std::vector<TicketRows> tickets;
  std::vector<Counters> counters;
  // Of each queue, of those that are decided and ended within kHandOutSpan, at least the last
  // kDecided, and the last kHandOuts + 1 of those answered; in any order.
  struct QueueVisit {
    std::string workspace, queue;
    EndedVisit what;
  };
  std::vector<QueueVisit> visits;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_ROWS_H_
