#include "server/store/memory_facts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

namespace tandem::store {
namespace {

using router::AgentStatus;
using router::Duration;
using router::EntryReason;
using router::ExitReason;
using router::SegmentOutcome;
using router::Time;

// What one fact adds to a sum; nothing when it is not of those that count.
using Amount = std::optional<int64_t>;

Amount Count(bool counts) {
  return counts ? Amount(1) : std::nullopt;
}
Amount Span(bool counts, Duration span) {
  return counts ? Amount(span.us) : std::nullopt;
}
// A span at what an hour of it costs, in millionths; nothing when the cost is not known.
Amount Cost(bool counts, Duration span, int64_t cost_per_hour_milli) {
  if (!counts || cost_per_hour_milli == 0) return std::nullopt;
  constexpr int64_t kMicrosPerMillionth = 3'600'000;  // at 0.001 an hour
  // In two parts, so that nothing overflows.
  return span.us / kMicrosPerMillionth * cost_per_hour_milli +
         span.us % kMicrosPerMillionth * cost_per_hour_milli / kMicrosPerMillionth;
}
Duration NotNegative(Duration span) {
  return std::max(span, Duration{});
}

template <typename Fact>
struct SumOver {
  Sum sum;
  Amount (*amount)(const Fact&);
};

// ------------------------------------------------------------------------------------------ visits

struct VisitFact {
  const router::VisitRow& row;
  const Threshold& threshold;

  Duration wait() const { return row.left_at - row.entered_at; }
  bool Left(ExitReason reason) const { return row.exit_reason == reason; }
  bool by_target() const { return row.target.IsSet() && row.left_at <= row.target; }
  bool in_time() const { return threshold.within ? wait() <= *threshold.within : by_target(); }
  bool estimated() const { return Left(ExitReason::kAnswered) && row.estimated_wait.has_value(); }
  // Of one that is estimated.
  Duration estimate() const { return row.estimated_wait.value_or(Duration{}); }
  Duration error() const { return std::max(wait() - estimate(), estimate() - wait()); }
  bool is_short() const {
    return threshold.short_abandon && Left(ExitReason::kAbandoned) &&
           wait() <= *threshold.short_abandon;
  }
  bool answered_in_time() const { return Left(ExitReason::kAnswered) && in_time(); }
  bool abandoned_in_time() const {
    return Left(ExitReason::kAbandoned) && in_time() && !is_short();
  }
  bool decided() const {
    return (Left(ExitReason::kAnswered) || Left(ExitReason::kAbandoned) || !in_time()) &&
           !is_short();
  }
  bool Treats(AbandonTreatment abandons) const { return threshold.abandons == abandons; }
};
using V = VisitFact;

constexpr SumOver<V> kVisitSums[] = {
    {Sum::kOffered, [](const V&) { return Count(true); }},
    {Sum::kAnswered, [](const V& v) { return Count(v.Left(ExitReason::kAnswered)); }},
    {Sum::kAbandoned, [](const V& v) { return Count(v.Left(ExitReason::kAbandoned)); }},
    {Sum::kShortAbandoned, [](const V& v) { return Count(v.is_short()); }},
    {Sum::kVisitTransferred, [](const V& v) { return Count(v.Left(ExitReason::kTransferred)); }},
    {Sum::kVisitCanceled, [](const V& v) { return Count(v.Left(ExitReason::kCanceled)); }},
    {Sum::kVisitOverflowed, [](const V& v) { return Count(v.Left(ExitReason::kOverflowed)); }},
    {Sum::kVisitExpired, [](const V& v) { return Count(v.Left(ExitReason::kExpired)); }},
    {Sum::kVisitCallback, [](const V& v) { return Count(v.Left(ExitReason::kCallback)); }},
    {Sum::kReturned,
     [](const V& v) {
       return Count(v.row.entry_reason != EntryReason::kCreated &&
                    v.row.entry_reason != EntryReason::kScheduled &&
                    v.row.entry_reason != EntryReason::kTransferred &&
                    v.row.entry_reason != EntryReason::kOverflowed &&
                    v.row.entry_reason != EntryReason::kCallback);
     }},
    {Sum::kTransferredIn,
     [](const V& v) { return Count(v.row.entry_reason == EntryReason::kTransferred); }},
    {Sum::kOverflowedIn,
     [](const V& v) { return Count(v.row.entry_reason == EntryReason::kOverflowed); }},
    {Sum::kReworked, [](const V& v) { return Count(v.row.entry_reason == EntryReason::kRework); }},
    {Sum::kAnsweredInTime, [](const V& v) { return Count(v.answered_in_time()); }},
    {Sum::kAbandonedInTime, [](const V& v) { return Count(v.abandoned_in_time()); }},
    {Sum::kDecided, [](const V& v) { return Count(v.decided()); }},
    {Sum::kLevelReached,
     [](const V& v) {
       return Count(v.answered_in_time() ||
                    (v.Treats(AbandonTreatment::kPositive) && v.abandoned_in_time()));
     }},
    {Sum::kLevelAsked,
     [](const V& v) {
       return Count(v.decided() &&
                    !(v.Treats(AbandonTreatment::kIgnored) && v.abandoned_in_time()));
     }},
    {Sum::kAnsweredByTarget,
     [](const V& v) { return Count(v.Left(ExitReason::kAnswered) && v.by_target()); }},
    {Sum::kAnswerWaitTime,
     [](const V& v) { return Span(v.Left(ExitReason::kAnswered), v.wait()); }},
    {Sum::kAbandonWaitTime,
     [](const V& v) { return Span(v.Left(ExitReason::kAbandoned), v.wait()); }},
    {Sum::kVisitTime, [](const V& v) { return Span(true, v.wait()); }},
    {Sum::kLongestWait, [](const V& v) { return Span(true, v.wait()); }},
    {Sum::kLongestAnswerWait,
     [](const V& v) { return Span(v.Left(ExitReason::kAnswered), v.wait()); }},
    {Sum::kAnswerWaitP90, [](const V& v) { return Span(v.Left(ExitReason::kAnswered), v.wait()); }},
    {Sum::kEstimated, [](const V& v) { return Count(v.estimated()); }},
    {Sum::kEstimateErrorTime, [](const V& v) { return Span(v.estimated(), v.error()); }},
    {Sum::kEstimateErrorP90, [](const V& v) { return Span(v.estimated(), v.error()); }},
    {Sum::kEstimateWithin,
     [](const V& v) {
       return Count(v.estimated() && v.error() * 2 <= std::max(router::Seconds(60), v.estimate()));
     }},
    {Sum::kEstimateTooShort,
     [](const V& v) { return Count(v.estimated() && v.wait() > v.estimate()); }},
};

// ---------------------------------------------------------------------------------------- segments

struct SegmentFact {
  const router::SegmentRow& row;
  bool offered = false;

