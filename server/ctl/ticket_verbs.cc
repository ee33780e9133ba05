// ticket update, note, message, survey: what is written to a ticket.
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"

#include "server/ctl/command_table.h"
#include "server/ctl/requirement_options.h"
#include "server/ctl/ticket_filter_options.h"
#include "server/ctl/ticket_text.h"
#include "server/files/read.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

struct WriteOptions {
  v1::UpdateTicketRequest update;
  v1::AddNoteRequest note;
  v1::AddMessageRequest message;
  v1::RecordSurveyRequest survey;
  std::optional<SaidInstant> at;  // When it is due, or was written, or answered.
};

// A text, or all of standard input for "-".
std::string TextOrInput(const std::string& text) {
  return text == "-" ? files::ReadAll(std::cin).value_or("") : text;
}

google::protobuf::Timestamp InstantOf(const SaidInstant& instant) {
  return ToTimestamp(Resolve(instant, absl::Now(), absl::LocalTimeZone()));
}

int Update(const Target& target, WriteOptions& options) {
  Caller caller(target);
  v1::UpdateTicketRequest& request = options.update;
  if (options.at) *request.mutable_due_at() = InstantOf(*options.at);
  request.set_request_id(NewUuid());
  v1::UpdateTicketResponse response;
  const grpc::Status status = caller.Ask(*caller.client().tickets,
                                         &v1::TicketService::Stub::UpdateTicket, request, response);
  if (!status.ok()) return Report(status);
  std::cout << absl::StrCat("Ticket ", request.ticket_id(), " is at revision ", response.revision(),
                            "\n");
  return kExitDone;
}

int AddNote(const Target& target, WriteOptions& options) {
  Caller caller(target);
  v1::AddNoteRequest& request = options.note;
  request.set_text(TextOrInput(request.text()));
  request.set_request_id(NewUuid());
  v1::AddNoteResponse response;
  const grpc::Status status =
      caller.Ask(*caller.client().tickets, &v1::TicketService::Stub::AddNote, request, response);
  if (!status.ok()) return Report(status);
  std::cout << absl::StrCat("Note ", response.sequence(), " is on ticket ", request.ticket_id(),
                            "\n");
  return kExitDone;
}

int AddMessage(const Target& target, WriteOptions& options) {
  Caller caller(target);
  v1::AddMessageRequest& request = options.message;
  if (options.at) *request.mutable_sent_at() = InstantOf(*options.at);
  request.set_text(TextOrInput(request.text()));
  request.set_request_id(NewUuid());
  v1::AddMessageResponse response;
  const grpc::Status status =
      caller.Ask(*caller.client().tickets, &v1::TicketService::Stub::AddMessage, request, response);
  if (!status.ok()) return Report(status);
  std::cout << absl::StrCat("Message ", response.sequence(), " is on ticket ", request.ticket_id(),
                            ", ", ShortEnum(response.state()),
                            response.reopened() ? ", reopened" : "", "\n");
  return kExitDone;
}

int RecordSurvey(const Target& target, WriteOptions& options) {
  Caller caller(target);
  v1::RecordSurveyRequest& request = options.survey;
  if (options.at) *request.mutable_answered_at() = InstantOf(*options.at);
  request.set_request_id(NewUuid());
  v1::RecordSurveyResponse response;
  const grpc::Status status = caller.Ask(*caller.client().tickets,
                                         &v1::TicketService::Stub::RecordSurvey, request, response);
  if (!status.ok()) return Report(status);
  std::cout << absl::StrCat("The survey is on ticket ", request.ticket_id(), "\n");
  return kExitDone;
}

// "csat=4/1-5": 4 of 1 to 5; "nps=9/10": of 0 to 10.
v1::SurveyScore ScoreOf(const std::string& text) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits('=', 1));
  const std::pair<std::string, std::string> values =
      absl::StrSplit(parts.second, absl::MaxSplits('/', 1));
  const size_t dash = values.second.find('-');
  const std::string lowest = dash == std::string::npos ? "0" : values.second.substr(0, dash);
  const std::string highest =
      dash == std::string::npos ? values.second : values.second.substr(dash + 1);
  v1::SurveyScore score;
  score.set_measure(parts.first);
  int32_t value = 0;
  int32_t least = 0;
  int32_t most = 0;
  if (!absl::SimpleAtoi(values.first, &value) || !absl::SimpleAtoi(lowest, &least) ||
      !absl::SimpleAtoi(highest, &most)) {
    throw CLI::ValidationError(
        "--score", "expected MEASURE=SCORE/LOWEST-HIGHEST, as in csat=4/1-5, but got " + text);
  }
  score.set_score(value);
  score.set_lowest(least);
  score.set_highest(most);
  return score;
}

