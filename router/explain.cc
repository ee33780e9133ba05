// Why a ticket waits. Looks at every agent, once, and changes nothing.
#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "router/commands.h"
#include "router/limits.h"
#include "router/obstacle.h"
#include "router/open_hours.h"
#include "router/requirement.h"
#include "router/snapshot.h"

namespace tandem::router {
namespace {

constexpr size_t kObstacles = static_cast<size_t>(kLastObstacle) + 1;

// Counts the agents who pass, clause by clause.
class ClauseCounter {
 public:
  // All must outlive the counter.
  ClauseCounter(const Workspace& workspace, const TicketClass& ticket_class,
                const TicketClass::Agents& agents, const Requirement& asked)
      : workspace_(workspace), class_(ticket_class), agents_(agents) {
    Add("client " + workspace.client_ids.Name(class_.spec.client));
    Add("process type " + workspace.process_type_ids.Name(class_.spec.process_type));
    Add("queue " + workspace.queue_ids.Name(class_.spec.queue));
    for (std::string& clause : Describe(asked)) Add(std::move(clause));
  }

  // How the agent passes all of them; neither by offer nor by claim when it doesn't.
  Passing Count(AgentIndex index) {
    const ProfileIndex profile = workspace_.agent(index).profile;
    if (profile.value >= profiles_.size()) profiles_.resize(profile.value + 1);
    OfProfile& of_profile = profiles_[profile.value];
    if (of_profile.agents++ == 0) Judge(profile, of_profile);
    if (!agents_.Name(index)) return {};
    if (!agents_.named.empty()) ++counts_.back().passing_agents;
    if (of_profile.passing.push || of_profile.passing.pull) ++qualified_agents_;
    return of_profile.passing;
  }

  uint32_t qualified_agents() const { return qualified_agents_; }

  std::vector<Explanation::ClauseCount> Take() {
    for (const OfProfile& of_profile : profiles_) {
      for (size_t i = 0; i < of_profile.passes.size(); ++i) {
        if (of_profile.passes[i]) counts_[i].passing_agents += of_profile.agents;
      }
    }
    return std::move(counts_);
  }

 private:
  // Agents of one profile pass the same clauses, but for that of named agents.
  struct OfProfile {
    uint32_t agents = 0;
    Passing passing;
    std::vector<bool> passes;  // clause by clause
  };

  void Judge(ProfileIndex profile, OfProfile& judged) const {
    const Traits& traits = workspace_.matching.TraitsOf(profile);
    judged.passing = workspace_.matching.Test(workspace_, class_, profile);
    judged.passes.reserve(counts_.size());
    judged.passes.push_back(traits.MayServe(class_.spec.client));
    judged.passes.push_back(traits.MayDo(class_.spec.process_type));
    judged.passes.push_back(ServesQueue(workspace_, traits, class_.spec.queue));
    for (const CompiledClause& compiled : class_.clauses) {
      judged.passes.push_back(Passes(compiled, class_.mode, traits));
    }
  }
  void Add(std::string clause) { counts_.push_back({std::move(clause), 0}); }

  const Workspace& workspace_;
  const TicketClass& class_;
  const TicketClass::Agents& agents_;
  std::vector<OfProfile> profiles_;  // by ProfileIndex
  std::vector<Explanation::ClauseCount> counts_;
  uint32_t qualified_agents_ = 0;
};

template <typename Function>
void ForEachAgent(const Workspace& workspace, Function function) {
  for (uint32_t i = 0; i < workspace.agents.size(); ++i) {
    if (workspace.agents[i].configured) function(AgentIndex{i});
  }
}

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

