#include "server/store/postgres_facts.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

#include "pqxx/except"
#include "pqxx/result"
#include "server/store/postgres_arrays.h"
#include "server/store/postgres_connection.h"

namespace tandem::store {
namespace {

// A sum in SQL: of `amount` (an interval; nullptr counts) over the facts for which `counts` is true
// (nullptr: all). KindOf says how, AggregateOf what is no interval. {in_time}, {short}, {positive}
// and {ignored} stand for the policy's conditions, {due} for when a ticket is due, {business} for
// its turnaround in business time, {now} for the instant of the report.
struct SumSql {
  Sum sum;
  const char* amount;
  const char* counts;
};

// ----------------------------------------------------------------------------------------- sources

constexpr char kWait[] = "f.left_at - f.entered_at";
constexpr char kIsAnswered[] = "f.exit_reason = 'ANSWERED'";
constexpr char kIsEstimated[] = "f.exit_reason = 'ANSWERED' AND f.estimated_wait_us IS NOT NULL";
constexpr char kEstimateError[] =
    "greatest(f.left_at - f.entered_at - f.estimated_wait_us * interval '1 microsecond',"
    " f.estimated_wait_us * interval '1 microsecond' - (f.left_at - f.entered_at))";
constexpr char kIsAbandoned[] = "f.exit_reason = 'ABANDONED'";

constexpr SumSql kVisitSums[] = {
    {Sum::kOffered, nullptr, nullptr},
    {Sum::kAnswered, nullptr, kIsAnswered},
    {Sum::kAbandoned, nullptr, kIsAbandoned},
    {Sum::kShortAbandoned, nullptr, "{short}"},
    {Sum::kVisitTransferred, nullptr, "f.exit_reason = 'TRANSFERRED'"},
    {Sum::kVisitCanceled, nullptr, "f.exit_reason = 'CANCELED'"},
    {Sum::kVisitOverflowed, nullptr, "f.exit_reason = 'OVERFLOWED'"},
    {Sum::kVisitExpired, nullptr, "f.exit_reason = 'EXPIRED'"},
    {Sum::kVisitCallback, nullptr, "f.exit_reason = 'CALLBACK'"},
    {Sum::kReturned, nullptr,
     "f.entry_reason NOT IN ('CREATED', 'SCHEDULED', 'TRANSFERRED', 'OVERFLOWED', 'CALLBACK')"},
    {Sum::kTransferredIn, nullptr, "f.entry_reason = 'TRANSFERRED'"},
    {Sum::kOverflowedIn, nullptr, "f.entry_reason = 'OVERFLOWED'"},
    {Sum::kReworked, nullptr, "f.entry_reason = 'REWORK'"},
    {Sum::kAnsweredInTime, nullptr, "f.exit_reason = 'ANSWERED' AND {in_time}"},
    {Sum::kAbandonedInTime, nullptr, "f.exit_reason = 'ABANDONED' AND {in_time} AND NOT {short}"},
    {Sum::kDecided, nullptr,
     "(f.exit_reason IN ('ANSWERED', 'ABANDONED') OR NOT {in_time}) AND NOT {short}"},
    {Sum::kLevelReached, nullptr,
     "{in_time} AND (f.exit_reason = 'ANSWERED'"
     " OR (f.exit_reason = 'ABANDONED' AND {positive} AND NOT {short}))"},
    {Sum::kLevelAsked, nullptr,
     "(f.exit_reason IN ('ANSWERED', 'ABANDONED') OR NOT {in_time}) AND NOT {short}"
     " AND NOT ({ignored} AND f.exit_reason = 'ABANDONED' AND {in_time})"},
    {Sum::kAnsweredByTarget, nullptr, "f.exit_reason = 'ANSWERED' AND f.left_at <= f.target"},
    {Sum::kAnswerWaitTime, kWait, kIsAnswered},
    {Sum::kAbandonWaitTime, kWait, kIsAbandoned},
    {Sum::kVisitTime, kWait, nullptr},
    {Sum::kLongestWait, kWait, nullptr},
    {Sum::kLongestAnswerWait, kWait, kIsAnswered},
    {Sum::kAnswerWaitP90, kWait, kIsAnswered},
    {Sum::kEstimated, nullptr, kIsEstimated},
    {Sum::kEstimateErrorTime, kEstimateError, kIsEstimated},
    {Sum::kEstimateErrorP90, kEstimateError, kIsEstimated},
    {Sum::kEstimateWithin, nullptr,
     "f.exit_reason = 'ANSWERED' AND 2 * greatest("
     "f.left_at - f.entered_at - f.estimated_wait_us * interval '1 microsecond',"
     " f.estimated_wait_us * interval '1 microsecond' - (f.left_at - f.entered_at))"
     " <= greatest(interval '60 seconds', f.estimated_wait_us * interval '1 microsecond')"
     " AND f.estimated_wait_us IS NOT NULL"},
    {Sum::kEstimateTooShort, nullptr,
     "f.exit_reason = 'ANSWERED'"
     " AND f.left_at - f.entered_at > f.estimated_wait_us * interval '1 microsecond'"},
};

constexpr char kIsHandled[] = "f.connected_at IS NOT NULL";
constexpr char kHandling[] = "f.ended_at - f.connected_at";

constexpr char kIsCostedHandled[] =
    "f.connected_at IS NOT NULL AND f.cost_per_hour_milli IS NOT NULL";
constexpr char kIsAcceptedOffer[] = "offer.made AND f.accepted_at IS NOT NULL";

constexpr SumSql kSegmentSums[] = {
    {Sum::kOffers, nullptr, "offer.made"},
    {Sum::kOffersAccepted, nullptr, kIsAcceptedOffer},
    {Sum::kOffersDeclined, nullptr, "f.outcome = 'DECLINED'"},
    {Sum::kOffersMissed, nullptr, "f.outcome = 'MISSED'"},
    {Sum::kOffersFailed, nullptr, "f.outcome = 'FAILED'"},
    {Sum::kOffersRescinded, nullptr, "f.outcome = 'RESCINDED'"},
    {Sum::kOfferTime, "f.accepted_at - f.began_at", kIsAcceptedOffer},
    {Sum::kClaims, nullptr, "f.claimed"},
    {Sum::kLeasesExpired, nullptr, "f.outcome = 'LEASE_EXPIRED'"},
    {Sum::kWorkReturned, nullptr, "f.outcome = 'AGENT_GONE'"},
    {Sum::kConnectsFailed, nullptr, "f.outcome = 'CONNECT_FAILED'"},
    {Sum::kHandled, nullptr, kIsHandled},
    {Sum::kConnectWaitTime, "f.connected_at - f.accepted_at", kIsHandled},
    {Sum::kTalkTime,
     "coalesce(f.disconnected_at, f.finished_at, f.ended_at) - f.connected_at"
     " - f.held_us * interval '1 microsecond'",
     kIsHandled},
    {Sum::kHoldTime, "f.held_us * interval '1 microsecond'", kIsHandled},
    {Sum::kWrapUpTime, "f.ended_at - coalesce(f.disconnected_at, f.finished_at, f.ended_at)",
     kIsHandled},
    {Sum::kHandlingTime, kHandling, kIsHandled},
    {Sum::kLongestHandling, kHandling, kIsHandled},
    {Sum::kHandlingP90, kHandling, kIsHandled},
    {Sum::kHandledWithHold, nullptr, "f.connected_at IS NOT NULL AND f.held_us > 0"},
    {Sum::kHandledTransferred, nullptr, "f.connected_at IS NOT NULL AND f.outcome = 'TRANSFERRED'"},
    {Sum::kHandledReleased, nullptr, "f.connected_at IS NOT NULL AND f.outcome = 'RELEASED'"},
    {Sum::kHandledParked, nullptr, "f.connected_at IS NOT NULL AND f.outcome = 'PARKED'"},
    {Sum::kUnreached, nullptr, "f.outcome = 'UNREACHED'"},
    {Sum::kHandledCompleted, nullptr, "f.connected_at IS NOT NULL AND f.outcome = 'COMPLETED'"},
    {Sum::kHandledResolved, nullptr,
     "f.connected_at IS NOT NULL AND f.outcome = 'COMPLETED' AND f.resolved"},
    {Sum::kContained, nullptr,
     "f.connected_at IS NOT NULL AND f.outcome = 'COMPLETED' AND f.automated"},
    {Sum::kHandedOff, nullptr, "f.outcome = 'HANDED_OFF'"},
    {Sum::kEndedByCustomer, nullptr,
     "f.connected_at IS NOT NULL AND f.disconnected_at IS NOT NULL"
     " AND f.disconnected_by = 'CUSTOMER'"},
    {Sum::kEndedByAgent, nullptr,
     "f.connected_at IS NOT NULL AND f.disconnected_at IS NOT NULL"
     " AND f.disconnected_by = 'AGENT'"},
    {Sum::kHandlingCost, kHandling, kIsCostedHandled},
    {Sum::kCostedHandled, nullptr, kIsCostedHandled},
};

constexpr char kHasConsulted[] = "f.role = 'CONSULT' AND f.connected_at IS NOT NULL";
constexpr char kHasConferred[] = "f.role = 'CONFERENCE' AND f.connected_at IS NOT NULL";
constexpr char kHasMonitored[] = "f.role = 'MONITOR' AND f.connected_at IS NOT NULL";

constexpr SumSql kParticipationSums[] = {
    {Sum::kConsulted, nullptr, kHasConsulted},
    {Sum::kConsultTime, kHandling, kHasConsulted},
    {Sum::kConferred, nullptr, kHasConferred},
    {Sum::kConferenceTime, kHandling, kHasConferred},
    {Sum::kMonitored, nullptr, kHasMonitored},
    {Sum::kMonitorTime, kHandling, kHasMonitored},
    {Sum::kParticipationCost, kHandling, kIsCostedHandled},
};

constexpr SumSql kScoreSums[] = {
    {Sum::kResponses, nullptr, nullptr},
    {Sum::kNormalisedScores, nullptr, nullptr},  // see AggregateOf
    {Sum::kTopTwo, nullptr, "f.score >= greatest(f.highest - 1, f.lowest + 1)"},
    {Sum::kNpsScale, nullptr, "f.lowest = 0 AND f.highest = 10"},
    {Sum::kPromoters, nullptr, "f.lowest = 0 AND f.highest = 10 AND f.score >= 9"},
    {Sum::kDetractors, nullptr, "f.lowest = 0 AND f.highest = 10 AND f.score <= 6"},
};

// Work that an agent began by hand was never offered, nor was what another owner handed over. It
// begins as accepted, so that the event is looked up for such segments alone.
constexpr char kOffer[] =
    " CROSS JOIN LATERAL (SELECT NOT f.claimed AND NOT ("
    "f.accepted_at IS NOT DISTINCT FROM f.began_at AND EXISTS ("
    "SELECT FROM tandem.event e WHERE e.workspace = f.workspace AND e.ticket_id = f.ticket_id"
    " AND ((e.type = 'AGENT_CONTACT_STARTED' AND f.segment_number = 1)"
    " OR (e.type = 'OWNER_CHANGED' AND e.at = f.began_at)))) AS made OFFSET 0) offer";

constexpr char kIsSignedIn[] = "f.status <> 'OFFLINE'";
constexpr char kIsIdle[] = "f.status = 'AVAILABLE' AND part.load = 0";
constexpr char kOverlap[] = "part.overlap";

constexpr SumSql kIntervalSums[] = {
    {Sum::kSignedInTime, kOverlap, kIsSignedIn},
    {Sum::kAvailableTime, kOverlap, "f.status = 'AVAILABLE'"},
    {Sum::kNotReadyTime, kOverlap, "f.status = 'NOT_READY'"},
    {Sum::kNotRespondingTime, kOverlap, "f.status = 'NOT_RESPONDING'"},
    {Sum::kDrainingTime, kOverlap, "f.status = 'DRAINING'"},
    {Sum::kIdleTime, kOverlap, kIsIdle},
    {Sum::kBusyTime, kOverlap, "f.status <> 'OFFLINE' AND part.load > 0"},
    {Sum::kWorkTime, "part.overlap * part.load", kIsSignedIn},
    {Sum::kStaffCost, kOverlap, kIsSignedIn},
    {Sum::kIdleCost, kOverlap, kIsIdle},
    {Sum::kCostedTime, kOverlap, "f.status <> 'OFFLINE' AND f.cost_per_hour_milli IS NOT NULL"},
};

constexpr char kSinceCreation[] = "greatest(f.at - t.created_at, interval '0')";

constexpr SumSql kMessageSums[] = {
    {Sum::kMessagesIn, nullptr, "f.direction = 'INBOUND'"},
    {Sum::kMessagesOut, nullptr, "f.direction = 'OUTBOUND'"},
    {Sum::kFirstResponses, nullptr, "response.is_first"},
    {Sum::kFirstResponseTime, kSinceCreation, "response.is_first"},
    {Sum::kFirstResponseP90, kSinceCreation, "response.is_first"},
};
// Behind OFFSET 0 it is looked up once for a message, and not once for each sum.
constexpr char kFirstResponse[] =
    " CROSS JOIN LATERAL (SELECT f.direction = 'OUTBOUND' AND f.author = 'AGENT' AND NOT EXISTS ("
    "SELECT FROM tandem.message e WHERE e.workspace = f.workspace AND e.ticket_id = f.ticket_id"
    " AND e.direction = 'OUTBOUND' AND e.author = 'AGENT'"
    " AND (e.at, e.sequence) < (f.at, f.sequence)) AS is_first OFFSET 0) response";

constexpr SumSql kCreatedSums[] = {
    {Sum::kReceived, nullptr, nullptr},
    {Sum::kUnroutable, nullptr, "f.unroutable"},
    {Sum::kReceivedWithDue, nullptr, "f.due_at IS NOT NULL"},
};

// {due}: when a ticket is due as was said last. Looked up only for the sums that ask.
constexpr char kDue[] =
    "coalesce((SELECT d.due_at FROM tandem.ticket_detail d"
    " WHERE d.workspace = t.workspace AND d.ticket_id = t.ticket_id), t.due_at)";

constexpr char kIsCompleted[] = "f.state = 'COMPLETED'";
constexpr char kTurnaround[] = "f.closed_at - t.created_at";

constexpr SumSql kClosedSums[] = {
    {Sum::kCompleted, nullptr, kIsCompleted},
    {Sum::kTicketsCanceled, nullptr, "f.state = 'CANCELED'"},
    {Sum::kTicketsAbandoned, nullptr, "f.state = 'ABANDONED'"},
    {Sum::kTicketsExpired, nullptr, "f.state = 'EXPIRED'"},
    {Sum::kTurnaroundTime, kTurnaround, kIsCompleted},
    {Sum::kLongestTurnaround, kTurnaround, kIsCompleted},
    {Sum::kTurnaroundP90, kTurnaround, kIsCompleted},
    {Sum::kBusinessTurnaroundTime, "{business}", kIsCompleted},
    {Sum::kLongestBusinessTurnaround, "{business}", kIsCompleted},
    {Sum::kBusinessTurnaroundP90, "{business}", kIsCompleted},
    {Sum::kCompletedWithDue, nullptr, "f.state = 'COMPLETED' AND {due} IS NOT NULL"},
    {Sum::kCompletedInDue, nullptr, "f.state = 'COMPLETED' AND f.closed_at <= {due}"},
    {Sum::kContacts, nullptr, kIsCompleted},  // see AggregateOf
    {Sum::kResolvedAtFirstContact, nullptr,
     "f.state = 'COMPLETED' AND g.resolved AND f.contact_count = 1 AND f.visit_number = 1"},
    {Sum::kDispositionNotSet, nullptr, "f.state = 'COMPLETED' AND f.disposition = 'NOT_SET'"},
    {Sum::kReviewed, nullptr, "f.state = 'COMPLETED' AND f.reviewed IS NOT NULL"},
    {Sum::kRightFirstTime, nullptr,
     "f.state = 'COMPLETED' AND (f.reviewed ->> 'rework_count')::int = 0"},
    {Sum::kTicketsAnswered, nullptr, "f.state = 'COMPLETED' AND f.answered_at IS NOT NULL"},
    {Sum::kFirstAnswerTime, "greatest(f.answered_at - t.created_at, interval '0')",
     "f.state = 'COMPLETED' AND f.answered_at IS NOT NULL"},
};

constexpr char kAge[] = "greatest({now} - t.created_at, interval '0')";

constexpr SumSql kOpenSums[] = {
    {Sum::kOpen, nullptr, nullptr},
    {Sum::kWaiting, nullptr, "f.state IN ('QUEUED', 'OFFERED')"},
    {Sum::kOpenScheduled, nullptr, "f.state IN ('SCHEDULED', 'BLOCKED')"},
    {Sum::kOpenParked, nullptr, "f.state = 'PARKED'"},
    {Sum::kOpenOverdue, nullptr, "{due} < {now}"},
    {Sum::kOpenUnderOneDay, nullptr, "{now} - t.created_at < interval '24 hours'"},
    {Sum::kOpenUnderThreeDays, nullptr,
     "{now} - t.created_at >= interval '24 hours' AND {now} - t.created_at < interval '72 hours'"},
    {Sum::kOpenUnderFiveDays, nullptr,
     "{now} - t.created_at >= interval '72 hours' AND {now} - t.created_at < interval '120 hours'"},
    {Sum::kOpenFiveDaysOrMore, nullptr, "{now} - t.created_at >= interval '120 hours'"},
    {Sum::kLongestOpen, kAge, nullptr},
};

constexpr char kWithTicket[] = " JOIN tandem.ticket t USING (workspace, ticket_id)";

// Where a source is, and what its columns are called.
struct SourceSql {
  std::span<const SumSql> sums;
  const char* table;
  const char* joins;
  const char* at;       // when a fact counts; nullptr: in every report
  const char* subject;  // which table says client, process type and channel
};

SourceSql SqlOf(FactSource source) {
  switch (source) {
    case FactSource::kVisits:
      return {kVisitSums, "tandem.visit", "", "f.left_at", "f"};
    case FactSource::kSegments:
      return {kSegmentSums, "tandem.segment", "", "f.ended_at", "f"};
    case FactSource::kAgentIntervals:
      return {kIntervalSums, "tandem.agent_interval", "", nullptr, "f"};
    case FactSource::kMessages:
      return {kMessageSums, "tandem.message", kWithTicket, "f.at", "t"};
    case FactSource::kCreatedTickets:
      return {kCreatedSums, "tandem.ticket", "", "f.created_at", "f"};
    case FactSource::kClosedTickets:
      return {kClosedSums, "tandem.ticket_state", kWithTicket, "f.closed_at", "t"};
    case FactSource::kOpenTickets:
      return {kOpenSums, "tandem.ticket_state", kWithTicket, nullptr, "t"};
    case FactSource::kSurveys:
      return {kScoreSums, "tandem.survey", "", "f.at", "f"};
    case FactSource::kParticipations:
      return {kParticipationSums, "tandem.segment", "", "f.ended_at", "f"};
  }
  std::abort();
}

std::string ColumnOf(const SourceSql& source, Dimension dimension) {
  switch (dimension) {
    case Dimension::kQueue:
      return "f.queue";
    case Dimension::kClient:
      return absl::StrCat(source.subject, ".client");
    case Dimension::kProcessType:
      return absl::StrCat(source.subject, ".process_type");
    case Dimension::kChannel:
      return absl::StrCat(source.subject, ".channel");
    case Dimension::kAgent:
      return "f.agent";
    case Dimension::kSurvey:
      return "f.measure";
  }
  std::abort();
}

// ------------------------------------------------------------------------------------- statements

// An aggregate as bigint: a count, microseconds, or millionths.
std::string AggregateOf(const SumSql& sum) {
  const std::string filter =
      sum.counts == nullptr ? "" : absl::StrCat(" FILTER (WHERE ", sum.counts, ")");
  if (sum.sum == Sum::kContacts) return absl::StrCat("sum(f.contact_count)", filter, "::bigint");
  if (sum.sum == Sum::kNormalisedScores) {
    return absl::StrCat("sum((f.score - f.lowest) * 1000000 / (f.highest - f.lowest))", filter,
                        "::bigint");
  }
  if (sum.amount == nullptr) return absl::StrCat("count(*)", filter);
  if (IsMillionths(sum.sum)) {  // at what an hour of the span costs, in thousandths
    return absl::StrCat("sum(div((extract(epoch FROM ", sum.amount,
                        ") * 1000000)::bigint::numeric * f.cost_per_hour_milli, 3600000))", filter,
                        "::bigint");
  }
  std::string spans;
  switch (KindOf(sum.sum)) {
    case SumKind::kTotal:
      spans = absl::StrCat("sum(", sum.amount, ")", filter);
      break;
    case SumKind::kMaximum:
      spans = absl::StrCat("max(", sum.amount, ")", filter);
      break;
    case SumKind::kPercentile:
      spans = absl::StrCat("percentile_disc(0.9) WITHIN GROUP (ORDER BY ", sum.amount, ")", filter);
      break;
  }
  return absl::StrCat("(extract(epoch FROM ", spans, ") * 1000000)::bigint");
}

class Builder {
 public:
  Builder(const FactQuery& query, FactSource source)
      : query_(query),
        source_(source),
        sql_(SqlOf(source)),
        uses_rules_(source == FactSource::kVisits && UsesRules(query)),
        uses_hours_(source == FactSource::kClosedTickets && UsesHours(query)) {}

