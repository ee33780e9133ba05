// get, list and describe: everything that can be read, by its kind.
#include <algorithm>
#include <functional>
#include <iostream>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "server/ctl/command_table.h"
#include "server/ctl/kinds.h"
#include "server/ctl/reading.h"
#include "server/ctl/suggest.h"
#include "server/ctl/table.h"
#include "server/ctl/ticket_text.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

constexpr char kTicket[] = "ticket";
constexpr char kTickets[] = "tickets";
constexpr char kStatistics[] = "queue-statistics";
constexpr char kConfiguration[] = "configuration";

struct GetOptions {
  std::string kind;
  std::string id;
  Form form = Form::kTable;
  std::vector<std::string> states;
  v1::TicketFilter filter;
  int64_t limit = 50;
  absl::Duration since = absl::Hours(24);
};

std::vector<std::string> ReadableKinds() {
  std::vector<std::string> names = {kTickets, kTicket, kStatistics, kConfiguration};
  for (const Kind& kind : ConfiguredKinds()) {
    names.push_back(kind.plural);
    names.push_back(kind.name);
  }
  return names;
}

std::vector<std::string> StateNames() {
  std::vector<std::string> names;
  for (int state = v1::TicketState_MIN + 1; state <= v1::TicketState_MAX; ++state) {
    if (v1::TicketState_IsValid(state)) {
      names.push_back(StateName(static_cast<v1::TicketState>(state)));
    }
  }
  return names;
}

int Print(const Document& document, Form form) {
  std::cout << Render(document, form) << std::flush;
  return kExitDone;
}

// ---------------------------------------------------------------------------------------------------
// get

int GetTickets(Caller& caller, GetOptions& options) {
  if (!options.id.empty()) {
    v1::Ticket ticket;
    const grpc::Status status = ReadTicket(caller, options.id, ticket);
    if (!status.ok()) return Report(status);
    return Print({TicketTable({ticket}), ToJson(ticket)}, options.form);
  }
  for (const std::string& name : options.states) {
    v1::TicketState state = v1::TICKET_STATE_UNSPECIFIED;
    if (v1::TicketState_Parse("TICKET_STATE_" + name, &state)) options.filter.add_states(state);
  }
  std::vector<v1::Ticket> tickets;
  bool more = false;
  const grpc::Status status = ReadTickets(caller, options.filter, options.limit, tickets, more);
  if (!status.ok()) return Report(status);
  v1::ListTicketsResponse all;
  *all.mutable_tickets() = {tickets.begin(), tickets.end()};
  Json data = ToJson(all);
  if (tickets.empty()) data["tickets"] = Json::array();
  if (more) {
    std::cerr << "These are the newest " << tickets.size()
              << "; there are more: --limit 0 prints all.\n";
  }
  return Print({TicketTable(tickets), std::move(data)}, options.form);
}

int GetStatistics(Caller& caller, const GetOptions& options) {
  v1::ListQueueStatisticsResponse response;
  const grpc::Status status = ReadStatistics(caller, options.since, response);
  if (!status.ok()) return Report(status);
  if (!options.id.empty()) {
    const auto found =
        std::find_if(response.queues().begin(), response.queues().end(),
                     [&](const v1::QueueStatistics& one) { return one.queue() == options.id; });
    if (found == response.queues().end()) {
      return Fail(kExitRefused,
                  absl::StrCat("expected a configured queue, but there is no ", options.id));
    }
    v1::ListQueueStatisticsResponse only;
    *only.add_queues() = *found;
    return Print({QueueTable(only), ToJson(*found, Defaults::kWrite)}, options.form);
  }
  return Print({QueueTable(response), ToJson(response, Defaults::kWrite)}, options.form);
}

