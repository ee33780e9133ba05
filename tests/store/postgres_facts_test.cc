// Goal: reports over PostgreSQL agree with what plain SQL over the tables says, and answer in time
// over a million facts of each kind without any help of the write path but its BRIN indexes.
// Method: facts at random, reckoned by statements of this test's own, which share nothing with the
// reports' but the tables; then tables filled by generate_series, timed and explained.
#include "server/store/postgres_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <variant>

#include "absl/strings/str_cat.h"

#include "pqxx/connection"
#include "pqxx/nontransaction"
#include "pqxx/result"
#include "router/limits.h"
#include "server/query/measures.h"
#include "server/query/reports.h"
#include "server/store/postgres_policies.h"
#include "server/store/postgres_reader.h"
#include "tests/store/random_facts.h"
#include "tests/store/store_rows.h"
#include "tests/store/store_test_base.h"

namespace tandem::tests {
namespace {

using query::Report;
using query::ReportInterval;
using query::ReportRequest;
using query::ReportRow;
using router::Days;
using router::Hours;
using router::Seconds;
using router::Time;
using store::Dimension;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A database with our schema, and reports over it.
class Database {
 public:
  explicit Database(const std::string& name) : url_(SharedCluster().Url(name)), reader_(url_, 1) {}

  static std::unique_ptr<Database> Make(const std::string& name) {
    SharedCluster().Execute("CREATE DATABASE " + name + " TEMPLATE migrated");
    return std::make_unique<Database>(name);
  }

  const std::string& url() const { return url_; }
  store::PostgresReader& reader() { return reader_; }

  Report Query(const ReportRequest& request, Time now) {
    store::PostgresPolicies policies(url_);
    auto result = query::QueryMetrics(reader_, policies, request, now);
    if (const auto* rejection = std::get_if<router::Rejection>(&result)) {
      ADD_FAILURE() << rejection->message;
      return {};
    }
    return std::get<Report>(std::move(result));
  }

  pqxx::result Sql(const std::string& sql) {
    pqxx::connection connection(url_);
    pqxx::nontransaction work(connection);
    return work.exec(sql);
  }

 private:
  const std::string url_;
  store::PostgresReader reader_;
};

ReportRequest Request(Time since, Time until) {
  ReportRequest request;
  request.workspace = kWorkspace;
  request.since = since;
  request.until = until;
  request.page.size = query::kMaxPage;
  return request;
}

int64_t NumeratorOf(const Report& report, const ReportRow& row, const std::string& measure) {
  for (size_t i = 0; i < report.measures.size(); ++i) {
    if (report.measures[i].id == measure) return row.values[i].numerator.value_or(-1);
  }
  ADD_FAILURE() << "no " << measure;
  return -1;
}

int64_t DenominatorOf(const Report& report, const ReportRow& row, const std::string& measure) {
  for (size_t i = 0; i < report.measures.size(); ++i) {
    if (report.measures[i].id == measure) return row.values[i].denominator.value_or(-1);
  }
  return -1;
}

// -------------------------------------------------------------------------------------- reconciled

constexpr Time kFrom = kMorning;
constexpr Time kUntil = kMorning + Days(3);
// The same in SQL; all within the facts' span, so that some are left out on both sides.
constexpr char kSince[] = "'2026-11-23 12:00:00+00'";
constexpr char kBefore[] = "'2026-11-26 02:00:00+00'";
constexpr Time kReportSince = kMorning + Hours(4);
constexpr Time kReportUntil = kMorning + Hours(66);

class Reconciled : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    database_ = Database::Make("reconciled").release();
    store::PostgresStore writer(database_->url());
    const auto acquired = writer.Acquire(0, "test");
    ASSERT_TRUE(acquired.ok()) << acquired.status();
    router::Changes facts = RandomFacts(7, 2'000, kFrom, kUntil);
    KeepOfficeHours(facts);
    ASSERT_EQ(writer.Commit(MakeBatch(acquired->epoch, 1, facts)), store::CommitResult::kCommitted);
  }
  static void TearDownTestSuite() { delete database_; }

