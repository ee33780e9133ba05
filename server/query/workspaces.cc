#include "server/query/workspaces.h"

#include <utility>

namespace tandem::query {

router::Rejection WorkspaceNotFound(const std::string& workspace) {
  return {
      .reason = router::Reason::kWorkspaceNotFound,
      .message = "expected a workspace with a configuration, but \"" + workspace + "\" has none",
      .violations = {},
      .metadata = {}};
}

Result<router::WorkspaceRow> GetConfiguration(store::Reader& reader, const std::string& workspace) {
  auto found = reader.GetConfiguration(workspace);
  if (absl::IsNotFound(found.status())) return WorkspaceNotFound(workspace);
  if (!found.ok()) return StoreFault(found.status());
  return *std::move(found);
}

Result<router::WorkspaceRow> GetWorkspace(store::Reader& reader, const std::string& workspace) {
  auto found = reader.GetWorkspace(workspace);
  if (absl::IsNotFound(found.status())) return WorkspaceNotFound(workspace);
  if (!found.ok()) return StoreFault(found.status());
  return *std::move(found);
}

}  // namespace tandem::query
