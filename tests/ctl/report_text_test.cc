// Goal: instants and spans are read as people mean them, and reports are shown without losing what
// can't be computed.
#include "server/ctl/report_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/protobuf/util/time_util.h"

#include "nlohmann/json.hpp"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;
using google::protobuf::util::TimeUtil;

TEST(ParseSpan, TakesUnitsAndDays) {
  absl::Duration span;
  EXPECT_TRUE(ParseSpan("1m30s", span));
  EXPECT_EQ(span, absl::Seconds(90));
  EXPECT_TRUE(ParseSpan("7d", span));
  EXPECT_EQ(span, absl::Hours(168));
  EXPECT_TRUE(ParseSpan("0", span));
  for (const char* text : {"", "20", "-5s", "d", "soon", "inf", "1.5d"}) {
    EXPECT_FALSE(ParseSpan(text, span)) << text;
  }
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
  for (const char* text : {"", "yesterday", "2026-13-01", "08:30"}) {
    EXPECT_FALSE(ParseInstant(text, instant)) << text;
  }
}

v1::MetricValue Value(double value, bool ratio) {
  v1::MetricValue result;
  result.set_value(value);
  if (ratio) result.set_denominator(1);
  return result;
}

TEST(Show, SaysAValueInItsUnit) {
  EXPECT_EQ(Show(Value(1'240, false), v1::MEASURE_UNIT_COUNT), "1240");
  EXPECT_EQ(Show(Value(1.25, true), v1::MEASURE_UNIT_COUNT), "1.25");
  EXPECT_EQ(Show(Value(0.7889, true), v1::MEASURE_UNIT_SHARE), "78.9%");
  EXPECT_EQ(Show(Value(12.34, true), v1::MEASURE_UNIT_SECONDS), "12.3s");
  EXPECT_EQ(Show(Value(245, true), v1::MEASURE_UNIT_SECONDS), "4:05");
  EXPECT_EQ(Show(Value(3'845, true), v1::MEASURE_UNIT_SECONDS), "1:04:05");
  EXPECT_EQ(Show(v1::MetricValue(), v1::MEASURE_UNIT_SECONDS), "-");
}

TEST(Report, IsATableAndADocument) {
  v1::QueryMetricsRequest request;
  request.set_workspace("starter");
  request.add_group_by(v1::REPORT_DIMENSION_QUEUE);
  request.set_interval(v1::REPORT_INTERVAL_HOUR);
  v1::QueryMetricsResponse report;
  report.set_time_zone("Asia/Kolkata");
  report.add_measures("offered");
  report.add_measures("service_level");
  v1::ListMeasuresResponse catalogue;
  for (const auto& [id, unit] : {std::pair("offered", v1::MEASURE_UNIT_COUNT),
                                 std::pair("service_level", v1::MEASURE_UNIT_SHARE)}) {
    catalogue.add_measures()->set_id(id);
    catalogue.mutable_measures(catalogue.measures_size() - 1)->set_unit(unit);
  }
  v1::MetricsRow& row = *report.add_rows();
  row.set_queue("voice-en");
  ASSERT_TRUE(TimeUtil::FromString("2026-03-02T03:30:00Z", row.mutable_interval_start()));
  *row.add_values() = Value(12, false);
  *row.add_values() = v1::MetricValue();
  EXPECT_EQ(ReportTable(request, report, catalogue),
            "queue     from (Asia/Kolkata)  offered  service_level\n"
            "voice-en  2026-03-02 09:00          12              -\n");
  const auto json = nlohmann::json::parse(ReportJson(request, report));
  EXPECT_EQ(json["rows"][0]["queue"], "voice-en");
  EXPECT_EQ(json["rows"][0]["measures"]["offered"]["value"], 12);
  EXPECT_TRUE(json["rows"][0]["measures"]["service_level"]["value"].is_null());
  EXPECT_TRUE(json["policy"].is_null());
}

}  // namespace
}  // namespace tandem::ctl