  // Two of the three queues are open from Monday to Friday, from nine to six in Lisbon, where that
  // is UTC then.
  static void KeepOfficeHours(router::Changes& facts) {
    router::Configuration& configuration = facts.workspaces.back().configuration;
    router::Calendar& office = configuration.calendars.emplace_back();
    office.id = "office";
    office.time_zone = "Europe/Lisbon";
    office.weekly = {{{1, 2, 3, 4, 5}, {9 * 60, 18 * 60}}};
    for (const char* id : {"queue1", "queue2", "queue3"}) {
      router::Queue& queue =
          configuration.queues.emplace_back(SampleWorkspace().configuration.queues[0]);
      queue.id = id;
      queue.calendar = id == std::string("queue3") ? "" : "office";
    }
    facts.resources = ResourceRowsOf(facts.workspaces.back());
  }

  // Compares a report by queue, as "queue numerator denominator", with what the statement gives.
  static void ExpectByQueue(const std::string& measure, const ReportRequest& asked,
                            const std::string& sql) {
    ReportRequest request = asked;
    request.group_by.set(store::IndexOf(Dimension::kQueue));
    request.measures = {measure};
    const Report report = database_->Query(request, kReportUntil);
    std::map<std::string, std::pair<int64_t, int64_t>> reported;
    for (const ReportRow& row : report.rows) {
      reported[row.ids[0]] = {NumeratorOf(report, row, measure),
                              DenominatorOf(report, row, measure)};
    }
    std::map<std::string, std::pair<int64_t, int64_t>> expected;
    for (const pqxx::row& row : database_->Sql(sql)) {
      expected[row[0].c_str()] = {row[1].as<int64_t>(), row[2].as<int64_t>()};
    }
    EXPECT_EQ(reported, expected) << measure;
    EXPECT_GT(expected.size(), 2u);
  }

  static void ExpectTotal(const std::string& measure, const std::string& sql) {
    ReportRequest request = Request(kReportSince, kReportUntil);
    request.measures = {measure};
    const Report report = database_->Query(request, kReportUntil);
    ASSERT_EQ(report.rows.size(), 1u);
    EXPECT_EQ(NumeratorOf(report, report.rows[0], measure), database_->Sql(sql)[0][0].as<int64_t>())
        << measure;
  }

