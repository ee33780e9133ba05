// A mutex and a condition that clang's thread-safety analysis and the thread sanitizer both
// understand.
//
// absl::Mutex would be at hand, but Debian's build of it is not instrumented: the thread sanitizer
// does not see its locks and reports races that are none. std::mutex it sees, but std::mutex
// carries no annotations. So: std::mutex, annotated.
#ifndef TANDEM_SERVER_SYNC_MUTEX_H_
#define TANDEM_SERVER_SYNC_MUTEX_H_

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"

namespace tandem::sync {

class ABSL_LOCKABLE Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  friend class Condition;
  std::mutex mutex_;
};

class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(mutex) {
    mutex_.Lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Wakes may be spurious: look at what was waited for again.
class Condition {
 public:
  void Wait(Mutex& mutex) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }

  void WaitUntil(Mutex& mutex, std::chrono::steady_clock::time_point limit)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    if (limit == std::chrono::steady_clock::time_point::max()) {
      condition_.wait(lock);
    } else {
      condition_.wait_until(lock, limit);
    }
    lock.release();
  }

  void Notify() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace tandem::sync

#endif  // TANDEM_SERVER_SYNC_MUTEX_H_
