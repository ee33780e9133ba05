// Goal: timers run in order on either clock, and the server's clock stands still while the server
// is away.
#include "server/ctl/player_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

#include "server/ctl/client.h"

namespace tandem::ctl {
namespace {

using testing::ElementsAre;

constexpr absl::Time kStart = absl::UnixEpoch();

TEST(ServerClock, RunsAtItsSpeedAndStandsStillWhenFrozen) {
  ServerClock clock;
  EXPECT_TRUE(clock.frozen());
  clock.Set(kStart + absl::Hours(1), 60, kStart);
  EXPECT_EQ(clock.At(kStart + absl::Seconds(2)), kStart + absl::Hours(1) + absl::Minutes(2));
  EXPECT_EQ(clock.Until(kStart + absl::Hours(2), kStart), absl::Minutes(1));
  clock.Freeze(kStart + absl::Seconds(2));
  EXPECT_EQ(clock.At(kStart + absl::Hours(9)), kStart + absl::Hours(1) + absl::Minutes(2));
  EXPECT_EQ(clock.Until(kStart + absl::Hours(2), kStart), absl::InfiniteDuration());
  clock.Set(kStart + absl::Hours(1), 1, kStart + absl::Hours(9));
  EXPECT_EQ(clock.At(kStart + absl::Hours(9)), kStart + absl::Hours(1));
}

TEST(PlayerLoop, RunsTimersInOrderOfTimeThenOfSetting) {
  PlayerLoop loop;
  loop.clock().Set(kStart, 1'000'000, PlayerLoop::RealNow());
  std::vector<int> ran;
  loop.At(kStart + absl::Hours(2), [&] { ran.push_back(3); });
  loop.At(kStart + absl::Hours(1), [&] { ran.push_back(1); });
  loop.At(kStart + absl::Hours(1), [&] { ran.push_back(2); });
  loop.At(kStart + absl::Hours(3), [&] { loop.Stop(); });
  loop.At(kStart + absl::Hours(4), [&] { ran.push_back(4); });
  loop.Run();
  EXPECT_THAT(ran, ElementsAre(1, 2, 3));
}

TEST(PlayerLoop, HoldsServerTimersWhileTheServerIsAway) {
  PlayerLoop loop;
  loop.clock().Set(kStart, 1'000'000, PlayerLoop::RealNow());
  loop.clock().Freeze(PlayerLoop::RealNow());
  std::vector<int> ran;
  loop.At(kStart, [&] { ran.push_back(2); });
  loop.AfterReal(absl::Milliseconds(5), [&] {
    ran.push_back(1);
    loop.clock().Set(kStart, 1, PlayerLoop::RealNow());
  });
  loop.AfterReal(absl::Milliseconds(30), [&] { loop.Stop(); });
  loop.Run();
  EXPECT_THAT(ran, ElementsAre(1, 2));
}

TEST(PlayerLoop, WakesForWhatOtherThreadsPost) {
  PlayerLoop loop;
  std::jthread other([&loop] { loop.Post([&loop] { loop.Stop(); }); });
  loop.Run();
}

TEST(IsUndecided, RepeatsOnlyWhatTheServerDidNotDecide) {
  EXPECT_TRUE(IsUndecided(grpc::StatusCode::UNAVAILABLE, "STORE_UNAVAILABLE"));
  EXPECT_TRUE(IsUndecided(grpc::StatusCode::UNAVAILABLE, ""));
  EXPECT_TRUE(IsUndecided(grpc::StatusCode::RESOURCE_EXHAUSTED, "OVERLOADED"));
  EXPECT_FALSE(IsUndecided(grpc::StatusCode::RESOURCE_EXHAUSTED, "QUEUE_FULL"));
  EXPECT_FALSE(IsUndecided(grpc::StatusCode::INTERNAL, "INTERNAL"));
  EXPECT_FALSE(IsUndecided(grpc::StatusCode::FAILED_PRECONDITION, "OFFER_GONE"));
  EXPECT_FALSE(IsUndecided(grpc::StatusCode::OK, ""));
}

TEST(Describe, ShowsCodeReasonMessageFieldsAndMetadata) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  info.set_reason("RESUME_TOKEN_EXPIRED");
  (*info.mutable_metadata())["oldest"] = "token-7";
  details.add_details()->PackFrom(info);
  google::rpc::BadRequest bad;
  bad.add_field_violations()->set_field("resume_token");
  bad.mutable_field_violations(0)->set_description("too old");
  details.add_details()->PackFrom(bad);
  const grpc::Status status(grpc::StatusCode::OUT_OF_RANGE, "expected a newer token",
                            details.SerializeAsString());
  EXPECT_EQ(Describe(status),
            "OUT_OF_RANGE RESUME_TOKEN_EXPIRED: expected a newer token\n"
            "  resume_token: too old\n"
            "  oldest: token-7");
  EXPECT_EQ(Describe({grpc::StatusCode::UNAVAILABLE, "away"}), "UNAVAILABLE: away");
}

TEST(NewUuid, IsARandomUuidOfVersionFour) {
  const std::string uuid = NewUuid();
  EXPECT_THAT(uuid, testing::MatchesRegex(
                        "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_NE(uuid, NewUuid());
}

}  // namespace
}  // namespace tandem::ctl
