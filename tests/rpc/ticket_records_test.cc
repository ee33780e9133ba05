// Goal: what is said of a ticket, and added to it, after it came in gets there over the wire, comes
// back as it was said, and is refused with its reason where it may not be said.
#include <functional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "router/limits.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

template <typename Request>
Request About(const std::string& ticket) {
  Request request;
  request.set_workspace(kWorkspace);
  request.set_ticket_id(ticket);
  return request;
}

void AddReference(v1::UpdateTicketRequest& request, const std::string& system,
                  const std::string& id) {
  v1::ExternalReference* reference = request.add_add_external_references();
  reference->set_system(system);
  reference->set_id(id);
}

v1::RecordSurveyRequest Survey(const std::string& ticket, int scores = 1) {
  auto request = About<v1::RecordSurveyRequest>(ticket);
  for (int i = 0; i < scores; ++i) {
    v1::SurveyScore* score = request.add_scores();
    score->set_measure("measure-" + std::to_string(i));
    score->set_score(4);
    score->set_lowest(1);
    score->set_highest(5);
  }
  return request;
}

struct Records : Fixture {
  grpc::Status Update(const v1::UpdateTicketRequest& request, int64_t* revision = nullptr) {
    v1::UpdateTicketResponse response;
    const grpc::Status status = tickets->UpdateTicket(ClientContext(), request, &response);
    if (revision != nullptr) *revision = response.revision();
    return status;
  }
  grpc::Status Note(const v1::AddNoteRequest& request, int64_t* sequence = nullptr) {
    v1::AddNoteResponse response;
    const grpc::Status status = tickets->AddNote(ClientContext(), request, &response);
    if (sequence != nullptr) *sequence = response.sequence();
    return status;
  }
  grpc::Status Say(const v1::AddMessageRequest& request) {
    v1::AddMessageResponse response;
    return tickets->AddMessage(ClientContext(), request, &response);
  }
  grpc::Status Record(const v1::RecordSurveyRequest& request) {
    v1::RecordSurveyResponse response;
    return tickets->RecordSurvey(ClientContext(), request, &response);
  }
  std::vector<v1::Note> Notes(const std::string& ticket) {
    auto request = About<v1::ListNotesRequest>(ticket);
    request.set_page_size(2);
    std::vector<v1::Note> notes;
    v1::ListNotesResponse response;
    do {
      EXPECT_EQ(ReasonOf(tickets->ListNotes(ClientContext(), request, &response)), "OK");
      EXPECT_LE(response.notes_size(), 2);
      notes.insert(notes.end(), response.notes().begin(), response.notes().end());
      request.set_page_token(response.next_page_token());
    } while (!response.next_page_token().empty());
    return notes;
  }
  std::vector<v1::Message> Messages(const std::string& ticket) {
    v1::ListMessagesResponse response;
    EXPECT_EQ(ReasonOf(tickets->ListMessages(ClientContext(),
                                             About<v1::ListMessagesRequest>(ticket), &response)),
              "OK");
    return {response.messages().begin(), response.messages().end()};
  }
  std::string Done(const v1::SessionRef& session) {
    const std::string ticket = Take(session, ChatContact());
    EXPECT_EQ(ReasonOf(Complete(session, ticket)), "OK");
    return ticket;
  }
};

// ------------------------------------------------------------------------------------------
// updates

