// Checks of a configuration as a whole: limits, duplicates, references; and its defaults.
#include <algorithm>
#include <array>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

#include "router/check.h"
#include "router/check_internal.h"
#include "router/limits.h"
#include "router/resources.h"

namespace tandem::router {
namespace {

using IdSet = absl::flat_hash_set<std::string_view>;

struct BuiltInChannel {
  const char* id;
  CapacityGroup group;
  bool has_media;
  LanguageMode mode;
};
constexpr BuiltInChannel kBuiltInChannels[] = {
    {"voice", CapacityGroup::kVoice, true, LanguageMode::kSpoken},
    {"video", CapacityGroup::kVoice, true, LanguageMode::kSpoken},
    {"callback", CapacityGroup::kVoice, true, LanguageMode::kSpoken},
    {"chat", CapacityGroup::kMessaging, false, LanguageMode::kWritten},
    {"whatsapp", CapacityGroup::kMessaging, false, LanguageMode::kWritten},
    {"sms", CapacityGroup::kMessaging, false, LanguageMode::kWritten},
    {"social", CapacityGroup::kMessaging, false, LanguageMode::kWritten},
    {"email", CapacityGroup::kEmail, false, LanguageMode::kWritten},
    {"web_form", CapacityGroup::kEmail, false, LanguageMode::kWritten},
    {"task", CapacityGroup::kTask, false, LanguageMode::kWritten},
};

// "process_types": the field of a configuration.
std::string ListName(ResourceKind kind) {
  return std::string(ToString(kind)) + "s";
}

std::string Quoted(std::string_view id) {
  return IsResourceId(id) ? "'" + std::string(id) + "'" : "this id";
}

// The ids of a configuration that is checked as a whole.
class IdSets : public References {
 public:
  bool Has(ResourceKind kind, std::string_view id) const override {
    return Of(kind).contains(id) || IsBuiltIn(kind, id);
  }
  std::string HolderOf(ResourceKind kind, const std::string& contact_key) const override {
    const auto& holders = holders_[static_cast<size_t>(kind)];
    const auto found = holders.find(contact_key);
    return found == holders.end() ? "" : found->second;
  }
  // The first one to come holds the key.
  void AddHolder(ResourceKind kind, const std::string& contact_key, const std::string& id) {
    holders_[static_cast<size_t>(kind)].emplace(contact_key, id);
  }
  std::string OverflowOf(const std::string& queue) const override {
    const auto found = overflows_.find(queue);
    return found == overflows_.end() ? "" : found->second;
  }
  void AddOverflow(const Queue& queue) {
    if (queue.when_closed == WhenClosed::kOverflow) {
      overflows_.emplace(queue.id, queue.overflow_queue);
    }
  }
  const ProcessType* FindProcessType(const std::string& id) const override {
    const auto found = process_types_.find(id);
    return found == process_types_.end() ? nullptr : found->second;
  }
  void AddProcessType(const ProcessType& type) { process_types_.emplace(type.id, &type); }
  // False when the id is there already.
  bool Add(ResourceKind kind, std::string_view id) { return Of(kind).insert(id).second; }
  void Reserve(ResourceKind kind, size_t count) { Of(kind).reserve(count); }

 private:
  IdSet& Of(ResourceKind kind) { return sets_[static_cast<size_t>(kind)]; }
  const IdSet& Of(ResourceKind kind) const { return sets_[static_cast<size_t>(kind)]; }

  static constexpr size_t kSets = static_cast<size_t>(kLastResourceKind) + 1;
  std::array<IdSet, kSets> sets_;
  std::array<absl::flat_hash_map<std::string, std::string>, kSets> holders_;
  absl::flat_hash_map<std::string, std::string> overflows_;
  absl::flat_hash_map<std::string, const ProcessType*> process_types_;
};

// What there is, and the resource that is about to be.
class ReferencesWith : public References {
 public:
  ReferencesWith(const References& others, const Resource& resource)
      : others_(others),
        kind_(KindOf(resource)),
        id_(NamedOf(resource).id),
        queue_(std::get_if<Queue>(&resource)),
        type_(std::get_if<ProcessType>(&resource)) {}
  bool Has(ResourceKind kind, std::string_view id) const override {
    return (kind == kind_ && id == id_) || others_.Has(kind, id);
  }
  std::string HolderOf(ResourceKind kind, const std::string& contact_key) const override {
    return others_.HolderOf(kind, contact_key);
  }
  std::string OverflowOf(const std::string& queue) const override {
    if (queue_ == nullptr || queue_->id != queue) return others_.OverflowOf(queue);
    return queue_->when_closed == WhenClosed::kOverflow ? queue_->overflow_queue : "";
  }
  uint32_t HopsTo(const std::string& queue) const override { return others_.HopsTo(queue); }
  const ProcessType* FindProcessType(const std::string& id) const override {
    return type_ != nullptr && type_->id == id ? type_ : others_.FindProcessType(id);
  }

