// Goal: what only PostgreSQL can do wrong: servers that die, sessions that end, replicas that do
// not answer, schemas of another age. Method: a real server, killed or told to; where an instant
// matters, a lock or a replica that does not exist holds the commit there.
#include "server/store/postgres_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include <pqxx/pqxx>

#include "server/store/postgres_committer.h"
#include "server/store/postgres_migrate.h"
#include "server/store/postgres_reader.h"
#include "server/store/postgres_rows.h"
#include "tests/store/store_rows.h"
#include "tests/store/store_test_base.h"
#include "tests/support/eventually.h"

namespace tandem::tests {
namespace {

using store::Batch;
using store::CommitResult;
using ::testing::HasSubstr;

// ------------------------------------------------------------------------------------------ schema

TEST(Migrate, RunsTwiceAndTellsItsVersion) {
  const std::string url = SharedCluster().CreateDatabase();
  EXPECT_EQ(store::CheckSchemaVersion(url).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(store::Migrate(url).ok());
  EXPECT_TRUE(store::CheckSchemaVersion(url).ok());
  EXPECT_TRUE(store::Migrate(url).ok());
  // Each step itself can run again, too: what it makes may exist.
  pqxx::connection connection(url);
  pqxx::nontransaction(connection).exec("DELETE FROM tandem.schema_migration WHERE number > 1");
  EXPECT_EQ(store::CheckSchemaVersion(url).code(), absl::StatusCode::kFailedPrecondition);
  const absl::Status again = store::Migrate(url);
  EXPECT_TRUE(again.ok()) << again;
  EXPECT_TRUE(store::CheckSchemaVersion(url).ok());
}

TEST(Migrate, SeveralAtOnceDoItOnce) {
  const std::string url = SharedCluster().CreateDatabase();
  std::vector<std::future<absl::Status>> runs;
  for (int i = 0; i < 4; ++i) {
    runs.push_back(std::async(std::launch::async, [&] { return store::Migrate(url); }));
  }
  for (auto& run : runs) {
    const absl::Status status = run.get();
    EXPECT_TRUE(status.ok()) << status;
  }
}

TEST(Migrate, NumbersTheMessagesThatWereThereBefore) {
  const std::string url = SharedCluster().CreateDatabase();
  {
    pqxx::connection connection(url);
    pqxx::nontransaction work(connection);
    work.exec("CREATE SCHEMA tandem");
    work.exec(
        "CREATE TABLE tandem.schema_migration (number integer PRIMARY KEY, name text NOT NULL,"
        " applied_at timestamptz NOT NULL DEFAULT clock_timestamp())");
    work.exec(
        "INSERT INTO tandem.schema_migration (number, name) VALUES (7, 'of the time before')");
    for (const store::Migration& migration : store::Migrations().first(7)) work.exec(migration.sql);
    const auto message = [&](int64_t sequence, const char* type, const char* contact) {
      const std::string ticket = router::ToString(Ticket(1));
      work.exec_params(
          "INSERT INTO tandem.event (workspace, sequence, type, ticket_id, offer_number,"
          " contact_id, number) VALUES ($1, $2, $3, $4, 0, $5, 0)",
          kWorkspace, sequence, type, ticket, contact);
      work.exec_params(
          "INSERT INTO tandem.message (workspace, ticket_id, contact_id, direction, author, at)"
          " VALUES ($1, $2, $3, 'INBOUND', 'CUSTOMER', '2026-11-23 09:00:00+00')",
          kWorkspace, ticket, contact);
    };
    message(5, "TICKET_CREATED", "00000000-0000-0000-0000-000000000001");
    message(9, "CONTACT_JOINED", "00000000-0000-0000-0000-000000000002");
  }
  const absl::Status migrated = store::Migrate(url);
  ASSERT_TRUE(migrated.ok()) << migrated;
  store::PostgresReader reader(url, 1);
  const auto messages = reader.ListMessages(kWorkspace, Ticket(1), 0, 10);
  ASSERT_TRUE(messages.ok()) << messages.status();
  std::vector<int64_t> sequences;
  for (const router::MessageRow& row : *messages) sequences.push_back(row.sequence);
  EXPECT_THAT(sequences, ::testing::ElementsAre(5, 9));
}

TEST(Migrate, RefusesANewerSchema) {
  const std::string url = SharedCluster().CreateDatabase("migrated");
  pqxx::connection connection(url);
  pqxx::nontransaction(connection)
      .exec("INSERT INTO tandem.schema_migration (number, name) VALUES (9999, 'future')");
  EXPECT_EQ(store::Migrate(url).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(store::CheckSchemaVersion(url).code(), absl::StatusCode::kFailedPrecondition);
}

TEST(Migrate, IsUnavailableWithoutAServer) {
  EXPECT_EQ(store::Migrate("host=/nonexistent").code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(store::CheckSchemaVersion("host=/nonexistent").code(), absl::StatusCode::kUnavailable);
}

TEST(OpenPostgresStore, RefusesWhatIsNoUrlAndShowsNoPassword) {
  const auto store = store::OpenPostgresStore("postgresql://u:secret@[::1");
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(store.status().message()), Not(HasSubstr("secret")));
}

// ---------------------------------------------------------------------------------------- classify

TEST(Classify, TellsFencedFromRefusedFromTransient) {
  EXPECT_EQ(store::Classify("TD001", "", ""), CommitResult::kFenced);
  EXPECT_EQ(store::Classify("23505", "commit", "commit_pkey"), CommitResult::kFenced);
  for (const char* of_data :
       {"23505", "23514", "23502", "22021", "22P05", "22003", "21000", "54000"}) {
    EXPECT_EQ(store::Classify(of_data, "event", "event_pkey"), CommitResult::kDataRefused)
        << of_data;
  }
  for (const char* transient : {"40001", "40P01", "53100", "53200", "53300", "55P03", "57P01",
                                "57P02", "57P03", "57014", "25006", "XX000", "58030", "42P01"}) {
    EXPECT_EQ(store::Classify(transient, "", ""), CommitResult::kNotCommitted) << transient;
  }
}

// -------------------------------------------------------------------------------------------- rows

template <typename Row>
void ExpectRows(pqxx::connection& connection, const store::Table<Row>& table,
                const std::vector<Row>& expected) {
  pqxx::nontransaction work(connection);
  const pqxx::result rows =
      work.exec("SELECT " + store::SelectList(table, "t") + " FROM " + table.name + " t");
  ASSERT_EQ(rows.size(), expected.size()) << table.name;
  for (size_t i = 0; i < expected.size(); ++i) {
    const pqxx::row row = rows[static_cast<pqxx::result::size_type>(i)];
    EXPECT_EQ(Fields(store::Decode(table, 0, store::CellsOf(row))), Fields(expected[i]))
        << table.name;
  }
}

TEST(PostgresRows, HistoryRoundTripsExactly) {
  const std::string url = SharedCluster().CreateDatabase("migrated");
  store::PostgresStore store(url);
  Batch batch = MakeBatch(store.Acquire(0, "test")->epoch, 1);
  router::Changes& changes = batch.changes;
  router::ContactRow bare_contact;
  bare_contact.workspace = kWorkspace;
  bare_contact.content.priority = 0;
  changes.contacts = {SampleContact(1, 1), bare_contact};
  router::EventRow bare_event;
  bare_event.workspace = kWorkspace;
  bare_event.sequence = 2;
  changes.events = {SampleEvent(1, 1), bare_event};
  changes.visits = {SampleVisit(1, 1)};
  router::SegmentRow bare_segment;
  bare_segment.workspace = kWorkspace;
  bare_segment.began_at = bare_segment.ended_at = kMorning;
  changes.segments = {SampleSegment(1, 1), bare_segment};
  changes.agent_intervals = {SampleInterval("ann")};
  changes.messages = {SampleMessage(1)};
  changes.ticket_details = {SampleDetail(1)};
  changes.notes = {SampleNote(1, 3)};
  changes.surveys = {SampleSurvey(1, 4, "csat")};
  ASSERT_EQ(store.Commit(batch), CommitResult::kCommitted);

  pqxx::connection connection(url + "&options=-ctimezone%3DUTC");
  ExpectRows(connection, store::ContactTable(), changes.contacts);
  ExpectRows(connection, store::EventTable(), changes.events);
  ExpectRows(connection, store::VisitTable(), changes.visits);
  ExpectRows(connection, store::SegmentTable(), changes.segments);
  ExpectRows(connection, store::AgentIntervalTable(), changes.agent_intervals);
  ExpectRows(connection, store::MessageTable(), changes.messages);
  ExpectRows(connection, store::TicketDetailTable(), changes.ticket_details);
  ExpectRows(connection, store::NoteTable(), changes.notes);
  ExpectRows(connection, store::SurveyTable(), changes.surveys);
}

TEST(PostgresRows, AnEpochNeverShrinks) {
  const std::string url = SharedCluster().CreateDatabase("migrated");
  store::PostgresStore store(url);
  ASSERT_TRUE(store.Acquire(0, "test").ok());
  ASSERT_TRUE(store.Acquire(0, "test").ok());
  pqxx::connection connection(url);
  EXPECT_THROW(pqxx::nontransaction(connection).exec("UPDATE tandem.shard SET epoch = 1"),
               pqxx::check_violation);
}

TEST(PostgresRows, UpdatesOfOpenTicketsTouchNoIndex) {
  const std::string url = SharedCluster().CreateDatabase("migrated");
  auto store = std::make_unique<store::PostgresStore>(url);
  const int64_t epoch = store->Acquire(0, "test")->epoch;
  for (int64_t i = 1; i <= 50; ++i) {
    Batch batch = MakeBatch(epoch, i);
    router::TicketStateRow state = SampleState(1);
    state.until = kMorning + router::Seconds(i);
    state.priority = static_cast<uint32_t>(i);
    batch.changes.ticket_states = {state};
    router::AgentRow agent = SampleAgent("ann", 1);
    agent.misses = static_cast<uint32_t>(i);
    batch.changes.agents = {agent};
    ASSERT_EQ(store->Commit(batch), CommitResult::kCommitted);
  }
  store.reset();  // a session that ends tells its statistics
  pqxx::connection connection(url);
  pqxx::nontransaction work(connection);
  int hot_updates = 0;
  ASSERT_TRUE(test::Eventually([&] {
    const pqxx::row row = work.exec1(
        "SELECT sum(n_tup_upd), sum(n_tup_hot_upd) FROM pg_stat_user_tables"
        " WHERE relname IN ('ticket_state', 'agent')");
    hot_updates = row[1].as<int>(0);
    return row[0].as<int>(0) == 98;
  })) << "expected 98 updates in the statistics";
  EXPECT_EQ(hot_updates, 98);
}

// ---------------------------------------------------------------------------------------- failures

// A cluster that may be killed, and a shard acquired in a fresh database of it.
class FailingPostgres : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    cluster_ = new PostgresCluster;
    cluster_->Execute("CREATE DATABASE migrated");
    ASSERT_TRUE(store::Migrate(cluster_->Url("migrated")).ok());
  }
  static void TearDownTestSuite() {
    delete cluster_;
    cluster_ = nullptr;
  }

  void SetUp() override {
    url_ = cluster_->CreateDatabase("migrated");
    database_ = url_.substr(std::string("postgresql:///").size());
    database_ = database_.substr(0, database_.find('?'));
    store_ = std::make_unique<store::PostgresStore>(url_);
    epoch_ = store_->Acquire(0, "test")->epoch;
    ASSERT_EQ(store_->Commit(MakeBatch(epoch_, 1)), CommitResult::kCommitted);
  }

  // Waits until a session of ours waits for `event`, and gives the session.
  std::string WaitingSession(const std::string& event) {
    std::string process;
    const auto waits = [&] {
      process = cluster_->Query(
          "SELECT pid FROM pg_stat_activity WHERE application_name = 'tandem' AND datname = '" +
          database_ + "' AND wait_event" + (event == "Lock" ? "_type" : "") + " = '" + event + "'");
      return !process.empty();
    };
    if (test::Eventually(waits)) return process;
    ADD_FAILURE() << "expected a session that waits for " << event;
    return "0";
  }

  // A batch that changes something.
  Batch NextBatch() {
    Batch batch = MakeBatch(epoch_, 2);
    batch.changes.workspaces = {SampleWorkspace()};
    AddTicket(batch.changes, 1, 1);
    return batch;
  }
  std::future<CommitResult> CommitAside(const Batch& batch) {
    return std::async(std::launch::async, [this, batch] { return store_->Commit(batch); });
  }

  // While true, COMMIT waits for a replica that does not exist.
  void SetReplicaMissing(bool missing) {
    cluster_->Execute(std::string("ALTER SYSTEM SET synchronous_standby_names = '") +
                      (missing ? "nobody'" : "'"));
    cluster_->Execute("SELECT pg_reload_conf()");
    ASSERT_TRUE(test::Eventually([&] {
      return cluster_->Query("SHOW synchronous_standby_names").empty() != missing;
    })) << "expected the setting to be taken";
    // The process that tells the others to wait reads it on its own time.
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  }

  static PostgresCluster* cluster_;
  std::string url_, database_;
  std::unique_ptr<store::PostgresStore> store_;
  int64_t epoch_ = 0;
};

PostgresCluster* FailingPostgres::cluster_ = nullptr;

TEST_F(FailingPostgres, WithoutAServerNothingIsCommittedAndTheSameBatchWorksLater) {
  const Batch batch = NextBatch();
  cluster_->Stop();
  EXPECT_EQ(store_->Commit(batch), CommitResult::kNotCommitted);
  EXPECT_EQ(store_->Commit(batch), CommitResult::kNotCommitted);
  EXPECT_EQ(store_->Acquire(0, "test").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(store_->Load(0, epoch_).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(store_->Resolve(batch).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(store_->Maintain(kMorning).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(store_->LookUp({{{kWorkspace, Request(1)}}, {}, {}}).status().code(),
            absl::StatusCode::kUnavailable);
  store::PostgresReader reader(url_, 1);
  EXPECT_EQ(reader.GetConfiguration(kWorkspace).status().code(), absl::StatusCode::kUnavailable);
  cluster_->Start();
  EXPECT_EQ(store_->Commit(batch), CommitResult::kCommitted);
  EXPECT_TRUE(reader.GetConfiguration(kWorkspace).ok());
}

TEST_F(FailingPostgres, AServerThatRestartedBetweenCallsIsNotNoticed) {
  store::PostgresReader reader(url_, 1);
  const store::Store::LookUpKeys keys{{{kWorkspace, Request(1)}}, {}, {}};
  ASSERT_TRUE(store_->LookUp(keys).ok());
  ASSERT_TRUE(store_->Load(0, epoch_).ok());
  EXPECT_FALSE(reader.GetConfiguration(kWorkspace).ok());
  for (const bool kill : {false, true}) {
    kill ? cluster_->Kill() : cluster_->Stop();
    cluster_->Start();
    EXPECT_TRUE(store_->LookUp(keys).ok());
    EXPECT_TRUE(store_->Load(0, epoch_).ok());
    EXPECT_EQ(reader.GetConfiguration(kWorkspace).status().code(), absl::StatusCode::kNotFound);
    EXPECT_EQ(store_->Commit(MakeBatch(epoch_, kill ? 3 : 2)), CommitResult::kCommitted);
  }
}

TEST_F(FailingPostgres, KilledBeforeTheCommitTheBatchIsInDoubtAndLost) {
  Batch batch = NextBatch();
  pqxx::connection other(url_);
  pqxx::work lock(other);
  lock.exec("LOCK TABLE tandem.event");
  std::future<CommitResult> commit = CommitAside(batch);
  WaitingSession("Lock");
  cluster_->Kill();
  EXPECT_EQ(commit.get(), CommitResult::kInDoubt);
  EXPECT_EQ(store_->Resolve(batch).status().code(), absl::StatusCode::kUnavailable);
  cluster_->Start();
  const auto resolution = store_->Resolve(batch);
  ASSERT_TRUE(resolution.ok()) << resolution.status();
  EXPECT_FALSE(resolution->committed);
  batch.epoch = resolution->epoch;
  EXPECT_EQ(store_->Commit(batch), CommitResult::kCommitted);
}

TEST_F(FailingPostgres, KilledAfterTheCommitTheBatchIsInDoubtAndDurable) {
  const Batch batch = NextBatch();
  SetReplicaMissing(true);
  std::future<CommitResult> commit = CommitAside(batch);
  WaitingSession("SyncRep");
  cluster_->Kill();
  EXPECT_EQ(commit.get(), CommitResult::kInDoubt);
  cluster_->Start();
  SetReplicaMissing(false);
  const auto resolution = store_->Resolve(batch);
  ASSERT_TRUE(resolution.ok()) << resolution.status();
  EXPECT_TRUE(resolution->committed);
  EXPECT_EQ(store_->Load(0, resolution->epoch)->state.tickets.size(), 1u);
}

TEST_F(FailingPostgres, ACommitThatNoReplicaConfirmedIsInDoubt) {
  for (const std::string how : {"pg_cancel_backend", "pg_terminate_backend"}) {
    Batch batch = MakeBatch(epoch_, how == "pg_cancel_backend" ? 2 : 3);
    SetReplicaMissing(true);
    std::future<CommitResult> commit = CommitAside(batch);
    cluster_->Query("SELECT " + how + "(" + WaitingSession("SyncRep") + ")");
    EXPECT_EQ(commit.get(), CommitResult::kInDoubt) << how;
    // Nor is the new epoch confirmed: the answer is not known yet.
    std::future<absl::StatusCode> resolve =
        std::async(std::launch::async, [&] { return store_->Resolve(batch).status().code(); });
    cluster_->Query("SELECT pg_cancel_backend(" + WaitingSession("SyncRep") + ")");
    EXPECT_EQ(resolve.get(), absl::StatusCode::kUnavailable);
    SetReplicaMissing(false);
    // The epoch was raised already, and by us.
    const auto resolution = store_->Resolve(batch);
    ASSERT_TRUE(resolution.ok()) << resolution.status();
    EXPECT_TRUE(resolution->committed);
    epoch_ = resolution->epoch;
  }
}

TEST_F(FailingPostgres, AnEpochThatNoReplicaConfirmedIsNotAcquired) {
  SetReplicaMissing(true);
  std::future<absl::StatusCode> acquire =
      std::async(std::launch::async, [&] { return store_->Acquire(0, "test").status().code(); });
  cluster_->Query("SELECT pg_cancel_backend(" + WaitingSession("SyncRep") + ")");
  EXPECT_EQ(acquire.get(), absl::StatusCode::kUnavailable);
  SetReplicaMissing(false);
}

TEST_F(FailingPostgres, ASessionEndedBeforeItsCommitCommittedNothing) {
  const Batch batch = NextBatch();
  {
    pqxx::connection other(url_);
    pqxx::work lock(other);
    lock.exec("LOCK TABLE tandem.event");
    std::future<CommitResult> commit = CommitAside(batch);
    cluster_->Query("SELECT pg_terminate_backend(" + WaitingSession("Lock") + ")");
    EXPECT_EQ(commit.get(), CommitResult::kNotCommitted);
  }
  EXPECT_EQ(store_->Commit(batch), CommitResult::kCommitted);
}

TEST_F(FailingPostgres, ResolveWaitsForACommitThatIsStillAtWork) {
  Batch batch = NextBatch();
  batch.sequence = 3;
  store::PostgresStore same(url_);  // stands for our own connection that the network cut
  ASSERT_EQ(same.Commit(MakeBatch(epoch_, 2)), CommitResult::kCommitted);
  pqxx::connection other(url_);
  auto lock = std::make_unique<pqxx::work>(other);
  lock->exec("LOCK TABLE tandem.event");
  std::future<CommitResult> commit =
      std::async(std::launch::async, [&] { return same.Commit(batch); });
  WaitingSession("Lock");
  std::future<absl::StatusOr<store::Resolution>> resolve =
      std::async(std::launch::async, [&] { return store_->Resolve(batch); });
  EXPECT_EQ(resolve.wait_for(std::chrono::milliseconds(300)), std::future_status::timeout);
  lock.reset();
  EXPECT_EQ(commit.get(), CommitResult::kCommitted);
  const auto resolution = resolve.get();
  ASSERT_TRUE(resolution.ok()) << resolution.status();
  EXPECT_TRUE(resolution->committed);
}

TEST_F(FailingPostgres, AMissingSchemaIsNoFaultOfTheData) {
  cluster_->Execute("ALTER TABLE tandem.event RENAME TO elsewhere", database_);
  EXPECT_EQ(store_->Commit(NextBatch()), CommitResult::kNotCommitted);
  EXPECT_EQ(store_->Commit(NextBatch()), CommitResult::kNotCommitted);
  cluster_->Execute("ALTER TABLE tandem.elsewhere RENAME TO event", database_);
  EXPECT_EQ(store_->Commit(NextBatch()), CommitResult::kCommitted);
}

TEST_F(FailingPostgres, ADatabaseThatTurnsDurabilityOffIsOverruled) {
  cluster_->Execute("ALTER DATABASE " + database_ + " SET synchronous_commit = off");
  store::PostgresStore fresh(url_);
  SetReplicaMissing(true);
  std::future<CommitResult> commit =
      std::async(std::launch::async, [&] { return fresh.Commit(MakeBatch(epoch_, 2)); });
  WaitingSession("SyncRep");  // which a session without durability would not
  SetReplicaMissing(false);
  EXPECT_EQ(commit.get(), CommitResult::kCommitted);
}

}  // namespace
}  // namespace tandem::tests
