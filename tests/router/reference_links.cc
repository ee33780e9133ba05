// The reference's tickets that belong to others, or wait for them.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "router/limits.h"
#include "tests/router/reference_router.h"

namespace tandem::router {
uint32_t ReferenceRouter::CountChildren(TicketId parent) const {
  uint32_t children = 0;
  for (const auto& [id, ticket] : workspace_->tickets) {
    if (parent.IsSet() && ticket.contact.parent == parent) ++children;
  }
  return children;
}

// Those that wait for it, in the order in which they came in.
std::vector<ReferenceRouter::TicketData*> ReferenceRouter::DependentsOf(TicketId other) {
  std::vector<TicketData*> dependents;
  for (auto& [id, ticket] : workspace_->tickets) {
    const std::vector<TicketId>& waits_for = ticket.waits_for;
    if (std::count(waits_for.begin(), waits_for.end(), other) != 0) dependents.push_back(&ticket);
  }
  std::sort(dependents.begin(), dependents.end(),
            [](const TicketData* a, const TicketData* b) { return a->arrival < b->arrival; });
  return dependents;
}

NewContact ReferenceRouter::Inherited(NewContact contact) const {
  const auto it = workspace_->tickets.find(contact.parent);
  if (!contact.parent.IsSet() || it == workspace_->tickets.end()) return contact;
  const TicketData& parent = it->second;
  if (contact.client.empty()) contact.client = parent.contact.client;
  if (contact.customer_id.empty()) contact.customer_id = parent.said_customer;
  if (contact.customer_segment.empty()) contact.customer_segment = parent.said_segment;
  return contact;
}

ReferenceRouter::Refusal ReferenceRouter::CheckParent(const NewContact& contact) {
  if (!contact.parent.IsSet()) return std::nullopt;
  const TicketData* parent = FindTicket(contact.parent);
  if (parent == nullptr) return Reason::kParentNotOpen;
  if (parent->consults.IsSet()) return Reason::kTicketIsConsultation;
  return std::nullopt;
}

ReferenceRouter::Refusal ReferenceRouter::CheckLinks(const NewContact& contact) {
  if (contact.parent.IsSet()) {
    const TicketData* parent = FindTicket(contact.parent);
    if (parent->contact.client != contact.client) return Reason::kTicketOfOtherClient;
    if (CountChildren(parent->id) >= kMaxOpenChildren) return Reason::kTooManyChildren;
  }
  for (const TicketId& id : contact.blocked_by) {
    const TicketData* ticket = FindTicket(id);
    if (ticket == nullptr) return Reason::kDependencyNotOpen;
    if (ticket->consults.IsSet()) return Reason::kTicketIsConsultation;
    if (ticket->contact.client != contact.client) return Reason::kTicketOfOtherClient;
    if (DependentsOf(id).size() >= kMaxDependents) return Reason::kTooManyDependents;
  }
  const TicketData* parent = FindTicket(contact.parent);
  if (parent == nullptr || !parent->until_children_closed) return std::nullopt;
  const std::set<TicketId> after = NeverBefore(parent->id);
  for (const TicketId& id : contact.blocked_by) {
    if (after.contains(id)) return Reason::kCircularWait;
  }
  return std::nullopt;
}

ReferenceRouter::Refusal ReferenceRouter::CheckWaitForChildren(const TicketData& ticket) const {
  if (CountChildren(ticket.id) == 0) return Reason::kNoOpenChild;
  for (const TicketId& id : NeverBefore(ticket.id)) {
    if (workspace_->tickets.at(id).contact.parent == ticket.id) return Reason::kCircularWait;
  }
  return std::nullopt;
}

// The ticket, and those that can't be closed before it is: looked for among all tickets until no
// more are found.
std::set<TicketId> ReferenceRouter::NeverBefore(TicketId first) const {
  std::set<TicketId> after{first};
  for (size_t before = 0; before != after.size();) {
    before = after.size();
    for (const auto& [id, ticket] : workspace_->tickets) {
      for (const TicketId& other : ticket.waits_for) {
        if (after.contains(other)) after.insert(id);
      }
      if (ticket.review.IsSet() && after.contains(ticket.review)) after.insert(id);
      const auto parent = workspace_->tickets.find(ticket.contact.parent);
      if (!after.contains(id) || parent == workspace_->tickets.end()) continue;
      if (parent->second.until_children_closed) after.insert(parent->first);
    }
  }
  return after;
}

void ReferenceRouter::NoteChild(const TicketData& child, ContactId contact) {
  if (!child.contact.parent.IsSet()) return;
  EventRow& event = Emit(EventType::kChildCreated, *FindTicket(child.contact.parent));
  event.reason = ToString(child.id);
  event.contact = contact;
  event.number = CountChildren(child.contact.parent);
}

std::string ReferenceRouter::Origins(const TicketData& ticket, const std::string& instead_of) {
  std::vector<std::string> origins = ticket.rules;
  if (!instead_of.empty()) origins.push_back("QUEUE_CLOSED:" + instead_of);
  if (ticket.contact.parent.IsSet()) {
    origins.push_back("PARENT:" + ToString(ticket.contact.parent));
  }
  return Joined(origins);
}

// What nobody says is due counts from when it enters its queue.
void ReferenceRouter::Block(TicketData& ticket, Time no_earlier) {
  ticket.state = TicketState::kBlocked;
  ticket.queued_at = Time{};
  ticket.until = no_earlier;
  if (QueueOf(ticket).office == Office::kBack) ticket.due_at = ticket.contact.due_at;
  EventRow& event = Emit(EventType::kTicketBlocked, ticket);
  event.until = no_earlier;
  event.number = static_cast<int64_t>(ticket.waits_for.size());
  std::vector<std::string> ids;
  for (const TicketId& id : ticket.waits_for) ids.push_back(ToString(id));
  event.reason = Joined(ids);
}

void ReferenceRouter::BeginDueTime(TicketData& ticket, Time at) {
  const Queue& queue = QueueOf(ticket);
  if (ticket.state != TicketState::kBlocked || queue.office != Office::kBack) return;
  if (ticket.due_at.IsSet()) return;
  const ProcessTypeDefaults* defaults = DefaultsOf(ticket.contact);
  ticket.due_at =
      After(HoursQueueOf(queue, at), at, defaults == nullptr ? Hours(8) : defaults->due_after);
}

// The ticket is gone already.
void ReferenceRouter::TellOfEnd(const TicketData& gone, const std::string& how) {
  const std::string reason = how + ":" + ToString(gone.id);
  for (TicketData* dependent : DependentsOf(gone.id)) {
    std::erase(dependent->waits_for, gone.id);
    EventRow& event = Emit(EventType::kDependencyClosed, *dependent);
    event.reason = reason;
    event.number = static_cast<int64_t>(dependent->waits_for.size());
    if (dependent->waits_for.empty()) workspace_->woken.push_back(dependent->id);
  }
  TicketData* parent = FindTicket(gone.contact.parent);
  if (parent == nullptr) return;
  const uint32_t left = CountChildren(parent->id);
  EventRow& event = Emit(EventType::kChildClosed, *parent);
  event.reason = reason;
  event.number = left;
  if (left == 0) workspace_->woken.push_back(parent->id);
}

void ReferenceRouter::Wake() {
  for (const TicketId& id : std::exchange(workspace_->woken, {})) {
    TicketData* ticket = FindTicket(id);
    if (ticket == nullptr) continue;
    if (ticket->state == TicketState::kParked && ticket->until_children_closed &&
        CountChildren(id) == 0) {
      Unpark(*ticket, "CHILDREN_CLOSED");
    } else if (ticket->state == TicketState::kBlocked && ticket->waits_for.empty()) {
      if (IsCallback(*ticket)) {
        CallScheduled(*ticket, "UNBLOCKED");
      } else if (ticket->until > now_) {
        Schedule(*ticket, ticket->until);
      } else {
        Enter(*ticket, "UNBLOCKED");
      }
    }
  }
}

// As if each of them came in by itself; and when one can't, as if none had come.
Outcome ReferenceRouter::MakeFollowUps(const CompleteTicket& command) {
  const Workspace before = *workspace_;
  const size_t events = events_.size();
  StateReached reached{TicketState::kCompleted};
  for (const FollowUp& follow_up : command.follow_ups) {
    NewContact contact = follow_up.contact;
    contact.parent = command.ticket;
    const Refusal refusal = MakeFollowUp(contact, follow_up, reached.follow_ups, before);
    if (refusal) {
      *workspace_ = before;
      events_.resize(events);
      return Refuse(*refusal);
    }
    reached.follow_ups.push_back(follow_up.new_ticket);
  }
  TicketData& ticket = *FindTicket(command.ticket);
  if (command.verdict) {
    Judge(ticket, command);
  } else {
    reached.state = Complete(ticket, command.disposition);
  }
  const bool plain = reached.follow_ups.empty() && reached.state == TicketState::kCompleted;
  return plain ? Reply{Done{}} : Reply{reached};
}

ReferenceRouter::Refusal ReferenceRouter::MakeFollowUp(const NewContact& said,
                                                       const FollowUp& follow_up,
                                                       const std::vector<TicketId>& made,
                                                       const Workspace& before) {
  const Completion completion = Completed(Inherited(said));
  if (const Refusal refusal = CheckReferences(completion)) return refusal;
  if (const Refusal refusal = CheckLinks(completion.contact)) return refusal;
  std::vector<TicketId> after;
  for (const uint32_t place : follow_up.after) after.push_back(made[place]);
  Arrival arrival;
  arrival.blocked = !after.empty() || !completion.contact.blocked_by.empty();
  if (const Refusal refusal = Arrive(completion.contact, arrival)) return refusal;
  if (arrival.enters_at <= now_ && !arrival.blocked) {
    // Those before it may have taken the last places of where it would have overflowed to.
    Workspace* const as_it_is = std::exchange(workspace_, const_cast<Workspace*>(&before));
    Arrival alone;
    const Refusal refusal = Arrive(completion.contact, alone);
    workspace_ = as_it_is;
    if (!refusal && alone.queue->id != arrival.queue->id) return Reason::kQueueFull;
  }
  Make(completion, arrival, follow_up.new_ticket, follow_up.new_contact, after);
  return std::nullopt;
}

}  // namespace tandem::router
