// How benchmarks say what they measured.
#ifndef TANDEM_TESTS_BENCH_FIGURES_H_
#define TANDEM_TESTS_BENCH_FIGURES_H_

#include <string>
#include <vector>

#include "tests/bench/latencies.h"

namespace tandem::bench {

// "BENCH name=… value=… unit=…", at once.
void Print(const std::string& name, double value, const char* unit, int decimals = 0);
// Two of them: <name>_p50 and <name>_p99.
void PrintLatencies(const std::string& name, const Latencies& latencies);

double Median(std::vector<double> values);

void Sleep(double seconds);

}  // namespace tandem::bench

#endif  // TANDEM_TESTS_BENCH_FIGURES_H_
