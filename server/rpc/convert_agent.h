// Snapshots and notices of agents, from the router to tandem.v1.
#ifndef TANDEM_SERVER_RPC_CONVERT_AGENT_H_
#define TANDEM_SERVER_RPC_CONVERT_AGENT_H_

#include "router/command.h"
#include "router/rows.h"
#include "tandem/v1/agent_service.pb.h"

namespace tandem::rpc {

void Fill(const router::AgentSnapshot& snapshot, v1::AgentSnapshot& to);

// The message that tells a stream of a notice; SessionEnded has none, it ends the stream.
void Fill(const router::OfferMade& notice, v1::StreamAgentSessionResponse& to);
void Fill(const router::OfferEnded& notice, v1::StreamAgentSessionResponse& to);
void Fill(const router::WorkChanged& notice, v1::StreamAgentSessionResponse& to);
void Fill(const router::StateChanged& notice, v1::StreamAgentSessionResponse& to);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_CONVERT_AGENT_H_
