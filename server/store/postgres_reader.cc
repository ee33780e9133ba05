#include "server/store/postgres_reader.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

#include "pqxx/nontransaction"
#include "pqxx/transaction"
#include "server/store/postgres_facts.h"
#include "server/store/postgres_loader.h"
#include "server/store/postgres_names.h"

namespace tandem::store {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);
constexpr char kReadSettings[] =
    "-c statement_timeout=10s -c lock_timeout=5s -c default_transaction_read_only=on";

using Snapshot = pqxx::transaction<pqxx::repeatable_read, pqxx::read_only>;

template <typename Value>
pqxx::binarystring ArrayOf(SqlType type, const std::vector<Value>& values, auto write) {
  ArrayEncoder array(type, values.size());
  for (const Value& value : values) write(array, value);
  return pqxx::binarystring(array.Take());
}

pqxx::binarystring UuidArray(const std::vector<router::TicketId>& tickets) {
  return ArrayOf(SqlType::kUuid, tickets,
                 [](ArrayEncoder& to, router::TicketId id) { to.Uuid(id.high, id.low); });
}

// ----------------------------------------------------------------------------------------- tickets

std::string TicketSelect() {
  return absl::StrCat("SELECT ", SelectList(TicketTable(), "t"), ", ",
                      SelectList(TicketStateTable(), "s"), ", ",
                      SelectList(TicketDetailTable(), "d"),
                      ", c.subject, c.payload_json, c.attributes,"
                      " (SELECT count(*) FROM tandem.ticket child"
                      " JOIN tandem.ticket_state state USING (workspace, ticket_id)"
                      " WHERE child.workspace = t.workspace"
                      " AND child.parent_ticket_id = t.ticket_id AND state.closed_at IS NULL)"
                      " FROM tandem.ticket t"
                      " JOIN tandem.ticket_state s USING (workspace, ticket_id)"
                      " LEFT JOIN tandem.ticket_detail d USING (workspace, ticket_id)"
                      " LEFT JOIN tandem.contact c USING (workspace, contact_id)");
}

TicketView DecodeTicket(const pqxx::row& row) {
  const auto cells = CellsOf(row);
  const size_t state_begins = TicketTable().columns.size();
  const size_t detail_begins = state_begins + TicketStateTable().columns.size();
  const size_t contact_begins = detail_begins + TicketDetailTable().columns.size();
  const auto text = [](Cell cell) { return cell ? std::string(*cell) : std::string(); };
  TicketView view;
  view.ticket = Decode(TicketTable(), 0, cells);
  view.state = Decode(TicketStateTable(), state_begins, cells);
  view.subject = text(cells(contact_begins));
  view.payload_json = text(cells(contact_begins + 1));
  const Cell attributes = cells(contact_begins + 2);
  if (attributes) view.attributes = AttributesFromJson(*attributes);
  view.open_children = static_cast<uint32_t>(ParseInt8(cells(contact_begins + 3)));
  if (cells(detail_begins)) Overlay(Decode(TicketDetailTable(), detail_begins, cells).detail, view);
  return view;
}

std::vector<TicketView> DecodeTickets(const pqxx::result& rows) {
  std::vector<TicketView> views;
  for (const pqxx::row& row : rows) views.push_back(DecodeTicket(row));
  return views;
}

// A condition is only there when its filter is set, so that the planner sees what is asked and
// nothing else.
class Conditions {
 public:
  explicit Conditions(const std::string& workspace) { Add("t.workspace = ", workspace); }

