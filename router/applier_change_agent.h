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
    if (agent.HasRoom(static_cast<CapacityGroup>(group))) open |= 1U << group;
  }
  return open;
}

// An agent is taken out of the indexes under its old values and put back under its new ones.
template <typename Change>
void Applier::ChangeAgent(AgentIndex index, Change change) {
  AgentState& agent = AgentAt(index);
  const bool gained = agent.gained;
  if (gained) AgentSettled(index);
  workspace_.matching.RemoveReady(index, agent);
  change(agent);
  agent.open_groups = OpenGroups(agent);
  SetIdle(index, agent, agent.Ready() && agent.held.empty());
  workspace_.matching.AddReady(index, agent);
  if (gained) Gain(index);
}

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_APPLIER_CHANGE_AGENT_H_
