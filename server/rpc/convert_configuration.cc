#include "server/rpc/convert_configuration.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>

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
static_assert(static_cast<int>(router::AgentKind::kAutomated) == v1::AGENT_KIND_AUTOMATED);

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

router::Channel ToChannel(const v1::Channel& message, const std::string& path, Faults& faults) {
  auto channel = Named<router::Channel>(message);
  const int group = message.capacity_group();
  if (CheckEnum(group, v1::CAPACITY_GROUP_TASK, path + ".capacity_group", faults)) {
    channel.group = static_cast<router::CapacityGroup>(group - 1);
  }
  channel.has_media = message.has_media();
  channel.language_mode = OrDefault(message.language_mode(), router::LanguageMode::kWritten,
                                    v1::LANGUAGE_MODE_WRITTEN, path + ".language_mode", faults);
  channel.misses_allowed = message.misses_allowed();
  return channel;
}

router::Queue ToQueue(const v1::Queue& message, const std::string& path, Faults& faults) {
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
  return queue;
}

router::ProcessTypeDefaults ToDefaults(const v1::ProcessTypeDefaults& message,
                                       const std::string& path, Faults& faults) {
  router::ProcessTypeDefaults defaults;
  defaults.channel = message.channel();
  defaults.queue = message.queue();
  defaults.requirement = ToRequirement(message.requirement(), path + ".requirement", faults);
  defaults.language_level = ToCefr(message.language_level(), path + ".language_level", faults);
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
  return defaults;
}

router::ProcessType ToProcessType(const v1::ProcessType& message, const std::string& path,
                                  Faults& faults) {
  auto type = Named<router::ProcessType>(message);
  for (int i = 0; i < message.defaults_size(); ++i) {
    type.defaults.push_back(ToDefaults(message.defaults(i), At(path + ".defaults", i), faults));
  }
  return type;
}

router::RoutingProfile ToRoutingProfile(const v1::RoutingProfile& message) {
  auto profile = Named<router::RoutingProfile>(message);
  for (const v1::RoutingProfileQueue& queue : message.queues()) {
    profile.queues.push_back({.queue = queue.queue(),
                              .rank = queue.rank(),
                              .no_push = queue.no_push(),
                              .pull = queue.pull()});
  }
  profile.live_reserve = message.live_reserve();
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
  }
  return capacity;
}

router::Agent ToAgent(const v1::Agent& message, const std::string& path, Faults& faults) {
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
  if (message.has_capacity()) {
    agent.capacity = ToCapacity(message.capacity(), path + ".capacity", faults);
  }
  agent.cost_per_hour_milli = message.cost_per_hour_milli();
  return agent;
}

// ----------------------------------------------------------------------------------------------------------
// back

template <typename Message>
Message* AddNamed(const router::NamedResource& resource,
                  google::protobuf::RepeatedPtrField<Message>& list) {
  Message* message = list.Add();
  message->set_id(resource.id);
  message->set_display_name(resource.display_name);
  return message;
}

void FillChannel(const router::Channel& channel, v1::Channel& to) {
  to.set_capacity_group(static_cast<v1::CapacityGroup>(static_cast<int>(channel.group) + 1));
  to.set_has_media(channel.has_media);
  to.set_language_mode(static_cast<v1::LanguageMode>(channel.language_mode));
  to.set_misses_allowed(channel.misses_allowed);
}

void FillQueue(const router::Queue& queue, v1::Queue& to) {
  to.set_office(static_cast<v1::Office>(queue.office));
  to.set_urgency(static_cast<v1::Urgency>(queue.urgency));
  to.set_client(queue.client);
  if (queue.priority_step) *to.mutable_priority_step() = ToProtoDuration(*queue.priority_step);
  *to.mutable_offer_timeout() = ToProtoDuration(queue.offer_timeout);
  *to.mutable_connect_timeout() = ToProtoDuration(queue.connect_timeout);
  *to.mutable_lease_duration() = ToProtoDuration(queue.lease_duration);
  to.set_max_waiting(queue.max_waiting);
  to.set_auto_accept(queue.auto_accept);
}

void FillDefaultsOf(const router::ProcessTypeDefaults& defaults, v1::ProcessTypeDefaults& to) {
  to.set_channel(defaults.channel);
  to.set_queue(defaults.queue);
  Fill(defaults.requirement, *to.mutable_requirement());
  to.set_language_level(ToProto(defaults.language_level));
  *to.mutable_answer_target() = ToProtoDuration(defaults.answer_target);
  *to.mutable_due_after() = ToProtoDuration(defaults.due_after);
  *to.mutable_expected_handling_time() = ToProtoDuration(defaults.expected_handling_time);
  if (defaults.wrap_up_limit) {
    *to.mutable_wrap_up_limit() = ToProtoDuration(*defaults.wrap_up_limit);
  }
}

