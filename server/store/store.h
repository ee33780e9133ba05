// THE SEAM: what the engine needs of durable storage, and what it may rely on.
//
// Two stores implement it: PostgreSQL for service, memory for tests and the simulator. One
// conformance suite (tests/store) holds both to every sentence below.
//
// A shard's state has one writer at a time. Who calls Acquire last is the writer: Acquire raises
// the shard's epoch, and every Commit under an older epoch fails as kFenced, however late it
// arrives. What is *not* promised: that an older writer notices before it commits.
//
// Thread rules: Store is used by one thread for Acquire, Load, Commit and Resolve, and by one other
// for LookUp. Reader is safe from any thread. No function throws; driver errors never leave this
// seam but as absl::Status for the log.
#ifndef TANDEM_SERVER_STORE_STORE_H_
#define TANDEM_SERVER_STORE_STORE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "router/command.h"
#include "router/estimate.h"
#include "router/ids.h"
#include "router/rows.h"
#include "router/time.h"
#include "server/store/facts.h"

namespace tandem::store {

// Number of a shard. There is one now: 0.
using Shard = int32_t;

// The part of a reply that is kept under its request id, so that a repeated request gets its first
// answer.
struct StoredAnswer {
  // Which reply: index of its alternative in router::Reply.
  uint32_t kind = 0;
  std::vector<router::TicketId> tickets;
  router::ContactId contact;
  bool joined = false;
  bool unroutable = false;
  bool applied = false;
  router::TicketState state = router::TicketState::kActive;
  int64_t revision = 0;
  uint32_t created = 0, updated = 0, deleted = 0;  // resources
  friend bool operator==(const StoredAnswer&, const StoredAnswer&) = default;
};

// 128 bits over the rpc's name and the request's body.
struct RequestHash {
  uint64_t high = 0;
  uint64_t low = 0;
  friend bool operator==(const RequestHash&, const RequestHash&) = default;
};

// An append row: kept at least 24 h, in partitions by time.
struct RequestRow {
  std::string workspace;
  router::RequestId request;
  RequestHash hash;
  StoredAnswer answer;
  router::Time at;
};

// A contact that was let in under the caller's own id of it: what a later one with the same id is
// answered.
struct KnownContact {
  std::string workspace;
  std::string channel, entry_point, external_id;
  router::TicketId ticket;
  router::ContactId contact;
  bool joined = false;
  bool unroutable = false;
  router::Time at;
};

// What one transaction makes durable.
struct Batch {
  Shard shard = 0;
  int64_t epoch = 0;
  int64_t sequence = 0;     // of the shard's commits: one more than the last one's
  router::Time at;          // engine time up to which it was decided
  router::Changes changes;  // its notices are not persisted
  std::vector<RequestRow> requests;
};

enum class CommitResult {
  // All of the batch is durable.
  kCommitted,
  // Nothing of it is: another writer holds a higher epoch. Give up the shard.
  kFenced,
  // Nothing of it is: the database refused a value. Sending it again would fail again.
  kDataRefused,
  // Nothing of it is, for certain: the database could not be reached, or ended the transaction.
  // Sending the identical batch again is right.
  kNotCommitted,
  // Nobody knows: the connection was lost during COMMIT, or a synchronous replica did not confirm.
  // Call Resolve.
  kInDoubt,
};
inline constexpr size_t kCommitResults = 5;
const char* ToString(CommitResult result);

struct Acquired {
  int64_t epoch = 0;
};

struct Loaded {
  router::LoadedState state;
  int64_t last_sequence = 0;    // of the shard's last commit; 0 when there is none
  router::Time last_commit_at;  // engine time of that commit; unset when there is none
  router::Time database_now;    // the database's clock
};

struct Resolution {
  // A new epoch, raised before looking: a COMMIT that is still on its way can no longer succeed.
  int64_t epoch = 0;
  // Whether the batch is durable. When it is not, send it again under the new epoch.
  bool committed = false;
};

struct RequestKey {
  std::string workspace;
  router::RequestId request;
};
struct ExternalIdKey {
  std::string workspace;
  std::string channel, entry_point, external_id;
};

class Store {
 public:
  virtual ~Store() = default;

