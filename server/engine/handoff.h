// A queue that hands values from one thread to another.
//
// Every function is safe from any thread.
#ifndef TANDEM_SERVER_ENGINE_HANDOFF_H_
#define TANDEM_SERVER_ENGINE_HANDOFF_H_

#include <deque>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"

#include "server/sync/mutex.h"

namespace tandem::engine {

template <typename T>
class Handoff {
 public:
  void Put(T value) {
    {
      sync::MutexLock lock(mutex_);
      values_.push_back(std::move(value));
    }
    changed_.Notify();
  }

  // Waits for a value. Nothing when the queue is closed and empty.
  [[nodiscard]] std::optional<T> Take() {
    sync::MutexLock lock(mutex_);
    while (values_.empty() && !closed_) changed_.Wait(mutex_);
    if (values_.empty()) return std::nullopt;
    T value = std::move(values_.front());
    values_.pop_front();
    return value;
  }

  // What is in the queue is still taken; after that, takers get nothing.
  void Close() {
    {
      sync::MutexLock lock(mutex_);
      closed_ = true;
    }
    changed_.Notify();
  }

 private:
  sync::Mutex mutex_;
  sync::Condition changed_;
  std::deque<T> values_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace tandem::engine

#endif  // TANDEM_SERVER_ENGINE_HANDOFF_H_
