// The unary methods, each a function of its request, and how their calls come in.
//
// gRPC gives each connection a table of all methods that are registered with it, 160 bytes for one:
// of an idle agent's connection that was more than half. So only methods that are called with every
// ticket are registered. The others come by gRPC's generic service and are found by name here; that
// costs a call one more pass of the completion queue, to read its request.
#ifndef TANDEM_SERVER_RPC_UNARY_METHODS_H_
#define TANDEM_SERVER_RPC_UNARY_METHODS_H_

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/impl/codegen/service_type.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "google/protobuf/descriptor.h"

#include "server/rpc/call.h"
#include "server/rpc/services.h"

namespace tandem::rpc {

template <typename Request>
UnaryHandler HandlerOf(Backend& backend, void (*handler)(Backend&, Call, Request&)) {
  return [&backend, handler](const grpc::CallbackServerContext& context,
                             const grpc::ByteBuffer& bytes, Responder& responder) {
    Request request;
    const Call call(backend, MethodOf<Request>(), context, responder);
    if (call.Read(bytes, request)) handler(backend, call, request);
  };
}

// The calls that come by gRPC's generic service. What has no method here is UNIMPLEMENTED.
//
// Thread rules: everything is added before the gRPC server is built.
class UnaryMethods final : public grpc::CallbackGenericService {
 public:
  void Add(UnaryMethod method);

 private:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override;

  absl::flat_hash_map<std::string, UnaryHandler> handlers_;  // by path
};

// "/tandem.v1.TicketService/GetTicket".
std::string PathOf(const google::protobuf::MethodDescriptor& method);

// For a method that is registered with gRPC; to be given to MarkMethodRawCallback.
grpc::internal::MethodHandler* NewRegisteredHandler(UnaryHandler handler);

// Makes a generated service of functions, of which each serves one unary method. `Streams` serves
// its streams, if it has any.
template <typename Generated, typename Streams = typename Generated::Service>
class ServiceMaker {
 public:
  explicit ServiceMaker(Backend& backend) : backend_(backend) {
    if constexpr (std::is_constructible_v<Streams, Backend&>) {
      service_ = std::make_unique<Open>(backend);
    } else {
      service_ = std::make_unique<Open>();
    }
  }

  template <typename Request>
  void Serve(void (*handler)(Backend&, Call, Request&)) {
    Serve(MethodDescriptorOf(*Request::descriptor()), HandlerOf(backend_, handler));
  }
  void Serve(const google::protobuf::MethodDescriptor& method, UnaryHandler handler) {
    // The generated base counts its methods in the order of the descriptor.
    service_->MarkMethodGeneric(method.index());
    methods_.push_back({PathOf(method), std::move(handler)});
  }

  // The same for a method that is to be registered. gRPC's reflection lists a service only when one
  // of its methods is, be it a stream.
  template <typename Request>
  void Register(void (*handler)(Backend&, Call, Request&)) {
    service_->MarkMethodRawCallback(MethodDescriptorOf(*Request::descriptor()).index(),
                                    NewRegisteredHandler(HandlerOf(backend_, handler)));
  }

  // The implementation, for whoever asks it for streams; it stays where it is.
  Streams& service() { return *service_; }

  Service Make() && {
    return {.name = Generated::service_full_name(),
            .implementation = std::move(service_),
            .methods = std::move(methods_)};
  }

 private:
  struct Open final : Streams {
    using grpc::Service::MarkMethodGeneric;
    using grpc::Service::MarkMethodRawCallback;
    using Streams::Streams;
  };

  Backend& backend_;
  std::unique_ptr<Open> service_;
  std::vector<UnaryMethod> methods_;
};

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_UNARY_METHODS_H_
