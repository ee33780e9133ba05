// Goal: a ticket is transferred to one agent; supervisors assign, requeue and set statuses; agents
// finish their work and go; and every refusal says why. Method: over a connection, one behaviour a
// test.
#include <algorithm>
#include <string>

#include "gtest/gtest.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

struct SupervisorFloor : Fixture {
  v1::SessionRef ann = LogIn("ann");

  grpc::Status TransferTo(const std::string& ticket, const std::string& agent,
                          const std::string& queue = "") {
    v1::TransferTicketRequest request;
    request.set_workspace(kWorkspace);
    request.set_ticket_id(ticket);
    request.set_agent(agent);
    request.set_queue(queue);
    request.mutable_wait()->set_seconds(600);
    v1::TransferTicketResponse response;
    return tickets->TransferTicket(ClientContext(), request, &response);
  }

  grpc::Status Assign(const std::string& ticket, const std::string& agent,
                      bool override_capacity = false, bool override_requirement = false) {
    v1::AssignTicketRequest request;
    request.set_workspace(kWorkspace);
    request.set_ticket_id(ticket);
    request.set_agent(agent);
    request.set_supervisor("sue@acme");
    request.set_override_capacity(override_capacity);
    request.set_override_requirement(override_requirement);
    v1::AssignTicketResponse response;
    const grpc::Status status = supervisors->AssignTicket(ClientContext(), request, &response);
    if (status.ok()) {
      EXPECT_EQ(response.state(), Get(ticket).state());
    }
    return status;
  }

  grpc::Status Requeue(const std::string& ticket) {
    v1::RequeueTicketRequest request;
    request.set_workspace(kWorkspace);
    request.set_ticket_id(ticket);
    request.set_supervisor("sue@acme");
    v1::RequeueTicketResponse response;
    return supervisors->RequeueTicket(ClientContext(), request, &response);
  }

  grpc::Status Order(const std::string& agent, v1::AgentStatus status,
                     const std::string& reason = "",
                     v1::AgentStatus next = v1::AGENT_STATUS_UNSPECIFIED,
                     const std::string& next_reason = "") {
    v1::OverrideAgentStatusRequest request;
    request.set_workspace(kWorkspace);
    request.set_agent(agent);
    request.set_supervisor("sue@acme");
    request.set_status(status);
    request.set_reason(reason);
    request.set_next_status(next);
    request.set_next_reason(next_reason);
    v1::OverrideAgentStatusResponse response;
    return supervisors->OverrideAgentStatus(ClientContext(), request, &response);
  }
};

TEST(TransferTicket, ToAnAgentIsKeptForThemAndOfferedWhenTheyHaveRoom) {
  SupervisorFloor f;
  const std::string ticket = f.Take(f.ann, ChatContact());
  const v1::SessionRef bob = f.LogIn("bob");
  const std::string other = f.Take(bob, ChatContact());
  const v1::Ticket before = f.Get(ticket);
  ASSERT_EQ(ReasonOf(f.TransferTo(ticket, "bob")), "OK");
  const v1::Ticket kept = f.Get(ticket);
  EXPECT_EQ(kept.state(), v1::TICKET_STATE_QUEUED) << "ann is free, but it is for bob";
  EXPECT_EQ(kept.queue(), before.queue());
  EXPECT_EQ(kept.last_agent(), "bob");
  EXPECT_TRUE(kept.has_kept_until());
  EXPECT_EQ(kept.target().seconds(), before.target().seconds());
  EXPECT_EQ(kept.queued_at().seconds(), before.queued_at().seconds());
  EXPECT_EQ(f.Last(ticket, v1::EVENT_TYPE_TICKET_KEPT).agent(), "bob");
  EXPECT_EQ(f.Snapshot(f.ann).offers_size(), 0);
  ASSERT_EQ(ReasonOf(f.Complete(bob, other)), "OK");
  EXPECT_EQ(f.Snapshot(bob).offers_size(), 1);
}

