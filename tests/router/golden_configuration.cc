// The parts of a configuration in the language of the golden scenarios.
#include <algorithm>
#include <charconv>

#include "tests/router/golden_language.h"

namespace tandem::router {

CapacityGroup ParseGroup(const std::string& word) {
  static const std::vector<std::string> names = {"voice", "messaging", "email", "task"};
  const auto it = std::find(names.begin(), names.end(), word);
  if (it == names.end()) throw LineError("expected a capacity group, but found " + word);
  return static_cast<CapacityGroup>(it - names.begin());
}

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char letter : text) {
    if (letter == separator) {
      parts.emplace_back();
    } else {
      parts.back() += letter;
    }
  }
  return parts;
}

uint32_t ParseNumber(const std::string& word) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size()) {
    throw LineError("expected a number, but found " + word);
  }
  return number;
}

Duration ParseDuration(const std::string& word) {
  if (word.empty()) throw LineError("expected a span of time, but found nothing");
  const auto number = static_cast<int64_t>(ParseNumber(word.substr(0, word.size() - 1)));
  switch (word.back()) {
    case 's':
      return Seconds(number);
    case 'm':
      return Minutes(number);
    case 'h':
      return Hours(number);
    default:
      throw LineError("expected a span such as 20s, 5m or 8h, but found " + word);
  }
}

Cefr ParseCefr(const std::string& word) {
  static const std::vector<std::string> names = {"any", "A1", "A2", "B1", "B2", "C1", "C2"};
  const auto it = std::find(names.begin(), names.end(), word);
  if (it == names.end()) throw LineError("expected a level, but found " + word);
  return static_cast<Cefr>(it - names.begin());
}

AgentKind ParseKind(const std::string& word) {
  for (const AgentKind kind : {AgentKind::kHuman, AgentKind::kAutomated}) {
    if (word == ToString(kind)) return kind;
  }
  throw LineError("expected HUMAN or AUTOMATED, but found " + word);
}

// "4", "4.5", "4.125"
Decimal ParseDecimal(const std::string& text) {
  const std::vector<std::string> parts = Split(text, '.');
  Decimal number = Whole(ParseNumber(parts[0]));
  if (parts.size() > 1) number.milli += ParseNumber((parts[1] + "00").substr(0, 3));
  return number;
}

// "billing:3", "billing:3-6", "fr:B2", "site:lisbon", "team:night", "type:refund", "kind:HUMAN",
// "@region", "@region:emea/apac", "@years:>3", "@rating:<4.5"; "!" before it: not.
Predicate ParsePredicate(const std::string& text) {
  if (text[0] == '!') {
    Predicate predicate = ParsePredicate(text.substr(1));
    predicate.negated = true;
    return predicate;
  }
  const std::vector<std::string> parts = Split(text, ':');
  if (text[0] == '@') {
    AttributePredicate attribute{parts[0].substr(1), {}, {}, {}};
    if (parts.size() == 1) return attribute;
    const std::string& value = parts[1];
    if (value[0] == '>') {
      attribute.min = ParseDecimal(value.substr(1));
    } else if (value[0] == '<') {
      attribute.max = ParseDecimal(value.substr(1));
    } else {
      attribute.values = Split(value, '/');
    }
    return attribute;
  }
  if (parts.size() != 2) throw LineError("expected name:value, but found " + text);
  if (parts[0] == "site") return SitePredicate{parts[1]};
  if (parts[0] == "team") return TeamPredicate{parts[1]};
  if (parts[0] == "type") return ProcessTypePredicate{parts[1]};
  if (parts[0] == "kind") return AgentKindPredicate{ParseKind(parts[1])};
  if (parts[1][0] < '0' || parts[1][0] > '9') {
    return LanguageRequirement{parts[0], ParseCefr(parts[1])};
  }
  const std::vector<std::string> levels = Split(parts[1], '-');
  SkillRequirement skill{parts[0], ParseNumber(levels[0])};
  if (levels.size() > 1) skill.max_level = ParseNumber(levels[1]);
  return skill;
}

