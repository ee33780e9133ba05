// The events of a ticket's life.
#include <algorithm>
#include <utility>

#include "router/applier.h"
#include "router/applier_change_agent.h"
#include "router/invariant.h"
#include "router/snapshot.h"

namespace tandem::router {
namespace {

std::string Joined(const std::vector<std::string>& ids) {
  std::string text;
  for (const std::string& id : ids) text += (text.empty() ? "" : ",") + id;
  return text;
}

// What the event of its coming tells: rules, the closed queue that it would have entered, its
// parent.
std::string Origins(const Workspace& workspace, const NewTicket& created) {
  std::vector<std::string> origins = created.row.rules;
  if (created.instead_of.IsSet()) {
    origins.push_back("QUEUE_CLOSED:" + workspace.queue_ids.Name(created.instead_of));
  }
  if (created.row.parent.IsSet()) origins.push_back("PARENT:" + ToString(created.row.parent));
  return Joined(origins);
}

}  // namespace

// --- coming, going ---

TicketIndex Applier::TicketCreated(NewTicket&& created) {
  const TicketIndex index = AddTicket(created);
  Ticket& ticket = TicketAt(index);
  const bool enters = !created.not_before.IsSet() && created.waits_for.empty();
  if (enters) ticket.visit_entered_at = now_;
  EventRow& event = RecordTicket(EventType::kTicketCreated, ticket);
  event.contact = created.row.contact;
  event.until = ticket.target;
  event.reason = Origins(workspace_, created);
  AddContact(std::move(created.contact), event.sequence);
  NoteChild(index, created.row.contact);
  changes_.tickets.push_back(std::move(created.row));
  if (enters) {
    EnterQueue(index, EntryReason::kCreated);
  } else if (!created.waits_for.empty()) {
    Block(index, created);
  } else {
    ticket.visit_number = 0;
    ticket.queued_at = Time{};
    TicketRescheduled(index, created.not_before, created.target);
  }
  return index;
}

// It was in no queue: its visits are counted from the first one that it enters.
TicketIndex Applier::AgentContactStarted(NewTicket&& created, AgentIndex agent) {
  const TicketIndex index = AddTicket(created);
  Ticket& ticket = TicketAt(index);
  ticket.visit_number = 0;
  CloseInterval(agent, now_);
  BeginSegment(ticket, agent);
  // Media is reported under it, as under an offer that was accepted.
  ticket.offer_number = 1;
  ChangeAgent(agent, [&](AgentState& state) {
    Hold(agent, index);
    state.idle_since = now_;
  });
  ForgiveMisses(agent);
  EventRow& event = RecordTicket(EventType::kAgentContactStarted, ticket);
  event.contact = created.row.contact;
  event.offer_number = ticket.offer_number;
  event.reason = Origins(workspace_, created);
  AddContact(std::move(created.contact), event.sequence);
  NoteChild(index, created.row.contact);
  changes_.tickets.push_back(std::move(created.row));
  BeginHandling(index);
  NotifyWork(index, agent, false);
  NoteRearranged(agent);
  return index;
}

void Applier::AgentContactUnanswered(TicketIndex index, const char* reason) {
  EventRow& event = RecordTicket(EventType::kAgentContactUnanswered, TicketAt(index));
  event.offer_number = TicketAt(index).offer_number;
  event.reason = reason;
}

TicketIndex Applier::NewPlace() {
  if (workspace_.free_tickets.empty()) {
    workspace_.tickets.emplace_back();
    return TicketIndex{static_cast<uint32_t>(workspace_.tickets.size() - 1)};
  }
  const TicketIndex index = workspace_.free_tickets.back();
  workspace_.free_tickets.pop_back();
  return index;
}

// A new ticket in its indexes. Its event is the next one to be recorded.
TicketIndex Applier::AddTicket(NewTicket& created) {
  const TicketIndex index = NewPlace();
  TicketRow& row = created.row;
  row.arrival = static_cast<uint64_t>(workspace_.last_event) + 1;
  Ticket& ticket = TicketAt(index);
  AdoptTicket(index, row, created.queue);
  ticket.priority = static_cast<uint16_t>(created.priority);
  ticket.queued_at = now_;
  ticket.reply_by = created.reply_by;
  ticket.target = created.target;
  ticket.key = created.key;
  if (created.not_after.IsSet()) CallbackOf(ticket).not_after = created.not_after;
  row.unroutable = ticket.unroutable = !IsRoutable(ticket);
  if (created.draw) SettleDraw(*std::move(created.draw));
  return index;
}

// The rule's row has its credits, so that shares are met over a restart, too.
void Applier::SettleDraw(QueueDraw&& draw) {
  ClassificationRule& rule = workspace_.configuration.classification_rules[draw.rule];
  TANDEM_INVARIANT(draw.credits.size() == rule.queues.size(),
                   "each queue of a rule has credits: " + rule.id);
  rule.credits = std::move(draw.credits);
  rule.drawn = workspace_.rules_drawn = true;
}

// Whether any configured agent could ever take it, now or when every step of its plan was taken up
// to one of them.
bool Applier::IsRoutable(Ticket& ticket) {
  const auto now = [&] {
    return workspace_.matching.IsRoutable(workspace_, ticket.ticket_class, ticket.group);
  };
  if (now()) return true;
  if (!ticket.plan.IsSet()) return false;
  const TicketPlan& plan = workspace_.plans[ticket.plan];
  const QueueIndex queue = ticket.queue;
  Requirement asked = plan.base;
  bool routable = false;
  for (const PlanStep& step : plan.steps) {
    const QueueIndex to = OverflowQueueOf(workspace_, ticket, step);
    if (!to.IsSet() || (!ChangesRequirement(step) && to == ticket.queue)) continue;
    asked = AskedOnceTaken(step, std::move(asked));
    ticket.queue = to;
    ChangeClass(ticket, asked);
    routable = now();
    if (routable) break;
  }
  ticket.queue = queue;
  ChangeClass(ticket, plan.base);
  return routable;
}

// A contact, and the message that it is.
void Applier::AddContact(ContactRow&& contact, int64_t sequence) {
  MessageRow message;
  message.workspace = contact.workspace;
  message.ticket = contact.ticket;
  message.sequence = sequence;
  message.contact = contact.contact;
  message.direction = contact.content.direction;
  message.author = contact.content.initiated_by;
  message.at = contact.received_at;
  changes_.messages.push_back(std::move(message));
  changes_.contacts.push_back(std::move(contact));
}

// The part of a ticket that never changes, and its place in the indexes: for new tickets and loaded
// ones.
void Applier::AdoptTicket(TicketIndex index, const TicketRow& row, QueueIndex queue) {
  Ticket& ticket = TicketAt(index);
  ticket.id = row.ticket;
  ticket.arrival = row.arrival;
  ticket.in_use = true;
  ticket.channel = ticket.came_over = workspace_.channel_ids.Find(row.channel);
  ticket.client = workspace_.client_ids.Find(row.client);
  ticket.process_type = workspace_.process_type_ids.Find(row.process_type);
  ticket.language = row.language;
  ticket.entry_point = row.entry_point;
  ticket.conversation_key = row.conversation_key;
  ticket.excluded_agents = row.excluded_agents;
  FollowRules(ticket, row.rules);
  if (!row.trace_parent.empty()) {
    ticket.trace_parent = std::make_unique<std::string>(row.trace_parent);
  }
  ticket.created_at = row.created_at;
  ticket.due_at = row.due_at;
  ticket.answer_target = row.answer_target;
  ticket.expected_handling_time = row.expected_handling_time;
  ticket.wrap_up_limit = row.wrap_up_limit;
  ticket.unroutable = row.unroutable;
  ticket.queue = queue;
  if (row.consults.IsSet()) ParticipantsOf(ticket).consults = row.consults;
  if (row.parent.IsSet()) {
    LinksOf(ticket).parent = row.parent;
    ++workspace_.open_children[row.parent];
  }
  if (row.reviews.IsSet()) ReviewingOf(ticket).reviews = row.reviews;
  ticket.plan = workspace_.plans.Add(row.requirement, row.plan);
  JoinClass(ticket, row.requirement);
  ++workspace_.queues[queue.value].open;
  ++workspace_.channels[ticket.channel.value].open;
  ++workspace_.clients[ticket.client.value].open;
  ++workspace_.open_of_process_type[ticket.process_type.value];
  ++workspace_.open_tickets;
  ++open_tickets_;
  workspace_.ticket_by_id.emplace(ticket.id, index);
  const std::string conversation =
      ConversationKey(row.client, row.channel, row.entry_point, row.conversation_key);
  if (!conversation.empty()) JoinConversation(conversation, index);
}

void Applier::ContactJoined(TicketIndex index, ContactRow&& contact) {
  Ticket& ticket = TicketAt(index);
  ++ticket.contact_count;
  MarkDirty(index);
  EventRow& event = RecordTicket(EventType::kContactJoined, ticket);
  event.agent.clear();
  event.contact = contact.contact;
  AddContact(std::move(contact), event.sequence);
  if (IsOwned(ticket)) NotifyWork(index, ticket.agent, false);
}

void Applier::TicketResumed(TicketIndex index) {
  Ticket& ticket = TicketAt(index);
  ticket.state = TicketState::kActive;
  ticket.until = Time{};
  ticket.finished_at = Time{};
  SetTimer(index);
  FollowAbsence(ticket.agent);
  MarkDirty(index);
  RecordTicket(EventType::kTicketResumed, ticket);
  NotifyWork(index, ticket.agent, false);
}

void Applier::TicketTransferred(TicketIndex index, const Transfer& transfer) {
  Ticket& ticket = TicketAt(index);
  const size_t first = changes_.events.size();
  EventRow& event = RecordTicket(EventType::kTicketTransferred, ticket);
  event.reason = workspace_.queue_ids.Name(ticket.queue);
  event.until = transfer.target;
  if (transfer.keep_for.IsSet()) {
    EventRow& kept = RecordTicket(EventType::kTicketKept, ticket);
    kept.agent = workspace_.AgentName(transfer.keep_for);
    kept.until = transfer.kept_until;
  }
  if (ticket.state == TicketState::kQueued) {
    LeaveQueue(index);
    UncountWaiting(ticket);
  } else {
    LeaveAgent(index, SegmentOutcome::kTransferred, "", true);
  }
  EndVisit(ticket, ExitReason::kTransferred);
  // The plan begins anew there.
  Requirement requirement = AskedAnew(workspace_, ticket);
  RestartPlan(ticket);
  ForgetLastAgent(ticket);
  ticket.queued_at = transfer.queued_at;
  ticket.target = transfer.target;
  ticket.key = transfer.key;
  ChangeQueue(ticket, transfer.queue, requirement);
  TellNewQueue(ticket, first);
  if (transfer.keep_for.IsSet()) KeepFor(ticket, transfer.keep_for, transfer.kept_until);
  EnterQueue(index, EntryReason::kTransferred);
}

// An event tells the queue in which its ticket is after it.
void Applier::TellNewQueue(const Ticket& ticket, size_t first) {
  for (size_t i = first; i < changes_.events.size(); ++i) {
    EventRow& event = changes_.events[i];
    if (event.ticket == ticket.id) event.queue = workspace_.queue_ids.Name(ticket.queue);
  }
}

void Applier::TicketCanceled(TicketIndex index, const std::string& reason) {
  CloseUnfinished(index, EventType::kTicketCanceled, TicketState::kCanceled, reason);
}

void Applier::TicketAbandoned(TicketIndex index) {
  CloseUnfinished(index, EventType::kTicketAbandoned, TicketState::kAbandoned, "");
}

void Applier::TicketExpired(TicketIndex index, const std::string& reason) {
  CloseUnfinished(index, EventType::kTicketExpired, TicketState::kExpired, reason);
}

void Applier::CloseUnfinished(TicketIndex index, EventType type, TicketState state,
                              const std::string& reason) {
  Ticket& ticket = TicketAt(index);
  if (ticket.state == TicketState::kInReview) EndReview(index);
  const bool canceled = state == TicketState::kCanceled;
  const bool expired = state == TicketState::kExpired;
  EventRow& event = RecordTicket(type, ticket);
  event.agent.clear();
  event.reason = reason;
  if (ticket.state == TicketState::kQueued) {
    LeaveQueue(index);
    UncountWaiting(ticket);
  } else if (!IsSetAside(ticket.state)) {
    LeaveAgent(index, canceled ? SegmentOutcome::kCanceled : SegmentOutcome::kAbandoned, "", true);
  }
  EndVisit(ticket, canceled  ? ExitReason::kCanceled
                   : expired ? ExitReason::kExpired
                             : ExitReason::kAbandoned);
  if (Workspace::IsConsultation(ticket)) CloseRequest(ticket, state);
  if (Workspace::IsReview(ticket)) CloseReview(ticket, {}, ToString(state));
  Close(index, state);
}

// That is the same for all tickets of a class that name and exclude nobody, but for those that were
// handed off, which are for people.
void Applier::AskAsStep(Ticket& ticket, uint32_t at) {
  Matching& matching = workspace_.matching;
  const TicketPlan& plan = workspace_.plans[ticket.plan];
  const PlanStep& step = plan.steps[at];
  const Matching::ClassStep taken{ticket.ticket_class, at, plan.number};
  const bool alike = ticket.group == 0 && HandOffOf(ticket) == nullptr;
  const ClassIndex known = alike ? matching.AddToClassAfter(taken) : ClassIndex{};
  if (known.IsSet()) {
    matching.RemoveFromClass(ticket.ticket_class, ticket.group);
    ticket.ticket_class = known;
    return;
  }
  std::optional<Requirement> relaxed;
  if (!step.requirement) relaxed = Relaxed(RequirementOf(workspace_, ticket), *step.relax);
  ForgetLastAgent(ticket);
  ChangeClass(ticket, relaxed ? *relaxed : *step.requirement);
  if (alike && ticket.group == 0) matching.KeepStep(taken, ticket.ticket_class);
}

void Applier::PlanStepTaken(TicketIndex index, uint32_t priority, Time key) {
  Ticket& ticket = TicketAt(index);
  const uint32_t at = ticket.plan_step++;
  // An offer that is out stays out.
  LiftFromLine(index);
  if (ChangesRequirement(workspace_.plans[ticket.plan].steps[at])) AskAsStep(ticket, at);
  ticket.priority = static_cast<uint16_t>(priority);
  ticket.key = key;
  PutBackInLine(index);
  SetTimer(index);
  MarkDirty(index);
  EventRow& event = RecordTicket(EventType::kPlanStepTaken, ticket);
  event.agent.clear();
  event.number = ticket.plan_step;
}

void Applier::PlanStepSkipped(TicketIndex index, const char* reason) {
  Ticket& ticket = TicketAt(index);
  ticket.plan_skipped |= 1U << ticket.plan_step++;
  SetTimer(index);
  MarkDirty(index);
  EventRow& event = RecordTicket(EventType::kPlanStepSkipped, ticket);
  event.agent.clear();
  event.number = ticket.plan_step;
  event.reason = reason;
}

// Its age and its target stay, and the plan's clock goes on. It is kept for nobody there.
void Applier::TicketOverflowed(TicketIndex index, QueueIndex queue, Time key, const char* why) {
  Ticket& ticket = TicketAt(index);
  EventRow& event = RecordTicket(EventType::kTicketOverflowed, ticket);
  event.reason = why + workspace_.queue_ids.Name(ticket.queue);
  event.queue = workspace_.queue_ids.Name(queue);
  event.until = ticket.target;
  LeaveQueue(index);
  UncountWaiting(ticket);
  EndVisit(ticket, ExitReason::kOverflowed);
  Requirement requirement = RequirementOf(workspace_, ticket);
  ForgetLastAgent(ticket);
  ticket.key = key;
  ChangeQueue(ticket, queue, requirement);
  EnterQueue(index, EntryReason::kOverflowed);
}

// --- work ---

void Applier::BeginHandling(TicketIndex index) {
  Ticket& ticket = TicketAt(index);
  StopPlanClock(ticket);
  PassLastAgent(ticket);
  ticket.accepted_at = now_;
  if (workspace_.channel_of(ticket).has_media) {
    ticket.state = TicketState::kConnecting;
    ticket.until = now_ + QueueOf(ticket).connect_timeout;
    EventRow& event = RecordTicket(EventType::kMediaConnecting, ticket);
    event.offer_number = ticket.offer_number;
    event.until = ticket.until;
  } else {
    ticket.state = TicketState::kActive;
    ticket.until = Time{};
    Answer(ticket, now_);
  }
  SetTimer(index);
  FollowAbsence(ticket.agent);
  MarkDirty(index);
}

void Applier::TicketClaimed(TicketIndex index, AgentIndex agent, bool picked) {
  Ticket& ticket = TicketAt(index);
  LeaveQueue(index);
  CountPick(ticket);
  UncountWaiting(ticket);
  StopPlanClock(ticket);
  PassLastAgent(ticket);
  CloseInterval(agent, now_);
  BeginSegment(ticket, agent);
  ticket.accepted_at = now_;
  ticket.state = TicketState::kAssigned;
  ticket.leased = true;
  ticket.until = now_ + QueueOf(ticket).lease_duration;
  SetTimer(index);
  MarkDirty(index);
  ChangeAgent(agent, [&](AgentState& state) {
    Hold(agent, index);
    state.idle_since = now_;
  });
  ForgiveMisses(agent);
  EventRow& event = RecordTicket(EventType::kTicketClaimed, ticket);
  event.until = ticket.until;
  if (picked) event.reason = "PICKED";
  NotifyWork(index, agent, false);
  NoteRearranged(agent);
}

void Applier::LeaseExtended(TicketIndex index) {
  Ticket& ticket = TicketAt(index);
  ticket.until = now_ + QueueOf(ticket).lease_duration;
  SetTimer(index);
  MarkDirty(index);
  RecordTicket(EventType::kLeaseExtended, ticket).until = ticket.until;
  NotifyWork(index, ticket.agent, false);
}

void Applier::LeaseExpired(TicketIndex index) {
  RecordTicket(EventType::kLeaseExpired, TicketAt(index));
  LeaveAgent(index, SegmentOutcome::kLeaseExpired, "", true);
  EnterQueue(index, EntryReason::kLeaseExpired);
}

void Applier::TicketStarted(TicketIndex index) {
  Ticket& ticket = TicketAt(index);
  ticket.state = TicketState::kActive;
  RecordTicket(EventType::kTicketStarted, ticket);
  Answer(ticket, now_);
  MarkDirty(index);
  NotifyWork(index, ticket.agent, false);
}

void Applier::TicketFinished(TicketIndex index) {
  Ticket& ticket = TicketAt(index);
  ticket.state = TicketState::kWrapUp;
  ticket.silent_until = Time{};
  ticket.finished_at = now_;
  ticket.until = now_ + ticket.wrap_up_limit;
  SetTimer(index);
  FollowAbsence(ticket.agent);
  MarkDirty(index);
  RecordTicket(EventType::kTicketFinished, ticket).until = ticket.until;
  if (ticket.participants != nullptr) EndParticipants(index, "FINISHED");
  NotifyWork(index, ticket.agent, false);
}

void Applier::TicketReleased(TicketIndex index) {
  Ticket& ticket = TicketAt(index);
  RecordTicket(EventType::kTicketReleased, ticket).until = now_ + workspace_.cool_down;
  AddCoolDown(index, ticket.agent, workspace_.cool_down);
  LeaveAgent(index, SegmentOutcome::kReleased, "", true);
  EnterQueue(index, EntryReason::kReleased);
}

void Applier::TicketCompleted(TicketIndex index, const std::string& disposition) {
  Ticket& ticket = TicketAt(index);
  const std::string& how = disposition.empty() ? std::string(kDispositionNotSet) : disposition;
  RecordTicket(EventType::kTicketCompleted, ticket).reason = how;
  if (!ticket.finished_at.IsSet()) ticket.finished_at = now_;
  LeaveAgent(index, SegmentOutcome::kCompleted, how, true);
  if (Workspace::IsReview(ticket)) {
    CloseReview(ticket, ticket.agent, ToString(TicketState::kCompleted));
  }
  Close(index, TicketState::kCompleted);
  changes_.ticket_states.back().disposition = how;
}

// --- media ---

void Applier::MediaConnected(TicketIndex index, Time occurred_at) {
  Ticket& ticket = TicketAt(index);
  ticket.state = TicketState::kActive;
  ticket.until = Time{};
  RecordTicket(EventType::kMediaConnected, ticket).offer_number = ticket.offer_number;
  Answer(ticket, Occurred(ticket, occurred_at));
  SetTimer(index);
  MarkDirty(index);
  NotifyWork(index, ticket.agent, false);
}

void Applier::MediaConnectFailed(TicketIndex index, const char* reason) {
  EventRow& event = RecordTicket(EventType::kMediaConnectFailed, TicketAt(index));
  event.offer_number = TicketAt(index).offer_number;
  event.reason = reason;
  LeaveAgent(index, SegmentOutcome::kConnectFailed, "", false);
  EnterQueue(index, EntryReason::kCreated);
}

void Applier::MediaHeld(TicketIndex index, Time occurred_at) {
  Ticket& ticket = TicketAt(index);
  ticket.held_since = Occurred(ticket, occurred_at);
  MarkDirty(index);
  RecordTicket(EventType::kMediaHeld, ticket);
}

void Applier::MediaRetrieved(TicketIndex index, Time occurred_at) {
  Ticket& ticket = TicketAt(index);
  RetrieveFromHold(ticket, Occurred(ticket, occurred_at));
  MarkDirty(index);
  RecordTicket(EventType::kMediaRetrieved, ticket);
}

void Applier::MediaDisconnected(TicketIndex index, Time occurred_at, Party by) {
  Ticket& ticket = TicketAt(index);
  ticket.disconnected_at = Occurred(ticket, occurred_at);
  ticket.disconnected_by = by;
  RetrieveFromHold(ticket, ticket.disconnected_at);
  MarkDirty(index);
  RecordTicket(EventType::kMediaDisconnected, ticket).reason = ToString(by);
}

}  // namespace tandem::router
