// Work that waits for other work of its agent (GroupCapacity.interrupts, live_interrupts).
#include <algorithm>
#include <utility>

#include "router/applier.h"
#include "router/applier_change_agent.h"
#include "router/snapshot.h"

namespace tandem::router {

void Applier::CountDeferrable() {
  for (uint32_t i = 0; i < workspace_.agents.size(); ++i) {
    const AgentIndex index{i};
    if (AgentAt(index).capacity.live_interrupts == 0 || !AgentAt(index).HasWork()) continue;
    ChangeAgent(index, [&](AgentState&) { CountLoad(index); });
    NoteRearranged(index);
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
  uint32_t interrupted = 0;  // kinds of work
  const auto interrupts = [&](const Ticket& ticket) {
    const CapacityGroup group = workspace_.channel_of(ticket).group;
    interrupted |= BothKindsOf(agent.capacity.groups[static_cast<size_t>(group)].interrupts);
    if (workspace_.UrgencyOf(ticket) != Urgency::kLive) return;
    interrupted |= KindsOf(Urgency::kDeferrable, agent.capacity.live_interrupts & BitOf(group));
  };
  for (const TicketIndex held : agent.held) {
    if (!IsOwned(TicketAt(held))) continue;
    owned.push_back(held);
    interrupts(TicketAt(held));
  }
  for (const TicketIndex joined : agent.joined) {
    const Ticket& ticket = TicketAt(joined);
    const Participant& participant = *Workspace::FindParticipant(ticket, index);
    if (!participant.IsInvited() && TakesCapacity(participant.role)) interrupts(ticket);
  }
  std::sort(owned.begin(), owned.end(), [&](TicketIndex a, TicketIndex b) {
    return TicketAt(a).arrival < TicketAt(b).arrival;
  });
  for (const TicketIndex held : owned) {
    Ticket& ticket = TicketAt(held);
    const uint32_t kind =
        KindBit(workspace_.channel_of(ticket).group, workspace_.UrgencyOf(ticket));
    const bool waits = (interrupted & kind) != 0;
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
