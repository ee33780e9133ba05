// The reference's hand-offs of automated agents to people.
#include <algorithm>
#include <string>
#include <utility>

#include "tests/router/reference_router.h"

namespace tandem::router {

void ReferenceRouter::AskPeople(Requirement& requirement) {
  std::vector<Clause> clauses = {{AgentKindPredicate{AgentKind::kHuman}}};
  for (const Clause& clause : requirement.all_of) {
    bool about_more = false;
    for (const Predicate& predicate : clause) {
      if (std::get_if<AgentKindPredicate>(&predicate.kind) == nullptr) about_more = true;
    }
    if (about_more) clauses.push_back(clause);
  }
  std::sort(clauses.begin(), clauses.end());
  requirement.all_of = std::move(clauses);
  requirement.agents.clear();
}

// What the ticket's agent has to state at least; 0: nothing.
uint32_t ReferenceRouter::MinConfidence(const TicketData& ticket) const {
  if (FindAgent(ticket.agent)->kind != AgentKind::kAutomated) return 0;
  if (ChannelOf(ticket).has_media) return 0;
  return FindProcessType(ticket.contact.process_type)->hand_off.min_confidence_milli;
}

bool ReferenceRouter::HandOffIfUnsure(TicketData& ticket, std::optional<uint32_t> confidence_milli,
                                      const std::string& summary) {
  const uint32_t asked = MinConfidence(ticket);
  if (asked == 0 || confidence_milli.value_or(0) >= asked) return false;
  HandOff hand_off;
  hand_off.confidence_milli = confidence_milli;
  hand_off.reason = "BELOW:" + std::to_string(asked);
  hand_off.summary = summary;
  HandOffToPeople(ticket, std::move(hand_off));
  return true;
}

void ReferenceRouter::HandOffToPeople(TicketData& ticket, HandOff hand_off) {
  const std::string agent = ticket.agent;
  hand_off.agent = agent;
  hand_off.at = now_;
  const Queue* to = FindQueue(FindProcessType(ticket.contact.process_type)->hand_off.queue);
  const bool moves = to != nullptr && to->id != ticket.queue &&
                     (to->client.empty() || to->client == ticket.contact.client) && !Refuses(*to) &&
                     !IsFull(*to, ticket.id);
  if (moves) {
    EndVisit(ticket, VisitEnd::kOther);
    ticket.queue = to->id;
    SetKey(ticket);
  }
  if (ticket.state != TicketState::kAssigned) ticket.not_after = Time{};
  EventRow& event = Emit(EventType::kTicketHandedOff, ticket, agent);
  event.reason = hand_off.reason;
  event.number = hand_off.confidence_milli ? static_cast<int64_t>(*hand_off.confidence_milli) : -1;
  EndParticipants(ticket, "HANDED_OFF");
  const bool noted = !hand_off.summary.empty();
  ticket.hand_off = std::move(hand_off);
  AskPeople(ticket.base);
  AskPeople(ticket.requirement);
  for (PlanStep& step : ticket.plan) {
    if (step.requirement) AskPeople(*step.requirement);
  }
  Requeue(ticket);
  if (noted) Emit(EventType::kNoteAdded, ticket, agent);
}

}  // namespace tandem::router
