#include "server/query/webhooks.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"

#include "router/limits.h"
#include "router/resources.h"
#include "server/query/workspaces.h"

namespace tandem::query {
namespace {

using router::Reason;
using router::Rejection;
using store::WebhookKey;
using store::WebhookRow;

constexpr int32_t kDefaultDeadLetterPage = 100;
// Of changes that another one of the same moment got in front of.
constexpr int kTries = 3;

Rejection Refusal(Reason reason, std::string message) {
  return {.reason = reason, .message = std::move(message), .violations = {}, .metadata = {}};
}

Rejection FaultOf(const absl::Status& status, const WebhookKey& key) {
  if (!absl::IsNotFound(status)) return StoreFault(status);
  return Refusal(Reason::kWebhookNotFound,
                 absl::StrCat("expected a webhook of workspace ", key.workspace,
                              ", but there is no ", key.webhook));
}

Result<WebhookView> ViewOf(store::Reader& reader, store::WebhookStore& webhooks, WebhookRow row) {
  const auto counts = webhooks.CountDeliveries(row.key);
  if (!counts.ok()) return StoreFault(counts.status());
  WebhookView view{.row = std::move(row), .counts = *counts, .oldest_undelivered = {}};
  view.oldest_undelivered = counts->oldest_waiting;
  // What the filter leaves out moves the position, too, so the next event is one that is not there.
  const auto next = reader.ListEvents(view.row.key.workspace, view.row.progress.position, 1);
  if (!next.ok()) return StoreFault(next.status());
  if (!next->empty() &&
      (!view.oldest_undelivered.IsSet() || next->front().at < view.oldest_undelivered)) {
    view.oldest_undelivered = next->front().at;
  }
  return view;
}

void Apply(const WebhookChange& change, router::Time now, WebhookRow& row) {
  if (change.url) row.url = *change.url;
  if (change.description) row.description = *change.description;
  if (change.filter_json) row.filter_json = *change.filter_json;
  if (change.disabled) {
    row.disabled = *change.disabled;
    row.gone = row.gone && row.disabled;
  }
  if (change.secret) {
    row.previous_secret = std::exchange(row.secret, *change.secret);
    row.previous_secret_until = change.previous_secret_until;
  }
  ++row.revision;
  row.updated_at = now;
}

}  // namespace

Result<std::vector<FilterName>> FindNotConfigured(store::Reader& reader,
                                                  const std::string& workspace,
                                                  const std::vector<FilterName>& names,
                                                  KnownNames& known) {
  std::vector<FilterName> missing;
  for (const FilterName& name : names) {
    const auto [at, added] = known.try_emplace({name.kind, name.id});
    if (added) {
      const auto found = reader.GetResource(workspace, name.kind, name.id);
      if (!found.ok()) return StoreFaultIn(workspace, found.status());
      at->second = found->has_value();
    }
    if (!at->second) missing.push_back(name);
  }
  return missing;
}

std::optional<Rejection> CheckConfigured(store::Reader& reader, const std::string& workspace,
                                         const std::vector<FilterName>& names) {
  KnownNames known;
  const auto found = FindNotConfigured(reader, workspace, names, known);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const auto& missing = std::get<std::vector<FilterName>>(found);
  if (missing.empty()) return std::nullopt;
  const auto described = [](const FilterName& name) {
    return absl::StrCat("expected a configured ", router::InWords(name.kind), ", but there is no '",
                        name.id, "'");
  };
  Rejection rejection =
      FieldFault(Reason::kReferenceBroken, missing[0].field, described(missing[0]));
  for (size_t i = 1; i < missing.size(); ++i) {
    rejection.violations.push_back(
        {.field = missing[i].field, .description = described(missing[i])});
  }
  return rejection;
}

Result<WebhookView> CreateWebhook(store::Reader& reader, store::WebhookStore& webhooks,
                                  WebhookRow row, const std::string& token, EventStart start) {
  const Result<int64_t> position = FindPosition(reader, row.key.workspace, token, start);
  if (const auto* rejection = std::get_if<Rejection>(&position)) return *rejection;
  row.progress.position = std::get<int64_t>(position);
  const absl::Status created = webhooks.CreateWebhook(row, router::kMaxWebhooks);
  if (absl::IsAlreadyExists(created)) {
    return Refusal(
        Reason::kWebhookExists,
        absl::StrCat("expected an id that is free, but there is a webhook ", row.key.webhook));
  }
  if (absl::IsResourceExhausted(created)) {
    Rejection rejection =
        Refusal(Reason::kTooManyWebhooks,
                absl::StrCat("expected fewer than ", router::kMaxWebhooks,
                             " webhooks in the workspace, but there are as many"));
    rejection.metadata = {{"limit", absl::StrCat(router::kMaxWebhooks)}};
    return rejection;
  }
  if (!created.ok()) return StoreFault(created);
  return ViewOf(reader, webhooks, std::move(row));
}

Result<WebhookView> GetWebhook(store::Reader& reader, store::WebhookStore& webhooks,
                               const WebhookKey& key) {
  auto found = webhooks.GetWebhook(key);
  if (!found.ok()) return FaultOf(found.status(), key);
  return ViewOf(reader, webhooks, *std::move(found));
}

Result<std::vector<WebhookView>> ListWebhooks(store::Reader& reader, store::WebhookStore& webhooks,
                                              const std::string& workspace) {
  auto found = webhooks.ListWebhooks(workspace);
  if (!found.ok()) return StoreFault(found.status());
  std::vector<WebhookView> views;
  for (WebhookRow& row : *found) {
    auto view = ViewOf(reader, webhooks, std::move(row));
    if (auto* const rejection = std::get_if<Rejection>(&view)) return std::move(*rejection);
    views.push_back(std::get<WebhookView>(std::move(view)));
  }
  return views;
}

Result<WebhookView> UpdateWebhook(store::Reader& reader, store::WebhookStore& webhooks,
                                  const WebhookChange& change, router::Time now) {
  int64_t held = 0;
  for (int i = 0; i < kTries; ++i) {
    auto found = webhooks.GetWebhook(change.key);
    if (!found.ok()) return FaultOf(found.status(), change.key);
    held = found->revision;
    if (change.secret == found->secret) return ViewOf(reader, webhooks, *std::move(found));
    if (change.expected_revision != 0 && change.expected_revision != held) break;
    Apply(change, now, *found);
    const absl::Status updated = webhooks.UpdateWebhook(*found, held);
    if (updated.ok()) return ViewOf(reader, webhooks, *std::move(found));
    if (!absl::IsAborted(updated)) return FaultOf(updated, change.key);
  }
  return RevisionFault("the webhook", change.expected_revision, held);
}

Result<std::monostate> DeleteWebhook(store::WebhookStore& webhooks, const WebhookKey& key,
                                     int64_t expected_revision) {
  int64_t held = 0;
  for (int i = 0; i < kTries; ++i) {
    const auto found = webhooks.GetWebhook(key);
    if (!found.ok()) return FaultOf(found.status(), key);
    held = found->revision;
    if (expected_revision != 0 && expected_revision != held) break;
    const absl::Status deleted = webhooks.DeleteWebhook(key, held);
    if (deleted.ok()) return std::monostate();
    if (!absl::IsAborted(deleted)) return FaultOf(deleted, key);
  }
  return RevisionFault("the webhook", expected_revision, held);
}

Result<DeadLetterPage> ListDeadLetters(store::WebhookStore& webhooks, const WebhookKey& key,
                                       const PageRequest& page) {
  FilterFingerprint fingerprint("dead letters");
  fingerprint.Add(key.workspace);
  fingerprint.Add(key.webhook);
  const Result<PagePlan> planned = PlanPage(page, kDefaultDeadLetterPage, fingerprint.value());
  if (const auto* rejection = std::get_if<Rejection>(&planned)) return *rejection;
  const PagePlan& plan = std::get<PagePlan>(planned);
  if (const auto found = webhooks.GetWebhook(key); !found.ok()) return FaultOf(found.status(), key);
  const int64_t after = plan.from ? static_cast<int64_t>(plan.from->low) : 0;
  auto letters = webhooks.ListDeliveries(key, /*dead=*/true, after, plan.size + 1);
  if (!letters.ok()) return StoreFault(letters.status());
  DeadLetterPage result{.letters = *std::move(letters), .next_token = {}};
  if (result.letters.size() > static_cast<size_t>(plan.size)) {
    result.letters.resize(static_cast<size_t>(plan.size));
    const auto last = static_cast<uint64_t>(result.letters.back().sequence);
    result.next_token = MakePageToken({.high = 0, .low = last}, fingerprint.value());
  }
  return result;
}

Result<std::vector<int64_t>> RedeliverDeadLetters(
    store::WebhookStore& webhooks, const WebhookKey& key,
    const std::optional<std::vector<int64_t>>& sequences) {
  auto redelivered = webhooks.Redeliver(key, sequences);
  if (!redelivered.ok()) return FaultOf(redelivered.status(), key);
  return *std::move(redelivered);
}

}  // namespace tandem::query
