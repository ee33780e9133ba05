// Goal: a call interrupts what can wait, whoever is free is asked first, and the agent's desktop,
// the ticket, its history and its segment say so. Method: over a connection, one behaviour a test.
#include <string>

#include "gtest/gtest.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

// ann and bob take calls, which interrupt chats and nothing else, and three chats.
v1::Configuration InterruptingConfiguration() {
  v1::Configuration configuration = SmallConfiguration();
  for (v1::Agent& agent : *configuration.mutable_agents()) {
    agent.clear_capacity();
    v1::GroupCapacity* calls = agent.mutable_capacity()->add_groups();
    calls->set_group(v1::CAPACITY_GROUP_VOICE);
    calls->set_max(1);
    calls->set_exclusive(true);
    calls->add_interrupts(v1::CAPACITY_GROUP_MESSAGING);
    v1::GroupCapacity* chats = agent.mutable_capacity()->add_groups();
    chats->set_group(v1::CAPACITY_GROUP_MESSAGING);
    chats->set_max(3);
    v1::GroupCapacity* jobs = agent.mutable_capacity()->add_groups();
    jobs->set_group(v1::CAPACITY_GROUP_TASK);
    jobs->set_max(1);
  }
  return configuration;
}

struct InterruptingFloor : Fixture {
  InterruptingFloor() { Apply(InterruptingConfiguration()); }

  v1::SessionRef ann = LogIn("ann");
};

TEST(Interruptions, ACallInterruptsChatsUntilItHasLeftTheAgent) {
  InterruptingFloor f;
  const std::string chat = f.Take(f.ann, ChatContact());
  const std::string call = f.Ingest(CallContact());
  EXPECT_FALSE(f.Get(chat).has_interrupted_since()) << "a ringing call interrupts nothing";
  const std::string offer = f.OfferOf(f.ann);
  ASSERT_EQ(ReasonOf(f.Accept(f.ann, offer)), "OK");
  EXPECT_TRUE(f.Get(chat).has_interrupted_since());
  EXPECT_FALSE(f.Get(call).has_interrupted_since());
  const v1::AgentSnapshot interrupted_work = f.Snapshot(f.ann);
  for (const v1::Work& work : interrupted_work.work()) {
    EXPECT_EQ(work.interrupted(), work.ticket_id() == chat);
  }
  ASSERT_EQ(f.EventsOf(chat, v1::EVENT_TYPE_TICKET_INTERRUPTED).size(), 1U);
  EXPECT_EQ(f.EventsOf(chat, v1::EVENT_TYPE_TICKET_INTERRUPTED).front().agent(), "ann");

  f.Ingest(ChatContact());
  EXPECT_EQ(f.Snapshot(f.ann).offers_size(), 0) << "no more of what is interrupted";
  ASSERT_EQ(ReasonOf(f.Report(call, offer, v1::MEDIA_EVENT_TYPE_CONNECTED, v1::PARTY_UNSPECIFIED)),
            "OK");
  ASSERT_EQ(ReasonOf(f.Report(call, offer, v1::MEDIA_EVENT_TYPE_DISCONNECTED, v1::PARTY_CUSTOMER)),
            "OK");
  EXPECT_TRUE(f.Get(chat).has_interrupted_since()) << "wrap-up is work, too";
  ASSERT_EQ(ReasonOf(f.Complete(f.ann, call)), "OK");
  EXPECT_FALSE(f.Get(chat).has_interrupted_since());
  const auto ended = f.EventsOf(chat, v1::EVENT_TYPE_INTERRUPTION_ENDED);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_GT(ended.front().number(), 0);
  EXPECT_EQ(f.Snapshot(f.ann).offers_size(), 1) << "the chat that waited";

  ASSERT_EQ(ReasonOf(f.Complete(f.ann, chat)), "OK");
  const auto contents = f.store.Copy();
  int64_t interrupted = 0;
  for (const auto& [key, segment] : contents.segments) interrupted += segment.interrupted.us;
  EXPECT_EQ(interrupted, ended.front().number());
}

TEST(Interruptions, WhoeverIsFreeIsAskedFirst) {
  InterruptingFloor f;
  f.Take(f.ann, ChatContact());
  const v1::SessionRef bob = f.LogIn("bob");
  const std::string call = f.Ingest(CallContact());
  EXPECT_EQ(f.Get(call).agent(), "bob") << "ann is idle longer, but has a chat";
  f.Ingest(CallContact());
  EXPECT_EQ(f.Snapshot(f.ann).offers_size(), 1) << "nobody is free now";
}

