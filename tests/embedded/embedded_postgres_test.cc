// Goal: the private PostgreSQL comes up on an empty folder, survives whatever is killed, and is
// never shared. Method: the real programs on a fresh folder each time; processes are killed by name
// of the cluster, so that nobody else's PostgreSQL is touched.
#include "server/embedded/embedded_postgres.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"

#include "server/embedded/cluster.h"
#include "server/embedded/data_directory.h"
#include "server/embedded/process.h"
#include "server/files/read.h"
#include "tests/support/folder.h"

namespace tandem::embedded {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

// A data folder; gone at the end, with all that runs in it.
class Folder {
 public:
  explicit Folder(const std::string& below = "") : path_(root_.path() + below) {}
  const std::string& path() const { return path_; }

 private:
  const tests::Folder root_;
  const std::string path_;
};

bool Eventually(const std::function<bool()>& holds, seconds limit = seconds(30)) {
  for (const auto deadline = std::chrono::steady_clock::now() + limit;
       std::chrono::steady_clock::now() < deadline;) {
    if (holds()) {
      return true;
    }
    std::this_thread::sleep_for(milliseconds(20));
  }
  return holds();
}

struct Running {
  DataDirectory directory;
  std::unique_ptr<EmbeddedPostgres> postgres;

  void StopAll() {
    if (postgres != nullptr) {
      postgres->Stop();
    }
  }
};

std::unique_ptr<Running> Start(const std::string& path) {
  absl::StatusOr<DataDirectory> directory = DataDirectory::Open(path, Purpose::kService);
  EXPECT_TRUE(directory.ok()) << directory.status();
  if (!directory.ok()) {
    return nullptr;
  }
  auto running = std::make_unique<Running>(Running{*std::move(directory), nullptr});
  absl::StatusOr<std::unique_ptr<EmbeddedPostgres>> postgres =
      EmbeddedPostgres::Start(running->directory, "", std::stop_token());
  EXPECT_TRUE(postgres.ok()) << postgres.status();
  if (!postgres.ok()) {
    return nullptr;
  }
  running->postgres = *std::move(postgres);
  return running;
}

// What a statement returns, or "error: …".
std::string Query(const std::string& path, const std::string& statement) {
  const absl::StatusOr<Cluster> cluster = FindRunningCluster(path, "");
  if (!cluster.ok()) {
    return absl::StrCat("error: ", cluster.status().ToString());
  }
  const absl::StatusOr<ProgramResult> result =
      RunProgram(Program{.command = {cluster->programs.Path("psql"), "-XAtq", "-d", cluster->Url(),
                                     "-c", statement},
                         .user = cluster->user,
                         .input = ""},
                 seconds(20));
  if (!result.ok() || result->exit_code != 0) {
    return absl::StrCat("error: ", result.ok() ? result->output : result.status().ToString());
  }
  return result->output.substr(0, result->output.find_last_not_of('\n') + 1);
}

pid_t PostmasterOf(const std::string& path) {
  const absl::StatusOr<Cluster> cluster = FindRunningCluster(path, "");
  const auto file = cluster.ok() ? ReadPostmasterFile(*cluster) : std::nullopt;
  return file.has_value() ? file->pid : 0;
}

TEST(EmbeddedPostgres, StartsOnAnEmptyFolderWithDurableSettingsAndNoPort) {
  const Folder folder;
  const auto running = Start(folder.path());
  ASSERT_NE(running, nullptr);
  EXPECT_EQ(Query(folder.path(), "SHOW fsync"), "on");
  EXPECT_EQ(Query(folder.path(), "SHOW synchronous_commit"), "on");
  EXPECT_EQ(Query(folder.path(), "SHOW full_page_writes"), "on");
  EXPECT_EQ(Query(folder.path(), "SHOW data_checksums"), "on");
  EXPECT_EQ(Query(folder.path(), "SHOW server_encoding"), "UTF8");
  EXPECT_EQ(Query(folder.path(), "SHOW lc_collate"), "C");
  EXPECT_EQ(Query(folder.path(), "SHOW listen_addresses"), "");
  struct stat socket_folder;
  ASSERT_EQ(stat((folder.path() + "/socket").c_str(), &socket_folder), 0);
  EXPECT_EQ(socket_folder.st_mode & 0777, 0700U);
  EXPECT_NE(socket_folder.st_uid, 0U) << "PostgreSQL must not run as root";
}

TEST(EmbeddedPostgres, KeepsItsDataWhenStoppedAndStarted) {
  const Folder folder;
  {
    const auto running = Start(folder.path());
    ASSERT_NE(running, nullptr);
    EXPECT_EQ(Query(folder.path(), "CREATE TABLE kept AS SELECT 42 AS n"), "");
    running->StopAll();
    EXPECT_EQ(PostmasterOf(folder.path()), 0);
  }
  const auto running = Start(folder.path());
  ASSERT_NE(running, nullptr);
  EXPECT_EQ(Query(folder.path(), "SELECT n FROM kept"), "42");
}

TEST(EmbeddedPostgres, ComesBackWhenItsServerProcessIsKilled) {
  const Folder folder;
  const auto running = Start(folder.path());
  ASSERT_NE(running, nullptr);
  EXPECT_EQ(Query(folder.path(), "CREATE TABLE kept AS SELECT 42 AS n"), "");
  for (int round = 0; round < 3; ++round) {
    const pid_t before = PostmasterOf(folder.path());
    ASSERT_GT(before, 0);
    kill(before, SIGKILL);
    EXPECT_TRUE(Eventually([&] {
      const pid_t now = PostmasterOf(folder.path());
      return now != 0 && now != before && Query(folder.path(), "SELECT n FROM kept") == "42";
    }));
  }
}

// Dies without cleaning up, as by kill -9, after having started PostgreSQL on `path`.
void StartAndDie(const std::string& path) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto running = Start(path);
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
}

