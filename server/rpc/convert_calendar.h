// Calendars, between tandem.v1 and the router.
//
// Times of day are texts such as "08:30" in the API and minutes from midnight in the router. Safe
// from any thread.
#ifndef TANDEM_SERVER_RPC_CONVERT_CALENDAR_H_
#define TANDEM_SERVER_RPC_CONVERT_CALENDAR_H_

#include <string>

#include "router/model.h"
#include "server/rpc/faults.h"
#include "tandem/v1/calendar.pb.h"

namespace tandem::rpc {

// Everything but what every resource has. A time zone that this machine does not have is a fault.
void Read(const v1::Calendar& message, const std::string& path, router::Calendar& to,
          Faults& faults);
void Fill(const router::Calendar& calendar, v1::Calendar& to);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_CONVERT_CALENDAR_H_
