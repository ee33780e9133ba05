// Goal: a ticket that waits is classified again by whoever learns more of it, alone or with
// thousands. Method: over a connection to a whole server.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

v1::UpdateTicketRequest ReclassifyOf(const std::string& ticket) {
  v1::UpdateTicketRequest request;
  request.set_workspace(kWorkspace);
  request.set_ticket_id(ticket);
  request.set_reclassify(true);
  return request;
}

v1::BulkUpdateTicketsRequest ReclassifyAll() {
  v1::BulkUpdateTicketsRequest request;
  request.set_workspace(kWorkspace);
  request.set_supervisor("sue@acme");
  request.mutable_filter()->set_queue("chats");
  request.set_reclassify(true);
  return request;
}

// Which sends customers of the segment to `private`.
v1::ClassificationRule RuleOf(const std::string& segment) {
  v1::ClassificationRule rule;
  rule.set_id(segment);
  v1::ContactCondition& condition = *rule.add_conditions();
  condition.set_field(v1::CONTACT_FIELD_CUSTOMER_SEGMENT);
  condition.add_values(segment);
  rule.add_queues()->set_queue("private");
  return rule;
}

// Gold customers are sent to `private`, whose agents must have `billing`, and urgently.
struct Reclassifying : Fixture {
  Reclassifying() {
    v1::ClassificationRule gold = RuleOf("gold");
    gold.set_priority(7);
    v1::SkillRequirement& skill =
        *gold.mutable_requirement()->add_all_of()->add_any_of()->mutable_skill();
    skill.set_skill("billing");
    skill.set_level(3);
    Create(gold);
  }

  void Create(const v1::ClassificationRule& rule) {
    v1::CreateClassificationRuleRequest request;
    request.set_workspace(kWorkspace);
    *request.mutable_classification_rule() = rule;
    v1::CreateClassificationRuleResponse response;
    EXPECT_EQ(ReasonOf(resources->CreateClassificationRule(ClientContext(), request, &response)),
              "OK");
  }

  grpc::Status Update(const v1::UpdateTicketRequest& request) {
    v1::UpdateTicketResponse response;
    return tickets->UpdateTicket(ClientContext(), request, &response);
  }
  grpc::Status Update(const v1::BulkUpdateTicketsRequest& request, v1::BulkProgress& progress) {
    ClientContext context;
    const auto stream = supervisors->BulkUpdateTickets(context, request);
    for (v1::BulkUpdateTicketsResponse message; stream->Read(&message);) {
      progress = message.progress();
    }
    return stream->Finish();
  }
};

TEST(Reclassification, MovesATicketAsRulesSayOfWhatItIsNow) {
  Reclassifying f;
  const std::string ticket = f.Ingest(ChatContact());
  EXPECT_EQ(f.Get(ticket).queue(), "chats");
  v1::UpdateTicketRequest request = ReclassifyOf(ticket);
  request.set_customer_segment("gold");
  ASSERT_EQ(ReasonOf(f.Update(request)), "OK");
  const v1::Ticket now = f.Get(ticket);
  EXPECT_EQ(now.queue(), "private");
  EXPECT_EQ(now.priority(), 7U);
  EXPECT_EQ(now.requirement().all_of(0).any_of(0).skill().level(), 3U);
  EXPECT_EQ(now.classification_rules().at(0), "gold");
  EXPECT_EQ(f.Last(ticket, v1::EVENT_TYPE_TICKET_UPDATED).reason(),
            "PRIORITY,CUSTOMER,CLASSIFICATION,REQUIREMENT: nothing -> skill billing >= 3");
  EXPECT_EQ(f.Last(ticket, v1::EVENT_TYPE_TICKET_TRANSFERRED).reason(), "chats");
  EXPECT_EQ(f.Explain(ticket).classification_rules().at(0), "gold");
}

TEST(Reclassification, LeavesWhatTheContactSaidItself) {
  Reclassifying f;
  v1::Contact contact = ChatContact();
  contact.set_queue("chats");
  contact.set_priority(2);
  const std::string ticket = f.Ingest(contact);
  v1::UpdateTicketRequest request = ReclassifyOf(ticket);
  request.set_customer_segment("gold");
  ASSERT_EQ(ReasonOf(f.Update(request)), "OK");
  EXPECT_EQ(f.Get(ticket).queue(), "chats");
  EXPECT_EQ(f.Get(ticket).priority(), 2U);
  EXPECT_EQ(f.Get(ticket).requirement().all_of_size(), 1) << "which it had left out";
}

