// Who can take what: classes of tickets, profiles of agents, and the two look-ups that routing
// consists of. Internal to router/.
//
// A *class* is what tickets have in common for matching: queue, channel, client, process type,
// requirement. A *profile* is what agents have in common: their traits. Whether a profile passes a
// class does not change; it is worked out as it is needed, for many profiles at once from the sets
// of those that meet each condition, and kept as bits in both directions.
//
// Both look-ups do the same from their two sides, and neither scans tickets or agents:
//   - what passes little is listed, and a look-up goes through the list: an agent through the first
//     tickets of its classes, a ticket through the first ready agents of its profiles;
//   - what passes much walks what is in order (the first tickets of the queues' classes; the first
//     agents of the ready profiles) up to the first that passes, which of n among N is expected
//     after N / n steps;
//   - only if that takes far longer, as when those whom nobody asks for are idle longest, does it
//     go through all that pass.
//
// Within a class, tickets that name and exclude the same agents share a list. An excluded agent
// passes over it at once, and the lists that name an agent are listed at that agent, whom
// BestTicket is looking for; others never meet them.
//
// Delays are part of that: the longest of its queue's delays that a ticket has waited for is one of
// the things that make its class, and a profile whose delay is longer does not pass the class. When
// a delay passes, the ticket changes its class, as when a step of its plan asks for something else.
// So neither look-up knows of delays, and whoever finds a ticket may take it now. What is in a
// queue without delays is in one class as ever; with n different ones each class is n + 1 at most.
//
// Where late work goes after punctual work, late tickets are in classes of their own, too, and
// their keys put them behind all others of their rank and urgency. Look-ups compare keys, and need
// not know; but while it is a queue's turn for late work, its late heads are walked first, and
// compete by their keys as if they were not late.
//
// Tickets that are offered and may ring further agents stand in a line of their own, which is made
// as that of the waiting ones is. It is looked at only for agents for whom nothing waits, so what
// waits goes before it; while it is empty it costs nothing.
#ifndef TANDEM_ROUTER_MATCHING_H_
#define TANDEM_ROUTER_MATCHING_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/node_hash_map.h"

#include "router/bits.h"
#include "router/huge_pages.h"
#include "router/ids.h"
#include "router/limits.h"
#include "router/model.h"
#include "router/ranked.h"
#include "router/ranked_keys.h"
#include "router/ready_agents.h"
#include "router/requirement.h"
#include "router/ticket_class.h"
#include "router/wait_key.h"

namespace tandem::router {

class FairShares;
struct AgentState;
struct Ticket;
struct Workspace;

// How an agent gets a ticket: by offer, or by claiming.
enum class Mode : uint8_t { kPush, kPull };

// Whether, and how, a profile passes a class.
struct Passing {
  bool push = false;
  bool pull = false;
  uint32_t rank = 0;   // of the queue in the routing profile
  uint32_t score = 0;  // when the best match is looked for
  Duration delay{};    // of the queue in the routing profile
  bool early = false;  // it has not passed
};

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
  const Traits& TraitsOf(ProfileIndex profile) const { return *profiles_[profile.value].traits; }
  // How many of its members are there, by group: see SetAvailable.
  const std::array<uint32_t, kCapacityGroups>& AvailableOf(ProfileIndex profile) const {
    return profiles_[profile.value].available;
  }
  // Calls `visit(profile, members)` for every profile that somebody has, in the order they came.
  template <typename Function>
  void ForEachProfile(Function visit) const {
    for (const ProfileIndex profile : profile_log_) {
      const uint32_t members = profiles_[profile.value].members;
      if (members != 0) visit(profile, members);
    }
  }

  // The class of this specification, with one more open ticket.
  ClassIndex AddToClass(const Workspace& workspace, const ClassView& view);
  // The group of a class for tickets that name and exclude these agents, with one more open ticket.
  uint32_t AddToGroup(ClassIndex ticket_class, TicketClass::Agents agents);
  void RemoveFromClass(ClassIndex ticket_class, uint32_t group);
  // What a step of a plan made of a class, for tickets that name and exclude nobody and were not
  // handed off. Kept, because it makes the same of thousands.
  struct ClassStep {
    ClassIndex from;
    uint32_t step = 0;
    uint64_t plan = 0;  // its number
    friend bool operator==(const ClassStep&, const ClassStep&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const ClassStep& taken) {
      return H::combine(std::move(h), taken.from.value, taken.step, taken.plan);
    }
  };
  void KeepStep(const ClassStep& taken, ClassIndex to);
  bool KeepsStep(const ClassStep& taken) const { return class_steps_.contains(taken); }  // tests
  // The class that is kept so, with one more open ticket in its first group; unset: none is.
  ClassIndex AddToClassAfter(const ClassStep& taken);
  // Those that have open tickets.
  size_t CountClassesInUse() const { return class_log_.size() - idle_classes_; }
  const TicketClass& ClassOf(ClassIndex ticket_class) const { return classes_[ticket_class.value]; }

