#include "server/ctl/report_options.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/util/time_util.h"

#include "server/ctl/report.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;
using google::protobuf::util::TimeUtil;

const std::map<std::string, v1::ReportDimension> kDimensions = {
    {"queue", v1::REPORT_DIMENSION_QUEUE},
    {"client", v1::REPORT_DIMENSION_CLIENT},
    {"process-type", v1::REPORT_DIMENSION_PROCESS_TYPE},
    {"channel", v1::REPORT_DIMENSION_CHANNEL},
    {"agent", v1::REPORT_DIMENSION_AGENT},
};
const std::map<std::string, v1::ReportInterval> kIntervals = {
    {"whole", v1::REPORT_INTERVAL_WHOLE},   {"15m", v1::REPORT_INTERVAL_QUARTER_HOUR},
    {"30m", v1::REPORT_INTERVAL_HALF_HOUR}, {"hour", v1::REPORT_INTERVAL_HOUR},
    {"day", v1::REPORT_INTERVAL_DAY},
};
const std::map<std::string, v1::AbandonTreatment> kTreatments = {
    {"ignored", v1::ABANDON_TREATMENT_IGNORED},
    {"negative", v1::ABANDON_TREATMENT_NEGATIVE},
    {"positive", v1::ABANDON_TREATMENT_POSITIVE},
};

constexpr char kReportFooter[] = R"(
Instants: 2026-03-02 or 2026-03-02T08:30 in the report's time zone, 2026-03-02T08:30:00Z, or so long ago: 24h, 7d.
A policy comes by its id (--policy), or for this report only (--threshold with --abandons and --short-abandon);
without one each visit's own target is its threshold. tandemctl measures says what each measure is.

Examples:
  tandemctl report --by queue --since 2026-03-02 --until 2026-03-03 --interval 30m
  tandemctl report --by client --threshold 20s --abandons ignored --short-abandon 5s --measures service_level
  tandemctl report --by agent --since 7d -o json)";

std::string WordsOf(const auto& names) {
  std::string words;
  for (const auto& [name, value] : names) words += (words.empty() ? "" : ", ") + name;
  return words;
}

template <typename Value>
Value ByName(const std::map<std::string, Value>& names, const std::string& option,
             const std::string& text) {
  const auto found = names.find(text);
  if (found == names.end()) {
    throw CLI::ValidationError(option, "expected one of " + WordsOf(names) + ", but got " + text);
  }
  return found->second;
}

CLI::Option* AddInstant(CLI::App* command, const std::string& name, const std::string& help,
                        const std::function<void(const SaidInstant&)>& set) {
  return command
      ->add_option_function<std::string>(
          name,
          [name, set](const std::string& text) {
            SaidInstant instant;
            if (!ParseInstant(text, instant)) {
              throw CLI::ValidationError(
                  name, "expected an instant such as 2026-03-02T08:30 or 24h, but got " + text);
            }
            set(instant);
          },
          help)
      ->type_name("TIME");
}

CLI::Option* AddSpan(CLI::App* command, const std::string& name, const std::string& help,
                     const std::function<void(google::protobuf::Duration)>& set) {
  return command
      ->add_option_function<std::string>(
          name,
          [name, set](const std::string& text) {
            absl::Duration span;
            if (!ParseSpan(text, span)) {
              throw CLI::ValidationError(name,
                                         "expected a span such as 20s or 1m30s, but got " + text);
            }
            set(TimeUtil::MicrosecondsToDuration(absl::ToInt64Microseconds(span)));
          },
          help)
      ->type_name("SPAN");
}

CLI::Option* AddTreatment(CLI::App* command, v1::ServiceLevelPolicy& policy) {
  return command
      ->add_option_function<std::string>(
          "--abandons",
          [&policy](const std::string& text) {
            policy.set_abandons(ByName(kTreatments, "--abandons", text));
          },
          "What abandons within the threshold do to the service level [negative]")
      ->type_name("ignored|negative|positive");
}

CLI::Option* AddShortAbandon(CLI::App* command, v1::ServiceLevelPolicy& policy) {
  return AddSpan(command, "--short-abandon", "Abandons after a wait up to this count nowhere",
                 [&policy](const google::protobuf::Duration& span) {
                   *policy.mutable_short_abandon_limit() = span;
                 });
}

CLI::Option* AddThreshold(CLI::App* command, v1::ServiceLevelPolicy& policy) {
  return AddSpan(
      command, "--threshold", "A wait up to this is in time",
      [&policy](const google::protobuf::Duration& span) { *policy.mutable_threshold() = span; });
}

void AddOutput(CLI::App* command, bool& json) {
  command
      ->add_option_function<std::string>(
          "-o,--output",
          [&json](const std::string& text) {
            if (text != "table" && text != "json") {
              throw CLI::ValidationError("--output", "expected table or json, but got " + text);
            }
            json = text == "json";
          },
          "For people, or for programs [table]")
      ->type_name("table|json");
}

