#include "server/query/workspaces.h"

#include <cstddef>

#include "router/check.h"

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

Result<WorkspacePage> ListWorkspaces(store::Reader& reader, const PageRequest& page) {
  const uint64_t fingerprint = FilterFingerprint("workspaces").value();
  const Result<TextPagePlan> planned = PlanTextPage(page, kDefaultWorkspacePage, fingerprint);
  if (const auto* rejection = std::get_if<router::Rejection>(&planned)) return *rejection;
  const auto& [size, from] = std::get<TextPagePlan>(planned);
  if (from && !router::IsResourceId(*from)) return PageTokenFault();
  // One more than the page holds tells whether there is a next page.
  auto found = reader.ListWorkspaces(from.value_or(""), size + 1);
  if (!found.ok()) return StoreFault(found.status());
  WorkspacePage result{.workspaces = *std::move(found), .next_token = {}};
  if (result.workspaces.size() > static_cast<size_t>(size)) {
    result.workspaces.resize(static_cast<size_t>(size));
    result.next_token = MakeTextPageToken(result.workspaces.back().workspace, fingerprint);
  }
  return result;
}

}  // namespace tandem::query
