#include "server/ctl/load_plan.h"

#include <algorithm>
#include <cmath>

namespace tandem::ctl {
namespace {

// Draws the contacts one after the other.
class Contacts {
 public:
  Contacts(const Scenario& scenario, uint64_t seed) : kinds_(scenario.kinds), random_(seed) {
    std::vector<double> shares;
    for (const LoadKind& kind : kinds_) shares.push_back(kind.share);
    kind_ = std::discrete_distribution<size_t>(shares.begin(), shares.end());
  }

  PlannedContact DrawAt(absl::Duration at) {
    PlannedContact contact{.at = at, .kind = kind_(random_)};
    const LoadKind& kind = kinds_[contact.kind];
    contact.handling = Draw(kind.handling, random_);
    contact.wrap_up = Draw(kind.wrap_up, random_);
    if (Share() < kind.abandons) contact.patience = Draw(kind.patience, random_);
    return contact;
  }
  double Share() { return std::uniform_real_distribution<double>(0, 1)(random_); }
  absl::Duration Pause(double per_second) {
    return absl::Seconds(std::exponential_distribution<double>(per_second)(random_));
  }

 private:
  const std::vector<LoadKind>& kinds_;
  std::mt19937_64 random_;
  std::discrete_distribution<size_t> kind_;
};

}  // namespace

LoadPlan PlanLoad(const Scenario& scenario, const LoadBounds& bounds) {
  Contacts contacts(scenario, bounds.seed);
  LoadPlan plan;
  const auto most = static_cast<size_t>(bounds.contacts);
  const auto backlog = static_cast<size_t>(static_cast<double>(scenario.backlog) * bounds.scale);
  plan.cut = backlog > most;
  while (plan.backlog.size() < std::min(backlog, most)) {
    plan.backlog.push_back(contacts.DrawAt(absl::ZeroDuration()));
  }
  for (const LoadStep& step : scenario.steps) {
    const absl::Duration begin = plan.length;
    const absl::Duration end = std::min(begin + step.length, bounds.length);
    if (end <= begin) break;
    plan.length = end;
    const double highest = std::max(step.from_per_second, step.to_per_second) * bounds.scale;
    if (highest <= 0) continue;
    // By thinning: drawn at the step's highest rate, and kept with the rate's share of that.
    for (absl::Duration at = begin + contacts.Pause(highest); at < end;
         at += contacts.Pause(highest)) {
      const double into = absl::FDivDuration(at - begin, step.length);
      const double rate =
          (step.from_per_second + (step.to_per_second - step.from_per_second) * into) *
          bounds.scale;
      if (contacts.Share() * highest >= rate) continue;
      if (plan.backlog.size() + plan.arrivals.size() == most) {
        plan.cut = true;
        return plan;
      }
      plan.arrivals.push_back(contacts.DrawAt(at));
    }
  }
  return plan;
}

int64_t ScaledAgents(const LoadAgents& agents, double scale) {
  if (agents.count == 0) return 0;
  return std::max<int64_t>(1, std::llround(static_cast<double>(agents.count) * scale));
}

absl::Duration Draw(const Spread& spread, std::mt19937_64& random) {
  if (spread.deviation <= absl::ZeroDuration()) return spread.mean;
  // Of the logarithm, so that mean and deviation come out as said.
  const double ratio = absl::FDivDuration(spread.deviation, spread.mean);
  const double variance = std::log1p(ratio * ratio);
  std::lognormal_distribution<double> draw(-variance / 2, std::sqrt(variance));
  return spread.mean * draw(random);
}

}  // namespace tandem::ctl
