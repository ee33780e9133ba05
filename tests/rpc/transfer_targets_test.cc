// Goal: where a ticket can go, and to whom, is listed with what is there. Method: over a
// connection.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

v1::ListTransferTargetsRequest About(const std::string& ticket) {
  v1::ListTransferTargetsRequest request;
  request.set_workspace(kWorkspace);
  request.set_ticket_id(ticket);
  return request;
}

struct TransferFloor : Fixture {
  std::vector<v1::TransferTarget> Targets(const std::string& ticket) {
    v1::ListTransferTargetsResponse response;
    EXPECT_EQ(ReasonOf(tickets->ListTransferTargets(ClientContext(), About(ticket), &response)),
              "OK");
    return {response.targets().begin(), response.targets().end()};
  }
};

TEST(ListTransferTargets, NamesColleaguesWhoMayTakeTheTicketAndTheirRoom) {
  TransferFloor f;
  const v1::SessionRef ann = f.LogIn("ann");
  const v1::SessionRef bob = f.LogIn("bob");
  const std::string ticket = f.Take(ann, ChatContact());
  auto request = About(ticket);
  v1::ListTransferTargetsResponse response;
  const auto list = [&] {
    return ReasonOf(f.tickets->ListTransferTargets(ClientContext(), request, &response));
  };
  ASSERT_EQ(list(), "OK");
  ASSERT_EQ(response.agents_size(), 1) << "not the one who has it";
  EXPECT_EQ(response.agents(0).agent(), "bob");
  EXPECT_EQ(response.agents(0).status(), v1::AGENT_STATUS_AVAILABLE);
  EXPECT_EQ(response.agents(0).held(), 0);
  const int32_t room = response.agents(0).free();
  EXPECT_GT(room, 0);
  EXPECT_GT(response.agents(0).since().seconds(), 0);

  EXPECT_EQ(ReasonOf(f.SetStatus(ann, v1::AGENT_STATUS_NOT_READY, "lunch")), "OK");
  f.Take(bob, ChatContact());
  EXPECT_EQ(ReasonOf(f.SetStatus(bob, v1::AGENT_STATUS_NOT_READY, "lunch")), "OK");
  ASSERT_EQ(list(), "OK");
  ASSERT_EQ(response.agents_size(), 1);
  EXPECT_EQ(response.agents(0).held(), 1);
  EXPECT_EQ(response.agents(0).free(), room - 1);
  EXPECT_EQ(response.agents(0).reason(), "lunch");

  request.set_agent_text("BO");
  ASSERT_EQ(list(), "OK");
  EXPECT_EQ(response.agents_size(), 1);
  request.set_agent_text("nobody");
  ASSERT_EQ(list(), "OK");
  EXPECT_EQ(response.agents_size(), 0);
  EXPECT_GT(response.targets_size(), 0);
  request.clear_agent_text();
  request.set_agent_team("night");
  ASSERT_EQ(list(), "OK");
  EXPECT_EQ(response.agents_size(), 0);
  request.set_agent_team("not an id");
  EXPECT_EQ(list(), "FIELD_MALFORMED");
  request.clear_agent_team();
  request.set_max_agents(-1);
  EXPECT_EQ(list(), "FIELD_OUT_OF_RANGE");
  request.clear_max_agents();
  request.set_queues_only(true);
  ASSERT_EQ(list(), "OK");
  EXPECT_EQ(response.agents_size(), 0);
  EXPECT_GT(response.targets_size(), 0);
  request.clear_queues_only();

  v1::Contact without = ChatContact();
  without.add_excluded_agents("bob");
  request.set_ticket_id(f.Ingest(without));
  ASSERT_EQ(list(), "OK");
  ASSERT_EQ(response.agents_size(), 1);
  EXPECT_EQ(response.agents(0).agent(), "ann");
  request.clear_ticket_id();
  ASSERT_EQ(list(), "OK");
  EXPECT_EQ(response.agents_size(), 0) << "of no ticket";
}

TEST(ListTransferTargets, GoesByWhatTheTicketAsksNow) {
  TransferFloor f;
  const v1::SessionRef ann = f.LogIn("ann");
  f.LogIn("bob");
  v1::UpdateTicketRequest update;
  update.set_workspace(kWorkspace);
  update.set_ticket_id(f.Take(ann, ChatContact()));
  v1::UpdateTicketResponse updated;
  v1::ListTransferTargetsResponse listed;
  update.mutable_requirement()->add_agents("ann");
  ASSERT_EQ(ReasonOf(f.tickets->UpdateTicket(ClientContext(), update, &updated)), "OK");
  ASSERT_EQ(
      ReasonOf(f.tickets->ListTransferTargets(ClientContext(), About(update.ticket_id()), &listed)),
      "OK");
  EXPECT_EQ(listed.agents_size(), 0) << "it is for ann alone";
  update.mutable_requirement()->clear_agents();
  ASSERT_EQ(ReasonOf(f.tickets->UpdateTicket(ClientContext(), update, &updated)), "OK");
  ASSERT_EQ(
      ReasonOf(f.tickets->ListTransferTargets(ClientContext(), About(update.ticket_id()), &listed)),
      "OK");
  EXPECT_EQ(listed.agents_size(), 1);
}

