#include "router/ticket_class.h"

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/hash/hash.h"

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

// Makes absl hash what is asked, which is plain data of the router's callers.
template <typename T>
struct Hashed {
  const T& of;
};

template <typename H, typename T>
H CombineAll(H h, const std::vector<T>& all) {
  for (const T& one : all) h = H::combine(std::move(h), Hashed<T>{one});
  return H::combine(std::move(h), all.size());
}

template <typename H>
H AbslHashValue(H h, const Hashed<SkillRequirement>& p) {
  return H::combine(std::move(h), p.of.skill, p.of.level, p.of.max_level);
}
template <typename H>
H AbslHashValue(H h, const Hashed<LanguageRequirement>& p) {
  return H::combine(std::move(h), p.of.tag, p.of.level);
}
template <typename H>
H AbslHashValue(H h, const Hashed<ProcessTypePredicate>& p) {
  return H::combine(std::move(h), p.of.process_type);
}
template <typename H>
H AbslHashValue(H h, const Hashed<SitePredicate>& p) {
  return H::combine(std::move(h), p.of.site);
}
template <typename H>
H AbslHashValue(H h, const Hashed<TeamPredicate>& p) {
  return H::combine(std::move(h), p.of.team);
}
template <typename H>
H AbslHashValue(H h, const Hashed<AttributePredicate>& p) {
  const auto bound = [](const std::optional<Decimal>& limit) {
    return limit ? std::optional(limit->milli) : std::nullopt;
  };
  return H::combine(std::move(h), p.of.key, p.of.values, bound(p.of.min), bound(p.of.max));
}
template <typename H>
H AbslHashValue(H h, const Hashed<AgentKindPredicate>& p) {
  return H::combine(std::move(h), p.of.kind);
}
template <typename H>
H AbslHashValue(H h, const Hashed<Predicate>& predicate) {
  h = H::combine(std::move(h), predicate.of.negated, predicate.of.kind.index());
  return std::visit(
      [&](const auto& kind) {
        return H::combine(std::move(h), Hashed<std::decay_t<decltype(kind)>>{kind});
      },
      predicate.of.kind);
}
template <typename H>
H AbslHashValue(H h, const Hashed<Clause>& clause) {
  return CombineAll(std::move(h), clause.of);
}
template <typename H>
H AbslHashValue(H h, const Hashed<Preference>& preference) {
  return H::combine(std::move(h), Hashed<Predicate>{preference.of.predicate}, preference.of.weight);
}
template <typename H>
H AbslHashValue(H h, const Hashed<Requirement>& asked) {
  h = CombineAll(std::move(h), asked.of.all_of);
  return CombineAll(std::move(h), asked.of.prefer);
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

size_t HashOfSpec::operator()(const ClassSpec& spec) const {
  return absl::HashOf(spec.queue.value, spec.channel.value, spec.client.value,
                      spec.process_type.value, spec.handling_time.us, spec.waited.us, spec.late,
                      Hashed<Requirement>{spec.requirement});
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
