// Goal: the server behaves when things around it do not: the store is away or refuses, callers send
// garbage, too much, or give up, and when it is asked to stop.
#include <grpcpp/generic/generic_stub.h>

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "google/protobuf/descriptor.h"

#include "gtest/gtest.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

// Sends bytes as they are, and gives back bytes.
grpc::Status CallRaw(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                     const std::string& bytes, std::string* answer = nullptr) {
  grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer> stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  std::promise<grpc::Status> status;
  stub.UnaryCall(&context, method, {}, &request, &response,
                 [&status](grpc::Status result) { status.set_value(std::move(result)); });
  grpc::Status result = status.get_future().get();
  grpc::Slice flat;
  if (answer != nullptr && result.ok() && response.DumpToSingleSlice(&flat).ok()) {
    answer->assign(reinterpret_cast<const char*>(flat.begin()), flat.size());
  }
  return result;
}

constexpr char kIngest[] = "/tandem.v1.IngestService/IngestContact";

// -------------------------------------------------------------------------------------------------------
// garbage

TEST(Wire, TextThatIsNotUtf8IsRefusedWithItsField) {
  Fixture f;
  v1::IngestContactRequest request;
  request.set_workspace(kWorkspace);
  *request.mutable_contact() = ChatContact();
  request.mutable_contact()->set_subject("SUBJECT");
  std::string bytes = request.SerializeAsString();
  bytes[bytes.find("SUBJECT")] = '\xff';
  const Error error = Decode(CallRaw(f.channel, kIngest, bytes));
  EXPECT_EQ(error.reason, "TEXT_NOT_UTF8");
  EXPECT_EQ(error.fields, std::vector<std::string>{"contact.subject"});
  // The attributes are a map, which is a list of entries.
  (*request.mutable_contact()->mutable_attributes())["KEY"] = "x";
  bytes = request.SerializeAsString();
  bytes[bytes.find("KEY")] = '\xc0';
  EXPECT_EQ(Decode(CallRaw(f.channel, kIngest, bytes)).fields,
            std::vector<std::string>{"contact.attributes.key"});
}

TEST(Wire, BytesThatAreNoMessageAreRefused) {
  Fixture f;
  EXPECT_EQ(ReasonOf(CallRaw(f.channel, kIngest, "\x0a\xff\xff\xff\xff\x0f")), "FIELD_MALFORMED");
  EXPECT_EQ(ReasonOf(CallRaw(f.channel, kIngest, "\x07")), "FIELD_MALFORMED");
  // Nothing at all is an empty message.
  EXPECT_EQ(ReasonOf(CallRaw(f.channel, kIngest, "")), "FIELD_REQUIRED");
}

