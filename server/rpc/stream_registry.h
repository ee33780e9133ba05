// The streams that are open, so that a server that stops can end them instead of waiting for them.
#ifndef TANDEM_SERVER_RPC_STREAM_REGISTRY_H_
#define TANDEM_SERVER_RPC_STREAM_REGISTRY_H_

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

namespace tandem::rpc {

class SessionStream;

// Safe from any thread. Knows the streams, owns none.
class StreamRegistry {
 public:
  // False when streams are being ended: then the new one should end, too.
  [[nodiscard]] bool Add(const std::shared_ptr<SessionStream>& stream);
  void Remove(const SessionStream* stream);
  // Ends all streams with kNotServing, and every one that comes later.
  void EndAll();

 private:
  absl::Mutex mutex_;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_map<const SessionStream*, std::weak_ptr<SessionStream>> streams_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_STREAM_REGISTRY_H_
