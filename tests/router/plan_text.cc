#include "tests/router/plan_text.h"

#include <array>

#include "tests/router/text.h"

namespace tandem::router {
namespace {

bool AsksWhoIsThere(const Explanation& explanation) {
  const auto& next = explanation.next_step;
  return next && next->condition &&
         (next->condition->available_agents_fewer_than != 0 ||
          next->condition->estimated_wait_longer_than.us != 0);
}

std::string ByStep(uint32_t step) {
  return step == 0 ? "" : " by_step=" + std::to_string(step);
}

}  // namespace

std::string OfferingText(const Explanation& explanation, bool whole) {
  constexpr std::array<const char*, 4> kReasons = {"", "QUEUE_CLOSED", "NOBODY_AVAILABLE",
                                                   "TOO_FEW_ANSWERS"};
  std::string text;
  if (whole || AsksWhoIsThere(explanation)) {
    text += " available=" + std::to_string(explanation.available_agents);
    if (explanation.no_estimate != NoEstimate::kNone) {
      text +=
          std::string(" no_estimate=") + kReasons.at(static_cast<size_t>(explanation.no_estimate));
    }
  }
  if (!explanation.offer_policy) return text;
  const OfferPolicy& policy = *explanation.offer_policy;
  if (!whole && policy.timeout_of_step == 0 && policy.concurrent_of_step == 0) return text;
  return text + "\n  offered for " + TextOf(policy.timeout) + ByStep(policy.timeout_of_step) +
         " to " + std::to_string(policy.concurrent) + ByStep(policy.concurrent_of_step);
}

std::string NextStepText(const Explanation::NextStep& next, bool with_clauses) {
  std::string text = "\n  next step=" + std::to_string(next.number);
  if (next.at.IsSet()) text += " at=" + TextOf(next.at);
  if (next.min_priority != 0) text += " min_priority=" + std::to_string(next.min_priority);
  if (!next.queue.empty()) text += " queue=" + next.queue;
  if (next.expire) text += " expires";
  if (next.callback) text += " callback";
  if (next.offer_timeout.us != 0) text += " offer=" + TextOf(next.offer_timeout);
  if (next.concurrent_offers != 0) text += " ring=" + std::to_string(next.concurrent_offers);
  if (!next.skipped.empty()) text += " skipped=" + next.skipped;
  if (next.qualified_agents != 0) text += " qualified=" + std::to_string(next.qualified_agents);
  for (const auto& clause : next.clauses) {
    text += "\n    " + std::to_string(clause.passing_agents) + " pass";
    if (with_clauses) text += ": " + clause.clause;
  }
  return text;
}

}  // namespace tandem::router
