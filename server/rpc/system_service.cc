#include <memory>

#include "server/rpc/convert_types.h"
#include "server/rpc/services.h"
#include "server/rpc/unary_methods.h"
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

}  // namespace

Service MakeSystemService(Backend& backend) {
  ServiceMaker<v1::SystemService> maker(backend);
  maker.Register(GetServerInfo);
  return std::move(maker).Make();
}

}  // namespace tandem::rpc