  static Database* database_;
};
Database* Reconciled::database_ = nullptr;

std::string Visits(const std::string& columns) {
  return absl::StrCat("SELECT queue, ", columns, " FROM tandem.visit WHERE left_at >= ", kSince,
                      " AND left_at < ", kBefore, " GROUP BY queue");
}

constexpr char kWithin[] = "extract(epoch FROM left_at) - extract(epoch FROM entered_at) <= 25";
constexpr char kShort[] =
    "exit_reason = 'ABANDONED' AND extract(epoch FROM left_at) - extract(epoch FROM entered_at)"
    " <= 8";

TEST_F(Reconciled, ServiceLevelsInEachTreatment) {
  ReportRequest request = Request(kReportSince, kReportUntil);
  request.policy = store::ServiceLevelPolicy();
  request.policy->threshold = Seconds(25);
  request.policy->short_abandon_limit = Seconds(8);
  const std::string answered =
      absl::StrCat("sum(CASE WHEN exit_reason = 'ANSWERED' AND ", kWithin, " THEN 1 ELSE 0 END)");
  const std::string abandoned = absl::StrCat("sum(CASE WHEN exit_reason = 'ABANDONED' AND ",
                                             kWithin, " AND NOT (", kShort, ") THEN 1 ELSE 0 END)");
  const std::string late = absl::StrCat("sum(CASE WHEN NOT (", kWithin, ") THEN 1 ELSE 0 END)");
  request.policy->abandons = store::AbandonTreatment::kIgnored;
  ExpectByQueue("service_level", request,
                Visits(absl::StrCat(answered, ", ", answered, " + ", late)));
  request.policy->abandons = store::AbandonTreatment::kNegative;
  ExpectByQueue("service_level", request,
                Visits(absl::StrCat(answered, ", ", answered, " + ", abandoned, " + ", late)));
  request.policy->abandons = store::AbandonTreatment::kPositive;
  ExpectByQueue("service_level", request,
                Visits(absl::StrCat(answered, " + ", abandoned, ", ", answered, " + ", abandoned,
                                    " + ", late)));
  ExpectByQueue(
      "abandonment_rate", request,
      Visits(absl::StrCat("sum(CASE WHEN exit_reason = 'ABANDONED' AND NOT (", kShort,
                          ") THEN 1 ELSE 0 END), sum(CASE WHEN ", kShort, " THEN 0 ELSE 1 END)")));
}

// Two versions for one client, one for a queue of all, and each visit's own target.
TEST_F(Reconciled, ServiceLevelsByThePolicyOfEachClient) {
  store::PostgresPolicies policies(database_->url());
  const auto put = [&](const char* id, const char* client, std::vector<std::string> queues,
                       Time from, router::Duration threshold) {
    const auto change = policies.PutPolicy(kWorkspace,
                                           {.id = id,
                                            .display_name = {},
                                            .threshold = threshold,
                                            .abandons = store::AbandonTreatment::kPositive,
                                            .short_abandon_limit = {},
                                            .client = client,
                                            .queues = std::move(queues),
                                            .effective_from = from,
                                            .revision = 0},
                                           0);
    ASSERT_TRUE(change.ok()) << change.status();
  };
  put("old", "client1", {}, kMorning - Days(9), Seconds(50));
  put("never", "client1", {}, kMorning - Days(10), Seconds(1));
  put("new", "client1", {}, kMorning + Hours(40), Seconds(10));
  put("cheap", "", {"queue2"}, kMorning, Seconds(30));
  put("named", "client2", {}, {}, Seconds(1));
  ReportRequest request = Request(kReportSince, kReportUntil);
  request.group_by.set(store::IndexOf(Dimension::kClient));
  request.measures = {"service_level"};
  const Report report = database_->Query(request, kReportUntil);
  ASSERT_EQ(report.rows.size(), 2u);
  EXPECT_THAT(report.rows[0].policies, ElementsAre("new", "old"));
  EXPECT_THAT(report.rows[1].policies, ElementsAre("cheap"));
  EXPECT_FALSE(report.policy);
  // The waits allowed, and what counts: (A_T + B_T) / O_T, or A_T / O_T by the own target.
  const pqxx::result expected = database_->Sql(absl::StrCat(
      "WITH v AS (SELECT *, CASE WHEN client = 'client1' AND left_at >= '2026-11-25 00:00:00+00'"
      " THEN 10 WHEN client = 'client1' THEN 50 WHEN queue = 'queue2' THEN 30 END AS allowed"
      " FROM tandem.visit WHERE left_at >= ",
      kSince, " AND left_at < ", kBefore,
      "), d AS (SELECT *, CASE WHEN allowed IS NULL THEN coalesce(left_at <= target, false)"
      " ELSE extract(epoch FROM left_at) - extract(epoch FROM entered_at) <= allowed END AS soon"
      " FROM v) SELECT client, sum((soon AND (exit_reason = 'ANSWERED' OR exit_reason ="
      " 'ABANDONED' AND allowed IS NOT NULL))::int), sum((NOT soon OR exit_reason IN ('ANSWERED',"
      " 'ABANDONED'))::int) FROM d GROUP BY client ORDER BY client"));
  ASSERT_EQ(expected.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    const auto row = expected[static_cast<pqxx::result::size_type>(i)];
    EXPECT_EQ(NumeratorOf(report, report.rows[i], "service_level"), row[1].as<int64_t>());
    EXPECT_EQ(DenominatorOf(report, report.rows[i], "service_level"), row[2].as<int64_t>());
  }
  for (const char* id : {"old", "never", "new", "cheap", "named"}) {
    ASSERT_TRUE(policies.DeletePolicy(kWorkspace, id, 0).ok());
  }
}

TEST_F(Reconciled, AnswersAndWaits) {
  const ReportRequest request = Request(kReportSince, kReportUntil);
  ExpectByQueue("answer_rate", request, Visits("sum((exit_reason = 'ANSWERED')::int), count(*)"));
  ExpectByQueue("average_speed_of_answer", request,
                Visits("round(sum(CASE WHEN exit_reason = 'ANSWERED' THEN extract(epoch FROM"
                       " left_at) - extract(epoch FROM entered_at) ELSE 0 END) * 1000000)::bigint,"
                       " sum((exit_reason = 'ANSWERED')::int)"));
  ExpectByQueue(
      "target_attainment", request,
      Visits("sum((exit_reason = 'ANSWERED' AND coalesce(target >= left_at, false))::int),"
             " sum((exit_reason IN ('ANSWERED', 'ABANDONED'))::int)"));
}

TEST_F(Reconciled, HandlingTimes) {
  ExpectByQueue(
      "average_handling_time", Request(kReportSince, kReportUntil),
      absl::StrCat("SELECT queue, round(coalesce(sum(extract(epoch FROM ended_at) -"
                   " extract(epoch FROM connected_at)), 0) * 1000000)::bigint, count(connected_at)"
                   " FROM tandem.segment WHERE ended_at BETWEEN ",
                   kSince, " AND timestamptz ", kBefore,
                   " - interval '1 microsecond' AND role = 'OWNER' GROUP BY queue"));
  ReportRequest request = Request(kReportSince, kReportUntil);
  request.measures = {"handling_time", "talk_time", "hold_time", "wrap_up_time"};
  const Report report = database_->Query(request, kReportUntil);
  const ReportRow& row = report.rows.at(0);
  EXPECT_EQ(*row.values[0].numerator,
            *row.values[1].numerator + *row.values[2].numerator + *row.values[3].numerator);
}

// Reckoned second by second of each stretch's overlap, without its borders' help.
TEST_F(Reconciled, TimesOfAgents) {
  const auto time_of = [](const char* which) {
    return absl::StrCat(
        "SELECT round(sum(extract(epoch FROM upper(part)) - extract(epoch FROM lower(part)))"
        " * 1000000)::bigint FROM (SELECT tstzrange(began_at, ended_at) * tstzrange(",
        kSince, ", ", kBefore,
        ") AS part, * FROM tandem.agent_interval) f WHERE NOT isempty(part)"
        " AND ",
        which);
  };
  ExpectTotal("signed_in_time", time_of("status <> 'OFFLINE'"));
  ExpectTotal("idle_time", time_of("status = 'AVAILABLE' AND load_voice = 0 AND load_messaging = 0"
                                   " AND load_email = 0 AND load_task = 0"));
  ExpectTotal("busy_time", time_of("status <> 'OFFLINE' AND"
                                   " greatest(load_voice, load_messaging, load_email, load_task)"
                                   " > 0"));
}

TEST_F(Reconciled, ScoresOfSurveys) {
  const auto scores = [](const std::string& columns, const std::string& which) {
    return absl::StrCat("SELECT queue, ", columns, " FROM tandem.survey WHERE at >= ", kSince,
                        " AND at < ", kBefore, " AND ", which, " GROUP BY queue");
  };
  ReportRequest request = Request(kReportSince, kReportUntil);
  ExpectByQueue("csat", request,
                scores("sum(CASE WHEN highest - score < 2 THEN 1 ELSE 0 END), count(*)", "true"));
  request.filter[store::IndexOf(Dimension::kSurvey)] = {"scale1"};
  ExpectByQueue(
      "csat_mean", request,
      scores("sum(floor((score - 1) / 3.0 * 1000000))::bigint, count(*)", "measure = 'scale1'"));
  request.filter[store::IndexOf(Dimension::kSurvey)] = {"nps"};
  ExpectByQueue(
      "nps", request,
      scores("sum(CASE WHEN score > 8 THEN 1 WHEN score < 7 THEN -1 ELSE 0 END), count(*)",
             "measure = 'nps'"));
}

// To the millionth, of which each fact may lose less than one.
TEST_F(Reconciled, WhatAgentsCost) {
  const auto expect = [](const char* measure, const char* span, const std::string& from) {
    ReportRequest request = Request(kReportSince, kReportUntil);
    request.measures = {measure};
    const Report report = database_->Query(request, kReportUntil);
    const pqxx::result found = database_->Sql(
        absl::StrCat("SELECT sum(extract(epoch FROM ", span,
                     ") / 3600 * cost_per_hour_milli * 1000)::bigint, count(*) FROM ", from));
    const int64_t exact = found[0][0].as<int64_t>();
    const int64_t cost = NumeratorOf(report, report.rows.at(0), measure);
    EXPECT_GT(cost, 1'000'000) << measure;
    EXPECT_LE(cost, exact) << measure;
    EXPECT_GE(cost, exact - found[0][1].as<int64_t>()) << measure;
  };
  const std::string ended =
      absl::StrCat("tandem.segment WHERE ended_at >= ", kSince, " AND ended_at < ", kBefore);
  expect("handling_cost", "(ended_at - connected_at)", ended + " AND role = 'OWNER'");
  expect("participation_cost", "(ended_at - connected_at)", ended + " AND role <> 'OWNER'");
  expect("staff_cost", "(upper(part) - lower(part))",
         absl::StrCat("(SELECT tstzrange(began_at, ended_at) * tstzrange(", kSince, ", ", kBefore,
                      ") AS part, * FROM tandem.agent_interval) f WHERE NOT isempty(part)"
                      " AND status <> 'OFFLINE'"));
  ExpectTotal("consult_time",
              absl::StrCat("SELECT round(sum(extract(epoch FROM ended_at) - extract(epoch FROM"
                           " connected_at)) * 1000000)::bigint FROM ",
                           ended, " AND role = 'CONSULT'"));
}

TEST_F(Reconciled, TicketsAndMessages) {
  ExpectTotal("received", absl::StrCat("SELECT count(*) FROM tandem.ticket WHERE created_at >= ",
                                       kSince, " AND created_at < ", kBefore));
  const std::string completed = absl::StrCat(
      " FROM tandem.ticket_overview WHERE state = 'COMPLETED' AND closed_at >= ", kSince,
      " AND closed_at < ", kBefore);
  ExpectTotal("completed", "SELECT count(*)" + completed);
  ExpectTotal("completed_in_due", "SELECT count(*)" + completed + " AND closed_at <= due_at");
  ExpectTotal("average_turnaround_time",
              "SELECT round(sum(extract(epoch FROM closed_at) - extract(epoch FROM created_at))"
              " * 1000000)::bigint" +
                  completed);
  ExpectTotal("backlog", "SELECT count(*) FROM tandem.ticket_overview WHERE closed_at IS NULL");
  ExpectTotal("first_responses",
              absl::StrCat("SELECT count(*) FROM (SELECT ticket_id, min(at) AS first FROM"
                           " tandem.message WHERE direction = 'OUTBOUND' AND author = 'AGENT'"
                           " GROUP BY ticket_id) m WHERE first >= ",
                           kSince, " AND first < ", kBefore));
}

TEST_F(Reconciled, TurnaroundInBusinessTime) {
  const std::string closed = absl::StrCat(
      " FROM tandem.ticket_overview WHERE state = 'COMPLETED' AND closed_at >= ", kSince,
      " AND closed_at < ", kBefore);
  ExpectTotal(
      "average_business_turnaround_time",
      absl::StrCat(
          "WITH closed AS (SELECT queue, created_at, closed_at", closed,
          "), parts AS (SELECT extract(epoch FROM closed_at)"
          " - extract(epoch FROM created_at) AS span FROM closed WHERE queue = 'queue3'"
          " UNION ALL SELECT extract(epoch FROM least(closed_at, day + interval '18 hours'))"
          " - extract(epoch FROM greatest(created_at, day + interval '9 hours')) FROM closed,"
          " generate_series(timestamptz '2026-11-20 00:00:00+00', '2026-11-30 00:00:00+00',"
          " interval '24 hours') AS day WHERE queue IN ('queue1', 'queue2')"
          " AND extract(isodow FROM day AT TIME ZONE 'UTC') < 6)"
          " SELECT round(sum(span) * 1000000)::bigint FROM parts WHERE span > 0"));
  const std::string reviewed = absl::StrCat(
      "SELECT count(*) FROM tandem.ticket_state WHERE state = 'COMPLETED' AND closed_at >= ",
      kSince, " AND closed_at < ", kBefore, " AND reviewed IS NOT NULL");
  ExpectTotal("completed_with_review", reviewed);
  ExpectTotal("accuracy", reviewed + " AND reviewed ->> 'rework_count' = '0'");
  ExpectTotal("rework_rate", reviewed + " AND reviewed ->> 'rework_count' <> '0'");
}

// What every group and interval has adds up to what all have.
TEST_F(Reconciled, GroupsAndIntervalsAddUp) {
  const Report whole = database_->Query(Request(kReportSince, kReportUntil), kReportUntil);
  ASSERT_EQ(whole.rows.size(), 1u);
  for (const Dimension dimension : {Dimension::kQueue, Dimension::kClient, Dimension::kProcessType,
                                    Dimension::kChannel, Dimension::kAgent, Dimension::kSurvey}) {
    ReportRequest request = Request(kReportSince, kReportUntil);
    request.interval = ReportInterval::kHour;
    request.group_by.set(store::IndexOf(dimension));
    const Report report = database_->Query(request, kReportUntil);
    ASSERT_TRUE(report.next_token.empty());
    for (size_t i = 0; i < whole.measures.size(); ++i) {
      int64_t numerator = 0;
      bool known = false;
      for (const ReportRow& row : report.rows) {
        known = known || row.values[i].numerator.has_value();
        numerator += row.values[i].numerator.value_or(0);
      }
      if (!known) continue;
      const int64_t all = *whole.rows[0].values[i].numerator;
      if (store::IsMillionths(whole.measures[i].above.plus)) {
        // A stretch that is cut loses less than one with each cut.
        EXPECT_LE(numerator, all) << whole.measures[i].id;
        EXPECT_GT(numerator, all - 10'000) << whole.measures[i].id;
      } else {
        EXPECT_EQ(numerator, all) << whole.measures[i].id;
      }
    }
  }
}

// ----------------------------------------------------------------------------------------- a
// million

// A million of each, 30 days long, in the order of their time, as they are written.
constexpr char kMillion[] = R"(
INSERT INTO tandem.workspace VALUES ('acme', 0, 1, 'UTC', 0, 0, 1);
CREATE TABLE made AS
  SELECT i, lpad(to_hex(i), 32, '0')::uuid AS id,
         timestamptz '2026-11-01 00:00:00+00' + i * interval '2.592 seconds' AS at,
         (i * 7919 % 60000) * interval '1 millisecond' AS wait, 'queue' || i % 20 AS queue,
         'client' || i % 5 AS client, 'channel' || i % 4 AS channel, 'type' || i % 30 AS type,
         'agent' || i % 500 AS agent
  FROM generate_series(1::bigint, 1000000) i;
INSERT INTO tandem.visit
  SELECT 'acme', id, 1, queue, client, channel, type, at - wait, at, 'CREATED',
         CASE WHEN i % 9 = 0 THEN 'ABANDONED' ELSE 'ANSWERED' END, at - wait + interval '20 seconds',
         CASE WHEN i % 9 = 0 THEN NULL ELSE agent END
  FROM made ORDER BY i;
INSERT INTO tandem.segment
  SELECT 'acme', id, 1, agent, queue, client, channel, type, at - 3 * wait, false, at - 2 * wait,
         at - 2 * wait, 0, at - wait, 'CUSTOMER', at - wait, at, 'COMPLETED', 'SOLD', i % 2 = 0
  FROM made ORDER BY i;
INSERT INTO tandem.agent_interval
  SELECT 'acme', agent, at - interval '21 minutes', at, 'AVAILABLE', NULL, i % 2, 0, 0, 0, client, 1
  FROM made ORDER BY i;
INSERT INTO tandem.message
  SELECT 'acme', id, id, CASE WHEN i % 2 = 0 THEN 'INBOUND' ELSE 'OUTBOUND' END,
         CASE WHEN i % 2 = 0 THEN 'CUSTOMER' ELSE 'AGENT' END, at
  FROM made ORDER BY i;
INSERT INTO tandem.ticket
  SELECT 'acme', id, i, id, channel, client, type, 'en', '[]', NULL, NULL, NULL, NULL, NULL, NULL,
         at - 4 * wait, NULL, 0, 0, 0, false
  FROM made ORDER BY i;
INSERT INTO tandem.ticket_state
  SELECT 'acme', id, CASE WHEN i % 100 = 0 THEN 'QUEUED' ELSE 'COMPLETED' END, queue, 0, at, at, at,
         CASE WHEN i % 100 = 0 THEN NULL ELSE agent END, false, 0, NULL, at,
         CASE WHEN i % 100 = 0 THEN NULL ELSE at END, 'SOLD', 1, NULL, 1, NULL, 'CREATED', 1, NULL,
         NULL, NULL, NULL, 0, NULL, 'UNKNOWN', NULL
  FROM made ORDER BY i;
INSERT INTO tandem.survey
  SELECT 'acme', id, i, 'csat', 1 + i % 5, 1, 5, at, agent, queue, client, channel, type
  FROM made ORDER BY i;
DROP TABLE made;
)";

constexpr Time kFirst{1'793'491'200'000'000};  // 2026-11-01 00:00 UTC

class Million : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    database_ = Database::Make("million").release();
    database_->Sql(kMillion);
    database_->Sql("VACUUM ANALYZE");
  }
  static void TearDownTestSuite() { delete database_; }