  // Keeps ready agents in these orders, as bits, from now on; kIdle is always one. While it changes
  // no agent is ready.
  uint32_t orders() const { return ready_.orders(); }
  void SetOrders(uint32_t orders) {
    ready_.SetOrders(orders);
    interruptible_.SetOrders(orders);
  }

  // Keeps so much, instead of kMaxPassingBytes, of each kind of what was worked out between classes
  // and profiles.
  void LimitPassing(size_t bytes) { max_passing_bytes_ = bytes; }
  // Keeps so many classes without tickets, instead of kMaxIdleClasses.
  void LimitIdleClasses(size_t classes) { max_idle_classes_ = classes; }
  // Looks at these bits alone of the hashes of classes, so that many have the same. While it
  // changes there are no classes.
  void MaskClassHashes(size_t mask) { class_hash_mask_ = mask; }

  // --- what waits, who ---

  void AddWaiting(TicketIndex index, const Ticket& ticket, WaitKey key);
  void RemoveWaiting(TicketIndex index, const Ticket& ticket);
  // The same of tickets that are offered, and want further rings.
  void AddRinging(TicketIndex index, const Ticket& ticket, WaitKey key);
  void RemoveRinging(TicketIndex index, const Ticket& ticket);
  // One that waits is put elsewhere in its queue, which counts it all the while: under the key that
  // it had, until it is put back. To be put back once, by the same command.
  void LiftWaiting(TicketIndex index, const Ticket& ticket);
  void PutBackWaiting(TicketIndex index, const Ticket& ticket, WaitKey key);
  bool AnyRings() const { return ringing_.tickets > 0; }
  // Of those of the class that wait and name nobody, the one that goes first; unset: none.
  TicketIndex FirstOf(ClassIndex ticket_class) const {
    return waiting_.heads[ticket_class.value].ticket;
  }
  // Whether anybody is ready to take work of any kind.
  bool AnyReady() const { return (ready_.lists() | interruptible_.lists()) != 0; }
  // Puts the agent into the ready list that fits it, given where it was.
  void AddReady(AgentIndex index, const AgentState& agent);
  void RemoveReady(AgentIndex index, const AgentState& agent);
  // One of the profile's agents is there for these groups, as bits, busy or not; it was for those
  // before.
  void SetAvailable(ProfileIndex profile, uint32_t before, uint32_t now);

  // --- look-ups ---

  // The best ticket that the agent may take in this mode; from `only` when that is set. Unset when
  // there is none.
  TicketIndex BestTicket(const Workspace& workspace, AgentIndex agent, Mode mode,
                         QueueIndex only) const;
  // The best ticket, of those that want further rings, that may ring the agent. Unset when there is
  // none.
  TicketIndex BestRing(const Workspace& workspace, AgentIndex agent) const;
  // The agent who gets the ticket by offer, of those who may take it and don't have its offer yet,
  // by the distribution mode of its queue. Unset when there is none.
  AgentIndex BestAgent(const Workspace& workspace, TicketIndex ticket) const;

  // The first ticket that waits in the queue, by key, of those that name nobody; else of the
  // others. Unset when none waits.
  TicketIndex FirstWaiting(QueueIndex queue) const;
  // Whether any configured agent could ever take a ticket of this group of the class, be it after a
  // delay.
  bool IsRoutable(const Workspace& workspace, ClassIndex ticket_class, uint32_t group) const;
  // How many agents who may take the ticket, by offer or by claim, at once or after a delay, are
  // there for its group, busy or not. Counts up to `most`, and takes what it takes to find them.
  uint32_t CountAvailable(const Workspace& workspace, const Ticket& ticket, uint32_t most) const;
  // How many waiting tickets go before this one, of those of its class that name nobody or the same
  // agents, whatever delays have passed for them.
  size_t Ahead(const Workspace& workspace, const Ticket& ticket) const;
  // Waiting tickets of the queue, whatever they ask and whomever they name: those that go before
  // the key, and all.
  struct Place {
    size_t before = 0;
    size_t all = 0;
  };
  Place PlaceIn(QueueIndex queue, WaitKey key) const;
  // What waits in the queue for the agent, who qualifies for it, be it after a delay, and is not
  // kept out: how much, what goes first, and how the profile passes that.
  struct Prospects {
    size_t tickets = 0;
    TicketIndex first;  // unset: none
    Passing passing;
  };
  Prospects ProspectsOf(const Workspace& workspace, QueueIndex queue, AgentIndex agent) const;
  // Whether a late ticket waits in the queue, where such go after punctual ones.
  bool HasLate(QueueIndex queue) const;
  // A class as it would be: for Test, and without tickets.
  TicketClass Foresee(const Workspace& workspace, ClassSpec spec) const;
  // Whether, and how, the profile passes the class, and whether too early; worked out here and now.
  Passing Test(const Workspace& workspace, const TicketClass& ticket_class,
               ProfileIndex profile) const;

