// Goal: that with skills the router serves first come, first served by the longest idle agent, in
// every detail that can be seen from outside: how often and how long each type waits, and who
// serves whom. Method: small systems whose stationary state is known, simulated on the real router,
// each measure's confidence interval compared with the product form. The product form itself is
// compared with the Markov chain, solved. Intervals mean something: the same system with its skills
// turned by one must be outside them.
#include "tests/theory/skill_based.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/theory/comparison.h"
#include "tests/theory/formulas.h"
#include "tests/theory/simulation.h"

namespace tandem::theory {
namespace {

constexpr size_t kCustomers = 150'000;
// Six systems of up to three types, with up to five measures each.
constexpr double kComparisons = 6 * 3 * 5;
const std::vector<std::string> kColumns = {"waits", "mean wait, s", "to agent 0", "to agent 1",
                                           "to agent 2"};

// Loads by type, in erlangs of the first agent's handling, and speeds by agent.
SkillSystem MakeSystem(const std::string& name, const std::vector<double>& loads,
                       const std::vector<double>& speeds,
                       const std::vector<std::vector<bool>>& can_serve) {
  SkillSystem system{name, loads, speeds, can_serve};
  for (double& rate : system.arrivals) rate /= kHandlingSeconds;
  for (double& rate : system.services) rate /= kHandlingSeconds;
  return system;
}

// At this share of the load at which they are simulated.
std::vector<SkillSystem> Systems(double share) {
  std::vector<SkillSystem> systems = {
      MakeSystem("N: agents 0 1, 1", {0.6, 0.9}, {1, 1}, {{true, true}, {false, true}}),
      MakeSystem("W: agents 0 1, 1 2", {0.5, 0.6, 0.4}, {1, 1},
                 {{true, true, false}, {false, true, true}}),
      MakeSystem("M: agents 0, 0 1, 1", {1.2, 1.5}, {1, 0.8, 1.6},
                 {{true, false}, {true, true}, {false, true}}),
      MakeSystem("2x2, all skills", {0.5, 1.2}, {1, 1.25}, {{true, true}, {true, true}}),
      MakeSystem("3x3: agents 0 1, 1 2, 2 0", {0.9, 0.6, 0.8}, {1, 0.8, 1.2},
                 {{true, true, false}, {false, true, true}, {true, false, true}}),
      MakeSystem("3x3: agents 0, 0 1, 0 1 2", {1.2, 0.7, 0.5}, {1, 1, 1},
                 {{true, false, false}, {true, true, false}, {true, true, true}}),
  };
  for (SkillSystem& system : systems) {
    for (double& rate : system.arrivals) rate *= share;
  }
  return systems;
}

std::string SkillOf(size_t type) {
  return "skill" + std::to_string(type);
}

Model ModelOf(const SkillSystem& system) {
  Model model = MakeModel(system.services.size(), 0);
  for (size_t type = 0; type < system.arrivals.size(); ++type) {
    model.configuration.skills.emplace_back().id = SkillOf(type);
    model.types.push_back({system.arrivals[type], 0, MakeContact()});
    model.types.back().contact.requirement.all_of = {{router::SkillRequirement{SkillOf(type)}}};
  }
  for (size_t agent = 0; agent < system.services.size(); ++agent) {
    model.handling_s[agent] = 1 / system.services[agent];
    for (size_t type = 0; type < system.arrivals.size(); ++type) {
      if (!system.can_serve[agent][type]) continue;
      model.configuration.agents[agent].skills.push_back({SkillOf(type)});
    }
  }
  return model;
}

// The measures of a run, each as an interval, in one order.
class Measured {
 public:
  Measured(const SkillSystem& system, const std::vector<Customer>& run) : system_(system) {
    const size_t types = system.arrivals.size();
    const double error = kErrorOfTest / kComparisons;
    const Controls controls = ControlsOf(run);
    for (size_t type = 0; type < types; ++type) {
      const auto of_type = [&](auto value) {
        return RatioOf(
            run, controls, error,
            [&](const Customer& customer) {
              return customer.type == type ? static_cast<double>(value(customer)) : 0.0;
            },
            [&](const Customer& customer) { return customer.type == type ? 1.0 : 0.0; });
      };
      waits_.push_back(of_type([](const Customer& customer) { return customer.waited; }));
      mean_waits_.push_back(of_type([](const Customer& customer) { return customer.wait_s; }));
      for (size_t agent = 0; agent < system.services.size(); ++agent) {
        served_.push_back(
            of_type([&](const Customer& customer) { return customer.agent == agent; }));
      }
    }
  }

