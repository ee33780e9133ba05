// One stream of IngestService.StreamIngest.
//
// Each contact is an IngestContact of its own: it is submitted as soon as it was read, so that the
// engine decides many of them in one group, and acknowledged when that is durable.
#ifndef TANDEM_SERVER_RPC_INGEST_STREAM_H_
#define TANDEM_SERVER_RPC_INGEST_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "router/command.h"
#include "server/rpc/up_stream.h"
#include "tandem/v1/ingest_service.pb.h"

namespace tandem::rpc {

class IngestStream final : public UpStream<v1::IngestAcknowledgement> {
 public:
  using Request = v1::StreamIngestRequest;

  static constexpr size_t kWindow = 1'000;
  static constexpr size_t kMostAcknowledgements = 500;  // in one message

  IngestStream(Backend& backend, grpc::CallbackServerContext* context);

 private:
  void Begin() override;
  void OnMessage(const grpc::ByteBuffer& message) override;
  std::optional<grpc::ByteBuffer> Next() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Fills in the workspace where it was left out; the fault when it is another one.
  std::optional<router::Rejection> FillIn(v1::IngestContactRequest& request);
  void Acknowledge(uint64_t place, int64_t sequence, const router::Outcome& outcome);
  std::shared_ptr<IngestStream> Self();

  // Of the message that is looked at.
  const std::string trace_parent_;  // of contacts that say none
  std::string workspace_;
  int64_t last_sequence_ = 0;

  bool window_due_ ABSL_GUARDED_BY(mutex_) = false;  // it is to be told
};

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_INGEST_STREAM_H_