  void Add(const char* condition, const std::string& value) {
    values_.push_back(value);
    absl::StrAppend(&sql_, values_.size() == 1 ? " WHERE " : " AND ", condition, "$",
                    values_.size());
  }
  void AddIfSet(const char* condition, const std::string& value) {
    if (!value.empty()) Add(condition, value);
  }
  // The customer said last counts; either may be found by its index.
  void AddCustomer(const std::string& customer) {
    if (customer.empty()) return;
    Add("coalesce(d.customer_id, t.customer_id) = ", customer);
    const std::string named = absl::StrCat("workspace = $1 AND customer_id = $", values_.size());
    AddPlain(absl::StrCat("t.ticket_id IN (SELECT ticket_id FROM tandem.ticket WHERE ", named,
                          " UNION SELECT ticket_id FROM tandem.ticket_detail WHERE ", named, ")"));
  }
  // Who has it, or to whom it is offered, be it with others.
  void AddAgent(const std::string& agent) {
    if (agent.empty()) return;
    Add("(s.agent = ", agent);
    absl::StrAppend(
        &sql_, " OR s.state = 'OFFERED' AND s.participants @> jsonb_build_object('all',",
        " jsonb_build_array(jsonb_build_object('agent', $", values_.size(), "::text))))");
  }
  // Of whichever of its contacts.
  void AddExternalId(const std::string& external_id) {
    if (external_id.empty()) return;
    Add("t.ticket_id IN (SELECT ticket_id FROM tandem.contact WHERE workspace = $1"
        " AND external_id = ",
        external_id);
    sql_ += ")";
  }
  void AddPlain(const std::string& condition) { absl::StrAppend(&sql_, " AND ", condition); }

  const std::string& sql() const { return sql_; }
  const std::vector<std::string>& values() const { return values_; }

 private:
  std::string sql_;
  std::vector<std::string> values_;
};

Conditions ConditionsOf(const std::string& workspace, const TicketFilter& filter) {
  Conditions conditions(workspace);
  conditions.AddIfSet("s.queue = ", filter.queue);
  conditions.AddAgent(filter.agent);
  conditions.AddIfSet("s.last_agent = ", filter.last_agent);
  conditions.AddIfSet("t.client = ", filter.client);
  conditions.AddIfSet("t.process_type = ", filter.process_type);
  if (filter.parent.IsSet()) {
    conditions.Add("t.parent_ticket_id = ", router::ToString(filter.parent));
  }
  conditions.AddCustomer(filter.customer_id);
  conditions.AddExternalId(filter.external_id);
  if (!filter.reference.system.empty()) {
    conditions.Add("d.external_references @> ", ReferencesToJson({filter.reference}));
  }
  if (filter.states.empty()) return conditions;
  std::string names;
  for (const router::TicketState state : filter.states) {
    absl::StrAppend(&names, names.empty() ? "'" : ", '", NameOf(state), "'");
  }
  conditions.AddPlain("s.state IN (" + names + ")");
  // Says the same again in the words of an index.
  if (std::ranges::none_of(filter.states, router::IsClosed)) {
    conditions.AddPlain("s.closed_at IS NULL");
  }
  return conditions;
}

// -------------------------------------------------------------------------------------- statistics

// $1: workspace, $2: since. Collated "C" as the ids are, so that the order is that of the bytes.
constexpr char kStatistics[] = R"(
WITH waiting AS (
  SELECT queue, count(*) FILTER (WHERE state IN ('QUEUED', 'OFFERED')) AS waiting,
         min(queued_at) FILTER (WHERE state IN ('QUEUED', 'OFFERED')) AS oldest_queued_at,
         count(*) FILTER (WHERE state IN ('SCHEDULED', 'BLOCKED')) AS scheduled,
         count(*) FILTER (WHERE state = 'PARKED') AS parked
  FROM tandem.ticket_state WHERE workspace = $1 AND closed_at IS NULL GROUP BY queue
), completed AS (
  SELECT queue, count(*) AS completed FROM tandem.ticket_state
  WHERE workspace = $1 AND closed_at >= $2 AND state = 'COMPLETED' GROUP BY queue
), visits AS (
  SELECT queue, count(*) AS ended, count(*) FILTER (WHERE exit_reason = 'ANSWERED') AS answered,
         count(*) FILTER (WHERE exit_reason = 'ANSWERED' AND left_at <= target) AS in_target,
         count(*) FILTER (WHERE exit_reason = 'ABANDONED') AS abandoned
  FROM tandem.visit WHERE workspace = $1 AND left_at >= $2 GROUP BY queue
), staff AS (
  SELECT named ->> 'queue' AS queue, count(*) AS agents,
         count(*) FILTER (WHERE a.status = 'AVAILABLE') AS available
  FROM tandem.agent a
  JOIN tandem.configuration_resource configured
    ON configured.workspace = a.workspace AND configured.kind = 'agent' AND configured.id = a.agent
  JOIN tandem.configuration_resource profile
    ON profile.workspace = a.workspace AND profile.kind = 'routing_profile'
    AND profile.id = configured.body ->> 'routing_profile'
  CROSS JOIN LATERAL jsonb_array_elements(profile.body -> 'queues') named
  WHERE a.workspace = $1 AND a.status <> 'OFFLINE' GROUP BY 1
)
SELECT q.id, q.body, coalesce(w.waiting, 0), w.oldest_queued_at, coalesce(s.agents, 0),
       coalesce(s.available, 0), coalesce(v.ended, 0), coalesce(v.answered, 0),
       coalesce(v.in_target, 0), coalesce(v.abandoned, 0), coalesce(c.completed, 0),
       coalesce(w.scheduled, 0), coalesce(w.parked, 0)
