// Applier::ChangeAgent, shared by the applier's source files.
#ifndef TANDEM_ROUTER_APPLIER_CHANGE_AGENT_H_
#define TANDEM_ROUTER_APPLIER_CHANGE_AGENT_H_

#include "router/applier.h"

namespace tandem::router {

// The groups in which the agent can take one more ticket, as bits.
inline uint32_t OpenGroups(const AgentState& agent) {
  if (!agent.Ready()) return 0;
  uint32_t open = 0;
  for (size_t group = 0; group < kCapacityGroups; ++group) {
    const auto of = static_cast<CapacityGroup>(group);
    if (agent.IsReadyFor(of) && agent.HasRoom(of)) open |= BitOf(of);
  }
  return open;
}

// Of these groups, those in which a ticket would interrupt others that the agent has.
inline uint32_t InterruptingGroups(const AgentState& agent, uint32_t open) {
  if (!agent.capacity.interrupts || open == 0) return 0;
  const uint32_t held = agent.HeldGroups();
  uint32_t interrupting = 0;
  for (size_t group = 0; group < kCapacityGroups; ++group) {
    if ((agent.capacity.groups[group].interrupts & held) != 0) interrupting |= 1U << group;
  }
  return interrupting & open;
}

inline void WorkOutGroups(AgentState& agent) {
  agent.open_groups = OpenGroups(agent);
  agent.interrupting_groups = InterruptingGroups(agent, agent.open_groups);
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
  WorkOutGroups(agent);
  SetIdle(index, agent, agent.IsIdle());
  if (workspace_.back_floors) FollowBackWork(index);
  workspace_.matching.AddReady(index, agent);
  if (gained) Gain(index);
  if (ring_gained) AgentMayRing(index);
}

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_APPLIER_CHANGE_AGENT_H_
