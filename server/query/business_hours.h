// When queues were open, for measures in business time.
//
// Blocking calls over store::Reader, safe from any thread that may wait for the database.
#ifndef TANDEM_SERVER_QUERY_BUSINESS_HOURS_H_
#define TANDEM_SERVER_QUERY_BUSINESS_HOURS_H_

#include <string>
#include <vector>

#include "router/time.h"
#include "server/query/fault.h"
#include "server/store/facts.h"
#include "server/store/store.h"

namespace tandem::query {

// The hours of the queues that have a calendar, between two instants, as calendars and queues are
// configured now. `queues` leaves out others; empty: all of the workspace.
Result<std::vector<store::QueueHours>> HoursOfQueues(store::Reader& reader,
                                                     const std::string& workspace,
                                                     const std::vector<std::string>& queues,
                                                     router::Time since, router::Time until);

}  // namespace tandem::query

#endif  // TANDEM_SERVER_QUERY_BUSINESS_HOURS_H_
