// Goal: what is printed can be read, by people and by programs, whatever the server holds. Method:
// messages and the texts made of them.
#include "server/ctl/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "server/ctl/catalogue.h"
#include "server/ctl/kinds.h"
#include "server/ctl/ticket_text.h"
#include "tandem/v1/configuration.pb.h"
#include "tandem/v1/queue_service.pb.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(ToYaml, QuotesTextsThatYamlWouldTakeForSomethingElse) {
  const Json json = {{"a", "yes"},
                     {"b", "12"},
                     {"c", ""},
                     {"d", "2025-01-31T08:00:00Z"},
                     {"e", "20s"},
                     {"f", "text"},
                     {"g", true},
                     {"h", 12},
                     {"i", nullptr},
                     {"j", Json::array()},
                     {"k", {{"l", "0x10"}}}};
  EXPECT_EQ(ToYaml(json),
            "a: \"yes\"\nb: \"12\"\nc: \"\"\nd: \"2025-01-31T08:00:00Z\"\ne: 20s\nf: text\n"
            "g: true\nh: 12\ni: ~\nj: []\nk:\n  l: \"0x10\"\n");
}

TEST(ToJson, WritesDefaultsOnlyWhenTold) {
  v1::QueueStatistics queue;
  queue.set_queue("calls");
  EXPECT_EQ(ToJson(queue).dump(), R"({"queue":"calls"})");
  const Json all = ToJson(queue, Defaults::kWrite);
  EXPECT_EQ(all["waiting"], 0);
  EXPECT_FALSE(all.contains("serviceLevel")) << "what is not known is not 0";
}

v1::Configuration SmallFloor() {
  v1::Configuration floor;
  floor.set_time_zone("Europe/Lisbon");
  v1::Queue& queue = *floor.add_queues();
  queue.set_id("billing.live");
  queue.set_office(v1::OFFICE_FRONT);
  queue.set_urgency(v1::URGENCY_LIVE);
  queue.mutable_offer_timeout()->set_seconds(20);
  queue.mutable_lease_duration()->set_seconds(5400);
  queue.set_max_waiting(3);
  v1::Agent& agent = *floor.add_agents();
  agent.set_id("ana");
  agent.set_routing_profile("front");
  for (const char* skill : {"billing", "retention", "sales", "tech"}) {
    v1::SkillLevel& level = *agent.add_skills();
    level.set_skill(skill);
    level.set_level(5);
  }
  floor.add_not_ready_reasons()->set_id("lunch");
  return floor;
}

// What `get configuration -o yaml` prints is what `apply -f` takes.
TEST(ToYaml, OfAConfigurationIsACatalogue) {
  const v1::Configuration floor = SmallFloor();
  const auto read = ParseCatalogue(ToYaml(ToJson(floor)), "printed.yaml");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->SerializeAsString(), floor.SerializeAsString());
}

TEST(ParseCatalogue, TakesAFieldOnceInEitherSpelling) {
  const auto both = ParseCatalogue("time_zone: UTC\ntimeZone: UTC\n", "a.yaml");
  EXPECT_THAT(std::string(both.status().message()), HasSubstr("expected each field once"));
}

TEST(Kinds, AreTheListsOfTheApi) {
  for (const char* word : {"queue", "queues", "not-ready-reason", "not_ready_reasons",
                           "routing-profile", "process-types", "agent", "disposition"}) {
    EXPECT_NE(FindKind(word), nullptr) << word;
  }
  for (const char* word : {"policy", "policies", "measure", "note", "messages"}) {
    EXPECT_NE(FindKind(word), nullptr) << word;
  }
  EXPECT_EQ(FindKind("ticket"), nullptr);
  EXPECT_EQ(FindKind("not-ready-reasons")->name, "not-ready-reason");
}

TEST(Kinds, AreCutOutOfAConfiguration) {
  const v1::Configuration floor = SmallFloor();
  const Kind& agents = *FindKind("agents");
  EXPECT_EQ(KindJson(*OnlyKind(floor, agents, ""), agents)["agents"].size(), 1U);
  EXPECT_EQ(ToJson(*OnlyKind(floor, agents, "ana")).size(), 1U) << "no queues";
  EXPECT_TRUE(ItemsOf(*OnlyKind(floor, agents, "bob"), agents).empty());
}

