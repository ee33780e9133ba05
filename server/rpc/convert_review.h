// Reviews, between the protocol and the router.
#ifndef TANDEM_SERVER_RPC_CONVERT_REVIEW_H_
#define TANDEM_SERVER_RPC_CONVERT_REVIEW_H_

#include <optional>
#include <string>

#include "router/model.h"
#include "router/review.h"
#include "server/rpc/faults.h"
#include "tandem/v1/configuration.pb.h"
#include "tandem/v1/types.pb.h"

namespace tandem::rpc {

// Nothing when it is unspecified; a fault when there is no such verdict.
std::optional<router::ReviewVerdict> ToVerdict(v1::ReviewVerdict verdict, const std::string& field,
                                               Faults& faults);

// What a process type says of hand-offs and of reviews.
void ToPolicies(const v1::ProcessType& message, const std::string& path, router::ProcessType& to,
                Faults& faults);
// Leaves unset what says nothing.
void FillPolicies(const router::ProcessType& type, v1::ProcessType& to);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_CONVERT_REVIEW_H_
