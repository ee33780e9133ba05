#include "tests/router/reference_router.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace tandem::router {
namespace {

// Commands that are not about one workspace: they name none and work on all.
bool IsForAllWorkspaces(const Action& action) {
  return std::holds_alternative<AdvanceTime>(action) ||
         std::holds_alternative<ContinueRouting>(action) ||
         std::holds_alternative<TimeLost>(action);
}

// Nothing becomes possible by these, and what waits for routing goes on waiting.
bool RoutesNothing(const Action& action) {
  return std::holds_alternative<ExplainTicket>(action) ||
         std::holds_alternative<ExplainAgent>(action) ||
         std::holds_alternative<ClassifyContact>(action) ||
         std::holds_alternative<GetAgent>(action) || std::holds_alternative<TimeLost>(action);
}

template <typename Resource>
const Resource* FindById(const std::vector<Resource>& resources, const std::string& id) {
  for (const Resource& resource : resources) {
    if (resource.id == id) return &resource;
  }
  return nullptr;
}

}  // namespace

Outcome ReferenceRouter::Execute(const Command& command, Time now) {
  now_ = now;
  workspace_id_ = command.workspace;
  const auto it = workspaces_.find(workspace_id_);
  workspace_ = it == workspaces_.end() ? nullptr : &it->second;
  const bool for_all = IsForAllWorkspaces(command.action);
  if (!for_all && workspace_ == nullptr &&
      !std::holds_alternative<ApplyConfiguration>(command.action)) {
    return Rejection{Reason::kWorkspaceNotFound, {}, {}, {}};
  }
  Outcome outcome = std::visit([this](const auto& action) { return Do(action); }, command.action);
  if (std::holds_alternative<Rejection>(outcome) || RoutesNothing(command.action)) return outcome;

  uint32_t budget = options_.max_offers_per_slice;
  if (!for_all) {
    if (workspace_ == nullptr) return outcome;
    EndDraining();
    TakeStepsOfReturned();
    Route(budget);
    RearrangeWork();
    EstimateWaits();
    if (std::holds_alternative<IngestContact>(command.action)) TellEstimate(outcome);
    return outcome;
  }
  for (auto& [id, workspace] : workspaces_) {
    workspace_ = &workspace;
    EndDraining();
    TakeStepsOfReturned();
    budget = Route(budget);
    RearrangeWork();
    EstimateWaits();
  }
  return outcome;
}

void ReferenceRouter::TellEstimate(Outcome& outcome) {
  auto& ingested = std::get<ContactIngested>(std::get<Reply>(outcome));
  const TicketData* ticket = FindTicket(ingested.ticket);
  if (ingested.joined || ticket == nullptr) return;
  ingested.position = PositionOf(*ticket);
  ingested.estimated_wait = ticket->visit_estimate;
}

std::vector<EventRow> ReferenceRouter::TakeEvents() {
  return std::exchange(events_, {});
}

bool ReferenceRouter::HasPendingRouting() const {
  return std::any_of(workspaces_.begin(), workspaces_.end(),
                     [](const auto& entry) { return HasPendingRouting(entry.second); });
}

bool ReferenceRouter::HasPendingRouting(const Workspace& workspace) {
  return !workspace.gained.empty() || !workspace.arrived.empty() ||
         !workspace.ring_gained.empty() || !workspace.ring_arrived.empty();
}

// ------------------------------------------------------------------------------------------------------
// looking up

const Queue* ReferenceRouter::FindQueue(const std::string& id) const {
  return FindById(workspace_->configuration.queues, id);
}
const Channel* ReferenceRouter::FindChannel(const std::string& id) const {
  return FindById(workspace_->configuration.channels, id);
}
const ProcessType* ReferenceRouter::FindProcessType(const std::string& id) const {
  return FindById(workspace_->configuration.process_types, id);
}
const RoutingProfile* ReferenceRouter::FindProfile(const std::string& id) const {
  return FindById(workspace_->configuration.routing_profiles, id);
}
const Agent* ReferenceRouter::FindAgent(const std::string& id) const {
  return FindById(workspace_->configuration.agents, id);
}
ReferenceRouter::TicketData* ReferenceRouter::FindTicket(TicketId id) {
  const auto it = workspace_->tickets.find(id);
  return it == workspace_->tickets.end() ? nullptr : &it->second;
}
bool ReferenceRouter::IsReason(const std::string& reason) const {
  return reason == kDeviceReason ||
         FindById(workspace_->configuration.not_ready_reasons, reason) != nullptr;
}

