// Events of the whole workspace: a configuration comes into force, time was lost.
#include <algorithm>
#include <tuple>

#include "router/applier.h"
#include "router/applier_change_agent.h"
#include "router/invariant.h"
#include "router/limits.h"
#include "router/resources.h"
#include "router/snapshot.h"

namespace tandem::router {
namespace {

template <typename Index, typename Resource>
std::vector<Index> InternAll(Registry<Index>& registry, const std::vector<Resource>& resources) {
  std::vector<Index> indexes;
  indexes.reserve(resources.size());
  for (const Resource& resource : resources) indexes.push_back(registry.Intern(resource.id));
  return indexes;
}

}  // namespace

void Applier::ConfigurationApplied(Configuration configuration, std::vector<ResourceRow> rows) {
  ++workspace_.revision;
  workspace_.dirty = true;
  Record(EventType::kConfigurationApplied).number = workspace_.revision;
  for (ResourceRow& row : rows) changes_.resources.push_back(std::move(row));
  AdoptConfiguration(std::move(configuration));
}

void Applier::AdoptConfiguration(Configuration configuration) {
  // Agents leave every index under the old configuration, and come back under the new one.
  for (uint32_t i = 0; i < workspace_.agents.size(); ++i) {
    if (workspace_.agents[i].configured) LeaveIndexes(AgentIndex{i});
  }
  std::vector<Agent> agents = std::exchange(configuration.agents, {});
  workspace_.configuration = std::move(configuration);
  IndexResources();
  workspace_.matching.ResetProfiles(workspace_);
  IndexAgents(std::move(agents));
  FollowReturnLimits();
}

void Applier::IndexResources() {
  const Configuration& now = workspace_.configuration;
  workspace_.session_grace = *now.session_grace;
  workspace_.cool_down = *now.cool_down;
  for (size_t group = 0; group < kCapacityGroups; ++group) {
    workspace_.return_after[group] = *now.return_after[group];
  }
  IndexCalendars();

  for (QueueState& queue : workspace_.queues) queue.configured = nullptr;
  const auto queues = InternAll(workspace_.queue_ids, now.queues);
  workspace_.queues.resize(workspace_.queue_ids.size());
  const auto clients = InternAll(workspace_.client_ids, now.clients);
  workspace_.clients.resize(workspace_.client_ids.size());
  for (Workspace::Used& client : workspace_.clients) client.configured = false;
  for (const ClientIndex client : clients) workspace_.clients[client.value].configured = true;
  FollowFairShares();
  for (size_t i = 0; i < queues.size(); ++i) {
    QueueState& queue = workspace_.queues[queues[i].value];
    queue.configured = &now.queues[i];
    queue.client = workspace_.client_ids.Find(now.queues[i].client);
    FollowLateTurn(queue);
  }
  FollowCalendars();

  for (ChannelState& channel : workspace_.channels) channel.configured = nullptr;
  const auto channels = InternAll(workspace_.channel_ids, now.channels);
  workspace_.channels.resize(workspace_.channel_ids.size());
  for (size_t i = 0; i < channels.size(); ++i) {
    workspace_.channels[channels[i].value].configured = &now.channels[i];
  }

  const auto types = InternAll(workspace_.process_type_ids, now.process_types);
  workspace_.process_types.assign(workspace_.process_type_ids.size(), nullptr);
  workspace_.open_of_process_type.resize(workspace_.process_type_ids.size());
  for (size_t i = 0; i < types.size(); ++i) {
    workspace_.process_types[types[i].value] = &now.process_types[i];
  }

  for (const auto skill : InternAll(workspace_.skill_ids, now.skills)) (void)skill;
  workspace_.skills.assign(workspace_.skill_ids.size(), false);
  for (const Skill& skill : now.skills) {
    workspace_.skills[workspace_.skill_ids.Find(skill.id).value] = true;
  }
  for (TeamState& team : workspace_.teams) team.configured = nullptr;
  const auto teams = InternAll(workspace_.team_ids, now.teams);
  workspace_.teams.resize(workspace_.team_ids.size());
  for (size_t i = 0; i < teams.size(); ++i) {
    workspace_.teams[teams[i].value].configured = &now.teams[i];
  }
  for (const auto site : InternAll(workspace_.site_ids, now.sites)) (void)site;
  workspace_.sites.assign(workspace_.site_ids.size(), false);
  for (const Site& site : now.sites) {
    workspace_.sites[workspace_.site_ids.Find(site.id).value] = true;
  }

  for (RoutingProfileState& profile : workspace_.routing_profiles) profile.configured = nullptr;
  const auto profiles = InternAll(workspace_.routing_profile_ids, now.routing_profiles);
  workspace_.routing_profiles.resize(workspace_.routing_profile_ids.size());
  for (size_t i = 0; i < profiles.size(); ++i) {
    workspace_.routing_profiles[profiles[i].value].configured = &now.routing_profiles[i];
  }

  FollowBackFloors();
  FollowDelaysAndOrders();
  UseReadyOrders();
  workspace_.dispositions.clear();
  for (const Disposition& disposition : now.dispositions) {
    workspace_.dispositions.emplace(disposition.id, disposition.resolved);
  }
  workspace_.not_ready_reasons.clear();
  workspace_.not_ready_reasons.emplace(kDeviceReason, false);
  for (const NotReadyReason& reason : now.not_ready_reasons) {
    workspace_.not_ready_reasons.emplace(reason.id, !reason.exempt);
  }
  workspace_.parking_reasons.clear();
  for (const ParkingReason& reason : now.parking_reasons) {
    workspace_.parking_reasons.emplace(reason.id, reason.stops_clock);
  }
  workspace_.entry_points.clear();
  for (const EntryPoint& entry_point : now.entry_points) {
    workspace_.entry_points.emplace(ContactKey(entry_point), &entry_point);
  }
  workspace_.languages.clear();
  for (const Language& language : now.languages) {
    workspace_.languages.emplace(ContactKey(language), &language);
  }
  workspace_.rules.clear();
  for (uint32_t i = 0; i < now.classification_rules.size(); ++i) workspace_.rules.push_back(i);
  std::sort(workspace_.rules.begin(), workspace_.rules.end(), [&](uint32_t a, uint32_t b) {
    const ClassificationRule& left = now.classification_rules[a];
    const ClassificationRule& right = now.classification_rules[b];
    return std::tie(left.order, left.id) < std::tie(right.order, right.id);
  });
}

// The delays of each queue, by index: ascending, each once.
std::vector<std::vector<Duration>> Applier::DelaysOfQueues() const {
  std::vector<std::vector<Duration>> delays(workspace_.queues.size());
  for (const RoutingProfile& profile : workspace_.configuration.routing_profiles) {
    for (const RoutingProfileQueue& entry : profile.queues) {
      if (entry.delay.us == 0) continue;
      delays[workspace_.queue_ids.Find(entry.queue).value].push_back(entry.delay);
    }
  }
  for (std::vector<Duration>& of_queue : delays) {
    std::sort(of_queue.begin(), of_queue.end());
    of_queue.erase(std::unique(of_queue.begin(), of_queue.end()), of_queue.end());
  }
  return delays;
}

// Where the delays of a queue changed, its tickets change their classes; where its order did, or
// the place of late work, they are put in order anew; where its rings did, it is looked at anew who
// wants further ones.
void Applier::FollowDelaysAndOrders() {
  std::vector<std::vector<Duration>> delays = DelaysOfQueues();
  const auto is_priority_first = [](const QueueState& queue) {
    return queue.configured != nullptr && queue.configured->order == QueueOrder::kPriorityFirst;
  };
  const auto has_late_last = [](const QueueState& queue) {
    return queue.configured != nullptr &&
           queue.configured->late_work.order == LateOrder::kAfterPunctual;
  };
  const auto offers_of = [](const QueueState& queue) {
    return queue.configured == nullptr ? 1 : queue.configured->concurrent_offers;
  };
  std::vector<bool> changed(delays.size());
  for (size_t i = 0; i < delays.size(); ++i) {
    const QueueState& queue = workspace_.queues[i];
    changed[i] = delays[i] != queue.delays || is_priority_first(queue) != queue.priority_first ||
                 has_late_last(queue) != queue.late_last ||
                 offers_of(queue) != queue.concurrent_offers;
  }
  if (std::find(changed.begin(), changed.end(), true) == changed.end()) return;
  std::vector<TicketIndex> in_line;  // out of the queue in its old order
  for (uint32_t i = 0; i < workspace_.tickets.size(); ++i) {
    Ticket& ticket = workspace_.tickets[i];
    if (!ticket.in_use || !changed[ticket.queue.value]) continue;
    if (ticket.state == TicketState::kQueued || ticket.state == TicketState::kOffered) {
      LeaveLine(TicketIndex{i});
      in_line.push_back(TicketIndex{i});
    }
    SetAge(ticket, Duration{}, false);
  }
  for (size_t i = 0; i < delays.size(); ++i) {
    if (!changed[i]) continue;
    QueueState& queue = workspace_.queues[i];
    queue.delays = std::move(delays[i]);
    queue.priority_first = is_priority_first(queue);
    queue.late_last = has_late_last(queue);
    queue.concurrent_offers = offers_of(queue);
  }
  for (const TicketIndex index : in_line) {
    JoinLine(index);
    SetTimer(index);
  }
}

// Ready agents are listed in the orders that the queues' distribution modes need, and in no other.
void Applier::UseReadyOrders() {
  uint32_t orders = 0;
  for (const Queue& queue : workspace_.configuration.queues) {
    orders |= 1U << static_cast<uint32_t>(OrderOf(queue.distribution_mode));
  }
  Matching& matching = workspace_.matching;
  if ((orders | 1U) == matching.orders()) return;
  const auto for_each_agent = [&](auto function) {
    for (uint32_t i = 0; i < workspace_.agents.size(); ++i) {
      (matching.*function)(AgentIndex{i}, workspace_.agents[i]);
    }
  };
  for_each_agent(&Matching::RemoveReady);
  matching.SetOrders(orders);
  for_each_agent(&Matching::AddReady);
}

Traits Applier::TraitsOf(const Agent& agent) {
  Traits traits;
  traits.routing_profile = workspace_.routing_profile_ids.Find(agent.routing_profile);
  traits.site = workspace_.site_ids.Find(agent.site);
  traits.team = workspace_.team_ids.Find(agent.team);
  traits.kind = agent.kind;
  for (const SkillLevel& skill : agent.skills) {
    traits.skills.emplace_back(workspace_.skill_ids.Find(skill.skill), skill.level);
  }
  for (const std::string& type : agent.process_types) {
    traits.process_types.push_back(workspace_.process_type_ids.Find(type));
  }
  for (const std::string& client : agent.clients) {
    traits.clients.push_back(workspace_.client_ids.Find(client));
  }
  traits.languages = agent.languages;
  traits.attributes = agent.attributes;
  std::sort(traits.skills.begin(), traits.skills.end());
  std::sort(traits.process_types.begin(), traits.process_types.end());
  std::sort(traits.clients.begin(), traits.clients.end());
  std::sort(traits.languages.begin(), traits.languages.end());
  return traits;
}

void Applier::IndexAgents(std::vector<Agent> agents) {
  std::vector<AgentIndex> indexes;
  indexes.reserve(agents.size());
  std::vector<bool> stays(workspace_.agents.size(), false);
  for (const Agent& agent : agents) {
    const AgentIndex index = workspace_.agent_ids.Find(agent.id);
    if (index.IsSet() && index.value < stays.size()) stays[index.value] = true;
  }
  for (uint32_t i = 0; i < stays.size(); ++i) {
    if (workspace_.agents[i].configured && !stays[i]) RetireAgent(AgentIndex{i});
  }
  for (Agent& agent : agents) indexes.push_back(ConfigureAgent(std::move(agent)));
  for (const AgentIndex index : indexes) EnterIndexes(index);
}

// The agent is what is configured of it now, but in no index yet.
AgentIndex Applier::ConfigureAgent(Agent agent) {
  const AgentIndex index = workspace_.agent_ids.Intern(agent.id);
  workspace_.agents.resize(workspace_.agent_ids.size());
  workspace_.agent_resources.resize(workspace_.agent_ids.size());
  workspace_.agent_profiles.resize(workspace_.agent_ids.size());
  AgentState& state = AgentAt(index);
  if (!state.configured) {
    state.configured = true;
    ++workspace_.configured_agents;
    state.ordinal = workspace_.next_agent_ordinal++;
    state.status_since = state.interval_since = now_;
    MarkDirty(index);
  } else if (state.cost_per_hour_milli != agent.cost_per_hour_milli) {
    CloseInterval(index, state.idle_since);  // what was before costs what it cost
  }
  Traits traits = TraitsOf(agent);
  state.routing_profile = traits.routing_profile;
  state.team = traits.team;
  state.automated = agent.kind == AgentKind::kAutomated;
  state.profile = workspace_.matching.AddMember(std::move(traits));
  state.capacity = WorkingCapacity(*agent.capacity);
  state.cost_per_hour_milli = agent.cost_per_hour_milli;
  CountLoad(index);
  WorkOutKinds(state);
  if (state.HasWork()) workspace_.rearranged_agents.push_back(index);
  workspace_.agent_profiles[index.value] = state.profile;
  workspace_.agent_resources[index.value] = std::move(agent);
  return index;
}

void Applier::EnterIndexes(AgentIndex index) {
  AgentState& state = AgentAt(index);
  FollowAvailability(state, AvailableGroups(state));
  SetIdle(index, state, state.IsIdle());
  if (workspace_.back_floors) FollowBackWork(index);
  workspace_.matching.AddReady(index, state);
  CountInTeam(index);
  if (state.Ready()) Gain(index);
}

void Applier::LeaveIndexes(AgentIndex index) {
  AgentState& state = AgentAt(index);
  workspace_.matching.RemoveReady(index, state);
  FollowAvailability(state, 0);
  state.open_kinds = state.interrupting_kinds = 0;
  SetIdle(index, state, false);
  UncountInTeam(index);
  workspace_.matching.RemoveMember(state.profile);
}

void Applier::RetireAgent(AgentIndex index) {
  CloseInterval(index, AgentAt(index).idle_since);
  MarkDirty(index);
  AgentState& agent = AgentAt(index);
  if (agent.gained) AgentSettled(index);
  if (agent.ring_gained) AgentRingsSettled(index);
  // Its cool-downs stay with the tickets and must stay counted; everything else begins anew if it
  // comes back.
  AgentState retired;
  retired.cooling = agent.cooling;
  retired.dirty = agent.dirty;
  retired.ordinal = agent.ordinal;
  agent = retired;
  --workspace_.configured_agents;
  workspace_.agent_resources[index.value] = Agent{};
  workspace_.agent_profiles[index.value] = ProfileIndex{};
}

// --- one resource ---

EventRow& Applier::RecordResource(EventType type, ResourceKind kind, const std::string& id) {
  ++workspace_.revision;
  workspace_.dirty = true;
  EventRow& event = Record(type);
  event.number = workspace_.revision;
  event.reason = ToString(kind);
  if (!id.empty()) event.reason += ":" + id;
  if (kind == ResourceKind::kAgent) event.agent = id;
  if (kind == ResourceKind::kQueue) event.queue = id;
  return event;
}

Resource Applier::ResourceCreated(Resource resource) {
  NamedResource& named = NamedOf(resource);
  RecordResource(EventType::kResourceCreated, KindOf(resource), named.id);
  named.revision = workspace_.revision;
  // Behind everything that an ApplyConfiguration put into an order, and behind whatever was created
  // before.
  named.position = int64_t{kMaxAgents} + workspace_.revision;
  changes_.resources.push_back({workspace_.id, resource, false});
  const bool returns = workspace_.queue_ids.Find(named.id).IsSet() ||
                       workspace_.channel_ids.Find(named.id).IsSet() ||
                       workspace_.routing_profile_ids.Find(named.id).IsSet();
  std::visit([&](const auto& one) { Put(one); }, resource);
  MatchCreated(KindOf(resource), returns);
  return resource;
}

// What was worked out between classes and profiles may rest on the resource not being there.
// `returns`: its name was seen before.
void Applier::MatchCreated(ResourceKind kind, bool returns) {
  switch (kind) {
    case ResourceKind::kSkill:
    case ResourceKind::kSite:
    case ResourceKind::kTeam:
    case ResourceKind::kProcessType:
      workspace_.matching.CompileUnknown(workspace_);
      return;
    case ResourceKind::kChannel:
    case ResourceKind::kQueue:
    case ResourceKind::kRoutingProfile:
      if (returns) workspace_.matching.ForgetPassing(workspace_);
      return;
    case ResourceKind::kNotReadyReason:
      CountPauses();
      return;
    case ResourceKind::kClient:
    case ResourceKind::kAgent:
    case ResourceKind::kDisposition:
    case ResourceKind::kEntryPoint:
    case ResourceKind::kLanguage:
    case ResourceKind::kParkingReason:
    case ResourceKind::kClassificationRule:
    case ResourceKind::kCalendar:
    case ResourceKind::kWorkspaceSettings:
      return;
  }
}

Resource Applier::ResourceUpdated(Resource resource, const std::vector<std::string>& fields) {
  NamedResource& named = NamedOf(resource);
  RecordResource(EventType::kResourceUpdated, KindOf(resource), named.id);
  named.revision = workspace_.revision;
  changes_.resources.push_back({workspace_.id, resource, false});
  std::visit([&](const auto& one) { Put(one); }, resource);
  RouteAgain(KindOf(resource), named.id, fields);
  if (KindOf(resource) == ResourceKind::kChannel) FollowReturnLimits();
  return resource;
}

void Applier::ResourceDeleted(ResourceKind kind, const std::string& id) {
  RecordResource(EventType::kResourceDeleted, kind, id);
  changes_.resources.push_back({workspace_.id, MakeResource(kind, id), true});
  if (kind == ResourceKind::kAgent) {
    const AgentIndex index = workspace_.agent_ids.Find(id);
    LeaveIndexes(index);
    RetireAgent(index);
    return;
  }
  ForEachList(workspace_.configuration, [&](auto& list) {
    using R = typename std::decay_t<decltype(list)>::value_type;
    if (kind == KindOf<R>()) std::erase_if(list, [&](const R& one) { return one.id == id; });
  });
  IndexResources();
  if (kind == ResourceKind::kNotReadyReason) CountPauses();
}

void Applier::WorkspaceSettingsUpdated(WorkspaceSettings settings) {
  RecordResource(EventType::kResourceUpdated, ResourceKind::kWorkspaceSettings, "");
  static_cast<WorkspaceSettings&>(workspace_.configuration) = std::move(settings);
  IndexResources();
  FollowReturnLimits();
}

template <typename R>
void Applier::Put(R resource) {
  std::vector<R>& list = ListOf<R>(workspace_.configuration);
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const R& other) { return other.id == resource.id; });
  if (found != list.end()) {
    *found = std::move(resource);
  } else {
    list.push_back(std::move(resource));
  }
  IndexResources();
}

