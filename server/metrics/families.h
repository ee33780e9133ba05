// Every metric that the server has, in the order of the page. docs/reference/metrics.md is made of
// the table in families.cc.
//
// Names follow Prometheus's rules: base units, `_total` for what only grows. Labels have few
// values, each from a set that is bounded here and not by what clients send: ids of workspaces and
// queues are in the levels that a census counts alone, and capped there.
#ifndef TANDEM_SERVER_METRICS_FAMILIES_H_
#define TANDEM_SERVER_METRICS_FAMILIES_H_

#include <cstdint>
#include <span>

namespace tandem::metrics {

enum class Kind : uint8_t { kCounter, kGauge, kHistogram };

struct Family {
  const char* name;
  Kind kind;
  const char* labels;  // names, with commas; empty: none
  const char* help;
};

std::span<const Family> Families();

}  // namespace tandem::metrics

#endif  // TANDEM_SERVER_METRICS_FAMILIES_H_
