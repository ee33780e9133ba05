// bulk priority, move, cancel, requeue, requirement, reclassify, skills: one change to everything
// that a filter names.
#include <unistd.h>

#include <iostream>
#include <map>
#include <memory>
#include <mutex>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "server/ctl/command_table.h"
#include "server/ctl/interrupt.h"
#include "server/ctl/progress_line.h"
#include "server/ctl/requirement_options.h"
#include "server/ctl/ticket_filter_options.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

struct BulkOptions {
  v1::BulkUpdateTicketsRequest tickets;
  v1::BulkUpdateAgentsRequest agents;
  int32_t max_items = 10'000;
  std::string request_id;
  bool validate_only = false;
  bool yes = false;  // does not ask
  bool quiet = false;
  Form form = Form::kTable;
};

const std::string& ChangedId(const v1::BulkTicketResult& result) {
  return result.ticket_id();
}
const std::string& ChangedId(const v1::BulkAgentResult& result) {
  return result.agent();
}

// How each kind is called.
const char* NounOf(const v1::BulkUpdateTicketsRequest& /*request*/, int count) {
  return count == 1 ? "ticket" : "tickets";
}
const char* NounOf(const v1::BulkUpdateAgentsRequest& /*request*/, int count) {
  return count == 1 ? "agent" : "agents";
}

std::unique_ptr<grpc::ClientReader<v1::BulkUpdateTicketsResponse>> Open(
    Client& client, grpc::ClientContext* context, const v1::BulkUpdateTicketsRequest& request) {
  return client.supervisors->BulkUpdateTickets(context, request);
}
std::unique_ptr<grpc::ClientReader<v1::BulkUpdateAgentsResponse>> Open(
    Client& client, grpc::ClientContext* context, const v1::BulkUpdateAgentsRequest& request) {
  return client.supervisors->BulkUpdateAgents(context, request);
}

// Runs a request twice: to see what matches, and, when that is meant, to change it. Used by one
// thread; Ctrl-C calls off what is under way.
class BulkRun {
 public:
  BulkRun(const Target& target, const BulkOptions& options)
      : options_(options), interrupt_([this] { CallOff(); }), caller_(target) {}

  template <typename Response, typename Request>
  int Run(Request request) {
    const Target& target = caller_.target();
    if (!caller_.channel()->WaitForConnected(absl::ToChronoTime(absl::Now() + target.timeout))) {
      return Report({grpc::StatusCode::UNAVAILABLE, "no connection to " + target.address});
    }
    request.set_workspace(target.workspace);
    request.set_max_items(options_.max_items);
    request.set_validate_only(true);
    if (const grpc::Status status = Read<Response>(request, options_.validate_only); !status.ok()) {
      return interrupt_.came() ? kExitRefused : Report(status);
    }
    SayWhatMatches(request);
    if (options_.validate_only || progress_.done() == 0) {
      return EndOf(request, "would be changed");
    }
    if (const int exit_code = Confirm(); exit_code != kExitDone) return exit_code;
    request.set_validate_only(false);
    request.set_request_id(options_.request_id.empty() ? NewUuid() : options_.request_id);
    const grpc::Status status = Read<Response>(request, /*prints=*/true);
    if (status.ok()) return EndOf(request, "changed");
    return BreakOff(request, status);
  }

 private:
  // Reads the stream to its end. What was refused is told in any case, what was not when it is
  // wanted as data.
  template <typename Response, typename Request>
  grpc::Status Read(const Request& request, bool prints) {
    ProgressLine line(options_.quiet);
    progress_.Clear();
    refused_.clear();
    grpc::ClientContext context;
    if (!MayCallOff(&context)) return grpc::Status::CANCELLED;
    const auto stream = Open(caller_.client(), &context, request);
    for (Response message; stream->Read(&message);) {
      for (const auto& result : message.results()) {
        if (result.has_error()) Complain(result, line);
        if (prints && options_.form != Form::kTable) PrintData(ToJson(result));
      }
      progress_ = message.progress();
      if (line.IsDue()) {
        line.Show(absl::StrFormat("%d of %d done, %d refused", progress_.done(),
                                  progress_.matched(), progress_.failed()));
      }
    }
    const grpc::Status status = stream->Finish();
    (void)MayCallOff(nullptr);
    return status;
  }
  // The first of each reason in full.
  template <typename Result>
  void Complain(const Result& result, ProgressLine& line) {
    const v1::ItemError& error = result.error();
    if (++refused_[error.reason()] > 1) return;
    line.End();
    std::cerr << Plain(absl::StrCat(ChangedId(result), ": ", error.reason(), ": ", error.message()))
              << "\n";
  }

