#include <memory>

#include "server/rpc/convert_types.h"
#include "server/rpc/services.h"
#include "tandem/v1/system_service.grpc.pb.h"

namespace tandem::rpc {
namespace {

void GetServerInfo(Backend& backend, Call call, v1::GetServerInfoRequest& /*request*/) {
  v1::GetServerInfoResponse response;
  response.set_version(TANDEM_VERSION);
  *response.mutable_server_time() = ToTimestamp(backend.engine.Now());
  response.set_clock_speed(backend.engine.clock_speed());
  response.set_ready(backend.engine.ready());
  call.Finish(response);
}

using Base = v1::SystemService::WithRawCallbackMethod_GetServerInfo<v1::SystemService::Service>;

class SystemService final : public Base {
 public:
  explicit SystemService(Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* GetServerInfo(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* answer) override {
    return Handle(backend_, context, request, answer, rpc::GetServerInfo);
  }

 private:
  Backend& backend_;
};

}  // namespace

Service MakeSystemService(Backend& backend) {
  return {v1::SystemService::service_full_name(), std::make_unique<SystemService>(backend)};
}

}  // namespace tandem::rpc
