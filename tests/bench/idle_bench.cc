// What an idle server costs: many agents are logged in and AVAILABLE, each with a stream, and
// nothing happens.
//
// tandemd with its private PostgreSQL on a fresh folder, and this program, which holds the streams.
// First over few connections, as from a gateway; then each agent over a connection of its own, as
// desktops do. Processor time is that of the server and of PostgreSQL, in percent of one core, over
// the time given, which begins when all are AVAILABLE and some seconds have passed. After it the
// metrics are scraped, once a tenth of a second: how long that takes, and what it costs the server.
#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>

#include "absl/synchronization/mutex.h"

#include "CLI/CLI.hpp"
#include "tests/bench/bench_server.h"
#include "tests/bench/cpu.h"
#include "tests/bench/figures.h"
#include "tests/bench/floor.h"
#include "tests/bench/latencies.h"
#include "tests/bench/workload.h"

namespace tandem::bench {
namespace {

// Fewer streams than a connection may have.
constexpr size_t kAgentsOfGatewayConnection = 500;

struct Options {
  std::string part = "all";
  size_t agents = 10'000;
  double settle_seconds = 5;
  double seconds = 20;
};

void MeasureScrapes(const std::string& name, const BenchServer& server) {
  constexpr int kScrapes = 50;
  Latencies took;
  const double cpu_before = CpuSecondsOf(server.process().pid());
  size_t bytes = 0;
  for (int i = 0; i < kScrapes; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const std::string page = e2e::HttpGet(server.http_port(), "/metrics");
    took.Add(std::chrono::steady_clock::now() - start);
    if (page.find("tandem_census_complete 1") == std::string::npos) {
      throw std::runtime_error("a scrape did not count the agents:\n" + page);
    }
    bytes = page.size();
    Sleep(0.1);
  }
  const double cpu = CpuSecondsOf(server.process().pid()) - cpu_before;
  PrintLatencies(name, took);
  Print(name + "_cpu", cpu / kScrapes * 1'000, "ms", 2);
  Print(name + "_size", static_cast<double>(bytes) / 1'024, "KiB");
}

void Measure(const Options& options, const std::string& name, size_t agent_connections) {
  const BenchServer server("", {"--max-agent-sessions", std::to_string(options.agents)});
  const Channels connections = Connect(server.port(), agent_connections);
  Configure(connections.front(), {.agents = options.agents});
  Print(name + "_memory_before", MemoryMiBOf(server.process().pid()), "MiB");
  OfferBoard board(OfferBoard::Gives::kOldest);
  Floor floor(connections, options.agents, board);
  Sleep(options.settle_seconds);

  const auto cpu = [&] {
    return std::pair(CpuSecondsOf(server.process().pid()),
                     CpuSecondsOfPostgres(server.cluster_folder()));
  };
  const auto before = cpu();
  Sleep(options.seconds);
  const auto after = cpu();
  if (!floor.Failure().empty()) throw std::runtime_error(floor.Failure());
  Print(name + "_server_cpu", (after.first - before.first) / options.seconds * 100, "%", 2);
  Print(name + "_postgres_cpu", (after.second - before.second) / options.seconds * 100, "%", 2);
  Print(name + "_memory", MemoryMiBOf(server.process().pid()), "MiB");
  MeasureScrapes(name + "_scrape", server);
}

Options ParseOptions(int argc, char** argv) {
  Options options;
  bool smoke = false;
  CLI::App app("Processor time and memory of a server with idle agents.");
  app.add_option("--part", options.part, "What to measure")
      ->check(CLI::IsMember({"all", "gateway", "desktops"}))
      ->capture_default_str();
  app.add_option("--agents", options.agents, "Agents, each with a stream")->capture_default_str();
  app.add_option("--seconds", options.seconds, "For how long")->capture_default_str();
  app.add_flag("--smoke", smoke, "As little as shows that everything works");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  if (smoke) {
    options.agents = 20;
    options.settle_seconds = 0.1;
    options.seconds = 0.5;
  }
  return options;
}

void Run(const Options& options) {
  const size_t of_gateway =
      (options.agents + kAgentsOfGatewayConnection - 1) / kAgentsOfGatewayConnection;
  std::printf(
      "Workload: %zu agents, AVAILABLE over a stream each, and nothing to do, for %.1f s; over %zu "
      "connections, then over one each. Processor time in percent of one core.\n",
      options.agents, options.seconds, of_gateway);
  if (options.part != "desktops") Measure(options, "idle_behind_gateway", of_gateway);
  if (options.part != "gateway") Measure(options, "idle_desktops", options.agents);
}

}  // namespace
}  // namespace tandem::bench

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const tandem::bench::Options options = tandem::bench::ParseOptions(argc, argv);
  tandem::bench::RaiseFileLimit();
  try {
    tandem::bench::Run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "idle_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
