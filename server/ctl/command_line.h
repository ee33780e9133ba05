// What the subcommands' command lines share: where a command finds its target, options that many
// have, help with the examples first, and hints after a mistake.
#ifndef TANDEM_SERVER_CTL_COMMAND_LINE_H_
#define TANDEM_SERVER_CTL_COMMAND_LINE_H_

#include <functional>
#include <iosfwd>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/repeated_field.h"
#include <CLI/CLI.hpp>

#include "server/ctl/caller.h"
#include "server/ctl/render.h"
#include "server/ctl/spans.h"

namespace tandem::ctl {

// The values that an option or a positional can have, where there are few: for completion.
using Choices = std::map<const CLI::Option*, std::vector<std::string>>;

// What a subcommand is given, and leaves behind.
struct Context {
  Target target;
  bool timeout_is_said = false;  // By the command line or the environment.
  int exit_code = kExitDone;
  Choices choices;
};

// -o, for every command that reads.
void AddForm(CLI::App& command, Context& context, Form& form);

// The option may only be one of `choices`; of few letters amiss it is said what was meant.
void Restrict(Context& context, CLI::Option* option, std::vector<std::string> choices);

// An option as "500ms", "10s", "5m", "7d", or in seconds. The least is 0.
CLI::Option* AddDuration(CLI::App& command, const std::string& name, absl::Duration& duration,
                         const std::string& help);

// The same, for what is no absl::Duration.
CLI::Option* AddDuration(CLI::App& command, const std::string& name, const std::string& help,
                         const std::function<void(absl::Duration)>& set);

// An option as an instant: "2026-03-02T08:30:00Z", "2026-03-02", "24h".
CLI::Option* AddInstant(CLI::App& command, const std::string& name, const std::string& help,
                        const std::function<void(const SaidInstant&)>& set);

// An option that may be given again, or have several values with commas.
CLI::Option* AddTexts(CLI::App& command, const std::string& name, const std::string& help,
                      const std::function<void(const std::string&)>& add);

// The same for ids.
CLI::Option* AddIds(CLI::App& command, const std::string& name, const std::string& help,
                    google::protobuf::RepeatedPtrField<std::string>& ids);

// --as: who acts, which the events keep.
void AddSupervisor(CLI::App& command, const std::function<void(const std::string&)>& set);

// Asks whoever sits at the terminal, on `out`; only "y" and "yes" are one.
[[nodiscard]] bool SaysYes(std::ostream& out, const std::string& question);

// Words that can be typed, in whatever case, and what each stands for.
using Words = std::vector<std::pair<std::string, int>>;

// "QUEUED" and so on: each value of the enum but that of 0, without the enum's own name.
[[nodiscard]] Words WordsOf(const google::protobuf::EnumDescriptor& type);

// An option that may be given again, or have several words with commas; `add` is told what each
// stands for.
CLI::Option* AddWords(CLI::App& command, Context& context, const std::string& name,
                      const std::string& help, const Words& words,
                      const std::function<void(int)>& add);

// Shows what a command is for, then its examples (its footer), then the rest.
class ExamplesFirst : public CLI::Formatter {
 public:
  ExamplesFirst() { column_width(32); }
  std::string make_description(const CLI::App* app) const override;
  std::string make_footer(const CLI::App* app) const override;
};

// What is wrong with a command line that `root` could not read, in one line; names what was
// probably meant. `problem` is the parser's own word.
[[nodiscard]] std::string ExplainMistake(const CLI::App& root,
                                         const std::vector<std::string>& arguments,
                                         const std::string& problem);

// "tandemctl get" for a command of the tree.
[[nodiscard]] std::string PathOf(const CLI::App& command);

// The subcommands that have a name, and all names of an option with their dashes.
[[nodiscard]] std::vector<const CLI::App*> SubcommandsOf(const CLI::App& command);
[[nodiscard]] std::vector<std::string> NamesOf(const CLI::Option& option);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_COMMAND_LINE_H_
