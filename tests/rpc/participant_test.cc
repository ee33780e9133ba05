// Goal: an owner consults, confers and hands over; a supervisor listens; desktops, the ticket, its
// history and the reports say so, and every refusal says why. Method: over a connection, one
// behaviour a test.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tandem/v1/participant_service.grpc.pb.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

// ann and bob take three chats each, as do those who are added.
v1::Configuration ConsultingConfiguration(int more_agents = 0) {
  v1::Configuration configuration = SmallConfiguration();
  for (v1::Agent& agent : *configuration.mutable_agents()) {
    agent.clear_capacity();
    v1::GroupCapacity* chats = agent.mutable_capacity()->add_groups();
    chats->set_group(v1::CAPACITY_GROUP_MESSAGING);
    chats->set_max(3);
    v1::GroupCapacity* calls = agent.mutable_capacity()->add_groups();
    calls->set_group(v1::CAPACITY_GROUP_VOICE);
    calls->set_max(1);
  }
  for (int i = 0; i < more_agents; ++i) {
    v1::Agent agent = configuration.agents(0);
    agent.set_id("listener" + std::to_string(i));
    *configuration.add_agents() = agent;
  }
  return configuration;
}

struct ParticipantFloor : Fixture {
  explicit ParticipantFloor(int more_agents = 0) { Apply(ConsultingConfiguration(more_agents)); }

  template <typename Request>
  Request Of(const std::string& ticket, const v1::SessionRef& session) {
    Request request;
    request.set_workspace(kWorkspace);
    request.set_ticket_id(ticket);
    *request.mutable_session() = session;
    return request;
  }

  grpc::Status Invite(const v1::SessionRef& session, const std::string& ticket,
                      const std::string& agent) {
    auto request = Of<v1::InviteParticipantRequest>(ticket, session);
    request.set_agent(agent);
    v1::InviteParticipantResponse response;
    return participants->InviteParticipant(ClientContext(), request, &response);
  }

  grpc::Status End(const v1::SessionRef& session, const std::string& ticket,
                   const std::string& agent = "") {
    auto request = Of<v1::EndParticipationRequest>(ticket, session);
    request.set_agent(agent);
    v1::EndParticipationResponse response;
    return participants->EndParticipation(ClientContext(), request, &response);
  }

  grpc::Status SetRole(const v1::SessionRef& session, const std::string& ticket,
                       const std::string& agent, v1::AssignmentRole role) {
    auto request = Of<v1::SetParticipantRoleRequest>(ticket, session);
    request.set_agent(agent);
    request.set_role(role);
    v1::SetParticipantRoleResponse response;
    return participants->SetParticipantRole(ClientContext(), request, &response);
  }

  grpc::Status HandOver(const v1::SessionRef& session, const std::string& ticket,
                        const std::string& agent, bool stay = false) {
    auto request = Of<v1::HandOverTicketRequest>(ticket, session);
    request.set_agent(agent);
    request.set_stay(stay);
    v1::HandOverTicketResponse response;
    return participants->HandOverTicket(ClientContext(), request, &response);
  }

  grpc::Status Monitor(const v1::SessionRef& session, const std::string& ticket) {
    const auto request = Of<v1::MonitorTicketRequest>(ticket, session);
    v1::MonitorTicketResponse response;
    return participants->MonitorTicket(ClientContext(), request, &response);
  }

  // bob consults on a chat of ann's.
  std::string Consult() {
    std::string ticket = Take(ann, ChatContact());
    bob = LogIn("bob");
    EXPECT_EQ(ReasonOf(Invite(ann, ticket, "bob")), "OK");
    EXPECT_EQ(ReasonOf(Accept(bob, OfferOf(bob))), "OK");
    return ticket;
  }

  std::unique_ptr<v1::ParticipantService::Stub> participants =
      v1::ParticipantService::NewStub(channel);
  v1::SessionRef ann = LogIn("ann"), bob;
};