 private:
  const References& others_;
  const ResourceKind kind_;
  const std::string& id_;
  const Queue* const queue_;  // null: it is of another kind
  const ProcessType* const type_;
};

void CheckSettings(const WorkspaceSettings& settings, const FieldPath& prefix, Faults& faults) {
  faults.Text(settings.time_zone, kMaxIdBytes, prefix + "time_zone");
  if (settings.session_grace) {
    faults.Span(*settings.session_grace, Seconds(1), kMaxSessionGrace, prefix + "session_grace");
  }
  if (settings.cool_down) {
    faults.Span(*settings.cool_down, Duration{}, kMaxCoolDown, prefix + "cool_down");
  }
  const FieldPath limits = prefix + "return_after.";
  for (size_t group = 0; group < kCapacityGroups; ++group) {
    const std::optional<Duration>& after = settings.return_after[group];
    if (!after) continue;
    faults.Span(*after, Duration{}, kMaxReturnAfter,
                limits + FieldNameOf(static_cast<CapacityGroup>(group)));
  }
}

// Checks resources one by one, each against the ids that it may name.
class ResourceChecker {
 public:
  ResourceChecker(const References& references, Faults& faults)
      : references_(references), faults_(faults) {}

  // What every kind has.
  void CheckNames(const NamedResource& resource, const FieldPath& path) {
    faults_.Id(resource.id, path + ".id");
    faults_.Text(resource.display_name, kMaxDisplayNameBytes, path + ".display_name");
  }

  // The rest. Kinds with no more than names have nothing else to check.
  void Check(NamedResource& /*resource*/, const FieldPath& /*path*/) {}
  void Check(Client& client, const FieldPath& path) {
    if (!client.fair_share) return;
    const FairShare& share = *client.fair_share;
    const FieldPath at = path + ".fair_share";
    faults_.Range(share.weight, 0, kMaxClientWeight, at + ".weight");
    faults_.Range(share.floor, 0, kMaxClientTickets, at + ".floor");
    if (share.ceiling == 0) return;
    faults_.Range(share.ceiling, share.floor, kMaxClientTickets, at + ".ceiling");
  }
  void Check(Team& team, const FieldPath& path) {
    faults_.Range(team.max_paused, 0, kMaxPaused, path + ".max_paused");
    faults_.Range(team.max_paused_percent, 0, 100, path + ".max_paused_percent");
  }
  void Check(Site& site, const FieldPath& path) {
    faults_.Text(site.time_zone, kMaxIdBytes, path + ".time_zone");
  }
  void Check(Channel& channel, const FieldPath& path) {
    faults_.Range(channel.misses_allowed, 0, kMaxMissesAllowed, path + ".misses_allowed");
    if (channel.reply_within && channel.reply_within->us != 0) {
      faults_.Span(*channel.reply_within, kMinReplyWithin, kMaxReplyWithin, path + ".reply_within");
    }
  }
  void Check(Queue& queue, const FieldPath& path) {
    OptionalReference(ResourceKind::kClient, queue.client, path + ".client");
    if (queue.priority_step) {
      faults_.Span(*queue.priority_step, Duration{}, kMaxPriorityStep, path + ".priority_step");
    }
    SpanIfSet(queue.offer_timeout, kMinOfferTimeout, kMaxOfferTimeout, path + ".offer_timeout");
    SpanIfSet(queue.connect_timeout, Seconds(1), kMaxConnectTimeout, path + ".connect_timeout");
    SpanIfSet(queue.lease_duration, Seconds(1), kMaxLease, path + ".lease_duration");
    faults_.Range(queue.max_waiting, 0, kMaxQueueWaiting, path + ".max_waiting");
    faults_.Range(queue.concurrent_offers, 0, kMaxConcurrentOffers, path + ".concurrent_offers");
    if (queue.auto_accept && queue.concurrent_offers > 1) {
      faults_.Add(
          Reason::kFieldOutOfRange, path + ".concurrent_offers",
          "expected 1 with auto_accept, but found " + std::to_string(queue.concurrent_offers));
    }
    if (queue.last_agent_wait) {
      faults_.Span(*queue.last_agent_wait, Duration{}, kMaxLastAgentWait,
                   path + ".last_agent_wait");
    }
    faults_.PlanOf(queue.plan, path + ".plan");
    ReferencesOf(queue.plan, path + ".plan");
    faults_.LateWorkOf(queue, path + ".late_work");
    OptionalReference(ResourceKind::kCalendar, queue.calendar, path + ".calendar");
    OptionalReference(ResourceKind::kQueue, queue.overflow_queue, path + ".overflow_queue");
    if (queue.when_closed == WhenClosed::kOverflow) CheckOverflow(queue, path + ".overflow_queue");
    faults_.Range(queue.callbacks.max_attempts, 0, kMaxCallbackAttempts,
                  path + ".callbacks.max_attempts");
    SpanIfSet(queue.callbacks.retry_delay, kMinRetryDelay, kMaxRetryDelay,
              path + ".callbacks.retry_delay");
  }

