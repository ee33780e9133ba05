// The latest state of many things, ordered by when each changed last.
//
// Who shows them keeps a version and asks for what changed after it: each thing once, as it is now.
// So a reader holds no backlog however slow it is, and costs nothing here. Things that are gone are
// remembered for a while; a reader that is too far behind to be told of them is given everything.
//
// Not safe for concurrent use: its owner has the lock. Entries never change, and may be read
// without it.
#ifndef TANDEM_SERVER_LIVE_KEYED_H_
#define TANDEM_SERVER_LIVE_KEYED_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace tandem::live {

// Entry has `key`, `gone`, and ==.
template <typename Entry>
class Keyed {
 public:
  static constexpr size_t kMaxGone = 4'096;

  using Key = decltype(Entry::key);
  using Pointer = std::shared_ptr<const Entry>;

  struct Changes {
    // True when these are all that there are: whatever else the reader knows is gone.
    bool all = false;
    std::vector<Pointer> entries;  // in the order of their last change
    int64_t version = 0;           // to ask for what comes next
  };

  // The state of one thing. Nothing changes when it is the same as before.
  void Put(Entry entry) {
    const auto known = versions_.find(entry.key);
    if (known == versions_.end() ? entry.gone : *by_version_.at(known->second) == entry) return;
    if (known != versions_.end()) by_version_.erase(known->second);
    versions_[entry.key] = ++version_;
    const bool gone = entry.gone;
    by_version_.emplace(version_, std::make_shared<const Entry>(std::move(entry)));
    if (!gone) return;
    gone_.push_back(version_);
    if (gone_.size() > kMaxGone) ForgetOne();
  }

  // Everything when `version` is 0.
  Changes Since(int64_t version) const {
    Changes changes{
        .all = version == 0 || version < forgotten_, .entries = {}, .version = version_};
    for (auto it = by_version_.upper_bound(changes.all ? 0 : version); it != by_version_.end();
         ++it) {
      if (!changes.all || !it->second->gone) changes.entries.push_back(it->second);
    }
    return changes;
  }

  int64_t version() const { return version_; }

 private:
  void ForgetOne() {
    const int64_t version = gone_.front();
    gone_.pop_front();
    const auto entry = by_version_.find(version);
    if (entry == by_version_.end()) return;  // it came back since
    versions_.erase(entry->second->key);
    by_version_.erase(entry);
    forgotten_ = version;
  }

  std::map<Key, int64_t> versions_;
  std::map<int64_t, Pointer> by_version_;
  std::deque<int64_t> gone_;  // versions of what was gone then, oldest first
  int64_t version_ = 0;       // of the last change
  int64_t forgotten_ = 0;     // readers before this don't know all that is gone
};

}  // namespace tandem::live

#endif  // TANDEM_SERVER_LIVE_KEYED_H_
