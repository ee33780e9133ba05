#include "server/rpc/ingest_stream.h"

#include <utility>
#include <variant>
#include <vector>

#include "fmt/format.h"
#include "server/rpc/convert_contact.h"
#include "server/rpc/trace_context.h"
#include "server/rpc/verbs.h"
#include "server/rpc/wire.h"

namespace tandem::rpc {
namespace {

using router::Reason;
using router::Rejection;

}  // namespace

IngestStream::IngestStream(Backend& backend, grpc::CallbackServerContext* context)
    : UpStream(backend, context, kWindow), trace_parent_(ToTraceParent(TraceContextOf(*context))) {}

std::shared_ptr<IngestStream> IngestStream::Self() {
  return std::static_pointer_cast<IngestStream>(shared_from_this());
}

void IngestStream::Begin() {
  // For the patience with slow readers.
  backend_.hub.Add(shared_from_this(), live::Interest::kTicks);
  const absl::MutexLock lock(&mutex_);
  window_due_ = true;
  Pump();
  ReadOn();
}

void IngestStream::OnMessage(const grpc::ByteBuffer& bytes) {
  v1::StreamIngestRequest message;
  if (const auto rejection = Read(bytes, message)) return DrainAndRefuse(*rejection);
  const int64_t sequence = message.sequence();
  if (sequence <= last_sequence_) {
    return DrainAndRefuse(query::FieldFault(
        sequence == 0 ? Reason::kFieldRequired : Reason::kFieldOutOfRange, "sequence",
        fmt::format("expected more than {}, but it is {}", last_sequence_, sequence)));
  }
  last_sequence_ = sequence;
  const uint64_t place = Reserve();
  v1::IngestContactRequest& request = *message.mutable_request();
  if (auto rejection = FillIn(request)) return Acknowledge(place, sequence, *std::move(rejection));
  auto verb = ToVerb(request, backend_.engine.Now());
  if (auto* rejection = std::get_if<Rejection>(&verb)) {
    return Acknowledge(place, sequence, std::move(*rejection));
  }
  auto& ingest = std::get<router::IngestContact>(std::get<Verb>(verb).command.action);
  if (ingest.contact.trace_parent.empty()) ingest.contact.trace_parent = trace_parent_;
  Submit(backend_, std::move(std::get<Verb>(verb)), SteadyDeadline(*context_),
         [self = Self(), place, sequence](const router::Outcome& outcome) {
           self->Acknowledge(place, sequence, outcome);
         });
}

std::optional<Rejection> IngestStream::FillIn(v1::IngestContactRequest& request) {
  if (workspace_.empty()) {
    workspace_ = request.workspace();
    const absl::MutexLock lock(&mutex_);  // the stream may be ending
    record().SetWorkspace(workspace_);
  }
  if (request.workspace().empty()) request.set_workspace(workspace_);
  if (request.workspace() == workspace_) return std::nullopt;
  return query::FieldFault(Reason::kFieldOutOfRange, "workspace",
                           "expected the stream's own, but it is another");
}

void IngestStream::Acknowledge(uint64_t place, int64_t sequence, const router::Outcome& outcome) {
  v1::IngestAcknowledgement acknowledgement;
  acknowledgement.set_sequence(sequence);
  if (const auto* rejection = std::get_if<Rejection>(&outcome)) {
    Fill(*rejection, *acknowledgement.mutable_error());
    backend_.interceptor.CountRefusal(rejection->reason);
  } else {
    const auto& reply = std::get<router::Reply>(outcome);
    Fill(std::get<router::ContactIngested>(reply), *acknowledgement.mutable_result());
  }
  SetAnswer(place, std::move(acknowledgement));
}

std::optional<grpc::ByteBuffer> IngestStream::Next() {
  v1::StreamIngestResponse message;
  if (std::exchange(window_due_, false)) {
    message.set_window(kWindow);
    return Write(message);
  }
  std::vector<v1::IngestAcknowledgement> ready = TakeAnswers(kMostAcknowledgements);
  if (ready.empty()) return std::nullopt;
  for (auto& acknowledgement : ready) {
    *message.add_acknowledgements() = std::move(acknowledgement);
  }
  return Write(message);
}

}  // namespace tandem::rpc
