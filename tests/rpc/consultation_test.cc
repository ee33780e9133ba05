// Goal: an owner asks a queue for somebody to consult; desktops, both tickets and their histories
// say so, and every refusal says why. Method: over a connection, one behaviour a test.
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "tandem/v1/participant_service.grpc.pb.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

// ann has a chat; bob may come.
struct ConsultationFloor : Fixture {
  v1::ConsultQueueRequest Asking(const std::string& queue) const {
    v1::ConsultQueueRequest request;
    request.set_workspace(kWorkspace);
    request.set_ticket_id(ticket);
    *request.mutable_session() = ann;
    request.set_queue(queue);
    return request;
  }
  grpc::Status Consult(const v1::ConsultQueueRequest& request) {
    v1::ConsultQueueResponse response;
    const grpc::Status status = participants->ConsultQueue(ClientContext(), request, &response);
    if (status.ok()) consultation = response.consultation_id();
    return status;
  }
  grpc::Status CancelConsultation() {
    v1::CancelConsultationRequest request;
    request.set_workspace(kWorkspace);
    request.set_ticket_id(ticket);
    *request.mutable_session() = ann;
    v1::CancelConsultationResponse response;
    return participants->CancelConsultation(ClientContext(), request, &response);
  }

  std::unique_ptr<v1::ParticipantService::Stub> participants =
      v1::ParticipantService::NewStub(channel);
  v1::SessionRef ann = LogIn("ann");
  std::string ticket = Take(ann, ChatContact());
  std::string consultation;
};

TEST(ConsultQueue, OffersAPartInTheTicketToWhoeverServesTheQueue) {
  ConsultationFloor f;
  v1::ConsultQueueRequest request = f.Asking("private");
  request.mutable_time_limit()->set_seconds(60);
  ASSERT_EQ(ReasonOf(f.Consult(request)), "OK");
  const v1::Ticket asked = f.Get(f.consultation);
  EXPECT_EQ(asked.state(), v1::TICKET_STATE_QUEUED);
  EXPECT_EQ(asked.queue(), "private");
  EXPECT_EQ(asked.consulted_ticket_id(), f.ticket);
  EXPECT_EQ(f.Get(f.ticket).consulted_ticket_id(), "");
  const v1::AgentSnapshot anns = f.Snapshot(f.ann);
  ASSERT_EQ(anns.work_size(), 1);
  EXPECT_EQ(anns.work(0).consultation().id(), f.consultation);
  EXPECT_EQ(anns.work(0).consultation().queue(), "private");
  EXPECT_EQ(f.Explain(f.ticket).consultation().id(), f.consultation);
  EXPECT_EQ(f.Explain(f.consultation).consulted_ticket_id(), f.ticket);

  const v1::SessionRef bob = f.LogIn("bob");
  const v1::AgentSnapshot bobs = f.Snapshot(bob);
  ASSERT_EQ(bobs.offers_size(), 1);
  EXPECT_EQ(bobs.offers(0).role(), v1::ASSIGNMENT_ROLE_CONSULT);
  EXPECT_EQ(bobs.offers(0).invited_by(), "ann");
  EXPECT_EQ(bobs.offers(0).ticket_id(), f.consultation);
  EXPECT_EQ(bobs.offers(0).consulted_ticket_id(), f.ticket);
  ASSERT_EQ(ReasonOf(f.Accept(bob, bobs.offers(0).offer_id())), "OK");
  EXPECT_EQ(f.Get(f.consultation).state(), v1::TICKET_STATE_COMPLETED);
  const v1::Ticket joined = f.Get(f.ticket);
  EXPECT_EQ(joined.agent(), "ann");
  ASSERT_EQ(joined.participants_size(), 1);
  EXPECT_EQ(joined.participants(0).agent(), "bob");
  EXPECT_EQ(joined.participants(0).role(), v1::ASSIGNMENT_ROLE_CONSULT);
  const v1::AgentSnapshot working = f.Snapshot(bob);
  ASSERT_EQ(working.work_size(), 1);
  EXPECT_EQ(working.work(0).ticket_id(), f.ticket);
  EXPECT_EQ(f.Last(f.ticket, v1::EVENT_TYPE_CONSULTATION_REQUESTED).reason(), "private");
  const v1::Event ended = f.Last(f.ticket, v1::EVENT_TYPE_CONSULTATION_ENDED);
  EXPECT_EQ(ended.reason(), "JOINED");
  EXPECT_EQ(ended.agent(), "bob");
}