 private:
  // How far it walks to the first of `passing` among `all`, in steps, before it gives up.
  static size_t StepsTo(size_t passing, size_t all) { return 16 + 8 * all / passing; }
  // Of those who pass among `all`, so many are listed. To go through a list is to compare a number
  // for each of them, side by side with its neighbours'; a walk looks at a bit of the class's own
  // for each step, at about ten times the price, and is the longer, the fewer pass.
  static uint32_t MostListed(size_t all) {
    return std::max(Subset::kListed, static_cast<uint32_t>(all / 96));
  }
  // Profiles that are tested one by one, rather than from the sets of those that meet conditions.
  static constexpr size_t kFewProfiles = 64;

  using LevelKey = std::pair<uint32_t, Urgency>;  // rank, urgency
  // A routing profile as look-ups need it.
  struct Pool {
    struct Entry {
      bool push = false, pull = false;
      LevelKey level;
      Duration delay;
    };
    // Queues that are served before those of later levels.
    struct Level {
      LevelKey key;
      std::vector<QueueIndex> queues;
      Bits classes;  // of these queues, of the first `classes_seen` that came
    };
    bool filled = false;
    bool priority_first = false;  // one of its queues is
    size_t classes_seen = 0;
    absl::flat_hash_map<QueueIndex, Entry> queues;
    Bits pushed;  // of these, those of which tickets are offered
    std::vector<Level> push_levels, pull_levels;
    const Entry* Find(QueueIndex queue) const;
  };
  struct alignas(64) Profile {
    // First, in one line of the cache, what each look-up reads.
    // The classes that it passes, of the first `classes_seen` that came.
    Subset passing;
    uint32_t classes_seen = 0;
    RoutingProfileIndex routing_profile;
    const Traits* traits = nullptr;  // the key in profile_by_traits_
    uint32_t members = 0;
    std::array<uint32_t, kCapacityGroups> available{};  // of them, those who are there, by group
    size_t position = 0;  // its place in the order in which profiles came
  };
  struct KnownCondition {
    Condition condition;
    SkillIndex skill;  // without which none meets it; unset: it asks for something else
    // The profiles that meet it, of the first `profiles_seen` that came, or came with the skill.
    Bits profiles;
    size_t profiles_seen = 0;
  };
  // What is quickly known of a class.
  struct Outline {
    QueueIndex queue;
    ClientIndex client;
    ProcessTypeIndex process_type;
    CapacityGroup group = CapacityGroup::kTask;
  };
  // The first ticket of a class in a line, of those that name nobody.
  struct Head {
    WaitKey key;
    TicketIndex ticket;
    uint32_t group = 0;
  };
  struct QueueClasses {
    // In use, by what agents are barred from first.
    absl::btree_map<std::pair<ClientIndex, ProcessTypeIndex>, std::vector<ClassIndex>> classes;
    RankedKeys waiting;  // of all that wait in it
  };
  // A group that names an agent, and has tickets in a line.
  struct NamedGroup {
    ClassIndex ticket_class;
    uint32_t group = 0;
    friend bool operator==(const NamedGroup&, const NamedGroup&) = default;
  };
  using HeadsInOrder = absl::btree_set<std::pair<WaitKey, ClassIndex>>;
  // Tickets that agents look for: those that wait, or those that want further rings.
  struct Line {
    struct OfQueue {
      // Of classes with tickets in it, as they were when somebody walked them last, and the classes
      // of which they changed since: see HeadsOf.
      mutable HeadsInOrder heads;
      mutable std::vector<ClassIndex> changed;
      // Groups that name agents, and have tickets in it.
      absl::btree_set<std::pair<ClassIndex, uint32_t>> named;
    };
    RankedTickets TicketClass::Group::*tickets_of;  // a group's tickets that are in it
    std::vector<Head> heads{};  // by class; apart from the classes, because look-ups walk them
    // By class: the key by which it is among the heads of its queue in order; and whether another
    // one belongs there.
    mutable std::vector<WaitKey> keys_in_order{};
    mutable Bits has_changed{};
    std::vector<OfQueue> queues{};                 // by queue
    std::vector<std::vector<NamedGroup>> named{};  // by agent
    size_t tickets = 0;
  };
  // A ticket that an agent may take, and what decides between two of them.
  struct Candidate {
    LevelKey level;  // rank 0: none
    ClientTier tier = ClientTier::kWithinShare;
    WaitKey key;
    TicketIndex ticket;
    bool Before(const Candidate& other) const;
  };
  // Who looks for a ticket.
  struct Seeker {
    AgentIndex index;
    const AgentState& agent;
    Mode mode;
    QueueIndex only;
    uint32_t open_kinds;  // of work that the agent may take, as the live reserve allows
    const Line& line;
    bool passes_over;  // a cool-down, or an offer that it has, may keep it from a group's first
    bool back_only = false;              // of BACK-office queues
    const FairShares* shares = nullptr;  // null: no client has one
    // No ticket of the line that it may take is of one that goes before.
    ClientTier first_tier = ClientTier::kOverShare;
  };
  // The ticket that looks for an agent.
  struct Sought {
    const Ticket& ticket;
    TicketClass& ticket_class;
    const TicketClass::Agents& agents;
    ReadyOrder order;
    Urgency urgency;
    bool back;
    ListSet lists;  // of agents who have room for it
    const ReadyAgents& ready;
  };
  // A profile's first agent in a list, by what it is ordered by in the first place.
  struct Leader {
    uint32_t list = 0;
    ProfileIndex profile;
    bool leads_alone = false;  // nobody else by as much
  };

