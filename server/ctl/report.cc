#include "server/ctl/report.h"

#include <algorithm>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"

#include "server/ctl/caller.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;
using google::protobuf::util::TimeUtil;

constexpr int kPage = 1'000;

int Fail(const grpc::Status& status) {
  const std::string reason = ReasonOf(status);
  const int exit_code = Report(status);
  return reason == "MEASURE_UNKNOWN" || reason == "TIME_ZONE_UNKNOWN" ? kExitUsage : exit_code;
}

// The server's time; it may not be ours, and may run faster.
grpc::Status ReadClock(Client& client, const Target& target, absl::Time& now) {
  v1::GetServerInfoResponse info;
  const grpc::Status status = CallAndWait(target.timeout, [&](grpc::ClientContext* context) {
    return client.system->GetServerInfo(context, v1::GetServerInfoRequest(), &info);
  });
  now = absl::FromUnixMicros(TimeUtil::TimestampToMicroseconds(info.server_time()));
  return status;
}

// The zone of instants that name none.
grpc::Status ReadZone(Client& client, const Target& target, const std::string& named,
                      absl::TimeZone& zone) {
  std::string name = named;
  if (name.empty()) {
    v1::GetConfigurationRequest request;
    request.set_workspace(target.workspace);
    v1::GetConfigurationResponse configured;
    const grpc::Status status = CallAndWait(target.timeout, [&](grpc::ClientContext* context) {
      return client.configurations->GetConfiguration(context, request, &configured);
    });
    if (!status.ok()) return status;
    name = configured.configuration().time_zone();
  }
  if (absl::LoadTimeZone(name, &zone)) return grpc::Status::OK;
  return {grpc::StatusCode::INVALID_ARGUMENT,
          absl::StrCat("expected the IANA name of a time zone, but \"", name, "\" is none")};
}

std::vector<std::string> MeasuresOf(const ReportOptions& options) {
  if (options.measures == std::vector<std::string>{"all"}) return {};
  if (!options.measures.empty()) return options.measures;
  if (std::ranges::count(options.by, v1::REPORT_DIMENSION_AGENT) > 0) {
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

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  return TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(time));
}

grpc::Status MakeRequest(Client& client, const Target& target, const ReportOptions& options,
                         v1::QueryMetricsRequest& request) {
  absl::Time now;
  if (const grpc::Status status = ReadClock(client, target, now); !status.ok()) return status;
  absl::TimeZone zone = absl::UTCTimeZone();
  const bool civil = options.since.kind == SaidInstant::Kind::kCivil ||
                     (options.until && options.until->kind == SaidInstant::Kind::kCivil);
  if (civil) {
    const grpc::Status status = ReadZone(client, target, options.time_zone, zone);
    if (!status.ok()) return status;
  }
  request.set_workspace(target.workspace);
  *request.mutable_since() = ToTimestamp(Resolve(options.since, now, zone));
  if (options.until) *request.mutable_until() = ToTimestamp(Resolve(*options.until, now, zone));
  request.set_interval(options.interval);
  request.set_time_zone(options.time_zone);
  for (const v1::ReportDimension dimension : options.by) request.add_group_by(dimension);
  *request.mutable_filter() = options.filter;
  for (const std::string& measure : MeasuresOf(options)) request.add_measures(measure);
  if (!options.policy_id.empty()) request.set_policy_id(options.policy_id);
  if (options.policy) *request.mutable_policy() = *options.policy;
  request.set_page_size(kPage);
  return grpc::Status::OK;
}

// Every page, as one report.
grpc::Status ReadReport(Client& client, const Target& target, v1::QueryMetricsRequest request,
                        v1::QueryMetricsResponse& report) {
  do {
    v1::QueryMetricsResponse page;
    const grpc::Status status = CallAndWait(target.timeout, [&](grpc::ClientContext* context) {
      page.Clear();
      return client.reports->QueryMetrics(context, request, &page);
    });
    if (!status.ok()) return status;
    request.set_page_token(page.next_page_token());
    if (report.measures().empty()) {
      report = page;
    } else {
      report.mutable_rows()->MergeFrom(page.rows());
    }
  } while (!request.page_token().empty());
  return grpc::Status::OK;
}

