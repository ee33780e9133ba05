// Goal: every event that an engine makes durable reaches the webhooks that want it, signed and in
// the order of its ticket, whatever receivers, restarts and other servers do.
// Method: a real engine over a store in memory, a real dispatcher, real requests over loopback.
#include "server/webhook/dispatcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "server/store/memory_store.h"
#include "server/store/memory_webhook_store.h"
#include "server/webhook/signature.h"
#include "tests/support/eventually.h"
#include "tests/support/http_receiver.h"

namespace tandem::webhook {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::Eventually;
using test::HttpAnswer;
using test::HttpReceiver;
using test::HttpRequest;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kWorkspace[] = "bpo";
const store::WebhookKey kKey{.workspace = kWorkspace, .webhook = "crm"};

// A receiver that remembers, and answers as told.
class Remembering {
 public:
  using Status = std::function<int(int64_t sequence, int attempt)>;
  explicit Remembering(Status status = [](int64_t, int) { return 200; })
      : status_(std::move(status)),
        receiver_([this](const HttpRequest& request) { return Receive(request); }) {}

  std::string Url() const { return receiver_.Url(); }
  std::vector<HttpRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  // How many came in, answered or not.
  int begun() const { return begun_; }
  // Sequences that were taken, in their order; a repeated one again.
  std::vector<int64_t> taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
  }

  static int64_t SequenceOf(const HttpRequest& request) {
    const std::vector<std::string> parts = absl::StrSplit(request.headers.at("webhook-id"), '.');
    int64_t sequence = 0;
    EXPECT_TRUE(absl::SimpleAtoi(parts.back(), &sequence));
    return sequence;
  }

 private:
  std::string Receive(const HttpRequest& request) {
    ++begun_;
    const int64_t sequence = SequenceOf(request);
    int attempt = 0;
    {
      const std::lock_guard lock(mutex_);
      attempt = ++attempts_[sequence];
    }
    const int status = status_(sequence, attempt);
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    if (status == 200) taken_.push_back(sequence);
    return HttpAnswer(status);
  }

  const Status status_;
  std::atomic<int> begun_ = 0;
  mutable std::mutex mutex_;
  std::map<int64_t, int> attempts_;
  std::vector<HttpRequest> requests_;
  std::vector<int64_t> taken_;
  HttpReceiver receiver_;
};

// A store that can't read the events and tickets of one workspace.
class PartlyReadable : public store::MemoryStore {
 public:
  void Break(const std::string& workspace) {
    const std::lock_guard lock(mutex_);
    broken_ = workspace;
  }

  absl::StatusOr<std::vector<store::TicketView>> GetTickets(
      const std::string& workspace, const std::vector<router::TicketId>& tickets) override {
    if (IsBroken(workspace)) return absl::DataLossError("broken");
    return MemoryStore::GetTickets(workspace, tickets);
  }
  absl::StatusOr<std::vector<router::EventRow>> ListEvents(const std::string& workspace,
                                                           int64_t after, int32_t limit) override {
    if (IsBroken(workspace)) return absl::DataLossError("broken");
    return MemoryStore::ListEvents(workspace, after, limit);
  }

 private:
  bool IsBroken(const std::string& workspace) const {
    const std::lock_guard lock(mutex_);
    return broken_ == workspace;
  }

  mutable std::mutex mutex_;
  std::string broken_;
};

class DispatcherTest : public ::testing::Test {
 protected:
  DispatcherTest() : engine_({}, store_), hub_(engine_) {
    options_.sender.private_networks = true;
    options_.schedule = {router::Milliseconds(50), router::Milliseconds(50)};
    options_.queue.first_pause = router::Milliseconds(10);
    options_.queue.longest_pause = router::Milliseconds(20);
    engine_.Start();
    EXPECT_TRUE(Eventually([this] { return engine_.ready(); }));
    Happen();  // the configuration
  }
  ~DispatcherTest() override {
    dispatcher_.reset();
    engine_.Stop(seconds(5));
  }

  void Begin() {
    const Rendering rendering{
        .filter = [](const std::string&) { return live::EventFilter(); },
        .body = [](const router::EventRow& event,
                   const store::TicketView*) { return absl::StrCat(event.sequence); }};
    dispatcher_ =
        std::make_unique<Dispatcher>(options_, rendering, engine_, hub_, store_, webhooks_);
  }
  void End() { dispatcher_.reset(); }

