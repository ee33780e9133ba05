#include "router/reclassification.h"

#include <algorithm>
#include <string>
#include <utility>

#include "router/classification.h"
#include "router/contact_defaults.h"
#include "router/placement.h"
#include "router/requirement.h"

namespace tandem::router {
namespace {

// What the contact and rules said of the ticket last.
Reclassified SaidLast(const NewContact& contact, const TicketDetail& detail) {
  if (detail.reclassified) return *detail.reclassified;
  Reclassified said;
  said.queue = contact.queue;
  said.priority = contact.priority.value_or(0);
  said.own = Canonical(contact.requirement);
  said.said_plan = contact.plan;
  return said;
}

// Lays changes of attributes over those of the contact.
void ChangeAttributes(const TicketDetail& detail, NewContact& contact) {
  for (const auto& [key, value] : detail.attributes) {
    std::erase_if(contact.attributes,
                  [&, &name = key](const auto& attribute) { return attribute.first == name; });
    if (value) contact.attributes.emplace_back(key, *value);
  }
  std::sort(contact.attributes.begin(), contact.attributes.end());
}

// The contact as if it came in now: as the ticket is, and without what was filled in.
NewContact AsNow(const Workspace& workspace, const Ticket& ticket, const NewContact& contact,
                 const TicketDetail& detail) {
  NewContact now;
  now.channel = workspace.channel_ids.Name(ticket.came_over);
  now.entry_point = ticket.entry_point;
  now.client = workspace.client_ids.Name(ticket.client);
  if ((contact.said & kSaidProcessType) != 0) now.process_type = contact.process_type;
  now.language = ticket.language;
  now.customer_id = detail.customer_id.empty() ? contact.customer_id : detail.customer_id;
  now.customer_segment =
      detail.customer_segment.empty() ? contact.customer_segment : detail.customer_segment;
  now.attributes = contact.attributes;
  ChangeAttributes(detail, now);
  if ((contact.said & kSaidQueue) != 0) now.queue = contact.queue;
  if ((contact.said & kSaidPriority) != 0) now.priority = contact.priority;
  if ((contact.said & kSaidRequirement) != 0) now.requirement = contact.requirement;
  now.requirement.agents.clear();
  if ((contact.said & kSaidAgents) != 0) now.requirement.agents = contact.requirement.agents;
  if ((contact.said & kSaidPlan) != 0) now.plan = contact.plan;
  return now;
}

// The id of the queue, or else of the process type's; empty when that has none.
const std::string& QueueOr(const std::string& queue, const ProcessTypeDefaults* configured) {
  return queue.empty() && configured != nullptr ? configured->queue : queue;
}

// What it asks itself from now on, of what it asked until now; nothing: the same. Clauses and
// agents are apart: what was changed by hand of the one stays when rules change the other.
std::optional<Requirement> OwnFrom(const TicketDetail& detail, const Requirement& last,
                                   const Requirement& own) {
  const bool clauses = own.all_of != last.all_of || own.prefer != last.prefer;
  const bool agents = own.agents != last.agents && !detail.hand_off;
  if (!clauses && !agents) return std::nullopt;
  Requirement asked = detail.requirement ? detail.requirement->own : last;
  if (clauses) {
    asked.all_of = own.all_of;
    asked.prefer = own.prefer;
  }
  if (agents) asked.agents = own.agents;
  if (detail.hand_off) asked.agents.clear();
  return Canonical(std::move(asked));
}

// Fills in what the contact leaves out, but for the process type, which is the ticket's.
Classification FillInAgain(const Workspace& workspace, const Standing& standing,
                           NewContact& contact) {
  const NewContact said = contact;
  Classification classification = FillIn(workspace, contact, nullptr, nullptr, &standing);
  if (contact.process_type.empty()) {
    // Nobody says it any more: then rules are asked with the one that it keeps.
    contact = said;
    contact.process_type = standing.process_type;
    classification = FillIn(workspace, contact, nullptr, nullptr, &standing);
  }
  contact.process_type = standing.process_type;
  return classification;
}

Plan StepsOf(const Workspace& workspace, const Ticket& ticket) {
  return ticket.plan.IsSet() ? workspace.plans[ticket.plan].steps : Plan();
}

}  // namespace

std::variant<Reclassification, Rejection> Reclassify(const Context& context, const Ticket& ticket,
                                                     const NewContact& contact,
                                                     const TicketDetail& detail) {
  const Workspace& workspace = context.workspace;
  const Reclassified last = SaidLast(contact, detail);
  NewContact now = AsNow(workspace, ticket, contact, detail);
  const ProcessTypeDefaults* configured =
      DefaultsFor(*workspace.process_types[ticket.process_type.value], now.channel);
  const std::string& was = QueueOr(last.queue, configured);
  const Standing standing{{was, workspace.queue_ids.Name(ticket.queue)},
                          workspace.process_type_ids.Name(ticket.process_type)};
  Classification classification = FillInAgain(workspace, standing, now);
  Reclassification again;
  again.draw = std::move(classification.draw);

  const std::string& queue = QueueOr(now.queue, configured);
  const bool other_queue = !queue.empty() && queue != was;
  QueueIndex home = ticket.queue;
  if (other_queue) {
    home = workspace.queue_ids.Find(queue);
    if (auto rejection = CheckQueue(workspace, home, queue, ticket.client)) {
      return *std::move(rejection);
    }
    if (home != ticket.queue) {
      if (auto rejection = CheckOpen(workspace, home, context.now)) return *std::move(rejection);
      if (auto rejection = CheckRoom(workspace.queue(home), 0)) return *std::move(rejection);
      again.queue = home;
    }
  }
  if (now.priority != last.priority) again.priority = now.priority;
  Requirement own = Canonical(now.requirement);
  again.own = OwnFrom(detail, last.own, own);
  // What its contact said may be a plan of which only that is known any more.
  const bool is_said = (contact.said & kSaidPlan) != 0;
  if (!is_said && (other_queue || now.plan != last.said_plan)) {
    // That of the queue that was said, if it is still there, else of the one that it is in.
    const bool is_there = IsConfigured(workspace, ResourceKind::kQueue, queue);
    const QueueIndex of_plan = is_there ? workspace.queue_ids.Find(queue) : ticket.queue;
    Plan plan = PlanOf(now, PlacementIn(workspace, now, of_plan, configured).defaults,
                       *workspace.queue(of_plan).configured);
    if (plan != StepsOf(workspace, ticket)) again.plan = std::move(plan);
  }
  again.said = {.rules = std::move(classification.rules),
                .queue = std::move(now.queue),
                .priority = *now.priority,
                .own = std::move(own),
                .said_plan = is_said ? std::nullopt : std::move(now.plan),
                .begins_with = last.begins_with,
                .plan = last.plan};
  return again;
}

}  // namespace tandem::router
