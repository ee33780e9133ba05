#include "server/rpc/interceptor.h"

#include <grpcpp/security/auth_context.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor_database.h"

#include "router/check.h"
#include "router/ids.h"
#include "spdlog/spdlog.h"

namespace tandem::rpc {
namespace {

constexpr std::array<const char*, MethodFigures::kCodes> kCodeNames = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

// The methods that were called, by descriptor. They stay for good.
class Methods {
 public:
  const Method& Of(const google::protobuf::MethodDescriptor& descriptor) {
    const absl::MutexLock lock(&mutex_);
    const Method*& method = by_descriptor_[&descriptor];
    if (method == nullptr) {
      method = &methods_.emplace_back(
          Method{.index = methods_.size(),
                 .name = absl::StrCat(descriptor.service()->name(), "/", descriptor.name()),
                 .streams = descriptor.client_streaming() || descriptor.server_streaming()});
    }
    return *method;
  }

 private:
  absl::Mutex mutex_;
  std::deque<Method> methods_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<const google::protobuf::MethodDescriptor*, const Method*> by_descriptor_
      ABSL_GUARDED_BY(mutex_);
};

constexpr std::array<const char*, 4> kIds = {"workspace", "ticket_id", "agent", "request_id"};

// Whether it has the form of such an id. A caller may put anything where an id belongs, and what is
// none is not for the log.
bool IsLoggable(std::string_view name, std::string_view id) {
  if (name == "workspace" || name == "agent") return router::IsResourceId(id);
  return router::ParseUuid(id).has_value();
}

// The message that is a field of this one; null when there is none.
const google::protobuf::Message* Part(const google::protobuf::Message& message, const char* name) {
  const google::protobuf::FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr || field->is_repeated() ||
      field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
    return nullptr;
  }
  return &message.GetReflection()->GetMessage(message, field);
}

// The field's text; empty when the message has no such field, or it is no single text.
std::string TextOf(const google::protobuf::Message& message, const char* name) {
  const google::protobuf::FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr || field->is_repeated() ||
      field->type() != google::protobuf::FieldDescriptor::TYPE_STRING) {
    return "";
  }
  return message.GetReflection()->GetString(message, field);
}

// Each rpc has a request of its own.
using RequestMethods = absl::flat_hash_map<const google::protobuf::Descriptor*,
                                           const google::protobuf::MethodDescriptor*>;

RequestMethods MethodsByRequest() {
  using google::protobuf::DescriptorPool;
  std::vector<std::string> files;
  DescriptorPool::internal_generated_database()->FindAllFileNames(&files);
  RequestMethods methods;
  for (const std::string& name : files) {
    if (!absl::StartsWith(name, "tandem/")) continue;
    const auto& file = *DescriptorPool::generated_pool()->FindFileByName(name);
    for (int i = 0; i < file.service_count(); ++i) {
      for (int j = 0; j < file.service(i)->method_count(); ++j) {
        const google::protobuf::MethodDescriptor& method = *file.service(i)->method(j);
        methods.emplace(method.input_type(), &method);
      }
    }
  }
  return methods;
}

}  // namespace

const char* NameOf(grpc::StatusCode code) {
  const auto index = static_cast<size_t>(code);
  return index < kCodeNames.size() ? kCodeNames[index] : "UNKNOWN";
}

const Method& MethodOf(const google::protobuf::MethodDescriptor& descriptor) {
  static auto* const methods = new Methods;  // calls may end after main has returned
  return methods->Of(descriptor);
}

const google::protobuf::MethodDescriptor& MethodDescriptorOf(
    const google::protobuf::Descriptor& request) {
  // A request may be in another file than its service.
  static const auto* const methods = new RequestMethods(MethodsByRequest());
  const auto found = methods->find(&request);
  if (found != methods->end()) return *found->second;
  spdlog::critical("expected {} to be the request of an rpc, but there is none",
                   request.full_name());
  std::abort();
}

Caller CallerOf(const grpc::ServerContextBase& context) {
  Caller caller{.identity = {}, .address = context.peer()};
  const std::shared_ptr<const grpc::AuthContext> auth = context.auth_context();
  if (auth == nullptr || !auth->IsPeerAuthenticated()) return caller;
  for (const grpc::string_ref& name : auth->GetPeerIdentity()) {
    absl::StrAppend(&caller.identity, caller.identity.empty() ? "" : ",",
                    absl::string_view(name.data(), name.size()));
  }
  return caller;
}

// ---------------------------------------------------------------------------------------- one call

CallRecord::CallRecord(Interceptor& interceptor, const Method& method,
                       const grpc::ServerContextBase& context)
    : interceptor_(interceptor), method_(method) {
  interceptor_.LanesOf(method_).lanes[metrics::LaneOfThread()].started.fetch_add(
      1, std::memory_order_relaxed);
  if (interceptor_.access_log_ == AccessLog::kOff) return;
  logged_ = std::make_unique<Logged>(
      Logged{.caller = CallerOf(context), .trace = TraceContextOf(context), .ids = {}});
}

