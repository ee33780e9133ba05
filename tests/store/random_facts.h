// Facts at random, of every kind and with every value of their enums, for comparing what two
// readers make of them, and the query that asks for all of it.
#ifndef TANDEM_TESTS_STORE_RANDOM_FACTS_H_
#define TANDEM_TESTS_STORE_RANDOM_FACTS_H_

#include <cstdint>

#include "router/rows.h"
#include "router/time.h"
#include "server/store/facts.h"

namespace tandem::tests {

// `tickets` tickets of the workspace "acme" with their states, contacts' messages, visits and
// segments, and as many agent intervals: all between `from` and `until`, on few ids, and often at
// the same instants. The same seed gives the same facts.
router::Changes RandomFacts(uint64_t seed, int tickets, router::Time from, router::Time until);

// Every sum of the same workspace, in one interval and one group, as of `until`.
store::FactQuery WholeQuery(router::Time since, router::Time until);

}  // namespace tandem::tests

#endif  // TANDEM_TESTS_STORE_RANDOM_FACTS_H_