// How many of each kind, and what holds for the workspace as a whole.
std::string ConfigurationText(const v1::GetConfigurationResponse& response,
                              const std::string& workspace) {
  TextTable table({{"kind"}, {"configured", TextTable::Align::kRight}});
  for (const Kind& kind : ConfiguredKinds()) {
    table.AddRow({kind.plural, absl::StrCat(ItemsOf(response.configuration(), kind).size())});
  }
  return absl::StrCat("workspace ", workspace, ", revision ", response.revision(), ", time zone ",
                      response.configuration().time_zone(), "\n\n", table.ToString());
}

int GetConfiguration(Caller& caller, const GetOptions& options) {
  v1::GetConfigurationResponse response;
  const grpc::Status status = ReadConfiguration(caller, response);
  if (!status.ok()) return Report(status);
  // As a document that `apply` takes.
  return Print(
      {ConfigurationText(response, caller.target().workspace), ToJson(response.configuration())},
      options.form);
}

int NoSuchItem(const v1::Configuration& configuration, const Kind& kind, const std::string& id) {
  std::vector<std::string> ids;
  for (const google::protobuf::Message* item : ItemsOf(configuration, kind)) {
    ids.push_back(IdOf(*item));
  }
  return Fail(kExitRefused, absl::StrCat("expected a configured ", kind.name, ", but there is no ",
                                         id, DidYouMean(id, ids)));
}

int GetConfigured(Caller& caller, const Kind& kind, const GetOptions& options) {
  v1::GetConfigurationResponse response;
  const grpc::Status status = ReadConfiguration(caller, response);
  if (!status.ok()) return Report(status);
  const v1::Configuration only = OnlyKind(response.configuration(), kind, options.id);
  const auto items = ItemsOf(only, kind);
  if (options.id.empty()) {
    Json data = ToJson(only);
    if (items.empty()) data[kind.field->json_name()] = Json::array();
    return Print({KindTable(only, kind), std::move(data)}, options.form);
  }
  if (items.empty()) return NoSuchItem(response.configuration(), kind, options.id);
  return Print({KindTable(only, kind), ToJson(*items[0])}, options.form);
}

int Get(const Target& target, GetOptions& options) {
  Caller caller(target);
  if (options.kind == kTickets || options.kind == kTicket) return GetTickets(caller, options);
  if (options.kind == kStatistics) return GetStatistics(caller, options);
  if (options.kind == kConfiguration) return GetConfiguration(caller, options);
  return GetConfigured(caller, *FindKind(options.kind), options);
}

// ---------------------------------------------------------------------------------------------------
// describe

// Sections under headings for people; for programs one object with a field for each.
class Description {
 public:
  void Add(const std::string& heading, const std::string& text, const std::string& name,
           Json data) {
    absl::StrAppend(&document_.text, document_.text.empty() ? "" : "\n",
                    heading.empty() ? "" : heading + ":\n", text);
    document_.data[name] = std::move(data);
  }
  [[nodiscard]] const Document& document() const { return document_; }

 private:
  Document document_;
};

int DescribeTicket(Caller& caller, const GetOptions& options) {
  v1::Ticket ticket;
  grpc::Status status = ReadTicket(caller, options.id, ticket);
  if (!status.ok()) return Report(status);
  v1::ListTicketEventsResponse history;
  status = ReadHistory(caller, options.id, history);
  if (!status.ok()) return Report(status);
  Description description;
  description.Add("", TicketText(ticket), "ticket", ToJson(ticket));
  std::string lines;
  for (const v1::Event& event : history.events()) absl::StrAppend(&lines, EventLine(event));
  description.Add("history", lines, "events", ToJson(history)["events"]);
  if (ticket.state() == v1::TICKET_STATE_QUEUED) {
    v1::ExplainTicketRequest request;
    request.set_ticket_id(options.id);
    v1::ExplainTicketResponse explained;
    status = caller.Ask(*caller.client().tickets, &v1::TicketService::Stub::ExplainTicket, request,
                        explained);
    // It may have been closed in between; then there is nothing to explain.
    if (status.ok()) {
      description.Add("why it waits", ExplanationText(explained), "explanation", ToJson(explained));
    }
  }
  return Print(description.document(), options.form);
}

