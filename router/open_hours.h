// Instants and spans within the open hours of a calendar.
//
// What is not known is counted as if there was no calendar: after the last known opening, and when
// no opening is known at all. Pure functions without state: call them from any thread. Internal to
// router/.
#ifndef TANDEM_ROUTER_OPEN_HOURS_H_
#define TANDEM_ROUTER_OPEN_HOURS_H_

#include "router/model.h"
#include "router/state.h"
#include "router/time.h"

namespace tandem::router {

bool IsOpenAt(const OpenHours& hours, Time at);
// `at` itself when it is open then; unset when no opening is known.
Time NextOpening(const OpenHours& hours, Time at);
// When it opens, or closes, next, given whether it is open; kEndOfTime when that is not known.
Time NextChange(const OpenHours& hours);
// Takes away what is over at an instant.
void DropPast(OpenHours& hours, Time now);

// The instant after so much open time from `from` on, which counts as of the next opening when it
// is behind a cut-off.
Time AfterOpenTime(const OpenHours& hours, Time from, Duration span);
// The instant before so much open time up to `until`.
Time BeforeOpenTime(const OpenHours& hours, Time until, Duration span);

// So long after a ticket entered the queue: DEFERRABLE work counts open time, LIVE work counts from
// the opening.
Time AfterIn(const Workspace& workspace, QueueIndex queue, Time entered_at, Duration span);
// So long before an instant, in a queue: DEFERRABLE work counts open time.
Time BeforeIn(const Workspace& workspace, QueueIndex queue, Time until, Duration span);

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_OPEN_HOURS_H_
