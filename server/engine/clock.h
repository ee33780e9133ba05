// Engine time: that of the database at Load, carried on by this computer's steady clock.
//
// It never goes back and never jumps for a small difference: when a later Load finds the database's
// clock elsewhere, engine time runs a twentieth slower or faster until the two agree. Only when the
// database is far ahead (this process was suspended) it steps there at once; the loop sees that as
// a stall.
//
// Every function is safe from any thread.
#ifndef TANDEM_SERVER_ENGINE_CLOCK_H_
#define TANDEM_SERVER_ENGINE_CLOCK_H_

#include <chrono>

#include "absl/base/thread_annotations.h"

#include "router/time.h"
#include "server/sync/mutex.h"

namespace tandem::engine {

// An instant of this computer's steady clock.
using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
 public:
  // Until the first Anchor the clock shows `start`, the computer's own idea of the time, and goes
  // on from there. `speed`: seconds of engine time per second.
  Clock(double speed, router::Time start, SteadyTime now);

  router::Time At(SteadyTime now) const;
  // About when the clock will show `time`, if it is not anchored anew; `now` when it already does.
  SteadyTime When(router::Time time, SteadyTime now) const;
  double speed() const { return speed_; }

  // Follows the database's clock from now on, never before `last_commit_at` (unset: nothing was
  // committed yet). A clock that does not run at speed 1 goes on from the later of the two and
  // follows nothing.
  void Anchor(router::Time database_now, router::Time last_commit_at, SteadyTime now);

 private:
  router::Time AtLocked(SteadyTime now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const double speed_;
  mutable sync::Mutex mutex_;
  bool anchored_ ABSL_GUARDED_BY(mutex_) = false;
  SteadyTime steady_ ABSL_GUARDED_BY(mutex_);
  router::Time engine_ ABSL_GUARDED_BY(mutex_);  // at `steady_`
  // How far the database's clock was ahead of ours at `steady_`; negative: behind.
  router::Duration ahead_ ABSL_GUARDED_BY(mutex_);
};

// How much engine time passes meanwhile, at a speed.
inline router::Duration Scaled(std::chrono::milliseconds span, double speed) {
  const double us = static_cast<double>(std::chrono::microseconds(span).count()) * speed;
  return router::Microseconds(static_cast<int64_t>(us));
}

}  // namespace tandem::engine

#endif  // TANDEM_SERVER_ENGINE_CLOCK_H_