TEST(Reclassification, IsOfTicketsThatWait) {
  Reclassifying f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string taken = f.Take(ann, ChatContact());
  v1::UpdateTicketRequest request = ReclassifyOf(taken);
  request.set_customer_segment("gold");
  EXPECT_EQ(ReasonOf(f.Update(request)), "TICKET_STATE_FORBIDS");
  EXPECT_EQ(f.Get(taken).customer_segment(), "") << "all or nothing";
  ASSERT_EQ(ReasonOf(f.Cancel(taken)), "OK");
  EXPECT_EQ(ReasonOf(f.Update(request)), "TICKET_CLOSED");
  EXPECT_EQ(ReasonOf(f.Update(ReclassifyOf("01890a5d-ac96-774b-bcce-b302099a8057"))),
            "TICKET_NOT_FOUND");
  ExpectRefusal(f.Update(ReclassifyOf("x")), "FIELD_MALFORMED", "ticket_id");
}

TEST(Reclassification, IsDoneOnceForARequestId) {
  Reclassifying f;
  const std::string ticket = f.Ingest(ChatContact());
  v1::UpdateTicketRequest request = ReclassifyOf(ticket);
  request.set_request_id("0193b1c8-5a7e-7000-8000-00000000002a");
  request.set_customer_segment("gold");
  ASSERT_EQ(ReasonOf(f.Update(request)), "OK");
  ASSERT_EQ(ReasonOf(f.Update(request)), "OK");
  EXPECT_EQ(f.Get(ticket).revision(), 2) << "the second is the first's answer";
  request.set_customer_segment("silver");
  EXPECT_EQ(ReasonOf(f.Update(request)), "REQUEST_ID_REUSED");
}

TEST(Reclassification, IsKeptWhenTheTicketIsCompletedAndReopened) {
  Reclassifying f;
  const std::string ticket = f.Ingest(ChatContact());
  v1::UpdateTicketRequest request = ReclassifyOf(ticket);
  request.set_customer_segment("gold");
  ASSERT_EQ(ReasonOf(f.Update(request)), "OK");
  const v1::SessionRef ann = f.LogIn("ann");
  ASSERT_EQ(ReasonOf(f.Accept(ann, f.OfferOf(ann))), "OK");
  ASSERT_EQ(ReasonOf(f.Complete(ann, ticket, "solved")), "OK");
  v1::ReopenTicketRequest reopen;
  reopen.set_workspace(kWorkspace);
  reopen.set_ticket_id(ticket);
  v1::ReopenTicketResponse reopened;
  ASSERT_EQ(ReasonOf(f.tickets->ReopenTicket(ClientContext(), reopen, &reopened)), "OK");
  EXPECT_EQ(f.Get(ticket).queue(), "private");
  EXPECT_EQ(f.Get(ticket).requirement().all_of_size(), 1);
  EXPECT_EQ(f.Explain(ticket).classification_rules().at(0), "gold");
}

TEST(Reclassification, IsDoneToAllThatAFilterNamesOnceRulesChanged) {
  Reclassifying f;
  v1::Contact contact = ChatContact();
  contact.set_customer_segment("silver");
  f.IngestMany(contact, 30);
  f.Create(RuleOf("silver"));

  v1::BulkUpdateTicketsRequest request = ReclassifyAll();
  request.set_validate_only(true);
  v1::BulkProgress progress;
  ASSERT_EQ(ReasonOf(f.Update(request, progress)), "OK");
  EXPECT_EQ(progress.matched(), 30);
  request.set_validate_only(false);
  ASSERT_EQ(ReasonOf(f.Update(request, progress)), "OK");
  EXPECT_EQ(progress.done(), 30);
  ASSERT_EQ(ReasonOf(f.Update(request, progress)), "OK");
  EXPECT_EQ(progress.matched(), 0) << "all are in the other queue";

  request.set_reclassify(false);
  ExpectRefusal(f.Update(request, progress), "FIELD_MALFORMED", "reclassify");
  request.set_reclassify(true);
  request.set_max_items(10'001);
  ExpectRefusal(f.Update(request, progress), "FIELD_OUT_OF_RANGE", "max_items");
}

}  // namespace
}  // namespace tandem::rpc