void FillRoutingProfile(const router::RoutingProfile& profile, v1::RoutingProfile& to) {
  for (const router::RoutingProfileQueue& queue : profile.queues) {
    v1::RoutingProfileQueue* message = to.add_queues();
    message->set_queue(queue.queue);
    message->set_rank(queue.rank);
    message->set_no_push(queue.no_push);
    message->set_pull(queue.pull);
  }
  to.set_live_reserve(profile.live_reserve);
}

void FillCapacity(const router::Capacity& capacity, v1::Capacity& to) {
  to.set_total_units(capacity.total_units);
  for (size_t i = 0; i < capacity.groups.size(); ++i) {
    v1::GroupCapacity* group = to.add_groups();
    group->set_group(static_cast<v1::CapacityGroup>(i + 1));
    group->set_max(capacity.groups[i].max);
    group->set_units_per_ticket(capacity.groups[i].units_per_ticket);
  }
}

void FillAgent(const router::Agent& agent, v1::Agent& to) {
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
  if (agent.capacity) FillCapacity(*agent.capacity, *to.mutable_capacity());
  to.set_cost_per_hour_milli(agent.cost_per_hour_milli);
}

}  // namespace

router::Configuration ToConfiguration(const v1::Configuration& message, Faults& faults) {
  const std::string root = "configuration";
  router::Configuration result;
  result.time_zone = message.time_zone();
  for (const auto& client : message.clients()) {
    result.clients.push_back(Named<router::Client>(client));
  }
  for (const auto& site : message.sites()) {
    result.sites.push_back(Named<router::Site>(site));
    result.sites.back().time_zone = site.time_zone();
  }
  for (const auto& team : message.teams()) result.teams.push_back(Named<router::Team>(team));
  for (const auto& skill : message.skills()) result.skills.push_back(Named<router::Skill>(skill));
  for (int i = 0; i < message.channels_size(); ++i) {
    result.channels.push_back(ToChannel(message.channels(i), At(root + ".channels", i), faults));
  }
  for (int i = 0; i < message.queues_size(); ++i) {
    result.queues.push_back(ToQueue(message.queues(i), At(root + ".queues", i), faults));
  }
  for (int i = 0; i < message.process_types_size(); ++i) {
    result.process_types.push_back(
        ToProcessType(message.process_types(i), At(root + ".process_types", i), faults));
  }
  for (const auto& profile : message.routing_profiles()) {
    result.routing_profiles.push_back(ToRoutingProfile(profile));
  }
  for (int i = 0; i < message.agents_size(); ++i) {
    result.agents.push_back(ToAgent(message.agents(i), At(root + ".agents", i), faults));
  }
  for (const auto& disposition : message.dispositions()) {
    result.dispositions.push_back(Named<router::Disposition>(disposition));
    result.dispositions.back().resolved = disposition.resolved();
  }
  for (const auto& reason : message.not_ready_reasons()) {
    result.not_ready_reasons.push_back(Named<router::NotReadyReason>(reason));
  }
  if (message.has_session_grace()) {
    result.session_grace = ToDuration(message.session_grace(), root + ".session_grace", faults);
  }
  if (message.has_cool_down()) {
    result.cool_down = ToDuration(message.cool_down(), root + ".cool_down", faults);
  }
  return result;
}

void Fill(const router::Configuration& configuration, v1::Configuration& to) {
  to.set_time_zone(configuration.time_zone);
  for (const auto& client : configuration.clients) AddNamed(client, *to.mutable_clients());
  for (const auto& site : configuration.sites) {
    AddNamed(site, *to.mutable_sites())->set_time_zone(site.time_zone);
  }
  for (const auto& team : configuration.teams) AddNamed(team, *to.mutable_teams());
  for (const auto& skill : configuration.skills) AddNamed(skill, *to.mutable_skills());
  for (const auto& channel : configuration.channels) {
    FillChannel(channel, *AddNamed(channel, *to.mutable_channels()));
  }
  for (const auto& queue : configuration.queues) {
    FillQueue(queue, *AddNamed(queue, *to.mutable_queues()));
  }
  for (const auto& type : configuration.process_types) {
    v1::ProcessType* message = AddNamed(type, *to.mutable_process_types());
    for (const auto& defaults : type.defaults) FillDefaultsOf(defaults, *message->add_defaults());
  }
  for (const auto& profile : configuration.routing_profiles) {
    FillRoutingProfile(profile, *AddNamed(profile, *to.mutable_routing_profiles()));
  }
  for (const auto& agent : configuration.agents) {
    FillAgent(agent, *AddNamed(agent, *to.mutable_agents()));
  }
  for (const auto& disposition : configuration.dispositions) {
    AddNamed(disposition, *to.mutable_dispositions())->set_resolved(disposition.resolved);
  }
  for (const auto& reason : configuration.not_ready_reasons) {
    AddNamed(reason, *to.mutable_not_ready_reasons());
  }
  if (configuration.session_grace) {
    *to.mutable_session_grace() = ToProtoDuration(*configuration.session_grace);
  }
  if (configuration.cool_down) *to.mutable_cool_down() = ToProtoDuration(*configuration.cool_down);
}

}  // namespace tandem::rpc
