// Webhooks in memory, for tests.
#ifndef TANDEM_SERVER_STORE_MEMORY_WEBHOOK_STORE_H_
#define TANDEM_SERVER_STORE_MEMORY_WEBHOOK_STORE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"

#include "server/store/webhook_store.h"
#include "server/sync/mutex.h"

namespace tandem::store {

class MemoryWebhookStore final : public WebhookStore {
 public:
  absl::StatusOr<std::vector<WebhookRow>> ListWebhooks(const std::string& workspace) override;
  absl::StatusOr<WebhookRow> GetWebhook(const WebhookKey& key) override;
  absl::Status CreateWebhook(const WebhookRow& row, int32_t most) override;
  absl::Status UpdateWebhook(const WebhookRow& row, int64_t expected) override;
  absl::Status DeleteWebhook(const WebhookKey& key, int64_t expected) override;
  absl::StatusOr<std::vector<WebhookDelivery>> ListDeliveries(const WebhookKey& key, bool dead,
                                                              int64_t after,
                                                              int32_t limit) override;
  absl::StatusOr<WebhookCounts> CountDeliveries(const WebhookKey& key) override;
  absl::StatusOr<std::vector<int64_t>> Redeliver(
      const WebhookKey& key, const std::optional<std::vector<int64_t>>& sequences) override;
  absl::StatusOr<std::vector<WebhookRow>> TakeOver(int64_t epoch) override;
  absl::Status SaveChanges(const WebhookKey& key, int64_t epoch,
                           const WebhookChanges& changes) override;

  // While set, every call fails with UNAVAILABLE.
  void SetUnavailable(bool unavailable);

 private:
  struct Held {
    WebhookRow row;
    int64_t epoch = 0;
    std::map<int64_t, WebhookDelivery> deliveries;
  };

  // The webhook, if its revision is the expected one.
  absl::StatusOr<Held*> Find(const WebhookKey& key, std::optional<int64_t> revision = std::nullopt)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  sync::Mutex mutex_;
  std::map<WebhookKey, Held> webhooks_ ABSL_GUARDED_BY(mutex_);
  bool unavailable_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_MEMORY_WEBHOOK_STORE_H_
