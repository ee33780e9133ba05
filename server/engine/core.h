// The engine without its threads: a state machine that takes calls, results of the store and the
// time, and gives jobs for the store and answers.
//
// The order that it keeps, and everything rests on (law 3): commands are decided on the router and
// gather in the *open* group; when no commit is under way the group is cut and becomes the one *in
// flight*; only when that is durable do its answers and notices leave. So nobody hears of a state
// that a crash could undo, not by a read and not by a refusal. They leave with the next Step: the
// next group is cut before, so that the store does not wait for us.
//
// Three things can go wrong with the store:
//   - It does not answer. The batch is sent again, identical, until it is known to be durable.
//   Callers who waited for
//     longer than reply_patience are told kStoreUnavailable, and the core is *away*: it takes
//     nothing new and stands still, so that no offer expires on agents who can't reach us. What was
//     lost of time is given back (TimeLost).
//   - It refuses a value (kDataRefused). The state is loaded again, and the commands of the refused
//   group are decided
//     again, each with a commit of its own (*redo*); the one that is refused then is the culprit.
//   - Somebody else became the writer (kFenced). Everything in memory is void: it is dropped, every
//   caller is told
//     kStoreUnavailable, and after a pause the shard is acquired anew.
//
// Thread rule: one thread at a time; jobs are done elsewhere, their results brought back.
#ifndef TANDEM_SERVER_ENGINE_CORE_H_
#define TANDEM_SERVER_ENGINE_CORE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "router/command.h"
#include "router/router.h"
#include "router/time.h"
#include "server/engine/clock.h"
#include "server/engine/engine.h"
#include "server/engine/figures.h"
#include "server/engine/look_up_stage.h"
#include "server/engine/pending_call.h"
#include "server/engine/recent_answers.h"
#include "server/engine/sessions.h"
#include "server/engine/store_work.h"
#include "server/engine/uuid_source.h"
#include "server/store/store.h"

namespace tandem::engine {

// Whether calls are taken, and if not, why.
enum class Availability { kStarting, kReady, kStoreAway, kStopping };

class Core {
 public:
  // `clock` must outlive the core. `random` gives 64 random bits at each call.
  Core(EngineOptions options, std::function<uint64_t()> random, Clock& clock);

  // -------------------------------------------------------------------------------------------- in

  void Submit(PendingCall call, SteadyTime now);
  void Heartbeat(const std::string& workspace, const router::SessionRef& session, SteadyTime now);
  // The result of the job that TakeStoreJob, or TakeLookUpJob, gave last. The next one may be there
  // at once.
  void OnStoreResult(StoreResult result, SteadyTime now);
  void OnLookUpResult(LookUpResult result, SteadyTime now);
  // Does what there is to do. To be called after the functions above, and at NextWake().
  void Step(SteadyTime now);

  // Whether batches are delivered when they are durable.
  void SetObserved(bool observed) { observed_ = observed; }

  // From now on nothing is taken; what was taken goes on.
  void BeginStop();
  // Answers everything that waits with kNotServing.
  void Abandon(SteadyTime now);

  // ------------------------------------------------------------------------------------------- out

  std::optional<StoreJob> TakeStoreJob(SteadyTime now);
  std::optional<LookUpJob> TakeLookUpJob(SteadyTime now);
  std::vector<Delivery> TakeDeliveries() { return std::exchange(deliveries_, {}); }
  // When Step, or one of the two Take…Job, has something to do though nothing comes in.
  SteadyTime NextWake(SteadyTime now) const;

  Availability availability() const;
  // Nothing is decided but not durable, and no call waits.
  bool drained() const;
  // Nothing is decided but not durable.
  bool settled() const { return flight_ == nullptr && !open_.touched && open_.entries.empty(); }

  // A group waits to be committed, or is being committed.
  bool in_flight() const { return flight_ != nullptr; }

  // Null while loading.
  const router::Router* router() const { return router_.get(); }
  // The epoch under which we write.
  int64_t epoch() const { return epoch_; }

  // Any thread.
  Figures& figures() { return figures_; }

 private:
  enum class State { kLoading, kServing };