  Pool& PoolOf(const Workspace& workspace, ProfileIndex profile) const;
  void FillLevels(Pool& pool) const;
  bool Meets(const Workspace& workspace, ProfileIndex profile, const Condition& condition) const;
  // But for the delay.
  bool Qualifies(const Workspace& workspace, const TicketClass& ticket_class,
                 ProfileIndex profile) const;
  bool PassesHereAndNow(const Workspace& workspace, const TicketClass& ticket_class,
                        ProfileIndex profile) const;
  void CatchUp(const Workspace& workspace, KnownCondition& known) const;
  void FillConditions(const Workspace& workspace, TicketClass& ticket_class) const;
  uint32_t NumberOf(const Condition& condition) const;
  // Who meets all of the conditions, of each one of its numbers.
  Bits Meeting(const Conditions& conditions) const;
  // Who passes the class now, or will when delays have passed. Made anew each time.
  Bits PassingInTime(const Workspace& workspace, TicketClass& ticket_class) const;
  void FillClass(const Workspace& workspace, TicketClass& ticket_class) const;
  void FillScores(TicketClass& ticket_class, size_t from) const;
  void FillProfile(const Workspace& workspace, ProfileIndex index) const;
  void ForgetClassesOfProfiles() const;
  void ForgetProfilesOfClasses() const;
  void ForgetConditions() const;
  void DropIdleClasses();
  void DropIdleProfiles();
  void ListSkills(ProfileIndex profile);
  void ListClass(ClassIndex ticket_class);
  void CountTicket(ClassIndex ticket_class);
  // Unset: there is none.
  ClassIndex FindClass(const ClassView& view, size_t hash) const;
  size_t HashOf(const ClassView& view) const { return view.Hash() & class_hash_mask_; }
  void Recompile(const Workspace& workspace, ClassIndex ticket_class);

