// The load of lifecycle_bench: lanes, each of which leads one ticket after the other through its
// life by three unary calls: IngestContact, AcceptOffer, CompleteTicket.
//
// A lane has at most one call under way, so the number of lanes is the number of calls at once.
// Contacts come over a few connections, as from the adapters of channels; what an agent does goes
// over the agent's own. Against an echo server the same lanes make the same calls over as many
// connections; where nothing is offered, they make an offer up.
#ifndef TANDEM_TESTS_BENCH_LIFECYCLE_BENCH_CLIENT_H_
#define TANDEM_TESTS_BENCH_LIFECYCLE_BENCH_CLIENT_H_

#include <grpcpp/channel.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "tests/bench/lifecycle_bench_floor.h"
#include "tests/bench/lifecycle_bench_latency.h"

namespace tandem::bench {

using Channels = std::vector<std::shared_ptr<grpc::Channel>>;

// Connections of their own to a server of this machine.
Channels Connect(int port, size_t channels);

// Used by one thread, but for what says otherwise.
class Load {
 public:
  // `adapters` bring the contacts; agent i calls over connection i modulo their number. `board`
  // gives the offers; null: the lanes make them up. It must outlive the load.
  Load(const Channels& adapters, const Channels& connections, size_t agents, size_t lanes,
       OfferBoard* board);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // Starts all lanes. `with_ids`: every call carries a request id, and every contact an external
  // id, so that each could be repeated.
  void Start(bool with_ids);
  // Lets the lanes finish what they have begun. Throws std::runtime_error when a call failed, or
  // when a ticket is never offered.
  void Finish();

  // Whether the calls that end from now on count in latencies().
  void Record(bool on) { recording_ = on; }
  const Latencies& latencies() const { return latencies_; }
  // Lifecycles that were completed until now. Any thread.
  uint64_t lifecycles() const { return lifecycles_.load(); }

 private:
  class Lane;
  friend class Lane;
  // What an agent calls, over the agent's connection.
  struct Desk;

  void OnIdle(const std::string& failure);

  OfferBoard* const board_;
  std::atomic<bool> with_ids_ = false;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> recording_ = false;
  std::atomic<uint64_t> lifecycles_ = 0;
  std::atomic<uint64_t> ids_ = 0;
  Latencies latencies_;
  absl::Mutex mutex_;
  size_t busy_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string failure_ ABSL_GUARDED_BY(mutex_);
  std::vector<Desk> desks_;  // by the number of the agent
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace tandem::bench

#endif  // TANDEM_TESTS_BENCH_LIFECYCLE_BENCH_CLIENT_H_
