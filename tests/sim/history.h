// Judges a simulated run: what clients were told, against what is durable at the end.
#ifndef TANDEM_TESTS_SIM_HISTORY_H_
#define TANDEM_TESTS_SIM_HISTORY_H_

#include <vector>

#include "server/store/memory_store.h"
#include "tests/sim/clients.h"

namespace tandem::sim {

struct HistoryCounts {
  int acknowledged = 0;  // operations with a reply
  int refused = 0;       // operations whose settled answer is a refusal
  int repeated = 0;      // further replies to the same operation
  int data_refused = 0;
  int reused_ids = 0;
  int interruptions = 0, interruptions_in_group = 0;  // the latter by LIVE work of the same group
  int consulted = 0, monitored = 0;                   // how often somebody began to take part
  int overflowed_when_closed = 0, completed_by_silence = 0, reopened = 0, handed_off = 0;
  int asked = 0;  // queues, for somebody to consult
  int followed_up = 0, unblocked = 0;
  int reviewed = 0, sent_back = 0;
  // Offers to agents who may have it only because a step of its plan asked for less.
  int relaxed = 0;
  int named = 0;         // offers to whom the ticket was for alone
  int begun = 0;         // contacts that agents began by hand
  int picked = 0;        // tickets that agents picked
  int returned = 0;      // from agents who were away
  int reclassified = 0;  // and other queues or plans followed from it
};

// Fails the test where one of these does not hold:
//   - what a reply acknowledged is there: no ticket lost, no change undone;
//   - a request id gives one answer, whenever it is repeated, and makes one contact at most; so
//   does an external id;
//   - events are numbered without gaps;
//   - nobody is offered what asks for more skill, or for others, before a step of its plan asked
//   for less; and nobody ever gets what excludes them;
//   - a ticket has one owner at a time, is offered to none while owned, and to none twice; what was
//   handed off to people is offered to people alone;
//   - no agent is ever given more than the capacity allows beside what the new work interrupts, nor
//   anything that other work of the agent interrupts; who monitors needs none;
//   - what interrupts a ticket is at hand when it is interrupted, and has gone when that ends; in
//   the end exactly the tickets wait that something interrupts;
//   - state rows say what the events add up to.
HistoryCounts CheckHistory(const store::MemoryStore::Contents& contents,
                           const std::vector<OperationPtr>& operations);
// The first two of these alone.
void CheckPromises(const store::MemoryStore::Contents& contents,
                   const std::vector<OperationPtr>& operations, HistoryCounts& counts);

}  // namespace tandem::sim

#endif  // TANDEM_TESTS_SIM_HISTORY_H_
