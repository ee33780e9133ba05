// Counting in business hours: 08:00 to 18:00, Monday to Friday, in a time zone.
#ifndef TANDEM_SERVER_CTL_BUSINESS_HOURS_H_
#define TANDEM_SERVER_CTL_BUSINESS_HOURS_H_

#include "absl/time/time.h"

namespace tandem::ctl {

// The instant at which `hours` of business time have passed since `start`. An end that falls on
// 18:00 sharp stays there: work due at the end of a day is not due the next morning. With zero
// hours it is `start`, or the next opening when `start` is outside business hours.
[[nodiscard]] absl::Time AddBusinessHours(absl::Time start, absl::Duration hours,
                                          absl::TimeZone zone);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_BUSINESS_HOURS_H_
