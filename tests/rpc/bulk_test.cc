// Goal: one call changes thousands of tickets or agents, tells what became of each, does nothing
// twice, and stops where it is told to with nothing left open. Method: over a connection to a whole
// server; what the stream told is compared with what the tickets and agents are afterwards.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "tests/rpc/client_stream.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

// What a call told until it ended. `error` of an item is its reason; empty: it is done.
struct Told {
  grpc::Status status;
  std::map<std::string, std::string> items;
  v1::BulkProgress progress;

  int64_t With(const std::string& reason) const {
    return std::ranges::count_if(items, [&](const auto& item) { return item.second == reason; });
  }
};

const std::string& IdOf(const v1::BulkTicketResult& result) {
  return result.ticket_id();
}
const std::string& IdOf(const v1::BulkAgentResult& result) {
  return result.agent();
}

// Takes the messages of a stream and holds each to the rules of all.
template <typename Response>
void Hear(const Response& message, Told& told) {
  EXPECT_LE(message.results_size(), 500);
  for (const auto& result : message.results()) {
    EXPECT_TRUE(told.items.emplace(IdOf(result), result.error().reason()).second)
        << IdOf(result) << " was told twice";
    if (result.has_error()) {
      EXPECT_NE(result.error().code(), 0);
      EXPECT_FALSE(result.error().message().empty());
    }
  }
  EXPECT_GE(message.progress().done(), told.progress.done());
  EXPECT_GE(message.progress().failed(), told.progress.failed());
  told.progress = message.progress();
  EXPECT_LE(told.progress.done() + told.progress.failed(), told.progress.matched());
}

struct BulkFloor : Fixture {
  using Fixture::Fixture;

  using TicketCall = ClientStream<grpc::ClientReader<v1::BulkUpdateTicketsResponse>,
                                  v1::BulkUpdateTicketsResponse>;

  Told Run(const v1::BulkUpdateTicketsRequest& request,
           std::chrono::milliseconds patience = std::chrono::seconds(60)) {
    ClientContext context(patience);
    const auto stream = supervisors->BulkUpdateTickets(context, request);
    Told told;
    for (v1::BulkUpdateTicketsResponse message; stream->Read(&message);) Hear(message, told);
    told.status = stream->Finish();
    return told;
  }
  Told Run(const v1::BulkUpdateAgentsRequest& request) {
    ClientContext context(std::chrono::seconds(60));
    const auto stream = supervisors->BulkUpdateAgents(context, request);
    Told told;
    for (v1::BulkUpdateAgentsResponse message; stream->Read(&message);) Hear(message, told);
    told.status = stream->Finish();
    return told;
  }

  // Tickets that are CANCELED in the store.
  size_t Canceled() const {
    size_t canceled = 0;
    for (const auto& [key, row] : store.Copy().ticket_states) {
      if (row.state == router::TicketState::kCanceled) ++canceled;
    }
    return canceled;
  }
  // Every commit takes this long from now on.
  void SlowDown(std::chrono::milliseconds span) {
    store.OnCommit([span](const store::Batch&) { std::this_thread::sleep_for(span); });
  }
  size_t Events(router::EventType type) const {
    size_t events = 0;
    for (const auto& [key, event] : store.Copy().events) {
      if (event.type == type) ++events;
    }
    return events;
  }
};

v1::BulkUpdateTicketsRequest OfQueue(const std::string& queue) {
  v1::BulkUpdateTicketsRequest request;
  request.set_workspace(kWorkspace);
  request.set_supervisor("sue@acme");
  request.mutable_filter()->set_queue(queue);
  return request;
}

v1::BulkUpdateTicketsRequest CancelChats() {
  v1::BulkUpdateTicketsRequest request = OfQueue("chats");
  request.mutable_cancel()->set_reason("storm");
  return request;
}

// ----------------------------------------------------------------------------------------- tickets