FROM tandem.configuration_resource q
LEFT JOIN waiting w ON w.queue = q.id
LEFT JOIN completed c ON c.queue = q.id
LEFT JOIN visits v ON v.queue = q.id
LEFT JOIN staff s ON s.queue = q.id
WHERE q.workspace = $1 AND q.kind = 'queue' ORDER BY q.id
)";

QueueStatistics DecodeStatistics(const std::string& workspace, const pqxx::row& row) {
  const auto cells = CellsOf(row);
  const auto count = [&](size_t column) { return static_cast<int32_t>(ParseInt8(cells(column))); };
  const std::string id(cells(0).value_or(""));
  router::Configuration configured;
  AddResource({.workspace = workspace,
               .kind = "queue",
               .id = id,
               .body = std::string(cells(1).value_or(""))},
              configured);
  return {.queue = id,
          .configured = std::move(configured.queues.front()),
          .waiting = count(2),
          .oldest_queued_at = cells(3) ? ParseTimestamp(cells(3)) : router::Time{},
          .agents = count(4),
          .available_agents = count(5),
          .ended_visits = count(6),
          .answered = count(7),
          .answered_in_target = count(8),
          .abandoned = count(9),
          .completed = count(10),
          .scheduled = count(11),
          .parked = count(12),
          .recent = {}};
}

}  // namespace

PostgresReader::PostgresReader(const std::string& url, size_t connections) {
  const std::string connection_string = ConnectionString(url, kReadSettings);
  absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < std::max<size_t>(connections, 1); ++i) {
    free_.push_back(
        std::make_unique<PostgresConnection>(connection_string, std::vector<Statement>{}));
  }
}

template <typename Function>
auto PostgresReader::Read(Function use) -> decltype(use(std::declval<pqxx::connection&>())) {
  std::unique_ptr<PostgresConnection> connection;
  {
    absl::MutexLock lock(&mutex_);
    const auto has_free = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !free_.empty(); };
    if (!mutex_.AwaitWithTimeout(absl::Condition(&has_free), kPatience)) {
      return absl::UnavailableError("expected a free connection, but all are busy");
    }
    connection = std::move(free_.back());
    free_.pop_back();
  }
  auto result = connection->Read(std::move(use));
  absl::MutexLock lock(&mutex_);
  free_.push_back(std::move(connection));
  return result;
}

absl::StatusOr<std::vector<TicketView>> PostgresReader::GetTickets(
    const std::string& workspace, const std::vector<router::TicketId>& tickets) {
  using Views = absl::StatusOr<std::vector<TicketView>>;
  return Read([&](pqxx::connection& connection) -> Views {
    pqxx::nontransaction work(connection);
    return DecodeTickets(work.exec_params(
        absl::StrCat(TicketSelect(),
                     " JOIN unnest($2::uuid[]) WITH ORDINALITY AS asked (ticket_id, number)"
                     " ON asked.ticket_id = t.ticket_id WHERE t.workspace = $1 ORDER BY number"),
        workspace, UuidArray(tickets)));
  });
}

