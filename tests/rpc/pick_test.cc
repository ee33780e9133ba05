// Goal: an agent claims the ticket that is wanted, nobody else has it then, and everybody may ask
// why it is this agent's. Method: over a connection to a whole server.
#include <string>

#include "gtest/gtest.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

// `mails` is offered and claimed from; `jobs` is claimed from alone.
v1::Configuration WithMails() {
  v1::Configuration configuration = SmallConfiguration();
  v1::Queue& mails = *configuration.add_queues();
  mails = configuration.queues(2);
  mails.set_id("mails");
  v1::RoutingProfileQueue& entry = *configuration.mutable_routing_profiles(0)->add_queues();
  entry.set_queue("mails");
  entry.set_pull(true);
  return configuration;
}

v1::Contact MailContact() {
  v1::Contact contact = JobContact();
  contact.set_queue("mails");
  return contact;
}

struct Picks : Fixture {
  Picks() { Apply(WithMails()); }

  grpc::Status Pick(const v1::SessionRef& session, const std::string& ticket,
                    v1::ClaimTicketsResponse& response, const std::string& request_id = "") {
    v1::ClaimTicketsRequest request;
    request.set_workspace(kWorkspace);
    request.set_request_id(request_id);
    *request.mutable_session() = session;
    request.set_ticket_id(ticket);
    return work->ClaimTickets(ClientContext(), request, &response);
  }
  grpc::Status Pick(const v1::SessionRef& session, const std::string& ticket) {
    v1::ClaimTicketsResponse response;
    return Pick(session, ticket, response);
  }
};

TEST(Pick, TakesATicketOverTheOrderInWhichTheyWait) {
  Picks f;
  const v1::SessionRef ann = f.LogIn("ann");
  f.Ingest(JobContact());
  const std::string wanted = f.Ingest(JobContact());
  v1::ClaimTicketsResponse first;
  ASSERT_EQ(ReasonOf(f.Pick(ann, wanted, first, kRequestId)), "OK");
  ASSERT_EQ(first.tickets_size(), 1);
  EXPECT_EQ(first.tickets(0).id(), wanted);
  EXPECT_EQ(first.tickets(0).state(), v1::TICKET_STATE_ASSIGNED);
  EXPECT_TRUE(first.tickets(0).has_lease_expires_at());
  EXPECT_EQ(f.Last(wanted, v1::EVENT_TYPE_TICKET_CLAIMED).reason(), "PICKED");
  v1::ClaimTicketsResponse second;
  ASSERT_EQ(ReasonOf(f.Pick(ann, wanted, second, kRequestId)), "OK");
  ASSERT_EQ(second.tickets_size(), 1);
  EXPECT_EQ(f.EventsOf(wanted, v1::EVENT_TYPE_TICKET_CLAIMED).size(), 1U);
}

TEST(Pick, EndsTheOfferOfWhomItRings) {
  Picks f;
  const v1::SessionRef bob = f.LogIn("bob");
  const std::string ticket = f.Ingest(MailContact());
  const std::string offer = f.OfferOf(bob);
  const v1::SessionRef ann = f.LogIn("ann");
  ASSERT_EQ(ReasonOf(f.Pick(ann, ticket)), "OK");
  EXPECT_EQ(f.Get(ticket).agent(), "ann");
  EXPECT_EQ(f.Last(ticket, v1::EVENT_TYPE_OFFER_RESCINDED).reason(), "PICKED");
  EXPECT_EQ(f.Snapshot(bob).offers_size(), 0);
  EXPECT_EQ(ReasonOf(f.Accept(bob, offer)), "OFFER_GONE");
  EXPECT_EQ(ReasonOf(f.Pick(bob, ticket)), "TICKET_STATE_FORBIDS");
}

