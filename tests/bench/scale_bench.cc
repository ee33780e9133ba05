// Lifecycles where much waits, and against a router in SQL alone.
//
// Three shapes: 1,000 agents with nothing waiting; 10,000 with 100,000 tickets waiting; 100,000
// with 1,000,000. Agents take one chat at a time, and have five of fifty skills; a ticket asks for
// one. Where tickets wait, every agent has one on offer from the beginning: a lifecycle is a
// contact that comes in and waits behind all others, an offer that is accepted, a ticket that is
// completed, and the offer that the freed agent gets, of the ticket that has waited longest of
// those the agent may take.
//
// On one PostgreSQL per shape, tandemd's private one (fsync on, synchronous_commit on), in turns,
// slice by slice, so that a noisy neighbour meets all:
//   sql     tests/bench/sql: the same four steps by pgbench, each committed; it says what it leaves
//           out
//   unary   tandem, a call for each step
//   stream  tandem, a message on a stream for each step
//   empty   with 10,000 agents also a second tandemd, with a PostgreSQL of its own, where nothing
//           waits
// Ratios are those of neighbouring slices; the median of the rounds counts.
//
// At the end the database is asked whether every lifecycle that was acknowledged is in it, and
// whether as many tickets wait as before.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"

#include "CLI/CLI.hpp"
#include "tests/bench/bench_server.h"
#include "tests/bench/cpu.h"
#include "tests/bench/figures.h"
#include "tests/bench/lifecycle_lanes.h"
#include "tests/bench/slices.h"
#include "tests/bench/sql_baseline.h"