absl::StatusOr<std::vector<TicketView>> PostgresReader::ListTickets(const std::string& workspace,
                                                                    const TicketFilter& filter,
                                                                    router::TicketId before,
                                                                    int32_t limit) {
  Conditions conditions = ConditionsOf(workspace, filter);
  if (before.IsSet()) {
    conditions.Add("t.ticket_id < ", router::ToString(before));
    // The planner carries an equality over the join, but not this: an index of either may be
    // walked.
    conditions.AddPlain(absl::StrCat("s.ticket_id < $", conditions.values().size()));
  }
  using Views = absl::StatusOr<std::vector<TicketView>>;
  return Read([&](pqxx::connection& connection) -> Views {
    pqxx::nontransaction work(connection);
    return DecodeTickets(
        work.exec_params(absl::StrCat(TicketSelect(), conditions.sql(),
                                      " ORDER BY t.ticket_id DESC LIMIT ", std::max(limit, 0)),
                         pqxx::prepare::make_dynamic_params(conditions.values())));
  });
}

// Rows of one ticket, by their sequence.
template <typename Row>
absl::StatusOr<std::vector<Row>> PostgresReader::ListOfTicket(const Table<Row>& table,
                                                              const std::string& workspace,
                                                              router::TicketId ticket,
                                                              int64_t after, int32_t limit) {
  return Read([&](pqxx::connection& connection) -> absl::StatusOr<std::vector<Row>> {
    pqxx::nontransaction work(connection);
    const pqxx::result found = work.exec_params(
        absl::StrCat("SELECT ", SelectList(table, "r"), " FROM ", table.name,
                     " r WHERE r.workspace = $1 AND r.ticket_id = $2 AND r.sequence > $3"
                     " ORDER BY r.sequence LIMIT ",
                     std::max(limit, 0)),
        workspace, router::ToString(ticket), after);
    std::vector<Row> rows;
    for (const pqxx::row& row : found) rows.push_back(Decode(table, 0, CellsOf(row)));
    return rows;
  });
}

absl::StatusOr<std::vector<router::EventRow>> PostgresReader::ListTicketEvents(
    const std::string& workspace, router::TicketId ticket, int64_t after, int32_t limit) {
  return ListOfTicket(EventTable(), workspace, ticket, after, limit);
}

absl::StatusOr<std::vector<router::NoteRow>> PostgresReader::ListNotes(const std::string& workspace,
                                                                       router::TicketId ticket,
                                                                       int64_t after,
                                                                       int32_t limit) {
  return ListOfTicket(NoteTable(), workspace, ticket, after, limit);
}

absl::StatusOr<std::vector<router::SurveyRow>> PostgresReader::ListScores(
    const std::string& workspace, router::TicketId ticket, const ScorePlace& after, int32_t limit) {
  using Rows = std::vector<router::SurveyRow>;
  return Read([&](pqxx::connection& connection) -> absl::StatusOr<Rows> {
    pqxx::nontransaction work(connection);
    const pqxx::result found = work.exec_params(
        absl::StrCat("SELECT ", SelectList(SurveyTable(), "s"),
                     " FROM tandem.survey s WHERE workspace = $1 AND ticket_id = $2"
                     " AND (sequence, measure) > ($3, $4) ORDER BY sequence, measure LIMIT ",
                     std::max(limit, 0)),
        workspace, router::ToString(ticket), after.sequence, after.measure);
    Rows rows;
    for (const pqxx::row& row : found) rows.push_back(Decode(SurveyTable(), 0, CellsOf(row)));
    return rows;
  });
}