  static std::string Plan(const store::FactQuery& query, store::FactSource source) {
    const store::FactStatement statement = store::StatementOf(query, source);
    pqxx::connection connection(database_->url());
    pqxx::nontransaction work(connection);
    std::string plan;
    for (const pqxx::row& row :
         work.exec_params("EXPLAIN (ANALYZE, BUFFERS) " + statement.sql,
                          pqxx::prepare::make_dynamic_params(statement.parameters))) {
      absl::StrAppend(&plan, row[0].c_str(), "\n");
    }
    return plan;
  }

  static Database* database_;
};
Database* Million::database_ = nullptr;

store::FactQuery OneDay() {
  store::FactQuery query;
  query.workspace = kWorkspace;
  query.boundaries = {kFirst + Days(10), kFirst + Days(11)};
  query.sums.set();
  query.now = kFirst + Days(30);
  query.max_rows = router::kMaxReportRows;
  query.max_time = router::kMaxReportTime;
  return query;
}

TEST_F(Million, ADayIsFoundByTheBlocksThatHoldIt) {
  const std::map<store::FactSource, std::string> indexes = {
      {store::FactSource::kVisits, "visit_left_at"},
      {store::FactSource::kSegments, "segment_ended_at"},
      {store::FactSource::kAgentIntervals, "agent_interval_span"},
      {store::FactSource::kMessages, "message_at"},
      {store::FactSource::kCreatedTickets, "ticket_created_at"},
      {store::FactSource::kClosedTickets, "ticket_state_closed"},
      {store::FactSource::kOpenTickets, "ticket_state_open"},
      {store::FactSource::kSurveys, "survey_at"},
  };
  for (const auto& [source, index] : indexes) {
    EXPECT_THAT(Plan(OneDay(), source), HasSubstr(index));
  }
}

