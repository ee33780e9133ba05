#include "router/ranked_keys.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "router/invariant.h"

namespace tandem::router {
namespace {

template <typename Value>
auto At(std::vector<Value>& values, size_t position) {
  return values.begin() + static_cast<std::ptrdiff_t>(position);
}

}  // namespace

size_t RankedKeys::BlockOf(WaitKey key) const {
  const auto found = std::lower_bound(greatest_.begin(), greatest_.end(), key);
  return std::min(static_cast<size_t>(found - greatest_.begin()), greatest_.size() - 1);
}

void RankedKeys::Insert(WaitKey key) {
  if (blocks_.empty()) {
    blocks_.emplace_back();
    greatest_.push_back(key);
    sizes_.push_back(0);
  }
  size_t at = BlockOf(key);
  if (blocks_[at].size() == kMost) {
    // At the end a new block is begun, so that keys that come in order fill their blocks.
    const bool beyond = key > greatest_[at];
    auto middle = At(blocks_[at], beyond ? kMost : kMost / 2);
    std::vector<WaitKey> rest(middle, blocks_[at].end());
    blocks_[at].erase(middle, blocks_[at].end());
    greatest_.insert(At(greatest_, at), blocks_[at].back());
    sizes_[at] = static_cast<uint32_t>(blocks_[at].size());
    sizes_.insert(At(sizes_, at + 1), static_cast<uint32_t>(rest.size()));
    blocks_.insert(At(blocks_, at + 1), std::move(rest));
    if (key > greatest_[at]) ++at;
  }
  std::vector<WaitKey>& block = blocks_[at];
  block.insert(std::lower_bound(block.begin(), block.end(), key), key);
  greatest_[at] = block.back();
  ++sizes_[at];
  ++size_;
}

void RankedKeys::Erase(WaitKey key) {
  const size_t at = BlockOf(key);
  std::vector<WaitKey>& block = blocks_[at];
  const auto found = std::lower_bound(block.begin(), block.end(), key);
  TANDEM_INVARIANT(found != block.end() && *found == key, "what waits has its key in its queue");
  block.erase(found);
  --sizes_[at];
  --size_;
  if (!block.empty()) {
    greatest_[at] = block.back();
    return;
  }
  blocks_.erase(At(blocks_, at));
  greatest_.erase(At(greatest_, at));
  sizes_.erase(At(sizes_, at));
}

size_t RankedKeys::Rank(WaitKey key) const {
  if (blocks_.empty()) return 0;
  const size_t at = BlockOf(key);
  const std::vector<WaitKey>& block = blocks_[at];
  const auto in_block = std::lower_bound(block.begin(), block.end(), key) - block.begin();
  const auto before = sizes_.begin() + static_cast<std::ptrdiff_t>(at);
  return std::accumulate(sizes_.begin(), before, static_cast<size_t>(in_block));
}

}  // namespace tandem::router
