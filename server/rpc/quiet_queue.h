// A completion queue whose reader does not poll the connections.
//
// gRPC's own threads do (they serve the callback API), and hand over what is for this queue. Every
// thread that waits for an ordinary queue polls all connections of the process, too: with several
// such queues most of what one thread finds belongs to another.
#ifndef TANDEM_SERVER_RPC_QUIET_QUEUE_H_
#define TANDEM_SERVER_RPC_QUIET_QUEUE_H_

#include <grpc/grpc.h>
#include <grpcpp/completion_queue.h>

#include <memory>

namespace tandem::rpc {

// Requires that gRPC is initialised, as it is where a server builder or a channel exists.
inline std::unique_ptr<grpc::CompletionQueue> MakeQuietQueue() {
  const grpc_completion_queue_attributes attributes{GRPC_CQ_CURRENT_VERSION, GRPC_CQ_NEXT,
                                                    GRPC_CQ_NON_POLLING, nullptr};
  return std::make_unique<grpc::CompletionQueue>(grpc_completion_queue_create(
      grpc_completion_queue_factory_lookup(&attributes), &attributes, nullptr));
}

// Runs `react(tag, ok)` for whatever comes, until the queue is shut down and empty.
template <typename React>
void RunQueue(grpc::CompletionQueue& queue, React react) {
  void* tag = nullptr;
  bool ok = false;
  while (queue.Next(&tag, &ok)) react(tag, ok);
}

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_QUIET_QUEUE_H_
