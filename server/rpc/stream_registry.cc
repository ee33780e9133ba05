#include "server/rpc/stream_registry.h"

#include <vector>

#include "server/rpc/session_stream.h"

namespace tandem::rpc {

bool StreamRegistry::Add(const std::shared_ptr<SessionStream>& stream) {
  const absl::MutexLock lock(&mutex_);
  if (ending_) return false;
  streams_.emplace(stream.get(), stream);
  return true;
}

void StreamRegistry::Remove(const SessionStream* stream) {
  const absl::MutexLock lock(&mutex_);
  streams_.erase(stream);
}

void StreamRegistry::EndAll() {
  std::vector<std::shared_ptr<SessionStream>> streams;
  {
    const absl::MutexLock lock(&mutex_);
    ending_ = true;
    for (const auto& [key, weak] : streams_) {
      if (auto stream = weak.lock()) streams.push_back(std::move(stream));
    }
  }
  // Outside of the lock: a stream that ends removes itself.
  for (const auto& stream : streams) stream->StopServing();
}

}  // namespace tandem::rpc