Requirement ParseRequirement(const std::string& text) {
  Requirement requirement;
  for (const std::string& clause_text : Split(text, ',')) {
    Clause& clause = requirement.all_of.emplace_back();
    for (const std::string& predicate : Split(clause_text, '|')) {
      clause.push_back(ParsePredicate(predicate));
    }
  }
  return requirement;
}

// "billing:1,team:night*5"
std::vector<Preference> ParsePreferences(const std::string& text) {
  std::vector<Preference> preferences;
  for (const std::string& preference : Split(text, ',')) {
    const std::vector<std::string> parts = Split(preference, '*');
    preferences.push_back({ParsePredicate(parts[0]), parts.size() > 1 ? ParseNumber(parts[1]) : 1});
  }
  return preferences;
}

// The words "require=", "prefer=" and "agents=".
Requirement ParseRequirement(Words& words) {
  Requirement requirement;
  if (const auto text = words.Value("require")) requirement = ParseRequirement(*text);
  if (const auto text = words.Value("prefer")) requirement.prefer = ParsePreferences(*text);
  if (const auto text = words.Value("agents")) requirement.agents = Split(*text, ',');
  return Canonical(std::move(requirement));
}

// "billing,cards,@region,LEVELS-2,SKILLS,LANGUAGES,SITES,TEAMS,AGENTS": what is asked no longer.
Relaxation ParseRelaxation(const std::string& text) {
  Relaxation relax;
  for (const std::string& word : Split(text, ',')) {
    if (word[0] == '@') {
      relax.attributes.push_back(word.substr(1));
    } else if (word.starts_with("LEVELS-")) {
      relax.lower_skill_levels_by = ParseNumber(word.substr(7));
    } else if (word == "SKILLS") {
      relax.all_skills = true;
    } else if (word == "LANGUAGES") {
      relax.languages = true;
    } else if (word == "SITES") {
      relax.sites = true;
    } else if (word == "TEAMS") {
      relax.teams = true;
    } else if (word == "AGENTS") {
      relax.agents = true;
    } else {
      relax.skills.push_back(word);
    }
  }
  return relax;
}

std::optional<Plan> ParsePlan(Words& words) {
  const auto steps = words.Value("plan");
  if (!steps) return std::nullopt;
  Plan plan;
  if (steps->empty()) return plan;
  for (const std::string& text : Split(*steps, ';')) {
    std::string line = text;
    std::replace(line.begin(), line.end(), '+', ' ');
    Words parts(line);
    PlanStep step{ParseDuration(parts.Next("when the step is due"))};
    step.min_priority = ParseNumber(parts.Value("priority").value_or("0"));
    step.queue = parts.Value("queue").value_or("");
    if (const auto reason = parts.Value("expire")) step.expire = PlanExpiry{*reason};
    step.callback = parts.Flag("callback");
    PlanCondition condition;
    condition.waiting_more_than = ParseNumber(parts.Value("waiting").value_or("0"));
    condition.oldest_waits_longer_than = ParseDuration(parts.Value("oldest").value_or("0s"));
    condition.estimated_wait_longer_than = ParseDuration(parts.Value("estimate").value_or("0s"));
    condition.service_level_below_percent = ParseNumber(parts.Value("level_below").value_or("0"));
    condition.available_agents_fewer_than =
        ParseNumber(parts.Value("available_below").value_or("0"));
    if (condition != PlanCondition{}) step.condition = condition;
    step.offer_timeout = ParseDuration(parts.Value("offer").value_or("0s"));
    step.concurrent_offers = ParseNumber(parts.Value("ring").value_or("0"));
    const bool anybody = parts.Flag("anybody");
    const Requirement requirement = ParseRequirement(parts);
    if (anybody || requirement != Requirement{}) step.requirement = requirement;
    if (const auto relax = parts.Value("relax")) step.relax = ParseRelaxation(*relax);
    parts.ExpectNoMore();
    plan.push_back(step);
  }
  return plan;
}

Channel ParseChannel(Words& words) {
  Channel channel;
  channel.id = words.Next("the channel's id");
  channel.group = ParseGroup(words.Value("group").value_or("task"));
  channel.has_media = words.Flag("media");
  channel.language_mode = words.Flag("spoken") ? LanguageMode::kSpoken : LanguageMode::kWritten;
  channel.misses_allowed = ParseNumber(words.Value("misses").value_or("0"));
  if (const auto span = words.Value("reply_within")) channel.reply_within = ParseDuration(*span);
  return channel;
}

