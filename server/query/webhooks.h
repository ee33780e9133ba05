// Webhooks as the API shows and changes them.
//
// Blocking calls over the stores, safe from any thread that may wait for the database. Every one
// may give kStoreUnavailable; what else is named here.
#ifndef TANDEM_SERVER_QUERY_WEBHOOKS_H_
#define TANDEM_SERVER_QUERY_WEBHOOKS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "router/model.h"
#include "router/rejection.h"
#include "router/time.h"
#include "server/query/events.h"
#include "server/query/fault.h"
#include "server/query/page_token.h"
#include "server/store/store.h"
#include "server/store/webhook_store.h"

namespace tandem::query {

struct WebhookView {
  store::WebhookRow row;
  store::WebhookCounts counts;
  router::Time oldest_undelivered;  // unset: the receiver has everything
};

// A resource that a webhook's filter names, and where.
struct FilterName {
  router::ResourceKind kind = router::ResourceKind::kClient;
  std::string id;
  std::string field;
};
// Whether names are configured, as far as they were looked up.
using KnownNames = std::map<std::pair<router::ResourceKind, std::string>, bool>;
// Those that are not configured; what is in `known` is not looked up again. kWorkspaceNotFound when
// the workspace has no configuration.
Result<std::vector<FilterName>> FindNotConfigured(store::Reader& reader,
                                                  const std::string& workspace,
                                                  const std::vector<FilterName>& names,
                                                  KnownNames& known);
// kReferenceBroken when there are such, and its refusals.
std::optional<router::Rejection> CheckConfigured(store::Reader& reader,
                                                 const std::string& workspace,
                                                 const std::vector<FilterName>& names);

// Where it begins is what FindPosition says. kWebhookExists, kTooManyWebhooks, and its refusals.
Result<WebhookView> CreateWebhook(store::Reader& reader, store::WebhookStore& webhooks,
                                  store::WebhookRow row, const std::string& token,
                                  EventStart start);

// kWebhookNotFound.
Result<WebhookView> GetWebhook(store::Reader& reader, store::WebhookStore& webhooks,
                               const store::WebhookKey& key);

Result<std::vector<WebhookView>> ListWebhooks(store::Reader& reader, store::WebhookStore& webhooks,
                                              const std::string& workspace);

// What is set is changed.
struct WebhookChange {
  store::WebhookKey key;
  int64_t expected_revision = 0;  // 0: any
  std::optional<std::string> url, description, filter_json;
  std::optional<bool> disabled;
  // Makes the one before the previous one, until then. The secret that it has changes nothing.
  std::optional<std::string> secret;
  router::Time previous_secret_until;
};
// kWebhookNotFound, kRevisionStale.
Result<WebhookView> UpdateWebhook(store::Reader& reader, store::WebhookStore& webhooks,
                                  const WebhookChange& change, router::Time now);

// kWebhookNotFound, kRevisionStale. `expected_revision` 0: any.
Result<std::monostate> DeleteWebhook(store::WebhookStore& webhooks, const store::WebhookKey& key,
                                     int64_t expected_revision);

struct DeadLetterPage {
  std::vector<store::WebhookDelivery> letters;
  std::string next_token;
};
// kWebhookNotFound, kFieldOutOfRange, kPageTokenInvalid.
Result<DeadLetterPage> ListDeadLetters(store::WebhookStore& webhooks, const store::WebhookKey& key,
                                       const PageRequest& page);

// Those that are sent again, of the ones asked for or of all. kWebhookNotFound.
Result<std::vector<int64_t>> RedeliverDeadLetters(
    store::WebhookStore& webhooks, const store::WebhookKey& key,
    const std::optional<std::vector<int64_t>>& sequences);

}  // namespace tandem::query

#endif  // TANDEM_SERVER_QUERY_WEBHOOKS_H_
