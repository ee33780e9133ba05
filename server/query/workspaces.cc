#include "server/query/workspaces.h"

namespace tandem::query {

router::Rejection WorkspaceNotFound(const std::string& workspace) {
  return {
      .reason = router::Reason::kWorkspaceNotFound,
      .message = "expected a workspace with a configuration, but \"" + workspace + "\" has none",
      .violations = {},
      .metadata = {}};
}

router::Rejection StoreFaultIn(const std::string& workspace, const absl::Status& status) {
  return absl::IsNotFound(status) ? WorkspaceNotFound(workspace) : StoreFault(status);
}

Result<router::WorkspaceRow> GetConfiguration(store::Reader& reader, const std::string& workspace) {
  return ResultIn(workspace, reader.GetConfiguration(workspace));
}

Result<router::WorkspaceRow> GetWorkspace(store::Reader& reader, const std::string& workspace) {
  return ResultIn(workspace, reader.GetWorkspace(workspace));
}

}  // namespace tandem::query
