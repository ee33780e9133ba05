// callback: a customer who waits is called instead.
#include <iostream>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/protobuf/util/time_util.h"

#include "server/ctl/command_table.h"
#include "server/ctl/spans.h"
#include "server/ctl/ticket_text.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

struct CallbackOptions {
  v1::RequestCallbackRequest request;
  std::optional<SaidInstant> at;
  std::optional<absl::Duration> in, within;
};

int RequestCallback(const Target& target, CallbackOptions& options) {
  Caller caller(target);
  v1::RequestCallbackRequest& request = options.request;
  const absl::Time now = absl::Now();
  std::optional<absl::Time> agreed;
  if (options.at) agreed = Resolve(*options.at, now, absl::LocalTimeZone());
  if (options.in) agreed = now + *options.in;
  if (agreed) *request.mutable_not_before() = ToTimestamp(*agreed);
  if (options.within) {
    *request.mutable_not_after() = ToTimestamp(agreed.value_or(now) + *options.within);
  }
  request.set_request_id(NewUuid());
  v1::RequestCallbackResponse response;
  const grpc::Status status = caller.Ask(
      *caller.client().tickets, &v1::TicketService::Stub::RequestCallback, request, response);
  if (!status.ok()) return Report(status);
  std::cout << absl::StrCat(
      "Ticket ", request.ticket_id(), " is a call-back, ", ShortEnum(response.state()),
      response.has_enters_at() ? absl::StrCat(" until ", google::protobuf::util::TimeUtil::ToString(
                                                             response.enters_at()))
                               : "",
      "\n");
  return kExitDone;
}

}  // namespace

void AddCallback(CLI::App& app, Context& context) {
  const auto options = std::make_shared<CallbackOptions>();
  CLI::App* command =
      app.add_subcommand("callback", "Have a customer called who waits, now or at a time");
  command
      ->add_option_function<std::string>(
          "TICKET", [options](const std::string& id) { options->request.set_ticket_id(id); },
          "Id of the ticket")
      ->required()
      ->type_name("");
  CLI::Option* in =
      AddDuration(*command, "--in", "In so long [at once, in the place that the customer has]",
                  [options](absl::Duration span) { options->in = span; });
  AddInstant(*command, "--at", "At this time, in this machine's zone unless it names one",
             [options](const SaidInstant& instant) { options->at = instant; })
      ->excludes(in);
  AddDuration(*command, "--within", "No attempt begins later than so long after it [no end]",
              [options](absl::Duration span) { options->within = span; });
  command->footer(R"(
Examples:
  tandemctl callback 01890a5d-ac96-774b-bcce-b302099a8057
  tandemctl callback 01890a5d-ac96-774b-bcce-b302099a8057 --in 2h --within 4h
  tandemctl callback 01890a5d-ac96-774b-bcce-b302099a8057 --at 2026-12-01T09:00)");
  command->callback(
      [options, &context] { context.exit_code = RequestCallback(context.target, *options); });
}

}  // namespace tandem::ctl
