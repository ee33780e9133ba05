// The router in SQL alone that tandem is compared with: sql/schema.sql, led through lifecycles by
// pgbench, in a database of its own on the same PostgreSQL.
#ifndef TANDEM_TESTS_BENCH_SQL_BASELINE_H_
#define TANDEM_TESTS_BENCH_SQL_BASELINE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "tests/bench/bench_server.h"
#include "tests/bench/workload.h"

namespace tandem::bench {

// Used by one thread. Throws std::runtime_error when something can't be done.
class SqlBaseline {
 public:
  // Makes the database, with agents and waiting tickets. With waiting ones, every agent has one on
  // offer besides. `server` runs the PostgreSQL and must outlive this.
  SqlBaseline(const BenchServer& server, const Workload& workload, size_t waiting, size_t clients);

  // Lifecycles per second, over so many seconds.
  double Run(double seconds) const;

 private:
  // A program of PostgreSQL, connected to the database; gives what it prints.
  std::string RunProgram(const std::string& program, std::vector<std::string> arguments) const;

  const BenchServer& server_;
  const Workload workload_;
  const std::string script_;
  const size_t clients_;
};

}  // namespace tandem::bench

#endif  // TANDEM_TESTS_BENCH_SQL_BASELINE_H_
