// The reference's verbs about configuration, contacts and tickets.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "tests/router/reference_router.h"

namespace tandem::router {
namespace {

template <typename Resource>
bool HasId(const std::vector<Resource>& resources, const std::string& id) {
  return std::any_of(resources.begin(), resources.end(),
                     [&](const Resource& resource) { return resource.id == id; });
}

}  // namespace

// -------------------------------------------------------------------------------------------------
// configuration

ReferenceRouter::Refusal ReferenceRouter::CheckInUse(const Configuration& next) const {
  for (const auto& [id, ticket] : workspace_->tickets) {
    if (!HasId(next.queues, ticket.queue) || !HasId(next.clients, ticket.contact.client) ||
        !HasId(next.channels, ticket.contact.channel) || !HasId(next.channels, ticket.came_over) ||
        !HasId(next.process_types, ticket.contact.process_type)) {
      return Reason::kResourceInUse;
    }
    if (!ticket.agent.empty() && !HasId(next.agents, ticket.agent)) return Reason::kResourceInUse;
  }
  for (const auto& [id, agent] : workspace_->agents) {
    if (agent.session_open && !HasId(next.agents, id)) return Reason::kResourceInUse;
  }
  return std::nullopt;
}

Outcome ReferenceRouter::Do(const ApplyConfiguration& command) {
  const int64_t revision = workspace_ == nullptr ? 0 : workspace_->revision;
  if (command.expected_revision != 0 && command.expected_revision != revision) {
    return Refuse(Reason::kRevisionStale);
  }
  if (workspace_ != nullptr) {
    if (const Refusal refusal = CheckInUse(command.configuration)) return Refuse(*refusal);
  }
  if (command.validate_only) return Reply{ConfigurationApplied{.revision = revision}};

  workspace_ = &workspaces_[workspace_id_];
  Workspace& workspace = *workspace_;
  workspace.id = workspace_id_;
  Configuration next = command.configuration;
  NumberResources(next);
  const Configuration before = std::exchange(workspace.configuration, next);
  ForgetCredits(before);
  ForgetReviewCredits(before);
  ForgetPicks(before);
  workspace.revision = revision + 1;
  AdoptAgents();
  KeepHours();
  LookAtAges(before);
  Emit(EventType::kConfigurationApplied).number = workspace.revision;
  workspace.idle.clear();
  LookAtIdle();
  for (const auto& [id, agent] : workspace.agents) {
    if (IsReady(agent)) workspace.gained.insert(id);
  }
  return Reply{ConfigurationApplied{.revision = workspace.revision}};
}

void ReferenceRouter::AdoptAgents() {
  Workspace& workspace = *workspace_;
  const std::vector<Agent>& configured = workspace.configuration.agents;
  std::erase_if(workspace.agents,
                [&](const auto& entry) { return !HasId(configured, entry.first); });
  for (std::set<std::string>* gained : {&workspace.gained, &workspace.ring_gained}) {
    std::erase_if(*gained, [&](const std::string& id) { return workspace.agents.count(id) == 0; });
  }
  for (const Agent& agent : configured) {
    if (workspace.agents.count(agent.id) != 0) continue;
    AgentState& added = workspace.agents[agent.id];
    added.id = agent.id;
    added.ordinal = workspace.next_ordinal++;
    added.status_since = now_;
  }
}

// ------------------------------------------------------------------------------------------------------
// contacts

// Of all languages whose tag the language begins with, the one with the most letters.
Cefr ReferenceRouter::LevelOf(const std::string& language) const {
  const Language* longest = nullptr;
  for (const Language& one : workspace_->configuration.languages) {
    if ((language + "-").rfind(one.tag + "-", 0) != 0) continue;
    if (longest == nullptr || one.tag.size() > longest->tag.size()) longest = &one;
  }
  return longest == nullptr ? Cefr::kNone : longest->level;
}

ReferenceRouter::Refusal ReferenceRouter::CheckReferences(const Completion& completion) const {
  const NewContact& contact = completion.contact;
  if (FindChannel(contact.channel) == nullptr) return Reason::kChannelUnknown;
  if (contact.client.empty()) return Reason::kFieldRequired;
  if (!HasId(workspace_->configuration.clients, contact.client)) return Reason::kClientUnknown;
  if (contact.process_type.empty()) return Reason::kFieldRequired;
  if (FindProcessType(contact.process_type) == nullptr) return Reason::kProcessTypeUnknown;
  if (const Refusal refusal = CheckRequirement(contact.requirement)) return refusal;
  if (completion.plan_of_rule) return std::nullopt;
  return CheckPlan(contact.plan.value_or(Plan{}), contact.client);
}

// What is not there at all comes before what takes another client.
ReferenceRouter::Refusal ReferenceRouter::CheckPlan(const Plan& plan,
                                                    const std::string& client) const {
  for (const PlanStep& step : plan) {
    if (step.requirement) {
      if (const Refusal refusal = CheckRequirement(*step.requirement)) return refusal;
    }
    for (const std::string& skill : step.relax.value_or(Relaxation{}).skills) {
      if (!HasId(workspace_->configuration.skills, skill)) return Reason::kSkillUnknown;
    }
    if (!step.queue.empty() && FindQueue(step.queue) == nullptr) return Reason::kQueueNotFound;
  }
  for (const PlanStep& step : plan) {
    const Queue* queue = FindQueue(step.queue);
    if (queue == nullptr || queue->client.empty() || queue->client == client) continue;
    return Reason::kQueueOfOtherClient;
  }
  return std::nullopt;
}

ReferenceRouter::Refusal ReferenceRouter::CheckRequirement(const Requirement& requirement) const {
  const Configuration& configuration = workspace_->configuration;
  std::vector<Predicate> asked;
  for (const Clause& clause : requirement.all_of) {
    asked.insert(asked.end(), clause.begin(), clause.end());
  }
  for (const Preference& preference : requirement.prefer) asked.push_back(preference.predicate);
  for (const Predicate& predicate : asked) {
    if (const auto* skill = std::get_if<SkillRequirement>(&predicate.kind)) {
      if (!HasId(configuration.skills, skill->skill)) return Reason::kSkillUnknown;
    } else if (const auto* type = std::get_if<ProcessTypePredicate>(&predicate.kind)) {
      if (FindProcessType(type->process_type) == nullptr) return Reason::kProcessTypeUnknown;
    } else if (const auto* site = std::get_if<SitePredicate>(&predicate.kind)) {
      if (!HasId(configuration.sites, site->site)) return Reason::kReferenceBroken;
    } else if (const auto* team = std::get_if<TeamPredicate>(&predicate.kind)) {
      if (!HasId(configuration.teams, team->team)) return Reason::kReferenceBroken;
    }
  }
  return std::nullopt;
}

bool ReferenceRouter::IsFull(const Queue& queue, TicketId except) const {
  const auto waiting =
      std::count_if(workspace_->tickets.begin(), workspace_->tickets.end(), [&](const auto& entry) {
        const TicketData& ticket = entry.second;
        return ticket.id != except && ticket.queue == queue.id &&
               (ticket.state == TicketState::kQueued || ticket.state == TicketState::kOffered);
      });
  return queue.max_waiting != 0 && waiting >= static_cast<int64_t>(queue.max_waiting);
}

ReferenceRouter::TicketData* ReferenceRouter::FindConversation(const NewContact& contact) {
  TicketData* latest = LatestOf(contact);
  return latest != nullptr && latest->state == TicketState::kInReview ? nullptr : latest;
}

ReferenceRouter::TicketData* ReferenceRouter::LatestOf(const NewContact& contact) {
  TicketData* latest = nullptr;
  for (auto& [id, ticket] : workspace_->tickets) {
    const NewContact& first = ticket.contact;
    if (!contact.conversation_key.empty() && first.conversation_key == contact.conversation_key &&
        first.client == contact.client && ticket.came_over == contact.channel &&
        first.entry_point == contact.entry_point) {
      if (latest == nullptr || latest->arrival < ticket.arrival) latest = &ticket;
    }
  }
  return latest;
}

// Requires that it joins no ticket.
void ReferenceRouter::BelongToReviewed(NewContact& contact) {
  const TicketData* reviewed = LatestOf(contact);
  if (reviewed == nullptr || CountChildren(reviewed->id) >= kMaxOpenChildren) return;
  contact.parent = reviewed->id;
}

ReferenceRouter::Refusal ReferenceRouter::FindPlace(const NewContact& contact, const Queue** queue,
                                                    ProcessTypeDefaults* defaults) const {
  const ProcessTypeDefaults* found = nullptr;
  const auto& entries = FindProcessType(contact.process_type)->defaults;
  for (const ProcessTypeDefaults& entry : entries) {
    if (entry.channel == contact.channel) found = &entry;
  }
  for (const ProcessTypeDefaults& entry : entries) {
    if (found == nullptr && entry.channel.empty()) found = &entry;
  }
  if (found == nullptr && contact.queue.empty()) return Reason::kNoQueueForContact;
  *queue = FindQueue(contact.queue.empty() ? found->queue : contact.queue);
  if (*queue == nullptr) return Reason::kQueueNotFound;
  if (!(*queue)->client.empty() && (*queue)->client != contact.client) {
    return Reason::kQueueOfOtherClient;
  }
  if (found != nullptr) {
    *defaults = *found;
    return std::nullopt;
  }
  defaults->answer_target = (*queue)->urgency == Urgency::kLive ? Seconds(20) : Hours(4);
  defaults->due_after = Hours(8);
  defaults->expected_handling_time = Minutes(5);
  defaults->wrap_up_limit = Seconds(60);
  return std::nullopt;
}

bool ReferenceRouter::TooManyOpen() const {
  size_t open_tickets = 0;
  for (const auto& [id, workspace] : workspaces_) open_tickets += workspace.tickets.size();
  return open_tickets >= options_.max_open_tickets;
}

Cefr ReferenceRouter::LevelAsked(const NewContact& contact,
                                 const ProcessTypeDefaults& defaults) const {
  const bool by_type = defaults.language_level != Cefr::kNone;
  return by_type ? defaults.language_level : LevelOf(contact.language);
}

// That, its process type's demands, and its language.
void ReferenceRouter::Ask(TicketData& ticket, const Requirement& own,
                          const ProcessTypeDefaults& defaults) const {
  const NewContact& contact = ticket.contact;
  ticket.own = own;
  ticket.requirement = defaults.requirement;
  std::vector<Clause>& clauses = ticket.requirement.all_of;
  clauses.insert(clauses.end(), own.all_of.begin(), own.all_of.end());
  std::vector<Preference>& prefer = ticket.requirement.prefer;
  prefer.insert(prefer.end(), own.prefer.begin(), own.prefer.end());
  if (!own.agents.empty()) ticket.requirement.agents = own.agents;
  if (!contact.language.empty()) {
    const Cefr level = LevelAsked(contact, defaults);
    clauses.push_back(Clause{LanguageRequirement{contact.language, level}});
  }
  std::sort(clauses.begin(), clauses.end());
  clauses.erase(std::unique(clauses.begin(), clauses.end()), clauses.end());
  std::sort(prefer.begin(), prefer.end());
  prefer.erase(std::unique(prefer.begin(), prefer.end()), prefer.end());
  if (ticket.hand_off) AskPeople(ticket.requirement);
  ticket.base = ticket.requirement;
}

Plan ReferenceRouter::PlanFor(const NewContact& contact, const ProcessTypeDefaults& defaults,
                              const Queue& queue) const {
  Plan plan = contact.plan ? *contact.plan : defaults.plan.empty() ? queue.plan : defaults.plan;
  for (PlanStep& step : plan) {
    if (!step.requirement || contact.language.empty()) continue;
    std::vector<Clause>& asked = step.requirement->all_of;
    bool names_a_language = false;
    for (const Clause& clause : asked) {
      for (const Predicate& predicate : clause) {
        if (std::get_if<LanguageRequirement>(&predicate.kind) != nullptr) names_a_language = true;
      }
    }
    if (names_a_language) continue;
    asked.push_back(Clause{LanguageRequirement{contact.language, LevelAsked(contact, defaults)}});
    std::sort(asked.begin(), asked.end());
  }
  return plan;
}

ReferenceRouter::TicketData& ReferenceRouter::AddTicket(TicketId id, const NewContact& contact,
                                                        const Queue& queue,
                                                        const ProcessTypeDefaults& defaults) {
  TicketData& ticket = workspace_->tickets[id];
  ticket.id = id;
  ticket.arrival = ++workspace_->last_arrival;
  ticket.contact = contact;
  ticket.came_over = contact.channel;
  ticket.not_after = contact.not_after;
  Ask(ticket, contact.requirement, defaults);
  ticket.plan = PlanFor(contact, defaults, queue);
  ticket.answer_target = contact.answer_target;
  ticket.due_at = contact.due_at;
  if (queue.office == Office::kFront && ticket.answer_target.us == 0) {
    ticket.answer_target = defaults.answer_target;
  }
  if (queue.office == Office::kBack && !ticket.due_at.IsSet()) {
    ticket.due_at = After(HoursQueueOf(queue, now_), now_, defaults.due_after);
  }
  ticket.handling_time = defaults.expected_handling_time;
  ticket.wrap_up_limit = defaults.wrap_up_limit.value_or(Seconds(60));
  ticket.queue = queue.id;
  ticket.queued_at = now_;
  if (contact.direction == Direction::kInbound && contact.initiated_by == Party::kCustomer) {
    NoteReplyBy(ticket, contact.received_at.IsSet() ? contact.received_at : now_);
  }
  SetTarget(ticket);
  return ticket;
}

Time ReferenceRouter::EntersAt(const NewContact& contact, const Queue& queue) const {
  const Time said = std::max(contact.not_before, now_);
  return contact.channel == "callback" ? CallableFrom(queue, said) : said;
}

// One that enters its queue later counts from then.
void ReferenceRouter::EnterLater(TicketData& ticket, Time at, const Queue& queue,
                                 const ProcessTypeDefaults& defaults) {
  if (at <= now_) return;
  if (queue.office == Office::kBack && !ticket.contact.due_at.IsSet()) {
    ticket.due_at = After(queue, at, defaults.due_after);
  }
  ticket.queued_at = at;
  SetTarget(ticket);
  if (IsCallback(ticket)) ticket.target = at;
}

std::string ReferenceRouter::Joined(const std::vector<std::string>& ids) {
  std::string text;
  for (const std::string& id : ids) text += text.empty() ? id : "," + id;
  return text;
}

void ReferenceRouter::NoteWhetherUnroutable(TicketData& ticket) {
  const auto& agents = workspace_->configuration.agents;
  const auto somebody_may_take = [&](const TicketData& one) {
    return std::any_of(agents.begin(), agents.end(), [&](const Agent& agent) {
      const auto& excluded = one.contact.excluded_agents;
      return Qualifies(agent, one) &&
             std::find(excluded.begin(), excluded.end(), agent.id) == excluded.end();
    });
  };
  ticket.unroutable = !somebody_may_take(ticket);
  TicketData later = ticket;
  for (const PlanStep& step : ticket.plan) {
    if (!step.queue.empty()) {
      const Queue* queue = FindQueue(step.queue);
      if (queue == nullptr) continue;
      if (!queue->client.empty() && queue->client != ticket.contact.client) continue;
      later.queue = step.queue;
    }
    if (step.requirement) later.requirement = *step.requirement;
    if (step.relax) Relax(later.requirement, *step.relax);
    if (somebody_may_take(later)) ticket.unroutable = false;
  }
}

ReferenceRouter::Refusal ReferenceRouter::Arrive(const NewContact& contact,
                                                 Arrival& arrival) const {
  if (const Refusal refusal = FindPlace(contact, &arrival.queue, &arrival.defaults)) {
    return refusal;
  }
  arrival.enters_at = EntersAt(contact, *arrival.queue);
  if (contact.not_after.IsSet() && arrival.enters_at >= contact.not_after) {
    return Reason::kCallbackWindowEnded;
  }
  if (arrival.enters_at <= now_ && !arrival.blocked) {
    if (Refuses(*arrival.queue)) return Reason::kQueueClosed;
    if (const Queue* to = OverflowOf(*arrival.queue)) {
      arrival.instead_of = arrival.queue->id;
      arrival.queue = to;
    }
    if (IsFull(*arrival.queue, TicketId{})) return Reason::kQueueFull;
  }
  if (TooManyOpen()) return Reason::kTooManyOpenTickets;
  return std::nullopt;
}

ReferenceRouter::TicketData& ReferenceRouter::Make(const Completion& completion,
                                                   const Arrival& arrival, TicketId id,
                                                   ContactId contact,
                                                   const std::vector<TicketId>& after) {
  const auto& [queue, defaults, instead_of, enters_at, blocked] = arrival;
  TicketData& ticket = AddTicket(id, completion.contact, *queue, defaults);
  Keep(completion, ticket);
  EnterLater(ticket, enters_at, *queue, defaults);
  ticket.waits_for = completion.contact.blocked_by;
  ticket.waits_for.insert(ticket.waits_for.end(), after.begin(), after.end());
  EventRow& event = Emit(EventType::kTicketCreated, ticket);
  event.contact = contact;
  event.until = ticket.target;
  event.reason = Origins(ticket, instead_of);
  NoteChild(ticket, contact);
  if (blocked) {
    Block(ticket, enters_at > now_ ? enters_at : Time{});
  } else if (enters_at > now_) {
    Schedule(ticket, enters_at);
  } else {
    EnterQueue(ticket);
  }
  NoteWhetherUnroutable(ticket);
  return ticket;
}

Outcome ReferenceRouter::Do(const IngestContact& command) {
  if (const Refusal refusal = CheckParent(command.contact)) return Refuse(*refusal);
  Completion completion = Completed(Inherited(command.contact));
  const NewContact& contact = completion.contact;
  if (const Refusal refusal = CheckReferences(completion)) return Refuse(*refusal);
  if (TicketData* open = FindConversation(contact)) {
    Emit(EventType::kContactJoined, *open).contact = command.new_contact;
    Resume(*open);
    Hear(*open, contact.direction, contact.initiated_by,
         contact.received_at.IsSet() ? contact.received_at : now_);
    return Reply{ContactIngested{open->id, command.new_contact, /*joined=*/true, open->unroutable}};
  }
  BelongToReviewed(completion.contact);
  if (const Refusal refusal = CheckLinks(contact)) return Refuse(*refusal);
  Arrival arrival;
  arrival.blocked = !contact.blocked_by.empty();
  if (const Refusal refusal = Arrive(contact, arrival)) return Refuse(*refusal);
  const TicketData& ticket = Make(completion, arrival, command.new_ticket, command.new_contact, {});
  return Reply{ContactIngested{ticket.id, command.new_contact, false, ticket.unroutable}};
}

// -------------------------------------------------------------------------------------------------------
// tickets

Outcome ReferenceRouter::Do(const CancelTicket& command) {
  TicketData* ticket = FindTicket(command.ticket);
  if (ticket == nullptr) return Refuse(Reason::kTicketNotFound);
  if (ticket->connected) return Refuse(Reason::kMediaConnected);
  if (ticket->state == TicketState::kOffered) Rescind(*ticket, "CANCELED");
  EndReviewOf(*ticket);
  Emit(EventType::kTicketCanceled, *ticket).reason = command.reason;
  EndParticipants(*ticket, "CANCELED");
  NoteRequestClosed(*ticket, "CANCELED");
  TicketData* reviewed = NoteReviewEnded(*ticket, "", "CANCELED");
  Close(*ticket, "CANCELED");
  if (reviewed != nullptr) SendBack(*reviewed, "CANCELED");
  return Reply{Done{}};
}

Outcome ReferenceRouter::Do(const AbandonTicket& command) {
  TicketData* ticket = FindTicket(command.ticket);
  if (ticket == nullptr) return Refuse(Reason::kTicketNotFound);
  if (ticket->state == TicketState::kActive || ticket->state == TicketState::kWrapUp) {
    return Refuse(Reason::kAlreadyAnswered);
  }
  if (IsSetAside(ticket->state)) {
    return Refuse(Reason::kTicketStateForbids);
  }
  if (ticket->by_hand) return Refuse(Reason::kTicketStateForbids);
  if (IsCallback(*ticket)) return Refuse(Reason::kTicketIsCallback);
  Abandon(*ticket);
  return Reply{Done{}};
}

Outcome ReferenceRouter::Do(const CompleteTicket& command) {
  if (const Refusal refusal = CheckSession(command.session)) return Refuse(*refusal);
  TicketData* ticket = FindTicket(command.ticket);
  if (ticket == nullptr) return Refuse(Reason::kTicketNotFound);
  if (ticket->agent != command.session.agent || ticket->state == TicketState::kOffered) {
    return Refuse(Reason::kNotOwner);
  }
  if (ticket->state != TicketState::kActive && ticket->state != TicketState::kWrapUp) {
    return Refuse(Reason::kTicketStateForbids);
  }
  if (ticket->connected) return Refuse(Reason::kMediaConnected);
  if (!command.disposition.empty() &&
      !HasId(workspace_->configuration.dispositions, command.disposition)) {
    return Refuse(Reason::kDispositionUnknown);
  }
  if (ticket->reviews.IsSet()) {
    if (!command.verdict) return Refuse(Reason::kFieldRequired);
  } else if (command.verdict || !command.comment.empty()) {
    return Refuse(Reason::kTicketIsNoReview);
  }
  if (MinConfidence(*ticket) != 0 && !command.confidence_milli) {
    return Refuse(Reason::kFieldRequired);
  }
  if (HandOffIfUnsure(*ticket, command.confidence_milli, command.summary)) {
    return Reply{StateReached{TicketState::kQueued}};
  }
  return MakeFollowUps(command);
}

Outcome ReferenceRouter::Do(const ReleaseTicket& command) {
  if (const Refusal refusal = CheckSession(command.session)) return Refuse(*refusal);
  TicketData* ticket = FindTicket(command.ticket);
  if (ticket == nullptr) return Refuse(Reason::kTicketNotFound);
  if (ticket->agent != command.session.agent || ticket->state == TicketState::kOffered) {
    return Refuse(Reason::kNotOwner);
  }
  const bool by_person = FindAgent(ticket->agent)->kind == AgentKind::kHuman;
  if (command.hand_off && by_person) return Refuse(Reason::kAgentNotAutomated);
  if (ticket->state != TicketState::kAssigned && ticket->state != TicketState::kActive) {
    return Refuse(Reason::kTicketStateForbids);
  }
  if (command.hand_off) {
    HandOffToPeople(*ticket, *command.hand_off);
    return Reply{Done{}};
  }
  if (ticket->connected) return Refuse(Reason::kMediaConnected);
  Emit(EventType::kTicketReleased, *ticket, ticket->agent).until =
      now_ + workspace_->configuration.cool_down.value_or(Duration{});
  AddCoolDown(*ticket, ticket->agent);
  EndParticipants(*ticket, "RELEASED");
  Requeue(*ticket);
  return Reply{Done{}};
}

// It is on its way to the queue, which it enters next.
void ReferenceRouter::LeaveFor(TicketData& ticket, const Queue& queue) {
  if (ticket.state == TicketState::kOffered) Rescind(ticket, "TRANSFERRED");
  const Office office = QueueOf(ticket).office;
  EndVisit(ticket, VisitEnd::kOther);
  const std::string left = std::exchange(ticket.queue, queue.id);
  ticket.requirement = ticket.base;
  ticket.plan_step = 0;
  ticket.by_plan = kNoPolicy;
  ticket.plan_waited = Duration{};
  ticket.plan_since = Time{};
  if (queue.office != office) {
    ticket.queued_at = now_;
    SetTarget(ticket);
  }
  EventRow& event = Emit(EventType::kTicketTransferred, ticket, ticket.agent);
  event.reason = left;
  event.until = ticket.target;
}

Outcome ReferenceRouter::Do(const TransferTicket& command) {
  TicketData* ticket = FindTicket(command.ticket);
  if (ticket == nullptr) return Refuse(Reason::kTicketNotFound);
  if (ticket->consults.IsSet()) return Refuse(Reason::kTicketIsConsultation);
  const bool stays = command.queue.empty();
  const Queue* queue = stays ? &QueueOf(*ticket) : FindQueue(command.queue);
  if (queue == nullptr) return Refuse(Reason::kQueueNotFound);
  if (!stays && !queue->client.empty() && queue->client != ticket->contact.client) {
    return Refuse(Reason::kQueueOfOtherClient);
  }
  if (queue->id != ticket->queue && Refuses(*queue)) return Refuse(Reason::kQueueClosed);
  if (IsFull(*queue, ticket->id)) return Refuse(Reason::kQueueFull);
  if (ticket->state == TicketState::kConnecting || ticket->state == TicketState::kWrapUp ||
      IsSetAside(ticket->state)) {
    return Refuse(Reason::kTicketStateForbids);
  }
  if (!command.agent.empty()) {
    const auto it = workspace_->agents.find(command.agent);
    if (it == workspace_->agents.end()) return Refuse(Reason::kAgentNotFound);
    TicketData there = *ticket;
    there.queue = queue->id;
    there.requirement = ticket->base;
    if (!WhyNot(it->second, there).empty() || !ticket->base.agents.empty()) {
      return Refuse(Reason::kAgentMayNotTake);
    }
    if (!it->second.session_open || it->second.status == AgentStatus::kOffline ||
        it->second.status == AgentStatus::kDraining) {
      return Refuse(Reason::kAgentStatusForbids);
    }
  }
  LeaveFor(*ticket, *queue);
  if (command.agent.empty()) {
    EndParticipants(*ticket, "TRANSFERRED");
    EnterQueue(*ticket);
    return Reply{Done{}};
  }
  const Duration usual = queue->last_agent_wait.value_or(Duration{});
  Duration wait = command.wait.us != 0 ? command.wait : usual;
  if (wait.us == 0) wait = Seconds(30);
  Emit(EventType::kTicketKept, *ticket, command.agent).until = now_ + wait;
  EndParticipants(*ticket, "TRANSFERRED");
  EnterQueue(*ticket);
  ticket->kept_for = command.agent;
  ticket->kept_until = now_ + wait;
  return Reply{Done{}};
}

}  // namespace tandem::router
