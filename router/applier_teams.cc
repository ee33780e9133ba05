// Who of each team is signed in, and who pauses.
#include "router/applier.h"

namespace tandem::router {

void Applier::CountInTeam(AgentIndex index) {
  UncountInTeam(index);
  AgentState& agent = AgentAt(index);
  if (!agent.configured || !agent.team.IsSet()) return;
  TeamState& team = workspace_.teams[agent.team.value];
  agent.in_team.signed_in = agent.status != AgentStatus::kOffline;
  agent.in_team.pauses =
      workspace_.IsPause(agent.status, agent.reason, agent.next_status, agent.next_reason);
  if (agent.in_team.signed_in) ++team.signed_in;
  if (agent.in_team.pauses) team.paused.emplace(agent.ordinal, index);
}

void Applier::UncountInTeam(AgentIndex index) {
  AgentState& agent = AgentAt(index);
  if (!agent.team.IsSet()) return;
  TeamState& team = workspace_.teams[agent.team.value];
  if (agent.in_team.signed_in) --team.signed_in;
  if (agent.in_team.pauses) team.paused.erase({agent.ordinal, index});
  agent.in_team = {};
}

// Which reasons are pauses has changed.
void Applier::CountPauses() {
  for (uint32_t i = 0; i < workspace_.agents.size(); ++i) CountInTeam(AgentIndex{i});
}

}  // namespace tandem::router
