#include "server/rpc/stream_registry.h"

#include <cstdlib>
#include <vector>

#include "fmt/format.h"

namespace tandem::rpc {

router::Rejection ServerStops() {
  return {.reason = router::Reason::kNotServing,
          .message = "expected a server that goes on, but this one is stopping",
          .violations = {},
          .metadata = {}};
}

size_t StreamRegistry::Most(StreamKind kind) const {
  switch (kind) {
    case StreamKind::kAgentSession:
      return limits_.max_agent_sessions;
    case StreamKind::kConnector:
      return limits_.max_connector_streams;
    case StreamKind::kOther:
      return limits_.max_other_streams;
  }
  std::abort();
}

std::optional<router::Rejection> StreamRegistry::Add(const std::shared_ptr<OpenStream>& stream,
                                                     StreamKind kind) {
  const absl::MutexLock lock(&mutex_);
  if (ending_) return ServerStops();
  size_t& open = open_[static_cast<size_t>(kind)];
  if (open >= Most(kind)) {
    return router::Rejection{
        .reason = router::Reason::kTooManyStreams,
        .message =
            fmt::format("expected fewer streams of this kind at once, but {} are open", open),
        .violations = {},
        .metadata = {}};
  }
  ++open;
  streams_.emplace(stream.get(), Entry{.stream = stream, .kind = kind});
  return std::nullopt;
}

void StreamRegistry::Remove(const OpenStream* stream) {
  const absl::MutexLock lock(&mutex_);
  const auto place = streams_.find(stream);
  if (place == streams_.end()) return;
  --open_[static_cast<size_t>(place->second.kind)];
  streams_.erase(place);
}

void StreamRegistry::EndAll() {
  std::vector<std::shared_ptr<OpenStream>> streams;
  {
    const absl::MutexLock lock(&mutex_);
    ending_ = true;
    for (const auto& [key, entry] : streams_) {
      if (auto stream = entry.stream.lock()) streams.push_back(std::move(stream));
    }
  }
  // Outside of the lock: a stream that ends removes itself.
  for (const auto& stream : streams) stream->StopServing();
}

}  // namespace tandem::rpc
