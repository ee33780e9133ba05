// Goal: each event is sent in the order of its lane, again as often as planned, and after a restart
// from what was saved nothing is missing.
// Method: single cases, then random runs with restarts and redeliveries beside a model that knows
// of every event whether it was received, waits, or is dead.
#include "server/webhook/delivery_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace tandem::webhook {
namespace {

using router::Days;
using router::Hours;
using router::Milliseconds;
using router::Minutes;
using router::Seconds;
using router::Time;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Time kNow{1'000'000'000'000};
constexpr uint32_t kNoJitter = kJitterSteps / 2;

// An event of a ticket; of the workspace when there is none.
router::EventRow Event(int64_t sequence, uint64_t ticket, const std::string& agent = "") {
  router::EventRow event;
  event.workspace = "bpo";
  event.sequence = sequence;
  event.type = router::EventType::kTicketOffered;
  event.at = kNow;
  event.ticket = {.high = ticket == 0 ? 0U : 1U, .low = ticket};
  event.agent = agent;
  return event;
}

std::vector<int64_t> SequencesOf(const std::vector<store::WebhookDelivery>& deliveries) {
  std::vector<int64_t> sequences;
  for (const store::WebhookDelivery& delivery : deliveries) sequences.push_back(delivery.sequence);
  return sequences;
}

class DeliveryQueueTest : public ::testing::Test {
 protected:
  static store::WebhookProgress At(int64_t position) {
    return {.position = position, .failures_in_row = 0, .last_success_at = {}, .last_error = ""};
  }
  void Take(int64_t sequence, uint64_t ticket) { queue_.Take(Event(sequence, ticket), kNow); }
  void Fail(int64_t sequence, Time now = kNow) {
    queue_.Failed(sequence, now, "HTTP 500", kNoJitter);
  }
  void Succeed(int64_t sequence, Time now = kNow) { queue_.Succeeded(sequence, now); }
  std::vector<int64_t> Start(Time now = kNow) {
    std::vector<int64_t> started;
    while (const auto sequence = queue_.Next(now)) started.push_back(*sequence);
    return started;
  }