  FactStatement Build() {
    workspace_ = Parameter(query_.workspace, "text");
    since_ = Parameter(BinaryTimestamp(query_.boundaries.front()), "timestamptz");
    until_ = Parameter(BinaryTimestamp(query_.boundaries.back()), "timestamptz");
    const std::string from = From();
    std::string sql = absl::StrCat("SELECT ", Interval());
    std::string groups = "1";
    for (size_t i = 0; i < kDimensions; ++i) {
      if (!query_.group_by[i]) continue;
      absl::StrAppend(&sql, ", ", ColumnOf(sql_, static_cast<Dimension>(i + 1)));
      absl::StrAppend(&groups, ", ", ++columns_);
    }
    for (const SumSql& sum : sql_.sums) {
      if (query_.sums[static_cast<size_t>(sum.sum)]) {
        absl::StrAppend(&sql, ", ", Filled(AggregateOf(sum)));
      }
    }
    if (uses_rules_) sql += ", string_agg(DISTINCT rule.number::text, ' ')";
    absl::StrAppend(&sql, from, Where(), " GROUP BY ", groups, " LIMIT ", query_.max_rows + 1);
    return {std::move(sql), std::move(parameters_)};
  }

 private:
  // Adds a value in binary format.
  std::string Parameter(const std::string& value, const char* type) {
    parameters_.emplace_back(value);
    return absl::StrCat("$", parameters_.size(), "::", type);
  }

