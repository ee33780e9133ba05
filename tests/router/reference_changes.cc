// What several verbs of the reference do: events, offers that end, tickets that leave, time that
// passes.
#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "tests/router/reference_router.h"

namespace tandem::router {

// --------------------------------------------------------------------------------------------------------
// events

EventRow& ReferenceRouter::Emit(EventType type) {
  EventRow event;
  event.workspace = workspace_->id;
  event.sequence = ++workspace_->last_sequence;
  event.type = type;
  event.at = now_;
  events_.push_back(event);
  return events_.back();
}

EventRow& ReferenceRouter::Emit(EventType type, const TicketData& ticket) {
  EventRow& event = Emit(type);
  event.ticket = ticket.id;
  event.queue = ticket.queue;
  return event;
}

EventRow& ReferenceRouter::Emit(EventType type, const TicketData& ticket,
                                const std::string& agent) {
  EventRow& event = Emit(type, ticket);
  event.agent = agent;
  return event;
}

EventRow& ReferenceRouter::EmitAboutOffer(EventType type, const TicketData& ticket) {
  EventRow& event = Emit(type, ticket, ticket.agent);
  event.offer_number = ticket.offer_number;
  return event;
}

// -------------------------------------------------------------------------------------------------------
// tickets

// Notices when the number of idle agents of a profile rose to where DEFERRABLE work may go to them
// again.
void ReferenceRouter::LookAtIdle() {
  for (const RoutingProfile& profile : workspace_->configuration.routing_profiles) {
    const uint32_t now_idle = CountIdle(profile.id);
    uint32_t& before = workspace_->idle[profile.id];
    if (now_idle > before && now_idle == profile.live_reserve + 1) {
      for (const auto& [id, agent] : workspace_->agents) {
        if (FindAgent(id)->routing_profile == profile.id && IsIdle(agent)) {
          workspace_->gained.insert(id);
        }
      }
    }
    before = now_idle;
  }
}

// An idle agent is about to get work. One whom the reserve held back is no longer held back.
void ReferenceRouter::LeaveReserve(const AgentState& agent) {
  const RoutingProfile& profile = *FindProfile(FindAgent(agent.id)->routing_profile);
  if (IsIdle(agent) && CountIdle(profile.id) <= profile.live_reserve) {
    workspace_->gained.insert(agent.id);
  }
}

// The ticket's agent no longer has it. An owner finished with it; an offer does not count.
void ReferenceRouter::Leave(TicketData& ticket) {
  if (!ticket.agent.empty()) {
    workspace_->gained.insert(ticket.agent);
    if (ticket.state != TicketState::kOffered)
      workspace_->agents.at(ticket.agent).idle_since = now_;
  }
  const std::string agent = std::exchange(ticket.agent, "");
  if (!agent.empty()) NoteIfDrained(workspace_->agents.at(agent));
  ticket.leased = false;
  ticket.by_offer = false;
  ticket.connected = false;
  ticket.held = false;
  ticket.interrupted_since = Time{};
  ticket.until = ticket.silent_until = Time{};
  LookAtIdle();
}

void ReferenceRouter::Requeue(TicketData& ticket) {
  Leave(ticket);
  ticket.by_hand = false;
  ticket.kept_for.clear();
  ticket.kept_until = Time{};
  ticket.state = TicketState::kQueued;
  if (!ticket.plan_since.IsSet()) ticket.plan_since = now_;
  if (!ticket.visit_at.IsSet()) ticket.visit_at = now_;
  if (ticket.visit_at == now_) workspace_->entered.push_back(ticket.id);
  Arrive(ticket);
  const bool over = WindowEndsAt(ticket) <= now_;
  if (over || NextStepAt(ticket) <= now_) workspace_->returned.push_back(ticket.id);
}

void ReferenceRouter::EnterQueue(TicketData& ticket) {
  SetKey(ticket);
  Requeue(ticket);
}

void ReferenceRouter::SetKey(TicketData& ticket) {
  const Duration step = QueueOf(ticket).priority_step.value_or(Duration{});
  ticket.key = std::max(ticket.target, ticket.queued_at) - step * int64_t{*ticket.contact.priority};
}

// A customer wrote.
void ReferenceRouter::Resume(TicketData& ticket) {
  if (ticket.state != TicketState::kWrapUp || ChannelOf(ticket).has_media) return;
  ticket.state = TicketState::kActive;
  ticket.until = Time{};
  Emit(EventType::kTicketResumed, ticket, ticket.agent);
}

// As of the office of the queue that the ticket has just entered.
void ReferenceRouter::SetTarget(TicketData& ticket) {
  const Queue& queue = QueueOf(ticket);
  const Queue& hours = HoursQueueOf(queue, ticket.queued_at);
  if (queue.office == Office::kFront) {
    const Duration by_urgency = queue.urgency == Urgency::kLive ? Seconds(20) : Hours(4);
    const bool has_one = ticket.answer_target.us != 0;
    ticket.target = After(hours, ticket.queued_at, has_one ? ticket.answer_target : by_urgency);
  } else {
    const Time due_at =
        ticket.due_at.IsSet() ? ticket.due_at : After(hours, ticket.queued_at, Hours(8));
    ticket.target = Before(hours, due_at, ticket.handling_time);
  }
  Cap(ticket, ticket.queued_at);
}

// A ticket that enters a closed queue now, and is about to leave it for another one of the office,
// is answered there.
const Queue& ReferenceRouter::HoursQueueOf(const Queue& queue, Time entered_at) const {
  const Queue* to = entered_at > now_ ? nullptr : OverflowOf(queue);
  return to != nullptr && to->office == queue.office ? *to : queue;
}

void ReferenceRouter::AddCoolDown(TicketData& ticket, const std::string& agent) {
  const Duration cool_down = workspace_->configuration.cool_down.value_or(Duration{});
  if (cool_down.us == 0) return;
  // A supervisor may have given the ticket to one for whom one ran.
  std::erase_if(ticket.cool_downs, [&](const CoolDown& other) { return other.agent == agent; });
  ticket.cool_downs.push_back(CoolDown{agent, now_ + cool_down});
}

// `ticket` is gone afterwards.
void ReferenceRouter::Close(TicketData& ticket, const std::string& how) {
  Leave(ticket);
  const TicketData gone = ticket;
  workspace_->arrived.erase(ticket.id);
  workspace_->tickets.erase(gone.id);
  TellOfEnd(gone, how);
}

TicketState ReferenceRouter::Complete(TicketData& ticket, const std::string& disposition) {
  const std::string how = disposition.empty() ? kDispositionNotSet : disposition;
  if (DrawReview(ticket, how)) {
    BeginReview(ticket, how);
    return TicketState::kInReview;
  }
  Emit(EventType::kTicketCompleted, ticket, ticket.agent).reason = how;
  EndParticipants(ticket, "COMPLETED");
  TicketData* reviewed = NoteReviewEnded(ticket, ticket.agent, "COMPLETED");
  ticket.completed_at = now_;
  workspace_->completed[ticket.id] = ticket;
  Close(ticket, "COMPLETED");
  if (reviewed != nullptr) SendBack(*reviewed, "COMPLETED");
  return TicketState::kCompleted;
}

// ACTIVE work is done: wrap-up, or the end when there is none.
TicketState ReferenceRouter::FinishWork(TicketData& ticket) {
  if (ticket.wrap_up_limit.us == 0) {
    if (HandOffIfUnsure(ticket, std::nullopt, "")) return TicketState::kQueued;
    return Complete(ticket, "");
  }
  ticket.state = TicketState::kWrapUp;
  ticket.leased = false;
  ticket.connected = false;
  ticket.held = false;
  ticket.silent_until = Time{};
  ticket.until = now_ + ticket.wrap_up_limit;
  Emit(EventType::kTicketFinished, ticket, ticket.agent).until = ticket.until;
  EndParticipants(ticket, "FINISHED");
  return TicketState::kWrapUp;
}

// --------------------------------------------------------------------------------------------------------
// offers

void ReferenceRouter::Accept(TicketData& ticket, AgentState& agent) {
  if (ticket.consults.IsSet()) return TakeRequest(ticket, agent);
  for (const std::string& other : OfferedTo(ticket)) {
    if (other == agent.id) continue;
    EndOffer(ticket, other, EventType::kOfferRescinded, "ANSWERED_ELSEWHERE");
  }
  workspace_->ring_arrived.erase(ticket.id);
  EmitAboutOffer(EventType::kOfferAccepted, ticket);
  Handle(ticket, agent);
  agent.misses = 0;
  PassOverSteps(ticket);
}

// What waited for the end of an offer is not done any more.
void ReferenceRouter::PassOverSteps(TicketData& ticket) {
  while (ticket.plan_step < ticket.plan.size()) {
    const PlanStep& step = ticket.plan[ticket.plan_step];
    const bool waits = !step.queue.empty() || step.expire || step.callback;
    if (step.after > ticket.plan_waited || !waits) break;
    SkipStep(ticket, "ACCEPTED");
  }
}

// The agent has it: media first when the channel has any.
void ReferenceRouter::Handle(TicketData& ticket, AgentState& agent) {
  StopPlanClock(ticket);
  ticket.kept_for.clear();
  ticket.kept_until = Time{};
  agent.idle_since = now_;
  ticket.by_offer = true;
  if (!ChannelOf(ticket).has_media) {
    ticket.state = TicketState::kActive;
    ticket.until = Time{};
    EndVisit(ticket, VisitEnd::kAnswered);
    return;
  }
  ticket.state = TicketState::kConnecting;
  ticket.until = now_ + QueueOf(ticket).connect_timeout;
  EmitAboutOffer(EventType::kMediaConnecting, ticket).until = ticket.until;
}

// Declined, missed or failed: the agent cools down for this ticket.
void ReferenceRouter::EndOffer(TicketData& ticket, const std::string& agent, EventType type,
                               const char* reason) {
  EventRow& event = Emit(type, ticket, agent);
  event.offer_number = ticket.offer_number;
  for (const Participant& ring : ticket.participants) {
    if (ring.agent == agent) event.offer_number = ring.offer_number;
  }
  if (type == EventType::kOfferRescinded) {
    event.reason = reason;
  } else {
    event.until = now_ + workspace_->configuration.cool_down.value_or(Duration{});
    AddCoolDown(ticket, agent);
  }
  if (!ticket.participants.empty()) return DropOffer(ticket, agent);
  workspace_->ring_arrived.erase(ticket.id);
  Requeue(ticket);
}

void ReferenceRouter::Rescind(TicketData& ticket, const char* reason) {
  for (const std::string& agent : OfferedTo(ticket)) {
    EndOffer(ticket, agent, EventType::kOfferRescinded, reason);
  }
}

void ReferenceRouter::RescindAll(const AgentState& agent, const char* reason) {
  const auto still_ready = [&](const TicketData& ticket) {
    return agent.status == AgentStatus::kAvailable && agent.session_open &&
           IsReadyFor(agent, ticket);
  };
  std::vector<TicketData*> offered;
  for (auto& [id, ticket] : workspace_->tickets) {
    if (ticket.state != TicketState::kOffered || ticket.agent != agent.id) continue;
    if (!still_ready(ticket)) offered.push_back(&ticket);
  }
  std::sort(offered.begin(), offered.end(),
            [](const TicketData* a, const TicketData* b) { return a->arrival < b->arrival; });
  for (TicketData* ticket : offered) {
    EndOffer(*ticket, agent.id, EventType::kOfferRescinded, reason);
  }
  for (TicketData* ticket : JoinedBy(agent.id, /*invited=*/true)) {
    if (still_ready(*ticket)) continue;
    if (IsOfferedTo(*ticket, agent.id)) {
      EndOffer(*ticket, agent.id, EventType::kOfferRescinded, reason);
    } else {
      EndInvitation(*ticket, agent.id, reason);
    }
  }
}

// --------------------------------------------------------------------------------------------------------
// agents

void ReferenceRouter::SetStatus(AgentState& agent, StatusChange to, const char* rescind_reason) {
  if (IsStatus(agent, to)) return;
  const AgentStatus status = to.status;
  const bool was_available = agent.status == AgentStatus::kAvailable;
  agent.status = status;
  agent.groups = GroupsOf(to);
  agent.reason = status == AgentStatus::kNotReady ? to.reason : "";
  agent.next_status = AgentStatus::kOffline;
  agent.next_reason.clear();
  agent.status_since = now_;
  std::string text;
  switch (status) {
    case AgentStatus::kAvailable:
      text = "AVAILABLE";
      for (uint32_t group = 0; group < kCapacityGroups; ++group) {
        if ((agent.groups >> group) % 2 == 0) continue;
        static const char* const names[] = {"VOICE", "MESSAGING", "EMAIL", "TASK"};
        text += std::string(text == "AVAILABLE" ? ":" : ",") + names[group];
      }
      break;
    case AgentStatus::kOffline:
      text = "OFFLINE";
      break;
    case AgentStatus::kNotResponding:
      text = "NOT_RESPONDING";
      break;
    case AgentStatus::kNotReady:
      text = "NOT_READY:" + to.reason;
      break;
    case AgentStatus::kDraining:
      agent.next_status = to.next_status;
      text = "DRAINING:OFFLINE";
      if (to.next_status != AgentStatus::kNotReady) break;
      agent.next_reason = to.next_reason;
      text = "DRAINING:NOT_READY:" + to.next_reason;
      break;
  }
  EventRow& event = Emit(EventType::kAgentStatusChanged);
  event.agent = agent.id;
  event.reason = text;
  if (agent.shift_ends_at <= now_ && !Leaves(agent)) agent.shift_ends_at = Time{};
  NoteIfDrained(agent);
  if (status == AgentStatus::kAvailable) {
    if (!was_available) {
      agent.idle_since = now_;
      agent.misses = 0;
    }
    workspace_->gained.insert(agent.id);
  }
  LookAtIdle();
  RescindAll(agent, rescind_reason);
}

void ReferenceRouter::EndSession(AgentState& agent) {
  agent.session_open = false;
  agent.session_lost = false;
  if (!agent.away_since.IsSet()) agent.away_since = now_;
  agent.grace_until = Time{};
  EventRow& event = Emit(EventType::kSessionClosed);
  event.agent = agent.id;
  event.number = agent.generation;
  LookAtIdle();
  SetStatus(agent, {AgentStatus::kOffline}, "AGENT_GONE");
  for (TicketData* ticket : JoinedBy(agent.id, /*invited=*/false)) {
    EndPart(*ticket, agent.id, "AGENT_GONE");
  }
}

// ---------------------------------------------------------------------------------------------------------
// media

void ReferenceRouter::FailConnection(TicketData& ticket, const char* reason) {
  if (ticket.by_hand) {
    EmitAboutOffer(EventType::kAgentContactUnanswered, ticket).reason = reason;
    FinishWork(ticket);
    return;
  }
  AgentState& agent = workspace_->agents.at(ticket.agent);
  EmitAboutOffer(EventType::kMediaConnectFailed, ticket).reason = reason;
  Requeue(ticket);
  FailDevice(agent);
}

// An agent who left AVAILABLE meanwhile keeps the status that was chosen.
void ReferenceRouter::FailDevice(AgentState& agent) {
  if (agent.status != AgentStatus::kAvailable) return;
  SetStatus(agent, {AgentStatus::kNotReady, kDeviceReason}, "AGENT_NOT_AVAILABLE");
}

void ReferenceRouter::Abandon(TicketData& ticket) {
  if (ticket.state == TicketState::kOffered) Rescind(ticket, "ABANDONED");
  Emit(EventType::kTicketAbandoned, ticket);
  EndVisit(ticket, VisitEnd::kAbandoned);
  NoteRequestClosed(ticket, "ABANDONED");
  TicketData* reviewed = NoteReviewEnded(ticket, "", "ABANDONED");
  Close(ticket, "ABANDONED");
  if (reviewed != nullptr) SendBack(*reviewed, "ABANDONED");
}

// ----------------------------------------------------------------------------------------------------------
// time

namespace {

// The delays with which routing profiles serve the queue.
std::set<Duration> DelaysOf(const Configuration& configuration, const std::string& queue) {
  std::set<Duration> delays;
  for (const RoutingProfile& profile : configuration.routing_profiles) {
    for (const RoutingProfileQueue& entry : profile.queues) {
      if (entry.queue == queue) delays.insert(entry.delay);
    }
  }
  delays.erase(Duration{});
  return delays;
}

}  // namespace

Time ReferenceRouter::DeadlineOf(const Workspace& workspace, const TicketData& ticket) {
  const bool limited = ticket.until.IsSet() && ticket.state != TicketState::kBlocked;
  Time deadline = limited ? ticket.until : kEndOfTime;
  for (const CoolDown& cool_down : ticket.cool_downs) {
    deadline = std::min(deadline, cool_down.until);
  }
  if (ticket.kept_until.IsSet()) deadline = std::min(deadline, ticket.kept_until);
  deadline = std::min(deadline, WindowEndsAt(ticket));
  if (ticket.silent_until.IsSet()) deadline = std::min(deadline, ticket.silent_until);
  deadline = std::min(deadline, InvitationEndsAt(ticket));
  deadline = std::min(deadline, NextDelayAt(workspace.configuration, ticket));
  deadline = std::min(deadline, LateAt(workspace.configuration, ticket));
  if (WantsRings(workspace.configuration, ticket)) {
    deadline = std::min(deadline, OffersAwaitedAt(ticket));
  }
  return IsHeldUp(ticket) ? deadline : std::min(deadline, NextStepAt(ticket));
}

// From when on a step, or the end of a call-back's window, waits for the end of all offers.
Time ReferenceRouter::OffersAwaitedAt(const TicketData& ticket) {
  const Time at = IsHeldUp(ticket) ? NextStepAt(ticket) : kEndOfTime;
  return ticket.not_after.IsSet() ? std::min(at, ticket.not_after) : at;
}

Time ReferenceRouter::NextStepAt(const TicketData& ticket) {
  if (!ticket.plan_since.IsSet() || ticket.plan_step == ticket.plan.size()) return kEndOfTime;
  return ticket.plan_since + (ticket.plan[ticket.plan_step].after - ticket.plan_waited);
}

Time ReferenceRouter::NextDelayAt(const Configuration& configuration, const TicketData& ticket) {
  if (ticket.state != TicketState::kQueued && !WantsRings(configuration, ticket)) return kEndOfTime;
  if (!ticket.kept_for.empty()) return kEndOfTime;
  const std::set<Duration> delays = DelaysOf(configuration, ticket.queue);
  const auto next = delays.upper_bound(ticket.waited);
  return next == delays.end() ? kEndOfTime : ticket.queued_at + *next;
}

void ReferenceRouter::LookAtAges(const Configuration& before) {
  const Configuration& now = workspace_->configuration;
  const auto looks_otherwise = [&](const TicketData& ticket) {
    const Queue& queue = QueueOf(ticket);
    return std::none_of(before.queues.begin(), before.queues.end(), [&](const Queue& was) {
      return was.id == queue.id && was.order == queue.order &&
             was.late_work.order == queue.late_work.order &&
             was.concurrent_offers == queue.concurrent_offers;
    });
  };
  for (auto& [id, ticket] : workspace_->tickets) {
    if (DelaysOf(before, ticket.queue) != DelaysOf(now, ticket.queue) || looks_otherwise(ticket)) {
      Arrive(ticket);
    }
  }
}

void ReferenceRouter::Arrive(TicketData& ticket) {
  workspace_->ring_arrived.erase(ticket.id);
  ticket.rings_over = OffersAwaitedAt(ticket) <= now_;
  const bool waits = ticket.state == TicketState::kQueued;
  if (!waits && !WantsRings(workspace_->configuration, ticket)) return;
  ticket.waited = std::max(Duration{}, now_ - ticket.queued_at);
  ticket.late = ticket.target <= now_;
  (waits ? workspace_->arrived : workspace_->ring_arrived).insert(ticket.id);
}

void ReferenceRouter::StopPlanClock(TicketData& ticket) {
  if (!ticket.plan_since.IsSet()) return;
  ticket.plan_waited = ticket.plan_waited + (now_ - ticket.plan_since);
  ticket.plan_since = Time{};
}

std::string ReferenceRouter::WhySkipped(const TicketData& ticket) const {
  const PlanStep& step = ticket.plan[ticket.plan_step];
  uint32_t waiting = 0;
  Duration longest;
  for (const auto& [id, other] : workspace_->tickets) {
    if (other.queue != ticket.queue ||
        (other.state != TicketState::kQueued && other.state != TicketState::kOffered)) {
      continue;
    }
    ++waiting;
    longest = std::max(longest, now_ - other.queued_at);
  }
  if (step.condition) {
    const auto [more_than, longer_than, estimate, percent, fewer_than] = *step.condition;
    if (more_than != 0 && waiting <= more_than) return "CONDITION";
    if (longer_than.us != 0 && longest <= longer_than) return "CONDITION";
    if (estimate.us != 0 && EstimateOf(ticket).value_or(Duration{}) <= estimate) return "CONDITION";
    if (percent != 0 && ServiceLevelOf(ticket.queue).value_or(100) >= percent) return "CONDITION";
    if (fewer_than != 0 && CountAvailable(ticket) >= fewer_than) return "CONDITION";
  }
  if (step.callback && (IsCallback(ticket) || ticket.reviews.IsSet())) return "CALLBACK";
  if (step.expire && ticket.contact.channel != ticket.came_over) return "CALLBACK";
  if (step.queue.empty()) return "";
  const Queue* queue = FindQueue(step.queue);
  if (queue == nullptr) return "QUEUE_GONE";
  if (!queue->client.empty() && queue->client != ticket.contact.client) {
    return "QUEUE_OF_OTHER_CLIENT";
  }
  if (queue->id != ticket.queue && Refuses(*queue)) return "QUEUE_CLOSED";
  return queue->id != ticket.queue && IsFull(*queue, ticket.id) ? "QUEUE_FULL" : "";
}

void ReferenceRouter::SkipStep(TicketData& ticket, const std::string& reason) {
  EventRow& event = Emit(EventType::kPlanStepSkipped, ticket);
  event.number = static_cast<int64_t>(++ticket.plan_step);
  event.reason = reason;
}

// `ticket` may be gone afterwards.
void ReferenceRouter::TakeStep(TicketData& ticket) {
  const std::string skipped = WhySkipped(ticket);
  if (!skipped.empty()) return SkipStep(ticket, skipped);
  const PlanStep& step = ticket.plan[ticket.plan_step++];
  if (step.requirement || step.relax) {
    if (step.requirement) ticket.requirement = *step.requirement;
    if (step.relax) Relax(ticket.requirement, *step.relax);
    ticket.kept_for.clear();
    ticket.kept_until = Time{};
  }
  if (step.min_priority > ticket.contact.priority) {
    ticket.contact.priority = step.min_priority;
    SetKey(ticket);
  }
  const auto number = static_cast<uint32_t>(ticket.plan_step);
  if (step.offer_timeout.us != 0) {
    ticket.by_plan.timeout = step.offer_timeout;
    ticket.by_plan.timeout_of_step = number;
  }
  if (step.concurrent_offers != 0) {
    ticket.by_plan.concurrent = step.concurrent_offers;
    ticket.by_plan.concurrent_of_step = number;
  }
  Emit(EventType::kPlanStepTaken, ticket).number = number;
  if (step.expire) return Expire(ticket, step.expire->reason);
  if (step.callback) {
    return CallBack(ticket, CallableFrom(QueueOf(ticket), now_), Time{}, "PLAN");
  }
  Arrive(ticket);
  if (step.queue.empty() || step.queue == ticket.queue) return;
  EndVisit(ticket, VisitEnd::kOther);
  const std::string left = std::exchange(ticket.queue, step.queue);
  EventRow& event = Emit(EventType::kTicketOverflowed, ticket);
  event.reason = left;
  event.until = ticket.target;
  EnterQueue(ticket);
}

void ReferenceRouter::TakeStepsOfReturned() {
  while (!workspace_->returned.empty() || !workspace_->woken.empty()) {
    Wake();
    for (const TicketId& id : std::exchange(workspace_->returned, {})) {
      if (TicketData* ticket = FindTicket(id); ticket != nullptr && WindowEndsAt(*ticket) <= now_) {
        Expire(*ticket, "WINDOW_ENDED");
      }
      for (TicketData* ticket = FindTicket(id);
           ticket != nullptr && ticket->state == TicketState::kQueued &&
           NextStepAt(*ticket) <= now_;
           ticket = FindTicket(id)) {
        TakeStep(*ticket);
      }
    }
  }
}

Time ReferenceRouter::NextDeadline() const {
  Time next = kEndOfTime;
  for (const auto& [workspace_id, workspace] : workspaces_) {
    for (const auto& [id, agent] : workspace.agents) {
      next = std::min(next, DeadlineOf(workspace, agent));
    }
    for (const auto& [id, ticket] : workspace.tickets) {
      next = std::min(next, DeadlineOf(workspace, ticket));
    }
    for (const auto& [id, hours] : workspace.hours) {
      if (!hours.open.empty()) {
        next = std::min(next, hours.is_open ? hours.open[0].to : hours.open[0].from);
      }
    }
  }
  return next;
}

// Does the first thing that is due in the workspace. False when nothing is.
bool ReferenceRouter::ExpireNext() {
  AgentState* agent = nullptr;
  Time agent_at = kEndOfTime;
  for (auto& [id, candidate] : workspace_->agents) {
    const Time deadline = DeadlineOf(*workspace_, candidate);
    if (deadline > now_) continue;
    if (agent == nullptr ||
        std::tie(deadline, candidate.ordinal) < std::tie(agent_at, agent->ordinal)) {
      agent = &candidate;
      agent_at = deadline;
    }
  }
  TicketData* ticket = nullptr;
  const auto order = [&](const TicketData& one) {
    return std::tuple(DeadlineOf(*workspace_, one), one.arrival);
  };
  for (auto& [id, candidate] : workspace_->tickets) {
    if (DeadlineOf(*workspace_, candidate) > now_) continue;
    if (ticket == nullptr || order(candidate) < order(*ticket)) ticket = &candidate;
  }
  Time other = ticket == nullptr ? kEndOfTime : DeadlineOf(*workspace_, *ticket);
  other = std::min(other, agent_at);
  const std::string calendar = FirstToTurn();
  if (!calendar.empty() && NextTurn(calendar) <= std::min(now_, other)) {
    Turn(calendar);
    return true;
  }
  if (agent == nullptr && ticket == nullptr) return false;
  if (ticket == nullptr || (agent != nullptr && agent_at <= DeadlineOf(*workspace_, *ticket))) {
    ExpireAgent(*agent);
  } else {
    ExpireTicket(*ticket);
  }
  return true;
}

void ReferenceRouter::ExpireTicket(TicketData& ticket) {
  const Time deadline = DeadlineOf(*workspace_, ticket);
  if (!ticket.until.IsSet() || ticket.until > deadline) {
    if (WindowEndsAt(ticket) <= deadline) return Expire(ticket, "WINDOW_ENDED");
    if (!IsHeldUp(ticket) && NextStepAt(ticket) <= deadline) return TakeStep(ticket);
    if (WantsRings(workspace_->configuration, ticket) && OffersAwaitedAt(ticket) <= deadline) {
      ticket.rings_over = true;
      workspace_->ring_arrived.erase(ticket.id);
      return;
    }
    if (ticket.kept_until.IsSet() && ticket.kept_until <= deadline) return PassLastAgent(ticket);
    if (ticket.silent_until.IsSet() && ticket.silent_until <= deadline) return EndSilence(ticket);
    if (InvitationEndsAt(ticket) <= deadline) return MissInvitation(ticket);
    if (NextDelayAt(workspace_->configuration, ticket) <= deadline) return Arrive(ticket);
    if (LateAt(workspace_->configuration, ticket) <= deadline) return BecomeLate(ticket);
    std::erase_if(ticket.cool_downs,
                  [&](const CoolDown& cool_down) { return cool_down.until <= now_; });
    if (ticket.state == TicketState::kQueued) workspace_->arrived.insert(ticket.id);
    if (WantsRings(workspace_->configuration, ticket)) workspace_->ring_arrived.insert(ticket.id);
    return;
  }
  switch (ticket.state) {
    case TicketState::kOffered:
      return Miss(ticket, ticket.agent);
    case TicketState::kConnecting:
      return FailConnection(ticket, "TIMED_OUT");
    case TicketState::kAssigned:
    case TicketState::kActive:
      Emit(EventType::kLeaseExpired, ticket, ticket.agent);
      EndParticipants(ticket, "LEASE_EXPIRED");
      return Requeue(ticket);
    case TicketState::kWrapUp:
      if (!HandOffIfUnsure(ticket, std::nullopt, "")) Complete(ticket, "");
      return;
    case TicketState::kScheduled:
      return IsCallback(ticket) ? CallScheduled(ticket) : Enter(ticket, "TIME");
    case TicketState::kParked:
      return Unpark(ticket, "TIME");
    case TicketState::kInReview:
    case TicketState::kQueued:
    case TicketState::kBlocked:
    case TicketState::kCompleted:
    case TicketState::kCanceled:
    case TicketState::kAbandoned:
    case TicketState::kExpired:
      return;
  }
}

void ReferenceRouter::Miss(TicketData& ticket, const std::string& missing) {
  AgentState& agent = workspace_->agents.at(missing);
  EndOffer(ticket, agent.id, EventType::kOfferMissed);
  agent.misses += 1;
  if (agent.misses >= ChannelOf(ticket).misses_allowed) {
    SetStatus(agent, {AgentStatus::kNotResponding}, "AGENT_NOT_RESPONDING");
  }
}

}  // namespace tandem::router
