#include "router/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "router/requirement.h"

namespace tandem::router {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// What is left of it, in words.
std::vector<std::string> Left(Requirement requirement, const Relaxation& relax) {
  const Requirement left = Relaxed(Canonical(std::move(requirement)), relax);
  EXPECT_EQ(left, Canonical(left));
  return Describe(left);
}

Requirement SomeRequirement() {
  return {.all_of = {{SkillRequirement{"billing", 5}},
                     {SkillRequirement{"city", 2}},
                     {LanguageRequirement{"fr", Cefr::kB2}},
                     {AttributePredicate{"region", {"emea"}, {}, {}}},
                     {SitePredicate{"lisbon"}},
                     {Predicate{TeamPredicate{"night"}, true}}},
          .agents = {"ana"}};
}

TEST(Relaxed, LeavesOutWhatIsNamed) {
  EXPECT_THAT(Left(SomeRequirement(), {.skills = {"city"}}),
              ElementsAre("skill billing >= 5", "language fr >= B2", "site lisbon",
                          "not team night", "attribute region = \"emea\"", "agent ana"));
  EXPECT_THAT(Left(SomeRequirement(), {.all_skills = true, .agents = true}),
              ElementsAre("language fr >= B2", "site lisbon", "not team night",
                          "attribute region = \"emea\""));
  EXPECT_THAT(Left(SomeRequirement(),
                   {.skills = {"billing"}, .languages = true, .attributes = {"region", "years"}}),
              ElementsAre("skill city >= 2", "site lisbon", "not team night", "agent ana"));
}

TEST(Relaxed, KeepsWhatAgentsMustLack) {
  const Relaxation all{.all_skills = true,
                       .languages = true,
                       .attributes = {"region"},
                       .sites = true,
                       .teams = true,
                       .agents = true};
  EXPECT_THAT(Left(SomeRequirement(), all), ElementsAre("not team night"));
  EXPECT_THAT(Left({.all_of = {{Predicate{SkillRequirement{"a", 5}, true}}}}, {.all_skills = true}),
              ElementsAre("not skill a >= 5"));
  EXPECT_THAT(
      Left({.all_of = {{Predicate{SkillRequirement{"a", 5}, true}}}}, {.lower_skill_levels_by = 2}),
      ElementsAre("not skill a >= 5"));
}

TEST(Relaxed, LeavesOutAClauseWhenAllOfItIsNamed) {
  const Requirement either = {.all_of = {{SkillRequirement{"a", 5}, TeamPredicate{"north"}}}};
  EXPECT_THAT(Left(either, {.teams = true}), ElementsAre("skill a >= 5 or team north"));
  EXPECT_THAT(Left(either, {.all_skills = true, .teams = true}), IsEmpty());
  EXPECT_THAT(Left({.all_of = {{SkillRequirement{"a", 5}, SkillRequirement{"b", 5}}}},
                   {.skills = {"a", "b"}}),
              IsEmpty());
}

TEST(Relaxed, LowersLevelsToOneAtLeast) {
  const Requirement skills = {.all_of = {{SkillRequirement{"a", 5, 6}},
                                         {SkillRequirement{"b", 2}, SkillRequirement{"b", 3}}}};
  EXPECT_THAT(Left(skills, {.lower_skill_levels_by = 1}),
              ElementsAre("skill a >= 4 <= 6", "skill b >= 1 or skill b >= 2"));
  EXPECT_THAT(Left(skills, {.lower_skill_levels_by = 9}),
              ElementsAre("skill a >= 1 <= 6", "skill b >= 1"));
}

TEST(AskedAfter, IsWhatStepsThatWereTakenLeft) {
  const Requirement base = {.all_of = {{SkillRequirement{"a", 5}}}, .agents = {"ana"}};
  const Plan plan = {
      {.after = Seconds(1), .relax = Relaxation{.agents = true}},
      {.after = Seconds(2), .relax = Relaxation{.lower_skill_levels_by = 2}},
      {.after = Seconds(3), .requirement = Requirement{.all_of = {{SkillRequirement{"b", 9}}}}},
      {.after = Seconds(4), .relax = Relaxation{.lower_skill_levels_by = 1}}};
  const auto asked = [&](uint32_t since, uint32_t steps, uint32_t skipped) {
    return Describe(AskedAfter(base, plan, since, steps, skipped));
  };
  EXPECT_THAT(asked(0, 0, 0), ElementsAre("skill a >= 5", "agent ana"));
  EXPECT_THAT(asked(0, 2, 0), ElementsAre("skill a >= 3"));
  EXPECT_THAT(asked(0, 2, 0b01), ElementsAre("skill a >= 3", "agent ana"));
  EXPECT_THAT(asked(1, 2, 0), ElementsAre("skill a >= 3", "agent ana"));
  EXPECT_THAT(asked(0, 4, 0), ElementsAre("skill b >= 8"));
  EXPECT_THAT(asked(0, 4, 0b100), ElementsAre("skill a >= 2"));
}

TEST(KeyOf, KeepsPlansApartThatRelaxOtherThings) {
  std::vector<Relaxation> all = {{.skills = {"a"}},    {.skills = {"a", "b"}},
                                 {.all_skills = true}, {.lower_skill_levels_by = 1},
                                 {.languages = true},  {.attributes = {"a"}},
                                 {.sites = true},      {.teams = true},
                                 {.agents = true}};
  const auto key = [](const Relaxation& relax) {
    return KeyOf({}, Plan{{.after = Seconds(1), .relax = relax}});
  };
  for (size_t i = 0; i < all.size(); ++i) {
    for (size_t j = 0; j < i; ++j) EXPECT_NE(key(all[i]), key(all[j])) << i << " " << j;
  }
}

}  // namespace
}  // namespace tandem::router
