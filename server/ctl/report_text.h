// Reports as text.
//
// Pure functions.
#ifndef TANDEM_SERVER_CTL_REPORT_TEXT_H_
#define TANDEM_SERVER_CTL_REPORT_TEXT_H_

#include <string>

#include "tandem/v1/report_service.pb.h"

namespace tandem::ctl {

// A value for people: "1240", "1.25", "78.9%", "12.3s", "4m5s", "1h4m5s"; "-" when it is unset.
[[nodiscard]] std::string Show(const tandem::v1::MetricValue& value, tandem::v1::MeasureUnit unit);

// One line for each row below a heading, each ended by a newline. `catalogue` has every measure of
// the report.
[[nodiscard]] std::string ReportTable(const tandem::v1::QueryMetricsRequest& request,
                                      const tandem::v1::QueryMetricsResponse& report,
                                      const tandem::v1::ListMeasuresResponse& catalogue);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_REPORT_TEXT_H_