// ----------------------------------------------------------------------------------------------------
// the rules

bool ReferenceRouter::IsReady(const AgentState& agent) const {
  return agent.status == AgentStatus::kAvailable && agent.session_open && !agent.session_lost;
}

bool ReferenceRouter::IsReadyFor(const AgentState& agent, const TicketData& ticket) const {
  return agent.groups == 0 || (agent.groups >> static_cast<int>(ChannelOf(ticket).group)) % 2 == 1;
}

bool ReferenceRouter::IsIdle(const AgentState& agent) const {
  return IsReady(agent) && agent.groups == 0 &&
         std::none_of(workspace_->tickets.begin(), workspace_->tickets.end(),
                      [&](const auto& entry) { return Takes(entry.second, agent.id); });
}

uint32_t ReferenceRouter::CountIdle(const std::string& profile) const {
  uint32_t idle = 0;
  for (const auto& [id, agent] : workspace_->agents) {
    if (FindAgent(id)->routing_profile == profile && IsIdle(agent)) ++idle;
  }
  return idle;
}

bool ReferenceRouter::Interrupts(const AgentState& agent, const TicketData& ticket,
                                 const TicketData& other) const {
  const std::optional<Capacity>& capacity = FindAgent(agent.id)->capacity;
  if (!capacity) return false;
  const GroupCapacity& group = capacity->groups[static_cast<size_t>(ChannelOf(ticket).group)];
  if (ChannelOf(ticket).group == ChannelOf(other).group) {
    return group.live_interrupts && QueueOf(ticket).urgency == Urgency::kLive &&
           QueueOf(other).urgency == Urgency::kDeferrable;
  }
  const auto& groups = group.interrupts;
  return std::count(groups.begin(), groups.end(), ChannelOf(other).group) > 0;
}

// Whether the agent, with nothing but one ticket like this, which is DEFERRABLE, could be given a
// LIVE one of every group of which it takes any, and one of these would interrupt it.
bool ReferenceRouter::Yields(const AgentState& agent, const TicketData& ticket) const {
  const std::optional<Capacity>& capacity = FindAgent(agent.id)->capacity;
  if (!capacity) return false;
  const CapacityGroup group = ChannelOf(ticket).group;
  const GroupCapacity& has = capacity->groups[static_cast<size_t>(group)];
  const auto is_in = [](CapacityGroup one, const std::vector<CapacityGroup>& groups) {
    return std::count(groups.begin(), groups.end(), one) > 0;
  };
  bool is_interrupted = false;
  for (size_t i = 0; i < kCapacityGroups; ++i) {
    const auto other = static_cast<CapacityGroup>(i);
    const GroupCapacity& comes = capacity->groups[i];
    if (comes.max == 0 || comes.units_per_ticket > capacity->total_units) continue;
    if (other == group ? has.live_interrupts : is_in(group, comes.interrupts)) {
      is_interrupted = true;
      continue;
    }
    if (has.units_per_ticket + comes.units_per_ticket > capacity->total_units) return false;
    if (other == group && has.max < 2) return false;
    if (other != group && (has.exclusive || comes.exclusive || is_in(other, has.interrupts))) {
      return false;
    }
  }
  return is_interrupted;
}

bool ReferenceRouter::InterruptsAny(const AgentState& agent, const TicketData& ticket) const {
  return std::any_of(
      workspace_->tickets.begin(), workspace_->tickets.end(), [&](const auto& entry) {
        return Takes(entry.second, agent.id) && Interrupts(agent, ticket, entry.second);
      });
}

bool ReferenceRouter::HasCapacity(const AgentState& agent, const TicketData& ticket) const {
  Capacity capacity;
  capacity.total_units = 1;
  capacity.groups.fill(GroupCapacity{});
  for (GroupCapacity& group : capacity.groups) group.max = 1;
  if (FindAgent(agent.id)->capacity) capacity = *FindAgent(agent.id)->capacity;
  const auto group_of = [&](const TicketData& one) -> const GroupCapacity& {
    return capacity.groups[static_cast<size_t>(ChannelOf(one).group)];
  };
  uint64_t units = group_of(ticket).units_per_ticket;
  uint32_t tickets_in_group = 0;
  for (const auto& [id, other] : workspace_->tickets) {
    if (!Takes(other, agent.id) || Interrupts(agent, ticket, other)) continue;
    if (Interrupts(agent, other, ticket)) return false;
    units += group_of(other).units_per_ticket;
    if (&group_of(other) == &group_of(ticket)) {
      ++tickets_in_group;
    } else if (group_of(other).exclusive || group_of(ticket).exclusive) {
      return false;
    }
  }
  return tickets_in_group < group_of(ticket).max && units <= capacity.total_units;
}

