// Goal: completed work is looked at by another agent, never by its maker, and what this one finds
// is what becomes of it; and what is at fault is named. Method: over a connection, with ann as the
// maker and bob as the reviewer, one behaviour a test.
#include <ctime>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

constexpr int kSupport = 0;  // the place of the reviewed process type in the configuration

// Chats of support are reviewed as `check`, which waits in `checks`, for whoever is offered it or
// claims it.
v1::Configuration WithReviews() {
  v1::Configuration configuration = SmallConfiguration();
  configuration.add_dispositions()->set_id("refused");
  for (v1::Queue& queue : *configuration.mutable_queues()) {
    if (queue.id() == "chats") queue.mutable_last_agent_wait()->set_seconds(600);
  }
  v1::Queue* checks = configuration.add_queues();
  checks->set_id("checks");
  checks->set_office(v1::OFFICE_BACK);
  checks->set_urgency(v1::URGENCY_DEFERRABLE);
  v1::ProcessType* check = configuration.add_process_types();
  check->set_id("check");
  v1::ProcessTypeDefaults* defaults = check->add_defaults();
  defaults->set_channel("task");
  defaults->set_queue("checks");
  v1::RoutingProfileQueue* entry = configuration.mutable_routing_profiles(0)->add_queues();
  entry->set_queue("checks");
  entry->set_pull(true);
  for (v1::Agent& agent : *configuration.mutable_agents()) agent.add_process_types("check");
  configuration.mutable_process_types(kSupport)->mutable_review()->set_process_type("check");
  return configuration;
}

struct Reviews : Fixture {
  Reviews() { Apply(WithReviews()); }

  v1::CompleteTicketRequest Completion(const v1::SessionRef& session, const std::string& ticket) {
    v1::CompleteTicketRequest request;
    request.set_workspace(kWorkspace);
    *request.mutable_session() = session;
    request.set_ticket_id(ticket);
    return request;
  }
  grpc::Status Complete(const v1::CompleteTicketRequest& request) {
    v1::CompleteTicketResponse response;
    return tickets->CompleteTicket(ClientContext(), request, &response);
  }
  // The maker is done; returns the review.
  std::string Finish(const v1::SessionRef& maker, const std::string& ticket,
                     const std::string& disposition = "") {
    v1::CompleteTicketRequest request = Completion(maker, ticket);
    request.set_disposition(disposition);
    v1::CompleteTicketResponse response;
    EXPECT_EQ(ReasonOf(tickets->CompleteTicket(ClientContext(), request, &response)), "OK");
    EXPECT_EQ(response.state(), v1::TICKET_STATE_IN_REVIEW);
    return Get(ticket).review_ticket_id();
  }
  // The agent accepts the review that is offered, and says what it finds.
  v1::CompleteTicketResponse Judge(const v1::SessionRef& reviewer, const std::string& review,
                                   v1::ReviewVerdict verdict, const std::string& comment = "") {
    EXPECT_EQ(ReasonOf(Accept(reviewer, OfferOf(reviewer))), "OK");
    EXPECT_EQ(Snapshot(reviewer).work(0).reviewed_ticket_id(), Get(review).reviewed_ticket_id());
    v1::CompleteTicketRequest request = Completion(reviewer, review);
    request.set_verdict(verdict);
    request.set_comment(comment);
    v1::CompleteTicketResponse response;
    EXPECT_EQ(ReasonOf(tickets->CompleteTicket(ClientContext(), request, &response)), "OK");
    return response;
  }

