#include "router/ranked_tickets.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "router/invariant.h"

namespace tandem::router {

size_t RankedTickets::Block::PlaceOf(WaitKey key) const {
  const auto found = std::lower_bound(
      entries.begin(), entries.end(), key,
      [](const Entry& entry, const WaitKey& sought) { return entry.key < sought; });
  return static_cast<size_t>(found - entries.begin());
}

void RankedTickets::Block::Insert(WaitKey key, TicketIndex ticket) {
  if (entries.empty() || greatest < key) {
    entries.push_back({key, ticket});
    greatest = key;
  } else {
    entries.insert(PlaceOf(key), {key, ticket});
  }
}

void RankedTickets::Block::EraseAt(size_t place) {
  entries.erase(place);
  if (!entries.empty()) greatest = entries.back().key;
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
    rest.entries = {std::as_const(block.entries).begin() + kMost / 2, block.entries.end()};
    rest.greatest = block.greatest;
    block.entries.truncate(kMost / 2);
    block.greatest = block.entries.back().key;
  }
  const bool behind = block.greatest < key;
  blocks_.insert(at + 1, std::move(rest));
  return behind ? at + 1 : at;
}

void RankedTickets::Insert(WaitKey key, TicketIndex ticket) {
  if (blocks_.empty()) blocks_.push_back({});
  size_t at = blocks_.back().greatest < key ? blocks_.size() - 1 : BlockOf(key);
  if (blocks_[at].entries.size() == kMost) at = Cut(at, key);
  blocks_[at].Insert(key, ticket);
  ++size_;
}

void RankedTickets::Erase(WaitKey key) {
  TANDEM_INVARIANT(!blocks_.empty(), "what waits is in the lists of what waits");
  const bool is_first = First().key == key;
  const size_t at = is_first ? 0 : BlockOf(key);
  Block& block = blocks_[at];
  const size_t place = is_first ? 0 : block.PlaceOf(key);
  TANDEM_INVARIANT(place < block.entries.size() && block.entries[place].key == key,
                   "what waits is in its lists by its key");
  block.EraseAt(place);
  --size_;
  if (block.entries.empty()) {
    blocks_.erase(at);
  } else if (block.entries.size() <= kFew) {
    if (at + 1 < blocks_.size()) JoinNext(at);
    if (at > 0) JoinNext(at - 1);
  }
}

void RankedTickets::JoinNext(size_t at) {
  Block& block = blocks_[at];
  Block& next = blocks_[at + 1];
  if (block.entries.size() + next.entries.size() > kMost / 2) return;
  for (const Entry& entry : next.entries) block.entries.push_back(entry);
  block.greatest = next.greatest;
  blocks_.erase(at + 1);
}

size_t RankedTickets::bytes() const {
  size_t bytes = 0;
  for (const Block& block : blocks_) bytes += block.entries.capacity() * sizeof(Entry);
  return bytes;
}

size_t RankedTickets::Rank(WaitKey key) const {
  if (blocks_.empty()) return 0;
  const size_t at = BlockOf(key);
  size_t rank = blocks_[at].PlaceOf(key);
  for (size_t before = 0; before < at; ++before) rank += blocks_[before].entries.size();
  return rank;
}

}  // namespace tandem::router
