#include "server/rpc/call.h"

#include <memory>
#include <string>

#include "server/rpc/status.h"
#include "server/rpc/trace_context.h"
#include "server/rpc/wire.h"

namespace tandem::rpc {
namespace {

router::Rejection DeadlineExpired() {
  return {.reason = router::Reason::kDeadlineExpired,
          .message = "expected an answer before the deadline, but it passed while the call waited",
          .violations = {},
          .metadata = {}};
}

}  // namespace

router::Rejection TooManyReads() {
  return {.reason = router::Reason::kOverloaded,
          .message = "expected fewer reads at once, but too many wait for the database",
          .violations = {},
          .metadata = {}};
}

std::chrono::steady_clock::time_point SteadyDeadline(const grpc::ServerContextBase& context) {
  using std::chrono::steady_clock;
  using std::chrono::system_clock;
  // Longer than any call that has a deadline; also keeps the sum below from overflowing.
  constexpr auto kForever = std::chrono::hours(24 * 365);
  const auto now = system_clock::now();
  const auto deadline = context.deadline();
  if (deadline >= now + kForever) return steady_clock::time_point::max();
  return steady_clock::now() + std::chrono::duration_cast<steady_clock::duration>(deadline - now);
}

void Call::PassTraceOn(router::NewContact& contact) const {
  if (contact.trace_parent.empty()) contact.trace_parent = ToTraceParent(TraceContextOf(*context_));
}

bool Call::Read(const grpc::ByteBuffer& bytes, google::protobuf::Message& request) const {
  if (const auto rejection = rpc::Read(bytes, request)) {
    Refuse(*rejection);
    return false;
  }
  record_->Describe(request);
  return true;
}

void Call::Finish(const google::protobuf::Message& response) const {
  const grpc::ByteBuffer answer = Write(response);
  const std::unique_ptr<CallRecord> record(record_);
  record->Describe(response);
  record->End(grpc::StatusCode::OK);
  responder_->Answer(answer);
}

void Call::Refuse(const router::Rejection& rejection) const {
  const grpc::Status status = ToStatus(rejection);
  const std::unique_ptr<CallRecord> record(record_);
  record->SetReason(rejection.reason);
  record->End(status.error_code());
  responder_->Refuse(status);
}

void RunOn(ReaderPool& pool, Call call, ReaderPool::Job job) {
  const auto deadline = call.deadline();
  ReaderPool::Job timed = [call, deadline, job = std::move(job)]() mutable {
    if (call.canceled() || std::chrono::steady_clock::now() >= deadline) {
      call.Refuse(DeadlineExpired());
    } else {
      std::move(job)();
    }
  };
  if (!pool.TryRun(timed)) call.Refuse(TooManyReads());
}

void Read(Backend& backend, Call call, ReaderPool::Job job) {
  RunOn(backend.pool, call, std::move(job));
}

void Submit(Backend& backend, Verb verb, std::chrono::steady_clock::time_point deadline, Done done,
            engine::NoticeSink* sink) {
  backend.engine.Submit(engine::Call{.command = std::move(verb.command),
                                     .request = verb.request,
                                     .deadline = deadline,
                                     .sink = sink,
                                     .done = std::move(done)});
}

}  // namespace tandem::rpc
