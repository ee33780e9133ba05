// When a calendar is open, as instants: its hours, its exceptions and its zone worked out for some
// time ahead, because the router knows neither zones nor dates.
//
// Pure but for the time zone, which is read from a file when it is asked for first. Safe from any
// thread.
#ifndef TANDEM_SERVER_ENGINE_OPEN_HOURS_H_
#define TANDEM_SERVER_ENGINE_OPEN_HOURS_H_

#include "absl/time/time.h"

#include "router/model.h"
#include "router/time.h"

namespace tandem::engine {

// From `now`, and from when what is open then opened, to `until`; `is_open` is left to the router.
router::OpenHours WorkOutHours(const router::Calendar& calendar, const absl::TimeZone& zone,
                               router::Time now, router::Time until);
// The same in the calendar's own zone, as far ahead as calendars are known. A zone that this
// machine does not have counts as UTC.
router::OpenHours WorkOutHours(const router::Calendar& calendar, router::Time now);

}  // namespace tandem::engine

#endif  // TANDEM_SERVER_ENGINE_OPEN_HOURS_H_
