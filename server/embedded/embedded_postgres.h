// The private PostgreSQL of a server that was given no database: made on first use, started,
// watched, started again when it dies, and stopped at the end.
//
// It does not die with us. A server that is killed leaves its PostgreSQL behind, and the next
// server on the same data folder takes it over: it is known by its cluster's name, so a foreign
// process never is. A PostgreSQL that died and left processes behind has them ended before it is
// started again.
//
// Thread rule: Start and Stop by one thread; url() by any.
#ifndef TANDEM_SERVER_EMBEDDED_EMBEDDED_POSTGRES_H_
#define TANDEM_SERVER_EMBEDDED_EMBEDDED_POSTGRES_H_

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "server/embedded/cluster.h"
#include "server/embedded/data_directory.h"

namespace tandem::embedded {

class EmbeddedPostgres {
 public:
  // Returns when PostgreSQL takes connections. Gives up when `stop` is requested. `directory` must
  // outlive the object. FAILED_PRECONDITION or UNAVAILABLE, in words for people, when PostgreSQL
  // can't be made or started.
  static absl::StatusOr<std::unique_ptr<EmbeddedPostgres>> Start(const DataDirectory& directory,
                                                                 const std::string& programs_folder,
                                                                 std::stop_token stop);

  // Stops as by Stop().
  ~EmbeddedPostgres();

  // What libpq needs to connect. Holds no secret: the socket's folder lets nobody else in.
  std::string url() const { return cluster_.Url(); }

  // Ends the watch and PostgreSQL: transactions are rolled back, everything committed is written.
  void Stop();

 private:
  explicit EmbeddedPostgres(Cluster cluster) : cluster_(std::move(cluster)) {}

  absl::Status EnsureRunning(std::stop_token stop);
  bool TakeOver(std::stop_token stop);
  absl::Status StartServer(std::stop_token stop);
  void EndLeftovers(std::stop_token stop);
  void Watch(std::stop_token stop);

  bool Running();
  void Signal(int signal_number) const;
  bool WaitUntilEnded(std::chrono::milliseconds limit);
  bool TakesConnections() const;
  bool Pause(std::chrono::milliseconds length, std::stop_token stop);

  const Cluster cluster_;

  // The server process; 0: none. Used by Start's thread, then by the watcher, then, after it was
  // joined, by Stop.
  pid_t pid_ = 0;
  uint64_t start_ticks_ = 0;
  bool our_child_ = false;
  int wait_status_ = 0;  // of our child, once it ended

  std::mutex mutex_;
  std::condition_variable_any
      stopping_;  // waited for together with a stop token; never notified otherwise
  std::jthread watcher_;
};

}  // namespace tandem::embedded

#endif  // TANDEM_SERVER_EMBEDDED_EMBEDDED_POSTGRES_H_
