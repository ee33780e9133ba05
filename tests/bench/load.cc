#include "tests/bench/load.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <stdexcept>
#include <thread>
#include <utility>

#include "absl/time/time.h"

namespace tandem::bench {
namespace {

using Clock = std::chrono::steady_clock;

// Longer than any call may take, so that afterwards no call is under way.
constexpr absl::Duration kPatience = absl::Seconds(60);
// Lives at once in an open loop. More: the server has fallen behind for good.
constexpr size_t kMostAtOnce = 100'000;

}  // namespace

// --------------------------------------------------------------------------------------------------------
// a lane

void Lane::BeginAt(Clock::time_point intended_at) {
  intended_at_ = intended_at;
  recorded_ = load_.recording_;
  Begin();
}

void Lane::End(size_t amount) {
  Took(load_.lives, intended_at_);
  if (load_.OnEnd(this, amount)) BeginAt(Clock::now());
}

void Lane::Fail(const std::string& why) {
  load_.OnFailure(why);
}

void Lane::Took(Latencies& latencies, Clock::time_point since, Clock::time_point until) const {
  if (recorded_) latencies.Add(until - since);
}

// --------------------------------------------------------------------------------------------------------
// the loads

void Load::Start(size_t lanes) {
  Start(lanes, std::numeric_limits<int64_t>::max());
}

void Load::Run(size_t lanes, size_t lives) {
  Start(std::min(lanes, lives), static_cast<int64_t>(lives));
  AwaitIdle();
}

void Load::Start(size_t lanes, int64_t lives) {
  left_ = lives - static_cast<int64_t>(lanes);
  for (size_t i = 0; i < lanes; ++i) {
    if (Lane* const lane = TakeIdle()) lane->BeginAt(Clock::now());
  }
}

void Load::Pace(double per_second, std::chrono::duration<double> length) {
  left_ = 0;
  const auto begin = Clock::now();
  const auto lives = static_cast<size_t>(per_second * length.count());
  for (size_t i = 0; i < lives; ++i) {
    const std::chrono::duration<double> offset{static_cast<double>(i) / per_second};
    const auto intended_at = begin + std::chrono::duration_cast<Clock::duration>(offset);
    std::this_thread::sleep_until(intended_at);
    Lane* const lane = TakeIdle();
    if (lane == nullptr) return;  // Finish says why
    lane->BeginAt(intended_at);
  }
}

void Load::Finish() {
  left_ = 0;
  AwaitIdle();
}

void Load::AwaitIdle() {
  const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return busy_ == 0; };
  const absl::MutexLock lock(&mutex_);
  // As long as something ends, there is hope.
  for (uint64_t before = done_; !mutex_.AwaitWithTimeout(absl::Condition(&idle), kPatience);
       before = done_) {
    if (done_ != before) continue;
    std::fprintf(stderr, "expected every life to end, but %zu have not; %s\n", busy_,
                 failure_.c_str());
    std::_Exit(1);  // calls are under way, so that nothing can be taken down
  }
  if (!failure_.empty()) throw std::runtime_error(failure_);
}

std::string Load::NextId() {
  static const uint64_t run = std::random_device()();
  char text[40];
  std::snprintf(text, sizeof text, "%08llx-0000-4000-8000-%012llx",
                static_cast<unsigned long long>(run),
                static_cast<unsigned long long>(ids_.fetch_add(1)));
  return text;
}

Lane* Load::TakeIdle() {
  const absl::MutexLock lock(&mutex_);
  if (idle_.empty() && lanes_.size() == kMostAtOnce && failure_.empty()) {
    failure_ = "expected fewer than " + std::to_string(kMostAtOnce) +
               " lives at once, but the server falls behind";
  }
  if (!failure_.empty()) return nullptr;
  ++busy_;
  if (idle_.empty()) {
    lanes_.push_back(make_(*this, lanes_.size()));
    return lanes_.back().get();
  }
  Lane* const lane = idle_.back();
  idle_.pop_back();
  return lane;
}

bool Load::OnEnd(Lane* lane, size_t amount) {
  done_.fetch_add(amount, std::memory_order_relaxed);
  if (left_.load(std::memory_order_relaxed) > 0 && left_.fetch_sub(1) > 0) return true;
  const absl::MutexLock lock(&mutex_);
  idle_.push_back(lane);
  --busy_;
  return false;
}

void Load::OnFailure(const std::string& why) {
  const absl::MutexLock lock(&mutex_);
  if (failure_.empty()) failure_ = why;
  --busy_;
}

}  // namespace tandem::bench
