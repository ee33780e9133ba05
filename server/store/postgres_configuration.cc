#include "server/store/postgres_configuration.h"

#include <array>
#include <cmath>
#include <concepts>
#include <optional>
#include <type_traits>
#include <variant>

#include "nlohmann/json.hpp"
#include "router/resources.h"
#include "server/store/postgres_arrays.h"
#include "server/store/postgres_json.h"
#include "server/store/postgres_names.h"

namespace tandem::store {
namespace {

using nlohmann::json;

// A T, or a const T: each list of fields below serves writing and reading.
template <typename T, typename Plain>
concept Of = std::same_as<std::remove_const_t<T>, Plain>;

// ------------------------------------------------------------------------------- fields of structs

void Fields(auto& io, Of<router::FairShare> auto& share) {
  io("weight", share.weight);
  io("floor", share.floor);
  io("ceiling", share.ceiling);
}
void Fields(auto& io, Of<router::Client> auto& client) {
  io("display_name", client.display_name);
  io("fair_share", client.fair_share);
}
void Fields(auto& io, Of<router::Team> auto& team) {
  io("display_name", team.display_name);
  io("max_paused", team.max_paused);
  io("max_paused_percent", team.max_paused_percent);
}
void Fields(auto& io, Of<router::Skill> auto& skill) {
  io("display_name", skill.display_name);
}
void Fields(auto& io, Of<router::NotReadyReason> auto& reason) {
  io("display_name", reason.display_name);
  io("exempt", reason.exempt);
}

void Fields(auto& io, Of<router::ParkingReason> auto& reason) {
  io("display_name", reason.display_name);
  io("stops_clock", reason.stops_clock);
}

void Fields(auto& io, Of<router::EntryPoint> auto& entry_point) {
  io("display_name", entry_point.display_name);
  io("channel", entry_point.channel);
  io("address", entry_point.address);
  io("client", entry_point.client);
  io("process_type", entry_point.process_type);
  io("language", entry_point.language);
  io("queue", entry_point.queue);
  io("priority", entry_point.priority);
}
void Fields(auto& io, Of<router::Language> auto& language) {
  io("display_name", language.display_name);
  io("tag", language.tag);
  io("level", language.level);
}

void Fields(auto& io, Of<router::ContactCondition> auto& condition) {
  io("field", condition.field);
  io("asked", condition.asked);
  io("negated", condition.negated);
}
void Fields(auto& io, Of<router::QueueShare> auto& share) {
  io("queue", share.queue);
  io("weight", share.weight);
}

void Fields(auto& io, Of<router::ClassificationRule> auto& rule) {
  io("display_name", rule.display_name);
  io("order", rule.order);
  io("conditions", rule.conditions);
  io("process_type", rule.process_type);
  io("queues", rule.queues);
  io("priority", rule.priority);
  io("requirement", rule.requirement);
  io("agent_attribute", rule.agent_attribute);
  io("plan", rule.plan);
  io("last", rule.last);
  io("credits", rule.credits);
}

void Fields(auto& io, Of<router::DayHours> auto& hours) {
  io("opens", hours.opens);
  io("closes", hours.closes);
}
void Fields(auto& io, Of<router::WeeklyHours> auto& weekly) {
  io("days", weekly.days);
  io("hours", weekly.hours);
}

void Fields(auto& io, Of<router::CalendarException> auto& exception) {
  io("date", exception.date);
  io("every_year", exception.every_year);
  io("hours", exception.hours);
  io("name", exception.name);
}

void Fields(auto& io, Of<router::CalendarOverride> auto& override_hours) {
  io("open", override_hours.open);
  io("until_us", override_hours.until.us);
  io("message", override_hours.message);
}

void Fields(auto& io, Of<router::TimeSpan> auto& span) {
  io("from_us", span.from.us);
  io("to_us", span.to.us);
}

void Fields(auto& io, Of<router::OpenHours> auto& hours) {
  io("of_revision", hours.of_revision);
  io("known_until_us", hours.known_until.us);
  io("open", hours.open);
  io("after_cut_off", hours.after_cut_off);
  io("is_open", hours.is_open);
}

void Fields(auto& io, Of<router::Calendar> auto& calendar) {
  io("display_name", calendar.display_name);
  io("time_zone", calendar.time_zone);
  io("weekly", calendar.weekly);
  io("exceptions", calendar.exceptions);
  io("cut_off", calendar.cut_off);
  io("override_hours", calendar.override_hours);
  io("open_hours", calendar.hours);
}

void Fields(auto& io, Of<router::Site> auto& site) {
  io("display_name", site.display_name);
  io("time_zone", site.time_zone);
}

void Fields(auto& io, Of<router::Disposition> auto& disposition) {
  io("display_name", disposition.display_name);
  io("resolved", disposition.resolved);
}

void Fields(auto& io, Of<router::Channel> auto& channel) {
  io("display_name", channel.display_name);
  io("group", channel.group);
  io("has_media", channel.has_media);
  io("language_mode", channel.language_mode);
  io("misses_allowed", channel.misses_allowed);
  io("reply_within_us", channel.reply_within);
}

void Fields(auto& io, Of<router::Queue> auto& queue) {
  io("display_name", queue.display_name);
  io("office", queue.office);
  io("urgency", queue.urgency);
  io("client", queue.client);
  io("priority_step_us", queue.priority_step);
  io("offer_timeout_us", queue.offer_timeout);
  io("connect_timeout_us", queue.connect_timeout);
  io("lease_duration_us", queue.lease_duration);
  io("max_waiting", queue.max_waiting);
  io("auto_accept", queue.auto_accept);
  io("concurrent_offers", queue.concurrent_offers);
  io("distribution_mode", queue.distribution_mode);
  io("order", queue.order);
  io("late_work", queue.late_work);
  io("punctual_picks", queue.late_picks.punctual);
  io("plan", queue.plan);
  io("last_agent_wait_us", queue.last_agent_wait);
  io("calendar", queue.calendar);
  io("when_closed", queue.when_closed);
  io("overflow_queue", queue.overflow_queue);
  io("callbacks", queue.callbacks);
}

void Fields(auto& io, Of<router::LateWork> auto& late_work) {
  io("order", late_work.order);
  io("every", late_work.every);
}

void Fields(auto& io, Of<router::CallbackPolicy> auto& policy) {
  io("max_attempts", policy.max_attempts);
  io("retry_delay_us", policy.retry_delay);
}

void Fields(auto& io, Of<router::PlanCondition> auto& condition) {
  io("waiting_more_than", condition.waiting_more_than);
  io("oldest_waits_longer_than_us", condition.oldest_waits_longer_than);
  io("estimated_wait_longer_than_us", condition.estimated_wait_longer_than);
  io("service_level_below_percent", condition.service_level_below_percent);
  io("available_agents_fewer_than", condition.available_agents_fewer_than);
}
void Fields(auto& io, Of<router::PlanExpiry> auto& expiry) {
  io("reason", expiry.reason);
}

void Fields(auto& io, Of<router::Relaxation> auto& relax) {
  io("skills", relax.skills);
  io("all_skills", relax.all_skills);
  io("lower_skill_levels_by", relax.lower_skill_levels_by);
  io("languages", relax.languages);
  io("attributes", relax.attributes);
  io("sites", relax.sites);
  io("teams", relax.teams);
  io("agents", relax.agents);
}

void Fields(auto& io, Of<router::PlanStep> auto& step) {
  io("after_us", step.after);
  io("requirement", step.requirement);
  io("min_priority", step.min_priority);
  io("queue", step.queue);
  io("expire", step.expire);
  io("callback", step.callback);
  io("condition", step.condition);
  io("offer_timeout_us", step.offer_timeout);
  io("concurrent_offers", step.concurrent_offers);
  io("relax", step.relax);
}

void Fields(auto& io, Of<router::ProcessTypeDefaults> auto& defaults) {
  io("channel", defaults.channel);
  io("queue", defaults.queue);
  io("requirement", defaults.requirement);
  io("language_level", defaults.language_level);
  io("answer_target_us", defaults.answer_target);
  io("due_after_us", defaults.due_after);
  io("expected_handling_time_us", defaults.expected_handling_time);
  io("wrap_up_limit_us", defaults.wrap_up_limit);
  io("plan", defaults.plan);
  io("reopen_within_us", defaults.reopen_within);
  io("auto_park_after_us", defaults.auto_park_after);
  io("auto_close_after_us", defaults.auto_close_after);
}

void Fields(auto& io, Of<router::HandOffPolicy> auto& policy) {
  io("min_confidence_milli", policy.min_confidence_milli);
  io("queue", policy.queue);
}

void Fields(auto& io, Of<router::ReviewPolicy> auto& policy) {
  io("process_type", policy.process_type);
  io("share_milli", policy.share_milli);
  io("dispositions", policy.dispositions);
}

void Fields(auto& io, Of<router::ProcessType> auto& type) {
  io("display_name", type.display_name);
  io("defaults", type.defaults);
  io("hand_off", type.hand_off);
  io("review", type.review);
  io("review_credit_milli", type.review_credit.milli);
}

void Fields(auto& io, Of<router::RoutingProfileQueue> auto& queue) {
  io("queue", queue.queue);
  io("rank", queue.rank);
  io("no_push", queue.no_push);
  io("pull", queue.pull);
  io("delay_us", queue.delay);
}

void Fields(auto& io, Of<router::RoutingProfile> auto& profile) {
  io("display_name", profile.display_name);
  io("queues", profile.queues);
  io("live_reserve", profile.live_reserve);
  io("back_floor", profile.back_floor);
}

void Fields(auto& io, Of<router::SkillLevel> auto& skill) {
  io("skill", skill.skill);
  io("level", skill.level);
}

void Fields(auto& io, Of<router::SkillRequirement> auto& skill) {
  io("skill", skill.skill);
  io("level", skill.level);
  io("max_level", skill.max_level);
}

void Fields(auto& io, Of<router::LanguageRequirement> auto& language) {
  io("language", language.tag);
  io("level", language.level);
}

void Fields(auto& io, Of<router::ProcessTypePredicate> auto& predicate) {
  io("process_type", predicate.process_type);
}

void Fields(auto& io, Of<router::SitePredicate> auto& predicate) {
  io("site", predicate.site);
}

void Fields(auto& io, Of<router::TeamPredicate> auto& predicate) {
  io("team", predicate.team);
}

void Fields(auto& io, Of<router::AttributePredicate> auto& predicate) {
  io("attribute", predicate.key);
  io("values", predicate.values);
  io("min", predicate.min);
  io("max", predicate.max);
}

void Fields(auto& io, Of<router::AgentKindPredicate> auto& predicate) {
  io("agent_kind", predicate.kind);
}

void Fields(auto& io, Of<router::Preference> auto& preference) {
  io("predicate", preference.predicate);
  io("weight", preference.weight);
}

void Fields(auto& io, Of<router::Requirement> auto& requirement) {
  io("all_of", requirement.all_of);
  io("prefer", requirement.prefer);
  io("agents", requirement.agents);
}

void Fields(auto& io, Of<router::AgentLanguage> auto& language) {
  io("language", language.tag);
  io("spoken", language.spoken);
  io("written", language.written);
}

void Fields(auto& io, Of<router::GroupCapacity> auto& group) {
  io("max", group.max);
  io("units_per_ticket", group.units_per_ticket);
  io("exclusive", group.exclusive);
  io("interrupts", group.interrupts);
  io("live_interrupts", group.live_interrupts);
}

void Fields(auto& io, Of<router::Capacity> auto& capacity) {
  io("total_units", capacity.total_units);
  for (size_t i = 0; i < router::kCapacityGroups; ++i) {
    io(NameOf(static_cast<router::CapacityGroup>(i)), capacity.groups[i]);
  }
}

void Fields(auto& io, Of<router::Agent> auto& agent) {
  io("display_name", agent.display_name);
  io("kind", agent.kind);
  io("team", agent.team);
  io("site", agent.site);
  io("routing_profile", agent.routing_profile);
  io("skills", agent.skills);
  io("languages", agent.languages);
  io("process_types", agent.process_types);
  io("clients", agent.clients);
  io("attributes", agent.attributes);
  io("capacity", agent.capacity);
  io("cost_per_hour_milli", agent.cost_per_hour_milli);
}

void Fields(auto& io, Of<router::ParticipantRow> auto& participant) {
  io("agent", participant.agent);
  io("role", participant.role);
  io("offer", participant.offer_number);
  io("segment", participant.segment_number);
  io("until_us", participant.until.us);
  io("began_at_us", participant.began_at.us);
  io("accepted_at_us", participant.accepted_at.us);
}

void Fields(auto& io, Of<router::ParticipantRows> auto& participants) {
  io("last_offer", participants.last_offer);
  io("last_segment", participants.last_segment);
  io("all", participants.all);
}

void Fields(auto& io, Of<router::HandOff> auto& hand_off) {
  io("agent", hand_off.agent);
  io("at_us", hand_off.at.us);
  io("confidence_milli", hand_off.confidence_milli);
  io("reason", hand_off.reason);
  io("summary", hand_off.summary);
}

void Fields(auto& io, Of<router::ChangedRequirement> auto& changed) {
  io("own", changed.own);
  io("asked", changed.asked);
  io("plan_step", changed.plan_step);
}

void Fields(auto& io, Of<router::Reclassified> auto& reclassified) {
  io("rules", reclassified.rules);
  io("queue", reclassified.queue);
  io("priority", reclassified.priority);
  io("own", reclassified.own);
  io("said_plan", reclassified.said_plan);
  io("begins_with", reclassified.begins_with);
  io("plan", reclassified.plan);
}

void Fields(auto& io, Of<router::CoolDown> auto& cool_down) {
  io("agent", cool_down.agent);
  io("until_us", cool_down.until.us);
}

// ----------------------------------------------------------------------------------------- writing

constexpr int64_t kMilli = router::Whole(1).milli;

template <typename T>
json Write(const T& value);

struct Writer {
  json object = json::object();

