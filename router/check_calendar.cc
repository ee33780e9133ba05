// The check of a calendar: hours, dates and their limits.
#include <algorithm>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"

#include "router/check_internal.h"
#include "router/limits.h"

namespace tandem::router {
namespace {

constexpr uint32_t kMinutesOfDay = 24 * 60;

int NumberIn(std::string_view text) {
  int number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return -1;
    number = number * 10 + (c - '0');
  }
  return number;
}

// "2026-12-25", of the Gregorian calendar.
bool IsDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const int year = NumberIn(text.substr(0, 4));
  const int month = NumberIn(text.substr(5, 2));
  const int day = NumberIn(text.substr(8, 2));
  if (year < 1970 || month < 1 || month > 12 || day < 1) return false;
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

void CheckHours(const DayHours& hours, const FieldPath& path, Faults& faults) {
  faults.Range(hours.opens, 0, kMinutesOfDay - 1, path + ".opens");
  faults.Range(hours.closes, int64_t{hours.opens} + 1, int64_t{hours.opens} + kMinutesOfDay,
               path + ".closes");
}

void CheckWeekly(const WeeklyHours& weekly, const FieldPath& path, Faults& faults) {
  if (weekly.days.empty()) {
    faults.Add(Reason::kFieldRequired, path + ".days", "expected a day, but there is none");
  }
  for (const uint32_t day : weekly.days) faults.Range(day, 1, 7, path + ".days");
  CheckHours(weekly.hours, path, faults);
}

}  // namespace

void CheckCalendar(const Calendar& calendar, const FieldPath& path, Faults& faults) {
  faults.Text(calendar.time_zone, kMaxIdBytes, path + ".time_zone");
  faults.Count(calendar.weekly.size(), kMaxWeeklyHours, path + ".weekly");
  for (size_t i = 0; i < calendar.weekly.size(); ++i) {
    CheckWeekly(calendar.weekly[i], path.At(".weekly", i), faults);
  }
  faults.Count(calendar.exceptions.size(), kMaxCalendarExceptions, path + ".exceptions");
  absl::flat_hash_set<std::string_view> dates;
  for (size_t i = 0; i < calendar.exceptions.size(); ++i) {
    const CalendarException& exception = calendar.exceptions[i];
    const FieldPath at = path.At(".exceptions", i);
    if (!IsDate(exception.date)) {
      faults.Add(Reason::kFieldMalformed, at + ".date",
                 "expected a date such as 2026-12-25, but it is none");
    } else if (!dates.insert(exception.date).second) {
      faults.Add(Reason::kIdDuplicate, at + ".date",
                 "expected each date once, but it is listed before");
    }
    faults.Text(exception.name, kMaxDisplayNameBytes, at + ".name");
    faults.Count(exception.hours.size(), kMaxDayHours, at + ".hours");
    for (size_t hour = 0; hour < exception.hours.size(); ++hour) {
      CheckHours(exception.hours[hour], at.At(".hours", hour), faults);
    }
  }
  if (calendar.cut_off) faults.Range(*calendar.cut_off, 0, kMinutesOfDay - 1, path + ".cut_off");
  if (calendar.override_hours) {
    faults.Text(calendar.override_hours->message, kMaxClosedMessageBytes,
                path + ".override_hours.message");
  }
}

}  // namespace tandem::router
