// Slices of time in which a load runs in a closed loop on a server: how much it did in each, and
// what it cost. The medians of the slices count.
#ifndef TANDEM_TESTS_BENCH_SLICES_H_
#define TANDEM_TESTS_BENCH_SLICES_H_

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "tests/bench/load.h"

namespace tandem::bench {

// Whose processor time is counted besides the load's own.
struct Watched {
  pid_t server = 0;
  std::string cluster_folder;  // of PostgreSQL; empty: there is none
};

// Before and after the part that counts the load runs, too.
struct SliceLength {
  double warm_up_seconds = 1;
  double seconds = 4;
};

struct Slice {
  double per_second = 0;
  std::map<std::string, double> cpu_us;  // of each
};

// Throws what Load::Finish does.
Slice RunSlice(Load& load, size_t lanes, const SliceLength& length, const Watched& watched);

class Slices {
 public:
  void Add(const Slice& slice);
  double rate() const;
  double last() const { return rates_.back(); }
  // cpu_<name>_<who><suffix>, in microseconds per `each`.
  void PrintCpu(const std::string& name, const std::string& suffix, const std::string& each) const;

 private:
  std::vector<double> rates_;
  std::map<std::string, std::vector<double>> cpu_;
};

}  // namespace tandem::bench

#endif  // TANDEM_TESTS_BENCH_SLICES_H_
