// Requirements compiled to indexes, and whether a profile passes them. Internal to router/.
#ifndef TANDEM_ROUTER_REQUIREMENT_H_
#define TANDEM_ROUTER_REQUIREMENT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "router/ids.h"
#include "router/model.h"

namespace tandem::router {

// What matters of an agent for matching. Agents with equal traits share one profile. All lists are
// sorted.
struct Traits {
  RoutingProfileIndex routing_profile;
  SiteIndex site;
  TeamIndex team;
  AgentKind kind = AgentKind::kHuman;
  std::vector<std::pair<SkillIndex, uint32_t>> skills;
  std::vector<AgentLanguage> languages;
  std::vector<ProcessTypeIndex> process_types;
  std::vector<ClientIndex> clients;
  std::vector<std::pair<std::string, std::string>> attributes;

  uint32_t LevelOf(SkillIndex skill) const;  // 0: does not have it
  bool MayDo(ProcessTypeIndex type) const;
  bool MayServe(ClientIndex client) const;
  bool Speaks(const LanguageRequirement& language, LanguageMode mode) const;
  const std::string* AttributeOf(const std::string& key) const;  // null: does not have it

  friend auto operator<=>(const Traits&, const Traits&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Traits& traits) {
    h = H::combine(std::move(h), traits.routing_profile, traits.site, traits.team, traits.kind,
                   traits.skills, traits.process_types, traits.clients, traits.attributes);
    for (const AgentLanguage& language : traits.languages) {
      h = H::combine(std::move(h), language.tag, language.spoken, language.written);
    }
    return h;
  }
};

// One predicate with its ids resolved.
struct CompiledSkill {
  SkillIndex skill;
  uint32_t level = 0, max_level = 0;
  friend auto operator<=>(const CompiledSkill&, const CompiledSkill&) = default;
};
struct CompiledPredicate {
  std::variant<CompiledSkill, LanguageRequirement, ProcessTypeIndex, SiteIndex, TeamIndex,
               AttributePredicate, AgentKind>
      kind;
  bool negated = false;
  friend auto operator<=>(const CompiledPredicate&, const CompiledPredicate&) = default;
};
using CompiledClause = std::vector<CompiledPredicate>;

bool Passes(const CompiledPredicate& predicate, LanguageMode mode, const Traits& traits);
bool Passes(const CompiledClause& clause, LanguageMode mode, const Traits& traits);

// How well traits that pass fit, for BEST_MATCH. It is the sum of
//   - for each clause, the most levels that a skill which it asks for is above what it asks;
//   - for each preference that holds, its weight times the level of the skill that it names, or
//     times kPreferenceLevel when it is about something else.
inline constexpr uint32_t kPreferenceLevel = 10;
struct CompiledPreference {
  CompiledPredicate predicate;
  uint32_t weight = 1;
};
uint32_t ScoreOf(const std::vector<CompiledClause>& clauses,
                 const std::vector<CompiledPreference>& preferences, LanguageMode mode,
                 const Traits& traits);

// Whether the predicate holds for the text of an attribute that is there.
bool Holds(const AttributePredicate& predicate, const std::string& value);
// What it asks of the value in words: " = "emea", "apac"", " >= 3"; empty when any will do.
std::string DescribeValue(const AttributePredicate& predicate);

// A requirement in words, one string per clause: "skill billing >= 3 or language fr >= B2"; at last
// the agents, when it names any.
std::vector<std::string> Describe(const Requirement& requirement);

// All of it in a line of at most so many bytes, which ends with "..." when it is cut: "nothing", or
// "skill billing >= 3 and agent ana, preferring team night * 5".
std::string InWords(const Requirement& requirement, size_t max_bytes);

// What is asked of agents for a ticket that was handed off to people: the same, but by people, and
// by any of them. A clause that is about the kind of agent alone, and whom it names, count no more.
Requirement OfPeople(Requirement requirement);

// The bytes of all ids and texts.
size_t BytesOf(const Requirement& requirement);
size_t BytesOf(const Plan& plan);

// Equal bases with equal plans have equal keys.
std::string KeyOf(const Requirement& base, const Plan& plan);

// A requirement but for its agents as an unambiguous key. Equal canonical requirements have equal
// keys.
std::string KeyOf(const Requirement& requirement);

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_REQUIREMENT_H_
