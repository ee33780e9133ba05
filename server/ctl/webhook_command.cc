// webhook create, update, delete, rotate-secret, dead-letters, redeliver: events over HTTP.
// `get webhooks` lists them.
#include <algorithm>
#include <iostream>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "server/ctl/command_table.h"
#include "server/ctl/event_filter_options.h"
#include "server/ctl/sent_once.h"
#include "server/files/read.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

struct WebhookOptions {
  v1::Webhook webhook;
  v1::CreateWebhookRequest create;
  v1::UpdateWebhookRequest update;
  v1::RedeliverDeadLettersRequest redeliver;
  std::string secret_file;
  int64_t expected_revision = 0;  // 0: whatever it is now.
  int64_t limit = 100;
  Form form = Form::kTable;
};

// "whsec_…" from the file that is named, so that it is in no list of processes. Empty without one.
absl::StatusOr<std::string> ReadSecret(const std::string& path) {
  if (path.empty()) return std::string();
  const auto text = files::ReadFileOrInput(path);
  const std::string secret(absl::StripAsciiWhitespace(text.value_or("")));
  if (!secret.empty()) return secret;
  return absl::InvalidArgumentError(absl::StrCat("expected a secret in ", path));
}

// The one answer that has the secret; who brought it does not see it again.
template <typename Response>
void ShowWithSecret(Response response, const char* what, bool brought, Form form) {
  const std::string id = response.webhook().id();
  std::string text = absl::StrCat("Webhook ", id, " ", what, "\n");
  if (brought) {
    response.clear_secret();
  } else {
    absl::StrAppend(&text, "Its secret, which no other call shows: ", response.secret(), "\n");
  }
  std::cout << Render({text, ToJson(response)}, form);
}

int Create(const Target& target, WebhookOptions& options) {
  const absl::StatusOr<std::string> secret = ReadSecret(options.secret_file);
  if (!secret.ok()) return Fail(kExitUsage, std::string(secret.status().message()));
  Caller caller(target);
  v1::CreateWebhookRequest& request = options.create;
  *request.mutable_webhook() = options.webhook;
  request.set_secret(*secret);
  v1::CreateWebhookResponse response;
  const grpc::Status status = caller.AskOnce(
      *caller.client().webhooks, &v1::WebhookService::Stub::CreateWebhook, request, response);
  if (!status.ok()) return ReportSentOnce(status, "webhook " + options.webhook.id());
  ShowWithSecret(std::move(response), "is created", !secret->empty(), options.form);
  return kExitDone;
}

int Update(const Target& target, WebhookOptions& options) {
  if (options.update.update_mask().paths().empty()) {
    return Fail(kExitUsage, "expected an option that says what to change");
  }
  Caller caller(target);
  v1::UpdateWebhookRequest& request = options.update;
  *request.mutable_webhook() = options.webhook;
  request.set_expected_revision(options.expected_revision);
  v1::UpdateWebhookResponse response;
  const grpc::Status status = caller.AskOnce(
      *caller.client().webhooks, &v1::WebhookService::Stub::UpdateWebhook, request, response);
  if (!status.ok()) return ReportSentOnce(status, "webhook " + options.webhook.id());
  std::cout << absl::StrCat("Webhook ", response.webhook().id(), " is at revision ",
                            response.webhook().revision(), "\n");
  return kExitDone;
}

int Delete(const Target& target, WebhookOptions& options) {
  Caller caller(target);
  v1::DeleteWebhookRequest request;
  request.set_webhook_id(options.webhook.id());
  request.set_expected_revision(options.expected_revision);
  v1::DeleteWebhookResponse response;
  const grpc::Status status = caller.AskOnce(
      *caller.client().webhooks, &v1::WebhookService::Stub::DeleteWebhook, request, response);
  if (!status.ok()) return ReportSentOnce(status, "webhook " + options.webhook.id());
  std::cout << absl::StrCat("Deleted webhook ", options.webhook.id(), " of workspace ",
                            target.workspace, "\n");
  return kExitDone;
}

int RotateSecret(const Target& target, WebhookOptions& options) {
  const absl::StatusOr<std::string> secret = ReadSecret(options.secret_file);
  if (!secret.ok()) return Fail(kExitUsage, std::string(secret.status().message()));
  Caller caller(target);
  v1::RotateWebhookSecretRequest request;
  request.set_webhook_id(options.webhook.id());
  request.set_expected_revision(options.expected_revision);
  request.set_secret(*secret);
  v1::RotateWebhookSecretResponse response;
  const grpc::Status status = caller.AskOnce(
      *caller.client().webhooks, &v1::WebhookService::Stub::RotateWebhookSecret, request, response);
  if (!status.ok()) return ReportSentOnce(status, "webhook " + options.webhook.id());
  ShowWithSecret(std::move(response), "has another secret; the one before signs, too, for 24 h",
                 !secret->empty(), options.form);
  return kExitDone;
}

