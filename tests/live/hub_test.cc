// Goal: the ring and the hub tell everything that became durable, once and in order, and the engine
// keeps nothing while nobody listens. A real engine over a store in memory.
#include "server/live/hub.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "server/engine/engine.h"
#include "server/live/event_ring.h"
#include "server/store/memory_store.h"
#include "tests/support/eventually.h"

namespace tandem::live {
namespace {

using test::Eventually;
using Found = EventRing::Found;

router::EventRow Event(int64_t sequence, const std::string& workspace = "lisbon") {
  router::EventRow event;
  event.workspace = workspace;
  event.sequence = sequence;
  event.type = router::EventType::kTicketCreated;
  event.client = sequence % 2 == 0 ? "acme" : "globex";
  return event;
}

std::vector<router::EventRow> Events(int64_t first, int64_t last) {
  std::vector<router::EventRow> events;
  for (int64_t i = first; i <= last; ++i) events.push_back(Event(i));
  return events;
}

std::vector<int64_t> Sequences(const std::vector<router::EventRow>& events) {
  std::vector<int64_t> sequences;
  for (const router::EventRow& event : events) sequences.push_back(event.sequence);
  return sequences;
}

TEST(EventRing, ReadsOnFromAPosition) {
  EventRing ring("lisbon");
  std::vector<router::EventRow> events;
  int64_t position = 4;
  EXPECT_EQ(ring.Read(position, {}, 10, events), Found::kOlder) << "it knows nothing yet";
  ring.Append({Event(5), Event(1, "oslo"), Event(6), Event(7)});
  EXPECT_EQ(ring.Read(position, {}, 2, events), Found::kRead);
  EXPECT_EQ(Sequences(events), (std::vector<int64_t>{5, 6}));
  EXPECT_EQ(position, 6);
  EXPECT_EQ(ring.Read(position, {}, 10, events), Found::kRead);
  EXPECT_EQ(ring.Read(position, {}, 10, events), Found::kEnd);
  EXPECT_EQ(Sequences(events), (std::vector<int64_t>{5, 6, 7}));
  position = 3;
  EXPECT_EQ(ring.Read(position, {}, 10, events), Found::kOlder);
}

TEST(EventRing, MovesBehindWhatTheFilterLeavesOut) {
  EventRing ring("lisbon");
  ring.Append(Events(1, 9));
  EventFilter filter;
  filter.clients = {"acme"};
  std::vector<router::EventRow> events;
  int64_t position = 0;
  EXPECT_EQ(ring.Read(position, filter, 10, events), Found::kRead);
  EXPECT_EQ(Sequences(events), (std::vector<int64_t>{2, 4, 6, 8}));
  EXPECT_EQ(position, 9);
}

TEST(EventRing, BeginsAnewAfterAGapAndKeepsTheNewest) {
  EventRing ring("lisbon");
  ring.Append(Events(1, 3));
  ring.Append(Events(5, 6));
  std::vector<router::EventRow> events;
  int64_t position = 3;
  EXPECT_EQ(ring.Read(position, {}, 10, events), Found::kOlder);
  position = 4;
  EXPECT_EQ(ring.Read(position, {}, 10, events), Found::kRead);
  EXPECT_EQ(Sequences(events), (std::vector<int64_t>{5, 6}));
  constexpr int64_t kMore = static_cast<int64_t>(EventRing::kCapacity);
  ring.Append(Events(7, 7 + kMore));
  position = 6;
  EXPECT_EQ(ring.Read(position, {}, 10, events), Found::kOlder);
  position = 7;
  events.clear();
  EXPECT_EQ(ring.Read(position, {}, 1, events), Found::kRead);
  EXPECT_EQ(Sequences(events), (std::vector<int64_t>{8}));
}

TEST(EventRing, BeginsAnewWhenBatchesAreLost) {
  EventRing ring("lisbon");
  ring.Append(Events(1, 3));
  ring.Lose();
  EXPECT_EQ(ring.losses(), 1);
  std::vector<router::EventRow> events;
  int64_t position = 2;
  EXPECT_EQ(ring.Read(position, {}, 10, events), Found::kOlder) << "there may be more than 3";
  position = 3;
  EXPECT_EQ(ring.Read(position, {}, 10, events), Found::kOlder);
  ring.Append(Events(9, 9));
  position = 8;
  EXPECT_EQ(ring.Read(position, {}, 10, events), Found::kRead);
  EXPECT_EQ(Sequences(events), (std::vector<int64_t>{9}));
}

class Counter : public Listener {
 public:
  void OnRound(engine::SteadyTime /*now*/) override { ++rounds; }
  void OnShardLost() override { ++lost; }

  std::atomic<int> rounds = 0;
  std::atomic<int> lost = 0;
};

// An engine that configures its workspace again and again: one event for each.
class HubTest : public ::testing::Test {
 protected:
  HubTest() : engine_({}, store_), hub_(std::make_unique<Hub>(engine_)) {
    engine_.Start();
    EXPECT_TRUE(Eventually([&] { return engine_.ready(); }));
  }

  // Whether it was taken.
  bool Apply() {
    std::atomic<int> answer = 0;
    engine::Call call;
    call.command = {"lisbon", router::ApplyConfiguration{}};
    call.done = [&answer](const router::Outcome& outcome) {
      answer = std::holds_alternative<router::Reply>(outcome) ? 1 : 2;
    };
    engine_.Submit(std::move(call));
    EXPECT_TRUE(Eventually([&] { return answer != 0; }));
    return answer == 1;
  }
  int64_t Newest() { return store_.GetEventRange("lisbon")->newest; }

