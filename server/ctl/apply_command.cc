// apply: a whole configuration, shown before it is in force.
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

#include "server/ctl/catalogue.h"
#include "server/ctl/catalogue_origin.h"
#include "server/ctl/command_table.h"
#include "server/ctl/configuration_diff.h"
#include "server/ctl/kinds.h"
#include "server/ctl/reading.h"
#include "server/ctl/renamed_fields.h"

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
  Form form = Form::kTable;
};

// "routing-profile", as in `get`.
std::string KindName(v1::ResourceKind kind) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(ShortEnum(kind)), {{"_", "-"}});
}

// The resources of a configuration by kind and id.
class ItemIndex {
 public:
  explicit ItemIndex(const v1::Configuration& configuration) {
    for (const Kind& kind : ConfiguredKinds()) {
      for (const google::protobuf::Message* item : ItemsOf(configuration, kind)) {
        items_[{kind.name, IdOf(*item)}] = item;
      }
    }
  }

  // Null when there is none.
  [[nodiscard]] const google::protobuf::Message* Find(const v1::ConfigurationChange& change) const {
    const auto found = items_.find({KindName(change.kind()), change.id()});
    return found == items_.end() ? nullptr : found->second;
  }

 private:
  std::map<std::pair<std::string, std::string>, const google::protobuf::Message*> items_;
};

// What an `apply` would do: what the server says, and the values that it does not.
struct Plan {
  v1::ApplyConfigurationResponse response;
  std::vector<std::vector<ValueChange>> values;  // Of each change.

  [[nodiscard]] bool is_new() const { return response.revision() == 0; }
  [[nodiscard]] bool changes() const {
    return response.created() + response.updated() + response.deleted() > 0;
  }
};

// "+ team north"; "~ queue chats: max_waiting" and a line for each value; "- agent ann".
std::string ChangesText(const Plan& plan) {
  const v1::ApplyConfigurationResponse& response = plan.response;
  std::string text;
  for (int i = 0; i < response.changes_size(); ++i) {
    const v1::ConfigurationChange& change = response.changes(i);
    absl::StrAppend(&text,
                    change.type() == v1::CHANGE_TYPE_CREATED   ? "+ "
                    : change.type() == v1::CHANGE_TYPE_UPDATED ? "~ "
                                                               : "- ",
                    KindName(change.kind()), change.id().empty() ? "" : " ", change.id(),
                    change.fields().empty() ? "" : ": ", absl::StrJoin(change.fields(), ", "),
                    "\n");
    for (const ValueChange& value : plan.values[static_cast<size_t>(i)]) {
      absl::StrAppend(&text, "    ", ToString(value), "\n");
    }
  }
  const int changes = response.created() + response.updated() + response.deleted();
  if (changes > response.changes_size()) {
    absl::StrAppendFormat(&text, "... and %d more\n", changes - response.changes_size());
  }
  absl::StrAppendFormat(&text, "%d created, %d updated, %d deleted\n", response.created(),
                        response.updated(), response.deleted());
  return text;
}

// The API's answer, with `values` of each update.
Json PlanToJson(const Plan& plan, const std::string& workspace, bool applied) {
  Json data = Json{{"workspace", workspace}, {"applied", applied}};
  data.update(ToJson(plan.response, Defaults::kWrite));
  for (size_t i = 0; i < plan.values.size(); ++i) {
    Json& values = data["changes"][i]["values"] = Json::array();
    for (const ValueChange& value : plan.values[i]) {
      values.push_back(
          Json{{"path", value.path}, {"before", value.before}, {"after", value.after}});
    }
  }
  return data;
}

std::string CountOf(const Kind& kind, size_t count) {
  return absl::StrCat(count, " ", count == 1 ? kind.name : kind.plural);
}

// "New workspace acme: 3 clients, 23 queues": there everything is created.
std::string NewText(const std::string& workspace, const v1::Configuration& configuration) {
  std::vector<std::string> counts;
  for (const Kind& kind : ConfiguredKinds()) {
    const size_t count = ItemsOf(configuration, kind).size();
    if (count > 0) counts.push_back(CountOf(kind, count));
  }
  return absl::StrCat("New workspace ", workspace, ": ", absl::StrJoin(counts, ", "), "\n");
}

// "1 team, 120 agents": what would be deleted, as far as the server lists it.
std::string DeletedText(const v1::ApplyConfigurationResponse& response) {
  std::vector<std::string> counts;
  for (const Kind& kind : ConfiguredKinds()) {
    const auto count = std::count_if(
        response.changes().begin(), response.changes().end(), [&kind](const auto& change) {
          return change.type() == v1::CHANGE_TYPE_DELETED && KindName(change.kind()) == kind.name;
        });
    if (count > 0) counts.push_back(CountOf(kind, static_cast<size_t>(count)));
  }
  return counts.empty() ? absl::StrCat(response.deleted(), " resources")
                        : absl::StrJoin(counts, ", ");
}

// Asks whoever sits at the terminal. Where nobody does, a file or a pipe is meant, but for what it
// would delete: a file that lacks half of the floor is a likelier mistake than a wish.
int Confirm(const ApplyOptions& options, const Plan& plan, std::ostream& text) {
  if (options.yes || !plan.changes()) return kExitDone;
  if (isatty(STDIN_FILENO) != 0) {
    return SaysYes(text, "Apply?") ? kExitDone : Fail(kExitRefused, "Nothing was applied.");
  }
  if (plan.response.deleted() == 0) return kExitDone;
  return Fail(kExitUsage,
              absl::StrCat("expected --yes, as it would delete ", DeletedText(plan.response),
                           ", and there is no terminal to ask at"));
}

class Application {
 public:
  Application(const Target& target, const ApplyOptions& options)
      : options_(options), caller_(target) {}

