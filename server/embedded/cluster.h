// The embedded cluster as files: making it, describing how its server is run, and recognising the
// processes that belong to it.
#ifndef TANDEM_SERVER_EMBEDDED_CLUSTER_H_
#define TANDEM_SERVER_EMBEDDED_CLUSTER_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "server/embedded/postgres_programs.h"
#include "server/embedded/process.h"

namespace tandem::embedded {

// PostgreSQL's name for its superuser and for our database.
inline constexpr const char kDatabaseUser[] = "tandem";
inline constexpr const char kDatabaseName[] = "tandem";
// Part of the socket's file name; nothing listens on a TCP port.
inline constexpr const char kSocketPort[] = "5432";

struct Cluster {
  PostgresPrograms programs;
  User user;           // whom PostgreSQL runs as
  std::string folder;  // <data folder>/postgres
  std::string socket_folder;
  std::string log_path;
  // Unique to this folder on this machine. PostgreSQL shows it in the name of each of its
  // processes, so that we never take another cluster's process for ours.
  std::string name;

  // The command that runs the cluster's server.
  std::vector<std::string> ServerCommand() const;
  // What libpq needs to connect.
  std::string Url() const;
};

// Makes the cluster in a data folder, or finds the one that is there. FAILED_PRECONDITION, in words
// for people, when that can't be done.
absl::StatusOr<Cluster> PrepareCluster(const std::string& data_folder,
                                       const std::string& programs_folder);

// Where a running server of the data folder listens, and who runs it, without touching anything.
// NOT_FOUND when none runs.
absl::StatusOr<Cluster> FindRunningCluster(const std::string& data_folder,
                                           const std::string& programs_folder);

// What a server wrote into postmaster.pid.
struct PostmasterFile {
  pid_t pid = 0;
  std::string socket_folder;
  bool ready = false;
};
std::optional<PostmasterFile> ReadPostmasterFile(const Cluster& cluster);

// Whether the process is a server, or one of a server's backends, of this cluster.
bool BelongsTo(const Cluster& cluster, const ProcessInfo& process);
// Living processes of the cluster.
std::vector<ProcessInfo> ProcessesOf(const Cluster& cluster);

// Removes the lock files of a dead server that name a process which exists, but is not that server
// any more: process ids are used again after a restart of the machine, and PostgreSQL itself would
// refuse to start. Requires that no process of the cluster lives. FAILED_PRECONDITION when a server
// that we did not start uses the folder.
absl::Status ForgetStalePostmaster(const Cluster& cluster);

}  // namespace tandem::embedded

#endif  // TANDEM_SERVER_EMBEDDED_CLUSTER_H_
