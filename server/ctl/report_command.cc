// report: measures over what was recorded.
#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"

#include "server/ctl/command_table.h"
#include "server/ctl/policy_flags.h"
#include "server/ctl/reading.h"
#include "server/ctl/report_text.h"
#include "server/ctl/spans.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

// The server gives a report 10 s; what else takes time comes on top.
constexpr absl::Duration kTimeout = absl::Seconds(30);

constexpr int kReportPage = 1'000;

struct ReportOptions {
  v1::QueryMetricsRequest request;  // But for its times.
  SaidInstant since = {.kind = SaidInstant::Kind::kAgo, .ago = absl::Hours(24)};
  std::optional<SaidInstant> until;   // none: now
  std::vector<std::string> measures;  // empty: a few that fit; "all": every one
  v1::ServiceLevelPolicy policy;      // without a threshold: none
  Form form = Form::kTable;
};

std::vector<std::string> MeasuresOf(const ReportOptions& options) {
  if (options.measures == std::vector<std::string>{"all"}) return {};
  if (!options.measures.empty()) return options.measures;
  if (std::ranges::count(options.request.group_by(), v1::REPORT_DIMENSION_AGENT) > 0) {
    return {"handled", "average_handling_time", "average_wrap_up_time", "offers_missed",
            "transfers"};
  }
  return {"offered",
          "answered",
          "abandoned",
          "service_level",
          "average_speed_of_answer",
          "longest_wait",
          "handled",
          "average_handling_time"};
}

bool IsCivil(const SaidInstant& instant) {
  return instant.kind == SaidInstant::Kind::kCivil;
}

// Instants that name no zone are in the report's.
grpc::Status SetTimes(Caller& caller, const ReportOptions& options,
                      v1::QueryMetricsRequest& request) {
  // The server's time; it may not be ours, and may run faster.
  v1::GetServerInfoResponse info;
  grpc::Status status = ReadServerInfo(caller, info);
  if (!status.ok()) return status;
  const absl::Time now = ToTime(info.server_time());
  absl::TimeZone zone = absl::UTCTimeZone();
  if (IsCivil(options.since) || (options.until && IsCivil(*options.until))) {
    status = ReadZone(caller, request.time_zone(), zone);
    if (!status.ok()) return status;
  }
  *request.mutable_since() = ToTimestamp(Resolve(options.since, now, zone));
  if (options.until) *request.mutable_until() = ToTimestamp(Resolve(*options.until, now, zone));
  return status;
}

// Every page, as one report.
grpc::Status ReadReport(Caller& caller, v1::QueryMetricsRequest request,
                        v1::QueryMetricsResponse& report) {
  do {
    v1::QueryMetricsResponse page;
    const grpc::Status status =
        caller.Ask(*caller.client().reports, &v1::ReportService::Stub::QueryMetrics, request, page);
    if (!status.ok()) return status;
    request.set_page_token(page.next_page_token());
    if (!report.measures().empty()) page.clear_measures();
    report.MergeFrom(page);
  } while (!request.page_token().empty());
  report.clear_next_page_token();
  return grpc::Status::OK;
}

int ShowReport(const Target& target, const ReportOptions& options) {
  Caller caller(target);
  v1::QueryMetricsRequest request = options.request;
  for (const std::string& measure : MeasuresOf(options)) request.add_measures(measure);
  if (options.policy.has_threshold()) *request.mutable_policy() = options.policy;
  request.set_page_size(kReportPage);
  grpc::Status status = SetTimes(caller, options, request);
  if (!status.ok()) return Report(status);
  v1::QueryMetricsResponse report;
  status = ReadReport(caller, request, report);
  if (!status.ok()) return Report(status);
  v1::ListMeasuresResponse catalogue;
  status = caller.Ask(*caller.client().reports, &v1::ReportService::Stub::ListMeasures,
                      v1::ListMeasuresRequest(), catalogue);
  if (!status.ok()) return Report(status);
  std::cout << Render({ReportTable(request, report, catalogue), ToJson(report)}, options.form);
  return kExitDone;
}

// ---------------------------------------------------------------------------------------------------
// command line

