// What a plan's step asks no longer, in ReferenceRouter: see reference_router.h.
#include <algorithm>
#include <set>
#include <string>

#include "tests/router/reference_router.h"

namespace tandem::router {
namespace {

bool Among(const std::vector<std::string>& ids, const std::string& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

bool IsDropped(const Predicate& predicate, const Relaxation& relax) {
  if (predicate.negated) return false;
  const PredicateKind& kind = predicate.kind;
  if (const auto* skill = std::get_if<SkillRequirement>(&kind)) {
    return relax.all_skills || Among(relax.skills, skill->skill);
  }
  if (const auto* attribute = std::get_if<AttributePredicate>(&kind)) {
    return Among(relax.attributes, attribute->key);
  }
  return (relax.languages && std::get_if<LanguageRequirement>(&kind) != nullptr) ||
         (relax.sites && std::get_if<SitePredicate>(&kind) != nullptr) ||
         (relax.teams && std::get_if<TeamPredicate>(&kind) != nullptr);
}

}  // namespace

void ReferenceRouter::Relax(Requirement& requirement, const Relaxation& relax) {
  std::set<Clause> kept;
  for (const Clause& clause : requirement.all_of) {
    std::set<Predicate> lower;
    bool whole = true;
    for (Predicate predicate : clause) {
      if (!IsDropped(predicate, relax)) whole = false;
      auto* skill = std::get_if<SkillRequirement>(&predicate.kind);
      for (uint32_t i = 0; i < relax.lower_skill_levels_by; ++i) {
        if (skill != nullptr && !predicate.negated && skill->level > 1) --skill->level;
      }
      lower.insert(predicate);
    }
    if (!whole) kept.insert(Clause(lower.begin(), lower.end()));
  }
  requirement.all_of.assign(kept.begin(), kept.end());
  if (relax.agents) requirement.agents.clear();
}

}  // namespace tandem::router