  void AddWebhook(const std::string& url, const store::WebhookKey& key = kKey) {
    store::WebhookRow row;
    row.key = key;
    row.url = url;
    row.secret = MakeSecret();
    row.created_at = row.updated_at = router::Time{++created_};
    ASSERT_TRUE(webhooks_.CreateWebhook(row, 20).ok());
    if (dispatcher_ != nullptr) dispatcher_->Reload();
  }
  store::WebhookRow Row(const store::WebhookKey& key = kKey) { return *webhooks_.GetWebhook(key); }
  void Change(const std::function<void(store::WebhookRow&)>& change) {
    store::WebhookRow row = Row();
    change(row);
    const int64_t expected = row.revision++;
    ASSERT_TRUE(webhooks_.UpdateWebhook(row, expected).ok());
    dispatcher_->Reload();
  }

  // One more event of the workspace, durable when it returns.
  void Happen(const std::string& workspace = kWorkspace) {
    std::promise<bool> done;
    engine::Call call;
    call.command = {.workspace = workspace, .action = router::ApplyConfiguration()};
    call.done = [&](router::Outcome outcome) {
      done.set_value(std::holds_alternative<router::Reply>(outcome));
    };
    engine_.Submit(std::move(call));
    ASSERT_TRUE(done.get_future().get());
  }
  void HappenTimes(int times) {
    for (int i = 0; i < times; ++i) Happen();
  }
  int64_t Newest() { return store_.GetEventRange(kWorkspace)->newest; }

  PartlyReadable store_;
  store::MemoryWebhookStore webhooks_;
  engine::Engine engine_;
  live::Hub hub_;
  DispatcherOptions options_;
  std::unique_ptr<Dispatcher> dispatcher_;
  int64_t created_ = 0;
};

std::vector<int64_t> Range(int64_t first, int64_t last) {
  std::vector<int64_t> range;
  for (int64_t i = first; i <= last; ++i) range.push_back(i);
  return range;
}

TEST_F(DispatcherTest, SendsWhatHappenedAndWhatHappensSigned) {
  Remembering receiver;
  HappenTimes(5);
  AddWebhook(receiver.Url());
  Begin();
  ASSERT_TRUE(Eventually([&] { return receiver.taken().size() == 6; }));
  const auto began = std::chrono::steady_clock::now();
  HappenTimes(3);
  ASSERT_TRUE(Eventually([&] { return receiver.taken().size() == 9; }));
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(5)) << "told, not found by and by";
  EXPECT_EQ(receiver.taken(), Range(1, 9));
  const HttpRequest request = receiver.requests().front();
  EXPECT_EQ(request.headers.at("webhook-id"), "bpo.crm.1");
  EXPECT_EQ(request.headers.at("content-type"), "application/json");
  int64_t at = 0;
  ASSERT_TRUE(absl::SimpleAtoi(request.headers.at("webhook-timestamp"), &at));
  EXPECT_NEAR(static_cast<double>(at), static_cast<double>(time(nullptr)), 60);
  EXPECT_EQ(request.headers.at("webhook-signature"),
            Sign(Row().secret, "bpo.crm.1", at, request.body));
  EXPECT_TRUE(Eventually([&] { return Row().progress.position == 9; }));
  EXPECT_TRUE(Row().progress.last_success_at.IsSet());
}

TEST_F(DispatcherTest, SignsWithBothSecretsForAWhile) {
  Remembering receiver;
  AddWebhook(receiver.Url());
  Begin();
  ASSERT_TRUE(Eventually([&] { return receiver.taken().size() == 1; }));
  const std::string before = Row().secret;
  const auto rotate = [&](router::Time until) {
    Change([&](store::WebhookRow& row) {
      row.previous_secret = before;
      row.previous_secret_until = until;
      row.secret = MakeSecret();
    });
  };
  const auto signatures = [](const HttpRequest& request) {
    return std::vector<std::string>(absl::StrSplit(request.headers.at("webhook-signature"), ' '));
  };
  const auto expected = [](const HttpRequest& request, const std::string& secret) {
    int64_t at = 0;
    EXPECT_TRUE(absl::SimpleAtoi(request.headers.at("webhook-timestamp"), &at));
    return Sign(secret, request.headers.at("webhook-id"), at, request.body);
  };
  rotate(router::Time{(time(nullptr) + 100) * 1'000'000});
  ASSERT_TRUE(Eventually([&] {
    Happen();
    return signatures(receiver.requests().back()).size() == 2;
  }));
  HttpRequest request = receiver.requests().back();
  EXPECT_THAT(signatures(request),
              ElementsAre(expected(request, Row().secret), expected(request, before)));
  rotate(router::Time{(time(nullptr) - 1) * 1'000'000});
  ASSERT_TRUE(Eventually([&] {
    Happen();
    return signatures(receiver.requests().back()).size() == 1;
  }));
  request = receiver.requests().back();
  EXPECT_THAT(signatures(request), ElementsAre(expected(request, Row().secret)));
}

