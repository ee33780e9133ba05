#include "server/ctl/report_text.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "google/protobuf/util/time_util.h"

#include "nlohmann/json.hpp"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;
using google::protobuf::util::TimeUtil;
using Json = nlohmann::ordered_json;

// "IGNORED" as people type it: "ignored".
std::string Lower(const std::string& name, const std::string& prefix) {
  return absl::AsciiStrToLower(absl::StripPrefix(name, prefix));
}

std::string TreatmentOf(const v1::ServiceLevelPolicy& policy) {
  return Lower(v1::AbandonTreatment_Name(policy.abandons()), "ABANDON_TREATMENT_");
}

double SecondsOf(const google::protobuf::Duration& span) {
  return static_cast<double>(TimeUtil::DurationToMicroseconds(span)) / 1e6;
}

Json JsonOf(const v1::ServiceLevelPolicy& policy) {
  Json json;
  if (!policy.id().empty()) json["id"] = policy.id();
  if (!policy.display_name().empty()) json["display_name"] = policy.display_name();
  json["threshold_s"] = SecondsOf(policy.threshold());
  json["abandons"] = TreatmentOf(policy);
  json["short_abandon_limit_s"] = SecondsOf(policy.short_abandon_limit());
  if (policy.revision() != 0) json["revision"] = policy.revision();
  return json;
}

std::string Span(double seconds) {
  if (seconds < 60) return absl::StrFormat("%.1fs", seconds);
  const auto whole = static_cast<int64_t>(std::llround(seconds));
  if (whole < 3'600) return absl::StrFormat("%d:%02d", whole / 60, whole % 60);
  return absl::StrFormat("%d:%02d:%02d", whole / 3'600, whole / 60 % 60, whole % 60);
}

// The heading and the text of a dimension.
using Column = std::pair<const char*, const std::string& (v1::MetricsRow::*)() const>;

std::vector<Column> ColumnsOf(const v1::QueryMetricsRequest& request) {
  const std::map<int, Column> columns = {
      {v1::REPORT_DIMENSION_QUEUE, {"queue", &v1::MetricsRow::queue}},
      {v1::REPORT_DIMENSION_CLIENT, {"client", &v1::MetricsRow::client}},
      {v1::REPORT_DIMENSION_PROCESS_TYPE, {"process_type", &v1::MetricsRow::process_type}},
      {v1::REPORT_DIMENSION_CHANNEL, {"channel", &v1::MetricsRow::channel}},
      {v1::REPORT_DIMENSION_AGENT, {"agent", &v1::MetricsRow::agent}},
  };
  std::vector<Column> wanted;
  for (const auto& [dimension, column] : columns) {
    if (std::ranges::count(request.group_by(), dimension) > 0) wanted.push_back(column);
  }
  return wanted;
}

bool HasIntervals(const v1::QueryMetricsRequest& request) {
  return request.interval() > v1::REPORT_INTERVAL_WHOLE;
}

// Cells in columns as wide as their widest one: the first `left` columns to the left, numbers to
// the right.
std::string Aligned(const std::vector<std::vector<std::string>>& lines, size_t left) {
  std::vector<int> widths;
  for (const auto& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], static_cast<int>(line[i].size()));
    }
  }
  std::string text;
  for (const auto& line : lines) {
    std::string row;
    for (size_t i = 0; i < line.size(); ++i) {
      absl::StrAppendFormat(&row, i < left ? "%-*s" : "%*s", widths[i], line[i]);
      if (i + 1 < line.size()) row += "  ";
    }
    absl::StripTrailingAsciiWhitespace(&row);
    absl::StrAppend(&text, row, "\n");
  }
  return text;
}

std::string LocalTime(const google::protobuf::Timestamp& timestamp, const std::string& zone_name) {
  absl::TimeZone zone;
  absl::LoadTimeZone(zone_name, &zone);
  return absl::FormatTime("%Y-%m-%d %H:%M",
                          absl::FromUnixMicros(TimeUtil::TimestampToMicroseconds(timestamp)), zone);
}

}  // namespace

bool ParseSpan(const std::string& text, absl::Duration& span) {
  int64_t days = 0;
  if (absl::EndsWith(text, "d") && absl::SimpleAtoi(absl::StripSuffix(text, "d"), &days)) {
    span = absl::Hours(24) * days;
  } else if (!absl::ParseDuration(text, &span)) {
    return false;
  }
  return span >= absl::ZeroDuration() && span < absl::InfiniteDuration();
}

bool ParseInstant(const std::string& text, SaidInstant& instant) {
  if (ParseSpan(text, instant.ago)) {
    instant.kind = SaidInstant::Kind::kAgo;
    return true;
  }
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, text, &instant.absolute, &error)) {
    instant.kind = SaidInstant::Kind::kAbsolute;
    return true;
  }
  absl::CivilMinute minute;
  absl::CivilDay day;
  instant.kind = SaidInstant::Kind::kCivil;
  if (absl::ParseCivilTime(text, &instant.civil)) return true;
  if (absl::ParseCivilTime(text, &minute)) {
    instant.civil = absl::CivilSecond(minute);
    return true;
  }
  if (absl::ParseCivilTime(text, &day)) {
    instant.civil = absl::CivilSecond(day);
    return true;
  }
  return false;
}