TEST(ListTransferTargets, ShowsWhereATicketCanGoAndWhoIsThere) {
  TransferFloor f;
  const v1::SessionRef ann = f.LogIn("ann");
  const v1::SessionRef bob = f.LogIn("bob");
  EXPECT_EQ(ReasonOf(f.SetStatus(bob, v1::AGENT_STATUS_NOT_READY, "lunch")), "OK");
  v1::Contact tiny = ChatContact();
  tiny.set_queue("tiny");  // nobody serves it
  f.Ingest(tiny);
  const std::string ticket = f.Take(ann, ChatContact());
  const std::vector<v1::TransferTarget> targets = f.Targets(ticket);
  ASSERT_EQ(targets.size(), 4U);
  EXPECT_EQ(targets[0].queue(), "calls");
  EXPECT_EQ(targets[0].office(), v1::OFFICE_FRONT);
  EXPECT_EQ(targets[0].urgency(), v1::URGENCY_LIVE);
  EXPECT_EQ(targets[0].signed_in_agents(), 2);
  EXPECT_EQ(targets[0].ready_agents(), 1);
  EXPECT_TRUE(targets[0].has_estimated_wait());
  EXPECT_EQ(targets[0].estimated_wait().seconds(), 0);
  EXPECT_EQ(targets[1].queue(), "jobs");
  EXPECT_EQ(targets[2].queue(), "private");
  EXPECT_EQ(targets[2].client(), "acme");
  EXPECT_EQ(targets[3].queue(), "tiny");
  EXPECT_EQ(targets[3].waiting(), 1);
  EXPECT_EQ(targets[3].ready_agents(), 0);
  EXPECT_TRUE(targets[3].full());
  EXPECT_FALSE(targets[3].has_estimated_wait());
  for (const v1::TransferTarget& target : targets) {
    EXPECT_EQ(ReasonOf(f.Transfer(ticket, target.queue())), target.full() ? "QUEUE_FULL" : "OK");
  }

  v1::Contact other = ChatContact();
  other.set_client("globex");
  for (const v1::TransferTarget& target : f.Targets(f.Ingest(other))) {
    EXPECT_NE(target.queue(), "private");
  }
}

TEST(ListTransferTargets, PagesThroughAWorkspace) {
  TransferFloor f;
  v1::ListTransferTargetsRequest request;
  request.set_workspace(kWorkspace);
  request.set_page_size(2);
  std::vector<std::string> queues;
  v1::ListTransferTargetsResponse response;
  do {
    ASSERT_EQ(ReasonOf(f.tickets->ListTransferTargets(ClientContext(), request, &response)), "OK");
    EXPECT_LE(response.targets_size(), 2);
    for (const v1::TransferTarget& target : response.targets()) queues.push_back(target.queue());
    if (!response.next_page_token().empty()) request.set_page_token(response.next_page_token());
  } while (!response.next_page_token().empty());
  EXPECT_EQ(queues, (std::vector<std::string>{"calls", "chats", "jobs", "private", "tiny"}));

  request.set_ticket_id(f.Ingest(ChatContact()));
  EXPECT_EQ(ReasonOf(f.tickets->ListTransferTargets(ClientContext(), request, &response)),
            "PAGE_TOKEN_INVALID");
  request.clear_page_token();
  EXPECT_EQ(ReasonOf(f.Cancel(request.ticket_id())), "OK");
  EXPECT_EQ(ReasonOf(f.tickets->ListTransferTargets(ClientContext(), request, &response)),
            "TICKET_CLOSED");
  request.set_ticket_id(kNoTicket);
  EXPECT_EQ(ReasonOf(f.tickets->ListTransferTargets(ClientContext(), request, &response)),
            "TICKET_NOT_FOUND");
  request.clear_ticket_id();
  request.set_page_size(-1);
  EXPECT_EQ(ReasonOf(f.tickets->ListTransferTargets(ClientContext(), request, &response)),
            "FIELD_OUT_OF_RANGE");
  request.set_page_size(0);
  request.set_workspace("nowhere");
  EXPECT_EQ(ReasonOf(f.tickets->ListTransferTargets(ClientContext(), request, &response)),
            "WORKSPACE_NOT_FOUND");
}

}  // namespace
}  // namespace tandem::rpc
