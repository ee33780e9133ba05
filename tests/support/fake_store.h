// A store for tests of the engine: the store in memory behind switches that hold it up and make it
// fail.
//
// Its own lock guards the switches.
//
// Thread rule: every function is safe from any thread.
#ifndef TANDEM_TESTS_SUPPORT_FAKE_STORE_H_
#define TANDEM_TESTS_SUPPORT_FAKE_STORE_H_

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "router/rows.h"
#include "router/time.h"
#include "server/store/memory_store.h"
#include "server/store/store.h"

namespace tandem::test {

// The database refuses a batch that holds a contact whose subject begins so.
inline constexpr char kPoison[] = "poison";

class FakeStore : public store::Store {
 public:
  explicit FakeStore(std::function<router::Time()> clock = nullptr) : memory_(std::move(clock)) {}

  // While set, nothing reaches the database.
  void SetAway(bool away) { Set(away_, away); }
  // While set, look-ups do not reach the database.
  void SetLookUpsAway(bool away) { Set(look_ups_away_, away); }
  // While set, calls of Commit wait at the door.
  void HoldCommits(bool hold) { Set(hold_commits_, hold); }
  // While set, calls of LookUp wait at the door.
  void HoldLookUps(bool hold) { Set(hold_look_ups_, hold); }
  void FailCommits(store::CommitFault fault, int count = 1) {
    const std::lock_guard lock(mutex_);
    memory_.FailCommits(fault, count);
  }

  // Waits until so many commits came to the door, in all.
  void AwaitCommits(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return commits_ >= count; });
  }
  int commits() const { return Get(commits_); }
  int look_ups() const { return Get(look_ups_); }

  // What a reader of the database sees.
  template <typename Function>
  auto Read(Function function) {
    const std::lock_guard lock(mutex_);
    return function(static_cast<store::Reader&>(memory_));
  }

  store::MemoryStore::Contents Copy() const {
    const std::lock_guard lock(mutex_);
    return memory_.Copy();
  }

  // ----------------------------------------------------------------------------------------- Store

  absl::StatusOr<store::Acquired> Acquire(store::Shard shard, const std::string& owner) override {
    const std::lock_guard lock(mutex_);
    if (away_) return Away();
    return memory_.Acquire(shard, owner);
  }

  absl::StatusOr<store::Loaded> Load(store::Shard shard, int64_t epoch) override {
    const std::lock_guard lock(mutex_);
    if (away_) return Away();
    return memory_.Load(shard, epoch);
  }

  store::CommitResult Commit(const store::Batch& batch) override {
    std::unique_lock lock(mutex_);
    ++commits_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !hold_commits_; });
    if (away_) return store::CommitResult::kNotCommitted;
    const auto is_poison = [](const router::ContactRow& row) {
      return row.content.subject.starts_with(kPoison);
    };
    if (std::ranges::any_of(batch.changes.contacts, is_poison)) {
      return store::CommitResult::kDataRefused;
    }
    return memory_.Commit(batch);
  }

  absl::StatusOr<store::Resolution> Resolve(const store::Batch& batch) override {
    const std::lock_guard lock(mutex_);
    if (away_) return Away();
    return memory_.Resolve(batch);
  }

  absl::StatusOr<LookUpHits> LookUp(const LookUpKeys& keys) override {
    std::unique_lock lock(mutex_);
    ++look_ups_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !hold_look_ups_; });
    if (away_ || look_ups_away_) return Away();
    return memory_.LookUp(keys);
  }

  absl::Status Maintain(router::Time now) override {
    const std::lock_guard lock(mutex_);
    if (away_) return Away();
    return memory_.Maintain(now);
  }

 private:
  static absl::Status Away() { return absl::UnavailableError("the fake store is away"); }

  template <typename T>
  void Set(T& field, T value) {
    const std::lock_guard lock(mutex_);
    field = value;
    changed_.notify_all();
  }
  template <typename T>
  T Get(const T& field) const {
    const std::lock_guard lock(mutex_);
    return field;
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  store::MemoryStore memory_;
  bool away_ = false;
  bool look_ups_away_ = false;
  bool hold_commits_ = false;
  bool hold_look_ups_ = false;
  int commits_ = 0;
  int look_ups_ = 0;
};

}  // namespace tandem::test

#endif  // TANDEM_TESTS_SUPPORT_FAKE_STORE_H_
