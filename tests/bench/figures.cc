#include "tests/bench/figures.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <thread>

namespace tandem::bench {

void Print(const std::string& name, double value, const char* unit, int decimals) {
  std::printf("BENCH name=%s value=%.*f unit=%s\n", name.c_str(), decimals, value, unit);
  std::fflush(stdout);
}

void PrintLatencies(const std::string& name, const Latencies& latencies) {
  Print(name + "_p50", latencies.QuantileMs(0.50), "ms", 2);
  Print(name + "_p99", latencies.QuantileMs(0.99), "ms", 2);
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void Sleep(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

}  // namespace tandem::bench
