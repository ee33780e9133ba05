// Goal: both stores keep webhooks as server/store/webhook_store.h says.
// Method: one suite, run over each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/store/webhook_store.h"
#include "tests/store/store_rows.h"
#include "tests/store/store_test_base.h"

namespace tandem::tests {
namespace {

using router::Seconds;
using store::WebhookChanges;
using store::WebhookDelivery;
using store::WebhookKey;
using store::WebhookRow;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int32_t kMost = 3;
const WebhookKey kKey{.workspace = kWorkspace, .webhook = "crm"};

// With every field set.
WebhookRow Sample(const WebhookKey& key = kKey) {
  return {.key = key,
          .url = "https://crm.example/hook?a=b",
          .description = kUnicode,
          .secret = "c2VjcmV0",
          .previous_secret = "YmVmb3Jl",
          .previous_secret_until = kMorning + Seconds(5),
          .filter_json = R"({"clients": ["acme"]})",
          .disabled = true,
          .gone = true,
          .revision = 1,
          .created_at = kMorning,
          .updated_at = kMorning + Seconds(1),
          .redeliveries = 0,
          .progress = {.position = 17,
                       .failures_in_row = 2,
                       .last_success_at = kMorning + Seconds(2),
                       .last_error = "HTTP 500"}};
}

// With what may be empty left empty.
WebhookRow Plain(const std::string& id, const std::string& workspace = kWorkspace) {
  WebhookRow row = Sample({.workspace = workspace, .webhook = id});
  row.description = row.previous_secret = row.progress.last_error = "";
  row.previous_secret_until = row.progress.last_success_at = {};
  row.filter_json = "{}";
  row.disabled = row.gone = false;
  return row;
}

WebhookDelivery Waiting(int64_t sequence) {
  return {.sequence = sequence,
          .type = router::EventType::kTicketOffered,
          .at = kMorning + Seconds(sequence),
          .ticket = Ticket(static_cast<uint64_t>(sequence)),
          .agent = "ann",
          .attempts = 2,
          .next_attempt_at = kMorning + Seconds(60),
          .first_failed_at = kMorning,
          .last_error = kUnicode,
          .dead = false};
}

WebhookDelivery Dead(int64_t sequence) {
  WebhookDelivery delivery = Waiting(sequence);
  delivery.dead = true;
  return delivery;
}

WebhookDelivery Untried(int64_t sequence) {
  WebhookDelivery delivery;
  delivery.sequence = sequence;
  delivery.type = router::EventType::kConfigurationApplied;
  delivery.at = kMorning + Seconds(sequence);
  return delivery;
}

WebhookChanges ChangesTo(int64_t position, std::vector<WebhookDelivery> kept,
                         std::vector<int64_t> taken = {}) {
  WebhookChanges changes;
  changes.progress.position = position;
  changes.kept = std::move(kept);
  changes.taken = std::move(taken);
  return changes;
}

class WebhookConformance : public StoreConformance {
 protected:
  store::WebhookStore& webhooks() { return backing_->webhooks(); }
  void Create(const WebhookRow& row = Sample()) {
    ASSERT_TRUE(webhooks().CreateWebhook(row, kMost).ok());
  }
  void TakeOver(int64_t epoch = 1) { ASSERT_TRUE(webhooks().TakeOver(epoch).ok()); }
  void Save(WebhookChanges changes, int64_t epoch = 1, const WebhookKey& key = kKey) {
    const absl::Status status = webhooks().SaveChanges(key, epoch, changes);
    ASSERT_TRUE(status.ok()) << status;
  }
  std::vector<WebhookDelivery> List(bool dead, int64_t after = 0, int32_t limit = 100) {
    return *webhooks().ListDeliveries(kKey, dead, after, limit);
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, WebhookConformance, ::testing::Values("memory", "postgres"),
                         [](const auto& info) { return info.param; });

TEST_P(WebhookConformance, KeepsWhatWasCreated) {
  EXPECT_TRUE(absl::IsNotFound(webhooks().GetWebhook(kKey).status()));
  Create();
  EXPECT_EQ(*webhooks().GetWebhook(kKey), Sample());
  EXPECT_TRUE(absl::IsAlreadyExists(webhooks().CreateWebhook(Plain("crm"), kMost)));
  Create(Plain("a"));
  Create(Plain("crm", "other"));
  EXPECT_THAT(*webhooks().ListWebhooks(kWorkspace), ElementsAre(Plain("a"), Sample()));
  EXPECT_THAT(*webhooks().ListWebhooks("other"), ElementsAre(Plain("crm", "other")));
  EXPECT_THAT(*webhooks().ListWebhooks("none"), IsEmpty());
}

TEST_P(WebhookConformance, KeepsSoManyOfAWorkspaceAndNoMore) {
  for (const char* const id : {"a", "b", "c"}) Create(Plain(id));
  EXPECT_TRUE(absl::IsResourceExhausted(webhooks().CreateWebhook(Plain("d"), kMost)));
  EXPECT_TRUE(absl::IsAlreadyExists(webhooks().CreateWebhook(Plain("a"), kMost)));
  Create(Plain("d", "other"));
  ASSERT_TRUE(webhooks().DeleteWebhook(Plain("a").key, 1).ok());
  Create(Plain("d"));
}

TEST_P(WebhookConformance, ChangesOnlyTheRevisionThatIsExpected) {
  WebhookRow wanted = Plain("crm");
  EXPECT_TRUE(absl::IsNotFound(webhooks().UpdateWebhook(wanted, 1)));
  EXPECT_TRUE(absl::IsNotFound(webhooks().DeleteWebhook(kKey, 1)));
  Create();
  wanted.revision = 2;
  wanted.created_at = wanted.updated_at = kMorning + Seconds(9);
  wanted.progress = {};
  wanted.redeliveries = 7;
  EXPECT_TRUE(absl::IsAborted(webhooks().UpdateWebhook(wanted, 2)));
  EXPECT_TRUE(absl::IsAborted(webhooks().DeleteWebhook(kKey, 2)));
  EXPECT_EQ(*webhooks().GetWebhook(kKey), Sample());

  ASSERT_TRUE(webhooks().UpdateWebhook(wanted, 1).ok());
  wanted.created_at = Sample().created_at;
  wanted.progress = Sample().progress;
  wanted.redeliveries = 0;
  EXPECT_EQ(*webhooks().GetWebhook(kKey), wanted) << "creation and progress are not replaced";
  EXPECT_TRUE(absl::IsAborted(webhooks().UpdateWebhook(wanted, 1)));
  ASSERT_TRUE(webhooks().DeleteWebhook(kKey, 2).ok());
  EXPECT_TRUE(absl::IsNotFound(webhooks().GetWebhook(kKey).status()));
}

TEST_P(WebhookConformance, SavesProgressAndDeliveriesTogether) {
  Create();
  Create(Plain("crm", "other"));
  TakeOver();
  WebhookChanges changes{.progress = {.position = 40,
                                      .failures_in_row = 6,
                                      .last_success_at = kMorning + Seconds(3),
                                      .last_error = kUnicode},
                         .kept = {Waiting(20), Dead(21), Untried(22), Waiting(23)},
                         .taken = {}};
  Save(changes);
  EXPECT_EQ(webhooks().GetWebhook(kKey)->progress, changes.progress);
  EXPECT_THAT(List(false), ElementsAre(Waiting(20), Untried(22), Waiting(23)));
  EXPECT_THAT(List(true), ElementsAre(Dead(21)));
  EXPECT_THAT(List(false, 20, 1), ElementsAre(Untried(22)));
  const auto counts = *webhooks().CountDeliveries(kKey);
  EXPECT_EQ(counts.waiting, 3);
  EXPECT_EQ(counts.dead, 1);
  EXPECT_EQ(counts.oldest_waiting, Waiting(20).at);

  // What is kept replaces, what was taken goes, the position stays at its highest.
  changes.progress = {
      .position = 39, .failures_in_row = 0, .last_success_at = {}, .last_error = ""};
  changes.kept = {Dead(23)};
  changes.taken = {20, 22, 99};
  Save(changes);
  changes.progress.position = 40;
  EXPECT_EQ(webhooks().GetWebhook(kKey)->progress, changes.progress);
  EXPECT_THAT(List(false), IsEmpty());
  EXPECT_THAT(List(true), ElementsAre(Dead(21), Dead(23)));
  EXPECT_FALSE(webhooks().CountDeliveries(kKey)->oldest_waiting.IsSet());

  // Nobody else's were touched.
  const auto other = *webhooks().GetWebhook({.workspace = "other", .webhook = "crm"});
  EXPECT_EQ(other, Plain("crm", "other"));
}

TEST_P(WebhookConformance, NothingIsLeftOfADeletedWebhook) {
  Create();
  TakeOver();
  Save(ChangesTo(0, {Waiting(20), Dead(21)}));
  ASSERT_TRUE(webhooks().DeleteWebhook(kKey, 1).ok());
  EXPECT_THAT(List(false), IsEmpty());
  Save(ChangesTo(0, {Waiting(20)}));  // of a server that does not know yet
  EXPECT_THAT(List(false), IsEmpty());
  EXPECT_EQ(webhooks().CountDeliveries(kKey)->waiting, 0);
  EXPECT_TRUE(absl::IsNotFound(webhooks().Redeliver(kKey, std::nullopt).status()));
  Create();
  EXPECT_THAT(List(false), IsEmpty());
  EXPECT_THAT(List(true), IsEmpty());
}

// The server that sends may not have noticed that the one it knew is gone.
TEST_P(WebhookConformance, SavesNothingIntoANewWebhookOfAnOldName) {
  Create();
  TakeOver();
  Save(ChangesTo(90, {}));
  ASSERT_TRUE(webhooks().DeleteWebhook(kKey, 1).ok());
  Create();
  EXPECT_TRUE(absl::IsAborted(webhooks().SaveChanges(kKey, 1, ChangesTo(91, {Waiting(91)}))));
  EXPECT_EQ(*webhooks().GetWebhook(kKey), Sample());
  EXPECT_THAT(List(false), IsEmpty());
  TakeOver();
  Save(ChangesTo(18, {}));
  EXPECT_EQ(webhooks().GetWebhook(kKey)->progress.position, 18);
}

TEST_P(WebhookConformance, PutsDeadLettersBack) {
  Create();
  TakeOver();
  Save(ChangesTo(0, {Waiting(20), Dead(21), Dead(22), Dead(23)}));
  EXPECT_THAT(*webhooks().Redeliver(kKey, std::vector<int64_t>{23, 20, 21, 99}),
              ElementsAre(21, 23));
  WebhookDelivery back = Waiting(21);
  back.attempts = 0;
  back.next_attempt_at = back.first_failed_at = {};
  back.last_error = "";
  WebhookDelivery second = Waiting(23);
  second.attempts = 0;
  second.next_attempt_at = second.first_failed_at = {};
  second.last_error = "";
  EXPECT_THAT(List(false), ElementsAre(Waiting(20), back, second));
  EXPECT_THAT(List(true), ElementsAre(Dead(22)));
  EXPECT_EQ(webhooks().GetWebhook(kKey)->redeliveries, 1);
  EXPECT_THAT(*webhooks().Redeliver(kKey, std::nullopt), ElementsAre(22));
  EXPECT_EQ(webhooks().GetWebhook(kKey)->redeliveries, 2);
  EXPECT_THAT(*webhooks().Redeliver(kKey, std::nullopt), IsEmpty());
  EXPECT_THAT(*webhooks().Redeliver(kKey, std::vector<int64_t>{}), IsEmpty());
  EXPECT_EQ(webhooks().GetWebhook(kKey)->redeliveries, 2) << "nothing was put back";
  EXPECT_EQ(webhooks().GetWebhook(kKey)->revision, 1);
}

TEST_P(WebhookConformance, AServerOfAnEarlierEpochSavesNothing) {
  Create();
  Create(Plain("crm", "other"));
  EXPECT_THAT(*webhooks().TakeOver(5), ElementsAre(Sample(), Plain("crm", "other")));
  EXPECT_THAT(*webhooks().TakeOver(5), ElementsAre(Sample(), Plain("crm", "other")));
  Save(ChangesTo(18, {Waiting(18)}), 5);
  EXPECT_TRUE(absl::IsAborted(webhooks().SaveChanges(kKey, 4, ChangesTo(19, {Dead(18)}))));
  EXPECT_TRUE(absl::IsAborted(webhooks().TakeOver(4).status()));
  EXPECT_EQ(webhooks().GetWebhook(kKey)->progress.position, 18);
  EXPECT_THAT(List(false), ElementsAre(Waiting(18)));
  Save(ChangesTo(20, {}, {18}), 6);
  EXPECT_TRUE(absl::IsAborted(webhooks().TakeOver(5).status()));
  EXPECT_TRUE(webhooks().TakeOver(6).ok());
}

}  // namespace
}  // namespace tandem::tests
