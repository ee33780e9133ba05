// Goal: the memory store fails as it is told to, in each way in which a database fails. Method: one
// fault at a time, then what is durable.
#include "server/store/memory_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <utility>
#include <vector>

#include "tests/store/store_rows.h"

namespace tandem::store {
namespace {

using tests::kMorning;

class MemoryStoreFaults : public ::testing::Test {
 protected:
  MemoryStoreFaults() { batch_.epoch = store_.Acquire(0, "test")->epoch; }

  size_t Tickets() const { return store_.Copy().tickets.size(); }

  static Batch FirstBatch() {
    Batch batch;
    batch.sequence = 1;
    batch.at = kMorning;
    batch.changes.workspaces = {tests::SampleWorkspace()};
    tests::AddTicket(batch.changes, 1, 1);
    return batch;
  }

  MemoryStore store_{[] { return kMorning; }};
  Batch batch_ = FirstBatch();
};

TEST_F(MemoryStoreFaults, NotCommittedLeavesNothingAndTheNextOneWorks) {
  store_.FailCommits(CommitFault::kNotCommitted, 2);
  EXPECT_EQ(store_.Commit(batch_), CommitResult::kNotCommitted);
  EXPECT_EQ(store_.Commit(batch_), CommitResult::kNotCommitted);
  EXPECT_EQ(Tickets(), 0u);
  EXPECT_EQ(store_.Commit(batch_), CommitResult::kCommitted);
  EXPECT_EQ(Tickets(), 1u);
}

TEST_F(MemoryStoreFaults, DataRefusedLeavesNothing) {
  store_.FailCommits(CommitFault::kDataRefused);
  EXPECT_EQ(store_.Commit(batch_), CommitResult::kDataRefused);
  EXPECT_EQ(Tickets(), 0u);
}

TEST_F(MemoryStoreFaults, InDoubtIsResolvedEitherWay) {
  store_.FailCommits(CommitFault::kInDoubtLost);
  store_.FailCommits(CommitFault::kInDoubtCommitted);
  EXPECT_EQ(store_.Commit(batch_), CommitResult::kInDoubt);
  EXPECT_EQ(Tickets(), 0u);
  const auto lost = store_.Resolve(batch_);
  ASSERT_TRUE(lost.ok());
  EXPECT_FALSE(lost->committed);
  batch_.epoch = lost->epoch;
  EXPECT_EQ(store_.Commit(batch_), CommitResult::kInDoubt);
  EXPECT_EQ(Tickets(), 1u);
  const auto durable = store_.Resolve(batch_);
  ASSERT_TRUE(durable.ok());
  EXPECT_TRUE(durable->committed);
}

TEST_F(MemoryStoreFaults, FencedMeansThatAnotherWriterHasTheShard) {
  store_.FailCommits(CommitFault::kFenced);
  EXPECT_EQ(store_.Commit(batch_), CommitResult::kFenced);
  EXPECT_EQ(store_.Commit(batch_), CommitResult::kFenced);
  EXPECT_EQ(store_.Load(0, batch_.epoch).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(store_.Resolve(batch_).status().code(), absl::StatusCode::kAborted);
}

TEST_F(MemoryStoreFaults, UnavailableReachesEveryFunction) {
  store_.SetUnavailable(true);
  EXPECT_EQ(store_.Commit(batch_), CommitResult::kNotCommitted);
  const std::vector<absl::Status> statuses = {
      store_.Acquire(0, "x").status(),
      store_.Load(0, 1).status(),
      store_.Resolve(batch_).status(),
      store_.LookUp({}).status(),
      store_.Maintain(kMorning),
      store_.GetTickets("a", {}).status(),
      store_.ListTickets("a", {}, {}, 1).status(),
      store_.ListTicketEvents("a", {}, 0, 1).status(),
      store_.GetConfiguration("a").status(),
      store_.ListQueueStatistics("a", kMorning).status(),
  };
  for (const absl::Status& status : statuses) {
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  }
  store_.SetUnavailable(false);
  store_.FailCalls(1);
  EXPECT_EQ(store_.Commit(batch_), CommitResult::kNotCommitted);
  EXPECT_EQ(store_.Commit(batch_), CommitResult::kCommitted);
}

TEST_F(MemoryStoreFaults, TheHookSeesEachBatchBeforeItIsDurable) {
  std::vector<std::pair<int64_t, size_t>> seen;
  store_.OnCommit([&](const Batch& batch) { seen.emplace_back(batch.sequence, Tickets()); });
  EXPECT_EQ(store_.Commit(batch_), CommitResult::kCommitted);
  store_.OnCommit(nullptr);
  EXPECT_EQ(Tickets(), 1u);
  EXPECT_THAT(seen, ::testing::ElementsAre(std::pair(int64_t{1}, size_t{0})));
}

TEST_F(MemoryStoreFaults, RowsAreCopiesAndTheClockIsTheOneGiven) {
  EXPECT_EQ(store_.Commit(batch_), CommitResult::kCommitted);
  batch_.changes.tickets[0].channel = "changed";
  EXPECT_EQ(store_.Copy().tickets.begin()->second.channel, "voice");
  EXPECT_EQ(store_.Load(0, batch_.epoch)->database_now, kMorning);
}

TEST_F(MemoryStoreFaults, WritersOnSeveralThreadsFenceEachOther) {
  int committed[2] = {0, 0};
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < 2; ++writer) {
      writers.emplace_back([&, writer] {
        for (int round = 0; round < 50; ++round) {
          Batch batch;
          batch.epoch = store_.Acquire(0, "writer")->epoch;
          const auto loaded = store_.Load(0, batch.epoch);
          if (!loaded.ok()) continue;
          batch.sequence = loaded->last_sequence + 1;
          if (store_.Commit(batch) == CommitResult::kCommitted) ++committed[writer];
        }
      });
    }
  }
  const MemoryStore::Contents contents = store_.Copy();
  EXPECT_EQ(contents.shards.at(0).commits.size(), static_cast<size_t>(committed[0] + committed[1]));
  EXPECT_EQ(contents.shards.at(0).epoch, 101);
}

}  // namespace
}  // namespace tandem::store
