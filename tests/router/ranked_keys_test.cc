// The ranked keys of a queue against an ordered set.
#include "router/ranked_keys.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <random>
#include <set>

namespace tandem::router {
namespace {

TEST(RankedKeys, CountsHowManyGoBefore) {
  RankedKeys keys;
  EXPECT_EQ(keys.Rank(WaitKey{}), 0U);
  for (int64_t i = 0; i < 10'000; ++i) keys.Insert({Time{i * 10}, static_cast<uint64_t>(i + 1)});
  EXPECT_EQ(keys.size(), 10'000U);
  EXPECT_EQ(keys.Rank({Time{-5}, 0}), 0U);
  EXPECT_EQ(keys.Rank({Time{50'000}, 5'001}), 5'000U);
  EXPECT_EQ(keys.Rank({Time{50'000}, 5'002}), 5'001U);
  EXPECT_EQ(keys.Rank(WaitKey{}), 10'000U);
}

TEST(RankedKeys, IsEmptyAgainWhenAllAreGone) {
  RankedKeys keys;
  for (uint64_t i = 1'000; i > 0; --i) keys.Insert({Time{7}, i});
  for (uint64_t i = 1; i <= 1'000; ++i) {
    ASSERT_EQ(keys.Rank({Time{7}, i}), 0U);
    keys.Erase({Time{7}, i});
  }
  EXPECT_EQ(keys.size(), 0U);
  EXPECT_EQ(keys.Rank(WaitKey{}), 0U);
  keys.Insert({Time{1}, 1});
  EXPECT_EQ(keys.Rank({Time{1}, 2}), 1U);
}

// It grows to many blocks and shrinks to none, by turns; keys come in any order.
TEST(RankedKeys, DoesAsAnOrderedSetDoes) {
  constexpr uint64_t seed = 7;
  std::mt19937_64 random(seed);
  RankedKeys keys;
  std::set<WaitKey> model;
  for (uint64_t step = 0; step < 60'000; ++step) {
    const bool grows = step / 6'000 % 2 == 0;
    if (model.empty() || random() % 10 < (grows ? 9U : 1U)) {
      const WaitKey key{Time{static_cast<int64_t>(random() % 500)}, step};
      keys.Insert(key);
      model.insert(key);
    } else {
      auto gone = model.lower_bound({Time{static_cast<int64_t>(random() % 500)}, 0});
      if (gone == model.end()) gone = model.begin();
      keys.Erase(*gone);
      model.erase(gone);
    }
    ASSERT_EQ(keys.size(), model.size()) << "seed " << seed;
    if (step % 50 != 0) continue;
    const WaitKey asked{Time{static_cast<int64_t>(random() % 500)}, random() % (step + 1)};
    const auto before = std::distance(model.begin(), model.lower_bound(asked));
    ASSERT_EQ(keys.Rank(asked), static_cast<size_t>(before)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tandem::router
