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

// A rule that sends gold customers to `private`, whose agents must have `billing`, and urgently.
struct Reclassifying : Fixture {
  Reclassifying() { PutVip("private"); }

  void PutVip(const std::string& queue) {
    v1::ClassificationRule vip;
    vip.set_id("vip");
    v1::ContactCondition& condition = *vip.add_conditions();
    condition.set_field(v1::CONTACT_FIELD_CUSTOMER_SEGMENT);
    condition.add_values("gold");
    vip.set_priority(7);
    vip.add_queues()->set_queue(queue);
    v1::SkillRequirement& skill =
        *vip.mutable_requirement()->add_all_of()->add_any_of()->mutable_skill();
    skill.set_skill("billing");
    skill.set_level(3);
    v1::CreateClassificationRuleRequest request;
    request.set_workspace(kWorkspace);
    *request.mutable_classification_rule() = vip;
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
  EXPECT_EQ(now.classification_rules().at(0), "vip");
  EXPECT_EQ(f.Last(ticket, v1::EVENT_TYPE_TICKET_UPDATED).reason(),
            "PRIORITY,CUSTOMER,CLASSIFICATION,REQUIREMENT: nothing -> skill billing >= 3");
  EXPECT_EQ(f.Last(ticket, v1::EVENT_TYPE_TICKET_TRANSFERRED).reason(), "chats");
  EXPECT_EQ(f.Explain(ticket).classification_rules().at(0), "vip");
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
  EXPECT_EQ(f.Explain(ticket).classification_rules().at(0), "vip");
}

TEST(Reclassification, IsDoneToAllThatAFilterNamesOnceRulesChanged) {
  Reclassifying f;
  v1::Contact contact = ChatContact();
  contact.set_customer_segment("silver");
  f.IngestMany(contact, 30);
  v1::ClassificationRule silver;
  silver.set_id("silver");
  v1::ContactCondition& condition = *silver.add_conditions();
  condition.set_field(v1::CONTACT_FIELD_CUSTOMER_SEGMENT);
  condition.add_values("silver");
  silver.add_queues()->set_queue("private");
  v1::CreateClassificationRuleRequest create;
  create.set_workspace(kWorkspace);
  *create.mutable_classification_rule() = silver;
  v1::CreateClassificationRuleResponse created;
  ASSERT_EQ(ReasonOf(f.resources->CreateClassificationRule(ClientContext(), create, &created)),
            "OK");

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

TEST(ExplainTicket, ExplainsTheFirstThatWaitsInAQueue) {
  Fixture f;
  v1::ExplainTicketRequest request;
  request.set_workspace(kWorkspace);
  request.set_queue("chats");
  v1::ExplainTicketResponse response;
  const auto explain = [&] {
    return f.tickets->ExplainTicket(ClientContext(), request, &response);
  };
  EXPECT_EQ(ReasonOf(explain()), "TICKET_NOT_FOUND");
  const std::string first = f.Ingest(ChatContact());
  f.Ingest(ChatContact());
  ASSERT_EQ(ReasonOf(explain()), "OK");
  EXPECT_EQ(response.ticket_id(), first);
  EXPECT_EQ(response.queue(), "chats");
  request.set_queue("nowhere");
  EXPECT_EQ(ReasonOf(explain()), "QUEUE_NOT_FOUND");
  request.set_ticket_id(first);
  ExpectRefusal(explain(), "FIELD_MALFORMED", "queue");
  request.clear_ticket_id();
  request.clear_queue();
  ExpectRefusal(explain(), "FIELD_REQUIRED", "ticket_id");
}

}  // namespace
}  // namespace tandem::rpc
