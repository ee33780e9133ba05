// The store in memory: for tests, the simulator, and trying things out. Nothing survives the
// process.
//
// It keeps the promises of store.h as PostgreSQL does, down to the values that it refuses, and it
// can be told to fail in each way in which a database fails. What it holds is what was committed
// and nothing else: rows are copied in and out, so that a caller who goes on changing its own rows
// changes nothing here.
//
// Thread rule: every function is safe from any thread, so that several engines can fight over one
// store.
#ifndef TANDEM_SERVER_STORE_MEMORY_STORE_H_
#define TANDEM_SERVER_STORE_MEMORY_STORE_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "router/ids.h"
#include "router/rows.h"
#include "router/time.h"
#include "server/store/policies.h"
#include "server/store/store.h"
#include "server/sync/mutex.h"

namespace tandem::store {

// How a commit is made to fail.
enum class CommitFault {
  kNotCommitted,
  kDataRefused,
  kFenced,            // another writer takes the shard first
  kInDoubtCommitted,  // durable, but the writer is not told
  kInDoubtLost,       // not durable, and the writer is not told
};

class MemoryStore : public Store, public Reader, public PolicyStore {
 public:
  // Everything that is durable, as copies.
  struct Contents {
    using TicketKey = std::pair<std::string, router::TicketId>;
    using PartKey = std::tuple<std::string, router::TicketId, uint32_t>;  // of visits and segments

    struct ShardRow {
      std::string owner;
      int64_t epoch = 0;
      std::map<int64_t, router::Time> commits;  // by sequence
    };

    std::map<Shard, ShardRow> shards;
    // Of a workspace the settings; its resources are apart.
    std::map<std::string, std::pair<Shard, router::WorkspaceRow>> workspaces;
    using ResourceKey = std::tuple<std::string, router::ResourceKind, std::string>;
    std::map<ResourceKey, router::Resource> resources;
    std::map<std::pair<std::string, std::string>, router::AgentRow> agents;
    std::map<TicketKey, router::TicketRow> tickets;
    std::map<TicketKey, router::TicketStateRow> ticket_states;
    std::map<TicketKey, router::TicketDetailRow> ticket_details;
    std::map<std::pair<std::string, router::ContactId>, router::ContactRow> contacts;
    std::map<std::pair<std::string, int64_t>, router::EventRow> events;
    std::map<PartKey, router::VisitRow> visits;
    std::map<PartKey, router::SegmentRow> segments;
    std::vector<router::AgentIntervalRow> agent_intervals;
    std::vector<router::MessageRow> messages;
    std::map<std::tuple<std::string, router::TicketId, int64_t>, router::NoteRow> notes;
    std::map<std::tuple<std::string, router::TicketId, int64_t, std::string>, router::SurveyRow>
        surveys;
    // The last of several with the same key is the one that is found.
    std::multimap<std::pair<std::string, router::RequestId>, RequestRow> requests;
    std::multimap<std::tuple<std::string, std::string, std::string, std::string>, KnownContact>
        known_contacts;
    std::map<std::pair<std::string, std::string>, ServiceLevelPolicy> policies;
  };

  // `clock` gives the database's time; without one it is the computer's.
  explicit MemoryStore(std::function<router::Time()> clock = nullptr);

  // ---------------------------------------------------------------------------------------- faults

  // The next `count` commits that are not fenced fail so. Faults queue up behind those already
  // asked for.
  void FailCommits(CommitFault fault, int count = 1);
  // The next `calls` calls of Store and Reader find no database.
  void FailCalls(int calls);
  // While true, no call finds the database.
  void SetUnavailable(bool unavailable);
  // Called at the start of each Commit, before anything is looked at, and may block. For tests that
  // must hold a commit, or see each batch. Replaces the one before; an empty function ends it.
  void OnCommit(std::function<void(const Batch&)> hook);

  // Removes the workspace's events with a sequence below `oldest`, as an operator may.
  void RemoveEvents(const std::string& workspace, int64_t oldest);

  // ---------------------------------------------------------------------------------------- seeing

  Contents Copy() const;

  // ----------------------------------------------------------------------------------------- Store

  absl::StatusOr<Acquired> Acquire(Shard shard, const std::string& owner) override;
  absl::StatusOr<Loaded> Load(Shard shard, int64_t epoch) override;
  CommitResult Commit(const Batch& batch) override;
  absl::StatusOr<Resolution> Resolve(const Batch& batch) override;
  absl::StatusOr<LookUpHits> LookUp(const LookUpKeys& keys) override;
  absl::Status Maintain(router::Time now) override;

  // ---------------------------------------------------------------------------------------- Reader

