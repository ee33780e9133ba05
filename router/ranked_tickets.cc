#include "router/ranked_tickets.h"

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

size_t RankedTickets::Block::PlaceOf(WaitKey key) const {
  const auto first = entries.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto found = std::lower_bound(
      first, entries.end(), key,
      [](const Entry& entry, const WaitKey& sought) { return entry.key < sought; });
  return static_cast<size_t>(found - entries.begin());
}

void RankedTickets::Block::Insert(WaitKey key, TicketIndex ticket) {
  if (entries.empty() || greatest < key) {
    // Not for less than a quarter of it, so that it is paid for by what left.
    if (entries.size() == entries.capacity() && begin > entries.size() / 4) {
      entries.erase(entries.begin(), At(entries, begin));
      begin = 0;
    }
    entries.push_back({key, ticket});
    greatest = key;
    return;
  }
  const size_t place = PlaceOf(key);
  const bool nearer_begin = place - begin < entries.size() - place;
  if (begin == 0 || !nearer_begin) {
    entries.insert(At(entries, place), {key, ticket});
    return;
  }
  std::move(At(entries, begin), At(entries, place), At(entries, begin - 1));
  --begin;
  entries[place - 1] = {key, ticket};
}

void RankedTickets::Block::EraseAt(size_t place) {
  if (place - begin < entries.size() - place) {
    std::move_backward(At(entries, begin), At(entries, place), At(entries, place + 1));
    ++begin;
    return;
  }
  entries.erase(At(entries, place));
  if (size() > 0) greatest = entries.back().key;
}

size_t RankedTickets::BlockOf(WaitKey key) const {
  const auto last = std::prev(blocks_.end());
  const auto found = std::partition_point(blocks_.begin(), last,
                                          [&](const Block& block) { return block.greatest < key; });
  return static_cast<size_t>(found - blocks_.begin());
}

size_t RankedTickets::Cut(size_t at, WaitKey key) {
  Block& block = blocks_[at];
  Block rest;
  if (key < block.greatest) {
    const auto middle = At(block.entries, block.begin + kMost / 2);
    rest.entries.assign(middle, block.entries.end());
    rest.greatest = block.greatest;
    block.entries.erase(middle, block.entries.end());
    block.greatest = block.entries.back().key;
    sizes_[at] = static_cast<uint32_t>(block.size());
  }
  const bool behind = block.greatest < key;
  sizes_.insert(At(sizes_, at + 1), static_cast<uint32_t>(rest.size()));
  blocks_.insert(At(blocks_, at + 1), std::move(rest));
  return behind ? at + 1 : at;
}

void RankedTickets::Insert(WaitKey key, TicketIndex ticket) {
  if (blocks_.empty()) {
    blocks_.emplace_back();
    sizes_.push_back(0);
  }
  size_t at = blocks_.back().greatest < key ? blocks_.size() - 1 : BlockOf(key);
  if (blocks_[at].size() == kMost) at = Cut(at, key);
  blocks_[at].Insert(key, ticket);
  ++sizes_[at];
  ++size_;
}

void RankedTickets::Erase(WaitKey key) {
  TANDEM_INVARIANT(!blocks_.empty(), "what waits is in the lists of what waits");
  const bool is_first = First().key == key;
  const size_t at = is_first ? 0 : BlockOf(key);
  Block& block = blocks_[at];
  const size_t place = is_first ? block.begin : block.PlaceOf(key);
  TANDEM_INVARIANT(place < block.entries.size() && block.entries[place].key == key,
                   "what waits is in its lists by its key");
  block.EraseAt(place);
  --sizes_[at];
  --size_;
  if (block.size() > 0) return;
  blocks_.erase(At(blocks_, at));
  sizes_.erase(At(sizes_, at));
}

size_t RankedTickets::Rank(WaitKey key) const {
  if (blocks_.empty()) return 0;
  const size_t at = BlockOf(key);
  const auto before = sizes_.begin() + static_cast<std::ptrdiff_t>(at);
  return std::accumulate(sizes_.begin(), before, blocks_[at].PlaceOf(key) - blocks_[at].begin);
}

}  // namespace tandem::router
