// A connector's stream of contacts: IngestService.StreamIngest from the client's side.
#ifndef TANDEM_TESTS_BENCH_CONTACT_STREAM_H_
#define TANDEM_TESTS_BENCH_CONTACT_STREAM_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <cstdint>
#include <deque>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "tandem/v1/ingest_service.grpc.pb.h"

namespace tandem::bench {

// Somebody whose contact is on its way.
class AcknowledgementTaker {
 public:
  virtual ~AcknowledgementTaker() = default;
  virtual void OnAcknowledged(const v1::IngestAcknowledgement& acknowledgement) = 0;
};

class ContactStream final
    : public grpc::ClientBidiReactor<v1::StreamIngestRequest, v1::StreamIngestResponse> {
 public:
  explicit ContactStream(const std::shared_ptr<grpc::Channel>& channel);
  // Ends the stream. Nothing may be on its way.
  ~ContactStream() override;

  // Sends a contact, or queues it while the server takes no more. Any thread. When the stream has
  // ended, the taker gets an error.
  void Send(const v1::IngestContactRequest& contact, AcknowledgementTaker* taker);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::unique_ptr<v1::IngestService::Stub> stub_;
  grpc::ClientContext context_;
  v1::StreamIngestResponse response_;
  absl::Mutex mutex_;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t last_sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<v1::StreamIngestRequest> to_send_ ABSL_GUARDED_BY(mutex_);
  // In the order of the contacts, in which they are acknowledged.
  std::deque<AcknowledgementTaker*> takers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tandem::bench

#endif  // TANDEM_TESTS_BENCH_CONTACT_STREAM_H_
