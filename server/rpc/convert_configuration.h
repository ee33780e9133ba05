// Configurations, between tandem.v1 and the router.
#ifndef TANDEM_SERVER_RPC_CONVERT_CONFIGURATION_H_
#define TANDEM_SERVER_RPC_CONVERT_CONFIGURATION_H_

#include "router/model.h"
#include "server/rpc/faults.h"
#include "tandem/v1/configuration.pb.h"

namespace tandem::rpc {

// Field by field; limits, references and the form of ids are left to router/check.h. Paths start
// with "configuration".
router::Configuration ToConfiguration(const v1::Configuration& configuration, Faults& faults);

void Fill(const router::Configuration& configuration, v1::Configuration& to);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_CONVERT_CONFIGURATION_H_
