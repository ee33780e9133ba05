// The engine: the one writer of a shard. It takes calls from any thread, lets the router decide
// them on one thread, makes the outcome durable in groups, and only then answers.
//
// Threads inside: the loop (owns the router), the committer (owns Store::Commit), the look-up stage
// (owns Store::LookUp), the herald (calls back). The loop never waits for the database: while a
// commit runs it goes on deciding, and what it decides is the next group.
//
// What a caller may rely on:
//   - a reply other than a rejection means durable;
//   - a rejection with kStoreUnavailable or kNotServing means: perhaps done, perhaps not; the same
//     request_id repeated later tells (law 3). Every other rejection means nothing was changed;
//   - replies and notices come in the order of their commands, from the engine's threads: callbacks
//     must be quick and must not block.
#ifndef TANDEM_SERVER_ENGINE_ENGINE_H_
#define TANDEM_SERVER_ENGINE_ENGINE_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"

#include "router/census.h"
#include "router/command.h"
#include "router/router.h"
#include "router/rows.h"
#include "router/time.h"
#include "server/store/store.h"

namespace tandem::engine {

struct Figures;

struct EngineOptions {
  store::Shard shard = 0;
  // Name of this process for the shard's row and the log.
  std::string owner;
  // How many seconds of engine time pass in one second. Not 1 in demonstrations only.
  double clock_speed = 1.0;
  // A reply older than this, with the database away, is UNAVAILABLE.
  std::chrono::milliseconds reply_patience{1000};
  // Calls that may wait for their answer at once; more are refused with kOverloaded.
  size_t max_pending_calls = 100'000;
  // Commands in one group at most.
  size_t max_group = 4'096;
  // A session opened without a notice sink is lost when no heartbeat came for this long (of engine
  // time).
  router::Duration heartbeat_timeout = router::Seconds(30);
  // Request ids and external ids decided within this span are found in memory; longer than any
  // look-up takes.
  std::chrono::seconds recent_window{60};
  router::RouterOptions router;
};

// Where the notices of a session go. Called from the engine's threads, in order, never after
// Unsubscribe returned. After SessionEnded nothing follows. It also comes, not fenced, when the
// engine lost sight of the session, because another writer had the shard for a while: then the
// session is no more, and the client opens a new one.
class NoticeSink {
 public:
  virtual ~NoticeSink() = default;
  virtual void OnNotice(const router::Notice& notice) = 0;
};

// Gets what became durable, batch by batch and in order, after the answers that rest on it. Called
// from one of the engine's threads: quick, no blocking. Between two batches of one shard nothing is
// missing, unless OnShardLost came between.
class DurableSink {
 public:
  virtual ~DurableSink() = default;
  virtual void OnDurable(std::shared_ptr<const store::Batch> batch) = 0;
  // Another writer had the shard for a while; what it made durable is not told.
  virtual void OnShardLost() = 0;
};

// The caller's request id with the hash of what was asked.
struct RequestTag {
  router::RequestId id;
  store::RequestHash hash;
};

struct Call {
  router::Command command;
  std::optional<RequestTag> request;
  // When the caller stops waiting: a call that is still undecided then is refused with
  // kDeadlineExpired.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  // For OpenSession: gets the notices of the session from its very start. Must outlive its
  // subscription.
  NoticeSink* sink = nullptr;
  // Called exactly once.
  absl::AnyInvocable<void(router::Outcome) &&> done;
};

class Engine {
 public:
  // `store` must outlive the engine.
  Engine(EngineOptions options, store::Store& store);
  // Stops as by Stop().
  ~Engine();

  // Starts the threads. The shard is acquired and loaded in the background, again and again while
  // the database is away; ready() tells.
  void Start();
  // Takes no more calls, makes what is decided durable if the database answers within `patience`,
  // answers everything else with kNotServing, and joins the threads.
  void Stop(std::chrono::milliseconds patience);

  // Any thread. Never blocks: what can't be taken is answered at once, before Submit returns.
  // LoseSession is taken also while the database is away; its answer may say kStoreUnavailable, but
  // it is decided when the database is back.
  void Submit(Call call);

  // Any thread. Says that a session opened by OpenSession without sink is alive. Heartbeats never
  // reach the router.
  void Heartbeat(const std::string& workspace, const router::SessionRef& session);
  // Any thread. Ends a sink's subscription; when it returns, the sink is not called any more. It
  // waits for a call of OnNotice that is under way: not to be called from there, nor with a lock
  // held that OnNotice takes. A session whose sink left before the session was open is lost by
  // itself; else the caller submits LoseSession.
  void Unsubscribe(NoticeSink* sink);

  // Any thread. From now on the sink gets what becomes durable: every commit that is not in the
  // database when Observe returns, and perhaps some before it. Null ends that; when it returns, the
  // one before is not called any more, so not to be called from there. While nobody observes,
  // batches are not kept.
  void Observe(DurableSink* sink);

  // Any thread. Counts the floor between commands and gives the census to `done`, from one of the
  // engine's threads; an empty one, when nothing is loaded or the engine stops.
  void TakeCensus(absl::AnyInvocable<void(router::Census) &&> done);
  // Any thread.
  const Figures& figures() const;
  // Any thread. Calls that the loop has not looked at, and calls without an answer.
  struct Depths {
    size_t inbox = 0, pending = 0;
  };
  Depths depths() const;

  // Any thread. Whether changes are taken and made durable now.
  bool ready() const;
  // Any thread. The shard's epoch under which this engine last wrote or loaded; 0 before the first.
  int64_t epoch() const;
  // Any thread. Called whenever ready() changes, from an engine thread. Set before Start.
  void OnReadyChange(std::function<void(bool)> listener);
  // Any thread. Engine time now: that of the database at Load plus the steady clock since, never
  // backwards.
  router::Time Now() const;
  double clock_speed() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::engine

#endif  // TANDEM_SERVER_ENGINE_ENGINE_H_
