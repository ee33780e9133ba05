// The plans of open tickets; tickets with the same plan share it. Internal to router/.
#ifndef TANDEM_ROUTER_PLAN_POOL_H_
#define TANDEM_ROUTER_PLAN_POOL_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "router/ids.h"
#include "router/model.h"
#include "router/plan.h"
#include "router/requirement.h"

namespace tandem::router {

// What a ticket with a plan is asked for, and when.
struct TicketPlan {
  Requirement base;  // until a step asks for something else
  Plan steps;
  bool changes_offers = false;  // a step does
  uint64_t number = 0;          // no other plan has it, or had
};

class PlanPool {
 public:
  // The plan of these, with one more ticket. Unset when it has no steps.
  PlanIndex Add(const Requirement& base, const Plan& steps) {
    if (steps.empty()) return PlanIndex{};
    std::string key = KeyOf(base, steps);
    const auto [known, is_new] = by_key_.try_emplace(key);
    if (is_new) {
      known->second = FreeIndex();
      entries_[known->second.value] = {
          {base, steps, ChangesOffers(steps), ++last_number_}, std::move(key), 0};
    }
    ++entries_[known->second.value].tickets;
    return known->second;
  }
  // One ticket less; an unset plan has none.
  void Remove(PlanIndex plan) {
    if (!plan.IsSet() || --entries_[plan.value].tickets > 0) return;
    by_key_.erase(entries_[plan.value].key);
    entries_[plan.value] = Entry{};
    free_.push_back(plan);
  }

  // Valid until the next Add or Remove.
  const TicketPlan& operator[](PlanIndex plan) const { return entries_[plan.value].plan; }

 private:
  struct Entry {
    TicketPlan plan;
    std::string key;
    uint32_t tickets = 0;
  };

  PlanIndex FreeIndex() {
    if (free_.empty()) {
      entries_.emplace_back();
      return PlanIndex{static_cast<uint32_t>(entries_.size() - 1)};
    }
    const PlanIndex index = free_.back();
    free_.pop_back();
    return index;
  }

  std::vector<Entry> entries_;
  std::vector<PlanIndex> free_;
  uint64_t last_number_ = 0;
  absl::flat_hash_map<std::string, PlanIndex> by_key_;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_PLAN_POOL_H_
