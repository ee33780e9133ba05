// What every stream of ours but the agents' has in common towards gRPC: one message is written at a
// time, the next is made when the client took it, the end comes once.
//
// A stream holds no backlog: Next() makes the next message out of what there is to tell at that
// moment. A client that does not take a message within the patience is cut off with OVERLOADED.
//
// Ownership: gRPC holds the stream until OnDone, and so does every job and call that is under way.
// Locks: one mutex; gRPC's Start… and Finish are called under it (their reactions never run within
// the call).
#ifndef TANDEM_SERVER_RPC_OUT_STREAM_H_
#define TANDEM_SERVER_RPC_OUT_STREAM_H_

#include <grpcpp/alarm.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "router/rejection.h"
#include "server/live/hub.h"
#include "server/rpc/call.h"
#include "server/rpc/status.h"
#include "server/rpc/stream_registry.h"

namespace tandem::rpc {

// Reactor: grpc::ServerWriteReactor or grpc::ServerBidiReactor, of byte buffers.
template <typename Reactor>
class OutStream : public Reactor,
                  public OpenStream,
                  public live::Listener,
                  public std::enable_shared_from_this<OutStream<Reactor>> {
 public:
  // How the stream is counted; a kind of stream may say otherwise.
  static constexpr StreamKind kKind = StreamKind::kOther;
  // For the client to read what is left when the stream ends.
  static constexpr std::chrono::seconds kEndPatience{10};

  // The reactor of a new call. `Stream` names its `Request`, and is made of `backend`, `context`
  // and `arguments`.
  template <typename Stream, typename... Arguments>
  static Stream* Start(Backend& backend, grpc::CallbackServerContext* context,
                       Arguments&&... arguments) {
    const auto stream =
        std::make_shared<Stream>(backend, context, std::forward<Arguments>(arguments)...);
    OutStream& base = *stream;
    base.self_ = stream;
    base.record_.emplace(backend.interceptor, MethodOf<typename Stream::Request>(), *context);
    if (const auto refusal = backend.streams.Add(stream, Stream::kKind)) {
      base.Refuse(*refusal);
    } else {
      base.Begin();
    }
    return stream.get();
  }

  OutStream(Backend& backend, grpc::CallbackServerContext* context)
      : backend_(backend), context_(context) {}

  void StopServing() override { Refuse(ServerStops()); }

  // ---- from the hub

  void OnRound(engine::SteadyTime now) override {
    const absl::MutexLock lock(&mutex_);
    if (ending()) return;
    if (writing_ && now - write_began_ > backend_.streams.limits().slow_reader_patience) {
      return End(router::Rejection{
          .reason = router::Reason::kOverloaded,
          .message = "expected the stream to be read, but a message waits for too "
                     "long",
          .violations = {},
          .metadata = {}});
    }
    now_ = now;
    OnTurn();
    Pump();
  }
  void OnShardLost() override {
    Refuse({.reason = router::Reason::kNotServing,
            .message = "expected a server that goes on, but this one starts over",
            .violations = {},
            .metadata = {}});
  }

  // ---- from gRPC

  void OnWriteDone(bool ok) override {
    const absl::MutexLock lock(&mutex_);
    writing_ = false;
    if (!ok) broken_ = true;  // nobody reads any more; OnCancel follows
    Pump();
  }
  void OnCancel() override {
    const absl::MutexLock lock(&mutex_);
    broken_ = true;
    End(grpc::Status::CANCELLED);
  }
  void OnDone() override {
    const auto self = std::exchange(self_, nullptr);
    backend_.streams.Remove(this);
    backend_.hub.Remove(this);
    {
      const absl::MutexLock lock(&mutex_);
      done_ = true;
      record_->End(end_);
    }
    end_alarm_.Cancel();
    OnGone();
  }

 protected:
  // Looks at the request, and goes on from there. Not under the lock.
  virtual void Begin() = 0;
  // The next message, when there is one; called when the one before was taken. Also called while
  // the stream ends, for what must still be told.
  virtual std::optional<grpc::ByteBuffer> Next() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) = 0;
  // Another round of the hub.
  virtual void OnTurn() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {}
  // The stream is over and gRPC has let go of it. Not under the lock.
  virtual void OnGone() {}

  CallRecord& record() { return *record_; }

  void Refuse(const router::Rejection& rejection) {
    const absl::MutexLock lock(&mutex_);
    End(rejection);
  }

  bool ending() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return end_.has_value(); }
  bool done() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return done_; }

  // Ends the stream when nothing is left to tell; the first end counts.
  void End(const StreamEnd& end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (ending() || done_) return;
    end_ = end;
    end_alarm_.Set(std::chrono::system_clock::now() + kEndPatience,
                   [weak = this->weak_from_this()](bool fired) {
                     const auto stream = weak.lock();
                     if (fired && stream) stream->OnEndTimeout();
                   });
    Pump();
  }

  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (writing_ || finished_) return;
    if (!broken_) {
      if (auto message = Next()) {
        written_ = *std::move(message);
        writing_ = true;
        write_began_ = std::chrono::steady_clock::now();
        this->StartWrite(&written_);
        return;
      }
    }
    if (!ending()) return;
    finished_ = true;
    this->Finish(end_->status);
  }

  Backend& backend_;
  grpc::CallbackServerContext* const context_;  // until OnDone

  absl::Mutex mutex_;
  engine::SteadyTime now_ ABSL_GUARDED_BY(mutex_) = std::chrono::steady_clock::now();

 private:
  void OnEndTimeout() {
    const absl::MutexLock lock(&mutex_);
    if (!done_) context_->TryCancel();
  }

  std::shared_ptr<OutStream> self_;   // gRPC's share; until OnDone
  std::optional<CallRecord> record_;  // from Start on
  grpc::ByteBuffer written_;          // touched by one write at a time
  engine::SteadyTime write_began_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<StreamEnd> end_ ABSL_GUARDED_BY(mutex_);
  grpc::Alarm end_alarm_;
};

using ServerStream = OutStream<grpc::ServerWriteReactor<grpc::ByteBuffer>>;
using BidiStream = OutStream<grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>>;

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_OUT_STREAM_H_
