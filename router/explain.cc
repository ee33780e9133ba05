// Why a ticket waits. Looks at every agent, once, and changes nothing.
#include <array>

#include "router/commands.h"
#include "router/requirement.h"
#include "router/snapshot.h"

namespace tandem::router {
namespace {

constexpr size_t kObstacles = static_cast<size_t>(Obstacle::kNone) + 1;

// The first thing that keeps a qualified agent from the ticket.
Obstacle ObstacleOf(const Workspace& workspace, const Ticket& ticket, AgentIndex index, bool push) {
  const AgentState& agent = workspace.agent(index);
  const TicketClass& ticket_class = workspace.matching.ClassOf(ticket.ticket_class);
  if (ticket_class.groups[ticket.group].agents.Exclude(index)) return Obstacle::kExcluded;
  if (ticket.agent == index) return Obstacle::kNone;
  if (agent.status == AgentStatus::kOffline || !agent.session_open) return Obstacle::kOffline;
  if (agent.session_lost_at.IsSet()) return Obstacle::kSessionLost;
  if (agent.status == AgentStatus::kNotReady) return Obstacle::kNotReady;
  if (agent.status == AgentStatus::kNotResponding) return Obstacle::kNotResponding;
  if (!agent.HasGroupOpen(ticket_class.group)) return Obstacle::kBusy;
  if (Workspace::IsCooling(ticket, index)) return Obstacle::kCoolingDown;
  const bool deferrable = workspace.queue(ticket.queue).configured->urgency == Urgency::kDeferrable;
  if (deferrable && !workspace.ReserveAllows(agent)) return Obstacle::kLiveReserve;
  if (!push) return Obstacle::kPullOnly;
  return Obstacle::kNone;
}

// Counts, clause by clause, the agents who pass.
class ClauseCounter {
 public:
  ClauseCounter(const Workspace& workspace, const Ticket& ticket)
      : workspace_(workspace),
        class_(workspace.matching.ClassOf(ticket.ticket_class)),
        agents_(class_.groups[ticket.group].agents) {
    Add("client " + workspace.client_ids.Name(ticket.client));
    Add("process type " + workspace.process_type_ids.Name(ticket.process_type));
    Add("queue " + workspace.queue_ids.Name(ticket.queue));
    for (std::string& clause : Describe(RequirementOf(workspace, ticket))) Add(std::move(clause));
  }

  void Count(AgentIndex index) {
    const AgentState& agent = workspace_.agent(index);
    const Traits& traits = workspace_.matching.TraitsOf(agent.profile);
    size_t clause = 0;
    Pass(clause++, traits.MayServe(class_.spec.client));
    Pass(clause++, traits.MayDo(class_.spec.process_type));
    Pass(clause++, ServesQueue(traits));
    for (const CompiledClause& compiled : class_.clauses) {
      Pass(clause++, Passes(compiled, class_.mode, traits));
    }
    if (!agents_.named.empty()) Pass(clause, agents_.Name(index));
  }

  std::vector<Explanation::ClauseCount> Take() { return std::move(counts_); }

 private:
  void Add(std::string clause) { counts_.push_back({std::move(clause), 0}); }
  void Pass(size_t clause, bool passes) {
    if (passes) ++counts_[clause].passing_agents;
  }
  bool ServesQueue(const Traits& traits) const {
    const auto& queues =
        workspace_.routing_profiles[traits.routing_profile.value].configured->queues;
    const std::string& id = workspace_.queue_ids.Name(class_.spec.queue);
    return std::any_of(queues.begin(), queues.end(), [&](const RoutingProfileQueue& queue) {
      return queue.queue == id && (!queue.no_push || queue.pull);
    });
  }

  const Workspace& workspace_;
  const TicketClass& class_;
  const TicketClass::Agents& agents_;
  std::vector<Explanation::ClauseCount> counts_;
};

}  // namespace

Outcome Decide(Context& context, const ExplainTicket& command) {
  const Workspace& workspace = context.workspace;
  const auto found = FindTicket(workspace, command.ticket);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const Ticket& ticket = workspace.ticket(std::get<TicketIndex>(found));
  const TicketClass& ticket_class = workspace.matching.ClassOf(ticket.ticket_class);

  Explanation explanation;
  explanation.state = ticket.state;
  explanation.queue = workspace.queue_ids.Name(ticket.queue);
  explanation.queued_at = ticket.queued_at;
  explanation.target = ticket.target;
  if (ticket.state == TicketState::kQueued) explanation.ahead = workspace.matching.Ahead(ticket);

  ClauseCounter clauses(workspace, ticket);
  std::array<uint32_t, kObstacles> obstacles{};
  for (uint32_t i = 0; i < workspace.agents.size(); ++i) {
    const AgentState& agent = workspace.agents[i];
    if (!agent.configured) continue;
    ++explanation.agents;
    clauses.Count(AgentIndex{i});
    const TicketClass::Passing passing =
        workspace.matching.Test(workspace, ticket_class, agent.profile);
    if (!passing.push && !passing.pull) continue;
    if (!ticket_class.groups[ticket.group].agents.Name(AgentIndex{i})) continue;
    ++explanation.qualified_agents;
    ++obstacles[static_cast<size_t>(ObstacleOf(workspace, ticket, AgentIndex{i}, passing.push))];
  }
  explanation.clauses = clauses.Take();
  for (size_t i = 0; i < kObstacles; ++i) {
    if (obstacles[i] > 0) {
      explanation.obstacles.emplace_back(static_cast<Obstacle>(i), obstacles[i]);
    }
  }
  return Reply(std::move(explanation));
}

}  // namespace tandem::router
