// The refusals that the engine itself gives.
#ifndef TANDEM_SERVER_ENGINE_REFUSALS_H_
#define TANDEM_SERVER_ENGINE_REFUSALS_H_

#include <string_view>

#include "router/rejection.h"

namespace tandem::engine {

// `reason` is one of kRequestIdReused to kDataRefused.
[[nodiscard]] router::Rejection Refusal(router::Reason reason);

// The log line of a fault of ours carries the same `fault`.
[[nodiscard]] router::Rejection InternalFault(std::string_view fault);

}  // namespace tandem::engine

#endif  // TANDEM_SERVER_ENGINE_REFUSALS_H_
