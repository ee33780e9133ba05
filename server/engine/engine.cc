#include "server/engine/engine.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <optional>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"

#include "server/engine/clock.h"
#include "server/engine/core.h"
#include "server/engine/feed.h"
#include "server/engine/handoff.h"
#include "server/engine/refusals.h"
#include "server/engine/store_work.h"
#include "server/sync/mutex.h"

namespace tandem::engine {
namespace {

SteadyTime SteadyNow() {
  return std::chrono::steady_clock::now();
}

router::Time ComputerNow() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

// Agents that are counted between two turns of the loop: about a millisecond.
constexpr size_t kCensusSlice = 4'096;

std::function<uint64_t()> RandomBits() {
  std::random_device device;
  std::seed_seq seed{device(), device(), device(), device(), device(), device()};
  return std::mt19937_64(seed);
}

}  // namespace

// Four threads: the loop owns the core; the committer and the look-up stage do its jobs; the herald
// passes on what leaves it, so that neither the loop nor the next commit waits for callbacks.
class Engine::Impl {
 public:
  using CensusDone = absl::AnyInvocable<void(router::Census) &&>;

  Impl(EngineOptions options, store::Store& store)
      : options_(std::move(options)),
        store_(store),
        clock_(options_.clock_speed, ComputerNow(), SteadyNow()),
        core_(options_, RandomBits(), clock_) {}

  void Start();
  void Stop(std::chrono::milliseconds patience);
  void Submit(Call call);
  void Heartbeat(const std::string& workspace, const router::SessionRef& session);

  void Observe(DurableSink* sink) {
    feed_.Observe(sink);
    observed_.store(sink != nullptr);
  }

  Feed& feed() { return feed_; }
  const Clock& clock() const { return clock_; }
  bool ready() const { return available_.load() == Availability::kReady; }
  int64_t epoch() const { return epoch_.load(); }
  void OnReadyChange(std::function<void(bool)> listener) { listener_ = std::move(listener); }
  void TakeCensus(CensusDone done) {
    // Not taken when the loop has ended: then `done` is still here.
    if (!Post([&](Inbox& inbox) { inbox.censuses.push_back(std::move(done)); })) {
      std::move(done)({});
    }
  }
  Figures& figures() { return core_.figures(); }
  Depths depths() const {
    sync::MutexLock lock(inbox_mutex_);
    return {.inbox = inbox_.calls.size(), .pending = pending_calls_.load()};
  }

 private:
  struct HeartbeatSeen {
    std::string workspace;
    router::SessionRef session;
  };
  // What comes in for the loop.
  struct Inbox {
    std::vector<PendingCall> calls;
    std::vector<HeartbeatSeen> heartbeats;
    std::optional<StoreResult> store_result;
    std::optional<LookUpResult> look_up_result;
    std::optional<SteadyTime> stop_by;
    std::vector<CensusDone> censuses;

    bool empty() const {
      return calls.empty() && heartbeats.empty() && !store_result && !look_up_result && !stop_by &&
             censuses.empty();
    }
  };

  void Loop();
  Inbox TakeInput(SteadyTime wake);
  void TakeStoreResult(Inbox& input, SteadyTime now);
  void Process(Inbox input, SteadyTime now);
  void HandOutStoreJob(SteadyTime now);
  void HandOut(SteadyTime now);
  void CountOn();
  void RunStoreJobs();
  void RunLookUps();
  void RunHerald();
  // Puts something into the inbox by `put`; false when the loop has ended.
  template <typename Put>
  bool Post(Put put) {
    {
      sync::MutexLock lock(inbox_mutex_);
      if (inbox_closed_) return false;
      put(inbox_);
    }
    inbox_changed_.Notify();
    return true;
  }

  const EngineOptions options_;
  store::Store& store_;
  Clock clock_;
  Feed feed_;
  std::function<void(bool)> listener_;  // set before Start

  std::atomic<Availability> available_ = Availability::kStarting;
  std::atomic<int64_t> epoch_ = 0;
  std::atomic<size_t> pending_calls_ = 0;
  std::atomic<bool> observed_ = false;

  mutable sync::Mutex inbox_mutex_;
  sync::Condition inbox_changed_;
  Inbox inbox_ ABSL_GUARDED_BY(inbox_mutex_);
  bool inbox_closed_ ABSL_GUARDED_BY(inbox_mutex_) = true;  // open while the loop runs

  Core core_;  // the loop's alone, but for its figures
  // The loop's: who asked for a census, the first one at work.
  std::deque<CensusDone> censuses_;
  router::Census census_;

  Handoff<StoreJob> store_jobs_;
  Handoff<LookUpJob> look_up_jobs_;
  Handoff<std::vector<Delivery>> deliveries_;

