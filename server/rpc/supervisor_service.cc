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

void FillRoom(const router::AgentExplanation::OfGroup& of, v1::GroupRoom& to) {
  to.set_group(static_cast<v1::CapacityGroup>(static_cast<int>(of.group) + 1));
  to.set_held(static_cast<int32_t>(of.held));
  to.set_max(static_cast<int32_t>(of.max));
  to.set_ready(of.ready);
  to.set_takes_live(of.takes_live);
  to.set_takes_deferrable(of.takes_deferrable);
}

void FillProspects(const router::AgentExplanation::OfQueue& of, v1::QueueProspects& to) {
  to.set_queue(of.queue);
  to.set_rank(of.rank);
  to.set_push(of.push);
  to.set_pull(of.pull);
  if (of.delay.us > 0) *to.mutable_delay() = ToProtoDuration(of.delay);
  to.set_waiting(static_cast<int64_t>(of.waiting));
  to.set_qualified(static_cast<int64_t>(of.qualified));
  if (of.first.IsSet()) to.set_first_ticket_id(router::ToString(of.first));
  to.set_obstacle(static_cast<v1::ObstacleKind>(of.obstacle));
  if (of.delayed_until.IsSet()) *to.mutable_until() = ToTimestamp(of.delayed_until);
}

void ExplainAgent(Backend& backend, Call call, v1::ExplainAgentRequest& request) {
  RunVerb(backend, call, request, [](Call answered, const router::Reply& reply) {
    const auto& explanation = std::get<router::AgentExplanation>(reply);
    v1::ExplainAgentResponse response;
    response.set_status(ToProto(explanation.status));
    response.set_reason(explanation.reason);
    if (explanation.status_since.IsSet()) {
      *response.mutable_status_since() = ToTimestamp(explanation.status_since);
    }
    response.set_obstacle(static_cast<v1::ObstacleKind>(explanation.obstacle));
    for (const auto& group : explanation.groups) FillRoom(group, *response.add_groups());
    for (const auto& queue : explanation.queues) FillProspects(queue, *response.add_queues());
    answered.Finish(response);
  });
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
  maker.Serve(ExplainAgent);
  return std::move(maker).Make();
}

}  // namespace tandem::rpc
