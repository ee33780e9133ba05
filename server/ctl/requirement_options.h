// The options that say what is asked of agents, for the commands that change it.
#ifndef TANDEM_SERVER_CTL_REQUIREMENT_OPTIONS_H_
#define TANDEM_SERVER_CTL_REQUIREMENT_OPTIONS_H_

#include <functional>
#include <string>

#include "server/ctl/command_line.h"
#include "tandem/v1/types.pb.h"

namespace tandem::ctl {

// Adds --skill, --only-agent, --requirement-file and --ask-nothing, in a group of their own.
// `requirement` gives the message that gets what they say, and is called when one is given; the
// message must outlive the command.
void AddRequirementOptions(CLI::App& command,
                           const std::function<tandem::v1::Requirement&()>& requirement);

// Adds a clause that asks for "cards=2". Throws CLI::ValidationError of --skill when it is none.
void AddSkill(const std::string& text, tandem::v1::Requirement& requirement);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_REQUIREMENT_OPTIONS_H_