  std::string Boundaries() {
    if (boundaries_.empty()) {
      ArrayEncoder array(SqlType::kTimestamp, query_.boundaries.size());
      for (const router::Time boundary : query_.boundaries) array.Timestamp(boundary);
      boundaries_ = Parameter(array.Take(), "timestamptz[]");
    }
    return boundaries_;
  }

  bool one_interval() const { return query_.boundaries.size() == 2; }

  std::string From() {
    std::string from = absl::StrCat(" FROM ", sql_.table, " f", sql_.joins);
    if (source_ == FactSource::kAgentIntervals) {
      absl::StrAppend(&from, one_interval() ? WholePart() : Parts());
    }
    const auto wanted = [this](Sum sum) { return query_.sums[static_cast<size_t>(sum)]; };
    const bool first = wanted(Sum::kFirstResponses) || wanted(Sum::kFirstResponseTime) ||
                       wanted(Sum::kFirstResponseP90);
    if (source_ == FactSource::kMessages && first) from += kFirstResponse;
    if (uses_rules_) from += Rule();
    if (uses_hours_) from += Hours();
    const bool offer =
        wanted(Sum::kOffers) || wanted(Sum::kOffersAccepted) || wanted(Sum::kOfferTime);
    if (source_ == FactSource::kSegments && offer) from += kOffer;
    if (source_ == FactSource::kClosedTickets && wanted(Sum::kResolvedAtFirstContact)) {
      absl::StrAppend(&from,
                      " LEFT JOIN tandem.segment g ON g.workspace = f.workspace"
                      " AND g.ticket_id = f.ticket_id AND g.segment_number = f.segment_number");
    }
    return from;
  }