void CallRecord::DescribeFor(Logged& logged, const google::protobuf::Message& message) {
  const auto add = [&logged](const char* name, std::string id) {
    if (!IsLoggable(name, id)) return;
    for (const auto& [known, value] : logged.ids) {
      if (std::string_view(known) == name) return;
    }
    logged.ids.emplace_back(name, std::move(id));
  };
  for (const char* name : kIds) add(name, TextOf(message, name));
  // What became of a contact says its ticket.
  if (const google::protobuf::Message* result = Part(message, "result")) {
    add("ticket_id", TextOf(*result, "ticket_id"));
  }
  // A contact may be part of another trace than the call that brings it.
  if (const google::protobuf::Message* contact = Part(message, "contact")) {
    auto own = ParseTraceParent(TextOf(*contact, "trace_parent"));
    if (own) logged.trace = *std::move(own);
  }
  // Verbs of agents name them by their session.
  if (const google::protobuf::Message* session = Part(message, "session")) {
    add("agent", TextOf(*session, "agent"));
  }
}

void CallRecord::End(grpc::StatusCode code) {
  const auto took = std::chrono::steady_clock::now() - began_;
  Interceptor::Lane& lane = interceptor_.LanesOf(method_).lanes[metrics::LaneOfThread()];
  const auto number = std::min(static_cast<size_t>(code), MethodFigures::kCodes - 1);
  lane.finished[number].fetch_add(1, std::memory_order_relaxed);
  if (!method_.streams) lane.duration_ns.Observe(took);
  if (reason_) interceptor_.refusals_[static_cast<size_t>(*reason_)].Add();
  if (logged_ == nullptr) return;
  if (code != grpc::StatusCode::OK || interceptor_.access_log_ == AccessLog::kAll) Log(code, took);
}

void CallRecord::End(const std::optional<StreamEnd>& end) {
  if (end) reason_ = end->reason;
  End(end ? end->status.error_code() : grpc::StatusCode::CANCELLED);
}

void CallRecord::Log(grpc::StatusCode code, std::chrono::nanoseconds took) const {
  log::Fields fields = {
      {"rpc", method_.name},
      {"code", NameOf(code)},
      {"duration_ms",
       absl::StrFormat("%.3f", std::chrono::duration<double, std::milli>(took).count())}};
  const auto add = [&fields](const char* name, const std::string& value) {
    if (!value.empty()) fields.emplace_back(name, value);
  };
  if (reason_) add("reason", router::ToString(*reason_));
  for (const auto& [name, value] : logged_->ids) add(name, value);
  add("trace_id", logged_->trace.trace_id);
  add("parent_id", logged_->trace.parent_id);
  add("trace_state", logged_->trace.state);
  add("caller", logged_->caller.identity);
  add("address", logged_->caller.address);
  log::Write(spdlog::level::info, "call", fields);
}

// ------------------------------------------------------------------------------------------- all

Interceptor::Interceptor(AccessLog access_log) : access_log_(access_log) {}

Interceptor::~Interceptor() {
  for (const std::atomic<Lanes*>& lanes : methods_) delete lanes.load();
}

Interceptor::Lanes& Interceptor::LanesOf(const Method& method) {
  std::atomic<Lanes*>& slot = methods_.at(method.index);
  Lanes* held = slot.load(std::memory_order_acquire);
  if (held != nullptr) return *held;
  auto made = std::make_unique<Lanes>();
  made->method = &method;
  if (slot.compare_exchange_strong(held, made.get(), std::memory_order_acq_rel)) {
    return *made.release();
  }
  return *held;  // another thread was quicker
}

std::vector<MethodFigures> Interceptor::methods() const {
  std::vector<MethodFigures> all;
  for (const std::atomic<Lanes*>& slot : methods_) {
    const Lanes* held = slot.load(std::memory_order_acquire);
    if (held == nullptr) continue;
    MethodFigures& figures = all.emplace_back();
    figures.method = held->method;
    for (const Lane& lane : held->lanes) {
      // Ended ones first, so that no call is seen to end that has not begun.
      for (size_t code = 0; code < MethodFigures::kCodes; ++code) {
        figures.finished[code] += lane.finished[code].load(std::memory_order_relaxed);
      }
      const metrics::HistogramValue seconds = lane.duration_ns.value();
      if (figures.seconds.counts.empty()) {
        figures.seconds = seconds;
      } else {
        figures.seconds.Add(seconds);
      }
    }
    for (const Lane& lane : held->lanes) {
      figures.started += lane.started.load(std::memory_order_relaxed);
    }
  }
  return all;
}

}  // namespace tandem::rpc
