#include "router/room.h"

#include <cstddef>

#include "router/state.h"

namespace tandem::router {

uint32_t RoomFor(const Capacity& configured, const std::array<uint32_t, kCapacityGroups>& held,
                 CapacityGroup group) {
  AgentState agent;
  agent.capacity = WorkingCapacity(configured);
  const auto hold = [&agent](size_t of, uint32_t count) {
    agent.held_in_group[of] += count;
    agent.units_used += uint64_t{count} * agent.capacity.groups[of].units_per_ticket;
  };
  for (size_t of = 0; of < kCapacityGroups; ++of) hold(of, held[of]);
  uint32_t room = 0;
  for (; agent.HasRoom(group, Urgency::kLive); ++room) hold(static_cast<size_t>(group), 1);
  return room;
}

}  // namespace tandem::router
