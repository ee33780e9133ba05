#include "router/ticket_class.h"

#include <algorithm>
#include <optional>
#include <tuple>
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
H AbslHashValue(H h, const Hashed<CompiledSkill>& p) {
  return H::combine(std::move(h), p.of.skill.value, p.of.level, p.of.max_level);
}
template <typename H, typename Tag>
H AbslHashValue(H h, const Hashed<Index<Tag>>& p) {
  return H::combine(std::move(h), p.of.value);
}
template <typename H>
H AbslHashValue(H h, const Hashed<AgentKind>& p) {
  return H::combine(std::move(h), p.of);
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

size_t ClassView::Hash() const {
  return absl::HashOf(queue.value, channel.value, client.value, process_type.value,
                      handling_time.us, waited.us, late, Hashed<Requirement>{requirement});
}

ClassSpec ClassView::ToSpec() const {
  Requirement asked{requirement.all_of, requirement.prefer, {}};
  return {queue, channel, client, process_type, std::move(asked), handling_time, waited, late};
}

bool operator==(const ClassView& a, const ClassView& b) {
  const auto rest = [](const ClassView& view) {
    return std::tie(view.queue, view.channel, view.client, view.process_type, view.handling_time,
                    view.waited, view.late, view.requirement.all_of, view.requirement.prefer);
  };
  return rest(a) == rest(b);
}

ClassView ViewOf(const ClassSpec& spec) {
  return {spec.queue,       spec.channel,       spec.client, spec.process_type,
          spec.requirement, spec.handling_time, spec.waited, spec.late};
}

size_t HashOfCondition::operator()(const Condition& condition) const {
  struct Visitor {
    size_t operator()(const ServedQueue& served) const {
      return absl::HashOf(served.queue.value, served.waited.us);
    }
    size_t operator()(ClientIndex client) const { return absl::HashOf(1, client.value); }
    size_t operator()(ProcessTypeIndex type) const { return absl::HashOf(2, type.value); }
    size_t operator()(const AskedPredicate& asked) const {
      return absl::HashOf(asked.mode, asked.predicate.negated, asked.predicate.kind.index(),
                          std::visit(
                              [](const auto& kind) {
                                return absl::HashOf(Hashed<std::decay_t<decltype(kind)>>{kind});
                              },
                              asked.predicate.kind));
    }
  };
  return std::visit(Visitor{}, condition);
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

void TicketClass::ForgetPassing() {
  passing = {};
  profiles_seen = 0;
  scores = std::vector<Score>();
  conditions.clear();
}

}  // namespace tandem::router
