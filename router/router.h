// The router: decides who gets which ticket.
//
// A state machine: Execute(command, now) gives a reply or a refusal and changes the state;
// TakeChanges() gives what must be made durable before the reply may leave. It reads no clock, no
// file and no random numbers, and nothing in it depends on addresses or hash order: the same
// commands at the same instants give the same changes, byte for byte.
//
// Thread rule: one thread at a time; there is no lock inside (ARCHITECTURE.md, law 2).
//
// How it routes. Two sets hold what may have become possible: agents who may take more than before
// (freed, become available, changed by configuration, out of a cool-down's or a live reserve's
// way), and tickets that began to wait, for which a delay passed or whose cool-down ended. Out of a
// live reserve's way are also the idle agents of a routing profile whose back_floor was met when
// the last command had been routed, and is not any more. Every command ends with "route until
// quiet":
//   1. While there are such agents: of these, for the one with the smallest (idle_since, ordinal),
//   the
//      best ticket that it may take is looked up, which goes to the best agent who may take it; if
//      there is none the agent leaves the set.
//   2. Then, while there are such tickets: the first by (LIVE before DEFERRABLE, key, arrival) goes
//      to the best agent who may take it; if there is none it just waits.
//   3. Then the same of tickets that are offered to fewer agents than concurrent_offers of their
//      queue, or of the last step of their plan that says it: agents who left the set of 1 while
//      there were such tickets, and then such tickets to which the same happened as in 2. They get
//      one more ring at a time.
//   4. If 2 or 3 made agents possible again, back to 1.
// An agent's best ticket: lowest rank of its queue in the agent's routing profile; LIVE before
// DEFERRABLE; smallest key; smallest arrival. key = max(target, queued_at) - priority * the queue's
// priority step, all as of the ticket's entry into the queue. Of a queue that is PRIORITY_FIRST
// only one ticket is compared with those of other queues, here and in step 2: the one of the
// highest priority, the smallest key and the smallest arrival, where key = max(target, queued_at).
//
// Two things go before keys when an agent's best ticket is looked up. Of one rank and one urgency,
// also within a queue that is PRIORITY_FIRST, tickets of the lowest tier go first. The tier of a
// client: 1 while it has fewer tickets in hand (offered or owned, each once) than its floor; else 3
// when it has as many as its ceiling, or when in_hand * weights > weight * shared, the sums of the
// weights and of the tickets in hand of all clients that have a weight and anything QUEUED or in
// hand; else, and without a fair share, 2. And before rank and urgency: while fewer agents of the
// routing profile than its back_floor have a ticket of a BACK-office queue (offered or owned, and
// they are not OFFLINE), one of them who has none takes the best of those of BACK-office queues, if
// there is one.
//
// The best agent for a ticket, by the distribution mode of its queue, is the smallest
// (weight, idle_since, ordinal). Weight:
//   LONGEST_IDLE  0 for all
//   LEAST_LOADED  units used / units that its total and its groups' maxima let it reach, in whole
//                 millionths
//   ROUND_ROBIN   the turn of the last offer of such a queue that it had; 0 when it had none
//   BEST_MATCH    less, the better its traits fit: minus ScoreOf (router/requirement.h)
//   LOWEST_COST   its cost per hour
//
// An agent may take a ticket by offer when: the ticket is QUEUED, or is offered to fewer agents
// than concurrent_offers, as in step 3, but not to this one; its queue is DEFERRABLE, has no
// calendar, or its calendar is open; the agent is AVAILABLE with an open session that is not lost;
// the routing profile names the queue without no_push, and with a delay that has passed since
// `queued_at`, unless the ticket is kept for the agent; the agent has the ticket's client and
// process type and passes every clause; the ticket names the agent or nobody, does not exclude the
// agent, and no cool-down of the two runs; the group of the ticket's channel has fewer tickets
// (offered or owned) than its maximum, and the units of all plus this one's stay within the total,
// what this one would interrupt not counted; nothing that the agent has would interrupt it (a LIVE
// ticket interrupts DEFERRABLE ones of its group where that has live_interrupts); and, when the
// queue is DEFERRABLE and the agent is idle, more agents of the routing profile are idle than its
// live_reserve, or the agent with this one ticket could still be given a LIVE one of every group of
// which it takes any, and some of these would interrupt it, or the queue is one of the BACK office
// and the back_floor is not met. Idle: AVAILABLE, session open and not lost, no ticket offered or
// owned. Claiming asks the same, with `pull` in place of push, and of tickets that are QUEUED only.
//
// Invariant: after each command, unless HasPendingRouting(), no ticket and agent exist such that
// the agent may take the ticket by offer (work-conserving).
#ifndef TANDEM_ROUTER_ROUTER_H_
#define TANDEM_ROUTER_ROUTER_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "router/census.h"
#include "router/command.h"
#include "router/limits.h"
#include "router/rows.h"
#include "router/time.h"

namespace tandem::router {

struct RouterOptions {
  // Offers that one command may make; the rest waits for ContinueRouting. At least 1.
  uint32_t max_offers_per_slice = kMaxOffersPerSlice;
  // Open tickets of all workspaces together; more are refused.
  size_t max_open_tickets = kMaxOpenTickets;
  // Deadlines that one AdvanceTime sees to; the rest waits for the next. At least 1.
  uint32_t max_timers_per_slice = kMaxTimersPerSlice;
};

class Router {
 public:
  explicit Router(RouterOptions options = {});
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  // Takes over a shard's state. Must be called before the first Execute, at most once. Aborts when
  // the rows contradict each other: a state that can't be is worse than a restart. Routing is
  // pending afterwards if anybody has room, because work may have become possible between the last
  // commit and the crash. Of `now` follows for which tickets a delay of their queue has passed;
  // unset: for none, as far as is known before the first AdvanceTime.
  void Load(LoadedState state, Time now = {});

  // Decides one command. `now` must not be before the `now` of an earlier call (the engine's clock
  // sees to it).
  [[nodiscard]] Outcome Execute(Command command, Time now);

  // True when a command stopped routing at its slice. The caller executes ContinueRouting until it
  // is false; other commands may come in between.
  [[nodiscard]] bool HasPendingRouting() const;

  // When AdvanceTime has something to do next; kEndOfTime when nothing is timed. Not after the
  // `now` of an AdvanceTime that stopped at its slice: then the caller executes another one; other
  // commands may come in between.
  [[nodiscard]] Time NextDeadline() const;

  // The calendars of which it is not known when they are open, as they are now, or not for
  // kMinOpenHoursAhead from `now` on; with their workspaces. The caller executes SetOpenHours for
  // each.
  [[nodiscard]] std::vector<std::pair<std::string, Calendar>> CalendarsToWorkOut(Time now) const;

  // Everything changed since the last call, state rows coalesced: the rows are those of this
  // moment.
  [[nodiscard]] Changes TakeChanges();

  // The whole logical state as text in a fixed order, for comparison in tests and bug reports.
  [[nodiscard]] std::string Dump() const;

  // Checks every invariant by brute force, including work conservation, and aborts with the values
  // when one does not hold. For tests: it looks at every pair of agent and ticket.
  void CheckInvariants() const;

  [[nodiscard]] size_t OpenTickets() const;

  // Counts on with at most this many agents, at least 1; true when the census is complete.
  [[nodiscard]] bool TakeCensus(Census& census, size_t most_agents) const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_ROUTER_H_
