// Goal: a ticket belongs to another, comes in with another's completion, or waits for others; and
// every answer says so. Method: over a connection, one behaviour a test.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/rpc/client_stream.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

struct Linked : Fixture {
  grpc::Status Park(const v1::SessionRef& session, const std::string& ticket) {
    v1::ParkTicketRequest request;
    request.set_workspace(kWorkspace);
    *request.mutable_session() = session;
    request.set_ticket_id(ticket);
    request.set_until_children_closed(true);
    v1::ParkTicketResponse response;
    return tickets->ParkTicket(ClientContext(), request, &response);
  }

  v1::CompleteTicketRequest Completion(const v1::SessionRef& session, const std::string& ticket) {
    v1::CompleteTicketRequest request;
    request.set_workspace(kWorkspace);
    *request.mutable_session() = session;
    request.set_ticket_id(ticket);
    return request;
  }

  std::vector<std::string> ChildrenOf(const std::string& parent) {
    v1::ListTicketsRequest request;
    request.set_workspace(kWorkspace);
    request.mutable_filter()->set_parent_ticket_id(parent);
    v1::ListTicketsResponse response;
    EXPECT_EQ(ReasonOf(tickets->ListTickets(ClientContext(), request, &response)), "OK");
    std::vector<std::string> ids;
    for (const v1::Ticket& ticket : response.tickets()) ids.push_back(ticket.id());
    return ids;
  }
};

v1::Contact PartOf(const std::string& parent) {
  v1::Contact contact = JobContact();
  contact.clear_client();
  contact.set_parent_ticket_id(parent);
  return contact;
}

v1::Contact After(const std::string& other) {
  v1::Contact contact = JobContact();
  contact.add_blocked_by(other);
  return contact;
}

TEST(ChildTicket, HasOfItsParentWhatItDoesNotSay) {
  Linked f;
  v1::Contact contact = JobContact();
  contact.set_customer_id("c-17");
  contact.set_customer_segment("gold");
  contact.set_trace_parent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  const std::string parent = f.Ingest(contact);
  const std::string child = f.Ingest(PartOf(parent));
  const v1::Ticket ticket = f.Get(child);
  EXPECT_EQ(ticket.parent_ticket_id(), parent);
  EXPECT_EQ(ticket.client(), "acme");
  EXPECT_EQ(ticket.customer_id(), "c-17");
  EXPECT_EQ(ticket.customer_segment(), "gold");
  EXPECT_EQ(ticket.trace_parent(), contact.trace_parent());
  EXPECT_EQ(f.Get(parent).open_children(), 1U);
  EXPECT_EQ(f.ChildrenOf(parent), std::vector<std::string>{child});
  EXPECT_EQ(f.Last(child, v1::EVENT_TYPE_TICKET_CREATED).reason(), "PARENT:" + parent);
  EXPECT_EQ(f.Last(parent, v1::EVENT_TYPE_CHILD_CREATED).reason(), child);
  EXPECT_EQ(ReasonOf(f.Cancel(child)), "OK");
  EXPECT_EQ(f.Get(parent).open_children(), 0U);
  EXPECT_EQ(f.Last(parent, v1::EVENT_TYPE_CHILD_CLOSED).reason(), "CANCELED:" + child);
}

TEST(ChildTicket, IsRefusedWithoutAParentThatIsOpenAndOfItsClient) {
  Linked f;
  const std::string parent = f.Ingest(JobContact());
  v1::Contact other = PartOf(parent);
  other.set_client("globex");
  EXPECT_EQ(ReasonOf(f.IngestStatus(other)), "TICKET_OF_OTHER_CLIENT");
  v1::Contact talk = PartOf(parent);
  talk.set_conversation_key("k");
  ExpectRefusal(f.IngestStatus(talk), "FIELD_MALFORMED", "contact.conversation_key");
  ExpectRefusal(f.IngestStatus(PartOf("x")), "FIELD_MALFORMED", "contact.parent_ticket_id");
  EXPECT_EQ(ReasonOf(f.Cancel(parent)), "OK");
  EXPECT_EQ(ReasonOf(f.IngestStatus(PartOf(parent))), "PARENT_NOT_OPEN");
}

