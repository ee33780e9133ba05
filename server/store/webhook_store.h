// THE SEAM: what webhooks need of durable storage.
//
// Apart from store.h because webhooks are no part of a shard's state: no decision depends on them,
// and its commits don't write them. Two stores implement it, PostgreSQL and memory, and one
// conformance suite (tests/store) holds both to every sentence below.
//
// A webhook has a *position* in the gapless sequence of its workspace's events. What it took leaves
// no trace but that position. A *delivery* is a row for what did not go that way: an event behind
// the position that waits for another attempt, or for an event of its lane that does, or was given
// up.
//
// Safe from any thread. UNAVAILABLE when the database can't be reached; a change may have been made
// then, and each may be repeated.
#ifndef TANDEM_SERVER_STORE_WEBHOOK_STORE_H_
#define TANDEM_SERVER_STORE_WEBHOOK_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "router/ids.h"
#include "router/rows.h"
#include "router/time.h"

namespace tandem::store {

struct WebhookKey {
  std::string workspace;
  std::string webhook;
  friend auto operator<=>(const WebhookKey&, const WebhookKey&) = default;
};

// How far a webhook is, and how its last attempts went.
struct WebhookProgress {
  int64_t position = 0;         // sequence of the last event that was dealt with
  int32_t failures_in_row = 0;  // attempts since one was taken
  router::Time last_success_at;
  std::string last_error;  // of the last attempt; empty when it was taken
  friend bool operator==(const WebhookProgress&, const WebhookProgress&) = default;
};

struct WebhookRow {
  WebhookKey key;
  std::string url;
  std::string description;
  std::string secret;           // the bytes that sign, in base64: never to be logged
  std::string previous_secret;  // empty: none
  router::Time previous_secret_until;
  std::string filter_json;  // a tandem.v1.EventFilter
  bool disabled = false;
  bool gone = false;  // disabled because the receiver said so
  int64_t revision = 1;
  router::Time created_at, updated_at;
  int64_t redeliveries = 0;  // how often dead letters were put back
  WebhookProgress progress;
  friend bool operator==(const WebhookRow&, const WebhookRow&) = default;
};

// An event that was not taken at once.
struct WebhookDelivery {
  int64_t sequence = 0;
  router::EventType type = router::EventType::kTicketCreated;
  router::Time at;
  router::TicketId ticket;
  std::string agent;
  int32_t attempts = 0;
  router::Time next_attempt_at;  // unset: as soon as it is its turn
  router::Time first_failed_at;
  std::string last_error;
  bool dead = false;
  friend bool operator==(const WebhookDelivery&, const WebhookDelivery&) = default;
};

// What a while of sending changed.
struct WebhookChanges {
  WebhookProgress progress;
  std::vector<WebhookDelivery> kept;  // replace those of the same sequence
  std::vector<int64_t> taken;         // need not be kept any more
};

struct WebhookCounts {
  int32_t waiting = 0;
  int32_t dead = 0;
  router::Time oldest_waiting;  // when the oldest event happened that waits
};

class WebhookStore {
 public:
  virtual ~WebhookStore() = default;

  // By id.
  virtual absl::StatusOr<std::vector<WebhookRow>> ListWebhooks(const std::string& workspace) = 0;
  // NOT_FOUND when there is none.
  virtual absl::StatusOr<WebhookRow> GetWebhook(const WebhookKey& key) = 0;
  // ALREADY_EXISTS when there is one, RESOURCE_EXHAUSTED when the workspace has `most` already.
  virtual absl::Status CreateWebhook(const WebhookRow& row, int32_t most) = 0;
  // Replaces the row, but for its creation, progress and redeliveries, if its revision is
  // `expected`. ABORTED when it is another one, NOT_FOUND when there is no such webhook.
  virtual absl::Status UpdateWebhook(const WebhookRow& row, int64_t expected) = 0;
  // With its deliveries, if its revision is `expected`. ABORTED, NOT_FOUND as above.
  virtual absl::Status DeleteWebhook(const WebhookKey& key, int64_t expected) = 0;

  // Those that are dead, or those that are not, with a sequence above `after`, in order, at most
  // `limit`. Empty when there is no such webhook.
  virtual absl::StatusOr<std::vector<WebhookDelivery>> ListDeliveries(const WebhookKey& key,
                                                                      bool dead, int64_t after,
                                                                      int32_t limit) = 0;
  virtual absl::StatusOr<WebhookCounts> CountDeliveries(const WebhookKey& key) = 0;
  // Dead letters become deliveries that wait, without attempts: those asked for, or all when
  // `sequences` is unset. Gives their sequences, in order, and counts a redelivery when there are
  // any. NOT_FOUND when there is no such webhook.
  virtual absl::StatusOr<std::vector<int64_t>> Redeliver(
      const WebhookKey& key, const std::optional<std::vector<int64_t>>& sequences) = 0;

  // For the one server that sends: the writer of the shard, which has an epoch that only grows.

  // Every webhook, by workspace and id; from now on nothing of an earlier epoch is saved. ABORTED
  // when a later one was here.
  virtual absl::StatusOr<std::vector<WebhookRow>> TakeOver(int64_t epoch) = 0;
  // All or nothing; not durable at once: a crash of the database may take the last ones back, all
  // of them from some point on. The position is never set back. OK, without effect, when there is
  // no such webhook any more. ABORTED when one of a later epoch took over, or nobody did: then the
  // webhook is a new one with the name of another.
  virtual absl::Status SaveChanges(const WebhookKey& key, int64_t epoch,
                                   const WebhookChanges& changes) = 0;
};

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_WEBHOOK_STORE_H_
