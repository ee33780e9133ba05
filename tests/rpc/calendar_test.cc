// Goal: a calendar that is configured opens and closes the queues that name it at once; a closed
// queue holds, refuses or passes on; and what callers are told of it is true. Method: overrides
// instead of hours, since the engine's clock is that of the machine.
#include <ctime>
#include <functional>
#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "gtest/gtest.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

v1::Calendar Office() {
  v1::Calendar calendar;
  calendar.set_id("office");
  calendar.set_display_name("The office");
  calendar.set_time_zone("America/New_York");
  v1::WeeklyHours* days = calendar.add_weekly();
  for (const auto day : {v1::DAY_OF_WEEK_FRIDAY, v1::DAY_OF_WEEK_MONDAY, v1::DAY_OF_WEEK_FRIDAY}) {
    days->add_days(day);
  }
  days->set_opens("09:00");
  days->set_closes("18:30");
  v1::WeeklyHours* nights = calendar.add_weekly();
  nights->add_days(v1::DAY_OF_WEEK_SATURDAY);
  nights->set_opens("22:00");
  nights->set_closes("06:00");
  v1::CalendarException* christmas = calendar.add_exceptions();
  christmas->set_date("2024-12-25");
  christmas->set_every_year(true);
  christmas->set_name("Christmas");
  v1::DayHours* short_day = christmas->add_hours();
  short_day->set_opens("00:00");
  short_day->set_closes("24:00");
  calendar.set_cut_off("16:00");
  return calendar;
}

struct Calendars : Fixture {
  grpc::Status Create(const v1::Calendar& calendar, v1::Calendar* created = nullptr) {
    v1::CreateCalendarRequest request;
    request.set_workspace(kWorkspace);
    *request.mutable_calendar() = calendar;
    v1::CreateCalendarResponse response;
    const grpc::Status status = resources->CreateCalendar(ClientContext(), request, &response);
    if (created != nullptr) *created = response.calendar();
    return status;
  }

  v1::Calendar GetCalendar(const std::string& id) {
    v1::GetCalendarRequest request;
    request.set_workspace(kWorkspace);
    request.set_id(id);
    v1::GetCalendarResponse response;
    EXPECT_EQ(ReasonOf(resources->GetCalendar(ClientContext(), request, &response)), "OK");
    return response.calendar();
  }

  // Open, or closed, until it says otherwise.
  void Override(const std::string& id, bool open, const std::string& message = "") {
    v1::UpdateCalendarRequest request;
    request.set_workspace(kWorkspace);
    request.mutable_calendar()->set_id(id);
    request.mutable_calendar()->mutable_override_hours()->set_open(open);
    request.mutable_calendar()->mutable_override_hours()->set_message(message);
    v1::UpdateCalendarResponse response;
    ASSERT_EQ(ReasonOf(resources->UpdateCalendar(ClientContext(), request, &response)), "OK");
  }

  grpc::Status UpdateQueue(const std::string& id, const std::function<void(v1::Queue&)>& change) {
    v1::UpdateQueueRequest request;
    request.set_workspace(kWorkspace);
    request.mutable_queue()->set_id(id);
    change(*request.mutable_queue());
    v1::UpdateQueueResponse response;
    return resources->UpdateQueue(ClientContext(), request, &response);
  }
  void Follow(const std::string& id, v1::WhenClosed when, const std::string& overflow = "") {
    ASSERT_EQ(ReasonOf(UpdateQueue(id,
                                   [&](v1::Queue& queue) {
                                     queue.set_calendar("office");
                                     queue.set_when_closed(when);
                                     queue.set_overflow_queue(overflow);
                                   })),
              "OK");
  }
};

