// Ordered sets of waiting tickets that can also tell a ticket's place: many trees over one array of
// nodes.
//
// Each tree is a treap, augmented with the sizes of its subtrees. A node's heap priority is a mix
// of its arrival, so the shape of a tree depends on what is in it and on nothing else. First,
// Insert, Erase and Rank take O(log n) expected. A ticket is in at most one tree at a time.
#ifndef TANDEM_ROUTER_WAITING_FOREST_H_
#define TANDEM_ROUTER_WAITING_FOREST_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "router/ids.h"
#include "router/time.h"

namespace tandem::router {

// Longer than from the epoch to any instant that the API accepts.
inline constexpr Duration kPrioritySpan{int64_t{1} << 58};
// Sixteen of them: more than priorities take, and together with these still an instant.
inline constexpr Duration kLateSpan{int64_t{1} << 62};

// What waiting tickets are ordered by: smaller goes first. In a queue that is PRIORITY_FIRST a span
// is added to the key for each step that the ticket's priority is below the highest; where late
// work goes after punctual work, one that is longer than all of these is added to that of a late
// ticket.
struct WaitKey {
  Time key = kEndOfTime;
  uint64_t arrival = std::numeric_limits<uint64_t>::max();
  // Steps of priority may take a key to before the epoch.
  constexpr bool IsLate() const { return key.us >= kLateSpan.us - kPrioritySpan.us; }
  // As if it was not late.
  constexpr WaitKey Punctual() const {
    return IsLate() ? WaitKey{key - kLateSpan, arrival} : *this;
  }
  // Against tickets of other queues: without the spans of priorities.
  constexpr WaitKey Competing() const {
    if (key.us < kPrioritySpan.us) return *this;
    const Time plain{Punctual().key.us % kPrioritySpan.us};
    return {IsLate() ? plain + kLateSpan : plain, arrival};
  }
  friend constexpr auto operator<=>(const WaitKey&, const WaitKey&) = default;
};

class WaitingForest {
 public:
  // A tree is its root.
  struct Tree {
    uint32_t root = TicketIndex::kNone;
    bool empty() const { return root == TicketIndex::kNone; }
  };

  // `ticket` must be in no tree.
  void Insert(Tree& tree, TicketIndex ticket, WaitKey key);
  // `ticket` must be in `tree`.
  void Erase(Tree& tree, TicketIndex ticket);

  // The ticket that goes first. The tree must not be empty.
  TicketIndex First(const Tree& tree) const;
  size_t Size(const Tree& tree) const { return tree.empty() ? 0 : nodes_[tree.root].size; }
  // How many tickets of the tree go before `key`.
  size_t Rank(const Tree& tree, WaitKey key) const;
  WaitKey KeyOf(TicketIndex ticket) const { return nodes_[ticket.value].key; }

  // The first ticket in order for which `accept` is true; unset when there is none. Looks at no
  // ticket behind it.
  template <typename Accept>
  TicketIndex FirstWhere(const Tree& tree, Accept accept) const {
    return FirstWhereBelow(tree.root, accept);
  }

 private:
  struct Node {
    WaitKey key;
    uint32_t left = TicketIndex::kNone;
    uint32_t right = TicketIndex::kNone;
    uint32_t size = 1;
    uint32_t priority = 0;
  };

  template <typename Accept>
  TicketIndex FirstWhereBelow(uint32_t node, Accept& accept) const {
    if (node == TicketIndex::kNone) return TicketIndex{};
    const TicketIndex before = FirstWhereBelow(nodes_[node].left, accept);
    if (before.IsSet()) return before;
    if (accept(TicketIndex{node})) return TicketIndex{node};
    return FirstWhereBelow(nodes_[node].right, accept);
  }

  uint32_t SizeBelow(uint32_t node) const {
    return node == TicketIndex::kNone ? 0 : nodes_[node].size;
  }
  void Resize(uint32_t node) {
    nodes_[node].size = 1 + SizeBelow(nodes_[node].left) + SizeBelow(nodes_[node].right);
  }
  // Nodes below `key` to the left, the others to the right.
  void Split(uint32_t node, WaitKey key, uint32_t& left, uint32_t& right);
  // Every node of `left` goes before every node of `right`.
  uint32_t Merge(uint32_t left, uint32_t right);
  void InsertBelow(uint32_t& node, uint32_t inserted);
  void EraseBelow(uint32_t& node, uint32_t erased);

  std::vector<Node> nodes_;  // by ticket index
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_WAITING_FOREST_H_
