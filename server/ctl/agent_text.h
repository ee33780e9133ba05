// What an agent has, in a line each.
#ifndef TANDEM_SERVER_CTL_AGENT_TEXT_H_
#define TANDEM_SERVER_CTL_AGENT_TEXT_H_

#include <string>

#include "tandem/v1/agent_service.pb.h"

namespace tandem::ctl {

[[nodiscard]] std::string OfferLine(const tandem::v1::Offer& offer);
// "ticket 0193… is ACTIVE, CONSULT, with ana OWNER"
[[nodiscard]] std::string WorkLine(const tandem::v1::Work& work);
// "NOT_READY, lunch"
[[nodiscard]] std::string StatusText(tandem::v1::AgentStatus status, const std::string& reason);
// "you are DRAINING; then NOT_READY, lunch"
[[nodiscard]] std::string StatusLine(const tandem::v1::AgentState& state);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_AGENT_TEXT_H_
