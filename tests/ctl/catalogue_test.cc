// Goal: YAML becomes exactly the Configuration it spells, and a mistake is named with its file,
// line and field.
#include "server/ctl/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

#include "server/ctl/yaml_message.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;
using testing::HasSubstr;

void ExpectRefused(const std::string& text, const std::string& message) {
  const absl::StatusOr<v1::Configuration> parsed = ParseCatalogue(text, "some.yaml");
  ASSERT_FALSE(parsed.ok()) << text;
  EXPECT_THAT(std::string(parsed.status().message()), HasSubstr(message));
}

TEST(Catalogue, ReadsEveryKindOfValue) {
  const absl::StatusOr<v1::Configuration> parsed = ParseCatalogue(R"(
time_zone: Europe/Lisbon
session_grace: 1.5s
queues:
  - id: "7"
    office: OFFICE_FRONT
    urgency: URGENCY_LIVE
    max_waiting: 12
    auto_accept: true
    client:
agents:
  - {id: ann, clients: [a, b], cost_per_hour_milli: 1234567890123, attributes: {ring: 1, "a b": ""}}
process_types:
  - id: p
    defaults:
      - queue: "7"
        requirement: {all_of: [{any_of: [{skill: {skill: s, level: 3}}, {site: x}]}]}
)",
                                                                  "some.yaml");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->time_zone(), "Europe/Lisbon");
  EXPECT_EQ(parsed->session_grace().nanos(), 500'000'000);
  ASSERT_EQ(parsed->queues_size(), 1);
  EXPECT_EQ(parsed->queues(0).id(), "7");
  EXPECT_EQ(parsed->queues(0).urgency(), v1::URGENCY_LIVE);
  EXPECT_EQ(parsed->queues(0).max_waiting(), 12u);
  EXPECT_TRUE(parsed->queues(0).auto_accept());
  EXPECT_EQ(parsed->agents(0).clients(1), "b");
  EXPECT_EQ(parsed->agents(0).cost_per_hour_milli(), 1234567890123);
  ASSERT_EQ(parsed->agents(0).attributes_size(), 2);
  EXPECT_EQ(parsed->agents(0).attributes().at("ring"), "1");
  EXPECT_EQ(parsed->agents(0).attributes().at("a b"), "");
  const v1::Clause& clause = parsed->process_types(0).defaults(0).requirement().all_of(0);
  EXPECT_EQ(clause.any_of(0).skill().level(), 3u);
  EXPECT_EQ(clause.any_of(1).site(), "x");
}

TEST(Catalogue, AFileOfCommentsIsEmpty) {
  const absl::StatusOr<v1::Configuration> parsed = ParseCatalogue("# nothing yet\n", "some.yaml");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->ByteSizeLong(), 0u);
}

TEST(Catalogue, NamesUnknownFieldsWithFileAndLine) {
  ExpectRefused("queues:\n  - id: a\n    colour: red\n",
                "some.yaml:3: queues[0]: expected a field of Queue, but found \"colour\"");
  ExpectRefused("kues: []\n", "some.yaml:1: expected a field of Configuration");
}