  void Check(Calendar& calendar, const FieldPath& path) { CheckCalendar(calendar, path, faults_); }

  void Check(ProcessType& type, const FieldPath& path) {
    OptionalReference(ResourceKind::kQueue, type.hand_off.queue, path + ".hand_off.queue");
    faults_.Range(type.hand_off.min_confidence_milli, 0, kFullConfidence,
                  path + ".hand_off.min_confidence");
    CheckReviews(type.review, references_, path + ".review", faults_);
    faults_.Count(type.defaults.size(), kMaxProcessTypeDefaults, path + ".defaults");
    IdSet channels;
    for (size_t i = 0; i < type.defaults.size(); ++i) {
      ProcessTypeDefaults& entry = type.defaults[i];
      const FieldPath at = path.At(".defaults", i);
      OptionalReference(ResourceKind::kChannel, entry.channel, at + ".channel");
      if (!channels.insert(entry.channel).second) {
        faults_.Add(Reason::kIdDuplicate, at + ".channel",
                    "expected one entry per channel, but there is one before");
      }
      Reference(ResourceKind::kQueue, entry.queue, at + ".queue");
      faults_.RequirementOf(entry.requirement, at + ".requirement");
      ReferencesOf(entry.requirement, at + ".requirement");
      faults_.PlanOf(entry.plan, at + ".plan");
      ReferencesOf(entry.plan, at + ".plan");
      SpanIfSet(entry.answer_target, Seconds(1), kMaxAnswerTarget, at + ".answer_target");
      SpanIfSet(entry.due_after, Seconds(1), kMaxDueAfter, at + ".due_after");
      SpanIfSet(entry.expected_handling_time, Seconds(1), kMaxHandlingTime,
                at + ".expected_handling_time");
      if (entry.wrap_up_limit) {
        faults_.Span(*entry.wrap_up_limit, Duration{}, kMaxWrapUp, at + ".wrap_up_limit");
      }
      faults_.Span(entry.reopen_within, Duration{}, kMaxReopenWithin, at + ".reopen_within");
      SpanIfSet(entry.auto_park_after, kMinSilence, kMaxSilence, at + ".auto_park_after");
      SpanIfSet(entry.auto_close_after, kMinSilence, kMaxSilence, at + ".auto_close_after");
    }
  }