  void PrintData(const Json& data) const {
    std::cout << (options_.form == Form::kJson ? data.dump() + "\n" : "---\n" + ToYaml(data));
  }

  // Where text for people goes: not among data.
  [[nodiscard]] std::ostream& text() const {
    return options_.form == Form::kTable ? std::cout : std::cerr;
  }

  template <typename Request>
  void SayWhatMatches(const Request& request) const {
    const int matched = progress_.matched();
    text() << matched << " " << NounOf(request, matched) << (matched == 1 ? " matches" : " match")
           << (progress_.more() ? ", and there are more: --max takes more at once" : "")
           << std::endl;
  }

  // Asks whoever sits at the terminal. Where nobody does, it has to be said.
  [[nodiscard]] int Confirm() const {
    if (options_.yes) return kExitDone;
    if (isatty(STDIN_FILENO) == 0) {
      return Fail(kExitUsage, "expected --yes, as there is no terminal to ask at");
    }
    return SaysYes(text(), "Change them?") ? kExitDone : Fail(kExitRefused, "Nothing was changed.");
  }

  template <typename Request>
  int EndOf(const Request& request, const char* what) const {
    if (options_.form != Form::kTable) {
      PrintData(Json{{"progress", ToJson(progress_, Defaults::kWrite)}});
    }
    text() << Summary(request, what) << std::flush;
    return progress_.failed() == 0 ? kExitDone : kExitRefused;
  }

  // "1203 of 1204 tickets changed; 1 refused: QUEUE_FULL 1".
  template <typename Request>
  std::string Summary(const Request& request, const char* what) const {
    std::string text = absl::StrFormat("%d of %d %s %s", progress_.done(), progress_.matched(),
                                       NounOf(request, progress_.matched()), what);
    if (progress_.failed() > 0) absl::StrAppend(&text, "; ", progress_.failed(), " refused:");
    for (const auto& [reason, count] : refused_) absl::StrAppend(&text, " ", reason, " ", count);
    return text + "\n";
  }

  // It ended before all were tried.
  template <typename Request>
  int BreakOff(const Request& request, const grpc::Status& status) const {
    std::cerr << Summary(request, "known to be changed");
    const int exit_code = interrupt_.came() ? Fail(kExitRefused, "Called off.") : Report(status);
    std::cerr << "What was under way may be changed, too. The same command with --request-id "
              << request.request_id() << " sees to the rest, and changes nothing twice.\n";
    return exit_code;
  }

  // What Ctrl-C calls off from now on; null: nothing. False when it came already.
  [[nodiscard]] bool MayCallOff(grpc::ClientContext* context) {
    const std::lock_guard lock(mutex_);
    context_ = context;
    return !interrupt_.came();
  }
  void CallOff() {
    const std::lock_guard lock(mutex_);
    if (context_ == nullptr) _exit(kExitRefused);  // Nothing is under way: it is the answer.
    context_->TryCancel();
  }

  const BulkOptions& options_;
  std::mutex mutex_;
  grpc::ClientContext* context_ = nullptr;  // Guarded by mutex_. Of the stream that is open.
  OnInterrupt interrupt_;
  Caller caller_;
  v1::BulkProgress progress_;
  std::map<std::string, int> refused_;  // How many for each reason.
};

// -------------------------------------------------------------------------------------------------
// command lines