TEST(Wire, UnknownMethodsAndHugeMessagesAreEndedByGrpc) {
  FixtureOptions options;
  options.server.max_message_bytes = 100'000;
  Fixture f(options);
  EXPECT_EQ(CallRaw(f.channel, "/tandem.v1.IngestService/Nothing", "").error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(CallRaw(f.channel, kIngest, std::string(200'000, 'x')).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
}

// ------------------------------------------------------------------------------------------------------
// deadlines

TEST(Deadline, ThatPassedIsTold) {
  Fixture f;
  v1::IngestContactRequest request;
  request.set_workspace(kWorkspace);
  *request.mutable_contact() = ChatContact();
  v1::IngestContactResponse response;
  ClientContext context(std::chrono::milliseconds(-1'000));
  EXPECT_EQ(f.ingest->IngestContact(context, request, &response).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_TRUE(f.store.Copy().tickets.empty());
}

// ----------------------------------------------------------------------------------------------------------
// store

TEST(Store, AwayIsUnavailableAndNotServingUntilItIsBack) {
  FixtureOptions options;
  options.engine.reply_patience = std::chrono::milliseconds(200);
  Fixture f(options);
  const auto serving = [&] {
    std::string answer;
    // grpc.health.v1.HealthCheckRequest{service: ...}
    const std::string service = "tandem.v1.IngestService";
    std::string request = "\x0a";
    request += static_cast<char>(service.size());
    EXPECT_TRUE(
        CallRaw(f.channel, "/grpc.health.v1.Health/Check", request + service, &answer).ok());
    return answer == std::string("\x08\x01");
  };
  EXPECT_TRUE(serving());
  f.store.SetUnavailable(true);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(ReasonOf(f.IngestStatus(ChatContact())), "STORE_UNAVAILABLE");
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(2));
  EXPECT_TRUE(f.WaitForReady(false));
  EXPECT_FALSE(serving());
  v1::GetTicketRequest get;
  get.set_workspace(kWorkspace);
  get.set_ticket_id("01890000-0000-7000-8000-000000000001");
  v1::GetTicketResponse got;
  EXPECT_EQ(ReasonOf(f.tickets->GetTicket(ClientContext(), get, &got)), "STORE_UNAVAILABLE");
  v1::BatchIngestContactsRequest batch;
  batch.set_workspace(kWorkspace);
  *batch.add_contacts() = ChatContact();
  v1::BatchIngestContactsResponse taken;
  EXPECT_EQ(ReasonOf(f.ingest->BatchIngestContacts(ClientContext(), batch, &taken)),
            "STORE_UNAVAILABLE");
  // The one thing that is still told.
  v1::GetServerInfoResponse info;
  EXPECT_TRUE(f.system->GetServerInfo(ClientContext(), {}, &info).ok());
  EXPECT_FALSE(info.ready());

  f.store.SetUnavailable(false);
  EXPECT_TRUE(f.WaitForReady(true));
  EXPECT_TRUE(serving());
  EXPECT_EQ(ReasonOf(f.IngestStatus(ChatContact())), "OK");
}

TEST(Store, ThatRefusesAValueIsTheCallersFault) {
  Fixture f;
  // Once for the group, once for the call that is then tried alone.
  f.store.FailCommits(store::CommitFault::kDataRefused, 2);
  EXPECT_EQ(ReasonOf(f.IngestStatus(ChatContact())), "DATA_REFUSED");
  EXPECT_TRUE(f.WaitForReady(true));
  EXPECT_EQ(ReasonOf(f.IngestStatus(ChatContact())), "OK");
}

// Reads something that can't be.
class BrokenReader : public store::Reader {
 public:
  absl::StatusOr<std::vector<router::ContactRow>> GetFirstContacts(
      const std::string&, const std::vector<router::TicketId>&) override {
    return absl::DataLossError("secret text of a driver");
  }
  absl::StatusOr<std::vector<store::TicketView>> GetTickets(
      const std::string&, const std::vector<router::TicketId>&) override {
    return absl::DataLossError("secret text of a driver");
  }
  absl::StatusOr<std::vector<store::TicketView>> ListTickets(const std::string&,
                                                             const store::TicketFilter&,
                                                             router::TicketId, int32_t) override {
    return std::vector<store::TicketView>();
  }
  absl::StatusOr<std::vector<router::EventRow>> ListTicketEvents(const std::string&,
                                                                 router::TicketId, int64_t,
                                                                 int32_t) override {
    return std::vector<router::EventRow>();
  }
  absl::StatusOr<std::vector<router::NoteRow>> ListNotes(const std::string&, router::TicketId,
                                                         int64_t, int32_t) override {
    return std::vector<router::NoteRow>();
  }
  absl::StatusOr<std::vector<router::SurveyRow>> ListScores(const std::string&, router::TicketId,
                                                            const store::ScorePlace&,
                                                            int32_t) override {
    return std::vector<router::SurveyRow>();
  }
  absl::StatusOr<std::vector<router::MessageRow>> ListMessages(const std::string&, router::TicketId,
                                                               int64_t, int32_t) override {
    return std::vector<router::MessageRow>();
  }
  absl::StatusOr<std::vector<store::ContactOfTicket>> ListContacts(const std::string&,
                                                                   router::TicketId, int64_t,
                                                                   int32_t) override {
    return std::vector<store::ContactOfTicket>();
  }
  absl::StatusOr<std::vector<store::Colleague>> ListColleagues(const std::string&,
                                                               const store::ColleagueFilter&,
                                                               int32_t) override {
    return std::vector<store::Colleague>();
  }
  absl::StatusOr<std::vector<store::WorkspaceRevision>> ListWorkspaces(const std::string&,
                                                                       int32_t) override {
    return std::vector<store::WorkspaceRevision>();
  }
  absl::StatusOr<std::optional<router::TicketRows>> GetClosedTicket(const std::string&,
                                                                    router::TicketId) override {
    return std::nullopt;
  }
  absl::StatusOr<store::Additions> CountAdditions(const std::string&, router::TicketId) override {
    return store::Additions();
  }
  absl::StatusOr<std::vector<router::EventRow>> ListEvents(const std::string&, int64_t,
                                                           int32_t) override {
    return std::vector<router::EventRow>();
  }
  absl::StatusOr<store::EventRange> GetEventRange(const std::string&) override {
    return store::EventRange();
  }
  absl::StatusOr<router::WorkspaceRow> GetConfiguration(const std::string&) override {
    return router::WorkspaceRow();
  }
  absl::StatusOr<router::WorkspaceRow> GetWorkspace(const std::string&) override {
    router::WorkspaceRow row;
    row.configuration.time_zone = "UTC";
    return row;
  }
  absl::StatusOr<std::optional<router::Resource>> GetResource(const std::string&,
                                                              router::ResourceKind,
                                                              const std::string&) override {
    return std::nullopt;
  }
  absl::StatusOr<std::vector<router::Resource>> ListResources(const std::string&,
                                                              const store::ResourceFilter&,
                                                              const std::string&,
                                                              int32_t) override {
    return std::vector<router::Resource>();
  }
  absl::StatusOr<store::LiveState> GetLiveState(const std::string&) override {
    return absl::DataLossError("secret text of a driver");
  }
  absl::StatusOr<std::vector<store::QueueStatistics>> ListQueueStatistics(const std::string&,
                                                                          router::Time) override {
    return std::vector<store::QueueStatistics>();
  }
  absl::StatusOr<std::vector<store::FactRow>> SumFacts(const store::FactQuery& query) override {
    // The number of intervals says which fault is wanted.
    if (query.boundaries.size() > 2) return store::TooManyRows(query.max_rows);
    return absl::DeadlineExceededError("secret text of a driver");
  }
};

TEST(Store, FaultsStayInTheLog) {
  BrokenReader reader;
  FixtureOptions options;
  options.reader = &reader;
  Fixture f(options);
  v1::GetTicketRequest request;
  request.set_workspace(kWorkspace);
  request.set_ticket_id("01890000-0000-7000-8000-000000000001");
  v1::GetTicketResponse response;
  const grpc::Status status = f.tickets->GetTicket(ClientContext(), request, &response);
  EXPECT_EQ(ReasonOf(status), "INTERNAL");
  EXPECT_EQ(status.error_message().find("secret"), std::string::npos);
  EXPECT_EQ(status.error_details().find("secret"), std::string::npos);
}

TEST(Store, SaysWhenAReportIsTooMuch) {
  BrokenReader reader;
  FixtureOptions options;
  options.reader = &reader;
  Fixture f(options);
  v1::QueryMetricsRequest request;
  request.set_workspace(kWorkspace);
  request.mutable_since()->set_seconds(1'700'000'000);
  request.mutable_until()->set_seconds(1'700'000'000 + 86'400);
  v1::QueryMetricsResponse response;
  EXPECT_EQ(ReasonOf(f.reports->QueryMetrics(ClientContext(), request, &response)),
            "REPORT_TIMED_OUT");
  request.set_interval(v1::REPORT_INTERVAL_HOUR);
  EXPECT_EQ(ReasonOf(f.reports->QueryMetrics(ClientContext(), request, &response)),
            "REPORT_TOO_LARGE");
}

// -----------------------------------------------------------------------------------------------------------
// load

// Counts the reports that are read; each waits until it may go on.
class SlowReports : public BrokenReader {
 public:
  absl::StatusOr<std::vector<store::FactRow>> SumFacts(const store::FactQuery&) override {
    ++read;
    while (!may_go_on) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return std::vector<store::FactRow>();
  }
  std::atomic<int> read = 0;
  std::atomic<bool> may_go_on = false;
};

// Of a report that was called off while it waited for its turn nothing is read.
TEST(Load, WhatNobodyWaitsForIsNotRead) {
  SlowReports reader;
  FixtureOptions options;
  options.reader = &reader;
  options.server.report_threads = 1;
  Fixture f(options);
  v1::QueryMetricsRequest request;
  request.set_workspace(kWorkspace);
  request.mutable_since()->set_seconds(1'700'000'000);
  request.mutable_until()->set_seconds(1'700'000'000 + 86'400);
  const auto run = [&](grpc::ClientContext* context) {
    v1::QueryMetricsResponse response;
    return f.reports->QueryMetrics(context, request, &response);
  };
  ClientContext first_context;
  auto first = std::async(std::launch::async, [&] { return run(first_context); });
  while (reader.read == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  constexpr int kCalledOff = 20;
  for (int i = 0; i < kCalledOff; ++i) {
    ClientContext context;
    auto call = std::async(std::launch::async, [&] { return run(context); });
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    context->TryCancel();
    EXPECT_EQ(call.get().error_code(), grpc::StatusCode::CANCELLED);
  }
  // On the same connection, so behind all that was called off.
  for (int i = 0; i < 20; ++i) {
    v1::GetServerInfoResponse info;
    EXPECT_TRUE(f.system->GetServerInfo(ClientContext(), {}, &info).ok());
  }
  reader.may_go_on = true;
  EXPECT_TRUE(first.get().ok());
  EXPECT_TRUE(run(ClientContext()).ok());
  EXPECT_LT(reader.read, 2 + kCalledOff / 2);
}

TEST(Load, BeyondTheLimitIsRefusedAtOnce) {
  FixtureOptions options;
  options.engine.max_pending_calls = 1;
  options.engine.reply_patience = std::chrono::seconds(10);
  Fixture f(options);
  absl::Notification committing;
  absl::Notification go_on;
  std::atomic<bool> first = true;
  f.store.OnCommit([&](const store::Batch&) {
    if (!first.exchange(false)) return;
    committing.Notify();
    go_on.WaitForNotification();
  });
  auto slow = std::async(std::launch::async, [&] { return f.IngestStatus(ChatContact()); });
  committing.WaitForNotification();
  EXPECT_EQ(ReasonOf(f.IngestStatus(ChatContact())), "OVERLOADED");
  go_on.Notify();
  EXPECT_EQ(ReasonOf(slow.get()), "OK");
}

// ---------------------------------------------------------------------------------------------------
// start and stop

TEST(Server, BeforeTheEngineStartsRefusesAndSaysSo) {
  Fixture f({.engine = {}, .server = {}, .start_engine = false});
  EXPECT_EQ(ReasonOf(f.IngestStatus(ChatContact())), "NOT_SERVING");
  std::string answer;
  ASSERT_TRUE(CallRaw(f.channel, "/grpc.health.v1.Health/Check", "", &answer).ok());
  EXPECT_EQ(answer, "\x08\x02");  // NOT_SERVING
}

TEST(Server, DescribesItselfUnlessToldNotTo) {
  constexpr char kReflect[] = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
  const std::string list_services = "\x3a\x01*";
  {
    Fixture f;
    std::string answer;
    ASSERT_TRUE(CallRaw(f.channel, kReflect, list_services, &answer).ok());
    for (const char* service :
         {"tandem.v1.AgentService", "tandem.v1.ConfigurationService", "tandem.v1.IngestService",
          "tandem.v1.MediaService", "tandem.v1.ParticipantService", "tandem.v1.QueueService",
          "tandem.v1.SystemService", "tandem.v1.SupervisorService", "tandem.v1.TicketService",
          "tandem.v1.WatchService", "tandem.v1.WorkService"}) {
      EXPECT_NE(answer.find(service), std::string::npos) << service;
    }
    EXPECT_NE(answer.find("grpc.health.v1.Health"), std::string::npos);
  }
  ServerOptions quiet;
  quiet.reflection = false;
  Fixture f({.engine = {}, .server = quiet});
  EXPECT_EQ(CallRaw(f.channel, kReflect, list_services).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST(Server, SaysWhyItCannotListen) {
  Fixture f;
  ServerOptions options;
  options.address = "127.0.0.1";
  EXPECT_EQ(Server::Start(options, *f.engine, f.store, f.store, f.webhook_store).status().code(),
            absl::StatusCode::kInvalidArgument);
  options.address = "192.0.2.1:80";  // a documentation address, never ours
  EXPECT_EQ(Server::Start(options, *f.engine, f.store, f.store, f.webhook_store).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST(Server, ShutsDownAfterTheCallsUnderWay) {
  Fixture f;
  absl::Notification committing;
  absl::Notification go_on;
  f.store.OnCommit([&](const store::Batch&) {
    if (!committing.HasBeenNotified()) committing.Notify();
    go_on.WaitForNotification();
  });
  auto call = std::async(std::launch::async, [&] { return f.IngestStatus(ChatContact()); });
  committing.WaitForNotification();
  auto shutdown =
      std::async(std::launch::async, [&] { f.server->Shutdown(std::chrono::seconds(10)); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  go_on.Notify();
  EXPECT_EQ(ReasonOf(call.get()), "OK");
  shutdown.get();
  EXPECT_EQ(f.IngestStatus(ChatContact()).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(Server, TakesManyConnections) {
  Fixture f;
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (int i = 0; i < 50; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    channels.push_back(grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(f.server->port()),
                                                 grpc::InsecureChannelCredentials(), arguments));
    v1::GetServerInfoResponse info;
    EXPECT_TRUE(v1::SystemService::NewStub(channels.back())
                    ->GetServerInfo(ClientContext(), {}, &info)
                    .ok());
  }
}

}  // namespace
}  // namespace tandem::rpc
