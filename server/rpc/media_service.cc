#include <memory>

#include "server/rpc/closed_ticket.h"
#include "server/rpc/services.h"
#include "tandem/v1/media_service.grpc.pb.h"

namespace tandem::rpc {
namespace {

void FinishReport(Call call, bool applied) {
  v1::ReportMediaEventResponse response;
  response.set_applied(applied);
  call.Finish(response);
}

// A late report about a closed ticket is nobody's fault: it is OK and changes nothing.
void ReportMediaEvent(Backend& backend, Call call, v1::ReportMediaEventRequest& request) {
  const auto ticket = router::ParseId<router::TicketId>(request.ticket_id());
  RunVerb(
      backend, call, request,
      [](Call answered, const router::Reply& reply) {
        FinishReport(answered, std::get<router::MediaReported>(reply).applied);
      },
      [&backend, ticket, workspace = request.workspace()](Call refused,
                                                          const router::Rejection& rejection) {
        if (rejection.reason != router::Reason::kTicketNotFound || !ticket) {
          return refused.Refuse(rejection);
        }
        LookUpClosed(backend, workspace, *ticket,
                     [refused, rejection, ticket](const ClosedState& found) {
                       const auto explained = ExplainNotFound(rejection, *ticket, found);
                       if (explained.reason == router::Reason::kTicketClosed) {
                         FinishReport(refused, /*applied=*/false);
                       } else {
                         refused.Refuse(explained);
                       }
                     });
      });
}

using Base = v1::MediaService::WithRawCallbackMethod_ReportMediaEvent<v1::MediaService::Service>;

class MediaService final : public Base {
 public:
  explicit MediaService(Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* ReportMediaEvent(grpc::CallbackServerContext* context,
                                             const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* answer) override {
    return Handle(backend_, context, request, answer, rpc::ReportMediaEvent);
  }

 private:
  Backend& backend_;
};

}  // namespace

Service MakeMediaService(Backend& backend) {
  return {v1::MediaService::service_full_name(), std::make_unique<MediaService>(backend)};
}

}  // namespace tandem::rpc
