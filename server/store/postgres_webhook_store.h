// Webhooks in PostgreSQL, over two connections that are opened when they are first needed:
// one for what callers ask, one for the server that sends.
#ifndef TANDEM_SERVER_STORE_POSTGRES_WEBHOOK_STORE_H_
#define TANDEM_SERVER_STORE_POSTGRES_WEBHOOK_STORE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "server/store/webhook_store.h"

namespace tandem::store {

// INVALID_ARGUMENT for a URL that can't be read. The database need not be there yet.
absl::StatusOr<std::unique_ptr<WebhookStore>> OpenPostgresWebhookStore(const std::string& url);

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_POSTGRES_WEBHOOK_STORE_H_
