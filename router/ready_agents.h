// The agents who can take work now, in the orders in which queues give work out. Internal to
// router/.
//
// A *list* holds the ready agents who have the same capacity groups open, for LIVE and DEFERRABLE
// tickets alike, and may, or may not, be kept from the latter by the live reserve. Who has work,
// and has a group open for tickets of one urgency alone, is in a list for these besides: so is an
// agent whose LIVE tickets interrupt DEFERRABLE ones of the same group, and nobody else. Within a
// list each profile has its agents in order, and the lists' *heads* are the first agent of each
// profile, in order: who looks for the first agent of some profiles meets each profile once. Heads
// are put in order when somebody walks them, so they cost nothing where nobody does.
#ifndef TANDEM_ROUTER_READY_AGENTS_H_
#define TANDEM_ROUTER_READY_AGENTS_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include "absl/container/btree_set.h"

#include "router/bits.h"
#include "router/ids.h"
#include "router/model.h"
#include "router/ranked.h"
#include "router/time.h"

namespace tandem::router {

struct AgentState;

// A kind of work: the tickets of a group, of one urgency. For sets of kinds.
constexpr uint32_t KindBit(CapacityGroup group, Urgency urgency) {
  return BitOf(group) << (urgency == Urgency::kLive ? 0 : kCapacityGroups);
}
// Those of one urgency, or of both, of these groups.
constexpr uint32_t KindsOf(Urgency urgency, uint32_t groups = kAllCapacityGroups) {
  return groups << (urgency == Urgency::kLive ? 0 : kCapacityGroups);
}
constexpr uint32_t BothKindsOf(uint32_t groups) {
  return groups | groups << kCapacityGroups;
}
// The groups of those of the urgency.
constexpr uint32_t GroupsOf(uint32_t kinds, Urgency urgency) {
  return (urgency == Urgency::kLive ? kinds : kinds >> kCapacityGroups) & kAllCapacityGroups;
}

// What agents are ordered by, beside how long they are idle.
enum class ReadyOrder : uint8_t { kIdle = 0, kLoad, kTurn, kCost };
inline constexpr size_t kReadyOrders = 4;
// The order that serves a distribution mode. The best match is the longest idle among equals.
ReadyOrder OrderOf(DistributionMode mode);

// Order among agents who could take the same ticket: by what the queue's distribution mode looks
// at, then longest idle first.
struct ReadyKey {
  int64_t weight = 0;
  Time idle_since;
  uint64_t ordinal = 0;
  AgentIndex agent;
  ProfileIndex profile;
  friend bool operator<(const ReadyKey& a, const ReadyKey& b) {
    if (a.weight != b.weight) return a.weight < b.weight;
    if (a.idle_since != b.idle_since) return a.idle_since < b.idle_since;
    return a.ordinal < b.ordinal;
  }
  friend bool operator==(const ReadyKey& a, const ReadyKey& b) {
    return std::tie(a.weight, a.idle_since, a.ordinal) ==
           std::tie(b.weight, b.idle_since, b.ordinal);
  }
};
ReadyKey KeyOf(ReadyOrder order, AgentIndex index, const AgentState& agent);

// Lists are numbered by the open groups, as bits, and two more bits: whom the list is of. Sets of
// lists are bits of these numbers.
enum class ListKind : uint8_t {
  kAnybody = 0,      // whom the live reserve keeps from nothing
  kReserved,         // those whom it keeps from DEFERRABLE tickets while it asks for them
  kLiveAlone,        // to whom the groups are open for LIVE tickets only
  kDeferrableAlone,  // and for DEFERRABLE ones
};
inline constexpr uint32_t kReadyLists = 4U << kCapacityGroups;
using ListSet = uint64_t;
static_assert(kReadyLists == 64);
constexpr ListSet OnlyList(uint32_t list) {
  return ListSet{1} << list;
}
// The lists of agents who can take a ticket of the kind; those whom the reserve
// keeps back only when `reserve_allows`.
ListSet ListsFor(CapacityGroup group, Urgency urgency, bool reserve_allows);

class ReadyAgents {
 public:
  using Heads = absl::btree_set<ReadyKey>;

  // Keeps the agents in these orders, as bits, from now on; kIdle is always one. While it changes
  // there are no agents.
  uint32_t orders() const { return orders_; }
  void SetOrders(uint32_t orders) {
    orders_ = orders | 1U;
    MakeRoom(profile_lists_.size());
  }

