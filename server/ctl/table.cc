#include "server/ctl/table.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "server/ctl/render.h"
#include "server/ctl/spans.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

// Of `decided` visits.
std::string Percent(int64_t in_target, int64_t decided) {
  if (decided == 0) return "-";
  return absl::StrFormat("%.0f%%",
                         100 * static_cast<double>(in_target) / static_cast<double>(decided));
}

}  // namespace

std::string QueueTable(const v1::ListQueueStatisticsResponse& statistics) {
  constexpr auto kRight = TextTable::Align::kRight;
  TextTable table({{"queue"},
                   {"waiting", kRight},
                   {"oldest", kRight},
                   {"avail/agents", kRight},
                   {"in SL", kRight},
                   {"answered", kRight},
                   {"abandoned", kRight},
                   {"completed", kRight}});
  int64_t waiting = 0;
  int64_t answered = 0;
  int64_t in_target = 0;
  int64_t abandoned = 0;
  int64_t completed = 0;
  for (const v1::QueueStatistics& queue : statistics.queues()) {
    table.AddRow({queue.queue(), absl::StrCat(queue.waiting()),
                  queue.has_oldest_waiting() ? ShowAge(ToSpan(queue.oldest_waiting())) : "-",
                  absl::StrCat(queue.available_agents(), "/", queue.agents()),
                  Percent(queue.answered_in_target(), queue.answered() + queue.abandoned()),
                  absl::StrCat(queue.answered()), absl::StrCat(queue.abandoned()),
                  absl::StrCat(queue.completed())});
    waiting += queue.waiting();
    answered += queue.answered();
    in_target += queue.answered_in_target();
    abandoned += queue.abandoned();
    completed += queue.completed();
  }
  table.AddRow({"all", absl::StrCat(waiting), "-", "-", Percent(in_target, answered + abandoned),
                absl::StrCat(answered), absl::StrCat(abandoned), absl::StrCat(completed)});
  return table.ToString();
}

}  // namespace tandem::ctl
