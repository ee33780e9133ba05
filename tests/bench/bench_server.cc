#include "tests/bench/bench_server.h"

#include <chrono>
#include <fstream>
#include <stdexcept>

#include "absl/strings/str_cat.h"

namespace tandem::bench {

int StartAndReadPort(e2e::ServerProcess& process, const std::vector<std::string>& command,
                     const std::string& port_file) {
  process.StartCommand(command);
  int port = 0;
  const auto serves = [&] { return !process.Running() || (std::ifstream(port_file) >> port); };
  e2e::Eventually(serves, std::chrono::seconds(60));
  if (port == 0) throw std::runtime_error(command[0] + " does not serve:\n" + process.Log());
  return port;
}

BenchServer::BenchServer(const std::string& data_folder, const std::vector<std::string>& options)
    : data_folder_(data_folder.empty() ? folder_.path() + "/data" : data_folder),
      process_(folder_.path() + "/tandemd.log") {
  const std::string port_file = folder_.path() + "/tandemd.port";
  std::vector<std::string> command = {e2e::ProgramPath("tandemd"),
                                      "--listen",
                                      "127.0.0.1:0",
                                      "--http-listen",
                                      absl::StrCat("127.0.0.1:", http_port_),
                                      "--data-dir",
                                      data_folder_,
                                      "--port-file",
                                      port_file,
                                      "--log-level",
                                      "warning"};
  command.insert(command.end(), options.begin(), options.end());
  port_ = StartAndReadPort(process_, command, port_file);
}

std::string BenchServer::Psql(const std::string& sql) const {
  const e2e::Ended psql = e2e::Run(
      {e2e::ProgramPath("tandemd"), "psql", "--data-dir", data_folder_, "--", "-XAtc", sql});
  if (psql.exit_code != 0) throw std::runtime_error("psql failed: " + psql.output);
  return psql.output;
}

void BenchServer::ReachSteadyState() const {
  Psql(
      "DO $$ BEGIN FOR i IN 1..64 LOOP PERFORM pg_logical_emit_message(false, 'bench', 'x');"
      " PERFORM pg_switch_wal(); END LOOP; END $$");
  Psql("CHECKPOINT");
}

double BenchServer::CompletedTickets() const {
  return std::stod(Psql("SELECT count(*) FROM tandem.ticket_state WHERE state = 'COMPLETED'"));
}

double BenchServer::Commits() const {
  return std::stod(Psql("SELECT coalesce(max(sequence), 0) FROM tandem.commit"));
}

}  // namespace tandem::bench
