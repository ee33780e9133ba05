// What only some tickets have, so that a ticket keeps it behind a pointer. Internal to router/.
#ifndef TANDEM_ROUTER_TICKET_PARTS_H_
#define TANDEM_ROUTER_TICKET_PARTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "router/ids.h"
#include "router/model.h"
#include "router/time.h"

namespace tandem::router {

// What a PARKED ticket waits for.
struct Parking {
  Time at;
  std::string reason;  // empty: none was given
  bool clock_stopped = false;
  bool until_children_closed = false;
};

// What ties a ticket to others.
struct Links {
  TicketId parent;                      // open or closed; unset: none
  std::vector<TicketIndex> waits_for;   // while BLOCKED: never empty
  std::vector<TicketIndex> dependents;  // BLOCKED ones that wait for it, in their arrival's order
};

// Who takes part in a ticket besides its owner, or whom it rings besides the first: see
// ParticipantRow.
struct Participant {
  AgentIndex agent;
  AssignmentRole role = AssignmentRole::kConsult;
  uint32_t offer_number = 0, segment_number = 0;
  Time until, began_at, accepted_at;

  bool IsInvited() const { return until.IsSet(); }
  // A further ring: invited to own it.
  bool IsRing() const { return role == AssignmentRole::kOwner; }
};
struct Participants {
  uint32_t last_offer = 0, last_segment = 0;
  std::vector<Participant> all;
  TicketIndex consultation;  // the request for somebody to consult that is open; unset: none
  TicketId consults;         // of such a request: the ticket that it is about
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_TICKET_PARTS_H_
