// Goal: whoever watches holds what is true after each round, sees no more of a slow time than its
// end, and is told what to forget. A client keeps the state as the proto says, and it is compared
// with the database's own counts.
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/rpc/client_stream.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

using v1::WatchAgentsRequest;
using v1::WatchQueuesRequest;

auto Open(v1::WatchService::Stub& stub, grpc::ClientContext* context,
          const WatchQueuesRequest& request) {
  return stub.WatchQueues(context, request);
}
auto Open(v1::WatchService::Stub& stub, grpc::ClientContext* context,
          const WatchAgentsRequest& request) {
  return stub.WatchAgents(context, request);
}

// Keeps what it is told, by id.
template <typename Request, typename Response, typename Entry>
class Watcher final : public ClientStream<grpc::ClientReader<Response>, Response> {
 public:
  Watcher(Fixture& fixture, const Request& request) : Watcher(*fixture.watch, request) {}
  Watcher(v1::WatchService::Stub& stub, const Request& request)
      : ClientStream<grpc::ClientReader<Response>, Response>(
            [&](grpc::ClientContext* context) { return Open(stub, context, request); }) {}

  // Reads until a round is complete; false when the stream ended.
  bool Round() {
    while (const auto response = this->Next()) {
      if (response->complete()) return true;
    }
    return false;
  }
  template <typename Condition>
  bool Until(Condition condition) {
    while (!condition()) {
      if (!Round()) return false;
    }
    return true;
  }
  std::set<std::string> Ids() const {
    std::set<std::string> ids;
    for (const auto& [id, entry] : held) ids.insert(id);
    return ids;
  }

  std::map<std::string, Entry> held;
  int64_t commit = 0;
  int entries = 0;  // told in all

 private:
  void OnMessage(const Response& response) override { Keep(response); }
  void Keep(const v1::WatchQueuesResponse& response) {
    for (const auto& queue : response.queues()) held[queue.queue()] = queue;
    entries += response.queues_size();
    Common(response);
  }
  void Keep(const v1::WatchAgentsResponse& response) {
    for (const auto& agent : response.agents()) held[agent.agent()] = agent;
    entries += response.agents_size();
    Common(response);
  }
  void Common(const auto& response) {
    for (const auto& id : response.removed()) EXPECT_EQ(held.erase(id), 1U) << id;
    EXPECT_GE(response.commit(), commit);
    EXPECT_GT(response.server_time().seconds(), 0);
    commit = response.commit();
  }
};
using QueueWatcher = Watcher<WatchQueuesRequest, v1::WatchQueuesResponse, v1::WatchedQueue>;
using AgentWatcher = Watcher<WatchAgentsRequest, v1::WatchAgentsResponse, v1::WatchedAgent>;

template <typename Request>
Request Quickly() {
  Request request;
  request.set_workspace(kWorkspace);
  request.mutable_min_interval()->set_nanos(100'000'000);
  return request;
}

using Ids = std::set<std::string>;

TEST(WatchQueues, BeginsWithASnapshotAndTellsWhatChanges) {
  Fixture f;
  const std::string first = f.Ingest(ChatContact());
  f.Ingest(JobContact());
  QueueWatcher watcher(f, Quickly<WatchQueuesRequest>());
  ASSERT_TRUE(watcher.Round());
  EXPECT_EQ(watcher.Ids(), (Ids{"calls", "chats", "jobs", "private", "tiny"}));
  EXPECT_EQ(watcher.held["chats"].waiting(), 1);
  EXPECT_EQ(watcher.held["chats"].oldest_queued_at().seconds(), f.Get(first).queued_at().seconds());
  EXPECT_EQ(watcher.held["jobs"].waiting(), 1);
  EXPECT_FALSE(watcher.held["calls"].has_oldest_queued_at());
  EXPECT_EQ(watcher.held["private"].client(), "acme");
  EXPECT_EQ(watcher.held["chats"].agents(), 0);

  const v1::SessionRef ann = f.LogIn("ann");
  ASSERT_TRUE(watcher.Until([&] { return watcher.held["chats"].offered() == 1; }));
  EXPECT_EQ(watcher.held["chats"].waiting(), 1);
  EXPECT_EQ(watcher.held["chats"].agents(), 1);
  EXPECT_EQ(watcher.held["calls"].available_agents(), 1);
  EXPECT_EQ(ReasonOf(f.Accept(ann, f.OfferOf(ann))), "OK");
  ASSERT_TRUE(watcher.Until([&] { return watcher.held["chats"].active() == 1; }));
  EXPECT_EQ(watcher.held["chats"].waiting(), 0);
  EXPECT_EQ(ReasonOf(f.Finish(ann, first)), "OK");
  ASSERT_TRUE(watcher.Until([&] { return watcher.held["chats"].wrap_up() == 1; }));
  EXPECT_EQ(ReasonOf(f.Complete(ann, first)), "OK");
  ASSERT_TRUE(watcher.Until([&] { return watcher.held["chats"].wrap_up() == 0; }));
  EXPECT_EQ(f.Claim(ann, 1).size(), 1U);
  ASSERT_TRUE(watcher.Until([&] { return watcher.held["jobs"].assigned() == 1; }));
}