TEST(InviteParticipant, OffersAPartAndLeavesTheTicketAsItIs) {
  ParticipantFloor f;
  const std::string ticket = f.Take(f.ann, ChatContact());
  f.bob = f.LogIn("bob");
  const v1::Ticket before = f.Get(ticket);
  ASSERT_EQ(ReasonOf(f.Invite(f.ann, ticket, "bob")), "OK");
  const v1::AgentSnapshot asked = f.Snapshot(f.bob);
  ASSERT_EQ(asked.offers_size(), 1);
  EXPECT_EQ(asked.offers(0).role(), v1::ASSIGNMENT_ROLE_CONSULT);
  EXPECT_EQ(asked.offers(0).invited_by(), "ann");
  EXPECT_EQ(asked.offers(0).ticket_id(), ticket);
  EXPECT_EQ(asked.work_size(), 0);
  v1::Ticket invited = f.Get(ticket);
  ASSERT_EQ(invited.participants_size(), 1);
  EXPECT_TRUE(invited.participants(0).invited());
  EXPECT_TRUE(invited.participants(0).has_invitation_expires_at());
  invited.clear_participants();
  EXPECT_EQ(invited.SerializeAsString(), before.SerializeAsString());

  ASSERT_EQ(ReasonOf(f.Accept(f.bob, asked.offers(0).offer_id())), "OK");
  const v1::Ticket joined = f.Get(ticket);
  EXPECT_EQ(joined.agent(), "ann");
  ASSERT_EQ(joined.participants_size(), 1);
  EXPECT_EQ(joined.participants(0).agent(), "bob");
  EXPECT_EQ(joined.participants(0).role(), v1::ASSIGNMENT_ROLE_CONSULT);
  EXPECT_FALSE(joined.participants(0).invited());
  const v1::AgentSnapshot bobs = f.Snapshot(f.bob);
  ASSERT_EQ(bobs.work_size(), 1);
  EXPECT_EQ(bobs.work(0).role(), v1::ASSIGNMENT_ROLE_CONSULT);
  ASSERT_EQ(bobs.work(0).participants_size(), 1);
  EXPECT_EQ(bobs.work(0).participants(0).agent(), "ann");
  EXPECT_EQ(bobs.work(0).participants(0).role(), v1::ASSIGNMENT_ROLE_OWNER);
  const v1::AgentSnapshot anns = f.Snapshot(f.ann);
  ASSERT_EQ(anns.work_size(), 1);
  EXPECT_EQ(anns.work(0).role(), v1::ASSIGNMENT_ROLE_OWNER);
  ASSERT_EQ(anns.work(0).participants_size(), 1);
  EXPECT_EQ(anns.work(0).participants(0).agent(), "bob");
  EXPECT_EQ(f.Last(ticket, v1::EVENT_TYPE_PARTICIPANT_INVITED).reason(), "ann");
  EXPECT_EQ(f.Last(ticket, v1::EVENT_TYPE_PARTICIPANT_JOINED).offer_id(),
            asked.offers(0).offer_id());

  EXPECT_EQ(ReasonOf(f.Complete(f.bob, ticket)), "NOT_OWNER");
  EXPECT_EQ(ReasonOf(f.End(f.bob, ticket)), "OK");
  EXPECT_EQ(f.Snapshot(f.bob).work_size(), 0);
  EXPECT_EQ(f.Get(ticket).participants_size(), 0);
}

