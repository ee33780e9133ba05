// When calendars are open, worked out in real time zones.
//
// Goal: days of 23 and 25 hours, zones with odd offsets, nights, holidays, cut-offs and overrides
// come out as people there would say. Method: instants written as UTC, one calendar a test; and
// every minute of two years is asked of the clock on the wall itself.
#include "server/hours/open_hours.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/time/civil_time.h"

#include "router/limits.h"

namespace tandem::hours {
namespace {

using router::Calendar;
using router::CalendarException;
using router::CalendarOverride;
using router::DayHours;
using router::OpenHours;
using router::Time;
using router::TimeSpan;
using router::WeeklyHours;

constexpr uint32_t At(uint32_t hour, uint32_t minute = 0) {
  return 60 * hour + minute;
}

absl::TimeZone Zone(const std::string& name) {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone(name, &zone)) << name;
  return zone;
}

// "2026-03-29T01:00:00+00:00", or with another offset.
Time Utc(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << text << ": " << error;
  return {absl::ToUnixMicros(time)};
}

std::string TextOf(Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%MZ", absl::FromUnixMicros(time.us), absl::UTCTimeZone());
}

std::vector<std::string> TextsOf(const std::vector<TimeSpan>& spans) {
  std::vector<std::string> texts;
  for (const TimeSpan& span : spans) texts.push_back(TextOf(span.from) + " " + TextOf(span.to));
  return texts;
}

Calendar EveryDay(DayHours hours) {
  Calendar calendar;
  calendar.id = "c";
  calendar.revision = 7;
  calendar.weekly = {WeeklyHours{{1, 2, 3, 4, 5, 6, 7}, hours}};
  return calendar;
}

using Texts = std::vector<std::string>;

TEST(WorkOutHours, FollowsTheClockOnTheWallThroughTheYear) {
  const Calendar calendar = EveryDay({At(9), At(18)});
  const OpenHours hours = WorkOutHours(calendar, Zone("Europe/Lisbon"), Utc("2026-03-28T00:00:00Z"),
                                       Utc("2026-03-30T00:00:00Z"));
  EXPECT_EQ(hours.of_revision, 7);
  EXPECT_EQ(hours.known_until, Utc("2026-03-30T00:00:00Z"));
  // Summer time begins on the 29th at 01:00 UTC.
  EXPECT_EQ(TextsOf(hours.open),
            (Texts{"2026-03-28T09:00Z 2026-03-28T18:00Z", "2026-03-29T08:00Z 2026-03-29T17:00Z"}));
}

TEST(WorkOutHours, KnowsZonesOfHalfAnHour) {
  const OpenHours hours = WorkOutHours(EveryDay({At(9, 30), At(24)}), Zone("Asia/Kolkata"),
                                       Utc("2026-06-01T00:00:00Z"), Utc("2026-06-02T00:00:00Z"));
  EXPECT_EQ(TextsOf(hours.open), (Texts{"2026-06-01T04:00Z 2026-06-01T18:30Z"}));
}

TEST(WorkOutHours, OpensAndClosesAtTheChangeWhenClocksSkipTheHour) {
  // In New York it is 03:00 right after 01:59 on 8 March 2026, at 07:00 UTC.
  const absl::TimeZone zone = Zone("America/New_York");
  const Time now = Utc("2026-03-08T04:00:00Z");
  const Time until = Utc("2026-03-09T04:00:00Z");
  EXPECT_EQ(TextsOf(WorkOutHours(EveryDay({At(2, 30), At(5)}), zone, now, until).open),
            (Texts{"2026-03-08T07:00Z 2026-03-08T09:00Z"}));
  EXPECT_EQ(TextsOf(WorkOutHours(EveryDay({At(1), At(2, 30)}), zone, now, until).open),
            (Texts{"2026-03-08T06:00Z 2026-03-08T07:00Z"}));
  // Nothing is left of an hour that was skipped.
  EXPECT_EQ(TextsOf(WorkOutHours(EveryDay({At(2, 15), At(2, 45)}), zone, now, until).open),
            Texts{});
}

TEST(WorkOutHours, OpensTheFirstTimeAndClosesTheSecondTimeWhenClocksRepeatTheHour) {
  // In New York 01:00 to 02:00 comes twice on 1 November 2026, from 05:00 UTC and from 06:00 UTC.
  const absl::TimeZone zone = Zone("America/New_York");
  const Time now = Utc("2026-11-01T04:00:00Z");
  const Time until = Utc("2026-11-02T04:00:00Z");
  EXPECT_EQ(TextsOf(WorkOutHours(EveryDay({At(1, 30), At(5)}), zone, now, until).open),
            (Texts{"2026-11-01T05:30Z 2026-11-01T10:00Z"}));
  EXPECT_EQ(TextsOf(WorkOutHours(EveryDay({At(0), At(1, 30)}), zone, now, until).open),
            (Texts{"2026-11-01T04:00Z 2026-11-01T06:30Z"}));
  EXPECT_EQ(TextsOf(WorkOutHours(EveryDay({At(1, 15), At(1, 45)}), zone, now, until).open),
            (Texts{"2026-11-01T05:15Z 2026-11-01T06:45Z"}));
}

TEST(WorkOutHours, KnowsDaysThatBeginAtOneOClock) {
  // In Beirut clocks skip the hour after midnight on 29 March 2026, at 22:00 UTC of the day before.
  const OpenHours hours = WorkOutHours(EveryDay({At(0), At(24)}), Zone("Asia/Beirut"),
                                       Utc("2026-03-28T12:00:00Z"), Utc("2026-03-29T12:00:00Z"));
  EXPECT_EQ(TextsOf(hours.open), (Texts{"2026-03-25T22:00Z 2026-03-29T12:00Z"}));
}

TEST(WorkOutHours, IsOpenWhenTheClockOnTheWallSaysSo) {
  for (const char* name : {"Europe/Lisbon", "America/New_York", "Asia/Kolkata",
                           "Australia/Lord_Howe", "America/Santiago", "Pacific/Apia", "UTC"}) {
    const absl::TimeZone zone = Zone(name);
    Calendar calendar;
    calendar.weekly = {WeeklyHours{{1, 2, 3, 4, 5}, {At(8), At(20)}},
                       WeeklyHours{{6, 7}, {At(22), At(30)}}};
    const Time now = Utc("2026-01-01T00:00:00Z");
    const OpenHours hours = WorkOutHours(calendar, zone, now, now + router::Days(500));
    size_t span = 0;
    for (Time at = now; at < hours.known_until; at = at + router::Minutes(1)) {
      while (span < hours.open.size() && hours.open[span].to <= at) ++span;
      const bool open = span < hours.open.size() && hours.open[span].from <= at;
      const absl::CivilMinute wall = absl::ToCivilMinute(absl::FromUnixMicros(at.us), zone);
      const auto day_of = [](absl::CivilDay day) {
        return static_cast<int>(absl::GetWeekday(day));
      };
      const int today = day_of(absl::CivilDay(wall));
      const int yesterday = day_of(absl::CivilDay(wall) - 1);
      const bool by_day = today < 5 && wall.hour() >= 8 && wall.hour() < 20;
      const bool by_night =
          (today >= 5 && wall.hour() >= 22) || (yesterday >= 5 && wall.hour() < 6);
      ASSERT_EQ(open, by_day || by_night) << name << " at " << TextOf(at);
    }
  }
}

TEST(WorkOutHours, GoesOnOverMidnightAndIsOneWithWhatItTouches) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const Time now = Utc("2026-06-01T01:00:00Z");
  EXPECT_EQ(TextsOf(WorkOutHours(EveryDay({At(22), At(30)}), utc, now, now + router::Days(1)).open),
            (Texts{"2026-05-31T22:00Z 2026-06-01T06:00Z", "2026-06-01T22:00Z 2026-06-02T01:00Z"}));
  Calendar shifts = EveryDay({At(6), At(14)});
  shifts.weekly.push_back({{1, 2, 3, 4, 5, 6, 7}, {At(14), At(22)}});
  shifts.weekly.push_back({{1, 2, 3, 4, 5, 6, 7}, {At(12), At(15)}});
  EXPECT_EQ(TextsOf(WorkOutHours(shifts, utc, now, now + router::Days(1)).open),
            (Texts{"2026-06-01T06:00Z 2026-06-01T22:00Z"}));
}

