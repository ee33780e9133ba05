// Reviews: tickets of their own, each of which judges the work that was done on another.
#include <algorithm>
#include <memory>
#include <utility>

#include "router/applier.h"
#include "router/applier_change_agent.h"
#include "router/invariant.h"
#include "router/snapshot.h"

namespace tandem::router {

Reviewing& Applier::ReviewingOf(Ticket& ticket) {
  if (ticket.reviewing == nullptr) ticket.reviewing = std::make_unique<Reviewing>();
  return *ticket.reviewing;
}

void Applier::CompletionCounted(ProcessTypeIndex type, uint32_t credit_milli) {
  auto& types = workspace_.configuration.process_types;
  const auto place = workspace_.process_types[type.value] - types.data();
  types[static_cast<size_t>(place)].review_credit = {credit_milli, /*counted=*/true};
  workspace_.reviews_counted = true;
}

void Applier::MakerNoted(TicketIndex index) {
  Ticket& ticket = TicketAt(index);
  std::vector<std::string>& makers = ReviewingOf(ticket).reviewed.makers;
  const std::string& name = workspace_.AgentName(ticket.agent);
  const auto at = std::lower_bound(makers.begin(), makers.end(), name);
  if (at == makers.end() || *at != name) makers.insert(at, name);
}

void Applier::TicketSentToReview(TicketIndex index, const std::string& disposition,
                                 NewTicket&& review) {
  Ticket& ticket = TicketAt(index);
  const AgentIndex maker = ticket.agent;
  Reviewing& reviewing = ReviewingOf(ticket);
  reviewing.disposition = disposition.empty() ? std::string(kDispositionNotSet) : disposition;
  reviewing.reviewed.review = review.row.ticket;
  MakerNoted(index);
  EventRow& event = RecordTicket(EventType::kTicketInReview, ticket);
  event.reason = reviewing.disposition;
  event.contact = review.row.contact;
  event.number = reviewing.reviewed.rework_count;
  if (!ticket.finished_at.IsSet()) ticket.finished_at = now_;
  LeaveAgent(index, SegmentOutcome::kCompleted, reviewing.disposition, true);
  ticket.state = TicketState::kInReview;
  ticket.agent = AgentIndex{};
  ticket.leased = false;
  ticket.until = Time{};
  ticket.last_agent = maker;
  SetTimer(index);
  MarkDirty(index);
  TicketCreated(std::move(review));
}

void Applier::NoteReviewEnded(TicketIndex index, AgentIndex agent, const char* how) {
  Ticket& ticket = TicketAt(index);
  ticket.reviewing->reviewed.review = TicketId{};
  MarkDirty(index);
  EventRow& event = RecordTicket(EventType::kReviewEnded, ticket);
  event.agent = agent.IsSet() ? workspace_.AgentName(agent) : "";
  event.reason = how;
}

void Applier::ReviewJudged(TicketIndex index, ReviewVerdict verdict) {
  const Ticket& review = TicketAt(index);
  NoteReviewEnded(workspace_.ReviewedBy(review), review.agent, ToString(verdict));
}

void Applier::CloseReview(const Ticket& review, AgentIndex agent, const char* how) {
  const TicketIndex reviewed = workspace_.ReviewedBy(review);
  // Unless it was judged, or ends with its ticket.
  if (!reviewed.IsSet()) return;
  NoteReviewEnded(reviewed, agent, how);
  workspace_.ended_reviews.push_back({reviewed, how});
}

std::vector<EndedReview> Applier::TakeEndedReviews() {
  return std::exchange(workspace_.ended_reviews, {});
}

void Applier::EndReview(TicketIndex index) {
  constexpr const char* kHow = "TICKET_CANCELED";
  const TicketIndex review = workspace_.FindTicket(TicketAt(index).reviewing->reviewed.review);
  TANDEM_INVARIANT(review.IsSet(), "a ticket that is IN_REVIEW has a review");
  NoteReviewEnded(index, {}, kHow);
  TicketAt(index).reviewing->disposition.clear();
  if (TicketAt(review).state == TicketState::kOffered) OffersRescinded(review, kHow);
  TicketCanceled(review, kHow);
}

void Applier::TicketApproved(TicketIndex index) {
  Ticket& ticket = TicketAt(index);
  const std::string maker = workspace_.AgentName(ticket.last_agent);
  const std::string disposition = std::exchange(ticket.reviewing->disposition, "");
  EventRow& event = RecordTicket(EventType::kTicketCompleted, ticket);
  event.agent = maker;
  event.reason = disposition;
  Close(index, TicketState::kCompleted);
  changes_.ticket_states.back().agent = maker;
  changes_.ticket_states.back().disposition = disposition;
}

void Applier::TicketSentBack(TicketIndex index, const Return& back, const char* how) {
  Ticket& ticket = TicketAt(index);
  SetEntry(ticket, back.entry);
  SetDueTime(index, back.due_at);
  ticket.reviewing->disposition.clear();
  EventRow& event = RecordTicket(EventType::kTicketSentBack, ticket);
  event.agent = workspace_.AgentName(ticket.last_agent);
  event.until = ticket.target;
  event.reason = how;
  event.number = ++ticket.reviewing->reviewed.rework_count;
  ComeBack(index, back, /*plan_anew=*/true, EntryReason::kRework);
}

// --- conversations ---

void Applier::JoinConversation(const std::string& conversation, TicketIndex index) {
  const auto [at, first] = workspace_.ticket_by_conversation.emplace(conversation, index);
  if (first) return;
  TicketIndex earlier = index;
  if (TicketAt(at->second).arrival < TicketAt(index).arrival) std::swap(at->second, earlier);
  std::vector<TicketIndex>& others = workspace_.earlier_of_conversation[conversation];
  const auto comes_before = [&](TicketIndex a, TicketIndex b) {
    return TicketAt(a).arrival < TicketAt(b).arrival;
  };
  others.insert(std::upper_bound(others.begin(), others.end(), earlier, comes_before), earlier);
}

void Applier::LeaveConversation(const std::string& conversation, TicketIndex index) {
  const auto others = workspace_.earlier_of_conversation.find(conversation);
  if (others == workspace_.earlier_of_conversation.end()) {
    workspace_.ticket_by_conversation.erase(conversation);
    return;
  }
  TicketIndex& latest = workspace_.ticket_by_conversation.at(conversation);
  if (latest == index) {
    latest = others->second.back();
    others->second.pop_back();
  } else {
    std::erase(others->second, index);
  }
  if (others->second.empty()) workspace_.earlier_of_conversation.erase(others);
}

}  // namespace tandem::router
