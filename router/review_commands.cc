// Maker-checker: which completed work another agent looks at, and what comes of it. The review is a
// ticket of its own, so that it waits, is offered and is found again after a restart as any other.
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "router/commands.h"
#include "router/limits.h"
#include "router/placement.h"
#include "router/snapshot.h"

namespace tandem::router {
namespace {

const ProcessType& TypeOf(const Workspace& workspace, const Ticket& ticket) {
  return *workspace.process_types[ticket.process_type.value];
}

// Whether completions of the ticket may be reviewed. Not where there was a call: its customer is
// gone, so that it can't be queued again.
bool IsReviewable(const Workspace& workspace, const Ticket& ticket) {
  return !TypeOf(workspace, ticket).review.process_type.empty() && !Workspace::IsReview(ticket) &&
         !Workspace::IsConsultation(ticket) && !workspace.channel_of(ticket).has_media;
}

// Whether this completion is reviewed; counts it for the share, where the share decides. One that
// says nothing counts whatever dispositions are asked for, else silence would be the way around.
bool Draw(Context& context, const Ticket& ticket, const std::string& disposition) {
  const ProcessType& type = TypeOf(context.workspace, ticket);
  const ReviewPolicy& policy = type.review;
  // Else the second attempt would get by with another disposition.
  if (ticket.reviewing != nullptr && ticket.reviewing->reviewed.rework_count > 0) return true;
  const auto& asked = policy.dispositions;
  const bool is_asked = asked.empty() || disposition.empty() ||
                        std::find(asked.begin(), asked.end(), disposition) != asked.end();
  if (!is_asked) return false;
  uint32_t credit = type.review_credit.milli + policy.share_milli;
  const bool drawn = credit >= kAllCompletions;
  if (drawn) credit -= kAllCompletions;
  if (credit != type.review_credit.milli) {
    context.apply.CompletionCounted(ticket.process_type, credit);
  }
  return drawn;
}

// That of the reviews' process type. Where there is none, or it is of another client, the review
// waits where the work did: nothing is completed unseen because of that.
QueueIndex QueueOfReview(const Workspace& workspace, const Ticket& ticket) {
  const ProcessTypeIndex type =
      workspace.process_type_ids.Find(TypeOf(workspace, ticket).review.process_type);
  const ProcessTypeDefaults* defaults =
      DefaultsFor(*workspace.process_types[type.value], kReviewChannel);
  if (defaults == nullptr) return ticket.queue;
  const QueueIndex queue = QueueFor(workspace, defaults->queue, ticket.client);
  return queue.IsSet() ? queue : ticket.queue;
}

// Everybody whose work it judges.
std::vector<std::string> WhoCannotReview(const Workspace& workspace, const Ticket& ticket) {
  std::vector<std::string> excluded = ticket.excluded_agents;
  excluded.push_back(workspace.AgentName(ticket.agent));
  if (ticket.reviewing != nullptr) {
    const std::vector<std::string>& makers = ticket.reviewing->reviewed.makers;
    excluded.insert(excluded.end(), makers.begin(), makers.end());
  }
  std::sort(excluded.begin(), excluded.end());
  excluded.erase(std::unique(excluded.begin(), excluded.end()), excluded.end());
  return excluded;
}

// The customer is the reviewed ticket's, and stays with it alone. No language is asked: the process
// type says whom it takes.
NewTicket ReviewOf(const Context& context, const Ticket& ticket) {
  const Workspace& workspace = context.workspace;
  NewContact contact;
  contact.channel = kReviewChannel;
  contact.client = workspace.client_ids.Name(ticket.client);
  contact.process_type = TypeOf(workspace, ticket).review.process_type;
  contact.queue = workspace.queue_ids.Name(QueueOfReview(workspace, ticket));
  contact.priority = ticket.priority;
  contact.direction = Direction::kInternal;
  contact.initiated_by = Party::kAgent;
  contact.excluded_agents = WhoCannotReview(workspace, ticket);
  if (ticket.trace_parent != nullptr) contact.trace_parent = *ticket.trace_parent;
  // A wrap-up that ends by itself brings no fresh ids.
  const uint64_t reworks =
      ticket.reviewing == nullptr ? 0 : ticket.reviewing->reviewed.rework_count;
  const uint64_t number = (uint64_t{ticket.reopen_count} << 32 | reworks) * 2;
  const auto derived = [&](uint64_t of) {
    return DeriveUuid(ticket.id.high, ticket.id.low, of, context.now.us / 1'000);
  };
  const auto [high, low] = derived(number);
  const auto [contact_high, contact_low] = derived(number + 1);
  NewTicket review =
      NewTicketIn(context, std::move(contact), {high, low}, {contact_high, contact_low});
  review.row.reviews = ticket.id;
  return review;
}

void SendBack(Context& context, TicketIndex index, const char* how) {
  const Ticket& ticket = context.workspace.ticket(index);
  Return back = ReturnAnew(context, ticket, DueAgain(context, ticket, ticket.due_at));
  KeepForLastAgent(context, ticket, AskedAnew(context.workspace, ticket), back);
  context.apply.TicketSentBack(index, back, how);
}

std::optional<Rejection> CheckRoomForComment(const Ticket& ticket, const std::string& comment) {
  const size_t notes = ticket.detail == nullptr ? 0 : ticket.detail->notes;
  if (comment.empty() || notes < kMaxTicketNotes) return std::nullopt;
  return Refuse(Reason::kTicketFull,
                "expected a reviewed ticket with fewer than " + std::to_string(kMaxTicketNotes) +
                    " notes, but it has as many",
                {{"what", "notes"}, {"limit", std::to_string(kMaxTicketNotes)}});
}

void AddComment(Context& context, TicketIndex index, const std::string& agent,
                const std::string& comment) {
  if (comment.empty()) return;
  const Workspace& workspace = context.workspace;
  const Ticket& ticket = workspace.ticket(index);
  NoteRow note;
  note.at = context.now;
  note.agent = agent;
  note.text = comment;
  context.apply.NoteAdded({ticket.id, index, workspace.client_ids.Name(ticket.client),
                           workspace.queue_ids.Name(ticket.queue),
                           ticket.trace_parent == nullptr ? "" : *ticket.trace_parent},
                          std::move(note));
}

}  // namespace

const char* ToString(ReviewVerdict verdict) {
  switch (verdict) {
    case ReviewVerdict::kApproved:
      return "APPROVED";
    case ReviewVerdict::kSentBack:
      return "SENT_BACK";
  }
  std::abort();
}

Rejection RefuseReview() {
  return Refuse(Reason::kTicketIsReview,
                "expected a ticket that is no review, but it judges another one's work");
}

TicketState CompleteWork(Context& context, TicketIndex index, const std::string& disposition) {
  const Ticket& ticket = context.workspace.ticket(index);
  const bool reviewable = IsReviewable(context.workspace, ticket);
  if (!reviewable || !Draw(context, ticket, disposition)) {
    if (reviewable) context.apply.MakerNoted(index);
    context.apply.TicketCompleted(index, disposition);
    return TicketState::kCompleted;
  }
  context.apply.TicketSentToReview(index, disposition, ReviewOf(context, ticket));
  return TicketState::kInReview;
}

std::optional<Rejection> CheckVerdict(const Workspace& workspace, const Ticket& ticket,
                                      const CompleteTicket& command) {
  if (!Workspace::IsReview(ticket)) {
    if (!command.verdict && command.comment.empty()) return std::nullopt;
    return Refuse(Reason::kTicketIsNoReview,
                  "expected no verdict, because the ticket is no review, but there is one");
  }
  if (!command.verdict) {
    Rejection rejection =
        Refuse(Reason::kFieldRequired, "expected a verdict, because the ticket is a review");
    rejection.violations.push_back({"verdict", rejection.message});
    return rejection;
  }
  return CheckRoomForComment(workspace.ticket(workspace.ReviewedBy(ticket)), command.comment);
}

void JudgeWork(Context& context, TicketIndex index, const CompleteTicket& command) {
  const Workspace& workspace = context.workspace;
  const Ticket& review = workspace.ticket(index);
  const TicketIndex reviewed = workspace.ReviewedBy(review);
  context.apply.ReviewJudged(index, *command.verdict);
  AddComment(context, reviewed, workspace.AgentName(review.agent), command.comment);
  context.apply.TicketCompleted(index, command.disposition);
  if (*command.verdict == ReviewVerdict::kApproved) {
    context.apply.TicketApproved(reviewed);
  } else {
    SendBack(context, reviewed, ToString(*command.verdict));
  }
}

void EndReviews(Context& context) {
  for (const EndedReview& ended : context.apply.TakeEndedReviews()) {
    SendBack(context, ended.reviewed, ended.how);
  }
}

}  // namespace tandem::router
