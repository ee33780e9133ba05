// The schema: numbered steps forward, compiled in from server/store/migrations/*.sql.
#ifndef TANDEM_SERVER_STORE_POSTGRES_MIGRATE_H_
#define TANDEM_SERVER_STORE_POSTGRES_MIGRATE_H_

#include <span>
#include <string>

#include "absl/status/status.h"

namespace tandem::store {

struct Migration {
  int number = 0;
  const char* name;  // "0001_shards"
  const char* sql;
};

// All of them, by number from 1 on without gaps. Generated at build time.
std::span<const Migration> Migrations();

// Brings the database to this program's schema. Does nothing when it is there already; of several
// callers at once, one works and the others wait. Each step is one transaction. FAILED_PRECONDITION
// when the schema is newer than this program, or the database is not UTF-8. UNAVAILABLE when it
// can't be reached.
absl::Status Migrate(const std::string& url);

// OK when the database has exactly this program's schema, else FAILED_PRECONDITION. Changes
// nothing.
absl::Status CheckSchemaVersion(const std::string& url);

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_POSTGRES_MIGRATE_H_
