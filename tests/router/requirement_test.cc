// Requirements: their canonical form, and who passes a clause.
#include "router/requirement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

#include "router/limits.h"

namespace tandem::router {
namespace {

CompiledPredicate SkillOf(uint32_t skill, uint32_t level, uint32_t max_level = 10) {
  return {CompiledSkill{SkillIndex{skill}, level, max_level}};
}

CompiledPredicate LanguageOf(const char* tag, Cefr level) {
  return {LanguageRequirement{tag, level}};
}

CompiledPredicate Not(CompiledPredicate predicate) {
  predicate.negated = true;
  return predicate;
}

Traits SomeTraits() {
  Traits traits;
  traits.site = SiteIndex{1};
  traits.skills = {{SkillIndex{2}, 5}, {SkillIndex{4}, 10}};
  traits.languages = {AgentLanguage{"de", Cefr::kNone, Cefr::kC2},
                      AgentLanguage{"fr", Cefr::kB1, Cefr::kA1},
                      AgentLanguage{"fr-CA", Cefr::kA2, Cefr::kC1}};
  traits.process_types = {ProcessTypeIndex{3}, ProcessTypeIndex{7}};
  traits.clients = {ClientIndex{0}};
  traits.team = TeamIndex{6};
  traits.attributes = {{"region", "emea"}, {"years", "7"}};
  return traits;
}

constexpr LanguageMode kSpoken = LanguageMode::kSpoken;
constexpr LanguageMode kWritten = LanguageMode::kWritten;

TEST(Passes, BySkillAtTheLevelOrAbove) {
  const Traits traits = SomeTraits();
  EXPECT_TRUE(Passes({SkillOf(2, 5)}, kSpoken, traits));
  EXPECT_TRUE(Passes({SkillOf(2, 1)}, kSpoken, traits));
  EXPECT_FALSE(Passes({SkillOf(2, 6)}, kSpoken, traits));
  EXPECT_FALSE(Passes({SkillOf(3, 1)}, kSpoken, traits));
}

TEST(Passes, ByLanguageInTheModeThatCounts) {
  const Traits traits = SomeTraits();
  EXPECT_TRUE(Passes({LanguageOf("fr", Cefr::kB1)}, kSpoken, traits));
  EXPECT_FALSE(Passes({LanguageOf("fr", Cefr::kB2)}, kSpoken, traits));
  EXPECT_TRUE(Passes({LanguageOf("fr", Cefr::kC1)}, kWritten, traits));
  EXPECT_TRUE(Passes({LanguageOf("fr-CA", Cefr::kB1)}, kSpoken, traits));
  EXPECT_FALSE(Passes({LanguageOf("fr-FR", Cefr::kA2)}, kWritten, traits));
}

TEST(Passes, ByLanguageAtAnyLevelOnlyWhenThereIsOne) {
  const Traits traits = SomeTraits();
  EXPECT_TRUE(Passes({LanguageOf("de", Cefr::kNone)}, kWritten, traits));
  EXPECT_FALSE(Passes({LanguageOf("de", Cefr::kNone)}, kSpoken, traits));
}

TEST(Passes, BySiteAndProcessType) {
  const Traits traits = SomeTraits();
  EXPECT_TRUE(Passes({CompiledPredicate{SiteIndex{1}}}, kSpoken, traits));
  EXPECT_FALSE(Passes({CompiledPredicate{SiteIndex{2}}}, kSpoken, traits));
  EXPECT_TRUE(Passes({CompiledPredicate{ProcessTypeIndex{7}}}, kSpoken, traits));
  EXPECT_FALSE(Passes({CompiledPredicate{ProcessTypeIndex{4}}}, kSpoken, traits));
}

TEST(Passes, NobodyByASiteThatIsNotConfigured) {
  Traits nowhere = SomeTraits();
  nowhere.site = SiteIndex{};
  EXPECT_FALSE(Passes({CompiledPredicate{SiteIndex{}}}, kSpoken, nowhere));
}

TEST(Passes, BySkillUpToTheHighestLevel) {
  const Traits traits = SomeTraits();
  EXPECT_TRUE(Passes(SkillOf(2, 1, 5), kSpoken, traits));
  EXPECT_FALSE(Passes(SkillOf(2, 1, 4), kSpoken, traits));
}

TEST(Passes, ByTeam) {
  EXPECT_TRUE(Passes(CompiledPredicate{TeamIndex{6}}, kSpoken, SomeTraits()));
  EXPECT_FALSE(Passes(CompiledPredicate{TeamIndex{5}}, kSpoken, SomeTraits()));
}

TEST(Passes, ByKindOfAgent) {
  Traits traits = SomeTraits();
  EXPECT_TRUE(Passes(CompiledPredicate{AgentKind::kHuman}, kWritten, traits));
  EXPECT_FALSE(Passes(CompiledPredicate{AgentKind::kAutomated}, kWritten, traits));
  traits.kind = AgentKind::kAutomated;
  EXPECT_TRUE(Passes(CompiledPredicate{AgentKind::kAutomated}, kWritten, traits));
  EXPECT_FALSE(Passes(Not({AgentKind::kAutomated}), kWritten, traits));
}

TEST(Passes, ByAttributesOfAValueWithinBoundsOrOfAny) {
  const auto passes = [](const AttributePredicate& attribute) {
    return Passes(CompiledPredicate{attribute}, kSpoken, SomeTraits());
  };
  EXPECT_TRUE(passes({"region", {"apac", "emea"}, {}, {}}));
  EXPECT_FALSE(passes({"region", {"apac"}, {}, {}}));
  EXPECT_TRUE(passes({"region", {}, {}, {}}));
  EXPECT_FALSE(passes({"badge", {}, {}, {}}));
  EXPECT_TRUE(passes({"years", {}, Whole(7), Whole(7)}));
  EXPECT_FALSE(passes({"years", {}, Whole(8), {}}));
  EXPECT_FALSE(passes({"years", {}, Decimal{7'001}, {}}));
  EXPECT_FALSE(passes({"years", {}, {}, Whole(6)}));
  EXPECT_FALSE(passes({"region", {}, Whole(-100), {}})) << "no number is within no bounds";
}

TEST(Holds, OfDecimalsWithinBounds) {
  using Bound = std::optional<int64_t>;
  const auto decimal = [](Bound milli) {
    return milli ? std::optional(Decimal{*milli}) : std::nullopt;
  };
  const auto holds = [&](Bound min_milli, Bound max_milli, const std::string& value) {
    return Holds({.key = "k", .min = decimal(min_milli), .max = decimal(max_milli)}, value);
  };
  EXPECT_TRUE(holds(1'000'000, {}, "1234.50"));
  EXPECT_TRUE(holds(1'234'500, 1'234'500, "1234.5"));
  EXPECT_FALSE(holds(1'234'501, {}, "1234.50"));
  EXPECT_FALSE(holds(5'000, {}, "4.99"));
  EXPECT_TRUE(holds(5'000, 5'000, "5.00"));
  EXPECT_TRUE(holds({}, 4'500, "4.5"));
  EXPECT_FALSE(holds({}, 4'499, "4.5"));
  EXPECT_FALSE(holds({}, 4'000, "4.0000000000000000000001"));
  EXPECT_FALSE(holds({}, 4'005, "4.0050001"));
  EXPECT_TRUE(holds(4'005, 4'006, "4.0050001"));
  EXPECT_TRUE(holds(-500, -500, "-0.5"));
  EXPECT_FALSE(holds(0, {}, "-0.0001"));
  EXPECT_TRUE(holds({}, 0, "-0.0001"));
  EXPECT_FALSE(holds({}, -1, "-0.0001"));
  EXPECT_TRUE(holds(0, 0, "-0.000"));
  EXPECT_TRUE(holds(-7'000, -6'000, "-6.5"));
  EXPECT_FALSE(holds(-6'000, {}, "-6.5"));
  EXPECT_TRUE(holds(7'000, 7'000, "007"));
  EXPECT_TRUE(holds(kMaxBoundMilli, kMaxBoundMilli, "1000000000000.000"));
  EXPECT_FALSE(holds({}, kMaxBoundMilli, "1000000000000.0000001"));
  EXPECT_TRUE(holds(kMaxBoundMilli, {}, std::string(500, '9')));
  EXPECT_FALSE(holds({}, kMaxBoundMilli, std::string(500, '9') + ".5"));
  EXPECT_FALSE(holds(-kMaxBoundMilli, {}, "-" + std::string(500, '9')));
  for (const char* none : {"", "-", ".", ".5", "5.", "-.5", "4,5", "4.5 ", " 4.5", "+4.5", "1e3",
                           "0x10", "inf", "nan", "4.5.6", "4.-5", "--5"}) {
    EXPECT_FALSE(holds(-kMaxBoundMilli, {}, none)) << none;
    EXPECT_FALSE(holds({}, kMaxBoundMilli, none)) << none;
  }
}

TEST(ToString, OfDecimalsIsAsShortAsTheyAre) {
  const auto text = [](int64_t milli) { return ToString(Decimal{milli}); };
  EXPECT_EQ(text(0), "0");
  EXPECT_EQ(text(3'000), "3");
  EXPECT_EQ(text(4'500), "4.5");
  EXPECT_EQ(text(4'005), "4.005");
  EXPECT_EQ(text(-250), "-0.25");
  EXPECT_EQ(text(-kMaxBoundMilli), "-1000000000000");
}

TEST(Passes, WhoLacksWhatIsNegated) {
  EXPECT_FALSE(Passes(Not({TeamIndex{6}}), kSpoken, SomeTraits()));
  EXPECT_TRUE(Passes(Not({TeamIndex{5}}), kSpoken, SomeTraits()));
  EXPECT_TRUE(Passes(Not({SiteIndex{}}), kSpoken, SomeTraits()));
  EXPECT_TRUE(Passes(Not(SkillOf(2, 6)), kSpoken, SomeTraits()));
}

TEST(ScoreOf, AddsLevelsAboveWhatIsAskedAndWeightedPreferences) {
  const std::vector<CompiledClause> clauses = {
      {SkillOf(2, 3), SkillOf(4, 9)},  // two and one above: two
      {LanguageOf("fr", Cefr::kNone)},
      {Not(SkillOf(9, 1))}};
  const std::vector<CompiledPreference> preferences = {
      {SkillOf(4, 1), 3},                      // three times ten
      {CompiledPredicate{SiteIndex{1}}, 2},    // two times ten
      {CompiledPredicate{SiteIndex{2}}, 100},  // does not hold
      {Not({TeamIndex{5}}), 1}};               // ten
  EXPECT_EQ(ScoreOf(clauses, preferences, kSpoken, SomeTraits()), 2U + 30U + 20U + 10U);
}

TEST(Passes, ByAnyOfThePredicates) {
  const Traits traits = SomeTraits();
  EXPECT_TRUE(Passes({SkillOf(9, 1), CompiledPredicate{SiteIndex{1}}}, kSpoken, traits));
  EXPECT_FALSE(Passes({SkillOf(9, 1), CompiledPredicate{SiteIndex{2}}}, kSpoken, traits));
}

Requirement AllOf(std::vector<Clause> clauses) {
  return {.all_of = std::move(clauses)};
}

TEST(Canonical, SortsAndRemovesRepeats) {
  Requirement one = AllOf({{SitePredicate{"b"}, SkillRequirement{"x", 2}, SkillRequirement{"x", 2}},
                           {AttributePredicate{"k", {"b", "a", "b"}, {}, {}}}});
  one.prefer = {{SitePredicate{"b"}, 2}, {SitePredicate{"a"}, 2}};
  one.agents = {"bob", "ana", "bob"};
  Requirement other = AllOf({{AttributePredicate{"k", {"a", "b"}, {}, {}}},
                             {SkillRequirement{"x", 2}, SitePredicate{"b"}},
                             {AttributePredicate{"k", {"a", "b"}, {}, {}}}});
  other.prefer = {{SitePredicate{"a"}, 2}, {SitePredicate{"b"}, 2}};
  other.agents = {"ana", "bob"};
  EXPECT_EQ(Canonical(one), Canonical(other));
  EXPECT_EQ(Canonical(one).all_of.size(), 2U);
  EXPECT_EQ(KeyOf(Canonical(one)), KeyOf(Canonical(other)));
}

TEST(OfPeople, AsksForPeopleWhateverKindAndWhoeverWasAskedFor) {
  Requirement requirement;
  requirement.all_of = {{AgentKindPredicate{AgentKind::kAutomated}},
                        {Predicate{AgentKindPredicate{AgentKind::kHuman}, true}},
                        {SkillRequirement{"billing", 3}, AgentKindPredicate{AgentKind::kAutomated}},
                        {SitePredicate{"lisbon"}}};
  requirement.agents = {"bot1"};
  const Requirement people = OfPeople(Canonical(requirement));
  EXPECT_THAT(Describe(people), testing::ElementsAre("skill billing >= 3 or agent kind AUTOMATED",
                                                     "site lisbon", "agent kind HUMAN"));
  EXPECT_EQ(OfPeople(people), people);
}

TEST(KeyOf, KeepsApartWhatAsksForDifferentThings) {
  const SkillRequirement a{"a", 1}, b{"b", 1};
  const std::vector<Requirement> all = {
      AllOf({{a}, {b}}),
      AllOf({{a, b}}),
      AllOf({{SkillRequirement{"a", 2}}, {b}}),
      AllOf({{SkillRequirement{"a", 1, 9}}, {b}}),
      AllOf({{Predicate{a, true}}, {b}}),
      AllOf({{AttributePredicate{"k", {"x", "y"}, {}, {}}}}),
      AllOf({{AttributePredicate{"k", {"x\", \"y"}, {}, {}}}}),
      AllOf({{AttributePredicate{"k", {"x"}, {}, {}}, AttributePredicate{"k", {"y"}, {}, {}}}}),
      AllOf({{AttributePredicate{"k", {"x\"|attribute k = \"y"}, {}, {}}}}),
      AllOf({{AttributePredicate{"k", {}, Whole(3), {}}}}),
      AllOf({{AttributePredicate{"k", {}, {}, Whole(3)}}}),
      {.prefer = {{a, 1}}},
      {.prefer = {{a, 2}}},
  };
  for (size_t i = 0; i < all.size(); ++i) {
    for (size_t j = 0; j < i; ++j) EXPECT_NE(KeyOf(all[i]), KeyOf(all[j])) << i << " " << j;
  }
}

TEST(Describe, SaysEachClauseInWords) {
  Requirement requirement = AllOf(
      {{SkillRequirement{"billing", 3}, LanguageRequirement{"fr", Cefr::kB2}},
       {LanguageRequirement{"es", Cefr::kNone}, ProcessTypePredicate{"refund"}},
       {SitePredicate{"lisbon"}, Predicate{TeamPredicate{"night"}, true}},
       {SkillRequirement{"cards", 2, 5}, AttributePredicate{"region", {"emea", "apac"}, {}, {}}},
       {AttributePredicate{"years", {}, Whole(3), Whole(9)}, AttributePredicate{"badge"}}});
  requirement.agents = {"ana", "bob"};
  EXPECT_THAT(Describe(requirement),
              testing::ElementsAre(
                  "skill billing >= 3 or language fr >= B2", "language es or process type refund",
                  "site lisbon or not team night",
                  "skill cards >= 2 <= 5 or attribute region = \"emea\", \"apac\"",
                  "attribute years >= 3 <= 9 or attribute badge", "agent ana or agent bob"));
}

}  // namespace
}  // namespace tandem::router
