#include "server/ctl/commands.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "google/protobuf/util/time_util.h"

#include "server/ctl/catalogue.h"
#include "server/ctl/day_convert.h"
#include "server/ctl/day_file.h"
#include "server/ctl/table.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;
using google::protobuf::util::TimeUtil;

constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kInPart = 3;

int Fail(const std::string& message) {
  std::cerr << message << "\n";
  return kFailed;
}

std::string Show(const google::protobuf::Timestamp& timestamp) {
  return TimeUtil::ToString(timestamp);
}

// "QUEUED" of TICKET_STATE_QUEUED.
std::string Short(const std::string& name, const std::string& prefix) {
  return std::string(absl::StripPrefix(name, prefix));
}

void PrintIf(const char* label, const std::string& value) {
  if (!value.empty()) std::cout << absl::StrFormat("%-14s %s\n", label, value);
}

void PrintTicket(const v1::Ticket& ticket) {
  PrintIf("ticket", ticket.id());
  PrintIf("state", Short(v1::TicketState_Name(ticket.state()), "TICKET_STATE_"));
  PrintIf("channel", ticket.channel());
  PrintIf("client", ticket.client());
  PrintIf("process type", ticket.process_type());
  PrintIf("queue", ticket.queue());
  PrintIf("language", ticket.language());
  PrintIf("priority", absl::StrCat(ticket.priority()));
  PrintIf("external id", ticket.external_id());
  PrintIf("customer", ticket.customer_id());
  PrintIf("agent", ticket.agent());
  PrintIf("created", Show(ticket.created_at()));
  PrintIf("target", Show(ticket.target()));
  if (ticket.has_due_at()) PrintIf("due", Show(ticket.due_at()));
  if (ticket.has_answered_at()) PrintIf("answered", Show(ticket.answered_at()));
  if (ticket.has_closed_at()) PrintIf("closed", Show(ticket.closed_at()));
  PrintIf("disposition", ticket.disposition());
  PrintIf("subject", ticket.subject());
}

void PrintEvent(const v1::Event& event) {
  std::string text = absl::StrFormat("%-27s %-24s", Show(event.at()),
                                     Short(v1::EventType_Name(event.type()), "EVENT_TYPE_"));
  if (!event.agent().empty()) absl::StrAppend(&text, " agent=", event.agent());
  if (!event.queue().empty()) absl::StrAppend(&text, " queue=", event.queue());
  if (!event.reason().empty()) absl::StrAppend(&text, " reason=", event.reason());
  if (event.has_until()) absl::StrAppend(&text, " until=", Show(event.until()));
  std::cout << text << "\n";
}