TEST(WatchQueues, TellsEstimateAndServiceLevelOnceEnoughWereAnswered) {
  Fixture f;
  const v1::SessionRef ann = f.LogIn("ann");
  QueueWatcher watcher(f, Quickly<WatchQueuesRequest>());
  ASSERT_TRUE(watcher.Round());
  EXPECT_EQ(watcher.held["chats"].estimated_wait().seconds(), 0);
  EXPECT_TRUE(watcher.held["chats"].has_estimated_wait()) << "ann is free";
  EXPECT_FALSE(watcher.held["chats"].has_service_level());
  for (int i = 0; i < 5; ++i) {
    const std::string ticket = f.Take(ann, ChatContact());
    EXPECT_EQ(ReasonOf(f.Finish(ann, ticket)), "OK");
    EXPECT_EQ(ReasonOf(f.Complete(ann, ticket)), "OK");
  }
  ASSERT_TRUE(watcher.Until([&] { return watcher.held["chats"].has_service_level(); }));
  EXPECT_EQ(watcher.held["chats"].service_level(), 1);
  EXPECT_EQ(ReasonOf(f.SetStatus(ann, v1::AGENT_STATUS_NOT_READY, "lunch")), "OK");
  f.Ingest(ChatContact());
  ASSERT_TRUE(watcher.Until([&] { return watcher.held["chats"].waiting() == 1; }));
  EXPECT_FALSE(watcher.held["chats"].has_estimated_wait()) << "nobody is there";
  EXPECT_EQ(ReasonOf(f.SetStatus(ann, v1::AGENT_STATUS_AVAILABLE)), "OK");
  ASSERT_TRUE(watcher.Until([&] { return watcher.held["chats"].has_estimated_wait(); }));
}

TEST(WatchQueues, FilterByQueueAndClient) {
  Fixture f;
  WatchQueuesRequest request = Quickly<WatchQueuesRequest>();
  request.add_queues("chats");
  request.add_queues("tomorrow");
  QueueWatcher by_queue(f, request);
  ASSERT_TRUE(by_queue.Round());
  EXPECT_EQ(by_queue.Ids(), (Ids{"chats"}));
  request = Quickly<WatchQueuesRequest>();
  request.add_clients("acme");
  QueueWatcher by_client(f, request);
  ASSERT_TRUE(by_client.Round());
  EXPECT_EQ(by_client.Ids(), (Ids{"private"}));
  // What comes into the filter is told, what leaves it is removed.
  v1::Configuration configuration = SmallConfiguration();
  configuration.mutable_queues(3)->set_client("globex");
  configuration.add_queues()->CopyFrom(configuration.queues(1));
  configuration.mutable_queues(5)->set_id("tomorrow");
  configuration.mutable_queues(5)->set_client("acme");
  f.Apply(configuration);
  ASSERT_TRUE(by_queue.Until([&] { return by_queue.held.contains("tomorrow"); }));
  EXPECT_EQ(by_queue.Ids(), (Ids{"chats", "tomorrow"}));
  ASSERT_TRUE(by_client.Until([&] { return by_client.held.contains("tomorrow"); }));
  EXPECT_EQ(by_client.Ids(), (Ids{"tomorrow"}));
  f.Apply(SmallConfiguration());
  ASSERT_TRUE(by_queue.Until([&] { return !by_queue.held.contains("tomorrow"); }));
  ASSERT_TRUE(by_client.Until([&] { return by_client.held.contains("private"); }));
  EXPECT_EQ(by_client.Ids(), (Ids{"private"}));
}

