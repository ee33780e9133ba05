#include "router/ticket_class.h"

#include <algorithm>
#include <array>

#include "router/state.h"

namespace tandem::router {
namespace {

CompiledPredicate CompilePredicate(const Workspace& workspace, const Predicate& predicate) {
  using Kind = decltype(CompiledPredicate::kind);
  struct Visitor {
    const Workspace& workspace;
    Kind operator()(const SkillRequirement& p) const {
      return CompiledSkill{workspace.skill_ids.Find(p.skill), p.level, p.max_level};
    }
    Kind operator()(const LanguageRequirement& p) const { return p; }
    Kind operator()(const ProcessTypePredicate& p) const {
      return workspace.process_type_ids.Find(p.process_type);
    }
    Kind operator()(const SitePredicate& p) const { return workspace.site_ids.Find(p.site); }
    Kind operator()(const TeamPredicate& p) const { return workspace.team_ids.Find(p.team); }
    Kind operator()(const AttributePredicate& p) const { return p; }
    Kind operator()(const AgentKindPredicate& p) const { return p.kind; }
  };
  return {std::visit(Visitor{workspace}, predicate.kind), predicate.negated};
}

bool IsUnknown(const CompiledPredicate& predicate) {
  struct Visitor {
    bool operator()(const CompiledSkill& skill) const { return !skill.skill.IsSet(); }
    bool operator()(const LanguageRequirement&) const { return false; }
    bool operator()(const AttributePredicate&) const { return false; }
    bool operator()(AgentKind) const { return false; }
    bool operator()(ProcessTypeIndex type) const { return !type.IsSet(); }
    bool operator()(SiteIndex site) const { return !site.IsSet(); }
    bool operator()(TeamIndex team) const { return !team.IsSet(); }
  };
  return std::visit(Visitor{}, predicate.kind);
}

}  // namespace

std::string KeyOf(const ClassSpec& spec) {
  const auto numbers = std::to_array<int64_t>({spec.queue.value, spec.channel.value,
                                               spec.client.value, spec.process_type.value,
                                               spec.handling_time.us, spec.waited.us, spec.late});
  std::string key(reinterpret_cast<const char*>(numbers.data()), sizeof numbers);
  key += KeyOf(spec.requirement);
  return key;
}

bool TicketClass::Agents::Name(AgentIndex agent) const {
  return named.empty() || std::binary_search(named.begin(), named.end(), agent);
}

bool TicketClass::Agents::Exclude(AgentIndex agent) const {
  return std::binary_search(excluded.begin(), excluded.end(), agent);
}

void TicketClass::Compile(const Workspace& workspace) {
  const Channel& channel = *workspace.channels[spec.channel.value].configured;
  group = channel.group;
  mode = channel.language_mode;
  clauses.clear();
  for (const Clause& clause : spec.requirement.all_of) {
    CompiledClause& compiled = clauses.emplace_back();
    for (const Predicate& predicate : clause) {
      compiled.push_back(CompilePredicate(workspace, predicate));
    }
  }
  const Queue* queue = workspace.queue(spec.queue).configured;
  distribution = queue == nullptr ? DistributionMode::kLongestIdle : queue->distribution_mode;
  preferences.clear();
  if (distribution != DistributionMode::kBestMatch) return;
  for (const Preference& preference : spec.requirement.prefer) {
    preferences.push_back({CompilePredicate(workspace, preference.predicate), preference.weight});
  }
}

bool TicketClass::HasUnknown() const {
  return std::any_of(clauses.begin(), clauses.end(),
                     [](const CompiledClause& clause) {
                       return std::any_of(clause.begin(), clause.end(), IsUnknown);
                     }) ||
         std::any_of(
             preferences.begin(), preferences.end(),
             [](const CompiledPreference& preference) { return IsUnknown(preference.predicate); });
}

std::vector<std::vector<Condition>> TicketClass::Conditions() const {
  std::vector<std::vector<Condition>> conditions{
      {ServedQueue{spec.queue, spec.waited}}, {spec.client}, {spec.process_type}};
  for (const CompiledClause& clause : clauses) {
    std::vector<Condition>& any = conditions.emplace_back();
    for (const CompiledPredicate& predicate : clause)
      any.push_back(AskedPredicate{predicate, mode});
  }
  return conditions;
}

void TicketClass::ForgetPassing() {
  passing = {};
  profiles_seen = 0;
  scores = std::vector<Score>();
  conditions.clear();
}

}  // namespace tandem::router
