// Sums over facts: what reports are made of.
//
// A Sum is one number that can be taken over the facts of one source, in one group and one
// interval. What a measure makes of sums is not known here (server/query/measures.h). Both stores
// compute the same sums from the same facts: one conformance suite says so.
//
// Pure values and functions, safe from any thread.
#ifndef TANDEM_SERVER_STORE_FACTS_H_
#define TANDEM_SERVER_STORE_FACTS_H_

#include <array>
#include <bitset>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "router/model.h"
#include "router/time.h"
#include "server/store/policies.h"

namespace tandem::store {

// Where facts are from, which also says at which instant a fact counts. Numbers as
// tandem.v1.FactSource.
enum class FactSource : uint8_t {
  kVisits = 1,          // left_at
  kSegments = 2,        // ended_at
  kAgentIntervals = 3,  // with the part that lies in the interval
  kMessages = 4,        // at
  kCreatedTickets = 5,  // created_at
  kClosedTickets = 6,   // closed_at
  kOpenTickets = 7,     // FactQuery::now; counted in the first interval
  kSurveys = 8,         // at
  kParticipations = 9,  // ended_at
};
inline constexpr int kFactSources = 9;

// By what facts are grouped and filtered. Numbers as tandem.v1.ReportDimension.
enum class Dimension : uint8_t {
  kQueue = 1,
  kClient = 2,
  kProcessType = 3,
  kChannel = 4,
  kAgent = 5,
  kSurvey = 6,
};
inline constexpr size_t kDimensions = 6;
constexpr size_t IndexOf(Dimension dimension) {
  return static_cast<size_t>(dimension) - 1;
}

// True when facts of the source have the dimension.
bool HasDimension(FactSource source, Dimension dimension);

// Each is a count unless its name ends in Time (a sum of microseconds), begins with kLongest (the
// largest, in microseconds), ends in P90 (the 90th percentile by nearest rank, in microseconds), or
// ends in Cost or Scores (a sum of millionths, of which each fact gives whole ones, rounded down).
enum class Sum : uint8_t {
  // Visits. "In time": within the policy's threshold, or by the visit's own target. "Short": an
  // abandon within the policy's limit.
  kOffered,
  kAnswered,
  kAbandoned,
  kShortAbandoned,
  kVisitTransferred,
  kVisitCanceled,
  kVisitOverflowed,    // left by a step of the ticket's plan
  kVisitExpired,       // ended by one
  kVisitCallback,      // left to be called back
  kReturned,           // entered again: released, lease expired, agent away, resumed …
  kTransferredIn,      // entered by a transfer
  kOverflowedIn,       // entered by a step of the ticket's plan
  kReworked,           // entered because a review sent the work back
  kAnsweredInTime,     // A_T
  kAbandonedInTime,    // B_T, without short ones
  kDecided,            // O_T, without short abandons
  kLevelReached,       // A_T, with B_T where abandons are positive
  kLevelAsked,         // O_T, without B_T where abandons are ignored
  kAnsweredByTarget,   // by its own target, whatever the policy
  kAnswerWaitTime,     // of answered visits
  kAbandonWaitTime,    // of abandoned visits
  kVisitTime,          // of all
  kLongestWait,        // of all
  kLongestAnswerWait,  // of answered visits
  kAnswerWaitP90,
  kEstimated,          // answered visits whose wait was estimated when they began
  kEstimateErrorTime,  // of these: by how much the wait and the estimate differ
  kEstimateErrorP90,   // of these
  kEstimateWithin,     // of these: off by no more than half of the estimate, or 30 s
  kEstimateTooShort,   // of these: the wait was longer

