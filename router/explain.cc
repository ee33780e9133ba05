// Why a ticket waits. Looks at every profile, and at each agent who passes; changes nothing.
#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"

#include "router/commands.h"
#include "router/limits.h"
#include "router/obstacle.h"
#include "router/open_hours.h"
#include "router/placement.h"
#include "router/requirement.h"
#include "router/snapshot.h"

namespace tandem::router {
namespace {

constexpr size_t kObstacles = static_cast<size_t>(kLastObstacle) + 1;

// Who passes, and how many pass which clause. Agents of one profile pass the same clauses, but for
// that of named agents.
class ClauseCounter {
 public:
  // All must outlive the counter.
  ClauseCounter(const Workspace& workspace, const TicketClass& ticket_class,
                const TicketClass::Agents& agents, const Requirement& asked)
      : workspace_(workspace), class_(ticket_class), named_(agents.named) {
    Add("client " + workspace.client_ids.Name(class_.spec.client));
    Add("process type " + workspace.process_type_ids.Name(class_.spec.process_type));
    Add("queue " + workspace.queue_ids.Name(class_.spec.queue));
    for (std::string& clause : Describe(asked)) Add(std::move(clause));
    workspace.matching.ForEachProfile(
        [&](ProfileIndex profile, uint32_t members) { Judge(profile, members); });
    if (named_.empty()) return;
    qualified_agents_ = 0;
    for (const AgentIndex agent : named_) {
      if (!IsConfigured(agent)) continue;
      ++counts_.back().passing_agents;
      if (Qualifies(agent)) ++qualified_agents_;
    }
  }

  uint32_t qualified_agents() const { return qualified_agents_; }

  // Whether the agent passes all of them, be it by offer or by claim.
  bool Qualifies(AgentIndex agent) const {
    return IsConfigured(agent) && IsAnyWay(PassingOf(agent)) &&
           (named_.empty() || std::binary_search(named_.begin(), named_.end(), agent));
  }

  // Calls `visit(agent, how it passes)` for each who does.
  template <typename Function>
  void ForEachQualified(Function visit) const {
    const auto visit_if_qualified = [&](AgentIndex agent) {
      if (Qualifies(agent)) visit(agent, PassingOf(agent));
    };
    if (named_.empty()) {
      const auto agents = static_cast<uint32_t>(workspace_.agent_profiles.size());
      for (uint32_t i = 0; i < agents; ++i) visit_if_qualified(AgentIndex{i});
    } else {
      std::for_each(named_.begin(), named_.end(), visit_if_qualified);
    }
  }

  std::vector<Explanation::ClauseCount> Take() { return std::move(counts_); }

 private:
  static bool IsAnyWay(const Passing& passing) { return passing.push || passing.pull; }

  bool IsConfigured(AgentIndex agent) const {
    return agent.IsSet() && agent.value < workspace_.agent_profiles.size() &&
           workspace_.agent_profiles[agent.value].IsSet();
  }
  const Passing& PassingOf(AgentIndex agent) const {
    return passing_[workspace_.agent_profiles[agent.value].value];
  }

  void Judge(ProfileIndex profile, uint32_t members) {
    const Traits& traits = workspace_.matching.TraitsOf(profile);
    if (profile.value >= passing_.size()) passing_.resize(profile.value + 1);
    Passing& passing = passing_[profile.value];
    passing = workspace_.matching.Test(workspace_, class_, profile);
    if (IsAnyWay(passing)) qualified_agents_ += members;
    size_t clause = 0;
    const auto count = [&](bool passes) {
      if (passes) counts_[clause].passing_agents += members;
      ++clause;
    };
    count(traits.MayServe(class_.spec.client));
    count(traits.MayDo(class_.spec.process_type));
    count(ServesQueue(workspace_, traits, class_.spec.queue));
    for (const CompiledClause& compiled : class_.clauses) {
      count(Passes(compiled, class_.mode, traits));
    }
  }
  void Add(std::string clause) { counts_.push_back({std::move(clause), 0}); }

