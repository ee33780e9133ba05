#include "server/store/facts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace tandem::store {

bool HasDimension(FactSource source, Dimension dimension) {
  switch (source) {
    case FactSource::kVisits:
    case FactSource::kSegments:
    case FactSource::kClosedTickets:
    case FactSource::kParticipations:
      return dimension != Dimension::kSurvey;
    case FactSource::kSurveys:
      return true;
    case FactSource::kAgentIntervals:
      return dimension == Dimension::kAgent;
    case FactSource::kMessages:
    case FactSource::kCreatedTickets:
      return dimension == Dimension::kClient || dimension == Dimension::kProcessType ||
             dimension == Dimension::kChannel;
    case FactSource::kOpenTickets:
      return dimension != Dimension::kAgent && dimension != Dimension::kSurvey;
  }
  return false;
}

// The enum is ordered by source.
FactSource SourceOf(Sum sum) {
  if (sum < Sum::kOffers) return FactSource::kVisits;
  if (sum < Sum::kSignedInTime) return FactSource::kSegments;
  if (sum < Sum::kMessagesIn) return FactSource::kAgentIntervals;
  if (sum < Sum::kReceived) return FactSource::kMessages;
  if (sum < Sum::kCompleted) return FactSource::kCreatedTickets;
  if (sum < Sum::kOpen) return FactSource::kClosedTickets;
  if (sum < Sum::kResponses) return FactSource::kOpenTickets;
  if (sum < Sum::kConsulted) return FactSource::kSurveys;
  return FactSource::kParticipations;
}

SumKind KindOf(Sum sum) {
  switch (sum) {
    case Sum::kLongestWait:
    case Sum::kLongestAnswerWait:
    case Sum::kLongestHandling:
    case Sum::kLongestTurnaround:
    case Sum::kLongestBusinessTurnaround:
    case Sum::kLongestOpen:
      return SumKind::kMaximum;
    case Sum::kAnswerWaitP90:
    case Sum::kEstimateErrorP90:
    case Sum::kHandlingP90:
    case Sum::kFirstResponseP90:
    case Sum::kTurnaroundP90:
    case Sum::kBusinessTurnaroundP90:
      return SumKind::kPercentile;
    default:  // the others are added up
      return SumKind::kTotal;
  }
}

bool IsTime(Sum sum) {
  switch (sum) {
    case Sum::kAnswerWaitTime:
    case Sum::kAbandonWaitTime:
    case Sum::kVisitTime:
    case Sum::kEstimateErrorTime:
    case Sum::kOfferTime:
    case Sum::kConnectWaitTime:
    case Sum::kTalkTime:
    case Sum::kHoldTime:
    case Sum::kWrapUpTime:
    case Sum::kHandlingTime:
    case Sum::kSignedInTime:
    case Sum::kAvailableTime:
    case Sum::kNotReadyTime:
    case Sum::kNotRespondingTime:
    case Sum::kDrainingTime:
    case Sum::kIdleTime:
    case Sum::kBusyTime:
    case Sum::kWorkTime:
    case Sum::kCostedTime:
    case Sum::kConsultTime:
    case Sum::kConferenceTime:
    case Sum::kMonitorTime:
    case Sum::kFirstResponseTime:
    case Sum::kTurnaroundTime:
    case Sum::kBusinessTurnaroundTime:
    case Sum::kFirstAnswerTime:
      return true;
    default:  // the others are counts, or time by their kind
      return KindOf(sum) != SumKind::kTotal;
  }
}

bool IsMillionths(Sum sum) {
  return sum == Sum::kHandlingCost || sum == Sum::kStaffCost || sum == Sum::kIdleCost ||
         sum == Sum::kNormalisedScores || sum == Sum::kParticipationCost;
}

bool IsByThreshold(Sum sum) {
  return sum == Sum::kShortAbandoned || sum == Sum::kAnsweredInTime ||
         sum == Sum::kAbandonedInTime || sum == Sum::kDecided || sum == Sum::kLevelReached ||
         sum == Sum::kLevelAsked;
}

bool IsInBusinessTime(Sum sum) {
  return sum == Sum::kBusinessTurnaroundTime || sum == Sum::kLongestBusinessTurnaround ||
         sum == Sum::kBusinessTurnaroundP90;
}

bool UsesRules(const FactQuery& query) {
  if (query.rules.empty()) return false;
  const std::vector<Sum> sums = SumsOf(query, FactSource::kVisits);
  return std::ranges::any_of(sums, IsByThreshold);
}

bool UsesHours(const FactQuery& query) {
  if (query.hours.empty()) return false;
  const std::vector<Sum> sums = SumsOf(query, FactSource::kClosedTickets);
  return std::ranges::any_of(sums, IsInBusinessTime);
}

bool CanAnswer(const FactQuery& query, FactSource source) {
  for (size_t i = 0; i < kDimensions; ++i) {
    const bool needed = query.group_by[i] || !query.filter[i].empty();
    if (needed && !HasDimension(source, static_cast<Dimension>(i + 1))) return false;
  }
  if (source == FactSource::kOpenTickets && query.boundaries.size() != 2) return false;
  return !SumsOf(query, source).empty();
}

std::vector<Sum> SumsOf(const FactQuery& query, FactSource source) {
  std::vector<Sum> sums;
  for (size_t i = 0; i < kSums; ++i) {
    const auto sum = static_cast<Sum>(i);
    if (query.sums[i] && SourceOf(sum) == source) sums.push_back(sum);
  }
  return sums;
}

router::Duration OpenTimeBetween(const std::vector<router::TimeSpan>& open, router::Time from,
                                 router::Time to) {
  router::Duration sum;
  auto span = std::ranges::upper_bound(open, from, {}, &router::TimeSpan::to);
  for (; span != open.end() && span->from < to; ++span) {
    sum = sum + (std::min(span->to, to) - std::max(span->from, from));
  }
  return sum;
}

std::optional<size_t> IntervalOf(const FactQuery& query, router::Time at) {
  const auto next = std::ranges::upper_bound(query.boundaries, at);
  if (next == query.boundaries.begin() || next == query.boundaries.end()) return std::nullopt;
  return static_cast<size_t>(next - query.boundaries.begin()) - 1;
}

FactRow& FactRows::At(const FactRow::Key& key) {
  FactRow& row = rows_[key];
  row.key = key;
  return row;
}

absl::StatusOr<std::vector<FactRow>> FactRows::Take() && {
  if (too_many()) return TooManyRows(max_rows_);
  std::vector<FactRow> rows;
  rows.reserve(rows_.size());
  for (auto& [key, row] : rows_) rows.push_back(std::move(row));
  return rows;
}

absl::Status TooManyRows(size_t max_rows) {
  return absl::ResourceExhaustedError(
      absl::StrCat("expected at most ", max_rows, " groups in intervals, but there are more"));
}

}  // namespace tandem::store
