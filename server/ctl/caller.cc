#include "server/ctl/caller.h"

#include <iostream>

#include "absl/strings/str_cat.h"

#include "server/ctl/spans.h"

namespace tandem::ctl {

int Fail(int exit_code, const std::string& message) {
  std::cerr << "tandemctl: " << message << "\n";
  return exit_code;
}

int ExitCodeOf(const grpc::Status& status) {
  return IsUndecided(status.error_code(), ReasonOf(status)) ? kExitUnavailable : kExitRefused;
}

int Report(const grpc::Status& status) {
  // The server's own limits are other ones.
  const bool ours =
      status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED && ReasonOf(status).empty();
  return Fail(ExitCodeOf(status),
              absl::StrCat(Describe(status), ours ? "\n  --timeout gives it longer" : ""));
}

grpc::Status Caller::AskBy(const std::function<grpc::Status(grpc::ClientContext*)>& call) {
  return CallAndWait(target_.timeout, call, [this](const grpc::Status& status) {
    std::cerr << "tandemctl: " << target_.address << " says " << CodeName(status.error_code())
              << "; trying again until " << ShowSpan(target_.timeout) << " are over\n";
  });
}

}  // namespace tandem::ctl
