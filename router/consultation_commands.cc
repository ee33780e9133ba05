// An owner asks for somebody of a queue to consult. The request is a ticket of its own, so that it
// waits, is offered and is found again after a restart as any other; who accepts it takes part in
// the ticket that it is about.
#include <algorithm>
#include <utility>

#include "router/commands.h"
#include "router/open_hours.h"

namespace tandem::router {
namespace {

// Everybody who would be told of it, and can't be asked again.
std::vector<std::string> WhoCannotConsult(const Workspace& workspace, const Ticket& ticket) {
  std::vector<std::string> excluded = ticket.excluded_agents;
  excluded.push_back(workspace.AgentName(ticket.agent));
  if (ticket.participants != nullptr) {
    for (const Participant& participant : ticket.participants->all) {
      if (participant.role == AssignmentRole::kMonitor) continue;
      excluded.push_back(workspace.AgentName(participant.agent));
    }
  }
  std::sort(excluded.begin(), excluded.end());
  excluded.erase(std::unique(excluded.begin(), excluded.end()), excluded.end());
  return excluded;
}

NewContact ContactOf(const Workspace& workspace, const Ticket& ticket,
                     const ConsultQueue& command) {
  NewContact contact;
  contact.channel = workspace.channel_ids.Name(ticket.channel);
  contact.client = workspace.client_ids.Name(ticket.client);
  contact.process_type = workspace.process_type_ids.Name(ticket.process_type);
  contact.queue = command.queue;
  contact.priority = ticket.priority;
  contact.direction = Direction::kInternal;
  contact.initiated_by = Party::kAgent;
  contact.excluded_agents = WhoCannotConsult(workspace, ticket);
  if (ticket.trace_parent != nullptr) contact.trace_parent = *ticket.trace_parent;
  PlanStep& end = contact.plan.emplace().emplace_back();
  end.after = command.time_limit.us > 0 ? command.time_limit : kConsultationLimit;
  end.expire = PlanExpiry{kNobodyCame};
  return contact;
}

// The owner chose: neither skills nor languages are asked. And the customer is there.
void MakeRequest(const Context& context, const Ticket& ticket, NewTicket& request) {
  const Workspace& workspace = context.workspace;
  request.row.consults = ticket.id;
  request.row.requirement = {};
  request.row.language = ticket.language;
  if (request.row.answer_target.us == 0) request.row.answer_target = kConsultationTarget;
  request.target = AfterIn(workspace, request.queue, context.now, request.row.answer_target);
  request.key = KeyIn(*workspace.queue(request.queue).configured, context.now, request.target,
                      request.priority);
}

// Whether somebody of the queue can be asked for now. Both queues are LIVE, so that who accepts
// needs as much room as the request had.
std::optional<Rejection> CheckAsked(const Workspace& workspace, const Ticket& ticket,
                                    const NewTicket& request) {
  const Queue& queue = *workspace.queue(request.queue).configured;
  for (const Queue* of : {&queue, workspace.queue(ticket.queue).configured}) {
    if (of->urgency == Urgency::kLive) continue;
    return Refuse(Reason::kQueueNotLive,
                  "expected queues of LIVE work, but the work of '" + of->id + "' is DEFERRABLE",
                  {{"queue", of->id}});
  }
  // Of call-backs alone: nobody of a closed queue calls.
  if (request.not_before.IsSet()) {
    return Refuse(Reason::kQueueClosed, "expected an open queue, but '" + queue.id + "' is closed",
                  {{"queue", queue.id}});
  }
  return std::nullopt;
}

}  // namespace

Rejection RefuseConsultation() {
  return Refuse(Reason::kTicketIsConsultation,
                "expected a ticket that an agent may own, but it asks for somebody to consult");
}

std::optional<Rejection> CheckNoneAsked(const Workspace& workspace, const Ticket& ticket) {
  const TicketIndex open = Workspace::ConsultationOf(ticket);
  if (!open.IsSet()) return std::nullopt;
  const Ticket& request = workspace.ticket(open);
  return Refuse(Reason::kConsultationOpen,
                "expected a ticket for which no queue is asked, but queue '" +
                    workspace.queue_ids.Name(request.queue) + "' is",
                {{"ticket_id", ToString(request.id)}});
}

Outcome Decide(Context& context, const ConsultQueue& command) {
  const Workspace& workspace = context.workspace;
  const auto owned = FindOwned(workspace, command.session, command.ticket);
  if (const auto* rejection = std::get_if<Rejection>(&owned)) return *rejection;
  const TicketIndex index = std::get<TicketIndex>(owned);
  const Ticket& ticket = workspace.ticket(index);
  if (auto rejection = CheckRoomForOne(ticket)) return *std::move(rejection);
  if (auto rejection = CheckNoneAsked(workspace, ticket)) return *std::move(rejection);
  auto made = NewTicketOf(context, ContactOf(workspace, ticket, command), command.new_ticket,
                          command.new_contact);
  if (auto* rejection = std::get_if<Rejection>(&made)) return std::move(*rejection);
  NewTicket& request = std::get<NewTicket>(made);
  if (auto rejection = CheckAsked(workspace, ticket, request)) return *std::move(rejection);
  MakeRequest(context, ticket, request);
  context.apply.ConsultationRequested(index, std::move(request));
  return Reply(ConsultationRequested{command.new_ticket});
}

Outcome Decide(Context& context, const CancelConsultation& command) {
  const Workspace& workspace = context.workspace;
  const auto owned = FindOwned(workspace, command.session, command.ticket);
  if (const auto* rejection = std::get_if<Rejection>(&owned)) return *rejection;
  const TicketIndex request =
      Workspace::ConsultationOf(workspace.ticket(std::get<TicketIndex>(owned)));
  if (!request.IsSet()) {
    return Refuse(Reason::kNoConsultation,
                  "expected a ticket for which a queue is asked, but none is");
  }
  if (workspace.ticket(request).state == TicketState::kOffered) {
    context.apply.OffersRescinded(request, "CANCELED");
  }
  context.apply.TicketCanceled(request, "");
  return Reply(Done{});
}

}  // namespace tandem::router
