// Resources of a configuration, whatever their kind: their lists, their fields, what they name.
//
// What is written here once for each kind is all that the code that treats resources alike has to
// know of them. Pure functions without state: call them from any thread.
#ifndef TANDEM_ROUTER_RESOURCES_H_
#define TANDEM_ROUTER_RESOURCES_H_

#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "router/model.h"

namespace tandem::router {

// Of each type in Resource, in its order.
inline constexpr ResourceKind kKindsOfResources[] = {
    ResourceKind::kClient,         ResourceKind::kSite,
    ResourceKind::kTeam,           ResourceKind::kSkill,
    ResourceKind::kChannel,        ResourceKind::kQueue,
    ResourceKind::kProcessType,    ResourceKind::kRoutingProfile,
    ResourceKind::kAgent,          ResourceKind::kDisposition,
    ResourceKind::kNotReadyReason, ResourceKind::kEntryPoint,
    ResourceKind::kLanguage,       ResourceKind::kParkingReason,
    ResourceKind::kCalendar,       ResourceKind::kClassificationRule};
static_assert(std::size(kKindsOfResources) == kResourceKinds);
inline constexpr ResourceKind kLastResourceKind = kKindsOfResources[kResourceKinds - 1];

inline ResourceKind KindOf(const Resource& resource) {
  return kKindsOfResources[resource.index()];
}

template <typename R, size_t index = 0>
constexpr ResourceKind KindOf() {
  if constexpr (std::is_same_v<std::variant_alternative_t<index, Resource>, R>) {
    return kKindsOfResources[index];
  } else {
    return KindOf<R, index + 1>();
  }
}

inline const NamedResource& NamedOf(const Resource& resource) {
  return std::visit([](const NamedResource& named) -> const NamedResource& { return named; },
                    resource);
}
inline NamedResource& NamedOf(Resource& resource) {
  return std::visit([](NamedResource& named) -> NamedResource& { return named; }, resource);
}

// The kind for people: "process type".
std::string InWords(ResourceKind kind);

// A resource of a kind that is not kWorkspaceSettings, empty but for its id.
Resource MakeResource(ResourceKind kind, const std::string& id);

// Resources of the kind that one workspace may have.
size_t MaxResources(ResourceKind kind);
// Whether the id is that of a channel that every workspace has.
bool IsBuiltIn(ResourceKind kind, std::string_view id);

// Calls `visit(list)` for the list of each kind, in the order of the kinds.
template <typename AnyConfiguration, typename Visit>
void ForEachList(AnyConfiguration& configuration, Visit visit) {
  static_assert(std::is_same_v<std::remove_const_t<AnyConfiguration>, Configuration>);
  visit(configuration.clients);
  visit(configuration.sites);
  visit(configuration.teams);
  visit(configuration.skills);
  visit(configuration.channels);
  visit(configuration.queues);
  visit(configuration.process_types);
  visit(configuration.routing_profiles);
  visit(configuration.agents);
  visit(configuration.dispositions);
  visit(configuration.not_ready_reasons);
  visit(configuration.entry_points);
  visit(configuration.languages);
  visit(configuration.parking_reasons);
  visit(configuration.classification_rules);
  visit(configuration.calendars);
}

// The list of one kind.
template <typename R, typename AnyConfiguration>
auto& ListOf(AnyConfiguration& configuration) {
  std::conditional_t<std::is_const_v<AnyConfiguration>, const std::vector<R>, std::vector<R>>*
      found = nullptr;
  ForEachList(configuration, [&](auto& list) {
    if constexpr (std::is_same_v<std::decay_t<decltype(list)>, std::vector<R>>) found = &list;
  });
  return *found;
}

// --- fields ---

// Calls `visit(name, member)` for each field that can be changed; the names are those of tandem.v1,
// as in a field mask. The pointer says whose fields, and is not looked at.
void VisitFields(const NamedResource*, auto visit) {
  visit("display_name", &NamedResource::display_name);
}
void VisitFields(const Client*, auto visit) {
  visit("display_name", &NamedResource::display_name);
  visit("fair_share", &Client::fair_share);
}
void VisitFields(const Team*, auto visit) {
  visit("display_name", &NamedResource::display_name);
  visit("max_paused", &Team::max_paused);
  visit("max_paused_percent", &Team::max_paused_percent);
}
void VisitFields(const NotReadyReason*, auto visit) {
  visit("display_name", &NamedResource::display_name);
  visit("exempt", &NotReadyReason::exempt);
}
void VisitFields(const Site*, auto visit) {
  visit("display_name", &NamedResource::display_name);
  visit("time_zone", &Site::time_zone);
}
void VisitFields(const Channel*, auto visit) {
  visit("display_name", &NamedResource::display_name);
  visit("capacity_group", &Channel::group);
  visit("has_media", &Channel::has_media);
  visit("language_mode", &Channel::language_mode);
  visit("misses_allowed", &Channel::misses_allowed);
  visit("reply_within", &Channel::reply_within);
}
void VisitFields(const Queue*, auto visit) {
  visit("display_name", &NamedResource::display_name);
  visit("office", &Queue::office);
  visit("urgency", &Queue::urgency);
  visit("client", &Queue::client);
  visit("priority_step", &Queue::priority_step);
  visit("offer_timeout", &Queue::offer_timeout);
  visit("connect_timeout", &Queue::connect_timeout);
  visit("lease_duration", &Queue::lease_duration);
  visit("max_waiting", &Queue::max_waiting);
  visit("auto_accept", &Queue::auto_accept);
  visit("concurrent_offers", &Queue::concurrent_offers);
  visit("plan", &Queue::plan);
  visit("distribution_mode", &Queue::distribution_mode);
  visit("order", &Queue::order);
  visit("late_work", &Queue::late_work);
  visit("last_agent_wait", &Queue::last_agent_wait);
  visit("calendar", &Queue::calendar);
  visit("when_closed", &Queue::when_closed);
  visit("overflow_queue", &Queue::overflow_queue);
  visit("callbacks", &Queue::callbacks);
}
void VisitFields(const ProcessType*, auto visit) {
  visit("display_name", &NamedResource::display_name);
  visit("defaults", &ProcessType::defaults);
  visit("hand_off", &ProcessType::hand_off);
  visit("review", &ProcessType::review);
}
void VisitFields(const RoutingProfile*, auto visit) {
  visit("display_name", &NamedResource::display_name);
  visit("queues", &RoutingProfile::queues);
  visit("live_reserve", &RoutingProfile::live_reserve);
  visit("back_floor", &RoutingProfile::back_floor);
}
void VisitFields(const Agent*, auto visit) {
  visit("display_name", &NamedResource::display_name);
  visit("kind", &Agent::kind);
  visit("team", &Agent::team);
  visit("site", &Agent::site);
  visit("routing_profile", &Agent::routing_profile);
  visit("skills", &Agent::skills);
  visit("languages", &Agent::languages);
  visit("process_types", &Agent::process_types);
  visit("clients", &Agent::clients);
  visit("attributes", &Agent::attributes);
  visit("capacity", &Agent::capacity);
  visit("cost_per_hour_milli", &Agent::cost_per_hour_milli);
}
void VisitFields(const Disposition*, auto visit) {
  visit("display_name", &NamedResource::display_name);
  visit("resolved", &Disposition::resolved);
}
void VisitFields(const EntryPoint*, auto visit) {
  visit("display_name", &NamedResource::display_name);
  visit("channel", &EntryPoint::channel);
  visit("address", &EntryPoint::address);
  visit("client", &EntryPoint::client);
  visit("process_type", &EntryPoint::process_type);
  visit("language", &EntryPoint::language);
  visit("queue", &EntryPoint::queue);
  visit("priority", &EntryPoint::priority);
}
void VisitFields(const Language*, auto visit) {
  visit("display_name", &NamedResource::display_name);
  visit("tag", &Language::tag);
  visit("level", &Language::level);
}
void VisitFields(const ParkingReason*, auto visit) {
  visit("display_name", &NamedResource::display_name);
  visit("stops_clock", &ParkingReason::stops_clock);
}
void VisitFields(const ClassificationRule*, auto visit) {
  visit("display_name", &NamedResource::display_name);
  visit("order", &ClassificationRule::order);
  visit("conditions", &ClassificationRule::conditions);
  visit("process_type", &ClassificationRule::process_type);
  visit("queues", &ClassificationRule::queues);
  visit("priority", &ClassificationRule::priority);
  visit("requirement", &ClassificationRule::requirement);
  visit("agent_attribute", &ClassificationRule::agent_attribute);
  visit("plan", &ClassificationRule::plan);
  visit("last", &ClassificationRule::last);
}
void VisitFields(const Calendar*, auto visit) {
  visit("display_name", &NamedResource::display_name);
  visit("time_zone", &Calendar::time_zone);
  visit("weekly", &Calendar::weekly);
  visit("exceptions", &Calendar::exceptions);
  visit("cut_off", &Calendar::cut_off);
  visit("override_hours", &Calendar::override_hours);
}
void VisitFields(const WorkspaceSettings*, auto visit) {
  visit("time_zone", &WorkspaceSettings::time_zone);
  visit("session_grace", &WorkspaceSettings::session_grace);
  visit("cool_down", &WorkspaceSettings::cool_down);
  visit("return_after", &WorkspaceSettings::return_after);
}

// The names of the fields that are different.
template <typename T>
std::vector<std::string> DifferentFields(const T& a, const T& b) {
  std::vector<std::string> names;
  VisitFields(&a, [&](const char* name, auto member) {
    if (!(a.*member == b.*member)) names.emplace_back(name);
  });
  return names;
}

// Copies the named fields.
template <typename T>
void CopyFields(const std::vector<std::string>& names, const T& from, T& to) {
  VisitFields(&from, [&](const char* name, auto member) {
    for (const std::string& wanted : names) {
      if (wanted == name) to.*member = from.*member;
    }
  });
}

// What the router keeps of a resource that is configured anew. The shares of other queues begin
// anew.
inline void KeepCredits(const NamedResource& /*before*/, NamedResource& /*next*/) {}
inline void KeepCredits(const ClassificationRule& before, ClassificationRule& next) {
  next.credits = before.queues == next.queues ? before.credits : std::vector<int64_t>{};
  next.drawn = before.drawn;
}
// Where late work stands otherwise now, its turn is counted anew.
inline void KeepCredits(const Queue& before, Queue& next) {
  next.late_picks = {before.late_work == next.late_work ? before.late_picks.punctual : 0,
                     before.late_picks.counted};
}

// Another policy begins with no credit.
inline void KeepCredits(const ProcessType& before, ProcessType& next) {
  next.review_credit = {before.review == next.review ? before.review_credit.milli : 0,
                        before.review_credit.counted};
}

// --- references ---

// Calls `visit(kind, id)` for every resource that one names; never with an empty id.
void VisitReferences(const NamedResource&, auto) {}
void VisitReferences(const Requirement& requirement, auto visit) {
  const auto visit_predicate = [&](const Predicate& predicate) {
    if (const auto* skill = std::get_if<SkillRequirement>(&predicate.kind)) {
      visit(ResourceKind::kSkill, skill->skill);
    } else if (const auto* type = std::get_if<ProcessTypePredicate>(&predicate.kind)) {
      visit(ResourceKind::kProcessType, type->process_type);
    } else if (const auto* site = std::get_if<SitePredicate>(&predicate.kind)) {
      visit(ResourceKind::kSite, site->site);
    } else if (const auto* team = std::get_if<TeamPredicate>(&predicate.kind)) {
      visit(ResourceKind::kTeam, team->team);
    }
  };
  for (const Clause& clause : requirement.all_of) {
    for (const Predicate& predicate : clause) visit_predicate(predicate);
  }
  for (const Preference& preference : requirement.prefer) visit_predicate(preference.predicate);
  for (const std::string& agent : requirement.agents) visit(ResourceKind::kAgent, agent);
}
void VisitReferences(const Plan& plan, auto visit) {
  for (const PlanStep& step : plan) {
    if (step.requirement) VisitReferences(*step.requirement, visit);
    if (step.relax) {
      for (const std::string& skill : step.relax->skills) visit(ResourceKind::kSkill, skill);
    }
    if (!step.queue.empty()) visit(ResourceKind::kQueue, step.queue);
  }
}
void VisitReferences(const Queue& queue, auto visit) {
  if (!queue.client.empty()) visit(ResourceKind::kClient, queue.client);
  if (!queue.calendar.empty()) visit(ResourceKind::kCalendar, queue.calendar);
  if (!queue.overflow_queue.empty()) visit(ResourceKind::kQueue, queue.overflow_queue);
  VisitReferences(queue.plan, visit);
}
void VisitReferences(const ProcessType& type, auto visit) {
  for (const ProcessTypeDefaults& entry : type.defaults) {
    if (!entry.channel.empty()) visit(ResourceKind::kChannel, entry.channel);
    visit(ResourceKind::kQueue, entry.queue);
    VisitReferences(entry.requirement, visit);
    VisitReferences(entry.plan, visit);
  }
  if (!type.hand_off.queue.empty()) visit(ResourceKind::kQueue, type.hand_off.queue);
  const ReviewPolicy& review = type.review;
  if (!review.process_type.empty()) visit(ResourceKind::kProcessType, review.process_type);
  for (const std::string& id : review.dispositions) visit(ResourceKind::kDisposition, id);
}
void VisitReferences(const RoutingProfile& profile, auto visit) {
  for (const RoutingProfileQueue& entry : profile.queues) visit(ResourceKind::kQueue, entry.queue);
}
void VisitReferences(const Agent& agent, auto visit) {
  visit(ResourceKind::kRoutingProfile, agent.routing_profile);
  if (!agent.team.empty()) visit(ResourceKind::kTeam, agent.team);
  if (!agent.site.empty()) visit(ResourceKind::kSite, agent.site);
  for (const SkillLevel& skill : agent.skills) visit(ResourceKind::kSkill, skill.skill);
  for (const std::string& type : agent.process_types) visit(ResourceKind::kProcessType, type);
  for (const std::string& client : agent.clients) visit(ResourceKind::kClient, client);
}

void VisitReferences(const EntryPoint& entry_point, auto visit) {
  visit(ResourceKind::kChannel, entry_point.channel);
  if (!entry_point.client.empty()) visit(ResourceKind::kClient, entry_point.client);
  if (!entry_point.process_type.empty()) {
    visit(ResourceKind::kProcessType, entry_point.process_type);
  }
  if (!entry_point.queue.empty()) visit(ResourceKind::kQueue, entry_point.queue);
}

// The kind of resource that the values of a condition are ids of; kWorkspaceSettings: of none.
inline ResourceKind KindOfValues(ContactField field) {
  switch (field) {
    case ContactField::kChannel:
      return ResourceKind::kChannel;
    case ContactField::kClient:
      return ResourceKind::kClient;
    case ContactField::kProcessType:
      return ResourceKind::kProcessType;
    case ContactField::kEntryPoint:
    case ContactField::kLanguage:
    case ContactField::kCustomerSegment:
    case ContactField::kCustomerId:
    case ContactField::kAttribute:
      return ResourceKind::kWorkspaceSettings;
  }
  return ResourceKind::kWorkspaceSettings;
}
void VisitReferences(const ClassificationRule& rule, auto visit) {
  for (const ContactCondition& condition : rule.conditions) {
    const ResourceKind kind = KindOfValues(condition.field);
    if (kind == ResourceKind::kWorkspaceSettings) continue;
    for (const std::string& value : condition.asked.values) visit(kind, value);
  }
  if (!rule.process_type.empty()) visit(ResourceKind::kProcessType, rule.process_type);
  for (const QueueShare& share : rule.queues) visit(ResourceKind::kQueue, share.queue);
  VisitReferences(rule.requirement, visit);
  VisitReferences(rule.plan, visit);
}

// --- what contacts find it by ---

// Only one resource of its kind may have it; empty for kinds that contacts name by their id.
inline std::string ContactKey(const NamedResource& /*resource*/) {
  return "";
}
inline std::string EntryPointKey(const std::string& channel, const std::string& address) {
  return channel + '\0' + address;
}
inline std::string ContactKey(const EntryPoint& entry_point) {
  const bool filled = !entry_point.address.empty();
  return EntryPointKey(entry_point.channel, filled ? entry_point.address : entry_point.id);
}
inline std::string ContactKey(const Language& language) {
  return language.tag;
}

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_RESOURCES_H_