  // Becomes the writer of a shard: raises its epoch, creating the shard if there is none.
  // UNAVAILABLE when the database can't be reached.
  virtual absl::StatusOr<Acquired> Acquire(Shard shard, const std::string& owner) = 0;

  // Reads the shard's state under the epoch got from Acquire. ABORTED when the epoch is no longer
  // the shard's, UNAVAILABLE when the database can't be reached, DATA_LOSS when rows contradict
  // each other.
  virtual absl::StatusOr<Loaded> Load(Shard shard, int64_t epoch) = 0;

  // Makes the batch durable: all or nothing. The shard's row is locked and its epoch compared
  // first, then the commit row (shard, sequence) is inserted, then everything else.
  virtual CommitResult Commit(const Batch& batch) = 0;

  // Finds out, on a fresh connection, whether a batch in doubt is durable. UNAVAILABLE when it
  // can't be known yet: call again. ABORTED when another writer took over: its epoch is higher than
  // the batch's.
  virtual absl::StatusOr<Resolution> Resolve(const Batch& batch) = 0;

  // Finds request ids, and contacts by their external ids, in one round trip: of several the latest
  // one. A contact is found when it was let in by IngestContact (ContactRow::joined is set) at or
  // after `contacts_since`. The results have the order and size of the keys. UNAVAILABLE when the
  // database can't be reached.
  struct LookUpKeys {
    std::vector<RequestKey> requests;
    std::vector<ExternalIdKey> external_ids;
    router::Time contacts_since;
  };
  struct LookUpHits {
    std::vector<std::optional<RequestRow>> requests;
    std::vector<std::optional<KnownContact>> contacts;
  };
  virtual absl::StatusOr<LookUpHits> LookUp(const LookUpKeys& keys) = 0;

