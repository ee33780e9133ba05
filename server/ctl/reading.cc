#include "server/ctl/reading.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "server/ctl/spans.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

constexpr int32_t kTicketPage = 1000;

// Every page, as one response.
template <typename Stub, typename Request, typename Response>
grpc::Status ReadPages(Caller& caller, Stub& stub,
                       grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                    Response*),
                       Request request, Response& all) {
  request.set_page_size(kTicketPage);
  do {
    Response page;
    const grpc::Status status = caller.Ask(stub, method, request, page);
    if (!status.ok()) return status;
    request.set_page_token(page.next_page_token());
    all.MergeFrom(page);
  } while (!request.page_token().empty());
  all.clear_next_page_token();
  return grpc::Status::OK;
}

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
    const int64_t left = limit == 0 ? kTicketPage : limit - static_cast<int64_t>(tickets.size());
    request.set_page_size(static_cast<int32_t>(std::min<int64_t>(left, kTicketPage)));
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
  return ReadPages(caller, *caller.client().tickets, &v1::TicketService::Stub::ListTicketEvents,
                   std::move(request), history);
}

grpc::Status ReadKind(Caller& caller, const Kind& kind, const std::string& ticket_id,
                      std::unique_ptr<google::protobuf::Message>& holder) {
  holder.reset(google::protobuf::MessageFactory::generated_factory()
                   ->GetPrototype(kind.field->containing_type())
                   ->New());
  Client& client = caller.client();
  const auto of_ticket = [&ticket_id](auto request) {
    request.set_ticket_id(ticket_id);
    return request;
  };
  if (auto* policies = dynamic_cast<v1::ListServiceLevelPoliciesResponse*>(holder.get())) {
    return caller.Ask(*client.reports, &v1::ReportService::Stub::ListServiceLevelPolicies,
                      v1::ListServiceLevelPoliciesRequest(), *policies);
  }
  if (auto* measures = dynamic_cast<v1::ListMeasuresResponse*>(holder.get())) {
    return caller.Ask(*client.reports, &v1::ReportService::Stub::ListMeasures,
                      v1::ListMeasuresRequest(), *measures);
  }
  if (auto* webhooks = dynamic_cast<v1::ListWebhooksResponse*>(holder.get())) {
    return caller.Ask(*client.webhooks, &v1::WebhookService::Stub::ListWebhooks,
                      v1::ListWebhooksRequest(), *webhooks);
  }
  if (auto* notes = dynamic_cast<v1::ListNotesResponse*>(holder.get())) {
    return ReadPages(caller, *client.tickets, &v1::TicketService::Stub::ListNotes,
                     of_ticket(v1::ListNotesRequest()), *notes);
  }
  if (auto* messages = dynamic_cast<v1::ListMessagesResponse*>(holder.get())) {
    return ReadPages(caller, *client.tickets, &v1::TicketService::Stub::ListMessages,
                     of_ticket(v1::ListMessagesRequest()), *messages);
  }
  if (auto* scores = dynamic_cast<v1::ListSurveyScoresResponse*>(holder.get())) {
    return ReadPages(caller, *client.tickets, &v1::TicketService::Stub::ListSurveyScores,
                     of_ticket(v1::ListSurveyScoresRequest()), *scores);
  }
  if (auto* contacts = dynamic_cast<v1::ListContactsResponse*>(holder.get())) {
    return ReadPages(caller, *client.tickets, &v1::TicketService::Stub::ListContacts,
                     of_ticket(v1::ListContactsRequest()), *contacts);
  }
  if (auto* workspaces = dynamic_cast<v1::ListWorkspacesResponse*>(holder.get())) {
    return ReadPages(caller, *client.configurations,
                     &v1::ConfigurationService::Stub::ListWorkspaces, v1::ListWorkspacesRequest(),
                     *workspaces);
  }
  if (auto* targets = dynamic_cast<v1::ListTransferTargetsResponse*>(holder.get())) {
    return ReadPages(caller, *client.tickets, &v1::TicketService::Stub::ListTransferTargets,
                     of_ticket(v1::ListTransferTargetsRequest()), *targets);
  }
  v1::GetConfigurationResponse response;
  const grpc::Status status = ReadConfiguration(caller, response);
  holder->GetReflection()->Swap(holder.get(), response.mutable_configuration());
  return status;
}