TEST(BulkUpdateTickets, ChangesThousandsAndTellsOfEach) {
  BulkFloor f;
  for (int i = 0; i < 3; ++i) f.IngestMany(ChatContact(), 1'000);
  f.IngestMany(JobContact(), 10);
  v1::BulkUpdateTicketsRequest request = OfQueue("chats");
  request.set_priority(7);
  const Told told = f.Run(request);
  ASSERT_EQ(ReasonOf(told.status), "OK");
  EXPECT_EQ(told.items.size(), 3'000U);
  EXPECT_EQ(told.progress.matched(), 3'000);
  EXPECT_EQ(told.progress.done(), 3'000);
  EXPECT_EQ(told.progress.failed(), 0);
  EXPECT_FALSE(told.progress.more());
  for (const auto& [key, row] : f.store.Copy().ticket_states) {
    EXPECT_EQ(row.priority, row.queue == "chats" ? 7U : 0U);
  }
  const Told again = f.Run(request);
  EXPECT_EQ(ReasonOf(again.status), "OK");
  EXPECT_EQ(again.progress.matched(), 0) << "they have the priority already";
}

TEST(BulkUpdateTickets, MovesThemAndSaysWhichWereRefused) {
  BulkFloor f;
  f.IngestMany(ChatContact(), 20);
  v1::BulkUpdateTicketsRequest request = OfQueue("chats");
  request.set_to_queue("tiny");  // which has room for one
  const Told full = f.Run(request);
  ASSERT_EQ(ReasonOf(full.status), "OK") << "items are refused, not the call";
  EXPECT_EQ(full.progress.matched(), 20);
  EXPECT_EQ(full.progress.done(), 1);
  EXPECT_EQ(full.progress.failed(), 19);
  EXPECT_EQ(full.With(""), 1);
  EXPECT_EQ(full.With("QUEUE_FULL"), 19);
  request.set_to_queue("private");
  EXPECT_EQ(f.Run(request).With(""), 19);
  request.set_to_queue("nowhere");
  EXPECT_EQ(ReasonOf(f.Run(request).status), "QUEUE_NOT_FOUND");
}

TEST(BulkUpdateTickets, LeavesWorkAloneUnlessItsStateIsNamed) {
  BulkFloor f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string owned = f.Take(ann, ChatContact());
  const std::string waits = f.Ingest(ChatContact());
  v1::BulkUpdateTicketsRequest request = CancelChats();
  const Told idle = f.Run(request);
  EXPECT_EQ(idle.items, (std::map<std::string, std::string>{{waits, ""}}));
  EXPECT_EQ(f.Get(waits).state(), v1::TICKET_STATE_CANCELED);
  EXPECT_EQ(f.Get(owned).state(), v1::TICKET_STATE_ACTIVE);
  request.mutable_filter()->add_states(v1::TICKET_STATE_ACTIVE);
  EXPECT_EQ(f.Run(request).With(""), 1);
  EXPECT_EQ(f.Get(owned).state(), v1::TICKET_STATE_CANCELED);
}

TEST(BulkUpdateTickets, TakesTicketsFromTheirAgentsAndKeepsWhoDidIt) {
  BulkFloor f;
  const v1::SessionRef ann = f.LogIn("ann");
  const v1::SessionRef bob = f.LogIn("bob");
  const std::string first = f.Take(ann, ChatContact());
  const std::string second = f.Take(bob, ChatContact());
  v1::BulkUpdateTicketsRequest request = OfQueue("chats");
  request.mutable_requeue();
  EXPECT_EQ(f.Run(request).With(""), 2);
  EXPECT_EQ(f.Events(router::EventType::kTicketRequeued), 2U);
  EXPECT_EQ(f.Last(first, v1::EVENT_TYPE_TICKET_REQUEUED).reason(), "sue@acme");
}

// A call on connected media can't be canceled; the others can.
TEST(BulkUpdateTickets, RefusesEachForItsOwnReason) {
  BulkFloor f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string call = f.Take(ann, CallContact());
  ASSERT_EQ(ReasonOf(f.Report(call, f.Get(call).offer_id(), v1::MEDIA_EVENT_TYPE_CONNECTED,
                              v1::PARTY_UNSPECIFIED)),
            "OK");
  const std::string chat = f.Ingest(ChatContact());
  v1::BulkUpdateTicketsRequest request = CancelChats();
  request.mutable_filter()->clear_queue();
  request.mutable_filter()->set_client("acme");
  request.mutable_filter()->add_states(v1::TICKET_STATE_ACTIVE);
  request.mutable_filter()->add_states(v1::TICKET_STATE_QUEUED);
  EXPECT_EQ(f.Run(request).items,
            (std::map<std::string, std::string>{{call, "MEDIA_CONNECTED"}, {chat, ""}}));
}

TEST(BulkUpdateTickets, OnlyTellsWhatMatchesWhenAskedTo) {
  BulkFloor f;
  for (int i = 0; i < 5; ++i) f.IngestMany(ChatContact(), 1'000);
  v1::BulkUpdateTicketsRequest request = CancelChats();
  request.set_validate_only(true);
  const Told told = f.Run(request);
  ASSERT_EQ(ReasonOf(told.status), "OK");
  EXPECT_EQ(told.items.size(), 5'000U);
  EXPECT_EQ(told.progress.done(), 5'000);
  EXPECT_EQ(f.Canceled(), 0U);
}

TEST(BulkUpdateTickets, ChangesNoMoreThanItMayAndSaysThatThereAreMore) {
  BulkFloor f;
  f.IngestMany(ChatContact(), 1'000);
  std::vector<std::string> ids;
  for (const auto& [key, row] : f.store.Copy().ticket_states) {
    ids.push_back(router::ToString(key.second));
  }
  v1::BulkUpdateTicketsRequest request = CancelChats();
  request.set_max_items(700);
  const Told first = f.Run(request);
  EXPECT_EQ(first.progress.matched(), 700);
  EXPECT_TRUE(first.progress.more());
  ASSERT_EQ(f.Canceled(), 700U);
  std::ranges::sort(ids);
  EXPECT_EQ(first.items.begin()->first, ids[300]) << "the newest";
  const Told rest = f.Run(request);
  EXPECT_EQ(rest.progress.matched(), 300);
  EXPECT_FALSE(rest.progress.more());
  EXPECT_EQ(f.Canceled(), 1'000U);
}

// A ticket that went back to what it was is not changed again by a call that was sent twice.
TEST(BulkUpdateTickets, ChangesNothingTwiceWithTheSameRequestId) {
  BulkFloor f;
  f.IngestMany(ChatContact(), 50);
  v1::BulkUpdateTicketsRequest request = OfQueue("chats");
  request.set_request_id(kRequestId);
  request.set_to_queue("private");
  ASSERT_EQ(f.Run(request).With(""), 50);
  v1::BulkUpdateTicketsRequest back = OfQueue("private");
  back.set_to_queue("chats");
  ASSERT_EQ(f.Run(back).With(""), 50);
  const size_t moves = f.Events(router::EventType::kTicketTransferred);
  EXPECT_EQ(moves, 100U);
  f.IngestMany(ChatContact(), 1);
  const Told again = f.Run(request);
  EXPECT_EQ(again.With(""), 51) << "each gets its first answer; the new one is changed";
  EXPECT_EQ(f.Events(router::EventType::kTicketTransferred), moves + 1);
  request.set_to_queue("calls");
  EXPECT_EQ(f.Run(request).With("REQUEST_ID_REUSED"), 50);
}

TEST(BulkUpdateTickets, StopsWhenItIsCalledOffAndWhatIsDoneStays) {
  BulkFloor f;
  for (int i = 0; i < 5; ++i) f.IngestMany(ChatContact(), 1'000);
  f.SlowDown(std::chrono::milliseconds(20));
  Told told;
  {
    BulkFloor::TicketCall call([&](grpc::ClientContext* context) {
      return f.supervisors->BulkUpdateTickets(context, CancelChats());
    });
    while (told.progress.done() == 0) {
      const auto message = call.Next();
      ASSERT_TRUE(message.has_value());
      Hear(*message, told);
    }
    call.Cancel();
    EXPECT_EQ(call.End().error_code(), grpc::StatusCode::CANCELLED);
  }
  // What was under way becomes durable; then nothing more does.
  ASSERT_TRUE(Eventually([&] { return f.server->OpenStreams(StreamKind::kOther) == 0; }));
  f.Ingest(JobContact());  // behind all of it
  f.Ingest(JobContact());
  const size_t canceled = f.Canceled();
  EXPECT_GE(canceled, static_cast<size_t>(told.progress.done()));
  EXPECT_LT(canceled, 5'000U);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_EQ(f.Canceled(), canceled);
  f.SlowDown(std::chrono::milliseconds(0));
  const Told rest = f.Run(CancelChats());
  EXPECT_EQ(static_cast<size_t>(rest.progress.done()), 5'000 - canceled);
}

// Each way to end early: the status says how far it came, and that is so.
void ExpectHowFar(const BulkFloor& f, const Told& told, const std::string& reason, size_t matched) {
  const Error error = Decode(told.status);
  EXPECT_EQ(error.reason, reason) << error.message;
  EXPECT_EQ(error.metadata.at("matched"), std::to_string(matched));
  EXPECT_EQ(error.metadata.at("failed"), "0");
  const size_t done = std::stoul(error.metadata.at("done"));
  EXPECT_EQ(told.items.size(), done) << "what is done was told";
  EXPECT_GT(done, 0U);
  EXPECT_LT(done, matched);
  EXPECT_EQ(f.Canceled(), done);
}

// The call keeps a second before its deadline for telling; the third commit ends within that.
TEST(BulkUpdateTickets, SaysHowFarItCameWhenTheDeadlineIsNear) {
  FixtureOptions options;
  options.engine.reply_patience = std::chrono::seconds(60);
  BulkFloor f(options);
  for (int i = 0; i < 2; ++i) f.IngestMany(ChatContact(), 1'000);
  const auto begin = std::chrono::steady_clock::now();
  std::atomic<int> commits = 0;
  f.store.OnCommit([&](const store::Batch&) {
    if (++commits == 3) std::this_thread::sleep_until(begin + std::chrono::milliseconds(9'300));
  });
  const Told told = f.Run(CancelChats(), std::chrono::seconds(10));
  ExpectHowFar(f, told, "DEADLINE_EXPIRED", 2'000);
}

TEST(BulkUpdateTickets, SaysHowFarItCameWhenTheServerStops) {
  BulkFloor f;
  for (int i = 0; i < 5; ++i) f.IngestMany(ChatContact(), 1'000);
  std::atomic<int> commits = 0;
  f.store.OnCommit([&](const store::Batch&) {
    ++commits;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  });
  std::jthread stopper([&] {
    while (commits < 4) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    f.server->Shutdown(std::chrono::seconds(10));
  });
  ExpectHowFar(f, f.Run(CancelChats()), "NOT_SERVING", 5'000);
}

TEST(BulkUpdateTickets, SaysHowFarItCameWhenTheStoreGoesAway) {
  FixtureOptions options;
  options.engine.reply_patience = std::chrono::seconds(2);
  BulkFloor f(options);
  for (int i = 0; i < 5; ++i) f.IngestMany(ChatContact(), 1'000);
  std::atomic<int> commits = 0;
  f.store.OnCommit([&](const store::Batch&) {
    if (++commits == 4) f.store.SetUnavailable(true);
  });
  const Told told = f.Run(CancelChats());
  const Error error = Decode(told.status);
  EXPECT_EQ(error.reason, "STORE_UNAVAILABLE");
  EXPECT_TRUE(error.has_retry_info);
  EXPECT_EQ(error.metadata.at("done"), std::to_string(told.items.size()));
  f.store.OnCommit(nullptr);
  f.store.SetUnavailable(false);
  ASSERT_TRUE(f.WaitForReady(true));
  // Of what was under way some may be done that was not told; the same call sees to the rest.
  EXPECT_EQ(ReasonOf(f.Run(CancelChats()).status), "OK");
  EXPECT_EQ(f.Canceled(), 5'000U);
}

TEST(BulkUpdateTickets, WaitsForAClientThatReadsSlowly) {
  BulkFloor f;
  for (int i = 0; i < 8; ++i) f.IngestMany(ChatContact(), 1'000);
  const auto stub = v1::SupervisorService::NewStub(f.NarrowChannel());
  BulkFloor::TicketCall call([&](grpc::ClientContext* context) {
    return stub->BulkUpdateTickets(context, CancelChats());
  });
  std::this_thread::sleep_for(std::chrono::seconds(1));
  EXPECT_LT(f.Canceled(), 8'000U) << "what nobody reads is not done";
  Told told;
  while (const auto message = call.Next()) Hear(*message, told);
  EXPECT_EQ(ReasonOf(call.End()), "OK");
  EXPECT_EQ(told.progress.done(), 8'000);
}

TEST(BulkUpdateTickets, TellsOfATicketThatWasClosedMeanwhile) {
  BulkFloor f;
  f.IngestMany(ChatContact(), 1'000);
  // Another call closes them at the same time.
  f.SlowDown(std::chrono::milliseconds(30));
  std::jthread other([&] { f.Run(CancelChats()); });
  v1::BulkUpdateTicketsRequest request = OfQueue("chats");
  request.set_priority(9);
  const Told told = f.Run(request);
  other.join();
  ASSERT_EQ(ReasonOf(told.status), "OK");
  EXPECT_EQ(told.With("") + told.With("TICKET_CLOSED"), static_cast<int64_t>(told.items.size()));
}

// ------------------------------------------------------------------------------------------ agents

v1::Configuration WithTeams(int agents) {
  v1::Configuration configuration = SmallConfiguration();
  configuration.add_skills()->set_id("cards");
  configuration.add_teams()->set_id("north");
  configuration.add_teams()->set_id("south");
  configuration.add_routing_profiles()->set_id("chats-only");
  configuration.mutable_routing_profiles(1)->add_queues()->set_queue("chats");
  const v1::Agent like = configuration.agents(0);
  configuration.clear_agents();
  for (int i = 0; i < agents; ++i) {
    v1::Agent& agent = *configuration.add_agents();
    agent = like;
    agent.set_id("agent" + std::to_string(10'000 + i));
    agent.set_team(i % 2 == 0 ? "north" : "south");
  }
  return configuration;
}

v1::BulkUpdateAgentsRequest OfTeam(const std::string& team) {
  v1::BulkUpdateAgentsRequest request;
  request.set_workspace(kWorkspace);
  request.mutable_filter()->set_team(team);
  return request;
}

TEST(BulkUpdateAgents, TrainsATeamAndLeavesTheRestOfEach) {
  BulkFloor f;
  f.Apply(WithTeams(2'400));
  v1::BulkUpdateAgentsRequest request = OfTeam("north");
  v1::SkillLevel& cards = *request.add_set_skills();
  cards.set_skill("cards");
  cards.set_level(5);
  request.set_validate_only(true);
  Told told = f.Run(request);
  ASSERT_EQ(ReasonOf(told.status), "OK");
  EXPECT_EQ(told.With(""), 1'200);
  EXPECT_EQ(f.Events(router::EventType::kResourceUpdated), 0U);

  request.set_validate_only(false);
  told = f.Run(request);
  ASSERT_EQ(ReasonOf(told.status), "OK");
  EXPECT_EQ(told.progress.done(), 1'200);
  EXPECT_EQ(f.Events(router::EventType::kResourceUpdated), 1'200U);
  v1::GetAgentRequest get;
  get.set_workspace(kWorkspace);
  get.set_id("agent10000");
  v1::GetAgentResponse found;
  ASSERT_TRUE(f.resources->GetAgent(ClientContext(), get, &found).ok());
  ASSERT_EQ(found.agent().skills_size(), 2);
  EXPECT_EQ(found.agent().skills(0).skill(), "billing");
  EXPECT_EQ(found.agent().skills(1).level(), 5U);
  EXPECT_EQ(found.agent().languages_size(), 1);
  EXPECT_EQ(f.Run(request).progress.matched(), 0) << "they have it already";

  request.mutable_filter()->clear_team();
  request.mutable_filter()->set_skill("cards");
  request.clear_set_skills();
  request.add_remove_skills("billing");
  request.set_routing_profile("chats-only");
  EXPECT_EQ(f.Run(request).progress.done(), 1'200);
  ASSERT_TRUE(f.resources->GetAgent(ClientContext(), get, &found).ok());
  ASSERT_EQ(found.agent().skills_size(), 1);
  EXPECT_EQ(found.agent().skills(0).skill(), "cards");
  EXPECT_EQ(found.agent().routing_profile(), "chats-only");
}

TEST(BulkUpdateAgents, SaysOfEachWhatIsWrong) {
  BulkFloor f;
  f.Apply(WithTeams(20));
  v1::BulkUpdateAgentsRequest request = OfTeam("south");
  request.add_set_skills()->set_skill("juggling");
  request.mutable_set_skills(0)->set_level(3);
  for (const bool validate_only : {true, false}) {
    request.set_validate_only(validate_only);
    const Told told = f.Run(request);
    EXPECT_EQ(ReasonOf(told.status), "OK");
    EXPECT_EQ(told.With("REFERENCE_BROKEN"), 10);
    EXPECT_EQ(told.progress.failed(), 10);
  }
  request.set_workspace("nowhere");
  EXPECT_EQ(ReasonOf(f.Run(request).status), "WORKSPACE_NOT_FOUND");
}

TEST(BulkUpdateAgents, ChangesNothingTwiceWithTheSameRequestId) {
  BulkFloor f;
  f.Apply(WithTeams(10));
  v1::BulkUpdateAgentsRequest request = OfTeam("north");
  request.set_request_id(kRequestId);
  request.add_set_skills()->set_skill("cards");
  request.mutable_set_skills(0)->set_level(3);
  ASSERT_EQ(f.Run(request).With(""), 5);
  v1::BulkUpdateAgentsRequest back = OfTeam("north");
  back.add_remove_skills("cards");
  ASSERT_EQ(f.Run(back).With(""), 5);
  EXPECT_EQ(f.Run(request).With(""), 5) << "their first answers";
  EXPECT_EQ(f.Events(router::EventType::kResourceUpdated), 10U);
}

// ---------------------------------------------------------------------------------------- bad
// input

void ExpectFault(const grpc::Status& status, const std::string& reason, const std::string& field) {
  const Error error = Decode(status);
  EXPECT_EQ(error.reason, reason) << status.error_message();
  ASSERT_FALSE(error.fields.empty());
  EXPECT_EQ(error.fields.front(), field);
}

TEST(BulkUpdateTickets, SaysWhatIsWrongWithTheRequest) {
  BulkFloor f;
  using Request = v1::BulkUpdateTicketsRequest;
  struct Row {
    const char* reason;
    const char* field;
    std::function<void(Request&)> change;
  };
  const Row rows[] = {
      {"FIELD_REQUIRED", "workspace", [](Request& r) { r.clear_workspace(); }},
      {"FIELD_MALFORMED", "request_id", [](Request& r) { r.set_request_id("7"); }},
      {"FIELD_REQUIRED", "supervisor", [](Request& r) { r.clear_supervisor(); }},
      {"FIELD_TOO_LARGE", "supervisor",
       [](Request& r) { r.set_supervisor(std::string(129, 's')); }},
      {"FIELD_REQUIRED", "filter", [](Request& r) { r.clear_filter(); }},
      {"FIELD_MALFORMED", "filter.queue", [](Request& r) { r.mutable_filter()->set_queue("a b"); }},
      {"FIELD_OUT_OF_RANGE", "filter.states[1]",
       [](Request& r) {
         r.mutable_filter()->add_states(v1::TICKET_STATE_QUEUED);
         r.mutable_filter()->add_states(v1::TICKET_STATE_COMPLETED);
       }},
      {"FIELD_REQUIRED", "change", [](Request& r) { r.clear_change(); }},
      {"FIELD_OUT_OF_RANGE", "priority", [](Request& r) { r.set_priority(10); }},
      {"FIELD_REQUIRED", "to_queue", [](Request& r) { r.set_to_queue(""); }},
      {"FIELD_TOO_LARGE", "cancel.reason",
       [](Request& r) { r.mutable_cancel()->set_reason(std::string(65, 'r')); }},
      {"FIELD_OUT_OF_RANGE", "max_items", [](Request& r) { r.set_max_items(-1); }},
      {"FIELD_OUT_OF_RANGE", "max_items", [](Request& r) { r.set_max_items(50'001); }},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.field);
    Request request = CancelChats();
    row.change(request);
    ExpectFault(f.Run(request).status, row.reason, row.field);
  }
  Request request = CancelChats();
  request.set_workspace("nowhere");
  EXPECT_EQ(ReasonOf(f.Run(request).status), "WORKSPACE_NOT_FOUND");
}

TEST(BulkUpdateAgents, SaysWhatIsWrongWithTheRequest) {
  BulkFloor f;
  using Request = v1::BulkUpdateAgentsRequest;
  struct Row {
    const char* reason;
    const char* field;
    std::function<void(Request&)> change;
  };
  const Row rows[] = {
      {"FIELD_REQUIRED", "filter", [](Request& r) { r.clear_filter(); }},
      {"FIELD_MALFORMED", "filter.site", [](Request& r) { r.mutable_filter()->set_site("?"); }},
      {"FIELD_REQUIRED", "set_skills", [](Request& r) { r.clear_set_skills(); }},
      {"FIELD_OUT_OF_RANGE", "set_skills[0].level",
       [](Request& r) { r.mutable_set_skills(0)->set_level(11); }},
      {"ID_DUPLICATE", "set_skills[1].skill",
       [](Request& r) { *r.add_set_skills() = r.set_skills(0); }},
      {"FIELD_MALFORMED", "remove_skills[0]", [](Request& r) { r.add_remove_skills("billing"); }},
      {"FIELD_TOO_LARGE", "remove_skills",
       [](Request& r) {
         for (int i = 0; i < 51; ++i) r.add_remove_skills("s" + std::to_string(i));
       }},
      {"FIELD_MALFORMED", "routing_profile", [](Request& r) { r.set_routing_profile("a b"); }},
      {"FIELD_OUT_OF_RANGE", "max_items", [](Request& r) { r.set_max_items(50'001); }},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.field);
    Request request = OfTeam("north");
    request.add_set_skills()->set_skill("billing");
    request.mutable_set_skills(0)->set_level(1);
    row.change(request);
    ExpectFault(f.Run(request).status, row.reason, row.field);
  }
}

}  // namespace
}  // namespace tandem::rpc
