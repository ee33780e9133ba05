#include "server/query/measures.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <utility>

namespace tandem::query {
namespace {

using store::Sum;
using enum store::Sum;
using enum MeasureUnit;

constexpr Terms One(Sum sum) {
  return {.plus = sum, .also = {}, .minus = {}};
}
constexpr Terms Both(Sum sum, Sum also) {
  return {.plus = sum, .also = also, .minus = {}};
}
constexpr Terms Less(Sum sum, Sum minus) {
  return {.plus = sum, .also = {}, .minus = minus};
}

// Who defines a measure so. There is no one standard; where others differ, the formula says what is
// meant here.
constexpr char kOurs[] = "tandem";
constexpr char kWfmLabs[] = "WFM Labs";

constexpr Measure kMeasures[] = {
    // clang-format off
    {"offered", "Offered", One(kOffered), {}, kCount,
     "O: visits that ended, each of which entered a queue", kOurs},
    {"answered", "Answered", One(kAnswered), {}, kCount,
     "A: visits that ended because somebody connected or started", kOurs},
    {"abandoned", "Abandoned", One(kAbandoned), {}, kCount,
     "B: visits that ended because the customer left; short ones included", kOurs},
    {"short_abandoned", "Short abandons", One(kShortAbandoned), {}, kCount,
     "B_S: abandoned after a wait up to the short-abandon limit", "UniVoIP, Genesys"},
    {"transferred_out", "Transfers out", One(kVisitTransferred), {}, kCount,
     "visits that ended by a transfer while waiting, or before they were answered",
     "Genesys (flow-out)"},
    {"overflowed_out", "Overflows out", One(kVisitOverflowed), {}, kCount,
     "visits that a step of the ticket's plan ended by moving it to another queue",
     "Genesys (flow-out)"},
    {"expired", "Expired", One(kVisitExpired), {}, kCount,
     "visits that a step of the ticket's plan ended", kOurs},
    {"callbacks_requested", "Call-backs requested", One(kVisitCallback), {}, kCount,
     "visits that ended because the customer is called back instead; no abandons",
     "Amazon Connect (callback contacts)"},
    {"called_off", "Called off", One(kVisitCanceled), {}, kCount,
     "visits that ended because a caller canceled the ticket", kOurs},
    {"returned", "Returned", One(kReturned), {}, kCount,
     "visits that began with a release, an expired lease, a failed connection, the absence of the "
     "agent, the end of parking, a reopening or a review that sent the work back",
     kOurs},
    {"transferred_in", "Transfers in", One(kTransferredIn), {}, kCount,
     "visits that began with a transfer", kOurs},
    {"overflowed_in", "Overflows in", One(kOverflowedIn), {}, kCount,
     "visits to which a step of the ticket's plan moved it", kOurs},
    {"reworked", "Reworked", One(kReworked), {}, kCount,
     "visits that began because a review sent the work back", kOurs},
    {"answered_in_threshold", "Answered within threshold", One(kAnsweredInTime), {}, kCount,
     "A_T: answered after a wait up to T, or by its own target without a policy",
     "Cisco ICM"},
    {"abandoned_in_threshold", "Abandoned within threshold", One(kAbandonedInTime), {}, kCount,
     "B_T: abandoned after a wait up to T, without short abandons", "Cisco ICM"},
    {"decided", "Decided", One(kDecided), {}, kCount,
     "O_T: A_T + B_T + every visit that lasted longer than T, without short abandons",
     "Cisco ICM"},
    {"service_level", "Service level", One(kLevelReached), One(kLevelAsked), kShare,
     "ignored: A_T / (O_T - B_T); negative: A_T / O_T; positive: (A_T + B_T) / O_T",
     "Cisco ICM, types 1, 2 and 3"},
    {"answered_in_target", "Answered in target", One(kAnsweredByTarget), {}, kCount,
     "answered no later than the own target of the visit", kOurs},
    {"target_attainment", "Target attainment", One(kAnsweredByTarget), Both(kAnswered, kAbandoned),
     kShare, "answered in target / (A + B), as in ListQueueStatistics", "tandem, after Genesys"},
    {"answer_rate", "Answer rate", One(kAnswered), One(kOffered), kShare, "A / O", kWfmLabs},
    {"abandonment_rate", "Abandonment rate", Less(kAbandoned, kShortAbandoned),
     Less(kOffered, kShortAbandoned), kShare, "(B - B_S) / (O - B_S)",
     "B / O of Amazon Connect; short abandons left out of both sides"},
    {"flow_out_rate", "Flow-out rate", Both(kVisitTransferred, kVisitOverflowed), One(kOffered),
     kShare, "(transferred_out + overflowed_out) / O", "Genesys (flow-out)"},
    {"average_speed_of_answer", "Average speed of answer (ASA)", One(kAnswerWaitTime),
     One(kAnswered), kSeconds,
     "wait of answered visits, from entering the queue to connected or started / A", kWfmLabs},
    {"average_time_to_abandon", "Average time to abandon", One(kAbandonWaitTime), One(kAbandoned),
     kSeconds, "wait of abandoned visits / B", kOurs},
    {"average_wait", "Average wait", One(kVisitTime), One(kOffered), kSeconds,
     "wait of all visits / O", kOurs},
    {"longest_wait", "Longest wait", One(kLongestWait), {}, kSeconds, "largest wait of all visits",
     kOurs},
    {"longest_answer_wait", "Longest wait of an answered visit", One(kLongestAnswerWait), {},
     kSeconds, "largest wait of answered visits", kOurs},
    {"answer_wait_p90", "Wait that nine of ten do not exceed", One(kAnswerWaitP90), {}, kSeconds,
     "90th percentile (nearest rank) of the wait of answered visits", kOurs},
    {"estimated", "Answered with an estimate", One(kEstimated), {}, kCount,
     "of answered: visits whose wait was estimated when they began", kOurs},
    {"estimate_error", "Average error of estimated waits", One(kEstimateErrorTime),
     One(kEstimated), kSeconds, "|wait - estimate| / estimated: the mean absolute error", kOurs},
    {"estimate_error_p90", "Error of estimated waits that nine of ten do not exceed",
     One(kEstimateErrorP90), {}, kSeconds,
     "90th percentile (nearest rank) of |wait - estimate|", kOurs},
    {"estimate_hit_rate", "Estimated waits that were right", One(kEstimateWithin),
     One(kEstimated), kShare,
     "off by no more than half of the estimate, or 30 s / estimated", kOurs},
    {"estimate_too_short_rate", "Estimated waits that were too short", One(kEstimateTooShort),
     One(kEstimated), kShare, "wait > estimate / estimated: 0.5 when neither way is favoured",
     kOurs},
    {"offers_made", "Offers made", One(kOffers), {}, kCount,
     "segments of owners that began with an offer to an agent; not those of a hand-over", kOurs},
    {"offers_accepted", "Offers accepted", One(kOffersAccepted), {}, kCount, "of these, accepted",
     kOurs},
    {"offers_declined", "Offers declined", One(kOffersDeclined), {}, kCount,
     "of these, declined by the agent", kOurs},
    {"offers_missed", "Offers missed", One(kOffersMissed), {}, kCount, "of these, expired", kOurs},
    {"offers_failed", "Offers failed", One(kOffersFailed), {}, kCount,
     "of these, failed at the device", kOurs},
    {"offers_rescinded", "Offers rescinded", One(kOffersRescinded), {}, kCount,
     "of these, taken back before an answer", kOurs},
    {"acceptance_rate", "Acceptance rate", One(kOffersAccepted), One(kOffers), kShare,
     "offers_accepted / offers_made", kOurs},
    {"miss_rate", "Miss rate", One(kOffersMissed), One(kOffers), kShare,
     "offers_missed / offers_made", kOurs},
    {"average_offer_time", "Average time to accept", One(kOfferTime), One(kOffersAccepted),
     kSeconds, "from offer to acceptance / offers_accepted", kOurs},
    {"claims", "Claims", One(kClaims), {}, kCount, "segments that began with a claim", kOurs},
    {"leases_expired", "Leases expired", One(kLeasesExpired), {}, kCount,
     "claimed and not started before the lease ended", kOurs},
    {"work_returned", "Work returned", One(kWorkReturned), {}, kCount,
     "segments that ended because the agent stayed away, or the shift ended", kOurs},
    {"connects_failed", "Connects failed", One(kConnectsFailed), {}, kCount,
     "accepted, but media could not be connected", kOurs},
    {"handled", "Handled", One(kHandled), {}, kCount,
     "segments of owners that were connected or started; not those of agents who took part besides",
     "Amazon Connect (contacts handled)"},
    {"average_connect_wait", "Average time to connect", One(kConnectWaitTime), One(kHandled),
     kSeconds, "from acceptance or claim to connected or started / handled", kOurs},
    {"talk_time", "Talk time", One(kTalkTime), {}, kSeconds,
     "of handled: from connected or started to the end of the contact (media disconnected,"
     " else finished, else the end), without hold", kWfmLabs},
    {"hold_time", "Hold time", One(kHoldTime), {}, kSeconds, "of handled: media on hold",
     kWfmLabs},
    {"wrap_up_time", "Wrap-up time (ACW)", One(kWrapUpTime), {}, kSeconds,
     "of handled: from the end of the contact to the end of the segment",
     "WFM Labs, Amazon Connect"},
    {"handling_time", "Handling time", One(kHandlingTime), {}, kSeconds,
     "talk_time + hold_time + wrap_up_time", kWfmLabs},
    {"average_talk_time", "Average talk time", One(kTalkTime), One(kHandled), kSeconds,
     "talk_time / handled", kWfmLabs},
    {"average_hold_time", "Average hold time", One(kHoldTime), One(kHandled), kSeconds,
     "hold_time / handled", kWfmLabs},
    {"average_wrap_up_time", "Average wrap-up time", One(kWrapUpTime), One(kHandled), kSeconds,
     "wrap_up_time / handled", "WFM Labs, Amazon Connect"},
    {"average_handling_time", "Average handling time (AHT)", One(kHandlingTime), One(kHandled),
     kSeconds, "(talk_time + hold_time + wrap_up_time) / handled", kWfmLabs},
    {"longest_handling_time", "Longest handling time", One(kLongestHandling), {}, kSeconds,
     "largest handling time of a segment", kOurs},
    {"handling_time_p90", "Handling time that nine of ten do not exceed", One(kHandlingP90), {},
     kSeconds, "90th percentile (nearest rank) of handling times", kOurs},
    {"held", "Handled with hold", One(kHandledWithHold), {}, kCount,
     "of handled: on hold at least once", kOurs},
    {"hold_rate", "Hold rate", One(kHandledWithHold), One(kHandled), kShare, "held / handled",
     kOurs},
    {"transfers", "Transfers", One(kHandledTransferred), {}, kCount,
     "of handled: ended by a transfer", kOurs},
    {"transfer_rate", "Transfer rate", One(kHandledTransferred), One(kHandled), kShare,
     "transfers / handled", kOurs},
    {"releases", "Releases", One(kHandledReleased), {}, kCount,
     "of handled: given back to the queue", kOurs},
    {"parks", "Parks", One(kHandledParked), {}, kCount, "of handled: set aside by the agent", kOurs},
    {"callback_attempts_unreached", "Call-back attempts that did not reach", One(kUnreached), {},
     kCount, "segments that ended with BUSY, NO_ANSWER or MACHINE", kOurs},
    {"completions", "Completions", One(kHandledCompleted), {}, kCount,
     "of handled: ended by completing the ticket", kOurs},
    {"resolutions", "Resolutions", One(kHandledResolved), {}, kCount,
     "of completions: with a disposition that resolves", kOurs},
    {"resolution_rate", "Resolution rate", One(kHandledResolved), One(kHandledCompleted), kShare,
     "resolutions / completions", kOurs},
    {"contained", "Contained by automated agents", One(kContained), {}, kCount,
     "of completions: by an automated agent", kOurs},
    {"hand_offs", "Hand-offs to people", One(kHandedOff), {}, kCount,
     "segments that ended because an automated agent handed its ticket off to people", kOurs},
    {"containment_rate", "Containment rate", One(kContained), Both(kContained, kHandedOff), kShare,
     "contained / (contained + hand_offs)", "tandem, after IVR containment"},
    {"ended_by_customer", "Ended by the customer", One(kEndedByCustomer), {}, kCount,
     "of handled: the customer disconnected media", kOurs},
    {"ended_by_agent", "Ended by the agent", One(kEndedByAgent), {}, kCount,
     "of handled: the agent disconnected media", kOurs},
    {"handling_cost", "Handling cost", One(kHandlingCost), {}, kMoney,
     "of handled: handling time at the agent's cost per hour when the segment ended, to millionths",
     kOurs},
    {"average_handling_cost", "Average handling cost", One(kHandlingCost), One(kCostedHandled),
     kMoney, "handling_cost / segments of handled whose cost is known", "tandem, after COPC"},
    {"handled_with_cost", "Handled with known cost", One(kCostedHandled), {}, kCount,
     "of handled: by agents whose cost per hour was configured then", kOurs},
    {"signed_in_time", "Signed-in time", One(kSignedInTime), {}, kSeconds,
     "time in any status but OFFLINE", kOurs},
    {"available_time", "Available time", One(kAvailableTime), {}, kSeconds, "time AVAILABLE",
     kOurs},
    {"not_ready_time", "Not-ready time", One(kNotReadyTime), {}, kSeconds, "time NOT_READY",
     kOurs},
    {"not_responding_time", "Not-responding time", One(kNotRespondingTime), {}, kSeconds,
     "time NOT_RESPONDING", kOurs},
    {"draining_time", "Draining time", One(kDrainingTime), {}, kSeconds,
     "time DRAINING: finishing the work at hand before going", kOurs},
    {"idle_time", "Idle time", One(kIdleTime), {}, kSeconds, "time AVAILABLE and owning no ticket",
     "Amazon Connect (agent idle time)"},
    {"busy_time", "Busy time", One(kBusyTime), {}, kSeconds,
     "time signed in and owning a ticket, wrap-up included; several at once count once",
     "Amazon Connect (agent on contact time)"},
    {"work_time", "Work time", One(kWorkTime), {}, kSeconds,
     "time signed in and owning a ticket, each ticket by itself", kOurs},
    {"occupancy", "Occupancy (concurrency counted)", One(kWorkTime), Both(kWorkTime, kIdleTime),
     kShare, "work_time / (work_time + idle_time)",
     "wfmclubs: (talk + hold + wrap-up) / (the same + idle)"},
    {"occupancy_wall_clock", "Occupancy (by the clock)", One(kBusyTime),
     Both(kBusyTime, kIdleTime), kShare, "busy_time / (busy_time + idle_time)",
     "Amazon Connect, which ignores concurrency"},
    {"utilisation", "Utilisation", One(kBusyTime), One(kSignedInTime), kShare,
     "busy_time / signed_in_time", "WFM Labs: productive / logged time"},
    {"availability", "Availability", One(kAvailableTime), One(kSignedInTime), kShare,
     "available_time / signed_in_time", kOurs},
    {"concurrency", "Tickets at once", One(kWorkTime), One(kBusyTime), kCount,
     "work_time / busy_time", kOurs},
    {"staff_cost", "Staff cost", One(kStaffCost), {}, kMoney,
     "signed-in time at the agent's cost per hour then, to millionths", kOurs},
    {"idle_cost", "Cost of idle time", One(kIdleCost), {}, kMoney,
     "idle time, likewise", kOurs},
    {"signed_in_time_with_cost", "Signed-in time with known cost", One(kCostedTime), {}, kSeconds,
     "of signed_in_time: of agents whose cost per hour was configured then", kOurs},
    {"messages_in", "Messages from customers", One(kMessagesIn), {}, kCount, "inbound messages",
     kOurs},
    {"messages_out", "Messages to customers", One(kMessagesOut), {}, kCount, "outbound messages",
     kOurs},
    {"first_responses", "First responses", One(kFirstResponses), {}, kCount,
     "outbound messages of an agent that are the first in their ticket", kOurs},
    {"average_first_response_time", "Average first response time", One(kFirstResponseTime),
     One(kFirstResponses), kSeconds,
     "from the ticket's creation to the first response / first_responses", kOurs},
    {"first_response_time_p90", "First response time that nine of ten do not exceed",
     One(kFirstResponseP90), {}, kSeconds,
     "90th percentile (nearest rank) of first response times", kOurs},
    {"received", "Received", One(kReceived), {}, kCount, "tickets created", kOurs},
    {"received_unroutable", "Received unroutable", One(kUnroutable), {}, kCount,
     "of received: no configured agent could take it", kOurs},
    {"received_with_due", "Received with due time", One(kReceivedWithDue), {}, kCount,
     "of received: with a due time from the start", kOurs},
    {"completed", "Completed", One(kCompleted), {}, kCount, "tickets completed", kOurs},
    {"tickets_canceled", "Canceled", One(kTicketsCanceled), {}, kCount, "tickets called off",
     kOurs},
    {"tickets_abandoned", "Tickets abandoned", One(kTicketsAbandoned), {}, kCount,
     "tickets whose customer left before an answer", kOurs},
    {"tickets_expired", "Tickets expired", One(kTicketsExpired), {}, kCount,
     "tickets whose plan ended their wait", kOurs},
    {"average_turnaround_time", "Average turnaround time (TAT)", One(kTurnaroundTime),
     One(kCompleted), kSeconds, "from creation to completion, by the clock / completed",
     "WFM Labs back office"},
    {"longest_turnaround_time", "Longest turnaround time", One(kLongestTurnaround), {}, kSeconds,
     "largest turnaround time of a completed ticket", kOurs},
    {"turnaround_time_p90", "Turnaround time that nine of ten do not exceed", One(kTurnaroundP90),
     {}, kSeconds, "90th percentile (nearest rank) of turnaround times", "WFM Labs back office"},
    {"average_business_turnaround_time", "Average turnaround time in business time",
     One(kBusinessTurnaroundTime), One(kCompleted), kSeconds,
     "of the turnaround time what is open by the calendar of the queue that the ticket was in last"
     " / completed",
     "WFM Labs back office"},
    {"longest_business_turnaround_time", "Longest turnaround time in business time",
     One(kLongestBusinessTurnaround), {}, kSeconds,
     "largest turnaround time in business time of a completed ticket", kOurs},
    {"business_turnaround_time_p90",
     "Turnaround time in business time that nine of ten do not exceed", One(kBusinessTurnaroundP90),
     {}, kSeconds, "90th percentile (nearest rank) of turnaround times in business time",
     "WFM Labs back office"},
    {"completed_with_due", "Completed with due time", One(kCompletedWithDue), {}, kCount,
     "of completed: with a due time, as it was said last", kOurs},
    {"completed_in_due", "Completed in time", One(kCompletedInDue), {}, kCount,
     "of completed_with_due: no later than due", kOurs},
    {"on_time_rate", "On-time rate", One(kCompletedInDue), One(kCompletedWithDue), kShare,
     "completed_in_due / completed_with_due", "COPC (on-time)"},
    {"contacts_per_ticket", "Contacts a ticket", One(kContacts), One(kCompleted), kCount,
     "contacts of completed tickets / completed", kOurs},
    {"resolved_at_first_contact", "Resolved at first contact", One(kResolvedAtFirstContact), {},
     kCount, "of completed: with a disposition that resolves, one contact and one visit",
     "Medallia, by the agent's flag"},
    {"first_contact_resolution", "First contact resolution (FCR)", One(kResolvedAtFirstContact),
     One(kCompleted), kShare, "resolved_at_first_contact / completed",
     "Medallia, by the agent's flag"},
    {"disposition_not_set", "Without disposition", One(kDispositionNotSet), {}, kCount,
     "of completed: nobody chose a disposition", kOurs},
    {"completed_with_review", "Completed with review", One(kReviewed), {}, kCount,
     "of completed: its work was reviewed", kOurs},
    {"right_first_time", "Right first time", One(kRightFirstTime), {}, kCount,
     "of completed_with_review: never sent back, by a verdict or because a review ended without one",
     kOurs},
    {"accuracy", "Process accuracy", One(kRightFirstTime), One(kReviewed), kShare,
     "right_first_time / completed_with_review",
     "COPC (process accuracy), by reviews"},
    {"rework_rate", "Rework rate", Less(kReviewed, kRightFirstTime), One(kReviewed), kShare,
     "(completed_with_review - right_first_time) / completed_with_review", kOurs},
    {"average_first_answer_time", "Average time to first answer", One(kFirstAnswerTime),
     One(kTicketsAnswered), kSeconds,
     "of completed and answered tickets: from creation to the first answer / their number", kOurs},
    {"backlog", "Backlog", One(kOpen), {}, kCount, "tickets open now, those IN_REVIEW among them",
     "turnella.com: start + arrivals - processed"},
    {"backlog_waiting", "Waiting", One(kWaiting), {}, kCount, "of backlog: QUEUED or OFFERED",
     kOurs},
    {"backlog_scheduled", "Scheduled", One(kOpenScheduled), {}, kCount, "of backlog: SCHEDULED or BLOCKED",
     kOurs},
    {"backlog_parked", "Parked", One(kOpenParked), {}, kCount, "of backlog: PARKED", kOurs},
    {"backlog_overdue", "Overdue", One(kOpenOverdue), {}, kCount, "of backlog: due before now",
     kOurs},
    {"backlog_under_1_day", "Open for less than a day", One(kOpenUnderOneDay), {}, kCount,
     "of backlog: created less than 24 h ago", "turnella.com (ageing 0-1)"},
    {"backlog_1_to_3_days", "Open for 1 to 3 days", One(kOpenUnderThreeDays), {}, kCount,
     "of backlog: created 24 h to less than 72 h ago", "turnella.com (ageing 1-3)"},
    {"backlog_3_to_5_days", "Open for 3 to 5 days", One(kOpenUnderFiveDays), {}, kCount,
     "of backlog: created 72 h to less than 120 h ago", "turnella.com (ageing 3-5)"},
    {"backlog_5_days_or_more", "Open for 5 days or more", One(kOpenFiveDaysOrMore), {}, kCount,
     "of backlog: created 120 h ago or earlier", "turnella.com (ageing 5+)"},
    {"oldest_open", "Age of the oldest open ticket", One(kLongestOpen), {}, kSeconds,
     "largest time since creation of backlog", kOurs},
    {"survey_responses", "Survey responses", One(kResponses), {}, kCount, "scores recorded",
     kOurs},
    {"csat", "Satisfied (CSAT, top two boxes)", One(kTopTwo), One(kResponses), kShare,
     "scores that are one of the two best answers of their scale (of two: the better) / "
     "survey_responses",
     "Qualtrics (top-two-box)"},
    {"csat_satisfied", "Satisfied responses", One(kTopTwo), {}, kCount,
     "of survey_responses: one of the two best answers", "Qualtrics (top-two-box)"},
    {"csat_mean", "Mean score", One(kNormalisedScores), One(kResponses), kShare,
     "(score - lowest) / (highest - lowest), to millionths / survey_responses", kOurs},
    {"nps", "Net promoter score (NPS)", Less(kPromoters, kDetractors), One(kNpsScale), kShare,
     "(scores of 9 or 10 - scores of 0 to 6) / scores, of those on the scale from 0 to 10",
     "Bain & Company"},
    {"consultations", "Consultations", One(kConsulted), {}, kCount,
     "segments of those who were consulted, and accepted", kOurs},
    {"consult_time", "Consultation time", One(kConsultTime), {}, kSeconds,
     "from acceptance to the end of these", "tandem, after Amazon Connect (consultation time)"},
    {"conferences", "Conference parts", One(kConferred), {}, kCount,
     "segments of those who took part in a conference besides the owner", kOurs},
    {"conference_time", "Conference time", One(kConferenceTime), {}, kSeconds,
     "from acceptance, or since the role was taken, to the end of these", kOurs},
    {"monitorings", "Monitorings", One(kMonitored), {}, kCount,
     "segments of those who listened", kOurs},
    {"monitor_time", "Monitoring time", One(kMonitorTime), {}, kSeconds,
     "from acceptance to the end of these", kOurs},
    {"participation_cost", "Cost of taking part", One(kParticipationCost), {}, kMoney,
     "consultation, conference and monitoring time at the agent's cost per hour then", kOurs},
    // clang-format on
};

// Letters to change, add or drop to get from one text to the other.
size_t Distance(std::string_view from, std::string_view to) {
  std::vector<size_t> row(to.size() + 1);
  for (size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= from.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= to.size(); ++j) {
      const size_t changed = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row[to.size()];
}

void AddSums(const Terms& terms, std::vector<Sum>& sums) {
  sums.push_back(terms.plus);
  if (terms.also) sums.push_back(*terms.also);
  if (terms.minus) sums.push_back(*terms.minus);
}

}  // namespace

std::span<const Measure> Measures() {
  return kMeasures;
}

const Measure* FindMeasure(std::string_view id) {
  const auto found =
      std::ranges::find_if(kMeasures, [&](const Measure& measure) { return measure.id == id; });
  return found == std::end(kMeasures) ? nullptr : found;
}

const char* NearestMeasure(std::string_view text) {
  return std::ranges::min_element(
             kMeasures, {}, [&](const Measure& measure) { return Distance(text, measure.id); })
      ->id;
}

MeasureKind KindOf(const Measure& measure) {
  if (measure.below) return MeasureKind::kRatio;
  switch (store::KindOf(measure.above.plus)) {
    case store::SumKind::kTotal:
      return MeasureKind::kTotal;
    case store::SumKind::kMaximum:
      return MeasureKind::kMaximum;
    case store::SumKind::kPercentile:
      return MeasureKind::kPercentile;
  }
  std::abort();
}

store::FactSource SourceOf(const Measure& measure) {
  return store::SourceOf(measure.above.plus);
}

std::vector<Sum> SumsOf(const Measure& measure) {
  std::vector<Sum> sums;
  AddSums(measure.above, sums);
  if (measure.below) AddSums(*measure.below, sums);
  return sums;
}

bool IsByPolicy(const Measure& measure) {
  return std::ranges::any_of(SumsOf(measure), store::IsByThreshold);
}

}  // namespace tandem::query
