#include "server/store/postgres_webhook_store.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"

#include "pqxx/nontransaction"
#include "pqxx/transaction"
#include "server/store/postgres_columns.h"
#include "server/store/postgres_connection.h"
#include "server/store/postgres_rows.h"
#include "server/sync/mutex.h"

namespace tandem::store {
namespace {

constexpr char kWebhookSettings[] = "-c statement_timeout=10s -c lock_timeout=5s";

// Makes and counts the webhooks of one workspace one after the other.
constexpr char kWebhooksOneByOne[] =
    "SELECT pg_advisory_xact_lock(hashtextextended('tandem.webhook ' || $1, 0))";

constexpr char kOfWebhook[] = " WHERE workspace = $1 AND webhook_id = $2";

// A delivery with the webhook that it is of.
struct KeptDelivery {
  WebhookKey key;
  WebhookDelivery delivery;
};

// But for `epoch`, which only statements compare.
const Table<WebhookRow>& WebhookTable() {
  using Row = WebhookRow;
  using C = ColumnsOf<Row>;
  using P = WebhookProgress;
  const auto progress = [](auto member) {
    return [member](auto& row) -> auto& {
      return row.progress.*member;
    };
  };
  const auto as_it_is = [](const auto& json) { return std::string(json); };
  static const Table<Row> table{
      "tandem.webhook",
      2,
      {C::Key(
           "workspace", [](auto& row) -> auto& { return row.key.workspace; }),
       C::Key(
           "webhook_id", [](auto& row) -> auto& { return row.key.webhook; }),
       C::Key("url", &Row::url), C::Text("description", &Row::description),
       C::Key("secret", &Row::secret), C::Text("previous_secret", &Row::previous_secret),
       C::Instant("previous_secret_until", &Row::previous_secret_until),
       C::Json("filter", &Row::filter_json, as_it_is, as_it_is),
       C::Flag("disabled", &Row::disabled), C::Flag("gone", &Row::gone),
       C::Number("revision", &Row::revision), C::Instant("created_at", &Row::created_at),
       C::Instant("updated_at", &Row::updated_at), C::Number("redeliveries", &Row::redeliveries),
       C::Number("position", progress(&P::position)),
       C::Number("failures_in_row", progress(&P::failures_in_row)),
       C::Instant("last_success_at", progress(&P::last_success_at)),
       C::Text("last_error", progress(&P::last_error))}};
  return table;
}

const Table<KeptDelivery>& DeliveryTable() {
  using Row = KeptDelivery;
  using C = ColumnsOf<Row>;
  using D = WebhookDelivery;
  const auto of = [](auto member) {
    return [member](auto& row) -> auto& {
      return row.delivery.*member;
    };
  };
  static const Table<Row> table{
      "tandem.webhook_delivery",
      3,
      {C::Key(
           "workspace", [](auto& row) -> auto& { return row.key.workspace; }),
       C::Key(
           "webhook_id", [](auto& row) -> auto& { return row.key.webhook; }),
       C::Number("sequence", of(&D::sequence)), C::Named("type", of(&D::type)),
       C::Instant("at", of(&D::at)), C::Uuid("ticket_id", of(&D::ticket)),
       C::Text("agent", of(&D::agent)), C::Number("attempts", of(&D::attempts)),
       C::Instant("next_attempt_at", of(&D::next_attempt_at)),
       C::Instant("first_failed_at", of(&D::first_failed_at)),
       C::Text("last_error", of(&D::last_error)), C::Flag("dead", of(&D::dead))}};
  return table;
}

template <typename Row>
void Execute(pqxx::transaction_base& work, const std::string& sql, const Table<Row>& table,
             const std::vector<const Row*>& rows) {
  std::vector<pqxx::binarystring> arrays;
  for (const std::string& array : Encode<Row>(table, rows, table.columns.size())) {
    arrays.emplace_back(array);
  }
  work.exec_params(sql, pqxx::prepare::make_dynamic_params(arrays));
}

pqxx::binarystring Sequences(const std::vector<int64_t>& sequences) {
  ArrayEncoder array(SqlType::kInt8, sequences.size());
  for (const int64_t sequence : sequences) array.Int8(sequence);
  return pqxx::binarystring(array.Take());
}

absl::Status NoWebhook() {
  return absl::NotFoundError("there is no such webhook");
}
absl::Status AnotherRevision() {
  return absl::AbortedError("the webhook has another revision");
}
absl::Status LaterEpoch() {
  return absl::AbortedError("a server of a later epoch sends");
}
absl::Status NotTakenOver() {
  return absl::AbortedError("another server took the webhook over, or nobody did");
}

std::vector<WebhookRow> Webhooks(const pqxx::result& found) {
  std::vector<WebhookRow> rows;
  for (const pqxx::row& row : found) rows.push_back(Decode(WebhookTable(), 0, CellsOf(row)));
  return rows;
}

std::string SelectWebhooks() {
  return absl::StrCat("SELECT ", SelectList(WebhookTable(), "w"), " FROM tandem.webhook w");
}

absl::StatusOr<WebhookRow> Find(pqxx::transaction_base& work, const WebhookKey& key,
                                const char* lock) {
  const pqxx::result found = work.exec_params(absl::StrCat(SelectWebhooks(), kOfWebhook, lock),
                                              key.workspace, key.webhook);
  if (found.empty()) return NoWebhook();
  return Webhooks(found).front();
}

// The webhook, which nobody else changes until the end of the transaction.
absl::StatusOr<WebhookRow> FindToChange(pqxx::transaction_base& work, const WebhookKey& key,
                                        int64_t expected_revision) {
  auto held = Find(work, key, " FOR UPDATE");
  if (held.ok() && held->revision != expected_revision) return AnotherRevision();
  return held;
}

class PostgresWebhookStore final : public WebhookStore {
 public:
  explicit PostgresWebhookStore(const std::string& url)
      : connection_(ConnectionString(url, kWebhookSettings), {}),
        sender_connection_(ConnectionString(url, kWebhookSettings), {}) {}

