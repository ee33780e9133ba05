#include "tests/support/child_process.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace tandem::tests {
namespace {

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  return pointers;
}

// The child, until exec: system calls only. Never returns.
[[noreturn]] void Become(const ChildProcess& child, const passwd* user, pid_t parent,
                         char* const* arguments, char* const* environment) {
  setsid();
  if (user != nullptr && (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 ||
                          setuid(user->pw_uid) != 0 || chdir("/") != 0)) {
    _exit(126);
  }
  // After the change of user, which would take it back.
  prctl(PR_SET_PDEATHSIG, child.signal_at_our_end);
  if (getppid() != parent) _exit(126);
  const int output =
      open(child.output_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (output < 0 || input < 0 || dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
      dup2(output, STDERR_FILENO) < 0) {
    _exit(126);
  }
  execve(arguments[0], arguments, environment);
  _exit(127);
}

}  // namespace

pid_t StartChild(const ChildProcess& child) {
  const passwd* user = nullptr;
  if (geteuid() == 0 && !child.user.empty()) {
    user = getpwnam(child.user.c_str());
    if (user == nullptr) throw std::runtime_error("expected a user " + child.user);
  }
  std::vector<char*> arguments = Pointers(child.command);
  arguments.push_back(nullptr);
  std::vector<char*> environment = Pointers(child.variables);
  for (char** variable = environ; *variable != nullptr; ++variable) {
    environment.push_back(*variable);
  }
  environment.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t process = fork();
  if (process < 0) {
    throw std::runtime_error("cannot start " + child.command[0] + ": " +
                             std::generic_category().message(errno));
  }
  if (process == 0) Become(child, user, parent, arguments.data(), environment.data());
  return process;
}

}  // namespace tandem::tests