TEST(WatchAgents, ShowsStatusSinceAndWork) {
  Fixture f;
  AgentWatcher watcher(f, Quickly<WatchAgentsRequest>());
  ASSERT_TRUE(watcher.Round());
  EXPECT_EQ(watcher.Ids(), (Ids{"ann", "bob"}));
  EXPECT_EQ(watcher.held["ann"].status(), v1::AGENT_STATUS_OFFLINE);
  EXPECT_FALSE(watcher.held["ann"].connected());
  const v1::SessionRef ann = f.LogIn("ann");
  const auto is = [&](v1::AgentStatus status) {
    return [&watcher, status] { return watcher.held["ann"].status() == status; };
  };
  ASSERT_TRUE(watcher.Until(is(v1::AGENT_STATUS_AVAILABLE)));
  EXPECT_TRUE(watcher.held["ann"].connected());
  EXPECT_EQ(watcher.held["ann"].since().seconds(), f.Snapshot(ann).state().since().seconds());
  const std::string ticket = f.Ingest(ChatContact());
  ASSERT_TRUE(watcher.Until([&] { return watcher.held["ann"].offers() == 1; }));
  EXPECT_EQ(ReasonOf(f.Accept(ann, f.OfferOf(ann))), "OK");
  ASSERT_TRUE(watcher.Until([&] { return watcher.held["ann"].owned() == 1; }));
  EXPECT_EQ(watcher.held["ann"].offers(), 0);
  ASSERT_EQ(watcher.held["ann"].work_size(), 1);
  const v1::WatchedWork& work = watcher.held["ann"].work(0);
  EXPECT_EQ(work.ticket_id(), ticket);
  EXPECT_EQ(work.state(), v1::TICKET_STATE_ACTIVE);
  EXPECT_EQ(work.queue(), "chats");
  EXPECT_EQ(work.channel(), "chat");
  EXPECT_EQ(work.client(), "acme");
  EXPECT_TRUE(work.has_since());
  EXPECT_TRUE(work.has_had_since());
  EXPECT_FALSE(work.has_held_since());
  EXPECT_EQ(ReasonOf(f.SetStatus(ann, v1::AGENT_STATUS_NOT_READY, "lunch")), "OK");
  ASSERT_TRUE(watcher.Until(is(v1::AGENT_STATUS_NOT_READY)));
  EXPECT_EQ(watcher.held["ann"].reason(), "lunch");
  EXPECT_EQ(ReasonOf(f.Close(ann)), "OK");
  ASSERT_TRUE(watcher.Until(is(v1::AGENT_STATUS_OFFLINE)));
  EXPECT_FALSE(watcher.held["ann"].connected());
  EXPECT_EQ(watcher.held["ann"].owned(), 1);
}

TEST(WatchAgents, FilterByTeamSiteQueueAndClient) {
  Fixture f;
  v1::Configuration configuration = SmallConfiguration();
  configuration.add_teams()->set_id("day");
  configuration.add_teams()->set_id("night");
  auto* site = configuration.add_sites();
  site->set_id("porto");
  site->set_time_zone("Europe/Lisbon");
  configuration.mutable_agents(0)->set_team("day");
  configuration.mutable_agents(1)->set_team("night");
  configuration.mutable_agents(1)->set_site("porto");
  configuration.mutable_agents(1)->clear_clients();
  configuration.mutable_agents(1)->add_clients("globex");
  auto* profile = configuration.add_routing_profiles();
  profile->set_id("calls only");
  profile->set_id("calls_only");
  profile->add_queues()->set_queue("calls");
  configuration.mutable_agents(1)->set_routing_profile("calls_only");
  f.Apply(configuration);
  const auto watch = [&](auto set) {
    WatchAgentsRequest request = Quickly<WatchAgentsRequest>();
    set(request);
    auto watcher = std::make_unique<AgentWatcher>(f, request);
    EXPECT_TRUE(watcher->Round());
    return watcher;
  };
  const auto by_agent = watch([](auto& r) { r.add_agents("bob"); });
  const auto by_team = watch([](auto& r) { r.add_teams("day"); });
  const auto by_site = watch([](auto& r) { r.add_sites("porto"); });
  const auto by_queue = watch([](auto& r) { r.add_queues("jobs"); });
  const auto by_client = watch([](auto& r) { r.add_clients("acme"); });
  EXPECT_EQ(by_agent->Ids(), (Ids{"bob"}));
  EXPECT_EQ(by_team->Ids(), (Ids{"ann"}));
  EXPECT_EQ(by_team->held["ann"].team(), "day");
  EXPECT_EQ(by_site->Ids(), (Ids{"bob"}));
  EXPECT_EQ(by_queue->Ids(), (Ids{"ann"}));
  EXPECT_EQ(by_client->Ids(), (Ids{"ann"}));
  // Ann changes to the night.
  configuration.mutable_agents(0)->set_team("night");
  f.Apply(configuration);
  ASSERT_TRUE(by_team->Until([&] { return by_team->held.empty(); }));
  // And leaves.
  configuration.mutable_agents()->DeleteSubrange(0, 1);
  f.Apply(configuration);
  ASSERT_TRUE(by_client->Until([&] { return by_client->held.empty(); }));
}

