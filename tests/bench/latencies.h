// How long calls took: a histogram whose buckets are at most 1/16 of their value wide.
//
// Every function is safe from any thread.
#ifndef TANDEM_TESTS_BENCH_LATENCIES_H_
#define TANDEM_TESTS_BENCH_LATENCIES_H_

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tandem::bench {

class Latencies {
 public:
  void Add(std::chrono::nanoseconds took) {
    const auto us = static_cast<uint64_t>(took.count() < 0 ? 0 : took.count() / 1'000);
    counts_[BucketOf(us)].fetch_add(1, std::memory_order_relaxed);
  }

  void Clear() {
    for (std::atomic<uint64_t>& count : counts_) count.store(0, std::memory_order_relaxed);
  }

  uint64_t count() const {
    uint64_t sum = 0;
    for (const std::atomic<uint64_t>& count : counts_) {
      sum += count.load(std::memory_order_relaxed);
    }
    return sum;
  }

  // Milliseconds that `share` of the calls did not exceed; 0 without calls.
  double QuantileMs(double share) const {
    const auto rank = static_cast<uint64_t>(share * static_cast<double>(count()));
    uint64_t seen = 0;
    for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
      seen += counts_[bucket].load(std::memory_order_relaxed);
      if (seen > rank) return static_cast<double>(EndOf(bucket)) / 1'000.0;
    }
    return 0;
  }

 private:
  static constexpr size_t kSteps = 16;  // per power of two
  static constexpr size_t kBuckets = kSteps * 32;

  static size_t BucketOf(uint64_t us) {
    if (us < kSteps) return static_cast<size_t>(us);
    const auto shift = static_cast<size_t>(std::bit_width(us)) - 5;
    const size_t bucket = (shift + 1) * kSteps + static_cast<size_t>(us >> shift) - kSteps;
    return bucket < kBuckets ? bucket : kBuckets - 1;
  }
  // First value, in microseconds, beyond the bucket.
  static uint64_t EndOf(size_t bucket) {
    if (bucket < kSteps) return bucket + 1;
    const size_t shift = bucket / kSteps - 1;
    return static_cast<uint64_t>(bucket % kSteps + kSteps + 1) << shift;
  }

  std::array<std::atomic<uint64_t>, kBuckets> counts_{};
};

}  // namespace tandem::bench

#endif  // TANDEM_TESTS_BENCH_LATENCIES_H_
