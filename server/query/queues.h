// Queues as they are now, from committed facts.
//
// Blocking calls over store::Reader, safe from any thread that may wait for the database.
#ifndef TANDEM_SERVER_QUERY_QUEUES_H_
#define TANDEM_SERVER_QUERY_QUEUES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "router/ids.h"
#include "router/time.h"
#include "server/query/fault.h"
#include "server/query/page_token.h"
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

inline constexpr int32_t kDefaultTargetPage = 50;

// A queue that a ticket can be transferred to; its counts are of no span.
struct TransferTarget {
  store::QueueStatistics queue;
  bool full = false;
  std::optional<router::Duration> estimated_wait;  // none: can't be known
};

// An agent whom a ticket can be given to.
struct TransferAgent {
  store::Colleague colleague;
  uint32_t held = 0;
  uint32_t free = 0;  // tickets of the same channel that fit besides
};

inline constexpr int32_t kDefaultTransferAgents = 20;
inline constexpr int32_t kMaxTransferAgents = 200;

// Which agents are wanted.
struct TransferAgentsWanted {
  bool none = false;
  std::string text, team;  // empty: any
  int32_t most = 0;        // 0: the default; more than kMaxTransferAgents: that; negative: refused
};

struct TransferTargetPage {
  std::vector<TransferTarget> targets;
  std::vector<TransferAgent> agents;  // with the first page of a ticket
  std::string next_token;             // empty when there are no more
};

// By id. `ticket` unset: all queues. kTicketNotFound, kTicketClosed; kWorkspaceNotFound when the
// workspace has no configuration.
Result<TransferTargetPage> ListTransferTargets(store::Reader& reader, const std::string& workspace,
                                               router::TicketId ticket,
                                               const TransferAgentsWanted& agents,
                                               const PageRequest& page, router::Time now);

}  // namespace tandem::query

#endif  // TANDEM_SERVER_QUERY_QUEUES_H_
