#include "server/ctl/table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/util/time_util.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;
using google::protobuf::util::TimeUtil;

constexpr char kLine[] = "%-*s %8s %8s %12s %7s %9s %10s %10s\n";

std::string Agents(int available, int all) {
  return absl::StrCat(available, "/", all);
}

std::string Percent(bool known, double share) {
  return known ? absl::StrFormat("%.0f%%", share * 100) : "-";
}

}  // namespace

std::string ShortDuration(double seconds) {
  const auto whole = static_cast<int64_t>(std::max(0.0, seconds));
  if (whole < 60) return absl::StrCat(whole, "s");
  if (whole < 3600) return absl::StrCat(whole / 60, "m");
  if (whole < 24 * 3600) return absl::StrFormat("%dh%02dm", whole / 3600, whole / 60 % 60);
  return absl::StrFormat("%dd%dh", whole / (24 * 3600), whole / 3600 % 24);
}

std::string QueueTable(const v1::ListQueueStatisticsResponse& statistics) {
  int width = 5;
  for (const v1::QueueStatistics& queue : statistics.queues()) {
    width = std::max(width, static_cast<int>(queue.queue().size()));
  }
  std::string text = absl::StrFormat(kLine, width, "queue", "waiting", "oldest", "avail/agents",
                                     "in SL", "answered", "abandoned", "completed");
  int64_t waiting = 0;
  int64_t answered = 0;
  int64_t in_target = 0;
  int64_t abandoned = 0;
  int64_t completed = 0;
  for (const v1::QueueStatistics& queue : statistics.queues()) {
    const std::string oldest = queue.has_oldest_waiting()
                                   ? ShortDuration(static_cast<double>(
                                         TimeUtil::DurationToSeconds(queue.oldest_waiting())))
                                   : "-";
    absl::StrAppendFormat(&text, kLine, width, queue.queue(), absl::StrCat(queue.waiting()), oldest,
                          Agents(queue.available_agents(), queue.agents()),
                          Percent(queue.has_service_level(), queue.service_level()),
                          absl::StrCat(queue.answered()), absl::StrCat(queue.abandoned()),
                          absl::StrCat(queue.completed()));
    waiting += queue.waiting();
    answered += queue.answered();
    in_target += queue.answered_in_target();
    abandoned += queue.abandoned();
    completed += queue.completed();
  }
  const int64_t decided = answered + abandoned;
  absl::StrAppendFormat(
      &text, kLine, width, "all", absl::StrCat(waiting), "", "",
      Percent(decided > 0,
              static_cast<double>(in_target) / static_cast<double>(std::max<int64_t>(1, decided))),
      absl::StrCat(answered), absl::StrCat(abandoned), absl::StrCat(completed));
  return text;
}

}  // namespace tandem::ctl
