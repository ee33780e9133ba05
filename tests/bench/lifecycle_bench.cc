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
// After these rounds tandem alone is led through the same lifecycles by messages on streams.
//
// At the end the database is asked whether every lifecycle that was acknowledged is in it.

#include <algorithm>
#include <cstdio>
#include <exception>
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
#include "tests/bench/bench_server.h"
#include "tests/bench/cpu.h"
#include "tests/bench/echo_server.h"
#include "tests/bench/figures.h"
#include "tests/bench/lifecycle_lanes.h"
#include "tests/bench/slices.h"

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
  int rounds_of_streams = 3;
  SliceLength slice;
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
        connections(Connect(port, options.agent_connections)),
        workload{.agents = options.agents} {}

  // Opens the agents' sessions, if they are to be offered something.
  void Start(bool with_offers) {
    if (with_offers) floor.emplace(connections, workload.agents, board);
    parties.emplace(Parties{adapters, connections, workload, with_offers ? &board : nullptr});
    load.emplace(UnaryLifecycles(*parties));
    CheckFloor();
  }

  void CheckFloor() {
    const std::string failure = floor ? floor->Failure() : "";
    if (!failure.empty()) throw std::runtime_error(failure);
  }

  const e2e::ServerProcess& process;
  const Channels adapters, connections;
  const Workload workload;
  OfferBoard board{OfferBoard::Gives::kOwnTicket};
  std::optional<Floor> floor;
  std::optional<Parties> parties;
  std::optional<Load> load;
};

class Bench {
 public:
  explicit Bench(const Options& options)
      : options_(options),
        server_(options.data_folder),
        echo_server_(server_.scratch_folder() + "/echo.log"),
        offering_echo_server_(server_.scratch_folder() + "/offering_echo.log"),
        queue_echo_server_(server_.scratch_folder() + "/queue_echo.log") {}

  void Run();

 private:
  // `option` says which.
  int StartEcho(e2e::ServerProcess& process, const std::string& name,
                const std::string& option = "--echo-server") const;
  Slice RunOn(const Target& target, Load& load) const;
  // Slices in turns, of tandem first; prints the figures with `suffix` behind their names.
  using NamedTargets = std::vector<std::pair<std::string, Target*>>;
  void RunRounds(const NamedTargets& targets, int rounds, bool with_ids, const std::string& suffix);
  // Tandem alone, over streams. Gives the lifecycles.
  uint64_t RunStreams(Target& tandem);

  const Options options_;
  BenchServer server_;
  e2e::ServerProcess echo_server_;
  e2e::ServerProcess offering_echo_server_;
  e2e::ServerProcess queue_echo_server_;
};

void Bench::Run() {
  Target tandem(server_.process(), server_.port(), options_);
  Target echo(echo_server_, StartEcho(echo_server_, "echo"), options_);
  Target offering_echo(offering_echo_server_, StartEcho(offering_echo_server_, "offering_echo"),
                       options_);
  if (!options_.smoke) server_.ReachSteadyState();
  Configure(tandem.adapters.front(), tandem.workload);
  tandem.Start(/*with_offers=*/true);
  echo.Start(/*with_offers=*/false);
  offering_echo.Start(/*with_offers=*/true);
  NamedTargets targets = {
      {"tandem", &tandem}, {"echo", &echo}, {"echo_with_offers", &offering_echo}};
  std::optional<Target> queue_echo;
  if (options_.completion_queues) {
    queue_echo.emplace(queue_echo_server_,
                       StartEcho(queue_echo_server_, "queue_echo", "--queue-echo-server"),
                       options_);
    queue_echo->Start(/*with_offers=*/false);
    targets.emplace_back("echo_over_queues", &*queue_echo);
  }

  const double commits_before = server_.Commits();
  const double completed_before = server_.CompletedTickets();
  RunRounds(targets, options_.rounds, false, "");
  PrintLatencies("unary_call", tandem.load->calls);
  PrintLatencies("echo_call", echo.load->calls);
  Print("stream_messages_per_lifecycle",
        static_cast<double>(tandem.floor->messages()) / static_cast<double>(tandem.load->done()),
        "messages", 2);
  if (options_.rounds_with_ids > 0) {
    RunRounds(targets, options_.rounds_with_ids, true, "_with_ids");
  }
  const auto by_calls = static_cast<double>(tandem.load->done());
  Print("calls_per_commit", by_calls * kCallsPerLifecycle / (server_.Commits() - commits_before),
        "calls", 1);
  const double acknowledged = by_calls + static_cast<double>(RunStreams(tandem));
  tandem.CheckFloor();
  offering_echo.CheckFloor();

  const double completed = server_.CompletedTickets() - completed_before;
  Print("completed_tickets_in_database", completed, "tickets");
  if (completed != acknowledged) {
    throw std::runtime_error("expected " + std::to_string(acknowledged) +
                             " tickets more that are completed in the database");
  }
}