// Tells what began and what ended, agent by agent.
void ReferenceRouter::RearrangeWork() {
  std::map<uint64_t, AgentState*> agents;
  for (auto& [id, agent] : workspace_->agents) agents[agent.ordinal] = &agent;
  for (const auto& [ordinal, agent] : agents) {
    std::map<uint64_t, TicketData*> owned;
    for (auto& [id, ticket] : workspace_->tickets) {
      if (ticket.agent == agent->id && ticket.state != TicketState::kOffered) {
        owned[ticket.arrival] = &ticket;
      }
    }
    for (const auto& [arrival, ticket] : owned) {
      const auto& all = workspace_->tickets;
      const bool waits = std::any_of(all.begin(), all.end(), [&](const auto& other) {
        return WorksOn(other.second, agent->id) && Interrupts(*agent, other.second, *ticket);
      });
      if (waits == ticket->interrupted_since.IsSet()) continue;
      EventRow& event = Emit(waits ? EventType::kTicketInterrupted : EventType::kInterruptionEnded,
                             *ticket, agent->id);
      if (!waits) event.number = (now_ - ticket->interrupted_since).us;
      ticket->interrupted_since = waits ? now_ : Time{};
    }
  }
}

namespace {

// True when `prefix` is the other tag, or its beginning up to a hyphen.
bool IsTagPrefix(const std::string& prefix, const std::string& tag) {
  return tag == prefix || tag.rfind(prefix + "-", 0) == 0;
}

}  // namespace

bool ReferenceRouter::Passes(const Agent& agent, const Clause& clause, LanguageMode mode) const {
  return std::any_of(clause.begin(), clause.end(), [&](const Predicate& predicate) {
    return Has(agent, predicate.kind, mode) != predicate.negated;
  });
}

bool ReferenceRouter::Has(const Agent& agent, const PredicateKind& kind, LanguageMode mode) const {
  if (const auto* skill = std::get_if<SkillRequirement>(&kind)) {
    return std::any_of(agent.skills.begin(), agent.skills.end(), [&](const SkillLevel& has) {
      return has.skill == skill->skill && has.level >= skill->level &&
             has.level <= skill->max_level;
    });
  }
  if (const auto* language = std::get_if<LanguageRequirement>(&kind)) {
    for (const AgentLanguage& has : agent.languages) {
      const Cefr level = mode == LanguageMode::kSpoken ? has.spoken : has.written;
      const bool matches =
          IsTagPrefix(has.tag, language->tag) || IsTagPrefix(language->tag, has.tag);
      if (matches && level != Cefr::kNone && level >= language->level) return true;
    }
    return false;
  }
  if (const auto* type = std::get_if<ProcessTypePredicate>(&kind)) {
    return std::count(agent.process_types.begin(), agent.process_types.end(), type->process_type) >
           0;
  }
  if (const auto* site = std::get_if<SitePredicate>(&kind)) return site->site == agent.site;
  if (const auto* team = std::get_if<TeamPredicate>(&kind)) return team->team == agent.team;
  if (const auto* asked = std::get_if<AgentKindPredicate>(&kind)) return asked->kind == agent.kind;
  const AttributePredicate& asked = std::get<AttributePredicate>(kind);
  for (const auto& [key, value] : agent.attributes) {
    if (key != asked.key) continue;
    if (!asked.values.empty()) {
      return std::count(asked.values.begin(), asked.values.end(), value) > 0;
    }
    if (!asked.min && !asked.max) return true;
    return IsWithin(asked, value);
  }
  return false;
}

