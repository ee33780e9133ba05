#include <memory>

#include "server/rpc/media_report.h"
#include "server/rpc/media_stream.h"
#include "server/rpc/services.h"
#include "server/rpc/unary_methods.h"
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

class MediaStreams
    : public v1::MediaService::WithRawCallbackMethod_MediaSession<v1::MediaService::Service> {
 public:
  explicit MediaStreams(Backend& backend) : backend_(backend) {}

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* MediaSession(
      grpc::CallbackServerContext* context) override {
    return BidiStream::Start<MediaStream>(backend_, context);
  }

 private:
  Backend& backend_;
};

}  // namespace

Service MakeMediaService(Backend& backend) {
  ServiceMaker<v1::MediaService, MediaStreams> maker(backend);
  maker.Register(ReportMediaEvent);
  return std::move(maker).Make();
}

}  // namespace tandem::rpc