// `entry_point sales channel=voice address=+351210000000 client=acme type=sales language=pt
// queue=calls priority=2`
EntryPoint ParseEntryPoint(Words& words) {
  EntryPoint entry_point;
  entry_point.id = words.Next("the entry point's id");
  entry_point.channel = words.Value("channel").value_or("");
  entry_point.address = words.Value("address").value_or("");
  entry_point.client = words.Value("client").value_or("");
  entry_point.process_type = words.Value("type").value_or("");
  entry_point.language = words.Value("language").value_or("");
  entry_point.queue = words.Value("queue").value_or("");
  if (const auto priority = words.Value("priority")) entry_point.priority = ParseNumber(*priority);
  return entry_point;
}

// `client acme weight=3 floor=1 ceiling=9`, but for the ids
Client ParseFairShare(Words& words) {
  Client client;
  const auto read = [&](const char* name, uint32_t FairShare::*field) {
    const auto value = words.Value(name);
    if (!value) return;
    if (!client.fair_share) client.fair_share.emplace();
    *client.fair_share.*field = ParseNumber(*value);
  };
  read("weight", &FairShare::weight);
  read("floor", &FairShare::floor);
  read("ceiling", &FairShare::ceiling);
  return client;
}

// `team north max_paused=2 percent=20`, but for the ids
Team ParseTeamLimits(Words& words) {
  Team team;
  team.max_paused = ParseNumber(words.Value("max_paused").value_or("0"));
  team.max_paused_percent = ParseNumber(words.Value("percent").value_or("0"));
  return team;
}

// `language french tag=fr level=B2`
Language ParseLanguage(Words& words) {
  Language language;
  language.id = words.Next("the language's id");
  language.tag = words.Value("tag").value_or("");
  language.level = ParseCefr(words.Value("level").value_or("any"));
  return language;
}

// "channel:chat/voice", "segment:gold", "@amount:>1000", "@vip", "customer"; "!" before it: not.
ContactCondition ParseCondition(const std::string& text) {
  if (text[0] == '!') {
    ContactCondition condition = ParseCondition(text.substr(1));
    condition.negated = true;
    return condition;
  }
  ContactCondition condition;
  const std::vector<std::string> parts = Split(text, ':');
  if (text[0] == '@') {
    condition.field = ContactField::kAttribute;
    condition.asked = std::get<AttributePredicate>(ParsePredicate(text).kind);
    return condition;
  }
  static const std::vector<std::string> fields = {"channel", "entry",   "language", "client",
                                                  "type",    "segment", "customer"};
  const auto it = std::find(fields.begin(), fields.end(), parts[0]);
  if (it == fields.end()) throw LineError("expected a field of contacts, but found " + text);
  condition.field = static_cast<ContactField>(1 + (it - fields.begin()));
  if (parts.size() > 1) condition.asked.values = Split(parts[1], '/');
  return condition;
}

// `rule vip order=10 if=segment:gold,@amount:>100 type=support queues=a:70,b:30 priority=7
// require=billing:3 agents=ana agent_attribute=owner plan=20s+anybody last`
ClassificationRule ParseRule(Words& words) {
  ClassificationRule rule;
  rule.id = words.Next("the rule's id");
  rule.last = words.Flag("last");
  rule.order = ParseNumber(words.Value("order").value_or("0"));
  if (const auto conditions = words.Value("if")) {
    for (const std::string& text : Split(*conditions, ',')) {
      rule.conditions.push_back(ParseCondition(text));
    }
  }
  rule.process_type = words.Value("type").value_or("");
  if (const auto queues = words.Value("queues")) {
    for (const std::string& text : Split(*queues, ',')) {
      const std::vector<std::string> parts = Split(text, ':');
      rule.queues.push_back({parts[0], parts.size() > 1 ? ParseNumber(parts[1]) : 0});
    }
  }
  if (const auto priority = words.Value("priority")) rule.priority = ParseNumber(*priority);
  rule.requirement = ParseRequirement(words);
  rule.agent_attribute = words.Value("agent_attribute").value_or("");
  rule.plan = ParsePlan(words).value_or(Plan{});
  return rule;
}

