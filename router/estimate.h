// How long a ticket will wait, and how well a queue keeps its targets, from what the queue handed
// out last.
//
//   wait = position x mean(left_i - max(left_{i-1}, entered_i))
//
// over the answered visits i, the last kHandOuts of them, in the order in which they ended. A
// hand-out took from the one before it, or from when its own ticket came if that was later: so idle
// stretches, in which nobody waited, don't count, and the mean is the time that the queue needs for
// one ticket while there is one. What began more than kHandOutSpan ago is left out: a queue that
// stood over night says nothing of this morning. A ticket with n before it waits for n + 1 of them.
// While no agent is there who may take it, the past tells nothing, and nobody knows.
// This is the queue-length estimator QL of W. Whitt, "Predicting Queueing Delays" (Management
// Science 45(6), 1999), with the measured time between hand-outs in place of the agents' number and
// handling time, which differ from ticket to ticket here.
//
//   service level = answered within their target / (answered + abandoned)
//
// over the last kDecided visits that ended in one of these ways within kHandOutSpan.
//
// Whole microseconds and counts, no floating point. Steps of plans may ask for both; the order of
// tickets, and who gets one, rest on neither.
#ifndef TANDEM_ROUTER_ESTIMATE_H_
#define TANDEM_ROUTER_ESTIMATE_H_

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "router/ids.h"
#include "router/time.h"

namespace tandem::router {

inline constexpr size_t kHandOuts = 32;
inline constexpr size_t kDecided = 100;
inline constexpr size_t kMinVisits = 5;  // fewer tell nothing
inline constexpr Duration kHandOutSpan = Minutes(30);

// A visit that ended because it was answered, or because the customer gave up.
struct EndedVisit {
  Time left, entered;
  TicketId ticket;  // makes the order one of all
  bool answered = false;
  bool in_target = false;  // answered, and that by its target
  friend auto operator<=>(const EndedVisit&, const EndedVisit&) = default;
};

// The last visits of a queue, in their order. They follow from the visits, so they are in no row of
// their own.
class RecentVisits {
 public:
  // In any order.
  void Add(const EndedVisit& visit) {
    if (visit.answered) Keep(visit, kHandOuts + 1, answered_);
    Keep(visit, kDecided, decided_);
  }

  // How long the queue needs for one ticket; nothing when too few tell.
  std::optional<Duration> Interval(Time now) const {
    const Time since = now - kHandOutSpan;
    Duration sum;
    int64_t count = 0;
    for (size_t i = FirstOfLast(answered_, kHandOuts); i < answered_.size(); ++i) {
      const Time before = i > 0 ? answered_[i - 1].left : Time{};
      const Time began = std::max(before, answered_[i].entered);
      if (began <= since) continue;
      sum = sum + (answered_[i].left - began);
      ++count;
    }
    if (count < int64_t{kMinVisits}) return std::nullopt;
    return Duration{sum.us / count};
  }

  // How long a ticket waits that is the `position`-th to be handed out, from 1.
  std::optional<Duration> Wait(Time now, size_t position) const {
    const std::optional<Duration> interval = Interval(now);
    if (!interval) return std::nullopt;
    return *interval * static_cast<int64_t>(position);
  }

  // How long a ticket waits that comes now, when it goes behind the `waiting` tickets that wait;
  // nothing while nobody is there who might take it.
  std::optional<Duration> WaitOfNext(Time now, int32_t waiting, int32_t available_agents) const {
    if (available_agents <= 0) return std::nullopt;
    if (waiting == 0) return Duration{};
    return Wait(now, static_cast<size_t>(waiting) + 1);
  }

  struct Level {
    uint32_t in_target = 0;
    uint32_t decided = 0;
    friend bool operator==(const Level&, const Level&) = default;
  };
  // Nothing when too few tell.
  std::optional<Level> ServiceLevel(Time now) const {
    const Time since = now - kHandOutSpan;
    Level level;
    for (size_t i = FirstOfLast(decided_, kDecided); i < decided_.size(); ++i) {
      if (decided_[i].left <= since) continue;
      ++level.decided;
      if (decided_[i].in_target) ++level.in_target;
    }
    if (level.decided < kMinVisits) return std::nullopt;
    return level;
  }

  friend bool operator==(const RecentVisits&, const RecentVisits&) = default;

 private:
  static constexpr size_t kSlack = 16;

  static size_t FirstOfLast(const std::vector<EndedVisit>& visits, size_t count) {
    return visits.size() > count ? visits.size() - count : 0;
  }
  // Some more than `count` are kept for a while, so that not each one moves all.
  static void Keep(const EndedVisit& visit, size_t count, std::vector<EndedVisit>& visits) {
    visits.insert(std::upper_bound(visits.begin(), visits.end(), visit), visit);
    if (visits.size() < count + kSlack) return;
    visits.erase(visits.begin(), visits.end() - static_cast<std::ptrdiff_t>(count));
  }

  std::vector<EndedVisit> answered_, decided_;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_ESTIMATE_H_
