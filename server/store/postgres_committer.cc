#include "server/store/postgres_committer.h"

#include <poll.h>

#include <cstdlib>
#include <span>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"

#include "server/store/postgres_rows.h"
#include "spdlog/spdlog.h"

namespace tandem::store {
namespace {

// Raised by tandem.open_commit.
constexpr std::string_view kEpochMismatch = "TD001";

// No statement time-out: a large batch takes as long as it takes. A plan for any number
// of rows is as good as one for the number at hand, and needs no planning.
constexpr char kCommitSettings[] = "-c lock_timeout=10s -c plan_cache_mode=force_generic_plan";

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

std::string_view FieldOf(const PGresult* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text == nullptr ? std::string_view() : std::string_view(text);
}

// -------------------------------------------------------------------------------------- statements

std::vector<Statement> CommitStatements() {
  return {
      {"begin", "BEGIN"},
      {"commit", "COMMIT"},
      // Turned off, COMMIT would lie; any other setting is the operator's.
      {"sync",
       "SELECT set_config('synchronous_commit', 'on', false)"
       " WHERE current_setting('synchronous_commit') = 'off'"},
      {"open", "SELECT tandem.open_commit($1::integer, $2::bigint, $3::bigint, $4::timestamptz)"},
      {"workspace", UpsertStatement(WorkspaceTable())},
      // Changes of a configuration are rare and differ a thousandfold in size: here the plan must
      // know the number of rows.
      {"plan_for_size", "SET LOCAL plan_cache_mode = force_custom_plan"},
      {"plan_for_any_size", "SET LOCAL plan_cache_mode = force_generic_plan"},
      {"resource_gone",
       "DELETE FROM tandem.configuration_resource held"
       " USING unnest($1::text[], $2::text[], $3::text[]) AS gone (workspace, kind, id)"
       " WHERE gone.workspace = held.workspace AND gone.kind = held.kind AND gone.id = held.id"},
      {"resource", UpsertStatement(ResourceTable())},
      {"agent", UpsertStatement(AgentTable())},
      {"agent_gone",
       "DELETE FROM tandem.agent held USING unnest($1::text[], $2::text[]) AS gone (workspace, "
       "agent)"
       " WHERE gone.workspace = held.workspace AND gone.agent = held.agent"},
      {"ticket", InsertStatement(TicketTable())},
      {"ticket_state", UpsertStatement(TicketStateTable())},
      {"ticket_state_new", InsertStatement(TicketStateTable())},
      {"ticket_detail", UpsertStatement(TicketDetailTable())},
      {"contact", InsertStatement(ContactTable())},
      {"event", InsertStatement(EventTable())},
      {"visit", InsertStatement(VisitTable())},
      {"segment", InsertStatement(SegmentTable())},
      {"agent_interval", InsertStatement(AgentIntervalTable())},
      {"message", InsertStatement(MessageTable())},
      {"note", InsertStatement(NoteTable())},
      {"survey", InsertStatement(SurveyTable())},
      {"request", InsertStatement(RequestTable())},
  };
}

template <typename Row>
std::vector<const Row*> PointersTo(const std::vector<Row>& rows) {
  std::vector<const Row*> pointers;
  pointers.reserve(rows.size());
  for (const Row& row : rows) pointers.push_back(&row);
  return pointers;
}

template <typename Row>
std::vector<std::string> EncodeAll(const Table<Row>& table, const std::vector<const Row*>& rows) {
  return Encode<Row>(table, rows, table.columns.size());
}

template <typename Row>
std::vector<std::string> EncodeKeys(const Table<Row>& table, const std::vector<const Row*>& rows) {
  return Encode<Row>(table, rows, table.key_columns);
}

}  // namespace

// A database that is full, locked, restarting or read-only can take the same batch later; one that
// refuses a value never will. Program limits (54) are met by values: an index entry that is too
// large.
CommitResult Classify(std::string_view sqlstate, std::string_view table,
                      std::string_view constraint) {
  if (sqlstate == kEpochMismatch) return CommitResult::kFenced;
  if (sqlstate == "23505" && table == "commit" && constraint == "commit_pkey") {
    return CommitResult::kFenced;
  }
  for (const std::string_view of_data : {"21", "22", "23", "54"}) {
    if (sqlstate.substr(0, 2) == of_data) return CommitResult::kDataRefused;
  }
  return CommitResult::kNotCommitted;
}

PostgresCommitter::PostgresCommitter(const std::string& url)
    : connection_string_(ConnectionString(url, kCommitSettings)), statements_(CommitStatements()) {}

CommitResult PostgresCommitter::Commit(const Batch& batch) {
  CommitResult result = CommitResult::kNotCommitted;
  if (Connect()) {
    warned_ = false;
    sent_ = 0;
    try {
      if (Send(batch)) result = Receive();
    } catch (const UnstorableValue& error) {
      spdlog::warn("commit {} refused before COMMIT was sent: {}", batch.sequence, error.what());
      result = CommitResult::kDataRefused;
    }
  }
  if (result != CommitResult::kCommitted) {
    if (counted_) {
      PostgresFigures& figures = FiguresOfPostgres();
      (result == CommitResult::kInDoubt ? figures.lost : figures.refused).Add();
    }
    Drop();
    spdlog::warn("commit {} of shard {} under epoch {}: {}", batch.sequence, batch.shard,
                 batch.epoch, ToString(result));
  }
  return result;
}

// ---------------------------------------------------------------------------------------- commands

bool PostgresCommitter::Send(const Batch& batch) {
  bool sending = true;
  const auto add = [&](const char* statement, const std::vector<std::string>& parameters = {}) {
    sending = sending && SendOne(statement, parameters);
  };
  const auto add_rows = [&](const char* statement, const auto& table, const auto& rows) {
    if (!rows.empty()) add(statement, EncodeAll(table, PointersTo(rows)));
  };
  const router::Changes& changes = batch.changes;

  add("begin");
  add("open", {BinaryInt4(batch.shard), BinaryInt8(batch.epoch), BinaryInt8(batch.sequence),
               BinaryTimestamp(batch.at)});
  if (!changes.workspaces.empty()) {
    std::vector<WorkspaceRecord> workspaces;
    for (const router::WorkspaceRow& row : changes.workspaces) {
      workspaces.push_back({batch.shard, row});
    }
    add_rows("workspace", WorkspaceTable(), workspaces);
  }
  if (!changes.resources.empty()) {
    std::vector<ResourceRecord> kept, removed;
    for (const router::ResourceRow& row : changes.resources) {
      (row.removed ? removed : kept).push_back(RecordOf(row));
    }
    add("plan_for_size");
    if (!removed.empty()) {
      add("resource_gone", EncodeKeys(ResourceTable(), PointersTo(removed)));
    }
    add_rows("resource", ResourceTable(), kept);
    add("plan_for_any_size");
  }
  std::vector<const router::AgentRow*> agents, gone;
  for (const router::AgentRow& row : changes.agents) (row.removed ? gone : agents).push_back(&row);
  if (!agents.empty()) add("agent", EncodeAll(AgentTable(), agents));
  if (!gone.empty()) add("agent_gone", EncodeKeys(AgentTable(), gone));
  add_rows("ticket", TicketTable(), changes.tickets);
  // A ticket that is born in this batch has no state to be replaced. To look for one, and to insert
  // speculatively, is a tenth of what a contact costs PostgreSQL.
  absl::flat_hash_set<std::pair<std::string_view, router::TicketId>> born;
  for (const router::TicketRow& row : changes.tickets) born.emplace(row.workspace, row.ticket);
  std::vector<const router::TicketStateRow*> new_states, states;
  for (const router::TicketStateRow& row : changes.ticket_states) {
    (born.contains({row.workspace, row.ticket}) ? new_states : states).push_back(&row);
  }
  if (!new_states.empty()) add("ticket_state_new", EncodeAll(TicketStateTable(), new_states));
  if (!states.empty()) add("ticket_state", EncodeAll(TicketStateTable(), states));
  add_rows("ticket_detail", TicketDetailTable(), changes.ticket_details);
  add_rows("contact", ContactTable(), changes.contacts);
  add_rows("event", EventTable(), changes.events);
  add_rows("visit", VisitTable(), changes.visits);
  add_rows("segment", SegmentTable(), changes.segments);
  add_rows("agent_interval", AgentIntervalTable(), changes.agent_intervals);
  add_rows("message", MessageTable(), changes.messages);
  add_rows("note", NoteTable(), changes.notes);
  add_rows("survey", SurveyTable(), changes.surveys);
  add_rows("request", RequestTable(), batch.requests);
  if (!sending) return false;
  // libpq keeps what it can't write and writes on, so a COMMIT that it did not take may still have
  // left.
  SendOne("commit", {});
  PQpipelineSync(connection_.get());
  return true;
}

bool PostgresCommitter::SendOne(const char* statement, const std::vector<std::string>& parameters) {
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (const std::string& parameter : parameters) {
    values.push_back(parameter.data());
    lengths.push_back(static_cast<int>(parameter.size()));
  }
  const std::vector<int> formats(values.size(), 1);
  ++sent_;
  return PQsendQueryPrepared(connection_.get(), statement, static_cast<int>(values.size()),
                             values.data(), lengths.data(), formats.data(), 0) == 1;
}

// -------------------------------------------------------------------------------------- connection

bool PostgresCommitter::Connect() {
  if (connection_) {
    // Between commits the server says nothing, unless it says good-bye.
    pollfd socket{.fd = PQsocket(connection_.get()), .events = POLLIN, .revents = 0};
    const bool lost = PQstatus(connection_.get()) != CONNECTION_OK || poll(&socket, 1, 0) != 0;
    if (lost) Drop();
  }
  if (connection_) return true;
  connection_.reset(PQconnectdb(connection_string_.c_str()));
  if (PQstatus(connection_.get()) == CONNECTION_OK) {
    PQsetNoticeReceiver(connection_.get(), OnNotice, this);
    if (PQenterPipelineMode(connection_.get()) == 1 && Prepare()) {
      counted_.emplace(had_one_);
      had_one_ = true;
      return true;
    }
  }
  FiguresOfPostgres().connect_failures.Add();
  spdlog::warn("expected a database that is ready for commits, but: {}",
               PQerrorMessage(connection_.get()));
  connection_.reset();
  return false;
}

void PostgresCommitter::Drop() {
  connection_.reset();
  counted_.reset();
}

bool PostgresCommitter::Prepare() {
  PGconn* const connection = connection_.get();
  for (const Statement& statement : statements_) {
    if (PQsendPrepare(connection, statement.name.c_str(), statement.sql.c_str(), 0, nullptr) != 1) {
      return false;
    }
  }
  if (PQsendQueryPrepared(connection, "sync", 0, nullptr, nullptr, nullptr, 0) != 1 ||
      PQpipelineSync(connection) != 1) {
    return false;
  }
  bool good = true;
  while (PQstatus(connection) == CONNECTION_OK) {
    const Result result(PQgetResult(connection), PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_PIPELINE_SYNC) return good;
    if (result && status == PGRES_FATAL_ERROR) {
      spdlog::warn("the database refused a statement: {}", PQresultErrorMessage(result.get()));
      good = false;
    }
  }
  return false;
}

CommitResult PostgresCommitter::Receive() {
  PGconn* const connection = connection_.get();
  size_t answered = 0;
  bool rolled_back = false;
  while (answered < sent_) {
    const Result result(PQgetResult(connection), PQclear);
    if (!result) {  // between the answers, or nothing more will come
      if (PQstatus(connection) == CONNECTION_BAD) return CommitResult::kInDoubt;
      continue;
    }
    const ExecStatusType status = PQresultStatus(result.get());
    const bool at_commit = ++answered == sent_;
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
      rolled_back = at_commit && std::string_view(PQcmdStatus(result.get())) != "COMMIT";
      continue;
    }
    const std::string_view sqlstate = FieldOf(result.get(), PG_DIAG_SQLSTATE);
    const std::string_view severity = FieldOf(result.get(), PG_DIAG_SEVERITY_NONLOCALIZED);
    spdlog::warn("the database ended a commit: {} {}", sqlstate,
                 FieldOf(result.get(), PG_DIAG_MESSAGE_PRIMARY));
    // Without an SQLSTATE it is libpq that speaks: the connection is gone, and COMMIT is on its
    // way.
    if (sqlstate.empty()) return CommitResult::kInDoubt;
    // A session that ends during COMMIT may have committed before it ended.
    if (at_commit && severity != "ERROR") return CommitResult::kInDoubt;
    return Classify(sqlstate, FieldOf(result.get(), PG_DIAG_TABLE_NAME),
                    FieldOf(result.get(), PG_DIAG_CONSTRAINT_NAME));
  }
  // COMMIT was answered. Its result is followed by the end of the pipeline, which the next commit
  // must not meet.
  while (PQstatus(connection) == CONNECTION_OK) {
    const Result result(PQgetResult(connection), PQclear);
    if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) break;
  }
  if (rolled_back) return CommitResult::kNotCommitted;
  return warned_ ? CommitResult::kInDoubt : CommitResult::kCommitted;
}

// "canceling wait for synchronous replication": durable here, perhaps not on the replica. The text
// is translated, so every warning counts; no other is expected.
void PostgresCommitter::OnNotice(void* self, const PGresult* notice) {
  static_cast<PostgresCommitter*>(self)->warned_ = true;
  spdlog::warn("the database warns: {}", FieldOf(notice, PG_DIAG_MESSAGE_PRIMARY));
}

}  // namespace tandem::store
