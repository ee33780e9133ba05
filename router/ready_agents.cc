#include "router/ready_agents.h"

#include <cstdlib>
#include <iterator>

#include "router/invariant.h"
#include "router/state.h"

namespace tandem::router {
namespace {

uint32_t ListOf(const AgentState& agent) {
  return agent.open_groups | (agent.idle ? kIdleBit : 0);
}

struct ListMasks {
  std::array<std::array<uint32_t, 2>, kCapacityGroups> masks{};
  ListMasks() {
    for (uint32_t group = 0; group < kCapacityGroups; ++group) {
      for (uint32_t list = 0; list < kReadyLists; ++list) {
        if (((list >> group) & 1U) == 0) continue;
        masks[group][1] |= 1U << list;
        if ((list & kIdleBit) == 0) masks[group][0] |= 1U << list;
      }
    }
  }
};
const ListMasks kListMasks;

}  // namespace

ReadyOrder OrderOf(DistributionMode mode) {
  switch (mode) {
    case DistributionMode::kLongestIdle:
    case DistributionMode::kBestMatch:
      return ReadyOrder::kIdle;
    case DistributionMode::kLeastLoaded:
      return ReadyOrder::kLoad;
    case DistributionMode::kRoundRobin:
      return ReadyOrder::kTurn;
    case DistributionMode::kLowestCost:
      return ReadyOrder::kCost;
  }
  std::abort();
}

ReadyKey KeyOf(ReadyOrder order, AgentIndex index, const AgentState& agent) {
  ReadyKey key{0, agent.idle_since, agent.ordinal, index, agent.profile};
  switch (order) {
    case ReadyOrder::kIdle:
      break;
    case ReadyOrder::kLoad:
      key.weight = agent.Load();
      break;
    case ReadyOrder::kTurn:
      key.weight = agent.turn;
      break;
    case ReadyOrder::kCost:
      key.weight = agent.cost_per_hour_milli;
      break;
  }
  return key;
}

uint32_t ListsFor(CapacityGroup group, bool idle_allowed) {
  return kListMasks.masks[static_cast<size_t>(group)][idle_allowed ? 1 : 0];
}

void ReadyAgents::AddHead(ReadyOrder order, uint32_t list, const ReadyKey& key) {
  heads_[static_cast<size_t>(order)][list].insert(key);
  std::vector<int64_t>& leads = leads_[static_cast<size_t>(order)][list];
  if (key.profile.value >= leads.size()) leads.resize(profiles_.size());
  leads[key.profile.value] = LeadOf(order, key);
}

void ReadyAgents::Add(AgentIndex index, const AgentState& agent) {
  if (agent.open_groups == 0) return;
  if (agent.profile.value >= profiles_.size()) profiles_.resize(agent.profile.value + 1);
  OfProfile& profile = profiles_[agent.profile.value];
  const uint32_t list = ListOf(agent);
  for (uint32_t left = orders_; left != 0; left &= left - 1) {
    const auto order = static_cast<ReadyOrder>(std::countr_zero(left));
    auto& members = profile.members[static_cast<size_t>(order)];
    const auto at = members.insert({list, KeyOf(order, index, agent)}).first;
    if (at != members.begin() && std::prev(at)->list == list) continue;
    const auto next = std::next(at);
    if (next != members.end() && next->list == list) {
      heads_[static_cast<size_t>(order)][list].erase(next->key);
    }
    AddHead(order, list, at->key);
  }
  profile.lists |= 1U << list;
  lists_ |= 1U << list;
  in_list_[list].Add(agent.profile.value);
}

void ReadyAgents::Remove(AgentIndex index, const AgentState& agent) {
  if (agent.open_groups == 0) return;
  OfProfile& profile = profiles_[agent.profile.value];
  const uint32_t list = ListOf(agent);
  bool any = false;
  for (uint32_t left = orders_; left != 0; left &= left - 1) {
    const auto order = static_cast<ReadyOrder>(std::countr_zero(left));
    auto& members = profile.members[static_cast<size_t>(order)];
    const Member member{list, KeyOf(order, index, agent)};
    const auto at = members.find(member);
    TANDEM_INVARIANT(at != members.end(), "a ready agent is in the list that its load says");
    const auto next = members.erase(at);
    const bool has_next = next != members.end() && next->list == list;
    const bool was_first = next == members.begin() || std::prev(next)->list != list;
    any = has_next || !was_first;
    if (!was_first) continue;
    heads_[static_cast<size_t>(order)][list].erase(member.key);
    if (has_next) AddHead(order, list, next->key);
  }
  if (any) return;
  profile.lists &= ~(1U << list);
  in_list_[list].Remove(agent.profile.value);
  if (heads_[0][list].empty()) lists_ &= ~(1U << list);
}

void ReadyAgents::Clear() {
  const uint32_t orders = orders_;
  *this = ReadyAgents();
  orders_ = orders;
}

}  // namespace tandem::router
