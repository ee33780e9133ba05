// events: what happens in the workspace, from a resume token on.
#include <cstdint>
#include <deque>
#include <iostream>
#include <memory>
#include <optional>

#include "google/protobuf/util/time_util.h"

#include "server/ctl/command_table.h"
#include "server/ctl/event_filter_options.h"
#include "server/ctl/follow.h"
#include "server/ctl/spans.h"
#include "server/ctl/ticket_text.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

struct EventsOptions {
  bool follow = false;
  bool oldest = false;
  std::string since_token;
  std::optional<SaidInstant> since;
  int64_t limit = 0;  // 0: all.
  v1::EventFilter filter;
  Form form = Form::kTable;
};

void PrintEvent(const v1::Event& event, Form form) {
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

// Prints what is asked for of the events, in their order.
class EventPrinter {
 public:
  explicit EventPrinter(const EventsOptions& options) : options_(options) {}

  // Takes those of one message; false when there were enough.
  bool Take(const v1::StreamEventsResponse& message) {
    if (options_.since && !begins_) {
      // Of a demonstration the clock is not the world's.
      begins_ = Resolve(*options_.since, ToTime(message.server_time()), absl::LocalTimeZone());
    }
    for (const v1::Event& event : message.events()) {
      if (begins_ && ToTime(event.at()) < *begins_) continue;
      if (options_.limit > 0 && !options_.follow) {
        newest_.push_back(event);
        if (static_cast<int64_t>(newest_.size()) > options_.limit) newest_.pop_front();
        continue;
      }
      PrintEvent(event, options_.form);
      if (options_.limit > 0 && ++printed_ == options_.limit) return false;
    }
    std::cout << std::flush;
    return true;
  }

  // What was kept back until the newest were known.
  void End() const {
    for (const v1::Event& event : newest_) PrintEvent(event, options_.form);
    std::cout << std::flush;
  }

 private:
  const EventsOptions& options_;
  std::optional<absl::Time> begins_;
  std::deque<v1::Event> newest_;
  int64_t printed_ = 0;
};

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
    const bool oldest = options.oldest || options.since || !options.follow;
    request.set_start(oldest ? v1::EVENT_START_OLDEST : v1::EVENT_START_NOW);
  }
  EventPrinter printer(options);
  std::string token;  // Behind what was printed.
  google::protobuf::Timestamp begun;
  const int exit_code = follower.Follow<v1::StreamEventsResponse>(
      options.follow ? Patience::kForEver : Patience::kTimeout,
      [&](grpc::ClientContext* context) {
        return follower.client().events->StreamEvents(context, request);
      },
      [&](const v1::StreamEventsResponse& message) {
        // Behind a part of a message there is no token.
        if (!printer.Take(message)) return false;
        if (token.empty()) begun = message.server_time();
        token = message.resume_token();
        request.set_resume_token(token);
        request.clear_start();
        const bool later = !message.events().empty() && message.events().rbegin()->at() > begun;
        const bool ended = !options.follow && (message.at_end() || later);
        return !ended && std::cout.good();
      });
  printer.End();
  if (!token.empty()) std::cerr << "resume token: " << token << "\n";
  return exit_code;
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
  tandemctl events --since 1h --limit 20                # the newest 20 of the last hour

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
  AddInstant(*command, "--since", "Only what happened since then, or in the last so long",
             [options](const SaidInstant& instant) { options->since = instant; });
  command
      ->add_option("--limit", options->limit,
                   "So many of the newest at most, with --follow of the next; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  AddForm(*command, context, options->form);
  AddEventFilter(*command, context, options->filter);
  command->callback(
      [options, &context] { context.exit_code = ShowEvents(context.target, *options); });
}

}  // namespace tandem::ctl
