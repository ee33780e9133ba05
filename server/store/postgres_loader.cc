#include "server/store/postgres_loader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "pqxx/transaction"
#include "server/store/postgres_connection.h"
#include "server/store/postgres_rows.h"

namespace tandem::store {
namespace {

// Tickets read at a time: enough to make the round trip small, few enough to keep the result small.
constexpr int kPage = 20'000;

using Snapshot = pqxx::transaction<pqxx::repeatable_read, pqxx::read_only>;

void ReadLastCommit(pqxx::transaction_base& work, Shard shard, Loaded& loaded) {
  const pqxx::result rows = work.exec_params(
      "SELECT sequence, at FROM tandem.commit WHERE shard = $1 ORDER BY sequence DESC LIMIT 1",
      shard);
  if (rows.empty()) return;
  loaded.last_sequence = ParseInt8(CellOf(rows[0][0]));
  loaded.last_commit_at = ParseTimestamp(CellOf(rows[0][1]));
}

void ReadAgents(pqxx::transaction_base& work, const std::string& workspace,
                router::LoadedState& state) {
  const pqxx::result rows = work.exec_params(
      absl::StrCat("SELECT ", SelectList(AgentTable(), "a"), ", ",
                   SelectList(AgentIntervalTable(), "i"),
                   " FROM tandem.agent a LEFT JOIN LATERAL ("
                   "SELECT * FROM tandem.agent_interval i WHERE i.workspace = a.workspace"
                   " AND i.agent = a.agent AND i.began_at >= a.interval_since"
                   " ORDER BY i.began_at DESC LIMIT 1) i ON true"
                   " WHERE a.workspace = $1 ORDER BY a.ordinal"),
      workspace);
  const size_t interval_begins = AgentTable().columns.size();
  for (const pqxx::row& row : rows) {
    const auto cells = CellsOf(row);
    router::AgentRow& agent = state.agents.emplace_back(Decode(AgentTable(), 0, cells));
    if (!cells(interval_begins)) continue;  // none since the row was written
    router::Continue(agent, Decode(AgentIntervalTable(), interval_begins, cells));
  }
}

// The open tickets above `after`, at most a page of them; `with` are further tables.
pqxx::result ReadPage(pqxx::transaction_base& work, const std::string& workspace,
                      const std::string& after, const std::string& columns, const char* with = "") {
  return work.exec_params(
      absl::StrCat("SELECT ", columns,
                   " FROM tandem.ticket_state s"
                   " LEFT JOIN tandem.ticket t USING (workspace, ticket_id)",
                   with, " WHERE s.workspace = $1 AND s.closed_at IS NULL AND s.ticket_id > $2",
                   " ORDER BY s.ticket_id LIMIT ", kPage),
      workspace, after);
}

// Reads page after page. `read` reads the one above an id, and gives the last id that it has, or
// none when it is the last page.
template <typename Reader>
void ReadPages(Reader read) {
  std::string after = router::FormatUuid(0, 0);
  for (;;) {
    const router::TicketId last = read(after);
    if (!last.IsSet()) return;
    after = router::ToString(last);
  }
}

// Appends a page. Gives how many there were.
int ReadTicketPage(pqxx::transaction_base& work, const std::string& workspace,
                   const std::string& after, router::LoadedState& state) {
  const pqxx::result rows = ReadPage(
      work, workspace, after,
      absl::StrCat(SelectList(TicketStateTable(), "s"), ", ", SelectList(TicketTable(), "t"), ", ",
                   SelectList(TicketDetailTable(), "d")),
      " LEFT JOIN tandem.ticket_detail d USING (workspace, ticket_id)");
  const size_t ticket_begins = TicketStateTable().columns.size();
  const size_t detail_begins = ticket_begins + TicketTable().columns.size();
  for (const pqxx::row& row : rows) {
    const auto cells = CellsOf(row);
    // Without a ticket's row its key is NULL, which Decode refuses.
    router::TicketRows& open = state.tickets.emplace_back();
    open.state = Decode(TicketStateTable(), 0, cells);
    open.ticket = Decode(TicketTable(), ticket_begins, cells);
    if (cells(detail_begins)) {
      open.detail = Decode(TicketDetailTable(), detail_begins, cells).detail;
    }
  }
  return static_cast<int>(rows.size());
}

void ReadTickets(pqxx::transaction_base& work, const std::string& workspace,
                 router::LoadedState& state) {
  ReadPages([&](const std::string& after) {
    const int count = ReadTicketPage(work, workspace, after, state);
    return count == kPage ? state.tickets.back().ticket.ticket : router::TicketId();
  });
}

// The same with what live views need, which is less than a third of it.
int ReadLivePage(pqxx::transaction_base& work, const std::string& workspace,
                 const std::string& after, std::vector<LiveTicket>& tickets) {
  const pqxx::result rows = ReadPage(
      work, workspace, after,
      absl::StrCat(SelectList(LiveStateTable(), "s"), ", ", SelectList(LiveTicketTable(), "t")));
  const size_t ticket_begins = LiveStateTable().columns.size();
  for (const pqxx::row& row : rows) {
    const auto cells = CellsOf(row);
    LiveTicket& ticket = tickets.emplace_back(Decode(LiveStateTable(), 0, cells));
    DecodeInto(LiveTicketTable(), ticket_begins, cells, ticket);
  }
  return static_cast<int>(rows.size());
}

router::LoadedState::Counters ReadCounters(pqxx::transaction_base& work,
                                           const std::string& workspace) {
  const pqxx::row row = work.exec_params1(
      "SELECT coalesce(max(sequence), 0) FROM tandem.event WHERE workspace = $1", workspace);
  return {workspace, ParseInt8(CellOf(row[0]))};
}

// What a load reads back further than estimates do: the engine's clock may be behind.
constexpr router::Duration kVisitMargin = router::Minutes(30);

}  // namespace

std::vector<router::LoadedState::QueueVisit> ReadRecentVisits(pqxx::transaction_base& work,
                                                              const std::string& workspace) {
  // At least so many of each kind, so that so many are there of both.
  constexpr size_t kMost = std::max(router::kHandOuts + 1, router::kDecided);
  const pqxx::result rows = work.exec_params(
      "SELECT queue, left_at, entered_at, ticket_id, exit_reason = 'ANSWERED',"
      " coalesce(exit_reason = 'ANSWERED' AND left_at <= target, false) FROM ("
      "SELECT v.*, row_number() OVER (PARTITION BY queue, exit_reason"
      " ORDER BY left_at DESC, entered_at DESC, ticket_id DESC) AS place"
      " FROM tandem.visit v WHERE workspace = $1 AND exit_reason IN ('ANSWERED', 'ABANDONED')"
      " AND left_at > clock_timestamp() - $2 * interval '1 microsecond') v WHERE place <= $3",
      workspace, (router::kHandOutSpan + kVisitMargin).us, kMost);
  std::vector<router::LoadedState::QueueVisit> visits;
  for (const pqxx::row& row : rows) {
    const auto cells = CellsOf(row);
    const auto [high, low] = ParseUuid(cells(3).value_or(""));
    visits.push_back({workspace,
                      std::string(cells(0).value_or("")),
                      {ParseTimestamp(cells(1)),
                       ParseTimestamp(cells(2)),
                       {high, low},
                       ParseBool(cells(4)),
                       ParseBool(cells(5))}});
  }
  return visits;
}

absl::StatusOr<router::WorkspaceRow> ReadSettings(pqxx::transaction_base& work,
                                                  const std::string& workspace) {
  const pqxx::result found =
      work.exec_params(absl::StrCat("SELECT ", SelectList(WorkspaceTable(), "w"),
                                    " FROM tandem.workspace w WHERE w.workspace = $1"),
                       workspace);
  if (found.empty()) {
    return absl::NotFoundError(absl::StrCat("workspace ", workspace, " has no configuration"));
  }
  return std::move(Decode(WorkspaceTable(), 0, CellsOf(found[0])).row);
}

absl::StatusOr<router::WorkspaceRow> ReadWorkspace(pqxx::transaction_base& work,
                                                   const std::string& workspace) {
  absl::StatusOr<router::WorkspaceRow> read = ReadSettings(work, workspace);
  if (!read.ok()) return read;
  const pqxx::result resources =
      work.exec_params(absl::StrCat("SELECT ", SelectList(ResourceTable(), "r"),
                                    " FROM tandem.configuration_resource r WHERE r.workspace = $1"
                                    " ORDER BY r.kind, r.position"),
                       workspace);
  for (const pqxx::row& row : resources) {
    AddResource(Decode(ResourceTable(), 0, CellsOf(row)), read->configuration);
  }
  return read;
}

absl::StatusOr<LiveState> ReadLiveState(pqxx::transaction_base& work,
                                        const std::string& workspace) {
  absl::StatusOr<router::WorkspaceRow> configured = ReadWorkspace(work, workspace);
  if (!configured.ok()) return configured.status();
  const pqxx::row shard =
      work.exec_params1("SELECT shard FROM tandem.workspace WHERE workspace = $1", workspace);
  Loaded last;
  ReadLastCommit(work, shard[0].as<Shard>(), last);
  LiveState live;
  live.sequence = last.last_sequence;
  live.workspace = *std::move(configured);
  router::LoadedState read;
  ReadAgents(work, workspace, read);
  live.agents = std::move(read.agents);
  ReadPages([&](const std::string& after) {
    const int count = ReadLivePage(work, workspace, after, live.tickets);
    return count == kPage ? live.tickets.back().ticket : router::TicketId();
  });
  live.visits = ReadRecentVisits(work, workspace);
  return live;
}

absl::StatusOr<Loaded> LoadShard(pqxx::connection& connection, Shard shard, int64_t epoch) {
  Snapshot work(connection);
  const pqxx::result held =
      work.exec_params("SELECT epoch, clock_timestamp() FROM tandem.shard WHERE shard = $1", shard);
  if (held.empty() || ParseInt8(CellOf(held[0][0])) != epoch) {
    return absl::AbortedError(absl::StrCat("expected epoch ", epoch, " of shard ", shard,
                                           ", but another writer took over"));
  }
  Loaded loaded;
  loaded.database_now = ParseTimestamp(CellOf(held[0][1]));
  ReadLastCommit(work, shard, loaded);
  const pqxx::result workspaces = work.exec_params(
      "SELECT workspace FROM tandem.workspace WHERE shard = $1 ORDER BY workspace", shard);
  for (const pqxx::row& row : workspaces) {
    const auto workspace = row[0].as<std::string>();
    absl::StatusOr<router::WorkspaceRow> configured = ReadWorkspace(work, workspace);
    if (!configured.ok()) return configured.status();
    loaded.state.workspaces.push_back(*std::move(configured));
    ReadAgents(work, workspace, loaded.state);
    ReadTickets(work, workspace, loaded.state);
    loaded.state.counters.push_back(ReadCounters(work, workspace));
    for (auto& visit : ReadRecentVisits(work, workspace)) {
      loaded.state.visits.push_back(std::move(visit));
    }
  }
  work.commit();
  return loaded;
}

}  // namespace tandem::store
