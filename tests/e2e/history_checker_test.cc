// Goal: each rule of the history checker can fail. Method: a history that is right, and one change
// each.
#include "tests/e2e/history_checker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tandem::e2e {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Two calls: one offered, missed, accepted and completed; one abandoned.
Stored Right() {
  Stored stored;
  int64_t sequence = 0;
  const auto add = [&](const std::string& type, const std::string& ticket, const std::string& agent,
                       const std::string& offer) {
    ++sequence;
    stored.events.push_back({sequence, 1000 * sequence, type, ticket, agent, offer});
  };
  add("TICKET_CREATED", "t1", "", "");
  add("TICKET_OFFERED", "t1", "ann", "t1.1");
  add("TICKET_CREATED", "t2", "", "");
  add("OFFER_MISSED", "t1", "ann", "t1.1");
  add("TICKET_OFFERED", "t1", "ann", "t1.2");
  add("OFFER_ACCEPTED", "t1", "ann", "t1.2");
  add("MEDIA_CONNECTED", "t1", "ann", "t1.2");
  add("TICKET_ABANDONED", "t2", "", "");
  add("TICKET_COMPLETED", "t1", "ann", "");
  stored.tickets = {{"t1", "c1", "voice", "COMPLETED"}, {"t2", "c2", "voice", "ABANDONED"}};
  return stored;
}

void Promise12(Journal& journal) {
  journal.Ingested("c1", "t1");
  journal.Ingested("c2", "t2");
  journal.Promised({"OFFER_ACCEPTED", "t1", "ann", "t1.2"});
  journal.Promised({"TICKET_COMPLETED", "t1", "ann", ""});
  journal.Promised({"TICKET_ABANDONED", "t2", "", ""});
  journal.Refused({"OFFER_ACCEPTED", "t1", "ann", "t1.1"});
}

std::vector<std::string> Check(const std::function<void(Stored&, Journal&)>& change) {
  Journal journal;
  Promise12(journal);
  Stored stored = Right();
  change(stored, journal);
  return CheckHistory(stored, journal);
}

TEST(CheckHistory, AcceptsAHistoryThatIsRight) {
  EXPECT_THAT(Check([](Stored&, Journal&) {}), IsEmpty());
}