bool ReferenceRouter::Qualifies(const Agent& agent, const TicketData& ticket) const {
  const auto contains = [](const std::vector<std::string>& list, const std::string& id) {
    return std::find(list.begin(), list.end(), id) != list.end();
  };
  const LanguageMode mode = ChannelOf(ticket).language_mode;
  const auto& queues = FindProfile(agent.routing_profile)->queues;
  return contains(agent.clients, ticket.contact.client) &&
         contains(agent.process_types, ticket.contact.process_type) &&
         std::any_of(queues.begin(), queues.end(),
                     [&](const RoutingProfileQueue& entry) {
                       return entry.queue == ticket.queue && (entry.pull || !entry.no_push);
                     }) &&
         (ticket.requirement.agents.empty() || contains(ticket.requirement.agents, agent.id)) &&
         std::all_of(ticket.requirement.all_of.begin(), ticket.requirement.all_of.end(),
                     [&](const Clause& clause) { return Passes(agent, clause, mode); });
}

bool ReferenceRouter::IsCoolingDown(const AgentState& agent, const TicketData& ticket) const {
  return std::any_of(ticket.cool_downs.begin(), ticket.cool_downs.end(),
                     [&](const CoolDown& cool_down) { return cool_down.agent == agent.id; });
}

bool ReferenceRouter::IsReserved(const AgentState& agent, const TicketData& ticket) const {
  const std::string& profile = FindAgent(agent.id)->routing_profile;
  if (QueueOf(ticket).office == Office::kBack && BackGoesFirst(agent)) return false;
  if (Yields(agent, ticket)) return false;
  return QueueOf(ticket).urgency == Urgency::kDeferrable && IsIdle(agent) &&
         CountIdle(profile) <= FindProfile(profile)->live_reserve;
}

bool ReferenceRouter::MayTake(const AgentState& agent, const TicketData& ticket,
                              bool claiming) const {
  const bool rings = WantsRings(workspace_->configuration, ticket);
  if ((ticket.state != TicketState::kQueued && !rings) || !IsReady(agent)) return false;
  if (IsOfferedTo(ticket, agent.id)) return false;
  if (!IsReadyFor(agent, ticket) || !FitsShift(agent, ticket)) return false;
  const Agent& configured = *FindAgent(agent.id);
  if (!Qualifies(configured, ticket)) return false;
  if (!ticket.kept_for.empty() && ticket.kept_for != agent.id) return false;
  const Queue& queue = QueueOf(ticket);
  if (!claiming && queue.urgency == Urgency::kLive && !IsOpen(queue)) return false;
  if (!claiming && IsCallback(ticket) && IsClosed(queue)) return false;
  for (const RoutingProfileQueue& entry : FindProfile(configured.routing_profile)->queues) {
    if (entry.queue == ticket.queue && !(claiming ? entry.pull : !entry.no_push)) return false;
    if (entry.queue == ticket.queue && ticket.kept_for.empty() && entry.delay > ticket.waited) {
      return false;
    }
  }
  const auto& excluded = ticket.contact.excluded_agents;
  return std::find(excluded.begin(), excluded.end(), agent.id) == excluded.end() &&
         !IsCoolingDown(agent, ticket) && HasCapacity(agent, ticket) && !IsReserved(agent, ticket);
}

// -------------------------------------------------------------------------------------------------------
// routing

ReferenceRouter::TicketData* ReferenceRouter::BestTicket(const AgentState& agent,
                                                         const std::string& queue, bool claiming,
                                                         bool rings) {
  const RoutingProfile& profile = *FindProfile(FindAgent(agent.id)->routing_profile);
  const auto order = [&](const TicketData& ticket) {
    uint32_t rank = 0;
    for (const RoutingProfileQueue& entry : profile.queues) {
      if (entry.queue == ticket.queue) rank = entry.rank;
    }
    return std::tuple(rank, QueueOf(ticket).urgency, TierOf(ticket),
                      AmongQueues(PlaceInTurn(ticket)));
  };
  const bool back_first =
      BackGoesFirst(agent) &&
      std::any_of(workspace_->tickets.begin(), workspace_->tickets.end(), [&](const auto& entry) {
        const TicketData& ticket = entry.second;
        return QueueOf(ticket).office == Office::kBack &&
               (queue.empty() || ticket.queue == queue) &&
               (ticket.state == TicketState::kOffered) == rings && MayTake(agent, ticket, claiming);
      });
  std::map<std::string, TicketData*> firsts;
  for (auto& [id, ticket] : workspace_->tickets) {
    if (!queue.empty() && ticket.queue != queue) continue;
    if ((ticket.state == TicketState::kOffered) != rings) continue;
    if (back_first && QueueOf(ticket).office != Office::kBack) continue;
    if (!MayTake(agent, ticket, claiming)) continue;
    const auto place_in_queue = [&](const TicketData& one) {
      return std::pair(TierOf(one), PlaceInTurn(one));
    };
    TicketData*& first = firsts[ticket.queue];
    if (first == nullptr || place_in_queue(ticket) < place_in_queue(*first)) first = &ticket;
  }
  TicketData* best = nullptr;
  for (const auto& [id, first] : firsts) {
    if (best == nullptr || order(*first) < order(*best)) best = first;
  }
  return best;
}

