// The engine with its threads, as its callers see it. What is decided is tested with the core; here
// it is about threads: callers from everywhere, callbacks once and in order, ready() and stopping.
#include "server/engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/engine/figures.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_store.h"
#include "tests/support/fake_workspace.h"

namespace tandem::engine {
namespace {

using router::Reason;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using test::Eventually;
using testing::ElementsAre;

constexpr seconds kLong{20};

// An outcome that comes later. `times` counts the calls of done.
class Promise {
 public:
  Call Of(router::Command command, std::optional<RequestTag> request = {}) {
    Call call;
    call.command = std::move(command);
    call.request = request;
    call.done = [state = state_](router::Outcome outcome) {
      if (state->times.fetch_add(1) == 0) state->promise.set_value(std::move(outcome));
    };
    return call;
  }
  router::Outcome Get() {
    std::future<router::Outcome>& future = state_->future;
    if (future.wait_for(kLong) != std::future_status::ready) {
      ADD_FAILURE() << "expected an answer, but none came";
      return router::Rejection{Reason::kInternal, "none", {}, {}};
    }
    return future.get();
  }
  int times() const { return state_->times.load(); }

 private:
  struct State {
    std::promise<router::Outcome> promise;
    std::future<router::Outcome> future = promise.get_future();
    std::atomic<int> times = 0;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

template <typename T>
const T* ReplyIn(const router::Outcome& outcome) {
  const auto* reply = std::get_if<router::Reply>(&outcome);
  return reply != nullptr ? std::get_if<T>(reply) : nullptr;
}

Reason ReasonIn(const router::Outcome& outcome) {
  const auto* rejection = std::get_if<router::Rejection>(&outcome);
  return rejection != nullptr ? rejection->reason : Reason{};
}

// The census that the engine gives, whenever it comes.
router::Census CensusOf(Engine& engine) {
  std::promise<router::Census> promise;
  std::future<router::Census> census = promise.get_future();
  engine.TakeCensus([&promise](router::Census counted) { promise.set_value(std::move(counted)); });
  if (census.wait_for(kLong) != std::future_status::ready) {
    ADD_FAILURE() << "expected a census, but none came";
    std::abort();
  }
  return census.get();
}

class EngineTest : public testing::Test {
 protected:
  void Start(EngineOptions options = {}) {
    options.owner = "test";
    engine_ = std::make_unique<Engine>(std::move(options), store_);
    engine_->Start();
    AwaitReady(true);
  }
  void Apply(int agents) {
    ASSERT_TRUE(ReplyIn<router::ConfigurationApplied>(Ask(test::ApplySmall(agents))));
  }
  router::Outcome Ask(router::Command command, std::optional<RequestTag> request = {}) {
    Promise promise;
    engine_->Submit(promise.Of(std::move(command), request));
    return promise.Get();
  }
  void AwaitReady(bool ready) {
    EXPECT_TRUE(Eventually([&] { return engine_->ready() == ready; }));
  }

