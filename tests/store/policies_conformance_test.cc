// Goal: both stores keep service-level policies as server/store/policies.h says.
// Method: one suite, run over each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "router/limits.h"
#include "server/store/policies.h"
#include "tests/store/store_rows.h"
#include "tests/store/store_test_base.h"

namespace tandem::tests {
namespace {

using router::Seconds;
using store::AbandonTreatment;
using store::CommitResult;
using store::PolicyChange;
using store::ServiceLevelPolicy;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

ServiceLevelPolicy SamplePolicy(const std::string& id) {
  return {.id = id,
          .display_name = kUnicode,
          .threshold = Seconds(20),
          .abandons = AbandonTreatment::kIgnored,
          .short_abandon_limit = Seconds(5),
          .client = {},
          .queues = {},
          .effective_from = {},
          .revision = 0};
}

class PolicyConformance : public StoreConformance {
 protected:
  PolicyChange Put(const ServiceLevelPolicy& policy, int64_t expected_revision = 0) {
    auto change = backing_->policies().PutPolicy(kWorkspace, policy, expected_revision);
    EXPECT_TRUE(change.ok()) << change.status();
    return change.ok() ? *std::move(change) : PolicyChange();
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, PolicyConformance, ::testing::Values("memory", "postgres"),
                         [](const auto& info) { return info.param; });

TEST_P(PolicyConformance, KeepsWhatWasPut) {
  store::PolicyStore& policies = backing_->policies();
  const ServiceLevelPolicy sample = SamplePolicy("gold");
  EXPECT_EQ(policies.PutPolicy(kWorkspace, sample, 0).status().code(), absl::StatusCode::kNotFound)
      << "no such workspace";
  ASSERT_EQ(Commit(OneWorkspace()), CommitResult::kCommitted);
  EXPECT_EQ(policies.GetPolicy(kWorkspace, "gold").status().code(), absl::StatusCode::kNotFound);

  ServiceLevelPolicy stored = sample;
  stored.revision = 1;
  EXPECT_EQ(Put(sample).policy, stored);
  EXPECT_EQ(Put(sample).policy, stored) << "the same again changes nothing";
  EXPECT_EQ(*policies.GetPolicy(kWorkspace, "gold"), stored);
  EXPECT_EQ(policies.GetPolicy("other", "gold").status().code(), absl::StatusCode::kNotFound);

  ServiceLevelPolicy plain = SamplePolicy("bronze");
  plain.display_name.clear();
  plain.abandons = AbandonTreatment::kPositive;
  plain.short_abandon_limit = {};
  Put(plain);
  plain.revision = 1;
  EXPECT_THAT(*policies.ListPolicies(kWorkspace), ElementsAre(plain, stored));
  EXPECT_THAT(*policies.ListPolicies("other"), IsEmpty());
}

TEST_P(PolicyConformance, KeepsForWhomAndFromWhenOnAPolicyIs) {
  ASSERT_EQ(Commit(OneWorkspace()), CommitResult::kCommitted);
  ServiceLevelPolicy policy = SamplePolicy("gold");
  policy.client = "bank";
  policy.queues = {"cards", "loans"};
  policy.effective_from = kMorning + router::Microseconds(1);
  Put(policy);
  policy.revision = 1;
  EXPECT_EQ(*backing_->policies().GetPolicy(kWorkspace, "gold"), policy);
  EXPECT_EQ(Put(policy).policy, policy) << "the same again changes nothing";
  policy.client.clear();
  policy.queues = {"cards"};
  EXPECT_EQ(Put(policy).policy.revision, 2);
  policy.queues.clear();
  policy.effective_from = {};
  Put(policy);
  policy.revision = 3;
  EXPECT_THAT(*backing_->policies().ListPolicies(kWorkspace), ElementsAre(policy));
}

TEST_P(PolicyConformance, ChangesOnlyTheRevisionThatIsExpected) {
  ASSERT_EQ(Commit(OneWorkspace()), CommitResult::kCommitted);
  ServiceLevelPolicy policy = SamplePolicy("gold");
  EXPECT_FALSE(Put(policy, 3).done) << "there is none yet";
  EXPECT_EQ(Put(policy, 3).policy.revision, 0);
  Put(policy);
  policy.threshold = Seconds(30);
  const PolicyChange stale = Put(policy, 2);
  EXPECT_FALSE(stale.done);
  EXPECT_EQ(stale.policy.revision, 1);
  EXPECT_EQ(stale.policy.threshold, Seconds(20));
  const PolicyChange changed = Put(policy, 1);
  EXPECT_TRUE(changed.done);
  EXPECT_EQ(changed.policy.revision, 2);
  EXPECT_TRUE(Put(policy, 1).done) << "a repeat of what was done";

  const auto kept = backing_->policies().DeletePolicy(kWorkspace, "gold", 1);
  EXPECT_FALSE(kept->done);
  const auto deleted = backing_->policies().DeletePolicy(kWorkspace, "gold", 2);
  EXPECT_TRUE(deleted->done);
  EXPECT_EQ(deleted->policy.threshold, Seconds(30));
  EXPECT_EQ(backing_->policies().DeletePolicy(kWorkspace, "gold", 0).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_P(PolicyConformance, KeepsSoManyAndNoMore) {
  ASSERT_EQ(Commit(OneWorkspace()), CommitResult::kCommitted);
  for (size_t i = 0; i < router::kMaxServiceLevelPolicies; ++i) {
    ASSERT_TRUE(Put(SamplePolicy("p" + std::to_string(i))).done);
  }
  EXPECT_EQ(backing_->policies().PutPolicy(kWorkspace, SamplePolicy("one-more"), 0).status().code(),
            absl::StatusCode::kResourceExhausted);
  ServiceLevelPolicy first = SamplePolicy("p0");
  first.threshold = Seconds(1);
  EXPECT_TRUE(Put(first).done) << "to change one is allowed";
}

}  // namespace
}  // namespace tandem::tests
