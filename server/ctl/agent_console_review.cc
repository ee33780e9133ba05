// Who has a review says at the console what it finds.
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"

#include "server/ctl/agent_console.h"

namespace tandem::ctl {

namespace v1 = tandem::v1;

AgentConsole::Held AgentConsole::HeldOf(const v1::Work& work) {
  return {work.state(), !work.reviewed_ticket_id().empty()};
}

void AgentConsole::KeepAsReview(const std::string& ticket) {
  const std::lock_guard lock(mutex_);
  work_[ticket].review = true;
}

std::optional<std::string> AgentConsole::PickReview(const Words& arguments) {
  const std::lock_guard lock(mutex_);
  if (!arguments.empty() && work_.contains(arguments[0])) return arguments[0];
  std::vector<std::string> reviews;
  for (const auto& [ticket, held] : work_) {
    const bool begun =
        held.state == v1::TICKET_STATE_ACTIVE || held.state == v1::TICKET_STATE_WRAP_UP;
    if (held.review && begun) reviews.push_back(ticket);
  }
  if (reviews.size() == 1) return reviews.front();
  Say(reviews.empty() ? "expected a review that you work on, but there is none"
                      : "you work on several reviews: name one, as `show` does");
  return std::nullopt;
}

bool AgentConsole::Judge(const Words& arguments, v1::ReviewVerdict verdict, const char* verb) {
  const auto review = PickReview(arguments);
  if (!review) return false;
  const bool named = !arguments.empty() && arguments[0] == *review;
  v1::CompleteTicketRequest complete;
  complete.set_verdict(verdict);
  complete.set_comment(absl::StrJoin(arguments.begin() + (named ? 1 : 0), arguments.end(), " "));
  return CompleteBy(verb, *review, std::move(complete));
}

bool AgentConsole::Approve(const Words& arguments) {
  return Judge(arguments, v1::REVIEW_VERDICT_APPROVED, "approve");
}

bool AgentConsole::SendBack(const Words& arguments) {
  return Judge(arguments, v1::REVIEW_VERDICT_SENT_BACK, "send-back");
}

}  // namespace tandem::ctl
