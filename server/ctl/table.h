// Plain-text tables: queues as they are now.
#ifndef TANDEM_SERVER_CTL_TABLE_H_
#define TANDEM_SERVER_CTL_TABLE_H_

#include <string>

#include "tandem/v1/queue_service.pb.h"

namespace tandem::ctl {

// One line for each queue below a heading, and one for all of them, each ended by a newline.
[[nodiscard]] std::string QueueTable(const tandem::v1::ListQueueStatisticsResponse& statistics);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_TABLE_H_
