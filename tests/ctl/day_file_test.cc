// Goal: a line of the sample day's form is read exactly, or refused with its number and the reason.
// Method: one good line, then lines that differ from it in one thing.
#include "server/ctl/day_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "server/ctl/line_reader.h"

namespace tandem::ctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

constexpr char kContact[] =
    R"({"external_id":"day1-7","received_s":35.3,"client":"acme-retail","process_type":"billing.dispute",)"
    R"("language":"fr-CA","customer":{"id":"c9","segment":"gold"},"priority":3,"channel":"chat",)"
    R"("entry_point":"chat:acme","answer_target_s":45,"handle_s":210,"patience_s":null,)"
    R"("subject":"billing dispute","text":"Bonjour, été","conversation_key":"chat:c9","skills":{"billing":3}})";

constexpr char kAgent[] =
    R"({"id":"agent-1","kind":"AUTOMATED","site":"lisbon","office":"BACK","languages":{"en":"C1"},)"
    R"("process_types":["payroll.run"],"skills":{"payroll":5},"clients":["acme-retail"],)"
    R"("concurrency":{"voice":1,"messaging":2,"email":3,"task":5},"shift_s":[28800,57600],)"
    R"("cost_per_hour":4.56})";

std::string Replace(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string ContactWith(const std::string& from, const std::string& to) {
  return Replace(kContact, from, to);
}

void ExpectContactRefused(const std::string& line, const std::string& message) {
  const absl::StatusOr<DayContact> contact = ParseDayContact(line);
  ASSERT_FALSE(contact.ok()) << line;
  EXPECT_THAT(std::string(contact.status().message()), HasSubstr(message));
}

void ExpectAgentRefused(const std::string& line, const std::string& message) {
  const absl::StatusOr<DayAgent> agent = ParseDayAgent(line);
  ASSERT_FALSE(agent.ok()) << line;
  EXPECT_THAT(std::string(agent.status().message()), HasSubstr(message));
}

TEST(DayContact, ReadsEveryField) {
  const absl::StatusOr<DayContact> contact = ParseDayContact(kContact);
  ASSERT_TRUE(contact.ok()) << contact.status();
  EXPECT_EQ(contact->external_id, "day1-7");
  EXPECT_DOUBLE_EQ(contact->received_s, 35.3);
  EXPECT_EQ(contact->client, "acme-retail");
  EXPECT_EQ(contact->process_type, "billing.dispute");
  EXPECT_EQ(contact->language, "fr-CA");
  EXPECT_EQ(contact->customer_id, "c9");
  EXPECT_EQ(contact->customer_segment, "gold");
  EXPECT_EQ(contact->priority, 3);
  EXPECT_EQ(contact->channel, "chat");
  EXPECT_EQ(contact->entry_point, "chat:acme");
  EXPECT_EQ(contact->conversation_key, "chat:c9");
  EXPECT_EQ(contact->subject, "billing dispute");
  EXPECT_EQ(contact->text, "Bonjour, été");
  EXPECT_EQ(contact->answer_target_s, 45);
  EXPECT_EQ(contact->due_business_h, std::nullopt);
  EXPECT_EQ(contact->handle_s, 210);
  EXPECT_EQ(contact->patience_s, std::nullopt);
  EXPECT_THAT(contact->skills, ElementsAre(Pair("billing", 3)));
}

TEST(DayContact, RefusesWhatIsNoJsonObject) {
  ExpectContactRefused("", "expected a JSON object");
  ExpectContactRefused("{\"external_id\":", "expected a JSON object");
  ExpectContactRefused("[1, 2]", "expected a JSON object, but found a list of 2");
  ExpectContactRefused(std::string(kContact) + "}", "expected a JSON object");
}

TEST(DayContact, RefusesWrongTypes) {
  ExpectContactRefused(ContactWith("35.3", "\"35.3\""), "received_s: expected a number");
  ExpectContactRefused(ContactWith("\"acme-retail\"", "7"), "client: expected a text");
  ExpectContactRefused(ContactWith("\"priority\":3", "\"priority\":1.5"),
                       "priority: expected a whole number from 0 to 9, but found 1.5");
  ExpectContactRefused(ContactWith("{\"id\":\"c9\",\"segment\":\"gold\"}", "\"c9\""),
                       "customer: expected an object");
  ExpectContactRefused(ContactWith("{\"billing\":3}", "[\"billing\"]"),
                       "skills: expected an object");
  ExpectContactRefused(ContactWith("{\"billing\":3}", "{\"billing\":\"high\"}"),
                       "skills.billing: expected a whole number from 1 to 10");
}

TEST(DayContact, RefusesWhatIsOutOfRange) {
  ExpectContactRefused(ContactWith("35.3", "-1"), "received_s: expected a number from 0");
  ExpectContactRefused(ContactWith("35.3", "86401"), "received_s");
  ExpectContactRefused(ContactWith("\"priority\":3", "\"priority\":10"), "priority");
  ExpectContactRefused(ContactWith("\"priority\":3", "\"priority\":18446744073709551615"),
                       "priority");
  ExpectContactRefused(ContactWith("\"billing\":3", "\"billing\":11"), "skills.billing");
  ExpectContactRefused(ContactWith("\"answer_target_s\":45", "\"answer_target_s\":0"),
                       "answer_target_s");
}

TEST(DayContact, RefusesMissingEmptyAndUnknownFields) {
  ExpectContactRefused(ContactWith("\"channel\":\"chat\",", ""),
                       "channel: expected a value, but the field is missing");
  ExpectContactRefused(ContactWith("\"channel\":\"chat\"", "\"channel\":\"\""),
                       "channel: expected a text that is not empty");
  ExpectContactRefused(ContactWith("\"channel\"", "\"colour\":1,\"channel\""),
                       "expected known fields, but found \"colour\"");
  ExpectContactRefused(ContactWith("\"segment\"", "\"shoe_size\":44,\"segment\""),
                       "expected known fields, but found \"customer.shoe_size\"");
}

TEST(DayContact, RefusesTextsThatNoStoreKeeps) {
  ExpectContactRefused(ContactWith("Bonjour", "Bon\\u0000jour"),
                       "text: expected a text without NUL");
  ExpectContactRefused(ContactWith("Bonjour", std::string("Bon\0jour", 8)),
                       "expected a JSON object");
  ExpectContactRefused(ContactWith("Bonjour", "Bon\xC3jour"), "not JSON in UTF-8");
  ExpectContactRefused(ContactWith("Bonjour", "\xED\xA0\x80"), "not JSON in UTF-8");
  ExpectContactRefused(ContactWith("{\"billing\":3}", "{\"bil\\u0000ling\":3}"), "skills");
}

TEST(DayContact, CountsCharactersNotBytes) {
  std::string accents;
  for (int i = 0; i < 512; ++i) accents += "é";
  EXPECT_TRUE(ParseDayContact(ContactWith("billing dispute", accents)).ok());
  ExpectContactRefused(ContactWith("billing dispute", accents + "é"),
                       "subject: expected at most 512 characters, but found 513");
}

TEST(DayAgent, ReadsEveryField) {
  const absl::StatusOr<DayAgent> agent = ParseDayAgent(kAgent);
  ASSERT_TRUE(agent.ok()) << agent.status();
  EXPECT_EQ(agent->id, "agent-1");
  EXPECT_TRUE(agent->automated);
  EXPECT_TRUE(agent->back_office);
  EXPECT_EQ(agent->site, "lisbon");
  EXPECT_THAT(agent->languages, ElementsAre(Pair("en", "C1")));
  EXPECT_THAT(agent->process_types, ElementsAre("payroll.run"));
  EXPECT_THAT(agent->skills, ElementsAre(Pair("payroll", 5)));
  EXPECT_THAT(agent->clients, ElementsAre("acme-retail"));
  EXPECT_EQ(agent->concurrency.voice, 1);
  EXPECT_EQ(agent->concurrency.messaging, 2);
  EXPECT_EQ(agent->concurrency.email, 3);
  EXPECT_EQ(agent->concurrency.task, 5);
  EXPECT_EQ(agent->shift_s, std::make_pair(28800, 57600));
  EXPECT_DOUBLE_EQ(agent->cost_per_hour, 4.56);
}

TEST(DayAgent, RefusesWhatIsNotOfTheForm) {
  ExpectAgentRefused(Replace(kAgent, "\"BACK\"", "\"SIDE\""),
                     "office: expected one of FRONT, BACK");
  ExpectAgentRefused(Replace(kAgent, "\"C1\"", "\"C3\""), "languages.en: expected one of A1, A2");
  ExpectAgentRefused(Replace(kAgent, "[28800,57600]", "[57600,28800]"),
                     "shift_s: expected a start before its end");
  ExpectAgentRefused(Replace(kAgent, "[28800,57600]", "[28800]"),
                     "shift_s: expected a list of two");
  ExpectAgentRefused(Replace(kAgent, "\"task\":5", "\"task\":-5"), "concurrency.task");
  ExpectAgentRefused(Replace(kAgent, "\"task\":5", "\"fax\":5"), "concurrency.");
}

TEST(DayFile, ReportsBadLinesByNumberAndGoesOn) {
  std::istringstream in(std::string(kContact) + "\n\nnot json\r\n" + kContact + "\r\n" +
                        ContactWith("chat:acme", std::string(kMaxLineBytes, 'x')) + "\n" +
                        ContactWith("35.3", "36"));
  const DayFile<DayContact> file = ReadDayContacts(in);
  ASSERT_EQ(file.items.size(), 3u);
  EXPECT_EQ(file.items[0].line, 1);
  EXPECT_EQ(file.items[1].line, 4);
  EXPECT_EQ(file.items[2].line, 6);
  ASSERT_EQ(file.errors.size(), 2u);
  EXPECT_THAT(ToString(file.errors[0]), HasSubstr("line 3: expected a JSON object"));
  EXPECT_THAT(ToString(file.errors[1]), HasSubstr("line 5: expected at most"));
}

TEST(DayFile, ReadsTheSampleDayWithoutAnError) {
  const auto contacts = ReadDayContactsFile("deploy/starter/day/contacts.jsonl");
  ASSERT_TRUE(contacts.ok()) << contacts.status();
  EXPECT_EQ(contacts->items.size(), 3000u);
  EXPECT_TRUE(contacts->errors.empty()) << ToString(contacts->errors.front());
  const auto agents = ReadDayAgentsFile("deploy/starter/day/agents.jsonl");
  ASSERT_TRUE(agents.ok()) << agents.status();
  EXPECT_EQ(agents->items.size(), 120u);
  EXPECT_TRUE(agents->errors.empty()) << ToString(agents->errors.front());
}

TEST(DayFile, SaysWhichFileIsMissing) {
  const auto file = ReadDayContactsFile("no/such/file");
  EXPECT_EQ(file.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(file.status().message()), HasSubstr("no/such/file"));
}

}  // namespace
}  // namespace tandem::ctl
