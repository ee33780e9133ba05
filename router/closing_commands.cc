// A ticket is called off, or its customer is gone before anybody was there.
#include <string>

#include "router/commands.h"

namespace tandem::router {

Outcome Decide(Context& context, const CancelTicket& command) {
  const auto found = FindTicket(context.workspace, command.ticket);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const TicketIndex index = std::get<TicketIndex>(found);
  const Ticket& ticket = context.workspace.ticket(index);
  if (context.workspace.MediaConnected(ticket)) return RefuseConnected();
  if (ticket.state == TicketState::kOffered) {
    context.apply.OffersRescinded(index, "CANCELED");
  }
  context.apply.TicketCanceled(index, command.reason);
  return Reply(Done{});
}

Outcome Decide(Context& context, const AbandonTicket& command) {
  const auto found = FindTicket(context.workspace, command.ticket);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const TicketIndex index = std::get<TicketIndex>(found);
  const Ticket& ticket = context.workspace.ticket(index);
  const TicketState state = ticket.state;
  if (state == TicketState::kActive || state == TicketState::kWrapUp) {
    return Refuse(
        Reason::kAlreadyAnswered,
        std::string("expected a customer who waits, but the ticket is ") + ToString(state));
  }
  if (IsSetAside(state)) return RefuseState(ticket, "QUEUED, OFFERED, CONNECTING or ASSIGNED");
  if (Workspace::BegunByHand(ticket)) return RefuseState(ticket, "in, or was in, a queue");
  if (context.workspace.IsCallback(ticket)) {
    return Refuse(Reason::kTicketIsCallback,
                  "expected a customer who waits, but nobody waits for a call-back on the line");
  }
  if (state == TicketState::kOffered) {
    context.apply.OffersRescinded(index, "ABANDONED");
  }
  context.apply.TicketAbandoned(index);
  return Reply(Done{});
}

}  // namespace tandem::router
