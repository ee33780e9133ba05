// doctor: is everything all right, and what to do if not.
#include <grpcpp/generic/generic_stub.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

#include "server/ctl/command_table.h"
#include "server/ctl/reading.h"
#include "server/ctl/spans.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

// What one check found. `advice` is empty when nothing is to be done.
struct Finding {
  enum class Verdict { kOk, kWarning, kFailed };
  std::string check;
  Verdict verdict = Verdict::kOk;
  std::string found;
  std::string advice;
  int exit_code = kExitDone;
};

std::string NameOf(Finding::Verdict verdict) {
  switch (verdict) {
    case Finding::Verdict::kOk:
      return "ok";
    case Finding::Verdict::kWarning:
      return "warning";
    case Finding::Verdict::kFailed:
      return "FAILED";
  }
  return "";
}

// Clocks that differ by more make `receivedAt` and due times wrong.
constexpr absl::Duration kMostSkew = absl::Seconds(5);

class Doctor {
 public:
  explicit Doctor(const Target& target) : caller_(target) {}

  // Each check rests on the one before; after a failure the rest could say nothing.
  std::vector<Finding> Examine() {
    if (CheckAddress() && CheckHealth() && CheckServer() && CheckWorkspace()) CheckQueues();
    return std::move(findings_);
  }

 private:
  // Each returns whether to go on.
  bool Ok(const std::string& check, const std::string& found) {
    findings_.push_back({check, Finding::Verdict::kOk, found, ""});
    return true;
  }
  bool Warn(const std::string& check, const std::string& found, const std::string& advice) {
    findings_.push_back({check, Finding::Verdict::kWarning, found, advice});
    return true;
  }
  bool Failed(const std::string& check, const std::string& found, const std::string& advice) {
    findings_.push_back({check, Finding::Verdict::kFailed, found, advice, kExitUnavailable});
    return false;
  }
  bool Failed(const std::string& check, const grpc::Status& status, const std::string& advice) {
    findings_.push_back(
        {check, Finding::Verdict::kFailed, Describe(status), advice, ExitCodeOf(status)});
    return false;
  }

  bool CheckAddress() {
    const std::string& address = caller_.target().address;
    const absl::Time begun = absl::Now();
    if (!caller_.channel()->WaitForConnected(
            absl::ToChronoTime(begun + caller_.target().timeout))) {
      return Failed("address", absl::StrCat("nobody answers at ", address),
                    "Is tandemd running, and does its --listen say this address? Set --address or "
                    "TANDEM_ADDRESS. From another host it needs --insecure-listen, or a proxy.");
    }
    return Ok("address", absl::StrCat(address, " answers after ",
                                      absl::ToInt64Milliseconds(absl::Now() - begun), " ms"));
  }

