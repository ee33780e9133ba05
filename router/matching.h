// Who can take what: classes of tickets, profiles of agents, and the two look-ups that routing
// consists of. Internal to router/.
//
// A *class* is what tickets have in common for matching: queue, channel, client, process type,
// requirement. A *profile* is what agents have in common: their traits. Whether a profile passes a
// class is worked out once, when either meets the other first, and kept as lists in both
// directions; so neither look-up tests requirements, and neither scans tickets or agents:
//   - BestTicket looks at the heads of the classes that the agent's profile can take, grouped by
//     (rank, urgency);
//   - BestAgent looks at the heads of the ready lists of the profiles that can take the ticket's
//     class.
// Within a class, tickets that name and exclude the same agents share a tree. An excluded agent
// passes over it at once, and the trees that name an agent are listed at that agent, whom
// BestTicket is looking for; others never meet them.
#ifndef TANDEM_ROUTER_MATCHING_H_
#define TANDEM_ROUTER_MATCHING_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"

#include "router/ids.h"
#include "router/model.h"
#include "router/requirement.h"
#include "router/waiting_forest.h"

namespace tandem::router {

// What ready lists are ordered by, beside how long agents are idle.
enum class ReadyOrder : uint8_t { kIdle = 0, kLoad, kTurn, kCost };
inline constexpr size_t kReadyOrders = 4;
// The order that serves a distribution mode. The best match is the longest idle among equals.
ReadyOrder OrderOf(DistributionMode mode);

struct AgentState;
struct ReadyKey;
struct Ticket;
struct Workspace;

struct ClassSpec {
  QueueIndex queue;
  ChannelIndex channel;
  ClientIndex client;
  ProcessTypeIndex process_type;
  Requirement requirement;  // canonical, without agents
};

struct TicketClass {
  ClassSpec spec;
  std::string key;
  CapacityGroup group = CapacityGroup::kTask;
  LanguageMode mode = LanguageMode::kWritten;
  DistributionMode distribution = DistributionMode::kLongestIdle;
  std::vector<CompiledClause> clauses;
  std::vector<CompiledPreference> preferences;  // when the best match is looked for
  uint32_t open_tickets = 0;

  // Whom tickets name and exclude, both sorted.
  struct Agents {
    std::vector<AgentIndex> named;  // these only; empty: any
    std::vector<AgentIndex> excluded;
    bool Name(AgentIndex agent) const;  // or anybody
    bool Exclude(AgentIndex agent) const;
    friend bool operator==(const Agents&, const Agents&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const Agents& agents) {
      return H::combine(std::move(h), agents.named, agents.excluded);
    }
  };
  // Tickets that name and exclude the same agents. The first group does neither, and always is.
  struct Group {
    Agents agents;
    WaitingForest::Tree tree;
    uint32_t open_tickets = 0;
  };
  std::vector<Group> groups;
  std::vector<uint32_t> shared_groups;  // those that name nobody
  std::vector<uint32_t> free_groups;
  absl::flat_hash_map<Agents, uint32_t> group_by_agents;  // all but the first and the free ones

  // Profiles that pass, filled in as far as `profiles_seen`.
  struct Passing {
    ProfileIndex profile;
    bool push = false;
    bool pull = false;
    uint32_t rank = 0;   // of the queue in the routing profile
    uint32_t score = 0;  // when the best match is looked for
  };
  std::vector<Passing> passing;
  size_t profiles_seen = 0;
};

// How an agent gets a ticket: by offer, or by claiming.
enum class Mode : uint8_t { kPush, kPull };

class Matching {
 public:
  Matching();
  ~Matching();
  Matching(Matching&&) noexcept;
  Matching& operator=(Matching&&) noexcept;

  // --- configuration, classes ---

  // Forgets profiles, ready lists and everything worked out between classes and profiles; keeps
  // classes and what waits in them. Called when a configuration comes into force; every agent is
  // then added anew.
  void ResetProfiles(const Workspace& workspace);
  // Forgets only what was worked out between classes and profiles, which stay as they are. Called
  // when a queue, a channel or a routing profile changed.
  void ForgetPassing(const Workspace& workspace);
  // Takes up the skills, sites and process types that were unknown when a class that asks for them
  // came up.
  void CompileUnknown(const Workspace& workspace);
  // The profile of these traits, with one more member.
  ProfileIndex AddMember(Traits traits);
  // One member less. Requires that it is in no ready list.
  void RemoveMember(ProfileIndex profile);
  const Traits& TraitsOf(ProfileIndex profile) const;

  // The class of this specification, with one more open ticket.
  ClassIndex AddToClass(const Workspace& workspace, ClassSpec spec);
  // The group of a class for tickets that name and exclude these agents, with one more open ticket.
  uint32_t AddToGroup(ClassIndex ticket_class, TicketClass::Agents agents);
  void RemoveFromClass(ClassIndex ticket_class, uint32_t group);
  const TicketClass& ClassOf(ClassIndex ticket_class) const { return classes_[ticket_class.value]; }

  // Keeps ready lists in these orders, as bits, from now on; kIdle is always one. While it changes
  // no agent is in any.
  uint32_t orders() const { return orders_; }
  void SetOrders(uint32_t orders) { orders_ = orders | 1U; }

  // --- what waits, who ---

