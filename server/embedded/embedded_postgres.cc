#include "server/embedded/embedded_postgres.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "server/embedded/process.h"
#include "spdlog/spdlog.h"

namespace tandem::embedded {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kPoll{50};
constexpr milliseconds kWatchEvery{100};
// Recovery after a crash replays the log since the last checkpoint, which may take minutes.
constexpr seconds kStartLimit{600};
constexpr seconds kTakeOverLimit{10};
constexpr seconds kStopLimit{25};
constexpr seconds kQuitLimit{5};
constexpr milliseconds kFirstBackOff{100};
constexpr milliseconds kLongestBackOff{5'000};
constexpr seconds kSteady{1};
constexpr std::uintmax_t kLogLimit = 16U << 20U;

std::string Describe(int wait_status) {
  return WIFSIGNALED(wait_status) ? absl::StrCat("signal ", WTERMSIG(wait_status))
                                  : absl::StrCat("exit code ", WEXITSTATUS(wait_status));
}

// One old log is kept, so that a folder in use for years does not fill its disk with it.
void RotateLog(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (!error && size > kLogLimit) {
    std::filesystem::rename(path, path + ".1", error);
  }
}

// The last lines that PostgreSQL wrote from `offset` on.
std::string LogSince(const std::string& path, std::uintmax_t offset) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(line);
  }
  constexpr size_t kLines = 8;
  std::string text;
  for (size_t i = lines.size() > kLines ? lines.size() - kLines : 0; i < lines.size(); ++i) {
    absl::StrAppend(&text, "\n  ", lines[i]);
  }
  return text;
}

}  // namespace

absl::StatusOr<std::unique_ptr<EmbeddedPostgres>> EmbeddedPostgres::Start(
    const DataDirectory& directory, const std::string& programs_folder, std::stop_token stop) {
  absl::StatusOr<Cluster> cluster = PrepareCluster(directory.path(), programs_folder);
  if (!cluster.ok()) {
    return cluster.status();
  }
  std::unique_ptr<EmbeddedPostgres> postgres(new EmbeddedPostgres(*std::move(cluster)));
  if (absl::Status status = postgres->EnsureRunning(stop); !status.ok()) {
    return status;
  }
  postgres->watcher_ =
      std::jthread([self = postgres.get()](std::stop_token token) { self->Watch(token); });
  return postgres;
}

EmbeddedPostgres::~EmbeddedPostgres() {
  Stop();
}

void EmbeddedPostgres::Stop() {
  if (watcher_.joinable()) {
    watcher_.request_stop();
    watcher_.join();
  }
  if (!Running()) {
    return;
  }
  spdlog::info("stopping PostgreSQL (process {})", pid_);
  Signal(SIGINT);
  if (WaitUntilEnded(kStopLimit)) {
    return;
  }
  spdlog::warn(
      "PostgreSQL does not end; what was committed is kept, and recovered at the next start");
  Signal(SIGQUIT);
  if (!WaitUntilEnded(kQuitLimit)) {
    Signal(SIGKILL);
    WaitUntilEnded(kQuitLimit);
  }
}

absl::Status EmbeddedPostgres::EnsureRunning(std::stop_token stop) {
  if (TakeOver(stop)) {
    return absl::OkStatus();
  }
  EndLeftovers(stop);
  if (absl::Status status = ForgetStalePostmaster(cluster_); !status.ok()) {
    return status;
  }
  return StartServer(stop);
}

// A server of ours that survived us is used as it is, if it was started just as we would, and
// answers.
bool EmbeddedPostgres::TakeOver(std::stop_token stop) {
  const std::optional<PostmasterFile> file = ReadPostmasterFile(cluster_);
  if (!file.has_value()) {
    return false;
  }
  const std::optional<ProcessInfo> process = ReadProcess(file->pid);
  if (!process.has_value() || !process->alive() || !BelongsTo(cluster_, *process)) {
    return false;
  }
  pid_ = process->pid;
  start_ticks_ = process->start_ticks;
  our_child_ = false;
  if (process->command == cluster_.ServerCommand()) {
    for (const auto deadline = Clock::now() + kTakeOverLimit;
         Clock::now() < deadline && Running();) {
      if (TakesConnections()) {
        spdlog::info("took over PostgreSQL (process {}), which was left running", pid_);
        return true;
      }
      if (!Pause(kPoll, stop)) {
        return false;
      }
    }
  }
  spdlog::warn("stopping a PostgreSQL (process {}) that was left running and can't be used", pid_);
  Signal(SIGINT);
  if (!WaitUntilEnded(kQuitLimit)) {
    Signal(SIGKILL);
    WaitUntilEnded(kQuitLimit);
  }
  return false;
}

