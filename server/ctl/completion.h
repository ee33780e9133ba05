// Completion scripts for shells, generated from the command line itself, so that they know every
// command, option and choice that it knows.
#ifndef TANDEM_SERVER_CTL_COMPLETION_H_
#define TANDEM_SERVER_CTL_COMPLETION_H_

#include <string>
#include <vector>

#include "server/ctl/command_line.h"

namespace tandem::ctl {

// The shells there is a script for.
[[nodiscard]] const std::vector<std::string>& Shells();

// The script for one of Shells(), ended by a newline.
[[nodiscard]] std::string CompletionScript(const CLI::App& root, const Choices& choices,
                                           const std::string& shell);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_COMPLETION_H_