  const Requirement asked =
      step.requirement ? AskedOf(ticket, *step.requirement) : RequirementOf(workspace, ticket);
  ClassSpec spec = workspace.matching.ClassOf(ticket.ticket_class).spec;
  spec.requirement = asked;
  // A queue that can't take it is one that the step won't move it to.
  const QueueIndex to = OverflowQueueOf(workspace, ticket, step);
  if (to.IsSet()) spec.queue = to;
  const TicketClass::Agents agents = NamedIn(workspace, asked);
  const TicketClass then = workspace.matching.Foresee(workspace, std::move(spec));
  ClauseCounter counter(workspace, then, agents, asked);
  ForEachAgent(workspace, [&](AgentIndex agent) { counter.Count(agent); });
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
  Prospect prospect;
  ForEachAgent(workspace, [&](AgentIndex agent) {
    const Passing passing = counter.Count(agent);
    const std::string& name = workspace.AgentName(agent);
    const bool is_excluded = std::find(excluded.begin(), excluded.end(), name) != excluded.end();
    if ((passing.push || passing.pull) && !is_excluded) ++prospect.qualified_agents;
  });
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

}  // namespace

Outcome Decide(Context& context, const ExplainTicket& command) {
  const Workspace& workspace = context.workspace;
  const auto found = FindTicket(workspace, command.ticket);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const Ticket& ticket = workspace.ticket(std::get<TicketIndex>(found));
  const TicketClass& ticket_class = workspace.matching.ClassOf(ticket.ticket_class);
  const Requirement asked = RequirementOf(workspace, ticket);

  const QueueState& queue = workspace.queue(ticket.queue);
  Explanation explanation;
  explanation.state = ticket.state;
  explanation.queue = workspace.queue_ids.Name(ticket.queue);
  explanation.queued_at = ticket.queued_at;
  explanation.target = ticket.target;
  if (ticket.state == TicketState::kQueued) {
    explanation.ahead = workspace.matching.Ahead(workspace, ticket);
    explanation.client_share = ShareOf(workspace, ticket);
  }

  TicketClass::Agents agents = ticket_class.groups[ticket.group].agents;
  // That it is kept for an agent is an obstacle to the others, and passes.
  if (ticket.kept_until.IsSet()) agents.named.clear();
  ClauseCounter counter(workspace, ticket_class, agents, asked);
  std::array<uint32_t, kObstacles> obstacles{};
  ForEachAgent(workspace, [&](AgentIndex agent) {
    ++explanation.agents;
    const Passing passing = counter.Count(agent);
    if (!passing.push && !passing.pull) return;
    const Obstacle obstacle = ObstacleOf(workspace, ticket, agent, passing);
    ++obstacles[static_cast<size_t>(obstacle)];
    if (obstacle != Obstacle::kDelayed) return;
    const Time until = DelayedUntil(workspace, ticket, passing.delay);
    Time& first = explanation.delayed_until;
    first = first.IsSet() ? std::min(first, until) : until;
  });
  explanation.qualified_agents = counter.qualified_agents();
  explanation.clauses = counter.Take();
  for (size_t i = 0; i < kObstacles; ++i) {
    if (obstacles[i] > 0) {
      explanation.obstacles.emplace_back(static_cast<Obstacle>(i), obstacles[i]);
    }
  }
  if (IsSetAside(ticket.state)) explanation.enters_at = ticket.until;
  if (ticket.parking != nullptr) {
    explanation.parking_reason = ticket.parking->reason;
    explanation.until_children_closed = ticket.parking->until_children_closed;
  }
  explanation.blocked_by = workspace.WaitsFor(ticket);
  explanation.open_children = workspace.OpenChildrenOf(ticket.id);
  explanation.last_agent = workspace.AgentName(ticket.last_agent);
  explanation.kept_until = ticket.kept_until;
  explanation.silent_until = ticket.silent_until;
  explanation.reply_by = ticket.reply_by;
  if (workspace.LeavesWhoIsAway(ticket)) {
    const Time at = workspace.ReturnsAt(workspace.agent(ticket.agent), ticket_class.group);
    if (at != kEndOfTime) explanation.returns_at = at;
  }
  if (ticket.rules != nullptr) explanation.rules = *ticket.rules;
  explanation.is_callback = workspace.IsCallback(ticket);
  if (ticket.callback != nullptr) explanation.callback = *ticket.callback;
  explanation.after_punctual =
      ticket.state == TicketState::kQueued && workspace.IsInLateClass(ticket);
  AddParticipants(workspace, ticket, explanation.participants);
  explanation.choices = ChoicesOf(workspace, ticket);
  AddConsultation(workspace, ticket, explanation);
  explanation.queue_closed = queue.closed;
  if (queue.closed) explanation.opens_at = NextOpening(queue.calendar->hours, context.now);
  explanation.position = PositionOf(workspace, ticket);
  explanation.estimated_wait = EstimateWait(workspace, ticket, context.now);
  explanation.no_estimate = WhyNoEstimate(workspace, ticket, context.now);
  explanation.available_agents = workspace.matching.CountAvailable(workspace, ticket, kMaxAgents);
  if (explanation.position != 0) explanation.offer_policy = workspace.OfferPolicyOf(ticket);
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
    if (step.requirement) asked = *step.requirement;
    const Prospect then = ProspectOf(workspace, spec, asked, row.excluded_agents);
    told.unroutable = then.qualified_agents == 0;
  }
}

}  // namespace tandem::router
