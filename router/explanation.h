// Why a ticket waits, why an agent gets no more, and what would become of a contact: what commands
// that only look answer.
#ifndef TANDEM_ROUTER_EXPLANATION_H_
#define TANDEM_ROUTER_EXPLANATION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "router/fair_share.h"
#include "router/ids.h"
#include "router/model.h"
#include "router/plan.h"
#include "router/rejection.h"
#include "router/ticket_rows.h"
#include "router/time.h"

namespace tandem::router {

// Names and order as tandem.v1.ObstacleKind.
enum class Obstacle : uint8_t {
  kExcluded = 1,
  kOffline = 2,
  kSessionLost = 3,
  kNotReady = 4,
  kNotResponding = 5,
  kBusy = 6,
  kCoolingDown = 7,
  kLiveReserve = 8,
  kPullOnly = 9,
  kNone = 10,
  kKeptForLastAgent = 11,
  kShift = 12,
  kDelayed = 13,
  kOfferedToOthers = 14,
  kInReview = 17,
};
inline constexpr Obstacle kLastObstacle = Obstacle::kInReview;
const char* ToString(Obstacle obstacle);  // "BUSY"

// Why an agent gets no more than it has.
struct AgentExplanation {
  AgentStatus status = AgentStatus::kOffline;
  std::string reason;  // empty: none was given
  Time status_since;
  Obstacle obstacle = Obstacle::kNone;  // what keeps it from all work; kNone: nothing
  // A capacity group of which it takes anything.
  struct OfGroup {
    CapacityGroup group = CapacityGroup::kTask;
    uint32_t held = 0, max = 0;                         // tickets that it has, and may have
    bool ready = false;                                 // its readiness is not for others alone
    bool takes_live = false, takes_deferrable = false;  // one more, now
  };
  std::vector<OfGroup> groups;
  // A queue of its routing profile.
  struct OfQueue {
    std::string queue;
    uint32_t rank = 0;
    bool push = false, pull = false;
    Duration delay;
    uint64_t waiting = 0;                 // whoever may take it
    uint64_t qualified = 0;               // of it, what the agent may take, be it after a delay
    TicketId first;                       // of that; unset: there is none
    Obstacle obstacle = Obstacle::kNone;  // what keeps the agent from the first; kNone: nothing
    Time delayed_until;                   // when that is its delay: until then
  };
  std::vector<OfQueue> queues;  // by rank
};

// Why nothing is known of how long a ticket will wait. Numbers as tandem.v1.NoEstimateReason.
enum class NoEstimate : uint8_t {
  kNone = 0,
  kQueueClosed = 1,
  kNobodyAvailable = 2,
  kTooFewAnswers = 3,
};

struct Explanation {
  struct ClauseCount {
    std::string clause;
    uint32_t passing_agents = 0;
  };
  TicketId ticket;
  TicketState state = TicketState::kQueued;
  std::string queue;
  Time queued_at, target;
  uint64_t ahead = 0;
  uint32_t agents = 0;
  std::vector<ClauseCount> clauses;
  uint32_t qualified_agents = 0;
  std::vector<std::pair<Obstacle, uint32_t>> obstacles;  // in the enum's order, none with 0
  Time delayed_until;          // when the first of those DELAYED may take it; unset: none is
  Time enters_at;              // while SCHEDULED or PARKED; unset: no time is set
  std::string parking_reason;  // while PARKED
  std::string last_agent;      // who parked it; or for whom it is kept
  Time kept_until;             // unset: it is not kept
  Time silent_until;           // when the customer's silence parks or completes it; unset: never
  Time reply_by;               // by when the customer has to be answered; unset: no limit
  std::vector<TicketId> blocked_by;    // while BLOCKED: what it waits for
  uint32_t open_children = 0;          // how many open tickets belong to it
  bool until_children_closed = false;  // while PARKED: resumed when none of them is open
  Time returns_at;                     // when it leaves its agent, who is away; unset: it stays
  bool after_punctual = false;  // it waits behind all punctual work, because its target has passed
  // While others take part: its owner, and them in the order in which they came.
  std::vector<ParticipantRow> participants;
  TicketId consults;            // see TicketRow
  TicketId consultation;        // the request for somebody to consult; unset: none is open
  std::string consulted_queue;  // in which it is
  bool is_callback = false;
  Callback callback;
  bool queue_closed = false;  // LIVE work is not offered, nor are call-backs
  Time opens_at;              // when it is next open, while it is closed; unset: not known

  // What the plan changes next, and what would be asked then.
  struct NextStep {
    uint32_t number = 0;  // from 1
    Time at{};            // unset while the plan's clock stands
    uint32_t min_priority = 0;
    std::string queue{};                       // where it moves the ticket; empty: it stays
    std::optional<PlanExpiry> expire{};        // it ends the wait: no clauses
    bool callback = false;                     // so does this
    std::optional<PlanCondition> condition{};  // unset: it is taken in any case
    Duration offer_timeout{};                  // 0: it leaves that
    uint32_t concurrent_offers = 0;            // 0: it leaves that
    std::string skipped{};  // why it would be skipped if it was due now, as the event tells
    std::vector<ClauseCount> clauses{};
    uint32_t qualified_agents = 0;
  };
  std::optional<NextStep> next_step;
  // While it is QUEUED and its client has a fair share: where that puts it, and by what.
  struct Share {
    ClientTier tier = ClientTier::kWithinShare;
    FairShare configured;
    uint64_t in_hand = 0;
    uint64_t shared = 0, weights = 0;  // of all clients with a weight, when this one has one
    friend bool operator==(const Share&, const Share&) = default;
  };
  std::optional<Share> client_share;
  // Who has it, or is offered it: the oldest offer first.
  struct Choice {
    std::string agent;
    bool offered = false;  // and did not answer yet
    bool claimed = false;  // under a claim's lease, so nobody chose the agent
    bool kept = false;     // it waited for this agent alone; known while it is offered
    bool named = false;    // it asks for this agent by name
    // By what its queue chooses, and what that is of the agent now. What changes once the agent has
    // it is known while it is offered.
    DistributionMode mode = DistributionMode::kLongestIdle;
    Time idle_since{};                // LONGEST_IDLE, while it is offered
    int64_t load = 0;                 // LEAST_LOADED: in millionths, this ticket among it
    uint32_t score = 0;               // BEST_MATCH
    int64_t cost_per_hour_milli = 0;  // LOWEST_COST
  };
  std::vector<Choice> choices;
  std::vector<std::string> rules;          // classification rules that filled something in
  size_t position = 0;                     // in its queue, from 1; 0: it does not wait
  std::optional<Duration> estimated_wait;  // from now on; unset: can't be known
  NoEstimate no_estimate = NoEstimate::kNone;
  uint32_t available_agents = 0;            // of those who may take it: who is there, busy or not
  std::optional<OfferPolicy> offer_policy;  // while QUEUED or OFFERED
};

// As tandem.v1.ClassifyContactResponse.
struct ContactClassified {
  struct TriedRule {
    std::string rule;
    bool matches = false;
    std::string unmet;
    std::vector<std::string> filled_in;
  };
  std::vector<TriedRule> rules;
  // At most one of these two is set; else it would make a ticket.
  std::optional<Rejection> refusal;
  TicketId joined;

  std::string client, process_type, queue, language;
  uint32_t priority = 0;
  Requirement requirement;
  Plan plan;
  Time target;
  std::vector<Explanation::ClauseCount> clauses;
  uint32_t qualified_agents = 0;
  bool unroutable = false;
  std::vector<std::string> ticket_rules;  // that filled something in
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_EXPLANATION_H_
