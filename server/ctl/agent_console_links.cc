// Work at the console that is set aside, goes on in other tickets, or waits for them.
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"

#include "server/ctl/agent_console.h"
#include "server/ctl/render.h"
#include "server/files/read.h"

namespace tandem::ctl {

namespace v1 = tandem::v1;

// A file as {"followUps": [{"contact": {…}}, {"contact": {…}, "after": [0]}]}.
bool AgentConsole::FollowUp(const Words& arguments) {
  if (arguments.empty()) {
    Say("follow-up: expected a file, but none is named");
    return false;
  }
  const auto text = files::ReadFile(arguments[0]);
  if (!text) {
    Say(absl::StrCat("follow-up: expected a file that can be read, but ", Plain(arguments[0]),
                     " can't"));
    return false;
  }
  const auto ticket = PickTicket(arguments, 2, {v1::TICKET_STATE_ACTIVE, v1::TICKET_STATE_WRAP_UP});
  if (!ticket) return false;
  v1::CompleteTicketRequest complete;
  const auto parsed = google::protobuf::util::JsonStringToMessage(*text, &complete);
  if (!parsed.ok()) {
    Say(absl::StrCat("follow-up: expected follow-ups as JSON in ", Plain(arguments[0]), ", but ",
                     Plain(std::string(parsed.message().data(), parsed.message().size()))));
    return false;
  }
  if (arguments.size() > 1) complete.set_disposition(arguments[1]);
  return CompleteBy("follow-up", *ticket, std::move(complete));
}

bool AgentConsole::Park(const Words& arguments) {
  return ParkBy("park", arguments, /*until_children_closed=*/false);
}

bool AgentConsole::ParkBy(const char* verb, const Words& arguments, bool until_children_closed) {
  const auto ticket =
      PickTicket(arguments, 1, {v1::TICKET_STATE_ASSIGNED, v1::TICKET_STATE_ACTIVE});
  if (!ticket) return false;
  Request request;
  request.mutable_park()->set_request_id(NewUuid());
  request.mutable_park()->set_ticket_id(*ticket);
  request.mutable_park()->set_until_children_closed(until_children_closed);
  if (!arguments.empty()) request.mutable_park()->set_reason(arguments[0]);
  if (!Do(verb, std::move(request))) return false;
  SetWork(*ticket, v1::TICKET_STATE_PARKED);
  return true;
}

bool AgentConsole::WaitForChildren(const Words& arguments) {
  return ParkBy("wait", arguments, /*until_children_closed=*/true);
}

}  // namespace tandem::ctl
