#include "server/rpc/bulk_tickets.h"

#include <utility>

#include "router/limits.h"
#include "server/query/resources.h"
#include "server/query/tickets.h"
#include "server/query/workspaces.h"
#include "server/rpc/convert_ticket.h"
#include "server/rpc/convert_types.h"
#include "server/rpc/verbs.h"

namespace tandem::rpc {
namespace {

using router::Reason;
using router::Rejection;
using router::TicketState;

// What their contacts said is kept meanwhile.
constexpr size_t kMostReclassified = 10'000;

// Without what no rule asks for. Of a plan that its caller said, that there is one.
router::NewContact WhatRulesNeed(router::NewContact&& contact) {
  router::NewContact kept;
  kept.queue = std::move(contact.queue);
  kept.process_type = std::move(contact.process_type);
  kept.priority = contact.priority;
  kept.requirement = std::move(contact.requirement);
  if ((contact.said & router::kSaidPlan) == 0) kept.plan = std::move(contact.plan);
  kept.customer_id = std::move(contact.customer_id);
  kept.customer_segment = std::move(contact.customer_segment);
  kept.attributes = std::move(contact.attributes);
  kept.said = contact.said;
  return kept;
}

router::Action ToChange(const v1::BulkUpdateTicketsRequest& request, const std::string& supervisor,
                        Faults& faults) {
  switch (request.change_case()) {
    case v1::BulkUpdateTicketsRequest::kPriority: {
      faults.Range(request.priority(), 0, router::kMaxPriority, "priority");
      router::UpdateTicket update;
      update.priority = request.priority();
      return update;
    }
    case v1::BulkUpdateTicketsRequest::kToQueue:
      faults.RequireId(request.to_queue(), "to_queue");
      return router::TransferTicket{.ticket = {}, .queue = request.to_queue()};
    case v1::BulkUpdateTicketsRequest::kCancel:
      faults.Text(request.cancel().reason(), router::kMaxReasonBytes, "cancel.reason");
      return router::CancelTicket{.ticket = {}, .reason = request.cancel().reason()};
    case v1::BulkUpdateTicketsRequest::kRequeue:
      return router::RequeueTicket{.ticket = {}, .supervisor = supervisor};
    case v1::BulkUpdateTicketsRequest::kRequirement: {
      router::UpdateTicket update;
      update.requirement = ToOwnRequirement(request.requirement(), "requirement", faults);
      return update;
    }
    case v1::BulkUpdateTicketsRequest::kReclassify: {
      if (!request.reclassify()) {
        faults.Add(Reason::kFieldMalformed, "reclassify", "expected true, or another change");
      }
      router::UpdateTicket update;
      update.reclassify = true;
      return update;
    }
    case v1::BulkUpdateTicketsRequest::CHANGE_NOT_SET:
      break;
  }
  faults.Add(Reason::kFieldRequired, "change",
             "expected one of priority, to_queue, cancel, requeue, requirement and reclassify, but "
             "none is set");
  return router::UpdateTicket{};
}

// Where a filter names no states: those in which nobody's work is ended that was not meant.
std::vector<TicketState> StatesFor(v1::BulkUpdateTicketsRequest::ChangeCase change) {
  switch (change) {
    case v1::BulkUpdateTicketsRequest::kToQueue:
    case v1::BulkUpdateTicketsRequest::kReclassify:
      return {TicketState::kQueued, TicketState::kOffered};
    case v1::BulkUpdateTicketsRequest::kCancel:
    case v1::BulkUpdateTicketsRequest::kRequirement:
      return {TicketState::kQueued, TicketState::kOffered, TicketState::kScheduled,
              TicketState::kBlocked, TicketState::kParked};
    case v1::BulkUpdateTicketsRequest::kRequeue:
      return {TicketState::kOffered, TicketState::kAssigned, TicketState::kActive};
    case v1::BulkUpdateTicketsRequest::kPriority:
    case v1::BulkUpdateTicketsRequest::CHANGE_NOT_SET:
      break;
  }
  return {TicketState::kQueued,    TicketState::kOffered, TicketState::kConnecting,
          TicketState::kAssigned,  TicketState::kActive,  TicketState::kWrapUp,
          TicketState::kScheduled, TicketState::kBlocked, TicketState::kParked,
          TicketState::kInReview};
}

store::TicketFilter ToOpenFilter(const v1::BulkUpdateTicketsRequest& request, Faults& faults) {
  store::TicketFilter filter = ToFilter(request.filter(), faults);
  for (size_t i = 0; i < filter.states.size(); ++i) {
    if (!router::IsClosed(filter.states[i])) continue;
    faults.Add(Reason::kFieldOutOfRange, At("filter.states", static_cast<int>(i)),
               std::string("expected a state of open tickets, but it is ") +
                   router::ToString(filter.states[i]));
  }
  if (filter.states.empty()) filter.states = StatesFor(request.change_case());
  return filter;
}

// Whether the ticket has what the change would give.
bool Has(const store::TicketView& view, const router::Action& change) {
  if (const auto* update = std::get_if<router::UpdateTicket>(&change)) {
    if (update->reclassify) return false;
    if (update->priority) return view.state.priority == *update->priority;
    return view.requirement && view.requirement->own == *update->requirement;
  }
  if (const auto* transfer = std::get_if<router::TransferTicket>(&change)) {
    return view.state.queue == transfer->queue;
  }
  return false;
}

}  // namespace

std::variant<BulkTicketsAsked, Rejection> ToBulkTicketsAsked(
    v1::BulkUpdateTicketsRequest& request) {
  Faults faults;
  BulkTicketsAsked asked;
  asked.bulk = ToBulkAsked(request, faults);
  const std::string supervisor = ToSupervisor(request.supervisor(), faults);
  asked.filter = ToOpenFilter(request, faults);
  asked.change = ToChange(request, supervisor, faults);
  if (request.has_reclassify() && asked.bulk.max_items > kMostReclassified) {
    faults.Add(Reason::kFieldOutOfRange, "max_items",
               "expected at most " + std::to_string(kMostReclassified) +
                   " with reclassify, but it is " + std::to_string(asked.bulk.max_items));
  }
  if (auto rejection = faults.Take()) return *std::move(rejection);
  return asked;
}

BulkTickets::BulkTickets(Backend& backend, grpc::CallbackServerContext* context,
                         const grpc::ByteBuffer* request)
    : BulkStream(backend, context), request_(request) {}

void BulkTickets::Begin() {
  RunAs(*request_, ToBulkTicketsAsked, tickets_asked_);
}

std::optional<Rejection> BulkTickets::ReadCheck(store::Reader& reader) {
  const std::string& workspace = asked().workspace;
  const auto found = query::GetWorkspace(reader, workspace);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const auto* transfer = std::get_if<router::TransferTicket>(&tickets_asked_.change);
  if (transfer == nullptr) return std::nullopt;
  const auto queue =
      query::GetResource(reader, workspace, router::ResourceKind::kQueue, transfer->queue);
  const auto* rejection = std::get_if<Rejection>(&queue);
  if (rejection == nullptr) return std::nullopt;
  if (rejection->reason != Reason::kResourceNotFound) return *rejection;
  return Rejection{
      .reason = Reason::kQueueNotFound,
      .message = "expected a configured queue, but there is no '" + transfer->queue + "'",
      .violations = {},
      .metadata = {}};
}

query::Result<std::string> BulkTickets::ReadPage(store::Reader& reader,
                                                 const query::PageRequest& page) {
  const auto read = query::ListTickets(reader, asked().workspace, tickets_asked_.filter, page);
  if (const auto* rejection = std::get_if<Rejection>(&read)) return *rejection;
  const auto& found = std::get<query::TicketPage>(read);
  const size_t before = tickets_.size();
  for (const store::TicketView& view : found.tickets) {
    if (!Has(view, tickets_asked_.change)) tickets_.push_back(view.ticket.ticket);
  }
  if (Reclassifies()) {
    auto refusal = ReadContacts(reader, before);
    if (refusal) return *std::move(refusal);
  }
  return found.next_token;
}

bool BulkTickets::Reclassifies() const {
  const auto* update = std::get_if<router::UpdateTicket>(&tickets_asked_.change);
  return update != nullptr && update->reclassify && !asked().validate_only;
}

// Of tickets from the first one that has none.
std::optional<Rejection> BulkTickets::ReadContacts(store::Reader& reader, size_t from) {
  const std::vector<router::TicketId> tickets(tickets_.begin() + static_cast<std::ptrdiff_t>(from),
                                              tickets_.end());
  auto read = query::GetFirstContacts(reader, asked().workspace, tickets);
  if (auto* rejection = std::get_if<Rejection>(&read)) return std::move(*rejection);
  for (router::ContactRow& row : std::get<std::vector<router::ContactRow>>(read)) {
    contacts_.emplace(row.ticket, WhatRulesNeed(std::move(row.content)));
  }
  return std::nullopt;
}

std::optional<query::Result<router::Action>> BulkTickets::CommandOf(size_t item) const {
  if (asked().validate_only) return std::nullopt;
  router::Action action = tickets_asked_.change;
  std::visit(
      [&](auto& verb) {
        if constexpr (requires { verb.ticket = tickets_[item]; }) verb.ticket = tickets_[item];
      },
      action);
  if (Reclassifies()) {
    // Of no use any more.
    auto contact = contacts_.extract(tickets_[item]);
    if (contact) std::get<router::UpdateTicket>(action).contact = std::move(contact.mapped());
  }
  return action;
}

grpc::ByteBuffer BulkTickets::Message(const std::vector<Result>& results,
                                      const v1::BulkProgress& progress) const {
  return MessageOf<v1::BulkUpdateTicketsResponse>(
      results, progress, [](auto& to, const std::string& id) { to.set_ticket_id(id); });
}

}  // namespace tandem::rpc
