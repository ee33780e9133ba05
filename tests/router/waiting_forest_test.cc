// The trees of waiting tickets against an ordered set.
#include "router/waiting_forest.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "router/limits.h"

namespace tandem::router {
namespace {

TEST(WaitingForest, GivesTheSmallestKeyFirst) {
  WaitingForest forest;
  WaitingForest::Tree tree;
  EXPECT_TRUE(tree.empty());
  forest.Insert(tree, TicketIndex{7}, WaitKey{Time{30}, 1});
  forest.Insert(tree, TicketIndex{3}, WaitKey{Time{10}, 2});
  forest.Insert(tree, TicketIndex{5}, WaitKey{Time{20}, 3});
  EXPECT_EQ(forest.First(tree), TicketIndex{3});
  EXPECT_EQ(forest.Size(tree), 3U);
  forest.Erase(tree, TicketIndex{3});
  EXPECT_EQ(forest.First(tree), TicketIndex{5});
}

TEST(WaitingForest, BreaksTiesByArrival) {
  WaitingForest forest;
  WaitingForest::Tree tree;
  forest.Insert(tree, TicketIndex{0}, WaitKey{Time{10}, 9});
  forest.Insert(tree, TicketIndex{1}, WaitKey{Time{10}, 4});
  EXPECT_EQ(forest.First(tree), TicketIndex{1});
  EXPECT_EQ(forest.Rank(tree, WaitKey{Time{10}, 9}), 1U);
}

TEST(WaitingForest, CountsHowManyGoBefore) {
  WaitingForest forest;
  WaitingForest::Tree tree;
  for (uint32_t i = 0; i < 100; ++i) {
    forest.Insert(tree, TicketIndex{i}, WaitKey{Time{int64_t{i} * 10}, i + 1});
  }
  EXPECT_EQ(forest.Rank(tree, WaitKey{Time{-5}, 0}), 0U);
  EXPECT_EQ(forest.Rank(tree, WaitKey{Time{500}, 51}), 50U);
  EXPECT_EQ(forest.Rank(tree, WaitKey{}), 100U);
}

TEST(WaitingForest, SkipsWhatIsNotAccepted) {
  WaitingForest forest;
  WaitingForest::Tree tree;
  for (uint32_t i = 0; i < 10; ++i) {
    forest.Insert(tree, TicketIndex{i}, WaitKey{Time{int64_t{i}}, i + 1});
  }
  std::vector<uint32_t> looked_at;
  const auto found = forest.FirstWhere(tree, [&](TicketIndex ticket) {
    looked_at.push_back(ticket.value);
    return ticket.value == 3;
  });
  EXPECT_EQ(found, TicketIndex{3});
  EXPECT_EQ(looked_at, (std::vector<uint32_t>{0, 1, 2, 3}));
  EXPECT_FALSE(forest.FirstWhere(tree, [](TicketIndex) { return false; }).IsSet());
}

// Tickets move between three trees at random; each tree must do as a set does.
TEST(WaitingForest, DoesAsAnOrderedSetDoes) {
  constexpr uint64_t seed = 42;
  std::mt19937_64 random(seed);
  WaitingForest forest;
  struct Place {
    WaitingForest::Tree tree;
    std::set<std::pair<WaitKey, uint32_t>> model;
  };
  std::array<Place, 3> places;
  std::array<int, 200> place_of;
  place_of.fill(-1);
  for (int step = 0; step < 20'000; ++step) {
    const auto ticket = static_cast<uint32_t>(random() % place_of.size());
    if (place_of[ticket] < 0) {
      const auto to = static_cast<int>(random() % places.size());
      const WaitKey key{Time{static_cast<int64_t>(random() % 50)}, ticket + 1};
      forest.Insert(places[static_cast<size_t>(to)].tree, TicketIndex{ticket}, key);
      places[static_cast<size_t>(to)].model.emplace(key, ticket);
      place_of[ticket] = to;
    } else {
      Place& from = places[static_cast<size_t>(place_of[ticket])];
      from.model.erase({forest.KeyOf(TicketIndex{ticket}), ticket});
      forest.Erase(from.tree, TicketIndex{ticket});
      place_of[ticket] = -1;
    }
    for (const Place& place : places) {
      ASSERT_EQ(forest.Size(place.tree), place.model.size()) << "seed " << seed;
      ASSERT_EQ(place.tree.empty(), place.model.empty());
      if (place.model.empty()) continue;
      ASSERT_EQ(forest.First(place.tree).value, place.model.begin()->second);
      const WaitKey asked{Time{static_cast<int64_t>(random() % 60)}, random() % 200};
      const auto before = std::distance(place.model.begin(), place.model.lower_bound({asked, 0}));
      ASSERT_EQ(forest.Rank(place.tree, asked), static_cast<size_t>(before));
    }
  }
}

TEST(WaitKey, CompetesWithoutTheSpansOfPriorities) {
  const Time target{1'700'000'000'000'000};
  for (int64_t below = 0; below <= int64_t{kMaxPriority}; ++below) {
    const WaitKey key{target + kPrioritySpan * below, 7};
    EXPECT_EQ(key.Competing(), (WaitKey{target, 7})) << below << " steps below the highest";
    EXPECT_LT(key, WaitKey{});
  }
  // The last instant that a timestamp of protobuf can say is within one span.
  EXPECT_LT(int64_t{253'402'300'800} * 1'000'000, kPrioritySpan.us);
}

TEST(WaitKey, OfALateTicketGoesAfterEveryPunctualOne) {
  const Time last{int64_t{253'402'300'799} * 1'000'000};
  const WaitKey latest{last + kPrioritySpan * int64_t{kMaxPriority}, 1};
  EXPECT_FALSE(latest.IsLate());
  for (int64_t below = 0; below <= int64_t{kMaxPriority}; ++below) {
    for (const Time target : {Time{-5'000'000}, Time{1'700'000'000'000'000}, last}) {
      const WaitKey punctual{target + kPrioritySpan * below, 7};
      const WaitKey late{punctual.key + kLateSpan, 7};
      EXPECT_LT(latest, late);
      EXPECT_LT(late, WaitKey{});
      EXPECT_TRUE(late.IsLate());
      EXPECT_EQ(late.Punctual(), punctual);
      EXPECT_TRUE(late.Competing().IsLate());
      EXPECT_EQ(late.Competing().Punctual(), punctual.Competing());
    }
  }
}

}  // namespace
}  // namespace tandem::router
