#include "server/store/memory_webhook_store.h"

#include <algorithm>

#include "absl/algorithm/container.h"

namespace tandem::store {
namespace {

absl::Status Unreachable() {
  return absl::UnavailableError("expected a store that answers, but calls were told to fail");
}

}  // namespace

void MemoryWebhookStore::SetUnavailable(bool unavailable) {
  const sync::MutexLock lock(mutex_);
  unavailable_ = unavailable;
}

absl::StatusOr<MemoryWebhookStore::Held*> MemoryWebhookStore::Find(
    const WebhookKey& key, std::optional<int64_t> revision) {
  if (unavailable_) return Unreachable();
  const auto found = webhooks_.find(key);
  if (found == webhooks_.end()) return absl::NotFoundError("there is no such webhook");
  if (revision && *revision != found->second.row.revision) {
    return absl::AbortedError("the webhook has another revision");
  }
  return &found->second;
}

absl::StatusOr<std::vector<WebhookRow>> MemoryWebhookStore::ListWebhooks(
    const std::string& workspace) {
  const sync::MutexLock lock(mutex_);
  if (unavailable_) return Unreachable();
  std::vector<WebhookRow> rows;
  for (const auto& [key, held] : webhooks_) {
    if (key.workspace == workspace) rows.push_back(held.row);
  }
  return rows;
}

absl::StatusOr<WebhookRow> MemoryWebhookStore::GetWebhook(const WebhookKey& key) {
  const sync::MutexLock lock(mutex_);
  const auto held = Find(key);
  if (!held.ok()) return held.status();
  return (*held)->row;
}

absl::Status MemoryWebhookStore::CreateWebhook(const WebhookRow& row, int32_t most) {
  const sync::MutexLock lock(mutex_);
  if (unavailable_) return Unreachable();
  if (webhooks_.contains(row.key)) return absl::AlreadyExistsError("there is such a webhook");
  const auto count = absl::c_count_if(
      webhooks_, [&](const auto& entry) { return entry.first.workspace == row.key.workspace; });
  if (count >= most) return absl::ResourceExhaustedError("the workspace has enough webhooks");
  webhooks_[row.key].row = row;
  return absl::OkStatus();
}

absl::Status MemoryWebhookStore::UpdateWebhook(const WebhookRow& row, int64_t expected) {
  const sync::MutexLock lock(mutex_);
  const auto held = Find(row.key, expected);
  if (!held.ok()) return held.status();
  WebhookRow next = row;
  next.created_at = (*held)->row.created_at;
  next.redeliveries = (*held)->row.redeliveries;
  next.progress = (*held)->row.progress;
  (*held)->row = std::move(next);
  return absl::OkStatus();
}

absl::Status MemoryWebhookStore::DeleteWebhook(const WebhookKey& key, int64_t expected) {
  const sync::MutexLock lock(mutex_);
  if (const auto held = Find(key, expected); !held.ok()) return held.status();
  webhooks_.erase(key);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<WebhookDelivery>> MemoryWebhookStore::ListDeliveries(
    const WebhookKey& key, bool dead, int64_t after, int32_t limit) {
  const sync::MutexLock lock(mutex_);
  std::vector<WebhookDelivery> listed;
  const auto held = Find(key);
  if (absl::IsNotFound(held.status())) return listed;
  if (!held.ok()) return held.status();
  const auto& deliveries = (*held)->deliveries;
  for (auto at = deliveries.upper_bound(after); at != deliveries.end(); ++at) {
    if (listed.size() == static_cast<size_t>(limit)) break;
    if (at->second.dead == dead) listed.push_back(at->second);
  }
  return listed;
}

absl::StatusOr<WebhookCounts> MemoryWebhookStore::CountDeliveries(const WebhookKey& key) {
  const sync::MutexLock lock(mutex_);
  WebhookCounts counts;
  const auto held = Find(key);
  if (absl::IsNotFound(held.status())) return counts;
  if (!held.ok()) return held.status();
  for (const auto& [sequence, delivery] : (*held)->deliveries) {
    ++(delivery.dead ? counts.dead : counts.waiting);
    if (delivery.dead) continue;
    if (!counts.oldest_waiting.IsSet() || delivery.at < counts.oldest_waiting) {
      counts.oldest_waiting = delivery.at;
    }
  }
  return counts;
}

absl::StatusOr<std::vector<int64_t>> MemoryWebhookStore::Redeliver(
    const WebhookKey& key, const std::optional<std::vector<int64_t>>& sequences) {
  const sync::MutexLock lock(mutex_);
  const auto held = Find(key);
  if (!held.ok()) return held.status();
  std::vector<int64_t> redelivered;
  for (auto& [sequence, delivery] : (*held)->deliveries) {
    if (!delivery.dead || (sequences && !absl::c_linear_search(*sequences, sequence))) continue;
    delivery.dead = false;
    delivery.attempts = 0;
    delivery.next_attempt_at = delivery.first_failed_at = {};
    delivery.last_error.clear();
    redelivered.push_back(sequence);
  }
  if (!redelivered.empty()) ++(*held)->row.redeliveries;
  return redelivered;
}

absl::StatusOr<std::vector<WebhookRow>> MemoryWebhookStore::TakeOver(int64_t epoch) {
  const sync::MutexLock lock(mutex_);
  if (unavailable_) return Unreachable();
  if (absl::c_any_of(webhooks_, [&](const auto& entry) { return entry.second.epoch > epoch; })) {
    return absl::AbortedError("a server of a later epoch sends");
  }
  std::vector<WebhookRow> rows;
  for (auto& [key, held] : webhooks_) {
    held.epoch = epoch;
    rows.push_back(held.row);
  }
  return rows;
}

absl::Status MemoryWebhookStore::SaveChanges(const WebhookKey& key, int64_t epoch,
                                             const WebhookChanges& changes) {
  const sync::MutexLock lock(mutex_);
  const auto found = Find(key);
  if (absl::IsNotFound(found.status())) return absl::OkStatus();
  if (!found.ok()) return found.status();
  Held& held = **found;
  if (held.epoch > epoch || held.epoch == 0) {
    return absl::AbortedError("another server took the webhook over, or nobody did");
  }
  held.epoch = epoch;
  for (const WebhookDelivery& delivery : changes.kept) {
    held.deliveries[delivery.sequence] = delivery;
  }
  for (const int64_t sequence : changes.taken) held.deliveries.erase(sequence);
  const int64_t position = std::max(held.row.progress.position, changes.progress.position);
  held.row.progress = changes.progress;
  held.row.progress.position = position;
  return absl::OkStatus();
}

}  // namespace tandem::store
