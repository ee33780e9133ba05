#include "tests/bench/stream_queues.h"

#include "server/rpc/quiet_queue.h"

namespace tandem::bench {

StreamQueues::StreamQueues(size_t streams) {
  for (size_t first = 0; first < streams; first += kStreamsOfQueue) {
    grpc::CompletionQueue& queue = *queues_.emplace_back(rpc::MakeQuietQueue());
    threads_.emplace_back([&queue] {
      rpc::RunQueue(queue, [](void* tag, bool ok) { (*static_cast<OperationOver*>(tag))(ok); });
    });
  }
}

StreamQueues::~StreamQueues() {
  for (const auto& queue : queues_) queue->Shutdown();
  threads_.clear();
}

}  // namespace tandem::bench
