#include "router/plan.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace tandem::router {
namespace {

bool WasTaken(uint32_t step, uint32_t skipped) {
  return (skipped >> step & 1U) == 0;
}

// Whether a relaxation leaves out what one predicate asks.
struct IsLeftOut {
  const Relaxation& relax;

  static bool Has(const std::vector<std::string>& sorted, const std::string& id) {
    return std::binary_search(sorted.begin(), sorted.end(), id);
  }
  bool operator()(const SkillRequirement& asked) const {
    return relax.all_skills || Has(relax.skills, asked.skill);
  }
  bool operator()(const LanguageRequirement&) const { return relax.languages; }
  bool operator()(const ProcessTypePredicate&) const { return false; }
  bool operator()(const SitePredicate&) const { return relax.sites; }
  bool operator()(const TeamPredicate&) const { return relax.teams; }
  bool operator()(const AttributePredicate& asked) const {
    return Has(relax.attributes, asked.key);
  }
  bool operator()(const AgentKindPredicate&) const { return false; }
};

void LowerLevel(Predicate& predicate, uint32_t by) {
  if (auto* skill = std::get_if<SkillRequirement>(&predicate.kind)) {
    skill->level = skill->level > by ? skill->level - by : 1;
  }
}

}  // namespace

bool ChangesOffers(const Plan& plan) {
  return std::any_of(plan.begin(), plan.end(),
                     [](const PlanStep& step) { return ChangesOffers(step); });
}

Requirement Relaxed(Requirement requirement, const Relaxation& relax) {
  std::erase_if(requirement.all_of, [&](const Clause& clause) {
    return std::all_of(clause.begin(), clause.end(), [&](const Predicate& predicate) {
      return !predicate.negated && std::visit(IsLeftOut{relax}, predicate.kind);
    });
  });
  for (Clause& clause : requirement.all_of) {
    for (Predicate& predicate : clause) {
      if (!predicate.negated) LowerLevel(predicate, relax.lower_skill_levels_by);
    }
  }
  if (relax.agents) requirement.agents.clear();
  return Canonical(std::move(requirement));
}

Requirement AskedOnceTaken(const PlanStep& step, Requirement before) {
  if (step.requirement) return *step.requirement;
  if (step.relax) return Relaxed(std::move(before), *step.relax);
  return before;
}

Requirement AskedAfter(Requirement base, const Plan& plan, uint32_t since, uint32_t steps,
                       uint32_t skipped) {
  for (uint32_t i = since; i < steps; ++i) {
    if (WasTaken(i, skipped)) base = AskedOnceTaken(plan[i], std::move(base));
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
