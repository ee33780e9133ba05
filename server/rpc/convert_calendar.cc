#include "server/rpc/convert_calendar.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "fmt/format.h"
#include "router/limits.h"
#include "server/rpc/convert_types.h"

namespace tandem::rpc {
namespace {

using router::Reason;

constexpr uint32_t kMinutesOfDay = 24 * 60;

// Minutes from midnight of "08:30"; nothing for what is none. "24:00" is the end of the day.
std::optional<uint32_t> MinutesOf(std::string_view text) {
  const auto digit = [&](size_t at) { return static_cast<uint32_t>(text[at] - '0'); };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const size_t at : {0U, 1U, 3U, 4U}) {
    if (text[at] < '0' || text[at] > '9') return std::nullopt;
  }
  const uint32_t minute = 10 * digit(3) + digit(4);
  const uint32_t minutes = 60 * (10 * digit(0) + digit(1)) + minute;
  if (minute > 59 || minutes > kMinutesOfDay) return std::nullopt;
  return minutes;
}

std::string TextOf(uint32_t minutes) {
  const uint32_t in_day = minutes > kMinutesOfDay ? minutes - kMinutesOfDay : minutes;
  return fmt::format("{:02}:{:02}", in_day / 60, in_day % 60);
}

uint32_t ToMinutes(const std::string& text, uint32_t last, const std::string& field,
                   Faults& faults) {
  if (text.empty()) {
    faults.Add(Reason::kFieldRequired, field, "expected a time of day, but it is empty");
    return 0;
  }
  const std::optional<uint32_t> minutes = MinutesOf(text);
  if (minutes && *minutes <= last) return *minutes;
  faults.Add(Reason::kFieldMalformed, field,
             "expected a time of day such as 08:30, but it is another text");
  return 0;
}

// Hours that end at or before they begin end on the next day.
template <typename Message>
router::DayHours ToHours(const Message& message, const std::string& path, Faults& faults) {
  router::DayHours hours;
  hours.opens = ToMinutes(message.opens(), kMinutesOfDay - 1, path + ".opens", faults);
  hours.closes = ToMinutes(message.closes(), kMinutesOfDay, path + ".closes", faults);
  if (hours.closes <= hours.opens) hours.closes += kMinutesOfDay;
  return hours;
}

template <typename Message>
void FillHours(const router::DayHours& hours, Message& to) {
  to.set_opens(TextOf(hours.opens));
  to.set_closes(TextOf(hours.closes));
}

router::WeeklyHours ToWeekly(const v1::WeeklyHours& message, const std::string& path,
                             Faults& faults) {
  router::WeeklyHours weekly;
  if (!faults.HasAtMost(message.days_size(), 7, path + ".days")) return weekly;
  for (int i = 0; i < message.days_size(); ++i) {
    if (CheckEnum(message.days(i), v1::DAY_OF_WEEK_SUNDAY, At(path + ".days", i), faults)) {
      weekly.days.push_back(static_cast<uint32_t>(message.days(i)));
    }
  }
  std::sort(weekly.days.begin(), weekly.days.end());
  weekly.days.erase(std::unique(weekly.days.begin(), weekly.days.end()), weekly.days.end());
  weekly.hours = ToHours(message, path, faults);
  return weekly;
}

router::CalendarException ToException(const v1::CalendarException& message, const std::string& path,
                                      Faults& faults) {
  router::CalendarException exception;
  exception.date = message.date();
  exception.every_year = message.every_year();
  exception.name = message.name();
  if (!faults.HasAtMost(message.hours_size(), router::kMaxDayHours, path + ".hours")) {
    return exception;
  }
  for (int i = 0; i < message.hours_size(); ++i) {
    exception.hours.push_back(ToHours(message.hours(i), At(path + ".hours", i), faults));
  }
  return exception;
}

}  // namespace

void Read(const v1::Calendar& message, const std::string& path, router::Calendar& to,
          Faults& faults) {
  to.time_zone = message.time_zone();
  CheckTimeZone(to.time_zone, path + ".time_zone", faults);
  if (faults.HasAtMost(message.weekly_size(), router::kMaxWeeklyHours, path + ".weekly")) {
    for (int i = 0; i < message.weekly_size(); ++i) {
      to.weekly.push_back(ToWeekly(message.weekly(i), At(path + ".weekly", i), faults));
    }
  }
  if (faults.HasAtMost(message.exceptions_size(), router::kMaxCalendarExceptions,
                       path + ".exceptions")) {
    for (int i = 0; i < message.exceptions_size(); ++i) {
      to.exceptions.push_back(
          ToException(message.exceptions(i), At(path + ".exceptions", i), faults));
    }
  }
  if (!message.cut_off().empty()) {
    to.cut_off = ToMinutes(message.cut_off(), kMinutesOfDay - 1, path + ".cut_off", faults);
  }
  if (message.has_override_hours()) {
    const v1::CalendarOverride& given = message.override_hours();
    router::CalendarOverride& override_hours = to.override_hours.emplace();
    override_hours.open = given.open();
    override_hours.message = given.message();
    if (given.has_until()) {
      override_hours.until = ToTime(given.until(), path + ".override_hours.until", faults);
    }
  }
}

void Fill(const router::Calendar& calendar, v1::Calendar& to) {
  to.set_time_zone(calendar.time_zone);
  for (const router::WeeklyHours& weekly : calendar.weekly) {
    v1::WeeklyHours& message = *to.add_weekly();
    for (const uint32_t day : weekly.days) message.add_days(static_cast<v1::DayOfWeek>(day));
    FillHours(weekly.hours, message);
  }
  for (const router::CalendarException& exception : calendar.exceptions) {
    v1::CalendarException& message = *to.add_exceptions();
    message.set_date(exception.date);
    message.set_every_year(exception.every_year);
    message.set_name(exception.name);
    for (const router::DayHours& hours : exception.hours) FillHours(hours, *message.add_hours());
  }
  if (calendar.cut_off) to.set_cut_off(TextOf(*calendar.cut_off));
  if (calendar.override_hours) {
    v1::CalendarOverride& message = *to.mutable_override_hours();
    message.set_open(calendar.override_hours->open);
    message.set_message(calendar.override_hours->message);
    if (calendar.override_hours->until.IsSet()) {
      *message.mutable_until() = ToTimestamp(calendar.override_hours->until);
    }
  }
  const router::OpenHours& hours = calendar.hours;
  to.set_open(hours.is_open);
  if (!hours.open.empty()) {
    *to.mutable_changes_at() =
        ToTimestamp(hours.is_open ? hours.open.front().to : hours.open.front().from);
  }
  if (hours.known_until.IsSet()) *to.mutable_known_until() = ToTimestamp(hours.known_until);
}

}  // namespace tandem::rpc