  // What the theory says of a type beside what was measured. An agent who can't serve the type is
  // expected to have served nobody.
  std::vector<Compared> With(const SkillMeasures& theory, size_t type) const {
    std::vector<Compared> compared = {{theory.wait_probability[type], waits_[type]},
                                      {theory.mean_wait[type], mean_waits_[type]}};
    const size_t agents = system_.services.size();
    for (size_t agent = 0; agent < agents; ++agent) {
      compared.push_back({theory.served[type][agent], served_[type * agents + agent]});
    }
    compared.resize(kColumns.size(), {0, {}, false});
    return compared;
  }

  bool Reject(const SkillMeasures& wrong) const {
    for (size_t type = 0; type < system_.arrivals.size(); ++type) {
      if (IsRejected(With(wrong, type))) return true;
    }
    return false;
  }

 private:
  const SkillSystem& system_;
  std::vector<Interval> waits_, mean_waits_, served_;
};

// With every agent's skills given to the next one.
SkillSystem Turned(SkillSystem system) {
  std::rotate(system.can_serve.begin(), system.can_serve.begin() + 1, system.can_serve.end());
  return system;
}

// That each set of types comes slower than those who can serve any of it work.
bool IsStable(const SkillSystem& system) {
  for (size_t set = 1; set < size_t{1} << system.arrivals.size(); ++set) {
    double arrivals = 0, services = 0;
    for (size_t type = 0; type < system.arrivals.size(); ++type) {
      if (set >> type & 1) arrivals += system.arrivals[type];
    }
    for (size_t agent = 0; agent < system.services.size(); ++agent) {
      bool serves = false;
      for (size_t type = 0; type < system.arrivals.size(); ++type) {
        serves = serves || (set >> type & 1 && system.can_serve[agent][type]);
      }
      if (serves) services += system.services[agent];
    }
    if (arrivals >= services) return false;
  }
  return true;
}

TEST(RoutedSkills, WaitAndAreServedAsTheProductFormSays) {
  PrintHead("system; type", kColumns);
  for (const SkillSystem& system : Systems(1)) {
    ASSERT_TRUE(IsStable(system)) << system.name;
    const Measured measured(system, Simulate(ModelOf(system), kCustomers * Length(), Seed()));
    const SkillMeasures theory = ProductForm(system);
    for (size_t type = 0; type < system.arrivals.size(); ++type) {
      ExpectAgreement(system.name + "; " + std::to_string(type), measured.With(theory, type));
    }
    const SkillSystem turned = Turned(system);
    if (turned.can_serve == system.can_serve || !IsStable(turned)) continue;
    EXPECT_TRUE(measured.Reject(ProductForm(turned))) << system.name;
  }
}

TEST(RoutedSkills, AreNotAsTheProductFormSaysWhenTheCheapestGoesFirst) {
  SkillSystem system = Systems(1)[3];
  Model model = ModelOf(system);
  model.configuration.queues[0].distribution_mode = router::DistributionMode::kLowestCost;
  model.configuration.agents[1].cost_per_hour_milli = 1;
  const Measured measured(system, Simulate(std::move(model), kCustomers, Seed()));
  EXPECT_TRUE(measured.Reject(ProductForm(system)));
}

TEST(ProductForm, IsTheBalanceOfTheMarkovChain) {
  for (const SkillSystem& system : Systems(0.4)) {
    const SkillMeasures product = ProductForm(system);
    const SkillMeasures chain = SolveChain(system, system.arrivals.size() == 2 ? 13 : 8);
    for (size_t type = 0; type < system.arrivals.size(); ++type) {
      EXPECT_NEAR(product.wait_probability[type], chain.wait_probability[type], 2e-4)
          << system.name;
      EXPECT_NEAR(product.mean_wait[type], chain.mean_wait[type], 0.1) << system.name;
      for (size_t agent = 0; agent < system.services.size(); ++agent) {
        EXPECT_NEAR(product.served[type][agent], chain.served[type][agent], 2e-4) << system.name;
      }
    }
  }
}

TEST(ProductForm, ServesEveryCustomerOnce) {
  for (const SkillSystem& system : Systems(1)) {
    const SkillMeasures product = ProductForm(system);
    for (const std::vector<double>& served : product.served) {
      double sum = 0;
      for (const double share : served) sum += share;
      EXPECT_NEAR(sum, 1, 1e-12) << system.name;
    }
  }
}

TEST(ProductForm, OfAgentsWithAllSkillsIsErlangC) {
  const SkillSystem system =
      MakeSystem("M/M/3", {1, 1.4}, {1, 1, 1}, {{true, true}, {true, true}, {true, true}});
  const SkillMeasures product = ProductForm(system);
  const Answers erlang = ErlangC(3, 2.4, kHandlingSeconds, 0);
  for (size_t type = 0; type < 2; ++type) {
    EXPECT_NEAR(product.wait_probability[type], erlang.wait_probability, 1e-12);
    EXPECT_NEAR(product.mean_wait[type], erlang.mean_wait_s, 1e-9);
  }
}

}  // namespace
}  // namespace tandem::theory