  void Check(RoutingProfile& profile, const FieldPath& path) {
    if (profile.queues.empty()) {
      faults_.Add(Reason::kFieldRequired, path + ".queues", "expected a queue, but there is none");
    }
    faults_.Count(profile.queues.size(), kMaxRoutingProfileQueues, path + ".queues");
    faults_.Range(profile.live_reserve, 0, kMaxLiveReserve, path + ".live_reserve");
    faults_.Range(profile.back_floor, 0, kMaxBackFloor, path + ".back_floor");
    IdSet queues;
    for (size_t i = 0; i < profile.queues.size(); ++i) {
      const FieldPath at = path.At(".queues", i);
      Reference(ResourceKind::kQueue, profile.queues[i].queue, at + ".queue");
      faults_.Range(profile.queues[i].rank, 0, kMaxRank, at + ".rank");
      faults_.Span(profile.queues[i].delay, Duration{}, kMaxQueueDelay, at + ".delay");
      if (!queues.insert(profile.queues[i].queue).second) {
        faults_.Add(Reason::kIdDuplicate, at + ".queue",
                    "expected each queue once, but it is listed before");
      }
    }
  }

  void Check(Agent& agent, const FieldPath& path) {
    OptionalReference(ResourceKind::kTeam, agent.team, path + ".team");
    OptionalReference(ResourceKind::kSite, agent.site, path + ".site");
    Reference(ResourceKind::kRoutingProfile, agent.routing_profile, path + ".routing_profile");
    faults_.Range(agent.cost_per_hour_milli, 0, kMaxCostPerHourMilli,
                  path + ".cost_per_hour_milli");
    CheckAgentSkills(agent, path);
    CheckAgentLanguages(agent, path);
    CheckAgentReferences(ResourceKind::kProcessType, agent.process_types, kMaxAgentProcessTypes,
                         path + ".process_types");
    CheckAgentReferences(ResourceKind::kClient, agent.clients, kMaxAgentClients, path + ".clients");
    CheckAgentAttributes(agent, path + ".attributes");
    if (!agent.capacity) return;
    faults_.Range(agent.capacity->total_units, 0, kMaxUnits, path + ".capacity.total_units");
    for (const GroupCapacity& group : agent.capacity->groups) {
      faults_.Range(group.max, 0, kMaxGroupTickets, path + ".capacity.groups.max");
      faults_.Range(group.units_per_ticket, 0, kMaxUnits,
                    path + ".capacity.groups.units_per_ticket");
    }
    CheckInterruptions(*agent.capacity, path + ".capacity.groups.interrupts");
  }

  void CheckInterruptions(const Capacity& capacity, const FieldPath& field) {
    for (size_t i = 0; i < kCapacityGroups; ++i) {
      uint32_t interrupted = 0;
      for (const CapacityGroup other : capacity.groups[i].interrupts) {
        const auto& back = capacity.groups[static_cast<size_t>(other)].interrupts;
        if (static_cast<size_t>(other) == i ||
            std::find(back.begin(), back.end(), static_cast<CapacityGroup>(i)) != back.end()) {
          faults_.Add(Reason::kFieldMalformed, field,
                      "expected other groups, which don't interrupt it, but two interrupt each "
                      "other, or one itself");
        }
        if ((interrupted & BitOf(other)) != 0) {
          faults_.Add(Reason::kIdDuplicate, field,
                      "expected each group once, but one is there twice");
        }
        interrupted |= BitOf(other);
      }
    }
  }

  void Check(EntryPoint& entry_point, const FieldPath& path) {
    Reference(ResourceKind::kChannel, entry_point.channel, path + ".channel");
    faults_.Text(entry_point.address, kMaxEntryPointBytes, path + ".address");
    OptionalReference(ResourceKind::kClient, entry_point.client, path + ".client");
    OptionalReference(ResourceKind::kProcessType, entry_point.process_type, path + ".process_type");
    if (!entry_point.language.empty()) faults_.Tag(entry_point.language, path + ".language");
    OptionalReference(ResourceKind::kQueue, entry_point.queue, path + ".queue");
    faults_.Range(entry_point.priority.value_or(0), 0, kMaxPriority, path + ".priority");
  }

  void Check(Language& language, const FieldPath& path) {
    if (language.tag.empty()) {
      faults_.Add(Reason::kFieldRequired, path + ".tag", "expected a tag, but it is empty");
    } else {
      faults_.Tag(language.tag, path + ".tag");
    }
  }

