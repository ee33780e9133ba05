// Keys, of which it is asked how many go before one, and which goes first. Internal to router/.
//
// As RankedTickets, blocks of at most kMost keys, but without an order inside a block: a key stays
// in its slot until it goes. So one that goes, of wherever, takes its bit out of its block's and
// touches nothing else; what is asked of a block looks at all of its keys, which are side by side.
// Whoever puts a key in keeps its slot.
#ifndef TANDEM_ROUTER_RANKED_KEYS_H_
#define TANDEM_ROUTER_RANKED_KEYS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "router/sliding_vector.h"
#include "router/wait_key.h"

namespace tandem::router {

class RankedKeys {
 public:
  using Slot = uint8_t;
  static constexpr Slot kNone = 255;  // none is in it

  // It may not be in here. Returns where it is kept.
  Slot Insert(WaitKey key);
  // It must be in here, and kept there.
  void Erase(WaitKey key, Slot slot);

  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  // The one that goes first. There must be one.
  WaitKey First() const;
  // How many go before `key`.
  size_t Rank(WaitKey key) const;
  // The room that its keys have.
  size_t bytes() const;
  // All of them, in order. For tests and invariants.
  std::vector<WaitKey> InOrder() const;

 private:
  static constexpr size_t kMost = 128;
  // Blocks that have no more left look for a neighbour to join whose slots are others, so that what
  // stays for long among much that goes does not keep the room of all of it. Where just every 128th
  // stays it does, of what waited at once.
  static constexpr size_t kFew = 16;

  // Slots of a block.
  class Slots {
   public:
    bool Has(Slot slot) const { return ((words_[slot / 64] >> (slot % 64)) & 1U) != 0; }
    void Add(Slot slot) { words_[slot / 64] |= uint64_t{1} << (slot % 64); }
    void Remove(Slot slot) { words_[slot / 64] &= ~(uint64_t{1} << (slot % 64)); }
    Slot FirstFree() const;
    bool Overlap(const Slots& other) const;
    template <typename Function>
    void ForEach(Function function) const;

   private:
    std::array<uint64_t, 2> words_{};
  };
  static_assert(kMost == 128);

  // The first block whose keys may be as late as `key`; how many blocks there are if none.
  size_t BlockOf(WaitKey key) const;
  // Makes two of a full block: those of the later half keep their slots in a new one behind it.
  void Cut(size_t block);
  // Moves the keys of a block that has few to one of its neighbours, if it has the same slots free.
  void Join(size_t block);
  bool JoinNext(size_t block);
  void EraseBlock(size_t block);

  // By block, side by side by what is looked for: no key of a block is later than its last, and
  // every one of the next block is; how many it has; the slots in use; the keys by slot.
  SlidingVector<WaitKey> last_;
  SlidingVector<uint8_t> sizes_;
  SlidingVector<Slots> used_;
  SlidingVector<std::vector<WaitKey>> keys_;
  size_t size_ = 0;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_RANKED_KEYS_H_
