// Goal: who serves a queue with a delay gets its tickets when that has passed, by offer and by
// claim, and is told of in between; and a queue's order says which ticket goes first. Method: over
// a connection, on the real clock, with delays that a test can wait for.
#include <chrono>
#include <string>

#include "gtest/gtest.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

constexpr int64_t kDelayMs = 400;

void SetDelay(v1::RoutingProfileQueue& queue, int64_t milliseconds) {
  queue.mutable_delay()->set_seconds(milliseconds / 1000);
  queue.mutable_delay()->set_nanos(static_cast<int32_t>(milliseconds % 1000 * 1'000'000));
}

// ann serves all; bob helps with chats and jobs after a while.
v1::Configuration DelayedConfiguration(int64_t delay_ms = kDelayMs) {
  v1::Configuration configuration = SmallConfiguration();
  v1::RoutingProfile* back_up = configuration.add_routing_profiles();
  back_up->set_id("back_up");
  v1::RoutingProfileQueue* chats = back_up->add_queues();
  chats->set_queue("chats");
  SetDelay(*chats, delay_ms);
  v1::RoutingProfileQueue* jobs = back_up->add_queues();
  jobs->set_queue("jobs");
  jobs->set_pull(true);
  jobs->set_no_push(true);
  SetDelay(*jobs, delay_ms);
  configuration.mutable_agents(1)->set_routing_profile("back_up");
  return configuration;
}

int64_t MicrosecondsOf(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1'000'000 + time.nanos() / 1'000;
}

