#include "server/rpc/convert_report.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "router/limits.h"
#include "server/rpc/convert_types.h"

namespace tandem::rpc {
namespace {

using query::MeasureKind;
using query::MeasureUnit;
using query::ReportInterval;
using router::Reason;
using store::AbandonTreatment;
using store::Dimension;
using store::FactSource;

// The numbers are the same on both sides.
static_assert(static_cast<int>(ReportInterval::kWhole) == v1::REPORT_INTERVAL_WHOLE);
static_assert(static_cast<int>(ReportInterval::kDay) == v1::REPORT_INTERVAL_DAY);
static_assert(static_cast<int>(Dimension::kQueue) == v1::REPORT_DIMENSION_QUEUE);
static_assert(static_cast<int>(Dimension::kAgent) == v1::REPORT_DIMENSION_AGENT);
static_assert(static_cast<int>(Dimension::kSurvey) == v1::REPORT_DIMENSION_SURVEY);
static_assert(static_cast<int>(AbandonTreatment::kIgnored) == v1::ABANDON_TREATMENT_IGNORED);
static_assert(static_cast<int>(AbandonTreatment::kPositive) == v1::ABANDON_TREATMENT_POSITIVE);
static_assert(static_cast<int>(FactSource::kVisits) == v1::FACT_SOURCE_VISITS);
static_assert(static_cast<int>(FactSource::kOpenTickets) == v1::FACT_SOURCE_OPEN_TICKETS);
static_assert(static_cast<int>(FactSource::kParticipations) == v1::FACT_SOURCE_PARTICIPATIONS);
static_assert(static_cast<int>(MeasureUnit::kCount) == v1::MEASURE_UNIT_COUNT);
static_assert(static_cast<int>(MeasureUnit::kMoney) == v1::MEASURE_UNIT_MONEY);
static_assert(static_cast<int>(MeasureKind::kTotal) == v1::MEASURE_KIND_TOTAL);
static_assert(static_cast<int>(MeasureKind::kPercentile) == v1::MEASURE_KIND_PERCENTILE);

// The ids of a list, at most `max`.
template <typename List>
std::vector<std::string> ToIds(const List& list, size_t max, const char* field, Faults& faults) {
  if (!faults.HasAtMost(list.size(), max, field)) return {};
  for (int i = 0; i < list.size(); ++i) faults.RequireId(list[i], At(field, i));
  return {list.begin(), list.end()};
}

void ReadGroups(const v1::QueryMetricsRequest& request, query::ReportRequest& to, Faults& faults) {
  for (int i = 0; i < request.group_by_size(); ++i) {
    const std::string field = At("group_by", i);
    const int dimension = request.group_by(i);
    if (!CheckEnum(dimension, v1::ReportDimension_MAX, field, faults)) return;
    const size_t index = store::IndexOf(static_cast<Dimension>(dimension));
    if (to.group_by[index]) {
      faults.Add(Reason::kFieldOutOfRange, field,
                 "expected each dimension at most once, but this one comes again");
      return;
    }
    to.group_by.set(index);
  }
}

void ReadFilter(const v1::ReportFilter& filter, query::ReportRequest& to, Faults& faults) {
  const auto read = [&](Dimension dimension, const auto& list, const char* field) {
    to.filter[store::IndexOf(dimension)] = ToIds(list, router::kMaxFilterValues, field, faults);
  };
  read(Dimension::kQueue, filter.queues(), "filter.queues");
  read(Dimension::kClient, filter.clients(), "filter.clients");
  read(Dimension::kProcessType, filter.process_types(), "filter.process_types");
  read(Dimension::kChannel, filter.channels(), "filter.channels");
  read(Dimension::kAgent, filter.agents(), "filter.agents");
  read(Dimension::kSurvey, filter.surveys(), "filter.surveys");
}

// For which visits a policy counts by itself.
void ReadScope(const v1::ServiceLevelPolicy& policy, store::ServiceLevelPolicy& to,
               Faults& faults) {
  to.client = policy.client();
  faults.OptionalId(policy.client(), "policy.client");
  to.queues = ToIds(policy.queues(), router::kMaxFilterValues, "policy.queues", faults);
  std::ranges::sort(to.queues);
  to.queues.erase(std::ranges::unique(to.queues).begin(), to.queues.end());
  if (policy.has_effective_from()) {
    to.effective_from = ToTime(policy.effective_from(), "policy.effective_from", faults);
  }
  if (!to.effective_from.IsSet() && (!to.client.empty() || !to.queues.empty())) {
    faults.Add(Reason::kFieldRequired, "policy.effective_from",
               "expected from when on it counts for its client or queues, but it is not set");
  }
}

void FillValue(const query::MetricValue& value, v1::MetricValue& to) {
  if (value.value) to.set_value(*value.value);
  if (value.numerator) to.set_numerator(*value.numerator);
  if (value.denominator) to.set_denominator(*value.denominator);
}

void FillRow(const query::ReportRow& row, v1::MetricsRow& to) {
  const auto id = [&](Dimension dimension) { return row.ids[store::IndexOf(dimension)]; };
  *to.mutable_interval_start() = ToTimestamp(row.start);
  *to.mutable_interval_end() = ToTimestamp(row.end);
  to.set_queue(id(Dimension::kQueue));
  to.set_client(id(Dimension::kClient));
  to.set_process_type(id(Dimension::kProcessType));
  to.set_channel(id(Dimension::kChannel));
  to.set_agent(id(Dimension::kAgent));
  to.set_survey(id(Dimension::kSurvey));
  for (const query::MetricValue& value : row.values) FillValue(value, *to.add_values());
  for (const std::string& policy : row.policies) to.add_policies(policy);
}

}  // namespace

void CheckRevision(int64_t revision, Faults& faults) {
  faults.Range(revision, 0, std::numeric_limits<int64_t>::max(), "expected_revision");
}

store::ServiceLevelPolicy ToPolicy(const v1::ServiceLevelPolicy& policy, Faults& faults) {
  store::ServiceLevelPolicy to;
  to.id = policy.id();
  faults.OptionalId(policy.id(), "policy.id");
  to.display_name = policy.display_name();
  faults.Text(policy.display_name(), router::kMaxDisplayNameBytes, "policy.display_name");
  if (!policy.has_threshold()) {
    faults.Add(Reason::kFieldRequired, "policy.threshold", "expected a span, but it is not set");
  } else {
    to.threshold = ToDuration(policy.threshold(), "policy.threshold", faults);
    if (to.threshold < router::kMinThreshold || to.threshold > router::kMaxThreshold) {
      faults.Add(Reason::kFieldOutOfRange, "policy.threshold",
                 "expected 1 ms to 30 days, but it is another span");
    }
  }
  if (policy.abandons() != v1::ABANDON_TREATMENT_UNSPECIFIED &&
      CheckEnum(policy.abandons(), v1::AbandonTreatment_MAX, "policy.abandons", faults)) {
    to.abandons = static_cast<AbandonTreatment>(policy.abandons());
  }
  if (policy.has_short_abandon_limit()) {
    to.short_abandon_limit =
        ToDuration(policy.short_abandon_limit(), "policy.short_abandon_limit", faults);
    if (to.short_abandon_limit.us < 0 || to.short_abandon_limit > router::kMaxThreshold) {
      faults.Add(Reason::kFieldOutOfRange, "policy.short_abandon_limit",
                 "expected 0 to 30 days, but it is another span");
    }
  }
  ReadScope(policy, to, faults);
  return to;
}

query::ReportRequest ToReportRequest(const v1::QueryMetricsRequest& request, Faults& faults) {
  query::ReportRequest to;
  to.workspace = request.workspace();
  faults.RequireId(request.workspace(), "workspace");
  if (request.has_since()) {
    to.since = ToTime(request.since(), "since", faults);
  } else {
    faults.Add(Reason::kFieldRequired, "since", "expected an instant, but it is not set");
  }
  if (request.has_until()) to.until = ToTime(request.until(), "until", faults);
  if (request.interval() != v1::REPORT_INTERVAL_UNSPECIFIED &&
      CheckEnum(request.interval(), v1::ReportInterval_MAX, "interval", faults)) {
    to.interval = static_cast<ReportInterval>(request.interval());
  }
  to.time_zone = request.time_zone();
  faults.Text(request.time_zone(), router::kMaxIdBytes, "time_zone");
  ReadGroups(request, to, faults);
  ReadFilter(request.filter(), to, faults);
  to.measures = ToIds(request.measures(), router::kMaxMeasures, "measures", faults);
  if (request.service_level_case() == v1::QueryMetricsRequest::kPolicyId) {
    to.policy_id = request.policy_id();
    faults.RequireId(request.policy_id(), "policy_id");
  }
  if (request.has_policy()) {
    to.policy = ToPolicy(request.policy(), faults);
    if (!to.policy->id.empty()) {
      faults.Add(Reason::kFieldMalformed, "policy.id",
                 "expected no id of a policy that is not stored, but there is one");
    }
    if (to.policy->effective_from.IsSet()) {
      faults.Add(Reason::kFieldMalformed, "policy.effective_from",
                 "expected a policy for the whole report, but it counts from an instant on");
    }
  }
  to.page = {.size = request.page_size(), .token = request.page_token()};
  return to;
}

void Fill(const query::Report& report, v1::QueryMetricsResponse& to) {
  for (const query::Measure& measure : report.measures) to.add_measures(measure.id);
  for (const query::ReportRow& row : report.rows) FillRow(row, *to.add_rows());
  to.set_next_page_token(report.next_token);
  *to.mutable_until() = ToTimestamp(report.until);
  *to.mutable_counted_at() = ToTimestamp(report.counted_at);
  to.set_time_zone(report.time_zone);
  if (report.policy) Fill(*report.policy, *to.mutable_policy());
}

void Fill(const query::Measure& measure, v1::Measure& to) {
  const FactSource source = query::SourceOf(measure);
  to.set_id(measure.id);
  to.set_display_name(measure.name);
  to.set_unit(static_cast<v1::MeasureUnit>(measure.unit));
  to.set_kind(static_cast<v1::MeasureKind>(query::KindOf(measure)));
  to.set_facts(static_cast<v1::FactSource>(source));
  to.set_formula(measure.formula);
  to.set_origin(measure.origin);
  for (int i = v1::REPORT_DIMENSION_QUEUE; i <= v1::ReportDimension_MAX; ++i) {
    if (store::HasDimension(source, static_cast<Dimension>(i))) {
      to.add_dimensions(static_cast<v1::ReportDimension>(i));
    }
  }
  to.set_depends_on_policy(query::IsByPolicy(measure));
}

void Fill(const store::ServiceLevelPolicy& policy, v1::ServiceLevelPolicy& to) {
  to.set_id(policy.id);
  to.set_display_name(policy.display_name);
  *to.mutable_threshold() = ToProtoDuration(policy.threshold);
  to.set_abandons(static_cast<v1::AbandonTreatment>(policy.abandons));
  *to.mutable_short_abandon_limit() = ToProtoDuration(policy.short_abandon_limit);
  to.set_revision(policy.revision);
  to.set_client(policy.client);
  for (const std::string& queue : policy.queues) to.add_queues(queue);
  if (policy.effective_from.IsSet()) {
    *to.mutable_effective_from() = ToTimestamp(policy.effective_from);
  }
}

void Fill(const query::ListedPolicy& listed, v1::ServiceLevelPolicy& to) {
  Fill(listed.policy, to);
  to.set_client_gone(listed.client_gone);
  to.mutable_gone_queues()->Assign(listed.gone_queues.begin(), listed.gone_queues.end());
}

}  // namespace tandem::rpc
