// What is asked of agents for a ticket, and the plan by which that changes while it waits.
//
// Plain data, as in router/model.h.
#ifndef TANDEM_ROUTER_ASKED_H_
#define TANDEM_ROUTER_ASKED_H_

#include <compare>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "router/hand_off.h"
#include "router/time.h"

namespace tandem::router {

// Levels of the Common European Framework of Reference. kNone in a requirement: any level; on an
// agent: absent.
enum class Cefr : uint8_t { kNone = 0, kA1, kA2, kB1, kB2, kC1, kC2 };

struct SkillRequirement {
  std::string skill;
  uint32_t level = 1;       // at least
  uint32_t max_level = 10;  // at most
  friend auto operator<=>(const SkillRequirement&, const SkillRequirement&) = default;
};

struct LanguageRequirement {
  std::string tag;  // canonical BCP 47
  Cefr level = Cefr::kNone;
  friend auto operator<=>(const LanguageRequirement&, const LanguageRequirement&) = default;
};

struct ProcessTypePredicate {
  std::string process_type;
  friend auto operator<=>(const ProcessTypePredicate&, const ProcessTypePredicate&) = default;
};

struct SitePredicate {
  std::string site;
  friend auto operator<=>(const SitePredicate&, const SitePredicate&) = default;
};

struct TeamPredicate {
  std::string team;
  friend auto operator<=>(const TeamPredicate&, const TeamPredicate&) = default;
};

// A number with three places behind the point.
struct Decimal {
  int64_t milli = 0;
  friend auto operator<=>(const Decimal&, const Decimal&) = default;
};
constexpr Decimal Whole(int64_t number) {
  return {number * 1'000};
}
std::string ToString(Decimal number);  // "4.5"

// Of an agent's attribute. With neither values nor bounds: any value will do.
struct AttributePredicate {
  std::string key;
  std::vector<std::string> values{};    // any of these; sorted
  std::optional<Decimal> min{}, max{};  // a number within
  friend auto operator<=>(const AttributePredicate&, const AttributePredicate&) = default;
};

using PredicateKind =
    std::variant<SkillRequirement, LanguageRequirement, ProcessTypePredicate, SitePredicate,
                 TeamPredicate, AttributePredicate, AgentKindPredicate>;

// What an agent has or, negated, lacks.
struct Predicate {
  PredicateKind kind;
  bool negated = false;

  Predicate() = default;
  template <typename Kind>
  requires std::constructible_from<PredicateKind, Kind> Predicate(Kind of, bool negate = false)
      : kind(std::move(of)), negated(negate) {}

  friend auto operator<=>(const Predicate&, const Predicate&) = default;
};

// Any of its predicates will do.
using Clause = std::vector<Predicate>;

// What makes one agent a better match than another, in queues that look for the best one.
struct Preference {
  Predicate predicate;
  uint32_t weight = 1;
  friend auto operator<=>(const Preference&, const Preference&) = default;
};

struct Requirement {
  std::vector<Clause> all_of{};
  std::vector<Preference> prefer{};
  std::vector<std::string> agents{};  // these only; empty: any
  bool empty() const { return all_of.empty() && prefer.empty() && agents.empty(); }
  friend auto operator<=>(const Requirement&, const Requirement&) = default;
};

// With every list sorted and free of repeats, so that requirements that ask the same compare equal.
Requirement Canonical(Requirement requirement);

// What is asked no longer, of whatever is asked: what agents must lack stays.
struct Relaxation {
  std::vector<std::string> skills{};  // sorted
  bool all_skills = false;
  uint32_t lower_skill_levels_by = 0;  // but not below 1
  bool languages = false;
  std::vector<std::string> attributes{};  // keys; sorted
  bool sites = false, teams = false;
  bool agents = false;  // whom the ticket is for alone
  friend bool operator==(const Relaxation&, const Relaxation&) = default;
};

// What must hold of the ticket's queue when a step is due, for it to be taken: all that is set.
struct PlanCondition {
  uint32_t waiting_more_than = 0;       // tickets QUEUED or OFFERED, this one too; 0: not asked
  Duration oldest_waits_longer_than{};  // of these, the one that waits longest; 0: not asked
  // Of the ticket, from then on, as router/estimate.h has it; 0: not asked. Not known: no.
  Duration estimated_wait_longer_than{};
  // The queue's, as router/estimate.h has it; 0: not asked. Not known: no.
  uint32_t service_level_below_percent = 0;
  // Who may take the ticket and is there, busy or not; 0: not asked.
  uint32_t available_agents_fewer_than = 0;
  friend bool operator==(const PlanCondition&, const PlanCondition&) = default;
};

// The end of a wait.
struct PlanExpiry {
  std::string reason;  // the configurer's own; may be empty
  friend bool operator==(const PlanExpiry&, const PlanExpiry&) = default;
};

// What changes when a ticket has waited so long.
struct PlanStep {
  Duration after;                            // 0: at once, before it is offered to anybody
  std::optional<Requirement> requirement{};  // in place of what was asked before
  uint32_t min_priority = 0;                 // raises the priority to this
  std::string queue{};                       // moves the ticket there; empty: it stays
  std::optional<PlanExpiry> expire{};        // ends the wait, and changes nothing else
  bool callback = false;                     // so does this: the customer is called back
  std::optional<PlanCondition> condition{};  // unset: it is taken in any case
  Duration offer_timeout{};           // in place of the queue's, as of the next offer; 0: leaves it
  uint32_t concurrent_offers = 0;     // in place of the queue's; 0: leaves it
  std::optional<Relaxation> relax{};  // of what was asked before; not beside `requirement`
  friend bool operator==(const PlanStep&, const PlanStep&) = default;
};
using Plan = std::vector<PlanStep>;  // each later than the one before, but for those at once

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_ASKED_H_