TEST(Catalogue, NamesWrongValues) {
  ExpectRefused("queues:\n  - urgency: URGENT\n",
                "queues[0].urgency: expected a name of Urgency, but found \"URGENT\"");
  ExpectRefused("queues:\n  - max_waiting: -1\n", "expected a whole number of 0 or more");
  ExpectRefused("queues:\n  - max_waiting: 4294967296\n", "queues[0].max_waiting");
  ExpectRefused("queues:\n  - auto_accept: perhaps\n", "expected true or false");
  ExpectRefused("session_grace: 15\n", "session_grace: expected a duration such as 20s");
  ExpectRefused("session_grace: {seconds: 15}\n", "session_grace: expected a duration");
  ExpectRefused("queues: {id: a}\n", "queues: expected a list, but found a mapping");
  ExpectRefused("agents: [{attributes: [{key: a, value: b}]}]\n",
                "agents[0].attributes: expected a mapping, but found a list");
  ExpectRefused("agents: [{attributes: {a: [b]}}]\n",
                "agents[0].attributes.a: expected a text, but found a list");
  ExpectRefused("agents: [{attributes: {[a]: b}}]\n",
                "agents[0].attributes: expected a key, but found a list");
  ExpectRefused("agents: [{attributes: {a: b, a: c}}]\n",
                "agents[0].attributes: expected each key once, but found \"a\" again");
  ExpectRefused("queues: [a]\n", "queues[0]: expected a mapping with the fields of Queue");
  ExpectRefused("time_zone: [a]\n", "time_zone: expected a text, but found a list");
  ExpectRefused("- a\n", "expected a mapping with the fields of Configuration");
}

TEST(Catalogue, RefusesFieldsGivenTwice) {
  ExpectRefused("time_zone: UTC\ntime_zone: UTC\n", "some.yaml:2: expected each field once");
  ExpectRefused(
      "process_types: [{defaults: [{requirement: {all_of: [{any_of: [{site: a, process_type: "
      "b}]}]}}]}]",
      "expected one of site and process_type, but found both");
}

TEST(Catalogue, NamesWhatIsNoYaml) {
  ExpectRefused("queues:\n  - {id: a\n", "some.yaml:");
  ExpectRefused("time_zone: *nowhere\n", "expected YAML");
}

TEST(Catalogue, SaysWhichPathIsMissing) {
  const absl::StatusOr<v1::Configuration> read = ReadCatalogue("no/such/folder");
  EXPECT_EQ(read.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(read.status().message()), HasSubstr("no/such/folder"));
}

template <typename Resources>
std::set<std::string> Ids(const Resources& resources) {
  std::set<std::string> ids;
  for (const auto& resource : resources) {
    EXPECT_TRUE(ids.insert(resource.id()).second) << resource.id() << " twice";
  }
  return ids;
}

v1::Configuration ReadStarter() {
  absl::StatusOr<v1::Configuration> starter = ReadCatalogue("deploy/starter");
  EXPECT_TRUE(starter.ok()) << starter.status();
  if (!starter.ok()) return {};
  const absl::Status added = AddDayAgents("deploy/starter/day/agents.jsonl", *starter);
  EXPECT_TRUE(added.ok()) << added;
  return *std::move(starter);
}

TEST(StarterCatalogue, HasTheWholeBusiness) {
  const v1::Configuration starter = ReadStarter();
  EXPECT_EQ(Ids(starter.clients()).size(), 4u);
  EXPECT_EQ(Ids(starter.sites()).size(), 4u);
  EXPECT_EQ(Ids(starter.process_types()).size(), 36u);
  EXPECT_GE(Ids(starter.agents()).size(), 123u);
  EXPECT_FALSE(starter.dispositions().empty());
  EXPECT_TRUE(Ids(starter.not_ready_reasons()).contains("shift_end"));
  EXPECT_TRUE(Ids(starter.parking_reasons()).contains("waiting_for_customer"));
}

