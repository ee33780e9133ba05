// Goal: the readers of both stores show what is durable, as server/store/store.h says.
// Method: one suite, run over each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "router/resources.h"
#include "server/store/store.h"
#include "tests/store/store_rows.h"
#include "tests/store/store_test_base.h"

namespace tandem::tests {
namespace {

using router::Seconds;
using router::TicketState;
using router::Time;
using store::CommitResult;
using store::QueueStatistics;
using store::TicketView;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ReaderConformance : public StoreConformance {
 protected:
  static std::vector<router::TicketId> IdsOf(const absl::StatusOr<std::vector<TicketView>>& views) {
    EXPECT_TRUE(views.ok()) << views.status();
    std::vector<router::TicketId> ids;
    if (views.ok()) {
      for (const TicketView& view : *views) ids.push_back(view.ticket.ticket);
    }
    return ids;
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, ReaderConformance, ::testing::Values("memory", "postgres"),
                         [](const auto& info) { return info.param; });

TEST_P(ReaderConformance, GetTicketsGivesThoseThatExistInTheOrderAsked) {
  router::Changes changes = OneWorkspace();
  for (uint64_t i = 1; i <= 3; ++i) AddTicket(changes, i, static_cast<int64_t>(i));
  changes.contacts.pop_back();  // a ticket is shown without its contact, too
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  const auto views =
      backing_->reader().GetTickets(kWorkspace, {Ticket(2), Ticket(7), Ticket(1), Ticket(3)});
  EXPECT_THAT(IdsOf(views), ElementsAre(Ticket(2), Ticket(1), Ticket(3)));
  const TicketView& view = views->at(1);
  EXPECT_EQ(Fields(view.ticket), Fields(SampleTicket(1)));
  EXPECT_EQ(Fields(view.state), Fields(SampleState(1)));
  const router::NewContact content = SampleContact(1, 1).content;
  EXPECT_EQ(view.subject, content.subject);
  EXPECT_EQ(view.payload_json, content.payload_json);
  EXPECT_EQ(view.attributes, content.attributes);
  EXPECT_EQ(views->at(2).subject, "");
  EXPECT_THAT(IdsOf(backing_->reader().GetTickets("other", {Ticket(1)})), IsEmpty());
  EXPECT_THAT(IdsOf(backing_->reader().GetTickets(kWorkspace, {})), IsEmpty());
}

TEST_P(ReaderConformance, ListTicketsPagesFromTheNewest) {
  router::Changes changes = OneWorkspace();
  for (uint64_t i = 1; i <= 5; ++i) AddTicket(changes, i, static_cast<int64_t>(i));
  changes.ticket_states[0] = ClosedState(1, TicketState::kCompleted, kMorning);
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  store::Reader& reader = backing_->reader();
  EXPECT_THAT(IdsOf(reader.ListTickets(kWorkspace, {}, {}, 2)), ElementsAre(Ticket(5), Ticket(4)));
  EXPECT_THAT(IdsOf(reader.ListTickets(kWorkspace, {}, Ticket(4), 10)),
              ElementsAre(Ticket(3), Ticket(2), Ticket(1)));
  EXPECT_THAT(IdsOf(reader.ListTickets(kWorkspace, {}, Ticket(1), 10)), IsEmpty());
  EXPECT_THAT(IdsOf(reader.ListTickets("other", {}, {}, 10)), IsEmpty());
}

TEST_P(ReaderConformance, ListTicketsFilters) {
  router::Changes changes = OneWorkspace();
  for (uint64_t i = 1; i <= 7; ++i) AddTicket(changes, i, static_cast<int64_t>(i));
  changes.ticket_states[0] = ClosedState(1, TicketState::kCompleted, kMorning);
  changes.ticket_states[1].queue = "claims";
  changes.tickets[2].client = "airline";
  changes.tickets[3].process_type = "call";
  changes.ticket_states[4].agent = "bob";
  changes.ticket_states[5] = ParkedState(6);
  changes.ticket_states[6] = ScheduledState(7);
  changes.tickets[5].customer_id = "o'neil";
  changes.contacts[6].content.external_id = kUnicode;
  changes.contacts.push_back(KnownSample(8, kUnicode));
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  const auto list = [&](auto set) {
    store::TicketFilter filter;
    set(filter);
    return IdsOf(backing_->reader().ListTickets(kWorkspace, filter, {}, 100));
  };
  using Filter = store::TicketFilter;
  EXPECT_THAT(list([](Filter& f) { f.states = {TicketState::kCompleted}; }),
              ElementsAre(Ticket(1)));
  EXPECT_EQ(list([](Filter& f) {
              f.states = {TicketState::kActive, TicketState::kQueued};
            }).size(),
            4u);
  EXPECT_EQ(list([](Filter& f) {
              f.states = {TicketState::kActive, TicketState::kCompleted};
            }).size(),
            5u);
  EXPECT_THAT(list([](Filter& f) { f.states = {TicketState::kParked}; }), ElementsAre(Ticket(6)));
  EXPECT_THAT(list([](Filter& f) { f.states = {TicketState::kScheduled}; }),
              ElementsAre(Ticket(7)));
  EXPECT_THAT(list([](Filter& f) { f.states = {TicketState::kWrapUp}; }), IsEmpty());
  EXPECT_THAT(list([](Filter& f) { f.queue = "claims"; }), ElementsAre(Ticket(2)));
  EXPECT_THAT(list([](Filter& f) { f.client = "airline"; }), ElementsAre(Ticket(3)));
  EXPECT_THAT(list([](Filter& f) { f.process_type = "call"; }), ElementsAre(Ticket(4)));
  EXPECT_THAT(list([](Filter& f) { f.agent = "bob"; }), ElementsAre(Ticket(5)));
  EXPECT_THAT(list([](Filter& f) { f.last_agent = "ann"; }), ElementsAre(Ticket(6)));
  EXPECT_THAT(list([](Filter& f) { f.customer_id = "o'neil"; }), ElementsAre(Ticket(6)));
  EXPECT_THAT(list([](Filter& f) { f.external_id = kUnicode; }), ElementsAre(Ticket(7), Ticket(1)));
  EXPECT_THAT(list([](Filter& f) {
                f.queue = "claims";
                f.agent = "bob";
              }),
              IsEmpty());
}

// Also one that comes in with its parent, and its own child with it.
TEST_P(ReaderConformance, ChildrenAreListedCountedAndHaveTheirParentsCustomer) {
  router::Changes changes = OneWorkspace();
  for (uint64_t i = 1; i <= 5; ++i) AddTicket(changes, i, static_cast<int64_t>(i));
  for (size_t i = 1; i < 5; ++i) changes.tickets[i].parent = Ticket(i == 2 ? 2 : 1);
  for (size_t i = 1; i < 3; ++i) {
    changes.tickets[i].customer_id.clear();
    changes.tickets[i].customer_segment.clear();
  }
  changes.tickets[3].customer_id = "customer-2";
  changes.ticket_states[3] = ClosedState(4, TicketState::kCompleted, kMorning);
  changes.ticket_states[4] = BlockedState(5);
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  store::Reader& reader = backing_->reader();
  store::TicketFilter filter;
  filter.parent = Ticket(1);
  EXPECT_THAT(IdsOf(reader.ListTickets(kWorkspace, filter, {}, 100)),
              ElementsAre(Ticket(5), Ticket(4), Ticket(2)));
  const auto views = reader.GetTickets(kWorkspace, {Ticket(1), Ticket(2), Ticket(3), Ticket(4)});
  ASSERT_EQ(IdsOf(views).size(), 4u);
  const std::vector<uint32_t> open = {2, 1, 0, 0};
  const std::vector<std::string> customers = {"customer-1", "customer-1", "customer-1",
                                              "customer-2"};
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(views->at(i).open_children, open[i]) << i;
    EXPECT_EQ(views->at(i).ticket.customer_id, customers[i]) << i;
    EXPECT_EQ(views->at(i).ticket.customer_segment, "gold") << i;
  }
}

// Of those who take part in one that is owned, its owner alone has it.
TEST_P(ReaderConformance, TicketsAreFoundByWhomeverTheyRing) {
  router::Changes changes = OneWorkspace();
  for (uint64_t i = 1; i <= 2; ++i) AddTicket(changes, i, static_cast<int64_t>(i));
  for (size_t i = 0; i < 2; ++i) {
    router::TicketStateRow& row = changes.ticket_states[i];
    const bool rings = i == 0;
    row.state = rings ? router::TicketState::kOffered : router::TicketState::kActive;
    row.agent = "ann";
    const auto role = rings ? router::AssignmentRole::kOwner : router::AssignmentRole::kConsult;
    row.leased = !rings;
    row.participants.emplace().all = {{"bob", role, 1, 2, Time{}, kMorning, kMorning},
                                      {kUnicode, role, 3, 4, Time{}, kMorning, kMorning}};
  }
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  const auto list = [&](const std::string& agent) {
    store::TicketFilter filter;
    filter.agent = agent;
    return IdsOf(backing_->reader().ListTickets(kWorkspace, filter, {}, 100));
  };
  EXPECT_THAT(list("ann"), ElementsAre(Ticket(2), Ticket(1)));
  EXPECT_THAT(list("bob"), ElementsAre(Ticket(1)));
  EXPECT_THAT(list(kUnicode), ElementsAre(Ticket(1)));
  EXPECT_THAT(list("bo"), IsEmpty());
}

TEST_P(ReaderConformance, GivesTheContactThatMadeATicketNotThoseThatJoinedIt) {
  router::Changes changes = OneWorkspace();
  for (uint64_t i = 1; i <= 3; ++i) AddTicket(changes, i, static_cast<int64_t>(i));
  changes.contacts.push_back(SampleContact(9, 1));
  changes.contacts.back().joined = true;
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  store::Reader& reader = backing_->reader();
  const auto contacts = reader.GetFirstContacts(kWorkspace, {Ticket(3), Ticket(7), Ticket(1)});
  ASSERT_TRUE(contacts.ok());
  ASSERT_EQ(contacts->size(), 2u);
  EXPECT_EQ(contacts->at(0).ticket, Ticket(3));
  EXPECT_EQ(Fields(contacts->at(1)), Fields(SampleContact(1, 1)));
  EXPECT_THAT(*reader.GetFirstContacts("other", {Ticket(1)}), IsEmpty());
  EXPECT_THAT(*reader.GetFirstContacts(kWorkspace, {}), IsEmpty());
}

TEST_P(ReaderConformance, TicketsShowWhatWasSaidLast) {
  router::Changes changes = OneWorkspace();
  for (uint64_t i = 1; i <= 3; ++i) AddTicket(changes, i, static_cast<int64_t>(i));
  changes.tickets[2].customer_id = "customer-2";
  changes.ticket_details = {SampleDetail(1), SampleDetail(2)};
  changes.ticket_details[1].detail = {};
  changes.ticket_details[1].detail.references = {{"crm", "17"}};
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  store::Reader& reader = backing_->reader();
  const auto views = reader.GetTickets(kWorkspace, {Ticket(1), Ticket(2), Ticket(3)});
  ASSERT_EQ(IdsOf(views).size(), 3u);
  const TicketView& view = views->at(0);
  const router::TicketDetail detail = SampleDetail(1).detail;
  EXPECT_EQ(view.ticket.customer_id, "customer-2");
  EXPECT_EQ(view.ticket.customer_segment, "silver");
  EXPECT_EQ(view.ticket.due_at, detail.due_at);
  EXPECT_EQ(view.subject, kUnicode);
  EXPECT_EQ(view.revision, 7);
  EXPECT_EQ(view.references, detail.references);
  EXPECT_EQ(view.requirement, detail.requirement);
  EXPECT_EQ(view.ticket.rules, detail.reclassified->rules);
  EXPECT_EQ(view.ticket.plan, *detail.reclassified->plan);
  EXPECT_EQ(view.ticket.requirement, detail.reclassified->begins_with);
  using Attributes = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(view.attributes, (Attributes{{"b", kUnicode}, {"longer key", "now set"}, {"z", "1"}}));
  EXPECT_EQ(Fields(views->at(1).ticket), Fields(SampleTicket(2)));
  EXPECT_EQ(views->at(2).revision, 1);

  const auto list = [&](const std::string& customer, const router::ExternalReference& reference) {
    store::TicketFilter filter;
    filter.customer_id = customer;
    filter.reference = reference;
    return IdsOf(reader.ListTickets(kWorkspace, filter, {}, 100));
  };
  EXPECT_THAT(list("customer-2", {}), ElementsAre(Ticket(3), Ticket(1)));
  EXPECT_THAT(list("customer-1", {}), ElementsAre(Ticket(2)));
  EXPECT_THAT(list("", {"crm", kUnicode}), ElementsAre(Ticket(1)));
  EXPECT_THAT(list("", {"crm", "17"}), ElementsAre(Ticket(2)));
  EXPECT_THAT(list("", {"shop", "17"}), ElementsAre(Ticket(1)));
  EXPECT_THAT(list("customer-1", {"shop", "17"}), IsEmpty());
  EXPECT_THAT(list("", {"shop", "18"}), IsEmpty());
}

TEST_P(ReaderConformance, NotesAndMessagesPageFromTheOldestAndAreCounted) {
  router::Changes changes = OneWorkspace();
  changes.notes = {SampleNote(1, 5), SampleNote(1, 3), SampleNote(2, 4)};
  for (const int64_t sequence : {9, 7, 8}) {
    changes.messages.push_back(SampleMessage(1));
    changes.messages.back().sequence = sequence;
  }
  changes.messages[2].contact = {};
  changes.surveys = {SampleSurvey(1, 10, "csat"), SampleSurvey(1, 10, "nps")};
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  store::Reader& reader = backing_->reader();
  const auto notes = reader.ListNotes(kWorkspace, Ticket(1), 0, 10);
  ASSERT_TRUE(notes.ok()) << notes.status();
  ASSERT_EQ(notes->size(), 2u);
  EXPECT_EQ(Fields(notes->at(0)), Fields(SampleNote(1, 3)));
  EXPECT_EQ(Fields(notes->at(1)), Fields(SampleNote(1, 5)));
  EXPECT_EQ(reader.ListNotes(kWorkspace, Ticket(1), 3, 10)->size(), 1u);
  EXPECT_EQ(reader.ListNotes(kWorkspace, Ticket(1), 0, 1)->size(), 1u);
  EXPECT_THAT(*reader.ListNotes(kWorkspace, Ticket(1), 5, 10), IsEmpty());
  EXPECT_THAT(*reader.ListNotes("other", Ticket(1), 0, 10), IsEmpty());
  const auto messages = reader.ListMessages(kWorkspace, Ticket(1), 7, 10);
  ASSERT_TRUE(messages.ok()) << messages.status();
  ASSERT_EQ(messages->size(), 2u);
  EXPECT_EQ(Fields(messages->at(0)), Fields(changes.messages[2]));
  EXPECT_EQ(Fields(messages->at(1)), Fields(changes.messages[0]));
  const auto added = reader.CountAdditions(kWorkspace, Ticket(1));
  ASSERT_TRUE(added.ok()) << added.status();
  EXPECT_EQ(added->notes, 2u);
  EXPECT_EQ(added->messages, 1u) << "those of contacts are not counted";
  EXPECT_EQ(added->scores, 2u);
  EXPECT_EQ(reader.CountAdditions(kWorkspace, Ticket(3))->notes, 0u);
}

TEST_P(ReaderConformance, ScoresPageBySequenceAndMeasure) {
  router::Changes changes = OneWorkspace();
  changes.surveys = {SampleSurvey(1, 10, "nps"), SampleSurvey(1, 10, "csat"),
                     SampleSurvey(1, 9, "effort"), SampleSurvey(2, 1, "csat")};
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  store::Reader& reader = backing_->reader();
  const auto all = reader.ListScores(kWorkspace, Ticket(1), {}, 10);
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_EQ(all->size(), 3u);
  EXPECT_EQ(Fields(all->at(0)), Fields(changes.surveys[2]));
  EXPECT_EQ(Fields(all->at(1)), Fields(changes.surveys[1]));
  EXPECT_EQ(Fields(all->at(2)), Fields(changes.surveys[0]));
  const auto rest = reader.ListScores(kWorkspace, Ticket(1), {10, "csat"}, 10);
  ASSERT_EQ(rest->size(), 1u);
  EXPECT_EQ(Fields(rest->at(0)), Fields(changes.surveys[0]));
  EXPECT_EQ(reader.ListScores(kWorkspace, Ticket(1), {}, 2)->size(), 2u);
  EXPECT_THAT(*reader.ListScores(kWorkspace, Ticket(3), {}, 2), IsEmpty());
  EXPECT_THAT(*reader.ListScores("other", Ticket(1), {}, 2), IsEmpty());
}

TEST_P(ReaderConformance, ContactsOfATicketComeInTheOrderOfTheirEvents) {
  router::Changes changes = OneWorkspace();
  // The one that made it has the greater id, so that the order is not that of ids.
  changes.contacts = {SampleContact(9, 1), SampleContact(4, 1), SampleContact(5, 2)};
  changes.contacts[1].content.subject = "And the invoice?";
  const std::vector<std::pair<int64_t, uint64_t>> told = {{12, 4}, {7, 9}, {8, 5}};
  for (const auto& [sequence, contact] : told) {
    changes.messages.push_back(SampleMessage(contact == 5 ? 2 : 1));
    changes.messages.back().sequence = sequence;
    changes.messages.back().contact = Contact(contact);
  }
  changes.messages.push_back(SampleMessage(1));
  changes.messages.back().sequence = 10;
  changes.messages.back().contact = {};  // of no contact
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  store::Reader& reader = backing_->reader();
  const auto contacts = reader.ListContacts(kWorkspace, Ticket(1), 0, 10);
  ASSERT_TRUE(contacts.ok()) << contacts.status();
  ASSERT_EQ(contacts->size(), 2U);
  EXPECT_EQ(contacts->at(0).sequence, 7);
  EXPECT_EQ(Fields(contacts->at(0).contact), Fields(changes.contacts[0]));
  EXPECT_EQ(contacts->at(1).sequence, 12);
  EXPECT_EQ(Fields(contacts->at(1).contact), Fields(changes.contacts[1]));
  EXPECT_EQ(reader.ListContacts(kWorkspace, Ticket(1), 7, 10)->size(), 1U);
  EXPECT_EQ(reader.ListContacts(kWorkspace, Ticket(1), 0, 1)->at(0).sequence, 7);
  EXPECT_TRUE(reader.ListContacts(kWorkspace, Ticket(1), 12, 10)->empty());
  EXPECT_TRUE(reader.ListContacts("other", Ticket(1), 0, 10)->empty());
}

TEST_P(ReaderConformance, ListWorkspacesPagesById) {
  store::Reader& reader = backing_->reader();
  EXPECT_TRUE(reader.ListWorkspaces("", 10)->empty());
  router::Changes changes = OneWorkspace();
  for (const char* name : {"b", "a", "c"}) changes.workspaces.push_back(SampleWorkspace(name));
  changes.workspaces.back().revision = 77;
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  const auto list = [&](const std::string& after, int32_t limit) {
    std::vector<std::string> names;
    const auto found = reader.ListWorkspaces(after, limit);
    for (const auto& one : *found) names.push_back(one.workspace);
    return names;
  };
  EXPECT_THAT(list("", 2), ElementsAre("a", "acme"));
  EXPECT_THAT(list("b", 1), ElementsAre("c"));
  EXPECT_EQ(reader.ListWorkspaces("b", 1)->at(0).revision, 77);
  EXPECT_EQ(list("", 10).size(), 4U);
}

TEST_P(ReaderConformance, ColleaguesAreThoseWhoAreThereAndPassWithWhatTheyHave) {
  store::Reader& reader = backing_->reader();
  ASSERT_EQ(Commit(OneWorkspace()), CommitResult::kCommitted);
  router::Changes changes;
  router::Agent bob = SampleConfiguredAgent();
  bob.id = "bob";
  bob.display_name = "Roberta Silva";
  bob.team = "south";
  bob.clients = {"airline", "bank"};
  changes.resources.push_back({kWorkspace, bob, false});
  router::Agent carl = bob;
  carl.id = "carl";
  changes.resources.push_back({kWorkspace, carl, false});
  changes.agents = {SampleAgent("ann", 1), SampleAgent("bob", 2), SampleAgent("carl", 3)};
  changes.agents[1].status = router::AgentStatus::kAvailable;
  changes.agents[2].status = router::AgentStatus::kDraining;
  for (uint64_t i = 1; i <= 3; ++i) AddTicket(changes, i, static_cast<int64_t>(i));
  changes.ticket_states[1] = ClosedState(2, TicketState::kCompleted, kMorning);
  changes.ticket_states[2].channel = "callback";
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);