  bool handled() const { return row.connected_at.IsSet(); }
  bool Ended(SegmentOutcome outcome) const { return row.outcome == outcome; }
  bool accepted() const { return offered && row.accepted_at.IsSet(); }
  Time contact_end() const {
    if (row.disconnected_at.IsSet()) return row.disconnected_at;
    return row.finished_at.IsSet() ? row.finished_at : row.ended_at;
  }
  Duration handling() const { return row.ended_at - row.connected_at; }
};
using S = SegmentFact;

constexpr SumOver<S> kSegmentSums[] = {
    {Sum::kOffers, [](const S& s) { return Count(s.offered); }},
    {Sum::kOffersAccepted, [](const S& s) { return Count(s.accepted()); }},
    {Sum::kOffersDeclined, [](const S& s) { return Count(s.Ended(SegmentOutcome::kDeclined)); }},
    {Sum::kOffersMissed, [](const S& s) { return Count(s.Ended(SegmentOutcome::kMissed)); }},
    {Sum::kOffersFailed, [](const S& s) { return Count(s.Ended(SegmentOutcome::kFailed)); }},
    {Sum::kOffersRescinded, [](const S& s) { return Count(s.Ended(SegmentOutcome::kRescinded)); }},
    {Sum::kOfferTime,
     [](const S& s) { return Span(s.accepted(), s.row.accepted_at - s.row.began_at); }},
    {Sum::kClaims, [](const S& s) { return Count(s.row.claimed); }},
    {Sum::kLeasesExpired, [](const S& s) { return Count(s.Ended(SegmentOutcome::kLeaseExpired)); }},
    {Sum::kWorkReturned, [](const S& s) { return Count(s.Ended(SegmentOutcome::kAgentGone)); }},
    {Sum::kConnectsFailed,
     [](const S& s) { return Count(s.Ended(SegmentOutcome::kConnectFailed)); }},
    {Sum::kHandled, [](const S& s) { return Count(s.handled()); }},
    {Sum::kConnectWaitTime,
     [](const S& s) {
       return Span(s.handled() && s.row.accepted_at.IsSet(),
                   s.row.connected_at - s.row.accepted_at);
     }},
    {Sum::kTalkTime,
     [](const S& s) {
       return Span(s.handled(), s.contact_end() - s.row.connected_at - s.row.held);
     }},
    {Sum::kHoldTime, [](const S& s) { return Span(s.handled(), s.row.held); }},
    {Sum::kWrapUpTime,
     [](const S& s) { return Span(s.handled(), s.row.ended_at - s.contact_end()); }},
    {Sum::kHandlingTime, [](const S& s) { return Span(s.handled(), s.handling()); }},
    {Sum::kLongestHandling, [](const S& s) { return Span(s.handled(), s.handling()); }},
    {Sum::kHandlingP90, [](const S& s) { return Span(s.handled(), s.handling()); }},
    {Sum::kHandledWithHold, [](const S& s) { return Count(s.handled() && s.row.held.us > 0); }},
    {Sum::kHandledTransferred,
     [](const S& s) { return Count(s.handled() && s.Ended(SegmentOutcome::kTransferred)); }},
    {Sum::kHandledReleased,
     [](const S& s) { return Count(s.handled() && s.Ended(SegmentOutcome::kReleased)); }},
    {Sum::kHandledParked,
     [](const S& s) { return Count(s.handled() && s.Ended(SegmentOutcome::kParked)); }},
    {Sum::kUnreached, [](const S& s) { return Count(s.Ended(SegmentOutcome::kUnreached)); }},
    {Sum::kHandledCompleted,
     [](const S& s) { return Count(s.handled() && s.Ended(SegmentOutcome::kCompleted)); }},
    {Sum::kHandledResolved,
     [](const S& s) {
       return Count(s.handled() && s.Ended(SegmentOutcome::kCompleted) && s.row.resolved);
     }},
    {Sum::kContained,
     [](const S& s) {
       return Count(s.handled() && s.Ended(SegmentOutcome::kCompleted) && s.row.automated);
     }},
    {Sum::kHandedOff, [](const S& s) { return Count(s.Ended(SegmentOutcome::kHandedOff)); }},
    {Sum::kEndedByCustomer,
     [](const S& s) {
       return Count(s.handled() && s.row.disconnected_at.IsSet() &&
                    s.row.disconnected_by == router::Party::kCustomer);
     }},
    {Sum::kEndedByAgent,
     [](const S& s) {
       return Count(s.handled() && s.row.disconnected_at.IsSet() &&
                    s.row.disconnected_by == router::Party::kAgent);
     }},
    {Sum::kHandlingCost,
     [](const S& s) { return Cost(s.handled(), s.handling(), s.row.cost_per_hour_milli); }},
    {Sum::kCostedHandled,
     [](const S& s) { return Count(s.handled() && s.row.cost_per_hour_milli != 0); }},
};

struct ParticipationFact {
  const router::SegmentRow& row;

