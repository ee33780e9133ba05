// Goal: whoever follows events gets each of them once and in order, whatever happens on the way: it
// reads slowly, its stream breaks, others come and go, the database holds what memory does not.
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "server/query/events.h"
#include "tests/rpc/client_stream.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

using EventsRequest = v1::StreamEventsRequest;
using EventsResponse = v1::StreamEventsResponse;

EventsRequest Everything() {
  EventsRequest request;
  request.set_workspace(kWorkspace);
  return request;
}

EventsRequest From(const std::string& token) {
  EventsRequest request = Everything();
  request.set_resume_token(token);
  return request;
}

EventsRequest FromOldest() {
  EventsRequest request = Everything();
  request.set_start(v1::EVENT_START_OLDEST);
  return request;
}

using EventsCall = ClientStream<grpc::ClientReader<EventsResponse>, EventsResponse>;

class Follower final : public EventsCall {
 public:
  Follower(Fixture& fixture, const EventsRequest& request) : Follower(*fixture.events, request) {}
  Follower(v1::EventService::Stub& stub, const EventsRequest& request)
      : EventsCall(
            [&](grpc::ClientContext* context) { return stub.StreamEvents(context, request); }) {}

  // The next `count` events; fewer when the stream ends.
  std::vector<v1::Event> Take(size_t count) {
    std::vector<v1::Event> events;
    while (events.size() < count) {
      const auto response = Next();
      EXPECT_TRUE(response.has_value()) << "the stream ended";
      if (!response) break;
      events.insert(events.end(), response->events().begin(), response->events().end());
    }
    return events;
  }
  // The place after the first message, which comes at once.
  std::string Begin() {
    EXPECT_TRUE(Next().has_value()) << ReasonOf(End());
    return token_;
  }
  const std::string& token() const { return token_; }

 private:
  void OnMessage(const EventsResponse& response) override { token_ = response.resume_token(); }

  std::string token_;
};

void ExpectNoGap(const std::vector<v1::Event>& events, int64_t first) {
  for (size_t i = 0; i < events.size(); ++i) {
    ASSERT_EQ(events[i].sequence(), first + static_cast<int64_t>(i));
  }
}

int64_t LastSequence(Fixture& f) {
  return f.store.GetEventRange(kWorkspace)->newest;
}

TEST(StreamEvents, TellsWhatHappensFromNowOn) {
  Fixture f;
  f.IngestMany(ChatContact(), 3);
  const int64_t before = LastSequence(f);
  Follower follower(f, Everything());
  follower.Begin();
  const std::string ticket = f.Ingest(ChatContact());
  const std::vector<v1::Event> events = follower.Take(1);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].sequence(), before + 1);
  EXPECT_EQ(events[0].type(), v1::EVENT_TYPE_TICKET_CREATED);
  EXPECT_EQ(events[0].ticket_id(), ticket);
  EXPECT_EQ(events[0].queue(), "chats");
  f.IngestMany(ChatContact(), 700);  // more than one message holds
  ExpectNoGap(follower.Take(700), before + 2);
}

