// version: of the program and, when it answers, of the server.
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"

#include "server/ctl/command_table.h"
#include "server/ctl/reading.h"

namespace tandem::ctl {
namespace {

struct VersionOptions {
  bool client_only = false;
  Form form = Form::kTable;
};

int ShowVersion(const Target& target, const VersionOptions& options) {
  Document document{absl::StrCat("tandemctl ", TANDEM_VERSION, "\n"),
                    Json{{"tandemctl", TANDEM_VERSION}}};
  grpc::Status status;
  if (!options.client_only) {
    Caller caller(target);
    tandem::v1::GetServerInfoResponse info;
    status = ReadServerInfo(caller, info);
    if (status.ok()) {
      absl::StrAppend(&document.text, "tandemd   ", info.version(), " at ", target.address, "\n");
      document.data["tandemd"] = info.version();
    }
  }
  std::cout << Render(document, options.form);
  return status.ok() ? kExitDone : Report(status);
}

}  // namespace

void AddVersion(CLI::App& app, Context& context) {
  const auto options = std::make_shared<VersionOptions>();
  CLI::App* command =
      app.add_subcommand("version", "Print the version of tandemctl and of the server");
  command->footer(R"(
Examples:
  tandemctl version
  tandemctl version --client)");
  command->add_flag("--client", options->client_only, "Only tandemctl's: no server is asked");
  AddForm(*command, context, options->form);
  command->callback(
      [options, &context] { context.exit_code = ShowVersion(context.target, *options); });
}

}  // namespace tandem::ctl
