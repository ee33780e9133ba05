// Requirements: their canonical form, and who passes a clause.
#include "router/requirement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::router {
namespace {

CompiledPredicate SkillOf(uint32_t skill, uint32_t level) {
  CompiledPredicate predicate;
  predicate.kind = CompiledPredicate::Kind::kSkill;
  predicate.skill = SkillIndex{skill};
  predicate.level = level;
  return predicate;
}

CompiledPredicate LanguageOf(const char* tag, Cefr level) {
  CompiledPredicate predicate;
  predicate.kind = CompiledPredicate::Kind::kLanguage;
  predicate.language = LanguageRequirement{tag, level};
  return predicate;
}

CompiledPredicate SiteOf(SiteIndex site) {
  CompiledPredicate predicate;
  predicate.kind = CompiledPredicate::Kind::kSite;
  predicate.site = site;
  return predicate;
}

CompiledPredicate ProcessTypeOf(uint32_t type) {
  CompiledPredicate predicate;
  predicate.kind = CompiledPredicate::Kind::kProcessType;
  predicate.process_type = ProcessTypeIndex{type};
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
  EXPECT_TRUE(Passes({SiteOf(SiteIndex{1})}, kSpoken, traits));
  EXPECT_FALSE(Passes({SiteOf(SiteIndex{2})}, kSpoken, traits));
  EXPECT_TRUE(Passes({ProcessTypeOf(7)}, kSpoken, traits));
  EXPECT_FALSE(Passes({ProcessTypeOf(4)}, kSpoken, traits));
}

TEST(Passes, NobodyByASiteThatIsNotConfigured) {
  Traits nowhere = SomeTraits();
  nowhere.site = SiteIndex{};
  EXPECT_FALSE(Passes({SiteOf(SiteIndex{})}, kSpoken, nowhere));
}

TEST(Passes, ByAnyOfThePredicates) {
  const Traits traits = SomeTraits();
  EXPECT_TRUE(Passes({SkillOf(9, 1), SiteOf(SiteIndex{1})}, kSpoken, traits));
  EXPECT_FALSE(Passes({SkillOf(9, 1), SiteOf(SiteIndex{2})}, kSpoken, traits));
}

TEST(Canonical, SortsAndRemovesRepeats) {
  const Requirement one = {{SitePredicate{"b"}, SkillLevel{"x", 2}, SkillLevel{"x", 2}},
                           {SkillLevel{"a", 1}}};
  const Requirement other = {
      {SkillLevel{"a", 1}}, {SkillLevel{"x", 2}, SitePredicate{"b"}}, {SkillLevel{"a", 1}}};
  EXPECT_EQ(Canonical(one), Canonical(other));
  EXPECT_EQ(Canonical(one).size(), 2U);
  EXPECT_EQ(KeyOf(Canonical(one)), KeyOf(Canonical(other)));
}

TEST(Canonical, KeepsApartWhatAsksForDifferentThings) {
  const Requirement both = {{SkillLevel{"a", 1}}, {SkillLevel{"b", 1}}};
  const Requirement either = {{SkillLevel{"a", 1}, SkillLevel{"b", 1}}};
  const Requirement higher = {{SkillLevel{"a", 2}}, {SkillLevel{"b", 1}}};
  EXPECT_NE(KeyOf(Canonical(both)), KeyOf(Canonical(either)));
  EXPECT_NE(KeyOf(Canonical(both)), KeyOf(Canonical(higher)));
}

TEST(Describe, SaysEachClauseInWords) {
  const Requirement requirement = {
      {SkillLevel{"billing", 3}, LanguageRequirement{"fr", Cefr::kB2}},
      {LanguageRequirement{"es", Cefr::kNone}, ProcessTypePredicate{"refund"}},
      {SitePredicate{"lisbon"}}};
  EXPECT_THAT(Describe(requirement),
              testing::ElementsAre("skill billing >= 3 or language fr >= B2",
                                   "language es or process type refund", "site lisbon"));
}

}  // namespace
}  // namespace tandem::router
