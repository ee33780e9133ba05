// Ranked tickets against an ordered map.
#include "router/ranked.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <map>
#include <random>
#include <vector>

namespace tandem::router {
namespace {

WaitKey KeyAt(int64_t at, uint64_t arrival) {
  return {Time{at}, arrival};
}

TEST(Ranked, GivesTheSmallestKeyFirst) {
  RankedTickets tickets;
  EXPECT_TRUE(tickets.empty());
  tickets.Insert({KeyAt(30, 1), TicketIndex{7}});
  tickets.Insert({KeyAt(10, 2), TicketIndex{3}});
  tickets.Insert({KeyAt(20, 3), TicketIndex{5}});
  EXPECT_EQ(tickets.First().ticket, TicketIndex{3});
  EXPECT_EQ(tickets.First().key, KeyAt(10, 2));
  EXPECT_EQ(tickets.size(), 3U);
  tickets.Erase(KeyAt(10, 2));
  EXPECT_EQ(tickets.First().ticket, TicketIndex{5});
}

TEST(Ranked, BreaksTiesByArrival) {
  RankedTickets tickets;
  tickets.Insert({KeyAt(10, 9), TicketIndex{0}});
  tickets.Insert({KeyAt(10, 4), TicketIndex{1}});
  EXPECT_EQ(tickets.First().ticket, TicketIndex{1});
  EXPECT_EQ(tickets.Rank(KeyAt(10, 9)), 1U);
}

TEST(Ranked, CountsHowManyGoBefore) {
  RankedTickets tickets;
  EXPECT_EQ(tickets.Rank(WaitKey{}), 0U);
  for (uint32_t i = 0; i < 10'000; ++i) tickets.Insert({KeyAt(i * 10, i + 1), TicketIndex{i}});
  EXPECT_EQ(tickets.size(), 10'000U);
  EXPECT_EQ(tickets.Rank(KeyAt(-5, 0)), 0U);
  EXPECT_EQ(tickets.Rank(KeyAt(50'000, 5'001)), 5'000U);
  EXPECT_EQ(tickets.Rank(KeyAt(50'000, 5'002)), 5'001U);
  EXPECT_EQ(tickets.Rank(WaitKey{}), 10'000U);
}

TEST(Ranked, SkipsWhatIsNotAccepted) {
  RankedTickets tickets;
  for (uint32_t i = 0; i < 300; ++i) tickets.Insert({KeyAt(i, i + 1), TicketIndex{i}});
  tickets.Erase(KeyAt(0, 1));
  std::vector<uint32_t> looked_at;
  const RankedTicket* found = tickets.FirstWhere([&](const RankedTicket& entry) {
    looked_at.push_back(entry.ticket.value);
    return entry.ticket.value == 3;
  });
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->ticket, TicketIndex{3});
  EXPECT_EQ(looked_at, (std::vector<uint32_t>{1, 2, 3}));
  found = tickets.FirstWhere([](const RankedTicket& entry) { return entry.ticket.value == 250; });
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->key, KeyAt(250, 251));
  EXPECT_EQ(tickets.FirstWhere([](const RankedTicket&) { return false; }), nullptr);
}

TEST(Ranked, IsEmptyAgainWhenAllAreGone) {
  RankedTickets tickets;
  for (uint32_t i = 1'000; i > 0; --i) tickets.Insert({KeyAt(7, i), TicketIndex{i}});
  for (uint32_t i = 1; i <= 1'000; ++i) {
    ASSERT_EQ(tickets.First().ticket, TicketIndex{i});
    ASSERT_EQ(tickets.Rank(KeyAt(7, i)), 0U);
    tickets.Erase(KeyAt(7, i));
  }
  EXPECT_TRUE(tickets.empty());
  EXPECT_EQ(tickets.Rank(WaitKey{}), 0U);
  tickets.Insert({KeyAt(1, 1), TicketIndex{4}});
  EXPECT_EQ(tickets.Rank(KeyAt(1, 2)), 1U);
}

// One of a hundred stays, of a million that pass: they take the room of thousands, not of a
// million.
TEST(Ranked, GivesBackTheRoomOfWhatIsGone) {
  RankedTickets tickets;
  for (uint32_t i = 0; i < 1'000'000; ++i) tickets.Insert({KeyAt(i, i), TicketIndex{i}});
  const size_t before = tickets.bytes();
  for (uint32_t i = 0; i < 1'000'000; ++i) {
    if (i % 100 != 0) tickets.Erase(KeyAt(i, i));
  }
  EXPECT_EQ(tickets.size(), 10'000U);
  EXPECT_LT(tickets.bytes(), before / 10);
  for (uint32_t i = 0; i < 1'000'000; i += 100) {
    ASSERT_EQ(tickets.First().ticket, TicketIndex{i});
    tickets.Erase(KeyAt(i, i));
  }
  EXPECT_TRUE(tickets.empty());
}

// What does as an ordered map does, step by step.
class Compared {
 public:
  void Insert(WaitKey key) {
    const TicketIndex ticket{next_++};
    tickets_.Insert({key, ticket});
    model_.emplace(key, ticket);
  }
  void Erase(WaitKey key) {
    tickets_.Erase(key);
    model_.erase(key);
  }
  // The first key that is not before; the first of all when there is none.
  WaitKey From(WaitKey key) const {
    const auto found = model_.lower_bound(key);
    return (found == model_.end() ? model_.begin() : found)->first;
  }
  bool empty() const { return model_.empty(); }

  void CheckEnds() const {
    ASSERT_EQ(tickets_.size(), model_.size());
    ASSERT_EQ(tickets_.empty(), model_.empty());
    if (model_.empty()) return;
    ASSERT_EQ(tickets_.First().key, model_.begin()->first);
    ASSERT_EQ(tickets_.First().ticket, model_.begin()->second);
  }
  void CheckRank(WaitKey asked) const {
    const auto before = std::distance(model_.begin(), model_.lower_bound(asked));
    ASSERT_EQ(tickets_.Rank(asked), static_cast<size_t>(before));
  }
  // Of those from a key on, the first, and the first of some.
  void CheckFrom(WaitKey asked) const {
    auto expected = model_.lower_bound(asked);
    const RankedTicket* first = tickets_.FirstFrom(asked, [](const RankedTicket&) { return true; });
    ASSERT_EQ(first != nullptr, expected != model_.end());
    if (first != nullptr) {
      ASSERT_EQ(first->key, expected->first);
    }
    while (expected != model_.end() && expected->second.value % 4 != 0) ++expected;
    const RankedTicket* fourth = tickets_.FirstFrom(
        asked, [](const RankedTicket& entry) { return entry.ticket.value % 4 == 0; });
    ASSERT_EQ(fourth != nullptr, expected != model_.end());
    if (fourth != nullptr) {
      ASSERT_EQ(fourth->key, expected->first);
    }
  }
  void CheckOrder() const {
    std::vector<uint32_t> order, expected;
    (void)tickets_.FirstWhere([&](const RankedTicket& entry) {
      order.push_back(entry.ticket.value);
      return false;
    });
    for (const auto& [key, ticket] : model_) expected.push_back(ticket.value);
    ASSERT_EQ(order, expected);
  }

 private:
  uint32_t next_ = 0;
  RankedTickets tickets_;
  std::map<WaitKey, TicketIndex> model_;
};

// It grows to many blocks and shrinks to none, by turns; keys come in any order.
TEST(Ranked, DoesAsAnOrderedMapDoes) {
  constexpr uint64_t seed = 7;
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  Compared compared;
  for (uint64_t step = 0; step < 60'000; ++step) {
    const bool grows = step / 6'000 % 2 == 0;
    const auto at = static_cast<int64_t>(random() % 500);
    if (compared.empty() || random() % 10 < (grows ? 9U : 1U)) {
      compared.Insert(KeyAt(at, step));
    } else {
      compared.Erase(compared.From(KeyAt(at, 0)));
    }
    ASSERT_NO_FATAL_FAILURE(compared.CheckEnds());
    if (step % 50 != 0) continue;
    const auto asked = static_cast<int64_t>(random() % 500);
    ASSERT_NO_FATAL_FAILURE(compared.CheckRank(KeyAt(asked, random() % (step + 1))));
    ASSERT_NO_FATAL_FAILURE(compared.CheckFrom(KeyAt(asked, random() % (step + 1))));
    ASSERT_NO_FATAL_FAILURE(compared.CheckOrder());
  }
}

// As what waits does: most come at the end and go at the beginning, some anywhere.
TEST(Ranked, DoesSoWhileTicketsPassThrough) {
  constexpr uint64_t seed = 11;
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  Compared compared;
  for (uint64_t step = 1; step <= 60'000; ++step) {
    const auto now = static_cast<int64_t>(step * 10);
    const bool anywhere = random() % 8 == 0;
    compared.Insert(KeyAt(anywhere ? now - static_cast<int64_t>(random() % 4'000) : now, step));
    if (step > 400) {
      const bool first = random() % 8 != 0;
      compared.Erase(compared.From(KeyAt(first ? 0 : now - 2'000, 0)));
    }
    ASSERT_NO_FATAL_FAILURE(compared.CheckEnds());
    if (step % 50 != 0) continue;
    ASSERT_NO_FATAL_FAILURE(compared.CheckRank(KeyAt(now - 1'500, 0)));
    ASSERT_NO_FATAL_FAILURE(compared.CheckFrom(KeyAt(now - 1'500, 0)));
    ASSERT_NO_FATAL_FAILURE(compared.CheckOrder());
  }
}

}  // namespace
}  // namespace tandem::router
