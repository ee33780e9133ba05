#include "server/ctl/progress_line.h"

#include <unistd.h>

#include <iostream>
#include <utility>

namespace tandem::ctl {

ProgressLine::ProgressLine(bool quiet) : quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1) {}

bool ProgressLine::IsDue() const {
  return !quiet_ && absl::Now() - shown_ >= absl::Seconds(terminal_ ? 1 : 10);
}

void ProgressLine::Show(const std::string& text) {
  shown_ = absl::Now();
  std::cerr << (terminal_ ? "\r" : "") << text << (terminal_ ? "   " : "\n") << std::flush;
  open_ = terminal_;
}

void ProgressLine::End() {
  if (std::exchange(open_, false)) std::cerr << "\n";
}

}  // namespace tandem::ctl
