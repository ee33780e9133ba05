// Programs that a test starts, and that end when the test does, however it ends.
//
// Thread rule: all functions may be called from any thread, but a child belongs to the thread that
// started it: Linux ends it when that thread ends.
#ifndef TANDEM_TESTS_SUPPORT_CHILD_PROCESS_H_
#define TANDEM_TESTS_SUPPORT_CHILD_PROCESS_H_

#include <signal.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace tandem::tests {

struct ChildProcess {
  // The program's path, then its arguments.
  std::vector<std::string> command;
  // "NAME=value", added to the environment.
  std::vector<std::string> variables;
  // What it prints is appended to this file; it reads nothing.
  std::string output_path;
  // Whom to run as, when we are root; empty: as we do.
  std::string user;
  // What it gets when the test has ended without having ended it.
  int signal_at_our_end = SIGTERM;
};

// Starts it in a session of its own, so that a Ctrl-C reaches the test alone. The caller waits for
// it; its exit code is 127 when there is no such program. Throws std::runtime_error when it can't
// be started.
pid_t StartChild(const ChildProcess& child);

}  // namespace tandem::tests

#endif  // TANDEM_TESTS_SUPPORT_CHILD_PROCESS_H_
