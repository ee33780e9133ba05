// One unary call: from the bytes of its request to exactly one answer.
//
// A handler gets a Call and the request, and answers by Finish or Refuse, at once or later and from
// any thread. The Call is three pointers: what they point to is there until the answer is given,
// and nothing may touch it afterwards.
#ifndef TANDEM_SERVER_RPC_CALL_H_
#define TANDEM_SERVER_RPC_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <optional>
#include <utility>
#include <variant>

#include "google/protobuf/message.h"

#include "router/command.h"
#include "router/rejection.h"
#include "server/engine/engine.h"
#include "server/query/fault.h"
#include "server/rpc/interceptor.h"
#include "server/rpc/reader_pool.h"
#include "server/rpc/verbs.h"
#include "server/store/policies.h"
#include "server/store/store.h"
#include "server/store/webhook_store.h"

namespace tandem::live {
class Hub;
}
namespace tandem::webhook {
class Dispatcher;
}

namespace tandem::rpc {

class MediaSessions;
class StreamRegistry;

// Too many reads wait for the database.
router::Rejection TooManyReads();

// What the services work with. All of it outlives the gRPC server.
struct Backend {
  engine::Engine& engine;
  store::Reader& reader;
  store::PolicyStore& policies;
  ReaderPool& pool;
  ReaderPool& report_pool;  // so that long reports don't keep other reads waiting
  Interceptor& interceptor;
  StreamRegistry& streams;
  MediaSessions& media;
  live::Hub& hub;
  store::WebhookStore& webhooks;
  webhook::Dispatcher& dispatcher;
  bool webhook_private_networks;
};

// When a caller stops waiting, on the clock that the engine compares with.
std::chrono::steady_clock::time_point SteadyDeadline(const grpc::ServerContextBase& context);

// Takes the one answer to a call, by one of these, from any thread, and is gone with it.
class Responder {
 public:
  virtual void Answer(const grpc::ByteBuffer& answer) = 0;
  virtual void Refuse(const grpc::Status& status) = 0;

 protected:
  ~Responder() = default;
};

class Call {
 public:
  Call(Backend& backend, const Method& method, const grpc::CallbackServerContext& context,
       Responder& responder)
      : context_(&context),
        responder_(&responder),
        record_(new CallRecord(backend.interceptor, method, context)) {}

  std::chrono::steady_clock::time_point deadline() const { return SteadyDeadline(*context_); }

  // Whether the caller called it off, or went away; the answer is for nobody then, and still due.
  bool canceled() const { return context_->IsCancelled(); }

  // A contact that says no trace is part of the call's.
  void PassTraceOn(router::NewContact& contact) const;

  // Fills the request. When the bytes are none, the call is refused, and this is false.
  bool Read(const grpc::ByteBuffer& bytes, google::protobuf::Message& request) const;

  void Finish(const google::protobuf::Message& response) const;
  void Refuse(const router::Rejection& rejection) const;

 private:
  const grpc::CallbackServerContext* context_;
  Responder* responder_;
  CallRecord* record_;
};

// Runs `job` on a thread of the pool, which may wait for the database. Refuses the call when too
// many wait, or when its deadline passed, or the caller left, before its turn.
void RunOn(ReaderPool& pool, Call call, ReaderPool::Job job);
// The same on the pool for all but reports.
void Read(Backend& backend, Call call, ReaderPool::Job job);

using Done = absl::AnyInvocable<void(router::Outcome) &&>;

void Submit(Backend& backend, Verb verb, std::chrono::steady_clock::time_point deadline, Done done,
            engine::NoticeSink* sink = nullptr);

// Gives the reply to `finish`, or the rejection to `refuse`. Both get the call.
template <typename Finish, typename Refuse>
void SubmitVerb(Backend& backend, Call call, Verb verb, Finish finish, Refuse refuse) {
  Submit(backend, std::move(verb), call.deadline(),
         [call, finish = std::move(finish), refuse = std::move(refuse)](router::Outcome outcome) {
           if (const auto* rejection = std::get_if<router::Rejection>(&outcome)) {
             refuse(call, *rejection);
           } else {
             finish(call, std::get<router::Reply>(outcome));
           }
         });
}

// A verb of a unary call: checks the request, and submits it as SubmitVerb does.
template <typename Request, typename Finish, typename Refuse>
void RunVerb(Backend& backend, Call call, Request& request, Finish finish, Refuse refuse) {
  auto verb = ToVerb(request, backend.engine.Now());
  if (const auto* rejection = std::get_if<router::Rejection>(&verb)) {
    call.Refuse(*rejection);
    return;
  }
  if constexpr (requires { request.contact(); }) {
    std::visit(
        [&](auto& action) {
          if constexpr (requires { call.PassTraceOn(action.contact); }) {
            call.PassTraceOn(action.contact);
          }
        },
        std::get<Verb>(verb).command.action);
  }
  SubmitVerb(backend, call, std::move(std::get<Verb>(verb)), std::move(finish), std::move(refuse));
}

template <typename Request, typename Finish>
void RunVerb(Backend& backend, Call call, Request& request, Finish finish) {
  RunVerb(backend, call, request, std::move(finish),
          [](Call refused, const router::Rejection& rejection) { refused.Refuse(rejection); });
}

// For verbs whose reply is router::Done.
template <typename Response>
void FinishEmpty(Call call, const router::Reply& /*reply*/) {
  call.Finish(Response());
}

// The answer of a query: the response that `fill` makes of the result, or a refusal.
template <typename Response, typename T, typename Filler>
void FinishQuery(Call call, const query::Result<T>& result, Filler fill) {
  if (const auto* rejection = std::get_if<router::Rejection>(&result)) {
    call.Refuse(*rejection);
    return;
  }
  Response response;
  fill(std::get<T>(result), response);
  call.Finish(response);
}

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_CALL_H_