TEST(ChildTicket, IsOneOfAtMostSixtyFour) {
  Linked f;
  const std::string parent = f.Ingest(JobContact());
  f.IngestMany(PartOf(parent), 64);
  EXPECT_EQ(f.Get(parent).open_children(), 64U);
  EXPECT_EQ(ReasonOf(f.IngestStatus(PartOf(parent))), "TOO_MANY_CHILDREN");
}

TEST(ParkedTicket, IsResumedWhenItsLastChildIsClosed) {
  Linked f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string parent = f.Take(ann, ChatContact());
  EXPECT_EQ(ReasonOf(f.Park(ann, parent)), "NO_OPEN_CHILD");
  const std::string first = f.Ingest(PartOf(parent));
  const std::string second = f.Ingest(PartOf(parent));
  EXPECT_EQ(ReasonOf(f.Park(ann, parent)), "OK");
  EXPECT_TRUE(f.Explain(parent).until_children_closed());
  EXPECT_EQ(f.Explain(parent).open_children(), 2U);
  EXPECT_EQ(ReasonOf(f.Cancel(first)), "OK");
  EXPECT_EQ(f.Get(parent).state(), v1::TICKET_STATE_PARKED);
  EXPECT_EQ(ReasonOf(f.Cancel(second)), "OK");
  EXPECT_EQ(f.Get(parent).state(), v1::TICKET_STATE_OFFERED);
  EXPECT_EQ(f.Get(parent).agent(), "ann");
  EXPECT_EQ(f.Last(parent, v1::EVENT_TYPE_TICKET_UNPARKED).reason(), "CHILDREN_CLOSED");
}