int Bench::StartEcho(e2e::ServerProcess& process, const std::string& name,
                     const std::string& option) const {
  const std::string port_file = server_.scratch_folder() + "/" + name + ".port";
  return StartAndReadPort(process, {"/proc/self/exe", option, port_file}, port_file);
}

void Bench::RunRounds(const NamedTargets& targets, int rounds, bool with_ids,
                      const std::string& suffix) {
  std::map<std::string, Slices> slices;
  std::map<std::string, std::vector<double>> ratios;
  for (int i = 0; i < rounds; ++i) {
    std::printf("  round %d:", i + 1);
    for (const auto& [name, target] : targets) {
      Slices& of_target = slices[name];
      target->load->UseIds(with_ids);
      of_target.Add(RunOn(*target, *target->load));
      const double rate = of_target.last();
      ratios[name].push_back(slices["tandem"].last() / rate);
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
  for (const auto& [name, target] : targets) slices[name].PrintCpu(name, suffix, "lifecycle");
}

uint64_t Bench::RunStreams(Target& tandem) {
  const ContactStreams contacts = OpenContactStreams(tandem.adapters);
  Load load(StreamLifecycles(*tandem.parties, contacts, *tandem.floor));
  Slices slices;
  for (int i = 0; i < options_.rounds_of_streams; ++i) slices.Add(RunOn(tandem, load));
  Print("stream_lifecycles", slices.rate(), "lifecycles/s");
  slices.PrintCpu("tandem", "_over_streams", "lifecycle");
  return load.done();
}

Slice Bench::RunOn(const Target& target, Load& load) const {
  return RunSlice(
      load, options_.lanes, options_.slice,
      {.server = target.process.pid(),
       .cluster_folder = &target.process == &server_.process() ? server_.cluster_folder() : ""});
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
  app.add_option("--rounds", options.rounds, "Slices of each kind")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--rounds-with-ids", options.rounds_with_ids,
                 "The same, with a request id on every call and an external id on every contact")
      ->capture_default_str();
  app.add_option("--rounds-of-streams", options.rounds_of_streams,
                 "Slices of tandem alone, over streams")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--seconds", options.slice.seconds, "Length of a slice")->capture_default_str();
  app.add_option("--warm-up", options.slice.warm_up_seconds, "Before it counts")
      ->capture_default_str();
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
    options.rounds = options.rounds_with_ids = options.rounds_of_streams = 1;
    options.slice.seconds = 0.3;
    options.slice.warm_up_seconds = 0.1;
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
      "rounds with request ids and external ids, and %d of tandem alone over streams. %u "
      "processors for everything, PostgreSQL "
      "included.\n",
      options.lanes, options.adapters, options.agents, options.agent_connections, options.rounds,
      options.slice.seconds, options.slice.warm_up_seconds, options.rounds_with_ids,
      options.rounds_of_streams, std::thread::hardware_concurrency());
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