  // The first of the rules that is for the visit. One for several queues is as many in a row.
  std::string Rule() {
    size_t size = 0;
    for (const ThresholdRule& rule : query_.rules) size += std::max<size_t>(1, rule.queues.size());
    ArrayEncoder numbers(SqlType::kInt8, size), clients(SqlType::kText, size),
        queues(SqlType::kText, size), since(SqlType::kTimestamp, size),
        within(SqlType::kInt8, size), short_abandon(SqlType::kInt8, size),
        abandons(SqlType::kInt8, size);
    const auto text = [](const std::string& value, ArrayEncoder& to) {
      value.empty() ? to.Null() : to.Text(value);
    };
    const auto span = [](const std::optional<router::Duration>& value, ArrayEncoder& to) {
      value ? to.Int8(value->us) : to.Null();
    };
    for (size_t i = 0; i < query_.rules.size(); ++i) {
      const ThresholdRule& rule = query_.rules[i];
      for (size_t k = 0; k < std::max<size_t>(1, rule.queues.size()); ++k) {
        numbers.Int8(static_cast<int64_t>(i));
        text(rule.client, clients);
        text(rule.queues.empty() ? "" : rule.queues[k], queues);
        since.Timestamp(rule.since);
        span(rule.threshold.within, within);
        span(rule.threshold.short_abandon, short_abandon);
        abandons.Int8(static_cast<int64_t>(rule.threshold.abandons));
      }
    }
    std::string arrays = Parameter(numbers.Take(), "bigint[]");
    absl::StrAppend(&arrays, ", ", Parameter(clients.Take(), "text[]"));
    absl::StrAppend(&arrays, ", ", Parameter(queues.Take(), "text[]"));
    absl::StrAppend(&arrays, ", ", Parameter(since.Take(), "timestamptz[]"));
    absl::StrAppend(&arrays, ", ", Parameter(within.Take(), "bigint[]"));
    absl::StrAppend(&arrays, ", ", Parameter(short_abandon.Take(), "bigint[]"));
    absl::StrAppend(&arrays, ", ", Parameter(abandons.Take(), "bigint[]"));
    return absl::StrCat(
        " LEFT JOIN LATERAL (SELECT r.number, r.within * interval '1 microsecond' AS within,"
        " r.short * interval '1 microsecond' AS short, r.abandons FROM unnest(",
        arrays,
        ") AS r(number, client, queue, since, within, short, abandons)"
        " WHERE (r.client IS NULL OR r.client = f.client)"
        " AND (r.queue IS NULL OR r.queue = f.queue) AND r.since <= f.left_at"
        " ORDER BY r.number LIMIT 1) rule ON true");
  }