  // Creates partitions ahead of time and drops those past retention (requests 24 h), by engine
  // time. Called by the writer's thread now and then; UNAVAILABLE when the database can't be
  // reached.
  virtual absl::Status Maintain(router::Time now) = 0;
};

// A ticket as a reader sees it: what it is, where it is now, and what its contact said, all with
// what was said since.
struct TicketView {
  router::TicketRow ticket;
  router::TicketStateRow state;
  std::string subject, payload_json;
  std::vector<std::pair<std::string, std::string>> attributes;  // sorted by key
  int64_t revision = 1;
  std::vector<router::ExternalReference> references;
  std::optional<router::ChangedRequirement> requirement{};  // none: as it came in
  std::optional<router::HandOff> hand_off;
  uint32_t open_children = 0;  // open tickets that belong to it
};
// Lays what was said since over what was said at first.
void Overlay(const router::TicketDetail& detail, TicketView& view);

struct TicketFilter {
  std::vector<router::TicketState> states;                                   // empty: any
  std::string queue, client, process_type, agent, customer_id, external_id;  // empty: any
  std::string last_agent;                                                    // empty: any
  router::ExternalReference reference;  // without a system: any
  router::TicketId parent{};            // unset: any
};

// A contact that made its ticket or joined it, and the sequence of the event that tells of it.
struct ContactOfTicket {
  int64_t sequence = 0;
  router::ContactRow contact;
};

// What was added to a ticket, open or closed; messages without those of contacts.
struct Additions {
  uint32_t notes = 0;
  uint32_t messages = 0;
  uint32_t scores = 0;
};

// Behind which score of a ticket a page of them begins; none: with the first.
struct ScorePlace {
  int64_t sequence = 0;
  std::string measure;
};

// Resources of one kind. All that are set must hold; each is for the kinds that have such a field.
struct ResourceFilter {
  router::ResourceKind kind = router::ResourceKind::kClient;
  std::optional<router::CapacityGroup> capacity_group;  // channels
  std::optional<router::Office> office;                 // queues
  std::optional<router::Urgency> urgency;               // queues
  std::string client;                                   // queues, agents
  std::string queue;  // process types by their defaults, routing profiles
  std::string team, site, routing_profile, skill, process_type;  // agents
};

struct QueueStatistics {
  std::string queue;
  router::Queue configured;
  int32_t waiting = 0;
  router::Time oldest_queued_at;  // unset when none waits
  int32_t agents = 0;
  int32_t available_agents = 0;
  int32_t ended_visits = 0;
  int32_t answered = 0;
  int32_t answered_in_target = 0;
  int32_t abandoned = 0;
  int32_t completed = 0;
  int32_t scheduled = 0;
  int32_t parked = 0;
  router::RecentVisits recent;  // whatever `since` is
};

// Agents to whom a ticket can be given. All that are set must hold.
struct ColleagueFilter {
  std::string client, team;
  std::string text;                  // in the id or the display name, whatever the case of A to Z
  std::vector<std::string> without;  // ids
};
// An agent who is signed in, and what it has: owned or offered first, by channel.
struct Colleague {
  router::Agent configured;
  router::AgentRow now;
  std::map<std::string, uint32_t> held;
};

// An open ticket as live views need it: where it is, and what of it never changes.
struct LiveTicket {
  router::TicketId ticket;
  router::TicketState state = router::TicketState::kQueued;
  std::string queue, agent;
  bool leased = false;
  uint32_t offer_number = 0;
  router::Time queued_at, until, segment_began_at, accepted_at, connected_at, held_since;
  router::Time disconnected_at, finished_at;
  std::string channel, client, entry_point, external_id;
  std::string channel_now;  // empty: the one above, that it came over
  router::Rare<router::ParticipantRows> participants{};
};
// One of the two may be empty: then so are its fields.
LiveTicket ToLiveTicket(const router::TicketRow& ticket, const router::TicketStateRow& state);

// What live views start from.
struct LiveState {
  int64_t sequence = 0;  // of the last commit of the workspace's shard that it holds
  router::WorkspaceRow workspace;
  std::vector<router::AgentRow> agents;
  std::vector<LiveTicket> tickets;                      // the open ones
  std::vector<router::LoadedState::QueueVisit> visits;  // as LoadedState has them
};

// A workspace and the revision of its configuration.
struct WorkspaceRevision {
  std::string workspace;
  int64_t revision = 0;
  friend bool operator==(const WorkspaceRevision&, const WorkspaceRevision&) = default;
};

// Sequences of a workspace's events; no number between them is missing.
struct EventRange {
  int64_t oldest = 0;  // the first one that is still kept
  int64_t newest = 0;
};

// Reads what is durable. Every function: UNAVAILABLE when the database can't be reached.
class Reader {
 public:
  virtual ~Reader() = default;

  // Tickets by id, in the order asked; those that do not exist are left out.
  virtual absl::StatusOr<std::vector<TicketView>> GetTickets(
      const std::string& workspace, const std::vector<router::TicketId>& tickets) = 0;

  // Newest first, those with an id below `before` (unset: from the newest), at most `limit`.
  virtual absl::StatusOr<std::vector<TicketView>> ListTickets(const std::string& workspace,
                                                              const TicketFilter& filter,
                                                              router::TicketId before,
                                                              int32_t limit) = 0;

  // Oldest first, those with a sequence above `after`, at most `limit`.
  virtual absl::StatusOr<std::vector<router::EventRow>> ListTicketEvents(
      const std::string& workspace, router::TicketId ticket, int64_t after, int32_t limit) = 0;

