#include <memory>

#include "server/rpc/closed_ticket.h"
#include "server/rpc/services.h"
#include "tandem/v1/participant_service.grpc.pb.h"

namespace tandem::rpc {
namespace {

void InviteParticipant(Backend& backend, Call call, v1::InviteParticipantRequest& request) {
  RunTicketVerb(backend, call, request, FinishEmpty<v1::InviteParticipantResponse>);
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

using Base = v1::ParticipantService::WithRawCallbackMethod_InviteParticipant<
    v1::ParticipantService::WithRawCallbackMethod_EndParticipation<
        v1::ParticipantService::WithRawCallbackMethod_SetParticipantRole<
            v1::ParticipantService::WithRawCallbackMethod_HandOverTicket<
                v1::ParticipantService::WithRawCallbackMethod_MonitorTicket<
                    v1::ParticipantService::Service>>>>>;

class ParticipantService final : public Base {
 public:
  explicit ParticipantService(Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* InviteParticipant(grpc::CallbackServerContext* context,
                                              const grpc::ByteBuffer* request,
                                              grpc::ByteBuffer* answer) override {
    return Handle(backend_, context, request, answer, rpc::InviteParticipant);
  }
  grpc::ServerUnaryReactor* EndParticipation(grpc::CallbackServerContext* context,
                                             const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* answer) override {
    return Handle(backend_, context, request, answer, rpc::EndParticipation);
  }
  grpc::ServerUnaryReactor* SetParticipantRole(grpc::CallbackServerContext* context,
                                               const grpc::ByteBuffer* request,
                                               grpc::ByteBuffer* answer) override {
    return Handle(backend_, context, request, answer, rpc::SetParticipantRole);
  }
  grpc::ServerUnaryReactor* HandOverTicket(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* answer) override {
    return Handle(backend_, context, request, answer, rpc::HandOverTicket);
  }
  grpc::ServerUnaryReactor* MonitorTicket(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* answer) override {
    return Handle(backend_, context, request, answer, rpc::MonitorTicket);
  }

 private:
  Backend& backend_;
};

}  // namespace

Service MakeParticipantService(Backend& backend) {
  return {v1::ParticipantService::service_full_name(),
          std::make_unique<ParticipantService>(backend)};
}

}  // namespace tandem::rpc
