// explain and history: a ticket's why and when, a queue's and an agent's why.
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"

#include "server/ctl/client.h"
#include "server/ctl/command_table.h"
#include "server/ctl/live_text.h"
#include "server/ctl/reading.h"
#include "server/ctl/table.h"
#include "server/ctl/ticket_text.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

constexpr char kTicket[] = "ticket";
constexpr char kQueue[] = "queue";
constexpr char kAgent[] = "agent";

struct WhatOptions {
  std::string kind;
  std::string id;
  Form form = Form::kTable;
};

int ExplainAgent(Caller& caller, const WhatOptions& options) {
  v1::ExplainAgentResponse explained;
  const grpc::Status status = ReadExplanation(caller, options.id, explained);
  if (!status.ok()) return Report(status);
  const Json json = ToJson(explained, Defaults::kWrite);
  std::cout << Render({AgentExplanationText(explained), json}, options.form);
  return kExitDone;
}

// How it stands in the queue, and why the first ticket there waits.
int ExplainQueue(Caller& caller, const WhatOptions& options) {
  v1::ListQueueStatisticsResponse here;
  grpc::Status status = ReadStatisticsOf(caller, options.id, absl::Hours(24), here);
  if (!status.ok()) return Report(status);
  v1::ExplainTicketResponse first;
  status = ReadFirstExplanation(caller, options.id, first);
  const bool nothing_waits = ReasonOf(status) == "TICKET_NOT_FOUND";
  if (!status.ok() && !nothing_waits) return Report(status);
  std::string text = QueueTable(here);
  Json json;
  json["statistics"] = ToJson(here, Defaults::kWrite)["queues"];
  if (nothing_waits) {
    absl::StrAppend(&text, "\nNothing waits.\n");
  } else {
    absl::StrAppend(&text, "\nThe first that waits is ticket ", first.ticket_id(), ":\n",
                    ExplanationText(first));
    json["first"] = ToJson(first);
  }
  std::cout << Render({text, json}, options.form);
  return kExitDone;
}

int Explain(const Target& target, const WhatOptions& options) {
  Caller caller(target);
  if (options.kind == kQueue) return ExplainQueue(caller, options);
  if (options.kind == kAgent) return ExplainAgent(caller, options);
  v1::ExplainTicketResponse explained;
  const grpc::Status status = ReadExplanation(caller, options.id, explained);
  if (!status.ok()) return Report(status);
  std::cout << Render({ExplanationText(explained), ToJson(explained)}, options.form);
  return kExitDone;
}

int History(const Target& target, const WhatOptions& options) {
  Caller caller(target);
  v1::ListTicketEventsResponse history;
  const grpc::Status status = ReadHistory(caller, options.id, history);
  if (!status.ok()) return Report(status);
  std::cout << Render({HistoryText(history), ToJson(history)}, options.form);
  return kExitDone;
}

// Both read `tandemctl VERB KIND ID`.
CLI::App* AddKindCommand(CLI::App& app, Context& context, const std::string& name,
                         const std::string& help, const std::vector<std::string>& kinds,
                         int (*run)(const Target&, const WhatOptions&)) {
  const auto options = std::make_shared<WhatOptions>();
  CLI::App* command = app.add_subcommand(name, help);
  CLI::Option* kind =
      command->add_option("KIND", options->kind, "What: " + absl::StrJoin(kinds, " or "))
          ->required()
          ->type_name("");
  Restrict(context, kind, kinds);
  command->add_option("ID", options->id, "Its id")->required()->type_name("");
  AddForm(*command, context, options->form);
  command->callback(
      [options, run, &context] { context.exit_code = run(context.target, *options); });
  return command;
}

}  // namespace

void AddExplain(CLI::App& app, Context& context) {
  AddKindCommand(app, context, "explain",
                 "Print why a ticket waits, and what keeps those who could take it; how it stands "
                 "in a queue, and why its first ticket waits; or what waits for an agent, and why "
                 "the agent gets no more",
                 {kTicket, kQueue, kAgent}, Explain)
      ->footer(R"(
Examples:
  tandemctl explain ticket 01890a5d-ac96-774b-bcce-b302099a8057
  tandemctl explain queue claims
  tandemctl explain agent ana)");
}

void AddHistory(CLI::App& app, Context& context) {
  AddKindCommand(app, context, "history", "Print what happened to a ticket, oldest first",
                 {kTicket}, History)
      ->footer(R"(
Examples:
  tandemctl history ticket 01890a5d-ac96-774b-bcce-b302099a8057
  tandemctl history ticket 01890a5d-ac96-774b-bcce-b302099a8057 -o json)");
}

}  // namespace tandem::ctl
