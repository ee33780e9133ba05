// tandemctl: the command line of tandem.
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include <CLI/CLI.hpp>

#include "server/ctl/command_line.h"
#include "server/ctl/command_table.h"
#include "server/ctl/commands.h"
#include "server/ctl/player.h"
#include "server/ctl/report_options.h"

namespace {

using tandem::ctl::ApplyOptions;
using tandem::ctl::PlayOptions;
using tandem::ctl::Target;

constexpr char kExamples[] = R"(
Examples:
  tandemctl doctor                                                      # is everything all right?
  tandemctl apply -f deploy/starter --agents deploy/starter/day/agents.jsonl
  tandemctl ingest --client acme-retail --process-type billing.dispute --channel email
  tandemctl get tickets --state QUEUED
  tandemctl explain ticket 01890a5d-ac96-774b-bcce-b302099a8057
  tandemctl events --follow -o json
  tandemctl report --by queue --interval hour --since 2026-03-02 --until 2026-03-03
  source <(tandemctl completion bash)

Exit codes: 0 done; 1 refused by the server, or not all of it could be done; 2 the command line, or a
file that it names, was not understood; 3 the server did not answer or decide: repeat it later.)";

// Every subcommand in a file of its own, in the order that help shows them.
constexpr tandem::ctl::AddCommand kCommands[] = {
    tandem::ctl::AddGet,     tandem::ctl::AddList,       tandem::ctl::AddDescribe,
    tandem::ctl::AddExplain, tandem::ctl::AddHistory,    tandem::ctl::AddEvents,
    tandem::ctl::AddWatch,   tandem::ctl::AddIngest,     tandem::ctl::AddAgent,
    tandem::ctl::AddDoctor,  tandem::ctl::AddCompletion, tandem::ctl::AddVersion,
};

// "09:30" as the time since midnight; 24:00 is the latest.
bool ParseTimeOfDay(const std::string& text, absl::Duration& time) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits(':', 1));
  int hours = 0;
  int minutes = 0;
  if (!absl::SimpleAtoi(parts.first, &hours) || !absl::SimpleAtoi(parts.second, &minutes) ||
      hours < 0 || minutes < 0 || minutes > 59 || hours * 60 + minutes > 24 * 60) {
    return false;
  }
  time = absl::Hours(hours) + absl::Minutes(minutes);
  return true;
}

CLI::Option* AddTimeOfDay(CLI::App* command, const std::string& name, absl::Duration& time,
                          const std::string& help) {
  return command
      ->add_option_function<std::string>(
          name,
          [name, &time](const std::string& text) {
            if (!ParseTimeOfDay(text, time)) {
              throw CLI::ValidationError(name, "expected HH:MM up to 24:00, but got " + text);
            }
          },
          help)
      ->type_name("HH:MM");
}

// What the command line says.
struct Arguments {
  Target& target;
  ApplyOptions apply;
  PlayOptions play;
  double drain_s = 7200;
  double wait_s = 60;
};

void AddPlay(CLI::App& app, Arguments& arguments, int& exit_code) {
  PlayOptions& play = arguments.play;
  CLI::App* command = app.add_subcommand(
      "play", "Play a day: simulated agents and customers against the server, with a live table");
  command
      ->add_option("--contacts", play.contacts_path, "The day's contacts, one JSON object a line")
      ->required()
      ->type_name("FILE");
  command->add_option("--agents", play.agents_path, "The day's agents, one JSON object a line")
      ->required()
      ->type_name("FILE");
  AddTimeOfDay(command, "--from", play.from, "Begin at this time of the day [00:00]");
  AddTimeOfDay(command, "--to", play.to, "Leave out what arrives at or after this time [24:00]");
  command->add_option("--seed", play.seed, "Seed of how the people behave")->capture_default_str();
  command->add_option("--limit", play.limit, "Play so many contacts at most; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command
      ->add_option("--run", play.run,
                   "Name of this play, put in front of external ids; the same name again finds "
                   "the tickets of before [made from the server's time]")
      ->type_name("NAME");
  command
      ->add_option("--drain", arguments.drain_s,
                   "Seconds of the server's clock that work goes on after the last contact")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->footer(R"(
Examples:
  tandemctl play --contacts deploy/starter/day/contacts.jsonl --agents deploy/starter/day/agents.jsonl

The server should run with --clock-speed, or a day takes a day. At the end every acknowledged ticket is looked up;
`ingested` in the line of totals counts tickets, not the contacts that joined one.

Exit codes: 0 nothing is lost, 1 a ticket is lost or the day could not be played.)");
  command->callback([&arguments, &exit_code] {
    arguments.play.drain = absl::Seconds(arguments.drain_s);
    exit_code = tandem::ctl::Play(arguments.target, arguments.play);
  });
}

void AddApply(CLI::App& app, Arguments& arguments, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("apply", "Replace the workspace's configuration, all of it or nothing");
  command->add_option("-f,--file", arguments.apply.path, "A YAML file, or a folder of them")
      ->required()
      ->type_name("PATH");
  command
      ->add_option("--agents", arguments.apply.agents_path,
                   "Agents to add, in the sample day's form")
      ->type_name("FILE");
  command->footer(R"(
Examples:
  tandemctl apply -f floor.yaml --validate-only
  tandemctl apply -f deploy/starter --agents deploy/starter/day/agents.jsonl)");
  command->add_flag("--validate-only", arguments.apply.validate_only,
                    "Check everything, show what would change, change nothing");
  command->add_flag("-y,--yes", arguments.apply.yes,
                    "Apply without asking; a pipe or a file as input is not asked either");
  command->callback([&arguments, &exit_code] {
    exit_code = tandem::ctl::Apply(arguments.target, arguments.apply);
  });
}

void AddWait(CLI::App& app, Arguments& arguments, int& exit_code) {
  CLI::App* wait = app.add_subcommand("wait", "Wait until the server takes changes");
  wait->footer(R"(
Examples:
  tandemctl wait && tandemctl apply -f floor.yaml)");
  wait->add_option("--seconds", arguments.wait_s, "Give up after so many")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  wait->callback([&arguments, &exit_code] {
    exit_code = tandem::ctl::WaitUntilReady(arguments.target, absl::Seconds(arguments.wait_s));
  });
}

}  // namespace

int main(int argc, char** argv) {
  tandem::ctl::Context context;
  Arguments arguments{context.target, {}, {}};
  CLI::App app("tandemctl: configures a tandem server, feeds it and looks at it", "tandemctl");
  app.formatter(std::make_shared<tandem::ctl::ExamplesFirst>());
  app.add_option("--address", context.target.address, "The server, HOST:PORT")
      ->envname("TANDEM_ADDRESS")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  app.add_option("--workspace", context.target.workspace, "The workspace")
      ->envname("TANDEM_WORKSPACE")
      ->type_name("ID")
      ->capture_default_str();
  tandem::ctl::AddDuration(app, "--timeout", context.target.timeout,
                           "How long to wait for an answer, repeats included [10s]")
      ->envname("TANDEM_TIMEOUT");
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(kExamples);
  AddApply(app, arguments, context.exit_code);
  AddPlay(app, arguments, context.exit_code);
  AddWait(app, arguments, context.exit_code);
  tandem::ctl::AddReports(app, context.target, context.exit_code);
  for (const tandem::ctl::AddCommand add : kCommands) add(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help.
    const std::vector<std::string> words(argv + 1, argv + argc);
    std::cerr << tandem::ctl::ExplainMistake(app, words, error.what())
              << "\nWith --help every command shows examples and options.\n";
    return tandem::ctl::kExitUsage;
  }
  return context.exit_code;
}