  bool TookPartAs(router::AssignmentRole role) const {
    return row.role == role && row.connected_at.IsSet();
  }
  Duration time() const { return row.ended_at - row.connected_at; }
};
using P = ParticipationFact;
using router::AssignmentRole;

constexpr SumOver<P> kParticipationSums[] = {
    {Sum::kConsulted, [](const P& p) { return Count(p.TookPartAs(AssignmentRole::kConsult)); }},
    {Sum::kConsultTime,
     [](const P& p) { return Span(p.TookPartAs(AssignmentRole::kConsult), p.time()); }},
    {Sum::kConferred, [](const P& p) { return Count(p.TookPartAs(AssignmentRole::kConference)); }},
    {Sum::kConferenceTime,
     [](const P& p) { return Span(p.TookPartAs(AssignmentRole::kConference), p.time()); }},
    {Sum::kMonitored, [](const P& p) { return Count(p.TookPartAs(AssignmentRole::kMonitor)); }},
    {Sum::kMonitorTime,
     [](const P& p) { return Span(p.TookPartAs(AssignmentRole::kMonitor), p.time()); }},
    {Sum::kParticipationCost,
     [](const P& p) {
       return Cost(p.row.connected_at.IsSet(), p.time(), p.row.cost_per_hour_milli);
     }},
};

// --------------------------------------------------------------------------------- agent intervals

struct IntervalFact {
  const router::AgentIntervalRow& row;
  Duration overlap;  // with the report's interval

