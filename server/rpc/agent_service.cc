#include <memory>
#include <utility>

#include "server/rpc/closed_ticket.h"
#include "server/rpc/convert_agent.h"
#include "server/rpc/convert_types.h"
#include "server/rpc/services.h"
#include "server/rpc/unary_methods.h"
#include "tandem/v1/agent_service.grpc.pb.h"

namespace tandem::rpc {
namespace {

void OpenSession(Backend& backend, Call call, v1::OpenSessionRequest& request) {
  RunVerb(backend, call, request, [](Call answered, const router::Reply& reply) {
    v1::OpenSessionResponse response;
    Fill(std::get<router::AgentSnapshot>(reply), *response.mutable_snapshot());
    answered.Finish(response);
  });
}

void CloseSession(Backend& backend, Call call, v1::CloseSessionRequest& request) {
  RunVerb(backend, call, request, FinishEmpty<v1::CloseSessionResponse>);
}

void Heartbeat(Backend& backend, Call call, v1::HeartbeatRequest& request) {
  if (request.has_session() && !request.workspace().empty()) {
    backend.engine.Heartbeat(request.workspace(), {.agent = request.session().agent(),
                                                   .generation = request.session().generation()});
  }
  RunVerb(backend, call, request, [](Call answered, const router::Reply& reply) {
    v1::HeartbeatResponse response;
    Fill(std::get<router::AgentSnapshot>(reply), *response.mutable_snapshot());
    answered.Finish(response);
  });
}

void SetAgentStatus(Backend& backend, Call call, v1::SetAgentStatusRequest& request) {
  RunVerb(backend, call, request, FinishEmpty<v1::SetAgentStatusResponse>);
}

template <typename Response>
void FinishWithNewState(Call call, const router::Reply& reply) {
  Response response;
  response.set_state(ToProto(std::get<router::StateReached>(reply).state));
  call.Finish(response);
}

void AcceptOffer(Backend& backend, Call call, v1::AcceptOfferRequest& request) {
  RunVerb(backend, call, request, FinishWithNewState<v1::AcceptOfferResponse>);
}

void DeclineOffer(Backend& backend, Call call, v1::DeclineOfferRequest& request) {
  RunVerb(backend, call, request, FinishEmpty<v1::DeclineOfferResponse>);
}

void StartTicket(Backend& backend, Call call, v1::StartTicketRequest& request) {
  RunTicketVerb(backend, call, request, FinishEmpty<v1::StartTicketResponse>);
}

void FinishTicket(Backend& backend, Call call, v1::FinishTicketRequest& request) {
  RunTicketVerb(backend, call, request, FinishWithNewState<v1::FinishTicketResponse>);
}

void StartAgentContact(Backend& backend, Call call, v1::StartAgentContactRequest& request) {
  RunVerb(backend, call, request, [](Call answered, const router::Reply& reply) {
    const auto& started = std::get<router::ContactStarted>(reply);
    v1::StartAgentContactResponse response;
    response.set_ticket_id(router::ToString(started.ticket));
    response.set_contact_id(router::ToString(started.contact));
    response.set_state(ToProto(started.state));
    response.set_offer_id(router::ToString(router::OfferId{.ticket = started.ticket, .number = 1}));
    answered.Finish(response);
  });
}

}  // namespace

AgentCalls MakeAgentService(Backend& backend) {
  using Streams = v1::AgentService::WithRawMethod_StreamAgentSession<v1::AgentService::Service>;
  ServiceMaker<v1::AgentService, Streams> maker(backend);
  maker.Serve(OpenSession);
  maker.Serve(CloseSession);
  maker.Register(Heartbeat);
  maker.Serve(SetAgentStatus);
  maker.Register(AcceptOffer);
  maker.Serve(DeclineOffer);
  maker.Register(StartTicket);
  maker.Register(FinishTicket);
  maker.Serve(StartAgentContact);
  QueuedStream::NextCall next_session =
      [&service = maker.service()](grpc::ServerContext* context, QueuedStream::Responder* responder,
                                   grpc::CompletionQueue* calls,
                                   grpc::ServerCompletionQueue* arrivals, void* tag) {
        service.RequestStreamAgentSession(context, responder, calls, arrivals, tag);
      };
  return {.service = std::move(maker).Make(), .next_session = std::move(next_session)};
}

}  // namespace tandem::rpc
