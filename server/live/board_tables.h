// The counting behind a board: what each queue and each agent of a workspace has, kept up to date
// from rows.
//
// Not safe for concurrent use.
#ifndef TANDEM_SERVER_LIVE_BOARD_TABLES_H_
#define TANDEM_SERVER_LIVE_BOARD_TABLES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"

#include "router/estimate.h"
#include "router/ids.h"
#include "router/model.h"
#include "router/rows.h"
#include "router/time.h"
#include "server/store/store.h"

namespace tandem::live {

// Numbers names from 0 in the order in which they come, for good.
class Numbers {
 public:
  uint32_t Of(const std::string& name) {
    const auto [place, is_new] = numbers_.try_emplace(name, static_cast<uint32_t>(names_.size()));
    if (is_new) names_.push_back(name);
    return place->second;
  }
  const std::string& Name(uint32_t number) const { return names_[number]; }
  uint32_t size() const { return static_cast<uint32_t>(names_.size()); }

 private:
  absl::flat_hash_map<std::string, uint32_t> numbers_;
  std::vector<std::string> names_;
};

// As tandem.v1.WatchedQueue.
struct QueueEntry {
  uint32_t key = 0;
  bool gone = false;  // not configured
  std::string queue, client;
  int32_t waiting = 0, offered = 0, assigned = 0, connecting = 0, active = 0, wrap_up = 0;
  int32_t scheduled = 0, parked = 0;
  router::Time oldest_queued_at;
  int32_t agents = 0, available_agents = 0;
  router::RecentVisits recent;
  friend bool operator==(const QueueEntry&, const QueueEntry&) = default;
};

// What the configuration says of an agent. The queues are those of the routing profile.
struct AgentPlace {
  std::string team, site;
  std::vector<std::string> clients;
  std::shared_ptr<const std::vector<std::string>> queues;
  friend bool operator==(const AgentPlace& a, const AgentPlace& b) {
    return a.team == b.team && a.site == b.site && a.clients == b.clients && *a.queues == *b.queues;
  }
};

struct AgentWork {
  router::TicketId ticket;
  router::TicketState state = router::TicketState::kActive;
  std::string queue, channel, client;
  router::Time since;       // in this state
  router::Time had_since;   // offered, claimed or assigned
  router::Time held_since;  // unset: the customer is not on hold
  friend bool operator==(const AgentWork&, const AgentWork&) = default;
};

// As tandem.v1.WatchedAgent.
struct AgentEntry {
  static constexpr size_t kMostWork = 20;

  uint32_t key = 0;
  bool gone = false;  // not configured
  std::string agent;
  std::shared_ptr<const AgentPlace> place;  // null: never configured
  router::AgentStatus status = router::AgentStatus::kOffline;
  std::string reason;
  router::Time since;
  bool connected = false;
  int32_t offers = 0, owned = 0;
  std::vector<AgentWork> work;  // by had_since, at most kMostWork
  friend bool operator==(const AgentEntry& a, const AgentEntry& b);
};

// As tandem.v1.MediaConnection: a ticket whose media is wanted.
struct ConnectionEntry {
  router::OfferId key;
  bool gone = false;       // not wanted any more
  bool connected = false;  // else it is to be connected
  std::string agent, channel, client, queue, entry_point, external_id;
  router::Time until;
  friend bool operator==(const ConnectionEntry&, const ConnectionEntry&) = default;
};

class BoardTables {
 public:
  // The numbers outlive the tables, and are what entries have as keys.
  BoardTables(Numbers& queues, Numbers& agents) : queue_numbers_(queues), agent_numbers_(agents) {}

  // Begins with this. Everything counts as changed, also what had a number and is not there.
  void Load(const store::LiveState& live);
  // Goes on with the workspace's rows of one commit. False when that can't be done: they are about
  // an open ticket that is not known here, or a channel has media now that had none, or has none
  // any more.
  [[nodiscard]] bool Apply(const std::string& workspace, const router::Changes& changes);