grpc::Status ReadCatalogue(Client& client, const Target& target,
                           v1::ListMeasuresResponse& catalogue) {
  v1::ListMeasuresRequest request;
  request.set_workspace(target.workspace);
  return CallAndWait(target.timeout, [&](grpc::ClientContext* context) {
    catalogue.Clear();
    return client.reports->ListMeasures(context, request, &catalogue);
  });
}

}  // namespace

int ShowReport(const Target& target, const ReportOptions& options) {
  Client client(Connect(target.address));
  v1::QueryMetricsRequest request;
  grpc::Status status = MakeRequest(client, target, options, request);
  if (!status.ok()) return Fail(status);
  v1::QueryMetricsResponse report;
  status = ReadReport(client, target, request, report);
  if (!status.ok()) return Fail(status);
  if (options.json) {
    std::cout << ReportJson(request, report);
    return kExitDone;
  }
  v1::ListMeasuresResponse catalogue;
  status = ReadCatalogue(client, target, catalogue);
  if (!status.ok()) return Fail(status);
  std::cout << ReportTable(request, report, catalogue);
  return kExitDone;
}

int ShowMeasures(const Target& target, bool json) {
  Client client(Connect(target.address));
  v1::ListMeasuresResponse catalogue;
  const grpc::Status status = ReadCatalogue(client, target, catalogue);
  if (!status.ok()) return Fail(status);
  std::cout << (json ? MeasureJson(catalogue) : MeasureTable(catalogue));
  return kExitDone;
}

int ShowPolicies(const Target& target, bool json) {
  Client client(Connect(target.address));
  v1::ListServiceLevelPoliciesRequest request;
  request.set_workspace(target.workspace);
  v1::ListServiceLevelPoliciesResponse policies;
  const grpc::Status status = CallAndWait(target.timeout, [&](grpc::ClientContext* context) {
    policies.Clear();
    return client.reports->ListServiceLevelPolicies(context, request, &policies);
  });
  if (!status.ok()) return Fail(status);
  std::cout << (json ? PolicyJson(policies) : PolicyTable(policies));
  return kExitDone;
}

int PutPolicy(const Target& target, const v1::ServiceLevelPolicy& policy,
              int64_t expected_revision) {
  Client client(Connect(target.address));
  v1::PutServiceLevelPolicyRequest request;
  request.set_workspace(target.workspace);
  *request.mutable_policy() = policy;
  request.set_expected_revision(expected_revision);
  v1::PutServiceLevelPolicyResponse response;
  const grpc::Status status = CallAndWait(target.timeout, [&](grpc::ClientContext* context) {
    return client.reports->PutServiceLevelPolicy(context, request, &response);
  });
  if (!status.ok()) return Fail(status);
  std::cout << absl::StrCat("Policy ", response.policy().id(), " is at revision ",
                            response.policy().revision(), " of workspace ", target.workspace, "\n");
  return kExitDone;
}

int DeletePolicy(const Target& target, const std::string& id, int64_t expected_revision) {
  Client client(Connect(target.address));
  v1::DeleteServiceLevelPolicyRequest request;
  request.set_workspace(target.workspace);
  request.set_policy_id(id);
  request.set_expected_revision(expected_revision);
  v1::DeleteServiceLevelPolicyResponse response;
  const grpc::Status status = CallAndWait(target.timeout, [&](grpc::ClientContext* context) {
    return client.reports->DeleteServiceLevelPolicy(context, request, &response);
  });
  if (!status.ok()) return Fail(status);
  std::cout << absl::StrCat("Deleted policy ", id, " of workspace ", target.workspace, "\n");
  return kExitDone;
}

}  // namespace tandem::ctl