TEST(KindTable, ShowsWhatFitsIntoCells) {
  const v1::Configuration floor = SmallFloor();
  EXPECT_EQ(KindTable(floor, *FindKind("queues")),
            "id            office  urgency  offer timeout  lease duration  max waiting\n"
            "billing.live  FRONT   LIVE     20s            1h30m                     3\n");
  EXPECT_EQ(KindTable(floor, *FindKind("agents")),
            "id   routing profile  skills\n"
            "ana  front            billing=5,retention=5,sales=5,+1\n");
  EXPECT_THAT(KindTable(floor, *FindKind("teams")), Not(HasSubstr("ana")));
}

TEST(TextTable, AlignsByColumnsOfATerminalAndLeavesOutWhatNobodyKnows) {
  TextTable table({{"name"}, {"nothing"}, {"count", TextTable::Align::kRight}});
  table.AddRow({"Zoë", "", "7"});
  table.AddRow({"Zoe\u0308", "", "8"});  // An accent that is a character of its own.
  table.AddRow({"王小明", "", "9"});
  table.AddRow({"Bob", "", ""});
  table.AddRow({"Constantin", "", "1200"});
  EXPECT_EQ(table.ToString(),
            "name        count\n"
            "Zoë             7\n"
            "Zoe\u0308             8\n"
            "王小明          9\n"
            "Bob             -\n"
            "Constantin   1200\n");
}

TEST(Plain, LeavesATerminalAlone) {
  EXPECT_EQ(Plain("a\x1b[2Jb\nc\x7f"), "a [2Jb c ");
  EXPECT_EQ(Plain("\xC2\x9B"
                  "2J\xC3\xA9"),
            "  2J\xC3\xA9");
}

TEST(Plain, MarksWhatIsNoCharacter) {
  EXPECT_EQ(Plain("a\xC3"), "a\xEF\xBF\xBD");
}

TEST(TicketText, ShowsWhatIsKnown) {
  v1::Ticket ticket;
  ticket.set_id("t-1");
  ticket.set_state(v1::TICKET_STATE_QUEUED);
  ticket.set_subject("Two\nlines");
  (*ticket.mutable_attributes())["order"] = "17";
  const std::string text = TicketText(ticket);
  EXPECT_THAT(text, HasSubstr("state          QUEUED\n"));
  EXPECT_THAT(text, HasSubstr("subject        Two lines\n"));
  EXPECT_THAT(text, HasSubstr("attribute      order=17\n"));
  EXPECT_THAT(text, Not(HasSubstr("agent")));
}

TEST(TicketText, SaysHowFarItsPlanIs) {
  v1::Ticket ticket;
  ticket.mutable_plan()->add_steps();
  ticket.mutable_plan()->add_steps();
  ticket.set_plan_steps_taken(1);
  EXPECT_THAT(TicketText(ticket), HasSubstr("1 of 2 steps behind it\n"));
  ticket.add_plan_steps_skipped(1);
  ticket.mutable_next_step_at()->set_seconds(0);
  EXPECT_THAT(TicketText(ticket),
              HasSubstr("1 of 2 steps behind it, 1 skipped, next 1970-01-01T00:00:00Z\n"));
}

TEST(ExplanationText, SaysWhyNobodyKnowsTheWait) {
  v1::ExplainTicketResponse explained;
  explained.set_position(1);
  EXPECT_THAT(ExplanationText(explained), HasSubstr("estimated wait not known\n"));
  explained.set_no_estimate(v1::NO_ESTIMATE_REASON_NOBODY_AVAILABLE);
  EXPECT_THAT(ExplanationText(explained),
              HasSubstr("estimated wait not known: nobody who may take it is available\n"));
  EXPECT_THAT(ExplanationText(explained), HasSubstr("    0 of them are there, busy or not\n"));
  explained.set_no_estimate(v1::NO_ESTIMATE_REASON_TOO_FEW_ANSWERS);
  EXPECT_THAT(ExplanationText(explained),
              HasSubstr("not known: too few were answered in the last half hour\n"));
}

TEST(ExplanationText, SaysHowTheTicketIsOfferedAndByWhat) {
  v1::ExplainTicketResponse explained;
  explained.set_position(1);
  v1::OfferPolicy& policy = *explained.mutable_offer_policy();
  policy.mutable_offer_timeout()->set_seconds(30);
  policy.set_offer_timeout_of_step(2);
  policy.set_concurrent_offers(3);
  EXPECT_THAT(ExplanationText(explained), HasSubstr("each offer held for 30s (step 2 of its plan), "
                                                    "up to 3 at once (its queue)\n"));
}

