// Goal: a bot gives a ticket to people with what it has to say, by itself or because it is not sure
// enough; who goes on sees it; and what is at fault in such a request is named. Method: over a
// connection, with ann as the bot and bob as the person.
#include <limits>
#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

constexpr int kChat = 0;  // the place of its process type in SmallConfiguration

v1::Configuration WithBot(double min_confidence = 0) {
  v1::Configuration configuration = SmallConfiguration();
  configuration.mutable_agents(0)->set_kind(v1::AGENT_KIND_AUTOMATED);
  v1::ProcessType& chat = *configuration.mutable_process_types(kChat);
  EXPECT_EQ(chat.defaults(0).queue(), "chats");
  if (min_confidence != 0) chat.mutable_hand_off()->set_min_confidence(min_confidence);
  return configuration;
}

v1::ReleaseTicketRequest HandOffOf(const v1::SessionRef& session, const std::string& ticket) {
  v1::ReleaseTicketRequest request;
  request.set_workspace(kWorkspace);
  request.set_ticket_id(ticket);
  *request.mutable_session() = session;
  request.mutable_hand_off()->set_confidence(0.41);
  request.mutable_hand_off()->set_reason("asked_for_person");
  request.mutable_hand_off()->set_summary("Wants a refund of two months.");
  return request;
}

grpc::Status HandOff(Fixture& f, const v1::ReleaseTicketRequest& request) {
  v1::ReleaseTicketResponse response;
  return f.tickets->ReleaseTicket(ClientContext(), request, &response);
}

struct Completed {
  grpc::Status status;
  v1::TicketState state = v1::TICKET_STATE_UNSPECIFIED;
};
Completed Complete(Fixture& f, const v1::SessionRef& session, const std::string& ticket,
                   std::optional<double> confidence) {
  v1::CompleteTicketRequest request;
  request.set_workspace(kWorkspace);
  request.set_ticket_id(ticket);
  *request.mutable_session() = session;
  if (confidence) request.set_confidence(*confidence);
  request.set_summary("Is about a loan.");
  v1::CompleteTicketResponse response;
  Completed completed;
  completed.status = f.tickets->CompleteTicket(ClientContext(), request, &response);
  completed.state = response.state();
  return completed;
}

TEST(HandOff, GivesTheTicketToPeopleWithWhatTheBotSays) {
  Fixture f;
  f.Apply(WithBot());
  const v1::SessionRef bot = f.LogIn("ann");
  const std::string ticket = f.Take(bot, ChatContact());
  ASSERT_EQ(ReasonOf(HandOff(f, HandOffOf(bot, ticket))), "OK");

  const v1::Ticket waiting = f.Get(ticket);
  EXPECT_EQ(waiting.state(), v1::TICKET_STATE_QUEUED);
  ASSERT_EQ(waiting.requirement().all_of_size(), 1);
  EXPECT_EQ(waiting.requirement().all_of(0).any_of(0).agent_kind(), v1::AGENT_KIND_HUMAN);
  EXPECT_EQ(waiting.hand_off().agent(), "ann");
  EXPECT_DOUBLE_EQ(waiting.hand_off().confidence(), 0.41);
  EXPECT_EQ(waiting.hand_off().reason(), "asked_for_person");
  EXPECT_EQ(waiting.hand_off().summary(), "Wants a refund of two months.");
  v1::UpdateTicketRequest name_bob;
  name_bob.set_workspace(kWorkspace);
  name_bob.set_ticket_id(ticket);
  name_bob.mutable_requirement()->add_agents("bob");
  v1::UpdateTicketResponse updated;
  EXPECT_EQ(ReasonOf(f.tickets->UpdateTicket(ClientContext(), name_bob, &updated)),
            "TICKET_IS_FOR_PEOPLE");
  const v1::Event event = f.Last(ticket, v1::EVENT_TYPE_TICKET_HANDED_OFF);
  EXPECT_EQ(event.agent(), "ann");
  EXPECT_EQ(event.number(), 410);
  v1::ListNotesRequest list;
  list.set_workspace(kWorkspace);
  list.set_ticket_id(ticket);
  v1::ListNotesResponse notes;
  ASSERT_EQ(ReasonOf(f.tickets->ListNotes(ClientContext(), list, &notes)), "OK");
  ASSERT_EQ(notes.notes_size(), 1);
  EXPECT_EQ(notes.notes(0).text(), "Wants a refund of two months.");
  EXPECT_EQ(notes.notes(0).agent(), "ann");

  // The bot is there and free, but only a person is offered it: without the summary first.
  const v1::SessionRef person = f.LogIn("bob");
  const v1::AgentSnapshot offered = f.Snapshot(person);
  ASSERT_EQ(offered.offers_size(), 1);
  EXPECT_EQ(offered.offers(0).hand_off().reason(), "asked_for_person");
  EXPECT_EQ(offered.offers(0).hand_off().summary(), "");
  ASSERT_EQ(ReasonOf(f.Accept(person, offered.offers(0).offer_id())), "OK");
  const v1::AgentSnapshot accepted = f.Snapshot(person);
  ASSERT_EQ(accepted.work_size(), 1);
  EXPECT_EQ(accepted.work(0).hand_off().summary(), "Wants a refund of two months.");
  EXPECT_EQ(ReasonOf(HandOff(f, HandOffOf(person, ticket))), "AGENT_NOT_AUTOMATED");
}

