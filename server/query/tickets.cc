#include "server/query/tickets.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

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
  fingerprint.Add(filter.last_agent);
  fingerprint.Add(filter.customer_id);
  fingerprint.Add(filter.external_id);
  fingerprint.Add(filter.reference.system);
  fingerprint.Add(filter.reference.id);
  fingerprint.Add(filter.parent.IsSet() ? router::ToString(filter.parent) : "");
  return fingerprint.value();
}

uint64_t Fingerprint(const char* list, const std::string& workspace, router::TicketId ticket) {
  FilterFingerprint fingerprint(list);
  fingerprint.Add(workspace);
  fingerprint.Add(router::ToString(ticket));
  return fingerprint.value();
}

// Nothing when there is such a ticket, open or closed.
std::optional<Rejection> CheckExists(store::Reader& reader, const std::string& workspace,
                                     router::TicketId ticket) {
  const auto exists = reader.GetTickets(workspace, {ticket});
  if (!exists.ok()) return StoreFault(exists.status());
  if (exists->empty()) return TicketNotFound(ticket);
  return std::nullopt;
}

// A page of what a ticket has, by sequence; `list` is the name of the list.
template <typename Row>
Result<PageOf<Row>> ListOfTicket(store::Reader& reader,
                                 absl::StatusOr<std::vector<Row>> (store::Reader::*read)(
                                     const std::string&, router::TicketId, int64_t, int32_t),
                                 const char* list, const std::string& workspace,
                                 router::TicketId ticket, const PageRequest& page) {
  const uint64_t fingerprint = Fingerprint(list, workspace, ticket);
  const Result<PagePlan> planned = PlanPage(page, kDefaultEventPage, fingerprint);
  if (const auto* rejection = std::get_if<Rejection>(&planned)) return *rejection;
  const PagePlan& plan = std::get<PagePlan>(planned);

  const int64_t after = plan.from ? static_cast<int64_t>(plan.from->low) : 0;
  auto found = (reader.*read)(workspace, ticket, after, plan.size + 1);
  if (!found.ok()) return StoreFault(found.status());
  if (found->empty() && !plan.from) {
    if (auto rejection = CheckExists(reader, workspace, ticket)) return *std::move(rejection);
  }
  PageOf<Row> result{.rows = *std::move(found), .next_token = {}};
  if (result.rows.size() > static_cast<size_t>(plan.size)) {
    result.rows.resize(static_cast<size_t>(plan.size));
    const auto last = static_cast<uint64_t>(result.rows.back().sequence);
    result.next_token = MakePageToken({.high = 0, .low = last}, fingerprint);
  }
  return result;
}

}  // namespace

Rejection TicketClosed(router::TicketId ticket, router::TicketState state) {
  const std::string name = router::ToString(state);
  return {.reason = Reason::kTicketClosed,
          .message = "expected an open ticket, but " + router::ToString(ticket) + " is " + name,
          .violations = {},
          .metadata = {{"state", name}}};
}

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

Result<std::vector<router::ContactRow>> GetFirstContacts(
    store::Reader& reader, const std::string& workspace,
    const std::vector<router::TicketId>& tickets) {
  auto found = reader.GetFirstContacts(workspace, tickets);
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
  return ListOfTicket<router::EventRow>(reader, &store::Reader::ListTicketEvents, "ticket events",
                                        workspace, ticket, page);
}

Result<std::vector<router::EventRow>> ListHandings(store::Reader& reader,
                                                   const std::string& workspace,
                                                   router::TicketId ticket) {
  const auto hands_over = [](router::EventType type) {
    using Type = router::EventType;
    return type == Type::kTicketOffered || type == Type::kTicketClaimed ||
           type == Type::kTicketAssigned || type == Type::kAgentContactStarted ||
           type == Type::kOwnerChanged;
  };
  std::vector<router::EventRow> handings;
  PageRequest page{.size = kMaxPage, .token = {}};
  do {
    const Result<EventPage> read = ListTicketEvents(reader, workspace, ticket, page);
    if (const auto* rejection = std::get_if<router::Rejection>(&read)) return *rejection;
    const EventPage& found = std::get<EventPage>(read);
    std::ranges::copy_if(found.rows, std::back_inserter(handings), hands_over,
                         &router::EventRow::type);
    page.token = found.next_token;
  } while (!page.token.empty());
  return handings;
}

