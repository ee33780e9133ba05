// Tickets that belong to others, come in when others are completed, or wait for others.
#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_set.h"

#include "router/commands.h"
#include "router/limits.h"

namespace tandem::router {
namespace {

std::string Named(const TicketId& id) {
  return "ticket " + ToString(id);
}

Rejection RefuseClient(const Workspace& workspace, const Ticket& ticket,
                       const std::string& client) {
  return Refuse(Reason::kTicketOfOtherClient,
                "expected a ticket of client '" + client + "', but " + Named(ticket.id) +
                    " is of '" + workspace.client_ids.Name(ticket.client) + "'",
                {{"ticket_id", ToString(ticket.id)}});
}

std::optional<Rejection> CheckParent(const Workspace& workspace, const NewContact& contact,
                                     size_t more_children) {
  const Ticket& parent = workspace.ticket(workspace.FindTicket(contact.parent));
  if (parent.client != workspace.client_ids.Find(contact.client)) {
    return RefuseClient(workspace, parent, contact.client);
  }
  const size_t open = workspace.OpenChildrenOf(parent.id) + more_children;
  if (open < kMaxOpenChildren) return std::nullopt;
  return Refuse(Reason::kTooManyChildren,
                "expected fewer than " + std::to_string(kMaxOpenChildren) +
                    " open tickets that belong to " + Named(parent.id) + ", but there are " +
                    std::to_string(open),
                {{"ticket_id", ToString(parent.id)}, {"limit", std::to_string(kMaxOpenChildren)}});
}

Rejection RefuseDependents(const TicketId& id, size_t limit, size_t waiting) {
  return Refuse(Reason::kTooManyDependents,
                "expected fewer than " + std::to_string(limit) + " tickets that wait for " +
                    Named(id) + ", but there are " + std::to_string(waiting),
                {{"ticket_id", ToString(id)}, {"limit", std::to_string(limit)}});
}

bool WaitsForChildren(const Ticket& ticket) {
  return ticket.state == TicketState::kParked && ticket.parking->until_children_closed;
}

// The first for which `accept` is true of this one and those that wait until it is closed: by
// `blocked_by`, as parents that are PARKED until their children are closed, IN_REVIEW, and through
// each other. That a time or a message may resume one of them earlier is not counted on. Unset:
// there is none; a rejection: too many are to be looked at.
template <typename Accept>
std::variant<TicketIndex, Rejection> FirstWaitingFor(const Workspace& workspace, TicketIndex index,
                                                     Accept accept) {
  std::vector<TicketIndex> waiting;
  absl::flat_hash_set<TicketIndex> known;
  TicketIndex first;
  const auto reach = [&](TicketIndex other) {
    if (!known.insert(other).second) return;
    waiting.push_back(other);
    if (!first.IsSet() && accept(other)) first = other;
  };
  reach(index);
  for (size_t next = 0; next < waiting.size() && !first.IsSet(); ++next) {
    const Ticket& ticket = workspace.ticket(waiting[next]);
    if (Workspace::IsReview(ticket)) {
      const TicketIndex reviewed = workspace.ReviewedBy(ticket);
      if (reviewed.IsSet()) reach(reviewed);
    }
    if (ticket.links != nullptr) {
      for (const TicketIndex dependent : ticket.links->dependents) reach(dependent);
      const TicketIndex parent = workspace.FindTicket(ticket.links->parent);
      if (parent.IsSet() && WaitsForChildren(workspace.ticket(parent))) reach(parent);
    }
    if (first.IsSet() || waiting.size() <= kMaxWaitingThrough) continue;
    return RefuseDependents(workspace.ticket(index).id, kMaxWaitingThrough, waiting.size() - 1);
  }
  return first;
}

// A contact whose parent waits for its children would be one of them.
std::optional<Rejection> CheckCircle(const Workspace& workspace, const NewContact& contact) {
  const TicketIndex parent = workspace.FindTicket(contact.parent);
  if (contact.blocked_by.empty() || !parent.IsSet()) return std::nullopt;
  if (!WaitsForChildren(workspace.ticket(parent))) return std::nullopt;
  auto found = FirstWaitingFor(workspace, parent, [&](TicketIndex other) {
    return std::ranges::find(contact.blocked_by, workspace.ticket(other).id) !=
           contact.blocked_by.end();
  });
  if (auto* rejection = std::get_if<Rejection>(&found)) return std::move(*rejection);
  const TicketIndex first = std::get<TicketIndex>(found);
  if (!first.IsSet()) return std::nullopt;
  const std::string named = Named(workspace.ticket(first).id);
  return Refuse(Reason::kCircularWait,
                "expected tickets to wait for that close before the parent, which is PARKED until "
                "its children are closed, but " +
                    (first == parent ? named + " is the parent" : named + " waits for it"),
                {{"ticket_id", ToString(workspace.ticket(first).id)}});
}

std::optional<Rejection> CheckDependency(const Workspace& workspace, const TicketId& id,
                                         const std::string& client, size_t more_dependents) {
  const TicketIndex index = workspace.FindTicket(id);
  if (!index.IsSet()) {
    return Refuse(Reason::kDependencyNotOpen,
                  "expected an open ticket to wait for, but " + Named(id) + " is not",
                  {{"ticket_id", ToString(id)}});
  }
  const Ticket& ticket = workspace.ticket(index);
  if (Workspace::IsConsultation(ticket)) return RefuseConsultation();
  if (ticket.client != workspace.client_ids.Find(client)) {
    return RefuseClient(workspace, ticket, client);
  }
  const size_t waiting =
      (ticket.links == nullptr ? 0 : ticket.links->dependents.size()) + more_dependents;
  if (waiting < kMaxDependents) return std::nullopt;
  return RefuseDependents(id, kMaxDependents, waiting);
}

// Where in a follow-up to look for what a refusal is about; empty: nowhere in particular.
const char* FieldOf(Reason reason) {
  switch (reason) {  // of all reasons, those that a contact may be refused for
    case Reason::kChannelUnknown:
      return ".contact.channel";
    case Reason::kClientUnknown:
    case Reason::kTicketOfOtherClient:
      return ".contact.client";
    case Reason::kProcessTypeUnknown:
      return ".contact.process_type";
    case Reason::kSkillUnknown:
      return ".contact.requirement";
    case Reason::kQueueNotFound:
    case Reason::kQueueOfOtherClient:
    case Reason::kQueueFull:
    case Reason::kQueueClosed:
    case Reason::kNoQueueForContact:
      return ".contact.queue";
    case Reason::kCallbackWindowEnded:
      return ".contact.not_after";
    case Reason::kDependencyNotOpen:
    case Reason::kTooManyDependents:
    case Reason::kTicketIsConsultation:
      return ".contact.blocked_by";
    default:
      return "";
  }
}

// The refusal of a contact as that of the follow-up which has it.
Rejection Within(Rejection rejection, size_t place, const NewContact& contact) {
  const std::string at = "follow_ups[" + std::to_string(place) + "]";
  for (FieldViolation& violation : rejection.violations)
    violation.field = at + "." + violation.field;
  std::string field = at + FieldOf(rejection.reason);
  // It has the client of its ticket, or says another one than what it is to wait for.
  if (rejection.reason == Reason::kTicketOfOtherClient && !contact.blocked_by.empty()) {
    field = at + ".contact.blocked_by";
  }
  if (!rejection.violations.empty()) field = rejection.violations.front().field;
  rejection.metadata.emplace_back("field", std::move(field));
  return rejection;
}

// What it waited for is closed. Its time may be to come still.
void Unblock(Context& context, TicketIndex index) {
  const Ticket& ticket = context.workspace.ticket(index);
  if (context.workspace.IsCallback(ticket)) {
    CallScheduled(context, index, "UNBLOCKED");
  } else if (ticket.until > context.now) {
    ScheduleFor(context, index, ticket.until);
  } else {
    EnterScheduled(context, index, "UNBLOCKED");
  }
}

}  // namespace

std::optional<Rejection> InheritFromParent(const Workspace& workspace, NewContact& contact) {
  if (!contact.parent.IsSet()) return std::nullopt;
  const TicketIndex index = workspace.FindTicket(contact.parent);
  if (!index.IsSet()) {
    return Refuse(Reason::kParentNotOpen,
                  "expected an open ticket as the parent, but " + Named(contact.parent) + " is not",
                  {{"ticket_id", ToString(contact.parent)}});
  }
  if (Workspace::IsConsultation(workspace.ticket(index))) return RefuseConsultation();
  const Ticket& parent = workspace.ticket(index);
  const auto inherit = [](std::string& said, const std::string& otherwise) {
    if (said.empty()) said = otherwise;
  };
  inherit(contact.client, workspace.client_ids.Name(parent.client));
  if (parent.trace_parent != nullptr) inherit(contact.trace_parent, *parent.trace_parent);
  if (parent.detail == nullptr) return std::nullopt;
  inherit(contact.customer_id, parent.detail->customer_id);
  inherit(contact.customer_segment, parent.detail->customer_segment);
  return std::nullopt;
}

std::optional<Rejection> CheckLinks(const Workspace& workspace, const NewContact& contact,
                                    const EarlierTickets& earlier) {
  if (contact.parent.IsSet()) {
    if (auto rejection = CheckParent(workspace, contact, earlier.tickets)) return rejection;
  }
  for (const TicketId& id : contact.blocked_by) {
    const auto before = std::count(earlier.waited_for.begin(), earlier.waited_for.end(), id);
    auto rejection = CheckDependency(workspace, id, contact.client, static_cast<size_t>(before));
    if (rejection) return rejection;
  }
  return CheckCircle(workspace, contact);
}

std::optional<Rejection> CheckWaitForChildren(const Workspace& workspace, TicketIndex index) {
  const TicketId& id = workspace.ticket(index).id;
  if (workspace.OpenChildrenOf(id) == 0) {
    return Refuse(Reason::kNoOpenChild,
                  "expected a ticket to which an open one belongs, but none does");
  }
  auto found = FirstWaitingFor(workspace, index, [&](TicketIndex other) {
    return Workspace::ParentOf(workspace.ticket(other)) == id;
  });
  if (auto* rejection = std::get_if<Rejection>(&found)) return std::move(*rejection);
  const TicketIndex child = std::get<TicketIndex>(found);
  if (!child.IsSet()) return std::nullopt;
  const TicketId& waits = workspace.ticket(child).id;
  return Refuse(Reason::kCircularWait,
                "expected children that close while their parent is PARKED, but " + Named(waits) +
                    " waits until it is closed",
                {{"ticket_id", ToString(waits)}});
}

std::optional<Rejection> CheckFollowUps(const Context& context, const Ticket& ticket,
                                        std::vector<FollowUp>& follow_ups) {
  EarlierTickets earlier;
  for (size_t i = 0; i < follow_ups.size(); ++i) {
    NewContact& contact = follow_ups[i].contact;
    contact.parent = ticket.id;
    const bool blocked = !follow_ups[i].after.empty();
    if (auto rejection = CheckFollowUp(context, contact, blocked, earlier)) {
      return Within(*std::move(rejection), i, contact);
    }
  }
  return std::nullopt;
}

// One after the other, so that a rule's queues take their turns, and each sees where those before
// it went.
std::vector<TicketId> MakeFollowUps(Context& context, std::vector<FollowUp>& follow_ups) {
  std::vector<TicketId> ids;
  std::vector<TicketIndex> made;
  for (FollowUp& follow_up : follow_ups) {
    ids.push_back(follow_up.new_ticket);
    const std::vector<uint32_t> after = follow_up.after;
    NewTicket created = FollowUpOf(context, std::move(follow_up));
    for (const uint32_t before : after) created.waits_for.push_back(made[before]);
    made.push_back(context.apply.TicketCreated(std::move(created)));
  }
  return ids;
}

void WakeTickets(Context& context) {
  const Workspace& workspace = context.workspace;
  for (const TicketIndex index : context.apply.TakeWokenTickets()) {
    const Ticket& ticket = workspace.ticket(index);
    // It may have gone on, or be closed, since.
    if (!ticket.in_use) continue;
    if (ticket.state == TicketState::kParked) {
      ResumeWithoutChildren(context, index);
    } else if (ticket.state == TicketState::kBlocked && ticket.links->waits_for.empty()) {
      Unblock(context, index);
    }
  }
}

}  // namespace tandem::router
