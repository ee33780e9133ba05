#include "server/query/intervals.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/time/civil_time.h"

namespace tandem::query {
namespace {

router::Time ToRouter(absl::Time time) {
  return {absl::ToUnixMicros(time)};
}

// Unset for intervals that are not pieces of a day.
router::Duration StepOf(ReportInterval interval) {
  switch (interval) {
    case ReportInterval::kWhole:
    case ReportInterval::kDay:
      return {};
    case ReportInterval::kQuarterHour:
      return router::Minutes(15);
    case ReportInterval::kHalfHour:
      return router::Minutes(30);
    case ReportInterval::kHour:
      return router::Hours(1);
  }
  return {};
}

}  // namespace

std::optional<absl::TimeZone> FindTimeZone(const std::string& name) {
  // Names are looked up as files below the machine's database: no way out of it, and not the zone
  // that the machine happens to be in.
  const bool plain = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '+' || c == '-' || c == '/';
  });
  absl::TimeZone zone;
  if (!plain || name.empty() || name == "localtime" || absl::StartsWith(name, "/") ||
      !absl::LoadTimeZone(name, &zone)) {
    return std::nullopt;
  }
  return zone;
}

std::vector<router::Time> BoundariesOf(router::Time since, router::Time until,
                                       ReportInterval interval, const absl::TimeZone& zone,
                                       size_t max) {
  std::vector<router::Time> boundaries = {since};
  if (interval != ReportInterval::kWhole) {
    const router::Duration step = StepOf(interval);
    absl::CivilDay day = absl::ToCivilDay(absl::FromUnixMicros(since.us), zone);
    router::Time next = ToRouter(absl::FromCivil(day, zone));
    while (next < until && boundaries.size() <= max) {
      const router::Time start = next;
      next = ToRouter(absl::FromCivil(++day, zone));
      for (router::Time at = start; at < std::min(next, until) && boundaries.size() <= max;
           at = step.us > 0 ? at + step : next) {
        if (at > since) boundaries.push_back(at);
      }
    }
  }
  boundaries.push_back(until);
  return boundaries;
}

}  // namespace tandem::query
