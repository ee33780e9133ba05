#include "server/live/hub.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace tandem::live {

using engine::SteadyTime;

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
  if (interest == Interest::kBatches && ++want_batches_ == 1) engine_.Observe(this);
  if (listeners_.size() > 1) return;
  {
    const sync::MutexLock inbox_lock(inbox_mutex_);
    ticking_ = true;
  }
  inbox_changed_.Notify();
}

void Hub::Remove(const Listener* listener) {
  const sync::MutexLock lock(mutex_);
  const auto place = listeners_.find(listener);
  if (place == listeners_.end()) return;
  const bool wanted_batches = place->second.interest == Interest::kBatches;
  listeners_.erase(place);
  if (wanted_batches && --want_batches_ == 0) engine_.Observe(nullptr);
  if (!listeners_.empty()) return;
  const sync::MutexLock inbox_lock(inbox_mutex_);
  ticking_ = false;
}

std::shared_ptr<EventRing> Hub::Events(const std::string& workspace) {
  const sync::MutexLock lock(mutex_);
  std::weak_ptr<EventRing>& place = rings_[workspace];
  std::shared_ptr<EventRing> ring = place.lock();
  if (ring == nullptr) {
    ring = std::make_shared<EventRing>(workspace);
    place = ring;
  }
  return ring;
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
      inbox_.batches.clear();
      inbox_.events = 0;
    }
  }
  inbox_changed_.Notify();
}

void Hub::OnShardLost() {
  {
    const sync::MutexLock lock(inbox_mutex_);
    inbox_.batches.clear();
    inbox_.events = 0;
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
  return std::exchange(inbox_, {});
}

void Hub::Run() {
  SteadyTime not_before = std::chrono::steady_clock::now();
  SteadyTime next_tick = not_before;
  for (;;) {
    const Inbox input = TakeInput(not_before);
    if (input.stop) return;
    TakeIn(input.batches);
    const SteadyTime now = std::chrono::steady_clock::now();
    if (input.shard_lost) {
      for (const auto& listener : Listeners(Interest::kBatches)) listener->OnShardLost();
    }
    const bool tick = now >= next_tick;
    if (tick) next_tick = now + kTick;
    for (const auto& listener : Listeners(tick ? Interest::kTicks : Interest::kBatches)) {
      listener->OnRound(now);
    }
    not_before = now + kPause;
  }
}

void Hub::TakeIn(const std::vector<BatchPtr>& batches) {
  std::vector<std::shared_ptr<EventRing>> rings;
  {
    const sync::MutexLock lock(mutex_);
    absl::erase_if(rings_, [](const auto& entry) { return entry.second.expired(); });
    for (const auto& [workspace, weak] : rings_) {
      if (auto ring = weak.lock()) rings.push_back(std::move(ring));
    }
  }
  for (const BatchPtr& batch : batches) {
    for (const std::shared_ptr<EventRing>& ring : rings) ring->Append(batch->changes.events);
  }
}

std::vector<std::shared_ptr<Listener>> Hub::Listeners(Interest least) {
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
