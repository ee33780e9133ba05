// Goal: both stores sum facts up as server/store/facts.h says.
// Method: a few facts whose sums can be reckoned by hand, over each store.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "server/store/facts.h"
#include "tests/store/random_facts.h"
#include "tests/store/store_rows.h"
#include "tests/store/store_test_base.h"

namespace tandem::tests {
namespace {

using router::Duration;
using router::ExitReason;
using router::Hours;
using router::Minutes;
using router::Seconds;
using router::Time;
using store::CommitResult;
using store::Dimension;
using store::FactQuery;
using store::FactRow;
using store::Sum;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

int64_t ValueOf(const FactRow& row, Sum sum) {
  return row.values[static_cast<size_t>(sum)].value_or(-1);
}

class FactsConformance : public StoreConformance {
 protected:
  std::vector<FactRow> Rows(const FactQuery& query) {
    auto rows = backing_->reader().SumFacts(query);
    EXPECT_TRUE(rows.ok()) << rows.status();
    return rows.ok() ? *std::move(rows) : std::vector<FactRow>();
  }
  // The one row that there must be.
  FactRow Row(const FactQuery& query) {
    std::vector<FactRow> rows = Rows(query);
    EXPECT_EQ(rows.size(), 1u);
    return rows.empty() ? FactRow() : rows[0];
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, FactsConformance, ::testing::Values("memory", "postgres"),
                         [](const auto& info) { return info.param; });

TEST_P(FactsConformance, GivesNothingWithoutFacts) {
  ASSERT_EQ(Commit(OneWorkspace()), CommitResult::kCommitted);
  EXPECT_THAT(Rows(WholeQuery(kMorning, kMorning + Hours(1))), IsEmpty());
}

// Five answered visits with estimates of 100 s and 1 s, one without, and one that was abandoned.
TEST_P(FactsConformance, ComparesEstimatesWithWhatHappened) {
  router::Changes changes = OneWorkspace();
  uint32_t number = 0;
  const auto add = [&](std::optional<Duration> estimate, Duration wait, ExitReason reason) {
    router::VisitRow visit = SampleVisit(1, ++number);
    visit.left_at = visit.entered_at + wait;
    visit.exit_reason = reason;
    visit.estimated_wait = estimate;
    changes.visits.push_back(visit);
  };
  const Duration tick = router::Microseconds(1);
  add(Seconds(100), Seconds(150), ExitReason::kAnswered);         // off by half: right
  add(Seconds(100), Seconds(150) + tick, ExitReason::kAnswered);  // wrong
  add(Seconds(100), Seconds(40), ExitReason::kAnswered);          // wrong
  add(Seconds(1), Seconds(31), ExitReason::kAnswered);            // off by 30 s: right
  add(router::Hours(30), router::Hours(26), ExitReason::kAnswered);
  add(std::nullopt, Seconds(9), ExitReason::kAnswered);
  add(Seconds(100), Seconds(9), ExitReason::kAbandoned);
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  const FactRow row = Row(WholeQuery(kMorning, kMorning + router::Days(2)));
  EXPECT_EQ(ValueOf(row, Sum::kEstimated), 5);
  EXPECT_EQ(ValueOf(row, Sum::kEstimateErrorTime),
            (Seconds(50) + Seconds(50) + tick + Seconds(60) + Seconds(30) + router::Hours(4)).us);
  EXPECT_EQ(ValueOf(row, Sum::kEstimateErrorP90), router::Hours(4).us);
  EXPECT_EQ(ValueOf(row, Sum::kEstimateWithin), 3);
  EXPECT_EQ(ValueOf(row, Sum::kEstimateTooShort), 3);
}

// 102 visits: 70 answered within 20 s, 10 abandoned within (3 of them within 5 s), 12 answered and
// 5 abandoned later, 2 transferred later, 1 canceled, 1 overflowed and 1 expired within.
TEST_P(FactsConformance, CountsVisitsByTheThreshold) {
  router::Changes changes = OneWorkspace();
  uint32_t number = 0;
  const auto add = [&](int count, ExitReason reason, Duration wait) {
    for (int i = 0; i < count; ++i) {
      router::VisitRow visit = SampleVisit(1, ++number);
      visit.left_at = visit.entered_at + wait;
      visit.target = visit.entered_at + Seconds(10);
      visit.exit_reason = reason;
      changes.visits.push_back(visit);
    }
  };
  add(60, ExitReason::kAnswered, Seconds(10));
  add(10, ExitReason::kAnswered, Seconds(20));
  add(3, ExitReason::kAbandoned, Seconds(5));
  add(7, ExitReason::kAbandoned, Seconds(20));
  add(12, ExitReason::kAnswered, Seconds(20) + router::Microseconds(1));
  add(5, ExitReason::kAbandoned, Seconds(50));
  add(2, ExitReason::kTransferred, Seconds(30));
  add(1, ExitReason::kCanceled, Seconds(20));
  changes.visits.back().entry_reason = router::EntryReason::kRework;
  add(1, ExitReason::kOverflowed, Seconds(20));
  add(1, ExitReason::kExpired, Seconds(20));
  changes.visits.back().entry_reason = router::EntryReason::kOverflowed;
  add(1, ExitReason::kCallback, Seconds(20));
  changes.visits.back().entry_reason = router::EntryReason::kCallback;
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);

