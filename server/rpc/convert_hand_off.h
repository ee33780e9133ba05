// What automated agents hand to people, between tandem.v1 and the router.
//
// How sure an agent is goes from 0 to 1 in the API, and counts in thousandths in the router. Safe
// from any thread.
#ifndef TANDEM_SERVER_RPC_CONVERT_HAND_OFF_H_
#define TANDEM_SERVER_RPC_CONVERT_HAND_OFF_H_

#include <cstdint>
#include <string>

#include "router/hand_off.h"
#include "server/rpc/faults.h"
#include "tandem/v1/configuration.pb.h"
#include "tandem/v1/ticket.pb.h"

namespace tandem::rpc {

// What is beyond three places is cut off. Adds a fault when it is not from 0 to 1.
uint32_t ToMilli(double confidence, const std::string& field, Faults& faults);

// Without the agent and the time, which are the router's to say.
router::HandOff ToHandOff(const v1::HandOff& message, const std::string& field, Faults& faults);
void Fill(const router::HandOff& hand_off, v1::HandOff& to);

router::HandOffPolicy ToHandOffPolicy(const v1::HandOffPolicy& message, const std::string& field,
                                      Faults& faults);
// Leaves it unset when it says nothing.
void FillHandOff(const router::HandOffPolicy& policy, v1::ProcessType& to);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_CONVERT_HAND_OFF_H_
