// What ties tickets to one another: to which one a ticket belongs, and which ones it waits for.
#include <algorithm>
#include <utility>

#include "router/applier.h"
#include "router/invariant.h"
#include "router/snapshot.h"

namespace tandem::router {

Links& Applier::LinksOf(Ticket& ticket) {
  if (ticket.links == nullptr) ticket.links = std::make_unique<Links>();
  return *ticket.links;
}

void Applier::NoteChild(TicketIndex index, const ContactId& contact) {
  const TicketId parent = Workspace::ParentOf(TicketAt(index));
  if (!parent.IsSet()) return;
  const TicketIndex open = workspace_.FindTicket(parent);
  TANDEM_INVARIANT(open.IsSet(), "the parent of a new ticket is open: " + ToString(parent));
  EventRow& event = RecordTicket(EventType::kChildCreated, TicketAt(open));
  event.agent.clear();
  event.reason = ToString(TicketAt(index).id);
  event.contact = contact;
  event.number = workspace_.OpenChildrenOf(parent);
}

void Applier::WaitFor(TicketIndex index, TicketIndex other) {
  TANDEM_INVARIANT(other.IsSet() && other != index, "what a BLOCKED ticket waits for is open");
  LinksOf(TicketAt(index)).waits_for.push_back(other);
  LinksOf(TicketAt(other)).dependents.push_back(index);
}

void Applier::Block(TicketIndex index, const NewTicket& created) {
  Ticket& ticket = TicketAt(index);
  ticket.state = TicketState::kBlocked;
  ticket.visit_number = 0;
  ticket.queued_at = Time{};
  ticket.until = created.not_before;
  for (const TicketIndex other : created.waits_for) WaitFor(index, other);
  SetTimer(index);
  MarkDirty(index);
  EventRow& event = RecordTicket(EventType::kTicketBlocked, ticket);
  event.until = ticket.until;
  event.number = static_cast<int64_t>(created.waits_for.size());
  for (const TicketId& id : workspace_.WaitsFor(ticket)) {
    event.reason += (event.reason.empty() ? "" : ",") + ToString(id);
  }
}

void Applier::WaitForNone(TicketIndex index) {
  Ticket& ticket = TicketAt(index);
  if (ticket.links == nullptr) return;
  for (const TicketIndex other : std::exchange(ticket.links->waits_for, {})) {
    std::vector<TicketIndex>& dependents = TicketAt(other).links->dependents;
    dependents.erase(std::remove(dependents.begin(), dependents.end(), index), dependents.end());
  }
}

void Applier::DueTimeBegan(TicketIndex index, Time due_at) {
  SetDueTime(index, due_at);
}

void Applier::EndLinks(TicketIndex index, TicketState state) {
  WaitForNone(index);
  const Ticket& ticket = TicketAt(index);
  if (ticket.links == nullptr) return;
  const std::string how = ToString(state) + (":" + ToString(ticket.id));
  for (const TicketIndex dependent : ticket.links->dependents) {
    Ticket& waiting = TicketAt(dependent);
    std::vector<TicketIndex>& left = waiting.links->waits_for;
    left.erase(std::remove(left.begin(), left.end(), index), left.end());
    MarkDirty(dependent);
    EventRow& event = RecordTicket(EventType::kDependencyClosed, waiting);
    event.reason = how;
    event.number = static_cast<int64_t>(left.size());
    if (left.empty()) workspace_.woken_tickets.push_back(dependent);
  }
  const TicketId parent = ticket.links->parent;
  if (!parent.IsSet()) return;
  const auto children = workspace_.open_children.find(parent);
  TANDEM_INVARIANT(children != workspace_.open_children.end(), "open children are counted");
  const uint32_t left = --children->second;
  if (left == 0) workspace_.open_children.erase(children);
  const TicketIndex open = workspace_.FindTicket(parent);
  if (!open.IsSet()) return;
  const Ticket& belongs_to = TicketAt(open);
  EventRow& event = RecordTicket(EventType::kChildClosed, belongs_to);
  event.agent.clear();
  event.reason = how;
  event.number = left;
  if (left == 0 && belongs_to.parking != nullptr && belongs_to.parking->until_children_closed) {
    workspace_.woken_tickets.push_back(open);
  }
}

std::vector<TicketIndex> Applier::TakeWokenTickets() {
  return std::exchange(workspace_.woken_tickets, {});
}

}  // namespace tandem::router
