// Finding PostgreSQL's programs on this machine.
#ifndef TANDEM_SERVER_EMBEDDED_POSTGRES_PROGRAMS_H_
#define TANDEM_SERVER_EMBEDDED_POSTGRES_PROGRAMS_H_

#include <string>

#include "absl/status/statusor.h"

namespace tandem::embedded {

// The oldest PostgreSQL that the embedded cluster is made with.
inline constexpr int kOldestPostgres = 15;

// A folder with postgres, initdb, pg_isready and psql.
struct PostgresPrograms {
  std::string folder;
  int version = 0;  // major

  std::string Path(const std::string& program) const { return folder + "/" + program; }
};

// Finds the programs: in `folder` when it is not empty, else where pg_config and Debian keep them
// and along $PATH. `version` is that of an existing cluster, which only its own version can open,
// or 0: then the newest is taken. FAILED_PRECONDITION, in words for people, when there are none.
absl::StatusOr<PostgresPrograms> FindPostgresPrograms(const std::string& folder, int version);

}  // namespace tandem::embedded

#endif  // TANDEM_SERVER_EMBEDDED_POSTGRES_PROGRAMS_H_
