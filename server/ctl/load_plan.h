// What comes in during a load, and when: drawn before it begins, so that nothing that the server
// does moves an arrival, and a seed repeats it.
//
// Pure functions.
#ifndef TANDEM_SERVER_CTL_LOAD_PLAN_H_
#define TANDEM_SERVER_CTL_LOAD_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "absl/time/time.h"

#include "server/ctl/load_scenario.h"

namespace tandem::ctl {

struct LoadBounds {
  double scale = 1;  // Of the rates, the agents and the backlog.
  int64_t contacts = 100'000;
  absl::Duration length = absl::InfiniteDuration();  // What would arrive later does not.
  uint64_t seed = 1;
};

struct PlannedContact {
  absl::Duration at = absl::ZeroDuration();  // Since the first step began.
  size_t kind = 0;
  absl::Duration handling = absl::ZeroDuration();
  absl::Duration wrap_up = absl::ZeroDuration();
  absl::Duration patience = absl::InfiniteDuration();
};

struct LoadPlan {
  std::vector<PlannedContact> backlog;
  std::vector<PlannedContact> arrivals;  // In the order of time.
  absl::Duration length = absl::ZeroDuration();
  bool cut = false;  // There would be more than LoadBounds.contacts.
};

// Arrivals are a Poisson process whose rate is that of the steps: what comes does not know of what
// came before, as many independent customers don't of each other.
[[nodiscard]] LoadPlan PlanLoad(const Scenario& scenario, const LoadBounds& bounds);

// Agents of a group at this scale: at least one, unless there are none.
[[nodiscard]] int64_t ScaledAgents(const LoadAgents& agents, double scale);

[[nodiscard]] absl::Duration Draw(const Spread& spread, std::mt19937_64& random);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_LOAD_PLAN_H_
