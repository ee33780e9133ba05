// Goal: reports say what happened, by policies that may come later, and refuse what they can't say.
// Method: the whole server over the store in memory; what happened is made by its own verbs. The
// sums themselves are tested over both stores in tests/store/facts_conformance_test.cc.
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "google/protobuf/util/time_util.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "router/limits.h"
#include "server/query/intervals.h"
#include "server/query/measures.h"
#include "server/query/reports.h"
#include "server/store/memory_store.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

using google::protobuf::util::TimeUtil;

v1::QueryMetricsRequest LastHour(const std::vector<std::string>& measures = {}) {
  v1::QueryMetricsRequest request;
  request.set_workspace(kWorkspace);
  *request.mutable_since() = TimeUtil::SecondsToTimestamp(
      TimeUtil::TimestampToSeconds(TimeUtil::GetCurrentTime()) - 3'600);
  for (const std::string& measure : measures) request.add_measures(measure);
  return request;
}

v1::QueryMetricsResponse Query(Fixture& f, const v1::QueryMetricsRequest& request) {
  v1::QueryMetricsResponse response;
  EXPECT_EQ(ReasonOf(f.reports->QueryMetrics(ClientContext(), request, &response)), "OK");
  return response;
}

// The values of a row, by the measures' ids.
std::map<std::string, v1::MetricValue> ValuesOf(const v1::QueryMetricsResponse& report, int row) {
  std::map<std::string, v1::MetricValue> values;
  EXPECT_LT(row, report.rows_size());
  if (row >= report.rows_size()) return values;
  EXPECT_EQ(report.rows(row).values_size(), report.measures_size());
  for (int i = 0; i < report.measures_size(); ++i) {
    values[report.measures(i)] = report.rows(row).values(i);
  }
  return values;
}

v1::ServiceLevelPolicy HourPolicy(v1::AbandonTreatment abandons, int64_t short_limit_s = 0) {
  v1::ServiceLevelPolicy policy;
  policy.mutable_threshold()->set_seconds(3'600);
  policy.set_abandons(abandons);
  policy.mutable_short_abandon_limit()->set_seconds(short_limit_s);
  return policy;
}

// One chat answered and completed by ann, one abandoned, one that waits; one job of globex that
// waits.
void PlayALittle(Fixture& f) {
  f.Ingest(JobContact());
  const std::string gone = f.Ingest(ChatContact());
  ASSERT_EQ(ReasonOf(f.Abandon(gone)), "OK");
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Take(ann, ChatContact());
  ASSERT_EQ(ReasonOf(f.SetStatus(ann, v1::AGENT_STATUS_NOT_READY, "lunch")), "OK");
  ASSERT_EQ(ReasonOf(f.Complete(ann, ticket, "solved")), "OK");
  ASSERT_EQ(ReasonOf(f.Close(ann)), "OK");
  f.Ingest(ChatContact());
}

TEST(QueryMetrics, CountsWhatHappened) {
  Fixture f;
  PlayALittle(f);
  const v1::QueryMetricsResponse report = Query(f, LastHour());
  ASSERT_EQ(report.rows_size(), 1);
  EXPECT_EQ(static_cast<size_t>(report.measures_size()), query::Measures().size());
  EXPECT_EQ(report.time_zone(), "Europe/Lisbon");
  EXPECT_FALSE(report.has_policy());
  EXPECT_TRUE(report.next_page_token().empty());
  auto values = ValuesOf(report, 0);
  EXPECT_EQ(values["received"].value(), 4);
  EXPECT_EQ(values["offered"].value(), 2);
  EXPECT_EQ(values["answered"].numerator(), 1);
  EXPECT_FALSE(values["answered"].has_denominator());
  EXPECT_EQ(values["abandoned"].value(), 1);
  EXPECT_EQ(values["abandonment_rate"].value(), 0.5);
  EXPECT_EQ(values["service_level"].numerator(), 1);
  EXPECT_EQ(values["service_level"].denominator(), 2);
  EXPECT_EQ(values["handled"].value(), 1);
  EXPECT_EQ(values["completed"].value(), 1);
  EXPECT_EQ(values["backlog"].value(), 2);
  EXPECT_EQ(values["average_speed_of_answer"].denominator(), 1);
  EXPECT_DOUBLE_EQ(values["average_speed_of_answer"].value(),
                   static_cast<double>(values["average_speed_of_answer"].numerator()) / 1e6);
  EXPECT_GT(values["signed_in_time"].numerator(), 0);
  EXPECT_GE(values["signed_in_time"].numerator(), values["busy_time"].numerator());
  EXPECT_TRUE(values["on_time_rate"].has_denominator());
  EXPECT_FALSE(values["on_time_rate"].has_value()) << "nothing over nothing can't be computed";
}

TEST(QueryMetrics, AppliesThePolicyWhenAsked) {
  Fixture f;
  PlayALittle(f);
  const auto level = [&](const v1::ServiceLevelPolicy& policy) {
    v1::QueryMetricsRequest request = LastHour({"service_level", "abandonment_rate"});
    *request.mutable_policy() = policy;
    const v1::QueryMetricsResponse report = Query(f, request);
    EXPECT_EQ(report.policy().threshold().seconds(), 3'600);
    EXPECT_EQ(report.policy().revision(), 0);
    const v1::MetricValue value = ValuesOf(report, 0)["service_level"];
    return std::pair(value.numerator(), value.denominator());
  };
  using Pair = std::pair<int64_t, int64_t>;
  EXPECT_EQ(level(HourPolicy(v1::ABANDON_TREATMENT_IGNORED)), Pair(1, 1));
  EXPECT_EQ(level(HourPolicy(v1::ABANDON_TREATMENT_NEGATIVE)), Pair(1, 2));
  EXPECT_EQ(level(HourPolicy(v1::ABANDON_TREATMENT_UNSPECIFIED)), Pair(1, 2));
  EXPECT_EQ(level(HourPolicy(v1::ABANDON_TREATMENT_POSITIVE)), Pair(2, 2));
  EXPECT_EQ(level(HourPolicy(v1::ABANDON_TREATMENT_NEGATIVE, 3'600)), Pair(1, 1))
      << "who hung up at once was no customer";
  v1::QueryMetricsRequest request = LastHour({"abandonment_rate", "short_abandoned"});
  *request.mutable_policy() = HourPolicy(v1::ABANDON_TREATMENT_NEGATIVE, 3'600);
  auto values = ValuesOf(Query(f, request), 0);
  EXPECT_EQ(values["short_abandoned"].value(), 1);
  EXPECT_EQ(values["abandonment_rate"].numerator(), 0);
  EXPECT_EQ(values["abandonment_rate"].denominator(), 1);
}

TEST(QueryMetrics, GroupsFiltersAndLeavesUnsetWhatAGroupCannotHave) {
  Fixture f;
  PlayALittle(f);
  v1::QueryMetricsRequest request = LastHour({"offered", "backlog", "received", "signed_in_time"});
  request.add_group_by(v1::REPORT_DIMENSION_QUEUE);
  const v1::QueryMetricsResponse report = Query(f, request);
  ASSERT_EQ(report.rows_size(), 2);
  EXPECT_EQ(report.rows(0).queue(), "chats");
  EXPECT_EQ(report.rows(0).client(), "");
  auto chats = ValuesOf(report, 0);
  EXPECT_EQ(chats["offered"].value(), 2);
  EXPECT_EQ(chats["backlog"].value(), 1);
  EXPECT_FALSE(chats["received"].has_value()) << "a ticket comes before it has a queue";
  EXPECT_FALSE(chats["received"].has_numerator());
  EXPECT_FALSE(chats["signed_in_time"].has_value());
  EXPECT_EQ(report.rows(1).queue(), "jobs");
  EXPECT_EQ(ValuesOf(report, 1)["offered"].value(), 0) << "none is a result";

  request.clear_group_by();
  request.add_group_by(v1::REPORT_DIMENSION_AGENT);
  request.mutable_filter()->add_agents("ann");
  const v1::QueryMetricsResponse ann = Query(f, request);
  ASSERT_EQ(ann.rows_size(), 1);
  EXPECT_EQ(ann.rows(0).agent(), "ann");
  EXPECT_EQ(ValuesOf(ann, 0)["offered"].value(), 1);
  EXPECT_TRUE(ValuesOf(ann, 0)["signed_in_time"].has_value());
  EXPECT_FALSE(ValuesOf(ann, 0)["backlog"].has_value());
}

TEST(QueryMetrics, GoesPageByPageThroughTheSameInstants) {
  Fixture f;
  PlayALittle(f);
  v1::QueryMetricsRequest request = LastHour({"offered"});
  request.set_interval(v1::REPORT_INTERVAL_QUARTER_HOUR);
  request.set_page_size(2);
  double offered = 0;
  int rows = 0;
  google::protobuf::Timestamp end = request.since();
  v1::QueryMetricsResponse page;
  google::protobuf::Timestamp until;
  do {
    page = Query(f, request);
    if (rows == 0) until = page.until();
    EXPECT_EQ(TimeUtil::TimestampToMicroseconds(page.until()),
              TimeUtil::TimestampToMicroseconds(until));
    for (const v1::MetricsRow& row : page.rows()) {
      EXPECT_EQ(TimeUtil::TimestampToMicroseconds(row.interval_start()),
                TimeUtil::TimestampToMicroseconds(end))
          << "without groups every interval is there";
      end = row.interval_end();
      offered += row.values(0).value();
      ++rows;
    }
    EXPECT_LE(page.rows_size(), 2);
    f.Ingest(ChatContact());  // what comes meanwhile is not of this report
    request.set_page_token(page.next_page_token());
  } while (!page.next_page_token().empty());
  EXPECT_EQ(TimeUtil::TimestampToMicroseconds(end), TimeUtil::TimestampToMicroseconds(until));
  EXPECT_EQ(offered, 2);
  EXPECT_GE(rows, 4);

  request.clear_page_token();
  request.set_page_token(Query(f, request).next_page_token());
  request.add_measures("answered");
  EXPECT_EQ(ReasonOf(f.reports->QueryMetrics(ClientContext(), request, &page)),
            "PAGE_TOKEN_INVALID");
}

TEST(QueryMetrics, PagesGoOnBehindTheLastRowWhateverComesBeforeIt) {
  Fixture f;
  f.Ingest(JobContact());
  f.Ingest(CallContact());
  v1::QueryMetricsRequest request = LastHour({"received"});
  *request.mutable_until() = TimeUtil::GetCurrentTime() + TimeUtil::SecondsToDuration(60);
  request.add_group_by(v1::REPORT_DIMENSION_CHANNEL);
  request.set_page_size(1);
  const v1::QueryMetricsResponse first = Query(f, request);
  ASSERT_EQ(first.rows_size(), 1);
  EXPECT_EQ(first.rows(0).channel(), "task");
  f.Ingest(ChatContact());  // "chat" comes before "task"
  request.set_page_token(first.next_page_token());
  const v1::QueryMetricsResponse second = Query(f, request);
  ASSERT_EQ(second.rows_size(), 1);
  EXPECT_EQ(second.rows(0).channel(), "voice");
  EXPECT_TRUE(second.next_page_token().empty());
}

TEST(QueryMetrics, RefusesToGoOnUnderAnotherPolicy) {
  Fixture f;
  PlayALittle(f);
  const auto put = [&](v1::AbandonTreatment abandons) {
    v1::PutServiceLevelPolicyRequest request;
    request.set_workspace(kWorkspace);
    *request.mutable_policy() = HourPolicy(abandons);
    request.mutable_policy()->set_id("gold");
    v1::PutServiceLevelPolicyResponse response;
    EXPECT_EQ(ReasonOf(f.reports->PutServiceLevelPolicy(ClientContext(), request, &response)),
              "OK");
  };
  put(v1::ABANDON_TREATMENT_POSITIVE);
  v1::QueryMetricsRequest request = LastHour({"service_level"});
  request.set_policy_id("gold");
  request.set_interval(v1::REPORT_INTERVAL_QUARTER_HOUR);
  request.set_page_size(1);
  request.set_page_token(Query(f, request).next_page_token());
  Query(f, request);
  put(v1::ABANDON_TREATMENT_IGNORED);
  v1::QueryMetricsResponse response;
  const Error error = Decode(f.reports->QueryMetrics(ClientContext(), request, &response));
  EXPECT_EQ(error.reason, "PAGE_TOKEN_INVALID");
  EXPECT_NE(error.message.find("policies"), std::string::npos) << error.message;
  request.clear_page_token();
  Query(f, request);
}

TEST(QueryMetrics, RefusesWhatItCannotSay) {
  Fixture f;
  const auto refused = [&](auto change) {
    v1::QueryMetricsRequest request = LastHour();
    change(request);
    v1::QueryMetricsResponse response;
    const Error error = Decode(f.reports->QueryMetrics(ClientContext(), request, &response));
    return error.reason + (error.fields.empty() ? "" : " " + error.fields.front());
  };
  using R = v1::QueryMetricsRequest;
  EXPECT_EQ(refused([](R& r) { r.clear_workspace(); }), "FIELD_REQUIRED workspace");
  EXPECT_EQ(refused([](R& r) { r.set_workspace("nowhere"); }), "WORKSPACE_NOT_FOUND");
  EXPECT_EQ(refused([](R& r) { r.clear_since(); }), "FIELD_REQUIRED since");
  EXPECT_EQ(refused([](R& r) { r.mutable_since()->set_seconds(4'000'000'000); }),
            "FIELD_OUT_OF_RANGE since");
  EXPECT_EQ(refused([](R& r) { *r.mutable_until() = r.since(); }), "FIELD_OUT_OF_RANGE until");
  EXPECT_EQ(refused([](R& r) {
              *r.mutable_until() = r.since() + TimeUtil::SecondsToDuration(367 * 86'400);
            }),
            "FIELD_OUT_OF_RANGE until");
  EXPECT_EQ(refused([](R& r) {
              r.set_interval(v1::REPORT_INTERVAL_QUARTER_HOUR);
              *r.mutable_until() = r.since() + TimeUtil::SecondsToDuration(32 * 86'400);
            }),
            "FIELD_OUT_OF_RANGE interval");
  EXPECT_EQ(refused([](R& r) { r.set_interval(static_cast<v1::ReportInterval>(6)); }),
            "FIELD_OUT_OF_RANGE interval");
  EXPECT_EQ(refused([](R& r) { r.set_time_zone("Europe/Lissabon"); }),
            "TIME_ZONE_UNKNOWN time_zone");
  EXPECT_EQ(refused([](R& r) { r.set_time_zone("../../etc/passwd"); }),
            "TIME_ZONE_UNKNOWN time_zone");
  // One file, by as many names as you like: each would be kept.
  EXPECT_EQ(refused([](R& r) { r.set_time_zone("Europe//Lisbon"); }),
            "TIME_ZONE_UNKNOWN time_zone");
  EXPECT_EQ(refused([](R& r) { r.set_time_zone(std::string("a\0b", 3)); }),
            "TEXT_HAS_NUL time_zone");
  EXPECT_EQ(refused([](R& r) { r.add_group_by(v1::REPORT_DIMENSION_UNSPECIFIED); }),
            "FIELD_REQUIRED group_by[0]");
  EXPECT_EQ(refused([](R& r) {
              r.add_group_by(v1::REPORT_DIMENSION_QUEUE);
              r.add_group_by(v1::REPORT_DIMENSION_QUEUE);
            }),
            "FIELD_OUT_OF_RANGE group_by[1]");
  EXPECT_EQ(refused([](R& r) { r.mutable_filter()->add_clients("A B"); }),
            "FIELD_MALFORMED filter.clients[0]");
  EXPECT_EQ(refused([](R& r) {
              for (int i = 0; i <= 100; ++i) r.mutable_filter()->add_queues("chats");
            }),
            "FIELD_TOO_LARGE filter.queues");
  EXPECT_EQ(refused([](R& r) {
              for (int i = 0; i <= 200; ++i) r.add_measures("offered");
            }),
            "FIELD_TOO_LARGE measures");
  EXPECT_EQ(refused([](R& r) { r.set_policy_id("gold"); }), "POLICY_NOT_FOUND");
  EXPECT_EQ(refused([](R& r) { r.set_policy_id(""); }), "FIELD_REQUIRED policy_id");
  EXPECT_EQ(refused([](R& r) { r.mutable_policy(); }), "FIELD_REQUIRED policy.threshold");
  EXPECT_EQ(refused([](R& r) { r.mutable_policy()->mutable_threshold(); }),
            "FIELD_OUT_OF_RANGE policy.threshold");
  EXPECT_EQ(
      refused([](R& r) { *r.mutable_policy() = HourPolicy(v1::ABANDON_TREATMENT_IGNORED, -1); }),
      "FIELD_OUT_OF_RANGE policy.short_abandon_limit");
  EXPECT_EQ(
      refused([](R& r) { *r.mutable_policy() = HourPolicy(static_cast<v1::AbandonTreatment>(4)); }),
      "FIELD_OUT_OF_RANGE policy.abandons");
  EXPECT_EQ(refused([](R& r) {
              *r.mutable_policy() = HourPolicy(v1::ABANDON_TREATMENT_IGNORED);
              r.mutable_policy()->set_id("gold");
            }),
            "FIELD_MALFORMED policy.id");
  EXPECT_EQ(refused([](R& r) { r.set_page_size(-1); }), "FIELD_OUT_OF_RANGE page_size");
  EXPECT_EQ(refused([](R& r) { r.set_page_token("next"); }), "PAGE_TOKEN_INVALID page_token");

  v1::QueryMetricsRequest request = LastHour({"offered", "servce_level"});
  v1::QueryMetricsResponse response;
  const Error error = Decode(f.reports->QueryMetrics(ClientContext(), request, &response));
  EXPECT_EQ(error.reason, "MEASURE_UNKNOWN");
  EXPECT_EQ(error.fields, std::vector<std::string>{"measures[1]"});
  EXPECT_EQ(error.metadata.at("nearest"), "service_level");
  EXPECT_NE(error.message.find("did you mean \"service_level\"?"), std::string::npos);
}

// Of a database that has one from before zones were checked.
TEST(QueryMetrics, SaysWhichSettingToMendWhenTheWorkspaceHasNoZone) {
  store::MemoryStore store;
  const auto acquired = store.Acquire(0, "test");
  ASSERT_TRUE(acquired.ok()) << acquired.status();
  store::Batch batch;
  batch.epoch = acquired->epoch;
  batch.sequence = 1;
  router::WorkspaceRow& row = batch.changes.workspaces.emplace_back();
  row.workspace = kWorkspace;
  row.revision = 1;
  row.configuration.time_zone = "Mars/X";
  ASSERT_EQ(store.Commit(batch), store::CommitResult::kCommitted);
  query::ReportRequest request;
  request.workspace = kWorkspace;
  request.since = {1};
  const router::Time now{2};
  const auto refused = query::QueryMetrics(store, store, request, now);
  const auto* rejection = std::get_if<router::Rejection>(&refused);
  ASSERT_NE(rejection, nullptr);
  EXPECT_EQ(rejection->reason, router::Reason::kTimeZoneUnknown);
  EXPECT_THAT(rejection->message, ::testing::HasSubstr("\"Mars/X\""));
  EXPECT_THAT(rejection->message, ::testing::HasSubstr("UpdateWorkspaceSettings"));
  request.time_zone = "UTC";
  EXPECT_TRUE(
      std::holds_alternative<query::Report>(query::QueryMetrics(store, store, request, now)));
}

TEST(QueryMetrics, SumsUpWhatCustomersScored) {
  Fixture f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Take(ann, ChatContact());
  ASSERT_EQ(ReasonOf(f.Complete(ann, ticket, "solved")), "OK");
  const auto record = [&](const std::string& measure, int score, int lowest, int highest) {
    v1::RecordSurveyRequest survey;
    survey.set_workspace(kWorkspace);
    survey.set_ticket_id(ticket);
    v1::SurveyScore* said = survey.add_scores();
    said->set_measure(measure);
    said->set_score(score);
    said->set_lowest(lowest);
    said->set_highest(highest);
    v1::RecordSurveyResponse response;
    ASSERT_EQ(ReasonOf(f.tickets->RecordSurvey(ClientContext(), survey, &response)), "OK");
  };
  record("csat", 4, 1, 5);
  record("csat", 2, 1, 5);
  record("nps", 3, 0, 10);
  v1::QueryMetricsRequest request =
      LastHour({"csat", "csat_mean", "survey_responses", "nps", "offered"});
  request.add_group_by(v1::REPORT_DIMENSION_SURVEY);
  request.add_group_by(v1::REPORT_DIMENSION_AGENT);
  const v1::QueryMetricsResponse report = Query(f, request);
  ASSERT_EQ(report.rows_size(), 2);
  EXPECT_EQ(report.rows(0).survey(), "csat");
  EXPECT_EQ(report.rows(0).agent(), "ann");
  auto csat = ValuesOf(report, 0);
  EXPECT_EQ(csat["csat"].value(), 0.5);
  EXPECT_EQ(csat["csat_mean"].value(), 0.5);
  EXPECT_EQ(csat["csat_mean"].numerator(), 1'000'000);
  EXPECT_EQ(csat["survey_responses"].value(), 2);
  EXPECT_FALSE(csat["nps"].has_value()) << "nobody answered on its scale";
  EXPECT_FALSE(csat["offered"].has_value()) << "visits have no survey";
  EXPECT_EQ(report.rows(1).survey(), "nps");
  EXPECT_EQ(ValuesOf(report, 1)["nps"].value(), -1);
  request = LastHour({"csat"});
  request.mutable_filter()->add_surveys("csat");
  EXPECT_EQ(ValuesOf(Query(f, request), 0)["csat"].denominator(), 2);
}

TEST(QueryMetrics, KeepsWhatAnAgentCostThen) {
  Fixture f;
  const auto set_cost = [&](int64_t cost) {
    v1::Configuration configuration = SmallConfiguration();
    for (v1::Agent& agent : *configuration.mutable_agents()) agent.set_cost_per_hour_milli(cost);
    f.Apply(configuration);
  };
  set_cost(router::kMaxCostPerHourMilli);
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Take(ann, ChatContact());
  ASSERT_EQ(ReasonOf(f.Complete(ann, ticket, "solved")), "OK");
  const v1::QueryMetricsRequest request = LastHour({"handling_cost", "staff_cost"});
  const int64_t cost = ValuesOf(Query(f, request), 0)["handling_cost"].numerator();
  EXPECT_GT(cost, 0);
  set_cost(0);
  ASSERT_EQ(ReasonOf(f.Close(ann)), "OK");
  const v1::QueryMetricsResponse later = Query(f, request);
  EXPECT_EQ(ValuesOf(later, 0)["handling_cost"].numerator(), cost);
  EXPECT_GE(ValuesOf(later, 0)["staff_cost"].numerator(), cost);
}

TEST(QueryMetrics, WaitsApartFromOtherReads) {
  FixtureOptions options;
  options.server.max_waiting_reports = 0;
  Fixture f(options);
  v1::QueryMetricsResponse response;
  EXPECT_EQ(ReasonOf(f.reports->QueryMetrics(ClientContext(), LastHour(), &response)),
            "OVERLOADED");
  f.Get(f.Ingest(ChatContact()));
}

TEST(ListMeasures, IsACatalogueWithoutGaps) {
  Fixture f;
  v1::ListMeasuresRequest request;
  v1::ListMeasuresResponse response;
  EXPECT_EQ(ReasonOf(f.reports->ListMeasures(ClientContext(), request, &response)),
            "FIELD_REQUIRED");
  request.set_workspace(kWorkspace);
  ASSERT_EQ(ReasonOf(f.reports->ListMeasures(ClientContext(), request, &response)), "OK");
  std::set<std::string> ids;
  for (const v1::Measure& measure : response.measures()) {
    EXPECT_TRUE(ids.insert(measure.id()).second) << measure.id();
    EXPECT_FALSE(measure.display_name().empty()) << measure.id();
    EXPECT_FALSE(measure.formula().empty()) << measure.id();
    EXPECT_FALSE(measure.origin().empty()) << measure.id();
    EXPECT_GT(measure.dimensions_size(), 0) << measure.id();
    EXPECT_NE(measure.unit(), v1::MEASURE_UNIT_UNSPECIFIED) << measure.id();
    EXPECT_NE(measure.facts(), v1::FACT_SOURCE_UNSPECIFIED) << measure.id();
  }
  EXPECT_LE(ids.size(), router::kMaxMeasures);
  // No sum is computed for nobody, and no ratio mixes facts.
  std::set<store::Sum> used;
  for (const query::Measure& measure : query::Measures()) {
    for (const store::Sum sum : query::SumsOf(measure)) {
      used.insert(sum);
      EXPECT_EQ(store::SourceOf(sum), query::SourceOf(measure)) << measure.id;
    }
  }
  EXPECT_EQ(used.size(), store::kSums);
}

TEST(ServiceLevelPolicies, AreKeptAndNamedInReports) {
  Fixture f;
  PlayALittle(f);
  v1::PutServiceLevelPolicyRequest put;
  v1::PutServiceLevelPolicyResponse was_put;
  const auto try_put = [&] {
    return ReasonOf(f.reports->PutServiceLevelPolicy(ClientContext(), put, &was_put));
  };
  EXPECT_EQ(try_put(), "FIELD_REQUIRED");
  put.set_workspace(kWorkspace);
  *put.mutable_policy() = HourPolicy(v1::ABANDON_TREATMENT_POSITIVE);
  EXPECT_EQ(try_put(), "FIELD_REQUIRED");
  put.mutable_policy()->set_id("gold");
  put.mutable_policy()->set_display_name("Acme, from March on");
  EXPECT_EQ(try_put(), "OK");
  EXPECT_EQ(was_put.policy().revision(), 1);
  EXPECT_EQ(was_put.policy().display_name(), "Acme, from March on");
  EXPECT_EQ(try_put(), "OK");
  EXPECT_EQ(was_put.policy().revision(), 1) << "the same again changes nothing";
  put.mutable_policy()->set_abandons(v1::ABANDON_TREATMENT_IGNORED);
  put.set_expected_revision(7);
  EXPECT_EQ(try_put(), "REVISION_STALE");
  put.set_expected_revision(-1);
  EXPECT_EQ(try_put(), "FIELD_OUT_OF_RANGE");
  put.set_expected_revision(0);
  put.set_workspace("nowhere");
  EXPECT_EQ(try_put(), "WORKSPACE_NOT_FOUND");

  v1::QueryMetricsRequest query = LastHour({"service_level"});
  query.set_policy_id("gold");
  v1::QueryMetricsResponse report = Query(f, query);
  EXPECT_EQ(report.policy().id(), "gold");
  EXPECT_EQ(report.policy().revision(), 1);
  EXPECT_EQ(ValuesOf(report, 0)["service_level"].value(), 1);
  put.set_workspace(kWorkspace);
  EXPECT_EQ(try_put(), "OK");
  report = Query(f, query);
  EXPECT_EQ(report.policy().revision(), 2);
  EXPECT_EQ(ValuesOf(report, 0)["service_level"].denominator(), 1)
      << "what was is reckoned by what is agreed now";

  v1::ListServiceLevelPoliciesRequest list;
  list.set_workspace(kWorkspace);
  v1::ListServiceLevelPoliciesResponse listed;
  ASSERT_EQ(ReasonOf(f.reports->ListServiceLevelPolicies(ClientContext(), list, &listed)), "OK");
  ASSERT_EQ(listed.policies_size(), 1);
  EXPECT_EQ(listed.policies(0).id(), "gold");

  v1::DeleteServiceLevelPolicyRequest remove;
  v1::DeleteServiceLevelPolicyResponse removed;
  remove.set_workspace(kWorkspace);
  remove.set_policy_id("gold");
  remove.set_expected_revision(1);
  const auto try_remove = [&] {
    return ReasonOf(f.reports->DeleteServiceLevelPolicy(ClientContext(), remove, &removed));
  };
  EXPECT_EQ(try_remove(), "REVISION_STALE");
  remove.set_expected_revision(2);
  EXPECT_EQ(try_remove(), "OK");
  EXPECT_EQ(try_remove(), "POLICY_NOT_FOUND");
}

TEST(ServiceLevelPolicies, SayWhatTheyNameIsNotConfiguredAnyMore) {
  Fixture f;
  v1::CreateQueueRequest create;
  create.set_workspace(kWorkspace);
  create.mutable_queue()->set_id("summer");
  create.mutable_queue()->set_office(v1::OFFICE_FRONT);
  create.mutable_queue()->set_urgency(v1::URGENCY_LIVE);
  v1::CreateQueueResponse created;
  ASSERT_EQ(ReasonOf(f.resources->CreateQueue(ClientContext(), create, &created)), "OK");
  v1::PutServiceLevelPolicyRequest put;
  put.set_workspace(kWorkspace);
  *put.mutable_policy() = HourPolicy(v1::ABANDON_TREATMENT_IGNORED);
  put.mutable_policy()->set_id("summer");
  put.mutable_policy()->set_client("acme");
  put.mutable_policy()->add_queues("summer");
  put.mutable_policy()->add_queues("chats");
  put.mutable_policy()->mutable_effective_from()->set_seconds(1'000'000);
  v1::PutServiceLevelPolicyResponse was_put;
  ASSERT_EQ(ReasonOf(f.reports->PutServiceLevelPolicy(ClientContext(), put, &was_put)), "OK");
  v1::ListServiceLevelPoliciesRequest list;
  list.set_workspace(kWorkspace);
  v1::ListServiceLevelPoliciesResponse listed;
  const auto try_list = [&] {
    return ReasonOf(f.reports->ListServiceLevelPolicies(ClientContext(), list, &listed));
  };
  ASSERT_EQ(try_list(), "OK");
  EXPECT_EQ(listed.policies(0).gone_queues_size(), 0);
  EXPECT_FALSE(listed.policies(0).client_gone());

  v1::DeleteQueueRequest remove;
  remove.set_workspace(kWorkspace);
  remove.set_id("summer");
  v1::DeleteQueueResponse removed;
  ASSERT_EQ(ReasonOf(f.resources->DeleteQueue(ClientContext(), remove, &removed)), "OK");
  ASSERT_EQ(try_list(), "OK");
  ASSERT_EQ(listed.policies(0).gone_queues_size(), 1);
  EXPECT_EQ(listed.policies(0).gone_queues(0), "summer");
  EXPECT_EQ(listed.policies(0).queues_size(), 2) << "it is what was agreed on";
  EXPECT_FALSE(listed.policies(0).client_gone());

  v1::CreateClientRequest client;
  client.set_workspace(kWorkspace);
  client.mutable_client()->set_id("short-lived");
  v1::CreateClientResponse client_created;
  ASSERT_EQ(ReasonOf(f.resources->CreateClient(ClientContext(), client, &client_created)), "OK");
  put.mutable_policy()->set_id("short-lived");
  put.mutable_policy()->set_client("short-lived");
  put.mutable_policy()->clear_queues();
  ASSERT_EQ(ReasonOf(f.reports->PutServiceLevelPolicy(ClientContext(), put, &was_put)), "OK");
  v1::DeleteClientRequest client_gone;
  client_gone.set_workspace(kWorkspace);
  client_gone.set_id("short-lived");
  v1::DeleteClientResponse client_deleted;
  ASSERT_EQ(ReasonOf(f.resources->DeleteClient(ClientContext(), client_gone, &client_deleted)),
            "OK");
  ASSERT_EQ(try_list(), "OK");
  ASSERT_EQ(listed.policies_size(), 2);
  EXPECT_TRUE(listed.policies(0).client_gone());
}

TEST(ServiceLevelPolicies, CountByThemselvesForTheirClient) {
  Fixture f;
  PlayALittle(f);
  v1::PutServiceLevelPolicyRequest put;
  v1::PutServiceLevelPolicyResponse was_put;
  put.set_workspace(kWorkspace);
  v1::ServiceLevelPolicy& policy = *put.mutable_policy();
  policy = HourPolicy(v1::ABANDON_TREATMENT_IGNORED);
  policy.set_id("acme-1");
  policy.set_client("acme");
  const auto try_put = [&] {
    const Error error = Decode(f.reports->PutServiceLevelPolicy(ClientContext(), put, &was_put));
    return error.reason + (error.fields.empty() ? "" : " " + error.fields.front());
  };
  EXPECT_EQ(try_put(), "FIELD_REQUIRED policy.effective_from");
  policy.mutable_effective_from()->set_seconds(1'000'000);
  policy.add_queues("chats");
  policy.add_queues("calls");
  policy.add_queues("chats");
  ASSERT_EQ(ReasonOf(f.reports->PutServiceLevelPolicy(ClientContext(), put, &was_put)), "OK");
  EXPECT_EQ(was_put.policy().queues_size(), 2) << "each once, in order";
  EXPECT_EQ(was_put.policy().queues(0), "calls");
  EXPECT_EQ(was_put.policy().client(), "acme");
  EXPECT_EQ(was_put.policy().effective_from().seconds(), 1'000'000);

  v1::QueryMetricsRequest request = LastHour({"service_level"});
  request.add_group_by(v1::REPORT_DIMENSION_CLIENT);
  v1::QueryMetricsResponse report = Query(f, request);
  ASSERT_EQ(report.rows_size(), 1);
  EXPECT_EQ(ValuesOf(report, 0)["service_level"].denominator(), 1) << "who left is ignored";
  ASSERT_EQ(report.rows(0).policies_size(), 1);
  EXPECT_EQ(report.rows(0).policies(0), "acme-1");
  EXPECT_FALSE(report.has_policy());

  // A later version, and one that is only for who names it.
  policy.set_id("acme-2");
  policy.set_abandons(v1::ABANDON_TREATMENT_NEGATIVE);
  *policy.mutable_effective_from() = request.since();
  ASSERT_EQ(ReasonOf(f.reports->PutServiceLevelPolicy(ClientContext(), put, &was_put)), "OK");
  report = Query(f, request);
  EXPECT_EQ(report.rows(0).policies(0), "acme-2");
  EXPECT_EQ(ValuesOf(report, 0)["service_level"].denominator(), 2);
  request.set_policy_id("acme-1");
  report = Query(f, request);
  EXPECT_EQ(report.policy().id(), "acme-1");
  EXPECT_EQ(report.rows(0).policies(0), "acme-1");
  EXPECT_EQ(ValuesOf(report, 0)["service_level"].denominator(), 1);
  *request.mutable_policy() = HourPolicy(v1::ABANDON_TREATMENT_POSITIVE);
  report = Query(f, request);
  EXPECT_EQ(report.rows(0).policies_size(), 0);
  EXPECT_EQ(ValuesOf(report, 0)["service_level"].numerator(), 2);

  policy.set_client("nobody");
  EXPECT_EQ(try_put(), "REFERENCE_BROKEN policy.client");
  policy.clear_client();
  policy.add_queues("nowhere");
  EXPECT_EQ(try_put(), "REFERENCE_BROKEN policy.queues");
  policy.add_queues("A B");
  EXPECT_EQ(try_put(), "FIELD_MALFORMED policy.queues[4]");
  *request.mutable_policy()->mutable_effective_from() = request.since();
  v1::QueryMetricsResponse response;
  EXPECT_EQ(Decode(f.reports->QueryMetrics(ClientContext(), request, &response)).fields,
            std::vector<std::string>{"policy.effective_from"});
}

// --------------------------------------------------------------------------------------- intervals

router::Time At(const std::string& text) {
  google::protobuf::Timestamp timestamp;
  EXPECT_TRUE(TimeUtil::FromString(text, &timestamp)) << text;
  return {TimeUtil::TimestampToMicroseconds(timestamp)};
}

std::vector<router::Time> Cut(const char* since, const char* until, query::ReportInterval interval,
                              const char* zone) {
  return query::BoundariesOf(At(since), At(until), interval, *query::FindTimeZone(zone),
                             router::kMaxReportIntervals);
}

TEST(Intervals, BeginAtMidnightOfTheZone) {
  // Clocks go forward in Lisbon on 29 March 2026 at 01:00.
  EXPECT_EQ(Cut("2026-03-28T12:00:00Z", "2026-03-31T00:00:00Z", query::ReportInterval::kDay,
                "Europe/Lisbon"),
            (std::vector<router::Time>{At("2026-03-28T12:00:00Z"), At("2026-03-29T00:00:00Z"),
                                       At("2026-03-29T23:00:00Z"), At("2026-03-30T23:00:00Z"),
                                       At("2026-03-31T00:00:00Z")}));
  EXPECT_EQ(Cut("2026-03-29T00:00:00Z", "2026-03-29T23:00:00Z", query::ReportInterval::kHour,
                "Europe/Lisbon")
                .size(),
            24U)
      << "23 hours";
  EXPECT_EQ(Cut("2026-03-02T10:40:00Z", "2026-03-02T12:00:00Z", query::ReportInterval::kHour,
                "Asia/Kolkata"),
            (std::vector<router::Time>{At("2026-03-02T10:40:00Z"), At("2026-03-02T11:30:00Z"),
                                       At("2026-03-02T12:00:00Z")}));
  EXPECT_EQ(Cut("2026-03-02T10:40:00Z", "2026-03-02T12:00:00Z", query::ReportInterval::kWhole,
                "Asia/Kolkata")
                .size(),
            2U);
}

TEST(Intervals, AreOfOneLengthButForTheFirstAndTheLastOfADay) {
  for (const char* zone : {"UTC", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu"}) {
    const auto cut =
        Cut("2026-03-20T10:07:00Z", "2026-04-20T03:00:00Z", query::ReportInterval::kHalfHour, zone);
    for (size_t i = 1; i + 2 < cut.size(); ++i) {
      EXPECT_EQ(cut[i + 1] - cut[i], router::Minutes(30)) << zone << " " << i;
    }
  }
}

TEST(Intervals, StopWhenThereAreTooMany) {
  EXPECT_EQ(Cut("2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z", query::ReportInterval::kQuarterHour,
                "UTC")
                .size(),
            router::kMaxReportIntervals + 2);
}

}  // namespace
}  // namespace tandem::rpc
