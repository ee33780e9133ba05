// load: agents and contacts of a scenario, in an open loop.
#include <memory>

#include "server/ctl/command_table.h"
#include "server/ctl/load_run.h"

namespace tandem::ctl {

void AddLoad(CLI::App& app, Context& context) {
  const auto load = std::make_shared<LoadOptions>();
  CLI::App* command = app.add_subcommand(
      "load", "Put the load of a scenario on a server: agents, and contacts at a given rate");
  command->footer(R"(
Examples:
  tandemctl load deploy/loadtest/steady.yaml
  tandemctl load deploy/loadtest/morning_peak.yaml --scale 2 --for 60s -o json

Contacts arrive when they are planned to, whatever the server does, and what they wait counts from then. The load
has a workspace of its own, which stays.

Exit codes: 0 every call succeeded, and every acknowledged contact is completed, abandoned or waiting; 1 a call
failed, or a contact is lost.)");
  command->add_option("file", load->path, "The scenario, a YAML file")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--scale", load->bounds.scale,
                   "So many times the scenario's agents, backlog and contacts a second")
      ->check(CLI::Range(0.001, 1000.0).description(""))
      ->capture_default_str();
  AddDuration(*command, "--for", load->bounds.length, "End the arrivals after so long [all steps]");
  command
      ->add_option("--limit", load->bounds.contacts, "So many contacts at most, backlog included")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  AddDuration(*command, "--drain", load->drain,
              "How long work goes on after the last arrival, at most [30s]");
  command->add_option("--seed", load->bounds.seed, "Seed of arrivals and people")
      ->capture_default_str();
  command
      ->add_option("--connections", load->connections,
                   "Connections that contacts come over; agents share others")
      ->check(CLI::Range(1, 1000).description(""))
      ->capture_default_str();
  command
      ->add_option("--run", load->run,
                   "Name of the workspace, which must be new [made from the time]")
      ->type_name("NAME");
  AddForm(*command, context, load->output);
  command->callback([load, &context] { context.exit_code = RunLoad(context.target, *load); });
}

}  // namespace tandem::ctl