  int64_t load() const {
    int64_t sum = 0;
    for (const uint32_t tickets : row.load) sum += tickets;
    return sum;
  }
  bool Is(AgentStatus status) const { return row.status == status; }
  bool signed_in() const { return !Is(AgentStatus::kOffline); }
  bool idle() const { return Is(AgentStatus::kAvailable) && load() == 0; }
};
using I = IntervalFact;

constexpr SumOver<I> kIntervalSums[] = {
    {Sum::kSignedInTime, [](const I& i) { return Span(i.signed_in(), i.overlap); }},
    {Sum::kAvailableTime,
     [](const I& i) { return Span(i.Is(AgentStatus::kAvailable), i.overlap); }},
    {Sum::kNotReadyTime, [](const I& i) { return Span(i.Is(AgentStatus::kNotReady), i.overlap); }},
    {Sum::kNotRespondingTime,
     [](const I& i) { return Span(i.Is(AgentStatus::kNotResponding), i.overlap); }},
    {Sum::kDrainingTime, [](const I& i) { return Span(i.Is(AgentStatus::kDraining), i.overlap); }},
    {Sum::kIdleTime, [](const I& i) { return Span(i.idle(), i.overlap); }},
    {Sum::kBusyTime, [](const I& i) { return Span(i.signed_in() && i.load() > 0, i.overlap); }},
    {Sum::kWorkTime, [](const I& i) { return Span(i.signed_in(), i.overlap * i.load()); }},
    {Sum::kStaffCost,
     [](const I& i) { return Cost(i.signed_in(), i.overlap, i.row.cost_per_hour_milli); }},
    {Sum::kIdleCost,
     [](const I& i) { return Cost(i.idle(), i.overlap, i.row.cost_per_hour_milli); }},
    {Sum::kCostedTime,
     [](const I& i) { return Span(i.signed_in() && i.row.cost_per_hour_milli != 0, i.overlap); }},
};

// ---------------------------------------------------------------------------------------- messages

bool IsResponse(const router::MessageRow& row) {
  return row.direction == router::Direction::kOutbound && row.author == router::Party::kAgent;
}

struct MessageFact {
  const router::MessageRow& row;
  bool first_response;
  Duration since_creation;
};
using M = MessageFact;

constexpr SumOver<M> kMessageSums[] = {
    {Sum::kMessagesIn,
     [](const M& m) { return Count(m.row.direction == router::Direction::kInbound); }},
    {Sum::kMessagesOut,
     [](const M& m) { return Count(m.row.direction == router::Direction::kOutbound); }},
    {Sum::kFirstResponses, [](const M& m) { return Count(m.first_response); }},
    {Sum::kFirstResponseTime, [](const M& m) { return Span(m.first_response, m.since_creation); }},
    {Sum::kFirstResponseP90, [](const M& m) { return Span(m.first_response, m.since_creation); }},
};

// ----------------------------------------------------------------------------------------- tickets

using T = router::TicketRow;

constexpr SumOver<T> kCreatedSums[] = {
    {Sum::kReceived, [](const T&) { return Count(true); }},
    {Sum::kUnroutable, [](const T& t) { return Count(t.unroutable); }},
    {Sum::kReceivedWithDue, [](const T& t) { return Count(t.due_at.IsSet()); }},
};

// When a ticket is due as was said last.
Time DueAt(const MemoryStore::Contents& contents, const router::TicketRow& ticket) {
  const auto later = contents.ticket_details.find({ticket.workspace, ticket.ticket});
  const bool said = later != contents.ticket_details.end() && later->second.detail.due_at.IsSet();
  return said ? later->second.detail.due_at : ticket.due_at;
}

struct ClosedFact {
  const router::TicketRow& ticket;
  const router::TicketStateRow& state;
  Time due_at;
  bool resolved;
  const QueueHours* hours;  // of its queue; none: all time is open

