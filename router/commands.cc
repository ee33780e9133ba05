#include "router/commands.h"

#include <algorithm>

#include "router/snapshot.h"

namespace tandem::router {

Rejection Refuse(Reason reason, std::string message,
                 std::vector<std::pair<std::string, std::string>> metadata) {
  Rejection rejection;
  rejection.reason = reason;
  rejection.message = std::move(message);
  rejection.metadata = std::move(metadata);
  return rejection;
}

Rejection RefuseState(const Ticket& ticket, const char* expected) {
  return RefuseState(ticket.state, expected);
}

Rejection RefuseConnected() {
  return Refuse(Reason::kMediaConnected,
                "expected a ticket whose media the adapter has ended, but it is connected");
}

Rejection RefuseState(TicketState state, const char* expected) {
  return Refuse(
      Reason::kTicketStateForbids,
      std::string("expected a ticket that is ") + expected + ", but it is " + ToString(state),
      {{"state", ToString(state)}});
}

std::optional<Rejection> CheckDisposition(const Workspace& workspace,
                                          const std::string& disposition) {
  if (disposition.empty() || workspace.dispositions.contains(disposition)) return std::nullopt;
  return Refuse(Reason::kDispositionUnknown,
                "expected a configured disposition, but there is no '" + disposition + "'");
}

std::variant<AgentIndex, Rejection> FindSession(const Workspace& workspace,
                                                const SessionRef& session) {
  const auto found = FindAgent(workspace, session.agent);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const AgentIndex index = std::get<AgentIndex>(found);
  const AgentState& agent = workspace.agent(index);
  if (session.generation < agent.generation && session.generation > 0) {
    return Refuse(Reason::kSessionFenced,
                  "expected the agent's session of generation " + std::to_string(agent.generation) +
                      ", but this is generation " + std::to_string(session.generation));
  }
  if (!agent.session_open || session.generation != agent.generation) {
    return Refuse(Reason::kNoSession, "expected an open session of agent '" + session.agent +
                                          "', but generation " +
                                          std::to_string(session.generation) + " is not open");
  }
  return index;
}

std::variant<TicketIndex, Rejection> FindTicket(const Workspace& workspace, const TicketId& id) {
  const TicketIndex index = workspace.FindTicket(id);
  if (index.IsSet()) return index;
  return Refuse(Reason::kTicketNotFound,
                "expected an open ticket, but there is no open ticket " + ToString(id));
}

std::variant<TicketIndex, Rejection> FindOwned(const Workspace& workspace,
                                               const SessionRef& session, const TicketId& id) {
  const auto agent = FindSession(workspace, session);
  if (const auto* rejection = std::get_if<Rejection>(&agent)) return *rejection;
  auto ticket = FindTicket(workspace, id);
  if (std::holds_alternative<Rejection>(ticket)) return ticket;
  const Ticket& found = workspace.ticket(std::get<TicketIndex>(ticket));
  if (IsOwned(found) && found.agent == std::get<AgentIndex>(agent)) return ticket;
  return Refuse(Reason::kNotOwner,
                "expected a ticket that agent '" + session.agent + "' owns, but " +
                    (IsOwned(found) ? "another agent owns it" : "nobody owns it"));
}

void RescindOffers(Context& context, AgentIndex index, const char* reason, uint32_t groups) {
  for (const TicketIndex held : HeldInOrder(context.workspace, context.workspace.agent(index))) {
    const Ticket& ticket = context.workspace.ticket(held);
    if (ticket.state != TicketState::kOffered) continue;
    if ((groups & BitOf(context.workspace.channel_of(ticket).group)) == 0) continue;
    context.apply.OfferEnded(held, index, OfferEnd::kRescinded, Duration{}, reason);
  }
  for (const TicketIndex joined :
       JoinedInOrder(context.workspace, context.workspace.agent(index))) {
    const Ticket& ticket = context.workspace.ticket(joined);
    const Participant participant = *Workspace::FindParticipant(ticket, index);
    if (!participant.IsInvited()) continue;
    if ((groups & BitOf(context.workspace.channel_of(ticket).group)) == 0) continue;
    if (participant.IsRing()) {
      context.apply.OfferEnded(joined, index, OfferEnd::kRescinded, Duration{}, reason);
    } else {
      context.apply.InvitationEnded(joined, index, OfferEnd::kRescinded, reason);
    }
  }
}

void MarkDeviceFailed(Context& context, AgentIndex index) {
  // An agent who left AVAILABLE meanwhile keeps the status that was chosen.
  if (context.workspace.agent(index).status != AgentStatus::kAvailable) return;
  context.apply.AgentStatusChanged(index, {AgentStatus::kNotReady, kDeviceReason});
  RescindOffers(context, index, "AGENT_NOT_AVAILABLE");
}

TicketState EndHandling(Context& context, TicketIndex ticket) {
  const bool wraps_up = context.workspace.ticket(ticket).wrap_up_limit.us != 0;
  if (!wraps_up) return CompleteUnsaid(context, ticket);
  context.apply.TicketFinished(ticket);
  return TicketState::kWrapUp;
}

void ResumeFromWrapUp(Context& context, TicketIndex index) {
  const Ticket& ticket = context.workspace.ticket(index);
  if (ticket.state != TicketState::kWrapUp || context.workspace.channel_of(ticket).has_media)
    return;
  context.apply.TicketResumed(index);
}

bool HasRoom(const QueueState& queue, size_t already) {
  const uint32_t most = queue.configured->max_waiting;
  return most == 0 || queue.waiting.size() - already < most;
}

bool IsOfCustomer(Direction direction, Party author) {
  return author == Party::kCustomer && direction == Direction::kInbound;
}

Time KeyIn(const Queue& queue, Time queued_at, Time target, uint32_t priority) {
  return std::max(target, queued_at) - *queue.priority_step * static_cast<int64_t>(priority);
}

}  // namespace tandem::router