constexpr char kCalls[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(Ingest, GivesContactsOfABatchAndOfAStreamTheTraceOfTheirCall) {
  Fixture f;
  ClientContext of_batch;
  of_batch->AddMetadata("traceparent", kCalls);
  v1::BatchIngestContactsRequest batch;
  batch.set_workspace(kWorkspace);
  *batch.add_contacts() = ChatContact();
  v1::BatchIngestContactsResponse results;
  ASSERT_EQ(ReasonOf(f.ingest->BatchIngestContacts(of_batch, batch, &results)), "OK");
  EXPECT_EQ(f.Get(results.items(0).result().ticket_id()).trace_parent(), kCalls);

  ClientContext of_stream;
  of_stream->AddMetadata("traceparent", kCalls);
  const auto stream = f.ingest->StreamIngest(of_stream);
  v1::StreamIngestRequest item;
  item.set_sequence(1);
  item.mutable_request()->set_workspace(kWorkspace);
  *item.mutable_request()->mutable_contact() = ChatContact();
  ASSERT_TRUE(stream->Write(item) && stream->WritesDone());
  v1::StreamIngestResponse answer;  // the first one tells the window
  while (answer.acknowledgements().empty()) ASSERT_TRUE(stream->Read(&answer));
  EXPECT_EQ(f.Get(answer.acknowledgements(0).result().ticket_id()).trace_parent(), kCalls);
  EXPECT_EQ(ReasonOf(stream->Finish()), "OK");
}

TEST(StreamEvents, CarriesOnTheTraceOfTheContact) {
  constexpr char kOwn[] = "00-11111111111111112222222222222222-3333333333333333-00";
  Fixture f;
  Follower live(f, Everything());
  live.Begin();
  const auto ingest = [&](const v1::Contact& contact, const char* header) {
    ClientContext context;
    context->AddMetadata("traceparent", header);
    v1::IngestContactRequest request;
    request.set_workspace(kWorkspace);
    *request.mutable_contact() = contact;
    v1::IngestContactResponse response;
    EXPECT_TRUE(f.ingest->IngestContact(context, request, &response).ok());
    return response.result().ticket_id();
  };
  const std::string by_call = ingest(ChatContact(), kCalls);
  v1::Contact says_its_own = ChatContact();
  says_its_own.set_trace_parent(kOwn);
  const std::string by_contact = ingest(says_its_own, kCalls);
  const std::string by_nobody = ingest(ChatContact(), "not a trace");
  EXPECT_EQ(f.Get(by_call).trace_parent(), kCalls);
  EXPECT_EQ(f.Get(by_contact).trace_parent(), kOwn);
  EXPECT_EQ(f.Get(by_nobody).trace_parent(), "");

  // Later events of the ticket have it, too, whoever causes them; so do those that are read back.
  ASSERT_EQ(ReasonOf(f.Cancel(by_call)), "OK");
  std::vector<v1::Event> events = live.Take(4);
  Follower read(f, FromOldest());
  for (const v1::Event& event : read.Take(static_cast<size_t>(LastSequence(f)))) {
    events.push_back(event);
  }
  int of_call = 0;
  for (const v1::Event& event : events) {
    const bool is_of_call = event.ticket_id() == by_call;
    of_call += is_of_call ? 1 : 0;
    EXPECT_EQ(event.trace_parent(), is_of_call                        ? kCalls
                                    : event.ticket_id() == by_contact ? kOwn
                                                                      : "")
        << event.ShortDebugString();
  }
  EXPECT_EQ(of_call, 4) << "created and canceled, twice";

  v1::Contact malformed = ChatContact();
  malformed.set_trace_parent("00-xyz");
  EXPECT_EQ(ReasonOf(f.IngestStatus(malformed)), "FIELD_MALFORMED");
}

TEST(StreamEvents, FromTheOldestReadsTheDatabaseAndGoesOnLive) {
  Fixture f;
  for (int i = 0; i < 3; ++i) f.IngestMany(ChatContact(), 900);  // more than a page
  Follower follower(f, FromOldest());
  ExpectNoGap(follower.Take(static_cast<size_t>(LastSequence(f))), 1);
  const int64_t before = LastSequence(f);
  f.IngestMany(ChatContact(), 10);
  ExpectNoGap(follower.Take(10), before + 1);
}

TEST(StreamEvents, ResumesWithExactlyTheNextEvent) {
  Fixture f;
  std::string token;
  int64_t next = LastSequence(f) + 1;
  {
    Follower follower(f, Everything());
    token = follower.Begin();
  }
  for (int round = 0; round < 5; ++round) {
    f.IngestMany(ChatContact(), 40);
    Follower follower(f, From(token));
    const std::vector<v1::Event> events = follower.Take(20);
    ExpectNoGap(events, next);
    next += static_cast<int64_t>(events.size());
    token = follower.token();
  }
  // A token of the past is good as often as it is used.
  f.Ingest(ChatContact());
  for (int round = 0; round < 2; ++round) {
    Follower again(f, From(token));
    ExpectNoGap(again.Take(1), next);
  }
}

TEST(StreamEvents, FilterByClientQueueTicketAndType) {
  Fixture f;
  v1::Contact globex = ChatContact();
  globex.set_client("globex");
  v1::Contact privately = ChatContact();
  privately.set_queue("private");
  const auto follow = [&](auto set) {
    EventsRequest request = Everything();
    set(*request.mutable_filter());
    auto follower = std::make_unique<Follower>(f, request);
    follower->Begin();
    return follower;
  };
  const std::string first = f.Ingest(ChatContact());
  // Live, and from the database: both must choose the same.
  const auto by_client = follow([](auto& filter) { filter.add_clients("globex"); });
  const auto by_queue = follow([](auto& filter) { filter.add_queues("private"); });
  const auto by_ticket = follow([&](auto& filter) { filter.add_ticket_ids(first); });
  const auto by_type = follow([](auto& filter) {
    filter.add_types(v1::EVENT_TYPE_TICKET_CANCELED);
    filter.add_types(v1::EVENT_TYPE_TICKET_ABANDONED);
  });
  const auto by_all = follow([](auto& filter) {
    filter.add_clients("globex");
    filter.add_types(v1::EVENT_TYPE_TICKET_CANCELED);
  });
  const std::string begin = by_all->token();
  const std::string second = f.Ingest(globex);
  const std::string third = f.Ingest(privately);
  for (const std::string& ticket : {first, second, third}) {
    EXPECT_EQ(ReasonOf(f.Cancel(ticket)), "OK");
  }
  const auto tickets = [](Follower& follower, size_t count) {
    std::vector<std::string> ids;
    for (const v1::Event& event : follower.Take(count)) ids.push_back(event.ticket_id());
    return ids;
  };
  using Ids = std::vector<std::string>;
  EXPECT_EQ(tickets(*by_client, 2), (Ids{second, second}));
  EXPECT_EQ(tickets(*by_queue, 2), (Ids{third, third}));
  EXPECT_EQ(tickets(*by_ticket, 1), (Ids{first}));
  EXPECT_EQ(tickets(*by_type, 3), (Ids{first, second, third}));
  EXPECT_EQ(tickets(*by_all, 1), (Ids{second}));
  EventsRequest resumed = From(begin);
  resumed.mutable_filter()->add_clients("globex");
  Follower from_database(f, resumed);
  EXPECT_EQ(tickets(from_database, 2), (Ids{second, second}));
}

TEST(StreamEvents, OfAQueueTellAllThatHappensToItsTickets) {
  Fixture f;
  const auto follow = [&](const std::string& queue, std::vector<v1::EventType> types) {
    EventsRequest request = FromOldest();
    request.mutable_filter()->add_queues(queue);
    request.mutable_filter()->add_types(v1::EVENT_TYPE_TICKET_TRANSFERRED);
    for (const v1::EventType type : types) request.mutable_filter()->add_types(type);
    return std::make_unique<Follower>(f, request);
  };
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Take(ann, ChatContact());
  EXPECT_EQ(ReasonOf(f.Complete(ann, ticket, "solved")), "OK");
  const std::string moved = f.Take(ann, ChatContact());
  EXPECT_EQ(ReasonOf(f.Transfer(moved, "private")), "OK");
  EXPECT_EQ(ReasonOf(f.Accept(ann, f.OfferOf(ann))), "OK");
  EXPECT_EQ(ReasonOf(f.Complete(ann, moved, "solved")), "OK");

  const auto left =
      follow("chats", {v1::EVENT_TYPE_OFFER_ACCEPTED, v1::EVENT_TYPE_TICKET_COMPLETED})->Take(4);
  EXPECT_EQ(left[0].type(), v1::EVENT_TYPE_OFFER_ACCEPTED);
  EXPECT_EQ(left[1].type(), v1::EVENT_TYPE_TICKET_COMPLETED);
  EXPECT_EQ(left[1].ticket_id(), ticket);
  EXPECT_EQ(left[1].queue(), "chats");
  EXPECT_EQ(left[2].ticket_id(), moved);
  EXPECT_EQ(left[3].type(), v1::EVENT_TYPE_TICKET_TRANSFERRED) << "told to the queue that it left";
  EXPECT_EQ(left[3].queue(), "private");
  EXPECT_EQ(left[3].reason(), "chats");
  const auto entered = follow("private", {v1::EVENT_TYPE_TICKET_COMPLETED})->Take(2);
  EXPECT_EQ(entered[0].type(), v1::EVENT_TYPE_TICKET_TRANSFERRED);
  EXPECT_EQ(entered[1].type(), v1::EVENT_TYPE_TICKET_COMPLETED);
  EXPECT_EQ(entered[1].ticket_id(), moved);

  // What is added to a closed ticket is told to the queue that it was in last.
  v1::AddNoteRequest note;
  note.set_workspace(kWorkspace);
  note.set_ticket_id(moved);
  note.set_text("late");
  v1::AddNoteResponse noted;
  EXPECT_EQ(ReasonOf(f.tickets->AddNote(ClientContext(), note, &noted)), "OK");
  EXPECT_EQ(f.Last(moved, v1::EVENT_TYPE_NOTE_ADDED).queue(), "private");
}

TEST(StreamEvents, HeartbeatsCarryATokenBehindWhatIsLeftOut) {
  Fixture f;
  EventsRequest request = Everything();
  request.mutable_filter()->add_types(v1::EVENT_TYPE_TICKET_ABANDONED);
  request.mutable_heartbeat_interval()->set_seconds(1);
  Follower follower(f, request);
  const std::string begin = follower.Begin();
  f.IngestMany(ChatContact(), 20);
  const auto heartbeat = follower.Next();
  ASSERT_TRUE(heartbeat.has_value());
  EXPECT_EQ(heartbeat->events_size(), 0);
  EXPECT_NE(heartbeat->resume_token(), begin);
  const int64_t next = LastSequence(f) + 1;
  f.Ingest(ChatContact());
  Follower resumed(f, From(heartbeat->resume_token()));
  ExpectNoGap(resumed.Take(1), next);
}

TEST(StreamEvents, SaysWhereTheEndIs) {
  Fixture f;
  f.IngestMany(ChatContact(), 700);  // more than one message holds
  const auto read_to_the_end = [&f](EventsRequest request) {
    // Of the heartbeats none comes in time.
    request.mutable_heartbeat_interval()->set_seconds(300);
    Follower follower(f, request);
    std::vector<v1::Event> events;
    for (;;) {
      const auto response = follower.Next();
      EXPECT_TRUE(response.has_value()) << "the stream ended";
      if (!response) break;
      events.insert(events.end(), response->events().begin(), response->events().end());
      if (response->at_end()) break;
    }
    return events;
  };
  ExpectNoGap(read_to_the_end(FromOldest()), 1);
  EXPECT_EQ(read_to_the_end(FromOldest()).back().sequence(), LastSequence(f));
  EXPECT_TRUE(read_to_the_end(Everything()).empty());
  EventsRequest none = FromOldest();
  none.mutable_filter()->add_types(v1::EVENT_TYPE_TICKET_ABANDONED);
  EXPECT_TRUE(read_to_the_end(none).empty());
  // Live, too: what comes is told with the end, in one message.
  Follower follower(f, Everything());
  EXPECT_TRUE(follower.Next()->at_end());
  f.Ingest(ChatContact());
  const auto live = follower.Next();
  EXPECT_GT(live->events_size(), 0);
  EXPECT_TRUE(live->at_end());
}

TEST(StreamEvents, RefusesWhatItCannotRead) {
  Fixture f;
  const auto refusal = [&](auto set) {
    EventsRequest request = Everything();
    set(request);
    return ReasonOf(Follower(f, request).End());
  };
  EXPECT_EQ(refusal([](EventsRequest& r) { r.set_workspace(""); }), "FIELD_REQUIRED");
  EXPECT_EQ(refusal([](EventsRequest& r) { r.set_workspace("nowhere"); }), "WORKSPACE_NOT_FOUND");
  EXPECT_EQ(refusal([](EventsRequest& r) { r.set_resume_token("no token"); }),
            "RESUME_TOKEN_INVALID");
  EXPECT_EQ(refusal([](EventsRequest& r) { r.set_resume_token(std::string(65, 'a')); }),
            "FIELD_TOO_LARGE");
  EXPECT_EQ(
      refusal([](EventsRequest& r) { r.set_resume_token(query::MakeResumeToken("other", 1)); }),
      "RESUME_TOKEN_INVALID");
  EXPECT_EQ(refusal([](EventsRequest& r) {
              r.set_resume_token(query::MakeResumeToken(kWorkspace, 1));
              r.set_start(v1::EVENT_START_NOW);
            }),
            "FIELD_OUT_OF_RANGE");
  EXPECT_EQ(refusal([](EventsRequest& r) { r.set_start(static_cast<v1::EventStart>(9)); }),
            "FIELD_OUT_OF_RANGE");
  EXPECT_EQ(
      refusal([](EventsRequest& r) { r.mutable_heartbeat_interval()->set_nanos(999'999'999); }),
      "FIELD_OUT_OF_RANGE");
  EXPECT_EQ(refusal([](EventsRequest& r) { r.mutable_heartbeat_interval()->set_seconds(301); }),
            "FIELD_OUT_OF_RANGE");
  EXPECT_EQ(refusal([](EventsRequest& r) { r.mutable_filter()->add_queues("no id"); }),
            "FIELD_MALFORMED");
  EXPECT_EQ(refusal([](EventsRequest& r) { r.mutable_filter()->add_ticket_ids("1"); }),
            "FIELD_MALFORMED");
  EXPECT_EQ(refusal([](EventsRequest& r) {
              r.mutable_filter()->add_types(static_cast<v1::EventType>(999));
            }),
            "FIELD_OUT_OF_RANGE");
  EXPECT_EQ(refusal([](EventsRequest& r) {
              for (int i = 0; i < 101; ++i) r.mutable_filter()->add_clients("acme");
            }),
            "FIELD_TOO_LARGE");
}

TEST(StreamEvents, TokenThatIsTooOldIsToldWithTheOldest) {
  constexpr int64_t kOldest = 101;
  Fixture f;
  f.IngestMany(ChatContact(), 200);
  f.store.RemoveEvents(kWorkspace, kOldest);
  const auto expect_expired = [&](int64_t position) {
    const Error error =
        Decode(Follower(f, From(query::MakeResumeToken(kWorkspace, position))).End());
    EXPECT_EQ(error.reason, "RESUME_TOKEN_EXPIRED");
    EXPECT_EQ(error.code, grpc::StatusCode::OUT_OF_RANGE);
    Follower oldest(f, From(error.metadata.at("oldest")));
    ExpectNoGap(oldest.Take(5), kOldest);
  };
  expect_expired(0);
  expect_expired(kOldest - 2);
  expect_expired(1'000'000);  // ahead: of another life of the database
  Follower good(f, From(query::MakeResumeToken(kWorkspace, kOldest - 1)));
  ExpectNoGap(good.Take(5), kOldest);
  ExpectNoGap(Follower(f, FromOldest()).Take(5), kOldest);
  // Removed while a stream was on its way to them.
  const auto page = query::ListEvents(f.store, kWorkspace, kOldest - 2);
  ASSERT_TRUE(std::holds_alternative<router::Rejection>(page));
  EXPECT_EQ(std::get<router::Rejection>(page).reason, router::Reason::kResumeTokenExpired);
}

TEST(StreamEvents, ReadTooSlowlyIsCutOffAndCanResume) {
  FixtureOptions options;
  options.server.streams.slow_reader_patience = std::chrono::milliseconds(500);
  Fixture f(options);
  const auto stub = v1::EventService::NewStub(f.NarrowChannel());
  Follower follower(*stub, Everything());
  follower.Begin();
  int64_t next = LastSequence(f) + 1;
  for (int i = 0; i < 20; ++i) f.IngestMany(ChatContact(), 1'000);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  std::vector<v1::Event> events;
  while (const auto response = follower.Next()) {
    events.insert(events.end(), response->events().begin(), response->events().end());
  }
  EXPECT_EQ(ReasonOf(follower.End()), "OVERLOADED");
  EXPECT_TRUE(Eventually(
      [&] { return f.server->interceptor().refusals(router::Reason::kOverloaded) == 1; }));
  ExpectNoGap(events, next);
  EXPECT_LT(events.size(), 20'000U);
  next += static_cast<int64_t>(events.size());
  Follower resumed(f, From(follower.token()));
  ExpectNoGap(resumed.Take(20'000 - events.size()), next);
}

TEST(StreamEvents, ManyFollowersThatComeAndGoMissNothing) {
  Fixture f;
  constexpr int kBatches = 60;
  constexpr int kPerBatch = 50;
  std::string begin;
  {
    Follower follower(f, Everything());
    begin = follower.Begin();
  }
  const int64_t first = LastSequence(f) + 1;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&f, &begin, first, i] {
      std::string token = begin;
      int64_t next = first;
      const int64_t end = first + kBatches * kPerBatch;
      while (next < end) {
        Follower follower(f, From(token));
        for (int messages = 0; next < end && messages < 2 + 7 * i; ++messages) {
          const auto response = follower.Next();
          ASSERT_TRUE(response.has_value());
          for (const v1::Event& event : response->events()) {
            ASSERT_EQ(event.sequence(), next);
            ++next;
          }
          token = response->resume_token();
        }
      }
    });
  }
  for (int i = 0; i < kBatches; ++i) f.IngestMany(ChatContact(), kPerBatch);
}

TEST(StreamEvents, EndsWhenTheServerStopsOrStartsOver) {
  Fixture f;
  Follower follower(f, Everything());
  follower.Begin();
  f.store.FailCommits(store::CommitFault::kFenced);
  EXPECT_EQ(ReasonOf(f.IngestStatus(ChatContact())), "STORE_UNAVAILABLE");
  EXPECT_EQ(ReasonOf(follower.End()), "NOT_SERVING");
  Follower other(f, Everything());
  other.Begin();
  const auto began = std::chrono::steady_clock::now();
  f.server->Shutdown(std::chrono::seconds(10));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
  EXPECT_EQ(ReasonOf(other.End()), "NOT_SERVING");
}

TEST(StreamEvents, OfAQuietWorkspaceDoesNotAskTheDatabaseAgainAndAgain) {
  Fixture f;
  v1::StreamEventsRequest request = Everything();
  request.mutable_heartbeat_interval()->set_seconds(1);
  Follower follower(f, request);
  follower.Begin();
  ASSERT_TRUE(follower.Next()) << "a heartbeat: what was to be read was read";
  const int64_t before = LastSequence(f);
  f.store.SetUnavailable(true);  // a read would end the stream
  ASSERT_TRUE(follower.Next());
  ASSERT_TRUE(follower.Next());
  f.store.SetUnavailable(false);
  f.Ingest(ChatContact());
  ExpectNoGap(follower.Take(1), before + 1);
}

TEST(StreamEvents, StoreThatIsAwayIsTold) {
  Fixture f;
  f.store.SetUnavailable(true);
  EXPECT_EQ(ReasonOf(Follower(f, Everything()).End()), "STORE_UNAVAILABLE");
}

TEST(StreamEvents, StreamsAreBounded) {
  FixtureOptions options;
  options.server.streams.max_other_streams = 2;
  Fixture f(options);
  Follower first(f, Everything());
  first.Begin();
  auto second = std::make_unique<Follower>(f, Everything());
  second->Begin();
  EXPECT_EQ(ReasonOf(Follower(f, Everything()).End()), "TOO_MANY_STREAMS");
  // Agents are counted apart.
  EXPECT_NE(f.LogIn("ann").generation(), 0);
  second.reset();
  // The place is free again a moment later.
  EXPECT_TRUE(Eventually([&] { return Follower(f, Everything()).Next().has_value(); }))
      << "a stream that ended still counts";
}

}  // namespace
}  // namespace tandem::rpc
