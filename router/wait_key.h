// What waiting tickets are ordered by.
#ifndef TANDEM_ROUTER_WAIT_KEY_H_
#define TANDEM_ROUTER_WAIT_KEY_H_

#include <compare>
#include <cstdint>
#include <limits>

#include "router/time.h"

namespace tandem::router {

// Longer than from the epoch to any instant that the API accepts.
inline constexpr Duration kPrioritySpan{int64_t{1} << 58};
// Sixteen of them: more than priorities take, and together with these still an instant.
inline constexpr Duration kLateSpan{int64_t{1} << 62};

// Smaller goes first. In a queue that is PRIORITY_FIRST a span is added to the key for each step
// that the ticket's priority is below the highest; where late work goes after punctual work, one
// that is longer than all of these is added to that of a late ticket.
struct WaitKey {
  Time key = kEndOfTime;
  uint64_t arrival = std::numeric_limits<uint64_t>::max();
  // Steps of priority may take a key to before the epoch.
  constexpr bool IsLate() const { return key.us >= kLateSpan.us - kPrioritySpan.us; }
  // As if it was not late.
  constexpr WaitKey Punctual() const {
    return IsLate() ? WaitKey{key - kLateSpan, arrival} : *this;
  }
  // Against tickets of other queues: without the spans of priorities.
  constexpr WaitKey Competing() const {
    if (key.us < kPrioritySpan.us) return *this;
    const Time plain{Punctual().key.us % kPrioritySpan.us};
    return {IsLate() ? plain + kLateSpan : plain, arrival};
  }
  friend constexpr auto operator<=>(const WaitKey&, const WaitKey&) = default;
};
// No late ticket goes before it, and every punctual one does.
inline constexpr WaitKey kFirstLate{Time{kLateSpan.us - kPrioritySpan.us}, 0};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_WAIT_KEY_H_
