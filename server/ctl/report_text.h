// Reports as text: what people type for instants and spans, and what they read.
//
// Pure functions.
#ifndef TANDEM_SERVER_CTL_REPORT_TEXT_H_
#define TANDEM_SERVER_CTL_REPORT_TEXT_H_

#include <string>

#include "absl/time/time.h"

#include "tandem/v1/report_service.pb.h"

namespace tandem::ctl {

// "20s", "1m30s", "24h", "7d": a span that is not negative. False when the text is none.
[[nodiscard]] bool ParseSpan(const std::string& text, absl::Duration& span);

// What somebody means by an instant.
struct SaidInstant {
  enum class Kind {
    kAbsolute,  // "2026-03-02T08:00:00Z", "2026-03-02T08:00:00+01:00"
    kCivil,     // "2026-03-02", "2026-03-02T08:00", "2026-03-02T08:00:30": in the report's zone
    kAgo,       // "24h", "7d": so long before now
  };
  Kind kind = Kind::kAbsolute;
  absl::Time absolute;
  absl::CivilSecond civil;
  absl::Duration ago;
};
// False when the text is none of these.
[[nodiscard]] bool ParseInstant(const std::string& text, SaidInstant& instant);
[[nodiscard]] absl::Time Resolve(const SaidInstant& instant, absl::Time now,
                                 const absl::TimeZone& zone);

// A value for people: "1240", "1.25", "78.9%", "12.3s", "4:05", "1:04:05"; "-" when it is unset.
[[nodiscard]] std::string Show(const tandem::v1::MetricValue& value, tandem::v1::MeasureUnit unit);

// One line for each row below a heading, each ended by a newline. `catalogue` has every measure of
// the report.
[[nodiscard]] std::string ReportTable(const tandem::v1::QueryMetricsRequest& request,
                                      const tandem::v1::QueryMetricsResponse& report,
                                      const tandem::v1::ListMeasuresResponse& catalogue);

// One JSON document: the range, the policy, and the rows with their measures by id.
[[nodiscard]] std::string ReportJson(const tandem::v1::QueryMetricsRequest& request,
                                     const tandem::v1::QueryMetricsResponse& report);

[[nodiscard]] std::string MeasureTable(const tandem::v1::ListMeasuresResponse& catalogue);
[[nodiscard]] std::string MeasureJson(const tandem::v1::ListMeasuresResponse& catalogue);

[[nodiscard]] std::string PolicyTable(const tandem::v1::ListServiceLevelPoliciesResponse& policies);
[[nodiscard]] std::string PolicyJson(const tandem::v1::ListServiceLevelPoliciesResponse& policies);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_REPORT_TEXT_H_
