#include "server/ctl/waiting_hint.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

#include "server/ctl/reading.h"
#include "server/ctl/render.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

// So many of the newest tickets are looked at, and so many of them explained.
constexpr int64_t kMostRead = 200;
constexpr size_t kMostExplained = 10;

template <typename List>
bool Has(const List& list, const std::string& id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

// Of agents who are logged in and take offers: such an obstacle may be this agent's.
bool IsOfAvailable(v1::ObstacleKind kind) {
  switch (kind) {
    case v1::OBSTACLE_KIND_BUSY:
    case v1::OBSTACLE_KIND_COOLING_DOWN:
    case v1::OBSTACLE_KIND_LIVE_RESERVE:
    case v1::OBSTACLE_KIND_PULL_ONLY:
    case v1::OBSTACLE_KIND_KEPT_FOR_LAST_AGENT:
    case v1::OBSTACLE_KIND_SHIFT:
    case v1::OBSTACLE_KIND_DELAYED:
    case v1::OBSTACLE_KIND_OFFERED_TO_OTHERS:
      return true;
    default:
      return false;
  }
}

// What it means, where the name does not say it.
std::string MeaningOf(v1::ObstacleKind kind) {
  switch (kind) {
    case v1::OBSTACLE_KIND_LIVE_RESERVE:
      return ": agents who could answer calls and chats are kept back for them, so what is not "
             "urgent waits until more are free";
    case v1::OBSTACLE_KIND_PULL_ONLY:
      return ": the queue is claimed from, not offered";
    case v1::OBSTACLE_KIND_DELAYED:
      return ": the routing profile takes the queue's tickets only after they have waited";
    default:
      return "";
  }
}

// "LIVE_RESERVE 1, OFFLINE 119".
std::string ObstaclesText(const v1::ExplainTicketResponse& explained) {
  return absl::StrJoin(explained.obstacles(), ", ", [](std::string* text, const auto& obstacle) {
    absl::StrAppend(text,
                    absl::StripPrefix(v1::ObstacleKind_Name(obstacle.kind()), "OBSTACLE_KIND_"),
                    " ", obstacle.agents());
  });
}

std::string TextOf(const v1::Ticket& ticket, const v1::ExplainTicketResponse& explained) {
  const auto found = std::find_if(explained.obstacles().begin(), explained.obstacles().end(),
                                  [](const auto& one) { return IsOfAvailable(one.kind()); });
  return absl::StrCat("ticket ", ticket.id(), " waits in queue ", Plain(ticket.queue()),
                      "; what keeps those who could take it: ", ObstaclesText(explained),
                      found == explained.obstacles().end() ? "" : MeaningOf(found->kind()),
                      "\n`tandemctl explain ticket ", ticket.id(), "` tells more");
}

}  // namespace

std::string WhyNoOffer(Caller& caller, const std::string& agent) {
  v1::GetAgentRequest who;
  who.set_id(agent);
  v1::GetAgentResponse configured;
  if (!caller.Ask(*caller.client().resources, &v1::ResourceService::Stub::GetAgent, who, configured)
           .ok()) {
    return "";
  }
  v1::TicketFilter filter;
  filter.add_states(v1::TICKET_STATE_QUEUED);
  std::vector<v1::Ticket> tickets;
  bool more = false;
  if (!ReadTickets(caller, filter, kMostRead, tickets, more).ok()) return "";
  if (tickets.empty()) return "no ticket waits";
  std::erase_if(tickets, [&configured](const v1::Ticket& ticket) {
    return !Has(configured.agent().process_types(), ticket.process_type()) ||
           !Has(configured.agent().clients(), ticket.client());
  });
  // The oldest are told of first, those for which somebody who is there is kept back before others.
  std::reverse(tickets.begin(), tickets.end());
  std::string other;
  for (size_t i = 0; i < std::min(tickets.size(), kMostExplained); ++i) {
    v1::ExplainTicketRequest request;
    request.set_ticket_id(tickets[i].id());
    v1::ExplainTicketResponse explained;
    if (!caller
             .Ask(*caller.client().tickets, &v1::TicketService::Stub::ExplainTicket, request,
                  explained)
             .ok() ||
        explained.obstacles().empty()) {
      continue;
    }
    const std::string text = TextOf(tickets[i], explained);
    if (std::any_of(explained.obstacles().begin(), explained.obstacles().end(),
                    [](const auto& one) { return IsOfAvailable(one.kind()); })) {
      return text;
    }
    if (other.empty()) other = text;
  }
  if (!other.empty()) return other;
  return "none of the tickets that wait is for this agent: `tandemctl explain ticket ID` says whom "
         "one is for";
}

}  // namespace tandem::ctl
