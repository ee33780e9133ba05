#include "server/live/event_ring.h"

#include <algorithm>

#include "absl/strings/string_view.h"

namespace tandem::live {
namespace {

// Events looked at under one lock, so that a filter that few pass keeps nobody waiting.
constexpr int64_t kMostLookedAt = 2'000;

// The queue that a ticket left by this event; empty when it left none for another.
// TICKET_TRANSFERRED and TICKET_OVERFLOWED name it at the end of their reason.
absl::string_view LeftQueue(const router::EventRow& event) {
  const bool moved = event.type == router::EventType::kTicketTransferred ||
                     event.type == router::EventType::kTicketOverflowed;
  if (!moved) return {};
  const absl::string_view reason = event.reason;
  return reason.substr(reason.rfind(':') + 1);  // all of it, without one
}

}  // namespace

bool EventFilter::Passes(const router::EventRow& event) const {
  return (types.none() || types.test(static_cast<size_t>(event.type))) &&
         (clients.empty() || clients.contains(event.client)) &&
         (queues.empty() || queues.contains(event.queue) || queues.contains(LeftQueue(event))) &&
         (tickets.empty() || tickets.contains(event.ticket));
}

void EventRing::Append(const std::vector<router::EventRow>& events) {
  const sync::MutexLock lock(mutex_);
  for (const router::EventRow& event : events) {
    if (event.workspace != workspace_) continue;
    if (!events_.empty() && event.sequence != events_.back().sequence + 1) events_.clear();
    events_.push_back(event);
    if (events_.size() > kCapacity) events_.pop_front();
  }
}

void EventRing::Lose() {
  const sync::MutexLock lock(mutex_);
  events_.clear();
  ++losses_;
}

EventRing::Found EventRing::Read(int64_t& position, const EventFilter& filter, size_t most,
                                 std::vector<router::EventRow>& events) const {
  const sync::MutexLock lock(mutex_);
  if (events_.empty() || position + 1 < events_.front().sequence) return Found::kOlder;
  const int64_t first = events_.front().sequence;
  const int64_t last = events_.back().sequence;
  if (position >= last) return Found::kEnd;
  int64_t looked_at = 0;
  while (position < last && events.size() < most && looked_at++ < kMostLookedAt) {
    const router::EventRow& event = events_[static_cast<size_t>(position + 1 - first)];
    if (filter.Passes(event)) events.push_back(event);
    ++position;
  }
  return Found::kRead;
}

int64_t EventRing::Behind(int64_t position) const {
  const sync::MutexLock lock(mutex_);
  return events_.empty() ? 0 : std::max<int64_t>(0, events_.back().sequence - position);
}

bool EventRing::empty() const {
  const sync::MutexLock lock(mutex_);
  return events_.empty();
}

int64_t EventRing::losses() const {
  const sync::MutexLock lock(mutex_);
  return losses_;
}

}  // namespace tandem::live
