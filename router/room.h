// Room for more work, for those who have rows at hand and no router.
#ifndef TANDEM_ROUTER_ROOM_H_
#define TANDEM_ROUTER_ROOM_H_

#include <array>
#include <cstdint>

#include "router/model.h"

namespace tandem::router {

// How many more tickets of the group fit beside so many of each group, as the router counts. That
// LIVE ones interrupt DEFERRABLE ones of their own group is left out.
uint32_t RoomFor(const Capacity& configured, const std::array<uint32_t, kCapacityGroups>& held,
                 CapacityGroup group);

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_ROOM_H_
