#include "router/working_capacity.h"

namespace tandem::router {

WorkingCapacity::WorkingCapacity(const Capacity& configured) : total_units(configured.total_units) {
  const auto interrupted_by = [&](size_t group) {
    uint32_t interrupted = 0;
    for (const CapacityGroup other : configured.groups[group].interrupts) {
      interrupted |= BitOf(other);
    }
    return interrupted;
  };
  for (size_t i = 0; i < kCapacityGroups; ++i) {
    const GroupCapacity& group = configured.groups[i];
    groups[i] = {group.max, group.units_per_ticket, interrupted_by(i), 0};
    if (group.live_interrupts) live_interrupts |= 1U << i;
    if (group.max != 0 && group.units_per_ticket <= total_units) {
      taken = static_cast<uint8_t>(taken | 1U << i);
    }
    interrupts = interrupts || groups[i].interrupts != 0 || group.live_interrupts;
    for (size_t j = 0; j < kCapacityGroups; ++j) {
      if (i == j || ((groups[i].interrupts >> j) & 1U) != 0) continue;
      const bool waits = ((interrupted_by(j) >> i) & 1U) != 0;
      if (waits || group.exclusive || configured.groups[j].exclusive) groups[i].shut_by |= 1U << j;
    }
  }
  if (!interrupts) return;
  for (size_t i = 0; i < kCapacityGroups; ++i) {
    if (Yields(i)) yielding |= 1U << i;
  }
}

bool WorkingCapacity::LeavesRoom(size_t deferrable, size_t live) const {
  const Group& has = groups[deferrable];
  const Group& comes = groups[live];
  const bool same = deferrable == live;
  const uint32_t interrupted = same ? live_interrupts : comes.interrupts;
  if (((interrupted >> deferrable) & 1U) != 0) return true;
  if (same && comes.max < 2) return false;
  if (!same && ((comes.shut_by >> deferrable) & 1U) != 0) return false;
  return uint64_t{has.units_per_ticket} + comes.units_per_ticket <= total_units;
}

bool WorkingCapacity::Yields(size_t group) const {
  bool interrupted = ((live_interrupts >> group) & 1U) != 0;
  for (size_t other = 0; other < kCapacityGroups; ++other) {
    const Group& of = groups[other];
    if (((uint32_t{taken} >> other) & 1U) == 0) continue;
    if (!LeavesRoom(group, other)) return false;
    interrupted = interrupted || ((of.interrupts >> group) & 1U) != 0;
  }
  return interrupted;
}

}  // namespace tandem::router
