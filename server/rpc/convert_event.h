// Events, from the router's rows to tandem.v1, and which of them somebody wants from where on.
#ifndef TANDEM_SERVER_RPC_CONVERT_EVENT_H_
#define TANDEM_SERVER_RPC_CONVERT_EVENT_H_

#include <string>

#include "router/rows.h"
#include "server/live/event_ring.h"
#include "server/query/events.h"
#include "server/rpc/faults.h"
#include "tandem/v1/event.pb.h"
#include "tandem/v1/event_service.pb.h"

namespace tandem::rpc {

void Fill(const router::EventRow& row, v1::Event& to);

// `field`: the path of the filter in its request.
live::EventFilter ToEventFilter(const v1::EventFilter& filter, const std::string& field,
                                Faults& faults);

// `start` and `resume_token` of a request.
query::EventStart ToEventStart(v1::EventStart start, const std::string& token, Faults& faults);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_CONVERT_EVENT_H_
