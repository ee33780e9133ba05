// Goal: a customer who waits is called instead; attempts, windows and what the media adapter
// reports do what the manual says, and every list and history shows it. Method: over a connection,
// one behaviour a test; times are asked for and not waited for, but once.
#include <string>
#include <vector>

#include "google/protobuf/util/time_util.h"

#include "gtest/gtest.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

using google::protobuf::Timestamp;
using google::protobuf::util::TimeUtil;

v1::Contact CallbackContact() {
  v1::Contact contact = CallContact();
  contact.set_channel("callback");
  return contact;
}

struct Callbacks : Fixture {
  explicit Callbacks(uint32_t max_attempts = 0) {
    v1::Configuration configuration = SmallConfiguration();
    for (v1::Queue& queue : *configuration.mutable_queues()) {
      queue.mutable_callbacks()->set_max_attempts(max_attempts);
      queue.mutable_callbacks()->mutable_retry_delay()->set_seconds(600);
    }
    Apply(configuration);
  }

  grpc::Status Request(const std::string& ticket, v1::RequestCallbackResponse* response = nullptr,
                       const Timestamp* not_before = nullptr,
                       const Timestamp* not_after = nullptr) {
    v1::RequestCallbackRequest request;
    request.set_workspace(kWorkspace);
    request.set_ticket_id(ticket);
    if (not_before != nullptr) *request.mutable_not_before() = *not_before;
    if (not_after != nullptr) *request.mutable_not_after() = *not_after;
    v1::RequestCallbackResponse ignored;
    return tickets->RequestCallback(ClientContext(), request,
                                    response != nullptr ? response : &ignored);
  }

  grpc::Status End(const v1::SessionRef& session, const std::string& ticket,
                   v1::CallbackOutcome outcome, v1::EndCallbackAttemptResponse* response = nullptr,
                   const std::string& disposition = "") {
    v1::EndCallbackAttemptRequest request;
    request.set_workspace(kWorkspace);
    request.set_ticket_id(ticket);
    *request.mutable_session() = session;
    request.set_outcome(outcome);
    request.set_disposition(disposition);
    v1::EndCallbackAttemptResponse ignored;
    return tickets->EndCallbackAttempt(ClientContext(), request,
                                       response != nullptr ? response : &ignored);
  }
};

TEST(RequestCallback, KeepsThePlaceOfTheCustomer) {
  Callbacks f;
  v1::Contact chat = ChatContact();
  chat.set_conversation_key("k");
  const std::string ticket = f.Ingest(chat);
  const v1::Ticket before = f.Get(ticket);
  EXPECT_FALSE(before.has_callback());
  v1::RequestCallbackResponse response;
  ASSERT_EQ(ReasonOf(f.Request(ticket, &response)), "OK");
  EXPECT_EQ(response.state(), v1::TICKET_STATE_QUEUED);
  EXPECT_FALSE(response.has_enters_at());
  const v1::Ticket after = f.Get(ticket);
  EXPECT_EQ(after.channel(), "callback");
  EXPECT_EQ(after.callback().requested_on(), "chat");
  EXPECT_EQ(after.queue(), before.queue());
  EXPECT_EQ(TimeUtil::ToString(after.queued_at()), TimeUtil::ToString(before.queued_at()));
  EXPECT_EQ(TimeUtil::ToString(after.target()), TimeUtil::ToString(before.target()));
  EXPECT_EQ(f.Last(ticket, v1::EVENT_TYPE_CALLBACK_REQUESTED).reason(), "REQUEST");
  EXPECT_EQ(ReasonOf(f.Abandon(ticket)), "TICKET_IS_CALLBACK");
  v1::IngestResult joined;
  ASSERT_EQ(ReasonOf(f.IngestStatus(chat, &joined)), "OK");
  EXPECT_EQ(joined.ticket_id(), ticket) << "its conversation goes on";
}

TEST(RequestCallback, TakesAnOfferBackAndIsScheduledForTheAgreedTime) {
  Callbacks f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Ingest(ChatContact());
  ASSERT_EQ(f.Snapshot(ann).offers_size(), 1);
  const Timestamp at = In(3'600), end = In(7'200);
  v1::RequestCallbackResponse response;
  ASSERT_EQ(ReasonOf(f.Request(ticket, &response, &at, &end)), "OK");
  EXPECT_EQ(response.state(), v1::TICKET_STATE_SCHEDULED);
  EXPECT_EQ(response.enters_at().seconds(), at.seconds());
  EXPECT_EQ(f.Snapshot(ann).offers_size(), 0);
  EXPECT_EQ(f.Last(ticket, v1::EVENT_TYPE_OFFER_RESCINDED).reason(), "CALLBACK");
  const v1::Ticket scheduled = f.Get(ticket);
  EXPECT_EQ(scheduled.target().seconds(), at.seconds());
  EXPECT_EQ(scheduled.enters_at().seconds(), at.seconds());
  EXPECT_EQ(scheduled.callback().not_after().seconds(), end.seconds());
  EXPECT_EQ(f.Explain(ticket).callback().not_after().seconds(), end.seconds());
  EXPECT_EQ(ReasonOf(f.Request(ticket)), "TICKET_STATE_FORBIDS");
  ASSERT_EQ(ReasonOf(f.Cancel(ticket)), "OK");
  EXPECT_EQ(f.Get(ticket).channel(), "callback");
  EXPECT_EQ(ReasonOf(f.Request(ticket)), "TICKET_CLOSED");
}

