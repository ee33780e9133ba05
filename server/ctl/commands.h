// The subcommands that ask the server once or a few times and print the answer. Each returns the
// exit code: 0 done, 1 failed, 3 done in part (see ImportContacts).
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

// Takes in every good line of a file in the sample day's form, now. Malformed lines and refused
// contacts are reported by line number; 3 when there were any.
[[nodiscard]] int ImportContacts(const Target& target, const std::string& path);

// Returns as soon as the server takes changes; 1 when it does not within `patience`.
[[nodiscard]] int WaitUntilReady(const Target& target, absl::Duration patience);

// Prints the queues.
[[nodiscard]] int ShowQueues(const Target& target);

// Prints a ticket and its history.
[[nodiscard]] int ShowTicket(const Target& target, const std::string& ticket_id);

// Prints why a ticket waits.
[[nodiscard]] int ExplainTicket(const Target& target, const std::string& ticket_id);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_COMMANDS_H_
