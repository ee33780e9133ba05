#include "tests/bench/slices.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "tests/bench/cpu.h"
#include "tests/bench/figures.h"

namespace tandem::bench {
namespace {

// What was done and used until an instant.
struct Reading {
  std::chrono::steady_clock::time_point at;
  double done = 0;
  std::map<std::string, double> cpu_seconds;
};

Reading Read(const Load& load, const Watched& watched) {
  Reading reading;
  reading.at = std::chrono::steady_clock::now();
  reading.done = static_cast<double>(load.done());
  reading.cpu_seconds["client"] = CpuSecondsOf(getpid());
  reading.cpu_seconds["server"] = CpuSecondsOf(watched.server);
  if (!watched.cluster_folder.empty()) {
    reading.cpu_seconds["postgres"] = CpuSecondsOfPostgres(watched.cluster_folder);
  }
  return reading;
}

}  // namespace

Slice RunSlice(Load& load, size_t lanes, const SliceLength& length, const Watched& watched) {
  load.Start(lanes);
  Sleep(length.warm_up_seconds);
  load.Record(true);
  const Reading before = Read(load, watched);
  Sleep(length.seconds);
  const Reading after = Read(load, watched);
  load.Record(false);
  load.Finish();

  Slice slice;
  const double done = after.done - before.done;
  slice.per_second = done / std::chrono::duration<double>(after.at - before.at).count();
  for (const auto& [who, seconds] : after.cpu_seconds) {
    slice.cpu_us[who] = (seconds - before.cpu_seconds.at(who)) * 1e6 / std::max(done, 1.0);
  }
  return slice;
}

void Slices::Add(const Slice& slice) {
  rates_.push_back(slice.per_second);
  for (const auto& [who, us] : slice.cpu_us) cpu_[who].push_back(us);
}

double Slices::rate() const {
  return Median(rates_);
}

void Slices::PrintCpu(const std::string& name, const std::string& suffix,
                      const std::string& each) const {
  for (const auto& [who, us] : cpu_) {
    Print("cpu_" + name + "_" + who + suffix, Median(us), ("us/" + each).c_str());
  }
}

}  // namespace tandem::bench