void AddCommon(CLI::App& command, Context& context, BulkOptions& options) {
  command.add_option("--max", options.max_items, "Change no more than so many, up to 50000")
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--request-id", options.request_id,
                  "UUID: the same one again changes nothing twice [a new one]")
      ->type_name("UUID");
  command.add_flag("--validate-only", options.validate_only, "Say what matches, change nothing");
  command.add_flag("-y,--yes", options.yes, "Change without asking; needed without a terminal");
  command.add_flag("-q,--quiet", options.quiet, "Say nothing of progress");
  AddForm(command, context, options.form);
}

BulkOptions& AddTickets(CLI::App& group, Context& context, const std::string& name,
                        const std::string& help, const std::string& examples) {
  const auto options = std::make_shared<BulkOptions>();
  CLI::App* command = group.add_subcommand(name, help);
  command->footer("\nExamples:\n" + examples);
  v1::BulkUpdateTicketsRequest& request = options->tickets;
  AddTicketFilter(*command, context, *request.mutable_filter());
  AddSupervisor(*command, [&request](const std::string& who) { request.set_supervisor(who); });
  AddCommon(*command, context, *options);
  command->callback([options, &context] {
    context.exit_code =
        BulkRun(context.target, *options).Run<v1::BulkUpdateTicketsResponse>(options->tickets);
  });
  return *options;
}

// "cards=5".
std::string SetSkill(const std::string& text, v1::BulkUpdateAgentsRequest& request) {
  const size_t at = text.find('=');
  uint32_t level = 0;
  if (at == std::string::npos || !absl::SimpleAtoi(text.substr(at + 1), &level)) {
    return "expected SKILL=LEVEL, as in cards=5, but got " + text;
  }
  v1::SkillLevel& skill = *request.add_set_skills();
  skill.set_skill(text.substr(0, at));
  skill.set_level(level);
  return "";
}

void AddSkills(CLI::App& group, Context& context) {
  const auto options = std::make_shared<BulkOptions>();
  v1::BulkUpdateAgentsRequest& request = options->agents;
  v1::AgentFilter& filter = *request.mutable_filter();
  CLI::App* command = group.add_subcommand("skills", "Give agents skills, or take them away");
  command->footer(R"(
Examples:
  tandemctl bulk skills --team north --set cards=5 --set loans=3 --remove cheques
  tandemctl bulk skills --site porto --skill cards --to-profile night -y)");
  const auto add = [&](const std::string& name, const std::string& help,
                       const std::function<void(const std::string&)>& set) {
    return command->add_option_function<std::string>(name, set, help)->type_name("ID");
  };
  constexpr char kWhich[] = "Which agents";
  add("--team", "Of this team", [&filter](const auto& id) { filter.set_team(id); })->group(kWhich);
  add("--site", "At this site", [&filter](const auto& id) { filter.set_site(id); })->group(kWhich);
  add("--routing-profile", "With this routing profile", [&filter](const auto& id) {
    filter.set_routing_profile(id);
  })->group(kWhich);
  add("--skill", "Who hold this skill, at any level", [&filter](const auto& id) {
    filter.set_skill(id);
  })->group(kWhich);
  add("--process-type", "Who may do this process type", [&filter](const auto& id) {
    filter.set_process_type(id);
  })->group(kWhich);
  add("--client", "Who may serve this client", [&filter](const auto& id) {
    filter.set_client(id);
  })->group(kWhich);
  AddTexts(*command, "--set", "Give this skill with this level, 1 to 10; may be given again",
           [&request](const std::string& text) {
             const std::string wrong = SetSkill(text, request);
             if (!wrong.empty()) throw CLI::ValidationError("--set", wrong);
           })
      ->type_name("SKILL=LEVEL");
  AddIds(*command, "--remove", "Take this skill away; may be given again",
         *request.mutable_remove_skills());
  add("--to-profile", "Give this routing profile",
      [&request](const auto& id) { request.set_routing_profile(id); });
  AddCommon(*command, context, *options);
  command->callback([options, &context] {
    context.exit_code =
        BulkRun(context.target, *options).Run<v1::BulkUpdateAgentsResponse>(options->agents);
  });
}

}  // namespace

