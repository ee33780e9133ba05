// Entries in the order of their keys, with the place of each. Internal to router/.
//
// Sorted blocks of at most kMost entries. What waits comes mostly at the end and goes mostly at the
// beginning, be it tickets or agents: the first writes behind the last entry of the last block, the
// second moves where the first block begins, so each touches one line of the memory that is as
// large as what waits. Anywhere else either moves the shorter part of one block. A block that is
// full is cut in two, one that has few left joins the next, and one that is empty goes. A rank, for
// explanations alone, is a sum of the sizes of the blocks before, which are side by side (a million
// tickets: some 8,000), and a binary search in one block. One block is where the whole is, so that
// who has little goes straight to its entries.
#ifndef TANDEM_ROUTER_RANKED_H_
#define TANDEM_ROUTER_RANKED_H_

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "router/ids.h"
#include "router/invariant.h"
#include "router/sliding_vector.h"
#include "router/wait_key.h"

namespace tandem::router {

// `EntryType` has a `key`, by which no two entries are equal.
template <typename EntryType>
class Ranked {
 public:
  using Entry = EntryType;
  using Key = decltype(Entry::key);

  // No entry in it may have this key.
  void Insert(const Entry& entry);
  // An entry in it must have this key.
  void Erase(const Key& key);

  bool empty() const { return blocks_.empty(); }
  size_t size() const { return size_; }
  // The one that goes first. There must be one.
  const Entry& First() const { return blocks_.front().entries.front(); }
  // How many go before `key`.
  size_t Rank(const Key& key) const;

  // Calls `visit` with each entry, in order.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const Block& block : blocks_) {
      for (const Entry& entry : block.entries) visit(entry);
    }
  }
  // The room that its entries have.
  size_t bytes() const;
  // The first entry in order for which `accept` is true; null when there is none. Looks at no entry
  // behind it. The second one begins where those end that go before `from`.
  template <typename Accept>
  const Entry* FirstWhere(Accept accept) const {
    return FirstWhere({0, 0}, accept);
  }
  template <typename Accept>
  const Entry* FirstFrom(const Key& from, Accept accept) const {
    if (empty()) return nullptr;
    if (!(First().key < from)) return FirstWhere({0, 0}, accept);
    const size_t block = BlockOf(from);
    return FirstWhere({block, blocks_[block].PlaceOf(from)}, accept);
  }

 private:
  static constexpr size_t kMost = 128;
  // Blocks that have no more left are joined with the next, so that what stays for long among much
  // that goes does not keep the room of all of it.
  static constexpr size_t kFew = 16;

  struct Block {
    SlidingVector<Entry> entries;
    Key greatest;  // of the last one, here so that looking for a block touches blocks alone

    // The place of the first entry that does not go before `key`.
    size_t PlaceOf(const Key& key) const;
    void Insert(const Entry& entry);
    void EraseAt(size_t place);
  };
  struct Position {
    size_t block, place;
  };

  template <typename Accept>
  const Entry* FirstWhere(Position from, Accept accept) const {
    for (size_t block = from.block; block < blocks_.size(); ++block) {
      const SlidingVector<Entry>& entries = blocks_[block].entries;
      for (size_t place = block == from.block ? from.place : 0; place < entries.size(); ++place) {
        if (accept(entries[place])) return &entries[place];
      }
    }
    return nullptr;
  }
  // The last block that may hold the key: the first whose greatest key is not before it, or else
  // the very last. There must be a block.
  size_t BlockOf(const Key& key) const;
  // Moves what a block has to the one behind, if that has room for as much again.
  void JoinNext(size_t block);
  // Makes two of a full block; the second is empty if `key` goes behind all of it, so that entries
  // that come in order fill their blocks. Returns which of them `key` belongs to.
  size_t Cut(size_t block, const Key& key);

  SlidingVector<Block, 1> blocks_;  // none is empty
  size_t size_ = 0;
};

template <typename Entry>
size_t Ranked<Entry>::Block::PlaceOf(const Key& key) const {
  const auto found =
      std::lower_bound(entries.begin(), entries.end(), key,
                       [](const Entry& entry, const Key& sought) { return entry.key < sought; });
  return static_cast<size_t>(found - entries.begin());
}

template <typename Entry>
void Ranked<Entry>::Block::Insert(const Entry& entry) {
  if (entries.empty() || greatest < entry.key) {
    entries.push_back(entry);
    greatest = entry.key;
  } else {
    entries.insert(PlaceOf(entry.key), entry);
  }
}

template <typename Entry>
void Ranked<Entry>::Block::EraseAt(size_t place) {
  const bool was_last = place + 1 == entries.size();
  entries.erase(place);
  if (was_last && !entries.empty()) greatest = entries.back().key;
}

template <typename Entry>
size_t Ranked<Entry>::BlockOf(const Key& key) const {
  const auto last = std::prev(blocks_.end());
  const auto found = std::partition_point(blocks_.begin(), last,
                                          [&](const Block& block) { return block.greatest < key; });
  return static_cast<size_t>(found - blocks_.begin());
}

template <typename Entry>
size_t Ranked<Entry>::Cut(size_t at, const Key& key) {
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

template <typename Entry>
void Ranked<Entry>::Insert(const Entry& entry) {
  if (blocks_.empty()) blocks_.push_back({});
  size_t at = blocks_.back().greatest < entry.key ? blocks_.size() - 1 : BlockOf(entry.key);
  if (blocks_[at].entries.size() == kMost) at = Cut(at, entry.key);
  blocks_[at].Insert(entry);
  ++size_;
}

template <typename Entry>
void Ranked<Entry>::Erase(const Key& key) {
  TANDEM_INVARIANT(!empty(), "what is ranked is among the ranked");
  const bool is_first = First().key == key;
  const bool is_last = !is_first && blocks_.back().greatest == key;
  const size_t at = is_first ? 0 : is_last ? blocks_.size() - 1 : BlockOf(key);
  Block& block = blocks_[at];
  const size_t place = is_first ? 0 : is_last ? block.entries.size() - 1 : block.PlaceOf(key);
  TANDEM_INVARIANT(place < block.entries.size() && block.entries[place].key == key,
                   "what is ranked is found by its key");
  block.EraseAt(place);
  --size_;
  if (block.entries.empty()) {
    blocks_.erase(at);
  } else if (block.entries.size() <= kFew) {
    if (at + 1 < blocks_.size()) JoinNext(at);
    if (at > 0) JoinNext(at - 1);
  }
}

template <typename Entry>
void Ranked<Entry>::JoinNext(size_t at) {
  Block& block = blocks_[at];
  Block& next = blocks_[at + 1];
  if (block.entries.size() + next.entries.size() > kMost / 2) return;
  for (const Entry& entry : next.entries) block.entries.push_back(entry);
  block.greatest = next.greatest;
  blocks_.erase(at + 1);
}

template <typename Entry>
size_t Ranked<Entry>::bytes() const {
  size_t bytes = 0;
  for (const Block& block : blocks_) bytes += block.entries.capacity() * sizeof(Entry);
  return bytes;
}

template <typename Entry>
size_t Ranked<Entry>::Rank(const Key& key) const {
  if (empty()) return 0;
  const size_t at = BlockOf(key);
  size_t rank = blocks_[at].PlaceOf(key);
  for (size_t before = 0; before < at; ++before) rank += blocks_[before].entries.size();
  return rank;
}

// Tickets, by what they are ordered by while they wait, or by when something is due.
struct RankedTicket {
  WaitKey key;
  TicketIndex ticket;
};
using RankedTickets = Ranked<RankedTicket>;

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_RANKED_H_
