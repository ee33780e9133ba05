// Goal: a census says what the state holds, whatever slices it is taken in, and costs what a slice
// may cost.
#include "router/census.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>

#include "router/check.h"
#include "router/resources.h"
#include "router/router.h"
#include "tests/router/text.h"

namespace tandem::router {
namespace {

// Queues q0, q1 … and agents a0, a1 …, all of whom serve every queue of the first ten.
Configuration FloorOf(size_t queues, size_t agents) {
  Configuration configuration;
  configuration.clients = {Client{{"acme", ""}}};
  RoutingProfile profile;
  profile.id = "front";
  for (size_t i = 0; i < queues; ++i) {
    Queue queue;
    queue.id = "q" + std::to_string(i);
    configuration.queues.push_back(queue);
    ProcessTypeDefaults defaults;
    defaults.queue = queue.id;
    configuration.process_types.push_back(ProcessType{{"p" + std::to_string(i), ""}, {defaults}});
    if (i < 10) profile.queues.push_back(RoutingProfileQueue{queue.id, 0, false, false});
  }
  configuration.routing_profiles = {profile};
  for (size_t i = 0; i < agents; ++i) {
    Agent agent;
    agent.id = "a" + std::to_string(i);
    agent.routing_profile = "front";
    agent.process_types = {"p0"};
    agent.clients = {"acme"};
    configuration.agents.push_back(agent);
  }
  EXPECT_FALSE(CheckConfiguration(configuration, ""));
  FillDefaults(configuration);
  return configuration;
}

class CensusTest : public testing::Test {
 protected:
  void Do(Action action, const std::string& workspace = "w") {
    const Outcome outcome = router_.Execute(Command{workspace, std::move(action)}, now_);
    EXPECT_TRUE(std::holds_alternative<Reply>(outcome)) << TextOf(outcome);
  }
  void Configure(size_t queues, size_t agents, const std::string& workspace = "w") {
    Do(ApplyConfiguration{FloorOf(queues, agents), 0, false}, workspace);
  }
  void Chat(uint64_t number, const std::string& process_type) {
    IngestContact ingest;
    ingest.new_ticket = TicketId{0, number};
    ingest.new_contact = ContactId{0, number};
    ingest.contact.channel = "chat";
    ingest.contact.client = "acme";
    ingest.contact.process_type = process_type;
    Do(ingest);
  }
  // The whole census in slices of so many agents; how many there were goes to `slices`.
  Census Take(size_t most_agents, int* slices = nullptr) const {
    Census census;
    int taken = 1;
    while (!router_.TakeCensus(census, most_agents)) ++taken;
    if (slices != nullptr) *slices = taken;
    return census;
  }

  Router router_;
  Time now_ = kStart;
};

TEST_F(CensusTest, CountsWaitingTicketsThoseInServiceAndAgents) {
  Configure(2, 3);
  Do(OpenSession{"a0", "desk"});
  Do(SetAgentStatus{{"a0", 1}, AgentStatus::kAvailable, ""});
  Chat(1, "p0");  // offered to a0
  now_ = now_ + Seconds(5);
  Chat(2, "p1");  // nobody has its process type
  now_ = now_ + Seconds(5);
  Chat(3, "p1");

  Census census = Take(100);
  ASSERT_EQ(census.workspaces.size(), 1U);
  const WorkspaceCensus* counted = &census.workspaces[0];
  EXPECT_EQ(counted->workspace, "w");
  EXPECT_EQ(counted->open_tickets, 3U);
  EXPECT_EQ(counted->agents[static_cast<size_t>(AgentStatus::kAvailable)], 1U);
  EXPECT_EQ(counted->agents[static_cast<size_t>(AgentStatus::kOffline)], 2U);
  ASSERT_EQ(counted->queues.size(), 2U);
  EXPECT_EQ(counted->queues[0].queue, "q0");
  EXPECT_EQ(counted->queues[0].waiting, 1U);  // an offer is no answer
  EXPECT_EQ(counted->queues[0].in_service, 0U);
  EXPECT_EQ(counted->queues[1].waiting, 2U);
  EXPECT_EQ(counted->queues[1].oldest_queued_at, kStart + Seconds(5));

  Do(AcceptOffer{{"a0", 1}, OfferId{TicketId{0, 1}, 1}});
  census = Take(100);
  counted = &census.workspaces[0];
  EXPECT_EQ(counted->queues[0].waiting, 0U);
  EXPECT_FALSE(counted->queues[0].oldest_queued_at.IsSet());
  EXPECT_EQ(counted->queues[0].in_service, 1U);
}

TEST_F(CensusTest, IsTheSameInSlicesOfAnySize) {
  Configure(3, 20, "w");
  Configure(2, 7, "x");
  Configure(1, 0, "y");
  for (const size_t slice : {1U, 3U, 7U, 27U, 1000U}) {
    const Census census = Take(slice);
    ASSERT_EQ(census.workspaces.size(), 3U) << "slices of " << slice;
    EXPECT_EQ(census.workspaces[0].agents[1], 20U) << "slices of " << slice;
    EXPECT_EQ(census.workspaces[1].agents[1], 7U) << "slices of " << slice;
    EXPECT_EQ(census.workspaces[0].queues.size(), 3U) << "slices of " << slice;
    EXPECT_EQ(census.workspaces[2].queues.size(), 1U) << "slices of " << slice;
  }
}

TEST_F(CensusTest, TakesNoLongerThanItsSlicesWithAHundredThousandAgents) {
  Configure(5'000, 100'000);
  int slices = 0;
  const auto began = std::chrono::steady_clock::now();
  const Census census = Take(4'096, &slices);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
  EXPECT_EQ(census.workspaces[0].agents[1], 100'000U);
  EXPECT_EQ(census.workspaces[0].queues.size(), 5'000U);
  EXPECT_GE(slices, 25);
  // Some milliseconds; the sanitizers take their time.
  EXPECT_LT(took.count(), 1'000) << slices << " slices";
  RecordProperty("milliseconds", std::to_string(took.count()));
}

}  // namespace
}  // namespace tandem::router