  sync::Mutex life_mutex_;  // Start and Stop
  bool started_ ABSL_GUARDED_BY(life_mutex_) = false;
  std::jthread herald_, look_up_, committer_, loop_;
};

// ----------------------------------------------------------------------------------------- threads

void Engine::Impl::Start() {
  sync::MutexLock life(life_mutex_);
  if (started_) return;
  started_ = true;
  {
    sync::MutexLock lock(inbox_mutex_);
    inbox_closed_ = false;
  }
  herald_ = std::jthread([this] { RunHerald(); });
  look_up_ = std::jthread([this] { RunLookUps(); });
  committer_ = std::jthread([this] { RunStoreJobs(); });
  loop_ = std::jthread([this] { Loop(); });
}

void Engine::Impl::Stop(std::chrono::milliseconds patience) {
  sync::MutexLock life(life_mutex_);
  started_ = true;  // there is no second time
  const SteadyTime stop_by = SteadyNow() + patience;
  Post([&](Inbox& inbox) { inbox.stop_by = stop_by; });
  if (loop_.joinable()) loop_.join();
  store_jobs_.Close();
  look_up_jobs_.Close();
  if (committer_.joinable()) committer_.join();
  if (look_up_.joinable()) look_up_.join();
  deliveries_.Close();
  if (herald_.joinable()) herald_.join();
}

void Engine::Impl::Loop() {
  SteadyTime wake = SteadyNow();
  std::optional<SteadyTime> stop_by;
  for (;;) {
    Inbox input = TakeInput(wake);
    const SteadyTime now = SteadyNow();
    const std::optional<SteadyTime> asked_to_stop_by = input.stop_by;
    TakeStoreResult(input, now);
    if (core_.in_flight()) HandOutStoreJob(now);
    Process(std::move(input), now);
    if (asked_to_stop_by) {
      stop_by = asked_to_stop_by;
      core_.BeginStop();
    }
    core_.Step(now);
    HandOut(now);
    core_.figures().turn_ns.Observe(SteadyNow() - now);
    if (stop_by && (core_.drained() || now >= *stop_by)) break;
    CountOn();
    wake = censuses_.empty() ? core_.NextWake(now) : now;
    if (stop_by) wake = std::min(wake, *stop_by);
  }
  Inbox left;
  {
    sync::MutexLock lock(inbox_mutex_);
    inbox_closed_ = true;
    left = std::exchange(inbox_, {});
  }
  // The core refuses what it gets now, and a commit's result that made it just in time still
  // counts.
  const SteadyTime now = SteadyNow();
  TakeStoreResult(left, now);
  Process(std::move(left), now);
  core_.Abandon(now);
  HandOut(now);
  for (CensusDone& done : std::exchange(censuses_, {})) std::move(done)({});
  spdlog::info("engine: stopped");
}

Engine::Impl::Inbox Engine::Impl::TakeInput(SteadyTime wake) {
  sync::MutexLock lock(inbox_mutex_);
  while (inbox_.empty() && SteadyNow() < wake) inbox_changed_.WaitUntil(inbox_mutex_, wake);
  return std::exchange(inbox_, {});
}

void Engine::Impl::TakeStoreResult(Inbox& input, SteadyTime now) {
  // Asked for before the result of a commit is looked at: who observes since before the commit gets
  // it.
  core_.SetObserved(observed_.load());
  if (input.store_result) core_.OnStoreResult(*std::move(input.store_result), now);
}

void Engine::Impl::Process(Inbox input, SteadyTime now) {
  if (input.look_up_result) core_.OnLookUpResult(*std::move(input.look_up_result), now);
  for (const HeartbeatSeen& seen : input.heartbeats) {
    core_.Heartbeat(seen.workspace, seen.session, now);
  }
  for (PendingCall& call : input.calls) core_.Submit(std::move(call), now);
  for (CensusDone& done : input.censuses) censuses_.push_back(std::move(done));
}

// One slice of the census that is asked for; whoever asked meanwhile gets one of their own.
void Engine::Impl::CountOn() {
  if (censuses_.empty()) return;
  const router::Router* router = core_.router();
  // What was counted of a state that is void now would mix with the next one's.
  if (router == nullptr) census_ = {};
  if (router != nullptr && !router->TakeCensus(census_, kCensusSlice)) return;
  CensusDone done = std::move(censuses_.front());
  censuses_.pop_front();
  std::move(done)(std::exchange(census_, {}));
}

void Engine::Impl::HandOutStoreJob(SteadyTime now) {
  if (std::optional<StoreJob> job = core_.TakeStoreJob(now)) store_jobs_.Put(*std::move(job));
}

void Engine::Impl::HandOut(SteadyTime now) {
  HandOutStoreJob(now);
  if (std::optional<LookUpJob> job = core_.TakeLookUpJob(now)) look_up_jobs_.Put(*std::move(job));
  epoch_.store(core_.epoch());
  const Availability available = core_.availability();
  const bool was_ready = available_.exchange(available) == Availability::kReady;
  const bool is_ready = available == Availability::kReady;
  if (was_ready != is_ready && listener_) listener_(is_ready);
  std::vector<Delivery> deliveries = core_.TakeDeliveries();
  if (!deliveries.empty()) deliveries_.Put(std::move(deliveries));
}

void Engine::Impl::RunStoreJobs() {
  while (std::optional<StoreJob> job = store_jobs_.Take()) {
    const auto* commit = std::get_if<Commit>(&*job);
    const SteadyTime began = SteadyNow();
    StoreResult result = Run(*job, store_);
    if (commit != nullptr) {
      Figures& figures = core_.figures();
      figures.commit_ns.Observe(SteadyNow() - began);
      figures.commit_rows.Observe(static_cast<int64_t>(commit->batch->changes.rows()));
      figures.commits[static_cast<size_t>(std::get<store::CommitResult>(result))].Add();
    }
    Post([&](Inbox& inbox) { inbox.store_result = std::move(result); });
  }
}

void Engine::Impl::RunLookUps() {
  while (std::optional<LookUpJob> job = look_up_jobs_.Take()) {
    const SteadyTime began = SteadyNow();
    LookUpResult result = store_.LookUp(job->keys);
    Figures& figures = core_.figures();
    figures.look_up_ns.Observe(SteadyNow() - began);
    (result.ok() ? figures.look_ups : figures.look_ups_failed).Add();
    Post([&](Inbox& inbox) { inbox.look_up_result = std::move(result); });
  }
}

void Engine::Impl::RunHerald() {
  while (std::optional<std::vector<Delivery>> deliveries = deliveries_.Take()) {
    for (Delivery& delivery : *deliveries) {
      // Before the answer: who gets it may call again at once.
      if (std::holds_alternative<Answer>(delivery)) pending_calls_.fetch_sub(1);
      std::optional<router::Command> orphan = feed_.Deliver(std::move(delivery));
      if (!orphan) continue;
      PendingCall call;
      call.command = *std::move(orphan);
      Post([&](Inbox& inbox) { inbox.calls.push_back(std::move(call)); });
    }
  }
}

// ----------------------------------------------------------------------------------------- callers

void Engine::Impl::Submit(Call call) {
  PendingCall pending;
  pending.command = std::move(call.command);
  pending.request = call.request;
  pending.deadline = call.deadline;
  pending.done = std::move(call.done);
  const Availability available = available_.load();
  const bool must_be_decided = MustBeDecided(pending);
  std::optional<router::Reason> refused;
  if (available == Availability::kStarting || available == Availability::kStopping) {
    refused = router::Reason::kNotServing;
  } else if (available == Availability::kStoreAway && !must_be_decided) {
    refused = router::Reason::kStoreUnavailable;
  }
  if (!refused) {
    if (pending_calls_.fetch_add(1) >= options_.max_pending_calls && !must_be_decided) {
      refused = router::Reason::kOverloaded;
    } else {
      pending.subscription = feed_.Announce(call.sink);
      if (Post([&](Inbox& inbox) { inbox.calls.push_back(std::move(pending)); })) return;
      feed_.Unsubscribe(call.sink);
      refused = router::Reason::kNotServing;
    }
    pending_calls_.fetch_sub(1);
  }
  std::move(pending.done)(Refusal(*refused));
}

void Engine::Impl::Heartbeat(const std::string& workspace, const router::SessionRef& session) {
  Post([&](Inbox& inbox) {
    // More than this in one turn of the loop is a flood; the next heartbeat comes soon.
    if (inbox.heartbeats.size() < options_.max_pending_calls) {
      inbox.heartbeats.push_back({workspace, session});
    }
  });
}

Engine::Engine(EngineOptions options, store::Store& store)
    : impl_(std::make_unique<Impl>(std::move(options), store)) {}

Engine::~Engine() {
  impl_->Stop(std::chrono::seconds(1));
}

void Engine::Start() {
  impl_->Start();
}
void Engine::Stop(std::chrono::milliseconds patience) {
  impl_->Stop(patience);
}
void Engine::Submit(Call call) {
  impl_->Submit(std::move(call));
}
void Engine::Heartbeat(const std::string& workspace, const router::SessionRef& session) {
  impl_->Heartbeat(workspace, session);
}
void Engine::Unsubscribe(NoticeSink* sink) {
  impl_->feed().Unsubscribe(sink);
}
void Engine::Observe(DurableSink* sink) {
  impl_->Observe(sink);
}
void Engine::TakeCensus(absl::AnyInvocable<void(router::Census) &&> done) {
  impl_->TakeCensus(std::move(done));
}
const Figures& Engine::figures() const {
  return impl_->figures();
}
Engine::Depths Engine::depths() const {
  return impl_->depths();
}
bool Engine::ready() const {
  return impl_->ready();
}
int64_t Engine::epoch() const {
  return impl_->epoch();
}
void Engine::OnReadyChange(std::function<void(bool)> listener) {
  impl_->OnReadyChange(std::move(listener));
}
router::Time Engine::Now() const {
  return impl_->clock().At(SteadyNow());
}
double Engine::clock_speed() const {
  return impl_->clock().speed();
}

}  // namespace tandem::engine
