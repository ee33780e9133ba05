// Measures the hot commit path both ways: libpq's pipeline mode, as built, and one server-side
// function that takes the same arrays, called through libpqxx.
//
// Workload: one shard, one workspace, 20,000 open tickets, a PostgreSQL of its own on this machine
// with fsync on, one writer. A change is one event row appended and one ticket's state row updated.
// Changes are committed in groups of 1, 16, 64, 128 and 1,024, one commit after the other, for 2 s
// each after 20 commits to warm up. Encoding the rows is part of what is measured. Rows per second
// count event rows and state rows.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <pqxx/pqxx>

#include "server/store/postgres_connection.h"
#include "server/store/postgres_migrate.h"
#include "server/store/postgres_rows.h"
#include "server/store/postgres_store.h"
#include "tests/store/store_rows.h"
#include "tests/support/postgres_cluster.h"

namespace tandem::tests {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kTickets = 20'000;
constexpr std::chrono::milliseconds kDuration{2'000};
constexpr std::chrono::milliseconds kSmokeDuration{20};
constexpr int kWarmUp = 20;

[[noreturn]] void Fail(const std::string& reason) {
  std::fprintf(stderr, "commit_path_bench: %s\n", reason.c_str());
  std::exit(1);
}

// Gives batches of any size, as a router would.
class Workload {
 public:
  explicit Workload(int64_t epoch) : epoch_(epoch) {}

  store::Batch First() {
    store::Batch batch = Empty();
    batch.changes.workspaces = {SampleWorkspace()};
    for (uint64_t i = 1; i <= kTickets; ++i) {
      batch.changes.tickets.push_back(SampleTicket(i));
      batch.changes.ticket_states.push_back(StateOf(i));
    }
    return batch;
  }

  store::Batch Next(size_t changes) {
    store::Batch batch = Empty();
    for (size_t i = 0; i < changes; ++i) {
      const uint64_t ticket = 1 + next_++ % kTickets;
      router::EventRow event = SampleEvent(++event_, ticket);
      event.reason = "agent";
      batch.changes.events.push_back(std::move(event));
      batch.changes.ticket_states.push_back(StateOf(ticket));
    }
    return batch;
  }

 private:
  store::Batch Empty() {
    store::Batch batch;
    batch.epoch = epoch_;
    batch.sequence = ++sequence_;
    batch.at = kMorning;
    return batch;
  }

  router::TicketStateRow StateOf(uint64_t ticket) {
    router::TicketStateRow state = SampleState(ticket);
    state.cool_downs.clear();
    state.until = kMorning + router::Microseconds(event_);
    return state;
  }

  const int64_t epoch_;
  int64_t sequence_ = 0;
  int64_t event_ = 0;
  uint64_t next_ = 0;
};

// "$1" becomes "$5", so that the statement can follow four other parameters.
std::string Shift(const std::string& statement, size_t by) {
  std::string shifted;
  for (size_t i = 0; i < statement.size(); ++i) {
    shifted += statement[i];
    if (statement[i] != '$') continue;
    size_t digits = 0;
    shifted += std::to_string(std::stoul(statement.substr(i + 1), &digits) + by);
    i += digits;
  }
  return shifted;
}

// The other way: one function does on the server what the pipeline's statements do.
class FunctionCommitter {
 public:
  explicit FunctionCommitter(const std::string& url)
      : connection_(store::ConnectionString(url, "-c plan_cache_mode=force_generic_plan")) {
    const size_t events = store::EventTable().columns.size();
    const size_t states = store::TicketStateTable().columns.size();
    std::string types = "integer, bigint, bigint, timestamptz", arguments = "$1, $2, $3, $4";
    for (size_t i = 0; i < events + states; ++i) {
      types +=
          std::string(", ") +
          store::ArrayTypeName(i < events ? store::EventTable().columns[i].type
                                          : store::TicketStateTable().columns[i - events].type);
      arguments += ", $" + std::to_string(i + 5);
    }
    pqxx::nontransaction(connection_)
        .exec("CREATE FUNCTION public.commit_batch(" + types +
              ") RETURNS void LANGUAGE plpgsql AS $body$ BEGIN"
              " PERFORM tandem.open_commit($1, $2, $3, $4); " +
              Shift(store::InsertStatement(store::EventTable()), 4) + "; " +
              Shift(store::UpsertStatement(store::TicketStateTable()), 4 + events) +
              "; END $body$");
    connection_.prepare("commit_batch", "SELECT public.commit_batch(" + arguments + ")");
  }

  void Commit(const store::Batch& batch) {
    std::vector<pqxx::binarystring> parameters;
    const auto add = [&](const std::string& bytes) { parameters.emplace_back(bytes); };
    add(store::BinaryInt4(batch.shard));
    add(store::BinaryInt8(batch.epoch));
    add(store::BinaryInt8(batch.sequence));
    add(store::BinaryTimestamp(batch.at));
    Encode(store::EventTable(), batch.changes.events, add);
    Encode(store::TicketStateTable(), batch.changes.ticket_states, add);
    pqxx::nontransaction(connection_)
        .exec_prepared("commit_batch", pqxx::prepare::make_dynamic_params(parameters));
  }

 private:
  template <typename Row>
  static void Encode(const store::Table<Row>& table, const std::vector<Row>& rows,
                     const std::function<void(const std::string&)>& add) {
    std::vector<const Row*> pointers;
    for (const Row& row : rows) pointers.push_back(&row);
    for (const std::string& array : store::Encode<Row>(table, pointers, table.columns.size())) {
      add(array);
    }
  }

  pqxx::connection connection_;
};

void Measure(const std::string& way, size_t group, std::chrono::milliseconds duration,
             Workload& workload, const std::function<void(const store::Batch&)>& commit) {
  for (int i = 0; i < kWarmUp; ++i) commit(workload.Next(group));
  std::vector<int64_t> latencies_us;
  Clock::duration busy{};
  while (busy < duration) {
    const store::Batch batch = workload.Next(group);
    const auto begin = Clock::now();
    commit(batch);
    const Clock::duration took = Clock::now() - begin;
    busy += took;
    latencies_us.push_back(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
  }
  std::ranges::sort(latencies_us);
  const double seconds = std::chrono::duration<double>(busy).count();
  const double rows = 2.0 * static_cast<double>(group * latencies_us.size());
  std::printf("BENCH name=commit_path/%s/group_%zu/rows value=%.0f unit=rows/s\n", way.c_str(),
              group, rows / seconds);
  std::printf("BENCH name=commit_path/%s/group_%zu/commit_p50 value=%lld unit=us\n", way.c_str(),
              group, static_cast<long long>(latencies_us[latencies_us.size() / 2]));
  std::fflush(stdout);
}

int Run(std::chrono::milliseconds duration) {
  PostgresCluster cluster(PostgresCluster::Durability::kDurable);
  const std::string url = cluster.CreateDatabase();
  if (!store::Migrate(url).ok()) Fail("expected the migrations to run");
  store::PostgresStore store(url);
  const auto acquired = store.Acquire(0, "bench");
  if (!acquired.ok()) Fail("expected to acquire the shard");
  Workload workload(acquired->epoch);
  const auto by_pipeline = [&](const store::Batch& batch) {
    if (store.Commit(batch) != store::CommitResult::kCommitted) Fail("expected a commit");
  };
  by_pipeline(workload.First());
  FunctionCommitter function(url);
  cluster.Execute(
      "CHECKPOINT");  // what the preparation wrote is not to be written during the measurement
  const auto by_function = [&](const store::Batch& batch) { function.Commit(batch); };
  std::printf(
      "workload: 1 writer, %llu open tickets, fsync on; a change is an event row and a state row;"
      " groups one after the other for %lld ms each\n",
      static_cast<unsigned long long>(kTickets),
      static_cast<long long>(
          std::chrono::duration_cast<std::chrono::milliseconds>(duration).count()));
  for (const size_t group : {1, 16, 64, 128, 1'024}) {
    Measure("pipeline", group, duration, workload, by_pipeline);
    Measure("function", group, duration, workload, by_function);
  }
  return 0;
}

}  // namespace
}  // namespace tandem::tests

// --smoke: only shows that it works.
int main(int argc, char** argv) {
  const bool smoke = argc > 1 && std::string(argv[1]) == "--smoke";
  return tandem::tests::Run(smoke ? tandem::tests::kSmokeDuration : tandem::tests::kDuration);
}