  template <typename T>
  void operator()(const char* name, const T& value) {
    object[name] = Write(value);
  }
  // An absent field stays absent.
  template <typename T>
  void operator()(const char* name, const std::optional<T>& value) {
    if (value) object[name] = Write(*value);
  }
};

template <typename T>
json WriteFields(const T& value) {
  Writer writer;
  Fields(writer, value);
  return std::move(writer.object);
}

template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};

template <typename T>
json Write(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return NameOf(value);
  } else if constexpr (std::is_same_v<T, router::Duration>) {
    return value.us;
  } else if constexpr (std::is_same_v<T, router::Decimal>) {
    // So that whoever reads the tables finds the number itself.
    if (value.milli % kMilli == 0) return value.milli / kMilli;
    return static_cast<double>(value.milli) / kMilli;
  } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
    return value;
  } else if constexpr (std::is_same_v<T, router::Predicate>) {
    json object = std::visit([](const auto& kind) { return Write(kind); }, value.kind);
    if (value.negated) object["negated"] = true;
    return object;
  } else if constexpr (std::is_same_v<T, router::Requirement>) {
    // Most ask for clauses alone: then it is their list.
    return value.prefer.empty() && value.agents.empty() ? Write(value.all_of) : WriteFields(value);
  } else if constexpr (std::is_same_v<T, Attributes>) {
    json object = json::object();
    for (const auto& [key, text] : value) object[key] = text;
    return object;
  } else if constexpr (IsVector<T>::value) {
    json array = json::array();
    for (const auto& element : value) array.push_back(Write(element));
    return array;
  } else {
    return WriteFields(value);
  }
}

