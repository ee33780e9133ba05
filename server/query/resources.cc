#include "server/query/resources.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "router/check.h"
#include "router/resources.h"
#include "server/query/workspaces.h"

namespace tandem::query {
namespace {

using router::Reason;

router::Rejection ResourceNotFound(router::ResourceKind kind, const std::string& id) {
  return {.reason = Reason::kResourceNotFound,
          .message = "expected a configured resource, but there is no " + router::InWords(kind) +
                     " '" + id + "'",
          .violations = {},
          .metadata = {{"kind", router::ToString(kind)}, {"id", id}}};
}

router::Rejection FaultOf(const absl::Status& status, const std::string& workspace) {
  return absl::IsNotFound(status) ? WorkspaceNotFound(workspace) : StoreFault(status);
}

uint64_t Fingerprint(const std::string& workspace, const store::ResourceFilter& filter) {
  FilterFingerprint fingerprint("resources");
  fingerprint.Add(workspace);
  fingerprint.Add(static_cast<int64_t>(filter.kind));
  const auto number = [&](const auto& value) {
    fingerprint.Add(value ? static_cast<int64_t>(*value) : int64_t{-1});
  };
  number(filter.capacity_group);
  number(filter.office);
  number(filter.urgency);
  for (const std::string* text : {&filter.client, &filter.queue, &filter.team, &filter.site,
                                  &filter.routing_profile, &filter.skill, &filter.process_type}) {
    fingerprint.Add(*text);
  }
  return fingerprint.value();
}

}  // namespace

Result<router::Resource> GetResource(store::Reader& reader, const std::string& workspace,
                                     router::ResourceKind kind, const std::string& id) {
  auto found = reader.GetResource(workspace, kind, id);
  if (!found.ok()) return FaultOf(found.status(), workspace);
  if (!found->has_value()) return ResourceNotFound(kind, id);
  return **std::move(found);
}

Result<ResourcePage> ListResources(store::Reader& reader, const std::string& workspace,
                                   const store::ResourceFilter& filter, const PageRequest& page) {
  if (page.size < 0) {
    return FieldFault(Reason::kFieldOutOfRange, "page_size",
                      "expected 0 or more, but it is " + std::to_string(page.size));
  }
  const int32_t size = page.size == 0 ? kDefaultResourcePage : std::min(page.size, kMaxPage);
  const uint64_t fingerprint = Fingerprint(workspace, filter);
  std::optional<std::string> after = "";
  if (!page.token.empty()) after = ReadTextPageToken(page.token, fingerprint);
  if (!after || !(after->empty() || router::IsResourceId(*after))) return PageTokenFault();
  // One more than the page holds tells whether there is a next page.
  auto found = reader.ListResources(workspace, filter, *after, size + 1);
  if (!found.ok()) return FaultOf(found.status(), workspace);
  ResourcePage result{.resources = *std::move(found), .next_token = {}};
  if (result.resources.size() > static_cast<size_t>(size)) {
    result.resources.resize(static_cast<size_t>(size));
    result.next_token = MakeTextPageToken(router::NamedOf(result.resources.back()).id, fingerprint);
  }
  return result;
}

}  // namespace tandem::query
