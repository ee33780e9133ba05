#include "server/ctl/load_figures.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace tandem::ctl {
namespace {

struct Quantile {
  const char* column;
  const char* field;
  double share;
};
constexpr std::array<Quantile, 5> kQuantiles = {{
    {"p50 ms", "p50Ms", 0.5},
    {"p90 ms", "p90Ms", 0.9},
    {"p99 ms", "p99Ms", 0.99},
    {"p99.9 ms", "p999Ms", 0.999},
    {"max ms", "maxMs", 1},
}};

std::string NameOf(LoadStage stage) {
  switch (stage) {
    case LoadStage::kLogIn:
      return "log in";
    case LoadStage::kSend:
      return "sent late";
    case LoadStage::kIngest:
      return "ingest";
    case LoadStage::kOffer:
      return "arrival to offer";
    case LoadStage::kAccept:
      return "accept";
    case LoadStage::kFinish:
      return "finish";
    case LoadStage::kComplete:
      return "complete";
    case LoadStage::kAbandon:
      return "abandon";
  }
  return "";
}

// To a tenth: the rest is noise.
double Tenths(double value) {
  return std::round(value * 10) / 10;
}

std::vector<std::pair<const char*, int64_t>> ListOf(const LoadContacts& contacts) {
  return {{"planned", contacts.planned},
          {"sent", contacts.sent},
          {"acknowledged", contacts.acknowledged},
          {"unroutable", contacts.unroutable},
          {"completed", contacts.completed},
          {"abandoned", contacts.abandoned},
          {"waiting", contacts.waiting},
          {"ended", contacts.ended},
          {"lost", contacts.lost}};
}

}  // namespace

absl::Duration QuantileOf(const std::vector<absl::Duration>& sorted, double share) {
  if (sorted.empty()) return absl::ZeroDuration();
  const double rank = std::ceil(share * static_cast<double>(sorted.size()));
  return sorted[static_cast<size_t>(std::max(rank, 1.0)) - 1];
}

void LoadFigures::Took(LoadStage stage, absl::Time since, absl::Time until) {
  Stage& figures = Of(stage);
  figures.took.push_back(until - since);
  figures.last = std::max(figures.last, until);
}

int64_t LoadFigures::failures() const {
  int64_t failures = 0;
  for (const auto& [what, count] : errors_) failures += count;
  return failures;
}

Document LoadFigures::Show(const std::string& head, Json about,
                           const LoadContacts& contacts) const {
  std::vector<TextTable::Column> columns = {{"step"},
                                            {"count", TextTable::Align::kRight},
                                            {"failed", TextTable::Align::kRight},
                                            {"per second", TextTable::Align::kRight}};
  for (const Quantile& quantile : kQuantiles) {
    columns.push_back({quantile.column, TextTable::Align::kRight});
  }
  TextTable table(std::move(columns));
  Json steps = Json::array();
  for (size_t i = 0; i < kLoadStages; ++i) {
    const auto stage = static_cast<LoadStage>(i);
    std::vector<absl::Duration> sorted = stages_[i].took;
    std::sort(sorted.begin(), sorted.end());
    int64_t failed = 0;
    for (const auto& [what, count] : errors_) failed += what.first == stage ? count : 0;
    if (sorted.empty() && failed == 0) continue;
    // One that took no time has no rate.
    const double seconds = absl::ToDoubleSeconds(stages_[i].last - stages_[i].began);
    const double rate = sorted.empty() || seconds <= 0 || std::isinf(seconds)
                            ? 0
                            : Tenths(static_cast<double>(sorted.size()) / seconds);
    std::vector<std::string> cells = {NameOf(stage), absl::StrCat(sorted.size()),
                                      absl::StrCat(failed), absl::StrFormat("%.1f", rate)};
    Json step = {
        {"name", NameOf(stage)}, {"count", sorted.size()}, {"failed", failed}, {"perSecond", rate}};
    for (const Quantile& quantile : kQuantiles) {
      const double ms = Tenths(absl::ToDoubleMilliseconds(QuantileOf(sorted, quantile.share)));
      cells.push_back(absl::StrFormat("%.1f", ms));
      step[quantile.field] = ms;
    }
    table.AddRow(std::move(cells));
    steps.push_back(std::move(step));
  }

  std::string text = absl::StrCat(head, "\n\n", table.ToString(), "\n");
  Json errors = Json::array();
  for (const auto& [what, count] : errors_) {
    absl::StrAppend(&text, "failed: ", NameOf(what.first), " ", what.second, " ", count, "\n");
    errors.push_back({{"step", NameOf(what.first)}, {"reason", what.second}, {"count", count}});
  }
  absl::StrAppend(&text, "contacts:");
  Json became;
  for (const auto& [name, count] : ListOf(contacts)) {
    absl::StrAppend(&text, " ", name, "=", count);
    became[name] = count;
  }
  absl::StrAppend(&text, "\n");

  Json data = std::move(about);
  data["steps"] = std::move(steps);
  data["errors"] = std::move(errors);
  data["contacts"] = std::move(became);
  return {std::move(text), std::move(data)};
}

}  // namespace tandem::ctl
