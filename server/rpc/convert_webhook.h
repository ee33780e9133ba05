// Webhooks, between tandem.v1 and the store's rows.
//
// Pure functions, safe from any thread. The requests' refusals name every field at fault.
#ifndef TANDEM_SERVER_RPC_CONVERT_WEBHOOK_H_
#define TANDEM_SERVER_RPC_CONVERT_WEBHOOK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "router/rejection.h"
#include "server/query/events.h"
#include "server/query/webhooks.h"
#include "server/store/webhook_store.h"
#include "server/webhook/dispatcher.h"
#include "tandem/v1/webhook_service.pb.h"

namespace tandem::rpc {

// How a webhook fares, never its secrets. `missing`: of the filter's names.
void Fill(const query::WebhookView& view, const std::vector<query::FilterName>& missing,
          v1::Webhook& to);
void Fill(const store::WebhookDelivery& letter, v1::DeadLetter& to);

struct WebhookToCreate {
  store::WebhookRow row;  // without times
  std::string token;
  query::EventStart start = query::EventStart::kNow;
};
// Without a secret in the request it makes one.
std::variant<WebhookToCreate, router::Rejection> ToWebhookToCreate(
    const v1::CreateWebhookRequest& request, bool private_networks);

std::variant<query::WebhookChange, router::Rejection> ToWebhookChange(
    const v1::UpdateWebhookRequest& request, bool private_networks);
// The same for a rotation, without the time when the secret before ends.
std::variant<query::WebhookChange, router::Rejection> ToWebhookChange(
    const v1::RotateWebhookSecretRequest& request);

// What a stored filter, or one that was checked, names that has to be configured; the fields are
// those of a request.
std::vector<query::FilterName> NamesOf(const std::string& filter_json);

struct Redelivery {
  store::WebhookKey key;
  std::optional<std::vector<int64_t>> sequences;  // unset: all
};
std::variant<Redelivery, router::Rejection> ToRedelivery(
    const v1::RedeliverDeadLettersRequest& request);

// What the dispatcher makes of stored filters, and of events: a WebhookPayload.
webhook::Rendering WebhookRendering();

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_CONVERT_WEBHOOK_H_
