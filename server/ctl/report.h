// The subcommands about reports and service-level policies. Each returns the exit code (see
// caller.h); kExitUsage also when a name on the command line is not known to the server.
#ifndef TANDEM_SERVER_CTL_REPORT_H_
#define TANDEM_SERVER_CTL_REPORT_H_

#include <optional>
#include <string>
#include <vector>

#include "server/ctl/client.h"
#include "server/ctl/report_text.h"

namespace tandem::ctl {

struct ReportOptions {
  std::vector<tandem::v1::ReportDimension> by;
  tandem::v1::ReportInterval interval = tandem::v1::REPORT_INTERVAL_WHOLE;
  SaidInstant since;
  std::optional<SaidInstant> until;   // none: now
  std::string time_zone;              // empty: the workspace's
  std::vector<std::string> measures;  // empty: a few that fit `by`; "all": every one
  tandem::v1::ReportFilter filter;
  std::string policy_id;  // empty: none
  std::optional<tandem::v1::ServiceLevelPolicy> policy;
  bool json = false;
};

// Prints a report.
[[nodiscard]] int ShowReport(const Target& target, const ReportOptions& options);

// Prints the catalogue of measures.
[[nodiscard]] int ShowMeasures(const Target& target, bool json);

// Prints the policies of the workspace.
[[nodiscard]] int ShowPolicies(const Target& target, bool json);

// Makes a policy or replaces it. `expected_revision` 0: whatever it is now.
[[nodiscard]] int PutPolicy(const Target& target, const tandem::v1::ServiceLevelPolicy& policy,
                            int64_t expected_revision);

[[nodiscard]] int DeletePolicy(const Target& target, const std::string& id,
                               int64_t expected_revision);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_REPORT_H_
