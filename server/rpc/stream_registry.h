// The streams that are open: how many there may be, and a server that stops can end them instead of
// waiting for them.
#ifndef TANDEM_SERVER_RPC_STREAM_REGISTRY_H_
#define TANDEM_SERVER_RPC_STREAM_REGISTRY_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

#include "router/rejection.h"

namespace tandem::rpc {

// A stream as the registry knows it.
class OpenStream {
 public:
  virtual ~OpenStream() = default;
  // Ends the stream with kNotServing, because the server stops.
  virtual void StopServing() = 0;
};

// Counted apart, so that wall boards can't lock out agents, or those who bring the work.
enum class StreamKind : uint8_t {
  kAgentSession = 0,
  kConnector = 1,  // contacts and reports of media go up
  kOther = 2,
};

struct StreamLimits {
  size_t max_agent_sessions = 20'000;
  size_t max_connector_streams = 2'000;
  size_t max_other_streams = 2'000;
  // A message that the client does not take within this ends its stream. Not of agents' sessions,
  // which have a limit of messages instead.
  std::chrono::milliseconds slow_reader_patience{20'000};
};

// Safe from any thread. Knows the streams, owns none.
class StreamRegistry {
 public:
  explicit StreamRegistry(StreamLimits limits = {}) : limits_(limits) {}

  const StreamLimits& limits() const { return limits_; }

  // Why the stream can't be open: kTooManyStreams, or kNotServing when streams are being ended.
  [[nodiscard]] std::optional<router::Rejection> Add(const std::shared_ptr<OpenStream>& stream,
                                                     StreamKind kind);
  void Remove(const OpenStream* stream);
  size_t open(StreamKind kind) const {
    const absl::MutexLock lock(&mutex_);
    return open_[static_cast<size_t>(kind)];
  }
  // Ends all streams, and every one that comes later.
  void EndAll();

 private:
  struct Entry {
    std::weak_ptr<OpenStream> stream;
    StreamKind kind = StreamKind::kOther;
  };

  size_t Most(StreamKind kind) const;

  const StreamLimits limits_;
  mutable absl::Mutex mutex_;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::array<size_t, 3> open_ ABSL_GUARDED_BY(mutex_){};
  absl::flat_hash_map<const OpenStream*, Entry> streams_ ABSL_GUARDED_BY(mutex_);
};

router::Rejection ServerStops();

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_STREAM_REGISTRY_H_