  void Add(Line& line, TicketIndex index, const Ticket& ticket, WaitKey key);
  void Remove(Line& line, TicketIndex index, const Ticket& ticket);
  WaitKey KeyInLine(TicketIndex ticket) const { return keys_[ticket.value]; }
  void UpdateHead(Line& line, ClassIndex ticket_class);
  // They are put in order when somebody walks them, so they cost nothing where nobody does.
  const HeadsInOrder& HeadsOf(const Line& line, QueueIndex queue) const;
  void SetNamed(Line& line, ClassIndex ticket_class, uint32_t group, bool waits);
  static bool FitsShift(const Workspace& workspace, const AgentState& agent,
                        const TicketClass& ticket_class);
  static ClientTier TierOf(const Seeker& seeker, ClientIndex client);
  static bool Skips(const Workspace& workspace, const Seeker& seeker, QueueIndex queue);
  bool Holds(const Workspace& workspace, const Seeker& seeker, QueueIndex queue,
             ClassIndex ticket_class) const;
  static WaitKey KeyNow(const Workspace& workspace, QueueIndex queue, WaitKey key);
  TicketIndex FirstOfGroup(const Workspace& workspace, const Seeker& seeker,
                           const TicketClass::Group& group) const;
  TicketIndex FirstAllowed(const Workspace& workspace, const Seeker& seeker,
                           ClassIndex ticket_class) const;
  template <typename Function>
  void ForEachNaming(const Workspace& workspace, const Seeker& seeker, Function function) const;
  void Consider(const Workspace& workspace, const Seeker& seeker, ClassIndex ticket_class,
                LevelKey level, Candidate& best) const;
  bool WalkHeads(const Workspace& workspace, const Seeker& seeker, QueueIndex queue, LevelKey level,
                 size_t& steps, Candidate& best) const;
  template <typename Function>
  void GoThrough(const Workspace& workspace, const Seeker& seeker, const Pool::Level& level,
                 Function best) const;
  TicketIndex BestOfFirsts(const Workspace& workspace, const Seeker& seeker,
                           const std::vector<Pool::Level>& levels, size_t steps) const;
  TicketIndex BestOf(const Workspace& workspace, const Seeker& seeker) const;
  TicketIndex BestOfAll(const Workspace& workspace, const Seeker& seeker) const;

  ListSet ListsOpenTo(const Workspace& workspace, const Sought& sought, ProfileIndex profile) const;
  void Consider(const Workspace& workspace, const Sought& sought, ProfileIndex profile,
                ListSet lists, uint32_t score, ReadyKey& best) const;
  AgentIndex BestOfNamed(const Workspace& workspace, const Sought& sought) const;
  AgentIndex BestOfReady(const Workspace& workspace, const Sought& sought) const;
  bool WalkReady(const Workspace& workspace, const Sought& sought, ReadyKey& best) const;
  AgentIndex BestMatch(const Workspace& workspace, const Sought& sought) const;
  Leader LeaderOf(const Sought& sought) const;
  size_t CountReadyPassing(const Sought& sought) const;
  template <typename Function>
  void ForEachReadyPassing(const Sought& sought, Function function) const;

  // By ticket: the one by which it is in a line.
  std::vector<WaitKey, HugePageAllocator<WaitKey>> keys_;
  // By ticket that waits: where its key is in its queue's.
  std::vector<RankedKeys::Slot> slots_;
  // Who takes a ticket beside what it has, and whose it interrupts: with the kinds that are open
  // so. The second ones are asked when nobody of the first may take it.
  ReadyAgents ready_, interruptible_;
  // What is worked out lazily is mutable: it follows from the rest.
  mutable std::vector<TicketClass> classes_;
  std::vector<ClassIndex> free_classes_;
  // Classes in use, in the order they came; what Profile::classes_seen counts.
  std::vector<ClassIndex> class_log_;
  size_t idle_classes_ = 0;
  size_t max_idle_classes_ = kMaxIdleClasses;
  std::vector<Outline> outlines_;     // by class; apart as the heads of lines are
  std::vector<QueueClasses> queues_;  // by queue
  Line waiting_{&TicketClass::Group::waiting};
  Line ringing_{&TicketClass::Group::ringing};
  mutable std::vector<Profile> profiles_;
  std::array<Bits, kCapacityGroups>
      available_;  // by group: the profiles of which somebody is there
  std::vector<ProfileIndex> free_profiles_;
  // Profiles in use, in the order they came; what TicketClass::profiles_seen counts. One without
  // members stays, as its traits may come back, until there are many of them.
  std::vector<ProfileIndex> profile_log_;
  size_t idle_profiles_ = 0;
  // By skill: the profiles that have it, in the order they came.
  std::vector<std::vector<ProfileIndex>> skilled_profiles_;
  // By the hash of their specifications; those of one hash know the next one.
  absl::flat_hash_map<size_t, ClassIndex> class_by_hash_;
  absl::flat_hash_map<ClassStep, ClassIndex> class_steps_;
  size_t class_hash_mask_ = std::numeric_limits<size_t>::max();
  absl::node_hash_map<Traits, ProfileIndex> profile_by_traits_;
  mutable std::vector<Pool> pools_;  // by routing profile
  mutable std::vector<KnownCondition> conditions_;
  mutable absl::node_hash_map<Condition, uint32_t, HashOfCondition> condition_numbers_;
  size_t max_passing_bytes_ = kMaxPassingBytes;
  // What these sets take, of that each.
  mutable size_t bytes_by_class_ = 0, bytes_by_profile_ = 0, bytes_by_condition_ = 0;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_MATCHING_H_