TEST(HandOff, IsWhatAnUnsureCompletionBecomes) {
  Fixture f;
  f.Apply(WithBot(0.8));
  const v1::SessionRef bot = f.LogIn("ann");
  const std::string ticket = f.Take(bot, ChatContact());
  ExpectRefusal(Complete(f, bot, ticket, std::nullopt).status, "FIELD_REQUIRED", "confidence");
  const Completed unsure = Complete(f, bot, ticket, 0.7999);
  ASSERT_EQ(ReasonOf(unsure.status), "OK");
  EXPECT_EQ(unsure.state, v1::TICKET_STATE_QUEUED);
  EXPECT_EQ(f.Get(ticket).hand_off().reason(), "BELOW:800");
  EXPECT_EQ(f.Get(ticket).hand_off().summary(), "Is about a loan.");

  const Completed sure = Complete(f, bot, f.Take(bot, ChatContact()), 0.8);
  ASSERT_EQ(ReasonOf(sure.status), "OK");
  EXPECT_EQ(sure.state, v1::TICKET_STATE_COMPLETED);

  const v1::SessionRef person = f.LogIn("bob");
  ASSERT_EQ(ReasonOf(f.Accept(person, f.OfferOf(person))), "OK");
  EXPECT_EQ(Complete(f, person, ticket, std::nullopt).state, v1::TICKET_STATE_COMPLETED);
}

TEST(HandOff, NamesWhatIsAtFault) {
  Fixture f;
  f.Apply(WithBot(0.8));
  const v1::SessionRef bot = f.LogIn("ann");
  const std::string ticket = f.Take(bot, ChatContact());
  v1::ReleaseTicketRequest request = HandOffOf(bot, ticket);
  request.mutable_hand_off()->set_confidence(1.1);
  ExpectRefusal(HandOff(f, request), "FIELD_OUT_OF_RANGE", "hand_off.confidence");
  request = HandOffOf(bot, ticket);
  request.mutable_hand_off()->set_reason("no id");
  ExpectRefusal(HandOff(f, request), "FIELD_MALFORMED", "hand_off.reason");
  request = HandOffOf(bot, ticket);
  request.mutable_hand_off()->set_summary(std::string(4'097, 's'));
  ExpectRefusal(HandOff(f, request), "FIELD_TOO_LARGE", "hand_off.summary");
  ExpectRefusal(Complete(f, bot, ticket, -0.1).status, "FIELD_OUT_OF_RANGE", "confidence");
  constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();
  ExpectRefusal(Complete(f, bot, ticket, kNoNumber).status, "FIELD_OUT_OF_RANGE", "confidence");

  v1::Configuration configuration = WithBot(2);
  ExpectRefusal(f.ApplyStatus(configuration), "FIELD_OUT_OF_RANGE",
                "configuration.process_types[0].hand_off.min_confidence");
  configuration = WithBot(0.5);
  configuration.mutable_process_types(kChat)->mutable_hand_off()->set_queue("nowhere");
  ExpectRefusal(f.ApplyStatus(configuration), "REFERENCE_BROKEN",
                "configuration.process_types[0].hand_off.queue");
  v1::Contact contact = ChatContact();
  contact.mutable_requirement()->add_all_of()->add_any_of()->set_agent_kind(
      v1::AGENT_KIND_UNSPECIFIED);
  ExpectRefusal(f.IngestStatus(contact), "FIELD_REQUIRED",
                "contact.requirement.all_of[0].any_of[0].agent_kind");
}

TEST(AgentKind, IsAskedByRequirements) {
  Fixture f;
  f.Apply(WithBot());
  v1::Contact contact = ChatContact();
  contact.mutable_requirement()->add_all_of()->add_any_of()->set_agent_kind(v1::AGENT_KIND_HUMAN);
  const std::string ticket = f.Ingest(contact);
  f.LogIn("ann");
  EXPECT_EQ(f.Get(ticket).state(), v1::TICKET_STATE_QUEUED) << "ann is a bot";
  const v1::ExplainTicketResponse explained = f.Explain(ticket);
  EXPECT_EQ(explained.clauses(explained.clauses_size() - 1).clause(), "agent kind HUMAN");
  EXPECT_EQ(explained.clauses(explained.clauses_size() - 1).passing_agents(), 1U);
  f.LogIn("bob");
  EXPECT_EQ(f.Get(ticket).state(), v1::TICKET_STATE_OFFERED);
}

}  // namespace
}  // namespace tandem::rpc
