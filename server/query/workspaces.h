// What a workspace is configured to be, as last made durable.
//
// Blocking calls over store::Reader, safe from any thread that may wait for the database.
#ifndef TANDEM_SERVER_QUERY_WORKSPACES_H_
#define TANDEM_SERVER_QUERY_WORKSPACES_H_

#include <string>

#include "router/rows.h"
#include "server/query/fault.h"
#include "server/store/store.h"

namespace tandem::query {

router::Rejection WorkspaceNotFound(const std::string& workspace);

// kWorkspaceNotFound when the workspace has no configuration.
Result<router::WorkspaceRow> GetConfiguration(store::Reader& reader, const std::string& workspace);
// The same, with the settings alone.
Result<router::WorkspaceRow> GetWorkspace(store::Reader& reader, const std::string& workspace);

}  // namespace tandem::query

#endif  // TANDEM_SERVER_QUERY_WORKSPACES_H_
