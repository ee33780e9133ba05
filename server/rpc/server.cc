#include "server/rpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_builder_plugin.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <optional>
#include <utility>
#include <vector>

#include "google/protobuf/stubs/logging.h"

#include "server/live/hub.h"
#include "server/rpc/convert_webhook.h"
#include "server/rpc/listener.h"
#include "server/rpc/media_sessions.h"
#include "server/rpc/reader_pool.h"
#include "server/rpc/services.h"
#include "server/rpc/session_queues.h"
#include "server/rpc/session_stream.h"
#include "server/rpc/stream_registry.h"
#include "server/rpc/tls.h"
#include "server/rpc/unary_methods.h"
#include "server/webhook/dispatcher.h"
#include "spdlog/spdlog.h"

namespace tandem::rpc {
namespace {

int Milliseconds(std::chrono::seconds span) {
  return static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(span).count());
}

void SetLimits(const ServerOptions& options, grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(static_cast<int>(options.max_message_bytes));
  builder.SetResourceQuota(grpc::ResourceQuota("tandem").Resize(options.max_memory_bytes));
  const auto set = [&builder](const char* name, int value) {
    builder.AddChannelArgument(name, value);
  };
  set(GRPC_ARG_MAX_METADATA_SIZE, static_cast<int>(options.max_metadata_bytes));
  set(GRPC_ARG_MAX_CONCURRENT_STREAMS, options.max_concurrent_calls);
  set(GRPC_ARG_MAX_CONNECTION_AGE_MS, Milliseconds(options.max_connection_age));
  set(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, Milliseconds(options.max_connection_age_grace));
  set(GRPC_ARG_MAX_CONNECTION_IDLE_MS, Milliseconds(options.max_connection_idle));
  set(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, Milliseconds(options.handshake_timeout));
  set(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(options.keepalive_interval));
  set(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(options.keepalive_timeout));
  set(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  set(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
      Milliseconds(options.min_ping_interval));
}

// Linking gRPC's reflection switches it on for every server of the process; this option decides for
// one of them.
class Reflection final : public grpc::ServerBuilderOption {
 public:
  explicit Reflection(bool on) : on_(on) {}
  void UpdateArguments(grpc::ChannelArguments* /*arguments*/) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    std::erase_if(*plugins,
                  [name = plugin_.name()](const auto& other) { return other->name() == name; });
    if (on_) plugins->push_back(std::make_unique<grpc::reflection::ProtoServerReflectionPlugin>());
  }

 private:
  const bool on_;
  grpc::reflection::ProtoServerReflectionPlugin plugin_;
};

// Protobuf complains of requests that it can't read; their callers are told, and the log is not
// theirs to fill.
void LogOfProtobuf(google::protobuf::LogLevel level, const char* /*file*/, int /*line*/,
                   const std::string& message) {
  if (level == google::protobuf::LOGLEVEL_FATAL) {
    spdlog::critical("protobuf: {}", message);
  } else {
    spdlog::debug("protobuf: {}", message);
  }
}

}  // namespace

class Server::Impl {
 public:
  Impl(const ServerOptions& options, engine::Engine& engine, store::Reader& reader,
       store::PolicyStore& policies, store::WebhookStore& webhooks)
      : interceptor_(options.access_log),
        streams_(options.streams),
        hub_(engine),
        pool_(options.reader_threads, options.max_waiting_reads),
        report_pool_(options.report_threads, options.max_waiting_reports),
        dispatcher_(options.webhooks, WebhookRendering(), engine, hub_, reader, webhooks),
        backend_{.engine = engine,
                 .reader = reader,
                 .policies = policies,
                 .pool = pool_,
                 .report_pool = report_pool_,
                 .interceptor = interceptor_,
                 .streams = streams_,
                 .media = media_,
                 .hub = hub_,
                 .webhooks = webhooks,
                 .dispatcher = dispatcher_,
                 .webhook_private_networks = options.webhooks.sender.private_networks},
        listener_(options.reserved_files) {}

  absl::Status Start(const ServerOptions& options);
  void SetServing(bool serving);
  void Shutdown(std::chrono::milliseconds patience);
  int port() const { return listener_.port(); }

  const Interceptor& interceptor() const { return interceptor_; }
  const StreamRegistry& streams() const { return streams_; }
  const ReaderPool& pool() const { return pool_; }
  const ReaderPool& report_pool() const { return report_pool_; }
  const live::Hub& hub() const { return hub_; }
  const webhook::Dispatcher& dispatcher() const { return dispatcher_; }