absl::StatusOr<std::vector<router::MessageRow>> PostgresReader::ListMessages(
    const std::string& workspace, router::TicketId ticket, int64_t after, int32_t limit) {
  return ListOfTicket(MessageTable(), workspace, ticket, after, limit);
}

absl::StatusOr<std::vector<router::ContactRow>> PostgresReader::GetFirstContacts(
    const std::string& workspace, const std::vector<router::TicketId>& tickets) {
  using Contacts = absl::StatusOr<std::vector<router::ContactRow>>;
  return Read([&](pqxx::connection& connection) -> Contacts {
    pqxx::nontransaction work(connection);
    const pqxx::result found = work.exec_params(
        absl::StrCat("SELECT ", SelectList(ContactTable(), "c"),
                     " FROM unnest($2::uuid[]) WITH ORDINALITY AS asked (ticket_id, number)"
                     " JOIN tandem.ticket t ON t.workspace = $1 AND t.ticket_id = asked.ticket_id"
                     " JOIN tandem.contact c ON c.workspace = $1 AND c.contact_id = t.contact_id"
                     " ORDER BY number"),
        workspace, UuidArray(tickets));
    std::vector<router::ContactRow> contacts;
    for (const pqxx::row& row : found) {
      contacts.push_back(Decode(ContactTable(), 0, CellsOf(row)));
    }
    return contacts;
  });
}

// By their messages, which have an index and an order.
absl::StatusOr<std::vector<ContactOfTicket>> PostgresReader::ListContacts(
    const std::string& workspace, router::TicketId ticket, int64_t after, int32_t limit) {
  using Contacts = absl::StatusOr<std::vector<ContactOfTicket>>;
  return Read([&](pqxx::connection& connection) -> Contacts {
    pqxx::nontransaction work(connection);
    const pqxx::result found = work.exec_params(
        absl::StrCat("SELECT ", SelectList(ContactTable(), "c"),
                     ", m.sequence FROM tandem.message m"
                     " JOIN tandem.contact c USING (workspace, contact_id)"
                     " WHERE m.workspace = $1 AND m.ticket_id = $2 AND m.sequence > $3"
                     " ORDER BY m.sequence LIMIT ",
                     std::max(limit, 0)),
        workspace, router::ToString(ticket), after);
    std::vector<ContactOfTicket> contacts;
    for (const pqxx::row& row : found) {
      const auto cells = CellsOf(row);
      contacts.push_back({.sequence = ParseInt8(cells(ContactTable().columns.size())),
                          .contact = Decode(ContactTable(), 0, cells)});
    }
    return contacts;
  });
}

absl::StatusOr<std::optional<router::TicketRows>> PostgresReader::GetClosedTicket(
    const std::string& workspace, router::TicketId ticket) {
  using Rows = std::optional<router::TicketRows>;
  return Read([&](pqxx::connection& connection) -> absl::StatusOr<Rows> {
    pqxx::nontransaction work(connection);
    const pqxx::result found = work.exec_params(
        absl::StrCat("SELECT ", SelectList(TicketTable(), "t"), ", ",
                     SelectList(TicketStateTable(), "s"), ", ",
                     SelectList(TicketDetailTable(), "d"),
                     " FROM tandem.ticket t JOIN tandem.ticket_state s USING (workspace, ticket_id)"
                     " LEFT JOIN tandem.ticket_detail d USING (workspace, ticket_id)"
                     " WHERE t.workspace = $1 AND t.ticket_id = $2 AND s.closed_at IS NOT NULL"),
        workspace, router::ToString(ticket));
    if (found.empty()) return Rows();
    const auto cells = CellsOf(found[0]);
    const size_t state_begins = TicketTable().columns.size();
    const size_t detail_begins = state_begins + TicketStateTable().columns.size();
    router::TicketRows rows;
    rows.ticket = Decode(TicketTable(), 0, cells);
    rows.state = Decode(TicketStateTable(), state_begins, cells);
    if (cells(detail_begins)) {
      rows.detail = Decode(TicketDetailTable(), detail_begins, cells).detail;
    }
    return Rows(std::move(rows));
  });
}