  // The open spans of each queue that has hours, as arrays: when they begin and end, and how much
  // was open before each. A ticket's instants are found in them by halving (`was`). OFFSET keeps
  // the arrays from being made anew for each ticket, and they are there once for all of a
  // calendar's queues.
  std::string Hours() {
    size_t all_queues = 0, all_spans = 0;
    for (const QueueHours& hours : query_.hours) {
      all_queues += hours.queues.size();
      all_spans += hours.open.size();
    }
    ArrayEncoder queues(SqlType::kText, all_queues), hours_of(SqlType::kInt8, all_queues),
        numbers(SqlType::kInt8, all_spans), begins(SqlType::kTimestamp, all_spans),
        ends(SqlType::kTimestamp, all_spans), before(SqlType::kInt8, all_spans);
    for (size_t i = 0; i < query_.hours.size(); ++i) {
      for (const std::string& queue : query_.hours[i].queues) {
        queues.Text(queue);
        hours_of.Int8(static_cast<int64_t>(i));
      }
      router::Duration open_before;
      for (const router::TimeSpan& span : query_.hours[i].open) {
        numbers.Int8(static_cast<int64_t>(i));
        begins.Timestamp(span.from);
        ends.Timestamp(span.to);
        before.Int8(open_before.us);
        open_before = open_before + (span.to - span.from);
      }
    }
    std::string of_queues = Parameter(queues.Take(), "text[]");
    absl::StrAppend(&of_queues, ", ", Parameter(hours_of.Take(), "bigint[]"));
    std::string spans = Parameter(numbers.Take(), "bigint[]");
    absl::StrAppend(&spans, ", ", Parameter(begins.Take(), "timestamptz[]"));
    absl::StrAppend(&spans, ", ", Parameter(ends.Take(), "timestamptz[]"));
    absl::StrAppend(&spans, ", ", Parameter(before.Take(), "bigint[]"));
    return absl::StrCat(
        " LEFT JOIN unnest(", of_queues,
        ") AS q(queue, number) ON q.queue = f.queue"
        " LEFT JOIN (SELECT number, array_agg(begins ORDER BY begins) AS begins,"
        " array_agg(ends ORDER BY begins) AS ends, array_agg(before ORDER BY begins) AS before"
        " FROM unnest(",
        spans,
        ") AS s(number, begins, ends, before) GROUP BY number OFFSET 0) h"
        " ON h.number = q.number CROSS JOIN LATERAL (SELECT width_bucket(t.created_at, h.begins)"
        " AS created, width_bucket(f.closed_at, h.begins) AS closed) was");
  }

