// Whole unary lifecycles: a real server over a real PostgreSQL, against a bare echo service.
//
// The processes on this machine talk over loopback: the load (this program), tandemd with its
// private PostgreSQL on a fresh folder (fsync on, synchronous_commit on: every change is
// acknowledged after its commit), and two echo servers with the same methods and messages. The same
// client code, with the same number of calls at once over the same connections, calls tandem and
// the echoes in turns, slice by slice, so that a noisy neighbour meets all. A ratio is lifecycles
// per second against lifecycles per second in neighbouring slices; the median of the rounds counts.
// Before and after the part of a slice that counts the load runs, too.
//
// A lifecycle is three calls and one message on a stream, the offer. There are two yardsticks:
//   echo              answers the three calls, and sends nothing on streams: the client makes the
//                     offers up. What the calls alone cost.
//   echo_with_offers  sends an offer of tandem's size for each contact, too: message for message
//                     what tandem and its client exchange.
// --completion-queues adds the first over gRPC's other API, echo_over_queues.
//
// PostgreSQL is brought to where it is after the first minutes, when it writes over old files of
// its log: one that is new makes each of them first, which costs it a tenth of its time.
//
// At the end the database is asked whether every lifecycle that was acknowledged is in it.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"

#include "CLI/CLI.hpp"
#include "tests/bench/echo_server.h"
#include "tests/bench/lifecycle_bench_client.h"
#include "tests/bench/lifecycle_bench_cpu.h"
#include "tests/bench/lifecycle_bench_floor.h"
#include "tests/e2e/server_process.h"

namespace tandem::bench {
namespace {

constexpr double kCallsPerLifecycle = 3;

struct Options {
  size_t lanes = 512;
  size_t adapters = 4;
  size_t agents = 512;
  size_t agent_connections = 0;  // 0: one for each
  int rounds = 5;
  int rounds_with_ids = 2;
  double slice_seconds = 4;
  double warm_up_seconds = 1;
  bool smoke = false;
  std::string data_folder;  // empty: a fresh one
  bool completion_queues = false;
  std::string echo_port_file;        // set: be the echo server
  std::string queue_echo_port_file;  // set: be the one over completion queues
};

// One server and the load on it.
class Target {
 public:
  Target(const e2e::ServerProcess& of, int port, const Options& options)
      : process(of),
        adapters(Connect(port, options.adapters)),
        connections(Connect(port, options.agent_connections)) {}

  // Opens the agents' sessions, if they are to be offered something.
  void Start(const Options& options, bool with_offers) {
    if (with_offers) floor.emplace(connections, options.agents, board);
    load.emplace(adapters, connections, options.agents, options.lanes,
                 with_offers ? &board : nullptr);
    CheckFloor();
  }

  void CheckFloor() {
    const std::string failure = floor ? floor->Failure() : "";
    if (!failure.empty()) throw std::runtime_error(failure);
  }

  const e2e::ServerProcess& process;
  const Channels adapters, connections;
  OfferBoard board;
  std::optional<Load> load;
  std::optional<Floor> floor;
};

// What was used until an instant.
struct Reading {
  std::chrono::steady_clock::time_point at;
  double lifecycles = 0;
  std::map<std::string, double> cpu_seconds;
};

struct Slice {
  double lifecycles_per_second = 0;
  std::map<std::string, double> cpu_us_per_lifecycle;
};

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// The slices of a target, of which the medians count.
class Slices {
 public:
  void Add(const Slice& slice) {
    rates_.push_back(slice.lifecycles_per_second);
    for (const auto& [who, us] : slice.cpu_us_per_lifecycle) cpu_[who].push_back(us);
  }
  double rate() const { return Median(rates_); }
  const std::vector<double>& rates() const { return rates_; }
  const std::map<std::string, std::vector<double>>& cpu() const { return cpu_; }

