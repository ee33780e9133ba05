#include "router/estimate.h"

#include "router/commands.h"

namespace tandem::router {
namespace {

bool IsAnybodyThere(const Workspace& workspace, const Ticket& ticket) {
  return workspace.matching.CountAvailable(workspace, ticket, 1) != 0;
}

}  // namespace

size_t PositionOf(const Workspace& workspace, const Ticket& ticket) {
  // Who is offered is the next one, among others who are.
  if (ticket.state == TicketState::kOffered) return 1;
  if (ticket.state != TicketState::kQueued) return 0;
  const size_t waiting = workspace.queue(ticket.queue).waiting.size();
  const auto place = workspace.matching.PlaceIn(ticket.queue, workspace.WaitKeyOf(ticket));
  const size_t offered = waiting - place.all;
  return offered + place.before + 1;
}

std::optional<Duration> EstimateWait(const Workspace& workspace, const Ticket& ticket, Time now) {
  const size_t position = PositionOf(workspace, ticket);
  const QueueState& queue = workspace.queue(ticket.queue);
  // When a closed queue goes on is its calendar's to say.
  if (position == 0 || !queue.offers) return std::nullopt;
  const std::optional<Duration> wait = queue.recent.Wait(now, position);
  if (!wait || !IsAnybodyThere(workspace, ticket)) return std::nullopt;
  return wait;
}

NoEstimate WhyNoEstimate(const Workspace& workspace, const Ticket& ticket, Time now) {
  const bool waits = PositionOf(workspace, ticket) != 0;
  if (!waits || EstimateWait(workspace, ticket, now)) return NoEstimate::kNone;
  if (!workspace.queue(ticket.queue).offers) return NoEstimate::kQueueClosed;
  if (!IsAnybodyThere(workspace, ticket)) return NoEstimate::kNobodyAvailable;
  return NoEstimate::kTooFewAnswers;
}

void EstimateWaits(Context& context) {
  const Workspace& workspace = context.workspace;
  if (workspace.entered_tickets.empty()) return;
  for (const TicketIndex index : workspace.entered_tickets) {
    const Ticket& ticket = workspace.ticket(index);
    // It may be gone, or the place be another's by now.
    if (!ticket.in_use || ticket.visit_entered_at != context.now) continue;
    const auto wait = EstimateWait(workspace, ticket, context.now);
    if (wait) context.apply.WaitEstimated(index, *wait);
  }
  context.apply.EnteredTicketsSeen();
}

}  // namespace tandem::router
