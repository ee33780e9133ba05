#include "tests/bench/contact_stream.h"

#include <utility>

namespace tandem::bench {

ContactStream::ContactStream(const std::shared_ptr<grpc::Channel>& channel)
    : stub_(v1::IngestService::NewStub(channel)) {
  stub_->async()->StreamIngest(&context_, this);
  StartRead(&response_);
  AddHold();  // Send comes from outside of reactions
  StartCall();
}

ContactStream::~ContactStream() {
  context_.TryCancel();
  RemoveHold();
  const absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&done_));
}

void ContactStream::Send(const v1::IngestContactRequest& contact, AcknowledgementTaker* taker) {
  const absl::MutexLock lock(&mutex_);
  takers_.push_back(taker);
  v1::StreamIngestRequest& request = to_send_.emplace_back();
  request.set_sequence(++last_sequence_);
  *request.mutable_request() = contact;
  if (to_send_.size() == 1) WriteNext();
}

// What is followed by another message at once need not leave alone.
void ContactStream::WriteNext() {
  grpc::WriteOptions options;
  if (to_send_.size() > 1) options.set_buffer_hint();
  StartWrite(&to_send_.front(), options);
}

void ContactStream::OnWriteDone(bool ok) {
  const absl::MutexLock lock(&mutex_);
  to_send_.pop_front();
  if (ok && !to_send_.empty()) WriteNext();
}

void ContactStream::OnReadDone(bool ok) {
  if (!ok) return;  // OnDone says why
  for (const v1::IngestAcknowledgement& acknowledgement : response_.acknowledgements()) {
    AcknowledgementTaker* taker = nullptr;
    {
      const absl::MutexLock lock(&mutex_);
      taker = takers_.front();
      takers_.pop_front();
    }
    taker->OnAcknowledged(acknowledgement);
  }
  StartRead(&response_);
}

void ContactStream::OnDone(const grpc::Status& status) {
  std::deque<AcknowledgementTaker*> takers;
  {
    const absl::MutexLock lock(&mutex_);
    takers.swap(takers_);
  }
  v1::IngestAcknowledgement lost;
  lost.mutable_error()->set_reason("stream ended");
  lost.mutable_error()->set_message(status.error_message());
  for (AcknowledgementTaker* const taker : takers) taker->OnAcknowledged(lost);
  const absl::MutexLock lock(&mutex_);
  done_ = true;
}

}  // namespace tandem::bench