  grpc::Status Pick(const v1::SessionRef& session, const std::string& ticket) {
    v1::ClaimTicketsRequest request;
    request.set_workspace(kWorkspace);
    *request.mutable_session() = session;
    request.set_ticket_id(ticket);
    v1::ClaimTicketsResponse response;
    return work->ClaimTickets(ClientContext(), request, &response);
  }
  grpc::Status TransferTo(const std::string& ticket, const std::string& agent) {
    v1::TransferTicketRequest request;
    request.set_workspace(kWorkspace);
    request.set_ticket_id(ticket);
    request.set_agent(agent);
    v1::TransferTicketResponse response;
    return tickets->TransferTicket(ClientContext(), request, &response);
  }
  grpc::Status Assign(const std::string& ticket, const std::string& agent) {
    v1::AssignTicketRequest request;
    request.set_workspace(kWorkspace);
    request.set_ticket_id(ticket);
    request.set_agent(agent);
    request.set_supervisor("sue@acme");
    request.set_override_capacity(true);
    request.set_override_requirement(true);
    v1::AssignTicketResponse response;
    return supervisors->AssignTicket(ClientContext(), request, &response);
  }
  grpc::Status Reopen(const std::string& ticket) {
    v1::ReopenTicketRequest request;
    request.set_workspace(kWorkspace);
    request.set_ticket_id(ticket);
    v1::ReopenTicketResponse response;
    return tickets->ReopenTicket(ClientContext(), request, &response);
  }
  grpc::Status AskForCallback(const std::string& ticket) {
    v1::RequestCallbackRequest request;
    request.set_workspace(kWorkspace);
    request.set_ticket_id(ticket);
    v1::RequestCallbackResponse response;
    return tickets->RequestCallback(ClientContext(), request, &response);
  }
  std::vector<v1::Note> Notes(const std::string& ticket) {
    v1::ListNotesRequest request;
    request.set_workspace(kWorkspace);
    request.set_ticket_id(ticket);
    v1::ListNotesResponse response;
    EXPECT_EQ(ReasonOf(tickets->ListNotes(ClientContext(), request, &response)), "OK");
    return {response.notes().begin(), response.notes().end()};
  }
};

void ExpectExcluded(const grpc::Status& status) {
  const Error error = Decode(status);
  ASSERT_EQ(error.reason, "AGENT_MAY_NOT_TAKE") << status.error_message();
  EXPECT_EQ(error.metadata.at("why"), "EXCLUDED");
}

// ------------------------------------------------------------------------------------ the review

TEST(ReviewedTicket, WaitsForTheVerdictWithNobody) {
  Reviews f;
  const v1::SessionRef ann = f.LogIn("ann");
  v1::Contact contact = ChatContact();
  contact.set_customer_id("c-17");
  contact.set_customer_segment("gold");
  contact.set_priority(3);
  const std::string chat = f.Take(ann, contact);
  const std::string review = f.Finish(ann, chat, "solved");

  const v1::Ticket reviewed = f.Get(chat);
  EXPECT_EQ(reviewed.state(), v1::TICKET_STATE_IN_REVIEW);
  EXPECT_EQ(reviewed.agent(), "");
  EXPECT_EQ(reviewed.last_agent(), "ann");
  EXPECT_EQ(reviewed.disposition(), "solved");
  EXPECT_EQ(reviewed.rework_count(), 0U);
  EXPECT_EQ(reviewed.reviewed_ticket_id(), "");
  EXPECT_FALSE(reviewed.has_closed_at());
  EXPECT_EQ(f.Snapshot(ann).work_size(), 0) << "its maker is free";
  const v1::Event event = f.Last(chat, v1::EVENT_TYPE_TICKET_IN_REVIEW);
  EXPECT_EQ(event.agent(), "ann");
  EXPECT_EQ(event.reason(), "solved");
  EXPECT_EQ(event.number(), 0);

  const v1::Ticket ticket = f.Get(review);
  EXPECT_EQ(ticket.state(), v1::TICKET_STATE_QUEUED);
  EXPECT_EQ(ticket.reviewed_ticket_id(), chat);
  EXPECT_EQ(ticket.review_ticket_id(), "");
  EXPECT_EQ(ticket.channel(), "task");
  EXPECT_EQ(ticket.client(), "acme");
  EXPECT_EQ(ticket.process_type(), "check");
  EXPECT_EQ(ticket.queue(), "checks");
  EXPECT_EQ(ticket.priority(), 3);
  EXPECT_EQ(ticket.customer_id(), "") << "a review is no contact of the customer";
  EXPECT_EQ(ticket.customer_segment(), "");
  ASSERT_EQ(ticket.excluded_agents_size(), 1);
  EXPECT_EQ(ticket.excluded_agents(0), "ann");
  const v1::SessionRef bob = f.LogIn("bob");
  ASSERT_EQ(f.Snapshot(bob).offers_size(), 1);
  EXPECT_EQ(f.Snapshot(bob).offers(0).reviewed_ticket_id(), chat);
  EXPECT_EQ(f.Last(review, v1::EVENT_TYPE_TICKET_CREATED).contact_id(), event.contact_id());
  EXPECT_EQ(ReasonOf(f.Transfer(chat, "calls")), "TICKET_STATE_FORBIDS");
}

