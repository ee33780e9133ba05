// What comes from outside: every limit at its edge, every form that is refused, and why.
#include "router/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "router/limits.h"
#include "tests/router/text.h"

namespace tandem::router {
namespace {

NewContact GoodContact() {
  NewContact contact;
  contact.channel = "chat";
  contact.client = "acme";
  contact.process_type = "billing.dispute";
  return contact;
}

// "" when the contact is good, else the name of the reason and the field.
std::string Judge(NewContact contact) {
  const auto rejection = CheckContact(contact, kStart, "contact");
  if (!rejection) return "";
  if (rejection->violations.empty()) return ToString(rejection->reason);
  return std::string(ToString(rejection->reason)) + " " + rejection->violations[0].field;
}

std::string Repeat(const std::string& text, size_t count) {
  std::string repeated;
  for (size_t i = 0; i < count; ++i) repeated += text;
  return repeated;
}

Plan Steps(int count) {
  Plan plan;
  for (int i = 1; i <= count; ++i) plan.push_back({Days(1) * i, Requirement{}, 9});
  return plan;
}

// So many bytes in one attribute after another, each within its own limits.
Requirement WithBytes(size_t bytes) {
  Requirement requirement;
  while (bytes > 0) {
    AttributePredicate attribute{.key = "k"};
    --bytes;
    while (bytes > 0 && attribute.values.size() < kMaxPredicateValues) {
      // Different ones, so that none is dropped as a repeat.
      std::string value = std::to_string(requirement.all_of.size() * 100 + attribute.values.size());
      value.resize(std::min<size_t>(bytes, kMaxAgentAttributeValueBytes), 'x');
      bytes -= value.size();
      attribute.values.push_back(std::move(value));
    }
    requirement.all_of.push_back({std::move(attribute)});
  }
  return requirement;
}

struct ContactCase {
  const char* what;
  std::function<void(NewContact&)> change;
  std::string expected;
};

TEST(CheckContact, TakesWhatIsWithinLimits) {
  const ContactCase cases[] = {
      {"nothing but the required fields", [](NewContact&) {}, ""},
      {"longest entry point", [](NewContact& c) { c.entry_point = Repeat("x", 128); }, ""},
      {"neither client nor process type, by an entry point",
       [](NewContact& c) {
         c.entry_point = "help@acme.com";
         c.client = c.process_type = "";
       },
       ""},
      {"longest external id", [](NewContact& c) { c.external_id = Repeat("x", 128); }, ""},
      {"longest conversation", [](NewContact& c) { c.conversation_key = Repeat("x", 256); }, ""},
      {"longest customer id", [](NewContact& c) { c.customer_id = Repeat("x", 128); }, ""},
      {"longest segment", [](NewContact& c) { c.customer_segment = Repeat("x", 64); }, ""},
      {"512 characters of four bytes",
       [](NewContact& c) { c.subject = Repeat("\xf0\x9f\x93\x9e", 512); }, ""},
      {"largest payload", [](NewContact& c) { c.payload_json = Repeat("1", 65'536); }, ""},
      {"highest priority", [](NewContact& c) { c.priority = 9; }, ""},
      {"shortest answer target", [](NewContact& c) { c.answer_target = Seconds(1); }, ""},
      {"longest answer target", [](NewContact& c) { c.answer_target = Days(30); }, ""},
      {"latest due time", [](NewContact& c) { c.due_at = kStart + Days(730); }, ""},
      {"latest entry", [](NewContact& c) { c.not_before = kStart + Days(365); }, ""},
      {"an entry that has passed", [](NewContact& c) { c.not_before = kStart - Days(365); }, ""},
      {"earliest receipt", [](NewContact& c) { c.received_at = kStart - Days(30); }, ""},
      {"latest receipt", [](NewContact& c) { c.received_at = kStart + Minutes(5); }, ""},
      {"most excluded", [](NewContact& c) { c.excluded_agents.assign(16, "ana"); }, ""},
      {"most attributes",
       [](NewContact& c) {
         c.attributes.assign(64, {"key", "value"});
       },
       ""},
      {"longest attribute",
       [](NewContact& c) {
         c.attributes = {{Repeat("k", 64), Repeat("v", 512)}};
       },
       ""},
      {"most clauses",
       [](NewContact& c) {
         c.requirement.all_of.assign(16, Clause{SkillRequirement{"billing", 10}});
       },
       ""},
      {"longest of a predicate's values",
       [](NewContact& c) {
         AttributePredicate attribute{"region", {}, {}, {}};
         for (int i = 0; i < 32; ++i)
           attribute.values.push_back(Repeat("v", 120) + std::to_string(i));
         c.requirement.all_of = {{attribute}};
       },
       ""},
      {"bounds that are equal",
       [](NewContact& c) {
         c.requirement.all_of = {{AttributePredicate{"years", {}, Whole(3), Whole(3)}}};
       },
       ""},
      {"most preferences and agents",
       [](NewContact& c) {
         c.requirement.prefer.assign(16, Preference{TeamPredicate{"night"}, 100});
         c.requirement.agents.assign(16, "ana");
       },
       ""},
      {"longest plan", [](NewContact& c) { c.plan = Steps(20); }, ""},
      {"steps that move, end and ask",
       [](NewContact& c) {
         c.plan = {{.after = Seconds(1),
                    .queue = "spare",
                    .condition = PlanCondition{kMaxQueueWaiting, kMaxPlanDelay}},
                   {.after = Seconds(2),
                    .expire = PlanExpiry{std::string(64, 'x')},
                    .condition = PlanCondition{1, {}}},
                   {.after = Seconds(3), .expire = PlanExpiry{}}};
       },
       ""},
      {"steps at once, and how they offer",
       [](NewContact& c) {
         c.plan = {{.after = Duration{},
                    .queue = "spare",
                    .condition = PlanCondition{.available_agents_fewer_than = kMaxAgents}},
                   {.after = Duration{}, .offer_timeout = Seconds(1), .concurrent_offers = 10},
                   {.after = Seconds(1), .offer_timeout = Hours(1)}};
       },
       ""},
      {"most bytes of a requirement", [](NewContact& c) { c.requirement = WithBytes(16'384); }, ""},
      {"most bytes of a plan",
       [](NewContact& c) {
         c.plan.emplace();
         for (int i = 1; i <= 4; ++i) c.plan->push_back({Seconds(i), WithBytes(16'384)});
       },
       ""},
      {"plan without steps", [](NewContact& c) { c.plan.emplace(); }, ""},
      {"most predicates",
       [](NewContact& c) { c.requirement.all_of = {Clause(8, SitePredicate{"lisbon"})}; }, ""},
  };
  for (const ContactCase& one : cases) {
    NewContact contact = GoodContact();
    one.change(contact);
    EXPECT_EQ(Judge(contact), one.expected) << one.what;
  }
}

TEST(CheckContact, RefusesWhatIsBeyondALimit) {
  const ContactCase cases[] = {
      {"no channel", [](NewContact& c) { c.channel = ""; }, "FIELD_REQUIRED contact.channel"},
      {"no client", [](NewContact& c) { c.client = ""; }, "FIELD_REQUIRED contact.client"},
      {"id with a blank", [](NewContact& c) { c.client = "ac me"; },
       "FIELD_MALFORMED contact.client"},
      {"queue in capitals", [](NewContact& c) { c.queue = "Calls"; },
       "FIELD_MALFORMED contact.queue"},
      {"entry point", [](NewContact& c) { c.entry_point = Repeat("x", 129); },
       "FIELD_TOO_LARGE contact.entry_point"},
      {"external id", [](NewContact& c) { c.external_id = Repeat("x", 129); },
       "FIELD_TOO_LARGE contact.external_id"},
      {"conversation", [](NewContact& c) { c.conversation_key = Repeat("x", 257); },
       "FIELD_TOO_LARGE contact.conversation_key"},
      {"customer", [](NewContact& c) { c.customer_id = Repeat("x", 129); },
       "FIELD_TOO_LARGE contact.customer_id"},
      {"segment", [](NewContact& c) { c.customer_segment = Repeat("x", 65); },
       "FIELD_TOO_LARGE contact.customer_segment"},
      {"subject", [](NewContact& c) { c.subject = Repeat("x", 2049); },
       "FIELD_TOO_LARGE contact.subject"},
      {"payload", [](NewContact& c) { c.payload_json = Repeat("1", 65'537); },
       "FIELD_TOO_LARGE contact.payload_json"},
      {"NUL in a text", [](NewContact& c) { c.subject = std::string("a\0b", 3); },
       "TEXT_HAS_NUL contact.subject"},
      {"text in Latin 1", [](NewContact& c) { c.subject = "caf\xe9"; },
       "TEXT_NOT_UTF8 contact.subject"},
      {"language", [](NewContact& c) { c.language = "english please"; },
       "LANGUAGE_TAG_MALFORMED contact.language"},
      {"priority", [](NewContact& c) { c.priority = 10; }, "FIELD_OUT_OF_RANGE contact.priority"},
      {"short answer target", [](NewContact& c) { c.answer_target = Milliseconds(999); },
       "FIELD_OUT_OF_RANGE contact.answer_target"},
      {"negative answer target", [](NewContact& c) { c.answer_target = Seconds(-1); },
       "FIELD_OUT_OF_RANGE contact.answer_target"},
      {"long answer target", [](NewContact& c) { c.answer_target = Days(30) + Microseconds(1); },
       "FIELD_OUT_OF_RANGE contact.answer_target"},
      {"late entry", [](NewContact& c) { c.not_before = kStart + Days(366); },
       "FIELD_OUT_OF_RANGE contact.not_before"},
      {"late due time", [](NewContact& c) { c.due_at = kStart + Days(731); },
       "FIELD_OUT_OF_RANGE contact.due_at"},
      {"old receipt", [](NewContact& c) { c.received_at = kStart - Days(30) - Microseconds(1); },
       "FIELD_OUT_OF_RANGE contact.received_at"},
      {"receipt ahead",
       [](NewContact& c) { c.received_at = kStart + Minutes(5) + Microseconds(1); },
       "FIELD_OUT_OF_RANGE contact.received_at"},
      {"excluded", [](NewContact& c) { c.excluded_agents.assign(17, "ana"); },
       "FIELD_TOO_LARGE contact.excluded_agents"},
      {"excluded id",
       [](NewContact& c) {
         c.excluded_agents = {"ana", "?"};
       },
       "FIELD_MALFORMED contact.excluded_agents[1]"},
      {"attributes",
       [](NewContact& c) {
         c.attributes.assign(65, {"key", "value"});
       },
       "FIELD_TOO_LARGE contact.attributes"},
      {"attribute key",
       [](NewContact& c) {
         c.attributes = {{Repeat("k", 65), ""}};
       },
       "FIELD_TOO_LARGE contact.attributes"},
      {"attribute value",
       [](NewContact& c) {
         c.attributes = {{"k", Repeat("v", 513)}};
       },
       "FIELD_TOO_LARGE contact.attributes"},
      {"clauses",
       [](NewContact& c) {
         c.requirement.all_of.assign(17, Clause{SkillRequirement{"billing", 1}});
       },
       "FIELD_TOO_LARGE contact.requirement.all_of"},
      {"no predicate", [](NewContact& c) { c.requirement.all_of = {Clause{}}; },
       "FIELD_REQUIRED contact.requirement.all_of[0].any_of"},
      {"predicates",
       [](NewContact& c) { c.requirement.all_of = {Clause(9, SitePredicate{"lisbon"})}; },
       "FIELD_TOO_LARGE contact.requirement.all_of[0].any_of"},
      {"level 0",
       [](NewContact& c) {
         c.requirement.all_of = {{SkillRequirement{"billing", 0}}};
       },
       "FIELD_OUT_OF_RANGE contact.requirement.all_of[0].any_of[0].skill.level"},
      {"level 11",
       [](NewContact& c) {
         c.requirement.all_of = {{SkillRequirement{"billing", 11}}};
       },
       "FIELD_OUT_OF_RANGE contact.requirement.all_of[0].any_of[0].skill.level"},
      {"highest level below the least",
       [](NewContact& c) {
         c.requirement.all_of = {{SkillRequirement{"billing", 5, 4}}};
       },
       "FIELD_OUT_OF_RANGE contact.requirement.all_of[0].any_of[0].skill.max_level"},
      {"team", [](NewContact& c) { c.requirement.all_of = {{TeamPredicate{"No team"}}}; },
       "FIELD_MALFORMED contact.requirement.all_of[0].any_of[0].team"},
      {"attribute without a key",
       [](NewContact& c) {
         c.requirement.all_of = {{AttributePredicate{"", {"x"}, {}, {}}}};
       },
       "FIELD_REQUIRED contact.requirement.all_of[0].any_of[0].attribute.key"},
      {"values of an attribute",
       [](NewContact& c) {
         c.requirement.all_of = {
             {AttributePredicate{"k", std::vector<std::string>(33, "v"), {}, {}}}};
       },
       "FIELD_TOO_LARGE contact.requirement.all_of[0].any_of[0].attribute.values"},
      {"value that is too long",
       [](NewContact& c) {
         c.requirement.all_of = {{AttributePredicate{"k", {Repeat("v", 129)}, {}, {}}}};
       },
       "FIELD_TOO_LARGE contact.requirement.all_of[0].any_of[0].attribute.values[0]"},
      {"values and bounds",
       [](NewContact& c) {
         c.requirement.all_of = {{AttributePredicate{"k", {"v"}, Whole(1), {}}}};
       },
       "FIELD_MALFORMED contact.requirement.all_of[0].any_of[0].attribute"},
      {"bounds that nothing is within",
       [](NewContact& c) {
         c.requirement.all_of = {{AttributePredicate{"k", {}, Whole(2), Whole(1)}}};
       },
       "FIELD_OUT_OF_RANGE contact.requirement.all_of[0].any_of[0].attribute.max"},
      {"bound that is too low",
       [](NewContact& c) {
         c.requirement.all_of = {{AttributePredicate{"k", {}, Decimal{-kMaxBoundMilli - 1}, {}}}};
       },
       "FIELD_OUT_OF_RANGE contact.requirement.all_of[0].any_of[0].attribute.min"},
      {"bound that is too high",
       [](NewContact& c) {
         c.requirement.all_of = {{AttributePredicate{"k", {}, {}, Decimal{kMaxBoundMilli + 1}}}};
       },
       "FIELD_OUT_OF_RANGE contact.requirement.all_of[0].any_of[0].attribute.max"},
      {"preferences",
       [](NewContact& c) {
         c.requirement.prefer.assign(17, Preference{TeamPredicate{"a"}, 1});
       },
       "FIELD_TOO_LARGE contact.requirement.prefer"},
      {"weight",
       [](NewContact& c) {
         c.requirement.prefer = {{TeamPredicate{"a"}, 101}};
       },
       "FIELD_OUT_OF_RANGE contact.requirement.prefer[0].weight"},
      {"named agents", [](NewContact& c) { c.requirement.agents.assign(17, "ana"); },
       "FIELD_TOO_LARGE contact.requirement.agents"},
      {"named agent",
       [](NewContact& c) {
         c.requirement.agents = {"ana", "Ben"};
       },
       "FIELD_MALFORMED contact.requirement.agents[1]"},
      {"steps of a plan", [](NewContact& c) { c.plan = Steps(21); },
       "FIELD_TOO_LARGE contact.plan.steps"},
      {"step that is due too soon, and not at once",
       [](NewContact& c) {
         c.plan = {{Milliseconds(999), Requirement{}}};
       },
       "FIELD_OUT_OF_RANGE contact.plan.steps[0].after"},
      {"step that was due before",
       [](NewContact& c) {
         c.plan = {{Milliseconds(-1), Requirement{}}};
       },
       "FIELD_OUT_OF_RANGE contact.plan.steps[0].after"},
      {"step at once behind one that is later",
       [](NewContact& c) {
         c.plan = {{Seconds(2), Requirement{}}, {Duration{}, Requirement{}}};
       },
       "FIELD_OUT_OF_RANGE contact.plan.steps[1].after"},
      {"step that holds offers for too short a time",
       [](NewContact& c) { c.plan = {{.after = Seconds(2), .offer_timeout = Milliseconds(999)}}; },
       "FIELD_OUT_OF_RANGE contact.plan.steps[0].offer_timeout"},
      {"step that holds offers for too long",
       [](NewContact& c) { c.plan = {{.after = Seconds(2), .offer_timeout = Hours(2)}}; },
       "FIELD_OUT_OF_RANGE contact.plan.steps[0].offer_timeout"},
      {"step that offers to too many",
       [](NewContact& c) { c.plan = {{.after = Seconds(2), .concurrent_offers = 11}}; },
       "FIELD_OUT_OF_RANGE contact.plan.steps[0].concurrent_offers"},
      {"step that ends the wait, and offers otherwise",
       [](NewContact& c) {
         c.plan = {{.after = Seconds(2), .expire = PlanExpiry{}, .concurrent_offers = 2}};
       },
       "FIELD_MALFORMED contact.plan.steps[0]"},
      {"condition of more agents than there may be",
       [](NewContact& c) {
         c.plan = {{.after = Seconds(2),
                    .queue = "spare",
                    .condition = PlanCondition{.available_agents_fewer_than = kMaxAgents + 1}}};
       },
       "FIELD_OUT_OF_RANGE contact.plan.steps[0].condition.available_agents_fewer_than"},
      {"step that is not later than the one before",
       [](NewContact& c) {
         c.plan = {{Seconds(2), Requirement{}}, {Seconds(2), Requirement{}}};
       },
       "FIELD_OUT_OF_RANGE contact.plan.steps[1].after"},
      {"requirement beside what is relaxed",
       [](NewContact& c) {
         c.plan = {{.after = Seconds(2),
                    .requirement = Requirement{},
                    .relax = Relaxation{.agents = true}}};
       },
       "FIELD_MALFORMED contact.plan.steps[0]"},
      {"nothing relaxed",
       [](NewContact& c) { c.plan = {{.after = Seconds(2), .relax = Relaxation{}}}; },
       "FIELD_REQUIRED contact.plan.steps[0].relax"},
      {"skills relaxed",
       [](NewContact& c) {
         c.plan = {{.after = Seconds(2),
                    .relax = Relaxation{.skills = std::vector<std::string>(17, "a")}}};
       },
       "FIELD_TOO_LARGE contact.plan.steps[0].relax.skills"},
      {"skill relaxed",
       [](NewContact& c) {
         c.plan = {{.after = Seconds(2), .relax = Relaxation{.skills = {"a", "No skill"}}}};
       },
       "FIELD_MALFORMED contact.plan.steps[0].relax.skills[1]"},
      {"attribute relaxed",
       [](NewContact& c) {
         c.plan = {{.after = Seconds(2), .relax = Relaxation{.attributes = {""}}}};
       },
       "FIELD_REQUIRED contact.plan.steps[0].relax.attributes[0]"},
      {"levels lowered by too much",
       [](NewContact& c) {
         c.plan = {{.after = Seconds(2), .relax = Relaxation{.lower_skill_levels_by = 10}}};
       },
       "FIELD_OUT_OF_RANGE contact.plan.steps[0].relax.lower_skill_levels_by"},
      {"all skills beside some",
       [](NewContact& c) {
         c.plan = {{.after = Seconds(2), .relax = Relaxation{.skills = {"a"}, .all_skills = true}}};
       },
       "FIELD_MALFORMED contact.plan.steps[0].relax.all_skills"},
      {"end of the wait beside what is relaxed",
       [](NewContact& c) {
         c.plan = {
             {.after = Seconds(2), .expire = PlanExpiry{}, .relax = Relaxation{.agents = true}}};
       },
       "FIELD_MALFORMED contact.plan.steps[0]"},
      {"step that changes nothing", [](NewContact& c) { c.plan = {{Seconds(2)}}; },
       "FIELD_REQUIRED contact.plan.steps[0]"},
      {"priority of a step",
       [](NewContact& c) {
         c.plan = {{Seconds(2), {}, 10}};
       },
       "FIELD_OUT_OF_RANGE contact.plan.steps[0].min_priority"},
      {"queue of a step", [](NewContact& c) { c.plan = {{.after = Seconds(2), .queue = "Spare"}}; },
       "FIELD_MALFORMED contact.plan.steps[0].queue"},
      {"reason of an expiry",
       [](NewContact& c) {
         c.plan = {{.after = Seconds(2), .expire = PlanExpiry{std::string(65, 'x')}}};
       },
       "FIELD_TOO_LARGE contact.plan.steps[0].expire.reason"},
      {"reason of an expiry with NUL",
       [](NewContact& c) {
         c.plan = {{.after = Seconds(2), .expire = PlanExpiry{std::string(1, '\0')}}};
       },
       "TEXT_HAS_NUL contact.plan.steps[0].expire.reason"},
      {"expiry that moves, too",
       [](NewContact& c) {
         c.plan = {{.after = Seconds(2), .queue = "spare", .expire = PlanExpiry{}}};
       },
       "FIELD_MALFORMED contact.plan.steps[0]"},
      {"step behind the end",
       [](NewContact& c) {
         c.plan = {{.after = Seconds(2), .expire = PlanExpiry{}},
                   {.after = Seconds(3), .queue = "spare"}};
       },
       "FIELD_MALFORMED contact.plan.steps[1]"},
      {"condition that asks nothing",
       [](NewContact& c) {
         c.plan = {{.after = Seconds(2), .queue = "spare", .condition = PlanCondition{}}};
       },
       "FIELD_REQUIRED contact.plan.steps[0].condition"},
      {"condition of more tickets than may wait",
       [](NewContact& c) {
         c.plan = {{.after = Seconds(2),
                    .queue = "spare",
                    .condition = PlanCondition{kMaxQueueWaiting + 1, {}}}};
       },
       "FIELD_OUT_OF_RANGE contact.plan.steps[0].condition.waiting_more_than"},
      {"condition of a wait that is too short",
       [](NewContact& c) {
         c.plan = {{.after = Seconds(2),
                    .queue = "spare",
                    .condition = PlanCondition{0, Milliseconds(999)}}};
       },
       "FIELD_OUT_OF_RANGE contact.plan.steps[0].condition.oldest_waits_longer_than"},
      {"condition of an estimate that is too long",
       [](NewContact& c) {
         c.plan = {{.after = Seconds(2),
                    .queue = "spare",
                    .condition = PlanCondition{.estimated_wait_longer_than = Days(31)}}};
       },
       "FIELD_OUT_OF_RANGE contact.plan.steps[0].condition.estimated_wait_longer_than"},
      {"condition of more than all",
       [](NewContact& c) {
         c.plan = {{.after = Seconds(2),
                    .queue = "spare",
                    .condition = PlanCondition{.service_level_below_percent = 101}}};
       },
       "FIELD_OUT_OF_RANGE contact.plan.steps[0].condition.service_level_below_percent"},
      {"bytes of a requirement", [](NewContact& c) { c.requirement = WithBytes(16'385); },
       "FIELD_TOO_LARGE contact.requirement"},
      {"bytes of a plan",
       [](NewContact& c) {
         c.plan.emplace();
         for (int i = 1; i <= 5; ++i) c.plan->push_back({Seconds(i), WithBytes(13'107)});
         c.plan->back().queue = "qq";
       },
       "FIELD_TOO_LARGE contact.plan"},
      {"requirement of a step",
       [](NewContact& c) {
         c.plan = {{Seconds(2), Requirement{.agents = {"Ana"}}}};
       },
       "FIELD_MALFORMED contact.plan.steps[0].requirement.agents[0]"},
      {"tag asked for",
       [](NewContact& c) {
         c.requirement.all_of = {{LanguageRequirement{"x", Cefr::kA1}}};
       },
       "LANGUAGE_TAG_MALFORMED contact.requirement.all_of[0].any_of[0].language.tag"},
  };
  for (const ContactCase& one : cases) {
    NewContact contact = GoodContact();
    one.change(contact);
    EXPECT_EQ(Judge(contact), one.expected) << one.what;
  }
}

TEST(CheckContact, NamesEveryFaultyField) {
  NewContact contact = GoodContact();
  contact.client = "";
  contact.priority = 10;
  contact.language = "?";
  const auto rejection = CheckContact(contact, kStart, "");
  ASSERT_TRUE(rejection);
  std::vector<std::string> fields;
  for (const FieldViolation& violation : rejection->violations) fields.push_back(violation.field);
  EXPECT_THAT(fields, testing::ElementsAre("client", "language", "priority"));
}

TEST(CheckContact, PutsTagsAndRequirementIntoCanonicalForm) {
  NewContact contact = GoodContact();
  contact.language = "PT-br";
  contact.requirement.all_of = {
      {SkillRequirement{"b", 2}, LanguageRequirement{"ZH-hant-tw", Cefr::kB1},
       SkillRequirement{"b", 2}},
      {SitePredicate{"lisbon"}},
      {SitePredicate{"lisbon"}}};
  ASSERT_EQ(Judge(contact), "");
  ASSERT_FALSE(CheckContact(contact, kStart, ""));
  EXPECT_EQ(contact.language, "pt-BR");
  Requirement expected;
  expected.all_of = {{SkillRequirement{"b", 2}, LanguageRequirement{"zh-Hant-TW", Cefr::kB1}},
                     {SitePredicate{"lisbon"}}};
  EXPECT_EQ(contact.requirement, Canonical(expected));
}

TEST(CheckText, SaysWhyATextIsRefused) {
  EXPECT_FALSE(CheckText("", 3, "reason"));
  EXPECT_FALSE(CheckText("abc", 3, "reason"));
  EXPECT_EQ(CheckText("abcd", 3, "reason")->reason, Reason::kFieldTooLarge);
  EXPECT_EQ(CheckText(std::string_view("a\0", 2), 3, "reason")->reason, Reason::kTextHasNul);
  EXPECT_EQ(CheckText("\xff", 3, "reason")->reason, Reason::kTextNotUtf8);
  EXPECT_EQ(CheckText("\xff", 3, "reason")->violations[0].field, "reason");
}

TEST(CheckId, SaysWhyAnIdIsRefused) {
  EXPECT_FALSE(CheckId("acme", "client"));
  EXPECT_EQ(CheckId("", "client")->reason, Reason::kFieldRequired);
  EXPECT_EQ(CheckId(Repeat("a", 65), "client")->reason, Reason::kFieldTooLarge);
  EXPECT_EQ(CheckId("-a", "client")->reason, Reason::kFieldMalformed);
}

TEST(IsResourceId, TakesLowerCaseLettersDigitsDotsDashesAndUnderscores) {
  for (const char* id : {"a", "0", "billing.dispute", "a-b_c.d", "9lives"}) {
    EXPECT_TRUE(IsResourceId(id)) << id;
  }
  EXPECT_TRUE(IsResourceId(Repeat("a", 64)));
  for (const char* id : {"", "A", "-a", ".a", "_a", "a b", "a/b", "\xc3\xa9", "a\n"}) {
    EXPECT_FALSE(IsResourceId(id)) << id;
  }
  EXPECT_FALSE(IsResourceId(Repeat("a", 65)));
  EXPECT_FALSE(IsResourceId(std::string_view("a\0", 2)));
}

TEST(IsUtf8, TakesWellFormedTextOnly) {
  for (const char* text :
       {"", "plain", "caf\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x93\x9e", "\xed\x9f\xbf",
        "\xee\x80\x80", "\xf4\x8f\xbf\xbf", "\xc2\x80", "\xe0\xa0\x80", "\xf0\x90\x80\x80"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
  const struct {
    const char* what;
    const char* text;
  } cases[] = {
      {"a continuation alone", "\x80"},        {"two bytes cut short", "\xc3"},
      {"three bytes cut short", "\xe2\x82"},   {"four bytes cut short", "\xf0\x9f\x93"},
      {"an overlong slash", "\xc0\xaf"},       {"an overlong letter", "\xc1\xa1"},
      {"overlong in three", "\xe0\x9f\xbf"},   {"overlong in four", "\xf0\x8f\xbf\xbf"},
      {"the first surrogate", "\xed\xa0\x80"}, {"the last surrogate", "\xed\xbf\xbf"},
      {"above the end", "\xf4\x90\x80\x80"},   {"a byte that never is", "\xfe"},
      {"a wrong continuation", "\xc3("},       {"a late wrong one", "ok \xe2\x82("},
  };
  for (const auto& one : cases) EXPECT_FALSE(IsUtf8(one.text)) << one.what;
}

TEST(CheckResource, SeesThatAQueueWouldComeBackToItself) {
  class Others : public References {
   public:
    bool Has(ResourceKind, std::string_view) const override { return true; }
    std::string HolderOf(ResourceKind, const std::string&) const override { return ""; }
    std::string OverflowOf(const std::string& queue) const override {
      return queue == "b" ? "c" : queue == "c" ? "a" : "";
    }
  };
  Queue queue;
  queue.id = "a";
  queue.when_closed = WhenClosed::kOverflow;
  queue.overflow_queue = "b";
  Resource resource = queue;
  const auto rejection = CheckResource(resource, Others());
  ASSERT_TRUE(rejection);
  EXPECT_EQ(rejection->reason, Reason::kOverflowEndless);
  std::get<Queue>(resource).overflow_queue = "d";
  EXPECT_FALSE(CheckResource(resource, Others()));
}

}  // namespace
}  // namespace tandem::router
