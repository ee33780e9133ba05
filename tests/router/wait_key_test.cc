// What waiting tickets are ordered by.
#include "router/wait_key.h"

#include <gtest/gtest.h>

#include "router/limits.h"

namespace tandem::router {
namespace {

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
