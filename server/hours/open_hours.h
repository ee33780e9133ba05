// When a calendar is open, as instants: its hours, its exceptions and its zone worked out, for some
// time ahead because the router knows neither zones nor dates, and for times that are past because
// reports count open time.
//
// Pure but for the time zone, which is read from a file when it is asked for first. Safe from any
// thread.
#ifndef TANDEM_SERVER_HOURS_OPEN_HOURS_H_
#define TANDEM_SERVER_HOURS_OPEN_HOURS_H_

#include <vector>

#include "absl/time/time.h"

#include "router/model.h"
#include "router/time.h"

namespace tandem::hours {

// From `now`, and from when what is open then opened, to `until`; `is_open` is left to the router.
router::OpenHours WorkOutHours(const router::Calendar& calendar, const absl::TimeZone& zone,
                               router::Time now, router::Time until);
// The same in the calendar's own zone, as far ahead as calendars are known. A zone that this
// machine does not have counts as UTC.
router::OpenHours WorkOutHours(const router::Calendar& calendar, router::Time now);

// What is open between two instants by its hours and its exceptions, ascending and apart. An
// override says how it is at the moment, and nothing of what was: it is left out. The zone as
// above.
std::vector<router::TimeSpan> UsualHours(const router::Calendar& calendar, router::Time since,
                                         router::Time until);

}  // namespace tandem::hours

#endif  // TANDEM_SERVER_HOURS_OPEN_HOURS_H_
