// events: what happens in the workspace, from a resume token on.
#include <iostream>
#include <memory>

#include "google/protobuf/util/time_util.h"

#include "server/ctl/command_table.h"
#include "server/ctl/follow.h"
#include "server/ctl/ticket_text.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

struct EventsOptions {
  bool follow = false;
  bool oldest = false;
  std::string since_token;
  v1::EventFilter filter;
  Form form = Form::kTable;
};

void Print(const v1::Event& event, Form form) {
  switch (form) {
    case Form::kTable:
      std::cout << EventLine(event);
      break;
    case Form::kJson:
      std::cout << ToJson(event).dump() << "\n";
      break;
    case Form::kYaml:
      std::cout << "---\n" << ToYaml(ToJson(event));
      break;
  }
}

// Reads the stream, again from the last token when it broke off. Without --follow until the end is
// reached, or what came after the command began.
int ShowEvents(const Target& target, const EventsOptions& options) {
  Follower follower(target);
  v1::StreamEventsRequest request;
  request.set_workspace(target.workspace);
  *request.mutable_filter() = options.filter;
  request.mutable_heartbeat_interval()->set_seconds(options.follow ? 15 : 1);
  request.set_resume_token(options.since_token);
  if (options.since_token.empty()) {
    request.set_start(options.oldest || !options.follow ? v1::EVENT_START_OLDEST
                                                        : v1::EVENT_START_NOW);
  }
  std::string token;  // Behind what was printed.
  google::protobuf::Timestamp begun;
  const int exit_code = follower.Follow<v1::StreamEventsResponse>(
      options.follow ? Patience::kForEver : Patience::kTimeout,
      [&](grpc::ClientContext* context) {
        return follower.client().events->StreamEvents(context, request);
      },
      [&](const v1::StreamEventsResponse& message) {
        for (const v1::Event& event : message.events()) Print(event, options.form);
        std::cout << std::flush;
        if (token.empty()) begun = message.server_time();
        token = message.resume_token();
        request.set_resume_token(token);
        request.clear_start();
        const bool later = !message.events().empty() && message.events().rbegin()->at() > begun;
        const bool ended = !options.follow && (message.at_end() || later);
        return !ended && std::cout.good();
      });
  if (!token.empty()) std::cerr << "resume token: " << token << "\n";
  return exit_code;
}

void AddEventFilter(CLI::App& command, Context& context, EventsOptions& options) {
  constexpr char kGroup[] = "Which events";
  v1::EventFilter& filter = options.filter;
  AddIds(command, "--client", "Of tickets of this client", *filter.mutable_clients())
      ->group(kGroup);
  AddIds(command, "--queue", "That name this queue", *filter.mutable_queues())->group(kGroup);
  AddIds(command, "--ticket", "Of this ticket", *filter.mutable_ticket_ids())->group(kGroup);
  AddWords(command, context, "--type", "Of this type", WordsOf(*v1::EventType_descriptor()),
           [&filter](int type) { filter.add_types(static_cast<v1::EventType>(type)); })
      ->type_name("TYPE")
      ->group(kGroup);
}

}  // namespace

void AddEvents(CLI::App& app, Context& context) {
  const auto options = std::make_shared<EventsOptions>();
  CLI::App* command =
      app.add_subcommand("events", "Print what happened in the workspace, or follow what happens");
  command->footer(R"(
Examples:
  tandemctl events                                      # everything that is kept, then end
  tandemctl events --follow --client acme-retail        # from now on, until Ctrl-C
  tandemctl events -f -o json | jq 'select(.type == "EVENT_TYPE_TICKET_COMPLETED")'
  tandemctl events --since-token TOKEN                  # what came after an earlier end

At its end it prints the resume token on standard error. With --follow it connects again by itself,
and misses nothing. JSON is one object a line.)");
  command->add_flag("-f,--follow", options->follow, "Go on with what happens, until Ctrl-C");
  CLI::Option* token =
      command->add_option("--since-token", options->since_token, "Begin behind this resume token");
  token->type_name("TOKEN");
  command
      ->add_flag("--oldest", options->oldest,
                 "Begin with the oldest event that is kept; the default without --follow")
      ->excludes(token);
  AddForm(*command, context, options->form);
  AddEventFilter(*command, context, *options);
  command->callback(
      [options, &context] { context.exit_code = ShowEvents(context.target, *options); });
}

}  // namespace tandem::ctl