 private:
  // In the order in which they need each other; what comes later goes first.
  Interceptor interceptor_;
  StreamRegistry streams_;
  MediaSessions media_;
  live::Hub hub_;
  ReaderPool pool_;
  ReaderPool report_pool_;
  webhook::Dispatcher dispatcher_;
  Backend backend_;
  std::vector<Service> services_;
  UnaryMethods methods_;
  std::optional<SessionQueues> session_queues_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  Listener listener_;
};

absl::Status Server::Impl::Start(const ServerOptions& options) {
  if (const absl::Status status = listener_.Listen(options.address); !status.ok()) return status;
  std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
  if (options.tls) {
    auto made = MakeTlsCredentials(*options.tls);
    if (!made.ok()) return made.status();
    credentials = *std::move(made);
  }
  google::protobuf::SetLogHandler(LogOfProtobuf);
  grpc::EnableDefaultHealthCheckService(true);

  AgentCalls agent_calls = MakeAgentService(backend_);
  services_.push_back(std::move(agent_calls.service));
  services_.push_back(MakeConfigurationService(backend_));
  services_.push_back(MakeEventService(backend_));
  services_.push_back(MakeIngestService(backend_));
  services_.push_back(MakeMediaService(backend_));
  services_.push_back(MakeParticipantService(backend_));
  services_.push_back(MakeQueueService(backend_));
  services_.push_back(MakeReportService(backend_));
  services_.push_back(MakeResourceService(backend_));
  services_.push_back(MakeSupervisorService(backend_));
  services_.push_back(MakeSystemService(backend_));
  services_.push_back(MakeTicketService(backend_));
  services_.push_back(MakeWatchService(backend_));
  services_.push_back(MakeWebhookService(backend_));
  services_.push_back(MakeWorkService(backend_));

  grpc::ServerBuilder builder;
  SetLimits(options, builder);
  builder.SetOption(std::make_unique<Reflection>(options.reflection));
  for (Service& service : services_) {
    builder.RegisterService(service.implementation.get());
    for (UnaryMethod& method : service.methods) methods_.Add(std::move(method));
  }
  builder.RegisterCallbackGenericService(&methods_);
  session_queues_.emplace(options.sessions_of_queue, builder);
  using Experimental = grpc::ServerBuilder::experimental_type;
  acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
      Experimental::ExternalConnectionType::FROM_FD, credentials);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) return absl::InternalError("gRPC could not build the server");
  SetServing(backend_.engine.ready());
  session_queues_->Run(std::move(agent_calls.next_session),
                       [this] { return std::make_shared<SessionStream>(backend_); });
  listener_.Run([this](int listening_socket, int socket) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.listener_fd = listening_socket;
    connection.fd = socket;
    acceptor_->HandleNewConnection(&connection);
  });
  return absl::OkStatus();
}

void Server::Impl::SetServing(bool serving) {
  grpc::HealthCheckServiceInterface* health = server_->GetHealthCheckService();
  health->SetServingStatus("", serving);
  for (const Service& service : services_) health->SetServingStatus(service.name, serving);
}

void Server::Impl::Shutdown(std::chrono::milliseconds patience) {
  if (server_ == nullptr) return;
  server_->GetHealthCheckService()->Shutdown();
  listener_.Stop();
  dispatcher_.BeginStop();
  streams_.EndAll();
  server_->Shutdown(std::chrono::system_clock::now() + patience);
  session_queues_->Shutdown();
  dispatcher_.Stop();
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                      engine::Engine& engine, store::Reader& reader,
                                                      store::PolicyStore& policies,
                                                      store::WebhookStore& webhooks) {
  auto impl = std::make_unique<Impl>(options, engine, reader, policies, webhooks);
  if (const absl::Status status = impl->Start(options); !status.ok()) return status;
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() {
  impl_->Shutdown(std::chrono::milliseconds(0));
}
int Server::port() const {
  return impl_->port();
}
const Interceptor& Server::interceptor() const {
  return impl_->interceptor();
}
size_t Server::OpenStreams(StreamKind kind) const {
  return impl_->streams().open(kind);
}
size_t Server::WaitingReads() const {
  return impl_->pool().waiting();
}
size_t Server::WaitingReports() const {
  return impl_->report_pool().waiting();
}
int64_t Server::MostEventsBehind() const {
  return impl_->hub().MostBehind();
}
const webhook::Figures& Server::webhook_figures() const {
  return impl_->dispatcher().figures();
}
void Server::SetServing(bool serving) {
  impl_->SetServing(serving);
}
void Server::Shutdown(std::chrono::milliseconds patience) {
  impl_->Shutdown(patience);
}

}  // namespace tandem::rpc
