// Goal: whatever is killed and whenever, nothing that was acknowledged is lost, nothing is done
// twice, and service comes back by itself. Method: a real tandemd with its embedded PostgreSQL
// works under load, while the server, PostgreSQL, one of its backends, or several at once are ended
// by kill -9 at random moments. At the end every promise that a caller got is looked for in the
// database. The seed is printed: --seed repeats the choices (not the timing).
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "server/embedded/cluster.h"
#include "server/embedded/process.h"
#include "tests/e2e/history_checker.h"
#include "tests/e2e/journal.h"
#include "tests/e2e/load.h"
#include "tests/e2e/server_process.h"

namespace tandem::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Settings {
  int rounds = 24;
  uint64_t seed = std::random_device()();
};
Settings settings;

// How long service may take to come back after a kill.
constexpr seconds kBackLimit{30};
// Answers that must come before the next kill.
constexpr size_t kWorkBetweenKills = 40;

class KillTest : public testing::Test {
 protected:
  KillTest() : random_(settings.seed), port_(FreePort()), server_(folder_.path() + "/server.log") {
    std::cout << "seed " << settings.seed << ", " << settings.rounds << " rounds\n";
  }
  ~KillTest() override {
    // Nothing of the test may go on running, whatever failed.
    server_.Signal(SIGKILL);
    server_.WaitForEnd(seconds(10));
    if (const auto cluster = embedded::FindRunningCluster(data(), ""); cluster.ok()) {
      for (const embedded::ProcessInfo& process : embedded::ProcessesOf(*cluster)) {
        kill(process.pid, SIGKILL);
      }
    }
  }

  std::string data() const { return folder_.path() + "/data"; }

  void StartServer() {
    server_.Start(
        {"--data-dir", data(), "--listen", absl::StrCat("127.0.0.1:", port_), "--http-listen", ""});
  }

  size_t Pick(size_t count) { return random_() % count; }
  void Sleep(size_t most_ms) { std::this_thread::sleep_for(milliseconds(Pick(most_ms + 1))); }

  void KillServer() {
    server_.Signal(SIGKILL);
    server_.WaitForEnd(seconds(10));
  }

  void KillPostmaster() {
    const auto cluster = embedded::FindRunningCluster(data(), "");
    const auto file = cluster.ok() ? embedded::ReadPostmasterFile(*cluster) : std::nullopt;
    const auto process = file ? embedded::ReadProcess(file->pid) : std::nullopt;
    if (process.has_value() && embedded::BelongsTo(*cluster, *process)) {
      kill(process->pid, SIGKILL);
    }
  }

  void KillBackend() {
    const auto cluster = embedded::FindRunningCluster(data(), "");
    if (!cluster.ok()) {
      return;
    }
    std::vector<pid_t> backends;
    for (const embedded::ProcessInfo& process : embedded::ProcessesOf(*cluster)) {
      if (absl::StartsWith(process.command[0], absl::StrCat("postgres: ", cluster->name, ": "))) {
        backends.push_back(process.pid);
      }
    }
    if (!backends.empty()) {
      kill(backends[Pick(backends.size())], SIGKILL);
    }
  }

  // Kills, and starts again what does not start by itself. Returns what was done, in words.
  std::string Strike(int round) {
    switch (round % 4) {
      case 0:
        KillServer();
        Sleep(200);
        StartServer();
        return "server";
      case 1:
        KillPostmaster();
        return "PostgreSQL";
      case 2:
        KillBackend();
        return "a PostgreSQL process";
      default:
        if (Pick(2) == 0) {
          KillServer();
          Sleep(20);
          KillPostmaster();
        } else {
          KillPostmaster();
          Sleep(20);
          KillServer();
        }
        Sleep(100);
        StartServer();
        if (Pick(3) != 0) {
          return "both";
        }
        // Once more while it starts.
        Sleep(400);
        KillServer();
        StartServer();
        return "both, and the server again while it started";
    }
  }

  std::string Sql(const std::string& statement) {
    const Ended ended = e2e::Run({ProgramPath("tandemd"), "psql", "--data-dir", data(), "--",
                                  "-XAtq", "-F", "|", "-c", statement});
    EXPECT_EQ(ended.exit_code, 0) << ended.output;
    return ended.output;
  }

  Stored ReadStored();

  std::string LogTail() const {
    const std::string log = server_.Log();
    return log.substr(log.size() > 4000 ? log.size() - 4000 : 0);
  }