TEST_F(DispatcherTest, RepeatsUnderTheSameIdAndGivesUpInTheEnd) {
  Remembering receiver([](int64_t sequence, int attempt) {
    return sequence == 2 || (sequence == 3 && attempt < 3) ? 500 : 200;
  });
  AddWebhook(receiver.Url());
  Begin();
  HappenTimes(3);
  ASSERT_TRUE(Eventually([&] { return receiver.taken().size() == 3; }));
  // All are of one lane: 3 had to wait for 2, and 4 for 3.
  EXPECT_THAT(receiver.taken(), ElementsAre(1, 3, 4));
  EXPECT_EQ(receiver.requests().size(), 1U + 3 + 3 + 1);
  ASSERT_TRUE(Eventually([&] { return Row().progress.position == 4; }));
  ASSERT_TRUE(Eventually([&] { return webhooks_.CountDeliveries(kKey)->waiting == 0; }));
  const auto dead = *webhooks_.ListDeliveries(kKey, true, 0, 10);
  ASSERT_EQ(dead.size(), 1U);
  EXPECT_EQ(dead[0].sequence, 2);
  EXPECT_EQ(dead[0].attempts, 3);
  EXPECT_EQ(dead[0].last_error, "HTTP 500");
}

TEST_F(DispatcherTest, SendsDeadLettersAgainWhenTheyArePutBack) {
  std::atomic<bool> broken = true;
  Remembering receiver([&](int64_t, int) { return broken ? 500 : 200; });
  AddWebhook(receiver.Url());
  Begin();
  Happen();
  ASSERT_TRUE(Eventually([&] { return webhooks_.CountDeliveries(kKey)->dead == 2; }));
  broken = false;
  EXPECT_THAT(*webhooks_.Redeliver(kKey, std::nullopt), ElementsAre(1, 2));
  dispatcher_->Reload();
  ASSERT_TRUE(Eventually([&] { return receiver.taken().size() == 2; }));
  EXPECT_THAT(receiver.taken(), ElementsAre(1, 2));
  EXPECT_TRUE(Eventually([&] {
    const auto counts = *webhooks_.CountDeliveries(kKey);
    return counts.waiting == 0 && counts.dead == 0;
  }));
}

TEST_F(DispatcherTest, SendsMoreAgainThanItMayHoldAtOnce) {
  std::atomic<bool> broken = true;
  Remembering receiver([&](int64_t, int) { return broken ? 500 : 200; });
  options_.schedule = {};
  options_.queue.fresh = options_.queue.kept = 4;
  AddWebhook(receiver.Url());
  Begin();
  HappenTimes(9);
  ASSERT_TRUE(Eventually([&] { return webhooks_.CountDeliveries(kKey)->dead == 10; }));
  broken = false;
  ASSERT_EQ(webhooks_.Redeliver(kKey, std::nullopt)->size(), 10U);
  dispatcher_->Reload();
  Happen();
  ASSERT_TRUE(Eventually([&] { return Row().progress.position == 11; }));
  ASSERT_TRUE(Eventually([&] { return webhooks_.CountDeliveries(kKey)->waiting == 0; }));
  std::vector<int64_t> taken = receiver.taken();
  // The new one may have been on its way before the others were put back.
  taken.erase(std::remove(taken.begin(), taken.end(), 11), taken.end());
  EXPECT_EQ(taken, Range(1, 10));
}

