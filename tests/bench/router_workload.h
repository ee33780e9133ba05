// The floor that the router's benchmarks run on.
//
// Agents in 500 profiles: each with 8 of 200 skills at random levels, 3 of 20 process types, 2 of 4
// clients, 1 of 50 routing profiles with 5 of 50 queues in two ranks, one ticket at a time. Tickets
// in about 1,000 classes: a queue, a process type, a client, and for half of them one clause of
// three skills at levels 1, 3 and 5.
#ifndef TANDEM_TESTS_BENCH_ROUTER_WORKLOAD_H_
#define TANDEM_TESTS_BENCH_ROUTER_WORKLOAD_H_

#include <cstddef>
#include <random>

#include "router/model.h"

namespace tandem::router {

// Checked, with defaults filled in.
Configuration MakeConfiguration(std::mt19937_64& random, size_t agents);
NewContact MakeContact(std::mt19937_64& random);

}  // namespace tandem::router

#endif  // TANDEM_TESTS_BENCH_ROUTER_WORKLOAD_H_