  void AddWaiting(TicketIndex index, const Ticket& ticket);
  void RemoveWaiting(TicketIndex index, const Ticket& ticket);
  // Puts the agent into the ready list that fits it, given where it was.
  void AddReady(AgentIndex index, const AgentState& agent);
  void RemoveReady(AgentIndex index, const AgentState& agent);

  // --- look-ups ---

  // The best ticket that the agent may take in this mode; from `only` when that is set. Unset when
  // there is none.
  TicketIndex BestTicket(const Workspace& workspace, AgentIndex agent, Mode mode,
                         QueueIndex only) const;
  // The agent who gets the ticket by offer, of those who may take it, by the distribution mode of
  // its queue. Unset when there is none.
  AgentIndex BestAgent(const Workspace& workspace, TicketIndex ticket) const;

  // Whether any configured agent could ever take a ticket of this group of the class.
  bool IsRoutable(const Workspace& workspace, ClassIndex ticket_class, uint32_t group) const;
  // How many waiting tickets go before this one, of those of its class that name nobody or the same
  // agents.
  size_t Ahead(const Ticket& ticket) const;
  // A class as it would be: for Test, and without tickets.
  TicketClass Foresee(const Workspace& workspace, ClassSpec spec) const;
  // Whether, and how, the profile passes the class; worked out here and now.
  TicketClass::Passing Test(const Workspace& workspace, const TicketClass& ticket_class,
                            ProfileIndex profile) const;

 private:
  // A profile's ready agents: one list for each set of open groups and for idle or not. Bit i of
  // `nonempty` says whether lists[i] has anybody.
  static constexpr uint32_t kReadyLists = 32;
  using ReadyList = absl::btree_set<ReadyKey>;
  using ReadyListsOfOrder = std::array<std::unique_ptr<ReadyList>, kReadyLists>;
  // Classes that a profile can take, of one rank and urgency.
  struct Level {
    uint32_t rank = 0;
    Urgency urgency = Urgency::kLive;
    std::vector<ClassIndex> classes;
  };
  struct Profile {
    Traits traits;
    uint32_t members = 0;
    uint32_t nonempty = 0;
    ReadyListsOfOrder ready;
    // The same agents in the other orders in use; null until there is one.
    std::array<std::unique_ptr<ReadyListsOfOrder>, kReadyOrders - 1> ready_otherwise;
    // Filled in as far as `classes_seen`.
    std::vector<Level> push_levels, pull_levels;
    size_t classes_seen = 0;
  };

  // A group that names an agent, and has waiting tickets.
  struct NamedGroup {
    ClassIndex ticket_class;
    uint32_t group = 0;
    friend bool operator==(const NamedGroup&, const NamedGroup&) = default;
  };
  // A ticket that an agent may take, and what decides between two of them.
  struct Candidate {
    std::pair<uint32_t, Urgency> level;  // rank 0: none
    WaitKey key;
    TicketIndex ticket;
  };

  static void ForgetClasses(Profile& profile);
  void FillClass(const Workspace& workspace, TicketClass& ticket_class) const;
  void FillProfile(const Workspace& workspace, ProfileIndex index) const;
  void UpdateHead(ClassIndex ticket_class);
  void DropIdleClasses();
  void DropIdleProfiles();
  void Recompile(const Workspace& workspace, ClassIndex ticket_class);
  void SetNamed(ClassIndex ticket_class, uint32_t group, bool waits);
  TicketIndex FirstOfGroup(const Workspace& workspace, const TicketClass::Group& group,
                           AgentIndex agent) const;
  TicketIndex FirstAllowed(const Workspace& workspace, ClassIndex ticket_class,
                           AgentIndex agent) const;
  Candidate BestNaming(const Workspace& workspace, AgentIndex agent, Mode mode,
                       QueueIndex only) const;
  static ReadyListsOfOrder& ListsIn(Profile& profile, ReadyOrder order);
  void BestOfProfile(const Workspace& workspace, const TicketClass::Passing& passing,
                     uint32_t lists, const Ticket& ticket, ReadyKey& best) const;
  AgentIndex BestOfNamed(const Workspace& workspace, const Ticket& ticket) const;

  WaitingForest forest_;
  uint32_t orders_ = 1;  // of the ready lists, as bits
  // What is worked out lazily is mutable: it follows from the rest.
  mutable std::vector<TicketClass> classes_;
  std::vector<ClassIndex> free_classes_;
  // Classes in use, in the order they came; what Profile::classes_seen counts.
  std::vector<ClassIndex> class_log_;
  size_t idle_classes_ = 0;
  // By class: the key of its first waiting ticket, and its capacity group; apart from the classes,
  // because BestTicket walks them.
  std::vector<WaitKey> heads_;
  std::vector<uint8_t> group_of_;
  // By agent.
  std::vector<std::vector<NamedGroup>> named_;
  mutable std::vector<Profile> profiles_;
  std::vector<ProfileIndex> free_profiles_;
  // Profiles in use, in the order they came; what TicketClass::profiles_seen counts. One without
  // members stays, as its traits may come back, until there are many of them.
  std::vector<ProfileIndex> profile_log_;
  size_t idle_profiles_ = 0;
  absl::flat_hash_map<std::string, ClassIndex> class_by_key_;
  absl::flat_hash_map<Traits, ProfileIndex> profile_by_traits_;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_MATCHING_H_
