#include "tests/sim/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "router/router.h"
#include "server/engine/store_work.h"
#include "tests/support/fake_workspace.h"

namespace tandem::sim {
namespace {

using engine::SteadyTime;

constexpr SteadyTime kStart{std::chrono::hours(1)};
constexpr router::Time kDatabaseStart{1'700'000'000'000'000};
constexpr milliseconds kComparisonInterval{700};

engine::EngineOptions Options() {
  engine::EngineOptions options;
  options.owner = "simulated";
  options.max_group = 64;
  options.router.max_offers_per_slice = 3;
  options.router.max_timers_per_slice = 2;
  return options;
}

}  // namespace

World::World(uint64_t seed)
    : random_(seed), now_(kStart), store_([this] { return DatabaseNow(); }) {
  StartProcess();
  ScheduleTroubles();
}

router::Time World::DatabaseNow() {
  const auto passed = std::chrono::duration_cast<std::chrono::microseconds>(now_ - kStart);
  // Its clock is another one than ours, and not always the same computer's.
  return kDatabaseStart + router::Microseconds(passed.count()) + router::Milliseconds(Pick(300));
}

void World::After(milliseconds delay, std::function<void()> action) {
  events_.push({now_ + delay, ++order_, std::move(action)});
}

void World::RunFor(milliseconds span) {
  const SteadyTime end = now_ + span;
  while (true) {
    SteadyTime next = events_.empty() ? SteadyTime::max() : events_.top().at;
    if (process_) next = std::min(next, process_->core().NextWake(now_));
    if (next > end) break;
    now_ = std::max(now_, next);
    if (process_) process_->MoveTo(now_);
    while (!events_.empty() && events_.top().at <= now_) {
      const std::function<void()> action = events_.top().action;
      events_.pop();
      action();
    }
    if (!process_) continue;
    process_->MoveTo(now_);
    process_->Step();
    ScheduleJobs();
    if (now_ >= next_comparison_ && Quiet()) CompareWithDurable();
  }
  now_ = std::max(now_, end);
}

// ----------------------------------------------------------------------------------------- process

void World::StartProcess() {
  process_ = std::make_unique<test::CoreDriver>(Options(), store_, random_(), now_);
}

void World::Crash() {
  if (!process_) return;
  ++counts_.crashes;
  const auto& job = process_->store_job();
  const auto* commit = job ? std::get_if<engine::Commit>(&*job) : nullptr;
  if (commit != nullptr && store_busy_ && Chance(500)) {
    // The process is gone, but its COMMIT is still on the way. It arrives before or after the next
    // one took over.
    After(Between(0, 4'000), [this, batch = *commit->batch] {
      counts_.late_commits += store_.Commit(batch) == store::CommitResult::kCommitted ? 1 : 0;
    });
  }
  ++incarnation_;
  store_busy_ = look_up_busy_ = false;
  process_.reset();
  After(Between(20, 6'000), [this] { StartProcess(); });
}

// -------------------------------------------------------------------------------------------- jobs

milliseconds World::Latency() {
  if (!healthy_ && Chance(5)) return Between(200, 2'500);
  return Chance(300) ? Between(5, 60) : Between(0, 5);
}

void World::ScheduleJobs() {
  const auto when_alive = [this](std::function<void()> action) {
    return [this, incarnation = incarnation_, action = std::move(action)] {
      if (incarnation == incarnation_) action();
    };
  };
  if (process_->store_job() && !store_busy_) {
    store_busy_ = true;
    After(Latency(), when_alive([this] { DoStoreJob(); }));
  }
  if (process_->look_up_job() && !look_up_busy_) {
    look_up_busy_ = true;
    After(Latency(), when_alive([this] { DoLookUpJob(); }));
  }
}

void World::DoStoreJob() {
  if (!healthy_ && Chance(2)) {
    Crash();  // with the job on its way
    return;
  }
  const engine::StoreJob& job = *process_->store_job();
  if (!healthy_ && std::holds_alternative<engine::Commit>(job) && Chance(40)) {
    ++counts_.commit_faults;
    const int kind = Pick(100);
    store_.FailCommits(kind < 35   ? store::CommitFault::kNotCommitted
                       : kind < 60 ? store::CommitFault::kInDoubtCommitted
                       : kind < 85 ? store::CommitFault::kInDoubtLost
                       : kind < 95 ? store::CommitFault::kDataRefused
                                   : store::CommitFault::kFenced);
  }
  engine::StoreResult result = engine::Run(job, store_);
  if (!healthy_ && Chance(2)) {
    Crash();  // with the job done, and nobody told
    return;
  }
  After(Latency(), [this, incarnation = incarnation_, result = std::move(result)] {
    if (incarnation != incarnation_) return;
    store_busy_ = false;
    process_->FinishStoreJob(result);
  });
}

void World::DoLookUpJob() {
  engine::LookUpResult result = absl::UnavailableError("simulated");
  if (healthy_ || !Chance(30)) result = store_.LookUp(process_->look_up_job()->keys);
  After(Latency(), [this, incarnation = incarnation_, result = std::move(result)] {
    if (incarnation != incarnation_) return;
    look_up_busy_ = false;
    process_->FinishLookUpJob(result);
  });
}

// ---------------------------------------------------------------------------------------- troubles

void World::ScheduleTroubles() {
  After(Between(500, 9'000), [this] {
    if (healthy_) return;
    const int kind = Pick(10);
    if (kind < 4) {
      Crash();
    } else if (kind < 7) {
      ++counts_.away;
      store_.SetAway(true);
      After(Between(50, 5'000), [this] { store_.SetAway(false); });
    } else if (kind < 8) {
      store_.SetLookUpsAway(true);
      After(Between(50, 4'000), [this] { store_.SetLookUpsAway(false); });
    } else {
      // The whole process stands still; what came meanwhile comes late.
      ++counts_.stalls;
      now_ += Between(200, 4'000);
    }
    ScheduleTroubles();
  });
}

void World::Heal() {
  healthy_ = true;
  store_.SetAway(false);
  store_.SetLookUpsAway(false);
}

// -------------------------------------------------------------------------------------- comparison

bool World::Quiet() {
  return process_ != nullptr && process_->core().settled() && !store_busy_ &&
         process_->core().availability() == engine::Availability::kReady &&
         process_->core().router() != nullptr && !process_->core().router()->HasPendingRouting();
}

void World::CompareWithDurable() {
  next_comparison_ = now_ + kComparisonInterval;
  const engine::Core& core = process_->core();
  absl::StatusOr<store::Loaded> loaded = store_.Load(0, core.epoch());
  if (!loaded.ok()) return;
  ++counts_.comparisons;
  router::Router fresh(Options().router);
  fresh.Load(std::move(loaded->state), process_->time());
  ASSERT_EQ(fresh.Dump(), core.router()->Dump()) << "the durable state is not that of the process";
  core.router()->CheckInvariants();
}

}  // namespace tandem::sim