TEST(UpdateTicket, ChangesWhatItNamesAndNothingElse) {
  Records f;
  v1::Contact contact = ChatContact();
  contact.set_subject("first");
  contact.set_customer_id("c-1");
  contact.set_customer_segment("gold");
  (*contact.mutable_attributes())["page"] = "/cart";
  (*contact.mutable_attributes())["browser"] = "none";
  const std::string ticket = f.Ingest(contact);
  EXPECT_EQ(f.Get(ticket).revision(), 1);

  auto request = About<v1::UpdateTicketRequest>(ticket);
  request.set_expected_revision(1);
  request.set_priority(5);
  request.set_subject("Größe?");
  (*request.mutable_set_attributes())["order"] = "17";
  (*request.mutable_set_attributes())["page"] = "/pay";
  request.add_remove_attributes("browser");
  AddReference(request, "crm", "CASE-1");
  AddReference(request, "shop", "17");
  int64_t revision = 0;
  ASSERT_EQ(ReasonOf(f.Update(request, &revision)), "OK");
  EXPECT_EQ(revision, 2);
  const v1::Ticket before = f.Get(ticket);
  EXPECT_EQ(before.revision(), 2);
  EXPECT_EQ(before.priority(), 5U);
  EXPECT_EQ(before.subject(), "Größe?");
  EXPECT_EQ(before.customer_id(), "c-1");
  EXPECT_EQ(before.attributes_size(), 2);
  EXPECT_EQ(before.attributes().at("order"), "17");
  EXPECT_EQ(before.attributes().at("page"), "/pay");
  ASSERT_EQ(before.external_references_size(), 2);
  EXPECT_EQ(before.external_references(0).system(), "crm");
  EXPECT_EQ(before.external_references(1).id(), "17");

  auto more = About<v1::UpdateTicketRequest>(ticket);
  more.set_customer_id("c-2");
  more.mutable_due_at()->set_seconds(before.created_at().seconds() + 3'600);
  v1::ExternalReference* gone = more.add_remove_external_references();
  gone->set_system("shop");
  gone->set_id("17");
  ASSERT_EQ(ReasonOf(f.Update(more)), "OK");
  const v1::Ticket after = f.Get(ticket);
  EXPECT_EQ(after.customer_id(), "c-2");
  EXPECT_EQ(after.customer_segment(), "gold");
  EXPECT_EQ(after.subject(), "Größe?");
  EXPECT_EQ(after.due_at().seconds(), before.created_at().seconds() + 3'600);
  EXPECT_EQ(after.target().seconds(), before.target().seconds()) << "FRONT: no due time counts";
  EXPECT_EQ(after.queued_at().seconds(), before.queued_at().seconds());
  EXPECT_EQ(after.external_references_size(), 1);
}

TEST(UpdateTicket, PutsAWaitingTicketIntoItsNewPlaceAtOnce) {
  Records f;
  f.Ingest(ChatContact());
  const std::string second = f.Ingest(ChatContact());
  auto request = About<v1::UpdateTicketRequest>(second);
  request.set_priority(9);
  ASSERT_EQ(ReasonOf(f.Update(request)), "OK");
  const v1::SessionRef ann = f.LogIn("ann");
  ASSERT_EQ(f.Snapshot(ann).offers_size(), 1);
  EXPECT_EQ(f.Snapshot(ann).offers(0).ticket_id(), second);
}

TEST(UpdateTicket, IsRefusedWithItsReason) {
  Records f;
  const std::string ticket = f.Ingest(ChatContact());
  auto request = About<v1::UpdateTicketRequest>(ticket);
  request.set_priority(1);
  request.set_expected_revision(2);
  const Error stale = Decode(f.Update(request));
  EXPECT_EQ(stale.reason, "REVISION_STALE");
  EXPECT_EQ(stale.metadata.at("expected"), "2");
  EXPECT_EQ(stale.metadata.at("actual"), "1");

  auto full = About<v1::UpdateTicketRequest>(ticket);
  for (size_t i = 0; i < router::kMaxExternalReferences; ++i) {
    AddReference(full, "crm", std::to_string(i));
  }
  EXPECT_EQ(ReasonOf(f.Update(full)), "OK");
  EXPECT_EQ(ReasonOf(f.Update(full)), "OK") << "they are there already";
  auto one_more = About<v1::UpdateTicketRequest>(ticket);
  AddReference(one_more, "crm", "one more");
  const Error error = Decode(f.Update(one_more));
  EXPECT_EQ(error.reason, "TICKET_FULL");
  EXPECT_EQ(error.metadata.at("what"), "external references");
  EXPECT_EQ(error.metadata.at("limit"), "32");
  auto wide = About<v1::UpdateTicketRequest>(ticket);
  for (int i = 0; i < 17; ++i) {
    (*wide.mutable_set_attributes())["k" + std::to_string(i)] = std::string(512, 'x');
  }
  EXPECT_EQ(ReasonOf(f.Update(wide)), "TICKET_FULL");
  EXPECT_EQ(f.Get(ticket).attributes_size(), 0) << "all or nothing";

  EXPECT_EQ(ReasonOf(f.Cancel(ticket)), "OK");
  request.set_expected_revision(0);
  EXPECT_EQ(ReasonOf(f.Update(request)), "TICKET_CLOSED");
  request.set_ticket_id(kNoTicket);
  EXPECT_EQ(ReasonOf(f.Update(request)), "TICKET_NOT_FOUND");
}

TEST(UpdateTicket, IsDoneOnceUnderItsRequestId) {
  Records f;
  auto request = About<v1::UpdateTicketRequest>(f.Ingest(ChatContact()));
  request.set_request_id(kRequestId);
  request.set_priority(1);
  int64_t revision = 0;
  EXPECT_EQ(ReasonOf(f.Update(request, &revision)), "OK");
  EXPECT_EQ(revision, 2);
  EXPECT_EQ(ReasonOf(f.Update(request, &revision)), "OK");
  EXPECT_EQ(revision, 2);
  request.set_priority(2);
  EXPECT_EQ(ReasonOf(f.Update(request)), "REQUEST_ID_REUSED");
}

TEST(ListTickets, FindsByCustomerAndByWhatOtherSystemsCallThem) {
  Records f;
  v1::Contact contact = ChatContact();
  contact.set_customer_id("c-1");
  const std::string first = f.Ingest(contact);
  const std::string second = f.Ingest(ChatContact());
  auto request = About<v1::UpdateTicketRequest>(second);
  request.set_customer_id("c-1");
  AddReference(request, "crm", "CASE-1");
  EXPECT_EQ(ReasonOf(f.Update(request)), "OK");
  v1::ListTicketsRequest list;
  list.set_workspace(kWorkspace);
  list.mutable_filter()->set_customer_id("c-1");
  v1::ListTicketsResponse found;
  ASSERT_EQ(ReasonOf(f.tickets->ListTickets(ClientContext(), list, &found)), "OK");
  ASSERT_EQ(found.tickets_size(), 2);
  EXPECT_EQ(found.tickets(1).id(), first);
  list.mutable_filter()->mutable_external_reference()->set_system("crm");
  EXPECT_EQ(ReasonOf(f.tickets->ListTickets(ClientContext(), list, &found)), "FIELD_REQUIRED");
  list.mutable_filter()->mutable_external_reference()->set_id("CASE-1");
  ASSERT_EQ(ReasonOf(f.tickets->ListTickets(ClientContext(), list, &found)), "OK");
  ASSERT_EQ(found.tickets_size(), 1);
  EXPECT_EQ(found.tickets(0).id(), second);
}

// -------------------------------------------------------------------------------- notes, messages

TEST(Notes, AreKeptInOrderOfOpenAndClosedTickets) {
  Records f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Take(ann, ChatContact());
  auto note = About<v1::AddNoteRequest>(ticket);
  note.set_text("Größe 東京 🎧");
  note.set_agent("ann");
  int64_t first = 0;
  ASSERT_EQ(ReasonOf(f.Note(note, &first)), "OK");
  note.clear_agent();
  note.set_text("second");
  EXPECT_EQ(ReasonOf(f.Note(note)), "OK");
  EXPECT_EQ(ReasonOf(f.Complete(ann, ticket)), "OK");
  note.set_text("late");
  note.set_request_id(kRequestId);
  int64_t late = 0;
  EXPECT_EQ(ReasonOf(f.Note(note, &late)), "OK");
  int64_t again = 0;
  EXPECT_EQ(ReasonOf(f.Note(note, &again)), "OK");
  EXPECT_EQ(late, again);
  note.set_text("another");
  EXPECT_EQ(ReasonOf(f.Note(note)), "REQUEST_ID_REUSED");

  const std::vector<v1::Note> notes = f.Notes(ticket);
  ASSERT_EQ(notes.size(), 3U);
  EXPECT_EQ(notes[0].sequence(), first);
  EXPECT_EQ(notes[0].text(), "Größe 東京 🎧");
  EXPECT_EQ(notes[0].agent(), "ann");
  EXPECT_GT(notes[0].at().seconds(), 0);
  EXPECT_EQ(notes[1].text(), "second");
  EXPECT_EQ(notes[1].agent(), "");
  EXPECT_EQ(notes[2].text(), "late");
  EXPECT_EQ(notes[2].sequence(), late);
  EXPECT_EQ(f.Notes(f.Ingest(ChatContact())).size(), 0U);
}

TEST(Notes, OfTicketsOrAgentsThatAreNotThereAreRefused) {
  Records f;
  auto note = About<v1::AddNoteRequest>(kNoTicket);
  note.set_text("nobody reads this");
  EXPECT_EQ(ReasonOf(f.Note(note)), "TICKET_NOT_FOUND");
  note.set_ticket_id(f.Ingest(ChatContact()));
  note.set_agent("nobody");
  EXPECT_EQ(ReasonOf(f.Note(note)), "AGENT_NOT_FOUND");
  v1::ListNotesResponse notes;
  EXPECT_EQ(ReasonOf(f.tickets->ListNotes(ClientContext(), About<v1::ListNotesRequest>(kNoTicket),
                                          &notes)),
            "TICKET_NOT_FOUND");
  v1::ListMessagesResponse messages;
  EXPECT_EQ(ReasonOf(f.tickets->ListMessages(ClientContext(),
                                             About<v1::ListMessagesRequest>(kNoTicket), &messages)),
            "TICKET_NOT_FOUND");
}

TEST(Messages, AreKeptWithThoseOfContacts) {
  Records f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Take(ann, ChatContact());
  auto message = About<v1::AddMessageRequest>(ticket);
  message.set_author(v1::PARTY_AGENT);
  message.set_agent("ann");
  message.set_text("Olá");
  message.set_external_id("m-1");
  message.mutable_sent_at()->set_seconds(f.Get(ticket).created_at().seconds() - 5);
  EXPECT_EQ(ReasonOf(f.Say(message)), "OK");
  EXPECT_EQ(ReasonOf(f.Finish(ann, ticket)), "OK");

  // The customer writes on while ann wraps up.
  auto answer = About<v1::AddMessageRequest>(ticket);
  answer.set_author(v1::PARTY_CUSTOMER);
  EXPECT_EQ(ReasonOf(f.Say(answer)), "OK");
  EXPECT_EQ(f.Get(ticket).state(), v1::TICKET_STATE_ACTIVE);
  EXPECT_EQ(ReasonOf(f.Complete(ann, ticket)), "OK");
  answer.set_text("thanks");
  EXPECT_EQ(ReasonOf(f.Say(answer)), "OK");
  EXPECT_EQ(f.Get(ticket).state(), v1::TICKET_STATE_COMPLETED) << "a message reopens nothing";

  const std::vector<v1::Message> messages = f.Messages(ticket);
  ASSERT_EQ(messages.size(), 4U);
  EXPECT_FALSE(messages[0].contact_id().empty());
  EXPECT_EQ(messages[0].author(), v1::PARTY_CUSTOMER);
  EXPECT_EQ(messages[1].author(), v1::PARTY_AGENT);
  EXPECT_EQ(messages[1].agent(), "ann");
  EXPECT_EQ(messages[1].direction(), v1::DIRECTION_OUTBOUND);
  EXPECT_EQ(messages[1].text(), "Olá");
  EXPECT_EQ(messages[1].external_id(), "m-1");
  EXPECT_EQ(messages[1].sent_at().seconds(), message.sent_at().seconds());
  EXPECT_TRUE(messages[1].contact_id().empty());
  EXPECT_EQ(messages[2].direction(), v1::DIRECTION_INBOUND);
  EXPECT_EQ(messages[3].text(), "thanks");
  EXPECT_LT(messages[2].sequence(), messages[3].sequence());
}

// ------------------------------------------------------------------------------------------
// surveys

TEST(RecordSurvey, CountsForWhoServedTheCustomerLast) {
  Records f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Take(ann, ChatContact());
  EXPECT_EQ(ReasonOf(f.Record(Survey(ticket))), "TICKET_STATE_FORBIDS");
  EXPECT_EQ(ReasonOf(f.Finish(ann, ticket)), "OK");
  EXPECT_EQ(ReasonOf(f.Record(Survey(ticket))), "OK");
  EXPECT_EQ(ReasonOf(f.Complete(ann, ticket)), "OK");
  EXPECT_EQ(ReasonOf(f.Record(Survey(ticket, 2))), "OK");
  EXPECT_EQ(ReasonOf(f.Record(Survey(kNoTicket))), "TICKET_NOT_FOUND");
  const auto surveys = f.store.Copy().surveys;
  ASSERT_EQ(surveys.size(), 3U);
  for (const auto& [key, row] : surveys) {
    EXPECT_EQ(row.agent, "ann");
    EXPECT_EQ(row.queue, "chats");
    EXPECT_EQ(row.client, "acme");
    EXPECT_EQ(row.channel, "chat");
    EXPECT_EQ(row.process_type, "support");
    EXPECT_EQ(row.score.score, 4);
  }
}

TEST(ListSurveyScores, GivesPagesOfOpenAndClosedTickets) {
  Records f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Take(ann, ChatContact());
  auto request = About<v1::ListSurveyScoresRequest>(ticket);
  v1::ListSurveyScoresResponse response;
  const auto list = [&] {
    return ReasonOf(f.tickets->ListSurveyScores(ClientContext(), request, &response));
  };
  EXPECT_EQ(list(), "OK");
  EXPECT_EQ(response.scores_size(), 0);
  ASSERT_EQ(ReasonOf(f.Finish(ann, ticket)), "OK");
  ASSERT_EQ(ReasonOf(f.Record(Survey(ticket, 2))), "OK");
  EXPECT_EQ(list(), "OK");
  EXPECT_EQ(response.scores_size(), 2) << "of an open ticket";
  ASSERT_EQ(ReasonOf(f.Complete(ann, ticket)), "OK");
  ASSERT_EQ(ReasonOf(f.Record(Survey(ticket))), "OK");
  request.set_page_size(1);
  std::vector<std::string> measures;
  int64_t last = 0;
  do {
    ASSERT_EQ(list(), "OK");
    ASSERT_EQ(response.scores_size(), 1);
    const v1::RecordedScore& score = response.scores(0);
    measures.push_back(score.measure());
    EXPECT_EQ(score.score(), 4);
    EXPECT_EQ(score.lowest(), 1);
    EXPECT_EQ(score.highest(), 5);
    EXPECT_EQ(score.agent(), "ann");
    EXPECT_EQ(score.queue(), "chats");
    EXPECT_GT(score.answered_at().seconds(), 0);
    EXPECT_GE(score.sequence(), last);
    last = score.sequence();
    request.set_page_token(response.next_page_token());
  } while (!response.next_page_token().empty());
  EXPECT_EQ(measures, (std::vector<std::string>{"measure-0", "measure-1", "measure-0"}));
  request.set_page_token("next");
  EXPECT_EQ(list(), "PAGE_TOKEN_INVALID");
  request.clear_page_token();
  request.set_page_size(-1);
  EXPECT_EQ(list(), "FIELD_OUT_OF_RANGE");
  request = About<v1::ListSurveyScoresRequest>(kNoTicket);
  EXPECT_EQ(list(), "TICKET_NOT_FOUND");
}

TEST(RecordSurvey, StopsAtTheLimitOfATicket) {
  Records f;
  const std::string ticket = f.Done(f.LogIn("ann"));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ReasonOf(f.Record(Survey(ticket, 20))), "OK");
  const Error error = Decode(f.Record(Survey(ticket)));
  EXPECT_EQ(error.reason, "TICKET_FULL");
  EXPECT_EQ(error.metadata.at("what"), "scores");
}

// ---------------------------------------------------------------------------------------- bad
// input

TEST(Records, NameTheFieldAtFault) {
  Records f;
  const std::string ticket = f.Ingest(ChatContact());
  const auto expect = [](const grpc::Status& status, const std::string& reason,
                         const std::string& field) {
    const Error error = Decode(status);
    EXPECT_EQ(error.reason, reason) << field;
    ASSERT_FALSE(error.fields.empty()) << field;
    EXPECT_EQ(error.fields.front(), field);
  };
  const auto update = [&](auto change, const std::string& reason, const std::string& field) {
    auto request = About<v1::UpdateTicketRequest>(ticket);
    change(request);
    expect(f.Update(request), reason, field);
  };
  update([](auto&) {}, "FIELD_REQUIRED", "priority");
  update([](auto& r) { r.set_expected_revision(-1); }, "FIELD_OUT_OF_RANGE", "expected_revision");
  update([](auto& r) { r.set_priority(10); }, "FIELD_OUT_OF_RANGE", "priority");
  update([](auto& r) { r.mutable_due_at()->set_seconds(1); }, "FIELD_OUT_OF_RANGE", "due_at");
  update([](auto& r) { r.set_customer_id(""); }, "FIELD_REQUIRED", "customer_id");
  update([](auto& r) { r.set_customer_segment(std::string(65, 'x')); }, "FIELD_TOO_LARGE",
         "customer_segment");
  update([](auto& r) { r.set_subject(std::string("a\0b", 3)); }, "TEXT_HAS_NUL", "subject");
  update([](auto& r) { (*r.mutable_set_attributes())[""] = "x"; }, "FIELD_REQUIRED",
         "set_attributes");
  update([](auto& r) { (*r.mutable_set_attributes())["k"] = std::string(513, 'x'); },
         "FIELD_TOO_LARGE", "set_attributes");
  update(
      [](auto& r) {
        for (int i = 0; i < 65; ++i) r.add_remove_attributes(std::to_string(i));
      },
      "FIELD_TOO_LARGE", "remove_attributes");
  update(
      [](auto& r) {
        (*r.mutable_set_attributes())["k"] = "v";
        r.add_remove_attributes("k");
      },
      "FIELD_MALFORMED", "remove_attributes");
  update([](auto& r) { AddReference(r, "CRM", "1"); }, "FIELD_MALFORMED",
         "add_external_references[0].system");
  update([](auto& r) { AddReference(r, "crm", ""); }, "FIELD_REQUIRED",
         "add_external_references[0].id");
  update(
      [](auto& r) {
        AddReference(r, "crm", "1");
        *r.add_remove_external_references() = r.add_external_references(0);
      },
      "FIELD_MALFORMED", "remove_external_references");

  auto note = About<v1::AddNoteRequest>(ticket);
  expect(f.Note(note), "FIELD_REQUIRED", "text");
  note.set_text(std::string(16'385, 'x'));
  expect(f.Note(note), "FIELD_TOO_LARGE", "text");

  auto message = About<v1::AddMessageRequest>(ticket);
  expect(f.Say(message), "FIELD_REQUIRED", "author");
  message.set_author(v1::PARTY_AGENT);
  expect(f.Say(message), "FIELD_REQUIRED", "agent");
  message.set_author(v1::PARTY_CUSTOMER);
  message.set_agent("ann");
  expect(f.Say(message), "FIELD_MALFORMED", "agent");
  message.clear_agent();
  message.mutable_sent_at()->set_seconds(1);
  expect(f.Say(message), "FIELD_OUT_OF_RANGE", "sent_at");

  const auto survey = [&](auto change, const std::string& reason, const std::string& field) {
    auto request = Survey(ticket, 2);
    change(request);
    expect(f.Record(request), reason, field);
  };
  survey([](auto& r) { r.clear_scores(); }, "FIELD_REQUIRED", "scores");
  survey([&](auto& r) { r = Survey(ticket, 21); }, "FIELD_TOO_LARGE", "scores");
  survey([](auto& r) { r.mutable_scores(1)->set_measure("measure-0"); }, "FIELD_MALFORMED",
         "scores[1].measure");
  survey([](auto& r) { r.mutable_scores(0)->set_score(6); }, "FIELD_OUT_OF_RANGE",
         "scores[0].score");
  survey([](auto& r) { r.mutable_scores(0)->set_highest(1); }, "FIELD_OUT_OF_RANGE",
         "scores[0].highest");
  survey([](auto& r) { r.mutable_scores(0)->set_lowest(-1); }, "FIELD_OUT_OF_RANGE",
         "scores[0].lowest");
}

// ------------------------------------------------------------------------------------------
// contacts

TEST(ListContacts, TellsWhatEachContactOfATicketSaid) {
  Records f;
  v1::Contact first = ChatContact();
  first.set_conversation_key("visitor-4");
  first.set_external_id("chat-1");
  first.set_subject("Where is my parcel?");
  first.set_payload_json(R"({"order": 17})");
  (*first.mutable_attributes())["page"] = "/cart";
  first.set_customer_id("c-1");
  v1::Contact second = first;
  second.set_external_id("chat-2");
  second.set_subject("And the invoice?");
  second.set_payload_json(R"({"invoice": 3})");
  second.clear_attributes();
  const std::string ticket = f.Ingest(first);
  EXPECT_EQ(f.Ingest(second), ticket);
  auto request = About<v1::ListContactsRequest>(ticket);
  request.set_page_size(1);
  std::vector<v1::TicketContact> contacts;
  v1::ListContactsResponse response;
  do {
    ASSERT_EQ(ReasonOf(f.tickets->ListContacts(ClientContext(), request, &response)), "OK");
    ASSERT_EQ(response.contacts_size(), 1);
    contacts.push_back(response.contacts(0));
    request.set_page_token(response.next_page_token());
  } while (!response.next_page_token().empty());
  ASSERT_EQ(contacts.size(), 2U);
  EXPECT_EQ(contacts[0].sequence(), f.EventsOf(ticket)[0].sequence());
  EXPECT_EQ(contacts[0].contact_id(), f.EventsOf(ticket)[0].contact_id());
  EXPECT_EQ(contacts[0].subject(), "Where is my parcel?");
  EXPECT_EQ(contacts[0].payload_json(), R"({"order": 17})");
  EXPECT_EQ(contacts[0].attributes().at("page"), "/cart");
  EXPECT_EQ(contacts[0].customer_id(), "c-1");
  EXPECT_EQ(contacts[0].direction(), v1::DIRECTION_INBOUND);
  EXPECT_EQ(contacts[0].initiated_by(), v1::PARTY_CUSTOMER);
  EXPECT_EQ(contacts[0].conversation_key(), "visitor-4");
  EXPECT_GT(contacts[0].received_at().seconds(), 0);
  EXPECT_GT(contacts[0].queued_at().seconds(), 0);
  EXPECT_EQ(contacts[1].subject(), "And the invoice?");
  EXPECT_EQ(contacts[1].payload_json(), R"({"invoice": 3})");
  EXPECT_EQ(contacts[1].external_id(), "chat-2");
  EXPECT_EQ(contacts[1].attributes_size(), 0);
  EXPECT_GT(contacts[1].sequence(), contacts[0].sequence());
  EXPECT_EQ(contacts[1].contact_id(), f.Messages(ticket)[1].contact_id());

  EXPECT_EQ(ReasonOf(f.Cancel(ticket)), "OK");
  auto whole = About<v1::ListContactsRequest>(ticket);
  ASSERT_EQ(ReasonOf(f.tickets->ListContacts(ClientContext(), whole, &response)), "OK");
  EXPECT_EQ(response.contacts_size(), 2) << "a closed ticket's, too";
  whole.set_page_token("other");
  EXPECT_EQ(ReasonOf(f.tickets->ListContacts(ClientContext(), whole, &response)),
            "PAGE_TOKEN_INVALID");
  whole.clear_page_token();
  whole.set_page_size(-1);
  EXPECT_EQ(ReasonOf(f.tickets->ListContacts(ClientContext(), whole, &response)),
            "FIELD_OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(f.tickets->ListContacts(ClientContext(),
                                             About<v1::ListContactsRequest>(kNoTicket), &response)),
            "TICKET_NOT_FOUND");
}

}  // namespace
}  // namespace tandem::rpc
