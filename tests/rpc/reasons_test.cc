// Goal: no reason of the contract goes untested. Every client of this program remembers the reasons
// that it saw; when all tests have run, each value of tandem.v1.ErrorReason must have been seen, or
// be on the list below.
#include <algorithm>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <regex>
#include <set>
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "router/command.h"
#include "router/model.h"
#include "router/rejection.h"
#include "router/rows.h"
#include "server/rpc/status.h"
#include "tandem/v1/agent_service.pb.h"
#include "tandem/v1/error.pb.h"
#include "tandem/v1/event.pb.h"
#include "tandem/v1/ticket_service.pb.h"
#include "tandem/v1/types.pb.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

struct Excuse {
  const char* reason;
  const char* why;
};
constexpr Excuse kNotProvokedHere[] = {
    {"TICKET_REOPENED_MEANWHILE",
     "others would have to reopen and close a ticket between two steps of a call; the router's "
     "tests see it"},
};

class Seen : public testing::Environment {
 public:
  static Seen& Get() {
    static Seen* const seen =
        static_cast<Seen*>(testing::AddGlobalTestEnvironment(new Seen));  // owned by gtest
    return *seen;
  }
  void Add(const std::string& reason) {
    const std::lock_guard lock(mutex_);
    reasons_.insert(reason);
  }
  // When a part of the tests runs, a part of the reasons is seen.
  void TearDown() override {
    const auto* unit = testing::UnitTest::GetInstance();
    if (unit->test_to_run_count() != unit->total_test_count() || unit->Failed()) return;
    const auto* type = v1::ErrorReason_descriptor();
    for (int i = 1; i < type->value_count(); ++i) {
      const std::string name = type->value(i)->name().substr(std::strlen("ERROR_REASON_"));
      const bool excused = std::any_of(std::begin(kNotProvokedHere), std::end(kNotProvokedHere),
                                       [&](const Excuse& excuse) { return excuse.reason == name; });
      const std::lock_guard lock(mutex_);
      EXPECT_NE(reasons_.contains(name), excused)
          << name << (excused ? ": seen, so it needs no excuse" : ": no test provokes it");
    }
  }

 private:
  std::mutex mutex_;
  std::set<std::string> reasons_;
};

// Registers before main.
[[maybe_unused]] Seen& registered = Seen::Get();

// Names of a proto enum, without its prefix, must be those that the router prints for the same
// numbers.
template <typename Enum>
void ExpectSameNames(const google::protobuf::EnumDescriptor& type, std::string_view prefix) {
  for (int i = 0; i < type.value_count(); ++i) {
    const auto* value = type.value(i);
    if (value->number() == 0) continue;
    ASSERT_TRUE(value->name().starts_with(prefix));
    EXPECT_EQ(router::ToString(static_cast<Enum>(value->number())),
              value->name().substr(prefix.size()));
  }
}

TEST(Numbers, AreThoseOfTheRouter) {
  ExpectSameNames<router::Reason>(*v1::ErrorReason_descriptor(), "ERROR_REASON_");
  ExpectSameNames<router::EventType>(*v1::EventType_descriptor(), "EVENT_TYPE_");
  ExpectSameNames<router::TicketState>(*v1::TicketState_descriptor(), "TICKET_STATE_");
  ExpectSameNames<router::AgentStatus>(*v1::AgentStatus_descriptor(), "AGENT_STATUS_");
  ExpectSameNames<router::AssignmentRole>(*v1::AssignmentRole_descriptor(), "ASSIGNMENT_ROLE_");
  ExpectSameNames<router::QueueOrder>(*v1::QueueOrder_descriptor(), "QUEUE_ORDER_");
  ExpectSameNames<router::LateOrder>(*v1::LateOrder_descriptor(), "LATE_ORDER_");
  // These have no names in the router.
  EXPECT_EQ(static_cast<int>(router::Cefr::kB1), v1::CEFR_LEVEL_B1);
  EXPECT_EQ(static_cast<int>(router::Obstacle::kNotResponding), v1::OBSTACLE_KIND_NOT_RESPONDING);
  EXPECT_EQ(static_cast<int>(router::Obstacle::kPullOnly), v1::OBSTACLE_KIND_PULL_ONLY);
  EXPECT_EQ(v1::ObstacleKind_MAX, static_cast<int>(router::Obstacle::kInReview));
}

// The first word of each reason's comment in error.proto names its code.
TEST(Status, HasTheCodeThatTheContractNames) {
  const std::map<std::string, grpc::StatusCode> codes = {
      {"INVALID_ARGUMENT", grpc::StatusCode::INVALID_ARGUMENT},
      {"NOT_FOUND", grpc::StatusCode::NOT_FOUND},
      {"ALREADY_EXISTS", grpc::StatusCode::ALREADY_EXISTS},
      {"PERMISSION_DENIED", grpc::StatusCode::PERMISSION_DENIED},
      {"RESOURCE_EXHAUSTED", grpc::StatusCode::RESOURCE_EXHAUSTED},
      {"FAILED_PRECONDITION", grpc::StatusCode::FAILED_PRECONDITION},
      {"ABORTED", grpc::StatusCode::ABORTED},
      {"DEADLINE_EXCEEDED", grpc::StatusCode::DEADLINE_EXCEEDED},
      {"OUT_OF_RANGE", grpc::StatusCode::OUT_OF_RANGE},
      {"UNAVAILABLE", grpc::StatusCode::UNAVAILABLE},
      {"INTERNAL", grpc::StatusCode::INTERNAL},
  };
  std::ifstream proto("proto/tandem/v1/error.proto");
  const std::regex comment("  // ([A-Z_]+): .*");
  const std::regex value("  ERROR_REASON_[A-Z0-9_]+ = ([0-9]+);");
  std::smatch match;
  std::string code;
  int reasons = 0;
  for (std::string line; std::getline(proto, line);) {
    if (std::regex_match(line, match, comment)) {
      code = match[1];
    } else if (std::regex_match(line, match, value) && match[1] != "0") {
      ++reasons;
      ASSERT_TRUE(codes.contains(code)) << line;
      EXPECT_EQ(CodeOf(static_cast<router::Reason>(std::stoi(match[1]))), codes.at(code)) << line;
    }
  }
  EXPECT_EQ(reasons + 1, v1::ErrorReason_descriptor()->value_count());
}

TEST(Status, FitsIntoTrailersWhateverIsWrong) {
  router::Rejection rejection{.reason = router::Reason::kFieldMalformed,
                              .message = std::string(5'000, 'x'),
                              .violations = {},
                              .metadata = {}};
  for (int i = 0; i < 1'000; ++i) {
    rejection.violations.push_back({.field = "configuration.queues[" + std::to_string(i) + "].id",
                                    .description = "expected an id, but it is empty"});
  }
  const grpc::Status status = ToStatus(rejection);
  EXPECT_LT(status.error_details().size() * 4 / 3 + status.error_message().size(), 7'000U);
  EXPECT_GT(Decode(status).fields.size(), 20U);
}

}  // namespace

void RememberReason(const std::string& reason) {
  Seen::Get().Add(reason);
}

}  // namespace tandem::rpc
