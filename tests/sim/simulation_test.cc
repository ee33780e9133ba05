// The whole engine in a simulated world: one thread, a time of its own, faults by seed.
//
// Goal: whatever the store and the process do, what was acknowledged is kept, once, and nobody is
// told what a crash could undo. Method: agents, customers and an adapter use the engine for a
// while, losing calls and answers and repeating them; commits fail, hang, are in doubt, are
// refused; the process crashes and starts again from what is durable. Then the faults end,
// everything comes to rest, and the history is judged. In between, whenever nothing is in flight,
// the live state is compared with the one that a new process would load.
//
// TANDEM_SIMULATION_SEED: the first seed, default 1. TANDEM_SIMULATION_RUNS: how many, default 40,
// under the address sanitizer 8.
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include "absl/strings/numbers.h"

#include "tests/sim/clients.h"
#include "tests/sim/history.h"
#include "tests/sim/world.h"

namespace tandem::sim {
namespace {

constexpr std::chrono::minutes kTroubledTime{3};
constexpr std::chrono::minutes kRest{4};
#if defined(__SANITIZE_ADDRESS__)
constexpr uint64_t kDefaultRuns = 8;
#else
constexpr uint64_t kDefaultRuns = 40;
#endif

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  uint64_t value = 0;
  return text != nullptr && absl::SimpleAtoi(text, &value) ? value : otherwise;
}

HistoryCounts RunOne(uint64_t seed) {
  World world(seed);
  Clients clients(world);
  clients.Begin();
  world.RunFor(kTroubledTime);
  clients.Rest();
  world.Heal();
  world.RunFor(kRest);

  EXPECT_TRUE(clients.AllSettled()) << "everybody gets an answer once nothing fails any more";
  // Time-outs and maintenance still go on, so it may be busy just now.
  for (int i = 0; i < 100 && !world.Quiet(); ++i) world.RunFor(milliseconds(20));
  EXPECT_TRUE(world.Quiet());
  clients.CompareViews();
  world.RunFor(std::chrono::seconds(30));
  const HistoryCounts history = CheckHistory(world.store().Copy(), clients.operations());

  const World::Counts& counts = world.counts();
  EXPECT_GT(history.acknowledged, 100);
  EXPECT_GT(counts.comparisons, 20);
  std::cout << "seed " << seed << ": " << clients.operations().size() << " operations, "
            << history.acknowledged << " acknowledged, " << history.refused << " refused, "
            << history.repeated << " repeated, " << history.data_refused << " data refused, "
            << history.reused_ids << " ids reused; " << history.interruptions << " interruptions, "
            << history.interruptions_in_group << " within a group, " << history.consulted
            << " consulted, " << history.monitored << " monitored, "
            << history.overflowed_when_closed << " overflowed, " << history.completed_by_silence
            << " completed by silence, " << history.reopened << " reopened, " << history.handed_off
            << " handed off; " << counts.crashes << " crashes, " << counts.late_commits
            << " late commits, " << counts.commit_faults << " commit faults, " << counts.away
            << " times away, " << counts.stalls << " stalls, " << counts.comparisons
            << " comparisons" << std::endl;
  return history;
}

TEST(Simulation, KeepsEveryPromiseWhateverFails) {
  spdlog::set_level(spdlog::level::off);
  const uint64_t first = FromEnvironment("TANDEM_SIMULATION_SEED", 1);
  const uint64_t runs = FromEnvironment("TANDEM_SIMULATION_RUNS", kDefaultRuns);
  HistoryCounts all;
  for (uint64_t seed = first; seed < first + runs; ++seed) {
    SCOPED_TRACE("TANDEM_SIMULATION_SEED=" + std::to_string(seed) + " TANDEM_SIMULATION_RUNS=1");
    const HistoryCounts history = RunOne(seed);
    if (HasFailure()) return;
    all.interruptions += history.interruptions;
    all.interruptions_in_group += history.interruptions_in_group;
    all.consulted += history.consulted;
    all.monitored += history.monitored;
    all.overflowed_when_closed += history.overflowed_when_closed;
    all.completed_by_silence += history.completed_by_silence;
    all.reopened += history.reopened;
    all.handed_off += history.handed_off;
    all.asked += history.asked;
    all.followed_up += history.followed_up;
    all.unblocked += history.unblocked;
    all.reviewed += history.reviewed;
    all.sent_back += history.sent_back;
    all.relaxed += history.relaxed;
    all.named += history.named;
    all.begun += history.begun;
    all.picked += history.picked;
    all.returned += history.returned;
    all.reclassified += history.reclassified;
  }
  std::cout << all.reviewed << " reviewed, " << all.sent_back << " sent back, " << all.relaxed
            << " relaxed, " << all.named << " for whom they name, " << all.begun << " begun, "
            << all.picked << " picked, " << all.returned << " returned, " << all.reclassified
            << " classified again" << std::endl;
  if (runs < 10) return;
  EXPECT_GT(all.interruptions, all.interruptions_in_group) << "from group to group";
  EXPECT_GT(all.interruptions_in_group, 0);
  EXPECT_GT(all.consulted, 0);
  EXPECT_GT(all.monitored, 0);
  EXPECT_GT(all.overflowed_when_closed, 0);
  EXPECT_GT(all.completed_by_silence, 0);
  EXPECT_GT(all.reopened, 0);
  EXPECT_GT(all.handed_off, 0);
  EXPECT_GT(all.asked, 0);
  EXPECT_GT(all.followed_up, 0);
  EXPECT_GT(all.unblocked, 0);
  EXPECT_GT(all.reviewed, 0);
  EXPECT_GT(all.sent_back, 0);
  EXPECT_GT(all.relaxed, 0);
  EXPECT_GT(all.named, 0);
  EXPECT_GT(all.begun, 0);
  EXPECT_GT(all.picked, 0);
  EXPECT_GT(all.returned, 0);
  EXPECT_GT(all.reclassified, 0);
}

}  // namespace
}  // namespace tandem::sim
