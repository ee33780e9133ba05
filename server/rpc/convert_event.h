// Events, from the router's rows to tandem.v1.
#ifndef TANDEM_SERVER_RPC_CONVERT_EVENT_H_
#define TANDEM_SERVER_RPC_CONVERT_EVENT_H_

#include "router/rows.h"
#include "tandem/v1/event.pb.h"

namespace tandem::rpc {

void Fill(const router::EventRow& row, v1::Event& to);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_CONVERT_EVENT_H_
