// Goal: reports are shown without losing what can't be computed.
#include "server/ctl/report_text.h"

#include <gtest/gtest.h>

#include "google/protobuf/util/time_util.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;
using google::protobuf::util::TimeUtil;

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
  EXPECT_EQ(Show(Value(245, true), v1::MEASURE_UNIT_SECONDS), "4m5s");
  EXPECT_EQ(Show(Value(3'845, true), v1::MEASURE_UNIT_SECONDS), "1h4m5s");
  EXPECT_EQ(Show(Value(-0.1, true), v1::MEASURE_UNIT_SHARE), "-10.0%");
  EXPECT_EQ(Show(Value(1234.567, true), v1::MEASURE_UNIT_MONEY), "1234.57");
  EXPECT_EQ(Show(v1::MetricValue(), v1::MEASURE_UNIT_SECONDS), "-");
}

TEST(ReportTable, AlignsMeasuresAndShowsTimesInTheReportsZone) {
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
}

TEST(ReportTable, TellsThePoliciesOfEachRowUnlessOneWasAskedFor) {
  v1::QueryMetricsRequest request;
  request.add_group_by(v1::REPORT_DIMENSION_CLIENT);
  v1::QueryMetricsResponse report;
  report.add_measures("service_level");
  v1::ListMeasuresResponse catalogue;
  v1::Measure& measure = *catalogue.add_measures();
  measure.set_id("service_level");
  measure.set_unit(v1::MEASURE_UNIT_SHARE);
  for (const char* client : {"acme", "globex"}) {
    v1::MetricsRow& row = *report.add_rows();
    row.set_client(client);
    *row.add_values() = Value(0.5, true);
  }
  report.mutable_rows(0)->add_policies("acme-1");
  report.mutable_rows(0)->add_policies("acme-2");
  EXPECT_EQ(ReportTable(request, report, catalogue),
            "client  service_level  policy\n"
            "acme            50.0%  acme-1,acme-2\n"
            "globex          50.0%  -\n");
  report.mutable_policy()->set_id("acme-1");
  EXPECT_EQ(ReportTable(request, report, catalogue),
            "client  service_level\n"
            "acme            50.0%\n"
            "globex          50.0%\n");
}

}  // namespace
}  // namespace tandem::ctl
