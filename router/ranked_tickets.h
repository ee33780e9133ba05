// Tickets in the order of their keys, with the place of each.
//
// Sorted blocks of at most kMost tickets. What waits comes mostly at the end and goes mostly at the
// beginning: the first writes behind the last ticket of the last block, the second moves where the
// first block begins, so each touches one line of the memory that is as large as what waits.
// Anywhere else either moves the shorter part of one block. A block that is full is cut in two, one
// that has few left joins the next, and one that is empty goes. A rank, for explanations alone, is
// a sum of the sizes of the blocks before, which are side by side (a million tickets: some 8,000,
// 375 KiB), and a binary search in one block.
#ifndef TANDEM_ROUTER_RANKED_TICKETS_H_
#define TANDEM_ROUTER_RANKED_TICKETS_H_

#include <cstddef>
#include <cstdint>

#include "router/ids.h"
#include "router/sliding_vector.h"
#include "router/wait_key.h"

namespace tandem::router {

class RankedTickets {
 public:
  struct Entry {
    WaitKey key;
    TicketIndex ticket;
  };

  // No ticket in it may have this key.
  void Insert(WaitKey key, TicketIndex ticket);
  // A ticket in it must have this key.
  void Erase(WaitKey key);

  bool empty() const { return blocks_.empty(); }
  size_t size() const { return size_; }
  // The one that goes first. There must be one.
  const Entry& First() const { return blocks_.front().entries.front(); }
  // How many go before `key`.
  size_t Rank(WaitKey key) const;

  // Calls `visit` with each entry, in order.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const Block& block : blocks_) {
      for (const Entry& entry : block.entries) visit(entry);
    }
  }
  // The room that its entries have.
  size_t bytes() const;
  // The first ticket in order for which `accept` is true; unset when there is none. Looks at no
  // ticket behind it.
  template <typename Accept>
  TicketIndex FirstWhere(Accept accept) const {
    for (const Block& block : blocks_) {
      for (const Entry& entry : block.entries) {
        if (accept(entry.ticket)) return entry.ticket;
      }
    }
    return {};
  }

 private:
  static constexpr size_t kMost = 128;
  // Blocks that have no more left are joined with the next, so that what stays for long among much
  // that goes does not keep the room of all of it.
  static constexpr size_t kFew = 16;

  struct Block {
    SlidingVector<Entry> entries;
    WaitKey greatest;  // of the last one, here so that looking for a block touches blocks alone

    // The place of the first ticket that does not go before `key`.
    size_t PlaceOf(WaitKey key) const;
    void Insert(WaitKey key, TicketIndex ticket);
    void EraseAt(size_t place);
  };

  // The last block that may hold the key: the first whose greatest key is not before it, or else
  // the very last. There must be a block.
  size_t BlockOf(WaitKey key) const;
  // Moves what a block has to the one behind, if that has room for as much again.
  void JoinNext(size_t block);
  // Makes two of a full block; the second is empty if `key` goes behind all of it, so that tickets
  // that come in order fill their blocks. Returns which of them `key` belongs to.
  size_t Cut(size_t block, WaitKey key);

  SlidingVector<Block> blocks_;  // none is empty
  size_t size_ = 0;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_RANKED_TICKETS_H_
