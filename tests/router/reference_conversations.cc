// The reference's conversations: what messages and silence make of a ticket, and completed tickets
// that are reopened.
#include <algorithm>
#include <string>
#include <utility>

#include "tests/router/reference_router.h"

namespace tandem::router {
namespace {

bool IsCustomers(Direction direction, Party author) {
  return direction == Direction::kInbound && author == Party::kCustomer;
}

}  // namespace

// What the process type says of the channel; null when it says nothing, or is not configured.
const ProcessTypeDefaults* ReferenceRouter::DefaultsOf(const NewContact& contact) const {
  const ProcessType* type = FindProcessType(contact.process_type);
  if (type == nullptr) return nullptr;
  const ProcessTypeDefaults* of_any = nullptr;
  for (const ProcessTypeDefaults& entry : type->defaults) {
    if (entry.channel == contact.channel) return &entry;
    if (entry.channel.empty()) of_any = &entry;
  }
  return of_any;
}

// -------------------------------------------------------------------------------------------------
// messages

void ReferenceRouter::Hear(TicketData& ticket, Direction direction, Party author, Time at) {
  if (ticket.state == TicketState::kInReview) return;
  if (IsCustomers(direction, author)) {
    ticket.silent_until = Time{};
    NoteReplyBy(ticket, at);
    Resume(ticket);
    if (ticket.state == TicketState::kParked) Unpark(ticket, "MESSAGE");
    return;
  }
  if (direction != Direction::kOutbound || ticket.state != TicketState::kActive) return;
  if (!ChannelOf(ticket).has_media) ticket.silent_until = SilentFor(ticket, /*parked=*/false);
}

void ReferenceRouter::NoteReplyBy(TicketData& ticket, Time at) {
  const Duration within = ChannelOf(ticket).reply_within.value_or(Duration{});
  if (within.us > 0) ticket.reply_by = std::max(ticket.reply_by, at + within);
}

void ReferenceRouter::Cap(TicketData& ticket, Time entered_at) {
  if (ticket.reply_by <= entered_at) return;
  ticket.target = std::min(ticket.target, ticket.reply_by);
}

// -------------------------------------------------------------------------------------------------
// silence

Time ReferenceRouter::SilentFor(const TicketData& ticket, bool parked) const {
  const ProcessTypeDefaults* defaults = DefaultsOf(ticket.contact);
  if (defaults == nullptr) return Time{};
  const Duration span = parked ? defaults->auto_close_after : defaults->auto_park_after;
  return span.us == 0 ? Time{} : now_ + span;
}

void ReferenceRouter::EndSilence(TicketData& ticket) {
  if (ticket.state == TicketState::kParked) {
    ticket.agent = std::exchange(ticket.parked_by, "");
    Emit(EventType::kTicketCompleted, ticket, ticket.agent).reason = "CUSTOMER_SILENT";
    TicketData* reviewed = NoteReviewEnded(ticket, ticket.agent, "COMPLETED");
    ticket.completed_at = now_;
    workspace_->completed[ticket.id] = ticket;
    ticket.agent.clear();
    Close(ticket, "COMPLETED");
    if (reviewed != nullptr) SendBack(*reviewed, "COMPLETED");
    return;
  }
  Emit(EventType::kTicketParked, ticket, ticket.agent).reason = "customer_silent";
  ticket.until_children_closed = false;
  EndParticipants(ticket, "PARKED");
  ticket.parked_by = ticket.agent;
  Leave(ticket);
  ticket.state = TicketState::kParked;
  ticket.parked_at = now_;
  ticket.parking_reason = "customer_silent";
  ticket.clock_stopped = false;
  for (const ParkingReason& reason : workspace_->configuration.parking_reasons) {
    if (reason.id == ticket.parking_reason) ticket.clock_stopped = reason.stops_clock;
  }
  ticket.silent_until = SilentFor(ticket, /*parked=*/true);
}

// -------------------------------------------------------------------------------------------------
// reopening

bool ReferenceRouter::ReopensClosed(const ClosedTicket& closed, const TicketData* completed) const {
  if (closed.rows.empty() || completed == nullptr) return false;
  const ProcessTypeDefaults* defaults = DefaultsOf(completed->contact);
  return defaults != nullptr && now_ - completed->completed_at < defaults->reopen_within;
}

ReferenceRouter::Refusal ReferenceRouter::CheckReopening(const ClosedTicket& closed,
                                                         const TicketData* completed) {
  if (closed.rows.empty()) return Reason::kTicketStateForbids;
  if (completed->consults.IsSet()) return Reason::kTicketIsConsultation;
  if (completed->reviews.IsSet()) return Reason::kTicketIsReview;
  Completion needed;
  needed.contact.channel = completed->came_over;
  needed.contact.client = completed->contact.client;
  needed.contact.process_type = completed->contact.process_type;
  needed.contact.requirement = completed->base;
  if (const Refusal refusal = CheckReferences(needed)) return refusal;
  const Queue* queue = FindQueue(completed->queue);
  if (queue == nullptr) return Reason::kQueueNotFound;
  if (!queue->client.empty() && queue->client != completed->contact.client) {
    return Reason::kQueueOfOtherClient;
  }
  NewContact first = completed->contact;
  first.channel = completed->came_over;
  if (LatestOf(first) != nullptr) return Reason::kConversationOpen;
  if (TooManyOpen()) return Reason::kTooManyOpenTickets;
  return std::nullopt;
}

ReferenceRouter::TicketData& ReferenceRouter::TakeIn(TicketId id) {
  TicketData& ticket = workspace_->tickets[id];
  ticket = workspace_->completed.at(id);
  workspace_->completed.erase(id);
  ticket.parked_by = std::exchange(ticket.agent, "");
  ticket.parked_at = Time{};
  ticket.clock_stopped = false;
  ticket.leased = ticket.by_offer = ticket.by_hand = ticket.connected = ticket.held = false;
  ticket.until = ticket.silent_until = Time{};
  ticket.cool_downs.clear();
  ticket.plan_since = Time{};
  ticket.reopen_count += 1;
  return ticket;
}

Outcome ReferenceRouter::Do(const ReopenTicket& command) {
  if (FindTicket(command.ticket) != nullptr) return Refuse(Reason::kTicketStateForbids);
  if (!command.closed) return Refuse(Reason::kTicketNotFound);
  const auto it = workspace_->completed.find(command.ticket);
  const TicketData* completed = it == workspace_->completed.end() ? nullptr : &it->second;
  if (const Refusal refusal = CheckReopening(*command.closed, completed)) return Refuse(*refusal);
  Unpark(TakeIn(command.ticket), "REQUEST", /*reopened=*/true);
  return Reply{Done{}};
}

Outcome ReferenceRouter::Do(const AddMessage& command) {
  TicketData* ticket = FindTicket(command.ticket);
  if (ticket == nullptr && !command.closed) return Refuse(Reason::kTicketNotFound);
  if (const Refusal refusal = CheckAuthor(command.agent)) return Refuse(*refusal);
  const Time at = command.sent_at.IsSet() ? command.sent_at : now_;
  Recorded reply;
  if (ticket == nullptr && IsCustomers(command.direction, command.author)) {
    const auto it = workspace_->completed.find(command.ticket);
    const TicketData* completed = it == workspace_->completed.end() ? nullptr : &it->second;
    if (ReopensClosed(*command.closed, completed)) {
      const Refusal refusal = CheckReopening(*command.closed, completed);
      if (refusal == Reason::kTooManyOpenTickets) return Refuse(*refusal);
      reply.reopened = !refusal;
    }
  }
  EventRow& event = Emit(EventType::kMessageAdded);
  event.ticket = command.ticket;
  event.queue = ticket != nullptr ? ticket->queue : command.closed->queue;
  event.agent = command.agent;
  event.reason = "SYSTEM";
  if (command.author == Party::kCustomer) event.reason = "CUSTOMER";
  if (command.author == Party::kAgent) event.reason = "AGENT";
  reply.sequence = event.sequence;
  if (reply.reopened) {
    ticket = &TakeIn(command.ticket);
    NoteReplyBy(*ticket, at);
    Unpark(*ticket, "MESSAGE", /*reopened=*/true);
  } else if (ticket != nullptr) {
    Hear(*ticket, command.direction, command.author, at);
  }
  reply.state = ticket != nullptr ? ticket->state : command.closed->state;
  return Reply{reply};
}

}  // namespace tandem::router