  store::MemoryStore store_;
  engine::Engine engine_;
  std::unique_ptr<Hub> hub_;
};

TEST_F(HubTest, FillsTheRingWhileSomebodyListens) {
  ASSERT_TRUE(Apply());
  const auto listener = std::make_shared<Counter>();
  hub_->Add(listener, Interest::kBatches);
  const auto ring = hub_->Events("lisbon");
  EXPECT_EQ(hub_->Events("lisbon"), ring) << "one ring for all";
  int64_t position = Newest();
  const int64_t before = position;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Apply());
  std::vector<router::EventRow> events;
  EXPECT_TRUE(Eventually([&] {
    static_cast<void>(ring->Read(position, {}, 100, events));
    return position == before + 5;
  }));
  EXPECT_EQ(events.size(), 5U);
  EXPECT_GT(listener->rounds, 0);
}

TEST_F(HubTest, TellsNobodyWhoWasRemoved) {
  const auto listener = std::make_shared<Counter>();
  hub_->Add(listener, Interest::kBatches);
  const auto ring = hub_->Events("lisbon");
  hub_->Remove(listener.get());
  ASSERT_TRUE(Apply());
  std::this_thread::sleep_for(3 * Hub::kTick);
  EXPECT_TRUE(ring->empty()) << "nobody observes, so nothing was kept";
  const int rounds = listener->rounds;
  std::this_thread::sleep_for(3 * Hub::kTick);
  EXPECT_EQ(listener->rounds, rounds);
}

TEST_F(HubTest, WhatComesTooFastIsReadFromTheDatabase) {
  ASSERT_TRUE(Apply());
  const auto listener = std::make_shared<Counter>();
  hub_->Add(listener, Interest::kBatches);
  const auto ring = hub_->Events("lisbon");
  const auto board = hub_->BoardOf("lisbon");
  ASSERT_TRUE(Apply());
  ASSERT_TRUE(Eventually([&] { return !ring->empty(); }));
  ASSERT_TRUE(board->BeginLoad());
  ASSERT_TRUE(board->Load(store_).ok());
  ASSERT_NE(board->QueuesSince(0).commit, 0);
  // The last batch of all: no later one shows that it is missing.
  store::Batch batch;
  batch.changes.events.resize(Hub::kMaxWaitingEvents + 1);
  hub_->OnDurable(std::make_shared<const store::Batch>(std::move(batch)));
  EXPECT_TRUE(Eventually([&] { return board->QueuesSince(0).commit == 0; }));
  EXPECT_TRUE(ring->empty());
  EXPECT_EQ(ring->losses(), 1);
  EXPECT_TRUE(board->BeginLoad());
}

TEST_F(HubTest, DoesNotGoOnWithWhatNobodyWantedForAWhile) {
  ASSERT_TRUE(Apply());
  const auto first = std::make_shared<Counter>();
  hub_->Add(first, Interest::kBatches);
  const auto ring = hub_->Events("lisbon");
  const auto board = hub_->BoardOf("lisbon");
  ASSERT_TRUE(board->BeginLoad());
  ASSERT_TRUE(board->Load(store_).ok());
  hub_->Remove(first.get());
  ASSERT_TRUE(Apply());  // told to nobody
  const auto second = std::make_shared<Counter>();
  hub_->Add(second, Interest::kBatches);
  EXPECT_NE(hub_->Events("lisbon"), ring);
  EXPECT_NE(hub_->BoardOf("lisbon"), board);
  EXPECT_EQ(hub_->BoardOf("lisbon")->QueuesSince(0).commit, 0) << "to be loaded";
  // Somebody who comes beside others shares what they have.
  const auto shared = hub_->BoardOf("lisbon");
  const auto third = std::make_shared<Counter>();
  hub_->Add(third, Interest::kBatches);
  EXPECT_EQ(hub_->BoardOf("lisbon"), shared);
}

TEST_F(HubTest, KeepsNothingForThoseWhoWantTicksAlone) {
  const auto ticked = std::make_shared<Counter>();
  hub_->Add(ticked, Interest::kTicks);
  const auto unfilled = hub_->Events("lisbon");
  ASSERT_TRUE(Apply());
  EXPECT_TRUE(Eventually([&] { return ticked->rounds >= 3; }));
  EXPECT_TRUE(unfilled->empty());
  // Somebody else who wants batches gets them, and its leaving ends that alone.
  const auto listener = std::make_shared<Counter>();
  hub_->Add(listener, Interest::kBatches);
  const auto ring = hub_->Events("lisbon");
  ASSERT_TRUE(Apply());
  EXPECT_TRUE(Eventually([&] { return !ring->empty(); }));
  store_.FailCommits(store::CommitFault::kFenced);
  EXPECT_FALSE(Apply());
  EXPECT_TRUE(Eventually([&] { return listener->lost == 1; }));
  EXPECT_EQ(ticked->lost, 0);
  hub_->Remove(listener.get());
  const int rounds = ticked->rounds;
  EXPECT_TRUE(Eventually([&] { return ticked->rounds > rounds + 2; }));
}

TEST_F(HubTest, TicksWithoutEventsAndTellsOfALostShard) {
  const auto listener = std::make_shared<Counter>();
  hub_->Add(listener, Interest::kBatches);
  EXPECT_TRUE(Eventually([&] { return listener->rounds >= 3; }));
  store_.FailCommits(store::CommitFault::kFenced);
  EXPECT_FALSE(Apply());
  EXPECT_TRUE(Eventually([&] { return listener->lost == 1; }));
}

}  // namespace
}  // namespace tandem::live
