// Other programs: running one, starting one that stays, and looking at those that run (Linux,
// /proc).
//
// Programs get a small fixed environment, no file descriptors of ours, every signal at its default,
// and a session of their own, so that a Ctrl-C at the server's terminal reaches the server alone.
// No shell is ever involved.
//
// Thread rule: all functions may be called from any thread.
#ifndef TANDEM_SERVER_EMBEDDED_PROCESS_H_
#define TANDEM_SERVER_EMBEDDED_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tandem::embedded {

// A user of the operating system.
struct User {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;

  // The user this process runs as.
  static User Current();
  // NOT_FOUND when there is no such user.
  static absl::StatusOr<User> Named(const std::string& name);
  static absl::StatusOr<User> WithId(uid_t uid);
};

struct Program {
  // The program's path, then its arguments.
  std::vector<std::string> command;
  // Whom to run as. Differs from the current user only when that one is root.
  User user;
  // What the program reads from its standard input.
  std::string input;
};

struct ProgramResult {
  int exit_code = 0;   // 128 + signal when a signal ended it
  std::string output;  // standard output and standard error as they came
};

// Runs a program to its end. UNAVAILABLE when it could not be started, DEADLINE_EXCEEDED when it
// was killed because it took longer than `limit`. A program that fails is no error here: see its
// exit code.
absl::StatusOr<ProgramResult> RunProgram(const Program& program, std::chrono::seconds limit);

// Starts a program that outlives this call, and this process. What it writes is appended to the
// file `log_path`, which is opened by the current user. The caller waits for the child.
absl::StatusOr<pid_t> StartProgram(const Program& program, const std::string& log_path);

// Becomes the program: returns only when that failed. The environment and the terminal stay.
absl::Status BecomeProgram(const Program& program);

// A process as /proc shows it.
struct ProcessInfo {
  pid_t pid = 0;
  char state = '?';          // 'Z': dead, and nobody has waited for it yet
  uint64_t start_ticks = 0;  // tells two processes of the same pid apart
  // The command line; for a program that renames itself, the new name is all of the first.
  std::vector<std::string> command;

  bool alive() const { return state != 'Z' && state != 'X'; }
};

// The process, dead or alive; nullopt when there is none.
std::optional<ProcessInfo> ReadProcess(pid_t pid);
std::vector<ProcessInfo> ListProcesses();

// The folder a process works in; empty when we may not know.
std::string WorkingDirectoryOf(pid_t pid);

}  // namespace tandem::embedded

#endif  // TANDEM_SERVER_EMBEDDED_PROCESS_H_
