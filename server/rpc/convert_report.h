// Reports, measures and policies, between tandem.v1 and the queries.
//
// Conversions from a request add a fault for every field that has not its form; what depends on the
// catalogue, the clock or the database is left to server/query/reports.h. Safe from any thread.
#ifndef TANDEM_SERVER_RPC_CONVERT_REPORT_H_
#define TANDEM_SERVER_RPC_CONVERT_REPORT_H_

#include <cstdint>

#include "server/query/reports.h"
#include "server/rpc/faults.h"
#include "server/store/policies.h"
#include "tandem/v1/report_service.pb.h"

namespace tandem::rpc {

query::ReportRequest ToReportRequest(const v1::QueryMetricsRequest& request, Faults& faults);
// A policy in the field `policy`, whose id is checked by who needs one.
store::ServiceLevelPolicy ToPolicy(const v1::ServiceLevelPolicy& policy, Faults& faults);
// Of the field `expected_revision`.
void CheckRevision(int64_t revision, Faults& faults);

void Fill(const query::Report& report, v1::QueryMetricsResponse& to);
void Fill(const query::Measure& measure, v1::Measure& to);
void Fill(const store::ServiceLevelPolicy& policy, v1::ServiceLevelPolicy& to);
void Fill(const query::ListedPolicy& listed, v1::ServiceLevelPolicy& to);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_CONVERT_REPORT_H_
