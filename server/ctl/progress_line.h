// How far a command is, on standard error: once a second on a terminal, in one line that is written
// anew; else every ten.
#ifndef TANDEM_SERVER_CTL_PROGRESS_LINE_H_
#define TANDEM_SERVER_CTL_PROGRESS_LINE_H_

#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace tandem::ctl {

// Used by one thread.
class ProgressLine {
 public:
  // A quiet one shows nothing.
  explicit ProgressLine(bool quiet);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { End(); }

  // Whether it is time to show something again.
  [[nodiscard]] bool IsDue() const;
  void Show(const std::string& text);
  // Ends the line that is being rewritten, if any, before something else is printed.
  void End();

  [[nodiscard]] absl::Duration since_begin() const { return absl::Now() - begun_; }

 private:
  const bool quiet_;
  const bool terminal_;
  const absl::Time begun_ = absl::Now();
  absl::Time shown_ = begun_;
  bool open_ = false;
};

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_PROGRESS_LINE_H_
