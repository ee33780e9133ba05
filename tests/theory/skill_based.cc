#include "tests/theory/skill_based.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

namespace tandem::theory {
namespace {

SkillMeasures MakeMeasures(const SkillSystem& system) {
  SkillMeasures measures;
  measures.wait_probability.assign(system.arrivals.size(), 0);
  measures.mean_wait.assign(system.arrivals.size(), 0);
  measures.served.assign(system.arrivals.size(), std::vector<double>(system.services.size(), 0));
  return measures;
}

// The customers who wait between the one whom the j-th busy agent serves and the next one that is
// served. All agents whom they could have gone to were busy before them.
struct Gap {
  std::vector<bool> types;  // those that no agent but the first j can serve
  double arrivals = 0;      // of these types
  double services = 0;      // of the first j agents
};

// A state of the product form, the numbers that wait summed over: the agents `order[0, busy)` are
// busy, by the age of their customers, the oldest first; the others are idle, the longest first.
class State {
 public:
  State(const SkillSystem& system, const std::vector<size_t>& order, size_t busy)
      : system_(system), order_(order), busy_(busy) {
    for (size_t j = 0; j < busy; ++j) gaps_.push_back(GapAfter(j));
  }

  // The product form's weight: over the busy agents sum over n of arrivals^n / services^(n + 1),
  // and over the idle ones 1 / the arrivals of all types that the longest idle so many can serve.
  double Weight() const {
    double weight = 1;
    for (const Gap& gap : gaps_) weight /= gap.services - gap.arrivals;
    std::vector<bool> served(system_.arrivals.size(), false);
    for (size_t j = busy_; j < order_.size(); ++j) {
      for (size_t type = 0; type < served.size(); ++type) {
        served[type] = served[type] || system_.can_serve[order_[j]][type];
      }
      weight /= RateOf(served);
    }
    return weight;
  }

  // Adds what is seen in this state, which has this probability, to the measures: waits as numbers
  // of customers, and services as rates.
  void AddTo(double probability, SkillMeasures& measures) const {
    for (size_t type = 0; type < system_.arrivals.size(); ++type) {
      const auto idle =
          std::find_if(order_.begin() + static_cast<std::ptrdiff_t>(busy_), order_.end(),
                       [&](size_t agent) { return system_.can_serve[agent][type]; });
      if (idle == order_.end()) {
        measures.wait_probability[type] += probability;
      } else {
        measures.served[type][*idle] += probability * system_.arrivals[type];
      }
      for (const Gap& gap : gaps_) {
        if (!gap.types[type]) continue;
        // So many wait in the gap on average, each of this type by its part of the arrivals.
        const double waiting = gap.arrivals / (gap.services - gap.arrivals);
        measures.mean_wait[type] += probability * waiting * system_.arrivals[type] / gap.arrivals;
      }
    }
    for (size_t k = 0; k < busy_; ++k) AddFreed(k, probability, measures);
  }

 private:
  // The k-th busy agent becomes free, and takes the first who waits whom it can serve. Nobody in
  // the gaps before its own customer is.
  void AddFreed(size_t k, double probability, SkillMeasures& measures) const {
    const size_t agent = order_[k];
    double rate = probability * system_.services[agent];
    for (size_t j = k; j < busy_; ++j) {
      const Gap& gap = gaps_[j];
      std::vector<bool> mine = gap.types;
      for (size_t type = 0; type < mine.size(); ++type) {
        mine[type] = mine[type] && system_.can_serve[agent][type];
      }
      const double arrivals = RateOf(mine);
      if (arrivals == 0) continue;
      // The number in a gap is geometric; that none of them can be served by the agent:
      const double none = (gap.services - gap.arrivals) / (gap.services - gap.arrivals + arrivals);
      for (size_t type = 0; type < mine.size(); ++type) {
        if (!mine[type]) continue;
        measures.served[type][agent] += rate * (1 - none) * system_.arrivals[type] / arrivals;
      }
      rate *= none;
    }
  }

  Gap GapAfter(size_t j) const {
    Gap gap;
    gap.types.assign(system_.arrivals.size(), true);
    for (size_t i = 0; i < order_.size(); ++i) {
      if (i <= j) {
        gap.services += system_.services[order_[i]];
        continue;
      }
      for (size_t type = 0; type < gap.types.size(); ++type) {
        if (system_.can_serve[order_[i]][type]) gap.types[type] = false;
      }
    }
    gap.arrivals = RateOf(gap.types);
    return gap;
  }

  double RateOf(const std::vector<bool>& types) const {
    double rate = 0;
    for (size_t type = 0; type < types.size(); ++type) {
      if (types[type]) rate += system_.arrivals[type];
    }
    return rate;
  }

