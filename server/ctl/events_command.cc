// events: what happens in the workspace, from a resume token on.
#include <algorithm>
#include <functional>
#include <iostream>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "google/protobuf/util/time_util.h"

#include "server/ctl/command_table.h"
#include "server/ctl/interrupt.h"
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

std::vector<std::string> TypeNames() {
  std::vector<std::string> names;
  for (int type = v1::EventType_MIN + 1; type <= v1::EventType_MAX; ++type) {
    if (v1::EventType_IsValid(type)) {
      names.emplace_back(
          absl::StripPrefix(v1::EventType_Name(static_cast<v1::EventType>(type)), "EVENT_TYPE_"));
    }
  }
  return names;
}

// Reads the stream, again from the last token when it broke off.
class EventReader {
 public:
  EventReader(const Target& target, const EventsOptions& options)
      : target_(target),
        options_(options),
        interrupt_([this] { Cancel(); }),
        caller_(target),
        token_(options.since_token),
        start_(options.oldest || (!options.follow && options.since_token.empty())
                   ? v1::EVENT_START_OLDEST
                   : v1::EVENT_START_NOW) {}

  int Run() {
    const int exit_code = options_.follow ? Follow() : ReadToTheEnd();
    if (seen_) std::cerr << "resume token: " << token_ << "\n";
    return exit_code;
  }

 private:
  // Whether to go on reading after a message.
  using OnMessage = std::function<bool(const v1::StreamEventsResponse&)>;

  void Cancel() {
    const std::lock_guard lock(mutex_);
    if (context_ != nullptr) context_->TryCancel();
  }

  v1::StreamEventsRequest Request() const {
    v1::StreamEventsRequest request;
    request.set_workspace(target_.workspace);
    *request.mutable_filter() = options_.filter;
    request.mutable_heartbeat_interval()->set_seconds(options_.follow ? 15 : 1);
    if (token_.empty()) {
      request.set_start(start_);
    } else {
      request.set_resume_token(token_);
    }
    return request;
  }

  // One stream. OK when `on_message` had enough, or Ctrl-C came.
  grpc::Status Stream(const v1::StreamEventsRequest& request, const OnMessage& on_message) {
    grpc::ClientContext context;
    {
      const std::lock_guard lock(mutex_);
      if (interrupt_.came()) return grpc::Status::OK;
      context_ = &context;
    }
    const auto stream = caller_.client().events->StreamEvents(&context, request);
    v1::StreamEventsResponse message;
    bool enough = false;
    while (!enough && stream->Read(&message)) enough = !on_message(message);
    if (enough) context.TryCancel();
    const grpc::Status status = stream->Finish();
    const std::lock_guard lock(mutex_);
    context_ = nullptr;
    return enough || interrupt_.came() ? grpc::Status::OK : status;
  }

  void Print(const v1::Event& event) const {
    switch (options_.form) {
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

  static bool MayComeBack(const grpc::Status& status) {
    const std::string reason = ReasonOf(status);
    return IsUndecided(status.error_code(), reason) || reason == "TOO_MANY_STREAMS";
  }

  int Follow() {
    const absl::Time begun = absl::Now();
    absl::Duration pause;
    while (!interrupt_.came()) {
      const grpc::Status status = Stream(Request(), [&](const v1::StreamEventsResponse& message) {
        for (const v1::Event& event : message.events()) Print(event);
        std::cout << std::flush;
        token_ = message.resume_token();
        pause = absl::ZeroDuration();
        seen_ = true;
        return std::cout.good();
      });
      if (status.ok()) return kExitDone;
      // A server that was seen once comes back; until then the timeout holds.
      const bool wait = MayComeBack(status) && (seen_ || absl::Now() - begun < target_.timeout);
      if (!wait) return Report(status);
      if (pause == absl::ZeroDuration()) {
        std::cerr << "tandemctl: the stream broke off (" << CodeName(status.error_code()) << " "
                  << ReasonOf(status) << "); connecting again\n";
      }
      pause = std::clamp(pause * 2, absl::Milliseconds(200), absl::Seconds(2));
      absl::SleepFor(pause);
    }
    return kExitDone;
  }

  // The token behind the newest event, and the server's time when that was so.
  grpc::Status FindTheEnd(std::string& token, google::protobuf::Timestamp& at) {
    v1::StreamEventsRequest request;
    request.set_workspace(target_.workspace);
    return CallAndWait(target_.timeout, [&](grpc::ClientContext* /*context*/) {
      return Stream(request, [&](const v1::StreamEventsResponse& message) {
        token = message.resume_token();
        at = message.server_time();
        return false;
      });
    });
  }

  // Everything that had happened when the command began. It ends where the token of the end is
  // reached, or an event that came later, or where nothing came for a whole heartbeat.
  int ReadToTheEnd() {
    std::string end;
    google::protobuf::Timestamp end_at;
    grpc::Status status = FindTheEnd(end, end_at);
    if (!status.ok()) return Report(status);
    status = CallAndWait(target_.timeout, [&](grpc::ClientContext* /*context*/) {
      return Stream(Request(), [&](const v1::StreamEventsResponse& message) {
        // The first message may come before anything was read.
        const bool still = seen_ && message.events().empty() && token_ == message.resume_token();
        for (const v1::Event& event : message.events()) Print(event);
        token_ = message.resume_token();
        seen_ = true;
        const bool later = !message.events().empty() && message.events().rbegin()->at() > end_at;
        return token_ != end && !later && !still && std::cout.good();
      });
    });
    std::cout << std::flush;
    return status.ok() ? kExitDone : Report(status);
  }

  const Target target_;
  const EventsOptions& options_;
  std::mutex mutex_;
  grpc::ClientContext* context_ = nullptr;  // Guarded by mutex_. Of the stream that is open.
  OnInterrupt interrupt_;
  Caller caller_;
  std::string token_;  // Behind what was printed.
  bool seen_ = false;  // A message came, so the token is one of the server's.
  const v1::EventStart start_;
};

void AddEventFilter(CLI::App& command, Context& context, EventsOptions& options) {
  const auto add = [&command](const char* name, const char* help,
                              const std::function<void(const std::string&)>& set) {
    command.add_option_function<std::string>(name, set, help)
        ->type_name("ID")
        ->trigger_on_parse()
        ->group("Which events; each may be given again");
  };
  v1::EventFilter& filter = options.filter;
  add("--client", "Of tickets of this client",
      [&filter](const auto& id) { filter.add_clients(id); });
  add("--queue", "That name this queue", [&filter](const auto& id) { filter.add_queues(id); });
  add("--ticket", "Of this ticket", [&filter](const auto& id) { filter.add_ticket_ids(id); });
  CLI::Option* type = command
                          .add_option_function<std::string>(
                              "--type",
                              [&filter](const std::string& name) {
                                v1::EventType value = v1::EVENT_TYPE_UNSPECIFIED;
                                if (v1::EventType_Parse("EVENT_TYPE_" + name, &value))
                                  filter.add_types(value);
                              },
                              "Of this type")
                          ->type_name("TYPE")
                          ->trigger_on_parse()
                          ->group("Which events; each may be given again");
  Restrict(context, type, TypeNames());
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
      [options, &context] { context.exit_code = EventReader(context.target, *options).Run(); });
}

}  // namespace tandem::ctl
