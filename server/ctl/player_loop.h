// The one thread of the player: timers on the server's clock, timers on our own, and answers from
// the network.
//
// Everything that the simulated people know and do happens on the thread that calls Run(); no locks
// besides the inbox, into which other threads post.
#ifndef TANDEM_SERVER_CTL_PLAYER_LOOP_H_
#define TANDEM_SERVER_CTL_PLAYER_LOOP_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <queue>
#include <vector>

#include "absl/time/time.h"

namespace tandem::ctl {

// The server's clock, estimated between readings. It stands still while the server is away: the
// server's does, too. One thread.
class ServerClock {
 public:
  // `server_time` was read about `local`; it moves `speed` seconds in one of ours.
  void Set(absl::Time server_time, double speed, absl::Time local);
  // Holds the clock where it is at `local`, until the next Set.
  void Freeze(absl::Time local);

  [[nodiscard]] bool frozen() const { return frozen_; }
  [[nodiscard]] double speed() const { return speed_; }
  [[nodiscard]] absl::Time At(absl::Time local) const;
  // How long, on our clock, until the server's shows `server_time`; infinite while it stands still.
  [[nodiscard]] absl::Duration Until(absl::Time server_time, absl::Time local) const;

 private:
  absl::Time server_ = absl::UnixEpoch();
  absl::Time local_ = absl::UnixEpoch();
  double speed_ = 1;
  bool frozen_ = true;
};

class PlayerLoop {
 public:
  using Action = std::function<void()>;

  // From any thread. Runs `action` on the loop's thread; it is dropped when the loop has ended.
  void Post(Action action);

  // On the loop's thread, or before Run(). Run `action` when the server's clock shows `when`, or
  // `delay` from now on that clock, or `delay` from now on ours.
  void At(absl::Time when, Action action);
  void After(absl::Duration delay, Action action) { At(Now() + delay, std::move(action)); }
  void AfterReal(absl::Duration delay, Action action);

  // Runs until Stop() is called on this thread.
  void Run();
  void Stop() { stopped_ = true; }

  [[nodiscard]] ServerClock& clock() { return clock_; }
  // The server's clock, now.
  [[nodiscard]] absl::Time Now() const;
  // A clock of ours that never goes back.
  [[nodiscard]] static absl::Time RealNow();

 private:
  struct Timer {
    absl::Time when;
    uint64_t order;  // Timers of one instant run in the order they were set.
    Action action;
    friend bool operator<(const Timer& a, const Timer& b) {  // A max-heap: the later is the lesser.
      return a.when != b.when ? a.when > b.when : a.order > b.order;
    }
  };
  using Heap = std::priority_queue<Timer>;

  // Runs one due timer. False when none was due.
  bool RunOneTimer();
  bool RunTop(Heap& heap, absl::Time now);
  void WaitForWork();

  ServerClock clock_;
  Heap server_timers_;
  Heap real_timers_;
  uint64_t next_order_ = 0;
  bool stopped_ = false;

  std::mutex mutex_;
  std::condition_variable posted_;
  std::vector<Action> inbox_;  // Guarded by mutex_.
};

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_PLAYER_LOOP_H_
