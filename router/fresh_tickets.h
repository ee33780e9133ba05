// Tickets that may have become possible, for routing to look at: those that began to wait while
// somebody had room for work, or to want further rings. Internal to router/.
#ifndef TANDEM_ROUTER_FRESH_TICKETS_H_
#define TANDEM_ROUTER_FRESH_TICKETS_H_

#include <compare>
#include <iterator>
#include <tuple>

#include "absl/container/btree_set.h"

#include "router/ids.h"
#include "router/model.h"
#include "router/wait_key.h"

namespace tandem::router {

// LIVE first, then by its key, as it competes with others, whatever its queue's turn. The queue
// tells entries of one ticket apart.
struct FreshTicket {
  Urgency urgency = Urgency::kLive;
  QueueIndex queue;
  WaitKey key;
  TicketIndex ticket;
  friend auto operator<=>(const FreshTicket& a, const FreshTicket& b) {
    return std::tuple(a.urgency, a.key.Competing(), a.key.key, a.queue) <=>
           std::tuple(b.urgency, b.key.Competing(), b.key.key, b.queue);
  }
  friend bool operator==(const FreshTicket& a, const FreshTicket& b) { return (a <=> b) == 0; }
};
// By queue, and as they go in it.
struct FreshInQueue {
  bool operator()(const FreshTicket& a, const FreshTicket& b) const {
    return std::tie(a.queue, a.key) < std::tie(b.queue, b.key);
  }
};
// In the order in which they are looked at. Of queues that are PRIORITY_FIRST only the one that
// goes first in each stands among the others.
class FreshTickets {
 public:
  bool empty() const { return tickets_.empty(); }
  const FreshTicket& First() const { return *tickets_.begin(); }
  bool Has(const FreshTicket& fresh) const {
    return tickets_.contains(fresh) || by_priority_.contains(fresh);
  }
  void Add(const FreshTicket& fresh, bool priority_first) {
    if (priority_first) {
      const auto [at, is_new] = by_priority_.insert(fresh);
      if (!is_new) return;
      if (at != by_priority_.begin() && std::prev(at)->queue == fresh.queue) return;
      const auto next = std::next(at);
      if (next != by_priority_.end() && next->queue == fresh.queue) tickets_.erase(*next);
    }
    tickets_.insert(fresh);
  }
  // Then the next one stands for a queue that is PRIORITY_FIRST.
  void Forget(FreshTicket fresh) {
    tickets_.erase(fresh);
    if (by_priority_.empty()) return;
    auto it = by_priority_.find(fresh);
    if (it == by_priority_.end()) return;
    const bool was_first = it == by_priority_.begin() || std::prev(it)->queue != fresh.queue;
    it = by_priority_.erase(it);
    if (was_first && it != by_priority_.end() && it->queue == fresh.queue) tickets_.insert(*it);
  }

 private:
  absl::btree_set<FreshTicket> tickets_;
  absl::btree_set<FreshTicket, FreshInQueue> by_priority_;  // all of those queues
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_FRESH_TICKETS_H_
