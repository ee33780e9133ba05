// Plain-text tables: queues as they are now.
#ifndef TANDEM_SERVER_CTL_TABLE_H_
#define TANDEM_SERVER_CTL_TABLE_H_

#include <string>

#include "tandem/v1/queue_service.pb.h"

namespace tandem::ctl {

// "4s", "12m", "3h05m", "2d4h".
[[nodiscard]] std::string ShortDuration(double seconds);

// One line for each queue below a heading, each ended by a newline.
[[nodiscard]] std::string QueueTable(const tandem::v1::ListQueueStatisticsResponse& statistics);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_TABLE_H_
