#include "server/rpc/unary_methods.h"

#include <grpcpp/support/server_callback.h>

#include "absl/strings/str_cat.h"

namespace tandem::rpc {
namespace {

using Bytes = grpc::ByteBuffer;

// Read by gRPC before the handler is called, and answered by gRPC's own reactor.
class RegisteredCall final : public Responder {
 public:
  RegisteredCall(grpc::ServerUnaryReactor* reactor, Bytes* answer)
      : reactor_(reactor), answer_(answer) {}

  void Answer(const Bytes& answer) override {
    *answer_ = answer;
    End(grpc::Status::OK);
  }
  void Refuse(const grpc::Status& status) override { End(status); }

 private:
  void End(const grpc::Status& status) {
    const std::unique_ptr<RegisteredCall> self(this);
    reactor_->Finish(status);
  }

  grpc::ServerUnaryReactor* const reactor_;
  Bytes* const answer_;  // gRPC's, until Finish
};

// A stream of one message each way.
class GenericCall final : public grpc::ServerGenericBidiReactor, public Responder {
 public:
  GenericCall(const grpc::CallbackServerContext& context, const UnaryHandler& handler)
      : context_(context), handler_(handler) {
    StartRead(&request_);
  }

  void Answer(const Bytes& answer) override {
    answer_ = answer;
    StartWriteAndFinish(&answer_, grpc::WriteOptions(), grpc::Status::OK);
  }
  void Refuse(const grpc::Status& status) override { Finish(status); }

 private:
  // A call that ended before its message came is none of ours, as it is not when it is registered;
  // one that has none has no bytes, which the handler refuses.
  void OnReadDone(bool ok) override {
    if (!ok && context_.IsCancelled()) {
      Finish(grpc::Status::CANCELLED);
    } else {
      handler_(context_, request_, *this);
    }
  }
  void OnDone() override { delete this; }

  const grpc::CallbackServerContext& context_;
  const UnaryHandler& handler_;
  Bytes request_, answer_;
};

// Of a method that nobody serves.
class Unimplemented final : public grpc::ServerGenericBidiReactor {
 public:
  Unimplemented() { Finish({grpc::StatusCode::UNIMPLEMENTED, ""}); }

 private:
  void OnDone() override { delete this; }
};

}  // namespace

void UnaryMethods::Add(UnaryMethod method) {
  handlers_.emplace(std::move(method.path), std::move(method.handler));
}

grpc::ServerGenericBidiReactor* UnaryMethods::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  const auto found = handlers_.find(context->method());
  if (found == handlers_.end()) return new Unimplemented;
  return new GenericCall(*context, found->second);
}

std::string PathOf(const google::protobuf::MethodDescriptor& method) {
  return absl::StrCat("/", method.service()->full_name(), "/", method.name());
}

grpc::internal::MethodHandler* NewRegisteredHandler(UnaryHandler handler) {
  return new grpc::internal::CallbackUnaryHandler<Bytes, Bytes>(
      [handler = std::move(handler)](grpc::CallbackServerContext* context, const Bytes* request,
                                     Bytes* answer) {
        grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
        handler(*context, *request, *new RegisteredCall(reactor, answer));
        return reactor;
      });
}

}  // namespace tandem::rpc
