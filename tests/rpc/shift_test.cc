// Goal: work leaves agents who stay away, agents get nothing that their shift has no time for, and
// a shift's end lets them go; the settings, the desktop, the history and the explanation say so.
// Method: over a connection, one behaviour a test, with limits of a fraction of a second.
#include <string>
#include <vector>

#include "google/protobuf/util/time_util.h"

#include "gtest/gtest.h"
#include "tests/rpc/client_stream.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

using google::protobuf::util::TimeUtil;

struct ShiftFloor : Fixture {
  grpc::Status SetShiftEnd(const std::string& agent, const google::protobuf::Timestamp* ends_at) {
    v1::SetShiftEndRequest request;
    request.set_workspace(kWorkspace);
    request.set_agent(agent);
    request.set_supervisor("sue@acme");
    if (ends_at != nullptr) *request.mutable_ends_at() = *ends_at;
    v1::SetShiftEndResponse response;
    return supervisors->SetShiftEnd(ClientContext(), request, &response);
  }

  // In a session of its own, whose shift ends then.
  v1::AgentSnapshot Open(const std::string& agent, const google::protobuf::Timestamp& ends_at) {
    v1::OpenSessionRequest request;
    request.set_workspace(kWorkspace);
    request.set_agent(agent);
    request.set_session_id("shift");
    *request.mutable_shift_ends_at() = ends_at;
    v1::OpenSessionResponse response;
    EXPECT_EQ(ReasonOf(agents->OpenSession(ClientContext(), request, &response)), "OK");
    return response.snapshot();
  }

  bool Reaches(const std::string& ticket, v1::TicketState state) {
    return Eventually([&] { return Get(ticket).state() == state; });
  }

