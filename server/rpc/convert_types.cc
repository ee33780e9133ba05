#include "server/rpc/convert_types.h"

#include <cmath>
#include <cstdint>
#include <utility>

#include "fmt/format.h"
#include "router/check.h"
#include "router/limits.h"
#include "server/query/intervals.h"

namespace tandem::rpc {
namespace {

using router::Reason;

constexpr int64_t kUsPerSecond = 1'000'000;
// The year 9999, where protobuf's own range ends.
constexpr int64_t kMaxSeconds = 253'402'300'799;
// Protobuf's range of spans: about 10,000 years.
constexpr int64_t kMaxSpanSeconds = 315'576'000'000;
constexpr int32_t kMaxNanos = 999'999'999;

static_assert(static_cast<int>(router::Cefr::kNone) == v1::CEFR_LEVEL_UNSPECIFIED);
static_assert(static_cast<int>(router::Cefr::kA1) == v1::CEFR_LEVEL_A1);
static_assert(static_cast<int>(router::Cefr::kC2) == v1::CEFR_LEVEL_C2);
static_assert(static_cast<int>(router::TicketState::kQueued) == v1::TICKET_STATE_QUEUED);
static_assert(static_cast<int>(router::TicketState::kAssigned) == v1::TICKET_STATE_ASSIGNED);
static_assert(static_cast<int>(router::TicketState::kExpired) == v1::TICKET_STATE_EXPIRED);
static_assert(static_cast<int>(router::kLastTicketState) == v1::TicketState_MAX);
static_assert(static_cast<int>(router::AgentStatus::kOffline) == v1::AGENT_STATUS_OFFLINE);
static_assert(static_cast<int>(router::kLastAgentStatus) == v1::AGENT_STATUS_DRAINING);
static_assert(static_cast<int>(router::AssignmentRole::kOwner) == v1::ASSIGNMENT_ROLE_OWNER);
static_assert(static_cast<int>(router::kLastAssignmentRole) == v1::ASSIGNMENT_ROLE_MONITOR);

router::AttributePredicate ToAttribute(const v1::AttributeRequirement& attribute,
                                       const std::string& field, Faults& faults) {
  router::AttributePredicate result{.key = attribute.key()};
  if (faults.HasAtMost(attribute.values_size(), router::kMaxPredicateValues, field + ".values")) {
    result.values.assign(attribute.values().begin(), attribute.values().end());
  }
  if (attribute.has_min()) result.min = ToDecimal(attribute.min(), field + ".min", faults);
  if (attribute.has_max()) result.max = ToDecimal(attribute.max(), field + ".max", faults);
  return result;
}

router::PredicateKind ToKind(const v1::Predicate& predicate, const std::string& path,
                             Faults& faults) {
  switch (predicate.kind_case()) {
    case v1::Predicate::kSkill: {
      const v1::SkillRequirement& skill = predicate.skill();
      return router::SkillRequirement{
          .skill = skill.skill(),
          .level = skill.level(),
          .max_level = skill.max_level() == 0 ? router::kMaxSkillLevel : skill.max_level()};
    }
    case v1::Predicate::kLanguage:
      return router::LanguageRequirement{
          .tag = predicate.language().tag(),
          .level = ToCefr(predicate.language().level(), path + ".language.level", faults)};
    case v1::Predicate::kProcessType:
      return router::ProcessTypePredicate{.process_type = predicate.process_type()};
    case v1::Predicate::kSite:
      return router::SitePredicate{.site = predicate.site()};
    case v1::Predicate::kTeam:
      return router::TeamPredicate{.team = predicate.team()};
    case v1::Predicate::kAttribute:
      return ToAttribute(predicate.attribute(), path + ".attribute", faults);
    case v1::Predicate::kAgentKind: {
      router::AgentKindPredicate asked;
      const std::string field = path + ".agent_kind";
      if (CheckEnum(predicate.agent_kind(), v1::AGENT_KIND_AUTOMATED, field, faults)) {
        asked.kind = static_cast<router::AgentKind>(predicate.agent_kind());
      }
      return asked;
    }
    case v1::Predicate::KIND_NOT_SET:
      break;
  }
  faults.Add(Reason::kFieldRequired, path, "expected a kind of predicate, but none is set");
  return {};
}

router::Predicate ToPredicate(const v1::Predicate& predicate, const std::string& path,
                              Faults& faults) {
  return {ToKind(predicate, path, faults), predicate.negated()};
}

router::Clause ToClause(const v1::Clause& clause, const std::string& field, Faults& faults) {
  router::Clause result;
  // Here and not only by router/check.h, so that a hostile list costs nothing to convert.
  if (!faults.HasAtMost(clause.any_of_size(), router::kMaxPredicates, field + ".any_of")) {
    return result;
  }
  for (int i = 0; i < clause.any_of_size(); ++i) {
    result.push_back(ToPredicate(clause.any_of(i), At(field + ".any_of", i), faults));
  }
  return result;
}

struct PredicateFiller {
  v1::Predicate& to;
  void operator()(const router::SkillRequirement& skill) const {
    to.mutable_skill()->set_skill(skill.skill);
    to.mutable_skill()->set_level(skill.level);
    to.mutable_skill()->set_max_level(skill.max_level);
  }
  void operator()(const router::LanguageRequirement& language) const {
    to.mutable_language()->set_tag(language.tag);
    to.mutable_language()->set_level(ToProto(language.level));
  }
  void operator()(const router::ProcessTypePredicate& predicate) const {
    to.set_process_type(predicate.process_type);
  }
  void operator()(const router::SitePredicate& predicate) const { to.set_site(predicate.site); }
  void operator()(const router::TeamPredicate& predicate) const { to.set_team(predicate.team); }
  void operator()(const router::AttributePredicate& predicate) const {
    v1::AttributeRequirement& attribute = *to.mutable_attribute();
    attribute.set_key(predicate.key);
    attribute.mutable_values()->Assign(predicate.values.begin(), predicate.values.end());
    if (predicate.min) attribute.set_min(ToDouble(*predicate.min));
    if (predicate.max) attribute.set_max(ToDouble(*predicate.max));
  }
  void operator()(const router::AgentKindPredicate& predicate) const {
    to.set_agent_kind(static_cast<v1::AgentKind>(predicate.kind));
  }
};

void FillPredicate(const router::Predicate& predicate, v1::Predicate& to) {
  std::visit(PredicateFiller{to}, predicate.kind);
  to.set_negated(predicate.negated);
}

}  // namespace

void CheckTimeZone(const std::string& name, const std::string& field, Faults& faults) {
  if (name.empty() || query::FindTimeZone(name)) return;
  faults.Add(Reason::kTimeZoneUnknown, field,
             "expected the IANA name of a time zone, but this machine has none of the name");
}

std::string At(const std::string& list, int index) {
  return fmt::format("{}[{}]", list, index);
}

router::Time ToTime(const google::protobuf::Timestamp& timestamp, std::string_view field,
                    Faults& faults) {
  const bool in_range = timestamp.seconds() >= 0 && timestamp.seconds() <= kMaxSeconds &&
                        timestamp.nanos() >= 0 && timestamp.nanos() <= kMaxNanos;
  router::Time time;
  if (in_range) time.us = timestamp.seconds() * kUsPerSecond + timestamp.nanos() / 1'000;
  if (!time.IsSet()) {
    faults.Add(Reason::kFieldOutOfRange, field,
               "expected an instant between 1970 and 9999, but it is another");
  }
  return time;
}

google::protobuf::Timestamp ToTimestamp(router::Time time) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(time.us / kUsPerSecond);
  timestamp.set_nanos(static_cast<int32_t>(time.us % kUsPerSecond) * 1'000);
  return timestamp;
}

router::Duration ToDuration(const google::protobuf::Duration& duration, std::string_view field,
                            Faults& faults) {
  const int64_t seconds = duration.seconds();
  const int32_t nanos = duration.nanos();
  const bool in_range = seconds >= -kMaxSpanSeconds && seconds <= kMaxSpanSeconds &&
                        nanos >= -kMaxNanos && nanos <= kMaxNanos && (seconds <= 0 || nanos >= 0) &&
                        (seconds >= 0 || nanos <= 0);
  if (!in_range) {
    faults.Add(Reason::kFieldOutOfRange, field,
               "expected a span of protobuf's range with one sign, but it is another");
    return {};
  }
  return {seconds * kUsPerSecond + nanos / 1'000};
}

router::Duration ToPositiveDuration(const google::protobuf::Duration& duration,
                                    std::string_view field, Faults& faults) {
  const bool was_empty = faults.empty();
  const router::Duration result = ToDuration(duration, field, faults);
  if (result.us <= 0 && was_empty == faults.empty()) {
    faults.Add(Reason::kFieldOutOfRange, field, "expected a span above zero, but it is not");
  }
  return result;
}

google::protobuf::Duration ToProtoDuration(router::Duration duration) {
  google::protobuf::Duration result;
  result.set_seconds(duration.us / kUsPerSecond);
  result.set_nanos(static_cast<int32_t>(duration.us % kUsPerSecond) * 1'000);
  return result;
}

router::Cefr ToCefr(v1::CefrLevel level, std::string_view field, Faults& faults) {
  if (!v1::CefrLevel_IsValid(level)) {
    faults.Range(level, v1::CEFR_LEVEL_UNSPECIFIED, v1::CEFR_LEVEL_C2, field);
    return router::Cefr::kNone;
  }
  return static_cast<router::Cefr>(level);
}

v1::CefrLevel ToProto(router::Cefr level) {
  return static_cast<v1::CefrLevel>(level);
}
v1::TicketState ToProto(router::TicketState state) {
  return static_cast<v1::TicketState>(state);
}
v1::AssignmentRole ToProto(router::AssignmentRole role) {
  return static_cast<v1::AssignmentRole>(role);
}

v1::AgentStatus ToProto(router::AgentStatus status) {
  return static_cast<v1::AgentStatus>(status);
}

router::Requirement ToRequirement(const v1::Requirement& requirement, const std::string& field,
                                  Faults& faults) {
  router::Requirement result;
  if (!faults.HasAtMost(requirement.all_of_size(), router::kMaxClauses, field + ".all_of")) {
    return result;
  }
  for (int i = 0; i < requirement.all_of_size(); ++i) {
    result.all_of.push_back(ToClause(requirement.all_of(i), At(field + ".all_of", i), faults));
  }
  if (faults.HasAtMost(requirement.prefer_size(), router::kMaxPreferences, field + ".prefer")) {
    for (int i = 0; i < requirement.prefer_size(); ++i) {
      const v1::Preference& preference = requirement.prefer(i);
      const std::string path = At(field + ".prefer", i) + ".predicate";
      result.prefer.push_back({.predicate = ToPredicate(preference.predicate(), path, faults),
                               .weight = preference.weight() == 0 ? 1 : preference.weight()});
    }
  }
  if (faults.HasAtMost(requirement.agents_size(), router::kMaxNamedAgents, field + ".agents")) {
    result.agents.assign(requirement.agents().begin(), requirement.agents().end());
  }
  return result;
}

router::Requirement ToOwnRequirement(const v1::Requirement& requirement, const std::string& field,
                                     Faults& faults) {
  router::Requirement own = ToRequirement(requirement, field, faults);
  faults.Add(router::CheckRequirement(own, field));
  return own;
}

void Fill(const router::Requirement& requirement, v1::Requirement& to) {
  for (const router::Clause& clause : requirement.all_of) {
    v1::Clause* target = to.add_all_of();
    for (const router::Predicate& predicate : clause)
      FillPredicate(predicate, *target->add_any_of());
  }
  for (const router::Preference& preference : requirement.prefer) {
    v1::Preference* target = to.add_prefer();
    FillPredicate(preference.predicate, *target->mutable_predicate());
    target->set_weight(preference.weight);
  }
  to.mutable_agents()->Assign(requirement.agents.begin(), requirement.agents.end());
}

router::Relaxation ToRelaxation(const v1::Relaxation& relax, const std::string& field,
                                Faults& faults) {
  router::Relaxation result{.all_skills = relax.all_skills(),
                            .lower_skill_levels_by = relax.lower_skill_levels_by(),
                            .languages = relax.languages(),
                            .sites = relax.sites(),
                            .teams = relax.teams(),
                            .agents = relax.agents()};
  if (faults.HasAtMost(relax.skills_size(), router::kMaxRelaxed, field + ".skills")) {
    result.skills.assign(relax.skills().begin(), relax.skills().end());
  }
  if (faults.HasAtMost(relax.attributes_size(), router::kMaxRelaxed, field + ".attributes")) {
    result.attributes.assign(relax.attributes().begin(), relax.attributes().end());
  }
  return result;
}

void Fill(const router::Relaxation& relax, v1::Relaxation& to) {
  to.mutable_skills()->Assign(relax.skills.begin(), relax.skills.end());
  to.set_all_skills(relax.all_skills);
  to.set_lower_skill_levels_by(relax.lower_skill_levels_by);
  to.set_languages(relax.languages);
  to.mutable_attributes()->Assign(relax.attributes.begin(), relax.attributes.end());
  to.set_sites(relax.sites);
  to.set_teams(relax.teams);
  to.set_agents(relax.agents);
}

router::Plan ToPlan(const v1::Plan& plan, const std::string& field, Faults& faults) {
  router::Plan result;
  if (!faults.HasAtMost(plan.steps_size(), router::kMaxPlanSteps, field + ".steps")) return result;
  for (int i = 0; i < plan.steps_size(); ++i) {
    const v1::PlanStep& step = plan.steps(i);
    const std::string path = At(field + ".steps", i);
    router::PlanStep& to = result.emplace_back();
    if (!step.has_after()) {
      faults.Add(router::Reason::kFieldRequired, path + ".after",
                 "expected a span, 0 for at once, but it is not set");
    }
    to.after = ToDuration(step.after(), path + ".after", faults);
    to.min_priority = step.min_priority();
    if (step.has_requirement()) {
      to.requirement = ToRequirement(step.requirement(), path + ".requirement", faults);
    }
    to.queue = step.queue();
    if (step.has_expire()) to.expire = router::PlanExpiry{.reason = step.expire().reason()};
    to.callback = step.callback();
    if (step.has_offer_timeout()) {
      to.offer_timeout = ToPositiveDuration(step.offer_timeout(), path + ".offer_timeout", faults);
    }
    to.concurrent_offers = step.concurrent_offers();
    if (step.has_relax()) to.relax = ToRelaxation(step.relax(), path + ".relax", faults);
    if (!step.has_condition()) continue;
    router::PlanCondition& condition = to.condition.emplace();
    condition.waiting_more_than = step.condition().waiting_more_than();
    if (step.condition().has_oldest_waits_longer_than()) {
      condition.oldest_waits_longer_than =
          ToPositiveDuration(step.condition().oldest_waits_longer_than(),
                             path + ".condition.oldest_waits_longer_than", faults);
    }
    if (step.condition().has_estimated_wait_longer_than()) {
      condition.estimated_wait_longer_than =
          ToPositiveDuration(step.condition().estimated_wait_longer_than(),
                             path + ".condition.estimated_wait_longer_than", faults);
    }
    condition.service_level_below_percent = step.condition().service_level_below_percent();
    condition.available_agents_fewer_than = step.condition().available_agents_fewer_than();
  }
  return result;
}

void Fill(const router::PlanCondition& condition, v1::PlanCondition& to) {
  to.set_waiting_more_than(condition.waiting_more_than);
  if (condition.oldest_waits_longer_than.us != 0) {
    *to.mutable_oldest_waits_longer_than() = ToProtoDuration(condition.oldest_waits_longer_than);
  }
  if (condition.estimated_wait_longer_than.us != 0) {
    *to.mutable_estimated_wait_longer_than() =
        ToProtoDuration(condition.estimated_wait_longer_than);
  }
  to.set_service_level_below_percent(condition.service_level_below_percent);
  to.set_available_agents_fewer_than(condition.available_agents_fewer_than);
}

void Fill(const router::Plan& plan, v1::Plan& to) {
  for (const router::PlanStep& step : plan) {
    v1::PlanStep* message = to.add_steps();
    *message->mutable_after() = ToProtoDuration(step.after);
    message->set_min_priority(step.min_priority);
    if (step.requirement) Fill(*step.requirement, *message->mutable_requirement());
    message->set_queue(step.queue);
    if (step.expire) message->mutable_expire()->set_reason(step.expire->reason);
    message->set_callback(step.callback);
    if (step.offer_timeout.us != 0) {
      *message->mutable_offer_timeout() = ToProtoDuration(step.offer_timeout);
    }
    message->set_concurrent_offers(step.concurrent_offers);
    if (step.relax) Fill(*step.relax, *message->mutable_relax());
    if (step.condition) Fill(*step.condition, *message->mutable_condition());
  }
}

router::Decimal ToDecimal(double bound, const std::string& field, Faults& faults) {
  constexpr double kMilli = router::Whole(1).milli;
  constexpr double kMost = router::kMaxBoundMilli / kMilli;
  // Written so that what is not a number is a fault, too.
  if (!(bound >= -kMost && bound <= kMost)) {
    faults.Add(Reason::kFieldOutOfRange, field, "expected -10^12 to 10^12, but it is another");
    return {};
  }
  const router::Decimal decimal{std::llround(bound * kMilli)};
  if (ToDouble(decimal) != bound) {
    faults.Add(Reason::kFieldMalformed, field,
               "expected at most three decimals, but there are more");
  }
  return decimal;
}

double ToDouble(router::Decimal bound) {
  return static_cast<double>(bound.milli) / static_cast<double>(router::Whole(1).milli);
}

bool CheckEnum(int value, int last, std::string_view field, Faults& faults) {
  if (value == 0) {
    faults.Add(Reason::kFieldRequired, field, "expected a value, but it is not set");
    return false;
  }
  faults.Range(value, 1, last, field);
  return value >= 1 && value <= last;
}

}  // namespace tandem::rpc
