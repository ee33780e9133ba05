#include "tests/theory/intervals.h"

#include <numbers>
#include <numeric>

namespace tandem::theory {

// With x = sqrt(degrees) tan(angle) the density is a power of the cosine, which is integrated by
// Simpson's rule; the angle is found by halving.
double StudentQuantile(uint32_t degrees_of_freedom, double tail) {
  const auto area = [&](double from, double to) {
    constexpr int kSteps = 200;  // even
    const double step = (to - from) / kSteps;
    double sum = 0;
    for (int i = 0; i <= kSteps; ++i) {
      const double weight = i == 0 || i == kSteps ? 1 : (i % 2 == 1 ? 4 : 2);
      sum += weight * std::pow(std::cos(from + i * step), degrees_of_freedom - 1.0);
    }
    return sum * step / 3;
  };
  constexpr double kRightAngle = std::numbers::pi / 2;
  const double whole = 2 * area(0, kRightAngle);
  double low = 0, high = kRightAngle;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (area(middle, kRightAngle) / whole > tail ? low : high) = middle;
  }
  return std::sqrt(static_cast<double>(degrees_of_freedom)) * std::tan(low);
}

Interval IntervalOf(std::vector<double> batch_means, Controls controls, double error) {
  const auto product = [](const std::vector<double>& a, const std::vector<double>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  };
  // Takes out of a vector what is a multiple of the other one, and gives the multiple.
  const auto take_out = [&](const std::vector<double>& other, std::vector<double>& of) {
    const double multiple = product(other, of) / product(other, other);
    for (size_t i = 0; i < of.size(); ++i) of[i] -= multiple * other[i];
    return multiple;
  };
  // Controls first: what is left of the constant and of the means is what they do not explain.
  std::vector<double> constant(batch_means.size(), 1);
  for (size_t i = 0; i < controls.size(); ++i) {
    for (size_t later = i + 1; later < controls.size(); ++later) {
      (void)take_out(controls[i], controls[later]);
    }
    (void)take_out(controls[i], constant);
    (void)take_out(controls[i], batch_means);
  }
  const double mean = take_out(constant, batch_means);
  const auto freedom = static_cast<uint32_t>(batch_means.size() - 1 - controls.size());
  const double variance = product(batch_means, batch_means) / freedom;
  return {mean,
          StudentQuantile(freedom, error / 2) * std::sqrt(variance / product(constant, constant))};
}

}  // namespace tandem::theory