  void Check(ClassificationRule& rule, const FieldPath& path) {
    faults_.Range(rule.order, 0, kMaxRuleOrder, path + ".order");
    CheckConditions(rule.conditions, path + ".conditions");
    OptionalReference(ResourceKind::kProcessType, rule.process_type, path + ".process_type");
    faults_.Count(rule.queues.size(), kMaxQueueShares, path + ".queues");
    IdSet queues;
    for (size_t i = 0; i < rule.queues.size(); ++i) {
      const QueueShare& share = rule.queues[i];
      const FieldPath at = path.At(".queues", i);
      Reference(ResourceKind::kQueue, share.queue, at + ".queue");
      faults_.Range(share.weight, 0, kMaxQueueWeight, at + ".weight");
      if (!queues.insert(share.queue).second) {
        faults_.Add(Reason::kIdDuplicate, at + ".queue",
                    "expected each queue once, but it is listed before");
      }
    }
    faults_.Range(rule.priority.value_or(0), 0, kMaxPriority, path + ".priority");
    faults_.RequirementOf(rule.requirement, path + ".requirement");
    ReferencesOf(rule.requirement, path + ".requirement");
    faults_.Text(rule.agent_attribute, kMaxAttributeKeyBytes, path + ".agent_attribute");
    faults_.PlanOf(rule.plan, path + ".plan");
    ReferencesOf(rule.plan, path + ".plan");
    const bool says = !rule.process_type.empty() || !rule.queues.empty() || rule.priority ||
                      rule.requirement != Requirement{} || !rule.agent_attribute.empty() ||
                      !rule.plan.empty();
    if (!says && !rule.last) {
      faults_.Add(Reason::kFieldRequired, path,
                  "expected something to fill in, or the last rule, but it is neither");
    }
  }

  // That it is the only one by what contacts find it by. Requires that the rest is checked.
  void CheckContactKey(const NamedResource& /*resource*/, const FieldPath& /*path*/) {}
  void CheckContactKey(const EntryPoint& entry_point, const FieldPath& path) {
    OnlyHolder(entry_point, path + ".address",
               "an address that no other entry point of its channel has");
  }
  void CheckContactKey(const Language& language, const FieldPath& path) {
    OnlyHolder(language, path + ".tag", "a tag that no other language has");
  }

 private:
  void CheckConditions(std::vector<ContactCondition>& conditions, const FieldPath& path) {
    faults_.Count(conditions.size(), kMaxContactConditions, path);
    size_t bytes = 0;
    for (size_t i = 0; i < conditions.size(); ++i) {
      ContactCondition& condition = conditions[i];
      CheckCondition(condition, path.At("", i));
      bytes += condition.asked.key.size();
      for (const std::string& value : condition.asked.values) bytes += value.size();
    }
    faults_.Bytes(bytes, kMaxConditionBytes, path);
  }

  void CheckCondition(ContactCondition& condition, const FieldPath& path) {
    AttributePredicate& asked = condition.asked;
    const bool of_attribute = condition.field == ContactField::kAttribute;
    faults_.Text(asked.key, kMaxAttributeKeyBytes, path + ".attribute");
    if (of_attribute && asked.key.empty()) {
      faults_.Add(Reason::kFieldRequired, path + ".attribute", "expected a key, but it is empty");
    } else if (!of_attribute && (!asked.key.empty() || asked.min || asked.max)) {
      faults_.Add(Reason::kFieldMalformed, path,
                  "expected a key and bounds of an attribute only, but found one of another field");
    }
    faults_.Count(asked.values.size(), kMaxPredicateValues, path + ".values");
    const ResourceKind kind = KindOfValues(condition.field);
    for (size_t i = 0; i < asked.values.size(); ++i) {
      const FieldPath at = path.At(".values", i);
      faults_.Text(asked.values[i], kMaxAttributeValueBytes, at);
      if (condition.field == ContactField::kLanguage) faults_.Tag(asked.values[i], at);
      if (kind != ResourceKind::kWorkspaceSettings) Reference(kind, asked.values[i], at);
    }
    std::sort(asked.values.begin(), asked.values.end());
    faults_.BoundsOf(asked, path);
  }

