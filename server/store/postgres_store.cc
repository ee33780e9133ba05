#include "server/store/postgres_store.h"

#include <set>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "pqxx/nontransaction"
#include "pqxx/transaction"
#include "server/store/postgres_loader.h"
#include "server/store/postgres_partitions.h"
#include "server/store/postgres_rows.h"

namespace tandem::store {
namespace {

// Who waits for the shard's row waits for a COMMIT at work; the caller asks again.
constexpr char kEpochSettings[] = "-c lock_timeout=5s";

// Keys are few and tables large: always by index, without planning anew.
constexpr char kLookUpSettings[] =
    "-c statement_timeout=5s -c lock_timeout=5s -c plan_cache_mode=force_generic_plan"
    " -c enable_seqscan=off";

constexpr char kAcquire[] =
    "INSERT INTO tandem.shard (shard, owner, epoch, writer, acquired_at)"
    " VALUES ($1, $2, 1, gen_random_uuid(), clock_timestamp())"
    " ON CONFLICT (shard) DO UPDATE SET owner = excluded.owner, epoch = shard.epoch + 1,"
    " writer = excluded.writer, acquired_at = excluded.acquired_at"
    " RETURNING epoch, writer";

// The row's lock waits for a COMMIT that is still at work; the next statement sees what it did.
constexpr char kRaiseEpoch[] =
    "UPDATE tandem.shard SET epoch = epoch + 1"
    " WHERE shard = $1 AND (epoch = $2 OR epoch > $2 AND writer = nullif($3, '')::uuid)"
    " RETURNING epoch";

constexpr char kLookUp[] = "look_up";

// Both kinds in one statement, for one round trip: which kind, the key's number, then the columns
// of both.
std::string LookUpStatement() {
  const std::string request = SelectList(RequestTable(), "hit");
  const std::string contact = SelectList(KnownContactTable(), "hit");
  std::string no_request, no_contact;
  for (const auto& column : RequestTable().columns) {
    const std::string array = ArrayTypeName(column.type);
    absl::StrAppend(&no_request, "NULL::", array.substr(0, array.size() - 2), ", ");
  }
  for (const auto& column : KnownContactTable().columns) {
    const std::string array = ArrayTypeName(column.type);
    absl::StrAppend(&no_contact, ", NULL::", array.substr(0, array.size() - 2));
  }
  return absl::StrCat(
      "SELECT true, key.number, ", request, no_contact,
      " FROM unnest($1::text[], $2::uuid[]) WITH ORDINALITY AS key (workspace, request_id, number)"
      " CROSS JOIN LATERAL (SELECT * FROM tandem.request held"
      " WHERE held.workspace = key.workspace AND held.request_id = key.request_id"
      " ORDER BY held.at DESC LIMIT 1) hit"
      " UNION ALL SELECT false, key.number, ",
      no_request, contact,
      " FROM unnest($3::text[], $4::text[], $5::text[], $6::text[]) WITH ORDINALITY"
      " AS key (workspace, channel, entry_point, external_id, number)"
      " CROSS JOIN LATERAL (SELECT held.*, ticket.unroutable FROM tandem.contact held"
      " JOIN tandem.ticket USING (workspace, ticket_id)"
      " WHERE held.workspace = key.workspace AND held.channel = key.channel"
      " AND held.entry_point IS NOT DISTINCT FROM key.entry_point"
      " AND held.external_id = key.external_id"
      " AND held.joined IS NOT NULL AND held.queued_at >= $7"
      " ORDER BY held.queued_at DESC LIMIT 1) hit");
}

// Rows that carry the keys only, so that the tables' own encoders serve here too.
std::vector<std::string> EncodeKeys(const Store::LookUpKeys& keys) {
  std::vector<RequestRow> requests;
  for (const RequestKey& key : keys.requests) {
    RequestRow& row = requests.emplace_back();
    row.workspace = key.workspace;
    row.request = key.request;
  }
  std::vector<KnownContact> contacts;
  for (const ExternalIdKey& key : keys.external_ids) {
    KnownContact& row = contacts.emplace_back();
    row.workspace = key.workspace;
    row.channel = key.channel;
    row.entry_point = key.entry_point;
    row.external_id = key.external_id;
  }
  std::vector<const RequestRow*> request_rows;
  for (const RequestRow& row : requests) request_rows.push_back(&row);
  std::vector<const KnownContact*> contact_rows;
  for (const KnownContact& row : contacts) contact_rows.push_back(&row);
  std::vector<std::string> arrays =
      Encode<RequestRow>(RequestTable(), request_rows, RequestTable().key_columns);
  for (std::string& array :
       Encode<KnownContact>(KnownContactTable(), contact_rows, KnownContactTable().key_columns)) {
    arrays.push_back(std::move(array));
  }
  arrays.push_back(BinaryTimestamp(keys.contacts_since));
  return arrays;
}

}  // namespace

PostgresStore::PostgresStore(const std::string& url)
    : connection_string_(ConnectionString(url, kEpochSettings)),
      connection_(connection_string_, {}),
      look_up_connection_(ConnectionString(url, kLookUpSettings), {{kLookUp, LookUpStatement()}}),
      committer_(url) {}

absl::StatusOr<Acquired> PostgresStore::Acquire(Shard shard, const std::string& owner) {
  return connection_.Read([&](pqxx::connection& connection) -> absl::StatusOr<Acquired> {
    WarningCatcher warnings(connection);
    pqxx::work work(connection);
    const pqxx::row row = work.exec_params1(kAcquire, shard, owner);
    const int64_t epoch = ParseInt8(CellOf(row[0]));
    const auto writer = row[1].as<std::string>();
    work.commit();
    if (warnings.seen()) return UnconfirmedByReplica("the change of epoch");
    writer_ = writer;
    return Acquired{epoch};
  });
}

absl::StatusOr<Loaded> PostgresStore::Load(Shard shard, int64_t epoch) {
  return connection_.Read(
      [&](pqxx::connection& connection) { return LoadShard(connection, shard, epoch); });
}

CommitResult PostgresStore::Commit(const Batch& batch) {
  return committer_.Commit(batch);
}

absl::StatusOr<Resolution> PostgresStore::Resolve(const Batch& batch) {
  connection_.Drop();  // it may lead to a server that is primary no more
  return connection_.Run([&](pqxx::connection& connection) -> absl::StatusOr<Resolution> {
    WarningCatcher warnings(connection);
    pqxx::work work(connection);
    const pqxx::result raised = work.exec_params(kRaiseEpoch, batch.shard, batch.epoch, writer_);
    if (raised.empty()) {
      return absl::AbortedError(absl::StrCat("expected epoch ", batch.epoch, " of shard ",
                                             batch.shard, ", but another writer took over"));
    }
    Resolution resolution;
    resolution.epoch = ParseInt8(CellOf(raised[0][0]));
    resolution.committed = ParseBool(CellOf(work.exec_params1(
        "SELECT EXISTS (SELECT FROM tandem.commit WHERE shard = $1 AND sequence = $2)", batch.shard,
        batch.sequence)[0]));
    work.commit();
    if (warnings.seen()) return UnconfirmedByReplica("the change of epoch");
    return resolution;
  });
}

absl::StatusOr<Store::LookUpHits> PostgresStore::LookUp(const LookUpKeys& keys) {
  LookUpHits hits;
  hits.requests.resize(keys.requests.size());
  hits.contacts.resize(keys.external_ids.size());
  if (keys.requests.empty() && keys.external_ids.empty()) return hits;
  const std::vector<std::string> arrays = EncodeKeys(keys);
  return look_up_connection_.Read([&](pqxx::connection& connection) -> absl::StatusOr<LookUpHits> {
    const auto binary = [&](size_t i) { return pqxx::binarystring(arrays[i]); };
    pqxx::nontransaction work(connection);
    const pqxx::result rows = work.exec_prepared(kLookUp, binary(0), binary(1), binary(2),
                                                 binary(3), binary(4), binary(5), binary(6));
    for (const pqxx::row& row : rows) {
      const auto cells = CellsOf(row);
      const auto key = static_cast<size_t>(ParseInt8(cells(1)) - 1);
      if (ParseBool(cells(0))) {
        hits.requests.at(key) = Decode(RequestTable(), 2, cells);
      } else {
        hits.contacts.at(key) =
            Decode(KnownContactTable(), 2 + RequestTable().columns.size(), cells);
      }
    }
    return std::move(hits);
  });
}

absl::Status PostgresStore::Maintain(router::Time now) {
  return connection_
      .Read([&](pqxx::connection& connection) -> absl::StatusOr<bool> {
        MaintainPartitions(connection, now);
        return true;
      })
      .status();
}

absl::StatusOr<std::unique_ptr<Store>> OpenPostgresStore(const std::string& url) {
  try {
    return std::make_unique<PostgresStore>(url);
  } catch (const std::invalid_argument& error) {
    return absl::InvalidArgumentError(error.what());
  }
}

}  // namespace tandem::store
