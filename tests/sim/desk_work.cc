// What agents of the simulation do with the work that they have.
#include <optional>
#include <string>
#include <utility>

#include "tests/sim/clients.h"
#include "tests/support/fake_workspace.h"

namespace tandem::sim {

// The owner, with others or in search of them.
void Desk::Consult(const router::WorkView& work) {
  if (work.consultation.IsSet() && world_.Chance(300)) {
    return Do(router::CancelConsultation{work.ticket, session()});
  }
  if (!work.consultation.IsSet() && world_.Chance(300)) {
    return Do(router::ConsultQueue{.ticket = work.ticket, .session = session(), .queue = "care"});
  }
  if (work.participants.empty() || world_.Chance(200)) {
    // Most are busy.
    for (int tries = 0; tries < 4; ++tries) {
      const std::string agent = test::AgentName(1 + world_.Pick(kAgents));
      Do(router::InviteParticipant{work.ticket, session(), agent});
    }
    return;
  }
  const std::string& agent = work.participants.front().agent;
  const int dice = world_.Pick(100);
  if (dice < 40) {
    Do(router::HandOverTicket{work.ticket, session(), agent, dice < 15});
  } else if (dice < 70) {
    Do(router::SetParticipantRole{
        work.ticket, session(), agent,
        dice < 60 ? router::AssignmentRole::kConference : router::AssignmentRole::kConsult});
  } else {
    Do(router::EndParticipation{work.ticket, session(), agent});
  }
}

// A team leader listens to what a colleague has in hand: mostly newer tickets, as others are
// closed.
void Desk::Monitor() {
  for (int tries = 0; tries < 5; ++tries) {
    const auto ticket = clients_.AnyTicket();
    if (ticket) Do(router::MonitorTicket{*ticket, session()});
  }
}

// Work that no queue brought.
void Desk::Begin(const std::string& channel) {
  router::StartAgentContact begin;
  begin.session = session();
  begin.contact.channel = channel;
  begin.contact.process_type = "question";
  begin.contact.queue = "care";
  begin.contact.client = "acme";
  begin.contact.direction = router::Direction::kOutbound;
  begin.contact.initiated_by = router::Party::kAgent;
  Do(std::move(begin));
}

// What is no review is refused with a verdict, and a review without one: then the next try has it.
router::CompleteTicket Desk::Completion(const router::WorkView& work) {
  router::CompleteTicket complete{work.ticket, session(), "done"};
  if (work.channel == router::kReviewChannel && world_.Pick(3) != 0) {
    complete.verdict =
        world_.Pick(2) == 0 ? router::ReviewVerdict::kSentBack : router::ReviewVerdict::kApproved;
    if (world_.Pick(2) == 0) complete.comment = "as it should be, or not";
  }
  if (automated_) complete.confidence_milli = static_cast<uint32_t>(world_.Pick(1'001));
  // Each completion leads to less than one other, so that the work comes to an end.
  const int follow_ups = world_.Chance(150) ? 1 + world_.Pick(3) : 0;
  for (int i = 0; i < follow_ups; ++i) {
    router::FollowUp& follow_up = complete.follow_ups.emplace_back();
    follow_up.contact.channel = "task";
    follow_up.contact.process_type = "job";
    follow_up.contact.direction = router::Direction::kInternal;
    follow_up.contact.initiated_by = router::Party::kAgent;
    if (i > 0 && world_.Chance(600)) follow_up.after.push_back(static_cast<uint32_t>(i - 1));
  }
  return complete;
}

router::ReleaseTicket Desk::Release(router::TicketId ticket) {
  router::ReleaseTicket release{ticket, session()};
  if (!automated_) return release;
  release.hand_off.emplace();
  release.hand_off->reason = "asked-for-a-person";
  release.hand_off->summary = "wants to know when it comes";
  return release;
}

void Desk::Work(const router::WorkView& work) {
  const int dice = world_.Pick(100);
  if (work.role != router::AssignmentRole::kOwner) {
    if (dice < 20) Do(router::EndParticipation{work.ticket, session(), ""});
    return;
  }
  if (work.channel == router::kCallbackChannel && dice < 40) {
    router::EndCallbackAttempt end;
    end.ticket = work.ticket;
    end.session = session();
    end.outcome = static_cast<router::CallbackOutcome>(1 + world_.Pick(6));
    if (router::IsRetried(end.outcome)) {
      end.next_attempt_at = world_.DatabaseNow() + router::Seconds(1 + world_.Pick(20));
    }
    Do(std::move(end));
    return;
  }
  switch (work.state) {
    case router::TicketState::kAssigned:
      if (dice < 60) {
        Do(router::StartTicket{session(), work.ticket});
      } else if (dice < 70) {
        Do(Release(work.ticket));
      } else if (dice < 80) {
        Do(router::ExtendLeases{session(), {}});
      }
      return;
    case router::TicketState::kActive:
      if (dice < 60) {
        Do(router::FinishTicket{session(), work.ticket});
      } else if (dice < 65) {
        Do(Release(work.ticket));
      } else if (dice < 70) {
        Do(Completion(work));
      } else if (dice < 80) {
        router::ParkTicket park{work.ticket, session(), dice < 75 ? "customer" : "", {}};
        if (dice < 77) park.until = world_.DatabaseNow() + router::Seconds(1 + world_.Pick(30));
        park.until_children_closed = world_.Chance(400);
        Do(std::move(park));
      } else {
        Consult(work);
      }
      return;
    case router::TicketState::kWrapUp:
      if (dice < 60) Do(Completion(work));
      return;
    case router::TicketState::kQueued:
    case router::TicketState::kOffered:
    case router::TicketState::kConnecting:
    case router::TicketState::kScheduled:
    case router::TicketState::kParked:
    case router::TicketState::kBlocked:
    case router::TicketState::kInReview:
    case router::TicketState::kCompleted:
    case router::TicketState::kCanceled:
    case router::TicketState::kAbandoned:
    case router::TicketState::kExpired:
      return;
  }
}

}  // namespace tandem::sim
