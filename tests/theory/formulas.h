// What queueing theory says of customers who wait for agents. Rates and spans are in seconds.
//
// Arrivals are Poisson, handling times exponential, every agent takes every customer, and customers
// are answered in the order in which they came, within their class. `load` is in erlangs: arrivals
// per second times the mean handling time.
#ifndef TANDEM_TESTS_THEORY_FORMULAS_H_
#define TANDEM_TESTS_THEORY_FORMULAS_H_

#include <cstdint>
#include <vector>

namespace tandem::theory {

// The share of customers who find all agents busy when nobody waits (Erlang B).
double ErlangB(uint32_t agents, double load);

struct Answers {
  double wait_probability = 0;
  double mean_wait_s = 0;      // of all, those who need not wait included
  double answered_within = 0;  // the share that waits no longer than the threshold
};
// M/M/n, Erlang C. Requires a load below the number of agents.
Answers ErlangC(uint32_t agents, double load, double handling_s, double threshold_s);

struct Abandonment {
  double wait_probability = 0;
  double abandon_probability = 0;
  double mean_wait_of_served_s = 0;  // those who need not wait included
  double mean_wait_s = 0;            // of all, until answered or gone
};
// M/M/n+M, Erlang A: customers who wait leave after an exponential time of this mean. Formulas:
// Mandelbaum and Zeltyn, "Service Engineering in Action: The Palm/Erlang-A Queue, with Applications
// to Call Centers" (2007).
Abandonment ErlangA(uint32_t agents, double load, double handling_s, double patience_s);

// The mean wait of each class, the first class before the second and so on, handling never
// interrupted. Cobham, "Priority Assignment in Waiting Line Problems" (1954); Kella and Yechiali,
// "Waiting Times in the Non-Preemptive Priority M/M/c Queue" (1985). Requires loads whose sum is
// below the number of agents.
std::vector<double> PriorityWaits(uint32_t agents, const std::vector<double>& loads,
                                  double handling_s);

}  // namespace tandem::theory

#endif  // TANDEM_TESTS_THEORY_FORMULAS_H_
