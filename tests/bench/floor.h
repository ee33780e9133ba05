// The agents of the benchmarks: each holds a stream over a connection, as a desktop does, and
// learns its offers from that.
//
// The agents decide nothing: whoever waits for an offer takes it from the board and goes on in the
// agent's name, by unary calls or by verbs on the agent's stream.
#ifndef TANDEM_TESTS_BENCH_FLOOR_H_
#define TANDEM_TESTS_BENCH_FLOOR_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

#include "tandem/v1/agent_service.pb.h"
#include "tests/bench/stream_queues.h"
#include "tests/bench/workload.h"

namespace tandem::bench {

// Who has a ticket on offer, as an agent's stream said it.
struct OfferSeen {
  std::string id;
  std::string ticket;
  size_t agent = 0;  // its number
  int64_t generation = 0;
  std::chrono::steady_clock::time_point at;
};

// Somebody who waits for an offer.
class OfferTaker {
 public:
  virtual ~OfferTaker() = default;
  virtual void OnOffer(const OfferSeen& offer) = 0;
};

// Where those who took a contact in and the offers meet; either may come first. Safe from any
// thread.
class OfferBoard {
 public:
  enum class Gives {
    kOwnTicket,  // to each the offer of the ticket that it asks for
    kOldest,     // to whoever asks next; for floors where others wait before that ticket
  };

  explicit OfferBoard(Gives gives) : gives_(gives) {}

  // The offer, if it has come. Else the taker is told, once, by the thread that brings it.
  std::optional<OfferSeen> Ask(const std::string& ticket, OfferTaker* taker);
  void Put(OfferSeen offer);

 private:
  // The taker that gets it; null: it is kept.
  OfferTaker* TakerOf(OfferSeen& offer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Gives gives_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::variant<OfferSeen, OfferTaker*>> tickets_
      ABSL_GUARDED_BY(mutex_);
  // With kOldest; one of the two is empty.
  std::deque<OfferSeen> offers_ ABSL_GUARDED_BY(mutex_);
  std::deque<OfferTaker*> takers_ ABSL_GUARDED_BY(mutex_);
};

// Somebody who waits for the answer to a verb on a stream.
class ResultTaker {
 public:
  virtual ~ResultTaker() = default;
  virtual void OnResult(const v1::VerbResult& result) = 0;
};

// Used by one thread, but for what says otherwise. Throws std::runtime_error when the server
// refuses something.
class Floor {
 public:
  // Opens a session for each agent, agent i over connection i modulo their number; returns when all
  // are AVAILABLE.
  Floor(const Channels& connections, size_t agents, OfferBoard& board);
  // Closes the streams.
  ~Floor();
  Floor(const Floor&) = delete;
  Floor& operator=(const Floor&) = delete;

  // Sends a verb up the agent's stream; the taker gets its result. Any thread.
  void Send(size_t agent, v1::StreamAgentSessionRequest verb, ResultTaker* taker);

  // Why a stream ended that nobody had closed; empty when none did.
  std::string Failure();
  uint64_t messages() const { return messages_.load(); }

 private:
  class AgentStream;
  friend class AgentStream;

  // Waits until at most so many streams are on their way to being AVAILABLE.
  void AwaitAvailable(size_t opened, size_t at_most_missing);

  OfferBoard& board_;
  std::atomic<uint64_t> messages_ = 0;
  absl::Mutex mutex_;
  size_t available_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t open_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::string failure_ ABSL_GUARDED_BY(mutex_);
  StreamQueues queues_;
  std::vector<std::unique_ptr<AgentStream>> streams_;
};

}  // namespace tandem::bench

#endif  // TANDEM_TESTS_BENCH_FLOOR_H_
