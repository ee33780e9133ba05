// What the tests of the core share: a core over a fake store, with a small workspace applied.
#ifndef TANDEM_TESTS_ENGINE_CORE_TEST_H_
#define TANDEM_TESTS_ENGINE_CORE_TEST_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "server/engine/core.h"
#include "tests/support/fake_engine.h"
#include "tests/support/fake_store.h"
#include "tests/support/fake_workspace.h"

namespace tandem::engine {

inline RequestTag Tag(uint64_t id, uint64_t hash = 1) {
  return {{7, id}, {hash, hash}};
}

// Notes what a session is told, as "offer", "ended", "work", "state", "session ended".
class NoticeLog : public NoticeSink {
 public:
  void OnNotice(const router::Notice& notice) override {
    constexpr const char* kNames[] = {"offer", "ended", "work", "state", "session ended"};
    names.emplace_back(kNames[notice.message.index()]);
    if (const auto* made = std::get_if<router::OfferMade>(&notice.message)) {
      offers.push_back(made->offer.offer);
    }
  }

  std::vector<std::string> names;
  std::vector<router::OfferId> offers;
};

class CoreTest : public testing::Test {
 protected:
  static constexpr router::Time kDatabase{1'700'000'000'000'000};

  CoreTest() : store_([this] { return database_now_; }) { StartCore(); }

  static EngineOptions Options() {
    EngineOptions options;
    options.owner = "test";
    return options;
  }

  // A new process over what is durable.
  void StartCore(EngineOptions options = Options()) {
    driver_ = std::make_unique<test::CoreDriver>(std::move(options), store_, ++seed_);
    driver_->Settle();
  }
  void Apply(int agents) {
    const test::AnswerPtr applied = driver_->Submit(test::ApplySmall(agents));
    driver_->Settle();
    ASSERT_TRUE(applied->reply<router::ConfigurationApplied>());
  }
  // Opens a session of the agent, who becomes AVAILABLE.
  router::SessionRef LogIn(int agent, NoticeSink* sink = nullptr) {
    const test::AnswerPtr opened = driver_->Submit(test::Open(agent), {}, sink);
    driver_->Settle();
    const auto* snapshot = opened->reply<router::AgentSnapshot>();
    if (snapshot == nullptr) {
      ADD_FAILURE() << "expected the session to open, but it did not";
      return {};
    }
    router::SessionRef session{test::AgentName(agent), snapshot->generation};
    driver_->Submit(test::Available(session));
    driver_->Settle();
    return session;
  }
  router::AgentRow AgentOf(int agent) const {
    const auto contents = store_.Copy();
    return contents.agents.at({test::kWorkspace, test::AgentName(agent)});
  }
  router::TicketStateRow StateOf(router::TicketId ticket) const {
    const auto contents = store_.Copy();
    return contents.ticket_states.at({test::kWorkspace, ticket});
  }
  size_t Tickets() const { return store_.Copy().tickets.size(); }
  int EventsOf(router::EventType type) const {
    int count = 0;
    for (const auto& [key, event] : store_.Copy().events) count += event.type == type ? 1 : 0;
    return count;
  }
  Availability Available() const { return driver_->core().availability(); }

  router::Time database_now_ = kDatabase;
  test::FakeStore store_;
  std::unique_ptr<test::CoreDriver> driver_;

 private:
  uint64_t seed_ = 0;
};

// The reason of a refusal; fails the test when there is none.
inline router::Reason ReasonOf(const test::AnswerPtr& answer) {
  if (answer->rejection() == nullptr) {
    ADD_FAILURE() << "expected a refusal, but there is "
                  << (answer->done() ? "a reply" : "no answer");
    return router::Reason::kInternal;
  }
  return answer->rejection()->reason;
}

inline router::TicketId TicketOf(const test::AnswerPtr& answer) {
  const auto* ingested = answer->reply<router::ContactIngested>();
  if (ingested == nullptr) {
    ADD_FAILURE() << "expected a ticket, but there is "
                  << (answer->rejection() ? answer->rejection()->message : "no answer");
    return {};
  }
  return ingested->ticket;
}

}  // namespace tandem::engine

#endif  // TANDEM_TESTS_ENGINE_CORE_TEST_H_
