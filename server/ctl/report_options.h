// The command line of the subcommands about reports and policies.
#ifndef TANDEM_SERVER_CTL_REPORT_OPTIONS_H_
#define TANDEM_SERVER_CTL_REPORT_OPTIONS_H_

#include <CLI/CLI.hpp>

#include "server/ctl/client.h"

namespace tandem::ctl {

// Adds `report`, `measures` and `policy`. `target` and `exit_code` must outlive the app, which sets
// the latter when it runs one of them.
void AddReports(CLI::App& app, const Target& target, int& exit_code);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_REPORT_OPTIONS_H_
