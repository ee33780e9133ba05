#include "tests/e2e/server_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "absl/strings/str_cat.h"

#include "server/embedded/process.h"

namespace tandem::e2e {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

int ExitCodeOf(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Starts the program; what it prints is appended to the file.
pid_t Spawn(std::vector<std::string> command, std::vector<std::string> variables,
            const std::string& log_path) {
  std::vector<char*> arguments, environment;
  for (std::string& word : command) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  for (std::string& variable : variables) {
    environment.push_back(variable.data());
  }
  for (char** variable = environ; *variable != nullptr; ++variable) {
    environment.push_back(*variable);
  }
  environment.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log_path.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t pid = 0;
  const int error =
      posix_spawn(&pid, arguments[0], &actions, nullptr, arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    throw std::runtime_error(
        absl::StrCat("cannot run ", command[0], ": ", std::generic_category().message(error)));
  }
  return pid;
}

sockaddr_in LoopbackAddress(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

std::string ProgramPath(const std::string& name) {
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
  return (self.parent_path().parent_path() / "bin" / name).string();
}

bool Eventually(const std::function<bool()>& holds, milliseconds limit) {
  for (const auto deadline = Clock::now() + limit; Clock::now() < deadline;) {
    if (holds()) {
      return true;
    }
    std::this_thread::sleep_for(milliseconds(20));
  }
  return holds();
}

Folder::Folder() {
  char name[] = "/tmp/tandem-e2e-XXXXXX";
  path_ = mkdtemp(name);
  chmod(path_.c_str(), 0755);
}

Folder::~Folder() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

Ended Run(const std::vector<std::string>& command, const std::vector<std::string>& variables) {
  const Folder folder;
  const std::string log_path = folder.path() + "/output";
  const pid_t pid = Spawn(command, variables, log_path);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return {ExitCodeOf(status), embedded::ReadSmallFile(log_path).value_or("")};
}

ServerProcess::~ServerProcess() {
  if (Running()) {
    Signal(SIGKILL);
    WaitForEnd(std::chrono::seconds(10));
  }
}

void ServerProcess::StartCommand(std::vector<std::string> command,
                                 std::vector<std::string> variables) {
  pid_ = Spawn(std::move(command), std::move(variables), log_path_);
}

void ServerProcess::Start(const std::vector<std::string>& arguments,
                          const std::vector<std::string>& variables) {
  std::vector<std::string> command = {ProgramPath("tandemd")};
  command.insert(command.end(), arguments.begin(), arguments.end());
  StartCommand(std::move(command), variables);
}

bool ServerProcess::Running() {
  return pid_ != 0 && !WaitForEnd(milliseconds(0)).has_value();
}

void ServerProcess::Signal(int signal_number) const {
  if (pid_ != 0) {
    kill(pid_, signal_number);
  }
}

std::optional<int> ServerProcess::WaitForEnd(milliseconds limit) {
  if (pid_ == 0) {
    return 0;
  }
  int status = 0;
  const bool ended = Eventually([&] { return waitpid(pid_, &status, WNOHANG) == pid_; }, limit);
  if (!ended) {
    return std::nullopt;
  }
  pid_ = 0;
  return ExitCodeOf(status);
}

std::string ServerProcess::Log() const {
  return embedded::ReadSmallFile(log_path_).value_or("");
}

int FreePort() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = LoopbackAddress(0);
  socklen_t length = sizeof address;
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), length) != 0 ||
      getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    throw std::runtime_error("no free port");
  }
  close(listener);
  return ntohs(address.sin_port);
}

std::string HttpGet(int port, const std::string& target) {
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = LoopbackAddress(port);
  std::string answer;
  if (connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    const std::string request = absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: here\r\n\r\n");
    send(client, request.data(), request.size(), MSG_NOSIGNAL);
    char buffer[1024];
    for (ssize_t got = 0; (got = recv(client, buffer, sizeof buffer, 0)) > 0;) {
      answer.append(buffer, static_cast<size_t>(got));
    }
  }
  close(client);
  return answer;
}

}  // namespace tandem::e2e