void AddBulk(CLI::App& app, Context& context) {
  CLI::App* group =
      app.add_subcommand("bulk", "Change all tickets, or all agents, that a filter names");
  group->require_subcommand(1);
  group->footer(R"(
Examples:
  tandemctl bulk priority 8 --queue claims --client acme-retail --as sue
  tandemctl bulk move claims.night --queue claims --as sue
  tandemctl bulk cancel --reason storm --queue outages --validate-only --as sue
  tandemctl bulk requeue --agent ana --as sue
  tandemctl bulk requirement --skill cards=2 --queue claims --as sue
  tandemctl bulk reclassify --queue claims --as sue
  tandemctl bulk skills --team north --set cards=5 --remove cheques

First it looks what matches, and asks. What is refused is told, and the others are changed; exit code
1: not all were. Ctrl-C stops it, and what is done stays done. JSON is one object a line, one for each
ticket or agent, and then the progress.)");
  v1::BulkUpdateTicketsRequest& priority =
      AddTickets(*group, context, "priority", "Give open tickets another priority",
                 R"(  tandemctl bulk priority 8 --queue claims --client acme-retail --as sue
  tandemctl bulk priority 0 --customer c-4711 --as sue -y -o json)")
          .tickets;
  group->get_subcommand("priority")
      ->add_option_function<uint32_t>(
          "PRIORITY", [&priority](const uint32_t& value) { priority.set_priority(value); },
          "0 to 9, higher is more urgent")
      ->required()
      ->type_name("");
  v1::BulkUpdateTicketsRequest& move =
      AddTickets(*group, context, "move", "Move waiting tickets to another queue",
                 R"(  tandemctl bulk move claims.night --queue claims --as sue
  tandemctl bulk move claims --queue claims.night --state QUEUED --max 500 --as sue -y)")
          .tickets;
  group->get_subcommand("move")
      ->add_option_function<std::string>(
          "TO", [&move](const std::string& queue) { move.set_to_queue(queue); },
          "Id of the queue to move them to")
      ->required()
      ->type_name("");
  v1::BulkUpdateTicketsRequest& cancel =
      AddTickets(*group, context, "cancel", "Call tickets off that nobody works on",
                 R"(  tandemctl bulk cancel --reason storm --queue outages --validate-only --as sue
  tandemctl bulk cancel --reason test --client trial --state ACTIVE --state QUEUED --as sue)")
          .tickets;
  cancel.mutable_cancel();
  group->get_subcommand("cancel")
      ->add_option_function<std::string>(
          "--reason",
          [&cancel](const std::string& reason) { cancel.mutable_cancel()->set_reason(reason); },
          "Why, kept in the events: no personal data")
      ->type_name("TEXT");
  AddTickets(*group, context, "requeue", "Take tickets from their agents, back into their queues",
             R"(  tandemctl bulk requeue --agent ana --as sue
  tandemctl bulk requeue --queue claims --state ASSIGNED --as sue -y)")
      .tickets.mutable_requeue();
  v1::BulkUpdateTicketsRequest& asked =
      AddTickets(*group, context, "requirement", "Ask something else of agents for tickets",
                 R"(  tandemctl bulk requirement --skill cards=2 --queue claims --as sue
  tandemctl bulk requirement --requirement-file night.yaml --client acme-retail --as sue -y
  tandemctl bulk requirement --ask-nothing --queue claims --state QUEUED --as sue)")
          .tickets;
  AddRequirementOptions(*group->get_subcommand("requirement"),
                        [&asked]() -> v1::Requirement& { return *asked.mutable_requirement(); });
  AddTickets(*group, context, "reclassify", "Have rules say anew where waiting tickets belong",
             R"(  tandemctl bulk reclassify --queue claims --as sue
  tandemctl bulk reclassify --client acme-retail --validate-only --as sue)")
      .tickets.set_reclassify(true);
  AddSkills(*group, context);
}

}  // namespace tandem::ctl