TEST(EmbeddedPostgres, TakesOverThePostgresThatAKilledServerLeft) {
  const Folder folder;
  StartAndDie(folder.path());
  const pid_t left = PostmasterOf(folder.path());
  ASSERT_GT(left, 0);
  const auto running = Start(folder.path());
  ASSERT_NE(running, nullptr);
  EXPECT_EQ(PostmasterOf(folder.path()), left);
  EXPECT_EQ(Query(folder.path(), "SELECT 1"), "1");
  kill(left, SIGKILL);
  EXPECT_TRUE(Eventually([&] {
    return PostmasterOf(folder.path()) != left && Query(folder.path(), "SELECT 1") == "1";
  }));
}

TEST(EmbeddedPostgres, StartsWhenBothWereKilledAndBackendsAreLeft) {
  const Folder folder;
  StartAndDie(folder.path());
  const pid_t left = PostmasterOf(folder.path());
  ASSERT_GT(left, 0);
  kill(left, SIGKILL);
  const auto running = Start(folder.path());
  ASSERT_NE(running, nullptr);
  EXPECT_NE(PostmasterOf(folder.path()), left);
}

TEST(EmbeddedPostgres, ReplacesALeftPostgresThatDoesNotAnswer) {
  const Folder folder;
  StartAndDie(folder.path());
  const pid_t left = PostmasterOf(folder.path());
  ASSERT_GT(left, 0);
  kill(left, SIGSTOP);
  const auto running = Start(folder.path());
  ASSERT_NE(running, nullptr);
  EXPECT_NE(PostmasterOf(folder.path()), left);
  EXPECT_EQ(Query(folder.path(), "SELECT 1"), "1");
}

TEST(EmbeddedPostgres, IgnoresAPostmasterFileThatNamesAForeignProcess) {
  const Folder folder;
  std::string text;
  {
    const auto running = Start(folder.path());
    ASSERT_NE(running, nullptr);
    text = files::ReadFile(folder.path() + "/postgres/postmaster.pid").value_or("");
    running->StopAll();
  }
  // As after a restart of the machine: the number now belongs to somebody else, here to this test.
  const std::string stale = absl::StrCat(getpid(), text.substr(text.find('\n')));
  std::ofstream(folder.path() + "/postgres/postmaster.pid") << stale;
  const auto running = Start(folder.path());
  ASSERT_NE(running, nullptr);
  EXPECT_NE(PostmasterOf(folder.path()), getpid());
  EXPECT_EQ(Query(folder.path(), "SELECT 1"), "1");
}

TEST(EmbeddedPostgres, ListensElsewhereWhenThePathIsTooLongForASocket) {
  const Folder folder("/" + std::string(120, 'd'));
  const auto running = Start(folder.path());
  ASSERT_NE(running, nullptr);
  EXPECT_EQ(Query(folder.path(), "SELECT 1"), "1");
  const absl::StatusOr<Cluster> cluster = FindRunningCluster(folder.path(), "");
  ASSERT_TRUE(cluster.ok());
  EXPECT_LT(cluster->socket_folder.size(), 90U);
  running->StopAll();
  std::filesystem::remove_all(cluster->socket_folder);
}

