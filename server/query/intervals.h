// Where a report's intervals begin and end.
//
// Pure functions, safe from any thread; the first time zone lists a folder, and reading one opens a
// file.
#ifndef TANDEM_SERVER_QUERY_INTERVALS_H_
#define TANDEM_SERVER_QUERY_INTERVALS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "router/time.h"

namespace tandem::query {

// Numbers as tandem.v1.ReportInterval.
enum class ReportInterval : uint8_t {
  kWhole = 1,
  kQuarterHour = 2,
  kHalfHour = 3,
  kHour = 4,
  kDay = 5,
};

// The zone of an IANA name; nothing when the machine had none of this name when the first one was
// asked for. What callers make up costs nothing.
std::optional<absl::TimeZone> FindTimeZone(const std::string& name);

// since, then every start of an interval between the two, then until: ascending. Days begin at
// midnight in the zone (or when clocks skip it, at the instant of the change); shorter intervals
// are counted from there, and the last of a day ends with the day. Requires since < until. Stops
// after `max` intervals, with more than that many, so that a caller sees that there are too many.
std::vector<router::Time> BoundariesOf(router::Time since, router::Time until,
                                       ReportInterval interval, const absl::TimeZone& zone,
                                       size_t max);

}  // namespace tandem::query

#endif  // TANDEM_SERVER_QUERY_INTERVALS_H_
