#include "router/requirement.h"

#include <algorithm>
#include <cstdlib>

#include "router/language.h"

namespace tandem::router {
namespace {

const char* NameOf(Cefr level) {
  switch (level) {
    case Cefr::kNone:
      return "any level";
    case Cefr::kA1:
      return "A1";
    case Cefr::kA2:
      return "A2";
    case Cefr::kB1:
      return "B1";
    case Cefr::kB2:
      return "B2";
    case Cefr::kC1:
      return "C1";
    case Cefr::kC2:
      return "C2";
  }
  std::abort();
}

std::string DescribePredicate(const Predicate& predicate) {
  struct Visitor {
    std::string operator()(const SkillLevel& p) const {
      return "skill " + p.skill + " >= " + std::to_string(p.level);
    }
    std::string operator()(const LanguageRequirement& p) const {
      if (p.level == Cefr::kNone) return "language " + p.tag;
      return "language " + p.tag + " >= " + NameOf(p.level);
    }
    std::string operator()(const ProcessTypePredicate& p) const {
      return "process type " + p.process_type;
    }
    std::string operator()(const SitePredicate& p) const { return "site " + p.site; }
  };
  return std::visit(Visitor{}, predicate);
}

std::string JoinPredicates(const Clause& clause, const char* separator) {
  std::string text;
  for (const Predicate& predicate : clause) {
    if (!text.empty()) text += separator;
    text += DescribePredicate(predicate);
  }
  return text;
}

bool Passes(const CompiledPredicate& predicate, LanguageMode mode, const Traits& traits) {
  switch (predicate.kind) {
    case CompiledPredicate::Kind::kSkill:
      return traits.LevelOf(predicate.skill) >= predicate.level;
    case CompiledPredicate::Kind::kLanguage:
      return traits.Speaks(predicate.language, mode);
    case CompiledPredicate::Kind::kProcessType:
      return traits.MayDo(predicate.process_type);
    case CompiledPredicate::Kind::kSite:
      // A site that was never configured is no one's, not even of those who work at no site.
      return predicate.site.IsSet() && traits.site == predicate.site;
  }
  std::abort();
}

}  // namespace

uint32_t Traits::LevelOf(SkillIndex skill) const {
  const auto it = std::lower_bound(skills.begin(), skills.end(), std::pair{skill, uint32_t{0}});
  return it != skills.end() && it->first == skill ? it->second : 0;
}

bool Traits::MayDo(ProcessTypeIndex type) const {
  return std::binary_search(process_types.begin(), process_types.end(), type);
}

bool Traits::MayServe(ClientIndex client) const {
  return std::binary_search(clients.begin(), clients.end(), client);
}

bool Traits::Speaks(const LanguageRequirement& language, LanguageMode mode) const {
  return std::any_of(languages.begin(), languages.end(), [&](const AgentLanguage& has) {
    const Cefr level = mode == LanguageMode::kSpoken ? has.spoken : has.written;
    return level != Cefr::kNone && level >= language.level &&
           LanguageMatches(language.tag, has.tag);
  });
}

bool Passes(const CompiledClause& clause, LanguageMode mode, const Traits& traits) {
  return std::any_of(clause.begin(), clause.end(), [&](const CompiledPredicate& predicate) {
    return Passes(predicate, mode, traits);
  });
}

std::vector<std::string> Describe(const Requirement& requirement) {
  std::vector<std::string> clauses;
  clauses.reserve(requirement.size());
  for (const Clause& clause : requirement) clauses.push_back(JoinPredicates(clause, " or "));
  return clauses;
}

std::string KeyOf(const Requirement& requirement) {
  std::string key;
  for (const Clause& clause : requirement) {
    key += JoinPredicates(clause, "|");
    key += '&';
  }
  return key;
}

}  // namespace tandem::router
