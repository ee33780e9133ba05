// Language tags: which are well-formed, what their canonical case is, and which answer which.
#include "router/language.h"

#include <gtest/gtest.h>

#include "router/check.h"

namespace tandem::router {
namespace {

TEST(CanonicalLanguageTag, PutsWellFormedTagsIntoCanonicalCase) {
  const struct {
    const char* tag;
    const char* canonical;
  } cases[] = {
      {"en", "en"},
      {"EN", "en"},
      {"pt-br", "pt-BR"},
      {"zh-hant-tw", "zh-Hant-TW"},
      {"ZH-HANS", "zh-Hans"},
      {"es-419", "es-419"},
      {"fil", "fil"},
      {"de-ch-1901", "de-CH-1901"},
      {"sl-rozaj-biske", "sl-rozaj-biske"},
      {"zh-cmn-hans-cn", "zh-cmn-Hans-CN"},
      {"en-u-ca-gregory", "en-u-ca-gregory"},
      {"en-x-custom", "en-x-custom"},
      {"sr-Latn-rs", "sr-Latn-RS"},
      {"abcdefgh", "abcdefgh"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(CanonicalLanguageTag(one.tag).value_or("refused"), one.canonical) << one.tag;
  }
}

TEST(CanonicalLanguageTag, RefusesOtherForms) {
  for (const char* tag : {
           "", "e", "english please", "en_US", "en-", "-en", "en--US", "123", "e1", "abcdefghi",
           "en-US-US", "en-Latn-Latn", "en-u", "en-x", "de-1901-1901", "en-a-bb-a-cc", "\xc3\xa9",
           "zh-Hant-TW-x-1234567-1234567-1234567",  // 36 characters
       }) {
    EXPECT_FALSE(CanonicalLanguageTag(tag)) << tag;
  }
}

TEST(LanguageMatches, WhenOneTagIsAPrefixOfTheOther) {
  EXPECT_TRUE(LanguageMatches("fr", "fr"));
  EXPECT_TRUE(LanguageMatches("fr", "fr-CA"));
  EXPECT_TRUE(LanguageMatches("fr-CA", "fr"));
  EXPECT_TRUE(LanguageMatches("zh", "zh-Hans"));
  EXPECT_TRUE(LanguageMatches("zh-Hans-CN", "zh-Hans"));
}

TEST(LanguageMatches, NotWhenScriptRegionOrLanguageDiffer) {
  EXPECT_FALSE(LanguageMatches("zh-Hant", "zh-Hans"));
  EXPECT_FALSE(LanguageMatches("pt-BR", "pt-PT"));
  EXPECT_FALSE(LanguageMatches("fr", "frr"));
  EXPECT_FALSE(LanguageMatches("frr", "fr"));
  EXPECT_FALSE(LanguageMatches("es", "pt"));
}

}  // namespace
}  // namespace tandem::router
