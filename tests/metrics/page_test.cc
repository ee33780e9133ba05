// Goal: the page is what Prometheus reads, names keep its rules, and a label from outside can't
// break a line. Method: the text; promtool reads a server's whole page in
// tests/e2e/observability_test.py.
#include "server/metrics/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/match.h"

#include "server/metrics/families.h"

namespace tandem::metrics {
namespace {

using testing::HasSubstr;

TEST(Page, SaysWhatAFamilyIsAndItsSamples) {
  Page page;
  page.Set("tandem_ready", 1);
  page.Set("tandem_commits_total", {"committed"}, 7);
  const std::string text = page.Text();
  EXPECT_THAT(text, HasSubstr("# TYPE tandem_ready gauge\ntandem_ready 1\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE tandem_commits_total counter\n"
                              "tandem_commits_total{result=\"committed\"} 7\n"));
}

TEST(Page, AddsUpTheBucketsOfAHistogram) {
  Page page;
  page.Set("tandem_commit_rows", {}, {.bounds = {1, 10}, .counts = {2, 0, 3}, .sum = 99});
  EXPECT_THAT(page.Text(), HasSubstr("tandem_commit_rows_count 5\n"
                                     "tandem_commit_rows_sum 99\n"
                                     "tandem_commit_rows_bucket{le=\"1\"} 2\n"
                                     "tandem_commit_rows_bucket{le=\"10\"} 2\n"
                                     "tandem_commit_rows_bucket{le=\"+Inf\"} 5\n"));
}

TEST(Page, EscapesLabels) {
  Page page;
  page.Set("tandem_open_tickets", {"a\"b\\c\nd"}, 1);
  EXPECT_THAT(page.Text(), HasSubstr(R"(tandem_open_tickets{workspace="a\"b\\c\nd"} 1)"));
}

TEST(Page, HasNoFamilyThatIsNotInTheTable) {
  Page page;
  EXPECT_DEATH(page.Set("tandem_unknown", 1), "expected a family of families.cc");
  EXPECT_DEATH(page.Set("tandem_commits_total", 1), "expected a value for each of its labels");
}

TEST(Families, KeepPrometheusRulesOfNames) {
  std::set<std::string> names;
  for (const Family& family : Families()) {
    const std::string name = family.name;
    EXPECT_TRUE(names.insert(name).second) << name << " is there twice";
    EXPECT_TRUE(absl::StartsWith(name, "tandem_") || absl::StartsWith(name, "process_")) << name;
    EXPECT_EQ(absl::EndsWith(name, "_total"), family.kind == Kind::kCounter) << name;
    for (const char* unit : {"_ms", "_us", "_milliseconds", "_kilobytes", "_percent", "_count"}) {
      EXPECT_FALSE(absl::EndsWith(name, unit)) << name << " has no base unit";
    }
    EXPECT_NE(std::string(family.help), "") << name;
  }
}

}  // namespace
}  // namespace tandem::metrics
