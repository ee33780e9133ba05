// play: a day of simulated agents and customers.
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

#include "server/ctl/command_table.h"
#include "server/ctl/player.h"

namespace tandem::ctl {
namespace {

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

void AddTimeOfDay(CLI::App& command, const std::string& name, absl::Duration& time,
                  const std::string& help) {
  command
      .add_option_function<std::string>(
          name,
          [name, &time](const std::string& text) {
            if (!ParseTimeOfDay(text, time)) {
              throw CLI::ValidationError(name, "expected HH:MM up to 24:00, but got " + text);
            }
          },
          help)
      ->type_name("HH:MM");
}

}  // namespace

void AddPlay(CLI::App& app, Context& context) {
  const auto play = std::make_shared<PlayOptions>();
  CLI::App* command = app.add_subcommand(
      "play", "Play a day: simulated agents and customers against the server, with a live table");
  command->footer(R"(
Examples:
  tandemctl play --contacts deploy/starter/day/contacts.jsonl --agents deploy/starter/day/agents.jsonl

The server should run with --clock-speed, or a day takes a day. At the end every acknowledged ticket is looked up;
`ingested` in the line of totals counts tickets, not the contacts that joined one.

Exit codes: 0 nothing is lost, 1 a ticket is lost, or the day was refused.)");
  command
      ->add_option("--contacts", play->contacts_path, "The day's contacts, one JSON object a line")
      ->required()
      ->type_name("FILE");
  command->add_option("--agents", play->agents_path, "The day's agents, one JSON object a line")
      ->required()
      ->type_name("FILE");
  AddTimeOfDay(*command, "--from", play->from, "Begin at this time of the day [00:00]");
  AddTimeOfDay(*command, "--to", play->to, "Leave out what arrives at or after this time [24:00]");
  command->add_option("--seed", play->seed, "Seed of how the people behave")->capture_default_str();
  command->add_option("--limit", play->limit, "Play so many contacts at most; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command
      ->add_option("--run", play->run,
                   "Name of this play, put in front of external ids; the same name again finds "
                   "the tickets of before [made from the server's time]")
      ->type_name("NAME");
  AddDuration(*command, "--drain", play->drain,
              "How long work goes on after the last contact, on the server's clock [2h]");
  command->callback([play, &context] { context.exit_code = Play(context.target, *play); });
}

}  // namespace tandem::ctl
