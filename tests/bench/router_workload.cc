#include "tests/bench/router_workload.h"

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "router/check.h"

namespace tandem::router {
namespace {

constexpr size_t kQueues = 50;
constexpr size_t kProcessTypes = 20;
constexpr size_t kSkills = 200;
constexpr size_t kClients = 4;
constexpr size_t kProfiles = 500;
constexpr size_t kShapes = 1'000;

std::string Id(const char* kind, size_t number) {
  return std::string(kind) + std::to_string(number);
}

Agent MakeKind(std::mt19937_64& random, size_t number) {
  Agent agent;
  agent.routing_profile = Id("profile", number % kQueues);
  std::vector<bool> has(kSkills, false);
  while (agent.skills.size() < 8) {
    const size_t skill = random() % kSkills;
    if (has[skill]) continue;
    has[skill] = true;
    agent.skills.push_back({Id("skill", skill), 1 + static_cast<uint32_t>(random() % 10)});
  }
  for (size_t k = 0; k < 3; ++k) {
    agent.process_types.push_back(Id("type", (number + k * 3) % kProcessTypes));
  }
  for (size_t k = 0; k < 2; ++k) agent.clients.push_back(Id("client", (number + k) % kClients));
  return agent;
}

}  // namespace

Configuration MakeConfiguration(std::mt19937_64& random, size_t agents) {
  Configuration configuration;
  for (size_t i = 0; i < kClients; ++i) configuration.clients.emplace_back().id = Id("client", i);
  for (size_t i = 0; i < kSkills; ++i) configuration.skills.emplace_back().id = Id("skill", i);
  for (size_t i = 0; i < kQueues; ++i) configuration.queues.emplace_back().id = Id("queue", i);
  for (size_t i = 0; i < kProcessTypes; ++i) {
    configuration.process_types.emplace_back().id = Id("type", i);
  }
  for (size_t i = 0; i < kQueues; ++i) {
    RoutingProfile& profile = configuration.routing_profiles.emplace_back();
    profile.id = Id("profile", i);
    for (size_t k = 0; k < 5; ++k) {
      RoutingProfileQueue& queue = profile.queues.emplace_back();
      queue.queue = Id("queue", (i + k * 7) % kQueues);
      queue.rank = 1 + static_cast<uint32_t>(k / 3);
    }
  }
  std::vector<Agent> kinds;
  for (size_t i = 0; i < kProfiles; ++i) kinds.push_back(MakeKind(random, i));
  for (size_t i = 0; i < agents; ++i) {
    Agent& agent = configuration.agents.emplace_back(kinds[i % kProfiles]);
    agent.id = Id("agent", i);
  }
  if (CheckConfiguration(configuration, "")) std::abort();
  FillDefaults(configuration);
  return configuration;
}

NewContact MakeContact(std::mt19937_64& random) {
  const size_t shape = random() % kShapes;
  NewContact contact;
  contact.channel = "chat";
  contact.queue = Id("queue", shape % kQueues);
  contact.process_type = Id("type", shape % kProcessTypes);
  contact.client = Id("client", shape % kClients);
  if (shape % 2 == 0) {
    contact.requirement.all_of = {{SkillRequirement{Id("skill", shape % kSkills), 1},
                                   SkillRequirement{Id("skill", (shape + 7) % kSkills), 3},
                                   SkillRequirement{Id("skill", (shape + 31) % kSkills), 5}}};
  }
  contact.priority = static_cast<uint32_t>(random() % 3);
  return contact;
}

}  // namespace tandem::router
