// Between the engine, which makes batches durable, and the streams that show what changed.
//
// One thread, for all streams: it takes the batches that the engine delivers, keeps up to date what
// streams read from (event rings, boards), and tells the listeners, so that none of them polls the
// database. While no listener wants batches the engine keeps none; while there is none at all the
// thread sleeps, and nothing of this costs anything.
//
// When batches come faster than they can be taken in, they are dropped and what rests on them is
// begun anew: event rings hold nothing until the next event comes, and boards are loaded again by
// whoever watches them.
//
// Thread rule: every function is safe from any thread.
#ifndef TANDEM_SERVER_LIVE_HUB_H_
#define TANDEM_SERVER_LIVE_HUB_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"

#include "server/engine/clock.h"
#include "server/engine/engine.h"
#include "server/live/board.h"
#include "server/live/event_ring.h"
#include "server/sync/mutex.h"

namespace tandem::live {

// What a listener wants to be told of.
enum class Interest {
  kTicks,    // ticks alone: the engine keeps nothing for it
  kBoards,   // ticks alone, but boards and rings take in what becomes durable
  kBatches,  // ticks, and whenever boards and rings have taken something in
};

// Told by the hub's thread, and never after it was removed and is gone: the hub holds it weakly.
// Quick, no blocking.
class Listener {
 public:
  virtual ~Listener() = default;
  // A tick has passed or, for kBatches, something became durable.
  virtual void OnRound(engine::SteadyTime now) = 0;
  // But for kTicks: another writer had the shard for a while, so what was shown may not be all.
  virtual void OnShardLost() = 0;
  // Any thread. How many events it has still to tell, of those that it could.
  virtual int64_t Behind() { return 0; }
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

  // From now on the listener is told. But for kTicks, rings and boards miss nothing that is not in
  // the database yet: add first, then read the database.
  void Add(const std::shared_ptr<Listener>& listener, Interest interest);
  void Remove(const Listener* listener);

  // The ring of a workspace, shared by everybody who asks while somebody holds it. One that nobody
  // wanted batches for is not gone on with: add first, then ask.
  std::shared_ptr<EventRing> Events(const std::string& workspace);

  // The board of a workspace, likewise.
  std::shared_ptr<Board> BoardOf(const std::string& workspace);

  // The greatest Behind() of its listeners.
  int64_t MostBehind() const;

  // For the engine.
  void OnDurable(std::shared_ptr<const store::Batch> batch) override;
  void OnShardLost() override;

 private:
  using BatchPtr = std::shared_ptr<const store::Batch>;
  struct Inbox {
    std::vector<BatchPtr> batches;
    size_t events = 0;
    uint64_t observation = 0;   // of the batches
    bool batches_lost = false;  // in front of these
    bool shard_lost = false;
    bool stop = false;

    bool empty() const { return batches.empty() && !batches_lost && !shard_lost && !stop; }
    void Drop() {
      batches.clear();
      events = 0;
    }
  };

  struct Entry {
    std::weak_ptr<Listener> listener;
    Interest interest = Interest::kTicks;
  };

  void BeginObservation() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Run();
  Inbox TakeInput(engine::SteadyTime not_before);
  void TakeIn(const Inbox& input);
  // Those whose interest is at least this.
  std::vector<std::shared_ptr<Listener>> Listeners(Interest least) const;

  engine::Engine& engine_;

  sync::Mutex inbox_mutex_;
  sync::Condition inbox_changed_;
  Inbox inbox_ ABSL_GUARDED_BY(inbox_mutex_);
  bool ticking_ ABSL_GUARDED_BY(inbox_mutex_) = false;

  mutable sync::Mutex mutex_;
  absl::flat_hash_map<const Listener*, Entry> listeners_ ABSL_GUARDED_BY(mutex_);
  size_t want_batches_ ABSL_GUARDED_BY(mutex_) = 0;  // of the listeners
  // How often the first one came: rings and boards are of this time.
  uint64_t observation_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<std::string, std::weak_ptr<EventRing>> rings_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, std::weak_ptr<Board>> boards_ ABSL_GUARDED_BY(mutex_);

  std::jthread thread_;
};

}  // namespace tandem::live

#endif  // TANDEM_SERVER_LIVE_HUB_H_