TEST(TransferTicket, ToAnAgentIsRefusedWithWhatKeepsThemFromIt) {
  SupervisorFloor f;
  const std::string ticket = f.Take(f.ann, ChatContact());
  EXPECT_EQ(ReasonOf(f.TransferTo(ticket, "zoe")), "AGENT_NOT_FOUND");
  const grpc::Status away = f.TransferTo(ticket, "bob");
  EXPECT_EQ(ReasonOf(away), "AGENT_STATUS_FORBIDS");
  EXPECT_EQ(Decode(away).metadata.at("status"), "OFFLINE");
  EXPECT_EQ(ReasonOf(f.TransferTo(ticket, "bob", "nowhere")), "QUEUE_NOT_FOUND");
  const grpc::Status elsewhere = f.TransferTo(ticket, "bob", "tiny");
  EXPECT_EQ(ReasonOf(elsewhere), "AGENT_MAY_NOT_TAKE");
  EXPECT_EQ(Decode(elsewhere).metadata.at("why"), "QUEUE");
}

TEST(ExplainAgent, SaysWhatWaitsForTheAgentAndWhatKeepsThemFromIt) {
  SupervisorFloor f;
  v1::ExplainAgentRequest request;
  request.set_workspace(kWorkspace);
  request.set_agent("bob");
  v1::ExplainAgentResponse away;
  ASSERT_EQ(ReasonOf(f.supervisors->ExplainAgent(ClientContext(), request, &away)), "OK");
  EXPECT_EQ(away.obstacle(), v1::OBSTACLE_KIND_OFFLINE);

  const v1::SessionRef bob = f.LogIn("bob");
  f.Take(f.ann, ChatContact());
  f.Take(bob, ChatContact());
  const std::string waiting = f.Ingest(ChatContact());
  v1::ExplainAgentResponse busy;
  ASSERT_EQ(ReasonOf(f.supervisors->ExplainAgent(ClientContext(), request, &busy)), "OK");
  EXPECT_EQ(busy.status(), v1::AGENT_STATUS_AVAILABLE);
  EXPECT_TRUE(busy.has_status_since());
  EXPECT_EQ(busy.obstacle(), v1::OBSTACLE_KIND_NONE);
  const std::string queue = f.Get(waiting).queue();
  const auto found = std::find_if(busy.queues().begin(), busy.queues().end(),
                                  [&](const auto& one) { return one.queue() == queue; });
  ASSERT_NE(found, busy.queues().end());
  EXPECT_TRUE(found->push());
  EXPECT_EQ(found->waiting(), 1);
  EXPECT_EQ(found->qualified(), 1);
  EXPECT_EQ(found->first_ticket_id(), waiting);
  EXPECT_EQ(found->obstacle(), v1::OBSTACLE_KIND_BUSY);
  const auto group = std::find_if(busy.groups().begin(), busy.groups().end(), [](const auto& one) {
    return one.group() == v1::CAPACITY_GROUP_MESSAGING;
  });
  ASSERT_NE(group, busy.groups().end());
  EXPECT_EQ(group->held(), 1);
  EXPECT_FALSE(group->takes_live());

  request.set_agent("nobody");
  EXPECT_EQ(ReasonOf(f.supervisors->ExplainAgent(ClientContext(), request, &busy)),
            "AGENT_NOT_FOUND");
}

