// A tandemd of this build as a real process, on a data folder or a database of its own.
#ifndef TANDEM_TESTS_E2E_SERVER_PROCESS_H_
#define TANDEM_TESTS_E2E_SERVER_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/folder.h"

namespace tandem::e2e {

// Where this build's programs are: the folder bin next to the folder of the test itself.
std::string ProgramPath(const std::string& name);

// Waits until it holds.
bool Eventually(const std::function<bool()>& holds, std::chrono::milliseconds limit);

using tests::Folder;

struct Ended {
  int exit_code = 0;   // 128 + signal when a signal ended it
  std::string output;  // standard output and standard error
};

// Runs a program to its end, `variables` ("NAME=value") added to the environment.
Ended Run(const std::vector<std::string>& command, const std::vector<std::string>& variables = {});

// A running server. What it prints is appended to `log_path`. It gets SIGTERM when the test has
// ended without having ended it.
class ServerProcess {
 public:
  explicit ServerProcess(std::string log_path) : log_path_(std::move(log_path)) {}
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  // Kills it if it still runs.
  ~ServerProcess();

  // Any program; and tandemd of this build.
  void StartCommand(std::vector<std::string> command, std::vector<std::string> variables = {});
  void Start(const std::vector<std::string>& arguments,
             const std::vector<std::string>& variables = {});
  bool Running();
  void Signal(int signal_number) const;
  // Its exit code (128 + signal when a signal ended it); nullopt when it still runs after `limit`.
  std::optional<int> WaitForEnd(std::chrono::milliseconds limit);

  pid_t pid() const { return pid_; }
  std::string Log() const;

 private:
  std::string log_path_;
  pid_t pid_ = 0;
};

// A TCP port of this machine that was free a moment ago.
int FreePort();

// Status line and body of GET `target`; empty when nobody answers.
std::string HttpGet(int port, const std::string& target);

}  // namespace tandem::e2e

#endif  // TANDEM_TESTS_E2E_SERVER_PROCESS_H_