grpc::Status ReadFiltered(Caller& caller, const Kind& kind, const ItemFilter& filter,
                          std::unique_ptr<google::protobuf::Message>& holder) {
  auto configuration = std::make_unique<v1::Configuration>();
  v1::ResourceService::Stub& resources = *caller.client().resources;
  using Stub = v1::ResourceService::Stub;
  grpc::Status status(grpc::StatusCode::INTERNAL, "expected a kind that has a filter");
  const auto read = [&](auto method, auto request, const auto& asked, auto response, auto take) {
    *request.mutable_filter() = asked;
    status = ReadPages(caller, resources, method, std::move(request), response);
    take(response);
  };
  if (kind.name == "agent") {
    read(&Stub::ListAgents, v1::ListAgentsRequest(), filter.agents, v1::ListAgentsResponse(),
         [&](auto& found) { configuration->mutable_agents()->Swap(found.mutable_agents()); });
  } else if (kind.name == "queue") {
    read(&Stub::ListQueues, v1::ListQueuesRequest(), filter.queues, v1::ListQueuesResponse(),
         [&](auto& found) { configuration->mutable_queues()->Swap(found.mutable_queues()); });
  } else if (kind.name == "process-type") {
    read(&Stub::ListProcessTypes, v1::ListProcessTypesRequest(), filter.process_types,
         v1::ListProcessTypesResponse(), [&](auto& found) {
           configuration->mutable_process_types()->Swap(found.mutable_process_types());
         });
  } else if (kind.name == "routing-profile") {
    read(&Stub::ListRoutingProfiles, v1::ListRoutingProfilesRequest(), filter.routing_profiles,
         v1::ListRoutingProfilesResponse(), [&](auto& found) {
           configuration->mutable_routing_profiles()->Swap(found.mutable_routing_profiles());
         });
  } else if (kind.name == "channel") {
    read(&Stub::ListChannels, v1::ListChannelsRequest(), filter.channels,
         v1::ListChannelsResponse(),
         [&](auto& found) { configuration->mutable_channels()->Swap(found.mutable_channels()); });
  }
  holder = std::move(configuration);
  return status;
}

namespace {

grpc::Status Explain(Caller& caller, v1::ExplainTicketRequest request,
                     v1::ExplainTicketResponse& explained) {
  return caller.Ask(*caller.client().tickets, &v1::TicketService::Stub::ExplainTicket, request,
                    explained);
}

}  // namespace

grpc::Status ReadExplanation(Caller& caller, const std::string& ticket_id,
                             v1::ExplainTicketResponse& explained) {
  v1::ExplainTicketRequest request;
  request.set_ticket_id(ticket_id);
  return Explain(caller, std::move(request), explained);
}

grpc::Status ReadFirstExplanation(Caller& caller, const std::string& queue,
                                  v1::ExplainTicketResponse& explained) {
  v1::ExplainTicketRequest request;
  request.set_queue(queue);
  return Explain(caller, std::move(request), explained);
}

grpc::Status ReadExplanation(Caller& caller, const std::string& agent,
                             v1::ExplainAgentResponse& explained) {
  v1::ExplainAgentRequest request;
  request.set_agent(agent);
  return caller.Ask(*caller.client().supervisors, &v1::SupervisorService::Stub::ExplainAgent,
                    request, explained);
}

grpc::Status ReadAgentNow(Caller& caller, const std::string& agent, v1::WatchAgentsResponse& now) {
  v1::WatchAgentsRequest request;
  request.set_workspace(caller.target().workspace);
  request.add_agents(agent);
  return caller.AskBy([&](grpc::ClientContext* context) {
    const auto stream = caller.client().watch->WatchAgents(context, request);
    // Of one agent the snapshot is one message.
    const bool told = stream->Read(&now);
    if (told) context->TryCancel();
    const grpc::Status status = stream->Finish();
    return told ? grpc::Status::OK : status;
  });
}

grpc::Status ReadStatistics(Caller& caller, absl::Duration since,
                            v1::ListQueueStatisticsResponse& response) {
  // A demonstration's clock is not the world's, so the server is asked for the time.
  v1::GetServerInfoResponse info;
  const grpc::Status status = ReadServerInfo(caller, info);
  if (!status.ok()) return status;
  v1::ListQueueStatisticsRequest request;
  *request.mutable_since() = ToTimestamp(ToTime(info.server_time()) - since);
  return caller.Ask(*caller.client().queues, &v1::QueueService::Stub::ListQueueStatistics, request,
                    response);
}

grpc::Status ReadStatisticsOf(Caller& caller, const std::string& queue, absl::Duration since,
                              v1::ListQueueStatisticsResponse& response) {
  v1::ListQueueStatisticsResponse all;
  const grpc::Status status = ReadStatistics(caller, since, all);
  for (const v1::QueueStatistics& one : all.queues()) {
    if (one.queue() == queue) *response.add_queues() = one;
  }
  return status;
}

grpc::Status ReadServerInfo(Caller& caller, v1::GetServerInfoResponse& info) {
  return caller.Ask(*caller.client().system, &v1::SystemService::Stub::GetServerInfo,
                    v1::GetServerInfoRequest(), info);
}

grpc::Status LoadZone(const std::string& name, absl::TimeZone& zone) {
  if (absl::LoadTimeZone(name, &zone)) return grpc::Status::OK;
  return {grpc::StatusCode::FAILED_PRECONDITION,
          absl::StrCat("expected to find the time zone ", name, " on this machine")};
}

grpc::Status ReadZone(Caller& caller, const std::string& name, absl::TimeZone& zone) {
  if (!name.empty()) return LoadZone(name, zone);
  v1::GetConfigurationResponse configured;
  const grpc::Status status = ReadConfiguration(caller, configured);
  return status.ok() ? LoadZone(configured.configuration().time_zone(), zone) : status;
}

grpc::Status ReadInstant(Caller& caller, const SaidInstant& said, absl::Time& time) {
  v1::GetServerInfoResponse info;
  grpc::Status status = ReadServerInfo(caller, info);
  absl::TimeZone zone = absl::UTCTimeZone();
  if (status.ok() && said.kind == SaidInstant::Kind::kCivil) status = ReadZone(caller, "", zone);
  time = Resolve(said, ToTime(info.server_time()), zone);
  return status;
}

}  // namespace tandem::ctl