TEST(SetAgentStatus, ForSomeGroupsAlone) {
  InterruptingFloor f;
  const std::string call = f.Ingest(CallContact());
  EXPECT_EQ(f.Get(call).agent(), "ann");
  v1::SetAgentStatusRequest request;
  request.set_workspace(kWorkspace);
  *request.mutable_session() = f.ann;
  request.set_status(v1::AGENT_STATUS_AVAILABLE);
  request.add_groups(v1::CAPACITY_GROUP_MESSAGING);
  request.add_groups(v1::CAPACITY_GROUP_TASK);
  v1::SetAgentStatusResponse response;
  ASSERT_EQ(ReasonOf(f.agents->SetAgentStatus(ClientContext(), request, &response)), "OK");
  EXPECT_EQ(f.Get(call).state(), v1::TICKET_STATE_QUEUED) << "its offer is rescinded";
  const v1::AgentState state = f.Snapshot(f.ann).state();
  EXPECT_EQ(state.status(), v1::AGENT_STATUS_AVAILABLE);
  ASSERT_EQ(state.groups_size(), 2);
  EXPECT_EQ(state.groups(0), v1::CAPACITY_GROUP_MESSAGING);
  EXPECT_EQ(state.groups(1), v1::CAPACITY_GROUP_TASK);
  f.Take(f.ann, ChatContact());
  ASSERT_EQ(ReasonOf(f.SetStatus(f.ann, v1::AGENT_STATUS_AVAILABLE)), "OK");
  EXPECT_EQ(f.Snapshot(f.ann).state().groups_size(), 0);
  EXPECT_EQ(f.Get(call).agent(), "ann");
}

// ann and bob take two tickets of MESSAGING, of which LIVE ones interrupt those of the queue
// "posts", which is DEFERRABLE.
v1::Configuration ConfigurationWithPosts() {
  v1::Configuration configuration = SmallConfiguration();
  v1::Queue* posts = configuration.add_queues();
  *posts = configuration.queues(1);
  posts->set_id("posts");
  posts->set_urgency(v1::URGENCY_DEFERRABLE);
  configuration.mutable_routing_profiles(0)->add_queues()->set_queue("posts");
  for (v1::Agent& agent : *configuration.mutable_agents()) {
    agent.clear_capacity();
    v1::GroupCapacity* messages = agent.mutable_capacity()->add_groups();
    messages->set_group(v1::CAPACITY_GROUP_MESSAGING);
    messages->set_max(2);
    messages->set_live_interrupts(true);
  }
  return configuration;
}

TEST(Interruptions, ChatsInterruptPostsOfTheSameGroup) {
  Fixture f;
  f.Apply(ConfigurationWithPosts());
  v1::GetConfigurationRequest request;
  request.set_workspace(kWorkspace);
  v1::GetConfigurationResponse response;
  ASSERT_EQ(ReasonOf(f.configurations->GetConfiguration(ClientContext(), request, &response)),
            "OK");
  for (const v1::GroupCapacity& group : response.configuration().agents(0).capacity().groups()) {
    EXPECT_EQ(group.live_interrupts(), group.group() == v1::CAPACITY_GROUP_MESSAGING);
  }
  const v1::SessionRef ann = f.LogIn("ann");
  v1::Contact post = ChatContact();
  post.set_queue("posts");
  const std::string first = f.Take(ann, post);
  const std::string second = f.Take(ann, post);
  const std::string chat = f.Take(ann, ChatContact());
  EXPECT_TRUE(f.Get(first).has_interrupted_since());
  EXPECT_TRUE(f.Get(second).has_interrupted_since());
  EXPECT_FALSE(f.Get(chat).has_interrupted_since());
  ASSERT_EQ(ReasonOf(f.Complete(ann, second)), "OK");
  const std::string third = f.Ingest(post);
  EXPECT_EQ(f.Get(third).state(), v1::TICKET_STATE_QUEUED) << "there is a chat";
  ASSERT_EQ(ReasonOf(f.Complete(ann, chat)), "OK");
  EXPECT_FALSE(f.Get(first).has_interrupted_since());
  EXPECT_EQ(f.EventsOf(first, v1::EVENT_TYPE_INTERRUPTION_ENDED).size(), 1U);
  EXPECT_EQ(f.Get(third).state(), v1::TICKET_STATE_OFFERED);
}

TEST(Interruptions, AnExclusiveGroupComesToNobodyWithOtherWork) {
  InterruptingFloor f;
  const v1::SessionRef ann = f.ann;
  f.Ingest(JobContact());
  ASSERT_EQ(f.Claim(ann, 1).size(), 1U);
  const std::string call = f.Ingest(CallContact());
  EXPECT_EQ(f.Get(call).state(), v1::TICKET_STATE_QUEUED) << "calls don't interrupt tasks";
  const v1::ExplainTicketResponse response = f.Explain(call);
  bool busy = false;
  for (const auto& obstacle : response.obstacles()) {
    busy = busy || obstacle.kind() == v1::OBSTACLE_KIND_BUSY;
  }
  EXPECT_TRUE(busy) << response.ShortDebugString();
}

}  // namespace
}  // namespace tandem::rpc
