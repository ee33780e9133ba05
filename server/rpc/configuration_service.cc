#include "server/query/workspaces.h"
#include "server/rpc/convert_configuration.h"
#include "server/rpc/services.h"
#include "server/rpc/unary_methods.h"
#include "tandem/v1/configuration_service.grpc.pb.h"

namespace tandem::rpc {
namespace {

void ApplyConfiguration(Backend& backend, Call call, v1::ApplyConfigurationRequest& request) {
  RunVerb(backend, call, request, [](Call answered, const router::Reply& reply) {
    v1::ApplyConfigurationResponse response;
    Fill(std::get<router::ConfigurationApplied>(reply), response);
    answered.Finish(response);
  });
}

void GetConfiguration(Backend& backend, Call call, v1::GetConfigurationRequest& request) {
  Faults faults;
  faults.RequireId(request.workspace(), "workspace");
  if (const auto rejection = faults.Take()) return call.Refuse(*rejection);
  Read(backend, call, [&backend, call, workspace = request.workspace()] {
    FinishQuery<v1::GetConfigurationResponse>(
        call, query::GetConfiguration(backend.reader, workspace),
        [](const router::WorkspaceRow& row, v1::GetConfigurationResponse& response) {
          Fill(row.configuration, *response.mutable_configuration());
          response.set_revision(row.revision);
        });
  });
}

void ListWorkspaces(Backend& backend, Call call, v1::ListWorkspacesRequest& request) {
  query::PageRequest page{.size = request.page_size(), .token = request.page_token()};
  Read(backend, call, [&backend, call, page = std::move(page)] {
    FinishQuery<v1::ListWorkspacesResponse>(
        call, query::ListWorkspaces(backend.reader, page),
        [](const query::WorkspacePage& found, v1::ListWorkspacesResponse& response) {
          for (const store::WorkspaceRevision& one : found.workspaces) {
            v1::Workspace& to = *response.add_workspaces();
            to.set_id(one.workspace);
            to.set_revision(one.revision);
          }
          response.set_next_page_token(found.next_token);
        });
  });
}

}  // namespace

Service MakeConfigurationService(Backend& backend) {
  ServiceMaker<v1::ConfigurationService> maker(backend);
  maker.Serve(ApplyConfiguration);
  maker.Register(GetConfiguration);
  maker.Serve(ListWorkspaces);
  return std::move(maker).Make();
}

}  // namespace tandem::rpc
