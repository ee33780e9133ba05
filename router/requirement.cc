#include "router/requirement.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "router/language.h"
#include "router/limits.h"
#include "router/plan.h"

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

// So that no value can look like something else.
std::string Quote(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string DescribeKind(const PredicateKind& kind) {
  struct Visitor {
    std::string operator()(const SkillRequirement& p) const {
      std::string text = "skill " + p.skill + " >= " + std::to_string(p.level);
      if (p.max_level < kMaxSkillLevel) text += " <= " + std::to_string(p.max_level);
      return text;
    }
    std::string operator()(const LanguageRequirement& p) const {
      if (p.level == Cefr::kNone) return "language " + p.tag;
      return "language " + p.tag + " >= " + NameOf(p.level);
    }
    std::string operator()(const ProcessTypePredicate& p) const {
      return "process type " + p.process_type;
    }
    std::string operator()(const SitePredicate& p) const { return "site " + p.site; }
    std::string operator()(const TeamPredicate& p) const { return "team " + p.team; }
    std::string operator()(const AttributePredicate& p) const {
      return "attribute " + p.key + DescribeValue(p);
    }
    std::string operator()(const AgentKindPredicate& p) const {
      return std::string("agent kind ") + ToString(p.kind);
    }
  };
  return std::visit(Visitor{}, kind);
}

size_t BytesOf(const PredicateKind& kind) {
  struct Visitor {
    size_t operator()(const SkillRequirement& p) const { return p.skill.size(); }
    size_t operator()(const LanguageRequirement& p) const { return p.tag.size(); }
    size_t operator()(const ProcessTypePredicate& p) const { return p.process_type.size(); }
    size_t operator()(const SitePredicate& p) const { return p.site.size(); }
    size_t operator()(const TeamPredicate& p) const { return p.team.size(); }
    size_t operator()(const AttributePredicate& p) const {
      size_t bytes = p.key.size();
      for (const std::string& value : p.values) bytes += value.size();
      return bytes;
    }
    size_t operator()(const AgentKindPredicate&) const { return 0; }
  };
  return std::visit(Visitor{}, kind);
}

std::string DescribePredicate(const Predicate& predicate) {
  return (predicate.negated ? "not " : "") + DescribeKind(predicate.kind);
}

std::string JoinPredicates(const Clause& clause, const char* separator) {
  std::string text;
  for (const Predicate& predicate : clause) {
    if (!text.empty()) text += separator;
    text += DescribePredicate(predicate);
  }
  return text;
}

// What is not configured is nobody's, not even of those who have none.
bool Is(auto asked, auto has) {
  return asked.IsSet() && asked == has;
}

// The decimals next to a number; both are itself when three places are enough for it.
struct Between {
  Decimal floor, ceil;
};

// Of digits, with a sign and a fraction where it has them; unset: it is none.
std::optional<Between> ReadNumber(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  const size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  const auto are_digits = [](std::string_view digits) {
    return !digits.empty() && digits.find_first_not_of("0123456789") == digits.npos;
  };
  if (!are_digits(whole)) return std::nullopt;
  if (point != text.size() && !are_digits(fraction)) return std::nullopt;

  int64_t milli = 0;
  for (const char digit : whole) {
    // Beyond all bounds it does not matter how far.
    if (milli <= kMaxBoundMilli) milli = milli * 10 + (digit - '0') * Whole(1).milli;
  }
  int64_t place = Whole(1).milli;
  for (const char digit : fraction.substr(0, 3)) milli += (digit - '0') * (place /= 10);
  const bool is_exact = fraction.find_first_not_of('0', 3) == fraction.npos;
  const Between size = {{milli}, {is_exact ? milli : milli + 1}};
  return is_negative ? Between{{-size.ceil.milli}, {-size.floor.milli}} : size;
}

}  // namespace

