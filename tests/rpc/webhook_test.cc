// Goal: a webhook over the wire, from its creation to its dead letters: what each call answers,
// what each refuses, and that a secret is shown once. Method: a real server with a real connection,
// and a receiver on this machine.
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "router/limits.h"
#include "server/query/events.h"
#include "server/webhook/signature.h"
#include "tests/rpc/fixture.h"
#include "tests/support/http_receiver.h"

namespace tandem::rpc {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::HttpAnswer;
using test::HttpReceiver;
using test::HttpRequest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr char kUrl[] = "https://crm.example/hook";

// Payloads that came in, and what answers them.
class Receiver {
 public:
  std::atomic<int> status = 200;

  std::string Url() const { return receiver_.Url(); }
  std::vector<HttpRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  std::vector<v1::WebhookPayload> payloads() const {
    std::vector<v1::WebhookPayload> payloads;
    for (const HttpRequest& request : requests()) {
      payloads.emplace_back();
      const auto read = google::protobuf::util::JsonStringToMessage(request.body, &payloads.back());
      EXPECT_TRUE(read.ok()) << request.body;
    }
    return payloads;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<HttpRequest> requests_;
  HttpReceiver receiver_{[this](const HttpRequest& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    return HttpAnswer(status);
  }};
};

FixtureOptions Options() {
  FixtureOptions options;
  options.server.webhooks.sender.private_networks = true;
  options.server.webhooks.schedule = {router::Milliseconds(20)};
  options.server.webhooks.queue.first_pause = router::Milliseconds(10);
  return options;
}

v1::CreateWebhookRequest Wanted(const std::string& url = kUrl, const std::string& id = "crm") {
  v1::CreateWebhookRequest request;
  request.set_workspace(kWorkspace);
  request.mutable_webhook()->set_id(id);
  request.mutable_webhook()->set_url(url);
  return request;
}

class Webhooks {
 public:
  explicit Webhooks(Fixture& fixture) : stub_(*fixture.webhooks) {}

  std::string Create(const v1::CreateWebhookRequest& request) {
    return ReasonOf(stub_.CreateWebhook(ClientContext(), request, &created));
  }
  std::string Get(const std::string& id = "crm") {
    const auto request = Asking<v1::GetWebhookRequest>(id);
    v1::GetWebhookResponse response;
    const std::string reason = ReasonOf(stub_.GetWebhook(ClientContext(), request, &response));
    shown = response.webhook();
    return reason;
  }
  std::string Update(const v1::Webhook& webhook, const std::vector<std::string>& paths = {},
                     int64_t expected_revision = 0) {
    v1::UpdateWebhookRequest request;
    request.set_workspace(kWorkspace);
    *request.mutable_webhook() = webhook;
    for (const std::string& path : paths) request.mutable_update_mask()->add_paths(path);
    request.set_expected_revision(expected_revision);
    v1::UpdateWebhookResponse response;
    const std::string reason = ReasonOf(stub_.UpdateWebhook(ClientContext(), request, &response));
    shown = response.webhook();
    return reason;
  }
  std::string Delete(const std::string& id = "crm", int64_t expected_revision = 0) {
    auto request = Asking<v1::DeleteWebhookRequest>(id);
    request.set_expected_revision(expected_revision);
    v1::DeleteWebhookResponse response;
    return ReasonOf(stub_.DeleteWebhook(ClientContext(), request, &response));
  }
  std::string Rotate(const std::string& secret = "", const std::string& id = "crm") {
    auto request = Asking<v1::RotateWebhookSecretRequest>(id);
    request.set_secret(secret);
    return ReasonOf(stub_.RotateWebhookSecret(ClientContext(), request, &rotated));
  }
  v1::ListDeadLettersResponse Dead(int32_t page_size = 0, const std::string& token = "") {
    auto request = Asking<v1::ListDeadLettersRequest>("crm");
    request.set_page_size(page_size);
    request.set_page_token(token);
    v1::ListDeadLettersResponse response;
    EXPECT_EQ(ReasonOf(stub_.ListDeadLetters(ClientContext(), request, &response)), "OK");
    return response;
  }
  v1::RedeliverDeadLettersResponse Redeliver(const std::vector<int64_t>& sequences) {
    auto request = Asking<v1::RedeliverDeadLettersRequest>("crm");
    for (const int64_t sequence : sequences) request.add_sequences(sequence);
    request.set_all(sequences.empty());
    v1::RedeliverDeadLettersResponse response;
    EXPECT_EQ(ReasonOf(stub_.RedeliverDeadLetters(ClientContext(), request, &response)), "OK");
    return response;
  }
  template <typename Request>
  static Request Asking(const std::string& id) {
    Request request;
    request.set_workspace(kWorkspace);
    request.set_webhook_id(id);
    return request;
  }

