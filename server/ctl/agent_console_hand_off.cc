// A bot at the console gives its ticket to people.
#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "server/ctl/agent_console.h"
#include "server/ctl/render.h"

namespace tandem::ctl {

namespace v1 = tandem::v1;

std::optional<double> AgentConsole::ReadConfidence(const std::string& word) {
  double sure = 0;
  if (absl::SimpleAtod(word, &sure)) return sure;
  Say(absl::StrCat("expected a number from 0 to 1, but found ", Plain(word)));
  return std::nullopt;
}

bool AgentConsole::HandOff(const Words& arguments) {
  const auto ticket = PickTicket({}, 0, {v1::TICKET_STATE_ASSIGNED, v1::TICKET_STATE_ACTIVE});
  if (!ticket) return false;
  Request request;
  request.mutable_release()->set_request_id(NewUuid());
  request.mutable_release()->set_ticket_id(*ticket);
  v1::HandOff& hand_off = *request.mutable_release()->mutable_hand_off();
  if (!arguments.empty()) {
    const auto sure = ReadConfidence(arguments[0]);
    if (!sure) return false;
    hand_off.set_confidence(*sure);
  }
  if (arguments.size() > 1) hand_off.set_reason(arguments[1]);
  if (arguments.size() > 2) {
    hand_off.set_summary(absl::StrJoin(arguments.begin() + 2, arguments.end(), " "));
  }
  if (!Do("hand-off", std::move(request))) return false;
  SetWork(*ticket, v1::TICKET_STATE_QUEUED);
  return true;
}

}  // namespace tandem::ctl
