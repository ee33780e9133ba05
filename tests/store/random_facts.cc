#include "tests/store/random_facts.h"

#include <algorithm>
#include <array>
#include <random>
#include <string>

#include "tests/store/store_rows.h"

namespace tandem::tests {
namespace {

using router::Duration;
using router::Time;

class Maker {
 public:
  Maker(uint64_t seed, Time from, Time until) : random_(seed), from_(from), until_(until) {}

  int64_t Number(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }
  bool OneIn(int64_t n) { return Number(1, n) == 1; }
  std::string One(const char* prefix, int64_t of) { return prefix + std::to_string(Number(1, of)); }
  // Mostly whole minutes, so that instants and intervals' limits meet.
  Time Instant() {
    const int64_t minutes = Number(0, (until_ - from_).us / router::Minutes(1).us);
    return from_ + router::Minutes(minutes) + Duration{OneIn(3) ? Number(0, 59'999'999) : 0};
  }
  Time After(Time at, Duration at_most) { return at + Duration{Number(0, at_most.us)}; }
  template <typename Enum>
  Enum Value(Enum last, int first = 1) {
    return static_cast<Enum>(Number(first, static_cast<int>(last)));
  }

 private:
  std::mt19937_64 random_;
  const Time from_, until_;
};

router::TicketRow TicketOf(Maker& make, uint64_t number) {
  router::TicketRow row = SampleTicket(number);
  row.channel = make.One("channel", 3);
  row.client = make.One("client", 2);
  row.process_type = make.One("type", 3);
  row.created_at = make.Instant();
  row.due_at = make.OneIn(2) ? make.After(row.created_at, router::Days(2)) : Time{};
  row.unroutable = make.OneIn(5);
  return row;
}

router::TicketStateRow StateOf(Maker& make, uint64_t number, const router::TicketRow& ticket) {
  const Time closed_at = make.After(ticket.created_at, router::Days(1));
  router::TicketStateRow row =
      make.OneIn(4) ? SampleState(number)
                    : ClosedState(number, router::TicketState::kCompleted, closed_at);
  if (row.closed_at.IsSet()) {
    row.state = static_cast<router::TicketState>(make.Number(7, 10));
  } else if (make.OneIn(3)) {
    row = make.OneIn(2) ? ParkedState(number) : ScheduledState(number);
  } else {
    row.state = static_cast<router::TicketState>(make.Number(1, 6));
    row.agent = row.state == router::TicketState::kQueued ? "" : "agent1";
  }
  row.queue = make.One("queue", 3);
  if (row.closed_at.IsSet()) row.agent = make.OneIn(3) ? "" : make.One("agent", 3);
  row.answered_at = make.OneIn(3) ? Time{} : make.After(ticket.created_at, router::Hours(1));
  row.contact_count = static_cast<uint32_t>(make.Number(1, 2));
  row.visit_number = static_cast<uint32_t>(make.Number(1, 2));
  row.segment_number = 1;
  row.disposition = make.OneIn(3) ? router::kDispositionNotSet : "SOLD";
  row.reviewed = router::Rare<router::ReviewedRow>();
  if (make.OneIn(2)) {
    router::ReviewedRow& reviewed = row.reviewed.emplace();
    reviewed.rework_count = static_cast<uint32_t>(make.Number(0, 2));
    reviewed.makers = {"agent1"};
  }
  return row;
}

router::VisitRow VisitOf(Maker& make, uint64_t number, const router::TicketRow& ticket) {
  router::VisitRow row = SampleVisit(number, 1);
  row.queue = make.One("queue", 3);
  row.client = ticket.client;
  row.channel = ticket.channel;
  row.process_type = ticket.process_type;
  row.entered_at = make.Instant();
  row.left_at = make.After(row.entered_at, router::Seconds(60));
  row.entry_reason = make.Value(router::EntryReason::kResumed);
  row.exit_reason = make.Value(router::kLastExitReason);
  row.target = make.OneIn(6) ? Time{} : make.After(row.entered_at, router::Seconds(60));
  row.agent = row.exit_reason == router::ExitReason::kAnswered ? make.One("agent", 3) : "";
  row.estimated_wait.reset();
  if (!make.OneIn(3)) row.estimated_wait = Duration{make.Number(0, router::Hours(1).us)};
  return row;
}

router::SegmentRow SegmentOf(Maker& make, uint64_t number, const router::TicketRow& ticket) {
  router::SegmentRow row = SampleSegment(number, 1);
  row.agent = make.One("agent", 3);
  row.queue = make.One("queue", 3);
  row.client = ticket.client;
  row.channel = ticket.channel;
  row.process_type = ticket.process_type;
  row.began_at = make.Instant();
  row.claimed = make.OneIn(3);
  row.accepted_at = make.OneIn(4) ? Time{} : make.After(row.began_at, router::Seconds(20));
  const bool connected = row.accepted_at.IsSet() && !make.OneIn(4);
  row.connected_at = connected ? make.After(row.accepted_at, router::Seconds(9)) : Time{};
  row.held = Duration{connected && make.OneIn(3) ? make.Number(1, 5'000'000) : 0};
  Time last = std::max({row.began_at, row.accepted_at, row.connected_at});
  row.disconnected_at = connected && make.OneIn(2) ? make.After(last, router::Minutes(3)) : Time{};
  row.disconnected_by = make.Value(router::Party::kSystem, 0);
  last = std::max(last, row.disconnected_at);
  row.finished_at = connected && make.OneIn(2) ? make.After(last, router::Minutes(1)) : Time{};
  row.ended_at = make.After(std::max(last, row.finished_at), router::Minutes(1));
  row.outcome = make.Value(router::kLastSegmentOutcome);
  row.resolved = make.OneIn(2);
  row.automated = make.OneIn(2);
  row.cost_per_hour_milli = make.OneIn(3) ? 0 : make.Number(1, 40'000);
  if (make.OneIn(4)) row.role = make.Value(router::AssignmentRole::kMonitor);
  return row;
}

router::SurveyRow ScoreOf(Maker& make, uint64_t number, const router::SegmentRow& judged) {
  router::SurveyRow row = SampleSurvey(number, static_cast<int64_t>(number), "csat");
  if (make.OneIn(2)) {
    row.score = {"nps", static_cast<int32_t>(make.Number(0, 10)), 0, 10};
  } else {
    row.score = {make.One("scale", 2), static_cast<int32_t>(make.Number(1, 4)), 1, 4};
  }
  row.at = make.Instant();
  row.agent = judged.agent;
  row.queue = judged.queue;
  row.client = judged.client;
  row.channel = judged.channel;
  row.process_type = judged.process_type;
  return row;
}

router::MessageRow MessageOf(Maker& make, uint64_t number, uint64_t contact,
                             const router::TicketRow& ticket) {
  router::MessageRow row = SampleMessage(number);
  row.contact = make.OneIn(3) ? router::ContactId() : Contact(contact);
  row.sequence = static_cast<int64_t>(contact);
  row.direction = make.Value(router::Direction::kInternal);
  row.author = make.Value(router::Party::kSystem, 0);
  row.at = ticket.created_at + Duration{make.Number(-3, 30) * 10'000'000};
  return row;
}

router::AgentIntervalRow IntervalOf(Maker& make) {
  router::AgentIntervalRow row = SampleInterval(make.One("agent", 3));
  row.began_at = make.Instant();
  row.ended_at = make.After(row.began_at, make.OneIn(8) ? router::Days(2) : router::Hours(1));
  row.status = make.Value(router::kLastAgentStatus);
  row.cost_per_hour_milli = make.OneIn(3) ? 0 : make.Number(1, 40'000);
  for (uint32_t& load : row.load) load = static_cast<uint32_t>(make.Number(0, 1));
  if (make.OneIn(2)) row.load = {};
  return row;
}

}  // namespace

router::Changes RandomFacts(uint64_t seed, int tickets, Time from, Time until) {
  Maker make(seed, from, until);
  router::Changes changes;
  changes.workspaces.push_back(SampleWorkspace());
  for (uint64_t i = 1; i <= static_cast<uint64_t>(tickets); ++i) {
    router::TicketRow& ticket = changes.tickets.emplace_back(TicketOf(make, i));
    changes.ticket_states.push_back(StateOf(make, i, ticket));
    if (make.OneIn(3)) {
      router::TicketDetailRow& said = changes.ticket_details.emplace_back(SampleDetail(i));
      said.detail.due_at = make.OneIn(3) ? Time{} : make.After(ticket.created_at, router::Days(2));
    }
    changes.visits.push_back(VisitOf(make, i, ticket));
    changes.segments.push_back(SegmentOf(make, i, ticket));
    if (make.OneIn(3)) {
      router::SegmentRow& segment = changes.segments.back();
      if (make.OneIn(2) && segment.accepted_at.IsSet()) segment.began_at = segment.accepted_at;
      router::EventRow& event =
          changes.events.emplace_back(SampleEvent(static_cast<int64_t>(i), i));
      event.type = router::EventType::kAgentContactStarted;
    }
    for (uint64_t k = 0; k < 3; ++k) {
      changes.messages.push_back(MessageOf(make, i, 3 * i + k, ticket));
    }
    changes.agent_intervals.push_back(IntervalOf(make));
    if (make.OneIn(2)) changes.surveys.push_back(ScoreOf(make, i, changes.segments.back()));
  }
  return changes;
}

store::FactQuery WholeQuery(Time since, Time until) {
  store::FactQuery query;
  query.workspace = kWorkspace;
  query.boundaries = {since, until};
  query.sums.set();
  query.now = until;
  query.max_rows = 1'000'000;
  query.max_time = router::Minutes(1);
  return query;
}

}  // namespace tandem::tests
