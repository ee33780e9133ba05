// Queues as they are now, from committed facts.
//
// Blocking calls over store::Reader, safe from any thread that may wait for the database.
#ifndef TANDEM_SERVER_QUERY_QUEUES_H_
#define TANDEM_SERVER_QUERY_QUEUES_H_

#include <string>
#include <vector>

#include "router/time.h"
#include "server/query/fault.h"
#include "server/store/store.h"

namespace tandem::query {

inline constexpr router::Duration kDefaultStatisticsSpan = router::Hours(24);
inline constexpr router::Duration kMaxStatisticsSpan = router::Days(31);

// One for each configured queue, by id. `since` unset: a day before `now`. kFieldOutOfRange when it
// is more than 31 days before `now`, kWorkspaceNotFound when the workspace has no configuration.
Result<std::vector<store::QueueStatistics>> ListQueueStatistics(store::Reader& reader,
                                                                const std::string& workspace,
                                                                router::Time since,
                                                                router::Time now);

}  // namespace tandem::query

#endif  // TANDEM_SERVER_QUERY_QUEUES_H_
