#include "server/ctl/player_loop.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tandem::ctl {

void ServerClock::Set(absl::Time server_time, double speed, absl::Time local) {
  server_ = server_time;
  local_ = local;
  speed_ = speed > 0 ? speed : 1;
  frozen_ = false;
}

void ServerClock::Freeze(absl::Time local) {
  if (frozen_) return;
  server_ = At(local);
  local_ = local;
  frozen_ = true;
}

absl::Time ServerClock::At(absl::Time local) const {
  return frozen_ ? server_ : server_ + (local - local_) * speed_;
}

absl::Duration ServerClock::Until(absl::Time server_time, absl::Time local) const {
  const absl::Duration left = server_time - At(local);
  if (left <= absl::ZeroDuration()) return absl::ZeroDuration();
  return frozen_ ? absl::InfiniteDuration() : left / speed_;
}

absl::Time PlayerLoop::RealNow() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

absl::Time PlayerLoop::Now() const {
  return clock_.At(RealNow());
}

void PlayerLoop::Post(Action action) {
  {
    const std::lock_guard lock(mutex_);
    inbox_.push_back(std::move(action));
  }
  posted_.notify_one();
}

void PlayerLoop::At(absl::Time when, Action action) {
  server_timers_.push({when, next_order_++, std::move(action)});
}

void PlayerLoop::AfterReal(absl::Duration delay, Action action) {
  real_timers_.push({RealNow() + delay, next_order_++, std::move(action)});
}

bool PlayerLoop::RunTop(Heap& heap, absl::Time now) {
  if (heap.empty() || heap.top().when > now) return false;
  // The action may set timers, so it leaves the heap first. The cast only lets us move out of the
  // top.
  Action action = std::move(const_cast<Timer&>(heap.top()).action);
  heap.pop();
  action();
  return true;
}

bool PlayerLoop::RunOneTimer() {
  const absl::Time real_now = RealNow();
  if (RunTop(real_timers_, real_now)) return true;
  return !clock_.frozen() && RunTop(server_timers_, clock_.At(real_now));
}

void PlayerLoop::WaitForWork() {
  const absl::Time real_now = RealNow();
  absl::Duration wait = absl::Seconds(1);
  if (!real_timers_.empty()) wait = std::min(wait, real_timers_.top().when - real_now);
  if (!server_timers_.empty()) {
    wait = std::min(wait, clock_.Until(server_timers_.top().when, real_now));
  }
  if (wait <= absl::ZeroDuration()) return;
  std::unique_lock lock(mutex_);
  posted_.wait_for(lock, absl::ToChronoNanoseconds(wait), [this] { return !inbox_.empty(); });
}

void PlayerLoop::Run() {
  // Between two looks into the inbox so many timers run at most, so that neither starves the other.
  constexpr int kTimersPerTurn = 64;
  std::vector<Action> actions;
  while (!stopped_) {
    {
      const std::lock_guard lock(mutex_);
      actions.swap(inbox_);
    }
    for (Action& action : actions) {
      if (!stopped_) action();
    }
    const bool had_actions = !actions.empty();
    actions.clear();
    int timers = 0;
    while (!stopped_ && timers < kTimersPerTurn && RunOneTimer()) ++timers;
    if (!stopped_ && !had_actions && timers == 0) WaitForWork();
  }
}

}  // namespace tandem::ctl