void AddFilter(CLI::App* command, v1::ReportFilter& filter) {
  const auto add = [command](const std::string& name, const std::string& what, auto* list) {
    command
        ->add_option_function<std::vector<std::string>>(
            name,
            [list](const std::vector<std::string>& ids) { list->Add(ids.begin(), ids.end()); },
            "Only " + what + "; several with commas")
        ->delimiter(',')
        ->type_name("ID");
  };
  add("--queue", "of these queues", filter.mutable_queues());
  add("--client", "of these clients", filter.mutable_clients());
  add("--process-type", "of these process types", filter.mutable_process_types());
  add("--channel", "of these channels", filter.mutable_channels());
  add("--agent", "of these agents", filter.mutable_agents());
}

void AddPolicyOptions(CLI::App* command, ReportOptions& options,
                      v1::ServiceLevelPolicy& inline_policy) {
  CLI::Option* stored =
      command->add_option("--policy", options.policy_id, "A stored policy")->type_name("ID");
  CLI::Option* threshold = AddThreshold(command, inline_policy)->excludes(stored);
  AddTreatment(command, inline_policy)->needs(threshold);
  AddShortAbandon(command, inline_policy)->needs(threshold);
}

void AddReport(CLI::App& app, const Target& target, int& exit_code) {
  struct Arguments {
    ReportOptions options;
    v1::ServiceLevelPolicy policy;
  };
  const auto arguments = std::make_shared<Arguments>();
  ReportOptions& options = arguments->options;
  options.since.kind = SaidInstant::Kind::kAgo;
  options.since.ago = absl::Hours(24);
  CLI::App* command =
      app.add_subcommand("report", "Print measures by queue, client, agent and interval");
  command
      ->add_option_function<std::vector<std::string>>(
          "--by",
          [&options](const std::vector<std::string>& names) {
            for (const auto& name : names) options.by.push_back(ByName(kDimensions, "--by", name));
          },
          "Group by " + WordsOf(kDimensions) + "; several with commas")
      ->delimiter(',')
      ->type_name("DIMENSION");
  command
      ->add_option_function<std::string>(
          "--interval",
          [&options](const std::string& text) {
            options.interval = ByName(kIntervals, "--interval", text);
          },
          "Cut the time into intervals [whole]")
      ->type_name("whole|15m|30m|hour|day");
  AddInstant(command, "--since", "Count from here on [24h]",
             [&options](const SaidInstant& instant) { options.since = instant; });
  AddInstant(command, "--until", "Count to here [now]",
             [&options](const SaidInstant& instant) { options.until = instant; });
  command
      ->add_option("--time-zone", options.time_zone,
                   "IANA zone of days and hours [the workspace's]")
      ->type_name("ZONE");
  command
      ->add_option("--measures", options.measures,
                   "Ids of measures, with commas; or all [a few that fit]")
      ->delimiter(',')
      ->type_name("MEASURE");
  AddFilter(command, options.filter);
  AddPolicyOptions(command, options, arguments->policy);
  AddOutput(command, options.json);
  command->footer(kReportFooter);
  command->callback([arguments, &target, &exit_code] {
    if (arguments->policy.has_threshold()) arguments->options.policy = arguments->policy;
    exit_code = ShowReport(target, arguments->options);
  });
}

void AddMeasures(CLI::App& app, const Target& target, int& exit_code) {
  const auto json = std::make_shared<bool>(false);
  CLI::App* command =
      app.add_subcommand("measures", "Print what can be measured: formula, origin, facts");
  AddOutput(command, *json);
  command->callback([json, &target, &exit_code] { exit_code = ShowMeasures(target, *json); });
}

void AddPolicies(CLI::App& app, const Target& target, int& exit_code) {
  struct Arguments {
    v1::ServiceLevelPolicy policy;
    std::string id;
    int64_t expected_revision = 0;
    bool json = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* policy = app.add_subcommand("policy", "How service levels are reckoned");
  policy->require_subcommand(1);

  CLI::App* list = policy->add_subcommand("list", "Print the policies");
  AddOutput(list, arguments->json);
  list->callback(
      [arguments, &target, &exit_code] { exit_code = ShowPolicies(target, arguments->json); });

  const auto with_id = [&](CLI::App* command) {
    command->add_option("id", arguments->id, "Id of the policy")->required();
    command
        ->add_option("--expected-revision", arguments->expected_revision,
                     "Only when this is its revision; 0: in any case")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
  };
  CLI::App* put = policy->add_subcommand("put", "Make a policy, or replace the one of this id");
  with_id(put);
  AddThreshold(put, arguments->policy)->required();
  AddTreatment(put, arguments->policy);
  AddShortAbandon(put, arguments->policy);
  put->add_option_function<std::string>(
         "--name",
         [arguments](const std::string& name) { arguments->policy.set_display_name(name); },
         "For people: what was agreed, and with whom")
      ->type_name("TEXT");
  put->callback([arguments, &target, &exit_code] {
    arguments->policy.set_id(arguments->id);
    exit_code = PutPolicy(target, arguments->policy, arguments->expected_revision);
  });

  CLI::App* remove = policy->add_subcommand("delete", "Remove a policy");
  with_id(remove);
  remove->callback([arguments, &target, &exit_code] {
    exit_code = DeletePolicy(target, arguments->id, arguments->expected_revision);
  });
}

}  // namespace

void AddReports(CLI::App& app, const Target& target, int& exit_code) {
  AddReport(app, target, exit_code);
  AddMeasures(app, target, exit_code);
  AddPolicies(app, target, exit_code);
}

}  // namespace tandem::ctl
