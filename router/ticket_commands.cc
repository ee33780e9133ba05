#include <algorithm>
#include <utility>

#include "router/check.h"
#include "router/commands.h"
#include "router/contact_defaults.h"
#include "router/invariant.h"
#include "router/open_hours.h"
#include "router/placement.h"
#include "router/resources.h"
#include "router/snapshot.h"

namespace tandem::router {
namespace {

// Of a contact's own plan. One that is configured may name queues of other clients, too: such a
// step is skipped.
std::optional<Rejection> CheckOwnPlan(const Workspace& workspace, const Plan& plan,
                                      ClientIndex client) {
  if (auto rejection = CheckAsked(workspace, plan)) return rejection;
  for (const PlanStep& step : plan) {
    if (step.queue.empty()) continue;
    const QueueIndex queue = workspace.queue_ids.Find(step.queue);
    if (auto rejection = CheckQueue(workspace, queue, step.queue, client)) return rejection;
  }
  return std::nullopt;
}

// Nobody says it. `others`: who might.
Rejection Missing(const char* field, const char* what, const char* others) {
  Rejection rejection = Refuse(Reason::kFieldRequired, std::string("expected ") + what + ", or " +
                                                           others + ", but there is neither");
  rejection.violations.push_back({field, rejection.message});
  return rejection;
}

std::optional<Rejection> CheckReferences(const Workspace& workspace, const NewContact& contact,
                                         const Classification& classification) {
  const ChannelIndex channel = workspace.channel_ids.Find(contact.channel);
  if (!channel.IsSet() || workspace.channels[channel.value].configured == nullptr) {
    return RefuseUnknown(Reason::kChannelUnknown, "channel", contact.channel);
  }
  if (contact.client.empty()) {
    return Missing("contact.client", "a client", "an entry point that has one");
  }
  const ClientIndex client = workspace.client_ids.Find(contact.client);
  if (!client.IsSet() || !workspace.clients[client.value].configured) {
    return RefuseUnknown(Reason::kClientUnknown, "client", contact.client);
  }
  if (contact.process_type.empty()) {
    return Missing("contact.process_type", "a process type",
                   "an entry point or a classification rule that has one");
  }
  const ProcessTypeIndex type = workspace.process_type_ids.Find(contact.process_type);
  if (!type.IsSet() || workspace.process_types[type.value] == nullptr) {
    return RefuseUnknown(Reason::kProcessTypeUnknown, "process type", contact.process_type);
  }
  if (auto rejection = CheckAsked(workspace, contact.requirement)) return rejection;
  if (!contact.plan || classification.plan) return std::nullopt;
  return CheckOwnPlan(workspace, *contact.plan, client);
}

// The fresh ids of what a command makes.
struct NewIds {
  TicketId ticket;
  ContactId contact;
};

std::optional<Rejection> CheckOpenTickets(const Context& context, size_t more = 0) {
  if (context.open_tickets + more < context.options.max_open_tickets) return std::nullopt;
  return Refuse(Reason::kTooManyOpenTickets,
                "expected fewer than " + std::to_string(context.options.max_open_tickets) +
                    " open tickets, but there are " + std::to_string(context.open_tickets + more));
}

ContactRow ContactRowOf(const Workspace& workspace, NewContact&& contact, NewIds ids, Time now) {
  ContactRow row;
  row.workspace = workspace.id;
  row.contact = ids.contact;
  row.ticket = ids.ticket;
  row.received_at = contact.received_at.IsSet() ? contact.received_at : now;
  row.queued_at = now;
  row.content = std::move(contact);
  return row;
}

// `hours_of`: the queue whose hours say when it is due.
TicketRow TicketRowOf(const Context& context, const NewContact& contact, NewIds ids,
                      const Placement& placement, QueueIndex hours_of, Time enters_at) {
  const Workspace& workspace = context.workspace;
  const ProcessTypeDefaults& defaults = placement.defaults;
  const Queue& queue = *workspace.queue(placement.queue).configured;
  TicketRow row;
  row.workspace = workspace.id;
  row.ticket = ids.ticket;
  row.contact = ids.contact;
  row.channel = contact.channel;
  row.client = contact.client;
  row.process_type = contact.process_type;
  row.language = contact.language;
  row.requirement = WithOwn(contact.requirement, contact.language, defaults);
  row.plan = PlanOf(contact, defaults, queue);
  row.excluded_agents = contact.excluded_agents;
  row.entry_point = contact.entry_point;
  row.external_id = contact.external_id;
  row.conversation_key = contact.conversation_key;
  row.customer_id = contact.customer_id;
  row.customer_segment = contact.customer_segment;
  row.trace_parent = contact.trace_parent;
  row.parent = contact.parent;
  row.created_at = context.now;
  // What the contact says of the other office counts when the ticket is transferred there.
  row.due_at = contact.due_at;
  row.answer_target = contact.answer_target;
  if (queue.office == Office::kBack) {
    if (!row.due_at.IsSet()) {
      row.due_at = AfterIn(workspace, hours_of, enters_at, defaults.due_after);
    }
  } else if (row.answer_target.us == 0) {
    row.answer_target = defaults.answer_target;
  }
  row.expected_handling_time = defaults.expected_handling_time;
  row.wrap_up_limit = *defaults.wrap_up_limit;
  return row;
}

Time TargetOf(const Workspace& workspace, QueueIndex queue, Time queued_at, Duration answer_target,
              Time due_at, Duration expected_handling_time) {
  const bool front = workspace.queue(queue).configured->office == Office::kFront;
  return front ? AfterIn(workspace, queue, queued_at, answer_target)
               : BeforeIn(workspace, queue, due_at, expected_handling_time);
}

// The ticket enters its queue at `enters_at`, now or later.
NewTicket NewTicketOf(const Context& context, NewContact&& contact, NewIds ids,
                      Classification&& classification, const Placement& placement, Time enters_at) {
  const Queue& queue = *context.workspace.queue(placement.queue).configured;
  const QueueIndex hours_of = QueueOfTarget(context, placement.queue, enters_at);
  NewTicket created;
  created.row = TicketRowOf(context, contact, ids, placement, hours_of, enters_at);
  created.row.rules = std::move(classification.rules);
  created.draw = std::move(classification.draw);
  created.queue = placement.queue;
  created.instead_of = placement.instead_of;
  created.priority = *contact.priority;
  if (IsOfCustomer(contact.direction, contact.initiated_by)) {
    const Time received_at = contact.received_at.IsSet() ? contact.received_at : context.now;
    created.reply_by = ReplyBy(context.workspace, contact.channel, received_at);
  }
  created.target = TargetOf(context.workspace, hours_of, enters_at, created.row.answer_target,
                            created.row.due_at, created.row.expected_handling_time);
  created.target = CappedTarget(created.target, created.reply_by, enters_at);
  for (const TicketId& id : contact.blocked_by) {
    created.waits_for.push_back(context.workspace.FindTicket(id));
  }
  // That it is due counts from when it enters its queue.
  if (placement.blocked) created.row.due_at = contact.due_at;
  if (enters_at > context.now) {
    created.not_before = enters_at;
    if (created.row.channel == kCallbackChannel) created.target = enters_at;
  }
  created.key = KeyIn(queue, enters_at, created.target, created.priority);
  created.not_after = contact.not_after;
  created.contact = ContactRowOf(context.workspace, std::move(contact), ids, context.now);
  return created;
}

Outcome Join(Context& context, TicketIndex index, IngestContact& command) {
  const Ticket& ticket = context.workspace.ticket(index);
  const ContactIngested reply{.ticket = ticket.id,
                              .contact = command.new_contact,
                              .joined = true,
                              .unroutable = ticket.unroutable};
  const Said said = SaidBy(command.contact, context.now);
  ContactRow row = ContactRowOf(context.workspace, std::move(command.contact),
                                {ticket.id, command.new_contact}, context.now);
  row.joined = true;
  context.apply.ContactJoined(index, std::move(row));
  ResumeFromWrapUp(context, index);
  FollowMessage(context, index, said);
  return Reply(reply);
}

// Whether the agent may begin a contact by hand now, if there is room for it.
std::optional<Rejection> CheckBeginner(const Workspace& workspace, AgentIndex index,
                                       const NewContact& contact) {
  const AgentState& agent = workspace.agent(index);
  const Traits& traits = workspace.matching.TraitsOf(agent.profile);
  if (!traits.MayServe(workspace.client_ids.Find(contact.client)) ||
      !traits.MayDo(workspace.process_type_ids.Find(contact.process_type))) {
    return Refuse(Reason::kAgentNotQualified, "expected an agent with client '" + contact.client +
                                                  "' and process type '" + contact.process_type +
                                                  "', but '" + workspace.AgentName(index) +
                                                  "' lacks one of them");
  }
  return CheckMayBegin(agent);
}

std::optional<Rejection> CheckBeginnersRoom(const Workspace& workspace, AgentIndex index,
                                            const std::string& channel, QueueIndex queue) {
  const ChannelState& of = workspace.channels[workspace.channel_ids.Find(channel).value];
  const Urgency urgency = workspace.queue(queue).configured->urgency;
  if (workspace.agent(index).HasRoom(of.configured->group, urgency)) return std::nullopt;
  return RefuseBusy(channel);
}

// Keeps a ticket that goes to a queue for an agent who is there, and may take it there. One that
// names agents itself is for these.
std::optional<Rejection> KeepFor(const Context& context, const Ticket& ticket,
                                 const TransferTicket& command, Transfer& transfer) {
  const Workspace& workspace = context.workspace;
  const auto found = FindAgent(workspace, command.agent);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const AgentIndex index = std::get<AgentIndex>(found);
  const AgentState& agent = workspace.agent(index);
  const Requirement asked = AskedAnew(workspace, ticket);
  const char* why = WhyNotIn(workspace, ticket, transfer.queue, asked, index);
  if (why == nullptr && !asked.agents.empty()) why = "NAMED_AGENTS";
  if (why != nullptr) return RefuseAgent(command.agent, why);
  if (!agent.IsPresent()) {
    return Refuse(Reason::kAgentStatusForbids,
                  "expected an agent who is signed in and not DRAINING, but '" + command.agent +
                      "' is " + ToString(agent.status),
                  {{"status", ToString(agent.status)}});
  }
  const Duration usual = *workspace.queue(transfer.queue).configured->last_agent_wait;
  const Duration wait = command.wait.us > 0 ? command.wait : usual.us > 0 ? usual : kTransferWait;
  transfer.keep_for = index;
  transfer.kept_until = context.now + wait;
  return std::nullopt;
}

}  // namespace

Time CappedTarget(Time target, Time reply_by, Time entered_at) {
  return reply_by > entered_at ? std::min(target, reply_by) : target;
}

Time TargetOfVisit(const Context& context, QueueIndex index, const Ticket& ticket,
                   Time entered_at) {
  return TargetWhenDue(context, index, ticket, ticket.due_at, entered_at);
}

Time TargetWhenDue(const Context& context, QueueIndex index, const Ticket& ticket, Time due_at,
                   Time entered_at) {
  const Workspace& workspace = context.workspace;
  const Queue& queue = *workspace.queue(index).configured;
  const ProcessTypeDefaults own = OwnDefaults(queue.id, queue.urgency);
  const QueueIndex hours_of = QueueOfTarget(context, index, entered_at);
  const Time target =
      TargetOf(workspace, hours_of, entered_at,
               ticket.answer_target.us != 0 ? ticket.answer_target : own.answer_target,
               due_at.IsSet() ? due_at : AfterIn(workspace, hours_of, entered_at, own.due_after),
               ticket.expected_handling_time);
  return CappedTarget(target, ticket.reply_by, entered_at);
}

Time DueAnew(const Context& context, const Ticket& ticket, Time entered_at) {
  const Workspace& workspace = context.workspace;
  const Queue& queue = *workspace.queue(ticket.queue).configured;
  const ProcessTypeDefaults* configured =
      DefaultsFor(*workspace.process_types[ticket.process_type.value],
                  workspace.channel_ids.Name(ticket.channel));
  const Duration due_after = configured != nullptr ? configured->due_after
                                                   : OwnDefaults(queue.id, queue.urgency).due_after;
  return AfterIn(workspace, QueueOfTarget(context, ticket.queue, entered_at), entered_at,
                 due_after);
}

std::optional<Rejection> CheckReopening(const Context& context, const ClosedTicket& closed) {
  const Workspace& workspace = context.workspace;
  if (closed.rows.empty()) return RefuseState(closed.state, "COMPLETED");
  if (closed.rows.front().ticket.consults.IsSet()) return RefuseConsultation();
  if (closed.rows.front().ticket.reviews.IsSet()) return RefuseReview();
  const TicketRows& rows = closed.rows.front();
  const TicketRow& row = rows.ticket;
  const auto again = std::find_if(workspace.closed_again.rbegin(), workspace.closed_again.rend(),
                                  [&](const ClosedAgain& one) { return one.ticket == row.ticket; });
  if (again != workspace.closed_again.rend() && again->reopen_count != rows.state.reopen_count) {
    return Refuse(Reason::kTicketReopenedMeanwhile,
                  "expected ticket " + ToString(row.ticket) +
                      " as it was read, but it was reopened and closed again");
  }
  // What was configured when it was completed need not be so any more.
  NewContact contact;
  contact.channel = row.channel;
  contact.client = row.client;
  contact.process_type = row.process_type;
  contact.requirement = rows.requirement();
  if (auto rejection = CheckReferences(workspace, contact, {})) return rejection;
  const QueueIndex queue = workspace.queue_ids.Find(rows.state.queue);
  const ClientIndex client = workspace.client_ids.Find(row.client);
  if (auto rejection = CheckQueue(workspace, queue, rows.state.queue, client)) return rejection;
  const std::string key =
      ConversationKey(row.client, row.channel, row.entry_point, row.conversation_key);
  const auto open = workspace.ticket_by_conversation.find(key);
  if (!key.empty() && open != workspace.ticket_by_conversation.end()) {
    return RefuseConversation(workspace.ticket(open->second));
  }
  return CheckOpenTickets(context);
}

namespace {

// What a contact would become: its place and when it enters its queue, or why it would be refused.
struct Arrival {
  Placement placement;
  Time enters_at;
};
std::variant<Arrival, Rejection> Arrive(const Context& context, const NewContact& contact,
                                        bool blocked) {
  auto placed = Place(context.workspace, contact);
  if (auto* rejection = std::get_if<Rejection>(&placed)) return std::move(*rejection);
  Arrival arrival{std::get<Placement>(std::move(placed)),
                  std::max(contact.not_before, context.now)};
  arrival.placement.blocked = blocked;
  if (contact.channel == kCallbackChannel) {
    arrival.enters_at = CallableFrom(context.workspace, arrival.placement.queue, arrival.enters_at);
    auto rejection = CheckCallbackWindow(contact.not_after, arrival.enters_at);
    if (rejection) return *std::move(rejection);
  }
  // One that enters its queue later takes no place of those that wait now.
  if (arrival.enters_at == context.now && !blocked) {
    if (auto rejection = CheckOpen(context.workspace, arrival.placement.queue, context.now)) {
      return *std::move(rejection);
    }
    Placement& placement = arrival.placement;
    const QueueIndex to = OverflowTo(context.workspace, placement.queue);
    if (to.IsSet()) placement.instead_of = std::exchange(placement.queue, to);
    if (auto rejection = CheckRoom(context.workspace.queue(placement.queue), 0)) {
      return *std::move(rejection);
    }
  }
  if (auto rejection = CheckOpenTickets(context)) return *std::move(rejection);
  return arrival;
}

}  // namespace

std::variant<NewTicket, Rejection> NewTicketOf(const Context& context, NewContact&& contact,
                                               const TicketId& ticket, const ContactId& id) {
  auto arrived = Arrive(context, contact, /*blocked=*/false);
  if (auto* rejection = std::get_if<Rejection>(&arrived)) return std::move(*rejection);
  const Arrival& arrival = std::get<Arrival>(arrived);
  return NewTicketOf(context, std::move(contact), {ticket, id}, {}, arrival.placement,
                     arrival.enters_at);
}

std::optional<Rejection> CheckFollowUp(const Context& context, NewContact contact, bool blocked,
                                       EarlierTickets& earlier) {
  const Workspace& workspace = context.workspace;
  if (auto rejection = InheritFromParent(workspace, contact)) return rejection;
  Classification classification = FillIn(workspace, contact, nullptr, &earlier.draws);
  if (auto rejection = CheckReferences(workspace, contact, classification)) return rejection;
  if (auto rejection = CheckLinks(workspace, contact, earlier)) return rejection;
  blocked = blocked || !contact.blocked_by.empty();
  auto arrived = Arrive(context, contact, blocked);
  if (auto* rejection = std::get_if<Rejection>(&arrived)) return std::move(*rejection);
  const Arrival& arrival = std::get<Arrival>(arrived);
  const QueueIndex queue = arrival.placement.queue;
  if (arrival.enters_at == context.now && !blocked) {
    const auto before = std::count(earlier.entered.begin(), earlier.entered.end(), queue);
    auto rejection = CheckRoom(workspace.queue(queue), 0, static_cast<size_t>(before));
    if (rejection) return rejection;
    earlier.entered.push_back(queue);
  }
  if (auto rejection = CheckOpenTickets(context, earlier.tickets)) return rejection;
  ++earlier.tickets;
  earlier.waited_for.insert(earlier.waited_for.end(), contact.blocked_by.begin(),
                            contact.blocked_by.end());
  if (classification.draw) earlier.draws.push_back(*std::move(classification.draw));
  return std::nullopt;
}

NewTicket FollowUpOf(const Context& context, FollowUp&& follow_up) {
  NewContact& contact = follow_up.contact;
  const bool blocked = !follow_up.after.empty() || !contact.blocked_by.empty();
  const auto no_parent = InheritFromParent(context.workspace, contact);
  TANDEM_INVARIANT(!no_parent, "a follow-up belongs to the ticket that is completed");
  Classification classification = FillIn(context.workspace, contact);
  const auto arrived = Arrive(context, contact, blocked);
  const auto* arrival = std::get_if<Arrival>(&arrived);
  TANDEM_INVARIANT(arrival != nullptr, "a follow-up that was checked comes in");
  return NewTicketOf(context, std::move(contact), {follow_up.new_ticket, follow_up.new_contact},
                     std::move(classification), arrival->placement, arrival->enters_at);
}

NewTicket NewTicketIn(const Context& context, NewContact&& contact, const TicketId& ticket,
                      const ContactId& id) {
  const Workspace& workspace = context.workspace;
  const ProcessTypeIndex type = workspace.process_type_ids.Find(contact.process_type);
  const Placement placement =
      PlacementIn(workspace, contact, workspace.queue_ids.Find(contact.queue),
                  DefaultsFor(*workspace.process_types[type.value], contact.channel));
  return NewTicketOf(context, std::move(contact), {ticket, id}, {}, placement, context.now);
}

Outcome Decide(Context& context, IngestContact& command) {
  const Workspace& workspace = context.workspace;
  NewContact& contact = command.contact;
  if (auto rejection = InheritFromParent(workspace, contact)) return *std::move(rejection);
  Classification classification = FillIn(workspace, contact);
  if (auto rejection = CheckReferences(workspace, contact, classification)) {
    return *std::move(rejection);
  }
  const TicketIndex open = FindConversation(workspace, contact);
  if (open.IsSet()) return Join(context, open, command);
  BelongToReviewed(workspace, contact);
  if (auto rejection = CheckLinks(workspace, contact, {})) return *std::move(rejection);
  const auto arrived = Arrive(context, contact, !contact.blocked_by.empty());
  if (const auto* rejection = std::get_if<Rejection>(&arrived)) return *rejection;
  const Arrival& arrival = std::get<Arrival>(arrived);
  const NewIds ids{command.new_ticket, command.new_contact};
  NewTicket created = NewTicketOf(context, std::move(contact), ids, std::move(classification),
                                  arrival.placement, arrival.enters_at);
  created.contact.joined = false;
  const TicketIndex index = context.apply.TicketCreated(std::move(created));
  return Reply(ContactIngested{.ticket = ids.ticket,
                               .contact = ids.contact,
                               .unroutable = workspace.ticket(index).unroutable});
}

Outcome Decide(Context& context, ClassifyContact& command) {
  const Workspace& workspace = context.workspace;
  NewContact& contact = command.contact;
  ContactClassified told;
  told.refusal = InheritFromParent(workspace, contact);
  if (told.refusal) return Reply(std::move(told));
  Classification classification = FillIn(workspace, contact, &told.rules);
  told.refusal = CheckReferences(workspace, contact, classification);
  if (told.refusal) return Reply(std::move(told));
  const TicketIndex open = FindConversation(workspace, contact);
  if (open.IsSet()) {
    told.joined = workspace.ticket(open).id;
    return Reply(std::move(told));
  }
  told.refusal = CheckLinks(workspace, contact, {});
  if (told.refusal) return Reply(std::move(told));
  auto arrived = Arrive(context, contact, !contact.blocked_by.empty());
  if (auto* rejection = std::get_if<Rejection>(&arrived)) {
    told.refusal = std::move(*rejection);
    return Reply(std::move(told));
  }
  const Arrival& arrival = std::get<Arrival>(arrived);
  const NewTicket created = NewTicketOf(context, std::move(contact), {}, std::move(classification),
                                        arrival.placement, arrival.enters_at);
  told.client = created.row.client;
  told.process_type = created.row.process_type;
  told.queue = workspace.queue_ids.Name(created.queue);
  told.language = created.row.language;
  told.priority = created.priority;
  told.requirement = created.row.requirement;
  told.plan = created.row.plan;
  told.target = created.target;
  told.ticket_rules = created.row.rules;
  Foretell(workspace, created, told);
  return Reply(std::move(told));
}

Outcome Decide(Context& context, StartAgentContact& command) {
  const Workspace& workspace = context.workspace;
  const auto session = FindSession(workspace, command.session);
  if (const auto* rejection = std::get_if<Rejection>(&session)) return *rejection;
  const AgentIndex agent = std::get<AgentIndex>(session);
  if (auto rejection = InheritFromParent(workspace, command.contact)) {
    return *std::move(rejection);
  }
  Classification classification = FillIn(workspace, command.contact);
  if (auto rejection = CheckReferences(workspace, command.contact, classification)) {
    return *std::move(rejection);
  }
  if (auto rejection = CheckLinks(workspace, command.contact, {})) return *std::move(rejection);
  if (auto rejection = CheckBeginner(workspace, agent, command.contact)) {
    return *std::move(rejection);
  }
  const TicketIndex open = FindConversation(workspace, command.contact);
  if (open.IsSet()) return RefuseConversation(workspace.ticket(open));
  BelongToReviewed(workspace, command.contact);
  const auto placed = Place(workspace, command.contact);
  if (const auto* rejection = std::get_if<Rejection>(&placed)) return *rejection;
  if (auto rejection = CheckBeginnersRoom(workspace, agent, command.contact.channel,
                                          std::get<Placement>(placed).queue)) {
    return *std::move(rejection);
  }
  if (auto rejection = CheckOpenTickets(context)) return *std::move(rejection);
  const NewIds ids{command.new_ticket, command.new_contact};
  const Said said = SaidBy(command.contact, context.now);
  const TicketIndex index = context.apply.AgentContactStarted(
      NewTicketOf(context, std::move(command.contact), ids, std::move(classification),
                  std::get<Placement>(placed), context.now),
      agent);
  FollowMessage(context, index, said);
  return Reply(ContactStarted{ids.ticket, ids.contact, workspace.ticket(index).state});
}

Transfer TransferTo(const Context& context, const Ticket& ticket, QueueIndex to,
                    uint32_t priority) {
  const Workspace& workspace = context.workspace;
  const Queue& queue = *workspace.queue(to).configured;
  Transfer transfer{to, ticket.queued_at, ticket.target, Time{}};
  if (queue.office != workspace.queue(ticket.queue).configured->office) {
    transfer.queued_at = context.now;
    transfer.target = TargetOfVisit(context, to, ticket, context.now);
  }
  transfer.key = KeyIn(queue, transfer.queued_at, transfer.target, priority);
  return transfer;
}

Outcome Decide(Context& context, const TransferTicket& command) {
  const Workspace& workspace = context.workspace;
  const auto found = FindTicket(workspace, command.ticket);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const TicketIndex index = std::get<TicketIndex>(found);
  const Ticket& ticket = workspace.ticket(index);
  if (Workspace::IsConsultation(ticket)) return RefuseConsultation();
  const bool stays = command.queue.empty();
  const QueueIndex to = stays ? ticket.queue : workspace.queue_ids.Find(command.queue);
  const bool waits = ticket.state == TicketState::kQueued || ticket.state == TicketState::kOffered;
  const size_t already = waits && to == ticket.queue ? 1 : 0;
  if (!stays) {
    if (auto rejection = CheckQueue(workspace, to, command.queue, ticket.client)) {
      return *std::move(rejection);
    }
  }
  if (to != ticket.queue) {
    if (auto rejection = CheckOpen(workspace, to, context.now)) return *std::move(rejection);
  }
  if (auto rejection = CheckRoom(workspace.queue(to), already)) return *std::move(rejection);
  if (ticket.state == TicketState::kConnecting || ticket.state == TicketState::kWrapUp ||
      IsSetAside(ticket.state)) {
    return RefuseState(ticket, "QUEUED, OFFERED, ASSIGNED or ACTIVE");
  }
  Transfer transfer = TransferTo(context, ticket, to, ticket.priority);
  if (!command.agent.empty()) {
    if (auto rejection = KeepFor(context, ticket, command, transfer)) return *std::move(rejection);
  }
  if (ticket.state == TicketState::kOffered) {
    context.apply.OffersRescinded(index, "TRANSFERRED");
  }
  context.apply.TicketTransferred(index, transfer);
  return Reply(Done{});
}

}  // namespace tandem::router