TEST_F(DispatcherTest, GoesOnAfterARestartWithoutAGap) {
  std::atomic<bool> broken = false;
  Remembering receiver([&](int64_t, int) { return broken ? 500 : 200; });
  options_.schedule = DefaultSchedule();
  AddWebhook(receiver.Url());
  Begin();
  HappenTimes(2);
  ASSERT_TRUE(Eventually([&] { return receiver.taken().size() == 3; }));
  broken = true;
  HappenTimes(2);
  ASSERT_TRUE(Eventually([&] { return receiver.requests().size() >= 4; }));
  End();
  broken = false;
  HappenTimes(2);
  options_.schedule = {router::Milliseconds(50)};
  auto waiting = *webhooks_.ListDeliveries(kKey, false, 0, 10);
  for (store::WebhookDelivery& delivery : waiting) {
    delivery.next_attempt_at = {};  // as if the wait were over
    store::WebhookChanges changes{.progress = Row().progress, .kept = {delivery}, .taken = {}};
    ASSERT_TRUE(webhooks_.SaveChanges(kKey, engine_.epoch(), changes).ok());
  }
  Begin();
  ASSERT_TRUE(Eventually([&] { return receiver.taken().size() == 7; }));
  EXPECT_EQ(receiver.taken(), Range(1, 7));
}

