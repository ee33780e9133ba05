#include "server/engine/clock.h"

#include <algorithm>
#include <cstdlib>

namespace tandem::engine {
namespace {

// One part in so many of the time that passes is used to make up for a difference.
constexpr int64_t kSlewParts = 20;
// A database clock further ahead than this is taken over at once.
constexpr router::Duration kLongestSlew = router::Seconds(10);

int64_t MicrosecondsOf(std::chrono::steady_clock::duration span) {
  return std::chrono::duration_cast<std::chrono::microseconds>(span).count();
}

}  // namespace

Clock::Clock(double speed, router::Time start, SteadyTime now)
    : speed_(speed), steady_(now), engine_(start) {}

router::Time Clock::At(SteadyTime now) const {
  sync::MutexLock lock(mutex_);
  return AtLocked(now);
}

router::Time Clock::AtLocked(SteadyTime now) const {
  // A thread may have read the steady clock just before another one anchored this one.
  const int64_t steady_us = std::max<int64_t>(0, MicrosecondsOf(now - steady_));
  const auto run_us = static_cast<int64_t>(static_cast<double>(steady_us) * speed_);
  const int64_t slewed_us = std::min(std::abs(ahead_.us), run_us / kSlewParts);
  return engine_ + router::Microseconds(run_us + (ahead_.us < 0 ? -slewed_us : slewed_us));
}

SteadyTime Clock::When(router::Time time, SteadyTime now) const {
  const router::Time shown = At(now);
  if (time <= shown) return now;
  // An hour is enough: who waits that long looks again.
  const router::Duration wait = std::min(time - shown, router::Hours(1) * kSlewParts);
  const double steady_us = static_cast<double>(wait.us) / speed_;
  return now + std::chrono::microseconds(static_cast<int64_t>(steady_us) + 1);
}

void Clock::Anchor(router::Time database_now, router::Time last_commit_at, SteadyTime now) {
  sync::MutexLock lock(mutex_);
  router::Time floor = last_commit_at;
  if (anchored_) floor = std::max(floor, AtLocked(now));
  router::Duration ahead = database_now - floor;
  const bool step = !anchored_ || ahead > kLongestSlew;
  if (ahead.us >= 0 && step) {
    floor = database_now;
    ahead = {};
  }
  // Time that was sped up has left the database's clock behind for good.
  if (speed_ != 1.0) ahead = {};
  anchored_ = true;
  steady_ = now;
  engine_ = floor;
  ahead_ = ahead;
}

}  // namespace tandem::engine
