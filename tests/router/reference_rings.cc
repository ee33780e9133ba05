// The reference's rings: offers of one ticket to several agents.
#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/router/reference_router.h"

namespace tandem::router {

bool ReferenceRouter::WantsRings(const Configuration& configuration, const TicketData& ticket) {
  if (ticket.state != TicketState::kOffered || ticket.rings_over) return false;
  return OfferedTo(ticket).size() < PolicyOf(configuration, ticket).concurrent;
}

// Each of the two as the last step says that says anything, or else as the queue does.
OfferPolicy ReferenceRouter::PolicyOf(const Configuration& configuration,
                                      const TicketData& ticket) {
  OfferPolicy policy = ticket.by_plan;
  for (const Queue& queue : configuration.queues) {
    if (queue.id != ticket.queue) continue;
    if (policy.timeout_of_step == 0) policy.timeout = queue.offer_timeout;
    if (policy.concurrent_of_step == 0) policy.concurrent = queue.concurrent_offers;
  }
  return policy;
}

// The oldest offer first.
std::vector<std::string> ReferenceRouter::OfferedTo(const TicketData& ticket) {
  if (ticket.state != TicketState::kOffered) return {};
  std::vector<std::string> agents = {ticket.agent};
  for (const Participant& ring : ticket.participants) agents.push_back(ring.agent);
  return agents;
}

bool ReferenceRouter::IsOfferedTo(const TicketData& ticket, const std::string& agent) {
  const std::vector<std::string> agents = OfferedTo(ticket);
  return std::find(agents.begin(), agents.end(), agent) != agents.end();
}

ReferenceRouter::Refusal ReferenceRouter::CheckOffer(const SessionRef& session,
                                                     const OfferId& offer) {
  if (const Refusal refusal = CheckSession(session)) return refusal;
  const TicketData* ticket = FindTicket(offer.ticket);
  const Participant* invited = FindInvitation(offer);
  const bool is_first = ticket != nullptr && ticket->state == TicketState::kOffered &&
                        ticket->offer_number == offer.number;
  if (!is_first && invited == nullptr) {
    const bool elsewhere = ticket != nullptr && ticket->by_offer &&
                           ticket->agent != session.agent &&
                           (QueueOf(*ticket).concurrent_offers > 1 ||
                            PolicyOf(workspace_->configuration, *ticket).concurrent > 1);
    return elsewhere ? Reason::kAnsweredElsewhere : Reason::kOfferGone;
  }
  if ((is_first ? ticket->until : invited->until) <= now_) return Reason::kOfferGone;
  if ((is_first ? ticket->agent : invited->agent) != session.agent) {
    return Reason::kOfferOfOtherAgent;
  }
  return std::nullopt;
}

// The agent has the offer no more; others have the ticket's.
void ReferenceRouter::DropOffer(TicketData& ticket, const std::string& agent) {
  if (ticket.agent == agent) {
    const Participant next = ticket.participants.front();
    ticket.agent = next.agent;
    ticket.offer_number = next.offer_number;
    ticket.until = next.until;
    ticket.offered_at = next.offered_at;
  }
  std::erase_if(ticket.participants, [&](const Participant& ring) {
    return ring.agent == agent || ring.agent == ticket.agent;
  });
  workspace_->gained.insert(agent);
  NoteIfDrained(workspace_->agents.at(agent));
  LookAtIdle();
  Arrive(ticket);
}

// One more ring, when nothing that waits can go to anybody. False: nobody is left for one.
bool ReferenceRouter::RingFurther() {
  Workspace& workspace = *workspace_;
  while (AgentState* agent = FirstGained(workspace.ring_gained)) {
    if (TicketData* ticket = BestTicket(*agent, "", /*claiming=*/false, /*rings=*/true)) {
      MakeOffer(*ticket, *BestAgent(*ticket), "RING");
      return true;
    }
    workspace.ring_gained.erase(agent->id);
  }
  while (TicketData* ticket = FirstArrived(workspace.ring_arrived, /*rings=*/true)) {
    workspace.ring_arrived.erase(ticket->id);
    if (AgentState* agent = BestAgent(*ticket)) {
      MakeOffer(*ticket, *agent, "RING");
      return true;
    }
  }
  return false;
}

// A step that leaves the queue is not done under an offer.
bool ReferenceRouter::IsHeldUp(const TicketData& ticket) {
  if (ticket.state != TicketState::kOffered || ticket.plan_step == ticket.plan.size()) return false;
  const PlanStep& step = ticket.plan[ticket.plan_step];
  return step.expire.has_value() || step.callback || !step.queue.empty();
}

}  // namespace tandem::router