TEST(RequestCallback, IsRefusedWhenNoAttemptIsPossibleWithinItsWindow) {
  Callbacks f;
  v1::Contact late = CallbackContact();
  *late.mutable_not_after() = In(-60);
  EXPECT_EQ(ReasonOf(f.IngestStatus(late)), "CALLBACK_WINDOW_ENDED");
  v1::Contact later = CallbackContact();
  *later.mutable_not_before() = In(3'600);
  *later.mutable_not_after() = In(7'200);
  const std::string ticket = f.Ingest(later);
  EXPECT_EQ(f.Get(ticket).target().seconds(), later.not_before().seconds());
  EXPECT_EQ(f.Get(ticket).callback().requested_on(), "");
  v1::RescheduleTicketRequest request;
  request.set_workspace(kWorkspace);
  request.set_ticket_id(ticket);
  *request.mutable_not_before() = In(10'000);
  v1::RescheduleTicketResponse response;
  EXPECT_EQ(ReasonOf(f.tickets->RescheduleTicket(ClientContext(), request, &response)),
            "CALLBACK_WINDOW_ENDED");
}

TEST(RequestCallback, OfOneThatIsNotCalledInTimeEndsWithItsWindow) {
  Callbacks f;
  v1::Contact contact = CallbackContact();
  *contact.mutable_not_after() = In(2);
  const std::string ticket = f.Ingest(contact);
  EXPECT_TRUE(Eventually([&] { return f.Get(ticket).state() == v1::TICKET_STATE_EXPIRED; }));
  EXPECT_TRUE(f.Get(ticket).has_queued_at()) << "it waited";
  EXPECT_EQ(f.Last(ticket, v1::EVENT_TYPE_TICKET_EXPIRED).reason(), "WINDOW_ENDED");
}

TEST(CallbackAttempt, ThatReachesNobodyIsFollowedByAnotherUntilTheLast) {
  Callbacks f(2);
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Take(ann, CallbackContact());
  EXPECT_EQ(ReasonOf(f.End(ann, ticket, v1::CALLBACK_OUTCOME_CONNECTED)), "TICKET_STATE_FORBIDS");
  EXPECT_EQ(ReasonOf(f.End(ann, ticket, v1::CALLBACK_OUTCOME_BUSY, nullptr, "boredom")),
            "DISPOSITION_UNKNOWN");
  v1::EndCallbackAttemptResponse response;
  ASSERT_EQ(ReasonOf(f.End(ann, ticket, v1::CALLBACK_OUTCOME_NO_ANSWER, &response)), "OK");
  EXPECT_EQ(response.state(), v1::TICKET_STATE_SCHEDULED);
  EXPECT_LE(response.enters_at().seconds(), In(600).seconds());
  EXPECT_GE(response.enters_at().seconds(), In(590).seconds());
  EXPECT_EQ(f.Snapshot(ann).work_size(), 0);
  const v1::Ticket between = f.Get(ticket);
  EXPECT_EQ(between.callback().attempts(), 1u);
  EXPECT_EQ(between.callback().last_outcome(), v1::CALLBACK_OUTCOME_NO_ANSWER);
  EXPECT_EQ(between.target().seconds(), response.enters_at().seconds());
  const v1::Event event = f.Last(ticket, v1::EVENT_TYPE_CALLBACK_ATTEMPT_ENDED);
  EXPECT_EQ(event.reason(), "NO_ANSWER");
  EXPECT_EQ(event.agent(), "ann");
  EXPECT_EQ(event.number(), 1);
  EXPECT_EQ(event.until().seconds(), response.enters_at().seconds());

  v1::RescheduleTicketRequest at_once;
  at_once.set_workspace(kWorkspace);
  at_once.set_ticket_id(ticket);
  v1::RescheduleTicketResponse rescheduled;
  ASSERT_EQ(ReasonOf(f.tickets->RescheduleTicket(ClientContext(), at_once, &rescheduled)), "OK");
  ASSERT_EQ(ReasonOf(f.Accept(ann, f.OfferOf(ann))), "OK");
  ASSERT_EQ(ReasonOf(f.End(ann, ticket, v1::CALLBACK_OUTCOME_BUSY, &response)), "OK");
  EXPECT_EQ(response.state(), v1::TICKET_STATE_EXPIRED);
  EXPECT_FALSE(response.has_enters_at());
  EXPECT_EQ(f.Last(ticket, v1::EVENT_TYPE_TICKET_EXPIRED).reason(), "ATTEMPTS_USED_UP");
}

TEST(CallbackAttempt, WithAFinalOutcomeCompletesTheTicket) {
  Callbacks f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Take(ann, CallbackContact());
  v1::EndCallbackAttemptResponse response;
  ASSERT_EQ(ReasonOf(f.End(ann, ticket, v1::CALLBACK_OUTCOME_WRONG_NUMBER, &response)), "OK");
  EXPECT_EQ(response.state(), v1::TICKET_STATE_COMPLETED);
  EXPECT_EQ(f.Get(ticket).disposition(), "NOT_SET");
  EXPECT_EQ(f.Get(ticket).callback().last_outcome(), v1::CALLBACK_OUTCOME_WRONG_NUMBER);
}

TEST(CallbackAttempt, IsOfCallbacksOnlyAndNotWhileConnected) {
  Callbacks f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string chat = f.Take(ann, ChatContact());
  EXPECT_EQ(ReasonOf(f.End(ann, chat, v1::CALLBACK_OUTCOME_BUSY)), "TICKET_IS_NO_CALLBACK");
  ASSERT_EQ(ReasonOf(f.Complete(ann, chat)), "OK");
  const std::string call = f.Take(ann, CallbackContact());
  ASSERT_EQ(ReasonOf(f.Report(call, f.Get(call).offer_id(), v1::MEDIA_EVENT_TYPE_CONNECTED,
                              v1::PARTY_UNSPECIFIED)),
            "OK");
  EXPECT_EQ(ReasonOf(f.End(ann, call, v1::CALLBACK_OUTCOME_BUSY)), "MEDIA_CONNECTED");
}

TEST(CallbackAttempt, IsEndedByTheMediaAdapterWhenTheCustomerIsNotReached) {
  Callbacks f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string waiting = f.Ingest(CallContact());
  ASSERT_EQ(ReasonOf(f.Request(waiting)), "OK");
  bool applied = true;
  ASSERT_EQ(ReasonOf(f.Report(waiting, "", v1::MEDIA_EVENT_TYPE_DISCONNECTED, v1::PARTY_CUSTOMER,
                              &applied)),
            "OK");
  EXPECT_FALSE(applied) << "who hangs up waits for the call";
  ASSERT_EQ(ReasonOf(f.Accept(ann, f.OfferOf(ann))), "OK");
  ASSERT_EQ(ReasonOf(f.Report(waiting, f.Get(waiting).offer_id(),
                              v1::MEDIA_EVENT_TYPE_CONNECT_FAILED, v1::PARTY_CUSTOMER, &applied)),
            "OK");
  EXPECT_TRUE(applied);
  EXPECT_EQ(f.Get(waiting).state(), v1::TICKET_STATE_SCHEDULED);
  EXPECT_EQ(f.Get(waiting).callback().last_outcome(), v1::CALLBACK_OUTCOME_NO_ANSWER);
  EXPECT_EQ(f.Snapshot(ann).state().status(), v1::AGENT_STATUS_AVAILABLE);
}

TEST(CallbackPolicy, HasDefaultsAndLimits) {
  Callbacks f;
  v1::GetQueueRequest request;
  request.set_workspace(kWorkspace);
  request.set_id("calls");
  v1::GetQueueResponse response;
  ASSERT_EQ(ReasonOf(f.resources->GetQueue(ClientContext(), request, &response)), "OK");
  EXPECT_EQ(response.queue().callbacks().max_attempts(), 3u);
  EXPECT_EQ(response.queue().callbacks().retry_delay().seconds(), 600);
  v1::Configuration configuration = SmallConfiguration();
  configuration.mutable_queues(0)->mutable_callbacks()->set_max_attempts(101);
  EXPECT_EQ(ReasonOf(f.ApplyStatus(configuration)), "FIELD_OUT_OF_RANGE");
  configuration.mutable_queues(0)->mutable_callbacks()->set_max_attempts(100);
  configuration.mutable_queues(0)->mutable_callbacks()->mutable_retry_delay()->set_seconds(31 *
                                                                                           86'400);
  EXPECT_EQ(ReasonOf(f.ApplyStatus(configuration)), "FIELD_OUT_OF_RANGE");
}

}  // namespace
}  // namespace tandem::rpc
