// watch queues: the table of queues, again and again.
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "server/ctl/command_table.h"
#include "server/ctl/reading.h"
#include "server/ctl/table.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

struct WatchOptions {
  std::string kind;
  absl::Duration interval = absl::Seconds(2);
  absl::Duration since = absl::Hours(24);
  int64_t times = 0;  // 0: for ever.
  Form form = Form::kTable;
};

void Show(const v1::ListQueueStatisticsResponse& statistics, const WatchOptions& options) {
  if (options.form == Form::kJson) {
    std::cout << ToJson(statistics, Defaults::kWrite).dump() << std::endl;
    return;
  }
  if (options.form == Form::kYaml) {
    std::cout << "---\n" << ToYaml(ToJson(statistics, Defaults::kWrite)) << std::flush;
    return;
  }
  // On a terminal the table stays where it is; into a pipe each goes below the one before.
  if (isatty(STDOUT_FILENO) == 1) std::cout << "\x1b[H\x1b[2J";
  std::cout << ShortTime(statistics.server_time()) << "\n"
            << QueueTable(statistics) << "\n"
            << std::flush;
}

int WatchQueues(const Target& target, const WatchOptions& options) {
  Caller caller(target);
  bool shown = false;
  for (int64_t i = 0; options.times == 0 || i < options.times; ++i) {
    if (i > 0) absl::SleepFor(options.interval);
    v1::ListQueueStatisticsResponse statistics;
    const grpc::Status status = ReadStatistics(caller, options.since, statistics);
    if (status.ok()) {
      Show(statistics, options);
      shown = true;
      continue;
    }
    // A server that was seen once comes back; one that never was is perhaps another's address.
    const int exit_code = Report(status);
    if (exit_code != kExitUnavailable || !shown) return exit_code;
  }
  return kExitDone;
}

}  // namespace

void AddWatch(CLI::App& app, Context& context) {
  const auto options = std::make_shared<WatchOptions>();
  CLI::App* command = app.add_subcommand(
      "watch",
      "Print the queues again and again: in place on a terminal, one below the other else");
  command->footer(R"(
Examples:
  tandemctl watch queues
  tandemctl watch queues --interval 10s --since 1h
  tandemctl watch queues --times 3 -o json)");
  CLI::Option* kind =
      command->add_option("KIND", options->kind, "What: queues")->required()->type_name("");
  Restrict(context, kind, {"queues"});
  AddDuration(*command, "--interval", options->interval, "Pause in between, 100ms or more [2s]");
  AddDuration(*command, "--since", options->since, "Count what ended in the last so long [24h]");
  command->add_option("--times", options->times, "End after so many; 0: go on until Ctrl-C")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  AddForm(*command, context, options->form);
  command->callback([options, &context] {
    options->interval = std::max(options->interval, absl::Milliseconds(100));
    context.exit_code = WatchQueues(context.target, *options);
  });
}

}  // namespace tandem::ctl
