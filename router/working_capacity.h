// What an agent may have at once, as decisions need it. Internal to router/.
#ifndef TANDEM_ROUTER_WORKING_CAPACITY_H_
#define TANDEM_ROUTER_WORKING_CAPACITY_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "router/model.h"

namespace tandem::router {

// Made of what is configured. Sets of groups are bits.
struct WorkingCapacity {
  struct Group {
    uint32_t max = 0;
    uint32_t units_per_ticket = 1;
    uint32_t interrupts = 0;  // the groups whose tickets one of this interrupts
    uint32_t shut_by = 0;     // the groups whose tickets keep one of this away
  };
  // First, as it is read wherever an agent becomes ready or busy.
  // The groups of which a DEFERRABLE ticket keeps no LIVE one away: some LIVE work interrupts it,
  // and of every group that is taken at all a LIVE ticket interrupts it, or has room beside it.
  uint32_t yielding = 0;
  uint32_t total_units = 0;
  std::array<Group, kCapacityGroups> groups;
  uint32_t live_interrupts = 0;  // the groups whose LIVE tickets interrupt their DEFERRABLE ones
  bool interrupts = false;       // any group does, either way
  uint8_t taken = 0;             // the groups of which one ticket fits when there is nothing else

  WorkingCapacity() = default;
  explicit WorkingCapacity(const Capacity& configured);

 private:
  // Whether the agent with one DEFERRABLE ticket of the group is open to a LIVE one of the other.
  bool LeavesRoom(size_t deferrable, size_t live) const;
  bool Yields(size_t group) const;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_WORKING_CAPACITY_H_