TEST(Review, IsNeverItsMakers) {
  Reviews f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string review = f.Finish(ann, f.Take(ann, ChatContact()));
  EXPECT_EQ(f.Snapshot(ann).offers_size(), 0);
  EXPECT_EQ(f.Claim(ann, 5).size(), 0U);
  ExpectExcluded(f.Pick(ann, review));
  ExpectExcluded(f.TransferTo(review, "ann"));
  ExpectExcluded(f.Assign(review, "ann"));
  EXPECT_EQ(f.Get(review).state(), v1::TICKET_STATE_QUEUED);
  int32_t excluded = 0;
  const v1::ExplainTicketResponse explained = f.Explain(review);
  for (const v1::Obstacle& obstacle : explained.obstacles()) {
    if (obstacle.kind() == v1::OBSTACLE_KIND_EXCLUDED) excluded = obstacle.agents();
  }
  EXPECT_EQ(excluded, 1);

  f.LogIn("bob");
  EXPECT_EQ(f.Get(review).state(), v1::TICKET_STATE_OFFERED);
  EXPECT_EQ(f.Get(review).agent(), "bob");
  ExpectExcluded(f.Pick(ann, review));
  ExpectExcluded(f.TransferTo(review, "ann"));
}

TEST(Review, IsAboutWorkAndNotForACustomer) {
  Reviews f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string review = f.Finish(ann, f.Take(ann, ChatContact()));
  EXPECT_EQ(ReasonOf(f.AskForCallback(review)), "TICKET_IS_REVIEW");
  f.Judge(f.LogIn("bob"), review, v1::REVIEW_VERDICT_APPROVED);
  EXPECT_EQ(ReasonOf(f.Reopen(review)), "TICKET_IS_REVIEW");
}

// ----------------------------------------------------------------------------------- its verdict

TEST(Review, ThatApprovesCompletesBothAsTheMakerSaid) {
  Reviews f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string chat = f.Take(ann, ChatContact());
  const std::string review = f.Finish(ann, chat, "solved");
  const v1::CompleteTicketResponse answer =
      f.Judge(f.LogIn("bob"), review, v1::REVIEW_VERDICT_APPROVED);
  EXPECT_EQ(answer.state(), v1::TICKET_STATE_COMPLETED);
  EXPECT_EQ(f.Get(chat).state(), v1::TICKET_STATE_COMPLETED);
  EXPECT_EQ(f.Get(chat).disposition(), "solved");
  EXPECT_EQ(f.Get(chat).review_ticket_id(), "");
  EXPECT_EQ(f.Get(chat).rework_count(), 0U);
  EXPECT_TRUE(f.Get(chat).has_closed_at());
  EXPECT_EQ(f.Get(review).state(), v1::TICKET_STATE_COMPLETED);
  EXPECT_EQ(f.Get(review).disposition(), "NOT_SET");
  EXPECT_EQ(f.Get(review).reviewed_ticket_id(), chat);
  const v1::Event ended = f.Last(chat, v1::EVENT_TYPE_REVIEW_ENDED);
  EXPECT_EQ(ended.agent(), "bob");
  EXPECT_EQ(ended.reason(), "APPROVED");
  const v1::Event completed = f.Last(chat, v1::EVENT_TYPE_TICKET_COMPLETED);
  EXPECT_EQ(completed.agent(), "ann");
  EXPECT_EQ(completed.reason(), "solved");
  EXPECT_EQ(f.Last(review, v1::EVENT_TYPE_TICKET_COMPLETED).agent(), "bob");
  EXPECT_EQ(f.Notes(chat).size(), 0U);
}

