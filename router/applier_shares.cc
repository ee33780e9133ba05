// What clients and the back office are to have of agents' work, and have.
#include <algorithm>
#include <utility>

#include "router/applier.h"

namespace tandem::router {

// Where what clients are to have changed, what they have is counted anew.
void Applier::FollowFairShares() {
  if (workspace_.shares.Configure(FairSharesOf(workspace_))) {
    CountShares(workspace_, workspace_.shares);
  }
}

// What is BACK-office work, and whether it counts, may have changed. Whom that allows more is seen
// to where the change is.
void Applier::FollowBackFloors() {
  const auto& profiles = workspace_.configuration.routing_profiles;
  const bool before = workspace_.back_floors;
  workspace_.back_floors = std::any_of(profiles.begin(), profiles.end(),
                                       [](const auto& profile) { return profile.back_floor != 0; });
  if (!before && !workspace_.back_floors) return;
  for (uint32_t i = 0; i < workspace_.agents.size(); ++i) CountBackWork(AgentIndex{i});
}

// Counts the agent among those of its routing profile with BACK-office work, or no more.
void Applier::CountBackWork(AgentIndex index) {
  AgentState& agent = AgentAt(index);
  const auto counts = [&](RoutingProfileIndex profile) {
    const RoutingProfile* configured = workspace_.routing_profiles[profile.value].configured;
    return configured != nullptr && configured->back_floor != 0;
  };
  const bool on_back =
      agent.configured && counts(agent.routing_profile) && workspace_.IsOnBack(agent);
  const RoutingProfileIndex of = on_back ? agent.routing_profile : RoutingProfileIndex{};
  if (of == agent.on_back_of) return;
  if (agent.on_back_of.IsSet()) --workspace_.routing_profiles[agent.on_back_of.value].on_back;
  if (of.IsSet()) ++workspace_.routing_profiles[of.value].on_back;
  agent.on_back_of = of;
}

// The same when what it has may have changed, and notes whose floor is not met any more.
void Applier::FollowBackWork(AgentIndex index) {
  const RoutingProfileIndex before = AgentAt(index).on_back_of;
  CountBackWork(index);
  if (!before.IsSet() || before == AgentAt(index).on_back_of) return;
  const RoutingProfileState& profile = workspace_.routing_profiles[before.value];
  if (profile.configured != nullptr && profile.on_back + 1 == profile.configured->back_floor) {
    workspace_.lowered_profiles.push_back(before);
  }
}

// Those whom the live reserve held back may take BACK-office work then.
void Applier::SeeToLoweredProfiles() {
  for (const RoutingProfileIndex index : std::exchange(workspace_.lowered_profiles, {})) {
    const RoutingProfileState& profile = workspace_.routing_profiles[index.value];
    if (profile.configured == nullptr || !profile.IsBelowFloor()) continue;
    for (const AgentIndex idle : profile.idle_agents) Gain(idle);
  }
}

}  // namespace tandem::router