  FactQuery query = WholeQuery(kMorning, kMorning + Hours(1));
  query.threshold.within = Seconds(20);
  FactRow row = Row(query);
  EXPECT_EQ(ValueOf(row, Sum::kOffered), 103);
  EXPECT_EQ(ValueOf(row, Sum::kVisitCallback), 1);
  EXPECT_EQ(ValueOf(row, Sum::kVisitOverflowed), 1);
  EXPECT_EQ(ValueOf(row, Sum::kVisitExpired), 1);
  EXPECT_EQ(ValueOf(row, Sum::kOverflowedIn), 1);
  EXPECT_EQ(ValueOf(row, Sum::kReworked), 1);
  EXPECT_EQ(ValueOf(row, Sum::kReturned), 101);
  EXPECT_EQ(ValueOf(row, Sum::kAnswered), 82);
  EXPECT_EQ(ValueOf(row, Sum::kAbandoned), 15);
  EXPECT_EQ(ValueOf(row, Sum::kVisitTransferred), 2);
  EXPECT_EQ(ValueOf(row, Sum::kVisitCanceled), 1);
  EXPECT_EQ(ValueOf(row, Sum::kShortAbandoned), 0);
  EXPECT_EQ(ValueOf(row, Sum::kAnsweredInTime), 70);
  EXPECT_EQ(ValueOf(row, Sum::kAbandonedInTime), 10);
  EXPECT_EQ(ValueOf(row, Sum::kDecided), 99)
      << "not who was called off, moved on or expired within the threshold";
  EXPECT_EQ(ValueOf(row, Sum::kAnsweredByTarget), 60);
  EXPECT_EQ(ValueOf(row, Sum::kLongestWait), Seconds(50).us);
  EXPECT_EQ(ValueOf(row, Sum::kAnswerWaitP90), Seconds(20).us + 1);
  EXPECT_EQ(ValueOf(row, Sum::kAbandonWaitTime), Seconds(15 + 140 + 250).us);

  query.threshold.short_abandon = Seconds(5);
  row = Row(query);
  EXPECT_EQ(ValueOf(row, Sum::kAbandoned), 15);
  EXPECT_EQ(ValueOf(row, Sum::kShortAbandoned), 3);
  EXPECT_EQ(ValueOf(row, Sum::kAbandonedInTime), 7);
  EXPECT_EQ(ValueOf(row, Sum::kDecided), 96);

  query.threshold.abandons = store::AbandonTreatment::kIgnored;
  row = Row(query);
  EXPECT_EQ(ValueOf(row, Sum::kLevelReached), 70);
  EXPECT_EQ(ValueOf(row, Sum::kLevelAsked), 96 - 7);
  query.threshold.abandons = store::AbandonTreatment::kPositive;
  row = Row(query);
  EXPECT_EQ(ValueOf(row, Sum::kLevelReached), 70 + 7);
  EXPECT_EQ(ValueOf(row, Sum::kLevelAsked), 96);

