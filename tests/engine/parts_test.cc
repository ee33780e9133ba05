// The parts of the engine that need no router: clock, ids, kept answers, recent answers, sessions,
// refusals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "router/ids.h"
#include "router/time.h"
#include "server/engine/answers.h"
#include "server/engine/clock.h"
#include "server/engine/recent_answers.h"
#include "server/engine/refusals.h"
#include "server/engine/sessions.h"
#include "server/engine/uuid_source.h"

namespace tandem::engine {
namespace {

using router::Hours;
using router::Milliseconds;
using router::Seconds;
using router::Time;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsNull;
using testing::NotNull;
using testing::SizeIs;

constexpr SteadyTime kStart{hours(5)};
constexpr Time kDatabase{1'700'000'000'000'000};

// ------------------------------------------------------------------------------------------- clock

TEST(Clock, ShowsTheDatabasesTimeAfterTheFirstLoad) {
  Clock clock(1.0, Time{1}, kStart);
  clock.Anchor(kDatabase, Time{}, kStart);
  EXPECT_EQ(clock.At(kStart), kDatabase);
  EXPECT_EQ(clock.At(kStart + seconds(3)), kDatabase + Seconds(3));
}

TEST(Clock, StartsNoEarlierThanTheLastCommitAndLetsTheDatabaseCatchUp) {
  Clock clock(1.0, Time{1}, kStart);
  clock.Anchor(kDatabase, kDatabase + Seconds(1), kStart);
  EXPECT_EQ(clock.At(kStart), kDatabase + Seconds(1));
  EXPECT_EQ(clock.At(kStart + seconds(10)), kDatabase + Milliseconds(10'500));
  // After 20 s the second is made up for.
  EXPECT_EQ(clock.At(kStart + seconds(20)), kDatabase + Seconds(20));
  EXPECT_EQ(clock.At(kStart + seconds(30)), kDatabase + Seconds(30));
}

TEST(Clock, NeverGoesBackWhenTheDatabasesClockDid) {
  Clock clock(1.0, Time{1}, kStart);
  clock.Anchor(kDatabase, Time{}, kStart);
  const SteadyTime later = kStart + seconds(100);
  clock.Anchor(kDatabase + Seconds(90), kDatabase + Seconds(80), later);
  Time last = clock.At(later);
  EXPECT_EQ(last, kDatabase + Seconds(100));
  for (int second = 1; second < 400; ++second) {
    const Time time = clock.At(later + seconds(second));
    EXPECT_GT(time, last);
    last = time;
  }
  EXPECT_EQ(last, kDatabase + Seconds(90 + 399));
}

TEST(Clock, StepsForwardWhenTheDatabaseIsFarAhead) {
  Clock clock(1.0, Time{1}, kStart);
  clock.Anchor(kDatabase, Time{}, kStart);
  clock.Anchor(kDatabase + Hours(8), Time{}, kStart + seconds(1));
  EXPECT_EQ(clock.At(kStart + seconds(1)), kDatabase + Hours(8));
}

TEST(Clock, RunsFasterInADemonstrationAndGoesOnFromTheLastCommit) {
  Clock clock(60.0, Time{1}, kStart);
  clock.Anchor(kDatabase, kDatabase + Hours(3), kStart);
  EXPECT_EQ(clock.At(kStart), kDatabase + Hours(3));
  EXPECT_EQ(clock.At(kStart + seconds(60)), kDatabase + Hours(4));
  EXPECT_EQ(clock.When(kDatabase + Hours(4), kStart),
            kStart + seconds(60) + std::chrono::microseconds(1));
}

TEST(Clock, IgnoresASteadyTimeFromBeforeItsAnchor) {
  Clock clock(1.0, Time{1}, kStart);
  clock.Anchor(kDatabase, Time{}, kStart);
  EXPECT_EQ(clock.At(kStart - seconds(1)), kDatabase);
}

// --------------------------------------------------------------------------------------------- ids

TEST(UuidSource, GivesVersionSevenOfTheInstant) {
  UuidSource uuids([] { return ~uint64_t{0}; });
  const router::TicketId id = uuids.NextTicket(Time{0x0123456789ab * int64_t{1000}});
  EXPECT_EQ(router::ToString(id), "01234567-89ab-7000-bfff-ffffffffffff");
}

TEST(UuidSource, IncreasesWhenTimeStandsStillOrGoesBack) {
  UuidSource uuids(std::mt19937_64(7));
  router::TicketId last = uuids.NextTicket(kDatabase);
  for (int i = 0; i < 10'000; ++i) {
    const router::TicketId next = uuids.NextTicket(kDatabase - Milliseconds(i));
    ASSERT_LT(last, next);
    last = next;
  }
}

// ------------------------------------------------------------------------------------ kept answers

TEST(Answers, RecallsWhatItKept) {
  const router::TicketId ticket{1, 2};
  const router::ContactId contact{3, 4};
  const std::vector<router::Reply> replies = {
      router::Done{},
      router::ConfigurationApplied{
          .revision = 9, .created = 1, .updated = 2, .deleted = 3, .changes = {}},
      router::ResourceChanged{.revision = 8, .resource = std::nullopt, .settings = std::nullopt},
      router::ContactIngested{ticket, contact, true, false, false},
      router::ContactIngested{ticket, contact, false, true, true},
      router::StateReached{.state = router::TicketState::kConnecting},
      router::TicketsClaimed{.tickets = {ticket, {5, 6}}},
      router::MediaReported{.applied = true},
      router::TicketRevised{.revision = 3},
      router::Recorded{.sequence = 17},
      router::ContactStarted{ticket, contact, router::TicketState::kConnecting},
  };
  for (const router::Reply& reply : replies) {
    const store::StoredAnswer answer = Keep(reply);
    const std::optional<router::Reply> recalled = Recall(answer);
    ASSERT_TRUE(recalled.has_value()) << reply.index();
    EXPECT_EQ(recalled->index(), reply.index());
    EXPECT_EQ(Keep(*recalled), answer);
  }
}

TEST(Answers, DoesNotKnowAnswersOfLaterVersions) {
  store::StoredAnswer answer;
  answer.kind = 99;
  EXPECT_FALSE(Recall(answer).has_value());
  answer.kind = 2;
  EXPECT_FALSE(Recall(answer).has_value()) << "a ContactIngested without its ticket";
  answer.kind = 11;
  EXPECT_FALSE(Recall(answer).has_value()) << "a ContactStarted without its ticket";
}

TEST(Answers, KeepsNoSnapshots) {
  EXPECT_FALSE(KeepsAnswer({"w", router::OpenSession{}}));
  EXPECT_FALSE(KeepsAnswer({"w", router::GetAgent{}}));
  EXPECT_FALSE(KeepsAnswer({"w", router::ExplainTicket{}}));
  EXPECT_FALSE(KeepsAnswer({"w", router::ClassifyContact{}}));
  EXPECT_FALSE(KeepsAnswer({"w", router::ExtendLeases{}}));
  EXPECT_TRUE(KeepsAnswer({"w", router::IngestContact{}}));
}

// ---------------------------------------------------------------------------------- recent answers

store::RequestRow RequestOf(uint64_t id) {
  store::RequestRow row;
  row.workspace = "w";
  row.request = {1, id};
  return row;
}

TEST(RecentAnswers, ForgetsOnlyWhatHasLongBeenDurable) {
  RecentAnswers recent;
  recent.Add(RequestOf(1), 1);
  recent.Add(RequestOf(2), 2);
  recent.MarkDurable(1, kStart);
  recent.Evict(kStart);
  EXPECT_THAT(recent.FindRequest("w", {1, 1}), NotNull());
  recent.Evict(kStart + seconds(1));
  EXPECT_THAT(recent.FindRequest("w", {1, 1}), IsNull());
  EXPECT_THAT(recent.FindRequest("w", {1, 2}), NotNull()) << "not durable yet";
}

TEST(RecentAnswers, DropsWhatWasUndone) {
  RecentAnswers recent;
  recent.Add(RequestOf(1), 1);
  store::KnownContact row;
  row.workspace = "w";
  row.external_id = "x";
  recent.Add(row, 2);
  recent.MarkDurable(1, kStart);
  recent.DropUndurable();
  EXPECT_THAT(recent.FindRequest("w", {1, 1}), NotNull());
  router::NewContact contact;
  contact.external_id = "x";
  EXPECT_THAT(recent.FindExternalId("w", contact), IsNull());
  recent.Add(row, 2);
  EXPECT_THAT(recent.FindExternalId("w", contact), NotNull());
  EXPECT_EQ(recent.size(), 2u);
}

TEST(RecentAnswers, KeepsWorkspacesApart) {
  RecentAnswers recent;
  recent.Add(RequestOf(1), 1);
  EXPECT_THAT(recent.FindRequest("other", {1, 1}), IsNull());
}

// ---------------------------------------------------------------------------------------- sessions

std::vector<std::string> Agents(const std::vector<router::Command>& losses) {
  std::vector<std::string> agents;
  for (const router::Command& command : losses) {
    agents.push_back(std::get<router::LoseSession>(command.action).session.agent);
  }
  return agents;
}

TEST(Sessions, LosesThoseThatFellSilent) {
  Sessions sessions(Seconds(30));
  sessions.Open("w", {"ann", 1}, false, kDatabase);
  sessions.Open("w", {"bob", 1}, false, kDatabase + Seconds(1));
  sessions.Open("w", {"cyd", 1}, true, kDatabase);
  EXPECT_EQ(sessions.NextCheck(), kDatabase + Seconds(30));
  sessions.Heartbeat("w", {"bob", 1}, kDatabase + Seconds(20));
  EXPECT_THAT(sessions.TakeSilent(kDatabase + Seconds(29)), IsEmpty());
  EXPECT_THAT(Agents(sessions.TakeSilent(kDatabase + Seconds(49))), ElementsAre("ann"));
  EXPECT_THAT(Agents(sessions.TakeSilent(kDatabase + Seconds(50))), ElementsAre("bob"));
  EXPECT_EQ(sessions.NextCheck(), router::kEndOfTime) << "the stream speaks for itself";
  EXPECT_TRUE(sessions.Has("w", {"cyd", 1}));
}

TEST(Sessions, HearsOnlyTheNewestOfAnAgent) {
  Sessions sessions(Seconds(30));
  sessions.Open("w", {"ann", 1}, false, kDatabase);
  sessions.Open("w", {"ann", 2}, false, kDatabase);
  sessions.Heartbeat("w", {"ann", 1}, kDatabase + Seconds(20));
  sessions.Close("w", {"ann", 1});
  const std::vector<router::Command> losses = sessions.TakeSilent(kDatabase + Seconds(30));
  ASSERT_THAT(losses, SizeIs(1));
  EXPECT_EQ(std::get<router::LoseSession>(losses[0].action).session.generation, 2);
}

TEST(Sessions, ForgivesSilenceWhileWeStoodStill) {
  Sessions sessions(Seconds(30));
  sessions.Open("w", {"ann", 1}, false, kDatabase);
  sessions.Forgive(kDatabase + Seconds(100));
  EXPECT_THAT(sessions.TakeSilent(kDatabase + Seconds(129)), IsEmpty());
  EXPECT_THAT(sessions.TakeSilent(kDatabase + Seconds(130)), SizeIs(1));
}

// ---------------------------------------------------------------------------------------- refusals

TEST(Refusals, SayWhatWasExpected) {
  for (int number = static_cast<int>(router::Reason::kRequestIdReused);
       number <= static_cast<int>(router::Reason::kDataRefused); ++number) {
    const auto reason = static_cast<router::Reason>(number);
    const router::Rejection refusal =
        reason == router::Reason::kInternal ? InternalFault("test") : Refusal(reason);
    EXPECT_EQ(refusal.reason, reason);
    EXPECT_THAT(refusal.message, testing::MatchesRegex("expected .*, but .*")) << number;
    EXPECT_THAT(refusal.message, testing::Not(testing::HasSubstr("the engine did"))) << number;
  }
}

}  // namespace
}  // namespace tandem::engine
