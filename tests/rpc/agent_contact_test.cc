// Goal: work that an agent begins by hand is the agent's own over the wire: it takes capacity, is
// connected and finished as any other, and is refused with its reason where it may not begin.
#include <string>

#include "gtest/gtest.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

constexpr char kTraceParent[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

struct AgentContacts : Fixture {
  grpc::Status Begin(const v1::SessionRef& session, const v1::Contact& contact,
                     v1::StartAgentContactResponse* response = nullptr,
                     const std::string& request_id = "") {
    v1::StartAgentContactRequest request;
    request.set_workspace(kWorkspace);
    request.set_request_id(request_id);
    *request.mutable_session() = session;
    *request.mutable_contact() = contact;
    v1::StartAgentContactResponse ignored;
    ClientContext context;
    context->AddMetadata("traceparent", kTraceParent);
    return agents->StartAgentContact(context, request, response != nullptr ? response : &ignored);
  }
};

TEST(StartAgentContact, BearsATicketWithTheAgent) {
  AgentContacts f;
  const v1::SessionRef ann = f.LogIn("ann");
  v1::Contact contact = ChatContact();
  contact.set_subject("how was it?");
  v1::StartAgentContactResponse started;
  ASSERT_EQ(ReasonOf(f.Begin(ann, contact, &started)), "OK");
  EXPECT_EQ(started.state(), v1::TICKET_STATE_ACTIVE);
  EXPECT_FALSE(started.contact_id().empty());
  const v1::Ticket ticket = f.Get(started.ticket_id());
  EXPECT_EQ(ticket.state(), v1::TICKET_STATE_ACTIVE);
  EXPECT_EQ(ticket.agent(), "ann");
  EXPECT_EQ(ticket.queue(), "chats");
  EXPECT_EQ(ticket.subject(), "how was it?");
  EXPECT_EQ(ticket.trace_parent(), kTraceParent) << "that of the call";
  EXPECT_EQ(ticket.offer_id(), started.offer_id());
  EXPECT_TRUE(ticket.has_answered_at());
  ASSERT_EQ(f.Snapshot(ann).work_size(), 1);
  EXPECT_EQ(f.Snapshot(ann).work(0).ticket_id(), started.ticket_id());

  // It is all that ann can have, so the next chat waits until she is done.
  f.Ingest(ChatContact());
  EXPECT_EQ(f.Snapshot(ann).offers_size(), 0);
  EXPECT_EQ(ReasonOf(f.Begin(ann, contact)), "AGENT_BUSY");
  EXPECT_EQ(ReasonOf(f.Finish(ann, started.ticket_id())), "OK");
  EXPECT_EQ(ReasonOf(f.Complete(ann, started.ticket_id(), "solved")), "OK");
  EXPECT_EQ(f.Snapshot(ann).offers_size(), 1);

  const auto contents = f.store.Copy();
  EXPECT_EQ(contents.visits.size(), 0U) << "it was in no queue";
  ASSERT_EQ(contents.segments.size(), 1U);
  const router::SegmentRow& segment = contents.segments.begin()->second;
  EXPECT_EQ(segment.agent, "ann");
  EXPECT_EQ(segment.queue, "chats");
  EXPECT_EQ(segment.outcome, router::SegmentOutcome::kCompleted);
  EXPECT_EQ(segment.disposition, "solved");
  EXPECT_TRUE(segment.connected_at.IsSet());
  ASSERT_FALSE(contents.messages.empty());
  EXPECT_EQ(contents.messages[0].direction, router::Direction::kOutbound);
  EXPECT_EQ(contents.messages[0].author, router::Party::kAgent);
}

TEST(StartAgentContact, DialsThroughTheAdapter) {
  AgentContacts f;
  const v1::SessionRef ann = f.LogIn("ann");
  v1::StartAgentContactResponse call;
  ASSERT_EQ(ReasonOf(f.Begin(ann, CallContact(), &call)), "OK");
  EXPECT_EQ(call.state(), v1::TICKET_STATE_CONNECTING);
  EXPECT_EQ(ReasonOf(f.Abandon(call.ticket_id())), "TICKET_STATE_FORBIDS");
  bool applied = false;
  EXPECT_EQ(ReasonOf(f.Report(call.ticket_id(), call.offer_id(), v1::MEDIA_EVENT_TYPE_CONNECTED,
                              v1::PARTY_UNSPECIFIED, &applied)),
            "OK");
  EXPECT_TRUE(applied);
  EXPECT_EQ(f.Get(call.ticket_id()).state(), v1::TICKET_STATE_ACTIVE);
  EXPECT_EQ(ReasonOf(f.Report(call.ticket_id(), call.offer_id(), v1::MEDIA_EVENT_TYPE_DISCONNECTED,
                              v1::PARTY_CUSTOMER, &applied)),
            "OK");
  if (f.Get(call.ticket_id()).state() == v1::TICKET_STATE_WRAP_UP) {
    EXPECT_EQ(ReasonOf(f.Complete(ann, call.ticket_id())), "OK");
  }

  // Nobody answers: the ticket stays with ann, who stays as ready as before.
  ASSERT_EQ(ReasonOf(f.Begin(ann, CallContact(), &call)), "OK");
  EXPECT_EQ(
      ReasonOf(f.Report(call.ticket_id(), call.offer_id(), v1::MEDIA_EVENT_TYPE_CONNECT_FAILED,
                        v1::PARTY_UNSPECIFIED, &applied)),
      "OK");
  EXPECT_TRUE(applied);
  EXPECT_EQ(f.Get(call.ticket_id()).state(), v1::TICKET_STATE_WRAP_UP);
  EXPECT_EQ(f.Get(call.ticket_id()).agent(), "ann");
  EXPECT_EQ(f.Snapshot(ann).state().status(), v1::AGENT_STATUS_AVAILABLE);
}

TEST(StartAgentContact, IsDoneOnceUnderItsRequestId) {
  AgentContacts f;
  const v1::SessionRef ann = f.LogIn("ann");
  const char* id = "0a4a8f0e-3a35-4bb1-8c1f-2f6f1f7f9a10";
  v1::StartAgentContactResponse first;
  v1::StartAgentContactResponse second;
  ASSERT_EQ(ReasonOf(f.Begin(ann, ChatContact(), &first, id)), "OK");
  ASSERT_EQ(ReasonOf(f.Begin(ann, ChatContact(), &second, id)), "OK");
  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
  EXPECT_EQ(f.Snapshot(ann).work_size(), 1);
  EXPECT_EQ(ReasonOf(f.Begin(ann, CallContact(), nullptr, id)), "REQUEST_ID_REUSED");
}

TEST(StartAgentContact, IsRefusedWithItsReason) {
  AgentContacts f;
  v1::Configuration configuration = SmallConfiguration();
  configuration.mutable_agents(1)->mutable_clients()->RemoveLast();  // bob: acme alone
  f.Apply(configuration);
  const v1::SessionRef bob = f.LogIn("bob");
  v1::Contact contact = ChatContact();
  contact.set_client("globex");
  EXPECT_EQ(ReasonOf(f.Begin(bob, contact)), "AGENT_NOT_QUALIFIED");
  contact = ChatContact();
  contact.set_channel("fax");
  EXPECT_EQ(ReasonOf(f.Begin(bob, contact)), "CHANNEL_UNKNOWN");
  contact = ChatContact();
  contact.set_queue("nowhere");
  EXPECT_EQ(ReasonOf(f.Begin(bob, contact)), "QUEUE_NOT_FOUND");

  EXPECT_EQ(ReasonOf(f.SetStatus(bob, v1::AGENT_STATUS_OFFLINE)), "OK");
  const Error error = Decode(f.Begin(bob, ChatContact()));
  EXPECT_EQ(error.reason, "AGENT_STATUS_FORBIDS");
  EXPECT_EQ(error.metadata.at("status"), "OFFLINE");
  EXPECT_EQ(ReasonOf(f.SetStatus(bob, v1::AGENT_STATUS_NOT_READY, "lunch")), "OK");
  contact = ChatContact();
  contact.set_conversation_key("visitor-4");
  const std::string open = f.Ingest(contact);
  const Error conversation = Decode(f.Begin(bob, contact));
  EXPECT_EQ(conversation.reason, "CONVERSATION_OPEN");
  EXPECT_EQ(conversation.metadata.at("ticket_id"), open);
  EXPECT_EQ(ReasonOf(f.Begin(bob, ChatContact())), "OK") << "NOT_READY is no hindrance";

  v1::SessionRef nobody;
  nobody.set_agent("ann");
  nobody.set_generation(1);
  EXPECT_EQ(ReasonOf(f.Begin(nobody, ChatContact())), "NO_SESSION");
}

TEST(StartAgentContact, NeedsASessionAndAContact) {
  AgentContacts f;
  v1::StartAgentContactRequest request;
  request.set_workspace(kWorkspace);
  v1::StartAgentContactResponse response;
  const Error error = Decode(f.agents->StartAgentContact(ClientContext(), request, &response));
  EXPECT_EQ(error.reason, "FIELD_REQUIRED");
  EXPECT_EQ(error.fields, (std::vector<std::string>{"session", "contact"}));
}

}  // namespace
}  // namespace tandem::rpc
