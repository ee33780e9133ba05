// Goal: nothing that several threads count is lost, and a histogram puts each value where its bound
// says.
#include "server/metrics/counters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <thread>
#include <vector>

namespace tandem::metrics {
namespace {

using testing::ElementsAre;

TEST(Counter, LosesNothingOfManyThreads) {
  Counter counter;
  Level level;
  std::vector<std::jthread> threads;
  for (size_t i = 0; i < 2 * kLanes + 1; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 1'000; ++j) {
        counter.Add(3);
        level.Move(j % 2 == 0 ? 2 : -1);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(counter.value(), 3'000 * (2 * kLanes + 1));
  EXPECT_EQ(level.value(), static_cast<int64_t>(500 * (2 * kLanes + 1)));
}

TEST(Histogram, HasItsBoundsInclusive) {
  constexpr std::array<int64_t, 3> kBounds = {10, 20, 30};
  Histogram histogram(kBounds, 0.5);
  for (const int64_t value : {0, 10, 11, 20, 30, 31}) histogram.Observe(value);
  histogram.Observe(25, 4);
  const HistogramValue value = histogram.value();
  EXPECT_THAT(value.bounds, ElementsAre(5, 10, 15));
  EXPECT_THAT(value.counts, ElementsAre(2, 2, 5, 1));
  EXPECT_DOUBLE_EQ(value.sum, (0 + 10 + 11 + 20 + 30 + 31 + 4 * 25) * 0.5);
}

TEST(Histogram, AddsUpWithOthers) {
  Histogram one(kCallBounds, kSecondsPerNanosecond), other(kCallBounds, kSecondsPerNanosecond);
  one.Observe(std::chrono::milliseconds(2));
  other.Observe(std::chrono::seconds(20));
  HistogramValue both = one.value();
  both.Add(other.value());
  EXPECT_EQ(both.counts[2], 1U);
  EXPECT_EQ(both.counts.back(), 1U);
  EXPECT_DOUBLE_EQ(both.sum, 20.002);
}

}  // namespace
}  // namespace tandem::metrics