absl::StatusOr<Additions> PostgresReader::CountAdditions(const std::string& workspace,
                                                         router::TicketId ticket) {
  return Read([&](pqxx::connection& connection) -> absl::StatusOr<Additions> {
    pqxx::nontransaction work(connection);
    const pqxx::row row = work.exec_params1(
        "SELECT (SELECT count(*) FROM tandem.note WHERE workspace = $1 AND ticket_id = $2),"
        " (SELECT count(*) FROM tandem.message WHERE workspace = $1 AND ticket_id = $2"
        " AND contact_id IS NULL),"
        " (SELECT count(*) FROM tandem.survey WHERE workspace = $1 AND ticket_id = $2)",
        workspace, router::ToString(ticket));
    const auto count = [&](pqxx::row::size_type column) {
      return static_cast<uint32_t>(ParseInt8(CellOf(row[column])));
    };
    return Additions{.notes = count(0), .messages = count(1), .scores = count(2)};
  });
}

absl::StatusOr<std::vector<router::EventRow>> PostgresReader::ListEvents(
    const std::string& workspace, int64_t after, int32_t limit) {
  using Events = absl::StatusOr<std::vector<router::EventRow>>;
  return Read([&](pqxx::connection& connection) -> Events {
    pqxx::nontransaction work(connection);
    const pqxx::result rows =
        work.exec_params(absl::StrCat("SELECT ", SelectList(EventTable(), "e"),
                                      ", t.client, t.trace_parent FROM tandem.event e"
                                      " LEFT JOIN tandem.ticket t USING (workspace, ticket_id)"
                                      " WHERE e.workspace = $1 AND e.sequence > $2"
                                      " ORDER BY e.sequence LIMIT ",
                                      std::max(limit, 0)),
                         workspace, after);
    std::vector<router::EventRow> events;
    events.reserve(static_cast<size_t>(rows.size()));
    for (const pqxx::row& row : rows) {
      const auto cells = CellsOf(row);
      events.push_back(Decode(EventTable(), 0, cells));
      const size_t columns = EventTable().columns.size();
      events.back().client = std::string(cells(columns).value_or(""));
      events.back().trace_parent = std::string(cells(columns + 1).value_or(""));
    }
    return events;
  });
}

absl::StatusOr<EventRange> PostgresReader::GetEventRange(const std::string& workspace) {
  return Read([&](pqxx::connection& connection) -> absl::StatusOr<EventRange> {
    pqxx::nontransaction work(connection);
    const pqxx::result rows = work.exec_params(
        "SELECT (SELECT min(sequence) FROM tandem.event WHERE workspace = $1),"
        " (SELECT max(sequence) FROM tandem.event WHERE workspace = $1)"
        " FROM tandem.workspace WHERE workspace = $1",
        workspace);
    if (rows.empty()) {
      return absl::NotFoundError(absl::StrCat("workspace ", workspace, " has no configuration"));
    }
    const auto cells = CellsOf(rows[0]);
    if (!cells(0)) return EventRange{};
    return EventRange{.oldest = ParseInt8(cells(0)), .newest = ParseInt8(cells(1))};
  });
}

absl::StatusOr<std::vector<WorkspaceRevision>> PostgresReader::ListWorkspaces(
    const std::string& after, int32_t limit) {
  using Workspaces = absl::StatusOr<std::vector<WorkspaceRevision>>;
  return Read([&](pqxx::connection& connection) -> Workspaces {
    pqxx::nontransaction work(connection);
    const pqxx::result rows =
        work.exec_params(absl::StrCat("SELECT workspace, revision FROM tandem.workspace"
                                      " WHERE workspace > $1 ORDER BY workspace LIMIT ",
                                      std::max(limit, 0)),
                         after);
    std::vector<WorkspaceRevision> workspaces;
    for (const pqxx::row& row : rows) {
      const auto cells = CellsOf(row);
      workspaces.push_back(
          {.workspace = std::string(cells(0).value_or("")), .revision = ParseInt8(cells(1))});
    }
    return workspaces;
  });
}

