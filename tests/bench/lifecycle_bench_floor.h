// The agents of lifecycle_bench: each holds a stream over its connection, as a desktop does, and
// learns its offers from that.
//
// The agents decide nothing: whoever waits for a ticket's offer takes it from the board and goes on
// with unary calls in the agent's name, over the agent's connection.
#ifndef TANDEM_TESTS_BENCH_LIFECYCLE_BENCH_FLOOR_H_
#define TANDEM_TESTS_BENCH_LIFECYCLE_BENCH_FLOOR_H_

#include <grpcpp/channel.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

namespace tandem::bench {

inline constexpr char kWorkspace[] = "bench";

// Who has a ticket on offer, as an agent's stream said it.
struct OfferSeen {
  std::string id;
  size_t agent = 0;  // its number
  int64_t generation = 0;
};

// Somebody who waits for the offer of a ticket.
class OfferTaker {
 public:
  virtual ~OfferTaker() = default;
  virtual void OnOffer(const OfferSeen& offer) = 0;
};

// Where the answer to an ingest and the offer of its ticket meet; either may come first.
// Safe from any thread.
class OfferBoard {
 public:
  // The offer, if it has come. Else the taker is told, once, by the thread that brings it.
  std::optional<OfferSeen> Ask(const std::string& ticket, OfferTaker* taker);
  void Put(const std::string& ticket, OfferSeen offer);

 private:
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::variant<OfferSeen, OfferTaker*>> tickets_
      ABSL_GUARDED_BY(mutex_);
};

// The id of the agent with this number.
std::string AgentId(size_t number);

// One client, one chat queue without wrap-up, and agents who take 1, 2 or 3 chats at once. Throws
// std::runtime_error when the server refuses it.
void Configure(const std::shared_ptr<grpc::Channel>& channel, size_t agents);

// Used by one thread. Throws std::runtime_error when the server refuses something.
class Floor {
 public:
  // Opens a session for each agent, agent i over connection i modulo their number; returns when all
  // are AVAILABLE.
  Floor(const std::vector<std::shared_ptr<grpc::Channel>>& connections, size_t agents,
        OfferBoard& board);
  // Closes the streams.
  ~Floor();
  Floor(const Floor&) = delete;
  Floor& operator=(const Floor&) = delete;

  // Why a stream ended that nobody had closed; empty when none did.
  std::string Failure();
  uint64_t messages() const { return messages_.load(); }

 private:
  class AgentStream;
  friend class AgentStream;

  OfferBoard& board_;
  std::atomic<uint64_t> messages_ = 0;
  absl::Mutex mutex_;
  size_t available_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t open_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::string failure_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<AgentStream>> streams_;
};

}  // namespace tandem::bench

#endif  // TANDEM_TESTS_BENCH_LIFECYCLE_BENCH_FLOOR_H_
