// What the core does when the store fails, in each way in which it can, and when time is lost.
//
// Method: as core_answers_test.cc; faults come from the fake store.
#include "tests/engine/core_test.h"

namespace tandem::engine {
namespace {

using router::Reason;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::IsEmpty;

class Faults : public CoreTest {
 protected:
  Faults() { Apply(2); }

  // Lets the database come back and waits until the core noticed.
  void ComeBack() {
    store_.SetAway(false);
    store_.SetLookUpsAway(false);
    driver_->Advance(seconds(1));
    EXPECT_EQ(Available(), Availability::kReady);
  }
  // With a ticket that is offered, which is returned, and a job on its way to the store.
  test::AnswerPtr LoseTheDatabaseDuringAnOffer(NoticeLog& log) {
    LogIn(1, &log);
    test::AnswerPtr ingested = driver_->Submit(test::Question());
    driver_->Settle();
    EXPECT_EQ(log.offers.size(), 1u);
    store_.SetAway(true);
    driver_->Submit(test::Job());
    driver_->Step();
    return ingested;
  }
};

// ----------------------------------------------------------------------------------- database away

TEST_F(Faults, OfACommitAreTriedAgainWithoutAnybodyNoticing) {
  store_.FailCommits(store::CommitFault::kNotCommitted, 3);
  const test::AnswerPtr ingested = driver_->Submit(test::Question());
  driver_->Advance(milliseconds(500));
  EXPECT_TRUE(TicketOf(ingested).IsSet());
  EXPECT_EQ(Tickets(), 1u);
}

TEST_F(Faults, OfTheDatabaseAreToldAfterOneSecondAndNotTwice) {
  store_.SetAway(true);
  const test::AnswerPtr ingested = driver_->Submit(test::Question());
  driver_->Advance(milliseconds(990));
  EXPECT_FALSE(ingested->done());
  EXPECT_EQ(Available(), Availability::kReady);
  driver_->Advance(milliseconds(60));
  EXPECT_EQ(ReasonOf(ingested), Reason::kStoreUnavailable);
  EXPECT_EQ(Available(), Availability::kStoreAway);
  const test::AnswerPtr refused = driver_->Submit(test::Question());
  EXPECT_EQ(driver_->core().TakeDeliveries().size(), 1u) << "new work is refused at once";

  ComeBack();
  EXPECT_EQ(Tickets(), 1u) << "the commit went on";
  EXPECT_EQ(ingested->times, 1);
}

TEST_F(Faults, OfTheDatabaseLeaveARepeatedRequestItsFirstAnswer) {
  const test::AnswerPtr opened = driver_->Submit(test::Question(), Tag(1));
  driver_->Step();
  driver_->RunLookUpJob();
  store_.SetAway(true);
  driver_->Advance(seconds(2));
  EXPECT_EQ(ReasonOf(opened), Reason::kStoreUnavailable);
  ComeBack();
  const test::AnswerPtr again = driver_->Submit(test::Question(), Tag(1));
  driver_->Settle();
  EXPECT_TRUE(TicketOf(again).IsSet());
  EXPECT_EQ(Tickets(), 1u);
}

TEST_F(Faults, OfLookUpsMakeTheirCallsWaitAndThenGiveUp) {
  store_.SetLookUpsAway(true);
  const test::AnswerPtr with_id = driver_->Submit(test::Question(), Tag(1));
  const test::AnswerPtr without = driver_->Submit(test::Question());
  driver_->Advance(milliseconds(900));
  EXPECT_TRUE(TicketOf(without).IsSet());
  EXPECT_FALSE(with_id->done());
  driver_->Advance(milliseconds(200));
  EXPECT_EQ(ReasonOf(with_id), Reason::kStoreUnavailable);
  EXPECT_EQ(Available(), Availability::kStoreAway);
  driver_->Advance(seconds(5));
  EXPECT_EQ(Available(), Availability::kStoreAway) << "it goes on asking";
  ComeBack();
  EXPECT_EQ(Tickets(), 1u);
}

TEST_F(Faults, OfLookUpsThatEndSoonAreNotNoticed) {
  store_.SetLookUpsAway(true);
  const test::AnswerPtr with_id = driver_->Submit(test::Question("mail-1"), Tag(1));
  driver_->Advance(milliseconds(300));
  store_.SetLookUpsAway(false);
  driver_->Advance(milliseconds(500));
  EXPECT_TRUE(TicketOf(with_id).IsSet());
}

TEST_F(Faults, OfTheDatabaseLetNoOfferExpire) {
  NoticeLog log;
  LogIn(1, &log);
  const test::AnswerPtr ingested = driver_->Submit(test::Question());
  driver_->Settle();
  driver_->Advance(seconds(5));
  ASSERT_EQ(log.offers.size(), 1u);
  store_.SetAway(true);
  driver_->Submit(test::Job());
  driver_->Advance(seconds(60));
  ComeBack();
  driver_->Advance(seconds(13));
  EXPECT_EQ(StateOf(TicketOf(ingested)).state, router::TicketState::kOffered)
      << "5 + 1 + 1 + 13 s of its 20 s have passed";
  driver_->Advance(seconds(3));
  EXPECT_EQ(EventsOf(router::EventType::kOfferMissed), 1);
  EXPECT_EQ(EventsOf(router::EventType::kTimeLost), 1);
}

// What was decided before the database went away becomes durable when it is back, and then it goes
// away for good: the next process gives back the time all the same.
TEST_F(Faults, OfTheDatabaseLetNoOfferExpireWhenTheProcessEndsRightAfter) {
  NoticeLog log;
  const test::AnswerPtr ingested = LoseTheDatabaseDuringAnOffer(log);
  driver_->Submit(test::Job());
  driver_->Advance(seconds(60));
  store_.SetAway(false);
  while (Tickets() < 3 && driver_->core().NextWake(driver_->now()) < engine::SteadyTime::max()) {
    driver_->MoveTo(std::max(driver_->now(), driver_->core().NextWake(driver_->now())));
    driver_->Step();
    driver_->RunStoreJob();
  }
  EXPECT_EQ(EventsOf(router::EventType::kTimeLost), 0) << "that is the next commit";
  database_now_ = driver_->time();
  StartCore();
  EXPECT_EQ(StateOf(TicketOf(ingested)).state, router::TicketState::kOffered);
  EXPECT_EQ(EventsOf(router::EventType::kTimeLost), 1);
}

// Nobody was away while nothing happened: only the last minute may be given back.
TEST_F(Faults, OfAProcessDoNotGiveBackTheQuietTimeBeforeIt) {
  NoticeLog log;
  const router::SessionRef session = LogIn(1, &log);
  const test::AnswerPtr ingested = driver_->Submit(test::Job());
  driver_->Settle();
  driver_->Submit(test::In(router::ClaimTickets{session, 1, "", {}}));
  driver_->Settle();
  const router::Time lease_ends = StateOf(TicketOf(ingested)).until;
  ASSERT_GT(lease_ends, driver_->time() + router::Minutes(4));
  const int commits = store_.commits();
  driver_->Advance(std::chrono::minutes(4));
  EXPECT_EQ(store_.commits(), commits + 4) << "one a minute says that it is there";
  database_now_ = driver_->time() + router::Seconds(5);
  StartCore();
  const router::Duration given_back = StateOf(TicketOf(ingested)).until - lease_ends;
  EXPECT_GE(given_back, router::Seconds(5));
  EXPECT_LE(given_back, router::Seconds(65));
}

TEST_F(Faults, OfAProcessNeedNoSignOfLifeWhileNothingIsTimed) {
  const int commits = store_.commits();
  driver_->Advance(std::chrono::minutes(10));
  EXPECT_EQ(store_.commits(), commits);
}

TEST_F(Faults, OfTheDatabaseDoNotHideThatAClientLeft) {
  NoticeLog log;
  const router::SessionRef session = LogIn(1, &log);
  store_.SetAway(true);
  driver_->Submit(test::Question());
  driver_->Advance(seconds(3));
  const test::AnswerPtr lost = driver_->Submit(test::In(router::LoseSession{session}));
  driver_->Advance(seconds(3));
  EXPECT_EQ(ReasonOf(lost), Reason::kStoreUnavailable);
  ComeBack();
  EXPECT_TRUE(AgentOf(1).session_lost_at.IsSet());
}

TEST_F(Faults, OfTheDatabaseEndASessionThatNobodyWasToldOf) {
  store_.SetAway(true);
  NoticeLog log;
  const test::AnswerPtr opened = driver_->Submit(test::Open(1), {}, &log);
  driver_->Advance(seconds(3));
  EXPECT_EQ(ReasonOf(opened), Reason::kStoreUnavailable);
  ComeBack();
  EXPECT_TRUE(AgentOf(1).session_lost_at.IsSet());
  EXPECT_THAT(log.names, IsEmpty());
}

TEST_F(Faults, AtTheStartAreWaitedFor) {
  store_.SetAway(true);
  StartCore();
  driver_->Advance(seconds(5));
  EXPECT_EQ(Available(), Availability::kStarting);
  const test::AnswerPtr early = driver_->Submit(test::Question());
  driver_->Step();
  EXPECT_EQ(ReasonOf(early), Reason::kNotServing);
  ComeBack();
}

// ---------------------------------------------------------------------------------------- in doubt

TEST_F(Faults, InDoubtThatWereCommittedAreAnswered) {
  store_.FailCommits(store::CommitFault::kInDoubtCommitted);
  const int64_t epoch = driver_->core().epoch();
  const test::AnswerPtr ingested = driver_->Submit(test::Question(), Tag(1));
  driver_->Settle();
  EXPECT_TRUE(TicketOf(ingested).IsSet());
  EXPECT_GT(driver_->core().epoch(), epoch);
  driver_->Submit(test::Question());
  driver_->Settle();
  EXPECT_EQ(Tickets(), 2u) << "it goes on under the new epoch";
}

TEST_F(Faults, InDoubtThatWereLostAreSentAgain) {
  store_.FailCommits(store::CommitFault::kInDoubtLost, 2);
  const test::AnswerPtr ingested = driver_->Submit(test::Question());
  driver_->Settle();
  EXPECT_TRUE(TicketOf(ingested).IsSet());
  EXPECT_EQ(Tickets(), 1u);
}

TEST_F(Faults, InDoubtAreAskedForUntilTheDatabaseIsBack) {
  store_.FailCommits(store::CommitFault::kInDoubtCommitted);
  const test::AnswerPtr ingested = driver_->Submit(test::Question(), Tag(1));
  driver_->Step();
  driver_->RunLookUpJob();
  store_.SetAway(false);
  driver_->FinishStoreJob(engine::Run(*driver_->store_job(), store_));
  store_.SetAway(true);
  driver_->Advance(milliseconds(700));
  EXPECT_FALSE(ingested->done());
  store_.SetAway(false);
  driver_->Advance(milliseconds(500));
  EXPECT_TRUE(ingested->done());
  EXPECT_EQ(Tickets(), 1u);
}

// ------------------------------------------------------------------------------------------ fenced

TEST_F(Faults, ByAnotherWriterAreToldToEverybody) {
  NoticeLog log;
  LogIn(1, &log);
  ASSERT_TRUE(store_.Acquire(0, "rival").ok());
  const test::AnswerPtr first = driver_->Submit(test::Question());
  driver_->Step();
  const test::AnswerPtr second = driver_->Submit(test::Question());
  const test::AnswerPtr third = driver_->Submit(test::Question(), Tag(1));
  driver_->Step();
  driver_->RunStoreJob();
  EXPECT_EQ(ReasonOf(first), Reason::kStoreUnavailable);
  EXPECT_EQ(ReasonOf(second), Reason::kStoreUnavailable);
  EXPECT_EQ(ReasonOf(third), Reason::kStoreUnavailable);
  EXPECT_EQ(Available(), Availability::kStoreAway);
  EXPECT_EQ(log.names.back(), "session ended");
  driver_->Settle();
  driver_->Advance(seconds(1));
  EXPECT_EQ(Available(), Availability::kStoreAway) << "the rival may live";
  driver_->Advance(seconds(2));
  EXPECT_EQ(Available(), Availability::kReady);
  EXPECT_EQ(Tickets(), 0u);
  EXPECT_TRUE(AgentOf(1).session_lost_at.IsSet());
}

// ------------------------------------------------------------------------------------ data refused

TEST_F(Faults, OfOneCommandsDataAreToldToItAlone) {
  const int64_t epoch = driver_->core().epoch();
  const test::AnswerPtr in_flight = driver_->Submit(test::Question());
  driver_->Step();
  const test::AnswerPtr before = driver_->Submit(test::Question("", "fine"), Tag(1));
  const test::AnswerPtr culprit = driver_->Submit(test::Question("mail-1", test::kPoison), Tag(2));
  const test::AnswerPtr after = driver_->Submit(test::Question("", "fine"), Tag(3));
  driver_->Settle();
  EXPECT_TRUE(TicketOf(in_flight).IsSet());
  EXPECT_TRUE(TicketOf(before).IsSet());
  EXPECT_TRUE(TicketOf(after).IsSet());
  EXPECT_EQ(ReasonOf(culprit), Reason::kDataRefused);
  EXPECT_EQ(Tickets(), 3u);
  EXPECT_GT(driver_->core().epoch(), epoch);

  const test::AnswerPtr repeated = driver_->Submit(test::Question("mail-1", "fine"), Tag(2));
  driver_->Settle();
  EXPECT_TRUE(TicketOf(repeated).IsSet()) << "what was refused is not remembered";
  EXPECT_FALSE(repeated->reply<router::ContactIngested>()->duplicate);
}

TEST_F(Faults, OfDataDoNotTouchWhatWasDecidedMeanwhile) {
  const test::AnswerPtr culprit = driver_->Submit(test::Question("", test::kPoison));
  driver_->Step();
  const test::AnswerPtr meanwhile = driver_->Submit(test::Question("mail-1"), Tag(1));
  driver_->Step();
  driver_->RunLookUpJob();
  const test::AnswerPtr refused =
      driver_->Submit(test::In(router::CancelTicket{router::TicketId{1, 1}, "none"}));
  driver_->Settle();
  EXPECT_EQ(ReasonOf(culprit), Reason::kDataRefused);
  EXPECT_TRUE(TicketOf(meanwhile).IsSet());
  EXPECT_EQ(ReasonOf(refused), Reason::kTicketNotFound);
  EXPECT_EQ(Tickets(), 1u);
}

TEST_F(Faults, OfDataLeaveSessionsOpen) {
  NoticeLog log;
  LogIn(1, &log);
  LogIn(2);
  log.names.clear();
  driver_->Submit(test::Question("", test::kPoison));
  const test::AnswerPtr fine = driver_->Submit(test::Question());
  driver_->Settle();
  EXPECT_FALSE(AgentOf(1).session_lost_at.IsSet());
  EXPECT_FALSE(AgentOf(2).session_lost_at.IsSet());
  EXPECT_THAT(log.names, testing::Not(testing::Contains("session ended")));
  EXPECT_EQ(StateOf(TicketOf(fine)).state, router::TicketState::kOffered);
}

// Time that was lost before is given back, though the group that gave it back is refused.
TEST_F(Faults, OfDataDoNotTakeLostTimeAway) {
  NoticeLog log;
  const test::AnswerPtr ingested = LoseTheDatabaseDuringAnOffer(log);
  driver_->Submit(test::Question("", test::kPoison));
  driver_->Advance(seconds(60));
  ComeBack();
  EXPECT_EQ(EventsOf(router::EventType::kTimeLost), 1);
  EXPECT_EQ(StateOf(TicketOf(ingested)).state, router::TicketState::kOffered);
  EXPECT_EQ(Tickets(), 2u);
}

TEST_F(Faults, OfDataOfSeveralCommandsAreToldToEach) {
  std::vector<test::AnswerPtr> fine, refused;
  for (int i = 0; i < 5; ++i) {
    fine.push_back(driver_->Submit(test::Question()));
    refused.push_back(driver_->Submit(test::Question("", test::kPoison)));
  }
  driver_->Settle();
  for (const test::AnswerPtr& answer : fine) EXPECT_TRUE(TicketOf(answer).IsSet());
  for (const test::AnswerPtr& answer : refused) EXPECT_EQ(ReasonOf(answer), Reason::kDataRefused);
  EXPECT_EQ(Tickets(), 5u);
}

TEST_F(Faults, OfDataWhileARivalWritesAreToldToEverybody) {
  const test::AnswerPtr culprit = driver_->Submit(test::Question("", test::kPoison));
  const test::AnswerPtr beside = driver_->Submit(test::Question());
  driver_->Step();
  driver_->RunStoreJob();
  test::CoreDriver rival(Options(), store_, 99);
  rival.Settle();
  const test::AnswerPtr of_rival = rival.Submit(test::Question());
  rival.Settle();
  EXPECT_TRUE(TicketOf(of_rival).IsSet());
  driver_->Settle();
  EXPECT_EQ(ReasonOf(culprit), Reason::kStoreUnavailable);
  EXPECT_EQ(ReasonOf(beside), Reason::kStoreUnavailable);
  driver_->Submit(test::Question());
  driver_->Settle();
  EXPECT_EQ(Tickets(), 2u);
}

// --------------------------------------------------------------------------------------- lost time

TEST_F(Faults, OfThisProcessGiveLostTimeBack) {
  const router::SessionRef session = LogIn(1);
  const test::AnswerPtr ingested = driver_->Submit(test::Question());
  driver_->Settle();
  const router::Time until = StateOf(TicketOf(ingested)).until;
  database_now_ = database_now_ + router::Minutes(10);
  StartCore();
  EXPECT_EQ(StateOf(TicketOf(ingested)).state, router::TicketState::kOffered);
  EXPECT_EQ(StateOf(TicketOf(ingested)).until, until + router::Minutes(10));
  EXPECT_TRUE(AgentOf(1).session_lost_at.IsSet()) << "its stream is gone";
  EXPECT_GT(AgentOf(1).grace_until, driver_->time());
  const test::AnswerPtr back = driver_->Submit(test::Open(1));
  driver_->Settle();
  EXPECT_EQ(back->reply<router::AgentSnapshot>()->offers.size(), 1u);
  EXPECT_GT(back->reply<router::AgentSnapshot>()->generation, session.generation);
}

TEST_F(Faults, OfThisProcessLeaveAnAgentTheTimeToComeBackToOpenWork) {
  const router::SessionRef session = LogIn(1);
  const test::AnswerPtr ingested = driver_->Submit(test::Question());
  driver_->Settle();
  const router::TicketId ticket = TicketOf(ingested);
  driver_->Submit(test::In(router::AcceptOffer{session, {ticket, 1}}));
  driver_->Settle();
  database_now_ = database_now_ + router::Minutes(10);
  StartCore();
  driver_->Advance(seconds(60));
  EXPECT_FALSE(AgentOf(1).session_open) << "the grace is over";
  database_now_ = database_now_ + router::Minutes(10);
  StartCore();
  EXPECT_EQ(StateOf(ticket).state, router::TicketState::kActive);
  driver_->Advance(seconds(20));
  EXPECT_EQ(StateOf(ticket).state, router::TicketState::kActive);
  driver_->Advance(seconds(90));
  EXPECT_EQ(StateOf(ticket).state, router::TicketState::kQueued);
  EXPECT_EQ(EventsOf(router::EventType::kTicketReturned), 1);
}

TEST_F(Faults, OfTheLoopGiveLostTimeBack) {
  NoticeLog log;
  LogIn(1, &log);
  const test::AnswerPtr ingested = driver_->Submit(test::Question());
  driver_->Advance(seconds(10));
  driver_->Stall(seconds(30));
  driver_->Settle();
  EXPECT_EQ(EventsOf(router::EventType::kTimeLost), 1);
  EXPECT_EQ(StateOf(TicketOf(ingested)).state, router::TicketState::kOffered);
  driver_->Advance(seconds(11));
  EXPECT_EQ(EventsOf(router::EventType::kOfferMissed), 1);
}

TEST_F(Faults, OfTheLoopThatAreShortLoseNoTime) {
  NoticeLog log;
  LogIn(1, &log);
  driver_->Submit(test::Question());
  driver_->Advance(seconds(19));
  driver_->Stall(milliseconds(1'050));
  driver_->Settle();
  EXPECT_EQ(EventsOf(router::EventType::kTimeLost), 0);
  EXPECT_EQ(EventsOf(router::EventType::kOfferMissed), 1);
}

TEST_F(Faults, AreNotSeenInADemonstrationThatRunsFast) {
  EngineOptions options = Options();
  options.clock_speed = 60;
  StartCore(std::move(options));
  NoticeLog log;
  LogIn(1, &log);
  const test::AnswerPtr ingested = driver_->Submit(test::Question());
  driver_->Advance(milliseconds(300));
  EXPECT_EQ(EventsOf(router::EventType::kOfferMissed), 0) << "18 s of its 20 s have passed";
  driver_->Advance(milliseconds(100));
  EXPECT_EQ(EventsOf(router::EventType::kOfferMissed), 1);
  EXPECT_EQ(EventsOf(router::EventType::kTimeLost), 0);
  const router::Time shown = driver_->time();
  StartCore();
  EXPECT_GE(driver_->time() + router::Seconds(20), shown) << "it goes on from the last commit";
}

TEST_F(Faults, DuringAStopAreAnsweredWithNotServing) {
  store_.SetAway(true);
  const test::AnswerPtr decided = driver_->Submit(test::Question());
  driver_->Step();
  driver_->core().BeginStop();
  driver_->core().Abandon(driver_->now());
  driver_->Step();
  EXPECT_EQ(ReasonOf(decided), Reason::kNotServing);
}

}  // namespace
}  // namespace tandem::engine
