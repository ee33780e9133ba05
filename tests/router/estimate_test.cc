// Goal: an estimate is the mean time that a queue needed for one ticket while there was one, times
// the position; idle stretches, old answers and the order of arrival here change nothing. A service
// level is of the last visits that were answered or abandoned.
#include "router/estimate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "tests/router/text.h"

namespace tandem::router {
namespace {

EndedVisit Answered(Duration ago, Duration waited, uint64_t ticket = 1) {
  const Time left = kStart - ago;
  return {left, left - waited, TicketId{0, ticket}, /*answered=*/true, /*in_target=*/true};
}

EndedVisit Abandoned(Duration ago) {
  const Time left = kStart - ago;
  return {left, left - Seconds(9), TicketId{0, 1}, /*answered=*/false, /*in_target=*/false};
}

TEST(RecentVisits, TellNothingWhenTheyAreFew) {
  RecentVisits visits;
  EXPECT_FALSE(visits.Wait(kStart, 1));
  for (int64_t i = 1; i < static_cast<int64_t>(kMinVisits); ++i) {
    visits.Add(Answered(Seconds(10 * i), Seconds(5)));
    EXPECT_FALSE(visits.Wait(kStart, 1)) << i;
  }
  visits.Add(Answered(Minutes(2), Seconds(5)));
  EXPECT_EQ(visits.Wait(kStart, 1), Seconds(5));
}

TEST(RecentVisits, OfAQueueThatNeverIsEmptyTakeTheTimeBetweenAnswers) {
  RecentVisits visits;
  for (int64_t i = 10; i > 0; --i) visits.Add(Answered(Seconds(12 * i), Minutes(5)));
  // The first is measured from when its ticket came: 5 min.
  EXPECT_EQ(visits.Interval(kStart), Duration{(Minutes(5).us + 9 * Seconds(12).us) / 10});
  for (int64_t i = 1; i <= 40; ++i) {
    visits.Add(Answered(Seconds(-12 * i), Minutes(5) + Seconds(12 * i)));
  }
  EXPECT_EQ(visits.Interval(kStart + Minutes(8)), Seconds(12));
  EXPECT_EQ(visits.Wait(kStart + Minutes(8), 7), Seconds(84));
}

TEST(RecentVisits, DoNotCountTheTimeInWhichNobodyWaited) {
  RecentVisits visits;
  for (int64_t i = 8; i > 0; --i) visits.Add(Answered(Minutes(3 * i), Seconds(4)));
  EXPECT_EQ(visits.Wait(kStart, 1), Seconds(4));
}

TEST(RecentVisits, OfAQueueThatStoodOverNightBeginWithTheMorning) {
  RecentVisits visits;
  for (int64_t i = 8; i > 0; --i) visits.Add(Answered(Seconds(10 * i), Hours(9)));
  // The first took since yesterday; the other seven tell.
  EXPECT_EQ(visits.Interval(kStart), Seconds(10));
}

TEST(RecentVisits, TellWhoComesNextOfTheQueueAsItIs) {
  RecentVisits visits;
  EXPECT_EQ(visits.WaitOfNext(kStart, 0, 0), std::nullopt);
  EXPECT_EQ(visits.WaitOfNext(kStart, 0, 1), Duration{}) << "an agent is free";
  for (int64_t i = 10; i > 0; --i) visits.Add(Answered(Seconds(60 * i), Seconds(60)));
  EXPECT_EQ(visits.WaitOfNext(kStart, 0, 0), std::nullopt) << "nobody is there";
  EXPECT_EQ(visits.WaitOfNext(kStart, 2, 1), Minutes(3));
}

TEST(RecentVisits, TellTheServiceLevelOfThoseAnsweredOrAbandoned) {
  RecentVisits visits;
  for (int64_t i = 1; i <= 3; ++i) visits.Add(Answered(Seconds(i), Seconds(5)));
  visits.Add(Abandoned(Seconds(4)));
  EXPECT_FALSE(visits.ServiceLevel(kStart)) << "four are too few";
  EndedVisit late = Answered(Seconds(5), Seconds(5));
  late.in_target = false;
  visits.Add(late);
  EXPECT_EQ(visits.ServiceLevel(kStart), (RecentVisits::Level{.in_target = 3, .decided = 5}));
  for (int64_t i = 0; i < 300; ++i) visits.Add(Abandoned(Seconds(-i)));
  EXPECT_EQ(visits.ServiceLevel(kStart + Minutes(5)),
            (RecentVisits::Level{.in_target = 0, .decided = kDecided}));
}

TEST(RecentVisits, AreForgottenAfterTheSpan) {
  RecentVisits visits;
  for (int64_t i = 0; i < 6; ++i) visits.Add(Answered(Seconds(i), Seconds(4)));
  EXPECT_TRUE(visits.Interval(kStart + kHandOutSpan - Seconds(9)));
  EXPECT_TRUE(visits.ServiceLevel(kStart + kHandOutSpan - Seconds(9)));
  EXPECT_FALSE(visits.Interval(kStart + kHandOutSpan));
  EXPECT_FALSE(visits.ServiceLevel(kStart + kHandOutSpan));
}

TEST(RecentVisits, GiveTheSameInWhateverOrderTheyCome) {
  std::mt19937_64 random(17);
  for (int round = 0; round < 200; ++round) {
    std::vector<EndedVisit> all;
    const auto count = static_cast<int64_t>(random() % 60);
    for (int64_t i = 0; i < count; ++i) {
      // Many at the same instant.
      all.push_back(Answered(Seconds(static_cast<int64_t>(random() % 40) * 60),
                             Seconds(static_cast<int64_t>(random() % 300)), random() % 5));
    }
    RecentVisits one;
    for (const EndedVisit& visit : all) one.Add(visit);
    std::shuffle(all.begin(), all.end(), random);
    RecentVisits other;
    for (const EndedVisit& visit : all) other.Add(visit);
    EXPECT_EQ(one.Wait(kStart, 3), other.Wait(kStart, 3)) << round;
    EXPECT_EQ(one.ServiceLevel(kStart), other.ServiceLevel(kStart)) << round;
  }
}

}  // namespace
}  // namespace tandem::router
