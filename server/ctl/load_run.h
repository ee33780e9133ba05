// A load on a server: agents with sessions, and contacts that arrive when they are planned to,
// whatever the server does (an open loop). So what a server that falls behind makes people wait is
// in the figures, not left out of them.
#ifndef TANDEM_SERVER_CTL_LOAD_RUN_H_
#define TANDEM_SERVER_CTL_LOAD_RUN_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

#include "server/ctl/client.h"
#include "server/ctl/load_plan.h"
#include "server/ctl/render.h"

namespace tandem::ctl {

struct LoadOptions {
  std::string path;  // The scenario.
  LoadBounds bounds;
  // How long work goes on after the last arrival.
  absl::Duration drain = absl::Seconds(30);
  int64_t connections = 4;  // That contacts come over.
  std::string run;          // Names the workspace; empty: made from the time.
  Form output = Form::kTable;
};

// Makes a workspace with the scenario's floor, puts the load on it, reads every acknowledged ticket
// back and prints what was measured. Returns the exit code (see caller.h): kExitRefused when a call
// failed or a ticket is lost.
[[nodiscard]] int RunLoad(const Target& target, const LoadOptions& options);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_LOAD_RUN_H_
