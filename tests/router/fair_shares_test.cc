#include "router/fair_shares.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace tandem::router {
namespace {

constexpr ClientIndex kAcme{0}, kGlobex{1}, kInitech{2};

FairShares Configured(std::vector<std::optional<FairShare>> configured) {
  FairShares shares;
  EXPECT_TRUE(shares.Configure(std::move(configured)));
  return shares;
}

ClientTier FirstWaiting(const FairShares& shares) {
  return shares.FirstWaiting([](ClientIndex) { return true; });
}

TEST(FairShares, AreKeptOnlyWhileAClientHasOne) {
  FairShares shares;
  EXPECT_FALSE(shares.any());
  EXPECT_FALSE(shares.Configure({std::nullopt, std::nullopt}));
  EXPECT_FALSE(shares.any());
  EXPECT_TRUE(shares.Configure({std::nullopt, FairShare{}}));
  EXPECT_TRUE(shares.any());
  EXPECT_FALSE(shares.Configure({std::nullopt, FairShare{}})) << "nothing is to be counted anew";
  EXPECT_FALSE(shares.Configure({std::nullopt}));
  EXPECT_FALSE(shares.any());
}

TEST(FairShares, ExactlyItsShareIsWithinIt) {
  FairShares shares = Configured({FairShare{.weight = 3}, FairShare{.weight = 1}});
  shares.CountInHand(kAcme, 3);
  shares.CountInHand(kGlobex, 1);
  EXPECT_EQ(shares.TierOf(kAcme), ClientTier::kWithinShare);
  EXPECT_EQ(shares.TierOf(kGlobex), ClientTier::kWithinShare);
  shares.CountInHand(kAcme, 1);
  EXPECT_EQ(shares.TierOf(kAcme), ClientTier::kOverShare);
  EXPECT_EQ(shares.TierOf(kGlobex), ClientTier::kWithinShare);
}

TEST(FairShares, WeightsCountOnceSomethingIsThere) {
  FairShares shares = Configured({FairShare{.weight = 1}, FairShare{.weight = 1}, FairShare{}});
  shares.CountInHand(kAcme, 1);
  EXPECT_EQ(shares.TierOf(kAcme), ClientTier::kWithinShare) << "alone it has everything";
  shares.CountWaiting(kGlobex, 1);
  EXPECT_EQ(shares.TierOf(kAcme), ClientTier::kOverShare);
  EXPECT_EQ(shares.weights(), 2U);
  shares.CountWaiting(kGlobex, 7);
  EXPECT_EQ(shares.weights(), 2U) << "how much waits counts for nothing";
  shares.CountWaiting(kGlobex, -8);
  EXPECT_EQ(shares.TierOf(kAcme), ClientTier::kWithinShare);
  shares.CountInHand(kInitech, 5);
  EXPECT_EQ(shares.shared(), 1U) << "one without a weight has no part in it";
  EXPECT_EQ(shares.in_hand(kInitech), 5U);
}

TEST(FairShares, FloorsGoBeforeSharesAndCeilings) {
  FairShares shares =
      Configured({FairShare{.weight = 1, .floor = 2, .ceiling = 2}, FairShare{.weight = 1}});
  shares.CountWaiting(kGlobex, 1);
  EXPECT_EQ(FirstWaiting(shares), ClientTier::kWithinShare) << "nothing of acme waits";
  shares.CountWaiting(kAcme, 1);
  EXPECT_EQ(FirstWaiting(shares), ClientTier::kBelowFloor);
  shares.CountInHand(kAcme, 1);
  EXPECT_EQ(shares.TierOf(kAcme), ClientTier::kBelowFloor) << "though it is over its share";
  shares.CountInHand(kAcme, 1);
  shares.CountInHand(kGlobex, 9);
  EXPECT_EQ(shares.TierOf(kAcme), ClientTier::kOverShare) << "at its ceiling";
  EXPECT_EQ(FirstWaiting(shares), ClientTier::kOverShare);
}

TEST(FairShares, WhatWaitsFirstIsOfAClientThatIsServed) {
  FairShares shares = Configured({FairShare{.weight = 1}, FairShare{.weight = 1}, std::nullopt});
  EXPECT_EQ(FirstWaiting(shares), ClientTier::kOverShare) << "nothing waits";
  shares.CountInHand(kAcme, 3);
  shares.CountInHand(kGlobex, 1);
  shares.CountWaiting(kAcme, 2);
  EXPECT_EQ(FirstWaiting(shares), ClientTier::kOverShare) << "all that waits is over its share";
  shares.CountWaiting(kGlobex, 1);
  EXPECT_EQ(FirstWaiting(shares), ClientTier::kWithinShare);
  const auto serves_acme = [](ClientIndex client) { return client == kAcme; };
  EXPECT_EQ(shares.FirstWaiting(serves_acme), ClientTier::kOverShare) << "globex is for others";
  shares.CountWaiting(kGlobex, -1);
  shares.CountWaiting(kInitech, 1);
  EXPECT_EQ(FirstWaiting(shares), ClientTier::kWithinShare) << "one without a share is within it";
  shares.CountWaiting(kInitech, -1);
  EXPECT_EQ(FirstWaiting(shares), ClientTier::kOverShare);
}

TEST(FairShares, HoldForMoreThanFitsInto32Bits) {
  FairShares shares = Configured({FairShare{.weight = 1'000}, FairShare{.weight = 1'000}});
  shares.CountInHand(kAcme, 50'000'001);
  shares.CountInHand(kGlobex, 50'000'000);
  EXPECT_EQ(shares.TierOf(kAcme), ClientTier::kOverShare);
  EXPECT_EQ(shares.TierOf(kGlobex), ClientTier::kWithinShare);
}

}  // namespace
}  // namespace tandem::router
