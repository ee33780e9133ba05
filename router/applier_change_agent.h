// Applier::ChangeAgent, shared by the applier's source files.
#ifndef TANDEM_ROUTER_APPLIER_CHANGE_AGENT_H_
#define TANDEM_ROUTER_APPLIER_CHANGE_AGENT_H_

#include "router/applier.h"

namespace tandem::router {

// The kinds of work of which the agent can take one more ticket, as bits. Those of a group differ
// only where its LIVE tickets interrupt its DEFERRABLE ones; then what has room for one of these
// has room for a LIVE one.
inline uint32_t OpenKinds(const AgentState& agent) {
  if (!agent.Ready()) return 0;
  uint32_t open = 0;
  for (size_t group = 0; group < kCapacityGroups; ++group) {
    const auto of = static_cast<CapacityGroup>(group);
    if (agent.IsReadyFor(of) && agent.HasRoom(of, Urgency::kLive)) open |= BitOf(of);
  }
  uint32_t kinds = BothKindsOf(open);
  for (uint32_t left = open & agent.capacity.live_interrupts; left != 0; left &= left - 1) {
    const auto of = static_cast<CapacityGroup>(std::countr_zero(left));
    if (agent.HasRoom(of, Urgency::kDeferrable)) continue;
    kinds &= ~KindBit(of, Urgency::kDeferrable);
  }
  return kinds;
}

// Of these kinds, those of which a ticket would interrupt others that the agent has.
inline uint32_t InterruptingKinds(const AgentState& agent, uint32_t open) {
  if (!agent.capacity.interrupts || open == 0) return 0;
  const uint32_t held = agent.HeldGroups();
  uint32_t interrupting = 0;
  for (size_t group = 0; group < kCapacityGroups; ++group) {
    const uint32_t groups = 1U << group;
    if ((agent.capacity.groups[group].interrupts & held) != 0) interrupting |= BothKindsOf(groups);
    if (agent.deferrable_in_group[group] != 0) interrupting |= KindsOf(Urgency::kLive, groups);
  }
  return interrupting & open;
}

inline void WorkOutKinds(AgentState& agent) {
  agent.open_kinds = OpenKinds(agent);
  agent.interrupting_kinds = InterruptingKinds(agent, agent.open_kinds);
}

// The groups for whose tickets the agent is there, busy or not, as bits.
inline uint32_t AvailableGroups(const AgentState& agent) {
  if (!agent.Ready()) return 0;
  return agent.ready_groups == 0 ? agent.capacity.taken : agent.capacity.taken & agent.ready_groups;
}

inline void Applier::FollowAvailability(AgentState& agent, uint32_t groups) {
  if (groups == agent.available_groups) return;
  workspace_.matching.SetAvailable(agent.profile, agent.available_groups, groups);
  agent.available_groups = static_cast<uint8_t>(groups);
}

// An agent is taken out of the indexes under its old values and put back under its new ones.
template <typename Change>
void Applier::ChangeAgent(AgentIndex index, Change change) {
  AgentState& agent = AgentAt(index);
  const bool gained = agent.gained, ring_gained = agent.ring_gained;
  if (gained) AgentSettled(index);
  if (ring_gained) AgentRingsSettled(index);
  workspace_.matching.RemoveReady(index, agent);
  change(agent);
  WorkOutKinds(agent);
  FollowAvailability(agent, AvailableGroups(agent));
  SetIdle(index, agent, agent.IsIdle());
  if (workspace_.back_floors) FollowBackWork(index);
  workspace_.matching.AddReady(index, agent);
  if (gained) Gain(index);
  if (ring_gained) AgentMayRing(index);
}

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_APPLIER_CHANGE_AGENT_H_
