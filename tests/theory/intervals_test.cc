// Goal: that the intervals are what tables and their own definition say. Method: quantiles that are
// printed in every table, and many intervals of numbers with a known mean.
#include "tests/theory/intervals.h"

#include <gtest/gtest.h>

#include <random>

namespace tandem::theory {
namespace {

TEST(StudentQuantile, IsThatOfTheTables) {
  EXPECT_NEAR(StudentQuantile(1, 0.25), 1.0, 1e-6);
  EXPECT_NEAR(StudentQuantile(9, 0.05), 1.8331, 5e-5);
  EXPECT_NEAR(StudentQuantile(29, 0.025), 2.0452, 5e-5);
  EXPECT_NEAR(StudentQuantile(29, 0.0005), 3.6594, 5e-5);
}

TEST(Interval, MissesTheTrueMeanAsOftenAsItSays) {
  std::mt19937_64 random(1);
  size_t missed = 0;
  constexpr size_t kTrials = 1'000;
  for (size_t trial = 0; trial < kTrials; ++trial) {
    std::vector<double> items(1'500);
    for (double& item : items) item = static_cast<double>(random() % 1'001);
    const Interval interval = RatioOf(
        items, {}, 0.1, [](double item) { return item; }, [](double) { return 1.0; });
    if (!interval.Has(500)) ++missed;
  }
  // 100 are expected; the standard deviation of their number is 9.5.
  EXPECT_GT(missed, 65u);
  EXPECT_LT(missed, 135u);
}

TEST(Interval, IsOfWhatTheControlsDoNotExplain) {
  // Means of 5 that follow two controls exactly but for a rest of 0.01.
  std::vector<double> means;
  Controls controls(2);
  for (size_t i = 0; i < kBatches; ++i) {
    const auto number = static_cast<double>(i);
    controls[0].push_back(std::sin(number));
    controls[1].push_back(std::cos(3 * number));
    const double rest = i % 2 == 0 ? 0.01 : -0.01;
    means.push_back(5 + 2 * controls[0][i] - 7 * controls[1][i] + rest);
  }
  const Interval interval = IntervalOf(means, controls, 0.05);
  EXPECT_NEAR(interval.mean, 5, 0.003);
  // t(27) is 2.0518; a rest of 0.01 in 30 batches, less the freedom that the fit takes.
  EXPECT_NEAR(interval.half_width, 2.0518 * 0.01 / std::sqrt(27.0), 2e-4);
  EXPECT_GT(IntervalOf(means, {}, 0.05).half_width, 1);
}

TEST(Interval, OfWhatNeverCameEndsWhereNotSeeingItIsAsUnlikelyAsTheError) {
  const std::vector<double> items(3'000, 0);
  const Interval interval = RatioOf(
      items, {}, 0.05, [](double item) { return item; }, [](double) { return 1.0; });
  EXPECT_TRUE(interval.Has(0));
  EXPECT_NEAR(interval.half_width, 0.001, 2e-6);
}

}  // namespace
}  // namespace tandem::theory