  absl::StatusOr<std::vector<WebhookRow>> ListWebhooks(const std::string& workspace) override {
    using Rows = std::vector<WebhookRow>;
    return Read([&](pqxx::connection& connection) -> absl::StatusOr<Rows> {
      pqxx::nontransaction work(connection);
      return Webhooks(work.exec_params(
          SelectWebhooks() + " WHERE w.workspace = $1 ORDER BY w.webhook_id", workspace));
    });
  }

  absl::StatusOr<WebhookRow> GetWebhook(const WebhookKey& key) override {
    return Read([&](pqxx::connection& connection) -> absl::StatusOr<WebhookRow> {
      pqxx::nontransaction work(connection);
      return Find(work, key, "");
    });
  }

  absl::Status CreateWebhook(const WebhookRow& row, int32_t most) override {
    return Change([&](pqxx::work& work) -> absl::Status {
      work.exec_params(kWebhooksOneByOne, row.key.workspace);
      if (Find(work, row.key, "").ok()) return absl::AlreadyExistsError("there is such a webhook");
      const auto count = work.exec_params1(
          "SELECT count(*) FROM tandem.webhook WHERE workspace = $1", row.key.workspace);
      if (ParseInt8(CellOf(count[0])) >= most) {
        return absl::ResourceExhaustedError("the workspace has enough webhooks");
      }
      Execute<WebhookRow>(work, InsertStatement(WebhookTable()), WebhookTable(), {&row});
      return absl::OkStatus();
    });
  }

  absl::Status UpdateWebhook(const WebhookRow& row, int64_t expected) override {
    return Change([&](pqxx::work& work) -> absl::Status {
      const auto held = FindToChange(work, row.key, expected);
      if (!held.ok()) return held.status();
      WebhookRow next = row;
      next.created_at = held->created_at;
      next.redeliveries = held->redeliveries;
      next.progress = held->progress;
      Execute<WebhookRow>(work, UpsertStatement(WebhookTable()), WebhookTable(), {&next});
      return absl::OkStatus();
    });
  }

