// What an adapter reports, by the unary call or on its stream.
#ifndef TANDEM_SERVER_RPC_MEDIA_REPORT_H_
#define TANDEM_SERVER_RPC_MEDIA_REPORT_H_

#include <chrono>

#include "absl/functional/any_invocable.h"

#include "server/rpc/call.h"
#include "tandem/v1/media_service.pb.h"

namespace tandem::rpc {

// Whether it was applied, or why it was refused.
using ReportOutcome = query::Result<bool>;

// Checks the report, has it decided, and hands over what came of it when that is durable; at once
// when it is refused by its form. The request is used up.
void ReportMedia(Backend& backend, v1::ReportMediaEventRequest& request,
                 std::chrono::steady_clock::time_point deadline,
                 absl::AnyInvocable<void(const ReportOutcome&) &&> done);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_MEDIA_REPORT_H_
