// Goal: every call that comes is counted once when it begins and once when it ends, under its rpc
// and its code, and the access log says who called what. Method: a server, its clients, and a sink
// in place of the log.
#include "server/rpc/interceptor.h"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "nlohmann/json.hpp"
#include "server/log/formatters.h"
#include "tests/rpc/client_stream.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

using testing::Contains;
using testing::Not;
using testing::StartsWith;

MethodFigures Figures(const Server& server, const std::string& method) {
  for (const MethodFigures& figures : server.interceptor().methods()) {
    if (figures.method->name == method) return figures;
  }
  return {};
}

TEST(Interceptor, CountsCallsByCodeAndRefusalsByReason) {
  Fixture f;
  const std::string ticket = f.Ingest(ChatContact());
  f.Get(ticket);
  const MethodFigures before = Figures(*f.server, "TicketService/GetTicket");
  v1::GetTicketRequest request;
  v1::GetTicketResponse response;
  EXPECT_EQ(f.tickets->GetTicket(ClientContext(), request, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  const MethodFigures after = Figures(*f.server, "TicketService/GetTicket");
  EXPECT_EQ(after.started, before.started + 1);
  EXPECT_EQ(after.finished[grpc::StatusCode::OK], before.finished[grpc::StatusCode::OK]);
  EXPECT_EQ(after.finished[grpc::StatusCode::INVALID_ARGUMENT],
            before.finished[grpc::StatusCode::INVALID_ARGUMENT] + 1);
  EXPECT_GE(f.server->interceptor().refusals(router::Reason::kFieldRequired), 1U);
  uint64_t observed = 0;
  for (const uint64_t count : after.seconds.counts) observed += count;
  EXPECT_EQ(observed, after.started);
  EXPECT_GT(after.seconds.sum, 0);
}

TEST(Interceptor, CountsMethodsOfEveryKindOfResource) {
  Fixture f;
  v1::GetQueueRequest request;
  v1::GetQueueResponse response;
  request.set_workspace(kWorkspace);
  request.set_id("chats");
  EXPECT_TRUE(f.resources->GetQueue(ClientContext(), request, &response).ok());
  EXPECT_EQ(Figures(*f.server, "ResourceService/GetQueue").finished[grpc::StatusCode::OK], 1U);
}

TEST(Interceptor, CountsAStreamWhenItHasEnded) {
  Fixture f;
  {
    ClientContext context;
    v1::StreamEventsRequest request;
    request.set_workspace(kWorkspace);
    const auto stream = f.events->StreamEvents(context, request);
    v1::StreamEventsResponse response;
    ASSERT_TRUE(stream->Read(&response));
    const MethodFigures open = Figures(*f.server, "EventService/StreamEvents");
    EXPECT_EQ(open.started, 1U);
    EXPECT_EQ(open.finished[grpc::StatusCode::CANCELLED], 0U);
    EXPECT_EQ(f.server->OpenStreams(StreamKind::kOther), 1U);
    context->TryCancel();
    while (stream->Read(&response)) {
    }
    (void)stream->Finish();
  }
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  MethodFigures ended;
  do {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ended = Figures(*f.server, "EventService/StreamEvents");
  } while (ended.finished[grpc::StatusCode::CANCELLED] == 0 &&
           std::chrono::steady_clock::now() < limit);
  EXPECT_EQ(ended.finished[grpc::StatusCode::CANCELLED], 1U);
}

// Lines of the log while it lives, as JSON.
class LogSink {
 public:
  LogSink() : before_(spdlog::default_logger()) {
    auto logger = std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_));
    logger->set_formatter(log::MakeJsonFormatter());
    spdlog::set_default_logger(std::move(logger));
  }
  ~LogSink() { spdlog::set_default_logger(before_); }

  // Of the calls of one rpc.
  std::vector<nlohmann::json> Calls(const std::string& rpc) const {
    std::vector<nlohmann::json> calls;
    std::istringstream lines(text_.str());
    for (std::string line; std::getline(lines, line);) {
      auto object = nlohmann::json::parse(line);
      if (object["message"] == "call" && object["rpc"] == rpc) calls.push_back(object);
    }
    return calls;
  }

 private:
  std::shared_ptr<spdlog::logger> before_;
  std::ostringstream text_;
};

TEST(AccessLog, SaysWhoCalledWhatAndOfWhichTrace) {
  const LogSink sink;
  FixtureOptions options;
  options.server.access_log = AccessLog::kAll;
  std::string ticket;
  {
    Fixture f(options);
    v1::Contact contact = ChatContact();
    contact.set_trace_parent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    ticket = f.Ingest(contact);
    ClientContext context;
    context->AddMetadata("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    context->AddMetadata("tracestate", "rojo=00f067aa0ba902b7");
    v1::GetTicketRequest request;
    v1::GetTicketResponse response;
    request.set_workspace(kWorkspace);
    request.set_ticket_id(ticket);
    EXPECT_TRUE(f.tickets->GetTicket(context, request, &response).ok());
    request.set_ticket_id("no-such-ticket");
    EXPECT_FALSE(f.tickets->GetTicket(ClientContext(), request, &response).ok());
  }
  const std::vector<nlohmann::json> ingested = sink.Calls("IngestService/IngestContact");
  ASSERT_EQ(ingested.size(), 1U);
  EXPECT_EQ(ingested[0]["trace_id"], "0af7651916cd43dd8448eb211c80319c") << "the contact's own";
  const std::vector<nlohmann::json> calls = sink.Calls("TicketService/GetTicket");
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0]["code"], "OK");
  EXPECT_EQ(calls[0]["workspace"], kWorkspace);
  EXPECT_EQ(calls[0]["ticket_id"], ticket);
  EXPECT_EQ(calls[0]["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(calls[0]["parent_id"], "00f067aa0ba902b7");
  EXPECT_EQ(calls[0]["trace_state"], "rojo=00f067aa0ba902b7");
  EXPECT_THAT(std::string(calls[0]["address"]), StartsWith("ipv4:127.0.0.1:"));
  EXPECT_EQ(calls[1]["code"], "INVALID_ARGUMENT");
  EXPECT_EQ(calls[1]["reason"], "FIELD_MALFORMED");
  EXPECT_FALSE(calls[1].contains("trace_id"));
}

TEST(AccessLog, HasFailedCallsAloneWhenThatIsWanted) {
  const LogSink sink;
  FixtureOptions options;
  options.server.access_log = AccessLog::kErrors;
  {
    Fixture f(options);
    v1::GetTicketRequest request;
    v1::GetTicketResponse response;
    EXPECT_FALSE(f.tickets->GetTicket(ClientContext(), request, &response).ok());
  }
  EXPECT_EQ(sink.Calls("TicketService/GetTicket").size(), 1U);
  EXPECT_EQ(sink.Calls("ConfigurationService/ApplyConfiguration").size(), 0U);
}

}  // namespace
}  // namespace tandem::rpc
