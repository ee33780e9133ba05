// watch queues, watch agents: what goes on now, as it changes.
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"

#include "server/ctl/command_table.h"
#include "server/ctl/follow.h"
#include "server/ctl/live_text.h"
#include "server/ctl/spans.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

struct WatchOptions {
  absl::Duration interval = absl::Seconds(1);
  int64_t times = 0;  // 0: for ever.
  Form form = Form::kTable;
};

// What the two streams call their items.
auto& Items(v1::WatchQueuesResponse& message) {
  return *message.mutable_queues();
}
auto& Items(v1::WatchAgentsResponse& message) {
  return *message.mutable_agents();
}
const std::string& WatchedId(const v1::WatchedQueue& queue) {
  return queue.queue();
}
const std::string& WatchedId(const v1::WatchedAgent& agent) {
  return agent.agent();
}

// Holds what was told, and shows it: on a terminal as a table in its place, else what changed as
// lines. After a lost connection only what changed meanwhile is shown, too.
template <typename Response, typename Item>
class Board {
 public:
  explicit Board(const WatchOptions& options) : options_(options) {}

  // A stream begins, with a snapshot.
  void Begin() {
    snapshot_ = true;
    told_.Clear();
  }

  // Whether to go on.
  bool Take(const Response& message) {
    told_.MergeFrom(message);
    if (!message.complete()) return true;
    Response changed = Settle();
    Show(changed);
    ++rounds_;
    return std::cout.good() && (options_.times == 0 || rounds_ < options_.times);
  }

 private:
  // Takes over what was told since the last round, and returns what is different by it.
  Response Settle() {
    Response changed;
    changed.set_complete(true);
    changed.set_commit(told_.commit());
    *changed.mutable_server_time() = told_.server_time();
    std::set<std::string> gone(told_.removed().begin(), told_.removed().end());
    if (snapshot_) {
      for (const auto& [id, item] : items_) gone.insert(id);
      for (const Item& item : Items(told_)) gone.erase(WatchedId(item));
    }
    for (Item& item : Items(told_)) {
      Item& held = items_[WatchedId(item)];
      if (google::protobuf::util::MessageDifferencer::Equals(held, item)) continue;
      held.Swap(&item);
      *Items(changed).Add() = held;
    }
    for (const std::string& id : gone) {
      if (items_.erase(id) > 0) changed.add_removed(id);
    }
    told_.Clear();
    snapshot_ = false;
    return changed;
  }

  void Show(Response& changed) {
    const bool nothing = Items(changed).empty() && changed.removed().empty() && rounds_ > 0;
    switch (options_.form) {
      case Form::kTable:
        if (terminal_) return ShowTable(ToTime(changed.server_time()));
        return ShowLines(changed);
      case Form::kJson:
        if (!nothing) std::cout << ToJson(changed, Defaults::kWrite).dump() << std::endl;
        return;
      case Form::kYaml:
        if (!nothing) {
          std::cout << "---\n" << ToYaml(ToJson(changed, Defaults::kWrite)) << std::flush;
        }
        return;
    }
  }

  void ShowTable(absl::Time now) {
    TextTable table(LiveColumns(Item()));
    for (const auto& [id, item] : items_) table.AddRow(LiveCells(item, now));
    std::cout << OverOldScreen(absl::StrCat(ShortTime(ToTimestamp(now)), "\n", table.ToString()))
              << std::flush;
  }

  void ShowLines(Response& changed) {
    const absl::Time now = ToTime(changed.server_time());
    const std::string at = ShortTime(changed.server_time());
    const auto& columns = LiveColumns(Item());
    for (const Item& item : Items(changed)) {
      std::cout << at << " " << LiveLine(columns, LiveCells(item, now)) << "\n";
    }
    for (const std::string& id : changed.removed()) {
      std::cout << at << " " << columns[0].name << "=" << Plain(id) << " is gone\n";
    }
    std::cout << std::flush;
  }

  const WatchOptions& options_;
  const bool terminal_ = isatty(STDOUT_FILENO) == 1;
  std::map<std::string, Item> items_;  // As of the last round.
  Response told_;                      // Since the last round.
  bool snapshot_ = true;               // What is being told is everything.
  int64_t rounds_ = 0;
};

