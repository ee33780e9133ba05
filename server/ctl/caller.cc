#include "server/ctl/caller.h"

#include <iostream>

#include "absl/strings/str_cat.h"

namespace tandem::ctl {

int Fail(int exit_code, const std::string& message) {
  std::cerr << "tandemctl: " << message << "\n";
  return exit_code;
}

int Report(const grpc::Status& status) {
  const bool undecided = IsUndecided(status.error_code(), ReasonOf(status));
  const bool late = status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
  return Fail(undecided ? kExitUnavailable : kExitRefused,
              absl::StrCat(Describe(status), late ? "\n  --timeout gives it longer" : ""));
}

void Caller::SayThatItWaits(const grpc::Status& status) const {
  std::cerr << "tandemctl: " << target_.address << " says " << CodeName(status.error_code())
            << "; trying again until " << absl::FormatDuration(target_.timeout) << " are over\n";
}

}  // namespace tandem::ctl
