// The few threads that may wait for the database, so that gRPC's own never do.
//
// Ownership: the pool joins its threads when it is destroyed, after they have run everything that
// was taken.
#ifndef TANDEM_SERVER_RPC_READER_POOL_H_
#define TANDEM_SERVER_RPC_READER_POOL_H_

#include <cstddef>
#include <deque>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"

namespace tandem::rpc {

class ReaderPool {
 public:
  using Job = absl::AnyInvocable<void() &&>;

  // `max_waiting` jobs may wait for a thread.
  ReaderPool(size_t threads, size_t max_waiting);
  ~ReaderPool();

  // Any thread. Takes the job, or returns false when too many wait; the job is then as it was.
  [[nodiscard]] bool TryRun(Job& job);
  // Any thread. Takes the job in any case: for the few that free something.
  void Run(Job job);
  // Any thread. Jobs that wait for a thread.
  size_t waiting() const {
    const absl::MutexLock lock(&mutex_);
    return jobs_.size();
  }

 private:
  void Work();
  bool HasWorkOrStops() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !jobs_.empty();
  }

  const size_t max_waiting_;
  mutable absl::Mutex mutex_;
  std::deque<Job> jobs_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::jthread> threads_;
};

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_READER_POOL_H_
