// Gathers the page of metrics from the parts of the process.
//
// Thread rules: Show and Hide by one thread, Page by any.
#ifndef TANDEM_SERVER_SCRAPE_H_
#define TANDEM_SERVER_SCRAPE_H_

#include <chrono>
#include <cstddef>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "router/census.h"
#include "router/time.h"
#include "server/engine/engine.h"
#include "server/metrics/page.h"
#include "server/rpc/server.h"

namespace tandem {

struct ScrapeOptions {
  // Queues, and workspaces, that have samples of their own; those behind are added up under
  // kOtherLabel. The first ones by id: which they are changes with the configuration alone.
  size_t most_queues = 1'000;
  size_t most_workspaces = 200;
  // For the engine to count the floor.
  std::chrono::milliseconds census_patience{2'000};
};

inline constexpr char kOtherLabel[] = "other";

// The floor as samples. Apart for tests.
void SetCensus(const router::Census& census, router::Time now, const ScrapeOptions& options,
               metrics::Page& page);
// Samples of the process itself, from /proc.
void SetProcess(metrics::Page& page);

class Scrape {
 public:
  explicit Scrape(ScrapeOptions options) : options_(options) {}

  // From now on pages tell of these, too; until Hide returned they must live.
  void Show(engine::Engine& engine, const rpc::Server& server);
  void Hide();

  // Takes as long as the engine takes to count, at most the patience.
  std::string Page();

 private:
  const ScrapeOptions options_;
  absl::Mutex mutex_;  // one page at a time
  engine::Engine* engine_ ABSL_GUARDED_BY(mutex_) = nullptr;
  const rpc::Server* server_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace tandem

#endif  // TANDEM_SERVER_SCRAPE_H_
