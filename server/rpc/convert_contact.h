// Contacts and what became of them, between tandem.v1 and the router.
#ifndef TANDEM_SERVER_RPC_CONVERT_CONTACT_H_
#define TANDEM_SERVER_RPC_CONVERT_CONTACT_H_

#include <string>
#include <vector>

#include "router/command.h"
#include "router/model.h"
#include "router/time.h"
#include "server/rpc/faults.h"
#include "tandem/v1/ticket.pb.h"
#include "tandem/v1/ticket_service.pb.h"

namespace tandem::rpc {

// Converts and checks all that can be checked without the workspace's state; `now` is the engine's
// time. Paths start with `prefix`.
router::NewContact ToContact(const v1::Contact& contact, router::Time now,
                             const std::string& prefix, Faults& faults);

// The same of what comes in with the completion of a ticket, whose parent it is to be: noted in the
// request. Requires that `request.ticket_id` is right.
std::vector<router::FollowUp> ToFollowUps(v1::CompleteTicketRequest& request, router::Time now,
                                          Faults& faults);

void Fill(const router::ContactIngested& ingested, v1::IngestResult& to);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_CONVERT_CONTACT_H_
