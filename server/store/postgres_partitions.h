// Tables that are partitioned by time: partitions made ahead, and dropped as a whole when they are
// old.
#ifndef TANDEM_SERVER_STORE_POSTGRES_PARTITIONS_H_
#define TANDEM_SERVER_STORE_POSTGRES_PARTITIONS_H_

#include "pqxx/connection"
#include "router/time.h"

namespace tandem::store {

// Does that for requests, and deletes old commit rows, in short transactions that wait for no lock
// long. Throws what libpqxx throws; what was done until then stays done.
void MaintainPartitions(pqxx::connection& connection, router::Time now);

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_POSTGRES_PARTITIONS_H_
