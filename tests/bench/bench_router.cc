#include "tests/bench/bench_router.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <utility>
#include <variant>

namespace tandem::router {
namespace {

constexpr char kWorkspace[] = "bench";

}  // namespace

double ResidentMemory() {
  std::ifstream status("/proc/self/statm");
  size_t total = 0, resident = 0;
  status >> total >> resident;
  return static_cast<double>(resident) * 4'096 / (1 << 20);
}

BenchRouter::BenchRouter(Configuration configuration) {
  Run(ApplyConfiguration{std::move(configuration)});
  for (const auto& [workspace, calendar] : router_.CalendarsToWorkOut(now_)) {
    // Always open.
    const Time until = now_ + Days(400);
    OpenHours hours;
    hours.of_revision = calendar.revision;
    hours.known_until = until;
    hours.open = {{now_ - Days(1), until}};
    Run(SetOpenHours{calendar.id, std::move(hours)});
  }
}

void BenchRouter::Run(Action&& action) {
  now_ = now_ + kBetweenCommands;
  Execute(std::move(action));
}

void BenchRouter::Ingest(NewContact contact) {
  IngestContact ingest;
  ingest.contact = std::move(contact);
  ingest.new_ticket = {0, ++last_id_};
  ingest.new_contact = {0, last_id_};
  Run(std::move(ingest));
}

void BenchRouter::RunTimers() {
  while (RunTimerSlice()) {
  }
}

bool BenchRouter::RunTimerSlice() {
  if (router_.NextDeadline() > now_) return false;
  Execute(AdvanceTime{});
  return true;
}

void BenchRouter::Execute(Action&& action) {
  const Outcome outcome = router_.Execute({kWorkspace, std::move(action)}, now_);
  if (const auto* rejection = std::get_if<Rejection>(&outcome)) {
    std::fprintf(stderr, "refused: %s\n", rejection->message.c_str());
    std::abort();
  }
  while (router_.HasPendingRouting()) {
    (void)router_.Execute({kWorkspace, ContinueRouting{}}, now_);
  }
}

}  // namespace tandem::router
