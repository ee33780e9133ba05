// Sums of what happens, for metrics: added to on hot paths, read when somebody asks.
//
// Adding is one relaxed operation on memory that no other thread is writing to, as a rule: no lock
// and no allocation. A reader sees each sum as it was a moment ago; sums are not of one moment.
#ifndef TANDEM_SERVER_METRICS_COUNTERS_H_
#define TANDEM_SERVER_METRICS_COUNTERS_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tandem::metrics {

// A sum, or a level, that one thread at a time writes.
class Tally {
 public:
  void Add(uint64_t amount = 1) { Set(value() + amount); }
  void Set(uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_ = 0;
};

// Threads spread over so many lanes, each thread for its life.
inline constexpr size_t kLanes = 8;
size_t LaneOfThread();

// A sum that any thread adds to.
class Counter {
 public:
  void Add(uint64_t amount = 1) {
    lanes_[LaneOfThread()].sum.fetch_add(amount, std::memory_order_relaxed);
  }
  uint64_t value() const;

 private:
  struct alignas(64) Lane {
    std::atomic<uint64_t> sum = 0;
  };
  std::array<Lane, kLanes> lanes_;
};

// A level that any thread moves.
class Level {
 public:
  void Move(int64_t by) { value_.fetch_add(by, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_ = 0;
};

// What a histogram held when it was read.
struct HistogramValue {
  std::vector<double> bounds;    // upper bounds, inclusive, growing
  std::vector<uint64_t> counts;  // per bound, not cumulative; then of what is above them all
  double sum = 0;

  // Adds another one of the same bounds.
  void Add(const HistogramValue& other);
};

// How often whole numbers fell under each of some bounds. Any thread may observe; those who observe
// much have one each.
class Histogram {
 public:
  static constexpr size_t kMostBounds = 16;

  // `bounds` must outlive the histogram. `scale`: what one is worth on the page, 1e-9 for
  // nanoseconds that are shown as seconds.
  Histogram(std::span<const int64_t> bounds, double scale);

  void Observe(int64_t value, uint64_t times = 1);
  void Observe(std::chrono::nanoseconds span, uint64_t times = 1) { Observe(span.count(), times); }
  HistogramValue value() const;

 private:
  const std::span<const int64_t> bounds_;
  const double scale_;
  std::array<std::atomic<uint64_t>, kMostBounds + 1> counts_{};
  std::atomic<int64_t> sum_ = 0;
};

// Bounds in nanoseconds: of whole calls and transactions, 0.5 ms to 10 s; of steps in memory,
// 0.5 µs to 100 ms.
extern const std::array<int64_t, 14> kCallBounds;
extern const std::array<int64_t, 14> kStepBounds;
// Of how many there are of something, 1 to 10,000.
extern const std::array<int64_t, 9> kSizeBounds;
inline constexpr double kSecondsPerNanosecond = 1e-9;

}  // namespace tandem::metrics

#endif  // TANDEM_SERVER_METRICS_COUNTERS_H_