  struct Entry {
    PendingCall call;
    router::Outcome outcome;
    bool executed = true;  // false: the answer was known
  };
  // What was decided between two cuts.
  struct Group {
    std::vector<Entry> entries;
    std::vector<store::RequestRow> requests;
    bool touched = false;   // the router was asked for anything
    bool alone = false;     // one command of a redo, or timed work in between
    size_t weight = 0;      // against max_group
    router::Duration lost;  // of time, that it gives back
  };
  struct Flight {
    Group group;
    store::Batch batch;
    bool in_doubt = false;
  };

  // core.cc: deciding.
  void RunGroup(SteadyTime now);
  void CountExecuted(SteadyTime began);
  void RunRedo(SteadyTime now);
  void RunTimed(router::Time time, SteadyTime now);
  void RunRouting(router::Time time);
  void WorkOutCalendars(router::Time time);
  void Decide(PendingCall call, router::Time time, SteadyTime now);
  std::optional<router::Outcome> KnownAnswer(const PendingCall& call) const;
  void Remember(const PendingCall& call, const router::Outcome& outcome, router::Time time);
  void Internal(router::Action action, router::Time time);
  bool NeedsLookUp(const PendingCall& call) const;
  bool Full() const { return open_.weight >= options_.max_group; }
  bool CanRun() const { return state_ == State::kServing && !away_; }
  router::Duration StallLimit() const;

  // core.cc: waiting.
  void Sweep(SteadyTime now);
  bool GiveUp(PendingCall& call, SteadyTime now);
  void UpdateAway(SteadyTime now);

  // core_commit.cc: what becomes durable, and what does not.
  bool OwesSignOfLife() const;
  void HandOver(SteadyTime now);
  void ReleaseDurable(SteadyTime now);
  void Release(Group group, std::vector<router::Notice> notices, SteadyTime now);
  void Settle(const Entry& entry, SteadyTime now);
  void CountDurable(const store::Batch& batch);
  void Reply(PendingCall& call, router::Outcome outcome);
  void OnCommit(store::CommitResult result, SteadyTime now);
  void OnResolution(absl::StatusOr<store::Resolution> result, SteadyTime now);
  void OnRecovered(absl::StatusOr<Recovered> result, SteadyTime now);
  void OnDurable(SteadyTime now);
  void OnDataRefused(SteadyTime now);
  void OnFenced(SteadyTime now);
  void Adopt(Recovered recovered, SteadyTime now);
  void LoseSession(router::Command command, SteadyTime now);
  void AnswerAll(router::Reason reason);
  void ForgetEverything();
  void Retry(SteadyTime now);

  const EngineOptions options_;
  Clock& clock_;
  UuidSource uuids_;
  Figures figures_;

  State state_ = State::kLoading;
  bool ever_served_ = false;
  bool stopping_ = false;
  bool away_ = false;
  bool observed_ = false;
  // While loading: the shard is still ours, only our picture of it was wrong. Calls go on waiting.
  bool resuming_ = false;

  // What waits, in the order of its way: look-up, decision, durability.
  LookUpStage look_ups_;
  std::deque<PendingCall> redo_;
  std::deque<PendingCall> waiting_;
  Group open_;
  std::unique_ptr<Flight> flight_;
  std::unique_ptr<Flight> durable_;  // its answers have not left yet
  std::vector<Delivery> deliveries_;

  std::unique_ptr<router::Router> router_;
  RecentAnswers recent_;
  Sessions sessions_;
  // When the timed work was up to date last, and so the instant of what is decided. A batch is of
  // this instant: after a restart, time goes on from there.
  router::Time alive_at_;
  // The same as of the last batch.
  router::Time signed_at_;
  // When calendars are to be looked at again, whether they are known far enough ahead; unset: now.
  router::Time next_calendars_;

  int64_t epoch_ = 0;
  int64_t durable_sequence_ = 0;
  bool job_running_ = false;
  SteadyTime next_attempt_;
  SteadyTime next_maintenance_;
  Backoff backoff_;
  Backoff fenced_backoff_;
  // Since when we wait for the store to do the one thing that we need of it; unset: for nothing.
  std::optional<SteadyTime> stuck_since_;
  SteadyTime serving_since_;
  SteadyTime next_sweep_;
  uint64_t failures_ = 0;  // of the store in a row
  uint64_t executed_ = 0;  // commands, in this turn
};

}  // namespace tandem::engine

#endif  // TANDEM_SERVER_ENGINE_CORE_H_