  query.threshold = {};  // by the own target of each
  row = Row(query);
  EXPECT_EQ(ValueOf(row, Sum::kAnsweredInTime), 60);
  EXPECT_EQ(ValueOf(row, Sum::kAbandonedInTime), 3);
  EXPECT_EQ(ValueOf(row, Sum::kDecided), 103) << "who was called off after the target counts";
}

// Visits of 15 s each in three queues of two clients, at 8:00 and at 9:00.
TEST_P(FactsConformance, TakesForEachVisitTheFirstRuleThatIsForIt) {
  router::Changes changes = OneWorkspace();
  uint32_t number = 0;
  for (const int64_t hour : {0, 1}) {
    for (const auto& [client, queue] : std::map<std::string, std::string>{
             {"bank", "loans"}, {"bank2", "loans"}, {"shop", "orders"}}) {
      router::VisitRow visit = SampleVisit(1, ++number);
      visit.client = client == "bank2" ? "bank" : client;
      visit.queue = client == "bank2" ? "cards" : queue;
      visit.entered_at = kMorning + Hours(hour);
      visit.left_at = visit.entered_at + Seconds(15);
      visit.target = visit.entered_at + Seconds(15);
      visit.exit_reason = ExitReason::kAnswered;
      changes.visits.push_back(visit);
    }
  }
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  FactQuery query = WholeQuery(kMorning, kMorning + Hours(2));
  query.group_by.set(store::IndexOf(Dimension::kClient));
  const auto rule = [](const std::string& client, std::vector<std::string> queues, Time since,
                       Duration within) {
    return store::ThresholdRule{
        .client = client,
        .queues = std::move(queues),
        .since = since,
        .threshold = {
            .within = within, .short_abandon = {}, .abandons = store::AbandonTreatment::kNegative}};
  };
  // What the bank's customers wait is short enough until 9:00, and too long from then on.
  query.rules = {rule("bank", {"cards", "loans"}, kMorning + Hours(1), Seconds(14)),
                 rule("bank", {}, kMorning, Seconds(20)), rule("other", {}, kMorning, Seconds(1)),
                 rule("", {"nowhere"}, kMorning, Seconds(1))};
  std::vector<FactRow> rows = Rows(query);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(ValueOf(rows[0], Sum::kAnsweredInTime), 2);
  EXPECT_EQ(ValueOf(rows[0], Sum::kLevelReached), 2);
  EXPECT_EQ(ValueOf(rows[0], Sum::kLevelAsked), 4);
  EXPECT_THAT(rows[0].rules, ElementsAre(0u, 1u));
  EXPECT_EQ(ValueOf(rows[1], Sum::kAnsweredInTime), 2) << "by their own targets";
  EXPECT_THAT(rows[1].rules, IsEmpty());
  query.rules.push_back(rule("", {}, kMorning + Hours(1) + Seconds(15), Seconds(1)));
  rows = Rows(query);
  EXPECT_EQ(ValueOf(rows[1], Sum::kAnsweredInTime), 1) << "from the very instant on";
  EXPECT_THAT(rows[1].rules, ElementsAre(4u));
  query.sums.reset();
  query.sums.set(static_cast<size_t>(Sum::kOffered));
  EXPECT_THAT(Rows(query)[0].rules, IsEmpty()) << "nothing asks for them";
}

TEST_P(FactsConformance, CountsAVisitWhenItEnds) {
  router::Changes changes = OneWorkspace();
  for (uint32_t i = 1; i <= 3; ++i) {
    router::VisitRow visit = SampleVisit(1, i);
    visit.entered_at = kMorning - Hours(1);
    visit.left_at = kMorning + Hours(i - 1);
    visit.queue = i == 3 ? "" : "sales";
    changes.visits.push_back(visit);
  }
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  FactQuery query = WholeQuery(kMorning, kMorning + Hours(2));
  EXPECT_EQ(ValueOf(Row(query), Sum::kOffered), 2) << "since is in, until is not";
  query.boundaries = {kMorning, kMorning + Hours(1), kMorning + Hours(2), kMorning + Hours(9)};
  query.group_by.set(store::IndexOf(Dimension::kQueue));
  const std::vector<FactRow> rows = Rows(query);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].key.ids[0], "") << "facts without the dimension have a group of their own";
  EXPECT_EQ(rows[0].key.interval, 2u);
  EXPECT_EQ(rows[1].key.ids[0], "sales");
  EXPECT_EQ(rows[1].key.interval, 0u);
  EXPECT_EQ(rows[2].key.interval, 1u);
  query.max_rows = 2;
  EXPECT_EQ(backing_->reader().SumFacts(query).status().code(),
            absl::StatusCode::kResourceExhausted);
  query.filter[store::IndexOf(Dimension::kQueue)] = {"sales", "none"};
  EXPECT_EQ(Rows(query).size(), 2u);
  query.workspace = "other";
  EXPECT_THAT(Rows(query), IsEmpty());
}

