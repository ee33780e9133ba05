// supervise assign, requeue, transfer, reopen, status, shift: what a supervisor does with tickets
// and agents.
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

struct SuperviseOptions {
  v1::AssignTicketRequest assign;
  v1::RequeueTicketRequest requeue;
  v1::TransferTicketRequest transfer;
  v1::ReopenTicketRequest reopen;
  v1::OverrideAgentStatusRequest status;
  v1::SetShiftEndRequest shift;
  std::optional<SaidInstant> shift_ends_at;
};

int Assign(const Target& target, SuperviseOptions& options) {
  Caller caller(target);
  options.assign.set_request_id(NewUuid());
  v1::AssignTicketResponse response;
  const grpc::Status status =
      caller.Ask(*caller.client().supervisors, &v1::SupervisorService::Stub::AssignTicket,
                 options.assign, response);
  if (!status.ok()) return Report(status);
  std::cout << absl::StrCat("Ticket ", options.assign.ticket_id(), " is ", options.assign.agent(),
                            "'s, ", ShortEnum(response.state()), "\n");
  return kExitDone;
}

int Requeue(const Target& target, SuperviseOptions& options) {
  Caller caller(target);
  options.requeue.set_request_id(NewUuid());
  v1::RequeueTicketResponse response;
  const grpc::Status status =
      caller.Ask(*caller.client().supervisors, &v1::SupervisorService::Stub::RequeueTicket,
                 options.requeue, response);
  if (!status.ok()) return Report(status);
  std::cout << absl::StrCat("Ticket ", options.requeue.ticket_id(), " is in its queue again\n");
  return kExitDone;
}

int Transfer(const Target& target, SuperviseOptions& options) {
  Caller caller(target);
  v1::TransferTicketRequest& request = options.transfer;
  request.set_request_id(NewUuid());
  v1::TransferTicketResponse response;
  const grpc::Status status = caller.Ask(
      *caller.client().tickets, &v1::TicketService::Stub::TransferTicket, request, response);
  if (!status.ok()) return Report(status);
  std::cout << absl::StrCat("Ticket ", request.ticket_id(), " was transferred",
                            request.queue().empty() ? "" : " to queue " + request.queue(),
                            request.agent().empty() ? "" : ", for " + request.agent(), "\n");
  return kExitDone;
}

int Reopen(const Target& target, SuperviseOptions& options) {
  Caller caller(target);
  options.reopen.set_request_id(NewUuid());
  v1::ReopenTicketResponse response;
  const grpc::Status status = caller.Ask(
      *caller.client().tickets, &v1::TicketService::Stub::ReopenTicket, options.reopen, response);
  if (!status.ok()) return Report(status);
  std::cout << absl::StrCat("Ticket ", options.reopen.ticket_id(), " is open again\n");
  return kExitDone;
}

int SetStatus(const Target& target, SuperviseOptions& options) {
  Caller caller(target);
  options.status.set_request_id(NewUuid());
  v1::OverrideAgentStatusResponse response;
  const grpc::Status status =
      caller.Ask(*caller.client().supervisors, &v1::SupervisorService::Stub::OverrideAgentStatus,
                 options.status, response);
  if (!status.ok()) return Report(status);
  std::cout << absl::StrCat("The status of ", options.status.agent(), " is set\n");
  return kExitDone;
}

int SetShiftEnd(const Target& target, SuperviseOptions& options) {
  Caller caller(target);
  using google::protobuf::util::TimeUtil;
  v1::SetShiftEndRequest& request = options.shift;
  if (options.shift_ends_at) {
    *request.mutable_ends_at() =
        ToTimestamp(Resolve(*options.shift_ends_at, absl::Now(), absl::LocalTimeZone()));
  }
  request.set_request_id(NewUuid());
  v1::SetShiftEndResponse response;
  const grpc::Status status = caller.Ask(
      *caller.client().supervisors, &v1::SupervisorService::Stub::SetShiftEnd, request, response);
  if (!status.ok()) return Report(status);
  std::cout << absl::StrCat("The shift of ", request.agent(),
                            request.has_ends_at()
                                ? " ends at " + TimeUtil::ToString(request.ends_at())
                                : std::string(" has no known end"),
                            "\n");
  return kExitDone;
}