TEST(InviteParticipant, SaysWhyNot) {
  ParticipantFloor f;
  const std::string ticket = f.Take(f.ann, ChatContact());
  EXPECT_EQ(ReasonOf(f.Invite(f.ann, ticket, "nobody")), "AGENT_NOT_FOUND");
  EXPECT_EQ(ReasonOf(f.Invite(f.ann, ticket, "ann")), "ALREADY_PARTICIPANT");
  EXPECT_EQ(ReasonOf(f.Invite(f.ann, ticket, "bob")), "AGENT_STATUS_FORBIDS");
  f.bob = f.LogIn("bob");
  EXPECT_EQ(ReasonOf(f.Invite(f.bob, ticket, "ann")), "NOT_OWNER");
  v1::Contact excluding = ChatContact();
  excluding.add_excluded_agents("bob");
  const std::string other = f.Take(f.ann, excluding);
  const grpc::Status excluded = f.Invite(f.ann, other, "bob");
  EXPECT_EQ(ReasonOf(excluded), "AGENT_MAY_NOT_TAKE");
  ASSERT_EQ(ReasonOf(f.Invite(f.ann, ticket, "bob")), "OK");
  EXPECT_EQ(ReasonOf(f.Invite(f.ann, ticket, "bob")), "ALREADY_PARTICIPANT");
  EXPECT_EQ(ReasonOf(f.HandOver(f.ann, ticket, "bob")), "PARTICIPANT_ROLE_FORBIDS");
  EXPECT_EQ(ReasonOf(f.End(f.ann, ticket, "bob")), "OK");
  EXPECT_EQ(f.Last(ticket, v1::EVENT_TYPE_INVITATION_ENDED).reason(), "REMOVED");
  EXPECT_EQ(ReasonOf(f.End(f.ann, ticket, "bob")), "NOT_PARTICIPANT");
  ASSERT_EQ(ReasonOf(f.Finish(f.ann, ticket)), "OK");
  EXPECT_EQ(ReasonOf(f.Invite(f.ann, ticket, "bob")), "TICKET_STATE_FORBIDS");
  ASSERT_EQ(ReasonOf(f.Complete(f.ann, ticket)), "OK");
  EXPECT_EQ(ReasonOf(f.Invite(f.ann, ticket, "bob")), "TICKET_CLOSED");
}

TEST(HandOverTicket, MovesTheOwnerInOneStep) {
  ParticipantFloor f;
  const std::string ticket = f.Consult();
  ASSERT_EQ(ReasonOf(f.SetRole(f.ann, ticket, "bob", v1::ASSIGNMENT_ROLE_CONFERENCE)), "OK");
  EXPECT_EQ(f.Get(ticket).participants(0).role(), v1::ASSIGNMENT_ROLE_CONFERENCE);
  ASSERT_EQ(ReasonOf(f.HandOver(f.ann, ticket, "bob")), "OK");
  const v1::Ticket moved = f.Get(ticket);
  EXPECT_EQ(moved.agent(), "bob");
  EXPECT_EQ(moved.state(), v1::TICKET_STATE_ACTIVE);
  EXPECT_EQ(moved.participants_size(), 0);
  EXPECT_EQ(f.Snapshot(f.ann).work_size(), 0);
  EXPECT_EQ(f.Last(ticket, v1::EVENT_TYPE_OWNER_CHANGED).reason(), "ann");
  EXPECT_EQ(ReasonOf(f.Complete(f.ann, ticket)), "NOT_OWNER");
  ASSERT_EQ(ReasonOf(f.Complete(f.bob, ticket)), "OK");

  const auto contents = f.store.Copy();
  std::vector<std::string> segments;
  for (const auto& [key, segment] : contents.segments) {
    segments.push_back(segment.agent + " " + router::ToString(segment.role) + " " +
                       router::ToString(segment.outcome));
  }
  const std::vector<std::string> expected = {"ann OWNER TRANSFERRED", "bob CONSULT ROLE_CHANGED",
                                             "bob CONFERENCE ROLE_CHANGED", "bob OWNER COMPLETED"};
  EXPECT_EQ(segments, expected);
}

