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
// Within a class, tickets that exclude the same agents share a tree, so an excluded agent passes
// over them at once.
#ifndef TANDEM_ROUTER_MATCHING_H_
#define TANDEM_ROUTER_MATCHING_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"

#include "router/ids.h"
#include "router/model.h"
#include "router/requirement.h"
#include "router/waiting_forest.h"

namespace tandem::router {

struct AgentState;
struct ReadyKey;
struct Ticket;
struct Workspace;

struct ClassSpec {
  QueueIndex queue;
  ChannelIndex channel;
  ClientIndex client;
  ProcessTypeIndex process_type;
  Requirement requirement;  // canonical
};

struct TicketClass {
  ClassSpec spec;
  std::string key;
  CapacityGroup group = CapacityGroup::kTask;
  LanguageMode mode = LanguageMode::kWritten;
  std::vector<CompiledClause> clauses;
  uint32_t open_tickets = 0;

  // Tickets that wait, by whom they exclude (sorted). The first group excludes nobody.
  struct ExclusionGroup {
    std::vector<AgentIndex> excluded;
    WaitingForest::Tree tree;
    uint32_t open_tickets = 0;
  };
  std::vector<ExclusionGroup> groups;

  // Profiles that pass, filled in as far as `profiles_seen`.
  struct Passing {
    ProfileIndex profile;
    bool push = false;
    bool pull = false;
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
  // The group of a class for tickets that exclude these agents (sorted), with one more open ticket.
  uint32_t AddToExclusionGroup(ClassIndex ticket_class, std::vector<AgentIndex> excluded);
  void RemoveFromClass(ClassIndex ticket_class, uint32_t exclusion_group);
  const TicketClass& ClassOf(ClassIndex ticket_class) const { return classes_[ticket_class.value]; }

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
  // The longest idle agent who may take the ticket by offer. Unset when there is none.
  AgentIndex BestAgent(const Workspace& workspace, TicketIndex ticket) const;

  // Whether any configured agent could ever take a ticket of the class that excludes these agents.
  bool IsRoutable(const Workspace& workspace, ClassIndex ticket_class,
                  const std::vector<AgentIndex>& excluded) const;
  // How many waiting tickets of the same class and exclusions go before this one.
  size_t Ahead(const Ticket& ticket) const;
  // Whether, and how, the profile passes the class; worked out here and now.
  TicketClass::Passing Test(const Workspace& workspace, const TicketClass& ticket_class,
                            ProfileIndex profile) const;

 private:
  // A profile's ready agents: one list for each set of open groups and for idle or not. Bit i of
  // `nonempty` says whether lists[i] has anybody.
  static constexpr uint32_t kReadyLists = 32;
  using ReadyList = absl::btree_set<ReadyKey>;
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
    std::array<std::unique_ptr<ReadyList>, kReadyLists> ready;
    // Filled in as far as `classes_seen`.
    std::vector<Level> push_levels, pull_levels;
    size_t classes_seen = 0;
  };

  static void ForgetClasses(Profile& profile);
  void FillClass(const Workspace& workspace, TicketClass& ticket_class) const;
  void FillProfile(const Workspace& workspace, ProfileIndex index) const;
  void UpdateHead(ClassIndex ticket_class);
  void DropIdleClasses();
  void DropIdleProfiles();
  void Recompile(const Workspace& workspace, ClassIndex ticket_class);
  TicketIndex FirstAllowed(const Workspace& workspace, ClassIndex ticket_class,
                           AgentIndex agent) const;
  void BestOfProfile(const Workspace& workspace, const Profile& profile, uint32_t lists,
                     const Ticket& ticket, const std::vector<AgentIndex>& excluded,
                     ReadyKey& best) const;

  WaitingForest forest_;
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
