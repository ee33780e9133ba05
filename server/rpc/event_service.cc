#include <memory>

#include "server/rpc/event_stream.h"
#include "server/rpc/services.h"
#include "tandem/v1/event_service.grpc.pb.h"

namespace tandem::rpc {
namespace {

using EventBase = v1::EventService::WithRawCallbackMethod_StreamEvents<v1::EventService::Service>;

class EventService final : public EventBase {
 public:
  explicit EventService(Backend& backend) : backend_(backend) {}

  grpc::ServerWriteReactor<grpc::ByteBuffer>* StreamEvents(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) override {
    return ServerStream::Start<EventStream>(backend_, context, request);
  }

 private:
  Backend& backend_;
};

}  // namespace

Service MakeEventService(Backend& backend) {
  return {v1::EventService::service_full_name(), std::make_unique<EventService>(backend)};
}

}  // namespace tandem::rpc
