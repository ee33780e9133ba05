// The services of tandem.v1, each in a file of its own.
//
// Every one takes its calls by gRPC's callback API: reactions are quick, the engine answers from
// its own threads, and reads go to the pool. Only the agents' sessions are asked for, one by one,
// over completion queues of our own.
#ifndef TANDEM_SERVER_RPC_SERVICES_H_
#define TANDEM_SERVER_RPC_SERVICES_H_

#include <grpcpp/impl/codegen/service_type.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/rpc/call.h"
#include "server/rpc/queued_stream.h"

namespace tandem::rpc {

// Reads the request of a call and sees to its answer. The context and the responder live until the
// answer is given; the bytes, until this returns.
using UnaryHandler = std::function<void(const grpc::CallbackServerContext& context,
                                        const grpc::ByteBuffer& bytes, Responder& responder)>;

struct UnaryMethod {
  std::string path;  // "/tandem.v1.TicketService/GetTicket"
  UnaryHandler handler;
};

struct Service {
  // As in health checks and reflection: "tandem.v1.TicketService".
  const char* name;
  std::unique_ptr<grpc::Service> implementation;
  // Those that are not registered with gRPC.
  std::vector<UnaryMethod> methods{};
};

struct AgentCalls {
  Service service;
  // AgentService.StreamAgentSession, whose streams are SessionStreams.
  QueuedStream::NextCall next_session;
};

// `backend` must outlive the service.
AgentCalls MakeAgentService(Backend& backend);
Service MakeConfigurationService(Backend& backend);
Service MakeEventService(Backend& backend);
Service MakeIngestService(Backend& backend);
Service MakeMediaService(Backend& backend);
Service MakeParticipantService(Backend& backend);
Service MakeQueueService(Backend& backend);
Service MakeReportService(Backend& backend);
Service MakeResourceService(Backend& backend);
Service MakeSupervisorService(Backend& backend);
Service MakeSystemService(Backend& backend);
Service MakeTicketService(Backend& backend);
Service MakeWatchService(Backend& backend);
Service MakeWebhookService(Backend& backend);
Service MakeWorkService(Backend& backend);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_SERVICES_H_