ReferenceRouter::Place ReferenceRouter::PlaceInQueue(const TicketData& ticket) const {
  const bool last = IsAfterPunctual(ticket);
  if (QueueOf(ticket).order == QueueOrder::kTarget) return {last, 0, ticket.key, ticket.arrival};
  return {last, kMaxPriority - *ticket.contact.priority, std::max(ticket.target, ticket.queued_at),
          ticket.arrival};
}

std::tuple<bool, Time, uint64_t> ReferenceRouter::AmongQueues(const Place& place) {
  const auto& [last, priority, key, arrival] = place;
  return {last, key, arrival};
}

uint32_t ReferenceRouter::ScoreOf(const Agent& agent, const TicketData& ticket) const {
  const LanguageMode mode = ChannelOf(ticket).language_mode;
  const auto level_of = [&](const std::string& skill) {
    uint32_t level = 0;
    for (const SkillLevel& has : agent.skills) {
      if (has.skill == skill) level = has.level;
    }
    return level;
  };
  uint32_t score = 0;
  for (const Clause& clause : ticket.requirement.all_of) {
    uint32_t above = 0;
    for (const Predicate& predicate : clause) {
      const auto* skill = std::get_if<SkillRequirement>(&predicate.kind);
      if (skill == nullptr || predicate.negated || !Has(agent, predicate.kind, mode)) continue;
      above = std::max(above, level_of(skill->skill) - skill->level);
    }
    score += above;
  }
  for (const Preference& preference : ticket.requirement.prefer) {
    if (!Passes(agent, {preference.predicate}, mode)) continue;
    const auto* skill = std::get_if<SkillRequirement>(&preference.predicate.kind);
    const bool by_level = skill != nullptr && !preference.predicate.negated;
    score += preference.weight * (by_level ? level_of(skill->skill) : 10);
  }
  return score;
}

// Smaller goes first.
int64_t ReferenceRouter::WeightOf(const AgentState& agent, const TicketData& ticket) const {
  const Agent& configured = *FindAgent(agent.id);
  switch (QueueOf(ticket).distribution_mode) {
    case DistributionMode::kLongestIdle:
      return 0;
    case DistributionMode::kLeastLoaded: {
      uint64_t used = 0, reachable = 0;
      for (const auto& [id, other] : workspace_->tickets) {
        if (!Takes(other, agent.id)) continue;
        const auto group = static_cast<size_t>(ChannelOf(other).group);
        used += configured.capacity->groups[group].units_per_ticket;
      }
      for (const GroupCapacity& group : configured.capacity->groups) {
        reachable += uint64_t{group.max} * group.units_per_ticket;
      }
      reachable = std::min<uint64_t>(reachable, configured.capacity->total_units);
      return reachable == 0 ? 0 : static_cast<int64_t>(used * 1'000'000 / reachable);
    }
    case DistributionMode::kRoundRobin:
      return agent.turn;
    case DistributionMode::kBestMatch:
      return -int64_t{ScoreOf(configured, ticket)};
    case DistributionMode::kLowestCost:
      return configured.cost_per_hour_milli;
  }
  return 0;
}

ReferenceRouter::AgentState* ReferenceRouter::BestAgent(const TicketData& ticket) {
  const auto order = [&](const AgentState& agent) {
    return std::tuple(InterruptsAny(agent, ticket), WeightOf(agent, ticket), agent.idle_since,
                      agent.ordinal);
  };
  AgentState* best = nullptr;
  for (auto& [id, agent] : workspace_->agents) {
    if (!MayTake(agent, ticket, /*claiming=*/false)) continue;
    if (best == nullptr || order(agent) < order(*best)) best = &agent;
  }
  return best;
}

