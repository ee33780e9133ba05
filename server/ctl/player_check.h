// After the day: is every ticket that the server acknowledged still there, and what became of it?
#ifndef TANDEM_SERVER_CTL_PLAYER_CHECK_H_
#define TANDEM_SERVER_CTL_PLAYER_CHECK_H_

#include <cstdint>
#include <set>
#include <string>

#include "absl/status/statusor.h"

#include "server/ctl/client.h"

namespace tandem::ctl {

// What became of a set of tickets.
struct TicketTotals {
  int64_t tickets = 0;
  int64_t answered = 0;
  int64_t abandoned = 0;
  int64_t completed = 0;
  int64_t canceled = 0;
  int64_t expired = 0;
  int64_t open = 0;
  int64_t lost = 0;  // Acknowledged, but not there.
};

// Looks at every one of `ticket_ids`: page by page, then those that no page had one by one.
// On failure: the server's error, when it could not be reached for a minute.
[[nodiscard]] absl::StatusOr<TicketTotals> CheckTickets(Client& client,
                                                        const std::string& workspace,
                                                        const std::set<std::string>& ticket_ids);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_PLAYER_CHECK_H_