int AddTickets(Caller& caller, const v1::TicketFilter& filter, const std::string& heading,
               Description& description) {
  constexpr int64_t kMost = 20;
  std::vector<v1::Ticket> tickets;
  bool more = false;
  const grpc::Status status = ReadTickets(caller, filter, kMost, tickets, more);
  if (!status.ok()) return Report(status);
  Json data = Json::array();
  for (const v1::Ticket& ticket : tickets) data.push_back(ToJson(ticket));
  description.Add(heading + (more ? ", the newest" : ""),
                  tickets.empty() ? "none\n" : TicketTable(tickets), "tickets", std::move(data));
  return kExitDone;
}

void FilterByStates(v1::TicketFilter& filter, std::initializer_list<v1::TicketState> states) {
  for (const v1::TicketState state : states) filter.add_states(state);
}

int AddWorkOfAgent(Caller& caller, const std::string& agent, Description& description) {
  v1::TicketFilter filter;
  filter.set_agent(agent);
  FilterByStates(filter,
                 {v1::TICKET_STATE_OFFERED, v1::TICKET_STATE_CONNECTING, v1::TICKET_STATE_ASSIGNED,
                  v1::TICKET_STATE_ACTIVE, v1::TICKET_STATE_WRAP_UP});
  return AddTickets(caller, filter, "offers and work", description);
}

int AddFiguresOfQueue(Caller& caller, const GetOptions& options, Description& description) {
  v1::ListQueueStatisticsResponse response;
  const grpc::Status status = ReadStatistics(caller, options.since, response);
  if (!status.ok()) return Report(status);
  v1::ListQueueStatisticsResponse only;
  for (const v1::QueueStatistics& queue : response.queues()) {
    if (queue.queue() == options.id) *only.add_queues() = queue;
  }
  description.Add("now and in the last 24 h", QueueTable(only), "statistics",
                  ToJson(only, Defaults::kWrite)["queues"]);
  v1::TicketFilter filter;
  filter.set_queue(options.id);
  FilterByStates(filter, {v1::TICKET_STATE_QUEUED, v1::TICKET_STATE_OFFERED});
  return AddTickets(caller, filter, "waiting", description);
}

int Describe(const Target& target, const GetOptions& options) {
  Caller caller(target);
  if (options.kind == kTicket || options.kind == kTickets) return DescribeTicket(caller, options);
  const Kind& kind = *FindKind(options.kind);
  v1::GetConfigurationResponse response;
  const grpc::Status status = ReadConfiguration(caller, response);
  if (!status.ok()) return Report(status);
  const v1::Configuration only = OnlyKind(response.configuration(), kind, options.id);
  const auto items = ItemsOf(only, kind);
  if (items.empty()) return NoSuchItem(response.configuration(), kind, options.id);
  Description description;
  const Json data = ToJson(*items[0]);
  description.Add("", ToYaml(data), "configured", data);
  int exit_code = kExitDone;
  if (kind.name == "agent") exit_code = AddWorkOfAgent(caller, options.id, description);
  if (kind.name == "queue") exit_code = AddFiguresOfQueue(caller, options, description);
  return exit_code == kExitDone ? Print(description.document(), options.form) : exit_code;
}

// ---------------------------------------------------------------------------------------------------
// command lines

CLI::Option* AddText(CLI::App& command, const std::string& name, const std::string& help,
                     const std::function<void(const std::string&)>& set) {
  return command.add_option_function<std::string>(name, set, help)->type_name("ID");
}