  // Segments, of owners alone.
  kOffers,          // not claimed, not begun by the agent, and not handed over
  kOffersAccepted,  // of offers
  kOffersDeclined,
  kOffersMissed,
  kOffersFailed,
  kOffersRescinded,
  kOfferTime,  // from offer to acceptance, of accepted offers
  kClaims,
  kLeasesExpired,
  kWorkReturned,  // its agent stayed away
  kConnectsFailed,
  kHandled,          // connected or started
  kConnectWaitTime,  // from acceptance or claim to connected or started, of handled
  kTalkTime,         // of handled: connected to the end of the contact, without hold
  kHoldTime,
  kWrapUpTime,    // of handled: from the end of the contact on
  kHandlingTime,  // of handled: talk + hold + wrap-up
  kLongestHandling,
  kHandlingP90,
  kHandledWithHold,
  kHandledTransferred,
  kHandledReleased,
  kHandledParked,
  kUnreached,  // attempts of call-backs that did not reach the customer, and are tried again
  kHandledCompleted,
  kHandledResolved,  // of kHandledCompleted: with a disposition that resolves
  kContained,        // of kHandledCompleted: by an automated agent
  kHandedOff,        // by an automated agent, to people
  kEndedByCustomer,  // media, of handled
  kEndedByAgent,     // media, of handled
  kHandlingCost,   // handling time at what the agent cost, of handled by those whose cost is known
  kCostedHandled,  // those

  // Agent intervals. Signed in: any status but OFFLINE.
  kSignedInTime,
  kAvailableTime,
  kNotReadyTime,
  kNotRespondingTime,
  kDrainingTime,
  kIdleTime,    // AVAILABLE and owning nothing
  kBusyTime,    // signed in and owning a ticket
  kWorkTime,    // signed in: each owned ticket's time by itself
  kStaffCost,   // signed-in time at what the agent cost
  kIdleCost,    // idle time, likewise
  kCostedTime,  // signed-in time of agents whose cost is known

  // Messages.
  kMessagesIn,
  kMessagesOut,
  kFirstResponses,     // the first outbound message of an agent in a ticket
  kFirstResponseTime,  // from the ticket's creation to it; 0 when it is earlier
  kFirstResponseP90,

  // Tickets that came.
  kReceived,
  kUnroutable,
  kReceivedWithDue,

  // Tickets that were closed.
  kCompleted,
  kTicketsCanceled,
  kTicketsAbandoned,
  kTicketsExpired,
  kTurnaroundTime,  // of completed: from creation to completion
  kLongestTurnaround,
  kTurnaroundP90,
  kBusinessTurnaroundTime,  // likewise, of which only what was open of the queue that it was in
                            // last
  kLongestBusinessTurnaround,
  kBusinessTurnaroundP90,
  kCompletedWithDue,
  kCompletedInDue,
  kContacts,                // of completed
  kResolvedAtFirstContact,  // completed and resolved, with one contact and one visit
  kDispositionNotSet,       // of completed
  kReviewed,                // of completed: its work was reviewed
  kRightFirstTime,          // of these: no review sent it back
  kTicketsAnswered,         // of completed: answered at all
  kFirstAnswerTime,         // of those: from creation to the first answer; 0 when it is earlier

  // Open tickets.
  kOpen,
  kWaiting,  // in a queue or offered
  kOpenScheduled,
  kOpenParked,
  kOpenOverdue,
  kOpenUnderOneDay,  // by age: under 1 day, under 3, under 5, others
  kOpenUnderThreeDays,
  kOpenUnderFiveDays,
  kOpenFiveDaysOrMore,
  kLongestOpen,

  // Surveys. A score from 0, the worst answer, to 1, the best.
  kResponses,
  kNormalisedScores,
  kTopTwo,      // one of the two best answers; of a scale of two, the better one
  kNpsScale,    // on the scale from 0 to 10
  kPromoters,   // of these: 9 or 10
  kDetractors,  // of these: 0 to 6

