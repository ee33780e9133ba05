// Queues and agents as they are now, for people. Ages count from `now`, the server's time.
#ifndef TANDEM_SERVER_CTL_LIVE_TEXT_H_
#define TANDEM_SERVER_CTL_LIVE_TEXT_H_

#include <string>
#include <vector>

#include "absl/time/time.h"

#include "server/ctl/render.h"
#include "tandem/v1/supervisor_service.pb.h"
#include "tandem/v1/watch_service.pb.h"

namespace tandem::ctl {

// What a row of each has; the first cell is the id.
[[nodiscard]] const std::vector<TextTable::Column>& LiveColumns(const tandem::v1::WatchedQueue&);
[[nodiscard]] const std::vector<TextTable::Column>& LiveColumns(const tandem::v1::WatchedAgent&);
[[nodiscard]] std::vector<std::string> LiveCells(const tandem::v1::WatchedQueue& queue,
                                                 absl::Time now);
[[nodiscard]] std::vector<std::string> LiveCells(const tandem::v1::WatchedAgent& agent,
                                                 absl::Time now);

// "queue=chats waiting=3 …": a row for a line of its own, without cells that say nothing.
[[nodiscard]] std::string LiveLine(const std::vector<TextTable::Column>& columns,
                                   const std::vector<std::string>& cells);

// Why an agent gets no more than it has: its room, and what waits for it, queue by queue.
[[nodiscard]] std::string AgentExplanationText(const tandem::v1::ExplainAgentResponse& explained);

// Status, offers and work of one agent, in a few lines.
[[nodiscard]] std::string AgentNowText(const tandem::v1::WatchedAgent& agent, absl::Time now);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_LIVE_TEXT_H_
