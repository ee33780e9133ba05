#include "server/embedded/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "server/files/read.h"

namespace tandem::embedded {
namespace {

using Clock = std::chrono::steady_clock;

// Closes a file descriptor.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&&) = delete;
  ~File() { Close(); }

  int get() const { return descriptor_; }
  bool ok() const { return descriptor_ >= 0; }
  void Close() {
    if (descriptor_ >= 0) {
      close(std::exchange(descriptor_, -1));
    }
  }

 private:
  int descriptor_;
};

std::string ErrorText(int error) {
  return std::generic_category().message(error);
}

absl::Status SystemError(const std::string& what) {
  return absl::UnavailableError(absl::StrCat(what, ": ", ErrorText(errno)));
}

absl::StatusOr<User> UserFrom(const passwd* entry, const std::string& asked) {
  if (entry == nullptr) {
    return absl::NotFoundError(absl::StrCat("expected a user ", asked, ", but there is none"));
  }
  User user{.name = entry->pw_name, .uid = entry->pw_uid, .gid = entry->pw_gid, .groups = {}};
  int count = 64;
  user.groups.resize(static_cast<size_t>(count));
  if (getgrouplist(entry->pw_name, entry->pw_gid, user.groups.data(), &count) < 0) {
    count = 0;
  }
  user.groups.resize(static_cast<size_t>(count));
  return user;
}

// What a child needs between fork and exec, where nothing may be allocated: another thread may have
// held the allocator's lock at the moment of the fork.
class ChildPlan {
 public:
  explicit ChildPlan(const Program& program)
      : command_(program.command), user_(program.user), change_user_(user_.uid != geteuid()) {
    for (std::string& word : command_) {
      arguments_.push_back(word.data());
    }
    arguments_.push_back(nullptr);
    for (std::string& word : environment_texts_) {
      environment_.push_back(word.data());
    }
    environment_.push_back(nullptr);
  }

  // Async-signal-safe calls only. Never returns.
  [[noreturn]] void Run(int input, int output) {
    setsid();
    ResetSignals();
    umask(077);
    if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
        dup2(output, STDERR_FILENO) < 0 || close_range(3, ~0U, 0) != 0 || !ChangeUser() ||
        chdir("/") != 0) {
      Fail();
    }
    execve(arguments_[0], arguments_.data(), environment_.data());
    Fail();
  }

  bool ChangeUser() {
    return !change_user_ || (setgroups(user_.groups.size(), user_.groups.data()) == 0 &&
                             setgid(user_.gid) == 0 && setuid(user_.uid) == 0);
  }
  char* const* arguments() const { return arguments_.data(); }

 private:
  static void ResetSignals() {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    for (int signal_number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGCHLD, SIGUSR1}) {
      signal(signal_number, SIG_DFL);
    }
  }

  [[noreturn]] void Fail() const {
    const char* text = strerrordesc_np(errno);
    for (const char* part : {"cannot run ", static_cast<const char*>(arguments_[0]), ": ",
                             text != nullptr ? text : "unknown error", "\n"}) {
      if (write(STDERR_FILENO, part, strlen(part)) < 0) {
        break;
      }
    }
    _exit(127);
  }

  std::vector<std::string> command_;
  User user_;
  bool change_user_;
  // LC_ALL and TZ decide what initdb writes into the configuration, PG* what PostgreSQL's programs
  // connect to: the caller's own must not leak in. MALLOC_*: each commit needs some MB for a few
  // milliseconds, which glibc would give back to the kernel after each statement, and have back
  // page by page: a sixth of what a contact costs PostgreSQL.
  std::vector<std::string> environment_texts_ = {"PATH=/usr/local/bin:/usr/bin:/bin",
                                                 "LC_ALL=C",
                                                 "TZ=UTC",
                                                 "MALLOC_TRIM_THRESHOLD_=67108864",
                                                 "MALLOC_MMAP_THRESHOLD_=33554432",
                                                 "MALLOC_TOP_PAD_=4194304"};
  std::vector<char*> arguments_, environment_;
};

absl::StatusOr<pid_t> Fork(ChildPlan& plan, int input, int output) {
  const pid_t child = fork();
  if (child < 0) {
    return SystemError("cannot fork");
  }
  if (child == 0) {
    plan.Run(input, output);
  }
  return child;
}