TEST(WorkOutHours, TakesTheHoursOfAnExceptionInsteadOfTheWeeks) {
  Calendar calendar = EveryDay({At(9), At(18)});
  calendar.exceptions = {
      CalendarException{"2020-12-25", true, {}, "Christmas"},
      CalendarException{"2026-12-24", false, {{At(9), At(12)}}, "Christmas Eve"},
      CalendarException{"2026-12-26", true, {}, ""},
      CalendarException{"2026-12-27", false, {{At(10), At(11)}, {At(12), At(13)}}, ""},
  };
  const absl::TimeZone utc = absl::UTCTimeZone();
  EXPECT_EQ(
      TextsOf(WorkOutHours(calendar, utc, Utc("2026-12-24T00:00:00Z"), Utc("2026-12-28T00:00:00Z"))
                  .open),
      (Texts{"2026-12-24T09:00Z 2026-12-24T12:00Z", "2026-12-27T10:00Z 2026-12-27T11:00Z",
             "2026-12-27T12:00Z 2026-12-27T13:00Z"}));
  // One of every year begins with its own year, and one with the year goes before it.
  calendar.exceptions.push_back({"2025-12-26", false, {{At(1), At(2)}}, ""});
  EXPECT_EQ(
      TextsOf(WorkOutHours(calendar, utc, Utc("2025-12-24T00:00:00Z"), Utc("2025-12-27T00:00:00Z"))
                  .open),
      (Texts{"2025-12-24T09:00Z 2025-12-24T18:00Z", "2025-12-26T01:00Z 2025-12-26T02:00Z"}));
}

