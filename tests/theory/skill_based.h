// What theory says of customers of several types and agents who can serve some of them, first come,
// first served, each customer who need not wait going to the longest idle agent (FCFS-ALIS).
//
// Twice, by ways that share nothing but the model: the product form of Adan and Weiss, "A skill
// based parallel service system under FCFS-ALIS: steady state, overloads and abandonments"
// (Stochastic Systems 4, 2014), and the balance of the Markov chain that lists every customer who
// waits.
#ifndef TANDEM_TESTS_THEORY_SKILL_BASED_H_
#define TANDEM_TESTS_THEORY_SKILL_BASED_H_

#include <cstddef>
#include <string>
#include <vector>

namespace tandem::theory {

struct SkillSystem {
  std::string name;
  std::vector<double> arrivals;              // per second, by type
  std::vector<double> services;              // per second when busy, by agent
  std::vector<std::vector<bool>> can_serve;  // by agent and type
};

struct SkillMeasures {
  std::vector<double> wait_probability;     // by type
  std::vector<double> mean_wait;            // seconds, by type
  std::vector<std::vector<double>> served;  // by type and agent: the share of the type's customers
};

// Requires that every set of types comes at a lower rate than the agents who can serve any of them
// work. Looks at every order of the agents: for a few of them.
SkillMeasures ProductForm(const SkillSystem& system);

// Solved by repeated steps of the chain, with at most so many waiting: who comes then is lost, so
// the load should be such that this is rare.
SkillMeasures SolveChain(const SkillSystem& system, size_t most_waiting);

}  // namespace tandem::theory

#endif  // TANDEM_TESTS_THEORY_SKILL_BASED_H_
