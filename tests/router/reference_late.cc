// The reference's late work: who goes after punctual work, and when it is its turn all the same.
#include <algorithm>

#include "tests/router/reference_router.h"

namespace tandem::router {
namespace {

const LateWork* FindLateWork(const Configuration& configuration, const std::string& id) {
  for (const Queue& queue : configuration.queues) {
    if (queue.id == id) return &queue.late_work;
  }
  return nullptr;
}

}  // namespace

Time ReferenceRouter::LateAt(const Configuration& configuration, const TicketData& ticket) {
  const LateWork& late_work = *FindLateWork(configuration, ticket.queue);
  const bool waits = ticket.state == TicketState::kQueued || WantsRings(configuration, ticket);
  return waits && !ticket.late && late_work.order == LateOrder::kAfterPunctual ? ticket.target
                                                                               : kEndOfTime;
}

// Nobody may take it who could not before, but for whom a delay passed, too.
void ReferenceRouter::BecomeLate(TicketData& ticket) {
  const bool is_looked_at =
      workspace_->arrived.contains(ticket.id) || workspace_->ring_arrived.contains(ticket.id);
  const bool delay_passed = NextDelayAt(workspace_->configuration, ticket) <= now_;
  Arrive(ticket);
  if (is_looked_at || delay_passed) return;
  workspace_->arrived.erase(ticket.id);
  workspace_->ring_arrived.erase(ticket.id);
}

bool ReferenceRouter::IsAfterPunctual(const TicketData& ticket) const {
  return ticket.late && QueueOf(ticket).late_work.order == LateOrder::kAfterPunctual;
}

// Where the ticket stands for the next pick of its queue.
ReferenceRouter::Place ReferenceRouter::PlaceInTurn(const TicketData& ticket) const {
  Place place = PlaceInQueue(ticket);
  if (IsLateTurn(QueueOf(ticket))) std::get<0>(place) = false;
  return place;
}

bool ReferenceRouter::IsLateTurn(const Queue& queue) const {
  const uint32_t every = queue.late_work.every.value_or(0);
  const auto picks = workspace_->punctual_picks.find(queue.id);
  return every != 0 && picks != workspace_->punctual_picks.end() && picks->second >= every - 1;
}

// It does not wait any more.
void ReferenceRouter::CountPick(const TicketData& picked) {
  const Queue& queue = QueueOf(picked);
  if (queue.late_work.every.value_or(0) == 0) return;
  if (picked.late) {
    workspace_->punctual_picks.erase(queue.id);
    return;
  }
  const bool late_waits =
      std::any_of(workspace_->tickets.begin(), workspace_->tickets.end(), [&](const auto& entry) {
        const TicketData& other = entry.second;
        return other.queue == queue.id && other.state == TicketState::kQueued && other.late;
      });
  if (late_waits && !IsLateTurn(queue)) ++workspace_->punctual_picks[queue.id];
}

// Where late work stands otherwise now, its turn is counted anew.
void ReferenceRouter::ForgetPicks(const Configuration& before) {
  std::erase_if(workspace_->punctual_picks, [&](const auto& entry) {
    const LateWork* old = FindLateWork(before, entry.first);
    const LateWork* now = FindLateWork(workspace_->configuration, entry.first);
    return old == nullptr || now == nullptr || !(*old == *now);
  });
}

}  // namespace tandem::router