// A day in a few seconds: whatever happened, at its end the watchers hold what the database says.
TEST(Watch, HoldsWhatTheDatabaseSaysAfterARandomDay) {
  FixtureOptions options;
  options.server.reader_threads = 2;
  Fixture f(options);
  v1::Configuration configuration = SmallConfiguration();
  for (int i = 0; i < 20; ++i) {
    v1::Agent* agent = configuration.add_agents();
    *agent = configuration.agents(0);
    agent->set_id("agent" + std::to_string(i));
    auto* capacity = agent->mutable_capacity();
    capacity->set_total_units(4);
  }
  f.Apply(configuration);
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  f.IngestMany(ChatContact(), 20);
  QueueWatcher queues(f, Quickly<WatchQueuesRequest>());
  AgentWatcher agents(f, Quickly<WatchAgentsRequest>());
  std::vector<v1::SessionRef> sessions;
  for (int i = 0; i < 20; ++i) sessions.push_back(f.LogIn("agent" + std::to_string(i)));
  std::atomic<bool> over = false;
  // Watchers that come and go meanwhile.
  std::jthread visitors([&] {
    while (!over) {
      QueueWatcher visitor(f, Quickly<WatchQueuesRequest>());
      EXPECT_TRUE(visitor.Round());
    }
  });
  for (int i = 0; i < 600; ++i) {
    const v1::SessionRef& session = sessions[random() % sessions.size()];
    const unsigned what = random() % 8;
    if (what < 3) {
      f.Ingest(what == 0 ? JobContact() : what == 1 ? CallContact() : ChatContact());
    } else if (what == 3) {
      static_cast<void>(f.SetStatus(
          session, random() % 3 == 0 ? v1::AGENT_STATUS_NOT_READY : v1::AGENT_STATUS_AVAILABLE,
          ""));
    } else if (what == 4) {
      v1::ClaimTicketsRequest claim;
      claim.set_workspace(kWorkspace);
      *claim.mutable_session() = session;
      claim.set_max_tickets(1);
      v1::ClaimTicketsResponse claimed;
      static_cast<void>(f.work->ClaimTickets(ClientContext(), claim, &claimed));
    } else {
      const v1::AgentSnapshot snapshot = f.Snapshot(session);
      for (const auto& offer : snapshot.offers()) {
        static_cast<void>(f.Accept(session, offer.offer_id()));
      }
      for (const auto& work : snapshot.work()) {
        const std::string& ticket = work.ticket_id();
        if (work.state() == v1::TICKET_STATE_CONNECTING) {
          static_cast<void>(f.Report(ticket, work.offer_id(), v1::MEDIA_EVENT_TYPE_CONNECTED,
                                     v1::PARTY_UNSPECIFIED));
        } else if (work.state() == v1::TICKET_STATE_ASSIGNED) {
          static_cast<void>(f.Start(session, ticket));
        } else if (random() % 2 == 0) {
          static_cast<void>(f.Finish(session, ticket));
        } else {
          static_cast<void>(random() % 3 == 0 ? f.Cancel(ticket) : f.Complete(session, ticket));
        }
      }
    }
    if (i == 300) {  // everything is counted anew
      configuration.mutable_queues(1)->set_display_name("Chats");
      f.Apply(configuration);
    }
  }
  over = true;
  visitors.join();
  const int64_t last = f.store.Copy().shards.at(0).commits.rbegin()->first;
  WatchQueuesRequest now = Quickly<WatchQueuesRequest>();
  ASSERT_TRUE(queues.Until([&] {
    QueueWatcher fresh(f, now);
    EXPECT_TRUE(fresh.Round());
    return fresh.commit >= last && queues.held.size() == fresh.held.size() &&
           std::ranges::all_of(fresh.held, [&](const auto& entry) {
             return entry.second.SerializeAsString() ==
                    queues.held[entry.first].SerializeAsString();
           });
  }));
  v1::ListQueueStatisticsRequest request;
  request.set_workspace(kWorkspace);
  v1::ListQueueStatisticsResponse statistics;
  ASSERT_EQ(ReasonOf(f.queues->ListQueueStatistics(ClientContext(), request, &statistics)), "OK");
  for (const v1::QueueStatistics& queue : statistics.queues()) {
    const v1::WatchedQueue& watched = queues.held[queue.queue()];
    EXPECT_EQ(watched.waiting(), queue.waiting()) << queue.queue();
    EXPECT_EQ(watched.agents(), queue.agents()) << queue.queue();
    EXPECT_EQ(watched.available_agents(), queue.available_agents()) << queue.queue();
    EXPECT_EQ(watched.has_oldest_queued_at(), queue.has_oldest_waiting()) << queue.queue();
  }
  ASSERT_TRUE(agents.Until([&] {
    const auto contents = f.store.Copy();
    std::map<std::string, int> held;
    for (const auto& [key, state] : contents.ticket_states) {
      if (!router::IsClosed(state.state) && !state.agent.empty()) ++held[state.agent];
    }
    return std::ranges::all_of(contents.agents, [&](const auto& entry) {
      const v1::WatchedAgent& watched = agents.held[entry.second.agent];
      return static_cast<int>(watched.status()) == static_cast<int>(entry.second.status) &&
             watched.reason() == entry.second.reason &&
             watched.offers() + watched.owned() == held[entry.second.agent];
    });
  }));
}

