// Goal: `tandemctl report` says of a played day what PostgreSQL holds, to people and to programs.
// Method: a real tandemd plays an hour and a half of the sample day; then the totals of reports are
// compared with SQL over the tables, and the command line is misused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "nlohmann/json.hpp"
#include "tests/e2e/server_process.h"

namespace tandem::e2e {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// As the documents say.
constexpr size_t kMeasures = 144;

class ReportTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new Folder;
    server_ = new ServerProcess(folder_->path() + "/log");
    address_ = absl::StrCat("127.0.0.1:", FreePort());
    server_->Start(
        {"--data-dir", Data(), "--listen", address_, "--http-listen", "", "--clock-speed", "1200"});
    const Ended ready = Ctl({"wait", "--seconds", "60"});
    ASSERT_EQ(ready.exit_code, 0) << ready.output << server_->Log();
    const Ended applied =
        Ctl({"apply", "-f", "deploy/starter", "--agents", "deploy/starter/day/agents.jsonl"});
    ASSERT_EQ(applied.exit_code, 0) << applied.output;
    const Ended played =
        Ctl({"play", "--contacts", "deploy/starter/day/contacts.jsonl", "--agents",
             "deploy/starter/day/agents.jsonl", "--from", "09:00", "--to", "10:30"});
    ASSERT_EQ(played.exit_code, 0) << played.output;
  }
  static void TearDownTestSuite() {
    server_->Signal(SIGTERM);
    EXPECT_EQ(server_->WaitForEnd(seconds(40)), 0) << server_->Log();
    delete server_;
    delete folder_;
  }

  static std::string Data() { return folder_->path() + "/data"; }

  static Ended Ctl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {ProgramPath("tandemctl"), "--address", address_});
    return e2e::Run(arguments);
  }
  static nlohmann::json Report(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"report", "--since", "30d", "-o", "json"});
    const Ended ended = Ctl(arguments);
    EXPECT_EQ(ended.exit_code, 0) << ended.output;
    return nlohmann::json::parse(ended.output, nullptr, /*allow_exceptions=*/false);
  }
  static int64_t Sql(const std::string& sql) {
    const Ended ended =
        e2e::Run({ProgramPath("tandemd"), "psql", "--data-dir", Data(), "--", "-XAtc", sql});
    EXPECT_EQ(ended.exit_code, 0) << ended.output;
    return std::stoll(ended.output);
  }
  // A measure's value in a row. In JSON, whole numbers of 64 bits are texts.
  static nlohmann::json ValueOf(const nlohmann::json& report, size_t row,
                                const std::string& measure) {
    const auto& measures = report["measures"];
    const auto found = std::find(measures.begin(), measures.end(), measure);
    EXPECT_TRUE(found != measures.end()) << measure;
    return report["rows"][row]["values"][static_cast<size_t>(found - measures.begin())];
  }
  static int64_t Number(const nlohmann::json& text) { return std::stoll(text.get<std::string>()); }
  // The sum of a measure's numerators over the rows.
  static int64_t SumOf(const nlohmann::json& report, const std::string& measure) {
    int64_t sum = 0;
    for (size_t row = 0; row < report["rows"].size(); ++row) {
      sum += Number(ValueOf(report, row, measure)["numerator"]);
    }
    return sum;
  }

  static Folder* folder_;
  static ServerProcess* server_;
  static std::string address_;
};
Folder* ReportTest::folder_ = nullptr;
ServerProcess* ReportTest::server_ = nullptr;
std::string ReportTest::address_;

TEST_F(ReportTest, AgreesWithTheTables) {
  const auto by_queue = Report({"--by", "queue", "--interval", "hour", "--measures",
                                "offered,answered,abandoned,handling_time"});
  EXPECT_GT(by_queue["rows"].size(), 5u);
  EXPECT_EQ(SumOf(by_queue, "offered"), Sql("SELECT count(*) FROM tandem.visit"));
  EXPECT_EQ(SumOf(by_queue, "answered"),
            Sql("SELECT count(*) FROM tandem.visit WHERE exit_reason = 'ANSWERED'"));
  EXPECT_GT(SumOf(by_queue, "answered"), 0);
  EXPECT_EQ(SumOf(by_queue, "abandoned"),
            Sql("SELECT count(*) FROM tandem.visit WHERE exit_reason = 'ABANDONED'"));
  EXPECT_GT(SumOf(by_queue, "abandoned"), 0);
  EXPECT_EQ(SumOf(by_queue, "handling_time"),
            Sql("SELECT round(sum(extract(epoch FROM ended_at) - extract(epoch FROM connected_at))"
                " * 1000000)::bigint FROM tandem.segment WHERE connected_at IS NOT NULL"));
  const auto by_client = Report({"--by", "client,channel", "--measures", "received,completed"});
  EXPECT_EQ(SumOf(by_client, "received"), Sql("SELECT count(*) FROM tandem.ticket"));
  EXPECT_EQ(SumOf(by_client, "completed"),
            Sql("SELECT count(*) FROM tandem.ticket_state WHERE state = 'COMPLETED'"));
  const auto by_agent = Report({"--by", "agent", "--measures", "signed_in_time,handled"});
  EXPECT_EQ(SumOf(by_agent, "signed_in_time"),
            Sql("SELECT round(sum(extract(epoch FROM ended_at) - extract(epoch FROM began_at))"
                " * 1000000)::bigint FROM tandem.agent_interval WHERE status <> 'OFFLINE'"));
  EXPECT_EQ(SumOf(by_agent, "handled"),
            Sql("SELECT count(*) FROM tandem.segment WHERE connected_at IS NOT NULL"));
  const auto all = Report({"--measures", "all"});
  ASSERT_EQ(all["rows"].size(), 1u);
  EXPECT_EQ(all["measures"].size(), kMeasures);
  EXPECT_EQ(all["rows"][0]["values"].size(), kMeasures);
}

