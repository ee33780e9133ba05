// Tickets, their explanations and their filters, between tandem.v1 and the router.
#ifndef TANDEM_SERVER_RPC_CONVERT_TICKET_H_
#define TANDEM_SERVER_RPC_CONVERT_TICKET_H_

#include "router/command.h"
#include "server/rpc/faults.h"
#include "server/store/store.h"
#include "tandem/v1/ticket.pb.h"
#include "tandem/v1/ticket_service.pb.h"

namespace tandem::rpc {

void Fill(const store::TicketView& view, v1::Ticket& to);
void Fill(const router::Explanation& explanation, v1::ExplainTicketResponse& to);

// Paths start with "filter".
store::TicketFilter ToFilter(const v1::TicketFilter& filter, Faults& faults);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_CONVERT_TICKET_H_