  absl::Status DeleteWebhook(const WebhookKey& key, int64_t expected) override {
    return Change([&](pqxx::work& work) -> absl::Status {
      if (const auto held = FindToChange(work, key, expected); !held.ok()) return held.status();
      work.exec_params(absl::StrCat("DELETE FROM tandem.webhook", kOfWebhook), key.workspace,
                       key.webhook);
      return absl::OkStatus();
    });
  }

  absl::StatusOr<std::vector<WebhookDelivery>> ListDeliveries(const WebhookKey& key, bool dead,
                                                              int64_t after,
                                                              int32_t limit) override {
    using Deliveries = std::vector<WebhookDelivery>;
    return Read([&](pqxx::connection& connection) -> absl::StatusOr<Deliveries> {
      pqxx::nontransaction work(connection);
      // Two texts, so that the index of those that wait serves the one.
      const pqxx::result found =
          work.exec_params(absl::StrCat("SELECT ", SelectList(DeliveryTable(), "d"),
                                        " FROM tandem.webhook_delivery d", kOfWebhook,
                                        dead ? " AND dead" : " AND NOT dead",
                                        " AND sequence > $3 ORDER BY sequence LIMIT $4"),
                           key.workspace, key.webhook, after, limit);
      Deliveries deliveries;
      for (const pqxx::row& row : found) {
        deliveries.push_back(Decode(DeliveryTable(), 0, CellsOf(row)).delivery);
      }
      return deliveries;
    });
  }

  absl::StatusOr<WebhookCounts> CountDeliveries(const WebhookKey& key) override {
    return Read([&](pqxx::connection& connection) -> absl::StatusOr<WebhookCounts> {
      pqxx::nontransaction work(connection);
      const pqxx::row row = work.exec_params1(
          absl::StrCat("SELECT count(*) FILTER (WHERE NOT dead), count(*) FILTER (WHERE dead),"
                       " min(at) FILTER (WHERE NOT dead) FROM tandem.webhook_delivery",
                       kOfWebhook),
          key.workspace, key.webhook);
      const auto cells = CellsOf(row);
      return WebhookCounts{.waiting = static_cast<int32_t>(ParseInt8(cells(0))),
                           .dead = static_cast<int32_t>(ParseInt8(cells(1))),
                           .oldest_waiting = cells(2) ? ParseTimestamp(cells(2)) : router::Time{}};
    });
  }

  absl::StatusOr<std::vector<int64_t>> Redeliver(
      const WebhookKey& key, const std::optional<std::vector<int64_t>>& sequences) override {
    std::vector<int64_t> redelivered;
    const absl::Status status = Change([&](pqxx::work& work) -> absl::Status {
      if (const auto held = Find(work, key, " FOR UPDATE"); !held.ok()) return held.status();
      const pqxx::result found = work.exec_params(
          absl::StrCat("UPDATE tandem.webhook_delivery SET dead = false, attempts = 0,"
                       " next_attempt_at = NULL, first_failed_at = NULL, last_error = NULL",
                       kOfWebhook, " AND dead AND ($3 OR sequence = ANY ($4::bigint[]))",
                       " RETURNING sequence"),
          key.workspace, key.webhook, !sequences.has_value(),
          Sequences(sequences.value_or(std::vector<int64_t>())));
      redelivered.clear();
      for (const pqxx::row& row : found) redelivered.push_back(ParseInt8(CellOf(row[0])));
      if (redelivered.empty()) return absl::OkStatus();
      work.exec_params(
          absl::StrCat("UPDATE tandem.webhook SET redeliveries = redeliveries + 1", kOfWebhook),
          key.workspace, key.webhook);
      return absl::OkStatus();
    });
    if (!status.ok()) return status;
    std::sort(redelivered.begin(), redelivered.end());
    return redelivered;
  }

  absl::StatusOr<std::vector<WebhookRow>> TakeOver(int64_t epoch) override {
    const sync::MutexLock lock(sender_mutex_);
    using Rows = std::vector<WebhookRow>;
    return sender_connection_.Read([&](pqxx::connection& connection) -> absl::StatusOr<Rows> {
      pqxx::work work(connection);
      work.exec_params("UPDATE tandem.webhook SET epoch = $1 WHERE epoch < $1", epoch);
      const pqxx::result later =
          work.exec_params("SELECT FROM tandem.webhook WHERE epoch > $1 LIMIT 1", epoch);
      if (!later.empty()) return LaterEpoch();
      Rows rows = Webhooks(work.exec(SelectWebhooks() + " ORDER BY w.workspace, w.webhook_id"));
      work.commit();
      return rows;
    });
  }

