// Goal: a router that was loaded from a store has exactly the state of the one that wrote it, and
// no row that a router writes is refused. Method: random commands, committed in groups of random
// size; after some of them another router is loaded from the store, and the dumps of the two are
// compared. TANDEM_RANDOM_SEED=n does only the run of this seed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "router/router.h"
#include "tests/router/random_commands.h"
#include "tests/router/reference_router.h"
#include "tests/store/store_rows.h"
#include "tests/store/store_test_base.h"

namespace tandem::tests {
namespace {

constexpr int kRuns = 4;
constexpr int kCommands = 1'500;

// One shard with a router, and the reference that tells which commands make sense.
class World {
 public:
  World(store::Store& store, uint64_t seed) : store_(store), commands_(seed, {}) {
    epoch_ = store_.Acquire(0, "test")->epoch;
  }

  void Do(int commands) {
    for (int i = 0; i < commands && !::testing::Test::HasFailure(); ++i) {
      now_ = now_ + commands_.NextStep(now_, reference_.NextDeadline());
      if (reference_.NextDeadline() <= now_) Execute({"", router::AdvanceTime{}});
      Execute(commands_.Next(reference_, now_));
      if (commands_.Chance(20)) Commit();
      if (i % 100 == 99) CompareWithLoaded();
    }
  }

 private:
  void Execute(const router::Command& command) {
    (void)reference_.Execute(command, now_);
    (void)reference_.TakeEvents();
    (void)router_.Execute(command, now_);
  }

  void Commit() {
    store::Batch batch = MakeBatch(epoch_, ++sequence_, router_.TakeChanges());
    batch.at = now_;
    ASSERT_EQ(store_.Commit(batch), store::CommitResult::kCommitted);
  }

  void CompareWithLoaded() {
    Commit();
    auto loaded = store_.Load(0, epoch_);
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    EXPECT_EQ(loaded->last_sequence, sequence_);
    EXPECT_EQ(loaded->last_commit_at, now_);
    router::Router twin;
    twin.Load(std::move(loaded->state), now_);
    while (twin.HasPendingRouting()) (void)twin.Execute({"", router::ContinueRouting{}}, now_);
    EXPECT_TRUE(twin.TakeChanges().empty()) << "all was routed before";
    EXPECT_EQ(twin.Dump(), router_.Dump());
  }

  store::Store& store_;
  router::RandomCommands commands_;
  router::ReferenceRouter reference_{router::RouterOptions{}};
  router::Router router_;
  router::Time now_ = kMorning;
  int64_t epoch_ = 0;
  int64_t sequence_ = 0;
};

class RouterState : public ::testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Stores, RouterState, ::testing::Values("memory", "postgres"),
                         [](const auto& info) { return info.param; });

TEST_P(RouterState, LoadedEqualsWritten) {
  const char* only = std::getenv("TANDEM_RANDOM_SEED");
  for (int run = 0; run < (only == nullptr ? kRuns : 1) && !HasFailure(); ++run) {
    const uint64_t seed =
        only == nullptr ? static_cast<uint64_t>(run) : std::strtoull(only, nullptr, 10);
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::unique_ptr<Backing> backing = std::make_unique<MemoryBacking>();
    if (GetParam() == "postgres") {
      backing = std::make_unique<PostgresBacking>(SharedCluster().CreateDatabase("migrated"));
    }
    World(backing->OpenStore(), seed).Do(kCommands);
  }
}

}  // namespace
}  // namespace tandem::tests
