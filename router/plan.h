// What steps of plans do, and what holds of a ticket once they were taken.
#ifndef TANDEM_ROUTER_PLAN_H_
#define TANDEM_ROUTER_PLAN_H_

#include <cstdint>

#include "router/model.h"
#include "router/time.h"

namespace tandem::router {

// Whether the step ends the wait, and changes nothing else.
inline bool EndsWait(const PlanStep& step) {
  return step.expire.has_value() || step.callback;
}
// Whether the step waits for the end of an offer that is out.
inline bool WaitsForOffer(const PlanStep& step) {
  return !step.queue.empty() || EndsWait(step);
}
// Whether the step says how the ticket is offered.
inline bool ChangesOffers(const PlanStep& step) {
  return step.offer_timeout.us != 0 || step.concurrent_offers != 0;
}
bool ChangesOffers(const Plan& plan);

// Whether the step changes what is asked of agents.
inline bool ChangesRequirement(const PlanStep& step) {
  return step.requirement || step.relax;
}

// What is left of a canonical requirement, in canonical form.
Requirement Relaxed(Requirement requirement, const Relaxation& relax);

// What is asked once the step was taken, if this was asked before.
Requirement AskedOnceTaken(const PlanStep& step, Requirement before);

// What is asked when so many steps of the plan are behind, of which the first `since` do not count.
// `skipped`: those that were not taken, a bit for each, the lowest for the first step.
Requirement AskedAfter(Requirement base, const Plan& plan, uint32_t since, uint32_t steps,
                       uint32_t skipped);

// How a ticket is offered, and which step of its plan says so, from 1; 0: its queue does.
struct OfferPolicy {
  Duration timeout;
  uint32_t timeout_of_step = 0;
  uint32_t concurrent = 1;
  uint32_t concurrent_of_step = 0;
  friend bool operator==(const OfferPolicy&, const OfferPolicy&) = default;
};
// The same when its queue says `policy`, and so many steps are behind, as of AskedAfter.
OfferPolicy OfferPolicyAfter(OfferPolicy policy, const Plan& plan, uint32_t steps,
                             uint32_t skipped);

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_PLAN_H_