TEST(QueueDelay, TheBackUpGetsWhatHasWaited) {
  Fixture f;
  f.Apply(DelayedConfiguration());
  const v1::SessionRef bob = f.LogIn("bob");
  const std::string chat = f.Ingest(ChatContact());
  const v1::Ticket came_in = f.Get(chat);
  ASSERT_TRUE(Eventually([&] { return f.Get(chat).agent() == "bob"; }));
  const v1::Event offered = f.Last(chat, v1::EVENT_TYPE_TICKET_OFFERED);
  EXPECT_GE(MicrosecondsOf(offered.at()), MicrosecondsOf(came_in.queued_at()) + kDelayMs * 1'000);
}

TEST(QueueDelay, WhoServesWithoutOneGetsItAtOnce) {
  Fixture f;
  f.Apply(DelayedConfiguration());
  f.LogIn("bob");
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string chat = f.Ingest(ChatContact());
  EXPECT_EQ(f.Get(chat).agent(), "ann");
}

TEST(QueueDelay, ClaimsWaitForThem) {
  Fixture f;
  f.Apply(DelayedConfiguration(2'000));
  const v1::SessionRef bob = f.LogIn("bob");
  f.Ingest(JobContact());
  EXPECT_EQ(f.Claim(bob, 1).size(), 0U);
  EXPECT_TRUE(Eventually([&] { return f.Claim(bob, 1).size() == 1; }));
}

TEST(QueueDelay, AreExplainedWithTheTimeUntilWhen) {
  Fixture f;
  f.Apply(DelayedConfiguration(3'600'000));
  f.LogIn("bob");
  const std::string chat = f.Ingest(ChatContact());
  const v1::ExplainTicketResponse explained = f.Explain(chat);
  EXPECT_EQ(explained.qualified_agents(), 2) << "bob will be able to";
  ASSERT_EQ(explained.obstacles_size(), 2) << explained.ShortDebugString();
  EXPECT_EQ(explained.obstacles(0).kind(), v1::OBSTACLE_KIND_OFFLINE) << "ann";
  EXPECT_FALSE(explained.obstacles(0).has_until());
  EXPECT_EQ(explained.obstacles(1).kind(), v1::OBSTACLE_KIND_DELAYED);
  EXPECT_EQ(explained.obstacles(1).agents(), 1);
  EXPECT_EQ(MicrosecondsOf(explained.obstacles(1).until()),
            MicrosecondsOf(explained.queued_at()) + 3'600'000'000);
}

TEST(QueueDelay, AreReadAsTheyWereApplied) {
  Fixture f;
  f.Apply(DelayedConfiguration());
  v1::GetConfigurationRequest request;
  request.set_workspace(kWorkspace);
  v1::GetConfigurationResponse response;
  ASSERT_EQ(ReasonOf(f.configurations->GetConfiguration(ClientContext(), request, &response)),
            "OK");
  const v1::RoutingProfile& back_up = response.configuration().routing_profiles(1);
  ASSERT_EQ(back_up.id(), "back_up");
  EXPECT_EQ(back_up.queues(0).delay().nanos(), kDelayMs * 1'000'000);
  EXPECT_FALSE(response.configuration().routing_profiles(0).queues(0).has_delay());
}

TEST(QueueDelay, OfMoreThanThirtyDaysAreRefused) {
  Fixture f;
  v1::Configuration configuration = DelayedConfiguration();
  v1::RoutingProfileQueue* queue = configuration.mutable_routing_profiles(1)->mutable_queues(0);
  queue->mutable_delay()->set_seconds(30 * 86'400);
  queue->mutable_delay()->set_nanos(0);
  EXPECT_EQ(ReasonOf(f.ApplyStatus(configuration)), "OK");
  queue->mutable_delay()->set_seconds(30 * 86'400 + 1);
  EXPECT_EQ(ReasonOf(f.ApplyStatus(configuration)), "FIELD_OUT_OF_RANGE");
  queue->mutable_delay()->set_seconds(-1);
  EXPECT_EQ(ReasonOf(f.ApplyStatus(configuration)), "FIELD_OUT_OF_RANGE");
  queue->mutable_delay()->set_seconds(1);
  queue->mutable_delay()->set_nanos(-5);
  EXPECT_EQ(ReasonOf(f.ApplyStatus(configuration)), "FIELD_OUT_OF_RANGE") << "one sign for both";
}

v1::Contact ChatOfPriority(uint32_t priority) {
  v1::Contact contact = ChatContact();
  contact.set_priority(priority);
  return contact;
}

TEST(QueueOrder, PriorityFirstGoesBeforeWhatWaits) {
  Fixture f;
  v1::Configuration configuration = SmallConfiguration();
  v1::Queue& chats = *configuration.mutable_queues(1);
  ASSERT_EQ(chats.id(), "chats");
  chats.mutable_priority_step()->set_seconds(0);
  f.Apply(configuration);
  const std::string first = f.Ingest(ChatOfPriority(0));
  const std::string urgent = f.Ingest(ChatOfPriority(9));
  EXPECT_EQ(f.Explain(urgent).ahead(), 1) << "a step is worth nothing";
  chats.set_order(v1::QUEUE_ORDER_PRIORITY_FIRST);
  f.Apply(configuration);
  EXPECT_EQ(f.Explain(urgent).ahead(), 0) << "put in order anew";
  EXPECT_EQ(f.Explain(first).ahead(), 1);
  f.LogIn("ann");
  EXPECT_EQ(f.Get(urgent).agent(), "ann");
  EXPECT_EQ(f.Get(first).state(), v1::TICKET_STATE_QUEUED);
}

TEST(QueueOrder, IsReadWithItsDefault) {
  Fixture f;
  v1::Configuration configuration = SmallConfiguration();
  configuration.mutable_queues(0)->set_order(v1::QUEUE_ORDER_PRIORITY_FIRST);
  f.Apply(configuration);
  v1::GetConfigurationRequest request;
  request.set_workspace(kWorkspace);
  v1::GetConfigurationResponse response;
  ASSERT_EQ(ReasonOf(f.configurations->GetConfiguration(ClientContext(), request, &response)),
            "OK");
  EXPECT_EQ(response.configuration().queues(0).order(), v1::QUEUE_ORDER_PRIORITY_FIRST);
  EXPECT_EQ(response.configuration().queues(1).order(), v1::QUEUE_ORDER_TARGET);
}

TEST(QueueOrder, OfNoNameIsRefused) {
  Fixture f;
  v1::Configuration configuration = SmallConfiguration();
  configuration.mutable_queues(0)->set_order(static_cast<v1::QueueOrder>(3));
  EXPECT_EQ(ReasonOf(f.ApplyStatus(configuration)), "FIELD_OUT_OF_RANGE");
}

}  // namespace
}  // namespace tandem::rpc