TEST(ExplanationText, SaysWhatTheNextStepOfThePlanDoes) {
  v1::ExplainTicketResponse explained;
  v1::NextStep& next = *explained.mutable_next_step();
  next.set_number(2);
  next.set_queue("spare");
  next.mutable_condition()->set_waiting_more_than(20);
  next.mutable_condition()->mutable_oldest_waits_longer_than()->set_seconds(90);
  next.mutable_condition()->mutable_estimated_wait_longer_than()->set_seconds(120);
  next.mutable_condition()->set_service_level_below_percent(80);
  next.mutable_condition()->set_available_agents_fewer_than(4);
  next.mutable_offer_timeout()->set_seconds(15);
  next.set_concurrent_offers(3);
  explained.set_available_agents(2);
  next.set_skipped("CONDITION");
  next.set_qualified_agents(3);
  EXPECT_THAT(ExplanationText(explained),
              HasSubstr("\nStep 2 of the plan, when its clock goes on:\n"
                        "    3 will pass all of these\n"
                        "      it will move to queue spare\n"
                        "      its offers will be held for 15s\n"
                        "      it will be offered to up to 3 at once\n"
                        "      if more than 20 wait in the queue then\n"
                        "      if the oldest in the queue waits longer than 1m30s then\n"
                        "      if it may wait longer than 2m from then on\n"
                        "      if the queue's service level is below 80 % then\n"
                        "      if fewer than 4 who may take it are there then; now: 2\n"
                        "      now it would be skipped: CONDITION\n"));
  next.Clear();
  next.set_number(3);
  next.mutable_expire()->set_reason("CALL_BACK");
  EXPECT_THAT(ExplanationText(explained),
              HasSubstr("\nStep 3 of the plan, when its clock goes on:\n"
                        "      the wait will end: CALL_BACK\n"));
  next.Clear();
  next.set_number(4);
  next.set_callback(true);
  EXPECT_THAT(ExplanationText(explained),
              HasSubstr("\nStep 4 of the plan, when its clock goes on:\n"
                        "      the customer will be called back\n"));
}

TEST(ExplanationText, SaysUntilWhenADelayKeepsAgentsAway) {
  v1::ExplainTicketResponse explained;
  v1::Obstacle* offline = explained.add_obstacles();
  offline->set_kind(v1::OBSTACLE_KIND_OFFLINE);
  offline->set_agents(12);
  v1::Obstacle* delayed = explained.add_obstacles();
  delayed->set_kind(v1::OBSTACLE_KIND_DELAYED);
  delayed->set_agents(3);
  delayed->mutable_until()->set_seconds(30);
  EXPECT_THAT(ExplanationText(explained),
              HasSubstr("   12 OFFLINE\n    3 DELAYED until 1970-01-01T00:00:30Z\n"));
}

TEST(ExplanationText, SaysThatLateWorkGoesLast) {
  v1::ExplainTicketResponse explained;
  EXPECT_THAT(ExplanationText(explained), Not(HasSubstr("late")));
  explained.set_after_punctual(true);
  EXPECT_THAT(ExplanationText(explained), HasSubstr("\nlate: it goes after punctual work"));
}

TEST(ExplanationText, ListsWhoTakesPart) {
  v1::ExplainTicketResponse explained;
  const auto add = [&](const char* agent, v1::AssignmentRole role) -> v1::Participant& {
    v1::Participant& one = *explained.add_participants();
    one.set_agent(agent);
    one.set_role(role);
    return one;
  };
  add("ana", v1::ASSIGNMENT_ROLE_OWNER).mutable_since()->set_seconds(10);
  add("ben", v1::ASSIGNMENT_ROLE_CONFERENCE).mutable_since()->set_seconds(20);
  v1::Participant& invited = add("kim", v1::ASSIGNMENT_ROLE_CONSULT);
  invited.set_invited(true);
  invited.mutable_invitation_expires_at()->set_seconds(60);
  EXPECT_THAT(ExplanationText(explained),
              HasSubstr("\nOWNER: ana since 1970-01-01T00:00:10Z\n"
                        "CONFERENCE: ben since 1970-01-01T00:00:20Z\n"
                        "CONSULT: kim, invited until 1970-01-01T00:01:00Z\n"));
}

