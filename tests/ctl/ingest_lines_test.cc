// Goal: a file that is ingested again makes no contact twice, and a bad line says what is wrong
// with it. Method: lines.
#include "server/ctl/ingest_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"

#include "server/ctl/line_reader.h"

namespace tandem::ctl {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

TEST(ParseContact, TakesBothSpellings) {
  const auto camel =
      ParseContact(R"({"channel": "chat", "processType": "support", "priority": 3})");
  ASSERT_TRUE(camel.ok()) << camel.status();
  const auto snake =
      ParseContact(R"({"channel": "chat", "process_type": "support", "priority": 3})");
  ASSERT_TRUE(snake.ok()) << snake.status();
  EXPECT_EQ(camel->SerializeAsString(), snake->SerializeAsString());
  EXPECT_EQ(camel->process_type(), "support");
}

TEST(ParseContact, RefusesWhatIsNoContact) {
  for (const char* line : {"", "{", "[]", "7", R"({"chanel": "chat"})", R"({"channel": 7})"}) {
    const auto contact = ParseContact(line);
    EXPECT_FALSE(contact.ok()) << line;
    EXPECT_THAT(std::string(contact.status().message()), HasSubstr("expected a Contact in JSON"));
  }
}

TEST(DerivedIds, AreEqualForEqualLinesOfTwoReadings) {
  DerivedIds first("");
  DerivedIds again("");
  const std::string a = first.Next("{\"a\"}");
  const std::string b = first.Next("{\"b\"}");
  EXPECT_THAT(a, MatchesRegex("line-[0-9a-f]{32}"));
  EXPECT_NE(a, b);
  // Another order, blanks at the ends, other lines in between.
  EXPECT_EQ(again.Next("{\"b\"}\r"), b);
  EXPECT_NE(again.Next("{\"c\"}"), a);
  EXPECT_EQ(again.Next(" {\"a\"}"), a);
}

// They are kept by servers, so they may not change from version to version.
TEST(DerivedIds, NeverChange) {
  DerivedIds ids("");
  EXPECT_EQ(ids.Next("{}"), "line-a68b9906ad8b5822836dbc78bc83cdc5");
}

TEST(DerivedIds, TellEqualLinesOfOneReadingApart) {
  DerivedIds first("");
  DerivedIds again("");
  const std::string one = first.Next("{}");
  const std::string two = first.Next("{}");
  EXPECT_NE(one, two);
  EXPECT_EQ(again.Next("{}"), one);
  EXPECT_EQ(again.Next("{}"), two);
}

TEST(DerivedIds, DifferFromRunToRun) {
  EXPECT_NE(DerivedIds("monday").Next("{}"), DerivedIds("tuesday").Next("{}"));
}

TEST(LineReader, CountsBlankLinesAndSkipsThem) {
  std::istringstream in("a\n\n  \r\nb");
  LineReader lines(in);
  ASSERT_TRUE(lines.Next());
  EXPECT_EQ(lines.text(), "a");
  ASSERT_TRUE(lines.Next());
  EXPECT_EQ(lines.text(), "b");
  EXPECT_EQ(lines.number(), 4);
  EXPECT_FALSE(lines.Next());
}

TEST(LineReader, KeepsOnlyTheBeginningOfALineThatIsTooLong) {
  std::istringstream in(absl::StrCat(std::string(2 * kMaxLineBytes, 'x'), "\ny\n"));
  LineReader lines(in);
  ASSERT_TRUE(lines.Next());
  EXPECT_TRUE(lines.too_long());
  EXPECT_EQ(lines.text().size(), kMaxLineBytes);
  ASSERT_TRUE(lines.Next());
  EXPECT_FALSE(lines.too_long());
  EXPECT_EQ(lines.text(), "y");
}

}  // namespace
}  // namespace tandem::ctl