// ----------------------------------------------------------------------------------------- reading

template <typename T>
void Read(const json& from, T& to);

struct Reading {
  const json& object;

  template <typename T>
  void operator()(const char* name, T& value) {
    const auto found = object.find(name);
    if (found != object.end()) Read(*found, value);
  }
  template <typename T>
  void operator()(const char* name, std::optional<T>& value) {
    const auto found = object.find(name);
    if (found != object.end()) Read(*found, value.emplace());
  }
};

void ReadAttributes(const json& from, Attributes& to) {
  for (const auto& [key, text] : from.items()) to.emplace_back(key, text.get<std::string>());
}

void ReadPredicate(const json& from, router::Predicate& to) {
  to.negated = from.value("negated", false);
  if (from.contains("skill")) {
    Read(from, to.kind.emplace<router::SkillRequirement>());
  } else if (from.contains("language")) {
    Read(from, to.kind.emplace<router::LanguageRequirement>());
  } else if (from.contains("process_type")) {
    Read(from, to.kind.emplace<router::ProcessTypePredicate>());
  } else if (from.contains("site")) {
    Read(from, to.kind.emplace<router::SitePredicate>());
  } else if (from.contains("team")) {
    Read(from, to.kind.emplace<router::TeamPredicate>());
  } else if (from.contains("attribute")) {
    Read(from, to.kind.emplace<router::AttributePredicate>());
  } else if (from.contains("agent_kind")) {
    Read(from, to.kind.emplace<router::AgentKindPredicate>());
  } else {
    throw CorruptValue("a predicate", from.dump());
  }
}

