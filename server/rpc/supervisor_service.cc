#include <memory>

#include "server/rpc/bulk_agents.h"
#include "server/rpc/bulk_tickets.h"
#include "server/rpc/closed_ticket.h"
#include "server/rpc/convert_types.h"
#include "server/rpc/services.h"
#include "tandem/v1/supervisor_service.grpc.pb.h"

namespace tandem::rpc {
namespace {

void AssignTicket(Backend& backend, Call call, v1::AssignTicketRequest& request) {
  RunTicketVerb(backend, call, request, [](Call answered, const router::Reply& reply) {
    v1::AssignTicketResponse response;
    response.set_state(ToProto(std::get<router::StateReached>(reply).state));
    answered.Finish(response);
  });
}

void RequeueTicket(Backend& backend, Call call, v1::RequeueTicketRequest& request) {
  RunTicketVerb(backend, call, request, FinishEmpty<v1::RequeueTicketResponse>);
}

void OverrideAgentStatus(Backend& backend, Call call, v1::OverrideAgentStatusRequest& request) {
  RunVerb(backend, call, request, FinishEmpty<v1::OverrideAgentStatusResponse>);
}

void SetShiftEnd(Backend& backend, Call call, v1::SetShiftEndRequest& request) {
  RunVerb(backend, call, request, FinishEmpty<v1::SetShiftEndResponse>);
}

using Base = v1::SupervisorService::WithRawCallbackMethod_AssignTicket<
    v1::SupervisorService::WithRawCallbackMethod_RequeueTicket<
        v1::SupervisorService::WithRawCallbackMethod_OverrideAgentStatus<
            v1::SupervisorService::WithRawCallbackMethod_SetShiftEnd<
                v1::SupervisorService::WithRawCallbackMethod_BulkUpdateTickets<
                    v1::SupervisorService::WithRawCallbackMethod_BulkUpdateAgents<
                        v1::SupervisorService::Service>>>>>>;

class SupervisorService final : public Base {
 public:
  explicit SupervisorService(Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* AssignTicket(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* answer) override {
    return Handle(backend_, context, request, answer, rpc::AssignTicket);
  }
  grpc::ServerUnaryReactor* RequeueTicket(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* answer) override {
    return Handle(backend_, context, request, answer, rpc::RequeueTicket);
  }
  grpc::ServerUnaryReactor* OverrideAgentStatus(grpc::CallbackServerContext* context,
                                                const grpc::ByteBuffer* request,
                                                grpc::ByteBuffer* answer) override {
    return Handle(backend_, context, request, answer, rpc::OverrideAgentStatus);
  }
  grpc::ServerUnaryReactor* SetShiftEnd(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* answer) override {
    return Handle(backend_, context, request, answer, rpc::SetShiftEnd);
  }
  grpc::ServerWriteReactor<grpc::ByteBuffer>* BulkUpdateTickets(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) override {
    return ServerStream::Start<BulkTickets>(backend_, context, request);
  }
  grpc::ServerWriteReactor<grpc::ByteBuffer>* BulkUpdateAgents(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) override {
    return ServerStream::Start<BulkAgents>(backend_, context, request);
  }

 private:
  Backend& backend_;
};

}  // namespace

Service MakeSupervisorService(Backend& backend) {
  return {v1::SupervisorService::service_full_name(), std::make_unique<SupervisorService>(backend)};
}

}  // namespace tandem::rpc