// A verb of the ticket that is named; `set_ticket` is told which.
CLI::App* AddVerb(CLI::App& group, Context& context, const std::string& name,
                  const std::string& help, const std::shared_ptr<WriteOptions>& options,
                  const std::function<void(const std::string&)>& set_ticket,
                  int (*run)(const Target&, WriteOptions&)) {
  CLI::App* command = group.add_subcommand(name, help);
  command->add_option_function<std::string>("TICKET", set_ticket, "Id of the ticket")
      ->required()
      ->type_name("");
  command->callback(
      [options, run, &context] { context.exit_code = run(context.target, *options); });
  return command;
}

void AddText(CLI::App& command, const std::string& help,
             const std::function<void(const std::string&)>& set) {
  command.add_option_function<std::string>("TEXT", set, help + "; -: standard input")
      ->required()
      ->type_name("");
}

void AddTime(CLI::App& command, const std::string& name, const std::string& help,
             const std::shared_ptr<WriteOptions>& options) {
  AddInstant(command, name, help + ", in this machine's zone unless it names one",
             [options](const SaidInstant& instant) { options->at = instant; });
}

void AddTicketUpdate(CLI::App& group, Context& context) {
  const auto options = std::make_shared<WriteOptions>();
  v1::UpdateTicketRequest& request = options->update;
  CLI::App* command = AddVerb(
      group, context, "update", "Change what a ticket says, in one step", options,
      [&request](const std::string& id) { request.set_ticket_id(id); }, Update);
  command->footer(R"(
Examples:
  tandemctl ticket update 01890a5d-ac96-774b-bcce-b302099a8057 --priority 7 --reference crm=CASE-4711
  tandemctl ticket update 01890a5d-ac96-774b-bcce-b302099a8057 --attribute amount=1200 --expected-revision 3
  tandemctl ticket update 01890a5d-ac96-774b-bcce-b302099a8057 --skill cards=2
  tandemctl ticket update 01890a5d-ac96-774b-bcce-b302099a8057 --segment gold --reclassify)");
  const auto add = [command](const char* name, const char* type, const char* help,
                             const std::function<void(const std::string&)>& set) {
    command->add_option_function<std::string>(name, set, help)->type_name(type);
  };
  command
      ->add_option_function<uint32_t>(
          "--priority", [&request](const uint32_t& priority) { request.set_priority(priority); },
          "Higher is more urgent")
      ->type_name("0-9");
  AddTime(*command, "--due", "When the work is due", options);
  add("--customer", "ID", "The customer", [&](const auto& text) { request.set_customer_id(text); });
  add("--segment", "TEXT", "The customer's segment",
      [&](const auto& text) { request.set_customer_segment(text); });
  add("--subject", "TEXT", "A line for people",
      [&](const auto& text) { request.set_subject(text); });
  command
      ->add_option_function<std::vector<std::string>>(
          "--attribute",
          [&request](const std::vector<std::string>& texts) {
            for (const std::string& text : texts) {
              const size_t equals = text.find('=');
              if (equals == std::string::npos) {
                throw CLI::ValidationError("--attribute", "expected KEY=VALUE, but got " + text);
              }
              (*request.mutable_set_attributes())[text.substr(0, equals)] = text.substr(equals + 1);
            }
          },
          "Add or replace a label; may be given again")
      ->expected(1)
      ->take_all()
      ->type_name("KEY=VALUE");
  AddIds(*command, "--remove-attribute", "Take a label away; may be given again",
         *request.mutable_remove_attributes())
      ->type_name("KEY");
  AddTexts(*command, "--reference", "What another system calls it; may be given again",
           [&request](const std::string& text) {
             *request.add_add_external_references() = ReferenceOf("--reference", text);
           })
      ->type_name("SYSTEM=ID");
  AddTexts(*command, "--remove-reference", "No more called so; may be given again",
           [&request](const std::string& text) {
             *request.add_remove_external_references() = ReferenceOf("--remove-reference", text);
           })
      ->type_name("SYSTEM=ID");
  AddRequirementOptions(
      *command, [options]() -> v1::Requirement& { return *options->update.mutable_requirement(); });
  command->add_flag_callback(
      "--reclassify", [&request] { request.set_reclassify(true); },
      "Have rules say anew what its contact left out");
  command
      ->add_option_function<int64_t>(
          "--expected-revision",
          [&request](const int64_t& revision) { request.set_expected_revision(revision); },
          "Only when this is its revision [in any case]")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
}

