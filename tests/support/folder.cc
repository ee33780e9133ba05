#include "tests/support/folder.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include "server/embedded/process.h"

namespace tandem::tests {
namespace {

using Clock = std::chrono::steady_clock;

// For programs to end by themselves, as tandemd does when its test is gone: it stops its
// PostgreSQL.
constexpr std::chrono::seconds kPatience{15};
constexpr std::chrono::milliseconds kPoll{100};
constexpr int kRemovals = 50;

// The processes that were started with something of the folder as an argument.
std::vector<pid_t> ProcessesOn(const std::string& path) {
  std::vector<pid_t> processes;
  for (const embedded::ProcessInfo& process : embedded::ListProcesses()) {
    if (!process.alive() || process.pid == getpid()) continue;
    for (const std::string& argument : process.command) {
      if (argument.find(path) == std::string::npos) continue;
      processes.push_back(process.pid);
      break;
    }
  }
  return processes;
}

// Processes of a PostgreSQL that was killed write for a moment more.
void RemoveAll(const std::string& path) {
  for (int i = 0; i < kRemovals; ++i) {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (!std::filesystem::exists(path)) return;
    std::this_thread::sleep_for(kPoll);
  }
}

// The guard: waits until the process that made the folder is gone, and clears up after it. It keeps
// nothing of that process open but its end of the pipe.
[[noreturn]] void Guard(const std::string& path, int pipe_end) {
  setsid();
  const int nothing = open("/dev/null", O_RDWR);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nothing, stream);
  dup2(pipe_end, 3);
  close_range(4, ~0U, 0);
  char byte = 0;
  while (read(3, &byte, 1) < 0 && errno == EINTR) {
  }
  const auto patience = Clock::now() + kPatience;
  for (auto processes = ProcessesOn(path); !processes.empty(); processes = ProcessesOn(path)) {
    if (Clock::now() > patience) {
      for (const pid_t process : processes) kill(process, SIGKILL);
    }
    std::this_thread::sleep_for(kPoll);
  }
  RemoveAll(path);
  _exit(0);
}

}  // namespace

Folder::Folder() {
  char name[] = "/tmp/tandem-test-XXXXXX";
  int ends[2];
  if (mkdtemp(name) == nullptr || pipe2(ends, O_CLOEXEC) != 0) {
    throw std::runtime_error("expected to make a folder in /tmp, but " +
                             std::generic_category().message(errno));
  }
  path_ = name;
  chmod(path_.c_str(), 0755);
  guard_ = fork();
  if (guard_ == 0) Guard(path_, ends[0]);
  close(ends[0]);
  guarded_ = ends[1];
}

Folder::~Folder() {
  if (guard_ > 0) {
    kill(guard_, SIGKILL);
    waitpid(guard_, nullptr, 0);
  }
  close(guarded_);
  // A PostgreSQL whose tandemd was killed goes on.
  for (auto processes = ProcessesOn(path_); !processes.empty(); processes = ProcessesOn(path_)) {
    for (const pid_t process : processes) kill(process, SIGKILL);
    std::this_thread::sleep_for(kPoll);
  }
  RemoveAll(path_);
}

}  // namespace tandem::tests
