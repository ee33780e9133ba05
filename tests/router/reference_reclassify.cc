// Waiting tickets that are classified again, in ReferenceRouter: see reference_router.h.
#include <algorithm>
#include <string>
#include <utility>

#include "tests/router/reference_router.h"

namespace tandem::router {

// What the caller of its contact said, which it remembers, as the ticket is now.
NewContact ReferenceRouter::SaidNow(const TicketData& ticket, const UpdateTicket& command) const {
  NewContact said = ticket.said;
  said.channel = ticket.came_over;
  said.client = ticket.contact.client;
  said.language = ticket.contact.language;
  if (!ticket.said_customer.empty()) said.customer_id = ticket.said_customer;
  if (!ticket.said_segment.empty()) said.customer_segment = ticket.said_segment;
  if (!command.customer_id.empty()) said.customer_id = command.customer_id;
  if (!command.customer_segment.empty()) said.customer_segment = command.customer_segment;
  std::map<std::string, std::string> attributes(said.attributes.begin(), said.attributes.end());
  const auto change = [&](const auto& changes) {
    for (const auto& [key, value] : changes) {
      attributes.erase(key);
      if (value) attributes[key] = *value;
    }
  };
  change(ticket.changed_attributes);
  change(command.attributes);
  said.attributes.assign(attributes.begin(), attributes.end());
  return said;
}

ReferenceRouter::Refusal ReferenceRouter::Reclassify(const TicketData& ticket,
                                                     const UpdateTicket& command,
                                                     ClassifiedAgain& again) const {
  const NewContact said = SaidNow(ticket, command);
  NewContact typed = said;
  typed.process_type = ticket.contact.process_type;
  const ProcessTypeDefaults* defaults = DefaultsOf(typed);
  const auto home = [&](const std::string& queue) {
    return queue.empty() && defaults != nullptr ? defaults->queue : queue;
  };
  const std::vector<std::string> stays_in = {home(ticket.ruled_queue), ticket.queue};
  again.completion = Completed(said, stays_in, typed.process_type);
  if (again.completion.contact.process_type.empty()) {
    again.completion = Completed(typed, stays_in, typed.process_type);
  }
  again.completion.contact.process_type = typed.process_type;
  const NewContact& contact = again.completion.contact;
  const Queue* at = &QueueOf(ticket);
  const bool other =
      !home(contact.queue).empty() && home(contact.queue) != home(ticket.ruled_queue);
  if (other) {
    at = FindQueue(home(contact.queue));
    if (at == nullptr) return Reason::kQueueNotFound;
    if (!at->client.empty() && at->client != contact.client) return Reason::kQueueOfOtherClient;
    if (at->id != ticket.queue) {
      if (Refuses(*at)) return Reason::kQueueClosed;
      if (IsFull(*at, ticket.id)) return Reason::kQueueFull;
      again.queue = at;
    }
  }
  // Each part for itself; whom a bot handed it off to is not for rules to say.
  const Requirement& own = contact.requirement;
  const Requirement& last = ticket.ruled_own;
  if (own.all_of != last.all_of || own.prefer != last.prefer) {
    again.own = ticket.own;
    again.own->all_of = own.all_of;
    again.own->prefer = own.prefer;
  }
  if (own.agents != last.agents && !ticket.hand_off) {
    if (!again.own) again.own = ticket.own;
    again.own->agents = own.agents;
  }
  if (again.own && ticket.hand_off) again.own->agents.clear();
  if (again.own && !command.requirement) {
    if (const Refusal refusal = CheckRequirement(*again.own)) return refusal;
  }
  if (said.plan || (!other && contact.plan == ticket.ruled_plan)) return std::nullopt;
  const Queue* of_plan = FindQueue(home(contact.queue));
  if (of_plan == nullptr) of_plan = at;
  Plan plan = PlanFor(contact, defaults == nullptr ? ProcessTypeDefaults{} : *defaults, *of_plan);
  for (PlanStep& step : plan) {
    if (ticket.hand_off && step.requirement) AskPeople(*step.requirement);
  }
  if (plan != ticket.plan) again.plan = std::move(plan);
  return std::nullopt;
}

void ReferenceRouter::TakeStepsAtOnce(TicketId id) {
  while (TicketData* ticket = FindTicket(id)) {
    const bool waits =
        ticket->state == TicketState::kQueued || ticket->state == TicketState::kOffered;
    if (!waits || IsHeldUp(*ticket) || NextStepAt(*ticket) > now_) return;
    TakeStep(*ticket);
  }
}

void ReferenceRouter::FollowRules(TicketData& ticket, const ClassifiedAgain& again) {
  const NewContact said = ticket.said;
  Keep(again.completion, ticket);
  ticket.said = said;
  if (!again.plan) return;
  ticket.kept_for.clear();
  ticket.kept_until = Time{};
  const bool had_none = ticket.plan.empty();
  ticket.plan = *again.plan;
  ticket.plan_step = 0;
  ticket.by_plan = kNoPolicy;
  ticket.requirement = ticket.base;
  if (!had_none) return;
  // Without a plan there is no clock that counts.
  ticket.plan_since = now_;
  ticket.plan_waited = Duration{};
}

}  // namespace tandem::router
