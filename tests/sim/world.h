// A world for the engine: time, chance, a network of callbacks, a database that fails, and a
// process that crashes.
//
// Everything runs on one thread and follows from the seed.
#ifndef TANDEM_TESTS_SIM_WORLD_H_
#define TANDEM_TESTS_SIM_WORLD_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "tests/support/fake_engine.h"
#include "tests/support/fake_store.h"

namespace tandem::sim {

using std::chrono::milliseconds;

class World {
 public:
  explicit World(uint64_t seed);

  // ------------------------------------------------------------------------------- time and chance

  engine::SteadyTime now() const { return now_; }
  void After(milliseconds delay, std::function<void()> action);
  // Runs what is due within the span.
  void RunFor(milliseconds span);

  bool Chance(int per_mille) { return Pick(1000) < per_mille; }
  int Pick(int count) { return static_cast<int>(random_() % static_cast<uint64_t>(count)); }
  milliseconds Between(int first_ms, int last_ms) {
    return milliseconds(first_ms + Pick(last_ms - first_ms + 1));
  }

  // ------------------------------------------------------------------------------------ what fails

  // Null while the process is down.
  test::CoreDriver* process() { return process_.get(); }
  // Raised at each crash; what belongs to an earlier one is gone.
  int incarnation() const { return incarnation_; }
  test::FakeStore& store() { return store_; }
  // The clock of the database, which every other computer's is close to.
  router::Time DatabaseNow();
  // From now on nothing fails any more.
  void Heal();
  // Whether the process serves, and all that it decided is durable.
  bool Quiet();

  struct Counts {
    int crashes = 0, late_commits = 0, commit_faults = 0, away = 0, stalls = 0, comparisons = 0;
  };
  const Counts& counts() const { return counts_; }

 private:
  struct Event {
    engine::SteadyTime at;
    uint64_t order = 0;
    std::function<void()> action;
    friend bool operator>(const Event& a, const Event& b) {
      return a.at != b.at ? a.at > b.at : a.order > b.order;
    }
  };

  void StartProcess();
  void Crash();
  void ScheduleJobs();
  void DoStoreJob();
  void DoLookUpJob();
  milliseconds Latency();
  void ScheduleTroubles();
  // Compares the process's state with what a new one would load.
  void CompareWithDurable();

  std::mt19937_64 random_;
  engine::SteadyTime now_;
  uint64_t order_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  bool healthy_ = false;
  test::FakeStore store_;
  std::unique_ptr<test::CoreDriver> process_;
  int incarnation_ = 0;
  bool store_busy_ = false;  // a job is on its way
  bool look_up_busy_ = false;
  engine::SteadyTime next_comparison_;
  Counts counts_;
};

}  // namespace tandem::sim

#endif  // TANDEM_TESTS_SIM_WORLD_H_
