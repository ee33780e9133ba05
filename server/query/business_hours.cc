#include "server/query/business_hours.h"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "router/limits.h"
#include "router/model.h"
#include "server/hours/open_hours.h"
#include "server/query/workspaces.h"

namespace tandem::query {
namespace {

// All resources of a kind, in pages, by id.
template <typename Kind>
absl::StatusOr<std::vector<Kind>> AllOf(store::Reader& reader, const std::string& workspace,
                                        router::ResourceKind kind) {
  constexpr size_t kPage = 1'000;
  store::ResourceFilter filter;
  filter.kind = kind;
  std::vector<Kind> all;
  std::string after;
  for (bool more = true; more;) {
    auto page = reader.ListResources(workspace, filter, after, kPage);
    if (!page.ok()) return page.status();
    more = page->size() == kPage;
    for (router::Resource& resource : *page) all.push_back(std::get<Kind>(std::move(resource)));
    if (!all.empty()) after = all.back().id;
  }
  return all;
}

}  // namespace

Result<std::vector<store::QueueHours>> HoursOfQueues(store::Reader& reader,
                                                     const std::string& workspace,
                                                     const std::vector<std::string>& queues,
                                                     router::Time since, router::Time until) {
  std::vector<store::QueueHours> result;
  const auto calendars =
      AllOf<router::Calendar>(reader, workspace, router::ResourceKind::kCalendar);
  if (!calendars.ok()) return StoreFaultIn(workspace, calendars.status());
  if (calendars->empty()) return result;
  const auto configured = AllOf<router::Queue>(reader, workspace, router::ResourceKind::kQueue);
  if (!configured.ok()) return StoreFaultIn(workspace, configured.status());
  std::map<std::string, std::vector<std::string>> by_calendar;
  for (const router::Queue& queue : *configured) {
    const bool is_asked_for = queues.empty() || std::ranges::count(queues, queue.id) > 0;
    if (is_asked_for && !queue.calendar.empty()) by_calendar[queue.calendar].push_back(queue.id);
  }
  for (const router::Calendar& calendar : *calendars) {
    const auto found = by_calendar.find(calendar.id);
    if (found == by_calendar.end()) continue;
    result.push_back(
        {.queues = std::move(found->second), .open = hours::UsualHours(calendar, since, until)});
  }
  return result;
}

}  // namespace tandem::query