void AddFilter(CLI::App& command, Context& context, GetOptions& options) {
  v1::TicketFilter& filter = options.filter;
  CLI::Option* state =
      command.add_option("--state", options.states, "Tickets in this state; may be given again");
  state->type_name("STATE")->expected(1)->take_all()->group("Which tickets");
  state->transform(CLI::Validator(
      [](std::string& text) {
        absl::AsciiStrToUpper(&text);
        return std::string();
      },
      ""));
  Restrict(context, state, StateNames());
  const auto add = [&command](const std::string& name, const std::string& help, auto set) {
    AddText(command, name, help, set)->group("Which tickets");
  };
  add("--queue", "Of this queue", [&filter](const auto& id) { filter.set_queue(id); });
  add("--client", "Of this client", [&filter](const auto& id) { filter.set_client(id); });
  add("--process-type", "Of this process type",
      [&filter](const auto& id) { filter.set_process_type(id); });
  add("--agent", "Owned by, or offered to, this agent",
      [&filter](const auto& id) { filter.set_agent(id); });
  add("--customer", "Of this customer", [&filter](const auto& id) { filter.set_customer_id(id); });
  add("--external-id", "Made by the contact with this external id",
      [&filter](const auto& id) { filter.set_external_id(id); });
  command.add_option("--limit", options.limit, "Print so many of the newest at most; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->group("Which tickets")
      ->capture_default_str();
  AddDuration(command, "--since", options.since,
              "queue-statistics: count what ended in the last so long [24h]");
}

CLI::Option* AddKind(CLI::App& command, Context& context, GetOptions& options,
                     std::vector<std::string> kinds) {
  CLI::Option* kind = command.add_option("KIND", options.kind, "What: tickets, queues, agents …");
  kind->required()->type_name("");
  kind->transform(CLI::Validator(
      [](std::string& text) {
        std::replace(text.begin(), text.end(), '_', '-');
        return std::string();
      },
      ""));
  Restrict(context, kind, std::move(kinds));
  return kind;
}

}  // namespace

void AddGet(CLI::App& app, Context& context) {
  const auto options = std::make_shared<GetOptions>();
  CLI::App* command =
      app.add_subcommand("get", "Print things of a kind, or one: tickets, queues, agents …");
  command->footer(R"(
Examples:
  tandemctl get tickets --state QUEUED --queue billing.live
  tandemctl get ticket 01890a5d-ac96-774b-bcce-b302099a8057 -o json
  tandemctl get queue-statistics --since 1h
  tandemctl get agents -o yaml
  tandemctl get configuration -o yaml > floor.yaml   # what `tandemctl apply -f floor.yaml` takes)");
  AddKind(*command, context, *options, ReadableKinds());
  command->add_option("ID", options->id, "Only the one with this id")->type_name("");
  AddForm(*command, context, options->form);
  AddFilter(*command, context, *options);
  command->callback([options, &context] { context.exit_code = Get(context.target, *options); });
}

void AddList(CLI::App& app, Context& context) {
  const auto options = std::make_shared<GetOptions>();
  CLI::App* command = app.add_subcommand("list", "Print all things of a kind");
  command->footer(R"(
Examples:
  tandemctl list queues
  tandemctl list tickets --client acme-retail --limit 0 -o json)");
  AddKind(*command, context, *options, ReadableKinds());
  AddForm(*command, context, options->form);
  AddFilter(*command, context, *options);
  command->callback([options, &context] { context.exit_code = Get(context.target, *options); });
}

void AddDescribe(CLI::App& app, Context& context) {
  const auto options = std::make_shared<GetOptions>();
  CLI::App* command = app.add_subcommand(
      "describe", "Print everything about one thing: its configuration, its work, its history");
  command->footer(R"(
Examples:
  tandemctl describe ticket 01890a5d-ac96-774b-bcce-b302099a8057
  tandemctl describe queue billing.live
  tandemctl describe agent maria -o json)");
  std::vector<std::string> kinds = {kTicket};
  for (const Kind& kind : ConfiguredKinds()) kinds.push_back(kind.name);
  AddKind(*command, context, *options, std::move(kinds));
  command->add_option("ID", options->id, "Its id")->required()->type_name("");
  AddForm(*command, context, options->form);
  command->callback(
      [options, &context] { context.exit_code = Describe(context.target, *options); });
}

}  // namespace tandem::ctl
