#include <memory>

#include "server/rpc/closed_ticket.h"
#include "server/rpc/services.h"
#include "server/rpc/unary_methods.h"
#include "tandem/v1/participant_service.grpc.pb.h"

namespace tandem::rpc {
namespace {

void InviteParticipant(Backend& backend, Call call, v1::InviteParticipantRequest& request) {
  RunTicketVerb(backend, call, request, FinishEmpty<v1::InviteParticipantResponse>);
}

void ConsultQueue(Backend& backend, Call call, v1::ConsultQueueRequest& request) {
  RunTicketVerb(backend, call, request, [](Call answered, const router::Reply& reply) {
    v1::ConsultQueueResponse response;
    const auto& requested = std::get<router::ConsultationRequested>(reply);
    response.set_consultation_id(router::ToString(requested.request));
    answered.Finish(response);
  });
}

void CancelConsultation(Backend& backend, Call call, v1::CancelConsultationRequest& request) {
  RunTicketVerb(backend, call, request, FinishEmpty<v1::CancelConsultationResponse>);
}

void EndParticipation(Backend& backend, Call call, v1::EndParticipationRequest& request) {
  RunTicketVerb(backend, call, request, FinishEmpty<v1::EndParticipationResponse>);
}

void SetParticipantRole(Backend& backend, Call call, v1::SetParticipantRoleRequest& request) {
  RunTicketVerb(backend, call, request, FinishEmpty<v1::SetParticipantRoleResponse>);
}

void HandOverTicket(Backend& backend, Call call, v1::HandOverTicketRequest& request) {
  RunTicketVerb(backend, call, request, FinishEmpty<v1::HandOverTicketResponse>);
}

void MonitorTicket(Backend& backend, Call call, v1::MonitorTicketRequest& request) {
  RunTicketVerb(backend, call, request, FinishEmpty<v1::MonitorTicketResponse>);
}

}  // namespace

Service MakeParticipantService(Backend& backend) {
  ServiceMaker<v1::ParticipantService> maker(backend);
  maker.Serve(InviteParticipant);
  maker.Serve(ConsultQueue);
  maker.Serve(CancelConsultation);
  maker.Serve(EndParticipation);
  maker.Serve(SetParticipantRole);
  maker.Register(HandOverTicket);
  maker.Serve(MonitorTicket);
  return std::move(maker).Make();
}

}  // namespace tandem::rpc
