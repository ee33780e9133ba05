// Reports: measures of the catalogue over the facts of a workspace.
//
// Blocking calls over store::Reader and store::PolicyStore, safe from any thread that may wait for
// the database.
#ifndef TANDEM_SERVER_QUERY_REPORTS_H_
#define TANDEM_SERVER_QUERY_REPORTS_H_

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "router/time.h"
#include "server/query/fault.h"
#include "server/query/intervals.h"
#include "server/query/measures.h"
#include "server/query/page_token.h"
#include "server/store/policies.h"
#include "server/store/store.h"

namespace tandem::query {

inline constexpr int32_t kDefaultReportPage = 100;

struct ReportRequest {
  std::string workspace;
  router::Time since;
  router::Time until;  // unset: now
  ReportInterval interval = ReportInterval::kWhole;
  std::string time_zone;  // empty: the workspace's
  std::bitset<store::kDimensions> group_by;
  std::array<std::vector<std::string>, store::kDimensions> filter;
  std::vector<std::string> measures;  // empty: all
  std::string policy_id;              // empty: those that count by themselves
  std::optional<store::ServiceLevelPolicy> policy;
  PageRequest page;
};

// As tandem.v1.MetricValue.
struct MetricValue {
  std::optional<double> value;
  std::optional<int64_t> numerator, denominator;
};

struct ReportRow {
  std::array<std::string, store::kDimensions> ids;
  router::Time start, end;
  std::vector<MetricValue> values;    // one for each measure
  std::vector<std::string> policies;  // stored ones that were applied, by id
};

struct Report {
  std::vector<Measure> measures;
  std::vector<ReportRow> rows;
  std::string next_token;  // empty when there are no more
  router::Time until, counted_at;
  std::string time_zone;
  std::optional<store::ServiceLevelPolicy> policy;  // none: each row's
};

// One page of a report. `now`: the server's clock. Requires a request whose fields have their form.
// Refusals: kFieldOutOfRange, kMeasureUnknown, kTimeZoneUnknown, kPolicyNotFound,
// kWorkspaceNotFound, kPageTokenInvalid, kReportTooLarge, kReportTimedOut.
Result<Report> QueryMetrics(store::Reader& reader, store::PolicyStore& policies,
                            const ReportRequest& request, router::Time now);

// kWorkspaceNotFound, kRevisionStale; kReferenceBroken when its client or a queue is not
// configured; kFieldTooLarge when the workspace has too many.
Result<store::ServiceLevelPolicy> PutPolicy(store::Reader& reader, store::PolicyStore& policies,
                                            const std::string& workspace,
                                            const store::ServiceLevelPolicy& policy,
                                            int64_t expected_revision);

// Gives what was deleted. kPolicyNotFound, kRevisionStale.
Result<store::ServiceLevelPolicy> DeletePolicy(store::PolicyStore& policies,
                                               const std::string& workspace, const std::string& id,
                                               int64_t expected_revision);

struct ListedPolicy {
  store::ServiceLevelPolicy policy;
  // What it names, and is not configured any more.
  bool client_gone = false;
  std::vector<std::string> gone_queues;
};
// By id.
Result<std::vector<ListedPolicy>> ListPolicies(store::Reader& reader, store::PolicyStore& policies,
                                               const std::string& workspace);

}  // namespace tandem::query

#endif  // TANDEM_SERVER_QUERY_REPORTS_H_