CLI::App* AddVerb(CLI::App& group, Context& context, const std::string& name,
                  const std::string& help, const std::shared_ptr<SuperviseOptions>& options,
                  int (*run)(const Target&, SuperviseOptions&)) {
  CLI::App* command = group.add_subcommand(name, help);
  command->callback(
      [options, run, &context] { context.exit_code = run(context.target, *options); });
  return command;
}

void AddId(CLI::App& command, const std::string& name, const std::string& help,
           const std::function<void(const std::string&)>& set) {
  command.add_option_function<std::string>(name, set, help)->required()->type_name("");
}

void AddAssign(CLI::App& group, Context& context) {
  const auto options = std::make_shared<SuperviseOptions>();
  v1::AssignTicketRequest& request = options->assign;
  CLI::App* command =
      AddVerb(group, context, "assign", "Give a ticket that waits to an agent", options, Assign);
  AddId(*command, "TICKET", "Id of the ticket",
        [&request](const std::string& id) { request.set_ticket_id(id); });
  AddId(*command, "AGENT", "Id of the agent",
        [&request](const std::string& id) { request.set_agent(id); });
  AddSupervisor(*command, [&request](const std::string& name) { request.set_supervisor(name); });
  command->add_flag_callback(
      "--over-capacity", [&request] { request.set_override_capacity(true); },
      "Also when the agent has no room for it");
  command->add_flag_callback(
      "--against-requirement", [&request] { request.set_override_requirement(true); },
      "Also when process type, queue or requirement speak against it");
  command->footer(R"(
Examples:
  tandemctl supervise assign 01890a5d-ac96-774b-bcce-b302099a8057 ana --as sue
  tandemctl supervise assign 01890a5d-ac96-774b-bcce-b302099a8057 ana --as sue --over-capacity)");
}

void AddRequeue(CLI::App& group, Context& context) {
  const auto options = std::make_shared<SuperviseOptions>();
  v1::RequeueTicketRequest& request = options->requeue;
  CLI::App* command =
      AddVerb(group, context, "requeue", "Take a ticket from its agent, back into its queue",
              options, Requeue);
  AddId(*command, "TICKET", "Id of the ticket",
        [&request](const std::string& id) { request.set_ticket_id(id); });
  AddSupervisor(*command, [&request](const std::string& name) { request.set_supervisor(name); });
  command->footer(R"(
Examples:
  tandemctl supervise requeue 01890a5d-ac96-774b-bcce-b302099a8057 --as sue)");
}

void AddTransfer(CLI::App& group, Context& context) {
  const auto options = std::make_shared<SuperviseOptions>();
  v1::TransferTicketRequest& request = options->transfer;
  CLI::App* command =
      AddVerb(group, context, "transfer", "Move a ticket to another queue, or keep it for an agent",
              options, Transfer);
  AddId(*command, "TICKET", "Id of the ticket",
        [&request](const std::string& id) { request.set_ticket_id(id); });
  const auto add = [&](const std::string& name, const std::string& help,
                       const std::function<void(const std::string&)>& set) {
    return command->add_option_function<std::string>(name, set, help)->type_name("ID");
  };
  add("--queue", "To this queue; without it, with --agent: it stays in its own",
      [&request](const std::string& id) { request.set_queue(id); });
  CLI::Option* agent = add("--agent", "For this agent first",
                           [&request](const std::string& id) { request.set_agent(id); });
  AddDuration(*command, "--wait", "How long it is kept for the agent [as the queue says]",
              [&request](absl::Duration span) { *request.mutable_wait() = ToDuration(span); })
      ->needs(agent);
  command->footer(R"(
Examples:
  tandemctl supervise transfer 01890a5d-ac96-774b-bcce-b302099a8057 --queue billing
  tandemctl supervise transfer 01890a5d-ac96-774b-bcce-b302099a8057 --agent ana --wait 1m)");
}