TEST_P(FactsConformance, TakesHandlingTimeApart) {
  router::Changes changes = OneWorkspace();
  changes.segments.push_back(SampleSegment(1, 1));  // 1 s to accept, 1 to connect, media until 4 s
  router::SegmentRow task = SampleSegment(1, 2);
  task.claimed = false;
  task.held = {};
  task.disconnected_at = {};
  task.outcome = router::SegmentOutcome::kCompleted;
  changes.segments.push_back(task);
  router::SegmentRow missed = SampleSegment(1, 3);
  missed.claimed = false;
  missed.accepted_at = missed.connected_at = missed.disconnected_at = missed.finished_at = {};
  missed.outcome = router::SegmentOutcome::kMissed;
  changes.segments.push_back(missed);
  router::SegmentRow unreached = missed;
  unreached.segment_number = 4;
  unreached.claimed = true;
  unreached.outcome = router::SegmentOutcome::kUnreached;
  changes.segments.push_back(unreached);
  changes.segments[0].outcome = router::SegmentOutcome::kParked;
  changes.segments[0].held = Seconds(1);
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  const FactRow row = Row(WholeQuery(kMorning, kMorning + Hours(1)));
  EXPECT_EQ(ValueOf(row, Sum::kOffers), 2);
  EXPECT_EQ(ValueOf(row, Sum::kOffersAccepted), 1);
  EXPECT_EQ(ValueOf(row, Sum::kOffersMissed), 1);
  EXPECT_EQ(ValueOf(row, Sum::kClaims), 2);
  EXPECT_EQ(ValueOf(row, Sum::kUnreached), 1);
  EXPECT_EQ(ValueOf(row, Sum::kHandled), 2);
  EXPECT_EQ(ValueOf(row, Sum::kTalkTime), Seconds(1 + 3).us);
  EXPECT_EQ(ValueOf(row, Sum::kHoldTime), Seconds(1).us);
  EXPECT_EQ(ValueOf(row, Sum::kWrapUpTime), Seconds(2 + 1).us);
  EXPECT_EQ(ValueOf(row, Sum::kHandlingTime), Seconds(4 + 4).us);
  EXPECT_EQ(ValueOf(row, Sum::kHandledCompleted), 1);
  EXPECT_EQ(ValueOf(row, Sum::kHandledParked), 1);
  EXPECT_EQ(ValueOf(row, Sum::kHandledResolved), 1);
  EXPECT_EQ(ValueOf(row, Sum::kEndedByAgent), 1);
  EXPECT_EQ(ValueOf(row, Sum::kEndedByCustomer), 0);
}

TEST_P(FactsConformance, WorkBegunByHandWasNeverOffered) {
  router::Changes changes = OneWorkspace();
  const auto add = [&](uint64_t ticket, uint32_t number, router::EventType type) {
    router::SegmentRow& row = changes.segments.emplace_back(SampleSegment(ticket, number));
    row.claimed = false;
    row.accepted_at = row.began_at;
    router::EventRow& event = changes.events.emplace_back(
        SampleEvent(static_cast<int64_t>(10 * ticket + number), ticket));
    event.type = type;
  };
  add(1, 1, router::EventType::kAgentContactStarted);
  add(1, 2, router::EventType::kTicketOffered);  // transferred since, and accepted by itself
  add(2, 1, router::EventType::kTicketOffered);
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  const FactRow row = Row(WholeQuery(kMorning, kMorning + Hours(1)));
  EXPECT_EQ(ValueOf(row, Sum::kOffers), 2);
  EXPECT_EQ(ValueOf(row, Sum::kOffersAccepted), 2);
  EXPECT_EQ(ValueOf(row, Sum::kHandled), 3);
}