template <typename T>
void Read(const json& from, T& to) {
  if constexpr (std::is_enum_v<T>) {
    to = FromName<T>(from.get_ref<const std::string&>());
  } else if constexpr (std::is_same_v<T, router::Duration>) {
    to.us = from.get<int64_t>();
  } else if constexpr (std::is_same_v<T, router::Decimal>) {
    to.milli = from.is_number_integer() ? from.get<int64_t>() * kMilli
                                        : std::llround(from.get<double>() * kMilli);
  } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
    to = from.get<T>();
  } else if constexpr (std::is_same_v<T, router::Predicate>) {
    ReadPredicate(from, to);
  } else if constexpr (std::is_same_v<T, router::Requirement>) {
    if (from.is_array()) return Read(from, to.all_of);
    Reading reading{from};
    Fields(reading, to);
  } else if constexpr (std::is_same_v<T, Attributes>) {
    ReadAttributes(from, to);
  } else if constexpr (IsVector<T>::value) {
    to.clear();
    for (const json& element : from) Read(element, to.emplace_back());
  } else {
    Reading reading{from};
    Fields(reading, to);
  }
}

template <typename T>
T ParseAs(std::string_view text) {
  return Parse<T>(text, [](const json& from, T& to) { Read(from, to); });
}

}  // namespace