absl::StatusOr<router::WorkspaceRow> PostgresReader::GetConfiguration(
    const std::string& workspace) {
  return Read([&](pqxx::connection& connection) {
    Snapshot work(connection);  // the workspace and its resources as of one instant
    return ReadWorkspace(work, workspace);
  });
}

absl::StatusOr<router::WorkspaceRow> PostgresReader::GetWorkspace(const std::string& workspace) {
  return Read([&](pqxx::connection& connection) {
    pqxx::nontransaction work(connection);
    return ReadSettings(work, workspace);
  });
}

absl::StatusOr<std::optional<router::Resource>> PostgresReader::GetResource(
    const std::string& workspace, router::ResourceKind kind, const std::string& id) {
  using Found = absl::StatusOr<std::optional<router::Resource>>;
  return Read([&](pqxx::connection& connection) -> Found {
    pqxx::nontransaction work(connection);
    const pqxx::result rows =
        work.exec_params(absl::StrCat("SELECT ", SelectList(ResourceTable(), "r"),
                                      " FROM tandem.configuration_resource r"
                                      " WHERE r.workspace = $1 AND r.kind = $2 AND r.id = $3"),
                         workspace, router::ToString(kind), id);
    if (!rows.empty()) return ResourceOf(Decode(ResourceTable(), 0, CellsOf(rows[0])));
    const auto exists = ReadSettings(work, workspace);
    if (!exists.ok()) return exists.status();
    return std::nullopt;
  });
}

absl::StatusOr<std::vector<router::Resource>> PostgresReader::ListResources(
    const std::string& workspace, const ResourceFilter& filter, const std::string& after,
    int32_t limit) {
  using Found = absl::StatusOr<std::vector<router::Resource>>;
  return Read([&](pqxx::connection& connection) -> Found {
    pqxx::nontransaction work(connection);
    const pqxx::result rows =
        work.exec_params(absl::StrCat("SELECT ", SelectList(ResourceTable(), "r"),
                                      " FROM tandem.configuration_resource r"
                                      " WHERE r.workspace = $1 AND r.kind = $2 AND r.id > $3"
                                      " AND ($4 = '{}' OR r.body @> $4::jsonb)"
                                      " ORDER BY r.id LIMIT ",
                                      std::max(limit, 0)),
                         workspace, router::ToString(filter.kind), after, FilterToJson(filter));
    std::vector<router::Resource> resources;
    for (const pqxx::row& row : rows) {
      resources.push_back(ResourceOf(Decode(ResourceTable(), 0, CellsOf(row))));
    }
    if (!resources.empty()) return resources;
    const auto exists = ReadSettings(work, workspace);
    if (!exists.ok()) return exists.status();
    return resources;
  });
}

absl::StatusOr<LiveState> PostgresReader::GetLiveState(const std::string& workspace) {
  return Read([&](pqxx::connection& connection) {
    Snapshot work(connection);
    return ReadLiveState(work, workspace);
  });
}

absl::StatusOr<std::vector<QueueStatistics>> PostgresReader::ListQueueStatistics(
    const std::string& workspace, router::Time since) {
  using Statistics = absl::StatusOr<std::vector<QueueStatistics>>;
  return Read([&](pqxx::connection& connection) -> Statistics {
    Snapshot work(connection);
    const bool exists = ParseBool(CellOf(work.exec_params1(
        "SELECT EXISTS (SELECT FROM tandem.workspace WHERE workspace = $1)", workspace)[0]));
    if (!exists) {
      return absl::NotFoundError(absl::StrCat("workspace ", workspace, " has no configuration"));
    }
    const pqxx::result rows =
        work.exec_params(kStatistics, workspace, pqxx::binarystring(BinaryTimestamp(since)));
    std::vector<QueueStatistics> statistics;
    for (const pqxx::row& row : rows) statistics.push_back(DecodeStatistics(workspace, row));
    for (const auto& visit : ReadRecentVisits(work, workspace)) {
      const auto queue =
          std::ranges::lower_bound(statistics, visit.queue, {}, &QueueStatistics::queue);
      if (queue != statistics.end() && queue->queue == visit.queue) queue->recent.Add(visit.what);
    }
    return statistics;
  });
}