std::string DeadLetterTable(const v1::ListDeadLettersResponse& letters) {
  TextTable table({{"sequence", TextTable::Align::kRight},
                   {"type"},
                   {"at"},
                   {"ticket"},
                   {"attempts", TextTable::Align::kRight},
                   {"first failed"},
                   {"last error"}});
  for (const v1::DeadLetter& letter : letters.dead_letters()) {
    table.AddRow({absl::StrCat(letter.sequence()), ShortEnum(letter.type()), ShortTime(letter.at()),
                  letter.ticket_id(), absl::StrCat(letter.attempts()),
                  ShortTime(letter.first_failed_at()), letter.last_error()});
  }
  return table.ToString();
}

int ListDeadLetters(const Target& target, WebhookOptions& options) {
  constexpr int64_t kPage = 1000;
  Caller caller(target);
  v1::ListDeadLettersRequest request;
  request.set_webhook_id(options.webhook.id());
  v1::ListDeadLettersResponse all;
  do {
    const int64_t left = options.limit == 0 ? kPage : options.limit - all.dead_letters_size();
    request.set_page_size(static_cast<int32_t>(std::min(left, kPage)));
    v1::ListDeadLettersResponse page;
    const grpc::Status status = caller.Ask(
        *caller.client().webhooks, &v1::WebhookService::Stub::ListDeadLetters, request, page);
    if (!status.ok()) return Report(status);
    request.set_page_token(page.next_page_token());
    all.MergeFrom(page);
  } while (!request.page_token().empty() &&
           (options.limit == 0 || all.dead_letters_size() < options.limit));
  if (!request.page_token().empty()) {
    std::cerr << "These are the oldest " << all.dead_letters_size()
              << "; there are more: --limit 0 prints all.\n";
  }
  all.clear_next_page_token();
  Json data = ToJson(all);
  if (all.dead_letters().empty()) data["deadLetters"] = Json::array();
  std::cout << Render({DeadLetterTable(all), std::move(data)}, options.form);
  return kExitDone;
}

int Redeliver(const Target& target, WebhookOptions& options) {
  v1::RedeliverDeadLettersRequest& request = options.redeliver;
  if (request.all() == !request.sequences().empty()) {
    return Fail(kExitUsage, "expected sequences of dead letters, or --all");
  }
  Caller caller(target);
  request.set_webhook_id(options.webhook.id());
  v1::RedeliverDeadLettersResponse response;
  // Safe to repeat: what is sent again is no dead letter any more.
  const grpc::Status status =
      caller.Ask(*caller.client().webhooks, &v1::WebhookService::Stub::RedeliverDeadLetters,
                 request, response);
  if (!status.ok()) return Report(status);
  std::string text = absl::StrCat(response.redelivered(), " dead letters are sent again\n");
  if (!response.not_found().empty()) {
    absl::StrAppend(&text, "no dead letters: ", absl::StrJoin(response.not_found(), ", "), "\n");
  }
  std::cout << Render({text, ToJson(response, Defaults::kWrite)}, options.form);
  return response.not_found().empty() ? kExitDone : kExitRefused;
}

// -------------------------------------------------------------------------------------------------
// command lines

CLI::App* AddVerb(CLI::App& group, Context& context, const std::string& name,
                  const std::string& help, const std::shared_ptr<WebhookOptions>& options,
                  int (*run)(const Target&, WebhookOptions&)) {
  CLI::App* command = group.add_subcommand(name, help);
  command
      ->add_option_function<std::string>(
          "ID", [options](const std::string& id) { options->webhook.set_id(id); },
          "Id of the webhook")
      ->required()
      ->type_name("");
  command->callback(
      [options, run, &context] { context.exit_code = run(context.target, *options); });
  return command;
}

