// Whole unary lifecycles: a real server over a real PostgreSQL, against a bare echo service.
//
// Three processes on this machine talk over loopback: the load (this program), tandemd with its
// private PostgreSQL on a fresh folder (fsync on, synchronous_commit on: every change is
// acknowledged after its commit), and an echo server with the same methods and messages. The same
// client code, with the same number of calls at once over the same number of connections, calls
// tandem and the echo in turns, slice by slice, so that a noisy neighbour meets both. The ratio is
// calls per second against calls per second in neighbouring slices; the median of the pairs counts.
// Before and after the part of a slice that counts the load runs, too.
//
// At the end the database is asked whether every lifecycle that was acknowledged is in it.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
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
  size_t lanes = 128;
  size_t channels = 4;
  size_t agents = 128;
  int pairs = 5;
  int pairs_with_ids = 2;
  double slice_seconds = 4;
  double warm_up_seconds = 1;
  bool smoke = false;
  std::string data_folder;     // empty: a fresh one
  std::string echo_port_file;  // set: be the echo server
};

// One server and the load on it.
struct Target {
  Target(int port, const Options& options, OfferBoard* board)
      : channels(Connect(port, options.channels)), load(channels, options.lanes, board) {}

  std::vector<std::shared_ptr<grpc::Channel>> channels;
  Load load;
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

void Sleep(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
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
        echo_server_(folder_.path() + "/echo.log") {}

  void Run();

 private:
  Slice RunSlice(Target& target, const e2e::ServerProcess& server, bool with_ids);
  Reading Read(const Load& load, const e2e::ServerProcess& server) const;
  // Slices in turns; prints the figures with `suffix` behind their names.
  void RunPairs(Target& tandem, Target& echo, int pairs, bool with_ids, const std::string& suffix);
  void PrintLatencies(const std::string& name, const Load& load) const;
  double Query(const std::string& sql) const;
  // What is in the database until now.
  double CompletedTickets() const;
  double Commits() const;

  const Options options_;
  const e2e::Folder folder_;
  const std::string data_folder_;
  e2e::ServerProcess server_;
  e2e::ServerProcess echo_server_;
};

void Bench::Run() {
  const std::string port_file = folder_.path() + "/tandemd.port";
  const std::string echo_port_file = folder_.path() + "/echo.port";
  const int port = StartAndReadPort(
      server_,
      {e2e::ProgramPath("tandemd"), "--listen", "127.0.0.1:0", "--http-listen", "", "--data-dir",
       data_folder_, "--port-file", port_file, "--log-level", "warning"},
      port_file);
  const int echo_port = StartAndReadPort(
      echo_server_, {"/proc/self/exe", "--echo-server", echo_port_file}, echo_port_file);

  OfferBoard board;
  Target tandem(port, options_, &board);
  Target echo(echo_port, options_, nullptr);
  Floor floor(tandem.channels, options_.agents, board);
  const auto check_floor = [&floor] {
    const std::string failure = floor.Failure();
    if (!failure.empty()) throw std::runtime_error(failure);
  };
  check_floor();
  const double commits_before = Commits();
  const double completed_before = CompletedTickets();
  RunPairs(tandem, echo, options_.pairs, false, "");
  PrintLatencies("unary_call", tandem.load);
  PrintLatencies("echo_call", echo.load);
  Print("stream_messages_per_lifecycle",
        static_cast<double>(floor.messages()) / static_cast<double>(tandem.load.lifecycles()),
        "messages", 2);
  if (options_.pairs_with_ids > 0) {
    RunPairs(tandem, echo, options_.pairs_with_ids, true, "_with_ids");
  }
  check_floor();

  const auto acknowledged = static_cast<double>(tandem.load.lifecycles());
  const double completed = CompletedTickets() - completed_before;
  Print("calls_per_commit", acknowledged * kCallsPerLifecycle / (Commits() - commits_before),
        "calls", 1);
  Print("completed_tickets_in_database", completed, "tickets");
  if (completed != acknowledged) {
    throw std::runtime_error("expected " + std::to_string(tandem.load.lifecycles()) +
                             " tickets more that are completed in the database");
  }
}

void Bench::RunPairs(Target& tandem, Target& echo, int pairs, bool with_ids,
                     const std::string& suffix) {
  std::vector<double> lifecycles, echoes, ratios;
  std::map<std::string, std::vector<double>> cpu;
  for (int i = 0; i < pairs; ++i) {
    const Slice slice = RunSlice(tandem, server_, with_ids);
    const Slice yardstick = RunSlice(echo, echo_server_, with_ids);
    lifecycles.push_back(slice.lifecycles_per_second);
    echoes.push_back(yardstick.lifecycles_per_second);
    ratios.push_back(slice.lifecycles_per_second / yardstick.lifecycles_per_second);
    std::printf("  slice %d: %.0f lifecycles/s, echo %.0f, ratio %.3f\n", i + 1, lifecycles.back(),
                echoes.back(), ratios.back());
    for (const auto& [who, us] : slice.cpu_us_per_lifecycle) cpu["tandem_" + who].push_back(us);
    for (const auto& [who, us] : yardstick.cpu_us_per_lifecycle) cpu["echo_" + who].push_back(us);
  }
  Print("unary_lifecycles" + suffix, Median(lifecycles), "lifecycles/s");
  Print("unary_calls" + suffix, Median(lifecycles) * kCallsPerLifecycle, "calls/s");
  Print("echo_calls" + suffix, Median(echoes) * kCallsPerLifecycle, "calls/s");
  Print("lifecycle_to_echo_ratio" + suffix, Median(ratios), "ratio", 3);
  for (const auto& [who, us] : cpu) Print("cpu_" + who + suffix, Median(us), "us/lifecycle");
}

Slice Bench::RunSlice(Target& target, const e2e::ServerProcess& server, bool with_ids) {
  target.load.Start(with_ids);
  Sleep(options_.warm_up_seconds);
  target.load.Record(!with_ids);
  const Reading before = Read(target.load, server);
  Sleep(options_.slice_seconds);
  const Reading after = Read(target.load, server);
  target.load.Record(false);
  target.load.Finish();

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

Reading Bench::Read(const Load& load, const e2e::ServerProcess& server) const {
  Reading reading;
  reading.at = std::chrono::steady_clock::now();
  reading.lifecycles = static_cast<double>(load.lifecycles());
  reading.cpu_seconds["client"] = CpuSecondsOf(getpid());
  reading.cpu_seconds["server"] = CpuSecondsOf(server.pid());
  if (&server == &server_) {
    reading.cpu_seconds["postgres"] = CpuSecondsOfPostgres(data_folder_ + "/postgres");
  }
  return reading;
}

void Bench::PrintLatencies(const std::string& name, const Load& load) const {
  Print(name + "_p50", load.latencies().QuantileMs(0.50), "ms", 2);
  Print(name + "_p99", load.latencies().QuantileMs(0.99), "ms", 2);
}

double Bench::Query(const std::string& sql) const {
  const e2e::Ended psql = e2e::Run(
      {e2e::ProgramPath("tandemd"), "psql", "--data-dir", data_folder_, "--", "-XAtc", sql});
  if (psql.exit_code != 0) throw std::runtime_error("psql failed: " + psql.output);
  return std::stod(psql.output);
}

double Bench::CompletedTickets() const {
  return Query("SELECT count(*) FROM tandem.ticket_state WHERE state = 'COMPLETED'");
}

double Bench::Commits() const {
  return Query("SELECT coalesce(max(sequence), 0) FROM tandem.commit");
}

Options ParseOptions(int argc, char** argv) {
  Options options;
  CLI::App app("Whole unary lifecycles per second, and their ratio to a bare echo service.");
  app.add_option("--lanes", options.lanes, "Calls at once")->capture_default_str();
  app.add_option("--channels", options.channels, "Connections")->capture_default_str();
  app.add_option("--agents", options.agents, "Agents, each with a stream")->capture_default_str();
  app.add_option("--pairs", options.pairs, "Slices of each kind")->capture_default_str();
  app.add_option("--pairs-with-ids", options.pairs_with_ids,
                 "The same, with a request id on every call and an external id on every contact")
      ->capture_default_str();
  app.add_option("--seconds", options.slice_seconds, "Length of a slice")->capture_default_str();
  app.add_option("--warm-up", options.warm_up_seconds, "Before it counts")->capture_default_str();
  app.add_option("--data-dir", options.data_folder,
                 "Folder of the server's private PostgreSQL; by default a new one below /tmp, "
                 "removed at the end");
  app.add_flag("--smoke", options.smoke, "As little as shows that everything works");
  app.add_option("--echo-server", options.echo_port_file, "Be the echo server: port file");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  if (options.smoke) {
    options.lanes = options.agents = 8;
    options.channels = 1;
    options.pairs = options.pairs_with_ids = 1;
    options.slice_seconds = 0.3;
    options.warm_up_seconds = 0.1;
  }
  return options;
}

void PrintWorkload(const Options& options) {
  std::printf(
      "Workload: IngestContact (chat, about 500 bytes), AcceptOffer, CompleteTicket as unary "
      "calls; "
      "the offer comes on the agent's stream. %zu calls at once on %zu connections, %zu agents "
      "with "
      "1 to 3 chats each, no wrap-up. %d pairs of slices of %.1f s (tandem, echo) after %.1f s of "
      "warm-up each; then %d pairs with request ids and external ids. %u processors for "
      "everything, "
      "PostgreSQL included.\n",
      options.lanes, options.channels, options.agents, options.pairs, options.slice_seconds,
      options.warm_up_seconds, options.pairs_with_ids, std::thread::hardware_concurrency());
  std::fflush(stdout);
}

}  // namespace
}  // namespace tandem::bench

int main(int argc, char** argv) {
  // As in tandemd, so that the echo server and the load have the same advantage.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const tandem::bench::Options options = tandem::bench::ParseOptions(argc, argv);
  if (!options.echo_port_file.empty()) {
    return tandem::bench::RunEchoServer(options.echo_port_file);
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
