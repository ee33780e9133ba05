#include "tests/support/postgres_cluster.h"

#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <thread>

#include <libpq-fe.h>
#include <pqxx/pqxx>

#include "tests/support/child_process.h"

// libpqxx 6.4 forgets one result for each connection that is lost while a statement runs: it asks
// the lost connection for its encoding, which throws, before anybody owns the result. Tests that
// kill servers would end with a leak.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libpqxx";
}

namespace tandem::tests {
namespace {

namespace fs = std::filesystem;
constexpr char kUser[] = "postgres";

[[noreturn]] void Fail(const std::string& reason) {
  std::cerr << "PostgresCluster: " << reason << std::endl;
  abort();
}

// The newest installed version's programs.
std::string FindPrograms() {
  std::vector<std::string> found;
  std::error_code none;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", none)) {
    if (fs::exists(version.path() / "bin/postgres")) found.push_back(version.path() / "bin");
  }
  if (found.empty()) Fail("expected the programs of PostgreSQL in /usr/lib/postgresql/*/bin");
  return *std::ranges::max_element(found, {}, [](const std::string& path) {
    return std::stoi(fs::path(path).parent_path().filename());
  });
}

void WaitForSuccess(pid_t process, const std::string& what) {
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) Fail("expected " + what + " to succeed");
}

// The processes whose parent is `parent`.
std::vector<pid_t> ChildrenOf(pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "stat");
    std::string line;
    if (!std::getline(file, line)) continue;
    // "1234 (name) S 1 …": the name may hold spaces, the last parenthesis ends it.
    const size_t end = line.rfind(") ");
    if (end == std::string::npos) continue;
    if (std::stoi(line.substr(end + 4)) == parent) children.push_back(std::stoi(line));
  }
  return children;
}

}  // namespace

PostgresCluster::PostgresCluster(Durability durability)
    : durability_(durability), programs_(FindPrograms()) {
  if (geteuid() == 0) {
    const passwd* user = getpwnam(kUser);
    if (user == nullptr) Fail("expected the user postgres");
    if (chown(folder_.path().c_str(), user->pw_uid, user->pw_gid) != 0)
      Fail("expected to give the folder away");
  }
  WaitForSuccess(Spawn({"initdb", "-D", folder_.path() + "/data", "-U", kUser, "-A", "trust", "-E",
                        "UTF8", "--locale=C.UTF-8", "--no-sync"}),
                 "initdb");
  Start();
}

PostgresCluster::~PostgresCluster() {
  Kill();
}

pid_t PostgresCluster::Spawn(const std::vector<std::string>& arguments) const {
  std::vector<std::string> command = arguments;
  command.front() = programs_ + "/" + command.front();
  return StartChild({.command = std::move(command),
                     .variables = {},
                     .output_path = folder_.path() + "/log",
                     .user = kUser,
                     .signal_at_our_end = SIGKILL});
}

bool PostgresCluster::AcceptsConnections() const {
  return PQping(Url().c_str()) == PQPING_OK;
}

void PostgresCluster::Start() {
  const bool durable = durability_ == Durability::kDurable;
  server_ = Spawn({"postgres", "-D", folder_.path() + "/data", "-k", folder_.path(), "-c",
                   "listen_addresses=", "-c", durable ? "fsync=on" : "fsync=off", "-c",
                   "max_connections=50", "-c", "shared_buffers=64MB", "-c", "max_wal_size=1GB",
                   "-c", "log_min_messages=log"});
  for (int i = 0; i < 600; ++i) {
    if (AcceptsConnections()) return;
    if (waitpid(server_, nullptr, WNOHANG) == server_) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  std::ifstream log(folder_.path() + "/log");
  std::cerr << log.rdbuf();
  Fail("expected the server to start");
}

void PostgresCluster::Stop() {
  if (server_ == 0) return;
  kill(server_, SIGINT);
  waitpid(server_, nullptr, 0);
  server_ = 0;
}

void PostgresCluster::Kill() {
  if (server_ == 0) return;
  kill(server_, SIGSTOP);  // so that it does not start others meanwhile
  const std::vector<pid_t> children = ChildrenOf(server_);
  for (const pid_t child : children) kill(child, SIGKILL);
  kill(server_, SIGKILL);
  waitpid(server_, nullptr, 0);
  server_ = 0;
  // They are nobody's children now; the next start needs their shared memory to be free.
  for (const pid_t child : children) {
    while (kill(child, 0) == 0 && fs::exists("/proc/" + std::to_string(child) + "/exe")) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
}

std::string PostgresCluster::Url(const std::string& database) const {
  return "postgresql:///" + database + "?host=" + folder_.path() + "&user=" + kUser;
}

std::string PostgresCluster::CreateDatabase(const std::string& like) {
  const std::string name = "test_" + std::to_string(++databases_);
  Execute("CREATE DATABASE " + name + " TEMPLATE " + like);
  return Url(name);
}

void PostgresCluster::Execute(const std::string& sql, const std::string& database) {
  pqxx::connection connection(Url(database));
  pqxx::nontransaction(connection).exec(sql);
}

std::string PostgresCluster::Query(const std::string& sql, const std::string& database) {
  pqxx::connection connection(Url(database));
  const pqxx::result result = pqxx::nontransaction(connection).exec(sql);
  return result.empty() ? "" : result[0][0].c_str();
}

}  // namespace tandem::tests
