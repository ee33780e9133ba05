// The completion queues that agents' sessions are dealt out over, each with a thread of its own.
//
// A queue is filled before one more is made: the more there are, the more threads are woken; the
// more streams share one, the longer gRPC searches it. New calls come by one more queue.
//
// Thread rules: made before the gRPC server is built; Run, once, when it serves; Shutdown after the
// server's.
#ifndef TANDEM_SERVER_RPC_SESSION_QUEUES_H_
#define TANDEM_SERVER_RPC_SESSION_QUEUES_H_

#include <grpcpp/server_builder.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "server/rpc/queued_stream.h"

namespace tandem::rpc {

class SessionQueues {
 public:
  // Used from the beginning; as many threads serve gRPC's own queue on a small machine.
  static constexpr size_t kMinQueues = 1;

  // Makes the stream for one more call.
  using Factory = std::function<std::shared_ptr<QueuedStream>()>;

  // Adds the queue of new calls to the server.
  SessionQueues(size_t streams_of_queue, grpc::ServerBuilder& builder);
  ~SessionQueues();
  SessionQueues(const SessionQueues&) = delete;
  SessionQueues& operator=(const SessionQueues&) = delete;

  // Takes calls, from now until the server shuts down.
  void Run(QueuedStream::NextCall next_call, Factory factory);
  // Waits for the last stream, and stops the threads. May be repeated. Requires that the server is
  // shut down when Run was called.
  void Shutdown();

 private:
  // Calls that are waited for at any time, over all queues.
  static constexpr int kAwaited = 16;

  struct Queue final : QueuedStream::Host {
    explicit Queue(SessionQueues& all);
    void OnArrival() override { queues.AwaitOne(); }
    void OnGone() override { queues.Leave(*this); }

    SessionQueues& queues;
    const std::unique_ptr<grpc::CompletionQueue> calls;
    size_t streams = 0;  // with those that are waited for; under the mutex
    std::jthread thread;
  };

  // Waits for one more call, on the emptiest queue.
  void AwaitOne();
  void Leave(Queue& queue);

  const size_t streams_of_queue_;
  QueuedStream::NextCall next_call_;
  Factory factory_;
  absl::Mutex mutex_;
  size_t streams_ ABSL_GUARDED_BY(mutex_) = 0;  // of all queues
  std::vector<std::unique_ptr<Queue>> queues_ ABSL_GUARDED_BY(mutex_);
  const std::unique_ptr<grpc::ServerCompletionQueue> arrivals_;
  std::jthread arrivals_thread_;
};

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_SESSION_QUEUES_H_
