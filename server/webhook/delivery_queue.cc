#include "server/webhook/delivery_queue.h"

#include <algorithm>
#include <utility>

namespace tandem::webhook {

using router::Duration;
using router::Time;

Schedule DefaultSchedule() {
  using router::Hours;
  return {router::Seconds(5), router::Minutes(1), router::Minutes(5), router::Minutes(30),
          Hours(2),           Hours(5),           Hours(10),          Hours(14),
          Hours(20),          Hours(24)};
}

DeliveryQueue::DeliveryQueue(const store::WebhookProgress& progress,
                             std::vector<store::WebhookDelivery> kept, const Schedule& schedule,
                             const QueueLimits& limits)
    : schedule_(&schedule),
      limits_(limits),
      taken_up_to_(progress.position),
      progress_(progress),
      told_(progress) {
  for (store::WebhookDelivery& delivery : kept) {
    if (delivery.dead) {
      dead_ahead_.insert(delivery.sequence);
    } else {
      ++kept_;
      Add({.delivery = std::move(delivery), .event = std::nullopt, .kept = true});
    }
  }
}

DeliveryQueue::LaneKey DeliveryQueue::LaneOf(const store::WebhookDelivery& delivery) {
  return {delivery.ticket, delivery.ticket.IsSet() ? "" : delivery.agent};
}

size_t DeliveryQueue::Room() const {
  if (kept_ >= limits_.kept || fresh_.size() > limits_.fresh / 2) return 0;
  return limits_.fresh - fresh_.size();
}

void DeliveryQueue::Take(router::EventRow event, Time now) {
  taken_up_to_ = event.sequence;
  // What is behind the position may have been dealt with before a restart.
  if (entries_.contains(event.sequence) || dead_ahead_.erase(event.sequence) > 0) return;
  Entry entry;
  entry.delivery = {.sequence = event.sequence,
                    .type = event.type,
                    .at = event.at,
                    .ticket = event.ticket,
                    .agent = event.agent,
                    .attempts = 0,
                    .next_attempt_at = now,
                    .first_failed_at = {},
                    .last_error = "",
                    .dead = false};
  entry.event = std::move(event);
  fresh_.insert(entry.delivery.sequence);
  Add(std::move(entry));
}

void DeliveryQueue::SkipTo(int64_t sequence) {
  taken_up_to_ = std::max(taken_up_to_, sequence);
}

void DeliveryQueue::Add(Entry entry) {
  const int64_t sequence = entry.delivery.sequence;
  const LaneKey key = LaneOf(entry.delivery);
  Entry& added = entries_.emplace(sequence, std::move(entry)).first->second;
  Lane& lane = lanes_[key];
  lane.waiting.push_back(sequence);
  if (lane.waiting.size() == 1) return Await(key);
  // Behind one that is kept it may wait for long, and would hold the position all that time.
  if (!added.kept && At(lane.waiting.front()).kept) Keep(added);
}

size_t DeliveryQueue::MostInFlight() const {
  return progress_.failures_in_row >= kFailuresToPause ? 1 : limits_.in_flight;
}

std::optional<int64_t> DeliveryQueue::Next(Time now) {
  if (NextAt(now) > now) return std::nullopt;
  const int64_t sequence = due_.begin()->second;
  due_.erase(due_.begin());
  in_flight_.insert(sequence);
  lanes_.at(LaneOf(At(sequence).delivery)).busy = true;
  return sequence;
}

Time DeliveryQueue::NextAt(Time now) const {
  if (due_.empty() || in_flight_.size() >= MostInFlight()) return router::kEndOfTime;
  return std::max({due_.begin()->first, paused_until_, asked_until_, now});
}

const router::EventRow* DeliveryQueue::Event(int64_t sequence) const {
  const auto& event = entries_.at(sequence).event;
  return event ? &*event : nullptr;
}

void DeliveryQueue::PutBack(int64_t sequence) {
  const LaneKey key = LaneOf(At(sequence).delivery);
  in_flight_.erase(sequence);
  lanes_.at(key).busy = false;
  Await(key);
}

void DeliveryQueue::Succeeded(int64_t sequence, Time now) {
  progress_.failures_in_row = 0;
  progress_.last_success_at = now;
  progress_.last_error.clear();
  paused_until_ = {};
  Leave(sequence);
}

void DeliveryQueue::OnFailure(Time now, const std::string& error) {
  progress_.last_error = error;
  const int beyond = ++progress_.failures_in_row - kFailuresToPause;
  if (beyond < 0) return;
  const Duration pause =
      std::min(limits_.first_pause * (int64_t{1} << std::min(beyond, 16)), limits_.longest_pause);
  paused_until_ = now + pause;
}

void DeliveryQueue::Failed(int64_t sequence, Time now, const std::string& error, uint32_t jitter,
                           Time not_before) {
  asked_until_ = std::max(asked_until_, not_before);
  OnFailure(now, error);
  Entry& entry = At(sequence);
  store::WebhookDelivery& delivery = entry.delivery;
  ++delivery.attempts;
  if (!delivery.first_failed_at.IsSet()) delivery.first_failed_at = now;
  if (static_cast<size_t>(delivery.attempts) > schedule_->size()) {
    return GiveUp(sequence, now, error);
  }
  const Duration planned = (*schedule_)[static_cast<size_t>(delivery.attempts - 1)];
  const Duration tenth{planned.us / 10};
  const Duration wait{planned.us - tenth.us +
                      2 * tenth.us / int64_t{kJitterSteps} * int64_t{jitter}};
  delivery.next_attempt_at = std::max(now + wait, not_before);
  delivery.last_error = error;
  EndFlight(sequence);
  for (const int64_t waiting : lanes_.at(LaneOf(delivery)).waiting) {
    if (waiting == sequence || !At(waiting).kept) Keep(At(waiting));
  }
  Await(LaneOf(delivery));
}

void DeliveryQueue::GiveUp(int64_t sequence, Time now, const std::string& error) {
  store::WebhookDelivery letter = At(sequence).delivery;
  letter.dead = true;
  letter.last_error = error;
  if (!letter.first_failed_at.IsSet()) letter.first_failed_at = now;
  progress_.last_error = error;
  resting_.insert(LaneOf(letter));
  Leave(sequence);
  to_forget_.erase(sequence);
  to_keep_[sequence] = std::move(letter);
}

std::optional<store::WebhookChanges> DeliveryQueue::TakeChanges() {
  progress_.position = fresh_.empty() ? taken_up_to_ : *fresh_.begin() - 1;
  if (progress_ == told_ && to_keep_.empty() && to_forget_.empty()) return std::nullopt;
  told_ = progress_;
  unsaved_ = 0;
  store::WebhookChanges changes;
  changes.progress = progress_;
  for (auto& [sequence, delivery] : to_keep_) changes.kept.push_back(std::move(delivery));
  changes.taken.assign(to_forget_.begin(), to_forget_.end());
  to_keep_.clear();
  to_forget_.clear();
  for (const LaneKey& key : std::exchange(resting_, {})) {
    if (lanes_.contains(key)) Await(key);
  }
  return changes;
}

void DeliveryQueue::Await(const LaneKey& key) {
  if (resting_.contains(key)) return;
  const Lane& lane = lanes_.at(key);
  const int64_t sequence = lane.waiting.front();
  due_.insert({At(sequence).delivery.next_attempt_at, sequence});
}

void DeliveryQueue::Keep(Entry& entry) {
  if (!entry.kept) ++kept_;
  entry.kept = true;
  entry.event.reset();
  fresh_.erase(entry.delivery.sequence);
  to_keep_[entry.delivery.sequence] = entry.delivery;
}

void DeliveryQueue::EndFlight(int64_t sequence) {
  in_flight_.erase(sequence);
  ++unsaved_;
  lanes_.at(LaneOf(At(sequence).delivery)).busy = false;
}

void DeliveryQueue::Leave(int64_t sequence) {
  EndFlight(sequence);
  const Entry& entry = At(sequence);
  const LaneKey key = LaneOf(entry.delivery);
  if (entry.kept) {
    --kept_;
    to_keep_.erase(sequence);
    to_forget_.insert(sequence);
  }
  fresh_.erase(sequence);
  entries_.erase(sequence);
  Lane& lane = lanes_.at(key);
  lane.waiting.pop_front();
  if (lane.waiting.empty()) {
    lanes_.erase(key);
  } else {
    Await(key);
  }
}

}  // namespace tandem::webhook
