#include "server/metrics/counters.h"

#include <algorithm>

namespace tandem::metrics {

const std::array<int64_t, 14> kCallBounds = {
    500'000,       1'000'000,     2'500'000,     5'000'000,     10'000'000,
    25'000'000,    50'000'000,    100'000'000,   250'000'000,   500'000'000,
    1'000'000'000, 2'500'000'000, 5'000'000'000, 10'000'000'000};
const std::array<int64_t, 14> kStepBounds = {500,       1'000,     2'500,      5'000,      10'000,
                                             25'000,    50'000,    100'000,    250'000,    500'000,
                                             1'000'000, 5'000'000, 25'000'000, 100'000'000};
const std::array<int64_t, 9> kSizeBounds = {1, 3, 10, 30, 100, 300, 1'000, 3'000, 10'000};

size_t LaneOfThread() {
  static std::atomic<size_t> threads = 0;
  thread_local const size_t lane = threads.fetch_add(1, std::memory_order_relaxed) % kLanes;
  return lane;
}

uint64_t Counter::value() const {
  uint64_t sum = 0;
  for (const Lane& lane : lanes_) sum += lane.sum.load(std::memory_order_relaxed);
  return sum;
}

void HistogramValue::Add(const HistogramValue& other) {
  for (size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
  sum += other.sum;
}

Histogram::Histogram(std::span<const int64_t> bounds, double scale)
    : bounds_(bounds.first(std::min(bounds.size(), kMostBounds))), scale_(scale) {}

void Histogram::Observe(int64_t value, uint64_t times) {
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  counts_[static_cast<size_t>(bucket)].fetch_add(times, std::memory_order_relaxed);
  sum_.fetch_add(value * static_cast<int64_t>(times), std::memory_order_relaxed);
}

HistogramValue Histogram::value() const {
  HistogramValue held;
  for (const int64_t bound : bounds_) held.bounds.push_back(static_cast<double>(bound) * scale_);
  for (size_t i = 0; i <= bounds_.size(); ++i) {
    held.counts.push_back(counts_[i].load(std::memory_order_relaxed));
  }
  held.sum = static_cast<double>(sum_.load(std::memory_order_relaxed)) * scale_;
  return held;
}

}  // namespace tandem::metrics