  std::vector<router::EventRow> EventsOfType(router::EventType type) {
    std::vector<router::EventRow> found;
    const auto rows = store.ListEvents(kWorkspace, 0, 10'000);
    for (const router::EventRow& row : *rows) {
      if (row.type == type) found.push_back(row);
    }
    return found;
  }
};

TEST(ReturnLimits, QueueTheWorkOfAnAgentWhoStaysAway) {
  ShiftFloor f;
  v1::Configuration configuration = SmallConfiguration();
  configuration.mutable_return_after()->mutable_messaging()->set_nanos(700'000'000);
  for (v1::Agent& agent : *configuration.mutable_agents()) {
    for (const v1::CapacityGroup group : {v1::CAPACITY_GROUP_MESSAGING, v1::CAPACITY_GROUP_TASK}) {
      v1::GroupCapacity* capacity = agent.mutable_capacity()->add_groups();
      capacity->set_group(group);
      capacity->set_max(1);
    }
  }
  f.Apply(configuration);
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string chat = f.Take(ann, ChatContact());
  const std::string job = f.Ingest(JobContact());
  ASSERT_EQ(f.Claim(ann, 1).size(), 1U);
  const v1::Ticket before = f.Get(chat);
  EXPECT_FALSE(f.Explain(chat).has_returns_at());

  ASSERT_EQ(ReasonOf(f.Close(ann)), "OK");
  EXPECT_TRUE(f.Explain(chat).has_returns_at());
  EXPECT_FALSE(f.Explain(job).has_returns_at()) << "its lease says how long";
  ASSERT_TRUE(f.Reaches(chat, v1::TICKET_STATE_QUEUED));
  const v1::Ticket after = f.Get(chat);
  EXPECT_EQ(after.queued_at().seconds(), before.queued_at().seconds());
  EXPECT_EQ(after.target().seconds(), before.target().seconds());
  EXPECT_EQ(after.agent(), "");
  EXPECT_EQ(f.Get(job).agent(), "ann");
  const v1::Event returned = f.Last(chat, v1::EVENT_TYPE_TICKET_RETURNED);
  EXPECT_EQ(returned.agent(), "ann");
  EXPECT_EQ(returned.queue(), "chats");
  EXPECT_EQ(returned.reason(), "AGENT_AWAY");
  EXPECT_GE(returned.number(), 700'000);

  f.LogIn("bob");
  EXPECT_EQ(f.Get(chat).agent(), "bob");
}

TEST(ReturnLimits, LeaveItWithAnAgentWhoIsBackInTime) {
  ShiftFloor f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string chat = f.Take(ann, ChatContact());
  ASSERT_EQ(ReasonOf(f.Close(ann)), "OK");
  const v1::SessionRef again = f.LogIn("ann");
  EXPECT_FALSE(f.Explain(chat).has_returns_at());
  ASSERT_EQ(f.Snapshot(again).work_size(), 1);
  EXPECT_EQ(f.Snapshot(again).work(0).ticket_id(), chat);
}

TEST(ReturnLimits, AreSettingsWithDefaultsForWhatIsLeftOut) {
  ShiftFloor f;
  v1::GetWorkspaceSettingsRequest get;
  get.set_workspace(kWorkspace);
  v1::GetWorkspaceSettingsResponse got;
  ASSERT_EQ(ReasonOf(f.resources->GetWorkspaceSettings(ClientContext(), get, &got)), "OK");
  EXPECT_EQ(got.settings().return_after().messaging().seconds(), 90);
  EXPECT_EQ(got.settings().return_after().email().seconds(), 0);

  v1::UpdateWorkspaceSettingsRequest request;
  request.set_workspace(kWorkspace);
  request.mutable_settings()->mutable_return_after()->mutable_email()->set_seconds(3'600);
  v1::UpdateWorkspaceSettingsResponse response;
  ASSERT_EQ(ReasonOf(f.resources->UpdateWorkspaceSettings(ClientContext(), request, &response)),
            "OK");
  EXPECT_EQ(response.settings().return_after().email().seconds(), 3'600);
  EXPECT_EQ(response.settings().return_after().messaging().seconds(), 90);
  EXPECT_EQ(response.settings().session_grace().seconds(), 15);
}

TEST(ShiftEnd, KeepsWorkAwayThatItHasNoTimeFor) {
  ShiftFloor f;
  const v1::AgentSnapshot opened = f.Open("ann", In(60));
  EXPECT_TRUE(opened.state().has_shift_ends_at());
  v1::SessionRef ann;
  ann.set_agent("ann");
  ann.set_generation(opened.generation());
  ASSERT_EQ(ReasonOf(f.SetStatus(ann, v1::AGENT_STATUS_AVAILABLE)), "OK");
  const std::string chat = f.Ingest(ChatContact());
  EXPECT_EQ(f.Get(chat).state(), v1::TICKET_STATE_QUEUED);
  EXPECT_EQ(ObstaclesOf(f.Explain(chat), v1::OBSTACLE_KIND_SHIFT), 1);
  f.Ingest(JobContact());
  EXPECT_TRUE(f.Claim(ann, 1).empty()) << "nor by claiming";

  const google::protobuf::Timestamp later = In(86'400);
  ASSERT_EQ(ReasonOf(f.SetShiftEnd("ann", &later)), "OK");
  EXPECT_EQ(f.Get(chat).agent(), "ann");
  EXPECT_EQ(f.Snapshot(ann).state().shift_ends_at().seconds(), later.seconds());
  const auto set = f.EventsOfType(router::EventType::kShiftEndSet);
  ASSERT_EQ(set.size(), 2U);
  EXPECT_EQ(set[0].reason, "");
  EXPECT_EQ(set[1].reason, "sue@acme");
  EXPECT_EQ(set[1].until.us / 1'000'000, later.seconds());

  ASSERT_EQ(ReasonOf(f.SetShiftEnd("ann", nullptr)), "OK");
  EXPECT_FALSE(f.Snapshot(ann).state().has_shift_ends_at());
  EXPECT_EQ(ReasonOf(f.SetShiftEnd("nobody", &later)), "AGENT_NOT_FOUND");
}

TEST(ShiftEnd, LetsTheAgentGoWhenTheWorkAtHandIsDone) {
  ShiftFloor f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string chat = f.Take(ann, ChatContact());
  const auto soon = TimeUtil::GetCurrentTime() + TimeUtil::SecondsToDuration(3);
  ASSERT_EQ(ReasonOf(f.SetShiftEnd("ann", &soon)), "OK");
  const auto is = [&](v1::AgentStatus status) {
    return Eventually([&] { return f.Snapshot(ann).state().status() == status; });
  };
  ASSERT_TRUE(is(v1::AGENT_STATUS_DRAINING));
  EXPECT_EQ(f.EventsOfType(router::EventType::kShiftEnded).size(), 1U);
  EXPECT_EQ(f.Get(chat).agent(), "ann");
  ASSERT_EQ(ReasonOf(f.Complete(ann, chat)), "OK");
  EXPECT_TRUE(is(v1::AGENT_STATUS_OFFLINE));
  ASSERT_EQ(ReasonOf(f.SetStatus(ann, v1::AGENT_STATUS_AVAILABLE)), "OK") << "who will, works on";
  EXPECT_FALSE(f.Snapshot(ann).state().has_shift_ends_at());
  f.Take(ann, ChatContact());
}

}  // namespace
}  // namespace tandem::rpc