TEST(CheckHistory, FindsWhatIsWrong) {
  const std::pair<std::string, std::function<void(Stored&, Journal&)>> cases[] = {
      {"expected event 3, but found event 4",
       [](Stored& stored, Journal&) { stored.events.erase(stored.events.begin() + 2); }},
      {"is before the event in front of it",
       [](Stored& stored, Journal&) { stored.events[4].at_us = 1; }},
      {"not in the state for it",
       [](Stored& stored, Journal&) { stored.events[3].type = "OFFER_ACCEPTED"; }},
      {"but the offer is ann's", [](Stored& stored, Journal&) { stored.events[5].agent = "bob"; }},
      {"but the ticket is ann's", [](Stored& stored, Journal&) { stored.events[6].agent = "bob"; }},
      {"but the offer is t1.2", [](Stored& stored, Journal&) { stored.events[5].offer = "t1.1"; }},
      {"after its end",
       [](Stored& stored, Journal&) {
         stored.events.push_back({10, 10'000, "TICKET_OFFERED", "t2", "ann", "t2.1"});
       }},
      {"created twice", [](Stored& stored, Journal&) { stored.events[2].ticket = "t1"; }},
      {"ann holds more voice than fits",
       [](Stored& stored, Journal&) {
         stored.events[7] = {8, 8'000, "TICKET_OFFERED", "t2", "ann", "t2.1"};
       }},
      {"is about ticket t9, which is nowhere",
       [](Stored& stored, Journal&) { stored.events[7].ticket = "t9"; }},
      {"has two tickets", [](Stored& stored, Journal&) { stored.tickets[1].external_id = "c1"; }},
      {"is still ACTIVE", [](Stored& stored, Journal&) { stored.tickets[0].state = "ACTIVE"; }},
      {"is lost", [](Stored&, Journal& journal) { journal.Ingested("c3", "t3"); }},
      {"then t2", [](Stored&, Journal& journal) { journal.Ingested("c1", "t2"); }},
      {"but the history does not have it",
       [](Stored&, Journal& journal) {
         journal.Promised({"TICKET_RELEASED", "t1", "ann", ""});
       }},
      {"but the history has it",
       [](Stored&, Journal& journal) {
         journal.Refused({"OFFER_ACCEPTED", "t1", "ann", "t1.2"});
       }},
  };
  for (const auto& [complaint, change] : cases) {
    EXPECT_THAT(Check(change), Contains(HasSubstr(complaint)));
  }
}

// A call that rings two, of whom the second answers.
std::vector<std::string> CheckRings(const std::function<void(std::vector<StoredEvent>&)>& change) {
  Stored stored;
  stored.tickets = {{"t1", "c1", "voice", "COMPLETED"}};
  stored.events = {
      {1, 1, "TICKET_CREATED", "t1", "", ""},        {2, 2, "TICKET_OFFERED", "t1", "ann", "t1.1"},
      {3, 3, "TICKET_OFFERED", "t1", "bob", "t1.2"}, {4, 4, "OFFER_DECLINED", "t1", "ann", "t1.1"},
      {5, 5, "TICKET_OFFERED", "t1", "cem", "t1.3"}, {6, 6, "OFFER_RESCINDED", "t1", "cem", "t1.3"},
      {7, 7, "OFFER_ACCEPTED", "t1", "bob", "t1.2"}, {8, 8, "TICKET_COMPLETED", "t1", "bob", ""}};
  change(stored.events);
  return CheckHistory(stored, Journal());
}

TEST(CheckHistory, FollowsOffersToSeveral) {
  EXPECT_THAT(CheckRings([](auto&) {}), IsEmpty());
  const std::pair<std::string, std::function<void(std::vector<StoredEvent>&)>> cases[] = {
      {"but it rings as many as it may", [](auto& events) { std::swap(events[3], events[4]); }},
      {"but t1.1 is this agent's", [](auto& events) { events[2].agent = "ann"; }},
      {"but t1.3 stands, too", [](auto& events) { std::swap(events[5], events[6]); }},
      {"but it is offered to somebody", [](auto& events) { events[6].type = "TICKET_CANCELED"; }},
      {"bob holds more voice than fits",
       [](auto& events) { events[4] = {5, 5, "TICKET_OFFERED", "t1", "bob", "t1.3"}; }},
  };
  for (const auto& [complaint, change] : cases) {
    EXPECT_THAT(CheckRings(change), Contains(HasSubstr(complaint)));
  }
}

// A chat that asks for an expert until the first step of its plan.
std::vector<std::string> CheckSteps(const std::function<void(std::vector<StoredEvent>&)>& change) {
  Stored stored;
  stored.tickets = {{"t1", "c1", "chat", "COMPLETED"}};
  stored.events = {{1, 1, "TICKET_CREATED", "t1", "", "", 0},
                   {2, 2, "PLAN_STEP_TAKEN", "t1", "", "", 1},
                   {3, 3, "PLAN_STEP_TAKEN", "t1", "", "", 2},
                   {4, 4, "TICKET_OFFERED", "t1", "agent-1", "t1.1", 0},
                   {5, 5, "OFFER_ACCEPTED", "t1", "agent-1", "t1.1", 0},
                   {6, 6, "TICKET_COMPLETED", "t1", "agent-1", "", 0}};
  change(stored.events);
  return CheckHistory(stored, Journal());
}

TEST(CheckHistory, FollowsStepsOfPlans) {
  EXPECT_THAT(CheckSteps([](auto&) {}), IsEmpty());
  const std::pair<std::string, std::function<void(std::vector<StoredEvent>&)>> cases[] = {
      {"expected step 1, but it is step 2", [](auto& events) { events[1].number = 2; }},
      {"expected step 2, but it is step 1", [](auto& events) { events[2].number = 1; }},
      {"who is no expert",
       [](auto& events) { events[1].type = events[2].type = "PLAN_STEP_SKIPPED"; }},
  };
  for (const auto& [complaint, change] : cases) {
    EXPECT_THAT(CheckSteps(change), Contains(HasSubstr(complaint)));
  }
}

TEST(CheckHistory, ForgivesARefusalAfterATryThatNobodyKnowsOf) {
  const Promise accept{"OFFER_ACCEPTED", "t1", "ann", "t1.2"};
  EXPECT_THAT(Check([&](Stored&, Journal& journal) {
                journal.LeftOpen(accept);
                journal.Refused(accept);
              }),
              IsEmpty());
}

}  // namespace
}  // namespace tandem::e2e
