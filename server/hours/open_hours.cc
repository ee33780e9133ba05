#include "server/hours/open_hours.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"

#include "router/limits.h"

namespace tandem::hours {
namespace {

using router::Calendar;
using router::CalendarException;
using router::DayHours;
using router::Time;
using router::TimeSpan;

Time ToRouter(absl::Time time) {
  return {absl::ToUnixMicros(time)};
}

// The hours that begin on the day.
std::vector<DayHours> HoursOn(const Calendar& calendar, absl::CivilDay day) {
  const std::string date = absl::FormatCivilTime(day);
  const CalendarException* of_every_year = nullptr;
  for (const CalendarException& exception : calendar.exceptions) {
    if (exception.date == date) return exception.hours;
    const bool recurs =
        exception.every_year && exception.date < date && exception.date.substr(4) == date.substr(4);
    if (recurs) of_every_year = &exception;
  }
  if (of_every_year != nullptr) return of_every_year->hours;
  const auto weekday = static_cast<uint32_t>(absl::GetWeekday(day)) + 1;
  std::vector<DayHours> hours;
  for (const router::WeeklyHours& weekly : calendar.weekly) {
    const auto& days = weekly.days;
    if (std::find(days.begin(), days.end(), weekday) != days.end()) hours.push_back(weekly.hours);
  }
  return hours;
}

enum class Edge { kOpening, kClosing };

// When the clock on the wall shows so many minutes after the day's midnight. What clocks skip is at
// the change; what they repeat opens the first time, and closes the second time.
Time InstantOf(const absl::TimeZone& zone, absl::CivilDay day, uint32_t minutes, Edge edge) {
  const absl::CivilMinute minute = absl::CivilMinute(day) + static_cast<int64_t>(minutes);
  const absl::TimeZone::TimeInfo info = zone.At(absl::CivilSecond(minute));
  switch (info.kind) {
    case absl::TimeZone::TimeInfo::UNIQUE:
      return ToRouter(info.pre);
    case absl::TimeZone::TimeInfo::SKIPPED:
      return ToRouter(info.trans);
    case absl::TimeZone::TimeInfo::REPEATED:
      return ToRouter(edge == Edge::kOpening ? info.pre : info.post);
  }
  return ToRouter(info.pre);
}

// Ascending, and apart: what touches or overlaps becomes one.
std::vector<TimeSpan> Merged(std::vector<TimeSpan> spans) {
  std::erase_if(spans, [](const TimeSpan& span) { return span.from >= span.to; });
  std::sort(spans.begin(), spans.end(),
            [](const TimeSpan& a, const TimeSpan& b) { return a.from < b.from; });
  std::vector<TimeSpan> merged;
  for (const TimeSpan& span : spans) {
    if (!merged.empty() && span.from <= merged.back().to) {
      merged.back().to = std::max(merged.back().to, span.to);
    } else {
      merged.push_back(span);
    }
  }
  return merged;
}

void Override(const Calendar& calendar, Time now, Time until, std::vector<TimeSpan>& open) {
  if (!calendar.override_hours) return;
  const Time end = calendar.override_hours->until.IsSet()
                       ? std::min(calendar.override_hours->until, until)
                       : until;
  if (end <= now) return;
  if (calendar.override_hours->open) {
    open.push_back({now, end});
  } else {
    for (TimeSpan& span : open) span.from = std::max(span.from, end);
  }
  open = Merged(std::move(open));
}

// Takes away what is over, and what is not known any more.
void Clip(std::vector<TimeSpan>& spans, Time now, Time until) {
  for (TimeSpan& span : spans) span.to = std::min(span.to, until);
  std::erase_if(spans,
                [&](const TimeSpan& span) { return span.to <= now || span.from >= span.to; });
}

// From the day's cut-off to the first opening after the day.
TimeSpan AfterCutOff(const absl::TimeZone& zone, absl::CivilDay day, uint32_t cut_off,
                     const std::vector<TimeSpan>& open) {
  const Time from = InstantOf(zone, day, cut_off, Edge::kOpening);
  const Time next_day = InstantOf(zone, day + 1, 0, Edge::kOpening);
  const auto opening = std::find_if(open.begin(), open.end(),
                                    [&](const TimeSpan& span) { return span.to > next_day; });
  if (opening == open.end()) return {};
  return {from, std::max(opening->from, next_day)};
}

absl::TimeZone ZoneOf(const Calendar& calendar) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(calendar.time_zone, &zone)) {
    spdlog::error(
        "hours: expected time zone {} of calendar {}, but this machine has none of the name",
        calendar.time_zone, calendar.id);
    zone = absl::UTCTimeZone();
  }
  return zone;
}

}  // namespace

router::OpenHours WorkOutHours(const Calendar& calendar, const absl::TimeZone& zone, Time now,
                               Time until) {
  router::OpenHours hours;
  hours.of_revision = calendar.revision;
  hours.known_until = until;
  // What is open now may have opened the day before, or what touches it earlier.
  const absl::CivilDay first = absl::ToCivilDay(absl::FromUnixMicros(now.us), zone) - 2;
  const absl::CivilDay last = absl::ToCivilDay(absl::FromUnixMicros(until.us), zone) + 1;
  for (absl::CivilDay day = first; day <= last; ++day) {
    for (const DayHours& of_day : HoursOn(calendar, day)) {
      hours.open.push_back({InstantOf(zone, day, of_day.opens, Edge::kOpening),
                            InstantOf(zone, day, of_day.closes, Edge::kClosing)});
    }
  }
  hours.open = Merged(std::move(hours.open));
  Override(calendar, now, until, hours.open);
  if (calendar.cut_off) {
    for (absl::CivilDay day = first; day <= last; ++day) {
      hours.after_cut_off.push_back(AfterCutOff(zone, day, *calendar.cut_off, hours.open));
    }
    hours.after_cut_off = Merged(std::move(hours.after_cut_off));
    Clip(hours.after_cut_off, now, until);
  }
  Clip(hours.open, now, until);
  return hours;
}

router::OpenHours WorkOutHours(const Calendar& calendar, Time now) {
  return WorkOutHours(calendar, ZoneOf(calendar), now, now + router::kOpenHoursAhead);
}

std::vector<TimeSpan> UsualHours(const Calendar& calendar, Time since, Time until) {
  Calendar usual = calendar;
  usual.override_hours.reset();
  usual.cut_off.reset();
  std::vector<TimeSpan> open = WorkOutHours(usual, ZoneOf(calendar), since, until).open;
  for (TimeSpan& span : open) span.from = std::max(span.from, since);
  return open;
}

}  // namespace tandem::hours
