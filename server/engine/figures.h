// What an engine counted since it began. Each figure is written by one of the engine's threads and
// read by any.
#ifndef TANDEM_SERVER_ENGINE_FIGURES_H_
#define TANDEM_SERVER_ENGINE_FIGURES_H_

#include <array>

#include "server/metrics/counters.h"
#include "server/store/store.h"

namespace tandem::engine {

// Why offers are taken back: what the router says, and the rest together.
inline constexpr auto kRescindReasons = std::to_array<const char*>(
    {"AGENT_GONE", "AGENT_NOT_AVAILABLE", "AGENT_NOT_RESPONDING", "ABANDONED", "ANSWERED_ELSEWHERE",
     "ASSIGNED", "CANCELED", "NO_LONGER_ALLOWED", "PICKED", "REQUEUED", "TRANSFERRED", "other"});

struct Figures {
  // By the loop.
  metrics::Tally commands, fenced;
  metrics::Histogram command_ns{metrics::kStepBounds, metrics::kSecondsPerNanosecond};
  metrics::Histogram turn_ns{metrics::kStepBounds, metrics::kSecondsPerNanosecond};
  // By type of what became durable.
  std::array<metrics::Tally, 256> events;
  std::array<metrics::Tally, kRescindReasons.size()> rescinded;
  // Of contacts whose answer left.
  metrics::Tally contacts_new, contacts_joined, contacts_duplicate, contacts_unroutable;

  // By the committer. By store::CommitResult.
  std::array<metrics::Tally, store::kCommitResults> commits;
  metrics::Histogram commit_ns{metrics::kCallBounds, metrics::kSecondsPerNanosecond};
  metrics::Histogram commit_rows{metrics::kSizeBounds, 1};

  // By the look-up stage.
  metrics::Tally look_ups, look_ups_failed;
  metrics::Histogram look_up_ns{metrics::kCallBounds, metrics::kSecondsPerNanosecond};
};

}  // namespace tandem::engine

#endif  // TANDEM_SERVER_ENGINE_FIGURES_H_
