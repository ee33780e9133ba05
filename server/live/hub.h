// Between the engine, which makes batches durable, and the streams that show what changed.
//
// One thread, for all streams: it takes the batches that the engine delivers, keeps up to date what
// streams read from (event rings), and tells the listeners, so that none of them polls the
// database. While there is no listener the engine keeps no batches, the thread sleeps, and nothing
// of this costs anything.
//
// When batches come faster than they can be taken in, they are dropped and what rests on them is
// begun anew: event rings by themselves, because sequences tell.
//
// Thread rule: every function is safe from any thread.
#ifndef TANDEM_SERVER_LIVE_HUB_H_
#define TANDEM_SERVER_LIVE_HUB_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"

#include "server/engine/clock.h"
#include "server/engine/engine.h"
#include "server/live/event_ring.h"
#include "server/sync/mutex.h"

namespace tandem::live {

// Told by the hub's thread, and never after it was removed and is gone: the hub holds it weakly.
// Quick, no blocking.
class Listener {
 public:
  virtual ~Listener() = default;
  // Something became durable, or a tick has passed.
  virtual void OnRound(engine::SteadyTime now) = 0;
  // Another writer had the shard for a while: what was shown may not be all.
  virtual void OnShardLost() = 0;
};

class Hub final : public engine::DurableSink {
 public:
  // Listeners are told at least this often.
  static constexpr std::chrono::milliseconds kTick{100};
  // And at most once in this, so that many small commits don't make many small messages.
  static constexpr std::chrono::milliseconds kPause{2};
  // Events in batches that wait for the hub's thread.
  static constexpr size_t kMaxWaitingEvents = 200'000;

  // `engine` must outlive the hub, which must outlive its listeners' calls.
  explicit Hub(engine::Engine& engine);
  ~Hub() override;

  // From now on the listener is told, and rings miss nothing that is not in the database yet: add
  // first, then read the database.
  void Add(const std::shared_ptr<Listener>& listener);
  void Remove(const Listener* listener);

  // The ring of a workspace, shared by everybody who asks while somebody holds it.
  std::shared_ptr<EventRing> Events(const std::string& workspace);

  // For the engine.
  void OnDurable(std::shared_ptr<const store::Batch> batch) override;
  void OnShardLost() override;

 private:
  using BatchPtr = std::shared_ptr<const store::Batch>;
  struct Inbox {
    std::vector<BatchPtr> batches;
    size_t events = 0;
    bool shard_lost = false;
    bool stop = false;

    bool empty() const { return batches.empty() && !shard_lost && !stop; }
  };

  void Run();
  Inbox TakeInput(engine::SteadyTime not_before);
  void TakeIn(const std::vector<BatchPtr>& batches);
  std::vector<std::shared_ptr<Listener>> Listeners();

  engine::Engine& engine_;

  sync::Mutex inbox_mutex_;
  sync::Condition inbox_changed_;
  Inbox inbox_ ABSL_GUARDED_BY(inbox_mutex_);
  bool ticking_ ABSL_GUARDED_BY(inbox_mutex_) = false;

  sync::Mutex mutex_;
  absl::flat_hash_map<const Listener*, std::weak_ptr<Listener>> listeners_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, std::weak_ptr<EventRing>> rings_ ABSL_GUARDED_BY(mutex_);

  std::jthread thread_;
};

}  // namespace tandem::live

#endif  // TANDEM_SERVER_LIVE_HUB_H_