TEST(EmbeddedPostgres, RefusesAClusterOfAVersionThatIsNotInstalled) {
  const Folder folder;
  {
    const auto running = Start(folder.path());
    ASSERT_NE(running, nullptr);
  }
  std::ofstream(folder.path() + "/postgres/PG_VERSION") << "9\n";
  const absl::StatusOr<DataDirectory> directory =
      DataDirectory::Open(folder.path(), Purpose::kService);
  ASSERT_TRUE(directory.ok());
  const auto postgres = EmbeddedPostgres::Start(*directory, "", std::stop_token());
  ASSERT_FALSE(postgres.ok());
  EXPECT_THAT(std::string(postgres.status().message()),
              HasSubstr("expected the programs of PostgreSQL 9"));
}

TEST(EmbeddedPostgres, RefusesAFolderThatItsUserCannotReach) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "only root runs PostgreSQL as somebody else";
  }
  const Folder folder("/closed/data");
  const absl::StatusOr<DataDirectory> directory =
      DataDirectory::Open(folder.path(), Purpose::kService);
  ASSERT_TRUE(directory.ok());
  std::filesystem::permissions(std::filesystem::path(folder.path()).parent_path(),
                               std::filesystem::perms::owner_all);
  const auto postgres = EmbeddedPostgres::Start(*directory, "", std::stop_token());
  ASSERT_FALSE(postgres.ok());
  EXPECT_THAT(std::string(postgres.status().message()), HasSubstr("is closed to that user"));
}

TEST(DataDirectory, IsUsedByOneServerAtATime) {
  const Folder folder;
  {
    const auto first = DataDirectory::Open(folder.path(), Purpose::kService);
    ASSERT_TRUE(first.ok());
    const auto second = DataDirectory::Open(folder.path(), Purpose::kService);
    ASSERT_FALSE(second.ok());
    EXPECT_THAT(std::string(second.status().message()),
                HasSubstr(absl::StrCat("another tandemd uses it (process ", getpid(), ")")));
  }
  EXPECT_TRUE(DataDirectory::Open(folder.path(), Purpose::kService).ok());
}

TEST(DataDirectory, KeepsDemonstrationsAndServiceApart) {
  const Folder service;
  const Folder demonstration;
  EXPECT_TRUE(DataDirectory::Open(service.path(), Purpose::kService).ok());
  EXPECT_TRUE(DataDirectory::Open(demonstration.path(), Purpose::kDemonstration).ok());
  const auto refused = DataDirectory::Open(service.path(), Purpose::kDemonstration);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("was made for service"));
  const auto refused_too = DataDirectory::Open(demonstration.path(), Purpose::kService);
  ASSERT_FALSE(refused_too.ok());
  EXPECT_THAT(std::string(refused_too.status().message()), HasSubstr("demonstrations only"));
}

TEST(DataDirectory, RefusesAFolderWithOtherFiles) {
  const Folder folder;
  std::ofstream(folder.path() + "/letter.txt") << "Dear reader";
  const auto directory = DataDirectory::Open(folder.path(), Purpose::kService);
  ASSERT_FALSE(directory.ok());
  EXPECT_THAT(std::string(directory.status().message()), HasSubstr("holds other files"));
}

TEST(RunProgram, ReturnsOutputAndExitCode) {
  const auto result = RunProgram(Program{.command = {"/bin/sh", "-c", "cat; echo err >&2; exit 3"},
                                         .user = User::Current(),
                                         .input = "in\n"},
                                 seconds(10));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->exit_code, 3);
  EXPECT_EQ(result->output, "in\nerr\n");
}

TEST(RunProgram, SaysWhyAProgramCouldNotBeRun) {
  const auto result = RunProgram(
      Program{.command = {"/nowhere/program"}, .user = User::Current(), .input = ""}, seconds(10));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->exit_code, 127);
  EXPECT_THAT(result->output, HasSubstr("cannot run /nowhere/program: No such file"));
}

TEST(RunProgram, KillsAProgramThatTakesTooLong) {
  const auto result = RunProgram(
      Program{.command = {"/bin/sleep", "60"}, .user = User::Current(), .input = ""}, seconds(1));
  EXPECT_EQ(result.status().code(), absl::StatusCode::kDeadlineExceeded);
}

}  // namespace
}  // namespace tandem::embedded

int main(int argc, char** argv) {
  // PostgreSQL processes whose parent was killed become our children, so that the dead ones can be
  // waited for.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