// Routes the workspace until quiet or until `budget` offers are made; returns what is left of the
// budget.
uint32_t ReferenceRouter::Route(uint32_t budget) {
  Workspace& workspace = *workspace_;
  while (true) {
    LookAtBackFloors();
    KeepBackCounts();
    TicketData* overflowing = FirstToOverflow();
    if (overflowing == nullptr && !HasPendingRouting(workspace)) break;
    if (budget == 0) return 0;
    if (overflowing != nullptr) {
      Overflow(*overflowing);
      --budget;
      continue;
    }
    if (AgentState* first = FirstGained(workspace.gained)) {
      if (TicketData* ticket = BestTicket(*first, "", /*claiming=*/false)) {
        MakeOffer(*ticket, *BestAgent(*ticket), "AGENT_FREE");
        --budget;
      } else {
        workspace.gained.erase(first->id);
        const bool any_rings = std::any_of(
            workspace.tickets.begin(), workspace.tickets.end(),
            [&](const auto& entry) { return WantsRings(workspace.configuration, entry.second); });
        if (any_rings) workspace.ring_gained.insert(first->id);
      }
      continue;
    }
    if (TicketData* first = FirstArrived(workspace.arrived, /*rings=*/false)) {
      workspace.arrived.erase(first->id);
      if (AgentState* agent = BestAgent(*first)) {
        MakeOffer(*first, *agent, "ARRIVED");
        --budget;
      }
      continue;
    }
    if (RingFurther()) --budget;
  }
  return budget;
}

ReferenceRouter::AgentState* ReferenceRouter::FirstGained(const std::set<std::string>& gained) {
  AgentState* first = nullptr;
  for (const std::string& id : gained) {
    AgentState& agent = workspace_->agents.at(id);
    if (first == nullptr ||
        std::tie(agent.idle_since, agent.ordinal) < std::tie(first->idle_since, first->ordinal)) {
      first = &agent;
    }
  }
  return first;
}

ReferenceRouter::TicketData* ReferenceRouter::FirstArrived(std::set<TicketId>& arrived,
                                                           bool rings) {
  std::map<std::string, TicketData*> firsts;
  const auto order = [&](const TicketData& ticket) {
    return std::tuple(QueueOf(ticket).urgency, AmongQueues(PlaceInQueue(ticket)));
  };
  for (auto it = arrived.begin(); it != arrived.end();) {
    TicketData* ticket = FindTicket(*it);
    const bool looks = ticket != nullptr && (rings ? WantsRings(workspace_->configuration, *ticket)
                                                   : ticket->state == TicketState::kQueued);
    if (!looks) {
      it = arrived.erase(it);
      continue;
    }
    TicketData*& first_in = firsts[ticket->queue];
    if (first_in == nullptr || PlaceInQueue(*ticket) < PlaceInQueue(*first_in)) first_in = ticket;
    ++it;
  }
  TicketData* first = nullptr;
  for (const auto& [id, one] : firsts) {
    if (first == nullptr || order(*one) < order(*first)) first = one;
  }
  return first;
}

void ReferenceRouter::MakeOffer(TicketData& ticket, AgentState& agent, const char* reason) {
  const Queue& queue = QueueOf(ticket);
  LeaveReserve(agent);
  if (queue.distribution_mode == DistributionMode::kRoundRobin) {
    agent.turn = workspace_->last_turn = std::max(now_.us, workspace_->last_turn + 1);
  }
  const uint32_t number = NextOffer(ticket);
  const OfferPolicy policy = PolicyOf(workspace_->configuration, ticket);
  const Time until = now_ + policy.timeout;
  if (ticket.state == TicketState::kOffered) {
    ticket.last_invitation = number;
    ticket.participants.push_back({agent.id, AssignmentRole::kOwner, number, until, now_});
  } else {
    ticket.state = TicketState::kOffered;
    ticket.agent = agent.id;
    ticket.until = until;
    ticket.offer_number = number;
    ticket.offered_at = now_;
    CountPick(ticket);
  }
  EventRow& event = Emit(EventType::kTicketOffered, ticket, agent.id);
  event.offer_number = number;
  event.reason = reason;
  event.until = until;
  LookAtIdle();
  if (policy.concurrent > 1) Arrive(ticket);
  if (queue.auto_accept) Accept(ticket, agent);
}

}  // namespace tandem::router
