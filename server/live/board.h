// What the queues and agents of one workspace are doing now, and which media is wanted, for
// everybody who watches.
//
// It is read from the database once, when the first one watches, and kept up to date from the
// batches that the hub gets. The numbers of commits, and the hub, tell whether it knows all of
// them: when one is missing it shows nothing until it is loaded again.
//
// Batches are only counted; entries of queues and agents are made when somebody asks, so that what
// changes often costs no more than it is looked at. Those of connections are made at once: they are
// few, and each change of one is told.
//
// Thread rule: every function is safe from any thread.
#ifndef TANDEM_SERVER_LIVE_BOARD_H_
#define TANDEM_SERVER_LIVE_BOARD_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"

#include "server/live/board_tables.h"
#include "server/live/keyed.h"
#include "server/store/store.h"
#include "server/sync/mutex.h"

namespace tandem::live {

class Board {
 public:
  // Rows in batches that wait while the board is loaded; when more come it is loaded again.
  static constexpr size_t kMaxWaitingRows = 500'000;

  using BatchPtr = std::shared_ptr<const store::Batch>;

  // What changed, and which commit it shows; `commit` is 0, and there is nothing, while the board
  // is not loaded.
  template <typename Entry>
  struct Changes {
    typename Keyed<Entry>::Changes changes;
    int64_t commit = 0;
  };

  explicit Board(std::string workspace) : workspace_(std::move(workspace)) {}

  // True when the board must be loaded and nobody is at it: who gets that calls Load or GiveUp.
  [[nodiscard]] bool BeginLoad();
  void GiveUp();
  // Reads the database; blocks. An error means that the board is as before, and must be loaded
  // still. Only after the hub delivers batches.
  absl::Status Load(store::Reader& reader);

  // As Keyed::Since.
  Changes<QueueEntry> QueuesSince(int64_t version);
  Changes<AgentEntry> AgentsSince(int64_t version);
  Changes<ConnectionEntry> ConnectionsSince(int64_t version);
  // By id of each channel, whether it has media; nothing while the board is not loaded.
  std::optional<std::map<std::string, bool>> Channels() const;

  // ---- for the hub

  void Take(const BatchPtr& batch);
  // Some batches are not told.
  void Lose();

 private:
  enum class State { kEmpty, kLoading, kReady };

  void Apply(const store::Batch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void PutConnections() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string workspace_;

  mutable sync::Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kEmpty;
  bool lost_ ABSL_GUARDED_BY(mutex_) = false;              // while loading
  std::vector<BatchPtr> waiting_ ABSL_GUARDED_BY(mutex_);  // while loading
  size_t waiting_rows_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t sequence_ ABSL_GUARDED_BY(mutex_) = 0;  // of the last commit in the tables
  // While loading the loading thread's alone, else guarded by the mutex.
  Numbers queue_numbers_, agent_numbers_;
  std::unique_ptr<BoardTables> tables_ ABSL_GUARDED_BY(mutex_);

  Keyed<QueueEntry> queues_ ABSL_GUARDED_BY(mutex_);
  Keyed<AgentEntry> agents_ ABSL_GUARDED_BY(mutex_);
  Keyed<ConnectionEntry> connections_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tandem::live

#endif  // TANDEM_SERVER_LIVE_BOARD_H_
