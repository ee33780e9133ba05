// Checks of a configuration as a whole: limits, duplicates, references; and its defaults.
#include <algorithm>
#include <string_view>

#include "absl/container/flat_hash_set.h"

#include "router/check.h"
#include "router/check_internal.h"
#include "router/limits.h"

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

class ConfigurationChecker {
 public:
  ConfigurationChecker(Configuration& configuration, std::string_view prefix)
      : configuration_(configuration), prefix_(prefix.empty() ? "" : std::string(prefix) + ".") {}

  std::optional<Rejection> Run() {
    faults_.Text(configuration_.time_zone, kMaxIdBytes, prefix_ + "time_zone");
    clients_ = Ids(configuration_.clients, kMaxClients, "clients");
    sites_ = Ids(configuration_.sites, kMaxSites, "sites");
    teams_ = Ids(configuration_.teams, kMaxTeams, "teams");
    skills_ = Ids(configuration_.skills, kMaxSkills, "skills");
    channels_ = Ids(configuration_.channels, kMaxChannels, "channels");
    for (const BuiltInChannel& channel : kBuiltInChannels) channels_.insert(channel.id);
    queues_ = Ids(configuration_.queues, kMaxQueues, "queues");
    process_types_ = Ids(configuration_.process_types, kMaxProcessTypes, "process_types");
    routing_profiles_ =
        Ids(configuration_.routing_profiles, kMaxRoutingProfiles, "routing_profiles");
    Ids(configuration_.agents, kMaxAgents, "agents");
    Ids(configuration_.dispositions, kMaxDispositions, "dispositions");
    Ids(configuration_.not_ready_reasons, kMaxNotReadyReasons, "not_ready_reasons");
    if (configuration_.session_grace) {
      faults_.Span(*configuration_.session_grace, Seconds(1), kMaxSessionGrace,
                   prefix_ + "session_grace");
    }
    if (configuration_.cool_down) {
      faults_.Span(*configuration_.cool_down, Duration{}, kMaxCoolDown, prefix_ + "cool_down");
    }
    Each(configuration_.sites, "sites", [&](Site& site, const std::string& path) {
      faults_.Text(site.time_zone, kMaxIdBytes, path + ".time_zone");
    });
    Each(configuration_.channels, "channels", [&](Channel& channel, const std::string& path) {
      faults_.Range(channel.misses_allowed, 0, kMaxMissesAllowed, path + ".misses_allowed");
    });
    Each(configuration_.queues, "queues",
         [&](Queue& queue, const std::string& path) { CheckQueue(queue, path); });
    Each(configuration_.process_types, "process_types",
         [&](ProcessType& type, const std::string& path) { CheckProcessType(type, path); });
    Each(configuration_.routing_profiles, "routing_profiles",
         [&](RoutingProfile& profile, const std::string& path) {
           CheckRoutingProfile(profile, path);
         });
    Each(configuration_.agents, "agents",
         [&](Agent& agent, const std::string& path) { CheckAgent(agent, path); });
    return faults_.Take();
  }

 private:
  template <typename Resource>
  IdSet Ids(const std::vector<Resource>& resources, size_t max, const char* name) {
    faults_.Count(resources.size(), max, prefix_ + name);
    IdSet ids;
    ids.reserve(resources.size());
    for (size_t i = 0; i < resources.size(); ++i) {
      const std::string path = prefix_ + name + "[" + std::to_string(i) + "]";
      faults_.Id(resources[i].id, path + ".id");
      faults_.Text(resources[i].display_name, kMaxDisplayNameBytes, path + ".display_name");
      if (!ids.insert(resources[i].id).second) {
        faults_.Add(
            Reason::kIdDuplicate, path + ".id",
            "expected an id that is used once, but " + Quoted(resources[i].id) + " is used before");
      }
    }
    return ids;
  }

  template <typename Resource, typename Function>
  void Each(std::vector<Resource>& resources, const char* name, Function check) {
    for (size_t i = 0; i < resources.size(); ++i) {
      check(resources[i], prefix_ + name + "[" + std::to_string(i) + "]");
    }
  }

  static std::string Quoted(std::string_view id) {
    return IsResourceId(id) ? "'" + std::string(id) + "'" : "this id";
  }

  void Reference(const IdSet& ids, std::string_view id, const char* kind, const std::string& path) {
    if (ids.contains(id)) return;
    faults_.Add(Reason::kReferenceBroken, path,
                std::string("expected a configured ") + kind + ", but there is no " + Quoted(id));
  }
  void OptionalReference(const IdSet& ids, std::string_view id, const char* kind,
                         const std::string& path) {
    if (!id.empty()) Reference(ids, id, kind, path);
  }

  void SpanIfSet(Duration value, Duration low, Duration high, const std::string& path) {
    if (value.us != 0) faults_.Span(value, low, high, path);
  }