  void CheckOverflow(const Queue& queue, const FieldPath& path) {
    if (queue.overflow_queue.empty()) {
      faults_.Add(Reason::kFieldRequired, path, "expected a queue to overflow to, but it is empty");
    }
    std::string at = queue.overflow_queue;
    for (uint32_t hops = references_.HopsTo(queue.id) + 1; !at.empty(); ++hops) {
      if (hops > kMaxOverflowHops || at == queue.id) {
        faults_.Add(Reason::kOverflowEndless, path,
                    "expected overflowing to end within " + std::to_string(kMaxOverflowHops) +
                        " queues, but over " + Quoted(queue.id) + " it does not");
        return;
      }
      at = references_.OverflowOf(at);
    }
  }

  template <typename R>
  void OnlyHolder(const R& resource, const FieldPath& path, const std::string& expected) {
    const std::string holder = references_.HolderOf(KindOf<R>(), ContactKey(resource));
    if (holder.empty() || holder == resource.id) return;
    faults_.Add(Reason::kIdDuplicate, path,
                "expected " + expected + ", but " + Quoted(holder) + " has it");
  }

  void Reference(ResourceKind kind, std::string_view id, const FieldPath& path) {
    if (references_.Has(kind, id)) return;
    faults_.Add(Reason::kReferenceBroken, path,
                "expected a configured " + InWords(kind) + ", but there is no " + Quoted(id));
  }
  void OptionalReference(ResourceKind kind, std::string_view id, const FieldPath& path) {
    if (!id.empty()) Reference(kind, id, path);
  }

  void SpanIfSet(Duration value, Duration low, Duration high, const FieldPath& path) {
    if (value.us != 0) faults_.Span(value, low, high, path);
  }

  // Of a requirement or a plan.
  template <typename Asking>
  void ReferencesOf(const Asking& asking, const FieldPath& path) {
    VisitReferences(asking,
                    [&](ResourceKind kind, const std::string& id) { Reference(kind, id, path); });
  }

  void CheckAgentSkills(const Agent& agent, const FieldPath& path) {
    faults_.Count(agent.skills.size(), kMaxAgentSkills, path + ".skills");
    IdSet seen;
    for (size_t i = 0; i < agent.skills.size(); ++i) {
      const FieldPath at = path.At(".skills", i);
      Reference(ResourceKind::kSkill, agent.skills[i].skill, at + ".skill");
      faults_.Range(agent.skills[i].level, 1, kMaxSkillLevel, at + ".level");
      if (!seen.insert(agent.skills[i].skill).second) {
        faults_.Add(Reason::kIdDuplicate, at + ".skill",
                    "expected each skill once, but it is listed before");
      }
    }
  }

  void CheckAgentLanguages(Agent& agent, const FieldPath& path) {
    faults_.Count(agent.languages.size(), kMaxAgentLanguages, path + ".languages");
    absl::flat_hash_set<std::string> seen;
    for (size_t i = 0; i < agent.languages.size(); ++i) {
      const FieldPath at = path.At(".languages", i);
      faults_.Tag(agent.languages[i].tag, at + ".tag");
      if (!seen.insert(agent.languages[i].tag).second) {
        faults_.Add(Reason::kIdDuplicate, at + ".tag",
                    "expected each tag once, but it is listed before");
      }
    }
  }

  void CheckAgentAttributes(const Agent& agent, const FieldPath& path) {
    faults_.Count(agent.attributes.size(), kMaxAgentAttributes, path);
    for (const auto& [key, value] : agent.attributes) {
      faults_.Id(key, path);
      faults_.Text(value, kMaxAgentAttributeValueBytes, path);
    }
  }

  void CheckAgentReferences(ResourceKind kind, const std::vector<std::string>& references,
                            size_t max, const FieldPath& path) {
    faults_.Count(references.size(), max, path);
    for (size_t i = 0; i < references.size(); ++i) {
      Reference(kind, references[i], path.At("", i));
    }
  }

  const References& references_;
  Faults& faults_;
};

class ConfigurationChecker {
 public:
  ConfigurationChecker(Configuration& configuration, std::string_view prefix)
      : configuration_(configuration), prefix_(prefix.empty() ? "" : std::string(prefix) + ".") {}

  std::optional<Rejection> Run() {
    CheckSettings(configuration_, prefix_, faults_);
    ForEachList(configuration_, [&](auto& list) { CheckIds(list); });
    ForEachList(configuration_, [&](auto& list) {
      Each(list, [&](auto& resource, const FieldPath& path) { checker_.Check(resource, path); });
    });
    ForEachList(configuration_, [&](auto& list) { CheckContactKeys(list); });
    return faults_.Take();
  }

