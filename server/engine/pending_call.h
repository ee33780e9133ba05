// A call on its way through the engine, and what leaves the engine at its end.
#ifndef TANDEM_SERVER_ENGINE_PENDING_CALL_H_
#define TANDEM_SERVER_ENGINE_PENDING_CALL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "absl/functional/any_invocable.h"

#include "router/command.h"
#include "router/rows.h"
#include "server/engine/clock.h"
#include "server/engine/engine.h"
#include "server/store/store.h"

namespace tandem::engine {

// A sink as the feed knows it. The pointer alone would not do: when a sink is gone, the next may
// have its address.
struct Subscription {
  NoticeSink* sink = nullptr;
  uint64_t number = 0;
};

struct PendingCall {
  router::Command command;
  std::optional<RequestTag> request;
  SteadyTime deadline = SteadyTime::max();
  SteadyTime submitted_at;

  // Empty once the call was answered, and in commands of the engine itself.
  absl::AnyInvocable<void(router::Outcome) &&> done;
  Subscription subscription;  // of an OpenSession with a sink

  // What the look-up stage found, when it asked at `looked_up_at`.
  std::optional<SteadyTime> looked_up_at;
  std::optional<store::RequestRow> request_hit;
  std::optional<store::KnownContact> contact_hit;
};

// The contact of an IngestContact that has an external id; else null.
inline const router::NewContact* ContactWithExternalId(const router::Command& command) {
  const auto* ingest = std::get_if<router::IngestContact>(&command.action);
  return ingest != nullptr && !ingest->contact.external_id.empty() ? &ingest->contact : nullptr;
}

// A session losing its client has to reach the router, whatever became of whoever said so.
inline bool MustBeDecided(const PendingCall& call) {
  return std::holds_alternative<router::LoseSession>(call.command.action);
}

// One answer to give. For an OpenSession with a sink it also says for which session.
struct Answer {
  absl::AnyInvocable<void(router::Outcome) &&> done;
  router::Outcome outcome;
  Subscription subscription;
  std::string workspace, agent;  // of an OpenSession
};
// No notice will come for the sessions that there are: what they were told may not be all.
struct SessionsForgotten {};

// What leaves the engine; to be passed on in this order. A batch that became durable, when somebody
// observes.
using Delivery =
    std::variant<Answer, router::Notice, SessionsForgotten, std::shared_ptr<const store::Batch>>;

}  // namespace tandem::engine

#endif  // TANDEM_SERVER_ENGINE_PENDING_CALL_H_
