// Plays a sample day against a server: its agents log in and work, its contacts come in, and a
// table shows the queues.
#ifndef TANDEM_SERVER_CTL_PLAYER_H_
#define TANDEM_SERVER_CTL_PLAYER_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

#include "server/ctl/client.h"

namespace tandem::ctl {

struct PlayOptions {
  std::string contacts_path;
  std::string agents_path;
  // The part of the day that is played.
  absl::Duration from = absl::ZeroDuration();
  absl::Duration to = absl::Hours(24);
  uint64_t seed = 1;
  int64_t limit = 0;  // Contacts to play at most; 0: all.
  std::string run;    // Put in front of external ids; empty: made from the server's time.
  // How long, on the server's clock, work goes on after the last contact.
  absl::Duration drain = absl::Hours(2);
};

// Plays, checks at the end that every acknowledged ticket is still there, and prints the totals.
// Returns the exit code (see caller.h): kExitRefused when a ticket was lost.
[[nodiscard]] int Play(const Target& target, const PlayOptions& options);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_PLAYER_H_
