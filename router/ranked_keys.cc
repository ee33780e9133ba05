#include "router/ranked_keys.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>
#include <utility>

#include "router/invariant.h"

namespace tandem::router {

RankedKeys::Slot RankedKeys::Slots::FirstFree() const {
  const auto free = static_cast<uint32_t>(std::countr_one(words_[0]));
  return static_cast<Slot>(free < 64 ? free
                                     : 64 + static_cast<uint32_t>(std::countr_one(words_[1])));
}

bool RankedKeys::Slots::Overlap(const Slots& other) const {
  return ((words_[0] & other.words_[0]) | (words_[1] & other.words_[1])) != 0;
}

template <typename Function>
void RankedKeys::Slots::ForEach(Function function) const {
  for (uint32_t word = 0; word < 2; ++word) {
    for (uint64_t left = words_[word]; left != 0; left &= left - 1) {
      function(static_cast<Slot>(word * 64 + static_cast<uint32_t>(std::countr_zero(left))));
    }
  }
}

size_t RankedKeys::BlockOf(WaitKey key) const {
  // Most go from the beginning, and come at the end.
  if (last_.empty() || key <= last_.front()) return 0;
  if (last_.back() < key) return last_.size();
  return static_cast<size_t>(std::lower_bound(last_.begin(), last_.end(), key) - last_.begin());
}

RankedKeys::Slot RankedKeys::Insert(WaitKey key) {
  size_t block = BlockOf(key);
  if (block == last_.size()) {
    if (block == 0 || sizes_.back() == kMost) {
      last_.push_back(key);
      sizes_.push_back(0);
      used_.push_back({});
      keys_.push_back({});
    } else {
      last_[--block] = key;
    }
  } else if (sizes_[block] == kMost) {
    Cut(block);
    if (last_[block] < key) ++block;
  }
  const Slot slot = used_[block].FirstFree();
  used_[block].Add(slot);
  ++sizes_[block];
  if (slot == keys_[block].size()) {
    keys_[block].push_back(key);
  } else {
    keys_[block][slot] = key;
  }
  ++size_;
  return slot;
}

void RankedKeys::Erase(WaitKey key, Slot slot) {
  const size_t block = BlockOf(key);
  TANDEM_INVARIANT(block < last_.size() && slot < kMost && used_[block].Has(slot),
                   "a key is kept in its slot");
  used_[block].Remove(slot);
  --size_;
  if (--sizes_[block] == 0) {
    EraseBlock(block);
  } else if (sizes_[block] <= kFew && last_.size() > 1) {
    Join(block);
  }
}

void RankedKeys::Cut(size_t block) {
  std::array<Slot, kMost> order;
  for (size_t i = 0; i < kMost; ++i) order[i] = static_cast<Slot>(i);
  const std::vector<WaitKey>& keys = keys_[block];
  const auto middle = order.begin() + kMost / 2;
  std::nth_element(order.begin(), middle, order.end(),
                   [&](Slot a, Slot b) { return keys[a] < keys[b]; });
  Slots later;
  for (auto slot = middle; slot != order.end(); ++slot) {
    later.Add(*slot);
    used_[block].Remove(*slot);
  }
  WaitKey last = keys[order.front()];
  used_[block].ForEach([&](Slot slot) { last = std::max(last, keys[slot]); });
  std::vector<WaitKey> copy = keys;
  last_.insert(block, last);
  sizes_[block] = kMost / 2;
  sizes_.insert(block + 1, kMost / 2);
  used_.insert(block + 1, later);
  keys_.insert(block + 1, std::move(copy));
}

void RankedKeys::Join(size_t block) {
  if (block + 1 < last_.size() && JoinNext(block)) return;
  if (block > 0) JoinNext(block - 1);
}

// The next one's keys become those of both.
bool RankedKeys::JoinNext(size_t block) {
  Slots& used = used_[block + 1];
  const size_t both = size_t{sizes_[block]} + sizes_[block + 1];
  if (both > kMost / 2 || used.Overlap(used_[block])) return false;
  std::vector<WaitKey>& keys = keys_[block + 1];
  if (keys.size() < keys_[block].size()) keys.resize(keys_[block].size());
  used_[block].ForEach([&](Slot slot) {
    used.Add(slot);
    keys[slot] = keys_[block][slot];
  });
  sizes_[block + 1] = static_cast<uint8_t>(both);
  EraseBlock(block);
  return true;
}

void RankedKeys::EraseBlock(size_t block) {
  last_.erase(block);
  sizes_.erase(block);
  used_.erase(block);
  keys_.erase(block);
}

WaitKey RankedKeys::First() const {
  WaitKey first;
  used_.front().ForEach([&](Slot slot) { first = std::min(first, keys_.front()[slot]); });
  return first;
}

size_t RankedKeys::Rank(WaitKey key) const {
  const size_t block = BlockOf(key);
  if (block == last_.size()) return size_;
  // The shorter way.
  const auto at = sizes_.begin() + static_cast<std::ptrdiff_t>(block);
  size_t rank = block < last_.size() / 2
                    ? std::accumulate(sizes_.begin(), at, size_t{0})
                    : std::accumulate(at, sizes_.end(), size_, std::minus<size_t>());
  used_[block].ForEach([&](Slot slot) { rank += keys_[block][slot] < key ? 1 : 0; });
  return rank;
}

size_t RankedKeys::bytes() const {
  size_t bytes = 0;
  for (const std::vector<WaitKey>& keys : keys_) bytes += keys.capacity() * sizeof(WaitKey);
  return bytes;
}

std::vector<WaitKey> RankedKeys::InOrder() const {
  std::vector<WaitKey> all;
  for (size_t block = 0; block < last_.size(); ++block) {
    used_[block].ForEach([&](Slot slot) { all.push_back(keys_[block][slot]); });
  }
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace tandem::router