TEST(ParkedTicket, WaitsForNoChildThatWaitsForIt) {
  Linked f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string parent = f.Take(ann, ChatContact());
  const std::string child = f.Ingest(PartOf(parent));
  v1::Contact last = PartOf(parent);
  last.add_blocked_by(parent);
  const std::string waits = f.Ingest(last);
  const Error error = Decode(f.Park(ann, parent));
  EXPECT_EQ(error.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(error.reason, "CIRCULAR_WAIT");
  EXPECT_EQ(error.metadata.at("ticket_id"), waits);
  EXPECT_EQ(f.Get(parent).state(), v1::TICKET_STATE_ACTIVE);
  EXPECT_EQ(ReasonOf(f.Cancel(waits)), "OK");
  EXPECT_EQ(ReasonOf(f.Park(ann, parent)), "OK");

  const Error of_contact = Decode(f.IngestStatus(last));
  EXPECT_EQ(of_contact.reason, "CIRCULAR_WAIT");
  EXPECT_EQ(of_contact.metadata.at("ticket_id"), parent);
  EXPECT_EQ(f.Get(parent).open_children(), 1U);
  v1::Contact second = PartOf(parent);
  second.add_blocked_by(child);
  EXPECT_EQ(f.Get(f.Ingest(second)).state(), v1::TICKET_STATE_BLOCKED);
}

TEST(BlockedTicket, EntersItsQueueWhenTheLastItWaitsForIsClosed) {
  Linked f;
  const std::string first = f.Ingest(JobContact());
  const std::string second = f.Ingest(JobContact());
  v1::Contact contact = After(first);
  contact.add_blocked_by(second);
  const std::string ticket = f.Ingest(contact);
  EXPECT_EQ(f.Get(ticket).state(), v1::TICKET_STATE_BLOCKED);
  EXPECT_EQ(f.Get(ticket).blocked_by_size(), 2);
  EXPECT_FALSE(f.Get(ticket).has_due_at());
  EXPECT_EQ(f.Explain(ticket).blocked_by_size(), 2);
  EXPECT_EQ(ReasonOf(f.Cancel(first)), "OK");
  ASSERT_EQ(f.Get(ticket).blocked_by_size(), 1);
  EXPECT_EQ(f.Get(ticket).blocked_by(0), second);
  EXPECT_EQ(ReasonOf(f.Cancel(second)), "OK");
  EXPECT_EQ(f.Get(ticket).state(), v1::TICKET_STATE_QUEUED);
  EXPECT_EQ(f.Get(ticket).blocked_by_size(), 0);
  EXPECT_TRUE(f.Get(ticket).has_due_at());
  EXPECT_EQ(f.Last(ticket, v1::EVENT_TYPE_DEPENDENCY_CLOSED).reason(), "CANCELED:" + second);
  EXPECT_EQ(f.Last(ticket, v1::EVENT_TYPE_TICKET_ENTERED).reason(), "UNBLOCKED");
}

TEST(BlockedTicket, IsRefusedWhereItCouldNotWait) {
  Linked f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string other = f.Ingest(JobContact());
  v1::Contact twice = After(other);
  twice.add_blocked_by(other);
  ExpectRefusal(f.IngestStatus(twice), "ID_DUPLICATE", "contact.blocked_by[1]");
  ExpectRefusal(f.IngestStatus(After("x")), "FIELD_MALFORMED", "contact.blocked_by[0]");
  v1::Contact many = JobContact();
  for (int i = 0; i < 17; ++i) many.add_blocked_by(other);
  ExpectRefusal(f.IngestStatus(many), "FIELD_TOO_LARGE", "contact.blocked_by");
  v1::Contact of_other_client = After(other);
  of_other_client.set_client("globex");
  EXPECT_EQ(ReasonOf(f.IngestStatus(of_other_client)), "TICKET_OF_OTHER_CLIENT");
  v1::StartAgentContactRequest begin;
  begin.set_workspace(kWorkspace);
  *begin.mutable_session() = ann;
  *begin.mutable_contact() = After(other);
  v1::StartAgentContactResponse begun;
  ExpectRefusal(f.agents->StartAgentContact(ClientContext(), begin, &begun), "FIELD_MALFORMED",
                "contact.blocked_by");
  f.IngestMany(After(other), 64);
  EXPECT_EQ(ReasonOf(f.IngestStatus(After(other))), "TOO_MANY_DEPENDENTS");
  EXPECT_EQ(ReasonOf(f.Cancel(other)), "OK");
  EXPECT_EQ(ReasonOf(f.IngestStatus(After(other))), "DEPENDENCY_NOT_OPEN");
}

TEST(FollowUps, ComeInWithTheCompletionAndTheSameAnswerAgain) {
  Linked f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string call = f.Take(ann, ChatContact());
  v1::CompleteTicketRequest request = f.Completion(ann, call);
  request.set_request_id("6f1cbb6c-4d1e-4f4b-9b7a-0d5f7d9f0f11");
  v1::FollowUp* job = request.add_follow_ups();
  job->mutable_contact()->set_channel("task");
  job->mutable_contact()->set_process_type("bookkeeping");
  v1::FollowUp* call_back = request.add_follow_ups();
  call_back->mutable_contact()->set_channel("callback");
  call_back->mutable_contact()->set_process_type("support");
  call_back->add_after(0);
  v1::CompleteTicketResponse response;
  ASSERT_EQ(ReasonOf(f.tickets->CompleteTicket(ClientContext(), request, &response)), "OK");
  EXPECT_EQ(response.state(), v1::TICKET_STATE_COMPLETED);
  ASSERT_EQ(response.follow_up_ticket_ids_size(), 2);
  const v1::Ticket first = f.Get(response.follow_up_ticket_ids(0));
  const v1::Ticket second = f.Get(response.follow_up_ticket_ids(1));
  EXPECT_EQ(first.state(), v1::TICKET_STATE_QUEUED);
  EXPECT_EQ(first.parent_ticket_id(), call);
  EXPECT_EQ(first.client(), "acme");
  EXPECT_EQ(second.state(), v1::TICKET_STATE_BLOCKED);
  ASSERT_EQ(second.blocked_by_size(), 1);
  EXPECT_EQ(second.blocked_by(0), first.id());
  EXPECT_EQ(f.Get(call).state(), v1::TICKET_STATE_COMPLETED);
  EXPECT_EQ(f.Get(call).open_children(), 2U);
  EXPECT_EQ(f.ChildrenOf(call).size(), 2U);

  v1::CompleteTicketResponse again;
  ASSERT_EQ(ReasonOf(f.tickets->CompleteTicket(ClientContext(), request, &again)), "OK");
  EXPECT_EQ(again.SerializeAsString(), response.SerializeAsString());
  EXPECT_EQ(f.ChildrenOf(call).size(), 2U);
  EXPECT_EQ(ReasonOf(f.Cancel(first.id())), "OK");
  EXPECT_EQ(f.Get(second.id()).state(), v1::TICKET_STATE_OFFERED);
}

TEST(FollowUps, AreAllRefusedWithOne) {
  Linked f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string call = f.Take(ann, ChatContact());
  const auto refused = [&](auto change) {
    v1::CompleteTicketRequest request = f.Completion(ann, call);
    for (int i = 0; i < 2; ++i) {
      *request.add_follow_ups()->mutable_contact() = JobContact();
    }
    change(request);
    v1::CompleteTicketResponse response;
    return f.tickets->CompleteTicket(ClientContext(), request, &response);
  };
  using Request = v1::CompleteTicketRequest;
  const Error error = Decode(refused([](Request& request) {
    request.mutable_follow_ups(1)->mutable_contact()->set_queue("nowhere");
  }));
  EXPECT_EQ(error.reason, "QUEUE_NOT_FOUND");
  EXPECT_EQ(error.metadata.at("field"), "follow_ups[1].contact.queue");
  const Error full = Decode(refused([](Request& request) {
    for (v1::FollowUp& one : *request.mutable_follow_ups())
      one.mutable_contact()->set_queue("tiny");
  }));
  EXPECT_EQ(full.reason, "QUEUE_FULL");
  EXPECT_EQ(full.metadata.at("field"), "follow_ups[1].contact.queue");
  ExpectRefusal(refused([](Request& request) { request.mutable_follow_ups(1)->add_after(1); }),
                "FIELD_OUT_OF_RANGE", "follow_ups[1].after[0]");
  ExpectRefusal(refused([](Request& request) {
                  request.mutable_follow_ups(1)->add_after(0);
                  request.mutable_follow_ups(1)->add_after(0);
                }),
                "ID_DUPLICATE", "follow_ups[1].after[1]");
  ExpectRefusal(refused([](Request& request) { request.mutable_follow_ups(0)->clear_contact(); }),
                "FIELD_REQUIRED", "follow_ups[0].contact");
  ExpectRefusal(refused([&](Request& request) {
                  request.mutable_follow_ups(0)->mutable_contact()->set_parent_ticket_id(call);
                }),
                "FIELD_MALFORMED", "follow_ups[0].contact.parent_ticket_id");
  ExpectRefusal(refused([](Request& request) {
                  request.mutable_follow_ups(1)->mutable_contact()->set_conversation_key("k");
                }),
                "FIELD_MALFORMED", "follow_ups[1].contact.conversation_key");
  ExpectRefusal(refused([](Request& request) {
                  for (int i = 0; i < 7; ++i) request.add_follow_ups();
                }),
                "FIELD_TOO_LARGE", "follow_ups");
  EXPECT_EQ(f.Get(call).state(), v1::TICKET_STATE_ACTIVE);
  EXPECT_EQ(f.ChildrenOf(call).size(), 0U);
}

}  // namespace
}  // namespace tandem::rpc