TEST(HandOverTicket, LetsTheFormerOwnerStayInTheConference) {
  ParticipantFloor f;
  const std::string ticket = f.Consult();
  ASSERT_EQ(ReasonOf(f.HandOver(f.ann, ticket, "bob", /*stay=*/true)), "OK");
  const v1::Ticket moved = f.Get(ticket);
  EXPECT_EQ(moved.agent(), "bob");
  ASSERT_EQ(moved.participants_size(), 1);
  EXPECT_EQ(moved.participants(0).agent(), "ann");
  EXPECT_EQ(moved.participants(0).role(), v1::ASSIGNMENT_ROLE_CONFERENCE);
  ASSERT_EQ(ReasonOf(f.Complete(f.bob, ticket)), "OK");
  EXPECT_EQ(f.Last(ticket, v1::EVENT_TYPE_PARTICIPANT_LEFT).reason(), "COMPLETED");
  EXPECT_EQ(f.Snapshot(f.ann).work_size(), 0);
}

TEST(HandOverTicket, KeepsTheCallConnectedUnderItsOffer) {
  ParticipantFloor f;
  const std::string call = f.Ingest(CallContact());
  const std::string offer = f.OfferOf(f.ann);
  ASSERT_EQ(ReasonOf(f.Accept(f.ann, offer)), "OK");
  ASSERT_EQ(ReasonOf(f.Report(call, offer, v1::MEDIA_EVENT_TYPE_CONNECTED, v1::PARTY_UNSPECIFIED)),
            "OK");
  f.bob = f.LogIn("bob");
  ASSERT_EQ(ReasonOf(f.Invite(f.ann, call, "bob")), "OK");
  ASSERT_EQ(ReasonOf(f.Accept(f.bob, f.OfferOf(f.bob))), "OK");
  bool applied = false;
  ASSERT_EQ(
      ReasonOf(f.Report(call, offer, v1::MEDIA_EVENT_TYPE_HELD, v1::PARTY_UNSPECIFIED, &applied)),
      "OK");
  EXPECT_TRUE(applied) << "the invitation has a number of its own";
  ASSERT_EQ(ReasonOf(f.HandOver(f.ann, call, "bob")), "OK");
  EXPECT_EQ(f.Get(call).offer_id(), offer);
  EXPECT_EQ(ReasonOf(f.Complete(f.bob, call)), "MEDIA_CONNECTED");
  ASSERT_EQ(ReasonOf(f.Report(call, offer, v1::MEDIA_EVENT_TYPE_DISCONNECTED, v1::PARTY_CUSTOMER,
                              &applied)),
            "OK");
  EXPECT_TRUE(applied);
  EXPECT_EQ(f.Get(call).state(), v1::TICKET_STATE_WRAP_UP);
  EXPECT_EQ(f.Get(call).agent(), "bob");
}

TEST(Participants, EndWhenTheOwnerGivesTheTicketBackAndNobodyOwnsItByThat) {
  ParticipantFloor f;
  const std::string ticket = f.Consult();
  ASSERT_EQ(ReasonOf(f.SetRole(f.ann, ticket, "bob", v1::ASSIGNMENT_ROLE_CONFERENCE)), "OK");
  ASSERT_EQ(ReasonOf(f.SetStatus(f.bob, v1::AGENT_STATUS_NOT_READY, "lunch")), "OK");
  ASSERT_EQ(ReasonOf(f.Release(f.ann, ticket)), "OK");
  const v1::Ticket released = f.Get(ticket);
  EXPECT_EQ(released.state(), v1::TICKET_STATE_QUEUED);
  EXPECT_EQ(released.agent(), "");
  EXPECT_EQ(released.participants_size(), 0);
  EXPECT_EQ(f.Last(ticket, v1::EVENT_TYPE_PARTICIPANT_LEFT).reason(), "RELEASED");
  EXPECT_EQ(f.Snapshot(f.bob).work_size(), 0);
}

