// Whether one certain agent may take one certain ticket, and why not: for those who choose both.
#include <algorithm>

#include "router/commands.h"
#include "router/requirement.h"

namespace tandem::router {

bool ServesQueue(const Workspace& workspace, const Traits& traits, QueueIndex queue) {
  const auto& queues = workspace.routing_profiles[traits.routing_profile.value].configured->queues;
  const std::string& id = workspace.queue_ids.Name(queue);
  return std::any_of(queues.begin(), queues.end(), [&](const RoutingProfileQueue& entry) {
    return entry.queue == id && (!entry.no_push || entry.pull);
  });
}

namespace {

const char* WhyNeverOf(const Workspace& workspace, const ClassSpec& spec,
                       const TicketClass::Agents& agents, AgentIndex index) {
  if (agents.Exclude(index)) return kWhyExcluded;
  const Traits& traits = workspace.matching.TraitsOf(workspace.agent(index).profile);
  return traits.MayServe(spec.client) ? nullptr : kWhyClient;
}

}  // namespace

const char* WhyNever(const Workspace& workspace, const Ticket& ticket, AgentIndex agent) {
  const TicketClass& of = workspace.matching.ClassOf(ticket.ticket_class);
  return WhyNeverOf(workspace, of.spec, of.groups[ticket.group].agents, agent);
}

const char* WhyNot(const Workspace& workspace, const TicketClass& ticket_class,
                   const TicketClass::Agents& agents, AgentIndex index) {
  const ProfileIndex profile = workspace.agent(index).profile;
  const Traits& traits = workspace.matching.TraitsOf(profile);
  const ClassSpec& spec = ticket_class.spec;
  if (const char* why = WhyNeverOf(workspace, spec, agents, index)) return why;
  if (!traits.MayDo(spec.process_type)) return "PROCESS_TYPE";
  if (!ServesQueue(workspace, traits, spec.queue)) return "QUEUE";
  const Passing passing = workspace.matching.Test(workspace, ticket_class, profile);
  if (!passing.push && !passing.pull) return "REQUIREMENT";
  if (!agents.Name(index)) return "NAMED_AGENTS";
  return nullptr;
}

const char* WhyNotIn(const Workspace& workspace, const Ticket& ticket, QueueIndex queue,
                     Requirement asked, AgentIndex agent) {
  const TicketClass& now = workspace.matching.ClassOf(ticket.ticket_class);
  TicketClass::Agents agents{{}, now.groups[ticket.group].agents.excluded};
  ClassSpec spec = now.spec;
  spec.queue = queue;
  spec.requirement = std::move(asked);
  spec.requirement.agents.clear();
  return WhyNot(workspace, workspace.matching.Foresee(workspace, std::move(spec)), agents, agent);
}

Rejection RefuseAgent(const std::string& agent, const char* why) {
  return Refuse(
      Reason::kAgentMayNotTake,
      "expected an agent who may take the ticket, but '" + agent + "' may not, because of: " + why,
      {{"why", why}});
}

std::variant<AgentIndex, Rejection> FindAgent(const Workspace& workspace, const std::string& id) {
  const AgentIndex index = workspace.agent_ids.Find(id);
  if (index.IsSet() && workspace.agent(index).configured) return index;
  return Refuse(Reason::kAgentNotFound,
                "expected a configured agent, but there is no '" + id + "'");
}

std::optional<Rejection> CheckMayBegin(const AgentState& agent) {
  if (agent.status == AgentStatus::kAvailable || agent.status == AgentStatus::kNotReady) {
    return std::nullopt;
  }
  return Refuse(Reason::kAgentStatusForbids,
                std::string("expected an agent who is AVAILABLE or NOT_READY, but found ") +
                    ToString(agent.status),
                {{"status", ToString(agent.status)}});
}

Rejection RefuseBusy(const std::string& channel) {
  return Refuse(Reason::kAgentBusy, "expected free capacity for channel '" + channel +
                                        "', but the agent's offers and work take all of it");
}

}  // namespace tandem::router
