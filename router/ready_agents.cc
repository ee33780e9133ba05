#include "router/ready_agents.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "router/invariant.h"
#include "router/state.h"

namespace tandem::router {
namespace {

uint32_t ListNumber(ListKind of, uint32_t open_groups) {
  return open_groups | static_cast<uint32_t>(of) << kCapacityGroups;
}

// Calls `function` with each list that an agent with these kinds of work open is in.
template <typename Function>
void ForEachListOf(const AgentState& agent, uint32_t open_kinds, Function function) {
  const uint32_t live = GroupsOf(open_kinds, Urgency::kLive);
  const uint32_t deferrable = GroupsOf(open_kinds, Urgency::kDeferrable);
  const uint32_t both = live & deferrable;
  const uint32_t reserved = agent.idle ? both & ~agent.capacity.yielding : 0;
  if (reserved != 0) function(ListNumber(ListKind::kReserved, reserved));
  if (both != reserved) function(ListNumber(ListKind::kAnybody, both & ~reserved));
  if (live == deferrable) return;
  if (live != both) function(ListNumber(ListKind::kLiveAlone, live & ~both));
  if (deferrable != both) function(ListNumber(ListKind::kDeferrableAlone, deferrable & ~both));
}

struct ListMasks {
  struct OfGroup {
    ListSet live = 0, deferrable = 0, reserved = 0;
  };
  std::array<OfGroup, kCapacityGroups> groups;
  ListMasks() {
    for (uint32_t group = 0; group < kCapacityGroups; ++group) {
      for (uint32_t list = 0; list < kReadyLists; ++list) {
        if (((list >> group) & 1U) == 0) continue;
        const auto of = static_cast<ListKind>(list >> kCapacityGroups);
        if (of != ListKind::kDeferrableAlone) groups[group].live |= OnlyList(list);
        if (of != ListKind::kLiveAlone) groups[group].deferrable |= OnlyList(list);
        if (of == ListKind::kReserved) groups[group].reserved |= OnlyList(list);
      }
    }
  }
};
const ListMasks kListMasks;

// The first 26 digits of a number and how many more it has, so that what is less never becomes
// more.
ReadyAgents::Lead Rounded(int64_t exact) {
  constexpr int kDigits = 26;
  const auto positive = static_cast<uint64_t>(exact);
  const uint64_t size = exact < 0 ? 0 - positive : positive;
  const int more = std::max(static_cast<int>(std::bit_width(size)) - kDigits, 0);
  const auto rounded = static_cast<ReadyAgents::Lead>(
      (size >> more) + (static_cast<uint64_t>(more) << (kDigits - 1)));
  return exact < 0 ? -rounded : rounded;
}

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

ListSet ListsFor(CapacityGroup group, Urgency urgency, bool reserve_allows) {
  const ListMasks::OfGroup& of = kListMasks.groups[static_cast<size_t>(group)];
  const ListSet lists = urgency == Urgency::kLive ? of.live : of.deferrable;
  return reserve_allows ? lists : lists & ~of.reserved;
}

const ReadyKey* ReadyAgents::FirstOf(ReadyOrder order, uint32_t list, ProfileIndex profile) const {
  const Members& members = MembersOf(order, profile);
  if (members.empty()) return nullptr;
  const Member* first = &members.First();
  if (first->key.list < list) {
    first = members.FirstFrom({list, kFirst}, [](const Member&) { return true; });
  }
  return first != nullptr && first->key.list == list ? &first->key.ready : nullptr;
}

ReadyAgents::Lead ReadyAgents::LeadOf(ReadyOrder order, const ReadyKey& key) const {
  switch (order) {
    case ReadyOrder::kIdle:
      return Rounded((key.idle_since - since_).us);
    case ReadyOrder::kTurn:
      return Rounded(key.weight - since_.us);  // turns are near the clock
    case ReadyOrder::kLoad:
    case ReadyOrder::kCost:
      return Rounded(key.weight);
  }
  std::abort();
}

void ReadyAgents::HeadChanged(ReadyOrder order, uint32_t list, ProfileIndex profile) {
  HeadsInOrder& of_list = heads_[static_cast<size_t>(order)][list];
  if (of_list.has_changed.Has(profile.value)) return;
  of_list.has_changed.Add(profile.value);
  of_list.changed.push_back(profile);
}

const ReadyAgents::Heads& ReadyAgents::HeadsOf(ReadyOrder order, uint32_t list) const {
  HeadsInOrder& of_list = heads_[static_cast<size_t>(order)][list];
  if (of_list.changed.empty()) return of_list.heads;
  of_list.known.resize(profile_lists_.size());
  // All that went before any that came: an agent who is another profile's now has the same key.
  for (const ProfileIndex profile : of_list.changed) {
    of_list.has_changed.Remove(profile.value);
    const ReadyKey& known = of_list.known[profile.value];
    if (known.agent.IsSet()) of_list.heads.erase(known);
  }
  for (const ProfileIndex profile : of_list.changed) {
    const ReadyKey* first = FirstOf(order, list, profile);
    of_list.known[profile.value] = first != nullptr ? *first : ReadyKey{};
    if (first != nullptr) of_list.heads.insert(*first);
  }
  of_list.changed.clear();
  return of_list.heads;
}

void ReadyAgents::MakeRoom(size_t profiles) {
  profile_lists_.resize(profiles);
  for (uint32_t left = orders_; left != 0; left &= left - 1) {
    members_[static_cast<size_t>(std::countr_zero(left))].resize(profiles);
  }
}

void ReadyAgents::Add(AgentIndex index, const AgentState& agent, uint32_t open_kinds) {
  if (open_kinds == 0) return;
  if (agent.profile.value >= profile_lists_.size()) MakeRoom(agent.profile.value + 1);
  if (lists_ == 0) since_ = agent.idle_since;
  ForEachListOf(agent, open_kinds, [&](uint32_t list) { AddTo(list, index, agent); });
}

void ReadyAgents::AddTo(uint32_t list, AgentIndex index, const AgentState& agent) {
  ListSet& lists = profile_lists_[agent.profile.value];
  const bool has_others = (lists & OnlyList(list)) != 0;
  for (uint32_t left = orders_; left != 0; left &= left - 1) {
    const auto order = static_cast<ReadyOrder>(std::countr_zero(left));
    const ReadyKey key = KeyOf(order, index, agent);
    const bool is_first = !has_others || key < *FirstOf(order, list, agent.profile);
    members_[static_cast<size_t>(order)][agent.profile.value].Insert({{list, key}});
    if (!is_first) continue;
    std::vector<Lead>& leads = leads_[static_cast<size_t>(order)][list];
    if (agent.profile.value >= leads.size()) leads.resize(profile_lists_.size(), kNobodyLeads);
    leads[agent.profile.value] = LeadOf(order, key);
    HeadChanged(order, list, agent.profile);
  }
  if (has_others) return;
  lists |= OnlyList(list);
  in_list_[list].Add(agent.profile.value);
  ++profiles_in_list_[list];
  lists_ |= OnlyList(list);
}

void ReadyAgents::Remove(AgentIndex index, const AgentState& agent, uint32_t open_kinds) {
  if (open_kinds == 0) return;
  ForEachListOf(agent, open_kinds, [&](uint32_t list) { RemoveFrom(list, index, agent); });
}

void ReadyAgents::RemoveFrom(uint32_t list, AgentIndex index, const AgentState& agent) {
  bool any = false;
  for (uint32_t left = orders_; left != 0; left &= left - 1) {
    const auto order = static_cast<ReadyOrder>(std::countr_zero(left));
    const ReadyKey key = KeyOf(order, index, agent);
    const ReadyKey* first = FirstOf(order, list, agent.profile);
    TANDEM_INVARIANT(first != nullptr, "a ready agent is in the list that its load says");
    const bool was_first = *first == key;
    members_[static_cast<size_t>(order)][agent.profile.value].Erase({list, key});
    any = !was_first;
    if (!was_first) continue;
    const ReadyKey* next = FirstOf(order, list, agent.profile);
    any = next != nullptr;
    leads_[static_cast<size_t>(order)][list][agent.profile.value] =
        any ? LeadOf(order, *next) : kNobodyLeads;
    HeadChanged(order, list, agent.profile);
  }
  if (any) return;
  profile_lists_[agent.profile.value] &= ~OnlyList(list);
  in_list_[list].Remove(agent.profile.value);
  if (--profiles_in_list_[list] == 0) lists_ &= ~OnlyList(list);
}

void ReadyAgents::Clear() {
  const uint32_t orders = orders_;
  *this = ReadyAgents();
  orders_ = orders;
}

}  // namespace tandem::router