  // A ticket's turnaround, of which only open time where its queue has hours.
  std::string BusinessTurnaround() const {
    if (!uses_hours_) return kTurnaround;
    const auto open_until = [](const char* at, const char* found) {
      return absl::StrCat("coalesce(h.before[", found, "] * interval '1 microsecond' + least(", at,
                          ", h.ends[", found, "]) - h.begins[", found, "], interval '0')");
    };
    return absl::StrCat("CASE WHEN q.queue IS NULL THEN ", kTurnaround, " ELSE ",
                        open_until("f.closed_at", "was.closed"), " - ",
                        open_until("t.created_at", "was.created"), " END");
  }

  static constexpr char kLoad[] =
      "f.load_voice + f.load_messaging + f.load_email + f.load_task AS load";

  std::string WholePart() const {
    return absl::StrCat(" CROSS JOIN LATERAL (SELECT 1 AS bucket, least(f.ended_at, ", until_,
                        ") - greatest(f.began_at, ", since_, ") AS overlap, ", kLoad, ") part");
  }

  // One part for each interval that the stretch overlaps.
  std::string Parts() {
    const std::string& b = Boundaries();
    return absl::StrCat(" CROSS JOIN LATERAL (SELECT bucket, least(f.ended_at, (", b,
                        ")[bucket + 1]) - greatest(f.began_at, (", b, ")[bucket]) AS overlap, ",
                        kLoad, " FROM generate_series(width_bucket(greatest(f.began_at, ", since_,
                        "), ", b, "), width_bucket(least(f.ended_at, ", until_,
                        ") - interval '1 microsecond', ", b, ")) bucket) part");
  }