  bool Is(router::TicketState closed) const { return state.state == closed; }
  bool completed() const { return Is(router::TicketState::kCompleted); }
  Duration turnaround() const { return state.closed_at - ticket.created_at; }
  Duration in_business_time() const {
    if (hours == nullptr) return turnaround();
    return OpenTimeBetween(hours->open, ticket.created_at, state.closed_at);
  }
  bool reviewed() const { return completed() && static_cast<bool>(state.reviewed); }
};
using C = ClosedFact;

constexpr SumOver<C> kClosedSums[] = {
    {Sum::kCompleted, [](const C& c) { return Count(c.completed()); }},
    {Sum::kTicketsCanceled, [](const C& c) { return Count(c.Is(router::TicketState::kCanceled)); }},
    {Sum::kTicketsAbandoned,
     [](const C& c) { return Count(c.Is(router::TicketState::kAbandoned)); }},
    {Sum::kTicketsExpired, [](const C& c) { return Count(c.Is(router::TicketState::kExpired)); }},
    {Sum::kTurnaroundTime, [](const C& c) { return Span(c.completed(), c.turnaround()); }},
    {Sum::kLongestTurnaround, [](const C& c) { return Span(c.completed(), c.turnaround()); }},
    {Sum::kTurnaroundP90, [](const C& c) { return Span(c.completed(), c.turnaround()); }},
    {Sum::kBusinessTurnaroundTime,
     [](const C& c) { return Span(c.completed(), c.in_business_time()); }},
    {Sum::kLongestBusinessTurnaround,
     [](const C& c) { return Span(c.completed(), c.in_business_time()); }},
    {Sum::kBusinessTurnaroundP90,
     [](const C& c) { return Span(c.completed(), c.in_business_time()); }},
    {Sum::kCompletedWithDue, [](const C& c) { return Count(c.completed() && c.due_at.IsSet()); }},
    {Sum::kCompletedInDue,
     [](const C& c) {
       return Count(c.completed() && c.due_at.IsSet() && c.state.closed_at <= c.due_at);
     }},
    {Sum::kContacts,
     [](const C& c) { return c.completed() ? Amount(c.state.contact_count) : std::nullopt; }},
    {Sum::kResolvedAtFirstContact,
     [](const C& c) {
       return Count(c.completed() && c.resolved && c.state.contact_count == 1 &&
                    c.state.visit_number == 1);
     }},
    {Sum::kDispositionNotSet,
     [](const C& c) {
       return Count(c.completed() && c.state.disposition == router::kDispositionNotSet);
     }},
    {Sum::kReviewed, [](const C& c) { return Count(c.reviewed()); }},
    {Sum::kRightFirstTime,
     [](const C& c) { return Count(c.reviewed() && c.state.reviewed->rework_count == 0); }},
    {Sum::kTicketsAnswered,
     [](const C& c) { return Count(c.completed() && c.state.answered_at.IsSet()); }},
    {Sum::kFirstAnswerTime,
     [](const C& c) {
       return Span(c.completed() && c.state.answered_at.IsSet(),
                   NotNegative(c.state.answered_at - c.ticket.created_at));
     }},
};

struct OpenFact {
  const router::TicketRow& ticket;
  const router::TicketStateRow& state;
  Time due_at;
  Time now;

  Duration age() const { return NotNegative(now - ticket.created_at); }
  bool IsAged(int64_t from_days, int64_t below_days) const {
    return age() >= router::Days(from_days) && age() < router::Days(below_days);
  }
};
using O = OpenFact;

constexpr SumOver<O> kOpenSums[] = {
    {Sum::kOpen, [](const O&) { return Count(true); }},
    {Sum::kWaiting,
     [](const O& o) {
       return Count(o.state.state == router::TicketState::kQueued ||
                    o.state.state == router::TicketState::kOffered);
     }},
    {Sum::kOpenScheduled,
     [](const O& o) {
       return Count(o.state.state == router::TicketState::kScheduled ||
                    o.state.state == router::TicketState::kBlocked);
     }},
    {Sum::kOpenParked,
     [](const O& o) { return Count(o.state.state == router::TicketState::kParked); }},
    {Sum::kOpenOverdue, [](const O& o) { return Count(o.due_at.IsSet() && o.due_at < o.now); }},
    {Sum::kOpenUnderOneDay, [](const O& o) { return Count(o.IsAged(0, 1)); }},
    {Sum::kOpenUnderThreeDays, [](const O& o) { return Count(o.IsAged(1, 3)); }},
    {Sum::kOpenUnderFiveDays, [](const O& o) { return Count(o.IsAged(3, 5)); }},
    {Sum::kOpenFiveDaysOrMore, [](const O& o) { return Count(o.age() >= router::Days(5)); }},
    {Sum::kLongestOpen, [](const O& o) { return Span(true, o.age()); }},
};

// ----------------------------------------------------------------------------------------- surveys

struct ScoreFact {
  const router::SurveyScore& row;

