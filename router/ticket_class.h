// What tickets have in common for matching, compiled to what can be tested. Internal to router/.
#ifndef TANDEM_ROUTER_TICKET_CLASS_H_
#define TANDEM_ROUTER_TICKET_CLASS_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"

#include "router/bits.h"
#include "router/ids.h"
#include "router/model.h"
#include "router/ranked.h"
#include "router/requirement.h"
#include "router/time.h"

namespace tandem::router {

struct Workspace;

// One thing that a class asks of an agent.
struct AskedPredicate {
  CompiledPredicate predicate;
  LanguageMode mode = LanguageMode::kWritten;
  friend auto operator<=>(const AskedPredicate&, const AskedPredicate&) = default;
};
// That its routing profile has the queue, with a delay that has passed.
struct ServedQueue {
  QueueIndex queue;
  Duration waited;
  friend auto operator<=>(const ServedQueue&, const ServedQueue&) = default;
};
// That besides; that it may serve the client; that it may do the process type; that a predicate
// holds.
using Condition = std::variant<ServedQueue, ClientIndex, ProcessTypeIndex, AskedPredicate>;

struct ClassSpec {
  QueueIndex queue;
  ChannelIndex channel;
  ClientIndex client;
  ProcessTypeIndex process_type;
  Requirement requirement;   // canonical, without agents
  Duration handling_time{};  // expected; what an agent's shift must have left
  // The longest of its queue's delays that has passed; kNoDelay: none holds for it.
  Duration waited{};
  bool late = false;  // it goes after punctual work, because its target has passed
};
inline constexpr Duration kNoDelay = Duration{std::numeric_limits<int64_t>::max()};
// A specification of which the requirement is somebody else's, for looking a class up. Whom the
// requirement names does not matter.
struct ClassView {
  QueueIndex queue;
  ChannelIndex channel;
  ClientIndex client;
  ProcessTypeIndex process_type;
  const Requirement& requirement;
  Duration handling_time{};
  Duration waited{};
  bool late = false;
  size_t Hash() const;
  ClassSpec ToSpec() const;
  friend bool operator==(const ClassView&, const ClassView&);
};
ClassView ViewOf(const ClassSpec& spec);
// Equal conditions have equal ones.
struct HashOfCondition {
  size_t operator()(const Condition& condition) const;
};

// Of each inner list one, as numbers of Matching's conditions.
using Conditions = absl::InlinedVector<absl::InlinedVector<uint32_t, 4>, 4>;

struct alignas(64) TicketClass {
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
    RankedTickets waiting;
    RankedTickets ringing;  // those that are offered, and want further rings
    uint32_t open_tickets = 0;
  };

  // First, in few lines of the cache, what is read where a ticket of it waits or looks for an
  // agent. The profiles that pass, of the first `profiles_seen` that came.
  Subset passing;
  size_t profiles_seen = 0;
  // Each of those that pass with its score, the highest first; when the best match is looked for.
  struct Score {
    uint32_t score = 0;
    ProfileIndex profile;
  };
  std::vector<Score> scores;
  CapacityGroup group = CapacityGroup::kTask;
  LanguageMode mode = LanguageMode::kWritten;
  DistributionMode distribution = DistributionMode::kLongestIdle;
  uint32_t open_tickets = 0;
  absl::InlinedVector<uint32_t, 2> shared_groups;  // those that name nobody
  absl::InlinedVector<Group, 1> groups;

  std::vector<uint32_t> free_groups;
  absl::flat_hash_map<Agents, uint32_t> group_by_agents;  // all but the first and the free ones

  ClassSpec spec;
  std::vector<CompiledClause> clauses;
  std::vector<CompiledPreference> preferences;  // when the best match is looked for
  // Its place in the order in which classes came.
  size_t position = 0;
  size_t hash = 0;          // of its specification
  ClassIndex next_of_hash;  // another one of the same hash; unset: none
  // What it asks. Empty: not known.
  Conditions conditions;

  // Compiles what it asks for, given what is configured now.
  void Compile(const Workspace& workspace);
  // Whether it asks for something of which nobody knew when it was compiled.
  bool HasUnknown() const;
  void ForgetPassing();
  // What is kept of the profiles that pass.
  size_t PassingBytes() const { return passing.bytes() + scores.capacity() * sizeof(Score); }
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_TICKET_CLASS_H_
