// Load on a server: lanes, each of which leads one life after the other: a contact that is taken
// in, or a ticket from ingest to completion.
//
// Two ways to drive them. In a closed loop each lane begins its next life when the last one has
// ended, which shows how much a server can do. In an open loop lives begin at instants that are
// fixed ahead, whatever the server does, and take their time from those: what a server that falls
// behind makes callers wait is in the latencies, not left out of them.
#ifndef TANDEM_TESTS_BENCH_LOAD_H_
#define TANDEM_TESTS_BENCH_LOAD_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "tests/bench/latencies.h"

namespace tandem::bench {

// Of a call that a lane makes.
inline constexpr std::chrono::seconds kCallLimit{20};

class Load;

// One life at a time. Its functions run one after the other, on whichever thread brings an answer;
// nothing is touched once the next call is under way.
class Lane {
 public:
  explicit Lane(Load& load) : load_(load) {}
  virtual ~Lane() = default;
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // Begins a life that should begin at this instant.
  void BeginAt(std::chrono::steady_clock::time_point intended_at);

 protected:
  // Ends in End or Fail.
  virtual void Begin() = 0;

  // The life is over; `amount` counts.
  void End(size_t amount);
  // So is the lane, and the load has failed.
  void Fail(const std::string& why);
  // What was called or awaited in a life took from `since` until `until`.
  void Took(Latencies& latencies, std::chrono::steady_clock::time_point since,
            std::chrono::steady_clock::time_point until = std::chrono::steady_clock::now()) const;

  std::chrono::steady_clock::time_point intended_at() const { return intended_at_; }
  Load& load() const { return load_; }

 private:
  Load& load_;
  std::chrono::steady_clock::time_point intended_at_;
  bool recorded_ = false;
};

// Used by one thread, but for what says otherwise.
class Load {
 public:
  using MakeLane = std::function<std::unique_ptr<Lane>(Load& load, size_t number)>;

  explicit Load(MakeLane make) : make_(std::move(make)) {}
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // The closed loop: so many lanes, until Finish.
  void Start(size_t lanes);
  // The same for so many lives; returns when they are over.
  void Run(size_t lanes, size_t lives);
  // The open loop, for so long. Lives that are under way then go on until Finish.
  void Pace(double per_second, std::chrono::duration<double> length);
  // Lets the lanes finish what they have begun. Throws std::runtime_error when one failed; ends the
  // program when one does not end.
  void Finish();

  // Whether the lives that begin from now on count in the latencies.
  void Record(bool on) { recording_ = on; }
  // Whether every call carries a request id, and every contact an external id, so that each could
  // be repeated.
  void UseIds(bool on) { with_ids_ = on; }
  bool with_ids() const { return with_ids_; }
  // A UUID that no run has used before. Any thread.
  std::string NextId();

  // Latencies, of single calls, of lives, and from the intended beginning to the offer.
  Latencies calls, lives, offers;
  // What has been brought to its end until now. Any thread.
  uint64_t done() const { return done_.load(); }

 private:
  friend class Lane;

  Lane* TakeIdle();  // null: the load has failed
  void Start(size_t lanes, int64_t lives);
  void AwaitIdle();
  // Whether the lane may go on.
  bool OnEnd(Lane* lane, size_t amount);
  void OnFailure(const std::string& why);

  const MakeLane make_;
  std::atomic<bool> recording_ = false;
  std::atomic<bool> with_ids_ = false;
  std::atomic<int64_t> left_ = 0;  // lives that may still begin in the closed loop
  std::atomic<uint64_t> done_ = 0;
  std::atomic<uint64_t> ids_ = 0;
  absl::Mutex mutex_;
  std::vector<std::unique_ptr<Lane>> lanes_ ABSL_GUARDED_BY(mutex_);
  std::vector<Lane*> idle_ ABSL_GUARDED_BY(mutex_);
  size_t busy_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string failure_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tandem::bench

#endif  // TANDEM_TESTS_BENCH_LOAD_H_
