// Reads that several commands share.
#ifndef TANDEM_SERVER_CTL_READING_H_
#define TANDEM_SERVER_CTL_READING_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "server/ctl/caller.h"
#include "server/ctl/kinds.h"
#include "server/ctl/spans.h"
#include "tandem/v1/configuration_service.pb.h"
#include "tandem/v1/queue_service.pb.h"
#include "tandem/v1/resource_service.pb.h"
#include "tandem/v1/system_service.pb.h"
#include "tandem/v1/ticket_service.pb.h"
#include "tandem/v1/watch_service.pb.h"

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

// All items of one kind, in the message that holds them. `ticket_id` may be empty where the kind is
// not a ticket's.
[[nodiscard]] grpc::Status ReadKind(Caller& caller, const Kind& kind, const std::string& ticket_id,
                                    std::unique_ptr<google::protobuf::Message>& holder);

// What is asked of the items of a kind that the server can filter by; the others' are not read.
struct ItemFilter {
  tandem::v1::AgentFilter agents;
  tandem::v1::QueueFilter queues;
  tandem::v1::ProcessTypeFilter process_types;
  tandem::v1::RoutingProfileFilter routing_profiles;
  tandem::v1::ChannelFilter channels;
};

// As ReadKind, only the items that pass. The kind has to be one that has a filter.
[[nodiscard]] grpc::Status ReadFiltered(Caller& caller, const Kind& kind, const ItemFilter& filter,
                                        std::unique_ptr<google::protobuf::Message>& holder);

// Why a ticket waits; the first of a queue; why an agent gets no more.
[[nodiscard]] grpc::Status ReadExplanation(Caller& caller, const std::string& ticket_id,
                                           tandem::v1::ExplainTicketResponse& explained);
[[nodiscard]] grpc::Status ReadFirstExplanation(Caller& caller, const std::string& queue,
                                                tandem::v1::ExplainTicketResponse& explained);
[[nodiscard]] grpc::Status ReadExplanation(Caller& caller, const std::string& agent,
                                           tandem::v1::ExplainAgentResponse& explained);

// One agent as they are now; none when there is no such agent.
[[nodiscard]] grpc::Status ReadAgentNow(Caller& caller, const std::string& agent,
                                        tandem::v1::WatchAgentsResponse& now);

// The queues as they are now, and what ended in them in the last `since` of the server's clock.
[[nodiscard]] grpc::Status ReadStatistics(Caller& caller, absl::Duration since,
                                          tandem::v1::ListQueueStatisticsResponse& response);

// The same of one queue; none when there is no such queue.
[[nodiscard]] grpc::Status ReadStatisticsOf(Caller& caller, const std::string& queue,
                                            absl::Duration since,
                                            tandem::v1::ListQueueStatisticsResponse& response);

[[nodiscard]] grpc::Status ReadServerInfo(Caller& caller, tandem::v1::GetServerInfoResponse& info);

// A workspace's time zone. FAILED_PRECONDITION when the server knows it, but this machine does not.
[[nodiscard]] grpc::Status LoadZone(const std::string& name, absl::TimeZone& zone);
// The same of the zone that is named, or else of the workspace's.
[[nodiscard]] grpc::Status ReadZone(Caller& caller, const std::string& name, absl::TimeZone& zone);
// The instant, in the workspace's time zone and by the server's clock.
[[nodiscard]] grpc::Status ReadInstant(Caller& caller, const SaidInstant& said, absl::Time& time);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_READING_H_
