// get, list and describe: everything that can be read, by its kind.
#include <algorithm>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "server/ctl/command_table.h"
#include "server/ctl/kinds.h"
#include "server/ctl/live_text.h"
#include "server/ctl/reading.h"
#include "server/ctl/spans.h"
#include "server/ctl/suggest.h"
#include "server/ctl/table.h"
#include "server/ctl/ticket_filter_options.h"
#include "server/ctl/ticket_text.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

constexpr char kTicketKind[] = "ticket";
constexpr char kTickets[] = "tickets";
constexpr char kStatistics[] = "queue-statistics";
constexpr char kConfiguration[] = "configuration";
constexpr char kSettings[] = "workspace-settings";

// An option that says which things of a few kinds.
struct Filter {
  const CLI::Option* option;
  std::vector<std::string> plurals;
  bool of_items = false;  // Of those that the server lists by ItemFilter.
};

struct GetOptions {
  std::string kind;
  std::string id;
  Form form = Form::kTable;
  v1::TicketFilter filter;
  ItemFilter items;    // But for what `filter` says, too: client, queue, process type.
  std::string ticket;  // Whose notes and the like.
  int64_t limit = 50;
  absl::Duration since = absl::Hours(24);
  std::vector<Filter> filters;
};

std::vector<std::string> ReadableKinds() {
  std::vector<std::string> names = {kTickets, kTicketKind, kStatistics, kConfiguration, kSettings};
  for (const Kind& kind : Kinds()) {
    names.push_back(kind.plural);
    names.push_back(kind.name);
  }
  return names;
}

// The plurals, for help.
std::string KindsText() {
  constexpr size_t kWidth = 100;
  std::string text = "\n\nKinds:";
  size_t begin = text.rfind('\n');
  for (const std::string& name : ReadableKinds()) {
    const Kind* kind = FindKind(name);
    if (name == kTicketKind || (kind != nullptr && name == kind->name)) continue;
    if (text.size() - begin + name.size() + 1 > kWidth) {
      begin = text.size();
      absl::StrAppend(&text, "\n ");
    }
    absl::StrAppend(&text, " ", name);
  }
  return absl::StrCat(text, "; or the singular.");
}

// What is wrong with the filters for what is asked; empty when nothing is.
std::string WrongFilter(const GetOptions& options) {
  const Kind* kind = FindKind(options.kind);
  const std::string plural = kind != nullptr               ? kind->plural
                             : options.kind == kTicketKind ? kTickets
                                                           : options.kind;
  for (const Filter& filter : options.filters) {
    if (filter.option->count() == 0) continue;
    const std::string name = filter.option->get_name();
    if (std::find(filter.plurals.begin(), filter.plurals.end(), plural) == filter.plurals.end()) {
      return absl::StrCat("expected a filter of ", plural, ", but ", name, " is one of ",
                          absl::StrJoin(filter.plurals, ", "));
    }
    if (!options.id.empty() && plural == kTickets) {
      return absl::StrCat("expected a ticket's id or filters, but got both: ", name);
    }
  }
  if (!options.id.empty() && (plural == kConfiguration || plural == kSettings)) {
    return absl::StrCat("expected no id, as there is one ", plural, ", but got ", options.id);
  }
  if (kind != nullptr && kind->of_ticket && options.ticket.empty()) {
    return absl::StrCat("expected --ticket ID, as ", plural, " are of one ticket");
  }
  return "";
}

int PrintDocument(const Document& document, Form form) {
  std::cout << Render(document, form) << std::flush;
  return kExitDone;
}

int NoSuchId(const std::string& plural, const std::string& id,
             const std::vector<std::string>& ids) {
  return Fail(kExitRefused, absl::StrCat("expected one of the ", plural, ", but there is no ", id,
                                         DidYouMean(id, ids)));
}

// ---------------------------------------------------------------------------------------------------
// get