DistributionMode ParseMode(const std::string& word) {
  for (int i = 1; i <= static_cast<int>(DistributionMode::kLowestCost); ++i) {
    const auto mode = static_cast<DistributionMode>(i);
    if (word == ToString(mode)) return mode;
  }
  throw LineError("expected a distribution mode, but found " + word);
}

WhenClosed ParseWhenClosed(const std::string& word) {
  static const std::vector<std::string> names = {"HOLD", "REFUSE", "OVERFLOW"};
  const auto it = std::find(names.begin(), names.end(), word);
  if (it == names.end()) throw LineError("expected what to do when closed, but found " + word);
  return static_cast<WhenClosed>(it - names.begin() + 1);
}

Queue ParseQueue(Words& words) {
  Queue queue;
  queue.office = words.Flag("BACK") ? Office::kBack : Office::kFront;
  words.Flag("FRONT");
  queue.urgency = words.Flag("DEFERRABLE") ? Urgency::kDeferrable : Urgency::kLive;
  words.Flag("LIVE");
  queue.auto_accept = words.Flag("auto_accept");
  queue.id = words.Next("the queue's id");
  queue.client = words.Value("client").value_or("");
  queue.plan = ParsePlan(words).value_or(Plan{});
  if (const auto mode = words.Value("mode")) queue.distribution_mode = ParseMode(*mode);
  if (words.Flag("PRIORITY_FIRST")) queue.order = QueueOrder::kPriorityFirst;
  if (words.Flag("AFTER_PUNCTUAL")) queue.late_work.order = LateOrder::kAfterPunctual;
  if (const auto every = words.Value("every")) queue.late_work.every = ParseNumber(*every);
  queue.concurrent_offers = ParseNumber(words.Value("ring").value_or("0"));
  if (const auto wait = words.Value("last_agent")) queue.last_agent_wait = ParseDuration(*wait);
  if (const auto step = words.Value("step")) queue.priority_step = ParseDuration(*step);
  queue.offer_timeout = ParseDuration(words.Value("offer").value_or("0s"));
  queue.connect_timeout = ParseDuration(words.Value("connect").value_or("0s"));
  queue.lease_duration = ParseDuration(words.Value("lease").value_or("0s"));
  queue.max_waiting = ParseNumber(words.Value("max_waiting").value_or("0"));
  queue.calendar = words.Value("calendar").value_or("");
  if (const auto when = words.Value("closed")) queue.when_closed = ParseWhenClosed(*when);
  queue.overflow_queue = words.Value("overflow").value_or("");
  queue.callbacks.max_attempts = ParseNumber(words.Value("attempts").value_or("0"));
  queue.callbacks.retry_delay = ParseDuration(words.Value("retry").value_or("0s"));
  return queue;
}

ProcessTypeDefaults ParseDefaults(Words& words) {
  ProcessTypeDefaults defaults;
  defaults.channel = words.Value("channel").value_or("");
  defaults.queue = words.Value("queue").value_or("");
  defaults.requirement = ParseRequirement(words);
  defaults.language_level = ParseCefr(words.Value("level").value_or("any"));
  defaults.answer_target = ParseDuration(words.Value("answer").value_or("0s"));
  defaults.due_after = ParseDuration(words.Value("due").value_or("0s"));
  defaults.expected_handling_time = ParseDuration(words.Value("handling").value_or("0s"));
  if (const auto limit = words.Value("wrap_up")) defaults.wrap_up_limit = ParseDuration(*limit);
  defaults.plan = ParsePlan(words).value_or(Plan{});
  defaults.reopen_within = ParseDuration(words.Value("reopen").value_or("0s"));
  defaults.auto_park_after = ParseDuration(words.Value("auto_park").value_or("0s"));
  defaults.auto_close_after = ParseDuration(words.Value("auto_close").value_or("0s"));
  return defaults;
}

