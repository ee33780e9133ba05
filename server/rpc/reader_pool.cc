#include "server/rpc/reader_pool.h"

#include <utility>

namespace tandem::rpc {

ReaderPool::ReaderPool(size_t threads, size_t max_waiting) : max_waiting_(max_waiting) {
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

ReaderPool::~ReaderPool() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  threads_.clear();  // joins
}

bool ReaderPool::TryRun(Job& job) {
  const absl::MutexLock lock(&mutex_);
  if (jobs_.size() >= max_waiting_) return false;
  jobs_.push_back(std::move(job));
  return true;
}

void ReaderPool::Run(Job job) {
  const absl::MutexLock lock(&mutex_);
  jobs_.push_back(std::move(job));
}

void ReaderPool::Work() {
  for (;;) {
    Job job;
    {
      const absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &ReaderPool::HasWorkOrStops));
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    std::move(job)();
  }
}

}  // namespace tandem::rpc