  // Puts the agent into the lists of those who have these kinds of work open, given where it was:
  // none. Without any it is in no list. Removed, it must be as it was when it was added.
  void Add(AgentIndex index, const AgentState& agent, uint32_t open_kinds);
  void Remove(AgentIndex index, const AgentState& agent, uint32_t open_kinds);
  // Forgets everybody, and the profiles.
  void Clear();

  // The lists with anybody.
  ListSet lists() const { return lists_; }
  // The profiles with anybody in the list.
  const Bits& ProfilesIn(uint32_t list) const { return in_list_[list]; }
  // The first agent of each profile in the list, in order. Valid until an agent is added or
  // removed.
  const Heads& HeadsOf(ReadyOrder order, uint32_t list) const;
  // What the first agent of each profile in the list is ordered by in the first place, rounded;
  // kNobodyLeads where there is none. Who has less goes first, and among equal ones their keys tell
  // who does. Profiles behind the end have none. Kept apart and in few bytes, so that it is cheap
  // to ask of many profiles.
  using Lead = int32_t;
  static constexpr Lead kNobodyLeads = INT32_MAX;
  const std::vector<Lead>& LeadsIn(ReadyOrder order, uint32_t list) const {
    return leads_[static_cast<size_t>(order)][list];
  }
  // The same of a profile with somebody in it.
  Lead LeadOf(ReadyOrder order, uint32_t list, ProfileIndex profile) const {
    return leads_[static_cast<size_t>(order)][list][profile.value];
  }
  // Valid while anybody is in a list.
  Lead LeadOf(ReadyOrder order, const ReadyKey& key) const;

  // The first agent of the profile in these lists whom `accept` takes and whose key, `score` taken
  // off its weight, is less than `best`; which it replaces. Looks at nobody behind that agent.
  template <typename Accept>
  void FindFirst(ProfileIndex profile, ReadyOrder order, ListSet lists, int64_t score,
                 Accept accept, ReadyKey& best) const {
    const Members& members = MembersOf(order, profile);
    for (ListSet left = profile_lists_[profile.value] & lists; left != 0; left &= left - 1) {
      const auto list = static_cast<uint32_t>(std::countr_zero(left));
      (void)members.FirstFrom({list, kFirst}, [&](const Member& member) {
        if (member.key.list != list) return true;
        ReadyKey candidate = member.key.ready;
        candidate.weight -= score;
        if (best.agent.IsSet() && !(candidate < best)) return true;
        const bool accepted = accept(candidate.agent);
        if (accepted) best = candidate;
        return accepted;
      });
    }
  }

 private:
  struct MemberKey {
    uint32_t list = 0;
    ReadyKey ready;
    friend bool operator<(const MemberKey& a, const MemberKey& b) {
      return a.list != b.list ? a.list < b.list : a.ready < b.ready;
    }
    friend bool operator==(const MemberKey&, const MemberKey&) = default;
  };
  struct Member {
    MemberKey key;
  };
  using Members = Ranked<Member>;
  // The heads of a list, as they were when they were walked last, and what changed since.
  struct HeadsInOrder {
    Heads heads;
    std::vector<ReadyKey> known;  // by profile: the one in `heads`; without an agent: none
    std::vector<ProfileIndex> changed;
    Bits has_changed;
  };

  void MakeRoom(size_t profiles);
  void AddTo(uint32_t list, AgentIndex index, const AgentState& agent);
  void RemoveFrom(uint32_t list, AgentIndex index, const AgentState& agent);
  const Members& MembersOf(ReadyOrder order, ProfileIndex profile) const {
    return members_[static_cast<size_t>(order)][profile.value];
  }
  // The first of the profile in the list; null: nobody is.
  const ReadyKey* FirstOf(ReadyOrder order, uint32_t list, ProfileIndex profile) const;
  void HeadChanged(ReadyOrder order, uint32_t list, ProfileIndex profile);

  static constexpr ReadyKey kFirst{INT64_MIN, Time{INT64_MIN}, 0, {}, {}};

  uint32_t orders_ = 1;
  ListSet lists_ = 0;
  // Leads count instants from here: since when somebody was idle who came while nobody was in a
  // list. The nearer that is, the less is rounded; after a hundred days by an eighth of a second.
  Time since_;
  std::vector<ListSet> profile_lists_;                      // by profile: those with anybody
  std::array<std::vector<Members>, kReadyOrders> members_;  // by profile
  std::array<Bits, kReadyLists> in_list_;
  std::array<uint32_t, kReadyLists> profiles_in_list_{};
  mutable std::array<std::array<HeadsInOrder, kReadyLists>, kReadyOrders> heads_;
  std::array<std::array<std::vector<Lead>, kReadyLists>, kReadyOrders> leads_;  // by profile
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_READY_AGENTS_H_
