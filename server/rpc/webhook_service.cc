#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "router/limits.h"
#include "server/query/webhooks.h"
#include "server/rpc/convert_webhook.h"
#include "server/rpc/services.h"
#include "server/rpc/unary_methods.h"
#include "server/webhook/dispatcher.h"
#include "server/webhook/signature.h"
#include "tandem/v1/webhook_service.grpc.pb.h"

namespace tandem::rpc {
namespace {

using router::Rejection;
using store::WebhookKey;

constexpr router::Duration kSecretsOverlap = router::Days(1);

// Webhooks live by the world's clock, as their receivers do.
router::Time WallNow() {
  return router::Time{absl::ToUnixMicros(absl::Now())};
}

std::string Shown(const std::string& secret) {
  return std::string(webhook::kSecretPrefix) + secret;
}

// A webhook, and what its filter names that is not configured.
struct ShownWebhook {
  query::WebhookView view;
  std::vector<query::FilterName> missing;
};

query::Result<ShownWebhook> Look(Backend& backend, query::Result<query::WebhookView> result,
                                 query::KnownNames& known) {
  if (auto* rejection = std::get_if<Rejection>(&result)) return std::move(*rejection);
  auto& view = std::get<query::WebhookView>(result);
  auto missing = query::FindNotConfigured(backend.reader, view.row.key.workspace,
                                          NamesOf(view.row.filter_json), known);
  if (auto* rejection = std::get_if<Rejection>(&missing)) return std::move(*rejection);
  return ShownWebhook{std::move(view),
                      std::get<std::vector<query::FilterName>>(std::move(missing))};
}

// One that was just changed, which is done, with a secret that may be told this once: a look-up
// that fails finds nothing. `checked`: its filter's names were.
query::Result<ShownWebhook> Changed(Backend& backend, query::Result<query::WebhookView> result,
                                    bool checked) {
  if (auto* rejection = std::get_if<Rejection>(&result)) return std::move(*rejection);
  ShownWebhook shown{std::get<query::WebhookView>(std::move(result)), {}};
  if (checked) return shown;
  query::KnownNames known;
  auto missing = query::FindNotConfigured(backend.reader, shown.view.row.key.workspace,
                                          NamesOf(shown.view.row.filter_json), known);
  if (auto* found = std::get_if<std::vector<query::FilterName>>(&missing)) {
    shown.missing = std::move(*found);
  }
  return shown;
}

query::Result<std::vector<ShownWebhook>> LookAtAll(Backend& backend, const std::string& workspace) {
  auto found = query::ListWebhooks(backend.reader, backend.webhooks, workspace);
  if (auto* rejection = std::get_if<Rejection>(&found)) return std::move(*rejection);
  query::KnownNames known;
  std::vector<ShownWebhook> shown;
  for (query::WebhookView& view : std::get<std::vector<query::WebhookView>>(found)) {
    auto one = Look(backend, std::move(view), known);
    if (auto* rejection = std::get_if<Rejection>(&one)) return std::move(*rejection);
    shown.push_back(std::get<ShownWebhook>(std::move(one)));
  }
  return shown;
}

query::Result<query::WebhookView> Create(Backend& backend, WebhookToCreate wanted) {
  if (auto rejection = query::CheckConfigured(backend.reader, wanted.row.key.workspace,
                                              NamesOf(wanted.row.filter_json))) {
    return *std::move(rejection);
  }
  return query::CreateWebhook(backend.reader, backend.webhooks, std::move(wanted.row), wanted.token,
                              wanted.start);
}

// A webhook that is not there is named in front of what the filter names.
query::Result<query::WebhookView> Update(Backend& backend, const query::WebhookChange& change) {
  if (change.filter_json) {
    auto found = query::GetWebhook(backend.reader, backend.webhooks, change.key);
    if (std::holds_alternative<Rejection>(found)) return found;
    if (auto rejection = query::CheckConfigured(backend.reader, change.key.workspace,
                                                NamesOf(*change.filter_json))) {
      return *std::move(rejection);
    }
  }
  return query::UpdateWebhook(backend.reader, backend.webhooks, change, WallNow());
}

void FillView(const ShownWebhook& shown, auto& response) {
  Fill(shown.view, shown.missing, *response.mutable_webhook());
}
void FillViewAndSecret(const ShownWebhook& shown, auto& response) {
  FillView(shown, response);
  response.set_secret(Shown(shown.view.row.secret));
}

// `workspace` and `webhook_id` of a request that says little else.
template <typename Request>
WebhookKey ToKey(const Request& request, Faults& faults) {
  faults.RequireId(request.workspace(), "workspace");
  faults.RequireId(request.webhook_id(), "webhook_id");
  return {request.workspace(), request.webhook_id()};
}

// ---------------------------------------------------------------------------------------- handlers

void CreateWebhook(Backend& backend, Call call, v1::CreateWebhookRequest& request) {
  auto asked = ToWebhookToCreate(request, backend.webhook_private_networks);
  if (const auto* rejection = std::get_if<Rejection>(&asked)) return call.Refuse(*rejection);
  Read(backend, call,
       [&backend, call, wanted = std::move(std::get<WebhookToCreate>(asked))]() mutable {
         wanted.row.created_at = wanted.row.updated_at = WallNow();
         auto result = Create(backend, std::move(wanted));
         backend.dispatcher.Reload();
         FinishQuery<v1::CreateWebhookResponse>(
             call, Changed(backend, std::move(result), /*checked=*/true),
             FillViewAndSecret<v1::CreateWebhookResponse>);
       });
}

void GetWebhook(Backend& backend, Call call, v1::GetWebhookRequest& request) {
  Faults faults;
  WebhookKey key = ToKey(request, faults);
  if (const auto rejection = faults.Take()) return call.Refuse(*rejection);
  Read(backend, call, [&backend, call, key = std::move(key)] {
    query::KnownNames known;
    FinishQuery<v1::GetWebhookResponse>(
        call, Look(backend, query::GetWebhook(backend.reader, backend.webhooks, key), known),
        FillView<v1::GetWebhookResponse>);
  });
}

void ListWebhooks(Backend& backend, Call call, v1::ListWebhooksRequest& request) {
  Faults faults;
  faults.RequireId(request.workspace(), "workspace");
  if (const auto rejection = faults.Take()) return call.Refuse(*rejection);
  Read(backend, call, [&backend, call, workspace = request.workspace()] {
    FinishQuery<v1::ListWebhooksResponse>(
        call, LookAtAll(backend, workspace),
        [](const std::vector<ShownWebhook>& shown, v1::ListWebhooksResponse& response) {
          for (const auto& [view, missing] : shown) Fill(view, missing, *response.add_webhooks());
        });
  });
}

void UpdateWebhook(Backend& backend, Call call, v1::UpdateWebhookRequest& request) {
  auto asked = ToWebhookChange(request, backend.webhook_private_networks);
  if (const auto* rejection = std::get_if<Rejection>(&asked)) return call.Refuse(*rejection);
  Read(backend, call, [&backend, call, change = std::move(std::get<query::WebhookChange>(asked))] {
    auto result = Update(backend, change);
    backend.dispatcher.Reload();
    FinishQuery<v1::UpdateWebhookResponse>(
        call, Changed(backend, std::move(result), change.filter_json.has_value()),
        FillView<v1::UpdateWebhookResponse>);
  });
}

void DeleteWebhook(Backend& backend, Call call, v1::DeleteWebhookRequest& request) {
  Faults faults;
  WebhookKey key = ToKey(request, faults);
  faults.Range(request.expected_revision(), 0, std::numeric_limits<int64_t>::max(),
               "expected_revision");
  if (const auto rejection = faults.Take()) return call.Refuse(*rejection);
  Read(backend, call,
       [&backend, call, key = std::move(key), revision = request.expected_revision()] {
         const auto result = query::DeleteWebhook(backend.webhooks, key, revision);
         backend.dispatcher.Reload();
         FinishQuery<v1::DeleteWebhookResponse>(call, result, [](auto, auto&) {});
       });
}

void RotateWebhookSecret(Backend& backend, Call call, v1::RotateWebhookSecretRequest& request) {
  auto asked = ToWebhookChange(request);
  if (const auto* rejection = std::get_if<Rejection>(&asked)) return call.Refuse(*rejection);
  Read(backend, call,
       [&backend, call, change = std::move(std::get<query::WebhookChange>(asked))]() mutable {
         const router::Time now = WallNow();
         change.previous_secret_until = now + kSecretsOverlap;
         auto result = query::UpdateWebhook(backend.reader, backend.webhooks, change, now);
         backend.dispatcher.Reload();
         FinishQuery<v1::RotateWebhookSecretResponse>(
             call, Changed(backend, std::move(result), /*checked=*/false),
             FillViewAndSecret<v1::RotateWebhookSecretResponse>);
       });
}

void ListDeadLetters(Backend& backend, Call call, v1::ListDeadLettersRequest& request) {
  Faults faults;
  WebhookKey key = ToKey(request, faults);
  faults.Text(request.page_token(), router::kMaxTokenBytes, "page_token");
  if (const auto rejection = faults.Take()) return call.Refuse(*rejection);
  query::PageRequest page{.size = request.page_size(), .token = request.page_token()};
  Read(backend, call, [&backend, call, key = std::move(key), page = std::move(page)] {
    FinishQuery<v1::ListDeadLettersResponse>(
        call, query::ListDeadLetters(backend.webhooks, key, page),
        [](const query::DeadLetterPage& letters, v1::ListDeadLettersResponse& response) {
          for (const store::WebhookDelivery& letter : letters.letters) {
            Fill(letter, *response.add_dead_letters());
          }
          response.set_next_page_token(letters.next_token);
        });
  });
}

void RedeliverDeadLetters(Backend& backend, Call call, v1::RedeliverDeadLettersRequest& request) {
  auto asked = ToRedelivery(request);
  if (const auto* rejection = std::get_if<Rejection>(&asked)) return call.Refuse(*rejection);
  Read(backend, call, [&backend, call, wanted = std::move(std::get<Redelivery>(asked))] {
    const auto result = query::RedeliverDeadLetters(backend.webhooks, wanted.key, wanted.sequences);
    backend.dispatcher.Reload();
    FinishQuery<v1::RedeliverDeadLettersResponse>(
        call, result,
        [&](const std::vector<int64_t>& sent, v1::RedeliverDeadLettersResponse& response) {
          response.set_redelivered(static_cast<int32_t>(sent.size()));
          if (!wanted.sequences) return;
          for (const int64_t sequence : *wanted.sequences) {
            if (!std::binary_search(sent.begin(), sent.end(), sequence)) {
              response.add_not_found(sequence);
            }
          }
        });
  });
}

// ----------------------------------------------------------------------------------------- service

}  // namespace

Service MakeWebhookService(Backend& backend) {
  ServiceMaker<v1::WebhookService> maker(backend);
  maker.Serve(CreateWebhook);
  maker.Serve(GetWebhook);
  maker.Register(ListWebhooks);
  maker.Serve(UpdateWebhook);
  maker.Serve(DeleteWebhook);
  maker.Serve(RotateWebhookSecret);
  maker.Serve(ListDeadLetters);
  maker.Serve(RedeliverDeadLetters);
  return std::move(maker).Make();
}

}  // namespace tandem::rpc
