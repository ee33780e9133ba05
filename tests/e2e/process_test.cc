// Goal: tandemd as an operator meets it: its commands, its exit codes, its folder, its end.
// Method: the real program, run as a process.
#include "server/embedded/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "server/files/read.h"
#include "tests/e2e/server_process.h"
#include "tests/support/postgres_cluster.h"

namespace tandem::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr seconds kStartLimit{60};

Ended Tandemd(std::vector<std::string> arguments, const std::vector<std::string>& variables = {}) {
  arguments.insert(arguments.begin(), ProgramPath("tandemd"));
  return Run(arguments, variables);
}

// Starts a server on a free port and waits until it serves.
bool Serve(ServerProcess& server, std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--listen", "127.0.0.1:0", "--http-listen", ""});
  server.Start(arguments);
  return Eventually(
             [&] {
               return server.Log().find("serving on 127.0.0.1:") != std::string::npos ||
                      !server.Running();
             },
             kStartLimit) &&
         server.Running();
}

int Stop(ServerProcess& server) {
  server.Signal(SIGTERM);
  return server.WaitForEnd(seconds(40)).value_or(-1);
}

TEST(Tandemd, HelpsAndSaysItsVersion) {
  const Ended help = Tandemd({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.output, HasSubstr("--database-url"));
  const Ended version = Tandemd({"version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.output, testing::StartsWith("tandemd 0."));
}

TEST(Tandemd, EndsWithTwoWhenAnOptionIsWrong) {
  EXPECT_EQ(Tandemd({"--colour", "green"}).exit_code, 2);
  EXPECT_EQ(Tandemd({}, {"TANDEM_DRAIN_SECONDS=soon"}).exit_code, 2);
  const Ended open = Tandemd({"--listen", "0.0.0.0:9400"});
  EXPECT_EQ(open.exit_code, 2);
  EXPECT_THAT(open.output, HasSubstr("--insecure-listen"));
}

TEST(Tandemd, EndsWithOneWhenItCannotServe) {
  const Ended ended = Tandemd({"--data-dir", "/proc/tandem", "--http-listen", ""});
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_THAT(ended.output, HasSubstr("cannot make the data folder /proc/tandem"));
}

TEST(Tandemd, PrefersFlagsToTheEnvironmentToTheFile) {
  const Folder folder;
  const std::string file = folder.path() + "/tandemd.yaml";
  // Each source alone would be refused for its own address; the winner's is named.
  std::ofstream(file) << "listen: 1.1.1.1:1\n";
  EXPECT_THAT(Tandemd({"--config", file}).output, HasSubstr("1.1.1.1:1"));
  EXPECT_THAT(Tandemd({"--config", file}, {"TANDEM_LISTEN=2.2.2.2:2"}).output,
              HasSubstr("2.2.2.2:2"));
  EXPECT_THAT(
      Tandemd({"--config", file, "--listen", "3.3.3.3:3"}, {"TANDEM_LISTEN=2.2.2.2:2"}).output,
      HasSubstr("3.3.3.3:3"));
}

TEST(Tandemd, KeepsItsDataFolderToItself) {
  const Folder folder;
  const std::string data = folder.path() + "/data";
  ServerProcess server(folder.path() + "/log");
  ASSERT_TRUE(Serve(server, {"--data-dir", data})) << server.Log();
  const Ended second =
      Tandemd({"--data-dir", data, "--listen", "127.0.0.1:0", "--http-listen", ""});
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.output,
              HasSubstr(absl::StrCat("another tandemd uses it (process ", server.pid(), ")")));
  const Ended rows = Tandemd({"psql", "--data-dir", data, "--", "-XAtc", "SELECT 6 * 7"});
  EXPECT_EQ(rows.exit_code, 0);
  EXPECT_EQ(rows.output, "42\n");
  EXPECT_EQ(Stop(server), 0) << server.Log();
  const Ended away = Tandemd({"psql", "--data-dir", data, "--", "-c", "SELECT 1"});
  EXPECT_EQ(away.exit_code, 1);
  EXPECT_THAT(away.output, HasSubstr("start tandemd first"));
  // What was made for service is no demonstration's, and the other way round.
  const Ended mixed = Tandemd({"--data-dir", data, "--clock-speed", "60", "--http-listen", ""});
  EXPECT_EQ(mixed.exit_code, 1);
  EXPECT_THAT(mixed.output, HasSubstr("was made for service"));
}

TEST(Tandemd, StopsOnASecondSignalAtOnceAndStartsAgain) {
  const Folder folder;
  const std::string data = folder.path() + "/data";
  ServerProcess server(folder.path() + "/log");
  ASSERT_TRUE(Serve(server, {"--data-dir", data, "--clock-speed", "60"})) << server.Log();
  server.Signal(SIGINT);
  server.Signal(SIGTERM);
  const std::optional<int> exit_code = server.WaitForEnd(seconds(40));
  // The first may have been enough.
  EXPECT_THAT(exit_code.value_or(-1), testing::AnyOf(0, 128 + SIGINT, 128 + SIGTERM));
  ServerProcess again(folder.path() + "/log2");
  ASSERT_TRUE(Serve(again, {"--data-dir", data, "--clock-speed", "60"})) << again.Log();
  EXPECT_EQ(Stop(again), 0) << again.Log();
  const Ended mixed = Tandemd({"--data-dir", data, "--http-listen", ""});
  EXPECT_EQ(mixed.exit_code, 1);
  EXPECT_THAT(mixed.output, HasSubstr("demonstrations only"));
}

TEST(Tandemd, StopsWhileItStarts) {
  const Folder folder;
  ServerProcess server(folder.path() + "/log");
  server.Start(
      {"--data-dir", folder.path() + "/data", "--listen", "127.0.0.1:0", "--http-listen", ""});
  ASSERT_TRUE(Eventually(
      [&] { return server.Log().find("making a PostgreSQL") != std::string::npos; }, kStartLimit));
  EXPECT_EQ(Stop(server), 0) << server.Log();
}

TEST(Tandemd, WritesItsPortAndItsLogAsJson) {
  const Folder folder;
  const std::string port_file = folder.path() + "/port";
  ServerProcess server(folder.path() + "/log");
  ASSERT_TRUE(Serve(server, {"--data-dir", folder.path() + "/data", "--port-file", port_file,
                             "--log-format", "json"}))
      << server.Log();
  const std::string port = files::ReadFile(port_file).value_or("");
  EXPECT_THAT(server.Log(), HasSubstr("serving on 127.0.0.1:" + port));
  EXPECT_THAT(server.Log(), HasSubstr(R"("level":"info","message":")"));
  EXPECT_EQ(Stop(server), 0) << server.Log();
}

TEST(Tandemd, MigratesAnExistingDatabaseOnlyWhenTold) {
  tests::PostgresCluster cluster;
  const std::string url = cluster.CreateDatabase();
  const Ended old =
      Tandemd({"--database-url", url, "--listen", "127.0.0.1:0", "--http-listen", ""});
  EXPECT_EQ(old.exit_code, 1);
  EXPECT_THAT(old.output, HasSubstr("migrate"));
  const Ended migrated = Tandemd({"migrate"}, {"TANDEM_DATABASE_URL=" + url});
  EXPECT_EQ(migrated.exit_code, 0) << migrated.output;
  EXPECT_EQ(Tandemd({"migrate", "--database-url", url}).exit_code, 0) << "safe to repeat";
  const Folder folder;
  ServerProcess server(folder.path() + "/log");
  ASSERT_TRUE(Serve(server, {"--database-url", url})) << server.Log();
  EXPECT_EQ(Stop(server), 0) << server.Log();
}

TEST(Tandemd, ShowsNobodyThePasswordOfItsDatabase) {
  const Folder folder;
  ServerProcess server(folder.path() + "/log");
  // Nobody listens there: the server waits for its database, and says so.
  server.Start({"--database-url",
                absl::StrCat("postgresql://ann:open-sesame@127.0.0.1:", FreePort(), "/tandem"),
                "--listen", "127.0.0.1:0", "--http-listen", ""});
  EXPECT_TRUE(
      Eventually([&] { return server.Log().find("waiting for the database") != std::string::npos; },
                 kStartLimit))
      << server.Log();
  EXPECT_THAT(server.Log(), Not(HasSubstr("open-sesame")));
  EXPECT_THAT(files::ReadFile(absl::StrCat("/proc/", server.pid(), "/cmdline")).value_or(""),
              Not(HasSubstr("open-sesame")));
  EXPECT_EQ(Stop(server), 0) << server.Log();
}

}  // namespace
}  // namespace tandem::e2e
