// What a query gives when it gives no answer: a refusal that may be shown to the caller.
//
// Pure functions, safe from any thread.
#ifndef TANDEM_SERVER_QUERY_FAULT_H_
#define TANDEM_SERVER_QUERY_FAULT_H_

#include <string_view>
#include <variant>

#include "absl/status/status.h"

#include "router/rejection.h"

namespace tandem::query {

template <typename T>
using Result = std::variant<T, router::Rejection>;

// A refusal because of one field.
router::Rejection FieldFault(router::Reason reason, std::string_view field,
                             std::string_view description);

// A revision that was expected of `what` ("the webhook"), which has another by now.
router::Rejection RevisionFault(std::string_view what, int64_t expected, int64_t actual);

// A page token that is not of the list with the filter that were asked for.
router::Rejection PageTokenFault();

// A fault of ours: writes `what` to the log under a new id, and tells the caller that id alone.
router::Rejection InternalFault(std::string_view what);

// What a store's error is to the caller. Its text goes to the log only (no driver text ever reaches
// a client).
router::Rejection StoreFault(const absl::Status& status);

}  // namespace tandem::query

#endif  // TANDEM_SERVER_QUERY_FAULT_H_