grpc::Status PrintEvents(Client& client, const Target& target, const std::string& ticket_id) {
  v1::ListTicketEventsRequest request;
  request.set_workspace(target.workspace);
  request.set_ticket_id(ticket_id);
  do {
    v1::ListTicketEventsResponse response;
    const grpc::Status status = CallAndWait(kPatience, [&](grpc::ClientContext* context) {
      response.Clear();
      return client.tickets->ListTicketEvents(context, request, &response);
    });
    if (!status.ok()) return status;
    for (const v1::Event& event : response.events()) PrintEvent(event);
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return grpc::Status::OK;
}

// What an import did so far.
struct ImportSummary {
  int64_t taken = 0;
  int64_t joined = 0;
  int64_t duplicates = 0;
  int64_t unroutable = 0;
  int64_t refused = 0;
};

void CountItem(const v1::BatchIngestItem& item, int64_t line, ImportSummary& summary) {
  if (item.has_error()) {
    ++summary.refused;
    const v1::ItemError& error = item.error();
    std::cerr << ToString({line, absl::StrCat(error.reason(), error.field().empty() ? "" : " ",
                                              error.field(), ": ", error.message())})
              << "\n";
    return;
  }
  ++summary.taken;
  if (item.result().joined()) ++summary.joined;
  if (item.result().duplicate()) ++summary.duplicates;
  if (item.result().unroutable()) ++summary.unroutable;
}

// The workspace's zone and the server's time, which business hours are counted by.
grpc::Status ReadBusinessClock(Client& client, const Target& target, absl::Time& now,
                               absl::TimeZone& zone) {
  v1::GetConfigurationRequest request;
  request.set_workspace(target.workspace);
  v1::GetConfigurationResponse configured;
  grpc::Status status = CallAndWait(kPatience, [&](grpc::ClientContext* context) {
    return client.configurations->GetConfiguration(context, request, &configured);
  });
  if (!status.ok()) return status;
  v1::GetServerInfoResponse info;
  status = CallAndWait(kPatience, [&](grpc::ClientContext* context) {
    return client.system->GetServerInfo(context, v1::GetServerInfoRequest(), &info);
  });
  if (!status.ok()) return status;
  now = absl::FromUnixMicros(TimeUtil::TimestampToMicroseconds(info.server_time()));
  zone = absl::UTCTimeZone();
  absl::LoadTimeZone(configured.configuration().time_zone(), &zone);
  return grpc::Status::OK;
}

// Sends one batch. On failure of the call nothing is known to be refused; the caller stops.
grpc::Status SendBatch(Client& client, const v1::BatchIngestContactsRequest& request,
                       const std::vector<int64_t>& lines, ImportSummary& summary) {
  v1::BatchIngestContactsResponse response;
  const grpc::Status status = CallAndWait(kPatience, [&](grpc::ClientContext* context) {
    response.Clear();
    return client.ingest->BatchIngestContacts(context, request, &response);
  });
  if (!status.ok()) return status;
  const size_t items = std::min(lines.size(), static_cast<size_t>(response.items_size()));
  for (size_t i = 0; i < items; ++i) {
    CountItem(response.items(static_cast<int>(i)), lines[i], summary);
  }
  return grpc::Status::OK;
}

// "+ team north", "~ queue chats: max_waiting", "- agent ann".
void PrintChanges(const v1::ApplyConfigurationResponse& response) {
  for (const v1::ConfigurationChange& change : response.changes()) {
    std::string line = change.type() == v1::CHANGE_TYPE_CREATED   ? "+ "
                       : change.type() == v1::CHANGE_TYPE_UPDATED ? "~ "
                                                                  : "- ";
    line += absl::AsciiStrToLower(Short(v1::ResourceKind_Name(change.kind()), "RESOURCE_KIND_"));
    if (!change.id().empty()) absl::StrAppend(&line, " ", change.id());
    if (!change.fields().empty()) {
      absl::StrAppend(&line, ": ", absl::StrJoin(change.fields(), ", "));
    }
    std::cout << line << "\n";
  }
  const int changes = response.created() + response.updated() + response.deleted();
  if (changes > response.changes_size()) {
    std::cout << absl::StrFormat("... and %d more\n", changes - response.changes_size());
  }
  std::cout << absl::StrFormat("%d created, %d updated, %d deleted\n", response.created(),
                               response.updated(), response.deleted());
}

// Asks whoever sits at the terminal. Nobody does when the input is a file or a pipe: then it is
// meant.
bool Confirmed() {
  if (isatty(STDIN_FILENO) == 0) return true;
  std::cout << "Apply? [y/N] " << std::flush;
  std::string answer;
  return std::getline(std::cin, answer) && (answer == "y" || answer == "yes");
}

}  // namespace

int Apply(const Target& target, const ApplyOptions& options) {
  absl::StatusOr<v1::Configuration> configuration = ReadCatalogue(options.path);
  if (!configuration.ok()) return Fail(std::string(configuration.status().message()));
  if (!options.agents_path.empty()) {
    const absl::Status added = AddDayAgents(options.agents_path, *configuration);
    if (!added.ok()) return Fail(std::string(added.message()));
  }
  v1::ApplyConfigurationRequest request;
  request.set_workspace(target.workspace);
  *request.mutable_configuration() = *std::move(configuration);
  const v1::Configuration& sent = request.configuration();

  Client client(Connect(target.address));
  v1::ApplyConfigurationResponse response;
  const auto call = [&] {
    request.set_request_id(NewUuid());
    return CallAndWait(kPatience, [&](grpc::ClientContext* context) {
      return client.configurations->ApplyConfiguration(context, request, &response);
    });
  };
  request.set_validate_only(true);
  if (const grpc::Status status = call(); !status.ok()) return Fail(Describe(status));
  // Of a workspace that is new everything would be listed.
  if (response.revision() > 0) PrintChanges(response);
  if (!options.validate_only) {
    if (response.revision() > 0 && !options.yes && !Confirmed()) {
      return Fail("Nothing was applied.");
    }
    request.set_validate_only(false);
    request.set_expected_revision(response.revision());  // what was shown is what is applied
    response.Clear();
    if (const grpc::Status status = call(); !status.ok()) return Fail(Describe(status));
  }
  std::cout << absl::StrFormat(
      "%s: %d clients, %d queues, %d process types, %d routing profiles, %d agents; "
      "revision %d of workspace %s\n",
      options.validate_only ? "Valid" : "Applied", sent.clients_size(), sent.queues_size(),
      sent.process_types_size(), sent.routing_profiles_size(), sent.agents_size(),
      response.revision(), target.workspace);
  return kDone;
}

