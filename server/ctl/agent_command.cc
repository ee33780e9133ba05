// agent login: an agent's session by hand.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"

#include "server/ctl/agent_console.h"
#include "server/ctl/command_table.h"

namespace tandem::ctl {

void AddAgent(CLI::App& app, Context& context) {
  const auto agent = std::make_shared<std::string>();
  CLI::App* group = app.add_subcommand("agent", "Be an agent");
  group->require_subcommand(1);
  group->footer(R"(
Examples:
  tandemctl agent login maria)");
  CLI::App* command =
      group->add_subcommand("login", "Open a session and work by hand, to try things out");
  command->footer(absl::StrCat(R"(
Examples:
  tandemctl agent login maria
  printf 'available\nwait\naccept\nfinish\ncomplete\n' | tandemctl agent login maria
  printf 'available\nclaim --ticket 01890a5d-ac96-774b-bcce-b302099a8057\n' | tandemctl agent login maria

Commands, one a line; offers and changes are printed as they come:
)",
                               AgentConsole::Help(), R"(
A ticket that a media adapter has to connect stays CONNECTING until one does. The session takes over
from any other of the agent. From a pipe the exit code is 1 when a command was refused.)"));
  command->add_option("AGENT", *agent, "Id of a configured agent")->required()->type_name("");
  command->callback(
      [agent, &context] { context.exit_code = AgentConsole(context.target, *agent).Run(); });
}

}  // namespace tandem::ctl
