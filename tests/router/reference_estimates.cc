// The reference's estimates of waits, and its service levels: each time from all visits that were
// decided.
#include <algorithm>
#include <tuple>

#include "router/estimate.h"
#include "tests/router/reference_router.h"

namespace tandem::router {

void ReferenceRouter::EndVisit(TicketData& ticket, VisitEnd end) {
  if (!ticket.visit_at.IsSet()) return;
  if (end != VisitEnd::kOther) {
    const bool answered = end == VisitEnd::kAnswered;
    workspace_->decided.push_back({.queue = ticket.queue,
                                   .left = now_,
                                   .entered = ticket.visit_at,
                                   .ticket = ticket.id,
                                   .answered = answered,
                                   .in_target = answered && now_ <= ticket.target});
  }
  ticket.visit_at = Time{};
  ticket.visit_estimate.reset();
}

std::vector<ReferenceRouter::Decided> ReferenceRouter::DecidedIn(const std::string& queue) const {
  std::vector<Decided> decided;
  for (const Decided& visit : workspace_->decided) {
    if (visit.queue == queue) decided.push_back(visit);
  }
  const auto order = [](const Decided& visit) {
    return std::tie(visit.left, visit.entered, visit.ticket);
  };
  std::stable_sort(decided.begin(), decided.end(),
                   [&](const Decided& a, const Decided& b) { return order(a) < order(b); });
  return decided;
}

size_t ReferenceRouter::PositionOf(const TicketData& ticket) const {
  if (ticket.state == TicketState::kOffered) return 1;
  if (ticket.state != TicketState::kQueued) return 0;
  size_t position = 1;
  for (const auto& [id, other] : workspace_->tickets) {
    if (other.queue != ticket.queue) continue;
    const bool before = PlaceInQueue(other) < PlaceInQueue(ticket);
    if (other.state == TicketState::kOffered) ++position;
    if (other.state == TicketState::kQueued && before) ++position;
  }
  return position;
}

std::optional<Duration> ReferenceRouter::EstimateOf(const TicketData& ticket) const {
  const Queue& queue = QueueOf(ticket);
  const size_t position = PositionOf(ticket);
  if (position == 0 || (queue.urgency == Urgency::kLive && !IsOpen(queue))) return std::nullopt;
  std::vector<Decided> answered = DecidedIn(ticket.queue);
  std::erase_if(answered, [](const Decided& visit) { return !visit.answered; });
  int64_t sum = 0;
  int64_t count = 0;
  for (size_t i = 0; i < answered.size(); ++i) {
    if (i + kHandOuts < answered.size()) continue;
    Time began = answered[i].entered;
    if (i > 0) began = std::max(began, answered[i - 1].left);
    if (began + kHandOutSpan <= now_) continue;
    sum += (answered[i].left - began).us;
    ++count;
  }
  if (count < int64_t{kMinVisits} || CountAvailable(ticket) == 0) return std::nullopt;
  return Duration{sum / count * static_cast<int64_t>(position)};
}

NoEstimate ReferenceRouter::WhyNoEstimate(const TicketData& ticket) const {
  if (PositionOf(ticket) == 0 || EstimateOf(ticket)) return NoEstimate::kNone;
  const Queue& queue = QueueOf(ticket);
  if (queue.urgency == Urgency::kLive && !IsOpen(queue)) return NoEstimate::kQueueClosed;
  return CountAvailable(ticket) == 0 ? NoEstimate::kNobodyAvailable : NoEstimate::kTooFewAnswers;
}

// Who may take it, at once or later, and is there, busy or not.
uint32_t ReferenceRouter::CountAvailable(const TicketData& ticket) const {
  const std::vector<std::string>& excluded = ticket.contact.excluded_agents;
  const auto group = static_cast<size_t>(ChannelOf(ticket).group);
  uint32_t available = 0;
  for (const Agent& agent : workspace_->configuration.agents) {
    const AgentState& state = workspace_->agents.at(agent.id);
    const GroupCapacity& capacity = agent.capacity->groups[group];
    if (!IsReady(state) || !IsReadyFor(state, ticket) || !Qualifies(agent, ticket)) continue;
    if (std::find(excluded.begin(), excluded.end(), agent.id) != excluded.end()) continue;
    if (capacity.max == 0 || capacity.units_per_ticket > agent.capacity->total_units) continue;
    ++available;
  }
  return available;
}

// In percent, rounded down.
std::optional<uint32_t> ReferenceRouter::ServiceLevelOf(const std::string& queue) const {
  const std::vector<Decided> decided = DecidedIn(queue);
  uint32_t all = 0;
  uint32_t in_target = 0;
  for (size_t i = 0; i < decided.size(); ++i) {
    if (i + kDecided < decided.size() || decided[i].left + kHandOutSpan <= now_) continue;
    ++all;
    if (decided[i].in_target) ++in_target;
  }
  if (all < kMinVisits) return std::nullopt;
  return in_target * 100 / all;
}

// Of visits that began in this command.
void ReferenceRouter::EstimateWaits() {
  for (const TicketId id : std::exchange(workspace_->entered, {})) {
    TicketData* ticket = FindTicket(id);
    if (ticket == nullptr || ticket->visit_at != now_) continue;
    if (const auto wait = EstimateOf(*ticket)) ticket->visit_estimate = wait;
  }
}

}  // namespace tandem::router
