// From the sample day's form to the API's messages.
#ifndef TANDEM_SERVER_CTL_DAY_CONVERT_H_
#define TANDEM_SERVER_CTL_DAY_CONVERT_H_

#include <string>

#include "absl/time/time.h"

#include "server/ctl/day_file.h"
#include "tandem/v1/configuration.pb.h"
#include "tandem/v1/ticket.pb.h"

namespace tandem::ctl {

// What the router may know of a contact. `due_business_h` becomes an instant, counted in business
// hours of `zone` from `received`, then moved by `shift`: zero when the day's clock is the
// server's.
[[nodiscard]] tandem::v1::Contact ToContact(const DayContact& day, absl::Time received,
                                            absl::TimeZone zone, absl::Duration shift);

// An agent of the configuration. Both language abilities get the one level of the day. A voice
// ticket fills the agent (VOICE takes all units), everything else is bounded by its group's
// maximum.
[[nodiscard]] tandem::v1::Agent ToAgent(const DayAgent& day);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_DAY_CONVERT_H_