// The server checks references, too; here the people who edit the files hear of it sooner.
TEST(StarterCatalogue, NamesOnlyWhatItDefines) {
  const v1::Configuration starter = ReadStarter();
  const std::set<std::string> queues = Ids(starter.queues());
  const std::set<std::string> skills = Ids(starter.skills());
  const std::set<std::string> types = Ids(starter.process_types());
  const std::set<std::string> profiles = Ids(starter.routing_profiles());
  const std::set<std::string> clients = Ids(starter.clients());
  const std::set<std::string> sites = Ids(starter.sites());
  const std::set<std::string> teams = Ids(starter.teams());
  std::set<std::string> served;
  for (const v1::RoutingProfile& profile : starter.routing_profiles()) {
    for (const v1::RoutingProfileQueue& entry : profile.queues()) {
      EXPECT_TRUE(queues.contains(entry.queue())) << profile.id() << " " << entry.queue();
      served.insert(entry.queue());
    }
  }
  EXPECT_EQ(served, queues) << "a queue that no profile serves";
  for (const v1::ProcessType& type : starter.process_types()) {
    EXPECT_FALSE(type.defaults().empty()) << type.id();
    for (const v1::ProcessTypeDefaults& defaults : type.defaults()) {
      EXPECT_TRUE(queues.contains(defaults.queue())) << type.id() << " " << defaults.queue();
      for (const v1::Clause& clause : defaults.requirement().all_of()) {
        for (const v1::Predicate& predicate : clause.any_of()) {
          EXPECT_TRUE(skills.contains(predicate.skill().skill())) << type.id();
        }
      }
    }
  }
  for (const v1::Agent& agent : starter.agents()) {
    EXPECT_TRUE(profiles.contains(agent.routing_profile())) << agent.id();
    EXPECT_TRUE(agent.team().empty() || teams.contains(agent.team())) << agent.id();
    EXPECT_TRUE(agent.site().empty() || sites.contains(agent.site())) << agent.id();
    for (const std::string& id : agent.process_types()) EXPECT_TRUE(types.contains(id)) << id;
    for (const std::string& id : agent.clients()) EXPECT_TRUE(clients.contains(id)) << id;
    for (const v1::SkillLevel& held : agent.skills()) {
      EXPECT_TRUE(skills.contains(held.skill())) << agent.id() << " " << held.skill();
    }
  }
}

TEST(CatalogueOrigin, NamesLineAndIdOfWhatStandsInOneOfSeveralFiles) {
  CatalogueOrigin origin;
  v1::Configuration joined;
  for (const auto& [file, text] : {std::pair("a.yaml",
                                             "time_zone: Mars\n"
                                             "agents:\n"
                                             "  - {id: ann}\n"),
                                   std::pair("b.yaml",
                                             "# people\n"
                                             "agents:\n"
                                             "  - id: bob\n"
                                             "    routingProfile: none\n"
                                             "    skills:\n"
                                             "      - {skill: s, level: 1}\n"
                                             "      - skill: t\n"
                                             "        level: 77\n"
                                             "  - clients: [x]\n")}) {
    const YAML::Node document = YAML::Load(text);
    v1::Configuration part;
    ASSERT_TRUE(FillFromYaml(document, part).ok());
    origin.AddDocument(file, document, part);
    joined.MergeFrom(part);
  }
  joined.add_agents()->set_id("dan");
  origin.AddAgentLines("day.jsonl", {5});
  const auto name = [&](const std::string& field) {
    return origin.NameField(joined, "configuration." + field);
  };
  EXPECT_EQ(name("time_zone"), "a.yaml:1: time_zone");
  EXPECT_EQ(name("agents[0].routing_profile"), "a.yaml:3: agent ann: routing_profile");
  EXPECT_EQ(name("agents[1].routing_profile"), "b.yaml:4: agent bob: routing_profile");
  EXPECT_EQ(name("agents[1].skills[1].level"), "b.yaml:8: agent bob: skills[1].level");
  EXPECT_EQ(name("agents[1].skills[7].level"), "b.yaml:6: agent bob: skills[7].level")
      << "of what has it";
  EXPECT_EQ(name("agents[2].id"), "b.yaml:9: agents[2]: id");
  EXPECT_EQ(name("agents[3].process_types[0]"), "day.jsonl:5: agent dan: process_types[0]");
  EXPECT_EQ(name("agents[4].id"), "configuration.agents[4].id") << "there is none";
  EXPECT_EQ(name("cool_down"), "configuration.cool_down") << "no file says it";
  EXPECT_EQ(origin.NameField(joined, "workspace"), "workspace");
}

}  // namespace
}  // namespace tandem::ctl