void AddExpectedRevision(CLI::App& command, WebhookOptions& options) {
  command
      .add_option("--expected-revision", options.expected_revision,
                  "Only when this is its revision; 0: in any case")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

void AddSecretFile(CLI::App& command, WebhookOptions& options) {
  command
      .add_option("--secret-file", options.secret_file,
                  "A file with the secret, whsec_ and base64; -: standard input [the server makes "
                  "one]")
      ->type_name("FILE");
}

// URL, description and filter. `note` is told the field of each that is set.
void AddContents(CLI::App& command, Context& context, v1::Webhook& webhook,
                 const std::function<void(const char*)>& note) {
  command
      .add_option_function<std::string>(
          "--url",
          [&webhook, note](const std::string& url) {
            webhook.set_url(url);
            note("url");
          },
          "Where the events are posted to")
      ->type_name("URL");
  command
      .add_option_function<std::string>(
          "--description",
          [&webhook, note](const std::string& text) {
            webhook.set_description(text);
            note("description");
          },
          "For people")
      ->type_name("TEXT");
  AddEventFilter(command, context, *webhook.mutable_filter(), [note] { note("filter"); });
}

void AddCreate(CLI::App& group, Context& context) {
  const auto options = std::make_shared<WebhookOptions>();
  CLI::App* command =
      AddVerb(group, context, "create", "Create a webhook, and print its secret", options, Create);
  command->footer(R"(
Examples:
  tandemctl webhook create crm --url https://crm.example/hooks/tandem --client acme-retail
  tandemctl webhook create crm --url https://crm.example/hooks/tandem --secret-file secret.txt)");
  AddContents(*command, context, options->webhook, [](const char* /*field*/) {});
  command->get_option("--url")->required();
  CLI::Option* oldest = command->add_flag_callback(
      "--oldest", [options] { options->create.set_start(v1::EVENT_START_OLDEST); },
      "Begin with the oldest event that is kept [with what happens from now on]");
  command
      ->add_option_function<std::string>(
          "--since-token",
          [options](const std::string& token) { options->create.set_resume_token(token); },
          "Begin behind this resume token of `tandemctl events`")
      ->type_name("TOKEN")
      ->excludes(oldest);
  AddSecretFile(*command, *options);
  AddForm(*command, context, options->form);
}

void AddWebhookUpdate(CLI::App& group, Context& context) {
  const auto options = std::make_shared<WebhookOptions>();
  CLI::App* command =
      AddVerb(group, context, "update", "Change a webhook; a filter replaces the whole filter",
              options, Update);
  command->footer(R"(
Examples:
  tandemctl webhook update crm --url https://crm2.example/hooks/tandem
  tandemctl webhook update crm --type TICKET_CREATED,TICKET_COMPLETED
  tandemctl webhook update crm --disable)");
  const auto note = [options](const char* field) {
    auto& paths = *options->update.mutable_update_mask()->mutable_paths();
    if (std::find(paths.begin(), paths.end(), field) == paths.end()) *paths.Add() = field;
  };
  AddContents(*command, context, options->webhook, note);
  command->add_flag_callback(
      "--every-event", [note] { note("filter"); }, "Send every event: no filter any more");
  const auto disable = [options, note](bool disabled) {
    options->webhook.set_disabled(disabled);
    note("disabled");
  };
  CLI::Option* off = command->add_flag_callback(
      "--disable", [disable] { disable(true); }, "Send nothing; what happens is kept");
  command
      ->add_flag_callback(
          "--enable", [disable] { disable(false); }, "Send again, beginning where it stopped")
      ->excludes(off);
  AddExpectedRevision(*command, *options);
}

}  // namespace

void AddWebhook(CLI::App& app, Context& context) {
  CLI::App* group = app.add_subcommand("webhook", "Have events posted to a URL");
  group->require_subcommand(1);
  group->footer(R"(
Examples:
  tandemctl webhook create crm --url https://crm.example/hooks/tandem --client acme-retail
  tandemctl get webhooks
  tandemctl webhook dead-letters crm
  tandemctl webhook redeliver crm --all

A secret is printed once, by what made it.)");
  AddCreate(*group, context);
  AddWebhookUpdate(*group, context);

  const auto deleted = std::make_shared<WebhookOptions>();
  CLI::App* command =
      AddVerb(*group, context, "delete", "Remove a webhook with its dead letters", deleted, Delete);
  command->footer("\nExamples:\n  tandemctl webhook delete crm");
  AddExpectedRevision(*command, *deleted);

  const auto rotated = std::make_shared<WebhookOptions>();
  command = AddVerb(*group, context, "rotate-secret", "Give a webhook another secret, and print it",
                    rotated, RotateSecret);
  command->footer(R"(
Examples:
  tandemctl webhook rotate-secret crm
  tandemctl webhook rotate-secret crm --secret-file secret.txt   # safe to repeat)");
  AddSecretFile(*command, *rotated);
  AddExpectedRevision(*command, *rotated);
  AddForm(*command, context, rotated->form);

  const auto letters = std::make_shared<WebhookOptions>();
  command =
      AddVerb(*group, context, "dead-letters",
              "Print the events that a webhook gave up, oldest first", letters, ListDeadLetters);
  command->footer("\nExamples:\n  tandemctl webhook dead-letters crm -o json");
  command->add_option("--limit", letters->limit, "So many of the oldest at most; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  AddForm(*command, context, letters->form);

  const auto again = std::make_shared<WebhookOptions>();
  command = AddVerb(*group, context, "redeliver", "Send dead letters again", again, Redeliver);
  command->footer(R"(
Examples:
  tandemctl webhook redeliver crm --all
  tandemctl webhook redeliver crm 1042 1057)");
  command
      ->add_option_function<std::vector<int64_t>>(
          "SEQUENCE",
          [again](const std::vector<int64_t>& sequences) {
            for (const int64_t sequence : sequences) again->redeliver.add_sequences(sequence);
          },
          "Of these events")
      ->type_name("");
  command->add_flag_callback(
      "--all", [again] { again->redeliver.set_all(true); }, "Every dead letter of the webhook");
  AddForm(*command, context, again->form);
}

}  // namespace tandem::ctl
