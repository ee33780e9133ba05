// Goal: clients who share agents get them by their weights, floors and ceilings, which are read as
// they were applied, and explained; and a BACK floor brings an agent to work that calls would keep
// everybody from. Method: over a connection, with two clients of one queue.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

// Both clients have the same share of both agents.
v1::Configuration SharedConfiguration() {
  v1::Configuration configuration = SmallConfiguration();
  for (v1::Client& client : *configuration.mutable_clients()) {
    client.mutable_fair_share()->set_weight(1);
  }
  for (v1::Agent& agent : *configuration.mutable_agents()) {
    agent.clear_clients();
    for (const char* client : {"acme", "globex"}) agent.add_clients(client);
  }
  return configuration;
}

v1::Contact ChatOf(const std::string& client) {
  v1::Contact contact = ChatContact();
  contact.set_client(client);
  return contact;
}

TEST(FairShare, WhoIsOverItsShareGoesBehind) {
  Fixture f;
  f.Apply(SharedConfiguration());
  f.LogIn("ann");
  const std::string in_hand = f.Ingest(ChatOf("acme"));
  ASSERT_EQ(f.Get(in_hand).agent(), "ann");
  std::vector<std::string> waiting;
  for (int i = 0; i < 9; ++i) waiting.push_back(f.Ingest(ChatOf("acme")));
  const std::string other = f.Ingest(ChatOf("globex"));
  const v1::ExplainTicketResponse explained = f.Explain(waiting.back());
  ASSERT_TRUE(explained.has_client_share()) << explained.ShortDebugString();
  EXPECT_EQ(explained.client_share().tier(), v1::CLIENT_TIER_OVER_SHARE);
  EXPECT_EQ(explained.client_share().fair_share().weight(), 1U);
  EXPECT_EQ(explained.client_share().weights(), 2);
  EXPECT_EQ(explained.client_share().shared(), explained.client_share().in_hand());
  EXPECT_EQ(f.Explain(other).client_share().tier(), v1::CLIENT_TIER_WITHIN_SHARE);
  EXPECT_EQ(f.Explain(other).client_share().in_hand(), 0);
  f.LogIn("bob");
  EXPECT_EQ(f.Get(other).agent(), "bob") << "though those of acme came first";
}

TEST(FairShare, IsReadAsItWasApplied) {
  Fixture f;
  v1::Configuration configuration = SharedConfiguration();
  configuration.mutable_clients(0)->mutable_fair_share()->set_floor(2);
  configuration.mutable_clients(0)->mutable_fair_share()->set_ceiling(7);
  configuration.mutable_clients(1)->clear_fair_share();
  configuration.mutable_routing_profiles(0)->set_back_floor(4);
  f.Apply(configuration);
  v1::GetConfigurationRequest request;
  request.set_workspace(kWorkspace);
  v1::GetConfigurationResponse response;
  ASSERT_EQ(ReasonOf(f.configurations->GetConfiguration(ClientContext(), request, &response)),
            "OK");
  const v1::FairShare& share = response.configuration().clients(0).fair_share();
  EXPECT_EQ(share.weight(), 1U);
  EXPECT_EQ(share.floor(), 2U);
  EXPECT_EQ(share.ceiling(), 7U);
  EXPECT_FALSE(response.configuration().clients(1).has_fair_share());
  EXPECT_EQ(response.configuration().routing_profiles(0).back_floor(), 4U);
}

TEST(FairShare, WithoutOneNothingIsExplained) {
  Fixture f;
  f.Apply(SmallConfiguration());
  EXPECT_FALSE(f.Explain(f.Ingest(ChatContact())).has_client_share());
}

TEST(BackFloor, BringsOneToWorkBeforeChats) {
  Fixture f;
  v1::Configuration configuration = SmallConfiguration();
  configuration.mutable_routing_profiles(0)->set_back_floor(1);
  for (v1::RoutingProfileQueue& queue :
       *configuration.mutable_routing_profiles(0)->mutable_queues()) {
    queue.set_no_push(false);
    queue.set_rank(queue.queue() == "chats" ? 1 : 2);
  }
  f.Apply(configuration);
  const std::string chat = f.Ingest(ChatContact());
  const std::string job = f.Ingest(JobContact());
  f.LogIn("ann");
  EXPECT_EQ(f.Get(job).agent(), "ann");
  f.LogIn("bob");
  EXPECT_FALSE(f.Get(chat).agent().empty());
}

}  // namespace
}  // namespace tandem::rpc
