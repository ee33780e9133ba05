#include "tests/bench/sql_baseline.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"

#include "server/embedded/cluster.h"

namespace tandem::bench {
namespace {

constexpr char kDatabase[] = "baseline";
constexpr char kRate[] = "tps = ";

// From the root of the repository, where benchmarks run.
std::string PathOf(const std::string& file) {
  return "tests/bench/sql/" + file;
}

}  // namespace

SqlBaseline::SqlBaseline(const BenchServer& server, const Workload& workload, size_t waiting,
                         size_t clients)
    : server_(server),
      workload_(workload),
      script_(PathOf(waiting > 0 ? "waiting.sql" : "empty.sql")),
      clients_(clients) {
  server_.Psql(std::string("CREATE DATABASE ") + kDatabase);
  std::vector<std::string> arguments = {"-qXv", "ON_ERROR_STOP=1", "-f", PathOf("schema.sql")};
  for (const auto& [name, value] :
       {std::pair("agents", workload.agents), std::pair("skills", workload.skills),
        std::pair("waiting", waiting)}) {
    arguments.insert(arguments.end(), {"-v", absl::StrCat(name, "=", value)});
  }
  RunProgram("psql", std::move(arguments));
}

double SqlBaseline::Run(double seconds) const {
  const auto whole_seconds = std::max(std::lround(seconds), 1L);
  const std::string output =
      RunProgram("pgbench", {"-n", "-M", "prepared", "-j", "2", "-c", absl::StrCat(clients_), "-T",
                             absl::StrCat(whole_seconds), "-D", absl::StrCat("clients=", clients_),
                             "-D", absl::StrCat("agents=", workload_.agents), "-D",
                             absl::StrCat("skills=", workload_.skills), "-f", script_});
  const size_t place = output.find(kRate);
  if (place == std::string::npos || output.find("aborted") != std::string::npos) {
    throw std::runtime_error("pgbench failed: " + output);
  }
  return std::stod(output.substr(place + sizeof kRate - 1));
}

std::string SqlBaseline::RunProgram(const std::string& program,
                                    std::vector<std::string> arguments) const {
  const auto cluster = embedded::FindRunningCluster(server_.data_folder(), "");
  if (!cluster.ok()) throw std::runtime_error(cluster.status().ToString());
  std::vector<std::string> command = {cluster->programs.Path(program.c_str()),
                                      "-h",
                                      cluster->socket_folder,
                                      "-p",
                                      embedded::kSocketPort,
                                      "-U",
                                      embedded::kDatabaseUser};
  command.insert(command.end(), arguments.begin(), arguments.end());
  command.emplace_back(kDatabase);
  const e2e::Ended ended = e2e::Run(command);
  if (ended.exit_code != 0) throw std::runtime_error(program + " failed: " + ended.output);
  return ended.output;
}

}  // namespace tandem::bench
