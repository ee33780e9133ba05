// The reference's verbs about agents, claims, media and time.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "tests/router/reference_router.h"

namespace tandem::router {
ReferenceRouter::Refusal ReferenceRouter::CheckSession(const SessionRef& session) const {
  const auto it = workspace_->agents.find(session.agent);
  if (it == workspace_->agents.end()) return Reason::kAgentNotFound;
  const AgentState& agent = it->second;
  if (session.generation == 0) return Reason::kNoSession;
  if (session.generation < agent.generation) return Reason::kSessionFenced;
  if (session.generation > agent.generation || !agent.session_open) return Reason::kNoSession;
  return std::nullopt;
}

// ------------------------------------------------------------------------------------------------------
// sessions

Outcome ReferenceRouter::Do(const OpenSession& command) {
  const auto it = workspace_->agents.find(command.agent);
  if (it == workspace_->agents.end()) return Refuse(Reason::kAgentNotFound);
  AgentState& agent = it->second;
  agent.generation += 1;
  agent.session_open = true;
  agent.session_lost = false;
  agent.grace_until = agent.away_since = Time{};
  if (agent.shift_ends_at <= now_) agent.shift_ends_at = Time{};
  EventRow& event = Emit(EventType::kSessionOpened);
  event.agent = agent.id;
  event.number = agent.generation;
  if (agent.status == AgentStatus::kAvailable) workspace_->gained.insert(agent.id);
  LookAtIdle();
  if (command.shift_ends_at.IsSet()) NoteShiftEnd(agent, command.shift_ends_at, "");
  return Reply{Snapshot(agent)};
}

Outcome ReferenceRouter::Do(const CloseSession& command) {
  const auto it = workspace_->agents.find(command.session.agent);
  if (it == workspace_->agents.end()) return Refuse(Reason::kAgentNotFound);
  AgentState& agent = it->second;
  const int64_t generation = command.session.generation;
  if (generation == 0 || generation > agent.generation) return Refuse(Reason::kNoSession);
  if (generation < agent.generation) return Refuse(Reason::kSessionFenced);
  if (agent.session_open) EndSession(agent);
  return Reply{Done{}};
}

Outcome ReferenceRouter::Do(const LoseSession& command) {
  const auto it = workspace_->agents.find(command.session.agent);
  if (it == workspace_->agents.end()) return Reply{Done{}};
  AgentState& agent = it->second;
  if (command.session.generation != agent.generation || !agent.session_open || agent.session_lost) {
    return Reply{Done{}};
  }
  agent.session_lost = true;
  agent.away_since = now_;
  agent.grace_until = now_ + workspace_->configuration.session_grace.value_or(Duration{});
  EventRow& event = Emit(EventType::kSessionLost);
  event.agent = agent.id;
  event.number = agent.generation;
  event.until = agent.grace_until;
  LookAtIdle();
  return Reply{Done{}};
}

Outcome ReferenceRouter::Do(const GetAgent& command) {
  if (const Refusal refusal = CheckSession(command.session)) return Refuse(*refusal);
  return Reply{Snapshot(workspace_->agents.at(command.session.agent))};
}

Outcome ReferenceRouter::Do(const SetAgentStatus& command) {
  if (const Refusal refusal = CheckSession(command.session)) return Refuse(*refusal);
  if (const Refusal refusal = CheckStatus(command.to)) return Refuse(*refusal);
  AgentState& agent = workspace_->agents.at(command.session.agent);
  if (!IsStatus(agent, command.to) && !MayPause(agent, command.to)) {
    return Refuse(Reason::kPauseLimitReached);
  }
  SetStatus(agent, command.to, "AGENT_NOT_AVAILABLE");
  return Reply{Done{}};
}

AgentSnapshot ReferenceRouter::Snapshot(const AgentState& agent) const {
  AgentSnapshot snapshot;
  snapshot.generation = agent.generation;
  snapshot.now = now_;
  snapshot.state =
      AgentStateView{agent.status,      agent.reason, agent.status_since, agent.next_status,
                     agent.next_reason, agent.groups, agent.shift_ends_at};
  std::map<std::pair<Time, uint64_t>, OfferView> offers;
  std::map<uint64_t, OfferView> invitations;
  for (const auto& [id, ticket] : workspace_->tickets) {
    const NewContact& contact = ticket.contact;
    OfferView offer{{id, ticket.offer_number},
                    contact.channel,
                    contact.client,
                    contact.process_type,
                    ticket.queue,
                    contact.language,
                    *contact.priority,
                    ticket.queued_at,
                    ticket.target,
                    ticket.until};
    if (ticket.hand_off) {
      offer.hand_off = HandOff{ticket.hand_off->agent, ticket.hand_off->at,
                               ticket.hand_off->confidence_milli, ticket.hand_off->reason, ""};
    }
    offer.reviews = ticket.reviews;
    if (ticket.consults.IsSet()) {
      offer.role = AssignmentRole::kConsult;
      offer.consults = ticket.consults;
      offer.invited_by = workspace_->tickets.at(ticket.consults).agent;
    }
    if (ticket.agent == agent.id && ticket.state == TicketState::kOffered) {
      offers[{ticket.offered_at, ticket.arrival}] = offer;
      continue;
    }
    bool works = ticket.agent == agent.id;
    for (const Participant& participant : ticket.participants) {
      if (participant.agent != agent.id) continue;
      works = !participant.until.IsSet();
      if (works) break;
      offer.offer.number = participant.offer_number;
      offer.expires_at = participant.until;
      if (participant.role == AssignmentRole::kOwner) {
        offers[{participant.offered_at, ticket.arrival}] = offer;
        continue;
      }
      offer.role = participant.role;
      offer.invited_by = ticket.agent;
      invitations[ticket.arrival] = offer;
    }
    if (works) snapshot.work.push_back(ViewOf(ticket, agent.id));
  }
  for (const auto& [order, offer] : offers) snapshot.offers.push_back(offer);
  for (const auto& [arrival, offer] : invitations) snapshot.offers.push_back(offer);
  for (const NotReadyReason& reason : workspace_->configuration.not_ready_reasons) {
    snapshot.not_ready_reasons.push_back(reason.id);
  }
  for (const Disposition& disposition : workspace_->configuration.dispositions) {
    snapshot.dispositions.push_back(disposition.id);
  }
  for (const ParkingReason& reason : workspace_->configuration.parking_reasons) {
    snapshot.parking_reasons.push_back(reason.id);
  }
  return snapshot;
}

// --------------------------------------------------------------------------------------------------
// offers and work

Outcome ReferenceRouter::Do(const AcceptOffer& command) {
  if (const Refusal refusal = CheckOffer(command.session, command.offer)) return Refuse(*refusal);
  TicketData& ticket = *FindTicket(command.offer.ticket);
  if (ticket.state != TicketState::kOffered) return AcceptInvitation(command);
  if (ticket.consults.IsSet()) {
    TakeRequest(ticket, workspace_->agents.at(command.session.agent));
    return Reply{StateReached{TicketState::kActive}};
  }
  Accept(ticket, workspace_->agents.at(command.session.agent));
  return Reply{StateReached{ticket.state}};
}

Outcome ReferenceRouter::Do(const DeclineOffer& command) {
  if (const Refusal refusal = CheckOffer(command.session, command.offer)) return Refuse(*refusal);
  TicketData& ticket = *FindTicket(command.offer.ticket);
  if (ticket.state != TicketState::kOffered) return DeclineInvitation(command);
  const std::string& agent = command.session.agent;
  if (command.cause == DeclineCause::kAgent) {
    EndOffer(ticket, agent, EventType::kOfferDeclined);
  } else {
    EndOffer(ticket, agent, EventType::kOfferFailed);
    FailDevice(workspace_->agents.at(command.session.agent));
  }
  return Reply{Done{}};
}

Outcome ReferenceRouter::Do(const StartTicket& command) {
  if (const Refusal refusal = CheckSession(command.session)) return Refuse(*refusal);
  TicketData* ticket = FindTicket(command.ticket);
  if (ticket == nullptr) return Refuse(Reason::kTicketNotFound);
  if (ticket->agent != command.session.agent || ticket->state == TicketState::kOffered) {
    return Refuse(Reason::kNotOwner);
  }
  if (ticket->state != TicketState::kAssigned) return Refuse(Reason::kTicketStateForbids);
  ticket->state = TicketState::kActive;
  Emit(EventType::kTicketStarted, *ticket, ticket->agent);
  EndVisit(*ticket, VisitEnd::kAnswered);
  return Reply{Done{}};
}

Outcome ReferenceRouter::Do(const FinishTicket& command) {
  if (const Refusal refusal = CheckSession(command.session)) return Refuse(*refusal);
  TicketData* ticket = FindTicket(command.ticket);
  if (ticket == nullptr) return Refuse(Reason::kTicketNotFound);
  if (ticket->agent != command.session.agent || ticket->state == TicketState::kOffered) {
    return Refuse(Reason::kNotOwner);
  }
  if (ticket->state != TicketState::kActive) return Refuse(Reason::kTicketStateForbids);
  if (ticket->connected) return Refuse(Reason::kMediaConnected);
  return Reply{StateReached{FinishWork(*ticket)}};
}

Outcome ReferenceRouter::Do(const StartAgentContact& command) {
  if (const Refusal refusal = CheckSession(command.session)) return Refuse(*refusal);
  if (const Refusal refusal = CheckParent(command.contact)) return Refuse(*refusal);
  Completion completion = Completed(Inherited(command.contact));
  const NewContact& contact = completion.contact;
  if (const Refusal refusal = CheckReferences(completion)) return Refuse(*refusal);
  if (const Refusal refusal = CheckLinks(contact)) return Refuse(*refusal);
  AgentState& agent = workspace_->agents.at(command.session.agent);
  const Agent& configured = *FindAgent(agent.id);
  const auto contains = [](const std::vector<std::string>& list, const std::string& id) {
    return std::find(list.begin(), list.end(), id) != list.end();
  };
  if (!contains(configured.clients, contact.client) ||
      !contains(configured.process_types, contact.process_type)) {
    return Refuse(Reason::kAgentNotQualified);
  }
  if (agent.status != AgentStatus::kAvailable && agent.status != AgentStatus::kNotReady) {
    return Refuse(Reason::kAgentStatusForbids);
  }
  if (FindConversation(contact) != nullptr) return Refuse(Reason::kConversationOpen);
  BelongToReviewed(completion.contact);
  const Queue* queue = nullptr;
  ProcessTypeDefaults defaults;
  if (const Refusal refusal = FindPlace(contact, &queue, &defaults)) return Refuse(*refusal);
  TicketData probe;
  probe.contact.channel = contact.channel;
  probe.queue = queue->id;
  if (!HasCapacity(agent, probe)) return Refuse(Reason::kAgentBusy);
  if (TooManyOpen()) return Refuse(Reason::kTooManyOpenTickets);

  LeaveReserve(agent);
  TicketData& ticket = AddTicket(command.new_ticket, contact, *queue, defaults);
  Keep(completion, ticket);
  SetKey(ticket);
  NoteWhetherUnroutable(ticket);
  ticket.by_hand = true;
  ticket.agent = agent.id;
  ticket.offer_number = 1;
  EventRow& event = EmitAboutOffer(EventType::kAgentContactStarted, ticket);
  event.contact = command.new_contact;
  event.reason = Origins(ticket, "");
  NoteChild(ticket, command.new_contact);
  Handle(ticket, agent);
  agent.misses = 0;
  LookAtIdle();
  Hear(ticket, contact.direction, contact.initiated_by,
       contact.received_at.IsSet() ? contact.received_at : now_);
  return Reply{ContactStarted{ticket.id, command.new_contact, ticket.state}};
}

// ---------------------------------------------------------------------------------------------------------
// media

bool ReferenceRouter::ReportDisconnected(TicketData& ticket, Party party) {
  if (ticket.state == TicketState::kConnecting) {
    FailConnection(ticket, "FAILED");
    return true;
  }
  if (!ticket.connected) return false;
  std::string reason = "SYSTEM";
  if (party == Party::kCustomer) reason = "CUSTOMER";
  if (party == Party::kAgent) reason = "AGENT";
  Emit(EventType::kMediaDisconnected, ticket, ticket.agent).reason = reason;
  FinishWork(ticket);
  return true;
}

Outcome ReferenceRouter::Do(const ReportMediaEvent& command) {
  TicketData* ticket = FindTicket(command.ticket);
  if (ticket == nullptr) return Refuse(Reason::kTicketNotFound);
  if (!ChannelOf(*ticket).has_media) return Refuse(Reason::kChannelWithoutMedia);
  if (IsSetAside(ticket->state)) return Reply{MediaReported{false}};
  const bool answered =
      ticket->state == TicketState::kActive || ticket->state == TicketState::kWrapUp;
  if (command.type == MediaEventType::kDisconnected && command.party == Party::kCustomer &&
      !answered) {
    if (command.offer.IsSet() && command.offer.ticket != ticket->id) {
      return Reply{MediaReported{false}};
    }
    if (ticket->by_hand) {
      FailConnection(*ticket, "REFUSED");
    } else if (IsCallback(*ticket)) {
      const bool refused = ticket->state == TicketState::kConnecting &&
                           command.offer == OfferId{ticket->id, ticket->offer_number};
      if (refused) EndAttempt(*ticket, CallbackOutcome::kBusy, "", Time{});
      return Reply{MediaReported{refused}};
    } else {
      Abandon(*ticket);
    }
    return Reply{MediaReported{true}};
  }
  if (!ticket->by_offer || command.offer != OfferId{ticket->id, ticket->offer_number}) {
    return Reply{MediaReported{false}};
  }
  bool applied = false;
  switch (command.type) {
    case MediaEventType::kConnected:
      applied = ticket->state == TicketState::kConnecting;
      if (applied) {
        ticket->state = TicketState::kActive;
        ticket->connected = true;
        ticket->until = Time{};
        EmitAboutOffer(EventType::kMediaConnected, *ticket);
        EndVisit(*ticket, VisitEnd::kAnswered);
      }
      break;
    case MediaEventType::kConnectFailed:
      applied = ticket->state == TicketState::kConnecting;
      if (!applied) break;
      if (IsCallback(*ticket) && !ticket->by_hand && command.party == Party::kCustomer) {
        EndAttempt(*ticket, CallbackOutcome::kNoAnswer, "", Time{});
      } else {
        FailConnection(*ticket, "FAILED");
      }
      break;
    case MediaEventType::kHeld:
      applied = ticket->connected && !ticket->held;
      if (applied) {
        ticket->held = true;
        Emit(EventType::kMediaHeld, *ticket, ticket->agent);
      }
      break;
    case MediaEventType::kRetrieved:
      applied = ticket->connected && ticket->held;
      if (applied) {
        ticket->held = false;
        Emit(EventType::kMediaRetrieved, *ticket, ticket->agent);
      }
      break;
    case MediaEventType::kDisconnected:
      applied = ReportDisconnected(*ticket, command.party);
      break;
    case MediaEventType::kRinging:
      applied = ticket->state == TicketState::kConnecting;
      break;
  }
  return Reply{MediaReported{applied}};
}

// ----------------------------------------------------------------------------------------------------------
// time

Outcome ReferenceRouter::Do(const AdvanceTime&) {
  uint32_t budget = options_.max_timers_per_slice;
  for (auto& [id, workspace] : workspaces_) {
    workspace_ = &workspace;
    while (budget > 0 && ExpireNext()) --budget;
  }
  return Reply{Done{}};
}

Outcome ReferenceRouter::Do(const ContinueRouting&) {
  return Reply{Done{}};
}

Outcome ReferenceRouter::Do(const TimeLost& command) {
  for (auto& [id, workspace] : workspaces_) {
    workspace_ = &workspace;
    for (auto& [agent_id, agent] : workspace.agents) {
      if (agent.session_lost) agent.grace_until = agent.grace_until + command.lost;
      if (agent.away_since.IsSet()) agent.away_since = agent.away_since + command.lost;
    }
    for (auto& [ticket_id, ticket] : workspace.tickets) {
      const bool agreed = IsSetAside(ticket.state);
      if (ticket.until.IsSet() && !agreed) ticket.until = ticket.until + command.lost;
      if (ticket.silent_until.IsSet()) ticket.silent_until = ticket.silent_until + command.lost;
      if (ticket.kept_until.IsSet()) ticket.kept_until = ticket.kept_until + command.lost;
      if (ticket.consults.IsSet() && ticket.plan_since.IsSet()) {
        ticket.plan_since = ticket.plan_since + command.lost;
      }
      for (Participant& participant : ticket.participants) {
        if (participant.until.IsSet()) participant.until = participant.until + command.lost;
      }
      for (CoolDown& cool_down : ticket.cool_downs) {
        cool_down.until = cool_down.until + command.lost;
      }
    }
    Emit(EventType::kTimeLost).number = command.lost.us;
  }
  return Reply{Done{}};
}

// -------------------------------------------------------------------------------------------------------
// explain

Outcome ReferenceRouter::Do(const ExplainTicket& command) {
  const TicketData* ticket = FindTicket(command.ticket);
  if (!command.queue.empty()) {
    if (FindQueue(command.queue) == nullptr) return Refuse(Reason::kQueueNotFound);
    const auto place = [&](const TicketData& one) {
      const bool names_somebody = !one.requirement.agents.empty() || !one.kept_for.empty();
      return std::pair(names_somebody, PlaceInQueue(one));
    };
    for (const auto& [id, one] : workspace_->tickets) {
      if (one.queue != command.queue || one.state != TicketState::kQueued) continue;
      if (ticket == nullptr || place(one) < place(*ticket)) ticket = &one;
    }
  }
  if (ticket == nullptr) return Refuse(Reason::kTicketNotFound);
  return Reply{Explain(*ticket)};
}

Time ReferenceRouter::DelayedUntil(const AgentState& agent, const TicketData& ticket) const {
  const bool waits = ticket.state == TicketState::kQueued || ticket.state == TicketState::kOffered;
  if (!waits || !ticket.kept_for.empty()) return {};
  for (const auto& entry : FindProfile(FindAgent(agent.id)->routing_profile)->queues) {
    if (entry.queue != ticket.queue || ticket.queued_at + entry.delay <= now_) continue;
    return ticket.queued_at + entry.delay;
  }
  return {};
}

Obstacle ReferenceRouter::ObstacleOf(const AgentState& agent, const TicketData& ticket) const {
  const auto& excluded = ticket.contact.excluded_agents;
  if (std::count(excluded.begin(), excluded.end(), agent.id)) return Obstacle::kExcluded;
  if (ticket.agent == agent.id || IsOfferedTo(ticket, agent.id)) return Obstacle::kNone;
  if (ticket.state == TicketState::kInReview) return Obstacle::kInReview;
  if (!ticket.kept_for.empty() && ticket.kept_for != agent.id) return Obstacle::kKeptForLastAgent;
  if (agent.status == AgentStatus::kOffline) return Obstacle::kOffline;
  if (agent.session_lost) return Obstacle::kSessionLost;
  if (agent.status == AgentStatus::kNotReady) return Obstacle::kNotReady;
  if (agent.status == AgentStatus::kDraining) return Obstacle::kNotReady;
  if (agent.status == AgentStatus::kNotResponding) return Obstacle::kNotResponding;
  if (!IsReadyFor(agent, ticket)) return Obstacle::kNotReady;
  if (!FitsShift(agent, ticket)) return Obstacle::kShift;
  if (!HasCapacity(agent, ticket)) return Obstacle::kBusy;
  if (IsCoolingDown(agent, ticket)) return Obstacle::kCoolingDown;
  if (IsReserved(agent, ticket)) return Obstacle::kLiveReserve;
  if (DelayedUntil(agent, ticket).IsSet()) return Obstacle::kDelayed;
  const auto& queues = FindProfile(FindAgent(agent.id)->routing_profile)->queues;
  const bool pull_only = std::any_of(queues.begin(), queues.end(), [&](const auto& entry) {
    return entry.queue == ticket.queue && entry.no_push;
  });
  const Queue& queue = QueueOf(ticket);
  const bool closed = (queue.urgency == Urgency::kLive && !IsOpen(queue)) ||
                      (IsCallback(ticket) && IsClosed(queue));
  if (pull_only || closed) return Obstacle::kPullOnly;
  const bool rings_no_more =
      ticket.state == TicketState::kOffered && !WantsRings(workspace_->configuration, ticket);
  return rings_no_more ? Obstacle::kOfferedToOthers : Obstacle::kNone;
}

namespace {

std::set<std::string> IdsOf(const std::vector<std::string>& list) {
  return {list.begin(), list.end()};
}

// The only agents who may take the ticket, by name; empty: any.
std::set<std::string> NamedIn(const ReferenceRouter::TicketData& ticket) {
  return ticket.kept_for.empty() ? IdsOf(ticket.requirement.agents)
                                 : std::set<std::string>{ticket.kept_for};
}

}  // namespace

std::vector<Explanation::ClauseCount> ReferenceRouter::CountClauses(
    const TicketData& ticket) const {
  std::vector<Explanation::ClauseCount> clauses;
  const auto& agents = workspace_->configuration.agents;
  const auto count = [&](auto passes) {
    clauses.push_back(
        {"", static_cast<uint32_t>(std::count_if(agents.begin(), agents.end(), passes))});
  };
  count([&](const Agent& agent) {
    return std::count(agent.clients.begin(), agent.clients.end(), ticket.contact.client) > 0;
  });
  count([&](const Agent& agent) {
    return std::count(agent.process_types.begin(), agent.process_types.end(),
                      ticket.contact.process_type) > 0;
  });
  count([&](const Agent& agent) {
    const auto& queues = FindProfile(agent.routing_profile)->queues;
    return std::any_of(queues.begin(), queues.end(), [&](const auto& entry) {
      return entry.queue == ticket.queue && (entry.pull || !entry.no_push);
    });
  });
  for (const Clause& clause : ticket.requirement.all_of) {
    count(
        [&](const Agent& agent) { return Passes(agent, clause, ChannelOf(ticket).language_mode); });
  }
  const std::set<std::string> named = IdsOf(ticket.requirement.agents);
  if (!named.empty()) count([&](const Agent& agent) { return named.contains(agent.id); });
  return clauses;
}

Explanation ReferenceRouter::Explain(const TicketData& ticket) const {
  Explanation explanation;
  explanation.ticket = ticket.id;
  explanation.state = ticket.state;
  explanation.queue = ticket.queue;
  explanation.queued_at = ticket.queued_at;
  explanation.target = ticket.target;
  if (ticket.state == TicketState::kParked) explanation.parking_reason = ticket.parking_reason;
  if (IsSetAside(ticket.state)) explanation.enters_at = ticket.until;
  explanation.blocked_by = ticket.waits_for;
  explanation.open_children = CountChildren(ticket.id);
  explanation.until_children_closed =
      ticket.state == TicketState::kParked && ticket.until_children_closed;
  explanation.last_agent = ticket.parked_by.empty() ? ticket.kept_for : ticket.parked_by;
  explanation.kept_until = ticket.kept_until;
  explanation.silent_until = ticket.silent_until;
  explanation.reply_by = ticket.reply_by;
  const Time returns_at = ReturnsAt(*workspace_, ticket);
  if (returns_at != kEndOfTime) explanation.returns_at = returns_at;
  explanation.rules = ticket.rules;
  explanation.is_callback = IsCallback(ticket);
  explanation.callback = {ticket.not_after, ticket.attempts, ticket.last_outcome};
  explanation.after_punctual = ticket.state == TicketState::kQueued && IsAfterPunctual(ticket);
  const auto list = [&](const std::string& agent, AssignmentRole role, Time until) {
    ParticipantRow& one = explanation.participants.emplace_back();
    one.agent = agent;
    one.role = role;
    one.until = until;
  };
  if (ticket.state != TicketState::kOffered && !ticket.participants.empty()) {
    list(ticket.agent, AssignmentRole::kOwner, Time{});
    for (const Participant& other : ticket.participants) list(other.agent, other.role, other.until);
  }
  std::vector<std::string> chosen = OfferedTo(ticket);
  if (chosen.empty() && !ticket.agent.empty()) chosen.push_back(ticket.agent);
  for (const std::string& id : chosen) explanation.choices.push_back(ChoiceOf(ticket, id));
  explanation.consults = ticket.consults;
  explanation.consultation = ticket.consultation;
  if (ticket.consultation.IsSet()) {
    explanation.consulted_queue = workspace_->tickets.at(ticket.consultation).queue;
  }
  explanation.queue_closed = IsClosed(QueueOf(ticket));
  if (explanation.queue_closed) {
    for (const TimeSpan& open : HoursOf(QueueOf(ticket))->open) {
      if (open.to <= now_) continue;
      explanation.opens_at = std::max(open.from, now_);
      break;
    }
  }
  if (ticket.state == TicketState::kQueued) explanation.client_share = ShareOf(ticket);
  explanation.position = PositionOf(ticket);
  explanation.estimated_wait = EstimateOf(ticket);
  explanation.no_estimate = WhyNoEstimate(ticket);
  explanation.available_agents = CountAvailable(ticket);
  if (explanation.position != 0) {
    explanation.offer_policy = PolicyOf(workspace_->configuration, ticket);
  }
  const std::set<std::string> for_these = NamedIn(ticket);
  for (const auto& [id, other] : workspace_->tickets) {
    if (ticket.state == TicketState::kQueued && other.state == ticket.state &&
        other.queue == ticket.queue && other.requirement.all_of == ticket.requirement.all_of &&
        other.requirement.prefer == ticket.requirement.prefer &&
        other.handling_time == ticket.handling_time &&
        (NamedIn(other).empty() ||
         (NamedIn(other) == for_these &&
          IdsOf(other.contact.excluded_agents) == IdsOf(ticket.contact.excluded_agents))) &&
        other.contact.client == ticket.contact.client &&
        other.contact.process_type == ticket.contact.process_type &&
        other.contact.channel == ticket.contact.channel &&
        PlaceInQueue(other) < PlaceInQueue(ticket)) {
      ++explanation.ahead;
    }
  }
  const auto& agents = workspace_->configuration.agents;
  explanation.agents = static_cast<uint32_t>(agents.size());
  explanation.clauses = CountClauses(ticket);
  std::map<Obstacle, uint32_t> obstacles;
  for (const Agent& agent : agents) {
    if (!Qualifies(agent, ticket)) continue;
    ++explanation.qualified_agents;
    const AgentState& state = workspace_->agents.at(agent.id);
    const Obstacle obstacle = ObstacleOf(state, ticket);
    ++obstacles[obstacle];
    if (obstacle != Obstacle::kDelayed) continue;
    const Time until = DelayedUntil(state, ticket);
    const bool first = !explanation.delayed_until.IsSet() || until < explanation.delayed_until;
    if (first) explanation.delayed_until = until;
  }
  explanation.obstacles.assign(obstacles.begin(), obstacles.end());
  if (ticket.plan_step == ticket.plan.size()) return explanation;
  const PlanStep& step = ticket.plan[ticket.plan_step];
  Explanation::NextStep& next = explanation.next_step.emplace();
  next.number = static_cast<uint32_t>(ticket.plan_step + 1);
  if (NextStepAt(ticket) != kEndOfTime) next.at = NextStepAt(ticket);
  next.min_priority = step.min_priority;
  next.queue = step.queue;
  next.expire = step.expire;
  next.callback = step.callback;
  next.offer_timeout = step.offer_timeout;
  next.concurrent_offers = step.concurrent_offers;
  next.skipped = WhySkipped(ticket);
  if (step.expire || step.callback) return explanation;
  TicketData then = ticket;
  const Queue* to = FindQueue(step.queue);
  if (to != nullptr && (to->client.empty() || to->client == ticket.contact.client)) {
    then.queue = to->id;
  }
  if (step.requirement) then.requirement = *step.requirement;
  if (step.relax) Relax(then.requirement, *step.relax);
  next.clauses = CountClauses(then);
  for (const Agent& agent : agents) {
    if (Qualifies(agent, then)) ++next.qualified_agents;
  }
  return explanation;
}

}  // namespace tandem::router