  const Schedule schedule_{Seconds(5), Seconds(60)};
  DeliveryQueue queue_{At(10), {}, schedule_, QueueLimits()};
};

TEST_F(DeliveryQueueTest, LanesKeepTheirOrderAndDoNotWaitForEachOther) {
  Take(11, 1);
  Take(12, 2);
  Take(13, 1);
  queue_.SkipTo(14);
  EXPECT_THAT(Start(), ElementsAre(11, 12));
  Succeed(12);
  EXPECT_THAT(Start(), IsEmpty());
  Succeed(11);
  EXPECT_EQ(queue_.TakeChanges()->progress.position, 12);
  EXPECT_THAT(Start(), ElementsAre(13));
  Succeed(13);
  const auto changes = queue_.TakeChanges();
  ASSERT_TRUE(changes.has_value());
  EXPECT_EQ(changes->progress.position, 14);
  EXPECT_EQ(changes->progress.last_success_at, kNow);
  EXPECT_THAT(changes->kept, IsEmpty());
  EXPECT_THAT(changes->taken, IsEmpty());
  EXPECT_FALSE(queue_.TakeChanges().has_value());
}

TEST_F(DeliveryQueueTest, AnAgentWithoutATicketIsALaneAndSoIsTheWorkspace) {
  queue_.Take(Event(11, 0, "ann"), kNow);
  queue_.Take(Event(12, 0, "bob"), kNow);
  queue_.Take(Event(13, 0), kNow);
  queue_.Take(Event(14, 7, "ann"), kNow);
  queue_.Take(Event(15, 7, "bob"), kNow);
  queue_.Take(Event(16, 0, "ann"), kNow);
  queue_.Take(Event(17, 0), kNow);
  EXPECT_THAT(Start(), ElementsAre(11, 12, 13, 14));
}

TEST_F(DeliveryQueueTest, WhatFailsIsKeptWithWhatWaitsBehindItAndThePositionMovesOn) {
  Take(11, 1);
  Take(12, 1);
  ASSERT_THAT(Start(), ElementsAre(11));
  EXPECT_NE(queue_.Event(11), nullptr);
  Fail(11);
  Take(13, 1);
  const auto changes = queue_.TakeChanges();
  ASSERT_TRUE(changes.has_value());
  EXPECT_EQ(changes->progress.position, 13);
  EXPECT_EQ(changes->progress.last_error, "HTTP 500");
  EXPECT_EQ(changes->progress.failures_in_row, 1);
  ASSERT_THAT(SequencesOf(changes->kept), ElementsAre(11, 12, 13));
  EXPECT_EQ(changes->kept[0].attempts, 1);
  EXPECT_EQ(changes->kept[0].next_attempt_at, kNow + Seconds(5));
  EXPECT_EQ(changes->kept[0].type, router::EventType::kTicketOffered);
  EXPECT_EQ(changes->kept[1].attempts, 0);
  EXPECT_EQ(queue_.NextAt(kNow), kNow + Seconds(5));
  EXPECT_THAT(Start(kNow + Seconds(4)), IsEmpty());
  EXPECT_THAT(Start(kNow + Seconds(5)), ElementsAre(11));
  EXPECT_EQ(queue_.Event(11), nullptr) << "to be read again";
  Succeed(11);
  EXPECT_THAT(Start(kNow + Seconds(5)), ElementsAre(12));
  EXPECT_THAT(queue_.TakeChanges()->taken, ElementsAre(11));
}

TEST_F(DeliveryQueueTest, AfterTheLastAttemptItIsADeadLetterAndTheNextGoesOn) {
  Take(11, 1);
  Take(12, 1);
  Time now = kNow;
  for (int attempt = 0; attempt < 3; ++attempt) {
    ASSERT_THAT(Start(now), ElementsAre(11)) << attempt;
    Fail(11, now);
    now = now + Seconds(60);
  }
  EXPECT_THAT(Start(now), IsEmpty()) << "the store does not know yet";
  const auto changes = queue_.TakeChanges();
  ASSERT_THAT(SequencesOf(changes->kept), ElementsAre(11, 12));
  EXPECT_TRUE(changes->kept[0].dead);
  EXPECT_EQ(changes->kept[0].attempts, 3);
  EXPECT_EQ(changes->kept[0].first_failed_at, kNow);
  EXPECT_EQ(changes->kept[0].last_error, "HTTP 500");
  EXPECT_THAT(changes->taken, IsEmpty());
  EXPECT_EQ(queue_.kept(), 1U);
  EXPECT_THAT(Start(now), ElementsAre(12));
}

TEST_F(DeliveryQueueTest, GivesUpAtOnceWhatCanNotBeSent) {
  Take(11, 1);
  Take(12, 1);
  ASSERT_THAT(Start(), ElementsAre(11));
  queue_.GiveUp(11, kNow, "the event was removed before it was sent");
  const auto changes = queue_.TakeChanges();
  ASSERT_THAT(SequencesOf(changes->kept), ElementsAre(11));
  EXPECT_TRUE(changes->kept[0].dead);
  EXPECT_EQ(changes->progress.position, 11);
  EXPECT_EQ(changes->progress.failures_in_row, 0) << "the receiver did nothing";
  EXPECT_THAT(Start(), ElementsAre(12));
}

TEST_F(DeliveryQueueTest, TheReceiverMayAskToBeLeftAlone) {
  Take(11, 1);
  Take(12, 2);
  Take(13, 3);
  ASSERT_THAT(Start(), ElementsAre(11, 12, 13));
  Take(14, 4);
  queue_.Failed(11, kNow, "HTTP 429", kNoJitter, kNow + Seconds(30));
  Succeed(12);  // was under way
  EXPECT_THAT(Start(kNow + Seconds(29)), IsEmpty());
  EXPECT_EQ(queue_.NextAt(kNow), kNow + Seconds(30));
  EXPECT_THAT(Start(kNow + Seconds(30)), ElementsAre(14, 11));
}

TEST_F(DeliveryQueueTest, WhatIsPutBackIsDueAgainBeforeWhatWaitsBehindIt) {
  Take(11, 1);
  Take(12, 1);
  EXPECT_THAT(Start(), ElementsAre(11));
  queue_.PutBack(11);
  EXPECT_EQ(queue_.in_flight(), 0);
  EXPECT_FALSE(queue_.TakeChanges().has_value()) << "no attempt is counted";
  EXPECT_THAT(Start(), ElementsAre(11));
}

TEST_F(DeliveryQueueTest, WaitsATenthMoreOrLess) {
  Take(11, 1);
  Take(12, 2);
  Start();
  queue_.Failed(11, kNow, "HTTP 500", 0);
  queue_.Failed(12, kNow, "HTTP 500", kJitterSteps - 1);
  const auto changes = queue_.TakeChanges();
  EXPECT_EQ(changes->kept[0].next_attempt_at, kNow + Milliseconds(4'500));
  EXPECT_EQ(changes->kept[1].next_attempt_at, kNow + Milliseconds(5'499));
}

TEST_F(DeliveryQueueTest, GoesOnWithWhatTheStoreHas) {
  Take(11, 1);
  Take(12, 2);
  Take(13, 2);
  ASSERT_THAT(Start(), ElementsAre(11, 12));
  Fail(12);  // 11 is still under way
  const auto changes = queue_.TakeChanges();
  EXPECT_EQ(changes->progress.position, 10);
  ASSERT_THAT(SequencesOf(changes->kept), ElementsAre(12, 13));

  std::vector<store::WebhookDelivery> stored = changes->kept;
  stored.push_back({.sequence = 14,
                    .type = router::EventType::kTicketOffered,
                    .at = kNow,
                    .ticket = {.high = 1, .low = 3},
                    .agent = "",
                    .attempts = 3,
                    .next_attempt_at = {},
                    .first_failed_at = kNow,
                    .last_error = "HTTP 500",
                    .dead = true});
  DeliveryQueue next(changes->progress, stored, schedule_, QueueLimits());
  for (int64_t i = 11; i <= 15; ++i) next.Take(Event(i, i == 14 ? 3 : i == 11 ? 1 : 2), kNow);
  EXPECT_EQ(next.Next(kNow), 11);
  EXPECT_FALSE(next.Next(kNow).has_value()) << "12 has to wait, and 14 is dead";
  EXPECT_EQ(next.Next(kNow + Seconds(5)), 12);
  next.Succeeded(11, kNow);
  next.Succeeded(12, kNow);
  EXPECT_EQ(next.Next(kNow + Seconds(5)), 13);
  next.Succeeded(13, kNow);
  EXPECT_EQ(next.Next(kNow + Seconds(5)), 15);
  const auto rest = next.TakeChanges();
  EXPECT_THAT(rest->taken, ElementsAre(12, 13));
  EXPECT_EQ(rest->progress.position, 15) << "15 waited behind what is kept, so it is kept, too";
}

TEST(DeliveryQueue, PausesWhenAllFailsAndThenTriesOneAtATime) {
  const Schedule schedule = DefaultSchedule();
  DeliveryQueue queue({}, {}, schedule, QueueLimits{.in_flight = kFailuresToPause});
  for (int64_t i = 1; i <= 10; ++i) queue.Take(Event(i, static_cast<uint64_t>(i)), kNow);
  for (int64_t i = 1; i <= 5; ++i) EXPECT_EQ(queue.Next(kNow), i);
  EXPECT_FALSE(queue.Next(kNow).has_value()) << "five are in flight";
  for (int64_t i = 1; i <= 5; ++i) queue.Failed(i, kNow, "no connection", kNoJitter);
  EXPECT_FALSE(queue.Next(kNow).has_value());
  EXPECT_EQ(queue.NextAt(kNow), kNow + Seconds(1));
  EXPECT_EQ(queue.Next(kNow + Seconds(1)), 6);
  EXPECT_FALSE(queue.Next(kNow + Seconds(1)).has_value()) << "one at a time";
  queue.Failed(6, kNow + Seconds(1), "no connection", kNoJitter);
  EXPECT_EQ(queue.NextAt(kNow + Seconds(1)), kNow + Seconds(3)) << "twice as long";

  // What follows is in the store, so another server knows that it is paused.
  const auto changes = queue.TakeChanges();
  EXPECT_EQ(changes->progress.failures_in_row, 6);
  DeliveryQueue next(changes->progress, changes->kept, schedule, QueueLimits());
  EXPECT_TRUE(next.Next(kNow + Hours(1)).has_value());
  EXPECT_FALSE(next.Next(kNow + Hours(1)).has_value());

  EXPECT_EQ(queue.Next(kNow + Seconds(3)), 7);
  queue.Succeeded(7, kNow + Seconds(3));
  EXPECT_EQ(queue.Next(kNow + Seconds(3)), 8);
  EXPECT_EQ(queue.Next(kNow + Seconds(3)), 9);
}

TEST(DeliveryQueue, ADeadReceiverCostsOneRequestAMinuteAndItsEventsStayInTheHistory) {
  const Schedule schedule = DefaultSchedule();
  DeliveryQueue queue({}, {}, schedule, QueueLimits());
  Time now = kNow;
  int requests = 0;
  int64_t events = 0;
  while (now < kNow + Days(1)) {
    for (size_t room = queue.Room(); room > 0; --room) {
      ++events;
      queue.Take(Event(events, static_cast<uint64_t>(events)), now);
    }
    if (const auto sequence = queue.Next(now)) {
      ++requests;
      queue.Failed(*sequence, now, "no connection", kNoJitter);
    } else {
      now = queue.NextAt(now);
    }
  }
  EXPECT_LT(requests, 24 * 60 + 20);
  EXPECT_LE(queue.kept(), 24U * 60 + 20);
  EXPECT_LT(events, 2'500) << "the others were not even read";
}

TEST(DeliveryQueue, TheScheduleGoesOnForThreeDays) {
  router::Duration sum{};
  for (const router::Duration wait : DefaultSchedule()) sum = sum + wait;
  EXPECT_EQ(DefaultSchedule().size(), 10U);
  EXPECT_GT(sum, Days(3));
}

TEST(DeliveryQueue, TakesNoMoreThanItMayHold) {
  const Schedule schedule = DefaultSchedule();
  DeliveryQueue queue({}, {}, schedule, QueueLimits{.fresh = 4, .kept = 3});
  EXPECT_EQ(queue.Room(), 4U);
  for (int64_t i = 1; i <= 3; ++i) queue.Take(Event(i, 1), kNow);
  EXPECT_EQ(queue.Room(), 0U) << "more than half is taken";
  ASSERT_EQ(queue.Next(kNow), 1);
  queue.Failed(1, kNow, "HTTP 500", kNoJitter);
  EXPECT_EQ(queue.Room(), 0U) << "three are kept";
  ASSERT_EQ(queue.Next(kNow + Minutes(1)), 1);
  queue.Succeeded(1, kNow);
  EXPECT_EQ(queue.Room(), 4U);
}

// A store that keeps what it is given, and a receiver.
struct World {
  store::WebhookProgress progress;
  std::map<int64_t, store::WebhookDelivery> held;
  std::map<uint64_t, int64_t> last_of_ticket;
  std::set<int64_t> received, redelivered;

  void Save(DeliveryQueue& queue) {
    const auto changes = queue.TakeChanges();
    if (!changes) return;
    for (const auto& kept : changes->kept) held[kept.sequence] = kept;
    for (const int64_t taken : changes->taken) held.erase(taken);
    ASSERT_GE(changes->progress.position, progress.position);
    progress = changes->progress;
  }
  std::vector<store::WebhookDelivery> ToLoad() const {
    std::vector<store::WebhookDelivery> load;
    for (const auto& [sequence, delivery] : held) {
      if (!delivery.dead || sequence > progress.position) load.push_back(delivery);
    }
    return load;
  }
  bool Waits() const {
    return std::any_of(held.begin(), held.end(),
                       [](const auto& entry) { return !entry.second.dead; });
  }
};

uint64_t TicketOf(int64_t sequence) {
  return static_cast<uint64_t>(sequence * 7 % 5) + 1;
}
bool IsLeftOut(int64_t sequence) {
  return sequence % 10 == 0;
}

class RandomRun {
 public:
  static constexpr int64_t kEvents = 300;

  explicit RandomRun(unsigned seed) : random_(seed), queue_(Load()) {}

  bool done() const { return world_.progress.position == kEvents && !world_.Waits(); }
  const World& world() const { return world_; }

  void Step() {
    now_ = now_ + Seconds(Chance(20) ? 3 : 0);
    while (queue_.Room() > 0 && queue_.taken_up_to() < kEvents) {
      const int64_t next = queue_.taken_up_to() + 1;
      IsLeftOut(next) ? queue_.SkipTo(next) : queue_.Take(Event(next, TicketOf(next)), now_);
    }
    while (const auto sequence = queue_.Next(now_)) flying_.push_back(*sequence);
    if (!flying_.empty()) EndOne();
    if (Chance(20)) Save();
    if (Chance(1)) Restart();
    if (Chance(1)) Redeliver();
  }
  // Each event up to the saved position was received, or the store has it.
  void Save() {
    world_.Save(queue_);
    for (int64_t i = 1; i <= world_.progress.position; ++i) {
      ASSERT_TRUE(IsLeftOut(i) || world_.received.contains(i) || world_.held.contains(i)) << i;
    }
  }

 private:
  bool Chance(unsigned percent) { return random_() % 100 < percent; }
  DeliveryQueue Load() {
    return {world_.progress, world_.ToLoad(), schedule_,
            QueueLimits{.in_flight = 4, .fresh = 20, .kept = 30}};
  }
  void EndOne() {
    std::swap(flying_[random_() % flying_.size()], flying_.back());
    const int64_t sequence = flying_.back();
    flying_.pop_back();
    if (Chance(30)) {
      queue_.Failed(sequence, now_, "HTTP 500", static_cast<uint32_t>(random_() % kJitterSteps),
                    Chance(5) ? now_ + Seconds(9) : Time{});
      return;
    }
    if (world_.received.insert(sequence).second && !world_.redelivered.contains(sequence)) {
      int64_t& last = world_.last_of_ticket[TicketOf(sequence)];
      ASSERT_LT(last, sequence);
      last = sequence;
    }
    queue_.Succeeded(sequence, now_);
  }
  // The server ends, and another one comes.
  void Restart() {
    queue_ = Load();
    flying_.clear();
  }
  void Redeliver() {
    Save();
    for (auto& [sequence, delivery] : world_.held) {
      if (!delivery.dead) continue;
      delivery.dead = false;
      delivery.attempts = 0;
      delivery.next_attempt_at = {};
      world_.redelivered.insert(sequence);
    }
    Restart();
  }

  std::mt19937 random_;
  const Schedule schedule_{Seconds(1), Seconds(1), Seconds(1)};
  World world_;
  DeliveryQueue queue_;
  std::vector<int64_t> flying_;
  Time now_ = kNow;
};

TEST(DeliveryQueue, NothingIsLostAndNothingOvertakesWhateverFails) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomRun run(seed);
    for (int step = 0; step < 50'000 && !run.done() && !HasFatalFailure(); ++step) run.Step();
    run.Save();
    ASSERT_FALSE(HasFatalFailure());
    ASSERT_TRUE(run.done());
    for (int64_t i = 1; i <= RandomRun::kEvents; ++i) {
      ASSERT_EQ(run.world().received.contains(i) || run.world().held.contains(i), !IsLeftOut(i))
          << i;
    }
  }
}

}  // namespace
}  // namespace tandem::webhook