  const Workspace& workspace_;
  const TicketClass& class_;
  const std::vector<AgentIndex>& named_;
  std::vector<Passing> passing_;  // by ProfileIndex, of those that somebody has
  std::vector<Explanation::ClauseCount> counts_;
  uint32_t qualified_agents_ = 0;
};

// Where its client's fair share puts the ticket, which is QUEUED; unset: the client has none.
std::optional<Explanation::Share> ShareOf(const Workspace& workspace, const Ticket& ticket) {
  const std::string& client = workspace.client_ids.Name(ticket.client);
  for (const Client& configured : workspace.configuration.clients) {
    if (configured.id != client || !configured.fair_share) continue;
    const FairShares& shares = workspace.shares;
    const bool weighs = configured.fair_share->weight != 0;
    return Explanation::Share{.tier = shares.TierOf(ticket.client),
                              .configured = *configured.fair_share,
                              .in_hand = shares.in_hand(ticket.client),
                              .shared = weighs ? shares.shared() : 0,
                              .weights = weighs ? shares.weights() : 0};
  }
  return std::nullopt;
}

TicketClass::Agents NamedIn(const Workspace& workspace, const Requirement& asked) {
  TicketClass::Agents agents;
  for (const std::string& name : asked.agents) {
    // Who is unknown takes nothing, but the ticket is for nobody else.
    agents.named.push_back(workspace.agent_ids.Find(name));
  }
  std::sort(agents.named.begin(), agents.named.end());
  return agents;
}

// What the ticket's plan changes next. Requires that it has a step left.
Explanation::NextStep Foresee(const Workspace& workspace, const Ticket& ticket, Time now) {
  const PlanStep& step = *workspace.NextStep(ticket);
  Explanation::NextStep next{.number = ticket.plan_step + 1,
                             .min_priority = step.min_priority,
                             .queue = step.queue,
                             .expire = step.expire,
                             .callback = step.callback,
                             .condition = step.condition,
                             .offer_timeout = step.offer_timeout,
                             .concurrent_offers = step.concurrent_offers};
  const Time at = workspace.NextStepAt(ticket);
  if (at != kEndOfTime) next.at = at;
  if (const char* skipped = WhySkipped(workspace, ticket, now)) next.skipped = skipped;
  if (EndsWait(step)) return next;

  const Requirement asked = AskedOf(ticket, AskedOnceTaken(step, RequirementOf(workspace, ticket)));
  ClassSpec spec = workspace.matching.ClassOf(ticket.ticket_class).spec;
  spec.requirement = asked;
  // A queue that can't take it is one that the step won't move it to.
  const QueueIndex to = OverflowQueueOf(workspace, ticket, step);
  if (to.IsSet()) spec.queue = to;
  const TicketClass::Agents agents = NamedIn(workspace, asked);
  const TicketClass then = workspace.matching.Foresee(workspace, std::move(spec));
  ClauseCounter counter(workspace, then, agents, asked);
  next.qualified_agents = counter.qualified_agents();
  next.clauses = counter.Take();
  return next;
}

// What is asked, and how many of those who are not excluded could take it.
struct Prospect {
  std::vector<Explanation::ClauseCount> clauses;
  uint32_t qualified_agents = 0;
};
Prospect ProspectOf(const Workspace& workspace, ClassSpec spec, const Requirement& asked,
                    const std::vector<std::string>& excluded) {
  spec.requirement = asked;
  const TicketClass ticket_class = workspace.matching.Foresee(workspace, std::move(spec));
  const TicketClass::Agents agents = NamedIn(workspace, asked);
  ClauseCounter counter(workspace, ticket_class, agents, asked);
  absl::flat_hash_set<AgentIndex> without;
  for (const std::string& agent : excluded) without.insert(workspace.agent_ids.Find(agent));
  Prospect prospect;
  prospect.qualified_agents = counter.qualified_agents();
  for (const AgentIndex agent : without) {
    if (counter.Qualifies(agent)) --prospect.qualified_agents;
  }
  prospect.clauses = counter.Take();
  return prospect;
}

// What made the agent, who has the ticket or is offered it, the one; as far as the state tells.
Explanation::Choice ChoiceOf(const Workspace& workspace, const Ticket& ticket, AgentIndex index) {
  const AgentState& agent = workspace.agent(index);
  const TicketClass& of = workspace.matching.ClassOf(ticket.ticket_class);
  const TicketClass::Agents& agents = of.groups[ticket.group].agents;
  Explanation::Choice choice;
  choice.agent = workspace.AgentName(index);
  choice.offered = ticket.state == TicketState::kOffered;
  choice.claimed = Workspace::UnderLease(ticket);
  choice.kept = ticket.kept_until.IsSet();
  choice.named = !choice.kept && !agents.named.empty() && agents.Name(index);
  choice.mode = workspace.queue(ticket.queue).configured->distribution_mode;
  switch (choice.mode) {
    case DistributionMode::kLongestIdle:
      if (choice.offered) choice.idle_since = agent.idle_since;
      break;
    case DistributionMode::kLeastLoaded:
      choice.load = agent.Load();
      break;
    case DistributionMode::kRoundRobin:
      break;
    case DistributionMode::kBestMatch:
      choice.score = workspace.matching.Test(workspace, of, agent.profile).score;
      break;
    case DistributionMode::kLowestCost:
      choice.cost_per_hour_milli = agent.cost_per_hour_milli;
      break;
  }
  return choice;
}

// The oldest offer first; nobody while it waits or is set aside.
std::vector<Explanation::Choice> ChoicesOf(const Workspace& workspace, const Ticket& ticket) {
  std::vector<Explanation::Choice> choices;
  if (!ticket.agent.IsSet()) return choices;
  std::vector<AgentIndex> agents = {ticket.agent};
  if (ticket.state == TicketState::kOffered) agents = OfferedTo(ticket);
  for (const AgentIndex agent : agents) choices.push_back(ChoiceOf(workspace, ticket, agent));
  return choices;
}

// Its owner and who else takes part; nobody while no other does.
void AddParticipants(const Workspace& workspace, const Ticket& ticket,
                     std::vector<ParticipantRow>& to) {
  if (ticket.state == TicketState::kOffered) return;  // it rings them
  std::vector<ParticipantRow> others = ParticipantRowsOf(workspace, ticket);
  if (others.empty()) return;
  ParticipantRow& owner = to.emplace_back();
  owner.agent = workspace.AgentName(ticket.agent);
  owner.role = AssignmentRole::kOwner;
  owner.began_at = ticket.segment_began_at;
  owner.accepted_at = ticket.accepted_at;
  std::move(others.begin(), others.end(), std::back_inserter(to));
}

void AddConsultation(const Workspace& workspace, const Ticket& ticket, Explanation& to) {
  if (ticket.participants == nullptr) return;
  to.consults = ticket.participants->consults;
  const TicketIndex request = ticket.participants->consultation;
  if (!request.IsSet()) return;
  to.consultation = workspace.ticket(request).id;
  to.consulted_queue = workspace.queue_ids.Name(workspace.ticket(request).queue);
}

// Who passes, and what keeps them from the ticket.
void AddAgents(const Workspace& workspace, const Ticket& ticket, Explanation& to) {
  const TicketClass& ticket_class = workspace.matching.ClassOf(ticket.ticket_class);
  const Requirement asked = RequirementOf(workspace, ticket);
  TicketClass::Agents agents = ticket_class.groups[ticket.group].agents;
  // That it is kept for an agent is an obstacle to the others, and passes.
  if (ticket.kept_until.IsSet()) agents.named.clear();
  ClauseCounter counter(workspace, ticket_class, agents, asked);
  std::array<uint32_t, kObstacles> obstacles{};
  counter.ForEachQualified([&](AgentIndex agent, const Passing& passing) {
    const Obstacle obstacle = ObstacleOf(workspace, ticket, agent, passing);
    ++obstacles[static_cast<size_t>(obstacle)];
    if (obstacle != Obstacle::kDelayed) return;
    const Time until = DelayedUntil(workspace, ticket, passing.delay);
    to.delayed_until = to.delayed_until.IsSet() ? std::min(to.delayed_until, until) : until;
  });
  for (size_t i = 0; i < kObstacles; ++i) {
    if (obstacles[i] > 0) to.obstacles.emplace_back(static_cast<Obstacle>(i), obstacles[i]);
  }
  to.agents = static_cast<uint32_t>(workspace.configured_agents);
  to.qualified_agents = counter.qualified_agents();
  to.clauses = counter.Take();
}

// How it came to be where it is, and what ends that.
void AddLife(const Workspace& workspace, const Ticket& ticket, Explanation& to) {
  if (IsSetAside(ticket.state)) to.enters_at = ticket.until;
  if (ticket.parking != nullptr) {
    to.parking_reason = ticket.parking->reason;
    to.until_children_closed = ticket.parking->until_children_closed;
  }
  to.blocked_by = workspace.WaitsFor(ticket);
  to.open_children = workspace.OpenChildrenOf(ticket.id);
  to.last_agent = workspace.AgentName(ticket.last_agent);
  to.kept_until = ticket.kept_until;
  to.silent_until = ticket.silent_until;
  to.reply_by = ticket.reply_by;
  if (workspace.LeavesWhoIsAway(ticket)) {
    const CapacityGroup group = workspace.matching.ClassOf(ticket.ticket_class).group;
    const Time at = workspace.ReturnsAt(workspace.agent(ticket.agent), group);
    if (at != kEndOfTime) to.returns_at = at;
  }
  if (ticket.rules != nullptr) to.rules = *ticket.rules;
  to.is_callback = workspace.IsCallback(ticket);
  if (ticket.callback != nullptr) to.callback = *ticket.callback;
}

// Where it stands in its queue, and for how long.
void AddWait(const Workspace& workspace, const Ticket& ticket, Time now, Explanation& to) {
  const QueueState& queue = workspace.queue(ticket.queue);
  to.queue_closed = queue.closed;
  if (queue.closed) to.opens_at = NextOpening(queue.calendar->hours, now);
  to.position = PositionOf(workspace, ticket);
  to.estimated_wait = EstimateWait(workspace, ticket, now);
  to.no_estimate = WhyNoEstimate(workspace, ticket, now);
  to.available_agents = workspace.matching.CountAvailable(workspace, ticket, kMaxAgents);
  if (to.position != 0) to.offer_policy = workspace.OfferPolicyOf(ticket);
}

std::variant<TicketIndex, Rejection> FindExplained(const Workspace& workspace,
                                                   const ExplainTicket& command) {
  if (command.queue.empty()) return FindTicket(workspace, command.ticket);
  if (!IsConfigured(workspace, ResourceKind::kQueue, command.queue)) {
    return RefuseUnknown(Reason::kQueueNotFound, "queue", command.queue);
  }
  const TicketIndex first =
      workspace.matching.FirstWaiting(workspace.queue_ids.Find(command.queue));
  if (first.IsSet()) return first;
  return Refuse(Reason::kTicketNotFound,
                "expected a ticket that waits in queue '" + command.queue + "', but there is none");
}

}  // namespace

Outcome Decide(Context& context, const ExplainTicket& command) {
  const Workspace& workspace = context.workspace;
  const auto found = FindExplained(workspace, command);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const Ticket& ticket = workspace.ticket(std::get<TicketIndex>(found));
  Explanation explanation;
  explanation.ticket = ticket.id;
  explanation.state = ticket.state;
  explanation.queue = workspace.queue_ids.Name(ticket.queue);
  explanation.queued_at = ticket.queued_at;
  explanation.target = ticket.target;
  if (ticket.state == TicketState::kQueued) {
    explanation.ahead = workspace.matching.Ahead(workspace, ticket);
    explanation.client_share = ShareOf(workspace, ticket);
    explanation.after_punctual = workspace.IsInLateClass(ticket);
  }
  AddAgents(workspace, ticket, explanation);
  AddLife(workspace, ticket, explanation);
  explanation.choices = ChoicesOf(workspace, ticket);
  AddParticipants(workspace, ticket, explanation.participants);
  AddConsultation(workspace, ticket, explanation);
  AddWait(workspace, ticket, context.now, explanation);
  if (workspace.NextStep(ticket) != nullptr) {
    explanation.next_step = Foresee(workspace, ticket, context.now);
  }
  return Reply(std::move(explanation));
}

void Foretell(const Workspace& workspace, const NewTicket& created, ContactClassified& told) {
  const TicketRow& row = created.row;
  ClassSpec spec;
  spec.queue = created.queue;
  spec.channel = workspace.channel_ids.Find(row.channel);
  spec.client = workspace.client_ids.Find(row.client);
  spec.process_type = workspace.process_type_ids.Find(row.process_type);
  Prospect now = ProspectOf(workspace, spec, row.requirement, row.excluded_agents);
  told.qualified_agents = now.qualified_agents;
  told.clauses = std::move(now.clauses);
  told.unroutable = told.qualified_agents == 0;
  Requirement asked = row.requirement;
  for (const PlanStep& step : row.plan) {
    if (!told.unroutable) return;
    const QueueIndex to = QueueAfter(workspace, step, spec.queue, spec.client);
    if (!to.IsSet()) continue;
    spec.queue = to;
    asked = AskedOnceTaken(step, std::move(asked));
    const Prospect then = ProspectOf(workspace, spec, asked, row.excluded_agents);
    told.unroutable = then.qualified_agents == 0;
  }
}

}  // namespace tandem::router