  bool on_nps_scale() const { return row.lowest == 0 && row.highest == 10; }
  bool top_two() const { return row.score >= std::max(row.highest - 1, row.lowest + 1); }
  int64_t millionths() const {
    return int64_t{row.score - row.lowest} * 1'000'000 / (row.highest - row.lowest);
  }
};
using R = ScoreFact;

constexpr SumOver<R> kScoreSums[] = {
    {Sum::kResponses, [](const R&) { return Count(true); }},
    {Sum::kNormalisedScores, [](const R& r) { return Amount(r.millionths()); }},
    {Sum::kTopTwo, [](const R& r) { return Count(r.top_two()); }},
    {Sum::kNpsScale, [](const R& r) { return Count(r.on_nps_scale()); }},
    {Sum::kPromoters, [](const R& r) { return Count(r.on_nps_scale() && r.row.score >= 9); }},
    {Sum::kDetractors, [](const R& r) { return Count(r.on_nps_scale() && r.row.score <= 6); }},
};

// --------------------------------------------------------------------------------------- gathering

// By dimension: queue, client, process type, channel, agent, survey.
using Ids = std::array<const std::string*, kDimensions>;

class Gatherer {
 public:
  explicit Gatherer(const FactQuery& query) : query_(query), rows_(query.max_rows) {}

  // Adds a fact to its group in the interval, unless the filter leaves it out: then nullptr.
  template <typename Fact, size_t kCount>
  FactRow* Add(const SumOver<Fact> (&sums)[kCount], const Fact& fact, const Ids& ids,
               size_t interval) {
    if (!Passes(ids)) return nullptr;
    FactRow::Key key{.ids = {}, .interval = interval};
    for (size_t i = 0; i < kDimensions; ++i) {
      if (query_.group_by[i]) key.ids[i] = *ids[i];
    }
    FactRow& row = rows_.At(key);
    for (const SumOver<Fact>& sum : sums) {
      if (query_.sums[static_cast<size_t>(sum.sum)]) {
        AddTo(row, sum.sum, sum.amount(fact));
      }
    }
    return &row;
  }

  absl::StatusOr<std::vector<FactRow>> Take() && {
    for (auto& [place, values] : spread_) {
      // The nearest rank, reckoned as PostgreSQL's percentile_disc does.
      const auto rank = static_cast<size_t>(std::ceil(0.9 * static_cast<double>(values.size())));
      const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
      std::ranges::nth_element(values, at);
      rows_.At(place.first).values[static_cast<size_t>(place.second)] = *at;
    }
    return std::move(rows_).Take();
  }

 private:
  bool Passes(const Ids& ids) const {
    for (size_t i = 0; i < kDimensions; ++i) {
      const std::vector<std::string>& wanted = query_.filter[i];
      if (!wanted.empty() && std::ranges::find(wanted, *ids[i]) == wanted.end()) return false;
    }
    return true;
  }

  void AddTo(FactRow& row, Sum sum, Amount amount) {
    std::optional<int64_t>& value = row.values[static_cast<size_t>(sum)];
    switch (KindOf(sum)) {
      case SumKind::kTotal:
        value = value.value_or(0) + amount.value_or(0);
        return;
      case SumKind::kMaximum:
        if (amount) value = std::max(value.value_or(*amount), *amount);
        return;
      case SumKind::kPercentile:
        if (amount) spread_[{row.key, sum}].push_back(*amount);
        return;
    }
  }