TEST(Pick, IsRefusedWithItsReason) {
  Picks f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string chat = f.Ingest(ChatContact());
  const std::string ticket = f.Ingest(JobContact());
  const Error pushed = Decode(f.Pick(f.LogIn("bob"), chat));
  EXPECT_EQ(pushed.reason, "AGENT_MAY_NOT_TAKE");
  EXPECT_EQ(pushed.metadata.at("why"), "QUEUE");
  ASSERT_EQ(ReasonOf(f.SetStatus(ann, v1::AGENT_STATUS_NOT_READY, "lunch")), "OK");
  const Error away = Decode(f.Pick(ann, ticket));
  EXPECT_EQ(away.reason, "AGENT_CANNOT_TAKE_NOW");
  EXPECT_EQ(away.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(away.metadata.at("obstacles"), "NOT_READY");
  ASSERT_EQ(ReasonOf(f.Cancel(ticket)), "OK");
  EXPECT_EQ(ReasonOf(f.Pick(ann, ticket)), "TICKET_CLOSED");
  EXPECT_EQ(ReasonOf(f.Pick(ann, "0190f1c2-7d3e-7a4b-8c5d-00000000ffff")), "TICKET_NOT_FOUND");
}

TEST(Pick, SaysWhatIsWrongWithTheRequest) {
  Picks f;
  v1::ClaimTicketsRequest request;
  request.set_workspace(kWorkspace);
  *request.mutable_session() = f.LogIn("ann");
  const auto claim = [&] {
    v1::ClaimTicketsResponse response;
    return f.work->ClaimTickets(ClientContext(), request, &response);
  };
  request.set_ticket_id("17");
  ExpectRefusal(claim(), "FIELD_MALFORMED", "ticket_id");
  request.set_ticket_id(f.Ingest(JobContact()));
  request.set_queue("jobs");
  ExpectRefusal(claim(), "FIELD_MALFORMED", "queue");
  request.clear_queue();
  request.set_max_tickets(2);
  ExpectRefusal(claim(), "FIELD_OUT_OF_RANGE", "max_tickets");
}

// ------------------------------------------------------------------------------------ why this
// agent

TEST(ExplainTicket, TellsWhyTheAgentWasChosen) {
  Picks f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string offered = f.Ingest(ChatContact());
  ASSERT_EQ(f.Explain(offered).choices_size(), 1);
  const v1::Choice choice = f.Explain(offered).choices(0);
  EXPECT_EQ(choice.agent(), "ann");
  EXPECT_EQ(choice.kind(), v1::CHOICE_KIND_OFFERED);
  EXPECT_EQ(choice.occasion(), "ARRIVED");
  EXPECT_TRUE(choice.offered());
  EXPECT_EQ(choice.distribution_mode(), v1::DISTRIBUTION_MODE_LONGEST_IDLE);
  EXPECT_TRUE(choice.has_idle_since());
  ASSERT_EQ(ReasonOf(f.Accept(ann, f.OfferOf(ann))), "OK");
  EXPECT_FALSE(f.Explain(offered).choices(0).offered());
  EXPECT_FALSE(f.Explain(offered).choices(0).has_idle_since());
  ASSERT_EQ(ReasonOf(f.Complete(ann, offered)), "OK");

  const std::string picked = f.Ingest(JobContact());
  EXPECT_EQ(f.Explain(picked).choices_size(), 0) << "nobody has it";
  ASSERT_EQ(ReasonOf(f.Pick(ann, picked)), "OK");
  EXPECT_EQ(f.Explain(picked).choices(0).kind(), v1::CHOICE_KIND_PICKED);
  EXPECT_EQ(f.Explain(picked).choices(0).distribution_mode(), v1::DISTRIBUTION_MODE_UNSPECIFIED);
  f.Ingest(JobContact());
  const auto claimed = f.Claim(f.LogIn("bob"), 1);
  ASSERT_EQ(claimed.size(), 1U);
  EXPECT_EQ(f.Explain(claimed[0].id()).choices(0).kind(), v1::CHOICE_KIND_CLAIMED);
}

TEST(ExplainTicket, TellsWhichSupervisorGaveItToTheAgent) {
  Picks f;
  f.LogIn("ann");
  const std::string ticket = f.Ingest(JobContact());
  v1::AssignTicketRequest request;
  request.set_workspace(kWorkspace);
  request.set_ticket_id(ticket);
  request.set_agent("ann");
  request.set_supervisor("sue@acme");
  v1::AssignTicketResponse response;
  ASSERT_EQ(ReasonOf(f.supervisors->AssignTicket(ClientContext(), request, &response)), "OK");
  const v1::Choice choice = f.Explain(ticket).choices(0);
  EXPECT_EQ(choice.kind(), v1::CHOICE_KIND_ASSIGNED);
  EXPECT_EQ(choice.by(), "sue@acme");
  EXPECT_EQ(choice.distribution_mode(), v1::DISTRIBUTION_MODE_UNSPECIFIED);
}

}  // namespace
}  // namespace tandem::rpc
