// What a workspace is configured to be, as last made durable.
//
// Blocking calls over store::Reader, safe from any thread that may wait for the database.
#ifndef TANDEM_SERVER_QUERY_WORKSPACES_H_
#define TANDEM_SERVER_QUERY_WORKSPACES_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "router/rows.h"
#include "server/query/fault.h"
#include "server/query/page_token.h"
#include "server/store/store.h"

namespace tandem::query {

inline constexpr int32_t kDefaultWorkspacePage = 100;

router::Rejection WorkspaceNotFound(const std::string& workspace);

// What a store's error about a workspace is to the caller: kWorkspaceNotFound when it has no
// configuration, else as StoreFault.
router::Rejection StoreFaultIn(const std::string& workspace, const absl::Status& status);

// What a store said of a workspace.
template <typename T>
Result<T> ResultIn(const std::string& workspace, absl::StatusOr<T> found) {
  if (!found.ok()) return StoreFaultIn(workspace, found.status());
  return *std::move(found);
}

// kWorkspaceNotFound when the workspace has no configuration.
Result<router::WorkspaceRow> GetConfiguration(store::Reader& reader, const std::string& workspace);
// The same, with the settings alone.
Result<router::WorkspaceRow> GetWorkspace(store::Reader& reader, const std::string& workspace);

struct WorkspacePage {
  std::vector<store::WorkspaceRevision> workspaces;
  std::string next_token;  // empty when there are no more
};
// By id. kFieldOutOfRange, kPageTokenInvalid.
Result<WorkspacePage> ListWorkspaces(store::Reader& reader, const PageRequest& page);

}  // namespace tandem::query

#endif  // TANDEM_SERVER_QUERY_WORKSPACES_H_
