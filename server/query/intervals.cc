#include "server/query/intervals.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "absl/container/flat_hash_set.h"
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

// The files of the machine's time zone database, by their names below it. Without the zone that the
// machine happens to be in, and without the two other sets that some machines have: one is the same
// again, the other counts leap seconds.
absl::flat_hash_set<std::string> KnownZones() {
  namespace fs = std::filesystem;
  absl::flat_hash_set<std::string> names = {"UTC"};
  // As absl does. NOLINTNEXTLINE(concurrency-mt-unsafe): nobody of ours sets a variable
  const char* set = std::getenv("TZDIR");
  const fs::path base = set != nullptr && *set != '\0' ? set : "/usr/share/zoneinfo";
  std::error_code error;
  for (auto it = fs::recursive_directory_iterator(base, error);
       !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    const std::string name = it->path().lexically_relative(base);
    if (name == "posix" || name == "right") it.disable_recursion_pending();
    std::error_code unreadable;
    if (name != "localtime" && it->is_regular_file(unreadable)) names.insert(name);
  }
  return names;
}

}  // namespace

std::optional<absl::TimeZone> FindTimeZone(const std::string& name) {
  // absl keeps every name that it was ever asked for, also those that are none: callers may choose
  // among the machine's files, and never send it anywhere else.
  static const absl::flat_hash_set<std::string> known = KnownZones();
  absl::TimeZone zone;
  if (!known.contains(name) || !absl::LoadTimeZone(name, &zone)) return std::nullopt;
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
