// Goal: a queue that rings several agents shows each of them the offer, the ticket shows them all,
// the first who accepts has it, and the others hear why they don't. Method: over a connection, one
// behaviour a test.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

// Chats ring both agents.
v1::Configuration RingingConfiguration(uint32_t concurrent_offers = 2) {
  v1::Configuration configuration = SmallConfiguration();
  v1::Queue& chats = *configuration.mutable_queues(1);
  EXPECT_EQ(chats.id(), "chats");
  chats.set_concurrent_offers(concurrent_offers);
  return configuration;
}

TEST(Rings, TheFirstWhoAcceptsHasTheTicket) {
  Fixture f;
  f.Apply(RingingConfiguration());
  const v1::SessionRef ann = f.LogIn("ann");
  const v1::SessionRef bob = f.LogIn("bob");
  const std::string chat = f.Ingest(ChatContact());
  const v1::Ticket offered = f.Get(chat);
  EXPECT_EQ(offered.state(), v1::TICKET_STATE_OFFERED);
  ASSERT_EQ(offered.open_offers_size(), 2);
  EXPECT_EQ(offered.open_offers(0).agent(), offered.agent());
  EXPECT_EQ(offered.open_offers(0).offer_id(), offered.offer_id());
  EXPECT_EQ(offered.open_offers(1).agent(), "bob");
  EXPECT_TRUE(offered.open_offers(1).has_made_at() && offered.open_offers(1).has_expires_at());
  EXPECT_EQ(offered.participants_size(), 0);
  EXPECT_EQ(f.Last(chat, v1::EVENT_TYPE_TICKET_OFFERED).reason(), "RING");

  const std::string of_ann = f.OfferOf(ann);
  EXPECT_EQ(ReasonOf(f.Accept(bob, f.OfferOf(bob))), "OK");
  const v1::Ticket answered = f.Get(chat);
  EXPECT_EQ(answered.agent(), "bob");
  EXPECT_EQ(answered.open_offers_size(), 0);
  EXPECT_EQ(answered.participants_size(), 0);
  const v1::Event rescinded = f.Last(chat, v1::EVENT_TYPE_OFFER_RESCINDED);
  EXPECT_EQ(rescinded.agent(), "ann");
  EXPECT_EQ(rescinded.reason(), "ANSWERED_ELSEWHERE");
  EXPECT_EQ(f.Snapshot(ann).offers_size(), 0);
  const Error late = Decode(f.Accept(ann, of_ann));
  EXPECT_EQ(late.reason, "ANSWERED_ELSEWHERE");
  EXPECT_EQ(late.code, grpc::StatusCode::FAILED_PRECONDITION);
}

TEST(Rings, OneAgentsNoLeavesTheTicketToTheOther) {
  Fixture f;
  f.Apply(RingingConfiguration());
  const v1::SessionRef ann = f.LogIn("ann");
  const v1::SessionRef bob = f.LogIn("bob");
  const std::string chat = f.Ingest(ChatContact());
  ASSERT_EQ(ReasonOf(f.Decline(ann, f.OfferOf(ann))), "OK");
  const v1::Ticket left = f.Get(chat);
  EXPECT_EQ(left.state(), v1::TICKET_STATE_OFFERED);
  EXPECT_EQ(left.agent(), "bob");
  EXPECT_EQ(left.open_offers_size(), 1);
  ASSERT_EQ(ReasonOf(f.Decline(bob, f.OfferOf(bob))), "OK");
  EXPECT_EQ(f.Get(chat).state(), v1::TICKET_STATE_QUEUED);
}

TEST(Rings, AreTakenBackWithTheTicket) {
  Fixture f;
  f.Apply(RingingConfiguration());
  const v1::SessionRef ann = f.LogIn("ann");
  const v1::SessionRef bob = f.LogIn("bob");
  const std::string chat = f.Ingest(ChatContact());
  ASSERT_EQ(ReasonOf(f.Cancel(chat)), "OK");
  EXPECT_EQ(f.EventsOf(chat, v1::EVENT_TYPE_OFFER_RESCINDED).size(), 2U);
  EXPECT_EQ(f.Snapshot(ann).offers_size() + f.Snapshot(bob).offers_size(), 0);
}