namespace tandem::bench {
namespace {

constexpr size_t kSkills = 50;
constexpr size_t kBatch = 1'000;
constexpr size_t kBatchesAtOnce = 8;
constexpr size_t kAdapters = 4;

struct Shape {
  const char* name;
  size_t agents;
  size_t waiting;
  bool with_empty_twin;
};

constexpr Shape kShapes[] = {
    {"1k_agents", 1'000, 0, false},
    {"10k_agents_100k_waiting", 10'000, 100'000, true},
    {"100k_agents_1m_waiting", 100'000, 1'000'000, false},
};
constexpr Shape kSmokeShape = {"smoke", 40, 5'000, true};

struct Options {
  std::vector<std::string> shapes = {"1k_agents", "10k_agents_100k_waiting",
                                     "100k_agents_1m_waiting"};
  size_t lanes = 512;
  size_t agents_of_connection = 400;
  size_t sql_clients = 32;
  int rounds = 3;
  SliceLength slice;
  bool smoke = false;
};

// A tandemd with its agents, and with tickets that wait.
class Tandem {
 public:
  Tandem(const Options& options, size_t agents, size_t waiting)
      : options_(options),
        workload_{.agents = agents, .skills = kSkills, .chats = 1},
        waiting_(waiting),
        server_("", {"--max-agent-sessions", std::to_string(agents)}),
        adapters_(Connect(server_.port(), kAdapters)),
        connections_(Connect(server_.port(), (agents + options.agents_of_connection - 1) /
                                                 options.agents_of_connection)),
        board_(waiting > 0 ? OfferBoard::Gives::kOldest : OfferBoard::Gives::kOwnTicket) {}

  const BenchServer& server() const { return server_; }
  const Workload& workload() const { return workload_; }

  // Configures it, lets the tickets in, and then the agents; prints what that takes.
  void Prepare(const std::string& name) {
    if (!options_.smoke) server_.ReachSteadyState();
    Configure(adapters_.front(), workload_);
    if (waiting_ > 0) {
      // One for each agent besides.
      const size_t batch = std::min(kBatch, waiting_);
      const auto before = std::chrono::steady_clock::now();
      Load tickets(BatchIngest(adapters_, workload_, batch));
      tickets.Run(kBatchesAtOnce, (waiting_ + workload_.agents + batch - 1) / batch);
      PrintRate(name + "_loaded", static_cast<double>(tickets.done()), before, "tickets/s");
      came_in_ = static_cast<double>(tickets.done());
    }
    const auto before = std::chrono::steady_clock::now();
    floor_.emplace(connections_, workload_.agents, board_);
    CheckFloor();
    PrintRate(name + "_logged_in", static_cast<double>(workload_.agents), before, "agents/s");
    contacts_ = OpenContactStreams(adapters_);
    parties_.emplace(Parties{adapters_, connections_, workload_, &board_});
    unary_.emplace(UnaryLifecycles(*parties_));
    stream_.emplace(StreamLifecycles(*parties_, contacts_, *floor_));
    server_.Psql("CHECKPOINT");
    Print(name + "_memory", MemoryMiBOf(server_.process().pid()), "MiB");
  }

  Slice RunUnary() { return RunSlice(*unary_, options_.lanes, options_.slice, Watching()); }
  Slice RunStream() { return RunSlice(*stream_, options_.lanes, options_.slice, Watching()); }

  // Throws when the database does not have what was acknowledged.
  void Check() {
    CheckFloor();
    const auto lifecycles = static_cast<double>(unary_->done() + stream_->done());
    const double completed = server_.CompletedTickets();
    const double open =
        std::stod(server_.Psql("SELECT count(*) FROM tandem.ticket_state WHERE closed_at IS NULL"));
    if (completed != lifecycles || open != came_in_) {
      throw std::runtime_error("expected " + std::to_string(lifecycles) + " completed and " +
                               std::to_string(came_in_) + " open tickets in the database, but " +
                               std::to_string(completed) + " and " + std::to_string(open) + " are");
    }
  }

 private:
  Watched Watching() const {
    return {.server = server_.process().pid(), .cluster_folder = server_.cluster_folder()};
  }
  void CheckFloor() {
    if (!floor_->Failure().empty()) throw std::runtime_error(floor_->Failure());
  }
  static void PrintRate(const std::string& name, double count,
                        std::chrono::steady_clock::time_point since, const char* unit) {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - since;
    Print(name, count / took.count(), unit);
  }

  const Options& options_;
  const Workload workload_;
  const size_t waiting_;
  double came_in_ = 0;
  const BenchServer server_;
  const Channels adapters_, connections_;
  OfferBoard board_;
  std::optional<Floor> floor_;
  ContactStreams contacts_;
  std::optional<Parties> parties_;
  std::optional<Load> unary_, stream_;
};

// The slices of one kind, and their ratio to others of their rounds.
class Rounds {
 public:
  void Add(const std::string& kind, const Slice& slice) {
    kinds_[kind].Add(slice);
    rates_[kind].push_back(slice.per_second);
    std::printf(" %s %.0f", kind.c_str(), slice.per_second);
    std::fflush(stdout);
  }
  void PrintAll(const std::string& name) const {
    for (const auto& [kind, slices] : kinds_) {
      Print(name + "_" + kind + "_lifecycles", slices.rate(), "lifecycles/s");
      slices.PrintCpu(name, "_" + kind, "lifecycle");
    }
  }
  void PrintRatio(const std::string& name, const std::string& kind, const std::string& to) const {
    std::vector<double> ratios;
    for (size_t i = 0; i < rates_.at(kind).size(); ++i) {
      ratios.push_back(rates_.at(kind)[i] / rates_.at(to)[i]);
    }
    Print(name + "_" + kind + "_to_" + to + "_ratio", Median(ratios), "ratio", 2);
  }

 private:
  std::map<std::string, Slices> kinds_;
  std::map<std::string, std::vector<double>> rates_;
};

void Measure(const Options& options, const Shape& shape) {
  const std::string name = shape.name;
  Tandem tandem(options, shape.agents, shape.waiting);
  const SqlBaseline sql(tandem.server(), tandem.workload(), shape.waiting, options.sql_clients);
  tandem.Prepare(name);
  std::optional<Tandem> empty;
  if (shape.with_empty_twin) {
    empty.emplace(options, shape.agents, 0);
    empty->Prepare(name + "_twin");
  }
  Rounds rounds;
  for (int i = 0; i < options.rounds; ++i) {
    std::printf("  round %d:", i + 1);
    rounds.Add("sql", {.per_second = sql.Run(options.slice.seconds), .cpu_us = {}});
    rounds.Add("unary", tandem.RunUnary());
    if (empty) rounds.Add("unary_empty", empty->RunUnary());
    rounds.Add("stream", tandem.RunStream());
    if (empty) rounds.Add("stream_empty", empty->RunStream());
    std::printf(" lifecycles/s\n");
  }
  rounds.PrintAll(name);
  rounds.PrintRatio(name, "unary", "sql");
  rounds.PrintRatio(name, "stream", "sql");
  if (empty) {
    rounds.PrintRatio(name, "unary", "unary_empty");
    rounds.PrintRatio(name, "stream", "stream_empty");
    empty->Check();
  }
  tandem.Check();
}

void Run(const Options& options) {
  std::printf(
      "Workload: %zu lifecycles at once over tandem, agents behind connections of %zu; %zu clients "
      "of pgbench for SQL. %d rounds of slices of %.1f s after %.1f s of warm-up. %u processors "
      "for everything, PostgreSQL included.\n",
      options.lanes, options.agents_of_connection, options.sql_clients, options.rounds,
      options.slice.seconds, options.slice.warm_up_seconds, std::thread::hardware_concurrency());
  std::fflush(stdout);
  if (options.smoke) return Measure(options, kSmokeShape);
  for (const Shape& shape : kShapes) {
    if (std::ranges::find(options.shapes, shape.name) != options.shapes.end()) {
      Measure(options, shape);
    }
  }
}

Options ParseOptions(int argc, char** argv) {
  Options options;
  CLI::App app("Lifecycles where much waits, and against a router in SQL alone.");
  app.add_option("--shape", options.shapes,
                 "Only these: 1k_agents, 10k_agents_100k_waiting, "
                 "100k_agents_1m_waiting");
  app.add_option("--lanes", options.lanes, "Lifecycles at once")->capture_default_str();
  app.add_option("--sql-clients", options.sql_clients, "Clients of pgbench")->capture_default_str();
  app.add_option("--rounds", options.rounds, "Slices of each kind")->capture_default_str();
  app.add_option("--seconds", options.slice.seconds, "Length of a slice")->capture_default_str();
  app.add_flag("--smoke", options.smoke, "As little as shows that everything works");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  if (options.smoke) {
    options.lanes = options.sql_clients = 8;
    options.agents_of_connection = 20;
    options.rounds = 1;
    options.slice = {.warm_up_seconds = 0.1, .seconds = 0.3};
  }
  return options;
}

}  // namespace
}  // namespace tandem::bench

int main(int argc, char** argv) {
  // As in tandemd.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const tandem::bench::Options options = tandem::bench::ParseOptions(argc, argv);
  tandem::bench::RaiseFileLimit();
  try {
    tandem::bench::Run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "scale_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
