#include "server/ctl/command_table.h"

#include <algorithm>
#include <iostream>
#include <memory>

namespace tandem::ctl {
namespace {

constexpr char kExamples[] = R"(
Examples:
  tandemctl doctor                                                      # is everything all right?
  tandemctl apply -f deploy/starter --agents deploy/starter/day/agents.jsonl
  tandemctl ingest --client acme-retail --process-type billing.dispute --channel email
  tandemctl get tickets --state QUEUED
  tandemctl explain ticket 01890a5d-ac96-774b-bcce-b302099a8057
  tandemctl watch queues
  tandemctl events --follow -o json
  tandemctl report --by queue --interval hour --since 2026-03-02 --until 2026-03-03
  source <(tandemctl completion bash)

Exit codes: 0 done; 1 refused by the server, or not all of it could be done; 2 the command line, or a
file that it names, was not understood; 3 the server did not answer or decide: repeat it later.)";

// In the order that help shows them.
constexpr void (*kCommands[])(CLI::App&, Context&) = {
    AddApply,  AddGet,      AddList,   AddDescribe,  AddExplain,    AddHistory,
    AddEvents, AddWatch,    AddReport, AddPolicy,    AddIngest,     AddClassify,
    AddTicket, AddCallback, AddAgent,  AddSupervise, AddBulk,       AddWebhook,
    AddPlay,   AddLoad,     AddWait,   AddDoctor,    AddCompletion, AddVersion,
};

void AddSecurity(CLI::App& app, Security& security) {
  app.add_flag(
         "--tls", security.tls,
         "Encrypt the connection, and believe a server that this machine's list of authorities "
         "vouches for")
      ->envname("TANDEM_TLS");
  const auto add_file = [&app](const char* name, std::string& file, const char* variable,
                               const char* help) {
    return app.add_option(name, file, help)
        ->envname(variable)
        ->type_name("FILE")
        ->check(CLI::ExistingFile.description(""));
  };
  add_file(
      "--ca", security.ca, "TANDEM_CA",
      "Encrypt the connection, and believe a server that a certificate of this PEM file vouches "
      "for");
  CLI::Option* cert = add_file("--cert", security.cert, "TANDEM_CERT",
                               "Our certificate (PEM), for a server that asks for one; with --key");
  CLI::Option* key =
      add_file("--key", security.key, "TANDEM_KEY", "The private key of --cert (PEM)");
  cert->needs(key);
  key->needs(cert);
}

}  // namespace

int RunCommandLine(const std::vector<std::string>& words) {
  Context context;
  CLI::App app("tandemctl: configures a tandem server, feeds it and looks at it", "tandemctl");
  app.formatter(std::make_shared<ExamplesFirst>());
  app.footer(kExamples);
  app.add_option("--address", context.target.address, "The server, HOST:PORT")
      ->envname("TANDEM_ADDRESS")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  app.add_option("--workspace", context.target.workspace, "The workspace")
      ->envname("TANDEM_WORKSPACE")
      ->type_name("ID")
      ->capture_default_str();
  AddSecurity(app, context.target.security);
  AddDuration(app, "--timeout", "How long to wait for an answer, repeats included [10s]",
              [&context](absl::Duration timeout) {
                context.target.timeout = timeout;
                context.timeout_is_said = true;
              })
      ->envname("TANDEM_TIMEOUT");
  app.require_subcommand(1);
  app.fallthrough();
  for (const auto add : kCommands) add(app, context);
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // as CLI11 takes them
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help.
    std::cerr << ExplainMistake(app, words, error.what())
              << "\nWith --help every command shows examples and options.\n";
    return kExitUsage;
  }
  return context.exit_code;
}

}  // namespace tandem::ctl
