// Goal: what would be orphaned is not deleted, and the answer lists who needs it; of no kind there
// is more than its limit.
#include <string>
#include <vector>

#include "absl/strings/str_join.h"

#include "gtest/gtest.h"
#include "router/limits.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

TEST(DeleteResource, IsRefusedWhileOthersNameIt) {
  Fixture f;
  v1::DeleteRoutingProfileRequest request;
  request.set_workspace(kWorkspace);
  request.set_id("everything");
  v1::DeleteRoutingProfileResponse response;
  const Error error =
      Decode(f.resources->DeleteRoutingProfile(ClientContext(), request, &response));
  EXPECT_EQ(error.reason, "RESOURCE_REFERENCED");
  EXPECT_EQ(error.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(error.metadata.at("kind"), "routing_profile");
  EXPECT_EQ(error.metadata.at("id"), "everything");
  EXPECT_EQ(error.metadata.at("count"), "2");
  EXPECT_EQ(error.metadata.at("referrers"), "agent ann, agent bob");

  v1::DeleteQueueRequest queue;
  queue.set_workspace(kWorkspace);
  queue.set_id("chats");
  v1::DeleteQueueResponse queue_response;
  const Error named = Decode(f.resources->DeleteQueue(ClientContext(), queue, &queue_response));
  EXPECT_EQ(named.reason, "RESOURCE_REFERENCED");
  EXPECT_EQ(named.metadata.at("referrers"), "process type support, routing profile everything");
}

TEST(DeleteResource, IsRefusedWhileWorkNeedsItAndForWhatIsBuiltIn) {
  Fixture f;
  const v1::SessionRef ann = f.LogIn("ann");
  v1::DeleteAgentRequest request;
  request.set_workspace(kWorkspace);
  request.set_id("ann");
  v1::DeleteAgentResponse response;
  const Error logged_in = Decode(f.resources->DeleteAgent(ClientContext(), request, &response));
  EXPECT_EQ(logged_in.reason, "RESOURCE_IN_USE");
  EXPECT_EQ(logged_in.metadata.at("in_use"), "agent ann");
  EXPECT_EQ(logged_in.metadata.at("count"), "0");
  EXPECT_EQ(ReasonOf(f.Close(ann)), "OK");
  EXPECT_EQ(ReasonOf(f.resources->DeleteAgent(ClientContext(), request, &response)), "OK");

  v1::DeleteChannelRequest channel;
  channel.set_workspace(kWorkspace);
  channel.set_id("chat");
  v1::DeleteChannelResponse channel_response;
  EXPECT_EQ(ReasonOf(f.resources->DeleteChannel(ClientContext(), channel, &channel_response)),
            "RESOURCE_BUILT_IN");
}

TEST(DeleteResource, OfWhatOpenTicketsNeedIsRefusedWithTheirIds) {
  Fixture f;
  v1::CreateQueueRequest create;
  create.set_workspace(kWorkspace);
  create.mutable_queue()->set_id("extra");
  create.mutable_queue()->set_office(v1::OFFICE_FRONT);
  create.mutable_queue()->set_urgency(v1::URGENCY_LIVE);
  v1::CreateQueueResponse created;
  ASSERT_EQ(ReasonOf(f.resources->CreateQueue(ClientContext(), create, &created)), "OK");
  v1::Contact contact = ChatContact();
  contact.set_queue("extra");
  std::vector<std::string> tickets;
  for (int i = 0; i < 21; ++i) tickets.push_back(f.Ingest(contact));
  v1::DeleteQueueRequest request;
  request.set_workspace(kWorkspace);
  request.set_id("extra");
  v1::DeleteQueueResponse response;
  const Error refused = Decode(f.resources->DeleteQueue(ClientContext(), request, &response));
  EXPECT_EQ(refused.reason, "RESOURCE_IN_USE");
  EXPECT_EQ(refused.metadata.at("in_use"), "queue extra");
  EXPECT_EQ(refused.metadata.at("count"), "21");
  tickets.pop_back();
  EXPECT_EQ(refused.metadata.at("tickets"), absl::StrJoin(tickets, ", "));
}

TEST(CreateAgent, IsRefusedWithMoreCapacityThanAnybodyHas) {
  Fixture f;
  v1::CreateAgentRequest request;
  request.set_workspace(kWorkspace);
  v1::Agent& agent = *request.mutable_agent();
  agent.set_id("hundred-hands");
  agent.set_routing_profile("everything");
  v1::GroupCapacity& group = *agent.mutable_capacity()->add_groups();
  group.set_group(v1::CAPACITY_GROUP_TASK);
  v1::CreateAgentResponse response;
  const auto create = [&] { return f.resources->CreateAgent(ClientContext(), request, &response); };
  group.set_max(router::kMaxGroupTickets + 1);
  ExpectRefusal(create(), "FIELD_OUT_OF_RANGE", "agent.capacity.groups.max");
  group.set_max(router::kMaxGroupTickets);
  group.set_units_per_ticket(router::kMaxUnits + 1);
  ExpectRefusal(create(), "FIELD_OUT_OF_RANGE", "agent.capacity.groups.units_per_ticket");
  group.set_units_per_ticket(1);
  agent.mutable_capacity()->set_total_units(router::kMaxUnits + 1);
  ExpectRefusal(create(), "FIELD_OUT_OF_RANGE", "agent.capacity.total_units");
  agent.mutable_capacity()->set_total_units(router::kMaxUnits);
  EXPECT_EQ(ReasonOf(create()), "OK");
}

TEST(CreateResource, IsRefusedBeyondTheLimitOfItsKind) {
  Fixture f;
  v1::CreateChannelRequest request;
  request.set_workspace(kWorkspace);
  request.mutable_channel()->set_capacity_group(v1::CAPACITY_GROUP_TASK);
  v1::CreateChannelResponse response;
  for (size_t i = 10; i < router::kMaxChannels; ++i) {
    request.mutable_channel()->set_id("c" + std::to_string(i));
    ASSERT_EQ(ReasonOf(f.resources->CreateChannel(ClientContext(), request, &response)), "OK");
  }
  request.mutable_channel()->set_id("one-more");
  const Error error = Decode(f.resources->CreateChannel(ClientContext(), request, &response));
  EXPECT_EQ(error.reason, "TOO_MANY_RESOURCES");
  EXPECT_EQ(error.metadata.at("kind"), "channel");
  EXPECT_EQ(error.metadata.at("limit"), "100");
}

}  // namespace
}  // namespace tandem::rpc