  absl::StatusOr<std::vector<TicketView>> GetTickets(
      const std::string& workspace, const std::vector<router::TicketId>& tickets) override;
  absl::StatusOr<std::vector<TicketView>> ListTickets(const std::string& workspace,
                                                      const TicketFilter& filter,
                                                      router::TicketId before,
                                                      int32_t limit) override;
  absl::StatusOr<std::vector<router::EventRow>> ListTicketEvents(const std::string& workspace,
                                                                 router::TicketId ticket,
                                                                 int64_t after,
                                                                 int32_t limit) override;
  absl::StatusOr<std::vector<router::NoteRow>> ListNotes(const std::string& workspace,
                                                         router::TicketId ticket, int64_t after,
                                                         int32_t limit) override;
  absl::StatusOr<std::vector<router::SurveyRow>> ListScores(const std::string& workspace,
                                                            router::TicketId ticket,
                                                            const ScorePlace& after,
                                                            int32_t limit) override;
  absl::StatusOr<std::vector<router::MessageRow>> ListMessages(const std::string& workspace,
                                                               router::TicketId ticket,
                                                               int64_t after,
                                                               int32_t limit) override;
  absl::StatusOr<std::vector<ContactOfTicket>> ListContacts(const std::string& workspace,
                                                            router::TicketId ticket, int64_t after,
                                                            int32_t limit) override;
  absl::StatusOr<std::vector<router::ContactRow>> GetFirstContacts(
      const std::string& workspace, const std::vector<router::TicketId>& tickets) override;
  absl::StatusOr<std::optional<router::TicketRows>> GetClosedTicket(
      const std::string& workspace, router::TicketId ticket) override;
  absl::StatusOr<Additions> CountAdditions(const std::string& workspace,
                                           router::TicketId ticket) override;
  absl::StatusOr<std::vector<router::EventRow>> ListEvents(const std::string& workspace,
                                                           int64_t after, int32_t limit) override;
  absl::StatusOr<EventRange> GetEventRange(const std::string& workspace) override;
  absl::StatusOr<std::vector<WorkspaceRevision>> ListWorkspaces(const std::string& after,
                                                                int32_t limit) override;
  absl::StatusOr<router::WorkspaceRow> GetConfiguration(const std::string& workspace) override;
  absl::StatusOr<router::WorkspaceRow> GetWorkspace(const std::string& workspace) override;
  absl::StatusOr<std::optional<router::Resource>> GetResource(const std::string& workspace,
                                                              router::ResourceKind kind,
                                                              const std::string& id) override;
  absl::StatusOr<std::vector<router::Resource>> ListResources(const std::string& workspace,
                                                              const ResourceFilter& filter,
                                                              const std::string& after,
                                                              int32_t limit) override;
  absl::StatusOr<LiveState> GetLiveState(const std::string& workspace) override;
  absl::StatusOr<std::vector<QueueStatistics>> ListQueueStatistics(const std::string& workspace,
                                                                   router::Time since) override;
  absl::StatusOr<std::vector<Colleague>> ListColleagues(const std::string& workspace,
                                                        const ColleagueFilter& filter,
                                                        int32_t limit) override;
  absl::StatusOr<std::vector<FactRow>> SumFacts(const FactQuery& query) override;

  // ----------------------------------------------------------------------------------- PolicyStore

  absl::StatusOr<std::vector<ServiceLevelPolicy>> ListPolicies(
      const std::string& workspace) override;
  absl::StatusOr<ServiceLevelPolicy> GetPolicy(const std::string& workspace,
                                               const std::string& id) override;
  absl::StatusOr<PolicyChange> PutPolicy(const std::string& workspace,
                                         const ServiceLevelPolicy& policy,
                                         int64_t expected_revision) override;
  absl::StatusOr<PolicyChange> DeletePolicy(const std::string& workspace, const std::string& id,
                                            int64_t expected_revision) override;

 private:
  // Counts down FailCalls. True when this call finds no database.
  bool CallFails() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What that call says.
  static absl::Status Unavailable();
  // True when every append row is new and every value could be stored.
  bool CanApply(const Batch& batch) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Apply(const Batch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  router::WorkspaceRow WithResources(router::WorkspaceRow row) const;
  absl::StatusOr<TicketView> View(const Contents::TicketKey& key) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::function<router::Time()> clock_;

  mutable sync::Mutex mutex_;
  Contents contents_ ABSL_GUARDED_BY(mutex_);
  std::deque<CommitFault> faults_ ABSL_GUARDED_BY(mutex_);
  int failing_calls_ ABSL_GUARDED_BY(mutex_) = 0;
  bool unavailable_ ABSL_GUARDED_BY(mutex_) = false;
  std::function<void(const Batch&)> hook_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_MEMORY_STORE_H_