absl::StatusOr<std::vector<Colleague>> PostgresReader::ListColleagues(const std::string& workspace,
                                                                      const ColleagueFilter& filter,
                                                                      int32_t limit) {
  using Colleagues = absl::StatusOr<std::vector<Colleague>>;
  ResourceFilter of;
  of.kind = router::ResourceKind::kAgent;
  of.client = filter.client;
  of.team = filter.team;
  const auto texts = [](const std::vector<std::string>& all) {
    return ArrayOf(SqlType::kText, all,
                   [](ArrayEncoder& to, const std::string& text) { to.Text(text); });
  };
  return Read([&](pqxx::connection& connection) -> Colleagues {
    Snapshot work(connection);
    const pqxx::result rows = work.exec_params(
        absl::StrCat("SELECT ", SelectList(AgentTable(), "a"), ", ",
                     SelectList(ResourceTable(), "r"),
                     " FROM tandem.agent a JOIN tandem.configuration_resource r"
                     " ON r.workspace = a.workspace AND r.kind = 'agent' AND r.id = a.agent"
                     " WHERE a.workspace = $1 AND a.session_open"
                     " AND a.status NOT IN ('OFFLINE', 'DRAINING') AND r.body @> $2::jsonb"
                     " AND (strpos(lower(a.agent), lower($3 COLLATE \"C\")) > 0"
                     " OR strpos(lower(coalesce(r.body ->> 'display_name', '') COLLATE \"C\"),"
                     " lower($3 COLLATE \"C\")) > 0)"
                     " AND a.agent <> ALL($4::text[])"
                     " ORDER BY a.status <> 'AVAILABLE', a.agent LIMIT ",
                     std::max(limit, 0)),
        workspace, FilterToJson(of), filter.text, texts(filter.without));
    std::vector<Colleague> colleagues;
    std::vector<std::string> ids;
    for (const pqxx::row& row : rows) {
      const auto cells = CellsOf(row);
      Colleague& one = colleagues.emplace_back();
      one.now = Decode(AgentTable(), 0, cells);
      one.configured = std::get<router::Agent>(
          ResourceOf(Decode(ResourceTable(), AgentTable().columns.size(), cells)));
      ids.push_back(one.now.agent);
    }
    const pqxx::result held = work.exec_params(
        "SELECT s.agent, coalesce(s.channel, t.channel), count(*) FROM tandem.ticket_state s"
        " JOIN tandem.ticket t USING (workspace, ticket_id)"
        " WHERE s.workspace = $1 AND s.closed_at IS NULL AND s.agent = ANY($2::text[])"
        " GROUP BY 1, 2",
        workspace, texts(ids));
    for (const pqxx::row& row : held) {
      const auto cells = CellsOf(row);
      const auto one = std::ranges::find(colleagues, cells(0).value_or(""),
                                         [](const Colleague& c) { return c.now.agent; });
      if (one == colleagues.end()) continue;
      one->held[std::string(cells(1).value_or(""))] = static_cast<uint32_t>(ParseInt8(cells(2)));
    }
    return colleagues;
  });
}

absl::StatusOr<std::vector<FactRow>> PostgresReader::SumFacts(const FactQuery& query) {
  return Read([&](pqxx::connection& connection) {
    Snapshot work(connection);  // all sources as of one instant
    return SumFactsIn(work, query);
  });
}

absl::StatusOr<std::unique_ptr<Reader>> OpenPostgresReader(const std::string& url,
                                                           size_t connections) {
  try {
    return std::make_unique<PostgresReader>(url, connections);
  } catch (const std::invalid_argument& error) {
    return absl::InvalidArgumentError(error.what());
  }
}

}  // namespace tandem::store
