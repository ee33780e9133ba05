#include "server/query/resources.h"

#include <cstddef>
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
  if (!found.ok()) return StoreFaultIn(workspace, found.status());
  if (!found->has_value()) return ResourceNotFound(kind, id);
  return **std::move(found);
}

Result<ResourcePage> ListResources(store::Reader& reader, const std::string& workspace,
                                   const store::ResourceFilter& filter, const PageRequest& page) {
  const uint64_t fingerprint = Fingerprint(workspace, filter);
  const Result<TextPagePlan> planned = PlanTextPage(page, kDefaultResourcePage, fingerprint);
  if (const auto* rejection = std::get_if<router::Rejection>(&planned)) return *rejection;
  const auto& [size, from] = std::get<TextPagePlan>(planned);
  if (from && !router::IsResourceId(*from)) return PageTokenFault();
  // One more than the page holds tells whether there is a next page.
  auto found = reader.ListResources(workspace, filter, from.value_or(""), size + 1);
  if (!found.ok()) return StoreFaultIn(workspace, found.status());
  ResourcePage result{.resources = *std::move(found), .next_token = {}};
  if (result.resources.size() > static_cast<size_t>(size)) {
    result.resources.resize(static_cast<size_t>(size));
    result.next_token = MakeTextPageToken(router::NamedOf(result.resources.back()).id, fingerprint);
  }
  return result;
}

absl::StatusOr<std::vector<router::Resource>> AllResources(store::Reader& reader,
                                                           const std::string& workspace,
                                                           router::ResourceKind kind) {
  constexpr size_t kPage = 1'000;
  store::ResourceFilter filter;
  filter.kind = kind;
  std::vector<router::Resource> all;
  std::string after;
  for (size_t read = kPage; read == kPage;) {
    auto page = reader.ListResources(workspace, filter, after, kPage);
    if (!page.ok()) return page.status();
    read = page->size();
    for (router::Resource& resource : *page) all.push_back(std::move(resource));
    if (read > 0) after = router::NamedOf(all.back()).id;
  }
  return all;
}

}  // namespace tandem::query