TEST_P(FactsConformance, OfThoseWhoTakePartOnlyTheOwnerCounts) {
  router::Changes changes = OneWorkspace();
  const auto add = [&](uint32_t number, router::AssignmentRole role,
                       router::SegmentOutcome outcome) -> router::SegmentRow& {
    router::SegmentRow& row = changes.segments.emplace_back(SampleSegment(1, number));
    row.claimed = false;
    row.role = role;
    row.outcome = outcome;
    return row;
  };
  using enum router::AssignmentRole;
  add(1, kOwner, router::SegmentOutcome::kTransferred);
  add(2, kConsult, router::SegmentOutcome::kMissed);
  add(3, kConsult, router::SegmentOutcome::kRoleChanged);
  add(4, kConference, router::SegmentOutcome::kRoleChanged);
  add(5, kMonitor, router::SegmentOutcome::kMissed).connected_at = {};
  router::SegmentRow& next = add(6, kOwner, router::SegmentOutcome::kCompleted);
  next.accepted_at = next.began_at;
  router::EventRow& event = changes.events.emplace_back(SampleEvent(10, 1));
  event.type = router::EventType::kOwnerChanged;
  event.at = next.began_at;
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  const FactRow row = Row(WholeQuery(kMorning, kMorning + Hours(1)));
  EXPECT_EQ(ValueOf(row, Sum::kOffers), 1) << "what is handed over was not offered";
  EXPECT_EQ(ValueOf(row, Sum::kOffersAccepted), 1);
  EXPECT_EQ(ValueOf(row, Sum::kOffersMissed), 0);
  EXPECT_EQ(ValueOf(row, Sum::kHandled), 2);
  EXPECT_EQ(ValueOf(row, Sum::kHandledTransferred), 1);
  EXPECT_EQ(ValueOf(row, Sum::kHandledCompleted), 1);
  EXPECT_EQ(ValueOf(row, Sum::kHandlingTime), Seconds(4 + 4).us);
  EXPECT_EQ(ValueOf(row, Sum::kConsulted), 2) << "whoever accepted";
  EXPECT_EQ(ValueOf(row, Sum::kConsultTime), Seconds(4 + 4).us);
  EXPECT_EQ(ValueOf(row, Sum::kConferred), 1);
  EXPECT_EQ(ValueOf(row, Sum::kConferenceTime), Seconds(4).us);
  EXPECT_EQ(ValueOf(row, Sum::kMonitored), 0) << "not who never accepted";
  EXPECT_EQ(ValueOf(row, Sum::kMonitorTime), 0);
  EXPECT_EQ(ValueOf(row, Sum::kParticipationCost), 60'000) << "12 s at 18 an hour";
}

// 4 s of handling at 18 an hour are 0.02; a third of a millionth is not counted.
TEST_P(FactsConformance, ReckonsWithWhatAgentsCostThen) {
  router::Changes changes = OneWorkspace();
  for (const int64_t cost : {18'000, 36'000, 0, 1}) {
    router::SegmentRow& row = changes.segments.emplace_back(
        SampleSegment(1, static_cast<uint32_t>(changes.segments.size() + 1)));
    row.cost_per_hour_milli = cost;
  }
  router::AgentIntervalRow idle = SampleInterval("ann");
  idle.status = router::AgentStatus::kAvailable;
  idle.load = {};
  idle.began_at = kMorning;
  idle.ended_at = kMorning + Hours(1);
  idle.cost_per_hour_milli = router::kMaxCostPerHourMilli;
  router::AgentIntervalRow busy = idle;
  busy.load = {1, 0, 0, 0};
  busy.began_at = idle.ended_at;
  busy.ended_at = kMorning + Hours(3);
  busy.cost_per_hour_milli = 30'500;
  router::AgentIntervalRow unknown = busy;
  unknown.agent = "ben";
  unknown.cost_per_hour_milli = 0;
  changes.agent_intervals = {idle, busy, unknown};
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  const FactRow row = Row(WholeQuery(kMorning, kMorning + Hours(2)));
  EXPECT_EQ(ValueOf(row, Sum::kHandled), 4);
  EXPECT_EQ(ValueOf(row, Sum::kCostedHandled), 3);
  EXPECT_EQ(ValueOf(row, Sum::kHandlingCost), 20'000 + 40'000 + 1);
  EXPECT_EQ(ValueOf(row, Sum::kIdleCost), 1'000'000'000'000);
  EXPECT_EQ(ValueOf(row, Sum::kStaffCost), 1'000'000'000'000 + 30'500'000);
  EXPECT_EQ(ValueOf(row, Sum::kCostedTime), Hours(2).us);
  EXPECT_EQ(ValueOf(row, Sum::kSignedInTime), Hours(3).us);
}

TEST_P(FactsConformance, TellsWhatBotsContainAndWhatTheyHandOff) {
  router::Changes changes = OneWorkspace();
  const auto add = [&](router::SegmentOutcome outcome, bool automated, bool started) {
    router::SegmentRow& row = changes.segments.emplace_back(
        SampleSegment(1, static_cast<uint32_t>(changes.segments.size() + 1)));
    row.outcome = outcome;
    row.automated = automated;
    if (!started) row.connected_at = Time{};
  };
  add(router::SegmentOutcome::kCompleted, true, true);
  add(router::SegmentOutcome::kCompleted, true, true);
  add(router::SegmentOutcome::kCompleted, false, true);
  add(router::SegmentOutcome::kReleased, true, true);
  add(router::SegmentOutcome::kHandedOff, true, true);
  add(router::SegmentOutcome::kHandedOff, true, false);
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  const FactRow row = Row(WholeQuery(kMorning, kMorning + Hours(1)));
  EXPECT_EQ(ValueOf(row, Sum::kHandledCompleted), 3);
  EXPECT_EQ(ValueOf(row, Sum::kContained), 2);
  EXPECT_EQ(ValueOf(row, Sum::kHandedOff), 2) << "started or not";
}

TEST_P(FactsConformance, SumsScoresOnTheirScales) {
  router::Changes changes = OneWorkspace();
  const auto add = [&](const std::string& measure, int32_t score, int32_t lowest, int32_t highest) {
    router::SurveyRow& row = changes.surveys.emplace_back(
        SampleSurvey(1, static_cast<int64_t>(changes.surveys.size() + 1), measure));
    row.score.score = score;
    row.score.lowest = lowest;
    row.score.highest = highest;
    row.at = kMorning;
  };
  for (const int32_t score : {5, 4, 3, 1}) add("csat", score, 1, 5);
  for (const int32_t score : {10, 9, 8, 7, 6, 0}) add("nps", score, 0, 10);
  add("solved", 1, 0, 1);
  add("solved", 0, 0, 1);
  add("thirds", 1, 0, 3);
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  FactQuery query = WholeQuery(kMorning, kMorning + Hours(1));
  query.group_by.set(store::IndexOf(Dimension::kSurvey));
  const std::vector<FactRow> rows = Rows(query);
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0].key.ids[store::IndexOf(Dimension::kSurvey)], "csat");
  EXPECT_EQ(ValueOf(rows[0], Sum::kResponses), 4);
  EXPECT_EQ(ValueOf(rows[0], Sum::kTopTwo), 2);
  EXPECT_EQ(ValueOf(rows[0], Sum::kNormalisedScores), 1'000'000 + 750'000 + 500'000);
  EXPECT_EQ(ValueOf(rows[0], Sum::kNpsScale), 0);
  EXPECT_EQ(ValueOf(rows[1], Sum::kNpsScale), 6);
  EXPECT_EQ(ValueOf(rows[1], Sum::kPromoters), 2);
  EXPECT_EQ(ValueOf(rows[1], Sum::kDetractors), 2);
  EXPECT_EQ(ValueOf(rows[2], Sum::kTopTwo), 1) << "of two answers one is good";
  EXPECT_EQ(ValueOf(rows[3], Sum::kNormalisedScores), 333'333);
  query.filter[store::IndexOf(Dimension::kSurvey)] = {"nps"};
  query.filter[store::IndexOf(Dimension::kAgent)] = {SampleSurvey(1, 1, "nps").agent};
  EXPECT_EQ(Rows(query).size(), 1u);
  query.boundaries = {kMorning + Hours(1), kMorning + Hours(2)};
  EXPECT_THAT(Rows(query), IsEmpty()) << "a score counts when the customer answered";
}

