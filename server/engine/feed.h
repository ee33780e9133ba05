// Passes on what leaves the core: answers to callers, notices to the sinks of sessions.
//
// A sink is announced with its OpenSession, and gets the notices of the session that the reply
// names, all that follow the reply and none before it.
//
// Thread rules: Deliver is called by one thread; the rest is safe from any thread.
#ifndef TANDEM_SERVER_ENGINE_FEED_H_
#define TANDEM_SERVER_ENGINE_FEED_H_

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"

#include "router/command.h"
#include "router/rows.h"
#include "server/engine/engine.h"
#include "server/engine/pending_call.h"
#include "server/sync/mutex.h"

namespace tandem::engine {

class Feed {
 public:
  // For PendingCall::subscription. A sink has one session at a time. Null gives none.
  Subscription Announce(NoticeSink* sink);
  // When it returns, the sink is not called any more.
  void Unsubscribe(NoticeSink* sink);

  // See Engine::Observe.
  void Observe(DurableSink* sink);

  // Returns a session that was opened for a sink which has gone meanwhile, as the command that ends
  // it.
  std::optional<router::Command> Deliver(Delivery delivery);

 private:
  using SessionKey = std::tuple<std::string, std::string, int64_t>;  // workspace, agent, generation
  struct Sink {
    uint64_t number = 0;
    std::optional<SessionKey> session;  // once it is open
  };

  std::optional<router::Command> Pass(Answer answer);
  void Pass(const router::Notice& notice);
  void EndAll();

  // A lock of its own: an observer need not wait for what sessions are told.
  sync::Mutex observer_mutex_;
  DurableSink* observer_ ABSL_GUARDED_BY(observer_mutex_) = nullptr;

  sync::Mutex mutex_;
  uint64_t last_number_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<NoticeSink*, Sink> sinks_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<SessionKey, NoticeSink*> sessions_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tandem::engine

#endif  // TANDEM_SERVER_ENGINE_FEED_H_