 private:
  std::vector<double> rates_;
  std::map<std::string, std::vector<double>> cpu_;
};

void Sleep(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

void Print(const std::string& name, double value, const char* unit, int decimals = 0) {
  std::printf("BENCH name=%s value=%.*f unit=%s\n", name.c_str(), decimals, value, unit);
  std::fflush(stdout);
}

// Starts a program of ours that writes its port to a file, and waits for it.
int StartAndReadPort(e2e::ServerProcess& process, const std::vector<std::string>& command,
                     const std::string& port_file) {
  process.StartCommand(command);
  int port = 0;
  const auto serves = [&] { return !process.Running() || (std::ifstream(port_file) >> port); };
  e2e::Eventually(serves, std::chrono::seconds(60));
  if (port == 0) throw std::runtime_error(command[0] + " does not serve:\n" + process.Log());
  return port;
}

class Bench {
 public:
  explicit Bench(const Options& options)
      : options_(options),
        data_folder_(options.data_folder.empty() ? folder_.path() + "/data" : options.data_folder),
        server_(folder_.path() + "/tandemd.log"),
        echo_server_(folder_.path() + "/echo.log"),
        offering_echo_server_(folder_.path() + "/offering_echo.log"),
        queue_echo_server_(folder_.path() + "/queue_echo.log") {}

  void Run();

 private:
  // `option` says which.
  int StartEcho(e2e::ServerProcess& process, const std::string& name,
                const std::string& option = "--echo-server") const;
  void ReachSteadyState() const;
  Slice RunSlice(Target& target, bool with_ids);
  Reading Read(const Target& target) const;
  // Slices in turns, of tandem first; prints the figures with `suffix` behind their names.
  using NamedTargets = std::vector<std::pair<std::string, Target*>>;
  void RunRounds(const NamedTargets& targets, int rounds, bool with_ids, const std::string& suffix);
  void PrintLatencies(const std::string& name, const Load& load) const;
  std::string Psql(const std::string& sql) const;
  // What is in the database until now.
  double CompletedTickets() const;
  double Commits() const;

  const Options options_;
  const e2e::Folder folder_;
  const std::string data_folder_;
  e2e::ServerProcess server_;
  e2e::ServerProcess echo_server_;
  e2e::ServerProcess offering_echo_server_;
  e2e::ServerProcess queue_echo_server_;
};

void Bench::Run() {
  const std::string port_file = folder_.path() + "/tandemd.port";
  const int port = StartAndReadPort(
      server_,
      {e2e::ProgramPath("tandemd"), "--listen", "127.0.0.1:0", "--http-listen", "", "--data-dir",
       data_folder_, "--port-file", port_file, "--log-level", "warning"},
      port_file);
  Target tandem(server_, port, options_);
  Target echo(echo_server_, StartEcho(echo_server_, "echo"), options_);
  Target offering_echo(offering_echo_server_, StartEcho(offering_echo_server_, "offering_echo"),
                       options_);
  ReachSteadyState();
  Configure(tandem.adapters.front(), options_.agents);
  tandem.Start(options_, /*with_offers=*/true);
  echo.Start(options_, /*with_offers=*/false);
  offering_echo.Start(options_, /*with_offers=*/true);
  NamedTargets targets = {
      {"tandem", &tandem}, {"echo", &echo}, {"echo_with_offers", &offering_echo}};
  std::optional<Target> queue_echo;
  if (options_.completion_queues) {
    queue_echo.emplace(queue_echo_server_,
                       StartEcho(queue_echo_server_, "queue_echo", "--queue-echo-server"),
                       options_);
    queue_echo->Start(options_, /*with_offers=*/false);
    targets.emplace_back("echo_over_queues", &*queue_echo);
  }

  const double commits_before = Commits();
  const double completed_before = CompletedTickets();
  RunRounds(targets, options_.rounds, false, "");
  PrintLatencies("unary_call", *tandem.load);
  PrintLatencies("echo_call", *echo.load);
  Print("stream_messages_per_lifecycle",
        static_cast<double>(tandem.floor->messages()) /
            static_cast<double>(tandem.load->lifecycles()),
        "messages", 2);
  if (options_.rounds_with_ids > 0) {
    RunRounds(targets, options_.rounds_with_ids, true, "_with_ids");
  }
  tandem.CheckFloor();
  offering_echo.CheckFloor();

  const auto acknowledged = static_cast<double>(tandem.load->lifecycles());
  const double completed = CompletedTickets() - completed_before;
  Print("calls_per_commit", acknowledged * kCallsPerLifecycle / (Commits() - commits_before),
        "calls", 1);
  Print("completed_tickets_in_database", completed, "tickets");
  if (completed != acknowledged) {
    throw std::runtime_error("expected " + std::to_string(tandem.load->lifecycles()) +
                             " tickets more that are completed in the database");
  }
}

int Bench::StartEcho(e2e::ServerProcess& process, const std::string& name,
                     const std::string& option) const {
  const std::string port_file = folder_.path() + "/" + name + ".port";
  return StartAndReadPort(process, {"/proc/self/exe", option, port_file}, port_file);
}

// Fills and so makes as many files of the log as one keeps, and gives them free for use again.
void Bench::ReachSteadyState() const {
  if (options_.smoke) return;
  Psql(
      "DO $$ BEGIN FOR i IN 1..64 LOOP PERFORM pg_logical_emit_message(false, 'bench', 'x');"
      " PERFORM pg_switch_wal(); END LOOP; END $$");
  Psql("CHECKPOINT");
}

void Bench::RunRounds(const NamedTargets& targets, int rounds, bool with_ids,
                      const std::string& suffix) {
  std::map<std::string, Slices> slices;
  std::map<std::string, std::vector<double>> ratios;
  for (int i = 0; i < rounds; ++i) {
    std::printf("  round %d:", i + 1);
    for (const auto& [name, target] : targets) {
      Slices& of_target = slices[name];
      of_target.Add(RunSlice(*target, with_ids));
      const double rate = of_target.rates().back();
      ratios[name].push_back(slices["tandem"].rates().back() / rate);
      std::printf(" %s %.0f lifecycles/s (%.3f)", name.c_str(), rate, ratios[name].back());
    }
    std::printf("\n");
  }
  Print("unary_lifecycles" + suffix, slices["tandem"].rate(), "lifecycles/s");
  Print("unary_calls" + suffix, slices["tandem"].rate() * kCallsPerLifecycle, "calls/s");
  for (const auto& [name, target] : std::span(targets).subspan(1)) {
    Print(name + "_calls" + suffix, slices[name].rate() * kCallsPerLifecycle, "calls/s");
    Print("lifecycle_to_" + name + "_ratio" + suffix, Median(ratios[name]), "ratio", 3);
  }
  for (const auto& [name, target] : targets) {
    for (const auto& [who, us] : slices[name].cpu()) {
      Print("cpu_" + name + "_" + who + suffix, Median(us), "us/lifecycle");
    }
  }
}

Slice Bench::RunSlice(Target& target, bool with_ids) {
  target.load->Start(with_ids);
  Sleep(options_.warm_up_seconds);
  target.load->Record(!with_ids);
  const Reading before = Read(target);
  Sleep(options_.slice_seconds);
  const Reading after = Read(target);
  target.load->Record(false);
  target.load->Finish();

  Slice slice;
  const double lifecycles = after.lifecycles - before.lifecycles;
  const std::chrono::duration<double> took = after.at - before.at;
  slice.lifecycles_per_second = lifecycles / took.count();
  for (const auto& [who, seconds] : after.cpu_seconds) {
    slice.cpu_us_per_lifecycle[who] =
        (seconds - before.cpu_seconds.at(who)) * 1e6 / std::max(lifecycles, 1.0);
  }
  return slice;
}

Reading Bench::Read(const Target& target) const {
  Reading reading;
  reading.at = std::chrono::steady_clock::now();
  reading.lifecycles = static_cast<double>(target.load->lifecycles());
  reading.cpu_seconds["client"] = CpuSecondsOf(getpid());
  reading.cpu_seconds["server"] = CpuSecondsOf(target.process.pid());
  if (&target.process == &server_) {
    reading.cpu_seconds["postgres"] = CpuSecondsOfPostgres(data_folder_ + "/postgres");
  }
  return reading;
}

void Bench::PrintLatencies(const std::string& name, const Load& load) const {
  Print(name + "_p50", load.latencies().QuantileMs(0.50), "ms", 2);
  Print(name + "_p99", load.latencies().QuantileMs(0.99), "ms", 2);
}

std::string Bench::Psql(const std::string& sql) const {
  const e2e::Ended psql = e2e::Run(
      {e2e::ProgramPath("tandemd"), "psql", "--data-dir", data_folder_, "--", "-XAtc", sql});
  if (psql.exit_code != 0) throw std::runtime_error("psql failed: " + psql.output);
  return psql.output;
}

double Bench::CompletedTickets() const {
  return std::stod(Psql("SELECT count(*) FROM tandem.ticket_state WHERE state = 'COMPLETED'"));
}

double Bench::Commits() const {
  return std::stod(Psql("SELECT coalesce(max(sequence), 0) FROM tandem.commit"));
}

// Every agent is a connection, three times over.
void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

Options ParseOptions(int argc, char** argv) {
  Options options;
  CLI::App app("Whole unary lifecycles per second, and their ratio to bare echo services.");
  app.add_option("--lanes", options.lanes, "Calls at once")->capture_default_str();
  app.add_option("--adapters", options.adapters, "Connections that contacts come over")
      ->capture_default_str();
  app.add_option("--agents", options.agents, "Agents, each with a stream")->capture_default_str();
  app.add_option("--agent-connections", options.agent_connections,
                 "Connections that the agents share, as behind a gateway; 0: each has its own")
      ->capture_default_str();
  app.add_option("--rounds", options.rounds, "Slices of each kind")->capture_default_str();
  app.add_option("--rounds-with-ids", options.rounds_with_ids,
                 "The same, with a request id on every call and an external id on every contact")
      ->capture_default_str();
  app.add_option("--seconds", options.slice_seconds, "Length of a slice")->capture_default_str();
  app.add_option("--warm-up", options.warm_up_seconds, "Before it counts")->capture_default_str();
  app.add_option("--data-dir", options.data_folder,
                 "Folder of the server's private PostgreSQL; by default a new one below /tmp, "
                 "removed at the end");
  app.add_flag("--completion-queues", options.completion_queues,
               "Also against an echo over completion queues");
  app.add_flag("--smoke", options.smoke, "As little as shows that everything works");
  app.add_option("--echo-server", options.echo_port_file, "Be the echo server: port file");
  app.add_option("--queue-echo-server", options.queue_echo_port_file,
                 "Be the echo server over completion queues: port file");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  if (options.smoke) {
    options.lanes = options.agents = 8;
    options.adapters = 1;
    options.rounds = options.rounds_with_ids = 1;
    options.slice_seconds = 0.3;
    options.warm_up_seconds = 0.1;
    options.completion_queues = true;
  }
  if (options.agent_connections == 0) options.agent_connections = options.agents;
  return options;
}

void PrintWorkload(const Options& options) {
  std::printf(
      "Workload: IngestContact (chat, about 350 bytes), AcceptOffer, CompleteTicket as unary "
      "calls; the offer comes on the agent's stream. %zu calls at once. Contacts come over %zu "
      "connections; %zu agents with 1 to 3 chats each, no wrap-up, have %zu connections. %d rounds "
      "of slices of %.1f s (tandem, echo, echo with offers) after %.1f s of warm-up each; then %d "
      "rounds with request ids and external ids. %u processors for everything, PostgreSQL "
      "included.\n",
      options.lanes, options.adapters, options.agents, options.agent_connections, options.rounds,
      options.slice_seconds, options.warm_up_seconds, options.rounds_with_ids,
      std::thread::hardware_concurrency());
  std::fflush(stdout);
}

}  // namespace
}  // namespace tandem::bench

int main(int argc, char** argv) {
  // As in tandemd, so that the echo server and the load have the same advantage.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const tandem::bench::Options options = tandem::bench::ParseOptions(argc, argv);
  tandem::bench::RaiseFileLimit();
  if (!options.echo_port_file.empty()) {
    return tandem::bench::RunEchoServer(options.echo_port_file);
  }
  if (!options.queue_echo_port_file.empty()) {
    return tandem::bench::RunQueueEchoServer(options.queue_echo_port_file);
  }
  try {
    tandem::bench::PrintWorkload(options);
    tandem::bench::Bench(options).Run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "lifecycle_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
