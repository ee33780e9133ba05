// wait: until the server takes changes.
#include <memory>

#include "absl/time/clock.h"

#include "server/ctl/command_table.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

int WaitUntilReady(const Target& target, absl::Duration patience) {
  Client client(Connect(target.address, target.security));
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

}  // namespace

void AddWait(CLI::App& app, Context& context) {
  const auto patience = std::make_shared<absl::Duration>(absl::Seconds(60));
  CLI::App* command = app.add_subcommand("wait", "Wait until the server takes changes");
  command->footer(R"(
Examples:
  tandemctl wait && tandemctl apply -f floor.yaml)");
  AddDuration(*command, "--seconds", *patience, "Give up after so long [60s]");
  command->callback(
      [patience, &context] { context.exit_code = WaitUntilReady(context.target, *patience); });
}

}  // namespace tandem::ctl
