// Goal: what the day says reaches the API unchanged, and what only a simulator may know does not.
#include "server/ctl/day_convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "absl/time/civil_time.h"
#include "google/protobuf/util/time_util.h"

#include "server/ctl/business_hours.h"
#include "server/ctl/player_customers.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;
using google::protobuf::util::TimeUtil;

absl::TimeZone Zone(const std::string& name) {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone(name, &zone)) << name;
  return zone;
}

// 2025-01-10 is a Friday.
absl::Time At(int day, int hour, int minute, absl::TimeZone zone) {
  return absl::FromCivil(absl::CivilMinute(2025, 1, day, hour, minute), zone);
}

TEST(BusinessHours, CountWithinADay) {
  const absl::TimeZone zone = Zone("Europe/Lisbon");
  EXPECT_EQ(AddBusinessHours(At(8, 9, 30, zone), absl::Hours(4), zone), At(8, 13, 30, zone));
}

TEST(BusinessHours, CrossAWeekend) {
  const absl::TimeZone zone = Zone("Europe/Lisbon");
  // Two hours on Friday, six on Monday.
  EXPECT_EQ(AddBusinessHours(At(10, 16, 0, zone), absl::Hours(8), zone), At(13, 14, 0, zone));
}

TEST(BusinessHours, BeginAtTheNextOpening) {
  const absl::TimeZone zone = Zone("America/Bogota");
  EXPECT_EQ(AddBusinessHours(At(11, 12, 0, zone), absl::Hours(1), zone), At(13, 9, 0, zone));
  EXPECT_EQ(AddBusinessHours(At(8, 3, 0, zone), absl::Hours(1), zone), At(8, 9, 0, zone));
  EXPECT_EQ(AddBusinessHours(At(8, 19, 0, zone), absl::ZeroDuration(), zone), At(9, 8, 0, zone));
}

TEST(BusinessHours, EndOfDayStaysThere) {
  const absl::TimeZone zone = Zone("Asia/Manila");
  EXPECT_EQ(AddBusinessHours(At(10, 8, 0, zone), absl::Hours(10), zone), At(10, 18, 0, zone));
}

TEST(BusinessHours, SpanWeeks) {
  const absl::TimeZone zone = absl::UTCTimeZone();
  EXPECT_EQ(AddBusinessHours(At(6, 8, 0, zone), absl::Hours(100), zone), At(17, 18, 0, zone));
}

DayContact SomeContact() {
  DayContact contact;
  contact.external_id = "day1-7";
  contact.client = "acme-retail";
  contact.process_type = "payroll.run";
  contact.channel = "task";
  contact.language = "en";
  contact.skills = {{"hr", 2}, {"payroll", 5}};
  contact.attributes = {{"amount", "12.5"}};
  contact.text = "Olá \"você\"";
  contact.handle_s = 1234567;
  contact.patience_s = 7654321;
  return contact;
}

TEST(ToContact, AsksForEverySkill) {
  const v1::Contact contact =
      ToContact(SomeContact(), absl::Now(), absl::UTCTimeZone(), absl::ZeroDuration());
  ASSERT_EQ(contact.requirement().all_of_size(), 2);
  ASSERT_EQ(contact.requirement().all_of(1).any_of_size(), 1);
  EXPECT_EQ(contact.requirement().all_of(1).any_of(0).skill().skill(), "payroll");
  EXPECT_EQ(contact.requirement().all_of(1).any_of(0).skill().level(), 5u);
  EXPECT_EQ(contact.attributes().at("amount"), "12.5");
  EXPECT_EQ(contact.payload_json(), "{\"text\":\"Olá \\\"você\\\"\"}");
}

TEST(ToContact, KeepsTheSimulatorsKnowledgeToItself) {
  const std::string said =
      ToContact(SomeContact(), absl::Now(), absl::UTCTimeZone(), absl::ZeroDuration())
          .DebugString();
  EXPECT_EQ(said.find("1234567"), std::string::npos) << said;
  EXPECT_EQ(said.find("7654321"), std::string::npos) << said;
}

TEST(ToContact, CountsDueTimeOnTheDaysClockAndMovesItToTheServers) {
  const absl::TimeZone zone = Zone("Europe/Lisbon");
  DayContact day = SomeContact();
  day.due_business_h = 8;
  const v1::Contact contact = ToContact(day, At(10, 16, 0, zone), zone, absl::Hours(-5));
  EXPECT_EQ(TimeUtil::TimestampToSeconds(contact.due_at()),
            absl::ToUnixSeconds(At(13, 9, 0, zone)));
}

TEST(ToAgent, LetsNothingRunBesidesACall) {
  DayAgent day;
  day.id = "agent-1";
  day.site = "cebu";
  day.process_types = {"billing.dispute"};
  day.languages = {{"pt-BR", "B2"}};
  day.concurrency = {1, 4, 3, 5};
  day.cost_per_hour = 4.56;
  const v1::Agent agent = ToAgent(day);
  EXPECT_EQ(agent.routing_profile(), "front_generalist");
  EXPECT_EQ(agent.team(), "cebu-front");
  EXPECT_EQ(agent.cost_per_hour_milli(), 4560);
  ASSERT_EQ(agent.languages_size(), 1);
  EXPECT_EQ(agent.languages(0).spoken(), v1::CEFR_LEVEL_B2);
  EXPECT_EQ(agent.languages(0).written(), v1::CEFR_LEVEL_B2);
  uint32_t others = 0;
  for (const v1::GroupCapacity& group : agent.capacity().groups()) {
    if (group.group() == v1::CAPACITY_GROUP_VOICE) {
      EXPECT_EQ(group.units_per_ticket(), agent.capacity().total_units());
    } else {
      others += group.max() * group.units_per_ticket();
    }
  }
  EXPECT_LE(others, agent.capacity().total_units());
}

TEST(ToAgent, ChoosesTheProfileByOfficeAndWork) {
  DayAgent day;
  day.process_types = {"order.taking", "tech_support.level2"};
  EXPECT_EQ(ToAgent(day).routing_profile(), "tech_support");
  day.back_office = true;
  EXPECT_EQ(ToAgent(day).routing_profile(), "back_office");
}

TEST(DayClock, StandsForAWorkingDay) {
  const absl::TimeZone zone = Zone("Europe/Lisbon");
  const absl::Time saturday = At(11, 15, 0, zone);
  const DayClock day = StartDay(saturday, absl::Hours(9), zone);
  EXPECT_EQ(day.At(9 * 3600), saturday);
  EXPECT_EQ(day.nominal, At(13, 0, 0, zone));
}

}  // namespace
}  // namespace tandem::ctl
