#include "server/ctl/commands.h"

#include <unistd.h>

#include <iostream>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"

#include "server/ctl/caller.h"
#include "server/ctl/catalogue.h"

namespace tandem::ctl {

namespace v1 = tandem::v1;
namespace {

// "+ team north", "~ queue chats: max_waiting", "- agent ann".
void PrintChanges(const v1::ApplyConfigurationResponse& response) {
  for (const v1::ConfigurationChange& change : response.changes()) {
    std::string line = change.type() == v1::CHANGE_TYPE_CREATED   ? "+ "
                       : change.type() == v1::CHANGE_TYPE_UPDATED ? "~ "
                                                                  : "- ";
    line += absl::AsciiStrToLower(
        std::string(absl::StripPrefix(v1::ResourceKind_Name(change.kind()), "RESOURCE_KIND_")));
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
  if (!configuration.ok()) return Fail(kExitUsage, std::string(configuration.status().message()));
  if (!options.agents_path.empty()) {
    const absl::Status added = AddDayAgents(options.agents_path, *configuration);
    if (!added.ok()) return Fail(kExitUsage, std::string(added.message()));
  }
  v1::ApplyConfigurationRequest request;
  request.set_workspace(target.workspace);
  *request.mutable_configuration() = *std::move(configuration);
  const v1::Configuration& sent = request.configuration();

  Client client(Connect(target.address));
  v1::ApplyConfigurationResponse response;
  const auto call = [&] {
    request.set_request_id(NewUuid());
    return CallAndWait(target.timeout, [&](grpc::ClientContext* context) {
      return client.configurations->ApplyConfiguration(context, request, &response);
    });
  };
  request.set_validate_only(true);
  if (const grpc::Status status = call(); !status.ok()) return Report(status);
  // Of a workspace that is new everything would be listed.
  if (response.revision() > 0) PrintChanges(response);
  if (!options.validate_only) {
    if (response.revision() > 0 && !options.yes && !Confirmed()) {
      return Fail(kExitRefused, "Nothing was applied.");
    }
    request.set_validate_only(false);
    request.set_expected_revision(response.revision());  // what was shown is what is applied
    response.Clear();
    if (const grpc::Status status = call(); !status.ok()) return Report(status);
  }
  std::cout << absl::StrFormat(
      "%s: %d clients, %d queues, %d process types, %d routing profiles, %d agents; "
      "revision %d of workspace %s\n",
      options.validate_only ? "Valid" : "Applied", sent.clients_size(), sent.queues_size(),
      sent.process_types_size(), sent.routing_profiles_size(), sent.agents_size(),
      response.revision(), target.workspace);
  return kExitDone;
}

int WaitUntilReady(const Target& target, absl::Duration patience) {
  Client client(Connect(target.address));
  const absl::Time give_up = absl::Now() + patience;
  for (;;) {
    v1::GetServerInfoResponse info;
    const grpc::Status status = CallAndWait(absl::ZeroDuration(), [&](grpc::ClientContext* call) {
      return client.system->GetServerInfo(call, v1::GetServerInfoRequest(), &info);
    });
    if (status.ok() && info.ready()) return kExitDone;
    if (absl::Now() > give_up) {
      return Fail(kExitUnavailable,
                  status.ok() ? "expected the server to be ready, but it says that it is not"
                              : Describe(status));
    }
    absl::SleepFor(absl::Milliseconds(100));
  }
}

}  // namespace tandem::ctl
