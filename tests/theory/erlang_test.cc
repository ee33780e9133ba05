// Goal: that customers wait, are answered in time and leave as often as Erlang's models say, when
// the router decides. Method: floors of 1 to 100 agents under light to too much load, simulated on
// the real router, and each measure's confidence interval compared with the formula. So that
// agreement means something, the formulas for one agent more must be outside the same intervals.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "tests/theory/comparison.h"
#include "tests/theory/formulas.h"
#include "tests/theory/simulation.h"

namespace tandem::theory {
namespace {

constexpr double kThreshold = 20;
// Fewer customers who wait, expected in a run, are too few for intervals of how long they do.
constexpr double kFewest = 100;

std::vector<Customer> SimulateFloor(uint32_t agents, double load, double patience_s,
                                    size_t customers) {
  Model model = MakeModel(agents, kHandlingSeconds);
  model.types.push_back({load / kHandlingSeconds, patience_s, MakeContact()});
  return Simulate(std::move(model), customers * Length(), Seed());
}

std::string NameOf(uint32_t agents, double load) {
  char name[64];
  std::snprintf(name, sizeof name, "%u at %.2f", agents, load / agents);
  return name;
}

double One(const Customer&) {
  return 1;
}
double Waited(const Customer& customer) {
  return customer.waited ? 1 : 0;
}
double Wait(const Customer& customer) {
  return customer.wait_s;
}

struct ErlangCIntervals {
  Interval waits, mean_wait, answered_within;