TEST_F(ReportTest, ReckonsServiceLevelsByAPolicy) {
  const auto level = [](const std::vector<std::string>& policy) {
    std::vector<std::string> arguments = {"--measures", "service_level,abandonment_rate"};
    arguments.insert(arguments.end(), policy.begin(), policy.end());
    return ValueOf(Report(arguments), 0, "service_level");
  };
  const std::string in_time = "(exit_reason = 'ANSWERED' AND left_at - entered_at <= '20s')";
  const std::string late = "left_at - entered_at > '20s'";
  const std::string gone = "(exit_reason = 'ABANDONED' AND left_at - entered_at <= '20s')";
  const std::string is_short = "(exit_reason = 'ABANDONED' AND left_at - entered_at <= '5s')";
  const auto count = [](const std::string& where) {
    return Sql("SELECT count(*) FROM tandem.visit WHERE " + where);
  };
  const auto ignored = level({"--threshold", "20s", "--abandons", "ignored"});
  EXPECT_EQ(Number(ignored["numerator"]), count(in_time));
  EXPECT_EQ(Number(ignored["denominator"]), count(in_time + " OR " + late));
  const auto positive =
      level({"--threshold", "20s", "--abandons", "positive", "--short-abandon", "5s"});
  EXPECT_EQ(Number(positive["numerator"]),
            count("(" + in_time + " OR " + gone + ") AND NOT " + is_short));
  EXPECT_EQ(Number(positive["denominator"]),
            count("(" + in_time + " OR " + gone + " OR " + late + ") AND NOT " + is_short));
  const auto negative = level({"--threshold", "20s", "--abandons", "negative"});
  EXPECT_EQ(Number(negative["numerator"]), count(in_time));
  EXPECT_EQ(Number(negative["denominator"]),
            count("exit_reason IN ('ANSWERED', 'ABANDONED') OR " + late));
  EXPECT_EQ(level({"--threshold", "20s"}), negative) << "the default";

  const Ended put = Ctl({"policy", "put", "gold", "--threshold", "20s", "--abandons", "ignored",
                         "--name", "Acme's contract"});
  EXPECT_EQ(put.exit_code, 0) << put.output;
  EXPECT_EQ(put.output, "Policy gold is at revision 1 of workspace starter\n");
  EXPECT_EQ(level({"--policy", "gold"}), ignored);
  EXPECT_THAT(Ctl({"get", "policies"}).output, HasSubstr("gold  20s        IGNORED"));
  EXPECT_EQ(
      Ctl({"policy", "put", "gold", "--threshold", "30s", "--expected-revision", "4"}).exit_code,
      1);
  EXPECT_EQ(Ctl({"policy", "delete", "gold"}).exit_code, 0);
  const Ended gone_policy = Ctl({"report", "--policy", "gold"});
  EXPECT_EQ(gone_policy.exit_code, 1);
  EXPECT_THAT(gone_policy.output, HasSubstr("POLICY_NOT_FOUND"));
}

TEST_F(ReportTest, IsATableForPeople) {
  const Ended table =
      Ctl({"report", "--by", "queue,channel", "--interval", "30m", "--since", "2d"});
  EXPECT_EQ(table.exit_code, 0) << table.output;
  EXPECT_THAT(table.output, StartsWith("queue"));
  EXPECT_THAT(table.output, HasSubstr("service_level"));
  const Ended agents = Ctl({"report", "--by", "agent"});
  EXPECT_THAT(agents.output, HasSubstr("average_handling_time"));
  const Ended catalogue = Ctl({"get", "measures"});
  EXPECT_THAT(catalogue.output, HasSubstr("A_T / (O_T - B_T)"));
  const Ended json = Ctl({"get", "measures", "-o", "json"});
  EXPECT_EQ(nlohmann::json::parse(json.output)["measures"].size(), kMeasures);
}

TEST_F(ReportTest, TellsWhatItDoesNotUnderstand) {
  const auto refused = [](std::vector<std::string> arguments, int exit_code,
                          const std::string& said) {
    arguments.insert(arguments.begin(), "report");
    const Ended ended = Ctl(arguments);
    EXPECT_EQ(ended.exit_code, exit_code) << ended.output;
    EXPECT_THAT(ended.output, HasSubstr(said));
  };
  refused({"--measures", "offered,servce_level"}, 1, "did you mean \"service_level\"?");
  refused({"--short-abandon", "5s"}, 2, "--threshold");
  refused({"--abandons", "ignored"}, 2, "--threshold");
  refused({"--policy", "gold", "--threshold", "20s"}, 2, "excludes");
  refused({"--by", "team"}, 2, "expected one of queue, client, process-type, channel, agent");
  refused({"--interval", "week"}, 2, "expected one of");
  refused({"--since", "yesterday"}, 2, "expected an instant");
  refused({"--threshold", "-3s"}, 2, "expected a duration");
  refused({"-o", "xml"}, 2, "expected one of table, json, yaml");
  refused({"--time-zone", "Mars/Olympus"}, 2, "expected the IANA name of a time zone");
  refused({"--since", "2030-01-01", "--time-zone", "UTC"}, 1, "FIELD_OUT_OF_RANGE");
}

}  // namespace
}  // namespace tandem::e2e
