// apply: a whole configuration, shown before it is in force.
#include <unistd.h>

#include <iostream>
#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

#include "server/ctl/catalogue.h"
#include "server/ctl/command_table.h"
#include "server/ctl/kinds.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

// What ApplyConfiguration expects of a workspace without configuration.
constexpr int64_t kNotConfigured = -1;

struct ApplyOptions {
  std::string path;         // A YAML file, or a folder of them.
  std::string agents_path;  // Agents in the sample day's form; may be empty.
  bool validate_only = false;
  bool yes = false;  // does not ask
};

// "routing-profile", as in `get`.
std::string KindName(v1::ResourceKind kind) {
  const auto* value = v1::ResourceKind_descriptor()->FindValueByNumber(kind);
  const std::string name = value == nullptr ? absl::StrCat(kind) : ShortEnum(*value);
  return absl::StrReplaceAll(absl::AsciiStrToLower(name), {{"_", "-"}});
}

// "+ team north", "~ queue chats: max_waiting", "- agent ann".
std::string ChangesText(const v1::ApplyConfigurationResponse& response) {
  std::string text;
  for (const v1::ConfigurationChange& change : response.changes()) {
    absl::StrAppend(&text,
                    change.type() == v1::CHANGE_TYPE_CREATED   ? "+ "
                    : change.type() == v1::CHANGE_TYPE_UPDATED ? "~ "
                                                               : "- ",
                    KindName(change.kind()), change.id().empty() ? "" : " ", change.id(),
                    change.fields().empty() ? "" : ": ", absl::StrJoin(change.fields(), ", "),
                    "\n");
  }
  const int changes = response.created() + response.updated() + response.deleted();
  if (changes > response.changes_size()) {
    absl::StrAppendFormat(&text, "... and %d more\n", changes - response.changes_size());
  }
  absl::StrAppendFormat(&text, "%d created, %d updated, %d deleted\n", response.created(),
                        response.updated(), response.deleted());
  return text;
}

// "New workspace acme: 3 clients, 23 queues": there everything is created.
std::string NewText(const std::string& workspace, const v1::Configuration& configuration) {
  std::vector<std::string> counts;
  for (const Kind& kind : ConfiguredKinds()) {
    const size_t count = ItemsOf(configuration, kind).size();
    if (count > 0) counts.push_back(absl::StrCat(count, " ", count == 1 ? kind.name : kind.plural));
  }
  return absl::StrCat("New workspace ", workspace, ": ", absl::StrJoin(counts, ", "), "\n");
}

// Nobody sits at the terminal when the input is a file or a pipe: then it is meant.
bool Confirmed() {
  return isatty(STDIN_FILENO) == 0 || SaysYes(std::cout, "Apply?");
}

int Apply(const Target& target, const ApplyOptions& options) {
  absl::StatusOr<v1::Configuration> configuration = ReadCatalogue(options.path);
  if (!configuration.ok()) return Fail(kExitUsage, std::string(configuration.status().message()));
  if (!options.agents_path.empty()) {
    const absl::Status added = AddDayAgents(options.agents_path, *configuration);
    if (!added.ok()) return Fail(kExitUsage, std::string(added.message()));
  }
  v1::ApplyConfigurationRequest request;
  *request.mutable_configuration() = *std::move(configuration);
  const v1::Configuration& sent = request.configuration();

  Caller caller(target);
  v1::ApplyConfigurationResponse response;
  const auto call = [&] {
    request.set_request_id(NewUuid());
    return caller.Ask(*caller.client().configurations,
                      &v1::ConfigurationService::Stub::ApplyConfiguration, request, response);
  };
  request.set_validate_only(true);
  if (const grpc::Status status = call(); !status.ok()) return Report(status);
  const bool is_new = response.revision() == 0;
  std::cout << (is_new ? NewText(target.workspace, sent) : ChangesText(response));
  if (!options.validate_only) {
    const bool changes = response.created() + response.updated() + response.deleted() > 0;
    if (changes && !options.yes && !Confirmed()) return Fail(kExitRefused, "Nothing was applied.");
    request.set_validate_only(false);
    // What was shown is what is applied.
    request.set_expected_revision(is_new ? kNotConfigured : response.revision());
    if (const grpc::Status status = call(); !status.ok()) return Report(status);
  }
  std::cout << absl::StrFormat(
      "%s: %d clients, %d queues, %d process types, %d routing profiles, %d agents; "
      "revision %d of workspace %s\n",
      options.validate_only ? "Valid" : "Applied", sent.clients_size(), sent.queues_size(),
      sent.process_types_size(), sent.routing_profiles_size(), sent.agents_size(),
      response.revision(), target.workspace);
  return kExitDone;
}

}  // namespace

void AddApply(CLI::App& app, Context& context) {
  const auto options = std::make_shared<ApplyOptions>();
  CLI::App* command =
      app.add_subcommand("apply", "Replace the workspace's configuration, all of it or nothing");
  command->footer(R"(
Examples:
  tandemctl apply -f floor.yaml --validate-only
  tandemctl apply -f deploy/starter --agents deploy/starter/day/agents.jsonl

Shows what it changes, and asks when a person sits at the terminal. What somebody else applies
meanwhile is not overwritten: REVISION_STALE.)");
  command->add_option("-f,--file", options->path, "A YAML file, or a folder of them")
      ->required()
      ->type_name("PATH");
  command->add_option("--agents", options->agents_path, "Agents to add, in the sample day's form")
      ->type_name("FILE");
  command->add_flag("--validate-only", options->validate_only,
                    "Check everything, show what would change, change nothing");
  command->add_flag("-y,--yes", options->yes,
                    "Apply without asking; a pipe or a file as input is not asked either");
  command->callback([options, &context] { context.exit_code = Apply(context.target, *options); });
}

}  // namespace tandem::ctl
