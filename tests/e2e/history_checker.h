// Compares what callers were promised with what is durable, and the history with its own rules.
#ifndef TANDEM_TESTS_E2E_HISTORY_CHECKER_H_
#define TANDEM_TESTS_E2E_HISTORY_CHECKER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/e2e/journal.h"

namespace tandem::e2e {

// An event as stored.
struct StoredEvent {
  int64_t sequence = 0;
  int64_t at_us = 0;
  std::string type, ticket, agent;
  std::string offer;  // "<ticket>.<n>", empty when there is none
  int64_t number = 0;
};

// A ticket as stored.
struct StoredTicket {
  std::string id, external_id, channel, state;
};

struct Stored {
  std::vector<StoredEvent> events;  // by sequence
  std::vector<StoredTicket> tickets;
};

// Every violation, in words; empty when all is well:
//   - event sequences are 1, 2, 3, … and time never goes back;
//   - each ticket's events follow the life of a ticket: one owner at a time, or as many offers as
//   its queue rings, each by the agent who has it, and none besides the one that is accepted;
//   - steps of plans are taken once each, in their order, and nobody is offered a chat who is no
//   expert before the first one;
//   - no agent ever holds more tickets of a capacity group than configured;
//   - every promise is in the history, every refused accept is not;
//   - every external id has exactly one ticket, the one that its caller was told;
//   - at the end every ticket is closed.
std::vector<std::string> CheckHistory(const Stored& stored, const Journal& journal);

}  // namespace tandem::e2e

#endif  // TANDEM_TESTS_E2E_HISTORY_CHECKER_H_
