#include "server/query/reports.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "fmt/format.h"
#include "router/limits.h"
#include "router/resources.h"
#include "server/query/business_hours.h"
#include "server/query/resources.h"
#include "server/query/workspaces.h"

namespace tandem::query {
namespace {

using router::Reason;
using router::Rejection;
using router::Time;
using store::FactRow;
using store::Sum;

Rejection PolicyNotFound(const std::string& id) {
  return {.reason = Reason::kPolicyNotFound,
          .message = "expected a service-level policy of this workspace, but there is no " + id,
          .violations = {},
          .metadata = {}};
}

Rejection MeasureUnknown(size_t index, const std::string& id) {
  const char* nearest = NearestMeasure(id);
  Rejection rejection = FieldFault(
      Reason::kMeasureUnknown, fmt::format("measures[{}]", index),
      fmt::format("expected a measure of ListMeasures, but \"{}\" is none; did you mean \"{}\"?",
                  id, nearest));
  rejection.metadata = {{"measure", id}, {"nearest", nearest}};
  return rejection;
}

// What a store's error over facts is to the caller.
Rejection FactFault(const std::string& workspace, const absl::Status& status) {
  if (absl::IsResourceExhausted(status)) {
    return {.reason = Reason::kReportTooLarge,
            .message = fmt::format("expected a report of at most {} rows, but it has more; take a "
                                   "shorter range, longer intervals, fewer dimensions or a filter",
                                   router::kMaxReportRows),
            .violations = {},
            .metadata = {}};
  }
  if (absl::IsDeadlineExceeded(status)) {
    return {.reason = Reason::kReportTimedOut,
            .message = fmt::format("expected to read the facts within {} s, but it takes longer; "
                                   "take a shorter range or fewer measures",
                                   router::kMaxReportTime.us / 1'000'000),
            .violations = {},
            .metadata = {}};
  }
  return StoreFaultIn(workspace, status);
}

// A report as it was asked for, looked up and checked.
struct Plan {
  std::vector<Measure> measures;
  bool by_policy = false;                           // one of them is reckoned by a policy
  std::optional<store::ServiceLevelPolicy> policy;  // for all; none: those of the query's rules
  std::vector<std::string> rules;                   // the policies of the query's rules
  std::string time_zone;
  store::FactQuery query;
};

uint64_t Fingerprint(const ReportRequest& request) {
  FilterFingerprint fingerprint("report");
  fingerprint.Add(request.workspace);
  fingerprint.Add(request.since.us);
  fingerprint.Add(request.until.us);
  fingerprint.Add(static_cast<int64_t>(request.interval));
  fingerprint.Add(request.time_zone);
  fingerprint.Add(static_cast<int64_t>(request.group_by.to_ulong()));
  const auto list = [&](const std::vector<std::string>& texts) {
    fingerprint.Add(static_cast<int64_t>(texts.size()));
    for (const std::string& text : texts) fingerprint.Add(text);
  };
  for (const std::vector<std::string>& ids : request.filter) list(ids);
  list(request.measures);
  fingerprint.Add(request.policy_id);
  return fingerprint.value();
}

// Where a page ended. The next one is the same report: of the instant of the first page, under the
// same policy, and behind the same row, whatever came before it since.
struct Position {
  Time counted_at;
  uint64_t basis = 0;  // of the policies and hours that were reckoned by
  FactRow::Key last;
};

uint64_t FingerprintOf(const Plan& plan) {
  FilterFingerprint fingerprint("basis");
  const auto add = [&](const store::Threshold& threshold) {
    fingerprint.Add(threshold.within.value_or(router::Duration{}).us);
    fingerprint.Add(static_cast<int64_t>(threshold.abandons));
    fingerprint.Add(threshold.short_abandon.value_or(router::Duration{}).us);
  };
  add(plan.query.threshold);
  for (size_t i = 0; i < plan.rules.size(); ++i) {
    const store::ThresholdRule& rule = plan.query.rules[i];
    fingerprint.Add(plan.rules[i]);
    fingerprint.Add(static_cast<int64_t>(rule.queues.size()));
    fingerprint.Add(rule.client);
    for (const std::string& queue : rule.queues) fingerprint.Add(queue);
    fingerprint.Add(rule.since.us);
    add(rule.threshold);
  }
  for (const store::QueueHours& hours : plan.query.hours) {
    fingerprint.Add(static_cast<int64_t>(hours.queues.size()));
    fingerprint.Add(static_cast<int64_t>(hours.open.size()));
    for (const std::string& queue : hours.queues) fingerprint.Add(queue);
    for (const router::TimeSpan& span : hours.open) {
      fingerprint.Add(span.from.us);
      fingerprint.Add(span.to.us);
    }
  }
  return fingerprint.value();
}

// Ids have no spaces.
std::string WritePosition(const Position& position) {
  return absl::StrCat(position.counted_at.us, " ", position.basis, " ", position.last.interval, " ",
                      absl::StrJoin(position.last.ids, " "));
}

std::optional<Position> ReadPosition(const std::string& text) {
  const std::vector<std::string> words = absl::StrSplit(text, ' ');
  Position position;
  if (words.size() != 3 + position.last.ids.size() ||
      !absl::SimpleAtoi(words[0], &position.counted_at.us) ||
      !absl::SimpleAtoi(words[1], &position.basis) ||
      !absl::SimpleAtoi(words[2], &position.last.interval)) {
    return std::nullopt;
  }
  std::copy(words.begin() + 3, words.end(), position.last.ids.begin());
  return position;
}

std::optional<Rejection> PlanMeasures(const ReportRequest& request, Plan& plan) {
  std::vector<const Measure*> found;
  for (size_t i = 0; i < request.measures.size(); ++i) {
    found.push_back(FindMeasure(request.measures[i]));
    if (found.back() == nullptr) return MeasureUnknown(i, request.measures[i]);
  }
  if (found.empty()) {
    for (const Measure& measure : Measures()) found.push_back(&measure);
  }
  for (const Measure* measure : found) {
    plan.measures.push_back(*measure);
    for (const Sum sum : SumsOf(*measure)) plan.query.sums.set(static_cast<size_t>(sum));
  }
  plan.by_policy = std::ranges::any_of(plan.measures, IsByPolicy);
  return std::nullopt;
}

store::Threshold ThresholdOf(const store::ServiceLevelPolicy& policy) {
  store::Threshold threshold;
  threshold.within = policy.threshold;
  if (policy.short_abandon_limit.us > 0) threshold.short_abandon = policy.short_abandon_limit;
  threshold.abandons = policy.abandons;
  return threshold;
}

// How much a policy says of the visits that it is for.
int Narrowness(const store::ServiceLevelPolicy& policy) {
  return (policy.client.empty() ? 0 : 2) + (policy.queues.empty() ? 0 : 1);
}

// Those that count by themselves, in the order in which they are tried.
std::optional<Rejection> PlanRules(store::PolicyStore& policies, const ReportRequest& request,
                                   Plan& plan) {
  auto found = policies.ListPolicies(request.workspace);
  if (!found.ok()) return StoreFault(found.status());
  std::vector<store::ServiceLevelPolicy> rules = *std::move(found);
  const auto& clients = request.filter[store::IndexOf(store::Dimension::kClient)];
  std::erase_if(rules, [&](const store::ServiceLevelPolicy& policy) {
    const bool is_filtered = !policy.client.empty() && !clients.empty() &&
                             std::ranges::count(clients, policy.client) == 0;
    return is_filtered || !policy.effective_from.IsSet() ||
           policy.effective_from >= plan.query.boundaries.back();
  });
  std::ranges::stable_sort(rules, std::greater(), [](const store::ServiceLevelPolicy& policy) {
    return std::pair(Narrowness(policy), policy.effective_from);
  });
  // What one of the whole range goes before is never met.
  std::set<std::pair<std::string, std::vector<std::string>>> settled;
  for (store::ServiceLevelPolicy& policy : rules) {
    const auto scope = std::pair(policy.client, policy.queues);
    if (settled.contains(scope)) continue;
    if (policy.effective_from <= request.since) settled.insert(scope);
    plan.query.rules.push_back({.client = std::move(policy.client),
                                .queues = std::move(policy.queues),
                                .since = policy.effective_from,
                                .threshold = ThresholdOf(policy)});
    plan.rules.push_back(std::move(policy.id));
  }
  return std::nullopt;
}

std::optional<Rejection> PlanPolicy(store::PolicyStore& policies, const ReportRequest& request,
                                    Plan& plan) {
  plan.policy = request.policy;
  if (!request.policy_id.empty()) {
    auto found = policies.GetPolicy(request.workspace, request.policy_id);
    if (absl::IsNotFound(found.status())) return PolicyNotFound(request.policy_id);
    if (!found.ok()) return StoreFault(found.status());
    plan.policy = *std::move(found);
  }
  if (plan.policy) {
    plan.query.threshold = ThresholdOf(*plan.policy);
  } else if (plan.by_policy) {
    return PlanRules(policies, request, plan);
  }
  return std::nullopt;
}

std::optional<Rejection> PlanIntervals(store::Reader& reader, const ReportRequest& request,
                                       Time now, Plan& plan) {
  const Time until = request.until.IsSet() ? request.until : now;
  if (until <= request.since || until > request.since + router::kMaxReportRange) {
    const bool now_ends = !request.until.IsSet();
    return FieldFault(Reason::kFieldOutOfRange, now_ends ? "since" : "until",
                      now_ends ? "expected an instant before now and at most 366 days before it, "
                                 "but it is another"
                               : "expected an instant after `since` and at most 366 days after "
                                 "it, but it is another");
  }
  // Also tells whether there is such a workspace.
  const auto own = GetWorkspace(reader, request.workspace);
  if (const auto* rejection = std::get_if<Rejection>(&own)) return *rejection;
  plan.time_zone = request.time_zone.empty()
                       ? std::get<router::WorkspaceRow>(own).configuration.time_zone
                       : request.time_zone;
  const auto zone = FindTimeZone(plan.time_zone);
  if (!zone) {
    return FieldFault(
        Reason::kTimeZoneUnknown, "time_zone",
        request.time_zone.empty()
            ? "expected the workspace's settings to have the IANA name of a time zone, but \"" +
                  plan.time_zone +
                  "\" is none that the server knows; set another with UpdateWorkspaceSettings, or "
                  "name one in the request"
            : "expected the IANA name of a time zone, but \"" + plan.time_zone +
                  "\" is none that the server knows");
  }
  plan.query.boundaries =
      BoundariesOf(request.since, until, request.interval, *zone, router::kMaxReportIntervals);
  if (plan.query.boundaries.size() > router::kMaxReportIntervals + 1) {
    return FieldFault(Reason::kFieldOutOfRange, "interval",
                      fmt::format("expected at most {} intervals from `since` to `until`, but "
                                  "there are more",
                                  router::kMaxReportIntervals));
  }
  return std::nullopt;
}

// Of tickets that were open longer before the report than a report may be long, business time
// counts from there.
std::optional<Rejection> PlanHours(store::Reader& reader, const ReportRequest& request,
                                   Plan& plan) {
  const bool counts_open_time = std::ranges::any_of(plan.measures, [](const Measure& measure) {
    return store::IsInBusinessTime(measure.above.plus);
  });
  if (!counts_open_time) return std::nullopt;
  auto found = HoursOfQueues(
      reader, request.workspace, request.filter[store::IndexOf(store::Dimension::kQueue)],
      plan.query.boundaries.front() - router::kMaxReportRange, plan.query.boundaries.back());
  if (auto* rejection = std::get_if<Rejection>(&found)) return std::move(*rejection);
  plan.query.hours = std::get<std::vector<store::QueueHours>>(std::move(found));
  return std::nullopt;
}

Result<Plan> PlanReport(store::Reader& reader, store::PolicyStore& policies,
                        const ReportRequest& request, Time now) {
  Plan plan;
  plan.query.workspace = request.workspace;
  plan.query.group_by = request.group_by;
  plan.query.filter = request.filter;
  plan.query.now = now;
  plan.query.max_rows = router::kMaxReportRows;
  plan.query.max_time = router::kMaxReportTime;
  if (auto rejection = PlanIntervals(reader, request, now, plan)) return *std::move(rejection);
  if (auto rejection = PlanMeasures(request, plan)) return *std::move(rejection);
  if (auto rejection = PlanPolicy(policies, request, plan)) return *std::move(rejection);
  if (auto rejection = PlanHours(reader, request, plan)) return *std::move(rejection);
  return plan;
}

// ------------------------------------------------------------------------------------------ values

int64_t TotalOf(const Terms& terms, const FactRow& row) {
  const auto value = [&](std::optional<Sum> sum) {
    return sum ? row.values[static_cast<size_t>(*sum)].value_or(0) : 0;
  };
  return value(terms.plus) + value(terms.also) - value(terms.minus);
}

MetricValue ValueOf(const Measure& measure, const store::FactQuery& query, const FactRow& row) {
  MetricValue value;
  if (!store::CanAnswer(query, SourceOf(measure))) return value;
  const bool is_span = store::IsTime(measure.above.plus) && measure.unit == MeasureUnit::kSeconds;
  const double unit = is_span || store::IsMillionths(measure.above.plus) ? 1e6 : 1;
  switch (KindOf(measure)) {
    case MeasureKind::kMaximum:
    case MeasureKind::kPercentile: {
      const auto& found = row.values[static_cast<size_t>(measure.above.plus)];
      if (found) value.value = static_cast<double>(*found) / unit;
      return value;
    }
    case MeasureKind::kTotal:
      value.numerator = TotalOf(measure.above, row);
      value.value = static_cast<double>(*value.numerator) / unit;
      return value;
    case MeasureKind::kRatio:
      value.numerator = TotalOf(measure.above, row);
      value.denominator = TotalOf(*measure.below, row);
      if (*value.denominator != 0) {
        value.value =
            static_cast<double>(*value.numerator) / unit / static_cast<double>(*value.denominator);
      }
      return value;
  }
  return value;
}

// Without groups there is a row for every interval, whether it has facts or not.
std::vector<FactRow> WithEmptyIntervals(std::vector<FactRow> rows, size_t intervals) {
  std::vector<FactRow> all(intervals);
  for (size_t i = 0; i < intervals; ++i) all[i].key.interval = i;
  for (FactRow& row : rows) {
    const size_t interval = row.key.interval;
    all[interval] = std::move(row);
  }
  return all;
}

ReportRow RowOf(const Plan& plan, FactRow&& row) {
  ReportRow report{.ids = std::move(row.key.ids),
                   .start = plan.query.boundaries[row.key.interval],
                   .end = plan.query.boundaries[row.key.interval + 1],
                   .values = {},
                   .policies = {}};
  for (const Measure& measure : plan.measures) {
    report.values.push_back(ValueOf(measure, plan.query, row));
  }
  for (const size_t rule : row.rules) report.policies.push_back(plan.rules[rule]);
  std::ranges::sort(report.policies);
  if (plan.policy && !plan.policy->id.empty() && plan.by_policy) {
    report.policies.push_back(plan.policy->id);
  }
  return report;
}

}  // namespace

Result<Report> QueryMetrics(store::Reader& reader, store::PolicyStore& policies,
                            const ReportRequest& request, Time now) {
  const uint64_t fingerprint = Fingerprint(request);
  const Result<TextPagePlan> paged = PlanTextPage(request.page, kDefaultReportPage, fingerprint);
  if (const auto* rejection = std::get_if<Rejection>(&paged)) return *rejection;
  const auto& [size, token] = std::get<TextPagePlan>(paged);
  std::optional<Position> from;
  if (token) {
    from = ReadPosition(*token);
    if (!from || from->counted_at > now) return PageTokenFault();
    now = from->counted_at;
  }

  Result<Plan> planned = PlanReport(reader, policies, request, now);
  if (auto* rejection = std::get_if<Rejection>(&planned)) return std::move(*rejection);
  const Plan& plan = std::get<Plan>(planned);
  const uint64_t basis = FingerprintOf(plan);
  if (from && from->basis != basis) {
    return FieldFault(Reason::kPageTokenInvalid, "page_token",
                      "expected the policies and calendars of the page before, but they were "
                      "changed since; begin with the first page");
  }
  auto found = reader.SumFacts(plan.query);
  if (!found.ok()) return FactFault(request.workspace, found.status());
  std::vector<FactRow> rows = *std::move(found);
  if (request.group_by.none()) {
    rows = WithEmptyIntervals(std::move(rows), plan.query.boundaries.size() - 1);
  }

  Report report{.measures = plan.measures,
                .rows = {},
                .next_token = {},
                .until = plan.query.boundaries.back(),
                .counted_at = now,
                .time_zone = plan.time_zone,
                .policy = plan.policy};
  const auto begin =
      from ? std::ranges::upper_bound(rows, from->last, {}, &FactRow::key) : rows.begin();
  const auto end = begin + std::min<std::ptrdiff_t>(size, rows.end() - begin);
  if (end != rows.end()) {
    const Position position{.counted_at = now, .basis = basis, .last = (end - 1)->key};
    report.next_token = MakeTextPageToken(WritePosition(position), fingerprint);
  }
  for (auto row = begin; row != end; ++row) report.rows.push_back(RowOf(plan, std::move(*row)));
  return report;
}

Result<store::ServiceLevelPolicy> PutPolicy(store::Reader& reader, store::PolicyStore& policies,
                                            const std::string& workspace,
                                            const store::ServiceLevelPolicy& policy,
                                            int64_t expected_revision) {
  const auto is_missing = [&](router::ResourceKind kind, const std::string& id) {
    auto found = GetResource(reader, workspace, kind, id);
    auto* rejection = std::get_if<Rejection>(&found);
    if (rejection == nullptr) return std::optional<Rejection>();
    if (rejection->reason != Reason::kResourceNotFound) return std::optional(*rejection);
    return std::optional(
        FieldFault(Reason::kReferenceBroken,
                   kind == router::ResourceKind::kClient ? "policy.client" : "policy.queues",
                   fmt::format("expected a {} of this workspace, but there is no \"{}\"",
                               router::ToString(kind), id)));
  };
  if (!policy.client.empty()) {
    if (auto missing = is_missing(router::ResourceKind::kClient, policy.client)) return *missing;
  }
  for (const std::string& queue : policy.queues) {
    if (auto missing = is_missing(router::ResourceKind::kQueue, queue)) return *missing;
  }
  auto changed = policies.PutPolicy(workspace, policy, expected_revision);
  if (absl::IsNotFound(changed.status())) return WorkspaceNotFound(workspace);
  if (absl::IsResourceExhausted(changed.status())) {
    return FieldFault(Reason::kFieldTooLarge, "policy",
                      fmt::format("expected at most {} policies in a workspace, but this would be "
                                  "one more",
                                  router::kMaxServiceLevelPolicies));
  }
  if (!changed.ok()) return StoreFault(changed.status());
  if (!changed->done) {
    return RevisionFault("the policy", expected_revision, changed->policy.revision);
  }
  return std::move(changed->policy);
}

Result<store::ServiceLevelPolicy> DeletePolicy(store::PolicyStore& policies,
                                               const std::string& workspace, const std::string& id,
                                               int64_t expected_revision) {
  auto changed = policies.DeletePolicy(workspace, id, expected_revision);
  if (absl::IsNotFound(changed.status())) return PolicyNotFound(id);
  if (!changed.ok()) return StoreFault(changed.status());
  if (!changed->done) {
    return RevisionFault("the policy", expected_revision, changed->policy.revision);
  }
  return std::move(changed->policy);
}

namespace {

// Which of these ids are configured.
Result<std::set<std::string>> Configured(store::Reader& reader, const std::string& workspace,
                                         router::ResourceKind kind,
                                         const std::set<std::string>& ids) {
  std::set<std::string> configured;
  if (ids.empty()) return configured;
  const auto found = AllResources(reader, workspace, kind);
  if (absl::IsNotFound(found.status())) return configured;
  if (!found.ok()) return StoreFault(found.status());
  for (const router::Resource& resource : *found) {
    const std::string& id = router::NamedOf(resource).id;
    if (ids.contains(id)) configured.insert(id);
  }
  return configured;
}

}  // namespace

Result<std::vector<ListedPolicy>> ListPolicies(store::Reader& reader, store::PolicyStore& policies,
                                               const std::string& workspace) {
  auto found = policies.ListPolicies(workspace);
  if (!found.ok()) return StoreFault(found.status());
  std::set<std::string> client_ids, queue_ids;
  for (const store::ServiceLevelPolicy& policy : *found) {
    if (!policy.client.empty()) client_ids.insert(policy.client);
    queue_ids.insert(policy.queues.begin(), policy.queues.end());
  }
  using router::ResourceKind;
  const auto clients = Configured(reader, workspace, ResourceKind::kClient, client_ids);
  if (const auto* rejection = std::get_if<Rejection>(&clients)) return *rejection;
  const auto queues = Configured(reader, workspace, ResourceKind::kQueue, queue_ids);
  if (const auto* rejection = std::get_if<Rejection>(&queues)) return *rejection;
  std::vector<ListedPolicy> listed;
  for (store::ServiceLevelPolicy& policy : *found) {
    ListedPolicy& one = listed.emplace_back();
    one.client_gone =
        !policy.client.empty() && !std::get<std::set<std::string>>(clients).contains(policy.client);
    std::ranges::copy_if(policy.queues, std::back_inserter(one.gone_queues),
                         [&](const std::string& queue) {
                           return !std::get<std::set<std::string>>(queues).contains(queue);
                         });
    one.policy = std::move(policy);
  }
  return listed;
}

}  // namespace tandem::query
