// completion: a script for the user's shell.
#include <iostream>
#include <memory>
#include <string>

#include "server/ctl/command_table.h"
#include "server/ctl/completion.h"

namespace tandem::ctl {

void AddCompletion(CLI::App& app, Context& context) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "completion", "Print a script that completes tandemctl's words in a shell");
  command->footer(R"(
Examples:
  source <(tandemctl completion bash)                                 # in ~/.bashrc
  source <(tandemctl completion zsh)                                  # in ~/.zshrc
  tandemctl completion fish > ~/.config/fish/completions/tandemctl.fish)");
  CLI::Option* option =
      command->add_option("SHELL", *shell, "bash, zsh or fish")->required()->type_name("");
  Restrict(context, option, Shells());
  command->callback(
      [shell, &app, &context] { std::cout << CompletionScript(app, context.choices, *shell); });
}

}  // namespace tandem::ctl
