// W3C Trace Context: `traceparent` and `tracestate`, by which a caller says which trace its call is
// part of (https://www.w3.org/TR/trace-context/).
#ifndef TANDEM_SERVER_RPC_TRACE_CONTEXT_H_
#define TANDEM_SERVER_RPC_TRACE_CONTEXT_H_

#include <grpcpp/server_context.h>

#include <optional>
#include <string>
#include <string_view>

namespace tandem::rpc {

// Valid, or empty: a caller's mistake never fails its call.
struct TraceContext {
  static constexpr size_t kMaxStateBytes = 512;
  static constexpr size_t kMaxStateMembers = 32;

  std::string trace_id;   // 32 hexadecimal digits, lower case; empty: none
  std::string parent_id;  // 16
  bool sampled = false;
  std::string state;  // as it came; empty when it is malformed or longer than we keep
};

// Nothing when it is malformed, all zeros, or of the version that is forbidden. What later versions
// append is left out.
std::optional<TraceContext> ParseTraceParent(std::string_view text);
// Whether a tracestate is well formed and within the bounds.
bool IsTraceState(std::string_view text);

// As a traceparent of version 00; empty when there is no trace.
std::string ToTraceParent(const TraceContext& trace);

// Of a call's metadata.
TraceContext TraceContextOf(const grpc::ServerContextBase& context);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_TRACE_CONTEXT_H_