TEST(Participants, EndWithTheirSessionAndStayWhenTheOwnersIsOver) {
  ParticipantFloor f;
  const std::string ticket = f.Consult();
  ASSERT_EQ(ReasonOf(f.Close(f.ann)), "OK");
  EXPECT_EQ(f.Get(ticket).agent(), "ann") << "owned work stays";
  EXPECT_EQ(f.Get(ticket).participants_size(), 1);
  ASSERT_EQ(ReasonOf(f.Close(f.bob)), "OK");
  EXPECT_EQ(f.Get(ticket).participants_size(), 0);
  EXPECT_EQ(f.Last(ticket, v1::EVENT_TYPE_PARTICIPANT_LEFT).reason(), "AGENT_GONE");
}

TEST(MonitorTicket, IsToldToNobodyAndTakesNoCapacity) {
  ParticipantFloor f;
  const std::string ticket = f.Take(f.ann, ChatContact());
  f.bob = f.LogIn("bob");
  ASSERT_EQ(ReasonOf(f.SetStatus(f.bob, v1::AGENT_STATUS_NOT_READY, "lunch")), "OK");
  ASSERT_EQ(ReasonOf(f.Monitor(f.bob, ticket)), "OK");
  EXPECT_EQ(ReasonOf(f.Monitor(f.bob, ticket)), "ALREADY_PARTICIPANT");
  EXPECT_EQ(f.Snapshot(f.ann).work(0).participants_size(), 0);
  EXPECT_EQ(ReasonOf(f.End(f.ann, ticket, "bob")), "NOT_PARTICIPANT");
  EXPECT_EQ(f.Get(ticket).participants(0).role(), v1::ASSIGNMENT_ROLE_MONITOR);
  EXPECT_EQ(f.Snapshot(f.bob).work(0).role(), v1::ASSIGNMENT_ROLE_MONITOR);
  ASSERT_EQ(ReasonOf(f.End(f.bob, ticket)), "OK");
  EXPECT_EQ(f.Last(ticket, v1::EVENT_TYPE_PARTICIPANT_LEFT).reason(), "LEFT");
}

TEST(MonitorTicket, IsForTenAtMost) {
  constexpr int kListeners = 11;
  ParticipantFloor f(kListeners);
  const std::string ticket = f.Take(f.ann, ChatContact());
  for (int i = 0; i < kListeners; ++i) {
    const v1::SessionRef session = f.LogIn("listener" + std::to_string(i));
    EXPECT_EQ(ReasonOf(f.Monitor(session, ticket)), i < 10 ? "OK" : "TOO_MANY_PARTICIPANTS");
  }
}

TEST(StreamAgentSession, TellsOfAnInvitationAndTakesTheOwnersVerbs) {
  ParticipantFloor f;
  const std::string ticket = f.Take(f.ann, ChatContact());
  f.bob = f.LogIn("bob");
  ClientContext context;
  const auto stream = f.agents->StreamAgentSession(context);
  v1::StreamAgentSessionRequest request;
  request.mutable_open()->set_workspace(kWorkspace);
  request.mutable_open()->set_agent("ann");
  request.mutable_open()->set_session_id("desk");
  ASSERT_TRUE(stream->Write(request));
  v1::StreamAgentSessionResponse response;
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_EQ(response.opened().work_size(), 1);

  const auto ask = [&](const v1::StreamAgentSessionRequest& verb) {
    EXPECT_TRUE(stream->Write(verb));
    while (stream->Read(&response)) {
      if (response.has_result()) return response.result().reason();
    }
    return std::string("the stream ended");
  };
  request.Clear();
  request.mutable_invite_participant()->set_ticket_id(ticket);
  request.mutable_invite_participant()->set_agent("bob");
  EXPECT_EQ(ask(request), "");
  ASSERT_EQ(ReasonOf(f.Accept(f.bob, f.OfferOf(f.bob))), "OK");
  bool told = false;
  while (!told && stream->Read(&response)) {
    const v1::Work& work = response.work_changed().work();
    told = work.participants_size() == 1 && work.participants(0).agent() == "bob" &&
           !work.participants(0).invited();
  }
  EXPECT_TRUE(told);
  request.Clear();
  request.mutable_set_participant_role()->set_ticket_id(ticket);
  request.mutable_set_participant_role()->set_agent("bob");
  request.mutable_set_participant_role()->set_role(v1::ASSIGNMENT_ROLE_CONFERENCE);
  EXPECT_EQ(ask(request), "");
  request.Clear();
  request.mutable_hand_over()->set_ticket_id(ticket);
  request.mutable_hand_over()->set_agent("bob");
  EXPECT_EQ(ask(request), "");
  request.Clear();
  request.mutable_monitor()->set_ticket_id(ticket);
  EXPECT_EQ(ask(request), "");
  request.Clear();
  request.mutable_end_participation()->set_ticket_id(ticket);
  EXPECT_EQ(ask(request), "");
  EXPECT_EQ(f.Get(ticket).agent(), "bob");
  context->TryCancel();
  EXPECT_FALSE(stream->Finish().ok());
}

