// Instants and spans of time, in microseconds.
//
// The router never reads a clock: every instant it knows came in with a command (ARCHITECTURE.md,
// law 4). Both types are plain values and safe to use from any thread.
#ifndef TANDEM_ROUTER_TIME_H_
#define TANDEM_ROUTER_TIME_H_

#include <compare>
#include <cstdint>
#include <limits>

namespace tandem::router {

// A span of time. May be negative.
struct Duration {
  int64_t us = 0;

  friend constexpr auto operator<=>(Duration, Duration) = default;
  friend constexpr Duration operator+(Duration a, Duration b) { return {a.us + b.us}; }
  friend constexpr Duration operator-(Duration a, Duration b) { return {a.us - b.us}; }
  friend constexpr Duration operator*(Duration a, int64_t n) { return {a.us * n}; }
};

constexpr Duration Microseconds(int64_t n) {
  return {n};
}
constexpr Duration Milliseconds(int64_t n) {
  return {n * 1'000};
}
constexpr Duration Seconds(int64_t n) {
  return {n * 1'000'000};
}
constexpr Duration Minutes(int64_t n) {
  return Seconds(60 * n);
}
constexpr Duration Hours(int64_t n) {
  return Minutes(60 * n);
}
constexpr Duration Days(int64_t n) {
  return Hours(24 * n);
}

// An instant: microseconds since the Unix epoch. Zero (`Time{}`) means "unset" wherever an instant
// is optional.
struct Time {
  int64_t us = 0;

  constexpr bool IsSet() const { return us != 0; }

  friend constexpr auto operator<=>(Time, Time) = default;
  friend constexpr Time operator+(Time t, Duration d) { return {t.us + d.us}; }
  friend constexpr Time operator-(Time t, Duration d) { return {t.us - d.us}; }
  friend constexpr Duration operator-(Time a, Time b) { return {a.us - b.us}; }
};

// Later than every instant that the API accepts.
inline constexpr Time kEndOfTime{std::numeric_limits<int64_t>::max()};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_TIME_H_
