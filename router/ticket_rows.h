// The rows that a ticket is made of: see router/rows.h.
#ifndef TANDEM_ROUTER_TICKET_ROWS_H_
#define TANDEM_ROUTER_TICKET_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "router/contact.h"
#include "router/ids.h"
#include "router/model.h"
#include "router/rare.h"
#include "router/review.h"
#include "router/time.h"

namespace tandem::router {

// An agent who is skipped for a ticket until an instant.
struct CoolDown {
  std::string agent;
  Time until;
};

// An agent who takes part in a ticket that another one owns, or is invited to; or to whom one is
// offered besides the first: OWNER.
struct ParticipantRow {
  std::string agent;
  AssignmentRole role = AssignmentRole::kConsult;
  uint32_t offer_number = 0;  // of the invitation, or the offer; 0: there was none
  uint32_t segment_number = 0;
  Time until;        // when the invitation expires; unset: it was accepted, or there was none
  Time began_at;     // invited, or joined
  Time accepted_at;  // unset: not yet
};

// Who takes part in a ticket besides its owner, or is offered it besides the first, in the order in
// which they came.
struct ParticipantRows {
  // The greatest numbers given to any of them, those who left among them.
  uint32_t last_offer = 0, last_segment = 0;
  std::vector<ParticipantRow> all;
};

// Key: workspace, ticket. What changes in a ticket's life. The last one written for a ticket is a
// closed state.
struct TicketStateRow {
  std::string workspace;
  TicketId ticket;
  TicketState state = TicketState::kQueued;
  std::string queue;
  uint32_t priority = 0;
  Time queued_at;  // start of the wait that the target counts from
  Time target;
  Time key;                   // what it is ordered by; fixed when it entered the queue
  std::string agent;          // owner, or holder of the offer
  bool leased = false;        // the owner claimed it
  uint32_t offer_number = 0;  // of the last offer
  Time until;                 // limit of the state: offer, connecting, lease, wrap-up, or when it
                              // enters its queue: SCHEDULED, PARKED; no earlier: BLOCKED
  Time answered_at;           // first time connected or started
  Time closed_at;
  std::string disposition;
  uint32_t contact_count = 1;
  uint32_t reopen_count = 0;  // how often it was reopened after it was completed
  // When the customer's silence parks it, while ACTIVE, or completes it, while PARKED.
  Time silent_until;
  Time reply_by;  // by when the customer's last message has to be answered, as its channel says
  std::vector<CoolDown> cool_downs;  // in the order they began

  // The plan: steps behind it, and its clock, which runs while QUEUED or OFFERED.
  uint32_t plan_step = 0;
  uint32_t plan_skipped = 0;  // of these, the ones that were not taken: see AskedAfter
  Time plan_since;            // set while it runs
  Duration plan_waited;       // before that

  // While PARKED: since when, why, and whether its clock stands.
  Time parked_at;
  std::string parking_reason;
  bool clock_stopped = false;
  bool until_children_closed = false;
  // While BLOCKED: what it waits for. Not derived from what it was to wait for when it came in: one
  // of those may be closed, reopened, and open again.
  std::vector<TicketId> blocked_by{};
  // Who had it when it was parked, or to whom it was transferred. While it is queued it is kept for
  // this agent until then.
  std::string last_agent;
  Time kept_until;

  std::string channel;  // that it has now; empty: the one that it came over
  Callback callback;

  // The running visit; `visit_entered_at` is unset when none runs.
  uint32_t visit_number = 1;
  Time visit_entered_at;
  EntryReason visit_entry_reason = EntryReason::kCreated;
  std::optional<Duration> visit_estimate;  // of its wait, made when it began; unset: can't be known

  // The running segment; `segment_began_at` is unset when none runs.
  uint32_t segment_number = 0;
  Time segment_began_at;  // offered or claimed
  Time accepted_at;
  Time connected_at;  // connected or started
  Time held_since;
  Duration held;
  // Of the time since it was accepted: interrupted by other work of the agent.
  Time interrupted_since;
  Duration interrupted;
  Time disconnected_at;
  Party disconnected_by = Party::kUnknown;
  Time finished_at;

  // Unset: nobody ever took part, and it was never offered to two at once.
  Rare<ParticipantRows> participants;
  // Unset: its work was never reviewed. While IN_REVIEW `disposition` and `last_agent` are what its
  // maker said, and who that is.
  Rare<ReviewedRow> reviewed;
};

// Key: workspace, ticket. What a ticket is from the start.
struct TicketRow {
  std::string workspace;
  TicketId ticket;
  uint64_t arrival = 0;  // sequence of the event with which it came in; breaks ties of the key
  ContactId contact;     // that made it
  std::string channel, client, process_type, language;
  Requirement requirement;  // canonical: process type's and contact's, with the language clause
  Plan plan;                // requirements with the language clause
  std::vector<std::string> excluded_agents;
  std::vector<std::string> rules;  // classification rules that filled something in
  std::string entry_point, external_id, conversation_key;
  std::string customer_id, customer_segment;  // empty, with a parent: the store has the parent's
  std::string trace_parent;                   // of the contact
  Time created_at;
  Time due_at;             // BACK
  Duration answer_target;  // FRONT
  Duration expected_handling_time;
  Duration wrap_up_limit;
  bool unroutable = false;
  // Of a request for a consultation: the ticket that somebody is to be consulted about.
  TicketId consults{};
  TicketId parent{};  // the ticket that it belongs to, be it open or closed; unset: none
  // Of a review: the ticket whose work it judges.
  TicketId reviews{};
};

// All of one ticket.
struct TicketRows {
  TicketRow ticket;
  TicketStateRow state;
  std::optional<TicketDetail> detail{};  // none: nothing was said since it came in

  // That it has now.
  const std::string& channel() const {
    return state.channel.empty() ? ticket.channel : state.channel;
  }
  // That its plan begins with.
  const Requirement& requirement() const {
    if (detail && detail->requirement) return detail->requirement->asked;
    return detail && detail->reclassified && detail->reclassified->plan
               ? detail->reclassified->begins_with
               : ticket.requirement;
  }
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_TICKET_ROWS_H_