TEST(Watch, ASlowTimeIsToldAsItsEnd) {
  Fixture f;
  QueueWatcher watcher(f, Quickly<WatchQueuesRequest>());
  ASSERT_TRUE(watcher.Round());
  const int before = watcher.entries;
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 500; ++i) f.Ingest(ChatContact());
  ASSERT_TRUE(watcher.Until([&] { return watcher.held["chats"].waiting() == 500; }));
  const auto rounds = (std::chrono::steady_clock::now() - began) / std::chrono::milliseconds(100);
  // At most one entry in each interval, for 500 changes.
  EXPECT_LE(watcher.entries - before, rounds + 2);
}

TEST(Watch, HeartbeatsComeWithoutChanges) {
  Fixture f;
  WatchQueuesRequest request = Quickly<WatchQueuesRequest>();
  request.mutable_heartbeat_interval()->set_seconds(1);
  QueueWatcher watcher(f, request);
  ASSERT_TRUE(watcher.Round());
  const int64_t commit = watcher.commit;
  const auto response = watcher.Next();
  ASSERT_TRUE(response.has_value());
  EXPECT_TRUE(response->complete());
  EXPECT_EQ(response->queues_size(), 0);
  EXPECT_EQ(response->commit(), commit);
}

// More agents than a message holds.
v1::Configuration ManyAgents(int count) {
  v1::Configuration configuration = SmallConfiguration();
  for (int i = 0; i < count; ++i) {
    v1::Agent* agent = configuration.add_agents();
    agent->set_id("agent-with-a-rather-long-name-" + std::to_string(i));
    agent->set_routing_profile("everything");
  }
  return configuration;
}

