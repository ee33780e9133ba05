// The completion queues that the benchmarks' agents are dealt out over, each with a thread.
//
// gRPC's callback API puts all streams of a process into one queue, and Debian's gRPC searches the
// whole of it for each operation that is over: a client of 100,000 streams would measure itself.
// server/rpc/session_queues.h does the same on the server's side.
#ifndef TANDEM_TESTS_BENCH_STREAM_QUEUES_H_
#define TANDEM_TESTS_BENCH_STREAM_QUEUES_H_

#include <grpcpp/completion_queue.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace tandem::bench {

// A tag: what to do when an operation is over. `ok` as gRPC says it.
using OperationOver = std::function<void(bool ok)>;

class StreamQueues {
 public:
  static constexpr size_t kStreamsOfQueue = 4'000;

  explicit StreamQueues(size_t streams);
  // Requires that no operation is under way.
  ~StreamQueues();
  StreamQueues(const StreamQueues&) = delete;
  StreamQueues& operator=(const StreamQueues&) = delete;

  // The queue of the stream with this number. Tags on it are pointers to OperationOver.
  grpc::CompletionQueue& Of(size_t stream) { return *queues_[stream / kStreamsOfQueue]; }

 private:
  std::vector<std::unique_ptr<grpc::CompletionQueue>> queues_;
  std::vector<std::jthread> threads_;
};

}  // namespace tandem::bench

#endif  // TANDEM_TESTS_BENCH_STREAM_QUEUES_H_
