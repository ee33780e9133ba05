// Work at the console that goes on in other tickets, or waits for them.
#include <optional>
#include <string>

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
  Request request;
  v1::CompleteTicketRequest& complete = *request.mutable_complete();
  const auto parsed = google::protobuf::util::JsonStringToMessage(*text, &complete);
  if (!parsed.ok()) {
    Say(absl::StrCat("follow-up: expected follow-ups as JSON in ", Plain(arguments[0]), ", but ",
                     Plain(std::string(parsed.message().data(), parsed.message().size()))));
    return false;
  }
  complete.set_request_id(NewUuid());
  complete.set_ticket_id(*ticket);
  if (arguments.size() > 1) complete.set_disposition(arguments[1]);
  const auto result = Do("follow-up", std::move(request));
  if (!result) return false;
  SetWork(*ticket, result->ticket_state());
  return true;
}

bool AgentConsole::WaitForChildren(const Words& arguments) {
  const auto ticket =
      PickTicket(arguments, 1, {v1::TICKET_STATE_ASSIGNED, v1::TICKET_STATE_ACTIVE});
  if (!ticket) return false;
  Request request;
  request.mutable_park()->set_request_id(NewUuid());
  request.mutable_park()->set_ticket_id(*ticket);
  request.mutable_park()->set_until_children_closed(true);
  if (!arguments.empty()) request.mutable_park()->set_reason(arguments[0]);
  if (!Do("wait", std::move(request))) return false;
  SetWork(*ticket, v1::TICKET_STATE_PARKED);
  return true;
}

}  // namespace tandem::ctl
