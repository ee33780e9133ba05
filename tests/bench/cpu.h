// How much processor time and memory processes use, from /proc.
#ifndef TANDEM_TESTS_BENCH_CPU_H_
#define TANDEM_TESTS_BENCH_CPU_H_

#include <sys/types.h>

#include <string>

namespace tandem::bench {

// Seconds that the process used until now, all its threads together.
double CpuSecondsOf(pid_t process);
// The same of a PostgreSQL, all processes of the server whose data is in the folder. A process that
// has ended since is not counted any more.
double CpuSecondsOfPostgres(const std::string& data_folder);
// What the process has in memory (VmRSS).
double MemoryMiBOf(pid_t process);

}  // namespace tandem::bench

#endif  // TANDEM_TESTS_BENCH_CPU_H_
