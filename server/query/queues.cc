#include "server/query/queues.h"

#include <utility>

#include "server/query/workspaces.h"

namespace tandem::query {

Result<std::vector<store::QueueStatistics>> ListQueueStatistics(store::Reader& reader,
                                                                const std::string& workspace,
                                                                router::Time since,
                                                                router::Time now) {
  if (!since.IsSet()) since = now - kDefaultStatisticsSpan;
  if (since < now - kMaxStatisticsSpan) {
    return FieldFault(router::Reason::kFieldOutOfRange, "since",
                      "expected an instant at most 31 days before now, but it is earlier");
  }
  auto found = reader.ListQueueStatistics(workspace, since);
  if (absl::IsNotFound(found.status())) return WorkspaceNotFound(workspace);
  if (!found.ok()) return StoreFault(found.status());
  return *std::move(found);
}

}  // namespace tandem::query