TEST(Review, ThatSendsBackKeepsTheTicketForItsMaker) {
  Reviews f;
  const v1::SessionRef ann = f.LogIn("ann");
  const v1::SessionRef bob = f.LogIn("bob");
  const std::string chat = f.Take(ann, ChatContact());
  const std::string review = f.Finish(ann, chat, "solved");
  EXPECT_EQ(ReasonOf(f.SetStatus(ann, v1::AGENT_STATUS_NOT_READY, "lunch")), "OK");
  f.Judge(bob, review, v1::REVIEW_VERDICT_SENT_BACK, "The amount is of last year.");
  const v1::Ticket queued = f.Get(chat);
  EXPECT_EQ(queued.state(), v1::TICKET_STATE_QUEUED);
  EXPECT_EQ(queued.queue(), "chats");
  EXPECT_EQ(queued.rework_count(), 1U);
  EXPECT_EQ(queued.review_ticket_id(), "");
  EXPECT_EQ(queued.disposition(), "");
  EXPECT_EQ(queued.last_agent(), "ann");
  EXPECT_TRUE(queued.has_kept_until());
  EXPECT_EQ(f.Snapshot(bob).offers_size(), 0) << "it is kept";
  const v1::Event sent_back = f.Last(chat, v1::EVENT_TYPE_TICKET_SENT_BACK);
  EXPECT_EQ(sent_back.agent(), "ann");
  EXPECT_EQ(sent_back.reason(), "SENT_BACK");
  EXPECT_EQ(sent_back.number(), 1);
  const std::vector<v1::Note> notes = f.Notes(chat);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].agent(), "bob");
  EXPECT_EQ(notes[0].text(), "The amount is of last year.");
  EXPECT_EQ(f.Notes(review).size(), 0U);
  EXPECT_EQ(f.Get(review).state(), v1::TICKET_STATE_COMPLETED);

  EXPECT_EQ(ReasonOf(f.SetStatus(ann, v1::AGENT_STATUS_AVAILABLE)), "OK");
  EXPECT_EQ(f.Get(chat).state(), v1::TICKET_STATE_OFFERED);
  EXPECT_EQ(f.Get(chat).agent(), "ann");
}