// Backends end by themselves when their server is gone, but not at once, and a new server can't
// start before. There is nobody whom they could answer any more: everything committed is in the
// log.
void EmbeddedPostgres::EndLeftovers(std::stop_token stop) {
  const auto patience = Clock::now() + kQuitLimit;
  for (int round = 0; !stop.stop_requested(); ++round) {
    const std::vector<ProcessInfo> leftovers = ProcessesOf(cluster_);
    if (leftovers.empty()) {
      return;
    }
    if (round == 0) {
      spdlog::info("ending {} processes that a dead PostgreSQL left behind", leftovers.size());
    }
    for (const ProcessInfo& process : leftovers) {
      kill(process.pid, Clock::now() < patience ? SIGQUIT : SIGKILL);
    }
    Pause(kPoll, stop);
  }
}

absl::Status EmbeddedPostgres::StartServer(std::stop_token stop) {
  RotateLog(cluster_.log_path);
  std::error_code error;
  const std::uintmax_t log_size = std::filesystem::file_size(cluster_.log_path, error);
  const absl::StatusOr<pid_t> child =
      StartProgram(Program{.command = cluster_.ServerCommand(), .user = cluster_.user, .input = ""},
                   cluster_.log_path);
  if (!child.ok()) {
    return child.status();
  }
  pid_ = *child;
  our_child_ = true;
  for (const auto deadline = Clock::now() + kStartLimit; Clock::now() < deadline;) {
    if (!Running()) {
      return absl::UnavailableError(
          absl::StrCat("expected PostgreSQL to start, but it ended with ", Describe(wait_status_),
                       "; the end of ", cluster_.log_path,
                       " says:", LogSince(cluster_.log_path, error ? 0 : log_size)));
    }
    const std::optional<PostmasterFile> file = ReadPostmasterFile(cluster_);
    if (file.has_value() && file->pid == pid_ && file->ready && TakesConnections()) {
      spdlog::info("PostgreSQL {} runs as user {} (process {})", cluster_.programs.version,
                   cluster_.user.name, pid_);
      return absl::OkStatus();
    }
    if (!Pause(kPoll, stop)) {
      return absl::CancelledError("stopped while PostgreSQL was starting");
    }
  }
  return absl::UnavailableError(absl::StrCat("expected PostgreSQL to take connections within ",
                                             kStartLimit.count(), " s, but it does not; see ",
                                             cluster_.log_path));
}

void EmbeddedPostgres::Watch(std::stop_token stop) {
  milliseconds back_off = kFirstBackOff;
  auto started = Clock::now();
  while (Pause(kWatchEvery, stop)) {
    if (Running()) {
      continue;
    }
    // One that dies as soon as it is started, or does not start, is tried less and less often.
    if (Clock::now() - started > kSteady) {
      back_off = kFirstBackOff;
    } else if (!Pause(back_off, stop)) {
      return;
    } else {
      back_off = std::min(back_off * 2, kLongestBackOff);
    }
    spdlog::error("PostgreSQL ended ({}); starting it again",
                  our_child_ ? Describe(wait_status_) : "it was not our child");
    if (const absl::Status status = EnsureRunning(stop); !status.ok() && !stop.stop_requested()) {
      spdlog::error("{}", std::string(status.message()));
    }
    started = Clock::now();
  }
}

bool EmbeddedPostgres::Running() {
  if (pid_ == 0) {
    return false;
  }
  if (our_child_) {
    const pid_t ended = waitpid(pid_, &wait_status_, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR)) {
      return true;
    }
  } else {
    const std::optional<ProcessInfo> process = ReadProcess(pid_);
    if (process.has_value() && process->alive() && process->start_ticks == start_ticks_) {
      return true;
    }
  }
  pid_ = 0;
  return false;
}

void EmbeddedPostgres::Signal(int signal_number) const {
  if (pid_ != 0) {
    kill(pid_, signal_number);
  }
}

bool EmbeddedPostgres::WaitUntilEnded(milliseconds limit) {
  for (const auto deadline = Clock::now() + limit; Clock::now() < deadline;) {
    if (!Running()) {
      return true;
    }
    Pause(kPoll, std::stop_token());
  }
  return !Running();
}

bool EmbeddedPostgres::TakesConnections() const {
  const absl::StatusOr<ProgramResult> result = RunProgram(
      Program{.command = {cluster_.programs.Path("pg_isready"), "--quiet", "--timeout=3",
                          "--host=" + cluster_.socket_folder, absl::StrCat("--port=", kSocketPort)},
              .user = cluster_.user,
              .input = ""},
      seconds(10));
  return result.ok() && result->exit_code == 0;
}

// False when a stop was requested.
bool EmbeddedPostgres::Pause(milliseconds length, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  stopping_.wait_for(lock, stop, length, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace tandem::embedded