  // By sequence, those with one above `after`, at most `limit`.
  virtual absl::StatusOr<std::vector<router::NoteRow>> ListNotes(const std::string& workspace,
                                                                 router::TicketId ticket,
                                                                 int64_t after, int32_t limit) = 0;
  virtual absl::StatusOr<std::vector<router::MessageRow>> ListMessages(const std::string& workspace,
                                                                       router::TicketId ticket,
                                                                       int64_t after,
                                                                       int32_t limit) = 0;
  // By sequence and measure, those behind `after`, at most `limit`.
  virtual absl::StatusOr<std::vector<router::SurveyRow>> ListScores(const std::string& workspace,
                                                                    router::TicketId ticket,
                                                                    const ScorePlace& after,
                                                                    int32_t limit) = 0;
  virtual absl::StatusOr<std::vector<ContactOfTicket>> ListContacts(const std::string& workspace,
                                                                    router::TicketId ticket,
                                                                    int64_t after,
                                                                    int32_t limit) = 0;
  // The contacts that made these tickets, in this order; without those that aren't there.
  virtual absl::StatusOr<std::vector<router::ContactRow>> GetFirstContacts(
      const std::string& workspace, const std::vector<router::TicketId>& tickets) = 0;
  // The ticket's rows as they are; nothing when it is open, or there is none.
  virtual absl::StatusOr<std::optional<router::TicketRows>> GetClosedTicket(
      const std::string& workspace, router::TicketId ticket) = 0;
  virtual absl::StatusOr<Additions> CountAdditions(const std::string& workspace,
                                                   router::TicketId ticket) = 0;

  // Events of the workspace with a sequence above `after`, in order, at most `limit`; with the
  // client of their ticket.
  virtual absl::StatusOr<std::vector<router::EventRow>> ListEvents(const std::string& workspace,
                                                                   int64_t after,
                                                                   int32_t limit) = 0;

  // Which events there are. NOT_FOUND when the workspace has no configuration.
  virtual absl::StatusOr<EventRange> GetEventRange(const std::string& workspace) = 0;

  // Those that have a configuration, by id, with one above `after`, at most `limit`.
  virtual absl::StatusOr<std::vector<WorkspaceRevision>> ListWorkspaces(const std::string& after,
                                                                        int32_t limit) = 0;

  // NOT_FOUND when the workspace has none.
  virtual absl::StatusOr<router::WorkspaceRow> GetConfiguration(const std::string& workspace) = 0;

  // The same without resources: the settings alone.
  virtual absl::StatusOr<router::WorkspaceRow> GetWorkspace(const std::string& workspace) = 0;

  // Nothing when there is no such resource. NOT_FOUND when the workspace has no configuration.
  virtual absl::StatusOr<std::optional<router::Resource>> GetResource(const std::string& workspace,
                                                                      router::ResourceKind kind,
                                                                      const std::string& id) = 0;

  // By id, those with an id above `after`, at most `limit`. NOT_FOUND when the workspace has no
  // configuration.
  virtual absl::StatusOr<std::vector<router::Resource>> ListResources(const std::string& workspace,
                                                                      const ResourceFilter& filter,
                                                                      const std::string& after,
                                                                      int32_t limit) = 0;

  // A workspace as of one commit. NOT_FOUND when the workspace has no configuration.
  virtual absl::StatusOr<LiveState> GetLiveState(const std::string& workspace) = 0;

  // One for each configured queue, by id. Counts visits that ended, and tickets closed, at or after
  // `since`. NOT_FOUND when the workspace has no configuration.
  virtual absl::StatusOr<std::vector<QueueStatistics>> ListQueueStatistics(
      const std::string& workspace, router::Time since) = 0;

  // Agents with a session who are neither OFFLINE nor DRAINING, those who are AVAILABLE first, then
  // by id; at most `limit`.
  virtual absl::StatusOr<std::vector<Colleague>> ListColleagues(const std::string& workspace,
                                                                const ColleagueFilter& filter,
                                                                int32_t limit) = 0;

  // The sums that are asked for, by group and interval, in the order of their keys; all sources as
  // of one instant. Sources that can't answer (see CanAnswer) give nothing. RESOURCE_EXHAUSTED
  // when there would be more rows than the query allows, DEADLINE_EXCEEDED when it takes longer
  // than it allows.
  virtual absl::StatusOr<std::vector<FactRow>> SumFacts(const FactQuery& query) = 0;
};

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_STORE_H_
