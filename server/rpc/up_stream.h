// A stream on which messages go up and each gets one answer, in the order in which they came.
//
// Flow control: while as many messages as the window allows have no answer that was handed to gRPC,
// no further one is read, and so HTTP/2 holds the client back. Memory is bounded whatever the
// client does: it holds the window, and the one message that is being written.
//
// The end: when the client closes its side, or sends what can't be read, or the server stops,
// nothing more is read, and the stream ends when every answer was written.
//
// Locks: as OutStream. Messages are looked at without the lock, one at a time.
#ifndef TANDEM_SERVER_RPC_UP_STREAM_H_
#define TANDEM_SERVER_RPC_UP_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "server/rpc/out_stream.h"

namespace tandem::rpc {

template <typename Answer>
class UpStream : public BidiStream {
 public:
  static constexpr StreamKind kKind = StreamKind::kConnector;

  void StopServing() override {
    const absl::MutexLock lock(&mutex_);
    Drain(ServerStops());
  }

  // ---- from gRPC

  void OnReadDone(bool ok) override {
    {
      const absl::MutexLock lock(&mutex_);
      if (!ok) {
        reading_ = false;
        return Drain(AtHalfClose());
      }
      if (drain_ || ending()) return;
    }
    OnMessage(read_);
    const absl::MutexLock lock(&mutex_);
    reading_ = false;
    ReadOn();
  }
  void OnWriteDone(bool ok) override {
    BidiStream::OnWriteDone(ok);
    const absl::MutexLock lock(&mutex_);
    EndIfDrained();
  }

 protected:
  UpStream(Backend& backend, grpc::CallbackServerContext* context, size_t window)
      : BidiStream(backend, context), window_(window) {}

  // A message came. Not under the lock; the next one comes when this returned.
  virtual void OnMessage(const grpc::ByteBuffer& message) = 0;
  // How the stream ends when the client has closed its side and everything is answered.
  virtual StreamEnd AtHalfClose() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return grpc::Status::OK; }
  // Whether messages are wanted now.
  virtual bool MayRead() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return true; }

  // A place in the order of answers, for the message that is looked at.
  uint64_t Reserve() {
    const absl::MutexLock lock(&mutex_);
    answers_.emplace_back();
    return first_ + answers_.size() - 1;
  }
  // From any thread, once for each place.
  void SetAnswer(uint64_t place, Answer answer) {
    const absl::MutexLock lock(&mutex_);
    answers_[place - first_] = std::move(answer);
    Pump();
    EndIfDrained();
  }
  // For Next(): the answers that are ready and whose turn it is.
  std::vector<Answer> TakeAnswers(size_t most) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::vector<Answer> taken;
    while (!answers_.empty() && answers_.front() && taken.size() < most) {
      taken.push_back(*std::move(answers_.front()));
      answers_.pop_front();
      ++first_;
    }
    if (!taken.empty()) ReadOn();
    return taken;
  }

  void ReadOn() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (reading_ || drain_ || ending() || answers_.size() >= window_ || !MayRead()) return;
    reading_ = true;
    StartRead(&read_);
  }
  // Reads no more, and ends the stream when all is answered; the first end counts.
  void Drain(const StreamEnd& end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!drain_) drain_ = end;
    EndIfDrained();
  }
  bool draining() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return drain_.has_value(); }
  void DrainAndRefuse(const router::Rejection& rejection) {
    const absl::MutexLock lock(&mutex_);
    Drain(rejection);
  }

 private:
  void EndIfDrained() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (drain_ && answers_.empty()) End(*drain_);
  }

  const size_t window_;
  grpc::ByteBuffer read_;  // touched by one read at a time

  bool reading_ ABSL_GUARDED_BY(mutex_) = false;  // a read is under way, or being looked at
  std::optional<StreamEnd> drain_ ABSL_GUARDED_BY(mutex_);
  // Of the messages that were read, in order; unset while it is not known. The first one's place is
  // `first_`.
  std::deque<std::optional<Answer>> answers_ ABSL_GUARDED_BY(mutex_);
  uint64_t first_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_UP_STREAM_H_