  v1::CreateWebhookResponse created;
  v1::RotateWebhookSecretResponse rotated;
  v1::Webhook shown;

 private:
  v1::WebhookService::Stub& stub_;
};

TEST(Webhooks, SendTheEventsThatStreamEventsSends) {
  Fixture f(Options());
  Receiver receiver;
  Webhooks webhooks(f);
  auto request = Wanted(receiver.Url());
  request.set_secret(kSecret);
  ASSERT_EQ(webhooks.Create(request), "OK");
  v1::Contact traced = ChatContact();
  traced.set_trace_parent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  const std::string ticket = f.Ingest(traced);
  ASSERT_TRUE(Eventually([&] { return !receiver.requests().empty(); }));

  const v1::WebhookPayload payload = receiver.payloads().front();
  EXPECT_EQ(payload.workspace(), kWorkspace);
  EXPECT_EQ(payload.type(), v1::EVENT_TYPE_TICKET_CREATED);
  EXPECT_EQ(payload.data().type(), payload.type());
  EXPECT_EQ(payload.data().ticket_id(), ticket);
  EXPECT_EQ(payload.data().trace_parent(), traced.trace_parent());
  EXPECT_EQ(payload.timestamp().seconds(), payload.data().at().seconds());
  const HttpRequest sent = receiver.requests().front();
  EXPECT_THAT(sent.body, HasSubstr("\"type\":\"EVENT_TYPE_TICKET_CREATED\""));
  EXPECT_EQ(sent.headers.at("webhook-id"),
            absl::StrCat(kWorkspace, ".crm.", payload.data().sequence()));
  EXPECT_EQ(sent.headers.at("webhook-signature"),
            webhook::Sign(*webhook::ReadSecret(kSecret), sent.headers.at("webhook-id"),
                          std::stoll(sent.headers.at("webhook-timestamp")), sent.body));

  ASSERT_TRUE(Eventually([&] {
    return webhooks.Get() == "OK" && webhooks.shown.position() >= payload.data().sequence();
  }));
  EXPECT_TRUE(webhooks.shown.has_last_success_at());
  EXPECT_EQ(webhooks.shown.state(), v1::WEBHOOK_STATE_ACTIVE);
  EXPECT_EQ(webhooks.shown.last_error(), "");
}

TEST(Webhooks, BeginWhereTheCallerWants) {
  Fixture f(Options());
  f.Ingest(ChatContact());
  Webhooks webhooks(f);
  auto request = Wanted();
  request.mutable_webhook()->set_disabled(true);
  ASSERT_EQ(webhooks.Create(request), "OK");
  const int64_t newest = webhooks.created.webhook().position();
  EXPECT_GT(newest, 1);
  EXPECT_FALSE(webhooks.created.webhook().has_oldest_undelivered_at());
  request.mutable_webhook()->set_id("oldest");
  request.set_start(v1::EVENT_START_OLDEST);
  ASSERT_EQ(webhooks.Create(request), "OK");
  EXPECT_EQ(webhooks.created.webhook().position(), 0);
  EXPECT_TRUE(webhooks.created.webhook().has_oldest_undelivered_at());
  request.mutable_webhook()->set_id("resumed");
  request.set_start(v1::EVENT_START_UNSPECIFIED);
  request.set_resume_token(query::MakeResumeToken(kWorkspace, 1));
  ASSERT_EQ(webhooks.Create(request), "OK");
  EXPECT_EQ(webhooks.created.webhook().position(), 1);
  request.mutable_webhook()->set_id("ahead");
  request.set_resume_token(query::MakeResumeToken(kWorkspace, newest + 1));
  EXPECT_EQ(webhooks.Create(request), "RESUME_TOKEN_EXPIRED");
  request.set_resume_token(query::MakeResumeToken("oslo", 1));
  EXPECT_EQ(webhooks.Create(request), "RESUME_TOKEN_INVALID");
  request.set_workspace("oslo");
  request.clear_resume_token();
  EXPECT_EQ(webhooks.Create(request), "WORKSPACE_NOT_FOUND");
}

TEST(Webhooks, SendWhatTheirFilterLetsThrough) {
  Fixture f(Options());
  Receiver receiver;
  Webhooks webhooks(f);
  auto request = Wanted(receiver.Url());
  request.mutable_webhook()->mutable_filter()->add_types(v1::EVENT_TYPE_TICKET_CREATED);
  request.mutable_webhook()->mutable_filter()->add_queues("jobs");
  ASSERT_EQ(webhooks.Create(request), "OK");
  EXPECT_EQ(webhooks.created.webhook().filter().queues(0), "jobs");
  f.Ingest(ChatContact());
  const std::string job = f.Ingest(JobContact());
  ASSERT_TRUE(Eventually([&] { return !receiver.requests().empty(); }));
  ASSERT_TRUE(Eventually(
      [&] { return webhooks.Get() == "OK" && !webhooks.shown.has_oldest_undelivered_at(); }));
  const auto payloads = receiver.payloads();
  ASSERT_EQ(payloads.size(), 1U);
  EXPECT_EQ(payloads[0].data().ticket_id(), job);
}

TEST(Webhooks, TellEnoughOfATicketToFindItsCase) {
  Fixture f(Options());
  Receiver receiver;
  Webhooks webhooks(f);
  auto request = Wanted(receiver.Url());
  request.mutable_webhook()->mutable_filter()->add_queues("chats");
  request.mutable_webhook()->mutable_filter()->add_types(v1::EVENT_TYPE_TICKET_COMPLETED);
  ASSERT_EQ(webhooks.Create(request), "OK");
  const v1::SessionRef ann = f.LogIn("ann");
  v1::Contact contact = ChatContact();
  contact.set_external_id("chat-17");
  contact.set_customer_id("c-4711");
  contact.set_subject("Where is my parcel?");
  const std::string ticket = f.Take(ann, contact);
  v1::UpdateTicketRequest update;
  update.set_workspace(kWorkspace);
  update.set_ticket_id(ticket);
  v1::ExternalReference* reference = update.add_add_external_references();
  reference->set_system("crm");
  reference->set_id("CASE-4711");
  v1::UpdateTicketResponse updated;
  ASSERT_EQ(ReasonOf(f.tickets->UpdateTicket(ClientContext(), update, &updated)), "OK");
  ASSERT_EQ(ReasonOf(f.Complete(ann, ticket, "solved")), "OK");
  ASSERT_TRUE(Eventually([&] { return !receiver.requests().empty(); }));

  const v1::WebhookPayload payload = receiver.payloads().front();
  EXPECT_EQ(payload.type(), v1::EVENT_TYPE_TICKET_COMPLETED);
  EXPECT_EQ(payload.data().queue(), "chats");
  const v1::WebhookTicket& told = payload.ticket();
  ASSERT_EQ(told.external_references_size(), 1);
  EXPECT_EQ(told.external_references(0).system(), "crm");
  EXPECT_EQ(told.external_references(0).id(), "CASE-4711");
  EXPECT_EQ(told.client(), "acme");
  EXPECT_EQ(told.channel(), "chat");
  EXPECT_EQ(told.process_type(), "support");
  EXPECT_EQ(told.queue(), "chats");
  EXPECT_EQ(told.external_id(), "chat-17");
  EXPECT_EQ(told.state(), v1::TICKET_STATE_COMPLETED);
  EXPECT_EQ(told.disposition(), "solved");
  const std::string body = receiver.requests().front().body;
  EXPECT_THAT(body, Not(HasSubstr("c-4711"))) << "no personal data";
  EXPECT_THAT(body, Not(HasSubstr("parcel")));
}

TEST(Webhooks, NameWhatTheirFilterHasThatIsNotConfigured) {
  Fixture f(Options());
  Webhooks webhooks(f);
  auto request = Wanted();
  v1::EventFilter* filter = request.mutable_webhook()->mutable_filter();
  filter->add_clients("acme");
  filter->add_clients("initech");
  filter->add_queues("gone");
  v1::CreateWebhookResponse response;
  const Error error = Decode(f.webhooks->CreateWebhook(ClientContext(), request, &response));
  EXPECT_EQ(error.reason, "REFERENCE_BROKEN");
  EXPECT_THAT(error.fields, ElementsAre("webhook.filter.clients[1]", "webhook.filter.queues[0]"));
  filter->clear_clients();
  filter->set_queues(0, "tiny");
  ASSERT_EQ(webhooks.Create(request), "OK");
  EXPECT_EQ(webhooks.created.webhook().filter_not_configured_size(), 0);
  v1::Webhook change;
  change.set_id("crm");
  change.mutable_filter()->add_queues("gone");
  EXPECT_EQ(webhooks.Update(change, {"filter"}), "REFERENCE_BROKEN");
  change.set_id("nobody");
  EXPECT_EQ(webhooks.Update(change, {"filter"}), "WEBHOOK_NOT_FOUND");

  // A queue that is deleted stays in it, and is named.
  v1::DeleteQueueRequest gone;
  gone.set_workspace(kWorkspace);
  gone.set_id("tiny");
  v1::DeleteQueueResponse deleted;
  ASSERT_EQ(ReasonOf(f.resources->DeleteQueue(ClientContext(), gone, &deleted)), "OK");
  ASSERT_EQ(webhooks.Get(), "OK");
  EXPECT_THAT(webhooks.shown.filter_not_configured(), ElementsAre("queue:tiny"));
  v1::ListWebhooksRequest all;
  all.set_workspace(kWorkspace);
  v1::ListWebhooksResponse listed;
  ASSERT_EQ(ReasonOf(f.webhooks->ListWebhooks(ClientContext(), all, &listed)), "OK");
  EXPECT_EQ(listed.webhooks(0).filter_not_configured_size(), 1);
  change.set_id("crm");
  change.clear_filter();
  change.set_disabled(true);
  EXPECT_EQ(webhooks.Update(change, {"disabled"}), "OK") << "only a filter that changes is checked";
}

TEST(Webhooks, ShowTheirSecretOnce) {
  Fixture f(Options());
  Webhooks webhooks(f);
  ASSERT_EQ(webhooks.Create(Wanted()), "OK");
  const std::string first = webhooks.created.secret();
  EXPECT_THAT(first, StartsWith("whsec_"));
  EXPECT_TRUE(webhook::ReadSecret(first).has_value());
  ASSERT_EQ(webhooks.Get(), "OK");
  EXPECT_THAT(webhooks.shown.ShortDebugString(), Not(HasSubstr(first.substr(6))));

  ASSERT_EQ(webhooks.Rotate(), "OK");
  const std::string second = webhooks.rotated.secret();
  EXPECT_NE(second, first);
  EXPECT_EQ(webhooks.rotated.webhook().revision(), 2);
  ASSERT_EQ(webhooks.Rotate(kSecret), "OK");
  EXPECT_EQ(webhooks.rotated.secret(), kSecret);
  ASSERT_EQ(webhooks.Rotate(kSecret), "OK") << "the same again";
  EXPECT_EQ(webhooks.rotated.webhook().revision(), 3) << "changes nothing";
  const auto row = *f.webhook_store.GetWebhook({.workspace = kWorkspace, .webhook = "crm"});
  EXPECT_EQ("whsec_" + row.previous_secret, second);
  EXPECT_EQ(row.previous_secret_until, row.updated_at + router::Days(1));
}

TEST(Webhooks, AreChangedFieldByField) {
  Fixture f(Options());
  Webhooks webhooks(f);
  auto request = Wanted();
  request.mutable_webhook()->set_description("Orders");
  request.mutable_webhook()->mutable_filter()->add_clients("acme");
  ASSERT_EQ(webhooks.Create(request), "OK");
  EXPECT_EQ(webhooks.created.webhook().revision(), 1);

  v1::Webhook change;
  change.set_id("crm");
  change.set_description("Orders and returns");
  ASSERT_EQ(webhooks.Update(change), "OK");
  EXPECT_EQ(webhooks.shown.description(), "Orders and returns");
  EXPECT_EQ(webhooks.shown.url(), kUrl);
  EXPECT_EQ(webhooks.shown.revision(), 2);
  change.set_disabled(true);
  ASSERT_EQ(webhooks.Update(change, {"disabled"}, 2), "OK");
  EXPECT_EQ(webhooks.shown.state(), v1::WEBHOOK_STATE_DISABLED);
  change.set_disabled(false);
  EXPECT_EQ(webhooks.Update(change, {"disabled"}, 2), "REVISION_STALE");
  ASSERT_EQ(webhooks.Update(change, {"disabled", "filter"}, 3), "OK");
  EXPECT_EQ(webhooks.shown.state(), v1::WEBHOOK_STATE_ACTIVE);
  EXPECT_FALSE(webhooks.shown.disabled());
  EXPECT_EQ(webhooks.shown.filter().clients_size(), 0);
  EXPECT_EQ(webhooks.Update(change, {"*"}), "FIELD_REQUIRED") << "a URL";

  EXPECT_EQ(webhooks.Delete("crm", 3), "REVISION_STALE");
  EXPECT_EQ(webhooks.Delete("crm", 4), "OK");
  EXPECT_EQ(webhooks.Delete(), "WEBHOOK_NOT_FOUND");
  EXPECT_EQ(webhooks.Update(change), "WEBHOOK_NOT_FOUND");
  EXPECT_EQ(webhooks.Rotate(), "WEBHOOK_NOT_FOUND");
  EXPECT_EQ(webhooks.Get(), "WEBHOOK_NOT_FOUND");
}

TEST(Webhooks, AreTwentyAtMost) {
  Fixture f(Options());
  Webhooks webhooks(f);
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(webhooks.Create(Wanted(kUrl, absl::StrCat("w", 10 + i))), "OK");
  }
  EXPECT_EQ(webhooks.Create(Wanted(kUrl, "w10")), "WEBHOOK_EXISTS");
  v1::CreateWebhookResponse response;
  const Error error = Decode(f.webhooks->CreateWebhook(ClientContext(), Wanted(), &response));
  EXPECT_EQ(error.reason, "TOO_MANY_WEBHOOKS");
  EXPECT_EQ(error.metadata.at("limit"), "20");
  v1::ListWebhooksRequest list;
  list.set_workspace(kWorkspace);
  v1::ListWebhooksResponse listed;
  ASSERT_EQ(ReasonOf(f.webhooks->ListWebhooks(ClientContext(), list, &listed)), "OK");
  ASSERT_EQ(listed.webhooks_size(), 20);
  EXPECT_EQ(listed.webhooks(0).id(), "w10");
  list.set_workspace("oslo");
  ASSERT_EQ(ReasonOf(f.webhooks->ListWebhooks(ClientContext(), list, &listed)), "OK");
  EXPECT_EQ(listed.webhooks_size(), 0);
}

TEST(Webhooks, KeepDeadLettersAndSendThemAgain) {
  Fixture f(Options());
  Receiver receiver;
  receiver.status = 500;
  Webhooks webhooks(f);
  auto request = Wanted(receiver.Url());
  request.mutable_webhook()->mutable_filter()->add_types(v1::EVENT_TYPE_TICKET_CREATED);
  ASSERT_EQ(webhooks.Create(request), "OK");
  std::vector<std::string> tickets;
  for (int i = 0; i < 3; ++i) tickets.push_back(f.Ingest(ChatContact()));
  ASSERT_TRUE(
      Eventually([&] { return webhooks.Get() == "OK" && webhooks.shown.dead_letters() == 3; }));
  EXPECT_EQ(webhooks.shown.state(), v1::WEBHOOK_STATE_PAUSED) << "six attempts failed";
  EXPECT_EQ(webhooks.shown.last_error(), "HTTP 500");
  EXPECT_FALSE(webhooks.shown.has_last_success_at());

  const auto first = webhooks.Dead(2);
  ASSERT_EQ(first.dead_letters_size(), 2);
  EXPECT_EQ(first.dead_letters(0).ticket_id(), tickets[0]);
  EXPECT_EQ(first.dead_letters(0).type(), v1::EVENT_TYPE_TICKET_CREATED);
  EXPECT_EQ(first.dead_letters(0).attempts(), 2);
  EXPECT_EQ(first.dead_letters(0).last_error(), "HTTP 500");
  EXPECT_GE(first.dead_letters(0).first_failed_at().seconds(),
            first.dead_letters(0).at().seconds());
  const auto second = webhooks.Dead(2, first.next_page_token());
  ASSERT_EQ(second.dead_letters_size(), 1);
  EXPECT_EQ(second.next_page_token(), "");

  receiver.status = 200;
  const int64_t letter = first.dead_letters(1).sequence();
  const auto one = webhooks.Redeliver({letter, 9'999});
  EXPECT_EQ(one.redelivered(), 1);
  EXPECT_THAT(one.not_found(), ElementsAre(9'999));
  ASSERT_TRUE(Eventually([&] {
    return webhooks.Get() == "OK" && webhooks.shown.dead_letters() == 2 &&
           webhooks.shown.waiting() == 0 && webhooks.shown.has_last_success_at();
  }));
  EXPECT_EQ(receiver.payloads().back().data().sequence(), letter);
  EXPECT_EQ(webhooks.shown.state(), v1::WEBHOOK_STATE_ACTIVE);
  const auto all = webhooks.Redeliver({});
  EXPECT_EQ(all.redelivered(), 2);
  EXPECT_THAT(all.not_found(), IsEmpty());
  ASSERT_TRUE(Eventually([&] { return webhooks.Dead().dead_letters_size() == 0; }));
}

TEST(Webhooks, SayThatTheirReceiverIsGone) {
  Fixture f(Options());
  Receiver receiver;
  receiver.status = 410;
  Webhooks webhooks(f);
  ASSERT_EQ(webhooks.Create(Wanted(receiver.Url())), "OK");
  f.Ingest(ChatContact());
  ASSERT_TRUE(Eventually(
      [&] { return webhooks.Get() == "OK" && webhooks.shown.state() == v1::WEBHOOK_STATE_GONE; }));
  EXPECT_TRUE(webhooks.shown.disabled());
  receiver.status = 200;
  v1::Webhook change;
  change.set_id("crm");
  ASSERT_EQ(webhooks.Update(change, {"disabled"}), "OK");
  ASSERT_TRUE(Eventually(
      [&] { return webhooks.Get() == "OK" && !webhooks.shown.has_oldest_undelivered_at(); }));
  EXPECT_EQ(webhooks.shown.state(), v1::WEBHOOK_STATE_ACTIVE);
}

TEST(Webhooks, LeadNowhereInsideUnlessTheServerLetsThem) {
  FixtureOptions options = Options();
  options.server.webhooks.sender.private_networks = false;
  Fixture f(options);
  Receiver receiver;
  Webhooks webhooks(f);
  EXPECT_EQ(webhooks.Create(Wanted(receiver.Url())), "FIELD_MALFORMED") << "http";
  EXPECT_EQ(webhooks.Create(Wanted("https://10.0.0.1/")), "FIELD_MALFORMED");
  // What a name stands for is looked at when it is used.
  ASSERT_EQ(webhooks.Create(Wanted("https://localhost:1/")), "OK");
  f.Ingest(ChatContact());
  ASSERT_TRUE(
      Eventually([&] { return webhooks.Get() == "OK" && !webhooks.shown.last_error().empty(); }));
  EXPECT_EQ(webhooks.shown.last_error(), "the address is not of the public internet");
}

TEST(Webhooks, SayWhenTheDatabaseIsAway) {
  Fixture f(Options());
  Webhooks webhooks(f);
  ASSERT_EQ(webhooks.Create(Wanted()), "OK");
  f.webhook_store.SetUnavailable(true);
  EXPECT_EQ(webhooks.Create(Wanted()), "STORE_UNAVAILABLE");
  EXPECT_EQ(webhooks.Get(), "STORE_UNAVAILABLE");
  EXPECT_EQ(webhooks.Delete(), "STORE_UNAVAILABLE");
  EXPECT_EQ(webhooks.Rotate(), "STORE_UNAVAILABLE");
  f.webhook_store.SetUnavailable(false);
  EXPECT_EQ(webhooks.Get(), "OK");
}

// -----------------------------------------------------------------------------------------------
// input

struct CreateRow {
  const char* what;
  std::function<void(v1::CreateWebhookRequest&)> change;
  const char* reason;
  const char* field;
};

TEST(CreateWebhook, NamesEachFieldAtFault) {
  Fixture f;  // as it is by default: https alone
  const CreateRow rows[] = {
      {"no workspace", [](auto& r) { r.clear_workspace(); }, "FIELD_REQUIRED", "workspace"},
      {"no id", [](auto& r) { r.mutable_webhook()->clear_id(); }, "FIELD_REQUIRED", "webhook.id"},
      {"id with a blank", [](auto& r) { r.mutable_webhook()->set_id("a b"); }, "FIELD_MALFORMED",
       "webhook.id"},
      {"no URL", [](auto& r) { r.mutable_webhook()->clear_url(); }, "FIELD_REQUIRED",
       "webhook.url"},
      {"URL of a file", [](auto& r) { r.mutable_webhook()->set_url("file:///etc/passwd"); },
       "FIELD_MALFORMED", "webhook.url"},
      {"URL without TLS", [](auto& r) { r.mutable_webhook()->set_url("http://crm.example/"); },
       "FIELD_MALFORMED", "webhook.url"},
      {"URL with a password",
       [](auto& r) { r.mutable_webhook()->set_url("https://a:b@crm.example/"); }, "FIELD_MALFORMED",
       "webhook.url"},
      {"URL of this machine", [](auto& r) { r.mutable_webhook()->set_url("https://127.0.0.1/"); },
       "FIELD_MALFORMED", "webhook.url"},
      {"URL with a line's end",
       [](auto& r) { r.mutable_webhook()->set_url("https://crm.example/\r\nx: y"); },
       "FIELD_MALFORMED", "webhook.url"},
      {"URL too long",
       [](auto& r) {
         r.mutable_webhook()->set_url("https://crm.example/" + std::string(1'024, 'a'));
       },
       "FIELD_TOO_LARGE", "webhook.url"},
      {"description too long",
       [](auto& r) { r.mutable_webhook()->set_description(std::string(513, 'a')); },
       "FIELD_TOO_LARGE", "webhook.description"},
      {"too many clients",
       [](auto& r) {
         for (int i = 0; i < 101; ++i) r.mutable_webhook()->mutable_filter()->add_clients("a");
       },
       "FIELD_TOO_LARGE", "webhook.filter.clients"},
      {"queue with a blank",
       [](auto& r) { r.mutable_webhook()->mutable_filter()->add_queues("a b"); }, "FIELD_MALFORMED",
       "webhook.filter.queues[0]"},
      {"ticket id of another form",
       [](auto& r) { r.mutable_webhook()->mutable_filter()->add_ticket_ids("t-1"); },
       "FIELD_MALFORMED", "webhook.filter.ticket_ids[0]"},
      {"type that is none",
       [](auto& r) {
         r.mutable_webhook()->mutable_filter()->add_types(static_cast<v1::EventType>(99));
       },
       "FIELD_OUT_OF_RANGE", "webhook.filter.types[0]"},
      {"start beside a token",
       [](auto& r) {
         r.set_start(v1::EVENT_START_OLDEST);
         r.set_resume_token("x");
       },
       "FIELD_OUT_OF_RANGE", "start"},
      {"token too long", [](auto& r) { r.set_resume_token(std::string(65, 'x')); },
       "FIELD_TOO_LARGE", "resume_token"},
      {"secret without its prefix", [](auto& r) { r.set_secret(kSecret + 6); }, "FIELD_MALFORMED",
       "secret"},
      {"secret of 20 bytes", [](auto& r) { r.set_secret("whsec_" + std::string(27, 'A') + "="); },
       "FIELD_MALFORMED", "secret"},
      {"secret too long", [](auto& r) { r.set_secret("whsec_" + std::string(200, 'A')); },
       "FIELD_TOO_LARGE", "secret"},
  };
  for (const CreateRow& row : rows) {
    SCOPED_TRACE(row.what);
    auto request = Wanted();
    row.change(request);
    v1::CreateWebhookResponse response;
    const Error error = Decode(f.webhooks->CreateWebhook(ClientContext(), request, &response));
    EXPECT_EQ(error.reason, row.reason) << error.message;
    ASSERT_FALSE(error.fields.empty());
    EXPECT_EQ(error.fields.front(), row.field);
    EXPECT_THAT(error.message, Not(HasSubstr("AAAA"))) << "a secret is not repeated";
  }
}

TEST(Webhooks, RefuseWhatIsNotAsDescribed) {
  Fixture f(Options());
  Webhooks webhooks(f);
  ASSERT_EQ(webhooks.Create(Wanted()), "OK");
  v1::Webhook change;
  change.set_id("crm");
  EXPECT_EQ(webhooks.Update(change, {"secret"}), "FIELD_MALFORMED");
  EXPECT_EQ(webhooks.Update(change, {"position"}), "FIELD_MALFORMED");
  EXPECT_EQ(webhooks.Update(change, {}, -1), "FIELD_OUT_OF_RANGE");
  EXPECT_EQ(webhooks.Delete("crm", -1), "FIELD_OUT_OF_RANGE");
  EXPECT_EQ(webhooks.Delete("a b"), "FIELD_MALFORMED");
  EXPECT_EQ(webhooks.Get(""), "FIELD_REQUIRED");
  EXPECT_EQ(webhooks.Rotate("whsec_short"), "FIELD_MALFORMED");

  auto list = Webhooks::Asking<v1::ListDeadLettersRequest>("crm");
  v1::ListDeadLettersResponse listed;
  const auto listing = [&] {
    return ReasonOf(f.webhooks->ListDeadLetters(ClientContext(), list, &listed));
  };
  list.set_page_size(-1);
  EXPECT_EQ(listing(), "FIELD_OUT_OF_RANGE");
  list.set_page_size(0);
  list.set_page_token("x");
  EXPECT_EQ(listing(), "PAGE_TOKEN_INVALID");
  list.clear_page_token();
  list.set_webhook_id("erp");
  EXPECT_EQ(listing(), "WEBHOOK_NOT_FOUND");

  auto redeliver = Webhooks::Asking<v1::RedeliverDeadLettersRequest>("crm");
  v1::RedeliverDeadLettersResponse redelivered;
  const auto redelivering = [&] {
    return ReasonOf(f.webhooks->RedeliverDeadLetters(ClientContext(), redeliver, &redelivered));
  };
  EXPECT_EQ(redelivering(), "FIELD_REQUIRED");
  redeliver.set_all(true);
  EXPECT_EQ(redelivering(), "OK");
  redeliver.add_sequences(1);
  EXPECT_EQ(redelivering(), "FIELD_OUT_OF_RANGE");
  redeliver.set_all(false);
  for (size_t i = 0; i < router::kMaxRedeliveries; ++i) redeliver.add_sequences(1);
  EXPECT_EQ(redelivering(), "FIELD_TOO_LARGE");
  redeliver.clear_sequences();
  redeliver.set_all(true);
  redeliver.set_webhook_id("erp");
  EXPECT_EQ(redelivering(), "WEBHOOK_NOT_FOUND");
}

}  // namespace
}  // namespace tandem::rpc
