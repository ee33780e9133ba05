// Goal: both stores find what was committed under request ids and external ids, and keep it as long
// as server/store/store.h says. Method: one suite, run over each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "server/store/store.h"
#include "tests/store/store_rows.h"
#include "tests/store/store_test_base.h"

namespace tandem::tests {
namespace {

using router::Hours;
using router::Seconds;
using router::Time;
using store::Batch;
using store::CommitResult;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LookUpConformance : public StoreConformance {};

INSTANTIATE_TEST_SUITE_P(Stores, LookUpConformance, ::testing::Values("memory", "postgres"),
                         [](const auto& info) { return info.param; });

TEST_P(LookUpConformance, LookUpFindsWhatWasCommittedInTheOrderAsked) {
  Batch batch = NextBatch();
  batch.requests = {SampleRequest(1), SampleRequest(2)};
  batch.requests[1].answer = {};
  batch.external_ids = {SampleExternalId("x"), SampleExternalId(kUnicode), SampleExternalId("")};
  ASSERT_EQ(Commit(batch), CommitResult::kCommitted);

  store::Store::LookUpKeys keys;
  keys.requests = {{kWorkspace, Request(2)},
                   {kWorkspace, Request(3)},
                   {"other", Request(1)},
                   {kWorkspace, Request(1)},
                   {kWorkspace, Request(1)}};
  keys.external_ids = {{kWorkspace, "voice", kUnicode, kUnicode},
                       {kWorkspace, "email", kUnicode, "x"},
                       {kWorkspace, "voice", kUnicode, ""},
                       {kWorkspace, "voice", kUnicode, "x"}};
  const auto hits = store_->LookUp(keys);
  ASSERT_TRUE(hits.ok()) << hits.status();
  ASSERT_EQ(hits->requests.size(), 5u);
  ASSERT_TRUE(hits->requests[0] && hits->requests[3] && hits->requests[4]);
  EXPECT_EQ(Fields(*hits->requests[0]), Fields(batch.requests[1]));
  EXPECT_EQ(Fields(*hits->requests[3]), Fields(batch.requests[0]));
  EXPECT_EQ(Fields(*hits->requests[4]), Fields(batch.requests[0]));
  EXPECT_FALSE(hits->requests[1] || hits->requests[2]);
  ASSERT_EQ(hits->external_ids.size(), 4u);
  ASSERT_TRUE(hits->external_ids[0] && hits->external_ids[2] && hits->external_ids[3]);
  EXPECT_EQ(Fields(*hits->external_ids[0]), Fields(batch.external_ids[1]));
  EXPECT_FALSE(hits->external_ids[1]);
  EXPECT_EQ(Fields(*hits->external_ids[2]), Fields(batch.external_ids[2]));
  EXPECT_EQ(Fields(*hits->external_ids[3]), Fields(batch.external_ids[0]));
}

TEST_P(LookUpConformance, LookUpOfNothingGivesNothing) {
  const auto hits = store_->LookUp({});
  ASSERT_TRUE(hits.ok()) << hits.status();
  EXPECT_THAT(hits->requests, IsEmpty());
  EXPECT_THAT(hits->external_ids, IsEmpty());
}

TEST_P(LookUpConformance, MaintainKeepsWhatMustBeKeptAndDropsTheRest) {
  ASSERT_TRUE(store_->Maintain(kMorning).ok());
  Batch batch = NextBatch();
  batch.requests = {SampleRequest(1)};
  batch.external_ids = {SampleExternalId("x")};
  ASSERT_EQ(Commit(batch), CommitResult::kCommitted);
  const store::Store::LookUpKeys keys{{{kWorkspace, Request(1)}},
                                      {{kWorkspace, "voice", kUnicode, "x"}}};
  const auto found = [&] {
    const auto hits = store_->LookUp(keys);
    EXPECT_TRUE(hits.ok()) << hits.status();
    return std::pair(hits->requests[0].has_value(), hits->external_ids[0].has_value());
  };
  const std::pair both(true, true), external_only(false, true), none(false, false);
  for (int hour = 0; hour <= 24; hour += 3) {
    const absl::Status status = store_->Maintain(kMorning + Hours(hour));
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(found(), both) << hour;
  }
  ASSERT_TRUE(store_->Maintain(kMorning + Hours(36)).ok());
  EXPECT_EQ(found(), external_only);
  ASSERT_TRUE(store_->Maintain(kMorning + router::Days(30)).ok());
  EXPECT_EQ(found(), external_only);
  ASSERT_TRUE(store_->Maintain(kMorning + router::Days(40)).ok());
  EXPECT_EQ(found(), none);
}

TEST_P(LookUpConformance, AnIdStoredAgainIsFoundAsStoredLast) {
  Batch batch = NextBatch();
  batch.external_ids = {SampleExternalId("x"), SampleExternalId("x")};
  batch.external_ids[0].at = kMorning - router::Days(1);
  batch.external_ids[0].ticket = Ticket(9);
  ASSERT_EQ(Commit(batch), CommitResult::kCommitted);
  const auto hits = store_->LookUp({{}, {{kWorkspace, "voice", kUnicode, "x"}}});
  ASSERT_TRUE(hits.ok()) << hits.status();
  ASSERT_TRUE(hits->external_ids[0]);
  EXPECT_EQ(hits->external_ids[0]->ticket, Ticket(1));
}

}  // namespace
}  // namespace tandem::tests