TEST(ConsultQueue, IsAskedOnceByItsRequestId) {
  ConsultationFloor f;
  v1::ConsultQueueRequest request = f.Asking("private");
  request.set_request_id(kRequestId);
  ASSERT_EQ(ReasonOf(f.Consult(request)), "OK");
  const std::string first = f.consultation;
  f.consultation.clear();
  ASSERT_EQ(ReasonOf(f.Consult(request)), "OK");
  EXPECT_EQ(f.consultation, first);
}

TEST(ConsultQueue, EndsWithItsTicketAndByItsOwner) {
  ConsultationFloor f;
  EXPECT_EQ(ReasonOf(f.CancelConsultation()), "NO_CONSULTATION");
  ASSERT_EQ(ReasonOf(f.Consult(f.Asking("private"))), "OK");
  ASSERT_EQ(ReasonOf(f.CancelConsultation()), "OK");
  EXPECT_EQ(f.Get(f.consultation).state(), v1::TICKET_STATE_CANCELED);
  EXPECT_FALSE(f.Snapshot(f.ann).work(0).has_consultation());
  ASSERT_EQ(ReasonOf(f.Consult(f.Asking("private"))), "OK");
  ASSERT_EQ(ReasonOf(f.Finish(f.ann, f.ticket)), "OK");
  EXPECT_EQ(f.Get(f.consultation).state(), v1::TICKET_STATE_CANCELED);
  EXPECT_EQ(f.Last(f.ticket, v1::EVENT_TYPE_CONSULTATION_ENDED).reason(), "FINISHED");
}

TEST(ConsultQueue, SaysWhyNot) {
  ConsultationFloor f;
  for (const int64_t seconds : {0, 3'601}) {
    v1::ConsultQueueRequest request = f.Asking("private");
    request.mutable_time_limit()->set_seconds(seconds);
    EXPECT_EQ(ReasonOf(f.Consult(request)), "FIELD_OUT_OF_RANGE") << seconds;
  }
  EXPECT_EQ(ReasonOf(f.Consult(f.Asking(""))), "FIELD_REQUIRED");
  EXPECT_EQ(ReasonOf(f.Consult(f.Asking("nowhere"))), "QUEUE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(f.Consult(f.Asking("jobs"))), "QUEUE_NOT_LIVE");
  ASSERT_EQ(ReasonOf(f.Consult(f.Asking("private"))), "OK");
  EXPECT_EQ(ReasonOf(f.Consult(f.Asking("private"))), "CONSULTATION_OPEN");
  EXPECT_EQ(ReasonOf(f.Transfer(f.consultation, "chats")), "TICKET_IS_CONSULTATION");
  v1::UpdateTicketRequest update;
  update.set_workspace(kWorkspace);
  update.set_ticket_id(f.consultation);
  update.mutable_requirement();
  v1::UpdateTicketResponse updated;
  EXPECT_EQ(ReasonOf(f.tickets->UpdateTicket(ClientContext(), update, &updated)),
            "TICKET_IS_CONSULTATION");
  v1::ConsultQueueRequest others = f.Asking("private");
  *others.mutable_session() = f.LogIn("bob");
  EXPECT_EQ(ReasonOf(f.Consult(others)), "NOT_OWNER");
}

}  // namespace
}  // namespace tandem::rpc
