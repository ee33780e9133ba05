// Ranked keys against an ordered map.
#include "router/ranked_keys.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <random>
#include <vector>

namespace tandem::router {
namespace {

WaitKey Key(int64_t at, uint64_t arrival) {
  return {Time{at}, arrival};
}

TEST(RankedKeys, KnowsTheFirstAndHowManyGoBefore) {
  RankedKeys keys;
  EXPECT_TRUE(keys.empty());
  EXPECT_EQ(keys.Rank(WaitKey{}), 0U);
  (void)keys.Insert(Key(30, 1));
  const RankedKeys::Slot slot = keys.Insert(Key(10, 2));
  (void)keys.Insert(Key(10, 3));
  EXPECT_EQ(keys.size(), 3U);
  EXPECT_EQ(keys.First(), Key(10, 2));
  EXPECT_EQ(keys.Rank(Key(10, 3)), 1U);
  EXPECT_EQ(keys.Rank(Key(20, 0)), 2U);
  EXPECT_EQ(keys.Rank(WaitKey{}), 3U);
  keys.Erase(Key(10, 2), slot);
  EXPECT_EQ(keys.First(), Key(10, 3));
  EXPECT_EQ(keys.Rank(Key(20, 0)), 1U);
}

// What does as an ordered map does, step by step.
class ComparedKeys {
 public:
  void Insert(WaitKey key) { model_.emplace(key, keys_.Insert(key)); }
  // The first key that is not before; the first of all when there is none.
  void EraseFrom(WaitKey key) {
    auto found = model_.lower_bound(key);
    if (found == model_.end()) found = model_.begin();
    keys_.Erase(found->first, found->second);
    model_.erase(found);
  }
  bool empty() const { return model_.empty(); }

  void CheckRank(WaitKey asked) const {
    const auto before = std::distance(model_.begin(), model_.lower_bound(asked));
    ASSERT_EQ(keys_.Rank(asked), static_cast<size_t>(before));
  }
  void CheckAll() const {
    ASSERT_EQ(keys_.size(), model_.size());
    ASSERT_EQ(keys_.empty(), model_.empty());
    std::vector<WaitKey> expected;
    for (const auto& [key, slot] : model_) expected.push_back(key);
    ASSERT_EQ(keys_.InOrder(), expected);
    if (model_.empty()) return;
    ASSERT_EQ(keys_.First(), model_.begin()->first);
  }

 private:
  RankedKeys keys_;
  std::map<WaitKey, RankedKeys::Slot> model_;
};

// It grows to many blocks and shrinks to none, by turns; keys come and go in any order.
TEST(RankedKeys, DoesAsAnOrderedMapDoes) {
  constexpr uint64_t seed = 7;
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  ComparedKeys compared;
  for (uint64_t step = 0; step < 60'000; ++step) {
    const bool grows = step / 6'000 % 2 == 0;
    const auto at = static_cast<int64_t>(random() % 500);
    if (compared.empty() || random() % 10 < (grows ? 9U : 1U)) {
      compared.Insert(Key(at, step));
    } else {
      compared.EraseFrom(Key(at, 0));
    }
    const auto asked = static_cast<int64_t>(random() % 500);
    ASSERT_NO_FATAL_FAILURE(compared.CheckRank(Key(asked, random() % (step + 1))));
    if (step % 50 != 0) continue;
    ASSERT_NO_FATAL_FAILURE(compared.CheckAll());
  }
}

// As what waits does: most come at the end and go at the beginning, some anywhere, and some stay.
TEST(RankedKeys, DoesSoWhileKeysPassThrough) {
  constexpr uint64_t seed = 11;
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  ComparedKeys compared;
  int64_t gone = 0;
  for (uint64_t step = 1; step <= 60'000; ++step) {
    const auto now = static_cast<int64_t>(step * 10);
    const bool anywhere = random() % 8 == 0;
    compared.Insert(Key(anywhere ? now - static_cast<int64_t>(random() % 4'000) : now, step));
    // One of a hundred is passed over, and stays.
    if (step > 400 && step % 100 != 0) {
      gone = std::max(gone, now - 4'000);
      compared.EraseFrom(Key(random() % 8 == 0 ? now - 2'000 : gone, 0));
    }
    if (step % 100 == 0) gone += 10;
    ASSERT_NO_FATAL_FAILURE(compared.CheckRank(Key(now - 1'500, 0)));
    ASSERT_NO_FATAL_FAILURE(compared.CheckRank(Key(now / 2, 0)));
    if (step % 50 != 0) continue;
    ASSERT_NO_FATAL_FAILURE(compared.CheckAll());
  }
}

// One of a hundred stays, of a million that pass: they take the room of thousands, not of a
// million.
TEST(RankedKeys, GivesBackTheRoomOfWhatIsGone) {
  RankedKeys keys;
  std::vector<RankedKeys::Slot> slots;
  for (uint64_t i = 0; i < 1'000'000; ++i) {
    slots.push_back(keys.Insert(Key(static_cast<int64_t>(i), i)));
  }
  const size_t before = keys.bytes();
  EXPECT_GE(before, 1'000'000 * sizeof(WaitKey));
  for (uint64_t i = 0; i < 1'000'000; ++i) {
    if (i % 100 != 0) keys.Erase(Key(static_cast<int64_t>(i), i), slots[i]);
  }
  EXPECT_EQ(keys.size(), 10'000U);
  EXPECT_LT(keys.bytes(), before / 4);
}

}  // namespace
}  // namespace tandem::router
