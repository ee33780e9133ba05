// The deadlines of a workspace's agents and tickets. Internal to router/.
#ifndef TANDEM_ROUTER_TIMERS_H_
#define TANDEM_ROUTER_TIMERS_H_

#include <compare>
#include <cstdint>

#include "absl/container/btree_set.h"

#include "router/ids.h"
#include "router/ranked.h"
#include "router/time.h"
#include "router/wait_key.h"

namespace tandem::router {

// Each has one at most. At one instant agents go first, then by ordinal or arrival.
class Timers {
 public:
  // Of an agent: its grace, its shift's end, the return of its work.
  struct OfAgent {
    Time at;
    uint64_t ordinal = 0;
    AgentIndex agent;
    friend auto operator<=>(const OfAgent&, const OfAgent&) = default;
  };

  // Moves a deadline; kEndOfTime: it has none.
  void MoveOfAgent(AgentIndex agent, uint64_t ordinal, Time from, Time to) {
    if (from != kEndOfTime) agents_.erase({from, ordinal, agent});
    if (to != kEndOfTime) agents_.insert({to, ordinal, agent});
  }
  void MoveOfTicket(TicketIndex ticket, uint64_t arrival, Time from, Time to) {
    if (from != kEndOfTime) tickets_.Erase(WaitKey{from, arrival});
    if (to != kEndOfTime) tickets_.Insert({{to, arrival}, ticket});
  }

  // When the next is; kEndOfTime: there is none.
  Time Next() const {
    const Time of_agents = NextOfAgents();
    if (tickets_.empty() || of_agents < tickets_.First().key.key) return of_agents;
    return tickets_.First().key.key;
  }
  Time NextOfAgents() const { return agents_.empty() ? kEndOfTime : agents_.begin()->at; }
  // Whose that is. There must be one.
  AgentIndex FirstAgent() const { return agents_.begin()->agent; }
  TicketIndex FirstTicket() const { return tickets_.First().ticket; }

  const absl::btree_set<OfAgent>& agents() const { return agents_; }
  const RankedTickets& tickets() const { return tickets_; }

 private:
  absl::btree_set<OfAgent> agents_;
  // A million of them may change with each step of their plans.
  RankedTickets tickets_;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_TIMERS_H_
