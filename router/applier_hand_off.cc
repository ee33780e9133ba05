// An automated agent gives a ticket to people.
#include <utility>

#include "router/applier.h"
#include "router/snapshot.h"

namespace tandem::router {

// Its age and its target stay, and the plan's clock goes on.
void Applier::TicketHandedOff(TicketIndex index, HandOff&& hand_off, QueueIndex queue, Time key) {
  Ticket& ticket = TicketAt(index);
  const size_t first = changes_.events.size();
  EventRow& event = RecordTicket(EventType::kTicketHandedOff, ticket);
  event.reason = hand_off.reason;
  event.number = hand_off.confidence_milli ? int64_t{*hand_off.confidence_milli} : -1;
  // Who was reached is called no more, and waits as long as it takes.
  const bool reached = ticket.state != TicketState::kAssigned;
  if (reached && ticket.callback != nullptr) ticket.callback->not_after = Time{};
  LeaveAgent(index, SegmentOutcome::kHandedOff, "", true);
  if (queue != ticket.queue) EndVisit(ticket, ExitReason::kTransferred);
  Requirement requirement = RequirementOf(workspace_, ticket);
  DetailOf(index).hand_off = std::move(hand_off);
  ticket.key = key;
  ChangeQueue(ticket, queue, requirement);
  TellNewQueue(ticket, first);
  EnterQueue(index, EntryReason::kHandedOff);
}

}  // namespace tandem::router
