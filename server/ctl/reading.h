// Reads that several commands share.
#ifndef TANDEM_SERVER_CTL_READING_H_
#define TANDEM_SERVER_CTL_READING_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "server/ctl/caller.h"
#include "tandem/v1/configuration_service.pb.h"
#include "tandem/v1/queue_service.pb.h"
#include "tandem/v1/system_service.pb.h"
#include "tandem/v1/ticket_service.pb.h"

namespace tandem::ctl {

[[nodiscard]] grpc::Status ReadConfiguration(Caller& caller,
                                             tandem::v1::GetConfigurationResponse& response);

[[nodiscard]] grpc::Status ReadTicket(Caller& caller, const std::string& id,
                                      tandem::v1::Ticket& ticket);

// The newest tickets that pass the filter, at most `limit` (0: all). `more` says whether there are
// others.
[[nodiscard]] grpc::Status ReadTickets(Caller& caller, const tandem::v1::TicketFilter& filter,
                                       int64_t limit, std::vector<tandem::v1::Ticket>& tickets,
                                       bool& more);

// The whole history of one ticket.
[[nodiscard]] grpc::Status ReadHistory(Caller& caller, const std::string& ticket_id,
                                       tandem::v1::ListTicketEventsResponse& history);

// The queues as they are now, and what ended in them in the last `since` of the server's clock.
[[nodiscard]] grpc::Status ReadStatistics(Caller& caller, absl::Duration since,
                                          tandem::v1::ListQueueStatisticsResponse& response);

[[nodiscard]] grpc::Status ReadServerInfo(Caller& caller, tandem::v1::GetServerInfoResponse& info);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_READING_H_