template <typename Response, typename Item, typename Request, typename Open>
int Watch(const Target& target, const WatchOptions& options, Request request, const Open& open) {
  request.set_workspace(target.workspace);
  *request.mutable_min_interval() = ToDuration(options.interval);
  // So that ages on a terminal go on, and a lost server is noticed.
  *request.mutable_heartbeat_interval() = ToDuration(std::max(options.interval, absl::Seconds(1)));
  Follower follower(target);
  Board<Response, Item> board(options);
  return follower.Follow<Response>(
      Patience::kForEver,
      [&](grpc::ClientContext* context) {
        board.Begin();
        return open(*follower.client().watch, context, request);
      },
      [&](const Response& message) { return board.Take(message); });
}

// What both have. The command's own options come before.
void AddWatchOptions(CLI::App& command, Context& context, WatchOptions& options) {
  AddDuration(command, "--interval", options.interval,
              "At least this between two rounds, 100ms to 60s [1s]");
  command
      .add_option("--times", options.times,
                  "End after so many rounds, 1: what is now; 0: go on until Ctrl-C")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  AddForm(command, context, options.form);
}

void AddWatchQueues(CLI::App& group, Context& context) {
  struct Options : WatchOptions {
    v1::WatchQueuesRequest request;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command = group.add_subcommand("queues", "What waits and what is worked on, by queue");
  command->footer(R"(
Examples:
  tandemctl watch queues
  tandemctl watch queues --client acme-retail --interval 10s
  tandemctl watch queues --times 1 -o json)");
  AddIds(*command, "--queue", "Of these queues", *options->request.mutable_queues());
  AddIds(*command, "--client", "Of queues of these clients", *options->request.mutable_clients());
  AddWatchOptions(*command, context, *options);
  command->callback([options, &context] {
    context.exit_code = Watch<v1::WatchQueuesResponse, v1::WatchedQueue>(
        context.target, *options, options->request,
        [](v1::WatchService::Stub& stub, grpc::ClientContext* call, const auto& request) {
          return stub.WatchQueues(call, request);
        });
  });
}

void AddWatchAgents(CLI::App& group, Context& context) {
  struct Options : WatchOptions {
    v1::WatchAgentsRequest request;
  };
  const auto options = std::make_shared<Options>();
  v1::WatchAgentsRequest& request = options->request;
  CLI::App* command = group.add_subcommand("agents", "Who is there, doing what since when");
  command->footer(R"(
Examples:
  tandemctl watch agents --team porto-front
  tandemctl watch agents --queue billing.live --client acme-retail
  tandemctl watch agents --times 1 -o json)");
  AddIds(*command, "--agent", "Of these agents", *request.mutable_agents());
  AddIds(*command, "--team", "Of these teams", *request.mutable_teams());
  AddIds(*command, "--site", "Of these sites", *request.mutable_sites());
  AddIds(*command, "--queue", "Who serve one of these queues", *request.mutable_queues());
  AddIds(*command, "--client", "Who serve one of these clients", *request.mutable_clients());
  AddWatchOptions(*command, context, *options);
  command->callback([options, &context] {
    context.exit_code = Watch<v1::WatchAgentsResponse, v1::WatchedAgent>(
        context.target, *options, options->request,
        [](v1::WatchService::Stub& stub, grpc::ClientContext* call, const auto& asked) {
          return stub.WatchAgents(call, asked);
        });
  });
}

}  // namespace

void AddWatch(CLI::App& app, Context& context) {
  CLI::App* group = app.add_subcommand("watch", "Show queues or agents as they are, live");
  group->require_subcommand(1);
  group->footer(R"(
Examples:
  tandemctl watch queues
  tandemctl watch agents --team porto-front
  tandemctl watch queues | grep queue=billing.live

On a terminal it is a table that is drawn anew; into a pipe each change is a line, and with -o json one
object. It connects again by itself. Numbers over a span of time: tandemctl get queue-statistics.)");
  AddWatchQueues(*group, context);
  AddWatchAgents(*group, context);
}

}  // namespace tandem::ctl
