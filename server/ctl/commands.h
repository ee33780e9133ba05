// Subcommands that configure a workspace and wait for a server. Each returns the exit code (see
// caller.h).
#ifndef TANDEM_SERVER_CTL_COMMANDS_H_
#define TANDEM_SERVER_CTL_COMMANDS_H_

#include <string>

#include "absl/time/time.h"

#include "server/ctl/client.h"

namespace tandem::ctl {

struct ApplyOptions {
  std::string path;         // A YAML file, or a folder of them.
  std::string agents_path;  // Agents in the sample day's form; may be empty.
  bool validate_only = false;
  bool yes = false;  // does not ask
};

// Applies a configuration. Shows first what that changes of the one in force, and asks when a
// person sits at the terminal; 1 when the answer is no.
[[nodiscard]] int Apply(const Target& target, const ApplyOptions& options);

// Returns as soon as the server takes changes; kExitUnavailable when it does not within `patience`.
[[nodiscard]] int WaitUntilReady(const Target& target, absl::Duration patience);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_COMMANDS_H_
