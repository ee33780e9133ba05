// Durable ingest, and the time from a contact's arrival to its offer.
//
// The processes talk over loopback: the load (this program), and tandemd with its private
// PostgreSQL on a fresh folder (fsync on, synchronous_commit on: every contact is acknowledged
// after its commit). First agents are there, so that each contact is offered at once: over streams,
// tickets are led through their lives as fast as that goes, then at half of that rate. Then nobody
// is there, and contacts (chat, about 350 bytes) come in by each of the three ways, as fast as that
// goes and at half of that rate:
//   unary   a call for each contact
//   stream  StreamIngest; contacts wait in the client while the server's window is full
//   batch   calls of 1,000 contacts
//
// As fast as that goes: a closed loop, so many at once. At half of that: an open loop, in which
// contacts are due at fixed instants and latencies count from these, whatever the server does.
//
// At the end the database is asked whether every contact that was acknowledged is in it.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"

#include "CLI/CLI.hpp"
#include "tests/bench/bench_server.h"
#include "tests/bench/figures.h"
#include "tests/bench/ingest_lanes.h"
#include "tests/bench/lifecycle_lanes.h"
#include "tests/bench/slices.h"

namespace tandem::bench {
namespace {

struct Options {
  std::vector<std::string> parts = {"offers", "unary", "stream", "batch"};
  size_t connections = 4;
  size_t agents = 512;
  size_t unary_at_once = 512;
  size_t stream_at_once = 4'000;
  size_t batches_at_once = 8;
  size_t contacts_of_batch = 1'000;
  int slices = 2;
  SliceLength slice;
  double paced_seconds = 8;
  bool smoke = false;
};

class Bench {
 public:
  explicit Bench(const Options& options)
      : options_(options), adapters_(Connect(server_.port(), options.connections)) {}

  void Run() {
    if (!options_.smoke) server_.ReachSteadyState();
    Configure(adapters_.front(), workload_);
    const ContactStreams streams = OpenContactStreams(adapters_);
    if (Wanted("offers")) MeasureOffers(streams);
    Measure("unary", UnaryIngest(adapters_, workload_), options_.unary_at_once, 1);
    Measure("stream", StreamIngest(streams, workload_), options_.stream_at_once, 1);
    Measure("batch", BatchIngest(adapters_, workload_, options_.contacts_of_batch),
            options_.batches_at_once, options_.contacts_of_batch);
    const double stored = std::stod(server_.Psql("SELECT count(*) FROM tandem.ticket"));
    Print("tickets_in_database", stored, "tickets");
    if (stored != acknowledged_) {
      throw std::runtime_error("expected " + std::to_string(acknowledged_) +
                               " tickets in the database");
    }
  }

 private:
  // Gives half of what the load reaches; `each` says of what.
  double HalfOfPeak(const std::string& name, Load& load, size_t at_once, const std::string& each) {
    Slices slices;
    for (int i = 0; i < options_.slices; ++i) {
      slices.Add(RunSlice(
          load, at_once, options_.slice,
          {.server = server_.process().pid(), .cluster_folder = server_.cluster_folder()}));
    }
    Print(name, slices.rate(), (each + "s/s").c_str());
    slices.PrintCpu(name, "", each);
    return slices.rate() / 2;
  }

  // At this rate; what is recorded is of the second part alone.
  void Pace(Load& load, double per_second) {
    for (Latencies* const latencies : {&load.calls, &load.lives, &load.offers}) latencies->Clear();
    load.Pace(per_second, std::chrono::duration<double>(options_.slice.warm_up_seconds));
    load.Record(true);
    load.Pace(per_second, std::chrono::duration<double>(options_.paced_seconds));
    load.Record(false);
    load.Finish();
    acknowledged_ += static_cast<double>(load.done());
  }