void AddWriting(CLI::App& group, Context& context) {
  const auto note = std::make_shared<WriteOptions>();
  CLI::App* command = AddVerb(
      group, context, "note", "Write a note for colleagues", note,
      [note](const std::string& id) { note->note.set_ticket_id(id); }, AddNote);
  command->footer(R"(
Examples:
  tandemctl ticket note 01890a5d-ac96-774b-bcce-b302099a8057 "waits for the bank" --agent maria)");
  AddText(*command, "What", [note](const std::string& text) { note->note.set_text(text); });
  command
      ->add_option_function<std::string>(
          "--agent", [note](const std::string& id) { note->note.set_agent(id); },
          "The agent who writes it [nobody's]")
      ->type_name("ID");

  const auto message = std::make_shared<WriteOptions>();
  command = AddVerb(
      group, context, "message", "Write down a message of its conversation", message,
      [message](const std::string& id) { message->message.set_ticket_id(id); }, AddMessage);
  command->footer(R"(
Examples:
  tandemctl ticket message 01890a5d-ac96-774b-bcce-b302099a8057 "I am still waiting" --from customer
  tandemctl ticket message 01890a5d-ac96-774b-bcce-b302099a8057 - --from agent --agent maria < answer.txt

A customer's message wakes a parked ticket, and may reopen a closed one.)");
  AddText(*command, "What was written",
          [message](const std::string& text) { message->message.set_text(text); });
  AddWords(*command, context, "--from", "Who wrote it", WordsOf(*v1::Party_descriptor()),
           [message](int party) { message->message.set_author(static_cast<v1::Party>(party)); })
      ->required()
      ->type_name("customer|agent|system");
  command
      ->add_option_function<std::string>(
          "--agent", [message](const std::string& id) { message->message.set_agent(id); },
          "Which agent wrote it")
      ->type_name("ID");
  AddWords(*command, context, "--direction", "Which way it went [as who wrote it]",
           WordsOf(*v1::Direction_descriptor()),
           [message](int way) { message->message.set_direction(static_cast<v1::Direction>(way)); })
      ->type_name("inbound|outbound|internal");
  AddTime(*command, "--at", "When it was written [now]", message);
  command
      ->add_option_function<std::string>(
          "--external-id",
          [message](const std::string& id) { message->message.set_external_id(id); },
          "What the channel calls it")
      ->type_name("ID");

  const auto survey = std::make_shared<WriteOptions>();
  command = AddVerb(
      group, context, "survey", "Record how the customer rated it", survey,
      [survey](const std::string& id) { survey->survey.set_ticket_id(id); }, RecordSurvey);
  command->footer(R"(
Examples:
  tandemctl ticket survey 01890a5d-ac96-774b-bcce-b302099a8057 --score csat=4/1-5 --score nps=9/0-10)");
  AddTexts(*command, "--score", "A score, and what is possible; may be given again",
           [survey](const std::string& text) { *survey->survey.add_scores() = ScoreOf(text); })
      ->required()
      ->type_name("MEASURE=SCORE/LOWEST-HIGHEST");
  AddTime(*command, "--at", "When the customer answered [now]", survey);
}

}  // namespace

void AddTicket(CLI::App& app, Context& context) {
  CLI::App* group = app.add_subcommand("ticket", "Change a ticket, or write to it");
  group->require_subcommand(1);
  group->footer(R"(
Examples:
  tandemctl ticket update 01890a5d-ac96-774b-bcce-b302099a8057 --priority 7
  tandemctl ticket note 01890a5d-ac96-774b-bcce-b302099a8057 "waits for the bank"
  tandemctl ticket message 01890a5d-ac96-774b-bcce-b302099a8057 "I am still waiting" --from customer
  tandemctl ticket survey 01890a5d-ac96-774b-bcce-b302099a8057 --score csat=4/1-5

What moves it is done by `tandemctl supervise`, and by its agent.)");
  AddTicketUpdate(*group, context);
  AddWriting(*group, context);
}

}  // namespace tandem::ctl
