#include "server/rpc/convert_configuration.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "router/limits.h"
#include "router/resources.h"
#include "server/rpc/convert_calendar.h"
#include "server/rpc/convert_review.h"
#include "server/rpc/convert_settings.h"
#include "server/rpc/convert_types.h"

// How this file reads: one function per kind of resource into the router's form, then one per kind
// back.

namespace tandem::rpc {
namespace {

using router::Reason;

static_assert(static_cast<int>(router::CapacityGroup::kVoice) + 1 == v1::CAPACITY_GROUP_VOICE);
static_assert(static_cast<int>(router::CapacityGroup::kTask) + 1 == v1::CAPACITY_GROUP_TASK);
static_assert(static_cast<int>(router::LanguageMode::kSpoken) == v1::LANGUAGE_MODE_SPOKEN);
static_assert(static_cast<int>(router::LanguageMode::kWritten) == v1::LANGUAGE_MODE_WRITTEN);
static_assert(static_cast<int>(router::Office::kBack) == v1::OFFICE_BACK);
static_assert(static_cast<int>(router::Urgency::kDeferrable) == v1::URGENCY_DEFERRABLE);
static_assert(static_cast<int>(router::QueueOrder::kPriorityFirst) ==
              v1::QUEUE_ORDER_PRIORITY_FIRST);
static_assert(static_cast<int>(router::LateOrder::kAfterPunctual) == v1::LATE_ORDER_AFTER_PUNCTUAL);
static_assert(static_cast<int>(router::DistributionMode::kLowestCost) ==
              v1::DISTRIBUTION_MODE_LOWEST_COST);
static_assert(static_cast<int>(router::AgentKind::kAutomated) == v1::AGENT_KIND_AUTOMATED);
static_assert(static_cast<int>(router::ResourceKind::kAgent) == v1::RESOURCE_KIND_AGENT);
static_assert(static_cast<int>(router::ResourceKind::kParkingReason) ==
              v1::RESOURCE_KIND_PARKING_REASON);
static_assert(static_cast<int>(router::ResourceKind::kClassificationRule) ==
              v1::RESOURCE_KIND_CLASSIFICATION_RULE);
static_assert(static_cast<int>(router::ContactField::kAttribute) == v1::CONTACT_FIELD_ATTRIBUTE);
static_assert(static_cast<int>(router::ResourceKind::kCalendar) == v1::RESOURCE_KIND_CALENDAR);
static_assert(static_cast<int>(router::WhenClosed::kOverflow) == v1::WHEN_CLOSED_OVERFLOW);
static_assert(static_cast<int>(router::ResourceKind::kWorkspaceSettings) ==
              v1::RESOURCE_KIND_WORKSPACE_SETTINGS);
static_assert(static_cast<int>(router::ChangeType::kDeleted) == v1::CHANGE_TYPE_DELETED);

// Every resource has an id and a display name.
template <typename Resource, typename Message>
Resource Named(const Message& message) {
  Resource resource;
  resource.id = message.id();
  resource.display_name = message.display_name();
  return resource;
}

// An enum whose UNSPECIFIED stands for a default.
template <typename Enum>
Enum OrDefault(int value, Enum value_if_unset, int last, const std::string& field, Faults& faults) {
  if (value == 0 || !CheckEnum(value, last, field, faults)) return value_if_unset;
  return static_cast<Enum>(value);
}

router::Client Convert(const v1::Client& message, const std::string&, Faults&) {
  auto client = Named<router::Client>(message);
  if (message.has_fair_share()) client.fair_share = FromProto(message.fair_share());
  return client;
}
router::Team Convert(const v1::Team& message, const std::string&, Faults&) {
  auto team = Named<router::Team>(message);
  team.max_paused = message.max_paused();
  team.max_paused_percent = message.max_paused_percent();
  return team;
}
router::Skill Convert(const v1::Skill& message, const std::string&, Faults&) {
  return Named<router::Skill>(message);
}
router::NotReadyReason Convert(const v1::NotReadyReason& message, const std::string&, Faults&) {
  auto reason = Named<router::NotReadyReason>(message);
  reason.exempt = message.exempt();
  return reason;
}

router::ParkingReason Convert(const v1::ParkingReason& message, const std::string&, Faults&) {
  auto reason = Named<router::ParkingReason>(message);
  reason.stops_clock = message.stops_clock();
  return reason;
}

router::EntryPoint Convert(const v1::EntryPoint& message, const std::string&, Faults&) {
  auto entry_point = Named<router::EntryPoint>(message);
  entry_point.channel = message.channel();
  entry_point.address = message.address();
  entry_point.client = message.client();
  entry_point.process_type = message.process_type();
  entry_point.language = message.language();
  entry_point.queue = message.queue();
  if (message.has_priority()) entry_point.priority = message.priority();
  return entry_point;
}

router::ContactCondition ToCondition(const v1::ContactCondition& message, const std::string& path,
                                     Faults& faults) {
  router::ContactCondition condition;
  const int field = message.field();
  if (CheckEnum(field, v1::CONTACT_FIELD_ATTRIBUTE, path + ".field", faults)) {
    condition.field = static_cast<router::ContactField>(field);
  }
  condition.asked.key = message.attribute();
  if (faults.HasAtMost(message.values_size(), router::kMaxPredicateValues, path + ".values")) {
    condition.asked.values.assign(message.values().begin(), message.values().end());
  }
  if (message.has_min()) condition.asked.min = ToDecimal(message.min(), path + ".min", faults);
  if (message.has_max()) condition.asked.max = ToDecimal(message.max(), path + ".max", faults);
  condition.negated = message.negated();
  return condition;
}

router::ClassificationRule Convert(const v1::ClassificationRule& message, const std::string& path,
                                   Faults& faults) {
  auto rule = Named<router::ClassificationRule>(message);
  rule.order = message.order();
  const std::string conditions = path + ".conditions";
  if (faults.HasAtMost(message.conditions_size(), router::kMaxContactConditions, conditions)) {
    for (int i = 0; i < message.conditions_size(); ++i) {
      rule.conditions.push_back(ToCondition(message.conditions(i), At(conditions, i), faults));
    }
  }
  rule.process_type = message.process_type();
  if (faults.HasAtMost(message.queues_size(), router::kMaxQueueShares, path + ".queues")) {
    for (const v1::QueueShare& share : message.queues()) {
      rule.queues.push_back({.queue = share.queue(), .weight = share.weight()});
    }
  }
  if (message.has_priority()) rule.priority = message.priority();
  rule.requirement = ToRequirement(message.requirement(), path + ".requirement", faults);
  rule.agent_attribute = message.agent_attribute();
  rule.plan = ToPlan(message.plan(), path + ".plan", faults);
  rule.last = message.last();
  return rule;
}

router::Language Convert(const v1::Language& message, const std::string& path, Faults& faults) {
  auto language = Named<router::Language>(message);
  language.tag = message.tag();
  language.level = ToCefr(message.level(), path + ".level", faults);
  return language;
}

router::Calendar Convert(const v1::Calendar& message, const std::string& path, Faults& faults) {
  auto calendar = Named<router::Calendar>(message);
  Read(message, path, calendar, faults);
  return calendar;
}

router::Site Convert(const v1::Site& message, const std::string& path, Faults& faults) {
  auto site = Named<router::Site>(message);
  site.time_zone = message.time_zone();
  CheckTimeZone(site.time_zone, path + ".time_zone", faults);
  return site;
}

router::Disposition Convert(const v1::Disposition& message, const std::string&, Faults&) {
  auto disposition = Named<router::Disposition>(message);
  disposition.resolved = message.resolved();
  return disposition;
}

router::Channel Convert(const v1::Channel& message, const std::string& path, Faults& faults) {
  auto channel = Named<router::Channel>(message);
  const int group = message.capacity_group();
  if (CheckEnum(group, v1::CAPACITY_GROUP_TASK, path + ".capacity_group", faults)) {
    channel.group = static_cast<router::CapacityGroup>(group - 1);
  }
  channel.has_media = message.has_media();
  channel.language_mode = OrDefault(message.language_mode(), router::LanguageMode::kWritten,
                                    v1::LANGUAGE_MODE_WRITTEN, path + ".language_mode", faults);
  channel.misses_allowed = message.misses_allowed();
  if (message.has_reply_within()) {
    channel.reply_within = ToDuration(message.reply_within(), path + ".reply_within", faults);
  }
  return channel;
}

router::Queue Convert(const v1::Queue& message, const std::string& path, Faults& faults) {
  auto queue = Named<router::Queue>(message);
  if (CheckEnum(message.office(), v1::OFFICE_BACK, path + ".office", faults)) {
    queue.office = static_cast<router::Office>(message.office());
  }
  if (CheckEnum(message.urgency(), v1::URGENCY_DEFERRABLE, path + ".urgency", faults)) {
    queue.urgency = static_cast<router::Urgency>(message.urgency());
  }
  queue.client = message.client();
  if (message.has_priority_step()) {
    queue.priority_step = ToDuration(message.priority_step(), path + ".priority_step", faults);
  }
  if (message.has_offer_timeout()) {
    queue.offer_timeout =
        ToPositiveDuration(message.offer_timeout(), path + ".offer_timeout", faults);
  }
  if (message.has_connect_timeout()) {
    queue.connect_timeout =
        ToPositiveDuration(message.connect_timeout(), path + ".connect_timeout", faults);
  }
  if (message.has_lease_duration()) {
    queue.lease_duration =
        ToPositiveDuration(message.lease_duration(), path + ".lease_duration", faults);
  }
  queue.max_waiting = message.max_waiting();
  queue.auto_accept = message.auto_accept();
  queue.concurrent_offers = message.concurrent_offers();
  queue.plan = ToPlan(message.plan(), path + ".plan", faults);
  if (message.has_last_agent_wait()) {
    queue.last_agent_wait =
        ToDuration(message.last_agent_wait(), path + ".last_agent_wait", faults);
  }
  queue.distribution_mode =
      OrDefault(message.distribution_mode(), router::DistributionMode::kLongestIdle,
                v1::DISTRIBUTION_MODE_LOWEST_COST, path + ".distribution_mode", faults);
  queue.order = OrDefault(message.order(), router::QueueOrder::kTarget,
                          v1::QUEUE_ORDER_PRIORITY_FIRST, path + ".order", faults);
  const v1::LateWork& late_work = message.late_work();
  queue.late_work.order =
      OrDefault(late_work.order(), router::LateOrder::kInOrder, v1::LATE_ORDER_AFTER_PUNCTUAL,
                path + ".late_work.order", faults);
  if (late_work.has_every()) queue.late_work.every = late_work.every();
  queue.calendar = message.calendar();
  queue.when_closed = OrDefault(message.when_closed(), router::WhenClosed::kHold,
                                v1::WHEN_CLOSED_OVERFLOW, path + ".when_closed", faults);
  queue.overflow_queue = message.overflow_queue();
  queue.callbacks.max_attempts = message.callbacks().max_attempts();
  if (message.callbacks().has_retry_delay()) {
    queue.callbacks.retry_delay = ToPositiveDuration(message.callbacks().retry_delay(),
                                                     path + ".callbacks.retry_delay", faults);
  }
  return queue;
}

router::ProcessTypeDefaults ToDefaults(const v1::ProcessTypeDefaults& message,
                                       const std::string& path, Faults& faults) {
  router::ProcessTypeDefaults defaults;
  defaults.channel = message.channel();
  defaults.queue = message.queue();
  defaults.requirement = ToRequirement(message.requirement(), path + ".requirement", faults);
  defaults.language_level = ToCefr(message.language_level(), path + ".language_level", faults);
  defaults.plan = ToPlan(message.plan(), path + ".plan", faults);
  if (message.has_answer_target()) {
    defaults.answer_target =
        ToPositiveDuration(message.answer_target(), path + ".answer_target", faults);
  }
  if (message.has_due_after()) {
    defaults.due_after = ToPositiveDuration(message.due_after(), path + ".due_after", faults);
  }
  if (message.has_expected_handling_time()) {
    defaults.expected_handling_time = ToPositiveDuration(message.expected_handling_time(),
                                                         path + ".expected_handling_time", faults);
  }
  if (message.has_wrap_up_limit()) {
    defaults.wrap_up_limit = ToDuration(message.wrap_up_limit(), path + ".wrap_up_limit", faults);
  }
  defaults.reopen_within = ToDuration(message.reopen_within(), path + ".reopen_within", faults);
  defaults.auto_park_after =
      ToDuration(message.auto_park_after(), path + ".auto_park_after", faults);
  defaults.auto_close_after =
      ToDuration(message.auto_close_after(), path + ".auto_close_after", faults);
  return defaults;
}

router::ProcessType Convert(const v1::ProcessType& message, const std::string& path,
                            Faults& faults) {
  auto type = Named<router::ProcessType>(message);
  for (int i = 0; i < message.defaults_size(); ++i) {
    type.defaults.push_back(ToDefaults(message.defaults(i), At(path + ".defaults", i), faults));
  }
  ToPolicies(message, path, type, faults);
  return type;
}

router::RoutingProfile Convert(const v1::RoutingProfile& message, const std::string& path,
                               Faults& faults) {
  auto profile = Named<router::RoutingProfile>(message);
  for (int i = 0; i < message.queues_size(); ++i) {
    const v1::RoutingProfileQueue& queue = message.queues(i);
    profile.queues.push_back(
        {.queue = queue.queue(),
         .rank = queue.rank(),
         .no_push = queue.no_push(),
         .pull = queue.pull(),
         .delay = ToDuration(queue.delay(), At(path + ".queues", i) + ".delay", faults)});
  }
  profile.live_reserve = message.live_reserve();
  profile.back_floor = message.back_floor();
  return profile;
}

router::Capacity ToCapacity(const v1::Capacity& message, const std::string& path, Faults& faults) {
  router::Capacity capacity;
  capacity.total_units = message.total_units();
  std::array<bool, router::kCapacityGroups> seen{};
  for (int i = 0; i < message.groups_size(); ++i) {
    const v1::GroupCapacity& group = message.groups(i);
    const std::string field = At(path + ".groups", i) + ".group";
    if (!CheckEnum(group.group(), v1::CAPACITY_GROUP_TASK, field, faults)) continue;
    const auto index = static_cast<size_t>(group.group() - 1);
    if (seen[index]) {
      faults.Add(Reason::kIdDuplicate, field, "expected each group once, but it is there twice");
    }
    seen[index] = true;
    capacity.groups[index].max = group.max();
    if (group.units_per_ticket() != 0) {
      capacity.groups[index].units_per_ticket = group.units_per_ticket();
    }
    capacity.groups[index].exclusive = group.exclusive();
    capacity.groups[index].live_interrupts = group.live_interrupts();
    for (int j = 0; j < group.interrupts_size(); ++j) {
      const std::string interrupted = At(At(path + ".groups", i) + ".interrupts", j);
      if (!CheckEnum(group.interrupts(j), v1::CAPACITY_GROUP_TASK, interrupted, faults)) continue;
      capacity.groups[index].interrupts.push_back(
          static_cast<router::CapacityGroup>(group.interrupts(j) - 1));
    }
  }
  return capacity;
}

router::Agent Convert(const v1::Agent& message, const std::string& path, Faults& faults) {
  auto agent = Named<router::Agent>(message);
  agent.kind = OrDefault(message.kind(), router::AgentKind::kHuman, v1::AGENT_KIND_AUTOMATED,
                         path + ".kind", faults);
  agent.team = message.team();
  agent.site = message.site();
  agent.routing_profile = message.routing_profile();
  for (const v1::SkillLevel& skill : message.skills()) {
    agent.skills.push_back({.skill = skill.skill(), .level = skill.level()});
  }
  for (int i = 0; i < message.languages_size(); ++i) {
    const v1::AgentLanguage& language = message.languages(i);
    const std::string field = At(path + ".languages", i);
    agent.languages.push_back({.tag = language.tag(),
                               .spoken = ToCefr(language.spoken(), field + ".spoken", faults),
                               .written = ToCefr(language.written(), field + ".written", faults)});
  }
  agent.process_types.assign(message.process_types().begin(), message.process_types().end());
  agent.clients.assign(message.clients().begin(), message.clients().end());
  agent.attributes.assign(message.attributes().begin(), message.attributes().end());
  std::sort(agent.attributes.begin(), agent.attributes.end());
  if (message.has_capacity()) {
    agent.capacity = ToCapacity(message.capacity(), path + ".capacity", faults);
  }
  agent.cost_per_hour_milli = message.cost_per_hour_milli();
  return agent;
}

// ----------------------------------------------------------------------------------------------------------
// back

template <typename Message>
void FillNamed(const router::NamedResource& resource, Message& to) {
  to.set_id(resource.id);
  to.set_display_name(resource.display_name);
  to.set_revision(resource.revision);
}

// What else each kind has; most have nothing.
template <typename Message>
void FillRest(const router::NamedResource& /*resource*/, Message& /*to*/) {}

void FillRest(const router::Client& client, v1::Client& to) {
  if (client.fair_share) *to.mutable_fair_share() = ToProto(*client.fair_share);
}

void FillRest(const router::Site& site, v1::Site& to) {
  to.set_time_zone(site.time_zone);
}

void FillRest(const router::Team& team, v1::Team& to) {
  to.set_max_paused(team.max_paused);
  to.set_max_paused_percent(team.max_paused_percent);
}

void FillRest(const router::NotReadyReason& reason, v1::NotReadyReason& to) {
  to.set_exempt(reason.exempt);
}

void FillRest(const router::Disposition& disposition, v1::Disposition& to) {
  to.set_resolved(disposition.resolved);
}

void FillRest(const router::ParkingReason& reason, v1::ParkingReason& to) {
  to.set_stops_clock(reason.stops_clock);
}

void FillRest(const router::Calendar& calendar, v1::Calendar& to) {
  Fill(calendar, to);
}

void FillRest(const router::EntryPoint& entry_point, v1::EntryPoint& to) {
  to.set_channel(entry_point.channel);
  to.set_address(entry_point.address);
  to.set_client(entry_point.client);
  to.set_process_type(entry_point.process_type);
  to.set_language(entry_point.language);
  to.set_queue(entry_point.queue);
  if (entry_point.priority) to.set_priority(*entry_point.priority);
}

void FillRest(const router::ClassificationRule& rule, v1::ClassificationRule& to) {
  to.set_order(rule.order);
  for (const router::ContactCondition& condition : rule.conditions) {
    v1::ContactCondition& message = *to.add_conditions();
    message.set_field(static_cast<v1::ContactField>(condition.field));
    message.set_attribute(condition.asked.key);
    message.mutable_values()->Assign(condition.asked.values.begin(), condition.asked.values.end());
    if (condition.asked.min) message.set_min(ToDouble(*condition.asked.min));
    if (condition.asked.max) message.set_max(ToDouble(*condition.asked.max));
    message.set_negated(condition.negated);
  }
  to.set_process_type(rule.process_type);
  for (const router::QueueShare& share : rule.queues) {
    v1::QueueShare& message = *to.add_queues();
    message.set_queue(share.queue);
    message.set_weight(share.weight);
  }
  if (rule.priority) to.set_priority(*rule.priority);
  if (rule.requirement != router::Requirement{}) {
    Fill(rule.requirement, *to.mutable_requirement());
  }
  to.set_agent_attribute(rule.agent_attribute);
  if (!rule.plan.empty()) Fill(rule.plan, *to.mutable_plan());
  to.set_last(rule.last);
}

void FillRest(const router::Language& language, v1::Language& to) {
  to.set_tag(language.tag);
  to.set_level(ToProto(language.level));
}

void FillRest(const router::Channel& channel, v1::Channel& to) {
  to.set_capacity_group(static_cast<v1::CapacityGroup>(static_cast<int>(channel.group) + 1));
  to.set_has_media(channel.has_media);
  to.set_language_mode(static_cast<v1::LanguageMode>(channel.language_mode));
  to.set_misses_allowed(channel.misses_allowed);
  if (channel.reply_within) *to.mutable_reply_within() = ToProtoDuration(*channel.reply_within);
}

void FillRest(const router::Queue& queue, v1::Queue& to) {
  to.set_office(static_cast<v1::Office>(queue.office));
  to.set_urgency(static_cast<v1::Urgency>(queue.urgency));
  to.set_client(queue.client);
  if (queue.priority_step) *to.mutable_priority_step() = ToProtoDuration(*queue.priority_step);
  *to.mutable_offer_timeout() = ToProtoDuration(queue.offer_timeout);
  *to.mutable_connect_timeout() = ToProtoDuration(queue.connect_timeout);
  *to.mutable_lease_duration() = ToProtoDuration(queue.lease_duration);
  to.set_max_waiting(queue.max_waiting);
  to.set_auto_accept(queue.auto_accept);
  to.set_concurrent_offers(queue.concurrent_offers);
  if (!queue.plan.empty()) Fill(queue.plan, *to.mutable_plan());
  if (queue.last_agent_wait) {
    *to.mutable_last_agent_wait() = ToProtoDuration(*queue.last_agent_wait);
  }
  to.set_distribution_mode(static_cast<v1::DistributionMode>(queue.distribution_mode));
  to.set_order(static_cast<v1::QueueOrder>(queue.order));
  v1::LateWork& late_work = *to.mutable_late_work();
  late_work.set_order(static_cast<v1::LateOrder>(queue.late_work.order));
  if (queue.late_work.every) late_work.set_every(*queue.late_work.every);
  to.set_calendar(queue.calendar);
  to.set_when_closed(static_cast<v1::WhenClosed>(queue.when_closed));
  to.set_overflow_queue(queue.overflow_queue);
  to.mutable_callbacks()->set_max_attempts(queue.callbacks.max_attempts);
  *to.mutable_callbacks()->mutable_retry_delay() = ToProtoDuration(queue.callbacks.retry_delay);
}

void FillDefaultsOf(const router::ProcessTypeDefaults& defaults, v1::ProcessTypeDefaults& to) {
  to.set_channel(defaults.channel);
  to.set_queue(defaults.queue);
  Fill(defaults.requirement, *to.mutable_requirement());
  if (!defaults.plan.empty()) Fill(defaults.plan, *to.mutable_plan());
  to.set_language_level(ToProto(defaults.language_level));
  *to.mutable_answer_target() = ToProtoDuration(defaults.answer_target);
  *to.mutable_due_after() = ToProtoDuration(defaults.due_after);
  *to.mutable_expected_handling_time() = ToProtoDuration(defaults.expected_handling_time);
  if (defaults.wrap_up_limit) {
    *to.mutable_wrap_up_limit() = ToProtoDuration(*defaults.wrap_up_limit);
  }
  *to.mutable_reopen_within() = ToProtoDuration(defaults.reopen_within);
  *to.mutable_auto_park_after() = ToProtoDuration(defaults.auto_park_after);
  *to.mutable_auto_close_after() = ToProtoDuration(defaults.auto_close_after);
}

void FillRest(const router::ProcessType& type, v1::ProcessType& to) {
  for (const auto& defaults : type.defaults) FillDefaultsOf(defaults, *to.add_defaults());
  FillPolicies(type, to);
}

void FillRest(const router::RoutingProfile& profile, v1::RoutingProfile& to) {
  for (const router::RoutingProfileQueue& queue : profile.queues) {
    v1::RoutingProfileQueue* message = to.add_queues();
    message->set_queue(queue.queue);
    message->set_rank(queue.rank);
    message->set_no_push(queue.no_push);
    message->set_pull(queue.pull);
    if (queue.delay.us != 0) *message->mutable_delay() = ToProtoDuration(queue.delay);
  }
  to.set_live_reserve(profile.live_reserve);
  to.set_back_floor(profile.back_floor);
}

void FillCapacity(const router::Capacity& capacity, v1::Capacity& to) {
  to.set_total_units(capacity.total_units);
  for (size_t i = 0; i < capacity.groups.size(); ++i) {
    v1::GroupCapacity* group = to.add_groups();
    group->set_group(static_cast<v1::CapacityGroup>(i + 1));
    group->set_max(capacity.groups[i].max);
    group->set_units_per_ticket(capacity.groups[i].units_per_ticket);
    group->set_exclusive(capacity.groups[i].exclusive);
    group->set_live_interrupts(capacity.groups[i].live_interrupts);
    for (const router::CapacityGroup interrupted : capacity.groups[i].interrupts) {
      group->add_interrupts(static_cast<v1::CapacityGroup>(static_cast<int>(interrupted) + 1));
    }
  }
}

void FillRest(const router::Agent& agent, v1::Agent& to) {
  to.set_kind(static_cast<v1::AgentKind>(agent.kind));
  to.set_team(agent.team);
  to.set_site(agent.site);
  to.set_routing_profile(agent.routing_profile);
  for (const router::SkillLevel& skill : agent.skills) {
    v1::SkillLevel* message = to.add_skills();
    message->set_skill(skill.skill);
    message->set_level(skill.level);
  }
  for (const router::AgentLanguage& language : agent.languages) {
    v1::AgentLanguage* message = to.add_languages();
    message->set_tag(language.tag);
    message->set_spoken(ToProto(language.spoken));
    message->set_written(ToProto(language.written));
  }
  to.mutable_process_types()->Assign(agent.process_types.begin(), agent.process_types.end());
  to.mutable_clients()->Assign(agent.clients.begin(), agent.clients.end());
  to.mutable_attributes()->insert(agent.attributes.begin(), agent.attributes.end());
  if (agent.capacity) FillCapacity(*agent.capacity, *to.mutable_capacity());
  to.set_cost_per_hour_milli(agent.cost_per_hour_milli);
}

// ----------------------------------------------------------------------------------------------
// all

// The message of each kind of resource.
template <typename R>
struct MessageOf;
template <>
struct MessageOf<router::Client> : std::type_identity<v1::Client> {};
template <>
struct MessageOf<router::Site> : std::type_identity<v1::Site> {};
template <>
struct MessageOf<router::Team> : std::type_identity<v1::Team> {};
template <>
struct MessageOf<router::Skill> : std::type_identity<v1::Skill> {};
template <>
struct MessageOf<router::Channel> : std::type_identity<v1::Channel> {};
template <>
struct MessageOf<router::Queue> : std::type_identity<v1::Queue> {};
template <>
struct MessageOf<router::ProcessType> : std::type_identity<v1::ProcessType> {};
template <>
struct MessageOf<router::RoutingProfile> : std::type_identity<v1::RoutingProfile> {};
template <>
struct MessageOf<router::Agent> : std::type_identity<v1::Agent> {};
template <>
struct MessageOf<router::Disposition> : std::type_identity<v1::Disposition> {};
template <>
struct MessageOf<router::NotReadyReason> : std::type_identity<v1::NotReadyReason> {};
template <>
struct MessageOf<router::EntryPoint> : std::type_identity<v1::EntryPoint> {};
template <>
struct MessageOf<router::Language> : std::type_identity<v1::Language> {};
template <>
struct MessageOf<router::ParkingReason> : std::type_identity<v1::ParkingReason> {};
template <>
struct MessageOf<router::ClassificationRule> : std::type_identity<v1::ClassificationRule> {};
template <>
struct MessageOf<router::Calendar> : std::type_identity<v1::Calendar> {};

template <typename Message, typename R>
void ConvertAll(const google::protobuf::RepeatedPtrField<Message>& messages,
                const std::string& path, std::vector<R>& to, Faults& faults) {
  to.reserve(static_cast<size_t>(messages.size()));
  for (int i = 0; i < messages.size(); ++i) {
    to.push_back(Convert(messages.Get(i), At(path, i), faults));
  }
}

template <typename R, typename Message>
void FillAll(const std::vector<R>& resources,
             google::protobuf::RepeatedPtrField<Message>& messages) {
  for (const R& resource : resources) {
    Message& message = *messages.Add();
    FillNamed(resource, message);
    FillRest(resource, message);
  }
}

}  // namespace

router::Configuration ToConfiguration(const v1::Configuration& message, Faults& faults) {
  const std::string root = "configuration";
  router::Configuration to;
  ConvertSettings(message, root, to, faults);
  ConvertAll(message.clients(), root + ".clients", to.clients, faults);
  ConvertAll(message.sites(), root + ".sites", to.sites, faults);
  ConvertAll(message.teams(), root + ".teams", to.teams, faults);
  ConvertAll(message.skills(), root + ".skills", to.skills, faults);
  ConvertAll(message.channels(), root + ".channels", to.channels, faults);
  ConvertAll(message.queues(), root + ".queues", to.queues, faults);
  ConvertAll(message.process_types(), root + ".process_types", to.process_types, faults);
  ConvertAll(message.routing_profiles(), root + ".routing_profiles", to.routing_profiles, faults);
  ConvertAll(message.agents(), root + ".agents", to.agents, faults);
  ConvertAll(message.dispositions(), root + ".dispositions", to.dispositions, faults);
  ConvertAll(message.not_ready_reasons(), root + ".not_ready_reasons", to.not_ready_reasons,
             faults);
  ConvertAll(message.entry_points(), root + ".entry_points", to.entry_points, faults);
  ConvertAll(message.languages(), root + ".languages", to.languages, faults);
  ConvertAll(message.parking_reasons(), root + ".parking_reasons", to.parking_reasons, faults);
  ConvertAll(message.classification_rules(), root + ".classification_rules",
             to.classification_rules, faults);
  ConvertAll(message.calendars(), root + ".calendars", to.calendars, faults);
  return to;
}

void Fill(const router::Configuration& configuration, v1::Configuration& to) {
  FillSettings(configuration, to);
  FillAll(configuration.clients, *to.mutable_clients());
  FillAll(configuration.sites, *to.mutable_sites());
  FillAll(configuration.teams, *to.mutable_teams());
  FillAll(configuration.skills, *to.mutable_skills());
  FillAll(configuration.channels, *to.mutable_channels());
  FillAll(configuration.queues, *to.mutable_queues());
  FillAll(configuration.process_types, *to.mutable_process_types());
  FillAll(configuration.routing_profiles, *to.mutable_routing_profiles());
  FillAll(configuration.agents, *to.mutable_agents());
  FillAll(configuration.dispositions, *to.mutable_dispositions());
  FillAll(configuration.not_ready_reasons, *to.mutable_not_ready_reasons());
  FillAll(configuration.entry_points, *to.mutable_entry_points());
  FillAll(configuration.languages, *to.mutable_languages());
  FillAll(configuration.parking_reasons, *to.mutable_parking_reasons());
  FillAll(configuration.classification_rules, *to.mutable_classification_rules());
  FillAll(configuration.calendars, *to.mutable_calendars());
}

router::Resource ToResource(router::ResourceKind kind, const google::protobuf::Message& message,
                            const std::string& path, Faults& faults) {
  router::Resource resource = router::MakeResource(kind, "");
  std::visit(
      [&](auto& one) {
        using Message = typename MessageOf<std::decay_t<decltype(one)>>::type;
        one = Convert(static_cast<const Message&>(message), path, faults);
      },
      resource);
  return resource;
}

void Fill(const router::Resource& resource, google::protobuf::Message& to) {
  std::visit(
      [&](const auto& one) {
        using Message = typename MessageOf<std::decay_t<decltype(one)>>::type;
        FillNamed(one, static_cast<Message&>(to));
        FillRest(one, static_cast<Message&>(to));
      },
      resource);
}

router::WorkspaceSettings ToSettings(const v1::WorkspaceSettings& settings, const std::string& path,
                                     Faults& faults) {
  router::WorkspaceSettings to;
  ConvertSettings(settings, path, to, faults);
  return to;
}

void Fill(const router::WorkspaceSettings& settings, int64_t revision, v1::WorkspaceSettings& to) {
  FillSettings(settings, to);
  to.set_revision(revision);
}

void Fill(const router::ConfigurationApplied& applied, v1::ApplyConfigurationResponse& to) {
  to.set_revision(applied.revision);
  to.set_created(static_cast<int32_t>(applied.created));
  to.set_updated(static_cast<int32_t>(applied.updated));
  to.set_deleted(static_cast<int32_t>(applied.deleted));
  for (const router::ConfigurationChange& change : applied.changes) {
    v1::ConfigurationChange& message = *to.add_changes();
    message.set_kind(static_cast<v1::ResourceKind>(change.kind));
    message.set_id(change.id);
    message.set_type(static_cast<v1::ChangeType>(change.type));
    message.mutable_fields()->Assign(change.fields.begin(), change.fields.end());
  }
}

}  // namespace tandem::rpc
