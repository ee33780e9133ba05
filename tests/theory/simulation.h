// Customers and agents of a queueing model, who use the real router.
//
// A discrete-event simulation on fake time: customers of each type come as a Poisson process and
// are ingested; whoever is offered (all queues accept by themselves) is handled for an exponential
// time and completed; whose patience ends before is abandoned. Only the router decides who is
// offered to whom. One seed, one run.
#ifndef TANDEM_TESTS_THEORY_SIMULATION_H_
#define TANDEM_TESTS_THEORY_SIMULATION_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "router/contact.h"
#include "tests/theory/intervals.h"

namespace tandem::theory {

// Mean handling time, s.
inline constexpr double kHandlingSeconds = 180;

struct CustomerType {
  double arrivals_per_s = 0;
  double patience_s = 0;  // mean; 0: never leaves
  router::NewContact contact{};
};

struct Model {
  router::Configuration configuration;
  std::vector<CustomerType> types;
  std::vector<double> handling_s;  // mean of each agent, in the configuration's order
};

// What became of a customer.
struct Customer {
  size_t type = 0;
  bool waited = false;
  bool abandoned = false;
  size_t agent = 0;   // unless abandoned
  double wait_s = 0;  // until offered or abandoned
  // Relative to their true means: the time since the customer before, and that of handling.
  double gap = 0;
  double handling = 0;  // unless abandoned
};

// A floor of one queue `queue`, which accepts offers by itself, and agents who do one thing at a
// time, with no types yet. Configuration and contacts may be changed before the simulation.
Model MakeModel(size_t agents, double handling_s);
// A contact for that queue.
router::NewContact MakeContact();
std::string AgentId(size_t number);

// The customers in the order of their coming, after a tenth as many that only fill the floor. Of
// all of them it is known what became. Throws when the router refuses a command, or still times
// something at the end.
std::vector<Customer> Simulate(Model model, size_t customers, uint64_t seed);

// Of such a run: how far gaps and handling times are off.
Controls ControlsOf(const std::vector<Customer>& run);

// How many times as many customers as usual are to be simulated: $TANDEM_THEORY_LENGTH, or 1.
size_t Length();
// $TANDEM_THEORY_SEED, or 1.
uint64_t Seed();

}  // namespace tandem::theory

#endif  // TANDEM_TESTS_THEORY_SIMULATION_H_