TEST(Rings, WhoIsNotRungIsExplained) {
  Fixture f;
  f.Apply(RingingConfiguration(1));
  f.LogIn("ann");
  f.LogIn("bob");
  const std::string chat = f.Ingest(ChatContact());
  EXPECT_EQ(f.Get(chat).open_offers_size(), 1);
  EXPECT_EQ(ObstaclesOf(f.Explain(chat), v1::OBSTACLE_KIND_OFFERED_TO_OTHERS), 1);
  f.Apply(RingingConfiguration(2));
  EXPECT_EQ(f.Get(chat).open_offers_size(), 2) << "one more as soon as it may";
  EXPECT_EQ(ObstaclesOf(f.Explain(chat), v1::OBSTACLE_KIND_OFFERED_TO_OTHERS), 0);
}

TEST(Rings, AreAsAStepOfThePlanSays) {
  Fixture f;
  f.LogIn("ann");
  f.LogIn("bob");
  v1::Contact contact = ChatContact();
  v1::PlanStep& step = *contact.mutable_plan()->add_steps();
  step.mutable_after();
  step.set_concurrent_offers(2);
  step.mutable_offer_timeout()->set_seconds(7);
  v1::PlanStep& later = *contact.mutable_plan()->add_steps();
  later.mutable_after()->set_seconds(3'600);
  later.set_concurrent_offers(1);
  const std::string chat = f.Ingest(contact);
  const v1::Ticket offered = f.Get(chat);
  ASSERT_EQ(offered.open_offers_size(), 2) << "before the first offer is made";
  EXPECT_EQ(offered.offer_expires_at().seconds() - offered.open_offers(0).made_at().seconds(), 7);
  const v1::ExplainTicketResponse explained = f.Explain(chat);
  EXPECT_EQ(explained.offer_policy().offer_timeout().seconds(), 7);
  EXPECT_EQ(explained.offer_policy().offer_timeout_of_step(), 1U);
  EXPECT_EQ(explained.offer_policy().concurrent_offers(), 2U);
  EXPECT_EQ(explained.offer_policy().concurrent_offers_of_step(), 1U);
  EXPECT_EQ(explained.next_step().concurrent_offers(), 1U);
  EXPECT_FALSE(explained.next_step().has_offer_timeout());
  const v1::ExplainTicketResponse other = f.Explain(f.Ingest(ChatContact()));
  EXPECT_EQ(other.offer_policy().concurrent_offers(), 1U) << "its queue says so";
  EXPECT_EQ(other.offer_policy().concurrent_offers_of_step(), 0U);
}

TEST(Rings, AreReadAsTheyWereApplied) {
  Fixture f;
  f.Apply(RingingConfiguration(7));
  v1::GetConfigurationRequest request;
  request.set_workspace(kWorkspace);
  v1::GetConfigurationResponse response;
  ASSERT_EQ(ReasonOf(f.configurations->GetConfiguration(ClientContext(), request, &response)),
            "OK");
  EXPECT_EQ(response.configuration().queues(1).concurrent_offers(), 7U);
  EXPECT_EQ(response.configuration().queues(0).concurrent_offers(), 1U) << "the default";
}

TEST(Rings, ThatCanNotBeAreRefused) {
  Fixture f;
  v1::Configuration configuration = RingingConfiguration(11);
  const std::string field = "configuration.queues[1].concurrent_offers";
  ExpectRefusal(f.ApplyStatus(configuration), "FIELD_OUT_OF_RANGE", field);
  configuration.mutable_queues(1)->set_concurrent_offers(2);
  configuration.mutable_queues(1)->set_auto_accept(true);
  ExpectRefusal(f.ApplyStatus(configuration), "FIELD_OUT_OF_RANGE", field);
  configuration.mutable_queues(1)->set_concurrent_offers(1);
  EXPECT_EQ(ReasonOf(f.ApplyStatus(configuration)), "OK");
}

}  // namespace
}  // namespace tandem::rpc
