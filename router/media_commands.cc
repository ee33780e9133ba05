#include "router/commands.h"

namespace tandem::router {
namespace {

bool IsAnswered(const Ticket& ticket) {
  return ticket.state == TicketState::kActive || ticket.state == TicketState::kWrapUp;
}

// Whether the customer hung up before being connected.
bool IsHangUp(const Ticket& ticket, const ReportMediaEvent& command) {
  return command.type == MediaEventType::kDisconnected && command.party == Party::kCustomer &&
         !IsAnswered(ticket);
}

// Whether an agent calls a customer back because a queue brought the call-back.
bool IsAttempt(const Workspace& workspace, const Ticket& ticket) {
  return workspace.IsCallback(ticket) && !Workspace::BegunByHand(ticket);
}

// The customer was not reached. A call that the agent began by hand stays with the agent, for the
// disposition; one that a queue brought goes back to it, and the device is taken to be at fault.
void FailConnection(Context& context, TicketIndex index, const char* reason) {
  if (Workspace::BegunByHand(context.workspace.ticket(index))) {
    context.apply.AgentContactUnanswered(index, reason);
    EndHandling(context, index);
    return;
  }
  const AgentIndex agent = context.workspace.ticket(index).agent;
  context.apply.MediaConnectFailed(index, reason);
  MarkDeviceFailed(context, agent);
}

// What is reported of the connection that the ticket has now. False when it changes nothing;
// ringing changes nothing ever, and is true while the connection is wanted.
bool ApplyToConnection(Context& context, TicketIndex index, const ReportMediaEvent& command) {
  const Ticket& ticket = context.workspace.ticket(index);
  const bool connecting = ticket.state == TicketState::kConnecting;
  const bool connected = context.workspace.MediaConnected(ticket);
  const Time at = std::min(command.occurred_at, context.now);
  switch (command.type) {
    case MediaEventType::kConnected:
      if (!connecting) return false;
      context.apply.MediaConnected(index, at);
      return true;
    case MediaEventType::kConnectFailed:
      if (!connecting) return false;
      if (command.party == Party::kCustomer && IsAttempt(context.workspace, ticket)) {
        EndAttempt(context, index, CallbackOutcome::kNoAnswer, "", Time{});
      } else {
        FailConnection(context, index, "FAILED");
      }
      return true;
    case MediaEventType::kHeld:
      if (!connected || ticket.held_since.IsSet()) return false;
      context.apply.MediaHeld(index, at);
      return true;
    case MediaEventType::kRetrieved:
      if (!connected || !ticket.held_since.IsSet()) return false;
      context.apply.MediaRetrieved(index, at);
      return true;
    case MediaEventType::kDisconnected:
      if (connecting) {
        FailConnection(context, index, "FAILED");
        return true;
      }
      if (!connected) return false;
      context.apply.MediaDisconnected(index, at, command.party);
      EndHandling(context, index);
      return true;
    case MediaEventType::kRinging:
      return connecting;
  }
  std::abort();
}

}  // namespace

Outcome Decide(Context& context, const ReportMediaEvent& command) {
  const auto found = FindTicket(context.workspace, command.ticket);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const TicketIndex index = std::get<TicketIndex>(found);
  const Ticket& ticket = context.workspace.ticket(index);
  if (!context.workspace.channel_of(ticket).has_media) {
    return Refuse(Reason::kChannelWithoutMedia,
                  "expected a ticket of a channel with media, but channel '" +
                      context.workspace.channel_ids.Name(ticket.channel) + "' has none");
  }
  // It has no connection, and nobody who waits for one.
  if (IsSetAside(ticket.state)) return Reply(MediaReported{false});
  const bool current = command.offer.ticket == ticket.id &&
                       command.offer.number == ticket.offer_number && !ticket.leased;
  if (IsHangUp(ticket, command)) {
    // Nobody waits for a call-back on the line; who is called may refuse it.
    if (IsAttempt(context.workspace, ticket)) {
      const bool refused = current && ticket.state == TicketState::kConnecting;
      if (refused) EndAttempt(context, index, CallbackOutcome::kBusy, "", Time{});
      return Reply(MediaReported{refused});
    }
    if (command.offer.IsSet() && command.offer.ticket != ticket.id) {
      return Reply(MediaReported{false});
    }
    if (Workspace::BegunByHand(ticket)) {
      FailConnection(context, index, "REFUSED");
      return Reply(MediaReported{true});
    }
    if (ticket.state == TicketState::kOffered) {
      context.apply.OffersRescinded(index, "ABANDONED");
    }
    context.apply.TicketAbandoned(index);
    return Reply(MediaReported{true});
  }
  return Reply(MediaReported{current && ApplyToConnection(context, index, command)});
}

// The adapter did not connect in time, from AdvanceTime.
void TimeOutConnection(Context& context, TicketIndex ticket) {
  FailConnection(context, ticket, "TIMED_OUT");
}

}  // namespace tandem::router