  const auto list = [&](const store::ColleagueFilter& filter, int32_t limit = 10) {
    std::vector<std::string> names;
    const auto found = reader.ListColleagues(kWorkspace, filter, limit);
    EXPECT_TRUE(found.ok()) << found.status();
    for (const auto& one : *found) names.push_back(one.now.agent);
    return names;
  };
  EXPECT_THAT(list({}), ElementsAre("bob", "ann")) << "who is AVAILABLE first";
  EXPECT_THAT(list({}, 1), ElementsAre("bob"));
  EXPECT_THAT(list({.client = "airline", .team = "", .text = "", .without = {}}),
              ElementsAre("bob"));
  EXPECT_THAT(list({.client = "", .team = "north", .text = "", .without = {}}), ElementsAre("ann"));
  EXPECT_THAT(list({.client = "", .team = "", .text = "SILVA", .without = {}}), ElementsAre("bob"));
  EXPECT_THAT(list({.client = "", .team = "", .text = "An", .without = {}}), ElementsAre("ann"));
  EXPECT_THAT(list({.client = "", .team = "", .text = "", .without = {"bob"}}), ElementsAre("ann"));
  const auto found = reader.ListColleagues(kWorkspace, {}, 10);
  EXPECT_TRUE(found->at(0).held.empty());
  EXPECT_EQ(Fields(found->at(1).now), Fields(changes.agents[0]));
  EXPECT_EQ(found->at(1).configured, SampleConfiguredAgent());
  EXPECT_EQ(found->at(1).held, (std::map<std::string, uint32_t>{{"callback", 1}, {"voice", 1}}));
  EXPECT_TRUE(reader.ListColleagues("other", {}, 10)->empty());
}

TEST_P(ReaderConformance, ListTicketEventsPagesFromTheOldest) {
  router::Changes changes = OneWorkspace();
  for (int64_t i = 1; i <= 6; ++i) changes.events.push_back(SampleEvent(i, i % 2 == 0 ? 2 : 1));
  changes.events[5].ticket = {};  // of no ticket
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  const auto list = [&](uint64_t ticket, int64_t after, int32_t limit) {
    const auto events =
        backing_->reader().ListTicketEvents(kWorkspace, Ticket(ticket), after, limit);
    EXPECT_TRUE(events.ok()) << events.status();
    std::vector<int64_t> sequences;
    for (const router::EventRow& event : *events) {
      EXPECT_EQ(Fields(event), Fields(SampleEvent(event.sequence, ticket)));
      sequences.push_back(event.sequence);
    }
    return sequences;
  };
  EXPECT_THAT(list(1, 0, 10), ElementsAre(1, 3, 5));
  EXPECT_THAT(list(1, 1, 1), ElementsAre(3));
  EXPECT_THAT(list(2, 0, 10), ElementsAre(2, 4));
  EXPECT_THAT(list(2, 4, 10), IsEmpty());
}

TEST_P(ReaderConformance, ListEventsGivesAllInOrderWithTheirClients) {
  store::Reader& reader = backing_->reader();
  EXPECT_EQ(reader.GetEventRange(kWorkspace).status().code(), absl::StatusCode::kNotFound);
  router::Changes changes = OneWorkspace();
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  const auto none = reader.GetEventRange(kWorkspace);
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_EQ(none->oldest, 0);
  EXPECT_EQ(none->newest, 0);

  changes = {};
  AddTicket(changes, 1, 3);
  changes.tickets[0].client = "airline";
  const std::string trace = changes.tickets[0].trace_parent;
  ASSERT_NE(trace, "");
  changes.events.push_back(SampleEvent(4, 1));
  changes.events.push_back(SampleEvent(5, 7));  // of a ticket that is not there
  changes.events.push_back(SampleEvent(6, 1));
  changes.events.back().ticket = {};  // of no ticket
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  const auto range = reader.GetEventRange(kWorkspace);
  ASSERT_TRUE(range.ok()) << range.status();
  EXPECT_EQ(range->oldest, 3);
  EXPECT_EQ(range->newest, 6);
  const auto list = [&](const std::string& workspace, int64_t after, int32_t limit) {
    const auto events = reader.ListEvents(workspace, after, limit);
    EXPECT_TRUE(events.ok()) << events.status();
    std::vector<std::pair<int64_t, std::string>> found;
    for (const router::EventRow& event : *events) {
      found.emplace_back(event.sequence, event.client);
      EXPECT_EQ(event.trace_parent, event.client.empty() ? "" : trace);
    }
    return found;
  };
  using Found = std::pair<int64_t, std::string>;
  EXPECT_THAT(list(kWorkspace, 0, 10),
              ElementsAre(Found{3, "airline"}, Found{4, "airline"}, Found{5, ""}, Found{6, ""}));
  EXPECT_THAT(list(kWorkspace, 3, 1), ElementsAre(Found{4, "airline"}));
  EXPECT_THAT(list(kWorkspace, 6, 10), IsEmpty());
  EXPECT_THAT(list("other", 0, 10), IsEmpty());
  const auto events = reader.ListEvents(kWorkspace, 3, 1);
  EXPECT_EQ(Fields(events->at(0)), Fields(SampleEvent(4, 1)));
}

TEST_P(ReaderConformance, GetConfigurationGivesTheLastOne) {
  EXPECT_EQ(backing_->reader().GetConfiguration(kWorkspace).status().code(),
            absl::StatusCode::kNotFound);
  ASSERT_EQ(Commit(OneWorkspace()), CommitResult::kCommitted);
  const auto read = backing_->reader().GetConfiguration(kWorkspace);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(Fields(*read), Fields(SampleWorkspace()));
}

TEST_P(ReaderConformance, ResourcesAreFoundOneByOne) {
  store::Reader& reader = backing_->reader();
  const auto get = [&](router::ResourceKind kind, const char* id) {
    return reader.GetResource(kWorkspace, kind, id);
  };
  EXPECT_EQ(get(router::ResourceKind::kQueue, "sales").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(reader.GetWorkspace(kWorkspace).status().code(), absl::StatusCode::kNotFound);
  ASSERT_EQ(Commit(OneWorkspace()), CommitResult::kCommitted);
  for (const router::ResourceRow& row : ResourceRowsOf(SampleWorkspace())) {
    const router::NamedResource& named = router::NamedOf(row.resource);
    const auto found = get(router::KindOf(row.resource), named.id.c_str());
    ASSERT_TRUE(found.ok()) << found.status();
    ASSERT_TRUE(found->has_value()) << named.id;
    EXPECT_EQ(**found, row.resource);
    if (const auto* calendar = std::get_if<router::Calendar>(&row.resource)) {
      EXPECT_EQ(std::get<router::Calendar>(**found).hours, calendar->hours) << calendar->id;
    }
    EXPECT_EQ(router::NamedOf(**found).revision, 3);
    EXPECT_EQ(router::NamedOf(**found).position, named.position);
  }
  EXPECT_EQ(*get(router::ResourceKind::kTeam, "sales"), std::nullopt);
  const auto settings = reader.GetWorkspace(kWorkspace);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->revision, 3);
  EXPECT_EQ(settings->configuration.session_grace, Seconds(30));
  EXPECT_EQ(settings->configuration.return_after[1], Seconds(45));
  EXPECT_EQ(settings->configuration.return_after[3], std::nullopt);
  EXPECT_TRUE(settings->configuration.queues.empty());
}

TEST_P(ReaderConformance, ResourcesAreListedByIdAndFilter) {
  store::Reader& reader = backing_->reader();
  store::ResourceFilter filter;
  EXPECT_EQ(reader.ListResources(kWorkspace, filter, "", 10).status().code(),
            absl::StatusCode::kNotFound);
  ASSERT_EQ(Commit(OneWorkspace()), CommitResult::kCommitted);
  const auto list = [&](const store::ResourceFilter& asked, const char* after = "",
                        int32_t limit = 10) {
    std::vector<std::string> ids;
    const auto found = reader.ListResources(kWorkspace, asked, after, limit);
    EXPECT_TRUE(found.ok()) << found.status();
    for (const router::Resource& one : *found) ids.push_back(router::NamedOf(one).id);
    return ids;
  };
  const auto of = [](router::ResourceKind kind, auto set) {
    store::ResourceFilter asked;
    asked.kind = kind;
    set(asked);
    return asked;
  };
  using router::ResourceKind;
  const auto all = [](store::ResourceFilter&) {};
  EXPECT_THAT(list(of(ResourceKind::kClient, all)), ElementsAre("airline", "bank"));
  EXPECT_THAT(list(of(ResourceKind::kClient, all), "", 1), ElementsAre("airline"));
  EXPECT_THAT(list(of(ResourceKind::kClient, all), "airline"), ElementsAre("bank"));
  EXPECT_THAT(list(of(ResourceKind::kClient, all), "bank"), IsEmpty());

  const auto agents = [&](auto set) { return list(of(ResourceKind::kAgent, set)); };
  EXPECT_THAT(agents(all), ElementsAre("ann", "bob"));
  EXPECT_THAT(agents([](auto& f) { f.team = "north"; }), ElementsAre("ann"));
  EXPECT_THAT(agents([](auto& f) { f.team = "south"; }), IsEmpty());
  EXPECT_THAT(agents([](auto& f) { f.site = "berlin"; }), ElementsAre("ann"));
  EXPECT_THAT(agents([](auto& f) { f.routing_profile = "all"; }), ElementsAre("ann"));
  EXPECT_THAT(agents([](auto& f) { f.skill = "loans"; }), ElementsAre("ann"));
  EXPECT_THAT(agents([](auto& f) { f.skill = "loan"; }), IsEmpty());
  EXPECT_THAT(agents([](auto& f) { f.process_type = "call"; }), ElementsAre("ann"));
  EXPECT_THAT(agents([](auto& f) { f.client = "bank"; }), ElementsAre("ann"));
  EXPECT_THAT(agents([](auto& f) {
                f.skill = "cards";
                f.client = "airline";
              }),
              IsEmpty());
  EXPECT_THAT(list(of(ResourceKind::kQueue, [](auto& f) { f.client = "bank"; })),
              ElementsAre("claims", "sales"));
  EXPECT_THAT(list(of(ResourceKind::kQueue, [](auto& f) { f.client = "airline"; })), IsEmpty());
  EXPECT_THAT(list(of(ResourceKind::kQueue, [](auto& f) { f.office = router::Office::kFront; })),
              IsEmpty());
  EXPECT_THAT(list(of(ResourceKind::kQueue,
                      [](auto& f) {
                        f.office = router::Office::kBack;
                        f.urgency = router::Urgency::kDeferrable;
                      })),
              ElementsAre("claims", "sales"));
  EXPECT_THAT(list(of(ResourceKind::kProcessType, [](auto& f) { f.queue = "sales"; })),
              ElementsAre("claim"));
  EXPECT_THAT(list(of(ResourceKind::kProcessType, [](auto& f) { f.queue = "claims"; })), IsEmpty());
  EXPECT_THAT(list(of(ResourceKind::kRoutingProfile, [](auto& f) { f.queue = "claims"; })),
              ElementsAre("all"));
  EXPECT_THAT(list(of(ResourceKind::kChannel,
                      [](auto& f) { f.capacity_group = router::CapacityGroup::kVoice; })),
              ElementsAre("voice"));
}

TEST_P(ReaderConformance, GetLiveStateGivesAWorkspaceAsOfItsLastCommit) {
  store::Reader& reader = backing_->reader();
  EXPECT_EQ(reader.GetLiveState(kWorkspace).status().code(), absl::StatusCode::kNotFound);
  router::Changes changes = OneWorkspace();
  changes.agents = {SampleAgent("ann", 1), SampleAgent("bob", 2)};
  for (uint64_t i = 1; i <= 3; ++i) AddTicket(changes, i, static_cast<int64_t>(i));
  changes.ticket_states[1] = ClosedState(2, TicketState::kCompleted, kMorning);
  changes.workspaces.push_back(SampleWorkspace("other"));
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  const auto first = reader.GetLiveState(kWorkspace);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(Fields(first->workspace), Fields(SampleWorkspace()));
  ASSERT_EQ(first->agents.size(), 2U);
  EXPECT_EQ(Fields(first->agents[0]), Fields(SampleAgent("ann", 1)));
  ASSERT_EQ(first->tickets.size(), 2U);
  const store::LiveTicket& ticket = first->tickets[1];
  const router::TicketRow row = SampleTicket(3);
  const router::TicketStateRow state = SampleState(3);
  EXPECT_EQ(ticket.ticket, Ticket(3));
  EXPECT_EQ(
      std::tie(ticket.state, ticket.queue, ticket.agent, ticket.leased, ticket.offer_number,
               ticket.queued_at, ticket.until, ticket.segment_began_at, ticket.accepted_at,
               ticket.connected_at, ticket.held_since, ticket.disconnected_at, ticket.finished_at),
      std::tie(state.state, state.queue, state.agent, state.leased, state.offer_number,
               state.queued_at, state.until, state.segment_began_at, state.accepted_at,
               state.connected_at, state.held_since, state.disconnected_at, state.finished_at));
  ASSERT_TRUE(ticket.participants);
  EXPECT_EQ(ticket.participants->all.size(), state.participants->all.size());
  EXPECT_EQ(std::tie(ticket.channel, ticket.client, ticket.entry_point, ticket.external_id),
            std::tie(row.channel, row.client, row.entry_point, row.external_id));
  const auto other = reader.GetLiveState("other");
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_THAT(other->agents, IsEmpty());
  EXPECT_THAT(other->tickets, IsEmpty());
  // The sequence is that of the last commit, whatever it was about.
  changes = {};
  AddTicket(changes, 4, 4);
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  const auto second = reader.GetLiveState("other");
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->sequence, first->sequence + 1);
}

