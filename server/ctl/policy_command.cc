// policy put, policy delete: how service levels are reckoned. `get policies` lists them.
#include <iostream>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"

#include "server/ctl/command_table.h"
#include "server/ctl/policy_flags.h"
#include "server/ctl/reading.h"
#include "server/ctl/sent_once.h"
#include "server/ctl/spans.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

struct PolicyOptions {
  v1::ServiceLevelPolicy policy;
  std::optional<SaidInstant> effective_from;
  int64_t expected_revision = 0;  // 0: whatever it is now.
};

int PutPolicy(const Target& target, const PolicyOptions& options) {
  Caller caller(target);
  v1::PutServiceLevelPolicyRequest request;
  *request.mutable_policy() = options.policy;
  request.set_expected_revision(options.expected_revision);
  if (options.effective_from) {
    absl::Time from;
    const grpc::Status status = ReadInstant(caller, *options.effective_from, from);
    if (!status.ok()) return Report(status);
    *request.mutable_policy()->mutable_effective_from() = ToTimestamp(from);
  }
  v1::PutServiceLevelPolicyResponse response;
  const grpc::Status status = caller.AskOnce(
      *caller.client().reports, &v1::ReportService::Stub::PutServiceLevelPolicy, request, response);
  if (!status.ok()) return ReportSentOnce(status, "policy " + options.policy.id());
  std::cout << absl::StrCat("Policy ", response.policy().id(), " is at revision ",
                            response.policy().revision(), " of workspace ", target.workspace, "\n");
  return kExitDone;
}

int DeletePolicy(const Target& target, const PolicyOptions& options) {
  Caller caller(target);
  v1::DeleteServiceLevelPolicyRequest request;
  request.set_policy_id(options.policy.id());
  request.set_expected_revision(options.expected_revision);
  v1::DeleteServiceLevelPolicyResponse response;
  const grpc::Status status =
      caller.AskOnce(*caller.client().reports, &v1::ReportService::Stub::DeleteServiceLevelPolicy,
                     request, response);
  if (!status.ok()) return ReportSentOnce(status, "policy " + options.policy.id());
  std::cout << absl::StrCat("Deleted policy ", options.policy.id(), " of workspace ",
                            target.workspace, "\n");
  return kExitDone;
}

// A command that changes the policy that is named.
CLI::App* AddChange(CLI::App& group, Context& context, const std::string& name,
                    const std::string& help, const std::shared_ptr<PolicyOptions>& options,
                    int (*run)(const Target&, const PolicyOptions&)) {
  CLI::App* command = group.add_subcommand(name, help);
  command
      ->add_option_function<std::string>(
          "ID", [options](const std::string& id) { options->policy.set_id(id); },
          "Id of the policy")
      ->required()
      ->type_name("");
  command
      ->add_option("--expected-revision", options->expected_revision,
                   "Only when this is its revision; 0: in any case")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->callback(
      [options, run, &context] { context.exit_code = run(context.target, *options); });
  return command;
}

}  // namespace

PolicyFlags AddPolicyFlags(CLI::App& command, Context& context, v1::ServiceLevelPolicy& policy) {
  PolicyFlags flags;
  flags.threshold = AddDuration(
      command, "--threshold", "A wait up to this is in time",
      [&policy](absl::Duration span) { *policy.mutable_threshold() = ToDuration(span); });
  flags.abandons = AddWords(command, context, "--abandons",
                            "What abandons within the threshold do to the service level [negative]",
                            {{"ignored", v1::ABANDON_TREATMENT_IGNORED},
                             {"negative", v1::ABANDON_TREATMENT_NEGATIVE},
                             {"positive", v1::ABANDON_TREATMENT_POSITIVE}},
                            [&policy](int abandons) {
                              policy.set_abandons(static_cast<v1::AbandonTreatment>(abandons));
                            })
                       ->type_name("ignored|negative|positive");
  flags.short_abandon = AddDuration(
      command, "--short-abandon", "Abandons after a wait up to this count nowhere",
      [&policy](absl::Duration span) { *policy.mutable_short_abandon_limit() = ToDuration(span); });
  return flags;
}

void AddPolicy(CLI::App& app, Context& context) {
  CLI::App* group = app.add_subcommand("policy", "Change how service levels are reckoned");
  group->require_subcommand(1);
  group->footer(R"(
Examples:
  tandemctl policy put acme-2026 --threshold 20s --abandons ignored --short-abandon 5s
  tandemctl policy delete acme-2026
  tandemctl get policies)");

  const auto put = std::make_shared<PolicyOptions>();
  CLI::App* command = AddChange(*group, context, "put",
                                "Make a policy, or replace the one of this id", put, PutPolicy);
  AddPolicyFlags(*command, context, put->policy).threshold->required();
  command
      ->add_option_function<std::string>(
          "--name", [put](const std::string& name) { put->policy.set_display_name(name); },
          "For people: what was agreed, and with whom")
      ->type_name("TEXT");
  command
      ->add_option_function<std::string>(
          "--client", [put](const std::string& id) { put->policy.set_client(id); },
          "For the work of this client")
      ->type_name("ID");
  AddIds(*command, "--queue", "For these queues; several times, or with commas",
         *put->policy.mutable_queues());
  AddInstant(*command, "--effective-from", "Count by itself from here on, in the workspace's zone",
             [put](const SaidInstant& instant) { put->effective_from = instant; });
  command->footer(R"(
Examples:
  tandemctl policy put acme-july --client acme --effective-from 2026-07-01 --threshold 30s
  tandemctl policy put acme-2026 --threshold 20s --abandons ignored --name "Acme, from March on"
  tandemctl policy put acme-2026 --threshold 30s --expected-revision 1)");

  AddChange(*group, context, "delete", "Remove a policy", std::make_shared<PolicyOptions>(),
            DeletePolicy)
      ->footer(R"(
Examples:
  tandemctl policy delete acme-2026)");
}

}  // namespace tandem::ctl
