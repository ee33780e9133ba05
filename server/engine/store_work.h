// What the engine asks of the store, as values: so that a thread, or a test, can do it and bring
// back the result.
#ifndef TANDEM_SERVER_ENGINE_STORE_WORK_H_
#define TANDEM_SERVER_ENGINE_STORE_WORK_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "router/time.h"
#include "server/engine/clock.h"
#include "server/store/store.h"

namespace tandem::engine {

// Become the writer, read the state, and see to the partitions that the first commit needs.
struct Recover {
  store::Shard shard = 0;
  std::string owner;
};
struct Commit {
  const store::Batch* batch = nullptr;  // stays as it is until the result is back
};
struct Resolve {
  const store::Batch* batch = nullptr;
};
struct Maintain {
  router::Time now;
};
// At most one is under way.
using StoreJob = std::variant<Recover, Commit, Resolve, Maintain>;

struct Recovered {
  int64_t epoch = 0;
  store::Loaded loaded;
};
struct Maintained {
  absl::Status status;
};
using StoreResult = std::variant<absl::StatusOr<Recovered>, store::CommitResult,
                                 absl::StatusOr<store::Resolution>, Maintained>;

struct LookUpJob {
  store::Store::LookUpKeys keys;
};
using LookUpResult = absl::StatusOr<store::Store::LookUpHits>;

[[nodiscard]] StoreResult Run(const StoreJob& job, store::Store& store);

// Pauses between attempts: each twice as long as the one before, up to a limit.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest)
      : first_(first), longest_(longest), next_(first) {}

  std::chrono::milliseconds Next() {
    const std::chrono::milliseconds pause = next_;
    next_ = std::min(next_ * 2, longest_);
    return pause;
  }
  void Reset() { next_ = first_; }

 private:
  const std::chrono::milliseconds first_, longest_;
  std::chrono::milliseconds next_;
};

}  // namespace tandem::engine

#endif  // TANDEM_SERVER_ENGINE_STORE_WORK_H_
