// Work that waits for other work of its agent (GroupCapacity.interrupts).
#include <algorithm>
#include <utility>

#include "router/applier.h"
#include "router/snapshot.h"

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
    interrupts = interrupts || groups[i].interrupts != 0;
    for (size_t j = 0; j < kCapacityGroups; ++j) {
      if (i == j || ((groups[i].interrupts >> j) & 1U) != 0) continue;
      const bool waits = ((interrupted_by(j) >> i) & 1U) != 0;
      if (waits || group.exclusive || configured.groups[j].exclusive) groups[i].shut_by |= 1U << j;
    }
  }
}

void Applier::NoteRearranged(AgentIndex index) {
  if (AgentAt(index).capacity.interrupts) workspace_.rearranged_agents.push_back(index);
}

void Applier::RearrangeWork() {
  std::vector<AgentIndex> agents = std::exchange(workspace_.rearranged_agents, {});
  std::sort(agents.begin(), agents.end(),
            [&](AgentIndex a, AgentIndex b) { return AgentAt(a).ordinal < AgentAt(b).ordinal; });
  agents.erase(std::unique(agents.begin(), agents.end()), agents.end());
  for (const AgentIndex index : agents) RearrangeWork(index);
}

// What is offered interrupts nothing, and can't be interrupted. What the agent takes part in
// interrupts as its own work does; that it waits for other work is told of owned work alone.
void Applier::RearrangeWork(AgentIndex index) {
  const AgentState& agent = AgentAt(index);
  std::vector<TicketIndex> owned;
  uint32_t interrupted = 0;  // groups
  for (const TicketIndex held : agent.held) {
    const Ticket& ticket = TicketAt(held);
    if (!IsOwned(ticket)) continue;
    owned.push_back(held);
    const auto group = static_cast<size_t>(workspace_.channel_of(ticket).group);
    interrupted |= agent.capacity.groups[group].interrupts;
  }
  for (const TicketIndex joined : agent.joined) {
    const Ticket& ticket = TicketAt(joined);
    const Participant& participant = *Workspace::FindParticipant(ticket, index);
    if (participant.IsInvited() || !TakesCapacity(participant.role)) continue;
    const auto group = static_cast<size_t>(workspace_.channel_of(ticket).group);
    interrupted |= agent.capacity.groups[group].interrupts;
  }
  std::sort(owned.begin(), owned.end(), [&](TicketIndex a, TicketIndex b) {
    return TicketAt(a).arrival < TicketAt(b).arrival;
  });
  for (const TicketIndex held : owned) {
    Ticket& ticket = TicketAt(held);
    const bool waits = (interrupted & BitOf(workspace_.channel_of(ticket).group)) != 0;
    if (waits == ticket.interrupted_since.IsSet()) continue;
    EventRow& event =
        RecordTicket(waits ? EventType::kTicketInterrupted : EventType::kInterruptionEnded, ticket);
    if (waits) {
      ticket.interrupted_since = now_;
    } else {
      event.number = (now_ - ticket.interrupted_since).us;
      EndInterruption(ticket);
    }
    MarkDirty(held);
    NotifyWork(held, index, false);
  }
}

void Applier::EndInterruption(Ticket& ticket) {
  if (!ticket.interrupted_since.IsSet()) return;
  ticket.interrupted = ticket.interrupted + (now_ - ticket.interrupted_since);
  ticket.interrupted_since = Time{};
}

}  // namespace tandem::router
