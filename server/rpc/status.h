// The one place that turns a refusal into a gRPC status.
//
// Pure functions, safe from any thread.
#ifndef TANDEM_SERVER_RPC_STATUS_H_
#define TANDEM_SERVER_RPC_STATUS_H_

#include <grpcpp/support/status.h>

#include <optional>
#include <utility>

#include "router/rejection.h"

namespace tandem::v1 {
class ItemError;
}

namespace tandem::rpc {

// The domain of every ErrorInfo.
inline constexpr char kErrorDomain[] = "tandem";

// The canonical code of a reason, as named at tandem.v1.ErrorReason.
grpc::StatusCode CodeOf(router::Reason reason);

// Code, message, and a google.rpc.Status as details: one ErrorInfo; BadRequest for
// INVALID_ARGUMENT; RetryInfo for UNAVAILABLE and RESOURCE_EXHAUSTED. The result fits into the 8
// KiB of trailers that clients take by default: of many violations only the first are sent.
grpc::Status ToStatus(const router::Rejection& rejection);

// How a stream ends: with a status that is nobody's fault, or refused.
struct StreamEnd {
  StreamEnd(grpc::Status of) : status(std::move(of)) {}
  StreamEnd(const router::Rejection& rejection)
      : status(ToStatus(rejection)), reason(rejection.reason) {}

  grpc::Status status;
  std::optional<router::Reason> reason{};
};

// The same as fields, for one item of many.
void Fill(const router::Rejection& rejection, v1::ItemError& to);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_STATUS_H_
