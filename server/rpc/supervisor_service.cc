#include <memory>

#include "server/rpc/bulk_agents.h"
#include "server/rpc/bulk_tickets.h"
#include "server/rpc/closed_ticket.h"
#include "server/rpc/convert_types.h"
#include "server/rpc/services.h"
#include "server/rpc/unary_methods.h"
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

class SupervisorStreams : public v1::SupervisorService::WithRawCallbackMethod_BulkUpdateAgents<
                              v1::SupervisorService::WithRawCallbackMethod_BulkUpdateTickets<
                                  v1::SupervisorService::Service>> {
 public:
  explicit SupervisorStreams(Backend& backend) : backend_(backend) {}

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
  ServiceMaker<v1::SupervisorService, SupervisorStreams> maker(backend);
  maker.Serve(AssignTicket);
  maker.Serve(RequeueTicket);
  maker.Serve(OverrideAgentStatus);
  maker.Serve(SetShiftEnd);
  return std::move(maker).Make();
}

}  // namespace tandem::rpc
