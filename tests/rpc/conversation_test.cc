// Goal: a conversation goes on with the same ticket after it was completed; a customer who falls
// silent frees the agent; and what a channel limits is said. Method: over a connection, one
// behaviour a test; spans pass on an engine clock that runs faster.
#include <string>

#include "gtest/gtest.h"
#include "tests/rpc/client_stream.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

v1::Configuration Talking(int64_t reopen_seconds, int64_t park_seconds, int64_t close_seconds) {
  v1::Configuration configuration = SmallConfiguration();
  v1::ProcessTypeDefaults& chats = *configuration.mutable_process_types(0)->mutable_defaults(0);
  chats.mutable_reopen_within()->set_seconds(reopen_seconds);
  chats.mutable_auto_park_after()->set_seconds(park_seconds);
  chats.mutable_auto_close_after()->set_seconds(close_seconds);
  return configuration;
}

struct Conversation : Fixture {
  using Fixture::Fixture;

  v1::AddMessageResponse Say(const std::string& ticket, v1::Party author,
                             const std::string& request_id = "") {
    v1::AddMessageRequest request;
    request.set_workspace(kWorkspace);
    request.set_request_id(request_id);
    request.set_ticket_id(ticket);
    request.set_author(author);
    if (author == v1::PARTY_AGENT) request.set_agent("ann");
    request.set_text("something");
    v1::AddMessageResponse response;
    EXPECT_EQ(ReasonOf(tickets->AddMessage(ClientContext(), request, &response)), "OK");
    return response;
  }

  grpc::Status Reopen(const std::string& ticket, const std::string& workspace = kWorkspace) {
    v1::ReopenTicketRequest request;
    request.set_workspace(workspace);
    request.set_ticket_id(ticket);
    v1::ReopenTicketResponse response;
    return tickets->ReopenTicket(ClientContext(), request, &response);
  }

  std::string Done(const v1::SessionRef& session, const v1::Contact& contact) {
    const std::string ticket = Take(session, contact);
    EXPECT_EQ(ReasonOf(Complete(session, ticket, "solved")), "OK");
    return ticket;
  }

  bool WaitForState(const std::string& ticket, v1::TicketState state) {
    return Eventually([&] { return Get(ticket).state() == state; });
  }

  v1::Event LastEvent(const std::string& ticket) { return EventsOf(ticket).back(); }
};

FixtureOptions Fast() {
  FixtureOptions options;
  options.engine.clock_speed = 60;
  // Nobody sends heartbeats here.
  options.engine.heartbeat_timeout = router::Hours(1);
  return options;
}

// -------------------------------------------------------------------------------------------------
// reopening

