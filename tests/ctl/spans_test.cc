// Goal: spans and instants are read as people mean them, and what is printed can be typed.
#include "server/ctl/spans.h"

#include <gtest/gtest.h>

namespace tandem::ctl {
namespace {

TEST(ParseSpan, TakesUnitsDaysAndSeconds) {
  const auto parsed = [](const char* text) {
    absl::Duration span = absl::InfiniteDuration();
    EXPECT_TRUE(ParseSpan(text, span)) << text;
    return span;
  };
  EXPECT_EQ(parsed("500ms"), absl::Milliseconds(500));
  EXPECT_EQ(parsed("1m30s"), absl::Seconds(90));
  EXPECT_EQ(parsed("7d"), absl::Hours(168));
  EXPECT_EQ(parsed("2d4h"), absl::Hours(52));
  EXPECT_EQ(parsed("0"), absl::ZeroDuration());
  EXPECT_EQ(parsed("20"), absl::Seconds(20));
  EXPECT_EQ(parsed("1.5"), absl::Milliseconds(1500));
  absl::Duration span;
  for (const char* text : {"", "-5s", "-5", "-1d", "d", "2dd", "soon", "inf", "nan", "1.5d"}) {
    EXPECT_FALSE(ParseSpan(text, span)) << text;
  }
}

TEST(ShowSpan, PrintsWhatCanBeTyped) {
  EXPECT_EQ(ShowSpan(absl::ZeroDuration()), "0s");
  EXPECT_EQ(ShowSpan(absl::Milliseconds(12'300)), "12.3s");
  EXPECT_EQ(ShowSpan(absl::Minutes(90)), "1h30m");
  EXPECT_EQ(ShowSpan(absl::Hours(4)), "4h");
  EXPECT_EQ(ShowSpan(absl::Hours(48)), "2d");
  for (const int64_t ms : {0, 1, 999, 20'000, 61'000, 3'600'000, 90'061'500, 864'000'000}) {
    absl::Duration span;
    EXPECT_TRUE(ParseSpan(ShowSpan(absl::Milliseconds(ms)), span)) << ms;
    EXPECT_EQ(span, absl::Milliseconds(ms));
  }
}

TEST(ShowAge, ShowsTwoUnitsAtMost) {
  EXPECT_EQ(ShowAge(absl::Seconds(-1)), "0s");
  EXPECT_EQ(ShowAge(absl::Milliseconds(59'900)), "59s");
  EXPECT_EQ(ShowAge(absl::Seconds(61)), "1m1s");
  EXPECT_EQ(ShowAge(absl::Seconds(3 * 3600 + 5 * 60 + 7)), "3h5m");
  EXPECT_EQ(ShowAge(absl::Minutes(50 * 60 + 59)), "2d2h");
}

TEST(ParseInstant, TakesDatesTimesAndSpansBackFromNow) {
  absl::TimeZone zone;
  ASSERT_TRUE(absl::LoadTimeZone("Asia/Kolkata", &zone));
  const absl::Time now = absl::FromUnixSeconds(1'772'440'200);
  const auto said = [&](const char* text) {
    SaidInstant instant;
    EXPECT_TRUE(ParseInstant(text, instant)) << text;
    return absl::FormatTime(absl::RFC3339_sec, Resolve(instant, now, zone), absl::UTCTimeZone());
  };
  EXPECT_EQ(said("2026-03-02"), "2026-03-01T18:30:00+00:00");
  EXPECT_EQ(said("2026-03-02T08:30"), "2026-03-02T03:00:00+00:00");
  EXPECT_EQ(said("2026-03-02T08:30:15"), "2026-03-02T03:00:15+00:00");
  EXPECT_EQ(said("2026-03-02T08:30:00Z"), "2026-03-02T08:30:00+00:00");
  EXPECT_EQ(said("2026-03-02T08:30:00+01:00"), "2026-03-02T07:30:00+00:00");
  EXPECT_EQ(said("24h"), "2026-03-01T08:30:00+00:00");
  SaidInstant instant;
  for (const char* text : {"", "yesterday", "2026-13-01", "08:30", "2026"}) {
    EXPECT_FALSE(ParseInstant(text, instant)) << text;
  }
}

}  // namespace
}  // namespace tandem::ctl