std::string ToString(Decimal number) {
  const auto size = static_cast<uint64_t>(number.milli < 0 ? -number.milli : number.milli);
  std::string text = (number.milli < 0 ? "-" : "") + std::to_string(size / 1'000);
  const uint64_t places = size % 1'000;
  if (places == 0) return text;
  text += '.' + std::to_string(1'000 + places).substr(1);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

std::string DescribeValue(const AttributePredicate& predicate) {
  std::string text;
  for (const std::string& value : predicate.values) {
    text += (text.empty() ? " = " : ", ") + Quote(value);
  }
  if (predicate.min) text += " >= " + ToString(*predicate.min);
  if (predicate.max) text += " <= " + ToString(*predicate.max);
  return text;
}

bool Holds(const AttributePredicate& predicate, const std::string& value) {
  if (!predicate.values.empty()) {
    return std::binary_search(predicate.values.begin(), predicate.values.end(), value);
  }
  if (!predicate.min && !predicate.max) return true;
  const std::optional<Between> number = ReadNumber(value);
  return number && number->floor >= predicate.min.value_or(number->floor) &&
         number->ceil <= predicate.max.value_or(number->ceil);
}

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

const std::string* Traits::AttributeOf(const std::string& key) const {
  const auto it = std::lower_bound(
      attributes.begin(), attributes.end(), key,
      [](const auto& attribute, const std::string& wanted) { return attribute.first < wanted; });
  return it != attributes.end() && it->first == key ? &it->second : nullptr;
}

bool Passes(const CompiledPredicate& predicate, LanguageMode mode, const Traits& traits) {
  struct Visitor {
    LanguageMode mode;
    const Traits& traits;
    bool operator()(const CompiledSkill& skill) const {
      const uint32_t level = traits.LevelOf(skill.skill);
      return level >= skill.level && level <= skill.max_level;
    }
    bool operator()(const LanguageRequirement& language) const {
      return traits.Speaks(language, mode);
    }
    bool operator()(ProcessTypeIndex type) const { return traits.MayDo(type); }
    bool operator()(SiteIndex site) const { return Is(site, traits.site); }
    bool operator()(TeamIndex team) const { return Is(team, traits.team); }
    bool operator()(const AttributePredicate& attribute) const {
      const std::string* value = traits.AttributeOf(attribute.key);
      return value != nullptr && Holds(attribute, *value);
    }
    bool operator()(AgentKind kind) const { return kind == traits.kind; }
  };
  return std::visit(Visitor{mode, traits}, predicate.kind) != predicate.negated;
}

bool Passes(const CompiledClause& clause, LanguageMode mode, const Traits& traits) {
  return std::any_of(clause.begin(), clause.end(), [&](const CompiledPredicate& predicate) {
    return Passes(predicate, mode, traits);
  });
}

uint32_t ScoreOf(const std::vector<CompiledClause>& clauses,
                 const std::vector<CompiledPreference>& preferences, LanguageMode mode,
                 const Traits& traits) {
  // The skill that a predicate wants, if it wants one.
  const auto skill_of = [](const CompiledPredicate& predicate) {
    return predicate.negated ? nullptr : std::get_if<CompiledSkill>(&predicate.kind);
  };
  uint32_t score = 0;
  for (const CompiledClause& clause : clauses) {
    uint32_t above = 0;
    for (const CompiledPredicate& predicate : clause) {
      const CompiledSkill* skill = skill_of(predicate);
      if (skill == nullptr || !Passes(predicate, mode, traits)) continue;
      above = std::max(above, traits.LevelOf(skill->skill) - skill->level);
    }
    score += above;
  }
  for (const CompiledPreference& preference : preferences) {
    if (!Passes(preference.predicate, mode, traits)) continue;
    const CompiledSkill* skill = skill_of(preference.predicate);
    score +=
        preference.weight * (skill != nullptr ? traits.LevelOf(skill->skill) : kPreferenceLevel);
  }
  return score;
}

std::vector<std::string> Describe(const Requirement& requirement) {
  std::vector<std::string> clauses;
  clauses.reserve(requirement.all_of.size() + 1);
  for (const Clause& clause : requirement.all_of) clauses.push_back(JoinPredicates(clause, " or "));
  if (requirement.agents.empty()) return clauses;
  std::string agents;
  for (const std::string& agent : requirement.agents) {
    agents += (agents.empty() ? "agent " : " or agent ") + agent;
  }
  clauses.push_back(std::move(agents));
  return clauses;
}

std::string InWords(const Requirement& requirement, size_t max_bytes) {
  std::string text;
  for (const std::string& clause : Describe(requirement)) {
    text += (text.empty() ? "" : " and ") + clause;
  }
  if (text.empty()) text = "nothing";
  const char* before = ", preferring ";
  for (const Preference& preference : requirement.prefer) {
    text += before + DescribePredicate(preference.predicate) + " * " +
            std::to_string(preference.weight);
    before = ", ";
  }
  if (text.size() <= max_bytes) return text;
  const auto is_inside = [&](size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  size_t end = max_bytes - 3;
  while (end > 0 && is_inside(end)) --end;
  text.resize(end);
  return text + "...";
}

Requirement OfPeople(Requirement requirement) {
  const auto is_kind = [](const Predicate& predicate) {
    return std::holds_alternative<AgentKindPredicate>(predicate.kind);
  };
  std::erase_if(requirement.all_of, [&](const Clause& clause) {
    return std::all_of(clause.begin(), clause.end(), is_kind);
  });
  requirement.all_of.push_back({AgentKindPredicate{AgentKind::kHuman}});
  requirement.agents.clear();
  return Canonical(std::move(requirement));
}

size_t BytesOf(const Requirement& requirement) {
  size_t bytes = 0;
  const auto add = [&](const Predicate& predicate) { bytes += BytesOf(predicate.kind); };
  for (const Clause& clause : requirement.all_of) {
    std::for_each(clause.begin(), clause.end(), add);
  }
  for (const Preference& preference : requirement.prefer) add(preference.predicate);
  for (const std::string& agent : requirement.agents) bytes += agent.size();
  return bytes;
}

size_t BytesOf(const Plan& plan) {
  size_t bytes = 0;
  for (const PlanStep& step : plan) {
    if (step.requirement) bytes += BytesOf(*step.requirement);
    if (step.relax) {
      for (const std::string& skill : step.relax->skills) bytes += skill.size();
      for (const std::string& key : step.relax->attributes) bytes += key.size();
    }
    if (step.expire) bytes += step.expire->reason.size();
    bytes += step.queue.size();
  }
  return bytes;
}

std::string KeyOf(const Requirement& requirement) {
  std::string key;
  for (const Clause& clause : requirement.all_of) {
    key += JoinPredicates(clause, "|");
    key += '&';
  }
  for (const Preference& preference : requirement.prefer) {
    key += std::to_string(preference.weight) + "*" + DescribePredicate(preference.predicate) + "&";
  }
  return key;
}

namespace {

// Ids and keys have no commas.
std::string KeyOf(const Relaxation& relax) {
  std::string key = "-" + std::to_string(relax.lower_skill_levels_by);
  for (const bool all : {relax.all_skills, relax.languages, relax.sites, relax.teams, relax.agents})
    key += all ? '1' : '0';
  for (const std::string& skill : relax.skills) key += ",s" + skill;
  for (const std::string& attribute : relax.attributes) key += ",a" + attribute;
  return key;
}

}  // namespace

std::string KeyOf(const Requirement& base, const Plan& plan) {
  std::string key;
  const auto add = [&](const Requirement& requirement) {
    key += KeyOf(requirement);
    for (const std::string& agent : requirement.agents) key += "@" + agent;
  };
  add(base);
  for (const PlanStep& step : plan) {
    key += ";" + std::to_string(step.after.us) + "," + std::to_string(step.min_priority);
    if (!step.queue.empty()) key += ">" + step.queue;
    // A reason may hold any character, so its length goes before it.
    if (step.expire) {
      key += "!" + std::to_string(step.expire->reason.size()) + ":" + step.expire->reason;
    }
    if (step.callback) key += "~";
    if (step.condition) {
      key += "?" + std::to_string(step.condition->waiting_more_than) + ":" +
             std::to_string(step.condition->oldest_waits_longer_than.us) + ":" +
             std::to_string(step.condition->estimated_wait_longer_than.us) + ":" +
             std::to_string(step.condition->service_level_below_percent) + ":" +
             std::to_string(step.condition->available_agents_fewer_than);
    }
    if (ChangesOffers(step)) {
      key += "*" + std::to_string(step.offer_timeout.us) + "*" +
             std::to_string(step.concurrent_offers);
    }
    if (step.relax) key += KeyOf(*step.relax);
    if (!step.requirement) continue;
    key += ',';
    add(*step.requirement);
  }
  return key;
}

namespace {

template <typename T>
void SortAndRemoveRepeats(std::vector<T>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

void Sort(Predicate& predicate) {
  auto* attribute = std::get_if<AttributePredicate>(&predicate.kind);
  if (attribute != nullptr) SortAndRemoveRepeats(attribute->values);
}

}  // namespace

Requirement Canonical(Requirement requirement) {
  for (Clause& clause : requirement.all_of) {
    for (Predicate& predicate : clause) Sort(predicate);
    SortAndRemoveRepeats(clause);
  }
  for (Preference& preference : requirement.prefer) Sort(preference.predicate);
  SortAndRemoveRepeats(requirement.all_of);
  SortAndRemoveRepeats(requirement.prefer);
  SortAndRemoveRepeats(requirement.agents);
  return requirement;
}

}  // namespace tandem::router