TEST(CompletedTicket, IsReopenedByTheCustomersMessageForItsLastAgent) {
  Conversation f;
  f.Apply(Talking(3'600, 0, 0));
  const v1::SessionRef ann = f.LogIn("ann");
  v1::Contact chat = ChatContact();
  chat.set_conversation_key("k");
  const std::string ticket = f.Done(ann, chat);
  const v1::Ticket done = f.Get(ticket);
  EXPECT_EQ(done.disposition(), "solved");
  f.LogIn("bob");

  const std::string request_id = "0193a5e2-0000-4000-8000-000000000001";
  const v1::AddMessageResponse said = f.Say(ticket, v1::PARTY_CUSTOMER, request_id);
  EXPECT_TRUE(said.reopened());
  EXPECT_EQ(said.state(), v1::TICKET_STATE_QUEUED);
  const v1::Ticket again = f.Get(ticket);
  EXPECT_EQ(again.state(), v1::TICKET_STATE_OFFERED);
  EXPECT_EQ(again.agent(), "ann");
  EXPECT_EQ(again.reopen_count(), 1U);
  EXPECT_EQ(again.disposition(), "");
  EXPECT_FALSE(again.has_closed_at());
  EXPECT_GE(again.queued_at().seconds(), done.closed_at().seconds());
  EXPECT_GE(again.target().seconds(), again.queued_at().seconds() + 20);
  EXPECT_EQ(again.created_at().seconds(), done.created_at().seconds());

  // Said again by a connector that had no answer: the first answer, and no second message.
  const v1::AddMessageResponse repeated = f.Say(ticket, v1::PARTY_CUSTOMER, request_id);
  EXPECT_EQ(repeated.sequence(), said.sequence());
  EXPECT_TRUE(repeated.reopened());
  EXPECT_EQ(repeated.state(), said.state());

  // It is the open ticket of its conversation.
  v1::IngestResult joined;
  ASSERT_EQ(ReasonOf(f.IngestStatus(chat, &joined)), "OK");
  EXPECT_EQ(joined.ticket_id(), ticket);
  ASSERT_EQ(ReasonOf(f.Accept(ann, f.OfferOf(ann))), "OK");
  EXPECT_EQ(ReasonOf(f.Complete(ann, ticket)), "OK");
  EXPECT_EQ(f.Get(ticket).contact_count(), 2U);
  EXPECT_EQ(f.Get(ticket).disposition(), "NOT_SET");
}

TEST(CompletedTicket, KeepsAMessageThatReopensNothing) {
  Conversation f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string never = f.Done(ann, ChatContact());
  const v1::AddMessageResponse kept = f.Say(never, v1::PARTY_CUSTOMER);
  EXPECT_FALSE(kept.reopened());
  EXPECT_EQ(kept.state(), v1::TICKET_STATE_COMPLETED) << "nobody sees it";

  f.Apply(Talking(3'600, 0, 0));
  EXPECT_FALSE(f.Say(never, v1::PARTY_AGENT).reopened());
  v1::Contact chat = ChatContact();
  chat.set_conversation_key("k");
  const std::string first = f.Done(ann, chat);
  const std::string second = f.Take(ann, chat);
  EXPECT_FALSE(f.Say(first, v1::PARTY_CUSTOMER).reopened()) << "it goes on in another ticket";
  const grpc::Status status = f.Reopen(first);
  EXPECT_EQ(ReasonOf(status), "CONVERSATION_OPEN");
  EXPECT_EQ(Decode(status).metadata.at("ticket_id"), second);
  const v1::AddMessageResponse shown = f.Say(second, v1::PARTY_CUSTOMER);
  EXPECT_FALSE(shown.reopened());
  EXPECT_EQ(shown.state(), v1::TICKET_STATE_ACTIVE);
}

TEST(ReopenTicket, IsForWhatWasCompletedHoweverLongAgo) {
  Conversation f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Done(ann, ChatContact());
  ASSERT_EQ(ReasonOf(f.Reopen(ticket)), "OK");
  EXPECT_EQ(f.Get(ticket).state(), v1::TICKET_STATE_OFFERED);
  const grpc::Status open = f.Reopen(ticket);
  EXPECT_EQ(ReasonOf(open), "TICKET_STATE_FORBIDS");
  EXPECT_EQ(Decode(open).metadata.at("state"), "OFFERED");
  EXPECT_EQ(ReasonOf(f.Cancel(ticket)), "OK");
  const grpc::Status canceled = f.Reopen(ticket);
  EXPECT_EQ(ReasonOf(canceled), "TICKET_STATE_FORBIDS");
  EXPECT_EQ(Decode(canceled).metadata.at("state"), "CANCELED");
  EXPECT_EQ(canceled.error_code(), grpc::StatusCode::FAILED_PRECONDITION);

  EXPECT_EQ(ReasonOf(f.Reopen("01890000-0000-7000-8000-000000000001")), "TICKET_NOT_FOUND");
  EXPECT_EQ(ReasonOf(f.Reopen(ticket, "elsewhere")), "WORKSPACE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(f.Reopen("t1")), "FIELD_MALFORMED");
  EXPECT_EQ(ReasonOf(f.Reopen("")), "FIELD_REQUIRED");
  EXPECT_EQ(ReasonOf(f.Reopen(ticket, "")), "FIELD_REQUIRED");
}

TEST(ReopenTicket, NeedsWhatTheTicketNeeds) {
  Conversation f;
  v1::Configuration configuration = SmallConfiguration();
  f.Apply(configuration);
  const v1::SessionRef ann = f.LogIn("ann");
  v1::Contact hard = ChatContact();
  auto* skill = hard.mutable_requirement()->add_all_of()->add_any_of()->mutable_skill();
  skill->set_skill("billing");
  skill->set_level(1);
  const std::string ticket = f.Done(ann, hard);
  configuration.clear_skills();
  for (v1::Agent& agent : *configuration.mutable_agents()) agent.clear_skills();
  f.Apply(configuration);
  EXPECT_EQ(ReasonOf(f.Reopen(ticket)), "SKILL_UNKNOWN");
  f.Apply(SmallConfiguration());
  EXPECT_EQ(ReasonOf(f.Reopen(ticket)), "OK");
}

TEST(ReopenTicket, QueuesItWithAnEventThatTellsWhy) {
  Conversation f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Done(ann, ChatContact());
  ASSERT_EQ(ReasonOf(f.SetStatus(ann, v1::AGENT_STATUS_NOT_READY, "lunch")), "OK");
  ASSERT_EQ(ReasonOf(f.Reopen(ticket)), "OK");
  EXPECT_EQ(f.Get(ticket).state(), v1::TICKET_STATE_QUEUED);
  const v1::Event event = f.LastEvent(ticket);
  EXPECT_EQ(event.type(), v1::EVENT_TYPE_TICKET_REOPENED);
  EXPECT_EQ(event.reason(), "REQUEST");
  EXPECT_EQ(event.agent(), "ann");
  EXPECT_EQ(event.number(), 1);
  EXPECT_EQ(event.queue(), "chats");
}

// -------------------------------------------------------------------------------------------------
// silence

TEST(Silence, ParksAndThenCompletes) {
  Conversation f(Fast());
  f.Apply(Talking(0, 10, 180));
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Take(ann, ChatContact());
  EXPECT_FALSE(f.Get(ticket).has_silent_until());
  f.Say(ticket, v1::PARTY_AGENT);
  ASSERT_TRUE(f.WaitForState(ticket, v1::TICKET_STATE_PARKED));
  const v1::Ticket parked = f.Get(ticket);
  EXPECT_EQ(parked.parking_reason(), "customer_silent");
  EXPECT_EQ(parked.last_agent(), "ann");
  EXPECT_EQ(parked.silent_until().seconds(), parked.parked_at().seconds() + 180);
  EXPECT_EQ(f.Explain(ticket).silent_until().seconds(), parked.silent_until().seconds());
  EXPECT_EQ(f.Snapshot(ann).work_size(), 0);
  ASSERT_TRUE(f.WaitForState(ticket, v1::TICKET_STATE_COMPLETED));
  const v1::Ticket closed = f.Get(ticket);
  EXPECT_EQ(closed.disposition(), "CUSTOMER_SILENT");
  EXPECT_EQ(closed.agent(), "ann");
  EXPECT_FALSE(closed.has_silent_until());
  EXPECT_EQ(f.LastEvent(ticket).reason(), "CUSTOMER_SILENT");
}

TEST(Silence, IsBrokenByTheCustomer) {
  Conversation f;
  f.Apply(Talking(0, 600, 600));
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Take(ann, ChatContact());
  f.Say(ticket, v1::PARTY_SYSTEM);
  EXPECT_TRUE(f.Get(ticket).has_silent_until());
  EXPECT_TRUE(f.Explain(ticket).has_silent_until());
  f.Say(ticket, v1::PARTY_CUSTOMER);
  EXPECT_FALSE(f.Get(ticket).has_silent_until());
  f.Say(ticket, v1::PARTY_AGENT);
  ASSERT_EQ(ReasonOf(f.Finish(ann, ticket)), "OK");
  EXPECT_FALSE(f.Get(ticket).has_silent_until());
}

TEST(Silence, HasLimits) {
  Conversation f;
  const auto reason = [&](int64_t reopen, int64_t park, int64_t close) {
    return Decode(f.ApplyStatus(Talking(reopen, park, close)));
  };
  constexpr int64_t kDay = 86'400;
  EXPECT_EQ(reason(90 * kDay, 90 * kDay, 90 * kDay).reason, "");
  const std::string at = "configuration.process_types[0].defaults[0].";
  const auto expect = [&](const Error& error, const std::string& field) {
    EXPECT_EQ(error.reason, "FIELD_OUT_OF_RANGE") << error.message;
    EXPECT_EQ(error.fields, std::vector<std::string>{at + field});
  };
  expect(reason(-1, 0, 0), "reopen_within");
  expect(reason(90 * kDay + 1, 0, 0), "reopen_within");
  expect(reason(0, 9, 0), "auto_park_after");
  expect(reason(0, 90 * kDay + 1, 0), "auto_park_after");
  expect(reason(0, 0, -10), "auto_close_after");
}

// -------------------------------------------------------------------------------------------------
// by when to reply

TEST(ReplyBy, IsTheChannelsLimitAndCapsTheTarget) {
  Conversation f;
  v1::Configuration configuration = SmallConfiguration();
  v1::ProcessTypeDefaults& chats = *configuration.mutable_process_types(0)->mutable_defaults(0);
  chats.mutable_answer_target()->set_seconds(2 * 86'400);
  f.Apply(configuration);
  v1::Contact message = ChatContact();
  message.set_channel("whatsapp");
  const v1::Ticket ticket = f.Get(f.Ingest(message));
  EXPECT_LE(ticket.reply_by().seconds(), ticket.created_at().seconds() + 86'401);
  EXPECT_GE(ticket.reply_by().seconds(), ticket.created_at().seconds() + 86'399);
  EXPECT_EQ(ticket.target().seconds(), ticket.reply_by().seconds());
  EXPECT_EQ(f.Explain(ticket.id()).reply_by().seconds(), ticket.reply_by().seconds());
  const v1::Ticket chat = f.Get(f.Ingest(ChatContact()));
  EXPECT_FALSE(chat.has_reply_by());
  EXPECT_GT(chat.target().seconds(), ticket.target().seconds());

  v1::Channel* whatsapp = configuration.add_channels();
  whatsapp->set_id("whatsapp");
  whatsapp->set_capacity_group(v1::CAPACITY_GROUP_MESSAGING);
  whatsapp->mutable_reply_within();  // 0: no limit
  f.Apply(configuration);
  EXPECT_FALSE(f.Get(f.Ingest(message)).has_reply_by());
  whatsapp->mutable_reply_within()->set_seconds(59);
  const Error error = Decode(f.ApplyStatus(configuration));
  EXPECT_EQ(error.reason, "FIELD_OUT_OF_RANGE");
  EXPECT_EQ(error.fields, std::vector<std::string>{"configuration.channels[0].reply_within"});
}

}  // namespace
}  // namespace tandem::rpc