absl::Time Resolve(const SaidInstant& instant, absl::Time now, const absl::TimeZone& zone) {
  switch (instant.kind) {
    case SaidInstant::Kind::kAbsolute:
      return instant.absolute;
    case SaidInstant::Kind::kCivil:
      return absl::FromCivil(instant.civil, zone);
    case SaidInstant::Kind::kAgo:
      return now - instant.ago;
  }
  return now;
}

std::string Show(const v1::MetricValue& value, v1::MeasureUnit unit) {
  if (!value.has_value()) return "-";
  switch (unit) {
    case v1::MEASURE_UNIT_SECONDS:
      return Span(value.value());
    case v1::MEASURE_UNIT_SHARE:
      return absl::StrFormat("%.1f%%", value.value() * 100);
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
  const std::vector<Column> columns = ColumnsOf(request);
  const bool intervals = HasIntervals(request);
  std::vector<std::vector<std::string>> lines(1);
  for (const Column& column : columns) lines[0].emplace_back(column.first);
  if (intervals) lines[0].push_back("from (" + report.time_zone() + ")");
  const size_t left = lines[0].size();
  lines[0].insert(lines[0].end(), report.measures().begin(), report.measures().end());
  for (const v1::MetricsRow& row : report.rows()) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const Column& column : columns) {
      const std::string& id = (row.*column.second)();
      line.push_back(id.empty() ? "-" : id);
    }
    if (intervals) line.push_back(LocalTime(row.interval_start(), report.time_zone()));
    for (int i = 0; i < row.values_size(); ++i) {
      line.push_back(Show(row.values(i), units[report.measures(i)]));
    }
  }
  return Aligned(lines, left);
}

std::string ReportJson(const v1::QueryMetricsRequest& request,
                       const v1::QueryMetricsResponse& report) {
  Json json;
  json["workspace"] = request.workspace();
  json["since"] = TimeUtil::ToString(request.since());
  json["until"] = TimeUtil::ToString(report.until());
  json["counted_at"] = TimeUtil::ToString(report.counted_at());
  json["time_zone"] = report.time_zone();
  json["policy"] = report.has_policy() ? JsonOf(report.policy()) : Json(nullptr);
  json["rows"] = Json::array();
  for (const v1::MetricsRow& row : report.rows()) {
    Json& line = json["rows"].emplace_back();
    for (const Column& column : ColumnsOf(request)) line[column.first] = (row.*column.second)();
    line["interval_start"] = TimeUtil::ToString(row.interval_start());
    line["interval_end"] = TimeUtil::ToString(row.interval_end());
    Json& measures = line["measures"] = Json::object();
    for (int i = 0; i < row.values_size(); ++i) {
      const v1::MetricValue& value = row.values(i);
      Json& one = measures[report.measures(i)];
      one["value"] = value.has_value() ? Json(value.value()) : Json(nullptr);
      if (value.has_numerator()) one["numerator"] = value.numerator();
      if (value.has_denominator()) one["denominator"] = value.denominator();
    }
  }
  return json.dump(2) + "\n";
}

std::string MeasureTable(const v1::ListMeasuresResponse& catalogue) {
  std::vector<std::vector<std::string>> lines = {{"measure", "unit", "of", "formula", "origin"}};
  for (const v1::Measure& measure : catalogue.measures()) {
    lines.push_back({measure.id(), Lower(v1::MeasureUnit_Name(measure.unit()), "MEASURE_UNIT_"),
                     Lower(v1::FactSource_Name(measure.facts()), "FACT_SOURCE_"), measure.formula(),
                     measure.origin()});
  }
  return Aligned(lines, lines[0].size());
}

std::string MeasureJson(const v1::ListMeasuresResponse& catalogue) {
  Json json = Json::array();
  for (const v1::Measure& measure : catalogue.measures()) {
    Json& one = json.emplace_back();
    one["id"] = measure.id();
    one["display_name"] = measure.display_name();
    one["unit"] = Lower(v1::MeasureUnit_Name(measure.unit()), "MEASURE_UNIT_");
    one["kind"] = Lower(v1::MeasureKind_Name(measure.kind()), "MEASURE_KIND_");
    one["facts"] = Lower(v1::FactSource_Name(measure.facts()), "FACT_SOURCE_");
    one["formula"] = measure.formula();
    one["origin"] = measure.origin();
    one["dimensions"] = Json::array();
    for (const int dimension : measure.dimensions()) {
      one["dimensions"].push_back(
          Lower(v1::ReportDimension_Name(static_cast<v1::ReportDimension>(dimension)),
                "REPORT_DIMENSION_"));
    }
    one["depends_on_policy"] = measure.depends_on_policy();
  }
  return json.dump(2) + "\n";
}

std::string PolicyTable(const v1::ListServiceLevelPoliciesResponse& policies) {
  std::vector<std::vector<std::string>> lines = {
      {"policy", "threshold", "abandons", "short_abandon", "revision", "name"}};
  for (const v1::ServiceLevelPolicy& policy : policies.policies()) {
    lines.push_back({policy.id(), Span(SecondsOf(policy.threshold())), TreatmentOf(policy),
                     Span(SecondsOf(policy.short_abandon_limit())), absl::StrCat(policy.revision()),
                     policy.display_name()});
  }
  return Aligned(lines, lines[0].size());
}

std::string PolicyJson(const v1::ListServiceLevelPoliciesResponse& policies) {
  Json json = Json::array();
  for (const v1::ServiceLevelPolicy& policy : policies.policies()) json.push_back(JsonOf(policy));
  return json.dump(2) + "\n";
}

}  // namespace tandem::ctl