 private:
  template <typename R>
  void CheckIds(std::vector<R>& list) {
    constexpr ResourceKind kind = KindOf<R>();
    const std::string name = prefix_ + ListName(kind);
    faults_.Count(list.size(), MaxResources(kind), name);
    ids_.Reserve(kind, list.size());
    Each(list, [&](R& resource, const FieldPath& path) {
      checker_.CheckNames(resource, path);
      if constexpr (std::is_same_v<R, Queue>) ids_.AddOverflow(resource);
      if constexpr (std::is_same_v<R, ProcessType>) ids_.AddProcessType(resource);
      if (ids_.Add(kind, resource.id)) return;
      faults_.Add(
          Reason::kIdDuplicate, path + ".id",
          "expected an id that is used once, but " + Quoted(resource.id) + " is used before");
    });
  }

  // Tags are canonical by now.
  template <typename R>
  void CheckContactKeys(std::vector<R>& list) {
    Each(list, [&](R& resource, const FieldPath& path) {
      const std::string key = ContactKey(resource);
      if (key.empty()) return;
      ids_.AddHolder(KindOf<R>(), key, resource.id);
      checker_.CheckContactKey(resource, path);
    });
  }

  template <typename R, typename Function>
  void Each(std::vector<R>& list, Function check) {
    const std::string name = prefix_ + ListName(KindOf<R>());
    const FieldPath all = name;
    for (size_t i = 0; i < list.size(); ++i) check(list[i], all.At("", i));
  }

  Configuration& configuration_;
  const std::string prefix_;
  Faults faults_;
  IdSets ids_;
  ResourceChecker checker_{ids_, faults_};
};

// Fills in the defaults of single resources, given the settings and the queues of their workspace.
class Filler {
 public:
  Filler(const WorkspaceSettings& settings, const UrgencyOf& urgency_of)
      : settings_(settings), urgency_of_(urgency_of) {}

  void Fill(NamedResource& /*resource*/) const {}
  void Fill(Site& site) const {
    if (site.time_zone.empty()) site.time_zone = settings_.time_zone;
  }
  void Fill(Channel& channel) const {
    if (channel.misses_allowed == 0) {
      channel.misses_allowed = channel.group == CapacityGroup::kVoice ? 1 : 3;
    }
    // After that WhatsApp takes templates only.
    if (!channel.reply_within) {
      channel.reply_within = channel.id == "whatsapp" ? Hours(24) : Duration{};
    }
  }
  void Fill(Queue& queue) const {
    const bool live = queue.urgency == Urgency::kLive;
    if (!queue.priority_step) queue.priority_step = live ? Seconds(60) : Hours(4);
    if (queue.offer_timeout.us == 0) queue.offer_timeout = live ? Seconds(20) : Seconds(120);
    if (queue.connect_timeout.us == 0) queue.connect_timeout = Seconds(30);
    if (queue.lease_duration.us == 0) queue.lease_duration = Minutes(15);
    if (queue.concurrent_offers == 0) queue.concurrent_offers = 1;
    if (!queue.last_agent_wait) queue.last_agent_wait = live ? Seconds(30) : Minutes(10);
    LateWork& late = queue.late_work;
    if (late.order == LateOrder::kAfterPunctual && !late.every) late.every = 10;
    if (queue.callbacks.max_attempts == 0) queue.callbacks.max_attempts = 3;
    if (queue.callbacks.retry_delay.us == 0) queue.callbacks.retry_delay = Minutes(15);
  }
  void Fill(ProcessType& type) const {
    FillReviews(type.review);
    for (ProcessTypeDefaults& entry : type.defaults) {
      if (entry.answer_target.us == 0) {
        entry.answer_target = urgency_of_(entry.queue) == Urgency::kLive ? Seconds(20) : Hours(4);
      }
      if (entry.due_after.us == 0) entry.due_after = Hours(8);
      if (entry.expected_handling_time.us == 0) entry.expected_handling_time = Minutes(5);
      if (!entry.wrap_up_limit) entry.wrap_up_limit = Seconds(60);
    }
  }
  void Fill(RoutingProfile& profile) const {
    for (RoutingProfileQueue& queue : profile.queues) {
      if (queue.rank == 0) queue.rank = 1;
    }
  }
  void Fill(Agent& agent) const {
    if (!agent.capacity) {
      agent.capacity.emplace();
      agent.capacity->total_units = 1;
      for (GroupCapacity& group : agent.capacity->groups) group.max = 1;
    }
    if (agent.capacity->total_units == 0) agent.capacity->total_units = kMaxUnits;
    for (GroupCapacity& group : agent.capacity->groups) {
      if (group.units_per_ticket == 0) group.units_per_ticket = 1;
    }
  }
  void Fill(ClassificationRule& rule) const {
    for (QueueShare& share : rule.queues) {
      if (share.weight == 0) share.weight = 1;
    }
  }
  void Fill(Calendar& calendar) const {
    if (calendar.time_zone.empty()) calendar.time_zone = settings_.time_zone;
  }
  void Fill(EntryPoint& entry_point) const {
    if (entry_point.address.empty()) entry_point.address = entry_point.id;
  }

