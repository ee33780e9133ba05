#include "tests/theory/formulas.h"

#include <cmath>
#include <numeric>

namespace tandem::theory {

// By recursion over the agents, where neither powers nor factorials can overflow.
double ErlangB(uint32_t agents, double load) {
  double blocked = 1;
  for (uint32_t n = 1; n <= agents; ++n) blocked = load * blocked / (n + load * blocked);
  return blocked;
}

Answers ErlangC(uint32_t agents, double load, double handling_s, double threshold_s) {
  const double blocked = ErlangB(agents, load);
  const double waits = agents * blocked / (agents - load * (1 - blocked));
  // A customer who waits does so for an exponential time of this rate.
  const double rate = (agents - load) / handling_s;
  return {waits, waits / rate, 1 - waits * std::exp(-rate * threshold_s)};
}

Abandonment ErlangA(uint32_t agents, double load, double handling_s, double patience_s) {
  const double arrivals = load / handling_s;
  const double finish = agents / handling_s;
  const double leave = 1 / patience_s;
  // Sums over the customers who wait when one comes, `behind` of them, relative to the probability
  // that all agents are busy and nobody waits. From some number on more leave than come, and terms
  // shrink without end.
  double all = 0, abandons = 0, wait_of_served = 0, wait = 0;
  double term = 1;
  double wait_if_served = 0;
  for (uint32_t behind = 0; term > 1e-18; ++behind) {
    // To be served one must outlast so many departures in turn; a product that telescopes.
    const double departures = finish + (behind + 1) * leave;
    const double served = finish / departures;
    wait_if_served += 1 / departures;
    all += term;
    abandons += term * (1 - served);
    wait_of_served += term * served * wait_if_served;
    // Who waits leaves at a constant rate, so the share that leaves tells the time waited.
    wait += term * (1 - served) * patience_s;
    term *= arrivals / departures;
  }
  const double blocked = ErlangB(agents, load);
  const double all_busy = blocked / (1 + (all - 1) * blocked);
  Abandonment found;
  found.wait_probability = all_busy * all;
  found.abandon_probability = all_busy * abandons;
  found.mean_wait_of_served_s = all_busy * wait_of_served / (1 - found.abandon_probability);
  found.mean_wait_s = all_busy * wait;
  return found;
}

std::vector<double> PriorityWaits(uint32_t agents, const std::vector<double>& loads,
                                  double handling_s) {
  const double load = std::accumulate(loads.begin(), loads.end(), 0.0);
  // Until the first agent becomes free, when all are busy.
  const double first_free =
      ErlangC(agents, load, handling_s, 0).wait_probability * handling_s / agents;
  std::vector<double> waits;
  double before = 0;  // the share of the agents' time that more urgent classes take
  for (const double own : loads) {
    const double with_own = before + own / agents;
    waits.push_back(first_free / ((1 - before) * (1 - with_own)));
    before = with_own;
  }
  return waits;
}

}  // namespace tandem::theory
