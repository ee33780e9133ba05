// Events of the whole workspace: a configuration comes into force, time was lost.
#include <algorithm>

#include "router/applier.h"
#include "router/applier_change_agent.h"
#include "router/invariant.h"

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

void Applier::ConfigurationApplied(Configuration configuration) {
  ++workspace_.revision;
  workspace_.dirty = true;
  Record(EventType::kConfigurationApplied).number = workspace_.revision;
  AdoptConfiguration(std::move(configuration));
}

void Applier::AdoptConfiguration(Configuration configuration) {
  // Agents leave every index under the old configuration, and come back under the new one.
  for (uint32_t i = 0; i < workspace_.agents.size(); ++i) {
    AgentState& agent = workspace_.agents[i];
    if (!agent.configured) continue;
    workspace_.matching.RemoveReady(AgentIndex{i}, agent);
    agent.open_groups = 0;
    SetIdle(AgentIndex{i}, agent, false);
  }
  workspace_.configuration = std::move(configuration);
  IndexResources();
  workspace_.matching.ResetProfiles(workspace_);
  IndexAgents();
}

void Applier::IndexResources() {
  const Configuration& now = workspace_.configuration;
  workspace_.session_grace = *now.session_grace;
  workspace_.cool_down = *now.cool_down;

  for (QueueState& queue : workspace_.queues) queue.configured = nullptr;
  const auto queues = InternAll(workspace_.queue_ids, now.queues);
  workspace_.queues.resize(workspace_.queue_ids.size());
  const auto clients = InternAll(workspace_.client_ids, now.clients);
  workspace_.clients.resize(workspace_.client_ids.size());
  for (Workspace::Used& client : workspace_.clients) client.configured = false;
  for (const ClientIndex client : clients) workspace_.clients[client.value].configured = true;
  for (size_t i = 0; i < queues.size(); ++i) {
    QueueState& queue = workspace_.queues[queues[i].value];
    queue.configured = &now.queues[i];
    queue.client = workspace_.client_ids.Find(now.queues[i].client);
  }

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

  workspace_.dispositions.clear();
  for (const Disposition& disposition : now.dispositions) {
    workspace_.dispositions.emplace(disposition.id, disposition.resolved);
  }
  workspace_.not_ready_reasons.clear();
  workspace_.not_ready_reasons.emplace(kDeviceReason, true);
  for (const NotReadyReason& reason : now.not_ready_reasons) {
    workspace_.not_ready_reasons.emplace(reason.id, true);
  }
}

Traits Applier::TraitsOf(const Agent& agent) {
  Traits traits;
  traits.routing_profile = workspace_.routing_profile_ids.Find(agent.routing_profile);
  traits.site = workspace_.site_ids.Find(agent.site);
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
  std::sort(traits.skills.begin(), traits.skills.end());
  std::sort(traits.process_types.begin(), traits.process_types.end());
  std::sort(traits.clients.begin(), traits.clients.end());
  std::sort(traits.languages.begin(), traits.languages.end());
  return traits;
}

void Applier::IndexAgents() {
  const auto indexes = InternAll(workspace_.agent_ids, workspace_.configuration.agents);
  workspace_.agents.resize(workspace_.agent_ids.size());
  std::vector<bool> stays(workspace_.agents.size(), false);
  for (const AgentIndex index : indexes) stays[index.value] = true;
  for (uint32_t i = 0; i < workspace_.agents.size(); ++i) {
    if (workspace_.agents[i].configured && !stays[i]) RetireAgent(AgentIndex{i});
  }
  for (size_t i = 0; i < indexes.size(); ++i) {
    const Agent& agent = workspace_.configuration.agents[i];
    AgentState& state = AgentAt(indexes[i]);
    if (!state.configured) {
      state.configured = true;
      state.ordinal = workspace_.next_agent_ordinal++;
      state.status_since = state.interval_since = now_;
      MarkDirty(indexes[i]);
    }
    Traits traits = TraitsOf(agent);
    state.routing_profile = traits.routing_profile;
    state.profile = workspace_.matching.AddMember(std::move(traits));
    state.capacity = *agent.capacity;
    CountLoad(state);
    state.open_groups = OpenGroups(state);
  }
  for (const AgentIndex index : indexes) {
    AgentState& state = AgentAt(index);
    SetIdle(index, state, state.Ready() && state.held.empty());
    workspace_.matching.AddReady(index, state);
    if (state.Ready()) Gain(index);
  }
}

void Applier::RetireAgent(AgentIndex index) {
  CloseInterval(index, AgentAt(index).idle_since);
  MarkDirty(index);
  AgentState& agent = AgentAt(index);
  if (agent.gained) AgentSettled(index);
  // Its cool-downs stay with the tickets and must stay counted; everything else begins anew if it
  // comes back.
  AgentState retired;
  retired.cooling = agent.cooling;
  retired.dirty = agent.dirty;
  retired.ordinal = agent.ordinal;
  agent = retired;
}

void Applier::TimeLost(Duration lost) {
  Record(EventType::kTimeLost).number = lost.us;
  for (uint32_t i = 0; i < workspace_.agents.size(); ++i) {
    AgentState& agent = workspace_.agents[i];
    if (!agent.grace_until.IsSet()) continue;
    agent.grace_until = agent.grace_until + lost;
    SetTimer(AgentIndex{i});
    MarkDirty(AgentIndex{i});
  }
  for (uint32_t i = 0; i < workspace_.tickets.size(); ++i) {
    Ticket& ticket = workspace_.tickets[i];
    if (!ticket.in_use || (!ticket.until.IsSet() && ticket.cool_downs.empty())) continue;
    if (ticket.until.IsSet()) ticket.until = ticket.until + lost;
    for (CoolDownState& cool_down : ticket.cool_downs) cool_down.until = cool_down.until + lost;
    SetTimer(TicketIndex{i});
    MarkDirty(TicketIndex{i});
  }
}

}  // namespace tandem::router
