#include <memory>
#include <utility>
#include <vector>

#include "server/query/reports.h"
#include "server/rpc/convert_report.h"
#include "server/rpc/services.h"
#include "server/rpc/unary_methods.h"
#include "tandem/v1/report_service.grpc.pb.h"

namespace tandem::rpc {
namespace {

void QueryMetrics(Backend& backend, Call call, v1::QueryMetricsRequest& request) {
  Faults faults;
  query::ReportRequest wanted = ToReportRequest(request, faults);
  if (const auto rejection = faults.Take()) return call.Refuse(*rejection);
  RunOn(backend.report_pool, call, [&backend, call, wanted = std::move(wanted)] {
    FinishQuery<v1::QueryMetricsResponse>(
        call, query::QueryMetrics(backend.reader, backend.policies, wanted, backend.engine.Now()),
        [](const query::Report& report, v1::QueryMetricsResponse& response) {
          Fill(report, response);
        });
  });
}

void ListMeasures(Backend& /*backend*/, Call call, v1::ListMeasuresRequest& request) {
  Faults faults;
  faults.RequireId(request.workspace(), "workspace");
  if (const auto rejection = faults.Take()) return call.Refuse(*rejection);
  v1::ListMeasuresResponse response;
  for (const query::Measure& measure : query::Measures()) Fill(measure, *response.add_measures());
  call.Finish(response);
}

void PutServiceLevelPolicy(Backend& backend, Call call, v1::PutServiceLevelPolicyRequest& request) {
  Faults faults;
  faults.RequireId(request.workspace(), "workspace");
  faults.RequireId(request.policy().id(), "policy.id");
  CheckRevision(request.expected_revision(), faults);
  store::ServiceLevelPolicy policy = ToPolicy(request.policy(), faults);
  if (const auto rejection = faults.Take()) return call.Refuse(*rejection);
  Read(backend, call,
       [&backend, call, policy = std::move(policy), workspace = request.workspace(),
        revision = request.expected_revision()] {
         FinishQuery<v1::PutServiceLevelPolicyResponse>(
             call, query::PutPolicy(backend.reader, backend.policies, workspace, policy, revision),
             [](const store::ServiceLevelPolicy& put, v1::PutServiceLevelPolicyResponse& response) {
               Fill(put, *response.mutable_policy());
             });
       });
}

void DeleteServiceLevelPolicy(Backend& backend, Call call,
                              v1::DeleteServiceLevelPolicyRequest& request) {
  Faults faults;
  faults.RequireId(request.workspace(), "workspace");
  faults.RequireId(request.policy_id(), "policy_id");
  CheckRevision(request.expected_revision(), faults);
  if (const auto rejection = faults.Take()) return call.Refuse(*rejection);
  Read(backend, call,
       [&backend, call, workspace = request.workspace(), id = request.policy_id(),
        revision = request.expected_revision()] {
         FinishQuery<v1::DeleteServiceLevelPolicyResponse>(
             call, query::DeletePolicy(backend.policies, workspace, id, revision),
             [](const store::ServiceLevelPolicy&, v1::DeleteServiceLevelPolicyResponse&) {});
       });
}

void ListServiceLevelPolicies(Backend& backend, Call call,
                              v1::ListServiceLevelPoliciesRequest& request) {
  Faults faults;
  faults.RequireId(request.workspace(), "workspace");
  if (const auto rejection = faults.Take()) return call.Refuse(*rejection);
  Read(backend, call, [&backend, call, workspace = request.workspace()] {
    FinishQuery<v1::ListServiceLevelPoliciesResponse>(
        call, query::ListPolicies(backend.reader, backend.policies, workspace),
        [](const std::vector<query::ListedPolicy>& policies,
           v1::ListServiceLevelPoliciesResponse& response) {
          for (const auto& policy : policies) Fill(policy, *response.add_policies());
        });
  });
}

}  // namespace

Service MakeReportService(Backend& backend) {
  ServiceMaker<v1::ReportService> maker(backend);
  maker.Register(QueryMetrics);
  maker.Serve(ListMeasures);
  maker.Serve(PutServiceLevelPolicy);
  maker.Serve(DeleteServiceLevelPolicy);
  maker.Serve(ListServiceLevelPolicies);
  return std::move(maker).Make();
}

}  // namespace tandem::rpc
