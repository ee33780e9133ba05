// Goal: that urgent customers pass others as the theory of priorities says. Method: classes that
// the router keeps in a strict order, by rank, by urgency and by steps of priority, on a floor
// where handling is never interrupted; each class's mean wait is compared with Cobham's formula.
// The formula for one line without priorities must be outside the same intervals.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/theory/comparison.h"
#include "tests/theory/formulas.h"
#include "tests/theory/simulation.h"

namespace tandem::theory {
namespace {

constexpr size_t kArrivals = 300'000;

// Runs the classes, the first one the most urgent, and compares their mean waits.
void ExpectCobham(const std::string& name, Model model, const std::vector<double>& loads) {
  const auto agents = static_cast<uint32_t>(model.handling_s.size());
  double load = 0;
  for (const double own : loads) load += own;
  const std::vector<double> theory = PriorityWaits(agents, loads, kHandlingSeconds);
  const double without = ErlangC(agents, load, kHandlingSeconds, 0).mean_wait_s;
  const std::vector<Customer> run = Simulate(std::move(model), kArrivals * Length(), Seed());
  const Controls controls = ControlsOf(run);
  const double error = kErrorOfTest / static_cast<double>(loads.size());
  std::vector<Compared> compared;
  for (size_t type = 0; type < loads.size(); ++type) {
    const auto is_of_type = [&](const Customer& customer) { return customer.type == type; };
    const Interval interval = RatioOf(
        run, controls, error,
        [&](const Customer& customer) { return is_of_type(customer) ? customer.wait_s : 0; },
        [&](const Customer& customer) { return is_of_type(customer) ? 1 : 0; });
    compared.push_back({theory[type], interval});
    EXPECT_TRUE(IsRejected({{without, interval}})) << name << ": class " << type;
  }
  ExpectAgreement(name, compared);
}

TEST(RoutedPriorities, OfRanksAndUrgenciesWaitAsCobhamSays) {
  PrintHead("5 agents, utilisation 0.90", {"first class, s", "second class, s", "third class, s"});
  const std::vector<double> loads = {1, 1.5, 2};
  Model model = MakeModel(5, kHandlingSeconds);
  router::Configuration& configuration = model.configuration;
  const router::Queue queue = configuration.queues[0];
  configuration.queues.clear();
  configuration.routing_profiles[0].queues.clear();
  const auto add = [&](const std::string& id, uint32_t rank, router::Urgency urgency) {
    configuration.queues.push_back(queue);
    configuration.queues.back().id = id;
    configuration.queues.back().urgency = urgency;
    configuration.routing_profiles[0].queues.push_back({id, rank});
    model.types.push_back({loads[model.types.size()] / kHandlingSeconds, 0, MakeContact()});
    model.types.back().contact.queue = id;
  };
  add("first", 1, router::Urgency::kDeferrable);
  add("second", 2, router::Urgency::kLive);
  add("third", 2, router::Urgency::kDeferrable);
  ExpectCobham("rank 1; rank 2 LIVE; rank 2 DEFERRABLE", std::move(model), loads);
}

TEST(RoutedPriorities, OfStepsThatNoWaitOutlastsWaitAsCobhamSays) {
  PrintHead("20 agents, utilisation 0.90", {"priority 1, s", "priority 0, s"});
  const std::vector<double> loads = {6, 12};
  Model model = MakeModel(20, kHandlingSeconds);
  model.configuration.queues[0].priority_step = router::Days(7);
  for (size_t type = 0; type < loads.size(); ++type) {
    model.types.push_back({loads[type] / kHandlingSeconds, 0, MakeContact()});
    model.types.back().contact.priority = static_cast<uint32_t>(1 - type);
  }
  ExpectCobham("one queue, a step of 7 days", std::move(model), loads);
}

TEST(PriorityFormulas, ShareOutTheWaitOfOneLine) {
  // The order in which equal work is done does not change how much waits in all.
  const std::vector<double> loads = {1, 1.5, 2};
  const std::vector<double> waits = PriorityWaits(5, loads, kHandlingSeconds);
  double weighed = 0;
  for (size_t i = 0; i < loads.size(); ++i) weighed += loads[i] * waits[i] / 4.5;
  EXPECT_NEAR(weighed, ErlangC(5, 4.5, kHandlingSeconds, 0).mean_wait_s, 1e-9);
  EXPECT_LT(waits[0], waits[1]);
  EXPECT_LT(waits[1], waits[2]);
}

}  // namespace
}  // namespace tandem::theory
