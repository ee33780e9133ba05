// Random configurations: every limit of a queue, every kind of requirement, few ids.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "router/check.h"
#include "router/plan.h"
#include "router/resources.h"
#include "tests/router/random_commands.h"

namespace tandem::router {
namespace {

constexpr uint32_t kClients = 3;
constexpr uint32_t kQueues = 5;
constexpr uint32_t kProcessTypes = 3;
constexpr uint32_t kProfiles = 3;
constexpr uint32_t kAgents = 8;
constexpr uint32_t kSkills = 3;

}  // namespace

std::vector<std::string> RandomCommands::Some(const char* letter, uint32_t count,
                                              uint32_t percent) {
  std::vector<std::string> ids;
  for (uint32_t number = 1; number <= count; ++number) {
    if (Chance(percent)) ids.push_back(letter + std::to_string(number));
  }
  if (ids.empty()) ids.push_back(letter + std::to_string(1 + Below(count)));
  return ids;
}

Predicate RandomCommands::MakePredicate() {
  static const std::vector<std::string> tags = {"fr", "fr-CA", "zh-Hans", "zh-Hant", "zh"};
  switch (Below(9)) {
    case 8:
      return {AgentKindPredicate{Chance(50) ? AgentKind::kHuman : AgentKind::kAutomated},
              Chance(30)};
    case 0:
    case 1:
    case 2:
      return {SkillRequirement{"s" + std::to_string(1 + Below(kSkills)),
                               static_cast<uint32_t>(1 + Below(5)),
                               Chance(80) ? 10 : static_cast<uint32_t>(5 + Below(4))},
              Chance(10)};
    case 3:
      return LanguageRequirement{Pick(tags), static_cast<Cefr>(Below(5))};
    case 4:
      return ProcessTypePredicate{"p1"};
    case 5:
      return {SitePredicate{Chance(50) ? "lisbon" : "manila"}, Chance(30)};
    case 6:
      return {TeamPredicate{Chance(50) ? "north" : "south"}, Chance(50)};
    default: {
      AttributePredicate attribute{Chance(50) ? "region" : "years", {}, {}, {}};
      if (Chance(40)) {
        attribute.values = Some("v", 3, 50);
      } else {
        MakeBounds(attribute);
        if (attribute.min && Chance(20)) attribute.min->milli -= 1'000;
      }
      return {attribute, Chance(30)};
    }
  }
}

// With so many chances in a hundred there is a clause, then another one, and so on.
Requirement RandomCommands::MakeRequirement(uint32_t percent) {
  Requirement requirement;
  while (requirement.all_of.size() < 3 && Chance(percent)) {
    Clause clause = {MakePredicate()};
    while (clause.size() < 3 && Chance(40)) clause.push_back(MakePredicate());
    requirement.all_of.push_back(clause);
  }
  while (requirement.prefer.size() < 2 && Chance(percent)) {
    requirement.prefer.push_back({MakePredicate(), static_cast<uint32_t>(1 + Below(3))});
  }
  return Canonical(std::move(requirement));
}

void RandomCommands::MakeBounds(AttributePredicate& asked) {
  const auto some = [&] { return Decimal{static_cast<int64_t>(Below(16)) * 250}; };
  if (Chance(65)) asked.min = some();
  if (Chance(40)) asked.max = Decimal{asked.min.value_or(Decimal{}).milli + some().milli};
}

Relaxation RandomCommands::MakeRelaxation() {
  Relaxation relax;
  if (Chance(20)) {
    relax.all_skills = true;
  } else {
    relax.skills = Some("s", kSkills, 30);
    if (Chance(40)) relax.lower_skill_levels_by = static_cast<uint32_t>(1 + Below(4));
  }
  relax.languages = Chance(20);
  if (Chance(30)) relax.attributes = {"region"};
  relax.sites = Chance(20);
  relax.teams = Chance(20);
  relax.agents = Chance(40) || relax == Relaxation{};
  return relax;
}

Plan RandomCommands::MakePlan(uint32_t percent) {
  Plan plan;
  Duration after;
  while (plan.size() < 4 && Chance(percent)) {
    const bool at_once = after.us == 0 && Chance(30);
    if (!at_once) after = after + Span({1, 5, 30});
    PlanStep step{after};
    if (Chance(25)) {
      step.condition.emplace();
      if (Chance(40)) step.condition->waiting_more_than = static_cast<uint32_t>(1 + Below(4));
      if (Chance(30)) {
        step.condition->available_agents_fewer_than = static_cast<uint32_t>(1 + Below(4));
      }
      if (Chance(30)) step.condition->estimated_wait_longer_than = Span({1, 5, 30});
      if (Chance(30)) {
        step.condition->service_level_below_percent = static_cast<uint32_t>(1 + Below(100));
      }
      if (Chance(40) || *step.condition == PlanCondition{}) {
        step.condition->oldest_waits_longer_than = Span({2, 10, 60});
      }
    }
    if (Chance(20)) {
      step.callback = Chance(40);
      if (!step.callback) step.expire = PlanExpiry{Chance(50) ? "" : "too late"};
      plan.push_back(step);
      if (!step.condition) break;
      continue;
    }
    // Often one that is gone in many configurations.
    if (Chance(40)) step.queue = "q" + std::to_string(Chance(40) ? 5 : 1 + Below(5));
    if (Chance(50)) step.requirement = MakeRequirement(30);
    if (!step.requirement && Chance(50)) step.relax = MakeRelaxation();
    if (step.requirement && Chance(20)) step.requirement->agents = Some("a", 9, 20);
    if (Chance(20)) step.offer_timeout = Span({1, 5, 20});
    if (Chance(20)) step.concurrent_offers = static_cast<uint32_t>(1 + Below(4));
    const bool changes = ChangesRequirement(step) || !step.queue.empty() ||
                         step.offer_timeout.us != 0 || step.concurrent_offers != 0;
    if (!changes || Chance(30)) step.min_priority = static_cast<uint32_t>(1 + Below(9));
    plan.push_back(step);
  }
  return plan;
}

Client RandomCommands::MakeClient(const std::string& id) {
  Client client{{id, ""}};
  if (Chance(20)) return client;
  FairShare& share = client.fair_share.emplace();
  if (Chance(70)) share.weight = static_cast<uint32_t>(1 + Below(3));
  if (Chance(40)) share.floor = static_cast<uint32_t>(1 + Below(3));
  if (Chance(40)) share.ceiling = share.floor + static_cast<uint32_t>(1 + Below(3));
  return client;
}

Queue RandomCommands::MakeQueue(uint32_t number, const std::vector<std::string>& clients) {
  Queue queue;
  queue.id = "q" + std::to_string(number);
  // Mostly the same kind of queue in every configuration, so that little work changes its nature.
  const bool front = Chance(95) ? number <= 3 : Chance(50);
  queue.office = front ? Office::kFront : Office::kBack;
  const bool live = Chance(95) ? number <= 2 : Chance(50);
  queue.urgency = live ? Urgency::kLive : Urgency::kDeferrable;
  if (number == 5 && Chance(70)) queue.client = clients[0];
  if (Chance(60)) queue.priority_step = Span({0, 1, 10, 60});
  if (Chance(80)) queue.offer_timeout = Span({1, 5, 20});
  if (Chance(80)) queue.connect_timeout = Span({1, 5, 20});
  if (Chance(80)) queue.lease_duration = Span({5, 30, 120});
  if (Chance(20)) queue.max_waiting = static_cast<uint32_t>(1 + Below(8));
  queue.auto_accept = Chance(15);
  if (!queue.auto_accept && Chance(40)) {
    queue.concurrent_offers = static_cast<uint32_t>(1 + Below(4));
  }
  queue.plan = MakePlan(15);
  if (Chance(80)) queue.last_agent_wait = Span({0, 2, 10, 60});
  if (Chance(80)) queue.callbacks.max_attempts = static_cast<uint32_t>(1 + Below(3));
  if (Chance(90)) queue.callbacks.retry_delay = Span({1, 10, 60});
  if (Chance(60)) queue.distribution_mode = static_cast<DistributionMode>(1 + Below(5));
  if (Chance(30)) queue.order = QueueOrder::kPriorityFirst;
  if (!live && Chance(50)) {
    queue.late_work.order = LateOrder::kAfterPunctual;
    if (Chance(80)) queue.late_work.every = Chance(15) ? 0 : static_cast<uint32_t>(2 + Below(3));
  }
  return queue;
}

// Overflows to a later queue, so that none comes back to itself.
void RandomCommands::FollowCalendar(Queue& queue, const Configuration& configuration) {
  if (configuration.calendars.empty() || Chance(50)) return;
  queue.calendar = Pick(configuration.calendars).id;
  queue.when_closed = static_cast<WhenClosed>(1 + Below(3));
  for (const Queue& other : configuration.queues) {
    if (other.id > queue.id && Chance(60)) queue.overflow_queue = other.id;
  }
  if (queue.overflow_queue.empty() && queue.when_closed == WhenClosed::kOverflow) {
    queue.when_closed = WhenClosed::kHold;
  }
}

// It always has a queue for them, and no review of its own.
constexpr char kTypeOfReviews[] = "p2";

ProcessType RandomCommands::MakeProcessType(const std::string& id,
                                            const Configuration& configuration) {
  ProcessType type;
  type.id = id;
  static const std::vector<std::string> channels = {"", "voice", "chat", "task", "fax"};
  for (const std::string& channel : channels) {
    const bool of_reviews = id == kTypeOfReviews && channel.empty();
    if (!of_reviews && !Chance(channel.empty() ? 80 : 40)) continue;
    ProcessTypeDefaults defaults;
    defaults.channel = channel;
    defaults.queue = Pick(configuration.queues).id;
    defaults.requirement = MakeRequirement(20);
    defaults.language_level = static_cast<Cefr>(Below(5));
    defaults.plan = MakePlan(25);
    if (Chance(50)) defaults.answer_target = Span({1, 20, 60, 600});
    if (Chance(50)) defaults.due_after = Span({10, 600, 3600});
    if (Chance(50)) defaults.expected_handling_time = Span({1, 60, 600});
    if (Chance(70)) defaults.wrap_up_limit = Span({0, 5, 60});
    if (Chance(60)) defaults.reopen_within = Span({1, 60, 3600});
    if (Chance(50)) defaults.auto_park_after = Span({10, 20, 60});
    if (Chance(50)) defaults.auto_close_after = Span({10, 30});
    type.defaults.push_back(defaults);
  }
  if (Chance(40)) type.hand_off.min_confidence_milli = static_cast<uint32_t>(Below(1'001));
  if (Chance(40)) type.hand_off.queue = Pick(configuration.queues).id;
  const auto& types = configuration.process_types;
  const bool has_reviews = std::any_of(types.begin(), types.end(),
                                       [](const auto& one) { return one.id == kTypeOfReviews; });
  if (id != kTypeOfReviews && has_reviews && Chance(50)) {
    type.review.process_type = kTypeOfReviews;
    if (Chance(60)) type.review.share_milli = static_cast<uint32_t>(1 + Below(1'000));
    if (Chance(20)) type.review.dispositions = {"solved"};
  }
  return type;
}

Agent RandomCommands::MakeAgent(uint32_t number, const Configuration& configuration) {
  Agent agent;
  agent.id = "a" + std::to_string(number);
  if (Chance(20)) agent.kind = AgentKind::kAutomated;
  if (Chance(70)) agent.site = Chance(50) ? "lisbon" : "manila";
  if (Chance(50)) agent.cost_per_hour_milli = static_cast<int64_t>(Below(3));
  if (Chance(70)) agent.team = Chance(50) ? "north" : "south";
  if (Chance(30)) agent.attributes.emplace_back("region", Pick(Some("v", 3, 30)));
  if (Chance(30)) agent.attributes.emplace_back("years", AnyNumber());
  agent.routing_profile = Pick(configuration.routing_profiles).id;
  for (const std::string& skill : Some("s", kSkills, 60)) {
    agent.skills.push_back(SkillLevel{skill, static_cast<uint32_t>(1 + Below(10))});
  }
  for (const char* tag : {"fr", "fr-CA", "zh-Hans", "zh-Hant"}) {
    if (!Chance(40)) continue;
    agent.languages.push_back(
        AgentLanguage{tag, static_cast<Cefr>(Below(7)), static_cast<Cefr>(Below(7))});
  }
  for (const ProcessType& type : configuration.process_types) {
    if (Chance(85)) agent.process_types.push_back(type.id);
  }
  for (const Client& client : configuration.clients) {
    if (Chance(85)) agent.clients.push_back(client.id);
  }
  if (Chance(75)) {
    Capacity capacity;
    capacity.total_units = Chance(40) ? 0 : static_cast<uint32_t>(2 + Below(6));
    for (GroupCapacity& group : capacity.groups) {
      group.max = static_cast<uint32_t>(Below(4));
      group.units_per_ticket = static_cast<uint32_t>(1 + Below(3));
      group.exclusive = Chance(10);
      group.live_interrupts = Chance(25);
    }
    if (Chance(40)) {
      for (uint32_t earlier = 0; earlier < kCapacityGroups; ++earlier) {
        for (uint32_t later = earlier + 1; later < kCapacityGroups; ++later) {
          if (!Chance(40)) continue;
          const auto [above, below] =
              Chance(80) ? std::pair(earlier, later) : std::pair(later, earlier);
          capacity.groups[above].interrupts.push_back(static_cast<CapacityGroup>(below));
        }
      }
    }
    agent.capacity = capacity;
  }
  return agent;
}

// Addresses as contacts name them; each says some of what a contact may leave out.
void RandomCommands::AddEntryPoints(Configuration& configuration) {
  static const std::vector<std::string> languages = {"fr", "fr-CA", "zh-Hant"};
  for (const char* channel : {"voice", "chat", "fax"}) {
    for (uint32_t number = 0; number < 2; ++number) {
      if (!Chance(50)) continue;
      EntryPoint entry_point;
      entry_point.id = channel + std::to_string(number);
      entry_point.channel = channel;
      entry_point.address = "e" + std::to_string(number);
      if (Chance(80)) entry_point.client = Pick(configuration.clients).id;
      if (Chance(80)) entry_point.process_type = Pick(configuration.process_types).id;
      if (Chance(20)) entry_point.language = Pick(languages);
      if (Chance(20)) entry_point.queue = Pick(configuration.queues).id;
      if (Chance(40)) entry_point.priority = static_cast<uint32_t>(Below(10));
      configuration.entry_points.push_back(entry_point);
    }
  }
}

ContactCondition RandomCommands::MakeCondition(const Configuration& configuration) {
  static const std::vector<std::string> languages = {"fr", "fr-CA", "zh"};
  ContactCondition condition{static_cast<ContactField>(1 + Below(8)), {}, Chance(25)};
  AttributePredicate& asked = condition.asked;
  switch (condition.field) {
    case ContactField::kChannel:
      asked.values =
          Chance(50) ? std::vector<std::string>{"chat"} : std::vector<std::string>{"fax", "voice"};
      break;
    case ContactField::kEntryPoint:
      asked.values = {"e" + std::to_string(Below(2))};
      break;
    case ContactField::kLanguage:
      asked.values = {Pick(languages)};
      break;
    case ContactField::kClient:
      asked.values = {Pick(configuration.clients).id};
      break;
    case ContactField::kProcessType:
      asked.values = {Pick(configuration.process_types).id};
      break;
    case ContactField::kCustomerSegment:
      asked.values = Some("g", 3, 40);
      break;
    case ContactField::kCustomerId:
      break;
    case ContactField::kAttribute:
      asked.key = Chance(50) ? "amount" : "owner";
      MakeBounds(asked);
      return condition;
  }
  // That it says it at all.
  if (Chance(10)) asked.values.clear();
  return condition;
}

void RandomCommands::AddClassificationRules(Configuration& configuration) {
  while (configuration.classification_rules.size() < 5 && Chance(60)) {
    ClassificationRule rule;
    rule.id = "k" + std::to_string(configuration.classification_rules.size());
    rule.order = static_cast<uint32_t>(Below(3));
    while (rule.conditions.size() < 3 && Chance(50)) {
      rule.conditions.push_back(MakeCondition(configuration));
    }
    if (Chance(40)) rule.process_type = Pick(configuration.process_types).id;
    for (const Queue& queue : configuration.queues) {
      if (!Chance(25)) continue;
      rule.queues.push_back({queue.id, static_cast<uint32_t>(Below(4))});
    }
    if (Chance(40)) rule.priority = static_cast<uint32_t>(Below(10));
    rule.requirement = MakeRequirement(15);
    if (Chance(10)) rule.requirement.agents = Some("a", 9, 20);
    if (Chance(20)) rule.agent_attribute = "owner";
    rule.plan = MakePlan(20);
    rule.last = Chance(15);
    if (!rule.priority && rule.process_type.empty()) rule.priority = 5;
    configuration.classification_rules.push_back(rule);
  }
}

Configuration RandomCommands::MakeConfiguration() {
  Configuration configuration;
  const std::vector<std::string> clients = Some("c", kClients, 95);
  const bool shared = Chance(60);
  for (const std::string& id : clients) {
    configuration.clients.push_back(shared ? MakeClient(id) : Client{{id, ""}});
  }
  configuration.sites = {Site{{"lisbon", ""}, "Europe/Lisbon"}, Site{{"manila", ""}, ""}};
  configuration.teams = {Team{{"north", ""}}, Team{{"south", ""}}};
  for (Team& team : configuration.teams) {
    if (Chance(50)) team.max_paused = static_cast<uint32_t>(1 + Below(3));
    if (Chance(50)) team.max_paused_percent = static_cast<uint32_t>(1 + Below(100));
  }
  for (const std::string& id : Some("s", kSkills, 97)) {
    configuration.skills.push_back(Skill{{id, ""}});
  }
  configuration.channels = {Channel{{"fax", ""}, CapacityGroup::kEmail, false, {}, 2, {}}};
  configuration.channels[0].language_mode = LanguageMode::kWritten;
  if (Chance(15)) {
    configuration.channels[0].group = static_cast<CapacityGroup>(Below(kCapacityGroups));
    configuration.channels[0].language_mode = LanguageMode::kSpoken;
  }
  if (Chance(60)) {
    configuration.channels.push_back(
        Channel{{"chat", ""}, CapacityGroup::kMessaging, false, LanguageMode::kWritten, 3, {}});
    configuration.channels.back().reply_within = Span({0, 60, 600});
  }
  for (uint32_t number = 1; number <= kQueues; ++number) {
    // The last one comes and goes, so that plans name what is gone.
    if (number > 1 && !Chance(number == kQueues ? 80 : 96)) continue;
    configuration.queues.push_back(MakeQueue(number, clients));
  }
  for (const char* id : {"day", "night"}) {
    if (Chance(90)) configuration.calendars.emplace_back().id = id;
  }
  for (Queue& queue : configuration.queues) FollowCalendar(queue, configuration);
  // The first one always exists, because requirements name it.
  for (uint32_t number = 1; number <= kProcessTypes; ++number) {
    if (number > 1 && !Chance(95)) continue;
    configuration.process_types.push_back(ProcessType{{"p" + std::to_string(number), ""}, {}});
  }
  for (ProcessType& type : configuration.process_types) {
    type = MakeProcessType(type.id, configuration);
  }
  for (uint32_t number = 1; number <= kProfiles; ++number) {
    RoutingProfile profile;
    profile.id = "r" + std::to_string(number);
    for (const Queue& queue : configuration.queues) {
      if (!Chance(80)) continue;
      RoutingProfileQueue entry;
      entry.queue = queue.id;
      entry.rank = Chance(60) ? 0 : static_cast<uint32_t>(1 + Below(3));
      entry.no_push = Chance(20);
      entry.pull = entry.no_push || Chance(40);
      if (Chance(25)) entry.delay = Seconds(static_cast<int64_t>(5 * (1 + Below(6))));
      profile.queues.push_back(entry);
    }
    if (profile.queues.empty()) {
      profile.queues.push_back(RoutingProfileQueue{configuration.queues[0].id, 0, false, true});
    }
    profile.live_reserve = Chance(50) ? 0 : static_cast<uint32_t>(Below(4));
    profile.back_floor = Chance(50) ? 0 : static_cast<uint32_t>(Below(4));
    configuration.routing_profiles.push_back(profile);
  }
  std::vector<uint32_t> numbers;
  for (uint32_t number = 1; number <= kAgents; ++number) {
    if (Chance(93)) numbers.push_back(number);
  }
  std::shuffle(numbers.begin(), numbers.end(), random_);
  for (const uint32_t number : numbers) {
    configuration.agents.push_back(MakeAgent(number, configuration));
  }
  configuration.dispositions = {Disposition{{"solved", ""}, true},
                                Disposition{{"open", ""}, false}};
  configuration.not_ready_reasons = {NotReadyReason{{"lunch", ""}}, NotReadyReason{{"break", ""}}};
  configuration.not_ready_reasons[1].exempt = Chance(50);
  configuration.parking_reasons = {ParkingReason{{"customer", ""}, true},
                                   ParkingReason{{"supplier", ""}, false}};
  if (Chance(50)) {
    configuration.parking_reasons.push_back(ParkingReason{{kSilentReason, ""}, Chance(50)});
  }
  AddEntryPoints(configuration);
  AddClassificationRules(configuration);
  for (const char* tag : {"fr", "fr-CA", "zh", "zh-Hant"}) {
    if (!Chance(30)) continue;
    const std::string id = "l" + std::to_string(configuration.languages.size());
    configuration.languages.push_back(Language{{id, ""}, tag, static_cast<Cefr>(Below(6))});
  }
  if (Chance(80)) configuration.session_grace = Span({1, 5, 15});
  if (Chance(80)) configuration.cool_down = Span({0, 2, 10, 60});
  for (std::optional<Duration>& after : configuration.return_after) {
    if (Chance(60)) after = Span({0, 1, 5, 30});
  }
  const auto is_unknown = [&](const Predicate& predicate) {
    const auto* skill = std::get_if<SkillRequirement>(&predicate.kind);
    return skill != nullptr &&
           std::none_of(configuration.skills.begin(), configuration.skills.end(),
                        [&](const Skill& known) { return known.id == skill->skill; });
  };
  const auto forget_unknown = [&](Requirement& requirement) {
    std::erase_if(requirement.all_of, [&](const Clause& clause) {
      return std::any_of(clause.begin(), clause.end(), is_unknown);
    });
    std::erase_if(requirement.prefer,
                  [&](const Preference& preference) { return is_unknown(preference.predicate); });
    std::erase_if(requirement.agents, [&](const std::string& agent) {
      return std::none_of(configuration.agents.begin(), configuration.agents.end(),
                          [&](const Agent& known) { return known.id == agent; });
    });
  };
  const auto forget_unknown_in = [&](Plan& plan) {
    for (PlanStep& step : plan) {
      if (step.relax) {
        std::erase_if(step.relax->skills, [&](const std::string& skill) {
          return is_unknown(SkillRequirement{skill});
        });
        if (*step.relax == Relaxation{}) step.relax->agents = true;
      }
      if (step.requirement) forget_unknown(*step.requirement);
      const bool known = std::any_of(configuration.queues.begin(), configuration.queues.end(),
                                     [&](const Queue& queue) { return queue.id == step.queue; });
      if (known || step.queue.empty()) continue;
      step.queue.clear();
      if (!ChangesRequirement(step)) step.min_priority = 9;
    }
  };
  for (ProcessType& type : configuration.process_types) {
    for (ProcessTypeDefaults& defaults : type.defaults) {
      forget_unknown(defaults.requirement);
      forget_unknown_in(defaults.plan);
    }
  }
  for (Queue& queue : configuration.queues) forget_unknown_in(queue.plan);
  for (ClassificationRule& rule : configuration.classification_rules) {
    forget_unknown(rule.requirement);
    forget_unknown_in(rule.plan);
  }
  for (Agent& agent : configuration.agents) {
    std::erase_if(agent.skills, [&](const SkillLevel& has) {
      return std::none_of(configuration.skills.begin(), configuration.skills.end(),
                          [&](const Skill& known) { return known.id == has.skill; });
    });
  }
  const auto rejection = CheckConfiguration(configuration, "configuration");
  if (rejection) {
    ADD_FAILURE() << "expected random configurations to be valid, but " << rejection->message
                  << (rejection->violations.empty() ? "" : rejection->violations[0].field);
  }
  FillDefaults(configuration);
  return configuration;
}

// One resource of another configuration is made, taken over in part, or deleted here. What it names
// may be missing.
Action RandomCommands::AboutConfiguration(const Workspace& workspace) {
  Configuration other = MakeConfiguration();
  const bool validate_only = Chance(10);
  const auto expected = [&](int64_t revision) {
    return Chance(70) ? 0 : revision - (Chance(30) ? 1 : 0);
  };
  const auto some = [&](const auto* of) {
    std::vector<std::string> fields;
    VisitFields(of, [&](const char* name, auto) {
      if (Chance(40)) fields.emplace_back(name);
    });
    return fields;
  };
  if (Chance(4)) {
    const WorkspaceSettings& settings = other;
    return UpdateWorkspaceSettings{settings, some(&settings), expected(workspace.revision),
                                   validate_only};
  }
  // Mostly agents; a list that is empty has nothing to offer.
  const auto kind = Chance(50) ? ResourceKind::kAgent : kKindsOfResources[Below(kResourceKinds)];
  Action action = DeleteResource{kind, "nothing", 0, validate_only};
  ForEachList(other, [&](auto& list) {
    using R = typename std::decay_t<decltype(list)>::value_type;
    if (KindOf<R>() != kind || list.empty()) return;
    R one = Pick(list);
    if (Chance(10)) one.display_name = "renamed";
    if constexpr (std::is_same_v<R, Queue>) {
      // At times to any queue, so that some come back to where they began.
      if (Chance(30)) one.overflow_queue = "q" + std::to_string(1 + Below(kQueues));
      if (Chance(30)) one.overflow_queue = one.id;
      if (Chance(50)) one.when_closed = WhenClosed::kOverflow;
    }
    int64_t revision = 0;
    bool exists = false;
    for (const R& now : ListOf<R>(workspace.configuration)) {
      if (now.id != one.id) continue;
      revision = now.revision;
      exists = true;
    }
    if (Chance(exists ? 5 : 80)) {
      action = CreateResource{one, validate_only};
    } else if (Chance(30)) {
      action = DeleteResource{kind, one.id, expected(revision), validate_only};
    } else {
      action = UpdateResource{one, some(&one), expected(revision), validate_only};
    }
  });
  return action;
}

}  // namespace tandem::router
