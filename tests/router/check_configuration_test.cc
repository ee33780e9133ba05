// Configurations as a whole: limits, duplicates, references; and the defaults that are filled in.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "router/check.h"
#include "router/limits.h"

namespace tandem::router {
namespace {

// One resource of each kind, all of them used.
Configuration GoodConfiguration() {
  Configuration configuration;
  configuration.clients = {Client{{"acme", "Acme"}}};
  configuration.sites = {Site{{"lisbon", ""}, ""}};
  configuration.teams = {Team{{"first", ""}}};
  configuration.skills = {Skill{{"billing", ""}}};
  configuration.channels = {Channel{{"fax", ""}, CapacityGroup::kEmail, false, {}, 0}};
  configuration.channels[0].language_mode = LanguageMode::kWritten;
  Queue queue;
  queue.id = "calls";
  queue.client = "acme";
  configuration.queues = {queue};
  ProcessTypeDefaults defaults;
  defaults.channel = "fax";
  defaults.queue = "calls";
  defaults.requirement.all_of = {{SkillRequirement{"billing", 3}, SitePredicate{"lisbon"}}};
  configuration.process_types = {ProcessType{{"support", ""}, {defaults}}};
  RoutingProfile profile;
  profile.id = "front";
  profile.queues = {RoutingProfileQueue{"calls", 0, false, false}};
  configuration.routing_profiles = {profile};
  Agent agent;
  agent.id = "ana";
  agent.team = "first";
  agent.site = "lisbon";
  agent.routing_profile = "front";
  agent.skills = {SkillLevel{"billing", 10}};
  agent.languages = {AgentLanguage{"pt", Cefr::kC2, Cefr::kC2}};
  agent.process_types = {"support"};
  agent.clients = {"acme"};
  configuration.agents = {agent};
  configuration.dispositions = {Disposition{{"solved", ""}, true}};
  configuration.not_ready_reasons = {NotReadyReason{{"lunch", ""}}};
  EntryPoint line;
  line.id = "line";
  line.channel = "voice";
  line.address = "+351 21 000 0000";
  line.client = "acme";
  line.process_type = "support";
  line.language = "pt";
  line.queue = "calls";
  line.priority = 9;
  configuration.entry_points = {line};
  configuration.languages = {Language{{"portuguese", ""}, "pt", Cefr::kB2}};
  ClassificationRule rule;
  rule.id = "vip";
  rule.conditions = {
      {ContactField::kClient, {"", {"acme"}, {}, {}}, false},
      {ContactField::kAttribute, {"amount", {}, Whole(1), Whole(9)}, true},
  };
  rule.queues = {{"calls", 7}};
  rule.priority = 9;
  configuration.classification_rules = {rule};
  return configuration;
}

struct Case {
  const char* what;
  std::function<void(Configuration&)> change;
  std::string expected;  // "" or the reason and the first field
};

void ExpectAll(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    Configuration configuration = GoodConfiguration();
    one.change(configuration);
    const auto rejection = CheckConfiguration(configuration, "configuration");
    const std::string found = !rejection ? ""
                                         : std::string(ToString(rejection->reason)) + " " +
                                               rejection->violations.at(0).field;
    EXPECT_EQ(found, one.expected) << one.what;
  }
}

TEST(CheckConfiguration, TakesWhatIsWithinLimits) {
  ExpectAll({
      {"as it is", [](Configuration&) {}, ""},
      {"nothing at all", [](Configuration& c) { c = Configuration{}; }, ""},
      {"steps", [](Configuration& c) { c.queues[0].priority_step = Days(7); }, ""},
      {"no step", [](Configuration& c) { c.queues[0].priority_step = Duration{}; }, ""},
      {"offers", [](Configuration& c) { c.queues[0].offer_timeout = Hours(1); }, ""},
      {"connecting", [](Configuration& c) { c.queues[0].connect_timeout = Minutes(10); }, ""},
      {"leases", [](Configuration& c) { c.queues[0].lease_duration = Days(7); }, ""},
      {"nobody waits", [](Configuration& c) { c.queues[0].last_agent_wait = Duration{}; }, ""},
      {"reopening",
       [](Configuration& c) { c.process_types[0].defaults[0].reopen_within = Days(90); }, ""},
      {"silence",
       [](Configuration& c) { c.process_types[0].defaults[0].auto_park_after = Seconds(10); }, ""},
      {"late work",
       [](Configuration& c) {
         c.queues[0].urgency = Urgency::kDeferrable;
         c.queues[0].late_work = {LateOrder::kAfterPunctual, 1'000};
       },
       ""},
      {"no late work before punctual work",
       [](Configuration& c) {
         c.queues[0].urgency = Urgency::kDeferrable;
         c.queues[0].late_work = {LateOrder::kAfterPunctual, 0};
       },
       ""},
      {"no limit", [](Configuration& c) { c.channels[0].reply_within = Duration{}; }, ""},
      {"waiting", [](Configuration& c) { c.queues[0].max_waiting = 10'000'000; }, ""},
      {"grace", [](Configuration& c) { c.session_grace = Minutes(10); }, ""},
      {"cool-down", [](Configuration& c) { c.cool_down = Hours(1); }, ""},
      {"no cool-down", [](Configuration& c) { c.cool_down = Duration{}; }, ""},
      {"returns",
       [](Configuration& c) {
         c.return_after = {Days(30), Duration{}, Seconds(1)};
       },
       ""},
      {"rank", [](Configuration& c) { c.routing_profiles[0].queues[0].rank = 100; }, ""},
      {"reserve", [](Configuration& c) { c.routing_profiles[0].live_reserve = 100'000; }, ""},
      {"BACK floor", [](Configuration& c) { c.routing_profiles[0].back_floor = 100'000; }, ""},
      {"share",
       [](Configuration& c) {
         c.clients[0].fair_share = {1'000, 100'000, 100'000};
       },
       ""},
      {"share of nothing", [](Configuration& c) { c.clients[0].fair_share = FairShare{}; }, ""},
      {"floor without a ceiling",
       [](Configuration& c) {
         c.clients[0].fair_share = {0, 5, 0};
       },
       ""},
      {"delay", [](Configuration& c) { c.routing_profiles[0].queues[0].delay = Days(30); }, ""},
      {"rings", [](Configuration& c) { c.queues[0].concurrent_offers = 10; }, ""},
      {"one ring that is accepted at once",
       [](Configuration& c) {
         c.queues[0].auto_accept = true;
         c.queues[0].concurrent_offers = 1;
       },
       ""},
      {"cost", [](Configuration& c) { c.agents[0].cost_per_hour_milli = 1'000'000'000; }, ""},
      {"a changed built-in channel", [](Configuration& c) { c.channels[0].id = "voice"; },
       "REFERENCE_BROKEN configuration.process_types[0].defaults[0].channel"},
      {"a built-in channel in defaults",
       [](Configuration& c) { c.process_types[0].defaults[0].channel = "voice"; }, ""},
      {"an address of 128 bytes",
       [](Configuration& c) { c.entry_points[0].address = std::string(128, 'a'); }, ""},
      {"an entry point that says nothing",
       [](Configuration& c) {
         EntryPoint none;
         none.id = "none";
         none.channel = "fax";
         c.entry_points.push_back(none);
       },
       ""},
      {"an address on two channels",
       [](Configuration& c) {
         c.entry_points.push_back(c.entry_points[0]);
         c.entry_points[1].id = "desk";
         c.entry_points[1].channel = "chat";
       },
       ""},
      {"a rule without conditions",
       [](Configuration& c) { c.classification_rules[0].conditions.clear(); }, ""},
      {"a rule that says nothing, and is the last",
       [](Configuration& c) {
         c.classification_rules[0] = ClassificationRule{};
         c.classification_rules[0].id = "stop";
         c.classification_rules[0].last = true;
       },
       ""},
      {"the most of a rule",
       [](Configuration& c) {
         ClassificationRule& rule = c.classification_rules[0];
         rule.order = 1'000'000;
         rule.queues[0].weight = 1'000;
         rule.agent_attribute = std::string(64, 'a');
         rule.conditions.resize(16, rule.conditions[0]);
       },
       ""},
      {"a language and its region",
       [](Configuration& c) {
         c.languages.push_back(Language{{"brazil", ""}, "pt-br", {}});
       },
       ""},
      {"the same id in two kinds", [](Configuration& c) { c.skills[0].id = "billing"; }, ""},
  });
}

TEST(CheckConfiguration, RefusesWhatIsBeyondALimit) {
  ExpectAll({
      {"steps", [](Configuration& c) { c.queues[0].priority_step = Days(7) + Microseconds(1); },
       "FIELD_OUT_OF_RANGE configuration.queues[0].priority_step"},
      {"negative step", [](Configuration& c) { c.queues[0].priority_step = Microseconds(-1); },
       "FIELD_OUT_OF_RANGE configuration.queues[0].priority_step"},
      {"short offer", [](Configuration& c) { c.queues[0].offer_timeout = Milliseconds(999); },
       "FIELD_OUT_OF_RANGE configuration.queues[0].offer_timeout"},
      {"long offer", [](Configuration& c) { c.queues[0].offer_timeout = Hours(2); },
       "FIELD_OUT_OF_RANGE configuration.queues[0].offer_timeout"},
      {"connecting", [](Configuration& c) { c.queues[0].connect_timeout = Minutes(11); },
       "FIELD_OUT_OF_RANGE configuration.queues[0].connect_timeout"},
      {"BACK floor", [](Configuration& c) { c.routing_profiles[0].back_floor = 100'001; },
       "FIELD_OUT_OF_RANGE configuration.routing_profiles[0].back_floor"},
      {"weight",
       [](Configuration& c) {
         c.clients[0].fair_share = {1'001, 0, 0};
       },
       "FIELD_OUT_OF_RANGE configuration.clients[0].fair_share.weight"},
      {"floor",
       [](Configuration& c) {
         c.clients[0].fair_share = {0, 100'001, 0};
       },
       "FIELD_OUT_OF_RANGE configuration.clients[0].fair_share.floor"},
      {"ceiling",
       [](Configuration& c) {
         c.clients[0].fair_share = {0, 0, 100'001};
       },
       "FIELD_OUT_OF_RANGE configuration.clients[0].fair_share.ceiling"},
      {"ceiling below the floor",
       [](Configuration& c) {
         c.clients[0].fair_share = {0, 5, 4};
       },
       "FIELD_OUT_OF_RANGE configuration.clients[0].fair_share.ceiling"},
      {"pauses", [](Configuration& c) { c.teams[0].max_paused = 100'001; },
       "FIELD_OUT_OF_RANGE configuration.teams[0].max_paused"},
      {"pauses in percent", [](Configuration& c) { c.teams[0].max_paused_percent = 101; },
       "FIELD_OUT_OF_RANGE configuration.teams[0].max_paused_percent"},
      {"last agent", [](Configuration& c) { c.queues[0].last_agent_wait = Hours(25); },
       "FIELD_OUT_OF_RANGE configuration.queues[0].last_agent_wait"},
      {"the order of a rule", [](Configuration& c) { c.classification_rules[0].order = 1'000'001; },
       "FIELD_OUT_OF_RANGE configuration.classification_rules[0].order"},
      {"the priority of a rule", [](Configuration& c) { c.classification_rules[0].priority = 10; },
       "FIELD_OUT_OF_RANGE configuration.classification_rules[0].priority"},
      {"the weight of a queue",
       [](Configuration& c) { c.classification_rules[0].queues[0].weight = 1'001; },
       "FIELD_OUT_OF_RANGE configuration.classification_rules[0].queues[0].weight"},
      {"a queue of a rule twice",
       [](Configuration& c) {
         c.classification_rules[0].queues.push_back({"calls", 1});
       },
       "ID_DUPLICATE configuration.classification_rules[0].queues[1].queue"},
      {"conditions", [](Configuration& c) { c.classification_rules[0].conditions.resize(17); },
       "FIELD_TOO_LARGE configuration.classification_rules[0].conditions"},
      {"values of a condition",
       [](Configuration& c) {
         ContactCondition& condition = c.classification_rules[0].conditions[0];
         condition.field = ContactField::kCustomerSegment;
         condition.asked.values.assign(33, "gold");
       },
       "FIELD_TOO_LARGE configuration.classification_rules[0].conditions[0].values"},
      {"conditions of too many bytes",
       [](Configuration& c) {
         ContactCondition condition{ContactField::kCustomerSegment, {}, false};
         condition.asked.values.assign(32, std::string(512, 'g'));
         c.classification_rules[0].conditions.assign(2, condition);
       },
       "FIELD_TOO_LARGE configuration.classification_rules[0].conditions"},
      {"a condition about no attribute",
       [](Configuration& c) { c.classification_rules[0].conditions[1].asked.key = ""; },
       "FIELD_REQUIRED configuration.classification_rules[0].conditions[1].attribute"},
      {"bounds of what is no attribute",
       [](Configuration& c) { c.classification_rules[0].conditions[0].asked.min = Whole(1); },
       "FIELD_MALFORMED configuration.classification_rules[0].conditions[0]"},
      {"bounds that no number is in",
       [](Configuration& c) { c.classification_rules[0].conditions[1].asked.max = Whole(0); },
       "FIELD_OUT_OF_RANGE configuration.classification_rules[0].conditions[1].max"},
      {"a tag that is none",
       [](Configuration& c) {
         c.classification_rules[0].conditions[0] = {
             ContactField::kLanguage, {"", {"p_t"}, {}, {}}, false};
       },
       "LANGUAGE_TAG_MALFORMED configuration.classification_rules[0].conditions[0].values[0]"},
      {"a client that a condition names",
       [](Configuration& c) { c.classification_rules[0].conditions[0].asked.values = {"nobody"}; },
       "REFERENCE_BROKEN configuration.classification_rules[0].conditions[0].values[0]"},
      {"a queue of a rule",
       [](Configuration& c) { c.classification_rules[0].queues[0].queue = "none"; },
       "REFERENCE_BROKEN configuration.classification_rules[0].queues[0].queue"},
      {"a rule that says nothing",
       [](Configuration& c) {
         c.classification_rules[0].queues.clear();
         c.classification_rules[0].priority.reset();
       },
       "FIELD_REQUIRED configuration.classification_rules[0]"},
      {"leases", [](Configuration& c) { c.queues[0].lease_duration = Days(8); },
       "FIELD_OUT_OF_RANGE configuration.queues[0].lease_duration"},
      {"waiting", [](Configuration& c) { c.queues[0].max_waiting = 10'000'001; },
       "FIELD_OUT_OF_RANGE configuration.queues[0].max_waiting"},
      {"late work of a LIVE queue",
       [](Configuration& c) { c.queues[0].late_work.order = LateOrder::kAfterPunctual; },
       "FIELD_OUT_OF_RANGE configuration.queues[0].late_work.order"},
      {"picks without an order", [](Configuration& c) { c.queues[0].late_work.every = 5; },
       "FIELD_OUT_OF_RANGE configuration.queues[0].late_work.every"},
      {"every pick late",
       [](Configuration& c) {
         c.queues[0].urgency = Urgency::kDeferrable;
         c.queues[0].late_work = {LateOrder::kAfterPunctual, 1};
       },
       "FIELD_OUT_OF_RANGE configuration.queues[0].late_work.every"},
      {"picks",
       [](Configuration& c) {
         c.queues[0].urgency = Urgency::kDeferrable;
         c.queues[0].late_work = {LateOrder::kAfterPunctual, 1'001};
       },
       "FIELD_OUT_OF_RANGE configuration.queues[0].late_work.every"},
      {"short grace", [](Configuration& c) { c.session_grace = Duration{}; },
       "FIELD_OUT_OF_RANGE configuration.session_grace"},
      {"long grace", [](Configuration& c) { c.session_grace = Minutes(11); },
       "FIELD_OUT_OF_RANGE configuration.session_grace"},
      {"cool-down", [](Configuration& c) { c.cool_down = Hours(2); },
       "FIELD_OUT_OF_RANGE configuration.cool_down"},
      {"returns", [](Configuration& c) { c.return_after[3] = Days(31); },
       "FIELD_OUT_OF_RANGE configuration.return_after.task"},
      {"misses", [](Configuration& c) { c.channels[0].misses_allowed = 101; },
       "FIELD_OUT_OF_RANGE configuration.channels[0].misses_allowed"},
      {"rank", [](Configuration& c) { c.routing_profiles[0].queues[0].rank = 101; },
       "FIELD_OUT_OF_RANGE configuration.routing_profiles[0].queues[0].rank"},
      {"rings", [](Configuration& c) { c.queues[0].concurrent_offers = 11; },
       "FIELD_OUT_OF_RANGE configuration.queues[0].concurrent_offers"},
      {"rings that are accepted at once",
       [](Configuration& c) {
         c.queues[0].auto_accept = true;
         c.queues[0].concurrent_offers = 2;
       },
       "FIELD_OUT_OF_RANGE configuration.queues[0].concurrent_offers"},
      {"delay",
       [](Configuration& c) { c.routing_profiles[0].queues[0].delay = Days(30) + Microseconds(1); },
       "FIELD_OUT_OF_RANGE configuration.routing_profiles[0].queues[0].delay"},
      {"a delay before it waits",
       [](Configuration& c) { c.routing_profiles[0].queues[0].delay = Microseconds(-1); },
       "FIELD_OUT_OF_RANGE configuration.routing_profiles[0].queues[0].delay"},
      {"reserve", [](Configuration& c) { c.routing_profiles[0].live_reserve = 100'001; },
       "FIELD_OUT_OF_RANGE configuration.routing_profiles[0].live_reserve"},
      {"a profile without queues", [](Configuration& c) { c.routing_profiles[0].queues.clear(); },
       "FIELD_REQUIRED configuration.routing_profiles[0].queues"},
      {"skill level 0", [](Configuration& c) { c.agents[0].skills[0].level = 0; },
       "FIELD_OUT_OF_RANGE configuration.agents[0].skills[0].level"},
      {"skill level 11", [](Configuration& c) { c.agents[0].skills[0].level = 11; },
       "FIELD_OUT_OF_RANGE configuration.agents[0].skills[0].level"},
      {"cost", [](Configuration& c) { c.agents[0].cost_per_hour_milli = -1; },
       "FIELD_OUT_OF_RANGE configuration.agents[0].cost_per_hour_milli"},
      {"units",
       [](Configuration& c) {
         c.agents[0].capacity = Capacity{1'000'001, {}};
       },
       "FIELD_OUT_OF_RANGE configuration.agents[0].capacity.total_units"},
      {"answer target",
       [](Configuration& c) { c.process_types[0].defaults[0].answer_target = Days(31); },
       "FIELD_OUT_OF_RANGE configuration.process_types[0].defaults[0].answer_target"},
      {"due after", [](Configuration& c) { c.process_types[0].defaults[0].due_after = Days(366); },
       "FIELD_OUT_OF_RANGE configuration.process_types[0].defaults[0].due_after"},
      {"wrap-up",
       [](Configuration& c) { c.process_types[0].defaults[0].wrap_up_limit = Hours(25); },
       "FIELD_OUT_OF_RANGE configuration.process_types[0].defaults[0].wrap_up_limit"},
      {"reopening",
       [](Configuration& c) { c.process_types[0].defaults[0].reopen_within = Days(91); },
       "FIELD_OUT_OF_RANGE configuration.process_types[0].defaults[0].reopen_within"},
      {"short silence",
       [](Configuration& c) { c.process_types[0].defaults[0].auto_park_after = Seconds(9); },
       "FIELD_OUT_OF_RANGE configuration.process_types[0].defaults[0].auto_park_after"},
      {"long silence",
       [](Configuration& c) { c.process_types[0].defaults[0].auto_close_after = Days(91); },
       "FIELD_OUT_OF_RANGE configuration.process_types[0].defaults[0].auto_close_after"},
      {"reply", [](Configuration& c) { c.channels[0].reply_within = Seconds(59); },
       "FIELD_OUT_OF_RANGE configuration.channels[0].reply_within"},
      {"display name", [](Configuration& c) { c.clients[0].display_name = std::string(513, 'x'); },
       "FIELD_TOO_LARGE configuration.clients[0].display_name"},
      {"clients", [](Configuration& c) { c.clients.resize(1'001, c.clients[0]); },
       "FIELD_TOO_LARGE configuration.clients"},
      {"an id", [](Configuration& c) { c.teams[0].id = "First"; },
       "FIELD_MALFORMED configuration.teams[0].id"},
      {"a tag", [](Configuration& c) { c.agents[0].languages[0].tag = "portuguese-"; },
       "LANGUAGE_TAG_MALFORMED configuration.agents[0].languages[0].tag"},
  });
}

TEST(CheckConfiguration, RefusesBrokenReferences) {
  ExpectAll({
      {"queue's client", [](Configuration& c) { c.queues[0].client = "globex"; },
       "REFERENCE_BROKEN configuration.queues[0].client"},
      {"defaults' queue", [](Configuration& c) { c.process_types[0].defaults[0].queue = "mail"; },
       "REFERENCE_BROKEN configuration.process_types[0].defaults[0].queue"},
      {"defaults' channel",
       [](Configuration& c) { c.process_types[0].defaults[0].channel = "pigeon"; },
       "REFERENCE_BROKEN configuration.process_types[0].defaults[0].channel"},
      {"defaults' skill",
       [](Configuration& c) {
         c.process_types[0].defaults[0].requirement.all_of = {{SkillRequirement{"juggling", 1}}};
       },
       "REFERENCE_BROKEN configuration.process_types[0].defaults[0].requirement"},
      {"agent named by a plan",
       [](Configuration& c) {
         c.process_types[0].defaults[0].plan = {{Seconds(1), Requirement{.agents = {"nobody"}}}};
       },
       "REFERENCE_BROKEN configuration.process_types[0].defaults[0].plan"},
      {"queue named by a plan",
       [](Configuration& c) {
         c.process_types[0].defaults[0].plan = {{.after = Seconds(1), .queue = "nowhere"}};
       },
       "REFERENCE_BROKEN configuration.process_types[0].defaults[0].plan"},
      {"team asked for by a queue's plan",
       [](Configuration& c) {
         c.queues[0].plan = {{Seconds(1), Requirement{.all_of = {{TeamPredicate{"nobody"}}}}}};
       },
       "REFERENCE_BROKEN configuration.queues[0].plan"},
      {"value of an agent's attribute",
       [](Configuration& c) {
         c.agents[0].attributes = {{"region", std::string(129, 'x')}};
       },
       "FIELD_TOO_LARGE configuration.agents[0].attributes"},
      {"key of an agent's attribute",
       [](Configuration& c) {
         c.agents[0].attributes = {{"", "x"}};
       },
       "FIELD_REQUIRED configuration.agents[0].attributes"},
      {"profile's queue", [](Configuration& c) { c.routing_profiles[0].queues[0].queue = "mail"; },
       "REFERENCE_BROKEN configuration.routing_profiles[0].queues[0].queue"},
      {"agent's profile", [](Configuration& c) { c.agents[0].routing_profile = ""; },
       "REFERENCE_BROKEN configuration.agents[0].routing_profile"},
      {"agent's team", [](Configuration& c) { c.agents[0].team = "last"; },
       "REFERENCE_BROKEN configuration.agents[0].team"},
      {"agent's site", [](Configuration& c) { c.agents[0].site = "atlantis"; },
       "REFERENCE_BROKEN configuration.agents[0].site"},
      {"agent's skill", [](Configuration& c) { c.agents[0].skills[0].skill = "juggling"; },
       "REFERENCE_BROKEN configuration.agents[0].skills[0].skill"},
      {"agent's client",
       [](Configuration& c) {
         c.agents[0].clients = {"acme", "globex"};
       },
       "REFERENCE_BROKEN configuration.agents[0].clients[1]"},
      {"agent's process type", [](Configuration& c) { c.agents[0].process_types = {"magic"}; },
       "REFERENCE_BROKEN configuration.agents[0].process_types[0]"},
  });
}

TEST(CheckConfiguration, RefusesDuplicates) {
  ExpectAll({
      {"agents", [](Configuration& c) { c.agents.push_back(c.agents[0]); },
       "ID_DUPLICATE configuration.agents[1].id"},
      {"queues", [](Configuration& c) { c.queues.push_back(c.queues[0]); },
       "ID_DUPLICATE configuration.queues[1].id"},
      {"queues of a profile",
       [](Configuration& c) {
         c.routing_profiles[0].queues.push_back(c.routing_profiles[0].queues[0]);
       },
       "ID_DUPLICATE configuration.routing_profiles[0].queues[1].queue"},
      {"channels of defaults",
       [](Configuration& c) {
         c.process_types[0].defaults.push_back(c.process_types[0].defaults[0]);
       },
       "ID_DUPLICATE configuration.process_types[0].defaults[1].channel"},
      {"skills of an agent",
       [](Configuration& c) { c.agents[0].skills.push_back(c.agents[0].skills[0]); },
       "ID_DUPLICATE configuration.agents[0].skills[1].skill"},
      {"tags that are the same in another case",
       [](Configuration& c) {
         c.agents[0].languages = {AgentLanguage{"pt-BR", Cefr::kA1, Cefr::kA1},
                                  AgentLanguage{"PT-br", Cefr::kA1, Cefr::kA1}};
       },
       "ID_DUPLICATE configuration.agents[0].languages[1].tag"},
  });
}

TEST(CheckConfiguration, RefusesEntryPointsAndLanguagesThatContactsCouldNotTellApart) {
  const auto twin = [](Configuration& c, const char* address) {
    c.entry_points.push_back(c.entry_points[0]);
    c.entry_points[1].id = "twin";
    c.entry_points[1].address = address;
  };
  ExpectAll({
      {"the same address", [&](Configuration& c) { twin(c, "+351 21 000 0000"); },
       "ID_DUPLICATE configuration.entry_points[1].address"},
      {"an address that is the id of another",
       [&](Configuration& c) {
         c.entry_points[0].address = "";
         twin(c, "line");
       },
       "ID_DUPLICATE configuration.entry_points[1].address"},
      {"the same tag, written otherwise",
       [](Configuration& c) {
         c.languages.push_back(Language{{"other", ""}, "PT", {}});
       },
       "ID_DUPLICATE configuration.languages[1].tag"},
  });
}

TEST(CheckConfiguration, RefusesEntryPointsAndLanguagesThatNameWhatIsNot) {
  ExpectAll({
      {"no channel", [](Configuration& c) { c.entry_points[0].channel = ""; },
       "REFERENCE_BROKEN configuration.entry_points[0].channel"},
      {"client", [](Configuration& c) { c.entry_points[0].client = "zeta"; },
       "REFERENCE_BROKEN configuration.entry_points[0].client"},
      {"process type", [](Configuration& c) { c.entry_points[0].process_type = "none"; },
       "REFERENCE_BROKEN configuration.entry_points[0].process_type"},
      {"queue", [](Configuration& c) { c.entry_points[0].queue = "none"; },
       "REFERENCE_BROKEN configuration.entry_points[0].queue"},
      {"language", [](Configuration& c) { c.entry_points[0].language = "p"; },
       "LANGUAGE_TAG_MALFORMED configuration.entry_points[0].language"},
      {"priority", [](Configuration& c) { c.entry_points[0].priority = 10; },
       "FIELD_OUT_OF_RANGE configuration.entry_points[0].priority"},
      {"address", [](Configuration& c) { c.entry_points[0].address = std::string(129, 'a'); },
       "FIELD_TOO_LARGE configuration.entry_points[0].address"},
      {"address with NUL",
       [](Configuration& c) { c.entry_points[0].address = std::string("a\0b", 3); },
       "TEXT_HAS_NUL configuration.entry_points[0].address"},
      {"no tag", [](Configuration& c) { c.languages[0].tag = ""; },
       "FIELD_REQUIRED configuration.languages[0].tag"},
      {"a tag that is none", [](Configuration& c) { c.languages[0].tag = "p"; },
       "LANGUAGE_TAG_MALFORMED configuration.languages[0].tag"},
  });
}

TEST(FillDefaults, FillsInWhatTheManualSays) {
  Configuration configuration = GoodConfiguration();
  Queue mail;
  mail.id = "mail";
  mail.urgency = Urgency::kDeferrable;
  configuration.queues.push_back(mail);
  ProcessTypeDefaults any;
  any.queue = "mail";
  configuration.process_types[0].defaults.push_back(any);
  Agent ben = configuration.agents[0];
  ben.id = "ben";
  ben.capacity.emplace();
  ben.capacity->groups[0].max = 1;
  configuration.agents.push_back(ben);
  configuration.entry_points[0].address = "";
  ASSERT_FALSE(CheckConfiguration(configuration, ""));
  FillDefaults(configuration);

  EXPECT_EQ(configuration.entry_points[0].address, "line");
  EXPECT_EQ(configuration.time_zone, "UTC");
  EXPECT_EQ(configuration.sites[0].time_zone, "UTC");
  EXPECT_EQ(configuration.session_grace, Seconds(15));
  EXPECT_EQ(configuration.cool_down, Seconds(60));
  EXPECT_EQ(configuration.return_after[0], Duration{});
  EXPECT_EQ(configuration.return_after[1], Seconds(90));

  const Queue& live = configuration.queues[0];
  EXPECT_EQ(live.priority_step, Seconds(60));
  EXPECT_EQ(live.offer_timeout, Seconds(20));
  EXPECT_EQ(live.connect_timeout, Seconds(30));
  EXPECT_EQ(live.lease_duration, Minutes(15));
  EXPECT_EQ(live.last_agent_wait, Seconds(30));
  EXPECT_EQ(live.concurrent_offers, 1U);
  const Queue& deferrable = configuration.queues[1];
  EXPECT_EQ(deferrable.priority_step, Hours(4));
  EXPECT_EQ(deferrable.offer_timeout, Seconds(120));

  const ProcessTypeDefaults& of_live = configuration.process_types[0].defaults[0];
  EXPECT_EQ(of_live.answer_target, Seconds(20));
  EXPECT_EQ(of_live.due_after, Hours(8));
  EXPECT_EQ(of_live.expected_handling_time, Minutes(5));
  EXPECT_EQ(of_live.wrap_up_limit, Seconds(60));
  EXPECT_EQ(configuration.process_types[0].defaults[1].answer_target, Hours(4));
  EXPECT_EQ(configuration.routing_profiles[0].queues[0].rank, 1U);

  EXPECT_EQ(configuration.agents[0].capacity->total_units, 1U);
  EXPECT_EQ(configuration.agents[0].capacity->groups[3].max, 1U);
  EXPECT_EQ(configuration.agents[1].capacity->total_units, 1'000'000U);
  EXPECT_EQ(configuration.agents[1].capacity->groups[0].units_per_ticket, 1U);
  EXPECT_EQ(configuration.agents[1].capacity->groups[1].max, 0U);
}

TEST(FillDefaults, AddsTheBuiltInChannelsButKeepsOnesOfTheSameId) {
  Configuration configuration;
  configuration.channels = {Channel{{"chat", ""}, CapacityGroup::kTask, false, {}, 7}};
  FillDefaults(configuration);
  EXPECT_EQ(configuration.channels.size(), 10U);
  const auto find = [&](const std::string& id) {
    return *std::find_if(configuration.channels.begin(), configuration.channels.end(),
                         [&](const Channel& channel) { return channel.id == id; });
  };
  EXPECT_EQ(find("chat").group, CapacityGroup::kTask);
  EXPECT_EQ(find("chat").misses_allowed, 7U);
  EXPECT_EQ(find("chat").reply_within, Duration{});
  EXPECT_EQ(find("whatsapp").reply_within, Hours(24));
  EXPECT_TRUE(find("voice").has_media);
  EXPECT_EQ(find("voice").misses_allowed, 1U);
  EXPECT_EQ(find("video").language_mode, LanguageMode::kSpoken);
  EXPECT_EQ(find("email").group, CapacityGroup::kEmail);
  EXPECT_EQ(find("email").misses_allowed, 3U);
  EXPECT_EQ(find("web_form").language_mode, LanguageMode::kWritten);
}

TEST(FillDefaults, ChangesNothingTheSecondTime) {
  Configuration configuration = GoodConfiguration();
  FillDefaults(configuration);
  const Configuration once = configuration;
  FillDefaults(configuration);
  EXPECT_EQ(configuration, once);
}

TEST(CheckConfiguration, LooksAtCalendarsAndTheQueuesThatFollowThem) {
  const auto with = [](auto change) {
    return [change](Configuration& c) {
      Calendar calendar;
      calendar.id = "lisbon";
      calendar.weekly = {WeeklyHours{{1, 2, 3, 4, 5}, {540, 1080}}};
      calendar.exceptions = {CalendarException{"2024-02-29", true, {{0, 1440}}, "Leap day"}};
      c.calendars = {calendar};
      for (const char* id : {"spare", "third"}) {
        Queue queue = c.queues[0];
        queue.id = id;
        c.queues.push_back(queue);
      }
      for (Queue& queue : c.queues) {
        queue.calendar = "lisbon";
        queue.when_closed = WhenClosed::kOverflow;
      }
      c.queues[0].overflow_queue = "spare";
      c.queues[1].overflow_queue = "third";
      c.queues[2].when_closed = WhenClosed::kHold;
      change(c);
    };
  };
  const auto exception = [&](const char* date) {
    return with([date](Configuration& c) { c.calendars[0].exceptions[0].date = date; });
  };
  const std::string date = "FIELD_MALFORMED configuration.calendars[0].exceptions[0].date";
  const std::string at = "configuration.calendars[0]";
  ExpectAll({
      {"as it is", with([](Configuration&) {}), ""},
      {"no such day", exception("2026-02-29"), date},
      {"no such month", exception("2026-13-01"), date},
      {"no date", exception("25.12.2026"), date},
      {"nothing", exception(""), date},
      {"a date twice", with([](Configuration& c) {
         c.calendars[0].exceptions.push_back(c.calendars[0].exceptions[0]);
       }),
       "ID_DUPLICATE " + at + ".exceptions[1].date"},
      {"no day", with([](Configuration& c) { c.calendars[0].weekly[0].days.clear(); }),
       "FIELD_REQUIRED " + at + ".weekly[0].days"},
      {"an eighth day", with([](Configuration& c) { c.calendars[0].weekly[0].days = {8}; }),
       "FIELD_OUT_OF_RANGE " + at + ".weekly[0].days"},
      {"an end before the beginning", with([](Configuration& c) {
         c.calendars[0].weekly[0].hours = {60, 60};
       }),
       "FIELD_OUT_OF_RANGE " + at + ".weekly[0].closes"},
      {"more than a day", with([](Configuration& c) {
         c.calendars[0].weekly[0].hours = {60, 1501};
       }),
       "FIELD_OUT_OF_RANGE " + at + ".weekly[0].closes"},
      {"a day and a night", with([](Configuration& c) {
         c.calendars[0].weekly[0].hours = {60, 1500};
       }),
       ""},
      {"29 lines of hours",
       with([](Configuration& c) { c.calendars[0].weekly.resize(29, c.calendars[0].weekly[0]); }),
       "FIELD_TOO_LARGE " + at + ".weekly"},
      {"five times of a day", with([](Configuration& c) {
         c.calendars[0].exceptions[0].hours.resize(5, {0, 1});
       }),
       "FIELD_TOO_LARGE " + at + ".exceptions[0].hours"},
      {"a cut-off at midnight of the next day",
       with([](Configuration& c) { c.calendars[0].cut_off = 1440; }),
       "FIELD_OUT_OF_RANGE " + at + ".cut_off"},
      {"a long message", with([](Configuration& c) {
         c.calendars[0].override_hours = CalendarOverride{false, {}, std::string(513, 'm')};
       }),
       "FIELD_TOO_LARGE " + at + ".override_hours.message"},
      {"no such calendar", with([](Configuration& c) { c.queues[0].calendar = "porto"; }),
       "REFERENCE_BROKEN configuration.queues[0].calendar"},
      {"no such queue", with([](Configuration& c) { c.queues[0].overflow_queue = "fourth"; }),
       "REFERENCE_BROKEN configuration.queues[0].overflow_queue"},
      {"nowhere to overflow to", with([](Configuration& c) { c.queues[0].overflow_queue.clear(); }),
       "FIELD_REQUIRED configuration.queues[0].overflow_queue"},
      {"to itself", with([](Configuration& c) { c.queues[0].overflow_queue = "calls"; }),
       "OVERFLOW_ENDLESS configuration.queues[0].overflow_queue"},
      {"in a circle", with([](Configuration& c) {
         c.queues[2].when_closed = WhenClosed::kOverflow;
         c.queues[2].overflow_queue = "calls";
       }),
       "OVERFLOW_ENDLESS configuration.queues[0].overflow_queue"},
      {"a circle that nothing overflows into",
       with([](Configuration& c) { c.queues[2].overflow_queue = "calls"; }), ""},
      {"nine queues on", with([](Configuration& c) {
         for (int i = 0; i < 9; ++i) {
           Queue queue = c.queues[1];
           queue.id = "q" + std::to_string(i);
           queue.overflow_queue = i == 8 ? "third" : "q" + std::to_string(i + 1);
           c.queues.push_back(queue);
         }
         c.queues[1].when_closed = WhenClosed::kHold;
         c.queues[0].overflow_queue = "q1";
       }),
       "OVERFLOW_ENDLESS configuration.queues[0].overflow_queue"},
  });
}

}  // namespace
}  // namespace tandem::router