TEST(ExplanationText, TellsWhatItsClientHas) {
  v1::ExplainTicketResponse explained;
  EXPECT_THAT(ExplanationText(explained), Not(HasSubstr("in hand")));
  v1::ClientShare& share = *explained.mutable_client_share();
  share.set_tier(v1::CLIENT_TIER_OVER_SHARE);
  share.set_in_hand(5);
  share.mutable_fair_share()->set_weight(1);
  share.set_weights(4);
  share.set_shared(8);
  EXPECT_THAT(ExplanationText(explained),
              HasSubstr("\nits client has 5 in hand: OVER_SHARE (weight 1 of 4 in 8)\n"));
  share.mutable_fair_share()->set_floor(2);
  share.mutable_fair_share()->set_ceiling(10);
  EXPECT_THAT(ExplanationText(explained),
              HasSubstr("OVER_SHARE (weight 1 of 4 in 8, floor 2, ceiling 10)\n"));
}

TEST(ExplanationText, SaysHowFarACallbackIs) {
  v1::ExplainTicketResponse explained;
  EXPECT_THAT(ExplanationText(explained), Not(HasSubstr("call-back")));
  v1::Callback& callback = *explained.mutable_callback();
  EXPECT_THAT(ExplanationText(explained), HasSubstr("\ncall-back: 0 attempts\n"));
  callback.set_attempts(2);
  callback.set_last_outcome(v1::CALLBACK_OUTCOME_NO_ANSWER);
  callback.mutable_not_after()->set_seconds(7'200);
  const char line[] =
      "call-back: 2 attempts, the last one NO_ANSWER, not after 1970-01-01T02:00:00Z\n";
  EXPECT_THAT(ExplanationText(explained), HasSubstr(line));
  explained.set_state(v1::TICKET_STATE_SCHEDULED);
  EXPECT_THAT(ExplanationText(explained), HasSubstr(line));
  v1::Ticket ticket;
  *ticket.mutable_callback() = callback;
  ticket.mutable_callback()->set_requested_on("chat");
  EXPECT_THAT(TicketText(ticket), HasSubstr("2 attempts, the last one NO_ANSWER"));
  EXPECT_THAT(TicketText(ticket), HasSubstr("requested on   chat\n"));
}

TEST(ClassificationText, ListsTheRulesAndWhatComesOfThem) {
  v1::ClassifyContactResponse classified;
  EXPECT_THAT(ClassificationText(classified), HasSubstr("no rule was tried\n"));
  v1::TriedRule& vip = *classified.add_rules();
  vip.set_rule("vip");
  vip.set_matches(true);
  vip.add_filled_in("priority");
  vip.add_filled_in("queue");
  v1::TriedRule& night = *classified.add_rules();
  night.set_rule("night");
  night.set_unmet("language = \"fr\"");
  v1::ProspectiveTicket& ticket = *classified.mutable_ticket();
  ticket.set_queue("chats");
  ticket.set_priority(7);
  ticket.set_qualified_agents(2);
  const std::string text = ClassificationText(classified);
  EXPECT_THAT(text, HasSubstr("vip    yes      priority, queue  -\n"));
  EXPECT_THAT(text, HasSubstr("night  no       -                language = \"fr\"\n"));
  EXPECT_THAT(text, HasSubstr("queue          chats\n"));
  EXPECT_THAT(text, HasSubstr("    2 could take it\n"));
  ticket.set_unroutable(true);
  EXPECT_THAT(ClassificationText(classified), HasSubstr("\nUnroutable: nobody could ever take it"));
  classified.set_joined_ticket_id("t-1");
  EXPECT_THAT(ClassificationText(classified), HasSubstr("joins ticket t-1\n"));
  classified.mutable_refusal()->set_reason("QUEUE_FULL");
  classified.mutable_refusal()->set_message("expected room");
  EXPECT_THAT(ClassificationText(classified), HasSubstr("refused: QUEUE_FULL: expected room\n"));
}

TEST(EventLine, NamesWhatTheEventIsAbout) {
  v1::Event event;
  event.set_type(v1::EVENT_TYPE_TICKET_CANCELED);
  event.set_ticket_id("t-1");
  event.set_reason("no\x1blonger");
  EXPECT_THAT(EventLine(event),
              HasSubstr(" TICKET_CANCELED          ticket=t-1 reason=no longer\n"));
}

TEST(ShortEnum, LeavesOutTheEnumsName) {
  EXPECT_EQ(ShortEnum(*v1::TicketState_descriptor()->FindValueByName("TICKET_STATE_WRAP_UP")),
            "WRAP_UP");
  EXPECT_THAT(FormNames(), ElementsAre("table", "json", "yaml"));
}

}  // namespace
}  // namespace tandem::ctl
