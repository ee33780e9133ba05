// Goal: what a receiver verifies with the specification's libraries is what we sign.
#include "server/webhook/signature.h"

#include <gtest/gtest.h>

#include <string>

namespace tandem::webhook {
namespace {

// The example that the specification's reference libraries test themselves with.
TEST(Sign, SignsAsTheSpecificationDoes) {
  const auto secret = ReadSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  ASSERT_TRUE(secret.has_value());
  EXPECT_EQ(Sign(*secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1'614'265'330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(ReadSecret, TakesTwentyFourToSixtyFourBytes) {
  const std::string made = MakeSecret();
  EXPECT_EQ(ReadSecret("whsec_" + made), made);
  EXPECT_NE(MakeSecret(), made);
  EXPECT_TRUE(ReadSecret("whsec_" + std::string(32, 'A')).has_value()) << "24 bytes";
  EXPECT_TRUE(ReadSecret("whsec_" + std::string(84, 'A') + "AA==").has_value()) << "64 bytes";
  for (const std::string& bad : {std::string(), std::string("whsec_"), std::string(32, 'A'),
                                 "whsec_" + std::string(28, 'A'), "whsec_" + std::string(88, 'A'),
                                 std::string("whsec_%%%%"), "WHSEC_" + std::string(32, 'A')}) {
    EXPECT_FALSE(ReadSecret(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace tandem::webhook
