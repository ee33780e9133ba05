// When the core answers, and what: durability before answers, request ids, external ids, deadlines,
// notices.
//
// Method: the driver does the store's jobs one by one, so that each test looks at the moments
// between a decision and its commit.
#include "tests/engine/core_test.h"

namespace tandem::engine {
namespace {

using router::Reason;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

class Answers : public CoreTest {
 protected:
  Answers() { Apply(2); }
};

TEST_F(Answers, LeaveOnlyWhenDurable) {
  const test::AnswerPtr ingested = driver_->Submit(test::Question());
  driver_->Step();
  EXPECT_FALSE(ingested->done());
  EXPECT_EQ(Tickets(), 0u);
  driver_->RunStoreJob();
  EXPECT_TRUE(ingested->done());
  EXPECT_EQ(Tickets(), 1u);
}

TEST_F(Answers, OfOneGroupShareACommit) {
  const int commits = store_.commits();
  std::vector<test::AnswerPtr> answers;
  for (int i = 0; i < 100; ++i) answers.push_back(driver_->Submit(test::Question()));
  driver_->Settle();
  for (const test::AnswerPtr& answer : answers) EXPECT_TRUE(answer->done());
  EXPECT_EQ(store_.commits(), commits + 1);
}

TEST_F(Answers, ToWhatCameDuringACommitShareTheNextOne) {
  const test::AnswerPtr first = driver_->Submit(test::Question());
  driver_->Step();
  const test::AnswerPtr second = driver_->Submit(test::Question());
  const test::AnswerPtr third = driver_->Submit(test::Job());
  driver_->Step();
  driver_->RunStoreJob();
  EXPECT_TRUE(first->done());
  EXPECT_FALSE(second->done());
  driver_->RunStoreJob();
  EXPECT_TRUE(second->done());
  EXPECT_TRUE(third->done());
}

TEST_F(Answers, LeaveAfterTheStoreHasTheNextGroup) {
  const test::AnswerPtr first = driver_->Submit(test::Question());
  driver_->Step();
  const test::AnswerPtr second = driver_->Submit(test::Question());
  driver_->Step();
  Core& core = driver_->core();
  core.OnStoreResult(engine::Run(*driver_->store_job(), store_), driver_->now());
  std::optional<StoreJob> next = core.TakeStoreJob(driver_->now());
  ASSERT_TRUE(next && std::holds_alternative<Commit>(*next));
  EXPECT_EQ(std::get<Commit>(*next).batch->changes.tickets.size(), 1U);
  EXPECT_THAT(core.TakeDeliveries(), IsEmpty());
  core.Step(driver_->now());
  EXPECT_EQ(core.TakeDeliveries().size(), 1U) << "the first, and not the second";
  EXPECT_FALSE(core.drained());
}

// What a call learns of a group that became durable just now is not heard before that group's own
// answers.
TEST_F(Answers, OfAGroupThatChangesNothingDoNotOvertake) {
  const test::AnswerPtr changes = driver_->Submit(test::Question());
  driver_->Step();
  const test::AnswerPtr asks =
      driver_->Submit({.workspace = test::kWorkspace, .action = router::GetAgent{{"nobody", 1}}});
  driver_->Step();
  Core& core = driver_->core();
  core.OnStoreResult(engine::Run(*driver_->store_job(), store_), driver_->now());
  EXPECT_FALSE(core.TakeStoreJob(driver_->now()).has_value());
  std::vector<Delivery> deliveries = core.TakeDeliveries();
  ASSERT_EQ(deliveries.size(), 2U);
  for (Delivery& delivery : deliveries) {
    Answer& answer = std::get<Answer>(delivery);
    std::move(answer.done)(std::move(answer.outcome));
    EXPECT_TRUE(changes->done()) << "it comes first";
  }
  EXPECT_TRUE(asks->done());
}

TEST_F(Answers, OfReadsWaitForTheStateThatTheySaw) {
  const router::SessionRef session = LogIn(1);
  const test::AnswerPtr ingested = driver_->Submit(test::Question());
  driver_->Step();
  const test::AnswerPtr read = driver_->Submit(test::In(router::GetAgent{session}));
  driver_->Step();
  EXPECT_FALSE(read->done()) << "it shows an offer that a crash could undo";
  driver_->RunStoreJob();
  const auto* snapshot = read->reply<router::AgentSnapshot>();
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->offers.size(), 1u);
}

TEST_F(Answers, OfRefusalsWaitForTheStateThatTheySaw) {
  const test::AnswerPtr ingested = driver_->Submit(test::Question());
  driver_->Settle();
  const router::TicketId ticket = TicketOf(ingested);
  driver_->Submit(test::In(router::AbandonTicket{ticket}));
  driver_->Step();
  const test::AnswerPtr again = driver_->Submit(test::In(router::CancelTicket{ticket, "late"}));
  driver_->Step();
  EXPECT_FALSE(again->done());
  driver_->RunStoreJob();
  EXPECT_NE(again->rejection(), nullptr);
}

TEST_F(Answers, ThatNeedNoCommitLeaveAtOnce) {
  const int commits = store_.commits();
  const test::AnswerPtr refused =
      driver_->Submit(test::In(router::CancelTicket{router::TicketId{1, 1}, "none"}));
  driver_->Step();
  EXPECT_EQ(ReasonOf(refused), Reason::kTicketNotFound);
  EXPECT_EQ(store_.commits(), commits);
}

// ------------------------------------------------------------------------------------- request ids

TEST_F(Answers, ToARepeatedRequestAreTheFirst) {
  const test::AnswerPtr first = driver_->Submit(test::Question(), Tag(1));
  driver_->Settle();
  const test::AnswerPtr second = driver_->Submit(test::Question(), Tag(1));
  driver_->Settle();
  EXPECT_EQ(TicketOf(second), TicketOf(first));
  EXPECT_EQ(Tickets(), 1u);
}

TEST_F(Answers, ToARepeatedRequestWaitUntilTheFirstIsDurable) {
  const test::AnswerPtr first = driver_->Submit(test::Question(), Tag(1));
  driver_->Step();
  driver_->RunLookUpJob();
  EXPECT_FALSE(first->done());
  const test::AnswerPtr second = driver_->Submit(test::Question(), Tag(1));
  driver_->Step();
  EXPECT_FALSE(driver_->look_up_job().has_value()) << "it is known without asking the store";
  EXPECT_FALSE(second->done());
  driver_->RunStoreJob();
  EXPECT_EQ(TicketOf(second), TicketOf(first));
  EXPECT_EQ(Tickets(), 1u);
}

TEST_F(Answers, ToTwinsInOneGroupAreTheSame) {
  const test::AnswerPtr first = driver_->Submit(test::Question(), Tag(1));
  const test::AnswerPtr second = driver_->Submit(test::Question(), Tag(1));
  driver_->Settle();
  EXPECT_EQ(TicketOf(second), TicketOf(first));
  EXPECT_EQ(Tickets(), 1u);
}

TEST_F(Answers, ToARepeatedRequestSurviveARestart) {
  const test::AnswerPtr first = driver_->Submit(test::Question(), Tag(1));
  driver_->Settle();
  StartCore();
  const test::AnswerPtr second = driver_->Submit(test::Question(), Tag(1));
  driver_->Settle();
  EXPECT_EQ(TicketOf(second), TicketOf(first));
}

TEST_F(Answers, RefuseARequestIdWithAnotherBody) {
  driver_->Submit(test::Question(), Tag(1, 1));
  driver_->Settle();
  const test::AnswerPtr reused = driver_->Submit(test::Job(), Tag(1, 2));
  driver_->Settle();
  EXPECT_EQ(ReasonOf(reused), Reason::kRequestIdReused);
  StartCore();
  const test::AnswerPtr later = driver_->Submit(test::Job(), Tag(1, 2));
  driver_->Settle();
  EXPECT_EQ(ReasonOf(later), Reason::kRequestIdReused);
  EXPECT_EQ(Tickets(), 1u);
}

TEST_F(Answers, ThatRefuseAreNotRemembered) {
  const test::AnswerPtr refused = driver_->Submit({"elsewhere", test::Question().action}, Tag(1));
  driver_->Settle();
  EXPECT_EQ(ReasonOf(refused), Reason::kWorkspaceNotFound);
  driver_->Submit({"elsewhere", test::ApplySmall(1).action});
  driver_->Settle();
  const test::AnswerPtr taken = driver_->Submit({"elsewhere", test::Question().action}, Tag(1));
  driver_->Settle();
  EXPECT_TRUE(TicketOf(taken).IsSet());
}

TEST_F(Answers, KnowRequestIdsByWorkspace) {
  driver_->Submit({"elsewhere", test::ApplySmall(1).action});
  const test::AnswerPtr here = driver_->Submit(test::Question(), Tag(1));
  const test::AnswerPtr there = driver_->Submit({"elsewhere", test::Question().action}, Tag(1));
  driver_->Settle();
  EXPECT_NE(TicketOf(here), TicketOf(there));
}

TEST_F(Answers, RememberNothingOfReads) {
  const router::SessionRef session = LogIn(1);
  const test::AnswerPtr before = driver_->Submit(test::In(router::GetAgent{session}), Tag(1));
  driver_->Submit(test::Question());
  driver_->Settle();
  const test::AnswerPtr after = driver_->Submit(test::In(router::GetAgent{session}), Tag(1));
  driver_->Settle();
  EXPECT_EQ(after->reply<router::AgentSnapshot>()->offers.size(), 1u);
}

// ------------------------------------------------------------------------------------ external ids

TEST_F(Answers, ToAContactSeenBeforeNameTheFirst) {
  const test::AnswerPtr first = driver_->Submit(test::Question("mail-1"));
  driver_->Settle();
  const test::AnswerPtr second = driver_->Submit(test::Question("mail-1"), Tag(1));
  const test::AnswerPtr other = driver_->Submit(test::Question("mail-2"));
  driver_->Settle();
  EXPECT_EQ(TicketOf(second), TicketOf(first));
  EXPECT_FALSE(first->reply<router::ContactIngested>()->duplicate);
  EXPECT_TRUE(second->reply<router::ContactIngested>()->duplicate);
  EXPECT_NE(TicketOf(other), TicketOf(first));
  StartCore();
  const test::AnswerPtr third = driver_->Submit(test::Question("mail-1"));
  const test::AnswerPtr repeated = driver_->Submit(test::Question("mail-1"), Tag(1));
  driver_->Settle();
  EXPECT_EQ(TicketOf(third), TicketOf(first));
  EXPECT_TRUE(third->reply<router::ContactIngested>()->duplicate);
  EXPECT_TRUE(repeated->reply<router::ContactIngested>()->duplicate);
  EXPECT_EQ(Tickets(), 2u);
}

TEST_F(Answers, ToTwoContactsAtOnceNameOneTicket) {
  const test::AnswerPtr first = driver_->Submit(test::Question("mail-1"));
  const test::AnswerPtr second = driver_->Submit(test::Question("mail-1"));
  driver_->Settle();
  EXPECT_EQ(TicketOf(second), TicketOf(first));
  EXPECT_EQ(Tickets(), 1u);
}

TEST_F(Answers, AskTheStoreOnceForManyCalls) {
  const int look_ups = store_.look_ups();
  for (uint64_t id = 0; id < 50; ++id) {
    driver_->Submit(test::Question("mail-" + std::to_string(id)), Tag(id));
  }
  driver_->Settle();
  EXPECT_EQ(store_.look_ups(), look_ups + 1);
  EXPECT_EQ(Tickets(), 50u);
}

// ---------------------------------------------------------------------------------------- the rest

TEST_F(Answers, SayWhenTheDeadlinePassedUndecided) {
  const SteadyTime soon = driver_->now() + milliseconds(10);
  const test::AnswerPtr late = driver_->Submit(test::Question(), Tag(1), nullptr, soon);
  driver_->Step();
  driver_->Stall(milliseconds(20));
  driver_->RunLookUpJob();
  driver_->Settle();
  EXPECT_EQ(ReasonOf(late), Reason::kDeadlineExpired);
  EXPECT_EQ(Tickets(), 0u);
}

TEST_F(Answers, GiveEveryContactItsOwnIds) {
  const test::AnswerPtr first = driver_->Submit(test::Question());
  const test::AnswerPtr second = driver_->Submit(test::Question());
  driver_->Settle();
  EXPECT_LT(TicketOf(first), TicketOf(second)) << "ids are in the order of time";
  EXPECT_NE(first->reply<router::ContactIngested>()->contact,
            second->reply<router::ContactIngested>()->contact);
}

TEST_F(Answers, ToOpenSessionComeBeforeItsNotices) {
  NoticeLog log;
  const test::AnswerPtr opened = driver_->Submit(test::Open(1), {}, &log);
  driver_->Step();
  driver_->Submit(test::Question());
  driver_->Step();
  EXPECT_FALSE(opened->done());
  EXPECT_THAT(log.names, IsEmpty());
  driver_->Settle();
  const int64_t generation = opened->reply<router::AgentSnapshot>()->generation;
  driver_->Submit(test::Available({test::AgentName(1), generation}));
  driver_->Step();
  EXPECT_THAT(log.names, IsEmpty()) << "the offer is not durable";
  driver_->Settle();
  EXPECT_THAT(log.names, testing::Contains("offer"));
  EXPECT_EQ(log.offers.size(), 1u);
}

TEST_F(Answers, ToOpenSessionMissNoOfferOfTheirOwnGroup) {
  const router::SessionRef before = LogIn(1);
  driver_->Submit(test::In(router::LoseSession{before}));
  driver_->Submit(test::Question());
  driver_->Settle();
  NoticeLog log;
  const test::AnswerPtr opened = driver_->Submit(test::Open(1), {}, &log);
  driver_->Settle();
  EXPECT_EQ(opened->reply<router::AgentSnapshot>()->offers.size() + log.offers.size(), 1u);
}

TEST_F(Answers, AreFollowedByNoticesToTheNewestSessionOnly) {
  NoticeLog first, second;
  LogIn(1, &first);
  LogIn(1, &second);
  EXPECT_EQ(first.names.back(), "session ended");
  first.names.clear();
  driver_->Submit(test::Question());
  driver_->Settle();
  EXPECT_THAT(first.names, IsEmpty());
  EXPECT_THAT(second.names, testing::Contains("offer"));
}

TEST_F(Answers, AreFollowedByNothingAfterUnsubscribe) {
  NoticeLog log;
  LogIn(1, &log);
  driver_->feed().Unsubscribe(&log);
  log.names.clear();
  driver_->Submit(test::Question());
  driver_->Settle();
  EXPECT_THAT(log.names, IsEmpty());
}

TEST_F(Answers, LoseASessionWhoseClientLeftWhileItOpened) {
  NoticeLog log;
  driver_->Submit(test::Open(1), {}, &log);
  driver_->Step();
  driver_->feed().Unsubscribe(&log);
  driver_->Settle();
  EXPECT_TRUE(AgentOf(1).session_open);
  EXPECT_TRUE(AgentOf(1).session_lost_at.IsSet());
}

TEST_F(Answers, LoseASessionWithoutHeartbeats) {
  const router::SessionRef one = LogIn(1);
  LogIn(2);
  for (int i = 0; i < 5; ++i) {
    driver_->Advance(seconds(10));
    driver_->core().Heartbeat(test::kWorkspace, one, driver_->now());
  }
  EXPECT_FALSE(AgentOf(1).session_lost_at.IsSet());
  EXPECT_EQ(AgentOf(1).status, router::AgentStatus::kAvailable);
  EXPECT_EQ(AgentOf(2).status, router::AgentStatus::kOffline) << "30 s of silence and the grace";
}

TEST_F(Answers, KeepASessionWithAStreamWithoutHeartbeats) {
  NoticeLog log;
  LogIn(1, &log);
  driver_->Advance(seconds(120));
  EXPECT_EQ(AgentOf(1).status, router::AgentStatus::kAvailable);
}

TEST_F(Answers, GoOnForWhatWasTakenBeforeAStop) {
  const test::AnswerPtr taken = driver_->Submit(test::Question(), Tag(1));
  driver_->core().BeginStop();
  const test::AnswerPtr late = driver_->Submit(test::Question());
  driver_->Settle();
  EXPECT_TRUE(TicketOf(taken).IsSet());
  EXPECT_EQ(ReasonOf(late), Reason::kNotServing);
  EXPECT_TRUE(driver_->core().drained());
}

// ------------------------------------------------------------------------------------- calendars

class Calendars : public CoreTest {
 protected:
  // Open every day from 9 to 18 o'clock, UTC. The tests begin at 22:13.
  static router::Calendar Office() {
    router::Calendar calendar;
    calendar.id = "office";
    calendar.time_zone = "UTC";
    calendar.weekly = {{{1, 2, 3, 4, 5, 6, 7}, {540, 1080}}};
    return calendar;
  }
  router::Calendar Written() const {
    for (const auto& [key, resource] : store_.Copy().resources) {
      if (const auto* calendar = std::get_if<router::Calendar>(&resource)) return *calendar;
    }
    ADD_FAILURE() << "expected a calendar, but there is none";
    return {};
  }
};

TEST_F(Calendars, AreWorkedOutInTheCommitOfTheirConfiguration) {
  Apply(1);
  const int commits = store_.commits();
  driver_->Submit(test::In(router::CreateResource{Office(), false}));
  driver_->Settle();
  EXPECT_EQ(store_.commits(), commits + 1);
  const router::OpenHours hours = Written().hours;
  EXPECT_EQ(hours.of_revision, Written().revision);
  EXPECT_FALSE(hours.is_open);
  EXPECT_GE(hours.open.size(), 399u);
  EXPECT_EQ(EventsOf(router::EventType::kOpenHoursSet), 1);
}

TEST_F(Calendars, AreWorkedOutAnewWhenTheyChange) {
  Apply(1);
  driver_->Submit(test::In(router::CreateResource{Office(), false}));
  driver_->Settle();
  router::Calendar night = Office();
  night.override_hours = router::CalendarOverride{true, {}, ""};
  driver_->Submit(test::In(router::UpdateResource{night, {"override_hours"}, 0, false}));
  driver_->Settle();
  EXPECT_TRUE(Written().hours.is_open);
  EXPECT_EQ(EventsOf(router::EventType::kCalendarOpened), 1);
  // What changes nothing asks for nothing.
  driver_->Submit(test::In(router::UpdateResource{night, {"override_hours"}, 0, true}));
  driver_->Settle();
  EXPECT_EQ(EventsOf(router::EventType::kOpenHoursSet), 2);
}

TEST_F(Calendars, StayKnownOverARestartAndAreKnownFartherAheadAsTimeGoesOn) {
  Apply(1);
  driver_->Submit(test::In(router::CreateResource{Office(), false}));
  driver_->Settle();
  const router::Time known = Written().hours.known_until;
  StartCore();
  EXPECT_EQ(EventsOf(router::EventType::kOpenHoursSet), 1);
  database_now_ = database_now_ + router::Days(31);
  StartCore();
  EXPECT_EQ(EventsOf(router::EventType::kOpenHoursSet), 2);
  EXPECT_GT(Written().hours.known_until, known + router::Days(30));
}

}  // namespace
}  // namespace tandem::engine
