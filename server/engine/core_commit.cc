// The part of Core that has to do with the store: what becomes durable, what does not, and what
// then.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <bit>
#include <type_traits>
#include <variant>

#include "server/engine/core.h"
#include "server/engine/refusals.h"

namespace tandem::engine {
namespace {

using router::Reason;
using std::chrono::milliseconds;

constexpr std::chrono::seconds kMaintenanceInterval{60};
constexpr router::Duration kMaintenanceEngineInterval = router::Minutes(10);
// After this long without a rival, the next one is met as the first.
constexpr std::chrono::minutes kPeace{5};
constexpr std::chrono::minutes kSignOfLifeInterval{1};

}  // namespace

// -------------------------------------------------------------------------------------------- jobs

std::optional<StoreJob> Core::TakeStoreJob(SteadyTime now) {
  if (job_running_) return std::nullopt;
  std::optional<StoreJob> job;
  if (flight_ != nullptr) {
    if (now < next_attempt_) return std::nullopt;
    if (flight_->in_doubt) {
      job = Resolve{.batch = &flight_->batch};
    } else {
      job = Commit{.batch = &flight_->batch};
    }
  } else if (state_ == State::kLoading) {
    if (now < next_attempt_ || (stopping_ && !resuming_)) return std::nullopt;
    job = Recover{.shard = options_.shard, .owner = options_.owner};
  } else if (now >= next_maintenance_ && !stopping_) {
    job = Maintain{.now = clock_.At(now)};
  }
  job_running_ = job.has_value();
  return job;
}

std::optional<LookUpJob> Core::TakeLookUpJob(SteadyTime now) {
  return look_ups_.TakeJob(now, clock_.At(now));
}

void Core::OnStoreResult(StoreResult result, SteadyTime now) {
  ReleaseDurable(now);
  job_running_ = false;
  const auto handle = [&](auto&& value) {
    using T = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<T, absl::StatusOr<Recovered>>) {
      OnRecovered(std::forward<decltype(value)>(value), now);
    } else if constexpr (std::is_same_v<T, store::CommitResult>) {
      OnCommit(value, now);
    } else if constexpr (std::is_same_v<T, absl::StatusOr<store::Resolution>>) {
      OnResolution(std::forward<decltype(value)>(value), now);
    } else {
      static_assert(std::is_same_v<T, Maintained>);
      const auto engine_us = static_cast<double>(kMaintenanceEngineInterval.us) / clock_.speed();
      const std::chrono::microseconds scaled{static_cast<int64_t>(engine_us)};
      next_maintenance_ = now + std::clamp<std::chrono::microseconds>(
                                    scaled, std::chrono::seconds(1), kMaintenanceInterval);
      if (!value.status.ok()) {
        spdlog::warn("engine: maintenance failed: {}", value.status.ToString());
      }
    }
  };
  std::visit(handle, std::move(result));
}

void Core::Retry(SteadyTime now) {
  // The 1st, 2nd, 4th, 8th … failure is enough for the log.
  if (std::has_single_bit(++failures_)) {
    spdlog::warn("engine: the store failed {} times in a row; trying again", failures_);
  }
  next_attempt_ = now + backoff_.Next();
}

// -------------------------------------------------------------------------------- becoming durable

// While something is timed, a batch once in a while says that we are here, if need be an empty one:
// after a restart all time since the last one counts as lost.
bool Core::OwesSignOfLife() const {
  return alive_at_ - signed_at_ >= Scaled(kSignOfLifeInterval, clock_.speed()) &&
         router_->NextDeadline() != router::kEndOfTime;
}

void Core::HandOver(SteadyTime now) {
  if (flight_ != nullptr) return;
  const bool owes_sign = OwesSignOfLife();
  if (settled() && !owes_sign) return;
  Group group = std::exchange(open_, {});
  router::Changes changes;
  if (group.touched) changes = router_->TakeChanges();
  if (changes.empty() && group.requests.empty() && !owes_sign) {
    ReleaseDurable(now);
    Release(std::move(group), std::move(changes.notices), now);
    return;
  }
  flight_ = std::make_unique<Flight>();
  flight_->batch = {.shard = options_.shard,
                    .epoch = epoch_,
                    .sequence = durable_sequence_ + 1,
                    .at = alive_at_,
                    .changes = std::move(changes),
                    .requests = std::move(group.requests)};
  flight_->group = std::move(group);
  signed_at_ = alive_at_;
  next_attempt_ = now;
  stuck_since_ = now;
}

void Core::Release(Group group, std::vector<router::Notice> notices, SteadyTime now) {
  for (Entry& entry : group.entries) {
    Settle(entry, now);
    Reply(entry.call, std::move(entry.outcome));
  }
  for (router::Notice& notice : notices) {
    if (std::holds_alternative<router::SessionEnded>(notice.message)) {
      sessions_.Close(notice.workspace, {.agent = notice.agent, .generation = notice.generation});
    }
    deliveries_.emplace_back(std::move(notice));
  }
}