  std::string Interval() {
    if (source_ == FactSource::kAgentIntervals) return "part.bucket";
    if (one_interval()) return "1";
    return absl::StrCat("width_bucket(", sql_.at, ", ", Boundaries(), ")");
  }

  std::string Where() {
    std::string where = absl::StrCat(" WHERE f.workspace = ", workspace_);
    if (source_ == FactSource::kAgentIntervals) {
      absl::StrAppend(&where, " AND f.ended_at > ", since_, " AND f.began_at < ", until_,
                      " AND f.ended_at > f.began_at");
    } else if (sql_.at != nullptr) {
      absl::StrAppend(&where, " AND ", sql_.at, " >= ", since_, " AND ", sql_.at, " < ", until_);
      // Those who take part besides are a source of their own.
      if (source_ == FactSource::kSegments) where += " AND f.role = 'OWNER'";
      if (source_ == FactSource::kParticipations) where += " AND f.role <> 'OWNER'";
    } else {
      // Names the range, so that its parameters have a use.
      absl::StrAppend(&where, " AND f.closed_at IS NULL AND ", since_, " < ", until_);
    }
    for (size_t i = 0; i < kDimensions; ++i) {
      if (query_.filter[i].empty()) continue;
      ArrayEncoder ids(SqlType::kText, query_.filter[i].size());
      for (const std::string& id : query_.filter[i]) ids.Text(id);
      absl::StrAppend(&where, " AND ", ColumnOf(sql_, static_cast<Dimension>(i + 1)), " = ANY(",
                      Parameter(ids.Take(), "text[]"), ")");
    }
    return where;
  }

  // The expression with its conditions in place.
  std::string Filled(const std::string& expression) {
    std::string filled =
        absl::StrReplaceAll(expression, {{"{in_time}", InTime()},
                                         {"{short}", Short()},
                                         {"{positive}", Treats(AbandonTreatment::kPositive)},
                                         {"{ignored}", Treats(AbandonTreatment::kIgnored)},
                                         {"{due}", kDue},
                                         {"{business}", BusinessTurnaround()}});
    if (filled.find("{now}") == std::string::npos) return filled;
    if (now_.empty()) now_ = Parameter(BinaryTimestamp(query_.now), "timestamptz");
    return absl::StrReplaceAll(filled, {{"{now}", now_}});
  }