TEST_P(FactsConformance, CutsAgentIntervalsAtTheReportsIntervals) {
  router::Changes changes = OneWorkspace();
  router::AgentIntervalRow busy = SampleInterval("ann");
  busy.status = router::AgentStatus::kAvailable;
  busy.began_at = kMorning - Hours(1);
  busy.ended_at = kMorning + Minutes(40);
  busy.load = {0, 2, 1, 0};
  router::AgentIntervalRow idle = busy;
  idle.began_at = busy.ended_at;
  idle.ended_at = kMorning + Minutes(50);
  idle.load = {};
  router::AgentIntervalRow away = idle;
  away.began_at = idle.ended_at;
  away.ended_at = kMorning + Hours(5);
  away.status = router::AgentStatus::kOffline;
  changes.agent_intervals = {busy, idle, away};
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  FactQuery query = WholeQuery(kMorning, kMorning + Hours(2));
  query.boundaries = {kMorning, kMorning + Minutes(30), kMorning + Hours(1), kMorning + Hours(2)};
  query.group_by.set(store::IndexOf(Dimension::kAgent));
  const std::vector<FactRow> rows = Rows(query);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(ValueOf(rows[0], Sum::kBusyTime), Minutes(30).us);
  EXPECT_EQ(ValueOf(rows[0], Sum::kWorkTime), Minutes(90).us);
  EXPECT_EQ(ValueOf(rows[0], Sum::kIdleTime), 0);
  EXPECT_EQ(ValueOf(rows[1], Sum::kBusyTime), Minutes(10).us);
  EXPECT_EQ(ValueOf(rows[1], Sum::kIdleTime), Minutes(10).us);
  EXPECT_EQ(ValueOf(rows[1], Sum::kSignedInTime), Minutes(20).us);
  EXPECT_EQ(ValueOf(rows[2], Sum::kSignedInTime), 0);
  query.group_by.set(store::IndexOf(Dimension::kClient));
  EXPECT_THAT(Rows(query), IsEmpty()) << "an agent's time is of no one client";
}

