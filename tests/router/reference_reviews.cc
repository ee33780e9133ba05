// The reference's reviews of completed work.
#include <algorithm>
#include <string>
#include <utility>

#include "tests/router/reference_router.h"

namespace tandem::router {

// Whether this completion is reviewed. It is counted where the share decides.
bool ReferenceRouter::DrawReview(TicketData& ticket, const std::string& how) {
  const ReviewPolicy& policy = FindProcessType(ticket.contact.process_type)->review;
  if (policy.process_type.empty() || ticket.reviews.IsSet() || ticket.consults.IsSet() ||
      ChannelOf(ticket).has_media) {
    return false;
  }
  ticket.makers.insert(ticket.agent);
  if (ticket.rework_count != 0) return true;
  const auto& asked = policy.dispositions;
  if (!asked.empty() && how != kDispositionNotSet &&
      std::count(asked.begin(), asked.end(), how) == 0) {
    return false;
  }
  uint32_t& credit = workspace_->review_credits[ticket.contact.process_type];
  credit += policy.share_milli;
  if (credit < 1'000) return false;
  credit -= 1'000;
  return true;
}

// Those of process types with another policy now, or that are gone, begin anew.
void ReferenceRouter::ForgetReviewCredits(const Configuration& before) {
  const auto policy_of = [](const Configuration& configuration, const std::string& id) {
    for (const ProcessType& type : configuration.process_types) {
      if (type.id == id) return type.review;
    }
    return ReviewPolicy{};
  };
  std::erase_if(workspace_->review_credits, [&](const auto& entry) {
    return policy_of(before, entry.first) != policy_of(workspace_->configuration, entry.first);
  });
}

void ReferenceRouter::BeginReview(TicketData& ticket, const std::string& how) {
  const std::string maker = ticket.agent;
  NewContact contact;
  contact.channel = "task";
  contact.client = ticket.contact.client;
  contact.process_type = FindProcessType(ticket.contact.process_type)->review.process_type;
  contact.priority = ticket.contact.priority;
  contact.direction = Direction::kInternal;
  contact.initiated_by = Party::kAgent;
  ticket.makers.insert(maker);
  contact.excluded_agents = ticket.contact.excluded_agents;
  contact.excluded_agents.insert(contact.excluded_agents.end(), ticket.makers.begin(),
                                 ticket.makers.end());
  const Queue* queue = nullptr;
  ProcessTypeDefaults defaults;
  if (FindPlace(contact, &queue, &defaults)) {
    contact.queue = ticket.queue;
    defaults = {};
    // Whosever it is now.
    NewContact as_its_client = contact;
    const std::string& client = FindQueue(ticket.queue)->client;
    if (!client.empty()) as_its_client.client = client;
    FindPlace(as_its_client, &queue, &defaults);
  }
  const uint64_t number = ((uint64_t{ticket.reopen_count} << 32) + ticket.rework_count) * 2;
  const auto [high, low] = DeriveUuid(ticket.id.high, ticket.id.low, number, now_.us / 1'000);
  const auto [contact_high, contact_low] =
      DeriveUuid(ticket.id.high, ticket.id.low, number + 1, now_.us / 1'000);
  const ContactId contact_id{contact_high, contact_low};

  EventRow& event = Emit(EventType::kTicketInReview, ticket, maker);
  event.reason = how;
  event.contact = contact_id;
  event.number = ticket.rework_count;
  EndParticipants(ticket, "COMPLETED");
  ticket.parked_by = maker;
  Leave(ticket);
  ticket.state = TicketState::kInReview;
  ticket.maker_said = how;
  ticket.review = TicketId{high, low};

  TicketData& review = AddTicket(ticket.review, contact, *queue, defaults);
  review.reviews = ticket.id;
  EventRow& created = Emit(EventType::kTicketCreated, review);
  created.contact = contact_id;
  created.until = review.target;
  EnterQueue(review);
  NoteWhetherUnroutable(review);
}

// Nothing when it was judged, or ends with its ticket.
ReferenceRouter::TicketData* ReferenceRouter::NoteReviewEnded(const TicketData& review,
                                                              const std::string& agent,
                                                              const std::string& how) {
  TicketData* reviewed = review.reviews.IsSet() ? FindTicket(review.reviews) : nullptr;
  if (reviewed == nullptr || reviewed->review != review.id) return nullptr;
  reviewed->review = {};
  Emit(EventType::kReviewEnded, *reviewed, agent).reason = how;
  return reviewed;
}

void ReferenceRouter::EndReviewOf(TicketData& ticket) {
  if (!ticket.review.IsSet()) return;
  TicketData& review = *FindTicket(ticket.review);
  NoteReviewEnded(review, "", "TICKET_CANCELED");
  if (review.state == TicketState::kOffered) Rescind(review, "TICKET_CANCELED");
  Emit(EventType::kTicketCanceled, review).reason = "TICKET_CANCELED";
  EndParticipants(review, "CANCELED");
  Close(review, "CANCELED");
}

void ReferenceRouter::SendBack(TicketData& ticket, const std::string& how) {
  const Queue& queue = QueueOf(ticket);
  ticket.queued_at = now_;
  if (queue.office == Office::kBack && ticket.due_at <= now_) {
    const ProcessTypeDefaults* defaults = DefaultsOf(ticket.contact);
    ticket.due_at = After(HoursQueueOf(queue, now_), now_,
                          defaults == nullptr ? Hours(8) : defaults->due_after);
  }
  SetTarget(ticket);
  ticket.requirement = ticket.base;
  ticket.plan_step = 0;
  ticket.by_plan = kNoPolicy;
  ticket.plan_waited = Duration{};
  ticket.plan_since = Time{};
  ticket.maker_said.clear();
  ticket.rework_count += 1;
  const std::string maker = std::exchange(ticket.parked_by, "");
  EventRow& event = Emit(EventType::kTicketSentBack, ticket, maker);
  event.until = ticket.target;
  event.reason = how;
  event.number = ticket.rework_count;
  const bool keep = WouldKeep(ticket, maker);
  ticket.by_hand = false;
  EnterQueue(ticket);
  const Duration wait = queue.last_agent_wait.value_or(Duration{});
  if (!keep || wait.us == 0) return;
  ticket.kept_for = maker;
  ticket.kept_until = now_ + wait;
}

// `review` is gone afterwards.
void ReferenceRouter::Judge(TicketData& review, const CompleteTicket& command) {
  const bool approved = *command.verdict == ReviewVerdict::kApproved;
  const std::string reviewer = review.agent;
  TicketData& reviewed = *NoteReviewEnded(review, reviewer, approved ? "APPROVED" : "SENT_BACK");
  if (!command.comment.empty()) Emit(EventType::kNoteAdded, reviewed, reviewer);
  Complete(review, command.disposition);
  if (!approved) return SendBack(reviewed, "SENT_BACK");
  reviewed.agent = std::exchange(reviewed.parked_by, "");
  Emit(EventType::kTicketCompleted, reviewed, reviewed.agent).reason = reviewed.maker_said;
  reviewed.maker_said.clear();
  reviewed.completed_at = now_;
  workspace_->completed[reviewed.id] = reviewed;
  reviewed.agent.clear();
  Close(reviewed, "COMPLETED");
}

}  // namespace tandem::router
