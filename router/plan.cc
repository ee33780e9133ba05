#include "router/plan.h"

#include <algorithm>

namespace tandem::router {
namespace {

bool WasTaken(uint32_t step, uint32_t skipped) {
  return (skipped >> step & 1U) == 0;
}

}  // namespace

bool ChangesOffers(const Plan& plan) {
  return std::any_of(plan.begin(), plan.end(),
                     [](const PlanStep& step) { return ChangesOffers(step); });
}

const Requirement& AskedAfter(const Requirement& base, const Plan& plan, uint32_t since,
                              uint32_t steps, uint32_t skipped) {
  while (steps > since) {
    const PlanStep& step = plan[--steps];
    if (WasTaken(steps, skipped) && step.requirement) return *step.requirement;
  }
  return base;
}

OfferPolicy OfferPolicyAfter(OfferPolicy policy, const Plan& plan, uint32_t steps,
                             uint32_t skipped) {
  for (uint32_t i = 0; i < steps; ++i) {
    if (!WasTaken(i, skipped)) continue;
    const PlanStep& step = plan[i];
    if (step.offer_timeout.us != 0) {
      policy.timeout = step.offer_timeout;
      policy.timeout_of_step = i + 1;
    }
    if (step.concurrent_offers != 0) {
      policy.concurrent = step.concurrent_offers;
      policy.concurrent_of_step = i + 1;
    }
  }
  return policy;
}

}  // namespace tandem::router
