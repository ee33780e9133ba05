// Where calls with a request id or an external id wait until the store was asked for them.
//
// While one look-up runs, calls gather; they are the next one.
//
// Thread rule: one thread at a time; the look-up itself is done elsewhere.
#ifndef TANDEM_SERVER_ENGINE_LOOK_UP_STAGE_H_
#define TANDEM_SERVER_ENGINE_LOOK_UP_STAGE_H_

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "server/engine/clock.h"
#include "server/engine/pending_call.h"
#include "server/engine/store_work.h"

namespace tandem::engine {

class LookUpStage {
 public:
  LookUpStage();

  void Add(PendingCall call);
  // The next look-up, when none is under way and one is due. After a failure one is due even
  // without calls: it tells when the database is back.
  // `time`: engine time at `now`.
  std::optional<LookUpJob> TakeJob(SteadyTime now, router::Time time);
  // The calls that can go on; none after a failure, then they are looked up again.
  std::vector<PendingCall> Finish(LookUpResult result, SteadyTime now);

  // Shows each call that waits and drops those for which `drop` returns true.
  void DropIf(const std::function<bool(PendingCall&)>& drop);

  // When look-ups began to fail, or the running one started; unset when nothing waits for the
  // database.
  std::optional<SteadyTime> stuck_since() const;
  bool failing() const { return failing_since_.has_value(); }
  bool empty() const { return waiting_.empty() && asked_.empty(); }
  // When TakeJob has something; SteadyTime::max() when only after Add or Finish.
  SteadyTime NextJob() const;

 private:
  struct Asked {
    std::optional<PendingCall> call;  // unset: dropped meanwhile
    bool request = false;
    bool external_id = false;
  };

  std::deque<PendingCall> waiting_;
  std::vector<Asked> asked_;  // in the order of their keys
  std::optional<SteadyTime> asked_at_;
  std::optional<SteadyTime> failing_since_;
  store::Store::LookUpKeys probe_;  // of the last look-up that failed
  SteadyTime not_before_;
  Backoff backoff_;
};

}  // namespace tandem::engine

#endif  // TANDEM_SERVER_ENGINE_LOOK_UP_STAGE_H_