// Follows which sessions have a client here.
void Core::Settle(const Entry& entry, SteadyTime now) {
  const auto* reply = std::get_if<router::Reply>(&entry.outcome);
  if (reply == nullptr) return;
  const router::Command& command = entry.call.command;
  if (const auto* ingested = std::get_if<router::ContactIngested>(reply)) {
    // A request that is repeated is no further contact.
    if (ingested->duplicate) {
      figures_.contacts_duplicate.Add();
    } else if (entry.executed) {
      (ingested->joined ? figures_.contacts_joined : figures_.contacts_new).Add();
      if (ingested->unroutable) figures_.contacts_unroutable.Add();
    }
  }
  if (const auto* open = std::get_if<router::OpenSession>(&command.action)) {
    const auto* snapshot = std::get_if<router::AgentSnapshot>(reply);
    if (snapshot == nullptr) return;
    router::SessionRef session{.agent = open->agent, .generation = snapshot->generation};
    if (entry.call.done) {
      sessions_.Open(command.workspace, session, entry.call.subscription.sink != nullptr,
                     clock_.At(now));
    } else {
      // The caller was told that it failed, and does not know of its session.
      LoseSession({command.workspace, router::LoseSession{std::move(session)}}, now);
    }
  } else if (const auto* close = std::get_if<router::CloseSession>(&command.action)) {
    sessions_.Close(command.workspace, close->session);
  } else if (const auto* lose = std::get_if<router::LoseSession>(&command.action)) {
    sessions_.Close(command.workspace, lose->session);
  }
}

void Core::Reply(PendingCall& call, router::Outcome outcome) {
  if (!call.done) return;
  Answer answer{.done = std::move(call.done),
                .outcome = std::move(outcome),
                .subscription = call.subscription,
                .workspace = {},
                .agent = {}};
  call.done = nullptr;
  if (const auto* open = std::get_if<router::OpenSession>(&call.command.action)) {
    answer.workspace = call.command.workspace;
    answer.agent = open->agent;
  }
  deliveries_.emplace_back(std::move(answer));
}

void Core::LoseSession(router::Command command, SteadyTime now) {
  PendingCall call;
  call.command = std::move(command);
  call.submitted_at = now;
  waiting_.push_back(std::move(call));
}

void Core::OnCommit(store::CommitResult result, SteadyTime now) {
  switch (result) {
    case store::CommitResult::kCommitted:
      OnDurable(now);
      return;
    case store::CommitResult::kFenced:
      OnFenced(now);
      return;
    case store::CommitResult::kDataRefused:
      OnDataRefused(now);
      return;
    case store::CommitResult::kNotCommitted:
      Retry(now);
      return;
    case store::CommitResult::kInDoubt:
      spdlog::warn("engine: commit {} is in doubt", flight_->batch.sequence);
      flight_->in_doubt = true;
      next_attempt_ = now;
      return;
  }
}

void Core::OnResolution(absl::StatusOr<store::Resolution> result, SteadyTime now) {
  if (!result.ok()) {
    if (absl::IsAborted(result.status())) {
      OnFenced(now);
    } else {
      Retry(now);
    }
    return;
  }
  spdlog::info("engine: commit {} {} durable; epoch {} -> {}", flight_->batch.sequence,
               result->committed ? "is" : "is not", epoch_, result->epoch);
  epoch_ = result->epoch;
  if (result->committed) {
    OnDurable(now);
    return;
  }
  flight_->batch.epoch = epoch_;
  flight_->in_doubt = false;
  next_attempt_ = now;
}

// The store gets the next group before anything else is done, so that it need not wait for us.
void Core::OnDurable(SteadyTime now) {
  durable_ = std::move(flight_);
  durable_sequence_ = durable_->batch.sequence;
  recent_.MarkDurable(durable_sequence_, now);
  stuck_since_.reset();
  backoff_.Reset();
  failures_ = 0;
  if (now - serving_since_ > kPeace) fenced_backoff_.Reset();
  if (redo_.empty()) HandOver(now);
}

void Core::ReleaseDurable(SteadyTime now) {
  const std::unique_ptr<Flight> durable = std::move(durable_);
  if (durable == nullptr) return;
  CountDurable(durable->batch);
  Release(std::move(durable->group), std::move(durable->batch.changes.notices), now);
  if (observed_) {
    deliveries_.emplace_back(std::make_shared<const store::Batch>(std::move(durable->batch)));
  }
}

void Core::CountDurable(const store::Batch& batch) {
  for (const router::EventRow& event : batch.changes.events) {
    figures_.events[static_cast<size_t>(event.type)].Add();
    if (event.type != router::EventType::kOfferRescinded) continue;
    const auto* known = std::find(kRescindReasons.begin(), kRescindReasons.end() - 1, event.reason);
    figures_.rescinded[static_cast<size_t>(known - kRescindReasons.begin())].Add();
  }
}

// ----------------------------------------------------------------------------------- starting over