// ------------------------------------------------------------------------------------------------------
// bad input

TEST(ParticipantService, RefusesBadInput) {
  ParticipantFloor f;
  v1::InviteParticipantRequest invite;
  invite.set_workspace(kWorkspace);
  invite.mutable_session()->set_agent("ann");
  invite.mutable_session()->set_generation(1);
  invite.set_agent("bob");
  const auto invited = [&] {
    v1::InviteParticipantResponse response;
    return f.participants->InviteParticipant(ClientContext(), invite, &response);
  };
  ExpectRefusal(invited(), "FIELD_REQUIRED", "ticket_id");
  invite.set_ticket_id("01890000");
  ExpectRefusal(invited(), "FIELD_MALFORMED", "ticket_id");
  invite.set_ticket_id("01890000-0000-7000-8000-000000000001");
  invite.clear_agent();
  ExpectRefusal(invited(), "FIELD_REQUIRED", "agent");
  invite.set_agent("bob");
  invite.clear_session();
  ExpectRefusal(invited(), "FIELD_REQUIRED", "session");

  v1::SetParticipantRoleRequest role;
  role.set_workspace(kWorkspace);
  role.set_ticket_id(invite.ticket_id());
  role.mutable_session()->set_agent("ann");
  role.mutable_session()->set_generation(1);
  role.set_agent("bob");
  for (const auto& [value, reason] :
       {std::pair(v1::ASSIGNMENT_ROLE_UNSPECIFIED, "FIELD_REQUIRED"),
        std::pair(v1::ASSIGNMENT_ROLE_OWNER, "FIELD_OUT_OF_RANGE"),
        std::pair(v1::ASSIGNMENT_ROLE_MONITOR, "FIELD_OUT_OF_RANGE"),
        std::pair(static_cast<v1::AssignmentRole>(17), "FIELD_OUT_OF_RANGE")}) {
    role.set_role(value);
    v1::SetParticipantRoleResponse response;
    ExpectRefusal(f.participants->SetParticipantRole(ClientContext(), role, &response), reason,
                  "role");
  }
  v1::HandOverTicketRequest hand_over;
  hand_over.set_workspace(kWorkspace);
  hand_over.set_ticket_id(invite.ticket_id());
  *hand_over.mutable_session() = role.session();
  v1::HandOverTicketResponse handed_over;
  ExpectRefusal(f.participants->HandOverTicket(ClientContext(), hand_over, &handed_over),
                "FIELD_REQUIRED", "agent");
  v1::EndParticipationRequest end;
  end.set_workspace(kWorkspace);
  end.set_ticket_id(invite.ticket_id());
  *end.mutable_session() = role.session();
  end.set_agent("not an id");
  v1::EndParticipationResponse ended;
  ExpectRefusal(f.participants->EndParticipation(ClientContext(), end, &ended), "FIELD_MALFORMED",
                "agent");
}

}  // namespace
}  // namespace tandem::rpc
