// Goal: a trace context is taken when it is one, and else left out. Method: the examples and rules
// of the recommendation (https://www.w3.org/TR/trace-context/).
#include "server/rpc/trace_context.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace tandem::rpc {
namespace {

constexpr char kTrace[] = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr char kParent[] = "00f067aa0ba902b7";

std::string Header(const std::string& version, const std::string& flags,
                   const std::string& rest = "") {
  return absl::StrCat(version, "-", kTrace, "-", kParent, "-", flags, rest);
}

TEST(ParseTraceParent, TakesWhatIsWellFormed) {
  const auto trace = ParseTraceParent(Header("00", "01"));
  ASSERT_TRUE(trace.has_value());
  EXPECT_EQ(trace->trace_id, kTrace);
  EXPECT_EQ(trace->parent_id, kParent);
  EXPECT_TRUE(trace->sampled);
  EXPECT_FALSE(ParseTraceParent(Header("00", "00"))->sampled);
  EXPECT_TRUE(ParseTraceParent(Header("00", "ff"))->sampled);
}

TEST(ParseTraceParent, TakesLaterVersionsAsFarAsItKnowsThem) {
  EXPECT_EQ(ParseTraceParent(Header("01", "01"))->trace_id, kTrace);
  EXPECT_EQ(ParseTraceParent(Header("cc", "01", "-what-comes-then"))->trace_id, kTrace);
  EXPECT_FALSE(ParseTraceParent(Header("cc", "01", ".what")).has_value());
}

TEST(ParseTraceParent, LeavesOutWhatIsNot) {
  const std::string zeros_32(32, '0'), zeros_16(16, '0');
  const std::string good = Header("00", "01");
  for (const std::string& bad : std::vector<std::string>{
           "", "00", good.substr(1), absl::StrCat(good, "0"), absl::StrCat(good, "-00"),
           Header("ff", "01"), Header("0G", "01"), Header("00", "0G"),
           absl::StrCat("00-", zeros_32, "-", kParent, "-01"),
           absl::StrCat("00-", kTrace, "-", zeros_16, "-01"),
           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
           "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}) {
    EXPECT_FALSE(ParseTraceParent(bad).has_value()) << bad;
  }
}

TEST(IsTraceState, KnowsItsForm) {
  for (const char* good : {"rojo=00f067aa0ba902b7", "rojo=1,congo=t61rcWkgMzE", "a=1, b=2",
                           "a=1,,b=2", "fw529a3039@dt=FfAAAAAAA", "0a-_*/=! ~"}) {
    EXPECT_TRUE(IsTraceState(good)) << good;
  }
  for (const std::string& bad :
       {std::string(), std::string("rojo"), std::string("Rojo=1"), std::string("=1"),
        std::string("a="), std::string("a=b=c"), std::string("a=\x7f"), std::string("a=\n1,b=2"),
        "a=" + std::string(257, 'x'), "a=" + std::string(511, 'x')}) {
    EXPECT_FALSE(IsTraceState(bad)) << bad;
  }
  std::string members = "a=1";
  for (int i = 1; i < 32; ++i) members += ",a" + std::to_string(i) + "=1";
  EXPECT_TRUE(IsTraceState(members));
  EXPECT_FALSE(IsTraceState(members + ",b=1"));
}

}  // namespace
}  // namespace tandem::rpc