  void MeasureOffers(const ContactStreams& streams) {
    const Channels connections = Connect(server_.port(), options_.agents);
    OfferBoard board(OfferBoard::Gives::kOwnTicket);
    Floor floor(connections, options_.agents, board);
    const Parties parties{adapters_, connections, workload_, &board};
    Load load(StreamLifecycles(parties, streams, floor));
    const double half = HalfOfPeak("stream_lifecycles", load, options_.agents, "lifecycle");
    Pace(load, half);
    PrintLatencies("arrival_to_offer_at_half", load.offers);
    PrintLatencies("arrival_to_completion_at_half", load.lives);
    if (!floor.Failure().empty()) throw std::runtime_error(floor.Failure());
  }

  bool Wanted(const std::string& part) const {
    return std::ranges::find(options_.parts, part) != options_.parts.end();
  }

  // A life of the load brings `contacts`.
  void Measure(const std::string& way, Load::MakeLane make, size_t at_once, size_t contacts) {
    if (!Wanted(way)) return;
    Load load(std::move(make));
    const double half = HalfOfPeak("ingest_" + way, load, at_once, "contact");
    Pace(load, half / static_cast<double>(contacts));
    PrintLatencies("ingest_" + way + "_acknowledged_at_half", load.lives);
  }

  const Options options_;
  const Workload workload_{.agents = options_.agents};
  const BenchServer server_;
  const Channels adapters_;
  double acknowledged_ = 0;
};

Options ParseOptions(int argc, char** argv) {
  Options options;
  CLI::App app("Durable contacts per second, and how long one waits for its answer and its offer.");
  app.add_option("--part", options.parts, "Only these: offers, unary, stream, batch");
  app.add_option("--connections", options.connections, "Connections that contacts come over")
      ->capture_default_str();
  app.add_option("--agents", options.agents, "Agents who are offered contacts in the first part")
      ->capture_default_str();
  app.add_option("--unary-at-once", options.unary_at_once, "Unary calls at once")
      ->capture_default_str();
  app.add_option("--stream-at-once", options.stream_at_once, "Contacts on streams at once")
      ->capture_default_str();
  app.add_option("--batches-at-once", options.batches_at_once, "Batches at once")
      ->capture_default_str();
  app.add_option("--contacts-of-batch", options.contacts_of_batch, "Contacts of a batch")
      ->capture_default_str();
  app.add_option("--slices", options.slices, "Slices of each kind")->capture_default_str();
  app.add_option("--seconds", options.slice.seconds, "Length of a slice")->capture_default_str();
  app.add_option("--paced-seconds", options.paced_seconds, "Length of each open loop")
      ->capture_default_str();
  app.add_flag("--smoke", options.smoke, "As little as shows that everything works");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  if (options.smoke) {
    options.agents = options.unary_at_once = options.stream_at_once = 8;
    options.batches_at_once = 1;
    options.contacts_of_batch = 10;
    options.slices = 1;
    options.slice = {.warm_up_seconds = 0.1, .seconds = 0.3};
    options.paced_seconds = 0.3;
  }
  return options;
}

void PrintWorkload(const Options& options) {
  std::printf(
      "Workload: contacts (chat, about 350 bytes) over %zu connections. First %zu agents with a "
      "connection each, who accept and complete over their streams, as many tickets at once. Then "
      "nobody: %zu unary calls at once; %zu contacts at once on streams; %zu batches of %zu at "
      "once. Each: %d slices of %.1f s after %.1f s of warm-up; then an open loop at half of that "
      "rate for %.1f s. %u processors for everything, PostgreSQL included.\n",
      options.connections, options.agents, options.unary_at_once, options.stream_at_once,
      options.batches_at_once, options.contacts_of_batch, options.slices, options.slice.seconds,
      options.slice.warm_up_seconds, options.paced_seconds, std::thread::hardware_concurrency());
  std::fflush(stdout);
}

}  // namespace
}  // namespace tandem::bench

int main(int argc, char** argv) {
  // As in tandemd.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const tandem::bench::Options options = tandem::bench::ParseOptions(argc, argv);
  tandem::bench::RaiseFileLimit();
  try {
    tandem::bench::PrintWorkload(options);
    tandem::bench::Bench(options).Run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ingest_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
