// Goal: the small pure parts hold at their edges: page tokens, payloads, times, request
// fingerprints.
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "server/query/page_token.h"
#include "server/rpc/convert_types.h"
#include "server/rpc/faults.h"
#include "server/rpc/payload.h"
#include "server/rpc/request_tag.h"
#include "server/rpc/verbs.h"

namespace tandem::rpc {
namespace {

TEST(PageToken, IsReadByItsOwnListAlone) {
  const query::PagePosition position{.high = 0x0123456789abcdef, .low = 42};
  const std::string token = query::MakePageToken(position, 7);
  EXPECT_EQ(query::ReadPageToken(token, 7), position);
  EXPECT_EQ(query::ReadPageToken(token, 8), std::nullopt);
  EXPECT_EQ(query::ReadPageToken(token + "A", 7), std::nullopt);
  EXPECT_EQ(query::ReadPageToken("", 7), std::nullopt);
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    // The last character holds padding bits, so another one may mean the same bytes.
    if (i + 1 == token.size()) continue;
    EXPECT_EQ(query::ReadPageToken(changed, 7), std::nullopt) << i;
  }
}

TEST(PageToken, FingerprintTellsFieldsApart) {
  query::FilterFingerprint one("list");
  one.Add("ab");
  one.Add("");
  query::FilterFingerprint other("list");
  other.Add("a");
  other.Add("b");
  EXPECT_NE(one.value(), other.value());
}

TEST(Payload, GoodDocumentsPass) {
  for (const char* payload : {"", "null", "17", "\"text\"", "[]", "{\"a\":[1,2.5,true,\"\\n\"]}"}) {
    Faults faults;
    CheckPayload(payload, "payload_json", faults);
    EXPECT_TRUE(faults.empty()) << payload;
  }
  Faults faults;
  CheckPayload(std::string(kMaxPayloadDepth, '[') + std::string(kMaxPayloadDepth, ']'),
               "payload_json", faults);
  EXPECT_TRUE(faults.empty());
}

TEST(Times, GoBothWaysToTheMicrosecond) {
  for (const int64_t us : {int64_t{1}, int64_t{999'999}, int64_t{1'700'000'000'123'456},
                           int64_t{253'402'300'799'999'999}}) {
    Faults faults;
    EXPECT_EQ(ToTime(ToTimestamp({us}), "at", faults).us, us);
    EXPECT_TRUE(faults.empty());
  }
  for (const int64_t us : {int64_t{-1'500'000}, int64_t{-1}, int64_t{0}, int64_t{1'500'000}}) {
    Faults faults;
    EXPECT_EQ(ToDuration(ToProtoDuration({us}), "span", faults).us, us);
    EXPECT_TRUE(faults.empty());
  }
  google::protobuf::Timestamp wrong;
  wrong.set_seconds(1);
  wrong.set_nanos(1'000'000'000);
  Faults faults;
  EXPECT_FALSE(ToTime(wrong, "at", faults).IsSet());
  EXPECT_FALSE(faults.empty());
}

store::RequestHash HashOf(v1::CancelTicketRequest request) {
  request.set_request_id("6f1c0e6e-0f7b-4c1e-9d5e-3a1f0c2b4d5e");
  Faults faults;
  const auto tag = TakeRequestTag(request, faults);
  EXPECT_TRUE(tag.has_value());
  EXPECT_TRUE(request.request_id().empty());
  return tag->hash;
}

TEST(Plans, GoBothWays) {
  v1::Plan plan;
  v1::PlanStep* at_once = plan.add_steps();
  at_once->mutable_after();
  at_once->mutable_offer_timeout()->set_seconds(10);
  at_once->set_concurrent_offers(3);
  v1::PlanStep* widen = plan.add_steps();
  widen->mutable_after()->set_seconds(20);
  widen->mutable_requirement()->add_agents("ana");
  widen->set_min_priority(5);
  v1::PlanStep* relax = plan.add_steps();
  relax->mutable_after()->set_seconds(25);
  relax->mutable_relax()->add_skills("cards");
  relax->mutable_relax()->set_lower_skill_levels_by(2);
  relax->mutable_relax()->set_languages(true);
  relax->mutable_relax()->add_attributes("region");
  relax->mutable_relax()->set_sites(true);
  relax->mutable_relax()->set_teams(true);
  relax->mutable_relax()->set_agents(true);
  v1::PlanStep* any_skill = plan.add_steps();
  any_skill->mutable_after()->set_seconds(26);
  any_skill->mutable_relax()->set_all_skills(true);
  v1::PlanStep* overflow = plan.add_steps();
  overflow->mutable_after()->set_nanos(500'000'000);
  overflow->set_queue("spare");
  overflow->mutable_condition()->set_waiting_more_than(7);
  overflow->mutable_condition()->mutable_oldest_waits_longer_than()->set_seconds(90);
  overflow->mutable_condition()->mutable_estimated_wait_longer_than()->set_seconds(120);
  overflow->mutable_condition()->set_service_level_below_percent(80);
  overflow->mutable_condition()->set_available_agents_fewer_than(2);
  v1::PlanStep* expire = plan.add_steps();
  expire->mutable_after()->set_seconds(30);
  expire->mutable_expire();
  Faults faults;
  const router::Plan steps = ToPlan(plan, "plan", faults);
  EXPECT_TRUE(faults.empty());
  v1::Plan back;
  Fill(steps, back);
  EXPECT_EQ(back.DebugString(), plan.DebugString());
}

TEST(Bounds, AreKeptAsTheyAreSaid) {
  for (const double bound :
       {0.0, 42.0, -7.0, 4.5, 0.57, 1234.565, -0.001, 1e12, -1e12, 999'999'999'999.999}) {
    Faults faults;
    EXPECT_EQ(ToDouble(ToDecimal(bound, "min", faults)), bound);
    EXPECT_TRUE(faults.empty()) << bound;
  }
  Faults faults;
  EXPECT_EQ(ToDecimal(0.57, "min", faults).milli, 570);
  using Limits = std::numeric_limits<double>;
  const std::vector<std::pair<double, const char*>> refused = {
      {1e12 + 1, "FIELD_OUT_OF_RANGE"},
      {-1e300, "FIELD_OUT_OF_RANGE"},
      {Limits::infinity(), "FIELD_OUT_OF_RANGE"},
      {Limits::quiet_NaN(), "FIELD_OUT_OF_RANGE"},
      {0.0001, "FIELD_MALFORMED"},
      {1.0 / 3, "FIELD_MALFORMED"},
      {Limits::denorm_min(), "FIELD_MALFORMED"}};
  for (const auto& [bound, reason] : refused) {
    Faults at_fault;
    ToDecimal(bound, "min", at_fault);
    const auto rejection = at_fault.Take();
    ASSERT_TRUE(rejection) << bound;
    EXPECT_STREQ(router::ToString(rejection->reason), reason) << bound;
  }
}

TEST(RequestTag, DependsOnTheBodyAndNotOnTheId) {
  v1::CancelTicketRequest request;
  request.set_workspace("lisbon");
  request.set_ticket_id("01890000-0000-7000-8000-000000000001");
  const store::RequestHash hash = HashOf(request);
  EXPECT_EQ(HashOf(request), hash);
  request.set_reason("changed");
  EXPECT_NE(HashOf(request), hash);
  // The same fields of another method.
  v1::AbandonTicketRequest abandon;
  abandon.set_workspace("lisbon");
  abandon.set_request_id("6f1c0e6e-0f7b-4c1e-9d5e-3a1f0c2b4d5e");
  abandon.set_ticket_id("01890000-0000-7000-8000-000000000001");
  Faults faults;
  EXPECT_NE(TakeRequestTag(abandon, faults)->hash, hash);
}

TEST(RequestTag, IsTheSameForAVerbRepeatedInANewerSession) {
  const auto hash = [](const char* agent, int64_t generation) {
    v1::CompleteTicketRequest request;
    request.set_request_id("6f1c0e6e-0f7b-4c1e-9d5e-3a1f0c2b4d5e");
    request.mutable_session()->set_agent(agent);
    request.mutable_session()->set_generation(generation);
    Faults faults;
    const auto tag = TakeRequestTag(request, faults);
    EXPECT_EQ(request.session().generation(), generation);
    return tag->hash;
  };
  EXPECT_EQ(hash("ana", 1), hash("ana", 2));
  EXPECT_NE(hash("ana", 1), hash("ben", 1));
}

TEST(RequestTag, IsTheSameInWhateverOrderAMapIsFilled) {
  const auto hash = [](int from, int to, int step) {
    v1::IngestContactRequest request;
    request.set_request_id("6f1c0e6e-0f7b-4c1e-9d5e-3a1f0c2b4d5e");
    auto& attributes = *request.mutable_contact()->mutable_attributes();
    for (int i = from; i != to; i += step) attributes[std::to_string(i)] = "x";
    Faults faults;
    return TakeRequestTag(request, faults)->hash;
  };
  EXPECT_EQ(hash(0, 50, 1), hash(49, -1, -1));
}

TEST(Faults, KeepTheFirstReasonAndABoundedNumber) {
  Faults faults;
  for (int i = 0; i < 1'000; ++i) {
    faults.Add(i == 0 ? router::Reason::kFieldRequired : router::Reason::kFieldMalformed, "field",
               "expected something");
  }
  const auto rejection = faults.Take();
  ASSERT_TRUE(rejection.has_value());
  EXPECT_EQ(rejection->reason, router::Reason::kFieldRequired);
  EXPECT_EQ(rejection->violations.size(), Faults::kMaxViolations);
  EXPECT_TRUE(faults.empty());
}

}  // namespace
}  // namespace tandem::rpc
