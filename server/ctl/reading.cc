#include "server/ctl/reading.h"

#include <algorithm>

#include "google/protobuf/util/time_util.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

constexpr int32_t kPage = 1000;

}  // namespace

grpc::Status ReadConfiguration(Caller& caller, v1::GetConfigurationResponse& response) {
  return caller.Ask(*caller.client().configurations,
                    &v1::ConfigurationService::Stub::GetConfiguration,
                    v1::GetConfigurationRequest(), response);
}

grpc::Status ReadTicket(Caller& caller, const std::string& id, v1::Ticket& ticket) {
  v1::GetTicketRequest request;
  request.set_ticket_id(id);
  v1::GetTicketResponse response;
  const grpc::Status status =
      caller.Ask(*caller.client().tickets, &v1::TicketService::Stub::GetTicket, request, response);
  if (status.ok()) ticket.Swap(response.mutable_ticket());
  return status;
}

grpc::Status ReadTickets(Caller& caller, const v1::TicketFilter& filter, int64_t limit,
                         std::vector<v1::Ticket>& tickets, bool& more) {
  v1::ListTicketsRequest request;
  *request.mutable_filter() = filter;
  do {
    const int64_t left = limit == 0 ? kPage : limit - static_cast<int64_t>(tickets.size());
    request.set_page_size(static_cast<int32_t>(std::min<int64_t>(left, kPage)));
    v1::ListTicketsResponse response;
    const grpc::Status status = caller.Ask(
        *caller.client().tickets, &v1::TicketService::Stub::ListTickets, request, response);
    if (!status.ok()) return status;
    tickets.insert(tickets.end(), response.tickets().begin(), response.tickets().end());
    request.set_page_token(response.next_page_token());
    more = !response.next_page_token().empty();
  } while (more && (limit == 0 || static_cast<int64_t>(tickets.size()) < limit));
  return grpc::Status::OK;
}

grpc::Status ReadHistory(Caller& caller, const std::string& ticket_id,
                         v1::ListTicketEventsResponse& history) {
  v1::ListTicketEventsRequest request;
  request.set_ticket_id(ticket_id);
  request.set_page_size(kPage);
  do {
    v1::ListTicketEventsResponse response;
    const grpc::Status status = caller.Ask(
        *caller.client().tickets, &v1::TicketService::Stub::ListTicketEvents, request, response);
    if (!status.ok()) return status;
    request.set_page_token(response.next_page_token());
    history.mutable_events()->MergeFrom(response.events());
  } while (!request.page_token().empty());
  return grpc::Status::OK;
}

grpc::Status ReadStatistics(Caller& caller, absl::Duration since,
                            v1::ListQueueStatisticsResponse& response) {
  using google::protobuf::util::TimeUtil;
  // A demonstration's clock is not the world's, so the server is asked for the time.
  v1::GetServerInfoResponse info;
  const grpc::Status status = ReadServerInfo(caller, info);
  if (!status.ok()) return status;
  v1::ListQueueStatisticsRequest request;
  *request.mutable_since() =
      info.server_time() - TimeUtil::MicrosecondsToDuration(absl::ToInt64Microseconds(since));
  return caller.Ask(*caller.client().queues, &v1::QueueService::Stub::ListQueueStatistics, request,
                    response);
}

grpc::Status ReadServerInfo(Caller& caller, v1::GetServerInfoResponse& info) {
  return caller.Ask(*caller.client().system, &v1::SystemService::Stub::GetServerInfo,
                    v1::GetServerInfoRequest(), info);
}

}  // namespace tandem::ctl
