// The words of the domain as plain data: what a configuration and a contact say, by the caller's
// own ids.
//
// Nothing here decides anything. Values are copied freely and safe to use from any thread.
#ifndef TANDEM_ROUTER_MODEL_H_
#define TANDEM_ROUTER_MODEL_H_

#include <array>
#include <compare>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "router/asked.h"
#include "router/fair_share.h"
#include "router/hand_off.h"
#include "router/review.h"
#include "router/time.h"

namespace tandem::router {

// How a channel loads an agent. The numbers are those of tandem.v1.CapacityGroup less one.
enum class CapacityGroup : uint8_t { kVoice = 0, kMessaging = 1, kEmail = 2, kTask = 3 };
inline constexpr size_t kCapacityGroups = 4;
const char* ToString(CapacityGroup group);     // "VOICE"
const char* FieldNameOf(CapacityGroup group);  // "voice"
// For sets of groups.
constexpr uint32_t BitOf(CapacityGroup group) {
  return 1U << static_cast<uint32_t>(group);
}
inline constexpr uint32_t kAllCapacityGroups = (1U << kCapacityGroups) - 1;

enum class LanguageMode : uint8_t { kSpoken = 1, kWritten = 2 };

enum class Office : uint8_t { kFront = 1, kBack = 2 };
enum class Urgency : uint8_t { kLive = 1, kDeferrable = 2 };
// Which of the agents who may take a ticket gets it.
enum class DistributionMode : uint8_t {
  kLongestIdle = 1,
  kLeastLoaded = 2,
  kRoundRobin = 3,
  kBestMatch = 4,
  kLowestCost = 5,
};
const char* ToString(DistributionMode mode);  // "LONGEST_IDLE"
// Which of a queue's tickets goes first.
enum class QueueOrder : uint8_t { kTarget = 1, kPriorityFirst = 2 };
const char* ToString(QueueOrder order);  // "TARGET"
// Where tickets whose target has passed stand among those of their urgency.
enum class LateOrder : uint8_t { kInOrder = 1, kAfterPunctual = 2 };
const char* ToString(LateOrder order);  // "IN_ORDER"

enum class Party : uint8_t { kUnknown = 0, kCustomer = 1, kAgent = 2, kSystem = 3 };
const char* ToString(Party party);  // "CUSTOMER"
enum class Direction : uint8_t { kInbound = 1, kOutbound = 2, kInternal = 3 };

// Where a ticket is in its life. Numbers as tandem.v1.TicketState; from 11 on no queue has it.
enum class TicketState : uint8_t {
  kQueued = 1,
  kOffered = 2,
  kConnecting = 3,
  kAssigned = 4,
  kActive = 5,
  kWrapUp = 6,
  kCompleted = 7,
  kCanceled = 8,
  kAbandoned = 9,
  kExpired = 10,
  kScheduled = 11,
  kParked = 12,
  kBlocked = 13,
  kInReview = 14,
};
inline constexpr TicketState kLastTicketState = TicketState::kInReview;
constexpr bool IsClosed(TicketState state) {
  return state >= TicketState::kCompleted && state < TicketState::kScheduled;
}
// Whether it waits for something else than an agent: a time, a customer, a ticket, a caller.
constexpr bool IsSetAside(TicketState state) {
  return state >= TicketState::kScheduled;
}
const char* ToString(TicketState state);  // "QUEUED"; empty for a number that no state has

enum class AgentStatus : uint8_t {
  kOffline = 1,
  kAvailable = 2,
  kNotReady = 3,
  kNotResponding = 4,
  kDraining = 5,  // finishes the work at hand and gets no more; then what follows
};
inline constexpr AgentStatus kLastAgentStatus = AgentStatus::kDraining;
const char* ToString(AgentStatus status);  // "OFFLINE"

// Why a ticket entered a queue (visit.entry_reason).
enum class EntryReason : uint8_t {
  kCreated = 1,
  kReleased = 2,
  kLeaseExpired = 3,
  kConnectFailed = 4,
  kTransferred = 5,
  kOverflowed = 6,
  kScheduled = 7,
  kResumed = 8,
  kCallback = 9,
  kReopened = 12,
  kAgentGone = 16,
  kHandedOff = 17,
  kRework = 19,
};
const char* ToString(EntryReason reason);  // "CREATED"; empty for a number that no reason has

// Why a visit ended (visit.exit_reason).
enum class ExitReason : uint8_t {
  kAnswered = 1,
  kAbandoned = 2,
  kTransferred = 3,
  kCanceled = 4,
  kOverflowed = 5,
  kExpired = 6,
  kParked = 7,
  kCallback = 8,
  kUnreached = 9,
};
inline constexpr ExitReason kLastExitReason = ExitReason::kUnreached;
const char* ToString(ExitReason reason);

// How an agent's segment with a ticket ended (segment.outcome).
enum class SegmentOutcome : uint8_t {
  kCompleted = 1,
  kDeclined = 2,
  kMissed = 3,
  kFailed = 4,
  kRescinded = 5,
  kConnectFailed = 6,
  kReleased = 7,
  kLeaseExpired = 8,
  kTransferred = 9,
  kAbandoned = 10,
  kCanceled = 11,
  kParked = 12,
  kUnreached = 13,
  kLeft = 14,         // takes part no more
  kRoleChanged = 15,  // goes on in another role
  kAgentGone = 16,
  kHandedOff = 17,
};
inline constexpr SegmentOutcome kLastSegmentOutcome = SegmentOutcome::kHandedOff;
const char* ToString(SegmentOutcome outcome);

// What an agent is to a ticket. Numbers as tandem.v1.AssignmentRole.
enum class AssignmentRole : uint8_t {
  kOwner = 1,       // one at a time: the ticket's own agent
  kConsult = 2,     // talks with the owner
  kConference = 3,  // talks with the customer, too
  kMonitor = 4,     // listens, and nobody is told
};
inline constexpr AssignmentRole kLastAssignmentRole = AssignmentRole::kMonitor;
const char* ToString(AssignmentRole role);  // "CONSULT"
// Whether one who takes part so works on it, and has no room for as much else.
constexpr bool TakesCapacity(AssignmentRole role) {
  return role != AssignmentRole::kMonitor;
}

// How an attempt to call a customer back ended. Numbers as tandem.v1.CallbackOutcome.
enum class CallbackOutcome : uint8_t {
  kNone = 0,  // there was no attempt
  kConnected = 1,
  kBusy = 2,
  kNoAnswer = 3,
  kMachine = 4,
  kWrongNumber = 5,
  kDoNotCall = 6,
};
// Whether another attempt may reach the customer.
constexpr bool IsRetried(CallbackOutcome outcome) {
  return outcome == CallbackOutcome::kBusy || outcome == CallbackOutcome::kNoAnswer ||
         outcome == CallbackOutcome::kMachine;
}
const char* ToString(CallbackOutcome outcome);  // "NO_ANSWER"

// --- configuration: as tandem.v1.Configuration, defaults filled in by FillDefaults ---

struct NamedResource {
  std::string id;
  std::string display_name;
  // Kept by the router; no part of what is configured, and of what makes two resources equal.
  int64_t revision = 0;  // the configuration's revision that changed it last
  int64_t position = 0;  // its place among those of its kind: they are in ascending order
  friend bool operator==(const NamedResource& a, const NamedResource& b) {
    return a.id == b.id && a.display_name == b.display_name;
  }
};
struct Client : NamedResource {
  std::optional<FairShare> fair_share{};  // unset: its tickets go by their keys alone
  friend bool operator==(const Client&, const Client&) = default;
};
struct Skill : NamedResource {};

struct Team : NamedResource {
  // At most so many of its agents pause at once; 0: no limit.
  uint32_t max_paused = 0;
  // The same in percent of those who are not OFFLINE, but one in any case; 0: no limit.
  uint32_t max_paused_percent = 0;
  friend bool operator==(const Team&, const Team&) = default;
};

struct NotReadyReason : NamedResource {
  bool exempt = false;  // who is NOT_READY for it does not pause
  friend bool operator==(const NotReadyReason&, const NotReadyReason&) = default;
};

// Why a ticket is set aside.
struct ParkingReason : NamedResource {
  bool stops_clock = false;  // what waits for the customer is not late
  friend bool operator==(const ParkingReason&, const ParkingReason&) = default;
};

// --- calendars ---

// A part of a day, in minutes from its midnight on the clock on the wall. It may end on the next
// day: then `closes` is beyond 24 h.
struct DayHours {
  uint32_t opens = 0;
  uint32_t closes = 0;
  friend auto operator<=>(const DayHours&, const DayHours&) = default;
};

struct WeeklyHours {
  std::vector<uint32_t> days;  // 1, Monday, to 7; sorted, each once
  DayHours hours;
  friend bool operator==(const WeeklyHours&, const WeeklyHours&) = default;
};

// A day with hours of its own.
struct CalendarException {
  std::string date;             // "2026-12-25"
  bool every_year = false;      // the year of the date is the first one
  std::vector<DayHours> hours;  // that begin on it; empty: closed
  std::string name;             // for people
  friend bool operator==(const CalendarException&, const CalendarException&) = default;
};

// Open or closed whatever else is configured.
struct CalendarOverride {
  bool open = false;
  Time until;           // unset: until further notice
  std::string message;  // for people, and for whoever is refused
  friend bool operator==(const CalendarOverride&, const CalendarOverride&) = default;
};

// From an instant, up to but not including another.
struct TimeSpan {
  Time from, to;
  friend bool operator==(const TimeSpan&, const TimeSpan&) = default;
};

// When a calendar is open, as instants: worked out from its hours and its zone outside of the
// router.
struct OpenHours {
  int64_t of_revision = 0;     // of the calendar that they were worked out from; 0: not yet
  Time known_until;            // nothing is known of what comes after
  std::vector<TimeSpan> open;  // ascending, apart; but for what had passed
  std::vector<TimeSpan> after_cut_off;  // what comes in within one counts as of its end; as `open`
  bool is_open = false;                 // as of the last change that was seen to
  friend bool operator==(const OpenHours&, const OpenHours&) = default;
};

// When work is done.
struct Calendar : NamedResource {
  std::string time_zone;  // IANA; empty: to be filled in
  std::vector<WeeklyHours> weekly;
  std::vector<CalendarException> exceptions;
  std::optional<uint32_t> cut_off;  // minutes from midnight
  std::optional<CalendarOverride> override_hours;
  OpenHours hours;  // kept by the router, as revision and position are
  friend bool operator==(const Calendar& a, const Calendar& b) {
    return static_cast<const NamedResource&>(a) == b && a.time_zone == b.time_zone &&
           a.weekly == b.weekly && a.exceptions == b.exceptions && a.cut_off == b.cut_off &&
           a.override_hours == b.override_hours;
  }
};

// How often, and how far apart, customers of a queue are called back.
struct CallbackPolicy {
  uint32_t max_attempts = 0;  // 0: to be filled in
  Duration retry_delay;       // 0: to be filled in
  friend bool operator==(const CallbackPolicy&, const CallbackPolicy&) = default;
};

// What becomes of tickets of a queue whose calendar is closed.
enum class WhenClosed : uint8_t { kHold = 1, kRefuse = 2, kOverflow = 3 };

struct Site : NamedResource {
  std::string time_zone;
  friend bool operator==(const Site&, const Site&) = default;
};

struct Disposition : NamedResource {
  bool resolved = false;
  friend bool operator==(const Disposition&, const Disposition&) = default;
};

struct Channel : NamedResource {
  CapacityGroup group = CapacityGroup::kTask;
  bool has_media = false;
  LanguageMode language_mode = LanguageMode::kWritten;
  uint32_t misses_allowed = 0;  // 0: to be filled in
  // How long after the customer wrote an answer can be sent; 0: no limit.
  std::optional<Duration> reply_within{};
  friend bool operator==(const Channel&, const Channel&) = default;
};

// What becomes of tickets of a queue whose target has passed.
struct LateWork {
  LateOrder order = LateOrder::kInOrder;
  // AFTER_PUNCTUAL: every so many picks one is late all the same; 0: none. Unset: to be filled in.
  std::optional<uint32_t> every{};
  friend bool operator==(const LateWork&, const LateWork&) = default;
};
// Kept by the router; no part of what is configured, and of what makes two queues equal.
struct LatePicks {
  uint32_t punctual = 0;  // since the last late one, while late work waited
  bool counted = false;   // it changed since the queue's row was written
  friend bool operator==(const LatePicks&, const LatePicks&) { return true; }
};

struct Queue : NamedResource {
  Office office = Office::kFront;
  Urgency urgency = Urgency::kLive;
  std::string client;  // empty: every client
  std::optional<Duration> priority_step;
  Duration offer_timeout;    // 0: to be filled in
  Duration connect_timeout;  // 0: to be filled in
  Duration lease_duration;   // 0: to be filled in
  uint32_t max_waiting = 0;  // 0: no limit of its own
  bool auto_accept = false;
  uint32_t concurrent_offers = 0;  // of one ticket, each to another agent; 0: to be filled in
  Plan plan;                       // of tickets that bring none, and whose process type has none
  DistributionMode distribution_mode = DistributionMode::kLongestIdle;
  QueueOrder order = QueueOrder::kTarget;
  std::optional<Duration> last_agent_wait;
  std::string calendar;  // empty: always open
  WhenClosed when_closed = WhenClosed::kHold;
  std::string overflow_queue;  // looked at with kOverflow
  CallbackPolicy callbacks;
  LateWork late_work;
  LatePicks late_picks;
  friend bool operator==(const Queue&, const Queue&) = default;
};

struct ProcessTypeDefaults {
  std::string channel;  // empty: every channel without an entry of its own
  std::string queue;
  Requirement requirement;
  Cefr language_level = Cefr::kNone;
  Duration answer_target;           // 0: to be filled in
  Duration due_after;               // 0: to be filled in
  Duration expected_handling_time;  // 0: to be filled in
  std::optional<Duration> wrap_up_limit;
  Plan plan;
  // Of the conversation; 0: never.
  Duration reopen_within;     // a customer's message reopens it so long after it was completed
  Duration auto_park_after;   // the customer's silence parks it
  Duration auto_close_after;  // and then completes it
  friend bool operator==(const ProcessTypeDefaults&, const ProcessTypeDefaults&) = default;
};

struct ProcessType : NamedResource {
  std::vector<ProcessTypeDefaults> defaults;
  HandOffPolicy hand_off{};
  ReviewPolicy review{};
  ReviewCredit review_credit{};
  friend bool operator==(const ProcessType&, const ProcessType&) = default;
};

struct RoutingProfileQueue {
  std::string queue;
  uint32_t rank = 0;  // 0: to be filled in
  bool no_push = false;
  bool pull = false;
  Duration delay{};  // the profile's agents take its tickets only once they have waited so long
  friend bool operator==(const RoutingProfileQueue&, const RoutingProfileQueue&) = default;
};

struct RoutingProfile : NamedResource {
  std::vector<RoutingProfileQueue> queues;
  uint32_t live_reserve = 0;
  uint32_t back_floor = 0;  // while fewer agents have BACK-office work, it goes first
  friend bool operator==(const RoutingProfile&, const RoutingProfile&) = default;
};

struct SkillLevel {
  std::string skill;
  uint32_t level = 1;
  friend auto operator<=>(const SkillLevel&, const SkillLevel&) = default;
};

struct AgentLanguage {
  std::string tag;  // canonical BCP 47
  Cefr spoken = Cefr::kNone;
  Cefr written = Cefr::kNone;
  friend auto operator<=>(const AgentLanguage&, const AgentLanguage&) = default;
};

struct GroupCapacity {
  uint32_t max = 0;
  uint32_t units_per_ticket = 1;
  bool exclusive = false;                 // no ticket of another group beside one of this
  std::vector<CapacityGroup> interrupts;  // whose tickets wait while there is one of this
  bool live_interrupts = false;           // so do its own DEFERRABLE ones while there is a LIVE one
  friend bool operator==(const GroupCapacity&, const GroupCapacity&) = default;
};

struct Capacity {
  uint32_t total_units = 0;  // 0: to be filled in
  std::array<GroupCapacity, kCapacityGroups> groups;
  friend bool operator==(const Capacity&, const Capacity&) = default;
};

struct Agent : NamedResource {
  AgentKind kind = AgentKind::kHuman;
  std::string team;
  std::string site;
  std::string routing_profile;
  std::vector<SkillLevel> skills;
  std::vector<AgentLanguage> languages;
  std::vector<std::string> process_types;
  std::vector<std::string> clients;
  std::vector<std::pair<std::string, std::string>> attributes;  // sorted by key
  std::optional<Capacity> capacity;                             // unset: one ticket of any group
  int64_t cost_per_hour_milli = 0;
  friend bool operator==(const Agent&, const Agent&) = default;
};

// Where contacts come in, and what it says of those that leave it out.
struct EntryPoint : NamedResource {
  std::string channel;
  std::string address;  // what a contact's entry_point is compared with; empty: to be filled in
  // Empty, or unset: it says nothing of it.
  std::string client;
  std::string process_type;
  std::string language;  // canonical BCP 47
  std::string queue;
  std::optional<uint32_t> priority;
  friend bool operator==(const EntryPoint&, const EntryPoint&) = default;
};

// What holds for contacts in a language.
struct Language : NamedResource {
  std::string tag;           // canonical BCP 47
  Cefr level = Cefr::kNone;  // where the process type asks for none
  friend bool operator==(const Language&, const Language&) = default;
};

// What a condition of a rule looks at. Numbers as tandem.v1.ContactField.
enum class ContactField : uint8_t {
  kChannel = 1,
  kEntryPoint = 2,
  kLanguage = 3,
  kClient = 4,
  kProcessType = 5,
  kCustomerSegment = 6,
  kCustomerId = 7,
  kAttribute = 8,
};
const char* ToString(ContactField field);  // "customer_segment"

// What a rule asks of a contact.
struct ContactCondition {
  ContactField field = ContactField::kChannel;
  AttributePredicate asked;  // of the field's value; the key is that of kAttribute
  bool negated = false;
  friend bool operator==(const ContactCondition&, const ContactCondition&) = default;
};

struct QueueShare {
  std::string queue;
  uint32_t weight = 0;  // 0: to be filled in
  friend bool operator==(const QueueShare&, const QueueShare&) = default;
};

// What is said of contacts whose callers leave it out.
struct ClassificationRule : NamedResource {
  uint32_t order = 0;
  std::vector<ContactCondition> conditions;  // all of them
  // Empty, or unset: it says nothing of it.
  std::string process_type;
  std::vector<QueueShare> queues;
  std::optional<uint32_t> priority;
  Requirement requirement;      // its agents are said apart from the rest
  std::string agent_attribute;  // of the contact: the agent whom it is for alone
  Plan plan;
  bool last = false;  // no later one is tried
  // Kept by the router; no part of what is configured: how far each queue is behind its share, in
  // units of the weights' sum. Their sum is 0; empty: nothing was shared out yet.
  std::vector<int64_t> credits;
  bool drawn = false;  // they changed since its row was written
  friend bool operator==(const ClassificationRule& a, const ClassificationRule& b) {
    return static_cast<const NamedResource&>(a) == b && a.order == b.order &&
           a.conditions == b.conditions && a.process_type == b.process_type &&
           a.queues == b.queues && a.priority == b.priority && a.requirement == b.requirement &&
           a.agent_attribute == b.agent_attribute && a.plan == b.plan && a.last == b.last;
  }
};

// What is configured of the workspace itself.
struct WorkspaceSettings {
  std::string time_zone;
  std::optional<Duration> session_grace;
  std::optional<Duration> cool_down;
  // By capacity group: how long work stays with an agent whose session is lost or closed; 0: until
  // its shift ends, or its lease.
  std::array<std::optional<Duration>, kCapacityGroups> return_after;
  friend bool operator==(const WorkspaceSettings&, const WorkspaceSettings&) = default;
};

struct Configuration : WorkspaceSettings {
  std::vector<Client> clients;
  std::vector<Site> sites;
  std::vector<Team> teams;
  std::vector<Skill> skills;
  std::vector<Channel> channels;
  std::vector<Queue> queues;
  std::vector<ProcessType> process_types;
  std::vector<RoutingProfile> routing_profiles;
  std::vector<Agent> agents;
  std::vector<Disposition> dispositions;
  std::vector<NotReadyReason> not_ready_reasons;
  std::vector<EntryPoint> entry_points;
  std::vector<Language> languages;
  std::vector<ParkingReason> parking_reasons;
  std::vector<ClassificationRule> classification_rules;
  std::vector<Calendar> calendars;
  friend bool operator==(const Configuration&, const Configuration&) = default;
};

// Any resource. Its kind is the place of its type in the list.
using Resource = std::variant<Client, Site, Team, Skill, Channel, Queue, ProcessType,
                              RoutingProfile, Agent, Disposition, NotReadyReason, EntryPoint,
                              Language, ParkingReason, Calendar, ClassificationRule>;
inline constexpr size_t kResourceKinds = std::variant_size_v<Resource>;

// Numbers as tandem.v1.ResourceKind, in the order of Resource; see KindOf in router/resources.h.
enum class ResourceKind : uint8_t {
  kClient = 1,
  kSite,
  kTeam,
  kSkill,
  kChannel,
  kQueue,
  kProcessType,
  kRoutingProfile,
  kAgent,
  kDisposition,
  kNotReadyReason,
  kEntryPoint,
  kLanguage,
  kParkingReason,
  kCalendar,
  kClassificationRule,
  kWorkspaceSettings = 50,
};
const char* ToString(ResourceKind kind);  // "process_type"; empty for a number that no kind has

// The reason of NOT_READY that the server itself sets; it exists in every workspace.
inline constexpr char kDeviceReason[] = "device";
// The disposition that is written when nobody chose one.
inline constexpr char kDispositionNotSet[] = "NOT_SET";
// The channel of call-backs, which every workspace has.
inline constexpr char kCallbackChannel[] = "callback";
// The reason for which a customer's silence parks a ticket. One that is configured under this id
// says whether its clock stops, and may be given by agents, too.
inline constexpr char kSilentReason[] = "customer_silent";
// Of a request for a consultation: its disposition when somebody came; why it expired else.
inline constexpr char kDispositionConsulted[] = "CONSULTED";
inline constexpr char kNobodyCame[] = "NOBODY_CAME";
// The disposition of what the customer's silence completed.
inline constexpr char kDispositionSilent[] = "CUSTOMER_SILENT";

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_MODEL_H_
