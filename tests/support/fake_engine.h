// The engine's core on one thread, in a time of its own, over any store.
//
// The driver does the core's jobs when it is told to, so that a test decides what happens between a
// decision and its commit.
#ifndef TANDEM_TESTS_SUPPORT_FAKE_ENGINE_H_
#define TANDEM_TESTS_SUPPORT_FAKE_ENGINE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "router/command.h"
#include "router/rows.h"
#include "router/time.h"
#include "server/engine/clock.h"
#include "server/engine/core.h"
#include "server/engine/feed.h"
#include "server/engine/pending_call.h"
#include "server/engine/store_work.h"
#include "server/store/store.h"

namespace tandem::test {

// Where a call's answer appears.
struct Answered {
  std::optional<router::Outcome> outcome;
  int times = 0;

  bool done() const { return times > 0; }
  const router::Rejection* rejection() const {
    return outcome ? std::get_if<router::Rejection>(&*outcome) : nullptr;
  }
  // Null when there is no answer yet, or another one.
  template <typename T>
  const T* reply() const {
    const auto* reply = outcome ? std::get_if<router::Reply>(&*outcome) : nullptr;
    return reply != nullptr ? std::get_if<T>(reply) : nullptr;
  }
};
using AnswerPtr = std::shared_ptr<Answered>;

class CoreDriver {
 public:
  CoreDriver(engine::EngineOptions options, store::Store& store, uint64_t seed,
             engine::SteadyTime start = engine::SteadyTime(std::chrono::hours(1)))
      : store_(store),
        now_(start),
        clock_(options.clock_speed, router::Time{1}, start),
        core_(std::move(options), std::mt19937_64(seed), clock_) {}

  engine::Core& core() { return core_; }
  engine::Feed& feed() { return feed_; }
  engine::SteadyTime now() const { return now_; }
  router::Time time() const { return clock_.At(now_); }

  AnswerPtr Submit(router::Command command, std::optional<engine::RequestTag> request = {},
                   engine::NoticeSink* sink = nullptr,
                   engine::SteadyTime deadline = engine::SteadyTime::max()) {
    auto answered = std::make_shared<Answered>();
    engine::PendingCall call;
    call.command = std::move(command);
    call.request = request;
    call.deadline = deadline;
    call.subscription = feed_.Announce(sink);
    call.done = [answered](router::Outcome outcome) {
      answered->outcome = std::move(outcome);
      ++answered->times;
    };
    core_.Submit(std::move(call), now_);
    return answered;
  }

  // Lets the core decide and hand out, but does no job.
  void Step() {
    do {
      core_.Step(now_);
      if (!store_job_) store_job_ = core_.TakeStoreJob(now_);
      if (!look_up_job_) look_up_job_ = core_.TakeLookUpJob(now_);
      PassOn();
    } while (core_.NextWake(now_) <= now_);
  }
  // Does the job at hand, if there is one. True when there was.
  bool RunStoreJob() {
    if (!store_job_) return false;
    FinishStoreJob(engine::Run(*std::exchange(store_job_, std::nullopt), store_));
    return true;
  }
  bool RunLookUpJob() {
    if (!look_up_job_) return false;
    FinishLookUpJob(store_.LookUp(std::exchange(look_up_job_, std::nullopt)->keys));
    return true;
  }
  // For who does the jobs in its own way.
  const std::optional<engine::StoreJob>& store_job() const { return store_job_; }
  const std::optional<engine::LookUpJob>& look_up_job() const { return look_up_job_; }
  void FinishStoreJob(engine::StoreResult result) {
    store_job_.reset();
    core_.OnStoreResult(std::move(result), now_);
    store_job_ = core_.TakeStoreJob(now_);
    Step();
  }
  void FinishLookUpJob(engine::LookUpResult result) {
    look_up_job_.reset();
    core_.OnLookUpResult(std::move(result), now_);
    Step();
  }

  // Does all that can be done at this instant.
  void Settle() {
    Step();
    while (RunStoreJob() || RunLookUpJob()) {
    }
  }
  // Lets time pass, with everything that is due in between.
  void Advance(std::chrono::milliseconds span) {
    const engine::SteadyTime end = now_ + span;
    Settle();
    while (true) {
      const engine::SteadyTime wake = core_.NextWake(now_);
      if (wake > end) break;
      if (wake > now_) now_ = wake;
      Settle();
    }
    now_ = end;
    Settle();
  }
  // Lets time pass without the core noticing: a stall.
  void Stall(std::chrono::milliseconds span) { now_ += span; }
  void MoveTo(engine::SteadyTime now) { now_ = now; }

 private:
  void PassOn() {
    for (engine::Delivery& delivery : core_.TakeDeliveries()) {
      if (auto orphan = feed_.Deliver(std::move(delivery))) {
        engine::PendingCall call;
        call.command = *std::move(orphan);
        core_.Submit(std::move(call), now_);
      }
    }
  }

  store::Store& store_;
  engine::SteadyTime now_;
  engine::Clock clock_;
  engine::Core core_;
  engine::Feed feed_;
  std::optional<engine::StoreJob> store_job_;
  std::optional<engine::LookUpJob> look_up_job_;
};

}  // namespace tandem::test

#endif  // TANDEM_TESTS_SUPPORT_FAKE_ENGINE_H_