TEST(Calendar, ComesBackAsItWasConfigured) {
  Calendars f;
  v1::Calendar created;
  ASSERT_EQ(ReasonOf(f.Create(Office(), &created)), "OK");
  EXPECT_FALSE(created.has_known_until());  // it is worked out right after
  const v1::Calendar found = f.GetCalendar("office");
  EXPECT_EQ(found.time_zone(), "America/New_York");
  ASSERT_EQ(found.weekly_size(), 2);
  EXPECT_EQ(found.weekly(0).days_size(), 2);
  EXPECT_EQ(found.weekly(0).days(0), v1::DAY_OF_WEEK_MONDAY);
  EXPECT_EQ(found.weekly(0).opens(), "09:00");
  EXPECT_EQ(found.weekly(0).closes(), "18:30");
  EXPECT_EQ(found.weekly(1).closes(), "06:00");
  ASSERT_EQ(found.exceptions_size(), 1);
  EXPECT_TRUE(found.exceptions(0).every_year());
  EXPECT_EQ(found.exceptions(0).hours(0).closes(), "24:00");
  EXPECT_EQ(found.cut_off(), "16:00");
  EXPECT_TRUE(found.has_known_until());
  EXPECT_TRUE(found.has_changes_at());
  // As a part of the whole configuration it comes back, too, and makes no difference.
  v1::Configuration configuration = SmallConfiguration();
  *configuration.add_calendars() = found;
  const int64_t revision = f.Apply(configuration);
  EXPECT_EQ(f.GetCalendar("office").revision(), found.revision());
  EXPECT_GT(revision, found.revision());
}