  int Run() {
    if (const int exit_code = ReadFiles(); exit_code != kExitDone) return exit_code;
    Plan plan;
    request_.set_validate_only(true);
    if (const grpc::Status status = Call(plan.response); !status.ok()) return Refused(status);
    if (const grpc::Status status = FindValues(plan); !status.ok()) return Report(status);
    text() << (plan.is_new() ? NewText(caller_.target().workspace, sent()) : ChangesText(plan))
           << std::flush;
    if (!options_.validate_only) {
      if (const int code = Confirm(options_, plan, text()); code != kExitDone) return code;
      request_.set_validate_only(false);
      // What was shown is what is applied.
      request_.set_expected_revision(plan.is_new() ? kNotConfigured : plan.response.revision());
      v1::ApplyConfigurationResponse applied;
      if (const grpc::Status status = Call(applied); !status.ok()) return Refused(status);
      plan.response.set_revision(applied.revision());
    }
    Show(plan);
    return kExitDone;
  }

 private:
  int ReadFiles() {
    absl::StatusOr<v1::Configuration> read = ReadCatalogue(options_.path, &origin_);
    if (!read.ok()) return Fail(kExitUsage, std::string(read.status().message()));
    *request_.mutable_configuration() = *std::move(read);
    if (options_.agents_path.empty()) return kExitDone;
    const absl::Status added =
        AddDayAgents(options_.agents_path, *request_.mutable_configuration(), &origin_);
    return added.ok() ? kExitDone : Fail(kExitUsage, std::string(added.message()));
  }

  grpc::Status Call(v1::ApplyConfigurationResponse& response) {
    request_.set_request_id(NewUuid());
    return caller_.Ask(*caller_.client().configurations,
                       &v1::ConfigurationService::Stub::ApplyConfiguration, request_, response);
  }

  // What the server says of a field, said of the place in the files.
  int Refused(const grpc::Status& status) const {
    return Report(RenameFields(
        status, [this](const std::string& field) { return origin_.NameField(sent(), field); }));
  }

  // The server names the fields that are different; the values are those in force, and ours.
  grpc::Status FindValues(Plan& plan) {
    plan.values.resize(static_cast<size_t>(plan.response.changes_size()));
    if (plan.response.updated() == 0) return grpc::Status::OK;
    v1::GetConfigurationResponse before;
    const grpc::Status status = ReadConfiguration(caller_, before);
    // Of another revision they would not be those that are replaced; that will be refused.
    if (!status.ok() || before.revision() != plan.response.revision()) return status;
    const ItemIndex old_items(before.configuration());
    const ItemIndex new_items(sent());
    for (int i = 0; i < plan.response.changes_size(); ++i) {
      const v1::ConfigurationChange& change = plan.response.changes(i);
      if (change.type() != v1::CHANGE_TYPE_UPDATED) continue;
      // The settings are fields of the configuration itself.
      const bool settings = change.kind() == v1::RESOURCE_KIND_WORKSPACE_SETTINGS;
      const auto* old_item = settings ? &before.configuration() : old_items.Find(change);
      const auto* new_item = settings ? &sent() : new_items.Find(change);
      if (old_item == nullptr || new_item == nullptr) continue;
      plan.values[static_cast<size_t>(i)] = DiffFields(*old_item, *new_item, change.fields());
    }
    return status;
  }

  void Show(const Plan& plan) const {
    const std::string& workspace = caller_.target().workspace;
    const std::string summary = absl::StrFormat(
        "%s: %d clients, %d queues, %d process types, %d routing profiles, %d agents; "
        "revision %d of workspace %s\n",
        options_.validate_only ? "Valid" : "Applied", sent().clients_size(), sent().queues_size(),
        sent().process_types_size(), sent().routing_profiles_size(), sent().agents_size(),
        plan.response.revision(), workspace);
    std::cout << Render({summary, PlanToJson(plan, workspace, !options_.validate_only)},
                        options_.form);
  }

  [[nodiscard]] const v1::Configuration& sent() const { return request_.configuration(); }

  // Where text for people goes: not among data.
  [[nodiscard]] std::ostream& text() const {
    return options_.form == Form::kTable ? std::cout : std::cerr;
  }

  const ApplyOptions& options_;
  Caller caller_;
  CatalogueOrigin origin_;
  v1::ApplyConfigurationRequest request_;
};

}  // namespace

void AddApply(CLI::App& app, Context& context) {
  const auto options = std::make_shared<ApplyOptions>();
  CLI::App* command =
      app.add_subcommand("apply", "Replace the workspace's configuration, all of it or nothing");
  command->footer(R"(
Examples:
  tandemctl apply -f floor.yaml --validate-only
  tandemctl apply -f deploy/starter --agents deploy/starter/day/agents.jsonl

  tandemctl apply -f floor.yaml --validate-only -o json

Shows what it changes, with the values before and after, and asks when a person sits at the terminal.
Without one it goes on, but to delete something it needs --yes: what a file leaves out is deleted. What
somebody else applies meanwhile is not overwritten: REVISION_STALE. As JSON or YAML the changes come
with `values`, and the text goes to standard error.)");
  command->add_option("-f,--file", options->path, "A YAML file, or a folder of them")
      ->required()
      ->type_name("PATH");
  command->add_option("--agents", options->agents_path, "Agents to add, in the sample day's form")
      ->type_name("FILE");
  command->add_flag("--validate-only", options->validate_only,
                    "Check everything, show what would change, change nothing");
  command->add_flag("-y,--yes", options->yes,
                    "Apply without asking; without a terminal needed to delete something");
  AddForm(*command, context, options->form);
  command->callback(
      [options, &context] { context.exit_code = Application(context.target, *options).Run(); });
}

}  // namespace tandem::ctl
