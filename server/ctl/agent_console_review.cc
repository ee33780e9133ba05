// Who has a review says at the console what it finds.
#include <utility>

#include "absl/strings/str_join.h"

#include "server/ctl/agent_console.h"

namespace tandem::ctl {

namespace v1 = tandem::v1;

bool AgentConsole::Judge(const Words& arguments, v1::ReviewVerdict verdict, const char* verb) {
  const auto ticket = PickTicket({}, 0, {v1::TICKET_STATE_ACTIVE, v1::TICKET_STATE_WRAP_UP});
  if (!ticket) return false;
  v1::CompleteTicketRequest complete;
  complete.set_verdict(verdict);
  complete.set_comment(absl::StrJoin(arguments, " "));
  return CompleteBy(verb, *ticket, std::move(complete));
}

bool AgentConsole::Approve(const Words& arguments) {
  return Judge(arguments, v1::REVIEW_VERDICT_APPROVED, "approve");
}

bool AgentConsole::SendBack(const Words& arguments) {
  return Judge(arguments, v1::REVIEW_VERDICT_SENT_BACK, "send-back");
}

}  // namespace tandem::ctl
