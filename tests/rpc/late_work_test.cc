// Goal: where late work goes after punctual work, that is what happens, by offer and by claim; it
// is told of a ticket that it is so; and it is said of queues where it can be meant only. Method:
// over a connection, with work that was due before it came in.
#include <string>

#include "gtest/gtest.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

constexpr int kJobs = 2;  // the place of the BACK queue in SmallConfiguration

v1::Configuration LateLast() {
  v1::Configuration configuration = SmallConfiguration();
  v1::LateWork& late_work = *configuration.mutable_queues(kJobs)->mutable_late_work();
  late_work.set_order(v1::LATE_ORDER_AFTER_PUNCTUAL);
  return configuration;
}

v1::Contact JobDueIn(int64_t seconds) {
  v1::Contact contact = JobContact();
  *contact.mutable_due_at() = In(seconds);
  return contact;
}

v1::LateWork LateWorkOf(Fixture& f, int queue) {
  v1::GetConfigurationRequest request;
  request.set_workspace(kWorkspace);
  v1::GetConfigurationResponse response;
  EXPECT_EQ(ReasonOf(f.configurations->GetConfiguration(ClientContext(), request, &response)),
            "OK");
  return response.configuration().queues(queue).late_work();
}

TEST(LateWork, GoesAfterWhatCanStillBeOnTime) {
  Fixture f;
  v1::Configuration configuration = LateLast();
  configuration.mutable_queues(kJobs)->mutable_late_work()->set_every(2);
  v1::GroupCapacity* jobs = configuration.mutable_agents(0)->mutable_capacity()->add_groups();
  jobs->set_group(v1::CAPACITY_GROUP_TASK);
  jobs->set_max(2);
  f.Apply(configuration);
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string late = f.Ingest(JobDueIn(-3'600));
  const std::string punctual = f.Ingest(JobDueIn(30 * 86'400));
  const std::string last = f.Ingest(JobDueIn(60 * 86'400));
  EXPECT_TRUE(f.Explain(late).after_punctual());
  EXPECT_EQ(f.Explain(late).position(), 3);
  EXPECT_FALSE(f.Explain(punctual).after_punctual());
  ASSERT_EQ(f.Claim(ann, 1).size(), 1U);
  EXPECT_EQ(f.Get(punctual).agent(), "ann");
  EXPECT_EQ(f.Get(late).state(), v1::TICKET_STATE_QUEUED);
  ASSERT_EQ(f.Claim(ann, 1).size(), 1U);
  EXPECT_EQ(f.Get(late).agent(), "ann") << "each second pick is late";
  EXPECT_EQ(f.Get(last).state(), v1::TICKET_STATE_QUEUED);
}

TEST(LateWork, GoesFirstAgainWhenThatIsConfigured) {
  Fixture f;
  f.Apply(LateLast());
  const std::string late = f.Ingest(JobDueIn(-3'600));
  f.Ingest(JobDueIn(86'400));
  EXPECT_EQ(f.Explain(late).ahead(), 1);
  f.Apply(SmallConfiguration());
  EXPECT_EQ(f.Explain(late).ahead(), 0);
  EXPECT_FALSE(f.Explain(late).after_punctual());
}

TEST(LateWork, IsReadWithItsDefaults) {
  Fixture f;
  f.Apply(LateLast());
  EXPECT_EQ(LateWorkOf(f, kJobs).order(), v1::LATE_ORDER_AFTER_PUNCTUAL);
  EXPECT_EQ(LateWorkOf(f, kJobs).every(), 10U);
  EXPECT_EQ(LateWorkOf(f, 0).order(), v1::LATE_ORDER_IN_ORDER);
  EXPECT_FALSE(LateWorkOf(f, 0).has_every());
}

TEST(LateWork, IsRefusedWhereItMeansNothing) {
  Fixture f;
  v1::Configuration configuration = LateLast();
  v1::LateWork& jobs = *configuration.mutable_queues(kJobs)->mutable_late_work();
  jobs.set_every(1);
  ExpectRefusal(f.ApplyStatus(configuration), "FIELD_OUT_OF_RANGE",
                "configuration.queues[2].late_work.every");
  jobs.set_every(1'001);
  ExpectRefusal(f.ApplyStatus(configuration), "FIELD_OUT_OF_RANGE",
                "configuration.queues[2].late_work.every");
  jobs.set_every(5);
  jobs.set_order(v1::LATE_ORDER_IN_ORDER);
  ExpectRefusal(f.ApplyStatus(configuration), "FIELD_OUT_OF_RANGE",
                "configuration.queues[2].late_work.every");
  jobs.set_order(static_cast<v1::LateOrder>(3));
  ExpectRefusal(f.ApplyStatus(configuration), "FIELD_OUT_OF_RANGE",
                "configuration.queues[2].late_work.order");
  jobs.Clear();
  configuration.mutable_queues(0)->mutable_late_work()->set_order(v1::LATE_ORDER_AFTER_PUNCTUAL);
  ExpectRefusal(f.ApplyStatus(configuration), "FIELD_OUT_OF_RANGE",
                "configuration.queues[0].late_work.order");
}

}  // namespace
}  // namespace tandem::rpc
