// What every call passes: one place that knows who calls, which workspace, and which rpc. It counts
// calls for metrics and writes the access log.
//
// gRPC's own interceptors would cost an extra pass of the completion queue for each message of a
// stream, and see bytes where our handlers have read the request (decision 18). So a call has a
// record: made when its handler begins, told of the workspace when the request is read, ended with
// the status. Health checks and reflection are gRPC's own and have none.
//
// Thread rules: an Interceptor is safe from any thread. A CallRecord is used by one thread at a
// time.
#ifndef TANDEM_SERVER_RPC_INTERCEPTOR_H_
#define TANDEM_SERVER_RPC_INTERCEPTOR_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "google/protobuf/message.h"

#include "router/rejection.h"
#include "server/log/fields.h"
#include "server/metrics/counters.h"
#include "server/rpc/status.h"
#include "server/rpc/trace_context.h"

namespace tandem::rpc {

// An rpc of ours. There is one object of each for the life of the process.
struct Method {
  size_t index = 0;  // in the order in which they were first called
  std::string name;  // "TicketService/GetTicket"
  bool streams = false;
};

const Method& MethodOf(const google::protobuf::MethodDescriptor& descriptor);
// The rpc that has this request: each has one of its own.
const google::protobuf::MethodDescriptor& MethodDescriptorOf(
    const google::protobuf::Descriptor& request);
template <typename Request>
const Method& MethodOf() {
  static const Method& method = MethodOf(MethodDescriptorOf(*Request::descriptor()));
  return method;
}

// "INVALID_ARGUMENT".
const char* NameOf(grpc::StatusCode code);

enum class AccessLog : uint8_t { kOff, kErrors, kAll };

// Who calls. Without a certificate of the client there is an address only.
struct Caller {
  std::string identity;  // as its certificate names it; empty: unknown
  std::string address;   // "ipv4:127.0.0.1:40122"
};
Caller CallerOf(const grpc::ServerContextBase& context);

class Interceptor;

class CallRecord {
 public:
  // Counts the call as begun.
  CallRecord(Interceptor& interceptor, const Method& method,
             const grpc::ServerContextBase& context);
  CallRecord(const CallRecord&) = delete;
  CallRecord& operator=(const CallRecord&) = delete;

  // Takes the ids that a request or a response names: workspace, ticket, agent, request id, each if
  // it has the form of one. None of them says anything about a customer.
  void Describe(const google::protobuf::Message& message) {
    if (logged_ != nullptr) DescribeFor(*logged_, message);
  }
  void SetWorkspace(const std::string& workspace) {
    if (logged_ != nullptr) logged_->ids.emplace_back("workspace", workspace);
  }
  // Why it is refused.
  void SetReason(router::Reason reason) { reason_ = reason; }

  // Counts the call as ended, once, and logs it if that is wanted.
  void End(grpc::StatusCode code);
  // The same of a stream; none: its client went away.
  void End(const std::optional<StreamEnd>& end);

 private:
  // What the access log says; gathered for it alone.
  struct Logged {
    Caller caller;
    TraceContext trace;
    log::Fields ids;
  };
  static void DescribeFor(Logged& logged, const google::protobuf::Message& message);
  void Log(grpc::StatusCode code, std::chrono::nanoseconds took) const;

  Interceptor& interceptor_;
  const Method& method_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::optional<router::Reason> reason_;
  std::unique_ptr<Logged> logged_;  // null: not wanted
};

// Of one method: what its calls came to.
struct MethodFigures {
  static constexpr size_t kCodes = 17;  // of gRPC, by number

  const Method* method = nullptr;
  uint64_t started = 0;
  std::array<uint64_t, kCodes> finished{};
  metrics::HistogramValue seconds;  // of unary calls
};

class Interceptor {
 public:
  explicit Interceptor(AccessLog access_log);
  ~Interceptor();

  // Of the methods that were called.
  std::vector<MethodFigures> methods() const;
  // A verb of a stream was refused, or a contact of one: the stream goes on.
  void CountRefusal(router::Reason reason) { refusals_[static_cast<size_t>(reason)].Add(); }
  // How often calls, and what came over streams, were refused for a reason.
  uint64_t refusals(router::Reason reason) const {
    return refusals_[static_cast<size_t>(reason)].value();
  }

 private:
  friend class CallRecord;

  // Rpcs that there can be; a test knows that there are fewer.
  static constexpr size_t kMostMethods = 192;
  // What the threads of one lane count, so that no two write to the same memory as a rule.
  struct alignas(64) Lane {
    std::atomic<uint64_t> started = 0;
    std::array<std::atomic<uint64_t>, MethodFigures::kCodes> finished{};
    metrics::Histogram duration_ns{metrics::kCallBounds, metrics::kSecondsPerNanosecond};
  };
  struct Lanes {
    const Method* method = nullptr;
    std::array<Lane, metrics::kLanes> lanes;
  };

  // Of the method, made when it is called first.
  Lanes& LanesOf(const Method& method);

  const AccessLog access_log_;
  std::array<std::atomic<Lanes*>, kMostMethods> methods_{};
  std::array<metrics::Counter, 256> refusals_;  // by reason
};

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_INTERCEPTOR_H_
