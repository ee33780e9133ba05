#include "server/rpc/session_queues.h"

#include <algorithm>
#include <utility>

#include "server/rpc/quiet_queue.h"

namespace tandem::rpc {

SessionQueues::Queue::Queue(SessionQueues& all)
    : queues(all),
      calls(MakeQuietQueue()),
      thread([this] { RunQueue(*calls, QueuedStream::React); }) {}

SessionQueues::SessionQueues(size_t streams_of_queue, grpc::ServerBuilder& builder)
    : streams_of_queue_(streams_of_queue), arrivals_(builder.AddCompletionQueue()) {}

SessionQueues::~SessionQueues() {
  Shutdown();
}

void SessionQueues::Run(QueuedStream::NextCall next_call, Factory factory) {
  next_call_ = std::move(next_call);
  factory_ = std::move(factory);
  arrivals_thread_ = std::jthread([this] { RunQueue(*arrivals_, QueuedStream::React); });
  for (int i = 0; i < kAwaited; ++i) AwaitOne();
}

void SessionQueues::Shutdown() {
  // An operation that begins on a queue that is shut down would end the process.
  std::vector<std::unique_ptr<Queue>> queues;
  {
    const absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](size_t* streams) { return *streams == 0; }, &streams_));
    queues.swap(queues_);
  }
  arrivals_->Shutdown();
  if (arrivals_thread_.joinable()) arrivals_thread_.join();
  for (const auto& queue : queues) queue->calls->Shutdown();
}

void SessionQueues::AwaitOne() {
  auto stream = factory_();
  const absl::MutexLock lock(&mutex_);
  if (streams_ >= queues_.size() * streams_of_queue_) {
    queues_.push_back(std::make_unique<Queue>(*this));
  }
  Queue& queue = **std::min_element(
      queues_.begin(), queues_.end(),
      [](const auto& one, const auto& other) { return one->streams < other->streams; });
  ++queue.streams;
  ++streams_;
  QueuedStream::Await(std::move(stream), next_call_, *queue.calls, *arrivals_, queue);
}

void SessionQueues::Leave(Queue& queue) {
  const absl::MutexLock lock(&mutex_);
  --queue.streams;
  --streams_;
}

}  // namespace tandem::rpc