TEST_F(Million, AReportThatTakesTooLongIsEndedAndHurtsNobody) {
  store::FactQuery query = OneDay();
  query.boundaries = {kFirst, kFirst + Days(30)};
  query.max_time = router::Milliseconds(20);
  const auto ended = database_->reader().SumFacts(query);
  EXPECT_EQ(ended.status().code(), absl::StatusCode::kDeadlineExceeded) << ended.status();
  const auto settings = database_->reader().GetWorkspace(kWorkspace);
  EXPECT_TRUE(settings.ok()) << settings.status();
  const auto next = database_->reader().SumFacts(OneDay());
  EXPECT_TRUE(next.ok()) << next.status();
}

// A report that takes longer than router::kMaxReportTime is refused, which fails the test.
TEST_F(Million, ReportsComeInTime) {
  const auto timed = [](const char* what, const ReportRequest& request) {
    const auto begin = std::chrono::steady_clock::now();
    const Report report = database_->Query(request, kFirst + Days(30));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::cout << what << ": " << report.rows.size() << " rows in " << took.count() << " s\n";
    return report;
  };
  const auto grouped = [](Time since, Time until, ReportInterval interval, Dimension dimension) {
    ReportRequest request = Request(since, until);
    request.interval = interval;
    request.group_by.set(store::IndexOf(dimension));
    return request;
  };
  const Report day = timed(
      "a day by queue and half hour, every measure",
      grouped(kFirst + Days(10), kFirst + Days(11), ReportInterval::kHalfHour, Dimension::kQueue));
  EXPECT_EQ(day.rows.size(), 48u * 20);
  ReportRequest request =
      grouped(kFirst, kFirst + Days(31), ReportInterval::kDay, Dimension::kQueue);
  request.measures = {"offered",      "answered",
                      "abandoned",    "service_level",
                      "handled",      "average_speed_of_answer",
                      "longest_wait", "average_handling_time"};
  const Report month = timed("a month by queue and day, eight measures", request);
  int64_t offered = 0;
  for (const ReportRow& row : month.rows) offered += *row.values[0].numerator;
  EXPECT_EQ(offered, 1'000'000);
  request = grouped(kFirst, kFirst + Days(31), ReportInterval::kHour, Dimension::kAgent);
  request.measures = {"occupancy", "signed_in_time"};
  request.filter[store::IndexOf(Dimension::kAgent)] = {"agent1", "agent2", "agent3"};
  timed("a month of three agents by hour, occupancy", request);
}

}  // namespace
}  // namespace tandem::tests
