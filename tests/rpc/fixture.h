// A whole server over an engine and a store in memory, on a real socket of the loopback, and what
// tests ask of it.
#ifndef TANDEM_TESTS_RPC_FIXTURE_H_
#define TANDEM_TESTS_RPC_FIXTURE_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "google/protobuf/timestamp.pb.h"

#include "gtest/gtest.h"
#include "server/engine/engine.h"
#include "server/rpc/server.h"
#include "server/store/memory_store.h"
#include "server/store/memory_webhook_store.h"
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
#include "tests/support/eventually.h"

namespace tandem::rpc {

using test::Eventually;

// -------------------------------------------------------------------------------------------------------
// errors

// What a status says, decoded from its details.
struct Error {
  grpc::StatusCode code = grpc::StatusCode::OK;
  std::string reason;  // "TICKET_NOT_FOUND"; empty without ErrorInfo
  std::string domain;
  std::map<std::string, std::string> metadata;
  std::vector<std::string> fields;
  bool has_bad_request = false;
  bool has_retry_info = false;
  std::string message;
};

// Also remembers the reason: see RememberReason.
Error Decode(const grpc::Status& status);

// Expects a refusal of one field, or of this one before others.
void ExpectRefusal(const grpc::Status& status, const std::string& reason, const std::string& field);

// The reason of a status, or the code when it has none: for comparing in one line.
std::string ReasonOf(const grpc::Status& status);

// How many agents an explanation counts at an obstacle.
int ObstaclesOf(const v1::ExplainTicketResponse& explained, v1::ObstacleKind kind);

// Reasons that were seen by a client of this program. At its end it fails when one of
// tandem.v1.ErrorReason is missing.
void RememberReason(const std::string& reason);

// --------------------------------------------------------------------------------------------------
// the workspace

inline constexpr char kWorkspace[] = "lisbon";
// Of a call that a test repeats.
inline constexpr char kRequestId[] = "6f1c0e6e-0f7b-4c1e-9d5e-3a1f0c2b4d5e";
// No ticket has it.
inline constexpr char kNoTicket[] = "01890000-0000-7000-8000-000000000001";

// Two clients, two agents (ann and bob), and a queue of each kind: `calls` with media, `chats`
// without, `jobs` to claim from, `private` of client acme alone, `tiny` for one waiting ticket.
v1::Configuration SmallConfiguration();

// A contact that may enter: a chat of acme.
v1::Contact ChatContact();
v1::Contact CallContact();
v1::Contact JobContact();

// So many seconds from now.
google::protobuf::Timestamp In(int64_t seconds);

// --------------------------------------------------------------------------------------------------------
// server

// Builds client contexts that give up after a while, so that a server that does not answer fails
// the test.
class ClientContext {
 public:
  explicit ClientContext(std::chrono::milliseconds patience = std::chrono::seconds(10)) {
    context_.set_deadline(std::chrono::system_clock::now() + patience);
  }
  operator grpc::ClientContext*() { return &context_; }
  grpc::ClientContext* operator->() { return &context_; }

 private:
  grpc::ClientContext context_;
};

// A commit in memory takes long only where the machine stands still.
inline engine::EngineOptions PatientEngine() {
  engine::EngineOptions options;
  options.reply_patience = std::chrono::seconds(5);
  return options;
}

struct FixtureOptions {
  engine::EngineOptions engine = PatientEngine();
  ServerOptions server;
  bool start_engine = true;
  bool configure = true;
  store::Reader* reader = nullptr;  // default: the store's own
};

class Fixture {
 public:
  explicit Fixture(FixtureOptions options = {});
  ~Fixture();

  store::MemoryStore store;
  store::MemoryWebhookStore webhook_store;
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<Server> server;
  std::shared_ptr<grpc::Channel> channel;

  std::unique_ptr<v1::AgentService::Stub> agents;
  std::unique_ptr<v1::ConfigurationService::Stub> configurations;
  std::unique_ptr<v1::EventService::Stub> events;
  std::unique_ptr<v1::IngestService::Stub> ingest;
  std::unique_ptr<v1::MediaService::Stub> media;
  std::unique_ptr<v1::QueueService::Stub> queues;
  std::unique_ptr<v1::ReportService::Stub> reports;
  std::unique_ptr<v1::ResourceService::Stub> resources;
  std::unique_ptr<v1::SupervisorService::Stub> supervisors;
  std::unique_ptr<v1::SystemService::Stub> system;
  std::unique_ptr<v1::TicketService::Stub> tickets;
  std::unique_ptr<v1::WatchService::Stub> watch;
  std::unique_ptr<v1::WebhookService::Stub> webhooks;
  std::unique_ptr<v1::WorkService::Stub> work;

  // A connection of its own, whose client takes little that nobody asked for yet.
  std::shared_ptr<grpc::Channel> NarrowChannel() const;

  // Waits until the engine takes changes, or does not any more.
  bool WaitForReady(bool ready) const;

  // Each expects success.
  int64_t Apply(const v1::Configuration& configuration);
  std::string Ingest(const v1::Contact& contact);
  v1::Ticket Get(const std::string& ticket);
  v1::ExplainTicketResponse Explain(const std::string& ticket);
  // The ticket's, in order: all of them, those of the type, and the last of these.
  std::vector<v1::Event> EventsOf(const std::string& ticket);
  std::vector<v1::Event> EventsOf(const std::string& ticket, v1::EventType type);
  v1::Event Last(const std::string& ticket, v1::EventType type);
  // A session of the agent, AVAILABLE.
  v1::SessionRef LogIn(const std::string& agent);
  v1::AgentSnapshot Snapshot(const v1::SessionRef& session);
  // The one offer that the agent holds.
  std::string OfferOf(const v1::SessionRef& session);
  // Ingests and accepts; returns the ticket.
  std::string Take(const v1::SessionRef& session, const v1::Contact& contact);

  // So many contacts in one call.
  void IngestMany(const v1::Contact& contact, int count);

  // Each returns what the server said.
  grpc::Status SetStatus(const v1::SessionRef& session, v1::AgentStatus status,
                         const std::string& reason = "");
  grpc::Status Accept(const v1::SessionRef& session, const std::string& offer);
  grpc::Status Decline(const v1::SessionRef& session, const std::string& offer,
                       v1::DeclineCause cause = v1::DECLINE_CAUSE_UNSPECIFIED);
  grpc::Status Start(const v1::SessionRef& session, const std::string& ticket);
  grpc::Status Finish(const v1::SessionRef& session, const std::string& ticket);
  grpc::Status Complete(const v1::SessionRef& session, const std::string& ticket,
                        const std::string& disposition = "");
  grpc::Status Release(const v1::SessionRef& session, const std::string& ticket);
  grpc::Status Cancel(const std::string& ticket);
  grpc::Status Abandon(const std::string& ticket);
  grpc::Status Transfer(const std::string& ticket, const std::string& queue);
  grpc::Status Close(const v1::SessionRef& session);
  grpc::Status Report(const std::string& ticket, const std::string& offer, v1::MediaEventType type,
                      v1::Party party, bool* applied = nullptr);
  grpc::Status IngestStatus(const v1::Contact& contact, v1::IngestResult* result = nullptr,
                            const std::string& request_id = "");
  grpc::Status ApplyStatus(const v1::Configuration& configuration, int64_t expected_revision = 0,
                           int64_t* revision = nullptr, bool validate_only = false);
  std::vector<v1::Ticket> Claim(const v1::SessionRef& session, uint32_t count);
};

}  // namespace tandem::rpc

#endif  // TANDEM_TESTS_RPC_FIXTURE_H_