TEST(Watch, SendsALargeSnapshotInParts) {
  Fixture f;
  f.Apply(ManyAgents(1'700));
  AgentWatcher watcher(f, Quickly<WatchAgentsRequest>());
  int messages = 0;
  for (;;) {
    const auto response = watcher.Next();
    ASSERT_TRUE(response.has_value());
    EXPECT_LE(response->agents_size(), 500);
    ++messages;
    if (response->complete()) break;
  }
  EXPECT_EQ(messages, 4);
  EXPECT_EQ(watcher.held.size(), 1'702U);
}

TEST(Watch, ReadTooSlowlyIsCutOffAndCanBeOpenedAnew) {
  FixtureOptions options;
  options.server.streams.slow_reader_patience = std::chrono::seconds(1);
  Fixture f(options);
  f.Apply(ManyAgents(10'000));
  const auto stub = v1::WatchService::NewStub(f.NarrowChannel());
  AgentWatcher slow(*stub, Quickly<WatchAgentsRequest>());
  // The server is at it, however long it took to begin.
  ASSERT_TRUE(slow.Next());
  std::this_thread::sleep_for(std::chrono::seconds(2));
  EXPECT_EQ(ReasonOf(slow.End()), "OVERLOADED");
  AgentWatcher again(f, Quickly<WatchAgentsRequest>());
  ASSERT_TRUE(again.Round());
  EXPECT_EQ(again.held.size(), 10'002U);
}

TEST(Watch, RefusesWhatItCannotRead) {
  Fixture f;
  const auto queues = [&](auto set) {
    WatchQueuesRequest request = Quickly<WatchQueuesRequest>();
    set(request);
    return ReasonOf(QueueWatcher(f, request).End());
  };
  const auto agents = [&](auto set) {
    WatchAgentsRequest request = Quickly<WatchAgentsRequest>();
    set(request);
    return ReasonOf(AgentWatcher(f, request).End());
  };
  EXPECT_EQ(queues([](auto& r) { r.set_workspace(""); }), "FIELD_REQUIRED");
  EXPECT_EQ(queues([](auto& r) { r.set_workspace("nowhere"); }), "WORKSPACE_NOT_FOUND");
  EXPECT_EQ(agents([](auto& r) { r.set_workspace("nowhere"); }), "WORKSPACE_NOT_FOUND");
  EXPECT_EQ(queues([](auto& r) { r.add_clients("no id"); }), "FIELD_MALFORMED");
  EXPECT_EQ(agents([](auto& r) { r.add_sites("no id"); }), "FIELD_MALFORMED");
  EXPECT_EQ(queues([](auto& r) { r.mutable_min_interval()->set_nanos(99'999'999); }),
            "FIELD_OUT_OF_RANGE");
  EXPECT_EQ(queues([](auto& r) { r.mutable_min_interval()->set_seconds(61); }),
            "FIELD_OUT_OF_RANGE");
  EXPECT_EQ(agents([](auto& r) { r.mutable_heartbeat_interval()->set_seconds(301); }),
            "FIELD_OUT_OF_RANGE");
  EXPECT_EQ(queues([](auto& r) {
              r.mutable_min_interval()->set_seconds(3);
              r.mutable_heartbeat_interval()->set_seconds(2);
            }),
            "FIELD_OUT_OF_RANGE");
  EXPECT_EQ(agents([](auto& r) {
              for (int i = 0; i < 101; ++i) r.add_teams("day");
            }),
            "FIELD_TOO_LARGE");
}

TEST(Watch, EndsWhenTheServerStopsOrStartsOver) {
  Fixture f;
  QueueWatcher watcher(f, Quickly<WatchQueuesRequest>());
  ASSERT_TRUE(watcher.Round());
  f.store.FailCommits(store::CommitFault::kFenced);
  EXPECT_EQ(ReasonOf(f.IngestStatus(ChatContact())), "STORE_UNAVAILABLE");
  EXPECT_EQ(ReasonOf(watcher.End()), "NOT_SERVING");
  ASSERT_TRUE(f.WaitForReady(true));
  f.Ingest(ChatContact());
  QueueWatcher again(f, Quickly<WatchQueuesRequest>());
  ASSERT_TRUE(again.Round());
  EXPECT_EQ(again.held["chats"].waiting(), 1);
  f.server->Shutdown(std::chrono::seconds(10));
  EXPECT_EQ(ReasonOf(again.End()), "NOT_SERVING");
}

TEST(Watch, StoreThatIsAwayIsToldAndStreamsAreBounded) {
  FixtureOptions options;
  options.server.streams.max_other_streams = 1;
  Fixture f(options);
  f.store.SetUnavailable(true);
  EXPECT_EQ(ReasonOf(QueueWatcher(f, Quickly<WatchQueuesRequest>()).End()), "STORE_UNAVAILABLE");
  f.store.SetUnavailable(false);
  // The place is free again a moment later.
  std::unique_ptr<QueueWatcher> first;
  ASSERT_TRUE(Eventually([&] {
    first = std::make_unique<QueueWatcher>(f, Quickly<WatchQueuesRequest>());
    return first->Round();
  }));
  EXPECT_EQ(ReasonOf(AgentWatcher(f, Quickly<WatchAgentsRequest>()).End()), "TOO_MANY_STREAMS");
}

}  // namespace
}  // namespace tandem::rpc
