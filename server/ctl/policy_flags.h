// The options of a service-level policy, which is stored or passed with a report.
#ifndef TANDEM_SERVER_CTL_POLICY_FLAGS_H_
#define TANDEM_SERVER_CTL_POLICY_FLAGS_H_

#include "server/ctl/command_line.h"
#include "tandem/v1/report_service.pb.h"

namespace tandem::ctl {

struct PolicyFlags {
  CLI::Option* threshold;
  CLI::Option* abandons;
  CLI::Option* short_abandon;
};

// `policy` must outlive the command.
PolicyFlags AddPolicyFlags(CLI::App& command, Context& context,
                           tandem::v1::ServiceLevelPolicy& policy);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_POLICY_FLAGS_H_