  void CheckQueue(const Queue& queue, const std::string& path) {
    OptionalReference(clients_, queue.client, "client", path + ".client");
    if (queue.priority_step) {
      faults_.Span(*queue.priority_step, Duration{}, kMaxPriorityStep, path + ".priority_step");
    }
    SpanIfSet(queue.offer_timeout, kMinOfferTimeout, kMaxOfferTimeout, path + ".offer_timeout");
    SpanIfSet(queue.connect_timeout, Seconds(1), kMaxConnectTimeout, path + ".connect_timeout");
    SpanIfSet(queue.lease_duration, Seconds(1), kMaxLease, path + ".lease_duration");
    faults_.Range(queue.max_waiting, 0, kMaxQueueWaiting, path + ".max_waiting");
  }

  void CheckProcessType(ProcessType& type, const std::string& path) {
    faults_.Count(type.defaults.size(), kMaxProcessTypeDefaults, path + ".defaults");
    IdSet channels;
    for (size_t i = 0; i < type.defaults.size(); ++i) {
      ProcessTypeDefaults& entry = type.defaults[i];
      const std::string at = path + ".defaults[" + std::to_string(i) + "]";
      OptionalReference(channels_, entry.channel, "channel", at + ".channel");
      if (!channels.insert(entry.channel).second) {
        faults_.Add(Reason::kIdDuplicate, at + ".channel",
                    "expected one entry per channel, but there is one before");
      }
      Reference(queues_, entry.queue, "queue", at + ".queue");
      faults_.RequirementOf(entry.requirement, at + ".requirement");
      RequirementReferences(entry.requirement, at + ".requirement");
      SpanIfSet(entry.answer_target, Seconds(1), kMaxAnswerTarget, at + ".answer_target");
      SpanIfSet(entry.due_after, Seconds(1), kMaxDueAfter, at + ".due_after");
      SpanIfSet(entry.expected_handling_time, Seconds(1), kMaxHandlingTime,
                at + ".expected_handling_time");
      if (entry.wrap_up_limit) {
        faults_.Span(*entry.wrap_up_limit, Duration{}, kMaxWrapUp, at + ".wrap_up_limit");
      }
    }
  }

  void RequirementReferences(const Requirement& requirement, const std::string& path) {
    struct Visitor {
      ConfigurationChecker& checker;
      const std::string& path;
      void operator()(const SkillLevel& p) const {
        checker.Reference(checker.skills_, p.skill, "skill", path);
      }
      void operator()(const LanguageRequirement&) const {}
      void operator()(const ProcessTypePredicate& p) const {
        checker.Reference(checker.process_types_, p.process_type, "process type", path);
      }
      void operator()(const SitePredicate& p) const {
        checker.Reference(checker.sites_, p.site, "site", path);
      }
    };
    for (const Clause& clause : requirement) {
      for (const Predicate& predicate : clause) std::visit(Visitor{*this, path}, predicate);
    }
  }

  void CheckRoutingProfile(const RoutingProfile& profile, const std::string& path) {
    if (profile.queues.empty()) {
      faults_.Add(Reason::kFieldRequired, path + ".queues", "expected a queue, but there is none");
    }
    faults_.Count(profile.queues.size(), kMaxRoutingProfileQueues, path + ".queues");
    faults_.Range(profile.live_reserve, 0, kMaxLiveReserve, path + ".live_reserve");
    IdSet queues;
    for (size_t i = 0; i < profile.queues.size(); ++i) {
      const std::string at = path + ".queues[" + std::to_string(i) + "]";
      Reference(queues_, profile.queues[i].queue, "queue", at + ".queue");
      faults_.Range(profile.queues[i].rank, 0, kMaxRank, at + ".rank");
      if (!queues.insert(profile.queues[i].queue).second) {
        faults_.Add(Reason::kIdDuplicate, at + ".queue",
                    "expected each queue once, but it is listed before");
      }
    }
  }

  void CheckAgent(Agent& agent, const std::string& path) {
    OptionalReference(teams_, agent.team, "team", path + ".team");
    OptionalReference(sites_, agent.site, "site", path + ".site");
    Reference(routing_profiles_, agent.routing_profile, "routing profile",
              path + ".routing_profile");
    faults_.Range(agent.cost_per_hour_milli, 0, kMaxCostPerHourMilli,
                  path + ".cost_per_hour_milli");
    CheckAgentSkills(agent, path);
    CheckAgentLanguages(agent, path);
    CheckAgentReferences(process_types_, agent.process_types, kMaxAgentProcessTypes, "process type",
                         path + ".process_types");
    CheckAgentReferences(clients_, agent.clients, kMaxAgentClients, "client", path + ".clients");
    if (!agent.capacity) return;
    faults_.Range(agent.capacity->total_units, 0, kMaxUnits, path + ".capacity.total_units");
    for (const GroupCapacity& group : agent.capacity->groups) {
      faults_.Range(group.max, 0, kMaxGroupTickets, path + ".capacity.groups.max");
      faults_.Range(group.units_per_ticket, 0, kMaxUnits,
                    path + ".capacity.groups.units_per_ticket");
    }
  }

