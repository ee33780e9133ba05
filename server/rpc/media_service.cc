#include <memory>

#include "server/rpc/media_report.h"
#include "server/rpc/media_stream.h"
#include "server/rpc/services.h"
#include "tandem/v1/media_service.grpc.pb.h"

namespace tandem::rpc {
namespace {

void ReportMediaEvent(Backend& backend, Call call, v1::ReportMediaEventRequest& request) {
  ReportMedia(backend, request, call.deadline(), [call](const ReportOutcome& outcome) {
    FinishQuery<v1::ReportMediaEventResponse>(
        call, outcome, [](bool applied, v1::ReportMediaEventResponse& response) {
          response.set_applied(applied);
        });
  });
}

using Base = v1::MediaService::WithRawCallbackMethod_ReportMediaEvent<
    v1::MediaService::WithRawCallbackMethod_MediaSession<v1::MediaService::Service>>;

class MediaService final : public Base {
 public:
  explicit MediaService(Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* ReportMediaEvent(grpc::CallbackServerContext* context,
                                             const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* answer) override {
    return Handle(backend_, context, request, answer, rpc::ReportMediaEvent);
  }
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* MediaSession(
      grpc::CallbackServerContext* context) override {
    return BidiStream::Start<MediaStream>(backend_, context);
  }

 private:
  Backend& backend_;
};

}  // namespace

Service MakeMediaService(Backend& backend) {
  return {v1::MediaService::service_full_name(), std::make_unique<MediaService>(backend)};
}

}  // namespace tandem::rpc
