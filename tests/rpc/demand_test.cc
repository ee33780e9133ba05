// Goal: what a ticket asks of agents is changed while it is open, alone or with thousands. Method:
// over a connection to a whole server.
#include <string>

#include "gtest/gtest.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

void AskForBilling(v1::Requirement& requirement, uint32_t level) {
  v1::SkillRequirement& skill = *requirement.add_all_of()->add_any_of()->mutable_skill();
  skill.set_skill("billing");
  skill.set_level(level);
}

v1::Contact ChatThatAsks(uint32_t level) {
  v1::Contact contact = ChatContact();
  AskForBilling(*contact.mutable_requirement(), level);
  return contact;
}

uint32_t LevelAsked(const v1::Requirement& requirement) {
  return requirement.all_of_size() == 1 ? requirement.all_of(0).any_of(0).skill().level() : 0;
}

v1::UpdateTicketRequest UpdateOf(const std::string& ticket) {
  v1::UpdateTicketRequest request;
  request.set_workspace(kWorkspace);
  request.set_ticket_id(ticket);
  return request;
}

struct Demands : Fixture {
  grpc::Status Update(const v1::UpdateTicketRequest& request) {
    v1::UpdateTicketResponse response;
    return tickets->UpdateTicket(ClientContext(), request, &response);
  }
  grpc::Status Update(const v1::BulkUpdateTicketsRequest& request, v1::BulkProgress& progress,
                      std::string& refusal) {
    ClientContext context;
    const auto stream = supervisors->BulkUpdateTickets(context, request);
    for (v1::BulkUpdateTicketsResponse message; stream->Read(&message);) {
      progress = message.progress();
      for (const v1::BulkTicketResult& result : message.results()) {
        if (result.has_error()) refusal = result.error().reason();
      }
    }
    return stream->Finish();
  }
};

TEST(ChangedRequirement, BringsAWaitingTicketToWhoMayTakeItNow) {
  Demands f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Ingest(ChatThatAsks(9));
  EXPECT_EQ(f.Snapshot(ann).offers_size(), 0);
  EXPECT_FALSE(f.Get(ticket).has_changed_requirement());
  v1::UpdateTicketRequest request = UpdateOf(ticket);
  AskForBilling(*request.mutable_requirement(), 5);
  ASSERT_EQ(ReasonOf(f.Update(request)), "OK");
  ASSERT_EQ(f.Snapshot(ann).offers_size(), 1);
  EXPECT_EQ(f.Snapshot(ann).offers(0).ticket_id(), ticket);
  EXPECT_EQ(LevelAsked(f.Get(ticket).requirement()), 5U);
  EXPECT_EQ(LevelAsked(f.Get(ticket).changed_requirement()), 5U);
  EXPECT_EQ(f.Last(ticket, v1::EVENT_TYPE_TICKET_UPDATED).reason(),
            "REQUIREMENT: skill billing >= 9 -> skill billing >= 5");
}

TEST(ChangedRequirement, IsNothingWhenItIsSetAndEmpty) {
  Demands f;
  const std::string ticket = f.Ingest(ChatThatAsks(9));
  v1::UpdateTicketRequest request = UpdateOf(ticket);
  request.mutable_requirement();
  ASSERT_EQ(ReasonOf(f.Update(request)), "OK");
  EXPECT_EQ(f.Get(ticket).requirement().all_of_size(), 0);
  EXPECT_TRUE(f.Get(ticket).has_changed_requirement());
  EXPECT_EQ(f.Explain(ticket).qualified_agents(), 2);
}

TEST(ChangedRequirement, IsRefusedByTheNameOfItsField) {
  Demands f;
  const std::string ticket = f.Ingest(ChatThatAsks(9));
  v1::UpdateTicketRequest unknown = UpdateOf(ticket);
  AskForBilling(*unknown.mutable_requirement(), 1);
  unknown.mutable_requirement()->mutable_all_of(0)->mutable_any_of(0)->mutable_skill()->set_skill(
      "juggling");
  const Error error = Decode(f.Update(unknown));
  EXPECT_EQ(error.reason, "SKILL_UNKNOWN");
  EXPECT_EQ(error.metadata.at("field"), "requirement");
  v1::UpdateTicketRequest wide = UpdateOf(ticket);
  for (int i = 0; i < 17; ++i) AskForBilling(*wide.mutable_requirement(), 1);
  ExpectRefusal(f.Update(wide), "FIELD_TOO_LARGE", "requirement.all_of");
  v1::UpdateTicketRequest high = UpdateOf(ticket);
  AskForBilling(*high.mutable_requirement(), 11);
  ExpectRefusal(f.Update(high), "FIELD_OUT_OF_RANGE",
                "requirement.all_of[0].any_of[0].skill.level");
  EXPECT_EQ(LevelAsked(f.Get(ticket).requirement()), 9U) << "all or nothing";
}

TEST(ChangedRequirement, IsGivenToAllThatAFilterNames) {
  Demands f;
  f.IngestMany(ChatThatAsks(9), 30);
  v1::BulkUpdateTicketsRequest request;
  request.set_workspace(kWorkspace);
  request.set_supervisor("sue@acme");
  request.mutable_filter()->set_queue("chats");
  request.set_max_items(20);
  AskForBilling(*request.mutable_requirement(), 7);
  v1::BulkProgress progress;
  std::string refusal;
  ASSERT_EQ(ReasonOf(f.Update(request, progress, refusal)), "OK");
  EXPECT_EQ(progress.done(), 20);
  EXPECT_TRUE(progress.more());
  ASSERT_EQ(ReasonOf(f.Update(request, progress, refusal)), "OK");
  EXPECT_EQ(progress.done(), 10) << "those that were asked so last do not match";
  EXPECT_EQ(refusal, "");
  request.mutable_requirement()->mutable_all_of(0)->mutable_any_of(0)->mutable_skill()->set_skill(
      "juggling");
  ASSERT_EQ(ReasonOf(f.Update(request, progress, refusal)), "OK");
  EXPECT_EQ(progress.failed(), 20);
  EXPECT_EQ(refusal, "SKILL_UNKNOWN");
  for (int i = 0; i < 17; ++i) AskForBilling(*request.mutable_requirement(), 1);
  ExpectRefusal(f.Update(request, progress, refusal), "FIELD_TOO_LARGE", "requirement.all_of");
}

}  // namespace
}  // namespace tandem::rpc