void AddReopen(CLI::App& group, Context& context) {
  const auto options = std::make_shared<SuperviseOptions>();
  v1::ReopenTicketRequest& request = options->reopen;
  CLI::App* command =
      AddVerb(group, context, "reopen", "Queue a COMPLETED ticket again, for who had it last",
              options, Reopen);
  AddId(*command, "TICKET", "Id of the ticket",
        [&request](const std::string& id) { request.set_ticket_id(id); });
  command->footer(R"(
Examples:
  tandemctl supervise reopen 01890a5d-ac96-774b-bcce-b302099a8057)");
}

void AddStatus(CLI::App& group, Context& context) {
  const auto options = std::make_shared<SuperviseOptions>();
  v1::OverrideAgentStatusRequest& request = options->status;
  CLI::App* command =
      AddVerb(group, context, "status", "Set an agent's status", options, SetStatus);
  AddId(*command, "AGENT", "Id of the agent",
        [&request](const std::string& id) { request.set_agent(id); });
  const Words settable = {{"AVAILABLE", v1::AGENT_STATUS_AVAILABLE},
                          {"NOT_READY", v1::AGENT_STATUS_NOT_READY},
                          {"DRAINING", v1::AGENT_STATUS_DRAINING},
                          {"OFFLINE", v1::AGENT_STATUS_OFFLINE}};
  AddWords(*command, context, "--to", "The status", settable,
           [&request](int status) { request.set_status(static_cast<v1::AgentStatus>(status)); })
      ->required()
      ->type_name("STATUS");
  AddSupervisor(*command, [&request](const std::string& name) { request.set_supervisor(name); });
  // Of the status, or of the one that follows DRAINING.
  command
      ->add_option_function<std::string>(
          "--reason",
          [&request](const std::string& reason) {
            if (request.status() == v1::AGENT_STATUS_DRAINING) {
              request.set_next_status(v1::AGENT_STATUS_NOT_READY);
              request.set_next_reason(reason);
            } else {
              request.set_reason(reason);
            }
          },
          "Reason of NOT_READY; with DRAINING: NOT_READY for this reason follows, and not OFFLINE")
      ->type_name("ID");
  command->footer(R"(
Examples:
  tandemctl supervise status ana --to AVAILABLE --as sue
  tandemctl supervise status ana --to DRAINING --as sue
  tandemctl supervise status ana --to DRAINING --reason lunch --as sue)");
}

void AddShift(CLI::App& group, Context& context) {
  const auto options = std::make_shared<SuperviseOptions>();
  v1::SetShiftEndRequest& request = options->shift;
  CLI::App* command =
      AddVerb(group, context, "shift", "Say when an agent's shift ends", options, SetShiftEnd);
  AddId(*command, "AGENT", "Id of the agent",
        [&request](const std::string& id) { request.set_agent(id); });
  AddInstant(*command, "--ends-at",
             "When it ends, in this machine's zone unless it names one [no known end]",
             [options](const SaidInstant& instant) { options->shift_ends_at = instant; });
  AddSupervisor(*command, [&request](const std::string& name) { request.set_supervisor(name); });
  command->footer(R"(
Examples:
  tandemctl supervise shift ana --ends-at 2026-11-26T18:00 --as sue
  tandemctl supervise shift ana --as sue)");
}

}  // namespace

void AddSupervise(CLI::App& app, Context& context) {
  CLI::App* group = app.add_subcommand(
      "supervise", "Give tickets to agents, take them away, reopen them, set statuses and shifts");
  group->require_subcommand(1);
  group->footer(R"(
Examples:
  tandemctl supervise assign 01890a5d-ac96-774b-bcce-b302099a8057 ana --as sue
  tandemctl supervise requeue 01890a5d-ac96-774b-bcce-b302099a8057 --as sue
  tandemctl supervise transfer 01890a5d-ac96-774b-bcce-b302099a8057 --agent ana
  tandemctl supervise reopen 01890a5d-ac96-774b-bcce-b302099a8057
  tandemctl supervise status ana --to DRAINING --as sue
  tandemctl supervise shift ana --ends-at 2026-11-26T18:00 --as sue)");
  AddAssign(*group, context);
  AddRequeue(*group, context);
  AddTransfer(*group, context);
  AddReopen(*group, context);
  AddStatus(*group, context);
  AddShift(*group, context);
}

}  // namespace tandem::ctl