TEST(AssignTicket, GivesItWithoutAskingAndSaysWhoDidIt) {
  SupervisorFloor f;
  ASSERT_EQ(ReasonOf(f.SetStatus(f.ann, v1::AGENT_STATUS_NOT_READY, "lunch")), "OK");
  const std::string chat = f.Ingest(ChatContact());
  ASSERT_EQ(ReasonOf(f.Assign(chat, "ann")), "OK");
  EXPECT_EQ(f.Get(chat).state(), v1::TICKET_STATE_ACTIVE);
  EXPECT_EQ(f.Snapshot(f.ann).work(0).ticket_id(), chat);
  const v1::Event assigned = f.Last(chat, v1::EVENT_TYPE_TICKET_ASSIGNED);
  EXPECT_EQ(assigned.reason(), "sue@acme");
  EXPECT_EQ(assigned.agent(), "ann");
  EXPECT_EQ(assigned.number(), 0);
  const std::string call = f.Ingest(CallContact());
  EXPECT_EQ(ReasonOf(f.Assign(call, "ann", /*override_capacity=*/true)), "OK");
  const v1::Ticket connecting = f.Get(call);
  EXPECT_EQ(connecting.state(), v1::TICKET_STATE_CONNECTING);
  bool applied = false;
  EXPECT_EQ(ReasonOf(f.Report(call, connecting.offer_id(), v1::MEDIA_EVENT_TYPE_CONNECTED,
                              v1::PARTY_UNSPECIFIED, &applied)),
            "OK");
  EXPECT_TRUE(applied);
  EXPECT_EQ(ReasonOf(f.Requeue(call)), "MEDIA_CONNECTED");
}

TEST(AssignTicket, OverridesCapacityAndRequirementOnlyWhenAsked) {
  SupervisorFloor f;
  const std::string first = f.Take(f.ann, ChatContact());
  v1::Contact skilled = ChatContact();
  auto* skill = skilled.mutable_requirement()->add_all_of()->add_any_of()->mutable_skill();
  skill->set_skill("billing");
  skill->set_level(9);
  const std::string second = f.Ingest(skilled);
  EXPECT_EQ(ReasonOf(f.Assign(first, "ann")), "TICKET_STATE_FORBIDS");
  EXPECT_EQ(ReasonOf(f.Assign(second, "bob")), "AGENT_STATUS_FORBIDS");
  EXPECT_EQ(Decode(f.Assign(second, "ann")).metadata.at("why"), "REQUIREMENT");
  EXPECT_EQ(ReasonOf(f.Assign(second, "ann", /*override_capacity=*/false, true)), "AGENT_BUSY");
  EXPECT_EQ(ReasonOf(f.Assign(second, "ann", true, true)), "OK");
  EXPECT_EQ(f.Last(second, v1::EVENT_TYPE_TICKET_ASSIGNED).number(), 3);
  v1::Contact excluding = ChatContact();
  excluding.add_excluded_agents("ann");
  const grpc::Status excluded = f.Assign(f.Ingest(excluding), "ann", true, true);
  EXPECT_EQ(ReasonOf(excluded), "AGENT_MAY_NOT_TAKE");
  EXPECT_EQ(Decode(excluded).metadata.at("why"), "EXCLUDED");
}

TEST(RequeueTicket, TakesAnOfferOrWorkFromItsAgent) {
  SupervisorFloor f;
  const std::string offered = f.Ingest(ChatContact());
  ASSERT_EQ(ReasonOf(f.Requeue(offered)), "OK");
  EXPECT_EQ(f.Get(offered).state(), v1::TICKET_STATE_QUEUED) << "ann cools down";
  EXPECT_EQ(f.Last(offered, v1::EVENT_TYPE_TICKET_REQUEUED).reason(), "sue@acme");
  EXPECT_EQ(ReasonOf(f.Requeue(offered)), "TICKET_STATE_FORBIDS");
  const std::string owned = f.Take(f.ann, ChatContact());
  ASSERT_EQ(ReasonOf(f.Requeue(owned)), "OK");
  EXPECT_EQ(f.Snapshot(f.ann).work_size(), 0);
  EXPECT_EQ(f.Last(owned, v1::EVENT_TYPE_TICKET_REQUEUED).agent(), "ann");
  EXPECT_EQ(ReasonOf(f.Cancel(owned)), "OK");
  EXPECT_EQ(ReasonOf(f.Requeue(owned)), "TICKET_CLOSED");
}