 private:
  const WorkspaceSettings& settings_;
  const UrgencyOf& urgency_of_;
};

void AddBuiltInChannels(std::vector<Channel>& channels) {
  for (const BuiltInChannel& built_in : kBuiltInChannels) {
    const bool present = std::any_of(channels.begin(), channels.end(),
                                     [&](const Channel& c) { return c.id == built_in.id; });
    if (present) continue;
    Channel channel;
    channel.id = built_in.id;
    channel.group = built_in.group;
    channel.has_media = built_in.has_media;
    channel.language_mode = built_in.mode;
    channels.push_back(std::move(channel));
  }
}

}  // namespace

bool IsBuiltIn(ResourceKind kind, std::string_view id) {
  return kind == ResourceKind::kChannel &&
         std::any_of(std::begin(kBuiltInChannels), std::end(kBuiltInChannels),
                     [&](const BuiltInChannel& built_in) { return built_in.id == id; });
}

std::optional<Rejection> CheckConfiguration(Configuration& configuration, std::string_view prefix) {
  return ConfigurationChecker(configuration, prefix).Run();
}

std::optional<Rejection> CheckResource(Resource& resource, const References& references) {
  Faults faults;
  const ReferencesWith all(references, resource);
  ResourceChecker checker(all, faults);
  const FieldPath path = ToString(KindOf(resource));
  std::visit(
      [&](auto& one) {
        checker.CheckNames(one, path);
        checker.Check(one, path);
        checker.CheckContactKey(one, path);
      },
      resource);
  return faults.Take();
}

std::optional<Rejection> CheckSettings(const WorkspaceSettings& settings, std::string_view prefix) {
  Faults faults;
  const std::string above = std::string(prefix) + ".";
  CheckSettings(settings, above, faults);
  return faults.Take();
}

void FillDefaults(WorkspaceSettings& settings) {
  if (settings.time_zone.empty()) settings.time_zone = "UTC";
  if (!settings.session_grace) settings.session_grace = Seconds(15);
  if (!settings.cool_down) settings.cool_down = Seconds(60);
  for (size_t group = 0; group < kCapacityGroups; ++group) {
    if (settings.return_after[group]) continue;
    const bool messaging = static_cast<CapacityGroup>(group) == CapacityGroup::kMessaging;
    settings.return_after[group] = messaging ? Seconds(90) : Duration{};
  }
}

void FillDefaults(Resource& resource, const WorkspaceSettings& settings,
                  const UrgencyOf& urgency_of) {
  const Filler filler(settings, urgency_of);
  std::visit([&](auto& one) { filler.Fill(one); }, resource);
}

void FillDefaults(Configuration& configuration) {
  FillDefaults(static_cast<WorkspaceSettings&>(configuration));
  AddBuiltInChannels(configuration.channels);
  absl::flat_hash_map<std::string_view, Urgency> urgencies;
  for (const Queue& queue : configuration.queues) urgencies.emplace(queue.id, queue.urgency);
  const UrgencyOf urgency_of = [&](const std::string& queue) { return urgencies.at(queue); };
  const Filler filler(configuration, urgency_of);
  ForEachList(configuration, [&](auto& list) {
    for (auto& resource : list) filler.Fill(resource);
  });
}

}  // namespace tandem::router
