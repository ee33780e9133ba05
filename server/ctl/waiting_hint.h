// Why an agent gets no offer though tickets wait.
#ifndef TANDEM_SERVER_CTL_WAITING_HINT_H_
#define TANDEM_SERVER_CTL_WAITING_HINT_H_

#include <string>

#include "server/ctl/caller.h"

namespace tandem::ctl {

// What keeps an AVAILABLE agent from what waits, in one line or two: from the first ticket that the
// agent may take, as `explain agent` tells it. Empty when nothing is known.
[[nodiscard]] std::string WhyNoOffer(Caller& caller, const std::string& agent);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_WAITING_HINT_H_