void Applier::Put(Agent agent) {
  const AgentIndex known = workspace_.agent_ids.Find(agent.id);
  if (known.IsSet() && AgentAt(known).configured) LeaveIndexes(known);
  EnterIndexes(ConfigureAgent(std::move(agent)));
}

// Looks for work again where a resource that changed may allow more than before.
void Applier::RouteAgain(ResourceKind kind, const std::string& id,
                         const std::vector<std::string>& fields) {
  const auto changed = [&](std::string_view field) {
    return std::find(fields.begin(), fields.end(), field) != fields.end();
  };
  if (kind == ResourceKind::kQueue &&
      (changed("urgency") || changed("calendar") || changed("office"))) {
    workspace_.matching.ForgetPassing(workspace_);
    if (changed("urgency")) CountDeferrable();
    GainReady({});
  } else if (kind == ResourceKind::kNotReadyReason && changed("exempt")) {
    CountPauses();
  } else if (kind == ResourceKind::kQueue && (changed("distribution_mode") || changed("order"))) {
    workspace_.matching.ForgetPassing(workspace_);
  } else if (kind == ResourceKind::kRoutingProfile &&
             (changed("queues") || changed("live_reserve") || changed("back_floor"))) {
    workspace_.matching.ForgetPassing(workspace_);
    GainReady(workspace_.routing_profile_ids.Find(id));
  } else if (kind == ResourceKind::kChannel &&
             (changed("capacity_group") || changed("language_mode"))) {
    // What agents hold counts otherwise now.
    Configuration configuration = std::move(workspace_.configuration);
    for (uint32_t i = 0; i < workspace_.agents.size(); ++i) {
      if (workspace_.agents[i].configured) {
        configuration.agents.push_back(workspace_.agent_resources[i]);
      }
    }
    AdoptConfiguration(std::move(configuration));
  }
}

