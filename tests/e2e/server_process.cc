#include "tests/e2e/server_process.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "absl/strings/str_cat.h"

#include "server/embedded/process.h"
#include "server/files/read.h"
#include "tests/support/child_process.h"

namespace tandem::e2e {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

int ExitCodeOf(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
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

Ended Run(const std::vector<std::string>& command, const std::vector<std::string>& variables) {
  const Folder folder;
  const std::string log_path = folder.path() + "/output";
  const pid_t pid = tests::StartChild(
      {.command = command, .variables = variables, .output_path = log_path, .user = {}});
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return {ExitCodeOf(status), files::ReadFile(log_path).value_or("")};
}

ServerProcess::~ServerProcess() {
  if (Running()) {
    Signal(SIGKILL);
    WaitForEnd(std::chrono::seconds(10));
  }
}

void ServerProcess::StartCommand(std::vector<std::string> command,
                                 std::vector<std::string> variables) {
  pid_ = tests::StartChild({.command = std::move(command),
                            .variables = std::move(variables),
                            .output_path = log_path_,
                            .user = {}});
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
  return files::ReadFile(log_path_).value_or("");
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
