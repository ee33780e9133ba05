#include "tests/router/fact_checker.h"

#include <algorithm>
#include <set>
#include <vector>

#include "tests/router/text.h"

namespace tandem::router {
namespace {

bool IsOfOwner(const SegmentRow& segment) {
  return segment.role == AssignmentRole::kOwner;
}

// Segments of owners, and of those to whom a request for a consultation was offered, end with
// exactly these events, one for one.
constexpr std::pair<SegmentOutcome, EventType> kEndings[] = {
    {SegmentOutcome::kCompleted, EventType::kTicketCompleted},
    {SegmentOutcome::kDeclined, EventType::kOfferDeclined},
    {SegmentOutcome::kMissed, EventType::kOfferMissed},
    {SegmentOutcome::kFailed, EventType::kOfferFailed},
    {SegmentOutcome::kRescinded, EventType::kOfferRescinded},
    {SegmentOutcome::kConnectFailed, EventType::kMediaConnectFailed},
    {SegmentOutcome::kLeaseExpired, EventType::kLeaseExpired},
    {SegmentOutcome::kParked, EventType::kTicketParked},
    {SegmentOutcome::kAgentGone, EventType::kTicketReturned},
    {SegmentOutcome::kHandedOff, EventType::kTicketHandedOff},
};

// What of a sequence of instants is out of order; unset ones don't count.
bool AreOrdered(std::initializer_list<Time> times) {
  Time last;
  for (const Time time : times) {
    if (!time.IsSet()) continue;
    if (time < last) return false;
    last = time;
  }
  return true;
}

// Whether it tells that a review approved what its maker was done with before.
bool IsApproved(const Changes& changes, const EventRow& completed) {
  return completed.type == EventType::kTicketCompleted &&
         std::any_of(changes.events.begin(), changes.events.end(), [&](const EventRow& event) {
           return event.type == EventType::kReviewEnded && event.reason == "APPROVED" &&
                  event.ticket == completed.ticket && event.workspace == completed.workspace;
         });
}

}  // namespace

std::string FactChecker::Check(const Changes& changes, Time now) {
  for (const TicketRow& row : changes.tickets) {
    if (row.consults.IsSet()) requests_.insert({row.workspace, row.ticket});
  }
  for (std::string wrong : {CheckSequences(changes, now), CheckVisits(changes),
                            CheckSegments(changes), CheckRoles(changes), CheckIntervals(changes)}) {
    if (!wrong.empty()) return wrong;
  }
  return "";
}

bool FactChecker::EndsOffer(const SegmentRow& segment) const {
  return IsOfOwner(segment) || requests_.contains({segment.workspace, segment.ticket});
}

std::string FactChecker::CheckSequences(const Changes& changes, Time now) {
  for (const EventRow& event : changes.events) {
    int64_t& last = last_sequence_[event.workspace];
    if (event.sequence != last + 1 || event.at != now) {
      return "expected an event at " + TextOf(now) + " after number " + std::to_string(last) +
             ", but it is " + TextOf(event);
    }
    last = event.sequence;
  }
  return "";
}

std::string FactChecker::CheckVisits(const Changes& changes) {
  for (const VisitRow& visit : changes.visits) {
    VisitRow& last = last_visit_[{visit.workspace, visit.ticket}];
    if (visit.visit_number != last.visit_number + 1 || !visit.entered_at.IsSet() ||
        !AreOrdered({last.left_at, visit.entered_at, visit.left_at})) {
      return "expected visits in order, but visit " + std::to_string(visit.visit_number) + " of " +
             TextOf(visit.ticket) + " follows " + std::to_string(last.visit_number);
    }
    if ((visit.exit_reason == ExitReason::kAnswered) != !visit.agent.empty()) {
      return "expected an agent in answered visits only, but " + TextOf(visit.ticket) +
             " has agent '" + visit.agent + "' and reason " + ToString(visit.exit_reason);
    }
    last = visit;
  }
  return "";
}

std::string FactChecker::CheckSegments(const Changes& changes) {
  for (const auto& [outcome, type] : kEndings) {
    const auto segments = std::count_if(changes.segments.begin(), changes.segments.end(),
                                        [&](const SegmentRow& segment) {
                                          return EndsOffer(segment) && segment.outcome == outcome;
                                        });
    // Nobody has a ticket that the customer's silence completes, nor one that asked for somebody.
    const auto events =
        std::count_if(changes.events.begin(), changes.events.end(), [&](const EventRow& event) {
          if (type == EventType::kTicketCompleted && IsApproved(changes, event)) return false;
          const bool sent_to_review =
              type == EventType::kTicketCompleted && event.type == EventType::kTicketInReview;
          return (event.type == type || sent_to_review) && event.reason != kDispositionSilent &&
                 event.reason != kDispositionConsulted;
        });
    if (segments != events) {
      return "expected a segment " + std::string(ToString(outcome)) +
             " for each event, but there are " + std::to_string(segments) + " for " +
             std::to_string(events);
    }
  }
  // Attempts that are tried again end a segment; the others end the ticket.
  const auto unreached = std::count_if(
      changes.segments.begin(), changes.segments.end(),
      [](const SegmentRow& segment) { return segment.outcome == SegmentOutcome::kUnreached; });
  const auto retried =
      std::count_if(changes.events.begin(), changes.events.end(), [](const EventRow& event) {
        return event.type == EventType::kCallbackAttemptEnded &&
               (event.reason == "BUSY" || event.reason == "NO_ANSWER" || event.reason == "MACHINE");
      });
  if (unreached != retried) {
    return "expected a segment UNREACHED for each attempt that is retried, but there are " +
           std::to_string(unreached) + " for " + std::to_string(retried);
  }
  // A supervisor who takes an offer back ends no work.
  int64_t released = 0;
  for (const SegmentRow& segment : changes.segments) {
    if (segment.outcome == SegmentOutcome::kReleased) --released;
  }
  for (size_t i = 0; i < changes.events.size(); ++i) {
    const EventRow& event = changes.events[i];
    if (event.type == EventType::kTicketReleased) ++released;
    if (event.type != EventType::kTicketRequeued) continue;
    const bool offered = i > 0 && changes.events[i - 1].type == EventType::kOfferRescinded &&
                         changes.events[i - 1].reason == "REQUEUED";
    if (!offered) ++released;
  }
  if (released != 0) {
    return "expected a segment RELEASED for each release, but there are " +
           std::to_string(released) + " fewer";
  }
  for (const SegmentRow& segment : changes.segments) {
    const TicketKey key{segment.workspace, segment.ticket};
    if (!segments_.emplace(key, segment.segment_number).second) {
      return "expected segments with numbers of their own, but " + TextOf(segment.ticket) +
             " has two of number " + std::to_string(segment.segment_number);
    }
    if (!IsOfOwner(segment)) continue;
    SegmentRow& last = last_segment_[key];
    if (segment.segment_number <= last.segment_number || segment.agent.empty() ||
        !AreOrdered({last.ended_at, segment.began_at, segment.accepted_at, segment.connected_at,
                     segment.disconnected_at, segment.finished_at, segment.ended_at})) {
      return "expected segments in order, but segment " + std::to_string(segment.segment_number) +
             " of " + TextOf(segment.ticket) + " does not follow " +
             std::to_string(last.segment_number);
    }
    if (segment.held.us < 0 ||
        (segment.held.us > 0 && segment.held > segment.ended_at - segment.connected_at)) {
      return "expected to be held no longer than connected, but " + TextOf(segment.ticket) +
             " was held for " + TextOf(segment.held);
    }
    // Of rings that went on at once, any may end first.
    if (segment.accepted_at.IsSet()) last = segment;
  }
  return "";
}

// Of those who take part besides: how they end, and that each is told of once.
std::string FactChecker::CheckRoles(const Changes& changes) {
  std::map<EventType, int64_t> told;
  for (const EventRow& event : changes.events) ++told[event.type];
  std::map<SegmentOutcome, int64_t> ended;
  for (const SegmentRow& segment : changes.segments) {
    if (EndsOffer(segment)) continue;
    ++ended[segment.outcome];
    const bool took_part =
        segment.outcome == SegmentOutcome::kLeft || segment.outcome == SegmentOutcome::kRoleChanged;
    if (took_part != segment.accepted_at.IsSet() || segment.claimed ||
        segment.accepted_at != segment.connected_at ||
        !AreOrdered({segment.began_at, segment.accepted_at, segment.ended_at})) {
      return "expected a part in a ticket with its times in order, but that of " + segment.agent +
             " in " + TextOf(segment.ticket) + " has others";
    }
  }
  const int64_t not_taken = ended[SegmentOutcome::kDeclined] + ended[SegmentOutcome::kMissed] +
                            ended[SegmentOutcome::kFailed] + ended[SegmentOutcome::kRescinded];
  if (not_taken != told[EventType::kInvitationEnded] ||
      ended[SegmentOutcome::kLeft] != told[EventType::kParticipantLeft] ||
      ended[SegmentOutcome::kRoleChanged] !=
          told[EventType::kParticipantRoleChanged] + told[EventType::kOwnerChanged]) {
    return "expected a segment for each who takes part no more, or otherwise, but there are others";
  }
  return "";
}

std::string FactChecker::CheckIntervals(const Changes& changes) {
  for (const AgentIntervalRow& interval : changes.agent_intervals) {
    AgentIntervalRow& last = last_interval_[{interval.workspace, interval.agent}];
    if (interval.began_at >= interval.ended_at || interval.began_at < last.ended_at) {
      return "expected intervals in order, but one of " + interval.agent + " is from " +
             TextOf(interval.began_at) + " to " + TextOf(interval.ended_at) + " after " +
             TextOf(last.ended_at);
    }
    last = interval;
  }
  return "";
}

}  // namespace tandem::router