  std::mt19937_64 random_;
  const Folder folder_;
  const int port_;
  ServerProcess server_;
};

std::vector<std::vector<std::string>> Rows(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    rows.push_back(absl::StrSplit(line, '|'));
  }
  return rows;
}

Stored KillTest::ReadStored() {
  Stored stored;
  for (const auto& row : Rows(Sql(absl::StrCat(
           "SELECT sequence, (extract(epoch FROM at) * 1000000)::bigint, type, ticket_id, agent, ",
           "offer_number, number FROM tandem.event WHERE workspace = '", kWorkspace,
           "' ORDER BY sequence")))) {
    StoredEvent event;
    event.type = row.at(2);
    event.ticket = row.at(3);
    event.agent = row.at(4);
    EXPECT_TRUE(absl::SimpleAtoi(row.at(0), &event.sequence));
    EXPECT_TRUE(absl::SimpleAtoi(row.at(1), &event.at_us));
    EXPECT_TRUE(absl::SimpleAtoi(row.at(6), &event.number));
    if (row.at(5) != "0") {
      event.offer = absl::StrCat(event.ticket, ".", row.at(5));
    }
    stored.events.push_back(std::move(event));
  }
  for (const auto& row : Rows(Sql(absl::StrCat(
           "SELECT ticket_id, external_id, t.channel, state FROM tandem.ticket t JOIN ",
           "tandem.ticket_state USING (workspace, ticket_id) WHERE workspace = '", kWorkspace,
           "'")))) {
    stored.tickets.push_back({row.at(0), row.at(1), row.at(2), row.at(3)});
  }
  return stored;
}

TEST_F(KillTest, LosesNothingThatWasAcknowledged) {
  Journal journal;
  StartServer();
  Load load({.address = absl::StrCat("127.0.0.1:", port_), .seed = settings.seed}, journal);
  load.Start();
  const auto works_again = [&](size_t since) {
    return Eventually([&] { return journal.count() >= since + kWorkBetweenKills; }, kBackLimit);
  };
  ASSERT_TRUE(works_again(0)) << LogTail();

  for (int round = 0; round < settings.rounds; ++round) {
    Sleep(1200);
    const auto struck_at = std::chrono::steady_clock::now();
    const std::string what = Strike(round);
    // An answer that was on its way may still arrive.
    std::this_thread::sleep_for(milliseconds(50));
    const size_t before = journal.count();
    ASSERT_TRUE(works_again(before)) << "killed " << what << "\n" << LogTail();
    std::cout << "round " << round << ": killed " << what << ", at work again after "
              << std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() -
                                                          struck_at)
                     .count()
              << " ms, " << journal.count() << " answers\n";
  }

  load.StopConnectors();
  EXPECT_TRUE(Eventually([&] { return load.AllClosed(); }, seconds(60))) << "tickets are stuck";
  load.StopAgents();

  const Stored stored = ReadStored();
  std::cout << stored.tickets.size() << " tickets, " << stored.events.size() << " events, "
            << journal.promises().size() << " promises, " << journal.refusals().size()
            << " refused accepts\n";
  std::map<std::string, int> counts;
  for (const StoredEvent& event : stored.events) {
    ++counts[event.type];
  }
  for (const auto& [type, count] : counts) {
    std::cout << "  " << type << " " << count << "\n";
  }
  EXPECT_GT(counts["PLAN_STEP_TAKEN"], 0);
  const std::vector<std::string> faults = CheckHistory(stored, journal);
  EXPECT_TRUE(faults.empty()) << absl::StrJoin(faults, "\n");

  server_.Signal(SIGTERM);
  EXPECT_EQ(server_.WaitForEnd(seconds(40)), 0) << LogTail();
  EXPECT_FALSE(embedded::FindRunningCluster(data(), "").ok()) << "PostgreSQL still runs";
}

}  // namespace
}  // namespace tandem::e2e

// Reads "--name=value".
template <typename Number>
void ReadArgument(const std::string& argument, const std::string& name, Number& number) {
  if (absl::StartsWith(argument, name) &&
      !absl::SimpleAtoi(argument.substr(name.size()), &number)) {
    std::cerr << "expected a number after " << name << "\n";
    std::exit(2);
  }
}

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    ReadArgument(argv[i], "--rounds=", tandem::e2e::settings.rounds);
    ReadArgument(argv[i], "--seed=", tandem::e2e::settings.seed);
  }
  return RUN_ALL_TESTS();
}