// Ready agents, of one routing profile or of all, may get something that they could not get before.
void Applier::GainReady(RoutingProfileIndex only) {
  for (uint32_t i = 0; i < workspace_.agents.size(); ++i) {
    const AgentState& agent = workspace_.agents[i];
    if (agent.Ready() && (!only.IsSet() || agent.routing_profile == only)) Gain(AgentIndex{i});
  }
}

void Applier::TimeLost(Duration lost) {
  Record(EventType::kTimeLost).number = lost.us;
  for (uint32_t i = 0; i < workspace_.agents.size(); ++i) {
    AgentState& agent = workspace_.agents[i];
    // Who is gone, and has nothing, can lose nothing.
    if (!agent.grace_until.IsSet() && (!agent.away_since.IsSet() || agent.held.empty())) continue;
    // Who is away could not come back. The end of a shift was agreed on.
    agent.away_since = agent.away_since + lost;
    if (agent.grace_until.IsSet()) agent.grace_until = agent.grace_until + lost;
    SetTimer(AgentIndex{i});
    MarkDirty(AgentIndex{i});
  }
  for (uint32_t i = 0; i < workspace_.tickets.size(); ++i) {
    Ticket& ticket = workspace_.tickets[i];
    // Times at which tickets enter their queues were agreed on, whether we are there or not.
    const bool limited = ticket.until.IsSet() && !IsSetAside(ticket.state);
    const bool invites = InvitationEndsAt(ticket) != kEndOfTime;
    // Nor could anybody come who was asked for.
    const bool asks = Workspace::IsConsultation(ticket) && ticket.plan_since.IsSet();
    const bool timed = limited || ticket.silent_until.IsSet() || ticket.kept_until.IsSet() ||
                       !ticket.cool_downs.empty() || invites || asks;
    if (!ticket.in_use || !timed) continue;
    if (asks) ticket.plan_since = ticket.plan_since + lost;
    if (limited) ticket.until = ticket.until + lost;
    // Nor could the customer break the silence.
    if (ticket.silent_until.IsSet()) ticket.silent_until = ticket.silent_until + lost;
    // Nor the agent for whom it is kept take it.
    if (ticket.kept_until.IsSet()) ticket.kept_until = ticket.kept_until + lost;
    for (CoolDownState& cool_down : ticket.cool_downs) cool_down.until = cool_down.until + lost;
    if (invites) {
      for (Participant& participant : ticket.participants->all) {
        if (participant.IsInvited()) participant.until = participant.until + lost;
      }
    }
    SetTimer(TicketIndex{i});
    MarkDirty(TicketIndex{i});
  }
}

}  // namespace tandem::router
