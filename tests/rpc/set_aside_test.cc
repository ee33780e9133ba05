// Goal: a ticket that came in for later waits for its time, and one that its agent parked for the
// customer, a time or a caller; while it does nobody has it, and every list says so. Method: over a
// connection, one behaviour a test; times are asked for and not waited for, but once.
#include <string>

#include "gtest/gtest.h"
#include "tests/rpc/client_stream.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

using google::protobuf::Timestamp;

struct SetAside : Fixture {
  grpc::Status Park(const v1::SessionRef& session, const std::string& ticket,
                    const std::string& reason = "", const Timestamp* until = nullptr) {
    v1::ParkTicketRequest request;
    request.set_workspace(kWorkspace);
    *request.mutable_session() = session;
    request.set_ticket_id(ticket);
    request.set_reason(reason);
    if (until != nullptr) *request.mutable_until() = *until;
    v1::ParkTicketResponse response;
    return tickets->ParkTicket(ClientContext(), request, &response);
  }

  grpc::Status Resume(const std::string& ticket) {
    v1::ResumeTicketRequest request;
    request.set_workspace(kWorkspace);
    request.set_ticket_id(ticket);
    v1::ResumeTicketResponse response;
    return tickets->ResumeTicket(ClientContext(), request, &response);
  }

  grpc::Status Reschedule(const std::string& ticket, const Timestamp* not_before = nullptr) {
    v1::RescheduleTicketRequest request;
    request.set_workspace(kWorkspace);
    request.set_ticket_id(ticket);
    if (not_before != nullptr) *request.mutable_not_before() = *not_before;
    v1::RescheduleTicketResponse response;
    return tickets->RescheduleTicket(ClientContext(), request, &response);
  }

  int CountIn(v1::TicketState state, const std::string& last_agent = "") {
    v1::ListTicketsRequest request;
    request.set_workspace(kWorkspace);
    request.mutable_filter()->add_states(state);
    request.mutable_filter()->set_last_agent(last_agent);
    v1::ListTicketsResponse response;
    EXPECT_EQ(ReasonOf(tickets->ListTickets(ClientContext(), request, &response)), "OK");
    return response.tickets_size();
  }

  v1::QueueStatistics StatisticsOf(const std::string& queue) {
    v1::ListQueueStatisticsRequest request;
    request.set_workspace(kWorkspace);
    v1::ListQueueStatisticsResponse response;
    EXPECT_EQ(ReasonOf(queues->ListQueueStatistics(ClientContext(), request, &response)), "OK");
    for (const v1::QueueStatistics& one : response.queues()) {
      if (one.queue() == queue) return one;
    }
    return {};
  }
};

TEST(ScheduledTicket, EntersItsQueueWhenItsTimeComes) {
  SetAside f;
  const v1::SessionRef ann = f.LogIn("ann");
  v1::Contact later = ChatContact();
  *later.mutable_not_before() = In(3);
  const std::string ticket = f.Ingest(later);
  const v1::Ticket scheduled = f.Get(ticket);
  EXPECT_EQ(scheduled.state(), v1::TICKET_STATE_SCHEDULED);
  EXPECT_FALSE(scheduled.has_queued_at());
  EXPECT_GT(scheduled.target().seconds(), scheduled.enters_at().seconds());
  EXPECT_EQ(f.Snapshot(ann).offers_size(), 0);
  EXPECT_EQ(f.CountIn(v1::TICKET_STATE_SCHEDULED), 1);
  EXPECT_EQ(f.StatisticsOf("chats").scheduled(), 1);
  EXPECT_EQ(f.StatisticsOf("chats").waiting(), 0);
  EXPECT_EQ(f.Explain(ticket).enters_at().seconds(), scheduled.enters_at().seconds());
  ASSERT_TRUE(Eventually([&] { return f.Snapshot(ann).offers_size() == 1; }));
  EXPECT_GE(f.Get(ticket).queued_at().seconds(), scheduled.enters_at().seconds());
  EXPECT_FALSE(f.Get(ticket).has_enters_at());
}

