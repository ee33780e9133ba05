#include <memory>

#include "server/rpc/services.h"
#include "server/rpc/watch_stream.h"
#include "tandem/v1/watch_service.grpc.pb.h"

namespace tandem::rpc {
namespace {

using WatchBase = v1::WatchService::WithRawCallbackMethod_WatchQueues<
    v1::WatchService::WithRawCallbackMethod_WatchAgents<v1::WatchService::Service>>;

class WatchService final : public WatchBase {
 public:
  explicit WatchService(Backend& backend) : backend_(backend) {}

  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchQueues(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) override {
    return ServerStream::Start<WatchStream<QueueWatch>>(backend_, context, request);
  }
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchAgents(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) override {
    return ServerStream::Start<WatchStream<AgentWatch>>(backend_, context, request);
  }

 private:
  Backend& backend_;
};

}  // namespace

Service MakeWatchService(Backend& backend) {
  return {v1::WatchService::service_full_name(), std::make_unique<WatchService>(backend)};
}

}  // namespace tandem::rpc
