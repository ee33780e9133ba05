// Deadlines, and the vectors that what passes through them slides in.
#include "router/timers.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <utility>

#include "router/sliding_vector.h"

namespace tandem::router {
namespace {

TEST(Timers, AgentsGoFirstAtOneInstantThenByOrdinalOrArrival) {
  Timers timers;
  EXPECT_EQ(timers.Next(), kEndOfTime);
  timers.MoveOfTicket(TicketIndex{4}, /*arrival=*/9, kEndOfTime, Time{10});
  timers.MoveOfTicket(TicketIndex{5}, /*arrival=*/7, kEndOfTime, Time{10});
  timers.MoveOfAgent(AgentIndex{2}, /*ordinal=*/3, kEndOfTime, Time{10});
  timers.MoveOfAgent(AgentIndex{1}, /*ordinal=*/4, kEndOfTime, Time{10});
  EXPECT_EQ(timers.Next(), Time{10});
  EXPECT_EQ(timers.NextOfAgents(), Time{10});
  EXPECT_EQ(timers.FirstAgent(), AgentIndex{2});
  EXPECT_EQ(timers.FirstTicket(), TicketIndex{5});

  timers.MoveOfAgent(AgentIndex{2}, 3, Time{10}, kEndOfTime);
  EXPECT_EQ(timers.FirstAgent(), AgentIndex{1});
  timers.MoveOfAgent(AgentIndex{1}, 4, Time{10}, Time{30});
  timers.MoveOfTicket(TicketIndex{5}, 7, Time{10}, Time{20});
  EXPECT_EQ(timers.Next(), Time{10});
  EXPECT_EQ(timers.FirstTicket(), TicketIndex{4});
  timers.MoveOfTicket(TicketIndex{4}, 9, Time{10}, kEndOfTime);
  EXPECT_EQ(timers.Next(), Time{20});
  timers.MoveOfTicket(TicketIndex{5}, 7, Time{20}, kEndOfTime);
  EXPECT_EQ(timers.Next(), Time{30});
  timers.MoveOfAgent(AgentIndex{1}, 4, Time{30}, kEndOfTime);
  EXPECT_EQ(timers.Next(), kEndOfTime);
}

// One is due in three days; a million offers run out, or are accepted, meanwhile.
TEST(Timers, TakeTheRoomOfWhatIsToCome) {
  Timers timers;
  timers.MoveOfTicket(TicketIndex{0}, 0, kEndOfTime, Time{int64_t{1} << 40});
  for (uint32_t i = 1; i <= 1'000'000; ++i) {
    timers.MoveOfTicket(TicketIndex{i}, i, kEndOfTime, Time{i});
    if (i > 50) timers.MoveOfTicket(TicketIndex{i - 50}, i - 50, Time{i - 50}, kEndOfTime);
  }
  EXPECT_EQ(timers.tickets().size(), 51U);
  EXPECT_LT(timers.tickets().bytes(), 20'000U);
}

TEST(SlidingVector, UsesTheRoomOfWhatLeftAtTheBeginning) {
  SlidingVector<int> numbers;
  numbers.push_back(-1);
  for (int i = 0; i < 50; ++i) numbers.insert(numbers.size() - 1, i);
  for (int i = 50; i < 100'000; ++i) {
    numbers.insert(numbers.size() - 1, i);
    EXPECT_EQ(numbers.front(), i - 50);
    numbers.erase(0);
  }
  EXPECT_EQ(numbers.size(), 51U);
  EXPECT_EQ(numbers.back(), -1);
  EXPECT_LT(numbers.capacity(), 500U);
}

TEST(SlidingVector, IsEmptyWhenItWasMovedFrom) {
  SlidingVector<int> numbers;
  for (int i = 0; i < 5; ++i) numbers.push_back(i);
  numbers.erase(0);
  const SlidingVector<int> others = std::move(numbers);
  EXPECT_EQ(others.size(), 4U);
  EXPECT_EQ(others.front(), 1);
  EXPECT_TRUE(numbers.empty());  // NOLINT(bugprone-use-after-move): that is what is asked
}

}  // namespace
}  // namespace tandem::router