TEST_P(FactsConformance, FindsTheFirstResponse) {
  router::Changes changes = OneWorkspace();
  AddTicket(changes, 1, 1);
  const Time created = changes.tickets[0].created_at;
  const auto say = [&](uint64_t contact, router::Direction direction, router::Party author,
                       Duration after) {
    router::MessageRow message = SampleMessage(1);
    message.contact = contact == 4 ? router::ContactId() : Contact(contact);  // by AddMessage
    message.sequence = static_cast<int64_t>(contact);
    message.direction = direction;
    message.author = author;
    message.at = created + after;
    changes.messages.push_back(message);
  };
  say(1, router::Direction::kInbound, router::Party::kCustomer, Seconds(0));
  say(2, router::Direction::kOutbound, router::Party::kSystem, Seconds(5));
  say(4, router::Direction::kOutbound, router::Party::kAgent, Seconds(90));
  say(3, router::Direction::kOutbound, router::Party::kAgent, Seconds(90));
  say(5, router::Direction::kOutbound, router::Party::kAgent, Seconds(100));
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  FactRow row = Row(WholeQuery(created, created + Hours(1)));
  EXPECT_EQ(ValueOf(row, Sum::kMessagesIn), 1);
  EXPECT_EQ(ValueOf(row, Sum::kMessagesOut), 4);
  EXPECT_EQ(ValueOf(row, Sum::kFirstResponses), 1);
  EXPECT_EQ(ValueOf(row, Sum::kFirstResponseTime), Seconds(90).us);
  row = Row(WholeQuery(created + Seconds(95), created + Hours(1)));
  EXPECT_EQ(ValueOf(row, Sum::kMessagesOut), 1);
  EXPECT_EQ(ValueOf(row, Sum::kFirstResponses), 0) << "the first was before";
}

TEST_P(FactsConformance, CountsTicketsWhenTheyComeAndGoAndWhileTheyAreOpen) {
  router::Changes changes = OneWorkspace();
  for (uint64_t i = 1; i <= 6; ++i) {
    AddTicket(changes, i, static_cast<int64_t>(i));
    changes.tickets.back().created_at = kMorning + Hours(static_cast<int64_t>(i));
    changes.tickets.back().due_at = kMorning + Hours(6);
  }
  const auto close = [&](size_t i, router::TicketState state, Time at) {
    changes.ticket_states[i] = ClosedState(i + 1, state, at);
    changes.ticket_states[i].contact_count = 1;
    changes.ticket_states[i].visit_number = 1;
    changes.ticket_states[i].segment_number = 1;
  };
  close(0, router::TicketState::kCompleted, kMorning + Hours(6));
  close(1, router::TicketState::kCompleted, kMorning + Hours(7));
  close(2, router::TicketState::kAbandoned, kMorning + Hours(8));
  close(5, router::TicketState::kExpired, kMorning + Hours(7));
  changes.ticket_states[3] = ParkedState(4);
  changes.ticket_states[4] = ScheduledState(5);
  router::SegmentRow last = SampleSegment(1, 1);
  last.resolved = true;
  changes.segments = {last};
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);

  FactQuery query = WholeQuery(kMorning + Hours(2), kMorning + Hours(8));
  query.now = kMorning + Hours(4 + 3 * 24);
  const FactRow row = Row(query);
  EXPECT_EQ(ValueOf(row, Sum::kReceived), 5);
  EXPECT_EQ(ValueOf(row, Sum::kReceivedWithDue), 5);
  EXPECT_EQ(ValueOf(row, Sum::kTicketsExpired), 1);
  EXPECT_EQ(ValueOf(row, Sum::kCompleted), 2);
  EXPECT_EQ(ValueOf(row, Sum::kTicketsAbandoned), 0);
  EXPECT_EQ(ValueOf(row, Sum::kTurnaroundTime), Hours(5 + 5).us);
  EXPECT_EQ(ValueOf(row, Sum::kCompletedWithDue), 2);
  EXPECT_EQ(ValueOf(row, Sum::kCompletedInDue), 1);
  EXPECT_EQ(ValueOf(row, Sum::kResolvedAtFirstContact), 1);
  EXPECT_EQ(ValueOf(row, Sum::kOpen), 2);
  EXPECT_EQ(ValueOf(row, Sum::kWaiting), 0);
  EXPECT_EQ(ValueOf(row, Sum::kOpenParked), 1);
  EXPECT_EQ(ValueOf(row, Sum::kOpenScheduled), 1);
  EXPECT_EQ(ValueOf(row, Sum::kOpenOverdue), 2);
  EXPECT_EQ(ValueOf(row, Sum::kOpenUnderFiveDays), 1) << "72 h are 3 days";
  EXPECT_EQ(ValueOf(row, Sum::kOpenUnderThreeDays), 1);
  EXPECT_EQ(ValueOf(row, Sum::kLongestOpen), Hours(3 * 24).us);
  query.boundaries = {kMorning, kMorning + Hours(2), kMorning + Hours(8)};
  EXPECT_EQ(ValueOf(Rows(query)[0], Sum::kOpen), -1) << "what is open now is of no interval";
}

// A ticket that was created and completed so many hours after the morning, in a queue.
void AddCompleted(router::Changes& changes, uint64_t number, const std::string& queue, int from,
                  int until) {
  AddTicket(changes, number, static_cast<int64_t>(number));
  changes.tickets.back().created_at = kMorning + Hours(from);
  changes.ticket_states.back() =
      ClosedState(number, router::TicketState::kCompleted, kMorning + Hours(until));
  changes.ticket_states.back().queue = queue;
  changes.ticket_states.back().reviewed = router::Rare<router::ReviewedRow>();
}

