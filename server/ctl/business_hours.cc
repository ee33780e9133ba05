#include "server/ctl/business_hours.h"

#include <algorithm>

#include "absl/time/civil_time.h"

namespace tandem::ctl {
namespace {

constexpr int kOpens = 8;
constexpr int kCloses = 18;

bool IsBusinessDay(absl::CivilDay day) {
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday != absl::Weekday::saturday && weekday != absl::Weekday::sunday;
}

absl::Time At(absl::CivilDay day, int hour, absl::TimeZone zone) {
  return absl::FromCivil(absl::CivilHour(day) + hour, zone);
}

}  // namespace

absl::Time AddBusinessHours(absl::Time start, absl::Duration hours, absl::TimeZone zone) {
  absl::Duration left = std::max(hours, absl::ZeroDuration());
  for (absl::CivilDay day = absl::ToCivilDay(start, zone);; ++day) {
    if (!IsBusinessDay(day)) continue;
    const absl::Time from = std::max(start, At(day, kOpens, zone));
    const absl::Time until = At(day, kCloses, zone);
    if (from >= until) continue;
    if (left <= until - from) return from + left;
    left -= until - from;
  }
}

}  // namespace tandem::ctl