// --------------------------------------------------------------------------------------- resources

ResourceRecord RecordOf(const router::ResourceRow& row) {
  const router::NamedResource& named = router::NamedOf(row.resource);
  ResourceRecord record{.workspace = row.workspace,
                        .kind = router::ToString(router::KindOf(row.resource)),
                        .id = named.id,
                        .position = named.position,
                        .revision = named.revision,
                        .body = {}};
  if (!row.removed) {
    std::visit([&](const auto& resource) { record.body = Print(Write(resource)); }, row.resource);
  }
  return record;
}

router::Resource ResourceOf(const ResourceRecord& record) {
  const auto kind = FromName<router::ResourceKind>(record.kind);
  router::Resource resource = router::MakeResource(kind, record.id);
  std::visit(
      [&](auto& one) {
        one = ParseAs<std::decay_t<decltype(one)>>(record.body);
        one.id = record.id;
        one.position = record.position;
        one.revision = record.revision;
      },
      resource);
  return resource;
}

void AddResource(const ResourceRecord& record, router::Configuration& configuration) {
  std::visit(
      [&](auto&& resource) {
        using R = std::decay_t<decltype(resource)>;
        router::ListOf<R>(configuration).push_back(std::forward<decltype(resource)>(resource));
      },
      ResourceOf(record));
}

