#include "tests/bench/router_workload.h"

#include <algorithm>
#include <cstdio>
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
constexpr size_t kTeams = 100;
constexpr size_t kQueuesOfProfile = 5;

std::string Id(const char* kind, size_t number) {
  return std::string(kind) + std::to_string(number);
}

SkillRequirement RandomSkill(std::mt19937_64& random, uint32_t level) {
  return {Id("skill", random() % kSkills), level};
}

// `count` different numbers below `limit`.
std::vector<size_t> Pick(std::mt19937_64& random, size_t count, size_t limit) {
  std::vector<size_t> picked;
  while (picked.size() < count) {
    const size_t number = random() % limit;
    if (std::find(picked.begin(), picked.end(), number) == picked.end()) picked.push_back(number);
  }
  return picked;
}

Agent MakeKind(std::mt19937_64& random) {
  Agent agent;
  agent.routing_profile = Id("profile", random() % kQueues);
  for (const size_t skill : Pick(random, 8, kSkills)) {
    agent.skills.push_back({Id("skill", skill), 1 + static_cast<uint32_t>(random() % 10)});
  }
  for (const size_t type : Pick(random, 3, kProcessTypes)) {
    agent.process_types.push_back(Id("type", type));
  }
  for (const size_t client : Pick(random, 2, kClients)) {
    agent.clients.push_back(Id("client", client));
  }
  return agent;
}

void AddFeatures(Queue& queue, size_t number) {
  queue.urgency = number % 2 == 0 ? Urgency::kLive : Urgency::kDeferrable;
  if (number % 4 == 3) queue.office = Office::kBack;
  switch (number % 5) {
    case 0:
      queue.order = QueueOrder::kPriorityFirst;
      break;
    case 1:
      if (queue.urgency == Urgency::kDeferrable) queue.late_work = {LateOrder::kAfterPunctual, 4};
      break;
    case 2:
      queue.concurrent_offers = 2;
      break;
    default:
      break;
  }
  queue.calendar = "hours";
  const auto step = [&](Duration after, uint32_t priority) {
    PlanStep& added = queue.plan.emplace_back();
    added.after = after;
    added.min_priority = priority;
  };
  step(Minutes(10), 3);
  step(Hours(1), 5);
  step(Hours(2), 9);
}

void AddFeatures(Agent& agent, size_t number) {
  agent.team = Id("team", number % kTeams);
  agent.languages = {{"en", Cefr::kC1, Cefr::kC1}, {"de", Cefr::kB2, Cefr::kB1}};
  agent.attributes = {{"region", number % 3 == 0 ? "us" : "eu"},
                      {"tier", std::to_string(number % 5)}};
  Capacity& capacity = agent.capacity.emplace();
  capacity.groups[static_cast<size_t>(CapacityGroup::kMessaging)] = {
      .max = 2, .interrupts = {CapacityGroup::kEmail}};
  capacity.groups[static_cast<size_t>(CapacityGroup::kEmail)].max = 3;
}

// The queues of a routing profile, in the order of their ranks.
std::string QueueOf(size_t profile, size_t place) {
  return Id("queue", (profile + place * 7) % kQueues);
}

}  // namespace

RouterWorkload::RouterWorkload(FloorSize size, DistributionMode mode) : size_(size), mode_(mode) {
  for (size_t i = 0; i < size.profiles; ++i) kinds_.push_back(MakeKind(random_));
  while (classes_.size() < size.classes) {
    NewContact made = MakeClass(classes_.size() % 2 == 0);
    const bool taken =
        std::ranges::any_of(kinds_, [&](const Agent& kind) { return MayTake(kind, made); });
    if (taken || !size.somebody_may_take_each) classes_.push_back(std::move(made));
  }
}

bool RouterWorkload::MayTake(const Agent& kind, const NewContact& contact) const {
  const auto has = [](const std::vector<std::string>& list, const std::string& id) {
    return std::ranges::find(list, id) != list.end();
  };
  const size_t profile = std::stoul(kind.routing_profile.substr(sizeof("profile") - 1));
  size_t place = 0;
  while (place < kQueuesOfProfile && QueueOf(profile, place) != contact.queue) ++place;
  const auto meets = [&](const Predicate& predicate) {
    const auto& asked = std::get<SkillRequirement>(predicate.kind);
    return std::ranges::any_of(kind.skills, [&](const SkillLevel& skill) {
      return skill.skill == asked.skill && skill.level >= asked.level;
    });
  };
  return place < kQueuesOfProfile && has(kind.clients, contact.client) &&
         has(kind.process_types, contact.process_type) &&
         std::ranges::all_of(contact.requirement.all_of, [&](const Clause& clause) {
           return std::ranges::any_of(clause, meets);
         });
}

