// Route until quiet, and what time brings. The order is explained in router.h.
#include <algorithm>

#include "router/commands.h"
#include "router/invariant.h"
#include "router/snapshot.h"

namespace tandem::router {
namespace {

void Offer(Context& context, TicketIndex ticket, AgentIndex agent, OfferReason reason) {
  context.apply.TicketOffered(ticket, agent, reason);
  const QueueIndex queue = context.workspace.ticket(ticket).queue;
  if (context.workspace.queue(queue).configured->auto_accept) Accept(context, ticket, agent);
}

// Who gets a ticket that the longest idle of the freed agents may take: the best who may. That is
// this very agent when the longest idle is looked for, nothing but freed agents became possible,
// and it interrupts nothing for it.
AgentIndex BestFor(const Workspace& workspace, TicketIndex ticket, AgentIndex freed) {
  const QueueIndex queue = workspace.ticket(ticket).queue;
  const DistributionMode mode = workspace.queue(queue).configured->distribution_mode;
  if (mode == DistributionMode::kLongestIdle && workspace.fresh_tickets.empty() &&
      !workspace.agent(freed).WouldInterruptFor(
          workspace.channel_of(workspace.ticket(ticket)).group,
          workspace.UrgencyOf(workspace.ticket(ticket)))) {
    return freed;
  }
  return workspace.matching.BestAgent(workspace, ticket);
}

// Whether the entry still says something of the ticket, which is to wait, or to want further rings:
// it may have left the queue, or be closed, since.
bool StillLooks(const Workspace& workspace, const FreshTicket& fresh, bool rings) {
  const Ticket& ticket = workspace.ticket(fresh.ticket);
  const bool looks = rings ? ticket.ringing : ticket.state == TicketState::kQueued;
  return ticket.in_use && looks && fresh.key == workspace.WaitKeyOf(ticket) &&
         fresh.queue == ticket.queue && fresh.urgency == workspace.UrgencyOf(ticket);
}

// Nothing that waits can go to anybody: one more ring for a ticket that is offered already. False:
// nobody is left for one.
bool RingFurther(Context& context) {
  const Workspace& workspace = context.workspace;
  while (!workspace.ring_gained_agents.empty()) {
    const AgentIndex agent = workspace.ring_gained_agents.begin()->agent;
    TicketIndex ticket;
    if (workspace.agent(agent).open_kinds != 0) {
      ticket = workspace.matching.BestRing(workspace, agent);
    }
    if (ticket.IsSet()) {
      Offer(context, ticket, workspace.matching.BestAgent(workspace, ticket), OfferReason::kRing);
      return true;
    }
    context.apply.AgentRingsSettled(agent);
  }
  while (!workspace.fresh_rings.empty()) {
    const FreshTicket fresh = workspace.fresh_rings.First();
    context.apply.FreshRingTaken();
    if (!StillLooks(workspace, fresh, /*rings=*/true)) continue;
    const AgentIndex agent = workspace.matching.BestAgent(workspace, fresh.ticket);
    if (!agent.IsSet()) continue;
    Offer(context, fresh.ticket, agent, OfferReason::kRing);
    return true;
  }
  return false;
}

void OnAgentDeadline(Context& context, AgentIndex index, uint32_t& budget) {
  const AgentState& agent = context.workspace.agent(index);
  if (agent.grace_until.IsSet() && agent.grace_until <= agent.timer_at) {
    EndGrace(context, index);
  } else if (Workspace::ShiftEndOf(agent) <= agent.timer_at) {
    EndShift(context, index);
  } else {
    ReturnWork(context, index, budget);
  }
}

// An offer nobody answered: the agent missed it, and too many in a row mean that nobody is there.
void MissOffer(Context& context, TicketIndex index) {
  const Ticket& ticket = context.workspace.ticket(index);
  const AgentIndex agent = ticket.agent;
  const uint32_t allowed = context.workspace.channel_of(ticket).misses_allowed;
  context.apply.OfferEnded(index, agent, OfferEnd::kMissed, context.workspace.cool_down, "");
  MarkNotResponding(context, agent, allowed);
}

void MeetTicketDeadline(Context& context, TicketIndex index) {
  const Ticket& ticket = context.workspace.ticket(index);
  // What was due first is done first; at one instant the window of a call-back ends first, and
  // what a ticket's age brings and cool-downs last, after steps of plans, the end of rings, the
  // last agent's turn, silence and invitations.
  if (!ticket.until.IsSet() || ticket.until > ticket.timer_at) {
    if (Workspace::CallbackEndsAt(ticket) <= ticket.timer_at) {
      context.apply.TicketExpired(index, "WINDOW_ENDED");
    } else if (!context.workspace.NextStepWaits(ticket) &&
               context.workspace.NextStepAt(ticket) <= ticket.timer_at) {
      TakePlanStep(context, index);
    } else if (context.workspace.RingsEndAt(ticket) <= ticket.timer_at) {
      context.apply.RingsEnded(index);
    } else if (ticket.kept_until.IsSet() && ticket.kept_until <= ticket.timer_at) {
      context.apply.LastAgentPassed(index);
    } else if (ticket.silent_until.IsSet() && ticket.silent_until <= ticket.timer_at) {
      EndSilence(context, index);
    } else if (InvitationEndsAt(ticket) <= ticket.timer_at) {
      MissInvitation(context, index);
    } else if (context.workspace.AgesAt(ticket) <= ticket.timer_at) {
      context.apply.TicketAged(index);
    } else {
      context.apply.CoolDownsEnded(index);
    }
    return;
  }
  switch (ticket.state) {
    case TicketState::kOffered:
      MissOffer(context, index);
      return;
    case TicketState::kConnecting:
      TimeOutConnection(context, index);
      return;
    case TicketState::kAssigned:
    case TicketState::kActive:
      context.apply.LeaseExpired(index);
      return;
    case TicketState::kWrapUp:
      CompleteUnsaid(context, index);
      return;
    case TicketState::kScheduled:
    case TicketState::kParked:
      EndSetAside(context, index);
      return;
    case TicketState::kInReview:
    case TicketState::kQueued:
    case TicketState::kBlocked:
    case TicketState::kCompleted:
    case TicketState::kCanceled:
    case TicketState::kAbandoned:
    case TicketState::kExpired:
      break;
  }
  InvariantBroken("state",
                  "a ticket with a limit is set aside, offered, connecting, assigned, active or in "
                  "wrap-up",
                  __FILE__, __LINE__);
}

void OnTicketDeadline(Context& context, TicketIndex index) {
  MeetTicketDeadline(context, index);
  EndReviews(context);
}

}  // namespace

void MarkNotResponding(Context& context, AgentIndex index, uint32_t misses_allowed) {
  const AgentState& agent = context.workspace.agent(index);
  if (agent.misses < misses_allowed || agent.status != AgentStatus::kAvailable) return;
  context.apply.AgentStatusChanged(index, {AgentStatus::kNotResponding});
  RescindOffers(context, index, "AGENT_NOT_RESPONDING");
}

void RunTimers(Context& context, uint32_t& budget) {
  const Workspace& workspace = context.workspace;
  const auto& calendars = workspace.calendar_timers;
  for (; budget > 0; --budget) {
    // At one instant calendars turn first.
    const Time turn = calendars.empty() ? kEndOfTime : calendars.begin()->first;
    const Time other = workspace.timers.Next();
    if (std::min(turn, other) > context.now) return;
    if (turn <= other) {
      context.apply.CalendarTurned(std::string(calendars.begin()->second));
      continue;
    }
    if (workspace.timers.NextOfAgents() <= other) {
      OnAgentDeadline(context, workspace.timers.FirstAgent(), budget);
    } else {
      OnTicketDeadline(context, workspace.timers.FirstTicket());
    }
  }
}

void RouteUntilQuiet(Context& context, uint32_t& budget) {
  const Workspace& workspace = context.workspace;
  while (true) {
    // What is handed out may lower one, too: who accepts a request to consult is on it no more.
    if (!workspace.lowered_profiles.empty()) context.apply.SeeToLoweredProfiles();
    OverflowClosedQueues(context, budget);
    if (budget == 0) return;
    if (!workspace.gained_agents.empty()) {
      const AgentIndex agent = workspace.gained_agents.begin()->agent;
      TicketIndex ticket;
      if (workspace.agent(agent).open_kinds != 0) {
        ticket = workspace.matching.BestTicket(workspace, agent, Mode::kPush, QueueIndex{});
      }
      if (!ticket.IsSet()) {
        context.apply.AgentSettled(agent);
        if (workspace.matching.AnyRings()) context.apply.AgentMayRing(agent);
        continue;
      }
      Offer(context, ticket, BestFor(workspace, ticket, agent), OfferReason::kAgentFree);
      --budget;
    } else if (!workspace.fresh_tickets.empty()) {
      const FreshTicket fresh = workspace.fresh_tickets.First();
      context.apply.FreshTicketTaken();
      if (!StillLooks(workspace, fresh, /*rings=*/false)) continue;
      const AgentIndex agent = workspace.matching.BestAgent(workspace, fresh.ticket);
      if (!agent.IsSet()) continue;
      Offer(context, fresh.ticket, agent, OfferReason::kArrived);
      --budget;
    } else if (RingFurther(context)) {
      --budget;
    } else {
      return;
    }
  }
}

}  // namespace tandem::router