  // Segments of those who took part besides the owner, and accepted.
  kConsulted,
  kConsultTime,
  kConferred,
  kConferenceTime,
  kMonitored,
  kMonitorTime,
  kParticipationCost,  // of these times, at what the agents cost
};
inline constexpr size_t kSums = static_cast<size_t>(Sum::kParticipationCost) + 1;

enum class SumKind : uint8_t { kTotal, kMaximum, kPercentile };

FactSource SourceOf(Sum sum);
SumKind KindOf(Sum sum);
// True when the value is a span.
bool IsTime(Sum sum);
// True when the value is in millionths.
bool IsMillionths(Sum sum);
// True when the threshold matters.
bool IsByThreshold(Sum sum);
// True when only open time counts.
bool IsInBusinessTime(Sum sum);

// By what a visit is in time, and an abandon short, and what abandons do to the service level.
struct Threshold {
  std::optional<router::Duration> within;         // unset: by the visit's own target
  std::optional<router::Duration> short_abandon;  // unset: none is short
  AbandonTreatment abandons = AbandonTreatment::kNegative;
};

// A threshold for some visits.
struct ThresholdRule {
  std::string client;               // empty: of every client
  std::vector<std::string> queues;  // empty: in every queue
  router::Time since;               // for those that left then or later
  Threshold threshold;
};

// When some queues were open.
struct QueueHours {
  std::vector<std::string> queues;     // each of one such only
  std::vector<router::TimeSpan> open;  // ascending, apart
};

struct FactQuery {
  std::string workspace;
  // Ascending: interval i is [boundaries[i], boundaries[i + 1]). At least two.
  std::vector<router::Time> boundaries;
  std::bitset<kDimensions> group_by;  // by IndexOf
  // Ids by dimension; an empty list passes everything. Sources without the dimension give nothing.
  std::array<std::vector<std::string>, kDimensions> filter;
  std::bitset<kSums> sums;  // what to compute; others stay unset
  // For each visit the first that is for it; where there is none, `threshold`.
  std::vector<ThresholdRule> rules;
  Threshold threshold;
  // For business time. In queues that none names it is all time.
  std::vector<QueueHours> hours;
  router::Time now;           // for open tickets
  size_t max_rows = 0;        // RESOURCE_EXHAUSTED above
  router::Duration max_time;  // DEADLINE_EXCEEDED above, where reading takes time
};

// The sums of one group in one interval.
struct FactRow {
  struct Key {
    std::array<std::string, kDimensions> ids;  // empty where not grouped
    size_t interval = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  Key key;
  // By Sum. Unset: not asked for, the source gave no row for the key, or nothing that has a largest
  // value or a percentile.
  std::array<std::optional<int64_t>, kSums> values;
  // Of FactQuery::rules, by index: those that were for visits of the row. Only when a sum by
  // threshold is wanted.
  std::set<size_t> rules;
};

// True when the source can be asked this: it has every dimension that the query groups or filters
// by, some sum of it is wanted, and open tickets are asked for in one interval.
bool CanAnswer(const FactQuery& query, FactSource source);

// True when a sum that the query wants is by threshold, and it has rules.
bool UsesRules(const FactQuery& query);

// True when a sum that the query wants is in business time, and it has hours.
bool UsesHours(const FactQuery& query);

// The sums of one source that a query wants, in their order.
std::vector<Sum> SumsOf(const FactQuery& query, FactSource source);

// How much of the spans lies between two instants; nothing when the second is the earlier one.
router::Duration OpenTimeBetween(const std::vector<router::TimeSpan>& open, router::Time from,
                                 router::Time to);

// The interval that an instant falls into; nothing outside of all.
std::optional<size_t> IntervalOf(const FactQuery& query, router::Time at);

// Rows of several sources, brought together by their keys.
class FactRows {
 public:
  explicit FactRows(size_t max_rows) : max_rows_(max_rows) {}

  // The row of the key, made when there is none.
  FactRow& At(const FactRow::Key& key);
  bool too_many() const { return rows_.size() > max_rows_; }
  // In the order of their keys. RESOURCE_EXHAUSTED when there are too many.
  absl::StatusOr<std::vector<FactRow>> Take() &&;

 private:
  const size_t max_rows_;
  std::map<FactRow::Key, FactRow> rows_;
};

// What a store says of a query with too many rows.
absl::Status TooManyRows(size_t max_rows);

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_FACTS_H_