// Reads until the other end is closed by all who hold it. False when `deadline` passed before.
bool ReadUntil(const File& source, Clock::time_point deadline, std::string& text) {
  char buffer[4096];
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd poller{.fd = source.get(), .events = POLLIN, .revents = 0};
    const int ready = poll(&poller, 1, static_cast<int>(std::clamp<int64_t>(left, 0, 60'000)));
    if (ready < 0 && errno != EINTR) {
      return true;
    }
    if (ready == 0 && left <= 0) {
      return false;
    }
    if (ready <= 0) {
      continue;
    }
    const ssize_t length = read(source.get(), buffer, sizeof buffer);
    if (length <= 0) {
      return true;
    }
    text.append(buffer, static_cast<size_t>(length));
  }
}

int WaitForExitCode(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

User User::Current() {
  absl::StatusOr<User> user = WithId(geteuid());
  if (user.ok()) {
    return *std::move(user);
  }
  // A container may run us as a number without a name.
  return User{.name = absl::StrCat(geteuid()), .uid = geteuid(), .gid = getegid(), .groups = {}};
}

absl::StatusOr<User> User::Named(const std::string& name) {
  passwd entry;
  passwd* found = nullptr;
  char buffer[4096];
  getpwnam_r(name.c_str(), &entry, buffer, sizeof buffer, &found);
  return UserFrom(found, name);
}

absl::StatusOr<User> User::WithId(uid_t uid) {
  passwd entry;
  passwd* found = nullptr;
  char buffer[4096];
  getpwuid_r(uid, &entry, buffer, sizeof buffer, &found);
  return UserFrom(found, absl::StrCat(uid));
}

absl::StatusOr<ProgramResult> RunProgram(const Program& program, std::chrono::seconds limit) {
  const File input(memfd_create("input", MFD_CLOEXEC));
  if (!input.ok() || write(input.get(), program.input.data(), program.input.size()) < 0 ||
      lseek(input.get(), 0, SEEK_SET) != 0) {
    return SystemError("cannot prepare a program's input");
  }
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return SystemError("cannot make a pipe");
  }
  const File reader(ends[0]);
  File writer(ends[1]);
  ChildPlan plan(program);
  const absl::StatusOr<pid_t> child = Fork(plan, input.get(), writer.get());
  if (!child.ok()) {
    return child.status();
  }
  writer.Close();
  ProgramResult result;
  const bool in_time = ReadUntil(reader, Clock::now() + limit, result.output);
  if (!in_time) {
    kill(-*child, SIGKILL);
  }
  result.exit_code = WaitForExitCode(*child);
  if (!in_time) {
    return absl::DeadlineExceededError(absl::StrCat(
        "expected ", program.command[0], " to end within ", limit.count(), " s, but it did not"));
  }
  return result;
}

absl::StatusOr<pid_t> StartProgram(const Program& program, const std::string& log_path) {
  const File input(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const File output(open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!input.ok() || !output.ok()) {
    return SystemError(absl::StrCat("cannot open ", log_path));
  }
  ChildPlan plan(program);
  return Fork(plan, input.get(), output.get());
}

absl::Status BecomeProgram(const Program& program) {
  ChildPlan plan(program);
  if (!plan.ChangeUser()) {
    return SystemError(absl::StrCat("cannot become user ", program.user.name));
  }
  execv(plan.arguments()[0], plan.arguments());
  return SystemError(absl::StrCat("cannot run ", program.command[0]));
}

std::optional<ProcessInfo> ReadProcess(pid_t pid) {
  const std::string folder = absl::StrCat("/proc/", pid);
  const std::optional<std::string> stat = files::ReadFile(folder + "/stat");
  if (!stat.has_value()) {
    return std::nullopt;
  }
  // "pid (name) state parent …": the name may hold blanks and parentheses, so count from its end.
  // The start time is the 22nd field, the state the 3rd.
  const size_t name_end = stat->rfind(')');
  if (name_end == std::string::npos) {
    return std::nullopt;
  }
  const std::vector<std::string> fields =
      absl::StrSplit(stat->substr(name_end + 1), ' ', absl::SkipEmpty());
  ProcessInfo info{.pid = pid, .state = '?', .start_ticks = 0, .command = {}};
  if (fields.size() < 20 || !absl::SimpleAtoi(fields[19], &info.start_ticks)) {
    return std::nullopt;
  }
  info.state = fields[0][0];
  const std::string command = files::ReadFile(folder + "/cmdline").value_or("");
  info.command = absl::StrSplit(command, '\0', absl::SkipEmpty());
  return info;
}

std::vector<ProcessInfo> ListProcesses() {
  std::vector<ProcessInfo> processes;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc"), closedir);
  if (folder == nullptr) {
    return processes;
  }
  while (const dirent* entry = readdir(folder.get())) {
    pid_t pid = 0;
    if (absl::SimpleAtoi(entry->d_name, &pid)) {
      if (std::optional<ProcessInfo> info = ReadProcess(pid)) {
        processes.push_back(*std::move(info));
      }
    }
  }
  return processes;
}

std::string WorkingDirectoryOf(pid_t pid) {
  char buffer[4096];
  const ssize_t length =
      readlink(absl::StrCat("/proc/", pid, "/cwd").c_str(), buffer, sizeof buffer);
  return length <= 0 ? "" : std::string(buffer, static_cast<size_t>(length));
}

}  // namespace tandem::embedded