TEST(ScheduledTicket, IsMovedMadeToEnterAtOnceAndCalledOff) {
  SetAside f;
  v1::Contact later = ChatContact();
  *later.mutable_not_before() = In(3'600);
  const std::string ticket = f.Ingest(later);
  const Timestamp moved = In(7'200);
  EXPECT_EQ(ReasonOf(f.Reschedule(ticket, &moved)), "OK");
  EXPECT_EQ(f.Get(ticket).enters_at().seconds(), moved.seconds());
  EXPECT_EQ(ReasonOf(f.Abandon(ticket)), "TICKET_STATE_FORBIDS");
  EXPECT_EQ(ReasonOf(f.Transfer(ticket, "private")), "TICKET_STATE_FORBIDS");
  EXPECT_EQ(ReasonOf(f.Resume(ticket)), "TICKET_STATE_FORBIDS");
  EXPECT_EQ(ReasonOf(f.Reschedule(ticket)), "OK");
  EXPECT_EQ(f.Get(ticket).state(), v1::TICKET_STATE_QUEUED);
  EXPECT_EQ(ReasonOf(f.Reschedule(ticket)), "TICKET_STATE_FORBIDS");
  const std::string other = f.Ingest(later);
  EXPECT_EQ(ReasonOf(f.Cancel(other)), "OK");
  EXPECT_EQ(ReasonOf(f.Reschedule(other)), "TICKET_CLOSED");
}

TEST(ScheduledTicket, ThatShouldHaveEnteredEntersAtOnce) {
  SetAside f;
  v1::Contact late = ChatContact();
  *late.mutable_not_before() = In(-60);
  EXPECT_EQ(f.Get(f.Ingest(late)).state(), v1::TICKET_STATE_QUEUED);
  v1::Contact never = ChatContact();
  *never.mutable_not_before() = In(366 * 86'400);
  EXPECT_EQ(ReasonOf(f.IngestStatus(never)), "FIELD_OUT_OF_RANGE");
}

TEST(ParkedTicket, FreesItsAgentUntilTheCustomerWrites) {
  SetAside f;
  const v1::SessionRef ann = f.LogIn("ann");
  v1::Contact chat = ChatContact();
  chat.set_conversation_key("k");
  const std::string ticket = f.Take(ann, chat);
  EXPECT_EQ(ReasonOf(f.Park(ann, ticket, "boredom")), "PARKING_REASON_UNKNOWN");
  const Timestamp until = In(3'600);
  ASSERT_EQ(ReasonOf(f.Park(ann, ticket, "customer", &until)), "OK");
  const v1::Ticket parked = f.Get(ticket);
  EXPECT_EQ(parked.state(), v1::TICKET_STATE_PARKED);
  EXPECT_EQ(parked.agent(), "");
  EXPECT_EQ(parked.last_agent(), "ann");
  EXPECT_EQ(parked.parking_reason(), "customer");
  EXPECT_TRUE(parked.has_parked_at());
  EXPECT_EQ(parked.enters_at().seconds(), until.seconds());
  EXPECT_EQ(f.Snapshot(ann).work_size(), 0);
  EXPECT_EQ(f.CountIn(v1::TICKET_STATE_PARKED), 1);
  EXPECT_EQ(f.CountIn(v1::TICKET_STATE_PARKED, "ann"), 1);
  EXPECT_EQ(f.CountIn(v1::TICKET_STATE_PARKED, "bob"), 0);
  EXPECT_EQ(f.StatisticsOf("chats").parked(), 1);
  EXPECT_EQ(f.Explain(ticket).parking_reason(), "customer");
  EXPECT_EQ(ReasonOf(f.Park(ann, ticket)), "NOT_OWNER");
  EXPECT_EQ(ReasonOf(f.Abandon(ticket)), "TICKET_STATE_FORBIDS");

  v1::IngestResult result;
  ASSERT_EQ(ReasonOf(f.IngestStatus(chat, &result)), "OK");
  EXPECT_EQ(result.ticket_id(), ticket);
  EXPECT_TRUE(result.joined());
  EXPECT_EQ(f.Snapshot(ann).offers_size(), 1) << "she had it last";
  const v1::Ticket again = f.Get(ticket);
  EXPECT_EQ(again.state(), v1::TICKET_STATE_OFFERED);
  EXPECT_GE(again.target().seconds(), parked.parked_at().seconds());
  EXPECT_TRUE(again.has_kept_until());
  EXPECT_EQ(f.Explain(ticket).last_agent(), "ann");
}

TEST(ParkedTicket, IsResumedByACallerAndKeptForItsAgent) {
  SetAside f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Take(ann, ChatContact());
  ASSERT_EQ(ReasonOf(f.Park(ann, ticket)), "OK");
  const std::string other = f.Take(ann, ChatContact());
  const v1::SessionRef bob = f.LogIn("bob");
  const v1::Ticket parked = f.Get(ticket);
  ASSERT_EQ(ReasonOf(f.Resume(ticket)), "OK");
  EXPECT_EQ(f.Get(ticket).target().seconds(), parked.target().seconds()) << "no new visit";
  EXPECT_EQ(f.Snapshot(bob).offers_size(), 0);
  const v1::ExplainTicketResponse explained = f.Explain(ticket);
  ASSERT_EQ(explained.obstacles_size(), 2);
  EXPECT_EQ(explained.obstacles(0).kind(), v1::OBSTACLE_KIND_BUSY);
  EXPECT_EQ(explained.obstacles(1).kind(), v1::OBSTACLE_KIND_KEPT_FOR_LAST_AGENT);
  ASSERT_EQ(ReasonOf(f.Complete(ann, other)), "OK");
  EXPECT_EQ(f.Snapshot(ann).offers_size(), 1);
}

TEST(ParkedTicket, IsForWorkInHandWithoutConnectedMedia) {
  SetAside f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string call = f.Take(ann, CallContact());
  EXPECT_EQ(ReasonOf(f.Park(ann, call)), "TICKET_STATE_FORBIDS") << "CONNECTING";
  ASSERT_EQ(ReasonOf(f.Report(call, f.Get(call).offer_id(), v1::MEDIA_EVENT_TYPE_CONNECTED,
                              v1::PARTY_UNSPECIFIED)),
            "OK");
  EXPECT_EQ(ReasonOf(f.Park(ann, call)), "MEDIA_CONNECTED");
  const v1::SessionRef bob = f.LogIn("bob");
  EXPECT_EQ(ReasonOf(f.Park(bob, call)), "NOT_OWNER");
  f.Ingest(JobContact());
  const std::string job = f.Claim(bob, 1).front().id();
  EXPECT_EQ(ReasonOf(f.Park(bob, job)), "OK") << "ASSIGNED";
  EXPECT_EQ(ReasonOf(f.Cancel(job)), "OK");
}

}  // namespace
}  // namespace tandem::rpc