  test::FakeStore store_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(EngineTest, ServesCallersOnManyThreads) {
  Start();
  Apply(2);
  constexpr int kThreads = 4;
  constexpr int kCalls = 250;
  std::atomic<int> ingested = 0;
  {
    std::vector<std::jthread> callers;
    for (int thread = 0; thread < kThreads; ++thread) {
      callers.emplace_back([&, thread] {
        std::vector<Promise> promises(kCalls);
        for (int i = 0; i < kCalls; ++i) {
          const auto id = static_cast<uint64_t>(thread * kCalls + i + 1);
          const RequestTag tag{{1, id}, {id, id}};
          engine_->Submit(promises[static_cast<size_t>(i)].Of(
              test::Question("mail-" + std::to_string(id)), tag));
        }
        for (Promise& promise : promises) {
          if (ReplyIn<router::ContactIngested>(promise.Get())) ++ingested;
        }
      });
    }
  }
  EXPECT_EQ(ingested, kThreads * kCalls);
  EXPECT_EQ(store_.Copy().tickets.size(), static_cast<size_t>(kThreads * kCalls));
  EXPECT_LT(store_.commits(), kThreads * kCalls) << "calls share commits";
}

TEST_F(EngineTest, RefusesBeforeItServesAndAfterItStopped) {
  engine_ = std::make_unique<Engine>(EngineOptions{}, store_);
  EXPECT_FALSE(engine_->ready());
  EXPECT_EQ(ReasonIn(Ask(test::Question())), Reason::kNotServing);
  engine_->Start();
  AwaitReady(true);
  engine_->Stop(seconds(1));
  EXPECT_FALSE(engine_->ready());
  EXPECT_EQ(ReasonIn(Ask(test::Question())), Reason::kNotServing);
  engine_->Stop(seconds(1));
}

TEST_F(EngineTest, TellsWithinASecondThatTheDatabaseIsAwayAndComesBackByItself) {
  std::vector<bool> changes;  // the loop's until the engine is gone
  engine_ = std::make_unique<Engine>(EngineOptions{}, store_);
  engine_->OnReadyChange([&](bool ready) { changes.push_back(ready); });
  engine_->Start();
  AwaitReady(true);
  Apply(1);

  store_.SetAway(true);
  const auto began = steady_clock::now();
  Promise waiting;
  engine_->Submit(waiting.Of(test::Question()));
  EXPECT_EQ(ReasonIn(waiting.Get()), Reason::kStoreUnavailable);
  const auto took = steady_clock::now() - began;
  EXPECT_GE(took, milliseconds(900));
  EXPECT_LE(took, milliseconds(1'500));
  AwaitReady(false);
  const auto refused = steady_clock::now();
  EXPECT_EQ(ReasonIn(Ask(test::Question())), Reason::kStoreUnavailable);
  EXPECT_LE(steady_clock::now() - refused, milliseconds(200)) << "at once";

  store_.SetAway(false);
  AwaitReady(true);
  EXPECT_TRUE(ReplyIn<router::ContactIngested>(Ask(test::Question())));
  EXPECT_EQ(waiting.times(), 1);
  EXPECT_EQ(store_.Copy().tickets.size(), 2u) << "the commit went on";
  engine_->Stop(seconds(1));
  engine_.reset();
  EXPECT_THAT(changes, ElementsAre(true, false, true, false));
}

TEST_F(EngineTest, CountsTheFloorAndWhatItDid) {
  engine_ = std::make_unique<Engine>(EngineOptions{}, store_);
  EXPECT_TRUE(CensusOf(*engine_).workspaces.empty()) << "it does not run yet";
  Start();
  Apply(2);
  for (int i = 0; i < 3; ++i) Ask(test::Question());
  const RequestTag tag{{1, 1}, {1, 1}};
  Ask(test::Question("mail-1"), tag);
  Ask(test::Question("mail-1"));       // the same contact again
  Ask(test::Question("mail-1"), tag);  // the same call again
  const router::Census census = CensusOf(*engine_);
  ASSERT_EQ(census.workspaces.size(), 1U);
  EXPECT_EQ(census.workspaces[0].workspace, test::kWorkspace);
  EXPECT_EQ(census.workspaces[0].agents[static_cast<size_t>(router::AgentStatus::kOffline)], 2U);
  EXPECT_EQ(census.workspaces[0].queues[0].waiting, 4U);

  const Figures& figures = engine_->figures();
  EXPECT_EQ(figures.contacts_new.value(), 4U);
  EXPECT_EQ(figures.contacts_duplicate.value(), 1U);
  EXPECT_EQ(figures.events[static_cast<size_t>(router::EventType::kTicketCreated)].value(), 4U);
  EXPECT_GE(figures.commands.value(), 5U);
  EXPECT_GE(figures.commits[static_cast<size_t>(store::CommitResult::kCommitted)].value(), 2U);
  EXPECT_GE(figures.look_ups.value(), 1U);
  EXPECT_EQ(engine_->depths().pending, 0U);
  engine_->Stop(seconds(1));
  EXPECT_TRUE(CensusOf(*engine_).workspaces.empty());
}

TEST_F(EngineTest, RefusesMoreCallsThanMayWait) {
  EngineOptions options;
  options.max_pending_calls = 10;
  options.reply_patience = kLong;
  Start(std::move(options));
  Apply(1);
  store_.HoldCommits(true);
  std::vector<Promise> waiting(10);
  for (Promise& promise : waiting) engine_->Submit(promise.Of(test::Question()));
  EXPECT_EQ(ReasonIn(Ask(test::Question())), Reason::kOverloaded);
  store_.HoldCommits(false);
  for (Promise& promise : waiting) {
    EXPECT_TRUE(ReplyIn<router::ContactIngested>(promise.Get()));
  }
  EXPECT_TRUE(Eventually(
      [&] { return ReplyIn<router::ContactIngested>(Ask(test::Question())) != nullptr; }));
}

TEST_F(EngineTest, DecidesOnWhileACommitRuns) {
  EngineOptions options;
  options.reply_patience = kLong;
  Start(std::move(options));
  Apply(1);
  const int commits = store_.commits();
  store_.HoldCommits(true);
  Promise first;
  engine_->Submit(first.Of(test::Question()));
  store_.AwaitCommits(commits + 1);
  std::vector<Promise> meanwhile(50);
  for (Promise& promise : meanwhile) engine_->Submit(promise.Of(test::Question()));
  store_.HoldCommits(false);
  first.Get();
  for (Promise& promise : meanwhile) promise.Get();
  EXPECT_LE(store_.commits(), commits + 4) << "what came meanwhile is a group";
}

TEST_F(EngineTest, MakesWhatItTookDurableWhenItStops) {
  Start();
  Apply(1);
  std::vector<Promise> promises(500);
  for (Promise& promise : promises) engine_->Submit(promise.Of(test::Question()));
  engine_->Stop(kLong);
  size_t ingested = 0;
  for (Promise& promise : promises) {
    const router::Outcome outcome = promise.Get();
    if (ReplyIn<router::ContactIngested>(outcome)) {
      ++ingested;
    } else {
      EXPECT_EQ(ReasonIn(outcome), Reason::kNotServing);
    }
    EXPECT_EQ(promise.times(), 1);
  }
  EXPECT_EQ(store_.Copy().tickets.size(), ingested);
}

TEST_F(EngineTest, StopsInTimeWhenTheDatabaseIsAway) {
  Start();
  Apply(1);
  store_.SetAway(true);
  Promise promise;
  engine_->Submit(promise.Of(test::Question()));
  const auto began = steady_clock::now();
  engine_->Stop(milliseconds(300));
  EXPECT_LE(steady_clock::now() - began, seconds(5));
  EXPECT_EQ(ReasonIn(promise.Get()), Reason::kNotServing);
}

class CountingSink : public NoticeSink {
 public:
  void OnNotice(const router::Notice& notice) override {
    EXPECT_TRUE(opened.load()) << "no notice comes before the reply";
    EXPECT_FALSE(gone.load()) << "no notice comes after Unsubscribe";
    if (std::holds_alternative<router::OfferMade>(notice.message)) ++offers;
  }
  std::atomic<bool> opened = false, gone = false;
  std::atomic<int> offers = 0;
};

TEST_F(EngineTest, TellsASessionOfItsOffersFromItsReplyUntilItLeaves) {
  Start();
  Apply(1);
  for (int i = 0; i < 3; ++i) Ask(test::Question());
  for (int round = 0; round < 20; ++round) {
    CountingSink sink;
    std::promise<int64_t> opened;
    Call call;
    call.command = test::Open(1);
    call.sink = &sink;
    call.done = [&](router::Outcome outcome) {
      sink.opened = true;
      const auto* snapshot = ReplyIn<router::AgentSnapshot>(outcome);
      opened.set_value(snapshot != nullptr ? snapshot->generation : 0);
    };
    engine_->Submit(std::move(call));
    const router::SessionRef session{test::AgentName(1), opened.get_future().get()};
    ASSERT_GT(session.generation, 0);
    Ask(test::Available(session));
    Promise question;
    engine_->Submit(question.Of(test::Question()));
    if (round == 0) {
      EXPECT_TRUE(Eventually([&] { return sink.offers > 0; }));
    }
    engine_->Unsubscribe(&sink);
    sink.gone = true;
    Ask(test::In(router::CloseSession{session}));
  }
}

TEST_F(EngineTest, LosesASessionThatSendsNoHeartbeats) {
  EngineOptions options;
  options.heartbeat_timeout = router::Milliseconds(400);
  Start(std::move(options));
  Apply(2);
  const auto open = [&](int agent) {
    const router::Outcome outcome = Ask(test::Open(agent));
    return router::SessionRef{test::AgentName(agent),
                              ReplyIn<router::AgentSnapshot>(outcome)->generation};
  };
  const router::SessionRef silent = open(1);
  const router::SessionRef lively = open(2);
  const auto lost = [&](const router::SessionRef& session) {
    return store_.Copy().agents.at({test::kWorkspace, session.agent}).session_lost_at.IsSet();
  };
  EXPECT_TRUE(Eventually([&] {
    engine_->Heartbeat(test::kWorkspace, lively);
    return lost(silent);
  }));
  EXPECT_FALSE(lost(lively));
}

TEST_F(EngineTest, ShowsTheDatabasesTime) {
  Start();
  const router::Time first = engine_->Now();
  EXPECT_LE(first, engine_->Now());
  EXPECT_EQ(engine_->clock_speed(), 1.0);
}

}  // namespace
}  // namespace tandem::engine
