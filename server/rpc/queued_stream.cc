#include "server/rpc/queued_stream.h"

#include <utility>

namespace tandem::rpc {

void QueuedStream::Await(std::shared_ptr<QueuedStream> stream, const NextCall& next_call,
                         grpc::CompletionQueue& calls, grpc::ServerCompletionQueue& arrivals,
                         Host& host) {
  QueuedStream& awaiting = *stream;
  awaiting.self_ = std::move(stream);
  awaiting.host_ = &host;
  awaiting.context_.AsyncNotifyWhenDone(&awaiting.over_);
  next_call(&awaiting.context_, &awaiting.responder_, &calls, &arrivals, &awaiting.came_);
}

void QueuedStream::React(void* tag, bool ok) {
  const Operation& operation = *static_cast<Operation*>(tag);
  (operation.stream.*operation.over)(ok);
}

void QueuedStream::StartRead(grpc::ByteBuffer* message) {
  unsettled_.fetch_add(1, std::memory_order_relaxed);
  responder_.Read(message, &read_);
}

void QueuedStream::StartWrite(const grpc::ByteBuffer& message) {
  unsettled_.fetch_add(1, std::memory_order_relaxed);
  responder_.Write(message, &write_);
}

void QueuedStream::Finish(const grpc::Status& status) {
  responder_.Finish(status, &finish_);
}

void QueuedStream::Came(bool ok) {
  if (ok) {
    host_->OnArrival();
    OnCall();
    return Settle();
  }
  // gRPC never tells that a call is over that never came.
  const auto self = std::exchange(self_, nullptr);
  host_->OnGone();
}

void QueuedStream::ReadIsOver(bool ok) {
  OnReadDone(ok);
  Settle();
}

void QueuedStream::WriteIsOver(bool ok) {
  OnWriteDone(ok);
  Settle();
}

void QueuedStream::FinishIsOver(bool /*ok*/) {
  Settle();
}

void QueuedStream::CallIsOver(bool /*ok*/) {
  if (context_.IsCancelled()) OnCancel();
  Settle();
}

void QueuedStream::Settle() {
  if (unsettled_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  const auto self = std::exchange(self_, nullptr);
  OnDone();
  host_->OnGone();
}

}  // namespace tandem::rpc