  absl::Status SaveChanges(const WebhookKey& key, int64_t epoch,
                           const WebhookChanges& changes) override {
    const sync::MutexLock lock(sender_mutex_);
    return sender_connection_
        .Read([&](pqxx::connection& connection) -> absl::StatusOr<bool> {
          pqxx::work work(connection);
          work.exec("SET LOCAL synchronous_commit = off");
          if (const absl::Status status = Save(work, key, epoch, changes); !status.ok()) {
            return status;
          }
          work.commit();
          return true;
        })
        .status();
  }

 private:
  static absl::Status Save(pqxx::work& work, const WebhookKey& key, int64_t epoch,
                           const WebhookChanges& changes) {
    const WebhookProgress& progress = changes.progress;
    const auto success = absl::StrCat(progress.last_success_at.us);
    const pqxx::result moved = work.exec_params(
        absl::StrCat("UPDATE tandem.webhook SET position = greatest(position, $3),"
                     " failures_in_row = $4, last_success_at ="
                     " timestamptz 'epoch' + nullif($5::bigint, 0) * interval '1 microsecond',"
                     " last_error = nullif($6, ''), epoch = $7",
                     kOfWebhook, " AND epoch BETWEEN 1 AND $7"),
        key.workspace, key.webhook, progress.position, progress.failures_in_row, success,
        progress.last_error, epoch);
    if (moved.affected_rows() == 0) {
      return Find(work, key, "").ok() ? NotTakenOver() : absl::OkStatus();
    }
    std::vector<KeptDelivery> kept;
    for (const WebhookDelivery& delivery : changes.kept) kept.push_back({key, delivery});
    std::vector<const KeptDelivery*> rows;
    for (const KeptDelivery& row : kept) rows.push_back(&row);
    if (!rows.empty()) Execute(work, UpsertStatement(DeliveryTable()), DeliveryTable(), rows);
    if (changes.taken.empty()) return absl::OkStatus();
    work.exec_params(absl::StrCat("DELETE FROM tandem.webhook_delivery", kOfWebhook,
                                  " AND sequence = ANY ($3::bigint[])"),
                     key.workspace, key.webhook, Sequences(changes.taken));
    return absl::OkStatus();
  }

  template <typename Function>
  auto Read(Function use) -> decltype(use(std::declval<pqxx::connection&>())) {
    const sync::MutexLock lock(mutex_);
    return connection_.Read(std::move(use));
  }

  // Runs `change(work)`, which gives an absl::Status, in a transaction that is committed, durably,
  // when it is OK.
  template <typename Function>
  absl::Status Change(Function change) {
    const sync::MutexLock lock(mutex_);
    return connection_
        .Read([&](pqxx::connection& connection) -> absl::StatusOr<bool> {
          WarningCatcher warnings(connection);
          pqxx::work work(connection);
          work.exec(kDurably);
          if (const absl::Status status = change(work); !status.ok()) return status;
          work.commit();
          if (warnings.seen()) {
            return UnconfirmedByReplica("the change of a webhook");
          }
          return true;
        })
        .status();
  }

  sync::Mutex mutex_;
  PostgresConnection connection_ ABSL_GUARDED_BY(mutex_);
  // So that what is sent and what is asked don't wait for each other.
  sync::Mutex sender_mutex_;
  PostgresConnection sender_connection_ ABSL_GUARDED_BY(sender_mutex_);
};

}  // namespace

absl::StatusOr<std::unique_ptr<WebhookStore>> OpenPostgresWebhookStore(const std::string& url) {
  try {
    return std::make_unique<PostgresWebhookStore>(url);
  } catch (const std::invalid_argument& error) {
    return absl::InvalidArgumentError(error.what());
  }
}

}  // namespace tandem::store
