#include "tests/bench/cpu.h"

#include <unistd.h>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

namespace tandem::bench {
namespace {

struct ProcessStatus {
  pid_t parent = 0;
  double cpu_seconds = 0;
};

std::optional<ProcessStatus> Read(const std::string& process) {
  std::ifstream file("/proc/" + process + "/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  // The name, in parentheses, may hold anything; what follows it are letters and numbers.
  const size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(name_end + 1));
  ProcessStatus status;
  std::string skipped;
  double user = 0;
  double system = 0;
  fields >> skipped >> status.parent;
  for (int i = 5; i <= 13; ++i) fields >> skipped;
  fields >> user >> system;
  if (!fields) return std::nullopt;
  status.cpu_seconds = (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  return status;
}

}  // namespace

double CpuSecondsOf(pid_t process) {
  const auto status = Read(std::to_string(process));
  return status ? status->cpu_seconds : 0;
}

double CpuSecondsOfPostgres(const std::string& data_folder) {
  pid_t server = 0;
  std::ifstream(data_folder + "/postmaster.pid") >> server;
  if (server <= 0) return 0;
  double sum = CpuSecondsOf(server);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    if (std::isdigit(static_cast<unsigned char>(name[0])) == 0) continue;
    const auto status = Read(name);
    if (status && status->parent == server) sum += status->cpu_seconds;
  }
  return sum;
}

double MemoryMiBOf(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/status");
  std::string word;
  double kib = 0;
  while (file >> word) {
    if (word == "VmRSS:") file >> kib;
  }
  return kib / 1024;
}

}  // namespace tandem::bench