  static std::string Waited(router::Duration at_most) {
    return absl::StrCat("(f.left_at - f.entered_at <= interval '", at_most.us, " microseconds')");
  }

  // The condition under the visit's rule, where there is one.
  std::string WithRule(const std::string& without, const std::string& by_rule) const {
    if (!uses_rules_) return without;
    return absl::StrCat("(CASE WHEN rule.number IS NULL THEN ", without, " ELSE ", by_rule,
                        " END)");
  }

  std::string InTime() const {
    const std::string without = query_.threshold.within ? Waited(*query_.threshold.within)
                                                        : "coalesce(f.left_at <= f.target, false)";
    return WithRule(without,
                    "coalesce(f.left_at - f.entered_at <= rule.within, f.left_at <= f.target,"
                    " false)");
  }

  std::string Short() const {
    std::string without = "false";
    if (query_.threshold.short_abandon) {
      without = absl::StrCat("(f.exit_reason = 'ABANDONED' AND ",
                             Waited(*query_.threshold.short_abandon), ")");
    }
    return WithRule(without,
                    "coalesce(f.exit_reason = 'ABANDONED'"
                    " AND f.left_at - f.entered_at <= rule.short, false)");
  }

  std::string Treats(AbandonTreatment abandons) const {
    return WithRule(query_.threshold.abandons == abandons ? "true" : "false",
                    absl::StrCat("rule.abandons = ", static_cast<int>(abandons)));
  }

  const FactQuery& query_;
  const FactSource source_;
  const SourceSql sql_;
  const bool uses_rules_, uses_hours_;
  size_t columns_ = 1;
  std::vector<pqxx::binarystring> parameters_;
  std::string workspace_, since_, until_, boundaries_, now_;  // references to parameters
};

// ---------------------------------------------------------------------------------------- results

void AddRow(const pqxx::row& cells_of, const FactQuery& query, const std::vector<Sum>& sums,
            FactRows& rows) {
  const auto cells = CellsOf(cells_of);
  FactRow::Key key{.ids = {}, .interval = static_cast<size_t>(ParseInt8(cells(0)) - 1)};
  size_t column = 1;
  for (size_t i = 0; i < kDimensions; ++i) {
    if (query.group_by[i]) key.ids[i] = std::string(cells(column++).value_or(""));
  }
  FactRow& row = rows.At(key);
  for (const Sum sum : sums) {
    const Cell cell = cells(column++);
    std::optional<int64_t>& value = row.values[static_cast<size_t>(sum)];
    if (cell) {
      value = ParseInt8(cell);
    } else if (KindOf(sum) == SumKind::kTotal) {
      value = 0;  // SQL's sum over nothing is NULL
    }
  }
  if (column == static_cast<size_t>(cells_of.size())) return;
  const std::vector<std::string> rules =
      absl::StrSplit(std::string(cells(column).value_or("")), ' ', absl::SkipEmpty());
  for (const std::string& number : rules) {
    row.rules.insert(static_cast<size_t>(ParseInt8(number)));
  }
}

constexpr char kQueryCanceled[] = "57014";

}  // namespace

FactStatement StatementOf(const FactQuery& query, FactSource source) {
  return Builder(query, source).Build();
}

absl::StatusOr<std::vector<FactRow>> SumFactsIn(pqxx::transaction_base& work,
                                                const FactQuery& query) {
  using std::chrono::microseconds;
  using std::chrono::steady_clock;
  const auto give_up = steady_clock::now() + microseconds(query.max_time.us);
  FactRows rows(query.max_rows);
  for (int i = 1; i <= kFactSources; ++i) {
    const auto source = static_cast<FactSource>(i);
    if (!CanAnswer(query, source)) continue;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(give_up - steady_clock::now());
    if (left.count() <= 0) return absl::DeadlineExceededError("a report took too long");
    work.exec(absl::StrCat("SET LOCAL statement_timeout = ", left.count()));
    const FactStatement statement = StatementOf(query, source);
    try {
      const pqxx::result found =
          work.exec_params(statement.sql, pqxx::prepare::make_dynamic_params(statement.parameters));
      const std::vector<Sum> sums = SumsOf(query, source);
      for (const pqxx::row& row : found) AddRow(row, query, sums, rows);
    } catch (const pqxx::sql_error& error) {
      if (error.sqlstate() != kQueryCanceled) throw;
      return absl::DeadlineExceededError(error.what());
    }
    if (rows.too_many()) return TooManyRows(query.max_rows);
  }
  return std::move(rows).Take();
}

}  // namespace tandem::store