void Core::OnDataRefused(SteadyTime now) {
  const std::unique_ptr<Flight> flight = std::move(flight_);
  Group& refused = flight->group;
  next_attempt_ = now;
  if (!refused.alone) {
    spdlog::warn("engine: the database refused a value in a group of {} commands",
                 refused.entries.size());
    for (Entry& entry : refused.entries) redo_.push_back(std::move(entry.call));
  } else if (refused.entries.empty()) {
    spdlog::critical("engine: the database refuses what time-outs or routing changed");
    next_attempt_ = now + std::chrono::seconds(1);
  } else {
    spdlog::warn("engine: refusing the command whose values the database refuses");
    Reply(refused.entries.front().call, Refusal(Reason::kDataRefused));
  }
  // What was decided since stands on the refused state, too. It goes on after the redo, in its
  // order.
  for (auto it = open_.entries.rbegin(); it != open_.entries.rend(); ++it) {
    waiting_.push_front(std::move(it->call));
  }
  // Time that either gave back is to be given back again.
  alive_at_ = alive_at_ - (refused.lost + open_.lost);
  open_ = {};
  recent_.DropUndurable();
  router_.reset();
  state_ = State::kLoading;
  resuming_ = true;
  stuck_since_ = now;
}

void Core::OnFenced(SteadyTime now) {
  figures_.fenced.Add();
  const milliseconds pause = fenced_backoff_.Next();
  spdlog::error("engine: another writer took the shard; acquiring it again in {} ms",
                pause.count());
  ForgetEverything();
  next_attempt_ = now + pause;
}

void Core::ForgetEverything() {
  AnswerAll(Reason::kStoreUnavailable);
  redo_.clear();
  waiting_.clear();
  look_ups_.DropIf([](PendingCall&) { return true; });
  open_ = {};
  flight_.reset();
  recent_.Clear();
  sessions_.Clear();
  router_.reset();
  deliveries_.emplace_back(SessionsForgotten{});
  state_ = State::kLoading;
  resuming_ = false;
  stuck_since_.reset();
}

void Core::AnswerAll(Reason reason) {
  const auto refuse = [&](PendingCall& call) {
    Reply(call, Refusal(reason));
    return false;
  };
  if (flight_ != nullptr) {
    for (Entry& entry : flight_->group.entries) refuse(entry.call);
  }
  for (Entry& entry : open_.entries) refuse(entry.call);
  for (PendingCall& call : redo_) refuse(call);
  for (PendingCall& call : waiting_) refuse(call);
  look_ups_.DropIf(refuse);
}

void Core::OnRecovered(absl::StatusOr<Recovered> result, SteadyTime now) {
  if (!result.ok()) {
    if (std::has_single_bit(failures_ + 1)) {
      spdlog::warn("engine: loading shard {} failed: {}", options_.shard,
                   result.status().ToString());
    }
    if (absl::IsAborted(result.status())) {
      OnFenced(now);
    } else {
      Retry(now);
    }
    return;
  }
  if (resuming_ && result->loaded.last_sequence != durable_sequence_) {
    spdlog::error("engine: another writer had the shard meanwhile");
    ForgetEverything();
  }
  Adopt(*std::move(result), now);
}

void Core::Adopt(Recovered recovered, SteadyTime now) {
  store::Loaded& loaded = recovered.loaded;
  epoch_ = recovered.epoch;
  durable_sequence_ = loaded.last_sequence;
  clock_.Anchor(loaded.database_now, loaded.last_commit_at, now);
  const router::Time time = clock_.At(now);
  std::vector<router::Command> orphans;  // sessions without a client here
  for (const router::AgentRow& agent : loaded.state.agents) {
    router::SessionRef session{.agent = agent.agent, .generation = agent.generation};
    if (agent.session_open && !agent.session_lost_at.IsSet() &&
        !sessions_.Has(agent.workspace, session)) {
      orphans.push_back({agent.workspace, router::LoseSession{std::move(session)}});
    }
  }
  const size_t open_tickets = loaded.state.tickets.size();
  router_ = std::make_unique<router::Router>(options_.router);
  router_->Load(std::move(loaded.state), time);
  if (!resuming_) {
    // Nothing may expire because we were away: time goes on where it stopped, and so does every
    // agent's grace.
    alive_at_ = time;
    signed_at_ = time;
    const router::Duration gap = time - loaded.last_commit_at;
    if (loaded.last_commit_at.IsSet() && gap > router::Seconds(1)) {
      Internal(router::TimeLost{.lost = gap}, time);
      open_.lost = gap;
    }
  }
  for (router::Command& command : orphans) LoseSession(std::move(command), now);
  spdlog::info("engine: serving shard {} under epoch {}, with {} open tickets and {} sessions lost",
               options_.shard, epoch_, open_tickets, orphans.size());
  state_ = State::kServing;
  ever_served_ = true;
  resuming_ = false;
  stuck_since_.reset();
  backoff_.Reset();
  failures_ = 0;
  serving_since_ = now;
  next_maintenance_ = now + std::chrono::seconds(1);
}

// ---------------------------------------------------------------------------------------- stopping

void Core::BeginStop() {
  stopping_ = true;
}

void Core::Abandon(SteadyTime now) {
  ReleaseDurable(now);
  AnswerAll(Reason::kNotServing);
}

}  // namespace tandem::engine