TEST(OverrideAgentStatus, SetsItOnTheAgentsBehalf) {
  SupervisorFloor f;
  ASSERT_EQ(ReasonOf(f.Order("ann", v1::AGENT_STATUS_NOT_READY, "lunch")), "OK");
  EXPECT_EQ(f.Snapshot(f.ann).state().reason(), "lunch");
  EXPECT_EQ(ReasonOf(f.Order("ann", v1::AGENT_STATUS_NOT_READY, "siesta")),
            "NOT_READY_REASON_UNKNOWN");
  EXPECT_EQ(ReasonOf(f.Order("ann", v1::AGENT_STATUS_NOT_RESPONDING)), "STATUS_NOT_SETTABLE");
  EXPECT_EQ(ReasonOf(f.Order("bob", v1::AGENT_STATUS_AVAILABLE)), "NO_SESSION");
  EXPECT_EQ(ReasonOf(f.Order("bob", v1::AGENT_STATUS_OFFLINE)), "OK") << "he is";
}

TEST(PauseLimit, RefusesOneMoreAndSaysWhoPauses) {
  SupervisorFloor f;
  v1::Configuration configuration = SmallConfiguration();
  v1::Team* team = configuration.add_teams();
  team->set_id("north");
  team->set_max_paused(1);
  v1::NotReadyReason* training = configuration.add_not_ready_reasons();
  training->set_id("training");
  training->set_exempt(true);
  for (v1::Agent& agent : *configuration.mutable_agents()) agent.set_team("north");
  f.Apply(configuration);
  const v1::SessionRef bob = f.LogIn("bob");
  ASSERT_EQ(ReasonOf(f.SetStatus(f.ann, v1::AGENT_STATUS_NOT_READY, "lunch")), "OK");
  const grpc::Status full = f.SetStatus(bob, v1::AGENT_STATUS_NOT_READY, "lunch");
  EXPECT_EQ(ReasonOf(full), "PAUSE_LIMIT_REACHED");
  const Error error = Decode(full);
  EXPECT_EQ(error.metadata.at("team"), "north");
  EXPECT_EQ(error.metadata.at("limit"), "1");
  EXPECT_EQ(error.metadata.at("paused"), "1");
  EXPECT_EQ(error.metadata.at("agents"), "ann");
  EXPECT_EQ(ReasonOf(f.SetStatus(bob, v1::AGENT_STATUS_NOT_READY, "training")), "OK");
  EXPECT_EQ(ReasonOf(f.Order("bob", v1::AGENT_STATUS_NOT_READY, "lunch")), "OK")
      << "a supervisor is not bound";
}

TEST(Draining, FinishesTheWorkAndThenGoes) {
  SupervisorFloor f;
  const std::string ticket = f.Take(f.ann, ChatContact());
  ASSERT_EQ(
      ReasonOf(f.Order("ann", v1::AGENT_STATUS_DRAINING, "", v1::AGENT_STATUS_NOT_READY, "lunch")),
      "OK");
  v1::AgentState state = f.Snapshot(f.ann).state();
  EXPECT_EQ(state.status(), v1::AGENT_STATUS_DRAINING);
  EXPECT_EQ(state.next_status(), v1::AGENT_STATUS_NOT_READY);
  EXPECT_EQ(state.next_reason(), "lunch");
  EXPECT_EQ(ReasonOf(f.TransferTo(f.Ingest(ChatContact()), "ann")), "AGENT_STATUS_FORBIDS");
  ASSERT_EQ(ReasonOf(f.Complete(f.ann, ticket)), "OK");
  state = f.Snapshot(f.ann).state();
  EXPECT_EQ(state.status(), v1::AGENT_STATUS_NOT_READY);
  EXPECT_EQ(state.reason(), "lunch");
  EXPECT_EQ(state.next_status(), v1::AGENT_STATUS_UNSPECIFIED);
  ASSERT_EQ(ReasonOf(f.SetStatus(f.ann, v1::AGENT_STATUS_DRAINING)), "OK");
  EXPECT_EQ(f.Snapshot(f.ann).state().status(), v1::AGENT_STATUS_OFFLINE) << "nothing is at hand";
}

}  // namespace
}  // namespace tandem::rpc