  void CheckAgentSkills(const Agent& agent, const std::string& path) {
    faults_.Count(agent.skills.size(), kMaxAgentSkills, path + ".skills");
    IdSet seen;
    for (size_t i = 0; i < agent.skills.size(); ++i) {
      const std::string at = path + ".skills[" + std::to_string(i) + "]";
      Reference(skills_, agent.skills[i].skill, "skill", at + ".skill");
      faults_.Range(agent.skills[i].level, 1, kMaxSkillLevel, at + ".level");
      if (!seen.insert(agent.skills[i].skill).second) {
        faults_.Add(Reason::kIdDuplicate, at + ".skill",
                    "expected each skill once, but it is listed before");
      }
    }
  }

  void CheckAgentLanguages(Agent& agent, const std::string& path) {
    faults_.Count(agent.languages.size(), kMaxAgentLanguages, path + ".languages");
    absl::flat_hash_set<std::string> seen;
    for (size_t i = 0; i < agent.languages.size(); ++i) {
      const std::string at = path + ".languages[" + std::to_string(i) + "].tag";
      faults_.Tag(agent.languages[i].tag, at);
      if (!seen.insert(agent.languages[i].tag).second) {
        faults_.Add(Reason::kIdDuplicate, at, "expected each tag once, but it is listed before");
      }
    }
  }

  void CheckAgentReferences(const IdSet& ids, const std::vector<std::string>& references,
                            size_t max, const char* kind, const std::string& path) {
    faults_.Count(references.size(), max, path);
    for (size_t i = 0; i < references.size(); ++i) {
      Reference(ids, references[i], kind, path + "[" + std::to_string(i) + "]");
    }
  }

  Configuration& configuration_;
  const std::string prefix_;
  Faults faults_;
  IdSet clients_, sites_, teams_, skills_, channels_, queues_, process_types_, routing_profiles_;
};

void FillQueue(Queue& queue) {
  const bool live = queue.urgency == Urgency::kLive;
  if (!queue.priority_step) queue.priority_step = live ? Seconds(60) : Hours(4);
  if (queue.offer_timeout.us == 0) queue.offer_timeout = live ? Seconds(20) : Seconds(120);
  if (queue.connect_timeout.us == 0) queue.connect_timeout = Seconds(30);
  if (queue.lease_duration.us == 0) queue.lease_duration = Minutes(15);
}

void FillProcessTypeDefaults(ProcessTypeDefaults& entry, Urgency urgency) {
  if (entry.answer_target.us == 0) {
    entry.answer_target = urgency == Urgency::kLive ? Seconds(20) : Hours(4);
  }
  if (entry.due_after.us == 0) entry.due_after = Hours(8);
  if (entry.expected_handling_time.us == 0) entry.expected_handling_time = Minutes(5);
  if (!entry.wrap_up_limit) entry.wrap_up_limit = Seconds(60);
}

void FillChannels(std::vector<Channel>& channels) {
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
  for (Channel& channel : channels) {
    if (channel.misses_allowed != 0) continue;
    channel.misses_allowed = channel.group == CapacityGroup::kVoice ? 1 : 3;
  }
}

void FillCapacity(Agent& agent) {
  if (!agent.capacity) {
    agent.capacity.emplace();
    agent.capacity->total_units = 1;
    for (GroupCapacity& group : agent.capacity->groups) group = {1, 1};
  }
  if (agent.capacity->total_units == 0) agent.capacity->total_units = kMaxUnits;
  for (GroupCapacity& group : agent.capacity->groups) {
    if (group.units_per_ticket == 0) group.units_per_ticket = 1;
  }
}

}  // namespace

std::optional<Rejection> CheckConfiguration(Configuration& configuration, std::string_view prefix) {
  return ConfigurationChecker(configuration, prefix).Run();
}

void FillDefaults(Configuration& configuration) {
  if (configuration.time_zone.empty()) configuration.time_zone = "UTC";
  if (!configuration.session_grace) configuration.session_grace = Seconds(15);
  if (!configuration.cool_down) configuration.cool_down = Seconds(60);
  for (Site& site : configuration.sites) {
    if (site.time_zone.empty()) site.time_zone = configuration.time_zone;
  }
  FillChannels(configuration.channels);
  for (Queue& queue : configuration.queues) FillQueue(queue);
  for (ProcessType& type : configuration.process_types) {
    for (ProcessTypeDefaults& entry : type.defaults) {
      const auto queue = std::find_if(configuration.queues.begin(), configuration.queues.end(),
                                      [&](const Queue& q) { return q.id == entry.queue; });
      FillProcessTypeDefaults(
          entry, queue == configuration.queues.end() ? Urgency::kLive : queue->urgency);
    }
  }
  for (RoutingProfile& profile : configuration.routing_profiles) {
    for (RoutingProfileQueue& queue : profile.queues) {
      if (queue.rank == 0) queue.rank = 1;
    }
  }
  for (Agent& agent : configuration.agents) FillCapacity(agent);
}

}  // namespace tandem::router
