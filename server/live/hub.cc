#include "server/live/hub.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace tandem::live {

using engine::SteadyTime;

namespace {

// What somebody holds still, of things that are shared while somebody does.
template <typename Map>
auto Held(Map& things) {
  std::vector<decltype(things.begin()->second.lock())> held;
  absl::erase_if(things, [](const auto& entry) { return entry.second.expired(); });
  for (const auto& [workspace, weak] : things) {
    if (auto thing = weak.lock()) held.push_back(std::move(thing));
  }
  return held;
}

// The one of a workspace; a new one when nobody holds one.
template <typename Thing>
std::shared_ptr<Thing> Share(absl::flat_hash_map<std::string, std::weak_ptr<Thing>>& things,
                             const std::string& workspace) {
  std::weak_ptr<Thing>& place = things[workspace];
  std::shared_ptr<Thing> thing = place.lock();
  if (thing == nullptr) {
    thing = std::make_shared<Thing>(workspace);
    place = thing;
  }
  return thing;
}

}  // namespace

Hub::Hub(engine::Engine& engine) : engine_(engine), thread_([this] { Run(); }) {}

Hub::~Hub() {
  engine_.Observe(nullptr);
  {
    const sync::MutexLock lock(inbox_mutex_);
    inbox_.stop = true;
  }
  inbox_changed_.Notify();
}

// ----------------------------------------------------------------------------------------
// listeners

void Hub::Add(const std::shared_ptr<Listener>& listener, Interest interest) {
  const sync::MutexLock lock(mutex_);
  listeners_.emplace(listener.get(), Entry{.listener = listener, .interest = interest});
  if (interest >= Interest::kBoards && ++want_batches_ == 1) BeginObservation();
  if (listeners_.size() > 1) return;
  {
    const sync::MutexLock inbox_lock(inbox_mutex_);
    ticking_ = true;
  }
  inbox_changed_.Notify();
}

// What became durable while nobody wanted it is told to nobody, so rings and boards that somebody
// still holds from the time before must not go on.
void Hub::BeginObservation() {
  rings_.clear();
  boards_.clear();
  ++observation_;
  {
    const sync::MutexLock lock(inbox_mutex_);
    inbox_.Drop();
    inbox_.observation = observation_;
  }
  engine_.Observe(this);
}

void Hub::Remove(const Listener* listener) {
  const sync::MutexLock lock(mutex_);
  const auto place = listeners_.find(listener);
  if (place == listeners_.end()) return;
  const bool wanted_batches = place->second.interest >= Interest::kBoards;
  listeners_.erase(place);
  if (wanted_batches && --want_batches_ == 0) engine_.Observe(nullptr);
  if (!listeners_.empty()) return;
  const sync::MutexLock inbox_lock(inbox_mutex_);
  ticking_ = false;
}

std::shared_ptr<EventRing> Hub::Events(const std::string& workspace) {
  const sync::MutexLock lock(mutex_);
  return Share(rings_, workspace);
}

std::shared_ptr<Board> Hub::BoardOf(const std::string& workspace) {
  const sync::MutexLock lock(mutex_);
  return Share(boards_, workspace);
}

// -------------------------------------------------------------------------------------------
// engine

void Hub::OnDurable(std::shared_ptr<const store::Batch> batch) {
  {
    const sync::MutexLock lock(inbox_mutex_);
    inbox_.events += batch->changes.events.size();
    inbox_.batches.push_back(std::move(batch));
    if (inbox_.events > kMaxWaitingEvents) {
      spdlog::warn("live: batches come faster than streams can be told; {} are left out",
                   inbox_.batches.size());
      inbox_.Drop();
      inbox_.batches_lost = true;
    }
  }
  inbox_changed_.Notify();
}

void Hub::OnShardLost() {
  {
    const sync::MutexLock lock(inbox_mutex_);
    inbox_.Drop();
    inbox_.batches_lost = true;
    inbox_.shard_lost = true;
  }
  inbox_changed_.Notify();
}

// -------------------------------------------------------------------------------------------
// thread

Hub::Inbox Hub::TakeInput(SteadyTime not_before) {
  const SteadyTime tick = not_before + kTick;
  const sync::MutexLock lock(inbox_mutex_);
  for (;;) {
    const SteadyTime now = std::chrono::steady_clock::now();
    if (inbox_.stop || (!inbox_.empty() && now >= not_before) || (ticking_ && now >= tick)) break;
    const SteadyTime idle = ticking_ ? tick : SteadyTime::max();
    inbox_changed_.WaitUntil(inbox_mutex_, inbox_.empty() ? idle : not_before);
  }
  Inbox input = std::exchange(inbox_, {});
  inbox_.observation = input.observation;
  return input;
}

void Hub::Run() {
  SteadyTime not_before = std::chrono::steady_clock::now();
  SteadyTime next_tick = not_before;
  for (;;) {
    const Inbox input = TakeInput(not_before);
    if (input.stop) return;
    TakeIn(input);
    const SteadyTime now = std::chrono::steady_clock::now();
    if (input.shard_lost) {
      for (const auto& listener : Listeners(Interest::kBoards)) listener->OnShardLost();
    }
    const bool tick = now >= next_tick;
    if (tick) next_tick = now + kTick;
    for (const auto& listener : Listeners(tick ? Interest::kTicks : Interest::kBatches)) {
      listener->OnRound(now);
    }
    not_before = now + kPause;
  }
}

void Hub::TakeIn(const Inbox& input) {
  std::vector<std::shared_ptr<EventRing>> rings;
  std::vector<std::shared_ptr<Board>> boards;
  {
    const sync::MutexLock lock(mutex_);
    if (input.observation != observation_) return;  // not of those rings and boards
    rings = Held(rings_);
    boards = Held(boards_);
  }
  if (input.batches_lost) {
    for (const std::shared_ptr<EventRing>& ring : rings) ring->Lose();
    for (const std::shared_ptr<Board>& board : boards) board->Lose();
  }
  for (const BatchPtr& batch : input.batches) {
    for (const std::shared_ptr<EventRing>& ring : rings) ring->Append(batch->changes.events);
    for (const std::shared_ptr<Board>& board : boards) board->Take(batch);
  }
}

int64_t Hub::MostBehind() const {
  int64_t most = 0;
  for (const auto& listener : Listeners(Interest::kBatches)) {
    most = std::max(most, listener->Behind());
  }
  return most;
}

std::vector<std::shared_ptr<Listener>> Hub::Listeners(Interest least) const {
  std::vector<std::shared_ptr<Listener>> listeners;
  const sync::MutexLock lock(mutex_);
  listeners.reserve(listeners_.size());
  for (const auto& [key, entry] : listeners_) {
    if (entry.interest < least) continue;
    if (auto listener = entry.listener.lock()) listeners.push_back(std::move(listener));
  }
  return listeners;
}

}  // namespace tandem::live
