// Requirements compiled to indexes, and whether a profile passes them. Internal to router/.
#ifndef TANDEM_ROUTER_REQUIREMENT_H_
#define TANDEM_ROUTER_REQUIREMENT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "router/ids.h"
#include "router/model.h"

namespace tandem::router {

// What matters of an agent for matching. Agents with equal traits share one profile. All lists are
// sorted.
struct Traits {
  RoutingProfileIndex routing_profile;
  SiteIndex site;
  std::vector<std::pair<SkillIndex, uint32_t>> skills;
  std::vector<AgentLanguage> languages;
  std::vector<ProcessTypeIndex> process_types;
  std::vector<ClientIndex> clients;

  uint32_t LevelOf(SkillIndex skill) const;  // 0: does not have it
  bool MayDo(ProcessTypeIndex type) const;
  bool MayServe(ClientIndex client) const;
  bool Speaks(const LanguageRequirement& language, LanguageMode mode) const;

  friend auto operator<=>(const Traits&, const Traits&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Traits& traits) {
    h = H::combine(std::move(h), traits.routing_profile, traits.site, traits.skills,
                   traits.process_types, traits.clients);
    for (const AgentLanguage& language : traits.languages) {
      h = H::combine(std::move(h), language.tag, language.spoken, language.written);
    }
    return h;
  }
};

// One predicate with its ids resolved.
struct CompiledPredicate {
  enum class Kind : uint8_t { kSkill, kLanguage, kProcessType, kSite };
  Kind kind = Kind::kSkill;
  SkillIndex skill;
  uint32_t level = 0;
  LanguageRequirement language;
  ProcessTypeIndex process_type;
  SiteIndex site;
};
using CompiledClause = std::vector<CompiledPredicate>;

bool Passes(const CompiledClause& clause, LanguageMode mode, const Traits& traits);

// A requirement in words, one string per clause: "skill billing >= 3 or language fr >= B2".
std::vector<std::string> Describe(const Requirement& requirement);

// A requirement as an unambiguous key. Equal canonical requirements have equal keys.
std::string KeyOf(const Requirement& requirement);

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_REQUIREMENT_H_