TEST_P(ReaderConformance, QueueStatisticsCountWhatTheySay) {
  store::Reader& reader = backing_->reader();
  EXPECT_EQ(reader.ListQueueStatistics(kWorkspace, kMorning).status().code(),
            absl::StatusCode::kNotFound);
  const Time since = kMorning + Seconds(10);
  router::Changes changes = OneWorkspace();
  for (router::ResourceRow& row : changes.resources) {
    if (auto* agent = std::get_if<router::Agent>(&row.resource)) agent->routing_profile = "all";
  }
  changes.agents = {SampleAgent("ann", 1), SampleAgent("bob", 2), SampleAgent("unknown", 3)};
  changes.agents[1].status = router::AgentStatus::kAvailable;
  for (uint64_t i = 1; i <= 8; ++i) AddTicket(changes, i, static_cast<int64_t>(i));
  changes.ticket_states[6] = ParkedState(7);
  changes.ticket_states[7] = ScheduledState(8);
  const auto waits = [&](size_t i, TicketState state, Time queued_at) {
    router::TicketStateRow& row = changes.ticket_states[i];
    row.state = state;
    row.queued_at = queued_at;
    if (state == TicketState::kQueued) row.agent.clear();
  };
  waits(0, TicketState::kQueued, kMorning + Seconds(3));
  waits(1, TicketState::kOffered, kMorning + Seconds(2));
  waits(2, TicketState::kActive, kMorning + Seconds(1));
  changes.ticket_states[3] = ClosedState(4, TicketState::kCompleted, since);
  changes.ticket_states[4] = ClosedState(5, TicketState::kCompleted, since - Seconds(1));
  changes.ticket_states[5] = ClosedState(6, TicketState::kAbandoned, since);
  for (uint32_t i = 1; i <= 6; ++i) {
    router::VisitRow visit = SampleVisit(1, i);
    visit.left_at = since + Seconds(i);
    visit.target = visit.left_at;
    changes.visits.push_back(visit);
  }
  changes.visits[0].left_at = since - router::Microseconds(1);
  changes.visits[1].left_at = changes.visits[1].target = since;
  changes.visits[2].target = changes.visits[2].left_at - router::Microseconds(1);
  changes.visits[3].exit_reason = router::ExitReason::kAbandoned;
  changes.visits[4].exit_reason = router::ExitReason::kTransferred;
  changes.visits[5].queue = "gone";
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);

  const auto read = reader.ListQueueStatistics(kWorkspace, since);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 2u);
  const QueueStatistics& claims = read->at(0);
  EXPECT_EQ(claims.queue, "claims");
  EXPECT_EQ(claims.configured, SampleWorkspace().configuration.queues[1]);
  EXPECT_EQ(claims.waiting + claims.ended_visits + claims.completed, 0);
  EXPECT_FALSE(claims.oldest_queued_at.IsSet());
  EXPECT_EQ(claims.agents, 2) << "the routing profile names it too";
  const QueueStatistics& sales = read->at(1);
  EXPECT_EQ(sales.queue, "sales");
  EXPECT_EQ(sales.waiting, 2);
  EXPECT_EQ(sales.oldest_queued_at, kMorning + Seconds(2));
  EXPECT_EQ(sales.agents, 2);
  EXPECT_EQ(sales.available_agents, 1);
  EXPECT_EQ(sales.ended_visits, 4);
  EXPECT_EQ(sales.answered, 2);
  EXPECT_EQ(sales.answered_in_target, 1);
  EXPECT_EQ(sales.abandoned, 1);
  EXPECT_EQ(sales.completed, 1);
  EXPECT_EQ(sales.parked, 1);
  EXPECT_EQ(sales.scheduled, 1);
}

}  // namespace
}  // namespace tandem::tests
