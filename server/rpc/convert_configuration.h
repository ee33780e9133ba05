// Configurations and their resources, between tandem.v1 and the router.
//
// Limits, references and the form of ids are left to router/check.h. Safe from any thread.
#ifndef TANDEM_SERVER_RPC_CONVERT_CONFIGURATION_H_
#define TANDEM_SERVER_RPC_CONVERT_CONFIGURATION_H_

#include <cstdint>
#include <string>

#include "google/protobuf/message.h"

#include "router/command.h"
#include "router/model.h"
#include "server/rpc/faults.h"
#include "tandem/v1/configuration.pb.h"
#include "tandem/v1/configuration_service.pb.h"
#include "tandem/v1/resource_service.pb.h"

namespace tandem::rpc {

// Field by field. Paths start with "configuration".
router::Configuration ToConfiguration(const v1::Configuration& configuration, Faults& faults);
void Fill(const router::Configuration& configuration, v1::Configuration& to);

// The message is that of the resource's kind: tandem.v1.Agent for kAgent.
router::Resource ToResource(router::ResourceKind kind, const google::protobuf::Message& message,
                            const std::string& path, Faults& faults);
void Fill(const router::Resource& resource, google::protobuf::Message& to);

router::WorkspaceSettings ToSettings(const v1::WorkspaceSettings& settings, const std::string& path,
                                     Faults& faults);
void Fill(const router::WorkspaceSettings& settings, int64_t revision, v1::WorkspaceSettings& to);

void Fill(const router::ConfigurationApplied& applied, v1::ApplyConfigurationResponse& to);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_CONVERT_CONFIGURATION_H_
