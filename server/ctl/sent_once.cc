#include "server/ctl/sent_once.h"

#include <iostream>

namespace tandem::ctl {

int ReportSentOnce(const grpc::Status& status, const std::string& thing) {
  const int exit_code = Report(status);
  if (exit_code == kExitUnavailable) {
    std::cerr << "Whether it was done is not known: see tandemctl get " << thing << "\n";
  }
  return exit_code;
}

}  // namespace tandem::ctl
