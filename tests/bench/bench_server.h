// The tandemd of a benchmark, with its private PostgreSQL: the settings that everybody gets, fsync
// and synchronous_commit on.
#ifndef TANDEM_TESTS_BENCH_BENCH_SERVER_H_
#define TANDEM_TESTS_BENCH_BENCH_SERVER_H_

#include <string>
#include <vector>

#include "tests/e2e/server_process.h"

namespace tandem::bench {

// Starts a program of ours that writes its port to a file, and waits for that. Throws
// std::runtime_error when it does not serve.
int StartAndReadPort(e2e::ServerProcess& process, const std::vector<std::string>& command,
                     const std::string& port_file);

// Used by one thread. Throws std::runtime_error when something can't be done.
class BenchServer {
 public:
  // Starts it on a folder, or on a fresh one that goes with it; `options` are tandemd's.
  explicit BenchServer(const std::string& data_folder = "",
                       const std::vector<std::string>& options = {});

  int port() const { return port_; }
  // Of its metrics.
  int http_port() const { return http_port_; }
  const e2e::ServerProcess& process() const { return process_; }
  const std::string& data_folder() const { return data_folder_; }
  // Of PostgreSQL.
  std::string cluster_folder() const { return data_folder_ + "/postgres"; }
  // For whatever the benchmark needs files for.
  const std::string& scratch_folder() const { return folder_.path(); }

  // What psql prints: one field a line, nothing around it.
  std::string Psql(const std::string& sql) const;
  // Brings PostgreSQL to where it is after the first minutes, when it writes over old files of its
  // log: one that is new makes each of them first, which costs it a tenth of its time.
  void ReachSteadyState() const;

  // What is in the database until now.
  double CompletedTickets() const;
  double Commits() const;

 private:
  const e2e::Folder folder_;
  const std::string data_folder_;
  e2e::ServerProcess process_;
  const int http_port_ = e2e::FreePort();
  int port_ = 0;
};

}  // namespace tandem::bench

#endif  // TANDEM_TESTS_BENCH_BENCH_SERVER_H_
