#include "server/store/postgres_partitions.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "pqxx/nontransaction"
#include "pqxx/transaction"
#include "server/store/postgres_connection.h"

namespace tandem::store {
namespace {

struct Partitioned {
  const char* table;  // in the schema tandem; its default partition is <table>_default
  router::Duration width;
  router::Duration retention;
  int ahead;  // partitions after the current one
};

constexpr Partitioned kPartitioned[] = {
    {"request", router::Hours(6), router::Hours(24), 4},
};

// Commit rows are asked for by the batch in doubt, which is the last one, and by Load.
constexpr int kCommitsKept = 10'000;

// Starts of partitions are the name's end: "request_2026_11_23_06".
constexpr char kNameFormat[] = "%Y_%m_%d_%H";

std::string PartitionName(const Partitioned& kind, router::Time start) {
  return absl::StrCat(
      kind.table, "_",
      absl::FormatTime(kNameFormat, absl::FromUnixMicros(start.us), absl::UTCTimeZone()));
}

std::string Literal(router::Time time) {
  return absl::StrCat("'",
                      absl::FormatTime("%Y-%m-%d %H:%M:%E6S+00", absl::FromUnixMicros(time.us),
                                       absl::UTCTimeZone()),
                      "'");
}

std::set<std::string> PartitionsOf(pqxx::connection& connection, const Partitioned& kind) {
  pqxx::nontransaction work(connection);
  std::set<std::string> names;
  const pqxx::result rows = work.exec_params(
      "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid"
      " WHERE inhparent = to_regclass($1)",
      absl::StrCat("tandem.", kind.table));
  for (const pqxx::row& row : rows) names.insert(row[0].as<std::string>());
  return names;
}

// A span whose rows went to the default partition already can't have a partition of its own any
// more.
void Create(pqxx::connection& connection, const Partitioned& kind, router::Time start) {
  const std::string from = Literal(start), to = Literal(start + kind.width);
  pqxx::work work(connection);
  const bool late =
      work.exec1(absl::StrCat("SELECT EXISTS (SELECT FROM tandem.", kind.table,
                              "_default WHERE at >= ", from, " AND at < ", to, ")"))[0]
          .as<bool>();
  if (late) return;
  work.exec(absl::StrCat("CREATE TABLE IF NOT EXISTS tandem.", PartitionName(kind, start),
                         " PARTITION OF tandem.", kind.table, " FOR VALUES FROM (", from, ") TO (",
                         to, ")"));
  work.commit();
}

bool IsPastRetention(const Partitioned& kind, const std::string& name, router::Time now) {
  absl::string_view start_text = name;
  start_text.remove_prefix(std::string(kind.table).size() + 1);
  absl::Time start;
  if (!absl::ParseTime(kNameFormat, start_text, &start, nullptr)) return false;  // the default
  return router::Time{absl::ToUnixMicros(start)} + kind.width + kind.retention <= now;
}

void Execute(pqxx::connection& connection, const std::string& statement) {
  pqxx::work work(connection);
  work.exec(statement);
  work.commit();
}

}  // namespace

void MaintainPartitions(pqxx::connection& connection, router::Time now) {
  for (const Partitioned& kind : kPartitioned) {
    const std::set<std::string> held = PartitionsOf(connection, kind);
    const router::Time current{now.us - now.us % kind.width.us};
    for (int i = 0; i <= kind.ahead; ++i) {
      const router::Time start = current + kind.width * i;
      if (!held.contains(PartitionName(kind, start))) Create(connection, kind, start);
    }
    for (const std::string& name : held) {
      if (IsPastRetention(kind, name, now)) {
        Execute(connection, absl::StrCat("DROP TABLE tandem.", name));
      }
    }
    Execute(connection, absl::StrCat("DELETE FROM tandem.", kind.table, "_default WHERE at < ",
                                     Literal(now - kind.retention)));
  }
  Execute(connection,
          absl::StrCat("DELETE FROM tandem.commit old USING tandem.shard, LATERAL"
                       " (SELECT max(sequence) AS last FROM tandem.commit"
                       " WHERE commit.shard = shard.shard) newest"
                       " WHERE old.shard = shard.shard AND old.sequence <= newest.last - ",
                       kCommitsKept));
}

}  // namespace tandem::store
