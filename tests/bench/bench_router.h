// A router on which benchmarks run commands, one workspace, and a time that goes on by itself.
#ifndef TANDEM_TESTS_BENCH_BENCH_ROUTER_H_
#define TANDEM_TESTS_BENCH_BENCH_ROUTER_H_

#include <cstddef>
#include <cstdint>

#include "router/commands.h"
#include "router/router.h"
#include "router/time.h"

namespace tandem::router {

// Resident memory of this process, in MiB.
double ResidentMemory();

// Between one command and the next.
inline constexpr Duration kBetweenCommands = Microseconds(100);

class BenchRouter {
 public:
  explicit BenchRouter(Configuration configuration);

  // Executes it a while after the one before, and routes until quiet. A command that is refused
  // ends the process: the benchmark is wrong.
  void Run(Action&& action);
  void Ingest(NewContact contact);
  // Everything that is due; and as much of it as one command does, when anything is.
  void RunTimers();
  bool RunTimerSlice();

  Changes TakeChanges() { return router_.TakeChanges(); }
  const Router& router() const { return router_; }
  TicketId last_ticket() const { return {0, last_id_}; }
  Time now() const { return now_; }
  void SetNow(Time now) { now_ = now; }

 private:
  void Execute(Action&& action);

  Router router_;
  Time now_{1'700'000'000'000'000};
  uint64_t last_id_ = 0;
};

}  // namespace tandem::router

#endif  // TANDEM_TESTS_BENCH_BENCH_ROUTER_H_
