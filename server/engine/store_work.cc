#include "server/engine/store_work.h"

#include <algorithm>
#include <utility>

namespace tandem::engine {
namespace {

absl::StatusOr<Recovered> RunRecover(const Recover& job, store::Store& store) {
  absl::StatusOr<store::Acquired> acquired = store.Acquire(job.shard, job.owner);
  if (!acquired.ok()) return acquired.status();
  absl::StatusOr<store::Loaded> loaded = store.Load(job.shard, acquired->epoch);
  if (!loaded.ok()) return loaded.status();
  const router::Time now = std::max(loaded->database_now, loaded->last_commit_at);
  if (absl::Status status = store.Maintain(now); !status.ok()) return status;
  return Recovered{.epoch = acquired->epoch, .loaded = *std::move(loaded)};
}

struct Runner {
  store::Store& store;

  StoreResult operator()(const Recover& job) const { return RunRecover(job, store); }
  StoreResult operator()(const Commit& job) const { return store.Commit(*job.batch); }
  StoreResult operator()(const Resolve& job) const { return store.Resolve(*job.batch); }
  StoreResult operator()(const Maintain& job) const { return Maintained{store.Maintain(job.now)}; }
};

}  // namespace

StoreResult Run(const StoreJob& job, store::Store& store) {
  return std::visit(Runner{store}, job);
}

}  // namespace tandem::engine
