#include "server/rpc/convert_webhook.h"

#include <limits>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"

#include "router/limits.h"
#include "router/resources.h"
#include "server/rpc/convert_event.h"
#include "server/rpc/convert_ticket.h"
#include "server/rpc/convert_types.h"
#include "server/rpc/faults.h"
#include "server/rpc/field_mask.h"
#include "server/webhook/sender.h"
#include "server/webhook/signature.h"

namespace tandem::rpc {
namespace {

using google::protobuf::util::JsonStringToMessage;
using google::protobuf::util::MessageToJsonString;
using router::Reason;
using router::Rejection;
using store::WebhookKey;
using store::WebhookRow;

std::string ToJson(const google::protobuf::Message& message) {
  std::string json;
  const auto status = MessageToJsonString(message, &json);
  // All that can fail are values that no message of ours holds.
  if (!status.ok()) throw std::logic_error(status.ToString());
  return json;
}

v1::EventFilter FilterOf(const std::string& json) {
  v1::EventFilter filter;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;  // of a later version
  const auto status = JsonStringToMessage(json, &filter, options);
  if (!status.ok()) throw std::logic_error(status.ToString());
  return filter;
}

v1::WebhookState StateOf(const WebhookRow& row) {
  if (row.gone) return v1::WEBHOOK_STATE_GONE;
  if (row.disabled) return v1::WEBHOOK_STATE_DISABLED;
  return row.progress.failures_in_row >= webhook::kFailuresToPause ? v1::WEBHOOK_STATE_PAUSED
                                                                   : v1::WEBHOOK_STATE_ACTIVE;
}

void CheckUrl(const std::string& url, bool private_networks, Faults& faults) {
  if (url.empty()) {
    return faults.Add(Reason::kFieldRequired, "webhook.url", "expected a URL, but it is empty");
  }
  faults.Text(url, router::kMaxUrlBytes, "webhook.url");
  if (!faults.empty()) return;  // libcurl reads no more than it has to
  const std::string wrong = webhook::UrlFault(url, private_networks);
  if (!wrong.empty()) faults.Add(Reason::kFieldMalformed, "webhook.url", wrong);
}

std::string CheckedFilter(const v1::EventFilter& filter, Faults& faults) {
  (void)ToEventFilter(filter, "webhook.filter", faults);
  return faults.empty() ? ToJson(filter) : "";
}

// The secret that a caller passed, or a new one.
std::string ToSecret(const std::string& text, Faults& faults) {
  if (text.empty()) return webhook::MakeSecret();
  faults.Text(text, router::kMaxSecretBytes, "secret");
  if (auto secret = webhook::ReadSecret(text)) return *std::move(secret);
  faults.Add(Reason::kFieldMalformed, "secret",
             "expected whsec_ and the base64 of 24 to 64 bytes, but it is another text");
  return "";
}

WebhookKey ToKey(const std::string& workspace, const std::string& id, const char* field,
                 Faults& faults) {
  faults.RequireId(workspace, "workspace");
  faults.RequireId(id, field);
  return {workspace, id};
}

int64_t ToRevision(int64_t revision, Faults& faults) {
  faults.Range(revision, 0, std::numeric_limits<int64_t>::max(), "expected_revision");
  return revision;
}

// Nothing that may be personal data: see WebhookTicket.
void FillTicket(const store::TicketView& view, v1::WebhookTicket& to) {
  const router::TicketRow& ticket = view.ticket;
  const router::TicketStateRow& state = view.state;
  to.set_client(ticket.client);
  to.set_channel(state.channel.empty() ? ticket.channel : state.channel);
  to.set_process_type(ticket.process_type);
  to.set_queue(state.queue);
  to.set_state(ToProto(state.state));
  to.set_external_id(ticket.external_id);
  for (const router::ExternalReference& reference : view.references) {
    Fill(reference, *to.add_external_references());
  }
  to.set_disposition(state.disposition);
}

std::string BodyOf(const router::EventRow& event, const store::TicketView* ticket) {
  v1::WebhookPayload payload;
  payload.set_type(static_cast<v1::EventType>(event.type));
  *payload.mutable_timestamp() = ToTimestamp(event.at);
  payload.set_workspace(event.workspace);
  Fill(event, *payload.mutable_data());
  if (ticket != nullptr) FillTicket(*ticket, *payload.mutable_ticket());
  return ToJson(payload);
}

}  // namespace

void Fill(const query::WebhookView& view, const std::vector<query::FilterName>& missing,
          v1::Webhook& to) {
  const WebhookRow& row = view.row;
  to.set_id(row.key.webhook);
  to.set_url(row.url);
  to.set_description(row.description);
  *to.mutable_filter() = FilterOf(row.filter_json);
  to.set_disabled(row.disabled);
  to.set_revision(row.revision);
  to.set_state(StateOf(row));
  *to.mutable_created_at() = ToTimestamp(row.created_at);
  *to.mutable_updated_at() = ToTimestamp(row.updated_at);
  to.set_position(row.progress.position);
  to.set_waiting(view.counts.waiting);
  to.set_dead_letters(view.counts.dead);
  if (row.progress.last_success_at.IsSet()) {
    *to.mutable_last_success_at() = ToTimestamp(row.progress.last_success_at);
  }
  if (view.oldest_undelivered.IsSet()) {
    *to.mutable_oldest_undelivered_at() = ToTimestamp(view.oldest_undelivered);
  }
  to.set_last_error(row.progress.last_error);
  for (const query::FilterName& name : missing) {
    to.add_filter_not_configured(absl::StrCat(router::ToString(name.kind), ":", name.id));
  }
}

void Fill(const store::WebhookDelivery& letter, v1::DeadLetter& to) {
  to.set_sequence(letter.sequence);
  to.set_type(static_cast<v1::EventType>(letter.type));
  *to.mutable_at() = ToTimestamp(letter.at);
  if (letter.ticket.IsSet()) to.set_ticket_id(router::ToString(letter.ticket));
  to.set_attempts(letter.attempts);
  *to.mutable_first_failed_at() = ToTimestamp(letter.first_failed_at);
  to.set_last_error(letter.last_error);
}

std::variant<WebhookToCreate, Rejection> ToWebhookToCreate(const v1::CreateWebhookRequest& request,
                                                           bool private_networks) {
  Faults faults;
  WebhookToCreate wanted;
  const v1::Webhook& webhook = request.webhook();
  WebhookRow& row = wanted.row;
  row.key = ToKey(request.workspace(), webhook.id(), "webhook.id", faults);
  CheckUrl(webhook.url(), private_networks, faults);
  row.url = webhook.url();
  faults.Text(webhook.description(), router::kMaxDisplayNameBytes, "webhook.description");
  row.description = webhook.description();
  row.filter_json = CheckedFilter(webhook.filter(), faults);
  row.disabled = webhook.disabled();
  faults.Text(request.resume_token(), router::kMaxTokenBytes, "resume_token");
  wanted.token = request.resume_token();
  wanted.start = ToEventStart(request.start(), request.resume_token(), faults);
  row.secret = ToSecret(request.secret(), faults);
  if (auto rejection = faults.Take()) return *std::move(rejection);
  return wanted;
}

std::variant<query::WebhookChange, Rejection> ToWebhookChange(
    const v1::UpdateWebhookRequest& request, bool private_networks) {
  Faults faults;
  query::WebhookChange change;
  const v1::Webhook& webhook = request.webhook();
  change.key = ToKey(request.workspace(), webhook.id(), "webhook.id", faults);
  change.expected_revision = ToRevision(request.expected_revision(), faults);
  for (const std::string& name :
       FieldsToChange(webhook, request.update_mask(), {"url", "description", "filter", "disabled"},
                      "update_mask", faults)) {
    if (name == "url") {
      CheckUrl(webhook.url(), private_networks, faults);
      change.url = webhook.url();
    } else if (name == "description") {
      faults.Text(webhook.description(), router::kMaxDisplayNameBytes, "webhook.description");
      change.description = webhook.description();
    } else if (name == "filter") {
      change.filter_json = CheckedFilter(webhook.filter(), faults);
    } else {
      change.disabled = webhook.disabled();
    }
  }
  if (auto rejection = faults.Take()) return *std::move(rejection);
  return change;
}

std::variant<query::WebhookChange, Rejection> ToWebhookChange(
    const v1::RotateWebhookSecretRequest& request) {
  Faults faults;
  query::WebhookChange change;
  change.key = ToKey(request.workspace(), request.webhook_id(), "webhook_id", faults);
  change.expected_revision = ToRevision(request.expected_revision(), faults);
  change.secret = ToSecret(request.secret(), faults);
  if (auto rejection = faults.Take()) return *std::move(rejection);
  return change;
}

std::vector<query::FilterName> NamesOf(const std::string& filter_json) {
  const v1::EventFilter filter = FilterOf(filter_json);
  std::vector<query::FilterName> names;
  const auto add = [&](router::ResourceKind kind, const auto& ids, const char* list) {
    for (int i = 0; i < ids.size(); ++i) {
      names.push_back({kind, ids[i], absl::StrCat("webhook.filter.", list, "[", i, "]")});
    }
  };
  add(router::ResourceKind::kClient, filter.clients(), "clients");
  add(router::ResourceKind::kQueue, filter.queues(), "queues");
  return names;
}

std::variant<Redelivery, Rejection> ToRedelivery(const v1::RedeliverDeadLettersRequest& request) {
  Faults faults;
  Redelivery wanted;
  wanted.key = ToKey(request.workspace(), request.webhook_id(), "webhook_id", faults);
  const auto& sequences = request.sequences();
  faults.HasAtMost(sequences.size(), router::kMaxRedeliveries, "sequences");
  if (request.all() && !sequences.empty()) {
    faults.Add(Reason::kFieldOutOfRange, "sequences",
               "expected none beside all, but there are some");
  } else if (!request.all() && sequences.empty()) {
    faults.Add(Reason::kFieldRequired, "sequences", "expected some, or all, but there are none");
  }
  if (!request.all()) wanted.sequences.emplace(sequences.begin(), sequences.end());
  if (auto rejection = faults.Take()) return *std::move(rejection);
  return wanted;
}

webhook::Rendering WebhookRendering() {
  return {.filter =
              [](const std::string& json) {
                Faults none;  // what is stored was checked
                return ToEventFilter(FilterOf(json), "filter", none);
              },
          .body = BodyOf};
}

}  // namespace tandem::rpc