// As the calendar says now, which need not be what it said then.
TEST(Calendar, SaysWhatOfTheTurnaroundWasBusinessTime) {
  Calendars f;
  v1::Calendar calendar = Office();
  calendar.clear_exceptions();
  calendar.mutable_weekly()->DeleteSubrange(1, 1);
  v1::WeeklyHours& week = *calendar.mutable_weekly(0);
  week.clear_days();
  for (int day = v1::DAY_OF_WEEK_MONDAY; day <= v1::DAY_OF_WEEK_SUNDAY; ++day) {
    week.add_days(static_cast<v1::DayOfWeek>(day));
  }
  week.set_opens("00:00");
  week.set_closes("24:00");
  ASSERT_EQ(ReasonOf(f.Create(calendar)), "OK");
  ASSERT_EQ(ReasonOf(f.UpdateQueue("chats", [](auto& queue) { queue.set_calendar("office"); })),
            "OK");
  const v1::SessionRef ann = f.LogIn("ann");
  ASSERT_EQ(ReasonOf(f.Complete(ann, f.Take(ann, ChatContact()), "solved")), "OK");

  v1::QueryMetricsRequest request;
  request.set_workspace(kWorkspace);
  request.mutable_since()->set_seconds(std::time(nullptr) - 3'600);
  request.add_measures("average_turnaround_time");
  request.add_measures("average_business_turnaround_time");
  const auto values = [&] {
    v1::QueryMetricsResponse response;
    EXPECT_EQ(ReasonOf(f.reports->QueryMetrics(ClientContext(), request, &response)), "OK");
    return response.rows(0).values();
  };
  EXPECT_GT(values()[0].value(), 0);
  EXPECT_EQ(values()[1].numerator(), values()[0].numerator()) << "it is open day and night";

  v1::UpdateCalendarRequest update;
  update.set_workspace(kWorkspace);
  update.mutable_calendar()->set_id("office");
  // Neither today, nor yesterday or tomorrow, which it may be by now.
  const absl::CivilDay in_three_days = absl::ToCivilDay(absl::Now(), absl::UTCTimeZone()) + 3;
  week.clear_days();
  week.add_days(static_cast<v1::DayOfWeek>(static_cast<int>(absl::GetWeekday(in_three_days)) + 1));
  *update.mutable_calendar()->add_weekly() = week;
  update.mutable_update_mask()->add_paths("weekly");
  v1::UpdateCalendarResponse updated;
  ASSERT_EQ(ReasonOf(f.resources->UpdateCalendar(ClientContext(), update, &updated)), "OK");
  EXPECT_EQ(values()[1].value(), 0);
  EXPECT_EQ(values()[1].denominator(), 1);
}

// Pages of two calendars are no report, where it counts by them.
TEST(Calendar, ThatChangesEndsTheReportsThatCountByIt) {
  Calendars f;
  ASSERT_EQ(ReasonOf(f.Create(Office())), "OK");
  ASSERT_EQ(ReasonOf(f.UpdateQueue("chats", [](auto& queue) { queue.set_calendar("office"); })),
            "OK");
  const auto query = [&](const char* measure, const std::string& token, std::string& next) {
    v1::QueryMetricsRequest request;
    request.set_workspace(kWorkspace);
    request.mutable_since()->set_seconds(1'790'000'000);
    request.mutable_until()->set_seconds(1'790'000'000 + 7'200);
    request.set_interval(v1::REPORT_INTERVAL_HOUR);
    request.add_measures(measure);
    request.set_page_size(1);
    request.set_page_token(token);
    v1::QueryMetricsResponse response;
    const std::string reason =
        ReasonOf(f.reports->QueryMetrics(ClientContext(), request, &response));
    next = response.next_page_token();
    return reason;
  };
  std::string business, clock, last;
  ASSERT_EQ(query("average_business_turnaround_time", "", business), "OK");
  ASSERT_EQ(query("average_turnaround_time", "", clock), "OK");
  ASSERT_NE(business, "");
  EXPECT_EQ(query("average_business_turnaround_time", business, last), "OK") << "nothing changed";
  v1::UpdateCalendarRequest update;
  update.set_workspace(kWorkspace);
  *update.mutable_calendar() = Office();
  update.mutable_calendar()->mutable_weekly(0)->set_closes("20:00");
  update.mutable_update_mask()->add_paths("weekly");
  v1::UpdateCalendarResponse updated;
  ASSERT_EQ(ReasonOf(f.resources->UpdateCalendar(ClientContext(), update, &updated)), "OK");
  EXPECT_EQ(query("average_business_turnaround_time", business, last), "PAGE_TOKEN_INVALID");
  EXPECT_EQ(query("average_turnaround_time", clock, last), "OK");
}

TEST(Calendar, IsRefusedWhenItMeansNothing) {
  Calendars f;
  struct Row {
    const char* what;
    std::function<void(v1::Calendar&)> change;
    const char* reason;
    const char* field;
  };
  const Row rows[] = {
      {"a zone", [](auto& c) { c.set_time_zone("Europe/Atlantis"); }, "TIME_ZONE_UNKNOWN",
       "calendar.time_zone"},
      {"a path", [](auto& c) { c.set_time_zone("../../etc/passwd"); }, "TIME_ZONE_UNKNOWN",
       "calendar.time_zone"},
      {"no opening", [](auto& c) { c.mutable_weekly(0)->clear_opens(); }, "FIELD_REQUIRED",
       "calendar.weekly[0].opens"},
      {"25 o'clock", [](auto& c) { c.mutable_weekly(0)->set_closes("25:00"); }, "FIELD_MALFORMED",
       "calendar.weekly[0].closes"},
      {"24:00 to open", [](auto& c) { c.mutable_weekly(0)->set_opens("24:00"); }, "FIELD_MALFORMED",
       "calendar.weekly[0].opens"},
      {"61 minutes", [](auto& c) { c.mutable_weekly(0)->set_closes("12:61"); }, "FIELD_MALFORMED",
       "calendar.weekly[0].closes"},
      {"seconds", [](auto& c) { c.set_cut_off("16:00:00"); }, "FIELD_MALFORMED",
       "calendar.cut_off"},
      {"no day", [](auto& c) { c.mutable_weekly(0)->clear_days(); }, "FIELD_REQUIRED",
       "calendar.weekly[0].days"},
      {"the eighth day",
       [](auto& c) { c.mutable_weekly(0)->set_days(1, static_cast<v1::DayOfWeek>(8)); },
       "FIELD_OUT_OF_RANGE", "calendar.weekly[0].days[1]"},
      {"no date", [](auto& c) { c.mutable_exceptions(0)->set_date("25 December"); },
       "FIELD_MALFORMED", "calendar.exceptions[0].date"},
      {"an instant before 1970",
       [](auto& c) { c.mutable_override_hours()->mutable_until()->set_seconds(-1); },
       "FIELD_OUT_OF_RANGE", "calendar.override_hours.until"},
  };
  for (const Row& row : rows) {
    v1::Calendar calendar = Office();
    row.change(calendar);
    const Error error = Decode(f.Create(calendar));
    EXPECT_EQ(error.reason, row.reason) << row.what;
    ASSERT_FALSE(error.fields.empty()) << row.what;
    EXPECT_EQ(error.fields[0], row.field) << row.what;
  }
}

TEST(ClosedQueue, HoldsWhatComesInAndIsOfferedWhenItOpens) {
  Calendars f;
  ASSERT_EQ(ReasonOf(f.Create(Office())), "OK");
  f.Override("office", false);
  f.Follow("chats", v1::WHEN_CLOSED_HOLD);
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Ingest(ChatContact());
  EXPECT_EQ(f.Get(ticket).state(), v1::TICKET_STATE_QUEUED);
  const v1::ExplainTicketResponse explained = f.Explain(ticket);
  EXPECT_TRUE(explained.queue_closed());
  EXPECT_FALSE(explained.has_opens_at());  // nobody knows when the override ends
  ASSERT_EQ(explained.obstacles_size(), 2);
  EXPECT_EQ(explained.obstacles(1).kind(), v1::OBSTACLE_KIND_PULL_ONLY);
  f.Override("office", true);
  EXPECT_TRUE(f.GetCalendar("office").open());
  EXPECT_EQ(f.Get(ticket).state(), v1::TICKET_STATE_OFFERED);
  EXPECT_EQ(ReasonOf(f.Accept(ann, f.OfferOf(ann))), "OK");
}

TEST(ClosedQueue, RefusesAndSaysWhy) {
  Calendars f;
  ASSERT_EQ(ReasonOf(f.Create(Office())), "OK");
  const std::string waiting = f.Ingest(ChatContact());
  f.Follow("private", v1::WHEN_CLOSED_REFUSE);
  f.Override("office", false, "fire drill");
  v1::Contact contact = ChatContact();
  contact.set_queue("private");
  const Error error = Decode(f.IngestStatus(contact));
  EXPECT_EQ(error.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(error.reason, "QUEUE_CLOSED");
  EXPECT_EQ(error.metadata.at("queue"), "private");
  EXPECT_EQ(error.metadata.at("message"), "fire drill");
  EXPECT_FALSE(error.metadata.contains("opens_at"));
  EXPECT_EQ(ReasonOf(f.Transfer(waiting, "private")), "QUEUE_CLOSED");

  // An override that ends says when it opens: the calendar of no hours opens by another one.
  v1::UpdateCalendarRequest request;
  request.set_workspace(kWorkspace);
  v1::Calendar& calendar = *request.mutable_calendar();
  calendar.set_id("office");
  calendar.set_time_zone("UTC");
  v1::WeeklyHours* always = calendar.add_weekly();
  for (int day = 1; day <= 7; ++day) always->add_days(static_cast<v1::DayOfWeek>(day));
  always->set_opens("00:00");
  always->set_closes("24:00");
  calendar.mutable_override_hours()->mutable_until()->set_seconds(4'000'000'000);
  v1::UpdateCalendarResponse response;
  ASSERT_EQ(ReasonOf(f.resources->UpdateCalendar(ClientContext(), request, &response)), "OK");
  EXPECT_FALSE(Decode(f.IngestStatus(contact)).metadata.contains("opens_at"));  // too far ahead
  for (const int days : {1, 30, 100, 365}) {
    const std::time_t until = std::time(nullptr) + std::time_t{days} * 86'400;
    std::tm utc{};
    gmtime_r(&until, &utc);
    char expected[32];
    ASSERT_GT(std::strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%SZ", &utc), 0u);
    calendar.mutable_override_hours()->mutable_until()->set_seconds(until);
    ASSERT_EQ(ReasonOf(f.resources->UpdateCalendar(ClientContext(), request, &response)), "OK");
    EXPECT_EQ(Decode(f.IngestStatus(contact)).metadata.at("opens_at"), expected);
  }
}

TEST(ClosedQueue, PassesOnWhatWaitsAndWhatComesIn) {
  Calendars f;
  ASSERT_EQ(ReasonOf(f.Create(Office())), "OK");
  f.Override("office", true);
  const std::string waiting = f.Ingest(ChatContact());
  f.Follow("chats", v1::WHEN_CLOSED_OVERFLOW, "calls");
  EXPECT_EQ(f.Get(waiting).queue(), "chats");
  f.Override("office", false);
  EXPECT_EQ(f.Get(waiting).queue(), "calls");
  EXPECT_EQ(f.Get(f.Ingest(ChatContact())).queue(), "calls");
}

TEST(ClosedQueue, IsNotConfiguredInACircleNorLeftWithoutItsCalendar) {
  Calendars f;
  ASSERT_EQ(ReasonOf(f.Create(Office())), "OK");
  f.Follow("chats", v1::WHEN_CLOSED_OVERFLOW, "calls");
  const Error circle = Decode(f.UpdateQueue("calls", [](v1::Queue& queue) {
    queue.set_when_closed(v1::WHEN_CLOSED_OVERFLOW);
    queue.set_overflow_queue("chats");
  }));
  EXPECT_EQ(circle.reason, "OVERFLOW_ENDLESS");
  EXPECT_EQ(circle.fields, std::vector<std::string>{"queue.overflow_queue"});
  EXPECT_EQ(ReasonOf(f.UpdateQueue("calls", [](v1::Queue& q) { q.set_calendar("porto"); })),
            "REFERENCE_BROKEN");
  v1::DeleteCalendarRequest request;
  request.set_workspace(kWorkspace);
  request.set_id("office");
  v1::DeleteCalendarResponse response;
  EXPECT_EQ(ReasonOf(f.resources->DeleteCalendar(ClientContext(), request, &response)),
            "RESOURCE_REFERENCED");
}

TEST(TimeZones, AreThoseOfTheMachine) {
  Fixture f;
  const auto said = [](const grpc::Status& status) {
    const Error error = Decode(status);
    return error.reason + (error.fields.empty() ? "" : " " + error.fields.front());
  };
  v1::UpdateWorkspaceSettingsRequest settings;
  settings.set_workspace(kWorkspace);
  settings.mutable_settings()->set_time_zone("Mars/X");
  v1::UpdateWorkspaceSettingsResponse set;
  EXPECT_EQ(said(f.resources->UpdateWorkspaceSettings(ClientContext(), settings, &set)),
            "TIME_ZONE_UNKNOWN settings.time_zone");
  settings.mutable_settings()->set_time_zone("Asia/Kolkata");
  EXPECT_EQ(ReasonOf(f.resources->UpdateWorkspaceSettings(ClientContext(), settings, &set)), "OK");

  v1::CreateSiteRequest create;
  create.set_workspace(kWorkspace);
  create.mutable_site()->set_id("north");
  create.mutable_site()->set_time_zone("Nope/Zone");
  v1::CreateSiteResponse created;
  EXPECT_EQ(said(f.resources->CreateSite(ClientContext(), create, &created)),
            "TIME_ZONE_UNKNOWN site.time_zone");
  create.mutable_site()->clear_time_zone();
  ASSERT_EQ(ReasonOf(f.resources->CreateSite(ClientContext(), create, &created)), "OK");
  EXPECT_EQ(created.site().time_zone(), "Asia/Kolkata");
  v1::UpdateSiteRequest update;
  update.set_workspace(kWorkspace);
  *update.mutable_site() = created.site();
  update.mutable_site()->set_time_zone("../../etc/passwd");
  v1::UpdateSiteResponse updated;
  EXPECT_EQ(said(f.resources->UpdateSite(ClientContext(), update, &updated)),
            "TIME_ZONE_UNKNOWN site.time_zone");

  v1::ApplyConfigurationRequest apply;
  apply.set_workspace(kWorkspace);
  *apply.mutable_configuration() = SmallConfiguration();
  apply.mutable_configuration()->set_time_zone("Foo/Bar");
  v1::ApplyConfigurationResponse applied;
  EXPECT_EQ(said(f.configurations->ApplyConfiguration(ClientContext(), apply, &applied)),
            "TIME_ZONE_UNKNOWN configuration.time_zone");
}

}  // namespace
}  // namespace tandem::rpc