  const FactQuery& query_;
  FactRows rows_;
  std::map<std::pair<FactRow::Key, Sum>, std::vector<int64_t>> spread_;  // for percentiles
};

const std::string kNone;

bool IsFor(const ThresholdRule& rule, const router::VisitRow& visit) {
  return (rule.client.empty() || rule.client == visit.client) &&
         (rule.queues.empty() || std::ranges::count(rule.queues, visit.queue) > 0) &&
         rule.since <= visit.left_at;
}

void GatherVisits(const MemoryStore::Contents& contents, const FactQuery& query, Gatherer& to) {
  const bool uses_rules = UsesRules(query);
  for (const auto& [key, row] : contents.visits) {
    const auto interval = IntervalOf(query, row.left_at);
    if (row.workspace != query.workspace || !interval) continue;
    const auto rule = std::ranges::find_if(
        query.rules,
        [&visit = row](const ThresholdRule& candidate) { return IsFor(candidate, visit); });
    const bool found = rule != query.rules.end();
    FactRow* const group = to.Add(
        kVisitSums, VisitFact{row, found ? rule->threshold : query.threshold},
        {&row.queue, &row.client, &row.process_type, &row.channel, &row.agent, &kNone}, *interval);
    if (group != nullptr && uses_rules && found) {
      group->rules.insert(static_cast<size_t>(rule - query.rules.begin()));
    }
  }
}

void GatherSegments(const MemoryStore::Contents& contents, const FactQuery& query, Gatherer& to) {
  // Work that an agent began by hand was never offered, nor was what another owner handed over.
  std::set<router::TicketId> by_hand;
  std::set<std::pair<router::TicketId, Time>> handed_over;
  for (const auto& [key, event] : contents.events) {
    if (event.workspace == query.workspace &&
        event.type == router::EventType::kAgentContactStarted) {
      by_hand.insert(event.ticket);
    }
    if (event.workspace == query.workspace && event.type == router::EventType::kOwnerChanged) {
      handed_over.emplace(event.ticket, event.at);
    }
  }
  for (const auto& [key, row] : contents.segments) {
    const auto interval = IntervalOf(query, row.ended_at);
    if (row.workspace != query.workspace || !interval) continue;
    if (row.role != router::AssignmentRole::kOwner) continue;
    const bool at_once = row.accepted_at == row.began_at;
    const bool first = row.segment_number == 1 && by_hand.contains(row.ticket);
    const bool offered =
        !row.claimed && !(at_once && (first || handed_over.contains({row.ticket, row.began_at})));
    to.Add(kSegmentSums, SegmentFact{row, offered},
           {&row.queue, &row.client, &row.process_type, &row.channel, &row.agent, &kNone},
           *interval);
  }
}

void GatherParticipations(const MemoryStore::Contents& contents, const FactQuery& query,
                          Gatherer& to) {
  for (const auto& [key, row] : contents.segments) {
    const auto interval = IntervalOf(query, row.ended_at);
    if (row.workspace != query.workspace || !interval) continue;
    if (row.role == AssignmentRole::kOwner) continue;
    to.Add(kParticipationSums, ParticipationFact{row},
           {&row.queue, &row.client, &row.process_type, &row.channel, &row.agent, &kNone},
           *interval);
  }
}

void GatherSurveys(const MemoryStore::Contents& contents, const FactQuery& query, Gatherer& to) {
  for (const auto& [key, row] : contents.surveys) {
    const auto interval = IntervalOf(query, row.at);
    if (row.workspace != query.workspace || !interval) continue;
    to.Add(
        kScoreSums, ScoreFact{row.score},
        {&row.queue, &row.client, &row.process_type, &row.channel, &row.agent, &row.score.measure},
        *interval);
  }
}

void GatherAgentIntervals(const MemoryStore::Contents& contents, const FactQuery& query,
                          Gatherer& to) {
  for (const router::AgentIntervalRow& row : contents.agent_intervals) {
    if (row.workspace != query.workspace) continue;
    for (size_t i = 0; i + 1 < query.boundaries.size(); ++i) {
      const Duration overlap = std::min(row.ended_at, query.boundaries[i + 1]) -
                               std::max(row.began_at, query.boundaries[i]);
      if (overlap.us <= 0) continue;
      to.Add(kIntervalSums, IntervalFact{row, overlap},
             {&kNone, &kNone, &kNone, &kNone, &row.agent, &kNone}, i);
    }
  }
}

void GatherMessages(const MemoryStore::Contents& contents, const FactQuery& query, Gatherer& to) {
  const auto order = [](const router::MessageRow& row) { return std::pair(row.at, row.sequence); };
  std::map<router::TicketId, decltype(order(router::MessageRow()))> first;
  for (const router::MessageRow& row : contents.messages) {
    if (row.workspace != query.workspace || !IsResponse(row)) continue;
    const auto [it, is_new] = first.try_emplace(row.ticket, order(row));
    if (!is_new) it->second = std::min(it->second, order(row));
  }
  for (const router::MessageRow& row : contents.messages) {
    const auto interval = IntervalOf(query, row.at);
    const auto found = contents.tickets.find({query.workspace, row.ticket});
    if (row.workspace != query.workspace || !interval || found == contents.tickets.end()) continue;
    const router::TicketRow& ticket = found->second;
    const bool is_first = IsResponse(row) && first.at(row.ticket) == order(row);
    to.Add(kMessageSums, MessageFact{row, is_first, NotNegative(row.at - ticket.created_at)},
           {&kNone, &ticket.client, &ticket.process_type, &ticket.channel, &kNone, &kNone},
           *interval);
  }
}

void GatherCreated(const MemoryStore::Contents& contents, const FactQuery& query, Gatherer& to) {
  for (const auto& [key, row] : contents.tickets) {
    const auto interval = IntervalOf(query, row.created_at);
    if (key.first != query.workspace || !interval) continue;
    to.Add(kCreatedSums, row,
           {&kNone, &row.client, &row.process_type, &row.channel, &kNone, &kNone}, *interval);
  }
}

const QueueHours* HoursOf(const FactQuery& query, const std::string& queue) {
  const auto found = std::ranges::find_if(query.hours, [&](const QueueHours& hours) {
    return std::ranges::count(hours.queues, queue) > 0;
  });
  return found == query.hours.end() ? nullptr : &*found;
}

void GatherClosed(const MemoryStore::Contents& contents, const FactQuery& query, Gatherer& to) {
  for (const auto& [key, state] : contents.ticket_states) {
    if (key.first != query.workspace || !state.closed_at.IsSet()) continue;
    const auto interval = IntervalOf(query, state.closed_at);
    const auto ticket = contents.tickets.find(key);
    if (!interval || ticket == contents.tickets.end()) continue;
    const auto last = contents.segments.find({key.first, key.second, state.segment_number});
    const bool resolved = last != contents.segments.end() && last->second.resolved;
    const T& row = ticket->second;
    to.Add(kClosedSums,
           ClosedFact{row, state, DueAt(contents, row), resolved, HoursOf(query, state.queue)},
           {&state.queue, &row.client, &row.process_type, &row.channel, &state.agent, &kNone},
           *interval);
  }
}

void GatherOpen(const MemoryStore::Contents& contents, const FactQuery& query, Gatherer& to) {
  for (const auto& [key, state] : contents.ticket_states) {
    if (key.first != query.workspace || state.closed_at.IsSet()) continue;
    const auto ticket = contents.tickets.find(key);
    if (ticket == contents.tickets.end()) continue;
    const T& row = ticket->second;
    to.Add(kOpenSums, OpenFact{row, state, DueAt(contents, row), query.now},
           {&state.queue, &row.client, &row.process_type, &row.channel, &kNone, &kNone}, 0);
  }
}

void GatherSource(const MemoryStore::Contents& contents, const FactQuery& query, FactSource source,
                  Gatherer& to) {
  switch (source) {
    case FactSource::kVisits:
      return GatherVisits(contents, query, to);
    case FactSource::kSegments:
      return GatherSegments(contents, query, to);
    case FactSource::kAgentIntervals:
      return GatherAgentIntervals(contents, query, to);
    case FactSource::kMessages:
      return GatherMessages(contents, query, to);
    case FactSource::kCreatedTickets:
      return GatherCreated(contents, query, to);
    case FactSource::kClosedTickets:
      return GatherClosed(contents, query, to);
    case FactSource::kOpenTickets:
      return GatherOpen(contents, query, to);
    case FactSource::kSurveys:
      return GatherSurveys(contents, query, to);
    case FactSource::kParticipations:
      return GatherParticipations(contents, query, to);
  }
}

}  // namespace

absl::StatusOr<std::vector<FactRow>> SumFactsOf(const MemoryStore::Contents& contents,
                                                const FactQuery& query) {
  Gatherer gatherer(query);
  for (int i = 1; i <= kFactSources; ++i) {
    const auto source = static_cast<FactSource>(i);
    if (CanAnswer(query, source)) GatherSource(contents, query, source, gatherer);
  }
  return std::move(gatherer).Take();
}

}  // namespace tandem::store