// `profile front reserve=1 back_floor=2 calls mail:2 tasks:2:pull forms:1:pull_only
// chats:1:push:30s`
RoutingProfile ParseProfile(Words& words) {
  RoutingProfile profile;
  profile.id = words.Next("the profile's id");
  profile.live_reserve = ParseNumber(words.Value("reserve").value_or("0"));
  profile.back_floor = ParseNumber(words.Value("back_floor").value_or("0"));
  while (const auto word = words.NextIfAny()) {
    const std::vector<std::string> parts = Split(*word, ':');
    RoutingProfileQueue entry;
    entry.queue = parts[0];
    if (parts.size() > 1) entry.rank = ParseNumber(parts[1]);
    if (parts.size() > 2) {
      entry.pull = parts[2] != "push";
      entry.no_push = parts[2] == "pull_only";
    }
    if (parts.size() > 3) entry.delay = ParseDuration(parts[3]);
    profile.queues.push_back(entry);
  }
  return profile;
}

// `agent ana profile=front clients=acme types=support skills=billing:5 languages=fr:B2:C1
// site=lisbon team=night attributes=region:emea,years:7
//  capacity=6/voice:1x6:exclusive:interrupts-email+task/messaging:3x2:live-interrupts`
Agent ParseAgent(Words& words) {
  Agent agent;
  if (words.Flag("AUTOMATED")) agent.kind = AgentKind::kAutomated;
  agent.id = words.Next("the agent's id");
  agent.routing_profile = words.Value("profile").value_or("");
  agent.site = words.Value("site").value_or("");
  agent.team = words.Value("team").value_or("");
  agent.cost_per_hour_milli = ParseNumber(words.Value("cost").value_or("0"));
  if (const auto attributes = words.Value("attributes")) {
    for (const std::string& attribute : Split(*attributes, ',')) {
      const std::vector<std::string> parts = Split(attribute, ':');
      agent.attributes.emplace_back(parts.at(0), parts.at(1));
    }
    std::sort(agent.attributes.begin(), agent.attributes.end());
  }
  if (const auto ids = words.Value("clients")) agent.clients = Split(*ids, ',');
  if (const auto ids = words.Value("types")) agent.process_types = Split(*ids, ',');
  if (const auto skills = words.Value("skills")) {
    for (const std::string& skill : Split(*skills, ',')) {
      const std::vector<std::string> parts = Split(skill, ':');
      agent.skills.push_back(SkillLevel{parts.at(0), ParseNumber(parts.at(1))});
    }
  }
  if (const auto languages = words.Value("languages")) {
    for (const std::string& language : Split(*languages, ',')) {
      const std::vector<std::string> parts = Split(language, ':');
      agent.languages.push_back(
          AgentLanguage{parts.at(0), ParseCefr(parts.at(1)), ParseCefr(parts.at(2))});
    }
  }
  if (const auto text = words.Value("capacity")) {
    const std::vector<std::string> parts = Split(*text, '/');
    Capacity capacity;
    capacity.total_units = ParseNumber(parts[0]);
    for (size_t i = 1; i < parts.size(); ++i) {
      const std::vector<std::string> group = Split(parts[i], ':');
      const std::vector<std::string> sizes = Split(group.at(1), 'x');
      GroupCapacity& parsed = capacity.groups[static_cast<size_t>(ParseGroup(group[0]))];
      parsed.max = ParseNumber(sizes[0]);
      parsed.units_per_ticket = sizes.size() > 1 ? ParseNumber(sizes[1]) : 1;
      for (size_t j = 2; j < group.size(); ++j) {
        if (group[j] == "exclusive") {
          parsed.exclusive = true;
          continue;
        }
        if (group[j] == "live-interrupts") {
          parsed.live_interrupts = true;
          continue;
        }
        const std::vector<std::string> interrupts = Split(group[j], '-');
        if (interrupts[0] != "interrupts") {
          throw LineError("expected interrupts-, live-interrupts, exclusive");
        }
        for (const std::string& other : Split(interrupts.at(1), '+')) {
          parsed.interrupts.push_back(ParseGroup(other));
        }
      }
    }
    agent.capacity = capacity;
  }
  return agent;
}

}  // namespace tandem::router
