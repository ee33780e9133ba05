#include "server/query/tickets.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace tandem::query {
namespace {

using router::Reason;
using router::Rejection;

Rejection TicketNotFound(router::TicketId ticket) {
  return {
      .reason = Reason::kTicketNotFound,
      .message = "expected a ticket of this workspace, but there is no " + router::ToString(ticket),
      .violations = {},
      .metadata = {}};
}

uint64_t Fingerprint(const std::string& workspace, const store::TicketFilter& filter) {
  FilterFingerprint fingerprint("tickets");
  fingerprint.Add(workspace);
  std::vector<router::TicketState> states = filter.states;
  std::sort(states.begin(), states.end());
  fingerprint.Add(static_cast<int64_t>(states.size()));
  for (const router::TicketState state : states) fingerprint.Add(static_cast<int64_t>(state));
  fingerprint.Add(filter.queue);
  fingerprint.Add(filter.client);
  fingerprint.Add(filter.process_type);
  fingerprint.Add(filter.agent);
  fingerprint.Add(filter.customer_id);
  fingerprint.Add(filter.external_id);
  return fingerprint.value();
}

}  // namespace

Result<store::TicketView> GetTicket(store::Reader& reader, const std::string& workspace,
                                    router::TicketId ticket) {
  auto found = reader.GetTickets(workspace, {ticket});
  if (!found.ok()) return StoreFault(found.status());
  if (found->empty()) return TicketNotFound(ticket);
  return std::move(found->front());
}

Result<std::vector<store::TicketView>> GetTickets(store::Reader& reader,
                                                  const std::string& workspace,
                                                  const std::vector<router::TicketId>& tickets) {
  auto found = reader.GetTickets(workspace, tickets);
  if (!found.ok()) return StoreFault(found.status());
  return *std::move(found);
}

Result<TicketPage> ListTickets(store::Reader& reader, const std::string& workspace,
                               const store::TicketFilter& filter, const PageRequest& page) {
  const uint64_t fingerprint = Fingerprint(workspace, filter);
  const Result<PagePlan> planned = PlanPage(page, kDefaultTicketPage, fingerprint);
  if (const auto* rejection = std::get_if<Rejection>(&planned)) return *rejection;
  const PagePlan& plan = std::get<PagePlan>(planned);

  router::TicketId before;
  if (plan.from) before = {.high = plan.from->high, .low = plan.from->low};
  // One more than the page holds tells whether there is a next page.
  auto found = reader.ListTickets(workspace, filter, before, plan.size + 1);
  if (!found.ok()) return StoreFault(found.status());
  TicketPage result{.tickets = *std::move(found), .next_token = {}};
  if (result.tickets.size() > static_cast<size_t>(plan.size)) {
    result.tickets.resize(static_cast<size_t>(plan.size));
    const router::TicketId last = result.tickets.back().ticket.ticket;
    result.next_token = MakePageToken({.high = last.high, .low = last.low}, fingerprint);
  }
  return result;
}

Result<EventPage> ListTicketEvents(store::Reader& reader, const std::string& workspace,
                                   router::TicketId ticket, const PageRequest& page) {
  FilterFingerprint fingerprint("ticket events");
  fingerprint.Add(workspace);
  fingerprint.Add(router::ToString(ticket));
  const Result<PagePlan> planned = PlanPage(page, kDefaultEventPage, fingerprint.value());
  if (const auto* rejection = std::get_if<Rejection>(&planned)) return *rejection;
  const PagePlan& plan = std::get<PagePlan>(planned);

  const int64_t after = plan.from ? static_cast<int64_t>(plan.from->low) : 0;
  auto found = reader.ListTicketEvents(workspace, ticket, after, plan.size + 1);
  if (!found.ok()) return StoreFault(found.status());
  // Every ticket has at least the event that created it.
  if (found->empty() && !plan.from) return TicketNotFound(ticket);
  EventPage result{.events = *std::move(found), .next_token = {}};
  if (result.events.size() > static_cast<size_t>(plan.size)) {
    result.events.resize(static_cast<size_t>(plan.size));
    const auto last = static_cast<uint64_t>(result.events.back().sequence);
    result.next_token = MakePageToken({.high = 0, .low = last}, fingerprint.value());
  }
  return result;
}

}  // namespace tandem::query
