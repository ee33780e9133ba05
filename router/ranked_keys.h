// The keys of what waits in one queue, in order, so that a ticket's place is quickly told.
//
// Sorted blocks of at most kMost keys. A rank is a sum of the sizes of the blocks before, which
// are side by side and few (a million keys: some 6,000 blocks, 24 KiB), and a binary search in one
// block. Insert and Erase move half a block on average and never more than one; a block that is
// full is cut in two, one that is empty goes. Keys come mostly at the end and go mostly at the
// beginning, where only the first of these costs anything.
#ifndef TANDEM_ROUTER_RANKED_KEYS_H_
#define TANDEM_ROUTER_RANKED_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "router/waiting_forest.h"

namespace tandem::router {

class RankedKeys {
 public:
  // `key` must not be in it.
  void Insert(WaitKey key);
  // `key` must be in it.
  void Erase(WaitKey key);

  size_t size() const { return size_; }
  // How many go before `key`.
  size_t Rank(WaitKey key) const;

 private:
  static constexpr size_t kMost = 256;

  // The last block that may hold the key: the first whose greatest key is not before it, or else
  // the very last. There must be a block.
  size_t BlockOf(WaitKey key) const;

  // By block; none is empty.
  std::vector<std::vector<WaitKey>> blocks_;
  std::vector<WaitKey> greatest_;
  std::vector<uint32_t> sizes_;
  size_t size_ = 0;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_RANKED_KEYS_H_
