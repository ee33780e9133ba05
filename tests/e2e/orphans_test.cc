// Goal: a test or a benchmark that is ended from outside leaves nothing behind: no process, no
// folder.
// Method: this program, started once more with --hold, runs what tests run and says where; then it
// is ended by a signal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "server/embedded/process.h"
#include "tests/e2e/server_process.h"
#include "tests/support/postgres_cluster.h"

namespace tandem::e2e {
namespace {

using std::chrono::seconds;

constexpr char kHold[] = "--hold";
constexpr char kWithoutServer[] = "without_server";
constexpr seconds kStartLimit{60};
// More than tandemd and its PostgreSQL may take to end in good order.
constexpr seconds kEndLimit{60};

// Starts tandemd with a private PostgreSQL, a PostgreSQL for tests and a program that never ends;
// writes their folders to `path`, and waits for the signal. `kill_tandemd`: its PostgreSQL is an
// orphan already.
[[noreturn]] void Hold(const std::string& path, bool kill_tandemd) {
  const Folder folder;
  const tests::PostgresCluster cluster;
  ServerProcess sleeper(folder.path() + "/sleeper.log");
  sleeper.StartCommand({"/bin/sleep", "1000"});
  ServerProcess server(folder.path() + "/server.log");
  server.Start({"--data-dir", folder.path() + "/data", "--listen", "127.0.0.1:0", "--http-listen",
                "", "--port-file", folder.path() + "/port"});
  const bool serves =
      Eventually([&] { return std::filesystem::exists(folder.path() + "/port"); }, kStartLimit);
  if (kill_tandemd) server.Signal(SIGKILL);
  const std::string draft = path + ".new";
  std::ofstream(draft) << serves << "\n"
                       << folder.path() << "\n"
                       << cluster.folder() << "\n"
                       << sleeper.pid() << "\n";
  std::filesystem::rename(draft, path);
  while (true) pause();
}

// What the other program holds.
struct Held {
  bool serves = false;
  std::vector<std::string> folders{2};
  pid_t sleeper = 0;

  bool Gone() const {
    for (const std::string& folder : folders) {
      if (std::filesystem::exists(folder)) return false;
    }
    const auto process = embedded::ReadProcess(sleeper);
    return !process.has_value() || !process->alive();
  }
  // Processes that name a folder: the servers, and whoever guards it.
  std::vector<std::string> Processes() const {
    std::vector<std::string> found;
    for (const embedded::ProcessInfo& process : embedded::ListProcesses()) {
      if (!process.alive()) continue;
      for (const std::string& argument : process.command) {
        for (const std::string& folder : folders) {
          if (argument.find(folder) != std::string::npos) found.push_back(process.command[0]);
        }
      }
    }
    return found;
  }
};

class Orphans : public testing::Test {
 protected:
  Held Start(const std::string& how) {
    const std::string path = folder_.path() + "/held";
    other_.StartCommand({"/proc/self/exe", kHold, path, how});
    EXPECT_TRUE(Eventually([&] { return std::filesystem::exists(path); }, kStartLimit));
    Held held;
    std::ifstream(path) >> held.serves >> held.folders[0] >> held.folders[1] >> held.sleeper;
    EXPECT_TRUE(held.serves);
    EXPECT_FALSE(held.Gone());
    EXPECT_THAT(held.Processes(), testing::SizeIs(testing::Ge(2)));
    return held;
  }

  void End(int signal_number, const Held& held) {
    other_.Signal(signal_number);
    EXPECT_EQ(other_.WaitForEnd(seconds(10)), 128 + signal_number);
    EXPECT_TRUE(Eventually([&] { return held.Gone(); }, kEndLimit));
    EXPECT_THAT(held.Processes(), testing::IsEmpty());
  }

 private:
  const Folder folder_;
  ServerProcess other_{folder_.path() + "/other.log"};
};

TEST_F(Orphans, AreNoneOfATestThatWasKilled) {
  const Held held = Start("whole");
  End(SIGKILL, held);
}

TEST_F(Orphans, AreNoneOfATestThatWasInterrupted) {
  const Held held = Start("whole");
  End(SIGINT, held);
}

TEST_F(Orphans, AreNoneOfATestThatHadKilledItsServer) {
  const Held held = Start(kWithoutServer);
  End(SIGTERM, held);
}

TEST(FolderOfATest, TakesWhatRunsOnItAlongWhenItGoes) {
  ServerProcess sleeper("/dev/null");
  {
    const Folder folder;
    sleeper.StartCommand({"/bin/sh", "-c", "sleep 1000; true", folder.path()});
    const auto runs = [&] {
      const auto process = embedded::ReadProcess(sleeper.pid());
      return process && process->command.size() == 4 && process->command.back() == folder.path();
    };
    ASSERT_TRUE(Eventually(runs, kStartLimit));
  }
  EXPECT_EQ(sleeper.WaitForEnd(seconds(10)), 128 + SIGKILL);
}

}  // namespace
}  // namespace tandem::e2e

int main(int argc, char** argv) {
  if (argc == 4 && std::string(argv[1]) == tandem::e2e::kHold) {
    tandem::e2e::Hold(argv[2], std::string(argv[3]) == tandem::e2e::kWithoutServer);
  }
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