TEST_P(FactsConformance, CountsBusinessTimeByTheHoursOfTheQueue) {
  router::Changes changes = OneWorkspace();
  AddCompleted(changes, 1, "desk", 0, 50);     // 8 + 8 hours, and 1 of the third day
  AddCompleted(changes, 2, "desk", 5, 6);      // 1
  AddCompleted(changes, 3, "desk", 12, 20);    // all in the night: 0
  AddCompleted(changes, 4, "always", 12, 20);  // no hours: 8
  AddCompleted(changes, 5, "never", 1, 7);     // 0
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);

  FactQuery query = WholeQuery(kMorning, kMorning + Hours(60));
  query.group_by.set(store::IndexOf(Dimension::kQueue));
  query.hours = {{.queues = {"other", "desk"},
                  .open = {{kMorning + Hours(1), kMorning + Hours(9)},
                           {kMorning + Hours(25), kMorning + Hours(33)},
                           {kMorning + Hours(49), kMorning + Hours(57)}}},
                 {.queues = {"never"}, .open = {}}};
  const auto hours = [&](Sum sum) {
    std::map<std::string, int64_t> by_queue;
    for (const FactRow& row : Rows(query)) {
      if (row.values[static_cast<size_t>(Sum::kCompleted)].value_or(0) == 0) continue;
      const std::optional<int64_t> value = row.values[static_cast<size_t>(sum)];
      by_queue[row.key.ids[store::IndexOf(Dimension::kQueue)]] = value.value_or(-1) / Hours(1).us;
    }
    return by_queue;
  };
  using Hours3 = std::map<std::string, int64_t>;
  EXPECT_EQ(hours(Sum::kBusinessTurnaroundTime),
            (Hours3{{"always", 8}, {"desk", 18}, {"never", 0}}));
  EXPECT_EQ(hours(Sum::kLongestBusinessTurnaround),
            (Hours3{{"always", 8}, {"desk", 17}, {"never", 0}}));
  EXPECT_EQ(hours(Sum::kBusinessTurnaroundP90),
            (Hours3{{"always", 8}, {"desk", 17}, {"never", 0}}));
  EXPECT_EQ(hours(Sum::kTurnaroundTime), (Hours3{{"always", 8}, {"desk", 59}, {"never", 6}}));
  query.hours.clear();
  EXPECT_EQ(hours(Sum::kBusinessTurnaroundTime),
            (Hours3{{"always", 8}, {"desk", 59}, {"never", 6}}));
}

TEST_P(FactsConformance, TellsHowMuchReviewedWorkWasRightAtOnce) {
  router::Changes changes = OneWorkspace();
  for (uint64_t i = 1; i <= 5; ++i) AddCompleted(changes, i, "desk", 0, 1);
  const auto review = [&](size_t i, uint32_t rework_count) {
    changes.ticket_states[i].reviewed.emplace() = {
        .review = {}, .rework_count = rework_count, .makers = {"ann"}};
  };
  review(0, 0);
  review(1, 0);
  review(2, 2);
  review(3, 0);
  changes.ticket_states[3].state = router::TicketState::kCanceled;
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);

  const FactRow row = Row(WholeQuery(kMorning, kMorning + Hours(2)));
  EXPECT_EQ(ValueOf(row, Sum::kCompleted), 4);
  EXPECT_EQ(ValueOf(row, Sum::kReviewed), 3);
  EXPECT_EQ(ValueOf(row, Sum::kRightFirstTime), 2);
}

TEST(OpenTimeBetween, AddsUpWhatOfTheSpansIsBetween) {
  const std::vector<router::TimeSpan> open = {{kMorning, kMorning + Hours(2)},
                                              {kMorning + Hours(4), kMorning + Hours(6)}};
  const auto between = [&](int from, int to) {
    return store::OpenTimeBetween(open, kMorning + Minutes(30 * from), kMorning + Minutes(30 * to));
  };
  EXPECT_EQ(between(-2, 20), Hours(4));
  EXPECT_EQ(between(1, 3), Hours(1));
  EXPECT_EQ(between(3, 9), Hours(1));
  EXPECT_EQ(between(4, 8), Hours(0));
  EXPECT_EQ(between(12, 20), Hours(0));
  EXPECT_EQ(between(9, 3), Hours(0)) << "the wrong way around";
  EXPECT_EQ(store::OpenTimeBetween({}, kMorning, kMorning + Hours(1)), Hours(0));
}

}  // namespace
}  // namespace tandem::tests
