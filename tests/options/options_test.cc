// Goal: a flag goes before the environment, the environment before the file, the file before the
// default, and what is wrong is said with the name of the option. Method: a line is a command line
// and what becomes of it.
#include "server/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace tandem {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using Variables = std::map<std::string, std::string>;

ParsedOptions Parse(const std::vector<std::string>& arguments, const Variables& variables = {}) {
  return ParseOptions(arguments, [&variables](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

// A YAML file with this text, gone at the end.
class File {
 public:
  explicit File(const std::string& text) {
    char name[] = "/tmp/tandem-options-XXXXXX";
    const int file = mkstemp(name);
    close(file);
    path_ = name;
    std::ofstream(path_) << text;
  }
  ~File() { unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(ParseOptions, HasADefaultForEverything) {
  const ParsedOptions parsed = Parse({}, {{"HOME", "/somewhere"}});
  ASSERT_TRUE(parsed.options.has_value()) << parsed.output;
  EXPECT_EQ(parsed.options->task, Task::kServe);
  EXPECT_EQ(parsed.options->listen, "127.0.0.1:9400");
  EXPECT_EQ(parsed.options->http_listen, "127.0.0.1:9401");
  EXPECT_TRUE(parsed.options->reflection);
  EXPECT_FALSE(parsed.options->webhook_private_networks);
  EXPECT_TRUE(parsed.options->MigratesOnStart());
  EXPECT_EQ(parsed.options->clock_speed, 1.0);
  EXPECT_EQ(parsed.options->data_dir,
            geteuid() == 0 ? "/var/lib/tandem" : "/somewhere/.local/share/tandem");
}

TEST(ParseOptions, PrefersFlagThenEnvironmentThenFile) {
  const File file(
      "listen: 127.0.0.1:1003\ndrain-seconds: 3\nlog-level: debug\nreflection: false\n"
      "webhook-private-networks: true\n");
  const Variables variables = {{"TANDEM_LISTEN", "127.0.0.1:1002"},
                               {"TANDEM_DRAIN_SECONDS", "2"},
                               {"TANDEM_CONFIG", file.path()}};
  const ParsedOptions parsed =
      Parse({"--listen", "127.0.0.1:1001", "--max-agent-sessions", "30000"}, variables);
  ASSERT_TRUE(parsed.options.has_value()) << parsed.output;
  EXPECT_EQ(parsed.options->listen, "127.0.0.1:1001");
  EXPECT_EQ(parsed.options->drain_seconds, 2);
  EXPECT_EQ(parsed.options->max_agent_sessions, 30'000);
  EXPECT_EQ(parsed.options->log_level, "debug");
  EXPECT_FALSE(parsed.options->reflection);
  EXPECT_TRUE(parsed.options->webhook_private_networks);
}

TEST(ParseOptions, ServesOtherMachinesWithTls) {
  const ParsedOptions parsed =
      Parse({"--listen", "0.0.0.0:9400", "--tls-cert", "/c.pem", "--tls-key", "/k.pem"},
            {{"TANDEM_TLS_CLIENT_CA", "/ca.pem"}, {"TANDEM_ACCESS_LOG", "errors"}});
  ASSERT_TRUE(parsed.options.has_value()) << parsed.output;
  EXPECT_EQ(parsed.options->tls_cert, "/c.pem");
  EXPECT_EQ(parsed.options->tls_key, "/k.pem");
  EXPECT_EQ(parsed.options->tls_client_ca, "/ca.pem");
  EXPECT_EQ(parsed.options->access_log, AccessLogLevel::kErrors);
}

TEST(ParseOptions, LeavesMigrationOfAnExistingDatabaseToItsOwner) {
  const std::vector<std::string> url = {"--database-url", "postgresql://tandem@db/tandem"};
  EXPECT_FALSE(Parse(url).options->MigratesOnStart());
  EXPECT_TRUE(Parse(url, {{"TANDEM_MIGRATE_ON_START", "true"}}).options->MigratesOnStart());
}

TEST(ParseOptions, KnowsItsCommands) {
  EXPECT_EQ(Parse({"version"}).options->task, Task::kVersion);
  EXPECT_EQ(Parse({"migrate", "--database-url", "postgresql://db/tandem"}).options->task,
            Task::kMigrate);
  const ParsedOptions psql = Parse({"psql", "--data-dir", "/data", "--", "-c", "SELECT 1", "-At"});
  ASSERT_TRUE(psql.options.has_value()) << psql.output;
  EXPECT_EQ(psql.options->task, Task::kPsql);
  EXPECT_EQ(psql.options->data_dir, "/data");
  EXPECT_THAT(psql.options->psql_arguments, ElementsAre("-c", "SELECT 1", "-At"));
}

TEST(ParseOptions, HelpsInLinesThatFitAScreen) {
  const ParsedOptions parsed = Parse({"--help"});
  EXPECT_FALSE(parsed.options.has_value());
  EXPECT_EQ(parsed.exit_code, 0);
  EXPECT_THAT(parsed.output, HasSubstr("--database-url"));
  size_t start = 0;
  for (size_t end = 0; (end = parsed.output.find('\n', start)) != std::string::npos;
       start = end + 1) {
    EXPECT_LE(end - start, 100U) << parsed.output.substr(start, end - start);
  }
}

TEST(ParseOptions, RefusesWhatIsWrongByName) {
  struct Case {
    std::vector<std::string> arguments;
    Variables variables;
    std::string complaint;
  };
  const std::string url = "postgresql://db/tandem";
  const Case cases[] = {
      {{"--bogus"}, {}, "--bogus"},
      {{"serve"}, {}, "serve"},
      {{"--listen"}, {}, "--listen: 1 required HOST:PORT missing"},
      {{"--listen", ""}, {}, "--listen: expected HOST:PORT, but it is empty"},
      {{"--listen", "9400"}, {}, "--listen: expected HOST:PORT"},
      {{"--listen", "localhost:70000"}, {}, "--listen: expected HOST:PORT"},
      {{"--listen", "::1:9400"}, {}, "--listen: expected HOST:PORT"},
      {{"--listen", "0.0.0.0:9400"}, {}, "--insecure-listen"},
      {{"--listen", "127.example.com:9400"}, {}, "--insecure-listen"},
      {{"--http-listen", "[::]:80"},
       {},
       "--http-listen: expected an address of this machine alone"},
      {{"--listen", "0.0.0.0:9400"}, {}, "--tls-cert"},
      {{"--tls-cert", "/c.pem"}, {}, "--tls-cert: expected it with --tls-key"},
      {{"--tls-key", "/k.pem"}, {}, "--tls-cert: expected it with --tls-key"},
      {{"--tls-client-ca", "/ca.pem"}, {}, "--tls-client-ca: expected it with --tls-cert"},
      {{"--tls-cert", "/c.pem", "--tls-key", "/k.pem", "--http-listen", "0.0.0.0:80"},
       {},
       "--http-listen: expected an address of this machine alone"},
      {{"--access-log", "some"}, {}, "--access-log"},
      {{"--metrics-queues", "-1"}, {}, "--metrics-queues"},
      {{"--clock-speed", "0"}, {}, "--clock-speed: expected a number above 0"},
      {{"--clock-speed", "nan"}, {}, "--clock-speed: expected a number above 0"},
      {{"--clock-speed", "2", "--database-url", url}, {}, "--clock-speed: expected 1"},
      {{"--log-level", "loud"}, {}, "--log-level"},
      {{"--drain-seconds", "-1"}, {}, "--drain-seconds"},
      {{"--max-agent-sessions", "0"}, {}, "--max-agent-sessions"},
      {{"--database-url", "host=db password=secret"}, {}, "--database-url: expected postgresql://"},
      {{"migrate"}, {}, "migrate: expected --database-url"},
      {{"psql", "--database-url", url}, {}, "psql: expected no --database-url"},
      {{}, {{"TANDEM_REFLECTION", "perhaps"}}, "TANDEM_REFLECTION: expected true or false"},
      {{}, {{"TANDEM_DRAIN_SECONDS", "soon"}}, "TANDEM_DRAIN_SECONDS: --drain-seconds"},
      {{"--config", "/nowhere.yaml"}, {}, "/nowhere.yaml: can't be read"},
  };
  for (const Case& wrong : cases) {
    const ParsedOptions parsed = Parse(wrong.arguments, wrong.variables);
    EXPECT_FALSE(parsed.options.has_value()) << wrong.complaint;
    EXPECT_EQ(parsed.exit_code, 2) << wrong.complaint;
    EXPECT_THAT(parsed.output, HasSubstr(wrong.complaint));
    EXPECT_THAT(parsed.output, Not(HasSubstr("secret")));
  }
}

TEST(ParseOptions, RefusesAFileThatIsWrong) {
  const std::pair<std::string, std::string> cases[] = {
      {"colour: green\n", "'colour' is none"},
      {"listen: [1, 2]\n", "listen: expected one value"},
      {"- listen\n", "expected lines of the form"},
      {"listen: [1\n", "line"},
      {"clock-speed: fast\n", "clock-speed: --clock-speed: expected a number"},
  };
  for (const auto& [text, complaint] : cases) {
    const File file(text);
    const ParsedOptions parsed = Parse({"--config", file.path()});
    EXPECT_EQ(parsed.exit_code, 2) << text;
    EXPECT_THAT(parsed.output, HasSubstr(complaint));
  }
}

TEST(IsLoopback, KnowsThisMachine) {
  EXPECT_TRUE(IsLoopback("127.0.0.1"));
  EXPECT_TRUE(IsLoopback("127.8.9.10"));
  EXPECT_TRUE(IsLoopback("::1"));
  EXPECT_TRUE(IsLoopback("localhost"));
  EXPECT_FALSE(IsLoopback("0.0.0.0"));
  EXPECT_FALSE(IsLoopback("::"));
  EXPECT_FALSE(IsLoopback("10.0.0.1"));
}

}  // namespace
}  // namespace tandem