void AddTimes(CLI::App& command, Context& context, ReportOptions& options) {
  AddInstant(command, "--since", "Count from here on [24h]",
             [&options](const SaidInstant& instant) { options.since = instant; });
  AddInstant(command, "--until", "Count to here [now]",
             [&options](const SaidInstant& instant) { options.until = instant; });
  AddWords(command, context, "--interval", "Cut the time into intervals [whole]",
           {{"whole", v1::REPORT_INTERVAL_WHOLE},
            {"15m", v1::REPORT_INTERVAL_QUARTER_HOUR},
            {"30m", v1::REPORT_INTERVAL_HALF_HOUR},
            {"hour", v1::REPORT_INTERVAL_HOUR},
            {"day", v1::REPORT_INTERVAL_DAY}},
           [&options](int interval) {
             options.request.set_interval(static_cast<v1::ReportInterval>(interval));
           })
      ->type_name("whole|15m|30m|hour|day");
  command
      .add_option_function<std::string>(
          "--time-zone",
          [&options](const std::string& name) {
            absl::TimeZone zone;
            if (!absl::LoadTimeZone(name, &zone)) {
              throw CLI::ValidationError("--time-zone",
                                         "expected the IANA name of a time zone, but got " + name);
            }
            options.request.set_time_zone(name);
          },
          "IANA zone of days and hours [the workspace's]")
      ->type_name("ZONE");
}

void AddFilter(CLI::App& command, v1::ReportFilter& filter) {
  const auto add = [&command](const std::string& name, const std::string& help, auto& ids) {
    AddIds(command, name, help, ids)->group("What counts; each several times, or with commas");
  };
  add("--queue", "Of these queues", *filter.mutable_queues());
  add("--client", "Of these clients", *filter.mutable_clients());
  add("--process-type", "Of these process types", *filter.mutable_process_types());
  add("--channel", "Of these channels", *filter.mutable_channels());
  add("--agent", "Of these agents", *filter.mutable_agents());
  add("--survey", "Of these surveys, as csat", *filter.mutable_surveys());
}

}  // namespace

void AddReport(CLI::App& app, Context& context) {
  const auto options = std::make_shared<ReportOptions>();
  CLI::App* command =
      app.add_subcommand("report", "Print measures by queue, client, agent and interval");
  command->footer(R"(
Examples:
  tandemctl report --by queue --since 2026-03-02 --until 2026-03-03 --interval 30m
  tandemctl report --by client --threshold 20s --abandons ignored --measures service_level
  tandemctl report --by agent --survey csat --measures csat,survey_responses --since 7d -o json

Instants: 2026-03-02 or 2026-03-02T08:30 in the report's time zone, 2026-03-02T08:30:00Z, or so long
ago: 24h, 7d. A policy comes by its id (--policy), or for this report only (--threshold with --abandons
and --short-abandon); without one each visit is reckoned by the policy that counts for its client and
queue by itself, or by its own target. `tandemctl get measures` says what each measure is. The server ends a report after 10 s; unless told otherwise by --timeout, it
is waited for for 30 s.)");
  AddWords(
      *command, context, "--by", "Group by these; several with commas",
      {{"queue", v1::REPORT_DIMENSION_QUEUE},
       {"client", v1::REPORT_DIMENSION_CLIENT},
       {"process-type", v1::REPORT_DIMENSION_PROCESS_TYPE},
       {"channel", v1::REPORT_DIMENSION_CHANNEL},
       {"agent", v1::REPORT_DIMENSION_AGENT},
       {"survey", v1::REPORT_DIMENSION_SURVEY}},
      [options](int by) { options->request.add_group_by(static_cast<v1::ReportDimension>(by)); })
      ->type_name("queue|client|process-type|channel|agent|survey");
  AddTimes(*command, context, *options);
  AddTexts(*command, "--measures", "Ids of measures, with commas; or all [a few that fit]",
           [options](const std::string& id) { options->measures.push_back(id); })
      ->type_name("MEASURE");
  AddFilter(*command, *options->request.mutable_filter());
  CLI::Option* stored =
      command
          ->add_option_function<std::string>(
              "--policy", [options](const std::string& id) { options->request.set_policy_id(id); },
              "A stored policy")
          ->type_name("ID");
  const PolicyFlags flags = AddPolicyFlags(*command, context, options->policy);
  flags.threshold->excludes(stored);
  flags.abandons->needs(flags.threshold);
  flags.short_abandon->needs(flags.threshold);
  AddForm(*command, context, options->form);
  command->callback([options, &context] {
    if (!context.timeout_is_said) context.target.timeout = kTimeout;
    context.exit_code = ShowReport(context.target, *options);
  });
}

}  // namespace tandem::ctl
