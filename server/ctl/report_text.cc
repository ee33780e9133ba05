#include "server/ctl/report_text.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "server/ctl/render.h"
#include "server/ctl/spans.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

// The heading and the text of a dimension.
using Dimension = std::pair<const char*, const std::string& (v1::MetricsRow::*)() const>;

std::vector<Dimension> DimensionsOf(const v1::QueryMetricsRequest& request) {
  const std::map<int, Dimension> dimensions = {
      {v1::REPORT_DIMENSION_QUEUE, {"queue", &v1::MetricsRow::queue}},
      {v1::REPORT_DIMENSION_CLIENT, {"client", &v1::MetricsRow::client}},
      {v1::REPORT_DIMENSION_PROCESS_TYPE, {"process type", &v1::MetricsRow::process_type}},
      {v1::REPORT_DIMENSION_CHANNEL, {"channel", &v1::MetricsRow::channel}},
      {v1::REPORT_DIMENSION_AGENT, {"agent", &v1::MetricsRow::agent}},
      {v1::REPORT_DIMENSION_SURVEY, {"survey", &v1::MetricsRow::survey}},
  };
  std::vector<Dimension> wanted;
  for (const auto& [dimension, text] : dimensions) {
    if (std::ranges::count(request.group_by(), dimension) > 0) wanted.push_back(text);
  }
  return wanted;
}

std::string LocalTime(const google::protobuf::Timestamp& timestamp, const std::string& zone_name) {
  absl::TimeZone zone;
  absl::LoadTimeZone(zone_name, &zone);
  return absl::FormatTime("%Y-%m-%d %H:%M", ToTime(timestamp), zone);
}

// To tenths of a second, from a minute on to seconds.
absl::Duration Rounded(absl::Duration span) {
  const absl::Duration unit =
      span < absl::Seconds(59.95) ? absl::Milliseconds(100) : absl::Seconds(1);
  return absl::Floor(span + unit / 2, unit);
}

}  // namespace

std::string Show(const v1::MetricValue& value, v1::MeasureUnit unit) {
  if (!value.has_value()) return "-";
  switch (unit) {
    case v1::MEASURE_UNIT_SECONDS:
      return ShowSpan(Rounded(absl::Seconds(value.value())));
    case v1::MEASURE_UNIT_SHARE:
      return absl::StrFormat("%.1f%%", value.value() * 100);
    case v1::MEASURE_UNIT_MONEY:
      return absl::StrFormat("%.2f", value.value());
    default:  // counts, and units of a newer server
      return value.has_denominator() ? absl::StrFormat("%.2f", value.value())
                                     : absl::StrFormat("%.0f", value.value());
  }
}

std::string ReportTable(const v1::QueryMetricsRequest& request,
                        const v1::QueryMetricsResponse& report,
                        const v1::ListMeasuresResponse& catalogue) {
  std::map<std::string, v1::MeasureUnit> units;
  for (const v1::Measure& measure : catalogue.measures()) units[measure.id()] = measure.unit();
  const std::vector<Dimension> dimensions = DimensionsOf(request);
  const bool intervals = request.interval() > v1::REPORT_INTERVAL_WHOLE;
  std::vector<TextTable::Column> columns;
  for (const Dimension& dimension : dimensions) columns.push_back({dimension.first});
  if (intervals) columns.push_back({absl::StrCat("from (", report.time_zone(), ")")});
  for (const std::string& measure : report.measures()) {
    columns.push_back({measure, TextTable::Align::kRight});
  }
  // One that was asked for says nothing new.
  const bool policies =
      !report.has_policy() && std::ranges::any_of(report.rows(), [](const v1::MetricsRow& row) {
        return !row.policies().empty();
      });
  if (policies) columns.push_back({"policy"});
  TextTable table(std::move(columns));
  for (const v1::MetricsRow& row : report.rows()) {
    std::vector<std::string> cells;
    for (const Dimension& dimension : dimensions) {
      const std::string& id = (row.*dimension.second)();
      cells.push_back(id.empty() ? "-" : id);
    }
    if (intervals) cells.push_back(LocalTime(row.interval_start(), report.time_zone()));
    for (int i = 0; i < row.values_size(); ++i) {
      cells.push_back(Show(row.values(i), units[report.measures(i)]));
    }
    if (policies) {
      cells.push_back(row.policies().empty() ? "-" : absl::StrJoin(row.policies(), ","));
    }
    table.AddRow(std::move(cells));
  }
  return table.ToString();
}

}  // namespace tandem::ctl
