// explain and history: one ticket's why and when.
#include <iostream>
#include <memory>

#include "server/ctl/command_table.h"
#include "server/ctl/reading.h"
#include "server/ctl/ticket_text.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

struct TicketOptions {
  std::string kind;
  std::string id;
  Form form = Form::kTable;
};

int Explain(const Target& target, const TicketOptions& options) {
  Caller caller(target);
  v1::ExplainTicketRequest request;
  request.set_ticket_id(options.id);
  v1::ExplainTicketResponse explained;
  const grpc::Status status = caller.Ask(
      *caller.client().tickets, &v1::TicketService::Stub::ExplainTicket, request, explained);
  if (!status.ok()) return Report(status);
  std::cout << Render({ExplanationText(explained), ToJson(explained)}, options.form);
  return kExitDone;
}

int History(const Target& target, const TicketOptions& options) {
  Caller caller(target);
  v1::ListTicketEventsResponse history;
  const grpc::Status status = ReadHistory(caller, options.id, history);
  if (!status.ok()) return Report(status);
  std::cout << Render({HistoryText(history), ToJson(history)}, options.form);
  return kExitDone;
}

// Both read `tandemctl VERB ticket ID`.
CLI::App* AddTicketCommand(CLI::App& app, Context& context, const std::string& name,
                           const std::string& help,
                           int (*run)(const Target&, const TicketOptions&)) {
  const auto options = std::make_shared<TicketOptions>();
  CLI::App* command = app.add_subcommand(name, help);
  CLI::Option* kind =
      command->add_option("KIND", options->kind, "What: ticket")->required()->type_name("");
  Restrict(context, kind, {"ticket"});
  command->add_option("ID", options->id, "Its id")->required()->type_name("");
  AddForm(*command, context, options->form);
  command->callback(
      [options, run, &context] { context.exit_code = run(context.target, *options); });
  return command;
}

}  // namespace

void AddExplain(CLI::App& app, Context& context) {
  AddTicketCommand(app, context, "explain",
                   "Print why a ticket waits: who may take it, and what keeps the others", Explain)
      ->footer(R"(
Examples:
  tandemctl explain ticket 01890a5d-ac96-774b-bcce-b302099a8057)");
}

void AddHistory(CLI::App& app, Context& context) {
  AddTicketCommand(app, context, "history", "Print what happened to a ticket, oldest first",
                   History)
      ->footer(R"(
Examples:
  tandemctl history ticket 01890a5d-ac96-774b-bcce-b302099a8057
  tandemctl history ticket 01890a5d-ac96-774b-bcce-b302099a8057 -o json)");
}

}  // namespace tandem::ctl