TEST_F(DispatcherTest, WhatIsUnderWayAtTheEndIsWaitedForOrSentAgain) {
  std::atomic<int> slowness_ms = 300;
  Remembering receiver([&](int64_t, int) {
    std::this_thread::sleep_for(milliseconds(slowness_ms));
    return 200;
  });
  options_.stop_patience = milliseconds(2'000);
  AddWebhook(receiver.Url());
  Begin();
  ASSERT_TRUE(Eventually([&] { return receiver.begun() == 1; }));
  End();
  EXPECT_THAT(receiver.taken(), ElementsAre(1));
  EXPECT_EQ(Row().progress.position, 1) << "waited for";

  slowness_ms = 1'000;
  options_.stop_patience = milliseconds(50);
  Happen();
  Begin();
  ASSERT_TRUE(Eventually([&] { return receiver.begun() == 2; }));
  End();
  EXPECT_EQ(Row().progress.position, 1) << "given up, and it counts as nothing";
  EXPECT_EQ(webhooks_.CountDeliveries(kKey)->waiting, 0);
  slowness_ms = 0;
  Begin();
  EXPECT_TRUE(Eventually([&] { return Row().progress.position == 2; }));
}

TEST_F(DispatcherTest, AReceiverThatIsGoneDisablesItsWebhook) {
  std::atomic<bool> gone = true;
  Remembering receiver([&](int64_t, int) { return gone ? 410 : 200; });
  AddWebhook(receiver.Url());
  Begin();
  ASSERT_TRUE(Eventually([&] { return Row().gone; }));
  EXPECT_TRUE(Row().disabled);
  EXPECT_EQ(Row().revision, 2);
  HappenTimes(2);
  std::this_thread::sleep_for(milliseconds(300));
  EXPECT_EQ(receiver.requests().size(), 1U);
  gone = false;
  Change([](store::WebhookRow& row) { row.disabled = row.gone = false; });
  ASSERT_TRUE(Eventually([&] { return receiver.taken().size() == 3; }));
  EXPECT_EQ(receiver.taken(), Range(1, 3));
}

TEST_F(DispatcherTest, OneDeadReceiverDoesNotHoldUpTheOthers) {
  Remembering alive;
  AddWebhook("http://127.0.0.1:1/", {.workspace = kWorkspace, .webhook = "a-dead"});
  Remembering slow([](int64_t, int) {
    std::this_thread::sleep_for(milliseconds(1'000));
    return 200;
  });
  AddWebhook(slow.Url(), {.workspace = kWorkspace, .webhook = "b-slow"});
  AddWebhook(alive.Url());
  Begin();
  const auto began = std::chrono::steady_clock::now();
  HappenTimes(50);
  ASSERT_TRUE(Eventually([&] { return alive.taken().size() == 51; }));
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(5));
  EXPECT_EQ(alive.taken(), Range(1, 51));
}

TEST_F(DispatcherTest, ManyWebhooksTakeTurnsWithinTheLimit) {
  std::mutex mutex;
  int under_way = 0, most = 0;
  const auto slow = [&](int64_t, int) {
    {
      const std::lock_guard lock(mutex);
      most = std::max(most, ++under_way);
    }
    std::this_thread::sleep_for(milliseconds(10));
    const std::lock_guard lock(mutex);
    --under_way;
    return 200;
  };
  std::vector<std::unique_ptr<Remembering>> receivers;
  for (int i = 0; i < 6; ++i) {
    receivers.push_back(std::make_unique<Remembering>(slow));
    AddWebhook(receivers.back()->Url(), {.workspace = kWorkspace, .webhook = absl::StrCat("w", i)});
  }
  options_.in_flight = 2;
  HappenTimes(9);
  Begin();
  ASSERT_TRUE(Eventually([&] { return receivers.front()->taken().size() == 10; }));
  EXPECT_GE(receivers.back()->taken().size(), 7U) << "the last in order does not go short";
  for (const auto& receiver : receivers) {
    EXPECT_TRUE(Eventually([&] { return receiver->taken().size() == 10; }));
  }
  const std::lock_guard lock(mutex);
  EXPECT_EQ(most, 2);
}

TEST_F(DispatcherTest, AChangedUrlAndADeletedWebhookAreHeeded) {
  Remembering first, second;
  AddWebhook(first.Url());
  Begin();
  ASSERT_TRUE(Eventually([&] { return first.taken().size() == 1; }));
  Change([&](store::WebhookRow& row) { row.url = second.Url(); });
  ASSERT_TRUE(Eventually([&] {
    Happen();
    return !second.taken().empty();
  }));
  ASSERT_TRUE(webhooks_.DeleteWebhook(kKey, 2).ok());
  dispatcher_->Reload();
  std::this_thread::sleep_for(milliseconds(300));
  const size_t before = first.requests().size() + second.requests().size();
  HappenTimes(3);
  std::this_thread::sleep_for(milliseconds(300));
  EXPECT_EQ(first.requests().size() + second.requests().size(), before);
}

TEST_F(DispatcherTest, AWebhookThatIsCreatedAnewBeginsWhereItWants) {
  Remembering first, second;
  AddWebhook(first.Url());
  Begin();
  HappenTimes(3);
  ASSERT_TRUE(Eventually([&] { return first.taken().size() == 4; }));
  ASSERT_TRUE(webhooks_.DeleteWebhook(kKey, 1).ok());
  AddWebhook(second.Url());
  ASSERT_TRUE(Eventually([&] { return second.taken().size() >= 4; }));
  EXPECT_EQ(second.taken(), Range(1, 4));
  EXPECT_TRUE(Eventually([&] { return Row().progress.position == 4; }));
}

TEST_F(DispatcherTest, AServerOfAnEarlierEpochNeitherSavesNorSends) {
  Remembering receiver;
  AddWebhook(receiver.Url());
  ASSERT_TRUE(webhooks_.TakeOver(engine_.epoch() + 1).ok());
  Begin();
  std::this_thread::sleep_for(milliseconds(500));
  EXPECT_THAT(receiver.taken(), IsEmpty());
  EXPECT_EQ(Row().progress.position, 0);
}

TEST_F(DispatcherTest, AStoreThatIsAwayForAWhileLosesNothing) {
  Remembering receiver;
  AddWebhook(receiver.Url());
  Begin();
  ASSERT_TRUE(Eventually([&] { return receiver.taken().size() == 1; }));
  webhooks_.SetUnavailable(true);
  HappenTimes(3);
  std::this_thread::sleep_for(milliseconds(500));
  webhooks_.SetUnavailable(false);
  HappenTimes(2);
  ASSERT_TRUE(Eventually([&] { return Row().progress.position == 6; }));
  std::vector<int64_t> taken = receiver.taken();
  std::sort(taken.begin(), taken.end());
  taken.erase(std::unique(taken.begin(), taken.end()), taken.end());
  EXPECT_EQ(taken, Range(1, 6)) << "some twice";
}

TEST_F(DispatcherTest, AWorkspaceThatCanNotBeReadHoldsUpNoOther) {
  const store::WebhookKey broken{"broken", "hook"};
  Happen(broken.workspace);
  store_.Break(broken.workspace);
  Remembering receiver, of_broken;
  AddWebhook(receiver.Url());
  AddWebhook(of_broken.Url(), broken);
  Begin();
  HappenTimes(5);
  ASSERT_TRUE(Eventually([&] { return Row().progress.position == 6; }));
  EXPECT_EQ(receiver.taken(), Range(1, 6)) << "each once";
  EXPECT_THAT(of_broken.taken(), IsEmpty());
  store_.Break("");
  ASSERT_TRUE(Eventually([&] { return Row(broken).progress.position == 1; }));
  EXPECT_EQ(of_broken.taken(), Range(1, 1));
}

TEST_F(DispatcherTest, ReadsALongHistoryInPages) {
  Remembering receiver;
  HappenTimes(1'500);
  AddWebhook(receiver.Url());
  Begin();
  ASSERT_TRUE(Eventually([&] { return Row().progress.position == Newest(); }));
  EXPECT_EQ(receiver.taken(), Range(1, Newest()));
}

}  // namespace
}  // namespace tandem::webhook