int GetTickets(Caller& caller, const GetOptions& options) {
  if (!options.id.empty()) {
    v1::Ticket ticket;
    const grpc::Status status = ReadTicket(caller, options.id, ticket);
    if (!status.ok()) return Report(status);
    return PrintDocument({TicketTable({ticket}), ToJson(ticket)}, options.form);
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
  return PrintDocument({TicketTable(tickets), std::move(data)}, options.form);
}

int GetStatistics(Caller& caller, const GetOptions& options) {
  v1::ListQueueStatisticsResponse response;
  const grpc::Status status = ReadStatistics(caller, options.since, response);
  if (!status.ok()) return Report(status);
  if (!options.id.empty()) {
    std::vector<std::string> ids;
    for (const v1::QueueStatistics& queue : response.queues()) ids.push_back(queue.queue());
    const auto found = std::find(ids.begin(), ids.end(), options.id);
    if (found == ids.end()) return NoSuchId("queues", options.id, ids);
    const v1::QueueStatistics& queue = response.queues(static_cast<int>(found - ids.begin()));
    v1::ListQueueStatisticsResponse only;
    *only.add_queues() = queue;
    return PrintDocument({QueueTable(only), ToJson(queue, Defaults::kWrite)}, options.form);
  }
  return PrintDocument({QueueTable(response), ToJson(response, Defaults::kWrite)}, options.form);
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
  return PrintDocument(
      {ConfigurationText(response, caller.target().workspace), ToJson(response.configuration())},
      options.form);
}

// "messaging 1m30s, email 1h": of groups whose work returns for that alone.
std::string ReturnLimitsText(const v1::ReturnLimits& limits) {
  std::string text;
  const auto add = [&](const char* group, const google::protobuf::Duration& after) {
    if (ToSpan(after) == absl::ZeroDuration()) return;
    absl::StrAppend(&text, text.empty() ? "" : ", ", group, " ", ShowSpan(ToSpan(after)));
  };
  add("voice", limits.voice());
  add("messaging", limits.messaging());
  add("email", limits.email());
  add("task", limits.task());
  return text.empty() ? "never" : text;
}

int GetSettings(Caller& caller, const GetOptions& options) {
  v1::GetWorkspaceSettingsResponse response;
  const grpc::Status status =
      caller.Ask(*caller.client().resources, &v1::ResourceService::Stub::GetWorkspaceSettings,
                 v1::GetWorkspaceSettingsRequest(), response);
  if (!status.ok()) return Report(status);
  const v1::WorkspaceSettings& settings = response.settings();
  return PrintDocument(
      {LabelledLine("time zone", settings.time_zone()) +
           LabelledLine("session grace", ShowSpan(ToSpan(settings.session_grace()))) +
           LabelledLine("cool down", ShowSpan(ToSpan(settings.cool_down()))) +
           LabelledLine("work returns after", ReturnLimitsText(settings.return_after())) +
           LabelledLine("revision", absl::StrCat(settings.revision())),
       ToJson(settings)},
      options.form);
}

int NoSuchItem(const google::protobuf::Message& holder, const Kind& kind, const std::string& id) {
  std::vector<std::string> ids;
  for (const google::protobuf::Message* item : ItemsOf(holder, kind)) ids.push_back(IdOf(*item));
  return NoSuchId(kind.plural, id, ids);
}

// What is asked of the items: an option that also says which tickets stands there.
ItemFilter ItemFilterOf(const GetOptions& options) {
  ItemFilter items = options.items;
  items.agents.set_client(options.filter.client());
  items.agents.set_process_type(options.filter.process_type());
  items.queues.set_client(options.filter.client());
  items.process_types.set_queue(options.filter.queue());
  items.routing_profiles.set_queue(options.filter.queue());
  return items;
}

int GetKind(Caller& caller, const Kind& kind, const GetOptions& options) {
  std::unique_ptr<google::protobuf::Message> holder;
  const bool filtered = std::any_of(
      options.filters.begin(), options.filters.end(),
      [](const Filter& filter) { return filter.of_items && filter.option->count() > 0; });
  const grpc::Status status = filtered && !kind.of_ticket
                                  ? ReadFiltered(caller, kind, ItemFilterOf(options), holder)
                                  : ReadKind(caller, kind, options.ticket, holder);
  if (!status.ok()) return Report(status);
  const auto only = OnlyKind(*holder, kind, options.id);
  const auto items = ItemsOf(*only, kind);
  if (options.id.empty()) {
    return PrintDocument({KindTable(*only, kind), KindJson(*only, kind)}, options.form);
  }
  if (items.empty()) return NoSuchItem(*holder, kind, options.id);
  return PrintDocument({KindTable(*only, kind), ToJson(*items[0], kind.defaults)}, options.form);
}

int Get(const Target& target, const GetOptions& options) {
  const std::string wrong = WrongFilter(options);
  if (!wrong.empty()) return Fail(kExitUsage, wrong);
  Caller caller(target);
  if (options.kind == kTickets || options.kind == kTicketKind) return GetTickets(caller, options);
  if (options.kind == kStatistics) return GetStatistics(caller, options);
  if (options.kind == kConfiguration) return GetConfiguration(caller, options);
  if (options.kind == kSettings) return GetSettings(caller, options);
  return GetKind(caller, *FindKind(options.kind), options);
}

// ---------------------------------------------------------------------------------------------------
// describe

// Sections under headings for people, without those that are empty; for programs one object with a
// field for each.
class Description {
 public:
  void Add(const std::string& heading, const std::string& text, const std::string& name,
           Json data) {
    if (!text.empty()) {
      absl::StrAppend(&document_.text, document_.text.empty() ? "" : "\n",
                      heading.empty() ? "" : heading + ":\n", text);
    }
    document_.data[name] = std::move(data);
  }
  [[nodiscard]] const Document& document() const { return document_; }

 private:
  Document document_;
};

// What is listed of the ticket; its table only when there is something.
grpc::Status AddOfTicket(Caller& caller, const std::string& plural, const std::string& ticket_id,
                         Description& description) {
  const Kind& kind = *FindKind(plural);
  std::unique_ptr<google::protobuf::Message> holder;
  const grpc::Status status = ReadKind(caller, kind, ticket_id, holder);
  if (!status.ok()) return status;
  description.Add(plural, ItemsOf(*holder, kind).empty() ? "" : KindTable(*holder, kind), plural,
                  KindJson(*holder, kind)[plural]);
  return status;
}

int DescribeTicket(Caller& caller, const GetOptions& options) {
  v1::Ticket ticket;
  grpc::Status status = ReadTicket(caller, options.id, ticket);
  if (!status.ok()) return Report(status);
  v1::ListTicketEventsResponse history;
  status = ReadHistory(caller, options.id, history);
  if (!status.ok()) return Report(status);
  Description description;
  description.Add("", TicketText(ticket), "ticket", ToJson(ticket));
  description.Add("history", HistoryText(history), "events", ToJson(history)["events"]);
  for (const char* plural : {"contacts", "messages", "notes", "scores"}) {
    status = AddOfTicket(caller, plural, options.id, description);
    if (!status.ok()) return Report(status);
  }
  if (ticket.state() == v1::TICKET_STATE_QUEUED) {
    v1::ExplainTicketResponse explained;
    status = ReadExplanation(caller, options.id, explained);
    // It may have been closed in between; then there is nothing to explain.
    if (status.ok()) {
      description.Add("why it waits", ExplanationText(explained), "explanation", ToJson(explained));
    }
  }
  return PrintDocument(description.document(), options.form);
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

int AddAgentNow(Caller& caller, const std::string& agent, Description& description) {
  v1::WatchAgentsResponse now;
  const grpc::Status status = ReadAgentNow(caller, agent, now);
  if (!status.ok()) return Report(status);
  for (const v1::WatchedAgent& one : now.agents()) {
    description.Add("now", AgentNowText(one, ToTime(now.server_time())), "now",
                    ToJson(one, Defaults::kWrite));
  }
  v1::ExplainAgentResponse explained;
  const grpc::Status explaining = ReadExplanation(caller, agent, explained);
  if (!explaining.ok()) return Report(explaining);
  description.Add("what waits for it", AgentExplanationText(explained), "explanation",
                  ToJson(explained, Defaults::kWrite));
  return kExitDone;
}

int AddFiguresOfQueue(Caller& caller, const GetOptions& options, Description& description) {
  v1::ListQueueStatisticsResponse only;
  const grpc::Status status = ReadStatisticsOf(caller, options.id, options.since, only);
  if (!status.ok()) return Report(status);
  description.Add("now and in the last 24 h", QueueTable(only), "statistics",
                  ToJson(only, Defaults::kWrite)["queues"]);
  v1::TicketFilter filter;
  filter.set_queue(options.id);
  for (const v1::TicketState state : {v1::TICKET_STATE_QUEUED, v1::TICKET_STATE_OFFERED}) {
    filter.add_states(state);
  }
  return AddTickets(caller, filter, "waiting", description);
}

int DescribeKind(const Target& target, const GetOptions& options) {
  Caller caller(target);
  if (options.kind == kTicketKind) return DescribeTicket(caller, options);
  const Kind& kind = *FindKind(options.kind);
  std::unique_ptr<google::protobuf::Message> holder;
  const grpc::Status status = ReadKind(caller, kind, "", holder);
  if (!status.ok()) return Report(status);
  const auto only = OnlyKind(*holder, kind, options.id);
  const auto items = ItemsOf(*only, kind);
  if (items.empty()) return NoSuchItem(*holder, kind, options.id);
  Description description;
  const Json data = ToJson(*items[0]);
  description.Add("", ToYaml(data), kind.name, data);
  int exit_code = kExitDone;
  if (kind.name == "agent") exit_code = AddAgentNow(caller, options.id, description);
  if (kind.name == "queue") exit_code = AddFiguresOfQueue(caller, options, description);
  return exit_code == kExitDone ? PrintDocument(description.document(), options.form) : exit_code;
}

// ---------------------------------------------------------------------------------------------------
// command lines

// What the server lists configured things by, but for the options above.
void AddItemFilters(CLI::App& command, Context& context, GetOptions& options) {
  ItemFilter& items = options.items;
  const auto note = [&options](CLI::Option* option, const std::string& plural) {
    option->group("Which " + plural);
    options.filters.push_back({option, {plural}, /*of_items=*/true});
  };
  const auto add = [&](const std::string& name, const std::string& help,
                       const std::function<void(const std::string&)>& set) {
    note(command.add_option_function<std::string>(name, set, help)->type_name("ID"), "agents");
  };
  add("--team", "Of this team", [&items](const auto& id) { items.agents.set_team(id); });
  add("--site", "At this site", [&items](const auto& id) { items.agents.set_site(id); });
  add("--routing-profile", "With this routing profile",
      [&items](const auto& id) { items.agents.set_routing_profile(id); });
  add("--skill", "Who hold this skill, at any level",
      [&items](const auto& id) { items.agents.set_skill(id); });
  note(AddWords(command, context, "--office", "Of this office", WordsOf(*v1::Office_descriptor()),
                [&items](int office) { items.queues.set_office(static_cast<v1::Office>(office)); })
           ->type_name("front|back"),
       "queues");
  note(AddWords(
           command, context, "--urgency", "Of this urgency", WordsOf(*v1::Urgency_descriptor()),
           [&items](int urgency) { items.queues.set_urgency(static_cast<v1::Urgency>(urgency)); })
           ->type_name("live|deferrable"),
       "queues");
  note(AddWords(command, context, "--capacity-group", "Of this capacity group",
                WordsOf(*v1::CapacityGroup_descriptor()),
                [&items](int group) {
                  items.channels.set_capacity_group(static_cast<v1::CapacityGroup>(group));
                })
           ->type_name("voice|messaging|email|task"),
       "channels");
}

void AddFilters(CLI::App& command, Context& context, GetOptions& options) {
  const auto note = [&options](CLI::Option* option, std::vector<std::string> plurals,
                               const char* group) {
    option->group(group);
    options.filters.push_back({option, std::move(plurals)});
  };
  // Options that say which tickets, and also which of these.
  const std::vector<std::pair<std::string, std::vector<std::string>>> also_of_items = {
      {"--client", {"agents", "queues"}},
      {"--queue", {"process-types", "routing-profiles"}},
      {"--process-type", {"agents"}},
  };
  for (CLI::Option* option : AddTicketFilter(command, context, options.filter)) {
    options.filters.push_back({option, {kTickets}});
    for (const auto& [name, plurals] : also_of_items) {
      if (option->get_name() != name) continue;
      auto& filter = options.filters.back();
      filter.plurals.insert(filter.plurals.end(), plurals.begin(), plurals.end());
      filter.of_items = true;
      option->group("Which " + absl::StrJoin(filter.plurals, ", "));
    }
  }
  AddItemFilters(command, context, options);
  note(command.add_option("--limit", options.limit, "So many of the newest at most; 0: all")
           ->check(CLI::NonNegativeNumber)
           ->capture_default_str(),
       {kTickets}, "Which tickets");
  note(command.add_option("--ticket", options.ticket, "Of this ticket")->type_name("ID"),
       {"contacts", "notes", "messages", "scores", "transfer-targets"},
       "Which contacts, notes, messages, scores, transfer-targets");
  note(AddDuration(command, "--since", options.since, "What ended in the last so long [24h]"),
       {kStatistics}, "Which queue-statistics");
}

CLI::Option* AddKind(CLI::App& command, Context& context, GetOptions& options,
                     std::vector<std::string> kinds) {
  CLI::Option* kind = command.add_option("KIND", options.kind, "What: tickets, queues, agents …");
  kind->required()->type_name("");
  kind->transform(CLI::Validator(
      [](std::string& text) {
        std::replace(text.begin(), text.end(), '_', '-');
        // They are no list to choose from, and have a command of their own.
        if (text == "events" || text == "event") {
          return std::string("expected a kind, but events are printed by `tandemctl events`");
        }
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
  tandemctl get agents --team north --skill billing -o yaml
  tandemctl get queues --client acme-retail --urgency live
  tandemctl get tickets --reference crm=CASE-4711
  tandemctl get messages --ticket 01890a5d-ac96-774b-bcce-b302099a8057
  tandemctl get contacts --ticket 01890a5d-ac96-774b-bcce-b302099a8057   # what the customer said
  tandemctl get workspaces                           # of the server, whatever --workspace says
  tandemctl get policies                             # by which `tandemctl report` reckons
  tandemctl get measures                             # what it can measure, with formula and origin
  tandemctl get configuration -o yaml > floor.yaml   # what `tandemctl apply -f floor.yaml` takes)" +
                  KindsText());
  AddKind(*command, context, *options, ReadableKinds());
  command->add_option("ID", options->id, "Only the one with this id")->type_name("");
  AddForm(*command, context, options->form);
  AddFilters(*command, context, *options);
  command->callback([options, &context] { context.exit_code = Get(context.target, *options); });
}

void AddList(CLI::App& app, Context& context) {
  const auto options = std::make_shared<GetOptions>();
  CLI::App* command = app.add_subcommand("list", "Print all things of a kind");
  command->footer(R"(
Examples:
  tandemctl list queues
  tandemctl list tickets --client acme-retail --limit 0 -o json)" +
                  KindsText());
  AddKind(*command, context, *options, ReadableKinds());
  AddForm(*command, context, options->form);
  AddFilters(*command, context, *options);
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
  std::vector<std::string> kinds = {kTicketKind};
  for (const Kind& kind : Kinds()) {
    // The others are named within their ticket.
    const bool is_listed_only = kind.name == "transfer-target" || kind.name == "workspace";
    if (!kind.of_ticket && !is_listed_only) kinds.push_back(kind.name);
  }
  AddKind(*command, context, *options, std::move(kinds));
  command->add_option("ID", options->id, "Its id")->required()->type_name("");
  AddForm(*command, context, options->form);
  command->callback(
      [options, &context] { context.exit_code = DescribeKind(context.target, *options); });
}

}  // namespace tandem::ctl
