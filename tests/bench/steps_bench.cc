// The timers of plans: a million waiting tickets, each with a plan of which every step is to come.
//
// One thread, no IO. Nobody is there to take the tickets, so that what is measured is the steps:
// each puts another requirement, and so the ticket into another class. Events and rows of every
// step are built, and dropped in slices, as commits would take them.
//
//   nothing due   what looking for due timers costs, at each of a thousand looks a second
//   all due       every ticket's first step at one instant; then the second
//   late          the third steps fall due as the tickets came in, by the computer's clock, which
//                 drives the router as the engine does: it wakes at the next deadline. A step is
//                 late by the time from when it was due until the slice that took it ended
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "tests/bench/bench_router.h"
#include "tests/bench/figures.h"
#include "tests/bench/router_workload.h"

namespace tandem::router {
namespace {

using bench::Print;
using Clock = std::chrono::steady_clock;

constexpr Duration kFirst = Hours(100);
constexpr Duration kSecond = Hours(200);
constexpr Duration kThird = Hours(300);
constexpr int64_t kLooks = 1'000'000;
constexpr double kLooksPerSecond = 1'000;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Each step asks less of one skill, the queue's, than the one before.
Plan MakePlan(const std::string& queue) {
  Plan plan;
  const std::string skill = "skill" + queue.substr(sizeof("queue") - 1);
  uint32_t level = 7;
  for (const Duration after : {kFirst, kSecond, kThird}) {
    PlanStep& step = plan.emplace_back();
    step.after = after;
    level -= 2;
    step.requirement.emplace().all_of = {{SkillRequirement{skill, level}}};
  }
  return plan;
}

class Steps {
 public:
  // The tickets come in one after the other, over so long.
  Steps(size_t tickets, Duration spread)
      : workload_({.agents = 100, .profiles = 100, .classes = 500, .waiting = tickets},
                  DistributionMode::kLongestIdle),
        router_(workload_.MakeConfiguration()) {
    const Time began = router_.now() + Hours(1);
    for (size_t i = 0; i < tickets; ++i) {
      const auto share = static_cast<double>(i) / static_cast<double>(tickets);
      came_in_.push_back(
          began + Microseconds(static_cast<int64_t>(share * static_cast<double>(spread.us))));
      router_.SetNow(came_in_.back() - kBetweenCommands);
      NewContact contact = workload_.MakeContact();
      contact.plan = MakePlan(contact.queue);
      router_.Ingest(std::move(contact));
      if (i % 1'000 == 0) (void)router_.TakeChanges();
    }
    (void)router_.TakeChanges();
  }

  // Seconds for each look that finds nothing.
  double LookInVain() {
    router_.SetNow(came_in_.back() + Hours(1));
    const auto start = Clock::now();
    for (int64_t i = 0; i < kLooks; ++i) {
      router_.RunTimers();
      router_.SetNow(router_.now() + Microseconds(1'000));
    }
    return SecondsSince(start) / static_cast<double>(kLooks);
  }

  // Steps per second, of all that are due so long after the tickets came in.
  double TakeAll(Duration after) {
    router_.SetNow(came_in_.back() + after);
    size_t taken = 0;
    const auto start = Clock::now();
    while (router_.RunTimerSlice()) {
      taken += router_.TakeChanges().events.size();
    }
    const double rate = static_cast<double>(taken) / SecondsSince(start);
    if (taken != came_in_.size()) {
      std::fprintf(stderr, "expected %zu steps, but %zu events came\n", came_in_.size(), taken);
      std::abort();
    }
    return rate;
  }

  // How late each step was, ascending.
  std::vector<Duration> TakeAsTheyCome() {
    std::vector<Duration> late;
    const Time from = came_in_.front() + kThird - Microseconds(1'000);
    const auto start = Clock::now();
    const auto now = [&] {
      const auto passed = Clock::now() - start;
      return from +
             Microseconds(std::chrono::duration_cast<std::chrono::microseconds>(passed).count());
    };
    while (router_.router().NextDeadline() != kEndOfTime) {
      const Duration ahead = router_.router().NextDeadline() - now();
      std::this_thread::sleep_for(std::chrono::microseconds(std::max<int64_t>(ahead.us, 0)));
      router_.SetNow(now());
      while (router_.RunTimerSlice()) {
        const Time done = now();
        for (const EventRow& event : router_.TakeChanges().events) {
          late.push_back(done - (came_in_[event.ticket.low - 1] + kThird));
        }
      }
    }
    std::sort(late.begin(), late.end());
    return late;
  }

 private:
  RouterWorkload workload_;
  BenchRouter router_;
  std::vector<Time> came_in_;
};

void Measure(size_t tickets, Duration spread) {
  std::printf(
      "workload: %zu waiting tickets that came in over %.0f s, with three steps each that put "
      "another requirement\n",
      tickets, static_cast<double>(spread.us) / 1e6);
  Steps steps(tickets, spread);
  const double look = steps.LookInVain();
  Print("steps_look_in_vain", look * 1e9, "ns");
  Print("steps_nothing_due", look * kLooksPerSecond * 100, "%", 5);
  Print("steps_all_due_first", steps.TakeAll(kFirst), "steps/s");
  Print("steps_all_due_second", steps.TakeAll(kSecond), "steps/s");
  const std::vector<Duration> late = steps.TakeAsTheyCome();
  const auto rank = [&](double share) {
    const auto at = static_cast<size_t>(share * static_cast<double>(late.size() - 1));
    return static_cast<double>(late[at].us) / 1'000;
  };
  Print("steps_taken_as_they_come", static_cast<double>(late.size()), "steps");
  Print("steps_late_p50", rank(0.5), "ms", 3);
  Print("steps_late_p99", rank(0.99), "ms", 3);
  Print("steps_late_max", rank(1), "ms", 3);
  Print("steps_memory", ResidentMemory(), "MiB");
}

}  // namespace
}  // namespace tandem::router

// Usage: steps_bench [tickets [seconds]]
int main(int argc, char** argv) {
  const size_t tickets = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1'000'000;
  const int64_t seconds = argc > 2 ? std::strtol(argv[2], nullptr, 10) : 20;
  tandem::router::Measure(std::max<size_t>(tickets, 1),
                          tandem::router::Seconds(std::max<int64_t>(seconds, 1)));
  return 0;
}