  std::vector<Compared> With(const Answers& theory, bool enough) const {
    return {{theory.wait_probability, waits},
            {theory.mean_wait_s, mean_wait, enough},
            {theory.answered_within, answered_within, enough}};
  }
};

TEST(RoutedFloor, AnswersAsErlangCSays) {
  PrintHead("agents, utilisation", {"waits", "mean wait, s", "answered within 20 s"});
  constexpr double kError = kErrorOfTest / (4 * 4 * 3);
  for (const uint32_t agents : {1u, 5u, 20u, 100u}) {
    size_t rejected_more = 0, rejected_fewer = 0;
    // The closer to full load, the longer the floor remembers, and the longer must it be watched.
    size_t customers = agents < 100 ? 20'000 : 40'000;
    for (const double utilisation : {0.5, 0.8, 0.9, 0.95}) {
      customers *= 2;
      const double load = utilisation * agents;
      const std::vector<Customer> run = SimulateFloor(agents, load, 0, customers);
      const Controls controls = ControlsOf(run);
      const ErlangCIntervals measured = {
          RatioOf(run, controls, kError, Waited, One), RatioOf(run, controls, kError, Wait, One),
          RatioOf(
              run, controls, kError,
              [](const Customer& customer) { return customer.wait_s <= kThreshold ? 1 : 0; }, One)};
      const Answers theory = ErlangC(agents, load, kHandlingSeconds, kThreshold);
      const bool enough = theory.wait_probability * static_cast<double>(run.size()) >= kFewest;
      ExpectAgreement(NameOf(agents, load), measured.With(theory, enough));
      const auto is_rejected = [&](uint32_t other) {
        if (load >= other) return false;  // no formula: the line would grow without end
        return IsRejected(
            measured.With(ErlangC(other, load, kHandlingSeconds, kThreshold), enough));
      };
      if (is_rejected(agents + 1)) ++rejected_more;
      if (is_rejected(agents - 1)) ++rejected_fewer;
    }
    EXPECT_GE(rejected_more, 1u) << agents << " agents";
    EXPECT_GE(rejected_fewer, agents == 1 ? 0u : 1u) << agents << " agents";
  }
}

TEST(RoutedFloor, LosesCustomersAsErlangASays) {
  PrintHead("agents, utilisation, patience", {"leaves", "waits", "mean wait of the served, s"});
  constexpr double kError = kErrorOfTest / (3 * 3 * 2 * 3);
  for (const uint32_t agents : {5u, 20u, 100u}) {
    size_t rejected_more = 0, rejected_fewer = 0;
    for (const double utilisation : {0.9, 1.0, 1.2}) {
      for (const double patience : {kHandlingSeconds / 2, kHandlingSeconds * 2}) {
        const double load = utilisation * agents;
        const std::vector<Customer> run = SimulateFloor(agents, load, patience, 60'000);
        const Controls controls = ControlsOf(run);
        const auto served = [](const Customer& customer) { return customer.abandoned ? 0 : 1; };
        const Interval leaves = RatioOf(
            run, controls, kError,
            [](const Customer& customer) { return customer.abandoned ? 1 : 0; }, One);
        const Interval waits = RatioOf(run, controls, kError, Waited, One);
        const Interval mean_wait = RatioOf(
            run, controls, kError,
            [](const Customer& customer) { return customer.abandoned ? 0 : customer.wait_s; },
            served);
        const auto compared = [&](const Abandonment& theory) {
          return std::vector<Compared>{{theory.abandon_probability, leaves},
                                       {theory.wait_probability, waits},
                                       {theory.mean_wait_of_served_s, mean_wait}};
        };
        const auto is_rejected = [&](uint32_t other) {
          return IsRejected(compared(ErlangA(other, load, kHandlingSeconds, patience)));
        };
        ExpectAgreement(
            NameOf(agents, load) + ", " + std::to_string(static_cast<int>(patience)) + " s",
            compared(ErlangA(agents, load, kHandlingSeconds, patience)));
        if (is_rejected(agents + 1)) ++rejected_more;
        if (is_rejected(agents - 1)) ++rejected_fewer;
      }
    }
    EXPECT_GE(rejected_more, 1u) << agents << " agents";
    EXPECT_GE(rejected_fewer, 1u) << agents << " agents";
  }
}

TEST(ErlangFormulas, GiveWhatIsKnown) {
  // One agent: blocked with load / (1 + load), waits with the utilisation.
  EXPECT_NEAR(ErlangB(1, 0.5), 1.0 / 3, 1e-15);
  EXPECT_NEAR(ErlangC(1, 0.8, 180, 20).wait_probability, 0.8, 1e-15);
  EXPECT_NEAR(ErlangC(1, 0.8, 180, 20).mean_wait_s, 0.8 * 180 / 0.2, 1e-9);
  // Two agents: (load² / 2) / (1 + load + load² / 2) and load² / (2 + load).
  EXPECT_NEAR(ErlangB(2, 1.0), 0.2, 1e-15);
  EXPECT_NEAR(ErlangC(2, 1.0, 180, 20).wait_probability, 1.0 / 3, 1e-15);
}

TEST(ErlangFormulas, ErlangAIsErlangCWithEndlessPatience) {
  const Abandonment patient = ErlangA(20, 18, kHandlingSeconds, 1e9);
  const Answers endless = ErlangC(20, 18, kHandlingSeconds, kThreshold);
  EXPECT_NEAR(patient.wait_probability, endless.wait_probability, 1e-5);
  EXPECT_NEAR(patient.mean_wait_of_served_s, endless.mean_wait_s, 1e-2);
  EXPECT_NEAR(patient.abandon_probability, 0, 1e-6);
}

TEST(ErlangFormulas, ErlangAAnswersAtTheRateAtWhichAgentsWork) {
  // With patience as long as handling, customers in the system are Poisson, so the share of time
  // that agents are busy is known without Erlang A: it is what is served.
  constexpr uint32_t kAgents = 5;
  constexpr double kLoad = 6;
  double in_system = std::exp(-kLoad), busy = 0;
  for (uint32_t n = 1; n < 100; ++n) {
    in_system *= kLoad / n;
    busy += in_system * std::min(n, kAgents);
  }
  const Abandonment theory = ErlangA(kAgents, kLoad, kHandlingSeconds, kHandlingSeconds);
  EXPECT_NEAR(kLoad * (1 - theory.abandon_probability), busy, 1e-12);
}

}  // namespace
}  // namespace tandem::theory