TEST(WorkOutHours, LetsANightGoOnIntoAHoliday) {
  Calendar calendar = EveryDay({At(22), At(30)});
  calendar.exceptions = {CalendarException{"2026-06-01", false, {}, ""}};
  EXPECT_EQ(TextsOf(WorkOutHours(calendar, absl::UTCTimeZone(), Utc("2026-05-31T12:00:00Z"),
                                 Utc("2026-06-02T12:00:00Z"))
                        .open),
            (Texts{"2026-05-31T22:00Z 2026-06-01T06:00Z"}));
}

TEST(WorkOutHours, IsOpenOrClosedByItsOverride) {
  Calendar calendar = EveryDay({At(9), At(18)});
  const absl::TimeZone utc = absl::UTCTimeZone();
  const Time now = Utc("2026-06-01T12:00:00Z");
  const Time until = Utc("2026-06-02T12:00:00Z");
  const auto open = [&](bool is_open, Time end) {
    calendar.override_hours = CalendarOverride{is_open, end, ""};
    return TextsOf(WorkOutHours(calendar, utc, now, until).open);
  };
  EXPECT_EQ(open(false, {}), Texts{});
  EXPECT_EQ(open(false, Utc("2026-06-01T14:00:00Z")),
            (Texts{"2026-06-01T14:00Z 2026-06-01T18:00Z", "2026-06-02T09:00Z 2026-06-02T12:00Z"}));
  EXPECT_EQ(open(false, Utc("2026-06-01T20:00:00Z")),
            (Texts{"2026-06-02T09:00Z 2026-06-02T12:00Z"}));
  EXPECT_EQ(open(true, Utc("2026-06-01T20:00:00Z")),
            (Texts{"2026-06-01T09:00Z 2026-06-01T20:00Z", "2026-06-02T09:00Z 2026-06-02T12:00Z"}));
  EXPECT_EQ(open(true, {}), (Texts{"2026-06-01T09:00Z 2026-06-02T12:00Z"}));
  // It is over.
  EXPECT_EQ(open(false, now),
            (Texts{"2026-06-01T09:00Z 2026-06-01T18:00Z", "2026-06-02T09:00Z 2026-06-02T12:00Z"}));
}

TEST(WorkOutHours, CountsWhatComesInAfterTheCutOffAsOfTheNextOpenDay) {
  Calendar calendar;
  calendar.weekly = {WeeklyHours{{1, 2, 3, 4, 5}, {At(9), At(18)}}};
  calendar.cut_off = At(16);
  // 5 June 2026 is a Friday.
  const OpenHours hours = WorkOutHours(calendar, absl::UTCTimeZone(), Utc("2026-06-04T12:00:00Z"),
                                       Utc("2026-06-09T12:00:00Z"));
  EXPECT_EQ(TextsOf(hours.after_cut_off),
            (Texts{"2026-06-04T16:00Z 2026-06-05T09:00Z", "2026-06-05T16:00Z 2026-06-08T09:00Z",
                   "2026-06-08T16:00Z 2026-06-09T09:00Z"}));
}

TEST(WorkOutHours, CountsFromMidnightWhenItIsOpenDayAndNight) {
  Calendar calendar = EveryDay({At(0), At(24)});
  calendar.cut_off = At(16);
  const OpenHours hours = WorkOutHours(calendar, absl::UTCTimeZone(), Utc("2026-06-04T12:00:00Z"),
                                       Utc("2026-06-05T12:00:00Z"));
  EXPECT_EQ(TextsOf(hours.after_cut_off), (Texts{"2026-06-04T16:00Z 2026-06-05T00:00Z"}));
}

TEST(WorkOutHours, ReadsTheCalendarsZoneAndLooksFarAhead) {
  Calendar calendar = EveryDay({At(9), At(18)});
  calendar.time_zone = "America/New_York";
  const Time now = Utc("2026-06-01T00:00:00Z");
  const OpenHours hours = WorkOutHours(calendar, now);
  EXPECT_EQ(hours.known_until, now + router::kOpenHoursAhead);
  ASSERT_FALSE(hours.open.empty());
  EXPECT_EQ(TextOf(hours.open[0].from), "2026-06-01T13:00Z");
  calendar.time_zone = "Atlantis/Capital";
  EXPECT_EQ(TextOf(WorkOutHours(calendar, now).open[0].from), "2026-06-01T09:00Z");
}

TEST(UsualHours, AreThoseOfTheWeekAndItsExceptionsBetweenTwoInstants) {
  Calendar calendar;
  calendar.time_zone = "America/New_York";
  calendar.weekly = {WeeklyHours{{1, 2, 3, 4, 5}, {At(9), At(18)}}};
  calendar.exceptions = {CalendarException{"2026-03-10", false, {}, "closed"}};
  calendar.override_hours = CalendarOverride{false, {}, "storm"};
  calendar.cut_off = At(16);
  // 6 March 2026 is a Friday; clocks go forward on the Sunday.
  EXPECT_EQ(TextsOf(UsualHours(calendar, Utc("2026-03-06T15:00:00Z"), Utc("2026-03-11T20:00:00Z"))),
            (Texts{"2026-03-06T15:00Z 2026-03-06T23:00Z", "2026-03-09T13:00Z 2026-03-09T22:00Z",
                   "2026-03-11T13:00Z 2026-03-11T20:00Z"}));
}

}  // namespace
}  // namespace tandem::hours