Result<NotePage> ListNotes(store::Reader& reader, const std::string& workspace,
                           router::TicketId ticket, const PageRequest& page) {
  return ListOfTicket<router::NoteRow>(reader, &store::Reader::ListNotes, "notes", workspace,
                                       ticket, page);
}

Result<MessagePage> ListMessages(store::Reader& reader, const std::string& workspace,
                                 router::TicketId ticket, const PageRequest& page) {
  return ListOfTicket<router::MessageRow>(reader, &store::Reader::ListMessages, "messages",
                                          workspace, ticket, page);
}

Result<ScorePage> ListScores(store::Reader& reader, const std::string& workspace,
                             router::TicketId ticket, const PageRequest& page) {
  const uint64_t fingerprint = Fingerprint("scores", workspace, ticket);
  const Result<TextPagePlan> planned = PlanTextPage(page, kDefaultEventPage, fingerprint);
  if (const auto* rejection = std::get_if<Rejection>(&planned)) return *rejection;
  const TextPagePlan& plan = std::get<TextPagePlan>(planned);
  store::ScorePlace after;
  if (plan.from) {
    const std::pair<std::string, std::string> words =
        absl::StrSplit(*plan.from, absl::MaxSplits(' ', 1));
    if (!absl::SimpleAtoi(words.first, &after.sequence)) return PageTokenFault();
    after.measure = words.second;
  }
  auto found = reader.ListScores(workspace, ticket, after, plan.size + 1);
  if (!found.ok()) return StoreFault(found.status());
  if (found->empty() && !plan.from) {
    if (auto rejection = CheckExists(reader, workspace, ticket)) return *std::move(rejection);
  }
  ScorePage result{.rows = *std::move(found), .next_token = {}};
  if (result.rows.size() > static_cast<size_t>(plan.size)) {
    result.rows.resize(static_cast<size_t>(plan.size));
    const router::SurveyRow& last = result.rows.back();
    result.next_token =
        MakeTextPageToken(absl::StrCat(last.sequence, " ", last.score.measure), fingerprint);
  }
  return result;
}

Result<ContactPage> ListContacts(store::Reader& reader, const std::string& workspace,
                                 router::TicketId ticket, const PageRequest& page) {
  return ListOfTicket<store::ContactOfTicket>(reader, &store::Reader::ListContacts, "contacts",
                                              workspace, ticket, page);
}

Result<std::optional<router::ClosedTicket>> FindClosed(store::Reader& reader,
                                                       const std::string& workspace,
                                                       router::TicketId ticket) {
  auto found = reader.GetClosedTicket(workspace, ticket);
  if (!found.ok()) return StoreFault(found.status());
  if (!found->has_value()) return std::optional<router::ClosedTicket>();
  router::TicketRows& rows = **found;
  const auto added = reader.CountAdditions(workspace, ticket);
  if (!added.ok()) return StoreFault(added.status());
  std::optional<router::ClosedTicket> closed(
      router::ClosedTicket{.state = rows.state.state,
                           .queue = rows.state.queue,
                           .client = rows.ticket.client,
                           .channel = rows.channel(),
                           .process_type = rows.ticket.process_type,
                           .agent = rows.state.agent,
                           .trace_parent = rows.ticket.trace_parent,
                           .notes = added->notes,
                           .messages = added->messages,
                           .scores = added->scores});
  if (rows.state.state == router::TicketState::kCompleted) closed->rows.push_back(std::move(rows));
  return closed;
}

}  // namespace tandem::query