int ImportContacts(const Target& target, const std::string& path) {
  constexpr int kBatch = 500;
  const absl::StatusOr<DayFile<DayContact>> file = ReadDayContactsFile(path);
  if (!file.ok()) return Fail(std::string(file.status().message()));
  for (const LineError& error : file->errors) std::cerr << ToString(error) << "\n";

  Client client(Connect(target.address));
  absl::Time now;
  absl::TimeZone zone;
  if (const grpc::Status status = ReadBusinessClock(client, target, now, zone); !status.ok()) {
    return Fail(Describe(status));
  }
  ImportSummary summary;
  for (size_t begin = 0; begin < file->items.size(); begin += kBatch) {
    const size_t end = std::min(file->items.size(), begin + kBatch);
    v1::BatchIngestContactsRequest request;
    request.set_workspace(target.workspace);
    std::vector<int64_t> lines;
    for (size_t i = begin; i < end; ++i) {
      *request.add_contacts() = ToContact(file->items[i], now, zone, absl::ZeroDuration());
      lines.push_back(file->items[i].line);
    }
    const grpc::Status status = SendBatch(client, request, lines, summary);
    if (!status.ok()) {
      return Fail(
          absl::StrCat("lines ", lines.front(), " and after are not in: ", Describe(status)));
    }
  }
  std::cout << absl::StrFormat(
      "Imported %d contacts (%d joined a ticket, %d were in before, %d unroutable); "
      "%d malformed lines, %d refused\n",
      summary.taken, summary.joined, summary.duplicates, summary.unroutable, file->errors.size(),
      summary.refused);
  return file->errors.empty() && summary.refused == 0 ? kDone : kInPart;
}

int WaitUntilReady(const Target& target, absl::Duration patience) {
  Client client(Connect(target.address));
  const absl::Time give_up = absl::Now() + patience;
  for (;;) {
    v1::GetServerInfoResponse info;
    const grpc::Status status = CallAndWait(absl::ZeroDuration(), [&](grpc::ClientContext* call) {
      return client.system->GetServerInfo(call, v1::GetServerInfoRequest(), &info);
    });
    if (status.ok() && info.ready()) return kDone;
    if (absl::Now() > give_up) {
      return Fail(status.ok() ? "expected the server to be ready, but it says that it is not"
                              : Describe(status));
    }
    absl::SleepFor(absl::Milliseconds(100));
  }
}

int ShowQueues(const Target& target) {
  Client client(Connect(target.address));
  v1::ListQueueStatisticsRequest request;
  request.set_workspace(target.workspace);
  v1::ListQueueStatisticsResponse response;
  const grpc::Status status = CallAndWait(kPatience, [&](grpc::ClientContext* context) {
    return client.queues->ListQueueStatistics(context, request, &response);
  });
  if (!status.ok()) return Fail(Describe(status));
  std::cout << QueueTable(response);
  return kDone;
}

int ShowTicket(const Target& target, const std::string& ticket_id) {
  Client client(Connect(target.address));
  v1::GetTicketRequest request;
  request.set_workspace(target.workspace);
  request.set_ticket_id(ticket_id);
  v1::GetTicketResponse response;
  grpc::Status status = CallAndWait(kPatience, [&](grpc::ClientContext* context) {
    return client.tickets->GetTicket(context, request, &response);
  });
  if (!status.ok()) return Fail(Describe(status));
  PrintTicket(response.ticket());
  std::cout << "\n";
  status = PrintEvents(client, target, ticket_id);
  return status.ok() ? kDone : Fail(Describe(status));
}

int ExplainTicket(const Target& target, const std::string& ticket_id) {
  Client client(Connect(target.address));
  v1::ExplainTicketRequest request;
  request.set_workspace(target.workspace);
  request.set_ticket_id(ticket_id);
  v1::ExplainTicketResponse explained;
  const grpc::Status status = CallAndWait(kPatience, [&](grpc::ClientContext* context) {
    return client.tickets->ExplainTicket(context, request, &explained);
  });
  if (!status.ok()) return Fail(Describe(status));
  std::cout << absl::StrFormat("%s in queue %s since %s, target %s; %d go before it\n\n",
                               Short(v1::TicketState_Name(explained.state()), "TICKET_STATE_"),
                               explained.queue(), Show(explained.queued_at()),
                               Show(explained.target()), explained.ahead());
  std::cout << absl::StrFormat("%5d configured agents\n", explained.agents());
  for (const v1::ClauseExplanation& clause : explained.clauses()) {
    std::cout << absl::StrFormat("%5d pass: %s\n", clause.passing_agents(), clause.clause());
  }
  std::cout << absl::StrFormat("%5d pass all of these\n", explained.qualified_agents());
  for (const v1::Obstacle& obstacle : explained.obstacles()) {
    std::cout << absl::StrFormat("%5d %s\n", obstacle.agents(),
                                 Short(v1::ObstacleKind_Name(obstacle.kind()), "OBSTACLE_KIND_"));
  }
  if (explained.unroutable()) {
    std::cout << "\nUnroutable: only a change of the configuration or of the ticket can help.\n";
  }
  return kDone;
}

}  // namespace tandem::ctl
