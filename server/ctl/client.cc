#include "server/ctl/client.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

#include "server/ctl/render.h"
#include "server/files/read.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

// Visits the error's details of one type.
template <typename Detail, typename Visit>
void ForEachDetail(const grpc::Status& status, const Visit& visit) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return;
  for (const google::protobuf::Any& any : details.details()) {
    Detail detail;
    if (any.Is<Detail>() && any.UnpackTo(&detail)) visit(detail);
  }
}

// Empty when there is no such file: the command line was checked, so it has gone meanwhile, and the
// connection fails for it.
std::string Contents(const std::string& path) {
  if (path.empty()) return "";
  return files::ReadFile(path).value_or("");
}

std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(const Security& security) {
  if (!security.encrypts()) return grpc::InsecureChannelCredentials();
  return grpc::SslCredentials({.pem_root_certs = Contents(security.ca),
                               .pem_private_key = Contents(security.key),
                               .pem_cert_chain = Contents(security.cert)});
}

}  // namespace

std::shared_ptr<grpc::Channel> Connect(const std::string& address, const Security& security) {
  grpc::ChannelArguments arguments;
  // A server that was killed is back within a second or two, and we want to be there then.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  // A network that is gone without a word is noticed while something is awaited; the server allows
  // a ping every 5 s.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 10'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Channels with equal arguments would share one connection, and a connection's streams are
  // limited.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize(64 * 1024 * 1024);
  // The server is near; a proxy of the environment is never meant for it.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address, CredentialsOf(security), arguments);
}

Client::Client(const std::shared_ptr<grpc::Channel>& channel)
    : agents(v1::AgentService::NewStub(channel)),
      configurations(v1::ConfigurationService::NewStub(channel)),
      events(v1::EventService::NewStub(channel)),
      ingest(v1::IngestService::NewStub(channel)),
      media(v1::MediaService::NewStub(channel)),
      queues(v1::QueueService::NewStub(channel)),
      reports(v1::ReportService::NewStub(channel)),
      resources(v1::ResourceService::NewStub(channel)),
      supervisors(v1::SupervisorService::NewStub(channel)),
      system(v1::SystemService::NewStub(channel)),
      tickets(v1::TicketService::NewStub(channel)),
      watch(v1::WatchService::NewStub(channel)),
      webhooks(v1::WebhookService::NewStub(channel)),
      work(v1::WorkService::NewStub(channel)) {}

std::string ReasonOf(const grpc::Status& status) {
  std::string reason;
  ForEachDetail<google::rpc::ErrorInfo>(
      status, [&reason](const google::rpc::ErrorInfo& info) { reason = info.reason(); });
  return reason;
}

std::string Describe(const grpc::Status& status) {
  const std::string reason = ReasonOf(status);
  std::string text = absl::StrCat(CodeName(status.error_code()), reason.empty() ? "" : " ", reason,
                                  ": ", Plain(status.error_message()));
  ForEachDetail<google::rpc::BadRequest>(status, [&text](const google::rpc::BadRequest& bad) {
    for (const auto& violation : bad.field_violations()) {
      absl::StrAppend(&text, "\n  ", Plain(violation.field()), ": ",
                      Plain(violation.description()));
    }
  });
  ForEachDetail<google::rpc::ErrorInfo>(status, [&text](const google::rpc::ErrorInfo& info) {
    const std::map<std::string, std::string> metadata(info.metadata().begin(),
                                                      info.metadata().end());
    for (const auto& [key, value] : metadata) {
      absl::StrAppend(&text, "\n  ", Plain(key), ": ", Plain(value));
    }
  });
  return text;
}

std::string CodeName(int code) {
  static constexpr std::array kNames = {"OK",
                                        "CANCELLED",
                                        "UNKNOWN",
                                        "INVALID_ARGUMENT",
                                        "DEADLINE_EXCEEDED",
                                        "NOT_FOUND",
                                        "ALREADY_EXISTS",
                                        "PERMISSION_DENIED",
                                        "RESOURCE_EXHAUSTED",
                                        "FAILED_PRECONDITION",
                                        "ABORTED",
                                        "OUT_OF_RANGE",
                                        "UNIMPLEMENTED",
                                        "INTERNAL",
                                        "UNAVAILABLE",
                                        "DATA_LOSS",
                                        "UNAUTHENTICATED"};
  const auto index = static_cast<size_t>(code);
  return index < kNames.size() ? kNames[index] : absl::StrCat("code ", code);
}

bool IsUndecided(int code, const std::string& reason) {
  switch (code) {
    case grpc::StatusCode::UNAVAILABLE:
      return true;
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return reason != "REPORT_TIMED_OUT";  // It would again.
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::INTERNAL:
      return reason.empty();  // The connection broke; the server's own errors carry a reason.
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return reason == "OVERLOADED";
    default:
      return false;
  }
}

grpc::Status CallAndWait(absl::Duration patience,
                         const std::function<grpc::Status(grpc::ClientContext*)>& call,
                         const std::function<void(const grpc::Status&)>& on_repeat) {
  const absl::Time give_up = absl::Now() + patience;
  bool repeated = false;
  for (absl::Duration pause = absl::Milliseconds(100);;
       pause = std::min(pause * 2, absl::Seconds(1))) {
    const absl::Time now = absl::Now();
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(std::max(give_up, now + absl::Seconds(1))));
    const grpc::Status status = call(&context);
    if (status.ok() || !IsUndecided(status.error_code(), ReasonOf(status)) ||
        absl::Now() + pause > give_up) {
      return status;
    }
    if (!repeated && on_repeat) on_repeat(status);
    repeated = true;
    absl::SleepFor(pause);
  }
}

std::string NewUuid() {
  static thread_local std::mt19937_64 random = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  const uint64_t high = (random() & ~uint64_t{0xF000}) | 0x4000;                 // Version 4.
  const uint64_t low = (random() & ~(uint64_t{3} << 62)) | (uint64_t{1} << 63);  // RFC 4122.
  return absl::StrFormat("%08x-%04x-%04x-%04x-%012x", high >> 32, (high >> 16) & 0xFFFF,
                         high & 0xFFFF, low >> 48, low & 0xFFFFFFFFFFFF);
}

}  // namespace tandem::ctl
