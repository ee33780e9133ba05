// One answer to Prometheus: the families of families.h with their values, as text.
//
// Not safe for concurrent use: it is filled and printed by one thread.
#ifndef TANDEM_SERVER_METRICS_PAGE_H_
#define TANDEM_SERVER_METRICS_PAGE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/metrics/counters.h"

namespace tandem::metrics {

// The media type of Text().
inline constexpr char kContentType[] = "text/plain; version=0.0.4; charset=utf-8";

class Page {
 public:
  Page();
  ~Page();
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  // One sample. `family` is a name of families.h, `labels` are the values of its labels in their
  // order; anything else aborts, because it is a fault of ours that any test would meet.
  void Set(std::string_view family, const std::vector<std::string>& labels, double value);
  void Set(std::string_view family, double value) { Set(family, {}, value); }
  void Set(std::string_view family, const std::vector<std::string>& labels,
           const HistogramValue& value);

  // In the exposition format of Prometheus, families in their order and samples as they were set.
  std::string Text() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::metrics

#endif  // TANDEM_SERVER_METRICS_PAGE_H_
