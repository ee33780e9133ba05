// The sessions that have a client here, and which of them fell silent.
//
// A session with a stream is lost when its stream says so; one without is lost when no heartbeat
// came for a while. The router hears of neither until then: heartbeats are too many to be commands.
//
// Thread rule: one thread at a time.
#ifndef TANDEM_SERVER_ENGINE_SESSIONS_H_
#define TANDEM_SERVER_ENGINE_SESSIONS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "router/command.h"
#include "router/time.h"

namespace tandem::engine {

class Sessions {
 public:
  explicit Sessions(router::Duration heartbeat_timeout);

  // Replaces an older session of the agent.
  void Open(const std::string& workspace, const router::SessionRef& session, bool has_stream,
            router::Time now);
  // Nothing when the agent has a newer one.
  void Close(const std::string& workspace, const router::SessionRef& session);
  void Heartbeat(const std::string& workspace, const router::SessionRef& session, router::Time now);
  bool Has(const std::string& workspace, const router::SessionRef& session) const;

  // We stood still: nobody is called silent for what they could not say before `now`.
  void Forgive(router::Time now);
  // Takes out the sessions that are silent at `now`, as commands, in order of when they fell
  // silent.
  std::vector<router::Command> TakeSilent(router::Time now);
  // When to ask for silent ones next; kEndOfTime when there is nobody to watch.
  router::Time NextCheck() const;

  void Clear();

 private:
  using Key = std::pair<std::string, std::string>;  // workspace, agent
  struct Session {
    int64_t generation = 0;
    bool has_stream = false;
    router::Time heard_at;
  };
  struct Check {
    router::Time at;
    Key key;
    int64_t generation = 0;
    friend auto operator<=>(const Check&, const Check&) = default;
  };

  const router::Duration heartbeat_timeout_;
  absl::flat_hash_map<Key, Session> sessions_;
  // One for each session without a stream, and left-overs of ended ones.
  std::priority_queue<Check, std::vector<Check>, std::greater<>> checks_;
  router::Time forgiven_until_;
};

}  // namespace tandem::engine

#endif  // TANDEM_SERVER_ENGINE_SESSIONS_H_
