#include "router/waiting_forest.h"

#include "router/invariant.h"

namespace tandem::router {
namespace {

// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): spreads consecutive arrivals evenly.
uint32_t PriorityOf(uint64_t arrival) {
  uint64_t z = arrival + 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return static_cast<uint32_t>((z ^ (z >> 31)) >> 32);
}

}  // namespace

void WaitingForest::Insert(Tree& tree, TicketIndex ticket, WaitKey key) {
  if (ticket.value >= nodes_.size()) nodes_.resize(size_t{ticket.value} + 1);
  nodes_[ticket.value] = Node{.key = key, .priority = PriorityOf(key.arrival)};
  InsertBelow(tree.root, ticket.value);
}

void WaitingForest::Erase(Tree& tree, TicketIndex ticket) {
  EraseBelow(tree.root, ticket.value);
}

TicketIndex WaitingForest::First(const Tree& tree) const {
  uint32_t node = tree.root;
  while (nodes_[node].left != TicketIndex::kNone) node = nodes_[node].left;
  return TicketIndex{node};
}

size_t WaitingForest::Rank(const Tree& tree, WaitKey key) const {
  size_t rank = 0;
  uint32_t node = tree.root;
  while (node != TicketIndex::kNone) {
    if (nodes_[node].key < key) {
      rank += 1 + SizeBelow(nodes_[node].left);
      node = nodes_[node].right;
    } else {
      node = nodes_[node].left;
    }
  }
  return rank;
}

void WaitingForest::Split(uint32_t node, WaitKey key, uint32_t& left, uint32_t& right) {
  if (node == TicketIndex::kNone) {
    left = right = TicketIndex::kNone;
    return;
  }
  if (nodes_[node].key < key) {
    uint32_t rest = TicketIndex::kNone;
    Split(nodes_[node].right, key, rest, right);
    nodes_[node].right = rest;
    left = node;
  } else {
    uint32_t rest = TicketIndex::kNone;
    Split(nodes_[node].left, key, left, rest);
    nodes_[node].left = rest;
    right = node;
  }
  Resize(node);
}

uint32_t WaitingForest::Merge(uint32_t left, uint32_t right) {
  if (left == TicketIndex::kNone) return right;
  if (right == TicketIndex::kNone) return left;
  if (nodes_[left].priority > nodes_[right].priority) {
    nodes_[left].right = Merge(nodes_[left].right, right);
    Resize(left);
    return left;
  }
  nodes_[right].left = Merge(left, nodes_[right].left);
  Resize(right);
  return right;
}

void WaitingForest::InsertBelow(uint32_t& node, uint32_t inserted) {
  if (node == TicketIndex::kNone || nodes_[inserted].priority > nodes_[node].priority) {
    uint32_t left = TicketIndex::kNone;
    uint32_t right = TicketIndex::kNone;
    Split(node, nodes_[inserted].key, left, right);
    nodes_[inserted].left = left;
    nodes_[inserted].right = right;
    node = inserted;
  } else if (nodes_[inserted].key < nodes_[node].key) {
    InsertBelow(nodes_[node].left, inserted);
  } else {
    InsertBelow(nodes_[node].right, inserted);
  }
  Resize(node);
}

void WaitingForest::EraseBelow(uint32_t& node, uint32_t erased) {
  TANDEM_INVARIANT(node != TicketIndex::kNone, "a ticket to be taken out of a tree is in it");
  if (node == erased) {
    node = Merge(nodes_[node].left, nodes_[node].right);
    return;
  }
  EraseBelow(nodes_[erased].key < nodes_[node].key ? nodes_[node].left : nodes_[node].right,
             erased);
  Resize(node);
}

}  // namespace tandem::router
