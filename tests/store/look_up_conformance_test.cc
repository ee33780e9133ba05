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
using router::Time;
using store::Batch;
using store::CommitResult;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Where sample contacts come in.
constexpr char kNumber[] = "+49 30 1234";

class LookUpConformance : public StoreConformance {};

INSTANTIATE_TEST_SUITE_P(Stores, LookUpConformance, ::testing::Values("memory", "postgres"),
                         [](const auto& info) { return info.param; });

TEST_P(LookUpConformance, LookUpFindsWhatWasCommittedInTheOrderAsked) {
  Batch batch = NextBatch();
  batch.requests = {SampleRequest(1), SampleRequest(2)};
  batch.requests[1].answer = {};
  AddTicket(batch.changes, 1, 1);
  batch.changes.contacts.push_back(KnownSample(2, "x"));
  batch.changes.contacts.push_back(KnownSample(3, kUnicode));
  batch.changes.contacts.back().content.entry_point.clear();
  batch.changes.contacts.back().joined = false;
  ASSERT_EQ(Commit(batch), CommitResult::kCommitted);

  store::Store::LookUpKeys keys;
  keys.requests = {{kWorkspace, Request(2)},
                   {kWorkspace, Request(3)},
                   {"other", Request(1)},
                   {kWorkspace, Request(1)},
                   {kWorkspace, Request(1)}};
  keys.external_ids = {
      {kWorkspace, "voice", "", kUnicode}, {kWorkspace, "email", kNumber, "x"},
      {kWorkspace, "voice", "", "x"},      {kWorkspace, "voice", kNumber, kUnicode},
      {"other", "voice", kNumber, "x"},    {kWorkspace, "voice", kNumber, ""},
      {kWorkspace, "voice", kNumber, "x"}};
  const auto hits = store_->LookUp(keys);
  ASSERT_TRUE(hits.ok()) << hits.status();
  ASSERT_EQ(hits->requests.size(), 5u);
  ASSERT_TRUE(hits->requests[0] && hits->requests[3] && hits->requests[4]);
  EXPECT_EQ(Fields(*hits->requests[0]), Fields(batch.requests[1]));
  EXPECT_EQ(Fields(*hits->requests[3]), Fields(batch.requests[0]));
  EXPECT_EQ(Fields(*hits->requests[4]), Fields(batch.requests[0]));
  EXPECT_FALSE(hits->requests[1] || hits->requests[2]);
  ASSERT_EQ(hits->contacts.size(), 7u);
  ASSERT_TRUE(hits->contacts[0] && hits->contacts[6]);
  for (const size_t i : {1, 2, 3, 4, 5}) EXPECT_FALSE(hits->contacts[i]) << i;
  store::KnownContact known{.workspace = kWorkspace,
                            .channel = "voice",
                            .entry_point = kNumber,
                            .external_id = "x",
                            .ticket = Ticket(1),
                            .contact = Contact(2),
                            .joined = true,
                            .unroutable = true,
                            .at = kMorning};
  EXPECT_EQ(Fields(*hits->contacts[6]), Fields(known));
  known.entry_point.clear();
  known.external_id = kUnicode;
  known.contact = Contact(3);
  known.joined = false;
  EXPECT_EQ(Fields(*hits->contacts[0]), Fields(known));
}

TEST_P(LookUpConformance, LookUpOfNothingGivesNothing) {
  const auto hits = store_->LookUp({});
  ASSERT_TRUE(hits.ok()) << hits.status();
  EXPECT_THAT(hits->requests, IsEmpty());
  EXPECT_THAT(hits->contacts, IsEmpty());
}

TEST_P(LookUpConformance, MaintainKeepsRequestsForADayAndDropsThem) {
  ASSERT_TRUE(store_->Maintain(kMorning).ok());
  Batch batch = NextBatch();
  batch.requests = {SampleRequest(1)};
  ASSERT_EQ(Commit(batch), CommitResult::kCommitted);
  const auto found = [&] {
    const auto hits = store_->LookUp({{{kWorkspace, Request(1)}}, {}, {}});
    EXPECT_TRUE(hits.ok()) << hits.status();
    return hits->requests[0].has_value();
  };
  for (int hour = 0; hour <= 24; hour += 3) {
    const absl::Status status = store_->Maintain(kMorning + Hours(hour));
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_TRUE(found()) << hour;
  }
  ASSERT_TRUE(store_->Maintain(kMorning + Hours(36)).ok());
  EXPECT_FALSE(found());
}

TEST_P(LookUpConformance, OfSeveralContactsTheLatestOneIsFoundUnlessItCameInBefore) {
  Batch batch = NextBatch();
  AddTicket(batch.changes, 1, 1);
  batch.changes.contacts.push_back(KnownSample(3, "x"));
  batch.changes.contacts.back().queued_at = kMorning - Hours(1);
  batch.changes.contacts.push_back(KnownSample(2, "x"));
  batch.changes.contacts.push_back(KnownSample(4, "x"));
  batch.changes.contacts.back().queued_at = kMorning - Hours(2);
  ASSERT_EQ(Commit(batch), CommitResult::kCommitted);
  const auto found = [&](Time since) {
    const auto hits = store_->LookUp({{}, {{kWorkspace, "voice", kNumber, "x"}}, since});
    EXPECT_TRUE(hits.ok()) << hits.status();
    return hits->contacts[0] ? hits->contacts[0]->contact : router::ContactId{};
  };
  EXPECT_EQ(found({}), Contact(2));
  EXPECT_EQ(found(kMorning), Contact(2));
  EXPECT_EQ(found(kMorning + router::Microseconds(1)), router::ContactId{});
}

TEST_P(LookUpConformance, AContactThatWasNotLetInFromOutsideIsNotFound) {
  Batch batch = NextBatch();
  AddTicket(batch.changes, 1, 1);
  batch.changes.contacts.push_back(KnownSample(2, "x"));
  batch.changes.contacts.back().joined.reset();
  ASSERT_EQ(Commit(batch), CommitResult::kCommitted);
  const auto hits = store_->LookUp({{}, {{kWorkspace, "voice", kNumber, "x"}}, {}});
  ASSERT_TRUE(hits.ok()) << hits.status();
  EXPECT_FALSE(hits->contacts[0]);
}

}  // namespace
}  // namespace tandem::tests
