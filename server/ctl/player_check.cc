#include "server/ctl/player_check.h"

#include "absl/strings/str_cat.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

constexpr absl::Duration kPatience = absl::Minutes(1);

void Count(const v1::Ticket& ticket, TicketTotals& totals) {
  ++totals.tickets;
  if (ticket.has_answered_at()) ++totals.answered;
  switch (ticket.state()) {
    case v1::TICKET_STATE_COMPLETED:
      ++totals.completed;
      break;
    case v1::TICKET_STATE_ABANDONED:
      ++totals.abandoned;
      break;
    case v1::TICKET_STATE_CANCELED:
      ++totals.canceled;
      break;
    case v1::TICKET_STATE_EXPIRED:
      ++totals.expired;
      break;
    default:
      ++totals.open;
      break;
  }
}

absl::Status ToError(const grpc::Status& status) {
  return absl::UnavailableError(Describe(status));
}

// Counts those of `wanted` that the list has, and takes them out.
absl::Status CountListed(Client& client, const std::string& workspace,
                         std::set<std::string>& wanted, TicketTotals& totals) {
  v1::ListTicketsRequest request;
  request.set_workspace(workspace);
  request.set_page_size(1000);
  do {
    v1::ListTicketsResponse response;
    const grpc::Status status = CallAndWait(kPatience, [&](grpc::ClientContext* context) {
      response.Clear();
      return client.tickets->ListTickets(context, request, &response);
    });
    if (!status.ok()) return ToError(status);
    for (const v1::Ticket& ticket : response.tickets()) {
      if (wanted.erase(ticket.id()) > 0) Count(ticket, totals);
    }
    request.set_page_token(response.next_page_token());
  } while (!wanted.empty() && !request.page_token().empty());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TicketTotals> CheckTickets(Client& client, const std::string& workspace,
                                          const std::set<std::string>& ticket_ids) {
  TicketTotals totals;
  std::set<std::string> wanted = ticket_ids;
  if (const absl::Status listed = CountListed(client, workspace, wanted, totals); !listed.ok()) {
    return listed;
  }
  for (const std::string& id : wanted) {
    v1::GetTicketRequest request;
    request.set_workspace(workspace);
    request.set_ticket_id(id);
    v1::GetTicketResponse response;
    const grpc::Status status = CallAndWait(kPatience, [&](grpc::ClientContext* context) {
      response.Clear();
      return client.tickets->GetTicket(context, request, &response);
    });
    if (status.ok()) {
      Count(response.ticket(), totals);
    } else if (status.error_code() == grpc::StatusCode::NOT_FOUND) {
      ++totals.lost;
    } else {
      return ToError(status);
    }
  }
  return totals;
}

}  // namespace tandem::ctl
