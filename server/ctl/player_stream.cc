#include "server/ctl/player_stream.h"

#include <utility>

namespace tandem::ctl {

AgentStream::AgentStream(PlayerLoop& loop, PlayerCalls& calls, OnMessage on_message, OnEnd on_end)
    : loop_(loop), calls_(calls), on_message_(std::move(on_message)), on_end_(std::move(on_end)) {}

std::shared_ptr<AgentStream> AgentStream::Start(tandem::v1::AgentService::Stub& stub,
                                                PlayerLoop& loop, PlayerCalls& calls,
                                                OnMessage on_message, OnEnd on_end) {
  std::shared_ptr<AgentStream> stream(
      new AgentStream(loop, calls, std::move(on_message), std::move(on_end)));
  stream->self_ = stream;
  calls.BeginOnNetwork();
  stub.async()->StreamAgentSession(&stream->context_, stream.get());
  stream->AddHold();
  stream->StartRead(&stream->incoming_);
  stream->StartCall();
  return stream;
}

void AgentStream::Send(Request request) {
  const Request* first = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    outgoing_.push_back(std::move(request));
    if (!writing_) {
      writing_ = true;
      first = &outgoing_.front();
    }
  }
  // Outside the lock, as the reaction may run on this thread. `writing_` keeps the hold, so the
  // call is still there.
  if (first != nullptr) StartWrite(first);
}

void AgentStream::CloseOutside(std::unique_lock<std::mutex> lock) {
  closed_ = true;
  const bool release = held_ && !writing_;
  if (release) held_ = false;
  lock.unlock();
  if (release) RemoveHold();
}

void AgentStream::OnReadDone(bool ok) {
  if (!ok) {
    CloseOutside(std::unique_lock(mutex_));
    return;
  }
  loop_.Post([self = self_, message = std::move(incoming_)] { self->on_message_(message); });
  incoming_ = Response();
  StartRead(&incoming_);
}

void AgentStream::OnWriteDone(bool ok) {
  std::unique_lock lock(mutex_);
  outgoing_.pop_front();
  if (!ok) closed_ = true;
  if (closed_ || outgoing_.empty()) {
    writing_ = false;
    if (closed_) CloseOutside(std::move(lock));
    return;
  }
  const Request* next = &outgoing_.front();
  lock.unlock();
  StartWrite(next);
}

void AgentStream::OnDone(const grpc::Status& status) {
  PlayerCalls& calls = calls_;
  loop_.Post([self = std::move(self_), status] { self->on_end_(status); });
  calls.EndOnNetwork();  // The last touch: the loop may destroy this already.
}

}  // namespace tandem::ctl
