#include "server/query/business_hours.h"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "router/model.h"
#include "server/hours/open_hours.h"
#include "server/query/resources.h"
#include "server/query/workspaces.h"

namespace tandem::query {

Result<std::vector<store::QueueHours>> HoursOfQueues(store::Reader& reader,
                                                     const std::string& workspace,
                                                     const std::vector<std::string>& queues,
                                                     router::Time since, router::Time until) {
  std::vector<store::QueueHours> result;
  const auto calendars = AllResources(reader, workspace, router::ResourceKind::kCalendar);
  if (!calendars.ok()) return StoreFaultIn(workspace, calendars.status());
  if (calendars->empty()) return result;
  const auto configured = AllResources(reader, workspace, router::ResourceKind::kQueue);
  if (!configured.ok()) return StoreFaultIn(workspace, configured.status());
  std::map<std::string, std::vector<std::string>> by_calendar;
  for (const router::Resource& resource : *configured) {
    const auto& queue = std::get<router::Queue>(resource);
    const bool is_asked_for = queues.empty() || std::ranges::count(queues, queue.id) > 0;
    if (is_asked_for && !queue.calendar.empty()) by_calendar[queue.calendar].push_back(queue.id);
  }
  for (const router::Resource& resource : *calendars) {
    const auto& calendar = std::get<router::Calendar>(resource);
    const auto found = by_calendar.find(calendar.id);
    if (found == by_calendar.end()) continue;
    result.push_back(
        {.queues = std::move(found->second), .open = hours::UsualHours(calendar, since, until)});
  }
  return result;
}

}  // namespace tandem::query
