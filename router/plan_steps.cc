// Steps of plans: taken or skipped when they are due.
#include <algorithm>
#include <optional>

#include "router/commands.h"
#include "router/snapshot.h"

namespace tandem::router {
namespace {

bool IsBelow(const std::optional<RecentVisits::Level>& level, uint32_t percent) {
  return level && uint64_t{level->in_target} * 100 < uint64_t{level->decided} * percent;
}

// Of the queue that the ticket is in.
bool Holds(const PlanCondition& condition, const Workspace& workspace, const Ticket& ticket,
           Time now) {
  const QueueState& queue = workspace.queue(ticket.queue);
  if (condition.waiting_more_than > 0 && queue.waiting.size() <= condition.waiting_more_than) {
    return false;
  }
  const Duration oldest = condition.oldest_waits_longer_than;
  if (oldest.us != 0 && (queue.waiting.empty() || now - queue.waiting.First().key <= oldest)) {
    return false;
  }
  const Duration wait = condition.estimated_wait_longer_than;
  // What is not known is not longer than anything.
  if (wait.us != 0 && EstimateWait(workspace, ticket, now).value_or(wait) <= wait) return false;
  const uint32_t percent = condition.service_level_below_percent;
  if (percent != 0 && !IsBelow(queue.recent.ServiceLevel(now), percent)) return false;
  const uint32_t fewer_than = condition.available_agents_fewer_than;
  return fewer_than == 0 ||
         workspace.matching.CountAvailable(workspace, ticket, fewer_than) < fewer_than;
}

bool IsOverdue(const Workspace& workspace, const Ticket& ticket, Time now) {
  return ticket.in_use && ticket.state == TicketState::kQueued &&
         workspace.NextStepAt(ticket) <= now;
}

bool IsOver(const Ticket& ticket, Time now) {
  return ticket.in_use && Workspace::CallbackEndsAt(ticket) <= now;
}

}  // namespace

OfferPolicy Workspace::OfferPolicyOf(const Ticket& ticket) const {
  const QueueState& in = queue(ticket.queue);
  const OfferPolicy by_queue{.timeout = in.configured->offer_timeout,
                             .concurrent = in.concurrent_offers};
  if (ticket.plan_step == 0 || !plans[ticket.plan].changes_offers) return by_queue;
  return OfferPolicyAfter(by_queue, plans[ticket.plan].steps, ticket.plan_step,
                          ticket.plan_skipped);
}

// A step is taken as a whole or not at all.
const char* WhySkipped(const Workspace& workspace, const Ticket& ticket, Time now) {
  const PlanStep& step = *workspace.NextStep(ticket);
  if (step.condition && !Holds(*step.condition, workspace, ticket, now)) {
    return "CONDITION";
  }
  // Who was promised a call is not dropped by what was meant for the wait before; of a review
  // nobody waits for one.
  const bool promised = step.callback ? workspace.IsCallback(ticket) || Workspace::IsReview(ticket)
                                      : step.expire && Workspace::BecameCallback(ticket);
  if (promised) return "CALLBACK";
  if (step.queue.empty()) return nullptr;
  if (!IsConfigured(workspace, ResourceKind::kQueue, step.queue)) return "QUEUE_GONE";
  const QueueIndex to = OverflowQueueOf(workspace, ticket, step);
  if (!to.IsSet()) return "QUEUE_OF_OTHER_CLIENT";
  if (to != ticket.queue && CheckOpen(workspace, to, now)) return "QUEUE_CLOSED";
  const bool has_room = to == ticket.queue || HasRoom(workspace.queue(to), 0);
  return has_room ? nullptr : "QUEUE_FULL";
}

void TakePlanStep(Context& context, TicketIndex index) {
  const Workspace& workspace = context.workspace;
  const Ticket& ticket = workspace.ticket(index);
  if (const char* reason = WhySkipped(workspace, ticket, context.now)) {
    context.apply.PlanStepSkipped(index, reason);
    return;
  }
  const PlanStep& step = *workspace.NextStep(ticket);
  const QueueIndex to = OverflowQueueOf(workspace, ticket, step);
  // Kept, because the plan may be forgotten with the ticket.
  const std::optional<PlanExpiry> expire = step.expire;
  const bool callback = step.callback;
  const uint32_t priority = std::max<uint32_t>(ticket.priority, step.min_priority);
  const auto key_in = [&](QueueIndex queue) {
    return KeyIn(*workspace.queue(queue).configured, ticket.queued_at, ticket.target, priority);
  };
  // Else it keeps the place that it was given under the configuration of its time.
  const Time key = priority != ticket.priority ? key_in(ticket.queue) : ticket.key;
  context.apply.PlanStepTaken(index, priority, key);
  if (expire) {
    context.apply.TicketExpired(index, expire->reason);
  } else if (callback) {
    CallBackByPlan(context, index);
  } else if (to != ticket.queue) {
    context.apply.TicketOverflowed(index, to, key_in(to), "");
  }
}

void TakeDueSteps(Context& context, TicketIndex index) {
  const Workspace& workspace = context.workspace;
  const Ticket& ticket = workspace.ticket(index);
  const auto waits = [&] {
    return ticket.in_use &&
           (ticket.state == TicketState::kQueued || ticket.state == TicketState::kOffered);
  };
  while (waits() && !workspace.NextStepWaits(ticket) &&
         workspace.NextStepAt(ticket) <= context.now) {
    TakePlanStep(context, index);
  }
}

void TakeOverdueSteps(Context& context) {
  const Workspace& workspace = context.workspace;
  while (!workspace.overdue_tickets.empty() || !workspace.woken_tickets.empty()) {
    WakeTickets(context);
    for (const TicketIndex index : context.apply.TakeOverdueTickets()) {
      if (IsOver(workspace.ticket(index), context.now)) {
        context.apply.TicketExpired(index, "WINDOW_ENDED");
      }
      while (IsOverdue(workspace, workspace.ticket(index), context.now)) {
        TakePlanStep(context, index);
      }
      EndReviews(context);
    }
  }
}

void Accept(Context& context, TicketIndex index, AgentIndex agent) {
  if (Workspace::IsConsultation(context.workspace.ticket(index))) {
    context.apply.ConsultationTaken(index, agent);
    return;
  }
  context.apply.OfferAccepted(index, agent);
  PassOverSteps(context, index);
}

void PassOverSteps(Context& context, TicketIndex index) {
  const Ticket& ticket = context.workspace.ticket(index);
  const auto waited = [&] {
    const PlanStep* step = context.workspace.NextStep(ticket);
    return step != nullptr && WaitsForOffer(*step) && step->after <= ticket.plan_waited;
  };
  while (waited()) context.apply.PlanStepSkipped(index, "ACCEPTED");
}

}  // namespace tandem::router
