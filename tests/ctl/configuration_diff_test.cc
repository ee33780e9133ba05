// Goal: what differs between two versions of a resource is shown value by value, and what does not
// differ is not. Method: resources that YAML spells.
#include "server/ctl/configuration_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/ctl/catalogue.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;
using testing::ElementsAre;
using testing::IsEmpty;

v1::Agent Agent(const std::string& fields) {
  const auto parsed = ParseCatalogue("agents: [{id: ann, " + fields + "}]", "test");
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.ok() ? parsed->agents(0) : v1::Agent();
}

v1::ProcessType ProcessType(const std::string& defaults) {
  const auto parsed =
      ParseCatalogue("process_types: [{id: p, defaults: " + defaults + "}]", "test");
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.ok() ? parsed->process_types(0) : v1::ProcessType();
}

std::vector<std::string> Diff(const google::protobuf::Message& before,
                              const google::protobuf::Message& after,
                              const std::vector<std::string>& fields) {
  const google::protobuf::RepeatedPtrField<std::string> names(fields.begin(), fields.end());
  std::vector<std::string> texts;
  for (const ValueChange& change : DiffFields(before, after, names)) {
    texts.push_back(ToString(change));
  }
  return texts;
}

TEST(ConfigurationDiff, ShowsBothValuesOfAScalarAlsoWhenOneIsItsDefault) {
  const v1::Agent before = Agent("team: north, cost_per_hour_milli: 100");
  const v1::Agent after = Agent("team: south");
  EXPECT_THAT(Diff(before, after, {"team", "cost_per_hour_milli"}),
              ElementsAre("~ team: north -> south", "~ cost_per_hour_milli: 100 -> 0"));
  EXPECT_THAT(Diff(before, after, {"team"}), ElementsAre("~ team: north -> south"))
      << "only what is asked for";
  EXPECT_THAT(Diff(after, Agent("kind: AGENT_KIND_AUTOMATED"), {"team", "kind"}),
              ElementsAre("~ team: south -> \"\"",
                          "~ kind: AGENT_KIND_UNSPECIFIED -> AGENT_KIND_AUTOMATED"));
}

TEST(ConfigurationDiff, ShowsWhatCameToAListAndWhatWent) {
  EXPECT_THAT(Diff(Agent("clients: [a, b, c]"), Agent("clients: [c, d, a]"), {"clients"}),
              ElementsAre("- clients: b", "+ clients: d"));
  EXPECT_THAT(Diff(Agent("clients: [a, b]"), Agent("clients: [b, a]"), {"clients"}),
              ElementsAre("~ clients: [\"a\",\"b\"] -> [\"b\",\"a\"]"));
  EXPECT_THAT(Diff(Agent("clients: [a]"), Agent("clients: [a]"), {"clients"}), IsEmpty());
}

TEST(ConfigurationDiff, KnowsElementsByTheirNameWhereTheyHaveOne) {
  const v1::Agent before = Agent("skills: [{skill: cards, level: 3}, {skill: loans, level: 2}]");
  const v1::Agent after = Agent("skills: [{skill: tax, level: 1}, {skill: cards, level: 5}]");
  EXPECT_THAT(
      Diff(before, after, {"skills"}),
      ElementsAre("~ skills[cards].level: 3 -> 5", "- skills: {\"skill\":\"loans\",\"level\":2}",
                  "+ skills: {\"skill\":\"tax\",\"level\":1}"));
}

TEST(ConfigurationDiff, FollowsElementsWithoutNamesByTheirPlace) {
  const v1::ProcessType before = ProcessType(
      "[{requirement: {all_of: [{any_of: [{site: x}]}]}, answer_target: 30s}, {queue: b}]");
  v1::ProcessType after = before;
  after.mutable_defaults(0)->mutable_answer_target()->set_seconds(20);
  after.mutable_defaults(0)->mutable_requirement()->mutable_all_of(0)->mutable_any_of(0)->set_site(
      "y");
  EXPECT_THAT(
      Diff(before, after, {"defaults"}),
      testing::UnorderedElementsAre("~ defaults[0].answer_target: 30s -> 20s",
                                    "~ defaults[0].requirement.all_of[0].any_of[0].site: x -> y"));
}

TEST(ConfigurationDiff, ShowsKeysOfMapsAndMessagesThatCameAndWent) {
  EXPECT_THAT(Diff(Agent("attributes: {ring: 1, old: x}"), Agent("attributes: {ring: 2, new: y}"),
                   {"attributes"}),
              testing::UnorderedElementsAre("~ attributes.ring: 1 -> 2", "- attributes.old: x",
                                            "+ attributes.new: y"));
  EXPECT_THAT(
      Diff(Agent("team: a"), Agent("capacity: {groups: [{group: CAPACITY_GROUP_VOICE, max: 1}]}"),
           {"capacity"})
          .size(),
      1);
}

TEST(ConfigurationDiff, CutsALongValueBetweenCharacters) {
  std::string name;
  for (int i = 0; i < 80; ++i) name += "é";
  const std::string text =
      Diff(Agent("team: a"), Agent("display_name: " + name), {"display_name"}).at(0);
  EXPECT_EQ(text, "~ display_name: \"\" -> " + name.substr(0, 100) + "…");
}

}  // namespace
}  // namespace tandem::ctl
