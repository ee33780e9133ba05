// The way to the server: stubs, and what its answers mean.
#ifndef TANDEM_SERVER_CTL_CLIENT_H_
#define TANDEM_SERVER_CTL_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"

#include "tandem/v1/agent_service.grpc.pb.h"
#include "tandem/v1/configuration_service.grpc.pb.h"
#include "tandem/v1/event_service.grpc.pb.h"
#include "tandem/v1/ingest_service.grpc.pb.h"
#include "tandem/v1/media_service.grpc.pb.h"
#include "tandem/v1/queue_service.grpc.pb.h"
#include "tandem/v1/report_service.grpc.pb.h"
#include "tandem/v1/resource_service.grpc.pb.h"
#include "tandem/v1/supervisor_service.grpc.pb.h"
#include "tandem/v1/system_service.grpc.pb.h"
#include "tandem/v1/ticket_service.grpc.pb.h"
#include "tandem/v1/watch_service.grpc.pb.h"
#include "tandem/v1/webhook_service.grpc.pb.h"
#include "tandem/v1/work_service.grpc.pb.h"

namespace tandem::ctl {

// How the connection is protected. Files in PEM form.
struct Security {
  bool tls = false;
  std::string ca;         // who vouches for the server; empty: whom this machine believes
  std::string cert, key;  // who we are, to a server that asks

  // Naming a file means TLS, too.
  bool encrypts() const { return tls || !ca.empty() || !cert.empty(); }
};

// Which server and which workspace.
struct Target {
  std::string address = "127.0.0.1:9400";
  Security security;
  std::string workspace = "starter";
  absl::Duration timeout = absl::Seconds(10);  // How long to wait for an answer, repeats included.
};

// A connection of its own to the server; it comes back by itself after the server was away.
// Thread-safe.
[[nodiscard]] std::shared_ptr<grpc::Channel> Connect(const std::string& address,
                                                     const Security& security = {});

// Stubs of the services that commands call, over one connection. Thread-safe.
struct Client {
  explicit Client(const std::shared_ptr<grpc::Channel>& channel);

  std::unique_ptr<tandem::v1::AgentService::Stub> agents;
  std::unique_ptr<tandem::v1::ConfigurationService::Stub> configurations;
  std::unique_ptr<tandem::v1::EventService::Stub> events;
  std::unique_ptr<tandem::v1::IngestService::Stub> ingest;
  std::unique_ptr<tandem::v1::MediaService::Stub> media;
  std::unique_ptr<tandem::v1::QueueService::Stub> queues;
  std::unique_ptr<tandem::v1::ReportService::Stub> reports;
  std::unique_ptr<tandem::v1::ResourceService::Stub> resources;
  std::unique_ptr<tandem::v1::SupervisorService::Stub> supervisors;
  std::unique_ptr<tandem::v1::SystemService::Stub> system;
  std::unique_ptr<tandem::v1::TicketService::Stub> tickets;
  std::unique_ptr<tandem::v1::WatchService::Stub> watch;
  std::unique_ptr<tandem::v1::WebhookService::Stub> webhooks;
  std::unique_ptr<tandem::v1::WorkService::Stub> work;
};

// The `reason` of the error's ErrorInfo; empty when it carries none, as errors of the network do.
[[nodiscard]] std::string ReasonOf(const grpc::Status& status);

// For people: code, reason and message in one line; below it each field violation and each
// metadatum.
[[nodiscard]] std::string Describe(const grpc::Status& status);

// "UNAVAILABLE" of a canonical code.
[[nodiscard]] std::string CodeName(int code);

// True when the server did not decide, so that the same request, with the same request_id, should
// be sent again.
[[nodiscard]] bool IsUndecided(int code, const std::string& reason);

// Calls and waits: `call(context)` returns a grpc::Status. A call that was not decided is repeated
// for up to `patience`, so it needs a request_id or must be safe to repeat. No attempt takes longer
// than what is left of it, or a second. `on_repeat` is told the status before the first repeat.
[[nodiscard]] grpc::Status CallAndWait(
    absl::Duration patience, const std::function<grpc::Status(grpc::ClientContext*)>& call,
    const std::function<void(const grpc::Status&)>& on_repeat = nullptr);

// A random UUID, for request ids.
[[nodiscard]] std::string NewUuid();

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_CLIENT_H_
