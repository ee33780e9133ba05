// Confidence intervals for what a simulation measured, from the run itself.
//
// Method of batch means (Conway, "Some Tactical Problems in Digital Simulation", 1963; Law,
// "Simulation Modeling and Analysis", chapter 9): waits of customers who come one after the other
// depend on each other, but means of long enough batches of them hardly do, and are nearly normal.
// 30 batches: more gain little (Schmeiser, "Batch Size Effects in the Analysis of Simulation
// Output", 1982).
//
// With control variates (Lavenberg and Welch, "A Perspective on the Use of Control Variables to
// Increase the Efficiency of Monte Carlo Simulations", 1981): in a batch whose customers happened
// to come quicker than on average, or to take longer, waits are longer, too. How far the batch's
// gaps and handling times are off is known, so that what they explain is taken out. With the
// batches' means y and controls x, whose true means are 0, y = mean + slope x + rest is fitted by
// least squares, and the interval is
//   mean ± t(batches - 1 - controls, 1 - error / 2) sigma
// with Student's quantile t and the standard error sigma that the fit gives the mean.
//
// Several intervals at once: each is given an error of the whole divided by their number
// (Bonferroni), so that with right formulas even one theory outside its interval has at most the
// whole's probability.
#ifndef TANDEM_TESTS_THEORY_INTERVALS_H_
#define TANDEM_TESTS_THEORY_INTERVALS_H_

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tandem::theory {

inline constexpr size_t kBatches = 30;
// That any of the comparisons of one test fails although the formulas hold.
inline constexpr double kErrorOfTest = 0.01;

struct Interval {
  double mean = 0;
  double half_width = 0;

  // But for rounding: a share of all may come out as a little more or less than 1.
  bool Has(double value) const { return std::fabs(value - mean) <= half_width + 1e-12; }
};

// The value that Student's distribution exceeds with probability `tail`, below 0.5.
double StudentQuantile(uint32_t degrees_of_freedom, double tail);

// What the batches have of a quantity, less what is true of it; one vector for each control.
using Controls = std::vector<std::vector<double>>;

Interval IntervalOf(std::vector<double> batch_means, Controls controls, double error);

// The ratio of two sums, such as waits and customers, over the items of each batch.
template <typename Items, typename Numerator, typename Denominator>
std::vector<double> BatchRatios(const Items& items, Numerator numerator, Denominator denominator) {
  std::vector<double> ratios;
  for (size_t batch = 0; batch < kBatches; ++batch) {
    double over = 0, under = 0;
    const size_t end = items.size() * (batch + 1) / kBatches;
    for (size_t i = items.size() * batch / kBatches; i < end; ++i) {
      over += numerator(items[i]);
      under += denominator(items[i]);
    }
    ratios.push_back(over / under);
  }
  return ratios;
}

// The interval of such a ratio. An item gives 0 to both sums when it does not count. When the ratio
// of all is 0, as of an event that never came, the interval ends where so many independent trials
// without it become as unlikely as the error.
template <typename Items, typename Numerator, typename Denominator>
Interval RatioOf(const Items& items, const Controls& controls, double error, Numerator numerator,
                 Denominator denominator) {
  double over = 0, under = 0;
  for (const auto& item : items) {
    over += numerator(item);
    under += denominator(item);
  }
  if (over == 0) return {0, -std::log(error) / under};
  return IntervalOf(BatchRatios(items, numerator, denominator), controls, error);
}

}  // namespace tandem::theory

#endif  // TANDEM_TESTS_THEORY_INTERVALS_H_
