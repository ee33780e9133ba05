#include "server/metrics/page.h"

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_split.h"

#include "prometheus/client_metric.h"
#include "prometheus/metric_family.h"
#include "prometheus/text_serializer.h"
#include "server/metrics/families.h"

namespace tandem::metrics {
namespace {

prometheus::MetricType TypeOf(Kind kind) {
  switch (kind) {
    case Kind::kCounter:
      return prometheus::MetricType::Counter;
    case Kind::kGauge:
      return prometheus::MetricType::Gauge;
    case Kind::kHistogram:
      return prometheus::MetricType::Histogram;
  }
  std::abort();
}

[[noreturn]] void Misused(std::string_view family, const char* what) {
  std::fprintf(stderr, "metric %.*s: expected %s\n", static_cast<int>(family.size()), family.data(),
               what);
  std::abort();
}

}  // namespace

class Page::Impl {
 public:
  Impl() {
    for (const Family& family : Families()) {
      places_.emplace(family.name, families_.size());
      prometheus::MetricFamily& made = families_.emplace_back();
      made.name = family.name;
      made.help = family.help;
      made.type = TypeOf(family.kind);
      labels_.emplace_back(absl::StrSplit(family.labels, ',', absl::SkipEmpty()));
    }
  }

  // A new sample of the family, which is none of histograms unless `histogram`.
  prometheus::ClientMetric& Add(std::string_view family, const std::vector<std::string>& labels,
                                bool histogram) {
    const auto found = places_.find(family);
    if (found == places_.end()) Misused(family, "a family of families.cc");
    prometheus::MetricFamily& to = families_[found->second];
    if ((to.type == prometheus::MetricType::Histogram) != histogram) Misused(family, "its kind");
    const std::vector<std::string>& names = labels_[found->second];
    if (names.size() != labels.size()) Misused(family, "a value for each of its labels");
    prometheus::ClientMetric& sample = to.metric.emplace_back();
    for (size_t i = 0; i < names.size(); ++i) sample.label.push_back({names[i], labels[i]});
    return sample;
  }

  void Set(std::string_view family, const std::vector<std::string>& labels, double value) {
    prometheus::ClientMetric& sample = Add(family, labels, false);
    // Which of the two is printed follows from the family.
    sample.counter.value = value;
    sample.gauge.value = value;
  }

  std::string Text() const {
    std::ostringstream text;
    prometheus::TextSerializer().Serialize(text, families_);
    return std::move(text).str();
  }

 private:
  std::vector<prometheus::MetricFamily> families_;
  std::vector<std::vector<std::string>> labels_;  // of each family
  absl::flat_hash_map<std::string_view, size_t> places_;
};

Page::Page() : impl_(std::make_unique<Impl>()) {}
Page::~Page() = default;

void Page::Set(std::string_view family, const std::vector<std::string>& labels, double value) {
  impl_->Set(family, labels, value);
}

void Page::Set(std::string_view family, const std::vector<std::string>& labels,
               const HistogramValue& value) {
  prometheus::ClientMetric::Histogram& to = impl_->Add(family, labels, true).histogram;
  for (size_t i = 0; i < value.counts.size(); ++i) {
    to.sample_count += value.counts[i];
    // The serializer adds the bucket of +Inf.
    if (i < value.bounds.size()) to.bucket.push_back({to.sample_count, value.bounds[i]});
  }
  to.sample_sum = value.sum;
}

std::string Page::Text() const {
  return impl_->Text();
}

}  // namespace tandem::metrics