  const SkillSystem& system_;
  const std::vector<size_t>& order_;
  size_t busy_;
  std::vector<Gap> gaps_;
};

// From numbers to waits, by Little's law, and from rates to shares.
void Normalise(const SkillSystem& system, SkillMeasures& measures) {
  for (size_t type = 0; type < system.arrivals.size(); ++type) {
    measures.mean_wait[type] /= system.arrivals[type];
    for (double& rate : measures.served[type]) rate /= system.arrivals[type];
  }
}

// The chain's state: who is idle, the longest first, and the types of all who wait, the first
// first.
struct ChainState {
  std::vector<size_t> idle, waiting;
  friend auto operator<=>(const ChainState&, const ChainState&) = default;
};

class Chain {
 public:
  Chain(const SkillSystem& system, size_t most_waiting)
      : system_(system), most_waiting_(most_waiting) {
    ChainState all_idle;
    for (size_t agent = 0; agent < system.services.size(); ++agent) {
      all_idle.idle.push_back(agent);
    }
    (void)IndexOf(all_idle);
    // States are found while the list grows.
    for (size_t i = 0; i < states_.size(); ++i) FindSteps(i);
  }

  SkillMeasures Solve() const {
    const double all = std::accumulate(system_.arrivals.begin(), system_.arrivals.end(), 0.0) +
                       std::accumulate(system_.services.begin(), system_.services.end(), 0.0);
    std::vector<double> at(states_.size(), 0);
    at[0] = 1;
    double moved = 1;
    while (moved > 1e-13) {
      std::vector<double> next = at;
      for (const Step& step : steps_) {
        const double flow = at[step.from] * step.rate / all;
        next[step.from] -= flow;
        next[step.to] += flow;
      }
      moved = 0;
      for (size_t i = 0; i < at.size(); ++i) moved += std::fabs(next[i] - at[i]);
      at = std::move(next);
    }
    SkillMeasures measures = MakeMeasures(system_);
    for (size_t i = 0; i < states_.size(); ++i) {
      for (const size_t type : states_[i].waiting) measures.mean_wait[type] += at[i];
      for (size_t type = 0; type < system_.arrivals.size(); ++type) {
        if (!LongestIdle(states_[i], type)) measures.wait_probability[type] += at[i];
      }
    }
    for (const Step& step : steps_) {
      if (step.served >= 0) {
        measures.served[static_cast<size_t>(step.served)][step.agent] += at[step.from] * step.rate;
      }
    }
    Normalise(system_, measures);
    return measures;
  }

 private:
  struct Step {
    size_t from, to;
    double rate;
    int served = -1;  // a customer of this type goes to the agent
    size_t agent = 0;
  };

  size_t IndexOf(const ChainState& state) {
    const auto [it, is_new] = indexes_.emplace(state, states_.size());
    if (is_new) states_.push_back(state);
    return it->second;
  }

  // One more than the place among the idle of who takes a customer of the type; 0 for nobody.
  size_t LongestIdle(const ChainState& state, size_t type) const {
    for (size_t i = 0; i < state.idle.size(); ++i) {
      if (system_.can_serve[state.idle[i]][type]) return i + 1;
    }
    return 0;
  }

  void FindSteps(size_t from) {
    const ChainState state = states_[from];
    for (size_t type = 0; type < system_.arrivals.size(); ++type) {
      ChainState next = state;
      Step step{from, 0, system_.arrivals[type]};
      if (const size_t place = LongestIdle(state, type)) {
        const auto taken = next.idle.begin() + static_cast<std::ptrdiff_t>(place - 1);
        step.served = static_cast<int>(type);
        step.agent = *taken;
        next.idle.erase(taken);
      } else if (state.waiting.size() < most_waiting_) {
        next.waiting.push_back(type);
      } else {
        continue;
      }
      step.to = IndexOf(next);
      steps_.push_back(step);
    }
    for (size_t agent = 0; agent < system_.services.size(); ++agent) {
      if (std::find(state.idle.begin(), state.idle.end(), agent) != state.idle.end()) continue;
      ChainState next = state;
      Step step{from, 0, system_.services[agent]};
      step.agent = agent;
      const auto first = std::find_if(next.waiting.begin(), next.waiting.end(),
                                      [&](size_t type) { return system_.can_serve[agent][type]; });
      if (first == next.waiting.end()) {
        next.idle.push_back(agent);
      } else {
        step.served = static_cast<int>(*first);
        next.waiting.erase(first);
      }
      step.to = IndexOf(next);
      steps_.push_back(step);
    }
  }

  const SkillSystem& system_;
  size_t most_waiting_;
  std::map<ChainState, size_t> indexes_;
  std::vector<ChainState> states_;
  std::vector<Step> steps_;
};

}  // namespace

SkillMeasures ProductForm(const SkillSystem& system) {
  SkillMeasures measures = MakeMeasures(system);
  const auto for_each = [&](auto function) {
    std::vector<size_t> order(system.services.size());
    std::iota(order.begin(), order.end(), size_t{0});
    do {
      for (size_t busy = 0; busy <= order.size(); ++busy) function(State(system, order, busy));
    } while (std::next_permutation(order.begin(), order.end()));
  };
  double sum = 0;
  for_each([&](const State& state) { sum += state.Weight(); });
  for_each([&](const State& state) { state.AddTo(state.Weight() / sum, measures); });
  Normalise(system, measures);
  return measures;
}

SkillMeasures SolveChain(const SkillSystem& system, size_t most_waiting) {
  return Chain(system, most_waiting).Solve();
}

}  // namespace tandem::theory