TEST(Accuracy, IsTheShareOfReviewedWorkThatWasNeverSentBack) {
  Reviews f;
  const v1::SessionRef ann = f.LogIn("ann");
  const v1::SessionRef bob = f.LogIn("bob");
  ASSERT_EQ(ReasonOf(f.SetStatus(bob, v1::AGENT_STATUS_NOT_READY, "lunch")), "OK");
  const std::string right = f.Finish(ann, f.Take(ann, ChatContact()));
  const std::string wrong = f.Finish(ann, f.Take(ann, ChatContact()));
  ASSERT_EQ(ReasonOf(f.SetStatus(bob, v1::AGENT_STATUS_AVAILABLE)), "OK");
  f.Judge(bob, right, v1::REVIEW_VERDICT_APPROVED);
  f.Judge(bob, wrong, v1::REVIEW_VERDICT_SENT_BACK);
  EXPECT_EQ(ReasonOf(f.Accept(ann, f.OfferOf(ann))), "OK");
  f.Judge(bob, f.Finish(ann, f.Get(wrong).reviewed_ticket_id()), v1::REVIEW_VERDICT_APPROVED);

  v1::QueryMetricsRequest request;
  request.set_workspace(kWorkspace);
  request.mutable_since()->set_seconds(std::time(nullptr) - 3'600);
  request.add_group_by(v1::REPORT_DIMENSION_PROCESS_TYPE);
  request.add_group_by(v1::REPORT_DIMENSION_AGENT);
  for (const char* measure : {"completed_with_review", "accuracy", "rework_rate"}) {
    request.add_measures(measure);
  }
  v1::QueryMetricsResponse response;
  ASSERT_EQ(ReasonOf(f.reports->QueryMetrics(ClientContext(), request, &response)), "OK");
  ASSERT_EQ(response.rows_size(), 2) << response.DebugString();
  EXPECT_EQ(response.rows(0).process_type(), "check");
  EXPECT_EQ(response.rows(0).values(0).value(), 0) << "reviews are not reviewed";
  EXPECT_FALSE(response.rows(0).values(1).has_value());
  EXPECT_EQ(response.rows(1).process_type(), "support");
  EXPECT_EQ(response.rows(1).agent(), "ann");
  EXPECT_EQ(response.rows(1).values(0).value(), 2);
  EXPECT_EQ(response.rows(1).values(1).value(), 0.5);
  EXPECT_EQ(response.rows(1).values(2).value(), 0.5);
}

// However the second attempt ends: the policy asks for those that are solved.
TEST(Review, IsMadeOfWorkThatWasSentBackAgain) {
  Reviews f;
  v1::Configuration configuration = WithReviews();
  configuration.mutable_process_types(kSupport)->mutable_review()->add_dispositions("solved");
  f.Apply(configuration);
  const v1::SessionRef ann = f.LogIn("ann");
  const v1::SessionRef bob = f.LogIn("bob");
  EXPECT_EQ(ReasonOf(f.SetStatus(bob, v1::AGENT_STATUS_NOT_READY, "lunch")), "OK");
  const std::string passed = f.Take(ann, ChatContact());
  EXPECT_EQ(ReasonOf(f.Fixture::Complete(ann, passed, "refused")), "OK");
  EXPECT_EQ(f.Get(passed).state(), v1::TICKET_STATE_COMPLETED) << "it is not asked for";

  const std::string chat = f.Take(ann, ChatContact());
  const std::string first = f.Finish(ann, chat, "solved");
  EXPECT_EQ(ReasonOf(f.SetStatus(bob, v1::AGENT_STATUS_AVAILABLE)), "OK");
  f.Judge(bob, first, v1::REVIEW_VERDICT_SENT_BACK);
  EXPECT_EQ(ReasonOf(f.Accept(ann, f.OfferOf(ann))), "OK");
  const std::string second = f.Finish(ann, chat, "refused");
  EXPECT_NE(second, first);
  EXPECT_EQ(f.Get(second).reviewed_ticket_id(), chat);
  EXPECT_EQ(f.Last(chat, v1::EVENT_TYPE_TICKET_IN_REVIEW).number(), 1);
  f.Judge(bob, second, v1::REVIEW_VERDICT_APPROVED);
  EXPECT_EQ(f.Get(chat).state(), v1::TICKET_STATE_COMPLETED);
  EXPECT_EQ(f.Get(chat).disposition(), "refused");
  EXPECT_EQ(f.Get(chat).rework_count(), 1U);
}

// ----------------------------------------------------------------------------- without a verdict

TEST(Review, ThatIsCanceledSendsBack) {
  Reviews f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string chat = f.Take(ann, ChatContact());
  const std::string review = f.Finish(ann, chat, "solved");
  EXPECT_EQ(ReasonOf(f.Cancel(review)), "OK");
  EXPECT_EQ(f.Get(review).state(), v1::TICKET_STATE_CANCELED);
  EXPECT_EQ(f.Get(chat).state(), v1::TICKET_STATE_OFFERED);
  EXPECT_EQ(f.Get(chat).agent(), "ann");
  EXPECT_EQ(f.Get(chat).rework_count(), 1U);
  EXPECT_EQ(f.Get(chat).review_ticket_id(), "");
  EXPECT_EQ(f.Last(chat, v1::EVENT_TYPE_REVIEW_ENDED).reason(), "CANCELED");
  EXPECT_EQ(f.Last(chat, v1::EVENT_TYPE_REVIEW_ENDED).agent(), "");
  EXPECT_EQ(f.Last(chat, v1::EVENT_TYPE_TICKET_SENT_BACK).reason(), "CANCELED");
}

TEST(ReviewedTicket, ThatIsCanceledTakesItsReviewAlong) {
  Reviews f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string chat = f.Take(ann, ChatContact());
  const std::string review = f.Finish(ann, chat, "solved");
  const v1::SessionRef bob = f.LogIn("bob");
  EXPECT_EQ(f.Get(review).state(), v1::TICKET_STATE_OFFERED);
  EXPECT_EQ(ReasonOf(f.Cancel(chat)), "OK");
  EXPECT_EQ(f.Get(chat).state(), v1::TICKET_STATE_CANCELED);
  EXPECT_EQ(f.Get(chat).review_ticket_id(), "");
  EXPECT_EQ(f.Get(chat).rework_count(), 0U);
  EXPECT_EQ(f.Get(review).state(), v1::TICKET_STATE_CANCELED);
  EXPECT_EQ(f.Snapshot(bob).offers_size(), 0);
  EXPECT_EQ(f.Last(chat, v1::EVENT_TYPE_REVIEW_ENDED).reason(), "TICKET_CANCELED");
  EXPECT_EQ(f.Last(review, v1::EVENT_TYPE_OFFER_RESCINDED).reason(), "TICKET_CANCELED");
  EXPECT_EQ(f.Last(review, v1::EVENT_TYPE_TICKET_CANCELED).reason(), "TICKET_CANCELED");
}

// ------------------------------------------------------------------------------------- meanwhile

TEST(ReviewedTicket, IsNotJoinedByItsConversation) {
  Reviews f;
  const v1::SessionRef ann = f.LogIn("ann");
  v1::Contact contact = ChatContact();
  contact.set_conversation_key("k");
  const std::string chat = f.Take(ann, contact);
  f.Finish(ann, chat, "solved");
  const std::string next = f.Ingest(contact);
  EXPECT_NE(next, chat);
  EXPECT_EQ(f.Get(next).parent_ticket_id(), chat);
  EXPECT_EQ(f.Get(next).reviewed_ticket_id(), "");
  EXPECT_EQ(f.Get(chat).contact_count(), 1);
  EXPECT_EQ(f.Get(chat).open_children(), 1U);
  EXPECT_EQ(f.Get(chat).state(), v1::TICKET_STATE_IN_REVIEW);
  EXPECT_EQ(f.Last(chat, v1::EVENT_TYPE_CHILD_CREATED).reason(), next);
  EXPECT_EQ(f.Ingest(contact), next) << "the conversation goes on there";
  EXPECT_EQ(f.Get(next).contact_count(), 2);
}

TEST(ReviewedTicket, HasItsFollowUpsAtOnce) {
  Reviews f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string chat = f.Take(ann, ChatContact());
  v1::CompleteTicketRequest request = f.Completion(ann, chat);
  request.set_request_id("6f1cbb6c-4d1e-4f4b-9b7a-0d5f7d9f0f12");
  for (int i = 0; i < 2; ++i) {
    v1::FollowUp* job = request.add_follow_ups();
    job->mutable_contact()->set_channel("task");
    job->mutable_contact()->set_process_type("bookkeeping");
  }
  request.mutable_follow_ups(1)->add_after(0);
  v1::CompleteTicketResponse response;
  ASSERT_EQ(ReasonOf(f.tickets->CompleteTicket(ClientContext(), request, &response)), "OK");
  EXPECT_EQ(response.state(), v1::TICKET_STATE_IN_REVIEW);
  ASSERT_EQ(response.follow_up_ticket_ids_size(), 2);
  const v1::Ticket first = f.Get(response.follow_up_ticket_ids(0));
  const v1::Ticket second = f.Get(response.follow_up_ticket_ids(1));
  EXPECT_EQ(first.state(), v1::TICKET_STATE_QUEUED);
  EXPECT_EQ(first.parent_ticket_id(), chat);
  EXPECT_EQ(second.state(), v1::TICKET_STATE_BLOCKED);
  EXPECT_EQ(second.parent_ticket_id(), chat);
  EXPECT_EQ(f.Get(chat).state(), v1::TICKET_STATE_IN_REVIEW);
  EXPECT_EQ(f.Get(chat).open_children(), 2U) << "the review is none of them";
  EXPECT_EQ(f.Get(f.Get(chat).review_ticket_id()).parent_ticket_id(), "");

  v1::CompleteTicketResponse again;
  ASSERT_EQ(ReasonOf(f.tickets->CompleteTicket(ClientContext(), request, &again)), "OK");
  EXPECT_EQ(again.SerializeAsString(), response.SerializeAsString());
  EXPECT_EQ(f.EventsOf(chat, v1::EVENT_TYPE_TICKET_IN_REVIEW).size(), 1U);
  EXPECT_EQ(f.Get(chat).open_children(), 2U);
}

// ---------------------------------------------------------------------------------- what is wrong

TEST(Verdict, IsAskedOfReviewsAndOfNothingElse) {
  Reviews f;
  const v1::SessionRef ann = f.LogIn("ann");
  const v1::SessionRef bob = f.LogIn("bob");
  EXPECT_EQ(ReasonOf(f.SetStatus(bob, v1::AGENT_STATUS_NOT_READY, "lunch")), "OK");
  const std::string chat = f.Take(ann, ChatContact());
  v1::CompleteTicketRequest plain = f.Completion(ann, chat);
  plain.set_verdict(v1::REVIEW_VERDICT_APPROVED);
  EXPECT_EQ(ReasonOf(f.Complete(plain)), "TICKET_IS_NO_REVIEW");
  plain.clear_verdict();
  plain.set_comment("Looks fine.");
  EXPECT_EQ(ReasonOf(f.Complete(plain)), "TICKET_IS_NO_REVIEW");
  EXPECT_EQ(f.Get(chat).state(), v1::TICKET_STATE_ACTIVE);

  const std::string review = f.Finish(ann, chat);
  EXPECT_EQ(ReasonOf(f.SetStatus(bob, v1::AGENT_STATUS_AVAILABLE)), "OK");
  ASSERT_EQ(ReasonOf(f.Accept(bob, f.OfferOf(bob))), "OK");
  v1::CompleteTicketRequest request = f.Completion(bob, review);
  ExpectRefusal(f.Complete(request), "FIELD_REQUIRED", "verdict");
  request.set_comment("Looks fine.");
  ExpectRefusal(f.Complete(request), "FIELD_REQUIRED", "verdict");
  request.set_verdict(static_cast<v1::ReviewVerdict>(9));
  ExpectRefusal(f.Complete(request), "FIELD_OUT_OF_RANGE", "verdict");
  request.set_verdict(v1::REVIEW_VERDICT_SENT_BACK);
  request.set_comment(std::string(4'097, 'c'));
  ExpectRefusal(f.Complete(request), "FIELD_TOO_LARGE", "comment");
  EXPECT_EQ(f.Get(review).state(), v1::TICKET_STATE_ACTIVE);
  EXPECT_EQ(f.Get(chat).state(), v1::TICKET_STATE_IN_REVIEW);

  request.set_comment(std::string(4'096, 'c'));
  EXPECT_EQ(ReasonOf(f.Complete(request)), "OK");
  ASSERT_EQ(f.Notes(chat).size(), 1U);
  EXPECT_EQ(f.Notes(chat)[0].text(), request.comment());
}

TEST(ReviewPolicy, IsRefusedWithItsField) {
  Reviews f;
  struct Case {
    const char* what;
    std::function<void(v1::Configuration&, v1::ReviewPolicy&)> change;
    const char* reason;
    const char* field;
  };
  const auto share = [](double value) {
    return [value](v1::Configuration&, v1::ReviewPolicy& review) { review.set_share(value); };
  };
  const std::vector<Case> cases = {
      {"no process type", [](auto&, auto& review) { review.clear_process_type(); },
       "FIELD_REQUIRED", ".process_type"},
      {"an unknown one", [](auto&, auto& review) { review.set_process_type("none"); },
       "REFERENCE_BROKEN", ".process_type"},
      {"itself", [](auto&, auto& review) { review.set_process_type("support"); }, "FIELD_MALFORMED",
       ".process_type"},
      {"one that is reviewed",
       [](auto& configuration, auto&) {
         v1::ProcessType& check = *configuration.mutable_process_types(2);
         check.mutable_review()->set_process_type("bookkeeping");
       },
       "FIELD_MALFORMED", ".process_type"},
      {"one of calls alone",
       [](auto& configuration, auto&) {
         configuration.mutable_process_types(2)->mutable_defaults(0)->set_channel("voice");
       },
       "FIELD_MALFORMED", ".process_type"},
      {"more than all", share(1.5), "FIELD_OUT_OF_RANGE", ".share"},
      {"less than one in a thousand", share(0.0001), "FIELD_OUT_OF_RANGE", ".share"},
      {"less than nothing", share(-0.5), "FIELD_OUT_OF_RANGE", ".share"},
      {"no number", share(std::numeric_limits<double>::quiet_NaN()), "FIELD_OUT_OF_RANGE",
       ".share"},
      {"an unknown disposition", [](auto&, auto& review) { review.add_dispositions("none"); },
       "REFERENCE_BROKEN", ".dispositions[0]"},
      {"too many dispositions",
       [](auto&, auto& review) {
         for (int i = 0; i < 101; ++i) review.add_dispositions("solved");
       },
       "FIELD_TOO_LARGE", ".dispositions"},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.what);
    v1::Configuration configuration = WithReviews();
    ASSERT_EQ(configuration.process_types(2).id(), "check");
    one.change(configuration, *configuration.mutable_process_types(kSupport)->mutable_review());
    ExpectRefusal(f.ApplyStatus(configuration), one.reason,
                  std::string("configuration.process_types[0].review") + one.field);
  }
}

TEST(ReviewPolicy, ComesBackWithItsDefaults) {
  Reviews f;
  const auto policy = [&] {
    v1::GetConfigurationRequest request;
    request.set_workspace(kWorkspace);
    v1::GetConfigurationResponse response;
    EXPECT_EQ(ReasonOf(f.configurations->GetConfiguration(ClientContext(), request, &response)),
              "OK");
    v1::ReviewPolicy review;
    for (const v1::ProcessType& type : response.configuration().process_types()) {
      if (type.id() == "support") review = type.review();
    }
    return review;
  };
  EXPECT_EQ(policy().process_type(), "check");
  EXPECT_EQ(policy().share(), 1) << "nothing said, and so all";
  EXPECT_EQ(policy().dispositions_size(), 0);
  v1::Configuration configuration = WithReviews();
  v1::ReviewPolicy& review = *configuration.mutable_process_types(kSupport)->mutable_review();
  review.set_share(0.001);
  for (const char* id : {"solved", "refused", "solved"}) review.add_dispositions(id);
  f.Apply(configuration);
  EXPECT_EQ(policy().share(), 0.001);
  ASSERT_EQ(policy().dispositions_size(), 2);
  EXPECT_EQ(policy().dispositions(0), "refused");
  EXPECT_EQ(policy().dispositions(1), "solved");
  configuration.mutable_process_types(kSupport)->clear_review();
  f.Apply(configuration);
  EXPECT_EQ(policy().process_type(), "");
}

}  // namespace
}  // namespace tandem::rpc