std::string FilterToJson(const ResourceFilter& filter) {
  json body = json::object();
  const auto is = [&](const char* field, const std::string& value) {
    if (!value.empty()) body[field] = value;
  };
  const auto holds = [&](const char* list, const char* field, const std::string& value) {
    if (!value.empty()) body[list] = json::array({json::object({{field, value}})});
  };
  const auto lists = [&](const char* list, const std::string& value) {
    if (!value.empty()) body[list] = json::array({value});
  };
  if (filter.capacity_group) body["group"] = NameOf(*filter.capacity_group);
  if (filter.office) body["office"] = NameOf(*filter.office);
  if (filter.urgency) body["urgency"] = NameOf(*filter.urgency);
  is("team", filter.team);
  is("site", filter.site);
  is("routing_profile", filter.routing_profile);
  holds("skills", "skill", filter.skill);
  lists("process_types", filter.process_type);
  if (filter.kind == router::ResourceKind::kAgent) {
    lists("clients", filter.client);
  } else {
    is("client", filter.client);
  }
  holds(filter.kind == router::ResourceKind::kProcessType ? "defaults" : "queues", "queue",
        filter.queue);
  return Print(body);
}

std::string RequirementToJson(const router::Requirement& requirement) {
  return Print(Write(requirement));
}

router::Requirement RequirementFromJson(std::string_view json) {
  return ParseAs<router::Requirement>(json);
}

std::string ChangedRequirementToJson(const router::ChangedRequirement& changed) {
  return Print(Write(changed));
}

router::ChangedRequirement ChangedRequirementFromJson(std::string_view json) {
  return ParseAs<router::ChangedRequirement>(json);
}

std::string PlanToJson(const router::Plan& plan) {
  return Print(Write(plan));
}

router::Plan PlanFromJson(std::string_view json) {
  return ParseAs<router::Plan>(json);
}

std::string TextsToJson(const std::vector<std::string>& texts) {
  return Print(Write(texts));
}

std::vector<std::string> TextsFromJson(std::string_view json) {
  return ParseAs<std::vector<std::string>>(json);
}

std::string AttributesToJson(const Attributes& attributes) {
  return Print(Write(attributes));
}

Attributes AttributesFromJson(std::string_view json) {
  return ParseAs<Attributes>(json);
}

std::string ParticipantsToJson(const router::ParticipantRows& participants) {
  return Print(Write(participants));
}

router::ParticipantRows ParticipantsFromJson(std::string_view json) {
  return ParseAs<router::ParticipantRows>(json);
}

std::string HandOffToJson(const router::HandOff& hand_off) {
  return Print(Write(hand_off));
}

router::HandOff HandOffFromJson(std::string_view json) {
  return ParseAs<router::HandOff>(json);
}

std::string ReclassifiedToJson(const router::Reclassified& reclassified) {
  return Print(Write(reclassified));
}

router::Reclassified ReclassifiedFromJson(std::string_view json) {
  return ParseAs<router::Reclassified>(json);
}

std::string CoolDownsToJson(const std::vector<router::CoolDown>& cool_downs) {
  return Print(Write(cool_downs));
}

std::vector<router::CoolDown> CoolDownsFromJson(std::string_view json) {
  return ParseAs<std::vector<router::CoolDown>>(json);
}

}  // namespace tandem::store