  // grpc.health.v1.Health/Check by hand: an empty message asks for the whole server, and the
  // answer's one field is the status, 1 being SERVING.
  bool CheckHealth() {
    grpc::GenericStub stub(caller_.channel());
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + caller_.target().timeout));
    grpc::CompletionQueue queue;
    const grpc::Slice nothing;
    const auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check",
                                            grpc::ByteBuffer(&nothing, 1), &queue);
    call->StartCall();
    grpc::ByteBuffer answer;
    grpc::Status status;
    call->Finish(&answer, &status, this);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    if (!status.ok()) {
      return Failed("health", status,
                    "Something answers that is not a healthy tandemd: look at what listens there.");
    }
    grpc::Slice bytes;
    const bool serving =
        answer.DumpToSingleSlice(&bytes).ok() && bytes.size() == 2 && bytes.begin()[1] == 1;
    if (serving) return Ok("health", "SERVING");
    return Failed("health", "NOT_SERVING",
                  "The server runs but takes no changes: see its log. Most often PostgreSQL is "
                  "away, or another server took over.");
  }

  bool CheckServer() {
    v1::GetServerInfoResponse info;
    const absl::Time asked = absl::Now();
    const grpc::Status status = ReadServerInfo(caller_, info);
    const absl::Time answered = absl::Now();
    if (!status.ok()) {
      return Failed("server", status, "Is this tandemd, and of this version?");
    }
    if (info.version() == TANDEM_VERSION) {
      Ok("version", info.version());
    } else {
      Warn("version", absl::StrCat("tandemd ", info.version(), ", tandemctl ", TANDEM_VERSION),
           "Use the tandemctl that came with the server.");
    }
    if (!info.ready()) {
      return Failed("readiness", "the server takes no changes",
                    "See its log. Most often PostgreSQL is away.");
    }
    Ok("readiness", "changes are taken and made durable");
    CheckClock(info, asked + (answered - asked) / 2);
    return true;
  }

  void CheckClock(const v1::GetServerInfoResponse& info, absl::Time here) {
    if (std::abs(info.clock_speed() - 1) > 1e-9) {
      Warn("clock", absl::StrFormat("runs at %g times the world's speed", info.clock_speed()),
           "This is a demonstration; start tandemd without --clock-speed for service.");
      return;
    }
    const absl::Duration skew = ToTime(info.server_time()) - here;
    const std::string found = absl::StrCat("the server's differs from this machine's by ",
                                           absl::ToInt64Milliseconds(skew), " ms");
    if (absl::AbsDuration(skew) <= kMostSkew) {
      Ok("clock", found);
    } else {
      Warn("clock", found, "Let NTP set the clocks of this machine and of the database's.");
    }
  }

  bool CheckWorkspace() {
    v1::GetConfigurationResponse response;
    const grpc::Status status = ReadConfiguration(caller_, response);
    const std::string& workspace = caller_.target().workspace;
    if (!status.ok()) {
      return Failed("workspace", status,
                    absl::StrCat("Is it the right one? Set --workspace or TANDEM_WORKSPACE, or "
                                 "configure it: tandemctl --workspace ",
                                 workspace, " apply -f FILE"));
    }
    const v1::Configuration& configuration = response.configuration();
    const std::string found = absl::StrCat(workspace, ", revision ", response.revision(), ": ",
                                           configuration.queues_size(), " queues, ",
                                           configuration.agents_size(), " agents");
    if (configuration.queues_size() > 0 && configuration.agents_size() > 0) {
      return Ok("workspace", found);
    }
    return Warn("workspace", found,
                "Without queues and agents nothing is routed: tandemctl apply -f FILE");
  }

  void CheckQueues() {
    v1::ListQueueStatisticsResponse response;
    const grpc::Status status = ReadStatistics(caller_, absl::Hours(24), response);
    if (!status.ok()) {
      Failed("queues", status, "See the server's log.");
      return;
    }
    int64_t waiting = 0;
    std::string lonely;
    for (const v1::QueueStatistics& queue : response.queues()) {
      waiting += queue.waiting();
      if (queue.waiting() > 0 && queue.agents() == 0 && lonely.empty()) lonely = queue.queue();
    }
    if (lonely.empty()) {
      Ok("queues", absl::StrCat(waiting, " tickets wait"));
      return;
    }
    Warn("queues",
         absl::StrCat(waiting, " tickets wait; nobody who serves ", lonely, " is logged in"),
         absl::StrCat("Look at it: tandemctl describe queue ", lonely));
  }

  Caller caller_;
  std::vector<Finding> findings_;
};

int Examine(const Target& target, Form form) {
  const std::vector<Finding> findings = Doctor(target).Examine();
  Document document;
  document.data["checks"] = Json::array();
  int exit_code = kExitDone;
  for (const Finding& finding : findings) {
    const std::string verdict = NameOf(finding.verdict);
    absl::StrAppendFormat(&document.text, "%-8s %-10s %s\n", verdict, finding.check, finding.found);
    if (!finding.advice.empty()) absl::StrAppend(&document.text, "         ", finding.advice, "\n");
    document.data["checks"].push_back({{"check", finding.check},
                                       {"verdict", verdict},
                                       {"found", finding.found},
                                       {"advice", finding.advice}});
    exit_code = std::max(exit_code, finding.exit_code);
  }
  std::cout << Render(document, form);
  return exit_code;
}

}  // namespace

void AddDoctor(CLI::App& app, Context& context) {
  const auto form = std::make_shared<Form>(Form::kTable);
  CLI::App* command = app.add_subcommand(
      "doctor", "Check address, health, readiness, version, clock and workspace; say what to do");
  command->footer(R"(
Examples:
  tandemctl doctor
  tandemctl --address tandem.internal:9400 --workspace acme doctor -o json

Exit codes: 0 nothing failed, 1 the server refused to answer, as when there is no such workspace, 3 it
can't be reached or takes no changes.)");
  AddForm(*command, context, *form);
  command->callback([form, &context] { context.exit_code = Examine(context.target, *form); });
}

}  // namespace tandem::ctl
