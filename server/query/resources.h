// Single resources of a configuration, as last made durable.
//
// Blocking calls over store::Reader, safe from any thread that may wait for the database.
#ifndef TANDEM_SERVER_QUERY_RESOURCES_H_
#define TANDEM_SERVER_QUERY_RESOURCES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "router/model.h"
#include "server/query/fault.h"
#include "server/query/page_token.h"
#include "server/store/store.h"

namespace tandem::query {

inline constexpr int32_t kDefaultResourcePage = 100;

struct ResourcePage {
  std::vector<router::Resource> resources;
  std::string next_token;  // empty when there are no more
};

// kWorkspaceNotFound when the workspace has no configuration, kResourceNotFound when that has no
// such resource.
Result<router::Resource> GetResource(store::Reader& reader, const std::string& workspace,
                                     router::ResourceKind kind, const std::string& id);

// By id. kWorkspaceNotFound when the workspace has no configuration.
Result<ResourcePage> ListResources(store::Reader& reader, const std::string& workspace,
                                   const store::ResourceFilter& filter, const PageRequest& page);

// All of a kind, in the order of their ids. NOT_FOUND when the workspace has no configuration.
absl::StatusOr<std::vector<router::Resource>> AllResources(store::Reader& reader,
                                                           const std::string& workspace,
                                                           router::ResourceKind kind);

}  // namespace tandem::query

#endif  // TANDEM_SERVER_QUERY_RESOURCES_H_