Configuration RouterWorkload::MakeConfiguration() {
  Configuration configuration;
  for (size_t i = 0; i < kClients; ++i) configuration.clients.emplace_back().id = Id("client", i);
  for (size_t i = 0; i < kSkills; ++i) configuration.skills.emplace_back().id = Id("skill", i);
  for (size_t i = 0; i < kQueues; ++i) {
    Queue& queue = configuration.queues.emplace_back();
    queue.id = Id("queue", i);
    queue.distribution_mode = mode_;
  }
  for (size_t i = 0; i < kProcessTypes; ++i) {
    configuration.process_types.emplace_back().id = Id("type", i);
  }
  for (size_t i = 0; i < kQueues; ++i) {
    RoutingProfile& profile = configuration.routing_profiles.emplace_back();
    profile.id = Id("profile", i);
    for (size_t k = 0; k < kQueuesOfProfile; ++k) {
      RoutingProfileQueue& queue = profile.queues.emplace_back();
      queue.queue = QueueOf(i, k);
      queue.rank = 1 + static_cast<uint32_t>(k / 3);
    }
  }
  for (size_t i = 0; i < size_.agents; ++i) {
    Agent& agent = configuration.agents.emplace_back(kinds_[i % size_.profiles]);
    agent.id = Id("agent", i);
    agent.cost_per_hour_milli = 10'000 + static_cast<int64_t>(random_() % 40) * 1'000;
  }
  if (size_.all_features) AddFeatures(configuration);
  if (const auto faults = CheckConfiguration(configuration, "")) {
    std::fprintf(stderr, "refused: %s\n", faults->message.c_str());
    std::abort();
  }
  FillDefaults(configuration);
  return configuration;
}

void RouterWorkload::AddFeatures(Configuration& configuration) {
  for (size_t i = 0; i < kTeams; ++i) {
    Team& team = configuration.teams.emplace_back();
    team.id = Id("team", i);
    team.max_paused = 10;
  }
  Calendar& hours = configuration.calendars.emplace_back();
  hours.id = "hours";
  hours.time_zone = "UTC";
  hours.override_hours = CalendarOverride{.open = true, .until = {}, .message = {}};
  uint32_t number = 0;
  for (Client& client : configuration.clients) {
    client.fair_share = {.weight = ++number, .floor = 10, .ceiling = 100'000};
  }
  for (size_t i = 0; i < configuration.queues.size(); ++i) {
    router::AddFeatures(configuration.queues[i], i);
  }
  for (RoutingProfile& profile : configuration.routing_profiles) {
    profile.live_reserve = 2;
    profile.back_floor = 5;
    profile.queues.back().delay = Seconds(30);
  }
  for (size_t i = 0; i < configuration.agents.size(); ++i) {
    router::AddFeatures(configuration.agents[i], i);
  }
}

NewContact RouterWorkload::MakeClass(bool with_clause) {
  NewContact contact;
  contact.channel = "chat";
  contact.queue = Id("queue", random_() % kQueues);
  contact.process_type = Id("type", random_() % kProcessTypes);
  contact.client = Id("client", random_() % kClients);
  if (with_clause) {
    contact.requirement.all_of = {
        {RandomSkill(random_, 1), RandomSkill(random_, 3), RandomSkill(random_, 5)}};
  }
  if (size_.all_features) {
    if (random_() % 2 == 0) contact.channel = "email";
    contact.language = random_() % 4 == 0 ? "de" : "en";
    contact.requirement.prefer = {{RandomSkill(random_, 2), 3},
                                  {AttributePredicate{"region", {"eu"}}, 1}};
    contact.excluded_agents = {Id("agent", random_() % size_.agents)};
  }
  return contact;
}

NewContact RouterWorkload::MakeContact() {
  NewContact contact = classes_[random_() % classes_.size()];
  contact.priority = static_cast<uint32_t>(random_() % 3);
  return contact;
}

NewContact RouterWorkload::MakeStranger() {
  return MakeClass(true);
}

}  // namespace tandem::router