  // What changed since they were taken last, each once.
  std::vector<QueueEntry> TakeQueues();
  std::vector<AgentEntry> TakeAgents();
  // To be taken after each commit: what a ticket has now, and what it had.
  std::vector<ConnectionEntry> TakeConnections() { return std::exchange(connections_, {}); }

  bool HasConnection(const router::OfferId& offer) const;
  // By id: whether it has media.
  const std::map<std::string, bool>& channels() const { return channels_; }

 private:
  struct Queue {
    std::string client;
    bool configured = false;
    bool changed = false;
    std::array<int32_t, 64> tickets{};  // by state
    absl::btree_set<std::pair<router::Time, router::TicketId>> waiting;
    int32_t agents = 0, available_agents = 0;
    router::RecentVisits recent;
  };
  struct Agent {
    bool configured = false;
    bool changed = false;
    std::string profile;
    std::shared_ptr<const AgentPlace> place;
    router::AgentStatus status = router::AgentStatus::kOffline;
    std::string reason;
    router::Time since;
    bool connected = false;
    absl::btree_set<router::TicketId> held;
  };
  struct Ticket {
    static constexpr uint32_t kNone = UINT32_MAX;

    router::TicketState state = router::TicketState::kQueued;
    bool counted = false;
    uint32_t queue = kNone, agent = kNone, channel = kNone, client = kNone;
    router::Time queued_at, since, had_since, held_since;
    uint32_t connection = 0;  // the offer whose media is wanted
  };
  // Where a ticket came in that may have media.
  struct Origin {
    std::string entry_point, external_id;
  };

  using QueueList = std::shared_ptr<const std::vector<std::string>>;

  // A resource as it is from now on, or without it. Kinds that nothing here depends on are left
  // out. False: see Apply.
  [[nodiscard]] bool Configure(const router::Resource& resource, bool removed);
  [[nodiscard]] bool Set(const router::Channel& channel, bool removed);
  void Set(const router::Queue& configured, bool removed);
  void Set(const router::RoutingProfile& profile, bool removed);
  void Set(const router::Agent& configured, bool removed);
  void GiveQueues(Agent& agent, const QueueList& queues);
  QueueList QueuesOf(const std::string& profile) const;
  void Set(const router::AgentRow& row);
  void Add(const store::LiveTicket& added);
  bool HasMedia(const std::string& channel) const;
  void Move(router::TicketId id, const store::LiveTicket& to);
  void Count(router::TicketId id, Ticket& ticket, int32_t by);
  void CountHeld(router::TicketId id, uint32_t agent, int32_t by);
  void CountAgent(const Agent& agent, int32_t by);
  void Connect(router::TicketId id, Ticket& ticket, const store::LiveTicket& to);

  Queue& QueueAt(uint32_t number);
  Agent& AgentAt(uint32_t number);
  Queue& Changed(uint32_t queue);
  Agent& ChangedAgent(uint32_t agent);
  QueueEntry MakeQueue(uint32_t number) const;
  AgentEntry MakeAgent(uint32_t number) const;

  Numbers& queue_numbers_;
  Numbers& agent_numbers_;
  Numbers words_;              // channels and clients
  std::vector<Queue> queues_;  // by number
  std::vector<Agent> agents_;
  std::vector<uint32_t> changed_queues_, changed_agents_;
  absl::flat_hash_map<router::TicketId, Ticket> tickets_;  // the open ones
  absl::flat_hash_map<router::TicketId, Origin> origins_;  // of those on channels with media
  // Of those that are offered to several: to whom besides the first, and since when.
  absl::flat_hash_map<router::TicketId, absl::flat_hash_map<uint32_t, router::Time>> rings_;
  std::map<std::string, bool> channels_;
  absl::flat_hash_map<std::string, QueueList> profiles_;
  std::vector<ConnectionEntry> connections_;
};

}  // namespace tandem::live

#endif  // TANDEM_SERVER_LIVE_BOARD_TABLES_H_
